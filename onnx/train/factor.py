"""Trains one factor of the graph: a denoiser of one variable's latent given text and parents, by flow matching.

    python -m train.factor --factor segmentation --autoencoder onnx/runs/autoencoder/checkpoint.pt --run onnx/runs/segmentation --minutes 90
    python -m train.factor --factor image --frames onnx/runs/frames ...

x_t = (1 - t) x0 + t eps; the network predicts v = eps - x0. Texts are dropped 10% of the time (guidance), each parent 20% (any subset of the graph
can run), and a quarter of them carry noise of a level that the network is told (joint sampling). Frames are mirrored only together with
the words left and right of their captions.
The version of the world is the autoencoder's. A run continues from the checkpoint in its folder; `--minutes` is the total, over all sessions.
"""

import argparse
import itertools
import math
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from world.classes import LATEST

from .chunks import Chunk, frame_chunks, label_chunks, with_missing
from .maps import FAVOURED, NONE, Favoured, favouring
from .networks import Autoencoder, Denoiser, DenoiserConfig, load_autoencoder
from .previews import HeldOutFrames, HeldOutMaps
from .runs import Budget, Log, code_revision, learning_rate, precision, require_world, save_atomically, set_learning_rate, world_of, world_of_checkpoint
from .text import Captions
from .weights import reading


@dataclass
class Factor:
    """What is particular to a factor; a new variable is a new row here."""

    parents: list[str]
    size: int
    """Side of the variable's pictures in pixels."""
    noise: float
    """Mean of the logit of t: above 0, more training near pure noise."""
    network: dict
    """Fields of DenoiserConfig."""
    fresh: bool
    """Learns from label maps drawn on the fly; otherwise from frames on disk."""
    high: float = 0.0
    """Share of the training near pure noise, see `noise_levels`."""
    favoured: Favoured = NONE
    """What the captions of maps drawn on the fly name, where `--favour` does not say."""


SMALL = {"widths": [64, 192], "blocks": 2, "heads": 3, "word_width": 16}
FACTORS = {
    "segmentation": Factor([], 128, 0.9, {"layout_layers": 1, "word_width": 32}, True, high=0.2),
    "depth": Factor(["segmentation"], 128, 0.0, SMALL, True, high=0.1),
    "normal": Factor(["segmentation", "depth"], 128, 0.0, SMALL, True, high=0.1),
    # Most of the world's captions have no person.
    "pose": Factor(["segmentation"], 128, 0.0, SMALL, True, high=0.1, favoured=Favoured(("person",), 0.75)),
    "sketch": Factor(["segmentation"], 128, 0.0, SMALL, False, high=0.1),
    "image": Factor(
        ["segmentation", "depth", "sketch", "normal", "pose"], 256, 0.9, {"widths": [64, 128, 256], "word_width": 32, "middle_attention": True}, False, high=0.2
    ),
}

DECODERS = {"segmentation": "classes"}
"""Part of the autoencoder that decodes a variable, where it has another name."""
TINY = {"widths": [16, 32], "blocks": 1, "heads": 2, "word_width": 8}
"""Network of the two-minute test."""

TEXT_DROPPED, PARENT_DROPPED, PARENT_NOISED = 0.1, 0.2, 0.25
REUSE = 3
"""Times each fresh sample is drawn on average before its chunk is thrown away."""
CHUNKS_HELD = 4
PLAN_WEIGHT = 0.1
EMA = 0.998
EMA_EVERY = 4


def noise_levels(count: int, mean: float, high: float) -> Tensor:
    """t = sigmoid(N(mean, 1)), one from each of `count` equal quantiles: less variance than independent draws.

    A share of `high` is drawn evenly from [0.88, 1] instead: a latent of 2048 numbers betrays where things stand already at t = 0.9, so that
    is where "left of" has to be learnt.
    """
    quantile = (torch.randperm(count) + torch.rand(count)) / count
    normal = math.sqrt(2) * torch.erfinv((2 * quantile - 1).clamp(-0.9999, 0.9999))
    return torch.where(torch.rand(count) < high, 0.88 + 0.12 * torch.rand(count), torch.sigmoid(normal + mean))


