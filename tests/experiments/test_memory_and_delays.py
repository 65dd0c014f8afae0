"""Memory and delays: a tiny run of the experiment, and what its record has to hold."""

import numpy as np
import pytest
import torch

from experiments import memory_and_delays
from snn_core.teaching import records
from snn_core.teaching.records import last_accuracies, recorded
from snn_core.teaching.studies.sample_by_sample import digits_over_time, memory_reader

PUBLISHED_GRU = 91  # percent; Greydanus 2020. The larger one of the record reads more


def test_a_tiny_run_writes_all_that_the_page_reads(monkeypatch, tmp_path):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    monkeypatch.setitem(memory_and_delays.SETTINGS, "epochs", 1)
    epochs = dict.fromkeys(memory_and_delays.SETTINGS["ordinary"], 1)
    monkeypatch.setitem(memory_and_delays.SETTINGS, "ordinary_epochs", epochs)
    few = tuple(each[:200] for each in digits_over_time())
    monkeypatch.setattr(memory_and_delays, "digits_over_time", lambda: few)
    kinds = ["linear", "GRU", "CNN", "learnt delays"]
    control = "recurrent + adaptive, faster readout"
    memory_and_delays.main(["--seeds", "0", "--only", *kinds, control])
    found = recorded("memory_and_delays").results
    assert set(found) == {control, *kinds, *(f"{kind}, shuffled" for kind in kinds)}
    (run,) = found["learnt delays"]
    assert np.shape(run["probed"]["neurons and delays"]) == (30,)
    assert np.shape(run["swapped"]["readout"]) == (7, 2)
    assert "probed" not in found["learnt delays, shuffled"][0]


def test_held_out_signals_are_taken_from_those_to_train_on():
    plain = memory_and_delays.data(memory_and_delays.in_order, validate=False)
    held = memory_and_delays.data(memory_and_delays.in_order, validate=True)
    assert torch.equal(torch.cat([held[0], held[2]]), plain[0])
    assert torch.equal(torch.cat([held[1], held[3]]), plain[1])
    assert [len(each) for each in (plain[0], plain[2], held[2])] == [4000, 1000, 800]


def test_the_record_holds_the_bars():
    found = recorded("memory_and_delays")
    kinds = [*found.settings["kinds"], *found.settings["ordinary"]]
    scores = {}
    for kind in kinds:
        for arm in (kind, f"{kind}, shuffled"):
            runs = found.results[arm]
            assert [run["seed"] for run in runs] == found.settings["seeds"]
            scores[arm] = last_accuracies(runs)
    assert np.mean(scores["learnt delays"]) >= 92
    assert min(scores["learnt delays"]) > PUBLISHED_GRU
    assert np.mean(scores["recurrent + adaptive"]) >= 85


def test_the_other_readout_does_not_decide():
    found = recorded("memory_and_delays").results
    both = [
        np.mean(last_accuracies(found[arm]))
        for arm in ("recurrent + adaptive", "recurrent + adaptive, faster readout")
    ]
    delays = ("learnt delays", "learnt delays, slower readout")
    late = [np.mean(last_accuracies(found[arm])) for arm in delays]
    assert np.ptp(both) < 3
    assert np.ptp(late) < 1
    assert min(late) > max(both) + 4


def test_a_control_is_its_kind_with_the_other_readout():
    for name, (kind, options) in memory_and_delays.SETTINGS["controls"].items():
        if "delayed" not in options:
            changed = memory_reader(kind, options, hidden=4)
            plain = memory_reader(kind, hidden=4)
            assert [type(layer) for layer in changed] == [type(layer) for layer in plain], name
            assert not torch.allclose(changed[-1].beta, plain[-1].beta), name


def test_in_the_control_of_the_signal_no_spike_is_delayed():
    control = memory_and_delays.SETTINGS["controls"]["fixed delays, of the signal only"]
    changed = memory_reader(*control, hidden=4)
    plain = memory_reader("fixed delays", hidden=4)
    unlike = [
        number for number, layer in enumerate(plain) if type(layer) is not type(changed[number])
    ]
    assert unlike == [4]
    assert isinstance(changed[4], torch.nn.Linear)
    assert torch.equal(changed[-1].beta, plain[-1].beta)


def test_most_of_what_fixed_delays_reach_comes_from_the_delayed_signal():
    found = recorded("memory_and_delays").results
    fewer, fixed = (
        np.mean(last_accuracies(found[arm]))
        for arm in ("fixed delays, of the signal only", "fixed delays")
    )
    assert abs(fixed - fewer) < 3


def test_recurrence_alone_does_not_always_learn_the_order():
    found = recorded("memory_and_delays").results
    lost = np.subtract(*(last_accuracies(found[f"recurrence{end}"]) for end in ("", ", shuffled")))
    assert (lost >= 25).sum() == 2  # the third seed stays behind


@pytest.mark.parametrize("kind", ["recurrent + adaptive", "fixed delays", "learnt delays"])
def test_without_the_order_at_least_25_points_are_lost(kind):
    found = recorded("memory_and_delays").results
    lost = np.subtract(last_accuracies(found[kind]), last_accuracies(found[f"{kind}, shuffled"]))
    assert min(lost) >= 25
