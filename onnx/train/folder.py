"""A folder of images, maps and captions as shards that the trainers read (`frames.py`).

    python -m train.folder --data my_data --out onnx/runs/mine

`my_data/dataset.json` names the classes (left out: those of the rendered world, by their palette colours), `my_data/frames.jsonl` the frames, one a line:

    {"classes": [{"name": "sky", "plural": "skies", "kind": "background", "colour": [134, 213, 255]}, ..]}
    {"caption": "two dogs on a lawn", "image": "image/0001.png", "segmentation": "segmentation/0001.png", "instances": "instances/0001.png"}

Maps are PNGs of any size: segmentation in the colours of its classes (the nearest counts), instances grey, a number for each object (left out: connected
pieces of a class), depth grey of 8 or 16 bits, white near, sketch white on black, normals in ControlNet 1.1's BAE colours; "pose" is a list of people, each
18 times [x, y, seen] in pixels of the image. Every frame needs a caption and a segmentation; whatever else it lacks, the factors learn from the others.
All are cropped to a square and brought to `--size`; classes to the nearest, everything else smoothly.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from world.boundary import boundary
from world.classes import LATEST, MAX_CLASSES, classes_of
from world.classes import palette as world_palette

from .frames import VARIABLES, write_shard
from .maps import padded

FILES = {"depth": "depth", "normal": "normals", "sketch": "sketch", "image": "image"}
"""Variable -> array of a shard, for those that are one picture."""


def read_classes(data: Path, world: int) -> list[dict]:
    """The classes of a data set with their colours; the place in the list is the slot."""
    path = data / "dataset.json"
    named = json.loads(path.read_text(encoding="utf-8")).get("classes") if path.exists() else None
    if named is None:
        return [{"name": info.name, "kind": info.kind, "colour": list(colour)} for info, colour in zip(classes_of(world), world_palette(world))]
    if not 1 <= len(named) <= MAX_CLASSES:
        raise SystemExit(f"{path}: {len(named)} classes, but there is room for 1 to {MAX_CLASSES}")
    for entry in named:
        if entry.get("kind") not in ("object", "background") or len(entry.get("colour", ())) != 3 or not entry.get("name"):
            raise SystemExit(f'{path}: a class needs "name", "kind" (object or background) and "colour" [r, g, b], not {entry}')
    return named


def square(picture: Image.Image, size: int, smooth: bool) -> np.ndarray:
    """The middle square at `size`."""
    side = min(picture.size)
    left, top = (picture.width - side) // 2, (picture.height - side) // 2
    way = Image.Resampling.BOX if smooth and side > size else Image.Resampling.BILINEAR if smooth else Image.Resampling.NEAREST
    return np.asarray(picture.crop((left, top, left + side, top + side)).resize((size, size), way))


def open_picture(data: Path, name: str, line: int) -> Image.Image:
    try:
        picture = Image.open(data / name)
        picture.load()
        return picture
    except (OSError, ValueError) as error:
        raise SystemExit(f"frames.jsonl, line {line}: {data / name} cannot be read as a picture: {error}") from None


def nearest_class(picture: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """RGB u8 [H, W, 3] -> slots u8 [H, W]."""
    away = ((picture.astype(np.int32)[:, :, None] - colours[None, None].astype(np.int32)) ** 2).sum(-1)
    return away.argmin(-1).astype(np.uint8)


def pieces(classes: np.ndarray, objects: set[int]) -> np.ndarray:
    """Connected pieces of each object class, numbered from 1; u8 [H, W]."""
    out, count = np.zeros_like(classes), 0
    for slot in sorted(objects & set(np.unique(classes).tolist())):
        labels, found = ndimage.label(classes == slot)
        labels[labels > 0] += count
        out = np.where(labels > 0, np.minimum(labels, 255), out).astype(np.uint8)
        count += found
    return out


def read_frame(data: Path, entry: dict, line: int, classes: list[dict], size: int) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """The arrays of one frame, zero where it has no such map, and which of `VARIABLES` it has."""
    if not entry.get("caption") or not entry.get("segmentation"):
        raise SystemExit(f'frames.jsonl, line {line}: a frame needs "caption" and "segmentation"')
    colours = np.array([c["colour"] for c in classes])
    objects = {i for i, c in enumerate(classes) if c["kind"] == "object"}
    labels = nearest_class(square(open_picture(data, entry["segmentation"], line).convert("RGB"), size, smooth=False), colours)
    if "instances" in entry:
        numbers = square(open_picture(data, entry["instances"], line).convert("L"), size, smooth=False)
        numbers = np.where(np.isin(labels, list(objects)), numbers, 0).astype(np.uint8)
    else:
        numbers = pieces(labels, objects)
    frame = {"classes": labels, "instances": numbers, "boundary": boundary(labels, numbers), "caption": entry["caption"]}
    for variable, array in FILES.items():
        rgb = variable in ("image", "normal")
        if variable not in entry:
            frame[array] = np.zeros((size, size, 3) if rgb else (size, size), np.uint16 if variable == "depth" else np.uint8)
            continue
        picture = open_picture(data, entry[variable], line)
        if variable == "depth":
            deep = np.asarray(picture).astype(np.float32) if picture.mode.startswith("I") else np.asarray(picture.convert("L")).astype(np.float32) * 257
            frame[array] = square(Image.fromarray(deep), size, smooth=True).clip(0, 65535).astype(np.uint16)
        else:
            frame[array] = square(picture.convert("RGB" if rgb else "L"), size, smooth=True)
    width, height = open_picture(data, entry["segmentation"], line).size
    people = np.array(entry.get("pose") or np.zeros((0, 18, 3)), np.float32)
    if people.ndim != 3 or people.shape[1:] != (18, 3):
        raise SystemExit(f'frames.jsonl, line {line}: "pose" is a list of people, each 18 times [x, y, seen]')
    people[..., :2] = (people[..., :2] - [(width - min(width, height)) // 2, (height - min(width, height)) // 2]) * (size / min(width, height))
    people[..., 2] *= ((people[..., :2] >= 0) & (people[..., :2] < size)).all(-1)
    frame["keypoints"] = padded(people)
    return frame, np.array([name == "segmentation" or name in entry for name in VARIABLES])


def write_shards(data: Path, out: Path, size: int, count: int, world: int) -> int:
    """Writes the frames of `data` as shards of `count` into `out`; how many frames there were."""
    classes = read_classes(data, world)
    lines = (data / "frames.jsonl").read_text(encoding="utf-8").splitlines()
    entries = [(number, json.loads(text)) for number, text in enumerate(lines, 1) if text.strip()]
    if not entries:
        raise SystemExit(f"{data / 'frames.jsonl'} names no frame")
    for shard, start in enumerate(range(0, len(entries), count)):
        frames, given = zip(*(read_frame(data, entry, line, classes, size) for line, entry in entries[start : start + count]))
        arrays = {name: np.stack([frame[name] for frame in frames]) for name in frames[0] if name != "caption"}
        arrays |= {"captions": np.array([frame["caption"] for frame in frames]), "given": np.stack(given)}
        arrays["objects"] = np.array([i for i, c in enumerate(classes) if c["kind"] == "object"])
        write_shard(out / f"{shard:05d}.npz", arrays, world)
    (out / "classes.json").write_text(json.dumps(classes, indent=1) + "\n", encoding="utf-8")
    return len(entries)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", required=True, type=Path, help="folder with dataset.json and frames.jsonl")
    parser.add_argument("--out", required=True, type=Path, help="folder of the shards")
    parser.add_argument("--size", type=int, default=256, help="side of the pictures, a multiple of 128")
    parser.add_argument("--count", type=int, default=256, help="frames in a shard")
    parser.add_argument("--world", type=int, choices=range(LATEST + 1), default=LATEST, help="version of the world of the networks that will learn from it, and whose class slots are meant where dataset.json names none [default: the bundled pack's]")
    arguments = parser.parse_args()
    if not (arguments.data / "frames.jsonl").exists():
        parser.error(f"{arguments.data} has no frames.jsonl: python -m train.folder --help says what it holds")
    if arguments.size % 128:
        parser.error("--size must be a multiple of 128")
    arguments.out.mkdir(parents=True, exist_ok=True)
    print(f"{write_shards(arguments.data, arguments.out, arguments.size, arguments.count, arguments.world)} frames in {arguments.out}")


if __name__ == "__main__":
    main()
