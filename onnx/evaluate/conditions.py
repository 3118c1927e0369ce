"""How good images are by what they are given: from text alone, from each map, and from all of them (paper, Table 5, in our world).

    python -m evaluate.conditions --pack onnx/packs/clay --captions 200

Maps are those that the pack draws for held-out captions, first seed; the noise of an image is the same in every row. Fréchet distance, precision and recall as in `evaluate.fidelity`; in CLIP's place
stands what the judge of images finds: whether an image agrees with the segmentation, whether it was given it or not, and has the colours that the caption asks for.
"""

import argparse

from evaluate import fidelity
from evaluate.captions import held_out_cases, measured_world
from evaluate.figures import agreement
from evaluate.judges import open_judge
from evaluate.pack import Pack
from evaluate.pictures import nearest
from evaluate.samples import draw_candidates, draw_chain, draw_images


def conditions_of(pack):
    """The sets of maps that an image is drawn from: none, each of its parents, and all of them."""
    parents = list(pack.factors["image"]["parents"])
    return [[], *([parent] for parent in parents), *([parents] if len(parents) > 1 else [])]


def measured(judge, eye, cases, classes, images, real):
    """Figures of a row; `classes` [N, H, W] are the maps, `real` the features of renders."""
    crowds = fidelity.compared(fidelity.image_features(judge, images), real)
    return crowds | agreement(judge, eye, cases, images, nearest(classes, images.shape[-1]))


def table(pack, cases, threads=1):
    """Rows (maps given, figures), the last of them renders of other scenes."""
    judge, eye = (open_judge(name, threads, measured_world(pack, None)) for name in ("segmenter", "colours"))
    texts, asked = [case.caption for case in cases], [sorted(case.asked) for case in cases]
    chain = draw_chain(pack, texts, draw_candidates(pack, texts, 1, asked).first_latents, asked)
    real = fidelity.image_features(judge, fidelity.renders([case.scene for case in cases]))
    rows = [(" ".join(given) or "text alone", measured(judge, eye, cases, chain.classes, draw_images(pack, texts, chain, given), real)) for given in conditions_of(pack)]
    return [*rows, ("*renders of other scenes*", fidelity.compared(fidelity.image_features(judge, fidelity.other_renders(cases)[1]), real))]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="onnx/packs/clay")
    parser.add_argument("--captions", type=int, default=200)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    pack = Pack(options.pack, options.threads)
    if "image" not in pack.factors:
        parser.error(f"{options.pack} draws no images")
    rows = table(pack, held_out_cases(options.captions, version=measured_world(pack, None)), options.threads)
    print("| images from | Fréchet distance | precision | recall | agree with the segmentation: IoU | pixels | asked colours |\n| --- | --- | --- | --- | --- | --- | --- |")
    for name, figures in rows:
        cells = [f"{figures['frechet']:.1f}"] + [f"{figures[key]:.3f}" if key in figures else "" for key in ("precision", "recall", "miou", "pixels", "colours")]
        print(f"| {name} | {' | '.join(cells)} |")


if __name__ == "__main__":
    main()
