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
def pack(tmp_path):
    """A copy of the tiny pack that a test may alter."""
    shutil.copytree("tests/fixtures/tiny_pack", tmp_path / "pack")
    return str(tmp_path / "pack")
