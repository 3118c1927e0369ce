"""Soft clay shading of what `raster.trace` found: key light with soft shadows, sky, bounce, contact occlusion, fog."""

import math

import numpy as np
from numba import njit

from world.intersect import FAR
from world.raster import ROAD, SAND, SEA, SKY, ground_class, hit
from world.trig import cos, sin

SHADOW_SIZE = 320
_CLOUD, _SUN, _MOUNTAIN, _MEADOW, _AIRPLANE, _HOUSE = 1, 2, 3, 4, 15, 16


@njit(cache=True, nogil=True)
def hash01(x, y, z):
    """A uniform in [0, 1) from three integers."""
    h = np.uint32(x) * np.uint32(374761393) + np.uint32(y) * np.uint32(668265263) + np.uint32(z) * np.uint32(2147483647)
    h = (h ^ (h >> np.uint32(13))) * np.uint32(1274126177)
    h = h ^ (h >> np.uint32(16))
    return float(h & np.uint32(0xFFFFFF)) / 16777216.0


@njit(cache=True, nogil=True)
def noise2(x, y, seed):
    """Smooth value noise in [0, 1)."""
    fx, fy = math.floor(x), math.floor(y)
    i, j = int(fx), int(fy)
    tx, ty = x - fx, y - fy
    tx, ty = tx * tx * (3.0 - 2.0 * tx), ty * ty * (3.0 - 2.0 * ty)
    a = hash01(i, j, seed) * (1.0 - tx) + hash01(i + 1, j, seed) * tx
    b = hash01(i, j + 1, seed) * (1.0 - tx) + hash01(i + 1, j + 1, seed) * tx
    return a * (1.0 - ty) + b * ty


@njit(cache=True, nogil=True)
def normal_at(p, x, y, z, out):
    """Unit normal of primitive p at the world point (x, y, z), edges of boxes and cones rounded as a thumb would; into out[0:3]."""
    kind = int(p[0])
    x, y, z = x - p[4], y - p[5], z - p[6]
    a, b, c = x * p[7] + y * p[8] + z * p[9], x * p[10] + y * p[11] + z * p[12], x * p[13] + y * p[14] + z * p[15]
    if kind == 0:
        a, b, c = a / (p[16] * p[16]), b / (p[17] * p[17]), c / (p[18] * p[18])
    elif kind == 1:
        s = (p[17] - p[18]) / p[16]
        rho = math.sqrt(a * a + c * c)
        # foot on the axis of the sphere that touches here
        lean = rho * s / math.sqrt(max(1.0 - s * s, 1e-6))
        # Version 0 of the world leans its tapered capsules the wrong way; its pictures stay as packs have learnt them.
        k = (b - lean if p[19] > 0.0 else b + lean) if abs(s) < 1.0 else 0.0
        k = min(max(k, 0.0), p[16])
        b = b - k
    elif kind == 2:
        rho = math.sqrt(a * a + c * c)
        k = (p[17] - p[18]) / p[16]
        r = p[17] - k * b
        bevel = 0.10 * max(p[17], p[18])
        end = min(b, p[16] - b)  # distance to the nearer flat end
        way = -1.0 if b < p[16] * 0.5 else 1.0
        side = max(r - rho, 0.0)  # 0 on the mantle, grows inwards on the ends
        f = max(0.0, 1.0 - side / bevel)  # how much mantle
        g = max(0.0, 1.0 - max(end, 0.0) / bevel)  # how much end
        f, g = f + 1e-6, g * (1.0 if side < bevel else 2.0)
        rho = max(rho, 1e-9)
        a, b, c = a / rho * f, k * f + way * g, c / rho * f
    elif kind == 3:
        bevel = 0.30 * min(p[16], min(p[17], p[18]))
        a, b, c = _edge(a, p[16], bevel), _edge(b, p[17], bevel), _edge(c, p[18], bevel)
    else:
        w, h, l, apex = p[16], p[17], p[18], p[19]
        sign = 1.0
        if h < 0.0:
            h, b, sign = -h, -b, -1.0
        bevel = 0.30 * min(l, 0.3 * min(w, h))
        n1 = math.sqrt(h * h + (w - apex) * (w - apex))
        n2 = math.sqrt(h * h + (w + apex) * (w + apex))
        d1 = (h * (w - a) - (w - apex) * b) / n1  # depths below the three sides
        d2 = (h * (w + a) - (w + apex) * b) / n2
        f1, f2, f3 = max(0.0, 1.0 - d1 / bevel), max(0.0, 1.0 - d2 / bevel), max(0.0, 1.0 - b / bevel)
        e = _edge(c, l, bevel)
        a = f1 * h / n1 - f2 * h / n2
        b = (f1 * (w - apex) / n1 + f2 * (w + apex) / n2 - f3) * sign
        c = e
    x, y, z = a * p[7] + b * p[10] + c * p[13], a * p[8] + b * p[11] + c * p[14], a * p[9] + b * p[12] + c * p[15]
    k = 1.0 / max(math.sqrt(x * x + y * y + z * z), 1e-12)
    out[0], out[1], out[2] = x * k, y * k, z * k


