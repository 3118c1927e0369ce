"""Latents as a distilled factor leaves them, of maps that are known: what a decoder meets in an editor, and can be taught to read.

The encoder's latents with Gaussian noise differ from sampled ones: where a factor has not made up its mind, a cell lies between two colours, and between two colours lies a third class's.
"""

import torch
from torch import Tensor

from evaluate.flow import moments, renewed_steps

from .networks import load_denoiser, with_absent
from .sampling import jump, restart_asked
from .text import Captions


class Guesser:
    """The last steps of a distilled network's walk, from latents of known maps that were noised to where those steps begin."""

    def __init__(self, path: str, restart: list[float] | None = None):
        saved = torch.load(path, weights_only=True, mmap=True)
        if "steps" not in saved:
            raise SystemExit(f"{path} is no distilled network: train.distil, or train.from_pack --distilled, makes one")
        self.steps, self.shift = saved["steps"], saved.get("shift", 1.0)
        self.restart = restart_asked(restart, saved)
        self.network = load_denoiser(path).to(memory_format=torch.channels_last)

    @torch.no_grad()
    def guess(self, clean: Tensor, captions: Captions, count: int) -> Tensor:
        """Clean latents [B, 8, h, w] and their captions -> what the network makes of them in its last `count` steps (all of them: from pure noise, and what is taken again as often as in the pack)."""
        restart = self.restart if count == self.steps else None
        times = moments(self.steps, self.shift, restart)[0 if restart else -count - 1 :]
        x = (1 - times[0]) * clean + times[0] * torch.randn_like(clean)
        conditions = with_absent(self.network.config.parents, {}, x)
        for step, (now, then) in enumerate(zip(times[:-1], times[1:])):
            x = jump(x, self.network(x, torch.full((len(x),), now), *captions.inputs(), *conditions), now, then, step in renewed_steps(restart))
        return x
