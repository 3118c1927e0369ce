"""A checkpoint that travelled to another machine and back in parts is the one that left."""

import pytest

torch = pytest.importorskip("torch")

from train import parts  # noqa: E402
from train.networks import Autoencoder, AutoencoderConfig, load_autoencoder  # noqa: E402


@pytest.fixture
def checkpoint(tmp_path):
    network = Autoencoder(AutoencoderConfig(16, 16, 16, 16, 16))
    state = {"config": vars(network.config), "model": network.state_dict(), "optimizer": {"large": torch.zeros(1000)}, "step": 7, "spent": 3.0}
    torch.save(state, tmp_path / "checkpoint.pt")
    return tmp_path / "checkpoint.pt"


def test_parts_join_again(checkpoint, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "PART_BYTES", 20_000)
    written = parts.split(checkpoint, tmp_path / "out", "autoencoder")
    assert len(written) > 10 and all(path.stat().st_size <= 20_000 for path in written)
    assert parts.join(tmp_path / "out", "autoencoder", tmp_path / "back.pt")
    before, after = load_autoencoder(checkpoint), load_autoencoder(tmp_path / "back.pt")
    for name, tensor in before.state_dict().items():
        assert torch.equal(after.state_dict()[name], tensor.half().float()), name
    back = torch.load(tmp_path / "back.pt", weights_only=True)
    assert back["optimizer"] is None and back["step"] == 7


def test_a_missing_part_is_noticed(checkpoint, tmp_path, monkeypatch):
    monkeypatch.setattr(parts, "PART_BYTES", 20_000)
    parts.split(checkpoint, tmp_path / "out", "autoencoder")[-1].unlink()
    with pytest.raises(ValueError, match="not a whole checkpoint"):
        parts.join(tmp_path / "out", "autoencoder", tmp_path / "back.pt")


def test_nothing_to_join(tmp_path):
    assert not parts.join(tmp_path, "segmentation", tmp_path / "back.pt")
