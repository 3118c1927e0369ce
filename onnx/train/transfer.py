"""Puts what a network learnt in one run onto the same network after another: the difference of weights is added (Ilharco et al., "Editing Models with Task Arithmetic", 2023).

    python -m train.transfer --learnt onnx/runs/segmentation_quick/checkpoint.pt --before onnx/runs/segmentation/checkpoint.pt --onto onnx/runs/larger/checkpoint.pt --shift 2 --run onnx/runs/start

A factor that went on with larger pictures, and its distilled network, which did not: `--learnt` less `--before` is how to walk in few steps, `--onto` knows the larger pictures, and their sum
is a student that draws well in them from the first. Larger pictures want a larger `--shift` of its moments (`evaluate.flow.moments`). All three are of one factor and of one shape; averaged weights are added.
"""

import argparse
from pathlib import Path

import torch

from .runs import code_revision, save_atomically


def transfer(learnt: Path, before: Path, onto: Path, run: Path, shift: float | None = None, scale: float = 1.0) -> Path:
    """Writes RUN/checkpoint.pt: how `learnt` is walked, at moments of another `shift` if one is given, in pictures of the size of `onto`. It holds no optimiser, so it is one to start with.

    `scale` is the share of the way from `before` to `onto` that is gone.
    """
    first, second, third = (torch.load(path, map_location="cpu", weights_only=True) for path in (learnt, before, onto))
    for path, other in ((before, second), (onto, third)):
        if differing := [key for key in ("config", "factor", "world") if other.get(key) != first.get(key)]:
            raise SystemExit(f"{path} differs from {learnt} in {', '.join(differing)}: only networks of one shape and factor can be added up")
    total = {name: value + scale * (third["ema"][name] - second["ema"][name]) if value.is_floating_point() else value for name, value in first["ema"].items()}
    kept = {key: first[key] for key in ("config", "factor", "world", "steps", "shift", "restart", "guidance", "perturbed") if key in first}
    if shift is not None:
        kept["shift"] = shift
    path = run / "checkpoint.pt"
    save_atomically(kept | {"ema": total, "size": third.get("size"), "revision": code_revision()}, path)
    return path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--learnt", type=Path, required=True, help="checkpoint of what is to be transferred")
    parser.add_argument("--before", type=Path, required=True, help="checkpoint that it was learnt from")
    parser.add_argument("--onto", type=Path, required=True, help="checkpoint that is to have it as well")
    parser.add_argument("--run", type=Path, required=True, help="folder of the sum")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the way from --before to --onto that is gone: a part of it keeps more of what was known (Wortsman et al., 2022)")
    parser.add_argument("--shift", type=float, help="of the moments of its walk [default: as --learnt walks]")
    arguments = parser.parse_args()
    print(transfer(arguments.learnt, arguments.before, arguments.onto, arguments.run, arguments.shift, arguments.scale))


if __name__ == "__main__":
    main()
