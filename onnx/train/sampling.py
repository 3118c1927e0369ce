"""Sampling from a denoiser: Euler steps along the flow, with classifier-free guidance."""

import torch
from torch import Tensor

from evaluate.flow import moments, renewed_steps, restart_of

from .networks import Denoiser, with_absent
from .text import Captions

CLAMP = 4.0
"""The estimate of the clean latent stays within this many standard deviations."""


def jump(x: Tensor, velocity: Tensor, now: float, then: float, renewed: bool = False, generator: torch.Generator | None = None) -> Tensor:
    """The Euler step from `now` to `then`, the clean estimate clamped; `renewed`, it ends in fresh noise (of the `generator`), as in a restart of `evaluate.flow`."""
    clean = (x - now * velocity).clamp(-CLAMP, CLAMP)
    if renewed:
        return (1 - then) * clean + then * torch.randn(clean.shape, generator=generator).to(clean.device)
    return clean + then / now * (x - clean)


def restart_asked(said: list[float] | None, saved: dict) -> dict | None:
    """The restart of a distilled network's walk: what `--restart` says, else that of its checkpoint, if any."""
    if not said:
        return saved.get("restart")
    try:
        return restart_of(said, saved["steps"], saved.get("shift", 1.0))
    except ValueError as error:
        raise SystemExit(f"--restart {' '.join(f'{number:g}' for number in said)}: {error}") from None


@torch.no_grad()
def guided(
    network: Denoiser, x: Tensor, time: Tensor, text: tuple[Tensor, ...], conditions: list[Tensor], guidance: float, perturbed: float = 0.0
) -> Tensor:
    """The velocity with classifier-free guidance; `text` are tokens, ids, mask. Guidance of 1 asks once, not twice.

    With `perturbed` above 0 it is also led away, by that much, from what the network says when the cells of its lowest level do not attend to one
    another (Ahn et al., "Self-Rectifying Diffusion Sampling with Perturbed-Attention Guidance", 2024), which asks once more: parts of an object then go together.
    """
    if guidance == 1.0:
        conditional = velocity = network(x, time, *text, *conditions)
    else:
        tokens, ids, mask = text
        both = (twice(tokens), twice(ids), torch.cat([mask, torch.zeros_like(mask)]))
        conditional, unconditional = network(twice(x), twice(time), *both, *map(twice, conditions)).chunk(2)
        velocity = unconditional + guidance * (conditional - unconditional)
    if perturbed:
        velocity = velocity + perturbed * (conditional - network.predict(x, time, *text, *conditions, perturbed=True)[0])
    return velocity


@torch.no_grad()
def sample(
    network: Denoiser,
    captions: Captions,
    side: int,
    seed: int,
    steps: int = 10,
    guidance: float = 2.0,
    perturbed: float = 0.0,
    shift: float = 1.0,
    restart: dict[str, int] | None = None,
    parents: dict[str, Tensor] | None = None,
    device: str = "cpu",
) -> Tensor:
    """One latent [B, 8, side, side] for each caption. `parents` are clean latents of that size; those left out are null. `shift` and `restart` as in `evaluate.flow.moments`."""
    count = len(captions)
    generator = torch.Generator().manual_seed(seed)
    x = torch.randn(count, 8, side, side, generator=generator).to(device)
    tokens, ids, mask = captions.inputs(device)
    clean = torch.zeros(count, device=device)
    conditions = with_absent(network.config.parents, {name: (latent, clean) for name, latent in (parents or {}).items()}, x)
    times = moments(steps, shift, restart)
    for step, (now, then) in enumerate(zip(times[:-1], times[1:])):
        time = torch.full((count,), now, device=device)
        x = jump(x, guided(network, x, time, (tokens, ids, mask), conditions, guidance, perturbed), now, then, step in renewed_steps(restart), generator)
    return x


def twice(x: Tensor) -> Tensor:
    return torch.cat([x, x])
