"""Refinement against a critic: walks go on by themselves, the critic learns to tell, and the network learns to deceive it."""

import pytest

torch = pytest.importorskip("torch")

from train.critic import Critic
from train.factor import TINY
from train.followed import followed_path
from train.frames import main as render_frames
from train.networks import Denoiser, DenoiserConfig
from train.refine import Refiner, joined, parser
from train.runs import save_atomically
from train.sampling import sample
from train.text import Captions


def unsettled(parents=()) -> Denoiser:
    """A network that was not trained and yet answers."""
    network = Denoiser(DenoiserConfig(parents=list(parents), **TINY))
    for parameter in network.parameters():
        if parameter.abs().sum() == 0:
            torch.nn.init.normal_(parameter, std=0.05)
    return network


@pytest.fixture
def start(tmp_path, autoencoder):
    """An untrained distilled network with its teacher, and a function that makes its refiners."""

    def refiner(run, *more, begin="quick.pt", parents=(), shown=()):
        for name, network, more_saved in (("quick", unsettled(parents), {"steps": 2}), ("teacher", unsettled(shown), {})):
            if not (tmp_path / f"{name}.pt").exists():
                save_atomically({"config": network.config.to_dict(), "ema": network.state_dict()} | more_saved, tmp_path / f"{name}.pt")
        words = ["--factor", "segmentation", "--start", str(tmp_path / begin), "--teacher", str(tmp_path / "teacher.pt"), "--run", str(tmp_path / run)]
        return Refiner(parser().parse_args([*words, "--autoencoder", str(autoencoder), "--captions", "4", "--size", "64", "--minutes", "9", *more]))

    return refiner


def test_every_walk_is_at_a_moment_of_its_own_and_goes_as_the_network_walks(start):
    run = start("run")
    run.advance(4)
    assert [walk.moment for walk in run.walks] == [1, 0]
    new = run.walks[1]
    new.x = torch.randn(*new.x.shape, generator=torch.Generator().manual_seed(9))
    run.lead(new, 2)
    assert torch.allclose(new.x, sample(run.network, new.captions, 8, seed=9, steps=2, guidance=1.0), atol=1e-5)
    run.advance(4)
    assert new not in run.walks and sorted(walk.moment for walk in run.walks) == [0, 1]


def test_a_walk_may_take_a_step_again(start):
    run = start("run", "--restart", "1", "2")
    run.advance(8)
    assert [walk.moment for walk in run.walks] == [3, 2, 1, 0]
    new = run.walks[2]
    moments = [run.times(walk) for walk in reversed(run.walks)]
    assert moments == [(1.0, 0.5), (0.5, 0.5), (0.5, 0.5), (0.5, 0.0)] and run.ranks == [0, 1, 1, 1, 2]
    once, many = (torch.stack([lead_again(run, new) for _ in range(count)]) for count in (1, 40))
    assert not torch.allclose(once, many[:1]), "its noise is fresh"
    clean = (new.x - 0.5 * run.network(new.x, torch.full((2,), 0.5), *new.captions.inputs(), *new.known)).clamp(-4, 4).detach()
    assert (many.mean(0) - 0.5 * clean).abs().mean() < 0.1 and abs(many.std(0).mean() - 0.5) < 0.02
    parts = run.update(8)
    assert {"told", "told_1", "told_4"} <= parts.keys() and "told_5" not in parts
    run.checkpoint()
    assert torch.load(run.path, weights_only=True)["restart"] == {"step": 1, "times": 2}
    assert run.held_out().walk["restart"] == {"step": 1, "times": 2}
    drawn = [sample(run.network, new.captions, 8, seed=9, steps=2, guidance=1.0, restart=run.restart) for _ in range(2)]
    assert torch.equal(*drawn), "a seed draws the same"
    back = start("back", "--restart", "1", "2", "0.8")
    assert back.moments == [1.0, 0.5, 0.8, 0.5, 0.0] and back.ranks == run.ranks
    assert {"told", "told_1", "told_4"} <= back.update(8).keys()


