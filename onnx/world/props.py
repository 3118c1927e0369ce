"""Bridge, flower, rock, mushroom and bench: standing on y = 0, facing the viewer, about one unit tall.

Paints: 0 main, 1 second, 2 dark, 3 light, 4 accent, 5 glass, 6 wood or leaf, 7 spare.
"""

import math

from numba import njit

from world.primitives import box, cap, cone, dome, ell, prism, turn
from world.trig import cos, sin


@njit(cache=True, nogil=True)
def _stone_bridge(P, n, u):
    """A humped bridge on one arch or two, with a parapet."""
    hump, deep = 0.14 + 0.10 * u[1], 0.20
    two = u[2] < 0.4
    a, b, mid = (0.42, 0.42, 0.50) if two else (0.62, 0.54, 0.0)
    count = 20
    half = 1.10 / count
    for k in range(count):
        x = -1.10 + (2 * k + 1) * half
        top = 0.52 + hump * (1.0 - x * x / 1.21)
        q = (abs(x) - mid) / a
        low = b * math.sqrt(1.0 - q * q) if q * q < 1.0 else -0.08
        n = box(P, n, x, 0.5 * (top + low), 0.0, half * 1.02, 0.5 * (top - low), deep, 0.0, 0)
    for arch in range(2 if two else 1):
        cx = mid if arch else -mid
        stones = 9 if two else 11
        for k in range(stones):
            t = 3.141592653589793 * (k + 0.5) / stones
            x, y = cx + (a + 0.02) * cos(t), (b + 0.02) * sin(t)
            tx, ty = -(a + 0.02) * sin(t), (b + 0.02) * cos(t)
            long = 1.45 * math.sqrt(tx * tx + ty * ty) / stones
            n = box(P, n, x, y, 0.0, long, 0.050, deep + 0.02, _angle(-tx, -ty), 1 if k % 2 else 3)
    # The parapet follows the hump.
    for k in range(6):
        x0, x1 = -1.12 + 2.24 * k / 6.0, -1.12 + 2.24 * (k + 1) / 6.0
        y0, y1 = 0.58 + hump * (1.0 - x0 * x0 / 1.21), 0.58 + hump * (1.0 - x1 * x1 / 1.21)
        n = box(P, n, 0.5 * (x0 + x1), 0.5 * (y0 + y1), 0.0, 0.5 * (x1 - x0) * 1.04, 0.055, deep + 0.035, _angle(x1 - x0, y1 - y0), 1)
    for side in (-1.0, 1.0):
        n = box(P, n, side * 1.10, 0.32, 0.0, 0.085, 0.40, deep + 0.05, 0.0, 1)
        n = box(P, n, side * 1.10, 0.74, 0.0, 0.105, 0.035, deep + 0.07, 0.0, 3)
    return n


@njit(cache=True, nogil=True)
def _angle(x, y):
    """Angle of the direction (x, y) for |y| <= 3 |x|, by bisection on `cos` and `sin`: the C library's atan2 is not theirs."""
    flip = x < 0.0
    if flip:
        x, y = -x, -y
    low, high = -1.5707963267948966, 1.5707963267948966
    for _ in range(24):
        a = 0.5 * (low + high)
        if cos(a) * y - sin(a) * x > 0.0:
            low = a
        else:
            high = a
    return 0.5 * (low + high)


@njit(cache=True, nogil=True)
def _hanging_bridge(P, n, u):
    """Two portals, a deck and cables that sag between them."""
    deck = 0.27 + 0.06 * u[1]
    at = 0.54 + 0.08 * u[2]
    n = box(P, n, 0.0, deck, 0.0, 1.15, 0.062, 0.17, 0.0, 1)
    for side in (-1.0, 1.0):
        for z in (-0.15, 0.15):
            n = box(P, n, side * at, 0.44, z, 0.075, 0.54, 0.045, 0.0, 0)
        n = box(P, n, side * at, 0.93, 0.0, 0.068, 0.055, 0.15, 0.0, 0)
        n = box(P, n, side * at, 0.62, 0.0, 0.045, 0.035, 0.15, 0.0, 0)
        n = box(P, n, side * at, 0.02, 0.0, 0.12, 0.10, 0.22, 0.0, 3)
        n = box(P, n, side * 1.10, 0.5 * deck - 0.04, 0.0, 0.075, 0.5 * deck + 0.06, 0.19, 0.0, 3)
    for z in (-0.165, 0.165):
        px, py = -1.15, deck + 0.04
        for k in range(1, 17):
            x = -1.15 + 2.30 * k / 16.0
            if abs(x) < at:
                q = x / at
                y = deck + 0.10 + (0.90 - deck) * q * q
            else:
                q = (1.15 - abs(x)) / (1.15 - at)
                y = deck + 0.04 + (0.96 - deck) * q * (0.55 + 0.45 * q)
            n = cap(P, n, px, py, z, x, y, z, 0.036, 0.036, 0)
            if z < 0.0 and k < 16 and k % 2 == 0 and y > deck + 0.08:
                n = cap(P, n, x, deck, z, x, y, z, 0.022, 0.022, 0)
            px, py = x, y
    return n


