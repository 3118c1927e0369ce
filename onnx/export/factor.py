"""Puts a factor's network that was trained further into a finished pack, whose other files stay as they are byte for byte.

    PYTHONPATH=onnx python -m export.factor --pack onnx/packs/clay --network onnx/runs/image/checkpoint.pt --revision v0.7

It reads the parents that the pack's factor reads, and comes in 8 bits as well where that did. A distilled network is left alone, though its teacher is another one then: `export.quick` puts
a new one there.
"""

import os

import torch

from evaluate.pack import Pack
from export import manifest
from export.graph import write_graph
from export.int8 import add_int8
from export.networks import factor_graph
from export.place import altered, entry_of, parser
from train.networks import VOCABULARY, load_denoiser
from train.runs import require_world, world_of


def put_factor(pack, checkpoint, revision=None, say=print):
    """Puts the averaged network of a checkpoint into the pack; raises before it touches the pack when something is wrong."""
    saved = torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True)
    name = saved["factor"]
    require_usable(saved, pack, checkpoint)
    with altered(pack, revision) as (aside, about):
        factor = entry_of(about, name, pack)
        graph = factor_graph(name, load_denoiser(checkpoint), VOCABULARY, factor["parents"])
        say(f"{factor['model']}: largest difference from PyTorch {write_graph(graph, os.path.join(aside, factor['model'])):.1e}")
        if "int8" in factor:
            manifest.write_manifest(aside, dict(about))
            add_int8(aside, [name], say, quick_too=False)


def require_usable(saved, pack, checkpoint):
    """Ends the command where a network would draw classes that the pack does not know. A class has one colour in all versions of the world, so what reads
    segmentations and draws something else may have learnt more classes than the pack has."""
    found, world = world_of(saved), Pack(pack).world
    if saved["factor"] == "segmentation" or found < world:
        require_world(found, world, checkpoint)


def main():
    options = parser(__doc__)
    options.add_argument("--network", default="onnx/runs/image/checkpoint.pt", help="checkpoint of train.factor")
    arguments = options.parse_args()
    put_factor(arguments.pack, arguments.network, arguments.revision)


if __name__ == "__main__":
    main()
