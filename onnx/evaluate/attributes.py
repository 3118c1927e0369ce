"""Relations and counts: whether a map keeps what the caption says of them."""

from evaluate.shapes import box, instances_of, largest_blob
from world.classes import INDEX


def relation_kept(case, classes):
    """Whether the caption's relation holds in a map; None without one, or when one of its two is missing.

    Sides by the centres of the two largest blobs; behind and in front of by who stands lower in the picture, where the
    ground comes nearer.
    """
    if not case.spec.relations:
        return None
    relation = case.spec.relations[0]
    blobs = [largest_blob(classes, INDEX[case.spec.objects[i].name]) for i in (relation.a, relation.b)]
    if blobs[0] is None or blobs[1] is None:
        return None
    (ax0, ay0, ax1, ay1), (bx0, by0, bx1, by1) = box(blobs[0]), box(blobs[1])
    x, y = (ax0 + ax1 - bx0 - bx1) / 2, (ay0 + ay1 - by0 - by1) / 2
    holds = {
        "left of": x < 0,
        "right of": x > 0,
        "above": y < 0,
        "under": y > 0,
        "behind": ay1 < by1,
        "in front of": ay1 > by1,
        "next to": max(ax0, bx0) - min(ax1, bx1) < 0.15,
    }
    return bool(holds[relation.kind])


def counts_kept(case, classes, boundary):
    """For each class asked for once, twice or thrice: (asked count, whether the map shows as many). Sky things are left out."""
    answers = []
    for name, count in case.asked.items():
        if count <= 3 and any(group.name == name for group in case.spec.objects) and name not in ("cloud", "sun"):
            answers.append((count, instances_of(classes, boundary, INDEX[name]) == count))
    return answers
