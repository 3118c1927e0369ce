"""Recall and time of a pack's segmentations over samplers and steps, measured through the program itself.

    python -m evaluate.samplers --program target/release/underpaint --pack onnx/packs/clay --captions 24 --out samplers.md

For every sampler and number of steps one `underpaint replay` draws `--seeds` maps for each of the captions kept out of training, saves a
project for each, and recall and unasked classes are read from there. Seconds are those of sampling, a map, at the batch that `--seeds` makes.
"""

import argparse
import json
import statistics
import tempfile
import zipfile
from pathlib import Path

from evaluate import captions
from evaluate.program import replay

SAMPLERS = ("euler", "euler_ancestral", "ddpm", "dpm++_2m", "dpm++_2m_sde", "unipc")
"""DDIM without fresh noise is Euler for a flow."""


def measure(program, pack, texts, seeds, sampler, steps, spacing):
    """Mean recall of a map and its standard error over captions, mean number of unasked classes of a map, and its seconds."""
    commands = [{"do": "set_sampler", "variable": "segmentation", "sampler": sampler}]
    commands += [{"do": "set_spacing", "variable": "segmentation", "spacing": spacing}]
    commands += [{"do": "set_steps", "variable": "segmentation", "steps": steps}]
    for i, text in enumerate(texts):
        commands += [{"do": "set_prompt", "prompt": text}, {"do": "generate_candidates", "count": seeds, "seed": 0}]
        commands += [{"do": "save_as", "path": f"{i}.underpaint"}]
    with tempfile.TemporaryDirectory() as folder:
        seconds = replay(program, pack, commands, folder)["seconds"]["segmentation"]
        found = [_candidates(Path(folder, f"{i}.underpaint")) for i in range(len(texts))]
    recalls = [statistics.mean(c["recall"] for c in maps) for maps in found]
    error = statistics.stdev(recalls) / len(recalls) ** 0.5
    unasked = statistics.mean(len(c["unasked"]) for maps in found for c in maps)
    return statistics.mean(recalls), error, unasked, seconds / (len(texts) * seeds)


def table(rows):
    """Rows (sampler, steps, recall, its standard error, unasked, seconds) as Markdown."""
    lines = ["| sampler | steps | recall | unasked a map | ms a map |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {name} | {steps} | {recall:.3f} ± {error:.3f} | {unasked:.2f} | {1000 * seconds:.0f} |" for name, steps, recall, error, unasked, seconds in rows]
    return "\n".join(lines) + "\n"


def _candidates(project):
    with zipfile.ZipFile(project) as archive:
        return json.loads(archive.read("manifest.json"))["candidates"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="target/release/underpaint")
    parser.add_argument("--pack", default="onnx/packs/clay")
    parser.add_argument("--captions", type=int, default=24)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--steps", type=int, nargs="+", default=[4, 10, 20])
    parser.add_argument("--samplers", nargs="+", default=SAMPLERS, choices=SAMPLERS)
    parser.add_argument("--spacing", default="trailing", choices=("trailing", "leading", "karras"))
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    texts = [case.caption for case in captions.held_out_cases(options.captions)]
    rows = []
    for sampler in options.samplers:
        for steps in options.steps:
            rows.append((sampler, steps, *measure(options.program, options.pack, texts, options.seeds, sampler, steps, options.spacing)))
            print(table(rows[-1:]).splitlines()[-1], flush=True)
    if options.out:
        options.out.write_text(table(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
