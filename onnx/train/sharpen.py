"""Sharpens the image decoder: maps show it where outlines run, and a critic of patches learns to tell its pictures from renders.

    python -m train.sharpen --start onnx/runs/autoencoder/checkpoint.pt --factor onnx/runs/image/checkpoint.pt --quick onnx/runs/image_quick/checkpoint.pt \
        --frames onnx/runs/frames512 --run onnx/runs/sharpened

A cell of the latent covers 16 x 16 pixels of the decoded picture, and an L1 loss is met best by the mean of what it may stand for, which is a blur. So the decoder is given the
finished maps that the image was sampled from (`networks.Guide`), and a critic judges patches of pictures beside their maps (Isola et al., "Image-to-Image Translation with Conditional
Adversarial Networks", 2017) by the hinge loss. Its share of the gradient is weighed against that of the L1 loss where both meet, in the decoded picture (after Esser et al., "Taming
Transformers for High-Resolution Image Synthesis", 2021). It learns from three kinds of latents: the encoder's, with a little noise; those that the image factor guesses in one step from
noised ones and the true maps; and, with `--quick`, what a distilled network draws from noise for those maps, as an editor decodes them. The last have no render to be compared with: there the
L1 loss asks only for the colours that the decoder painted before, as means over squares. Half of the maps are exact, as people edit them, half come through the autoencoder at a quarter of the size,
as factors sample them; any may be missing. Encoder and other decoders stay as they are.
"""

import argparse
import copy
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .autoencoder import decibels, image_loss
from .chunks import encode, frame_pictures
from .frames import read_shard, shards_in
from .networks import CLASS_SLOTS, DOWNSCALE, Autoencoder, AutoencoderConfig, Denoiser, distinct, distinct_channels, load_denoiser, with_absent
from .pictures import bytes_of, classes_picture, grey_picture, image_picture
from .runs import Budget, Log, code_revision, learning_rate, save_atomically, set_learning_rate, world_of
from .sampling import sample
from .text import Captions, TextEncoder
from .weights import load_matching

MAPS = ("segmentation", "depth", "sketch")
GUIDE = 48
"""Channels of a new guide."""
LEVELS = (0.35, 0.55, 0.75)
"""Noise from which the image factor guesses the latents that the decoder learns from."""
SQUARE = 32
"""Side in pixels of the squares whose mean colours a drawn latent's picture keeps."""
NOISE = 0.25
"""Greatest standard deviation of the noise that true latents get."""
DRAWN = 1 + len(LEVELS)
"""Place of latents drawn from noise among a frame's: first the encoder's, then the guessed ones."""
EXACT, SAMPLED = 0, 1
ALL_MISSING, ONE_MISSING = 0.1, 0.15
HELD = 16
"""Last frames, which are measured and not learnt from."""
EMA = 0.995
ALONE = 60
"""First steps, in which only the critic learns."""
RATES = {"decoder": 1, "guide": 4, "critic": 2}
"""Learning rates of the parts as multiples of the run's: a guide starts from nothing, the decoder does not."""


def critic(channels: int, width: int = 32) -> nn.Sequential:
    """Picture and maps [B, channels, H, W] in [-1, 1] -> [B, 1, H/8, W/8], above 0 where a patch of about 60 pixels looks like a render of its maps."""
    layer = lambda before, after, stride: nn.utils.parametrizations.spectral_norm(nn.Conv2d(before, after, 4 if stride == 2 else 3, stride, 1))
    parts = [layer(channels, width, 2), layer(width, 2 * width, 2), layer(2 * width, 3 * width, 2), layer(3 * width, 3 * width, 1)]
    return nn.Sequential(*(part for one in parts for part in (one, nn.LeakyReLU(0.2))), layer(3 * width, 1, 1))


