"""Teaches a factor to walk in few steps, and without guidance: progressive distillation of its guided sampler.

    python -m train.distil --factor segmentation --teacher onnx/runs/segmentation/checkpoint.pt --run onnx/runs/segmentation_quick --minutes 30

The student begins as the teacher. At each of its `--steps` moments t it learns the velocity that takes it at once to where `--substeps` guided Euler steps of
the teacher lead (Salimans and Ho, "Progressive Distillation for Fast Sampling of Diffusion Models", 2022; guidance as in Meng et al., "On Distillation of
Guided Diffusion Models", 2023). Asked once a step instead of twice, for half of the steps or fewer, it costs a quarter. Guidance is part of its weights:
negative prompts and other scales need the teacher. So is the guidance by perturbed attention that a teacher may be led by. `export.pack` puts RUNS/<factor>_quick beside the factor (`quick` in `pack.json`).

With `--backward 1` the student is taught where its own walk from pure noise takes it, not on noised truths, in which what it cannot draw yet is drawn already
(Kohler et al., "Imagine Flash: Accelerating Emu Diffusion Models with Backward Distillation", 2024).
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from evaluate.flow import moments

from .factor import Trainer, arguments_parser, conditions, draw_batch
from .networks import load_denoiser
from .runs import precision, require_world, world_of_checkpoint
from .sampling import guided, jump

GUIDANCE = {"segmentation": 3.0}
"""Scale that is taught, where it is not that of the other factors."""
OTHERS = 1.5
PERTURBED = {"segmentation": 1.0}
"""Scale of perturbed-attention guidance that is taught, see `sampling.guided`; 0 where a factor is not named."""


class Distiller(Trainer):
    """One run; `--batch` samples a step, the same data as the factor's own training."""

    def __init__(self, arguments):
        self.teacher = load_denoiser(arguments.teacher, arguments.device).to(memory_format=torch.channels_last)
        arguments.size = arguments.size or torch.load(arguments.teacher, weights_only=True, mmap=True).get("size")
        super().__init__(arguments)
        require_world(world_of_checkpoint(arguments.teacher), self.world, arguments.teacher)
        self.guidance = GUIDANCE.get(arguments.factor, OTHERS) if arguments.guidance is None else arguments.guidance
        self.perturbed = PERTURBED.get(arguments.factor, 0.0) if arguments.perturbed is None else arguments.perturbed
        begun = self.path if self.step else arguments.start
        kept = torch.load(begun, weights_only=True, mmap=True).get("shift", 1.0) if begun else 1.0
        self.shift = kept if arguments.shift is None else arguments.shift
        if self.step == 0 and not self.begun:
            self.network.load_state_dict(self.teacher.state_dict())
            self.average.load_state_dict(self.teacher.state_dict())

    def first_config(self) -> dict:
        """The student is built as its teacher."""
        return self.teacher.config.to_dict()

    def loss(self, batch: int) -> tuple[Tensor, dict[str, float]]:
        chunk = self.held[torch.randint(len(self.held), ()).item()]
        clean, parents, given, captions, _, weight = draw_batch(chunk, batch)
        # Guidance is taught, so every sample has its text; one moment a batch, as in a walk.
        captions.mask = (captions.ids != 0).to(captions.mask.dtype)
        steps, parts = self.arguments.steps, self.arguments.substeps
        moment = torch.randint(steps, ()).item()
        times = moments(steps * parts, self.shift)[moment * parts : (moment + 1) * parts + 1]
        start, end = times[0], times[-1]
        device = lambda values: [value.to(self.device) for value in values]
        text, known = device(captions.inputs()), device(conditions(parents, given))
        time = torch.full((batch,), start, device=self.device)
        noise = torch.randn_like(clean).to(self.device)
        with precision(self.device, self.arguments.bf16):
            if torch.rand(()).item() < self.arguments.backward:
                x = self.walked(noise, moment, text, known)
            else:
                x = (1 - start) * clean.to(self.device) + start * noise
            goal = x
            for now, then in zip(times[:-1], times[1:]):
                goal = jump(goal, guided(self.teacher, goal, torch.full_like(time, now), text, known, self.guidance, self.perturbed), now, then)
        target = (x - goal) / (start - end)
        with precision(self.device, self.arguments.bf16):
            velocity, _ = self.predict(x, time, *text, *known)
        error = F.mse_loss(velocity.float(), target, reduction="none").mean(1, keepdim=True)
        weight = torch.ones_like(error) if weight is None else weight.to(self.device)
        loss = (error * weight).sum() / weight.sum()
        return loss, {"loss": loss.detach()}

    @torch.no_grad()
    def walked(self, x: Tensor, count: int, text: list[Tensor], known: list[Tensor]) -> Tensor:
        """Where the student is after its first `count` steps from the noise `x`."""
        times = moments(self.arguments.steps, self.shift)
        for now, then in zip(times[:count], times[1:]):
            x = jump(x, self.network(x, torch.full((len(x),), now, device=self.device), *text, *known), now, then)
        return x

    def particulars(self) -> dict:
        """How the student is to be walked, for the export, and what it was taught."""
        return {"steps": self.arguments.steps, "shift": self.shift, "guidance": self.guidance, "perturbed": self.perturbed}

    def held_out(self, **walk):
        return super().held_out(steps=self.arguments.steps, guidance=1.0, shift=self.shift)


def parser():
    """The factor's own command line and what is particular to distillation."""
    own = arguments_parser()
    own.description = __doc__
    own.add_argument("--teacher", required=True, help="checkpoint of the factor as it was trained")
    own.add_argument("--steps", type=int, default=4, help="of the student's walk")
    own.add_argument("--substeps", type=int, default=2, help="of the teacher for each of them")
    own.add_argument("--guidance", type=float, help="the teacher's scale")
    own.add_argument("--perturbed", type=float, help="the teacher's scale of perturbed-attention guidance")
    own.add_argument("--shift", type=float, help="of the walk's moments towards noise, for large pictures, see `evaluate.flow.moments` [default: that of --start, or 1]")
    own.add_argument("--backward", type=float, default=0.0, metavar="SHARE", help="of the batches that start from the student's own walk")
    own.set_defaults(rate=3e-4)
    return own


def main() -> None:
    arguments = parser().parse_args()
    torch.set_num_threads(arguments.threads)
    Distiller(arguments).run()


if __name__ == "__main__":
    main()
