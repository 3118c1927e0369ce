"""Does the image follow a hand that edits the map? 200 scripted edits, made by the program itself.

    python -m evaluate.edits --program target/release/underpaint --pack onnx/packs/clay --edits 200

Each takes the true map of a caption kept out of training, picks one object, and moves, flips, resizes, copies or removes it as a person would, with
the program's own commands; the maps that follow and the image are sampled anew. The judge of `evaluate.segmenter` reads classes out of the image. An
edit is obeyed when it reads the object on at least half of the place where the edited map has it, and on at most a quarter of the place that it left.
"""

import argparse
import json
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image
from scipy.ndimage import binary_dilation

from evaluate import captions
from evaluate.judges import have_judge, open_judge
from evaluate.pack import Pack
from evaluate.pictures import bilinear, nearest
from evaluate.program import replay
from evaluate.segmenter import CELLS, SIDE
from world.classes import LATEST, OBJECTS
from world.render import render, render_labels

KINDS = ("moved", "flipped", "resized", "pasted", "removed")
CANVAS, SEED = 512, 5
SHOWN, LEFT = 0.5, 0.25


class Edit(NamedTuple):
    """An object of a case's true map and what happens to it: masks bool [CANVAS, CANVAS] of where it is and where it is to be."""

    case: object
    kind: str
    index: int
    before: np.ndarray
    after: np.ndarray
    commands: list


def placed(mask, box, scale=1.0, flip=False, shift=(0, 0)):
    """The mask with its bounding box mirrored, scaled about its middle and moved by (dx, dy) pixels."""
    x0, y0, x1, y1 = box
    cx, cy = (x0 + x1) / 2, (y0 + y1) / 2
    y, x = np.mgrid[:CANVAS, :CANVAS] + 0.5
    sx, sy = (x - shift[0] - cx) / scale, (y - shift[1] - cy) / scale
    columns, rows = np.floor(cx + (-sx if flip else sx)).astype(int), np.floor(cy + sy).astype(int)
    inside = (columns >= 0) & (columns < CANVAS) & (rows >= 0) & (rows < CANVAS)
    return inside & mask[rows.clip(0, CANVAS - 1), columns.clip(0, CANVAS - 1)]


