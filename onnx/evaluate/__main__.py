"""Measures a pack on held-out captions and writes the figures and contact sheets into its folder.

    PYTHONPATH=onnx python -m evaluate --pack onnx/packs/clay [--captions 200] [--candidates 10] [--threads 1] [--keep FILE] [--dry]

`--dry` prints the figures and leaves the folder as it is. Captions and judges are of the version of the world that the pack has the classes of:
`onnx/evaluate/silhouette.onnx` for version 0, `segmenter_world1.onnx` for both. What needs a judge that is missing is left out. Needs numpy, numba, scipy,
onnxruntime, tokenizers and Pillow, not PyTorch.
"""

import argparse
import json
import os

from evaluate import figures as measure
from evaluate import given, mending, shown, trials
from evaluate.captions import held_out_cases, measured_world
from evaluate.card import figures_text, write_figures
from evaluate.judges import have_judge, open_judge
from evaluate.pack import Pack
from evaluate.samples import MAP_SIDE, draw_candidates, draw_chain, kept_candidates
from world.classes import LATEST


def evaluate(folder, captions, candidates, threads, sheets=None, keep=None, walks=None, world=None):
    """All figures of the pack in `folder` as a dictionary.

    Contact sheets go to the folder `sheets` when it is given; candidate maps are kept in the file `keep` for a later call.
    `world` is the version of the captions and judges, see `measured_world`.
    """
    pack = Pack(folder, threads, walks=walks)
    world = measured_world(pack, world)
    cases = held_out_cases(captions, version=world)
    texts, asked = [case.caption for case in cases], [sorted(case.asked) for case in cases]
    drawn = kept_candidates(keep, pack, texts, candidates, asked) if keep else draw_candidates(pack, texts, candidates, asked)
    chain = draw_chain(pack, texts, drawn.first_latents, asked) if "image" in pack.factors else None
    factor = pack.factors["segmentation"]
    found = {"run": {"captions": captions, "candidates": candidates, "steps": factor["steps"] + factor.get("restart", {}).get("times", 0), "guidance": factor["guidance"]}}
    chosen = measure.chosen_candidates(pack, cases, drawn)
    found["recall"] = measure.recall_figures(cases, drawn, chosen)
    if pack.variables["segmentation"].get("unnamed_lead"):
        likeliest, _ = pack.class_maps(drawn.first_latents, MAP_SIDE)
        found["recall"]["unasked_likeliest"] = measure.mean_unasked(likeliest, cases)
    found["autoencoder"], restored = measure.autoencoder_figures(pack, cases)
    found["attributes"] = measure.attribute_figures(cases, drawn, chosen)
    found["trials"] = trials.figures(cases, drawn)
    if have_judge("silhouette", world):
        judge = open_judge("silhouette", threads, world)
        found["shown"] = {"drawn": shown.measure(cases, drawn, chosen, judge), "mended": shown.measure(cases, *mending.mended(pack, cases, drawn), judge)}
        found["shown"]["renders"] = shown.of_renders(cases, judge)
        found["silhouette"] = measure.silhouette_figures(cases, drawn, chosen, restored, threads, world)
    found["given"] = given.figures(pack, cases)
    if chain is not None and have_judge("segmenter", world) and have_judge("colours", world):
        found["image"] = measure.image_figures(cases, chain, threads, world)
        found["image"]["several"] = measure.colour_figures(pack, cases, chain, threads, world)
    found["fidelity"] = measure.fidelity_figures(cases, drawn, None if chain is None else chain.images, threads, world)
    if sheets:
        from evaluate.sheets import write_sheets

        write_sheets(pack, cases, drawn, chain, sheets)
    return found


def _plain(value):
    """Numbers that JSON knows: what could not be measured is null."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return None if value != value else round(float(value), 4)


def main():
    from export.manifest import sha256

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="onnx/packs/clay", help="folder of the pack")
    parser.add_argument("--captions", type=int, default=200)
    parser.add_argument("--candidates", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--walks", choices=("quick", "full"), help="which networks, where the pack has both; implies --dry [default: as the pack says]")
    parser.add_argument("--world", type=int, choices=range(LATEST + 1), help="measure with an earlier version of the world than the pack's, to compare it with a pack of that version; implies --dry")
    parser.add_argument("--dry", action="store_true", help="print the figures, write nothing into the pack")
    parser.add_argument("--sheets", help="folder for the contact sheets, instead of sheets/ in the pack")
    parser.add_argument("--keep", help="file (.npz) in which the candidate maps are kept for the next time: they take most of the time")
    arguments = parser.parse_args()
    if arguments.captions < 1 or arguments.candidates < 1:
        parser.error("captions and candidates must be at least 1")
    dry = arguments.dry or arguments.walks is not None or arguments.world is not None
    sheets = arguments.sheets or (None if dry else os.path.join(arguments.pack, "sheets"))
    found = evaluate(arguments.pack, arguments.captions, arguments.candidates, arguments.threads, sheets, arguments.keep, arguments.walks, arguments.world)
    command = f"python -m evaluate --pack {arguments.pack} --captions {arguments.captions} --candidates {arguments.candidates}"
    text = figures_text(found, command, sha256(os.path.join(arguments.pack, "pack.json")))
    print(text)
    if not dry:
        write_figures(os.path.join(arguments.pack, "README.md"), text)
        with open(os.path.join(arguments.pack, "sheets", "figures.json"), "w", encoding="utf-8") as file:
            json.dump(_plain(found), file, indent=1)
            file.write("\n")


if __name__ == "__main__":
    main()
