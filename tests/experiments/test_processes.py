"""A training in two processes under ``torchrun`` is that of one process on the joint batches."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch

from experiments import mnist_full
from experiments._processes import Share, processes
from snn_core.datasets import Digits, mnist_mini
from snn_core.teaching import records
from snn_core.teaching.records import recorded
from snn_core.training import seed_torch

ROOT = Path(__file__).parents[2]
SETTINGS = mnist_full.SETTINGS | {"hidden": 30, "dropout": [0.0, 0.0], "epochs": 2}
SETTINGS |= {"batch_size": 24, "lr": 0.01}
FEW = 64  # samples: two batches of 24 and one of 16
TINY = ["--samples", "256", "--epochs", "1", "--seeds", "3"]


def trained():
    """Return the weights after six updates in float64, and the history."""
    digits = mnist_mini()
    images = [digits.train_images[:FEW], digits.test_images[:FEW]]
    train, test = (each.flatten(1).double() for each in images)
    data = train, digits.train_labels[:FEW], test, digits.test_labels[:FEW]
    generator = seed_torch(0)
    network = mnist_full.network(SETTINGS).double()
    before = [weight.detach().clone() for weight in network.parameters()]
    history = mnist_full.fit_with(SETTINGS, network, data, generator, progress=False)
    after = [weight.detach() for weight in network.parameters()]
    return {"before": before, "after": after, "history": vars(history)}


def few():
    """Return a few bundled digits, which stand for the full MNIST."""
    digits = mnist_mini()
    return Digits(*(part[:256] for part in digits[:2]), *(part[:100] for part in digits[2:]))


def main(folder):
    """Train in this process as one of several, and write what comes out into a folder."""
    mnist_full.mnist = few
    records.FOLDER = folder
    with processes() as records_it:
        found = trained()
        if records_it:
            torch.save(found, folder / "found.pt")
        mnist_full.main(TINY)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return the folder in which two processes have left their results."""
    folder = tmp_path_factory.mktemp("processes")
    launcher = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    program = ["--nproc-per-node", "2", "-m", __name__, str(folder)]
    done = subprocess.run([*launcher, *program], capture_output=True, encoding="utf-8", cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return folder


def test_weights_and_history_are_those_of_one_process(folder):
    found, alone = torch.load(folder / "found.pt"), trained()
    for before, one, other in zip(alone["before"], alone["after"], found["after"], strict=True):
        assert (one - before).abs().max() > 0.01
        torch.testing.assert_close(other, one, rtol=1e-9, atol=1e-11)
    loss = found["history"].pop("loss")
    assert loss == pytest.approx(alone["history"].pop("loss"), rel=1e-9)
    train = found["history"].pop("train_accuracy")
    assert train == pytest.approx(alone["history"].pop("train_accuracy"))
    assert found["history"] == alone["history"]


def test_the_experiment_itself_runs_and_one_process_records(folder, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", folder)
    found = recorded("mnist_full")
    assert found.settings == mnist_full.SETTINGS | {"samples": 256, "epochs": 1, "seeds": [3]}


def test_shares_are_equal_or_refused(monkeypatch):
    monkeypatch.setattr("torch.distributed.get_world_size", lambda: 3)
    images, labels = torch.rand(9, 2), torch.arange(9)
    monkeypatch.setattr("torch.distributed.get_rank", lambda: 1)
    parts = [part.tolist() for _, part in Share(images, labels, 6, seed_torch(0))]
    order = torch.randperm(9, generator=seed_torch(0)).tolist()
    assert parts == [order[1:6:3], order[7:8]]
    for samples, size in [(9, 4), (8, 6)]:
        with pytest.raises(ValueError, match=r"^shares: got \d samples, expected a multiple of 3"):
            Share(images[:samples], labels[:samples], size, seed_torch(0))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
