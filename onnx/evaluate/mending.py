"""Candidates that lack something, drawn once more from half-way and kept where the editor's score is higher (`src/worker/mending.rs`): what does that gain?

    python -m evaluate.mending --pack onnx/packs/clay --captions 100 --rounds 4

The score is that of the pack and its reader of shapes; what stands in the table is judged by the networks of the evaluation, which have no say in what is kept. A round of one map costs the share `STRENGTH` of its walk.
"""

import argparse
from types import SimpleNamespace

import numpy as np

from evaluate import ranking, silhouette
from evaluate.captions import held_out_cases
from evaluate.figures import attribute_figures
from evaluate.judges import have_judge, open_judge
from evaluate.pack import Pack
from evaluate.pictures import paint
from evaluate.recall import recall, unasked
from evaluate.samples import MAP_SIDE, Progress

STRENGTH = 2 / 3
NOISE_SEED = 2025
WHOLE = 1 - 1e-4
"""Score from which on nothing is lacking."""


class Mended:
    """Candidates of one caption: their maps, as measured and as they are drawn again, and what they are ranked by (`ranking.standing`), f64 [N, 2]."""

    def __init__(self, pack, case, candidates, rng):
        self.pack, self.case, self.rng = pack, case, rng
        self.side = pack.latent_side("segmentation")
        self.maps, self.rims, self.standings, self.pictures = self.drawn(candidates)
        self.calls = 1.0
        """Walks a candidate, in all."""

    def drawn(self, count, begun=None):
        """Maps u8 [N, H, W], boundaries, standings, and pictures to draw them again from."""
        pack, case = self.pack, self.case
        noise = self.rng.standard_normal((count, 8, self.side, self.side)).astype(np.float32)
        latents = pack.sample("segmentation", [case.caption] * count, noise, begun=begun)
        asked = [sorted(case.asked)] * count
        maps, rims = pack.class_maps(latents, MAP_SIDE, asked)
        large = pack.class_maps(latents, pack.variables["segmentation"]["size"], asked)
        pictures = np.stack([paint(m, b, pack.palette) for m, b in zip(*large, strict=True)])
        return maps, rims, np.array([ranking.standing(pack, case, m, b) for m, b in zip(maps, rims, strict=True)]), pictures

    @property
    def scores(self):
        return self.standings[:, 0]

    @property
    def best(self):
        """Index of the candidate that comes first."""
        return max(range(len(self.maps)), key=lambda i: tuple(self.standings[i]))

    def mend(self):
        """One round."""
        due = np.flatnonzero(self.scores < WHOLE)
        if not len(due):
            return
        maps, rims, standings, pictures = self.drawn(len(due), (self.pack.encode(self.pictures[due]), STRENGTH))
        self.calls += STRENGTH * len(due) / len(self.maps)
        better = standings[:, 0] > self.scores[due]
        for mine, new in ((self.maps, maps), (self.rims, rims), (self.standings, standings), (self.pictures, pictures)):
            mine[due[better]] = new[better]


def row(name, every, judge):
    """A line of the table."""
    cases, best = [one.case for one in every], [one.best for one in every]
    drawn = SimpleNamespace(classes=[one.maps for one in every], boundary=[one.rims for one in every])
    said = attribute_figures(cases, drawn, best)
    named = lambda maps: silhouette.accuracy(judge, [pair for case, some in zip(cases, maps, strict=True) for m in some for pair in silhouette.outlines_of(m, case.asked)])
    shapes, first = named(drawn.classes), named([one.maps[[i]] for one, i in zip(every, best, strict=True)])
    mean = lambda of: np.mean([of(m, case.asked) for case, maps in zip(cases, drawn.classes, strict=True) for m in maps])
    counts = ", ".join(f"{said['counts'][n][0]:.3f}" for n in (1, 2, 3))
    ranked = ", ".join(f"{said['counts_chosen'][n][0]:.3f}" for n in (1, 2, 3))
    cells = [name, f"{np.mean([one.calls for one in every]):.2f}", f"{shapes[0]:.3f} ({shapes[1]})", f"{first[0]:.3f} ({first[1]})", f"{mean(recall):.3f}"]
    cells += [f"{mean(lambda m, asked: len(unasked(m, asked))):.3f}", f"{said['relations']:.3f}", counts, ranked, f"{np.mean([one.scores.mean() for one in every]):.3f}"]
    return f"| {' | '.join(cells)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="onnx/packs/clay")
    parser.add_argument("--captions", type=int, default=100)
    parser.add_argument("--candidates", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seed", type=int, help="of other captions than the model card's")
    options = parser.parse_args()
    pack = Pack(options.pack)
    if not have_judge("silhouette", pack.world):
        parser.exit(1)
    judge = open_judge("silhouette", 1, pack.world)
    cases = held_out_cases(options.captions, version=pack.world, **({} if options.seed is None else {"seed": options.seed}))
    rng, progress = np.random.Generator(np.random.PCG64(NOISE_SEED)), Progress("maps", len(cases))
    every = []
    for case in cases:
        every.append(Mended(pack, case, options.candidates, rng))
        progress.advance(1)
    print("| rounds | walks a map | silhouettes | ranked first | recall | unasked | relations | counts of one, two, three | ranked first | score |")
    print(f"|{' --- |' * 10}")
    print(row("none", every, judge), flush=True)
    for number in range(options.rounds):
        for one in every:
            one.mend()
        print(row(str(number + 1), every, judge), flush=True)


if __name__ == "__main__":
    main()
