"""Composition in the picture plane: boxes first, then the places in the world from which they look that way.

Picture coordinates u (right) and v (up) run from -1 to 1. A slot is (u, v, height): centre, foot and height of one object there.
"""

from typing import NamedTuple

import numpy as np

from world.classes import INDEX
from world.models import SIDEWAYS, extent
from world.primitives import CAPPED, cap, ell, pattern, place
from world.raster import FAR, hit
from world.spec import HOURS, SKY, choose, place_weights

# Height of a lone object as a fraction of the picture's.
_HEIGHT = {
    "cloud": 0.26, "sun": 0.28, "dog": 0.60, "cat": 0.62, "horse": 0.70, "person": 0.74, "car": 0.38, "boat": 0.70, "airplane": 0.46,
    "house": 0.58, "tower": 0.74, "tree": 0.74, "fir": 0.80, "cactus": 0.70, "umbrella": 0.66, "ball": 0.46, "snowman": 0.70,
    "sandcastle": 0.54, "squirrel": 0.60, "rhino": 0.44, "bird": 0.54, "flying bird": 0.50, "bridge": 0.50, "flower": 0.62, "rock": 0.41, "mushroom": 0.54,
    "bench": 0.48, "sign": 0.62, "letters": 0.50,
}  # fmt: skip
_WIDE = ("bridge", "sign", "letters")  # would leave no room for others at their usual height
_CROWD = (1.0, 1.0, 0.87, 0.76, 0.67, 0.60, 0.55, 0.5, 0.45, 0.4, 0.4, 0.4, 0.4)  # factor by the number of objects on the ground
_SKY_DEPTH = {"flying bird": 6.0, "airplane": 14.0, "cloud": 60.0, "sun": 400.0}
# Half the depth of a model's base, where it is not slight.
_DEPTH = {"car": 0.46, "house": 0.36, "sandcastle": 0.42, "tower": 0.20, "ball": 0.30, "snowman": 0.25, "squirrel": 0.12, "rhino": 0.30,
          "bird": 0.12, "bridge": 0.22, "rock": 0.35, "mushroom": 0.32, "bench": 0.28}  # fmt: skip
_GROUND_OF = {"meadow": "meadow", "hill": "meadow", "beach": "sand", "sea": "sea", "snow": "snow", "snowy hill": "snow", "desert": "sand",
              "road": "meadow", "town": "meadow"}  # fmt: skip


class Stage(NamedTuple):
    """Camera and ground, before any object stands on it. shore: v of the shoreline, None without one; hill: rows f64[1, WIDTH] or None."""

    place: str
    hour: str
    lens: float
    horizon: float
    ground: np.ndarray
    shore: float
    hill: object
    hill_top: float


def _between(rng, low, high):
    return low + (high - low) * rng.random()


def _depth_of(v, horizon, lens):
    return 1.0 / ((horizon - v) * lens)


def stage(spec, things, rng):
    """Chooses ground and camera for spec."""
    where = spec.place
    if where is None:
        weights = place_weights([t.look for t in things])
        where = tuple(weights)[choose(rng, tuple(weights.values()))]
    hour = spec.hour
    if hour is None:
        r = rng.random()
        hour = HOURS[0 if r < 0.62 else 1 if r < 0.78 else 3 if r < 0.88 else 4]
        if hour == "overcast" and any(t.name == "sun" for t in things):
            hour = "day"
    lens = _between(rng, 0.30, 0.42)
    horizon = _between(rng, -0.08, 0.30)
    ground = np.zeros(8)
    ground[0] = INDEX[_GROUND_OF[where]]
    shore, hill, hill_top = None, None, 0.0
    if where == "beach":
        boats = any(t.name == "boat" for t in things)
        horizon = _between(rng, 0.12, 0.34)
        shore = horizon - (_between(rng, 0.40, 0.52) if boats else _between(rng, 0.24, 0.42))
        ground[1], ground[2], ground[3] = _depth_of(shore, horizon, lens), 2.0 * rng.random(), _between(rng, -0.18, 0.18)
    elif where in ("hill", "snowy hill"):
        horizon = _between(rng, -0.55, -0.35)
        hill_top = _between(rng, -0.18, 0.02)
        hill = _hill(rng, lens, horizon, hill_top, int(ground[0]))
    elif where in ("road", "town"):
        snowy = rng.random() < 0.12 and any(t.name in ("snowman", "fir") for t in things)
        ground[0] = INDEX["snow"] if snowy else INDEX["sand"] if rng.random() < 0.1 else ground[0]
        horizon = _between(rng, 0.0, 0.30)
        bridged = any(t.name == "bridge" for t in things)  # the road leads through its arch
        if any(t.name == "car" for t in things) or (not bridged and rng.random() < 0.55):
            v = _between(rng, -0.72, -0.45)
            near, far = _depth_of(v - 0.24, horizon, lens), _depth_of(v + 0.16, horizon, lens)
            ground[4], ground[5], ground[6] = (far - near) / 2, (far + near) / 2, 1.0
        else:
            z = _depth_of(-1.0, horizon, lens)
            bend = _between(rng, -0.25, 0.25)
            ground[4] = _between(rng, 0.30, 0.5) * lens * z
            ground[5], ground[7] = _between(rng, -0.5, 0.5) * lens * z - bend * lens * z, bend * lens
    return Stage(where, hour, lens, horizon, ground, shore, hill, hill_top)


