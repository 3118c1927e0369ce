"""Trains the shared autoencoder on label maps, depth, sketches, normals, skeletons and pictures.

    python -m train.autoencoder --run onnx/runs/autoencoder --minutes 13
    python -m train.autoencoder --run onnx/runs/image_decoder --start onnx/runs/autoencoder/checkpoint.pt --only image --frames onnx/runs/frames512 --enlarge 2

The latents of every factor depend on the encoder, so it is trained first and never changed again; `--only image --frames DIR`
goes on with one decoder alone, on real renders, while the encoder and the other decoders keep their weights; one that is not there yet is added (normals, poses). `--start` with `--world 1`
and `--only classes` teaches a class decoder of version 0 the classes of version 1. With `--guesses` half of what a class decoder learns from are latents that a distilled factor
left, as it meets them in an editor, and not the encoder's.
"""

import argparse
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from world.classes import CLASSES, LATEST, OBJECTS

from .frames import FrameReader
from .guesses import Guesser
from .joints import around_people, joint_targets, pose_figures, pose_loss, posed
from .maps import Favoured, Maps, painted_of_maps, render_maps, sketch_of_maps
from .networks import Autoencoder, AutoencoderConfig, Doubled
from .pictures import bytes_of, classes_picture, grey_picture, image_picture, palette, pose_picture
from .runs import Budget, Log, code_revision, learning_rate, precision, require_world, save_atomically, set_learning_rate, world_of
from .text import Captions, TextEncoder
from .weights import load_matching

# Pictures of each kind in a batch of 20.
MIX = {"classes": 7, "image": 4, "depth": 2, "sketch": 3, "normal": 2, "pose": 2}
MEASURED = 6
"""Batches that the figures at the end are means over."""


def class_weights() -> Tensor:
    """[40]: an object's pixel counts twice, it is rarer and matters more than a background's."""
    weights = torch.ones(40)
    weights[list(OBJECTS)] = 2.0
    return weights


def gradient_loss(a: Tensor, b: Tensor) -> Tensor:
    """L1 between the horizontal and vertical differences: keeps edges sharp where plain L1 would blur them."""
    across = (a.diff(dim=3) - b.diff(dim=3)).abs().mean()
    return across + (a.diff(dim=2) - b.diff(dim=2)).abs().mean()


def classes_loss(out: Tensor, classes: Tensor, rims: Tensor, weights: Tensor) -> Tensor:
    """Weighted cross-entropy of the class logits, plus that of the boundary (rare pixels weigh three times)."""
    logits, boundary = out[:, :40], out[:, 40]
    entropy = F.cross_entropy(logits, classes, weight=weights)
    return entropy + 0.5 * F.binary_cross_entropy_with_logits(boundary, rims, pos_weight=torch.tensor(3.0))


def grey_loss(out: Tensor, target: Tensor, lines: bool) -> Tensor:
    """Depth: L1 and edges. Sketch: cross-entropy, its lines weighing three times."""
    if lines:
        return F.binary_cross_entropy_with_logits(out, target, pos_weight=torch.tensor(3.0))
    value = torch.sigmoid(out)
    return 4 * (F.l1_loss(value, target) + gradient_loss(value, target))


def image_loss(out: Tensor, target: Tensor) -> Tensor:
    return 2 * (F.l1_loss(out, target) + gradient_loss(out, target))