def lead_again(run, walk):
    """Where a walk stands after the step that is taken again; the walk stays where it was."""
    x, moment = walk.x, walk.moment
    run.lead(walk, 1)
    after, walk.x, walk.moment = walk.x, x, moment
    return after


def test_a_network_with_parents_is_judged_beside_them(start):
    run = start("run", "--factor", "depth", parents=("segmentation",), shown=("normal", "segmentation"))
    run.advance(4)
    new = run.walks[1]
    segmentation, level = new.known
    assert segmentation.shape == new.true.shape and level.shape == (2,)
    shown = run.as_shown(new.known, new.true)
    assert (shown[0] == 0).all() and (shown[1] == -1).all() and shown[2] is segmentation and shown[3] is level
    with torch.no_grad():
        text, near = new.captions.inputs(), torch.full((2,), 0.1)
        beside, alone = (run.critic.features(new.true, near, text, parents) for parents in (shown, [*shown[:3], torch.full((2,), -1.0)]))
    assert not torch.allclose(beside[-1], alone[-1], atol=1e-3)
    assert {"told", "told_1", "told_2"} <= run.update(4).keys()


def test_a_parent_may_be_left_out(start):
    run = start("run", "--factor", "depth", "--parents", "segmentation", parents=("segmentation", "normal"), shown=("segmentation", "normal"))
    assert run.config.parents == run.before.config.parents == ["segmentation"]
    assert {"told", "told_1", "told_2"} <= run.update(4).keys()


def test_the_critic_learns_to_tell(start):
    torch.manual_seed(1)
    run = start("run", "--batch", "16")
    parts = [run.update(16) for _ in range(40)]
    assert "deceit" not in parts[-1] and {"told_1", "told_2"} <= parts[-1].keys()
    assert sum(p["told"] for p in parts[-5:]) < 0.8 * sum(p["told"] for p in parts[:5])
    told = torch.stack([p["told_2"] for p in parts[-5:]]).mean()
    assert told > 0.9, "what an untrained network draws is easily told from latents"


def test_its_penalty_is_the_mean_square_of_its_slope():
    critic = Critic(unsettled())
    features = [torch.randn(2, head[0].in_channels, 8, 8) for head in critic.heads]
    before = [p.clone() for p in critic.parameters()]
    direction = torch.randn_like(features[0])
    direction /= direction.square().sum().sqrt()
    moved = lambda by: critic([features[0] + by * direction, *features[1:]]).sum()
    slope = (moved(1e-2) - moved(-1e-2)) / 2e-2
    assert critic.penalty(features) * 2 * 64 >= slope.square() > 0
    assert all(torch.equal(a, b) for a, b in zip(before, critic.parameters()))


def test_at_first_the_critic_learns_alone_then_the_network_learns_to_deceive_it(start, monkeypatch):
    monkeypatch.setattr("train.refine.ALONE", 2)
    torch.manual_seed(2)
    run = start("run")
    copies = lambda: [p.clone() for p in run.network.parameters()]
    before, teacher = copies(), [p.clone() for p in run.before.parameters()]
    run.update(8)
    run.update(8)
    assert all(torch.allclose(a, b, atol=1e-6) for a, b in zip(before, copies()))
    parts = run.update(8)
    assert parts["deceit"] > 0 and parts["strayed"] == pytest.approx(0, abs=1e-9)
    for _ in range(3):
        parts = run.update(8)
    assert parts["strayed"] > 0 and not all(torch.allclose(a, b, atol=1e-6) for a, b in zip(before, copies()))
    assert all(torch.equal(a, b) for a, b in zip(teacher, run.before.parameters())), "what it drew before does not change"
    run.checkpoint()
    again = start("run")
    assert again.step == 6 and all(torch.equal(a, b) for a, b in zip(run.critic.parameters(), again.critic.parameters()))
    assert torch.load(run.path, weights_only=True)["steps"] == 2


@pytest.fixture
def frames(tmp_path, monkeypatch):
    """A folder of a few frames, and critics that learn alone for a step only."""
    monkeypatch.setattr("train.refine.ALONE", 1)
    monkeypatch.setattr("train.cells.CellCritic.first", 1)
    folder = str(tmp_path / "frames")
    monkeypatch.setattr("sys.argv", ["train.frames", "--out", folder, "--shards", "1", "--count", "6", "--size", "64"])
    render_frames()
    return folder


