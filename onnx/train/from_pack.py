"""Checkpoints out of an exported pack, without a step of training: what `export.pack`, `train.frames` and `train.gpu` read.

    python -m train.from_pack --pack onnx/packs/clay --runs onnx/runs

A pack holds averaged weights, rounded to 16 bits, and no state of an optimiser. Checkpoints that are there already are left alone. Go on with
a `--seed` that the pack was not trained with: a seed draws the same maps again.
"""

import argparse
from pathlib import Path

from .factor import FACTORS
from .networks import Autoencoder, AutoencoderConfig, Denoiser, DenoiserConfig
from .runs import code_revision, save_atomically
from .weights import autoencoder_of_pack, denoiser_of_pack, load_matching

GROWN = ("middle_",)
"""Parts of a network that a pack made before them may lack: they start without effect."""


def autoencoder_checkpoint(pack: Path) -> dict:
    """As `train.autoencoder` writes it after its end: the encoder is frozen."""
    config, weights = autoencoder_of_pack(pack)
    network = Autoencoder(AutoencoderConfig(**config))
    load_matching(network, weights)
    return start(config, network.state_dict()) | {"frozen": True}


def factor_checkpoint(pack: Path, variable: str) -> dict:
    """As `train.factor` writes it; `model` and `ema` are the same weights."""
    config, weights = denoiser_of_pack(pack, variable)
    config |= {"middle_attention": FACTORS[variable].network.get("middle_attention", False)}
    network = Denoiser(DenoiserConfig(**config))
    load_matching(network, weights, grown=GROWN)
    state = network.state_dict()
    return start(network.config.to_dict(), state) | {"ema": state, "samples": 0, "chunk_number": 0, "factor": variable}


def start(config: dict, model: dict) -> dict:
    """What all checkpoints hold, before a first step."""
    return {"config": config, "model": model, "optimizer": None, "step": 0, "spent": 0.0, "seed": 0, "revision": code_revision()}


def write_checkpoints(pack: Path, runs: Path) -> list[Path]:
    """Writes what is missing under `runs`; returns the paths written."""
    made = {"autoencoder": lambda: autoencoder_checkpoint(pack)}
    made |= {name: lambda name=name: factor_checkpoint(pack, name) for name in FACTORS if (pack / f"{name}.onnx").exists()}
    written = []
    for name, make in made.items():
        path = runs / name / "checkpoint.pt"
        if not path.exists():
            save_atomically(make(), path)
            written.append(path)
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="onnx/packs/clay", type=Path)
    parser.add_argument("--runs", default="onnx/runs", type=Path)
    arguments = parser.parse_args()
    for path in write_checkpoints(arguments.pack, arguments.runs):
        print(path)


if __name__ == "__main__":
    main()
