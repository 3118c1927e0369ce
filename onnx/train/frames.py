"""Shaded frames, rendered once and kept on disk in shards: unlike label maps they are too dear to be drawn anew each time.

    python -m train.frames --out onnx/runs/frames --shards 20

With `--wanted sign` every frame of these shards has a sign.

A shard is an uncompressed npz: image, normals u8 [N, S, S, 3], classes, instances, sketch u8 [N, S, S], boundary bool [N, S, S], depth u16 [N, S, S],
keypoints f32 [N, P, 18, 3] (x, y in pixels, 1 where the joint is seen; rows of zeros where there are fewer people), captions [N] (strings),
world (the version of the world whose classes these are; 0 where it is missing). A data set of one's own only has to be written in this form;
without normals or keypoints only factors that read or draw them cannot be trained. Where single maps are missing, given bool [N, 6] says which of
`VARIABLES` each frame has, and objects [K] the class slots that are objects where they are not the world's (`train.folder` writes both). `seed` and shard number name each shard's random stream.
"""

import argparse
import os
import time
from pathlib import Path
from typing import Callable, Sequence

import numpy as np

from world.boundary import boundary
from world.caption import describe
from world.classes import LATEST, OBJECTS, classes_of
from world.scene import Scene
from world.spec import COLOURS, ObjectSpec, Spec

from .maps import padded, realized
from .runs import require_world, world_of, world_of_checkpoint

ARRAYS = ("image", "classes", "instances", "boundary", "depth", "normals", "sketch", "keypoints", "given", "captions")
VARIABLES = ("segmentation", "depth", "normal", "pose", "sketch", "image")
OPTIONAL = ("normals", "keypoints", "given", "objects")


def render_shard(seed: int, number: int, count: int, size: int, samples: int, world: int = 0, wanted: str | None = None) -> dict[str, np.ndarray]:
    """`count` frames of different specs, each with a thing of the class that is `wanted`."""
    from world.render import render

    rng = np.random.Generator(np.random.PCG64([seed, 0xF4A3E, number]))
    rows: dict[str, list] = {name: [] for name in ARRAYS if name != "given"}
    for _ in range(count):
        spec, (scene,) = realized(rng, 1, world, wanted)
        rows["captions"].append(describe(with_colours(spec, scene, rng), rng, split="train"))
        frame = render(scene, size, samples=samples)
        rows["boundary"].append(boundary(frame.classes, frame.instances))
        rows["keypoints"].append(padded(frame.keypoints))
        for name in ("image", "classes", "instances", "depth", "normals", "sketch"):
            rows[name].append(getattr(frame, name))
    return {name: np.array(values) if name == "captions" else np.stack(values) for name, values in rows.items()}


def with_colours(spec: Spec, scene: Scene, rng: np.random.Generator) -> Spec:
    """The spec with half of the colours named that it leaves open and that have a name: a word for it is how an image learns a colour."""

    def named(number: int, group: ObjectSpec) -> ObjectSpec:
        worn = {thing.colour for thing in scene.things if thing.group == number}
        speaks = group.colour is None and len(worn) == 1 and rng.random() < 0.5
        return group._replace(colour=worn.pop()) if speaks and worn <= set(COLOURS.get(group.name, ())) else group

    return spec._replace(objects=tuple(named(i, group) for i, group in enumerate(spec.objects)))


def write_shard(path: Path, arrays: dict[str, np.ndarray], world: int = 0) -> None:
    """Written beside its place and renamed, so that a reader never meets half a shard."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".partial")
    with open(aside, "wb") as file:
        np.savez(file, world=world, **arrays)
    os.replace(aside, path)


def read_shard(path: Path, world: int, names: Sequence[str] = ARRAYS) -> dict[str, np.ndarray]:
    """These arrays of a shard, which has to be of this version of the world; those that are optional may be missing."""
    with np.load(path) as file:
        require_world(world_of(file), world, path)
        return {name: file[name] for name in names if name in file or name not in OPTIONAL}


def shards_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.npz"))


class FrameReader:
    """Random crops of the frames' images; reads another shard from time to time."""

    def __init__(self, folder: Path, world: int = 0):
        self.folder, self.world, self.uses = folder, world, 0

    def crops(self, count: int, size: int, rng: np.random.Generator) -> np.ndarray:
        """RGB u8 [count, size, size, 3]; corners on multiples of 8, where the latents' grid lies."""
        if self.uses % 200 == 0:
            self.images = read_shard(rng.choice(shards_in(self.folder)), self.world, ["image"])["image"]
        self.uses += 1
        side = self.images.shape[1]
        out = np.empty((count, size, size, 3), np.uint8)
        for row in out:
            y, x = 8 * rng.integers(0, (side - size) // 8 + 1, 2)
            row[:] = self.images[rng.integers(len(self.images)), y : y + size, x : x + size]
        return out


def ahead(factors: list[str], checkpoint: str, world: int) -> Callable[[Path, dict[str, np.ndarray]], None]:
    """Encodes a shard for these factors; a training that finds the shard finds its latents as well."""
    if not factors:
        return lambda path, shard: None
    import torch

    from .chunks import encode_shard, latents_path
    from .factor import FACTORS
    from .networks import load_autoencoder
    from .runs import save_atomically

    torch.set_num_threads(1)
    require_world(world_of_checkpoint(checkpoint), world, checkpoint)
    autoencoder = load_autoencoder(checkpoint).to(memory_format=torch.channels_last)

    def encode(path: Path, shard: dict[str, np.ndarray]) -> None:
        for name in factors:
            factor = FACTORS[name]
            latents = encode_shard(shard, path.stem, name, factor.parents, autoencoder, factor.size)
            save_atomically(latents, latents_path(path, name, autoencoder, factor.size))

    return encode


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--shards", type=int, default=20)
    parser.add_argument("--count", type=int, default=256, help="frames in a shard")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--samples", type=int, default=2, help="rays along each side of a pixel")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--world", type=int, choices=range(LATEST + 1), help="version of the world [default: the autoencoder's with --ahead, else 0]")
    parser.add_argument("--wanted", choices=[classes_of(LATEST)[i].name for i in OBJECTS], metavar="CLASS", help="every frame has a thing of this class: sign, say, whose letters want practice")
    parser.add_argument("--ahead", nargs="*", default=[], metavar="FACTOR", help="encode the shards for these factors, so that their training need not")
    parser.add_argument("--autoencoder", default="onnx/runs/autoencoder/checkpoint.pt")
    arguments = parser.parse_args()
    world = arguments.world
    if world is None:
        world = world_of_checkpoint(arguments.autoencoder) if arguments.ahead else 0
    if arguments.wanted and arguments.wanted not in [c.name for c in classes_of(world)]:
        parser.error(f"version {world} of the world has no {arguments.wanted}: give a later --world")
    encode_ahead = ahead(arguments.ahead, arguments.autoencoder, world)
    for number in range(arguments.shards):
        path = Path(arguments.out) / f"{arguments.seed:04d}-{number:05d}.npz"
        if path.exists():
            read_shard(path, world, [])
            continue
        start = time.monotonic()
        shard = render_shard(arguments.seed, number, arguments.count, arguments.size, arguments.samples, world, arguments.wanted)
        encode_ahead(path, shard)
        write_shard(path, shard, world)
        print(f"{path.name}: {arguments.count / (time.monotonic() - start):.1f} frames/s", flush=True)


if __name__ == "__main__":
    main()
