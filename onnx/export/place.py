"""Where a finished pack goes: it is written beside its place and renamed when all of it is there."""

import argparse
import json
import os
import shutil
from contextlib import contextmanager

from evaluate.pack import Pack
from export import manifest
from train.runs import require_world, world_of


def put_in_place(aside, out):
    """Rename `aside` to `out`, keeping the card, the history and the sheets of the pack that was there."""
    old = out.rstrip("/") + ".old"
    shutil.rmtree(old, ignore_errors=True)
    if os.path.isdir(out):
        for name in (*manifest.PROSE, "sheets"):
            source, target = os.path.join(out, name), os.path.join(aside, name)
            if os.path.isdir(source):
                shutil.copytree(source, target)
            elif os.path.exists(source):
                shutil.copyfile(source, target)
        os.rename(out, old)
    os.rename(aside, out)
    shutil.rmtree(old, ignore_errors=True)


@contextmanager
def altered(pack, revision=None):
    """A copy of the pack's folder and its manifest to change; at the end they take the pack's place, under another `revision` if one is given.

    What is raised meanwhile leaves the pack as it was.
    """
    aside = pack.rstrip("/") + ".partial"
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(pack, aside, ignore=shutil.ignore_patterns("pack.json", "sheets"))
    with open(os.path.join(pack, "pack.json"), encoding="utf-8") as file:
        about = json.load(file)
    del about["files"]
    yield aside, about
    about["revision"] = revision or about["revision"]
    manifest.write_manifest(aside, about)
    put_in_place(aside, pack)


def entry_of(about, name, pack):
    """The entry of a factor in a manifest."""
    factor = next((entry for entry in about["factors"] if entry["variable"] == name), None)
    if factor is None:
        raise ValueError(f"{pack} has no factor of {name}")
    return factor


def require_usable(saved, pack, checkpoint):
    """Ends the command where a network would draw classes that the pack does not know. A class has one colour in all versions of the world, so what reads
    segmentations and draws something else may have learnt more classes than the pack has."""
    found, world = world_of(saved), Pack(pack).world
    if saved["factor"] == "segmentation" or found < world:
        require_world(found, world, checkpoint)


def parser(description):
    """The command line of what alters a finished pack, to which its own options are added."""
    options = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--pack", default="onnx/packs/clay")
    options.add_argument("--revision", help="what the pack's weights are called from now on [default: as before]")
    return options
