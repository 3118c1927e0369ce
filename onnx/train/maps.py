"""Freshly rendered label maps: cheap enough that none is ever seen in a second chunk."""

from dataclasses import dataclass, fields

import numpy as np
from scipy.ndimage import gaussian_filter

from world.boundary import boundary
from world.caption import describe
from world.render import normal_colours, render_geometry, render_labels
from world.scene import Scene, realize
from world.spec import FORMS, Spec, look_of, objects_of, sample_spec

MAX_PEOPLE = 6


@dataclass
class Maps:
    """N maps of one size and the captions they belong to."""

    captions: list[str]
    caption: np.ndarray
    """Index [N] into `captions`."""
    classes: np.ndarray
    """u8 [N, H, W]."""
    instances: np.ndarray
    """u8 [N, H, W], 0 = background."""
    boundary: np.ndarray
    """bool [N, H, W]: the rims of objects, see `world.boundary`."""
    depth: np.ndarray
    """f32 [N, H, W] in [0, 1], 1 = near."""
    normals: np.ndarray | None = None
    """u8 [N, H, W, 3] in ControlNet 1.1's BAE colours."""
    keypoints: np.ndarray | None = None
    """f32 [N, P, 18, 3], see `frames.py`."""

    def take(self, rows: np.ndarray) -> "Maps":
        """Some of the maps."""
        arrays = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "captions"}
        return Maps(self.captions, **{name: None if array is None else array[rows] for name, array in arrays.items()})


def near_depth(inverse: np.ndarray) -> np.ndarray:
    """Inverse depth f32 [H, W] (0 = infinitely far) -> f32 in [0, 1], 1 = nearest, stretched to the map's own range (MiDaS)."""
    low, high = inverse.min(), inverse.max()
    return (inverse - low) / max(high - low, 1e-9)


def realized(rng: np.random.Generator, scenes: int, world: int = 0, wanted: str | None = None) -> tuple[Spec, list[Scene]]:
    """A spec of a version of the world, with a thing of the class or of the look that is `wanted`, and `scenes` scenes of it; a few crowded specs find no room, then another is drawn."""
    while True:
        spec = sample_spec(rng, version=world)
        if wanted and all(wanted not in (group.name, group.look) for group in spec.objects):
            continue
        try:
            return spec, [realize(spec, rng) for _ in range(scenes)]
        except RuntimeError:
            continue


@dataclass(frozen=True)
class Favoured:
    """What more captions than the world's own are to name."""

    names: tuple[str, ...]
    """Names of classes or of looks (`world.spec.look_of`: "letters" are signs of a second form), each as often as it is listed."""
    share: float
    """Of the captions, in [0, 1], that are drawn until they name one of them."""

    def draw(self, rng: np.random.Generator) -> str | None:
        """What the next caption has to name, if anything."""
        if not self.names or rng.random() >= self.share:
            return None
        return self.names[0] if len(self.names) == 1 else self.names[rng.integers(len(self.names))]


NONE = Favoured((), 0.0)
FAVOURED = 0.6
"""Share of the captions that name what `--favour` lists."""


def favouring(names: list[str], world: int) -> Favoured:
    """What `--favour` lists, none or of a version of the world."""
    things = {*objects_of(world), *(look_of(name, form) for name, forms in FORMS.items() if name in objects_of(world) for form in forms)}
    if unknown := [name for name in names if name not in things]:
        raise SystemExit(f"--favour: version {world} of the world has no {', '.join(unknown)}; it has {', '.join(sorted(things))}")
    return Favoured(tuple(names), FAVOURED) if names else NONE


