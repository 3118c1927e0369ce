"""Vehicles, buildings, plants and toys: facing +x where they have a front, standing on y = 0, about one unit tall.

Paints: 0 main, 1 second, 2 dark, 3 light, 4 accent, 5 glass or skin, 6 wood, 7 spare.
"""

import math

from numba import njit

from world.primitives import BANDS, BRICKS, CAPPED, WEDGES, bank, box, cap, cone, dome, ell, pattern, prism, turn
from world.trig import cos, sin


@njit(cache=True, nogil=True)
def car(P, n, u):
    """Height 1, length about 1.9."""
    long = 0.86 + 0.10 * u[0]
    n = box(P, n, 0.0, 0.42, 0.0, long, 0.17, 0.44, 0.0, 0)
    n = cap(P, n, -long + 0.06, 0.44, -0.26, -long + 0.06, 0.44, 0.26, 0.17, 0.17, 0)
    n = cap(P, n, long - 0.06, 0.41, -0.26, long - 0.06, 0.41, 0.26, 0.15, 0.15, 0)
    cx = -0.12 + 0.12 * u[1]
    # Cabin: windows are a dark body, roof and pillars lie over it.
    n = box(P, n, cx, 0.73, 0.0, 0.38, 0.19, 0.37, 0.0, 5)
    n = prism(P, n, cx + 0.38, 0.58, 0.0, 0.22, 0.34, 0.37, -0.22, 0.0, 5)
    n = prism(P, n, cx - 0.38, 0.58, 0.0, 0.20, 0.34, 0.37, 0.20, 0.0, 5)
    n = box(P, n, cx, 0.94, 0.0, 0.42, 0.055, 0.39, 0.0, 0)
    n = box(P, n, cx, 0.75, 0.0, 0.035, 0.19, 0.385, 0.0, 0)
    n = box(P, n, 0.0, 0.40, 0.0, long + 0.02, 0.025, 0.455, 0.0, 3)
    for side in (-1.0, 1.0):
        for x in (-0.52, 0.53):
            n = cone(P, n, x, 0.225, side * 0.34, x, 0.225, side * 0.48, 0.235, 0.225, 2)
            n = cone(P, n, x, 0.225, side * 0.475, x, 0.225, side * 0.497, 0.12, 0.11, 3)
        n = ell(P, n, long + 0.08, 0.45, side * 0.27, 0.05, 0.06, 0.07, 0.0, 3)
        n = ell(P, n, -long - 0.09, 0.46, side * 0.28, 0.05, 0.055, 0.06, 0.0, 4)
    if u[2] < 0.3:  # luggage
        n = box(P, n, cx - 0.05, 1.07, 0.0, 0.28, 0.08, 0.22, 0.0, 6)
    return n


@njit(cache=True, nogil=True)
def boat(P, n, u):
    """A sailing boat; the hull reaches below y = 0, where the water hides it."""
    wide = 0.40 + 0.05 * u[0]
    n = box(P, n, -0.02, 0.07, 0.0, wide * 0.78, 0.095, 0.15, 0.0, 0)
    n = prism(P, n, wide * 0.76, 0.165, 0.0, 0.20, -0.21, 0.15, -0.03, 0.0, 0)
    n = prism(P, n, -wide * 0.80, 0.165, 0.0, 0.14, -0.21, 0.15, 0.03, 0.0, 0)
    n = box(P, n, 0.02, 0.172, 0.0, wide * 1.12, 0.018, 0.165, 0.0, 1)
    n = box(P, n, -0.20, 0.235, 0.0, 0.11, 0.055, 0.09, 0.0, 3)
    n = cap(P, n, 0.04, 0.16, 0.0, 0.04, 1.0, 0.0, 0.020, 0.014, 6)
    # Mainsail behind the mast, jib in front of it.
    n = prism(P, n, -0.175, 0.29, 0.0, 0.20, 0.64, 0.013, 0.195, 0.0, 3)
    n = cap(P, n, 0.04, 0.275, 0.0, -0.38, 0.275, 0.0, 0.014, 0.012, 6)
    if u[1] < 0.65:
        n = prism(P, n, 0.21, 0.27, 0.0, 0.15, 0.52, 0.011, -0.14, 0.0, 4 if u[2] < 0.5 else 3)
    if u[3] < 0.7:
        n = prism(P, n, 0.04, 0.985, 0.0, 0.045, -0.13, 0.008, 0.0, -1.57, 4)
    return n


