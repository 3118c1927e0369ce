"""The reader of shapes that a pack may hold: which class the bare outline of an object looks like. Candidates are ranked by it as well.

    python -m train.shapes --autoencoder onnx/runs/autoencoder/checkpoint.pt --run onnx/runs/shapes --minutes 18

It learns the outlines of label maps drawn on the fly by their classes: half of the maps as they were rendered, half as the autoencoder gives them back from
slightly noisy latents. The judge of `evaluate.silhouette` is another network, from another seed, that sees rendered outlines alone.

With a `--pack` it learns besides to say *none* to the outlines of maps which that draws for captions of the training: the share of its own class in an answer
then falls with what tells a drawn dog from a true one, as a discriminator's does. That is what `train.contours` begins with; candidates are ranked better without.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from evaluate.pack import Pack
from evaluate.samples import MAP_SIDE, draw_candidates
from evaluate.shapes import OUTLINE_SIDE, instances, outline
from evaluate.training import stage
from world.caption import describe
from world.classes import OBJECTS, classes_of
from world.spec import sample_spec

from .maps import Maps, render_maps
from .networks import CLASS_SLOTS, Autoencoder, load_autoencoder
from .pictures import classes_picture
from .runs import Budget, Log, code_revision, learning_rate, require_world, save_atomically, set_learning_rate, world_of_checkpoint

SIZE = 128
"""Side in pixels of the true maps that go through the autoencoder, where neither `--size` nor a pack says it."""
NOISE = 0.3
"""Greatest level of noise in the latents of true maps."""
POOL = 8000
NONE = CLASS_SLOTS
"""Index of the answer that an outline is like nothing."""
DRAWN = 1 / 3
"""Share of drawn outlines in a batch."""
APART = 8
"""Every so many drawn maps one is kept out of the training, to be measured."""
SEEDS = 3
"""Maps drawn for a caption."""

Outlines = list[tuple[np.ndarray, int]]


class ShapeReader(nn.Module):
    """Outlines f32 [B, 1, 40, 40], 1 inside -> logits [B, 41] of the class slots and of none of them."""

    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(*stage(1, 24), *stage(24, 48), *stage(48, 96))
        side = OUTLINE_SIDE // 8
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.3), nn.Linear(96 * side * side, 128), nn.SiLU(), nn.Linear(128, CLASS_SLOTS + 1))

    def forward(self, outlines: Tensor) -> Tensor:
        return self.head(self.features(outlines))


def things_of(classes: np.ndarray, boundary: np.ndarray) -> Iterator[tuple[int, int, np.ndarray]]:
    """(map, class index, mask) of every object of the maps u8 and bool [N, H, W] that is large enough to count."""
    for row, (m, b) in enumerate(zip(classes, boundary, strict=True)):
        for index in np.intersect1d(np.unique(m), OBJECTS):
            yield from ((row, int(index), mask) for mask in instances(m, b, index))


def outlines_of(classes: np.ndarray, boundary: np.ndarray) -> Outlines:
    """(outline, class index) of `things_of` the maps."""
    return [(outline(mask), index) for _, index, mask in things_of(classes, boundary)]


def as_measured(answers: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """What a class decoder answered, logits of classes and of the boundary, at the size that drawn maps are measured in."""
    logits, boundary = (F.interpolate(x, size=(MAP_SIDE, MAP_SIDE), mode="bilinear", align_corners=False) for x in answers)
    return logits, boundary


@torch.no_grad()
def through(autoencoder: Autoencoder, maps: Maps) -> tuple[np.ndarray, np.ndarray]:
    """The maps' classes u8 and boundaries bool [N, 128, 128] as they come back from latents with noise, of the size that drawn ones are measured in."""
    classes, boundaries = [], []
    for start in range(0, len(maps.classes), 16):
        rows = slice(start, start + 16)
        latent = autoencoder.encode(classes_picture(maps.classes[rows], maps.boundary[rows]))
        level = NOISE * torch.rand(len(latent), 1, 1, 1)
        logits, boundary = as_measured(autoencoder.decode_classes((1 - level) * latent + level * torch.randn_like(latent)))
        classes.append(logits.argmax(1).numpy().astype(np.uint8))
        boundaries.append(boundary[:, 0].numpy() > 0)
    return np.concatenate(classes), np.concatenate(boundaries)


def true_outlines(autoencoder: Autoencoder, seed: int, world: int, size: int = SIZE) -> Iterator[Outlines]:
    """Endless lots of outlines from fresh maps, half of them as they were rendered, half as the autoencoder gives them back."""
    rng = np.random.Generator(np.random.PCG64([seed, 0x5A9E]))
    while True:
        plain = render_maps(rng, 16, 2, MAP_SIDE, world)
        yield outlines_of(plain.classes, plain.boundary) + outlines_of(*through(autoencoder, render_maps(rng, 16, 2, size, world)))


def drawn_outlines(pack: Pack, captions: int, seed: int) -> tuple[Outlines, Outlines]:
    """Outlines of maps that a pack draws for captions from the templates of the training: those to learn from, and those kept apart."""
    rng = np.random.Generator(np.random.PCG64([seed, 0xD3A1]))
    specs = [sample_spec(rng, version=pack.world) for _ in range(captions)]
    texts = [describe(spec, rng, split="train") for spec in specs]
    drawn = draw_candidates(pack, texts, SEEDS, [sorted(spec.asked()) for spec in specs])
    lots = [outlines_of(classes, boundary) for classes, boundary in zip(drawn.classes, drawn.boundary, strict=True)]
    join = lambda some: [pair for lot in some for pair in lot]
    return join(lot for i, lot in enumerate(lots) if i % APART), join(lots[::APART])


