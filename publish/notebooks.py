"""Build the notebooks from their sources: convert, execute in a clean kernel, normalise.

``python -m publish.notebooks`` does the pages whose source changed; ``--all`` does all; names do these pages.
A second run changes no byte. ``--restamp`` executes nothing: it carries the outputs over where no code changed.
"""

import argparse
import json
import os
import re
import tempfile
import time
import tomllib
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient

from .page import ROOT, TUTORIALS, code, parse

SOURCES = TUTORIALS / "src"
RECORDS = ROOT / "snn_core" / "teaching" / "records"
WIDGET = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_TIMEOUT = 1800  # seconds; ends only what hangs
SLIDERS_NEED_A_KERNEL = "Interactive figure: run this cell to get the sliders."


def sources() -> list[Path]:
    """Return the source of every page, in order."""
    return sorted(SOURCES.glob("[0-9][0-9]_*.py"))


def notebook_path(source: Path) -> Path:
    """Return where the notebook of a source lies."""
    return TUTORIALS / f"{source.stem}.ipynb"


def stamps() -> dict[str, str]:
    """Return what pages may refer to by a placeholder: address and tag from pyproject.toml, records of `bench/`."""
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    repository, tag = urls["Repository"], urls["Tag"].rsplit("/", 1)[1]
    colab = repository.replace("https://github.com/", "https://colab.research.google.com/github/")
    address = {"{{repository}}": repository, "{{tag}}": tag, "{{colab}}": f"{colab}/blob/{tag}/tutorials"}
    records = [mnist_record(), codes_record(), digits_record(), local_record(), rules_record()]
    records += [convolutional_record(), choices_record(), events_record()]
    return address | {name: text for record in records for name, text in record.items()}


def mnist_record() -> dict[str, str]:
    """Return the recorded training on the full MNIST: test accuracies in percent, one line per seed, and the rest."""
    record = json.loads((RECORDS / "mnist_full.json").read_text(encoding="utf-8"))
    curves = [json.dumps([round(100 * value, 2) for value in run["test"]]) for run in record["runs"]]
    return {
        "{{mnist_full}}": "[" + ",\n ".join(curves) + "]",
        "{{mnist_date}}": record["date"],
        "{{mnist_seconds}}": str(round(sum(run["seconds"] for run in record["runs"]) / len(curves))),
    }


def codes_record() -> dict[str, str]:
    """Return the recorded training of every code with every loss: one line per quantity, means over the seeds."""
    record = json.loads((RECORDS / "codes_and_losses.json").read_text(encoding="utf-8"))
    cells = {name: np.array(record[name]) for name in ("accuracy", "spikes", "steps", "seconds")}
    table = {name: values.mean(2).round(1) for name, values in cells.items()} | {"lr": np.array(record["rates"])}
    table["accuracy"] = (100 * cells["accuracy"].mean(2)).round(1)
    table["spread"] = (100 * cells["accuracy"].std(2, ddof=1)).round(1)
    lines = [f'"{name}": {json.dumps(values.tolist())}' for name, values in table.items()]
    return {"{{codes_and_losses}}": "{" + ",\n ".join(lines) + "}", "{{codes_date}}": record["date"]}


def digits_record() -> dict[str, str]:
    """Return the recorded learning of the full MNIST without labels: accuracies in percent, one line per layer."""
    record = json.loads((RECORDS / "unsupervised_digits.json").read_text(encoding="utf-8"))
    lines = []
    for layer in record["layers"]:
        name = f"{layer['neurons']:,} neurons" + ("" if layer["adaptation"] else ", fixed thresholds")
        values = {key: [round(100 * run[key], 2) for run in layer["runs"]] for key in ("named", "vote")}
        values["silent"] = [run["silent"] for run in layer["runs"]]
        lines.append(json.dumps({"name": name} | values))
    seconds = [run["seconds"] for run in record["layers"][-1]["runs"]]
    stamps = {"{{digits_date}}": record["date"], "{{digits_seconds}}": str(round(np.mean(seconds)))}
    return stamps | {"{{unsupervised_digits}}": "[" + ",\n ".join(lines) + "]"}


