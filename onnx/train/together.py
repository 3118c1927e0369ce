"""Brings runs of one factor together that began alike and learnt side by side, one on each core.

    python -m train.together --runs onnx/runs/segmentation_1 onnx/runs/segmentation_2

Every run's checkpoint gets the mean of their weights, averaged weights and moments of the optimiser, and goes on from there with its own data (Stich, "Local SGD Converges Fast and Communicates
Little", 2019). Two processes of one thread each take nearly twice as many samples a second as one of two threads. Do it while the runs are stopped (SIGTERM leaves a checkpoint), a few times in a
run and at its end; `--seed` must differ between them.
"""

import argparse
from pathlib import Path

import torch

from .runs import save_atomically

ALIKE = ("config", "factor", "world", "size", "steps", "shift")


def mean(values: list):
    """The mean of tensors, within dictionaries and lists of the same shape; what is no floating-point tensor is the first's."""
    first = values[0]
    if isinstance(first, dict):
        return {key: mean([value[key] for value in values]) for key in first}
    if isinstance(first, list):
        return [mean(list(parts)) for parts in zip(*values, strict=True)]
    if isinstance(first, torch.Tensor) and first.is_floating_point():
        return torch.stack([value.double() for value in values]).mean(0).to(first.dtype)
    return first


def bring_together(runs: list[Path]) -> None:
    """Writes the mean into every run's checkpoint; data, clock and counts stay each run's own."""
    paths = [run / "checkpoint.pt" for run in runs]
    saved = [torch.load(path, map_location="cpu", weights_only=True) for path in paths]
    for path, state in zip(paths, saved):
        if differing := [key for key in ALIKE if state.get(key) != saved[0].get(key)]:
            raise SystemExit(f"{path} differs from {paths[0]} in {', '.join(differing)}: only runs that began alike can be brought together")
    shared = {key: mean([state[key] for state in saved]) for key in ("model", "ema", "optimizer", "critic") if key in saved[0]}
    for path, state in zip(paths, saved):
        save_atomically(state | shared, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", nargs="+", type=Path, required=True)
    bring_together(parser.parse_args().runs)


if __name__ == "__main__":
    main()
