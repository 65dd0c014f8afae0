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
    few |= {"trace_rates": [0.2], "trace_taus": {"60": [10.0, 60.0]}, "taus": [10.0]}
    changed = rewarded_agents.SETTINGS | few
    monkeypatch.setattr(rewarded_agents, "SETTINGS", changed)
    rewarded_agents.main(["--trials", "50", "--tuning", "1", "--testing", "2"])
    found = recorded("rewarded_agents").results
    assert list(found["arms"]) == [*changed["arms"], "weakening"]
    assert list(found["critics"]) == changed["critics"]
    assert all(len(each["final"]) == 2 for each in found["arms"].values())
    assert all(len(each["final"]) == 3 for each in found["critics"].values())
    assert list(found["delays"]) == ["10"]
    for kind in ("spikes", "silence"):
        assert len(found["delays"]["10"][kind]["final"]) == len(changed["waits"])
        assert set(found["delays"]["10"][kind]["rates"]) <= {0.2, 0.6}
    assert list(found["traces"]) == ["60"]
    assert [len(each) for each in found["traces"]["60"]["final"]] == [2, 2]


def test_in_silence_a_larger_rate_undoes_the_decay_and_accidents_set_the_limit():
    delays = recorded("rewarded_agents").results["delays"]
    reached = {
        (tau, kind): [sum(final) / len(final) for final in each["final"]]
        for tau, both in delays.items()
        for kind, each in both.items()
    }
    assert all(len(final) == 60 for both in delays.values() for final in both["spikes"]["final"])
    assert min(min(reached[tau, "silence"]) for tau in delays) > 95
    assert min(reached[tau, "spikes"][0] for tau in delays) > 94
    assert max(reached[tau, "spikes"][3] for tau in delays) < 50
    assert round(reached["10", "spikes"][2]) == 69
    rates = [rate for both in delays.values() for each in both.values() for rate in each["rates"]]
    allowed = recorded("rewarded_agents").settings["wait_rates"]
    assert min(allowed) < min(rates) <= max(rates) < max(allowed)


def test_counts_are_blind_to_the_times_within_the_cue():
    chance = seed_torch(0)
    pre = torch.bernoulli(torch.full((20, 2, 15), 0.3), generator=chance)
    post = torch.bernoulli(torch.full((20, 2, 3), 0.3), generator=chance)
    counts = rewarded_agents.counted(pre, post)
    assert counts[1, 2, 4] == pre[:10, 1, 4].sum() * post[:10, 1, 2].sum() / 10
    other = torch.cat([post[:10].flip(0), torch.zeros(10, 2, 3)])
    assert torch.equal(rewarded_agents.counted(pre, other), counts)


def test_the_arms_let_through_what_they_are_named_after():
    state = rewarded_agents.RewardSTDP(rewarded_agents.STDP, 40.0).rest(
        torch.zeros(5, 15), torch.zeros(5, 3)
    )
    state = state._replace(eligibility=torch.rand(5, 3, 15, generator=seed_torch(0)))
    success = torch.tensor([0.1, 0.2, 0.3, 0.4, 0.5])
    counts = torch.full((5, 3, 15), 7.0)
    remembered, given = rewarded_agents.meet(torch.arange(5), state, success, counts)
    assert given.tolist() == pytest.approx([0.1, 1.0, 0.3, 0.3, 0.5])
    assert torch.equal(remembered.eligibility[4], counts[4])
    assert torch.equal(remembered.eligibility[[0, 1, 3]], state.eligibility[[0, 1, 3]])
    assert remembered.eligibility[2].unique().numel() == 1
    assert remembered.eligibility[2, 0, 0] == pytest.approx(state.eligibility[2].mean().item())


def test_what_each_critic_expects():
    expected, cue = torch.tensor([[0.5, 0.2, 0.9]]).repeat(5, 1), torch.full((5,), 2)
    reward = torch.ones(5)
    success = rewarded_agents.less_expected(reward, cue, torch.arange(5), expected)
    assert success.tolist() == pytest.approx([0.5, 0.1, 0.1, 1.0, 0.5])
    assert expected[0].tolist() == pytest.approx([0.55, 0.2, 0.9])
    assert expected[1].tolist() == pytest.approx([0.5, 0.2, 0.91])


def test_a_tiny_run_of_walkers_records_every_kind(apart, monkeypatch):
    changed = line_walkers.SETTINGS | {"rates": [0.1], "taus": [20.0], "last": 25}
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


def test_less_what_the_place_promised_leaves_the_next_place_out():
    walkers = line_walkers.Walkers(line_walkers.SETTINGS, 2, seed_torch(0))
    walkers.place = torch.tensor([2, 3])
    kind = "reward less that of the place"
    success = walkers.success(torch.tensor([0.0, 1.0]), torch.tensor([3, 4]), kind)
    assert success.tolist() == [-1.0, 0.0]
    assert walkers.value[0, 2] == pytest.approx(0.7)


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
