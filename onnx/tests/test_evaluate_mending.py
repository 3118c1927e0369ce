"""Candidates that lack something go a part of their walk again."""

import numpy as np

from evaluate import card, flow, mending, ranking, shown
from evaluate.captions import held_out_cases
from evaluate.pack import Pack
from evaluate.recall import recall
from evaluate.samples import MAP_SIDE, Candidates

TINY = "tests/fixtures/tiny_pack"


def latents(count):
    side = Pack(TINY).latent_side("segmentation")
    return np.random.Generator(np.random.PCG64(0)).standard_normal((count, 8, side, side)).astype(np.float32)


def test_a_walk_is_gone_again_from_where_clean_latents_stand():
    assert [flow.steps_left_out(20, strength) for strength in (1.0, 0.75, 0.5, 0.01)] == [0, 5, 10, 19]
    assert flow.steps_left_out(9, mending.STRENGTH) == 3 and flow.steps_left_out(1, 0.2) == 0
    clean, noise, seen = np.full((1, 8, 2, 2), 3.0, np.float32), np.ones((1, 8, 2, 2), np.float32), []

    def predict(latents, times):
        seen.append((float(times[0]), float(latents.mean())))
        return (latents - 2.0) / times[:, None, None, None]  # everything is 2

    end = flow.sample(predict, noise, 4, 1.0, 4.0, interval=(0.0, 0.0), begun=(clean, 0.5))
    assert seen[0] == (0.5, 2.0), "half of 3 and half of 1"
    assert [time for time, _ in seen] == [0.5, 0.25] and np.allclose(end, 2.0)


def test_mending_keeps_what_is_better_alone(monkeypatch):
    pack, case = Pack(TINY), held_out_cases(1)[0]
    one = mending.Mended(pack, case, latents(3), np.random.Generator(np.random.PCG64(1)))
    assert one.maps.shape == (3, MAP_SIDE, MAP_SIDE) and one.scores.shape == (3,)
    before, maps = one.scores.copy(), one.maps.copy()
    for _ in range(3):
        one.mend()
    assert (one.scores >= before).all()
    assert all((mine == old).all() for mine, old, gained in zip(one.maps, maps, one.scores > before, strict=True) if not gained)
    assert one.standings.tolist() == [list(ranking.standing(pack, case, m, b)) for m, b in zip(one.maps, one.rims, strict=True)]
    due, calls = (one.scores < mending.WHOLE).mean(), one.calls
    one.mend()
    assert np.isclose(one.calls, calls + mending.STRENGTH * due)
    one.standings[:] = 1.0
    monkeypatch.setattr(one, "seen", None)
    one.mend()  # there is nothing to do


def test_a_row_for_each_round(capsys, monkeypatch):
    case = held_out_cases(1)[0]
    one = mending.Mended(Pack(TINY), case, latents(2), np.random.Generator(np.random.PCG64(1)))
    judge = lambda outlines: np.zeros((len(outlines), 25), np.float32)
    cells = mending.row("none", [one], judge).strip("| ").split(" | ")
    assert len(cells) == 13 and cells[:2] == ["none", "1.00"]
    true = shown.of_renders([case], judge)
    renders = mending.line("*renders*", "", true, true, "").split(" | ")
    assert len(renders) == 13 and renders[4:6] == ["1.000", "1.000"], "renders show all that is asked for"


def test_the_editor_mends_the_best_that_lack_something(monkeypatch):
    pack, case = Pack(TINY), held_out_cases(1)[0]
    drawn, again = [(0.9, 0.0), (0.2, 0.0), (0.5, 0.0), (1.0, 0.0)], [(0.95, 0.0), (0.1, 0.0)]
    scored = lambda: monkeypatch.setattr(ranking, "standing", lambda *_, scores=iter(drawn + again): next(scores))
    scored()
    one = mending.Mended(pack, case, latents(4), np.random.Generator(np.random.PCG64(1)))
    before = one.latents.copy()
    one.mend(2)
    assert one.scores.tolist() == [0.95, 0.2, 0.5, 1.0], "the best two of three were drawn again, and one of them is better"
    assert [bool((a != b).any()) for a, b in zip(one.latents, before, strict=True)] == [True, False, False, False]
    assert np.isclose(one.calls, 1 + mending.STRENGTH * 2 / 4)
    monkeypatch.setattr(mending, "ROUNDS", 1)
    monkeypatch.setattr(mending, "MOST", 2)
    scored()
    after, chosen = mending.mended(pack, [case], Candidates(None, None, latents(4)[None]))
    assert chosen == [3] and after.classes.shape == (1, 4, MAP_SIDE, MAP_SIDE)


def test_the_card_says_what_the_editor_shows():
    case = held_out_cases(1)[0]
    judge = lambda outlines: np.zeros((len(outlines), 25), np.float32)
    empty, full = np.zeros_like(case.classes), case.classes
    pair = lambda *maps: Candidates([np.stack(maps)], [np.stack([case.boundary] * len(maps))], None)
    found = {"drawn": shown.measure([case], pair(empty, full), [1], judge), "mended": shown.measure([case], pair(full, full), [0], judge), "renders": shown.of_renders([case], judge)}
    assert found["drawn"][0]["recall"] == (recall(empty, case.asked) + 1) / 2 < 1
    assert found["drawn"][1]["recall"] == found["mended"][0]["recall"] == found["renders"]["recall"] == 1
    rows = card._shown_rows(found, 2)
    said = next(row for row in rows if row.startswith("| recall"))
    assert said.count("1.000") == 4 and not card._shown_rows(None, 2)