def batches(true: Iterator[Outlines], drawn: Outlines, batch: int, seed: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Endless batches of outlines, half of them mirrored, and of class indices, `NONE` for the drawn ones."""
    rng = np.random.Generator(np.random.PCG64([seed, 0xBA7C]))
    pool: Outlines = []
    while True:
        pool = (pool + next(true))[-POOL:]
        for _ in range(24):
            count = round(batch * DRAWN) if drawn else 0
            pairs = [pool[i] for i in rng.integers(0, len(pool), batch - count)]
            pairs += [(drawn[i][0], NONE) for i in rng.integers(0, max(len(drawn), 1), count)]
            mirrored = [np.ascontiguousarray(o[:, ::-1]) if rng.random() < 0.5 else o for o, _ in pairs]
            yield torch.from_numpy(np.stack(mirrored)[:, None]), torch.tensor([index for _, index in pairs])


def known_answers(world: int, none: bool) -> Tensor:
    """f32 [41]: 0 for the objects of a version of the world and, if it is learnt, for none of them; -1e4 else."""
    known = torch.full((CLASS_SLOTS + 1,), -1e4)
    known[[c.index for c in classes_of(world) if c.kind == "object"] + [NONE] * none] = 0.0
    return known


@torch.no_grad()
def measured(network: nn.Module, true: Outlines, drawn: Outlines) -> dict[str, float]:
    """Share of true outlines that are named rightly among the classes, and mean share of its own class in the answers to true and to drawn ones."""
    figures = {}
    for what, pairs in (("true", true), ("drawn", drawn)):
        if not pairs:
            continue
        logits, own = network(torch.from_numpy(np.stack([o for o, _ in pairs])[:, None])), torch.tensor([i for _, i in pairs])
        figures[f"{what}_named"] = (logits[:, :NONE].argmax(1) == own).float().mean().item()
        figures[f"{what}_share"] = logits.softmax(1).gather(1, own[:, None]).mean().item()
    return {name: round(value, 4) for name, value in figures.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--autoencoder", default="onnx/runs/autoencoder/checkpoint.pt", help="its version of the world is the reader's")
    parser.add_argument("--pack", help="what draws the maps that the reader learns to tell from true ones; left out, it only names classes")
    parser.add_argument("--captions", type=int, default=400, help=f"captions that the pack draws {SEEDS} maps each for")
    parser.add_argument("--size", type=int, help=f"side in pixels of the true maps that go through the autoencoder [default: that of the pack's maps, or {SIZE}]")
    parser.add_argument("--run", required=True, help="folder of the checkpoint and the log")
    parser.add_argument("--minutes", type=float, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=96)
    parser.add_argument("--rate", type=float, default=2e-3)
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)
    autoencoder, world = load_autoencoder(arguments.autoencoder), world_of_checkpoint(arguments.autoencoder)
    drawn, apart, size = [], [], arguments.size or SIZE
    if arguments.pack:
        pack = Pack(arguments.pack)
        size = arguments.size or pack.variables["segmentation"]["size"]
        require_world(pack.world, world, arguments.pack)
        drawn, apart = drawn_outlines(pack, arguments.captions, arguments.seed)
    network, log, budget = ShapeReader(), Log(Path(arguments.run)), Budget(arguments.minutes)
    reader = Masked(network, known_answers(world, bool(drawn)))
    optimizer = torch.optim.AdamW(network.parameters(), arguments.rate, weight_decay=3e-2)
    mean, said = None, 0.0
    for step, (outlines, classes) in enumerate(batches(true_outlines(autoencoder, arguments.seed, world, size), drawn, arguments.batch, arguments.seed)):
        set_learning_rate(optimizer, learning_rate(arguments.rate, step, budget.progress))
        loss = F.cross_entropy(reader(outlines), classes)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        mean = loss.item() if mean is None else 0.98 * mean + 0.02 * loss.item()
        if budget.over or budget.spent - said > 60:
            said = budget.spent
            fresh = next(true_outlines(autoencoder, arguments.seed + 1, world, size))
            log.write(step=step + 1, minutes=round(budget.spent / 60, 1), loss=round(mean, 4), **measured(reader.eval(), fresh, apart))
            reader.train()
        if budget.over:
            break
    state = {"model": network.state_dict(), "known": reader.known, "world": world, "seed": arguments.seed, "revision": code_revision()}
    save_atomically(state, Path(arguments.run) / "checkpoint.pt")


class Masked(nn.Module):
    """A reader that gives no answer but those it has learnt."""

    def __init__(self, network: ShapeReader, known: Tensor):
        super().__init__()
        self.network = network
        self.register_buffer("known", known)

    def forward(self, outlines: Tensor) -> Tensor:
        return self.network(outlines) + self.known


def load_shape_reader(path: str | Path) -> Masked:
    """The reader of a checkpoint, for inference: outlines [B, 1, 40, 40] -> logits [B, 41], -1e4 for what it has not learnt."""
    saved = torch.load(path, map_location="cpu", weights_only=True)
    network = ShapeReader()
    network.load_state_dict(saved["model"])
    return Masked(network, saved["known"]).eval().requires_grad_(False)


if __name__ == "__main__":
    main()
