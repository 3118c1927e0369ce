"""The tiny pack: our own walk through ONNX Runtime agrees with the PyTorch numbers that the Rust tests read."""

import json

import numpy as np
import onnxruntime
import pytest

from evaluate import pictures
from evaluate.pack import Pack

FOLDER = "tests/fixtures/tiny_pack"


@pytest.fixture(scope="module")
def reference():
    with open(f"{FOLDER}_reference.json", encoding="utf-8") as file:
        about = json.load(file)
    with open(f"{FOLDER}_reference.bin", "rb") as file:
        data = file.read()
    arrays = {}
    for name, entry in about["arrays"].items():
        kind = {"f32": "<f4", "i64": "<i8", "u8": "u1"}[entry["dtype"]]
        arrays[name] = np.frombuffer(data, kind, int(np.prod(entry["shape"])), entry["offset"]).reshape(entry["shape"])
    return about, arrays


def test_chain_matches_pytorch(reference):
    about, arrays = reference
    pack = Pack(FOLDER)
    tokens, ids = pack.text(about["prompt"])
    np.testing.assert_array_equal(ids, arrays["ids"])
    np.testing.assert_allclose(tokens, arrays["tokens"], atol=1e-4)
    prompts = [about["prompt"]] * 2
    latents = pack.sample("segmentation", prompts, arrays["segmentation_noise"], None, about["steps"], about["guidance"])
    np.testing.assert_allclose(latents, arrays["segmentation_latent"], atol=1e-3)
    logits, boundary = pack.decode("segmentation", latents[:1])
    np.testing.assert_allclose(logits[0][:, ::4, ::4], arrays["segmentation_logits"], atol=1e-3)
    classes, rim = pictures.class_map(logits[0], boundary[0], len(pack.names), 512)
    assert (classes[::2, ::2] != arrays["canvas_classes"]).mean() < 1e-3
    assert (rim[::2, ::2] != arrays["canvas_boundary"]).mean() < 1e-3
    painted = pictures.paint(pictures.nearest(classes, 128), pictures.nearest(rim, 128), pack.palette)
    parent = pack.encode(painted[None])
    assert np.abs(parent - arrays["image_parent"]).mean() < 1e-3
    given = {"segmentation": arrays["image_parent"]}
    latent = pack.sample("image", prompts[:1], arrays["image_noise"], given, about["steps"], about["guidance"])
    np.testing.assert_allclose(latent, arrays["image_latent"], atol=1e-3)
    np.testing.assert_allclose(pack.decode("image", latent)[0][0][:, ::2, ::2], arrays["image"], atol=1e-3)


def test_reference_depends_on_text_and_parents(reference):
    about, arrays = reference
    pack = Pack(FOLDER)
    prompts, noise = [about["prompt"]], arrays["image_noise"]
    given = {"segmentation": arrays["image_parent"]}
    usual = pack.sample("image", prompts, noise, given, 2, 2.0)
    assert np.abs(usual - pack.sample("image", ["a boat"], noise, given, 2, 2.0)).max() > 0.01
    assert np.abs(usual - pack.sample("image", prompts, noise, None, 2, 2.0)).max() > 0.01


def test_half_weights_are_folded_when_a_graph_is_loaded(tmp_path):
    """The casts from float16 cost nothing at run time: none is left in the optimised graph."""
    pytest.importorskip("onnx.helper")  # not "onnx": without the package that name finds our own folder
    import onnx

    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(tmp_path / "optimised.onnx")
    onnxruntime.InferenceSession(f"{FOLDER}/segmentation.onnx", options, providers=["CPUExecutionProvider"])
    stored = onnx.load(f"{FOLDER}/segmentation.onnx")
    half = {t.name for t in stored.graph.initializer if t.data_type == onnx.TensorProto.FLOAT16}
    assert half
    optimised = onnx.load(options.optimized_model_filepath)
    read = {name for node in optimised.graph.node if node.op_type == "Cast" for name in node.input}
    assert not read & half