def render_maps(rng: np.random.Generator, captions: int, scenes: int, size: int, world: int = 0, geometry: bool = False, favoured: Favoured = NONE) -> Maps:
    """`captions` specs with `scenes` different scenes each: encoding a text costs more than drawing a map.

    With `geometry` there are normals and keypoints as well.
    """
    count = captions * scenes
    texts, index = [], np.repeat(np.arange(captions), scenes)
    classes, instances = np.empty((2, count, size, size), np.uint8)
    rims = np.empty((count, size, size), bool)
    depth = np.empty((count, size, size), np.float32)
    normals = np.empty((count, size, size, 3), np.uint8) if geometry else None
    keypoints = np.empty((count, MAX_PEOPLE, 18, 3), np.float32) if geometry else None
    for i in range(captions):
        spec, several = realized(rng, scenes, world, favoured.draw(rng))
        texts.append(describe(spec, rng, split="train"))
        for j, scene in enumerate(several, i * scenes):
            if geometry:
                classes[j], instances[j], inverse, facing, joints = render_geometry(scene, size)
                normals[j], keypoints[j] = normal_colours(facing), padded(joints)
            else:
                classes[j], instances[j], inverse = render_labels(scene, size)
            rims[j] = boundary(classes[j], instances[j])
            depth[j] = near_depth(inverse)
    return Maps(texts, index, classes, instances, rims, depth, normals, keypoints)


def padded(keypoints: np.ndarray) -> np.ndarray:
    """Joints of any number of people -> f32 [MAX_PEOPLE, 18, 3]; nobody is a skeleton without a joint that is seen."""
    out = np.zeros((MAX_PEOPLE, 18, 3), np.float32)
    out[: len(keypoints)] = keypoints[:MAX_PEOPLE]
    return out


def sketch_of_maps(maps: Maps) -> np.ndarray:
    """Soft white lines f32 [N, H, W] in [0, 1] where instances, classes or depth break: a stand-in for the renderer's sketch."""
    lines = maps.boundary.astype(np.float32)
    key = maps.classes.astype(np.int32) * 256 + maps.instances
    for axis in (1, 2):
        changed = np.diff(key, axis=axis) != 0
        broken = np.abs(np.diff(maps.depth, axis=axis)) > 0.04
        edge = (changed | broken).astype(np.float32)
        pad = [(0, 0)] * 3
        pad[axis] = (0, 1)
        lines = np.maximum(lines, np.pad(edge, pad))
    soft = gaussian_filter(lines, (0, 0.6, 0.6))
    return np.clip(soft * 1.6, 0, 1)


def painted_of_maps(maps: Maps, rng: np.random.Generator) -> np.ndarray:
    """RGB u8 [N, H, W, 3] that looks somewhat like a render: a random colour per region, lit by the slope of the depth.

    The encoder has to be fixed before there are many renders; these teach it colours, gradients, edges and shade.
    """
    count, size = maps.classes.shape[:2]
    region = (maps.classes.astype(np.intp) * 7 + maps.instances * 31) % 256
    colours = rng.uniform(0.1, 1.0, (count, 256, 3)).astype(np.float32)
    colours = colours * 0.8 + 0.2 * colours.mean(2, keepdims=True)
    rows = np.arange(count)[:, None, None]
    picture = colours[rows, region]
    slope_y, slope_x = np.gradient(gaussian_filter(maps.depth, (0, 0.7, 0.7)), axis=(1, 2))
    strength = rng.uniform(5, 30, (count, 1, 1)).astype(np.float32)
    angle = rng.uniform(0, 2 * np.pi, (count, 1, 1)).astype(np.float32)
    light = np.tanh((slope_x * np.cos(angle) + slope_y * np.sin(angle)) * strength)
    # Smooth noise twice: broad for sky gradients and shadows, fine for grass and clay.
    broad = gaussian_filter(rng.standard_normal((count, size, size)).astype(np.float32), (0, size / 8, size / 8)) * size / 6
    fine = gaussian_filter(rng.standard_normal((count, size, size)).astype(np.float32), (0, 1, 1))
    shade = 0.8 + 0.35 * light + 0.25 * np.tanh(broad) + rng.uniform(0, 0.12, (count, 1, 1)) * fine
    tint = 1 + rng.uniform(-0.15, 0.15, (count, 1, 1, 3))
    picture = np.clip(picture * shade[..., None] * tint, 0, 1)
    return (picture * 255).astype(np.uint8)
