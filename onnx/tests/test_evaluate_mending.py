"""Candidates that lack something go a part of their walk again."""

import numpy as np

from evaluate import flow, mending, ranking
from evaluate.captions import held_out_cases
from evaluate.pack import Pack
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
    assert len(cells) == 10 and cells[:2] == ["none", "1.00"]


def test_the_editor_mends_the_best_that_lack_something(monkeypatch):
    pack, cases = Pack(TINY), held_out_cases(2)
    drawn = Candidates(None, None, np.stack([latents(4), latents(4)]))
    monkeypatch.setattr(mending, "MOST", 2)
    after, chosen = mending.mended(pack, cases, drawn)
    before = [mending.Mended(pack, case, some, None) for case, some in zip(cases, drawn.latents, strict=True)]
    for i, one in enumerate(before):
        changed = [k for k in range(4) if (after.classes[i, k] != one.maps[k]).any()]
        assert set(changed) <= set([k for k in one.order if one.scores[k] < mending.WHOLE][:2])
        standing = lambda k: ranking.standing(pack, cases[i], after.classes[i, k], after.boundary[i, k])
        assert standing(chosen[i]) == max(standing(k) for k in range(4))
