"""From a spec to solids: many different scenes that all keep what the spec says."""

from typing import NamedTuple

import numpy as np

from world import layout
from world.classes import INDEX
from world.colours import free_colour, paints
from world.models import UNIFORMS, assemble, empty_joints, traits
from world.primitives import CAPSULE, KIND, LEAN, MAX_PRIMITIVES, WIDTH
from world.raster import label, trace, visibility
from world.spec import PLACES, look_of, sample_spec

MIN_SHOWN = 0.015  # of the picture, for every object asked for
MIN_UNHIDDEN = (0.40, 0.50)  # of an object's own pixels inside the frame, by version
MIN_READABLE = 0.96  # .. of a sign's, which must also lie inside the frame
MIN_BACKGROUND = 0.02  # of the picture, for every background asked for
_CHECK = 64  # resolution at which a layout is judged
_TRIES = 60


class Thing(NamedTuple):
    """One object: class name, main colour (a word of `colours.CLAY`), group of the spec it belongs to; form and word as in `ObjectSpec`."""

    name: str
    colour: str
    group: int
    form: str | None = None
    word: str | None = None

    @property
    def look(self):
        return look_of(self.name, self.form)


class Scene(NamedTuple):
    """primitives f64[n, WIDTH]; camera: lens (half width at depth 1) and horizon (v, -1..1); ground f64[8] as in `raster.ground_class`;
    things[i] is instance i + 1; joints f64[len(things), 18, 3] (zeros but for persons); seed drives grain and light."""

    primitives: np.ndarray
    lens: float
    horizon: float
    ground: np.ndarray
    hour: str
    place: str
    things: tuple
    joints: np.ndarray
    seed: int
    spec: object


class NoLayout(RuntimeError):
    """No composition was found in which everything a spec asks for can be seen."""


def _things(spec, rng):
    things = []
    for g, group in enumerate(spec.objects):
        for _ in range(group.count):
            colour = group.colour or free_colour(group.name, group.look, rng.random())
            things.append(Thing(group.name, colour, g, group.form, group.word))
    return tuple(things)


def relation_holds(kind, a, b):
    """Whether `kind` holds between boxes a and b = (x0, y0, x1, y1), y downwards, 0..1, by their centres."""
    ax, ay, bx, by = (a[0] + a[2]) / 2, (a[1] + a[3]) / 2, (b[0] + b[2]) / 2, (b[1] + b[3]) / 2
    if kind == "left of":
        return bx - ax > 0.06
    if kind == "right of":
        return ax - bx > 0.06
    if kind == "above":
        return by - ay > 0.06 and abs(ax - bx) < 0.3
    if kind == "under":
        return ay - by > 0.06 and abs(ax - bx) < 0.3
    if kind == "next to":
        return max(a[0], b[0]) - min(a[2], b[2]) < 0.15
    return True  # behind and in front of are matters of depth


def _order_holds(kind, a, b):
    """Whether inverse depths a lie clearly behind or in front of b, if `kind` asks for it: on a hill, lower is not always nearer."""
    if kind not in ("behind", "in front of"):
        return True
    far, near = (a, b) if kind == "behind" else (b, a)
    return np.median(far) < 0.97 * np.median(near)


def instance_boxes(instances, count):
    """(x0, y0, x1, y1) in 0..1 per instance, None where nothing shows."""
    height, width = instances.shape
    boxes = []
    for i in range(1, count + 1):
        mask = instances == i
        rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
        boxes.append(
            (columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height) if len(rows) else None
        )
    return boxes


