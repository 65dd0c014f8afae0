"""What a double lesson does with a page that is alone in its week, and how long each week takes.

A double lesson has 90 minutes. The lecture goes at a step of the slides a minute. Behind it come
the questions of the quiz for practice, the questions to discuss, a part of *Deeper* at the board,
and the start of the lab.
"""

from collections.abc import Sequence

from .course_files import notes, semester
from .labs import LAB_MINUTES, at_home
from .lecture import LECTURE, plan
from .page import Page
from .pencil import told_beside
from .quiz import shared_out
from .variants import declared
from .wording import listed

MINUTES = 90
QUIZ = 3  # minutes of a question for practice: think, show of hands, why
DISCUSS = 5  # minutes of a question to discuss
DEEP = 5  # minutes of a part of *Deeper*: what it asks, and its figure or formula
DEEPER = {  # which part of *Deeper* a double lesson shows, by the number of the page
    "02": "A reset one step later",
    "09": "Whom does a spike pair with?",
    "10": "Inhibitory neurons",
    "11": "How far is STDP from the gradient?",
    "12": "A spike in between",
}
REPORT, PROJECT = 8, 24  # hours of the first report and of the project, assumed
CREDIT = 25, 30  # hours of a credit
HOLDS = {"05.4"}  # questions that hold what a check of their page asks for


def weeks() -> list[list[str]]:
    """Return the numbers of the pages of each week of the semester."""
    return [week["pages"] for week in semester()["weeks"]]


def alone(page: Page) -> bool:
    """Return whether a page has a week of its own."""
    return [page.number] in weeks()


def double(page: Page, steps: Sequence[int]) -> list[tuple[str, int]]:
    """Return the parts of a double lesson on a page with their minutes.

    Args:
        page: the page.
        steps: of the slides, for each part of a lecture on it.
    """
    titles = [what for what, _ in plan(page, steps)][:-1]
    recap = LECTURE[titles[-1]]
    told = [*steps[:-2], recap]
    before, after = practised(page.name)
    talk = len(notes()[page.name]["discussion"])
    parts = [
        *zip(titles, told, strict=True),
        (_quiz(before, after), QUIZ * len(before)),
        (f"the {talk} questions to discuss", DISCUSS * talk),
        (f"from *Deeper*: {DEEPER[page.number]}", DEEP),
    ]
    left = MINUTES - sum(minutes for _, minutes in parts)
    return [*parts, ("start of the lab: run the page, answer before each cell", left)]


def practised(name: str) -> tuple[list[str], list[str]]:
    """Return the questions for practice of a page to ask before its exercises, and after them.

    After them are those that tell a part of an exercise, or are told by one.
    """
    told = {each for key in declared() if key[:2] == name[:2] for each in told_beside(key)}
    names = [each.name for each in shared_out(name)[0]]
    late = told | HOLDS
    return [each for each in names if each not in late], [each for each in names if each in late]


def _quiz(before: list[str], after: list[str]) -> str:
    """Return which questions for practice a double lesson asks, and which come later."""
    later = f" ({listed(after)} after the exercises)" if after else ""
    many = "s" * (len(before) > 1)
    return f"question{many} {listed(before)} of the quiz for practice, by show of hands{later}"


def doubled(page: Page, steps: Sequence[int]) -> str:
    """Return the plan of a double lesson as a table in Markdown."""
    rows = [f"| {minutes} | {what} |" for what, minutes in double(page, steps)]
    return "\n".join(["| minutes | what |", "|---|---|", *rows])


def hours(course: dict[str, Page]) -> str:
    """Return a table in Markdown of the minutes of each week: in class, in the lab, at home.

    At home are reading, by the pages, and the exercises that the lab leaves. Report and project
    follow, and all hours, in credits too.
    """
    numbered = {page.number: page for page in course.values()}
    rows, whole = (
        ["| week | pages | class | lab | reading | exercises | hours |", "|---" * 7 + "|"],
        0,
    )
    for week, numbers in enumerate(weeks(), 1):
        pages = [numbered[number] for number in numbers if number in numbered]
        if pages:
            parts = [MINUTES, LAB_MINUTES, sum(page.minutes for page in pages), at_home(pages)]
            whole += sum(parts)
            cells = [str(week), ", ".join(numbers), *map(str, parts), f"{sum(parts) / 60:.1f}"]
            rows.append(f"| {' | '.join(cells)} |")
    rows.append(f"| first report, assumed | | | | | | {REPORT} |")
    rows.append(f"| project, assumed | | | | | | {PROJECT} |")
    total = round(whole / 60) + REPORT + PROJECT
    rows.append(f"| all | | | | | | {total} |")
    few, many = (f"{total / each:.1f} of {each}" for each in CREDIT)
    return "\n".join(rows) + f"\n\nIn credits these {total} hours are {many} hours, or {few}."
