"""Networks, objective and data of the training, without training: seconds."""

import math
import types

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from evaluate.captions import held_out_cases
from train.chunks import OBJECT_WEIGHT, Chunk, cell_weights, occupancy, with_mirrored
from train.factor import FACTORS, PARENT_DROPPED, TINY, conditions, draw_batch, noise_levels
from train.frames import render_shard
from train.guidance import measured
from train.joints import around_people, joint_targets, pose_figures, pose_loss, posed
from train.maps import painted_of_maps, render_maps, sketch_of_maps
from train.networks import CLASS_SLOTS, NECK_UNIT, Autoencoder, AutoencoderConfig, Denoiser, DenoiserConfig, Doubled
from train.pictures import BOUNDARY_SHADE, classes_picture, palette
from train.runs import Budget, learning_rate, save_atomically
from train.sampling import guided, sample
from train.text import Captions
from train.weights import load_matching, reading
from world.classes import INDEX

torch.set_num_threads(1)


def tiny(parents=(), **more) -> Denoiser:
    torch.manual_seed(0)
    network = Denoiser(DenoiserConfig(parents=list(parents), **TINY, **more))
    for parameter in network.parameters():  # zero-initialised outputs would hide every dependence
        if parameter.abs().sum() == 0:
            torch.nn.init.normal_(parameter, std=0.1)
    return network.eval()


def inputs(network: Denoiser, batch=2, side=8, length=6) -> list:
    torch.manual_seed(1)
    text = [torch.randn(batch, length, 384), torch.randint(0, 1000, (batch, length)), torch.ones(batch, length)]
    parents = [x for _ in network.config.parents for x in (torch.randn(batch, 8, side, side), torch.zeros(batch))]
    return [torch.randn(batch, 8, side, side), torch.rand(batch), *text, *parents]


def test_padding_and_null_text_do_not_leak():
    network = tiny(layout_layers=1)
    given = inputs(network)
    longer = list(given)
    longer[2] = torch.cat([given[2], torch.randn(2, 3, 384)], 1)
    longer[3] = torch.cat([given[3], torch.randint(0, 1000, (2, 3))], 1)
    longer[4] = torch.cat([given[4], torch.zeros(2, 3)], 1)
    assert torch.allclose(network(*given), network(*longer), atol=1e-5)
    null = [*given[:4], torch.zeros_like(given[4])]
    other = [given[0], given[1], torch.randn_like(given[2]), torch.zeros_like(given[3]), null[4]]
    assert torch.allclose(network(*null), network(*other), atol=1e-5)
    assert not torch.allclose(network(*null), network(*given), atol=1e-3)


def test_order_of_words_matters():
    network = tiny()
    given = inputs(network)
    swapped = [*given[:2], given[2].flip(1), given[3].flip(1), given[4]]
    assert not torch.allclose(network(*given), network(*swapped), atol=1e-3)


def test_absent_parent_is_ignored_and_noise_level_is_not():
    network = tiny(["segmentation", "depth"])
    given = inputs(network)
    absent, other = list(given), list(given)
    absent[6] = other[6] = torch.full((2,), -1.0)
    other[5] = torch.randn_like(given[5])
    assert torch.equal(network(*absent), network(*other))
    assert not torch.allclose(network(*absent), network(*given), atol=1e-3)
    noisy = list(given)
    noisy[8] = torch.full((2,), 0.5)
    assert not torch.allclose(network(*noisy), network(*given), atol=1e-3)


@pytest.mark.parametrize("variable", list(FACTORS))
def test_every_factor_accepts_other_sizes(variable):
    factor = FACTORS[variable]
    network = Denoiser(DenoiserConfig(parents=factor.parents, **factor.network)).eval()
    assert 1e6 < sum(p.numel() for p in network.parameters()) < 14e6
    for height, width in ((16, 16), (24, 32)):
        given = inputs(network, batch=1)
        given = [x if x.ndim < 4 else torch.randn(1, 8, height, width) for x in given]
        assert network(*given).shape == (1, 8, height, width)


def test_noise_levels_are_stratified():
    torch.manual_seed(0)
    t = noise_levels(64, 0.9, 0.0)
    assert 0 < t.min() and t.max() < 1
    assert abs(torch.logit(t).median() - 0.9) < 0.1
    assert (noise_levels(1000, -3.0, 0.2) >= 0.88).float().mean() > 0.15


