"""A thousand frames of each version of the world: captions true, everything asked for in sight, and all maps of one mind."""

import os
import re
from functools import lru_cache

os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import numpy as np
import pytest
from relations import relations_checked
from world.boundary import boundary
from world.caption import describe
from world.classes import INDEX, MAX_CLASSES, classes_of, vocabulary
from world.primitives import BOX, CAPSULE, ELLIPSOID, KIND
from world.primitives import SIZE as SIZES
from world.raster import trace
from world.render import render_geometry, render_labels
from world.scene import sample_scene

FRAMES = 1000
SIZE = 96
_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "pair": 2, "couple": 2}


@lru_cache(maxsize=None)
def _thousand(version):
    """[(scene, caption, Geometry)], the same for every test."""
    made = []
    for seed in range(FRAMES):
        rng = np.random.Generator(np.random.PCG64([seed, 0x7405, version]))
        scene = sample_scene(rng, version=version)
        made.append((scene, describe(scene.spec, rng, "train" if seed % 2 else "held_out"), render_geometry(scene, SIZE)))
    return made


@pytest.fixture(params=(0, 1), ids=("version 0", "version 1"))
def version(request):
    return request.param


def _phrases(version):
    words = vocabulary(version)
    return words, re.compile(r"\b(" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + r")\b")


def test_captions_name_what_is_asked_and_nothing_else(version):
    words, pattern = _phrases(version)
    objects = {c.name for c in classes_of(version) if c.kind == "object"}
    for scene, caption, _ in _thousand(version):
        asked = set(scene.spec.asked())
        said = {words[m] for m in pattern.findall(caption.lower())}
        assert said <= asked and asked & objects <= said, caption


def test_captions_give_counts_colours_and_words(version):
    for scene, caption, _ in _thousand(version):
        text = caption.lower()
        counts = sorted(_NUMBERS[m] for m in re.findall(r"\b(" + "|".join(_NUMBERS) + r")\b", text))
        assert counts == sorted(g.count for g in scene.spec.objects if g.count > 1), caption
        for thing in scene.things:
            group = scene.spec.objects[thing.group]
            assert group.colour is None or (group.colour in text and thing.colour == group.colour), caption
            assert group.word is None or (f'"{group.word}"' in caption and thing.word == group.word), caption


def test_what_is_asked_is_seen_and_what_is_not_is_absent(version):
    for scene, caption, maps in _thousand(version):
        areas = np.bincount(maps.classes.ravel(), minlength=MAX_CLASSES) / maps.classes.size
        for name in scene.spec.asked():
            assert areas[INDEX[name]] >= 0.01, (name, caption)
        for info in classes_of(version):
            if info.kind == "object" or info.name == "mountain":
                assert info.name in scene.spec.asked() or areas[info.index] == 0.0, (info.name, caption)
        assert areas[len(classes_of(version)) :].sum() == 0.0


def test_instances_are_as_many_as_asked_and_of_one_class(version):
    for scene, caption, maps in _thousand(version):
        seen = {}
        for i, thing in enumerate(scene.things):
            assert set(np.unique(maps.classes[maps.instances == i + 1])) == {INDEX[thing.name]}, caption
            seen[thing.name] = seen.get(thing.name, 0) + 1
        assert seen == {g.name: g.count for g in scene.spec.objects}
        objects = np.isin(maps.classes, [c.index for c in classes_of(version) if c.kind == "object"])
        assert (objects == (maps.instances > 0)).all()


def test_relations_hold_in_the_picture(version):
    checked = sum(relations_checked(scene, caption, maps.instances, maps.depth) for scene, caption, maps in _thousand(version))
    assert checked > FRAMES // 4


def test_depth_agrees_with_occlusion(version):
    """What hides a part of an object is nearer than that part; the object alone in its scene shows where the part is."""
    hidden_pixels = 0
    for scene, caption, maps in _thousand(version):
        for i in range(len(scene.things)):
            keep = (scene.primitives[:, 2] == 0) | (scene.primitives[:, 2] == i + 1)
            _, alone, depth = render_labels(scene._replace(primitives=scene.primitives[keep]), SIZE)
            hidden = (alone == i + 1) & (maps.instances != i + 1)
            assert (maps.depth[hidden] >= depth[hidden]).all(), caption
            shown = (alone == i + 1) & ~hidden
            assert (maps.depth[shown] == depth[shown]).all(), caption
            hidden_pixels += hidden.sum()
    assert hidden_pixels > 20 * FRAMES


def test_the_sky_is_farthest_and_the_ground_comes_nearer_downwards(version):
    for _, caption, maps in _thousand(version):
        assert ((maps.depth == 0.0) == (maps.classes == INDEX["sky"])).all(), caption
        ground = (maps.instances == 0) & (maps.classes != INDEX["sky"]) & (maps.normals[:, :, 1] == 1.0)
        both = ground[:-1] & ground[1:]
        assert (maps.depth[1:][both] > maps.depth[:-1][both]).all(), caption


