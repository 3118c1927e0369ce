"""What several tests of the world check of relations."""

import numpy as np

from world.scene import instance_boxes, relation_holds


def relations_checked(scene, caption, instances, depth):
    """Asserts that every relation of the scene holds in its maps; returns how many pairs of things that were."""
    checked = 0
    boxes = instance_boxes(instances, len(scene.things))
    for relation in scene.spec.relations:
        for i, a in enumerate(scene.things):
            for j, b in enumerate(scene.things):
                if a.group != relation.a or b.group != relation.b:
                    continue
                assert relation_holds(relation.kind, boxes[i], boxes[j]), caption
                if relation.kind in ("behind", "in front of"):
                    nearness = [np.median(depth[instances == k + 1]) for k in (i, j)]
                    assert (nearness[0] < nearness[1]) == (relation.kind == "behind"), caption
                checked += 1
    return checked
