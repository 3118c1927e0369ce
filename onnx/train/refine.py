"""Refines a distilled network against a critic: what it draws is to look like latents of true pictures, not like the mean of what they may be.

    python -m train.refine --factor segmentation --start onnx/runs/segmentation_quick/checkpoint.pt --teacher onnx/runs/segmentation/checkpoint.pt --run onnx/runs/segmentation_refined --minutes 60

A distilled network can be no better than its teacher, which has learnt by squared error. Here it walks from noise, and after each of its moments a critic (`critic.py`, which looks with the eyes
of the `--teacher`) compares the clean latent that it expects with that of a true picture for the same caption and parents (Sauer et al., "Adversarial Diffusion Distillation", 2023). Both are noised to
about the level at which the walk goes on, for what is finer is decided later. The losses are relativistic, with penalties on the critic's gradient at true and at drawn latents (Huang et al., "The GAN is dead; long
live the GAN!", 2024). What is where may not stray far from what the network drew before: means over a grid of 4 x 4 are kept.
"""

import copy
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from evaluate.flow import moments, renewed_steps

from .cells import CellCritic
from .chunks import Chunk
from .critic import Critic, evened
from .edited import edited
from .factor import CHUNKS_HELD, Trainer, arguments_parser, conditions, draw_batch
from .followed import Followed, followed
from .networks import load_denoiser, with_absent
from .runs import precision, require_world, world_of_checkpoint
from .sampling import jump, restart_asked
from .text import Captions
from .weights import reading

GRID = 4
CRITIC_RATE = 1e-3
BETAS = 0.0, 0.99
ALONE = 60
"""First steps, in which only a new critic learns."""
PENALTY = 0.1
"""Weight of the penalties on the critic's gradient."""
BLUR = 0.25
"""The critic sees latents with up to this much more noise than the walk goes on with."""
NOISIEST = 0.95
TAUGHT = 16
"""True pictures in a step of a new reader."""
SAID = 50
"""Steps of it between two lines of the log."""
LENGTH_RATE = 0.05
"""Of the mean of a slope's length at a moment."""
WHOLE = ("pose",)
"""What an edited map does not come with."""
LATER = 2.0
"""How much more each moment of a walk without restarts counts to the network than the one before: what is drawn is what the last one leaves."""


class Walk:
    """Latents on their way from noise, all at one moment, with captions, parents' latents and levels (`factor.conditions`), the latents of true pictures for the captions, and what a reader has to know of these and of what is drawn.

    Where the parents are `edited` the true pictures are not of them.
    """

    def __init__(self, true: Tensor, captions: Captions, known: list[Tensor], labels: Tensor | None, of_true: Tensor | None, edited: bool):
        self.true, self.captions, self.known, self.labels, self.of_true, self.edited = true, captions, known, labels, of_true, edited
        self.x, self.moment = torch.randn_like(true), 0