@njit(cache=True, nogil=True)
def _edge(x, half, bevel):
    """Weight of the face at +half or -half for a point at x: 1 on it, 0 from `bevel` below it on."""
    f = max(0.0, 1.0 - (half - abs(x)) / bevel)
    return f if x > 0.0 else -f


@njit(cache=True, nogil=True)
def facing(p, prim, x, y, z, out):
    """Normal that looks at the camera: of the ground for prim < 0, turned round inside an open dome."""
    if prim < 0:
        out[0], out[1], out[2] = 0.0, 1.0, 0.0
        return
    normal_at(p, x, y, z, out)
    if out[0] * x + out[1] * y + out[2] * z > 0.0 and p[20] > -1.0:
        out[0], out[1], out[2] = -out[0], -out[1], -out[2]


@njit(cache=True, nogil=True)
def light_frame(key, A, B):
    """Two unit axes across the light's direction."""
    k = 1.0 / math.sqrt(key[0] * key[0] + key[2] * key[2])
    A[0], A[1], A[2] = key[2] * k, 0.0, -key[0] * k
    B[0] = key[1] * A[2] - key[2] * A[1]
    B[1] = key[2] * A[0] - key[0] * A[2]
    B[2] = key[0] * A[1] - key[1] * A[0]


@njit(cache=True, nogil=True)
def _reach(p):
    """Centre and radius of a ball around primitive p, into a tuple (x, y, z, r)."""
    kind = int(p[0])
    if kind == 0:
        return p[4], p[5], p[6], max(p[16], max(p[17], p[18]))
    if kind <= 2:
        h = 0.5 * p[16]
        r = max(p[17], p[18])
        return p[4] + h * p[10], p[5] + h * p[11], p[6] + h * p[12], h + r if kind == 1 else math.sqrt(h * h + r * r)
    if kind == 3:
        return p[4], p[5], p[6], math.sqrt(p[16] * p[16] + p[17] * p[17] + p[18] * p[18])
    h = 0.5 * p[17]
    w = p[16] + abs(p[19])
    return p[4] + h * p[10], p[5] + h * p[11], p[6] + h * p[12], math.sqrt(w * w + h * h + p[18] * p[18])


