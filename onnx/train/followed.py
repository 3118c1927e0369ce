"""Maps as they follow from a segmentation in the editor: drawn by a pack's own factors, for a segmentation that is true or that was edited first.

    PYTHONPATH=onnx python -m train.followed --pack onnx/packs/clay --frames onnx/runs/frames --autoencoder onnx/runs/autoencoder/checkpoint.pt

stores them beside the shards' encoded images (`train.frames --ahead image`), and `train.refine --followed` learns from them as well: an image that was shown true maps alone believes a sketch or a depth that is only about right.
Of two frames one keeps its segmentation and one has a thing of it moved, resized, mirrored, taken away or pasted, as `edited.py` does.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch

from evaluate.pack import Pack
from evaluate.samples import follow

from .chunks import Chunk, latents_path, with_mirrored
from .edited import SMALLEST, edits
from .frames import read_shard, shards_in
from .networks import Autoencoder, load_autoencoder
from .runs import require_world, save_atomically, world_of_checkpoint
from .shapes import things_of

LOT = 10
"""Frames whose maps are drawn at once; what is pasted comes from the others of a lot."""


class Followed(NamedTuple):
    """Samples of a chunk with the maps that a pack draws: those whose segmentation is true, and those where it was edited, whose image is not of their maps."""

    true: Chunk
    edited: Chunk


def followed_path(stored: Path) -> Path:
    """Where the maps that follow are kept of a shard whose latents `stored` holds."""
    return stored.with_name(f"{stored.stem}-followed.pt")


def followed(chunk: Chunk, stored: Path) -> Followed:
    """Of a chunk read from `stored` the samples with maps that follow; SystemExit where there are none."""
    path = followed_path(stored)
    if not path.exists():
        raise SystemExit(f"{path} is missing: python -m train.followed draws the maps that follow from the frames' segmentations")
    saved = torch.load(path, weights_only=True)
    parents = {name: saved["parents"][name] for name in chunk.parents}
    pick = lambda rows: replace(chunk, latent=chunk.latent[rows], caption=chunk.caption[rows], parents={name: values[rows] for name, values in parents.items()}, weight=None, given={})
    return Followed(pick(~saved["edited"]), pick(saved["edited"]))


def maps_of(shard: dict[str, np.ndarray], rng: np.random.Generator) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Lots of the label maps of a shard: classes u8 and rims bool [N, H, W], every second of them edited, and which, bool [N]."""
    for start in range(0, len(shard["classes"]), LOT):
        classes, rims = shard["classes"][start : start + LOT], shard["boundary"][start : start + LOT]
        things: list[list[np.ndarray]] = [[] for _ in classes]
        for row, _, mask in things_of(classes, rims):
            if mask.mean() >= SMALLEST:
                things[row].append(mask)
        places, _ = edits(classes, things, rng)
        changed = np.arange(start, start + len(classes)) % 2 == 1
        choose = lambda values: np.where(changed[:, None, None], values.reshape(-1)[places], values)
        yield choose(classes), choose(rims), changed


def draw_followed(pack: Pack, shard: dict[str, np.ndarray], size: int, rng: np.random.Generator) -> dict:
    """Latents f16 [N, 8, h, w] of the maps that the image reads, at its own `size`, for every frame of a shard and every mirror image, and which of them were edited."""
    shard = with_mirrored({name: shard[name] for name in ("classes", "boundary", "captions")})
    names = pack.factors["image"]["parents"]
    parts: dict[str, list[torch.Tensor]] = {name: [] for name in names}
    changed, done = [], 0
    for classes, rims, edited in maps_of(shard, rng):
        captions = [str(caption) for caption in shard["captions"][done : done + len(classes)]]
        pictures, _ = follow(pack, captions, classes, rims, rng, [name for name in names if name != "segmentation"])
        for name in names:
            parts[name].append(torch.from_numpy(pack.encode(np.stack(pictures[name](size)))).half())
        changed.append(torch.from_numpy(edited))
        done += len(classes)
    return {"parents": {name: torch.cat(lots) for name, lots in parts.items()}, "edited": torch.cat(changed)}


def add_followed(pack: Pack, folder: Path, autoencoder: Autoencoder, world: int, seed: int, say=print) -> None:
    """Draws the maps that follow for every shard in `folder` whose images are encoded, unless they are there."""
    size = pack.variables["image"]["size"]
    for number, path in enumerate(shards_in(folder)):
        stored = latents_path(path, "image", autoencoder, size)
        target = followed_path(stored)
        if target.exists() or not stored.exists():
            continue
        start = time.monotonic()
        rng = np.random.Generator(np.random.PCG64([seed, number]))
        saved = draw_followed(pack, read_shard(path, world, ["classes", "boundary", "captions"]), size, rng)
        save_atomically(saved, target)
        say(f"{target.name}: {len(saved['edited']) / (time.monotonic() - start):.1f} frames/s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="onnx/packs/clay")
    parser.add_argument("--frames", required=True)
    parser.add_argument("--autoencoder", default="onnx/runs/autoencoder/checkpoint.pt")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    pack, world = Pack(arguments.pack, arguments.threads), world_of_checkpoint(arguments.autoencoder)
    require_world(pack.world, world, arguments.pack)
    add_followed(pack, Path(arguments.frames), load_autoencoder(arguments.autoencoder), world, arguments.seed)


if __name__ == "__main__":
    main()
