"""Longer captions, words never seen, and how far maps of a caption differ."""

import numpy as np
import pytest

from evaluate import wider
from evaluate.captions import held_out_cases
from evaluate.pack import Pack
from world.classes import vocabulary

TINY = "tests/fixtures/tiny_pack"


def test_words_for_unseen_are_outside_the_vocabulary():
    known = {part for phrase in vocabulary(1) for part in phrase.split()}
    for words in wider.UNSEEN.values():
        for word in words.split("/"):
            assert word not in vocabulary(1)
            assert not set(word.split()) & known - {"sailing", "snow"}


def test_every_word_of_a_class_gives_way_with_its_article():
    words = {"dog": "otter/otters", "fir": "spruce/spruces"}
    assert wider.renamed("a puppy, two fir trees and an old hound", {"dog", "fir"}, words) == "an otter, two spruces and an old otter"
    assert wider.renamed("Dogs beside a car", {"dog"}, words) == "otters beside a car"
    for case, names in wider.with_unseen(20, 1):
        left = wider.renamed(case.caption, names).lower().split()
        assert not any(f" {word} " in f" {' '.join(left)} " for word in ("dog", "horse", "cat", "car", "house") if word in names)


def test_maps_that_are_alike_have_no_diversity():
    maps = np.zeros((2, 3, 4, 4), np.uint8)
    assert wider.diversity(maps) == 0
    maps[:, 1] = 1
    assert wider.diversity(maps) == pytest.approx(2 / 3)


def test_longer_captions_ask_for_four_to_six_objects():
    totals = [sum(group.count for group in case.spec.objects) for case in held_out_cases(12, version=1, objects=wider.LONGER)]
    assert min(totals) >= 4 and max(totals) <= 6


def test_the_table_has_a_row_for_each_set_of_captions():
    rows = wider.table(Pack(TINY), 4, 3, 4, 2)
    assert [name for name, _ in rows] == [
        "held out (4)", "with four to six objects (3)", "naming what has other words too (4)", "the same, in words never seen", "the same, each such word bound to its class", "*control:* the same, with *thing* for each",
    ]  # fmt: skip
    assert all(0 <= found["first"] <= found["best"] <= 1 and 0 <= found["objects"] <= 1 and 0 < found["diversity"] <= 1 for _, found in rows)
