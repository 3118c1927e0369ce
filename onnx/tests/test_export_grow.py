"""A variable is added to a finished pack, and every file that was there stays as it was."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx.helper")
torch = pytest.importorskip("torch")

from evaluate import given, samples  # noqa: E402
from evaluate.captions import held_out_cases  # noqa: E402
from evaluate.pack import Pack  # noqa: E402
from export.grow import grow  # noqa: E402
from export.manifest import sha256  # noqa: E402
from train.networks import Autoencoder, AutoencoderConfig, Denoiser, DenoiserConfig  # noqa: E402
from train.runs import save_atomically  # noqa: E402
from train.weights import autoencoder_of_pack, load_matching  # noqa: E402

TINY = "tests/fixtures/tiny_pack"


@pytest.fixture
def runs(tmp_path):
    """Untrained decoders and factors of normals and poses beside the tiny pack's own autoencoder."""
    torch.manual_seed(0)
    config, weights = autoencoder_of_pack(Path(TINY))
    network = Autoencoder(AutoencoderConfig(**config | {"normal": 16, "pose": 16}))
    load_matching(network, weights, grown=("normal.", "pose."))
    save_atomically({"config": vars(network.config), "model": network.state_dict()}, tmp_path / "autoencoder" / "checkpoint.pt")
    for name, parents in (("normal", ["segmentation", "depth"]), ("pose", ["segmentation"])):
        network = Denoiser(DenoiserConfig(parents=parents, widths=[8, 16], blocks=1, heads=2, word_width=4))
        save_atomically({"config": network.config.to_dict(), "ema": network.state_dict()}, tmp_path / name / "checkpoint.pt")
    return tmp_path


def grown(runs, variables, pack=TINY):
    out = str(runs / "pack")
    grow(pack, variables, str(runs), str(runs / "autoencoder" / "checkpoint.pt"), out, say=lambda _: None)
    return out


def test_the_files_of_the_pack_stay_byte_for_byte(runs):
    out = grown(runs, ["normal", "pose"])
    old, new = (json.loads(Path(folder, "pack.json").read_text()) for folder in (TINY, out))
    for name, entry in old["files"].items():
        assert new["files"][name] == entry and sha256(f"{out}/{name}") == entry["sha256"], name
    assert new["files"].keys() - old["files"].keys() == {"decode_normal.onnx", "decode_pose.onnx", "normal.onnx", "pose.onnx"}
    assert [entry["name"] for entry in new["variables"]] == ["segmentation", "depth", "normal", "pose", "sketch", "image"]
    assert [entry for entry in new["factors"] if entry["variable"] not in ("normal", "pose")] == old["factors"]


def test_what_was_added_can_be_sampled_and_decoded(runs):
    pack = Pack(grown(runs, ["normal", "pose"]))
    noise = np.random.default_rng(0).standard_normal((1, 8, 16, 16)).astype(np.float32)
    (normal,) = pack.decode("normal", pack.sample("normal", ["two dogs"], noise, {"segmentation": noise, "depth": noise}))
    joints, necks = pack.decode("pose", pack.sample("pose", ["two dogs"], noise, {"segmentation": noise}))
    assert normal.shape == (1, 3, 128, 128) and joints.shape == (1, 18, 128, 128) and necks.shape == (1, 36, 128, 128)


def test_each_is_drawn_and_measured_in_the_size_that_it_learnt(runs, monkeypatch):
    for name, size in (("normal", 64), ("pose", 96)):
        path = runs / name / "checkpoint.pt"
        save_atomically(torch.load(path, weights_only=True) | {"size": size}, path)
    pack = Pack(grown(runs, ["normal", "pose"]))
    assert pack.variables["normal"]["size"] == 64 and pack.variables["pose"]["size"] == 96
    cases = held_out_cases(2)
    assert given.figures(pack, cases).keys() == {"depth", "normal", "pose"}
    read = np.zeros((1, 18, 3), np.float32)
    read[0, 1] = (48, 24, 1)
    monkeypatch.setattr(samples, "read_pose", lambda joints, necks: read)
    texts = [case.caption for case in cases]
    chain = samples.draw_chain(pack, texts, samples.draw_candidates(pack, texts, 1).first_latents)
    assert chain.normal.shape == (2, 3, 64, 64) and chain.pose[0][0, 1].tolist() == [64, 32, 1], "joints of a chain are in pixels of 128"


def test_what_does_not_fit_is_refused_with_what_to_do(runs):
    with pytest.raises(ValueError, match="has depth already"):
        grown(runs, ["depth"])
    coder = torch.load(runs / "autoencoder" / "checkpoint.pt", weights_only=True)
    other = coder | {"model": coder["model"] | {"encoder.1.weight": coder["model"]["encoder.1.weight"] + 0.1}}
    save_atomically(other, runs / "autoencoder" / "checkpoint.pt")
    with pytest.raises(ValueError, match="another encoder .* begin from the pack"):
        grown(runs, ["normal"])
    assert not (runs / "pack").exists()