def _keeps_promises(scene):
    """Whether everything asked for is seen, and the relations hold."""
    P, things, spec = scene.primitives, scene.things, scene.spec
    z = np.empty((_CHECK, _CHECK))
    prim = np.empty((_CHECK, _CHECK), np.int16)
    cover = np.zeros((_CHECK, _CHECK), np.uint32)
    trace(P, len(P), scene.lens, scene.horizon, z, prim, cover)
    shown, whole = np.zeros(33, np.int64), np.zeros(33, np.int64)
    visibility(P, prim, cover, shown, whole)
    count = len(things)
    mine, own = shown[1 : count + 1], whole[1 : count + 1]
    if (mine < MIN_SHOWN * _CHECK * _CHECK).any() or (mine < MIN_UNHIDDEN[spec.version] * own).any():
        return False
    if any(t.word and not _readable(i + 1, prim, P, mine[i], own[i]) for i, t in enumerate(things)):
        return False
    backgrounds = PLACES[spec.place] if spec.place else ()
    if spec.mountain:
        backgrounds += ("mountain",)
    if not backgrounds and not spec.relations:
        return True
    classes = np.empty((_CHECK, _CHECK), np.uint8)
    instances = np.empty((_CHECK, _CHECK), np.uint8)
    depth = np.empty((_CHECK, _CHECK), np.float32)
    label(P, prim, z, scene.ground, scene.lens, classes, instances, depth)
    areas = np.bincount(classes.ravel(), minlength=64)
    if any(areas[INDEX[name]] < MIN_BACKGROUND * _CHECK * _CHECK for name in backgrounds):
        return False
    if spec.relations:
        relation = spec.relations[0]
        boxes = instance_boxes(instances, count)
        for i, a in enumerate(things):
            for j, b in enumerate(things):
                if a.group == relation.a and b.group == relation.b:
                    if not relation_holds(relation.kind, boxes[i], boxes[j]):
                        return False
                    # Version 0 trusts the layout in this, and its scenes must stay as they are.
                    if spec.version > 0 and not _order_holds(relation.kind, depth[instances == i + 1], depth[instances == j + 1]):
                        return False
    return True


def _readable(instance, prim, P, shown, whole):
    """Whether nothing hides a letter and the frame cuts none off."""
    edges = np.concatenate((prim[:, 0], prim[:, -1]))
    cut = (edges >= 0) & (P[edges.clip(0), 2] == instance)
    return shown >= MIN_READABLE * whole and not cut.any()


def realize(spec, rng):
    """A scene for spec; other draws from rng give other scenes. Raises NoLayout if no layout keeps the spec's promises."""
    for attempt in range(_TRIES):
        scene = _attempt(spec, rng, attempt / _TRIES)
        if _keeps_promises(scene):
            return scene
    raise NoLayout(f"no layout for {spec}")


def sample_scene(rng, objects=(1, 6), version=0):
    """A spec and a scene that keeps it: redraws the one spec in thousands for which `realize` finds no layout. The spec is in the scene."""
    while True:
        try:
            return realize(sample_spec(rng, objects, version), rng)
        except NoLayout:
            continue


def _attempt(spec, rng, despair):
    things = _things(spec, rng)
    stage = layout.stage(spec, things, rng)
    slots = layout.arrange(spec, things, stage, rng, despair)
    P = np.zeros((MAX_PRIMITIVES, WIDTH))
    n = layout.backdrop(P, spec, stage, rng)
    classes = np.array([INDEX[t.name] for t in things], np.int64)
    draws = rng.random((len(things), UNIFORMS + 4))
    poses = np.array([layout.pose(t, s, stage, draws[i, UNIFORMS:]) for i, (t, s) in enumerate(zip(things, slots))])
    coats = np.array([paints(t.name, t.colour, draws[i, 12:15]) for i, t in enumerate(things)])
    joints = empty_joints(len(things))
    n = assemble(P, n, classes, poses, draws, traits(things), coats, joints)
    if spec.version > 0:
        P[:n][P[:n, KIND] == CAPSULE, LEAN] = 1.0
    seed = int(rng.integers(1 << 31))
    return Scene(P[:n], stage.lens, stage.horizon, stage.ground, stage.hour, stage.place, things, joints, seed, spec)
