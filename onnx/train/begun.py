"""Keeps networks whose training has begun but which no pack holds yet, as single graphs in 16-bit weights.

    python -m train.begun --runs onnx/runs --factors segmentation --decoders classes --out onnx/begun/world1

`train.from_pack --begun onnx/begun/world1` goes on from there. `about.json` says which version of the world they know and how many samples they have seen.
"""

import argparse
import json
from pathlib import Path

import torch

from export.graph import write_graph
from export.networks import autoencoder_graphs, factor_graph

from .factor import FACTORS
from .networks import VOCABULARY, load_autoencoder, load_denoiser
from .runs import world_of_checkpoint


def keep(runs: Path, factors: list[str], decoders: list[str], out: Path) -> dict:
    """Writes the graphs of these factors and of the autoencoder's decoders; returns what `about.json` says."""
    out.mkdir(parents=True, exist_ok=True)
    coder = runs / "autoencoder" / "checkpoint.pt"
    graphs = autoencoder_graphs(load_autoencoder(str(coder)))
    for name in decoders:
        write_graph(graphs[f"decode_{name}.onnx"], out / f"decode_{name}.onnx")
    about = {"world": world_of_checkpoint(coder), "samples": {}}
    for name in factors:
        path = runs / name / "checkpoint.pt"
        write_graph(factor_graph(name, load_denoiser(str(path)), VOCABULARY), out / f"{name}.onnx")
        about["samples"][name] = torch.load(path, map_location="cpu", weights_only=True)["samples"]
    (out / "about.json").write_text(json.dumps(about, indent=2) + "\n", encoding="utf-8")
    return about


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", default="onnx/runs", type=Path)
    parser.add_argument("--factors", nargs="*", default=[], choices=list(FACTORS))
    parser.add_argument("--decoders", nargs="*", default=[])
    parser.add_argument("--out", required=True, type=Path)
    arguments = parser.parse_args()
    print(json.dumps(keep(arguments.runs, arguments.factors, arguments.decoders, arguments.out)))


if __name__ == "__main__":
    main()
