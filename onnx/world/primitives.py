"""Rows of a float64 array that describe solids, and the functions by which models add them.

Every primitive is a solid in a local frame: origin `CENTRE`, three unit axes `AXES`, lengths `SIZE`. So one rotation,
scale and shift moves a whole model, whatever it is made of.

    kind       local solid                                              SIZE
    ELLIPSOID  |p / size| = 1, only where p.y / size.y >= CLIP          rx, ry, rz
    CAPSULE    hull of two spheres, at 0 and at (0, L, 0)               L, r at 0, r at L
    CONE       flat ends at y = 0 and y = L                             L, r at 0, r at L
    BOX        |p| <= size                                              hx, hy, hz
    PRISM      triangle (-w, 0) (w, 0) (a, h) in x, y; |z| <= l         w, h, l, a
"""

import math

from numba import njit

from world.trig import cos, sin

ELLIPSOID, CAPSULE, CONE, BOX, PRISM = range(5)

KIND, CLASS, INSTANCE, PAINT = 0, 1, 2, 3  # PAINT: index into the object's colours
CENTRE, AXES, SIZE, CLIP = 4, 7, 16, 20
LEAN = 19  # of a capsule: above 0, its normals lean as its taper does (the fourth size, which only prisms use)
COLOUR, COLOUR2, PATTERN = 21, 24, 27
WIDTH = 28
MAX_PRIMITIVES = 512

# How a second colour is laid over a solid.
PLAIN, WEDGES, BANDS, CAPPED, BRICKS = range(5)


@njit(cache=True, nogil=True)
def _frame(P, n, ang):
    c, s = cos(ang), sin(ang)
    P[n, 7], P[n, 8], P[n, 9] = c, s, 0.0
    P[n, 10], P[n, 11], P[n, 12] = -s, c, 0.0
    P[n, 13], P[n, 14], P[n, 15] = 0.0, 0.0, 1.0


@njit(cache=True, nogil=True)
def ell(P, n, x, y, z, rx, ry, rz, ang, paint):
    """Adds an ellipsoid turned by `ang` in the x-y plane; returns the next free row, as all of these do."""
    P[n, 0], P[n, 3] = 0, paint
    P[n, 4], P[n, 5], P[n, 6] = x, y, z
    _frame(P, n, ang)
    P[n, 16], P[n, 17], P[n, 18], P[n, 19], P[n, 20], P[n, 27] = rx, ry, rz, 0.0, -2.0, 0
    return n + 1


@njit(cache=True, nogil=True)
def dome(P, n, x, y, z, rx, ry, rz, clip, paint, pattern):
    """Adds the shell of an ellipsoid above `clip` (-1 bottom .. 1 top), open below."""
    n = ell(P, n, x, y, z, rx, ry, rz, 0.0, paint)
    P[n - 1, 20], P[n - 1, 27] = clip, pattern
    return n


@njit(cache=True, nogil=True)
def _along(P, n, kind, ax, ay, az, bx, by, bz, ra, rb, paint):
    P[n, 0], P[n, 3] = kind, paint
    P[n, 4], P[n, 5], P[n, 6] = ax, ay, az
    dx, dy, dz = bx - ax, by - ay, bz - az
    length = math.sqrt(dx * dx + dy * dy + dz * dz)
    dx, dy, dz = dx / length, dy / length, dz / length
    # A second axis from whichever world axis the direction is least along.
    if abs(dz) < 0.9:
        ex, ey, ez = dy, -dx, 0.0
    else:
        ex, ey, ez = dz, 0.0, -dx
    k = 1.0 / math.sqrt(ex * ex + ey * ey + ez * ez)
    ex, ey, ez = ex * k, ey * k, ez * k
    P[n, 7], P[n, 8], P[n, 9] = ex, ey, ez
    P[n, 10], P[n, 11], P[n, 12] = dx, dy, dz
    P[n, 13], P[n, 14], P[n, 15] = ey * dz - ez * dy, ez * dx - ex * dz, ex * dy - ey * dx
    P[n, 16], P[n, 17], P[n, 18], P[n, 19], P[n, 20], P[n, 27] = length, ra, rb, 0.0, -2.0, 0
    return n + 1


