"""The synthetic world keeps its promises: the captions are true of the pictures, and seeds give the same bytes."""

import hashlib
import os
import re

os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import numpy as np
import pytest
from relations import relations_checked
from world.boundary import boundary
from world.caption import TEMPLATES, describe
from world.classes import CLASSES, INDEX, MAX_CLASSES, palette, vocabulary
from world.colours import CLAY
from world.render import render, render_labels
from world.scene import realize
from world.spec import COLOURS, PLACES, sample_spec

SCENES = 250
SIZE = 96


def _rng(seed):
    return np.random.Generator(np.random.PCG64(seed))


@pytest.fixture(scope="module")
def scenes():
    """[(spec, caption, scene, classes, instances, depth)] for SCENES seeds."""
    made = []
    for seed in range(SCENES):
        rng = _rng(seed)
        spec = sample_spec(rng)
        caption = describe(spec, rng, "train" if seed % 2 else "held_out")
        scene = realize(spec, rng)
        made.append((spec, caption, scene, *render_labels(scene, SIZE)))
    return made


@pytest.fixture(scope="module")
def frames():
    made = []
    for seed in range(16):
        rng = _rng(seed)
        spec = sample_spec(rng)
        made.append(render(realize(spec, rng), 96))
    return made


def _hash(arrays):
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()[:16]


def _said(caption):
    """Class names that a caption mentions, by the longest phrases of the vocabulary."""
    words = vocabulary()
    pattern = r"\b(" + "|".join(sorted(map(re.escape, words), key=len, reverse=True)) + r")\b"
    return {words[m] for m in re.findall(pattern, caption.lower())}


def test_palette_keeps_its_distance():
    colours = np.array(palette(), float)
    assert len(colours) == MAX_CLASSES
    gaps = np.linalg.norm(colours[:, None] - colours[None], axis=2) + 1e9 * np.eye(MAX_CLASSES)
    assert gaps.min() >= 60.0


def test_class_order_is_fixed():
    assert [c.index for c in CLASSES] == list(range(25))
    assert (INDEX["sky"], INDEX["road"], INDEX["dog"], INDEX["sandcastle"]) == (0, 8, 9, 24)


def test_a_seed_gives_the_same_bytes():
    def draw():
        rng = _rng(7)
        spec = sample_spec(rng)
        text = describe(spec, rng)
        scene = realize(spec, rng)
        frame = render(scene, 64)
        return text, _hash(render_labels(scene, 64)), _hash(frame[:6])

    assert draw() == draw()


def test_bytes_are_those_of_the_committed_world():
    maps, pictures = [], []
    for seed in range(12):
        rng = _rng(seed)
        scene = realize(sample_spec(rng), rng)
        maps += render_labels(scene, 64)[:2]
        pictures.append(render(scene, 48).image)
    assert (_hash(maps), _hash(pictures)) == ("d92432cb4ccabb67", "422b02ff615d6c10")


def test_templates_are_many_and_held_out_ones_are_unseen():
    train = {t for group in TEMPLATES["train"].values() for t in group}
    held_out = {t for group in TEMPLATES["held_out"].values() for t in group}
    assert len(train) >= 40 and len(held_out) >= 12
    assert not train & held_out


def test_captions_name_what_is_asked_and_nothing_else(scenes):
    for spec, caption, *_ in scenes:
        asked = set(spec.asked())
        objects = {c.name for c in CLASSES if c.kind == "object"}
        assert _said(caption) <= asked, caption
        assert asked & objects <= _said(caption), caption


def test_what_is_asked_is_seen_and_what_is_not_is_absent(scenes):
    for spec, caption, _, classes, _, _ in scenes:
        areas = np.bincount(classes.ravel(), minlength=MAX_CLASSES) / classes.size
        for name in spec.asked():
            assert areas[INDEX[name]] >= 0.01, (name, caption)
        for info in CLASSES:
            if info.kind == "object" or info.name == "mountain":
                assert info.name in spec.asked() or areas[info.index] == 0.0, (info.name, caption)


