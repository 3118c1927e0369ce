"""Every command of the Python side says what it takes."""

import importlib
import sys
from pathlib import Path

import pytest

ONNX = Path(__file__).parents[1]
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
    try:
        module = importlib.import_module(command if (ONNX / command.replace(".", "/")).with_suffix(".py").exists() else f"{command}.__main__")
    except ModuleNotFoundError as error:
        pytest.skip(f"needs {error.name}")
    monkeypatch.setattr(sys, "argv", [command, "--help"])
    with pytest.raises(SystemExit) as left:
        module.main()
    assert left.value.code == 0
    assert "usage:" in capsys.readouterr().out
