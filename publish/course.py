"""Derive a course from the pages: notebooks, slides, guide, quiz, exam, nbgrader source, zip.

`make course` writes everything to `build/course`. The one source is the committed notebooks and,
for what a lecturer needs beside them, the YAML files in `publish/course_source/`.
"""

import argparse
import copy
import shutil
import zipfile
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from . import essays, exam, exam_draw, graded, qti, quiz, slides
from .course_files import FOLDER, notes
from .draws import without_checks
from .exam_pages import FORM, lectured, taught
from .folds import behind_clicks, fold_words
from .guide import for_lecturers, guide
from .page import ROOT, Page, committed, without_outputs
from .redrawn import larger_figures
from .stamps import stamped
from .wording import without_badge, without_solutions

OUTPUT = ROOT / "build" / "course"
VARIANT = 1  # the seed of the assignments with other numbers; everybody can draw them again
EXAMS = tuple(range(1, exam_draw.EXAMS + 1))


def student(page: Page) -> NotebookNode:
    """Return a page without outputs and solutions, and without the badge, which leads to them.

    Answers to exercises and to the tasks of explorers are taken out, and so are checks: they tell
    answers, and would stop whoever tries other numbers. Answers to the questions before a cell is
    run are folded.
    """
    handed_out = copy.deepcopy(page.notebook)
    for cell in handed_out.cells:
        if cell.cell_type == "markdown":
            cell.source = without_badge(without_solutions(cell.source))
    cells = [cell for cell in handed_out.cells if cell.source.strip()]
    handed_out.cells = without_checks(behind_clicks(cells, fold_words))
    for number, cell in enumerate(handed_out.cells):
        cell.id = f"cell-{number:02d}"
    return without_outputs(handed_out)


def instructor(page: Page, noted: dict) -> NotebookNode:
    """Return a page as executed, with notes for the lecturer behind the title, solutions open."""
    opened = copy.deepcopy(page.notebook)
    for cell in opened.cells:
        cell.source = cell.source.replace("<details>", "<details open>")
    opened.cells.insert(
        1,
        new_markdown_cell("## For the lecturer\n\n" + for_lecturers(page, noted), id="lecturer"),
    )
    return opened


def ask(
    course: dict[str, Page],
    folder: Path,
    seed: int = quiz.SEED,
    own: essays.Own = essays.NONE,
    about: list[str] | None = None,
) -> None:
    """Write the quiz bank for learning platforms, and exams with their keys, into a folder.

    Exams are about some pages, those that have a lecture if none are given.
    """
    folder.mkdir(parents=True)
    (folder / "quiz.gift.txt").write_text(quiz.gift(course, seed), encoding="utf-8")
    qti.pack_qti(course, folder / "quiz_qti21.zip", seed)
    for number in EXAMS:
        drawn = exam_draw.drawn(about or lectured(list(course)), number, seed, own)
        (folder / f"exam_{number}.md").write_text(exam.sheet(drawn), encoding="utf-8")
        (folder / f"exam_{number}_key.md").write_text(exam.key(drawn), encoding="utf-8")


def pack(course: dict[str, Page], path: Path) -> None:
    """Write the zip to hand out: student notebooks, how to run them, what to install, licence."""
    files = {f"{name}.ipynb": nbformat.writes(student(page)) for name, page in course.items()}
    files |= {
        name: stamped((FOLDER / "handout" / name).read_text(encoding="utf-8"))
        for name in ("README.md", "requirements.txt")
    }
    files["LICENSE"] = (ROOT / "LICENSE").read_text(encoding="utf-8")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(zipfile.ZipInfo(f"snn_course/{name}"), text, zipfile.ZIP_DEFLATED)


def main(
    larger: bool = False,
    exam_seed: int = quiz.SEED,
    own: essays.Own = essays.NONE,
    about: list[str] | None = None,
) -> None:
    """Write the whole course to `build/course`, in place of what was there.

    Args:
        larger: draw the figures of the slides with larger labels, which runs each page once; what
            was drawn is kept until the page changes.
        exam_seed: of the three exams, and of the questions that are held back for them.
        own: questions of the lecturer's own, which exams ask before others.
        about: the pages of the exams; those that have a lecture if None.
    """
    shutil.rmtree(OUTPUT, ignore_errors=True)
    for kind in ("student", "instructor", "slides"):
        (OUTPUT / kind).mkdir(parents=True)
    course, noted = committed(), notes()
    for name, page in course.items():
        nbformat.write(student(page), OUTPUT / "student" / f"{name}.ipynb")
        nbformat.write(instructor(page, noted[name]), OUTPUT / "instructor" / f"{name}.ipynb")
        drawn = larger_figures(page) if larger else None
        slides.write(page, OUTPUT / "slides" / f"{name}.html", drawn)
        for folder, seed in (("nbgrader", None), ("nbgrader_variant", VARIANT)):
            (assignment := OUTPUT / folder / "source" / name).mkdir(parents=True)
            nbformat.write(graded.assignment(page, seed), assignment / f"{name}.ipynb")
    (OUTPUT / "guide.md").write_text(guide(course), encoding="utf-8")
    ask(course, OUTPUT / "quiz", exam_seed, own, about)
    pack(course, OUTPUT / "snn_course.zip")
    print(f"{len(course)} pages: {OUTPUT.relative_to(ROOT)}")


def command(arguments: list[str] | None = None) -> argparse.Namespace:
    """Return what the command line asks for; end with a message if exams cannot be drawn so."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--exam-seed", type=int, default=quiz.SEED, help=f"of the exams; {quiz.SEED} without"
    )
    parser.add_argument(
        "--questions", type=Path, help="a YAML file with questions of your own, for exams only"
    )
    parser.add_argument(
        "--exam-pages", default="", help=f"of the exams: {FORM}; without, all that have a lecture"
    )
    asked, names = parser.parse_args(arguments), list(notes())
    try:
        asked.own = essays.own(asked.questions) if asked.questions else essays.NONE
        asked.about = taught(asked.exam_pages, names) if asked.exam_pages else lectured(names)
        essays.check_pages(asked.own, asked.about)
        for number in EXAMS:
            exam_draw.drawn(asked.about, number, asked.exam_seed, asked.own)
    except (ValueError, OSError) as problem:
        parser.error(str(problem))
    return asked


if __name__ == "__main__":
    asked = command()
    main(larger=True, exam_seed=asked.exam_seed, own=asked.own, about=asked.about)
