"""Maps and pictures of a scene."""

import numpy as np

from world.raster import label, trace

_NO_COVER = np.zeros((0, 0), np.uint32)


def render_labels(scene, size):
    """Fast path without shading: classes u8, instances u8 (0: none, n: scene.things[n - 1]), depth f32 (1/z, 0 in the sky), each [size, size]."""
    z = np.empty((size, size))
    prim = np.empty((size, size), np.int16)
    trace(scene.primitives, len(scene.primitives), scene.lens, scene.horizon, z, prim, _NO_COVER)
    classes = np.empty((size, size), np.uint8)
    instances = np.empty((size, size), np.uint8)
    depth = np.empty((size, size), np.float32)
    label(scene.primitives, prim, z, scene.ground, scene.lens, scene.horizon, classes, instances, depth)
    return classes, instances, depth
