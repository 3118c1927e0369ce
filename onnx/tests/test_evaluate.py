"""The evaluation measures what it says, and runs end to end on a tiny pack without PyTorch."""

import json
import shutil

import numpy as np
import pytest

from evaluate import attributes, card, flow, pictures, ranking, recall, shapes, trials
from evaluate.captions import held_out_cases
from evaluate.judges import open_judge
from evaluate.samples import Candidates
from world.classes import INDEX, classes_of
from world.spec import ObjectSpec, Relation, Spec


def _map(**boxes):
    """A meadow of 100 x 100 with boxes (x0, y0, x1, y1) of classes in it."""
    classes = np.full((100, 100), INDEX["meadow"], np.uint8)
    for name, (x0, y0, x1, y1) in boxes.items():
        classes[y0:y1, x0:x1] = INDEX[name]
    return classes


def _case(objects, relations=()):
    spec = Spec("meadow", None, tuple(objects), tuple(relations), False)
    return type("Case", (), {"spec": spec, "asked": spec.asked()})


def test_trials_end_where_all_that_is_asked_for_is_kept():
    """Three classes, two counts (of the meadow there is none) and a relation are asked for."""
    case = _case([ObjectSpec("dog", 1, None), ObjectSpec("car", 1, None)], [Relation("left of", 0, 1)])
    dog_alone, beside = _map(dog=(0, 0, 20, 20)), _map(dog=(60, 0, 80, 20), car=(0, 0, 20, 20))
    kept = _map(dog=(0, 0, 20, 20), car=(60, 0, 80, 20))
    none = np.zeros((100, 100), bool)
    assert [round(trials.share_kept(case, m, none), 3) for m in (dog_alone, beside, kept)] == [round(3 / 6, 3), round(5 / 6, 3), 1.0]
    case.classes, case.boundary = kept, none
    drawn = Candidates(np.stack([[dog_alone, beside, kept], [beside, dog_alone, dog_alone]]), np.zeros((2, 3, 100, 100), bool), None)
    found = trials.figures([case, case], drawn)
    assert found["renders"] == 1.0 and found["first"] == (3 / 6 + 5 / 6) / 2
    assert found["within"] == {0.7: [0.5, 1.0, 1.0], 0.8: [0.5, 1.0, 1.0], 1.0: [0.0, 0.0, 0.5]}
    rows = card._trial_rows(found)
    assert "| 0.667 | 1.000 |" in rows[0] and "all is kept, within 1 / 2 trials | 0.000 / 0.000 |" in rows[3]


def test_recall_counts_asked_classes_over_the_threshold():
    classes = _map(dog=(0, 0, 10, 10), car=(50, 50, 57, 57))  # 1% and 0.49%
    assert recall.present(classes) == {"meadow", "dog"}
    assert recall.recall(classes, {"dog": 1, "car": 1}) == 0.5
    assert recall.unasked(classes, {"car": 1, "meadow": 1}) == {"dog"}


def test_ground_nobody_named_is_not_held_against_a_map():
    classes = _map(dog=(0, 0, 10, 10))
    assert recall.unasked(classes, {"dog": 1}) == set()
    assert recall.unasked(classes, {"dog": 1, "sea": 1}) == {"meadow"}


class _Reader:
    """A pack that takes whatever is wider than tall for a dog and all else for a cat, or one without a reader."""

    def __init__(self, reads_shapes=True):
        self.reads_shapes = reads_shapes
        self.objects = [INDEX["dog"], INDEX["cat"]]

    def read_shapes(self, outlines):
        wide = np.array([(o.max(0) > 0.5).sum() > (o.max(1) > 0.5).sum() for o in outlines])
        logits = np.full((len(outlines), 41), -1e4, np.float32)
        logits[:, INDEX["dog"]], logits[:, INDEX["cat"]] = 5 * wide, 5 * ~wide
        return logits


def test_ranking_prefers_recall_then_fewer_unasked_classes():
    maps = np.stack([_map(dog=(0, 0, 20, 20), cat=(50, 0, 70, 20)), _map(), _map(dog=(0, 0, 20, 20))])
    assert ranking.ranked(_Reader(False), _case([ObjectSpec("dog", 1, None)]), maps, np.zeros_like(maps, bool)) == [2, 0, 1]


