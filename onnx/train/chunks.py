"""Training data of a factor as chunks of latents: drawn or read, painted, encoded, used a few times, thrown away.

Two sources: label maps, drawn anew for every chunk (segmentation, and depth given segmentation), and frames from the disk (everything else).
"""

import concurrent.futures as futures
import hashlib
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Iterator, Sequence

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from world import pose
from world.classes import INDEX, OBJECTS

from .frames import VARIABLES, read_shard, shards_in
from .maps import NONE, Favoured, Maps, render_maps
from .networks import CLASS_SLOTS, LAYOUT_SIDE, Autoencoder
from .pictures import classes_picture, grey_picture, image_picture, pose_picture
from .runs import save_atomically
from .text import Captions, TextEncoder, asked_colours

SCENES_PER_CAPTION = 8
OBJECT_WEIGHT = 3.0
LINE_WEIGHT = 5.0


@dataclass
class Chunk:
    """N samples of one factor: latents f16 [N, 8, h, w] of the variable and of each parent, and the captions."""

    latent: Tensor
    parents: dict[str, Tensor]
    caption: Tensor
    """Index [N] into `captions`."""
    captions: Captions
    plan: Tensor | None = None
    """Share of each class in the cells of a 4 x 4 grid, f16 [N, 40, 4, 4]."""
    weight: Tensor | None = None
    """What an error in each cell costs, f16 [N, 1, h, w]; everywhere the same where it is missing."""
    given: dict[str, Tensor] = field(default_factory=dict)
    """Which samples have a parent, bool [N]; a parent that is not named here all of them have."""
    stored: Path | None = None
    """The file that the latents were read from."""

    def __len__(self) -> int:
        return len(self.latent)


