"""A critic of outlines: what the class decoder learns from when it is refined (`contours.py`).

The outlines of the things in a drawn map, and in true ones, are cut out as `evaluate.shapes.outline` has them. A reader (`shapes.ShapeReader`) learns to name the true ones and to say *none* to the drawn ones; the decoder, to have
each of its own named as the class that it read it as (a discriminator of N + 1 classes, as in Sushko et al., "You Only Need Adversarial Supervision for Semantic Image Synthesis", 2021, here of things instead of pixels).
A cut is hard, as it will be in the picture; its gradient is that of the class's share (straight through; Bengio et al., 2013).
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from scipy import ndimage
from torch import Tensor

from evaluate.shapes import MARGIN, OUTLINE_SIDE, box

from .shapes import NONE, as_measured, load_shape_reader, things_of

RATE = 5e-4
GROWTH = 6
"""Pixels of the map that a thing may grow by to either side."""
FINER = 2
"""Samples along each side of an outline's pixel."""


class OutlineCritic:
    """A reader of shapes that goes on learning from what is drawn; `start` is a checkpoint of `train.shapes --pack`."""

    def __init__(self, start: str | Path):
        # Its norms keep the statistics that it comes with: batches of true and of drawn outlines have others.
        self.reader = load_shape_reader(start).requires_grad_(True)
        if self.reader.known[NONE] != 0:
            raise SystemExit(f"{start} has learnt to name outlines, not to tell drawn ones: train.shapes --pack makes a reader that has")
        self.optimizer = torch.optim.AdamW(self.reader.parameters(), RATE, weight_decay=3e-2)

    def compare(self, drawn: tuple[Tensor, Tensor], true: tuple[Tensor, Tensor]) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of what a class decoder answered for drawn latents (logits of classes and of the boundary), with a gradient by it, and parts for the log; learns from this and from what was answered for true ones."""
        (bad, own), (good, names) = cut(*drawn), cut(*(answer.detach() for answer in true))
        if not len(own) or not len(names):
            return drawn[0].new_zeros(()), {}
        told = F.cross_entropy(self.reader(good), names) + F.cross_entropy(self.reader(bad.detach()), torch.full_like(own, NONE)) / 2
        self.optimizer.zero_grad()
        told.backward()
        self.optimizer.step()
        self.reader.requires_grad_(False)
        answers = self.reader(bad)
        self.reader.requires_grad_(True)
        share = answers.detach().softmax(1)
        named = (answers[:, :NONE].argmax(1) == own).float().mean()
        # Named among the classes, and not told from true ones, count alike.
        misread = (F.cross_entropy(answers, own) + F.cross_entropy(answers[:, :NONE], own)) / 2
        return misread, {"read_told": told.detach(), "read_named": named, "read_none": share[:, NONE].mean()}


def frame(mask: np.ndarray) -> tuple[float, float, float]:
    """Centre x, y and side, in [-1, 1] of the map's, of the square that `evaluate.shapes.outline` shows of a mask."""
    left, top, right, bottom = box(mask)
    return left + right - 1, top + bottom - 1, max(right - left, bottom - top) * OUTLINE_SIDE / (OUTLINE_SIDE - 2 * MARGIN)


def framed(masks: Tensor, boxes: Tensor) -> Tensor:
    """Masks [K, H, H] inside squares [K, 3] as `frame` has them -> [K, 1, 40, 40]."""
    zeros, side = torch.zeros_like(boxes[:, 2]), boxes[:, 2]
    across, down = torch.stack([side, zeros, boxes[:, 0]], 1), torch.stack([zeros, side, boxes[:, 1]], 1)
    fine = FINER * OUTLINE_SIDE
    grid = F.affine_grid(torch.stack([across, down], 1), [len(masks), 1, fine, fine], align_corners=False)
    return F.avg_pool2d(F.grid_sample(masks[:, None], grid, mode="bilinear", align_corners=False), FINER)


def cut(logits: Tensor, boundary: Tensor) -> tuple[Tensor, Tensor]:
    """Outlines [K, 1, 40, 40] of all things in what a class decoder answered, [B, 40, H, W] and [B, 1, H, W], and their class indices [K]."""
    logits, boundary = as_measured((logits, boundary))
    classes, rims = logits.detach().argmax(1).cpu().numpy().astype(np.uint8), (boundary.detach()[:, 0] > 0).cpu().numpy()
    things = list(things_of(classes, rims))
    if not things:
        return logits.new_zeros(0, 1, OUTLINE_SIDE, OUTLINE_SIDE), torch.zeros(0, dtype=torch.long, device=logits.device)
    rows, own, masks = zip(*things)
    near = [ndimage.binary_dilation(mask, iterations=GROWTH) for mask in masks]
    hard, near = (torch.from_numpy(np.stack(x)).to(logits) for x in (masks, near))
    names = torch.tensor(own, device=logits.device)
    soft = logits.softmax(1)[list(rows), names] * near
    return framed(hard + soft - soft.detach(), torch.tensor([frame(mask) for mask in masks]).to(logits)), names
