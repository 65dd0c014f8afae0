"""The controls of page 15, and its second trace: tiny runs, and what the arms leave out."""

import pytest
import torch

from experiments import delayed_recall, one_task_controls, second_trace
from snn_core.online import EProp
from snn_core.tasks import DelayedRecall
from snn_core.teaching import records
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.recall import recall_network, step_error


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)


def test_controls_choose_on_held_out_images_and_test_every_seed():
    tiny = ["--samples", "200", "--held-out", "100", "--epochs", "1", "--seeds", "0", "1"]
    one_task_controls.main([*tiny, "--widths", "0", "8"])
    found = recorded("one_task_controls").results
    assert set(found["widths"]) == {"0", "8"}
    for each, tried in [
        *((width, one_task_controls.SETTINGS["rates"]) for width in found["widths"].values()),
        (found["eprop"], one_task_controls.SETTINGS["eprop"]),
    ]:
        best = each["held_out"].index(max(each["held_out"]))
        assert each["settings"] == tried[best]
        assert len(each["accuracy"]) == 2


def test_the_second_trace_is_recorded_for_every_size_and_arm():
    second_trace.main(["--updates", "1", "--seeds", "0", "--rates", "0.01", "--among", "0.3"])
    found = recorded("second_trace").results["0.3"]
    assert set(found["test"]) == set(second_trace.ARMS)
    assert set(found["cosine"]) == set(second_trace.ARMS[1:4])


@pytest.mark.parametrize("without", ["e-prop, no slow trace", "e-prop, no second trace"])
def test_without_a_trace_the_network_is_the_same_and_the_gradient_is_not(without):
    task = DelayedRecall()
    weights = delayed_recall.first_weights(task, [0], 0.3)
    runs = {}
    for arm in ("e-prop", without):
        generator = torch.Generator().manual_seed(0)
        cue = torch.tensor([[0, 1]])
        with torch.no_grad():
            answers = delayed_recall.run(task, weights, [arm], cue, generator)
        generator = torch.Generator().manual_seed(0)
        runs[arm] = answers, delayed_recall.gradients(task, weights, [arm], generator)[1]
    (answers, gradient), (same, other) = runs.values()
    assert torch.equal(answers, same)
    assert not torch.allclose(gradient, other, rtol=1e-3)


def test_without_the_second_trace_an_error_meets_the_eligibility_of_its_own_step():
    """A plain loop over the sum of page 15, with EProp's own eligibility of each step."""
    task = DelayedRecall()
    weights = delayed_recall.first_weights(task, [0], 0.3)
    trials = delayed_recall.SETTINGS["trials"]
    generator = torch.Generator().manual_seed(0)
    found = delayed_recall.gradients(task, weights, ["e-prop, no second trace"], generator)[1][0]
    generator = torch.Generator().manual_seed(0)
    cue = torch.randint(0, 2, (trials,), generator=generator)
    inputs = task.inputs(cue, generator=generator)
    network = recall_network(0, among=0.3)
    learner = EProp(network)
    learner.start(inputs[0])
    expected = torch.zeros(36, 36)
    before = learner.eligibility
    for t, now in enumerate(inputs):
        y = learner.step(now)
        eligibility = learner.eligibility - network[3].beta * before
        before = learner.eligibility
        if t >= task.answer.start:
            told = trials * step_error(y, cue) @ network[2].weight
            expected += torch.einsum("bm,bmk->mk", told, eligibility)
    assert expected.abs().max() > 0.1
    assert torch.allclose(found, expected, rtol=1e-3, atol=1e-4)
