"""How many maps have to be drawn until one keeps what its caption asks for (paper, Figure 7, in our world).

What a caption asks for are its classes, their counts and its relation; the paper's are semantic attributes of faces. A map that keeps all of them is what a person was after, whatever its shapes.
"""

import numpy as np

from evaluate.attributes import counts_kept, relation_kept
from evaluate.recall import present

THRESHOLDS = (0.7, 0.8, 1.0)


def share_kept(case, classes, boundary):
    """The share of what the caption asks for that a map u8 [H, W] keeps."""
    there = present(classes)
    answers = [name in there for name in case.asked] + [right for _, right in counts_kept(case, classes, boundary)]
    if case.spec.relations:
        answers.append(relation_kept(case, classes) is True)
    return float(np.mean(answers))


def figures(cases, drawn):
    """The mean share kept by the first seeds and by renders, and for each threshold how large a share of the captions has reached it after each number of trials."""
    shares = np.array([[share_kept(case, m, b) for m, b in zip(maps, rims, strict=True)] for case, maps, rims in zip(cases, drawn.classes, drawn.boundary, strict=True)])
    best = np.maximum.accumulate(shares, 1)
    return {
        "first": float(shares[:, 0].mean()),
        "renders": float(np.mean([share_kept(case, case.classes, case.boundary) for case in cases])),
        "within": {threshold: (best >= threshold - 1e-9).mean(0).tolist() for threshold in THRESHOLDS},
    }
