"""Maps and pictures of a scene."""

from typing import NamedTuple

import numpy as np

from world import sketch as drawing
from world.light import GROUNDS, light_of
from world.raster import label, trace
from world.scene import instance_boxes
from world.shade import normal_map, shade

_NO_COVER = np.zeros((0, 0), np.uint32)


class SceneObject(NamedTuple):
    """One object of a frame; box = (x0, y0, x1, y1) in 0..1 of what shows of it (None: nothing), area as a fraction of the picture."""

    name: str
    instance: int
    area: float
    box: tuple
    colour: str
    group: int


class Frame(NamedTuple):
    """All maps of one picture, [H, W] or [H, W, 3].

    image u8; classes, instances u8; depth u16 (inverse depth, 0 far .. 65535 near, min-max normalised); normals u8 (ControlNet 1.1
    BAE: red faces left, green up, blue the viewer); sketch u8 (white lines on black); keypoints f64[persons, 18, 3] = x, y in
    pixels and 1 where the joint is seen; objects: SceneObject by instance.
    """

    image: np.ndarray
    classes: np.ndarray
    instances: np.ndarray
    depth: np.ndarray
    normals: np.ndarray
    sketch: np.ndarray
    keypoints: np.ndarray
    objects: tuple


def _trace(scene, size):
    z = np.empty((size, size))
    prim = np.empty((size, size), np.int16)
    trace(scene.primitives, len(scene.primitives), scene.lens, scene.horizon, z, prim, _NO_COVER)
    return z, prim


def _label(scene, z, prim):
    classes = np.empty(z.shape, np.uint8)
    instances = np.empty(z.shape, np.uint8)
    depth = np.empty(z.shape, np.float32)
    label(scene.primitives, prim, z, scene.ground, scene.lens, classes, instances, depth)
    return classes, instances, depth


def render_labels(scene, size):
    """Fast path without shading: classes u8, instances u8 (0: none, n: scene.things[n - 1]), depth f32 (1/z, 0 in the sky), each [size, size]."""
    return _label(scene, *_trace(scene, size))


class Geometry(NamedTuple):
    """The maps that need no shading: classes, instances u8, depth f32 (1/z, 0 in the sky), normals f32 (x right, y up, z away), keypoints as in `Frame`."""

    classes: np.ndarray
    instances: np.ndarray
    depth: np.ndarray
    normals: np.ndarray
    keypoints: np.ndarray


def render_geometry(scene, size):
    """`render_labels` with normals and keypoints, still hundreds a second."""
    z, prim = _trace(scene, size)
    classes, instances, depth = _label(scene, z, prim)
    normals = np.empty((size, size, 3), np.float32)
    normal_map(scene.primitives, prim, z, scene.lens, scene.horizon, normals)
    return Geometry(classes, instances, depth, normals, _keypoints(scene, z, instances))


def render(scene, size, samples=2):
    """The frame of a scene; image and sketch from samples x samples rays a pixel, the other maps from one through its centre."""
    z, prim = _trace(scene, size)
    classes, instances, depth = _label(scene, z, prim)
    fine_z, fine_prim = _trace(scene, size * samples)
    image = np.empty((size, size, 3), np.uint8)
    light = light_of(scene.hour, scene.seed)
    shade(
        scene.primitives, len(scene.primitives), fine_prim, fine_z, samples, scene.lens, scene.horizon, scene.ground, GROUNDS, light.key,
        light.colours, _sun_of(scene), scene.seed & 0xFFFF, image,
    )  # fmt: skip
    normals = np.empty((size, size, 3), np.float32)
    normal_map(scene.primitives, prim, z, scene.lens, scene.horizon, normals)
    return Frame(
        image, classes, instances, depth_map(depth), normal_colours(normals), _sketch(scene, fine_z, fine_prim, samples, size),
        _keypoints(scene, z, instances), _objects(scene, instances),
    )  # fmt: skip


def depth_map(depth):
    """Inverse depth f32 -> u16, 0 far .. 65535 near, min-max normalised over the picture (MiDaS)."""
    low, high = float(depth.min()), float(depth.max())
    return ((depth.astype(np.float64) - low) * (65535.0 / max(high - low, 1e-12)) + 0.5).astype(np.uint16)


def normal_colours(normals):
    """Unit normals (x right, y up, z away) f32 -> u8 in ControlNet 1.1's BAE colours: red left, green up, blue to the viewer."""
    return ((normals.astype(np.float64) * (-1.0, 1.0, -1.0) + 1.0) * 127.5 + 0.5).astype(np.uint8)


def _sun_of(scene):
    """(u, v, radius, present) of the first sun in the picture."""
    for i, thing in enumerate(scene.things):
        if thing.name == "sun":
            row = scene.primitives[np.flatnonzero(scene.primitives[:, 2] == i + 1)[0]]
            k = 1.0 / (row[6] * scene.lens)
            return np.array([row[4] * k, row[5] * k + scene.horizon, row[16] * k, 1.0])
    return np.zeros(4)


def _sketch(scene, z, prim, samples, size):
    classes, instances, _ = _label(scene, z, prim)
    normals = np.empty(z.shape + (3,), np.float32)
    normal_map(scene.primitives, prim, z, scene.lens, scene.horizon, normals)
    out = np.empty((size, size), np.uint8)
    drawing.sketch(scene.primitives, prim, scene.lens, classes, instances, z, normals, samples, out)
    return out


def _keypoints(scene, z, instances):
    """f64[persons, 18, 3]: joints in pixels; seen where the person's own surface is at most a head's radius in front of the joint."""
    size = z.shape[0]
    people = [i for i, t in enumerate(scene.things) if t.name == "person"]
    out = np.zeros((len(people), 18, 3))
    for row, i in enumerate(people):
        joints = scene.joints[i]
        tall = np.ptp(joints[:, 1])
        k = 1.0 / (joints[:, 2] * scene.lens)
        out[row, :, 0] = (joints[:, 0] * k + 1.0) * 0.5 * size
        out[row, :, 1] = (1.0 - joints[:, 1] * k - scene.horizon) * 0.5 * size
        for j in range(18):
            x, y = int(np.floor(out[row, j, 0])), int(np.floor(out[row, j, 1]))
            if 0 <= x < size and 0 <= y < size and instances[y, x] == i + 1 and joints[j, 2] - z[y, x] < 0.16 * tall:
                out[row, j, 2] = 1.0
    return out


def _objects(scene, instances):
    boxes = instance_boxes(instances, len(scene.things))
    areas = np.bincount(instances.ravel(), minlength=len(scene.things) + 1) / instances.size
    return tuple(
        SceneObject(t.name, i + 1, float(areas[i + 1]), boxes[i], t.colour, t.group) for i, t in enumerate(scene.things)
    )