def _ground_paint(cls):
    paint = np.zeros((8, 3))
    paint[0] = cls  # shading looks a ground's colour up by its class
    return paint


def _hill(rng, lens, horizon, top, cls):
    row = np.zeros((1, 28))
    z = _between(rng, 9.0, 12.0)
    rise = (top - horizon) * lens * z + 1.0
    ell(row, 0, 0.0, 0.0, 0.0, _between(rng, 1.15, 1.5) * lens * z, rise, 0.62 * z, 0.0, 0)
    place(row, 0, 1, 0.0, 1.0, _between(rng, -0.25, 0.25) * lens * z, -1.0, z, cls, 0, _ground_paint(cls))
    return row


def backdrop(P, spec, stage, rng):
    """Adds hill, far rolling ground and mountains; returns the next free row."""
    n = 0
    lens = stage.lens
    if stage.hill is not None:
        P[0] = stage.hill[0]
        n = 1
    near = int(stage.ground[0])
    if stage.place != "beach" and near != INDEX["sea"]:
        for _ in range(int(rng.random() * 3.0)):
            z = _between(rng, 40.0, 60.0)
            wide, high = _between(rng, 0.5, 1.1) * lens * z, 1.0 + _between(rng, 0.04, 0.16) * lens * z
            n = ell(P, n, 0.0, 0.0, 0.0, wide, high, 8.0, 0.0, 0)
            place(P, n - 1, n, 0.0, 1.0, _between(rng, -1.0, 1.0) * lens * z, -1.0, z, near, 0, _ground_paint(near))
    if spec.mountain:
        count = 4 + int(rng.random() * 3.0)
        mountain = INDEX["mountain"]
        for k in range(count):
            z = _between(rng, 100.0, 140.0)
            u = -0.95 + 1.9 * (k + _between(rng, 0.2, 0.8)) / count
            rise = _between(rng, 0.34, 0.74) * lens * z
            r = _between(rng, 0.24, 0.42) * lens * z
            x = u * lens * z
            first = n
            n = cap(P, n, 0.0, 0.0, 0.0, _between(rng, -0.05, 0.05) * lens * z, rise, 0.0, r * 1.25, r * 0.16, 0)
            if rng.random() < 0.75:
                n = pattern(P, n, CAPPED)
            place(P, first, n, 0.0, 1.0, x, -1.0 - 0.1 * r, z, mountain, 0, _ground_paint(mountain))
    return n


def _width(thing, height):
    tall, wide = extent(thing)
    return height * wide / tall


def _widest(count):
    """How wide one of _WIDE may be among `count` things on the ground."""
    return (1.85, 1.25, 1.0)[min(count, 3) - 1]


