"""The small judges that come trained, beside this file: `silhouette.onnx` of version 0 of the world and `silhouette_world1.onnx`, `segmenter_world1.onnx`, `colours_world1.onnx`."""

import os
import sys

import numpy as np

from evaluate.runtime import session
from world.classes import LATEST, classes_of


def judge_path(name, world=0):
    """Where the judge `name` trained on a version of the world lies, once it is."""
    return os.path.join(os.path.dirname(__file__), f"{name}_world{world}.onnx" if world else f"{name}.onnx")


def _found(name, world):
    """The judge that serves a version of the world: its own, else the next later one, since classes keep their indices."""
    paths = (judge_path(name, version) for version in range(world, LATEST + 1))
    return next((path for path in paths if os.path.exists(path)), None)


def have_judge(name, world=0):
    """Whether a judge serves the version; says on standard error how to train one where none does."""
    if _found(name, world):
        return True
    print(f"no {judge_path(name, world)}: its figures are left out; python -m evaluate.{name} --world {world} trains it", file=sys.stderr)
    return False


def open_judge(name, threads=1, world=0):
    """A function from inputs [B, ...] f32 to logits [B, classes of the version, ...]."""
    runtime = session(_found(name, world), threads)
    classes = len(classes_of(world))

    def judge(batch):
        parts = [runtime.run(None, {"input": batch[i : i + 64]})[0][:, :classes] for i in range(0, len(batch), 64)]
        return np.concatenate(parts)

    return judge
