"""Rendered frames as a folder of pictures: `python -m world.folder --out my_data --count 500`.

What `train.folder` reads, so that it can be tried, and an example of how data of one's own is laid out: `dataset.json`, `frames.jsonl`, a folder of PNGs
for each kind of map. `--missing SHARE` leaves single maps out, as in data that were collected over years.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image

from world.caption import describe
from world.classes import LATEST, classes_of, palette
from world.render import render
from world.scene import sample_scene


def pictures_of(frame, world):
    """Kind of map -> PIL image."""
    return {
        "image": Image.fromarray(frame.image),
        "segmentation": Image.fromarray(np.array(palette(world), np.uint8)[frame.classes]),
        "instances": Image.fromarray(frame.instances),
        "depth": Image.fromarray(frame.depth),
        "normal": Image.fromarray(frame.normals),
        "sketch": Image.fromarray(frame.sketch),
    }


def write_folder(out, count, size=256, seed=0, world=0, missing=0.0, samples=2):
    """Writes `count` frames into the folder `out`."""
    rng = np.random.Generator(np.random.PCG64([seed, 0xF01D]))
    out = Path(out)
    classes = [{"name": i.name, "plural": i.plural, "kind": i.kind, "colour": list(i.colour), "synonyms": list(i.synonyms[1:])} for i in classes_of(world)]
    out.mkdir(parents=True, exist_ok=True)
    (out / "dataset.json").write_text(json.dumps({"classes": classes}, indent=1) + "\n", encoding="utf-8")
    lines = []
    for number in range(count):
        scene = sample_scene(rng, version=world)
        frame = render(scene, size, samples=samples)
        entry = {"caption": describe(scene.spec, rng, split="train")}
        for kind, picture in pictures_of(frame, world).items():
            if kind in ("segmentation", "instances") or rng.random() >= missing:
                entry[kind] = f"{kind}/{number:05d}.png"
                (out / kind).mkdir(exist_ok=True)
                picture.save(out / entry[kind])
        if rng.random() >= missing:
            entry["pose"] = np.round(frame.keypoints, 2).tolist()
        lines.append(json.dumps(entry))
    (out / "frames.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", required=True)
    parser.add_argument("--count", type=int, default=500)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--world", type=int, choices=range(LATEST + 1), default=0, help="version of the world")
    parser.add_argument("--missing", type=float, default=0.0, metavar="SHARE", help="leave out this share of the maps")
    options = parser.parse_args()
    write_folder(options.out, options.count, options.size, options.seed, options.world, options.missing)
    print(f"{options.count} frames in {options.out}")


if __name__ == "__main__":
    main()
