"""Trains the reader of colours: which colour word an object of an image wears, from a few numbers about its pixels.

    python -m train.colours --world 1 --frames 2500                                  # writes onnx/runs/colours/reader.json, six minutes
    python -m export.colours --pack onnx/packs/clay --reader onnx/runs/colours/reader.json

The editor asks it whether the car is red (`src/compliance/colours.rs`), so it is small enough to lie in `pack.json` and to run while one paints: a perceptron with one hidden layer. What it sees (`features`) are quartiles of
the object's pixels, how light the picture and its sky are, and what the object is: of a red car a quarter is windows, and white at dusk is orange. Half of its examples wear the colour of another one, so that
a dog that somebody painted purple is purple, which no dog of the world is.
"""

import argparse
import json
import os
from pathlib import Path

import numpy as np

from world.classes import INDEX, LATEST, MAX_CLASSES
from world.colours import CLAY
from world.spec import COLOUR_WORDS, COLOURS

QUARTILES = 0.25, 0.5, 0.75
SKY = 5
"""The uppermost row of this many is the sky's."""
SIDE, AREA = 192, 0.004
HIDDEN = 32
STEPS, BATCH, RATE = 4000, 256, 1e-2


def features(pixels, picture, index):
    """f32 [55] of an object: the quartiles of its pixels u8 [n, 3] (each the lower of two values), the means of the whole picture u8 [H, W, 3] and of its uppermost fifth, all 0 to 1, and the class slot as one of 40."""
    quartiles = np.quantile(pixels, QUARTILES, axis=0, method="lower")
    means = picture.reshape(-1, 3).mean(0), picture[: max(1, len(picture) // SKY)].reshape(-1, 3).mean(0)
    return np.concatenate([np.concatenate([quartiles.ravel(), *means]) / 255, np.eye(MAX_CLASSES)[index]]).astype(np.float32)


def examples(rng, frames, world=LATEST):
    """Features [N, 55] and words [N] of what fresh renders show in a colour that has a name."""
    from world.render import render

    from .maps import realized

    found, worn = [], []
    for _ in range(frames):
        _, (scene,) = realized(rng, 1, world)
        frame = render(scene, SIDE, samples=1)
        for number, thing in enumerate(scene.things, 1):
            mask = frame.instances == number
            if thing.colour in COLOURS.get(thing.name, ()) and mask.mean() >= AREA:
                found.append(features(frame.image[mask], frame.image, INDEX[thing.name]))
                worn.append(COLOUR_WORDS.index(thing.colour))
    return np.stack(found), np.array(worn)


def recoloured(seen, worn, rng):
    """The same objects in words drawn by lot: their quartiles times what the one clay reflects more than the other (square roots of light, as shown)."""
    others = rng.integers(0, len(COLOUR_WORDS), len(worn))
    shown = np.sqrt(np.stack([CLAY[word] for word in COLOUR_WORDS]))
    ratio = np.tile(shown[others] / shown[worn], len(QUARTILES))
    out = seen.copy()
    out[:, : ratio.shape[1]] = (out[:, : ratio.shape[1]] * ratio).clip(0, 1)
    return out.astype(np.float32), others


def fitted(seen, worn, seed=0):
    """The reader as `answers` and the editor have it."""
    import torch
    from torch import nn
    from torch.nn import functional as F

    torch.manual_seed(seed)
    rng = np.random.Generator(np.random.PCG64([seed, 0xC0]))
    network = nn.Sequential(nn.Linear(seen.shape[1], HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, len(COLOUR_WORDS)))
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=1e-2)
    for step in range(STEPS):
        for group in optimiser.param_groups:
            group["lr"] = RATE * (1 - step / STEPS)
        rows = rng.integers(0, len(worn), BATCH)
        true, half = (seen[rows], worn[rows]), slice(BATCH // 2)
        other = recoloured(true[0][half], true[1][half], rng)
        inputs, targets = (torch.from_numpy(np.concatenate([a[BATCH // 2 :], b])) for a, b in zip(true, other, strict=True))
        loss = F.cross_entropy(network(inputs), targets)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    plain = lambda layer: {"weight": layer.weight.detach().double().numpy().round(4).tolist(), "bias": layer.bias.detach().double().numpy().round(4).tolist()}
    return {"words": list(COLOUR_WORDS), "hidden": plain(network[0]), "output": plain(network[2])}


def answers(reader, seen):
    """Logits [N, words] of features [N, 55]."""
    layer = lambda x, part: x @ np.array(part["weight"], np.float32).T + np.array(part["bias"], np.float32)
    return layer(np.maximum(layer(seen, reader["hidden"]), 0), reader["output"])


def accuracy(reader, seen, worn):
    """Share of the objects whose word it says, of all words."""
    return float((answers(reader, seen).argmax(1) == worn).mean())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", default="onnx/runs/colours", type=Path, help="folder of the reader")
    parser.add_argument("--frames", type=int, default=2500)
    parser.add_argument("--world", type=int, choices=range(LATEST + 1), default=LATEST, help="version of the world")
    arguments = parser.parse_args()
    rng = np.random.Generator(np.random.PCG64([11, arguments.world]))
    seen, worn = examples(rng, arguments.frames, arguments.world)
    unseen = examples(rng, max(1, arguments.frames // 5), arguments.world)
    reader = fitted(seen, worn)
    arguments.run.mkdir(parents=True, exist_ok=True)
    aside = arguments.run / "reader.partial"
    aside.write_text(json.dumps(reader), encoding="utf-8")
    os.replace(aside, arguments.run / "reader.json")
    painted = recoloured(*unseen, rng)
    print(f"of {len(unseen[1])} objects of renders it never saw it says the word of {accuracy(reader, *unseen):.3f}, of the same recoloured {accuracy(reader, *painted):.3f}")


if __name__ == "__main__":
    main()
