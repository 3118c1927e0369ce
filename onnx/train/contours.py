"""Refines the decoder of classes against a critic of outlines: what it reads out of drawn latents is to have the shapes of things.

    python -m train.contours --autoencoder onnx/runs/autoencoder/checkpoint.pt --guesses onnx/runs/segmentation_quick/checkpoint.pt --outlines onnx/runs/shapes_drawn/checkpoint.pt --run onnx/runs/contours --minutes 40

A small thing covers a few cells of a latent, and what a factor draws there is not quite what the encoder would have left. The decoder sees as far as such a thing is wide, so it can know what a dog of three cells looks like where
it is told a little wrong. It learns from latents of a distilled factor (from noise, for captions of the training) by the critic of `outlines.py`, from true latents with noise by their maps, and keeps, in what was drawn, to what it said before.
"""

import argparse
import copy
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor

from .autoencoder import class_weights, classes_loss
from .chunks import SCENES_PER_CAPTION, drawn, encode
from .critic import evened
from .guesses import Guesser
from .maps import NONE, Favoured, favouring
from .networks import CLASS_SLOTS, Autoencoder, load_autoencoder
from .outlines import OutlineCritic
from .pictures import classes_picture
from .runs import Budget, Log, code_revision, learning_rate, require_world, save_atomically, set_learning_rate, world_of_checkpoint

NOISE = 0.3
"""Greatest level of noise in true latents."""
REUSE = 4
"""Times that each latent is used on average."""
AT_ONCE = 16
"""Latents in a call of the factor."""
EMA = 0.99


class Latents:
    """Endless batches of true latents with their maps, and of latents drawn for the same captions."""

    def __init__(self, autoencoder: Autoencoder, guesser: Guesser, world: int, size: int, seed: int, captions: int, favoured: Favoured = NONE):
        self.autoencoder, self.guesser = autoencoder, guesser
        self.lots, self.left = drawn(seed, 0, captions, size, 0, world, "segmentation", favoured), 0

    def next(self, batch: int) -> tuple[Tensor, tuple[Tensor, Tensor], Tensor]:
        """True latents [B, 8, h, w], their classes and rims, and drawn latents."""
        if self.left < batch:
            self.refill()
        self.left -= batch
        rows = torch.randint(len(self.true), (2, batch))
        clean, level = self.true[rows[0]], NOISE * torch.rand(batch, 1, 1, 1)
        target = self.classes[rows[0]].long(), self.rims[rows[0]].float()
        return (1 - level) * clean + level * torch.randn_like(clean), target, self.guessed[rows[1]]

    def refill(self) -> None:
        maps, captions = next(self.lots)
        self.classes, self.rims = torch.from_numpy(maps.classes), torch.from_numpy(maps.boundary)
        self.true = encode(self.autoencoder, classes_picture(maps.classes, maps.boundary)).float()
        lots = zip(self.true.split(AT_ONCE), torch.from_numpy(maps.caption).split(AT_ONCE), strict=True)
        self.guessed = torch.cat([self.guesser.guess(true, captions.take(rows), self.guesser.steps) for true, rows in lots])
        self.left = REUSE * len(self.true)


def kept(now: tuple[Tensor, Tensor], before: tuple[Tensor, Tensor]) -> Tensor:
    """How far answers (logits of classes and of the boundary) are from earlier ones, in nats a pixel."""
    classes = F.kl_div(now[0].log_softmax(1), before[0].log_softmax(1), reduction="none", log_target=True).sum(1).mean()
    return classes + F.binary_cross_entropy_with_logits(now[1], before[1].sigmoid()) - F.binary_cross_entropy_with_logits(before[1], before[1].sigmoid())


