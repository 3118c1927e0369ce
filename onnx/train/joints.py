"""Skeletons for the pose decoder: what it is shown, what it is to answer, and how near it comes."""

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from world import pose

from .networks import JOINTS, NECK_UNIT

NECK = 1
NEAR = 0.8
"""Share of the crops that are about a person; the others lie anywhere."""
SPOT = 1.5
"""Standard deviation, in pixels, of the spot that marks a joint."""


def posed(keypoints: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Joints f32 [B, P, 18, 3] as people edit them: half of the pictures mirrored, each person moved and resized, in some a joint taken along or hidden."""
    people = keypoints.copy()
    for i in np.flatnonzero(rng.random(len(people)) < 0.5):
        people[i] = pose.mirrored(people[i], size)
    count = people.shape[:2]
    centre = people[..., NECK : NECK + 1, :2]
    scale = np.exp(rng.normal(0, 0.25, (*count, 1, 2))).astype(np.float32)
    shift = rng.normal(0, size / 24, (*count, 1, 2)).astype(np.float32)
    dragged = rng.normal(0, size / 24, (*count, JOINTS, 2)) * (rng.random((*count, JOINTS, 1)) < 0.1)
    people[..., :2] = centre + (people[..., :2] - centre) * scale + shift + dragged
    inside = ((people[..., :2] >= 0) & (people[..., :2] < size)).all(-1)
    people[..., 2] *= inside & (rng.random((*count, JOINTS)) > 0.05)
    return people.astype(np.float32)


def around_people(people: np.ndarray, size: int, side: int, rng: np.random.Generator) -> np.ndarray:
    """Joints f32 [B, P, 18, 3] of pictures of `size` as they stand in crops of `side` pixels, most of them about one of its people: most of a picture is black, and costs as much.

    Corners lie on multiples of 8, as the cells of a latent do.
    """
    people = people.copy()
    for joints in people:
        seen = joints[..., 2] > 0
        some = np.flatnonzero(seen.any(1))
        if len(some) and rng.random() < NEAR:
            chosen = rng.choice(some)
            centre = joints[chosen, seen[chosen], :2].mean(0)
        else:
            centre = rng.uniform(0, size, 2)
        corner = np.round((centre - side / 2 + rng.normal(0, side / 8, 2)) / 8) * 8
        joints[..., :2] -= np.clip(corner, 0, size - side)
    people[..., 2] *= ((people[..., :2] >= 0) & (people[..., :2] < side)).all(-1)
    return people


def joint_targets(people: np.ndarray, size: int) -> tuple[Tensor, Tensor, Tensor]:
    """-> spots at joints [B, 18, H, W] in [0, 1], the way to the neck [B, 36, H, W] in units of `NECK_UNIT`, and where that is asked [B, 18, H, W]."""
    x, y = np.arange(size, dtype=np.float32) + 0.5, np.arange(size, dtype=np.float32)[:, None] + 0.5
    batch = len(people)
    spots, asked = np.zeros((2, batch, JOINTS, size, size), np.float32)
    way = np.zeros((batch, JOINTS, 2, size, size), np.float32)
    for b, p, j in np.argwhere(people[..., 2] > 0):
        (jx, jy), (nx, ny) = people[b, p, j, :2], people[b, p, NECK, :2]
        square = (x - jx) ** 2 + (y - jy) ** 2
        spot = np.exp(-square / (2 * SPOT**2))
        nearer = spot > spots[b, j]
        near = nearer & (square < 9)
        spots[b, j][nearer], asked[b, j][near] = spot[nearer], 1
        way[b, j, 0][near], way[b, j, 1][near] = (np.broadcast_to(nx - x, near.shape)[near], np.broadcast_to(ny - y, near.shape)[near])
    return torch.from_numpy(spots), torch.from_numpy(way.reshape(batch, 2 * JOINTS, size, size) / NECK_UNIT), torch.from_numpy(asked)


def pose_loss(out: Tensor, spots: Tensor, way: Tensor, asked: Tensor) -> Tensor:
    """Cross-entropy of the spots, in which what is lit counts most, and L1 of the way to the neck near joints."""
    found, led = out[:, :JOINTS], out[:, JOINTS:]
    entropy = F.binary_cross_entropy_with_logits(found, spots, weight=1 + 20 * spots)
    twice = asked.repeat_interleave(2, 1)
    return 10 * entropy + 0.5 * ((led - way).abs() * twice).sum() / twice.sum().clamp(min=1)


def pose_figures(joints: Tensor, necks: Tensor, spots: Tensor, way: Tensor, asked: Tensor) -> dict[str, float]:
    """Share of the joints whose own pixel is lit over a half, share of lit peaks at a joint, error in pixels of the way to the neck."""
    peaks = (F.max_pool2d(joints, 5, 1, 2) == joints) & (joints > 0.4)
    centres = (F.max_pool2d(spots, 3, 1, 1) == spots) & (spots > 0.8)
    near = lambda x: F.max_pool2d(x.float(), 5, 1, 2) > 0
    hit, true = (centres & near(peaks)).sum() / centres.sum().clamp(min=1), (peaks & near(centres)).sum() / peaks.sum().clamp(min=1)
    twice = asked.repeat_interleave(2, 1)
    away = ((necks - way * NECK_UNIT).abs() * twice).sum() / twice.sum().clamp(min=1)
    return {"joints_found": hit.item(), "joints_true": true.item(), "neck_pixels": away.item()}
