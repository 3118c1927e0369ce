"""What every training run shares: its folder, atomic checkpoints, the clock and the log."""

import contextlib
import json
import os
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import torch


def code_revision() -> str:
    """The commit of the code, marked when the working tree differs from it; 'unknown' outside a repository."""
    here = Path(__file__).parent
    try:
        revision = subprocess.run(["git", "rev-parse", "--short=12", "HEAD"], cwd=here, capture_output=True, text=True, check=True).stdout.strip()
        changed = subprocess.run(["git", "status", "--porcelain", "--", "."], cwd=here, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return revision + ("+changes" if changed else "")


def save_atomically(state: dict, path: Path) -> None:
    """Writes beside `path`, flushes to the disk, renames: a kill never leaves half a checkpoint."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_suffix(".partial")
    with open(aside, "wb") as file:
        torch.save(state, file)
        file.flush()
        os.fsync(file.fileno())
    os.replace(aside, path)


def world_of(saved: Mapping) -> int:
    """The version of the world that a checkpoint or a shard of frames was made in; those from before there were two do not say it."""
    return int(saved.get("world", 0))


def world_of_checkpoint(path: str | Path) -> int:
    """`world_of` the checkpoint in a file; its weights stay on the disk."""
    return world_of(torch.load(path, map_location="cpu", weights_only=True, mmap=True))


def require_world(found: int, world: int, what: str | Path) -> None:
    """Ends the command with one line where `what` is of another version of the world than the run."""
    if found != world:
        raise SystemExit(f"{what} is of version {found} of the world and cannot be used with version {world}")


def precision(device: str, bf16: bool) -> contextlib.AbstractContextManager:
    """In what numbers a forward pass computes. A pass without gradients and one with them need a context each: autocast keeps the weights that it has rounded."""
    return torch.autocast(device, torch.bfloat16) if bf16 else contextlib.nullcontext()


class Log:
    """Appends lines of JSON to `log.jsonl` in the run's folder and prints them."""

    def __init__(self, folder: Path):
        folder.mkdir(parents=True, exist_ok=True)
        self.path = folder / "log.jsonl"

    def write(self, **values) -> None:
        line = json.dumps({"clock": time.strftime("%H:%M:%S", time.gmtime()), **values})
        with open(self.path, "a") as file:
            file.write(line + "\n")
        print(line, flush=True)


class Budget:
    """A schedule by the clock: training is planned in minutes because other work shares the machine.

    `spent` seconds survive a restart through the checkpoint; `minutes` is the total over all of its sessions.
    """

    def __init__(self, minutes: float, spent: float = 0.0):
        self.total = minutes * 60
        self.before = spent
        self.start = time.monotonic()

    @property
    def spent(self) -> float:
        return self.before + time.monotonic() - self.start

    @property
    def progress(self) -> float:
        """0 at the start, 1 at the end."""
        return min(1.0, self.spent / self.total)

    @property
    def over(self) -> bool:
        return self.spent >= self.total


def learning_rate(base: float, step: int, progress: float, warm_up: int = 100) -> float:
    """Linear warm-up over `warm_up` steps, constant, then linear decay to 2% over the last third."""
    decay = 1.0 if progress < 2 / 3 else max(0.02, 3 * (1 - progress))
    return base * min(1.0, (step + 1) / warm_up) * decay


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = rate
