"""The reader of colours learns from renders, and the pack's says what it should."""

import json

import numpy as np
import pytest

from train import colours
from world.classes import INDEX
from world.spec import COLOUR_WORDS


def test_features_are_quartiles_light_and_class():
    picture = np.zeros((10, 10, 3), np.uint8)
    picture[:2] = 255
    pixels = np.array([[10, 0, 0], [20, 0, 0], [30, 0, 0], [40, 0, 0]], np.uint8)
    seen = colours.features(pixels, picture, INDEX["car"])
    assert seen.shape == (55,) and seen.dtype == np.float32
    np.testing.assert_allclose(seen[[0, 3, 6]] * 255, [10, 20, 30], atol=1e-4)  # the lower of two values
    np.testing.assert_allclose(seen[9:15], [0.2] * 3 + [1] * 3, atol=1e-6)
    assert seen[15:].sum() == 1 and seen[15 + INDEX["car"]] == 1


def test_what_is_recoloured_keeps_its_light():
    seen = np.zeros((3, 55), np.float32)
    seen[:, :9], seen[:, 9:15] = 0.3, 0.6
    out, words = colours.recoloured(seen, np.array([0, 1, 2]), np.random.default_rng(0))
    np.testing.assert_array_equal(out[:, 9:], seen[:, 9:])
    for row, old, new in zip(out, range(3), words, strict=True):
        assert np.allclose(row[:9], 0.3) == (old == new)


def test_the_packs_reader_reads_renders():
    with open("onnx/packs/clay/pack.json", encoding="utf-8") as file:
        reader = json.load(file)["colour_reader"]
    seen, worn = colours.examples(np.random.Generator(np.random.PCG64(99)), 40)
    assert len(worn) > 40 and colours.accuracy(reader, seen, worn) > 0.85


def test_a_reader_learns(monkeypatch):
    pytest.importorskip("torch")
    monkeypatch.setattr(colours, "STEPS", 150)
    seen, worn = colours.examples(np.random.Generator(np.random.PCG64(98)), 60)
    reader = colours.fitted(seen, worn)
    assert colours.accuracy(reader, seen, worn) > 0.6
    assert np.array(reader["hidden"]["weight"]).shape == (colours.HIDDEN, 55) and reader["words"] == list(COLOUR_WORDS)
