"""Beyond the model card's captions: more of them, longer ones, words that no caption of the training had, and how far maps of one caption differ.

    python -m evaluate.wider --pack onnx/packs/clay --captions 1000 --longer 500 --unseen 200

Longer captions ask for four to six objects. Where the training said dog, puppy, hound or doggy, `--unseen` captions say terrier (`UNSEEN`); beside them stand the same captions in the words of the training, and with `thing`
in the place of each such word, which is what the rest of a caption gives away, or with the name of the class, which is what the networks read once a person has bound such a word to it. Objects found are those of these words alone there. Diversity is the share of the pixels in which two maps of a caption differ.
"""

import argparse
import itertools
import re

import numpy as np

from evaluate import attributes, silhouette
from evaluate.captions import held_out_cases, measured_world
from evaluate.judges import have_judge, open_judge
from evaluate.pack import Pack
from evaluate.recall import present, recall, unasked
from evaluate.samples import draw_candidates
from world.classes import INDEX, LATEST, classes_of, plural_of
from world.render import render_labels
from world.scene import realize

LONGER = 4, 6
UNSEEN_SEED, DIVERSITY_SEED = 77, 78
UNSEEN = {
    "dog": "terrier/terriers", "cat": "tabby/tabbies", "horse": "steed/steeds", "person": "lady/ladies", "car": "taxi/taxis", "boat": "sailing ship/sailing ships",
    "airplane": "airliner/airliners", "house": "bungalow/bungalows", "tower": "belfry/belfries", "tree": "maple/maples", "fir": "spruce/spruces", "cactus": "saguaro/saguaros",
    "umbrella": "brolly/brollies", "ball": "football/footballs", "snowman": "snow figure/snow figures", "squirrel": "chipmunk/chipmunks", "bird": "sparrow/sparrows",
    "bridge": "viaduct/viaducts", "flower": "tulip/tulips", "rock": "crag/crags", "mushroom": "fungus/fungi", "bench": "garden seat/garden seats", "sign": "placard/placards",
}  # fmt: skip
"""Class -> a word for it, and its plural, that no caption of the training has; classes without a common one are left out."""
THING = "thing/things"
BOUND = {name: f"{name}/{plural_of(name)}" for name in UNSEEN}
"""What networks read where a person has bound such a word to its class (`src/compliance/bound.rs`)."""


def renamed(caption, names, words=UNSEEN):
    """The caption with every word for the classes `names` replaced by that of `words`, numbers and articles agreeing."""
    for name in names:
        one, several = words[name].split("/")
        for known in sorted(classes_of(LATEST)[INDEX[name]].synonyms, key=len, reverse=True):
            plural = plural_of(known)
            if plural != known:
                caption = re.sub(rf"\b{re.escape(plural)}\b", several, caption, flags=re.IGNORECASE)
            caption = re.sub(rf"\b(an?) {re.escape(known)}\b", lambda m: f"{'an' if one[0] in 'aeiou' else 'a'} {one}", caption, flags=re.IGNORECASE)
            caption = re.sub(rf"\b{re.escape(known)}\b", one, caption, flags=re.IGNORECASE)
    return caption


def figures(pack, cases, candidates, texts=None, only=None, threads=1, known=True):
    """Figures of `candidates` maps for each case. `texts` stand in for the cases' captions. Where not all words are `known`, nothing is held back, as in the program; of objects found those of the sets `only` count."""
    asked = [sorted(case.asked) for case in cases] if known else None
    drawn = draw_candidates(pack, texts or [case.caption for case in cases], candidates, asked)
    recalls = np.array([[recall(m, case.asked) for m in maps] for case, maps in zip(cases, drawn.classes, strict=True)])
    first = drawn.classes[:, 0]
    wanted = only or [{group.name for group in case.spec.objects} for case in cases]
    found = {
        "first": recalls[:, 0].mean(),
        "best": recalls.max(1).mean(),
        "objects": np.mean([len(present(m) & names) / len(names) for m, names in zip(first, wanted, strict=True)]),
        "unasked": np.mean([len(unasked(m, case.asked)) for m, case in zip(first, cases, strict=True)]),
    }
    world = measured_world(pack, None)
    if have_judge("silhouette", world):
        judge = open_judge("silhouette", threads, world)
        found["silhouettes"], _ = silhouette.accuracy(judge, [pair for m, case in zip(first, cases, strict=True) for pair in silhouette.outlines_of(m, case.asked)])
    counts = [right for case, m, rim in zip(cases, first, drawn.boundary[:, 0], strict=True) for _, right in attributes.counts_kept(case, m, rim)]
    relations = [kept for kept in (attributes.relation_kept(case, m) for case, m in zip(cases, first, strict=True)) if kept is not None]
    found |= {"counts": np.mean(counts) if counts else np.nan, "relations": np.mean(relations) if relations else np.nan}
    return found | {"diversity": diversity(drawn.classes) if candidates > 1 else np.nan}


