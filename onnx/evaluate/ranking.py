"""The order in which the editor shows candidates: its score (`src/compliance/score.rs`), with the default weights.

On the maps of the evaluation, 128 pixels wide, and by its measures: counts leave out clouds and suns and what is asked for more than three
times. Of equal scores the one whose shapes are most like what they are comes first, then the one drawn first.
"""

import numpy as np

from evaluate.attributes import counts_kept, relation_kept
from evaluate.recall import present, recall
from evaluate.shapes import instances, outline
from world.classes import INDEX, OBJECTS

WEIGHTS = {"recall": 4.0, "counts": 1.0, "relations": 1.0, "shapes": 1.0, "unasked": 1.0}
CLEAR = 0.5  # likeness from which on an object is fully itself
_OBJECT_NAMES = {name for name, index in INDEX.items() if index in OBJECTS}


def asked_outlines(case, classes, boundary):
    """(class index, outline) of the largest objects of every class of object that the caption asks for, as many as it asks for."""
    found = []
    for name in sorted(present(classes) & set(case.asked) & _OBJECT_NAMES):
        masks = instances(classes, boundary, INDEX[name])[: case.asked[name]]
        found += [(INDEX[name], outline(mask)) for mask in masks]
    return found


def likeness(outlines, logits, objects):
    """How likely outlines (class index, outline) are what they are, f64 [N] in 0..1, from a reader's logits [N, slots + 1] for the classes `objects` and none."""
    among = logits[:, [*objects, -1]].astype(np.float64)
    shares = np.exp(among - among.max(1, keepdims=True))
    shares /= shares.sum(1, keepdims=True)
    return shares[np.arange(len(outlines)), [objects.index(index) for index, _ in outlines]]


def parts(case, classes, boundary, shapes=()):
    """The share, 0 to 1, of each part of a score that the caption says something about; `shapes` as `likeness` gives them."""
    counts = [right for _, right in counts_kept(case, classes, boundary)]
    extra = present(classes) & _OBJECT_NAMES - set(case.asked)
    found = {"recall": recall(classes, case.asked), "unasked": 1 / (1 + len(extra))}
    if counts:
        found["counts"] = float(np.mean(counts))
    if case.spec.relations:
        found["relations"] = float(relation_kept(case, classes) is True)
    if len(shapes):
        found["shapes"] = float(np.minimum(np.divide(shapes, CLEAR), 1.0).mean())
    return found


def score(shares, weights=None):
    """The weighted mean of `parts`."""
    weights = weights or WEIGHTS
    return sum(weights[name] * share for name, share in shares.items()) / sum(weights[name] for name in shares)


def standing(pack, case, classes, boundary):
    """What a candidate u8 [H, W] is ranked by, the greater the better: its score, and the mean likeness of its shapes where the pack reads them."""
    of = asked_outlines(case, classes, boundary) if pack.reads_shapes else []
    shapes = likeness(of, pack.read_shapes(np.stack([o for _, o in of])), pack.objects) if of else ()
    return score(parts(case, classes, boundary, shapes)), float(np.mean(shapes)) if len(shapes) else 0.0


def ranked(pack, case, maps, boundaries):
    """Indices of candidates u8 [N, H, W], best first."""
    standings = [standing(pack, case, m, b) for m, b in zip(maps, boundaries, strict=True)]
    return sorted(range(len(maps)), key=lambda i: standings[i], reverse=True)