class Frames:
    """Frames as renders, as latents (the encoder's, those that the image factor guesses from each of `LEVELS`, those that a quick network draws) and as maps
    (exact, and as factors sample them). `quick` is that network and its steps."""

    def __init__(self, folder: Path, autoencoder: Autoencoder, factor: Denoiser, quick: tuple[Denoiser, int] | None, world: int, limit: int | None):
        self.scale = DOWNSCALE * autoencoder.config.image_enlarge
        renders, latents, self.maps = [], [], []
        texts = TextEncoder()
        for path in shards_in(folder):
            shard = {name: array[:limit] for name, array in read_shard(path, world).items()}
            if not shard.get("given", np.ones(1, bool)).all():
                raise SystemExit(f"{path} lacks some maps of its frames, which the decoder would be shown: render frames with python -m train.frames")
            side = shard["image"].shape[1]
            shown = frame_pictures(shard, side // autoencoder.config.image_enlarge)
            codes = {name: encode(autoencoder, shown[name]).float() for name in ("image", *(p for p in factor.config.parents if p in shown))}
            captions = texts.encode_all([str(caption) for caption in shard["captions"]])
            clean = codes.pop("image")
            drawn = [self.drawn(*quick, captions, codes, len(renders))] if quick else []
            latents.append(torch.stack([clean, *(guessed(factor, clean, codes, captions, level) for level in LEVELS), *drawn], 1).half())
            renders.append(shard["image"])
            exact = {"classes": shard["classes"], "rims": shard["boundary"], "depth": (shard["depth"] / np.float32(65535)).astype(np.float16), "sketch": shard["sketch"]}
            self.maps.append((exact, sampled_maps(shard, autoencoder, side)))
        self.renders, self.latents = np.concatenate(renders), torch.cat(latents)
        self.maps = [{name: np.concatenate([pair[kind][name] for pair in self.maps]) for name in exact} for kind in (EXACT, SAMPLED)]
        if len(self.renders) <= HELD:
            raise SystemExit(f"{folder} has {len(self.renders)} frames, and {HELD} are kept aside: render more with python -m train.frames")

    @staticmethod
    def drawn(network: Denoiser, steps: int, captions: Captions, codes: dict[str, Tensor], seed: int, batch: int = 8) -> Tensor:
        """What a distilled network draws from noise for the maps, latents [N, 8, h, w]."""
        parents = {name: latent for name, latent in codes.items() if name in network.config.parents}
        side = next(iter(parents.values())).shape[-1]
        parts = []
        for i, rows in enumerate(torch.arange(len(captions)).split(batch)):
            given = {name: latent[rows] for name, latent in parents.items()}
            parts.append(sample(network, captions.take(rows), side, seed * len(captions) + i, steps, 1.0, parents=given))
        return torch.cat(parts)

    def pictures(self, kind: int, names: list[str], row: int, place: tuple[slice, slice]) -> list[Tensor]:
        """The maps of a frame in a place of it, as the pictures [1, 3, h, w] that the decoder reads."""
        cut = {name: array[row : row + 1, place[0], place[1]] for name, array in self.maps[kind].items()}
        made = {
            "segmentation": lambda: classes_picture(cut["classes"], cut["rims"]),
            "depth": lambda: grey_picture(cut["depth"].astype(np.float32)),
            "sketch": lambda: grey_picture(cut["sketch"].astype(np.float32) / 255),
        }
        return [made[name]() for name in names]

    def batch(self, names: list[str], count: int, side: int, rng: np.random.Generator) -> tuple[Tensor, list[Tensor], Tensor, Tensor]:
        """Latents [count, 8, side, side], as many of each kind, the maps of those places as `networks.Guide` takes them, their renders, and which latents were drawn from noise, bool [count]."""
        latents, maps, levels, renders = [], [], [], []
        kinds = [0, rng.integers(1, DRAWN), DRAWN][: 3 if self.latents.shape[1] > DRAWN else 2]
        kinds = [kinds[i % len(kinds)] for i in range(count)]
        for kind in kinds:
            row = rng.integers(len(self.renders) - HELD)
            y, x = rng.integers(0, self.latents.shape[-1] - side + 1, 2)
            latent = self.latents[row, kind, :, y : y + side, x : x + side].float()
            latents.append(latent if kind else latent + torch.randn_like(latent) * NOISE * rng.random())
            place = slice(y * self.scale, (y + side) * self.scale), slice(x * self.scale, (x + side) * self.scale)
            renders.append(self.renders[row, *place])
            maps.append(self.pictures(rng.integers(2), names, row, place))
            missing = (rng.random(len(names)) < ONE_MISSING) | (rng.random() < ALL_MISSING)
            levels.append(torch.from_numpy(-missing.astype(np.float32)))
        pictures, levels = [torch.cat(column) for column in zip(*maps)], torch.stack(levels, 1)
        return torch.stack(latents), [part for pair in zip(pictures, levels) for part in pair], image_picture(np.stack(renders)), torch.tensor(kinds) == DRAWN

    def held(self, guess: int, names: list[str], kind: int | None, count: int = HELD) -> tuple[Tensor, list[Tensor], Tensor]:
        """Latents of frames that are kept aside, their maps of a kind, or none, and their renders."""
        rows = range(len(self.renders) - HELD, len(self.renders) - HELD + count)
        maps = [self.pictures(kind or EXACT, names, row, (slice(None), slice(None))) for row in rows]
        level = torch.full((count,), -1.0 if kind is None else 0.0)
        return self.latents[rows, guess].float(), [part for column in zip(*maps) for part in (torch.cat(column), level)], image_picture(self.renders[rows])


@torch.no_grad()
def guessed(factor: Denoiser, clean: Tensor, parents: dict[str, Tensor], captions: Captions, level: float, batch: int = 8) -> Tensor:
    """The clean latents [N, 8, h, w] as the factor guesses them when they are noised to `level`."""
    outcome = []
    for rows in torch.arange(len(clean)).split(batch):
        x = (1 - level) * clean[rows] + level * torch.randn_like(clean[rows])
        known = with_absent(factor.config.parents, {name: (latent[rows], torch.zeros(len(rows))) for name, latent in parents.items()}, x)
        outcome.append(x - level * factor(x, torch.full((len(rows),), level), *captions.take(rows).inputs(), *known))
    return torch.cat(outcome)


@torch.no_grad()
def sampled_maps(shard: dict[str, np.ndarray], autoencoder: Autoencoder, side: int) -> dict[str, np.ndarray]:
    """The maps of a shard as they are when factors have sampled them at a quarter of their size and the editor has enlarged them to `side`."""
    shown = frame_pictures(shard, side // 4)
    enlarged = lambda x: F.interpolate(x, size=(side, side), mode="bilinear", align_corners=False)[:, 0]
    maps = {name: [] for name in ("classes", "rims", "depth", "sketch")}
    for rows in torch.arange(len(shown["image"])).split(4):
        latents = {name: autoencoder.encode(shown[name][rows]) for name in MAPS}
        logits, rims = autoencoder.decode_classes(latents["segmentation"])
        wide = F.interpolate(logits, size=(side, side), mode="bilinear", align_corners=False)
        maps["classes"].append(wide[:, :CLASS_SLOTS].argmax(1).byte().numpy())
        maps["rims"].append((enlarged(rims) > 0).numpy())
        maps["depth"].append(enlarged(autoencoder.decode_depth(latents["depth"])).half().numpy())
        maps["sketch"].append((enlarged(autoencoder.decode_sketch(latents["sketch"])) * 255).byte().numpy())
    return {name: np.concatenate(parts) for name, parts in maps.items()}


class Sharpener:
    """One run; a checkpoint holds the autoencoder with the averaged decoder, as `train.autoencoder` writes it, and what going on needs."""

    def __init__(self, arguments: argparse.Namespace):
        torch.set_num_threads(arguments.threads)
        torch.manual_seed(arguments.seed)
        self.arguments, self.folder = arguments, Path(arguments.run)
        self.log, self.path = Log(self.folder), self.folder / "checkpoint.pt"
        first = torch.load(arguments.start, weights_only=True)
        saved = torch.load(self.path, weights_only=True) if self.path.exists() else first
        self.going_on, self.world = saved["sharpening"] if self.path.exists() else None, world_of(saved)
        self.config = AutoencoderConfig(**saved["config"])
        if self.config.image_enlarge != 2:
            raise SystemExit(f"{arguments.start} has no image decoder that enlarges: first train.autoencoder --only image --enlarge 2")
        added = () if self.config.image_guide else ("guide.",)
        if added:
            self.config.image_guide, self.config.image_maps = GUIDE, list(arguments.maps)
        self.before, self.average = Autoencoder(AutoencoderConfig(**first["config"])), Autoencoder(self.config)
        self.before.load_state_dict(first["model"])
        load_matching(self.average, saved["model"], grown=added)
        for network in (self.before, self.average):
            network.requires_grad_(False).to(memory_format=torch.channels_last)
        self.network = copy.deepcopy(self.average)
        self.critic = critic(3 + distinct_channels(self.config.image_maps))
        self.parts = {"decoder": self.network.image, "guide": self.network.guide, "critic": self.critic}
        for part in self.parts.values():
            part.requires_grad_(True)
        adam = lambda name: torch.optim.AdamW(self.parts[name].parameters(), RATES[name] * arguments.rate, betas=(0.5, 0.99), weight_decay=0.0, fused=True)
        self.optimizers = {name: adam(name) for name in self.parts}
        self.step, spent = 0, 0.0
        if self.going_on:
            for part, state in zip(self.stateful(), self.going_on, strict=True):
                part.load_state_dict(state)
            self.step, spent = saved["step"], saved["spent"]
        elif arguments.critic:
            self.critic.load_state_dict(torch.load(arguments.critic, weights_only=True))
        self.rng = np.random.Generator(np.random.PCG64([arguments.seed, self.step]))
        quick = (load_denoiser(arguments.quick), torch.load(arguments.quick, weights_only=True, mmap=True)["steps"]) if arguments.quick else None
        self.frames = Frames(Path(arguments.frames), self.average, load_denoiser(arguments.factor), quick, self.world, arguments.limit)
        self.budget = Budget(arguments.minutes, spent)

    def stateful(self) -> list:
        return [*self.parts.values(), *self.optimizers.values()]

    def save(self) -> None:
        save_atomically(
            {
                "config": vars(self.config),
                "model": self.average.state_dict(),
                "optimizer": None,
                "frozen": True,
                "only": "image",
                "step": self.step,
                "spent": self.budget.spent,
                "seed": self.arguments.seed,
                "world": self.world,
                "revision": code_revision(),
                "sharpening": [part.state_dict() for part in self.stateful()],
            },
            self.path,
        )

    def learn(self) -> dict[str, float]:
        """One step of both; returns the losses."""
        latent, maps, real, drawn = self.frames.batch(self.config.image_maps, self.arguments.batch, self.arguments.crop // self.frames.scale, self.rng)
        beside = distinct(self.config.image_maps, maps[::2])
        judge = lambda picture: self.critic(torch.cat([picture, *beside], 1))
        alone = self.step < ALONE
        with torch.set_grad_enabled(not alone):
            decoded = self.network.painted(latent, *maps)
        shown = decoded.detach()
        judged = F.relu(1 - judge(real)).mean() + F.relu(1 + judge(shown)).mean()
        self.optimizers["critic"].zero_grad()
        judged.backward()
        self.optimizers["critic"].step()
        if alone:
            return {"critic": judged.item()}
        shown.requires_grad_(True)
        faithful, fooled = self.faithful(shown, real, latent, drawn), -judge(shown).mean()
        (to_truth,), (to_critic,) = torch.autograd.grad(faithful, shown), torch.autograd.grad(fooled, shown)
        share = self.arguments.adversarial * to_truth.norm() / to_critic.norm().clamp(min=1e-9)
        for name in ("decoder", "guide"):
            self.optimizers[name].zero_grad()
        decoded.backward(to_truth + share * to_critic)
        for name in ("decoder", "guide"):
            nn.utils.clip_grad_norm_(self.parts[name].parameters(), 1.0)
            self.optimizers[name].step()
        with torch.no_grad():
            keep = min(EMA, (1 + self.step) / (10 + self.step))
            for average, current in zip(self.average.parameters(), self.network.parameters(), strict=True):
                average.lerp_(current, 1 - keep)
        return {"critic": judged.item(), "image": faithful.item(), "fooled": fooled.item(), "share": share.item()}

    def faithful(self, shown: Tensor, real: Tensor, latent: Tensor, drawn: Tensor) -> Tensor:
        """L1 and edges against the renders; of drawn latents the mean colours against those that the decoder painted at the start of the run."""
        loss = image_loss(shown[~drawn], real[~drawn]) * (~drawn).float().mean()
        if drawn.any():
            with torch.no_grad():
                before = self.before.painted(latent[drawn])
            loss = loss + F.l1_loss(F.avg_pool2d(shown[drawn], SQUARE), F.avg_pool2d(before, SQUARE)) * drawn.float().mean()
        return loss

    def run(self) -> None:
        first, said, measured = self.step, 0.0, -1e9
        while not self.budget.over:
            if self.budget.spent - measured > 480:
                measured = self.budget.spent
                self.measure()
            for name, optimizer in self.optimizers.items():
                set_learning_rate(optimizer, learning_rate(RATES[name] * self.arguments.rate, self.step - first, self.budget.progress))
            losses = self.learn()
            self.step += 1
            if self.budget.spent - said > 30:
                said = self.budget.spent
                self.log.write(step=self.step, minutes=round(self.budget.spent / 60, 2), **{name: round(value, 4) for name, value in losses.items()})
        self.measure()

    @torch.no_grad()
    def measure(self) -> None:
        """Decibels of held-out frames and their steepness as a share of the renders', by kind of latents and maps; a sheet of both; a checkpoint."""
        steep = lambda picture: (picture.diff(dim=2).square().mean() + picture.diff(dim=3).square().mean()).sqrt().item()
        middle = 1 + len(LEVELS) // 2
        figures, rows = {}, []
        shown = [("true", 0, None), ("true_maps", 0, SAMPLED), ("guessed", middle, None), ("guessed_maps", middle, SAMPLED), ("guessed_exact", middle, EXACT)]
        shown += [("drawn", DRAWN, None), ("drawn_maps", DRAWN, SAMPLED)] if self.frames.latents.shape[1] > DRAWN else []
        for name, guess, kind in shown:
            latents, maps, renders = self.frames.held(guess, self.config.image_maps, kind)
            parts = (torch.split(value, 8) for value in (latents, *maps))
            decoded = torch.cat([self.average.decode_image(*part) for part in zip(*parts)])
            figures |= {f"psnr_{name}": decibels(decoded, renders), f"steep_{name}": steep(decoded) / steep(renders)}
            rows.append(decoded[:6])
        self.log.write(event="measured", step=self.step, **{name: round(value, 3) for name, value in figures.items()})
        save_sheet([renders[:6], *rows], self.folder / "sheet.png")
        self.save()


def save_sheet(rows: list[Tensor], path: Path) -> None:
    from PIL import Image

    Image.fromarray(np.concatenate([np.concatenate(list(bytes_of(row)), 1) for row in rows])).save(path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--start", default="onnx/runs/autoencoder/checkpoint.pt", help="checkpoint of the autoencoder to begin with")
    parser.add_argument("--factor", default="onnx/runs/image/checkpoint.pt", help="checkpoint of the image factor, of any version of the world")
    parser.add_argument("--quick", help="checkpoint of the image's distilled network, which draws latents to learn from as well")
    parser.add_argument("--critic", help="weights of a critic that a new run begins with: one begun anew learns nothing where pictures are sharp already")
    parser.add_argument("--frames", default="onnx/runs/frames512", help="folder of rendered frames (train.frames), of the size of decoded pictures")
    parser.add_argument("--run", required=True, help="folder of the checkpoint and the log; an existing checkpoint is continued")
    parser.add_argument("--maps", nargs="+", choices=MAPS, default=MAPS, help="variables whose maps a new guide reads")
    parser.add_argument("--minutes", type=float, default=40)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=2e-4, help="learning rate of the decoder")
    parser.add_argument("--batch", type=int, default=6)
    parser.add_argument("--crop", type=int, default=192, help="side of the patches of pictures, in pixels")
    parser.add_argument("--adversarial", type=float, default=0.5, help="the critic's share of the gradient, beside 1 of the L1 loss")
    parser.add_argument("--limit", type=int, help="read only so many frames of each shard")
    Sharpener(parser.parse_args()).run()


if __name__ == "__main__":
    main()