@njit(cache=True, nogil=True)
def shadow_map(P, n, key, A, B, depth, window):
    """Depth along the light f32[S, S] of the first solid; window f64[4] receives (a0, b0, texels per unit, present)."""
    size = depth.shape[0]
    a0, a1, b0, b1 = FAR, -FAR, FAR, -FAR
    for k in range(n):
        if P[k, 2] < 0.5 or int(P[k, 1]) <= _MOUNTAIN or int(P[k, 1]) == _AIRPLANE:
            continue
        x, y, z, r = _reach(P[k])
        a, b = x * A[0] + y * A[1] + z * A[2], x * B[0] + y * B[1] + z * B[2]
        a0, a1, b0, b1 = min(a0, a - r), max(a1, a + r), min(b0, b - r), max(b1, b + r)
    for i in range(size):
        for j in range(size):
            depth[i, j] = 1e30
    window[3] = 0.0
    if a1 < a0:
        return
    scale = (size - 8.0) / max(a1 - a0, b1 - b0)
    window[0], window[1], window[2], window[3] = a0 - 4.0 / scale, b0 - 4.0 / scale, scale, 1.0
    for k in range(n):
        p = P[k]
        if p[2] < 0.5 or int(p[1]) <= _MOUNTAIN or int(p[1]) == _AIRPLANE:
            continue
        x, y, z, r = _reach(p)
        a, b = x * A[0] + y * A[1] + z * A[2], x * B[0] + y * B[1] + z * B[2]
        i0, i1 = max(int((b - r - window[1]) * scale), 0), min(int((b + r - window[1]) * scale) + 2, size)
        j0, j1 = max(int((a - r - window[0]) * scale), 0), min(int((a + r - window[0]) * scale) + 2, size)
        # Rays start in a plane in front of this primitive; `start` is where, along the light's direction of travel.
        start = -(x * key[0] + y * key[1] + z * key[2]) - 1.01 * r
        for i in range(i0, i1):
            vb = window[1] + (i + 0.5) / scale
            for j in range(j0, j1):
                va = window[0] + (j + 0.5) / scale
                ox = va * A[0] + vb * B[0] - start * key[0]
                oy = va * A[1] + vb * B[1] - start * key[1]
                oz = va * A[2] + vb * B[2] - start * key[2]
                t = hit(p, ox, oy, oz, -key[0], -key[1], -key[2])
                if t < FAR and start + t < depth[i, j]:
                    depth[i, j] = start + t


@njit(cache=True, nogil=True)
def _lit(depth, window, a, b, t, soft, bias):
    """Share of the light that reaches a point: wider penumbrae the farther the blocker. `soft`: penumbra per distance."""
    if window[3] == 0.0:
        return 1.0
    size = depth.shape[0]
    scale = window[2]
    x, y = (a - window[0]) * scale, (b - window[1]) * scale
    if x < 2.0 or y < 2.0 or x > size - 3.0 or y > size - 3.0:
        return 1.0
    # How far away are blockers, on the whole?
    far, found = 0.0, 0
    for i in range(-2, 3):
        for j in range(-2, 3):
            u, v = int(x + 2.6 * j), int(y + 2.6 * i)
            if 0 <= u < size and 0 <= v < size:
                gap = t - bias - depth[v, u]
                if gap > 0.0:
                    far += gap
                    found += 1
    if found == 0:
        return 1.0
    radius = min(max(far / found * soft * scale, 1.3), 9.0)
    lit, whole = 0.0, 0.0
    step = radius / 3.0
    for i in range(-3, 4):
        for j in range(-3, 4):
            d = i * i + j * j
            if d > 10:
                continue
            w = 1.0 - d / 14.0
            fx, fy = x + step * j, y + step * i
            u, v = int(fx), int(fy)
            whole += w
            if u < 0 or v < 0 or u >= size or v >= size or depth[v, u] > t - bias:
                lit += w
    return lit / whole


