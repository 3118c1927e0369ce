"""A factor adapted from a frozen text-to-image network, with or without attention distillation (paper, section 3.3 and eq. 7).

    python -m train.factor --factor image --parents --size 128 --run onnx/runs/teacher --frames onnx/runs/frames --minutes 12
    python -m train.adapted --factor segmentation --teacher onnx/runs/teacher/checkpoint.pt --run onnx/runs/adapted --frames onnx/runs/frames --distil 1 --minutes 8

The teacher draws images from text alone and stays as it is; an adapter that reads the noisy latent of the map and the time adds to the features of
each level of its encoder, so that the same network then draws maps: the paper's first factor. Frames hold an image and a map of the same scene. The
teacher sees the image, the student the map, both with the same noise and time, and with `--distil` the student's attention maps, to the text and among the
cells, are drawn towards the teacher's: KL(teacher || student) over each row of the weights after the softmax (heads averaged), teacher detached.

The pack's factors are trained from scratch; what was tried with this is in `README.md`.
"""

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .adapter import TimeAdapter
from .chunks import frame_chunks
from .factor import Trainer, arguments_parser, draw_batch, noise_levels
from .networks import Denoiser, load_denoiser
from .previews import HeldOutMaps
from .runs import require_world, world_of_checkpoint

TRAINING_STEPS = 1000
"""What the adapter, made for Stable Diffusion, calls the time 1."""


class Adapted(nn.Module):
    """A frozen denoiser without parents and the adapter that makes it draw another variable; asked as a `Denoiser` is."""

    def __init__(self, teacher: Denoiser):
        super().__init__()
        self.config = teacher.config
        self.teacher = teacher.requires_grad_(False)
        self.adapter = TimeAdapter(8, teacher.config.widths)

    def forward(self, latent: Tensor, time: Tensor, *text: Tensor) -> Tensor:
        return self.predict(latent, time, *text)[0]

    def predict(self, latent: Tensor, time: Tensor, *text: Tensor, **watched: list[Tensor]) -> tuple[Tensor, Tensor | None]:
        return self.teacher.predict(latent, time, *text, added=self.adapter(latent, TRAINING_STEPS * time), **watched)


def attention_distance(teacher: list[Tensor], student: list[Tensor]) -> Tensor:
    """Eq. 7: the mean over layers and rows of KL(teacher || student); weights [B, N, M] whose rows sum to 1."""
    divergence = lambda t, s: (t * (t.clamp(min=1e-8).log() - s.clamp(min=1e-8).log())).sum(-1).mean()
    return torch.stack([divergence(t.detach(), s) for t, s in zip(teacher, student, strict=True)]).mean()


class AdaptedTrainer(Trainer):
    """One run; the chunks hold images whose parent is the map that is learnt."""

    def __init__(self, arguments):
        require_world(world_of_checkpoint(arguments.teacher), world_of_checkpoint(arguments.autoencoder), arguments.teacher)
        if load_denoiser(arguments.teacher).config.parents:
            raise SystemExit(f"{arguments.teacher} reads maps: the teacher draws from text alone (train.factor --factor image --parents)")
        arguments.frames_only = True
        super().__init__(arguments)

    def first_config(self) -> dict:
        return load_denoiser(self.arguments.teacher).config.to_dict()

    def new_network(self) -> Adapted:
        return Adapted(load_denoiser(self.arguments.teacher))

    def initialise(self) -> None:
        """The teacher knows the texts already."""

    def source(self):
        a = self.arguments
        return frame_chunks("image", [a.factor], self.autoencoder, a.seed, Path(a.frames), self.size, self.world)

    def loss(self, batch: int) -> tuple[Tensor, dict[str, float]]:
        chunk = self.held[torch.randint(len(self.held), ()).item()]
        image, maps, _, captions, _, weight = draw_batch(chunk, batch)
        clean = maps[self.arguments.factor]
        t, noise = noise_levels(batch, self.factor.noise, self.factor.high), torch.randn_like(clean)
        wide = t[:, None, None, None]
        noisy = lambda latent: ((1 - wide) * latent + wide * noise).to(self.device)
        inputs = [x.to(self.device) for x in (t, *captions.inputs())]
        distils = self.arguments.distil > 0
        student: dict[str, list[Tensor]] = {"seen": [], "own": []}
        velocity, _ = self.network.predict(noisy(clean), *inputs, **(student if distils else {}))
        error = F.mse_loss(velocity, (noise - clean).to(self.device), reduction="none").mean(1, keepdim=True)
        weight = torch.ones_like(error) if weight is None else weight.to(self.device)
        flow = (error * weight).sum() / weight.sum()
        if not distils:
            return flow, {"loss": flow.detach()}
        teacher: dict[str, list[Tensor]] = {"seen": [], "own": []}
        with torch.no_grad():
            self.network.teacher.predict(noisy(image), *inputs, **teacher)
        apart = attention_distance(teacher["seen"] + teacher["own"], student["seen"] + student["own"])
        return flow + self.arguments.distil * apart, {"loss": flow.detach(), "attention": apart.detach()}

    def held_out(self, **walk: float) -> HeldOutMaps:
        return HeldOutMaps(self.autoencoder, self.size, self.world, **walk)


def parser():
    """The factor's own command line and what is particular to adapting."""
    own = arguments_parser()
    own.description = __doc__
    own.add_argument("--teacher", required=True, help="checkpoint of the text-to-image network")
    own.add_argument("--distil", type=float, default=0.0, help="weight of the attention distillation")
    return own


def main() -> None:
    arguments = parser().parse_args()
    if arguments.factor != "segmentation":
        raise SystemExit("only the first factor is adapted with its attention distilled: --factor segmentation")
    torch.set_num_threads(arguments.threads)
    AdaptedTrainer(arguments).run()


if __name__ == "__main__":
    main()
