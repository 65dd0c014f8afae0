"""The experiment of page 17: a tiny run, and what its record holds."""

import pytest
import torch

from snn_core.teaching import records
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.motion import motion_shares, nmnist_shares
from snn_core.training import seed_torch

experiment = pytest.importorskip("experiments.direction_of_motion", reason="needs Tonic")


def test_a_tiny_run_records_every_arm(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    tiny = ["--samples", "40", "--test", "20", "--epochs", "1", "--seeds", "4"]
    experiment.main([*tiny, "--validate"])
    assert list(tmp_path.iterdir()) == []
    experiment.main(tiny)
    found = recorded("direction_of_motion")
    assert list(found.results) == list(experiment.ARMS)
    assert found.settings["samples"] == 40
    assert {run["seed"] for runs in found.results.values() for run in runs} == {4}


def test_frames_hold_all_events_and_their_order_alone_tells_the_way():
    frames, labels = experiment.frames_of(True, 20, 2, seed_torch(0))
    assert frames.shape == (20, 6, 2, 28, 28)
    assert set(labels.tolist()) == {0, 1}
    assert torch.equal(frames, frames.clamp(0, 1))
    assert frames.flatten(2).sum(2).min() > 20


def test_in_the_record_of_motion_only_order_and_memory_are_above_chance():
    record = recorded("direction_of_motion")
    assert record.settings == experiment.SETTINGS
    shares = motion_shares(record)
    assert list(shares) == [
        "in order",
        "shuffled",
        "summed",
        "snapshot",
        "no memory",
        "stacked, no memory",
    ]
    assert min(shares.pop("in order")[0]) > 99
    assert min(shares.pop("stacked, no memory")[0]) > 99
    assert all(abs(share - 50) < 3 for (found,) in shares.values() for share in found)


def test_shares_of_n_mnist_are_means_of_the_last_epochs():
    record = recorded("event_digits")
    shares = nmnist_shares(record)
    runs = record.results["genuine, summed once"]
    expected = [20 * sum(run["test"]["genuine"]) for run in runs]
    assert shares["summed"][0] == pytest.approx(expected)
    assert record.settings["kept"] == 5
