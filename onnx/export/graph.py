"""One PyTorch module becomes one ONNX file, and is proven equal to it before the file is written."""

import json
import os
import tempfile
import warnings
from dataclasses import dataclass, field

import numpy as np
import onnx
import torch

from evaluate.runtime import session
from export.half import metadata_of_weights, round_to_half, store_as_half
from export.rows import store_rows_once

TOLERANCE = 1e-3  # largest absolute difference between ONNX Runtime and PyTorch
OPSET = 17


class Mismatch(Exception):
    """The exported graph computes something else than its PyTorch module."""


@dataclass
class Graph:
    """What is needed to export one module.

    `inputs` maps names, in the order of the module's arguments, to example tensors; `outputs` names what it returns;
    `axes` maps every input and output to its dynamic axes, {index: name}. `checks` are further dictionaries of inputs,
    of other batch sizes and resolutions, on which the graph must agree as well. `config` is kept in the file, so that
    the network can be built again from it; `prefix` is taken off the names of the weights. With `keep_all` every weight
    of the module can be read back, also what the graph does not need.
    """

    name: str
    module: torch.nn.Module
    inputs: dict
    outputs: tuple
    axes: dict
    checks: list = field(default_factory=list)
    config: dict = field(default_factory=dict)
    prefix: str = ""
    keep_all: bool = False
    unit: float = 1.0
    """What errors are measured in, where outputs are pixels."""
    samples: bool = False
    """Whether the first axis of every input counts samples, whose answers may not depend on their neighbours."""


BATCH_INVARIANT = "batch_invariant"
"""Key of a graph's metadata: "true" where a sample's answer is the same, bit for bit, alone and in a batch."""
ONE_TEXT = "one_text"
"""Key of a graph's metadata: "true" where samples that have one text may be fed it once, and are answered the same, bit for bit."""
TEXT = ("tokens", "ids", "mask")
"""Inputs that say what a prompt says."""


def write_graph(graph, path, tolerance=TOLERANCE):
    """Export `graph` to `path` with its weights in float16; returns the largest error seen. Raises `Mismatch`."""
    module = round_to_half(graph.module.eval())
    model = store_as_half(store_rows_once(_exported(module, graph)))
    onnx.checker.check_model(model)
    error = _largest_error(module, model.SerializeToString(), graph) / graph.unit
    if not error <= tolerance:
        raise Mismatch(f"{graph.name}: differs from PyTorch by {error:.2e}, more than {tolerance:.0e}")
    if graph.samples:
        mark_batching(model, [{name: tensor.numpy() for name, tensor in inputs.items()} for inputs in (graph.inputs, *graph.checks)])
    with open(path, "wb") as file:
        file.write(model.SerializeToString())
        file.flush()
        os.fsync(file.fileno())
    return error


def mark_batching(model, batches):
    """Says in the metadata whether every sample of these batches of inputs is answered alone as it is among the others, by several threads as by one, and whether one text may stand for those of all."""
    data = model.SerializeToString()
    runtimes = [session(data, threads) for threads in (1, 2, 4)]
    found = {BATCH_INVARIANT: all(_same_alone(runtime, batch) for runtime in runtimes for batch in batches)}
    if _text_has_its_own_axis(model):
        found[ONE_TEXT] = all(_same_with_one_text(runtime, batch) for runtime in runtimes for batch in batches)
    known = {entry.key: entry.value for entry in model.metadata_props}
    onnx.helper.set_model_props(model, known | {key: str(value).lower() for key, value in found.items()})


def _text_has_its_own_axis(model):
    axes = {value.name: value.type.tensor_type.shape.dim[0].dim_param for value in model.graph.input}
    return "tokens" in axes and axes["tokens"] != axes["latent"]


def _same_with_one_text(runtime, batch):
    count = len(batch["latent"])
    once = batch | {name: batch[name][:1] for name in TEXT}
    each = batch | {name: np.repeat(batch[name][:1], count, 0) for name in TEXT}
    return all(np.array_equal(one, many) for one, many in zip(runtime.run(None, once), runtime.run(None, each), strict=True))


def _same_alone(runtime, batch):
    together = runtime.run(None, batch)
    count = len(next(iter(batch.values())))
    alone = (runtime.run(None, {name: values[i : i + 1] for name, values in batch.items()}) for i in range(count))
    return all(np.array_equal(one[0], many[i]) for i, answers in enumerate(alone) for one, many in zip(answers, together, strict=True))


def _exported(module, graph):
    # Through a file: what has more than 2 GB of weights before they are halved does not fit into one message.
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings(), torch.no_grad():
        path = os.path.join(folder, "graph.onnx")
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module,
            tuple(graph.inputs.values()),
            path,
            input_names=list(graph.inputs),
            output_names=list(graph.outputs),
            dynamic_axes=graph.axes,
            opset_version=OPSET,
            # Folding here would rename transposed weights; ONNX Runtime folds them anyway, and names are the way back.
            do_constant_folding=False,
            dynamo=False,
        )
        model = onnx.load(path)
    for tensor in model.graph.initializer:
        tensor.name = tensor.name.removeprefix(graph.prefix)
    for node in model.graph.node:
        for names in (node.input, node.output):
            for i, name in enumerate(names):
                names[i] = name.removeprefix(graph.prefix)
    state = {name.removeprefix(graph.prefix): tensor for name, tensor in module.state_dict().items()}
    properties = {"config": json.dumps(graph.config)} | metadata_of_weights(model, state, graph.keep_all)
    onnx.helper.set_model_props(model, properties)
    return model


def _largest_error(module, data, graph):
    runtime = session(data)
    known = {i.name for i in runtime.get_inputs()}
    if known != set(graph.inputs):
        raise Mismatch(f"{graph.name}: the export dropped the inputs {sorted(set(graph.inputs) - known)}")
    worst = 0.0
    for inputs in [graph.inputs, *graph.checks]:
        with torch.no_grad():
            expected = module(*inputs.values())
        expected = expected if isinstance(expected, tuple) else (expected,)
        got = runtime.run(list(graph.outputs), {name: tensor.numpy() for name, tensor in inputs.items()})
        for ours, theirs in zip(got, expected, strict=True):
            if ours.shape != tuple(theirs.shape):
                raise Mismatch(f"{graph.name}: shape {ours.shape} instead of {tuple(theirs.shape)}")
            worst = max(worst, float(np.abs(ours - theirs.numpy()).max()))
    return worst
