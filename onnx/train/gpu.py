"""Training on a borrowed GPU machine without a network, in slices of minutes; `onnx/GPU.md` says how to use it.

    python -m train.gpu prepare --factor segmentation                    here: everything the machine needs, in onnx/runs/gpu/inputs
    python -m train.gpu slice --factor segmentation --out DIR            there: one slice; at most eight files of 16 MiB in DIR
    python -m train.gpu collect --factor segmentation --from DIR         here: the result becomes onnx/runs/segmentation and the next input
"""

import argparse
import shutil
import subprocess
import sys
import time
from pathlib import Path

from .factor import FACTORS, Trainer, arguments_parser
from .parts import join, split
from .runs import Budget, world_of_checkpoint
from .text import encoder_path, tokenizer_path

INPUTS = Path("onnx/runs/gpu/inputs")
LIMIT = 64 * 2**20
"""Bytes that may travel to the machine, sources included (they have less than 4 MiB)."""


class SliceBudget(Budget):
    """A budget of many sessions that also ends when this session's minutes are spent."""

    def __init__(self, total: float, spent: float, session: float):
        super().__init__(total, spent)
        self.session = session * 60

    @property
    def over(self) -> bool:
        return super().over or time.monotonic() - self.start >= self.session


def prepare(factor: str, runs: Path, inputs: Path) -> int:
    """Gather text encoder, autoencoder and the factor's weights so far; returns their bytes."""
    for source in (encoder_path(), tokenizer_path()):
        package = next(p for p in source.parents if p.parent.name == "site-packages" or p.parent == inputs / "text")
        target = inputs / "text" / package.name / source.relative_to(package)
        if target != source:
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        (inputs / "text" / package.name / "__init__.py").touch()
    split(runs / "autoencoder" / "checkpoint.pt", inputs, "autoencoder")
    for other in FACTORS:
        for part in inputs.glob(f"{other}.pt.*"):
            part.unlink()
    if (runs / factor / "checkpoint.pt").exists():
        split(runs / factor / "checkpoint.pt", inputs, factor)
    size = sum(path.stat().st_size for path in inputs.rglob("*") if path.is_file())
    if size > LIMIT - 4 * 2**20:
        raise ValueError(f"{inputs} has {size / 2**20:.1f} MiB, too much for one slice")
    return size


def run_slice(arguments: argparse.Namespace) -> None:
    """One slice: join, render frames where the factor learns from them, train, split."""
    inputs, out, work = Path(arguments.inputs), Path(arguments.out), Path(arguments.work)
    start = time.monotonic()
    sys.path.insert(0, str((inputs / "text").resolve()))
    if not join(inputs, "autoencoder", work / "autoencoder" / "checkpoint.pt"):
        raise FileNotFoundError(f"no autoencoder in {inputs}: run `python -m train.gpu prepare` first")
    join(inputs, arguments.factor, work / arguments.factor / "checkpoint.pt")
    if not FACTORS[arguments.factor].fresh:
        render_frames(work / "frames", arguments.workers, arguments.frames, int(time.time()), world_of_checkpoint(work / "autoencoder" / "checkpoint.pt"))
    options = ["--factor", arguments.factor, "--run", str(work / arguments.factor), "--autoencoder", str(work / "autoencoder" / "checkpoint.pt")]
    options += ["--frames", str(work / "frames"), "--minutes", str(arguments.total), "--device", arguments.device, "--workers", str(arguments.workers)]
    options += ["--batch", str(arguments.batch), "--rate", str(arguments.rate), "--test-minutes", "4", *arguments.more]
    trainer = Trainer(arguments_parser().parse_args(options))
    session = arguments.minutes - (time.monotonic() - start) / 60
    trainer.budget = SliceBudget(arguments.total, trainer.budget.before, session)
    trainer.run()
    split(work / arguments.factor / "checkpoint.pt", out, arguments.factor)
    for name in ("log.jsonl", "sheet.png"):
        if (work / arguments.factor / name).exists():
            shutil.copyfile(work / arguments.factor / name, out / f"{arguments.factor}-{name}")


def render_frames(folder: Path, workers: int, shards: int, seed: int, world: int) -> None:
    """`shards` shards of fresh frames, rendered by as many processes as there are workers; a new seed, so every slice sees others."""
    processes = min(max(1, workers), shards)
    each = -(-shards // processes)
    command = [sys.executable, "-m", "train.frames", "--out", str(folder), "--shards", str(each), "--world", str(world)]
    running = [subprocess.Popen([*command, "--seed", str(seed + i)]) for i in range(processes)]
    if any([process.wait() for process in running]):
        raise RuntimeError("rendering frames failed")


def collect(factor: str, source: Path, runs: Path, inputs: Path) -> None:
    """Take a slice's results over into `runs` (for the export) and into the inputs of the next slice."""
    if not join(source, factor, runs / factor / "checkpoint.pt"):
        raise FileNotFoundError(f"no parts of {factor} in {source}")
    for name in ("log.jsonl", "sheet.png"):
        if (source / f"{factor}-{name}").exists():
            shutil.copyfile(source / f"{factor}-{name}", runs / factor / name)
    prepare(factor, runs, inputs)


def main() -> None:
    commands = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands.add_argument("command", choices=("prepare", "slice", "collect"))
    commands.add_argument("--factor", required=True, choices=list(FACTORS))
    commands.add_argument("--runs", default="onnx/runs", type=Path)
    commands.add_argument("--inputs", default=INPUTS, type=Path)
    commands.add_argument("--from", dest="source", type=Path, help="collect: the folder that slice wrote")
    commands.add_argument("--out", type=Path, help="slice: folder for the results")
    commands.add_argument("--work", default="onnx/runs/gpu/work", type=Path, help="slice: scratch folder; what is in it is used again")
    commands.add_argument("--minutes", type=float, default=9, help="slice: wall-clock minutes of this one, start-up and rendering included")
    commands.add_argument("--total", type=float, default=60, help="slice: minutes of training in all; the rate falls over the last third of them")
    commands.add_argument("--frames", type=int, default=64, help="slice: shards of 256 frames to render first, where the factor needs them")
    commands.add_argument("--batch", type=int, default=256)
    commands.add_argument("--rate", type=float, default=2e-3)
    commands.add_argument("--workers", type=int, default=14)
    commands.add_argument("--device", default="cuda")
    arguments, arguments.more = commands.parse_known_args()
    if arguments.command == "prepare":
        print(f"{arguments.inputs}: {prepare(arguments.factor, arguments.runs, arguments.inputs) / 2**20:.1f} MiB")
    elif arguments.command == "collect":
        collect(arguments.factor, arguments.source, arguments.runs, arguments.inputs)
    else:
        run_slice(arguments)


if __name__ == "__main__":
    main()
