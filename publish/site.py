"""Build the site from the committed notebooks as they are: ``python -m publish.site [folder]``."""

import pkgutil
import re
import shutil
import sys
from importlib import import_module
from pathlib import Path

import nbformat
from sphinx.cmd.build import main as sphinx

from .live_html import alive, figure
from .page import ROOT, Page, by_part, committed

SOURCE = Path(__file__).with_name("site_source")
BADGE = re.compile(r"\[!\[Open in Colab\]\([^)]*\)\]")  # a picture on another host


def prepare(notebook: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """Make a notebook into a page: no badge, a description for each picture, living sliders."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = BADGE.sub("[Open in Colab]", cell.source)
        elif live := figure(cell):
            cell.outputs = [nbformat.v4.new_output("display_data", {"text/html": alive(live)})]
        if "alt" in cell.metadata:
            cell.metadata["mystnb"] = {"image": {"alt": cell.metadata["alt"]}}
    return notebook


def contents(pages: dict[str, Page]) -> str:
    """Return the pages by parts, each with its question, and the contents for the sidebar."""
    lines = []
    for part, members in by_part(pages).items():
        lines += [f"## {part}", "", "| page | question | minutes |", "|---|---|---|"]
        lines += [
            f"| [{page.title}]({page.name}.ipynb) | {page.question} | {page.minutes} |"
            for page in members
        ]
        names = [page.name for page in members]
        lines += ["", "```{toctree}", ":hidden:", f":caption: {part}", "", *names, "```", ""]
    return "\n".join(lines)


def living(pages: dict[str, Page]) -> str:
    """Return in words on which pages an explorer works without a kernel."""
    numbers = [page.number for page in pages.values() if any(map(figure, page.notebook.cells))]
    return f"{', '.join(numbers[:-1])} and {numbers[-1]}"


def syllabus(pages: dict[str, Page]) -> str:
    """Return what each page asks, needs and lets the reader do."""
    lines = ["# Syllabus", ""]
    for part, members in by_part(pages).items():
        lines += [f"## {part}", ""]
        for page in members:
            lines += [
                f"### [{page.title}]({page.name}.ipynb)",
                "",
                f"**{page.question}**",
                "",
                page.header,
                "",
            ]
            lines += ["You will", "", *(f"- {goal}" for goal in page.goals), ""]
    return "\n".join(lines)


def modules(room: str) -> list[str]:
    """Return the public modules of the core, or of one of its rooms, such as ``teaching.``."""
    path = import_module(f"snn_core.{room}".rstrip(".")).__path__
    return [
        room + module.name
        for module in pkgutil.iter_modules(path)
        if not module.name.startswith("_")
    ]


def reference(folder: Path) -> None:
    """Write one page of reference for each public module of the core, and their list."""
    names = [
        name
        for room in ("", "teaching.", "teaching.studies.")
        for name in modules(room)
        if name != "teaching"
    ]
    (folder / "api").mkdir()
    listed = "\n".join(f"api/{name}" for name in names)
    intro = "```{eval-rst}\n.. automodule:: snn_core\n   :no-members:\n```"
    text = f"# API reference\n\n{intro}\n\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n"
    (folder / "api.md").write_text(text, encoding="utf-8")
    for name in names:
        exported = (
            "\n   :imported-members:"
            if hasattr(import_module(f"snn_core.{name}"), "__path__")
            else ""
        )
        directive = f".. automodule:: snn_core.{name}{exported}"
        text = f"# `{name}`\n\n```{{eval-rst}}\n{directive}\n```\n"
        (folder / "api" / f"{name}.md").write_text(text, encoding="utf-8")


def assemble(folder: Path) -> None:
    """Write all sources of the site into an empty folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    pages = committed()
    index = (SOURCE / "index.md").read_text(encoding="utf-8")
    index = index.replace("{{pages}}", contents(pages)).replace("{{living}}", living(pages))
    (folder / "index.md").write_text(index, encoding="utf-8")
    (folder / "syllabus.md").write_text(syllabus(pages), encoding="utf-8")
    for name, page in pages.items():
        nbformat.write(prepare(page.notebook), folder / f"{name}.ipynb")
    for name in (
        "conf.py",
        "glossary.md",
        "guide.md",
        "libraries.md",
        "other_libraries.md",
        "recipes.md",
        "site.css",
        "deeper.js",
        "sort.js",
    ):
        shutil.copy(SOURCE / name, folder)
    shutil.copytree(SOURCE / "recipes", folder / "recipes", ignore=shutil.ignore_patterns("__*"))
    shutil.copy(ROOT / "tutorials" / "figures" / "anytime.png", folder)
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