@njit(cache=True, nogil=True)
def _occluders(P, n, O):
    """Each primitive as a line with a radius, for contact occlusion: O f64[n, 9] = a, b - a, 1/|b - a|^2, r, instance."""
    for k in range(n):
        p = P[k]
        kind = int(p[0])
        if kind == 1 or kind == 2:
            ax, ay, az = p[4], p[5], p[6]
            bx, by, bz = p[16] * p[10], p[16] * p[11], p[16] * p[12]
            r = 0.5 * (p[17] + p[18])
        else:
            s = np.empty(3)
            s[0], s[1], s[2] = p[16], abs(p[17]), p[18]
            if kind == 4:
                s[1] *= 0.5
                s[0] *= 0.6
            long = 0
            for i in range(1, 3):
                if s[i] > s[long]:
                    long = i
            rest = (s[(long + 1) % 3] + s[(long + 2) % 3]) * 0.5
            half = max(s[long] - rest, 1e-4)
            lift = 0.4 * p[17] if kind == 4 else 0.0
            cx, cy, cz = p[4] + lift * p[10], p[5] + lift * p[11], p[6] + lift * p[12]
            i = 7 + 3 * long
            ax, ay, az = cx - half * p[i], cy - half * p[i + 1], cz - half * p[i + 2]
            bx, by, bz = 2.0 * half * p[i], 2.0 * half * p[i + 1], 2.0 * half * p[i + 2]
            r = rest
        O[k, 0], O[k, 1], O[k, 2], O[k, 3], O[k, 4], O[k, 5] = ax, ay, az, bx, by, bz
        O[k, 6] = 1.0 / max(bx * bx + by * by + bz * bz, 1e-12)
        O[k, 7], O[k, 8] = r, p[2]


@njit(cache=True, nogil=True)
def _open(O, n, skip, instance, x, y, z, nx, ny, nz):
    """Share of the sky that a point sees past the primitives of its own object (the ground: of all), 0..1."""
    shut = 0.0
    for k in range(n):
        if k == skip or O[k, 8] < 0.5 or (instance > 0.5 and O[k, 8] != instance):
            continue
        px, py, pz = x - O[k, 0], y - O[k, 1], z - O[k, 2]
        f = min(max((px * O[k, 3] + py * O[k, 4] + pz * O[k, 5]) * O[k, 6], 0.0), 1.0)
        px, py, pz = f * O[k, 3] - px, f * O[k, 4] - py, f * O[k, 5] - pz
        d = px * px + py * py + pz * pz
        r = O[k, 7]
        if d > 16.0 * r * r:
            continue
        d = max(d, 1e-12)
        facing_it = (px * nx + py * ny + pz * nz) / math.sqrt(d)
        s = r * r / max(d, r * r)
        fade = 1.0 - d / (16.0 * r * r)
        shut += max(facing_it + 0.15, 0.0) * s * fade * 0.62
    return 1.0 / (1.0 + shut * (1.0 + shut))


@njit(cache=True, nogil=True)
def _albedo(p, x, y, z, out):
    """Colour of primitive p at a world point, with its pattern; into out."""
    second = 0.0
    what = int(p[27])
    if what != 0:
        x, y, z = x - p[4], y - p[5], z - p[6]
        a, b, c = x * p[7] + y * p[8] + z * p[9], x * p[10] + y * p[11] + z * p[12], x * p[13] + y * p[14] + z * p[15]
        if what == 1:  # WEDGES: gores about the local y axis, counted by quadrants and their halves
            turn = 0
            if c < 0.0:
                a, c, turn = -a, -c, 4
            if a < 0.0:
                a, c, turn = c, -a, turn + 2
            if c > a:
                turn += 1
            second = float(turn % 2)
        elif what == 2:  # BANDS
            second = 1.0 if abs(b / p[17]) < 0.36 else 0.0
        elif what == 3:  # CAPPED: the upper part wears snow with a jagged hem
            hem = 0.62 + 0.05 * math.floor(4.0 * hash01(int(math.floor(9.0 * a / p[17])), int(math.floor(9.0 * c / p[17])), 5)) / 2.0
            if b > hem * p[16]:
                out[0], out[1], out[2] = 0.93, 0.95, 1.0
                return
        else:  # BRICKS: shallow joints
            row = b / p[16] * 14.0
            k = math.floor(row)
            turn = 6.0 * (a / (abs(a) + abs(c) + 1e-9)) + (0.5 if int(k) % 2 else 0.0)
            shade = 0.94 + 0.10 * hash01(int(math.floor(turn)), int(k), 3)
            if row - k < 0.10 or turn - math.floor(turn) < 0.07:
                shade *= 0.86
            out[0], out[1], out[2] = p[21] * shade, p[22] * shade, p[23] * shade
            return
    for k in range(3):
        out[k] = p[21 + k] + (p[24 + k] - p[21 + k]) * second


