"""Adapting a frozen text-to-image network: only the adapter learns, and attention distillation has a gradient and falls. Runs beside each other."""

import numpy as np
import pytest

torch = pytest.importorskip("torch")

from train.adapted import AdaptedTrainer, attention_distance, load_adapted, parser
from train.compare import compare, table
from train.factor import TINY
from train.frames import write_shard
from train.networks import Autoencoder, AutoencoderConfig, Denoiser, DenoiserConfig
from train.runs import save_atomically

SIDE = 64


def shard(rng, count=8):
    """Frames of noise and stripes; `train.frames` says what they hold."""
    classes = np.where(np.arange(SIDE)[None, :, None] < rng.integers(16, 48, (count, 1, 1)), 0, 4) * np.ones((1, 1, SIDE), int)
    grey = rng.integers(0, 255, (count, SIDE, SIDE))
    arrays = {"image": rng.integers(0, 255, (count, SIDE, SIDE, 3)).astype(np.uint8), "classes": classes.astype(np.uint8)}
    arrays |= {"instances": np.zeros((count, SIDE, SIDE), np.uint8), "boundary": np.zeros((count, SIDE, SIDE), bool)}
    arrays |= {"depth": (grey * 257).astype(np.uint16), "sketch": grey.astype(np.uint8)}
    arrays |= {"normals": arrays["image"], "keypoints": np.zeros((count, 1, 18, 3), np.float32)}
    return arrays | {"captions": np.array([f"a dog in a meadow, {i} left of a cat" for i in range(count)])}


@pytest.fixture
def trainer(tmp_path):
    """A function that makes trainers with options, their teacher an untrained network that looks at its text."""
    torch.manual_seed(0)
    network = Autoencoder(AutoencoderConfig(16, 16, 16, 16, 16))
    save_atomically({"config": vars(network.config), "model": network.state_dict()}, tmp_path / "autoencoder.pt")
    for name, parents in (("teacher", []), ("reader", ["depth"])):
        teacher = Denoiser(DenoiserConfig(**TINY, parents=parents))
        for part, parameter in teacher.named_parameters():
            # Sharp attention: even weights would have nothing to be distilled.
            torch.nn.init.constant_(parameter, 3.0) if "norm_q" in part or "norm_k" in part else torch.nn.init.normal_(parameter, std=0.2)
        save_atomically({"config": teacher.config.to_dict(), "ema": teacher.state_dict()}, tmp_path / f"{name}.pt")
    write_shard(tmp_path / "frames" / "0001-00000.npz", shard(np.random.default_rng(5)))

    def make(*more, teacher="teacher", factor="segmentation"):
        paths = {"teacher": tmp_path / f"{teacher}.pt", "autoencoder": tmp_path / "autoencoder.pt", "frames": tmp_path / "frames", "run": tmp_path / "run"}
        words = [word for name, path in paths.items() for word in (f"--{name}", str(path))]
        return AdaptedTrainer(parser().parse_args(["--factor", factor, *words, "--size", str(SIDE), "--minutes", "9", *more]))

    return make


def test_an_untrained_adapter_leaves_the_teacher_as_it_is_and_training_moves_the_adapter_alone(trainer):
    run = trainer("--distil", "1")
    before = [parameter.clone() for parameter in run.network.teacher.parameters()]
    text = run.held[0].captions.take(torch.arange(2)).inputs()
    latent, time = torch.randn(2, 8, 8, 8), torch.tensor([0.9, 0.2])
    same = lambda: torch.allclose(run.network(latent, time, *text), run.network.teacher(latent, time, *text), atol=1e-5)
    assert same()
    for _ in range(3):
        run.update(4)
    assert all(torch.equal(a, b) for a, b in zip(before, run.network.teacher.parameters()))
    assert not same()


def test_the_distance_is_nothing_between_equals_and_its_gradient_reaches_the_student_alone():
    scores = torch.randn(2, 5, 7, requires_grad=True)
    student, teacher = scores.softmax(-1), torch.randn(2, 5, 7, requires_grad=True)
    assert attention_distance([student], [student]).item() == pytest.approx(0, abs=1e-6)
    attention_distance([teacher.softmax(-1)], [student]).backward()
    assert scores.grad.abs().sum() > 0 and teacher.grad is None


def test_attention_distillation_has_a_gradient_and_falls(trainer):
    run = trainer("--distil", "100", "--rate", "3e-3")

    def apart():
        """Over the same batches, noise and times before and after."""
        torch.manual_seed(2)
        return np.mean([run.loss(8)[1]["attention"].item() for _ in range(8)])

    before = apart()
    for _ in range(40):
        run.update(8)
    gradients = [p.grad.abs().sum() for p in run.network.adapter.parameters() if p.grad is not None]
    assert torch.stack(gradients).sum() > 0
    assert apart() < 0.9 * before


def test_the_images_adapter_reads_the_map_and_an_absent_one_leaves_the_teacher_alone(trainer):
    run = trainer("--rate", "3e-3", factor="image")
    for _ in range(24):
        run.update(8)
    run.checkpoint()
    network = load_adapted(str(run.path))
    text = run.held[0].captions.take(torch.arange(2)).inputs()
    latent, time, level = torch.randn(2, 8, 8, 8), torch.tensor([0.9, 0.2]), torch.zeros(2)
    one, other = (network(latent, time, *text, parent, level) for parent in (torch.ones(2, 8, 8, 8), -torch.ones(2, 8, 8, 8)))
    assert not torch.allclose(one, other, atol=1e-4)
    absent = network(latent, time, *text, torch.ones(2, 8, 8, 8), level - 1)
    assert torch.allclose(absent, network.teacher(latent, time, *text), atol=1e-5)
    assert network.config.parents == ["segmentation"] and network.teacher.config.parents == []
    with pytest.raises(SystemExit, match="only the first factor's attention"):
        trainer("--distil", "1", factor="image")


def test_a_teacher_that_reads_maps_is_refused(trainer):
    with pytest.raises(SystemExit, match="draws from text alone"):
        trainer(teacher="reader")


def test_runs_are_compared_at_the_same_noise_by_what_is_given(tmp_path):
    torch.manual_seed(1)
    network = Autoencoder(AutoencoderConfig(16, 16, 16, 16, 16))
    save_atomically({"config": vars(network.config), "model": network.state_dict()}, tmp_path / "autoencoder.pt")
    write_shard(tmp_path / "frames" / "0001-00000.npz", shard(np.random.default_rng(6)))
    first = Denoiser(DenoiserConfig(**TINY, parents=["segmentation", "depth"]))
    for parameter in first.parameters():
        torch.nn.init.normal_(parameter, std=0.1)
    for name, samples in (("one", 32), ("same", 64)):
        saved = {"config": first.config.to_dict(), "ema": first.state_dict(), "samples": samples, "factor": "image"}
        save_atomically(saved, tmp_path / name / "checkpoint.pt")
    rows = compare([tmp_path / "one", tmp_path / "same"], tmp_path / "frames", str(tmp_path / "autoencoder.pt"), 1, SIDE)
    assert rows[0][2] == rows[1][2] and len(set(rows[0][2])) == 3, "what is given matters, the run's name does not"
    lines = table(rows).splitlines()
    assert lines[2].startswith("| one | 32 | ") and lines[3].startswith("| same | 64 | ") and lines[3].count("(1.000)") == 3