def arrange(spec, things, stage, rng, despair):
    """A slot (u, v, height) for every thing. despair 0..1 grows with failed attempts and shrinks things."""
    count = len(things)
    relation = spec.relations[0] if spec.relations else None
    grounded = [i for i, t in enumerate(things) if t.look not in SKY]
    aloft = [i for i, t in enumerate(things) if t.look in SKY]
    crowd = _CROWD[len(grounded)] * (1.0 - 0.08 * len(aloft)) if grounded else (1.0, 1.0, 0.9, 0.8)[min(len(aloft), 3)]
    heights = [2.0 * _HEIGHT[t.look] * crowd * _between(rng, 0.86, 1.10) * (1.0 - 0.35 * despair) for t in things]
    if len(grounded) > 0:
        heights = [min(h, _widest(len(grounded)) / _width(t, 1.0)) if t.look in _WIDE else h for t, h in zip(things, heights)]
    fliers = {look: sum(t.look == look for t in things) for look in ("airplane", "flying bird")}
    for i in aloft:  # company in the sky shrinks less
        heights[i] = 2.0 * _HEIGHT[things[i].look] * _between(rng, 0.85, 1.1) * (0.88 if len(aloft) > 1 else 1.0)
        if things[i].look in fliers:
            heights[i] *= (1.0, 0.72, 0.58)[min(fliers[things[i].look], 3) - 1] * (0.8 if len(grounded) > 2 else 1.0)
        elif not grounded:
            heights[i] *= 1.2
        if things[i].look == "flying bird":  # what flies is seen above the horizon
            heights[i] = min(heights[i], 1.06 - max(stage.horizon, stage.hill_top if stage.hill is not None else -1.0))
    slots = [None] * count
    units = _units(spec, things, grounded, heights, rng, relation)
    _place_units(units, things, stage, heights, slots, rng, bool(aloft), _reserve(spec, relation), relation is not None)
    _place_aloft(aloft, things, stage, heights, slots, rng, relation)
    return slots


def _pair(kind, a, b, things, heights, rng):
    """Members [(i, du, dv)] of the cluster that keeps relation `kind` between a and b, dv relative to the nearer foot."""
    ha, hb = heights[a], heights[b]
    side = 1.0 if rng.random() < 0.5 else -1.0
    if kind == "under":
        share = 0.60 if things[b].name == "umbrella" else 0.42
        heights[b] = hb = min(hb * 1.25, 1.6)
        heights[a] = ha = min(ha, share * hb, share * hb * 1.15 / max(_width(things[a], 1.0), 1.0))
        off = 0.20 * _width(things[b], hb) * side
        return [(a, off, 0.0), (b, 0.0, 0.05)]
    wa, wb = _width(things[a], ha), _width(things[b], hb)
    if kind == "next to":
        du = ((wa + wb) / 2 + _between(rng, 0.0, 0.08)) * side
        return [(a, 0.0, _between(rng, 0.0, 0.05)), (b, du, _between(rng, 0.0, 0.05))]
    if kind == "behind":
        back, front, hback, hfront, wback, wfront = a, b, ha, hb, wa, wb
    else:
        back, front, hback, hfront, wback, wfront = b, a, hb, ha, wb, wa
    overlap = _between(rng, 0.25, 0.55) if hback > 1.2 * hfront else _between(rng, 0.15, 0.32)
    du = ((wback + wfront) / 2 - overlap * min(wback, wfront)) * side
    return [(front, 0.0, 0.0), (back, du, _between(rng, 0.14, 0.30))]


def _units(spec, things, grounded, heights, rng, relation):
    """Groups of things that move together, in their order from left to right: lists of (i, du, dv)."""
    units, taken = [], ()
    if relation and relation.kind in ("behind", "in front of", "under", "next to"):
        a = next(i for i, t in enumerate(things) if t.group == relation.a)
        b = next(i for i, t in enumerate(things) if t.group == relation.b)
        if a in grounded and b in grounded:
            taken = (a, b)
            units.append(_pair(relation.kind, a, b, things, heights, rng))
    units += [[(i, 0.0, 0.0)] for i in grounded if i not in taken]
    order = rng.random(len(units))
    if relation and relation.kind in ("left of", "right of"):
        first, last = (relation.a, relation.b) if relation.kind == "left of" else (relation.b, relation.a)
        for k, unit in enumerate(units):
            group = things[unit[0][0]].group
            order[k] += -1.0 if group == first else 1.0 if group == last else _between(rng, -1.0, 1.0)
    return [units[k] for k in np.argsort(order, kind="stable")]


def _span(unit, things, heights):
    left = min(du - _width(things[i], heights[i]) / 2 for i, du, _ in unit)
    right = max(du + _width(things[i], heights[i]) / 2 for i, du, _ in unit)
    return left, right


