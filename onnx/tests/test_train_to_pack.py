"""From nothing to a pack in about two minutes: tiny networks, every factor, exported, opened and sampled.

The pack stays in `onnx/runs/train-test/pack`, where `make train-test` lets the editor's engine open it.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

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
    for name, minutes in (("segmentation", "0.4"), ("depth", "0.2"), ("normal", "0.2"), ("pose", "0.2"), ("sketch", "0.2"), ("image", "0.3")):
        options = ["--minutes", minutes, "--tiny", "--captions", "16", "--frames", f"{FOLDER}/frames", *autoencoder]
        _run("train.factor", "--factor", name, "--run", f"{FOLDER}/{name}", *options)
    further = ["--only", "image", "--frames", f"{FOLDER}/frames", "--enlarge", "2", "--minutes", "0.1", "--size", "64", "--chunk", "4"]
    _run("train.autoencoder", "--run", f"{FOLDER}/image_decoder", "--start", f"{FOLDER}/autoencoder/checkpoint.pt", *further)
    _run("export.pack", "--runs", FOLDER, "--out", f"{FOLDER}/pack")

    from evaluate.pack import Pack
    from evaluate.samples import draw_candidates, draw_chain

    pack = Pack(f"{FOLDER}/pack")
    assert list(pack.factors) == ["segmentation", "depth", "normal", "pose", "sketch", "image"]
    captions = ["a dog left of a red car", "two boats on the sea"]
    drawn = draw_candidates(pack, captions, 3)
    # Half a minute teaches the backgrounds: the maps hold known classes, and differ from seed to seed.
    assert drawn.classes.max() < len(pack.names)
    assert (drawn.classes[0, 0] != drawn.classes[0, 1]).any()
    chain = draw_chain(pack, captions, drawn.first_latents)
    assert chain.images.shape == (2, 3, 512, 512) and np.isfinite(chain.images).all()

    # And the way back: training goes on from the exported pack alone.
    again = f"{FOLDER}/again"
    _run("train.from_pack", "--pack", f"{FOLDER}/pack", "--runs", again)
    options = ["--minutes", "0.1", "--captions", "16", "--autoencoder", f"{again}/autoencoder/checkpoint.pt"]
    _run("train.factor", "--factor", "segmentation", "--run", f"{again}/segmentation", *options)
    assert os.path.exists(f"{again}/segmentation/log.jsonl")


@pytest.mark.training
def test_the_tutorial_runs_as_it_is_written():
    """Its own commands, in a folder of the test's, with fewer frames and minutes."""
    pytest.importorskip("torch")
    folder = "onnx/runs/tutorial-test"
    shutil.rmtree(folder, ignore_errors=True)
    text = Path("onnx/train/TUTORIAL.md").read_text(encoding="utf-8")
    lines = [line for line in text.split("```sh")[1].split("```")[0].splitlines() if line.startswith("python -m ")]
    assert len(lines) == 7
    for line in lines:
        words = line.replace("onnx/runs/tutorial", folder).replace("--count 500", "--count 24").split()
        if "--minutes" in words:
            words[words.index("--minutes") + 1] = "0.1"
        _run(*words[2:])

    from evaluate.pack import Pack
    from evaluate.samples import draw_candidates, draw_chain

    pack = Pack(f"{folder}/pack")
    assert set(pack.factors) >= {"segmentation", "depth", "image"} and pack.names[9] == "dog"
    assert set(pack.factors["image"]["parents"]) == pack.factors.keys() - {"image"}
    drawn = draw_candidates(pack, ["a dog on a meadow"], 2)
    assert draw_chain(pack, ["a dog on a meadow"], drawn.first_latents).images.shape == (1, 3, 512, 512)
