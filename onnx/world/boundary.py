"""Where instances end: the channel that tells neighbours of one class apart."""

import numpy as np


def boundary(classes, instances, depth=None):
    """bool[H, W]: pixels of an object instance that touch another instance, one pixel wide.

    Between two objects only the nearer one's pixels count where depth (inverse: larger is nearer) is given, otherwise both sides'.
    """
    edge = np.zeros(instances.shape, bool)
    for axis, step in ((0, 1), (0, -1), (1, 1), (1, -1)):
        other = np.roll(instances, step, axis)
        differs = (other != instances) & (instances > 0)
        if depth is not None:
            differs &= (other == 0) | (np.roll(depth, step, axis) <= depth)
        border = [slice(None), slice(None)]
        border[axis] = 0 if step == 1 else -1
        differs[tuple(border)] = False  # np.roll wraps around
        edge |= differs
    return edge
