"""Critics that read what is drawn: outlines that a class decoder says, cells of an image."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

import torch.nn.functional as F  # noqa: E402

from evaluate.samples import MAP_SIDE  # noqa: E402
from evaluate.shapes import instances, outline  # noqa: E402
from train.cells import UNSEEN, CellCritic, CellReader, of_things, worn_right  # noqa: E402
from train.critic import STEEPEST, evened  # noqa: E402
from train.networks import CLASS_SLOTS  # noqa: E402
from train.outlines import GROWTH, OutlineCritic, cut  # noqa: E402
from train.runs import save_atomically  # noqa: E402
from train.shapes import ShapeReader, known_answers  # noqa: E402
from train.text import Captions, asked_colours  # noqa: E402
from world.classes import INDEX, LATEST, classes_of  # noqa: E402
from world.spec import COLOUR_WORDS  # noqa: E402

NAMES = [info.name for info in classes_of(LATEST)]
DOG, HOUSE = INDEX["dog"], INDEX["house"]


class Plain(torch.nn.Module):
    """In the place of an autoencoder: the first channel of a latent is how much each place is a dog, the second a house, the rest is sky."""

    def __init__(self):
        super().__init__()
        self.register_buffer("latent_mean", torch.zeros(1, 8, 1, 1))

    def decode_classes(self, latent):
        wide = F.interpolate(latent, scale_factor=8.0, mode="bilinear", align_corners=False)
        logits = wide.new_full((len(wide), CLASS_SLOTS, *wide.shape[2:]), -9.0)
        logits[:, 0] = 0
        logits[:, DOG], logits[:, HOUSE] = wide[:, 0], wide[:, 1]
        return logits, torch.full_like(wide[:, :1], -1.0)


SAYS = Plain().decode_classes


@pytest.fixture
def outlines(tmp_path):
    """A critic of outlines whose reader has not learnt."""
    torch.manual_seed(3)
    save_atomically({"model": ShapeReader().state_dict(), "known": known_answers(1, True)}, tmp_path / "shapes.pt")
    return OutlineCritic(tmp_path / "shapes.pt")


def latent_of(*boxes):
    """[1, 8, 16, 16] with a dog in the first box of cells (top, bottom, left, right) and a house in the second."""
    latent = torch.full((1, 8, 16, 16), -8.0)
    for channel, (top, bottom, left, right) in enumerate(boxes):
        latent[:, channel, top:bottom, left:right] = 8.0
    return latent


def test_outlines_are_cut_as_the_evaluation_cuts_them():
    latent = latent_of((2, 12, 3, 6), (9, 14, 10, 15))
    seen, own = cut(*SAYS(latent))
    classes = SAYS(latent)[0].argmax(1)[0].numpy()
    assert own.tolist() == sorted([DOG, HOUSE]) and seen.shape == (2, 1, 40, 40) and classes.shape == (MAP_SIDE, MAP_SIDE)
    for one, index in zip(seen, own.tolist(), strict=True):
        (mask,) = instances(classes, np.zeros_like(classes, bool), index)
        assert np.abs(one[0].numpy() - outline(mask)).mean() < 0.03
    assert len(cut(*SAYS(latent_of()))[1]) == 0


def test_a_cut_is_hard_and_yet_has_a_slope_about_its_edge():
    latent = latent_of((4, 10, 4, 10)).requires_grad_()
    seen, _ = cut(*SAYS(latent))
    seen.sum().backward()
    slope = latent.grad[0, 0]
    far = GROWTH // 8 + 2
    assert slope[4, 6] > 0 and slope[3, 6] > 0, "more of a dog at its edge makes it larger"
    assert slope[:4 - far].abs().sum() == 0 and slope[10 + far :].abs().sum() == 0
    assert (cut(*SAYS(latent.detach()))[0].round() - seen.detach()).abs().mean() < 0.03


def test_the_reader_learns_to_tell_drawn_outlines_and_the_decoder_to_have_them_named(outlines):
    true, drawn = latent_of((2, 12, 3, 6)), latent_of((6, 10, 2, 14)).requires_grad_()
    for _ in range(60):
        loss, parts = outlines.compare(SAYS(drawn.detach()), SAYS(true))
    assert parts["read_none"] > 0.8 and loss > 1
    loss, _ = outlines.compare(SAYS(drawn), SAYS(true))
    loss.backward()
    assert drawn.grad.abs().sum() > 0
    with torch.no_grad():
        answer = outlines.reader(cut(*SAYS(true))[0])
    assert answer.argmax(1).item() == DOG and outlines.compare(SAYS(latent_of()), SAYS(true))[1] == {}


def test_no_place_has_more_of_a_slope_than_it_should():
    slope = torch.ones(2, 8, 4, 4)
    slope[0, 0, 0, 0] = -1000
    even = evened(slope, torch.tensor(2.0))
    assert even.norm() == pytest.approx(2.0) and even.argmin() == 0
    assert (even.abs().max() / even.abs().min()).item() == pytest.approx(STEEPEST * slope.square().mean().sqrt().item(), rel=1e-3)


def lettered(*colours):
    """Captions that ask for a dog in each of these words, or in none."""
    blank = torch.zeros(len(colours), 1)
    return Captions(blank, blank.long(), blank, asked_colours([f"a {colour} dog on a meadow" if colour else "a dog" for colour in colours]))


def test_colours_are_read_out_of_captions():
    asked = asked_colours(["two brown ponies and a person in red", "a girl dressed in green by a white house", "a dog in deep snow, and a black sign", "a red sunset"])
    said = [{NAMES[i]: COLOUR_WORDS[int(word)] for i, word in enumerate(row) if word >= 0} for row in asked]
    assert said == [{"horse": "brown", "person": "red"}, {"person": "green", "house": "white"}, {"sign": "black"}, {}]


def test_cells_are_labelled_by_maps_that_the_image_was_shown():
    critic = CellCritic(Plain())
    maps = latent_of((0, 16, 0, 8)).expand(4, -1, -1, -1)
    labels = critic.labels({"segmentation": maps}, {"segmentation": torch.tensor([0.0, -1.0, 0.9, 0.2])}, lettered("black", "black", None, None))
    assert labels.shape == (4, 2, 32, 32)
    classes, colours = labels.unbind(1)
    assert (classes[0, :, :15] == DOG).all() and (classes[0, :, 17:] == 0).all() and torch.equal(classes[0], classes[3])
    assert (labels[1] == UNSEEN).all() and (labels[2] == UNSEEN).all()
    assert (colours[0, :, :15] == COLOUR_WORDS.index("black")).all() and (colours[0, :, 17:] == UNSEEN).all() and (colours[3] == UNSEEN).all()


def test_a_thing_wears_what_most_of_its_cells_do():
    classes = torch.zeros(2, 4, 4, dtype=torch.long)
    classes[:, :2] = DOG
    colours = torch.where(classes == DOG, torch.tensor([3, 5])[:, None, None], UNSEEN)
    answers = torch.zeros(2, len(COLOUR_WORDS), 4, 4)
    answers[0, 3, 0], answers[0, 7, 1], answers[1, 5], answers[:, 9, 2:] = 4.0, 1.0, 2.0, 9.0
    worn, asked = of_things(answers, classes, colours)
    assert asked.tolist() == [3, 5] and worn.argmax(1).tolist() == [3, 5]
    assert worn[0, 3] == 2 and worn[0, 7] == 0.5 and worn[1, 9] == 0
    assert worn_right(answers, torch.stack([classes, colours], 1)) == 1
    assert len(of_things(answers, classes, torch.full_like(colours, UNSEEN))[1]) == 0 and worn_right(answers, torch.full((2, 2, 4, 4), UNSEEN)) == 0


def test_a_reader_of_cells_names_true_ones_and_tells_drawn_ones():
    torch.manual_seed(4)
    critic = CellCritic(Plain())
    classes, colours = CellReader()(torch.randn(2, 8, 32, 32), torch.zeros(2))
    assert classes.shape == (2, CLASS_SLOTS + 1, 64, 64) and colours.shape == (2, len(COLOUR_WORDS), 64, 64)
    labels = torch.zeros(4, 2, 64, 64, dtype=torch.long)
    labels[:, 0, :32], labels[:, 1, :32], labels[:, 1, 32:] = DOG, 3, UNSEEN
    true = torch.ones(4, 8, 32, 32)
    true[:, :, :16] = -1
    for _ in range(30):
        shares = critic.learn(true, labels, torch.zeros(4))
    assert shares["read_true"] > 0.9 and shares["colour_true"] > 0.9
    drawn = torch.randn(4, 8, 32, 32)
    for _ in range(30):
        loss, parts = critic.read(drawn, true, torch.full((4,), 0.1), labels, labels)
    assert parts["read_drawn"] > 0.4 and parts["read_true"] > 0.8 and parts["colour_true"] > 0.9 and loss > 0.5
    drawn.requires_grad_()
    critic.read(drawn, true, torch.zeros(4), labels, labels)[0].backward()
    assert drawn.grad.abs().sum() > 0
    again = CellCritic(Plain())
    again.load(critic.state())
    assert all(torch.equal(a, b) for a, b in zip(critic.reader.parameters(), again.reader.parameters(), strict=True)) and torch.equal(critic.shares, again.shares)


def test_an_image_is_held_to_nothing_where_no_map_is_known():
    critic = CellCritic(Plain())
    before = critic.shares.clone()
    drawn = torch.randn(2, 8, 32, 32, requires_grad=True)
    unseen = torch.full((2, 2, 64, 64), UNSEEN)
    loss, _ = critic.read(drawn, torch.randn(2, 8, 32, 32), torch.zeros(2), unseen, unseen)
    assert loss == 0
    assert (critic.shares <= before).all()
