"""What trainings too long for a page found: one JSON file for each module of `experiments`."""

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch

from ... import _checks

FOLDER = Path(str(files(__name__)))


@dataclass(frozen=True)
class Record:
    """What one experiment found, and how it was made.

    Attributes:
        name: the module of `experiments` that made it.
        date: day of the recording, ``YYYY-MM-DD``.
        cores: of the machine.
        threads: used by PyTorch; None where that was not noted.
        versions: of Python, PyTorch and NumPy.
        settings: what the experiment was told, as JSON knows it.
        results: what it found, as JSON knows it.
    """

    name: str
    date: str
    cores: int
    threads: int | None
    versions: dict[str, str]
    settings: dict
    results: dict

    @property
    def command(self) -> str:
        """The command that repeats the experiment, in a copy of the repository."""
        return f"python -m experiments.{self.name}"

    def __str__(self) -> str:
        made = f"{self.name}: recorded on {self.date} by `{self.command}`"
        threads = "" if self.threads is None else f", threads: {self.threads}"
        return f"{made}, PyTorch {self.versions['torch']}{threads}"


def recorded(name: str) -> Record:
    """Return the record of an experiment.

    Args:
        name: a module of `experiments`, such as ``mnist_full``.

    Raises:
        ValueError: for a name without a record.

    >>> recorded("mnist_full").command
    'python -m experiments.mnist_full'
    """
    _checks.choice("name", name, sorted(path.stem for path in FOLDER.glob("*.json")))
    return Record(name, **json.loads(_file(name).read_text(encoding="utf-8")))


def last_accuracies(runs: list[dict], epochs: int = 5) -> list[float]:
    """Return the test accuracy of each run in percent, the mean of its last epochs.

    Args:
        runs: dicts whose "test" is a list of accuracies in [0, 1], one for each epoch.
        epochs: how many count, at least 1; all where a run has fewer.

    >>> last_accuracies([{"test": [0.1, 0.8, 0.9]}], epochs=2)
    [85.0]
    """
    _checks.whole("epochs", epochs)
    return [round(100 * float(np.mean(run["test"][-epochs:])), 4) for run in runs]


def record(name: str, settings: dict, results: dict) -> Record:
    """Write what an experiment found in place of its earlier record, and return it.

    Args:
        name: the module of `experiments`.
        settings, results: dicts of what JSON can hold.

    Raises:
        TypeError: for values that JSON cannot hold; the earlier record stays.
    """
    versions = {"python": platform.python_version(), "torch": torch.__version__, "numpy": np.__version__}
    threads = torch.get_num_threads()
    made = Record(name, date.today().isoformat(), os.cpu_count() or 1, threads, versions, settings, results)
    content = asdict(made)
    del content["name"]
    text = json.dumps(content, indent=1) + "\n"
    unfinished = _file(name).with_suffix(".unfinished")
    unfinished.write_text(text, encoding="utf-8")
    os.replace(unfinished, _file(name))
    return recorded(name)


def _file(name: str) -> Path:
    return FOLDER / f"{name}.json"
