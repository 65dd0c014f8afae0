"""Records: each has its experiment, its date and versions, and the settings in the code."""

import importlib
import json
import re
from datetime import date
from pathlib import Path

import pytest

import experiments
from snn_core.teaching import records
from snn_core.teaching.records import record, recorded

ROOT = Path(experiments.__file__).parents[1]
MODULES = (ROOT / "experiments").glob("*.py")
NAMES = sorted(path.stem for path in MODULES if not path.stem.startswith("_"))
each = pytest.mark.parametrize("name", NAMES)


def test_every_experiment_has_a_record_and_every_record_an_experiment():
    assert sorted(path.stem for path in records.FOLDER.glob("*.json")) == NAMES
    assert len(NAMES) >= 8


def test_neither_library_nor_page_imports_an_experiment():
    """A record is enough for them; experiments are not installed."""
    sources = [*(ROOT / "snn_core").rglob("*.py"), *(ROOT / "tutorials" / "src").glob("*.py")]
    importing = re.compile(r"^\s*(from|import) experiments\b", flags=re.M)
    assert importing.search("from experiments import mnist_full")
    assert not [path for path in sources if importing.search(path.read_text(encoding="utf-8"))]


@each
def test_a_record_repeats_the_settings_in_the_code(name):
    settings = importlib.import_module(f"experiments.{name}").SETTINGS
    assert recorded(name).settings == json.loads(json.dumps(settings))


@each
def test_a_record_says_when_and_with_what_it_was_made(name):
    found = recorded(name)
    assert date.fromisoformat(found.date) <= date.today()
    assert found.cores >= 1
    assert found.threads is None or found.threads >= 1
    assert set(found.versions) == {"python", "torch", "numpy"}
    assert all(re.match(r"\d+\.\d+", version) for version in found.versions.values())
    assert f"{found.date} by `python -m experiments.{name}`" in str(found)


def seeds_of(results):
    """Return the seeds of every list of runs within some results."""
    if (
        isinstance(results, list)
        and results
        and isinstance(results[0], dict)
        and "seed" in results[0]
    ):
        return [[run["seed"] for run in results]]
    parts = results.values() if isinstance(results, dict) else results
    return [seeds for part in parts if isinstance(part, (dict, list)) for seeds in seeds_of(part)]


@pytest.mark.parametrize(
    "name", ["local_learning", "mnist_convolutional", "mnist_full", "unsupervised_digits"]
)
def test_results_are_those_of_all_seeds(name):
    found = recorded(name)
    lists = seeds_of(found.results)
    assert lists
    assert all(seeds == found.settings["seeds"] for seeds in lists)


def test_the_record_of_events_holds_the_runs_of_its_settings():
    module = importlib.import_module("experiments.event_digits")
    wanted = {}
    for run in module.SETTINGS["runs"]:
        for last in range(len(run["stages"])):
            wanted[module.name_of(run, last)] = run["seeds"]
    found = recorded("event_digits").results
    assert {name: [run["seed"] for run in runs] for name, runs in found.items()} == wanted


def test_a_new_record_takes_the_place_of_the_old_one(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    record("trial", {"epochs": 1}, {"accuracy": [0.5]})
    made = record("trial", {"epochs": 2}, {"accuracy": [0.75]})
    assert made == recorded("trial")
    assert (made.settings, made.results) == ({"epochs": 2}, {"accuracy": [0.75]})
    assert made.date == date.today().isoformat()
    assert [path.name for path in tmp_path.iterdir()] == ["trial.json"]


def test_a_record_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    record("trial", {}, {"accuracy": [0.5]})
    with pytest.raises(TypeError, match="JSON"):
        record("trial", {}, {"accuracy": {1, 2}})
    assert recorded("trial").results == {"accuracy": [0.5]}


def test_a_name_without_a_record_is_refused():
    with pytest.raises(ValueError, match="mnist_full"):
        recorded("mnist_empty")


def test_results_are_added_to_only_with_the_same_settings(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    assert experiments.results_with("trial", {"lr": (0.1, 0.2)}) == {}
    record("trial", {"lr": (0.1, 0.2)}, {"accuracy": 0.5})
    assert experiments.results_with("trial", {"lr": (0.1, 0.2)}) == {"accuracy": 0.5}
    assert experiments.results_with("trial", {"lr": (0.1, 0.3)}) == {}


def test_a_run_takes_the_place_of_that_of_its_seed(tmp_path, monkeypatch):
    monkeypatch.setattr(records, "FOLDER", tmp_path)
    for seed, accuracy in ((1, 0.5), (0, 0.25), (1, 0.75)):
        experiments.add_run("trial", {"lr": 0.1}, "arm", {"seed": seed, "accuracy": accuracy})
    found = recorded("trial").results["arm"]
    assert [(run["seed"], run["accuracy"]) for run in found] == [(0, 0.25), (1, 0.75)]
    experiments.add_run("trial", {"lr": 0.2}, "arm", {"seed": 2})
    assert recorded("trial").results == {"arm": [{"seed": 2}]}
