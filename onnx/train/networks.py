"""The networks of a pack: one shared autoencoder and one denoiser per factor.

Shapes: pictures are [B, 3, H, W] in [-1, 1] with H and W multiples of 8; latents are [B, 8, H/8, W/8], normalised per
channel to about unit variance; token features are the raw [B, L, 384] `last_hidden_state` of MiniLM.
The denoisers follow flow matching: x_t = (1 - t) x0 + t eps, the prediction is v = eps - x0.
"""

import math
from dataclasses import asdict, dataclass, field
from typing import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

LATENT_CHANNELS = 8
DOWNSCALE = 8
CLASS_SLOTS = 40
TOKEN_WIDTH = 384
VOCABULARY = 30522
MAX_TOKENS = 64
LAYOUT_SIDE = 4


# ---------------------------------------------------------------------------------------------------- autoencoder


class PixelNorm(nn.Module):
    """Root-mean-square norm over the channels of each pixel: unlike a group norm it does not depend on the picture's size."""

    def __init__(self, channels: int):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-6) * self.gain


class Residual(nn.Module):
    """Two 3x3 convolutions beside an identity."""

    def __init__(self, channels: int):
        super().__init__()
        self.norm = PixelNorm(channels)
        self.conv1 = nn.Conv2d(channels, channels, 3, padding=1)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        nn.init.normal_(self.conv2.weight, std=1e-2)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.silu(self.conv1(self.norm(x))))


def upscale(channels_in: int, channels_out: int, factor: int = 2) -> nn.Sequential:
    """Sub-pixel enlargement whose sub-pixels start equal (ICNR), so that no checkerboard is learnt from the initial weights."""
    conv = nn.Conv2d(channels_in, channels_out * factor**2, 3, padding=1)
    with torch.no_grad():
        conv.weight.copy_(conv.weight[:: factor**2].repeat_interleave(factor**2, 0))
        conv.bias.copy_(conv.bias[:: factor**2].repeat_interleave(factor**2, 0))
    return nn.Sequential(conv, nn.PixelShuffle(factor))


