"""Trains one of the judges on fresh renders and stores it as ONNX beside this file."""

import os
import time

import torch
from torch import nn

from evaluate.judges import judge_path
from export.graph import Graph, write_graph


def stage(a, b):
    """Layers from `a` channels to `b` at half the side."""
    return [nn.Conv2d(a, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(), nn.Conv2d(b, b, 3, padding=1), nn.BatchNorm2d(b), nn.ReLU(), nn.MaxPool2d(2)]


def train_judge(network, batches, minutes, rate=2e-3, loss=torch.nn.functional.cross_entropy, say=print):
    """Minimise the loss of `network` on `batches` (an endless iterator of inputs and targets) for some minutes."""
    optimiser = torch.optim.AdamW(network.parameters(), rate, weight_decay=1e-2)
    start, said, step, mean = time.monotonic(), 0.0, 0, None
    for inputs, targets in batches:
        spent = (time.monotonic() - start) / 60
        if spent >= minutes:
            return
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 100, 2 * (1 - spent / minutes) + 0.02)
        value = loss(network(torch.from_numpy(inputs)), torch.from_numpy(targets))
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        step += 1
        mean = value.item() if mean is None else 0.98 * mean + 0.02 * value.item()
        if spent - said > 0.5:
            said = spent
            say(f"{spent:4.1f} min, step {step}, loss {mean:.4f}")


def write_judge(name, network, example, world=0):
    """Store a judge trained for a version of the world, for pictures of the example's size; returns the file's size in bytes."""
    axes = {"input": {0: "batch"}, "logits": {0: "batch"}}
    write_graph(Graph(name, network, {"input": example}, ("logits",), axes, [{"input": example[:1]}]), judge_path(name, world))
    return os.path.getsize(judge_path(name, world))
