"""Puts a distilled network (`train.distil`) into a finished pack, whose other files stay as they are byte for byte.

    PYTHONPATH=onnx python -m export.quick --pack onnx/packs/clay --network onnx/runs/segmentation_quick/checkpoint.pt --default --precision full --revision v0.6

It takes the place of the distilled network that the factor had. `--precision` says whether CPUs have it in 8 bits beside full precision (`both`), or whether the pack, which may be near its greatest
size, holds one alone (`int8`, `full`). Measure both: in a few steps the errors of 8 bits are not made good by later ones. The variable is drawn in pictures of the size that this network
learnt last, from now on, by the undistilled one as well.
"""

import os

import torch

from evaluate.flow import restart_of
from export import manifest
from export.graph import write_graph
from export.int8 import add_int8_of_quick
from export.networks import factor_graph
from export.place import altered, entry_of, parser, require_usable
from train.networks import VOCABULARY, load_denoiser

PRECISIONS = ("both", "int8", "full")


def add_quick(pack, checkpoint, default, precision="both", revision=None, size=None, restart=None, say=print):
    """Puts the distilled network of a checkpoint into the pack, which calls it its `default` or not; raises before it touches the pack when something is wrong.

    `size` is the side in pixels of the variable's pictures from now on, if not that of the checkpoint; `restart` a step of its walk, from 0, that is taken again, how many times and, if it goes back,
    to which moment, if not as the checkpoint has it.
    """
    saved = of_distilled(pack, checkpoint)
    again = restart_of(restart, saved["steps"], saved.get("shift", 1.0)) if restart else None
    with altered(pack, revision) as (aside, about):
        place_quick(aside, about, entry_of(about, saved["factor"], pack), checkpoint, saved, default, precision, size, again, say)


def of_distilled(pack, checkpoint):
    """What the checkpoint of a distilled network that fits the pack holds."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)
    if "steps" not in saved:
        raise ValueError(f"{checkpoint} is not of a distilled network: train.distil makes one")
    require_usable(saved, pack, checkpoint)
    return saved


def place_quick(aside, about, factor, checkpoint, saved, default, precision, size, restart, say):
    """`add_quick` in the copy `aside` of a pack, whose manifest is `about`; `factor` is an entry of that, `restart` as the manifest has it, None for the checkpoint's own."""
    name = factor["variable"]
    before = factor.pop("quick", {})
    for file in (before[key] for key in ("model", "int8") if key in before):
        os.remove(os.path.join(aside, file))
    file = f"{name}_quick.onnx"
    graph = factor_graph(name, load_denoiser(checkpoint), VOCABULARY, factor["parents"])
    say(f"{file}: largest difference from PyTorch {write_graph(graph, os.path.join(aside, file)):.1e}")
    factor["quick"] = manifest.quick_entry(file, saved | ({"restart": restart} if restart else {})) | ({"default": True} if default else {})
    variable = next(entry for entry in about["variables"] if entry["name"] == name)
    variable["size"] = size or saved.get("size", variable["size"])
    if precision != "full":
        manifest.write_manifest(aside, dict(about))
        factor["quick"] = add_int8_of_quick(aside, name, precision == "int8", say)


def main():
    options = parser(__doc__)
    options.add_argument("--network", default="onnx/runs/segmentation_quick/checkpoint.pt", help="checkpoint of train.distil")
    options.add_argument("--default", action="store_true", help="it walks unless the full network is asked for")
    options.add_argument("--precision", choices=PRECISIONS, default="both", help="of what the pack holds of it")
    options.add_argument("--size", type=int, help="side of the variable's pictures in pixels from now on [default: the checkpoint's]")
    options.add_argument("--restart", type=float, nargs="+", metavar="N", help="STEP TIMES [FROM]: a step of its walk, from 0, that is taken again so many times from fresh noise, the first time back at t = FROM [default: as the checkpoint was refined]")
    arguments = options.parse_args()
    add_quick(arguments.pack, arguments.network, arguments.default, arguments.precision, arguments.revision, arguments.size, arguments.restart)


if __name__ == "__main__":
    main()
