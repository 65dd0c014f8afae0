"""The experiments of page 07: patients have the faults they are said to have, records are whole."""

import numpy as np
import pytest
import torch

from experiments import clinic, first_network
from snn_core import LIF, encoding
from snn_core.diagnostics import diagnose
from snn_core.teaching import records
from snn_core.teaching.inputs import constant, flat_digits
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.clinic import (
    HEALTHY,
    MEASURED,
    PATIENTS,
    REPAIRS,
    Keeper,
    WrongSign,
    along_the_batch,
    examine,
    one_label_at_a_time,
    one_repair,
    row,
    sick_and_repaired,
    table,
    unseen_patient,
    untrained,
    with_memory,
)
from snn_core.teaching.studies.first_network import (
    as_masks,
    stopped_outputs,
    train_digits,
)


@pytest.fixture
def batch():
    images, labels, _, _ = flat_digits()
    generator = torch.Generator().manual_seed(0)
    return encoding.rate(images[:64], 10, generator=generator), labels[:64]


def test_the_wrong_sign_rises_by_the_threshold_and_differs_in_nothing_else():
    current = constant(0.6, 6)
    right, wrong = (kind()(current, record=True) for kind in (LIF, WrongSign))
    first = right.spikes.flatten().argmax()
    assert torch.equal(right.membrane[: first + 1], wrong.membrane[: first + 1])
    beta = LIF().beta.float()
    after = wrong.membrane[first + 1] - right.membrane[first + 1]
    assert after.item() == pytest.approx(2 * beta.item(), abs=1e-6)
    assert wrong.spikes[first:].all()


def test_the_gradient_of_the_wrong_sign_is_detached_like_that_of_the_right_one():
    gradients = []
    for kind in (LIF, WrongSign):
        current = torch.full((2, 1, 1), 0.4, requires_grad=True)  # no spike: no reset
        kind()(current).sum().backward()
        gradients.append(current.grad)
    assert torch.equal(*gradients)


def test_a_keeper_is_a_neuron_that_begins_where_it_ended():
    current, neuron = constant(0.3, 5), Keeper()
    first, second = neuron(current), neuron(current)
    whole = LIF()(torch.cat([current, current]))
    assert torch.equal(torch.cat([first, second]), whole)
    assert not torch.equal(first, second)
    assert torch.equal(neuron(current.expand(-1, 2, -1))[:, 0], first[:, 0])  # another batch size


def test_along_the_batch_is_the_same_network_on_exchanged_axes(batch):
    inputs, _ = batch
    with torch.no_grad():
        exchanged = untrained(0)(inputs.transpose(0, 1)).transpose(0, 1)
        assert torch.equal(along_the_batch(0)(inputs), exchanged)


def test_each_patient_has_one_sign_of_its_fault_and_the_healthy_network_none(batch):
    healthy = examine(HEALTHY, *batch)
    assert healthy.findings == []
    found = {name: examine(case, *batch) for name, case in PATIENTS.items()}
    assert found["A"].memory > 0.5
    assert found["B"].layers[0].saturated == 1
    assert found["C"].update > 10
    assert found["D"].mixing > 0.9
    assert found["E"].layers[0].gradient == 0
    assert found["F"].layers[0].drop == pytest.approx(-1, abs=1e-4)
    assert sum(report.memory > 0.01 for report in found.values()) == 1
    assert sum(report.mixing > 0.01 for report in found.values()) == 1
    assert sum(report.update > 0.5 for report in found.values()) == 1


def test_the_table_has_a_row_for_each_measurement_and_a_column_for_each_report(batch):
    reports = {"healthy": examine(HEALTHY, *batch), "E": examine(PATIENTS["E"], *batch)}
    head, *rows = table(reports).splitlines()
    assert head.split() == ["healthy", "E"]
    assert [line.rsplit(maxsplit=2)[0] for line in rows] == list(MEASURED)
    assert len(set(map(len, [head, *rows]))) == 1
    assert rows[4].split() == ["drop", "1.00", "none"]  # E never spikes, so never drops
    values = row(reports["healthy"])
    assert len(values) == len(MEASURED)
    assert float(rows[3].split()[2]) == pytest.approx(values[3], abs=0.005)


def test_a_repair_of_two_things_is_each_of_them_and_then_both():
    assert set(REPAIRS) == {"B", "E"}
    for name, arms in REPAIRS.items():
        *single, both = (case.network(1) for case in arms.values())
        sick = PATIENTS[name].network(1)
        weights = [network[0].weight.abs().max().item() for network in (sick, *single, both)]
        shapes = [network[1].surrogate.name for network in (sick, *single, both)]
        if name == "E":
            assert weights[0] == weights[2] < weights[1] == weights[3] < 1 / 28 + 1e-6
            assert [shapes[0], shapes[1]] == ["triangular"] * 2
            assert [shapes[2], shapes[3]] == [LIF().surrogate.name] * 2
        else:
            assert len(set(shapes)) == 1
            lowest = [network[0].weight.min().item() < 0 for network in (sick, *single, both)]
            assert lowest == [False, True, False, True]
            assert [weight > 0.1 for weight in weights] == [True, True, False, False]
            spreads = [network[0].weight.std().item() for network in (sick, single[0])]
            assert spreads[0] == pytest.approx(spreads[1], rel=0.01)