def decoder(width: int, channels: int, blocks: int = 2, enlarge: int = 1) -> nn.Sequential:
    """Latent [B, 8, h, w] -> [B, channels, 8h, 8w]; `width` channels at 1/8, half of it at 1/4, a quarter at 1/2.

    With `enlarge` 2 the head is a `Doubled` one, and the answer is [B, channels, 16h, 16w].
    """
    if enlarge not in (1, 2):
        raise ValueError(f"a decoder enlarges once or twice, not {enlarge} times")
    head = nn.Sequential(nn.Conv2d(width // 4, channels * 4, 1), nn.PixelShuffle(2))
    if enlarge == 2:
        head = Doubled(head, width // 4, channels)
    return nn.Sequential(
        nn.Conv2d(LATENT_CHANNELS, width, 3, padding=1),
        *[Residual(width) for _ in range(blocks)],
        upscale(width, width // 2),
        Residual(width // 2),
        upscale(width // 2, width // 4),
        nn.SiLU(),
        nn.Conv2d(width // 4, width // 4, 3, padding=1),
        nn.SiLU(),
        head,
    )


class Doubled(nn.Module):
    """A decoder's head and what a further stage, an eighth of the decoder's width at 1/1, adds to its answer at twice the size: nothing at first."""

    PLACE = 9
    """Of the head in a decoder."""

    def __init__(self, head: nn.Module, width: int, channels: int):
        super().__init__()
        self.head = head
        last = nn.Conv2d(width // 2, channels * 4, 1)
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        convolution = nn.Conv2d(width // 2, width // 2, 3, padding=1)
        self.further = nn.Sequential(upscale(width, width // 2), nn.SiLU(), convolution, nn.SiLU(), last, nn.PixelShuffle(2))

    def forward(self, x: Tensor) -> Tensor:
        return F.interpolate(self.head(x), scale_factor=2.0, mode="bilinear", align_corners=False) + self.further(x)

    @classmethod
    def renamed(cls, state: dict[str, Tensor], part: str) -> dict[str, Tensor]:
        """Weights of a decoder with a plain head as those of one with a doubled head, whose further stage they lack."""
        head = f"{part}.{cls.PLACE}."
        return {name.replace(head, f"{head}head.") if name.startswith(head) else name: value for name, value in state.items()}


GREY = ("depth", "sketch")
"""Variables whose pictures have three equal channels, of which one is enough."""


def distinct(maps: Sequence[str], pictures: Sequence[Tensor]) -> list[Tensor]:
    """The channels of these variables' pictures [B, 3, H, W] that differ from one another."""
    return [picture[:, :1] if name in GREY else picture for name, picture in zip(maps, pictures, strict=True)]


def distinct_channels(maps: Sequence[str]) -> int:
    """How many those are."""
    return sum(1 if name in GREY else 3 for name in maps)


class Guide(nn.Module):
    """What finished maps, of the size of the decoded picture, add to an image decoder with a doubled head: nothing at first.

    A latent's cell covers 16 x 16 of those pixels, so it knows only about where an outline runs; the maps know it to the pixel. They are read in blocks of 4 x 4 and added to
    the decoder's features at 1/16, at 1/8 and at 1/4, and to its answer.
    """

    BLOCK = 4

    def __init__(self, maps: list[str], width: int, decoder: int):
        super().__init__()
        self.maps = list(maps)
        channels = distinct_channels(maps) * self.BLOCK**2 + len(maps)
        self.enter = nn.Sequential(nn.Conv2d(channels, width, 1), nn.SiLU(), nn.Conv2d(width, width, 3, padding=1), nn.SiLU())
        self.low = nn.Conv2d(width, decoder, 4, stride=4)
        self.middle = nn.Conv2d(width, decoder // 2, 2, stride=2)
        self.join = nn.Sequential(nn.Conv2d(width + decoder // 4, 64, 3, padding=1), nn.SiLU(), nn.Conv2d(64, 64, 3, padding=1), nn.SiLU())
        last = nn.Conv2d(24, 12, 1)
        self.high = nn.Sequential(upscale(64, 24), nn.SiLU(), nn.Conv2d(24, 24, 3, padding=1), nn.SiLU(), last, nn.PixelShuffle(2))
        for added in (self.low, self.middle, last):
            nn.init.zeros_(added.weight)
            nn.init.zeros_(added.bias)

    def forward(self, decoder: nn.Sequential, latent: Tensor, *maps: Tensor) -> Tensor:
        """The decoder's answer for latents [B, 8, h, w]; `maps` are for each variable its picture [B, 3, 16h, 16w] in [-1, 1] and its level [B], below 0 where there is none."""
        there = [(level >= 0).to(latent.dtype)[:, None, None, None] for level in maps[1::2]]
        shown = [picture * has for picture, has in zip(distinct(self.maps, maps[::2]), there, strict=True)]
        blocks = F.pixel_unshuffle(torch.cat(shown, 1), self.BLOCK)
        seen = self.enter(torch.cat([blocks, *(has.expand(-1, 1, *blocks.shape[2:]) for has in there)], 1))
        x = decoder[0](latent) + self.low(seen)
        x = decoder[1:4](x) + self.middle(seen)
        x = decoder[4 : Doubled.PLACE](x)
        return decoder[Doubled.PLACE](x) + self.high(self.join(torch.cat([x, seen], 1)))


JOINTS = 18
NECK_UNIT = 16.0
"""Pixels that the pose decoder counts as one, so that its outputs are of order 1."""


@dataclass
class AutoencoderConfig:
    """Channels at 1/8 of the resolution, per part."""

    encoder: int = 128
    image: int = 128
    classes: int = 128
    depth: int = 64
    sketch: int = 64
    normal: int = 0
    """0: an autoencoder from before there was such a variable; `train.autoencoder --only normal` adds its decoder."""
    pose: int = 0
    image_enlarge: int = 1
    """Pixels of a decoded image for each of the picture that was encoded, along a side: 1, or 2 with a further stage of the decoder."""
    image_guide: int = 0
    """Channels of what finished maps add to the image's decoder, see `Guide`; 0: nothing."""
    image_maps: list[str] = field(default_factory=list)
    """Variables whose maps those are."""


class Autoencoder(nn.Module):
    """One encoder for the pictures of all variables, one decoder for each kind of variable."""

    def __init__(self, config: AutoencoderConfig | None = None):
        super().__init__()
        self.config = config or AutoencoderConfig()
        width = self.config.encoder
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(4),
            nn.Conv2d(48, width // 2, 3, padding=1),
            Residual(width // 2),
            nn.Conv2d(width // 2, width, 3, stride=2, padding=1),
            Residual(width),
            Residual(width),
            PixelNorm(width),
            nn.SiLU(),
            nn.Conv2d(width, 2 * LATENT_CHANNELS, 3, padding=1),
        )
        self.image = decoder(self.config.image, 3, enlarge=self.config.image_enlarge)
        self.classes = decoder(self.config.classes, CLASS_SLOTS + 1)
        self.depth = decoder(self.config.depth, 1)
        self.sketch = decoder(self.config.sketch, 1)
        self.normal = decoder(self.config.normal, 3) if self.config.normal else None
        self.pose = decoder(self.config.pose, 3 * JOINTS) if self.config.pose else None
        if self.config.image_guide and self.config.image_enlarge != 2:
            raise ValueError("maps guide only an image decoder that enlarges its pictures twice")
        self.guide = Guide(self.config.image_maps, self.config.image_guide, self.config.image) if self.config.image_guide else None
        self.register_buffer("latent_mean", torch.zeros(1, LATENT_CHANNELS, 1, 1))
        self.register_buffer("latent_std", torch.ones(1, LATENT_CHANNELS, 1, 1))

    def posterior(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log-variance [B, 8, h, w] of the latent, before normalisation."""
        mean, logvar = self.encoder(picture).chunk(2, 1)
        return mean, logvar.clamp(-12, 4)

    def encode(self, picture: Tensor) -> Tensor:
        """Picture [B, 3, H, W] in [-1, 1] -> normalised latent [B, 8, H/8, W/8] (the mean of the posterior)."""
        return (self.posterior(picture)[0] - self.latent_mean) / self.latent_std

    def raw(self, latent: Tensor) -> Tensor:
        """Undoes the normalisation of `encode`."""
        return latent * self.latent_std + self.latent_mean

    def decode_image(self, latent: Tensor, *maps: Tensor) -> Tensor:
        """Latent -> RGB [B, 3, 8h, 8w] in [-1, 1], each side `image_enlarge` times as long; `maps` where there is a guide, as `Guide` takes them, none of them if left out."""
        return self.painted(latent, *maps).clamp(-1, 1)

    def painted(self, latent: Tensor, *maps: Tensor) -> Tensor:
        """`decode_image` before its colours are clamped."""
        if self.guide is None:
            return self.image(self.raw(latent))
        return self.guide(self.image, self.raw(latent), *(maps or self.no_maps(latent)))

    def no_maps(self, latent: Tensor) -> list[Tensor]:
        """What the guide is given where there are no maps."""
        count, _, height, width = latent.shape
        side = DOWNSCALE * self.config.image_enlarge
        empty = latent.new_zeros(count, 3, side * height, side * width), latent.new_full((count,), -1.0)
        return [*empty] * len(self.config.image_maps)

    def decode_classes(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        """Latent -> class logits [B, 40, 8h, 8w] and the logit [B, 1, 8h, 8w] of the instance boundary."""
        out = self.classes(self.raw(latent))
        return out[:, :CLASS_SLOTS], out[:, CLASS_SLOTS:]

    def decode_depth(self, latent: Tensor) -> Tensor:
        """Latent -> depth [B, 1, 8h, 8w] in [0, 1], 1 = near."""
        return torch.sigmoid(self.depth(self.raw(latent)))

    def decode_sketch(self, latent: Tensor) -> Tensor:
        """Latent -> sketch [B, 1, 8h, 8w] in [0, 1], 1 = line."""
        return torch.sigmoid(self.sketch(self.raw(latent)))

    def decode_normal(self, latent: Tensor) -> Tensor:
        """Latent -> normals [B, 3, 8h, 8w] in [-1, 1]: left, up, to the viewer (ControlNet 1.1's BAE colours)."""
        return self.normal(self.raw(latent)).clamp(-1, 1)

    def decode_pose(self, latent: Tensor) -> tuple[Tensor, Tensor]:
        """Latent -> where OpenPose's joints are, [B, 18, 8h, 8w] in [0, 1], and from there to the neck of the same person, in pixels right
        and down, [B, 36, 8h, 8w] (x and y of joint 0, of joint 1 ..): meaningful at joints."""
        out = self.pose(self.raw(latent))
        return torch.sigmoid(out[:, :JOINTS]), out[:, JOINTS:] * NECK_UNIT


# ------------------------------------------------------------------------------------------------------- denoiser


def sinusoidal(value: Tensor, width: int) -> Tensor:
    """Values [B] in [0, 1] -> [B, width]: sines and cosines of geometrically spaced frequencies."""
    frequencies = torch.exp(torch.arange(width // 2, device=value.device) * (-math.log(1e4) / (width // 2)))
    angles = value[:, None] * 1000.0 * frequencies[None]
    return torch.cat([angles.sin(), angles.cos()], 1)


class RMSNorm(nn.Module):
    """Root-mean-square norm over the last axis, spelt out because older ONNX opsets have no operator for it."""

    def __init__(self, width: int):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(width))

    def forward(self, x: Tensor) -> Tensor:
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + 1e-6) * self.gain


class Attention(nn.Module):
    """Multi-head attention with normalised queries and keys; the output starts at zero."""

    def __init__(self, width: int, context: int, heads: int):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width, bias=False)
        self.key_value = nn.Linear(context, 2 * width, bias=False)
        self.norm_q = RMSNorm(width // heads)
        self.norm_k = RMSNorm(width // heads)
        self.out = nn.Linear(width, width)
        nn.init.zeros_(self.out.weight)
        nn.init.zeros_(self.out.bias)

    def forward(self, x: Tensor, context: Tensor, bias: Tensor | None = None, seen: list[Tensor] | None = None, perturbed: bool = False) -> Tensor:
        """x [B, N, width], context [B, M, ...], bias [B, 1, 1, M] added to the scores (-1e4 hides a token).

        The weights [B, N, M], the mean over heads, are appended to `seen`. `perturbed`, each place looks at itself alone (M = N).
        """
        if perturbed:
            return self.out(self.key_value(context).chunk(2, -1)[1])
        split = lambda y: y.reshape(y.shape[0], y.shape[1], self.heads, y.shape[2] // self.heads).transpose(1, 2)
        key, value = self.key_value(context).chunk(2, -1)
        q, k = self.norm_q(split(self.query(x))), self.norm_k(split(key))
        # PyTorch's fused attention takes two to five times as long in bfloat16 on a CPU.
        if seen is None and not torch.is_autocast_enabled("cpu"):
            mixed = F.scaled_dot_product_attention(q, k, split(value), attn_mask=bias)
        else:
            scores = q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5
            weights = (scores if bias is None else scores + bias).softmax(-1)
            if seen is not None:
                seen.append(weights.mean(1))
            mixed = weights @ split(value)
        return self.out(mixed.transpose(1, 2).flatten(2))


def feed_forward(width: int, factor: int = 2) -> nn.Sequential:
    """Norm, linear, GELU, linear; the output starts at zero."""
    last = nn.Linear(factor * width, width)
    nn.init.zeros_(last.weight)
    nn.init.zeros_(last.bias)
    return nn.Sequential(nn.LayerNorm(width), nn.Linear(width, factor * width), nn.GELU(), last)


class ResBlock(nn.Module):
    """Convolutional residual block whose second norm is shifted and scaled by the time embedding."""

    def __init__(self, channels_in: int, channels: int, time: int):
        super().__init__()
        self.norm1 = nn.GroupNorm(min(32, channels_in // 4), channels_in)
        self.conv1 = nn.Conv2d(channels_in, channels, 3, padding=1)
        self.modulation = nn.Linear(time, 2 * channels)
        self.norm2 = nn.GroupNorm(min(32, channels // 4), channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1)
        self.skip = nn.Conv2d(channels_in, channels, 1) if channels_in != channels else nn.Identity()
        nn.init.zeros_(self.conv2.weight)
        nn.init.zeros_(self.conv2.bias)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        scale, shift = self.modulation(time)[:, :, None, None].chunk(2, 1)
        return self.skip(x) + self.conv2(F.silu(self.norm2(h) * (1 + scale) + shift))


class SpatialAttention(nn.Module):
    """Self-attention, cross-attention to the text and feed-forward over the cells of a level; does nothing at first."""

    def __init__(self, width: int, context: int, heads: int):
        super().__init__()
        self.norm_self = nn.LayerNorm(width)
        self.attend_self = Attention(width, width, heads)
        self.norm_cross = nn.LayerNorm(width)
        self.attend_cross = Attention(width, context, heads)
        self.feed_forward = feed_forward(width)

    def forward(
        self, x: Tensor, text: Tensor, bias: Tensor, seen: list[Tensor] | None = None, own: list[Tensor] | None = None, perturbed: bool = False
    ) -> Tensor:
        """`seen` collects the weights of the attention to the text, `own` those among the cells, which `perturbed` look at themselves alone."""
        y = x.flatten(2).transpose(1, 2)
        z = self.norm_self(y)
        y = y + self.attend_self(z, z, seen=own, perturbed=perturbed)
        y = y + self.attend_cross(self.norm_cross(y), text, bias, seen)
        y = y + self.feed_forward(y)
        return y.transpose(1, 2).reshape(x.shape)


class Block(SpatialAttention):
    """A ResBlock before the attentions, at the lowest resolution."""

    def __init__(self, width: int, heads: int, time: int):
        super().__init__(width, width, heads)
        self.resblock = ResBlock(width, width, time)

    def forward(
        self,
        x: Tensor,
        time: Tensor,
        text: Tensor,
        bias: Tensor,
        seen: list[Tensor] | None = None,
        own: list[Tensor] | None = None,
        perturbed: bool = False,
    ) -> Tensor:
        return super().forward(self.resblock(x, time), text, bias, seen, own, perturbed)


class TextLayer(nn.Module):
    """Transformer layer over `x` that reads `context` (itself for the words, the words for the layout)."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.attend = Attention(width, width, heads)
        self.feed_forward = feed_forward(width)

    def forward(self, x: Tensor, context: Tensor | None, bias: Tensor) -> Tensor:
        y = self.norm(x)
        x = x + self.attend(y, y if context is None else context, bias)
        return x + self.feed_forward(x)


class TextAdapter(nn.Module):
    """Frozen MiniLM features, beside embeddings of the words and of their places learnt here.

    MiniLM was trained to compare sentences, where the order of words matters little; "left of" and "right of" need it.
    A null token stands before the words, so a fully masked text is the null text.
    """

    def __init__(self, width: int, word_width: int, layers: int, heads: int):
        super().__init__()
        self.register_buffer("token_mean", torch.zeros(TOKEN_WIDTH))
        self.register_buffer("token_std", torch.ones(TOKEN_WIDTH))
        self.features = nn.Linear(TOKEN_WIDTH, width)
        self.words = nn.Embedding(VOCABULARY, word_width)
        self.word_projection = nn.Linear(word_width, width)
        self.places = nn.Parameter(torch.randn(1, MAX_TOKENS, width) * 0.1)
        self.null = nn.Parameter(torch.randn(1, 1, width) * 0.5)
        self.mlp = feed_forward(width)
        self.layers = nn.ModuleList(TextLayer(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.pool = nn.Sequential(nn.Linear(2 * width, width), nn.SiLU(), nn.Linear(width, width))
        self.null_pool = nn.Parameter(torch.zeros(1, width))
        # A word that no caption has says nothing of its own.
        nn.init.zeros_(self.words.weight)

    def forward(self, tokens: Tensor, ids: Tensor, mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """tokens [B, L, 384], ids [B, L], mask [B, L] -> text [B, 1+L, width], bias [B, 1, 1, 1+L], pooled [B, width]."""
        known = self.features((tokens - self.token_mean) / self.token_std)
        x = known + self.word_projection(self.words(ids)) + self.places[:, : tokens.shape[1]]
        x = torch.cat([self.null.expand(x.shape[0], -1, -1), x], 1)
        valid = torch.cat([torch.ones_like(mask[:, :1]), mask], 1)
        bias = ((1 - valid) * -1e4)[:, None, None, :]
        x = x + self.mlp(x)
        for layer in self.layers:
            x = layer(x, None, bias)
        x = self.norm(x)
        words, weight = x[:, 1:], mask[:, :, None]
        # No plain sum over the tokens: ONNX Runtime sums those of a lone sample in another order than those of two.
        mean = torch.einsum("blc,bl->bc", words, mask) / weight.sum(1).clamp(min=1)
        peak = (words * weight - (1 - weight) * 1e4).amax(1)
        some = mask.amax(1, keepdim=True)
        pooled = self.pool(torch.cat([mean, peak * some], 1)) * some + self.null_pool * (1 - some)
        return x, bias, pooled


class Layout(nn.Module):
    """A coarse plan of the picture from the text alone: a 4x4 grid of features, and each class's occupancy there.

    The occupancy is an auxiliary target: it carries "the dog stands left of the car" into the text adapter far more directly
    than the denoising loss does. The features are added to the denoiser's lowest resolution.
    """

    def __init__(self, width: int, layers: int, heads: int):
        super().__init__()
        self.queries = nn.Parameter(torch.randn(1, LAYOUT_SIDE**2, width) * 0.5)
        self.cross = nn.ModuleList(TextLayer(width, heads) for _ in range(layers))
        self.own = nn.ModuleList(TextLayer(width, heads) for _ in range(layers))
        self.norm = nn.LayerNorm(width)
        self.occupancy = nn.Linear(width, CLASS_SLOTS)

    def forward(self, text: Tensor, bias: Tensor) -> tuple[Tensor, Tensor]:
        """-> features [B, width, 4, 4], logits of the share of each class in each cell [B, 40, 4, 4]."""
        x = self.queries.expand(text.shape[0], -1, -1)
        for cross, own in zip(self.cross, self.own):
            x = cross(x, text, bias)
            x = own(x, None, torch.zeros_like(bias[:, :, :, :1]))
        x = self.norm(x)
        grid = lambda y: y.transpose(1, 2).reshape(y.shape[0], y.shape[2], LAYOUT_SIDE, LAYOUT_SIDE)
        return grid(x), grid(self.occupancy(x))


@dataclass
class DenoiserConfig:
    """`widths` are the channels at full, half, quarter ... latent resolution; attention runs at the last.

    With `middle_attention` it runs at the last but one as well, going down and going up: where an object covers a handful of cells at the
    lowest level, its parts agree on one colour only there. A network trained without it can be given it later.
    """

    parents: list[str] = field(default_factory=list)
    widths: list[int] = field(default_factory=lambda: [64, 256])
    blocks: int = 3
    heads: int = 4
    word_width: int = 64
    text_layers: int = 1
    layout_layers: int = 0
    position_side: int = 8
    middle_attention: bool = False

    def to_dict(self) -> dict:
        return asdict(self)


def with_absent(parents: list[str], given: dict[str, tuple[Tensor, Tensor]], latent: Tensor) -> list[Tensor]:
    """Latent and level of each of a denoiser's parents in turn; those that are not `given` are absent. `latent` [B, 8, h, w] is the variable's own."""
    absent = torch.zeros_like(latent), torch.full_like(latent[:, 0, 0, 0], -1.0)
    return [value for name in parents for value in given.get(name, absent)]


class Denoiser(nn.Module):
    """Predicts v = eps - x0 of one variable's latent, given the text and the latents of its parents."""

    def __init__(self, config: DenoiserConfig | None = None):
        super().__init__()
        self.config = config = config or DenoiserConfig()
        widths, width = config.widths, config.widths[-1]
        self.time = nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width))
        self.text = TextAdapter(width, config.word_width, config.text_layers, config.heads)
        self.layout = Layout(width, config.layout_layers, config.heads) if config.layout_layers else None
        self.levels = nn.ModuleDict({p: nn.Sequential(nn.Linear(width, width), nn.SiLU(), nn.Linear(width, width)) for p in config.parents})
        self.absent = nn.ParameterDict({p: nn.Parameter(torch.zeros(1, width)) for p in config.parents})

        self.enter = nn.Conv2d(LATENT_CHANNELS * (1 + len(config.parents)), widths[0], 3, padding=1)
        # Only the two-level net leaves its entry level without a block, as in the measured recipe.
        deep = len(widths) > 2
        self.down_blocks = nn.ModuleList(ResBlock(w, w, width) for w in widths[:-1]) if deep else None
        self.down = nn.ModuleList(nn.Conv2d(a, b, 3, stride=2, padding=1) for a, b in zip(widths, widths[1:]))
        self.position = nn.Parameter(torch.randn(1, width, config.position_side, config.position_side) * 0.1)
        self.blocks = nn.ModuleList(Block(width, config.heads, width) for _ in range(config.blocks))
        self.up = nn.ModuleList(upscale(b, a) for a, b in zip(widths, widths[1:]))
        self.up_blocks = nn.ModuleList(ResBlock(2 * w, w, width) for w in widths[:-1])
        middle = lambda: SpatialAttention(widths[-2], width, config.heads) if config.middle_attention else None
        self.middle_down, self.middle_up = middle(), middle()
        self.norm = nn.GroupNorm(min(32, widths[0] // 4), widths[0])
        self.leave = nn.Conv2d(widths[0], LATENT_CHANNELS, 3, padding=1)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(self.leave.bias)

    def input_names(self) -> list[str]:
        """Names of forward's positional inputs, as the exported graph calls them."""
        parents = [name for p in self.config.parents for name in (f"parent_{p}", f"parent_{p}_level")]
        return ["latent", "time", "tokens", "ids", "mask", *parents]

    def forward(self, latent: Tensor, time: Tensor, tokens: Tensor, ids: Tensor, mask: Tensor, *parents: Tensor) -> Tensor:
        """latent [B, 8, h, w], time [B]; `parents` alternates latent [B, 8, h, w] and level [B] in the order of the config."""
        return self.predict(latent, time, tokens, ids, mask, *parents)[0]

    def attending(self, *inputs: Tensor) -> tuple[Tensor, Tensor]:
        """As `forward`; also how much each cell of the lowest level looks at each token, [B, L, h', w'].

        That is the mean over heads and blocks of the cross-attention's weights, the null token's share left out.
        """
        seen: list[Tensor] = []
        prediction, _ = self.predict(*inputs, seen=seen)
        words = (sum(seen[1:], seen[0]) / len(seen))[:, :, 1:].transpose(1, 2)
        shrink = 2 ** len(self.down)
        height, width = ((side + shrink - 1) // shrink for side in inputs[0].shape[-2:])
        return prediction, words.reshape(words.shape[0], words.shape[1], height, width)

    def predict(
        self,
        latent: Tensor,
        time: Tensor,
        tokens: Tensor,
        ids: Tensor,
        mask: Tensor,
        *parents: Tensor,
        seen: list[Tensor] | None = None,
        own: list[Tensor] | None = None,
        added: tuple[Tensor, ...] | None = None,
        perturbed: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        """As `forward`; also the logits of the coarse layout [B, 40, 4, 4] where the net plans one.

        `seen` and `own` collect attention at the lowest level, see `SpatialAttention`; `added` is what an adapter adds to the features of each level.
        `perturbed`, the cells of the lowest level do not attend to one another (`sampling.guided`).
        """
        width = self.config.widths[-1]
        text, bias, pooled = self.text(tokens, ids, mask)
        embedding = self.time(sinusoidal(time, width)) + pooled
        inputs = [latent]
        for name, parent, level in zip(self.config.parents, parents[0::2], parents[1::2]):
            present = (level >= 0).to(latent.dtype)
            known = self.levels[name](sinusoidal(level.clamp(min=0), width))
            embedding = embedding + torch.where(present[:, None] > 0, known, self.absent[name])
            inputs.append(parent * present[:, None, None, None])
        embedding = F.silu(embedding)

        x = self.enter(torch.cat(inputs, 1))
        if added is not None:
            x = x + added[0]
        skips = []
        for i, down in enumerate(self.down):
            if self.down_blocks is not None:
                x = self.down_blocks[i](x, embedding)
            if self.middle_down is not None and i == len(self.down) - 1:
                x = self.middle_down(x, text, bias)
            skips.append(x)
            x = down(x)
            if added is not None:
                x = x + added[i + 1]
        resized = lambda y: F.interpolate(y, size=x.shape[-2:], mode="bilinear", align_corners=False)
        x = x + resized(self.position)
        plan = None
        if self.layout is not None:
            features, plan = self.layout(text, bias)
            x = x + resized(features)
        for block in self.blocks:
            x = block(x, embedding, text, bias, seen, own, perturbed)
        for i in reversed(range(len(self.up))):
            x = self.up_blocks[i](torch.cat([self.up[i](x), skips[i]], 1), embedding)
            if self.middle_up is not None and i == len(self.up) - 1:
                x = self.middle_up(x, text, bias)
        return self.leave(F.silu(self.norm(x))), plan


# ---------------------------------------------------------------------------------------------------- checkpoints


def load_autoencoder(path: str, device: str = "cpu") -> Autoencoder:
    """The autoencoder of a checkpoint written by `train.autoencoder`, ready for inference."""
    saved = torch.load(path, map_location=device, weights_only=True)
    network = Autoencoder(AutoencoderConfig(**saved["config"])).to(device)
    network.load_state_dict(saved["model"])
    return network.eval().requires_grad_(False)


def load_denoiser(path: str, device: str = "cpu") -> Denoiser:
    """The averaged (EMA) weights of a checkpoint written by `train.factor`, ready for inference."""
    saved = torch.load(path, map_location=device, weights_only=True)
    network = Denoiser(DenoiserConfig(**saved["config"])).to(device)
    network.load_state_dict(saved["ema"])
    return network.eval().requires_grad_(False)