def test_parents_are_dropped_and_noised_as_stated():
    torch.manual_seed(0)
    latent = torch.zeros(4000, 8, 1, 1)
    first, first_level, second, second_level = conditions({"segmentation": latent, "depth": latent})
    for noised, level in ((first, first_level), (second, second_level)):
        assert abs((level < 0).float().mean() - PARENT_DROPPED) < 0.03
        assert abs((level > 0).float().mean() - 0.25 * 0.6) < 0.03
        assert (noised[level == 0] == 0).all()
    everything = ((first_level == 0) & (second_level == 0)).float().mean()
    assert abs(everything - (0.5 + 0.5 * (0.5 * 0.6) ** 2)) < 0.03


def test_mirrored_frames_say_right_for_left():
    image, classes = np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3), np.zeros((1, 2, 2), np.uint8)
    shard = {"image": image, "classes": classes, "captions": np.array(["Left of it a dog right of a cat"])}
    both = with_mirrored(shard)
    assert both["captions"][1] == "Right of it a dog left of a cat"
    assert (both["image"][1] == shard["image"][0, :, ::-1]).all() and (both["image"][0] == shard["image"][0]).all()


def test_mirrored_normals_lean_the_other_way_and_mirrored_people_swap_their_sides():
    classes = np.zeros((1, 8, 8), np.uint8)
    normals = np.zeros((1, 8, 8, 3), np.uint8)
    normals[0, :, 0] = (200, 90, 160)
    keypoints = np.zeros((1, 1, 18, 3), np.float32)
    keypoints[0, 0, 2] = (1, 3, 1)  # a right shoulder
    both = with_mirrored({"classes": classes, "normals": normals, "keypoints": keypoints, "captions": np.array(["a man"])})
    assert both["normals"][1, 0, 7].tolist() == [55, 90, 160]
    assert both["keypoints"][1, 0, 5].tolist() == [7, 3, 1] and both["keypoints"][1, 0, 2].tolist() == [0, 0, 0]


def test_a_perfect_answer_of_the_pose_decoder_costs_least():
    people = np.zeros((1, 1, 18, 3), np.float32)
    people[0, 0, [1, 2]] = [(16, 8, 1), (10, 9, 1)]
    spots, way, asked = joint_targets(people, 32)
    assert spots[0, 2, 9, 10] > 0.85 and spots[0, 0].max() == 0
    assert abs(way[0, 4, 9, 10] * NECK_UNIT - 5.5) < 1e-5 and abs(way[0, 5, 9, 10] * NECK_UNIT + 1.5) < 1e-5
    perfect = torch.cat([torch.logit(spots.clamp(1e-4, 1 - 1e-4)), way], 1)
    for worse in (perfect * 0, perfect.roll(3, 2), perfect + torch.randn_like(perfect) * 0.5):
        assert pose_loss(perfect, spots, way, asked) < pose_loss(worse, spots, way, asked)
    figures = pose_figures(spots, way * NECK_UNIT, spots, way, asked)
    assert figures == {"joints_found": 1, "joints_true": 1, "neck_pixels": 0}


def test_crops_of_skeletons_show_people_where_they_stand(monkeypatch):
    people = np.zeros((40, 2, 18, 3), np.float32)
    people[:, 1] = (50, 30, 1)
    people[:, 1, 3] = (62, 30, 1)
    crops = around_people(people, 64, 32, np.random.default_rng(3))
    assert (crops[:, 0, :, 2] == 0).all() and (people[:, 1, :, 2] == 1).all(), "nobody is added, and the picture's joints stay as they were"
    seen = crops[:, 1, 0, 2] > 0
    corners = people[seen, 1, 0, :2] - crops[seen, 1, 0, :2]
    assert 0.8 < seen.mean() < 1 and (corners % 8 == 0).all() and (corners >= 0).all() and (corners <= 32).all()
    assert ((crops[..., :2] < 32) & (crops[..., :2] >= 0))[crops[..., 2] > 0].all()
    monkeypatch.setattr("train.joints.NEAR", 0)
    assert (around_people(people, 64, 32, np.random.default_rng(3))[:, 1, 0, 2] > 0).mean() < 0.7


def test_posed_people_stay_in_the_picture_or_are_hidden():
    people = np.full((4, 2, 18, 3), 20, np.float32)
    people[..., 2] = 1
    moved = posed(people, 40, np.random.default_rng(1))
    seen = moved[moved[..., 2] > 0]
    assert 0 < len(seen) < 4 * 2 * 18 and (seen[:, :2] >= 0).all() and (seen[:, :2] < 40).all()
    assert (people[..., 0] == 20).all()


def test_frames_of_what_is_wanted():
    shard = render_shard(seed=3, number=0, count=3, size=64, samples=1, world=1, wanted="sign")
    assert (shard["classes"] == INDEX["sign"]).any((1, 2)).all()


