"""Factors in 8 bits: the pack runs them on CPUs, and the full network stays beside them."""

import json
import shutil

import numpy as np
import pytest

pytest.importorskip("onnx.helper")  # not "onnx": without the package that name finds our own folder

import onnx  # noqa: E402

from evaluate.pack import Pack  # noqa: E402
from evaluate.runtime import session  # noqa: E402
from export.int8 import IN_FULL, add_int8  # noqa: E402
from export.manifest import sha256  # noqa: E402
from export.shared import LEAST, WEIGHTS, share_weights  # noqa: E402

TINY = "tests/fixtures/tiny_pack"


def with_distilled(folder, number, **more):
    """The tiny pack at `folder`, whose factor of this number has its own network as the distilled one too."""
    shutil.copytree(TINY, folder)
    manifest = json.load(open(f"{folder}/pack.json", encoding="utf-8"))
    name = manifest["factors"][number]["variable"]
    shutil.copyfile(f"{folder}/{name}.onnx", f"{folder}/{name}_quick.onnx")
    manifest["factors"][number]["quick"] = {"model": f"{name}_quick.onnx", "steps": 2, **more}
    json.dump(manifest, open(f"{folder}/pack.json", "w", encoding="utf-8"))
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The tiny pack with depth and image in 8 bits."""
    folder = str(tmp_path_factory.mktemp("int8") / "pack")
    shutil.copytree(TINY, folder)
    add_int8(folder, ["depth", "image"], say=lambda _: None)
    return folder


def test_the_manifest_names_them_with_their_digests(folder):
    manifest = json.load(open(f"{folder}/pack.json", encoding="utf-8"))
    entries = {f["variable"]: f for f in manifest["factors"]}
    assert entries["depth"]["int8"] == "depth_int8.onnx" and "int8" not in entries["sketch"]
    assert entries["depth"]["model"] == "depth.onnx"
    assert {"depth_int8.onnx", "image_int8.onnx", "depth.onnx"} <= manifest["files"].keys()


def test_they_answer_nearly_the_same_at_any_batch_and_size(folder):
    eight, full = Pack(folder), Pack(folder, full_precision=True)
    assert eight.models["depth"] == "depth_int8.onnx" and full.models["depth"] == "depth.onnx"
    rng = np.random.default_rng(2)
    for shape in ((1, 8, 8, 8), (3, 8, 16, 8)):
        noise, parent = rng.standard_normal((2, *shape)).astype(np.float32)
        ask = ("depth", ["two dogs"] * shape[0], noise, {"segmentation": parent})
        a, b = eight.sample(*ask), full.sample(*ask)
        assert a.shape == b.shape and not np.array_equal(a, b)
        assert np.sqrt(((a - b) ** 2).mean() / (b**2).mean()) < 0.1


def test_the_layers_that_bear_it_least_stay_in_32_bits_and_weights_take_7_of_the_8(folder):
    model = onnx.load(f"{folder}/image_int8.onnx")
    arrays = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    eight = [values for values in arrays.values() if values.dtype == np.int8]
    assert eight and all(np.abs(values.astype(int)).max() <= 64 for values in eight)
    made_by = {out: node.op_type for node in model.graph.node for out in node.output}
    kept = [node for node in model.graph.node if node.op_type == "Conv" and any(part in node.name for part in IN_FULL)]
    assert len(kept) >= 3 and all(made_by.get(name) != "DequantizeLinear" for node in kept for name in node.input)
    rest = [node for node in model.graph.node if node.op_type == "Conv" and node not in kept]
    assert rest and all(made_by.get(name) == "DequantizeLinear" for node in rest for name in node.input)


def test_a_graph_says_whether_a_sample_comes_out_alone_as_among_others(folder):
    says = {}
    for name in ("depth_int8.onnx", "image_int8.onnx"):
        model = onnx.load(f"{folder}/{name}")
        says[name] = {entry.key: entry.value for entry in model.metadata_props}["batch_invariant"]
        runtime, rng = session(model.SerializeToString()), np.random.default_rng(4)
        sizes = {"batch": 3, "tokens": 5, 384: 384}
        feeds = {}
        for port in runtime.get_inputs():
            shape = [axis if isinstance(axis, int) else sizes.get(axis, 8) for axis in port.shape]
            feeds[port.name] = rng.integers(0, 20, shape) if "int64" in port.type else rng.random(shape).astype(np.float32)
        together = runtime.run(None, feeds)
        alone = [runtime.run(None, {key: value[i : i + 1] for key, value in feeds.items()}) for i in range(3)]
        same = all(np.array_equal(many[i], one[0]) for i, answers in enumerate(alone) for many, one in zip(together, answers, strict=True))
        assert same or says[name] == "false"
    assert set(says.values()) <= {"true", "false"}


def test_weights_may_lie_in_the_full_network_alone(folder, tmp_path):
    shutil.copyfile(f"{folder}/depth.onnx", tmp_path / "depth.onnx")
    shutil.copyfile(f"{folder}/depth_int8.onnx", tmp_path / "depth_int8.onnx")
    own = session(f"{folder}/depth_int8.onnx")
    share_weights(str(tmp_path / "depth_int8.onnx"), str(tmp_path / "depth.onnx"))
    lent = session(str(tmp_path / "depth_int8.onnx"))
    model = onnx.load(tmp_path / "depth_int8.onnx", load_external_data=False)
    largest = max((tensor for tensor in model.graph.initializer if not tensor.external_data), key=lambda tensor: np.prod(tensor.dims))
    assert onnx.numpy_helper.to_array(largest).nbytes < LEAST, "what is left is small"
    assert lent.get_modelmeta().custom_metadata_map[WEIGHTS] == sha256(tmp_path / "depth.onnx")
    rng = np.random.default_rng(6)
    feeds = {"latent": (3, 8, 8, 16), "time": (3,), "tokens": (3, 5, 384), "mask": (3, 5), "parent_segmentation": (3, 8, 8, 16), "parent_segmentation_level": (3,)}
    feeds = {name: rng.random(shape).astype(np.float32) for name, shape in feeds.items()} | {"ids": rng.integers(0, 20, (3, 5))}
    assert all(np.array_equal(a, b) for a, b in zip(own.run(None, feeds), lent.run(None, feeds), strict=True))


def test_a_factor_whose_distilled_network_walks_lends_its_weights(tmp_path):
    folder = with_distilled(str(tmp_path / "pack"), 0, default=True)
    add_int8(folder, say=lambda _: None, without=["depth"])
    manifest = json.load(open(f"{folder}/pack.json", encoding="utf-8"))
    assert manifest["weights"] == {"segmentation_int8.onnx": "segmentation.onnx"}
    assert "int8" not in manifest["factors"][1] and manifest["factors"][2]["int8"] == "sketch_int8.onnx"
    assert manifest["encoder_int8"] == "encoder_int8.onnx" in manifest["files"]
    eight, full = Pack(folder, walks="full"), Pack(folder, full_precision=True, walks="full")
    assert (eight.models["segmentation"], eight.encoder, full.encoder) == ("segmentation_int8.onnx", "encoder_int8.onnx", "encoder.onnx")
    noise = np.random.default_rng(3).standard_normal((1, 8, 8, 8)).astype(np.float32)
    a, b = (pack.sample("segmentation", ["two dogs"], noise) for pack in (eight, full))
    assert not np.array_equal(a, b) and np.sqrt(((a - b) ** 2).mean() / (b**2).mean()) < 0.1
    picture = np.random.default_rng(4).random((2, 3, 32, 64)).astype(np.float32)
    assert np.abs(eight.encode(picture) - full.encode(picture)).max() < 0.2


def test_neighbours_in_a_batch_change_nothing(folder):
    pack, rng = Pack(folder), np.random.default_rng(3)
    noise = rng.standard_normal((4, 8, 8, 8)).astype(np.float32)
    together = pack.sample("depth", ["a dog"] * 4, noise)
    assert np.allclose(together[1:3], pack.sample("depth", ["a dog"] * 2, noise[1:3]), atol=1e-5)


def test_a_distilled_network_is_quantized_beside_its_factor_and_walks_unless_full_walks_are_wanted(tmp_path):
    folder = with_distilled(str(tmp_path / "pack"), 0, default=True)
    noise = np.random.default_rng(3).standard_normal((1, 8, 8, 8)).astype(np.float32)
    quick, full = Pack(folder, full_precision=True), Pack(folder, full_precision=True, walks="full")
    assert quick.models["segmentation"] == "segmentation_quick.onnx" and full.models["segmentation"] == "segmentation.onnx"
    assert np.array_equal(quick.sample("segmentation", ["two dogs"], noise), full.sample("segmentation", ["two dogs"], noise, steps=2, guidance=1.0))
    add_int8(folder, ["segmentation"], say=lambda _: None, quick_too=False)
    assert Pack(folder).models["segmentation"] == "segmentation_quick.onnx"
    add_int8(folder, ["segmentation"], say=lambda _: None)
    entry = json.load(open(f"{folder}/pack.json", encoding="utf-8"))["factors"][0]
    assert entry["int8"] == "segmentation_int8.onnx" and entry["quick"]["int8"] == "segmentation_quick_int8.onnx"
    assert Pack(folder).models["segmentation"] == "segmentation_quick_int8.onnx" and Pack(folder, walks="full").models["segmentation"] == "segmentation_int8.onnx"


def test_a_distilled_network_that_is_not_the_default_is_kept_in_8_bits_alone(tmp_path):
    folder = with_distilled(str(tmp_path / "pack"), 1)
    for _ in range(2):  # again, and what is in 8 bits is not quantized once more
        add_int8(folder, ["depth"], say=lambda _: None)
        manifest = json.load(open(f"{folder}/pack.json", encoding="utf-8"))
        assert manifest["factors"][1]["quick"] == {"model": "depth_quick_int8.onnx", "steps": 2}
        assert "depth_quick_int8.onnx" in manifest["files"] and "depth_quick.onnx" not in manifest["files"]
    assert Pack(folder).models["depth"] == "depth_int8.onnx" and Pack(folder, walks="quick").models["depth"] == "depth_quick_int8.onnx"


def test_the_decoder_of_classes_comes_in_8_bits_where_all_is_quantized(tmp_path):
    folder = str(tmp_path / "pack")
    shutil.copytree(TINY, folder)
    add_int8(folder, say=lambda _: None)
    manifest = json.load(open(f"{folder}/pack.json", encoding="utf-8"))
    variables = {v["name"]: v for v in manifest["variables"]}
    assert variables["segmentation"]["decoder_int8"] == "decode_classes_int8.onnx" in manifest["files"] and variables["segmentation"]["decoder"] == "decode_classes.onnx"
    assert variables["image"]["decoder_int8"] == "decode_image_int8.onnx" in manifest["files"] and "decoder_int8" not in variables["depth"]
    eight, full = Pack(folder), Pack(folder, full_precision=True)
    assert eight.decoders["segmentation"] == "decode_classes_int8.onnx" and full.decoders["segmentation"] == "decode_classes.onnx"
    latents = np.random.default_rng(5).standard_normal((2, 8, 8, 16)).astype(np.float32)
    for a, b in zip(eight.decode("segmentation", latents), full.decode("segmentation", latents), strict=True):
        assert a.shape == b.shape and not np.array_equal(a, b)
        assert np.sqrt(((a - b) ** 2).mean() / (b**2).mean()) < 0.1
