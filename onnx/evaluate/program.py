"""The program itself, as a measuring instrument."""

import json
import subprocess
from pathlib import Path


def replay(program, pack, commands, folder):
    """Carries out commands in `folder`, where the files they write stay; returns the report."""
    script = Path(folder, "script.json")
    script.write_text(json.dumps(commands), encoding="utf-8")
    line = [program, "replay", str(script), "--out", str(folder), "--pack", pack, "--device", "cpu"]
    subprocess.run(line, check=True, stdout=subprocess.DEVNULL)
    return json.loads(Path(folder, "report.json").read_text(encoding="utf-8"))
