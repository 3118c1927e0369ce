"""A person from a small skeleton: a figure of clay, and the 18 OpenPose joints inside it.

The person faces -z (towards the camera), so the person's left hand is on the picture's right.
Paints: 0 shirt, 1 trousers or skirt, 2 dark, 3 light, 4 hair, 5 skin, 6 shoes.
"""

from numba import njit

from world.primitives import cap, cone, dome, ell
from world.trig import cos, sin

# OpenPose order. Right and left are the person's own.
JOINTS = (
    "nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist", "right_hip",
    "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle", "right_eye", "left_eye", "right_ear", "left_ear",
)  # fmt: skip


@njit(cache=True, nogil=True)
def _joint(K, j, x, y, z):
    K[j, 0], K[j, 1], K[j, 2] = x, y, z


@njit(cache=True, nogil=True)
def _arm(P, n, K, j, side, sx, sy, spread, forward, bend, sleeve):
    """Shoulder to hand. `spread` from hanging (0) to straight up (pi), `forward` swing, `bend` of the elbow towards the head."""
    up, low, r = 0.155, 0.15, 0.042
    ex = sx + side * up * sin(spread) * cos(forward)
    ey = sy - up * cos(spread) * cos(forward)
    ez = -up * sin(forward)
    a = spread + bend
    wx, wy, wz = ex + side * low * sin(a), ey - low * cos(a), ez - low * sin(forward * 0.7)
    _joint(K, j, sx, sy, 0.0)
    _joint(K, j + 1, ex, ey, ez)
    _joint(K, j + 2, wx, wy, wz)
    n = cap(P, n, sx, sy, 0.0, ex, ey, ez, r * 1.15, r, 0)
    n = cap(P, n, ex, ey, ez, wx, wy, wz, r * 0.98, r * 0.8, 0 if sleeve else 5)
    return ell(P, n, wx + side * 0.02 * sin(a), wy - 0.02 * cos(a), wz, 0.045, 0.045, 0.04, 0.0, 5)


@njit(cache=True, nogil=True)
def _leg(P, n, K, j, side, hx, hy, spread, swing, knee):
    thigh, shin, r = 0.20, 0.20, 0.058
    kx, ky, kz = hx + side * thigh * sin(spread), hy - thigh * cos(spread) * cos(swing), -thigh * sin(swing)
    back = swing - knee
    ax, ay, az = kx + side * shin * sin(spread * 0.7), ky - shin * cos(back) * cos(spread * 0.7), kz - shin * sin(back)
    _joint(K, j, hx, hy, 0.0)
    _joint(K, j + 1, kx, ky, kz)
    _joint(K, j + 2, ax, ay, az)
    n = cap(P, n, hx, hy, 0.0, kx, ky, kz, r * 1.15, r, 1)
    n = cap(P, n, kx, ky, kz, ax, ay, az, r * 0.97, r * 0.75, 1)
    return ell(P, n, ax + side * 0.008, ay - 0.035, az - 0.03, 0.052, 0.042, 0.082, 0.0, 6)


