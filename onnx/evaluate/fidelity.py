"""How near drawn pictures and outlines come to rendered ones as crowds: Fréchet distance, precision and recall of what judges say of them.

Features are the answers, before the softmax, of networks that are trained on renders and lie beside this file: of the segmenter (`evaluate.segmenter`) for
images, its mean over each quarter of the picture; of the judge of silhouettes (`evaluate.silhouette`) for outlines. Distances of other features, numbers of samples or
worlds do not compare with these.
"""

import numpy as np
from scipy.linalg import sqrtm
from scipy.spatial.distance import cdist

from evaluate.pictures import bilinear
from evaluate.segmenter import SIDE
from evaluate.silhouette import outlines_of
from world.render import render, render_labels
from world.scene import realize

OTHERS_SEED = 31
NEAREST = 3  # which neighbour's distance is a sample's reach, as in the paper
LEAST = 10  # samples of a crowd: fewer say nothing
_TOGETHER = 16


def frechet(a, b):
    """Fréchet distance of the normal distributions that fit features [N, D] and [M, D] (Heusel et al., 2017, eq. 6)."""
    means, spreads = [x.mean(0, dtype=np.float64) for x in (a, b)], [np.cov(x.astype(np.float64), rowvar=False) for x in (a, b)]
    together = sqrtm(spreads[0] @ spreads[1]).real
    return float(np.square(means[0] - means[1]).sum() + np.trace(spreads[0] + spreads[1] - 2 * together))


def precision_recall(drawn, real, nearest=NEAREST):
    """Share of `drawn` that lies among `real`, and of `real` among `drawn` (Kynkäänniemi et al., 2019): within the distance of a neighbour to its own `nearest`-th."""

    def covered(some, crowd):
        reach = np.partition(cdist(crowd, crowd), nearest, 1)[:, nearest]
        return float((cdist(some, crowd) <= reach).any(1).mean())

    return covered(drawn, real), covered(real, drawn)


def image_features(judge, images):
    """Images f32 [N, 3, H, W] in [-1, 1] -> what the segmenter says of each quarter, [N, 4 * classes]."""
    features = []
    for start in range(0, len(images), _TOGETHER):
        some = [image if image.shape[-1] == SIDE else bilinear(image, SIDE) for image in images[start : start + _TOGETHER]]
        answers = judge(np.stack(some).astype(np.float32))
        count, classes, height, width = answers.shape
        features.append(answers.reshape(count, classes, 2, height // 2, 2, width // 2).mean((3, 5)).reshape(count, -1))
    return np.concatenate(features)


def outline_features(judge, maps, cases):
    """Maps [N, H, W] -> what the judge of silhouettes says of the largest outline of each class that its caption asks for, [outlines, classes]."""
    pairs = [pair for classes, case in zip(maps, cases, strict=True) for pair in outlines_of(classes, case.asked)]
    return judge(np.stack([outline for outline, _ in pairs])[:, None]) if pairs else np.zeros((0, 1))


def renders(scenes):
    """Scenes -> images f32 [N, 3, 256, 256] in [-1, 1]."""
    return np.stack([render(scene, SIDE).image for scene in scenes]).astype(np.float32).transpose(0, 3, 1, 2) / 127.5 - 1


def other_renders(cases):
    """Maps u8 [N, H, H], of the size of the cases', and images of other scenes of the same captions: how near crowds of renders come to one another."""
    rng = np.random.Generator(np.random.PCG64(OTHERS_SEED))
    scenes = [realize(case.spec, rng) for case in cases]
    return np.stack([render_labels(scene, len(cases[0].classes))[0] for scene in scenes]), renders(scenes)


def compared(drawn, real):
    """All three of features `drawn` against features `real`; not numbers where one are fewer than `LEAST`."""
    if min(len(drawn), len(real)) < LEAST:
        return dict.fromkeys(("frechet", "precision", "recall"), float("nan"))
    precision, recall = precision_recall(drawn, real)
    return {"frechet": frechet(drawn, real), "precision": precision, "recall": recall}
