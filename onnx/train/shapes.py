"""The reader of shapes that a pack may hold: which class the bare outline of an object looks like. Candidates are ranked by it as well.

    python -m train.shapes --autoencoder onnx/runs/autoencoder/checkpoint.pt --run onnx/runs/shapes --minutes 10

It learns from the outlines of label maps drawn on the fly, clean ones and such as the autoencoder gives back from noisy latents: ragged rims are no reason to
take a dog for something else. The judge of `evaluate.silhouette` is another network, trained on clean outlines from another seed.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from evaluate.shapes import OUTLINE_SIDE, largest_blob, outline
from world.classes import LATEST, OBJECTS, classes_of

from .maps import Maps, render_maps
from .networks import CLASS_SLOTS, Autoencoder, load_autoencoder
from .pictures import classes_picture
from .runs import Budget, Log, code_revision, learning_rate, save_atomically, set_learning_rate, world_of_checkpoint

SIZE = 128
NOISE = 0.5
"""Greatest level of noise in the latents of half of the maps."""
LEAST = 0.004
"""Share of the map from which an instance counts, as in `evaluate.shapes.instances_of`."""
POOL = 8000


class ShapeReader(nn.Module):
    """Outlines f32 [B, 1, 40, 40], 1 inside -> logits [B, 40] of the class slots; those that are no objects stay far below."""

    def __init__(self):
        super().__init__()
        stage = lambda a, b: [nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.SiLU(), nn.Conv2d(b, b, 3, stride=2, padding=1), nn.BatchNorm2d(b), nn.SiLU()]
        self.features = nn.Sequential(*stage(1, 32), *stage(32, 64), *stage(64, 96))
        side = OUTLINE_SIDE // 8
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(96 * side * side, 128), nn.SiLU(), nn.Linear(128, CLASS_SLOTS))

    def forward(self, outlines: Tensor) -> Tensor:
        return self.head(self.features(outlines))


def outlines_of(maps: Maps, decoded: np.ndarray) -> Iterator[tuple[np.ndarray, int]]:
    """(outline, class index) of every instance of the maps, and of the largest blob of every class of object in `decoded`, u8 [N, H, W]."""
    for classes, instances, seen in zip(maps.classes, maps.instances, decoded, strict=True):
        for instance in np.unique(instances[np.isin(classes, OBJECTS)]):
            mask = (instances == instance) & np.isin(classes, OBJECTS)
            if mask.sum() >= LEAST * mask.size:
                yield outline(mask), int(np.bincount(classes[mask]).argmax())
        for index in np.intersect1d(np.unique(seen), np.unique(classes[np.isin(classes, OBJECTS)])):
            blob = largest_blob(seen, index)
            if blob is not None:
                yield outline(blob), int(index)


@torch.no_grad()
def through(autoencoder: Autoencoder, maps: Maps) -> np.ndarray:
    """The maps' classes u8 [N, H, W] as they come back from latents with noise."""
    decoded = []
    for start in range(0, len(maps.classes), 16):
        rows = slice(start, start + 16)
        latent = autoencoder.encode(classes_picture(maps.classes[rows], maps.boundary[rows]))
        level = NOISE * torch.rand(len(latent), 1, 1, 1)
        noisy = (1 - level) * latent + level * torch.randn_like(latent)
        decoded.append(autoencoder.decode_classes(noisy)[0].argmax(1).numpy().astype(np.uint8))
    return np.concatenate(decoded)


def batches(autoencoder: Autoencoder, seed: int, world: int, batch: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless batches of outlines and class indices, each outline used about three times."""
    rng = np.random.Generator(np.random.PCG64([seed, 0x5A9E]))
    pool: list[tuple[np.ndarray, int]] = []
    while True:
        maps = render_maps(rng, 32, 2, SIZE, world)
        pool = (pool + list(outlines_of(maps, through(autoencoder, maps))))[-POOL:]
        for _ in range(16):
            rows = rng.integers(0, len(pool), batch)
            yield torch.from_numpy(np.stack([pool[i][0] for i in rows])[:, None]), torch.tensor([pool[i][1] for i in rows])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--autoencoder", default="onnx/runs/autoencoder/checkpoint.pt", help="its version of the world is the reader's")
    parser.add_argument("--run", required=True, help="folder of the checkpoint and the log")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=2e-3)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)
    autoencoder, world = load_autoencoder(arguments.autoencoder), world_of_checkpoint(arguments.autoencoder)
    network, log, budget = ShapeReader(), Log(Path(arguments.run)), Budget(arguments.minutes)
    optimizer = torch.optim.AdamW(network.parameters(), arguments.rate, weight_decay=1e-2)
    objects = [c.index for c in classes_of(world) if c.kind == "object"]
    known = torch.full((CLASS_SLOTS,), -1e4)
    known[objects] = 0.0
    place = torch.full((CLASS_SLOTS,), -1)
    place[objects] = torch.arange(len(objects))
    mean, said = None, 0.0
    for step, (outlines, classes) in enumerate(batches(autoencoder, arguments.seed, world, arguments.batch)):
        set_learning_rate(optimizer, learning_rate(arguments.rate, step, budget.progress))
        loss = F.cross_entropy(network(outlines)[:, objects], place[classes], label_smoothing=0.02)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        mean = loss.item() if mean is None else 0.98 * mean + 0.02 * loss.item()
        if budget.over or budget.spent - said > 60:
            said = budget.spent
            log.write(step=step + 1, minutes=round(budget.spent / 60, 1), loss=round(mean, 4))
        if budget.over:
            break
    state = {"model": network.state_dict(), "known": known, "world": world, "seed": arguments.seed, "revision": code_revision()}
    save_atomically(state, Path(arguments.run) / "checkpoint.pt")


def load_shape_reader(path: str | Path) -> nn.Module:
    """The reader of a checkpoint, for inference: outlines [B, 1, 40, 40] -> logits [B, 40], -1e4 for what is no object of its world."""
    saved = torch.load(path, map_location="cpu", weights_only=True)
    network = ShapeReader()
    network.load_state_dict(saved["model"])
    return Masked(network, saved["known"]).eval().requires_grad_(False)


class Masked(nn.Module):
    """A reader that names no class that it has not learnt."""

    def __init__(self, network: ShapeReader, known: Tensor):
        super().__init__()
        self.network = network
        self.register_buffer("known", known)

    def forward(self, outlines: Tensor) -> Tensor:
        return self.network(outlines) + self.known


if __name__ == "__main__":
    main()
