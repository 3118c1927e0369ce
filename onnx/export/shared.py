"""8-bit networks that read their weights out of the full network's file instead of holding them again.

A weight in 8 bits is the full one, divided by its scale and rounded. Such a file holds the graph, the scales and, as external data, places in the other file; ONNX Runtime casts and rounds when it loads
the graph, to the same bits as the exporter, and takes about twice as long for that. So it is for networks that are run now and then. Who hands both files over in memory
gives the second under its name (`weights` in `pack.json` says which that is).
"""

import os

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from export.half import HALF_SUFFIX
from export.manifest import sha256

WEIGHTS = "weights"
"""Key of a graph's metadata: the SHA-256 of the file that its weights lie in."""
LEAST = 512  # bytes
LENT = "lent."
"""What names of lent tensors begin with."""


def share_weights(path, full):
    """Rewrites the 8-bit network `path` so that it reads out of the file `full` beside it whatever that holds as well."""
    model, lender = onnx.load(path), _Lender(full)
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    value = lambda name: numpy_helper.to_array(tensors[name] if name in tensors else tensors[name + HALF_SUFFIX])
    for node in [node for node in model.graph.node if node.op_type == "DequantizeLinear" and node.input[0] in tensors]:
        name, scale, zero = node.input
        axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 1)
        eight = numpy_helper.to_array(tensors[name])
        if eight.dtype == np.int8 and eight.nbytes >= LEAST and (lent := lender.rounded(eight, value(scale), axis)):
            lender.nodes.append(helper.make_node("QuantizeLinear", [lent, scale, zero], [name], name=f"{name}.rounded", axis=axis))
            model.graph.initializer.remove(tensors[name])
    for cast in [node for node in model.graph.node if node.op_type == "Cast" and node.input[0] in tensors]:
        half = numpy_helper.to_array(tensors[cast.input[0]])
        if half.nbytes >= LEAST and (lent := lender.same(half)):
            model.graph.initializer.remove(tensors[cast.input[0]])
            cast.input[0] = lent
    model.graph.initializer.extend(lender.tensors.values())
    nodes = list(model.graph.node)
    del model.graph.node[:]
    # What widens a stored tensor, a scale for one, comes before all that is made of it.
    widens = lambda node: node.op_type == "Cast" and (node.input[0] in tensors or node.input[0].startswith(LENT))
    model.graph.node.extend([*filter(widens, nodes), *lender.nodes, *(node for node in nodes if not widens(node))])
    known = {entry.key: entry.value for entry in model.metadata_props}
    helper.set_model_props(model, known | {WEIGHTS: sha256(full)})
    with open(path, "wb") as file:
        file.write(model.SerializeToString())


class _Lender:
    """The tensors of a full network, and what has been lent of them: external initializers, and the nodes that make float32 of them."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        self.location = os.path.basename(path)
        self.arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in onnx.load_from_string(self.data).graph.initializer}
        self.tensors, self.nodes = {}, []

    def rounded(self, eight, scale, axis):
        """Name of a float32 value that `eight` is the rounded quotient of; None where there is none."""
        wide = scale.reshape([-1 if i == axis else 1 for i in range(eight.ndim)]) if scale.size > 1 else scale
        for name, array in self.arrays.items():
            for turned in (False, True):
                whole = array.T if turned else array
                if whole.shape != eight.shape or turned and array.ndim != 2:
                    continue
                if np.array_equal(np.clip(np.rint(whole.astype(np.float32) / wide), -128, 127), eight):
                    return self.widened(name, turned)
        return None

    def same(self, array):
        """Name of the tensor that holds these very values; None where there is none."""
        found = next((name for name, own in self.arrays.items() if own.dtype == array.dtype and np.array_equal(own, array)), None)
        return found and self.lend(found)

    def lend(self, name):
        """The name of a tensor that lies in the lender's file."""
        if name not in self.tensors:
            array = self.arrays[name]
            at = self.data.find(array.tobytes())
            if at < 0:
                raise ValueError(f"{self.location} does not hold {name} as it is")
            tensor = TensorProto(name=LENT + name, data_type=helper.np_dtype_to_tensor_dtype(array.dtype), dims=array.shape, data_location=TensorProto.EXTERNAL)
            for key, value in (("location", self.location), ("offset", at), ("length", array.nbytes)):
                tensor.external_data.add(key=key, value=str(value))
            self.tensors[name] = tensor
        return self.tensors[name].name

    def widened(self, name, turned):
        """The name of its float32 value, turned or not."""
        wide = self.made_of(self.lend(name), ".wide", "Cast", to=TensorProto.FLOAT)
        return self.made_of(wide, ".turned", "Transpose", perm=[1, 0]) if turned else wide

    def made_of(self, value, suffix, operator, **attributes):
        """The name of what an operator makes of a value, once for all who ask."""
        made = value + suffix
        if all(node.output[0] != made for node in self.nodes):
            self.nodes.append(helper.make_node(operator, [value], [made], name=made, **attributes))
        return made
