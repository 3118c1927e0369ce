"""Where a finished pack goes: it is written beside its place and renamed when all of it is there."""

import json
import os
import shutil
from contextlib import contextmanager

from export import manifest


def put_in_place(aside, out):
    """Rename `aside` to `out`, keeping the card and the sheets of the pack that was there."""
    old = out.rstrip("/") + ".old"
    shutil.rmtree(old, ignore_errors=True)
    if os.path.isdir(out):
        for name in ("README.md", "sheets"):
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
