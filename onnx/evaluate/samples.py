"""Everything an evaluation draws from a pack: candidate maps for every caption, and the whole chain for each first one."""

import hashlib
import os
import sys
import time
from typing import NamedTuple

import numpy as np

from evaluate.pictures import bilinear, grey, nearest, paint, skeletons
from evaluate.skeletons import read_pose

NOISE_SEED = 11
MAP_SIDE = 128


class Candidates(NamedTuple):
    """Class maps u8 and boundaries bool, [captions, candidates, 128, 128], and latents f32 [captions, candidates, 8, h, w]."""

    classes: np.ndarray
    boundary: np.ndarray
    latents: np.ndarray

    @property
    def first_latents(self):
        """Of the first of each."""
        return self.latents[:, 0]


class Chain(NamedTuple):
    """What followed from the first map of each caption: canvas map [N, 512, 512], depth, sketch [N, H, W], normal [N, 3, H, W] in [-1, 1], each of the size of its variable,
    pose (of each caption the joints f32 [people, 18, 3] in pixels of 128), images [N, 3, H, W].

    What the pack has no factor for is None.
    """

    classes: np.ndarray
    boundary: np.ndarray
    depth: np.ndarray
    normal: np.ndarray
    pose: list
    sketch: np.ndarray
    images: np.ndarray

    def of(self, rows):
        """The captions `rows` (indices) alone."""
        take = lambda column: None if column is None else [column[i] for i in rows] if isinstance(column, list) else column[rows]
        return Chain(*map(take, self))


