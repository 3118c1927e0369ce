"""Object recall on class maps, and what keeps it honest."""

import numpy as np

from world.classes import LATEST, classes_of

AREA = 0.005  # share of the picture from which a class counts as present
_CLASSES = classes_of(LATEST)  # a map of an earlier version holds none of those that came later
_GROUND = {c.name for c in _CLASSES if c.kind == "background"} - {"sky"}


def present(classes, area=AREA):
    """Names of the classes that cover at least `area` of a map u8 [H, W]."""
    shares = np.bincount(classes.ravel(), minlength=len(_CLASSES)) / classes.size
    return {c.name for c in _CLASSES if shares[c.index] >= area}


def recall(classes, asked):
    """Share of the asked classes (objects and backgrounds) that are present; 1 when nothing is asked for."""
    return len(present(classes) & set(asked)) / len(asked) if asked else 1.0


def unasked(classes, asked):
    """Classes present that nobody asked for.

    The sky does not count, nor does the ground where the caption names none: something has to be there.
    """
    extra = present(classes) - set(asked) - {"sky"}
    return extra if _GROUND & set(asked) else extra - _GROUND
