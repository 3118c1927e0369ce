"""Skeletons: painting, mirrors, and reading them back."""

import numpy as np

from evaluate.skeletons import read_pose
from fixtures.make_pose import SIDE, people
from world import pose


def lit(joints, side):
    """What a perfect decoder answers for joints f32 [N, 18, 3]."""
    y, x = np.mgrid[:side, :side] + 0.5
    spots, necks = np.zeros((18, side, side), np.float32), np.zeros((36, side, side), np.float32)
    for person in joints:
        for j in np.flatnonzero(person[:, 2]):
            spot = np.exp(-((x - person[j, 0]) ** 2 + (y - person[j, 1]) ** 2) / 4.5)
            new = spot > spots[j]
            spots[j][new] = spot[new]
            necks[2 * j][new], necks[2 * j + 1][new] = (person[1, 0] - x)[new], (person[1, 1] - y)[new]
    return spots, necks


def test_a_mirrored_skeleton_is_the_mirror_image_with_sides_swapped():
    joints = people()
    painted, mirrored = (pose.paint(p, SIDE) for p in (joints, pose.mirrored(joints, SIDE)))
    assert ((painted > 0).any(-1)[:, ::-1] == (mirrored > 0).any(-1)).all()
    again = pose.mirrored(pose.mirrored(joints, SIDE), SIDE)
    assert np.array_equal(again, joints)
    lone = np.zeros((1, 18, 3), np.float32)
    lone[0, 2] = (20.5, 30.5, 1)  # a right shoulder
    seen = pose.paint(pose.mirrored(lone, SIDE), SIDE)
    assert tuple(seen[30, SIDE - 21]) == pose.COLOURS[5] and (seen.any(-1).sum(), seen[30, 20].sum()) == (pose.paint(lone, SIDE).any(-1).sum(), 0)


def test_joints_are_read_back_person_by_person():
    first = np.zeros((18, 3), np.float32)
    first[[0, 1, 2, 5, 7]] = [(20, 8, 1), (20, 14, 1), (15, 15, 1), (25, 15, 1), (36.5, 30, 1)]
    second = np.zeros((18, 3), np.float32)
    second[[0, 1, 2, 4]] = [(42, 9, 1), (42, 15, 1), (37, 16, 1), (26.5, 31, 1)]
    read = read_pose(*lit(np.stack([second, first]), 64))
    assert len(read) == 2
    for found, asked in zip(read, (first, second), strict=True):
        seen = asked[:, 2] > 0
        assert np.array_equal(found[:, 2] > 0, seen)
        assert np.abs(found[seen, :2] - asked[seen, :2]).max() < 0.4


def test_darkness_is_nobody():
    assert read_pose(np.zeros((18, 8, 8)), np.zeros((36, 8, 8))).shape == (0, 18, 3)