def _reserve(spec, relation):
    """Range of u for all that stands on the ground: a side is left free for what must fly beside it."""
    if relation is None or relation.kind not in ("left of", "right of"):
        return -0.97, 0.97
    a, b = (spec.objects[k].look in SKY for k in (relation.a, relation.b))
    if a == b:
        return -0.97, 0.97
    flier = spec.objects[relation.a if a else relation.b]
    bound = {"sun": 0.62, "cloud": 0.45, "airplane": 0.30, "flying bird": 0.35}[flier.look]
    return (-bound, 0.97) if (relation.kind == "left of") == a else (-0.97, bound)


def _place_units(units, things, stage, heights, slots, rng, sky_used, reserve, fixed):
    """`fixed`: a relation says who stands where across the picture."""
    if not units:
        return
    width = reserve[1] - reserve[0]
    room = width * (0.99 if len(units) <= 2 else 1.05 + 0.08 * len(units))  # more than 2: they overlap
    spans = [_span(u, things, heights) for u in units]
    total = sum(r - l for l, r in spans)
    if total > room:
        k = max(room / total, 0.55)
        for unit in units:
            for i, _, _ in unit:
                heights[i] *= k
        units = [[(i, du * k, dv * k) for i, du, dv in unit] for unit in units]
        spans = [(l * k, r * k) for l, r in spans]
        total *= k
    free = width - total
    gaps = rng.random(len(units) + 1) + 0.15
    if free < 0.0:
        gaps[0] = gaps[-1] = 0.0
        gaps[1:-1] = 1.0
    gaps *= free / max(gaps.sum(), 1e-9)
    ceiling = 0.60 if sky_used else 0.88
    u = reserve[0]
    row = int(rng.random() * 2.0)
    for k, (unit, (left, right)) in enumerate(zip(units, spans)):
        u += gaps[k]
        centre = u - left
        u += right - left
        far = (k + row) % 2 if len(units) >= 4 or free < -0.1 else -1
        low, high = _foot_range(unit, things, stage, far)
        foot = _between(rng, low, high)
        for i, du, dv in unit:
            v = foot + dv
            if stage.hill is not None:
                v = min(v, stage.hill_top - 0.02)
            heights[i] = min(heights[i], max(ceiling - v, 0.35))
            w = _width(things[i], heights[i]) / 2
            if things[i].name == "bridge" and not fixed:
                centre = _over_road(stage, v, centre)
            slots[i] = (min(max(centre + du, -0.99 + w), 0.99 - w) if w < 0.95 else 0.0, v, heights[i])


def _over_road(stage, v, otherwise):
    """u of the middle of a road that leads away from us, where v is; `otherwise` without such a road."""
    if stage.ground[4] == 0.0 or stage.ground[6] > 0.5:
        return otherwise
    z = _depth_of(v, stage.horizon, stage.lens)
    return (stage.ground[5] + stage.ground[7] * z) / (stage.lens * z)


def _foot_range(unit, things, stage, far):
    """Range of v for the nearest foot of a unit; far 1: back row, 0: front row, -1: anywhere."""
    horizon = stage.horizon
    name = things[unit[0][0]].name
    if name == "boat" or (name == "bridge" and stage.place == "sea"):
        if stage.place == "sea":
            low, high = -0.72, horizon - 0.22
        else:
            low, high = stage.shore + 0.10, horizon - 0.12
    elif stage.hill is not None:
        low, high = -0.70, stage.hill_top - 0.22
    elif stage.place == "beach":
        low, high = -0.88, stage.shore - 0.06
    elif stage.ground[6] > 0.5 and name == "car":
        lens = stage.lens
        low = horizon - 1.0 / ((stage.ground[5] - stage.ground[4]) * lens)
        high = horizon - 1.0 / ((stage.ground[5] + stage.ground[4]) * lens)
        low, high = low + 0.10 * (high - low), low + 0.45 * (high - low)
    else:
        low, high = -0.86, min(horizon - 0.30, -0.30)
    if far == 1:
        return low + 0.62 * (high - low), high
    if far == 0:
        return low, low + 0.38 * (high - low)
    return low, high


