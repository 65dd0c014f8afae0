"""What a class talks about on slides: the tasks at a live figure, and the questions to discuss."""

from .course_files import model_answers, notes
from .essays import unmarked
from .labs import Tasks, explorers, items
from .page import Page
from .slide_parts import portions, sentences, shortened, standing, without_links
from .slide_shows import step

ANSWER = 30  # words of an answer
DISCUSSED = "## To discuss"
TALKED = 95  # words of the questions to discuss on one slide


def tried(page: Page, tasks: str) -> Tasks | None:
    """Return tasks and answers of an explorer by its tasks; None if they have no answers."""
    return next((each for each in explorers(page) if without_links(each.tasks) == tasks), None)


def found(of: Tasks) -> list[str]:
    """Return as much of the answer to each task as stands above a live figure; "" if none."""
    shown = []
    for answer in items(of.answers):
        said = " ".join(standing(sentences(without_links(answer))))
        cut = shortened(said, ANSWER) if said else ""
        shown.append("" if cut.endswith("…") else cut)
    return shown


def discussion(page: Page) -> list[tuple[str, str]]:
    """Return slides of the questions to discuss, one by one, and their notes: model answers."""
    asked = notes().get(page.name, {}).get("discussion", [])
    given = model_answers().get(page.name, [""] * len(asked))
    numbered = [f"**{n}** · {without_links(each)}" for n, each in enumerate(asked, 1)]
    made = []
    for text in portions(DISCUSSED, numbered, "\n\n", TALKED) if asked else ():
        head, first, *more = text.split("\n\n")
        shown = [head, first, *(step(each, n) for n, each in enumerate(more))]
        beside = [
            f"{question}\n\n{unmarked(answer)}"
            for question, answer in zip(numbered, given, strict=True)
            if question in text
        ]
        made.append(("\n\n".join(shown), "\n\n".join(beside)))
    return made
