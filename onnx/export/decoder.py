"""Puts a decoder of images or classes that was trained further (`train.sharpen`, `train.autoencoder --only`) into a finished pack, whose other files stay as they are byte for byte.

    PYTHONPATH=onnx python -m export.decoder --pack onnx/packs/clay --autoencoder onnx/runs/sharpened/checkpoint.pt --revision v0.7
    PYTHONPATH=onnx python -m export.decoder --pack onnx/packs/clay --autoencoder onnx/runs/decoder/checkpoint.pt --variable segmentation --revision v0.9
"""

import os

from export.graph import write_graph
from export.grow import require_encoder
from export.int8 import add_int8_of_decoder
from export.manifest import variable_entry, write_manifest
from export.networks import autoencoder_graphs
from export.pack import class_decoding, image_decoding
from export.place import altered, entry_of, parser
from train.networks import load_autoencoder
from train.runs import world_of_checkpoint


def put_decoder(pack, autoencoder, revision=None, variable="image", say=print):
    """Puts the decoder of a checkpoint into the pack; raises before it touches the pack when something is wrong."""
    coder = load_autoencoder(autoencoder)
    require_encoder(coder, pack, autoencoder)
    with altered(pack, revision) as (aside, about):
        parents = entry_of(about, variable, pack)["parents"]
        at = next(i for i, entry in enumerate(about["variables"]) if entry["name"] == variable)
        decoding = image_decoding(coder, parents) if variable == "image" else class_decoding(about["classes"], world_of_checkpoint(autoencoder))
        in_8_bits = "decoder_int8" in about["variables"][at]
        about["variables"][at] = variable_entry(variable, about["variables"][at]["size"], **decoding)
        file = about["variables"][at]["decoder"]
        error = write_graph(autoencoder_graphs(coder)[file], os.path.join(aside, file))
        say(f"{file}: largest difference from PyTorch {error:.1e}")
        if in_8_bits:
            write_manifest(aside, dict(about))
            add_int8_of_decoder(aside, about["variables"][at], say)


def main():
    options = parser(__doc__)
    options.add_argument("--autoencoder", default="onnx/runs/sharpened/checkpoint.pt", help="checkpoint of an autoencoder with the pack's encoder")
    options.add_argument("--variable", choices=("image", "segmentation"), default="image")
    arguments = options.parse_args()
    put_decoder(arguments.pack, arguments.autoencoder, arguments.revision, arguments.variable)


if __name__ == "__main__":
    main()
