"""The figures of a pack, from its samples and the scenes that its captions were written for."""

import numpy as np

from evaluate import attributes, colours, fidelity, geometry, segmenter, silhouette
from evaluate.pictures import nearest, paint
from evaluate.ranking import ranked
from evaluate.recall import recall, unasked
from evaluate.samples import NOISE_SEED, draw_images
from evaluate.shapes import outline
from world.boundary import boundary
from world.classes import LATEST, OBJECTS, classes_of
from world.render import render_labels

COLOUR_DRAWS = 5
"""Images of a map whose asked colours are read: a caption asks for one or two, so one image of each tells little."""
SIZES = 0.02, 0.04, 0.08, 0.16
"""Shares of the picture that outlines are sorted by."""


def chosen_candidates(pack, cases, candidates):
    """For each caption the index of the candidate that the editor ranks first."""
    return [ranked(pack, case, maps, rims)[0] for case, maps, rims in zip(cases, candidates.classes, candidates.boundary, strict=True)]


def mean_unasked(maps, cases):
    """Classes that nobody asked for, a map."""
    return _mean(len(unasked(m, case.asked)) for m, case in zip(maps, cases, strict=True))


def recall_figures(cases, candidates, chosen):
    """Recall of the first, the mean and the best candidate, with its controls; see the model card for their meaning."""
    recalls = np.array([[recall(m, case.asked) for m in maps] for case, maps in zip(cases, candidates.classes, strict=True)])
    first = candidates.classes[:, 0]
    objects = [{name: n for name, n in c.asked.items() if any(g.name == name for g in c.spec.objects)} for c in cases]
    others = [cases[(i + 1) % len(cases)].asked for i in range(len(cases))]
    truth = [c.classes for c in cases]
    return {
        "first": recalls[:, 0].mean(),
        "mean": recalls.mean(),
        "best": recalls.max(1).mean(),
        "chosen": _mean(recalls[i, k] for i, k in enumerate(chosen)),
        "objects_first": _mean(recall(m, a) for m, a in zip(first, objects, strict=True)),
        "all_found_first": (recalls[:, 0] == 1).mean(),
        "all_found_best": (recalls.max(1) == 1).mean(),
        "shuffled_first": _mean(recall(m, a) for m, a in zip(first, others, strict=True)),
        "shuffled_renders": _mean(recall(m, a) for m, a in zip(truth, others, strict=True)),
        "unasked_first": mean_unasked(first, cases),
        "unasked_chosen": mean_unasked([maps[k] for maps, k in zip(candidates.classes, chosen, strict=True)], cases),
        "unasked_renders": mean_unasked(truth, cases),
        "renders": _mean(recall(m, c.asked) for m, c in zip(truth, cases, strict=True)),
    }


def silhouette_figures(cases, candidates, chosen, restored, threads=1, world=0):
    """How often the judge names an asked object by its outline: in the maps (first and chosen), in renders, through the autoencoder."""
    from evaluate.judges import open_judge

    judge = open_judge("silhouette", threads, world)
    sources = {
        "renders": [c.classes for c in cases],
        "autoencoder": restored,
        "first": candidates.classes[:, 0],
        "chosen": [maps[k] for maps, k in zip(candidates.classes, chosen, strict=True)],
    }
    figures = {}
    for name, maps in sources.items():
        pairs = [pair for case, classes in zip(cases, maps, strict=True) for pair in silhouette.outlines_of(classes, case.asked)]
        figures[name], figures[f"{name}_count"] = silhouette.accuracy(judge, pairs)
    figures["share_first"] = figures["first"] / figures["renders"]
    figures["share_chosen"] = figures["chosen"] / figures["renders"]
    drawn = _outlines(cases, candidates.classes)
    others = {"autoencoder": restored[:, None], "renders": np.stack(sources["renders"])[:, None]}
    figures["by_class"] = _by_class(judge, drawn)
    figures["by_size"] = {"drawn": _by_size(judge, drawn)} | {name: _by_size(judge, _outlines(cases, maps)) for name, maps in others.items()}
    return figures


