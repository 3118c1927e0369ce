"""The critic of latents: whether a noised latent looks like one of a true picture for its caption and parents, as a denoiser sees it."""

from typing import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .networks import Denoiser

WIDTH = 96
STEEPEST = 3.0
"""Root mean squares of a slope that no number of it goes beyond, see `evened`."""


class Critic(nn.Module):
    """Judges by the features of a denoiser that stays as it is (Sauer et al., "Fast High-Resolution Image Synthesis with Latent Adversarial Diffusion Distillation", 2024).

    That one has learnt from noised latents of true pictures what captions and parents have to do with them, and what fine things coarse ones stand for. Small heads read what it has after each block of its
    lowest level, and before its answer; each cell is judged.
    """

    def __init__(self, trunk: Denoiser):
        super().__init__()
        widths = [trunk.config.widths[-1]] * trunk.config.blocks + [trunk.config.widths[0]]
        self.heads = nn.ModuleList(
            nn.Sequential(nn.Conv2d(w, WIDTH, 1), nn.SiLU(), nn.Conv2d(WIDTH, WIDTH, 3, padding=1), nn.SiLU(), nn.Conv2d(WIDTH, 1, 1)) for w in widths
        )
        self.seen: list[Tensor] = []
        for block in trunk.blocks:
            block.register_forward_hook(lambda _, __, answer: self.seen.append(answer))
        trunk.norm.register_forward_pre_hook(lambda _, inputs: self.seen.append(inputs[0]))
        # A function and no submodule: the denoiser is neither learnt nor kept with the heads.
        self.look = lambda *inputs: trunk(*inputs)

    def features(self, latent: Tensor, level: Tensor, text: tuple[Tensor, ...], parents: Sequence[Tensor] = ()) -> list[Tensor]:
        """Of latents [B, 8, h, w] that carry noise of `level` [B]: what the denoiser makes of them at each place that a head reads, normalised. `text` and `parents` are its further inputs."""
        self.seen.clear()
        self.look(latent, level, *text, *parents)
        return [F.group_norm(seen.float(), 1) for seen in self.seen]

    def forward(self, features: list[Tensor]) -> Tensor:
        """-> logits [B, cells], above those of others where a cell looks more like one of a true picture."""
        return torch.cat([head(seen).flatten(1) for head, seen in zip(self.heads, features, strict=True)], 1)

    def penalty(self, features: list[Tensor]) -> Tensor:
        """Mean squared length of the logits' gradient by these features (R1 and R2; Mescheder et al., "Which Training Methods for GANs do actually Converge?", 2018)."""
        features = [seen.detach().requires_grad_(True) for seen in features]
        gradients = torch.autograd.grad(self(features).sum(), features, create_graph=True)
        return sum(gradient.square().mean() * gradient.shape[1] for gradient in gradients)


def evened(slope: Tensor, length: Tensor) -> Tensor:
    """A slope with no number beyond `STEEPEST` root mean squares, made so long: a few places at the edges of things have nearly all of it. (Compare the adaptive weight of Esser et al., "Taming Transformers", 2021.)"""
    even = (slope / slope.square().mean().sqrt().clamp(min=1e-12)).clamp(-STEEPEST, STEEPEST)
    return even * (length / even.norm().clamp(min=1e-12))
