"""A pack in Python: its graphs through ONNX Runtime, the same walk as the Rust engine's."""

import json
import os
from functools import cached_property

import numpy as np
from tokenizers import Tokenizer

from evaluate import flow, pictures
from evaluate.runtime import session
from world.classes import version_of

_FRESH_SEED = 12  # of the noise that ancestral steps and restarts add
_CHUNK = 20  # latents per run: enough to keep a core busy, little enough to stay in memory


class Pack:
    """An opened pack; graphs are loaded when first used and run on `threads` threads.

    Factors, decoders and the encoder run in 8 bits where the pack has such networks, as the editor runs them on CPUs, unless `full_precision` is asked for, and distilled
    networks walk where that is the pack's default; with `walks` of "quick" wherever there are any, of "full" nowhere. `factors` says how they walk.
    """

    def __init__(self, folder, threads=1, full_precision=False, walks=None):
        self.folder = folder
        self.threads = threads
        with open(os.path.join(folder, "pack.json"), encoding="utf-8") as file:
            self.manifest = json.load(file)
        self.variables = {v["name"]: v for v in self.manifest["variables"]}
        quickly = lambda quick: quick is not None and (quick.get("default", False) if walks is None else walks == "quick")
        distilled = lambda f: f | {"int8": f["quick"]["model"], "guidance": 1.0, "sampler": "euler"} | f["quick"]
        walked = lambda f: distilled(f) if quickly(f.get("quick")) else f
        self.factors = {f["variable"]: walked(f) for f in self.manifest["factors"]}
        self.models = {name: f["model"] if full_precision else f.get("int8", f["model"]) for name, f in self.factors.items()}
        self.decoders = {name: v.get("decoder") if full_precision else v.get("decoder_int8", v.get("decoder")) for name, v in self.variables.items()}
        self.encoder = self.manifest["encoder"] if full_precision else self.manifest.get("encoder_int8", self.manifest["encoder"])
        self.names = [c["name"] for c in self.manifest["classes"]]
        self.palette = np.array([c["colour"] for c in self.manifest["classes"]], np.float32)
        self._sessions = {}
        self._texts = {}

    @property
    def world(self):
        """The version of the world whose classes the pack has."""
        return version_of(len(self.names))

    def text(self, prompt):
        """Token features [L, 384] and ids [L] of one prompt, encoded alone and unpadded: int8 activations are scaled per run."""
        if prompt not in self._texts:
            ids = np.array([self._tokenizer.encode(prompt).ids], np.int64)
            feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
            self._texts[prompt] = (self.run(self.manifest["text"]["encoder"], feeds)[0][0], ids[0])
        return self._texts[prompt]

    def encode(self, batch):
        """Pictures [B, 3, H, W] in [-1, 1] -> latents."""
        return self._in_chunks(lambda part: self.run(self.encoder, {"picture": part})[0], batch)

    def decode(self, variable, latents, maps=None):
        """The outputs of the variable's decoder, a tuple of arrays with a batch axis.

        `maps` are the pictures [B, 3, H, W] of the maps that guide it, of the size that it answers (`decoded_size`), by variable; those left out are null.
        """
        entry, maps = self.variables[variable], maps or {}
        guides = {name: maps.get(name) for name in entry.get("guided_by", [])}
        side = self.decoded_size(variable) // self.latent_side(variable)
        parts = []
        for start in range(0, len(latents), _CHUNK):
            part = latents[start : start + _CHUNK]
            feeds = {"latent": part}
            for name, pictures in guides.items():
                height, width = (side * length for length in part.shape[2:])
                shown = np.zeros((len(part), 3, height, width), np.float32) if pictures is None else pictures[start : start + _CHUNK].astype(np.float32)
                feeds |= {f"map_{name}": shown, f"map_{name}_level": np.full(len(part), -1.0 if pictures is None else 0.0, np.float32)}
            parts.append(self.run(self.decoders[variable], feeds))
        return tuple(np.concatenate(column) for column in zip(*parts, strict=True))

    def decoded_size(self, variable):
        """Side of the picture that the variable's decoder answers at its usual size."""
        return self.variables[variable]["size"] * self.variables[variable].get("enlarge", 1)

    @property
    def reads_shapes(self):
        """Whether the pack has a reader of shapes."""
        return "shapes" in self.manifest

    @property
    def objects(self):
        """Indices of the classes that are objects."""
        return [c["index"] for c in self.manifest["classes"] if c["kind"] == "object"]

    def read_shapes(self, outlines):
        """Outlines f32 [N, side, side] (`evaluate.shapes.outline`) -> logits [N, slots + 1] of the pack's reader."""
        return self.run(self.manifest["shapes"]["model"], {"outlines": outlines[:, None]})[0]

    def class_maps(self, latents, size, asked=None):
        """Latents of the segmentation -> classes u8 [B, size, size] and boundaries bool [B, size, size].

        `asked` are the names of classes that each of the prompts names: others have to cover the share that the pack says, and of objects to lead by what it says, as in the editor.
        """
        logits, boundary = self.decode("segmentation", latents)
        lead, share = (self.variables["segmentation"].get(key, 0.0) for key in ("unnamed_lead", "unnamed_share"))
        unnamed = [[index for index, name in enumerate(self.names) if name not in names] for names in asked or [self.names] * len(latents)]
        objects = set(self.objects)
        held = [[index for index in others if index in objects] for others in unnamed]
        decoded = zip(logits, boundary, held, unnamed, strict=True)
        pairs = [pictures.class_map(*answers, len(self.names), size, led, lead, others, share) for *answers, led, others in decoded]
        return np.stack([c for c, _ in pairs]), np.stack([b for _, b in pairs])

    def sample(self, variable, prompts, noise, parents=None, steps=None, guidance=None, begun=None):
        """Latents of `variable`, one for each prompt and noise [B, 8, h, w].

        `parents` maps names to clean latents of the same size as the noise; parents left out are null. A distilled network that is asked for other `steps` restarts none.
        `begun` are clean latents [B, 8, h, w] and a strength, see `flow.walk`.
        """
        factor = self.factors[variable]
        sampler = factor.get("sampler", "euler")
        if sampler not in ("euler", "euler_ancestral"):
            raise ValueError(f"the sampler {sampler} is the program's alone: measure it with evaluate.samplers")
        generator = np.random.Generator(np.random.PCG64(_FRESH_SEED))
        fresh = generator if sampler == "euler_ancestral" else None
        restart = None if steps else factor.get("restart")
        parents = parents or {}
        outcome = []
        for start in range(0, len(noise), _CHUNK):
            part = slice(start, start + _CHUNK)
            constant = self.text_feeds(prompts[part])
            for name in factor["parents"]:
                constant |= parent_feeds(name, parents[name][part] if name in parents else None, noise[part])

            def predict(latents, times, constant=constant):
                shown = {name: values[: len(latents)] for name, values in constant.items()}
                return self.run(self.models[variable], {"latent": latents, "time": times, **shown})[0]

            steps_, guidance_ = steps or factor["steps"], factor["guidance"] if guidance is None else guidance
            interval = factor.get("guidance_interval", (0.0, 1.0)) if guidance_ != 1.0 else (0.0, 0.0)
            outcome.append(flow.sample(predict, noise[part], steps_, guidance_, factor["clamp"], fresh, interval, self.shift(variable), restart, generator, begun and (begun[0][part], begun[1])))
        return np.concatenate(outcome)

    def shift(self, variable):
        """Of the moments of the walk, see `flow.moments`: the distilled network's own where that walks, else the schedule's."""
        factor = self.factors[variable]
        return factor.get("shift", factor["schedule"].get("shift", 1.0))

    def latent_side(self, variable):
        """Side of the variable's latent at its usual size."""
        return self.variables[variable]["size"] // self.manifest["latent"]["downscale"]

    def run(self, name, feeds):
        """All outputs of the graph in the file `name`."""
        if name not in self._sessions:
            self._sessions[name] = session(os.path.join(self.folder, name), self.threads)
        return self._sessions[name].run(None, feeds)

    def text_feeds(self, prompts):
        """tokens, ids and mask of the prompts, padded to one length, followed by as many null texts."""
        texts = [self.text(prompt) for prompt in prompts]
        count, length, width = len(texts), max(len(ids) for _, ids in texts), self.manifest["text"]["width"]
        feeds = {
            "tokens": np.zeros((2 * count, length, width), np.float32),
            "ids": np.zeros((2 * count, length), np.int64),
            "mask": np.zeros((2 * count, length), np.float32),
        }
        for i, (features, ids) in enumerate(texts):
            feeds["tokens"][i, : len(ids)] = features
            feeds["ids"][i, : len(ids)] = ids
            feeds["mask"][i, : len(ids)] = 1
        return feeds

    @cached_property
    def _tokenizer(self):
        tokenizer = Tokenizer.from_file(os.path.join(self.folder, self.manifest["text"]["tokenizer"]))
        tokenizer.no_padding()
        tokenizer.enable_truncation(self.manifest["text"]["max_tokens"])
        return tokenizer

    @staticmethod
    def _in_chunks(function, batch):
        return np.concatenate([function(batch[i : i + _CHUNK]) for i in range(0, len(batch), _CHUNK)])


def parent_feeds(name, latents, noise, level=0.0):
    """A parent's latents and levels for both halves of the guided batch: 0 is clean, 1 is noise, -1 is null (no latents)."""
    count = 2 * len(noise)
    if latents is None:
        latents, level = np.zeros_like(noise), -1.0
    doubled = np.concatenate([latents, latents]).astype(np.float32)
    return {f"parent_{name}": doubled, f"parent_{name}_level": np.full(count, level, np.float32)}