def test_instances_are_as_many_as_asked(scenes):
    for spec, _, scene, classes, instances, _ in scenes:
        seen = {}
        for i, thing in enumerate(scene.things):
            assert set(np.unique(classes[instances == i + 1])) == {INDEX[thing.name]}
            seen[thing.name] = seen.get(thing.name, 0) + 1
        assert seen == {n: k for n, k in spec.asked().items() if CLASSES[INDEX[n]].kind == "object"}
        assert (instances > 0).sum() == sum((classes == INDEX[n]).sum() for n in seen)


def test_colours_asked_for_are_worn(scenes):
    for spec, _, scene, *_ in scenes:
        for thing in scene.things:
            wanted = spec.objects[thing.group].colour
            assert wanted is None or thing.colour == wanted
    assert all(word in CLAY for words in COLOURS.values() for word in words)


def test_relations_hold_in_the_picture(scenes):
    assert sum(relations_checked(scene, caption, instances, depth) for _, caption, scene, _, instances, depth in scenes) > 60


def test_depth_agrees_with_occlusion(scenes):
    """Every pixel shows the nearest thing: an object alone in its scene is never nearer than what hides it."""
    for _, _, scene, _, instances, depth in scenes[:40]:
        for i in range(len(scene.things)):
            keep = (scene.primitives[:, 2] == 0) | (scene.primitives[:, 2] == i + 1)
            _, alone, alone_depth = render_labels(scene._replace(primitives=scene.primitives[keep]), SIZE)
            hidden = (alone == i + 1) & (instances != i + 1)
            assert (depth[hidden] >= alone_depth[hidden]).all()


def test_objects_are_large(scenes):
    areas = [(instances == i + 1).mean() for _, _, scene, _, instances, _ in scenes for i in range(len(scene.things))]
    assert np.median(areas) >= 0.06
    assert min(areas) >= 0.01


def test_frames_have_the_promised_shapes_and_ranges(frames):
    for frame in frames:
        assert frame.image.shape == frame.normals.shape == (96, 96, 3)
        assert frame.image.dtype == frame.normals.dtype == frame.sketch.dtype == np.uint8
        assert frame.depth.dtype == np.uint16 and (frame.depth.min(), frame.depth.max()) == (0, 65535)
        lengths = np.linalg.norm(frame.normals / 127.5 - 1.0, axis=2)
        assert abs(lengths - 1.0).max() < 0.02
        assert frame.image.std() > 10.0 and 0.005 < (frame.sketch > 128).mean() < 0.4


def test_normals_follow_the_bae_colours(frames):
    for frame in frames:
        sea = frame.classes == INDEX["sea"]
        if sea.any():  # the water looks up: green
            assert (frame.normals[sea] == (128, 255, 128)).all(axis=1).mean() > 0.99
        sky = frame.classes == INDEX["sky"]
        assert (frame.normals[sky] == (128, 128, 255)).all()


def test_keypoints_lie_on_people():
    inside, total = 0, 0
    for seed in range(400):
        rng = _rng(1000 + seed)
        spec = sample_spec(rng, (1, 2))
        if "person" not in spec.asked():
            continue
        scene = realize(spec, rng)
        frame = render(scene, 96, samples=1)
        people = [i + 1 for i, t in enumerate(scene.things) if t.name == "person"]
        for instance, joints in zip(people, frame.keypoints):
            assert np.isfinite(joints).all() and (joints[:, :2] > -96).all() and (joints[:, :2] < 192).all()
            x, y = joints[:, 0].clip(0, 95).astype(int), joints[:, 1].clip(0, 95).astype(int)
            inside += (frame.instances[y, x] == instance).sum()
            total += 18
            assert (frame.instances[y, x] == instance)[joints[:, 2] > 0].all()
    assert total > 18 * 20 and inside > 0.85 * total


def test_boundaries_part_instances(scenes):
    for _, _, _, classes, instances, depth in scenes[:60]:
        edge = boundary(classes, instances, depth)
        assert not edge[instances == 0].any()
        a, b = instances[:, :-1], instances[:, 1:]
        touching = (a != b) & (a > 0) & (b > 0)
        assert (edge[:, :-1] | edge[:, 1:])[touching].all()


def test_every_place_promises_backgrounds():
    assert all(CLASSES[INDEX[name]].kind == "background" for names in PLACES.values() for name in names)