def test_an_image_may_be_read_as_well(start, frames):
    words = ["--factor", "image", "--frames", frames, "--read", "1"]
    run = start("run", *words, parents=("segmentation",), shown=("segmentation",))
    run.update(4)
    parts = run.update(4)
    assert {"misread", "read_right", "colour_right", "read_drawn", "deceit"} <= parts.keys()
    run.checkpoint()
    again = start("run", *words, parents=("segmentation",), shown=("segmentation",))
    assert all(torch.equal(a, b) for a, b in zip(run.reader.reader.parameters(), again.reader.reader.parameters()))
    with pytest.raises(SystemExit, match="--read is for images"):
        start("other", "--read", "1")


def test_edited_maps_are_read_and_not_compared(start, frames, monkeypatch):
    parents = {"parents": ("segmentation", "pose"), "shown": ("segmentation", "pose")}
    run = start("run", "--factor", "image", "--frames", frames, "--read", "1", "--edited", "1", **parents)
    shown = []
    judge = run.judge
    monkeypatch.setattr(run, "judge", lambda real, drawn: shown.append(len(real[0])) or judge(real, drawn))
    for _ in range(4):
        parts = run.update(4)
        plain = [walk for walk in run.walks if not walk.edited]
        assert len(plain) == 1, "one is left that is of true maps"
        assert shown[-1] == len(plain[0].x)
    assert {"misread", "deceit", "strayed"} <= parts.keys()
    changed = next(walk for walk in run.walks if walk.edited)
    assert (changed.known[3] == -1).all(), "an edited map comes without a pose"
    with pytest.raises(SystemExit, match="--edited is for --read"):
        start("other", "--factor", "image", "--frames", frames, "--edited", "1", **parents)


def test_maps_that_follow_are_read_in_place_of_true_ones(start, frames):
    words = ["--factor", "image", "--frames", frames, "--read", "1", "--edited", "0.5", "--followed", "1"]
    parents = {"parents": ("segmentation",), "shown": ("segmentation",)}
    run = start("run", *words, **parents)
    with pytest.raises(SystemExit, match="train.followed draws"):
        run.update(4)
    stored = run.held[0].stored
    rows = torch.arange(len(run.held[0])) % 2 == 1
    latents = torch.where(rows[:, None, None, None], 7.0, 5.0).expand(-1, 8, 8, 8).half()
    save_atomically({"parents": {"segmentation": latents}, "edited": rows}, followed_path(stored))
    shown = {True: set(), False: set()}
    for _ in range(8):
        run.update(4)
        for walk in run.walks:
            clean = walk.known[0][walk.known[1] == 0]
            shown[walk.edited] |= set(clean.unique().tolist())
    assert shown == {True: {7.0}, False: {5.0}}
    with pytest.raises(SystemExit, match="--followed is for images"):
        start("other", "--followed", "1")


def test_captions_are_joined_as_they_are():
    lot = lambda count, length: Captions(torch.randn(count, length, 384).half(), torch.ones(count, length, dtype=torch.int64), torch.ones(count, length))
    short, long = lot(2, 3), lot(1, 5)
    both = joined([short, long])
    assert both.ids.shape == (3, 5) and torch.equal(both.mask.sum(1), torch.tensor([3.0, 3, 5])) and torch.equal(both.tokens[:2, :3], short.tokens)


def test_a_step_that_is_not_there_cannot_be_taken_again(start):
    with pytest.raises(SystemExit, match="--restart 2 1: step 2 of a walk of 2"):
        start("run", "--restart", "2", "1")
    with pytest.raises(SystemExit, match="--restart 1 1 0.3: step 1 of the walk stands at 0.500"):
        start("run", "--restart", "1", "1", "0.3")


def test_only_a_distilled_network_is_refined(start):
    with pytest.raises(SystemExit, match="no distilled network"):
        start("run", begin="teacher.pt")
