"""A factor adapted from a frozen text-to-image network, with or without attention distillation (paper, section 3.3 and eq. 7).

    python -m train.factor --factor image --parents --size 128 --widths 32 96 --run onnx/runs/teacher --frames onnx/runs/frames --minutes 12
    python -m train.adapted --factor segmentation --teacher onnx/runs/teacher/checkpoint.pt --run onnx/runs/adapted --frames onnx/runs/frames --distil 1 --minutes 8
    python -m train.adapted --factor image --teacher onnx/runs/teacher/checkpoint.pt --run onnx/runs/adapted_image --frames onnx/runs/frames --minutes 8

The teacher draws images from text alone and stays as it is; an adapter that knows the time adds to the features of each level of its encoder. That of the first factor reads the
noisy latent of the map, so that the same network then draws maps; that of the image reads the finished map's latent. Frames hold an image and a map of the same scene. For the first factor the
teacher sees the image, the student the map, both with the same noise and time, and with `--distil` the student's attention maps, to the text and among the
cells, are drawn towards the teacher's: KL(teacher || student) over each row of the weights after the softmax (heads averaged), teacher detached.

The pack's factors are trained from scratch; `train.adapted_table` sets both side by side, and `README.md` says what came of it.
"""

from dataclasses import replace
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .adapter import TimeAdapter
from .chunks import frame_chunks
from .factor import Trainer, arguments_parser, conditions, draw_batch, noise_levels
from .networks import Denoiser, DenoiserConfig, load_denoiser
from .previews import HeldOutFrames, HeldOutMaps
from .runs import require_world, world_of_checkpoint

TRAINING_STEPS = 1000
"""What the adapter, made for Stable Diffusion, calls the time 1."""
READS = {"segmentation": [], "image": ["segmentation"]}
"""The parent whose latent the adapter of a factor reads; that of the first factor reads the noisy latent."""


class Adapted(nn.Module):
    """A frozen denoiser without parents and the adapter that makes it draw another variable, or heed a parent; asked as a `Denoiser` of that parent is."""

    def __init__(self, teacher: Denoiser, parents: list[str]):
        super().__init__()
        self.config = replace(teacher.config, parents=parents)
        self.teacher = teacher.requires_grad_(False)
        self.adapter = TimeAdapter(8, teacher.config.widths)

    def forward(self, latent: Tensor, time: Tensor, *known: Tensor) -> Tensor:
        return self.predict(latent, time, *known)[0]

    def predict(
        self, latent: Tensor, time: Tensor, tokens: Tensor, ids: Tensor, mask: Tensor, *parents: Tensor, **watched: list[Tensor]
    ) -> tuple[Tensor, Tensor | None]:
        """As that of a `Denoiser`; an absent parent adds nothing."""
        read, level = parents or (latent, torch.zeros_like(time))
        there = (level >= 0).to(latent.dtype)[:, None, None, None]
        added = tuple(there * feature for feature in self.adapter(read, TRAINING_STEPS * time))
        return self.teacher.predict(latent, time, tokens, ids, mask, added=added, **watched)


def load_adapted(path: str) -> Adapted:
    """The averaged weights of a checkpoint that this module wrote, teacher included, ready for inference."""
    saved = torch.load(path, map_location="cpu", weights_only=True)
    config = DenoiserConfig(**saved["config"])
    network = Adapted(Denoiser(replace(config, parents=[])), config.parents)
    network.load_state_dict(saved["ema"])
    return network.eval().requires_grad_(False)


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
        if arguments.distil and READS[arguments.factor]:
            raise SystemExit("only the first factor's attention is distilled (--factor segmentation): the image's is the teacher's own")
        arguments.frames_only = True
        super().__init__(arguments)

    def first_config(self) -> dict:
        return load_denoiser(self.arguments.teacher).config.to_dict() | {"parents": READS[self.arguments.factor]}

    def new_network(self) -> Adapted:
        return Adapted(load_denoiser(self.arguments.teacher), READS[self.arguments.factor])

    def initialise(self) -> None:
        """The teacher knows the texts already."""

    def source(self):
        a = self.arguments
        return frame_chunks("image", ["segmentation"], self.autoencoder, a.seed, Path(a.frames), self.size, self.world)

    def loss(self, batch: int) -> tuple[Tensor, dict[str, float]]:
        chunk = self.held[torch.randint(len(self.held), ()).item()]
        image, maps, given, captions, _, weight = draw_batch(chunk, batch)
        clean = image if self.config.parents else maps["segmentation"]
        t, noise = noise_levels(batch, self.factor.noise, self.factor.high), torch.randn_like(clean)
        wide = t[:, None, None, None]
        noisy = lambda latent: ((1 - wide) * latent + wide * noise).to(self.device)
        known = conditions(maps, given) if self.config.parents else []
        inputs = [x.to(self.device) for x in (t, *captions.inputs(), *known)]
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

    def held_out(self, **walk: float) -> HeldOutMaps | HeldOutFrames:
        if self.config.parents:
            return HeldOutFrames("image", self.config.parents, self.autoencoder, self.size, self.arguments.frames, self.world, **walk)
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
    if arguments.factor not in READS:
        raise SystemExit(f"only {' and '.join(READS)} are adapted here, not {arguments.factor}")
    torch.set_num_threads(arguments.threads)
    AdaptedTrainer(arguments).run()


if __name__ == "__main__":
    main()
