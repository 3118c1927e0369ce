"""`pack.json`: what a pack holds, in the words that the Rust engine reads (`src/pack/`)."""

import hashlib
import json
import os
import re

FORMAT = "underpaint-pack"
VERSION = 1

# In sampling order, parents before children: kind, side of the map in pixels, decoder.
VARIABLES = {
    "segmentation": ("classes", 128, "decode_classes.onnx"),
    "depth": ("depth", 128, "decode_depth.onnx"),
    "normal": ("normal", 128, "decode_normal.onnx"),
    "pose": ("pose", 128, "decode_pose.onnx"),
    "sketch": ("sketch", 128, "decode_sketch.onnx"),
    "image": ("image", 256, "decode_image.onnx"),
}
# Steps and guidance with which a variable is sampled unless the user says otherwise.
DEFAULTS = {"segmentation": (10, 3.0), "depth": (8, 1.5), "normal": (4, 1.0), "pose": (4, 1.0), "sketch": (8, 1.5), "image": (16, 1.5)}
CLAMP = 4.0  # bound of the clean estimate's latent values


def variable_entry(name, size=None, enlarge=1, guided_by=(), unnamed_lead=0.0, unnamed_share=0.0):
    """The entry of a variable; `size` overrides the usual side in pixels, of which the decoder answers `enlarge` times as many, shown the maps of `guided_by`.

    Classes that a prompt does not name have to cover `unnamed_share` of a map to be shown, and of objects to lead by `unnamed_lead` nats.
    """
    kind, usual, decoder = VARIABLES[name]
    entry = {"name": name, "kind": kind, "size": size or usual, "decoder": decoder}
    extra = {"enlarge": enlarge} if enlarge > 1 else {}
    extra |= {"guided_by": list(guided_by)} if guided_by else {}
    extra |= {"unnamed_lead": unnamed_lead} if unnamed_lead else {}
    return entry | extra | ({"unnamed_share": unnamed_share} if unnamed_share else {})


def factor_entry(name, parents):
    """The entry of a flow-matching factor trained from scratch."""
    steps, guidance = DEFAULTS[name]
    return {
        "variable": name,
        "kind": "concat",
        "parents": list(parents),
        "model": f"{name}.onnx",
        "attention": True,
        "prediction": "flow",
        "schedule": {"kind": "flow"},
        "clamp": CLAMP,
        "steps": steps,
        "guidance": guidance,
    }


def quick_entry(model, saved):
    """The entry of a distilled network by the checkpoint of `train.distil` or `train.refine`."""
    shift = saved.get("shift", 1.0)
    restart = {"restart": saved["restart"]} if saved.get("restart") else {}
    return {"model": model, "steps": saved["steps"]} | ({"shift": shift} if shift != 1.0 else {}) | restart


def class_entries(world=0):
    """The classes of a version of the world with their words and palette colours."""
    from world.classes import classes_of, plural_of

    entries = []
    for info in classes_of(world):
        words = list(info.synonyms)
        plurals = [plural_of(word) for word in words]
        extra = [p for word, p in zip(words[1:], plurals[1:]) if p != word]
        entries.append(
            {
                "index": info.index,
                "name": info.name,
                "plural": info.plural,
                "kind": info.kind,
                "colour": list(info.colour),
                "synonyms": [w for w in words if w != info.name] + extra,
            }
        )
    return entries


def own_class_entries(classes):
    """The classes of `classes.json` (`train.folder`) in the colours of their slots, which the encoder knows them by."""
    from world.classes import LATEST, palette

    keys = lambda entry: {"plural": entry.get("plural", f"{entry['name']}s"), "kind": entry["kind"]}
    return [
        {"index": i, "name": entry["name"], **keys(entry), "colour": list(colour), "synonyms": entry.get("synonyms", [])}
        for i, (entry, colour) in enumerate(zip(classes, palette(LATEST)))
    ]


def pack_manifest(about, variables, factors, colours, prompts, canvas_size=512, max_tokens=64, classes=None):
    """The dictionary of `pack.json` without its files; `about` holds name, title, description, revision, licence.

    `classes` are entries as `class_entries` makes them, those of version 0 of the world if left out.
    """
    from world.classes import MAX_CLASSES

    return {
        "format": FORMAT,
        "version": VERSION,
        **{key: about[key] for key in ("name", "title", "description", "revision", "licence")},
        "latent": {"channels": 8, "downscale": 8},
        "canvas_size": canvas_size,
        "text": {"encoder": "text_encoder.onnx", "tokenizer": "tokenizer.json", "max_tokens": max_tokens, "width": 384},
        "encoder": "encoder.onnx",
        "variables": variables,
        "factors": factors,
        "class_slots": MAX_CLASSES,
        "classes": classes or class_entries(),
        "colours": {name: list(rgb) for name, rgb in colours.items()},
        "prompts": list(prompts),
    }


PROSE = ("README.md", "HISTORY.md")
"""What tells of a pack: the model card, and what its versions changed. No program reads them."""


def write_manifest(folder, manifest):
    """Write `pack.json` into `folder`, with the hash and size of every file there but itself, what tells of the pack and the sheets."""
    files = {}
    for name in sorted(os.listdir(folder)):
        path = os.path.join(folder, name)
        if os.path.isfile(path) and name not in ("pack.json", *PROSE):
            files[name] = {"sha256": sha256(path), "bytes": os.path.getsize(path)}
    with open(os.path.join(folder, "pack.json"), "w", encoding="utf-8") as file:
        file.write(_readable({**manifest, "files": files}) + "\n")


def sha256(path):
    """Hexadecimal SHA-256 of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _readable(value):
    """JSON with two spaces of indent; lists of numbers stay on one line."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return re.sub(r"\[\s+(-?[0-9.]+(?:,\s+-?[0-9.]+)*)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)
