"""Contact sheets of the world: `python -m world.sheet --out DIR`. Pictures, all maps, captions, and the frames rendered a second."""

import argparse
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from world.boundary import boundary
from world.caption import describe
from world.classes import LATEST, palette
from world.render import render
from world.scene import realize
from world.spec import sample_spec

# OpenPose limbs, as pairs of joints, and their colours by joint
_LIMBS = ((1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10), (1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16),
          (0, 15), (15, 17))  # fmt: skip
_JOINT_COLOURS = (
    (255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0), (0, 255, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255),
    (0, 170, 255), (0, 85, 255), (0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85),
)  # fmt: skip


def _pose(frame):
    picture = Image.new("RGB", frame.image.shape[1::-1])
    draw = ImageDraw.Draw(picture)
    for person in frame.keypoints:
        for a, b in _LIMBS:
            if person[a, 2] and person[b, 2]:
                draw.line([tuple(person[a, :2]), tuple(person[b, :2])], fill=_JOINT_COLOURS[b], width=4)
        for j, (x, y, seen) in enumerate(person):
            if seen:
                draw.ellipse((x - 3, y - 3, x + 3, y + 3), fill=_JOINT_COLOURS[j])
    return np.asarray(picture)


def _maps(frame):
    """All maps of a frame side by side, as pictures."""
    colours = np.array(palette(LATEST), np.uint8)[frame.classes]
    colours[boundary(frame.classes, frame.instances, frame.depth)] = 0
    grey = [np.repeat(m[:, :, None], 3, 2) for m in ((frame.depth >> 8).astype(np.uint8), frame.sketch)]
    return np.concatenate((frame.image, colours, grey[0], frame.normals, grey[1], _pose(frame)), 1)


def _tile(pictures, columns):
    rows = [np.concatenate(pictures[i : i + columns], 1) for i in range(0, len(pictures) - columns + 1, columns)]
    return Image.fromarray(np.concatenate(rows, 0))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--count", type=int, default=36)
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--version", type=int, default=0, help="of the world: 1 has more classes, and signs with words")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    pictures, maps, captions, spent = [], [], [], 0.0
    for k in range(options.count):
        rng = np.random.Generator(np.random.PCG64(options.seed + k))
        spec = sample_spec(rng, version=options.version)
        caption = describe(spec, rng, "held_out" if k % 6 == 5 else "train")
        start = time.perf_counter()
        frame = render(realize(spec, rng), options.size)
        if k:  # the first one compiles
            spent += time.perf_counter() - start
        pictures.append(frame.image)
        maps.append(_maps(frame))
        captions.append(f"{options.seed + k}: {caption}")
    _tile(pictures, 6).save(options.out / "pictures.png")
    _tile(maps[:8], 1).save(options.out / "maps.png")
    (options.out / "captions.txt").write_text("\n".join(captions) + "\n")
    print(f"{(options.count - 1) / max(spent, 1e-9):.1f} frames/s at {options.size}")


if __name__ == "__main__":
    main()
