"""Build the notebooks from their sources: convert, execute in a clean kernel, normalise.

``python -m publish.notebooks`` does the pages whose source changed; ``--all`` does all; names do
these pages. A second run changes no byte. ``--restamp`` executes nothing: it carries the outputs
over where no code changed.
"""

import argparse
import os
import re
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from .page import TUTORIALS, code, parse, pictures, sources
from .stamps import stamped

WIDGET = "application/vnd.jupyter.widget-view+json"
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
CELL_TIMEOUT = 1800  # seconds; ends only what hangs
SLIDERS_NEED_A_KERNEL = "Interactive figure: run this cell to get the sliders."


def notebook_path(source: Path) -> Path:
    """Return where the notebook of a source lies."""
    return TUTORIALS / f"{source.stem}.ipynb"


def convert(source: Path) -> nbformat.NotebookNode:
    """Turn a source into a notebook without outputs, with stable cell ids and no other metadata."""
    notebook = parse(stamped(source.read_text(encoding="utf-8")))
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number:02d}"
        kept = {key: cell.metadata[key] for key in ("tags", "alt") if key in cell.metadata}
        cell.metadata = nbformat.from_dict(_folded(kept))
    return notebook


def _folded(metadata: dict) -> dict:
    """Return metadata that hides checks; on the site the setup, and what only draws, too."""
    tags = metadata.get("tags", [])
    hidden = {"jupyter": {"source_hidden": True}} if "check" in tags else {}
    return (
        metadata
        | hidden
        | ({"tags": [*tags, "hide-input"]} if {"check", "setup", "picture"} & set(tags) else {})
    )


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
    """Give a converted notebook the outputs of an executed one; return False if code differs."""
    if [cell.source for cell in code(old)] != [cell.source for cell in code(new)]:
        return False
    for before, after in zip(code(old), code(new), strict=True):
        after.outputs = before.outputs
        after.execution_count = before.execution_count
    return True


def execute(notebook: nbformat.NotebookNode) -> None:
    """Run all cells in a clean kernel, in an empty folder: no page may need a file beside it."""
    with tempfile.TemporaryDirectory() as folder:
        client = NotebookClient(
            notebook,
            timeout=CELL_TIMEOUT,
            kernel_name="python3",
            resources={"metadata": {"path": folder}},
        )
        client.execute()


def normalise(notebook: nbformat.NotebookNode) -> None:
    """Remove from outputs and metadata what differs from run to run, and describe each figure."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type == "code":
            cell.outputs = _joined(
                [output for output in map(_normal_output, cell.outputs) if output]
            )
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
    """Return the output without addresses and widget state; None for a progress bar."""
    data = output.get("data", {})
    if WIDGET in data:
        if output.output_type == "display_data":
            return None
        output.data = nbformat.from_dict({"text/plain": SLIDERS_NEED_A_KERNEL})
    elif "text/plain" in data:
        data["text/plain"] = re.sub(r" at 0x[0-9a-f]+", "", data["text/plain"])
    return output


def _describe_figures(cell: nbformat.NotebookNode) -> None:
    for output in pictures(cell) if "alt" in cell.metadata else ():
        known = output.metadata.get("image/png", {})
        output.metadata["image/png"] = {**known, "alt": cell.metadata["alt"]}


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
    """Bring prose and metadata up to date, execute nothing; return False if code changed."""
    path, notebook = notebook_path(source), convert(source)
    if not path.exists() or not carry_over(nbformat.read(path, as_version=4), notebook):
        return False
    put(notebook, path)
    return True


def main() -> None:
    """Build the pages named on the command line, or those that changed, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="build all pages, changed or not")
    parser.add_argument(
        "--restamp",
        action="store_true",
        help="execute nothing: bring prose and metadata up to date",
    )
    parser.add_argument("pages", nargs="*", help="beginnings of names, such as 01")
    arguments = parser.parse_args()
    for source in sources(() if arguments.all else arguments.pages):
        if not (arguments.pages or arguments.all or drifted(source)):
            continue
        if not arguments.restamp:
            build(source)
        elif not restamp(source):
            print(f"{source.stem}: its code changed, so it has to be executed")


if __name__ == "__main__":
    main()
