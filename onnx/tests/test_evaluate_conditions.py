"""Images from each map alone and from all: every row is drawn from what it names, and from the same noise."""

from types import SimpleNamespace

import numpy as np

from evaluate import conditions, figures, judges
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


def test_colours_are_read_in_several_images_of_the_maps_whose_captions_ask_for_them(monkeypatch):
    pack, texts = Pack(TINY), ["a dog", "a car", "a tree"]
    chain = draw_chain(pack, texts, draw_candidates(pack, texts, 1).first_latents)
    seen = []
    monkeypatch.setattr(judges, "open_judge", lambda *_: None)
    monkeypatch.setattr(figures.colours, "asked_objects", lambda case, classes: [] if case.caption == "a car" else ["it"])
    monkeypatch.setattr(figures.colours, "kept", lambda eye, case, classes, image: seen.append((case.caption, image)) or [len(seen) % 2 == 0])
    found = figures.colour_figures(pack, [SimpleNamespace(caption=text) for text in texts], chain, draws=2)
    assert found == {"kept": 0.5, "count": 4, "draws": 2}
    assert [caption for caption, _ in seen] == ["a dog", "a tree"] * 2
    assert not np.array_equal(seen[0][1], seen[2][1]), "each draw has noise of its own"
    assert np.array_equal(chain.of([0, 2]).classes, chain.classes[[0, 2]]) and chain.of([1]).pose == (None if chain.pose is None else chain.pose[1:2])