def test_ranking_prefers_shapes_that_are_themselves_and_right_counts():
    maps = np.stack([_map(dog=(0, 0, 20, 30)), _map(dog=(0, 0, 30, 20))])
    rims = np.zeros_like(maps, bool)
    one, two = _case([ObjectSpec("dog", 1, None)]), _case([ObjectSpec("dog", 2, None)])
    assert ranking.ranked(_Reader(), one, maps, rims) == [1, 0]
    rims[0, 10, :] = True  # now the first map shows two, both wider than tall
    assert ranking.ranked(_Reader(), two, maps, rims) == [0, 1]
    assert [index for index, _ in ranking.asked_outlines(two, maps[0], rims[0])] == [INDEX["dog"]] * 2
    shares = ranking.parts(one, maps[1], rims[1], [0.25])
    assert shares == {"recall": 1.0, "unasked": 1.0, "counts": 1.0, "shapes": 0.5}
    assert ranking.score(shares) == pytest.approx((4 + 1 + 1 + 0.5) / 7)


def test_outline_forgets_place_and_size():
    small, large = shapes.largest_blob(_map(dog=(10, 20, 30, 30)), INDEX["dog"]), shapes.largest_blob(_map(dog=(0, 0, 80, 40)), INDEX["dog"])
    np.testing.assert_allclose(shapes.outline(small), shapes.outline(large), atol=1e-5)
    assert shapes.outline(small).max() == pytest.approx(1, abs=1e-4)


def test_boundaries_cut_touching_instances_apart():
    classes, boundary = _map(dog=(10, 10, 60, 40)), np.zeros((100, 100), bool)
    assert shapes.instances_of(classes, boundary, INDEX["dog"]) == 1
    boundary[10:40, 34] = True
    assert shapes.instances_of(classes, boundary, INDEX["dog"]) == 2


def test_instances_own_the_boundary_pixels_next_to_them():
    classes, boundary = _map(dog=(10, 10, 60, 40)), np.zeros((100, 100), bool)
    boundary[10:40, 34] = True
    first, second = shapes.instances(classes, boundary, INDEX["dog"])
    assert first.sum() == second.sum() == 750
    assert not (first & second).any()
    assert shapes.instances(classes, boundary, INDEX["cat"]) == []


def test_a_judge_of_a_later_world_serves_an_earlier_one():
    image = np.zeros((1, 3, 256, 256), np.float32)
    early, late = (open_judge("segmenter", world=version)(image) for version in (0, 1))
    assert early.shape == (1, 25, 64, 64) and late.shape[1] == len(classes_of(1))
    np.testing.assert_array_equal(early, late[:, :25])


def test_relations_are_read_from_the_map():
    groups = (ObjectSpec("dog", 1, None), ObjectSpec("car", 1, None))
    classes = _map(dog=(0, 50, 20, 70), car=(60, 40, 90, 90))
    assert attributes.relation_kept(_case(groups, [Relation("left of", 0, 1)]), classes) is True
    assert attributes.relation_kept(_case(groups, [Relation("right of", 0, 1)]), classes) is False
    assert attributes.relation_kept(_case(groups, [Relation("behind", 0, 1)]), classes) is True
    assert attributes.relation_kept(_case(groups, [Relation("left of", 0, 1)]), _map(dog=(0, 0, 20, 20))) is None


def test_flow_reaches_the_clean_sample_of_a_perfect_network():
    clean = np.random.default_rng(0).uniform(-2, 2, (2, 8, 4, 4)).astype(np.float32)
    noise = np.random.default_rng(1).standard_normal(clean.shape).astype(np.float32)

    def predict(latents, times):
        doubled = np.concatenate([clean, clean])
        return (latents - doubled) / times[:, None, None, None]

    np.testing.assert_allclose(flow.sample(predict, noise, 5, 2.0, 4.0), clean, atol=1e-5)


def test_a_shift_moves_the_moments_of_a_walk_towards_noise():
    assert flow.moments(4) == [1.0, 0.75, 0.5, 0.25, 0.0]
    np.testing.assert_allclose(flow.moments(4, 3.0), [1.0, 0.9, 0.75, 0.5, 0.0])
    told = []
    predict = lambda latents, times: told.append(float(times[0])) or np.zeros_like(latents)
    flow.sample(predict, np.zeros((1, 8, 2, 2), np.float32), 4, 1.0, 4.0, interval=(0.0, 0.0), shift=3.0)
    np.testing.assert_allclose(told, [1.0, 0.9, 0.75, 0.5])


