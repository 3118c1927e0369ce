"""Packs with adapters and ControlNets: the tiny one is what `diffusers` computes, and a saved model becomes a pack."""

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from evaluate.runtime import session

FOLDER = Path("tests/fixtures/tiny_kinds")


@pytest.fixture(scope="module")
def kinds():
    for package in ("torch", "onnx.helper", "diffusers", "transformers"):
        pytest.importorskip(package)
    from fixtures import make_tiny_kinds

    return make_tiny_kinds


@pytest.fixture(scope="module")
def networks(kinds):
    return kinds.everything()


def test_the_reference_is_what_the_pipelines_compute(kinds, networks):
    about = json.loads(Path(f"{FOLDER}_reference.json").read_text())
    data = Path(f"{FOLDER}_reference.bin").read_bytes()
    for name, fresh in kinds.reference(*networks).items():
        entry = about["arrays"][name]
        stored = np.frombuffer(data, fresh.dtype, fresh.size, entry["offset"]).reshape(entry["shape"])
        np.testing.assert_allclose(stored, fresh, atol=1e-3, err_msg=name)


def test_the_tiny_pack_is_what_the_exporter_writes(kinds, networks, tmp_path):
    errors = kinds.write_tiny_kinds(str(tmp_path / "pack"), *networks)
    assert max(errors.values()) <= 1e-3
    fresh, stored = (json.loads((path / "pack.json").read_text()) for path in (tmp_path / "pack", FOLDER))
    assert fresh.pop("files").keys() == stored.pop("files").keys()
    assert fresh == stored


def test_a_saved_model_becomes_a_pack(kinds, networks, tmp_path):
    import torch

    from export import diffusers as export
    from export.manifest import class_entries

    parts, nets, _ = networks
    for name, part in parts.items():
        part.save_pretrained(tmp_path / "model" / name)
    nets["net_depth"].save_pretrained(tmp_path / "depth")
    first = nets["first"]
    torch.save({"config": first.config, "weights": first.state_dict()}, tmp_path / "first.pt")
    asked = [
        export.Asked("controlnet", "image", "depth", str(tmp_path / "depth")),
        export.Asked("adapter", "segmentation", None, str(tmp_path / "first.pt")),
    ]
    export.export_pack(str(tmp_path / "model"), asked, str(tmp_path / "my pack"), class_entries(), 64, say=lambda _: None)
    manifest = json.loads((tmp_path / "my pack" / "pack.json").read_text())
    assert manifest["name"] == "my-pack"
    image = manifest["factors"][-1]
    assert (image["variable"], image["kind"], image["prediction"]) == ("image", "controlnet", "epsilon")
    assert image["schedule"] == {"kind": "scaled_linear", "train_steps": 1000, "beta_start": 0.00085, "beta_end": 0.012}
    assert image["controls"] == [{"parent": "depth", "model": "controlnet_image_depth.onnx", "reads": "picture"}]
    segmentation = manifest["factors"][0]["controls"]
    assert segmentation == [{"parent": None, "model": "adapter_segmentation.onnx", "reads": "latent"}]
    graph = session(str(tmp_path / "my pack" / "unet.onnx"))
    added = [i.name for i in graph.get_inputs() if i.name.startswith(("feature_", "residual_"))]
    spec = manifest["backbones"]["unet.onnx"]
    assert len(added) == len(spec["features"]) + len(spec["residuals"]) == 4 + 13


def test_what_cannot_be_told_in_a_manifest_is_refused(kinds, tmp_path):
    from export import diffusers as export

    ask = lambda kind, child, parent: export.Asked(kind, child, parent, "nowhere")
    for asked, words in [
        ([ask("controlnet", "image", "depth"), ask("adapter", "image", "sketch")], "choose one kind"),
        ([ask("adapter", "colour", None)], "no variable colour"),
        ([ask("controlnet", "image", None)], "image.PARENT=DIR"),
    ]:
        with pytest.raises(ValueError, match=words):
            export.write_graphs("nowhere", asked, str(tmp_path), [], 64)
    of = lambda **config: SimpleNamespace(config=SimpleNamespace(**config))
    unet = of(cross_attention_dim=2048, addition_embed_type="text_time", class_embed_type=None)
    with pytest.raises(ValueError, match="XL cannot"):
        export.check_text(unet, of(hidden_size=768))
    (tmp_path / "scheduler_config.json").write_text(json.dumps({"beta_schedule": "sigmoid"}))
    with pytest.raises(ValueError, match="sigmoid cannot be told"):
        export.process(str(tmp_path))
