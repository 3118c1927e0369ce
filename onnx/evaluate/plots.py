"""Plots of a pack's figures: reads sheets/figures.json, writes sheets/plots.webp. Needs matplotlib (requirements/training.txt).

    python -m evaluate.plots --pack onnx/packs/clay
"""

import argparse
import json
from pathlib import Path

from evaluate.figures import SIZES

INK, DRAWN, CODED, RENDERED = "#3c3a38", "#c4552d", "#d9a441", "#4d7ea8"


def draw(figures):
    """A figure of three panels: silhouettes by size, captions kept within so many trials, silhouettes by class."""
    from matplotlib.figure import Figure

    sheet = Figure(figsize=(13, 4), dpi=110, layout="constrained")
    sizes, trials, classes = sheet.subplots(1, 3, width_ratios=(1, 1, 1.7))
    _by_size(sizes, figures["silhouette"])
    _trials(trials, figures["trials"]["within"])
    _by_class(classes, figures["silhouette"])
    for axes in (sizes, trials, classes):
        axes.set_ylim(0, 1.03)
        axes.grid(axis="y", alpha=0.3)
        axes.spines[["top", "right"]].set_visible(False)
    return sheet


def _by_size(axes, silhouette):
    edges = [f"{100 * size:.0f}" for size in SIZES]
    labels = [f"< {edges[0]}", *(f"{a} to {b}" for a, b in zip(edges, edges[1:], strict=False)), f"> {edges[-1]}"]
    for name, what, colour in (("renders", "renders", RENDERED), ("autoencoder", "through the autoencoder", CODED), ("drawn", "this pack", DRAWN)):
        axes.plot(labels, [float('nan') if share is None else share for share, _ in silhouette["by_size"][name]], "o-", color=colour, label=what)
    axes.set_title("Outlines that can be named, by size", color=INK)
    axes.set_xlabel("share of the picture, %")
    axes.legend(loc="lower right", frameon=False)


def _trials(axes, within):
    for (threshold, shares), colour in zip(sorted(within.items()), (RENDERED, CODED, DRAWN), strict=True):
        said = "all that is asked for" if float(threshold) == 1 else f"{float(threshold):.0%} of it or more"
        axes.plot(range(1, len(shares) + 1), shares, "o-", color=colour, label=said)
    axes.set_title("Captions kept within so many maps", color=INK)
    axes.set_xlabel("maps drawn")
    axes.legend(loc="lower right", frameon=False)


def _by_class(axes, silhouette):
    rows = sorted(silhouette["by_class"].items(), key=lambda row: -row[1][0])
    axes.bar(range(len(rows)), [share for _, (share, _) in rows], color=DRAWN)
    axes.axhline(silhouette["renders"], color=RENDERED, linestyle="--", label="renders, all classes")
    axes.set_xticks(range(len(rows)), [name for name, _ in rows], rotation=60, ha="right", rotation_mode="anchor")
    axes.set_title("Outlines that can be named, by class (this pack, all candidates)", color=INK)
    axes.legend(loc="upper right", bbox_to_anchor=(1, 0.93), frameon=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="onnx/packs/clay", type=Path)
    sheets = parser.parse_args().pack / "sheets"
    figures = json.loads((sheets / "figures.json").read_text(encoding="utf-8"))
    draw(figures).savefig(sheets / "plots.webp")


if __name__ == "__main__":
    main()