def local_record() -> dict[str, str]:
    """Return the recorded training by local rules: test accuracies of all seeds in percent, one line per rule."""
    record = json.loads((RECORDS / "local_learning.json").read_text(encoding="utf-8"))
    runs = [run["accuracy"] for run in record["runs"]]
    lines = [f'"{rule}": {[round(100 * run[rule], 1) for run in runs]}' for rule in runs[0]]
    return {"{{local_date}}": record["date"], "{{local_learning}}": "{" + ",\n ".join(lines) + "}"}


def rules_record() -> dict[str, str]:
    """Return the recorded training by every learning rule: test accuracies in percent, and means of the rest."""
    record = json.loads((RECORDS / "learning_rules.json").read_text(encoding="utf-8"))
    lines = []
    for rule, found in record["rules"].items():
        values = {"accuracy": [round(100 * value, 1) for value in found["accuracy"]]}
        values |= {
            name: round(np.mean(found[name]), 2) for name in ("before", "after", "seconds") if _numbers(found, name)
        }
        lines.append(f'"{rule}": {json.dumps(values)}')
    slow = {
        rule: {steps: [round(100 * value, 1) for value in found[steps]] for steps in found}
        for rule, found in record["slow"].items()
    }
    return {
        "{{rules_date}}": record["date"],
        "{{learning_rules}}": "{" + ",\n ".join(lines) + "}",
        "{{slow_digits}}": json.dumps(slow),
    }


def _numbers(found: dict, name: str) -> bool:
    return None not in found.get(name, [None])


def convolutional_record() -> dict[str, str]:
    """Return the recorded convolutional network on the full MNIST: test accuracies in percent, one line per seed."""
    record = json.loads((RECORDS / "mnist_convolutional.json").read_text(encoding="utf-8"))
    curves = [json.dumps([round(100 * value, 2) for value in run["test"]]) for run in record["runs"]]
    return {
        "{{mnist_convolutional}}": "[" + ",\n ".join(curves) + "]",
        "{{conv_date}}": record["date"],
        "{{conv_seconds}}": str(round(np.mean([run["processor_seconds"] for run in record["runs"]]))),
    }


def choices_record() -> dict[str, str]:
    """Return the recorded comparisons of page 16: accuracies in percent, one line per arm."""
    record = json.loads((RECORDS / "convolutional_choices.json").read_text(encoding="utf-8"))
    lines = []
    for part in ("pooling", "depth"):
        arms = {
            name: np.round(100 * np.array(runs), 1).tolist()
            if part == "pooling"
            else {depth: np.round(100 * np.array(curves), 1).tolist() for depth, curves in runs.items()}
            for name, runs in record[part].items()
        }
        rows = [f'  "{name}": {json.dumps(runs)}' for name, runs in arms.items()]
        lines.append(f'"{part}": {{\n' + ",\n".join(rows) + "}")
    return {"{{convolutional_choices}}": "{" + ",\n ".join(lines) + "}", "{{choices_date}}": record["date"]}


def events_record() -> dict[str, str]:
    """Return the recorded training on event recordings that page 17 shows: per test, percent for each seed."""
    record = json.loads((RECORDS / "event_digits.json").read_text(encoding="utf-8"))
    lines = []
    for name in ("genuine", "simulated", "genuine, shuffled each", "genuine, summed once"):
        runs = record["experiments"][name]
        scores = {test: [round(100 * np.mean(run["test"][test]), 2) for run in runs] for test in runs[0]["test"]}
        lines.append(f"{json.dumps(name)}: {json.dumps(scores)}")
    return {"{{event_digits}}": "{" + ",\n ".join(lines) + "}", "{{events_date}}": record["date"]}


def convert(source: Path) -> nbformat.NotebookNode:
    """Turn a source into a notebook without outputs, with stable cell ids and no metadata of its origin."""
    text = source.read_text(encoding="utf-8")
    for placeholder, value in stamps().items():
        text = text.replace(placeholder, value)
    notebook = parse(text)
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        kept = {key: cell.metadata[key] for key in ("tags", "alt") if key in cell.metadata}
        cell.metadata = nbformat.from_dict(_folded(kept))
    return notebook


def _folded(metadata: dict) -> dict:
    """Return the metadata of a cell with what hides a check in JupyterLab, and a check or the setup on the site."""
    tags = metadata.get("tags", [])
    hidden = {"jupyter": {"source_hidden": True}} if "check" in tags else {}
    return metadata | hidden | ({"tags": [*tags, "hide-input"]} if {"check", "setup"} & set(tags) else {})