def autoencoder_figures(pack, cases):
    """The true maps through encoder and decoder: the ceiling of everything else. Also returns the maps."""
    size = pack.variables["segmentation"]["size"]
    labels = [render_labels(c.scene, size)[:2] for c in cases]
    pictures = np.stack([paint(classes, boundary(classes, instances), pack.palette) for classes, instances in labels])
    restored, _ = pack.class_maps(pack.encode(pictures), cases[0].classes.shape[0])
    truth = np.stack([c.classes for c in cases])
    objects = np.isin(truth, OBJECTS)
    right = restored == truth
    return {
        "recall": _mean(recall(m, c.asked) for m, c in zip(restored, cases, strict=True)),
        "pixels": right.mean(),
        "object_pixels": right[objects].mean(),
    }, restored


def attribute_figures(cases, candidates, chosen):
    """Relations and counts over all candidates, over those ranked first, and over the renders."""
    kept, kinds, counts = [], {}, {1: [], 2: [], 3: []}
    kept_chosen, counts_chosen = [], {1: [], 2: [], 3: []}
    kept_true, counts_true = [], {1: [], 2: [], 3: []}
    for case, maps, rims, first in zip(cases, candidates.classes, candidates.boundary, chosen, strict=True):
        for i, (classes, rim) in enumerate(zip(maps, rims, strict=True)):
            answer = attributes.relation_kept(case, classes)
            if answer is not None:
                kept.append(answer)
                kept_chosen += [answer] if i == first else []
                kinds.setdefault(case.spec.relations[0].kind, []).append(answer)
            for count, right in attributes.counts_kept(case, classes, rim):
                counts[count].append(right)
                counts_chosen[count] += [right] if i == first else []
        answer = attributes.relation_kept(case, case.classes)
        kept_true += [] if answer is None else [answer]
        for count, right in attributes.counts_kept(case, case.classes, case.boundary):
            counts_true[count].append(right)
    return {
        "relations": _mean(kept),
        "relations_count": len(kept),
        "relations_chosen": _mean(kept_chosen),
        "relations_renders": _mean(kept_true),
        "by_kind": {kind: (_mean(answers), len(answers)) for kind, answers in sorted(kinds.items())},
        "counts": {n: (_mean(answers), len(answers)) for n, answers in counts.items()},
        "counts_chosen": {n: (_mean(answers), len(answers)) for n, answers in counts_chosen.items()},
        "counts_renders": {n: (_mean(answers), len(answers)) for n, answers in counts_true.items()},
    }


def image_figures(cases, chain, threads=1, world=0):
    """Whether the images show their maps, and colours that were asked for; renders of the true scenes beside them."""
    from evaluate.judges import have_judge, open_judge
    from world.render import render

    judge, eye = (open_judge(name, threads, world) for name in ("segmenter", "colours"))
    side = chain.images.shape[-1]
    renders = [render(c.scene, side) for c in cases]
    true_images = np.stack([r.image for r in renders]).astype(np.float32).transpose(0, 3, 1, 2) / 127.5 - 1
    true_maps = np.stack([r.classes for r in renders])
    maps = nearest(chain.classes, side)
    figures = {}
    for name, images, classes in (("images", chain.images, maps), ("renders", true_images, true_maps)):
        figures[name] = agreement(judge, eye, cases, images, classes)
    shuffled = segmenter.confusion(judge, chain.images, np.roll(maps, 1, axis=0))
    if have_judge("geometry", world):
        eye = open_judge("geometry", threads, world)
        figures["images"] |= geometry.agreement(eye, chain.images, chain.depth, chain.normal)
        truth = np.stack([r.depth for r in renders]) / np.float32(65535), np.stack([r.normals for r in renders]).transpose(0, 3, 1, 2) / np.float32(127.5) - 1
        figures["renders"] |= geometry.agreement(eye, true_images, *truth)
    figures["shuffled"] = {"miou": segmenter.mean_iou(shuffled), "pixels": segmenter.pixel_accuracy(shuffled)}
    return figures


