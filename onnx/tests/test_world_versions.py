"""Two versions of the world: the first stays as packs were trained on it, the second adds classes and signs with words."""

import hashlib
import json
import os

os.environ.setdefault("NUMBA_NUM_THREADS", "1")

import numpy as np
import pytest
from scipy import ndimage
from world.caption import describe
from world.classes import CLASSES, INDEX, LATEST, MAX_CLASSES, RESERVED_COLOURS, classes_of, palette, plural_of, vocabulary
from world.letters import LONGEST, letter_codes, letters
from world.primitives import MAX_PRIMITIVES, WIDTH, place
from world.raster import trace
from world.render import render, render_labels
from world.scene import realize, sample_scene
from world.spec import COLOURS, ObjectSpec, Spec, objects_of, sample_spec
from world.words import WORDS

ADDED = ("squirrel", "rhino", "bird", "bridge", "flower", "rock", "mushroom", "bench", "sign")


def _rng(seed):
    return np.random.Generator(np.random.PCG64(seed))


def _hash(arrays):
    return hashlib.sha256(b"".join(np.ascontiguousarray(a).tobytes() for a in arrays)).hexdigest()[:16]


def _hash_text(text):
    return _hash([np.frombuffer(text.encode(), np.uint8)])


def _alone(name, form=None, word=None, place="meadow"):
    return Spec(place, "day", (ObjectSpec(name, 1, None, form, word),), (), False, 1)


def test_version_0_is_what_pack_v0_1_was_trained_on():
    """The hashes were taken before version 1 existed."""
    captions, maps = [], []
    for seed in range(40):
        rng = _rng(7000 + seed)
        spec = sample_spec(rng)
        captions.append(describe(spec, rng, "train" if seed % 2 else "held_out"))
        maps += render_labels(realize(spec, rng), 64)
        captions.append(describe(spec, rng))
    assert (_hash_text("\n".join(captions)), _hash(maps)) == ("ab632214b1bb61bb", "44fb8fc08ec238f4")
    assert _hash(render(sample_scene(_rng(7000)), 96)[:6]) == "980058e7af1e29ea"


def test_held_out_cases_of_version_0_are_what_its_figures_were_measured_on():
    from evaluate.captions import held_out_cases

    cases = held_out_cases(64)
    assert _hash_text("\n".join(c.caption for c in cases)) == "911125b82eddba4e"
    assert _hash([c.classes for c in cases]) == "b66e433f5bb38258"


def test_packs_are_written_with_the_tables_of_version_0():
    from export.manifest import class_entries

    tables = [class_entries(), palette(), sorted(vocabulary().items())]
    assert _hash_text(json.dumps(tables)) == "78022fa68bf5424c"
    words = dict.fromkeys(word for options in COLOURS.values() for word in options)
    assert ",".join(words) == "brown,black,white,grey,orange,red,blue,green,yellow,purple,pink"


def test_version_1_appends_classes_in_reserved_slots_and_colours():
    known = classes_of(1)
    assert known[:25] == CLASSES == classes_of(0)
    assert tuple(c.name for c in known[25:]) == ADDED
    assert [c.index for c in known] == list(range(34)) and all(INDEX[c.name] == c.index for c in known)
    assert {c.colour for c in known[25:]} <= set(RESERVED_COLOURS)
    assert len(set(palette(1))) == MAX_CLASSES and palette(1)[:34] == tuple(c.colour for c in known)


def test_no_phrase_means_two_classes():
    seen = {}
    for info in classes_of(LATEST):
        for phrase in {p for word in info.synonyms for p in (word, plural_of(word))}:
            assert seen.setdefault(phrase, info.name) == info.name, phrase


def test_only_version_1_draws_what_it_adds():
    first = {name for seed in range(300) for name in sample_spec(_rng(seed)).asked()}
    later = {name for seed in range(600) for name in sample_spec(_rng(seed), version=1).asked()}
    assert not first & set(ADDED)
    assert set(ADDED) <= later and set(objects_of(0)) <= later


