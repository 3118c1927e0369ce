"""The graphs of a pack: which module becomes which file, with which names and dynamic axes."""

from dataclasses import asdict

import torch
from torch import nn

from export.graph import Graph
from train.networks import LATENT_CHANNELS, MAX_TOKENS, NECK_UNIT, TOKEN_WIDTH, with_absent

_LATENT = {0: "batch", 2: "height", 3: "width"}
_PICTURE = {0: "batch", 2: "picture_height", 3: "picture_width"}
# An axis of its own: where all samples have one text it may come once.
_TOKENS = {0: "texts", 1: "tokens"}
_BATCH = {0: "batch"}

# Batch, latent height, latent width, tokens: unequal on purpose, so that no axis can pass for another.
_SHAPES = ((2, 16, 16, 12), (1, 32, 24, 7), (3, 8, 16, MAX_TOKENS))


class _Method(nn.Module):
    """Lets one method of a network be exported as if it were its `forward`; weights keep the network's names."""

    def __init__(self, network, method):
        super().__init__()
        self.network = network
        self.method = method

    def forward(self, *values):
        return getattr(self.network, self.method)(*values)


def autoencoder_graphs(autoencoder):
    """The encoder and the decoders of `train.networks.Autoencoder`, by file name."""
    picture = {"picture": _PICTURE, "latent": _LATENT}
    graphs = {"encoder.onnx": _autoencoder_graph(autoencoder, "encode", ("latent",), picture, lambda shape: {"picture": _picture(shape, 8)})}
    present = {method: outputs for method, outputs in _DECODERS.items() if getattr(autoencoder, method.removeprefix("decode_")) is not None}
    for method, outputs in present.items():
        axes = {"latent": _LATENT} | {name: _PICTURE for name in outputs}
        maps = guided_by(autoencoder) if method == "decode_image" else []
        for name in maps:
            axes |= {f"map_{name}": _PICTURE, f"map_{name}_level": _BATCH}
        example = lambda shape, maps=maps: {"latent": _latent(shape)} | _maps(autoencoder, maps, shape)
        graphs[f"{method}.onnx"] = _autoencoder_graph(autoencoder, method, outputs, axes, example)
    return graphs


def guided_by(autoencoder):
    """The variables whose maps the image's decoder is shown."""
    return autoencoder.config.image_maps if autoencoder.guide is not None else []


_DECODERS = {
    "decode_image": ("image",),
    "decode_classes": ("logits", "boundary"),
    "decode_depth": ("depth",),
    "decode_sketch": ("sketch",),
    "decode_normal": ("normal",),
    "decode_pose": ("joints", "necks"),
}


def _autoencoder_graph(autoencoder, method, outputs, axes, example):
    examples = [example(shape) for shape in _SHAPES]
    config = asdict(autoencoder.config)
    unit = NECK_UNIT if "necks" in outputs else 1.0
    return Graph(method, _Method(autoencoder, method), examples[0], outputs, axes, examples[1:], config, "network.", unit=unit)


class _Attending(nn.Module):
    """A denoiser's prediction and attention from `parents`; its other ones are absent."""

    def __init__(self, network, parents):
        super().__init__()
        self.network = network
        self.parents = parents

    def forward(self, latent, *values):
        given = dict(zip(self.parents, zip(values[4::2], values[5::2])))
        return self.network.attending(latent, *values[:4], *with_absent(self.network.config.parents, given, latent))


def factor_graph(name, denoiser, vocabulary, parents=None):
    """The denoiser of the variable `name`; token ids of the examples stay below `vocabulary`. `parents` are those that it is to read, if not all."""
    parents = list(denoiser.config.parents if parents is None else parents)
    examples = [_factor_inputs(shape, parents, vocabulary) for shape in _SHAPES]
    attention = {0: "batch", 1: "tokens", 2: "attention_height", 3: "attention_width"}
    axes = {"latent": _LATENT, "time": _BATCH, "tokens": _TOKENS, "ids": _TOKENS, "mask": _TOKENS, "prediction": _LATENT, "attention": attention}
    for parent in parents:
        axes |= {f"parent_{parent}": _LATENT, f"parent_{parent}_level": _BATCH}
    return Graph(name, _Attending(denoiser, parents), examples[0], ("prediction", "attention"), axes, examples[1:], asdict(denoiser.config), "network.", keep_all=True, samples=True)


def _factor_inputs(shape, parents, vocabulary):
    """Inputs of one denoiser; the last of the batch has the null text, its first parent is absent."""
    batch, height, width, length = shape
    mask = torch.ones(batch, length)
    mask[:, length // 2 :] = 0
    mask[-1] = 0
    inputs = {
        "latent": _latent(shape),
        "time": torch.linspace(1.0, 0.1, batch),
        "tokens": torch.randn(batch, length, TOKEN_WIDTH, generator=_generator(1)) * 0.5,
        "ids": torch.randint(0, vocabulary, (batch, length), generator=_generator(2)),
        "mask": mask,
    }
    for i, parent in enumerate(parents):
        level = torch.linspace(0.0, 0.8, batch)
        if i == 0:
            level[-1] = -1.0
        inputs[f"parent_{parent}"] = torch.randn(batch, LATENT_CHANNELS, height, width, generator=_generator(3 + i))
        inputs[f"parent_{parent}_level"] = level
    return inputs


def _latent(shape):
    batch, height, width, _ = shape
    return torch.randn(batch, LATENT_CHANNELS, height, width, generator=_generator(10))


def _picture(shape, scale, seed=11):
    batch, height, width, _ = shape
    return torch.rand(batch, 3, scale * height, scale * width, generator=_generator(seed)) * 2 - 1


def _maps(autoencoder, names, shape):
    """Inputs of a guided decoder beside the latent; the last of the batch lacks the first map."""
    inputs = {}
    for i, name in enumerate(names):
        level = torch.zeros(shape[0])
        if i == 0:
            level[-1] = -1.0
        inputs[f"map_{name}"] = _picture(shape, 8 * autoencoder.config.image_enlarge, 12 + i)
        inputs[f"map_{name}_level"] = level
    return inputs


def _generator(seed):
    return torch.Generator().manual_seed(seed)
