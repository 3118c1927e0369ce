"""Contact sheets: samples as they came, none selected, with their captions under them."""

import os
import textwrap

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from evaluate.pictures import BOUNDARY_SHADE, nearest, skeletons
from evaluate.samples import MAP_SIDE

_PAPER, _INK = (250, 248, 244), (40, 38, 36)
_LINE = 13


def map_colours(classes, boundary, palette):
    """Class map [H, W] -> RGB u8, rims darkened."""
    colours = palette[classes].copy()
    colours[boundary] *= BOUNDARY_SHADE
    return colours.astype(np.uint8)


def image_bytes(image):
    """[3, H, W] in [-1, 1] -> RGB u8 [H, W, 3]."""
    return ((image.transpose(1, 2, 0) + 1) * 127.5).round().clip(0, 255).astype(np.uint8)


def grey_bytes(values):
    """[H, W] in [0, 1] -> RGB u8."""
    return np.repeat((values * 255).round().clip(0, 255).astype(np.uint8)[..., None], 3, 2)


def write_sheets(pack, cases, candidates, chain, folder):
    """Write `maps.webp`, `candidates.webp` and, when the pack makes images, `chain.webp`; returns their names."""
    os.makedirs(folder, exist_ok=True)
    captions = [c.caption for c in cases]
    shown = [map_colours(m[0], b[0], pack.palette) for m, b in zip(candidates.classes[:40], candidates.boundary[:40], strict=True)]
    sheets = {"maps.webp": _grid([[m] for m in shown], captions, columns=8, side=152)}
    rows = [[map_colours(m, b, pack.palette) for m, b in zip(ms, bs, strict=True)] for ms, bs in zip(candidates.classes[:8], candidates.boundary[:8], strict=True)]
    sheets["candidates.webp"] = _grid(rows, captions, columns=1, side=120)
    if chain is not None and chain.images is not None:
        sheets["chain.webp"] = _grid([_steps(pack, chain, i) for i in range(min(24, len(chain.images)))], captions, columns=2, side=184)
    for name, sheet in sheets.items():
        sheet.save(os.path.join(folder, name), quality=84, method=6)
    return list(sheets)


def _steps(pack, chain, i):
    """All maps and the image of one caption."""
    side = chain.images.shape[-1]
    steps = [map_colours(nearest(chain.classes[i], side), nearest(chain.boundary[i], side), pack.palette)]
    if chain.depth is not None:
        steps.append(grey_bytes(chain.depth[i]))
    if chain.normal is not None:
        steps.append(image_bytes(chain.normal[i]))
    if chain.pose is not None:
        steps.append(image_bytes(skeletons(chain.pose[i], MAP_SIDE, side)))
    if chain.sketch is not None:
        steps.append(grey_bytes(chain.sketch[i]))
    return [*steps, image_bytes(chain.images[i])]


def _grid(rows, captions, columns, side):
    """Cells of pictures side by side, each with its caption under it."""
    font = ImageFont.load_default(11)
    wide = len(rows[0]) * (side + 4) + 8
    lines = [textwrap.wrap(caption, max(12, wide // 6)) for caption in captions[: len(rows)]]
    high = side + 10 + _LINE * max(len(l) for l in lines)
    sheet = Image.new("RGB", (columns * wide, -(-len(rows) // columns) * high), _PAPER)
    draw = ImageDraw.Draw(sheet)
    for i, pictures in enumerate(rows):
        x, y = i % columns * wide + 4, i // columns * high + 4
        for k, picture in enumerate(pictures):
            way = Image.Resampling.NEAREST if picture.shape[0] <= side else Image.Resampling.LANCZOS
            sheet.paste(Image.fromarray(picture).resize((side, side), way), (x + k * (side + 4), y))
        for k, line in enumerate(lines[i]):
            draw.text((x, y + side + 2 + k * _LINE), line, _INK, font)
    return sheet
