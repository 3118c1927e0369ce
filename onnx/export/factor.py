"""Puts a factor's network that was trained further into a finished pack, whose other files stay as they are byte for byte.

    PYTHONPATH=onnx python -m export.factor --pack onnx/packs/clay --network onnx/runs/image/checkpoint.pt --revision v0.7

It reads those of its parents that the pack has, and comes in 8 bits as well where the factor did. A distilled network is left alone, though its teacher is another one then: `export.quick` puts
a new one there, or `--quick` at once, which is needed where the factor learnt to read more of the pack's variables.
"""

import os

import torch

from export import manifest
from export.graph import write_graph
from export.int8 import add_int8
from export.networks import factor_graph
from export.place import altered, entry_of, parser, require_usable
from export.quick import of_distilled, place_quick
from train.networks import VOCABULARY, load_denoiser


def put_factor(pack, checkpoint, revision=None, quick=None, full_alone=False, say=print):
    """Puts the averaged network of a checkpoint into the pack; raises before it touches the pack when something is wrong.

    With `full_alone` it is not in 8 bits from now on, which makes room in the pack. `quick` is the checkpoint of its new distilled network, which takes the place, and the precisions, of the one that is there.
    """
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)
    name = saved["factor"]
    require_usable(saved, pack, checkpoint)
    distilled = of_distilled(pack, quick) if quick else None
    with altered(pack, revision) as (aside, about):
        factor, network = entry_of(about, name, pack), load_denoiser(checkpoint)
        there = {entry["name"] for entry in about["variables"]}
        read = [parent for parent in network.config.parents if parent in there]
        if further := [parent for parent in read if parent not in factor["parents"]]:
            if "quick" in factor and quick is None:
                raise ValueError(f"{checkpoint} reads {', '.join(further)} as well, which the pack's distilled network does not: give one that does with --quick")
            factor["parents"] = read
        graph = factor_graph(name, network, VOCABULARY, factor["parents"])
        say(f"{factor['model']}: largest difference from PyTorch {write_graph(graph, os.path.join(aside, factor['model'])):.1e}")
        if quick:
            kept = factor.get("quick", {})
            place_quick(aside, about, factor, quick, distilled, kept.get("default", False), "both" if "int8" in kept else "full", None, kept.get("restart"), say)
        if full_alone and "int8" in factor:
            os.remove(os.path.join(aside, factor.pop("int8")))
        if "int8" in factor:
            manifest.write_manifest(aside, dict(about))
            add_int8(aside, [name], say, quick_too=False)


def main():
    options = parser(__doc__)
    options.add_argument("--network", default="onnx/runs/image/checkpoint.pt", help="checkpoint of train.factor")
    options.add_argument("--quick", help="checkpoint of its new distilled network (train.distil)")
    options.add_argument("--full-alone", action="store_true", help="leave 8 bits out of the pack from now on, for room; the distilled network keeps its precisions")
    arguments = options.parse_args()
    put_factor(arguments.pack, arguments.network, arguments.revision, arguments.quick, arguments.full_alone)


if __name__ == "__main__":
    main()
