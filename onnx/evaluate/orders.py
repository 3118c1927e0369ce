"""Chain against joint sampling: does the image agree with its map, and how long does it take? Measured through the program itself.

    python -m evaluate.orders --program target/release/underpaint --pack onnx/packs/clay --captions 24

For each caption kept out of training both orders sample segmentation, depth, sketch and image with one seed and as many steps. The
segmentation reads no parent, so it is the same in both, and so is its recall; the judge of `evaluate.segmenter` reads classes out of the images.
"""

import argparse
import tempfile
from pathlib import Path

import numpy as np
from PIL import Image

from evaluate import captions
from evaluate.judges import have_judge, open_judge
from evaluate.pack import Pack
from evaluate.program import replay
from evaluate.segmenter import confusion, mean_iou, pixel_accuracy


def measure(program, folder, texts, order, steps):
    """Mean IoU and pixel accuracy of image against map, and seconds a picture."""
    pack = Pack(folder)
    commands = [{"do": "set_sampling", "sampling": order}]
    commands += [{"do": "set_steps", "variable": name, "steps": steps} for name in pack.variables]
    for i, text in enumerate(texts):
        commands += [{"do": "new"}] if i else []
        commands += [*(commands[: 1 + len(pack.variables)] if i else []), {"do": "set_prompt", "prompt": text}]
        commands += [{"do": "generate_candidates", "count": 1}] if order == "chain" else []
        commands += [{"do": "run_stale"}]
        commands += [{"do": "export", "variable": name, "path": f"{i}-{name}.png"} for name in ("segmentation", "image")]
    with tempfile.TemporaryDirectory() as out:
        seconds = sum(replay(program, folder, commands, out)["seconds"].values())
        read = lambda i, name: np.asarray(Image.open(Path(out, f"{i}-{name}.png")).convert("RGB"), np.float32)
        images = np.stack([read(i, "image").transpose(2, 0, 1) / 127.5 - 1 for i in range(len(texts))])
        maps = np.stack([_classes(read(i, "segmentation"), pack.palette) for i in range(len(texts))])
    matrix = confusion(open_judge("segmenter", world=pack.world), images, maps)
    return mean_iou(matrix), pixel_accuracy(matrix), seconds / len(texts)


def _classes(picture, palette):
    """Indices of the palette's colours, which an exported map holds exactly."""
    return np.abs(picture[:, :, None] - palette).sum(-1).argmin(-1).astype(np.uint8)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="target/release/underpaint")
    parser.add_argument("--pack", default="onnx/packs/clay")
    parser.add_argument("--captions", type=int, default=24)
    parser.add_argument("--steps", type=int, default=16)
    options = parser.parse_args()
    world = Pack(options.pack).world
    if not have_judge("segmenter", world):
        parser.exit(1)
    texts = [case.caption for case in captions.held_out_cases(options.captions, version=world)]
    print("| order | mean IoU | pixels | s a picture |\n| --- | --- | --- | --- |")
    for order in ("chain", "joint"):
        iou, pixels, seconds = measure(options.program, options.pack, texts, order, options.steps)
        print(f"| {order} | {iou:.3f} | {pixels:.3f} | {seconds:.1f} |", flush=True)


if __name__ == "__main__":
    main()
