"""Derive a course from the pages: notebooks for both sides, slides, guide, nbgrader source, zip.

`make course` writes everything to `build/course`. The one source is the committed notebooks and,
for what a lecturer needs beside them, `publish/course_source/pages.yaml`.
"""

import copy
import shutil
import zipfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from . import graded, slides
from .notebooks import stamps
from .page import ROOT, Page, code, committed, notes, tagged

SOURCE = Path(__file__).with_name("course_source")
OUTPUT = ROOT / "build" / "course"
NOTES = {
    "misconceptions": "Common misconceptions",
    "discussion": "Questions to discuss",
    "grading": "Grading",
}


def student(page: Page) -> NotebookNode:
    """Return a page without outputs and solutions, and without the badge, which leads to them."""
    handed_out = copy.deepcopy(page.notebook)
    for cell in tagged(handed_out, "solution"):
        cell.source = graded.without_solutions(cell.source)
    for cell in handed_out.cells:
        cell.source = graded.without_badge(cell.source)
    for cell in code(handed_out):
        cell.outputs, cell.execution_count = [], None
    handed_out.cells = [cell for cell in handed_out.cells if cell.source.strip()]
    return handed_out


def instructor(page: Page, noted: dict) -> NotebookNode:
    """Return a page as executed, with notes for the lecturer behind the title, solutions open."""
    opened = copy.deepcopy(page.notebook)
    for cell in opened.cells:
        cell.source = cell.source.replace("<details>", "<details open>")
    opened.cells.insert(
        1, new_markdown_cell("## For the lecturer\n\n" + lists(noted, "###"), id="lecturer")
    )
    return opened


def lists(noted: dict, level: str) -> str:
    """Return the notes on a page as Markdown, with headings of a level."""
    parts = [
        f"{level} {title}\n\n" + "\n".join(f"- {item}" for item in noted[key])
        for key, title in NOTES.items()
    ]
    return "\n\n".join(parts)


def guide(course: dict[str, Page]) -> str:
    """Return the lecturer's guide: what each page says about itself, and the notes on it."""
    noted, readme = notes(), (SOURCE / "README.md").read_text(encoding="utf-8")
    text = ["# Guide for lecturers", readme.split("\n", 1)[1].strip()]
    for name, page in course.items():
        text.append(f"## {page.title}\n\n*{page.question}* {page.times}")
        text.append(
            f"Needs {page.needs}." + (f" Introduces {page.introduces}." if page.introduces else "")
        )
        text.append("### Goals\n\n" + "\n".join(f"- {goal}" for goal in page.goals))
        text.append(lists(noted[name], "###"))
    return "\n\n".join(text) + "\n"


def stamp(text: str) -> str:
    """Put the repository's address and tag, which stand in pyproject.toml, into a text."""
    for placeholder, value in stamps().items():
        text = text.replace(placeholder, value)
    return text


def pack(course: dict[str, Page], path: Path) -> None:
    """Write the zip to hand out: student notebooks, how to run them, what to install, licence."""
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
    course, noted = committed(), notes()
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
