"""Fréchet distance, precision and recall of features whose answers are known."""

import numpy as np
import pytest

from evaluate.fidelity import compared, frechet, image_features, precision_recall


def normal(count, mean=0.0, spread=1.0, width=4, seed=0):
    return np.random.Generator(np.random.PCG64(seed)).normal(mean, spread, (count, width)).astype(np.float32)


def test_the_distance_of_normal_distributions_is_that_of_their_means_and_spreads():
    a = normal(4000)
    assert frechet(a, a) == pytest.approx(0, abs=1e-6)
    assert frechet(a + 3, a) == pytest.approx(4 * 9, rel=1e-4)
    # (3 - 1) squared, for each of four axes.
    assert frechet(3 * a, a) == pytest.approx(4 * 4 * a.var(0).mean(), rel=0.02)
    assert frechet(normal(4000, 1, seed=1), a) == pytest.approx(4, rel=0.1)


def test_precision_falls_for_what_is_not_real_and_recall_for_what_is_not_drawn():
    real = np.concatenate([normal(300, 0, seed=2), normal(300, 50, seed=3)])
    precision, recall = precision_recall(normal(300, 0, seed=4), real)
    assert precision > 0.8 and 0.4 < recall < 0.55, "half of what is real is not drawn"
    precision, recall = precision_recall(np.concatenate([real, normal(600, -50, seed=5)]), real)
    assert precision == 0.5 and recall == 1.0, "half of what is drawn is not real"


def test_what_is_like_the_renders_comes_nearer_to_them():
    real, like, unlike = normal(200, seed=6), normal(200, seed=7), normal(200, 2, seed=8)
    near, far = compared(like, real), compared(unlike, real)
    assert near["frechet"] < far["frechet"] and near["precision"] > far["precision"] and near["recall"] > far["recall"]


def test_a_handful_says_nothing():
    assert all(np.isnan(value) for value in compared(normal(9), normal(200)).values())


def test_an_image_is_described_by_its_quarters():
    def judge(images):
        cells = images[:, :1, ::4, ::4]
        return np.concatenate([cells, -cells], 1)

    image = np.zeros((3, 256, 256), np.float32)
    image[:, :128, 128:] = 1
    assert image_features(judge, [image])[0].tolist() == [0, 1, 0, 0, 0, -1, 0, 0]
    small = np.ones((3, 128, 128), np.float32)
    assert image_features(judge, [small]).tolist() == [[1] * 4 + [-1] * 4], "of any size"
