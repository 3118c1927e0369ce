"""Blobs of a class map: where they are, and their bare outlines."""

import numpy as np
from scipy import ndimage

from evaluate.recall import AREA

OUTLINE_SIDE = 40
MARGIN = 2
"""Empty pixels around a shape in its frame."""


def largest_blob(classes, index):
    """The largest connected region of one class as a bool map, or None when it is smaller than the area of recall."""
    labels, count = ndimage.label(classes == index)
    if count == 0:
        return None
    sizes = np.bincount(labels.ravel())
    sizes[0] = 0
    return labels == sizes.argmax() if sizes.max() >= AREA * classes.size else None


def box(mask):
    """(x0, y0, x1, y1) of a mask, in shares of the picture."""
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    height, width = mask.shape
    return columns[0] / width, rows[0] / height, (columns[-1] + 1) / width, (rows[-1] + 1) / height


def outline(mask):
    """A mask cropped to its box, its longer side scaled to the frame: f32 [40, 40], 1 inside.

    Size, place, colour and surroundings are gone; only the shape is left.
    """
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    crop = mask[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].astype(np.float32)
    inner = OUTLINE_SIDE - 2 * MARGIN
    zoom = inner / max(crop.shape)
    height, width = (max(1, round(side * zoom)) for side in crop.shape)
    small = _area_resized(_area_resized(crop, height).T, width).T
    frame = np.zeros((OUTLINE_SIDE, OUTLINE_SIDE), np.float32)
    top, left = (OUTLINE_SIDE - height) // 2, (OUTLINE_SIDE - width) // 2
    frame[top : top + height, left : left + width] = small
    return frame


def instances_of(classes, boundary, index, area=0.004):
    """How many objects of a class a map shows: regions left when the boundary channel has cut them apart."""
    labels, sizes = _regions(classes, boundary, index)
    return int((sizes >= area * classes.size).sum())


def instances(classes, boundary, index, area=0.004):
    """Masks of the objects that `instances_of` counts, the largest first, each with the boundary pixels of its class nearest to it."""
    labels, sizes = _regions(classes, boundary, index)
    if not len(sizes):
        return []
    rows, columns = ndimage.distance_transform_edt(labels == 0, return_distances=False, return_indices=True)
    owned = np.where(classes == index, labels[rows, columns], 0)
    return [owned == i + 1 for i in np.argsort(-sizes, kind="stable") if sizes[i] >= area * classes.size]


def _regions(classes, boundary, index):
    """Labels of the regions of a class between boundaries, and the pixels of each."""
    labels, _ = ndimage.label((classes == index) & ~boundary)
    return labels, np.bincount(labels.ravel())[1:]


def _area_resized(values, rows):
    """[H, W] -> [rows, W], each new row the mean of what it covers."""
    sums = np.concatenate([np.zeros((1, values.shape[1]), np.float32), values.cumsum(0)])
    edges = np.linspace(0, len(values), rows + 1)
    low = np.minimum(edges.astype(int), len(values) - 1)
    share = (edges - low)[:, None].astype(np.float32)
    at = sums[low] + share * values[low]
    return np.diff(at, axis=0) / (len(values) / rows)
