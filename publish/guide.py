"""Write the lecturer's guide: its words, a table of hours, and what each page says and needs."""

import re

from . import labs, lecture, lessons, slides
from .course_files import GUIDE, model_answers, notes
from .essays import unmarked
from .grading import in_words
from .page import Page

TITLE = "Guide for lecturers"
MISCONCEPTIONS = "Common misconceptions"
DISCUSSION = "Questions to discuss, with model answers"
GRADING = "Grading"
ANSWER = "*Model answer:*"
HOURS = "<!-- hours: written by `make course` -->"  # where the table of hours stands in the guide


def anchor(title: str) -> str:
    """Return the address of a heading within its file, as GitHub and most editors make it.

    >>> anchor("00 · Why spikes")
    '00--why-spikes'
    """
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def contents(text: str) -> str:
    """Return links to the headings of the second level of a text, as a list in Markdown."""
    titles = re.findall(r"^## (.+)$", text, flags=re.M)
    return "\n".join(f"- [{title}](#{anchor(title)})" for title in titles)


def discussed(page: Page, noted: dict) -> str:
    """Return the questions to discuss, each with its model answer below it if it has one."""
    given = model_answers().get(page.name, [])
    answers = [f"\n\n   {ANSWER} {unmarked(each)}" for each in given]
    answers += [""] * (len(noted["discussion"]) - len(given))
    asked = enumerate(zip(noted["discussion"], answers, strict=True), 1)
    return "\n\n".join(f"{number}. {question}{answer}" for number, (question, answer) in asked)


def for_lecturers(page: Page, noted: dict) -> str:
    """Return what a lecturer gets beside a page: notes, model answers, a plan of the minutes."""
    parts = {
        MISCONCEPTIONS: _listed(noted["misconceptions"]),
        DISCUSSION: discussed(page, noted),
        GRADING: _listed([in_words(line) for line in noted["grading"]]),
        "What to try with the explorers, and answers": labs.told(page),
        f"A lecture of {lecture.LECTURE_MINUTES} minutes": lecture.planned(
            page, steps := slides.steps(page)
        ),
    }
    if lessons.alone(page):
        title = f"A double lesson of {lessons.MINUTES} minutes"
        parts[title] = lessons.doubled(page, steps)
    return "\n\n".join(f"### {title}\n\n{text}" for title, text in parts.items() if text)


def _listed(items: list[str]) -> str:
    return "\n".join(f"- {item}" for item in items)


def guide(course: dict[str, Page]) -> str:
    """Return the lecturer's guide: what each page says about itself, and the notes on it."""
    noted, words = notes(), GUIDE.read_text(encoding="utf-8")
    words = words.replace(HOURS, lessons.hours(course))
    text = [words.split("\n", 1)[1].strip()]
    for name, page in course.items():
        text.append(f"## {page.title}\n\n*{page.question}* {page.times}")
        text.append(
            f"Needs {page.needs}." + (f" Introduces {page.introduces}." if page.introduces else "")
        )
        text.append("### Goals\n\n" + _listed(page.goals))
        text.append(for_lecturers(page, noted[name]))
    told = "\n\n".join(text)
    return f"# {TITLE}\n\n{contents(told)}\n\n{told}\n"
