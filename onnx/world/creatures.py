"""Squirrel, rhino and bird: seen from the side, facing +x, on y = 0, about one unit tall.

Paints as in `animals`: 0 coat, 1 belly or breast, 2 dark, 3 light, 4 accent, 5 wing or fold, 6 wood.
"""

import numpy as np
from numba import njit

from world.animals import eyes, leg
from world.primitives import cap, cone, ell
from world.trig import cos, sin


@njit(cache=True, nogil=True)
def shift(P, first, last, dx, dy):
    """Moves primitives first..last: layouts take a model's middle for x = 0."""
    for i in range(first, last):
        P[i, 4] += dx
        P[i, 5] += dy


@njit(cache=True, nogil=True)
def _squirrel_head(P, n, x, y):
    n = ell(P, n, x, y, 0.0, 0.150, 0.130, 0.130, 0.1, 0)
    n = ell(P, n, x + 0.12, y - 0.035, 0.0, 0.080, 0.065, 0.075, -0.2, 1)
    n = ell(P, n, x + 0.195, y - 0.020, 0.0, 0.024, 0.022, 0.028, 0.0, 2)
    n = eyes(P, n, x + 0.055, y + 0.035, 0.108, 0.030)
    for side in (-1.0, 1.0):
        n = cone(P, n, x - 0.05, y + 0.08, side * 0.075, x - 0.08, y + 0.27, side * 0.105, 0.060, 0.006, 0)
    return n


_TAIL = np.array(((0.0, 0.0, 0.07), (-0.20, 0.03, 0.125), (-0.33, 0.21, 0.170), (-0.29, 0.44, 0.185), (-0.21, 0.65, 0.185),
                  (-0.26, 0.84, 0.165), (-0.43, 0.91, 0.120), (-0.54, 0.80, 0.060)))  # fmt: skip


@njit(cache=True, nogil=True)
def _brush(P, n, x, y, bend, size):
    """The tail: as large as the body, and its tip curls outwards. That is what names a squirrel."""
    c, s = size * cos(bend), size * sin(bend)
    for k in range(7):
        ax, ay, bx, by = _TAIL[k, 0], _TAIL[k, 1], _TAIL[k + 1, 0], _TAIL[k + 1, 1]
        n = cap(P, n, x + c * ax - s * ay, y + c * ay + s * ax, 0.0, x + c * bx - s * by, y + c * by + s * bx, 0.0,
                size * _TAIL[k, 2], size * _TAIL[k + 1, 2], 4 if k < 6 else 1)  # fmt: skip
    return n


@njit(cache=True, nogil=True)
def squirrel(P, n, u):
    """Sits up with an acorn, or runs on all fours."""
    first = n
    if u[0] < 0.6:
        lean = 0.05 * u[1]
        n = cap(P, n, -0.06, 0.21, 0.0, 0.05 + lean, 0.47, 0.0, 0.205, 0.140, 0)
        n = ell(P, n, 0.105 + lean, 0.36, 0.0, 0.105, 0.170, 0.110, 0.15, 1)
        for side in (-1.0, 1.0):
            n = ell(P, n, -0.02, 0.17, side * 0.135, 0.170, 0.165, 0.085, 0.3, 0)
            n = ell(P, n, 0.12, 0.042, side * 0.130, 0.135, 0.042, 0.055, 0.0, 0)
            n = cap(P, n, 0.08 + lean, 0.49, side * 0.115, 0.265 + lean, 0.43 + 0.05 * u[2], side * 0.05, 0.052, 0.040, 0)
        if u[3] < 0.75:  # an acorn
            y = 0.42 + 0.05 * u[2]
            n = ell(P, n, 0.325 + lean, y, 0.0, 0.062, 0.085, 0.062, 0.0, 6)
            n = ell(P, n, 0.325 + lean, y + 0.05, 0.0, 0.074, 0.040, 0.074, 0.0, 2)
        n = _squirrel_head(P, n, 0.15 + lean, 0.66 + 0.03 * u[4])
        n = _brush(P, n, -0.18, 0.12, 0.10 - 0.20 * u[5], 0.94 + 0.12 * u[6])
        shift(P, first, n, 0.12, 0.0)
        return n
    stride = (u[1] - 0.5) * 1.2
    n = cap(P, n, -0.24, 0.32, 0.0, 0.18, 0.34, 0.0, 0.165, 0.130, 0)
    n = ell(P, n, 0.02, 0.28, 0.0, 0.24, 0.11, 0.115, 0.0, 1)
    n = leg(P, n, 0.20, 0.27, -0.08, 0.26, 0.35 + stride, 0.062, 0.040, 0, 0)
    n = leg(P, n, 0.20, 0.27, 0.08, 0.26, 0.35 - stride, 0.062, 0.040, 0, 0)
    for side in (-1.0, 1.0):
        n = ell(P, n, -0.24, 0.26, side * 0.11, 0.150, 0.150, 0.075, 0.5, 0)
        n = cap(P, n, -0.28, 0.16, side * 0.11, -0.14 - 0.1 * side * stride, 0.045, side * 0.12, 0.055, 0.042, 0)
    n = _squirrel_head(P, n, 0.36, 0.50 + 0.06 * u[4])
    n = _brush(P, n, -0.34, 0.33, 0.22 - 0.25 * u[5], 0.90 + 0.10 * u[6])
    shift(P, first, n, 0.16, 0.0)
    return n


