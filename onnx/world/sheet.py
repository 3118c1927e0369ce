"""Contact sheets of the world: `python -m world.sheet --out DIR`. Pictures, all maps, captions, and the frames rendered a second."""

import argparse
import time
from pathlib import Path

import numpy as np
from PIL import Image

from world import pose
from world.boundary import boundary
from world.caption import describe
from world.classes import LATEST, palette
from world.render import render
from world.scene import realize
from world.spec import sample_spec


def _maps(frame):
    """All maps of a frame side by side, as pictures."""
    colours = np.array(palette(LATEST), np.uint8)[frame.classes]
    colours[boundary(frame.classes, frame.instances, frame.depth)] = 0
    grey = [np.repeat(m[:, :, None], 3, 2) for m in ((frame.depth >> 8).astype(np.uint8), frame.sketch)]
    return np.concatenate((frame.image, colours, grey[0], frame.normals, grey[1], pose.paint(frame.keypoints, len(frame.image))), 1)


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
