"""Puts an image decoder that was trained further (`train.sharpen`, `train.autoencoder --only image`) into a finished pack, whose other files stay as they are byte for byte.

    PYTHONPATH=onnx python -m export.decoder --pack onnx/packs/clay --autoencoder onnx/runs/sharpened/checkpoint.pt --revision v0.7
"""

import os

from export.graph import write_graph
from export.grow import require_encoder
from export.manifest import variable_entry
from export.networks import autoencoder_graphs
from export.pack import image_decoding
from export.place import altered, entry_of, parser
from train.networks import load_autoencoder


def put_decoder(pack, autoencoder, revision=None, say=print):
    """Puts the image decoder of a checkpoint into the pack; raises before it touches the pack when something is wrong."""
    coder = load_autoencoder(autoencoder)
    require_encoder(coder, pack, autoencoder)
    with altered(pack, revision) as (aside, about):
        parents = entry_of(about, "image", pack)["parents"]
        at = next(i for i, entry in enumerate(about["variables"]) if entry["name"] == "image")
        about["variables"][at] = variable_entry("image", about["variables"][at]["size"], **image_decoding(coder, parents))
        file = about["variables"][at]["decoder"]
        error = write_graph(autoencoder_graphs(coder)[file], os.path.join(aside, file))
        say(f"{file}: largest difference from PyTorch {error:.1e}")


def main():
    options = parser(__doc__)
    options.add_argument("--autoencoder", default="onnx/runs/sharpened/checkpoint.pt", help="checkpoint of an autoencoder with the pack's encoder")
    arguments = options.parse_args()
    put_decoder(arguments.pack, arguments.autoencoder, arguments.revision)


if __name__ == "__main__":
    main()
