"""Puts a reader of shapes (`train.shapes`) into a finished pack, whose other files stay as they are byte for byte.

    PYTHONPATH=onnx python -m export.shapes --pack onnx/packs/clay --reader onnx/runs/shapes/checkpoint.pt --revision v0.5
"""

import os

import torch

from evaluate.pack import Pack
from evaluate.shapes import OUTLINE_SIDE
from export.graph import Graph, write_graph
from export.place import altered, parser
from train.runs import require_world, world_of_checkpoint
from train.shapes import load_shape_reader

FILE = "shapes.onnx"
ENTRY = {"model": FILE, "side": OUTLINE_SIDE}
"""The field `shapes` of a pack that has a reader."""


def write_reader(checkpoint, folder):
    """Writes the reader of a checkpoint into `folder`; the largest difference from PyTorch."""
    examples = [{"outlines": torch.rand(batch, 1, OUTLINE_SIDE, OUTLINE_SIDE, generator=torch.Generator().manual_seed(batch))} for batch in (2, 1, 5)]
    axes = {"outlines": {0: "batch"}, "logits": {0: "batch"}}
    reader = load_shape_reader(checkpoint)
    return write_graph(Graph("shapes", reader, examples[0], ("logits",), axes, examples[1:]), os.path.join(folder, FILE))


def add_reader(pack, checkpoint, revision=None, say=print):
    """Puts the reader of a checkpoint into the pack, in the place of one that it has, and calls it another `revision` if one is given.

    Raises before it touches the pack when something is wrong.
    """
    require_world(world_of_checkpoint(checkpoint), Pack(pack).world, checkpoint)
    with altered(pack, revision) as (aside, about):
        say(f"{FILE}: largest difference from PyTorch {write_reader(checkpoint, aside):.1e}")
        about["shapes"] = ENTRY


def main():
    options = parser(__doc__)
    options.add_argument("--reader", default="onnx/runs/shapes/checkpoint.pt")
    arguments = options.parse_args()
    add_reader(arguments.pack, arguments.reader, arguments.revision)


if __name__ == "__main__":
    main()