@njit(cache=True, nogil=True)
def _wing(P, n, x, y, chord, span, thick, sweep, side, paint):
    """A flat triangle from the root (x +- chord, y) out to the tip at span, a little raised: a prism laid on its side."""
    n = prism(P, n, x, y, 0.0, chord, span, thick, sweep, 0.0, paint)
    rise, run = 0.10, 0.995
    P[n - 1, 10], P[n - 1, 11], P[n - 1, 12] = 0.0, rise, side * run
    P[n - 1, 13], P[n - 1, 14], P[n - 1, 15] = 0.0, -side * run, rise
    return n


@njit(cache=True, nogil=True)
def airplane(P, n, u):
    """Length about 2, height 1.25; y = 0 is its lower wing tip."""
    y = 0.28
    first = n
    n = cap(P, n, -0.35, y + 0.02, 0.0, 0.62, y, 0.0, 0.175, 0.19, 0)
    n = cap(P, n, -0.95, y + 0.13, 0.0, -0.33, y + 0.02, 0.0, 0.055, 0.176, 0)
    n = ell(P, n, 0.74, y - 0.005, 0.0, 0.20, 0.165, 0.165, 0.0, 3)
    n = ell(P, n, 0.60, y + 0.10, 0.0, 0.17, 0.115, 0.14, -0.2, 5)
    for side in (-1.0, 1.0):
        n = _wing(P, n, 0.02, y - 0.07, 0.38, 1.12, 0.034, -0.34, side, 1)
        n = ell(P, n, -0.27, y + 0.03, side * 0.97, 0.10, 0.035, 0.05, 0.0, 1)
        n = _wing(P, n, -0.84, y + 0.14, 0.14, 0.44, 0.022, -0.14, side, 1)
        n = cap(P, n, 0.16, y - 0.14, side * 0.42, -0.10, y - 0.13, side * 0.42, 0.072, 0.055, 0)
        for k in range(4):
            x = 0.34 - 0.2 * k
            n = ell(P, n, x, y + 0.06, side * 0.17, 0.042, 0.045, 0.022, 0.0, 5)
    n = prism(P, n, -0.86, y + 0.12, 0.0, 0.20, 0.44, 0.028, -0.17, 0.0, 1)
    n = ell(P, n, -1.005, y + 0.46, 0.0, 0.052, 0.10, 0.03, 0.25, 1)
    n = ell(P, n, 0.955, y - 0.005, 0.0, 0.035, 0.035, 0.035, 0.0, 2)
    if u[1] < 0.5:  # propeller
        n = ell(P, n, 0.965, y - 0.005, 0.0, 0.014, 0.24, 0.035, 0.1, 2)
    # It banks towards the viewer and both wings show.
    bank(P, first, n, y, (0.62 + 0.3 * u[2]) * (-1.0 if u[15] < 0.5 else 1.0))
    for k in range(first, n):
        P[k, 5] += 0.26
    return n


@njit(cache=True, nogil=True)
def _window(P, n, x, y, z, r):
    """A lit window with a frame and a cross on the wall that faces -z."""
    n = box(P, n, x, y, z, r * 1.2, r * 1.25, 0.014, 0.0, 3)
    n = box(P, n, x, y, z - 0.006, r, r * 1.05, 0.014, 0.0, 5)
    n = box(P, n, x, y, z - 0.01, r * 0.10, r * 1.05, 0.014, 0.0, 3)
    return box(P, n, x, y, z - 0.01, r, r * 0.10, 0.014, 0.0, 3)


