"""What tests share, and: those that train networks for minutes run only when asked for: `make train-test`, that is `pytest --training`."""

import shutil

import pytest


def pytest_addoption(parser):
    parser.addoption("--training", action="store_true", help="run the tests that train networks, minutes each")


def pytest_configure(config):
    config.addinivalue_line("markers", "training: trains networks for minutes; needs --training")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--training"):
        for item in items:
            if "training" in item.keywords:
                item.add_marker(pytest.mark.skip(reason="needs --training"))


@pytest.fixture
def autoencoder(tmp_path):
    """The checkpoint of the smallest autoencoder, untrained."""
    import torch

    from train.networks import Autoencoder, AutoencoderConfig
    from train.runs import save_atomically

    torch.manual_seed(0)
    network = Autoencoder(AutoencoderConfig(16, 16, 16, 16, 16))
    save_atomically({"config": vars(network.config), "model": network.state_dict()}, tmp_path / "autoencoder.pt")
    return tmp_path / "autoencoder.pt"


@pytest.fixture
def pack(tmp_path):
    """A copy of the tiny pack that a test may alter."""
    shutil.copytree("tests/fixtures/tiny_pack", tmp_path / "pack")
    return str(tmp_path / "pack")
