"""What was learnt in one run, put onto the same network after another."""

import pytest

torch = pytest.importorskip("torch")

from train.factor import TINY
from train.networks import Denoiser, DenoiserConfig, load_denoiser
from train.runs import save_atomically
from train.transfer import transfer


def save(path, seed, **more):
    torch.manual_seed(seed)
    network = Denoiser(DenoiserConfig(**(TINY | more.pop("shape", {}))))
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter)
    save_atomically({"config": network.config.to_dict(), "ema": network.state_dict(), "factor": "segmentation", "world": 1} | more, path)
    return network.state_dict()


def test_the_difference_is_added_and_walks_as_what_was_learnt(tmp_path):
    learnt, before, onto = (tmp_path / f"{name}.pt" for name in ("learnt", "before", "onto"))
    restart = {"step": 2, "times": 5, "from": 0.75}
    a = save(learnt, 1, steps=4, guidance=3.0, size=128, restart=restart)
    b, c = save(before, 2, size=128), save(onto, 3, size=192)
    path = transfer(learnt, before, onto, tmp_path / "run")
    saved = torch.load(path, weights_only=True)
    assert "shift" not in saved and torch.load(transfer(learnt, before, onto, tmp_path / "run", 2.0), weights_only=True)["shift"] == 2.0
    assert saved["steps"] == 4 and saved["restart"] == restart and saved["guidance"] == 3.0 and saved["size"] == 192 and saved["world"] == 1
    for name, value in load_denoiser(path).state_dict().items():
        assert torch.allclose(value, a[name] + c[name] - b[name], atol=1e-5)
    for name, value in load_denoiser(transfer(learnt, before, onto, tmp_path / "run", scale=0.5)).state_dict().items():
        assert torch.allclose(value, a[name] + 0.5 * (c[name] - b[name]), atol=1e-5)


def test_networks_of_other_shapes_are_refused(tmp_path):
    learnt, onto = tmp_path / "learnt.pt", tmp_path / "onto.pt"
    save(learnt, 1, steps=4)
    save(onto, 2, shape={"widths": [8, 16]})
    with pytest.raises(SystemExit, match="onto.pt differs from .*learnt.pt in config"):
        transfer(learnt, learnt, onto, tmp_path / "run")
