"""A critic of what is where in an image: what refining the image learns from, beside the critic of latents.

A small U-Net reads from the latent of an image, for every cell of 4 x 4 pixels, which class of the map it shows, or that it is drawn (Sushko et al., "You Only Need Adversarial Supervision for Semantic Image Synthesis", 2021: a
discriminator of N + 1 classes). It learns the first from true images and the second from drawn ones; the image, to have each cell read as its map says (compare Li et al., "ControlNet++", 2024, whose reader learns no more).
It also reads which colour word a thing wears, over all of its cells, from true images whose captions ask for one; a drawn one is to be read as its caption asks.
The judges of `evaluate.segmenter` and `evaluate.colours` are other networks that read pixels.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from world.spec import COLOUR_WORDS

from .networks import CLASS_SLOTS, DOWNSCALE, LATENT_CHANNELS, Autoencoder
from .text import Captions

DRAWN = CLASS_SLOTS
"""Index of the answer that a cell is drawn."""
FINER = 2
"""Cells that are read for each of a latent, along a side."""
RATE = 1e-3
RARE = -0.5
"""A class counts by this power of its share of the cells."""
COLOUR_WEIGHT = 1.0
"""Of the colours beside the classes."""
WIDTHS = 64, 96, 128
MAP = "segmentation"
UNSEEN = -1
"""Label of cells whose map the image was not shown."""
CLEAR = 0.5
"""Greatest level of noise in a map that an image is held to."""


class CellReader(nn.Module):
    """Latents with noise [B, 8, h, w] and its level [B] -> logits [B, 41, 2h, 2w] of the class and [B, words, 2h, 2w] of the colour."""

    def __init__(self):
        super().__init__()
        stage = lambda a, b: nn.Sequential(nn.Conv2d(a, b, 3, padding=1), nn.GroupNorm(8, b), nn.SiLU(), nn.Conv2d(b, b, 3, padding=1), nn.GroupNorm(8, b), nn.SiLU())
        first, middle, last = WIDTHS
        self.down = nn.ModuleList([stage(LATENT_CHANNELS + 1, first), stage(first, middle), stage(middle, last)])
        self.up = nn.ModuleList([stage(last + middle, middle), stage(middle + first, first)])
        self.head = nn.Sequential(nn.Conv2d(first, FINER**2 * (DRAWN + 1 + len(COLOUR_WORDS)), 1), nn.PixelShuffle(FINER))

    def forward(self, latent: Tensor, level: Tensor) -> tuple[Tensor, Tensor]:
        x, seen = torch.cat([latent, level[:, None, None, None].expand(-1, 1, *latent.shape[2:])], 1), []
        for i, stage in enumerate(self.down):
            x = stage(F.avg_pool2d(x, 2) if i else x)
            seen.append(x)
        for stage, skip in zip(self.up, seen[-2::-1], strict=True):
            x = stage(torch.cat([F.interpolate(x, scale_factor=2.0, mode="nearest"), skip], 1))
        return self.head(x).tensor_split([DRAWN + 1], 1)


class CellCritic:
    """The reader and what it learns by."""

    first = 500
    """Steps from true images alone, before it sees any that are drawn."""

    def __init__(self, autoencoder: Autoencoder):
        self.autoencoder = autoencoder
        device = autoencoder.latent_mean.device
        self.reader = CellReader().to(device, memory_format=torch.channels_last)
        self.optimizer = torch.optim.AdamW(self.reader.parameters(), RATE, (0.5, 0.99), weight_decay=1e-3)
        self.shares = torch.full((CLASS_SLOTS,), 1 / CLASS_SLOTS, device=device)

    @torch.no_grad()
    def labels(self, parents: dict[str, Tensor], levels: dict[str, Tensor], captions: Captions) -> Tensor:
        """Indices i64 [B, 2, 2h, 2w] of the classes of a walk's maps, whose latents are clean in `parents`, and of the colour words that the captions ask for; `levels` [B] of the noise that the image sees the maps with."""
        level = levels[MAP]
        classes = self.autoencoder.decode_classes(parents[MAP].to(level.device))[0].argmax(1)
        step = DOWNSCALE // FINER
        classes = classes[:, step // 2 :: step, step // 2 :: step].clone()
        colours = captions.colours.to(level.device).gather(1, classes.flatten(1)).view_as(classes)
        labels = torch.stack([classes, colours], 1)
        labels[(level < 0) | (level > CLEAR)] = UNSEEN
        return labels

    def wrong(self, answers: tuple[Tensor, Tensor], labels: Tensor) -> Tensor:
        """Mean cross-entropy over the cells whose class is known, each by how rare its class is, and over the things whose colour is."""
        classes, colours = labels.unbind(1)
        known = classes != UNSEEN
        counted = torch.bincount(classes[known], minlength=CLASS_SLOTS).float()
        self.shares.lerp_(counted / counted.sum().clamp(min=1), 0.01)
        weight = self.shares.clamp(min=1e-4).pow(RARE)[classes.clamp(min=0)] * known
        misnamed = (F.cross_entropy(answers[0], classes.clamp(min=0), reduction="none") * weight).sum() / weight.sum().clamp(min=1e-6)
        worn, asked = of_things(answers[1], classes, colours)
        return misnamed + COLOUR_WEIGHT * F.cross_entropy(worn, asked, reduction="sum") / max(len(asked), 1)

    def learn(self, latent: Tensor, labels: Tensor, level: Tensor) -> dict[str, Tensor]:
        """One step on true images alone; returns the shares of the cells whose class and of the things whose colour is read rightly."""
        answers = self.reader(noised(latent, level), level)
        self.descend(self.wrong(answers, labels))
        return {"read_true": right(answers[0], labels[:, 0]), "colour_true": worn_right(answers[1], labels)}

    def read(self, clean: Tensor, true: Tensor, level: Tensor, labels: Tensor, of_true: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """The loss of drawn latents, with a gradient by them, and parts for the log; learns from these and from the true ones, all with noise of `level`. The true ones have labels of their own where the maps of the drawn ones are others."""
        good, bad = self.reader(noised(true, level), level), self.reader(noised(clean.detach(), level), level)
        told = self.wrong(good, of_true) + F.cross_entropy(bad[0], torch.full_like(labels[:, 0], DRAWN))
        self.descend(told)
        self.reader.requires_grad_(False)
        answers = self.reader(noised(clean, level), level)
        self.reader.requires_grad_(True)
        parts = {"read_told": told.detach(), "read_true": right(good[0], of_true[:, 0]), "read_right": right(answers[0][:, :DRAWN], labels[:, 0])}
        parts |= {"colour_true": worn_right(good[1], of_true), "colour_right": worn_right(answers[1], labels)}
        return self.wrong(answers, labels), parts | {"read_drawn": answers[0].detach().softmax(1)[:, DRAWN].mean()}

    def descend(self, loss: Tensor) -> None:
        self.optimizer.zero_grad()
        loss.backward()
        self.optimizer.step()

    def state(self) -> dict:
        return {"reader": self.reader.state_dict(), "optimizer": self.optimizer.state_dict(), "shares": self.shares}

    def load(self, state: dict) -> None:
        self.reader.load_state_dict(state["reader"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.shares = state["shares"]


def noised(latent: Tensor, level: Tensor) -> Tensor:
    share = level[:, None, None, None]
    return (1 - share) * latent + share * torch.randn_like(latent)


def right(answers: Tensor, labels: Tensor) -> Tensor:
    """Share of the cells with a label that are read rightly."""
    return (answers.detach().argmax(1) == labels).sum() / (labels != UNSEEN).sum().clamp(min=1)


def of_things(answers: Tensor, classes: Tensor, colours: Tensor) -> tuple[Tensor, Tensor]:
    """Logits [K, words] of what all things of a class in a picture wear, the means over their cells, and the words [K] that are asked for. A red car is red, though its windows are not."""
    row, y, x = (colours != UNSEEN).nonzero(as_tuple=True)
    things, of = (row * CLASS_SLOTS + classes[row, y, x]).unique(return_inverse=True)
    cells = answers.permute(0, 2, 3, 1)[row, y, x]
    means = cells.new_zeros(len(things), answers.shape[1]).index_add(0, of, cells) / torch.bincount(of, minlength=len(things))[:, None]
    return means, colours.new_zeros(len(things)).index_put((of,), colours[row, y, x])


def worn_right(answers: Tensor, labels: Tensor) -> Tensor:
    """Share of the things with a colour that it is read of."""
    worn, asked = of_things(answers.detach(), *labels.unbind(1))
    return (worn.argmax(1) == asked).sum() / max(len(asked), 1)
