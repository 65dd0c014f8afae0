"""The experiments of page 11: tiny runs, and what holds of the records."""

import pytest
import torch

from experiments import line_walkers, rewarded_agents, right_or_wrong
from snn_core.teaching import records
from snn_core.teaching.records import recorded
from snn_core.training import seed_torch


@pytest.fixture
def apart(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)


def test_a_tiny_run_of_agents_records_every_condition(apart, monkeypatch):
    few = {"wait_rates": [0.2, 0.6], "arm_rates": [0.06, 0.2], "critic_rates": [0.06]}
    changed = rewarded_agents.SETTINGS | few | {"taus": [10.0], "stuck_agents": 4}
    monkeypatch.setattr(rewarded_agents, "SETTINGS", changed)
    rewarded_agents.main(["--trials", "50", "--tuning", "1", "--testing", "2"])
    found = recorded("rewarded_agents").results
    assert list(found["arms"]) == changed["arms"]
    assert list(found["critics"]) == changed["critics"]
    assert all(len(each["final"]) == 2 for each in found["arms"].values())
    assert all(len(each["final"]) == 3 for each in found["critics"].values())
    assert list(found["delays"]) == ["10"]
    for kind in ("spikes", "silence"):
        assert len(found["delays"]["10"][kind]["final"]) == len(changed["waits"])
        assert set(found["delays"]["10"][kind]["rates"]) <= {0.2, 0.6}
    assert {len(each) for each in found["stuck"].values()} == {12, 6}


def test_the_arms_let_through_what_they_are_named_after():
    state = rewarded_agents.RewardSTDP(rewarded_agents.STDP, 40.0).rest(
        torch.zeros(4, 15), torch.zeros(4, 3)
    )
    state = state._replace(eligibility=torch.rand(4, 3, 15, generator=seed_torch(0)))
    success = torch.tensor([0.1, 0.2, 0.3, 0.4])
    remembered, given = rewarded_agents.meet(torch.arange(4), state, success)
    assert given.tolist() == pytest.approx([0.1, 1.0, 0.3, 0.3])
    assert torch.equal(remembered.eligibility[[0, 1, 3]], state.eligibility[[0, 1, 3]])
    assert remembered.eligibility[2].unique().numel() == 1
    assert remembered.eligibility[2, 0, 0] == pytest.approx(state.eligibility[2].mean().item())


def test_what_each_critic_expects():
    expected, cue = torch.tensor([[0.5, 0.2, 0.9]]).repeat(4, 1), torch.tensor([2, 2, 2, 2])
    reward = torch.ones(4)
    success = rewarded_agents.less_expected(reward, cue, torch.arange(4), expected)
    assert success.tolist() == pytest.approx([0.5, 0.1, 0.1, 1.0])
    assert expected[0].tolist() == pytest.approx([0.55, 0.2, 0.9])
    assert expected[1].tolist() == pytest.approx([0.5, 0.2, 0.91])


def test_a_tiny_run_of_walkers_records_every_kind(apart, monkeypatch):
    changed = line_walkers.SETTINGS | {"rates": [0.1], "last": 25}
    monkeypatch.setattr(line_walkers, "SETTINGS", changed)
    line_walkers.main(["--moves", "50", "--tuning", "2", "--testing", "3"])
    found = recorded("line_walkers").results
    assert list(found) == changed["kinds"]
    assert all(len(each["final"]) == 3 and len(each["course"]) == 2 for each in found.values())


def test_the_surprise_of_a_step_is_worked_out_from_the_places():
    walkers = line_walkers.Walkers(line_walkers.SETTINGS, 3, seed_torch(0))
    walkers.value[:] = torch.tensor([0.73, 0.81, 0.9, 1.0, 0.0, 1.0, 0.9])
    walkers.place = torch.tensor([2, 3, 5])
    reward = torch.tensor([0.0, 0.0, 1.0])
    surprise = walkers.success(reward, torch.tensor([3, 2, 4]), "surprise")
    assert surprise.tolist() == pytest.approx([0.0, -0.19, 0.0], abs=1e-6)
    assert walkers.value[1, 3] == pytest.approx(1 - 0.3 * 0.19)


def test_a_tiny_run_of_readers_records_both(apart, monkeypatch):
    monkeypatch.setattr(
        right_or_wrong, "SETTINGS", right_or_wrong.SETTINGS | {"rates": [1e-4, 1e-3]}
    )
    right_or_wrong.main(["--seeds", "1", "--batches", "12"])
    found = recorded("right_or_wrong").results
    assert list(found) == ["told the answer", "told right or wrong"]
    for each in found.values():
        assert len(each["held_out"]) == 6
        assert len(each["test"]) == 1
