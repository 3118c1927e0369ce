"""The adapter that turns a text-to-image U-Net into a factor (paper, section 3.3): a T2I-adapter that knows the timestep.

For each scale of the U-Net's encoder one convolution and two residual blocks with the timestep, whose output `F_c` is added to
the features there: `F^ = F + F_c`. The adapter of the first factor reads the noisy latent itself, those of later factors the
latent of a parent. The last convolution of each scale starts at zero, so that training begins with the U-Net as it was.
"""

import math

import torch
from torch import nn
from torch.nn import functional as F

_GROUPS = 4


class TimeAdapter(nn.Module):
    """`condition` [B, latent, h, w] and `time` [B] (training step) -> features [B, widths[i], h / 2**i, w / 2**i]."""

    def __init__(self, latent, widths, time_width=64):
        super().__init__()
        self.config = {"latent": latent, "widths": list(widths), "time_width": time_width}
        self.time = nn.Sequential(nn.Linear(time_width, time_width), nn.SiLU(), nn.Linear(time_width, time_width))
        inputs = [latent, *widths[:-1]]
        self.scales = nn.ModuleList(_Scale(i, o, time_width) for i, o in zip(inputs, widths, strict=True))
        self.outs = nn.ModuleList(nn.Conv2d(width, width, 1) for width in widths)
        for out in self.outs:
            nn.init.zeros_(out.weight)
            nn.init.zeros_(out.bias)

    def forward(self, condition, time):
        time = self.time(_waves(time, self.config["time_width"]))
        x, features = condition, []
        for i, (scale, out) in enumerate(zip(self.scales, self.outs, strict=True)):
            x = scale(F.avg_pool2d(x, 2) if i else x, time)
            features.append(out(x))
        return tuple(features)


class _Scale(nn.Module):
    def __init__(self, inputs, width, time_width):
        super().__init__()
        self.enter = nn.Conv2d(inputs, width, 3, padding=1)
        self.blocks = nn.ModuleList(_Block(width, time_width) for _ in range(2))

    def forward(self, x, time):
        x = self.enter(x)
        for block in self.blocks:
            x = block(x, time)
        return x


class _Block(nn.Module):
    def __init__(self, width, time_width):
        super().__init__()
        self.before, self.after = nn.GroupNorm(_GROUPS, width), nn.GroupNorm(_GROUPS, width)
        self.first, self.second = nn.Conv2d(width, width, 3, padding=1), nn.Conv2d(width, width, 3, padding=1)
        self.time = nn.Linear(time_width, width)

    def forward(self, x, time):
        y = self.first(F.silu(self.before(x))) + self.time(F.silu(time))[:, :, None, None]
        return x + self.second(F.silu(self.after(y)))


def _waves(time, width):
    """Sines and cosines of the training step, wavelengths from 2 pi to 10,000 times that."""
    half = width // 2
    rates = torch.exp(torch.arange(half, device=time.device) * (-math.log(10_000) / half))
    angles = time[:, None] * rates
    return torch.cat([angles.cos(), angles.sin()], 1)
