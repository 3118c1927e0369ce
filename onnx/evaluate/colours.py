"""Does an object of an image have the colour that was asked for? A small network that reads the main colour of an object out of a crop.

    PYTHONPATH=onnx python -m evaluate.colours --world 1 --minutes 10      (trains it on renders only; needs torch)

writes `onnx/evaluate/colours_world1.onnx`: crop [B, 7, 32, 32] -> logits [B, colour words], see `view` and `COLOUR_WORDS`.
What a red car has of red is its body and not its windows, and white at dusk is not white: a median of pixels beside a table of clays is right of .63 of renders.
"""

import argparse

import numpy as np

from evaluate.shapes import largest_blob
from world.classes import INDEX, LATEST
from world.spec import COLOUR_WORDS, COLOURS

SIDE = 32
MARGIN = 0.15
"""Of the longer side of an object's box, around it in the crop."""
RENDERED = 192
"""Side of the renders it learns from, in pixels."""


def view(image, blob):
    """What the judge sees of an object: f32 [7, 32, 32], the square around its blob (RGB in [-1, 1], the blob's mask) and the mean colour of the whole picture, which tells the light.

    `image` [3, H, W] in [-1, 1], `blob` bool [H, W]; what lies outside the picture is 0.
    """
    rows, columns = np.flatnonzero(blob.any(1)), np.flatnonzero(blob.any(0))
    longer = max(rows[-1] - rows[0], columns[-1] - columns[0]) + 1
    reach = max(longer * (0.5 + MARGIN), SIDE / 4)
    centre = (rows[0] + rows[-1] + 1) / 2, (columns[0] + columns[-1] + 1) / 2
    # Means of a grid of samples, so that a large object is not judged by single pixels.
    samples = SIDE * max(1, int(np.ceil(2 * reach / SIDE)))
    offsets = ((np.arange(samples) + 0.5) / samples * 2 - 1) * reach
    y, x = (np.floor(c + offsets).astype(int) for c in centre)
    inside = ((y >= 0) & (y < blob.shape[0]))[:, None] & ((x >= 0) & (x < blob.shape[1]))
    y, x = y.clip(0, blob.shape[0] - 1), x.clip(0, blob.shape[1] - 1)
    stack = np.concatenate([image[:, y[:, None], x], blob[None, y[:, None], x]]).astype(np.float32) * inside
    crop = stack.reshape(4, SIDE, samples // SIDE, SIDE, samples // SIDE).mean((2, 4))
    light = np.broadcast_to(image.mean((1, 2), dtype=np.float32)[:, None, None], (3, SIDE, SIDE))
    return np.concatenate([crop, light])


def named(logits, name):
    """The likeliest word of those that a class can be asked for in."""
    words = COLOURS[name]
    return words[int(np.argmax([logits[COLOUR_WORDS.index(word)] for word in words]))]


def asked_objects(case, classes):
    """(name, colour, blob) of each single object with a colour word whose blob is in the map."""
    found = []
    for group in case.spec.objects:
        if group.colour is not None and group.count == 1:
            blob = largest_blob(classes, INDEX[group.name])
            if blob is not None:
                found.append((group.name, group.colour, blob))
    return found


def kept(judge, case, classes, image):
    """For each of `asked_objects`: whether the image has the colour there. `image` [3, H, W] in [-1, 1], of the map's size."""
    objects = asked_objects(case, classes)
    if not objects:
        return []
    answers = judge(np.stack([view(image, blob) for _, _, blob in objects]))
    return [named(logits, name) == colour for logits, (name, colour, _) in zip(answers, objects, strict=True)]


def _network():
    from torch import nn

    from evaluate.training import stage

    return nn.Sequential(*stage(7, 24), *stage(24, 48), *stage(48, 64), nn.Flatten(), nn.Dropout(0.2), nn.Linear(64 * 16, 64), nn.ReLU(), nn.Linear(64, len(COLOUR_WORDS)))


def _views(rng, world):
    """Views and words of what a fresh render shows in a colour that has a name, of classes that it shows in one colour only."""
    from train.maps import realized
    from world.render import render

    _, (scene,) = realized(rng, 1, world)
    frame = render(scene, RENDERED, samples=1)
    image = frame.image.astype(np.float32).transpose(2, 0, 1) / 127.5 - 1
    worn = {}
    for thing in scene.things:
        worn.setdefault(thing.name, set()).add(thing.colour)
    for name, colours in worn.items():
        if len(colours) == 1 and colours <= set(COLOURS.get(name, ())):
            blob = largest_blob(frame.classes, INDEX[name])
            if blob is not None:
                yield view(image, blob), COLOUR_WORDS.index(*colours)


def _batches(rng, world, batch=64, frames=24):
    """Endless batches of views, each used about four times, half of them mirrored, some softer or noisier than renders are."""
    pool = []
    while True:
        pool = (pool + [pair for _ in range(frames) for pair in _views(rng, world)])[-20000:]
        for _ in range(4):
            rows = rng.integers(0, len(pool), batch)
            views = np.stack([pool[i][0] for i in rows])
            for one in views:
                if rng.random() < 0.5:
                    one[:] = one[:, :, ::-1].copy()
                if rng.random() < 0.5:
                    one[:3, 1:-1] = (one[:3, :-2] + 2 * one[:3, 1:-1] + one[:3, 2:]) / 4
                    one[:3, :, 1:-1] = (one[:3, :, :-2] + 2 * one[:3, :, 1:-1] + one[:3, :, 2:]) / 4
                one[:3] += rng.standard_normal((3, SIDE, SIDE), np.float32) * np.float32(rng.uniform(0, 0.08))
            yield views, np.array([pool[i][1] for i in rows])


def main():
    import torch

    from evaluate.captions import held_out_cases
    from evaluate.judges import open_judge
    from evaluate.training import train_judge, write_judge
    from world.render import render

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--world", type=int, choices=range(LATEST + 1), default=LATEST, help="version of the world")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    network = _network()
    train_judge(network, _batches(np.random.Generator(np.random.PCG64(7)), arguments.world), arguments.minutes)
    size = write_judge("colours", network.eval(), torch.zeros(2, 7, SIDE, SIDE), arguments.world)
    judge, answers = open_judge("colours", world=arguments.world), []
    for case in held_out_cases(300, version=arguments.world):
        frame = render(case.scene, RENDERED)
        answers += kept(judge, case, frame.classes, frame.image.astype(np.float32).transpose(2, 0, 1) / 127.5 - 1)
    print(f"{size / 1024:.0f} KiB; reads {np.mean(answers):.3f} of {len(answers)} asked colours of held-out renders")


if __name__ == "__main__":
    main()