@njit(cache=True, nogil=True)
def bridge(P, n, u):
    return _stone_bridge(P, n, u) if u[0] < 0.6 else _hanging_bridge(P, n, u)


@njit(cache=True, nogil=True)
def _daisy(P, n, x, y, r, petals, turned):
    """A head of petals that looks at the viewer and a little upwards."""
    for k in range(petals):
        a = (k + turned) * 6.283185307179586 / petals
        w = min(1.9 * r / petals, 0.30 * r)
        n = ell(P, n, x + 0.66 * r * cos(a), y + 0.66 * r * sin(a), -0.02 - 0.02 * sin(a), 0.38 * r, w * 1.15, 0.07 * r + 0.015, a, 0)
    n = ell(P, n, x, y, -0.01, 0.52 * r, 0.52 * r, 0.05 * r, 0.0, 0)  # no sky between petals and middle
    return ell(P, n, x, y, -0.045, 0.33 * r, 0.33 * r, 0.20 * r, 0.0, 4)


@njit(cache=True, nogil=True)
def flower(P, n, u):
    """A daisy with a round face or a tulip: one large head on a stem with two leaves."""
    lean = (u[1] - 0.5) * 0.12
    n = cap(P, n, 0.0, -0.02, 0.0, 0.6 * lean, 0.34, 0.0, 0.040, 0.036, 6)
    n = cap(P, n, 0.6 * lean, 0.34, 0.0, lean, 0.68, 0.0, 0.036, 0.034, 6)
    if u[0] < 0.68:
        for side in (-1.0, 1.0):
            y = 0.14 + 0.12 * u[2 if side > 0.0 else 3]
            n = ell(P, n, side * 0.16, y + 0.09, -0.02, 0.175, 0.060, 0.035, side * 0.55, 6)
        return _daisy(P, n, lean, 0.70, 0.345, 6 + int(u[4] * 5.0), u[5])
    for side in (-1.0, 1.0):
        n = cap(P, n, side * 0.02, 0.02, 0.0, side * 0.13, 0.26, 0.0, 0.055, 0.060, 6)
        n = cap(P, n, side * 0.13, 0.26, 0.0, side * (0.20 + 0.06 * u[2]), 0.52, 0.0, 0.060, 0.012, 6)
    # The cup: a round bottom and three points.
    n = ell(P, n, lean, 0.77, 0.0, 0.205, 0.175, 0.190, 0.0, 0)
    for k in range(3):
        x = 0.135 * (k - 1.0)
        front = k == 1
        n = cap(P, n, lean + x * 0.8, 0.78, -0.06 if front else 0.0, lean + x * 1.25, 1.02, -0.05 if front else 0.0, 0.125, 0.018, 1 if front else 0)
    return n


@njit(cache=True, nogil=True)
def rock(P, n, u):
    """Slabs leant against one another: corners tell a rock from a ball or a bush."""
    s = 1.0 if u[0] < 0.5 else -1.0
    n = box(P, n, -0.10 * s, 0.33, 0.04, 0.36 + 0.06 * u[2], 0.34 + 0.05 * u[1], 0.32, (0.24 + 0.26 * u[3]) * s, 0)
    n = turn(P, n, 0.35 * s)
    n = box(P, n, -0.02 * s, 0.24, -0.02, 0.46, 0.27, 0.30, -(0.06 + 0.14 * u[7]) * s, 0)
    n = turn(P, n, -0.40 * s)
    n = box(P, n, 0.36 * s, 0.17, -0.06, 0.27, 0.21, 0.27, -(0.16 + 0.22 * u[4]) * s, 1)
    n = turn(P, n, 0.35 * s)
    n = prism(P, n, -0.48 * s, -0.02, -0.08, 0.24, 0.34 + 0.10 * u[5], 0.22, -0.06 * s, 0.0, 1)
    n = turn(P, n, -0.3 * s)
    if u[6] < 0.5:
        n = box(P, n, 0.66 * s, 0.06, -0.18, 0.10, 0.075, 0.09, 0.3 * s, 0)
        n = turn(P, n, 0.5)
    return n


