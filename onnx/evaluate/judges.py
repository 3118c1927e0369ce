"""The two small judges that come trained for version 0 of the world: `silhouette.onnx` and `segmenter.onnx` beside this file."""

import os
import sys

import numpy as np

from evaluate.runtime import session


def judge_path(name, world=0):
    """Where the judge `name` of a version of the world lies, once it is trained."""
    return os.path.join(os.path.dirname(__file__), f"{name}_world{world}.onnx" if world else f"{name}.onnx")


def have_judge(name, world=0):
    """Whether the judge is trained; says on standard error how to where it is not."""
    path = judge_path(name, world)
    if os.path.exists(path):
        return True
    print(f"no {path}: its figures are left out; python -m evaluate.{name} --world {world} trains it", file=sys.stderr)
    return False


def open_judge(name, threads=1, world=0):
    """A function from inputs [B, ...] f32 to logits [B, ...]."""
    runtime = session(judge_path(name, world), threads)

    def judge(batch):
        parts = [runtime.run(None, {"input": batch[i : i + 64]})[0] for i in range(0, len(batch), 64)]
        return np.concatenate(parts)

    return judge
