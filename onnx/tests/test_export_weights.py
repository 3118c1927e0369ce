"""What goes into a pack can be read back out of it."""

from pathlib import Path

import pytest

onnx = pytest.importorskip("onnx")
torch = pytest.importorskip("torch")

from export.half import round_to_half, weights_of  # noqa: E402
from export.graph import Graph, Mismatch, write_graph  # noqa: E402
from export.networks import autoencoder_graphs, factor_graph  # noqa: E402
from train.begun import keep  # noqa: E402
from train.from_pack import samples_of  # noqa: E402
from train.networks import Autoencoder, AutoencoderConfig, Denoiser, DenoiserConfig  # noqa: E402
from train.runs import save_atomically  # noqa: E402
from train.weights import autoencoder_of_pack, denoiser_of_pack, load_matching, read_graph  # noqa: E402

TINY = Path("tests/fixtures/tiny_pack")


def test_denoiser_survives_the_round_trip(tmp_path):
    torch.manual_seed(3)
    config = DenoiserConfig(parents=["segmentation"], widths=[8, 16], blocks=1, heads=2, word_width=4, layout_layers=1)
    network = Denoiser(config)  # fresh: many of its tensors are equal, all zeros or all ones, and the exporter merges those
    write_graph(factor_graph("depth", network, 100), tmp_path / "depth.onnx")
    found, state = read_graph(tmp_path / "depth.onnx")
    assert DenoiserConfig(**found) == config
    again = Denoiser(config)
    load_matching(again, state)
    for name, tensor in round_to_half(network).state_dict().items():
        assert torch.equal(again.state_dict()[name], tensor.half().float() if "occupancy" in name else tensor), name


def test_a_network_of_a_pack_can_grow_attention(tmp_path):
    torch.manual_seed(5)
    config = DenoiserConfig(parents=["segmentation"], widths=[8, 16, 16], blocks=1, heads=2, word_width=4)
    network = Denoiser(config).eval()
    torch.nn.init.normal_(network.leave.weight)
    round_to_half(network)
    grown = Denoiser(DenoiserConfig(**config.to_dict() | {"middle_attention": True})).eval()
    with pytest.raises(ValueError, match="middle_"):
        load_matching(grown, network.state_dict())
    load_matching(grown, network.state_dict(), grown=("middle_",))
    graph = factor_graph("image", grown, 100)
    write_graph(graph, tmp_path / "image.onnx")
    with torch.no_grad():
        before, after = network(*graph.inputs.values()), grown(*graph.inputs.values())
    assert after.abs().max() > 0.1 and torch.allclose(before, after, atol=1e-5), "it starts without effect"


def test_a_parent_without_a_factor_is_left_out_of_the_graph(tmp_path):
    import onnxruntime

    torch.manual_seed(6)
    network = Denoiser(DenoiserConfig(parents=["segmentation", "depth"], widths=[8, 16], blocks=1, heads=2, word_width=4)).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    round_to_half(network)
    graph = factor_graph("image", network, 100, ["depth"])
    write_graph(graph, tmp_path / "image.onnx")
    session = onnxruntime.InferenceSession(str(tmp_path / "image.onnx"))
    assert [i.name for i in session.get_inputs()][-2:] == ["parent_depth", "parent_depth_level"] and len(session.get_inputs()) == 7
    latent, *rest = graph.inputs.values()
    with torch.no_grad():
        expected = network(latent, *rest[:4], torch.zeros_like(latent), torch.full((len(latent),), -1.0), *rest[4:])
    got = session.run(["prediction"], {name: value.numpy() for name, value in graph.inputs.items()})[0]
    assert torch.allclose(torch.from_numpy(got), expected, atol=1e-4)


def test_autoencoder_survives_the_round_trip(tmp_path):
    torch.manual_seed(4)
    config = AutoencoderConfig(encoder=16, image=16, classes=16, depth=16, sketch=16)
    network, state = Autoencoder(config), {}
    for name, graph in autoencoder_graphs(network).items():
        write_graph(graph, tmp_path / name)
        state |= weights_of(onnx.load(tmp_path / name))
    for name, tensor in network.state_dict().items():
        assert torch.equal(torch.from_numpy(state[name].copy()), tensor), name


def test_a_graph_that_differs_is_not_written(tmp_path):
    class Fickle(torch.nn.Module):
        def forward(self, x):
            return x + (1.0 if torch.onnx.is_in_onnx_export() else 0.0)

    graph = Graph("fickle", Fickle(), {"x": torch.zeros(1, 2)}, ("y",), {"x": {0: "batch"}, "y": {0: "batch"}})
    with pytest.raises(Mismatch, match="fickle"):
        write_graph(graph, tmp_path / "fickle.onnx")
    assert not (tmp_path / "fickle.onnx").exists()