def conditions(parents: dict[str, Tensor], given: dict[str, Tensor] | None = None) -> list[Tensor]:
    """Alternating latents and levels, dropped and noised as in training.

    Half of the samples have all their parents, clean: that is what the editor asks for most. The shares of the other half are doubled.
    A parent that is not given (bool [B]) is absent.
    """
    inputs, loose = [], None
    for name, latent in parents.items():
        count = len(latent)
        loose = (torch.rand(count) < 0.5).float() if loose is None else loose
        level = torch.rand(count) * (torch.rand(count) < 2 * PARENT_NOISED * loose)
        wide = level[:, None, None, None]
        noised = (1 - wide) * latent + wide * torch.randn_like(latent)
        absent = torch.rand(count) < 2 * PARENT_DROPPED * loose
        if given is not None and name in given:
            absent |= ~given[name]
        inputs += [noised, torch.where(absent, -1.0, level)]
    return inputs


def draw_batch(chunk: Chunk, count: int) -> tuple[Tensor, dict[str, Tensor], dict[str, Tensor], Captions, Tensor | None, Tensor | None]:
    """Random samples of a chunk: latents f32, parents, which of them are given, captions with some texts dropped, layout plan, weights of the cells."""
    rows = torch.randint(len(chunk), (count,))
    captions = chunk.captions.take(chunk.caption[rows])
    captions.mask = captions.mask * (torch.rand(count, 1) >= TEXT_DROPPED)
    plan, weight = (None if x is None else x[rows].float() for x in (chunk.plan, chunk.weight))
    parents = {name: latent[rows].float() for name, latent in chunk.parents.items()}
    return chunk.latent[rows].float(), parents, {name: has[rows] for name, has in chunk.given.items()}, captions, plan, weight


