"""Build the site from the committed notebooks, which are not executed again: ``python -m publish.site [folder]``."""

import html
import json
import pkgutil
import re
import shutil
import sys
from importlib import import_module
from pathlib import Path

import nbformat
from sphinx.cmd.build import main as sphinx

from snn_core.teaching.explorers import ALL_EXPLORERS
from snn_core.teaching.live import LiveFigure

ROOT = Path(__file__).parents[1]
SOURCE = Path(__file__).with_name("site_source")
PARTS = {"Spikes": 4, "Gradients": 8, "Plasticity": 12, "Online learning": 15, "Going further": 99}  # up to which page
BADGE = re.compile(r"\[!\[Open in Colab\]\([^)]*\)\]")  # a picture on another host


def figure(source: str) -> LiveFigure | None:
    """Return the live figure that a cell shows, if it shows one."""
    shown = re.fullmatch(r"(\w+)\(\)\.sliders\(\)", source)
    sliders = ALL_EXPLORERS[shown.group(1)]().sliders() if shown else None
    return sliders if isinstance(sliders, LiveFigure) else None


def alive(live: LiveFigure) -> nbformat.NotebookNode:
    """Return an output that shows a live figure without a kernel: its state, its script, and what mounts it."""
    state = html.escape(json.dumps(live.state(), separators=(",", ":")))
    script = live._esm + (SOURCE / "mount.js").read_text(encoding="utf-8")
    text = f'<div data-live="{state}">This figure needs JavaScript.</div>\n<style>{live._css}</style>\n'
    text += f'<script type="module">\n{script}</script>'
    return nbformat.v4.new_output("display_data", {"text/html": text})


def prepare(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Make a committed notebook into a page: no badge, a description for each picture, living sliders."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = BADGE.sub("[Open in Colab]", cell.source)
        elif live := figure(cell.source):
            cell.outputs = [alive(live)]
        if "alt" in cell.metadata:
            cell.metadata["mystnb"] = {"image": {"alt": cell.metadata["alt"]}}
    return notebook


def parts(names: list[str]) -> dict[str, list[str]]:
    """Return the names of the pages by the title of their part, in order."""
    found: dict[str, list[str]] = {}
    for name in names:
        part = next(part for part, last in PARTS.items() if int(name[:2]) <= last)
        found.setdefault(part, []).append(name)
    return found


def entry(notebook: nbformat.NotebookNode) -> tuple[str, str, str, str]:
    """Return a page's title, its question, the line with what it needs, and the list of what the reader will do."""
    text = "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    title, question = re.search(r"^# (.*)$", text, re.M).group(1), re.search(r"^\*\*(.*\?)\*\*$", text, re.M).group(1)
    goals = re.search(r"^## You will\n(.*?)(?=^## |\Z)", text, re.M | re.S).group(1)
    return title, question, re.search(r"^Needs: .*$", text, re.M).group(0), goals.strip()


def contents(pages: dict[str, nbformat.NotebookNode]) -> str:
    """Return the pages by parts, each with its question, and the tables of contents for the sidebar."""
    lines = []
    for part, names in parts(list(pages)).items():
        lines += [f"## {part}", "", "| page | question |", "|---|---|"]
        for name in names:
            title, question, _, _ = entry(pages[name])
            lines.append(f"| [{title}]({name}.ipynb) | {question} |")
        lines += ["", "```{toctree}", ":hidden:", f":caption: {part}", "", *names, "```", ""]
    return "\n".join(lines)


def syllabus(pages: dict[str, nbformat.NotebookNode]) -> str:
    """Return what each page asks, needs and lets the reader do."""
    lines = ["# Syllabus", ""]
    for part, names in parts(list(pages)).items():
        lines += [f"## {part}", ""]
        for name in names:
            title, question, needs, goals = entry(pages[name])
            lines += [f"### [{title}]({name}.ipynb)", "", f"**{question}**", "", needs, "", "You will", "", goals, ""]
    return "\n".join(lines)


def modules(room: str) -> list[str]:
    """Return the public modules of the core, or of one of its rooms, such as ``teaching.``."""
    path = import_module(f"snn_core.{room}".rstrip(".")).__path__
    return [room + module.name for module in pkgutil.iter_modules(path) if not module.name.startswith("_")]


def reference(folder: Path) -> None:
    """Write one page of reference for each public module of the core, and their list."""
    names = [name for room in ("", "teaching.") for name in modules(room) if name != "teaching"]
    (folder / "api").mkdir()
    listed = "\n".join(f"api/{name}" for name in names)
    intro = "```{eval-rst}\n.. automodule:: snn_core\n   :no-members:\n```"
    (folder / "api.md").write_text(
        f"# API reference\n\n{intro}\n\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n", encoding="utf-8"
    )
    for name in names:
        exported = "\n   :imported-members:" if hasattr(import_module(f"snn_core.{name}"), "__path__") else ""
        directive = f".. automodule:: snn_core.{name}{exported}"
        (folder / "api" / f"{name}.md").write_text(
            f"# `{name}`\n\n```{{eval-rst}}\n{directive}\n```\n", encoding="utf-8"
        )


def assemble(folder: Path) -> None:
    """Write all sources of the site into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pages = {path.stem: nbformat.read(path, 4) for path in sorted((ROOT / "tutorials").glob("[0-9][0-9]_*.ipynb"))}
    for name, notebook in pages.items():
        nbformat.write(prepare(notebook), folder / f"{name}.ipynb")
    for name in ("conf.py", "glossary.md", "site.css"):
        shutil.copy(SOURCE / name, folder)
    shutil.copy(ROOT / "tutorials" / "figures" / "anytime.png", folder)
    (folder / "index.md").write_text(
        (SOURCE / "index.md").read_text(encoding="utf-8").replace("{{pages}}", contents(pages)), encoding="utf-8"
    )
    (folder / "syllabus.md").write_text(syllabus(pages), encoding="utf-8")
    reference(folder)


def build(target: Path) -> int:
    """Build the site into ``target/html``; warnings are errors. Return the exit status."""
    assemble(target / "source")
    options = ["-W", "--keep-going", "-q", "-E", "-d", str(target / "doctrees")]
    return sphinx(["-b", "html", *options, str(target / "source"), str(target / "html")])


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "site"
    status = build(target)
    print(f"{target}/html/index.html" if status == 0 else "The site has warnings.")
    sys.exit(status)
