"""Experiments of page 09: tiny runs, into a folder of their own, and what they shuffle."""

import pytest
import torch

from experiments import hidden_pattern, weight_bounds
from snn_core.teaching import records
from snn_core.teaching.records import recorded


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)


def test_weight_bounds():
    weight_bounds.main(["--seconds", "2", "--neurons", "1", "--seeds", "0", "--ratios", "1.3"])
    found = recorded("weight_bounds").results
    assert set(found) == {*weight_bounds.SETTINGS["bounds"], "percent"}
    for bound in weight_bounds.SETTINGS["bounds"]:
        for group in ("correlated", "control"):
            (fifths,) = found[bound]["1.3"][group]["fifths"]
            assert sum(fifths) == pytest.approx(1)
            assert found["percent"][bound][group] == [pytest.approx([100 * f for f in fifths])]


@pytest.mark.parametrize("bound", weight_bounds.SETTINGS["bounds"])
def test_all_bounds_do_the_same_at_a_half(bound):
    rule = weight_bounds.rule_at_half(bound, 0.03, 1.3)
    up, down = (factor.item() for factor in rule.factors(torch.tensor(0.5)))
    assert [up * rule.a_plus, down * rule.a_minus] == pytest.approx([0.03, 0.039])


def test_hidden_pattern(monkeypatch):
    small = {"inputs": 40, "of the pattern": 20, "stage": 6, "other ratios": [1.3], "few": 1}
    monkeypatch.setattr(hidden_pattern, "SETTINGS", hidden_pattern.SETTINGS | small)
    hidden_pattern.main(["--stages", "2", "--short", "1", "--seeds", "0"])
    found = recorded("hidden_pattern").results
    hits, alarms = found["ends"]["pattern"]
    assert len(hits) == len(alarms) == len(found["played"]["shuffled"]) == 10
    assert len(found["late ends"]["other places"][1]) == 5
    passed = sum(hit > 0.75 and alarm < 0.4 for hit, alarm in zip(hits, alarms, strict=True))
    counts = found["found"]["pattern"]
    assert counts[0] == passed
    assert max(counts) <= found["ever found"]["pattern"] <= sum(counts)
    assert list(found["first"]) == ["1", "2"]
    assert list(found["others"]) == ["1.3"]


def test_each_input_of_a_pattern_spikes_once():
    generator = torch.Generator().manual_seed(0)
    patterns = hidden_pattern.one_spike_each(3, 400, generator)
    assert patterns.shape == (50, 3, 400)
    assert (patterns.sum(0) == 1).all()
    assert (patterns.sum(2) > 0).all()  # at every step of every pattern
    mixed = hidden_pattern.shuffled(patterns, generator)
    assert (mixed.sum(0) == 1).all()
    for sample in range(3):
        columns = [sorted(map(tuple, each[:, sample].tolist())) for each in (patterns, mixed)]
        assert columns[0] == columns[1]
        assert not torch.equal(patterns[:, sample], mixed[:, sample])


def test_the_controls_keep_what_they_say():
    generator = torch.Generator().manual_seed(0)
    patterns = (torch.rand(50, 20, 100, generator=generator) < 0.1).float()
    groups = hidden_pattern.groups_of(hidden_pattern.SETTINGS)
    slot = hidden_pattern.as_shown(patterns, groups, generator)
    own, order, places = (groups[name] for name in ("pattern", "other order", "other places"))
    assert torch.equal(slot[:, own], patterns[:, own])
    assert torch.equal(slot[:, order].sum(0), patterns[:, order].sum(0))  # of each input
    assert not torch.equal(slot[:, order], patterns[:, order])
    assert torch.equal(slot[:, places].sum(2), patterns[:, places].sum(2))  # at each step
    assert not torch.equal(slot[:, places].sum(0), patterns[:, places].sum(0))
