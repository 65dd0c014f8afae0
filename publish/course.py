"""Derive a course from the pages: student and instructor notebooks, slides, a guide, an nbgrader source, and a zip.

`make course` writes everything to `build/course`. The one source is the committed notebooks and, for what a lecturer
needs beside them, `publish/course_source/pages.yaml`.
"""

import copy
import re
import shutil
import zipfile
from pathlib import Path

import nbformat
import yaml
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from . import graded, slides
from .notebooks import stamps

ROOT = Path(__file__).parents[1]
SOURCE = Path(__file__).with_name("course_source")
OUTPUT = ROOT / "build" / "course"
NOTES = {"misconceptions": "Common misconceptions", "discussion": "Questions to discuss", "grading": "Grading"}
HEADER = re.compile(
    r"Needs: (?P<needs>.*?)\.? · (?P<read>\d+) minutes to read, (?P<run>.*?) to run\. · Introduces (?P<introduces>.*)"
)


def pages() -> dict[str, NotebookNode]:
    """Return the committed pages by name, in order."""
    return {path.stem: nbformat.read(path, as_version=4) for path in sorted((ROOT / "tutorials").glob("[0-9]*.ipynb"))}


def notes() -> dict[str, dict[str, list[str]]]:
    """Return what a lecturer needs beside each page: misconceptions, questions to discuss, grading."""
    return yaml.safe_load((SOURCE / "pages.yaml").read_text(encoding="utf-8"))


def facts(page: NotebookNode) -> dict[str, str]:
    """Return what a page says about itself: title, question, needs, minutes, time to run, names, goals."""
    text = "\n\n".join(cell.source for cell in page.cells if cell.cell_type == "markdown")
    found = HEADER.search(text).groupdict()
    found["title"] = re.match(r"# (.*)", text).group(1)
    found["question"] = re.search(r"^\*\*(.*\?)\*\*$", text, flags=re.M).group(1)
    found["goals"] = re.search(r"^## You will\n+(.*?)(?:\n\n|\Z)", text, flags=re.M | re.S).group(1)
    return found


def student(page: NotebookNode) -> NotebookNode:
    """Return a page without outputs, solutions, and badge, which would lead to the page with its solutions."""
    handed_out = copy.deepcopy(page)
    for cell in handed_out.cells:
        cell.source = graded.without_badge(cell.source)
        if "solution" in cell.metadata.get("tags", []):
            cell.source = graded.without_solutions(cell.source)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    handed_out.cells = [cell for cell in handed_out.cells if cell.source.strip()]
    return handed_out


def instructor(page: NotebookNode, noted: dict[str, list[str]]) -> NotebookNode:
    """Return a page as executed, with notes for the lecturer behind the title and with open solutions."""
    opened = copy.deepcopy(page)
    for cell in opened.cells:
        cell.source = cell.source.replace("<details>", "<details open>")
    opened.cells.insert(1, new_markdown_cell("## For the lecturer\n\n" + lists(noted, "###"), id="lecturer"))
    return opened


def lists(noted: dict[str, list[str]], level: str) -> str:
    """Return the notes on a page as Markdown, with headings of a level."""
    parts = [f"{level} {title}\n\n" + "\n".join(f"- {item}" for item in noted[key]) for key, title in NOTES.items()]
    return "\n\n".join(parts)


def guide(course: dict[str, NotebookNode]) -> str:
    """Return the lecturer's guide: what each page says about itself, and the notes on it."""
    text = ["# Guide for lecturers", (SOURCE / "README.md").read_text(encoding="utf-8").split("\n", 1)[1].strip()]
    for name, page in course.items():
        fact = facts(page)
        text.append(f"## {fact['title']}\n\n*{fact['question']}* {fact['read']} minutes to read, {fact['run']} to run.")
        text.append(f"Needs {fact['needs']}. Introduces {fact['introduces']}")
        text += [f"### Goals\n\n{fact['goals']}", lists(notes()[name], "###")]
    return "\n\n".join(text) + "\n"


def stamp(text: str) -> str:
    """Put the repository's address and tag, which stand in pyproject.toml, into a text."""
    for placeholder, value in stamps().items():
        text = text.replace(placeholder, value)
    return text


def pack(course: dict[str, NotebookNode], path: Path) -> None:
    """Write the zip to hand out: student notebooks, how to run them, what to install, and the licence."""
    files = {f"{name}.ipynb": nbformat.writes(student(page)) for name, page in course.items()}
    files |= {
        name: stamp((SOURCE / "handout" / name).read_text(encoding="utf-8"))
        for name in ("README.md", "requirements.txt")
    }
    files["LICENSE"] = (ROOT / "LICENSE").read_text(encoding="utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"snn_course/{name}"), text, zipfile.ZIP_DEFLATED)


def main() -> None:
    """Write the whole course to `build/course`, in place of what was there."""
    shutil.rmtree(OUTPUT, ignore_errors=True)
    for kind in ("student", "instructor", "slides"):
        (OUTPUT / kind).mkdir(parents=True)
    course, noted = pages(), notes()
    for name, page in course.items():
        nbformat.write(student(page), OUTPUT / "student" / f"{name}.ipynb")
        nbformat.write(instructor(page, noted[name]), OUTPUT / "instructor" / f"{name}.ipynb")
        slides.write(page, OUTPUT / "slides" / f"{name}.html")
        (assignment := OUTPUT / "nbgrader" / "source" / name).mkdir(parents=True)
        nbformat.write(graded.assignment(page), assignment / f"{name}.ipynb")
    (OUTPUT / "guide.md").write_text(guide(course), encoding="utf-8")
    pack(course, OUTPUT / "snn_course.zip")
    print(f"{len(course)} pages: {OUTPUT.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
