"""Maps as the pictures that the shared encoder reads, [3, H, W] in [-1, 1], and class maps from logits."""

import numpy as np

from world import pose

BOUNDARY_SHADE = 0.4  # palette colours are multiplied by this where one instance ends at another


def paint(classes, boundary, palette):
    """Class map [H, W] and boundary [H, W] (bool) -> picture; `palette` [n, 3] in 0..255."""
    colours = np.asarray(palette, np.float32)[classes]
    colours[boundary] *= np.float32(BOUNDARY_SHADE)
    return (colours / 127.5 - 1).transpose(2, 0, 1)


def grey(values):
    """Depth or sketch [H, W] in [0, 1] -> picture of three equal channels."""
    return np.repeat(values[None].astype(np.float32) * 2 - 1, 3, 0)


def skeletons(people, side, size):
    """Joints f32 [N, 18, 3] in pixels of a picture of `side` -> painted at `size`."""
    scaled = people * np.array([size / side, size / side, 1], np.float32)
    return (pose.paint(scaled, size).astype(np.float32) / 127.5 - 1).transpose(2, 0, 1)


def nearest(values, size):
    """Map [..., H, W] resized to `size` x `size`, each new pixel taking the value under its centre."""
    rows = ((np.arange(size) + 0.5) * values.shape[-2] / size).astype(int)
    columns = ((np.arange(size) + 0.5) * values.shape[-1] / size).astype(int)
    return values[..., rows[:, None], columns[None]]


def bilinear(values, size):
    """Values [C, H, W] enlarged to [C, size, size] between pixel centres (align_corners=False), edges repeated."""

    def weights(length):
        position = np.clip((np.arange(size) + 0.5) * length / size - 0.5, 0, length - 1)
        low = np.minimum(position.astype(int), max(length - 2, 0))
        return low, np.minimum(low + 1, length - 1), (position - low).astype(np.float32)

    low, high, share = weights(values.shape[1])
    values = values[:, low] * (1 - share)[None, :, None] + values[:, high] * share[None, :, None]
    low, high, share = weights(values.shape[2])
    return values[:, :, low] * (1 - share) + values[:, :, high] * share


def class_map(logits, boundary, known, size, held=(), lead=0.0, unnamed=(), share=0.0):
    """Logits [40, h, w] and boundary logit [1, h, w] -> classes u8 [size, size], boundary bool [size, size].

    Both are enlarged as logits; only the first `known` classes may win, those that are `held` by a lead alone, and of the `unnamed` those that win a `share` of the picture.
    """
    held_back = np.zeros((known, 1, 1), np.float32)
    held_back[list(held)] = lead
    values = bilinear(logits[:known] - held_back, size)
    classes = values.argmax(0).astype(np.uint8)
    scarce = [index for index in unnamed if (classes == index).mean() < share]
    if scarce and not np.isin(classes, scarce).all():
        values[scarce] = -np.inf
        classes = values.argmax(0).astype(np.uint8)
    return classes, bilinear(boundary, size)[0] > 0
