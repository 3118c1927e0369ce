"""Dog, cat and horse: seen from the side, facing +x, feet on y = 0, about one unit tall.

Every model takes the primitive array P, the next free row n and uniforms u[0..1) that vary it, and returns the next free row.
Paints: 0 coat, 1 belly, muzzle or mane, 2 dark, 3 light, 4 accent.
"""

from numba import njit

from world.primitives import cap, cone, ell, spin
from world.trig import cos, sin


@njit(cache=True, nogil=True)
def leg(P, n, x, y, z, length, swing, r0, r1, paint, foot):
    """A leg with a slightly bent knee from the hip (x, y, z) down, and a paw on the ground."""
    kx, ky = x + 0.5 * length * sin(swing), y - 0.5 * length * cos(swing)
    fx, fy = kx + 0.5 * length * sin(swing * 0.4 - 0.08), r1
    n = cap(P, n, x, y, z, kx, ky, z, r0, r1 * 1.15, paint)
    n = cap(P, n, kx, ky, z, fx, fy, z, r1 * 1.15, r1, paint)
    return ell(P, n, fx + 0.6 * r1, r1 * 0.9, z, r1 * 1.7, r1 * 0.95, r1 * 1.3, 0.0, foot)


@njit(cache=True, nogil=True)
def eyes(P, n, x, y, z, r):
    for side in (-1.0, 1.0):
        n = ell(P, n, x, y, side * z, r, r * 1.15, r * 0.8, 0.0, 2)
        n = ell(P, n, x + r * 0.25, y + r * 0.4, side * (z + r * 0.55), r * 0.35, r * 0.35, r * 0.35, 0.0, 3)
    return n


@njit(cache=True, nogil=True)
def dog(P, n, u):
    stride = (u[0] - 0.5) * 0.9
    ly = 0.40 + 0.06 * u[1]  # hip height
    by = ly + 0.08
    n = cap(P, n, -0.30, by, 0.0, 0.24, by + 0.03, 0.0, 0.150, 0.185, 0)
    n = ell(P, n, 0.20, by - 0.03, 0.0, 0.16, 0.165, 0.165, 0.0, 1)
    n = leg(P, n, 0.26, ly, -0.10, ly, stride, 0.085, 0.052, 0, 3)
    n = leg(P, n, 0.26, ly, 0.10, ly, -stride, 0.085, 0.052, 0, 0)
    n = leg(P, n, -0.32, ly, -0.10, ly, -stride, 0.10, 0.054, 0, 0)
    n = leg(P, n, -0.32, ly, 0.10, ly, stride, 0.10, 0.054, 0, 3)
    lift = 0.10 * u[2]
    hx, hy = 0.46, by + 0.30 + lift
    n = cap(P, n, 0.28, by + 0.08, 0.0, hx - 0.05, hy - 0.04, 0.0, 0.125, 0.105, 0)
    n = cone(P, n, 0.325, by + 0.15, 0.0, 0.36, by + 0.20, 0.0, 0.135, 0.130, 4)
    n = ell(P, n, hx, hy, 0.0, 0.155, 0.135, 0.14, 0.1, 0)
    n = cap(P, n, hx + 0.06, hy - 0.045, 0.0, hx + 0.25, hy - 0.065, 0.0, 0.085, 0.062, 1)
    n = ell(P, n, hx + 0.305, hy - 0.035, 0.0, 0.036, 0.032, 0.04, 0.0, 2)
    n = eyes(P, n, hx + 0.085, hy + 0.05, 0.112, 0.026)
    floppy = u[3] < 0.55
    for side in (-1.0, 1.0):
        if floppy:
            n = ell(P, n, hx - 0.075, hy - 0.035, side * 0.135, 0.062, 0.135, 0.035, -0.25, 4 if u[8] < 0.2 else 1)
            n = ell(P, n, hx - 0.07, hy + 0.075, side * 0.10, 0.065, 0.05, 0.045, 0.3, 0)
        else:
            n = cone(P, n, hx - 0.06, hy + 0.08, side * 0.075, hx - 0.075, hy + 0.26, side * 0.10, 0.06, 0.012, 0)
    # The tail stands up: the clearest sign of a dog in outline.
    tip = -0.56 - 0.12 * u[4]
    n = cap(P, n, -0.42, by + 0.04, 0.0, -0.53, by + 0.20, 0.0, 0.052, 0.046, 0)
    n = cap(P, n, -0.53, by + 0.20, 0.0, tip, by + 0.42, 0.0, 0.046, 0.034, 0)
    if u[5] < 0.4:
        n = ell(P, n, -0.12, by + 0.08, -0.09, 0.13, 0.10, 0.075, 0.2, 1)
        n = ell(P, n, -0.12, by + 0.08, 0.09, 0.13, 0.10, 0.075, 0.2, 1)
    return n


