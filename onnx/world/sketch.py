"""The line drawing of a scene: lines where instance, class, depth or normal jump."""

import math

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def _line(ca, cb, ia, ib, za, zb, zo, na, nb, pa, pb, P, thin):
    """Strength 0..1 of the line between two neighbouring samples on primitives pa and pb; zo: depth of the sample beyond the second."""
    if ia != ib or ca != cb:
        return 1.0
    if za > 1e20 or zb > 1e20:
        return 0.0
    # A crease of depth: the surface does not continue as it went on from the neighbour.
    near = min(za, zb)
    jump = abs(za - zb) / near
    if ia != 0 and pa != pb and P[pa, 3] != P[pb, 3]:
        return 0.85  # another colour of clay: a door, a wheel, an eye
    if thin[pa] or thin[pb]:
        return 0.0
    if jump > 0.022 and abs(za - zb) > 2.5 * abs(zb - zo) and ia != 0:
        return 1.0
    turn = na[0] * nb[0] + na[1] * nb[1] + na[2] * nb[2]
    if ia != 0 and turn < 0.72:
        return min(1.0, (0.72 - turn) * 2.4 + 0.35)
    return 0.0


@njit(cache=True, nogil=True)
def sketch(P, prim, lens, classes, instances, z, normals, samples, out):
    """Draws white lines into out u8[H, W] from sub-pixel maps [H * samples, W * samples], about 1.5 pixels wide and soft."""
    height, width = classes.shape
    lines = np.zeros((height, width), np.float32)
    thin = np.zeros(len(P) + 2, np.bool_)  # too thin to have creases of their own (the last two: sky and ground)
    for k in range(len(P)):
        if int(P[k, 0]) >= 3:
            least = min(P[k, 16], min(abs(P[k, 17]), P[k, 18])) if int(P[k, 0]) == 3 else P[k, 18]
            thin[k] = least / (P[k, 6] * lens) * width < 3.0 * samples
    for i in range(height - 2):
        for j in range(width - 2):
            a = _line(classes[i, j], classes[i, j + 1], instances[i, j], instances[i, j + 1], z[i, j], z[i, j + 1], z[i, j + 2],
                      normals[i, j], normals[i, j + 1], prim[i, j], prim[i, j + 1], P, thin)  # fmt: skip
            b = _line(classes[i, j], classes[i + 1, j], instances[i, j], instances[i + 1, j], z[i, j], z[i + 1, j], z[i + 2, j],
                      normals[i, j], normals[i + 1, j], prim[i, j], prim[i + 1, j], P, thin)  # fmt: skip
            lines[i, j] = max(a, b)
    reach = samples
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            # A tent about the pixel, `reach` sub-pixels to each side of it.
            total = 0.0
            for di in range(-reach, samples + reach):
                y = i * samples + di
                if y < 0 or y >= height:
                    continue
                wy = 1.0 - abs(di + 0.5 - 0.5 * samples) / (0.5 * samples + reach)
                for dj in range(-reach, samples + reach):
                    x = j * samples + dj
                    if 0 <= x < width and lines[y, x] > 0.0:
                        total += lines[y, x] * wy * (1.0 - abs(dj + 0.5 - 0.5 * samples) / (0.5 * samples + reach))
            out[i, j] = int(min(255.0, 255.0 * math.sqrt(total / (1.6 * samples))))
