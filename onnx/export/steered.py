"""The graphs of a pack around models of `diffusers`: a U-Net as the shared backbone, what steers it, autoencoder and text.

A backbone takes, besides `latent`, `time` and `tokens`, what adapters and ControlNets add inside it: `feature_i` at the output
of encoder block i, `residual_i` at its skip connections, the middle block's last. What is not steered gets zeros. Adapters
give the `feature_i`, ControlNets the `residual_i`. Both read a `condition`: a picture in [-1, 1] or a latent.
"""

import torch
from torch import nn

from export.graph import Graph

_TOKENS = {0: "batch", 1: "tokens"}
_BATCH = {0: "batch"}
_PICTURE = {0: "batch", 2: "picture_height", 3: "picture_width"}
# Batch, latent height and width: unequal on purpose, so that no axis can pass for another.
_SHAPES = ((2, 16, 16), (1, 32, 24), (3, 8, 16))
_LENGTH = 77  # tokens of the examples


def _map(scale=1):
    return {0: "batch", 2: f"height_{scale}", 3: f"width_{scale}"}


def backbone_spec(unet):
    """The shapes of all that can be added inside a `UNet2DConditionModel`, as `pack.json` lists them."""
    widths, layers = unet.config.block_out_channels, unet.config.layers_per_block
    at = lambda channels, i: {"channels": channels, "downscale": 2**i}
    residuals = [at(widths[0], 0)]
    for i, width in enumerate(widths):
        residuals += [at(width, i)] * layers
        if i + 1 < len(widths):
            residuals.append(at(width, i + 1))
    residuals.append(at(widths[-1], len(widths) - 1))
    return {"features": [at(width, i) for i, width in enumerate(widths)], "residuals": residuals}


class _Backbone(nn.Module):
    def __init__(self, unet, features):
        super().__init__()
        self.unet, self.features = unet, features

    def forward(self, latent, time, tokens, *added):
        features, residuals = list(added[: self.features]), added[self.features :]
        return self.unet(
            latent,
            time,
            encoder_hidden_states=tokens,
            down_intrablock_additional_residuals=features,
            down_block_additional_residuals=residuals[:-1],
            mid_block_additional_residual=residuals[-1],
        ).sample


def backbone_graph(unet):
    """The U-Net with inputs for all that may steer it."""
    spec, config = backbone_spec(unet), unet.config
    added = {f"feature_{i}": entry for i, entry in enumerate(spec["features"])}
    added |= {f"residual_{i}": entry for i, entry in enumerate(spec["residuals"])}

    def example(shape):
        inputs = {"latent": _noise(shape, config.in_channels), "time": _times(shape), "tokens": _tokens(shape, config)}
        each = {name: 0.3 * _noise(shape, e["channels"], e["downscale"], seed) for seed, (name, e) in enumerate(added.items())}
        return inputs | each

    axes = {"latent": _map(), "time": _BATCH, "tokens": _TOKENS, "prediction": _map()}
    axes |= {name: _map(entry["downscale"]) for name, entry in added.items()}
    return _graph("backbone", _Backbone(unet, len(spec["features"])), example, ("prediction",), axes)


class _ControlNet(nn.Module):
    def __init__(self, controlnet):
        super().__init__()
        self.controlnet = controlnet

    def forward(self, latent, time, tokens, condition):
        picture = (condition + 1) / 2
        down, middle = self.controlnet(latent, time, tokens, picture, return_dict=False)
        return (*down, middle)


def controlnet_graph(controlnet):
    """A `ControlNetModel`: residuals of all skip connections and of the middle block."""
    config = controlnet.config
    outputs = backbone_spec(controlnet)["residuals"]

    def example(shape):
        inputs = {"latent": _noise(shape, config.in_channels), "time": _times(shape), "tokens": _tokens(shape, config)}
        return inputs | {"condition": _picture(shape)}

    axes = {"latent": _map(), "time": _BATCH, "tokens": _TOKENS, "condition": _PICTURE}
    axes |= {f"residual_{i}": _map(entry["downscale"]) for i, entry in enumerate(outputs)}
    names = tuple(f"residual_{i}" for i in range(len(outputs)))
    return _graph("controlnet", _ControlNet(controlnet), example, names, axes)


class _T2IAdapter(nn.Module):
    def __init__(self, adapter):
        super().__init__()
        self.adapter = adapter

    def forward(self, condition):
        picture = (condition + 1) / 2
        if self.adapter.config.in_channels == 1:
            picture = picture.mean(1, keepdim=True)
        return tuple(self.adapter(picture))