def diversity(maps):
    """Mean share of pixels in which two maps of a caption differ; u8 [captions, candidates, H, W]."""
    pairs = list(itertools.combinations(range(maps.shape[1]), 2))
    return float(np.mean([(maps[:, a] != maps[:, b]).mean() for a, b in pairs]))


def render_diversity(cases, scenes=3):
    """`diversity` of rendered maps of `scenes` scenes for each caption."""
    rng = np.random.Generator(np.random.PCG64(DIVERSITY_SEED))
    return diversity(np.array([[render_labels(realize(case.spec, rng), case.classes.shape[0])[0] for _ in range(scenes)] for case in cases]))


def with_unseen(count, version):
    """`count` cases whose captions name something that `UNSEEN` has a word for, and which classes these are."""
    found = []
    for case in held_out_cases(2 * count, UNSEEN_SEED, version):
        names = {group.name for group in case.spec.objects if group.name in UNSEEN and group.look != "letters"}
        if names and len(found) < count:
            found.append((case, names))
    return found


def table(pack, captions, longer, unseen, candidates, threads=1):
    """Rows (captions, figures)."""
    version = measured_world(pack, None)
    rows = []
    if captions:
        rows.append((f"held out ({captions})", figures(pack, held_out_cases(captions, version=version), candidates, threads=threads)))
    if longer:
        cases = held_out_cases(longer, version=version, objects=LONGER)
        rows.append((f"with four to six objects ({longer})", figures(pack, cases, candidates, threads=threads)))
    if unseen:
        cases, names = zip(*with_unseen(unseen, version), strict=True)
        rows.append((f"naming what has other words too ({len(cases)})", figures(pack, cases, candidates, only=names, threads=threads)))
        control = dict.fromkeys(UNSEEN, THING)
        for what, words in (("the same, in words never seen", UNSEEN), ("the same, each such word bound to its class", BOUND), ("*control:* the same, with *thing* for each", control)):
            texts = [renamed(case.caption, its, words) for case, its in zip(cases, names, strict=True)]
            rows.append((what, figures(pack, cases, candidates, texts, names, threads, known=words is BOUND)))
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pack", default="onnx/packs/clay")
    parser.add_argument("--captions", type=int, default=1000)
    parser.add_argument("--longer", type=int, default=500)
    parser.add_argument("--unseen", type=int, default=200)
    parser.add_argument("--candidates", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    pack = Pack(options.pack, options.threads)
    columns = ("first", "best", "objects", "unasked", "silhouettes", "counts", "relations", "diversity")
    print(f"| captions | recall, first seed | best of {options.candidates} | objects found | unasked a map | silhouettes | counts | relations | diversity |\n|{' --- |' * 9}")
    for name, found in table(pack, options.captions, options.longer, options.unseen, options.candidates, options.threads):
        print(f"| {name} | {' | '.join('' if np.isnan(found.get(c, np.nan)) else format(found[c], '.3f') for c in columns)} |", flush=True)
    cases = held_out_cases(min(200, max(options.captions, 2)), version=measured_world(pack, None))
    print(f"\nDiversity of renders, three scenes each of {len(cases)} of the captions: {render_diversity(cases):.3f}.")


if __name__ == "__main__":
    main()
