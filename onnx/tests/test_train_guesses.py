"""Latents as a distilled factor leaves them: its last steps, from known maps, and the class decoder that learns from them."""

import sys

import pytest

torch = pytest.importorskip("torch")

from train import autoencoder as trainer  # noqa: E402
from train.factor import TINY  # noqa: E402
from train.guesses import Guesser  # noqa: E402
from train.networks import Autoencoder, AutoencoderConfig, Denoiser, DenoiserConfig  # noqa: E402
from train.runs import save_atomically  # noqa: E402
from train.sampling import sample  # noqa: E402
from train.text import TextEncoder  # noqa: E402


@pytest.fixture
def distilled(tmp_path):
    """A checkpoint of a distilled network, untrained, of three steps."""
    torch.manual_seed(0)
    network = Denoiser(DenoiserConfig(**TINY))
    path = tmp_path / "quick.pt"
    save_atomically({"config": network.config.to_dict(), "ema": network.state_dict(), "steps": 3}, path)
    return path


def test_from_noise_it_walks_as_the_sampler_does(distilled, monkeypatch):
    guesser, captions = Guesser(str(distilled)), TextEncoder().encode_all(["a red car on a meadow", "a dog"])
    noise = torch.randn(2, 8, 8, 8, generator=torch.Generator().manual_seed(3))
    monkeypatch.setattr(torch, "randn_like", lambda _: noise)
    aim = sample(guesser.network, captions, 8, seed=3, steps=3, guidance=1.0)
    assert torch.allclose(guesser.guess(torch.full_like(noise, 9), captions, 3), aim, atol=1e-6), "of pure noise nothing is known"
    assert not torch.allclose(guesser.guess(torch.zeros_like(noise), captions, 2), aim, atol=0.1)


def test_a_network_that_knows_the_truth_guesses_it(distilled):
    guesser, captions = Guesser(str(distilled)), TextEncoder().encode_all(["a dog"])
    clean = torch.randn(1, 8, 8, 8)
    asked = []
    guesser.network = lambda x, time, *_: asked.append(round(time.item(), 3)) or (x - clean) / time.view(-1, 1, 1, 1)
    guesser.network.config = DenoiserConfig(**TINY)
    assert torch.allclose(guesser.guess(clean, captions, 2), clean, atol=1e-5)
    assert asked == [0.667, 0.333]


def test_what_the_pack_takes_again_is_taken_again(distilled):
    guesser, captions = Guesser(str(distilled), [1, 2, 0.9]), TextEncoder().encode_all(["a dog"])
    asked = []
    guesser.network = lambda x, time, *_: asked.append(round(time.item(), 3)) or x
    guesser.network.config = DenoiserConfig(**TINY)
    guesser.guess(torch.zeros(1, 8, 8, 8), captions, 3)
    assert asked == [1.0, 0.667, 0.9, 0.667, 0.333]
    asked.clear()
    guesser.guess(torch.zeros(1, 8, 8, 8), captions, 2)
    assert asked == [0.667, 0.333], "a part of the walk has no restart"
    with pytest.raises(SystemExit, match="--restart 5 1"):
        Guesser(str(distilled), [5, 1])


def run(monkeypatch, *words):
    monkeypatch.setattr(sys, "argv", ["train.autoencoder", *map(str, words)])
    trainer.main()


def test_a_class_decoder_learns_from_them_and_nothing_else_moves(distilled, tmp_path, monkeypatch):
    torch.manual_seed(1)
    network = Autoencoder(AutoencoderConfig(16, 16, 16, 16, 16))
    save_atomically({"config": vars(network.config), "model": network.state_dict()}, tmp_path / "start.pt")
    seen = []
    guess = Guesser.guess
    monkeypatch.setattr(Guesser, "guess", lambda self, clean, captions, moments: seen.append((len(clean), len(captions), moments)) or guess(self, clean, captions, moments))
    words = ["--start", tmp_path / "start.pt", "--guesses", distilled, "--minutes", "0.02", "--chunk", "4", "--size", "64"]
    run(monkeypatch, "--run", tmp_path / "run", "--only", "classes", *words)
    assert seen and {(maps, texts) for maps, texts, _ in seen} == {(4, 4)} and {moments for *_, moments in seen} <= {1, 2}
    after = torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)["model"]
    moved = {name.split(".")[0] for name, value in network.state_dict().items() if not torch.equal(value, after[name])}
    assert moved == {"classes"}
    with pytest.raises(SystemExit, match="--guesses needs --only classes"):
        run(monkeypatch, "--run", tmp_path / "other", *words)


def test_a_network_that_was_not_distilled_is_refused(tmp_path):
    network = Denoiser(DenoiserConfig(**TINY))
    save_atomically({"config": network.config.to_dict(), "ema": network.state_dict()}, tmp_path / "factor.pt")
    with pytest.raises(SystemExit, match="no distilled network: train.distil"):
        Guesser(str(tmp_path / "factor.pt"))