def occupancy(classes: np.ndarray) -> Tensor:
    """classes u8 [N, H, W] -> share of each class in the cells of the layout grid, f16 [N, 40, 4, 4]."""
    count, height, width = classes.shape
    cell = height // LAYOUT_SIDE * (width // LAYOUT_SIDE)
    grid = classes.reshape(count, LAYOUT_SIDE, height // LAYOUT_SIDE, LAYOUT_SIDE, width // LAYOUT_SIDE)
    shares = np.stack([(grid == slot).sum((2, 4)) for slot in range(CLASS_SLOTS)], 1) / cell
    return torch.from_numpy(shares.astype(np.float16))


@torch.no_grad()
def encode(autoencoder: Autoencoder, picture: Tensor, batch: int = 32) -> Tensor:
    """Picture [N, 3, H, W] -> latents f16 [N, 8, H/8, W/8] in main memory."""
    device = autoencoder.latent_mean.device
    parts = [autoencoder.encode(part.to(device, memory_format=torch.channels_last)).half().cpu() for part in picture.split(batch)]
    return torch.cat(parts).contiguous()


def draw(seed: int, number: int, captions: int, size: int, world: int, variable: str, favoured: Favoured = NONE) -> tuple[Maps, Captions]:
    """The maps and encoded captions of chunk `number`; runs in a worker process where there are any."""
    global _text
    if "_text" not in globals():
        _text = TextEncoder()
    rng = np.random.Generator(np.random.PCG64([seed, 0x5E6, number]))
    maps = render_maps(rng, captions, SCENES_PER_CAPTION, size, world, variable in ("normal", "pose"), favoured)
    return maps, _text.encode_all(maps.captions)


def label_chunks(
    variable: str, parents: list[str], autoencoder: Autoencoder, seed: int, first: int, captions: int, size: int, workers: int, world: int, favoured: Favoured = NONE
) -> Iterator[Chunk]:
    """Endless chunks of `captions` x 8 fresh maps, from chunk number `first` on. `variable` is one that needs no shading: not sketch or image."""
    for maps, texts in drawn(seed, first, captions, size, workers, world, variable, favoured):
        # As a condition, a few maps come without rims: a hand-painted one may have none.
        kept = np.random.Generator(np.random.PCG64([seed, first])).random((len(maps.classes), 1, 1)) < (1.0 if variable == "segmentation" else 0.9)
        pictures = {"segmentation": classes_picture(maps.classes, maps.boundary & kept), "depth": grey_picture(maps.depth)}
        if maps.normals is not None:
            pictures["normal"] = image_picture(maps.normals)
        weight = None
        if variable == "pose":
            pictures["pose"] = pose_picture(maps.keypoints, size, size)
            weight = line_weights(pictures["pose"])
        latents = {name: encode(autoencoder, pictures[name]) for name in [variable, *parents]}
        plan = occupancy(maps.classes) if variable == "segmentation" else None
        yield Chunk(latents.pop(variable), latents, torch.from_numpy(maps.caption), texts, plan, weight)


def line_weights(picture: Tensor) -> Tensor:
    """f16 [N, 1, h, w]: 1 where a picture is black, `LINE_WEIGHT` in cells that hold part of a skeleton, which are a few in a hundred."""
    drawn = (picture.amax(1, keepdim=True) > -1).float()
    return (1 + (LINE_WEIGHT - 1) * F.max_pool2d(drawn, 8)).half()


def drawn(seed: int, first: int, captions: int, size: int, workers: int, world: int, variable: str, favoured: Favoured = NONE) -> Iterator[tuple[Maps, Captions]]:
    """`draw` for every number from `first` on, here or ahead of time in worker processes; the order is the same."""
    if workers == 0:
        number = first
        while True:
            yield draw(seed, number, captions, size, world, variable, favoured)
            number += 1
    import multiprocessing

    with futures.ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        ahead = [pool.submit(draw, seed, first + i, captions, size, world, variable, favoured) for i in range(2 * workers)]
        number = first + len(ahead)
        while True:
            yield ahead.pop(0).result()
            ahead.append(pool.submit(draw, seed, number, captions, size, world, variable, favoured))
            number += 1


def frame_pictures(shard: dict[str, np.ndarray], size: int) -> dict[str, Tensor]:
    """The pictures [N, 3, size, size] of all variables of a shard of frames, whose side is a multiple of `size`."""
    side = shard["image"].shape[1]
    if side % size:
        raise SystemExit(f"frames of {side} pixels cannot be shown at {size}: give --size {side // 2}, or another that divides their side")
    step = side // size
    pictures = {
        "segmentation": classes_picture(shard["classes"][:, ::step, ::step], thinned(shard["boundary"], step)),
        "depth": pooled(grey_picture(shard["depth"].astype(np.float32) / 65535), step),
        "sketch": pooled_lines(grey_picture(shard["sketch"].astype(np.float32) / 255), step),
        "image": pooled(image_picture(shard["image"]), step),
    }
    if "normals" in shard:
        pictures["normal"] = pooled(image_picture(shard["normals"]), step)
    if "keypoints" in shard:
        pictures["pose"] = pose_picture(shard["keypoints"], side, size)
    return pictures


def thinned(boundary: np.ndarray, step: int) -> np.ndarray:
    """Rims bool [N, H, W] at 1/step of the size: a cell that holds a rim is one."""
    return F.max_pool2d(torch.from_numpy(boundary)[:, None].float(), step)[:, 0].numpy() > 0


def pooled(picture: Tensor, step: int) -> Tensor:
    return F.avg_pool2d(picture, step) if step > 1 else picture


def pooled_lines(picture: Tensor, step: int) -> Tensor:
    """Averaging would dim thin lines; they are drawn about as bright at every size."""
    return ((pooled(picture, step) + 1) * step**0.5 - 1).clamp(-1, 1)


_SIDES = {"left": "right", "right": "left", "Left": "Right", "Right": "Left"}


def may_be_mirrored(classes: np.ndarray) -> np.ndarray:
    """bool [N]: maps without a sign, whose letters are never seen in a mirror."""
    return ~(classes == INDEX["sign"]).any((1, 2))


def with_mirrored(shard: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Every frame of a shard, and the mirror images of those that have one, whose captions say right for left: a frame costs far more than its encoding."""
    rows = may_be_mirrored(shard["classes"])
    swapped = [re.sub("|".join(_SIDES), lambda word: _SIDES[word[0]], str(caption)) for caption in shard["captions"]]
    flipped = {name: array[:, :, ::-1] for name, array in shard.items() if name not in ("captions", "keypoints", "given")} | {"captions": np.array(swapped)}
    if "normals" in shard:  # red is what faces left
        flipped["normals"] = np.concatenate([255 - flipped["normals"][..., :1], flipped["normals"][..., 1:]], -1)
    if "given" in shard:
        flipped["given"] = shard["given"]
    if "keypoints" in shard:
        flipped["keypoints"] = pose.mirrored(shard["keypoints"], shard["classes"].shape[2])
    return {name: np.concatenate([array, flipped[name][rows]]) for name, array in shard.items()}


def as_sampled(shard: dict[str, np.ndarray], pictures: dict[str, Tensor], rng: np.random.Generator) -> dict[str, Tensor]:
    """About half of the conditions of an image as they look when they were sampled at half its size and enlarged; a few maps without rims."""
    enlarge = lambda x: F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
    wide = thinned(shard["boundary"], 2).repeat(2, 1).repeat(2, 2)
    chance = rng.random((len(wide), 4))
    rims = np.where(chance[:, :1, None] < 0.45, wide, shard["boundary"] & (chance[:, :1, None] < 0.9))
    choose = lambda i, coarse, fine: torch.where(torch.from_numpy(chance[:, i] < 0.5)[:, None, None, None], coarse, fine)
    sampled = {
        "segmentation": classes_picture(shard["classes"], rims),
        "depth": choose(1, enlarge(pooled(pictures["depth"], 2)), pictures["depth"]),
        "sketch": choose(2, enlarge(pooled_lines(pictures["sketch"], 2)), pictures["sketch"]),
    }
    if "normal" in pictures:
        sampled["normal"] = choose(3, enlarge(pooled(pictures["normal"], 2)), pictures["normal"])
    return sampled


def frame_chunks(
    variable: str, parents: list[str], autoencoder: Autoencoder, seed: int, folder: Path, size: int, world: int, also: Sequence[str] = ()
) -> Iterator[Chunk]:
    """Endless chunks from the shards in `folder`, in random order; shards that appear later are found, and come first.

    Parents named in `also` are encoded and stored beside those that the chunks hold, for runs that read them.

    Latents are kept in memory, and beside the shard in a folder named after the encoder, because a restart should not pay for them again.
    """
    rng = np.random.Generator(np.random.PCG64([seed, 0xF4A]))
    known: dict[Path, Chunk] = {}
    while True:
        shards = shards_in(folder)
        if not shards:
            raise FileNotFoundError(f"no frames in {folder}: render some with python -m train.frames --out {folder}")
        fresh = [path for path in shards if path not in known]
        path = fresh[0] if fresh else shards[rng.integers(len(shards))]
        if path not in known:
            stored = latents_path(path, variable, autoencoder, size)
            labels = read_shard(path, world, ["classes", "objects", "captions"])
            if not stored.exists():
                save_atomically(encode_shard(read_shard(path, world), path.stem, variable, parents, autoencoder, size, also), stored)
            known[path] = with_parents(chunk_of(torch.load(stored, weights_only=True), labels, variable, size), parents, stored)
        yield known[path]


def with_parents(chunk: Chunk, parents: list[str], path: Path) -> Chunk:
    """The chunk with these parents alone, in this order; what `path` stores may have been encoded for others."""
    if missing := [name for name in parents if name not in chunk.parents]:
        raise SystemExit(f"{path} was encoded without {', '.join(missing)}: delete the folder {path.parent}, it will be made again")
    return replace(chunk, parents={name: chunk.parents[name] for name in parents}, stored=path)


def latents_path(shard: Path, variable: str, autoencoder: Autoencoder, size: int) -> Path:
    """Where the latents of a shard of frames are kept."""
    return shard.parent / f"latents-{encoder_hash(autoencoder)}" / f"{shard.stem}-{variable}-{size}.pt"


def encode_shard(
    shard: dict[str, np.ndarray], name: str, variable: str, parents: list[str], autoencoder: Autoencoder, size: int, also: Sequence[str] = ()
) -> dict:
    """The latents and encoded captions of a shard of frames, as they are stored; `name` seeds what is random in them. Of `also` only what the shard has."""
    shard = with_mirrored(shard)
    has = {name: torch.from_numpy(column) for name, column in zip(VARIABLES, shard["given"].T)} if "given" in shard else {}
    pictures = frame_pictures(shard, size)
    if variable == "image" and size == shard["image"].shape[1]:
        pictures |= as_sampled(shard, pictures, np.random.Generator(np.random.PCG64([*name.encode()])))
    texts = TextEncoder().encode_all([str(caption) for caption in shard["captions"]])
    read = dict.fromkeys([*parents, *(name for name in also if name in pictures)])
    latents = {name: encode(autoencoder, pictures[name]) for name in dict.fromkeys([variable, *read])}
    stored = {"latent": latents.pop(variable), "parents": latents, "tokens": texts.tokens, "ids": texts.ids, "mask": texts.mask}
    return stored | {"rows": has.get(variable, torch.ones(len(stored["latent"]), dtype=torch.bool)), "given": {p: has[p] for p in read if p in has}}


def chunk_of(stored: dict, labels: dict[str, np.ndarray], variable: str, size: int) -> Chunk:
    """The samples of a stored shard that have the variable; `labels` are its label maps, [N, H, W], what is an object in them, and its captions."""
    classes, objects = labels["classes"], labels.get("objects", OBJECTS)
    texts = np.concatenate([labels["captions"], labels["captions"][may_be_mirrored(classes)]])
    captions = Captions(stored["tokens"], stored["ids"], stored["mask"], asked_colours([str(text) for text in texts]))
    count = len(captions)
    rows = stored.get("rows", torch.ones(count, dtype=torch.bool)).nonzero()[:, 0]
    pick = lambda values: values[rows]
    plan = pick(occupancy(np.concatenate([classes, classes[may_be_mirrored(classes), :, ::-1]]))) if variable == "segmentation" else None
    given = {name: pick(has) for name, has in stored.get("given", {}).items()}
    parents = {name: pick(latent) for name, latent in stored["parents"].items()}
    return Chunk(pick(stored["latent"]), parents, torch.arange(count)[rows], captions, plan, pick(cell_weights(classes, size // 8, objects)), given)


def with_missing(chunk: Chunk, share: float, rng: np.random.Generator) -> Chunk:
    """The chunk as if a share of each parent's maps had never been collected (paper, section on missing data)."""
    given = {name: chunk.given.get(name, True) & torch.from_numpy(rng.random(len(chunk)) >= share) for name in chunk.parents}
    return replace(chunk, given=given)


def cell_weights(classes: np.ndarray, side: int, objects: Sequence[int] = OBJECTS) -> Tensor:
    """f16 [N, 1, side, side] for the maps of a shard and their mirror images: 1 on backgrounds, `OBJECT_WEIGHT` on objects.

    Sky and ground fill most of a picture and are learnt within minutes.
    """
    inside = np.isin(classes, objects)
    both = np.concatenate([inside, inside[may_be_mirrored(classes), :, ::-1]])
    share = F.adaptive_avg_pool2d(torch.from_numpy(both)[:, None].float(), side)
    return (1 + (OBJECT_WEIGHT - 1) * share).half()


def encoder_hash(autoencoder: Autoencoder) -> str:
    """Names the encoder by its weights: latents of another one must not be mixed with its own."""
    digest = hashlib.sha256()
    for tensor in [*autoencoder.encoder.state_dict().values(), autoencoder.latent_mean, autoencoder.latent_std]:
        digest.update(tensor.cpu().contiguous().numpy().tobytes())
    return digest.hexdigest()[:12]
