"""Candidates that lack something, drawn once more from half-way and kept where the editor's score is higher (`src/worker/mending.rs`): what does that gain?

    python -m evaluate.mending --pack onnx/packs/clay --captions 100 --rounds 4

The score is that of the pack and its reader of shapes; what stands in the table is judged by the networks of the evaluation, which have no say in what is kept. A round of one map costs the share `STRENGTH` of its walk.
All that lack something are mended here, as by hand, unless `--most` says otherwise; after drawing, the editor mends the best `MOST` in `ROUNDS` (`mended`).
"""

import argparse

import numpy as np

from evaluate import ranking, shown
from evaluate.captions import held_out_cases
from evaluate.judges import have_judge, open_judge
from evaluate.pack import Pack
from evaluate.pictures import paint
from evaluate.samples import MAP_SIDE, Candidates, Progress, draw_candidates

STRENGTH = 2 / 3
ROUNDS, MOST = 2, 10
"""How often the editor mends what it has drawn, and how many candidates at most in a round, the best of those that lack something."""
NOISE_SEED = 2025
WHOLE = 1 - 1e-4
"""Score from which on nothing is lacking."""


class Mended:
    """Candidates of one caption: `latents` [N, 8, h, w], maps as they are measured, and what they are ranked by (`ranking.standing`), f64 [N, 2]."""

    def __init__(self, pack, case, latents, rng):
        self.pack, self.case, self.rng = pack, case, rng
        self.latents, self.maps, self.rims, self.standings = self.seen(latents.copy())
        self.calls = 1.0
        """Walks a candidate, in all."""

    def seen(self, latents):
        """The latents, maps u8 [N, H, W], boundaries and standings."""
        maps, rims = self.decoded(latents, MAP_SIDE)
        return latents, maps, rims, np.array([ranking.standing(self.pack, self.case, m, b) for m, b in zip(maps, rims, strict=True)])

    def decoded(self, latents, side):
        return self.pack.class_maps(latents, side, [sorted(self.case.asked)] * len(latents))

    @property
    def scores(self):
        return self.standings[:, 0]

    @property
    def order(self):
        """Indices of the candidates, best first."""
        return sorted(range(len(self.maps)), key=lambda i: tuple(self.standings[i]), reverse=True)

    def mend(self, most=None):
        """One round, of the best `most` of those that lack something or of all."""
        due = np.array([i for i in self.order if self.scores[i] < WHOLE][:most], int)
        if not len(due):
            return
        side = self.pack.latent_side("segmentation")
        noise = self.rng.standard_normal((len(due), 8, side, side)).astype(np.float32)
        shown = self.decoded(self.latents[due], self.pack.variables["segmentation"]["size"])
        clean = self.pack.encode(np.stack([paint(m, b, self.pack.palette) for m, b in zip(*shown, strict=True)]))
        found = self.seen(self.pack.sample("segmentation", [self.case.caption] * len(due), noise, begun=(clean, STRENGTH)))
        self.calls += STRENGTH * len(due) / len(self.maps)
        better = found[-1][:, 0] > self.scores[due]
        for mine, new in zip((self.latents, self.maps, self.rims, self.standings), found, strict=True):
            mine[due[better]] = new[better]


def mended(pack, cases, drawn, progress=None):
    """`drawn` candidates as the editor shows them, and for each caption the index of the one that it puts first."""
    progress, rng = progress or Progress("mended", len(cases)), np.random.Generator(np.random.PCG64(NOISE_SEED))
    every = []
    for case, latents in zip(cases, drawn.latents, strict=True):
        every.append(Mended(pack, case, latents, rng))
        for _ in range(ROUNDS):
            every[-1].mend(MOST)
        progress.advance(1)
    return Candidates(np.stack([one.maps for one in every]), np.stack([one.rims for one in every]), None), [one.order[0] for one in every]


def row(name, every, judge):
    """A line of the table."""
    maps, rims = [one.maps for one in every], [one.rims for one in every]
    all_ten, first = shown.measure([one.case for one in every], Candidates(maps, rims, None), [one.order[0] for one in every], judge)
    return line(name, f"{np.mean([one.calls for one in every]):.2f}", all_ten, first, f"{np.mean([one.scores.mean() for one in every]):.3f}")


def line(name, calls, every, first, score):
    """A line of the table from what `shown.measure` found of all maps and of those ranked first."""
    kinds = [("silhouettes", lambda pair: f"{pair[0]:.3f} ({pair[1]})"), ("recall", "{:.3f}".format), ("unasked", "{:.3f}".format), ("relations", "{:.3f}".format)]
    kinds.append(("counts", lambda counts: ", ".join(f"{counts[n][0]:.3f} ({counts[n][1]})" for n in (1, 2, 3))))
    cells = [name, calls, *(said(found[what]) for what, said in kinds for found in (every, first)), score]
    return f"| {' | '.join(cells)} |"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="onnx/packs/clay")
    parser.add_argument("--captions", type=int, default=100)
    parser.add_argument("--candidates", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--most", type=int, help=f"in a round, the best of those that lack something [default: all; the editor, after drawing: {MOST}]")
    parser.add_argument("--asking", type=int, help="only those captions that ask for so many of something")
    parser.add_argument("--seed", type=int, help="of other captions than the model card's")
    options = parser.parse_args()
    pack = Pack(options.pack)
    if not have_judge("silhouette", pack.world):
        parser.exit(1)
    judge = open_judge("silhouette", 1, pack.world)
    cases = held_out_cases(options.captions, version=pack.world, **({} if options.seed is None else {"seed": options.seed}))
    cases = [case for case in cases if options.asking in (None, *case.asked.values())]
    drawn = draw_candidates(pack, [case.caption for case in cases], options.candidates, [sorted(case.asked) for case in cases])
    rng = np.random.Generator(np.random.PCG64(NOISE_SEED))
    every = [Mended(pack, case, latents, rng) for case, latents in zip(cases, drawn.latents, strict=True)]
    print("| rounds | walks a map | silhouettes | ranked first | recall | ranked first | unasked | ranked first | relations | ranked first | counts of one, two, three | ranked first | score |")
    print(f"|{' --- |' * 13}")
    print(row("none", every, judge), flush=True)
    for number in range(options.rounds):
        for one in every:
            one.mend(options.most)
        print(row(str(number + 1), every, judge), flush=True)
    true = shown.of_renders(cases, judge)
    print(line("*renders*", "", true, true, ""))


if __name__ == "__main__":
    main()
