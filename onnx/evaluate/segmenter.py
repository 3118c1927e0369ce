"""Does the image show what its map says? A small network that reads class maps out of images.

    PYTHONPATH=onnx python -m evaluate.segmenter --frames onnx/runs/frames --minutes 10      (trains it on renders only; needs torch)

writes `onnx/evaluate/segmenter.onnx`: image [B, 3, 256, 256] in [-1, 1] -> class logits [B, classes, 64, 64]; with `--world 1`
`segmenter_world1.onnx`, from frames of that version.
"""

import argparse
from pathlib import Path

import numpy as np

from evaluate.pictures import bilinear, nearest
from world.classes import LATEST, MAX_CLASSES, classes_of

SIDE, CELLS = 256, 64  # of the pictures it reads, of the maps it answers with
WIDTHS = 32, 64, 112, 160  # channels at 64, 32, 16 and 8 cells a side


def confusion(judge, images, maps):
    """Counts [40, 40] of pixels by (true class, class read); `images` [N, 3, H, W] in [-1, 1] and `maps` [N, ., .] of any size."""
    count = MAX_CLASSES
    matrix = np.zeros((count, count), np.int64)
    for start in range(0, len(images), 16):
        some = images[start : start + 16]
        if some.shape[-1] != SIDE:
            some = np.stack([bilinear(image, SIDE) for image in some])
        read = judge(some).argmax(1)
        true = nearest(maps[start : start + 16], CELLS).astype(np.int64)
        matrix += np.bincount((true * count + read).ravel(), minlength=count * count).reshape(count, count)
    return matrix


def mean_iou(matrix):
    """Mean over the classes that occur of intersection over union, over all pictures together."""
    union = matrix.sum(0) + matrix.sum(1) - matrix.diagonal()
    occurs = matrix.sum(1) > 0
    return float((matrix.diagonal()[occurs] / union[occurs]).mean())


def pixel_accuracy(matrix):
    """Share of pixels read as the map says."""
    return float(matrix.diagonal().sum() / matrix.sum())


def cells_network(channels):
    """A U-Net that answers for every cell of 4 x 4 pixels: [B, 3, 256, 256] -> [B, channels, 64, 64]."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    def block(a, b):
        return nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(), nn.Conv2d(b, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU())

    class Cells(nn.Module):
        def __init__(self):
            super().__init__()
            self.patches = nn.Sequential(nn.PixelUnshuffle(4), nn.Conv2d(48, WIDTHS[0], 1), nn.ReLU())
            self.down = nn.ModuleList(block(a, b) for a, b in zip((WIDTHS[0], *WIDTHS), WIDTHS, strict=False))
            self.up = nn.ModuleList(block(a + b, b) for a, b in zip(WIDTHS[:0:-1], WIDTHS[-2::-1], strict=True))
            self.head = nn.Conv2d(WIDTHS[0], channels, 1)

        def forward(self, image):
            x, seen = self.patches(image), []
            for i, stage in enumerate(self.down):
                x = stage(F.max_pool2d(x, 2) if i else x)
                seen.append(x)
            for stage, skip in zip(self.up, seen[-2::-1], strict=True):
                x = stage(torch.cat([F.interpolate(x, scale_factor=2.0, mode="nearest"), skip], 1))
            return self.head(x)

    return Cells()


def _batches(folder, rng, world, batch=12):
    """Endless batches of images, half of them mirrored, and maps of their cells from the shards of `train.frames` but the last."""
    from train.frames import read_shard, shards_in

    while True:
        shards = shards_in(folder)[:-1]
        shard = read_shard(shards[rng.integers(len(shards))], world, ["image", "classes"])
        images, classes = shard["image"], shard["classes"]
        for _ in range(2 * len(images) // batch):
            rows = rng.integers(0, len(images), batch)
            inputs, cells = judge_inputs(images[rows], rng), nearest(classes[rows], CELLS).astype(np.int64)
            mirrored = rng.random(batch) < 0.5
            inputs[mirrored], cells[mirrored] = inputs[mirrored, :, :, ::-1], cells[mirrored, :, ::-1]
            yield inputs, cells


def _class_weights(folder, world):
    """f32 [classes]: by the inverse fourth root of how much of the pictures a class covers, so that small things count without growing fat, mean 1 over the pixels."""
    from train.frames import read_shard, shards_in

    shares = np.zeros(len(classes_of(world)))
    for path in shards_in(folder)[:-1]:
        shares += np.bincount(read_shard(path, world, ["classes"])["classes"][:, ::4, ::4].ravel(), minlength=len(shares))
    shares /= shares.sum()
    weights = np.maximum(shares, 1e-4) ** -0.25
    return (weights / (weights * shares).sum()).astype(np.float32)


def judge_inputs(images, rng=None):
    """u8 [B, 256, 256, 3] -> f32 [B, 3, 256, 256] in [-1, 1]; with `rng` blurred, brightened and noised a little.

    Decoded images are softer than renders, and it is their content that is judged.
    """
    values = images.astype(np.float32).transpose(0, 3, 1, 2) / 127.5 - 1
    if rng is None:
        return values
    for i in range(len(values)):
        if rng.random() < 0.5:
            soft = values[i].copy()
            soft[:, 1:-1, 1:-1] = (values[i][:, :-2, 1:-1] + values[i][:, 2:, 1:-1] + values[i][:, 1:-1, :-2] + values[i][:, 1:-1, 2:]) / 4
            values[i] = soft
    gain = rng.uniform(0.85, 1.15, (len(values), 3, 1, 1)).astype(np.float32)
    noise = rng.standard_normal(values.shape, np.float32) * rng.uniform(0, 0.06, (len(values), 1, 1, 1)).astype(np.float32)
    return np.clip(values * gain + noise, -1, 1)


def main():
    import torch

    from evaluate.judges import open_judge
    from evaluate.training import train_judge, write_judge
    from train.frames import read_shard, shards_in

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", default="onnx/runs/frames", type=Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--world", type=int, choices=range(LATEST + 1), default=0, help="version of the world")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    network = cells_network(len(classes_of(arguments.world))).to(memory_format=torch.channels_last)
    weights = torch.from_numpy(_class_weights(arguments.frames, arguments.world))
    loss = lambda answers, true: torch.nn.functional.cross_entropy(answers, true, weights)
    train_judge(network, _batches(arguments.frames, np.random.Generator(np.random.PCG64(6)), arguments.world), arguments.minutes, loss=loss)
    size = write_judge("segmenter", network.eval(), torch.zeros(2, 3, SIDE, SIDE), arguments.world)
    shard = read_shard(shards_in(arguments.frames)[-1], arguments.world, ["image", "classes"])
    matrix = confusion(open_judge("segmenter", world=arguments.world), judge_inputs(shard["image"]), shard["classes"])
    print(f"{size / 1024:.0f} KiB; on a shard of frames it never saw: mean IoU {mean_iou(matrix):.3f}, pixels {pixel_accuracy(matrix):.3f}")


if __name__ == "__main__":
    main()
