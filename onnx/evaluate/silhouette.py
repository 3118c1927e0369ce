"""Does the shape of an object say what it is? A small network that sees nothing but bare outlines.

    PYTHONPATH=onnx python -m evaluate.silhouette --minutes 6      (trains it on renders; needs torch)

writes `onnx/evaluate/silhouette.onnx`, with `--world 1` `silhouette_world1.onnx`.
Recall is already high when shapeless blobs have the right colours; this is not.
"""

import argparse

import numpy as np

from evaluate.shapes import OUTLINE_SIDE, largest_blob, outline
from world.classes import LATEST, OBJECTS, classes_of


def outlines_of(classes, asked=None):
    """(outline, class index) of the largest blob of every object class in a map, or of the `asked` ones among them."""
    return [(outline(blob), index) for blob, index in blobs_of(classes, asked)]


def blobs_of(classes, asked=None):
    """(blob, class index), which `outlines_of` has the outlines of."""
    found = []
    for index in np.unique(classes):
        info = classes_of(LATEST)[index]
        if info.kind == "object" and (asked is None or info.name in asked):
            blob = largest_blob(classes, index)
            if blob is not None:
                found.append((blob, int(index)))
    return found


def accuracy(judge, pairs):
    """Share of (outline, class index) pairs named rightly, and how many pairs there are."""
    if not pairs:
        return float("nan"), 0
    answers = judge(np.stack([o for o, _ in pairs])[:, None])
    objects = [index for index in OBJECTS if index < answers.shape[1]]  # those of the judge's version of the world
    names = np.array(objects)[answers[:, objects].argmax(1)]
    return float((names == [index for _, index in pairs]).mean()), len(pairs)


def _network(world):
    from torch import nn

    from evaluate.training import stage

    side = OUTLINE_SIDE // 8
    head = [nn.Flatten(), nn.Dropout(0.2), nn.Linear(96 * side * side, 96), nn.ReLU(), nn.Linear(96, len(classes_of(world)))]
    return nn.Sequential(*stage(1, 24), *stage(24, 48), *stage(48, 96), *head)


def _batches(rng, world, batch=64, captions=64):
    """Endless batches of outlines from fresh label maps, each used about twice."""
    from train.maps import render_maps

    pool = []
    while True:
        maps = render_maps(rng, captions, 2, 128, world)
        pool = (pool + [pair for classes in maps.classes for pair in outlines_of(classes)])[-6000:]
        for _ in range(12):
            rows = rng.integers(0, len(pool), batch)
            yield np.stack([pool[i][0] for i in rows])[:, None], np.array([pool[i][1] for i in rows])


def main():
    import torch

    from evaluate.captions import held_out_cases
    from evaluate.judges import open_judge
    from evaluate.training import train_judge, write_judge

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--world", type=int, choices=range(LATEST + 1), default=0, help="version of the world")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    network = _network(arguments.world)
    train_judge(network, _batches(np.random.Generator(np.random.PCG64(5)), arguments.world), arguments.minutes)
    size = write_judge("silhouette", network.eval(), torch.zeros(2, 1, OUTLINE_SIDE, OUTLINE_SIDE), arguments.world)
    pairs = [pair for case in held_out_cases(300, version=arguments.world) for pair in outlines_of(case.classes, case.asked)]
    right, count = accuracy(open_judge("silhouette", world=arguments.world), pairs)
    print(f"{size / 1024:.0f} KiB; names {right:.3f} of {count} outlines of held-out renders")


if __name__ == "__main__":
    main()
