"""The peers of `make bench` do the program's work, not less of it."""

from pathlib import Path

import numpy as np
import pytest

from evaluate import sessions
from evaluate.pack import Pack

PACK = str(Path(__file__).parents[1] / "packs" / "clay")


def test_work_counts_two_operations_for_each_product():
    shapes = lambda out, *inputs: {"input_type_shape": [{"float": s} for s in inputs], "output_type_shape": [{"float": out}]}
    assert sessions.work("MatMul", shapes([2, 3, 5], [2, 3, 4], [4, 5])) == 2 * 2 * 3 * 5 * 4
    assert sessions.work("FusedConv", shapes([1, 6, 8, 8], [1, 4, 8, 8], [6, 4, 3, 3])) == 2 * 6 * 64 * 4 * 9
    assert sessions.work("Add", shapes([1, 6], [1, 6], [1, 6])) == 0


def test_what_is_timed_in_eight_bits_is_another_graph():
    factor = Pack(PACK, walks=sessions.WALKS).factors["segmentation"]
    assert factor["int8"] != factor["model"] and "_quick" not in factor["model"]


def test_one_batch_of_both_halves_is_the_halves():
    pack = Pack(PACK)
    both, text = sessions.feeds(pack, "depth", 2), sessions.feeds(pack, "depth", 2, guided=False)
    assert both["mask"][2:].sum() == 0
    model = pack.factors["depth"]["model"]
    np.testing.assert_allclose(pack.run(model, both)[0][:2], pack.run(model, text)[0], atol=1e-4)


def test_pytorch_predicts_what_the_graphs_do():
    torch = pytest.importorskip("torch")
    from evaluate import eager

    peer = eager.Eager(PACK, 1)
    for variable in ("segmentation", "image"):
        inputs = sessions.feeds(peer.pack, variable, 1)
        graph = peer.pack.run(peer.pack.factors[variable]["model"], inputs)[0]
        names = peer.denoisers[variable].input_names()
        with torch.inference_mode():
            network = peer.denoisers[variable](*(torch.from_numpy(inputs[name]) for name in names)).numpy()
        np.testing.assert_allclose(network, graph, atol=2e-3)
