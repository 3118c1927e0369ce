"""Exports a Stable Diffusion of `diffusers`, with what steers it, as a pack that the editor opens.

    PYTHONPATH=onnx python -m export.diffusers --model DIR --controlnet image.segmentation=DIR --adapter depth.segmentation=DIR --out PACK

DIR are folders written by `save_pretrained`: the model's holds unet, vae, text_encoder, tokenizer and scheduler. `--controlnet CHILD.PARENT`
makes CHILD a factor steered by ControlNets (several are added up), `--adapter` one steered by adapters: a `T2IAdapter` reads a picture
of the parent, one of `train.adapter` (a checkpoint, `FILE.pt`) its latent, and without `.PARENT` the noisy latent. What nothing steers is
drawn by the model alone: give its map by hand. A segmentation goes as colours through the autoencoder. Every graph is proven against PyTorch
before it is written. Needs torch, diffusers and transformers.
"""

import argparse
import json
import os
import re
import shutil
from typing import NamedTuple

import diffusers
import torch
from transformers import AutoTokenizer, CLIPTextModel

from export.graph import write_graph
from export.manifest import FORMAT, VERSION, class_entries, write_manifest
from export.place import put_in_place
from export import steered
from train.adapter import TimeAdapter

# In sampling order.
KINDS = {"segmentation": "classes", "pose": "pose", "depth": "depth", "normal": "normal", "sketch": "sketch", "image": "image"}
STEPS, GUIDANCE = 20, 7.5


class Asked(NamedTuple):
    """One `--controlnet` or `--adapter`: `source` is a folder, a checkpoint or the network itself; `parent` none for the noisy latent."""

    kind: str
    child: str
    parent: str | None
    source: object


def export_pack(model, asked, out, classes, size, say=print):
    """Write the pack to the folder `out`; raises before it touches `out` when something is wrong."""
    aside = out.rstrip("/") + ".partial"
    shutil.rmtree(aside, ignore_errors=True)
    os.makedirs(aside)
    manifest, errors = write_graphs(model, asked, aside, classes, size)
    for name, error in errors.items():
        say(f"{name}: largest difference from PyTorch {error:.1e}")
    manifest["name"] = re.sub(r"[^A-Za-z0-9_-]+", "-", os.path.basename(os.path.abspath(out)))[:64]
    write_manifest(aside, manifest)
    put_in_place(aside, out)


def write_graphs(model, asked, folder, classes, size):
    """Write all graphs of `model` and `asked` into `folder`; returns the manifest without files, and the largest errors by file."""
    _check(asked)
    errors = {}

    def write(name, graph):
        if name not in errors:
            errors[name] = write_graph(graph, os.path.join(folder, name))
        return name

    part = lambda name: os.path.join(model, name)
    unet = _load(diffusers.UNet2DConditionModel, part("unet"))
    vae = _load(diffusers.AutoencoderKL, part("vae"))
    text = CLIPTextModel.from_pretrained(part("text_encoder"), attn_implementation="eager")
    check_text(unet, text)
    length = write_tokenizer(part("tokenizer"), os.path.join(folder, "tokenizer.json"))
    write("unet.onnx", steered.backbone_graph(unet))
    write("encoder.onnx", steered.encoder_graph(vae))
    write("text_encoder.onnx", steered.text_graph(text, length))
    needed = {name for entry in asked for name in (entry.child, entry.parent) if name}
    names = [name for name in KINDS if name in needed]
    palette = [entry["colour"] for entry in sorted(classes, key=lambda entry: entry["index"])]
    variables = [
        {"name": name, "kind": KINDS[name], "size": size}
        # Nothing reads skeletons out of a picture of them: poses are given, not sampled.
        | ({} if name == "pose" else {"decoder": write(f"decode_{KINDS[name]}.onnx", steered.decoder_graph(vae, KINDS[name], palette))})
        for name in names
    ]
    factors = [
        {
            "variable": name,
            "kind": next((entry.kind for entry in asked if entry.child == name), "adapter"),
            "parents": [entry.parent for entry in asked if entry.child == name and entry.parent],
            "model": "unet.onnx",
            "controls": [_control(entry, write) for entry in asked if entry.child == name],
            **process(part("scheduler")),
            "steps": STEPS,
            "guidance": GUIDANCE,
        }
        for name in names
    ]
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "name": "diffusers",
        "title": os.path.basename(os.path.normpath(model)),
        "description": "A Stable Diffusion of diffusers, steered by adapters and ControlNets.",
        "revision": "1",
        "licence": "LicenseRef-unknown",
        "latent": {"channels": vae.config.latent_channels, "downscale": 2 ** (len(vae.config.block_out_channels) - 1)},
        "canvas_size": size,
        "text": {
            "encoder": "text_encoder.onnx",
            "tokenizer": "tokenizer.json",
            "max_tokens": length,
            "width": text.config.hidden_size,
            "padded": True,
            "null": "empty",
        },
        "encoder": "encoder.onnx",
        "rims": False,
        "backbones": {"unet.onnx": steered.backbone_spec(unet)},
        "variables": variables,
        "factors": factors,
        "class_slots": len(palette),
        "classes": classes,
        "prompts": [],
    }
    return manifest, errors


