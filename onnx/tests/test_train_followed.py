"""Maps that follow from a segmentation: drawn by a pack for frames, and read by the refinement of images beside true ones."""

import os

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from evaluate.pack import Pack
from evaluate.pictures import paint
from train.chunks import Chunk, with_mirrored
from train.followed import draw_followed, followed, followed_path
from train.frames import render_shard
from train.runs import save_atomically
from train.text import Captions

CLAY = "onnx/packs/clay"


@pytest.mark.skipif(not os.path.exists(f"{CLAY}/pack.json"), reason="the bundled pack is not here")
def test_every_second_segmentation_is_edited_and_all_other_maps_follow_from_it():
    pack, shard = Pack(CLAY), render_shard(3, 0, 4, 64, 1, 1, None)
    saved = draw_followed(pack, shard, 64, np.random.Generator(np.random.PCG64(5)))
    frames = with_mirrored(shard)
    count = len(frames["classes"])
    assert saved["edited"].tolist() == [row % 2 == 1 for row in range(count)]
    assert list(saved["parents"]) == pack.factors["image"]["parents"]
    assert all(latents.shape == (count, 8, 8, 8) and latents.dtype == torch.float16 for latents in saved["parents"].values())
    true = pack.encode(np.stack([paint(classes, rims, pack.palette) for classes, rims in zip(frames["classes"], frames["boundary"])]))
    apart = np.abs(saved["parents"]["segmentation"].float().numpy() - true).max((1, 2, 3))
    assert (apart[0::2] < 1e-2).all() and (apart[1::2] > 0.1).any()
    again = draw_followed(pack, shard, 64, np.random.Generator(np.random.PCG64(5)))
    assert all(torch.equal(saved["parents"][name], again["parents"][name]) for name in saved["parents"])


def test_a_chunk_is_told_apart_into_true_and_edited(tmp_path):
    captions = Captions(torch.zeros(4, 3, 384).half(), torch.ones(4, 3, dtype=torch.int64), torch.ones(4, 3))
    rows = torch.arange(4.0)[:, None, None, None].expand(4, 8, 2, 2).half()
    stored = tmp_path / "0001-00000-image-16.pt"
    chunk = Chunk(rows, {"segmentation": rows}, torch.arange(4), captions, weight=rows[:, :1], stored=stored)
    with pytest.raises(SystemExit, match="train.followed draws"):
        followed(chunk, stored)
    save_atomically({"parents": {"depth": rows, "segmentation": rows + 10}, "edited": torch.tensor([False, True, True, False])}, followed_path(stored))
    found = followed(chunk, stored)
    assert found.true.latent[:, 0, 0, 0].tolist() == [0, 3] and found.edited.latent[:, 0, 0, 0].tolist() == [1, 2]
    assert found.true.parents["segmentation"][:, 0, 0, 0].tolist() == [10, 13] and found.edited.parents["segmentation"][:, 0, 0, 0].tolist() == [11, 12]
    assert found.edited.caption.tolist() == [1, 2] and list(found.true.parents) == ["segmentation"]
