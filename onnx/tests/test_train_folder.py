"""A folder of pictures becomes shards; what is missing is missing for the training as well."""

import json

import numpy as np
import pytest
from PIL import Image

torch = pytest.importorskip("torch")

from train.chunks import chunk_of, cell_weights, encode_shard, frame_pictures, with_missing
from train.factor import conditions, draw_batch
from train.folder import write_shards
from train.frames import VARIABLES, read_shard
from train.networks import Autoencoder, AutoencoderConfig
from world.classes import palette
from world.folder import write_folder


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Six frames of the world as a folder, some maps missing, and the shard they become."""
    folder = tmp_path_factory.mktemp("data")
    write_folder(folder / "data", 6, size=128, seed=7, missing=0.3, samples=1)
    (folder / "shards").mkdir()
    assert write_shards(folder / "data", folder / "shards", 128, 4, 0) == 6
    return folder


def shard_of(folder, number=0):
    return read_shard(folder / "shards" / f"{number:05d}.npz", 0)


def test_maps_come_back_as_they_were_written(rendered):
    shard, entries = shard_of(rendered), [json.loads(line) for line in (rendered / "data" / "frames.jsonl").read_text().splitlines()]
    assert shard["classes"].shape == (4, 128, 128) and len(shard_of(rendered, 1)["classes"]) == 2
    for i, entry in enumerate(entries[:4]):
        written = np.asarray(Image.open(rendered / "data" / entry["segmentation"]))
        assert (np.array(palette())[shard["classes"][i]] == written).all()
        assert (shard["instances"][i] == np.asarray(Image.open(rendered / "data" / entry["instances"]))).all()
        if "depth" in entry:
            assert (shard["depth"][i] == np.asarray(Image.open(rendered / "data" / entry["depth"]))).all()
        assert shard["given"][i].tolist() == [name == "segmentation" or name in entry for name in VARIABLES]
        assert str(shard["captions"][i]) == entry["caption"]
    assert not shard["given"].all() and shard["boundary"].any()


def test_a_factor_learns_from_the_frames_that_have_its_map_and_is_told_what_they_lack(rendered):
    torch.manual_seed(0)
    shard = shard_of(rendered)
    autoencoder = Autoencoder(AutoencoderConfig(16, 16, 16, 16, 16))
    stored = encode_shard(shard, "00000", "sketch", ["segmentation", "depth"], autoencoder, 128)
    chunk = chunk_of(stored, shard, "sketch", 128)
    has = dict(zip(VARIABLES, shard["given"].T))
    both = lambda column: np.concatenate([column, column])  # mirror images; there is no sign among them
    assert len(chunk) == 2 * has["sketch"].sum()
    assert chunk.given["depth"].tolist() == both(has["depth"])[both(has["sketch"])].tolist() and chunk.given["segmentation"].all()
    clean, parents, given, *_ = draw_batch(chunk, 500)
    inputs = conditions(parents, given)
    level = dict(zip(parents, inputs[1::2]))
    assert (level["depth"][~given["depth"]] == -1).all() and (level["depth"][given["depth"]] >= 0).float().mean() > 0.7


def test_a_share_of_the_maps_can_be_left_out(rendered):
    shard = shard_of(rendered)
    stored = encode_shard(shard, "00000", "segmentation", [], Autoencoder(AutoencoderConfig(16, 16, 16, 16, 16)), 128)
    chunk = chunk_of(stored, shard, "segmentation", 128)
    assert chunk.plan.shape == (8, 40, 4, 4)
    chunk.parents["depth"] = chunk.latent
    half = with_missing(chunk, 0.5, np.random.default_rng(0))
    assert 0 < half.given["depth"].sum() < len(chunk) and not chunk.given


def test_frames_are_shown_in_sizes_that_divide_theirs_alone(rendered):
    assert frame_pictures(shard_of(rendered), 64)["image"].shape == (4, 3, 64, 64)
    with pytest.raises(SystemExit, match="frames of 128 pixels cannot be shown at 96: give --size 64"):
        frame_pictures(shard_of(rendered), 96)


def test_classes_of_ones_own_take_the_slots_in_their_order(tmp_path):
    own = [{"name": "paper", "kind": "background", "colour": [255, 255, 255]}, {"name": "blot", "kind": "object", "colour": [0, 0, 0]}]
    picture = np.full((60, 80, 3), 250, np.uint8)
    picture[10:30, 20:40] = picture[35:50, 45:60] = 9
    data, out = tmp_path / "data", tmp_path / "shards"
    data.mkdir(), out.mkdir()
    Image.fromarray(picture).save(data / "0.png")
    (data / "dataset.json").write_text(json.dumps({"classes": own}))
    (data / "frames.jsonl").write_text(json.dumps({"caption": "two blots", "segmentation": "0.png", "image": "0.png"}))
    write_shards(data, out, 128, 256, 0)
    shard = read_shard(out / "00000.npz", 0)
    assert set(np.unique(shard["classes"])) == {0, 1} and shard["instances"].max() == 2
    assert shard["given"].tolist() == [[True, False, False, False, False, True]]
    objects = read_shard(out / "00000.npz", 0, ["objects"])["objects"]
    assert objects.tolist() == [1] and cell_weights(shard["classes"], 16, objects).max() == 3
    assert json.loads((out / "classes.json").read_text()) == own


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ({"caption": "a dog"}, 'line 1: a frame needs "caption" and "segmentation"'),
        ({"caption": "a dog", "segmentation": "none.png"}, "line 1: .*none.png cannot be read"),
        ({"caption": "a dog", "segmentation": "0.png", "pose": [[1, 2, 3]]}, "line 1: \"pose\" is a list of people"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, line, says):
    Image.new("RGB", (16, 16)).save(tmp_path / "0.png")
    (tmp_path / "frames.jsonl").write_text(json.dumps(line))
    with pytest.raises(SystemExit, match=says):
        write_shards(tmp_path, tmp_path, 128, 256, 0)
