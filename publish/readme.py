"""Write what README and the lecturer's guide say about the pages: ``python -m publish.readme``.

Written are the table of tutorials in README.md, and in the guide the table of the semester, the
minutes to read of other plans, and the list of projects.
"""

import re
from itertools import groupby
from pathlib import Path

from .course_files import GUIDE, notes, semester
from .labs import lab
from .page import ROOT, Page, committed
from .wording import listed

README = ROOT / "README.md"
WEEKS = re.compile(
    r"(?<=^\| week \| pages \| minutes to read \|)(.*\n\|[-|]*\|\n)(?:\|.*\n)*", re.M
)
PLAN = re.compile(r"^(\| [^|]+ \| )(\d\d(?:, \d\d)*)( \| )(\d+)(?= \|)", flags=re.M)


def with_weeks(plan: str, pages: dict[str, Page]) -> str:
    """Return a text with the table of the semester: what each week reads, does and hands in."""
    by_number, rows = {page.number: page for page in pages.values()}, []
    for number, week in enumerate(semester()["weeks"], 1):
        read = [by_number[each] for each in week["pages"]]
        rows.append([str(number), read, *lab(read), week["hand_in"]])
    for week in semester()["without_lecture"]:
        read = [by_number[each] for each in week["pages"]]
        rows.append([week["week"], read, "–", week["home"], "–"])
    lines = [
        f"| {first} | {', '.join(page.number for page in read)} "
        f"| {sum(page.minutes for page in read)} | {' | '.join(more)} |\n"
        for first, read, *more in rows
    ]
    return WEEKS.sub(lambda found: found[1] + "".join(lines), plan)


def table(pages: dict[str, Page]) -> str:
    """Return the table of tutorials."""
    builds = {name: noted["builds"] for name, noted in notes().items()}
    rows = [
        f"| [{page.title}](tutorials/{name}.ipynb) | {page.question} "
        f"| {builds[name]} | {page.minutes} |"
        for name, page in pages.items()
    ]
    return "\n".join(["| page | question | what you build | minutes |", "|---|---|---|---|", *rows])


def with_minutes(plan: str, pages: dict[str, Page]) -> str:
    """Return a text whose tables name pages in column two, with their minutes in column three."""
    minutes = {page.number: page.minutes for page in pages.values()}

    def row(found: re.Match) -> str:
        before, numbers, between, _ = found.groups()
        return (
            before
            + numbers
            + between
            + str(sum(minutes.get(number, 0) for number in numbers.split(", ")))
        )

    return PLAN.sub(row, plan)


def projects(pages: dict[str, Page]) -> str:
    """Return in words which exercises are open and have no printed answer."""
    left = [
        (e.number, page.number)
        for page in pages.values()
        for e in page.exercises
        if is_project(e.title, e.answer)
    ]
    by_number = groupby(sorted(left), key=lambda pair: pair[0])
    return (
        "; ".join(
            f"number {number} of {_pages([page for _, page in pairs])}"
            for number, pairs in by_number
        )
        + "."
    )


def is_project(title: str, answer: str | None) -> bool:
    """Tell whether an exercise is open and has no printed answer."""
    return title.startswith("Open") and answer is None


def _pages(numbers: list[str]) -> str:
    return f"page{'s' * (len(numbers) > 1)} {listed(numbers)}"


def between(text: str, mark: str, inside: str) -> str:
    """Return a text with something between ``<!-- mark: … -->`` and ``<!-- /mark -->``."""
    pattern = re.compile(rf"(<!-- {mark}:.*? -->\n).*?(<!-- /{mark} -->)", flags=re.S)
    if len(pattern.findall(text)) != 1:
        raise ValueError(f"the text has to hold <!-- {mark}: … --> and <!-- /{mark} --> once")
    return pattern.sub(lambda found: f"{found[1]}{inside}\n{found[2]}", text)


def written(pages: dict[str, Page]) -> dict[Path, str]:
    """Return the files that are written, with their text."""
    guide = with_weeks(with_minutes(GUIDE.read_text(encoding="utf-8"), pages), pages)
    return {
        README: between(README.read_text(encoding="utf-8"), "tutorials", table(pages)),
        GUIDE: between(guide, "projects", projects(pages)),
    }


def main() -> None:
    """Write the files."""
    for path, text in written(committed()).items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
