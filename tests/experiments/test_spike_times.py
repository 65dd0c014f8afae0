"""The experiments of page 19: tiny runs, and what their parts give."""

import pytest
import torch

from experiments import yin_yang
from snn_core.teaching import records
from snn_core.teaching.records import recorded


@pytest.fixture(autouse=True)
def small(tmp_path, monkeypatch):
    """Write records into a folder of the test, and take few samples."""
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    monkeypatch.setitem(yin_yang.SETTINGS, "samples", 300)
    monkeypatch.setitem(yin_yang.SETTINGS, "test_samples", 100)


def test_a_tiny_yin_yang_writes_a_record():
    yin_yang.main(["--epochs", "2", "--seeds", "3"])
    results = recorded("yin_yang").results
    assert list(results) == ["no leak", "leak", "ReLU"]
    for arm, (run,) in results.items():
        assert run["seed"] == 3
        assert len(run["train"]) == len(run["test"]) == 2
        assert ("decision" in run) == (arm != "ReLU")


def test_the_three_sets_of_points_differ_and_stay():
    train, test, validate = (yin_yang.points(name, 50)[0] for name in yin_yang.SETS)
    assert not torch.equal(train, test)
    assert not torch.equal(test, validate)
    assert torch.equal(train, yin_yang.points("train", 50)[0])


def test_a_validation_of_points_records_nothing(tmp_path):
    yin_yang.main(["--epochs", "1", "--seeds", "3", "--validate"])
    assert not list(tmp_path.iterdir())
