"""The paper's Table 2 in this world and at a small scale: a factor from scratch, adapted, and adapted with attention distillation, beside each other.

    python -m train.adapted_table --scratch onnx/runs/scratch --adapted onnx/runs/adapted onnx/runs/distilled --teacher onnx/runs/teacher --image onnx/runs/adapted_image

One map for each held-out caption by each run, the same noise in every row, and from each map an image by the adapted image factor; the teacher's images, from text
alone, in a row of their own. Crowds are compared with renders by `evaluate.fidelity`; renders of other scenes of the same captions say what is near. For the paper's CLIP score stands
the recall of what the captions ask for, in the maps, and how far the judge of images sees the map in the image.
"""

import argparse
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from evaluate.captions import Case, held_out_cases
from evaluate.fidelity import compared, image_features, other_renders, outline_features, renders
from evaluate.judges import open_judge
from evaluate.segmenter import SIDE as IMAGE_SIDE
from evaluate.segmenter import confusion, mean_iou
from world.classes import classes_of

from .adapted import load_adapted
from .guidance import TOGETHER, measured
from .networks import Autoencoder, load_autoencoder, load_denoiser
from .runs import world_of_checkpoint
from .sampling import sample
from .text import Captions, TextEncoder

STEPS, MAP_GUIDANCE, IMAGE_GUIDANCE = 10, 3.0, 1.5
SEED, IMAGE_SEED = 100, 5000
SIDE = 16


class Drawn(NamedTuple):
    """A run, the samples it had seen, its class maps u8 [N, 128, 128], and the images [N, 3, 256, 256] that followed."""

    name: str
    samples: int
    maps: np.ndarray | None
    images: np.ndarray


def latents_of(network: nn.Module, captions: Captions, guidance: float, seed: int, parent: Tensor | None = None) -> Tensor:
    """One latent for each caption; noise by the caption's place alone."""
    given = lambda rows: {"segmentation": parent[rows]} if parent is not None else None
    parts = torch.arange(len(captions)).split(TOGETHER)
    return torch.cat([sample(network, captions.take(rows), SIDE, seed + i, STEPS, guidance, parents=given(rows)) for i, rows in enumerate(parts)])


@torch.no_grad()
def images_of(autoencoder: Autoencoder, latents: Tensor) -> np.ndarray:
    """f32 [N, 3, 256, 256] in [-1, 1]."""
    sized = lambda picture: F.interpolate(picture, size=(IMAGE_SIDE, IMAGE_SIDE), mode="bilinear", align_corners=False)
    return torch.cat([sized(autoencoder.decode_image(part)) for part in latents.split(TOGETHER)]).numpy()


@torch.no_grad()
def maps_of(autoencoder: Autoencoder, latents: Tensor, known: int) -> np.ndarray:
    return torch.cat([autoencoder.decode_classes(part)[0][:, :known].argmax(1) for part in latents.split(TOGETHER)]).byte().numpy()


def rows_of(drawn: list[Drawn], cases: list[Case], world: int) -> list[list[str]]:
    """Cells of the table, a row for each of `drawn` and the last for renders of other scenes."""
    silhouettes, segmenter = open_judge("silhouette", world=world), open_judge("segmenter", world=world)
    true_outlines = outline_features(silhouettes, [case.classes for case in cases], cases)
    true_images = image_features(segmenter, renders([case.scene for case in cases]))
    crowd = lambda found: ["" if value != value else f"{value:{form}}" for value, form in zip(found.values(), (".1f", ".3f", ".3f"), strict=True)]
    rows = []
    for name, samples, maps, images in [*drawn, Drawn("*renders of other scenes*", 0, *other_renders(cases))]:
        cells = [name, f"{samples / 1000:.0f}k" if samples else ""]
        if maps is None:
            cells += [""] * 6
        else:
            found = measured(maps, cases, world)
            cells += [f"{found[name]:.3f}" for name in ("recall", "unasked", "silhouettes")] + crowd(compared(outline_features(silhouettes, maps, cases), true_outlines))
        agreement = "" if maps is None else f"{mean_iou(confusion(segmenter, images, maps)):.3f}"
        rows.append([*cells, *crowd(compared(image_features(segmenter, images), true_images)), agreement])
    return rows


HEAD = ["run", "samples", "recall", "unasked", "silhouettes", "outlines: Fréchet", "precision", "recall of them", "images: Fréchet", "precision", "recall of them", "image shows its map"]


def table(rows: list[list[str]]) -> str:
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [HEAD, ["---"] * len(HEAD), *rows])


def drawn_by(network: nn.Module, path: Path, autoencoder: Autoencoder, captions: Captions, image: nn.Module, known: int) -> Drawn:
    latents = latents_of(network, captions, MAP_GUIDANCE, SEED)
    following = images_of(autoencoder, latents_of(image, captions, IMAGE_GUIDANCE, IMAGE_SEED, latents))
    return Drawn(path.parent.name, samples_of(path), maps_of(autoencoder, latents, known), following)


def samples_of(path: Path) -> int:
    return torch.load(path, map_location="cpu", weights_only=True, mmap=True)["samples"]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--autoencoder", default="onnx/runs/autoencoder/checkpoint.pt")
    parser.add_argument("--scratch", nargs="*", default=[], type=Path, help="runs of train.factor --factor segmentation")
    parser.add_argument("--adapted", nargs="*", default=[], type=Path, help="runs of train.adapted --factor segmentation")
    parser.add_argument("--teacher", type=Path, required=True)
    parser.add_argument("--image", type=Path, required=True, help="run of train.adapted --factor image")
    parser.add_argument("--captions", type=int, default=200)
    parser.add_argument("--sheet", type=Path, help="picture of the first maps and images of every run")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    checkpoint = lambda run: run / "checkpoint.pt"
    world = world_of_checkpoint(arguments.autoencoder)
    autoencoder, known = load_autoencoder(arguments.autoencoder), len(classes_of(world))
    cases = held_out_cases(arguments.captions, version=world)
    captions = TextEncoder().encode_all([case.caption for case in cases])
    image, teacher = load_adapted(str(checkpoint(arguments.image))), load_denoiser(str(checkpoint(arguments.teacher)))
    networks = [(run, load_denoiser) for run in arguments.scratch] + [(run, load_adapted) for run in arguments.adapted]
    drawn = [drawn_by(load(str(checkpoint(run))), checkpoint(run), autoencoder, captions, image, known) for run, load in networks]
    alone = images_of(autoencoder, latents_of(teacher, captions, IMAGE_GUIDANCE, IMAGE_SEED))
    drawn.append(Drawn("*the teacher's own images*", samples_of(checkpoint(arguments.teacher)), None, alone))
    if arguments.sheet:
        save_sheet(drawn, world, arguments.sheet)
    print(table(rows_of(drawn, cases, world)))


def save_sheet(drawn: list[Drawn], world: int, path: Path, count: int = 10) -> None:
    """A line of maps and one of images for each run, 128 pixels each."""
    from PIL import Image

    colours = np.array([info.colour for info in classes_of(world)], np.uint8)
    lines = []
    for one in drawn:
        lines += [] if one.maps is None else [colours[one.maps[:count]]]
        lines.append(((one.images[:count, :, ::2, ::2].transpose(0, 2, 3, 1) + 1) * 127.5).clip(0, 255).astype(np.uint8))
    Image.fromarray(np.concatenate([np.concatenate(list(line), 1) for line in lines])).save(path)


if __name__ == "__main__":
    main()
