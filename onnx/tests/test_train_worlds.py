"""Training, export and evaluation of either version of the world, without training: half a minute."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from evaluate import recall, silhouette
from evaluate.captions import held_out_cases
from evaluate.judges import have_judge
from evaluate.pack import Pack
from evaluate.segmenter import confusion
from export.manifest import class_entries
from export.pack import export_pack, pack_manifest
from train import autoencoder
from train.factor import FACTORS, Trainer, arguments_parser
from train.factor import TINY as TINY_NETWORK
from train.frames import read_shard, write_shard
from train.from_pack import factor_checkpoint, world_of_pack
from train.maps import Favoured, render_maps
from train.networks import CLASS_SLOTS, Autoencoder, AutoencoderConfig, Denoiser, DenoiserConfig
from train.parts import full, slim
from train.pictures import palette
from train.runs import require_world, save_atomically, world_of, world_of_checkpoint
from world.classes import CLASSES, INDEX, OBJECTS, classes_of, version_of

TINY = "tests/fixtures/tiny_pack"
WIDTHS = (16, 16, 16, 16, 16)


def checkpoint_of_autoencoder(path, widths=WIDTHS, **more):
    """A small untrained one, as `train.autoencoder` keeps it; without more it looks like those from before there were versions."""
    torch.manual_seed(0)
    network = Autoencoder(AutoencoderConfig(*widths))
    save_atomically({"config": vars(network.config), "model": network.state_dict(), "optimizer": None, "step": 0, "spent": 0.0, "frozen": True} | more, path)
    return str(path)


def steps_of_autoencoder(monkeypatch, *arguments):
    monkeypatch.setattr("sys.argv", ["autoencoder", "--minutes", "0.003", "--size", "64", "--chunk", "8", *arguments])
    autoencoder.main()


def trainer(run, autoencoder, *more):
    options = ["--factor", "segmentation", "--run", str(run), "--autoencoder", autoencoder, "--tiny", "--captions", "4", "--size", "64", "--batch", "4"]
    return Trainer(arguments_parser().parse_args([*options, *more]))


def test_a_slot_has_one_colour_in_all_versions():
    colours = palette()
    assert colours.shape == (CLASS_SLOTS, 3) and colours.dtype == np.uint8
    for version in (0, 1):
        assert colours[: len(classes_of(version))].tolist() == [list(info.colour) for info in classes_of(version)]
    assert len(np.unique(colours, axis=0)) == CLASS_SLOTS


def test_a_pack_tells_its_version_by_its_classes():
    assert [version_of(len(classes_of(version))) for version in (0, 1)] == [0, 1]
    with pytest.raises(ValueError, match="26 classes"):
        version_of(26)
    assert Pack(TINY).world == 0
    assert class_entries() == class_entries(1)[:25] and len(class_entries(1)) == 34


def test_the_manifest_says_how_many_classes_there_are():
    old, new = (pack_manifest({"segmentation": []}, version) for version in (0, 1))
    assert "25 classes" in old["description"] and "34 classes" in new["description"]
    assert len(new["classes"]) == 34 and old["colours"] == new["colours"]


def test_what_says_no_version_is_of_version_0(tmp_path):
    assert world_of({}) == 0 and world_of({"world": 1}) == 1
    require_world(1, 1, "a run")
    with pytest.raises(SystemExit, match="a run is of version 0 of the world and cannot be used with version 1"):
        require_world(0, 1, "a run")
    np.savez(tmp_path / "old.npz", classes=np.zeros((1, 2, 2), np.uint8))
    assert read_shard(tmp_path / "old.npz", 0, ["classes"])["classes"].shape == (1, 2, 2)
    with pytest.raises(SystemExit, match="old.npz is of version 0"):
        read_shard(tmp_path / "old.npz", 1, ["classes"])


def test_shards_carry_their_version(tmp_path):
    write_shard(tmp_path / "new.npz", {"classes": np.zeros((1, 2, 2), np.uint8)}, world=1)
    assert set(read_shard(tmp_path / "new.npz", 1, ["classes"])) == {"classes"}
    with pytest.raises(SystemExit, match="new.npz is of version 1"):
        read_shard(tmp_path / "new.npz", 0, ["classes"])


def test_the_version_survives_the_way_to_another_machine():
    state = {"config": {}, "model": {"w": torch.zeros(1)}, "world": 1}
    assert world_of(full(slim(state))) == 1


def test_maps_of_version_1_hold_its_classes():
    maps = render_maps(np.random.Generator(np.random.PCG64(3)), 16, 1, 64, world=1)
    assert 25 <= maps.classes.max() < 34
    assert render_maps(np.random.Generator(np.random.PCG64(3)), 16, 1, 64).classes.max() < 25


def test_favoured_things_are_in_as_many_captions_as_asked():
    drawn = lambda *names, share: render_maps(np.random.Generator(np.random.PCG64(3)), 24, 1, 64, world=1, favoured=Favoured(names, share))
    holding = lambda maps, name: (maps.classes == INDEX[name]).any((1, 2)).sum()
    plain, half, all_of_them = (drawn("rock", share=share) for share in (0.0, 0.5, 1.0))
    assert holding(plain, "rock") < 6 < holding(half, "rock") < 20 < holding(all_of_them, "rock") <= 24
    both = drawn("rock", "letters", share=1.0)
    assert holding(both, "rock") > 6 and holding(both, "sign") > 6 and (holding(both, "rock") + holding(both, "sign")) >= 22, "a look is named as a class is"


def test_a_pose_is_learnt_from_people_unless_something_else_is_favoured(tmp_path):
    own = checkpoint_of_autoencoder(tmp_path / "a.pt", widths=(16,) * 7, world=1)
    pose = lambda run, *more: trainer(tmp_path / run, own, "--factor", "pose", "--captions", "24", *more)
    lit = lambda one: (one.held[0].weight.amax((1, 2, 3)) > 1).float().mean()
    usual, other = pose("usual"), pose("other", "--favour", "rock")
    assert usual.favoured == FACTORS["pose"].favoured and lit(usual) > 0.4 > lit(other), "a cell of a skeleton weighs more"


def test_favoured_things_have_to_be_of_the_world(tmp_path):
    own, frames = checkpoint_of_autoencoder(tmp_path / "a.pt"), ["--frames-only", "--frames", str(tmp_path)]
    with pytest.raises(SystemExit, match="version 0 of the world has no rock; it has airplane, ball"):
        trainer(tmp_path / "run", own, "--favour", "dog", "rock")
    with pytest.raises(SystemExit, match="train.frames --wanted"):
        trainer(tmp_path / "run", own, "--favour", "dog", *frames)


def test_the_autoencoder_goes_on_in_version_1_with_its_encoder_frozen(tmp_path, monkeypatch):
    start, run = checkpoint_of_autoencoder(tmp_path / "start.pt"), tmp_path / "run"
    more = ["--run", str(run), "--start", start, "--only", "classes"]
    steps_of_autoencoder(monkeypatch, *more, "--world", "1")
    before, after = (torch.load(path, weights_only=True) for path in (start, run / "checkpoint.pt"))
    assert world_of_checkpoint(run / "checkpoint.pt") == 1 and after["step"] > 0 and after["frozen"]
    changed = {name.split(".")[0] for name, value in before["model"].items() if not torch.equal(value, after["model"][name])}
    assert changed == {"classes"}
    log = (run / "log.jsonl").read_text()
    assert '"world": 1, "start_world": 0' in log and "added_pixels" in log
    steps_of_autoencoder(monkeypatch, *more)  # carried along
    with pytest.raises(SystemExit, match="is of version 1 of the world"):
        steps_of_autoencoder(monkeypatch, *more, "--world", "0")


@pytest.mark.parametrize(("kind", "figure"), [("normal", "normal_degrees"), ("pose", "joints_found")])
def test_a_decoder_is_added_and_leaves_the_others_alone(tmp_path, monkeypatch, kind, figure):
    start, run = checkpoint_of_autoencoder(tmp_path / "start.pt", world=1), tmp_path / "run"
    steps_of_autoencoder(monkeypatch, "--run", str(run), "--start", start, "--only", kind)
    before, after = (torch.load(path, weights_only=True)["model"] for path in (start, run / "checkpoint.pt"))
    assert all(torch.equal(value, after[name]) for name, value in before.items())
    assert {name.split(".")[0] for name in after.keys() - before.keys()} == {kind}
    assert f'"{figure}"' in (run / "log.jsonl").read_text()


@pytest.mark.parametrize("variable", ["normal", "pose"])
def test_new_variables_learn_from_maps_drawn_on_the_fly(tmp_path, variable):
    before = checkpoint_of_autoencoder(tmp_path / "before.pt", world=1)
    with pytest.raises(SystemExit, match=f"before.pt has no decoder for {variable}: train.autoencoder --only {variable} adds it"):
        trainer(tmp_path / "run", before, "--factor", variable)
    autoencoder = checkpoint_of_autoencoder(tmp_path / "autoencoder.pt", (*WIDTHS, 16, 16), world=1)
    run = trainer(tmp_path / "run", autoencoder, "--factor", variable)
    chunk = run.held[0]
    assert list(chunk.parents) == FACTORS[variable].parents and chunk.latent.shape[1:] == (8, 8, 8)
    assert (chunk.weight is not None) == (variable == "pose")
    assert np.isfinite(float(run.update(4)["loss"]))


def test_a_factor_of_a_pack_can_be_given_more_parents(monkeypatch):
    old = FACTORS["image"].parents[:3]
    before = Denoiser(DenoiserConfig(parents=old, **TINY_NETWORK, middle_attention=True)).eval()
    for parameter in before.parameters():  # outputs that start at zero would hide every dependence
        torch.nn.init.normal_(parameter, std=0.1)
    monkeypatch.setattr("train.from_pack.denoiser_of_pack", lambda *_, **__: (before.config.to_dict(), dict(before.state_dict())))
    monkeypatch.setattr("train.from_pack.size_in", lambda *_: 256)
    saved = factor_checkpoint(Path("a pack"), "image", 0)
    assert saved["config"]["parents"] == FACTORS["image"].parents == [*old, "normal", "pose"]
    network = Denoiser(DenoiserConfig(**saved["config"])).eval()
    network.load_state_dict(saved["model"])
    torch.manual_seed(0)
    inputs = [torch.randn(2, 8, 16, 16), torch.rand(2), torch.randn(2, 5, 384), torch.ones(2, 5, dtype=torch.long), torch.ones(2, 5)]
    parents = [x for _ in old for x in (torch.randn(2, 8, 16, 16), torch.zeros(2))]
    new = [x for _ in range(2) for x in (torch.randn(2, 8, 16, 16), torch.tensor([0.0, -1.0]))]
    with torch.no_grad():
        assert torch.allclose(network(*inputs, *parents, *new), before(*inputs, *parents), atol=1e-6)


def test_a_factor_is_of_the_version_of_its_autoencoder(tmp_path):
    old = checkpoint_of_autoencoder(tmp_path / "old.pt")
    new = checkpoint_of_autoencoder(tmp_path / "new.pt", world=1)
    with pytest.raises(SystemExit, match="old.pt is of version 0"):
        trainer(tmp_path / "run", old, "--world", "1")
    run = trainer(tmp_path / "run", new)
    assert run.world == 1 and run.held[0].plan[:, 25:34].sum() > 0
    assert np.isfinite(float(run.update(4)["loss"]))
    run.checkpoint()
    assert trainer(tmp_path / "run", new, "--world", "1").step == 1
    with pytest.raises(SystemExit, match="checkpoint.pt is of version 1"):
        trainer(tmp_path / "run", old)


def test_a_pack_of_mixed_versions_is_refused(tmp_path):
    checkpoint_of_autoencoder(tmp_path / "autoencoder" / "checkpoint.pt", world=1)
    save_atomically({"config": {}}, tmp_path / "segmentation" / "checkpoint.pt")
    with pytest.raises(SystemExit, match="segmentation/checkpoint.pt is of version 0"):
        export_pack(str(tmp_path), str(tmp_path / "pack"))
    assert not (tmp_path / "pack.partial").exists()


def test_the_world_of_a_pack_is_that_of_its_classes():
    assert world_of_pack(Path(TINY)) == 0
    assert world_of_pack(Path("onnx/packs/clay")) == 1


def test_held_out_cases_of_version_1_ask_for_its_classes():
    cases = held_out_cases(24, version=1)
    assert [c.caption for c in cases] == [c.caption for c in held_out_cases(24, version=1)]
    asked = {name for case in cases for name in case.asked}
    assert any(INDEX[name] >= len(CLASSES) for name in asked)
    assert all(recall.recall(c.classes, c.asked) == 1 for c in cases)
    found = {index for case in cases for _, index in silhouette.outlines_of(case.classes, case.asked)}
    assert found <= set(OBJECTS) and max(found) >= len(CLASSES)


def test_judges_count_the_classes_of_their_own_version(capsys):
    assert have_judge("silhouette") and have_judge("segmenter")
    assert not have_judge("silhouette", 2)
    assert "python -m evaluate.silhouette --world 2 trains it" in capsys.readouterr().err
    for version in (0, 1):
        known = len(classes_of(version))
        sure = lambda batch, known=known: np.eye(known)[np.full(len(batch), known - 1)]
        pairs = [(np.zeros((40, 40), np.float32), known - 1)]
        assert silhouette.accuracy(sure, pairs) == (1.0, 1)
        answer = lambda images, known=known: np.eye(known)[np.full((len(images), 64, 64), known - 1)].transpose(0, 3, 1, 2)
        matrix = confusion(answer, np.zeros((1, 3, 256, 256), np.float32), np.full((1, 64, 64), known - 1, np.uint8))
        assert matrix[known - 1, known - 1] == 64 * 64 == matrix.sum()