@njit(cache=True, nogil=True)
def rhino(P, n, u):
    """A barrel on four pillars with two horns; grazes, looks ahead or raises its head."""
    first = n
    stride = (u[0] - 0.5) * 0.55
    n = cap(P, n, -0.42, 0.55, 0.0, 0.24, 0.57, 0.0, 0.285, 0.295, 0)
    n = ell(P, n, -0.50, 0.58, 0.0, 0.24, 0.27, 0.265, 0.0, 0)
    n = ell(P, n, 0.24, 0.70, 0.0, 0.25, 0.19, 0.23, 0.0, 0)
    # Plates of hide: rings a finger's breadth above the body.
    n = cone(P, n, 0.02, 0.565, 0.0, 0.05, 0.565, 0.0, 0.302, 0.302, 5)
    n = cone(P, n, -0.33, 0.555, 0.0, -0.30, 0.555, 0.0, 0.302, 0.302, 5)
    for front in (0, 1):
        x = 0.30 if front else -0.50
        for side in (-1.0, 1.0):
            swing = stride * side * (1.0 if front else -1.0)
            fx = x + 0.42 * sin(swing)
            n = cap(P, n, x, 0.46, side * 0.150, fx, 0.10, side * 0.150, 0.150, 0.100, 0)
            n = cone(P, n, fx, 0.0, side * 0.150, fx, 0.09, side * 0.150, 0.118, 0.104, 5)
            for k in range(3):
                n = ell(P, n, fx + 0.095, 0.035, side * 0.150 + 0.055 * (k - 1.0), 0.030, 0.034, 0.026, 0.0, 3)
    # The head hangs from the shoulders; `nod` turns it as a whole about the nape.
    nod = 0.34 - 0.50 * u[1]
    hx, hy = 0.58, 0.60 - 0.08 * nod
    dx, dy = cos(0.42 + 0.55 * nod), -sin(0.42 + 0.55 * nod)
    n = cap(P, n, 0.36, 0.62, 0.0, hx, hy, 0.0, 0.255, 0.185, 0)
    n = cap(P, n, hx, hy, 0.0, hx + 0.36 * dx, hy + 0.36 * dy, 0.0, 0.178, 0.125, 0)
    mx, my = hx + 0.42 * dx, hy + 0.42 * dy
    n = ell(P, n, mx, my, 0.0, 0.120, 0.115, 0.125, 0.0, 0)
    n = ell(P, n, mx + 0.075, my - 0.06, 0.0, 0.070, 0.035, 0.105, -0.3, 5)
    # Horns stand square on the nose and curve back.
    ux, uy = -dy, dx
    for k in range(2):
        size = 1.0 if k == 0 else 0.50
        bx, by = hx + (0.43 - 0.20 * k) * dx + 0.08 * ux, hy + (0.43 - 0.20 * k) * dy + (0.08 + 0.02 * k) * uy
        ax, ay = bx + size * (0.20 * ux + 0.07 * dx), by + size * (0.20 * uy + 0.07 * dy)
        n = cap(P, n, bx, by, 0.0, ax, ay, 0.0, 0.095 * (0.35 + 0.65 * size), 0.062 * size, 3)
        n = cap(P, n, ax, ay, 0.0, ax + size * (0.24 * ux - 0.02 * dx), ay + size * (0.24 * uy - 0.02 * dy), 0.0, 0.062 * size, 0.010, 3)
    n = eyes(P, n, hx + 0.16 * dx + 0.05 * ux, hy + 0.16 * dy + 0.05 * uy, 0.145, 0.026)
    for side in (-1.0, 1.0):
        n = cone(P, n, hx - 0.03, hy + 0.13, side * 0.095, hx - 0.05, hy + 0.31, side * 0.155, 0.062, 0.030, 0)
        n = ell(P, n, mx + 0.07, my + 0.01, side * 0.09, 0.022, 0.024, 0.022, 0.0, 2)
    n = cap(P, n, -0.73, 0.66, 0.0, -0.82, 0.40 + 0.1 * u[2], 0.0, 0.036, 0.020, 0)
    n = ell(P, n, -0.83, 0.36 + 0.1 * u[2], 0.0, 0.035, 0.065, 0.035, -0.2, 2)
    shift(P, first, n, -0.17, 0.0)
    return n


@njit(cache=True, nogil=True)
def _bird_head(P, n, x, y, down):
    """A round head and a beak that points ahead, or `down` by an angle."""
    n = ell(P, n, x, y, 0.0, 0.165, 0.160, 0.155, 0.0, 0)
    c, s = cos(down), sin(down)
    n = cone(P, n, x + 0.125 * c, y - 0.125 * s, 0.0, x + 0.36 * c, y - 0.36 * s, 0.0, 0.075, 0.008, 4)
    return eyes(P, n, x + 0.065 * c + 0.045 * s, y + 0.045 * c - 0.065 * s, 0.130, 0.030)