def _place_aloft(aloft, things, stage, heights, slots, rng, relation):
    """Finds each thing of the sky the emptiest of several places."""
    for i in aloft:
        best, best_cost = None, 1e9
        h = heights[i]
        w = _width(things[i], h)
        for _ in range(16):
            lim = max(0.97 - w / 2, 0.0)
            u = _between(rng, -lim, lim)
            v = 0.94 - h
            low = max(stage.horizon, stage.hill_top if stage.hill is not None else -1.0) + 0.06
            v -= rng.random() * max(min(0.30 if any(slots) and len(aloft) == 1 else 0.7, v - low), 0.0)
            cost = 0.0
            for j, slot in enumerate(slots):
                if slot is None or j == i:
                    continue
                wj = _width(things[j], slot[2])
                across = min(u + w / 2, slot[0] + wj / 2) - max(u - w / 2, slot[0] - wj / 2)
                along = min(v + h, slot[1] + slot[2]) - max(v, slot[1])
                if across > 0.0 and along > 0.0:
                    cost += across * along / (w * h)
                cost += _strain(relation, things[i].group, things[j].group, u - slot[0], v - slot[1])
            if cost < best_cost:
                best, best_cost = (u, v, h), cost
        slots[i] = best


def _strain(relation, group, other, du, dv):
    """How badly a thing of `group` at du, dv from one of `other` breaks the relation."""
    if relation is None or {group, other} != {relation.a, relation.b} or group == other:
        return 0.0
    kind = relation.kind
    if kind in ("left of", "right of"):
        right = (kind == "right of") == (group == relation.a)
        return 0.0 if (du if right else -du) > 0.2 else 2.0 + (-du if right else du)
    if kind in ("above", "under"):
        return 3.0 * max(abs(du) - 0.15, 0.0)
    return 0.0


def _sink(hill, x, y, z):
    """How far the hill falls per unit towards us at (x, y, z): what stands there digs in by its own depth times this."""
    steep = [(c - m) / (r * r) for c, m, r in zip((x, y, z), hill[4:7], hill[16:19])]
    if steep[1] <= 0.0:
        return 0.0
    return min(max(-steep[2] / steep[1], 0.0) + 0.5 * abs(steep[0] / steep[1]), 0.8)


def pose(thing, slot, stage, draws):
    """(yaw, scale, x, y, z) that shows `thing` in its slot; draws: 4 uniforms."""
    u, v, height = slot
    name, tall = thing.look, extent(thing)[0]
    lens, horizon = stage.lens, stage.horizon
    if name in SKY:
        z = _SKY_DEPTH[name] * (1.0 + 0.1 * draws[3])
        y = (v - horizon) * lens * z
    else:
        dx, dy = u * lens, (v - horizon) * lens
        z = -1.0 / dy if dy < 0.0 else FAR
        if stage.hill is not None:
            z = min(z, hit(stage.hill[0], 0.0, 0.0, 0.0, dx, dy, 1.0))
        z = min(z, 60.0)
        y = dy * z
        # The slot's foot is the nearest edge of the base; its centre lies farther back.
        deep = _DEPTH.get(name, 0.07)
        back = 1.0 / (1.0 - deep * height * lens / tall)
        if stage.hill is None:
            z *= back
        else:
            y -= _sink(stage.hill[0], u * lens * z, y, z) * height * lens * z / tall * deep
    scale = height * lens * z / tall
    if name in SIDEWAYS:
        yaw = -0.30 + 0.85 * draws[0]
        if name == "airplane":
            yaw = -0.1 + 0.6 * draws[0]
        elif name == "boat":
            yaw = -0.45 + 0.9 * draws[0]
        elif name == "flying bird":
            yaw = -0.15 + 0.55 * draws[0]
        if draws[1] < 0.5:
            yaw = 3.141592653589793 - yaw
    elif name == "person":
        yaw = (-0.8 + 1.6 * draws[0]) * (1.0 if draws[1] < 0.85 else 1.6)
    elif name in ("sun", "cloud", "cactus"):
        yaw = -0.3 + 0.6 * draws[0]
    elif name in _WIDE:
        yaw = -0.24 + 0.48 * draws[0]
    else:
        yaw = -0.42 + 0.84 * draws[0]
    return yaw, scale, u * lens * z, y, z