@njit(cache=True, nogil=True)
def house(P, n, u):
    """Gable towards the viewer or eaves towards the viewer; always a pitched roof, a door and mostly a chimney."""
    w, wall, d = 0.40 + 0.12 * u[0], 0.46 + 0.08 * u[1], 0.30
    n = box(P, n, 0.0, wall * 0.5, 0.0, w, wall * 0.5, d, 0.0, 0)
    top = 1.0 - wall
    if u[2] < 0.85:
        n = prism(P, n, 0.0, wall, 0.0, w, top * 0.90, d, 0.0, 0.0, 0)
        # The roof is two leaning slabs over the gable.
        slope_x, slope_y = w * 0.5 + 0.02, top * 0.5
        steep = top / w
        length = 0.5 * w * math.sqrt(1.0 + steep * steep) + 0.075
        ang = _atan(steep)
        for side in (-1.0, 1.0):
            n = box(P, n, side * slope_x, wall + slope_y - 0.005, 0.0, length, 0.038, d + 0.06, -side * ang, 1)
        if u[4] < 0.5:
            n = cone(P, n, 0.0, wall + top * 0.38, -d + 0.02, 0.0, wall + top * 0.38, -d - 0.016, 0.085, 0.085, 3)
            n = cone(P, n, 0.0, wall + top * 0.38, -d + 0.02, 0.0, wall + top * 0.38, -d - 0.022, 0.062, 0.062, 5)
    else:
        n = prism(P, n, 0.0, wall - 0.02, 0.0, d + 0.08, top, w + 0.06, 0.0, 0.0, 1)
        n = turn(P, n, 1.5707963)
    if u[3] < 0.85:
        cx = w * 0.5 * (1.0 if u[5] < 0.5 else -1.0)
        n = box(P, n, cx, wall + top * 0.66, 0.04, 0.062, 0.22, 0.062, 0.0, 4)
        n = box(P, n, cx, wall + top * 0.66 + 0.22, 0.04, 0.078, 0.028, 0.078, 0.0, 3)
    dx = 0.0 if u[6] < 0.6 else w * 0.45
    n = box(P, n, dx, 0.145, -d, 0.105, 0.165, 0.012, 0.0, 3)
    n = box(P, n, dx, 0.145, -d - 0.008, 0.085, 0.145, 0.014, 0.0, 6)
    n = ell(P, n, dx + 0.055, 0.14, -d - 0.026, 0.012, 0.012, 0.012, 0.0, 3)
    wx = w * 0.62
    if dx == 0.0:
        n = _window(P, n, -wx, wall * 0.58, -d, 0.072)
        n = _window(P, n, wx, wall * 0.58, -d, 0.072)
    else:
        n = _window(P, n, -w * 0.5, wall * 0.58, -d, 0.078)
        n = _window(P, n, -w * 0.02, wall * 0.58, -d, 0.078)
    return n


@njit(cache=True, nogil=True)
def _atan(x):
    """Arc tangent for 0 <= x, |error| < 1e-4: a roof's slope needs no more."""
    if x > 1.0:
        return 1.5707963267948966 - _atan(1.0 / x)
    q = x * x
    return x * (0.99986 + q * (-0.33029 + q * (0.18014 + q * (-0.08513 + q * 0.02084))))


@njit(cache=True, nogil=True)
def tower(P, n, u):
    """A round or a square castle tower: battlements or a pointed roof."""
    r = 0.16 + 0.03 * u[0]
    pointed = u[1] < 0.5
    body = 0.62 if pointed else 0.80
    n = cone(P, n, 0.0, 0.0, 0.0, 0.0, body, 0.0, r * 1.12, r * 0.95, 0)
    n = pattern(P, n, BRICKS)
    n = cone(P, n, 0.0, 0.0, 0.0, 0.0, 0.05, 0.0, r * 1.25, r * 1.2, 1)
    n = cone(P, n, 0.0, body - 0.02, 0.0, 0.0, body + 0.06, 0.0, r * 1.0, r * 1.25, 1)
    n = cone(P, n, 0.0, body + 0.06, 0.0, 0.0, body + 0.12, 0.0, r * 1.25, r * 1.25, 0)
    if pointed:
        n = cone(P, n, 0.0, body + 0.12, 0.0, 0.0, 0.98, 0.0, r * 1.42, 0.012, 4)
        n = ell(P, n, 0.0, 0.99, 0.0, 0.022, 0.022, 0.022, 0.0, 3)
    else:
        for k in range(8):
            a = k * 0.7853981633974483 + 0.39
            n = box(P, n, r * 1.12 * cos(a), body + 0.155, r * 1.12 * sin(a), 0.042, 0.052, 0.042, 0.0, 0)
        if u[2] < 0.6:  # flag
            n = cap(P, n, 0.0, body + 0.1, 0.0, 0.0, 1.16, 0.0, 0.012, 0.010, 6)
            n = prism(P, n, 0.012, 1.10, 0.0, 0.055, -0.17, 0.008, 0.0, 1.57, 4)
    n = box(P, n, 0.0, 0.10, -r * 1.05, 0.065, 0.10, 0.035, 0.0, 6)
    n = cone(P, n, 0.0, 0.20, -r * 0.9, 0.0, 0.20, -r * 1.05 - 0.035, 0.065, 0.065, 6)
    n = box(P, n, 0.0, body * 0.62, -r * 0.98, 0.028, 0.065, 0.022, 0.0, 2)
    return box(P, n, 0.07, body * 0.86, -r * 0.88, 0.022, 0.05, 0.022, 0.0, 2)