@njit(cache=True, nogil=True)
def cap(P, n, ax, ay, az, bx, by, bz, ra, rb, paint):
    """Adds a capsule with radius ra at a and rb at b."""
    return _along(P, n, 1, ax, ay, az, bx, by, bz, ra, rb, paint)


@njit(cache=True, nogil=True)
def cone(P, n, ax, ay, az, bx, by, bz, ra, rb, paint):
    """Adds a cone or cylinder with flat ends, radius ra at a and rb at b."""
    return _along(P, n, 2, ax, ay, az, bx, by, bz, ra, rb, paint)


@njit(cache=True, nogil=True)
def box(P, n, x, y, z, hx, hy, hz, ang, paint):
    """Adds a box of half sizes h, turned by `ang` in the x-y plane."""
    n = ell(P, n, x, y, z, hx, hy, hz, ang, paint)
    P[n - 1, 0] = 3
    return n


@njit(cache=True, nogil=True)
def prism(P, n, x, y, z, w, h, l, apex, ang, paint):
    """Adds a triangular prism: base (x-w..x+w) at y, apex at (x+apex, y+h), z +- l; turned by `ang` in the x-y plane."""
    n = ell(P, n, x, y, z, w, h, l, ang, paint)
    P[n - 1, 0], P[n - 1, 19] = 4, apex
    return n


@njit(cache=True, nogil=True)
def turn(P, n, yaw):
    """Turns the newest primitive about its own vertical axis (for wheels, wings and other parts seen from above)."""
    c, s = cos(yaw), sin(yaw)
    for k in (7, 10, 13):
        x, z = P[n - 1, k], P[n - 1, k + 2]
        P[n - 1, k], P[n - 1, k + 2] = c * x + s * z, c * z - s * x
    return n


@njit(cache=True, nogil=True)
def spin(P, first, last, x, z, yaw):
    """Turns primitives first..last about the vertical line through (x, z): a head looks round."""
    c, s = cos(yaw), sin(yaw)
    for i in range(first, last):
        px, pz = P[i, 4] - x, P[i, 6] - z
        P[i, 4], P[i, 6] = c * px + s * pz + x, c * pz - s * px + z
        for k in (7, 10, 13):
            ax, az = P[i, k], P[i, k + 2]
            P[i, k], P[i, k + 2] = c * ax + s * az, c * az - s * ax


@njit(cache=True, nogil=True)
def bank(P, first, last, y, angle):
    """Turns primitives first..last about the line along x at height y: an airplane banks."""
    c, s = cos(angle), sin(angle)
    for i in range(first, last):
        py, pz = P[i, 5] - y, P[i, 6]
        P[i, 5], P[i, 6] = c * py - s * pz + y, c * pz + s * py
        for k in (8, 11, 14):
            ay, az = P[i, k], P[i, k + 1]
            P[i, k], P[i, k + 1] = c * ay - s * az, c * az + s * ay


@njit(cache=True, nogil=True)
def pattern(P, n, kind):
    """Lays pattern `kind` over the newest primitive."""
    P[n - 1, 27] = kind
    return n


@njit(cache=True, nogil=True)
def place(P, first, last, yaw, scale, x, y, z, cls, instance, paints):
    """Turns, scales and moves primitives first..last, and gives them class, instance and colours (paints f64[8, 3])."""
    c, s = cos(yaw), sin(yaw)
    for i in range(first, last):
        P[i, 1], P[i, 2] = cls, instance
        px, py, pz = P[i, 4] * scale, P[i, 5] * scale, P[i, 6] * scale
        P[i, 4], P[i, 5], P[i, 6] = c * px + s * pz + x, py + y, c * pz - s * px + z
        for k in (7, 10, 13):
            ax, az = P[i, k], P[i, k + 2]
            P[i, k], P[i, k + 2] = c * ax + s * az, c * az - s * ax
        for k in range(16, 20):
            P[i, k] *= scale
        paint = int(P[i, 3])
        for k in range(3):
            P[i, 21 + k] = paints[paint, k]
            P[i, 24 + k] = paints[1 if paint != 1 else 3, k]
