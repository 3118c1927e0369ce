"""The bundled pack is whole, and does what it is for."""

import json
import os

import numpy as np
import pytest

from evaluate.pack import Pack
from evaluate.recall import present
from evaluate.runtime import session
from evaluate.samples import draw_candidates, draw_chain
from export.manifest import sha256

FOLDER = "onnx/packs/clay"

pytestmark = pytest.mark.skipif(not os.path.exists(f"{FOLDER}/pack.json"), reason="the bundled pack is not here")


def test_files_are_those_of_the_manifest():
    with open(f"{FOLDER}/pack.json", encoding="utf-8") as file:
        files = json.load(file)["files"]
    for name, entry in files.items():
        assert os.path.getsize(f"{FOLDER}/{name}") == entry["bytes"], name
        assert sha256(f"{FOLDER}/{name}") == entry["sha256"], name
    assert sum(entry["bytes"] for entry in files.values()) <= 200 * 2**20


def test_a_prompt_becomes_maps_and_an_image():
    pack = Pack(FOLDER)
    drawn = draw_candidates(pack, ["a dog left of a red car in a meadow"], 4)
    assert any({"dog", "car", "meadow"} <= present(classes) for classes in drawn.classes[0])
    assert draw_chain(pack, ["a dog"], drawn.first_latents).images.shape == (1, 3, 512, 512)


def test_its_factors_answer_a_lone_sample_as_among_others():
    pack = Pack(FOLDER)
    rng = np.random.default_rng(1)
    for name, model in pack.models.items():
        assert session(f"{FOLDER}/{model}").get_modelmeta().custom_metadata_map["batch_invariant"] == "true", model
        side = pack.latent_side(name)
        noise = rng.standard_normal((3, 8, side, side)).astype(np.float32)
        known = {parent: noise[::-1].copy() for parent in pack.factors[name]["parents"]}
        together = pack.sample(name, ["two dogs left of a red car"] * 3, noise, known, steps=1, guidance=1.0)
        alone = pack.sample(name, ["two dogs left of a red car"], noise[1:2], {parent: latent[1:2] for parent, latent in known.items()}, steps=1, guidance=1.0)
        assert np.array_equal(together[1], alone[0]), name


def test_candidates_of_one_prompt_have_its_text_worked_out_once():
    pack = Pack(FOLDER)
    runtime = session(f"{FOLDER}/{pack.models['segmentation']}")
    assert runtime.get_modelmeta().custom_metadata_map["one_text"] == "true"
    feeds = {name: values[:3] for name, values in pack.text_feeds(["two dogs left of a red car"] * 3).items()}
    feeds |= {"latent": np.random.default_rng(1).standard_normal((3, 8, 24, 24)).astype(np.float32), "time": np.full(3, 0.7, np.float32)}
    once = feeds | {name: feeds[name][:1] for name in ("tokens", "ids", "mask")}
    assert all(np.array_equal(a, b) for a, b in zip(runtime.run(None, once), runtime.run(None, feeds), strict=True))


def test_weights_that_lie_in_another_file_are_of_that_file():
    with open(f"{FOLDER}/pack.json", encoding="utf-8") as file:
        manifest = json.load(file)
    assert manifest["weights"].keys() == {"segmentation_int8.onnx", "image_int8.onnx"}
    for name, lender in manifest["weights"].items():
        assert session(f"{FOLDER}/{name}").get_modelmeta().custom_metadata_map["weights"] == manifest["files"][lender]["sha256"]
