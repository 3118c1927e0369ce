"""The two small judges that come trained: `silhouette.onnx` and `segmenter.onnx` beside this file."""

import os

import numpy as np

from evaluate.runtime import session


def judge_path(name):
    """Where the trained judge `name` lies."""
    return os.path.join(os.path.dirname(__file__), f"{name}.onnx")


def open_judge(name, threads=1):
    """A function from inputs [B, ...] f32 to logits [B, ...]."""
    runtime = session(judge_path(name), threads)

    def judge(batch):
        parts = [runtime.run(None, {"input": batch[i : i + 64]})[0] for i in range(0, len(batch), 64)]
        return np.concatenate(parts)

    return judge