def test_letters_are_never_mirrored():
    classes = np.zeros((3, 16, 16), np.uint8)
    classes[1, 4:, 4:] = INDEX["sign"]
    both = with_mirrored({"classes": classes, "captions": np.array(["a dog on the left", "a sign", "a cat on the left"])})
    assert both["captions"].tolist()[3:] == ["a dog on the right", "a cat on the right"]
    assert len(both["classes"]) == len(cell_weights(classes, 2)) == 5


def test_objects_weigh_more_than_the_sky():
    classes = np.zeros((1, 16, 16), np.uint8)
    classes[:, :8, :8] = INDEX["dog"]
    weights = cell_weights(classes, 2)
    assert weights[0, 0].tolist() == [[OBJECT_WEIGHT, 1], [1, 1]] and weights[1, 0].tolist() == [[1, OBJECT_WEIGHT], [1, 1]]


def test_sampling_follows_a_known_flow():
    """For data that is a single point the exact velocity is (x - x0) / t, whatever the step count."""

    class Point(torch.nn.Module):
        config = types.SimpleNamespace(parents=[])

        def forward(self, x, t, *_):
            return (x - 0.7) / t[:, None, None, None]

    captions = Captions(torch.zeros(3, 4, 384, dtype=torch.float16), torch.zeros(3, 4, dtype=torch.long), torch.ones(3, 4))
    out = sample(Point(), captions, side=4, seed=0, steps=3, guidance=2.0)
    assert torch.allclose(out, torch.full_like(out, 0.7), atol=1e-5)


def test_perturbed_cells_see_only_themselves():
    network = tiny()
    alone, several = inputs(network, side=2), inputs(network, side=8)
    perturbed = lambda given: network.predict(*given, perturbed=True)[0]
    assert torch.allclose(perturbed(alone), network(*alone), atol=1e-6), "one cell at the lowest level has nobody else to look at"
    assert not torch.allclose(perturbed(several), network(*several), atol=1e-3)


def test_guidance_leads_away_from_the_perturbed_network():
    network = tiny()
    x, time, *text = inputs(network)
    plain = guided(network, x, time, text, [], 3.0)
    assert torch.equal(guided(network, x, time, text, [], 3.0, 0.0), plain)
    away = network(x, time, *text) - network.predict(x, time, *text, perturbed=True)[0]
    for guidance, without in ((3.0, plain), (1.0, network(x, time, *text))):
        assert torch.allclose(guided(network, x, time, text, [], guidance, 2.0), without + 2 * away, atol=1e-4)


def test_figures_of_true_maps_are_as_good_as_they_get():
    cases = held_out_cases(12)
    figures = measured(np.stack([case.classes for case in cases]), cases, 0)
    assert figures["recall"] == 1 and figures["unasked"] < 0.5
    assert figures["silhouettes"] > 0.85 and figures["outlines"] > 12
    shuffled = measured(np.stack([case.classes for case in cases[1:] + cases[:1]]), cases, 0)
    assert shuffled["recall"] < 0.5


def test_autoencoder_shapes_and_normalisation():
    network = Autoencoder(AutoencoderConfig(16, 16, 16, 16, 16)).eval()
    network.latent_mean += 0.3
    network.latent_std *= 2
    picture = torch.rand(1, 3, 64, 96) * 2 - 1
    latent = network.encode(picture)
    assert latent.shape == (1, 8, 8, 12)
    assert torch.allclose(network.raw(latent), network.posterior(picture)[0], atol=1e-5)
    logits, boundary = network.decode_classes(latent)
    assert logits.shape == (1, CLASS_SLOTS, 64, 96) and boundary.shape == (1, 1, 64, 96)
    assert network.decode_image(latent).abs().max() <= 1
    for grey in (network.decode_depth(latent), network.decode_sketch(latent)):
        assert grey.shape == (1, 1, 64, 96) and 0 <= grey.min() and grey.max() <= 1


def test_a_further_stage_of_the_image_decoder_keeps_what_came_before_it():
    old = Autoencoder(AutoencoderConfig(16, 16, 16, 16, 16))
    new = Autoencoder(AutoencoderConfig(16, 16, 16, 16, 16, image_enlarge=2))
    load_matching(new, Doubled.renamed(old.state_dict(), "image"), grown=("image.",))
    latent = torch.randn(1, 8, 4, 6)
    assert old.decode_image(latent).shape == (1, 3, 32, 48) and new.decode_image(latent).shape == (1, 3, 64, 96)
    enlarged = torch.nn.functional.interpolate(old.image(latent), scale_factor=2.0, mode="bilinear", align_corners=False)
    assert torch.allclose(enlarged, new.image(latent), atol=1e-5), "it adds nothing at first"
    assert torch.equal(old.decode_depth(latent), new.decode_depth(latent))
    with pytest.raises(ValueError, match="not 3 times"):
        Autoencoder(AutoencoderConfig(16, 16, 16, 16, 16, image_enlarge=3))


