"""From nothing to a pack in about two minutes: tiny networks, every factor, exported, opened and sampled.

The pack stays in `onnx/runs/train-test/pack`, where `make train-test` lets the editor's engine open it.
"""

import os
import shutil
import subprocess
import sys

import numpy as np
import pytest

FOLDER = "onnx/runs/train-test"


def _run(module, *arguments):
    environment = os.environ | {"PYTHONPATH": "onnx", "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-m", module, *arguments], check=True, env=environment)


@pytest.mark.training
def test_two_minutes_of_training_make_a_pack():
    pytest.importorskip("torch")
    shutil.rmtree(FOLDER, ignore_errors=True)
    autoencoder = ["--autoencoder", f"{FOLDER}/autoencoder/checkpoint.pt"]
    _run("train.autoencoder", "--run", f"{FOLDER}/autoencoder", "--minutes", "0.5", "--width", "32", "--size", "64", "--chunk", "16")
    _run("train.frames", "--out", f"{FOLDER}/frames", "--shards", "2", "--count", "24", "--size", "256", "--samples", "1")
    for name, minutes in (("segmentation", "0.4"), ("depth", "0.2"), ("sketch", "0.2"), ("image", "0.3")):
        options = ["--minutes", minutes, "--tiny", "--captions", "16", "--frames", f"{FOLDER}/frames", *autoencoder]
        _run("train.factor", "--factor", name, "--run", f"{FOLDER}/{name}", *options)
    _run("export.pack", "--runs", FOLDER, "--out", f"{FOLDER}/pack")

    from evaluate.pack import Pack
    from evaluate.samples import draw_candidates, draw_chain

    pack = Pack(f"{FOLDER}/pack")
    assert list(pack.factors) == ["segmentation", "depth", "sketch", "image"]
    captions = ["a dog left of a red car", "two boats on the sea"]
    drawn = draw_candidates(pack, captions, 3)
    # Half a minute teaches the backgrounds: the maps hold known classes, and differ from seed to seed.
    assert drawn.classes.max() < len(pack.names)
    assert (drawn.classes[0, 0] != drawn.classes[0, 1]).any()
    chain = draw_chain(pack, captions, drawn.first_latents)
    assert chain.images.shape == (2, 3, 256, 256) and np.isfinite(chain.images).all()

    # And the way back: training goes on from the exported pack alone.
    again = f"{FOLDER}/again"
    _run("train.from_pack", "--pack", f"{FOLDER}/pack", "--runs", again)
    options = ["--minutes", "0.1", "--captions", "16", "--autoencoder", f"{again}/autoencoder/checkpoint.pt"]
    _run("train.factor", "--factor", "segmentation", "--run", f"{again}/segmentation", *options)
    assert os.path.exists(f"{again}/segmentation/log.jsonl")
