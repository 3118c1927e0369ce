"""What guidance makes of the maps of a segmentation checkpoint: recall, what nobody asked for, and silhouettes, over scales of both kinds of guidance.

    python -m train.guidance --checkpoint onnx/runs/segmentation/checkpoint.pt --guidance 2 3 --perturbed 0 1 2

Held-out captions, one map each, from the same noise in every row, by Euler; needs the judge `evaluate.silhouette` of the checkpoint's version of the world. Graphs of a pack cannot be asked
this: their attention is not to be perturbed from outside. A distilled network is measured with `--steps 4 --guidance 1`.
"""

import argparse

import numpy as np
import torch

from evaluate.captions import held_out_cases
from evaluate.judges import have_judge, open_judge
from evaluate.recall import recall, unasked
from evaluate.silhouette import accuracy, outlines_of
from world.classes import classes_of

from .factor import FACTORS
from .networks import DOWNSCALE, load_autoencoder, load_denoiser
from .runs import require_world, world_of_checkpoint
from .sampling import sample
from .text import TextEncoder

SEED = 100
TOGETHER = 20
"""Maps in a batch: the noise of each follows from it."""


def measured(maps: np.ndarray, cases: list, world: int) -> dict[str, float]:
    """Figures of one map u8 [H, W] for each case, and how many outlines were judged."""
    asked = [case.asked for case in cases]
    figures = {"recall": np.mean([recall(m, a) for m, a in zip(maps, asked)]), "unasked": np.mean([len(unasked(m, a)) for m, a in zip(maps, asked)])}
    if have_judge("silhouette", world):
        pairs = [pair for m, a in zip(maps, asked) for pair in outlines_of(m, a)]
        figures["silhouettes"], figures["outlines"] = accuracy(open_judge("silhouette", world=world), pairs)
    return {name: round(float(value), 3) for name, value in figures.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--checkpoint", default="onnx/runs/segmentation/checkpoint.pt")
    parser.add_argument("--autoencoder", default="onnx/runs/autoencoder/checkpoint.pt")
    parser.add_argument("--captions", type=int, default=200)
    parser.add_argument("--size", type=int, help="side of the maps in pixels [default: the checkpoint's]")
    parser.add_argument("--steps", type=int, default=10)
    parser.add_argument("--shift", type=float, help="of the walk's moments [default: the checkpoint's, or 1]")
    parser.add_argument("--guidance", type=float, nargs="+", default=[3.0])
    parser.add_argument("--perturbed", type=float, nargs="+", default=[0.0])
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    world = world_of_checkpoint(arguments.checkpoint)
    saved = torch.load(arguments.checkpoint, weights_only=True, mmap=True)
    size = arguments.size or saved.get("size", FACTORS["segmentation"].size)
    shift = saved.get("shift", 1.0) if arguments.shift is None else arguments.shift
    require_world(world_of_checkpoint(arguments.autoencoder), world, arguments.autoencoder)
    autoencoder = load_autoencoder(arguments.autoencoder)
    network = load_denoiser(arguments.checkpoint).to(memory_format=torch.channels_last)
    cases = held_out_cases(arguments.captions, version=world)
    captions, known = TextEncoder().encode_all([case.caption for case in cases]), len(classes_of(world))
    for guidance in arguments.guidance:
        for perturbed in arguments.perturbed:
            maps = []
            for i, rows in enumerate(torch.arange(len(cases)).split(TOGETHER)):
                latent = sample(network, captions.take(rows), size // DOWNSCALE, SEED + i, arguments.steps, guidance, perturbed, shift)
                with torch.no_grad():
                    maps.append(autoencoder.decode_classes(latent)[0][:, :known].argmax(1).numpy().astype(np.uint8))
            print({"steps": arguments.steps, "guidance": guidance, "perturbed": perturbed, **measured(np.concatenate(maps), cases, world)}, flush=True)


if __name__ == "__main__":
    main()