class Refiner(Trainer):
    """One run; `--batch` walks at a time, a share of them at each moment."""

    def __init__(self, arguments):
        begun = torch.load(arguments.start, weights_only=True, mmap=True)
        if "steps" not in begun:
            raise SystemExit(f"{arguments.start} is no distilled network: train.distil, or train.from_pack --distilled, makes one")
        if arguments.edited and not arguments.read:
            raise SystemExit("--edited is for --read: nothing else knows what an edited map is to look like")
        if arguments.followed and arguments.factor != "image":
            raise SystemExit("--followed is for images, which read the maps that follow from a segmentation")
        if arguments.read and arguments.factor != "image":
            raise SystemExit(f"--read is for images; the outlines of a {arguments.factor} are not read")
        self.steps, self.shift = begun["steps"], begun.get("shift", 1.0)
        self.restart = restart_asked(arguments.restart, begun)
        self.moments = moments(self.steps, self.shift, self.restart)
        self.length = len(self.moments) - 1
        self.renewed = renewed_steps(self.restart)
        # A step that is taken again counts to the network as it did at first.
        self.ranks = [*range(self.renewed.start), *[self.renewed.start] * len(self.renewed), *range(self.renewed.start, self.steps + 1)]
        super().__init__(arguments)
        require_world(world_of_checkpoint(arguments.teacher), self.world, arguments.teacher)
        teacher = load_denoiser(arguments.teacher, self.device).to(memory_format=torch.channels_last)
        self.shown = teacher.config.parents
        self.critic = Critic(teacher).to(self.device, memory_format=torch.channels_last)
        self.judging = torch.optim.AdamW(self.critic.parameters(), CRITIC_RATE, BETAS, weight_decay=0.0, fused=True)
        for group in self.optimizer.param_groups:
            group["betas"] = BETAS
        self.before = copy.deepcopy(self.average)
        self.before.load_state_dict(reading(begun["config"], begun["ema"], self.config.parents)[1])
        critic = torch.load(self.path, map_location=self.device, weights_only=True, mmap=True)["critic"] if self.step else begun.get("critic")
        self.alone = 0 if critic else ALONE
        self.reader = CellCritic(self.autoencoder) if arguments.read else None
        if self.reader and critic and critic.get("reader"):
            self.reader.load(critic["reader"])
        elif self.reader:
            self.teach()
        if critic:
            self.critic.load_state_dict(critic["model"])
            self.judging.load_state_dict(critic["optimizer"])
        self.walks: list[Walk] = []
        self.follows: dict[Path, Followed] = {}
        self.lengths: dict[int, Tensor] = {}
        self.rng = np.random.Generator(np.random.PCG64([arguments.seed, self.step]))

    def teach(self) -> None:
        """A new reader learns from true pictures before it sees any that are drawn."""
        sums: dict[str, float] = {}
        for step in range(self.reader.first):
            chunk = self.held[torch.randint(len(self.held), ()).item()]
            true, parents, _, captions, _, _ = draw_batch(chunk, TAUGHT)
            clear = {name: torch.zeros(len(true), device=self.device) for name in parents}
            level = 2 * BLUR * torch.rand(len(true), device=self.device)
            for name, share in self.reader.learn(true.to(self.device), self.reader.labels(parents, clear, captions), level).items():
                sums[name] = sums.get(name, 0.0) + share.item() / SAID
            if step % SAID == SAID - 1:
                self.log.write(event="reader", step=step + 1, **{name: round(value, 4) for name, value in sums.items()})
                sums, self.held = {}, (self.held + [self.next_chunk()])[-CHUNKS_HELD:]

    def advance(self, batch: int) -> None:
        """Every walk is at a moment of its own; the one that is over gives way to a new one."""
        count = max(1, batch // self.length)
        self.walks = [walk for walk in self.walks if walk.moment < self.length and len(walk.x) == count]
        taken = {walk.moment for walk in self.walks}
        while len(self.walks) < self.length:
            walk = self.new_walk(count)
            self.walks.append(walk)
            if taken:
                break
            # At the very first they are spread over the moments.
            self.lead(walk, self.length - len(self.walks))

    def new_walk(self, count: int) -> Walk:
        chunk = self.held[torch.randint(len(self.held), ()).item()]
        follows = self.followed(chunk) if self.arguments.followed and torch.rand(()) < self.arguments.followed else None
        true, parents, given, captions, _, _ = draw_batch(follows.true if follows else chunk, count)
        captions.mask = (captions.ids != 0).to(captions.mask.dtype)
        labels = lambda maps, known: self.reader.labels(maps, dict(zip(maps, known[1::2])), captions) if self.reader else None
        own = [value.to(self.device) for value in conditions(parents, given)]
        of_true = labels(parents, own)
        if torch.rand(()) >= self.arguments.edited or all(walk.edited for walk in self.walks):
            return Walk(true.to(self.device), captions, own, of_true, of_true, edited=False)
        if follows:
            _, maps, given, captions, _, _ = draw_batch(follows.edited, count)
            captions.mask = (captions.ids != 0).to(captions.mask.dtype)
        else:
            maps = parents | edited(self.autoencoder, parents, self.rng)
            given = given | {name: torch.zeros(count, dtype=torch.bool) for name in parents if name in WHOLE}
        known = [value.to(self.device) for value in conditions(maps, given)]
        return Walk(true.to(self.device), captions, known, labels(maps, known), of_true, edited=True)

    def followed(self, chunk: Chunk) -> Followed:
        """The chunk's samples with the maps that a pack drew for them."""
        if chunk.stored not in self.follows:
            self.follows[chunk.stored] = followed(chunk, chunk.stored)
        return self.follows[chunk.stored]

    def lead(self, walk: Walk, moments: int) -> None:
        """Takes a walk some moments on, without learning."""
        with torch.no_grad():
            for _ in range(moments):
                (now, then), x = self.times(walk), walk.x
                time = torch.full((len(x),), now, device=self.device)
                velocity = self.network(x, time, *walk.captions.inputs(self.device), *walk.known)
                walk.x = jump(x, velocity, now, then, walk.moment in self.renewed)
                walk.moment += 1

    def times(self, walk: Walk) -> tuple[float, float]:
        return self.moments[walk.moment], self.moments[walk.moment + 1]

    def loss(self, batch: int) -> tuple[Tensor, dict[str, float]]:
        self.advance(batch)
        x, true = (torch.cat([getattr(walk, name) for walk in self.walks]) for name in ("x", "true"))
        counts = [len(walk.x) for walk in self.walks]
        of_walks = lambda values: torch.tensor(list(values), device=self.device).repeat_interleave(torch.tensor(counts, device=self.device))
        now, then = (of_walks(times) for times in zip(*map(self.times, self.walks)))
        text = joined([walk.captions for walk in self.walks]).inputs(self.device)
        known = [torch.cat(values) for values in zip(*(walk.known for walk in self.walks))]
        inputs, wide = [x, now, *text, *known], now[:, None, None, None]
        moments, ranks = (of_walks(values) for values in zip(*((walk.moment, self.ranks[walk.moment]) for walk in self.walks)))
        # The critic of latents compares with pictures of the same maps.
        plain = ~of_walks(walk.edited for walk in self.walks)
        alone = self.step < self.alone
        with torch.set_grad_enabled(not alone), precision(self.device, self.arguments.bf16):
            velocity, _ = self.predict(*inputs)
        clean = x - wide * velocity.float()
        for walk, part in zip(self.walks, velocity.detach().split(counts)):
            walk.x = jump(walk.x, part, *self.times(walk), walk.moment in self.renewed)
            walk.moment += 1
        level = (then + BLUR * torch.rand_like(then)).clamp(max=NOISIEST)
        answer = clean.detach()
        given = [[value[plain] for value in values] for values in (text, known)]
        deceit, parts = self.compare(answer[plain].requires_grad_(not alone), true[plain], level[plain], *given, LATER ** ranks[plain])
        if alone:
            return torch.zeros((), requires_grad=True), parts
        slope = torch.zeros_like(answer)
        slope[plain] = deceit
        if self.reader:
            parts |= self.read(answer.requires_grad_(), true, level, slope, moments, plain)
        # Its gradient by the answer is the slope.
        loss = (clean * slope).sum()
        if not self.arguments.keep:
            return loss, parts
        with torch.no_grad(), precision(self.device, self.arguments.bf16):
            kept = x - wide * self.before(*inputs).float()
        strayed = F.mse_loss(F.adaptive_avg_pool2d(clean[plain], GRID), F.adaptive_avg_pool2d(kept[plain], GRID))
        return loss + self.arguments.keep * strayed, parts | {"strayed": strayed.detach()}

    def compare(self, answer: Tensor, true: Tensor, level: Tensor, text: list[Tensor], known: list[Tensor], weight: Tensor) -> tuple[Tensor | None, dict[str, Tensor]]:
        """A step of the critic of latents; the slope by the answers [B, 8, h, w] of what they lack in its eyes, each of a `weight` [B], if they ask for a gradient; parts for the log."""
        noise, share = torch.randn_like(answer), level[:, None, None, None]
        seen = lambda latent: self.critic.features((1 - share) * latent + share * noise, level, text, self.as_shown(known, latent))
        with torch.no_grad(), precision(self.device, self.arguments.bf16):
            real = seen(true)
        with precision(self.device, self.arguments.bf16):
            drawn = seen(answer)
        parts = self.judge(real, [one.detach() for one in drawn])
        if not answer.requires_grad:
            return None, parts
        with torch.no_grad():
            good = self.critic(real)
        deceit = (F.softplus(good - self.critic(drawn)).mean(1) * weight).sum() / weight.sum()
        return torch.autograd.grad(deceit, answer)[0], parts | {"deceit": deceit.detach()}

    def read(self, answer: Tensor, true: Tensor, level: Tensor, slope: Tensor, moments: Tensor, plain: Tensor) -> dict[str, Tensor]:
        """Adds to the slope what the critic of cells says, which is as long as the other's is at the same moment; parts for the log.

        What earlier moments leave is not yet to be read, but where maps were edited: there nothing else says what is to become of them.
        """
        lengths = slope.flatten(1).norm(dim=1)
        for row in plain.nonzero()[:, 0].tolist():
            before = self.lengths.get(int(moments[row]))
            self.lengths[int(moments[row])] = lengths[row] if before is None else torch.lerp(before, lengths[row], LENGTH_RATE)
        rows = ~plain | (moments == self.length - 1)
        if not rows.any():
            return {}
        labels, of_true = (torch.cat([getattr(walk, name) for walk in self.walks])[rows] for name in ("labels", "of_true"))
        misread, parts = self.reader.read(answer[rows], true[rows], level[rows], labels, of_true)
        (own,) = torch.autograd.grad(misread, answer)
        for moment in moments[rows].unique().tolist():
            one = rows & (moments == moment)
            if moment in self.lengths:
                slope[one] += self.arguments.read * evened(own[one], self.lengths[moment] * one.sum().sqrt())
        return parts | {"misread": misread.detach()}

    def as_shown(self, known: list[Tensor], latent: Tensor) -> list[Tensor]:
        """The network's parents as the critic's denoiser reads them, which may have others."""
        return with_absent(self.shown, dict(zip(self.config.parents, zip(known[0::2], known[1::2]))), latent)

    def judge(self, real: list[Tensor], drawn: list[Tensor]) -> dict[str, Tensor]:
        """One step of the critic, by features of true and of drawn latents of the walks whose maps are as they were, with the same noise."""
        good, bad = self.critic(real), self.critic(drawn)
        told = F.softplus(bad - good).mean()
        self.judging.zero_grad()
        (told + PENALTY / 2 * (self.critic.penalty(real) + self.critic.penalty(drawn))).backward()
        self.judging.step()
        walks = [walk for walk in self.walks if not walk.edited]
        right = (bad.mean(1) < good.mean(1)).float().split([len(walk.x) for walk in walks])
        # The walks are not in the order of their moments, which have gone on by one.
        return {"told": told.detach()} | {f"told_{walk.moment}": part.mean() for walk, part in sorted(zip(walks, right), key=lambda pair: pair[0].moment)}

    def particulars(self) -> dict:
        return {"steps": self.steps, "shift": self.shift, "restart": self.restart, "critic": {"model": self.critic.state_dict(), "optimizer": self.judging.state_dict(), "reader": self.reader.state() if self.reader else None}}

    def held_out(self, **walk):
        return super().held_out(steps=self.steps, guidance=1.0, shift=self.shift, restart=self.restart)


def joined(several: list[Captions]) -> Captions:
    """One lot of captions of several, padded to the longest."""
    longest = max(captions.ids.shape[1] for captions in several)
    pad = lambda values: F.pad(values, (0, 0) * (values.ndim - 2) + (0, longest - values.shape[1]))
    return Captions(*(torch.cat([pad(getattr(captions, name)) for captions in several]) for name in ("tokens", "ids", "mask")))


def parser():
    """The factor's own command line and what is particular to this."""
    own = arguments_parser()
    own.description = __doc__
    own.add_argument("--teacher", required=True, help="checkpoint of the factor as it was trained, whose features the critic reads")
    own.add_argument("--keep", type=float, default=0.3, help="weight of what is where as the network drew it before")
    own.add_argument("--read", type=float, default=0.0, help="how much as the critic of latents the one counts that reads the cells of an image (cells.py); 0: without it")
    own.add_argument("--edited", type=float, default=0.0, help="share of the walks whose maps are edited first (edited.py), which only the critic of cells judges")
    own.add_argument("--followed", type=float, default=0.0, help="share of the walks whose maps are those that follow from the segmentation in the editor (followed.py), true or edited")
    own.add_argument("--restart", type=float, nargs="+", metavar="N", help="STEP TIMES [FROM]: a step of its walks, from 0, that is taken again so many times from fresh noise, the first time back at t = FROM, as the pack is to take it [default: as --start has it]")
    own.set_defaults(rate=1e-4, batch=8)
    return own


def main() -> None:
    arguments = parser().parse_args()
    torch.set_num_threads(arguments.threads)
    Refiner(arguments).run()


if __name__ == "__main__":
    main()