def test_words_ask_for_no_class_and_use_every_letter():
    assert len(set(WORDS)) == len(WORDS) > 250
    assert all(2 <= len(word) <= LONGEST and word.isalpha() and word.isupper() for word in WORDS)
    said = {part for phrase in vocabulary(LATEST) for part in phrase.split()} | {c for options in COLOURS.values() for c in options} | set("one two three four five six seven ten pair couple".split())
    assert not said & {word.lower() for word in WORDS}
    text = "".join(WORDS)
    assert all(text.count(letter) >= 5 for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


def _blobs(mask, side=24):
    """The connected parts of a mask from left to right, bool[side, side] each, stretched to their boxes."""
    blobs, _ = ndimage.label(mask, np.ones((3, 3)))
    parts = []
    for k, box in sorted(enumerate(ndimage.find_objects(blobs), 1), key=lambda part: part[1][1].start):
        crop = blobs[box] == k
        parts.append(crop[np.ix_(*(np.arange(side) * n // side for n in crop.shape))])
    return parts


def _writing(scene, size):
    """bool[size, size]: where the strokes of a sign's letters show."""
    z, prim = np.empty((size, size)), np.empty((size, size), np.int16)
    trace(scene.primitives, len(scene.primitives), scene.lens, scene.horizon, z, prim, np.zeros((0, 0), np.uint32))
    sign = next(i for i, t in enumerate(scene.things) if t.name == "sign")
    paint = 0 if scene.things[sign].form == "letters" else 1
    strokes = (scene.primitives[:, 2] == sign + 1) & (scene.primitives[:, 3] == paint)
    return (prim >= 0) & strokes[prim.clip(0)]


@pytest.fixture(scope="module")
def glyphs():
    """Letter -> its blob, seen squarely."""
    drawn = {}
    for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ":
        rows = np.zeros((MAX_PRIMITIVES, WIDTH))
        count = letters(rows, 0, np.zeros(16), letter_codes(letter))
        place(rows, 0, count, 0.0, 1.0, 0.0, -0.5, 2.0, INDEX["sign"], 1, np.zeros((8, 3)))
        scene = realize(_alone("sign", "letters", "NO"), _rng(0))._replace(primitives=rows[:count], lens=0.42, horizon=0.0)
        parts = _blobs(render_labels(scene, 128)[1] == 1)
        assert len(parts) == 1, letter
        drawn[letter] = parts[0]
    return drawn


def _likeness(a, b):
    return (a & b).sum() / (a | b).sum()


def test_no_two_letters_look_alike(glyphs):
    pairs = {(a, b): _likeness(glyphs[a], glyphs[b]) for a in glyphs for b in glyphs if a < b}
    assert max(pairs.values()) < 0.85, max(pairs, key=pairs.get)


@pytest.mark.parametrize("form", ("board", "letters"))
def test_signs_can_be_read(form, glyphs):
    """At the sketch's 128 pixels the letters stand apart and in order, and each is likest to its own glyph."""
    right, total = 0, 0
    for seed in range(60):
        word = WORDS[(7 * seed) % len(WORDS)]
        parts = _blobs(_writing(realize(_alone("sign", form, word), _rng(seed)), 128))
        total += len(word)
        if len(parts) == len(word):
            right += sum(max(glyphs, key=lambda g: _likeness(glyphs[g], part)) == letter for part, letter in zip(parts, word))
    assert right >= 0.9 * total, (right, total)


@pytest.mark.parametrize("form", ("board", "letters"))
def test_the_sketch_outlines_the_letters(form):
    for seed in range(4):
        scene = realize(_alone("sign", form, "TAXI"), _rng(seed))
        writing = _writing(scene, 128)
        rim = writing & ~ndimage.binary_erosion(writing)
        assert (render(scene, 128).sketch[rim] > 80).mean() > 0.9


def test_captions_say_the_word_and_how_a_bird_is_seen():
    rng = _rng(5)
    said = {describe(_alone("sign", form, "CAFE"), rng) for form in ("board", "letters") for _ in range(40)}
    assert all('"CAFE"' in caption for caption in said) and len(said) > 20
    flying = [describe(_alone("bird", "flying"), rng) for _ in range(40)]
    assert all("flying" in caption or "in flight" in caption or "in the air" in caption for caption in flying)
    assert not any("standing" in caption for caption in flying)
    assert not any("flying" in describe(_alone("bird", "standing"), rng) for _ in range(40))


def test_flying_birds_fly_and_standing_ones_stand():
    for seed in range(30):
        for form in ("flying", "standing"):
            scene = realize(_alone("bird", form, place="road"), _rng(seed))
            lowest = (scene.primitives[scene.primitives[:, 2] == 1, 5]).min()
            assert (lowest > -0.8) == (form == "flying")


def test_a_bridge_spans_the_sea_or_a_road():
    for seed in range(20):
        for place_name, below in (("sea", "sea"), ("road", "road")):
            classes, instances, _ = render_labels(realize(_alone("bridge", place=place_name), _rng(seed)), 96)
            rows, columns = np.nonzero(instances == 1)
            inside = classes[rows.min() : rows.max(), columns.min() : columns.max()]
            assert (inside == INDEX[below]).mean() > 0.008, (place_name, seed)
