"""Adds variables to a finished pack, whose files stay as they are byte for byte.

    PYTHONPATH=onnx python -m export.grow --pack onnx/packs/clay --variables normal pose --runs onnx/runs --out onnx/runs/grown

Takes the decoder of each from `--autoencoder` and its factor from `RUNS/<variable>/checkpoint.pt`. Its parents must be variables of the pack, or
be added with it; factors of the pack do not read it.
"""

import argparse
import json
import os
import shutil
from pathlib import Path

import torch

from export import manifest
from export.graph import write_graph
from export.networks import autoencoder_graphs, factor_graph
from export.place import put_in_place
from train.networks import VOCABULARY, load_autoencoder, load_denoiser
from train.weights import read_graph


def grow(pack, variables, runs, autoencoder, out, say=print):
    """Writes the pack with `variables` added to the folder `out`; raises before it touches `out` when something is wrong."""
    with open(os.path.join(pack, "pack.json"), encoding="utf-8") as file:
        about = json.load(file)
    present = {entry["name"] for entry in about["variables"]}
    if again := present & set(variables):
        raise ValueError(f"{pack} has {', '.join(sorted(again))} already")
    coder = load_autoencoder(autoencoder)
    require_encoder(coder, pack, autoencoder)
    decoders = autoencoder_graphs(coder)
    paths = {name: os.path.join(runs, name, "checkpoint.pt") for name in manifest.VARIABLES if name in variables}
    networks = {name: load_denoiser(path) for name, path in paths.items()}
    for name, network in networks.items():
        if missing := [p for p in network.config.parents if p not in present and p not in networks]:
            raise ValueError(f"{name} reads {', '.join(missing)}, which {pack} has not: add it as well")
        if manifest.variable_entry(name)["decoder"] not in decoders:
            raise ValueError(f"{autoencoder} has no decoder for {name}: train.autoencoder --only {name} adds it")
    aside = out.rstrip("/") + ".partial"
    shutil.rmtree(aside, ignore_errors=True)
    shutil.copytree(pack, aside, ignore=shutil.ignore_patterns("pack.json"))
    for name, network in networks.items():
        entry = manifest.variable_entry(name, torch.load(paths[name], weights_only=True, mmap=True).get("size"))
        for file, graph in ((entry["decoder"], decoders[entry["decoder"]]), (f"{name}.onnx", factor_graph(name, network, VOCABULARY))):
            say(f"{file}: largest difference from PyTorch {write_graph(graph, os.path.join(aside, file)):.1e}")
        about["variables"].append(entry)
        about["factors"].append(manifest.factor_entry(name, network.config.parents))
    order = list(manifest.VARIABLES)
    about["variables"].sort(key=lambda entry: order.index(entry["name"]))
    about["factors"].sort(key=lambda entry: order.index(entry["variable"]))
    files = about.pop("files")
    manifest.write_manifest(aside, about)
    changed = [name for name, entry in files.items() if manifest.sha256(os.path.join(aside, name)) != entry["sha256"]]
    if changed:
        raise ValueError(f"{pack} is damaged: {', '.join(changed)} differ from its pack.json")
    put_in_place(aside, out)
    say(f"{out}: {', '.join(networks)} added, the {len(files)} files of {pack} unchanged")


def require_encoder(coder, pack, autoencoder):
    """Latents of another encoder would mean nothing to the pack's factors."""
    _, weights = read_graph(Path(pack, "encoder.onnx"))
    own = coder.state_dict()
    same = all(torch.allclose(own[name].reshape(-1), value.reshape(-1), rtol=1e-3, atol=1e-4) for name, value in weights.items() if name in own)
    if not same:
        raise ValueError(f"{autoencoder} has another encoder than {pack}: begin from the pack with train.from_pack")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="onnx/packs/clay")
    parser.add_argument("--variables", nargs="+", required=True, choices=list(manifest.VARIABLES))
    parser.add_argument("--runs", default="onnx/runs", help="folder of the runs of training")
    parser.add_argument("--autoencoder", default="onnx/runs/autoencoder/checkpoint.pt")
    parser.add_argument("--out", required=True, help="folder of the new pack")
    arguments = parser.parse_args()
    grow(arguments.pack, arguments.variables, arguments.runs, arguments.autoencoder, arguments.out)


if __name__ == "__main__":
    main()
