"""The class decoder refined against a critic of outlines: it alone moves, and keeps to maps and to what it said before."""

import json
import sys

import pytest

torch = pytest.importorskip("torch")

from train import contours  # noqa: E402
from train.factor import TINY  # noqa: E402
from train.networks import Autoencoder, AutoencoderConfig, Denoiser, DenoiserConfig  # noqa: E402
from train.runs import save_atomically  # noqa: E402
from train.shapes import ShapeReader, known_answers  # noqa: E402


@pytest.fixture
def started(tmp_path, autoencoder):
    """A run of seconds with untrained networks."""
    torch.manual_seed(5)
    network = Denoiser(DenoiserConfig(**TINY))
    save_atomically({"config": network.config.to_dict(), "ema": network.state_dict(), "steps": 2, "size": 64}, tmp_path / "quick.pt")
    save_atomically({"model": ShapeReader().state_dict(), "known": known_answers(1, True)}, tmp_path / "shapes.pt")
    words = ["--autoencoder", autoencoder, "--guesses", tmp_path / "quick.pt", "--outlines", tmp_path / "shapes.pt", "--run", tmp_path / "run"]
    return [*map(str, words), "--minutes", "0.05", "--batch", "2", "--captions", "2"]


def test_the_class_decoder_alone_moves(started, autoencoder, tmp_path, monkeypatch):
    seen, drawn = [], contours.drawn
    monkeypatch.setattr(contours, "drawn", lambda *rest: seen.append(rest[-1]) or drawn(*rest))
    monkeypatch.setattr(sys, "argv", ["train.contours", *started, "--favour", "dog", "--restart", "1", "2"])
    contours.main()
    assert seen == [contours.favouring(["dog"], 0)] and seen[0].names == ("dog",)
    before, after = (torch.load(path, weights_only=True) for path in (autoencoder, tmp_path / "run" / "checkpoint.pt"))
    moved = {name.split(".")[0] for name, value in before["model"].items() if not torch.equal(value, after["model"][name])}
    assert moved == {"classes"} and after["config"] == before["config"] and after["world"] == 0 and after["step"] > 0
    said = json.loads((tmp_path / "run" / "log.jsonl").read_text().splitlines()[-1])
    assert {"loss", "strayed", "step"} <= said.keys()


def test_a_reader_that_only_names_is_no_critic(started, tmp_path):
    save_atomically({"model": ShapeReader().state_dict(), "known": known_answers(1, False)}, tmp_path / "shapes.pt")
    with pytest.raises(SystemExit, match="train.shapes --pack"):
        contours.OutlineCritic(tmp_path / "shapes.pt")


def test_what_is_said_as_before_costs_nothing():
    answer = (torch.randn(2, 40, 8, 8), torch.randn(2, 1, 8, 8))
    other = (answer[0] + torch.randn(2, 40, 8, 8), answer[1])
    assert contours.kept(answer, answer).item() == pytest.approx(0, abs=1e-6)
    assert contours.kept(other, answer) > 0.1 and contours.kept((answer[0], answer[1] + 1), answer) > 0.01
    assert contours.kept((answer[0] + 3, answer[1]), answer).item() == pytest.approx(0, abs=1e-5), "only shares count"


def test_true_and_drawn_latents_are_of_the_same_captions(started):
    arguments = dict(zip(started[::2], started[1::2]))
    coder = contours.load_autoencoder(arguments["--autoencoder"])
    latents = contours.Latents(coder, contours.Guesser(arguments["--guesses"]), 0, 64, seed=3, captions=2)
    true, (classes, rims), drawn = latents.next(3)
    assert true.shape == drawn.shape == (3, 8, 8, 8) and classes.shape == rims.shape == (3, 64, 64)
    assert len(latents.true) == 2 * contours.SCENES_PER_CAPTION and latents.left == contours.REUSE * len(latents.true) - 3
    held = latents.true
    for _ in range(latents.left // 3 + 1):
        latents.next(3)
    assert latents.true is not held, "a new lot when the old one is used up"
