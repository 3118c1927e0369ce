"""Runs of one factor beside each other, on frames that none of them has seen: what missing maps, or anything else, cost.

    python -m train.compare --frames onnx/runs/held --runs onnx/runs/whole onnx/runs/half

For each run the flow-matching loss (mean squared error of the velocity, unweighted) at the same noise and at eight even times, with all parents given, with
the first alone, and with none; and its share of the first run's. Frames and their mirror images, one shard or more.
"""

import argparse
from pathlib import Path

import torch
from torch import Tensor

from .chunks import Chunk, frame_chunks
from .factor import FACTORS
from .frames import shards_in
from .networks import Denoiser, load_autoencoder, load_denoiser, with_absent
from .runs import world_of_checkpoint

TIMES = [(i + 0.5) / 8 for i in range(8)]
BATCH = 32


@torch.no_grad()
def loss(network: Denoiser, chunk: Chunk, given: list[str], seed: int = 0) -> float:
    """Mean over a chunk and `TIMES`; texts and the parents `given` are clean, the others absent."""
    generator = torch.Generator().manual_seed(seed)
    total, count = 0.0, 0
    for rows in torch.arange(len(chunk)).split(BATCH):
        clean = chunk.latent[rows].float()
        text = chunk.captions.take(chunk.caption[rows]).inputs()
        known = {name: (chunk.parents[name][rows].float(), torch.zeros(len(rows))) for name in given}
        for t in TIMES:
            noise = torch.randn(clean.shape, generator=generator)
            velocity: Tensor = network((1 - t) * clean + t * noise, torch.full((len(rows),), t), *text, *with_absent(network.config.parents, known, clean))
            total += (velocity - (noise - clean)).square().mean().item() * len(rows)
            count += len(rows)
    return total / count


def compare(runs: list[Path], frames: Path, autoencoder: str, shards: int, size: int | None) -> list[tuple[str, int, list[float]]]:
    """(run, samples it has seen, losses with all parents, with the first, with none) for each run."""
    coder = load_autoencoder(autoencoder)
    rows = []
    for run in runs:
        path = run / "checkpoint.pt"
        saved = torch.load(path, map_location="cpu", weights_only=True)
        network = load_denoiser(str(path))
        factor, parents = saved["factor"], network.config.parents
        source = frame_chunks(factor, parents, coder, 0, frames, size or FACTORS[factor].size, world_of_checkpoint(path))
        chunks = [next(source) for _ in range(shards)]
        mean = lambda given: sum(loss(network, chunk, given) for chunk in chunks) / shards
        rows.append((run.name, saved["samples"], [mean(given) for given in (parents, parents[:1], [])]))
    return rows


def table(rows: list[tuple[str, int, list[float]]]) -> str:
    """As Markdown, each loss with its share of the first run's."""
    lines = ["| run | samples | all parents | the first alone | none |", "| --- | --- | --- | --- | --- |"]
    for name, samples, losses in rows:
        cells = [f"{value:.4f} ({value / first:.3f})" for value, first in zip(losses, rows[0][2])]
        lines.append(f"| {name} | {samples:,} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", nargs="+", required=True, type=Path)
    parser.add_argument("--frames", required=True, type=Path, help="folder of shards that no run has seen")
    parser.add_argument("--autoencoder", default="onnx/runs/autoencoder/checkpoint.pt")
    parser.add_argument("--size", type=int, help="side of the pictures, if not the factor's own")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(table(compare(arguments.runs, arguments.frames, arguments.autoencoder, len(shards_in(arguments.frames)), arguments.size)), end="")


if __name__ == "__main__":
    main()