def process(folder):
    """Prediction and schedule of a scheduler's configuration, as `pack.json` has them. ValueError for what the engine cannot do."""
    config = diffusers.DDIMScheduler.load_config(folder)
    name = {"linear": "linear", "scaled_linear": "scaled_linear", "squaredcos_cap_v2": "cosine"}.get(config.get("beta_schedule"))
    if name is None or config.get("trained_betas") is not None:
        raise ValueError(f"{folder}: a schedule of the kind {config.get('beta_schedule')} cannot be told in pack.json")
    schedule = {"kind": name, "train_steps": config.get("num_train_timesteps", 1000)}
    if name != "cosine":
        schedule |= {"beta_start": config["beta_start"], "beta_end": config["beta_end"]}
    if config.get("rescale_betas_zero_snr"):
        schedule["zero_terminal_snr"] = True
    return {"prediction": config.get("prediction_type", "epsilon"), "schedule": schedule}


def write_tokenizer(folder, path):
    """`tokenizer.json` that pads and cuts every text to the model's length, which is returned."""
    tokenizer = AutoTokenizer.from_pretrained(folder)
    length = tokenizer.model_max_length
    rust = tokenizer.backend_tokenizer
    rust.enable_truncation(length)
    rust.enable_padding(pad_id=tokenizer.pad_token_id, pad_token=tokenizer.pad_token, length=length)
    rust.save(path)
    return length


def _control(asked, write):
    name = f"{asked.kind}_{asked.child}" + (f"_{asked.parent}" if asked.parent else "") + ".onnx"
    source, reads = asked.source, "picture"
    if asked.kind == "controlnet":
        graph = steered.controlnet_graph(_load(diffusers.ControlNetModel, source))
    elif isinstance(source, TimeAdapter) or os.path.isfile(source):
        adapter = source if isinstance(source, TimeAdapter) else load_time_adapter(source)
        graph, reads = steered.time_adapter_graph(adapter), "latent"
    else:
        graph = steered.picture_adapter_graph(_load(diffusers.T2IAdapter, source))
    return {"parent": asked.parent, "model": write(name, graph), "reads": reads}


def _load(kind, folder):
    """A model of `diffusers`; without this option it would complain that a package is missing which it does not need."""
    return kind.from_pretrained(folder, low_cpu_mem_usage=False)


def load_time_adapter(path):
    """A `TimeAdapter` of a checkpoint {"config": .., "weights": ..}."""
    saved = torch.load(path, weights_only=True)
    adapter = TimeAdapter(**saved["config"])
    adapter.load_state_dict(saved["weights"])
    return adapter.eval()


def check_text(unet, text):
    """ValueError where the U-Net needs more than the text encoder's features."""
    wanted, width = unet.config.cross_attention_dim, text.config.hidden_size
    if unet.config.addition_embed_type or unet.config.class_embed_type or wanted != width:
        raise ValueError(f"this U-Net reads more than the features of one text encoder ({width} wide): Stable Diffusion 1 and 2 can be exported, XL cannot")


def _check(asked):
    for child in {entry.child for entry in asked}:
        if len({entry.kind for entry in asked if entry.child == child}) > 1:
            raise ValueError(f"{child} is steered by ControlNets and by adapters: choose one kind for it")
    for entry in asked:
        unknown = {entry.child, entry.parent or entry.child} - set(KINDS)
        if unknown:
            raise ValueError(f"there is no variable {', '.join(sorted(unknown))}: the names are {', '.join(KINDS)}")
        if entry.kind == "controlnet" and entry.parent is None:
            raise ValueError(f"a ControlNet of {entry.child} reads a parent: write {entry.child}.PARENT=DIR")


def _asked(kind, text):
    names, _, source = text.partition("=")
    child, _, parent = names.partition(".")
    if not child or not source:
        raise argparse.ArgumentTypeError(f"write CHILD.PARENT=DIR, e.g. image.depth=control_depth, not {text}")
    return Asked(kind, child, parent or None, source)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", required=True, metavar="DIR", help="folder of the Stable Diffusion, by save_pretrained")
    for kind in ("controlnet", "adapter"):
        parser.add_argument(
            f"--{kind}", dest="asked", action="append", default=[], metavar="CHILD.PARENT=DIR",
            type=lambda text, kind=kind: _asked(kind, text), help=f"a factor that {kind}s steer; may be repeated",
        )  # fmt: skip
    parser.add_argument("--classes", metavar="FILE", help="JSON list of classes as in pack.json [default: those of the bundled pack]")
    parser.add_argument("--size", type=int, default=512, help="side of all maps in pixels")
    parser.add_argument("--out", required=True, metavar="PACK", help="folder of the pack")
    arguments = parser.parse_args()
    classes = class_entries()
    if arguments.classes:
        with open(arguments.classes, encoding="utf-8") as file:
            classes = json.load(file)
    if not arguments.asked:
        parser.error("name a factor with --controlnet or --adapter")
    try:
        export_pack(arguments.model, arguments.asked, arguments.out, classes, arguments.size)
    except (ValueError, OSError) as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    main()
