"""Nearest hit per pixel, primitive by primitive inside its screen box.

The camera sits at the origin, looks along +z and has a shifted lens: the ray through picture point (u, v), both in -1..1
with v upwards, is (u t, (v - horizon) t, 1), so its parameter *is* the depth z and verticals stay vertical. The ground is y = -1.
"""

import math

import numpy as np
from numba import njit

from world import intersect
from world.intersect import FAR

SKY = -2  # primitive index of pixels that see the sky
GROUND = -1  # ... the ground plane

MEADOW, SAND, SEA, SNOW, ROAD = 4, 5, 6, 7, 8  # class indices of grounds


@njit(cache=True, nogil=True)
def _slope_range(c, cz, m00, m02, m22):
    """Range of m = c/z over a solid with centre (c, cz) whose support function squared is n M n."""
    a = cz * cz - m22
    b = c * cz - m02
    q = b * b - a * (c * c - m00)
    if a <= 0.0:
        return -FAR, FAR
    q = math.sqrt(max(q, 0.0))
    return (b - q) / a, (b + q) / a


@njit(cache=True, nogil=True)
def screen_box(p):
    """(x0, x1, y0, y1): range of x/z and y/z over primitive p, exact but for boxes seen at an angle."""
    kind = int(p[0])
    cx, cy, cz = p[4], p[5], p[6]
    x0, x1, y0, y1 = FAR, -FAR, FAR, -FAR
    if kind == 0:
        a, b, c = p[16] * p[16], p[17] * p[17], p[18] * p[18]
        mxx = a * p[7] * p[7] + b * p[10] * p[10] + c * p[13] * p[13]
        myy = a * p[8] * p[8] + b * p[11] * p[11] + c * p[14] * p[14]
        mzz = a * p[9] * p[9] + b * p[12] * p[12] + c * p[15] * p[15]
        mxz = a * p[7] * p[9] + b * p[10] * p[12] + c * p[13] * p[15]
        myz = a * p[8] * p[9] + b * p[11] * p[12] + c * p[14] * p[15]
        x0, x1 = _slope_range(cx, cz, mxx, mxz, mzz)
        y0, y1 = _slope_range(cy, cz, myy, myz, mzz)
    elif kind <= 2:
        for end in range(2):
            r = p[17 + end]
            q = r * r
            k = end * p[16]
            ex, ey, ez = cx + k * p[10], cy + k * p[11], cz + k * p[12]
            nx, ny, nz = p[10], p[11], p[12]
            f = q if kind == 2 else 0.0  # a disc has no extent along its axis, a ball has
            a0, a1 = _slope_range(ex, ez, q - f * nx * nx, -f * nx * nz, q - f * nz * nz)
            b0, b1 = _slope_range(ey, ez, q - f * ny * ny, -f * ny * nz, q - f * nz * nz)
            x0, x1, y0, y1 = min(x0, a0), max(x1, a1), min(y0, b0), max(y1, b1)
    else:
        for corner in range(8):
            sx = p[16] if corner & 1 else -p[16]
            sz = p[18] if corner & 4 else -p[18]
            if kind == 3:
                sy = p[17] if corner & 2 else -p[17]
            elif corner & 2:
                sx, sy = p[19], p[17]
            else:
                sy = 0.0
            x = cx + sx * p[7] + sy * p[10] + sz * p[13]
            y = cy + sx * p[8] + sy * p[11] + sz * p[14]
            z = max(cz + sx * p[9] + sy * p[12] + sz * p[15], 1e-3)
            x0, x1, y0, y1 = min(x0, x / z), max(x1, x / z), min(y0, y / z), max(y1, y / z)
    return x0, x1, y0, y1


@njit(cache=True, nogil=True)
def hit(p, ox, oy, oz, dx, dy, dz):
    """Nearest t > 0 where the world ray o + t d enters primitive p, or FAR."""
    kind = int(p[0])
    ox, oy, oz = ox - p[4], oy - p[5], oz - p[6]
    ax, ay, az = ox * p[7] + oy * p[8] + oz * p[9], ox * p[10] + oy * p[11] + oz * p[12], ox * p[13] + oy * p[14] + oz * p[15]
    bx, by, bz = dx * p[7] + dy * p[8] + dz * p[9], dx * p[10] + dy * p[11] + dz * p[12], dx * p[13] + dy * p[14] + dz * p[15]
    if kind == 0:
        i, j, k = 1.0 / p[16], 1.0 / p[17], 1.0 / p[18]
        return intersect.ellipsoid(ax * i, ay * j, az * k, bx * i, by * j, bz * k, p[20])
    if kind == 1:
        return intersect.capsule(ax, ay, az, bx, by, bz, p[16], p[17], p[18])
    if kind == 2:
        return intersect.cone(ax, ay, az, bx, by, bz, p[16], p[17], p[18])
    if kind == 3:
        return intersect.box(ax, ay, az, bx, by, bz, p[16], p[17], p[18])
    return intersect.prism(ax, ay, az, bx, by, bz, p[16], p[17], p[18], p[19])


