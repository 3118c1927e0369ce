"""Depth, normals and poses sampled for true maps, beside what the renderer says."""

import numpy as np

from evaluate.geometry import angle, depth_error
from evaluate.pictures import grey, nearest, paint
from evaluate.samples import NOISE_SEED
from evaluate.skeletons import read_pose
from world.render import depth_map, normal_colours, render_geometry

NEAR = 0.04
"""A joint is found within this share of the picture's side."""


def figures(pack, cases):
    """Errors of each factor that the pack has, its parents as they truly are; `chance` is the same against another case's truth.

    depth: mean difference, of its range; normal: mean angle in degrees; pose: share of the true joints that were found, and of the found ones that are
    true.
    """
    names = [name for name in ("depth", "normal", "pose") if name in pack.factors]
    if not names:
        return {}
    rng = np.random.Generator(np.random.PCG64(NOISE_SEED + 2))
    found = {}
    for name in names:
        size, side = pack.variables[name]["size"], pack.latent_side(name)
        truth = [render_geometry(case.scene, size) for case in cases]
        depth = np.stack([depth_map(t.depth) / np.float32(65535) for t in truth])
        pictures = {
            "segmentation": np.stack([paint(nearest(c.classes, size), nearest(c.boundary, size), pack.palette) for c in cases]),
            "depth": np.stack([grey(values) for values in depth]),
        }
        parents = {p: pack.encode(pictures[p]) for p in pack.factors[name]["parents"]}
        noise = rng.standard_normal((len(cases), 8, side, side)).astype(np.float32)
        answers = pack.decode(name, pack.sample(name, [c.caption for c in cases], noise, parents))
        if name == "pose":
            found[name] = _pose_figures([read_pose(*pair) for pair in zip(*answers, strict=True)], [t.keypoints for t in truth], size)
        elif name == "depth":
            found[name] = _errors(depth_error, answers[0][:, 0], depth)
        else:
            found[name] = _errors(angle, answers[0], np.stack([normal_colours(t.normals).transpose(2, 0, 1) / np.float32(127.5) - 1 for t in truth]))
    return found


def _errors(measure, values, true):
    """Of the values of each case, and against those of another."""
    return {"error": measure(values, true), "chance": measure(values, np.roll(true, 1, axis=0))}


def _pose_figures(read, true, side):
    """Joints by kind and place; people do not matter here."""
    hits, asked, right, said = 0, 0, 0, 0
    for people, others in zip(read, true, strict=True):
        for joint in range(18):
            a, b = (p[:, joint][p[:, joint, 2] > 0, :2] if len(p) else np.zeros((0, 2)) for p in (people, others))
            near = np.hypot(*(a[:, None] - b[None]).transpose(2, 0, 1)) <= NEAR * side if len(a) and len(b) else np.zeros((len(a), len(b)), bool)
            hits, asked, right, said = hits + near.any(0).sum(), asked + len(b), right + near.any(1).sum(), said + len(a)
    return {"found": hits / max(asked, 1), "true": right / max(said, 1), "joints": asked}
