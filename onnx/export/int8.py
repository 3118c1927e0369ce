"""Factors with 8-bit weights and activations, for CPUs: what a pack's factors are quantized to, beside their full precision.

    PYTHONPATH=onnx python -m export.int8 --pack onnx/packs/clay

writes `<factor>_int8.onnx` into the pack and names it in `pack.json` (the factor's field `int8`), and so the encoder (`encoder_int8`) and the decoders that take longest, of classes and of images (a
variable's field `decoder_int8`). Products and convolutions take 8-bit
integers with one scale for each output channel of a weight and one for each activation, found on the walks of a few captions of the
training's kind; everything else stays in 32 bits, among it the few small convolutions that bear it least (`IN_FULL`). Weights take seven of the eight bits, so that no processor's sums of two
products leave 16 bits: those without VNNI would cut them off. The full network stays in the pack: training goes on from it, and other devices run it. Where it runs by itself only now and then, its
8-bit form reads the weights out of its file (`shared.py`).
"""

import argparse
import json
import os
import tempfile
from collections import defaultdict
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import numpy_helper
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static

from evaluate.pack import Pack
from evaluate.samples import draw_candidates, draw_chain
from export import manifest
from export.graph import mark_batching
from export.half import LARGE, store_as_half
from export.shared import share_weights
from world.caption import describe
from world.spec import sample_spec

SEED = 417
CAPTIONS = 8
QUANTIZED = ["Conv", "MatMul"]
IN_FULL = ("/enter/", "/leave/", "/skip/")
"""Parts of names of a factor's nodes: the first layer, the last, and the 1 x 1 convolutions over features of two levels side by side, whose ranges no one scale fits."""
LAST = {"decode_classes.onnx": 3, "decode_image.onnx": 1, "encoder.onnx": 1}
"""Convolutions that stay in 32 bits at the end of a part of the autoencoder, beside its first. Of classes .3 % of the pixels would change with one, .16 % do."""
SUFFIX = "_int8.onnx"


class Recorded(CalibrationDataReader):
    """Inputs of network calls, one after the other."""

    def __init__(self, feeds):
        self._feeds = iter(feeds)

    def get_next(self):
        return next(self._feeds, None)


def recorded_walks(pack, captions):
    """Model file -> inputs of all its calls while `captions` become maps and images."""
    calls, run = defaultdict(list), pack.run

    def watched(name, feeds):
        calls[name].append({key: value.copy() for key, value in feeds.items()})
        return run(name, feeds)

    pack.run = watched
    latents = draw_candidates(pack, captions, 1).first_latents
    if len(pack.factors) > 1:
        draw_chain(pack, captions, latents)
    pack.run = run
    return calls


