"""What the editor shows of a caption: all of its candidates, and the one that it puts first."""

import numpy as np

from evaluate import silhouette
from evaluate.figures import attribute_figures
from evaluate.recall import recall, unasked
from evaluate.samples import Candidates


def measure(cases, candidates, chosen, judge):
    """Figures of all candidates and of the chosen ones, a dictionary each: recall, classes nobody asked for, relations kept, and pairs with how many there were of counts kept (by number) and of silhouettes that the judge names."""
    said = attribute_figures(cases, candidates, chosen)
    first = [maps[[k]] for maps, k in zip(candidates.classes, chosen, strict=True)]
    every = _of_maps(cases, candidates.classes, judge) | {"relations": said["relations"], "counts": said["counts"]}
    return every, _of_maps(cases, first, judge) | {"relations": said["relations_chosen"], "counts": said["counts_chosen"]}


def of_renders(cases, judge):
    """The same of the true maps."""
    true = Candidates([case.classes[None] for case in cases], [case.boundary[None] for case in cases], None)
    return measure(cases, true, [0] * len(cases), judge)[0]


def _of_maps(cases, maps, judge):
    pairs = [(case, m) for case, some in zip(cases, maps, strict=True) for m in some]
    outlines = [pair for case, m in pairs for pair in silhouette.outlines_of(m, case.asked)]
    mean = lambda of: float(np.mean([of(m, case.asked) for case, m in pairs]))
    return {"recall": mean(recall), "unasked": mean(lambda m, asked: len(unasked(m, asked))), "silhouettes": silhouette.accuracy(judge, outlines)}
