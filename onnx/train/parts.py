"""Checkpoints small enough to travel: averaged weights alone, in 16 bits, cut into files of a fixed size."""

import io
from pathlib import Path

import torch

from .runs import save_atomically

PART_BYTES = 16 * 2**20 - 4096
_KEPT = ("config", "step", "samples", "spent", "seed", "revision", "chunk_number", "factor", "world", "size")


def slim(state: dict) -> dict:
    """A checkpoint without optimiser: its averaged weights (an autoencoder has only the plain ones) as float16."""
    weights = state.get("ema", state["model"])
    half = {name: t.half() if t.dtype == torch.float32 else t for name, t in weights.items()}
    return {key: state[key] for key in _KEPT if key in state} | {"model": half}


def full(state: dict) -> dict:
    """The checkpoint that a trainer continues from; the averaged weights become both sets, the optimiser starts anew."""
    weights = {name: t.float() if t.dtype == torch.float16 else t for name, t in state["model"].items()}
    return state | {"model": weights, "ema": weights, "optimizer": None}


def split(checkpoint: Path, folder: Path, name: str) -> list[Path]:
    """Write the slim form of `checkpoint` as `name`.pt.0, `name`.pt.1 ... into `folder`, replacing older parts."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{name}.pt.*"):
        old.unlink()
    buffer = io.BytesIO()
    torch.save(slim(torch.load(checkpoint, map_location="cpu", weights_only=True)), buffer)
    data = buffer.getvalue()
    parts = []
    for number, start in enumerate(range(0, len(data), PART_BYTES)):
        parts.append(folder / f"{name}.pt.{number}")
        parts[-1].write_bytes(data[start : start + PART_BYTES])
    return parts


def join(folder: Path, name: str, checkpoint: Path) -> bool:
    """Write `checkpoint` from the parts of `name` in `folder`; False when there are none. A missing or cut part is an error."""
    parts = sorted(folder.glob(f"{name}.pt.*"), key=lambda path: int(path.suffix[1:]))
    if not parts:
        return False
    data = b"".join(part.read_bytes() for part in parts)
    try:
        state = torch.load(io.BytesIO(data), map_location="cpu", weights_only=True)
    except RuntimeError as error:
        raise ValueError(f"{folder}: the {len(parts)} parts of {name} are not a whole checkpoint") from error
    save_atomically(full(state), checkpoint)
    return True