def losses(network: Autoencoder, before: Autoencoder, critic: OutlineCritic, latents: tuple, weights: Tensor, read: float, keep: float) -> tuple[Tensor, dict[str, Tensor]]:
    """The loss of a batch, and its parts for the log."""
    true, target, guessed = latents
    out = network.classes(network.raw(true))
    supervised = classes_loss(out, *target, weights)
    answer = network.decode_classes(guessed)
    with torch.no_grad():
        earlier = before.decode_classes(guessed)
    strayed = kept(answer, earlier)
    loss, parts = supervised + keep * strayed, {"loss": supervised.detach(), "strayed": strayed.detach()}
    leaf = answer[0].detach().requires_grad_()
    misread, told = critic.compare((leaf, answer[1].detach()), (out[:, :CLASS_SLOTS], out[:, CLASS_SLOTS:]))
    if misread.requires_grad:
        (length,) = torch.autograd.grad(supervised, out, retain_graph=True)
        slope = evened(torch.autograd.grad(misread, leaf)[0], length.norm())
        loss = loss + read * (answer[0] * slope).sum()
    return loss, parts | told | {"misread": misread.detach()}


def train(arguments: argparse.Namespace) -> None:
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(1)
    world = world_of_checkpoint(arguments.autoencoder)
    require_world(world_of_checkpoint(arguments.guesses), world, arguments.guesses)
    before = load_autoencoder(arguments.autoencoder).to(memory_format=torch.channels_last)
    network = copy.deepcopy(before)
    average = copy.deepcopy(before)
    network.classes.requires_grad_(True)
    critic = OutlineCritic(arguments.outlines)
    size = torch.load(arguments.guesses, weights_only=True, mmap=True).get("size", 128)
    guesser, favoured = Guesser(arguments.guesses, arguments.restart), favouring(arguments.favour, world)
    latents = Latents(before, guesser, world, size, arguments.seed, arguments.captions, favoured)
    optimizer = torch.optim.AdamW(network.classes.parameters(), arguments.rate, betas=(0.5, 0.99), weight_decay=1e-2)
    log, budget, weights = Log(Path(arguments.run)), Budget(arguments.minutes), class_weights()
    step, count, said, sums = 0, 0, 0.0, {}
    while not budget.over:
        set_learning_rate(optimizer, learning_rate(arguments.rate, step, budget.progress))
        loss, parts = losses(network, before, critic, latents.next(arguments.batch), weights, arguments.read, arguments.keep)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.classes.parameters(), 1.0)
        optimizer.step()
        step, count = step + 1, count + 1
        torch._foreach_lerp_(list(average.classes.parameters()), list(network.classes.parameters()), 1 - min(EMA, (1 + step) / (10 + step)))
        for name, value in parts.items():
            sums[name] = sums.get(name, 0.0) + value.item()
        if budget.over or budget.spent - said > 60:
            log.write(step=step, minutes=round(budget.spent / 60, 1), **{name: round(value / count, 4) for name, value in sums.items()})
            said, count, sums = budget.spent, 0, {}
            save_atomically(checkpoint(average, step, world, arguments.seed), Path(arguments.run) / "checkpoint.pt")


def checkpoint(network: Autoencoder, step: int, world: int, seed: int) -> dict:
    """As `train.autoencoder` leaves one, so that `export.decoder` takes it."""
    return {"config": vars(network.config), "model": network.state_dict(), "step": step, "world": world, "seed": seed, "revision": code_revision()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--autoencoder", default="onnx/runs/autoencoder/checkpoint.pt")
    parser.add_argument("--guesses", required=True, help="checkpoint of a distilled segmentation, which draws the latents")
    parser.add_argument("--outlines", default="onnx/runs/shapes_drawn/checkpoint.pt", help="checkpoint of train.shapes --pack that the critic begins with")
    parser.add_argument("--run", required=True, help="folder of the checkpoint and the log")
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--batch", type=int, default=8, help="true latents, and as many drawn ones")
    parser.add_argument("--captions", type=int, default=16, help=f"captions of a lot of latents, {SCENES_PER_CAPTION} maps each")
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument("--read", type=float, default=1.0, help="how much as the true maps the critic counts")
    parser.add_argument("--keep", type=float, default=0.3, help="weight of what was said before of drawn latents")
    parser.add_argument("--restart", type=float, nargs="+", metavar="N", help="STEP TIMES [FROM]: a step of the factor's walk that is taken again, as the pack takes it (train.refine) [default: as --guesses has it]")
    parser.add_argument("--favour", nargs="+", default=[], metavar="THING", help="classes or looks that six in ten captions name one of")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
