"""Skeletons of OpenPose's 18 joints as a picture, pixel for pixel as the editor paints them (`src/maps/view.rs`)."""

import numpy as np

LIMBS = (
    (1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17),
)  # fmt: skip
COLOURS = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255),
    (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85),
)  # fmt: skip
MIRRORED = (0, 1, 5, 6, 7, 2, 3, 4, 11, 12, 13, 8, 9, 10, 15, 14, 17, 16)
"""The joint that each becomes in a mirror, where right is left."""


def mirrored(people, width):
    """Joints f[..., 18, 3] (x, y in pixels, seen) in a picture `width` pixels wide -> those of its mirror image."""
    flipped = people[..., MIRRORED, :].copy()
    flipped[..., 0] = np.where(flipped[..., 2] > 0, width - flipped[..., 0], flipped[..., 0])
    return flipped


def paint(people, size):
    """Joints f[N, 18, 3] in a picture of side `size` -> u8 [size, size, 3], on black; people and joints not seen are left out."""
    picture = np.zeros((size, size, 3), np.uint8)
    radius = max(size / 128, 1.0)
    for joints in np.asarray(people, np.float32):
        seen = joints[:, 2] > 0
        for (a, b), colour in zip(LIMBS, COLOURS):
            if seen[a] and seen[b]:
                # OpenPose dims its limbs so that the joints stand out.
                _capsule(picture, joints[a], joints[b], radius, [int(c * 0.6) for c in colour])
        for joint, colour in zip(joints[seen], np.array(COLOURS)[seen]):
            _capsule(picture, joint, joint, radius, colour)
    return picture


def _capsule(picture, a, b, radius, colour):
    """Fills what lies within `radius` of the segment from a to b."""
    size = len(picture)
    (x0, x1), (y0, y1) = (
        (int(np.clip(np.floor(min(a[i], b[i]) - radius), 0, size)), int(np.clip(np.ceil(max(a[i], b[i]) + radius), 0, size))) for i in (0, 1)
    )
    x, y = np.arange(x0, x1)[None] + 0.5 - a[0], np.arange(y0, y1)[:, None] + 0.5 - a[1]
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = np.clip((x * dx + y * dy) / max(dx * dx + dy * dy, 1e-30), 0, 1)
    picture[y0:y1, x0:x1][np.hypot(x - t * dx, y - t * dy) <= radius] = colour
