"""Edited maps: what took which place, in all variables alike, and a network that is held to them."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from train.edited import affine, edited, table  # noqa: E402
from train.networks import CLASS_SLOTS  # noqa: E402
from train.pictures import palette  # noqa: E402
from world.classes import INDEX  # noqa: E402

DOG, HOUSE = INDEX["dog"], INDEX["house"]
SIDE = 64


def thing(top, bottom, left, right):
    mask = np.zeros((SIDE, SIDE), bool)
    mask[top:bottom, left:right] = True
    return mask


def test_a_thing_is_seen_where_it_went():
    mask = thing(10, 20, 30, 36)
    to, of = affine(mask, 1.0, False, (5, -20))
    moved = np.zeros(SIDE * SIDE, bool)
    moved[to] = True
    assert (moved.reshape(SIDE, SIDE) == thing(15, 25, 10, 16)).all() and mask.ravel()[of].all() and (to - of == 5 * SIDE - 20).all()
    to, _ = affine(mask, 1.5, True, (0, 0))
    assert len(to) == pytest.approx(1.5**2 * mask.sum(), rel=0.2)
    assert len(affine(mask, 1.0, False, (0, 60))[0]) == 0, "beyond the picture there is nothing to see"
    half = thing(10, 20, 30, 40)
    half[10:15, 30:35] = False
    to, of = affine(half, 1.0, True, (0, 0))
    seen = np.zeros(SIDE * SIDE, bool)
    seen[to] = True
    assert (seen.reshape(SIDE, SIDE)[:, 30:40] == half[:, 30:40][:, ::-1]).all()


@pytest.mark.parametrize("kind", ["moved", "resized", "pasted", "removed"])
def test_every_pixel_has_one_that_takes_its_place(kind, monkeypatch):
    monkeypatch.setattr("train.edited.KINDS", (kind,))
    masks = [thing(20, 40, 20, 40), thing(8, 20, 40, 60)]
    classes = np.zeros((2, SIDE, SIDE), np.uint8)
    classes[0][masks[0]], classes[1][masks[1]] = DOG, HOUSE
    rng, seen, sizes = np.random.Generator(np.random.PCG64(4)), set(), set()
    for _ in range(12):
        after = classes.ravel()[table(0, classes, [[masks[0]], [masks[1]]], rng)[0]].reshape(SIDE, SIDE)
        seen.add((bool((after == DOG).any()), bool((after == HOUSE).any())))
        if kind == "pasted":
            assert ((after == DOG) | (after == HOUSE))[masks[0]].all(), "what it is pasted beside stays"
        if kind == "resized":
            assert (after == DOG)[30, 30]
            sizes.add(int((after == DOG).sum()))
        if kind == "moved":
            assert 0 < (after == DOG).sum() <= masks[0].sum()
    assert kind != "resized" or min(sizes) < 0.7 * masks[0].sum() < 1.5 * masks[0].sum() < max(sizes)
    assert seen == {"moved": {(True, False)}, "resized": {(True, False)}, "pasted": {(True, False), (True, True)}, "removed": {(False, False)}}[kind]


def test_maps_without_things_stay_as_they_are():
    rng = np.random.Generator(np.random.PCG64(1))
    classes = np.zeros((2, SIDE, SIDE), np.uint8)
    places, turned = table(1, classes, [[], []], rng)
    assert (places == np.arange(SIDE * SIDE) + SIDE * SIDE).all() and not turned.any()


class Spelt:
    """In the place of an autoencoder: the first channel of a latent says where a dog is, the others are the values of a map; pictures are kept as they are."""

    latent_mean = torch.zeros(1, 8, 1, 1)

    def decode_classes(self, latent):
        logits = torch.zeros(len(latent), CLASS_SLOTS, *latent.shape[2:])
        logits[:, DOG] = 2 * latent[:, 0] - 1
        return logits, torch.full_like(latent[:, :1], -1.0)

    def decode_depth(self, latent):
        return latent[:, :1]

    def decode_normal(self, latent):
        return latent[:, 1:4]

    def encode(self, picture):
        return picture


def test_all_maps_are_edited_alike(monkeypatch):
    monkeypatch.setattr("train.edited.KINDS", ("moved",))
    latent = torch.zeros(2, 8, SIDE, SIDE)
    latent[:, 0, 20:40, 20:36] = 1
    rising = torch.linspace(-1, 1, SIDE)
    latent[:, 1], latent[:, 2] = 0.5, rising[None, :, None]
    sides = set()
    maps = {"segmentation": latent, "depth": latent, "normal": latent, "pose": latent}
    for seed in range(6):
        after = edited(Spelt(), maps, np.random.Generator(np.random.PCG64(seed)))
        assert after.keys() == {"segmentation", "depth", "normal"}
        dog = (after["segmentation"] - torch.from_numpy(palette()[DOG] / 127.5 - 1)[None, :, None, None]).abs().amax(1) < 1e-3
        assert dog.any() and torch.equal(dog, after["depth"][:, 0] > 0), "depth goes with the segmentation"
        rows = dog[0].any(1).nonzero()[:, 0]
        where = after["normal"][0, 1][dog[0]]
        assert where.min() >= rising[20] and where.max() <= rising[39] and len(rows) <= 20
        sides.update(after["normal"][0, 0][dog[0]].tolist())
        assert (after["normal"][0, 0][~dog[0]] == 0.5).all()
    assert sides == {0.5, -0.5}, "what faced left faces right in a mirror"
