"""Texts of the site that are written from the pages: the first page, how to run, the syllabus."""

import re
from pathlib import Path

from snn_core.teaching.explorers import DrawDigit, Excite
from snn_core.teaching.live import LiveFigure

from .course_files import GUIDE
from .live_html import figure, place
from .page import ENTRANCE, ROOT, Page, by_part
from .stamps import stamped, stamps
from .wording import listed

SOURCE = Path(__file__).with_name("site_source")
KNOWS = re.compile(r"^\| [^|]*know PyTorch \| ([^|]*) \|", flags=re.M)  # a row of page 00
STAGE = re.compile(r"\b(\d\d)\b(?:\]? to \[?(\d\d)\b)?")
TARGET = re.compile(r"(?<=\])\([^)]*\)")  # of a link
LINK = re.compile(r"\]\((?!https?:|#)([^)]+)\)")  # to a file of the repository
GUIDED = GUIDE.relative_to(ROOT).as_posix()


def contents(pages: dict[str, Page]) -> str:
    """Return the pages by parts, each with its minutes and its question."""
    parts = [_part(title, members) for title, members in by_part(pages).items()]
    return "\n".join(["`````{container} parts", *parts, "`````"])


def _part(title: str, pages: list[Page]) -> str:
    entries = [
        f"- [{page.title}]({page.name}.ipynb) [{page.minutes} min]{{.minutes}}\n\n"
        f"  {page.question}\n"
        for page in pages
    ]
    head = ["````{container} part", f"```{{rubric}} {title}", ":heading-level: 3", "```", ""]
    return "\n".join([*head, *entries, "````"])


def with_figures(pages: dict[str, Page]) -> str:
    """Return in words which pages have a live figure: all, or all but some."""
    without = [name[:2] for name, page in pages.items() if not lives(page)]
    many = "s" * (len(without) > 1)
    return f"All but page{many} {listed(without)}" if without else "All"


def facts(pages: dict[str, Page]) -> str:
    """Return in a line for whom the pages are, how long each takes, and what a reader needs."""
    minutes = [page.minutes for page in pages.values()]
    whom = "**For you** if you know Python and a little PyTorch; no neuroscience"
    all_ = f"{round(sum(minutes) / 60)} hours in all"
    long = f"**{len(pages)} pages**, {min(minutes)}–{max(minutes)} minutes each, {all_}"
    return f"{whom} · {long} · **Nothing to install** for reading"


def route(pages: dict[str, Page]) -> str:
    """Return the way of page 00 to training for who knows PyTorch, linked, with its hours."""
    by_number = {page.number: page for page in pages.values()}
    way = KNOWS.search(by_number[ENTRANCE].named("Where to go").text)[1]
    numbers = [ENTRANCE]
    for first, last in STAGE.findall(TARGET.sub("", way)):
        numbers += [f"{number:02}" for number in range(int(first), int(last or first) + 1)]
    stages = [by_number[number] for number in numbers if number in by_number]  # of those given
    links = " → ".join(f"[{page.number}]({page.name}.ipynb)" for page in stages)
    halves = round(sum(page.minutes for page in stages) / 30)
    return f"{links}, about {halves // 2}{'½' * (halves % 2)} hours"


def sidebar(pages: dict[str, Page]) -> str:
    """Return the contents for the sidebar, by parts, with how to run them at the start."""
    parts = {part: [page.name for page in members] for part, members in by_part(pages).items()}
    next(iter(parts.values())).append("Run it <run>")
    return "\n\n".join(
        "\n".join(["```{toctree}", ":hidden:", f":caption: {part}", "", *entries, "```"])
        for part, entries in parts.items()
    )


def lives(page: Page) -> bool:
    """Tell whether a page shows a live figure."""
    return any(map(figure, page.notebook.cells))


def hero() -> str:
    """Return the first live figure of the first page, with a drive at which it spikes by itself."""
    shown = Excite().sliders()
    shown.values = {"drive": 1.3}
    return _shown(shown, True)


def _shown(live: LiveFigure, first: bool) -> str:
    return f'```{{raw}} html\n<div class="hero">{place(live, first)}</div>\n```'


def front(pages: dict[str, Page]) -> str:
    """Return the source of the first page."""
    told = {
        "{{hero}}": hero(),
        "{{reader}}": _shown(DrawDigit().sliders(), False),
        "{{pages}}": contents(pages),
        "{{sidebar}}": sidebar(pages),
        "{{facts}}": facts(pages),
        "{{alive}}": with_figures(pages),
        "{{route}}": route(pages),
    }
    return stamped((SOURCE / "index.md").read_text(encoding="utf-8"), told)


def outward(text: str) -> str:
    """Return a text of the repository with its links leading to the site, or to the repository."""

    def target(found: re.Match) -> str:
        files = f"{stamps()['{{repository}}']}/blob/{stamps()['{{tag}}']}"
        return "](teach.md)" if found[1] == GUIDED else f"]({files}/{found[1]})"

    return LINK.sub(target, text)


def running(pages: dict[str, Page]) -> str:
    """Return how to run the pages, with a link to Colab for each of them."""
    colab, repository = stamps()["{{colab}}"], stamps()["{{repository}}"]
    rows = [
        f"| [{page.title}]({page.name}.ipynb) | [Colab]({colab}/{page.name}.ipynb) "
        f"| {page.time_to_run} |"
        for page in pages.values()
    ]
    table = "\n".join(["| page | open in | runs for |", "|---|---|---|", *rows])
    text = (SOURCE / "run.md").read_text(encoding="utf-8")
    told = {"{{folder}}": repository.rsplit("/", 1)[1], "{{colab pages}}": table}
    return stamped(text, told)


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
