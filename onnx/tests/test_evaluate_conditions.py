"""Images from each map alone and from all: every row is drawn from what it names, and from the same noise."""

import numpy as np

from evaluate import conditions
from evaluate.captions import held_out_cases
from evaluate.pack import Pack
from evaluate.samples import draw_candidates, draw_chain, draw_images

TINY = "tests/fixtures/tiny_pack"


def test_an_image_is_given_the_maps_that_are_named_and_no_others():
    pack = Pack(TINY)
    texts = ["a dog on a meadow", "a car by the sea"]
    chain = draw_chain(pack, texts, draw_candidates(pack, texts, 1).first_latents)
    seen = []
    sample = pack.sample
    pack.sample = lambda name, captions, noise, parents: seen.append((sorted(parents), noise)) or sample(name, captions, noise, parents)
    images = [draw_images(pack, texts, chain, given) for given in (["depth"], ["segmentation", "sketch"], [], ["depth"])]
    assert [names for names, _ in seen] == [["depth"], ["segmentation", "sketch"], [], ["depth"]]
    assert all(np.array_equal(noise, seen[0][1]) for _, noise in seen)
    assert np.array_equal(images[0], images[3]) and not np.array_equal(images[0], images[2])


def test_the_table_has_a_row_for_each_and_for_renders():
    rows = dict(conditions.table(Pack(TINY), held_out_cases(10)))
    assert list(rows) == ["text alone", "segmentation", "depth", "sketch", "segmentation depth sketch", "*renders of other scenes*"]
    assert rows["text alone"]["frechet"] > rows["*renders of other scenes*"]["frechet"]
    assert 0 <= rows["segmentation"]["pixels"] <= 1