def drifted(source: Path) -> bool:
    """Tell whether the notebook is missing or says anything else than its source."""
    path = notebook_path(source)
    if not path.exists():
        return True
    wanted, found = convert(source), nbformat.read(path, as_version=4)
    return [(c.cell_type, c.source, c.metadata) for c in wanted.cells] != [
        (c.cell_type, c.source, c.metadata) for c in found.cells
    ]


def carry_over(old: nbformat.NotebookNode, new: nbformat.NotebookNode) -> bool:
    """Give a converted notebook the outputs of an executed one; return False if any code differs."""
    if [cell.source for cell in code(old)] != [cell.source for cell in code(new)]:
        return False
    for before, after in zip(code(old), code(new), strict=True):
        after.outputs = before.outputs
        after.execution_count = before.execution_count
    return True


def execute(notebook: nbformat.NotebookNode) -> None:
    """Run all cells in a clean kernel, in an empty folder, so that no page depends on a file beside it."""
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook, timeout=CELL_TIMEOUT, kernel_name="python3", resources={"metadata": {"path": folder}}
        )
        client.execute()


def normalise(notebook: nbformat.NotebookNode) -> None:
    """Remove from outputs and metadata what differs from run to run, and describe each figure."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _joined([output for output in map(_normal_output, cell.outputs) if output])
            _describe_figures(cell)


def _joined(outputs: list[nbformat.NotebookNode]) -> list[nbformat.NotebookNode]:
    """Join printed text that arrived in several pieces: how it is cut depends on timing."""
    joined: list[nbformat.NotebookNode] = []
    for output in outputs:
        if output.output_type == "stream" and joined and joined[-1].get("name") == output.name:
            joined[-1].text += output.text
        else:
            joined.append(output)
    return joined


def _normal_output(output: nbformat.NotebookNode) -> nbformat.NotebookNode | None:
    """Return the output without addresses and widget state; None for a progress bar, which is gone by then."""
    data = output.get("data", {})
    if WIDGET in data:
        if output.output_type == "display_data":
            return None
        output.data = nbformat.from_dict({"text/plain": SLIDERS_NEED_A_KERNEL})
    elif "text/plain" in data:
        data["text/plain"] = re.sub(r" at 0x[0-9a-f]+", "", data["text/plain"])
    return output


def _describe_figures(cell: nbformat.NotebookNode) -> None:
    for output in cell.outputs:
        if "image/png" in output.get("data", {}) and "alt" in cell.metadata:
            output.metadata["image/png"] = {**output.metadata.get("image/png", {}), "alt": cell.metadata["alt"]}


def put(notebook: nbformat.NotebookNode, path: Path) -> None:
    """Normalise a notebook and put it in place when it is complete."""
    normalise(notebook)
    unfinished = path.with_suffix(".unfinished")
    nbformat.write(notebook, unfinished)
    os.replace(unfinished, path)


def build(source: Path) -> None:
    """Build one page."""
    started = time.perf_counter()
    notebook = convert(source)
    execute(notebook)
    path = notebook_path(source)
    put(notebook, path)
    print(f"{path.name}: {time.perf_counter() - started:.0f} s", flush=True)


def restamp(source: Path) -> bool:
    """Bring prose and metadata of one page up to date without executing it; return False if its code changed."""
    path, notebook = notebook_path(source), convert(source)
    if not path.exists() or not carry_over(nbformat.read(path, as_version=4), notebook):
        return False
    put(notebook, path)
    return True


def main() -> None:
    """Build the pages named on the command line, or those that changed, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="build all pages, changed or not")
    parser.add_argument("--restamp", action="store_true", help="execute nothing: bring prose and metadata up to date")
    parser.add_argument("pages", nargs="*", help="beginnings of names, such as 01")
    arguments = parser.parse_args()
    for source in sources():
        named = any(source.stem.startswith(page) for page in arguments.pages)
        if not (named or arguments.all or (not arguments.pages and drifted(source))):
            continue
        if not arguments.restamp:
            build(source)
        elif not restamp(source):
            print(f"{source.stem}: its code changed, so it has to be executed")


if __name__ == "__main__":
    main()
