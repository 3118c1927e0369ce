"""Maps as a person's edits leave them, which no render shows: what refining an image has it heed beside true ones (`refine.py --edited`).

Things are moved, resized, mirrored, taken away, pasted, from a map or from another of the lot. An edit is a table that says for every pixel which one takes its place, so that all variables' maps are edited alike.
"""

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor

from world.classes import OBJECTS

from .networks import Autoencoder
from .pictures import classes_picture
from .shapes import things_of

SMALLEST = 0.01
"""Share of the picture that a thing has to have to be taken in hand."""
SCALES = 0.6, 1.5
KINDS = ("moved", "resized", "pasted", "pasted", "pasted", "removed")
"""Drawn by lot: what is pasted over something is the hardest."""
FOREIGN = 0.5
"""Share of the pasted things that come from another map."""


def affine(mask: np.ndarray, scale: float, mirrored: bool, shift: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Flat indices of the pixels that a thing covers when its middle has gone by `shift` (rows, columns), and of those of the mask [H, W] that are seen there."""
    height, width = mask.shape
    rows, columns = np.nonzero(mask)
    middle = (rows.min() + rows.max()) / 2, (columns.min() + columns.max()) / 2
    y, x = np.mgrid[:height, :width]
    y, x = (y - shift[0] - middle[0]) / scale, (x - shift[1] - middle[1]) / scale
    y, x = (np.rint(middle[0] + y).astype(int), np.rint(middle[1] + (-x if mirrored else x)).astype(int))
    inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    seen = inside & mask[y.clip(0, height - 1), x.clip(0, width - 1)]
    return np.flatnonzero(seen), (y * width + x)[seen]


def table(row: int, classes: np.ndarray, things: list[list[np.ndarray]], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Of every pixel of map `row` of classes u8 [N, H, W] the flat index, in all maps, of the one that takes its place, and whether it is seen in a mirror; `things` are the masks of each map's."""
    area = classes[0].size
    places, turned = np.arange(row * area, (row + 1) * area), np.zeros(area, bool)
    kind = KINDS[rng.integers(len(KINDS))]
    others = [i for i, found in enumerate(things) if found and i != row]
    source = others[rng.integers(len(others))] if others and kind == "pasted" and (not things[row] or rng.random() < FOREIGN) else row
    if not things[source]:
        return places, turned
    mask = things[source][rng.integers(len(things[source]))]
    background = ~np.isin(classes[row], list(OBJECTS))
    if kind != "pasted" and background.any():
        # As in the editor, the nearest background takes the place of what is gone.
        near = ndimage.distance_transform_edt(~background, return_distances=False, return_indices=True).reshape(2, -1)
        hole = np.flatnonzero(mask)
        places[hole] = row * area + near[0][hole] * mask.shape[1] + near[1][hole]
    if kind == "removed":
        return places, turned
    rows, columns = np.nonzero(mask)
    scale = rng.uniform(*SCALES) if kind != "moved" else 1.0
    room = lambda line, side: int(rng.integers(-line.min(), side - line.max()))
    shift = 0 if rng.random() < 0.5 else room(rows, mask.shape[0]) // 3, room(columns, mask.shape[1])
    mirrored = rng.random() < 0.5
    to, of = affine(mask, scale, mirrored, (0, 0) if kind == "resized" else shift)
    places[to], turned[to] = source * area + of, mirrored
    return places, turned


def edits(classes: np.ndarray, things: list[list[np.ndarray]], rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A `table` for each of the maps [N, H, W]: of every pixel the flat index of the one that takes its place, and whether it is seen in a mirror, both [N, H, W]."""
    places, turned = (np.stack(parts).reshape(classes.shape) for parts in zip(*(table(row, classes, things, rng) for row in range(len(classes)))))
    return places, turned


@torch.no_grad()
def edited(autoencoder: Autoencoder, parents: dict[str, Tensor], rng: np.random.Generator) -> dict[str, Tensor]:
    """Latents f32 [B, 8, h, w] of maps of several variables, the segmentation's among them, after an edit of each; without the pose's, which is no picture to cut up."""
    device = autoencoder.latent_mean.device
    known = {name: latent.to(device) for name, latent in parents.items() if name != "pose"}
    logits, rims = autoencoder.decode_classes(known["segmentation"])
    classes, rims = logits.argmax(1).byte().cpu().numpy(), rims[:, 0].cpu().numpy() > 0
    things: list[list[np.ndarray]] = [[] for _ in classes]
    for row, _, mask in things_of(classes, rims):
        if mask.mean() >= SMALLEST:
            things[row].append(mask)
    places, turned = edits(classes, things, rng)
    where = torch.from_numpy(places).to(device)
    pictures = {"segmentation": classes_picture(classes.reshape(-1)[places], rims.reshape(-1)[places]).to(device)}
    for name in known.keys() - {"segmentation"}:
        shown = getattr(autoencoder, f"decode_{name}")(known[name])
        shown = (shown if name == "normal" else 2 * shown - 1).expand(-1, 3, -1, -1).permute(1, 0, 2, 3).flatten(1)
        pictures[name] = shown[:, where].permute(1, 0, 2, 3).contiguous()
    if "normal" in pictures:  # the first channel is what faces left
        pictures["normal"][:, 0] *= 1 - 2 * torch.from_numpy(turned).to(device).float()
    return {name: autoencoder.encode(pictures[name].contiguous(memory_format=torch.channels_last)) for name in known}
