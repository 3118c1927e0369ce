"""Runs that learnt side by side: each goes on from their mean, with its own data."""

import pytest

torch = pytest.importorskip("torch")

from train.factor import Trainer, arguments_parser
from train.together import bring_together


@pytest.fixture
def trainer(tmp_path, autoencoder):
    """A function that makes tiny runs of one autoencoder."""
    def make(run, *more):
        words = ["--factor", "segmentation", "--tiny", "--run", str(tmp_path / run), "--autoencoder", str(autoencoder), "--captions", "4", "--minutes", "9", *more]
        return Trainer(arguments_parser().parse_args(words))

    return make


def test_runs_go_on_from_the_mean_of_both(trainer, tmp_path):
    runs = [trainer(f"run{seed}", "--seed", str(seed)) for seed in (1, 2)]
    for steps, run in enumerate(runs, 4):
        for _ in range(steps):
            run.update(4)
        run.checkpoint()
    bring_together([tmp_path / "run1", tmp_path / "run2"])
    again = [trainer(f"run{seed}", "--seed", str(seed)) for seed in (1, 2)]
    assert [run.step for run in again] == [4, 5]
    for name, parameter in again[0].network.named_parameters():
        before = [dict(run.network.named_parameters())[name] for run in runs]
        assert torch.allclose(parameter, (before[0] + before[1]) / 2, atol=1e-6)
        assert torch.equal(parameter, dict(again[1].network.named_parameters())[name])
    moments = [list(run.optimizer.state.values())[0]["exp_avg"] for run in (*runs, *again)]
    assert not torch.equal(moments[0], moments[1])
    assert torch.allclose(moments[2], (moments[0] + moments[1]) / 2) and torch.equal(moments[2], moments[3])
    again[0].update(4)


def test_only_runs_alike_are_brought_together(trainer, tmp_path):
    trainer("run1").checkpoint()
    trainer("run2", "--size", "64").checkpoint()
    with pytest.raises(SystemExit, match="differs from .*run1.* in size"):
        bring_together([tmp_path / "run1", tmp_path / "run2"])