def test_a_network_can_go_on_with_fewer_parents():
    whole = Denoiser(DenoiserConfig(**TINY, parents=["depth", "sketch", "pose"]))
    for parameter in whole.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    config, state = reading(whole.config.to_dict(), whole.state_dict(), ["pose"])
    part = Denoiser(DenoiserConfig(**config))
    part.load_state_dict(state)
    latent, pose, time, level = torch.randn(2, 8, 8, 8), torch.randn(2, 8, 8, 8), torch.rand(2), torch.zeros(2)
    text = torch.randn(2, 5, 384), torch.randint(0, 99, (2, 5)), torch.ones(2, 5)
    absent = torch.zeros_like(pose), torch.full_like(level, -1.0)
    for parameter in (whole.absent["depth"], whole.absent["sketch"]):
        torch.nn.init.zeros_(parameter)
    assert torch.allclose(part(latent, time, *text, pose, level), whole(latent, time, *text, *absent, *absent, pose, level), atol=1e-5)
    with pytest.raises(ValueError, match="does not read normal, only depth, sketch, pose"):
        reading(whole.config.to_dict(), whole.state_dict(), ["normal"])


def test_pictures_of_maps():
    classes = np.array([[[0, 9], [9, 4]]], np.uint8)
    boundary = np.array([[[False, True], [False, False]]])
    picture = classes_picture(classes, boundary)
    colours = palette().astype(np.float32)
    assert np.allclose(picture[0, :, 0, 1], colours[9] * BOUNDARY_SHADE / 127.5 - 1)
    assert np.allclose(picture[0, :, 1, 0], colours[9] / 127.5 - 1)


def test_fresh_maps_are_reproducible_and_consistent():
    make = lambda: render_maps(np.random.Generator(np.random.PCG64(7)), 3, 2, 64)
    maps, again = make(), make()
    assert maps.captions == again.captions and np.array_equal(maps.classes, again.classes) and np.array_equal(maps.depth, again.depth)
    assert maps.caption.tolist() == [0, 0, 1, 1, 2, 2]
    assert not np.array_equal(maps.classes[0], maps.classes[1])
    assert maps.depth.min() >= 0 and maps.depth.max() <= 1
    lines = sketch_of_maps(maps)
    assert lines.shape == maps.classes.shape and 0 <= lines.min() and lines.max() <= 1
    painted = painted_of_maps(maps, np.random.Generator(np.random.PCG64(8)))
    assert painted.shape == (6, 64, 64, 3) and painted.dtype == np.uint8


def test_occupancy_counts_cells():
    classes = np.zeros((1, 16, 16), np.uint8)
    classes[0, :4, :2] = 9
    shares = occupancy(classes).float()
    assert shares.shape == (1, CLASS_SLOTS, 4, 4) and torch.allclose(shares.sum(1), torch.ones(1, 4, 4), atol=1e-3)
    assert shares[0, 9, 0, 0] == 0.5 and shares[0, 9].sum() == 0.5


def test_batches_drop_texts():
    captions = Captions(torch.zeros(4, 5, 384, dtype=torch.float16), torch.zeros(4, 5, dtype=torch.long), torch.ones(4, 5))
    chunk = Chunk(torch.zeros(8, 8, 2, 2, dtype=torch.float16), {}, torch.arange(8) % 4, captions)
    torch.manual_seed(0)
    _, _, _, texts, _, _ = draw_batch(chunk, 2000)
    assert abs((texts.mask.amax(1) == 0).float().mean() - 0.1) < 0.03


def test_checkpoint_is_atomic(tmp_path):
    path = tmp_path / "run" / "checkpoint.pt"
    save_atomically({"step": 1}, path)
    save_atomically({"step": 2}, path)
    assert torch.load(path, weights_only=True)["step"] == 2
    assert [p.name for p in path.parent.iterdir()] == ["checkpoint.pt"]


def test_schedule():
    assert learning_rate(1.0, 0, 0.0) == 0.01
    assert learning_rate(1.0, 1000, 0.5) == 1.0
    assert math.isclose(learning_rate(1.0, 1000, 5 / 6), 0.5)
    assert Budget(1, spent=61).over