@njit(cache=True, nogil=True)
def person(P, n, u, K):
    """Adds a person and writes the 18 joints into K f64[18, 3]."""
    mood = u[0]
    # spread, forward, bend for the right and the left arm; spread, swing, knee for the legs
    rs, rf, rb, ls, lf, lb = 0.25 + 0.3 * u[1], 0.2 * u[2], 0.1 + 0.3 * u[3], 0.25 + 0.3 * u[4], 0.2 * u[5], 0.1 + 0.3 * u[6]
    stand = 0.06 + 0.12 * u[7]
    r_swing, l_swing, knee = 0.0, 0.0, 0.0
    if mood < 0.2:  # waves
        ls, lb = 2.0 + 0.5 * u[1], 0.35
    elif mood < 0.35:  # both arms up
        rs, rb, ls, lb = 2.2 + 0.5 * u[1], 0.1, 2.2 + 0.5 * u[2], 0.1
    elif mood < 0.5:  # arms wide
        rs, rb, ls, lb = 1.3 + 0.3 * u[1], 0.1, 1.3 + 0.3 * u[2], 0.1
        stand = 0.25
    elif mood < 0.62:  # hands on hips
        rs, rb, ls, lb = 0.95, -1.75, 0.95, -1.75
    elif mood < 0.85:  # walks
        step = 0.35 + 0.25 * u[1]
        r_swing, l_swing, knee = step, -step * 0.8, 0.45
        rf, lf, rs, ls = -0.6 * step, 0.8 * step, 0.2, 0.2
        stand = 0.03
    skirt = u[8] < 0.4
    hip_y, sho_y = 0.455, 0.70
    lean = (u[9] - 0.5) * 0.06
    # The lower foot must touch the ground: lift the figure by what the legs' swing costs.
    drop = 0.4 * (1.0 - min(cos(abs(r_swing)), cos(abs(l_swing)))) * 0.5
    hip_y -= drop
    sho_y -= drop
    for side in (-1.0, 1.0):
        left = side > 0.0
        swing = l_swing if left else r_swing
        n = _leg(P, n, K, 11 if left else 8, side, side * 0.065, hip_y, stand, swing, knee if swing < 0.0 else 0.08)
        n = _arm(P, n, K, 5 if left else 2, side, lean + side * 0.135, sho_y - 0.01, ls if left else rs, lf if left else rf,
                 lb if left else rb, u[10] < 0.5)  # fmt: skip
    n = cap(P, n, 0.0, hip_y + 0.03, 0.0, lean, sho_y - 0.06, 0.0, 0.102, 0.112, 0)
    n = cap(P, n, lean - 0.075, sho_y - 0.02, 0.0, lean + 0.075, sho_y - 0.02, 0.0, 0.062, 0.062, 0)
    if skirt:
        n = cone(P, n, 0.0, hip_y - 0.14, 0.0, 0.0, hip_y + 0.09, 0.0, 0.20, 0.10, 1)
    else:
        n = ell(P, n, 0.0, hip_y + 0.0, 0.0, 0.115, 0.075, 0.095, 0.0, 1)
    hx, hy = lean * 1.6, sho_y + 0.175
    n = cap(P, n, lean, sho_y, 0.0, hx, hy - 0.08, 0.0, 0.045, 0.042, 5)
    n = ell(P, n, hx, hy, 0.0, 0.105, 0.118, 0.105, 0.0, 5)
    n = dome(P, n, hx, hy + 0.012, 0.018, 0.116, 0.122, 0.112, 0.05, 4, 0)
    n = ell(P, n, hx, hy + 0.01, 0.055, 0.108, 0.112, 0.07, 0.0, 4)
    if skirt or u[11] < 0.25:
        n = ell(P, n, hx, hy - 0.07, 0.065, 0.105, 0.13, 0.055, 0.0, 4)
    for side in (-1.0, 1.0):
        n = ell(P, n, hx + side * 0.04, hy + 0.005, -0.097, 0.014, 0.018, 0.012, 0.0, 2)
        n = ell(P, n, hx + side * 0.062, hy - 0.035, -0.082, 0.022, 0.014, 0.012, 0.0, 7)
        n = ell(P, n, hx + side * 0.106, hy - 0.005, 0.0, 0.018, 0.028, 0.02, 0.0, 5)
        _joint(K, 15 if side > 0.0 else 14, hx + side * 0.04, hy + 0.005, -0.1)
        _joint(K, 17 if side > 0.0 else 16, hx + side * 0.106, hy - 0.005, 0.0)
    n = ell(P, n, hx, hy - 0.02, -0.108, 0.016, 0.016, 0.018, 0.0, 5)
    _joint(K, 0, hx, hy - 0.02, -0.115)
    _joint(K, 1, lean, sho_y, 0.0)
    return n