@njit(cache=True, nogil=True)
def tree(P, n, u):
    """A trunk with two boughs and a round crown of five to seven balls."""
    n = cap(P, n, 0.0, -0.02, 0.0, (u[0] - 0.5) * 0.06, 0.50, 0.0, 0.085, 0.06, 6)
    n = cap(P, n, 0.0, 0.30, 0.0, 0.16, 0.55, 0.0, 0.035, 0.028, 6)
    n = cap(P, n, 0.0, 0.34, 0.0, -0.15, 0.58, 0.0, 0.035, 0.028, 6)
    n = ell(P, n, 0.0, 0.70, 0.0, 0.28, 0.26, 0.26, 0.0, 0)
    balls = 5 + int(u[1] * 3.0)
    for k in range(balls):
        a = (k + u[2]) * 6.2831853 / balls
        r = 0.155 + 0.05 * u[3 + k % 5]
        n = ell(P, n, 0.235 * cos(a), 0.69 + 0.17 * sin(a), -0.07 + 0.09 * cos(2.0 * a), r, r * 0.94, r, 0.0, 0 if k % 2 else 1)
    if u[8] < 0.3:  # fruit
        for k in range(6):
            a = (k + u[9]) * 1.0472
            n = ell(P, n, 0.20 * cos(a), 0.68 + 0.16 * sin(a), -0.27 + 0.03 * sin(3.0 * a), 0.034, 0.034, 0.034, 0.0, 4)
    return n


@njit(cache=True, nogil=True)
def fir(P, n, u):
    """Stacked cones on a short trunk."""
    layers = 3 + int(u[0] * 2.0)
    snowy = u[1] < 0.25
    n = cone(P, n, 0.0, -0.02, 0.0, 0.0, 0.22, 0.0, 0.06, 0.05, 6)
    for k in range(layers):
        low = 0.15 + 0.70 * k / layers
        high = low + 0.85 / layers + 0.10
        r = 0.31 * (1.0 - 0.72 * k / layers)
        if k == layers - 1:
            high = 1.0
        n = cone(P, n, 0.0, low, 0.0, 0.0, high, 0.0, r, r * 0.16 if k < layers - 1 else 0.006, 0 if k % 2 == 0 else 1)
        if snowy:
            n = pattern(P, n, CAPPED)
    return n


@njit(cache=True, nogil=True)
def cactus(P, n, u):
    """A column with one arm on each side, at different heights."""
    n = cap(P, n, 0.0, 0.0, 0.0, 0.0, 0.87, 0.0, 0.125, 0.120, 0)
    n = pattern(P, n, WEDGES)
    for side in (-1.0, 1.0):
        y = 0.30 + 0.16 * u[1 if side > 0.0 else 2]
        top = y + 0.22 + 0.12 * u[3 if side > 0.0 else 4]
        x = side * 0.30
        n = cap(P, n, side * 0.08, y, 0.0, x, y + 0.02, 0.0, 0.072, 0.078, 0)
        n = cap(P, n, x, y + 0.02, 0.0, x, top, 0.0, 0.078, 0.072, 0)
        n = pattern(P, n, WEDGES)
        if u[5] < 0.4:
            n = ell(P, n, x, top + 0.075, 0.0, 0.045, 0.032, 0.045, 0.0, 4)
    if u[6] < 0.6:
        n = ell(P, n, 0.0, 0.995, 0.0, 0.065, 0.045, 0.065, 0.0, 4)
    return n


@njit(cache=True, nogil=True)
def umbrella(P, n, u):
    """A parasol of eight gores on a pole, sometimes tilted by a hair; open below so that things stand under it."""
    rx = 0.52 + 0.05 * u[0]
    n = cone(P, n, 0.0, -0.02, 0.0, 0.0, 0.96, 0.0, 0.020, 0.018, 6)
    n = dome(P, n, 0.0, 0.66, 0.0, rx, 0.31, rx, 0.08, 0, WEDGES)
    # A bead at the end of every rib.
    for k in range(8):
        a = k * 0.7853981633974483
        n = ell(P, n, rx * 0.985 * cos(a), 0.682, rx * 0.985 * sin(a), 0.032, 0.032, 0.032, 0.0, 0)
    return ell(P, n, 0.0, 0.985, 0.0, 0.028, 0.035, 0.028, 0.0, 3)