def draw_candidates(pack, captions, candidates, asked=None, progress=None):
    """`candidates` maps for every caption, with the pack's own steps and guidance; noise from one seeded stream.

    `asked` holds for each caption the names of the classes that it asks for, see `Pack.class_maps`.
    """
    progress = progress or Progress("maps", len(captions))
    rng = np.random.Generator(np.random.PCG64(NOISE_SEED))
    side = pack.latent_side("segmentation")
    classes, boundaries, all_latents = [], [], []
    per_run = max(1, 20 // candidates)
    for start in range(0, len(captions), per_run):
        some = captions[start : start + per_run]
        noise = rng.standard_normal((len(some) * candidates, 8, side, side)).astype(np.float32)
        latents = pack.sample("segmentation", [c for c in some for _ in range(candidates)], noise)
        named = asked and [names for names in asked[start : start + per_run] for _ in range(candidates)]
        maps, rims = pack.class_maps(latents, MAP_SIDE, named)
        classes.append(maps.reshape(len(some), candidates, MAP_SIDE, MAP_SIDE))
        boundaries.append(rims.reshape(len(some), candidates, MAP_SIDE, MAP_SIDE))
        all_latents.append(latents.reshape(len(some), candidates, *latents.shape[1:]))
        progress.advance(len(some))
    return Candidates(np.concatenate(classes), np.concatenate(boundaries), np.concatenate(all_latents))


def kept_candidates(path, pack, captions, candidates, asked=None):
    """`draw_candidates`, or what an earlier call kept in the file `path` for the same graphs, settings and captions."""
    files = pack.manifest["files"]
    graphs = [files[name]["sha256"] for name in (pack.models["segmentation"], "decode_classes.onnx", "text_encoder.onnx")]
    settings = pack.factors["segmentation"], pack.variables["segmentation"], captions, candidates, asked, Candidates._fields
    key = hashlib.sha256(repr((graphs, *settings)).encode()).hexdigest()
    if os.path.exists(path):
        with np.load(path) as kept:
            if str(kept["key"]) == key:
                return Candidates(*(kept[name] for name in Candidates._fields))
    drawn = draw_candidates(pack, captions, candidates, asked)
    np.savez_compressed(path, key=key, **drawn._asdict())
    return drawn


def draw_chain(pack, captions, latents, asked=None, progress=None):
    """All other maps and the image from the given segmentation latents [N, 8, 16, 16], each factor reading its finished parents.

    `asked` as in `draw_candidates`.
    """
    progress = progress or Progress("images", len(captions))
    rng = np.random.Generator(np.random.PCG64(NOISE_SEED + 1))
    parts = []
    for start in range(0, len(captions), 10):
        rows = slice(start, start + 10)
        parts.append(_chain_of(pack, captions[rows], latents[rows], asked and asked[rows], rng))
        progress.advance(len(captions[rows]))
    joined = lambda column: None if column[0] is None else [x for part in column for x in part] if isinstance(column[0], list) else np.concatenate(column)
    return Chain(*(joined(column) for column in zip(*parts, strict=True)))


def draw_images(pack, captions, chain, parents, progress=None, seed=NOISE_SEED + 2):
    """Images [N, 3, H, W] in [-1, 1] of the maps of a chain, of which factor and decoder are given `parents` alone; the noise of a `seed` is the same whatever they are."""
    progress = progress or Progress("images", len(captions))
    rng = np.random.Generator(np.random.PCG64(seed))
    images = []
    for start in range(0, len(captions), 10):
        rows = slice(start, start + 10)
        maps = {"segmentation": (chain.classes[rows], chain.boundary[rows])} | {name: getattr(chain, name)[rows] for name in parents if name != "segmentation"}
        maps = {name: values[:, None] if name in ("depth", "sketch") else values for name, values in maps.items()}
        known = {name: _pictures_of(pack, name, maps[name]) for name in parents}
        images.append(_draw(pack, "image", captions[rows], known, rng)[0])
        progress.advance(len(captions[rows]))
    return np.concatenate(images)


def _chain_of(pack, captions, latents, asked, rng):
    classes, boundary = pack.class_maps(latents, pack.manifest["canvas_size"], asked)
    _, values = follow(pack, captions, classes, boundary, rng, [name for name in pack.variables if name in pack.factors and name != "segmentation"])
    grey_maps = {name: values[name][:, 0] for name in ("depth", "sketch") if name in values}
    shown = values | grey_maps
    return classes, boundary, *(shown.get(name) for name in ("depth", "normal", "pose", "sketch", "image"))


def follow(pack, captions, classes, boundary, rng, names):
    """What follows from segmentations, classes u8 and rims bool [N, S, S]: the variables `names`, parents before children, each factor reading its finished parents.

    Returns two dictionaries by variable: the maps as functions of a size to the pictures that the encoder reads, the segmentations among them, and the values that a chain holds.
    """
    known, values = {"segmentation": _pictures_of(pack, "segmentation", (classes, boundary))}, {}
    for name in names:
        answers = _draw(pack, name, captions, known, rng)
        values[name] = [_in_chain(read_pose(*pair), answers[0].shape[-1]) for pair in zip(*answers, strict=True)] if name == "pose" else answers[0]
        known[name] = _pictures_of(pack, name, values[name])
    return known, values


def _draw(pack, name, captions, known, rng):
    """What the decoder of a variable answers; of its parents and guides those are given that are in `known`."""
    size, side = pack.variables[name]["size"], pack.latent_side(name)
    parents = {p: pack.encode(np.stack(known[p](size))) for p in pack.factors[name]["parents"] if p in known}
    noise = rng.standard_normal((len(captions), 8, side, side)).astype(np.float32)
    guides = {g: np.stack(known[g](pack.decoded_size(name))) for g in pack.variables[name].get("guided_by", []) if g in known}
    return pack.decode(name, pack.sample(name, captions, noise, parents), guides)


def _in_chain(people, side):
    """Joints in pixels of a picture of `side` as a chain has them."""
    return people * np.array([MAP_SIDE / side, MAP_SIDE / side, 1], np.float32)


def _pictures_of(pack, name, values):
    """Maps of a variable, as a chain has them, as a function: a size -> the pictures that the encoder reads."""
    if name == "segmentation":
        return lambda size: [paint(c, b, pack.palette) for c, b in zip(*(nearest(plane, size) for plane in values), strict=True)]
    if name == "pose":
        return lambda size: [skeletons(people, MAP_SIDE, size) for people in values]
    return lambda size: [bilinear(m, size) if len(m) == 3 else grey(bilinear(m, size)[0]) for m in values]


class Progress:
    """A line on standard error that counts up and says how long the rest will take."""

    def __init__(self, what, total):
        self.what, self.total, self.done, self.start = what, total, 0, time.monotonic()

    def advance(self, count):
        self.done += count
        rest = (time.monotonic() - self.start) * (self.total - self.done) / self.done
        end = "\n" if self.done >= self.total else ""
        print(f"\r{self.what}: {self.done}/{self.total}, {rest:.0f} s left   ", end=end, file=sys.stderr, flush=True)