@njit(cache=True, nogil=True)
def _cat_head(P, n, hx, hy, u):
    """A head turned to the viewer, so that both ears stand against the sky."""
    first = n
    n = ell(P, n, hx, hy, 0.0, 0.165, 0.15, 0.165, 0.0, 0)
    n = ell(P, n, hx + 0.125, hy - 0.05, 0.0, 0.065, 0.05, 0.075, 0.0, 1)
    n = ell(P, n, hx + 0.185, hy - 0.03, 0.0, 0.016, 0.014, 0.02, 0.0, 4)
    n = eyes(P, n, hx + 0.10, hy + 0.03, 0.112, 0.028)
    for side in (-1.0, 1.0):
        n = cone(P, n, hx - 0.01, hy + 0.075, side * 0.095, hx - 0.015, hy + 0.27, side * 0.135, 0.078, 0.006, 0)
        n = cone(P, n, hx + 0.022, hy + 0.085, side * 0.095, hx + 0.010, hy + 0.225, side * 0.13, 0.052, 0.005, 4)
    for side in (-1.0, 1.0):
        n = cap(P, n, hx + 0.14, hy - 0.045, side * 0.06, hx + 0.20, hy - 0.02, side * 0.20, 0.006, 0.003, 3)
    spin(P, first, n, hx, 0.0, (0.65 + 0.5 * u[6]) * (1.0 if u[15] < 0.5 else -1.0))
    return n


@njit(cache=True, nogil=True)
def _cat_tail(P, n, x, y, bend, rise):
    """An S that rises far above the back."""
    px, py = x, y
    for k in range(6):
        a = bend + 0.42 * (k if k < 3 else 6 - k) * (1.0 if k < 3 else 0.9)
        qx, qy = px - rise * cos(a), py + rise * sin(a)
        n = cap(P, n, px, py, 0.0, qx, qy, 0.0, 0.042, 0.042 if k < 5 else 0.036, 0 if k < 5 else 1)
        px, py = qx, qy
    return n


@njit(cache=True, nogil=True)
def cat(P, n, u):
    if u[0] < 0.5:  # sitting
        n = cap(P, n, -0.10, 0.20, 0.0, 0.07, 0.48, 0.0, 0.205, 0.135, 0)
        n = ell(P, n, 0.12, 0.40, 0.0, 0.095, 0.15, 0.10, 0.15, 1)
        for side in (-1.0, 1.0):
            n = ell(P, n, -0.10, 0.15, side * 0.15, 0.17, 0.15, 0.075, 0.2, 0)
            n = ell(P, n, 0.06, 0.045, side * 0.16, 0.10, 0.045, 0.055, 0.0, 1)
            n = cap(P, n, 0.14, 0.40, side * 0.075, 0.19, 0.06, side * 0.075, 0.062, 0.048, 0)
            n = ell(P, n, 0.215, 0.04, side * 0.075, 0.075, 0.042, 0.055, 0.0, 1)
        n = _cat_head(P, n, 0.15 + 0.03 * u[1], 0.74, u)
        return _cat_tail(P, n, -0.24, 0.08, -0.1 + 0.25 * u[2], 0.10 + 0.01 * u[3])
    stride = (u[4] - 0.5) * 0.7
    n = cap(P, n, -0.27, 0.40, 0.0, 0.20, 0.40, 0.0, 0.145, 0.135, 0)
    n = ell(P, n, -0.03, 0.34, 0.0, 0.22, 0.09, 0.11, 0.0, 1)
    n = leg(P, n, 0.22, 0.32, -0.085, 0.32, stride, 0.070, 0.042, 0, 1)
    n = leg(P, n, 0.22, 0.32, 0.085, 0.32, -stride, 0.070, 0.042, 0, 1)
    n = leg(P, n, -0.29, 0.32, -0.085, 0.32, -stride, 0.085, 0.044, 0, 1)
    n = leg(P, n, -0.29, 0.32, 0.085, 0.32, stride, 0.085, 0.044, 0, 1)
    n = _cat_head(P, n, 0.38, 0.59 + 0.05 * u[1], u)
    return _cat_tail(P, n, -0.38, 0.44, 0.5 + 0.4 * u[2], 0.095 + 0.015 * u[3])


