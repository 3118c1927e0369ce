"""Recall, silhouettes and time of a pack's segmentations over samplers, steps and intervals of guidance, measured through the program itself.

    python -m evaluate.samplers --program target/release/underpaint --pack onnx/packs/clay --captions 24 --out samplers.md
    python -m evaluate.samplers --samplers euler_ancestral --steps 8 --intervals 0:1 0.125:0.875 0:0.5

For every sampler and number of steps one `underpaint replay` draws `--seeds` maps for each of the captions kept out of training, saves a
project for each, and recall, unasked classes and the maps' outlines are read from there: recall alone says nothing of shapes. Seconds are those of
sampling, a map, at the batch that `--seeds` makes.
"""

import argparse
import itertools
import json
import statistics
import tempfile
import zipfile
from pathlib import Path

import numpy as np
from PIL import Image

from evaluate import captions
from evaluate.judges import have_judge, open_judge
from evaluate.pack import Pack
from evaluate.program import replay
from evaluate.silhouette import accuracy, outlines_of

SAMPLERS = ("euler", "euler_ancestral", "ddpm", "dpm++_2m", "dpm++_2m_sde", "unipc")
"""DDIM without fresh noise is Euler for a flow."""


def measure(program, pack, judge, cases, seeds, sampler, steps, spacing, interval=None):
    """Mean recall of a map and its standard error over captions, unasked classes a map, silhouette accuracy and its standard error, seconds a map.

    Without a `judge` of silhouettes these are NaN.
    """
    commands = [{"do": "set_sampler", "variable": "segmentation", "sampler": sampler}]
    commands += [{"do": "set_spacing", "variable": "segmentation", "spacing": spacing}]
    commands += [{"do": "set_steps", "variable": "segmentation", "steps": steps}]
    if interval:
        commands += [{"do": "set_guidance_interval", "variable": "segmentation", "from": interval[0], "to": interval[1]}]
    for i, case in enumerate(cases):
        commands += [{"do": "set_prompt", "prompt": case.caption}, {"do": "generate_candidates", "count": seeds, "seed": 0}]
        commands += [{"do": "save_as", "path": f"{i}.underpaint"}]
    with tempfile.TemporaryDirectory() as folder:
        seconds = replay(program, pack, commands, folder)["seconds"]["segmentation"]
        found = [_candidates(Path(folder, f"{i}.underpaint")) for i in range(len(cases))]
        pairs = [pair for i, case in enumerate(cases) for pair in _outlines(Path(folder, f"{i}.underpaint"), case.asked)]
    recalls = [statistics.mean(c["recall"] for c in maps) for maps in found]
    error = statistics.stdev(recalls) / len(recalls) ** 0.5
    unasked = statistics.mean(len(c["unasked"]) for maps in found for c in maps)
    right, count = accuracy(judge, pairs if judge else [])
    return statistics.mean(recalls), error, unasked, right, (right * (1 - right) / max(count, 1)) ** 0.5, seconds / (len(cases) * seeds)


def table(rows):
    """Rows of the sampler, its steps and what `measure` answers, as Markdown."""
    lines = ["| sampler | steps | recall | unasked a map | silhouettes | ms a map |", "| --- | --- | --- | --- | --- | --- |"]
    for name, steps, recall, error, unasked, right, doubt, seconds in rows:
        lines.append(f"| {name} | {steps} | {recall:.3f} ± {error:.3f} | {unasked:.2f} | {right:.3f} ± {doubt:.3f} | {1000 * seconds:.0f} |")
    return "\n".join(lines) + "\n"


def _candidates(project):
    with zipfile.ZipFile(project) as archive:
        return json.loads(archive.read("manifest.json"))["candidates"]


def _outlines(project, asked):
    """(outline, class index) of the asked objects of a project's candidates."""
    with zipfile.ZipFile(project) as archive:
        names = [candidate["map"]["files"][0] for candidate in json.loads(archive.read("manifest.json"))["candidates"]]
        maps = [np.asarray(Image.open(archive.open(name)).resize((captions.MAP_SIDE, captions.MAP_SIDE), Image.NEAREST)) for name in names]
    return [pair for classes in maps for pair in outlines_of(classes, asked)]


def span(text):
    """`FROM:TO` as two numbers."""
    start, end = (float(part) for part in text.split(":"))
    return start, end


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", default="target/release/underpaint")
    parser.add_argument("--pack", default="onnx/packs/clay")
    parser.add_argument("--captions", type=int, default=24)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--steps", type=int, nargs="+", default=[5, 10, 20])
    parser.add_argument("--samplers", nargs="+", default=SAMPLERS, choices=SAMPLERS)
    parser.add_argument("--spacing", default="trailing", choices=("trailing", "leading", "karras"))
    parser.add_argument("--intervals", type=span, nargs="+", default=[None], metavar="FROM:TO", help="shares of the walk within which guidance acts [default: the pack's]")
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    world = Pack(options.pack).world
    judge = open_judge("silhouette", world=world) if have_judge("silhouette", world) else None
    cases = captions.held_out_cases(options.captions, version=world)
    rows = []
    for sampler in options.samplers:
        for steps, interval in itertools.product(options.steps, options.intervals):
            name = sampler if interval is None else f"{sampler}, guidance {interval[0]:g} to {interval[1]:g}"
            rows.append((name, steps, *measure(options.program, options.pack, judge, cases, options.seeds, sampler, steps, options.spacing, interval)))
            print(table(rows[-1:]).splitlines()[-1], flush=True)
    if options.out:
        options.out.write_text(table(rows), encoding="utf-8")


if __name__ == "__main__":
    main()
