"""Skeletons out of what the pose decoder answers: the engine's way (`src/engine/pose.rs`), spelt out once more in numpy."""

import numpy as np
from scipy.ndimage import maximum_filter

JOINTS, NECK = 18, 1
LIT, APART, REACH, LEAST = 0.4, 2, 0.09, 3


def read_pose(joints, necks):
    """joints [18, H, W] in [0, 1], necks [36, H, W] in pixels -> people f32 [N, 18, 3]: x, y in pixels of the decoder, 1 where the joint is seen."""
    spots = sorted((spot for j in range(JOINTS) for spot in _spots(j, joints[j], necks[2 * j], necks[2 * j + 1])), key=lambda s: (s[0] != NECK, -s[1]))
    reach, people = REACH * max(joints.shape[1:]), []
    for joint, _, at, neck in spots:
        near = sorted((p for p in people if np.hypot(*(p["neck"] - neck)) <= reach), key=lambda p: np.hypot(*(p["neck"] - neck)))
        person = next((p for p in near if joint not in p["joints"]), None)
        if person is None and near:
            continue
        if person is None:
            person = {"joints": {}, "neck": neck}
            people.append(person)
        known = len(person["joints"])
        if joint == NECK:
            person["neck"] = at
        elif NECK not in person["joints"]:
            person["neck"] = (known * person["neck"] + neck) / (known + 1)
        person["joints"][joint] = at
    found = sorted((p for p in people if len(p["joints"]) >= LEAST), key=lambda p: p["neck"][0])
    out = np.zeros((len(found), JOINTS, 3), np.float32)
    for row, person in zip(out, found, strict=True):
        row[:, :2] = person["neck"]
        for joint, at in person["joints"].items():
            row[joint] = (*at, 1)
    return out


def _spots(joint, light, right, down):
    """(joint, light, place, neck) of the pixels that are brightest around them; of equal neighbours the first."""
    bright = (light >= LIT) & (maximum_filter(light, 2 * APART + 1, mode="constant") == light)
    taken = np.zeros_like(bright)
    for y, x in np.argwhere(bright):
        y0, x0 = max(y - APART, 0), max(x - APART, 0)
        if taken[y0 : y + APART + 1, x0 : x + APART + 1].any():
            continue
        taken[y, x] = True
        height, width = light.shape
        across = summit(light[y, max(x - 1, 0)], light[y, x], light[y, min(x + 1, width - 1)])
        along = summit(light[max(y - 1, 0), x], light[y, x], light[min(y + 1, height - 1), x])
        centre = np.array([x + 0.5, y + 0.5])
        yield joint, light[y, x], centre + (across, along), centre + (right[y, x], down[y, x])


def summit(before, middle, after):
    """Where between -0.5 and 0.5 the summit of a bell lies that passes through three neighbours, the middle one the highest."""
    before, middle, after = np.log(np.maximum((before, middle, after), 1e-3))
    bend = before - 2 * middle + after
    return 0.0 if bend > -1e-6 else float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5))
