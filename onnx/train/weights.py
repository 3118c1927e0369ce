"""The way back: network weights and configurations out of an exported pack's graphs.

The export keeps the names of the PyTorch parameters and stores each network's configuration in the graph's metadata, so a finished pack
can be trained further without the checkpoint that it came from (its averaged weights, rounded to 16 bits, become the start).
"""

import json
from pathlib import Path

import onnx
import torch

from export.half import weights_of

from .networks import LATENT_CHANNELS

LATER_DECODERS = ("normal", "pose")
"""A pack without one of these variables lacks its decoder."""
AUTOENCODER_GRAPHS = ("encoder.onnx", *(f"decode_{kind}.onnx" for kind in ("image", "classes", "depth", "sketch", *LATER_DECODERS)))


def read_graph(path: Path) -> tuple[dict | None, dict[str, torch.Tensor]]:
    """-> the configuration, where the graph carries one, and the parameters by name."""
    model = onnx.load(path)
    metadata = {entry.key: entry.value for entry in model.metadata_props}
    config = json.loads(metadata["config"]) if "config" in metadata else None
    weights = {name.removeprefix("network."): torch.from_numpy(array.copy()) for name, array in weights_of(model).items()}
    return config, weights


def graph_of(pack: Path, name: str, begun: Path | None) -> Path:
    """The graph in the folder `begun`, of networks that are further than the pack's, or else in the pack."""
    return begun / name if begun and (begun / name).exists() else pack / name


def autoencoder_of_pack(pack: Path, begun: Path | None = None) -> tuple[dict, dict[str, torch.Tensor]]:
    """Configuration and state of the pack's autoencoder, gathered from its graphs."""
    configs, state = {}, {}
    for name in AUTOENCODER_GRAPHS:
        path = graph_of(pack, name, begun)
        if path.exists():
            configs[name], weights = read_graph(path)
            state |= weights
    config = next((config for config in configs.values() if config), None)
    if config is None:
        raise ValueError(f"{pack}: no graph of the autoencoder carries its configuration")
    later = {kind: configs.get(f"decode_{kind}.onnx") for kind in LATER_DECODERS}
    # The image's decoder is trained further than the rest, and may be put into a pack alone.
    image = {name: value for name, value in (configs.get("decode_image.onnx") or {}).items() if name.startswith("image")}
    return config | image | {kind: found[kind] if found else 0 for kind, found in later.items()}, state


def denoiser_of_pack(pack: Path, variable: str, quick: bool = False, begun: Path | None = None) -> tuple[dict, dict[str, torch.Tensor]]:
    """Configuration and state of one factor of the pack, or of its distilled network."""
    path = graph_of(pack, f"{variable}_quick.onnx" if quick else f"{variable}.onnx", begun)
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there: this pack has no such network in full precision")
    config, state = read_graph(path)
    if config is None:
        raise ValueError(f"{path} does not carry its configuration")
    return config, state


def reading(config: dict, state: dict[str, torch.Tensor], parents: list[str]) -> tuple[dict, dict[str, torch.Tensor]]:
    """Configuration and weights of a denoiser that reads only these of its parents."""
    known = config["parents"]
    if unknown := [name for name in parents if name not in known]:
        raise ValueError(f"the network does not read {', '.join(unknown)}, only {', '.join(known) or 'the text'}")
    blocks = state["enter.weight"].split(LATENT_CHANNELS, 1)
    kept = [blocks[0], *(blocks[1 + known.index(name)] for name in parents)]
    dropped = tuple(f"{part}.{name}" for part in ("levels", "absent") for name in known if name not in parents)
    rest = {name: value for name, value in state.items() if not (dropped and name.startswith(dropped))}
    return config | {"parents": list(parents)}, rest | {"enter.weight": torch.cat(kept, 1)}


def load_matching(network: torch.nn.Module, state: dict[str, torch.Tensor], grown: tuple[str, ...] = ()) -> None:
    """Loads `state`, which may hold constants of the graph beside the parameters; complains about what is missing.

    Parameters whose names start with one of `grown` may be missing: they keep their initial values.
    """
    wanted = network.state_dict()
    missing = [name for name in wanted if name not in state and not name.startswith(grown)]
    if missing:
        raise ValueError(f"the graph lacks {len(missing)} of the network's tensors, the first is {missing[0]}")
    network.load_state_dict(wanted | {name: state[name].reshape(value.shape) for name, value in wanted.items() if name in state})
