"""Weights as 16-bit floats: half the bytes on disk, 32-bit arithmetic at run time.

A stored weight is a float16 initializer followed by a Cast to float32; ONNX Runtime folds the Cast when it loads the
graph, so it costs nothing later. Both functions agree on which tensors are meant: `LARGE` elements or more. Small ones
(biases, norms, the latent's mean and deviation) keep 32 bits.
"""

import base64
import json

import numpy as np
import torch
from onnx import TensorProto, helper, numpy_helper

from export.rows import whole_tables

LARGE = 256  # elements
HALF_SUFFIX = ".half"


def round_to_half(module):
    """Round the large weights of `module`, in place, to what float16 can hold; ValueError when one does not fit."""
    with torch.no_grad():
        for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
            if tensor.dtype == torch.float32 and tensor.numel() >= LARGE:
                rounded = tensor.half().float()
                if not torch.isfinite(rounded).all():
                    raise ValueError(f"{name} has values that float16 cannot hold")
                tensor.copy_(rounded)
    return module


def store_as_half(model):
    """Turn the large float32 initializers of an ONNX `model`, in place, into float16 and a Cast.

    ValueError when that would change a value: `round_to_half` belongs before the export.
    """
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < LARGE:
            continue
        half = values.astype(np.float16)
        if not np.array_equal(half.astype(np.float32), values):
            raise ValueError(f"{tensor.name} is not exact in float16")
        name = tensor.name
        tensor.CopyFrom(numpy_helper.from_array(half, name + HALF_SUFFIX))
        casts.append(helper.make_node("Cast", [name + HALF_SUFFIX], [name], name=f"{name}.cast", to=TensorProto.FLOAT))
    rest = list(model.graph.node)
    del model.graph.node[:]
    model.graph.node.extend(casts + rest)
    return model


def metadata_of_weights(model, state, keep_all):
    """What `weights_of` needs to find every tensor of `state` (a PyTorch state_dict) again, as text for the metadata.

    The exporter stores equal tensors once ("aliases"). What only training uses it does not store at all: with `keep_all`
    that comes along in float16 ("unused").
    """
    stored = {t.name: numpy_helper.to_array(t) for t in model.graph.initializer}
    aliases, unused = {}, {}
    for name, tensor in state.items():
        values = tensor.numpy()
        if name in stored:
            continue
        same = next((other for other, array in stored.items() if array.shape == values.shape and np.array_equal(array, values)), None)
        if same is not None:
            aliases[name] = same
        elif keep_all:
            data = base64.b64encode(values.astype("<f2").tobytes()).decode()
            unused[name] = {"shape": list(values.shape), "float16": data}
    return {"aliases": json.dumps(aliases), "unused": json.dumps(unused)}


def weights_of(model):
    """The weights of an exported graph, float32, by the name of the PyTorch tensor they came from.

    Constants of the graph may be among them.
    """
    arrays = {}
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if values.dtype == np.float16:
            values = values.astype(np.float32)
        arrays[tensor.name.removesuffix(HALF_SUFFIX)] = values
    arrays = whole_tables(arrays)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    for name, same in json.loads(metadata.get("aliases", "{}")).items():
        arrays[name] = arrays[same]
    for name, entry in json.loads(metadata.get("unused", "{}")).items():
        values = np.frombuffer(base64.b64decode(entry["float16"]), "<f2")
        arrays[name] = values.reshape(entry["shape"]).astype(np.float32)
    return arrays
