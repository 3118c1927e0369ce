"""Captions kept out of training, each with one true scene: the prompts of the evaluation and its ground truth."""

from typing import NamedTuple

import numpy as np

from world.boundary import boundary
from world.caption import describe
from world.render import render_labels
from world.scene import sample_scene

SEED = 20261123
MAP_SIDE = 128


class Case(NamedTuple):
    """A caption from held-out templates, its spec, the classes it asks for with their counts, and a rendered label map."""

    caption: str
    spec: object
    asked: dict
    scene: object
    classes: np.ndarray  # u8 [128, 128]
    boundary: np.ndarray  # bool [128, 128]


def measured_world(pack, asked):
    """The version of the world that a pack is measured with: its own, or an earlier one that is `asked` for, as an earlier pack was measured."""
    if asked is not None and asked > pack.world:
        raise SystemExit(f"the pack is of version {pack.world} of the world: it lacks classes that version {asked} asks for")
    return pack.world if asked is None else asked


def held_out_cases(count, seed=SEED, version=0, objects=(1, 6)):
    """`count` cases of a version of the world with at least and at most so many `objects`, always the same for one seed."""
    rng = np.random.Generator(np.random.PCG64([seed, 0xE7A1]))
    cases = []
    while len(cases) < count:
        scene = sample_scene(rng, objects, version)
        classes, instances, _ = render_labels(scene, MAP_SIDE)
        caption = describe(scene.spec, rng, split="held_out")
        cases.append(Case(caption, scene.spec, scene.spec.asked(), scene, classes, boundary(classes, instances)))
    return cases