@njit(cache=True, nogil=True)
def ball(P, n, u):
    """A beach ball of six gores, or a banded one."""
    n = ell(P, n, 0.0, 0.5, 0.0, 0.5, 0.5, 0.5, (u[0] - 0.5) * 1.6, 0)
    if u[1] < 0.7:
        n = pattern(P, n, WEDGES)
        c, s = cos((u[0] - 0.5) * 1.6), sin((u[0] - 0.5) * 1.6)
        n = ell(P, n, -s * 0.492, 0.5 + c * 0.492, 0.0, 0.10, 0.022, 0.10, (u[0] - 0.5) * 1.6, 3)
    else:
        n = pattern(P, n, BANDS)
    return n


@njit(cache=True, nogil=True)
def snowman(P, n, u):
    """Two or three balls, a hat, a carrot, buttons, arms of sticks. It faces +x turned half to the viewer by its builder."""
    tall = u[0] < 0.7
    if tall:
        n = ell(P, n, 0.0, 0.22, 0.0, 0.255, 0.235, 0.255, 0.0, 0)
        n = ell(P, n, 0.0, 0.53, 0.0, 0.185, 0.175, 0.185, 0.0, 0)
        hy, hr, my, mr = 0.76, 0.135, 0.53, 0.185
    else:
        n = ell(P, n, 0.0, 0.29, 0.0, 0.315, 0.30, 0.315, 0.0, 0)
        hy, hr, my, mr = 0.685, 0.175, 0.36, 0.30
    n = ell(P, n, 0.0, hy, 0.0, hr, hr, hr, 0.0, 0)
    n = cone(P, n, 0.0, hy, -hr * 0.9, 0.11, hy - 0.015, -hr * 0.9 - 0.17, 0.036, 0.006, 5)
    for side in (-1.0, 1.0):
        n = ell(P, n, side * 0.052, hy + 0.045, -hr * 0.90, 0.018, 0.020, 0.016, 0.0, 2)
        bx = side * mr * 0.85
        rise = 0.10 + 0.14 * u[2 if side > 0.0 else 3]
        n = cap(P, n, bx, my + 0.06, 0.0, bx + side * 0.22, my + 0.06 + rise, 0.0, 0.018, 0.013, 6)
        n = cap(P, n, bx + side * 0.16, my + 0.06 + rise * 0.73, 0.0, bx + side * 0.20, my + 0.16 + rise, 0.0, 0.012, 0.009, 6)
    for k in range(3):
        dy = (k - 1) * 0.085
        n = ell(P, n, 0.0, my + dy, -math.sqrt(mr * mr - dy * dy), 0.02, 0.02, 0.016, 0.0, 2)
    if u[4] < 0.75:  # top hat, otherwise a bobble cap
        n = cone(P, n, 0.0, hy + hr * 0.78, 0.0, 0.0, hy + hr * 0.78 + 0.03, 0.0, hr * 1.30, hr * 1.30, 2)
        n = cone(P, n, 0.0, hy + hr * 0.80, 0.0, 0.0, 1.07, 0.0, hr * 0.80, hr * 0.86, 2)
        n = cone(P, n, 0.0, hy + hr * 1.0, 0.0, 0.0, hy + hr * 1.32, 0.0, hr * 0.84, hr * 0.86, 4)
    else:
        n = cone(P, n, 0.0, hy + hr * 0.45, 0.0, 0.0, 1.0, 0.0, hr * 1.02, hr * 0.18, 4)
        n = ell(P, n, 0.0, 1.01, 0.0, 0.055, 0.055, 0.055, 0.0, 3)
    if u[5] < 0.8:  # scarf
        y = hy - hr * 0.86
        n = cone(P, n, 0.0, y - 0.02, 0.0, 0.0, y + 0.04, 0.0, hr * 0.98, hr * 0.92, 4)
        n = box(P, n, hr * 0.5, y - 0.09, -hr * 0.95, 0.035, 0.085, 0.025, 0.1, 4)
    return n


@njit(cache=True, nogil=True)
def _keep(P, n, x, z, r, h):
    """One round tower of sand with battlements."""
    n = cone(P, n, x, 0.0, z, x, h, z, r * 1.12, r * 0.92, 0)
    n = cone(P, n, x, h - 0.02, z, x, h + 0.045, z, r * 0.95, r * 1.12, 1)
    for k in range(6):
        a = k * 1.0471975511965976 + 0.26
        n = box(P, n, x + r * 0.92 * cos(a), h + 0.085, z + r * 0.92 * sin(a), r * 0.22, 0.042, r * 0.22, 0.0, 0)
    return n


