"""What a run says of itself every few minutes: figures on held-out data, and a sheet to look at.

These are for steering only; `onnx/evaluate` measures the pack.
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from evaluate.pictures import skeletons
from evaluate.skeletons import read_pose
from world.caption import describe
from world.classes import INDEX, OBJECTS, classes_of
from world.spec import sample_spec

from .chunks import encode, frame_pictures
from .frames import read_shard, shards_in
from .networks import Autoencoder, Denoiser
from .pictures import bytes_of, classes_picture
from .sampling import sample
from .text import Captions, TextEncoder

HELD_OUT_SEED = 0x4E1D
CAPTIONS, SIDED = 64, 32
AREA = 0.004
"""Share of the map from which on a class counts as present."""


def tile(pictures: np.ndarray, columns: int, path: Path) -> None:
    """RGB u8 [N, H, W, 3] as one PNG with `columns` columns."""
    pictures = pictures[: len(pictures) // columns * columns]
    rows = [np.concatenate(list(pictures[i : i + columns]), 1) for i in range(0, len(pictures), columns)]
    Image.fromarray(np.concatenate(rows, 0)).save(path)


class HeldOutMaps:
    """Recall on captions from held-out templates, classes nobody asked for, and left/right on captions that say so."""

    def __init__(self, autoencoder: Autoencoder, size: int, world: int, steps: int = 10, guidance: float = 2.0, shift: float = 1.0, restart: dict[str, int] | None = None):
        self.walk = {"steps": steps, "guidance": guidance, "shift": shift, "restart": restart}
        self.autoencoder, self.side, self.known = autoencoder, size // 8, len(classes_of(world))
        rng = np.random.Generator(np.random.PCG64(HELD_OUT_SEED))
        specs = [sample_spec(rng, version=world) for _ in range(CAPTIONS)]
        sided = []
        while len(sided) < SIDED:
            spec = sample_spec(rng, version=world)
            if any(r.kind in ("left of", "right of") for r in spec.relations):
                sided.append(spec)
        self.texts = [describe(spec, rng, split="held_out") for spec in specs + sided]
        self.captions: Captions = TextEncoder().encode_all(self.texts)
        self.asked = [{INDEX[name] for name in spec.asked()} for spec in specs]
        self.sided = [next((r.kind, INDEX[s.objects[r.a].name], INDEX[s.objects[r.b].name]) for r in s.relations if r.kind in ("left of", "right of")) for s in sided]

    def measure(self, network: Denoiser, sheet: Path) -> dict[str, float]:
        device = str(self.autoencoder.latent_mean.device)
        # In parts: the peak of memory is the trainer's for ever after.
        groups = torch.arange(len(self.captions)).split(16)
        latents = [sample(network, self.captions.take(rows), self.side, seed=1 + i, device=device, **self.walk) for i, rows in enumerate(groups)]
        with torch.no_grad():
            parts = [self.autoencoder.decode_classes(latent) for latent in latents]
        logits = torch.cat([p[0] for p in parts])[:, : self.known]
        maps, rims = logits.argmax(1).cpu().numpy(), torch.cat([p[1] for p in parts])[:, 0].cpu().numpy() > 0
        tile(bytes_of(classes_picture(maps[:48].astype(np.uint8), rims[:48])), 8, sheet)
        sheet.with_suffix(".txt").write_text("\n".join(self.texts) + "\n")
        present = [{c for c in range(self.known) if (m == c).mean() >= AREA} for m in maps]
        recall = lambda asked, found: len(asked & found) / len(asked)
        shuffled = self.asked[1:] + self.asked[:1]
        right = [self.on_its_side(m, *relation) for m, relation in zip(maps[CAPTIONS:], self.sided)]
        known = [r for r in right if r is not None]
        figures = {
            "recall": np.mean([recall(a, f) for a, f in zip(self.asked, present)]),
            "shuffled": np.mean([recall(a, f) for a, f in zip(shuffled, present)]),
            "unasked": np.mean([len((f & set(OBJECTS)) - a) for a, f in zip(self.asked, present)]),
            "left_right": np.mean(known) if known else 0.0,
        }
        return {key: round(float(value), 3) for key, value in figures.items()}

    @staticmethod
    def on_its_side(classes: np.ndarray, kind: str, a: int, b: int) -> bool | None:
        """Whether the relation holds between the centres of the classes; None where one is missing."""
        columns = np.arange(classes.shape[1])[None]
        if (classes == a).mean() < AREA or (classes == b).mean() < AREA:
            return None
        centre = lambda c: ((classes == c) * columns).sum() / (classes == c).sum()
        return bool((centre(a) < centre(b)) == (kind == "left of"))


class HeldOutFrames:
    """Samples given the true parents of the first frames, beside the truth. Training sees these frames as well."""

    def __init__(self, variable: str, parents: list[str], autoencoder: Autoencoder, size: int, folder: str, world: int, steps: int = 10, guidance: float = 1.5, shift: float = 1.0, restart: dict[str, int] | None = None):
        self.walk = {"steps": steps, "guidance": guidance, "shift": shift, "restart": restart}
        self.variable, self.autoencoder, self.side = variable, autoencoder, size // 8
        shard = {name: array[:16] for name, array in read_shard(shards_in(Path(folder))[0], world).items()}
        self.pictures = frame_pictures(shard, size)
        self.latents = {name: encode(autoencoder, self.pictures[name]).float() for name in [variable, *parents]}
        self.captions = TextEncoder().encode_all([str(c) for c in shard["captions"]])
        self.parents = parents

    @torch.no_grad()
    def measure(self, network: Denoiser, sheet: Path) -> dict[str, float]:
        device = str(self.autoencoder.latent_mean.device)
        known = {name: self.latents[name].to(device) for name in self.parents}
        latent = sample(network, self.captions, self.side, seed=1, parents=known, device=device, **self.walk)
        shown = self.decode(latent)
        first = [bytes_of(self.pictures[name]) for name in self.parents]
        columns = np.stack([*first, bytes_of(shown), bytes_of(self.pictures[self.variable])], 1)
        tile(columns.reshape(-1, *columns.shape[2:]), columns.shape[1] * 2, sheet)
        return {"difference": round(F.l1_loss(shown.cpu(), self.pictures[self.variable]).item(), 4)}

    def decode(self, latent: Tensor) -> Tensor:
        """The variable's picture [N, 3, H, W] in [-1, 1]."""
        if self.variable == "segmentation":
            logits, rims = (x.cpu() for x in self.autoencoder.decode_classes(latent))
            return classes_picture(logits.argmax(1).byte().numpy(), rims[:, 0].numpy() > 0)
        decoded = getattr(self.autoencoder, f"decode_{self.variable}")(latent)
        if self.variable == "pose":
            joints, necks = (x.cpu().numpy() for x in decoded)
            side = joints.shape[-1]
            return torch.from_numpy(np.stack([skeletons(read_pose(j, n), side, side) for j, n in zip(joints, necks)]))
        decoded = F.avg_pool2d(decoded, decoded.shape[-1] // (8 * self.side))
        return decoded if decoded.shape[1] == 3 else (decoded * 2 - 1).expand(-1, 3, -1, -1)