def test_normals_agree_with_depth(version):
    """Where a pixel and its neighbours lie on one round solid, the depth's slopes give the same normal as the map of normals.

    Boxes, prisms and flat cones are left out: their edges are rounded in the normals alone, as a thumb would. So are the tapered
    capsules of version 0, whose normals lean the wrong way.
    """
    angles = []
    for scene, caption, maps in _thousand(version):
        assert abs(np.linalg.norm(maps.normals, axis=2) - 1.0).max() < 1e-4, caption
        solid = _same_solid(scene, version)
        with np.errstate(divide="ignore"):
            z = 1.0 / maps.depth.astype(np.float64)
        u = ((2.0 * np.arange(SIZE) + 1.0) / SIZE - 1.0) * scene.lens
        v = (1.0 - (2.0 * np.arange(SIZE) + 1.0) / SIZE - scene.horizon) * scene.lens
        z = np.where(np.isfinite(z), z, 0.0)
        points = np.stack((u[None] * z, v[:, None] * z, z), 2)
        across, along = points[1:-1, 2:] - points[1:-1, :-2], points[2:, 1:-1] - points[:-2, 1:-1]
        slopes = np.cross(across, along)
        slopes /= np.maximum(np.linalg.norm(slopes, axis=2, keepdims=True), 1e-12)
        said = maps.normals[1:-1, 1:-1]
        toward = (said * points[1:-1, 1:-1]).sum(2)
        assert (toward[solid] <= 1e-3 * z[1:-1, 1:-1][solid]).mean() > 0.999, caption  # no surface shows us its back
        angles.append(abs((slopes * said).sum(2))[solid])
    angles = np.concatenate(angles)
    assert len(angles) > 2000 * FRAMES
    assert np.median(angles) > 0.999 and (angles > 0.9).mean() > 0.995, (np.median(angles), (angles > 0.9).mean())


def _same_solid(scene, version):
    """bool[SIZE - 2, SIZE - 2]: pixels that lie with all four neighbours on one ellipsoid, one capsule or the ground."""
    z, prim = np.empty((SIZE, SIZE)), np.empty((SIZE, SIZE), np.int16)
    trace(scene.primitives, len(scene.primitives), scene.lens, scene.horizon, z, prim, np.zeros((0, 0), np.uint32))
    P = scene.primitives
    kinds = np.append(P[:, KIND], (BOX, ELLIPSOID))  # the last two: sky and ground
    if version == 0:
        kinds[:-2][(P[:, KIND] == CAPSULE) & (abs(P[:, SIZES + 1] - P[:, SIZES + 2]) > 0.02 * P[:, SIZES])] = BOX
    middle = prim[1:-1, 1:-1]
    same = (prim[:-2, 1:-1] == middle) & (prim[2:, 1:-1] == middle) & (prim[1:-1, :-2] == middle) & (prim[1:-1, 2:] == middle)
    return same & (kinds[middle] <= CAPSULE)


def test_joints_lie_in_their_person(version):
    """Seen joints lie on their person; nearly all joints lie in the outline that the person has alone."""
    inside = total = 0
    for scene, caption, maps in _thousand(version):
        people = [i + 1 for i, t in enumerate(scene.things) if t.name == "person"]
        assert len(people) == len(maps.keypoints)
        for instance, joints in zip(people, maps.keypoints):
            x, y = joints[:, 0].clip(0, SIZE - 1).astype(int), joints[:, 1].clip(0, SIZE - 1).astype(int)
            assert (maps.instances[y, x] == instance)[joints[:, 2] > 0].all(), caption
            keep = scene.primitives[:, 2] == instance
            _, alone, _ = render_labels(scene._replace(primitives=scene.primitives[keep]), SIZE)
            inside += (alone[y, x] == instance).sum()
            total += 18
    assert total > 18 * FRAMES // 20 and inside > 0.97 * total


def test_no_word_is_hidden_or_cut_off():
    signs = 0
    for scene, caption, maps in _thousand(1):
        for i, thing in enumerate(scene.things):
            if thing.word is None:
                continue
            keep = scene.primitives[:, 2] == i + 1
            _, alone, _ = render_labels(scene._replace(primitives=scene.primitives[keep]), SIZE)
            assert (maps.instances == i + 1).sum() > 0.93 * (alone > 0).sum(), caption
            assert not (maps.instances[:, 0] == i + 1).any() and not (maps.instances[:, -1] == i + 1).any(), caption
            signs += 1
    assert signs > FRAMES // 20


def test_boundaries_part_instances(version):
    for _, caption, maps in _thousand(version):
        edge = boundary(maps.classes, maps.instances, maps.depth)
        assert not edge[maps.instances == 0].any()
        for a, b, ea, eb in (
            (maps.instances[:, :-1], maps.instances[:, 1:], edge[:, :-1], edge[:, 1:]),
            (maps.instances[:-1], maps.instances[1:], edge[:-1], edge[1:]),
        ):
            assert (ea | eb)[(a != b) & (a > 0) & (b > 0)].all(), caption