@njit(cache=True, nogil=True)
def _feathers(P, n, x, y, z, up, spread, length, lean):
    """A raised or lowered wing: a fan of feathers in the picture plane, longest in front. up: +1 or -1."""
    for k in range(5):
        a = 1.35 + lean + spread * k
        r = length * (1.0 - 0.115 * k)
        ex, ey = x - 0.045 * k + r * cos(a), y + up * r * sin(a)
        mx, my = x - 0.045 * k + 0.5 * r * cos(a - 0.06), y + up * 0.5 * r * sin(a - 0.06)
        n = cap(P, n, x - 0.055 * k, y, z, mx, my, z + 0.012 * k, 0.085, 0.098, 5)
        n = cap(P, n, mx, my, z + 0.012 * k, ex, ey, z + 0.02 * k, 0.098, 0.042, 5 if k % 2 else 0)
    return n


@njit(cache=True, nogil=True)
def bird(P, n, u, flying):
    """A songbird that stands or pecks; flying, it shows both wings."""
    first = n
    if flying:
        n = cap(P, n, -0.26, 0.00, 0.0, 0.16, 0.03, 0.0, 0.105, 0.155, 0)
        n = ell(P, n, 0.10, -0.05, 0.0, 0.22, 0.115, 0.13, 0.05, 1)
        n = _bird_head(P, n, 0.34, 0.12, 0.10)
        for k in range(3):
            a = 0.20 * (k - 1.0) + 0.05
            n = cap(P, n, -0.30, 0.00, 0.03 * (k - 1.0), -0.30 - 0.34 * cos(a), 0.34 * sin(a), 0.08 * (k - 1.0), 0.065, 0.050, 5)
        beat = u[1]
        near = -1.0 if u[15] < 0.5 else 1.0  # the side that looks at the viewer
        n = _feathers(P, n, 0.04, 0.08, -near * 0.06, 1.0, 0.10, 0.62 + 0.06 * u[2], -0.42 + 0.2 * beat)
        if u[3] < 0.65:
            n = _feathers(P, n, -0.02, 0.06, near * 0.12, 1.0, 0.14, 0.66 + 0.06 * u[4], 0.35 + 0.25 * beat)
            shift(P, first, n, 0.0, 0.22)
        else:
            n = _feathers(P, n, 0.00, 0.00, near * 0.12, -1.0, 0.14, 0.52 + 0.06 * u[4], 0.25 + 0.3 * beat)
            shift(P, first, n, 0.0, 0.50)
        return n
    pecks = u[0] < 0.25
    tilt = -0.10 if pecks else 0.42
    c, s = cos(tilt), sin(tilt)
    by = 0.47
    n = ell(P, n, 0.0, by, 0.0, 0.325, 0.230, 0.225, tilt, 0)
    n = ell(P, n, 0.10 * c + 0.06 * s, by + 0.10 * s - 0.07 * c, 0.0, 0.230, 0.185, 0.195, tilt, 1)
    if pecks:
        n = cap(P, n, 0.20, by, 0.0, 0.34, 0.38, 0.0, 0.170, 0.150, 0)
        n = _bird_head(P, n, 0.38, 0.36, 0.95)
    else:
        n = cap(P, n, 0.12, by + 0.10, 0.0, 0.20, by + 0.28, 0.0, 0.195, 0.150, 0)
        n = _bird_head(P, n, 0.22, by + 0.31 + 0.03 * u[1], -0.10 + 0.25 * u[2])
        if u[3] < 0.3:  # a crest
            n = cone(P, n, 0.17, by + 0.43, 0.0, 0.06, by + 0.60, 0.0, 0.085, 0.010, 0)
    for side in (-1.0, 1.0):
        n = ell(P, n, -0.07 * c, by + 0.02 - 0.07 * s, side * 0.195, 0.255, 0.135, 0.055, tilt + 0.10, 5)
        n = cap(P, n, -0.22 * c, by - 0.22 * s, side * 0.17, -0.42 * c, by - 0.40 * s - 0.01, side * 0.06, 0.060, 0.026, 5)
        x = 0.02 + 0.05 * side * u[4]
        n = cap(P, n, x - 0.02, by - 0.17, side * 0.085, x, 0.025, side * 0.085, 0.030, 0.022, 4)
        n = cap(P, n, x - 0.06, 0.018, side * 0.085, x + 0.12, 0.018, side * 0.085, 0.018, 0.018, 4)
    rise = (0.75 if u[5] < 0.35 else -0.38) + 0.2 * u[6] + (0.5 if pecks else 0.0)
    # A flat tail: two feathers beside one another.
    for side in (-1.0, 1.0):
        x, y = -0.24 * c, by - 0.22 * s
        n = cap(P, n, x, y, side * 0.03, x - 0.40 * cos(rise), y + 0.40 * sin(rise), side * 0.06, 0.070, 0.050, 5)
    return n
