"""The judge of colours reads what objects of renders wear."""

import numpy as np
import pytest

from evaluate import colours
from evaluate.captions import held_out_cases
from evaluate.judges import open_judge
from world.render import render
from world.spec import COLOUR_WORDS


@pytest.fixture(scope="module")
def rendered():
    """Cases that ask for the colour of a single object, with their classes and images."""
    cases = [case for case in held_out_cases(24, version=1) if any(group.colour and group.count == 1 for group in case.spec.objects)]
    frames = [render(case.scene, colours.RENDERED, samples=1) for case in cases]
    return [(case, frame.classes, frame.image.astype(np.float32).transpose(2, 0, 1) / 127.5 - 1) for case, frame in zip(cases, frames, strict=True)]


def test_asked_colours_of_renders_are_read(rendered):
    judge = open_judge("colours", world=1)
    right = [answer for row in rendered for answer in colours.kept(judge, *row)]
    assert len(right) >= 8 and np.mean(right) > 0.8
    swapped = [answer for case, classes, image in rendered for answer in colours.kept(judge, case, classes, image[::-1])]
    assert np.mean(swapped) < np.mean(right) - 0.2


def test_a_view_is_of_the_object_alone_in_any_size():
    image, blob = np.full((3, 90, 90), -1, np.float32), np.zeros((90, 90), bool)
    image[0, 20:40, 50:90], blob[20:40, 50:90] = 1, True
    view = colours.view(image, blob)
    assert view.shape == (7, colours.SIDE, colours.SIDE)
    body = view[3] == 1
    assert 0.2 < body.mean() < 0.35  # 20 x 40 of a square of 52
    assert (view[0][body] == 1).all() and (view[1][body] == -1).all()
    np.testing.assert_allclose(view[4:, 0, 0], image.mean((1, 2)), rtol=1e-5)
    large = colours.view(image.repeat(4, 1).repeat(4, 2), blob.repeat(4, 0).repeat(4, 1))
    assert np.abs(large - view).mean() < 0.03


def test_a_word_is_one_that_the_class_can_be_asked_for_in():
    logits = np.zeros(len(COLOUR_WORDS), np.float32)
    logits[COLOUR_WORDS.index("pink")], logits[COLOUR_WORDS.index("grey")] = 9, 1
    assert colours.named(logits, "car") == "pink"
    assert colours.named(logits, "dog") == "grey"