@njit(cache=True, nogil=True)
def _toadstool(P, n, x, z, k, u):
    """Height and width k. A wide or a pointed hat with spots on the side we see."""
    r, rise = (0.44 + 0.05 * u[0]) * k, (0.34 + 0.14 * u[1]) * k
    rim = 0.53 * k
    n = cap(P, n, x, 0.07 * k, z, x, 0.50 * k, z, 0.150 * k, 0.095 * k, 1)
    n = cone(P, n, x, 0.36 * k, z, x, 0.41 * k, z, 0.165 * k, 0.110 * k, 3)
    n = cone(P, n, x, rim - 0.055 * k, z, x, rim + 0.005 * k, z, r * 0.80, r * 0.985, 1)
    n = dome(P, n, x, rim - 0.01 * k, z, r, rise, r, 0.0, 0, 0)
    if u[2] < 0.8:
        for j in range(8):
            # Rows of three and five, on the half towards the viewer.
            low = j < 5
            a = (-2.0 + 1.0 * j) * 0.62 if low else (-1.0 + (j - 5)) * 0.85
            e = (0.32 if low else 0.86) + 0.10 * sin(7.0 * j + 6.0 * u[3])
            c = cos(e)
            s = (0.056 + 0.020 * (j % 2)) * k
            q = 0.95 * r * c  # sunk into the hat by a twentieth
            n = ell(P, n, x + q * sin(a), rim + 0.95 * rise * sin(e), z - q * cos(a), s * 1.1, s * (1.0 if low else 0.8), s * 0.95, 0.0, 3)
        n = ell(P, n, x + 0.02, rim + rise * 0.985, z, 0.10 * k, 0.035 * k, 0.10 * k, 0.0, 3)
    return n


@njit(cache=True, nogil=True)
def mushroom(P, n, u):
    """One toadstool, often with a small one at its foot."""
    n = _toadstool(P, n, 0.0, 0.0, 1.0, u)
    if u[4] < 0.4:
        side = 1.0 if u[5] < 0.5 else -1.0
        n = _toadstool(P, n, side * 0.40, -0.22, 0.42 + 0.1 * u[6], u)
    return n


@njit(cache=True, nogil=True)
def bench(P, n, u):
    """A park bench: slats of wood between two frames, the back behind the seat."""
    long = 0.80 + 0.08 * u[0]
    seat = 0.44
    for k in range(3):
        n = box(P, n, 0.0, seat, -0.24 + 0.15 * k, long, 0.036, 0.064, 0.0, 0)
    slats = 2 + int(u[1] * 2.0)
    for k in range(slats):
        y = 0.62 + 0.36 * (k + 0.5) / slats
        n = box(P, n, 0.0, y, 0.17 + 0.12 * (y - seat), long, 0.33 / slats * 0.36, 0.030, 0.0, 0)
    for side in (-1.0, 1.0):
        x = side * (long - 0.14)
        n = box(P, n, x, 0.21, -0.23, 0.048, 0.23, 0.048, 0.0, 4)
        n = box(P, n, x, 0.50, 0.22, 0.048, 0.52, 0.042, 0.0, 4)
        n = box(P, n, x, seat - 0.055, 0.0, 0.048, 0.030, 0.27, 0.0, 4)
        if u[2] < 0.7:  # arm rests
            ax = side * (long + 0.02)
            n = cap(P, n, ax, seat + 0.20, -0.28, ax, seat + 0.22, 0.18, 0.045, 0.045, 4)
            n = cap(P, n, ax, 0.03, -0.26, ax, seat + 0.20, -0.26, 0.045, 0.045, 4)
    return n