def test_a_restart_puts_fresh_noise_in_place_of_all_of_it():
    assert flow.moments(4, 1.0, {"step": 1, "times": 2}) == [1.0, 0.75, 0.75, 0.75, 0.5, 0.25, 0.0]
    assert flow.moments(4, 1.0, {"step": 1, "times": 2, "from": 0.9}) == [1.0, 0.75, 0.9, 0.75, 0.5, 0.25, 0.0]
    clean, told = np.full((2, 8, 32, 32), 0.5, np.float32), []
    noise = np.random.default_rng(6).standard_normal(clean.shape).astype(np.float32)

    def predict(latents, times):
        told.append(float(times[0]))
        return (latents - clean) / times[:, None, None, None]

    walk = flow.walk(predict, noise, 4, 1.0, 4.0, interval=(0.0, 0.0), restart={"step": 1, "times": 2}, renewed=np.random.Generator(np.random.PCG64(4)))
    steps = [x - (1 - t) * clean for x, t in zip(walk, [0.75, 0.75, 0.75, 0.5, 0.25, 0.0])]
    assert told == [1.0, 0.75, 0.75, 0.75, 0.5, 0.25]
    like = lambda a, b: np.corrcoef(a.ravel(), b.ravel())[0, 1]
    assert like(steps[0], noise) > 0.99 and abs(like(steps[1], noise)) < 0.05 and abs(like(steps[2], steps[1])) < 0.05 and like(steps[3], steps[2]) > 0.99
    np.testing.assert_allclose([x.std() for x in steps], [0.75, 0.75, 0.75, 0.5, 0.25, 0.0], atol=0.02)

    walk = flow.walk(predict, noise, 4, 1.0, 4.0, interval=(0.0, 0.0), restart={"step": 1, "times": 2, "from": 0.9}, renewed=np.random.Generator(np.random.PCG64(4)))
    steps = [x - (1 - t) * clean for x, t in zip(walk, [0.75, 0.9, 0.75, 0.5, 0.25, 0.0])]
    assert abs(like(steps[1], steps[0])) < 0.05 and abs(like(steps[2], steps[1])) < 0.05 and like(steps[3], steps[2]) > 0.99, "back, and once more"
    np.testing.assert_allclose([x.std() for x in steps], [0.75, 0.9, 0.75, 0.5, 0.25, 0.0], atol=0.02)


def test_outside_the_interval_of_guidance_the_text_alone_is_asked():
    asked = []

    def predict(latents, times):
        asked.append(len(latents))
        return np.concatenate([np.ones((1, 8, 2, 2)), np.zeros((len(latents) - 1, 8, 2, 2))]).astype(np.float32)

    noise = np.zeros((1, 8, 2, 2), np.float32)
    *_, end = flow.walk(predict, noise, 8, 3.0, 40.0, interval=(0.125, 0.875))
    assert asked == [1, 2, 2, 2, 2, 2, 2, 1]
    np.testing.assert_allclose(end, -(2 * 1 + 6 * 3) / 8, atol=1e-6)


def test_ancestral_steps_keep_the_share_of_noise_and_reach_the_clean_sample():
    rng = np.random.default_rng(3)
    clean = np.zeros((2, 8, 64, 64), np.float32)
    noise = rng.standard_normal(clean.shape).astype(np.float32)
    predict = lambda latents, times: latents / times[:, None, None, None]
    steps = list(flow.walk(predict, noise, 4, 2.0, 4.0, np.random.Generator(np.random.PCG64(4))))
    for i, x in enumerate(steps[:-1], 1):
        assert abs(x.std() - (1 - i / 4)) < 0.01
        assert np.corrcoef(x.ravel(), noise.ravel())[0, 1] < 0.95, "a part of the noise is fresh"
    np.testing.assert_allclose(steps[-1], clean, atol=1e-6)


def test_bilinear_agrees_with_pytorch():
    torch = pytest.importorskip("torch")
    values = np.random.default_rng(2).standard_normal((3, 16, 16)).astype(np.float32)
    expected = torch.nn.functional.interpolate(torch.from_numpy(values)[None], size=(50, 50), mode="bilinear", align_corners=False)[0]
    np.testing.assert_allclose(pictures.bilinear(values, 50), expected.numpy(), atol=1e-5)


def test_held_out_cases_repeat_and_are_true():
    first, again = held_out_cases(4), held_out_cases(4)
    assert [c.caption for c in first] == [c.caption for c in again]
    assert all(recall.recall(c.classes, c.asked) == 1 for c in first)


def test_figures_replace_only_their_own_part_of_the_card(tmp_path):
    path = tmp_path / "README.md"
    path.write_text(f"before\n{card.BEGIN}\nold\n{card.END}\nafter\n", encoding="utf-8")
    card.write_figures(str(path), "new")
    assert path.read_text(encoding="utf-8") == f"before\n{card.BEGIN}\nnew\n{card.END}\nafter\n"