def scripted(count, version):
    """`count` edits, the kinds in turn; objects of 2 to 25% of the picture that do not touch its edge."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    edits = []
    for case in captions.held_out_cases(3 * count, version=version):
        classes, instances, _ = render_labels(case.scene, CANVAS)
        areas = np.bincount(instances.ravel()) / instances.size
        whole = lambda mask: not (mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any())
        fitting = [i for i in range(1, len(areas)) if 0.02 <= areas[i] <= 0.25 and whole(instances == i) and classes[instances == i][0] in OBJECTS]
        if not fitting:
            continue
        mask = instances == rng.choice(fitting)
        rows, columns = np.nonzero(mask)
        box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        kind = KINDS[len(edits) % len(KINDS)]
        room = (box[0], CANVAS - box[2])
        side = int(rng.random() < room[1] / max(1, sum(room)))
        dx = (1 if side else -1) * int(min(room[side], rng.uniform(0.15, 0.35) * CANVAS))
        scale = float(rng.choice([0.7, 1.3]))
        moves = {"do": "move_selection", "dx": dx, "dy": 0}
        after, commands = {
            "moved": (placed(mask, box, shift=(dx, 0)), [moves]),
            "flipped": (placed(mask, box, flip=True), [{"do": "flip_selection", "axis": "horizontal"}]),
            "resized": (placed(mask, box, scale), [{"do": "transform_selection", "scale_x": scale, "scale_y": scale, "rotate": 0, "dx": 0, "dy": 0}]),
            "pasted": (mask, [{"do": "copy"}, {"do": "paste"}, moves]),
            "removed": (np.zeros_like(mask), [{"do": "delete_selection"}]),
        }[kind]
        if kind in ("moved", "pasted") and abs(dx) < 0.1 * CANVAS:
            continue
        middle = np.argmin((rows - rows.mean()) ** 2 + (columns - columns.mean()) ** 2)
        select = {"do": "select_region", "x": int(columns[middle]), "y": int(rows[middle])}
        edits.append(Edit(case._replace(classes=classes), kind, int(classes[mask][0]), mask, after, [select, *commands]))
        if len(edits) == count:
            break
    return edits


def carried_out(program, folder, edits, pack):
    """The images f32 [N, 3, H, W] and the edited class maps u8 [N, CANVAS, CANVAS] that the program makes."""
    with tempfile.TemporaryDirectory() as out:
        commands = []
        for i, edit in enumerate(edits):
            picture = pack.palette[edit.case.classes].astype(np.uint8)
            Image.fromarray(picture).save(Path(out, f"{i}.png"))
            commands += [{"do": "new"}] if i else []
            commands += [{"do": "set_prompt", "prompt": edit.case.caption}, {"do": "load_map", "variable": "segmentation", "path": str(Path(out, f"{i}.png")), "palette": "pack"}]
            commands += [*edit.commands, {"do": "run_stale"}]
            commands += [{"do": "export", "variable": name, "path": f"{i}-{name}.png"} for name in ("segmentation", "image")]
        replay(program, folder, commands, out)
        read = lambda i, name: np.asarray(Image.open(Path(out, f"{i}-{name}.png")).convert("RGB"), np.float32)
        images = np.stack([read(i, "image").transpose(2, 0, 1) / 127.5 - 1 for i in range(len(edits))])
        maps = [np.abs(read(i, "segmentation")[:, :, None] - pack.palette).sum(-1).argmin(-1).astype(np.uint8) for i in range(len(edits))]
    return images, np.stack(maps)


def read_classes(judge, images):
    """Images [N, 3, H, W] in [-1, 1] -> classes [N, CELLS, CELLS] as the judge reads them."""
    small = np.stack([image if image.shape[-1] == SIDE else bilinear(image, SIDE) for image in images])
    return np.concatenate([judge(small[i : i + 16]).argmax(1) for i in range(0, len(small), 16)])


def obeyed(edit, read, edited):
    """Whether the classes `read` out of an image show the edit; None where the edited map itself has no place to look at."""
    is_one = edited == edit.index
    # Where a pasted copy lands, the program decides before it is moved.
    target = is_one & (~(edit.case.classes == edit.index) if edit.kind == "pasted" else edit.after)
    near = binary_dilation(is_one, iterations=12)
    left = edit.before & ~near if edit.kind != "pasted" else np.zeros_like(near)
    target, left = nearest(target, CELLS), nearest(left, CELLS)
    if edit.kind != "removed" and target.sum() < 8:
        return None
    if edit.kind == "removed" and left.sum() < 8:
        return None
    shown = target.sum() == 0 or (read[target] == edit.index).mean() >= SHOWN
    return bool(shown and (left.sum() < 8 or (read[left] == edit.index).mean() <= LEFT))


def figures(program, folder, count, world, threads=1):
    """Kind -> answers (obeyed or not), of the pack; and of renders of the scenes as they were, that is, before the edit.

    The scenes are of a version of the world.
    """
    pack = Pack(folder, threads)
    judge = open_judge("segmenter", threads, world)
    edits = scripted(count, world)
    images, maps = carried_out(program, folder, edits, pack)
    read = read_classes(judge, images)
    renders = np.stack([render(edit.case.scene, SIDE).image for edit in edits]).astype(np.float32).transpose(0, 3, 1, 2) / 127.5 - 1
    true = read_classes(judge, renders)
    answers = {kind: [] for kind in KINDS}
    still, seen = {kind: [] for kind in KINDS}, []
    for i, edit in enumerate(edits):
        if (answer := obeyed(edit, read[i], maps[i])) is not None:
            answers[edit.kind].append(answer)
            still[edit.kind].append(obeyed(edit, true[i], maps[i]))
        seen.append((true[i][nearest(edit.before, CELLS)] == edit.index).mean() >= SHOWN)
    return answers, still, seen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="target/release/underpaint")
    parser.add_argument("--pack", default="onnx/packs/clay")
    parser.add_argument("--edits", type=int, default=200)
    parser.add_argument("--world", type=int, choices=range(LATEST + 1), help="version of the world of the scenes, the pack's or an earlier one [default: the pack's]")
    parser.add_argument("--json", help="file for the answers one by one")
    options = parser.parse_args()
    world = captions.measured_world(Pack(options.pack), options.world)
    if not have_judge("segmenter", world):
        parser.exit(1)
    answers, still, seen = figures(options.program, options.pack, options.edits, world)
    share = lambda values: f"{np.mean(values):.2f} ({len(values)})" if values else "-"
    print("| edit | obeyed | *control:* the picture before the edit |\n| --- | --- | --- |")
    for kind in KINDS:
        print(f"| {kind} | {share(answers[kind])} | {share(still[kind])} |")
    together = [a for kind in KINDS for a in answers[kind]]
    print(f"| **all** | **{share(together)}** | {share([a for kind in KINDS for a in still[kind]])} |")
    print(f"\nThe judge sees {np.mean(seen):.2f} of these objects in renders of the unedited scenes.")
    if options.json:
        Path(options.json).write_text(json.dumps(answers), encoding="utf-8")


if __name__ == "__main__":
    main()