def test_the_unseen_patient_has_one_fault(batch):
    report = diagnose(unseen_patient(), *batch)
    rates = [layer.rate for layer in report.layers]
    assert rates[0] > 0.02
    assert rates[1:] == [0, 0]
    assert report.layers[1].membrane.max() > 4
    assert diagnose(unseen_patient(threshold=1.0), *batch).findings == []


def test_batches_of_one_label_hold_every_label():
    labels = torch.arange(400) % 10
    parts = one_label_at_a_time(labels, 15, torch.Generator().manual_seed(0))
    assert all(len(part) == 15 and len(labels[part].unique()) == 1 for part in parts)
    assert sorted(labels[part[0]].item() for part in parts) == sorted(2 * list(range(10)))
    assert len(torch.cat(parts).unique()) == 300


def test_masks_hold_the_spikes():
    spikes = (torch.rand(7, 3, 10, generator=torch.Generator().manual_seed(0)) < 0.4).float()
    masks = torch.tensor(as_masks(spikes)).T
    assert torch.equal(torch.stack([masks >> c & 1 for c in range(10)], 2).float(), spikes)


def test_the_outputs_of_the_record_have_its_masks():
    masks = recorded("first_network").results["stopped"]["masks"]
    assert as_masks(stopped_outputs()) == masks


def test_the_record_of_the_clinic_has_every_arm_and_seed():
    found = recorded("clinic")
    seeds = len(found.settings["seeds"])
    results = found.results
    arms = [results["healthy"], *results["patients"].values(), *results["one label"].values()]
    for parts in (*results["repairs"].values(), *results["memory"].values()):
        arms += parts.values()
    assert all(len(values) == seeds for arm in arms for values in arm.values())
    assert list(results["patients"]) == list(PATIENTS)
    assert {name: list(arms) for name, arms in results["repairs"].items()} == {
        name: list(arms) for name, arms in REPAIRS.items()
    }
    betas = [str(beta) for beta in found.settings["betas"]]
    assert all(list(arms) == betas for arms in results["memory"].values())


def test_a_patient_with_one_fault_is_the_healthy_network_when_repaired():
    results = recorded("clinic").results
    pairs = {name[0]: pair for name, pair in sick_and_repaired(results).items()}
    assert list(pairs) == list(PATIENTS)
    for name, (sick, repaired) in pairs.items():
        assert sick == results["patients"][name]["accuracy"]
        arms = results["repairs"].get(name)
        assert repaired == (arms["both"] if arms else results["healthy"])["accuracy"]


def test_the_arms_of_the_record_are_found_by_name():
    results = recorded("clinic").results
    singly = one_repair(results)
    assert len(singly) == sum(map(len, REPAIRS.values()))
    assert singly["B, smaller weights"] == results["repairs"]["B"]["smaller weights"]["accuracy"]
    pairs = with_memory(results)
    assert len(pairs) == len(results["memory"]["along time"])
    axes = ("along time", "along the batch")
    assert pairs["β = 0.3"] == [results["memory"][axis]["0.3"]["accuracy"] for axis in axes]


def test_without_a_memory_it_does_not_matter_along_which_axis_there_is_none(batch):
    inputs, _ = batch
    cases = [clinic.remembering(make, 0.0) for make in (untrained, along_the_batch)]
    with torch.no_grad():
        outputs = [case.network(0)(inputs) for case in cases]
    assert torch.equal(*outputs)


def test_the_records_are_what_the_code_gives():
    options = {"epochs": clinic.SETTINGS["epochs"]}
    again = clinic.train(HEALTHY, 0, **options)
    kept = recorded("clinic").results["healthy"]
    spread = kept["accuracy"]  # of the seeds; another processor draws another network in effect
    assert min(spread) - 0.03 <= again["accuracy"] <= max(spread) + 0.03
    _, _, history = train_digits(0, epochs=1)
    assert history.test_accuracy[0] > 0.7


def test_tiny_runs_write_records(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    few = [part[:150] for part in clinic.flat_digits()]
    monkeypatch.setattr(clinic, "flat_digits", lambda: few)
    tiny = {"seeds": [0], "samples": 100, "epochs": 1, "epochs_of_one_label": 1}
    for name, value in (tiny | {"betas": [0.5], "batch_size": 10}).items():
        monkeypatch.setitem(clinic.SETTINGS, name, value)
    clinic.main()
    assert 0 <= recorded("clinic").results["one label"]["along the batch"]["accuracy"][0] <= 1
    for name, value in {"seeds": [0], "epochs": 1}.items():
        monkeypatch.setitem(first_network.SETTINGS, name, value)
    first_network.main()
    found = recorded("first_network").results
    assert np.shape(found["stopped"]["masks"]) == (50, 30)
    assert len(found["runs"][0]["test"]) == 1
