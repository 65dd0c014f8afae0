"""The experiment of page 06: a tiny run, and what must hold of its gradients whatever it finds."""

import pytest
import torch

from experiments import reset_gradients
from experiments.reset_gradients import SETTINGS, Task, best, train
from snn_core import Surrogate
from snn_core.teaching import records
from snn_core.teaching.records import recorded

FEW = SETTINGS | {"networks": 2, "updates": 2}


@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_detached_a_height_only_scales_the_gradient(reset):
    low, high = (
        train(FEW, 0.02, reset=reset, surrogate=Surrogate(scale=10, height=height))[0]
        for height in (1, 20)
    )
    assert low.abs().max() > 0
    torch.testing.assert_close(high, 20**2 * low, rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_attached_it_does_not(reset):
    low, high = (
        train(
            FEW,
            0.02,
            reset=reset,
            detach_reset=False,
            surrogate=Surrogate(scale=10, height=height),
        )[0]
        for height in (1, 20)
    )
    assert torch.cosine_similarity(low, high, dim=1).max() < 0.9


def test_every_input_spikes_once_and_all_arms_see_the_same_samples():
    spikes, labels = Task(FEW).batch()
    assert spikes.shape == (40, 2, 32, 20)
    assert spikes.sum(0).eq(1).all()
    assert labels.shape == (2, 32)
    again, same = Task(FEW).batch()
    assert torch.equal(spikes, again)
    assert torch.equal(labels, same)


def test_the_best_rate_is_that_with_the_highest_mean():
    assert best([[0.9, 0.1], [0.6, 0.6], [0.5, 0.6]]) == [0.6, 0.6]


def test_a_tiny_run_records_every_arm(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    reset_gradients.main(["--networks", "2", "--updates", "2"])
    found = recorded("reset_gradients")
    assert found.settings == SETTINGS | {"networks": 2, "updates": 2}
    arms = [f"{name}, {reset}" for name in SETTINGS["surrogates"] for reset in ("soft", "hard")]
    assert list(found.results["arms"]) == list(found.results["best"]) == arms
    for arm in found.results["arms"].values():
        assert [len(arm[kind]) for kind in ("detached", "attached")] == [5, 5]
        assert all(len(each) == 2 for each in arm["detached"])
        assert len(arm["cosine"]) == 2


def test_the_record_shows_the_best_rate_of_each_arm():
    found = recorded("reset_gradients").results
    for name, pair in found["best"].items():
        assert pair == [best(found["arms"][name][kind]) for kind in ("detached", "attached")]
        assert all(len(each) == SETTINGS["networks"] for each in pair)
