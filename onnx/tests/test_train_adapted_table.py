"""The table that sets adapted factors beside one from scratch: real networks, untrained, and true maps as an upper row."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from evaluate.captions import held_out_cases  # noqa: E402
from train import adapted_table  # noqa: E402
from train.adapted import Adapted  # noqa: E402
from train.adapted_table import HEAD, Drawn, drawn_by, renders, rows_of, table  # noqa: E402
from train.factor import TINY  # noqa: E402
from train.networks import Autoencoder, AutoencoderConfig, Denoiser, DenoiserConfig  # noqa: E402
from train.runs import save_atomically  # noqa: E402
from train.text import TextEncoder  # noqa: E402
from world.classes import classes_of  # noqa: E402


def test_true_maps_and_images_stand_above_shuffled_ones():
    cases = held_out_cases(12, version=1)
    maps, images = np.stack([case.classes for case in cases]), renders([case.scene for case in cases])
    rows = rows_of([Drawn("true", 4000, maps, images), Drawn("shuffled", 0, np.roll(maps, 1, 0), images), Drawn("images", 0, None, images)], cases, 1)
    true, shuffled, alone, others = ([float(cell) for cell in row[2:] if cell] for row in rows)
    assert rows[0][:2] == ["true", "4k"] and rows[3][0] == "*renders of other scenes*"
    assert true[0] == 1 and shuffled[0] < 0.6 and others[0] == 1
    assert true[3] == pytest.approx(0, abs=0.1) and others[3] > 1
    assert true[6:9] == alone[:3] == [0, 1, 1] and true[-1] > shuffled[-1] + 0.2
    lines = table(rows).splitlines()
    assert all(line.count("|") == len(HEAD) + 1 for line in lines) and len(lines) == 6


def test_a_run_draws_maps_and_images_that_follow_them(tmp_path, monkeypatch):
    torch.manual_seed(0)
    monkeypatch.setattr(adapted_table, "STEPS", 1)
    autoencoder = Autoencoder(AutoencoderConfig(16, 16, 16, 16, 16)).eval()
    network, image = Denoiser(DenoiserConfig(**TINY)), Adapted(Denoiser(DenoiserConfig(**TINY)), ["segmentation"])
    path = tmp_path / "one" / "checkpoint.pt"
    save_atomically({"samples": 7}, path)
    captions = TextEncoder().encode_all(["a dog", "a cat on a road"])
    found = drawn_by(network, path, autoencoder, captions, image, len(classes_of(1)))
    assert found[:2] == ("one", 7) and found.maps.shape == (2, 128, 128) and found.images.shape == (2, 3, 256, 256)
    adapted_table.save_sheet([found, Drawn("teacher", 7, None, found.images)], 1, tmp_path / "sheet.png", count=2)
    assert (tmp_path / "sheet.png").exists()
