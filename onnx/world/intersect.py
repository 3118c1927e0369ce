"""Where rays meet the primitives, in their local frames. See `primitives` for the solids."""

import math

from numba import njit

FAR = 1e30


@njit(cache=True, nogil=True)
def ellipsoid(ox, oy, oz, dx, dy, dz, clip):
    """Nearest hit t > 0 of the ray o + t d with the unit sphere above y = clip, or FAR. All in units of the radii."""
    a = dx * dx + dy * dy + dz * dz
    b = ox * dx + oy * dy + oz * dz
    c = ox * ox + oy * oy + oz * oz - 1.0
    q = b * b - a * c
    if q < 0.0:
        return FAR
    q = math.sqrt(q)
    t = (-b - q) / a
    if t > 0.0 and oy + t * dy >= clip:
        return t
    if clip > -1.0:
        t = (-b + q) / a
        if t > 0.0 and oy + t * dy >= clip:
            return t
    return FAR


@njit(cache=True, nogil=True)
def _sphere(ox, oy, oz, dx, dy, dz, r):
    a = dx * dx + dy * dy + dz * dz
    b = ox * dx + oy * dy + oz * dz
    c = ox * ox + oy * oy + oz * oz - r * r
    q = b * b - a * c
    return FAR if q < 0.0 else (-b - math.sqrt(q)) / a


@njit(cache=True, nogil=True)
def capsule(ox, oy, oz, dx, dy, dz, length, ra, rb):
    """Round cone: the cone tangent to both spheres, between its tangent circles, and the spheres beyond them."""
    s = (ra - rb) / length
    cc = 1.0 - s * s
    if cc <= 0.0:  # the larger sphere swallows the other
        return _sphere(ox, oy if s > 0.0 else oy - length, oz, dx, dy, dz, max(ra, rb))
    c = math.sqrt(cc)
    y0, y1 = ra * s, length + rb * s
    k = s / c
    w = ra / c - k * oy  # radius of the cone at the ray's origin
    a = dx * dx + dz * dz - k * k * dy * dy
    b = ox * dx + oz * dz + k * dy * w
    q = b * b - a * (ox * ox + oz * oz - w * w)
    if q >= 0.0 and abs(a) > 1e-14:
        t = (-b - math.sqrt(q)) / a
        y = oy + t * dy
        if t > 0.0 and y0 <= y <= y1 and w - k * t * dy >= 0.0:
            return t
    best = FAR
    t = _sphere(ox, oy, oz, dx, dy, dz, ra)
    if t < FAR and oy + t * dy <= y0 and t > 0.0:
        best = t
    t = _sphere(ox, oy - length, oz, dx, dy, dz, rb)
    if t < best and oy + t * dy >= y1 and t > 0.0:
        best = t
    return best


@njit(cache=True, nogil=True)
def cone(ox, oy, oz, dx, dy, dz, length, ra, rb):
    """Cone with flat ends."""
    k = (ra - rb) / length
    w = ra - k * oy
    a = dx * dx + dz * dz - k * k * dy * dy
    b = ox * dx + oz * dz + k * dy * w
    q = b * b - a * (ox * ox + oz * oz - w * w)
    best = FAR
    if q >= 0.0 and abs(a) > 1e-14:
        q = math.sqrt(q)
        for sign in (-1.0, 1.0):
            t = (-b + sign * q) / a
            y = oy + t * dy
            if 0.0 < t < best and 0.0 <= y <= length:
                best = t
    if abs(dy) > 1e-12:
        t = -oy / dy
        x, z = ox + t * dx, oz + t * dz
        if 0.0 < t < best and x * x + z * z <= ra * ra:
            best = t
        t = (length - oy) / dy
        x, z = ox + t * dx, oz + t * dz
        if 0.0 < t < best and x * x + z * z <= rb * rb:
            best = t
    return best


@njit(cache=True, nogil=True)
def _slab(o, d, h, near, far):
    """Clips the interval near..far to |o + t d| <= h."""
    if abs(d) < 1e-12:
        return (near, far) if abs(o) <= h else (FAR, -FAR)
    t0, t1 = (-h - o) / d, (h - o) / d
    return max(near, min(t0, t1)), min(far, max(t0, t1))


@njit(cache=True, nogil=True)
def box(ox, oy, oz, dx, dy, dz, hx, hy, hz):
    near, far = _slab(ox, dx, hx, 0.0, FAR)
    near, far = _slab(oy, dy, hy, near, far)
    near, far = _slab(oz, dz, hz, near, far)
    return near if near <= far else FAR


@njit(cache=True, nogil=True)
def _half_space(value, slope, near, far):
    """Clips near..far to value + t slope <= 0."""
    if abs(slope) < 1e-12:
        return (near, far) if value <= 0.0 else (FAR, -FAR)
    t = -value / slope
    if slope > 0.0:
        return near, min(far, t)
    return max(near, t), far


@njit(cache=True, nogil=True)
def prism(ox, oy, oz, dx, dy, dz, w, h, l, apex):
    near, far = _slab(oz, dz, l, 0.0, FAR)
    if h < 0.0:  # points downwards
        h, oy, dy = -h, -oy, -dy
    near, far = _half_space(-oy, -dy, near, far)
    near, far = _half_space(h * (ox - w) + (w - apex) * oy, h * dx + (w - apex) * dy, near, far)
    near, far = _half_space(-h * (ox + w) + (w + apex) * oy, -h * dx + (w + apex) * dy, near, far)
    return near if near <= far else FAR