@njit(cache=True, nogil=True)
def _ground_albedo(cls, ground, grounds, x, z, flat, seed, out):
    """Colour of a ground class at the plane point (x, z); details fade with distance."""
    detail = 1.0 / (1.0 + 0.06 * z)
    f = noise2(1.3 * x, 0.9 * z, seed) * 0.65 + noise2(4.7 * x, 3.1 * z, seed + 7) * 0.35
    if cls == SEA:
        # Long bands of swell, and a paler shallow near the shore.
        band = noise2(0.7 * x, 3.2 * z / (1.0 + 0.12 * z), seed + 3)
        f = 0.55 * band + 0.45 * min(z * 0.03, 1.0)
    elif cls == SAND:
        f = 0.6 * f + 0.4 * noise2(0.8 * x + 0.6 * z, 6.0 * z, seed + 5)
    f = 0.5 + (f - 0.5) * (0.35 + 0.9 * detail)
    for k in range(3):
        out[k] = grounds[cls, 0, k] + (grounds[cls, 1, k] - grounds[cls, 0, k]) * f
    if flat and (cls == _MEADOW or cls == SAND):
        _sprinkle(cls, x, z, seed, out)
    if cls == SEA and ground[1] > 0.0:
        wet = (z - ground[1]) / ground[1]
        shallow = max(0.0, 1.0 - abs(wet) * 2.2)
        foam = 1.0 if abs(wet - 0.04 - 0.04 * noise2(2.0 * x, 0.5, seed + 9)) < 0.022 + 0.02 * noise2(3.0 * x, 2.5, seed + 11) else 0.0
        out[0] += 0.22 * shallow * shallow + foam * 0.6
        out[1] += 0.26 * shallow * shallow + foam * 0.45
        out[2] += 0.14 * shallow * shallow + foam * 0.35
    elif cls == SAND and ground[1] > 0.0:
        wet = max(0.0, 1.0 - abs(z - ground[1]) / (0.22 * ground[1]))
        for k in range(3):
            out[k] *= 1.0 - 0.28 * wet
    elif cls == ROAD:
        # a dashed line along the middle
        if ground[6] > 0.5:
            off, run = (z - ground[5]) / ground[4], x / (ground[4] * 0.9)
        else:
            off, run = (x - ground[5] - ground[7] * z) / ground[4], z / (ground[4] * 1.6)
        if abs(off) < 0.06 and run - math.floor(run) < 0.55 or 0.86 < abs(off) < 0.92:
            out[0], out[1], out[2] = 0.86, 0.84, 0.78


@njit(cache=True, nogil=True)
def _sprinkle(cls, x, z, seed, out):
    """Flowers on a meadow, pebbles on sand: one small disc in some cells of the plane, near us only."""
    if z > 16.0:
        return
    cell = 0.22
    i, j = int(math.floor(x / cell)), int(math.floor(z / cell))
    pick = hash01(i, j, seed + 21)
    if pick > 0.16:
        return
    r = 0.020 + 0.018 * hash01(i, j, seed + 22)
    cx, cz = (i + 0.25 + 0.5 * hash01(i, j, seed + 23)) * cell, (j + 0.25 + 0.5 * hash01(i, j, seed + 24)) * cell
    d = ((x - cx) * (x - cx) + (z - cz) * (z - cz) * 0.35) / (r * r)
    if d > 1.0:
        return
    f = (1.0 - d) * 1.6
    f = min(f, 1.0) * (1.0 - z / 16.0)
    if cls == SAND:
        f *= 0.35
        a, b, c = 0.55, 0.45, 0.36
    elif pick < 0.07:
        a, b, c = 0.95, 0.94, 0.90
    elif pick < 0.11:
        a, b, c = 0.96, 0.78, 0.22
    else:
        a, b, c = 0.28, 0.52, 0.16
    out[0] += (a - out[0]) * f
    out[1] += (b - out[1]) * f
    out[2] += (c - out[2]) * f