def colour_figures(pack, cases, chain, threads=1, world=0, draws=COLOUR_DRAWS):
    """Share of the asked colours that images of the same maps show, over several draws of noise for each caption that asks for one, and how many there were."""
    from evaluate.judges import open_judge

    eye, side = open_judge("colours", threads, world), chain.images.shape[-1]
    maps = nearest(chain.classes, side)
    rows = [i for i, case in enumerate(cases) if colours.asked_objects(case, maps[i])]
    given, answers = [name for name in pack.factors["image"]["parents"] if name in pack.factors], []
    for draw in range(draws if rows else 0):
        images = draw_images(pack, [cases[i].caption for i in rows], chain.of(rows), given, seed=(NOISE_SEED, draw))
        answers += [answer for i, image in zip(rows, images, strict=True) for answer in colours.kept(eye, cases[i], maps[i], image)]
    return {"kept": _mean(answers), "count": len(answers), "draws": draws}


def agreement(judge, eye, cases, images, classes):
    """Whether images [N, 3, H, W] show their maps [N, H, W], by the judge `segmenter`, and have the colours that were asked for, by the judge `colours`."""
    matrix = segmenter.confusion(judge, images, classes)
    answers = [a for case, m, image in zip(cases, classes, images, strict=True) for a in colours.kept(eye, case, m, image)]
    return {
        "miou": segmenter.mean_iou(matrix),
        "pixels": segmenter.pixel_accuracy(matrix),
        "colours": _mean(answers),
        "colours_count": len(answers),
    }


def fidelity_figures(cases, candidates, images, threads=1, world=0):
    """How near the outlines of first candidates and the images come, as crowds, to those of renders; renders of other scenes beside them.

    What has no judge is left out; `images` [N, 3, H, W] may be None.
    """
    from evaluate.judges import have_judge, open_judge

    figures, (other_maps, other_images) = {}, fidelity.other_renders(cases)
    if have_judge("silhouette", world):
        judge = open_judge("silhouette", threads, world)
        features = [fidelity.outline_features(judge, maps, cases) for maps in (candidates.classes[:, 0], other_maps, [c.classes for c in cases])]
        figures["outlines"] = _crowds(*features)
    if images is not None and have_judge("segmenter", world):
        judge = open_judge("segmenter", threads, world)
        features = [fidelity.image_features(judge, some) for some in (images, other_images, fidelity.renders([c.scene for c in cases]))]
        figures["images"] = _crowds(*features)
    return figures


def _crowds(drawn, others, renders):
    return {"drawn": fidelity.compared(drawn, renders), "others": fidelity.compared(others, renders)}


def _outlines(cases, maps):
    """(outline, class index, share of the picture that it covers) of what the captions ask for; `maps` [N, candidates, H, W]."""
    blobs = (pair for case, candidates in zip(cases, maps, strict=True) for classes in candidates for pair in silhouette.blobs_of(classes, case.asked))
    return [(outline(blob), index, blob.mean()) for blob, index in blobs]


def _by_class(judge, outlines):
    """Name -> (silhouette accuracy, outlines), worst first."""
    pairs = {}
    for shape, index, _ in outlines:
        pairs.setdefault(classes_of(LATEST)[index].name, []).append((shape, index))
    return dict(sorted(((name, silhouette.accuracy(judge, found)) for name, found in pairs.items()), key=lambda item: item[1][0]))


def _by_size(judge, outlines):
    """(silhouette accuracy, outlines) of those that cover less than each of `SIZES` of the picture and no less than the one before, and of the rest."""
    pairs = [[] for _ in range(len(SIZES) + 1)]
    for shape, index, share in outlines:
        pairs[int(np.searchsorted(SIZES, share, side="right"))].append((shape, index))
    return [silhouette.accuracy(judge, found) for found in pairs]


def _mean(values):
    values = [float(v) for v in values]
    return float(np.mean(values)) if values else float("nan")
