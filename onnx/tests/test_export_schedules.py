"""The committed reference numbers are what `diffusers` computes."""

import json

import numpy as np
import pytest


def test_schedules_are_up_to_date():
    pytest.importorskip("diffusers")
    from fixtures import make_schedules

    with open(make_schedules.PATH, encoding="utf-8") as file:
        stored = json.load(file)
    fresh = make_schedules.everything()
    assert stored.keys() == fresh.keys()
    for old, new in zip([*stored["alphas"], stored["guidance"]], [*fresh["alphas"], fresh["guidance"]], strict=True):
        _compare(old, new)


def test_samplers_are_up_to_date():
    pytest.importorskip("diffusers")
    from fixtures import make_samplers

    with open(make_samplers.PATH, encoding="utf-8") as file:
        stored = json.load(file)
    for old, new in zip(stored["walks"], make_samplers.everything()["walks"], strict=True):
        _compare(old, new)


def _compare(old, new):
    for name, value in new.items():
        if isinstance(value, list):
            np.testing.assert_allclose(old[name], value, rtol=1e-4, atol=1e-5)
        else:
            assert old[name] == value