class Batches:
    """Mixed batches of freshly rendered 128 x 128 pictures, in chunks so that rendering and training do not thrash the caches."""

    def __init__(self, rng: np.random.Generator, mix: dict[str, int], size: int, chunk: int, frames: FrameReader | None, world: int, enlarge: int = 1, texts: TextEncoder | None = None):
        self.rng, self.mix, self.size, self.chunk, self.frames, self.world, self.enlarge = rng, mix, size, chunk, frames, world, enlarge
        self.texts, self.left = texts, 0
        self.captions: Captions | None = None
        """With `texts`, the captions of the label maps of the batch."""
        self.skeletons_alone = [*mix] == ["pose"]

    def next(self) -> dict[str, tuple[Tensor, ...]]:
        """Kind -> (picture, target...)."""
        if self.left == 0:
            geometry, favoured = bool({"normal", "pose"} & self.mix.keys()), Favoured(("person",), 0.9 if self.skeletons_alone else 0.0)
            self.maps = render_maps(self.rng, self.chunk, 4, self.size, self.world, geometry, favoured)
            # People are moved, resized and cut out anew each time.
            self.left = max(1, (8 if self.skeletons_alone else 2) * len(self.maps.classes) // sum(self.mix.values()))
            self.encoded = self.texts.encode_all(self.maps.captions) if self.texts else None
        self.left -= 1
        pick = self.rng.permutation(len(self.maps.classes))
        batch, start = {}, 0
        for kind, count in self.mix.items():
            batch[kind] = self.kind(kind, pick[start : start + count])
            start += count
        return batch

    def kind(self, kind: str, rows: np.ndarray) -> tuple[Tensor, ...]:
        some = self.maps.take(rows)
        if kind == "classes":
            self.captions = self.encoded and self.encoded.take(torch.from_numpy(some.caption))
            return classes_picture(some.classes, some.boundary), torch.from_numpy(some.classes).long(), torch.from_numpy(some.boundary).float()
        if kind == "image":
            picture = image_picture(self.frames.crops(len(rows), self.size * self.enlarge, self.rng) if self.frames else painted_of_maps(some, self.rng))
            return F.avg_pool2d(picture, self.enlarge), picture
        if kind == "normal":
            picture = image_picture(some.normals)
            return picture, picture
        if kind == "pose":
            people, side = posed(some.keypoints, self.size, self.rng), self.size
            if self.skeletons_alone:
                side = self.size // 2
                people = around_people(people, self.size, side, self.rng)
            return pose_picture(people, side, side), *joint_targets(people, side)
        values = some.depth if kind == "depth" else sketch_of_maps(some)
        return grey_picture(values), torch.from_numpy(values)[:, None]


def decoder_losses(network: Autoencoder, latent: Tensor, batch: dict[str, tuple[Tensor, ...]], weights: Tensor) -> dict[str, Tensor]:
    """Loss of each kind's decoder on its part of the batch; `latent` is not normalised and in the order of the batch."""
    losses, start = {}, 0
    for kind, (picture, *target) in batch.items():
        out = getattr(network, kind)(latent[start : start + len(picture)])
        start += len(picture)
        if kind == "classes":
            losses[kind] = classes_loss(out, *target, weights)
        elif kind in ("image", "normal"):
            losses[kind] = image_loss(out, *target)
        elif kind == "pose":
            losses[kind] = pose_loss(out, *target)
        else:
            losses[kind] = grey_loss(out, *target, lines=kind == "sketch")
    return losses


@torch.no_grad()
def normalise(network: Autoencoder, batches: Batches, count: int = 24) -> None:
    """Measures each latent channel over all kinds of picture and stores it in the network."""
    means = torch.cat([network.posterior(torch.cat([b[0] for b in batches.next().values()]))[0] for _ in range(count)])
    network.latent_mean.copy_(means.mean((0, 2, 3)).view(1, -1, 1, 1))
    network.latent_std.copy_(means.std((0, 2, 3)).clamp(min=1e-3).view(1, -1, 1, 1))


def decibels(picture: Tensor, truth: Tensor) -> float:
    """Peak signal-to-noise ratio of pictures in [-1, 1]."""
    return -10 * float(np.log10((picture - truth).square().mean().item() / 4 + 1e-9))


@torch.no_grad()
def measure(network: Autoencoder, batch: dict[str, tuple[Tensor, ...]], noise: float) -> dict[str, float]:
    """Accuracy on fresh pictures through normalised latents with Gaussian noise of `noise` standard deviations.

    `added_pixels` are those of the classes that version 0 of the world lacks; NaN without any.
    """
    code = lambda picture: (z := network.encode(picture)) + noise * torch.randn_like(z)
    figures = {}
    if "classes" in batch:
        picture, classes, rims = batch["classes"]
        logits, boundary = network.decode_classes(code(picture))
        right = logits.argmax(1) == classes
        on_object = torch.isin(classes, torch.tensor(OBJECTS))
        found, asked = boundary[:, 0] > 0, rims > 0
        figures |= {"pixels": right.float().mean().item(), "object_pixels": right[on_object].float().mean().item()}
        figures["added_pixels"] = right[classes >= len(CLASSES)].float().mean().item()
        figures["boundary_iou"] = ((found & asked).sum() / (found | asked).sum().clamp(min=1)).item()
    if "image" in batch:
        picture, whole = batch["image"]
        decoded = network.decode_image(code(picture))
        figures["psnr"] = decibels(decoded, whole)
        if network.config.image_enlarge > 1:
            # What enlarging the picture itself, which the decoder has not seen, would have reached.
            figures["psnr_enlarged"] = decibels(F.interpolate(picture, size=whole.shape[-2:], mode="bicubic", align_corners=False), whole)
    for kind, decode in (("depth", network.decode_depth), ("sketch", network.decode_sketch)):
        if kind in batch:
            figures[f"{kind}_l1"] = (decode(code(batch[kind][0])) - batch[kind][1]).abs().mean().item()
    if "normal" in batch:
        picture = batch["normal"][0]
        figures["normal_degrees"] = F.cosine_similarity(network.decode_normal(code(picture)), picture).clamp(-1, 1).acos().rad2deg().mean().item()
    if "pose" in batch:
        picture, *targets = batch["pose"]
        figures |= pose_figures(*network.decode_pose(code(picture)), *targets)
    return figures


def mean_figures(several: list[dict[str, float]]) -> dict[str, float]:
    """Means over batches of what they could measure, rounded for the log."""
    means = {key: [f[key] for f in several if f[key] == f[key]] for key in several[0]}
    return {key: round(float(np.mean(values)), 4) for key, values in means.items() if values}


@torch.no_grad()
def save_sheet(network: Autoencoder, batch: dict[str, tuple[Tensor, ...]], path: Path) -> None:
    """Pairs of original (above) and reconstruction (below), four of each kind."""
    from PIL import Image

    columns = []
    for kind, (picture, *_) in batch.items():
        picture = picture[:4]
        latent = network.encode(picture)
        if kind == "classes":
            logits, boundary = network.decode_classes(latent)
            shown = classes_picture(logits.argmax(1).byte().numpy(), boundary[:, 0].numpy() > 0)
        elif kind in ("image", "normal"):
            shown = F.avg_pool2d(decoded := getattr(network, f"decode_{kind}")(latent), decoded.shape[-1] // picture.shape[-1])
        elif kind == "pose":
            shown = (network.decode_pose(latent)[0].amax(1, keepdim=True) * 2 - 1).expand(-1, 3, -1, -1)
        else:
            shown = (getattr(network, f"decode_{kind}")(latent) * 2 - 1).expand(-1, 3, -1, -1)
        pairs = np.concatenate([bytes_of(picture), bytes_of(shown)], 1)
        columns.append(np.concatenate(list(pairs), 1))
    width = max(c.shape[1] for c in columns)
    columns = [np.pad(c, ((0, 0), (0, width - c.shape[1]), (0, 0))) for c in columns]
    Image.fromarray(np.concatenate(columns, 0)).save(path)


def train(arguments: argparse.Namespace) -> None:
    torch.set_num_threads(arguments.threads)
    torch.manual_seed(arguments.seed)
    folder = Path(arguments.run)
    log, path = Log(folder), folder / "checkpoint.pt"
    again = path.exists()
    saved = torch.load(path, weights_only=True) if again else None
    if saved is None and arguments.start:
        saved = torch.load(arguments.start, weights_only=True) | {"step": 0, "spent": 0.0, "optimizer": None}
    world = world_of(saved or {}) if arguments.world is None else arguments.world
    if again:
        require_world(world_of(saved), world, path)
    log.write(event="started", world=world, start_world=world_of(saved) if saved else None)
    if arguments.guesses and arguments.only != "classes":
        raise SystemExit("--guesses needs --only classes: the latents that a distilled segmentation leaves are of label maps")
    width = arguments.width
    half = width // 2
    config = AutoencoderConfig(**saved["config"]) if saved else AutoencoderConfig(width, width, width, half, half, half, half)
    added = arguments.only is not None and not getattr(config, arguments.only)
    if added:
        setattr(config, arguments.only, half)
    enlarged = arguments.enlarge > config.image_enlarge
    if enlarged:
        if arguments.only != "image" or not arguments.frames:
            raise SystemExit(f"--enlarge {arguments.enlarge} needs --only image and --frames of twice the size: the pictures drawn without them are too coarse")
        config.image_enlarge = arguments.enlarge
    network = Autoencoder(config)
    if saved:
        known = Doubled.renamed(saved["model"], "image") if enlarged else saved["model"]
        load_matching(network, known, grown=(f"{arguments.only}.",) if added or enlarged else ())
    network.to(memory_format=torch.channels_last)

    # Skeletons alone come in crops of a quarter of the picture.
    mix = {arguments.only: 24 if arguments.only == "pose" else 8} if arguments.only else {kind: count for kind, count in MIX.items() if getattr(config, kind)}
    trained = list(network.parameters() if not arguments.only else getattr(network, arguments.only).parameters())
    if arguments.only:
        network.requires_grad_(False)
        for parameter in trained:
            parameter.requires_grad_(True)
    optimizer = torch.optim.AdamW(trained, arguments.rate, betas=(0.9, 0.99), weight_decay=1e-3, fused=True)
    step, spent = (saved["step"], saved["spent"]) if saved else (0, 0.0)
    if saved and saved["optimizer"] and saved.get("only") == arguments.only:
        optimizer.load_state_dict(saved["optimizer"])

    rng = np.random.Generator(np.random.PCG64([arguments.seed, step]))
    frames = FrameReader(Path(arguments.frames), world) if arguments.frames else None
    guesser = Guesser(arguments.guesses) if arguments.guesses else None
    batches = Batches(rng, mix, arguments.size, arguments.chunk, frames, world, config.image_enlarge, TextEncoder() if guesser else None)
    budget, weights = Budget(arguments.minutes, spent), class_weights()
    first, said, measured = step, 0.0, 0.0
    frozen = arguments.only is not None or bool(saved and saved.get("frozen"))
    if frozen:
        network.encoder.requires_grad_(False)

    def checkpoint() -> None:
        save_atomically(
            {
                "config": vars(config),
                "model": network.state_dict(),
                "optimizer": optimizer.state_dict(),
                "frozen": frozen,
                "only": arguments.only,
                "step": step,
                "spent": budget.spent,
                "seed": arguments.seed,
                "world": world,
                "revision": code_revision(),
            },
            path,
        )

    while not budget.over:
        # The encoder stops after 65% of the time; then its latents are normalised and the decoders learn to forgive noise in them.
        if not frozen and budget.progress > 0.65:
            normalise(network, batches)
            network.encoder.requires_grad_(False)
            frozen = True
            checkpoint()
            log.write(event="encoder frozen", step=step, std=[round(s, 3) for s in network.latent_std.flatten().tolist()])
        set_learning_rate(optimizer, learning_rate(arguments.rate, step - first, budget.progress))
        batch = batches.next()
        picture = torch.cat([parts[0] for parts in batch.values()]).contiguous(memory_format=torch.channels_last)
        if frozen:
            with torch.no_grad(), precision("cpu", arguments.bf16):
                latent = network.encode(picture).float()
                noised = latent + torch.randn_like(latent) * 0.25 * torch.rand(len(latent), 1, 1, 1)
                if guesser:
                    half = torch.arange(0, len(latent), 2)
                    noised[half] = guesser.guess(latent[half], batches.captions.take(half), int(rng.integers(1, guesser.steps))).float()
                latent = network.raw(noised)
            kl = torch.zeros(())
        else:
            with precision("cpu", arguments.bf16):
                mean, logvar = (part.float() for part in network.posterior(picture))
            latent = mean + torch.randn_like(mean) * (0.5 * logvar).exp()
            kl = 0.5 * (mean.square() + logvar.exp() - 1 - logvar).mean()
        with precision("cpu", arguments.bf16):
            losses = decoder_losses(network, latent, batch, weights)
        loss = sum(losses.values()) + (2e-3 if budget.progress < 0.3 else 5e-4) * kl
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        step += 1
        if budget.spent - said > 30:
            said = budget.spent
            parts = {kind: round(value.item(), 4) for kind, value in losses.items()}
            log.write(step=step, minutes=round(budget.spent / 60, 2), kl=round(kl.item(), 3), **parts)
        if budget.spent - measured > 120:
            measured = budget.spent
            checkpoint()
    for noise in (0.0, 0.3):
        log.write(event="measured", noise=noise, **mean_figures([measure(network, batches.next(), noise) for _ in range(MEASURED)]))
    save_sheet(network, batches.next(), folder / "sheet.png")
    checkpoint()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--run", required=True, help="folder of the checkpoint and the log; an existing checkpoint is continued")
    parser.add_argument("--minutes", type=float, default=13)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--width", type=int, default=128, help="channels at 1/8 of the resolution")
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--chunk", type=int, default=64, help="captions rendered at a time, four scenes each")
    parser.add_argument("--bf16", action="store_true", help="autocast: for CPUs with AMX, many times slower on others")
    parser.add_argument("--start", help="checkpoint of another run to begin with")
    parser.add_argument("--world", type=int, choices=range(LATEST + 1), help="version of the world [default: that of the checkpoint, or 0]")
    parser.add_argument("--only", choices=list(MIX), help="train this decoder alone, everything else stays")
    parser.add_argument("--guesses", metavar="CHECKPOINT", help="with --only classes: a distilled segmentation (train.distil), whose latents half of the maps are read from")
    parser.add_argument("--frames", help="folder of rendered frames (train.frames) to take images from")
    parser.add_argument("--enlarge", type=int, choices=(1, 2), default=1, help="2 gives the image decoder a further stage, for frames of 512 pixels")
    train(parser.parse_args())


if __name__ == "__main__":
    main()
