"""Tables of embeddings whose rows are mostly the same, stored as their distinct rows and an index.

Training changes the embeddings of the words that it meets; all other words of a vocabulary keep the one row that they began with. A lookup of `ids` in a table [V, C] becomes one of `ids` in an
index [V] and one of what is found there in the rows [R, C]: the same numbers, and far fewer bytes.
"""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

ROWS_SUFFIX, INDEX_SUFFIX = ".rows", ".index"


def store_rows_once(model):
    """Turns every float32 table of an ONNX `model` that is only looked up, and has at most half as many distinct rows as rows, into those and an index; in place."""
    tables = {tensor.name: tensor for tensor in model.graph.initializer if tensor.data_type == TensorProto.FLOAT and len(tensor.dims) == 2}
    for name, tensor in tables.items():
        users = [node for node in model.graph.node if name in node.input]
        if not users or not all(_looks_up(node, name) for node in users):
            continue
        rows, index = np.unique(numpy_helper.to_array(tensor), axis=0, return_inverse=True)
        if 2 * len(rows) <= len(index):
            _replace(model, tensor, users, rows, index.reshape(-1))
    return model


def whole_tables(arrays):
    """`arrays` by name with every table that `store_rows_once` took apart put together again."""
    whole = dict(arrays)
    for name in [name for name in arrays if name.endswith(INDEX_SUFFIX)]:
        table = name.removesuffix(INDEX_SUFFIX)
        whole[table] = whole.pop(table + ROWS_SUFFIX)[whole.pop(name).astype(np.int64)]
    return whole


def _looks_up(node, name):
    axis = next((attribute.i for attribute in node.attribute if attribute.name == "axis"), 0)
    return node.op_type == "Gather" and node.input[0] == name and axis == 0


def _replace(model, tensor, users, rows, index):
    name = tensor.name
    kind = np.int16 if len(rows) <= np.iinfo(np.int16).max else np.int32
    model.graph.initializer.append(numpy_helper.from_array(index.astype(kind), name + INDEX_SUFFIX))
    tensor.CopyFrom(numpy_helper.from_array(rows, name + ROWS_SUFFIX))
    for node in users:
        found, place = f"{node.output[0]}.found", f"{node.output[0]}.place"
        before = [
            helper.make_node("Gather", [name + INDEX_SUFFIX, node.input[1]], [found], name=found),
            helper.make_node("Cast", [found], [place], name=place, to=TensorProto.INT64),
        ]
        node.input[:] = [name + ROWS_SUFFIX, place]
        at = list(model.graph.node).index(node)
        for step, added in enumerate(before):
            model.graph.node.insert(at + step, added)