@njit(cache=True, nogil=True)
def _sky(u, v, horizon, L, sun, seed, size, out):
    """Colour of the sky at picture point (u, v); sun f64[4] = (u, v, radius, present)."""
    f = min(max((v - horizon) / (1.15 - horizon), 0.0), 1.0)
    f = 1.0 - (1.0 - f) * (1.0 - f) * (0.75 + 0.25 * (1.0 - f))
    for k in range(3):
        out[k] = L[2, k] + (L[1, k] - L[2, k]) * f
    if sun[3] > 0.5:
        d = math.sqrt((u - sun[0]) * (u - sun[0]) + (v - sun[1]) * (v - sun[1]))
        g = L[7, 2] * 0.55 / (1.0 + 9.0 * d * d / (L[7, 2] * L[7, 2]))
        for k in range(3):
            out[k] += (L[6, k] - out[k]) * g
    if L[7, 0] > 0.0:
        i, j = int(math.floor((u + 1.0) * 22.0)), int(math.floor((v + 1.0) * 22.0))
        if hash01(i, j, seed) < 0.16:
            su = (i + 0.2 + 0.6 * hash01(i, j, seed + 1)) / 22.0 - 1.0
            sv = (j + 0.2 + 0.6 * hash01(i, j, seed + 2)) / 22.0 - 1.0
            r = (0.35 + 0.65 * hash01(i, j, seed + 3)) * 0.0085
            d = ((u - su) * (u - su) + (v - sv) * (v - sv)) / (r * r)
            if d < 1.0:
                g = (1.0 - d) * f
                out[0], out[1], out[2] = out[0] + g * 0.9, out[1] + g * 0.85, out[2] + g * 0.7


@njit(cache=True, nogil=True)
def _shoulder(c):
    """Soft roll-off above 0.72, so that highlights keep their colour."""
    if c <= 0.72:
        return c
    x = (c - 0.72) / 0.28
    return 0.72 + 0.28 * x / (1.0 + x)


