"""The controls of page 15, and its second trace: tiny runs, and what the arms leave out."""

import pytest
import torch

from experiments import delayed_recall, one_task_controls, second_trace
from snn_core.tasks import DelayedRecall
from snn_core.teaching import records
from snn_core.teaching.records import recorded


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
    assert set(found["cosine"]) == {"e-prop", "e-prop, no slow trace"}


def test_without_the_slow_trace_the_network_is_the_same_and_the_gradient_is_not():
    task = DelayedRecall()
    weights = delayed_recall.first_weights(task, [0], 0.3)
    runs = {}
    for arm in ("e-prop", "e-prop, no slow trace"):
        generator = torch.Generator().manual_seed(0)
        cue = torch.tensor([[0, 1]])
        with torch.no_grad():
            answers = delayed_recall.run(task, weights, [arm], cue, generator)
        generator = torch.Generator().manual_seed(0)
        runs[arm] = answers, delayed_recall.gradients(task, weights, [arm], generator)[1]
    (answers, gradient), (same, other) = runs.values()
    assert torch.equal(answers, same)
    assert not torch.allclose(gradient, other, rtol=1e-3)
