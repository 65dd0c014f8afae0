"""Delayed recall: its networks are those of the page, and tiny runs of both experiments."""

import pytest
import torch

from experiments import delayed_recall, recall_stream
from snn_core import online
from snn_core.tasks import DelayedRecall
from snn_core.teaching import records
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.recall import recall_network, recall_weights, step_error
from snn_core.training import seed_torch


def gradient_of_core(network, cue, task, feedback="symmetric", matrix=None):
    """Return the gradient by the recurrent weights that `EProp` collects in some trials."""
    eprop = online.EProp(network, feedback)
    if matrix is not None:
        eprop.own_matrix.copy_(matrix)
    inputs = task.inputs(cue, generator=seed_torch(1))
    eprop.start(inputs[0])
    for t, now in enumerate(inputs):
        y = eprop.step(now)
        if t >= task.answer.start:
            eprop.learn(step_error(y, cue) * len(cue))
    return network[1].weight.grad


@pytest.mark.parametrize("arm", ["e-prop", "random"])
def test_autograd_plays_the_e_prop_of_the_core(arm):
    task, generator = DelayedRecall(), seed_torch(1)
    cue = torch.randint(0, 2, (1, 16), generator=seed_torch(2))
    weights = [each[None] for each in recall_weights(0, task.group, 1.0)]
    V, back = weights[1].requires_grad_(), weights[3][0]
    y = delayed_recall.run(task, weights, [arm], cue, generator)[task.answer]
    labels = cue.expand(len(y), -1, -1).flatten()
    loss = torch.nn.functional.cross_entropy(y.flatten(0, 2), labels, reduction="sum")
    (played,) = torch.autograd.grad(loss, V)
    options = ("random", back) if arm == "random" else ()
    expected = gradient_of_core(recall_network(0, 1.0), cue[0], task, *options)
    assert torch.allclose(played[0], expected, atol=1e-3)
    assert expected.abs().max() > 0.1


def test_a_swap_changes_one_part_of_the_state_only():
    z, v, a = torch.arange(6.0).view(3, 1, 2, 1)
    thresholds = delayed_recall.swapped("thresholds", z, v, a)
    for part, same in (("activity", [0, 0, 1]), ("rest", [0, 0, 1]), ("all", [0, 0, 0])):
        found = delayed_recall.swapped(part, z, v, a)
        assert [torch.equal(*pair) for pair in zip(found, (z, v, a), strict=True)] == same
    assert [torch.equal(*pair) for pair in zip(thresholds, (z, v, a), strict=True)] == [1, 1, 0]


def test_tiny_runs(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    monkeypatch.setitem(delayed_recall.SETTINGS, "memory", [0.3])
    monkeypatch.setitem(delayed_recall.SETTINGS, "swaps", [50.0, 150.0, 250.0])
    delayed_recall.main(["--updates", "1", "--seeds", "0", "--among", "0.3"])
    found = recorded("delayed_recall").results
    assert set(found["arms"]["0.3"]["test"]) == set(delayed_recall.ARMS)
    swapped = found["memory"]["0.3"]["swapped"]["200"]
    assert list(swapped["activity"]) == ["50", "150", "250"]
    assert list(found["memory"]["0.3"]["swapped"]["100"]["rest"]) == ["50", "150"]
    assert all(len(shares) == 1 for shares in swapped["thresholds"]["150"].values())
    recall_stream.main(["--trials", "10", "--seeds", "0", "--tuning", "1", "--rates", "0.001"])
    found = recorded("recall_stream").results
    assert {len(run) for name in ("e-prop", "frozen") for run in found[name]} == {10}
    assert {each for run in found["e-prop"] for each in run} <= {0, 1}


def test_the_record_of_the_stream_can_be_repeated():
    """The first trials of one stream."""
    record = recorded("recall_stream")
    settings = record.settings | {"trials": 20}
    again = recall_stream.live(0, record.results["rate"]["e-prop"], True, settings)
    assert again == record.results["e-prop"][0][:20]
