"""Distillation: a student that walks as its teacher does costs nothing, and one that does not learns to."""

import copy

import pytest

torch = pytest.importorskip("torch")

from train.distil import Distiller, parser
from train.networks import Denoiser, DenoiserConfig
from train.factor import TINY
from train.runs import save_atomically
from train.sampling import sample


@pytest.fixture
def start(tmp_path, autoencoder):
    """An untrained teacher whose guidance matters, and a function that makes its distillers."""
    teacher = Denoiser(DenoiserConfig(**TINY))
    for parameter in teacher.parameters():
        if parameter.abs().sum() == 0:
            torch.nn.init.normal_(parameter, std=0.05)
    save_atomically({"config": teacher.config.to_dict(), "ema": teacher.state_dict()}, tmp_path / "teacher.pt")

    def distiller(run, *more):
        words = ["--factor", "segmentation", "--teacher", str(tmp_path / "teacher.pt"), "--autoencoder", str(autoencoder), "--tiny"]
        return Distiller(parser().parse_args([*words, "--run", str(tmp_path / run), "--captions", "4", "--size", "64", *more]))

    return distiller


def test_with_one_substep_and_no_guidance_the_student_is_the_teacher(start):
    same = ("--substeps", "1", "--guidance", "1", "--perturbed", "0")
    other = start("other", "--substeps", "4", "--guidance", "6").loss(64)[1]["loss"]
    # Up to the clamp of the clean estimate, which an untrained teacher may reach.
    assert start("same", *same).loss(64)[1]["loss"] < 0.1 * other
    assert start("backward", *same, "--backward", "1").loss(64)[1]["loss"] < 0.1 * other
    assert start("perturbed", *same, "--perturbed", "6").loss(64)[1]["loss"] > 0.1 * other, "the teacher is led away from its perturbed self"


def test_the_student_learns_where_the_teacher_leads_in_one_step(start):
    run = start("run", "--guidance", "4", "--rate", "1e-3", "--steps", "2", "--minutes", "9")
    teacher = copy.deepcopy(run.teacher)
    captions = run.held[0].captions.take(torch.arange(4))
    aim = sample(teacher, captions, 8, seed=3, steps=4, guidance=4.0)
    away = lambda network: (sample(network, captions, 8, seed=3, steps=2, guidance=1.0) - aim).square().mean().item()
    before = away(run.network)
    for _ in range(80):
        run.update(8)
    assert all(torch.equal(a, b) for a, b in zip(run.teacher.parameters(), teacher.parameters()))
    assert away(run.network) < 0.7 * before


def test_backward_it_is_taught_where_its_own_walk_leads(start):
    run = start("run", "--steps", "3", "--backward", "1")
    captions = run.held[0].captions.take(torch.arange(4))
    noise = torch.randn(4, 8, 8, 8, generator=torch.Generator().manual_seed(3))
    text, known = captions.inputs(), []
    assert torch.equal(run.walked(noise, 0, text, known), noise)
    assert torch.allclose(run.walked(noise, 3, text, known), sample(run.network, captions, 8, seed=3, steps=3, guidance=1.0), atol=1e-5)
    assert run.particulars() == {"steps": 3, "shift": 1.0, "guidance": 3.0, "perturbed": 1.0}


def test_in_bfloat16_it_learns_the_same(start):
    """Its own walk, without gradients, comes before the pass that it learns from: weights rounded for the one must not be taken for the other."""
    losses, gradients = [], []
    for name, more in (("plain", ()), ("rounded", ("--bf16",))):
        run = start(name, "--steps", "2", "--backward", "1", "--seed", "5", *more)
        torch.manual_seed(8)
        loss, _ = run.loss(16)
        loss.backward()
        losses.append(loss.item())
        gradients.append(torch.cat([p.grad.flatten() for p in run.network.parameters() if p.grad is not None]))
    assert losses[1] == pytest.approx(losses[0], rel=0.05) and losses[1] != losses[0]
    assert torch.cosine_similarity(*gradients, dim=0) > 0.95


def test_a_run_may_begin_with_another_student(start, tmp_path):
    first = start("first")
    first.update(4)
    first.checkpoint()
    second = start("second", "--start", str(first.path))
    assert all(torch.equal(a, b) for a, b in zip(second.network.parameters(), first.average.parameters()))


def test_it_draws_in_the_size_that_its_teacher_learnt(start, tmp_path):
    path = tmp_path / "teacher.pt"
    save_atomically(torch.load(path, weights_only=True) | {"size": 96}, path)
    assert start("as", "--size", "0").size == 96 and start("other").size == 64


def test_its_text_is_never_dropped_and_its_test_walks_as_it_will(start):
    run = start("run", "--steps", "3")
    seen = []
    run.predict = lambda x, time, tokens, ids, mask, *rest: seen.append(mask) or run.network.predict(x, time, tokens, ids, mask, *rest)
    run.loss(64)
    assert (seen[0][:, 0] == 1).all()
    assert run.held_out().walk == {"steps": 3, "guidance": 1.0, "shift": 1.0, "restart": None}


def test_a_shifted_walk_is_taught_at_its_own_moments_and_stays_with_the_run(start):
    run = start("run", "--steps", "2", "--substeps", "2", "--shift", "3")
    told = {"student": set(), "teacher": set()}
    note = lambda name, answer: lambda x, time, *rest, **more: told[name].add(round(time[0].item(), 4)) or answer(x, time, *rest, **more)
    run.predict, run.teacher.predict = note("student", run.network.predict), note("teacher", run.teacher.predict)
    for _ in range(12):
        run.loss(4)
    assert told == {"student": {1.0, 0.75}, "teacher": {1.0, 0.9, 0.75, 0.5}}
    captions = run.held[0].captions.take(torch.arange(2))
    noise = torch.randn(2, 8, 8, 8, generator=torch.Generator().manual_seed(3))
    assert torch.allclose(run.walked(noise, 2, captions.inputs(), []), sample(run.network, captions, 8, seed=3, steps=2, guidance=1.0, shift=3.0), atol=1e-5)
    run.step = 1
    run.checkpoint()
    assert start("run").shift == 3.0 and start("next", "--start", str(run.path)).shift == 3.0