@njit(cache=True, nogil=True)
def trace(P, n, lens, horizon, z, prim, cover):
    """Fills z f64[H, W] (FAR: sky) and prim i16[H, W] (row of P, GROUND or SKY).

    cover u32[H, W] gets bit i where instance i lies, hidden or not; pass an array of shape (0, 0) to leave it out.
    """
    height, width = z.shape
    count = cover.shape[0] > 0
    for i in range(height):
        dy = (1.0 - (2.0 * i + 1.0) / height - horizon) * lens
        g = -1.0 / dy if dy < 0.0 else FAR
        what = GROUND if dy < 0.0 else SKY
        for j in range(width):
            z[i, j] = g
            prim[i, j] = what
    for k in range(n):
        p = P[k]
        x0, x1, y0, y1 = screen_box(p)
        # slopes -> pixel centres inside
        jf0, jf1 = (x0 / lens + 1.0) * 0.5 * width - 0.5, (x1 / lens + 1.0) * 0.5 * width - 0.5
        if0, if1 = (1.0 - (y1 / lens + horizon)) * 0.5 * height - 0.5, (1.0 - (y0 / lens + horizon)) * 0.5 * height - 0.5
        j0, j1 = int(max(jf0, -1.0) + 1.0), int(min(jf1, width - 1.0) + 1.0)
        i0, i1 = int(max(if0, -1.0) + 1.0), int(min(if1, height - 1.0) + 1.0)
        bit = np.uint32(1) << np.uint32(p[2])
        kind = int(p[0])
        cx, cy, cz = -p[4], -p[5], -p[6]
        ax, ay, az = cx * p[7] + cy * p[8] + cz * p[9], cx * p[10] + cy * p[11] + cz * p[12], cx * p[13] + cy * p[14] + cz * p[15]
        e0, e1, e2 = 1.0 / p[16], 1.0 / p[17], 1.0 / p[18]
        s0, s1, s2, s3, clip = p[16], p[17], p[18], p[19], p[20]
        for i in range(i0, i1):
            dy = (1.0 - (2.0 * i + 1.0) / height - horizon) * lens
            rx, ry, rz = dy * p[8] + p[9], dy * p[11] + p[12], dy * p[14] + p[15]
            for j in range(j0, j1):
                dx = ((2.0 * j + 1.0) / width - 1.0) * lens
                bx, by, bz = rx + dx * p[7], ry + dx * p[10], rz + dx * p[13]
                if kind == 0:
                    t = intersect.ellipsoid(ax * e0, ay * e1, az * e2, bx * e0, by * e1, bz * e2, clip)
                elif kind == 1:
                    t = intersect.capsule(ax, ay, az, bx, by, bz, s0, s1, s2)
                elif kind == 2:
                    t = intersect.cone(ax, ay, az, bx, by, bz, s0, s1, s2)
                elif kind == 3:
                    t = intersect.box(ax, ay, az, bx, by, bz, s0, s1, s2)
                else:
                    t = intersect.prism(ax, ay, az, bx, by, bz, s0, s1, s2, s3)
                if t < FAR and count:
                    if not (dy < 0.0 and t > -1.0 / dy):  # what lies under the ground covers nothing
                        cover[i, j] |= bit
                if t < z[i, j]:
                    z[i, j] = t
                    prim[i, j] = k


@njit(cache=True, nogil=True)
def ground_class(ground, x, z):
    """Class of the ground plane at (x, z). ground f64[8]: see `scene.Ground`."""
    near = int(ground[0])
    if ground[1] > 0.0:  # shore: sea lies beyond a wavy line
        shore = ground[1] * (1.0 + ground[3] * x / (1.0 + abs(x)) + 0.05 * _wave(1.7 * x / ground[1] * 3.0 + ground[2]))
        if z > shore:
            return SEA
    if ground[4] > 0.0:  # a road of half width ground[4]: along x at z = ground[5], or away from us
        if ground[6] > 0.5:
            if abs(z - ground[5]) < ground[4]:
                return ROAD
        elif abs(x - ground[5] - ground[7] * z) < ground[4]:
            return ROAD
    return near


@njit(cache=True, nogil=True)
def _wave(x):
    """A smooth periodic wave of period 2 and height 1, without a sine."""
    x = x * 0.5
    f = x - math.floor(x)
    return 16.0 * f * (1.0 - f) * (1.0 - 2.0 * f) * 0.65


@njit(cache=True, nogil=True)
def label(P, prim, z, ground, lens, classes, instances, depth):
    """Classes u8, instances u8 and depth f32 (inverse depth, 0 for the sky) from what `trace` found."""
    height, width = prim.shape
    for i in range(height):
        for j in range(width):
            k = prim[i, j]
            if k >= 0:
                classes[i, j] = int(P[k, 1])
                instances[i, j] = int(P[k, 2])
            elif k == GROUND:
                dx = ((2.0 * j + 1.0) / width - 1.0) * lens
                classes[i, j] = ground_class(ground, dx * z[i, j], z[i, j])
                instances[i, j] = 0
            else:
                classes[i, j] = 0
                instances[i, j] = 0
            depth[i, j] = 0.0 if k == SKY else 1.0 / z[i, j]


@njit(cache=True, nogil=True)
def visibility(P, prim, cover, shown, whole):
    """Counts per instance the pixels it shows and the pixels it would show alone (i64[33])."""
    height, width = prim.shape
    for i in range(height):
        for j in range(width):
            if prim[i, j] >= 0:
                shown[int(P[prim[i, j], 2])] += 1
            c = cover[i, j]
            k = 0
            while c:
                if c & np.uint32(1):
                    whole[k] += 1
                c >>= np.uint32(1)
                k += 1
