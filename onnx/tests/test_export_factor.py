"""A factor's network is put into a finished pack, and every other file stays as it was."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx.helper")
torch = pytest.importorskip("torch")

from evaluate.pack import Pack  # noqa: E402
from export.factor import put_factor  # noqa: E402
from export.int8 import add_int8  # noqa: E402
from train.networks import Denoiser, DenoiserConfig  # noqa: E402
from train.runs import save_atomically  # noqa: E402

def checkpoint(folder, variable, parents, world, **more):
    torch.manual_seed(0)
    network = Denoiser(DenoiserConfig(parents=parents, widths=[8, 16], blocks=1, heads=2, word_width=4))
    for parameter in network.parameters():
        if parameter.abs().sum() == 0:
            torch.nn.init.normal_(parameter, std=0.1)
    save_atomically({"config": network.config.to_dict(), "ema": network.state_dict(), "factor": variable, "world": world} | more, folder / f"{variable}{len(more)}.pt")
    return folder / f"{variable}{len(more)}.pt"


def test_it_reads_what_the_packs_factor_reads_and_comes_in_8_bits_where_that_did(pack, tmp_path):
    add_int8(pack, ["image"], say=lambda _: None)
    before = json.loads(Path(pack, "pack.json").read_text())
    noise = np.random.default_rng(1).standard_normal((1, 8, 16, 16)).astype(np.float32)
    drawn = lambda **options: Pack(pack, **options).sample("image", ["two dogs"], noise, {"depth": noise})
    old = drawn(full_precision=True)
    put_factor(pack, checkpoint(tmp_path, "image", ["segmentation", "depth", "sketch", "normal"], 1), "2", say=lambda _: None)
    after = json.loads(Path(pack, "pack.json").read_text())
    changed = {name for name, entry in after["files"].items() if entry != before["files"][name]}
    assert changed == {"image.onnx", "image_int8.onnx"} and after["files"].keys() == before["files"].keys()
    assert after["factors"] == before["factors"] and after["revision"] == "2"
    assert not np.allclose(drawn(full_precision=True), old, atol=0.05)
    assert np.abs(drawn() - drawn(full_precision=True)).mean() < 0.2, "the same network in 8 bits"


def test_a_factor_that_learnt_to_read_more_of_the_packs_variables_comes_with_its_distilled_network(pack, tmp_path):
    reads = lambda: {entry["variable"]: entry["parents"] for entry in json.loads(Path(pack, "pack.json").read_text())["factors"]}
    fewer = checkpoint(tmp_path, "image", ["segmentation", "depth"], 0, steps=3)
    narrow = json.loads(Path(pack, "pack.json").read_text())
    next(entry for entry in narrow["factors"] if entry["variable"] == "image")["parents"] = ["segmentation", "depth"]
    Path(pack, "pack.json").write_text(json.dumps(narrow))
    put_factor(pack, checkpoint(tmp_path, "image", ["segmentation", "depth"], 0), quick=fewer, say=lambda _: None)
    assert reads()["image"] == ["segmentation", "depth"]
    wider = checkpoint(tmp_path, "image", ["segmentation", "depth", "sketch", "pose"], 0)
    with pytest.raises(ValueError, match="reads sketch as well, .* give one that does with --quick"):
        put_factor(pack, wider, say=lambda _: None)
    put_factor(pack, wider, quick=checkpoint(tmp_path, "image", ["segmentation", "depth", "sketch", "pose"], 0, steps=3), say=lambda _: None)
    assert reads()["image"] == ["segmentation", "depth", "sketch"]
    noise = np.random.default_rng(1).standard_normal((1, 8, 16, 16)).astype(np.float32)
    for walks in ("quick", "full"):
        drawn = lambda parents: Pack(pack, walks=walks).sample("image", ["two dogs"], noise, parents)
        assert not np.allclose(drawn({"sketch": noise}), drawn({}), atol=1e-3)


def test_8_bits_may_be_left_out(pack, tmp_path):
    add_int8(pack, ["image"], say=lambda _: None)
    put_factor(pack, checkpoint(tmp_path, "image", ["segmentation", "depth", "sketch"], 0), full_alone=True, say=lambda _: None)
    about = json.loads(Path(pack, "pack.json").read_text())
    assert "image_int8.onnx" not in about["files"] and not Path(pack, "image_int8.onnx").exists()
    assert Pack(pack).models["image"] == "image.onnx"


def test_what_would_draw_classes_that_the_pack_does_not_know_is_refused(pack, tmp_path):
    before = Path(pack, "pack.json").read_bytes()
    with pytest.raises(SystemExit, match="version 1 of the world"):
        put_factor(pack, checkpoint(tmp_path, "segmentation", [], 1), say=lambda _: None)
    with pytest.raises(ValueError, match="no factor of pose"):
        put_factor(pack, checkpoint(tmp_path, "pose", ["segmentation"], 0), say=lambda _: None)
    assert Path(pack, "pack.json").read_bytes() == before
