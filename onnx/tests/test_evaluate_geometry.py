"""Depth and normals are measured as differences and angles, and read out of images by a judge."""

import numpy as np

from evaluate import geometry
from evaluate.captions import held_out_cases
from evaluate.judges import open_judge
from world.render import render


def test_the_angle_between_normals_ignores_their_length():
    up, left = (np.array(v, np.float32).reshape(1, 3, 1, 1) for v in ((0, 0.3, 0), (-1, 0, 0)))
    assert geometry.angle(up, 2 * up) < 0.1
    assert abs(geometry.angle(up, left) - 90) < 0.1


def test_cells_are_means_of_what_they_cover():
    values = np.arange(256, dtype=np.float32).reshape(1, 1, 1, 256).repeat(256, 2)
    np.testing.assert_allclose(geometry.cells(values)[0, 0, 5, :3], (1.5, 5.5, 9.5))
    assert geometry.cells(np.ones((2, 3, 96, 96), np.float32)).shape == (2, 3, 64, 64)


def test_the_judge_reads_renders_better_than_by_chance():
    frames = [render(case.scene, 256, samples=1) for case in held_out_cases(6, version=1)]
    images, normals = (np.stack([getattr(f, name) for f in frames]).astype(np.float32).transpose(0, 3, 1, 2) / 127.5 - 1 for name in ("image", "normals"))
    depth = np.stack([f.depth for f in frames]) / np.float32(65535)
    found = geometry.agreement(open_judge("geometry", world=1), images, depth, normals)
    for errors in found.values():
        assert errors["error"] < 0.6 * errors["chance"]
    assert list(geometry.agreement(open_judge("geometry", world=1), images, None, normals)) == ["normal"]