def quantize(source, target, feeds):
    """Writes the network `source`, a factor's or a part of the autoencoder, to `target` in 8 bits; `feeds` are inputs it is to be at its best with."""
    with tempfile.TemporaryDirectory() as folder:
        folded = os.path.join(folder, "folded.onnx")
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3
        options.optimized_model_filepath = folded
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
        # Weights are stored in 16 bits before a cast, which has to be folded for them to be seen.
        onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
        quantize_static(
            folded,
            target,
            Recorded(feeds),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=QUANTIZED,
            per_channel=True,
            reduce_range=True,
            weight_type=QuantType.QInt8,
            activation_type=QuantType.QUInt8,
            nodes_to_exclude=_in_full(folded, LAST.get(os.path.basename(source))),
            # A product's answer is summed up in 32 bits anyway; a convolution's has to be 8 bits for ONNX Runtime to run it in them.
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT, "OpTypesToExcludeOutputQuantization": ["MatMul"]},
        )
    model = onnx.load(target)
    _halve(model)
    # Shapes that were found for one batch, and weights for training alone, are of no use here.
    del model.graph.value_info[:]
    onnx.helper.set_model_props(model, {entry.key: entry.value for entry in model.metadata_props if entry.key not in ("unused", "aliases")})
    if "tokens" in feeds[0]:
        mark_batching(model, feeds[:: max(1, len(feeds) // 4)])
    onnx.save(model, target)


def _in_full(path, last):
    """Names of the nodes of a graph that stay in 32 bits: of a factor's those of `IN_FULL`, of the autoencoder's the first convolution and so many of the `last`."""
    if last:
        convolutions = [node.name for node in onnx.load(path).graph.node if node.op_type == "Conv"]
        return convolutions[:1] + convolutions[-last:]
    return [node.name for node in onnx.load(path).graph.node if any(part in node.name for part in IN_FULL)]


def _halve(model):
    """Stores in 16 bits what still is exact in them: embeddings above all."""
    exact = lambda values: np.array_equal(values.astype(np.float16).astype(np.float32), values)
    whole = [t for t in model.graph.initializer if t.data_type == onnx.TensorProto.FLOAT and not exact(numpy_helper.to_array(t))]
    kept = [t for t in whole if numpy_helper.to_array(t).size >= LARGE]
    aside = [onnx.TensorProto.FromString(t.SerializeToString()) for t in kept]
    for tensor in kept:
        model.graph.initializer.remove(tensor)
    store_as_half(model)
    model.graph.initializer.extend(aside)


def training_captions(count, world=0):
    """Captions of a version of the world from the templates of the training."""
    rng = np.random.Generator(np.random.PCG64(SEED))
    return [describe(sample_spec(rng, version=world), rng) for _ in range(count)]


def add_int8(folder, factors=None, say=print, quick_too=True, without=()):
    """Quantizes `factors` of the pack in `folder`, or all but those it is to be done `without` and the autoencoder, and distilled networks unless those are to stay as they are.

    A distilled network that is not the default is kept in 8 bits alone: for what is chosen now and then a second copy is too large.
    """
    captions = training_captions(CAPTIONS, Pack(folder).world)
    calls = recorded_walks(Pack(folder, full_precision=True, walks="full"), captions)
    if any("quick" in factor for factor in Pack(folder).factors.values()):
        calls = recorded_walks(Pack(folder, full_precision=True, walks="quick"), captions) | calls
    with open(os.path.join(folder, "pack.json"), encoding="utf-8") as file:
        about = json.load(file)
    lent = about.pop("weights", {})
    for entry in about["factors"]:
        if entry["variable"] not in without and (factors is None or entry["variable"] in factors):
            _add_to(folder, entry, calls, say)
            quick = entry.get("quick")
            lent.pop(entry["int8"], None)
            if quick and quick.get("default"):
                share_weights(os.path.join(folder, entry["int8"]), os.path.join(folder, entry["model"]))
                lent[entry["int8"]] = entry["model"]
            if quick_too and quick and not quick["model"].endswith(SUFFIX):
                _add_to(folder, quick, calls, say)
                if not quick.get("default"):
                    _keep_int8_alone(folder, quick)
    if factors is None:
        about["encoder_int8"] = _quantized(folder, about["encoder"], calls, say)
        for entry in about["variables"]:
            if entry.get("decoder") in LAST.keys() & calls.keys():
                entry["decoder_int8"] = _quantized(folder, entry["decoder"], calls, say)
    if lent:
        about["weights"] = lent
    del about["files"]
    manifest.write_manifest(folder, about)


def add_int8_of_quick(folder, variable, alone, say=print):
    """Quantizes the distilled network of a factor, which with `alone` is kept in 8 bits only."""
    pack = Pack(folder, full_precision=True, walks="quick")
    calls = recorded_walks(pack, training_captions(CAPTIONS, pack.world))
    entry = next(factor for factor in pack.manifest["factors"] if factor["variable"] == variable)
    _add_to(folder, entry["quick"], calls, say)
    if alone:
        _keep_int8_alone(folder, entry["quick"])
    return entry["quick"]


def add_int8_of_decoder(folder, entry, say=print):
    """Quantizes the decoder of a variable, whose `entry` in the manifest then names it."""
    pack = Pack(folder, full_precision=True)
    entry["decoder_int8"] = _quantized(folder, entry["decoder"], recorded_walks(pack, training_captions(CAPTIONS, pack.world)), say)


def _keep_int8_alone(folder, network):
    """Leaves the full precision of a network out of the pack."""
    os.remove(os.path.join(folder, network["model"]))
    network["model"] = network.pop("int8")


def _add_to(folder, network, calls, say):
    """Quantizes the `model` of a factor or of its distilled network, and names the result in `int8`."""
    network["int8"] = _quantized(folder, network["model"], calls, say)


def _quantized(folder, file, calls, say):
    """Writes a network of the pack in 8 bits beside it; the name of the new file."""
    name = f"{Path(file).stem}{SUFFIX}"
    target = os.path.join(folder, name)
    quantize(os.path.join(folder, file), target, calls[file])
    say(f"{target}: {os.path.getsize(target) / 2**20:.1f} MiB")
    return name


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="onnx/packs/clay")
    parser.add_argument("--factors", nargs="+", help="[default: all, and parts of the autoencoder]")
    parser.add_argument("--without", nargs="+", default=[], metavar="FACTOR", help="what stays in 32 bits alone, for room")
    parser.add_argument("--no-quick", action="store_true", help="leave distilled networks in full precision: a few steps may not make good the errors of 8 bits")
    arguments = parser.parse_args()
    add_int8(arguments.pack, arguments.factors, quick_too=not arguments.no_quick, without=arguments.without)


if __name__ == "__main__":
    main()
