"""Do depth and normals of an image fit its maps? A small network that reads both out of images.

    PYTHONPATH=onnx python -m evaluate.geometry --world 1 --frames onnx/runs/frames --minutes 12      (trains it on renders only; needs torch)

writes `onnx/evaluate/geometry_world1.onnx`: image [B, 3, 256, 256] in [-1, 1] -> [B, 4, 64, 64], depth in [0, 1] (1 = near, stretched to the picture's range) and normals in the colours of ControlNet 1.1, in [-1, 1].
"""

import argparse
from pathlib import Path

import numpy as np

from evaluate.pictures import bilinear
from evaluate.segmenter import CELLS, SIDE, cells_network, judge_inputs
from world.classes import LATEST


def read(judge, images):
    """Depth [N, 64, 64] and normals [N, 3, 64, 64] that the judge sees in images [N, 3, H, W] in [-1, 1]."""
    parts = []
    for start in range(0, len(images), 16):
        some = images[start : start + 16]
        parts.append(judge(some if some.shape[-1] == SIDE else np.stack([bilinear(image, SIDE) for image in some])))
    answers = np.concatenate(parts)
    return answers[:, 0], answers[:, 1:]


def cells(values):
    """Maps [N, C, H, W] -> [N, C, 64, 64], the mean of what each cell covers; those that 64 does not divide are enlarged to four times it first."""
    if values.shape[-1] % CELLS:
        values = np.stack([bilinear(one, 4 * CELLS) for one in values])
    count, channels, side = values.shape[:3]
    return values.reshape(count, channels, CELLS, side // CELLS, CELLS, side // CELLS).mean((3, 5))


def depth_error(values, true):
    """Mean difference of depths, of their range."""
    return float(np.abs(values - true).mean())


def angle(values, true):
    """Mean angle in degrees of normals [N, 3, H, W]; directions need not be of unit length."""
    cosine = (values * true).sum(1) / np.maximum(np.linalg.norm(values, axis=1) * np.linalg.norm(true, axis=1), 1e-6)
    return float(np.degrees(np.arccos(cosine.clip(-1, 1))).mean())


def agreement(judge, images, depth, normal):
    """Errors of what images show against their maps, depth [N, H, W] and normal [N, 3, H, W], and against another's (`chance`); a map that is None is left out."""
    seen = dict(zip(("depth", "normal"), read(judge, images), strict=True))
    found = {}
    for name, true, error in (("depth", depth if depth is None else cells(depth[:, None])[:, 0], depth_error), ("normal", normal if normal is None else cells(normal), angle)):
        if true is not None:
            found[name] = {"error": error(seen[name], true), "chance": error(seen[name], np.roll(true, 1, axis=0))}
    return found


def _batches(folder, rng, world, batch=12):
    """Endless batches of images, half of them mirrored, with depth and normals of their cells, from the shards of `train.frames` but the last."""
    from train.frames import read_shard, shards_in

    while True:
        shards = shards_in(folder)[:-1]
        shard = read_shard(shards[rng.integers(len(shards))], world, ["image", "depth", "normals"])
        true = _truth(shard)
        for _ in range(2 * len(true) // batch):
            rows = rng.integers(0, len(true), batch)
            inputs, wanted = judge_inputs(shard["image"][rows], rng), true[rows]
            mirrored = rng.random(batch) < 0.5
            inputs[mirrored], wanted[mirrored] = inputs[mirrored, :, :, ::-1], wanted[mirrored, :, :, ::-1]
            wanted[mirrored, 1] *= -1
            yield inputs, wanted


def _truth(shard):
    depth = shard["depth"][:, None] / np.float32(65535)
    normals = shard["normals"].transpose(0, 3, 1, 2) / np.float32(127.5) - 1
    return cells(np.concatenate([depth, normals], 1))


def main():
    import torch

    from evaluate.judges import open_judge
    from evaluate.training import train_judge, write_judge
    from train.frames import read_shard, shards_in

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", default="onnx/runs/frames", type=Path)
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--world", type=int, choices=range(LATEST + 1), default=LATEST, help="version of the world")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    network = cells_network(4).to(memory_format=torch.channels_last)
    train_judge(network, _batches(arguments.frames, np.random.Generator(np.random.PCG64(8)), arguments.world), arguments.minutes, loss=torch.nn.functional.l1_loss)
    size = write_judge("geometry", network.eval(), torch.zeros(2, 3, SIDE, SIDE), arguments.world)
    shard = read_shard(shards_in(arguments.frames)[-1], arguments.world, ["image", "depth", "normals"])
    true = _truth(shard)
    found = agreement(open_judge("geometry", world=arguments.world), judge_inputs(shard["image"]), true[:, 0], true[:, 1:])
    said = ", ".join(f"{name} {errors['error']:.3f} (another's {errors['chance']:.3f})" for name, errors in found.items())
    print(f"{size / 1024:.0f} KiB; on a shard of frames it never saw: {said}")


if __name__ == "__main__":
    main()