def test_evaluation_of_a_tiny_pack_writes_card_and_sheets(tmp_path, monkeypatch):
    from evaluate import __main__ as command

    folder = tmp_path / "pack"
    shutil.copytree("tests/fixtures/tiny_pack", folder)
    monkeypatch.setattr("sys.argv", ["evaluate", "--pack", str(folder), "--captions", "3", "--candidates", "2"])
    command.main()
    assert card.BEGIN in (folder / "README.md").read_text(encoding="utf-8")
    assert {p.name for p in (folder / "sheets").iterdir()} == {"maps.webp", "candidates.webp", "chain.webp", "figures.json"}
    figures = json.loads((folder / "sheets" / "figures.json").read_text(encoding="utf-8"))
    assert 0 <= figures["recall"]["first"] <= 1


def test_with_captions_of_an_earlier_world_a_pack_is_measured_and_its_card_left_alone(tmp_path, monkeypatch, capsys):
    from evaluate import __main__ as command

    folder = tmp_path / "pack"
    shutil.copytree("tests/fixtures/tiny_pack", folder)
    before = sorted(path.relative_to(folder) for path in folder.rglob("*"))
    arguments = ["evaluate", "--pack", str(folder), "--captions", "2", "--candidates", "1", "--world"]
    monkeypatch.setattr("sys.argv", [*arguments, "0"])
    command.main()
    assert "recall of asked classes" in capsys.readouterr().out
    assert sorted(path.relative_to(folder) for path in folder.rglob("*")) == before
    monkeypatch.setattr("sys.argv", [*arguments, "1"])
    with pytest.raises(SystemExit, match="lacks classes that version 1 asks for"):
        command.main()


def test_objects_that_a_caption_does_not_name_have_to_lead():
    from evaluate.pack import Pack

    pack = Pack("tests/fixtures/tiny_pack")
    latents = np.random.Generator(np.random.PCG64(1)).standard_normal((2, 8, 8, 8)).astype(np.float32)
    plain, _ = pack.class_maps(latents, 64)
    shown = [np.intersect1d(classes, pack.objects) for classes in plain]
    assert len(shown[0]) and len(shown[1]) > 1
    kept = pack.names[shown[1][0]]
    asked = [[], [kept, "sky"]]
    np.testing.assert_array_equal(pack.class_maps(latents, 64, asked)[0], plain, "the tiny pack has no lead")
    pack.variables["segmentation"]["unnamed_lead"] = 1e6
    np.testing.assert_array_equal(pack.class_maps(latents, 64)[0], plain)
    none, one = pack.class_maps(latents, 64, asked)[0]
    assert not np.isin(none, pack.objects).any()
    assert np.intersect1d(one, pack.objects).tolist() == [shown[1][0]]


def test_what_a_caption_does_not_name_has_to_cover_its_share():
    from evaluate.pack import Pack

    pack = Pack("tests/fixtures/tiny_pack")
    latents = np.random.Generator(np.random.PCG64(1)).standard_normal((1, 8, 8, 8)).astype(np.float32)
    (plain,), (rims,) = pack.class_maps(latents, 64)
    classes, areas = np.unique(plain, return_counts=True)
    assert (areas < 410).sum() > 1 and (areas >= 410).any(), "some cover a tenth, some do not"
    pack.variables["segmentation"]["unnamed_share"] = 0.1
    np.testing.assert_array_equal(pack.class_maps(latents, 64)[0][0], plain, "all are named")
    small = classes[areas < 410][0]
    (shown,), (same,) = pack.class_maps(latents, 64, [[pack.names[small]]])
    left, areas = np.unique(shown, return_counts=True)
    assert small in left and (areas[left != small] >= 410).all()
    np.testing.assert_array_equal(same, rims)
    np.testing.assert_array_equal(shown[np.isin(plain, left)], plain[np.isin(plain, left)], "what was shown and stays, stays where it was")


def test_kept_candidates_are_used_again(tmp_path, monkeypatch):
    from evaluate import samples
    from evaluate.pack import Pack

    pack, path = Pack("tests/fixtures/tiny_pack"), str(tmp_path / "kept.npz")
    first = samples.kept_candidates(path, pack, ["a dog", "a car"], 2)
    monkeypatch.setattr(samples, "draw_candidates", None)  # must not be needed any more
    again = samples.kept_candidates(path, pack, ["a dog", "a car"], 2)
    np.testing.assert_array_equal(first.classes, again.classes)
    with pytest.raises(TypeError):
        samples.kept_candidates(path, pack, ["a dog", "a cat"], 2)
