"""A distilled network is put into a finished pack, and every other file stays as it was."""

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx.helper")
torch = pytest.importorskip("torch")

from evaluate.pack import Pack  # noqa: E402
from export.quick import add_quick  # noqa: E402
from train.networks import Denoiser, DenoiserConfig  # noqa: E402
from train.runs import save_atomically  # noqa: E402

@pytest.fixture
def student(tmp_path):
    """The checkpoint of an untrained student of three steps."""
    torch.manual_seed(0)
    network = Denoiser(DenoiserConfig(widths=[8, 16], blocks=1, heads=2, word_width=4, layout_layers=1))
    for parameter in network.parameters():
        if parameter.abs().sum() == 0:
            torch.nn.init.normal_(parameter, std=0.1)
    saved = {"config": network.config.to_dict(), "ema": network.state_dict(), "steps": 3, "factor": "segmentation", "world": 0}
    save_atomically(saved, tmp_path / "student.pt")
    return tmp_path / "student.pt"


def manifest_of(pack):
    return json.loads(Path(pack, "pack.json").read_text(encoding="utf-8"))


def test_it_walks_by_default_and_the_other_files_stay(pack, student):
    before = manifest_of(pack)
    add_quick(pack, student, default=True, revision="2", say=lambda _: None)
    after = manifest_of(pack)
    entry = {"model": "segmentation_quick.onnx", "int8": "segmentation_quick_int8.onnx", "steps": 3, "default": True}
    assert after["factors"][0].pop("quick") == entry and after.pop("revision") == "2"
    assert {after["files"].pop(entry[key])["bytes"] > 0 for key in ("model", "int8")} == {True}
    del before["revision"]
    assert after == before
    opened, noise = Pack(pack), np.random.default_rng(1).standard_normal((1, 8, 8, 8)).astype(np.float32)
    assert opened.factors["segmentation"]["steps"] == 3
    assert not np.allclose(opened.sample("segmentation", ["two dogs"], noise), Pack(pack, walks="full").sample("segmentation", ["two dogs"], noise))


def test_it_takes_the_place_of_another_and_may_be_there_in_one_precision_alone(pack, student):
    add_quick(pack, student, default=True, say=lambda _: None)
    add_quick(pack, student, default=False, precision="int8", say=lambda _: None)
    assert manifest_of(pack)["factors"][0]["quick"] == {"model": "segmentation_quick_int8.onnx", "steps": 3}
    assert not Path(pack, "segmentation_quick.onnx").exists()
    add_quick(pack, student, default=True, precision="full", say=lambda _: None)
    assert manifest_of(pack)["factors"][0]["quick"] == {"model": "segmentation_quick.onnx", "steps": 3, "default": True}
    assert not Path(pack, "segmentation_quick_int8.onnx").exists()
    assert Pack(pack).models["segmentation"] == "segmentation_quick.onnx"


def test_the_variable_is_drawn_in_the_size_that_it_learnt_last(pack, student):
    sizes = lambda: [entry["size"] for entry in manifest_of(pack)["variables"]]
    before = sizes()
    save_atomically(torch.load(student, weights_only=True) | {"size": 96}, student)
    add_quick(pack, student, default=True, precision="full", say=lambda _: None)
    assert sizes() == [96, *before[1:]]
    add_quick(pack, student, default=True, precision="full", size=64, say=lambda _: None)
    assert sizes() == [64, *before[1:]]


def test_the_moments_of_its_walk_go_with_it(pack, student):
    saved = torch.load(student, weights_only=True)
    for shift, more in ((3.0, {"shift": 3.0}), (1.0, {})):
        save_atomically(saved | {"shift": shift}, student)
        add_quick(pack, student, default=True, precision="full", say=lambda _: None)
        assert manifest_of(pack)["factors"][0]["quick"] == {"model": "segmentation_quick.onnx", "steps": 3, "default": True} | more
        assert Pack(pack).shift("segmentation") == shift and Pack(pack, walks="full").shift("segmentation") == 1.0


def test_a_step_may_be_taken_again(pack, student):
    steps = torch.load(student, weights_only=True)["steps"]
    add_quick(pack, student, default=True, precision="full", restart=(1, 2), say=lambda _: None)
    assert manifest_of(pack)["factors"][0]["quick"]["restart"] == {"step": 1, "times": 2}
    side, asked = Pack(pack).latent_side("segmentation"), []
    noise = np.random.default_rng(5).standard_normal((1, 8, side, side)).astype(np.float32)
    again = Pack(pack)
    run = again.run
    again.run = lambda name, feeds: asked.append(name) or run(name, feeds)
    drawn = again.sample("segmentation", ["a dog"], noise)
    assert asked.count("segmentation_quick.onnx") == steps + 2
    np.testing.assert_array_equal(drawn, Pack(pack).sample("segmentation", ["a dog"], noise))
    for wrong in ((steps, 1), (0, 0), (0, 17)):
        with pytest.raises(ValueError, match="cannot be taken again"):
            add_quick(pack, student, default=True, precision="full", restart=wrong, say=lambda _: None)
    for wrong, why in (((1, 1, 0.5), "can go back to more noise"), ((1, 1, 1.1), "can go back to more noise"), ((1,), "how many times"), ((1, 1, 0.9, 0.8), "how many times")):
        with pytest.raises(ValueError, match=why):
            add_quick(pack, student, default=True, precision="full", restart=wrong, say=lambda _: None)
    add_quick(pack, student, default=True, precision="full", restart=(1.0, 2.0, 0.9), say=lambda _: None)
    assert manifest_of(pack)["factors"][0]["quick"]["restart"] == {"step": 1, "times": 2, "from": 0.9}
    assert not np.array_equal(drawn, Pack(pack).sample("segmentation", ["a dog"], noise))
    add_quick(pack, student, default=True, precision="full", say=lambda _: None)
    assert "restart" not in manifest_of(pack)["factors"][0]["quick"]
    assert not np.array_equal(drawn, Pack(pack).sample("segmentation", ["a dog"], noise))
    save_atomically(torch.load(student, weights_only=True) | {"restart": {"step": 0, "times": 3}}, student)
    add_quick(pack, student, default=True, precision="full", say=lambda _: None)
    assert manifest_of(pack)["factors"][0]["quick"]["restart"] == {"step": 0, "times": 3}, "as it was refined"


def test_what_does_not_fit_is_refused_and_the_pack_stays(pack, student):
    before, saved = manifest_of(pack), torch.load(student, weights_only=True)
    for wrong, error, words in (({"world": 1}, SystemExit, "version 1 of the world"), ({"factor": "pose"}, ValueError, "no factor of pose")):
        save_atomically(saved | wrong, student)
        with pytest.raises(error, match=words):
            add_quick(pack, student, default=True, say=lambda _: None)
    del saved["steps"]
    save_atomically(saved, student)
    with pytest.raises(ValueError, match="not of a distilled network"):
        add_quick(pack, student, default=True, say=lambda _: None)
    assert manifest_of(pack) == before
