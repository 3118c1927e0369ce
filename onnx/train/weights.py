"""The way back: network weights and configurations out of an exported pack's graphs.

The export keeps the names of the PyTorch parameters and stores each network's configuration in the graph's metadata, so a finished pack
can be trained further without the checkpoint that it came from (its averaged weights, rounded to 16 bits, become the start).
"""

import json
from pathlib import Path

import onnx
import torch

from export.half import weights_of

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


def autoencoder_of_pack(pack: Path) -> tuple[dict, dict[str, torch.Tensor]]:
    """Configuration and state of the pack's autoencoder, gathered from its graphs."""
    config, state = None, {}
    for name in (name for name in AUTOENCODER_GRAPHS if (pack / name).exists()):
        found, weights = read_graph(pack / name)
        config = config or found
        state |= weights
    if config is None:
        raise ValueError(f"{pack}: no graph of the autoencoder carries its configuration")
    return config | {kind: 0 for kind in LATER_DECODERS if not (pack / f"decode_{kind}.onnx").exists()}, state


def denoiser_of_pack(pack: Path, variable: str) -> tuple[dict, dict[str, torch.Tensor]]:
    """Configuration and state of one factor of the pack."""
    config, state = read_graph(pack / f"{variable}.onnx")
    if config is None:
        raise ValueError(f"{pack / variable}.onnx does not carry its configuration")
    return config, state


def load_matching(network: torch.nn.Module, state: dict[str, torch.Tensor], grown: tuple[str, ...] = ()) -> None:
    """Loads `state`, which may hold constants of the graph beside the parameters; complains about what is missing.

    Parameters whose names start with one of `grown` may be missing: they keep their initial values.
    """
    wanted = network.state_dict()
    missing = [name for name in wanted if name not in state and not name.startswith(grown)]
    if missing:
        raise ValueError(f"the graph lacks {len(missing)} of the network's tensors, the first is {missing[0]}")
    network.load_state_dict(wanted | {name: state[name].reshape(value.shape) for name, value in wanted.items() if name in state})
