"""The reader of shapes: it learns outlines, and goes into a finished pack."""

import json
import shutil
import sys

import numpy as np
import pytest

pytest.importorskip("onnx.helper")
torch = pytest.importorskip("torch")

from evaluate.pack import Pack  # noqa: E402
from evaluate.ranking import likeness  # noqa: E402
from export.manifest import sha256  # noqa: E402
from export.shapes import add_reader  # noqa: E402
from train import shapes  # noqa: E402
from train.maps import render_maps  # noqa: E402
from train.networks import Autoencoder, AutoencoderConfig  # noqa: E402
from train.runs import save_atomically  # noqa: E402
from world.classes import INDEX, OBJECTS  # noqa: E402

TINY = "tests/fixtures/tiny_pack"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A reader trained for a few seconds; what untrained networks show has no objects, so true maps are taken as they are and noise for drawn ones."""
    folder = tmp_path_factory.mktemp("shapes")
    torch.manual_seed(0)
    coder = Autoencoder(AutoencoderConfig(encoder=16, image=8, classes=16, depth=8, sketch=8))
    save_atomically({"config": vars(coder.config), "model": coder.state_dict()}, folder / "autoencoder.pt")
    noise = [(np.random.default_rng(i).random((40, 40)).astype(np.float32), INDEX["dog"]) for i in range(20)]
    line = ["shapes", "--autoencoder", str(folder / "autoencoder.pt"), "--pack", TINY, "--captions", "9", "--run", str(folder), "--minutes", "0.1"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", line)
        patch.setattr(shapes, "through", lambda _, maps: (maps.classes, maps.boundary))
        patch.setattr(shapes, "drawn_outlines", lambda *_: (noise, noise))
        shapes.main()
    return folder


def test_outlines_are_those_of_objects_that_count():
    maps = render_maps(np.random.Generator(np.random.PCG64(2)), 2, 2, shapes.SIZE)
    pairs = shapes.outlines_of(maps.classes, maps.boundary)
    large = [c for m in maps.classes for c in OBJECTS if (m == c).sum() > 400]
    assert {index for _, index in pairs} <= set(OBJECTS) and set(large) <= {index for _, index in pairs}
    assert all(outline.shape == (40, 40) and outline.max() > 0.99 for outline, _ in pairs)


def test_drawn_outlines_are_of_no_class_and_some_are_mirrored():
    left = np.zeros((40, 40), np.float32)
    left[:, :20] = 1
    true = iter(lambda: [(left, INDEX["dog"])], None)
    outlines, kinds = next(shapes.batches(true, [(left, INDEX["cat"])], 30, 1))
    assert kinds.tolist() == [INDEX["dog"]] * 20 + [shapes.NONE] * 10
    assert {float(o[0, 0, 0]) for o in outlines} == {0.0, 1.0}
    _, kinds = next(shapes.batches(true, [], 30, 1))
    assert set(kinds.tolist()) == {INDEX["dog"]}


def test_it_names_no_class_that_it_has_not_learnt(run):
    reader = shapes.load_shape_reader(run / "checkpoint.pt")
    logits = reader(torch.rand(3, 1, 40, 40))
    assert logits.shape == (3, 41)
    assert set(logits.argmax(1).tolist()) <= {*OBJECTS, shapes.NONE}
    assert logits[:, shapes.NONE].min() > -1000
    assert logits[:, INDEX["sky"]].max() < -1000 and logits[:, 39].max() < -1000


def test_a_pack_gets_it_and_its_other_files_stay(run, tmp_path):
    folder = str(tmp_path / "pack")
    shutil.copytree(TINY, folder)
    before = json.load(open(f"{folder}/pack.json", encoding="utf-8"))
    assert not Pack(folder).reads_shapes
    add_reader(folder, run / "checkpoint.pt", say=lambda _: None)
    after = json.load(open(f"{folder}/pack.json", encoding="utf-8"))
    assert after.pop("shapes") == {"model": "shapes.onnx", "side": 40}
    assert after["files"].pop("shapes.onnx")["sha256"] == sha256(f"{folder}/shapes.onnx")
    assert after == before
    pack, outlines = Pack(folder), np.random.default_rng(0).random((2, 40, 40)).astype(np.float32)
    logits = pack.read_shapes(outlines)
    assert logits.shape == (2, 41)
    clear = likeness([(pack.objects[0], outlines[0]), (pack.objects[1], outlines[1])], logits, pack.objects)
    assert ((0 < clear) & (clear <= 1)).all()


def test_a_reader_of_another_world_is_refused(run, tmp_path):
    folder = str(tmp_path / "pack")
    shutil.copytree(TINY, folder)
    saved = torch.load(run / "checkpoint.pt", weights_only=True)
    save_atomically(saved | {"world": 1}, tmp_path / "other.pt")
    with pytest.raises(SystemExit, match="version 1 of the world"):
        add_reader(folder, tmp_path / "other.pt", say=lambda _: None)
    assert not Pack(folder).reads_shapes
