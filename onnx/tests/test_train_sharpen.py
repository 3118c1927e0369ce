"""The image decoder is guided by maps and sharpened against a critic, and put into a finished pack."""

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("onnx.helper")
torch = pytest.importorskip("torch")

from evaluate.pack import Pack  # noqa: E402
from export.decoder import put_decoder  # noqa: E402
from export.pack import UNNAMED_LEAD, UNNAMED_SHARE  # noqa: E402
from train.frames import render_shard, write_shard  # noqa: E402
from train.networks import Autoencoder, AutoencoderConfig, Denoiser, DenoiserConfig  # noqa: E402
from train.runs import save_atomically  # noqa: E402
from train.sharpen import HELD, Sharpener  # noqa: E402
from train.weights import autoencoder_of_pack, load_matching  # noqa: E402

TINY = "tests/fixtures/tiny_pack"
MAPS = ["segmentation", "depth", "sketch"]


def guided_config(maps=MAPS):
    return AutoencoderConfig(16, 16, 16, 16, 16, image_enlarge=2, image_guide=8, image_maps=list(maps))


def random_maps(count, side, levels):
    return [part for level in levels for part in (torch.rand(count, 3, side, side) * 2 - 1, torch.full((count,), level))]


def test_a_guide_adds_nothing_at_first_and_does_not_see_maps_that_are_not_there():
    torch.manual_seed(0)
    network, latent = Autoencoder(guided_config()), torch.randn(2, 8, 2, 2)
    plain = network.image(network.raw(latent))
    assert torch.equal(network.painted(latent, *random_maps(2, 32, (0.0, 0.0, 0.0))), plain)
    for parameter in network.guide.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    absent, other = (random_maps(2, 32, (-1.0, 0.0, -1.0)) for _ in range(2))
    other[2:4] = absent[2:4]
    decoded = network.painted(latent, *absent)
    assert not torch.allclose(decoded, plain) and torch.equal(decoded, network.painted(latent, *other))
    assert not torch.allclose(decoded, network.painted(latent))
    with pytest.raises(ValueError, match="enlarges"):
        Autoencoder(AutoencoderConfig(16, 16, 16, 16, 16, image_guide=8, image_maps=["depth"]))


def checkpoint(folder, maps):
    """An untrained guided decoder beside the tiny pack's encoder."""
    torch.manual_seed(1)
    _, weights = autoencoder_of_pack(Path(TINY))
    network = Autoencoder(guided_config(maps))
    load_matching(network, {name: value for name, value in weights.items() if not name.startswith("image.")}, grown=("image.", "guide."))
    for parameter in network.guide.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    save_atomically({"config": vars(network.config), "model": network.state_dict()}, folder / "guided.pt")
    return folder / "guided.pt", network


def test_it_is_put_into_a_finished_pack_whose_other_files_stay(pack, tmp_path):
    before = json.loads(Path(pack, "pack.json").read_text())
    path, network = checkpoint(tmp_path, MAPS)
    put_decoder(pack, path, "2", say=lambda _: None)
    after = json.loads(Path(pack, "pack.json").read_text())
    assert after["variables"][3] == before["variables"][3] | {"enlarge": 2, "guided_by": MAPS} and after["revision"] == "2"
    assert {name for name, entry in after["files"].items() if entry != before["files"][name]} == {"decode_image.onnx"}
    opened, rng = Pack(pack), np.random.default_rng(2)
    latent, depth = rng.standard_normal((2, 8, 16, 16)).astype(np.float32), rng.uniform(-1, 1, (2, 3, 256, 256)).astype(np.float32)
    shown = [torch.zeros(2, 3, 256, 256), torch.full((2,), -1.0)]
    expected = network.decode_image(torch.from_numpy(latent), *shown, torch.from_numpy(depth), torch.zeros(2), *shown).detach().numpy()
    np.testing.assert_allclose(opened.decode("image", latent, {"depth": depth})[0], expected, atol=5e-3)
    assert np.abs(opened.decode("image", latent)[0] - expected).max() > 0.05
    config, weights = autoencoder_of_pack(Path(pack))
    again = Autoencoder(AutoencoderConfig(**config))
    load_matching(again, weights)
    assert config["image_maps"] == MAPS and torch.allclose(again.guide.low.weight, network.guide.low.weight, atol=1e-3)


