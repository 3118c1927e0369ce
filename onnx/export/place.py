"""Where a finished pack goes: it is written beside its place and renamed when all of it is there."""

import os
import shutil


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