@njit(cache=True, nogil=True)
def _flag(P, n, x, y, z, h, paint):
    n = cap(P, n, x, y, z, x, y + h, z, 0.012, 0.010, 6)
    return prism(P, n, x + 0.01, y + h - 0.055, z, 0.055, -0.15, 0.008, 0.0, 1.57, paint)


@njit(cache=True, nogil=True)
def sandcastle(P, n, u):
    """Two towers, a wall with a gate, a keep behind: height 1 with the flag, width about 1.4."""
    n = ell(P, n, 0.0, 0.0, 0.0, 0.80, 0.10, 0.45, 0.0, 1)
    n = box(P, n, 0.0, 0.20, 0.02, 0.44, 0.17, 0.14, 0.0, 0)
    for k in range(5):
        n = box(P, n, -0.28 + 0.14 * k, 0.405, -0.08, 0.038, 0.042, 0.03, 0.0, 1)
    tall = 0.44 + 0.12 * u[0]
    n = _keep(P, n, -0.46, -0.02, 0.155, tall)
    n = _keep(P, n, 0.46, -0.02, 0.155, 1.0 - tall if u[1] < 0.5 else tall)
    n = cone(P, n, 0.0, 0.0, 0.14, 0.0, 0.66, 0.14, 0.19, 0.16, 0)
    if u[2] < 0.5:
        n = cone(P, n, 0.0, 0.64, 0.14, 0.0, 0.90, 0.14, 0.21, 0.01, 1)
        n = _flag(P, n, 0.0, 0.86, 0.14, 0.22, 4)
    else:
        n = cone(P, n, 0.0, 0.64, 0.14, 0.0, 0.70, 0.14, 0.165, 0.195, 1)
        for k in range(6):
            a = k * 1.0471975511965976 + 0.26
            n = box(P, n, 0.16 * cos(a), 0.74, 0.14 + 0.16 * sin(a), 0.04, 0.045, 0.04, 0.0, 0)
        n = _flag(P, n, 0.0, 0.68, 0.14, 0.38, 4)
    n = box(P, n, 0.0, 0.12, -0.115, 0.085, 0.10, 0.03, 0.0, 6)
    n = cone(P, n, 0.0, 0.22, -0.08, 0.0, 0.22, -0.146, 0.085, 0.085, 6)
    for side in (-1.0, 1.0):
        n = box(P, n, side * 0.46, tall * 0.6, -0.165, 0.025, 0.05, 0.018, 0.0, 6)
    return n


@njit(cache=True, nogil=True)
def cloud(P, n, u):
    """A flat-bottomed heap of balls, two units wide, one tall."""
    n = ell(P, n, 0.0, 0.28, 0.0, 0.88, 0.26, 0.30, 0.0, 0)
    n = ell(P, n, -0.10 + 0.2 * u[0], 0.55, 0.0, 0.42, 0.40, 0.32, 0.0, 0)
    n = ell(P, n, -0.48 + 0.1 * u[1], 0.40, 0.0, 0.34, 0.29 + 0.06 * u[2], 0.28, 0.0, 0)
    n = ell(P, n, 0.44 + 0.1 * u[3], 0.40, 0.0, 0.36, 0.28 + 0.08 * u[4], 0.28, 0.0, 0)
    n = ell(P, n, 0.74, 0.25, 0.0, 0.24, 0.20, 0.22, 0.0, 0)
    return ell(P, n, -0.76, 0.25, 0.0, 0.25, 0.21, 0.22, 0.0, 0)


@njit(cache=True, nogil=True)
def sun(P, n, u):
    """A clay disc of one unit; rays stand around it in half of the pictures."""
    rays = u[0] < 0.5
    r = 0.33 if rays else 0.46
    n = ell(P, n, 0.0, 0.5, 0.0, r, r, r * 0.5, 0.0, 0)
    if rays:
        for k in range(10):
            a = k * 0.6283185307 + 0.3 * u[1]
            n = cone(P, n, 0.36 * cos(a), 0.5 + 0.36 * sin(a), 0.0, 0.50 * cos(a), 0.5 + 0.50 * sin(a), 0.0, 0.05, 0.012, 0)
    return n