def test_a_decoder_of_classes_is_put_there_in_the_same_way_if_it_knows_the_packs_classes(pack, tmp_path):
    before = json.loads(Path(pack, "pack.json").read_text())
    path, network = checkpoint(tmp_path, MAPS)
    torch.nn.init.normal_(next(network.classes.parameters()), std=0.1)
    save_atomically({"config": vars(network.config), "model": network.state_dict()}, path)
    put_decoder(pack, path, "2", "segmentation", say=lambda _: None)
    after = json.loads(Path(pack, "pack.json").read_text())
    assert after["variables"][0] == before["variables"][0] | {"unnamed_lead": UNNAMED_LEAD, "unnamed_share": UNNAMED_SHARE}
    assert {name for name, entry in after["files"].items() if entry != before["files"][name]} == {"decode_classes.onnx"}
    latent = np.random.default_rng(2).standard_normal((1, 8, 8, 8)).astype(np.float32)
    expected = network.decode_classes(torch.from_numpy(latent))[0].detach().numpy()
    np.testing.assert_allclose(Pack(pack).decode("segmentation", latent)[0], expected, atol=5e-3)
    after["variables"][0]["decoder_int8"] = "decode_classes_int8.onnx"
    Path(pack, "decode_classes_int8.onnx").write_bytes(b"of other weights")
    Path(pack, "pack.json").write_text(json.dumps(after))
    put_decoder(pack, path, "3", "segmentation", say=lambda _: None)
    assert Pack(pack).decoders["segmentation"] == "decode_classes_int8.onnx"
    eight = Pack(pack).decode("segmentation", latent)[0]
    assert 0 < np.sqrt(((eight - expected) ** 2).mean() / (expected**2).mean()) < 0.1, "in 8 bits anew where it was"
    save_atomically({"config": vars(network.config), "model": network.state_dict(), "world": 1}, path)
    with pytest.raises(ValueError, match="not those of version 1"):
        put_decoder(pack, path, "3", "segmentation", say=lambda _: None)


def test_a_guide_by_what_the_factor_does_not_read_is_refused_and_the_pack_stays(pack, tmp_path):
    before = Path(pack, "pack.json").read_bytes()
    path, _ = checkpoint(tmp_path, ["normal"])
    with pytest.raises(ValueError, match="guided by normal"):
        put_decoder(pack, path, say=lambda _: None)
    assert Path(pack, "pack.json").read_bytes() == before


def test_a_few_steps_change_the_image_decoder_alone_and_can_be_continued(tmp_path):
    torch.manual_seed(3)
    write_shard(tmp_path / "frames" / "0001-00000.npz", render_shard(1, 0, HELD + 4, 64, 1, 1), 1)
    coder = Autoencoder(AutoencoderConfig(16, 16, 16, 16, 16, image_enlarge=2))
    save_atomically({"config": vars(coder.config), "model": coder.state_dict(), "world": 1}, tmp_path / "coder.pt")
    factor = Denoiser(DenoiserConfig(parents=["segmentation", "normal"], widths=[8, 16], blocks=1, heads=2, word_width=4))
    save_atomically({"config": factor.config.to_dict(), "ema": factor.state_dict()}, tmp_path / "factor.pt")
    save_atomically({"config": factor.config.to_dict(), "ema": factor.state_dict(), "steps": 2}, tmp_path / "quick.pt")
    options = {"start": tmp_path / "coder.pt", "factor": tmp_path / "factor.pt", "frames": tmp_path / "frames", "run": tmp_path / "run", "maps": MAPS}
    options |= {"critic": None, "quick": tmp_path / "quick.pt", "threads": 1, "seed": 1, "rate": 1e-3, "batch": 2, "crop": 32, "adversarial": 0.5, "limit": None}
    run = lambda minutes: Sharpener(argparse.Namespace(**options, minutes=minutes)).run()
    run(0.1)
    saved = torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)
    assert saved["step"] > 0 and saved["config"]["image_maps"] == MAPS and saved["world"] == 1
    changed = {name.split(".")[0] for name, value in coder.state_dict().items() if not torch.equal(value, saved["model"][name])}
    assert changed == {"image"} and saved["model"]["guide.low.weight"].abs().sum() > 0
    torch.save(saved["sharpening"][2], tmp_path / "critic.pt")
    known = Sharpener(argparse.Namespace(**options | {"critic": tmp_path / "critic.pt", "run": tmp_path / "third"}, minutes=0.1)).critic
    assert all(torch.equal(value, saved["sharpening"][2][name]) for name, value in known.state_dict().items())
    run(0.2)
    assert torch.load(tmp_path / "run" / "checkpoint.pt", weights_only=True)["step"] > saved["step"]
    lines = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text().splitlines()]
    assert {"psnr_true", "psnr_guessed_exact", "steep_guessed_maps", "steep_drawn_maps"} <= next(line for line in lines if line.get("event") == "measured").keys()
    save_atomically({"config": vars(AutoencoderConfig(16, 16, 16, 16, 16)), "model": {}}, tmp_path / "plain.pt")
    with pytest.raises(SystemExit, match="--enlarge 2"):
        Sharpener(argparse.Namespace(**options | {"start": tmp_path / "plain.pt", "run": tmp_path / "other"}, minutes=0.01))
