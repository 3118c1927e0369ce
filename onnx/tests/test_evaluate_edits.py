"""The judge of edits and that of depth, normals and poses, on cases whose answer is known."""

import numpy as np

from evaluate import edits, given
from evaluate.edits import CANVAS, CELLS, Edit, obeyed, placed, scripted
from evaluate.pictures import nearest
from world.classes import INDEX

DOG, SKY = INDEX["dog"], INDEX["sky"]


def block(x0, y0, x1, y1):
    mask = np.zeros((CANVAS, CANVAS), bool)
    mask[y0:y1, x0:x1] = True
    return mask


class Case:
    def __init__(self, mask):
        self.classes = np.where(mask, DOG, SKY)


def answer(kind, before, after, shown):
    """`after` is the edited map's object, `shown` where the judge reads one."""
    read = np.where(nearest(shown, CELLS), DOG, SKY)
    return obeyed(Edit(Case(before), kind, DOG, before, after, []), read, np.where(after | (before & (kind == "pasted")), DOG, SKY))


def test_masks_are_placed_as_the_program_places_them():
    mask = block(100, 200, 140, 260)
    mask[200:230, 100:120] = False
    box = (100, 200, 140, 260)
    assert (placed(mask, box, shift=(50, 0))[:, 50:] == mask[:, :-50]).all()
    assert (placed(mask, box, flip=True)[:, 100:140] == mask[:, 100:140][:, ::-1]).all()
    larger = placed(mask, box, 1.5)
    assert abs(larger.sum() / mask.sum() - 2.25) < 0.05


def test_an_edit_is_obeyed_where_the_image_shows_it_and_left_its_old_place():
    before, after = block(100, 200, 200, 300), block(300, 200, 400, 300)
    assert answer("moved", before, after, after)
    assert not answer("moved", before, after, before)
    assert not answer("moved", before, after, before | after)
    assert answer("pasted", before, after, before | after) and not answer("pasted", before, after, before)
    assert answer("removed", before, block(0, 0, 0, 0), block(0, 0, 0, 0)) and not answer("removed", before, block(0, 0, 0, 0), before)
    assert answer("moved", before, block(0, 0, 0, 0), after) is None


def test_scripted_edits_are_reproducible_and_of_every_kind():
    some = scripted(10, 1)
    assert [edit.kind for edit in some] == 2 * list(edits.KINDS)
    assert [edit.commands for edit in some] == [edit.commands for edit in scripted(10, 1)]
    for edit in some:
        assert 0.02 <= edit.before.mean() <= 0.25
        assert (edit.case.classes[edit.before] == edit.index).all()
        select = edit.commands[0]
        assert edit.before[select["y"], select["x"]]


def test_joints_are_found_within_reach():
    people = np.zeros((1, 18, 3))
    people[0, :3] = [(20, 20, 1), (20, 30, 1), (15, 30, 1)]
    moved = people + [3, 0, 0]
    moved[0, 2] = 0
    assert given._pose_figures([people], [people], 128) == {"found": 1, "true": 1, "joints": 3}
    figures = given._pose_figures([moved * (moved[..., 2:] > 0)], [people], 128)
    assert abs(figures["found"] - 2 / 3) < 1e-9 and figures["true"] == 1
    assert given._pose_figures([people[:0]], [people], 128)["found"] == 0