class Trainer:
    """One run: network, averaged network, optimiser, data, clock."""

    def __init__(self, arguments: argparse.Namespace):
        self.arguments, self.factor = arguments, FACTORS[arguments.factor]
        self.fresh = self.factor.fresh and not arguments.frames_only
        self.device = arguments.device
        self.folder = Path(arguments.run)
        self.log, self.path = Log(self.folder), self.folder / "checkpoint.pt"
        self.autoencoder = load_autoencoder(arguments.autoencoder, self.device).to(memory_format=torch.channels_last)
        if getattr(self.autoencoder, DECODERS.get(arguments.factor, arguments.factor)) is None:
            raise SystemExit(f"{arguments.autoencoder} has no decoder for {arguments.factor}: train.autoencoder --only {arguments.factor} adds it")
        saved = torch.load(self.path, map_location=self.device, weights_only=True) if self.path.exists() else None
        self.world = world_of_checkpoint(arguments.autoencoder) if arguments.world is None else arguments.world
        require_world(world_of_checkpoint(arguments.autoencoder), self.world, arguments.autoencoder)
        self.favoured = self.asked_more()
        if saved:
            require_world(world_of(saved), self.world, self.path)
        self.begun, earlier = None, {}
        if arguments.start and not saved:
            earlier = torch.load(arguments.start, map_location=self.device, weights_only=True)
            self.begun = reading(earlier["config"], earlier["ema"], earlier["config"]["parents"] if arguments.parents is None else arguments.parents)
        self.size = arguments.size or (saved or earlier).get("size") or self.factor.size
        self.step, self.samples, spent = (saved["step"], saved["samples"], saved["spent"]) if saved else (0, 0, 0.0)
        torch.manual_seed(arguments.seed + self.step)
        self.config = DenoiserConfig(**(saved["config"] if saved else self.first_config()))
        self.network = self.new_network().to(self.device, memory_format=torch.channels_last)
        self.average = self.new_network().to(self.device, memory_format=torch.channels_last).requires_grad_(False).eval()
        decayed = [p for n, p in self.network.named_parameters() if p.ndim > 1 and "words" not in n]
        rest = [p for n, p in self.network.named_parameters() if not (p.ndim > 1 and "words" not in n)]
        groups = [{"params": decayed, "weight_decay": 1e-2}, {"params": rest, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(groups, arguments.rate, betas=(0.9, 0.99), fused=True)
        self.chunk_number = saved["chunk_number"] if saved else 0
        self.chunks = self.source()
        self.held = [self.next_chunk()]
        if saved:
            self.network.load_state_dict(saved["model"])
            self.average.load_state_dict(saved["ema"])
            if saved["optimizer"]:  # absent from a checkpoint that came over the wire or out of a pack
                self.optimizer.load_state_dict(saved["optimizer"])
        else:
            self.initialise()
            self.average.load_state_dict(self.network.state_dict())
        self.first = self.step
        self.predict = torch.compile(self.network.predict) if arguments.compile else self.network.predict
        self.budget = Budget(arguments.minutes, spent)

    def asked_more(self) -> Favoured:
        """What `--favour` lists, if the world has it, or else what the factor favours."""
        names = self.arguments.favour
        if not names:
            return self.factor.favoured
        if not self.fresh:
            raise SystemExit("--favour is for maps drawn on the fly; of frames, train.frames --wanted renders more that show a thing")
        return favouring(names, self.world)

    def first_config(self) -> dict:
        """The network of a new run."""
        if self.begun:
            return self.begun[0]
        a = self.arguments
        parents = self.factor.parents if a.parents is None else a.parents
        return {"parents": parents, **(TINY if a.tiny else SMALL | {"widths": a.widths} if a.widths else self.factor.network)}

    def new_network(self) -> Denoiser:
        """A network of the run's configuration."""
        return Denoiser(self.config)

    def initialise(self) -> None:
        """What the network of a new run takes from its data, or from another run."""
        if self.begun:
            self.network.load_state_dict(self.begun[1])
            return
        mean, std = self.held[0].captions.statistics()
        self.network.text.token_mean.copy_(mean)
        self.network.text.token_std.copy_(std)

    def source(self):
        a = self.arguments
        if self.fresh:
            return label_chunks(a.factor, self.config.parents, self.autoencoder, a.seed, self.chunk_number, a.captions, self.size, a.workers, self.world, self.favoured)
        return frame_chunks(a.factor, self.config.parents, self.autoencoder, a.seed, Path(a.frames), self.size, self.world, self.factor.parents)

    def next_chunk(self) -> Chunk:
        self.chunk_number += 1
        chunk = next(self.chunks)
        if self.arguments.missing:
            # Seeded by what a chunk holds, so that a map that is missing once is missing always.
            seed = [self.arguments.seed, len(chunk), int(chunk.latent[:, 0, 0, 0].float().abs().sum() * 1000)]
            chunk = with_missing(chunk, self.arguments.missing, np.random.Generator(np.random.PCG64(seed)))
        return chunk

    def loss(self, batch: int) -> tuple[Tensor, dict[str, float]]:
        """The loss of one batch, and its parts for the log."""
        chunk = self.held[torch.randint(len(self.held), ()).item()]
        clean, parents, given, captions, plan, weight = draw_batch(chunk, batch)
        t, noise = noise_levels(batch, self.factor.noise, self.factor.high), torch.randn_like(clean)
        wide = t[:, None, None, None]
        inputs = [(1 - wide) * clean + wide * noise, t, *captions.inputs(), *conditions(parents, given)]
        target = (noise - clean).to(self.device)
        with precision(self.device, self.arguments.bf16):
            velocity, layout = self.predict(*[x.to(self.device) for x in inputs])
        error = F.mse_loss(velocity.float(), target, reduction="none").mean(1, keepdim=True)
        weight = torch.ones_like(error) if weight is None else weight.to(self.device)
        flow = (error * weight).sum() / weight.sum()
        parts, loss = {"loss": flow.detach()}, flow
        if layout is not None and plan is not None:
            entropy = F.cross_entropy(layout.float(), plan.to(self.device))
            parts["plan"], loss = entropy.detach(), loss + PLAN_WEIGHT * entropy
        return loss, parts

    def update(self, batch: int) -> dict[str, Tensor]:
        set_learning_rate(self.optimizer, learning_rate(self.arguments.rate, self.step - self.first, self.budget.progress))
        loss, parts = self.loss(batch)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        self.samples += batch
        if self.step % EMA_EVERY == 0:
            # A young average would mostly remember the initial weights.
            keep = min(EMA, (1 + self.step) / (10 + self.step)) ** EMA_EVERY
            torch._foreach_lerp_(list(self.average.parameters()), list(self.network.parameters()), 1 - keep)
        return parts

    def checkpoint(self) -> None:
        state = {"config": self.config.to_dict(), "model": self.network.state_dict(), "ema": self.average.state_dict()}
        state |= {"optimizer": self.optimizer.state_dict(), "step": self.step, "samples": self.samples, "spent": self.budget.spent}
        state |= {"chunk_number": self.chunk_number, "seed": self.arguments.seed, "revision": code_revision(), "factor": self.arguments.factor, "world": self.world, "size": self.size}
        save_atomically(state | self.particulars(), self.path)

    def particulars(self) -> dict:
        """What else a checkpoint says."""
        return {}

    def held_out(self, **walk) -> HeldOutMaps | HeldOutFrames:
        """What the run is tested with every few minutes; `walk` may hold steps and guidance."""
        a = self.arguments
        if a.factor == "segmentation" and self.fresh:
            return HeldOutMaps(self.autoencoder, self.size, self.world, **walk)
        return HeldOutFrames(a.factor, self.config.parents, self.autoencoder, self.size, a.frames, self.world, **walk)

    def run(self) -> None:
        a = self.arguments
        test = self.held_out()
        self.log.write(event="started", world=self.world, samples=self.samples)
        said, tested, start = time.monotonic(), self.budget.spent, time.monotonic()
        sums, seen = {}, 0
        drawn = 0
        stopped = []
        signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
        while not self.budget.over and not stopped:
            batch = a.batch if self.budget.progress < 0.5 else 2 * a.batch
            for key, value in self.update(batch).items():
                total, count = sums.get(key, (0.0, 0))
                sums[key] = total + value, count + 1
            seen, drawn = seen + batch, drawn + batch
            if drawn >= len(self.held[-1]) * (REUSE if self.fresh else 1):
                self.held = (self.held + [self.next_chunk()])[-CHUNKS_HELD:]
                drawn = 0
            if time.monotonic() - said > 60:
                # Some parts are not of every step.
                means = {key: round(float(total) / count, 4) for key, (total, count) in sums.items()}
                rate = seen / (time.monotonic() - said)
                self.log.write(step=self.step, samples=self.samples, per_second=round(rate, 1), minutes=round(self.budget.spent / 60, 1), **means)
                said, sums, seen = time.monotonic(), {}, 0
            if self.budget.spent - tested > 60 * a.test_minutes:
                self.checkpoint()
                self.test(test)
                tested = self.budget.spent
        self.checkpoint()
        if stopped:
            self.log.write(event="stopped", samples=self.samples)
            return
        self.test(test)
        self.log.write(event="finished", samples=self.samples, seconds=round(time.monotonic() - start))

    def test(self, test: HeldOutMaps | HeldOutFrames) -> None:
        self.log.write(event="held out", samples=self.samples, **test.measure(self.average, self.folder / "sheet.png"))


def arguments_parser() -> argparse.ArgumentParser:
    """The command line; `train.gpu` reads the same one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--factor", required=True, choices=list(FACTORS))
    parser.add_argument("--run", required=True, help="folder of the checkpoint and the log; an existing checkpoint is continued")
    parser.add_argument("--autoencoder", default="onnx/runs/autoencoder/checkpoint.pt")
    parser.add_argument("--world", type=int, choices=range(LATEST + 1), help="version of the world [default: that of the autoencoder]")
    parser.add_argument("--frames", default="onnx/runs/frames", help="folder of rendered frames (train.frames)")
    parser.add_argument("--parents", nargs="*", metavar="VARIABLE", help="what a new run's network reads beside the text, instead of the factor's own parents")
    parser.add_argument("--start", help="checkpoint of another run whose averaged weights a new one begins with")
    parser.add_argument("--favour", nargs="+", default=[], metavar="THING", help=f"classes, or looks such as letters, of which {FAVOURED:.0%}% of the captions of maps drawn on the fly are to name one: what a factor draws badly yet")
    parser.add_argument("--frames-only", action="store_true", help="learn from the frames what could be drawn on the fly as well: for data of your own")
    parser.add_argument("--missing", type=float, default=0.0, metavar="SHARE", help="leave out this share of each parent's maps, as if they were never collected")
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--workers", type=int, default=0, help="processes that draw label maps ahead; 0 draws them between batches")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=16, help="doubled after half of the time")
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--captions", type=int, default=128, help="captions in a chunk, eight scenes each")
    parser.add_argument("--size", type=int, help="side of the pictures [default: as the run or --start had it, or the factor's own]")
    parser.add_argument("--test-minutes", type=float, default=6)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--bf16", action="store_true", help="autocast: for GPUs, and CPUs with AMX; many times slower on others")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--widths", type=int, nargs="+", help="channels of each level of a small network, instead of the factor's own: for comparisons")
    parser.add_argument("--tiny", action="store_true", help="the smallest network, for tests")
    return parser


def main() -> None:
    arguments = arguments_parser().parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.device == "cuda":
        torch.set_float32_matmul_precision("high")
    Trainer(arguments).run()


if __name__ == "__main__":
    main()
