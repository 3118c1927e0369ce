"""A peer for the program's speed: the same weights in PyTorch, eager and channels last, for the rounds of `make bench`.

    python -m evaluate.eager --pack onnx/packs/clay --maps 10 --threads 1

Says that it is ready, and then, for each prompt on a line of the input, how many seconds its maps and its image took. The int8 text encoder
has no form in PyTorch and runs in ONNX Runtime here too. Maps stay at the decoder's size: enlarging them is left to the program alone.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

from evaluate.flow import acts, moments, renewed_steps
from evaluate.pack import Pack
from evaluate.pictures import skeletons
from evaluate.skeletons import read_pose

try:
    import torch
    import torch.nn.functional as F

    from train.networks import Autoencoder, AutoencoderConfig, Denoiser, DenoiserConfig, with_absent
    from train.weights import autoencoder_of_pack, denoiser_of_pack, load_matching
except ImportError as missing:
    print(f"PyTorch is missing ({missing.name}): tools/setup.sh --training")
    sys.exit()


class Eager:
    """The pack's networks as PyTorch modules, and the way from a prompt to an image."""

    def __init__(self, folder, threads):
        self.pack = Pack(folder, threads)
        config, weights = autoencoder_of_pack(Path(folder))
        self.autoencoder = ready(Autoencoder(AutoencoderConfig(**config)), weights)
        self.denoisers = {}
        for variable, factor in self.pack.factors.items():
            config, weights = denoiser_of_pack(Path(folder), Path(factor["model"]).stem)
            self.denoisers[variable] = Reading(ready(Denoiser(DenoiserConfig(**config)), weights, grown=("layout.occupancy",)), factor["parents"])
        shades = torch.from_numpy(self.pack.palette) / 127.5
        self.colours = torch.stack([shades, shades * 0.4]) - 1

    def go(self, prompt, maps):
        """Draws `maps` segmentations and, for the first, every other variable."""
        pictures, latents = {}, {}
        for variable, factor in self.pack.factors.items():
            size = self.pack.variables[variable]["size"]
            for parent in factor["parents"]:
                if (parent, size) not in latents:
                    picture = F.interpolate(pictures[parent], size=(size, size))
                    latents[parent, size] = self.autoencoder.encode(channels_last(picture))
            parents = [latents[parent, size] for parent in factor["parents"]]
            count = maps if variable == "segmentation" else 1
            latent = self.sample(variable, prompt, parents, count)
            pictures[variable] = self.decode(variable, latent, self.guides(variable, pictures))[:1]

    def guides(self, variable, pictures):
        """The maps that a decoder is shown, as it takes them."""
        side = self.pack.decoded_size(variable)
        shown = [F.interpolate(pictures[name], size=(side, side)) for name in self.pack.variables[variable].get("guided_by", [])]
        return [part for picture in shown for part in (picture, torch.zeros(1))]

    def sample(self, variable, prompt, parents, count):
        factor, side = self.pack.factors[variable], self.pack.latent_side(variable)
        feeds, interval = self.pack.text_feeds([prompt] * count), factor.get("guidance_interval", (0.0, 1.0))
        tokens, ids, mask = (torch.from_numpy(feeds[name]) for name in ("tokens", "ids", "mask"))
        x = channels_last(torch.randn(count, self.pack.manifest["latent"]["channels"], side, side))
        restart = factor.get("restart")
        times, again = moments(factor["steps"], self.pack.shift(variable), restart), renewed_steps(restart)
        for i, (t, following) in enumerate(zip(times[:-1], times[1:], strict=True)):
            guided = factor["guidance"] != 1.0 and acts(interval, i, factor["steps"])
            batch = 2 * count if guided else count
            known = [value for parent in parents for value in (parent.expand(batch, -1, -1, -1), torch.zeros(batch))]
            text = (values[:batch] for values in (tokens, ids, mask))
            v = self.denoisers[variable](torch.cat([x, x]) if guided else x, torch.full((batch,), t), *text, *known)
            if guided:
                with_text, without = v.chunk(2)
                v = without + factor["guidance"] * (with_text - without)
            clean = (x - t * v).clamp(-factor["clamp"], factor["clamp"])
            x = (1 - following) * clean + following * torch.randn_like(x) if i in again else clean + following / t * (x - clean)
        return x

    def decode(self, variable, latents, guides):
        """Pictures [B, 3, H, W] as the encoder reads them."""
        if variable == "segmentation":
            logits, boundary = self.autoencoder.decode_classes(latents)
            classes = logits[:, : len(self.pack.names)].argmax(1)
            return self.colours[(boundary[:, 0] > 0).long(), classes].permute(0, 3, 1, 2)
        if variable == "pose":
            joints, necks = (x.numpy() for x in self.autoencoder.decode_pose(latents))
            side = joints.shape[-1]
            return torch.from_numpy(np.stack([skeletons(read_pose(*pair), side, side) for pair in zip(joints, necks, strict=True)]))
        values = getattr(self.autoencoder, f"decode_{variable}")(latents, *guides)
        return values if values.shape[1] == 3 else (values * 2 - 1).expand(-1, 3, -1, -1)


class Reading:
    """A denoiser that reads `parents`; others that it was trained with are absent."""

    def __init__(self, network, parents):
        self.network, self.parents = network, parents

    def input_names(self):
        return ["latent", "time", "tokens", "ids", "mask", *(name for p in self.parents for name in (f"parent_{p}", f"parent_{p}_level"))]

    def __call__(self, latent, time, tokens, ids, mask, *parents):
        given = dict(zip(self.parents, zip(parents[0::2], parents[1::2], strict=True), strict=True))
        return self.network(latent, time, tokens, ids, mask, *with_absent(self.network.config.parents, given, latent))


def ready(network, weights, grown=()):
    load_matching(network, weights, grown)
    return network.to(memory_format=torch.channels_last).eval().requires_grad_(False)


def channels_last(values):
    return values.contiguous(memory_format=torch.channels_last)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="onnx/packs/clay")
    parser.add_argument("--maps", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    eager = Eager(options.pack, options.threads)
    print(f"ready: PyTorch {torch.__version__}, eager", flush=True)
    with torch.inference_mode():
        for prompt in sys.stdin:
            started = time.perf_counter()
            eager.go(prompt.strip(), options.maps)
            print(time.perf_counter() - started, flush=True)


if __name__ == "__main__":
    main()