@njit(cache=True, nogil=True)
def shade(P, n, prim, z, samples, lens, horizon, ground, grounds, key, L, sun, seed, image):
    """Shades samples x samples sub-pixels per pixel into image u8[H, W, 3]: once per primitive and pixel, weighted by its samples."""
    height, width, _ = image.shape
    A, B, window = np.empty(3), np.empty(3), np.empty(4)
    light_frame(key, A, B)
    shadows = np.empty((SHADOW_SIZE, SHADOW_SIZE), np.float32)
    shadow_map(P, n, key, A, B, shadows, window)
    O = np.empty((n, 9))
    _occluders(P, n, O)
    norm, base, colour, pixel = np.empty(3), np.empty(3), np.empty(3), np.empty(3)
    total = samples * samples
    ids, us, vs, zs, used = np.empty(total, np.int64), np.empty(total), np.empty(total), np.empty(total), np.empty(total, np.int64)
    sh, sw = height * samples, width * samples
    for i in range(height):
        for j in range(width):
            for s in range(total):
                si, sj = i * samples + s // samples, j * samples + s % samples
                ids[s], zs[s] = prim[si, sj], z[si, sj]
                us[s], vs[s] = (2.0 * sj + 1.0) / sw - 1.0, 1.0 - (2.0 * si + 1.0) / sh
                if ids[s] == -1:  # the ground's classes are different surfaces
                    ids[s] = -1 - ground_class(ground, us[s] * lens * zs[s], zs[s]) * 4
                used[s] = 0
            pixel[0], pixel[1], pixel[2] = 0.0, 0.0, 0.0
            for s in range(total):
                if used[s]:
                    continue
                count, u, v, depth = 0, 0.0, 0.0, 0.0
                for q in range(s, total):
                    if ids[q] == ids[s] and not used[q]:
                        used[q] = 1
                        count += 1
                        u += us[q]
                        v += vs[q]
                        depth += zs[q]
                u, v, depth = u / count, v / count, depth / count
                k = ids[s]
                if k == -2:
                    _sky(u, v, horizon, L, sun, seed, width, colour)
                else:
                    x, y = u * lens * depth, (v - horizon) * lens * depth
                    if k < 0:
                        y = -1.0
                        _surface(P, n, -1, (-1 - k) // 4, x, y, depth, v, O, shadows, window, A, B, key, L, ground, grounds, sun, seed, norm, base, colour)
                    else:
                        _surface(P, n, k, int(P[k, 1]), x, y, depth, v, O, shadows, window, A, B, key, L, ground, grounds, sun, seed, norm, base, colour)
                for c in range(3):
                    pixel[c] += colour[c] * count
            u, v = (2.0 * j + 1.0) / width - 1.0, 1.0 - (2.0 * i + 1.0) / height
            dim = 1.0 - 0.10 * (u * u + v * v) * 0.7
            for c in range(3):
                # Gamma 2, and a grain of clay too fine to see that keeps gradients from banding.
                shown = 255.0 * math.sqrt(_shoulder(pixel[c] / total * dim)) + hash01(j, i, seed + c) - 0.5
                image[i, j, c] = int(min(max(shown + 0.5, 0.0), 255.0))


@njit(cache=True, nogil=True)
def _surface(P, n, k, cls, x, y, z, v, O, shadows, window, A, B, key, L, ground, grounds, sun, seed, norm, base, colour):
    """Colour of a point on primitive k (-1: the ground plane) of class cls; into colour."""
    p = P[max(k, 0)]
    facing(p, k, x, y, z, norm)
    instance = 0.0 if k < 0 else p[2]
    far = math.sqrt(x * x + y * y + z * z)
    scale = 1.0 if k < 0 else z * 0.06
    if instance < 0.5:
        _ground_albedo(cls, ground, grounds, x, z if k < 0 else z - y - 1.0, k < 0, seed, base)
        if cls == _MOUNTAIN:
            f = 0.5 + 0.5 * noise2(x * 0.12, y * 0.12, seed)
            for c in range(3):
                base[c] = grounds[3, 0, c] + (grounds[3, 1, c] - grounds[3, 0, c]) * f
            if p[27] == 3.0 and y + 1.0 > (0.56 + 0.10 * noise2(x * 0.22, 1.5, seed)) * p[16]:
                base[0], base[1], base[2] = 0.92, 0.94, 1.0
    else:
        _albedo(p, x, y, z, base)
        if L[7, 0] > 0.0 and cls == _HOUSE and p[3] == 5.0:  # lamps behind the windows
            colour[0], colour[1], colour[2] = 1.0, 0.72, 0.30
            return
    # Finger marks: the clay is never quite smooth.
    w = 5.0 / max(scale, 0.05)
    bump = 0.042 if instance > 0.5 else 0.03
    if cls == SEA:
        bump = 0.0
        norm[0] += 0.05 * sin(2.1 * x + 3.0 * sin(1.3 * z))
        norm[2] += 0.07 * cos(3.4 * z + 1.7 * sin(0.9 * x))
    elif cls != _SUN and cls != _MOUNTAIN:
        q = sin(w * (0.9 * x + 0.5 * y + 0.3 * z) + 1.7 * sin(w * 0.7 * (y - 0.6 * x)))
        r = sin(w * (1.1 * y - 0.4 * x + 0.6 * z) + 1.9 * sin(w * 0.6 * (x + 0.5 * z)))
        norm[0] += bump * q
        norm[1] += bump * r
        norm[2] += bump * 0.5 * (q - r)
    f = 1.0 / math.sqrt(norm[0] * norm[0] + norm[1] * norm[1] + norm[2] * norm[2])
    nx, ny, nz = norm[0] * f, norm[1] * f, norm[2] * f
    if cls == _SUN:
        for c in range(3):
            colour[c] = base[c] * (0.72 + 0.36 * max(-nz, 0.0)) * (0.5 + 0.5 * L[6, c]) + 0.10 * L[6, c]
        return
    lambert = nx * key[0] + ny * key[1] + nz * key[2]
    soft_light = max((lambert + 0.22) / 1.22, 0.0)  # wrapped: clay scatters
    soft_light = soft_light * (0.55 + 0.45 * soft_light)
    lit = 1.0
    if z < 60.0 and lambert > -0.22:
        lift = 0.012 * z * 0.36
        px, py, pz = x + nx * lift, y + ny * lift, z + nz * lift
        a, b = px * A[0] + py * A[1] + pz * A[2], px * B[0] + py * B[1] + pz * B[2]
        t = -(px * key[0] + py * key[1] + pz * key[2])
        lit = _lit(shadows, window, a, b, t, 0.16, 1.5 / window[2] if window[3] > 0.5 else 0.0)
    opened = 1.0
    if z < 60.0 and (k < 0 or cls != _CLOUD):
        opened = _open(O, n, k, instance, x, y, z, nx, ny, nz)
    if instance > 0.5 and z < 30.0:  # feet darken towards the ground
        h = (y + 1.0) / max(scale, 1e-6)
        if ground[0] >= 0.0 and 0.0 <= h < 1.5 and ny < 0.5:
            opened *= 0.72 + 0.28 * h / 1.5
    up = 0.5 + 0.5 * ny
    view = -(nx * x + ny * y + nz * z) / far
    rim = 1.0 - max(view, 0.0)
    rim = rim * rim * rim * (0.16 if instance > 0.5 else 0.03)
    mist = 1.0 - 1.0 / (1.0 + z * L[7, 1] * (1.0 + 0.4 * z * L[7, 1]))
    if cls == _CLOUD:
        mist *= 0.25
        soft_light = 0.35 + 0.65 * soft_light
    elif cls == _MOUNTAIN:
        mist *= 0.62
    elif cls == _AIRPLANE:
        mist *= 0.5
    for c in range(3):
        sky = L[3, c] * up
        bounce = L[4, c] * (1.0 - up) * (0.34 * L[3, c] + 0.10 * L[0, c])
        colour[c] = base[c] * (L[0, c] * soft_light * lit * (0.55 + 0.45 * opened) + (sky + bounce) * opened) + rim * L[2, c] * opened
        if cls == SEA:
            grazing = 1.0 - max(view, 0.0)
            grazing = grazing * grazing * grazing
            colour[c] += (0.55 * (L[2, c] + L[1, c]) - colour[c]) * min(0.65 * grazing, 0.5) * (0.6 + 0.4 * lit)
        colour[c] += (L[5, c] - colour[c]) * mist


@njit(cache=True, nogil=True)
def normal_map(P, prim, z, lens, horizon, normals):
    """Normals f32[H, W, 3] towards the camera side (x right, y up, z away); the sky looks back at us: (0, 0, -1)."""
    height, width = prim.shape
    out = np.empty(3)
    for i in range(height):
        v = 1.0 - (2.0 * i + 1.0) / height
        for j in range(width):
            k = prim[i, j]
            if k == SKY:
                out[0], out[1], out[2] = 0.0, 0.0, -1.0
            else:
                d = z[i, j]
                facing(P[max(k, 0)], k, ((2.0 * j + 1.0) / width - 1.0) * lens * d, (v - horizon) * lens * d, d, out)
            normals[i, j, 0], normals[i, j, 1], normals[i, j, 2] = out[0], out[1], out[2]
