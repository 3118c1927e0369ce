"""All models by class index, and the assembly of a list of objects into primitives: one compiled call per scene."""

import numpy as np
from numba import njit

from world import animals, creatures, letters, people, props, things
from world.classes import INDEX
from world.primitives import place
from world.trig import cos, sin

UNIFORMS = 16  # per object

# Class name -> (height, width) of the model in its own units, seen from its best side.
EXTENT = {
    "cloud": (0.96, 2.0), "sun": (1.0, 1.0), "dog": (0.98, 1.45), "cat": (0.95, 1.0), "horse": (1.08, 1.32), "person": (1.0, 0.62),
    "car": (1.0, 2.0), "boat": (1.0, 0.95), "airplane": (1.35, 2.05), "house": (1.05, 1.10), "tower": (1.05, 0.50), "tree": (1.03, 0.86),
    "fir": (1.0, 0.64), "cactus": (1.0, 0.76), "umbrella": (1.0, 1.20), "ball": (1.0, 1.0), "snowman": (1.05, 0.80),
    "sandcastle": (1.08, 1.45), "squirrel": (1.08, 1.10), "rhino": (1.0, 2.2), "bird": (0.97, 1.15), "flying bird": (1.12, 1.40), "bridge": (0.92, 2.4),
    "flower": (1.05, 0.72), "rock": (0.76, 1.45), "mushroom": (0.95, 1.0), "bench": (1.02, 1.8),
}  # fmt: skip
# shown in profile; all others face the viewer
SIDEWAYS = ("dog", "cat", "horse", "car", "boat", "airplane", "squirrel", "rhino", "bird", "flying bird")

CLOUD, SUN, DOG, CAT, HORSE, PERSON, CAR, BOAT, AIRPLANE = (
    INDEX[name] for name in ("cloud", "sun", "dog", "cat", "horse", "person", "car", "boat", "airplane")
)
HOUSE, TOWER, TREE, FIR, CACTUS, UMBRELLA, BALL, SNOWMAN, SANDCASTLE = (
    INDEX[name] for name in ("house", "tower", "tree", "fir", "cactus", "umbrella", "ball", "snowman", "sandcastle")
)
SQUIRREL, RHINO, BIRD, BRIDGE, FLOWER, ROCK, MUSHROOM, BENCH, SIGN = (
    INDEX[name] for name in ("squirrel", "rhino", "bird", "bridge", "flower", "rock", "mushroom", "bench", "sign")
)


def extent(thing):
    """(height, width) of a thing's model in its own units; a word makes a sign as wide as it needs."""
    if thing.look == "sign":
        return 1.0, letters.sign_width(len(thing.word))
    if thing.look == "letters":
        return 1.0, letters.letters_width(len(thing.word))
    return EXTENT[thing.look]


def traits(things):
    """i64[m, 1 + LONGEST]: what a model must know of its thing beside uniforms: 1 for a second form, then the letters of its word."""
    rows = np.zeros((len(things), 1 + letters.LONGEST), np.int64)
    for row, thing in zip(rows, things):
        row[0] = thing.look != thing.name
        row[1:] = letters.letter_codes(thing.word)
    return rows


@njit(cache=True, nogil=True)
def _added(cls, P, n, u, trait):
    """The models of version 1."""
    if cls == SQUIRREL:
        return creatures.squirrel(P, n, u)
    if cls == RHINO:
        return creatures.rhino(P, n, u)
    if cls == BIRD:
        return creatures.bird(P, n, u, trait[0] == 1)
    if cls == BRIDGE:
        return props.bridge(P, n, u)
    if cls == FLOWER:
        return props.flower(P, n, u)
    if cls == ROCK:
        return props.rock(P, n, u)
    if cls == MUSHROOM:
        return props.mushroom(P, n, u)
    if cls == BENCH:
        return props.bench(P, n, u)
    if trait[0] == 1:
        return letters.letters(P, n, u, trait[1:])
    return letters.sign(P, n, u, trait[1:])


@njit(cache=True, nogil=True)
def _model(cls, P, n, u, K, trait):
    if cls >= SQUIRREL:
        return _added(cls, P, n, u, trait)
    if cls == DOG:
        return animals.dog(P, n, u)
    if cls == CAT:
        return animals.cat(P, n, u)
    if cls == HORSE:
        return animals.horse(P, n, u)
    if cls == PERSON:
        return people.person(P, n, u, K)
    if cls == CAR:
        return things.car(P, n, u)
    if cls == BOAT:
        return things.boat(P, n, u)
    if cls == AIRPLANE:
        return things.airplane(P, n, u)
    if cls == HOUSE:
        return things.house(P, n, u)
    if cls == TOWER:
        return things.tower(P, n, u)
    if cls == TREE:
        return things.tree(P, n, u)
    if cls == FIR:
        return things.fir(P, n, u)
    if cls == CACTUS:
        return things.cactus(P, n, u)
    if cls == UMBRELLA:
        return things.umbrella(P, n, u)
    if cls == BALL:
        return things.ball(P, n, u)
    if cls == SNOWMAN:
        return things.snowman(P, n, u)
    if cls == SANDCASTLE:
        return things.sandcastle(P, n, u)
    if cls == CLOUD:
        return things.cloud(P, n, u)
    return things.sun(P, n, u)


@njit(cache=True, nogil=True)
def assemble(P, n, classes, poses, uniforms, traits, paints, joints):
    """Adds object i of class classes[i] with poses[i] = (yaw, scale, x, y, z) as instance i + 1; returns the next free row.

    uniforms f64[m, >= UNIFORMS] (the last is overwritten), traits as the function of that name gives them, paints f64[m, 8, 3];
    joints f64[m, 18, 3] receives persons' joints in the world.
    """
    for i in range(len(classes)):
        yaw, scale, x, y, z = poses[i, 0], poses[i, 1], poses[i, 2], poses[i, 3], poses[i, 4]
        # Models that look at the viewer, or bank towards him, must know on which side he is: u[15] is 0 where that is -z.
        uniforms[i, 15] = 0.0 if cos(yaw) > 0.0 else 1.0
        last = _model(classes[i], P, n, uniforms[i], joints[i], traits[i])
        place(P, n, last, yaw, scale, x, y, z, classes[i], i + 1, paints[i])
        n = last
        if classes[i] == PERSON:
            c, s = cos(yaw), sin(yaw)
            for k in range(18):
                px, py, pz = joints[i, k, 0] * scale, joints[i, k, 1] * scale, joints[i, k, 2] * scale
                joints[i, k, 0], joints[i, k, 1], joints[i, k, 2] = c * px + s * pz + x, py + y, c * pz - s * px + z
    return n


def empty_joints(count):
    return np.zeros((count, 18, 3))
