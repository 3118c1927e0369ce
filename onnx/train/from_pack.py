"""Checkpoints out of an exported pack, without a step of training: what `export.pack`, `train.frames` and `train.gpu` read.

    python -m train.from_pack --pack onnx/packs/clay --runs onnx/runs [--world 1] [--begun onnx/begun/world1] [--quick image]

`--world` names a later version of the world to go on in; the autoencoder's decoder of classes has to learn its new classes first.

`--begun` is a folder of single graphs that take the place of the pack's: networks whose training for another version has begun, and which no pack holds yet
(`python -m train.begun` writes it).

`--quick` begins with the distilled network of a factor, where that has seen more than the factor itself: within a few thousand samples it forgets
the guidance that it was taught.

A pack holds averaged weights, rounded to 16 bits, and no state of an optimiser. Checkpoints that are there already are left alone. Go on with
a `--seed` that the pack was not trained with: a seed draws the same maps again.
"""

import argparse
import json
from pathlib import Path
from typing import Sequence

import torch
import torch.nn.functional as F

from world.classes import LATEST, classes_of

from .factor import FACTORS
from .networks import LATENT_CHANNELS, Autoencoder, AutoencoderConfig, Denoiser, DenoiserConfig
from .runs import code_revision, require_world, save_atomically, world_of_checkpoint
from .weights import autoencoder_of_pack, denoiser_of_pack, graph_of, load_matching

GROWN = ("middle_",)
"""Parts of a network that a pack made before them may lack: they start without effect."""


def autoencoder_checkpoint(pack: Path, world: int, begun: Path | None = None) -> dict:
    """As `train.autoencoder` writes it after its end: the encoder is frozen."""
    config, weights = autoencoder_of_pack(pack, begun)
    network = Autoencoder(AutoencoderConfig(**config))
    load_matching(network, weights)
    return start(config, network.state_dict(), world) | {"frozen": True}


def factor_checkpoint(pack: Path, variable: str, world: int, quick: bool = False, begun: Path | None = None) -> dict:
    """As `train.factor` writes it; `model` and `ema` are the same weights, with `quick` those of the distilled network.

    Parents that the factor has today and had not when the pack was made come last, without effect at first.
    """
    config, weights = denoiser_of_pack(pack, variable, quick, begun)
    config |= {"middle_attention": FACTORS[variable].network.get("middle_attention", False)}
    added = [parent for parent in FACTORS[variable].parents if parent not in config["parents"]]
    config["parents"] = [*config["parents"], *added]
    network = Denoiser(DenoiserConfig(**config))
    weights["enter.weight"] = F.pad(weights["enter.weight"], (0, 0, 0, 0, 0, LATENT_CHANNELS * len(added)))
    load_matching(network, weights, grown=(*GROWN, *(f"{part}.{parent}" for part in ("levels", "absent") for parent in added)))
    for parent in added:
        torch.nn.init.zeros_(network.levels[parent][-1].weight)
        torch.nn.init.zeros_(network.levels[parent][-1].bias)
    state = network.state_dict()
    more = {"ema": state, "samples": samples_of(begun, variable), "chunk_number": 0, "factor": variable, "size": size_in(pack, variable)}
    return start(network.config.to_dict(), state, world) | more


def size_in(pack: Path, variable: str) -> int:
    """Side in pixels of a variable's pictures in a pack; the factor's own where the pack has none."""
    variables = json.loads((pack / "pack.json").read_text(encoding="utf-8"))["variables"]
    return next((entry["size"] for entry in variables if entry["name"] == variable), FACTORS[variable].size)


def samples_of(begun: Path | None, variable: str) -> int:
    """The samples that a factor has seen according to the folder of `--begun`; 0 where it does not say."""
    about = begun / "about.json" if begun else None
    return json.loads(about.read_text(encoding="utf-8"))["samples"].get(variable, 0) if about and about.exists() else 0


def quick_checkpoint(pack: Path, variable: str, entry: dict, world: int) -> dict:
    """The factor's distilled network as `train.distil` writes it; `entry` is its entry in the manifest."""
    return factor_checkpoint(pack, variable, world, quick=True) | {"steps": entry["steps"], "shift": entry.get("shift", 1.0), "restart": entry.get("restart")}


def quick_entries(pack: Path) -> dict[str, dict]:
    """Variable -> entry of the distilled networks that the pack has in full precision."""
    factors = json.loads((pack / "pack.json").read_text(encoding="utf-8"))["factors"]
    return {f["variable"]: f["quick"] for f in factors if "quick" in f and f["quick"]["model"] == f"{f['variable']}_quick.onnx"}


def start(config: dict, model: dict, world: int) -> dict:
    """What all checkpoints hold, before a first step."""
    return {"config": config, "model": model, "optimizer": None, "step": 0, "spent": 0.0, "seed": 0, "revision": code_revision(), "world": world}


def world_of_pack(pack: Path) -> int:
    """That of the pack's classes; 0 for classes of one's own."""
    names = [entry["name"] for entry in json.loads((pack / "pack.json").read_text(encoding="utf-8"))["classes"]]
    return next((version for version in range(LATEST + 1) if names == [info.name for info in classes_of(version)]), 0)


def write_checkpoints(pack: Path, runs: Path, world: int, quick: Sequence[str] = (), begun: Path | None = None, distilled: bool = False) -> list[Path]:
    """Writes what is missing under `runs`; returns the paths written. `world` is the version that they will be trained further in,
    `quick` names the factors that begin with their distilled network, `begun` is a folder of graphs that take the place of the pack's, and with `distilled` there are
    checkpoints of distilled networks as well."""
    made = {"autoencoder": lambda: autoencoder_checkpoint(pack, world, begun)}
    there = [name for name in FACTORS if graph_of(pack, f"{name}.onnx", begun).exists()]
    made |= {name: lambda name=name: factor_checkpoint(pack, name, world, name in quick, begun) for name in there}
    if distilled:
        made |= {f"{name}_quick": lambda name=name, entry=entry: quick_checkpoint(pack, name, entry, world) for name, entry in quick_entries(pack).items()}
    written = []
    for name, make in made.items():
        path = runs / name / "checkpoint.pt"
        if path.exists():
            require_world(world_of_checkpoint(path), world, path)
        else:
            save_atomically(make(), path)
            written.append(path)
    return written


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="onnx/packs/clay", type=Path)
    parser.add_argument("--runs", default="onnx/runs", type=Path)
    parser.add_argument("--begun", type=Path, help="folder of graphs that take the place of the pack's")
    parser.add_argument("--quick", nargs="+", default=[], choices=list(FACTORS), metavar="FACTOR", help="factors that begin with their distilled network")
    parser.add_argument("--distilled", action="store_true", help="distilled networks as well: for another export of the same weights, since training a factor leaves its own behind")
    parser.add_argument("--world", type=int, choices=range(LATEST + 1), help="version of the world to go on in [default: the pack's]")
    arguments = parser.parse_args()
    of_pack = world_of_pack(arguments.pack)
    world = of_pack if arguments.world is None else arguments.world
    if world < of_pack:
        parser.error(f"{arguments.pack} is of version {of_pack} of the world: version {world} lacks classes that it knows")
    for path in write_checkpoints(arguments.pack, arguments.runs, world, arguments.quick, arguments.begun, arguments.distilled):
        print(path)
    if world > of_pack and not (arguments.begun and (arguments.begun / "decode_classes.onnx").exists()):
        print(f"from version {of_pack} of the world to version {world}: first let the decoder of classes learn those that are new (train.autoencoder --only classes)")


if __name__ == "__main__":
    main()