@njit(cache=True, nogil=True)
def horse(P, n, u):
    stride = (u[0] - 0.5) * 0.9
    ly = 0.50
    n = cap(P, n, -0.28, 0.585, 0.0, 0.22, 0.58, 0.0, 0.135, 0.135, 0)
    n = ell(P, n, -0.30, 0.60, 0.0, 0.15, 0.145, 0.135, 0.0, 0)
    n = leg(P, n, 0.27, ly, -0.085, ly, stride, 0.072, 0.034, 0, 2)
    n = leg(P, n, 0.24, ly, 0.085, ly, -stride, 0.072, 0.034, 0, 2)
    n = leg(P, n, -0.33, ly, -0.085, ly, -stride * 0.8, 0.085, 0.036, 0, 2)
    n = leg(P, n, -0.35, ly, 0.085, ly, stride * 0.8, 0.085, 0.036, 0, 2)
    # The neck goes up and forward, the head hangs from its top.
    nx, ny = 0.42 + 0.06 * u[1], 0.93 + 0.04 * u[2]
    n = cap(P, n, 0.25, 0.63, 0.0, nx, ny, 0.0, 0.125, 0.072, 0)
    fx, fy = nx + 0.21, ny - 0.15 + 0.05 * u[3]
    n = cap(P, n, nx + 0.015, ny, 0.0, fx, fy, 0.0, 0.080, 0.052, 0)
    n = ell(P, n, fx + 0.02, fy - 0.012, 0.0, 0.052, 0.046, 0.05, -0.5, 3 if u[4] < 0.4 else 0)
    n = eyes(P, n, nx + 0.07, ny - 0.005, 0.065, 0.017)
    for side in (-1.0, 1.0):
        n = ell(P, n, fx + 0.055, fy - 0.012, side * 0.028, 0.010, 0.012, 0.010, 0.0, 2)
        n = cone(P, n, nx - 0.005, ny + 0.055, side * 0.045, nx + 0.0, ny + 0.155, side * 0.055, 0.028, 0.005, 0)
    # Mane: a row of locks down the crest of the neck.
    for k in range(6):
        t = k / 5.0
        mx, my = nx - 0.045 - t * (nx - 0.22) * 0.95, ny + 0.055 - t * (ny - 0.72)
        n = ell(P, n, mx - 0.015, my, 0.0, 0.052, 0.075, 0.05, 0.5, 1)
    n = ell(P, n, nx + 0.045, ny + 0.065, 0.0, 0.045, 0.03, 0.03, -0.5, 1)
    # Tail: falls from the croup.
    sway = 0.08 * u[5]
    n = cap(P, n, -0.41, 0.67, 0.0, -0.52 - sway, 0.58, 0.0, 0.045, 0.058, 1)
    n = cap(P, n, -0.52 - sway, 0.58, 0.0, -0.55 - sway, 0.26, 0.0, 0.058, 0.022, 1)
    if u[6] < 0.3:  # saddle
        n = ell(P, n, -0.03, 0.69, 0.0, 0.15, 0.055, 0.142, 0.0, 4)
    return n