def picture_adapter_graph(adapter):
    """A `T2IAdapter`: features for the output of each encoder block, from a picture."""
    count = len(adapter.config.channels)
    names = tuple(f"feature_{i}" for i in range(count))
    axes = {"condition": _PICTURE} | {name: _map(2**i) for i, name in enumerate(names)}
    return _graph("adapter", _T2IAdapter(adapter), lambda shape: {"condition": _picture(shape)}, names, axes)


def time_adapter_graph(adapter):
    """A `train.adapter.TimeAdapter`: features from a latent and the timestep."""
    names = tuple(f"feature_{i}" for i in range(len(adapter.config["widths"])))
    example = lambda shape: {"condition": _noise(shape, adapter.config["latent"]), "time": _times(shape)}
    axes = {"condition": _map(), "time": _BATCH} | {name: _map(2**i) for i, name in enumerate(names)}
    return _graph("adapter", adapter, example, names, axes)


class _Encode(nn.Module):
    def __init__(self, vae):
        super().__init__()
        self.vae = vae

    def forward(self, picture):
        config = self.vae.config
        return (self.vae.encode(picture).latent_dist.mean - (config.shift_factor or 0.0)) * config.scaling_factor


class _Decode(nn.Module):
    """A latent as a picture, or as what a map's kind says is in that picture."""

    def __init__(self, vae, kind, palette):
        super().__init__()
        self.vae, self.kind = vae, kind
        self.register_buffer("palette", torch.tensor(palette, dtype=torch.float32) / 127.5 - 1)

    def forward(self, latent):
        config = self.vae.config
        picture = self.vae.decode(latent / config.scaling_factor + (config.shift_factor or 0.0)).sample
        if self.kind == "classes":
            # The nearest colour wins; pictures do not tell where an instance ends.
            away = picture[:, None] - self.palette[None, :, :, None, None]
            return -away.square().sum(2), torch.full_like(picture[:, :1], -1.0)
        if self.kind in ("depth", "sketch"):
            return ((picture.mean(1, keepdim=True) + 1) / 2).clamp(0, 1)
        return picture


OUTPUTS = {"classes": ("logits", "boundary"), "depth": ("depth",), "sketch": ("sketch",), "normal": ("normal",), "image": ("image",)}


def encoder_graph(vae):
    """An `AutoencoderKL`'s mean, scaled as the U-Net expects it."""
    axes = {"picture": _PICTURE, "latent": _map()}
    return _graph("encoder", _Encode(vae), lambda shape: {"picture": _picture(shape)}, ("latent",), axes)


def decoder_graph(vae, kind, palette):
    """The decoder for maps of one kind; `palette` holds the colours of the classes, 0 to 255."""
    channels = vae.config.latent_channels
    axes = {"latent": _map()} | {name: _PICTURE for name in OUTPUTS[kind]}
    return _graph(f"decode_{kind}", _Decode(vae, kind, palette), lambda shape: {"latent": _noise(shape, channels)}, OUTPUTS[kind], axes)


class _Text(nn.Module):
    def __init__(self, encoder):
        super().__init__()
        self.encoder = encoder

    def forward(self, input_ids):
        return self.encoder(input_ids).last_hidden_state


def text_graph(encoder, length):
    """A `CLIPTextModel` for prompts padded to `length` tokens."""
    def example(batch):
        ids = torch.randint(0, encoder.config.vocab_size, (batch, length), generator=_generator(4))
        return {"input_ids": ids}

    axes = {"input_ids": _TOKENS, "last_hidden_state": _TOKENS}
    return Graph("text_encoder", _Text(encoder), example(1), ("last_hidden_state",), axes, [example(2)])


def _graph(name, module, example, outputs, axes):
    first, *others = [example(shape) for shape in _SHAPES]
    return Graph(name, module, first, outputs, axes, others)


def _noise(shape, channels, downscale=1, seed=10):
    batch, height, width = shape
    return torch.randn(batch, channels, height // downscale, width // downscale, generator=_generator(seed))


def _picture(shape):
    batch, height, width = shape
    return torch.rand(batch, 3, 8 * height, 8 * width, generator=_generator(11)) * 2 - 1


def _times(shape):
    return torch.linspace(999.0, 40.0, shape[0])


def _tokens(shape, config):
    return torch.randn(shape[0], _LENGTH, config.cross_attention_dim, generator=_generator(12))


def _generator(seed):
    return torch.Generator().manual_seed(seed)
