"""Every command of the Python side says what it takes."""

import importlib.util
import sys
from pathlib import Path

import pytest

ONNX = Path(__file__).parents[1]
TRAINING = importlib.util.find_spec("torch") is not None
COMMANDS = sorted(
    ".".join(path.relative_to(ONNX).with_suffix("").parts).removesuffix(".__main__")
    for folder in ("evaluate", "export", "train", "world")
    for path in (ONNX / folder).rglob("*.py")
    if path.name == "__main__.py" or 'if __name__ == "__main__"' in path.read_text()
)


def test_the_commands_are_found():
    assert {"evaluate", "export.pack", "train.factor", "train.refine"} <= set(COMMANDS)


@pytest.mark.parametrize("command", COMMANDS)
def test_help_can_be_read(command, monkeypatch, capsys):
    module = command if (ONNX / command.replace(".", "/")).with_suffix(".py").exists() else f"{command}.__main__"
    monkeypatch.setattr(sys, "argv", [command, "--help"])
    try:
        importlib.import_module(module).main()
    except (ImportError, SystemExit) as left:
        if not TRAINING and getattr(left, "code", None) != 0:
            pytest.skip("training alone has what it needs")
        assert getattr(left, "code", left) == 0
    assert "usage:" in capsys.readouterr().out