def test_weights_too_large_for_half_are_refused(tmp_path):
    layer = torch.nn.Linear(16, 16)
    layer.weight.data.fill_(1e6)
    with pytest.raises(ValueError, match="float16"):
        round_to_half(layer)


def test_networks_that_have_begun_take_the_place_of_the_packs(tmp_path):
    torch.manual_seed(7)
    coder = Autoencoder(AutoencoderConfig(**autoencoder_of_pack(TINY)[0]))
    network = Denoiser(DenoiserConfig(widths=[8, 16], blocks=1, heads=2, word_width=4))
    save_atomically({"config": vars(coder.config), "model": coder.state_dict(), "world": 1}, tmp_path / "autoencoder" / "checkpoint.pt")
    save_atomically({"config": network.config.to_dict(), "ema": network.state_dict(), "samples": 48}, tmp_path / "segmentation" / "checkpoint.pt")
    about = keep(tmp_path, ["segmentation"], ["classes"], tmp_path / "begun")
    assert about == {"world": 1, "samples": {"segmentation": 48}}
    assert samples_of(tmp_path / "begun", "segmentation") == 48 and samples_of(tmp_path / "begun", "image") == samples_of(None, "segmentation") == 0
    config, state = denoiser_of_pack(TINY, "segmentation", begun=tmp_path / "begun")
    assert config == network.config.to_dict()
    assert torch.equal(state["enter.weight"], network.enter.weight.half().float())
    _, weights = autoencoder_of_pack(TINY, tmp_path / "begun")
    _, before = autoencoder_of_pack(TINY)
    assert torch.equal(weights["classes.0.weight"], coder.classes[0].weight.half().float())
    assert torch.equal(weights["encoder.1.weight"], before["encoder.1.weight"])
    assert not torch.equal(weights["classes.0.weight"], before["classes.0.weight"])


def test_a_table_of_words_that_mostly_were_never_met_is_stored_once_and_read_back_whole(tmp_path):
    import onnxruntime

    torch.manual_seed(8)
    network = Denoiser(DenoiserConfig(widths=[8, 16], blocks=1, heads=2, word_width=4)).eval()
    for parameter in network.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    met = torch.randperm(100)[:30]
    with torch.no_grad():
        network.text.words.weight[[i for i in range(len(network.text.words.weight)) if i not in set(met.tolist())]] = 0
    graph = factor_graph("segmentation", network, 100)
    write_graph(graph, tmp_path / "segmentation.onnx")
    model = onnx.load(tmp_path / "segmentation.onnx")
    stored = {tensor.name: list(tensor.dims) for tensor in model.graph.initializer}
    assert stored["text.words.weight.rows"] == [31, 4] and stored["text.words.weight.index"] == [len(network.text.words.weight)]
    assert torch.equal(read_graph(tmp_path / "segmentation.onnx")[1]["text.words.weight"], network.text.words.weight)
    session = onnxruntime.InferenceSession(str(tmp_path / "segmentation.onnx"))
    with torch.no_grad():
        expected = network(*graph.inputs.values())
    got = session.run(["prediction"], {name: value.numpy() for name, value in graph.inputs.items()})[0]
    assert torch.allclose(torch.from_numpy(got), expected, atol=1e-4)


def test_a_table_whose_rows_differ_or_that_is_not_only_looked_up_stays_as_it_is():
    from onnx import TensorProto, helper, numpy_helper

    import numpy as np
    from export.rows import store_rows_once

    same = np.zeros((8, 3), np.float32)
    tensors = [numpy_helper.from_array(values, name) for name, values in (("own", np.arange(24, dtype=np.float32).reshape(8, 3)), ("columns", same), ("added", same))]
    nodes = [
        helper.make_node("Gather", ["own", "ids"], ["a"]),
        helper.make_node("Gather", ["columns", "ids"], ["b"], axis=1),
        helper.make_node("Gather", ["added", "ids"], ["c"]),
        helper.make_node("Add", ["added", "c"], ["d"]),
    ]
    ports = [helper.make_tensor_value_info("ids", TensorProto.INT64, [8])], [helper.make_tensor_value_info("d", TensorProto.FLOAT, [8, 3])]
    model = store_rows_once(helper.make_model(helper.make_graph(nodes, "tables", *ports, tensors)))
    assert [tensor.name for tensor in model.graph.initializer] == ["own", "columns", "added"] and len(model.graph.node) == 4
