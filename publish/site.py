"""Build the site from the committed notebooks as they are: ``python -m publish.site [folder]``.

With ``--draw`` it first draws wide figures anew for phones, which runs each page once; what was
drawn is kept until the page changes. Without, it takes what is kept.
"""

import argparse
import pkgutil
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import nbformat
from sphinx.cmd.build import main as sphinx

from snn_core.teaching.explorers import DrawDigit, Excite
from snn_core.teaching.live import LiveFigure

from .enlarged import enlarged, for_phones
from .live_html import figure, place, write
from .notebooks import stamps
from .page import ROOT, Page, by_part, committed
from .readme import GUIDE
from .site_figures import FOLDER
from .site_pages import prepare

SOURCE = Path(__file__).with_name("site_source")
LINK = re.compile(r"\]\((?!https?:|#)([^)]+)\)")  # to a file of the repository
GUIDED = GUIDE.relative_to(ROOT).as_posix()


def contents(pages: dict[str, Page]) -> str:
    """Return the pages by parts, each with its minutes and its question."""
    parts = [_part(title, members) for title, members in by_part(pages).items()]
    return "\n".join(["`````{container} parts", *parts, "`````"])


def _part(title: str, pages: list[Page]) -> str:
    listed = [
        f"- [{page.title}]({page.name}.ipynb) [{page.minutes} min]{{.minutes}}\n\n"
        f"  {page.question}\n"
        for page in pages
    ]
    head = ["````{container} part", f"```{{rubric}} {title}", ":heading-level: 3", "```", ""]
    return "\n".join([*head, *listed, "````"])


def with_figures(pages: dict[str, Page]) -> str:
    """Return in words which pages have a live figure: all, or all but some."""
    without = [name[:2] for name, page in pages.items() if not lives(page)]
    word = "page" if len(without) == 1 else "pages"
    return f"All but {word} {' and '.join(without)}" if without else "All"


def facts(pages: dict[str, Page]) -> str:
    """Return in a line for whom the pages are, how long each takes, and what a reader needs."""
    minutes = [page.minutes for page in pages.values()]
    whom = "**For you** if you know Python and a little PyTorch; no neuroscience"
    long = f"**{len(pages)} pages**, {min(minutes)}–{max(minutes)} minutes each"
    return f"{whom} · {long} · **Nothing to install** for reading"


def sidebar(pages: dict[str, Page]) -> str:
    """Return the contents for the sidebar, by parts."""
    return "\n\n".join(
        "\n".join(
            ["```{toctree}", ":hidden:", f":caption: {part}", "", *(p.name for p in members), "```"]
        )
        for part, members in by_part(pages).items()
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
    told = stamps() | {
        "{{hero}}": hero(),
        "{{reader}}": _shown(DrawDigit().sliders(), False),
        "{{pages}}": contents(pages),
        "{{sidebar}}": sidebar(pages),
        "{{facts}}": facts(pages),
        "{{count}}": str(len(pages)),
        "{{hours}}": str(round(sum(page.minutes for page in pages.values()) / 60)),
        "{{alive}}": with_figures(pages),
    }
    return _filled((SOURCE / "index.md").read_text(encoding="utf-8"), told)


def _filled(text: str, told: dict[str, str]) -> str:
    for placeholder, value in told.items():
        text = text.replace(placeholder, value)
    return text


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
        f"| [{page.title}]({page.name}.ipynb) | [Open in Colab]({colab}/{page.name}.ipynb) "
        f"| {page.time_to_run} |"
        for page in pages.values()
    ]
    listed = "\n".join(["| page | | runs for |", "|---|---|---|", *rows])
    text = (SOURCE / "run.md").read_text(encoding="utf-8")
    told = {"{{folder}}": repository.rsplit("/", 1)[1], "{{colab pages}}": listed}
    return _filled(text, stamps() | told)


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


def phone_figures(page: Page, draw: bool) -> dict[str, list[str | None]]:
    """Return the figures for phones that are kept, after they are drawn if `draw`."""
    try:
        if draw:
            enlarged(page)
    except subprocess.CalledProcessError as problem:
        print(f"{page.name}: figures as on the page, since drawing them anew failed: {problem}")
    return for_phones(page)


def assemble(folder: Path, draw: bool = False) -> None:
    """Write all sources of the site into an empty folder; `draw` figures for phones."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__*"))
    pages = committed()
    written = {
        "index": front(pages),
        "syllabus": syllabus(pages),
        "run": running(pages),
        "teach": outward(GUIDE.read_text(encoding="utf-8")),
    }
    for path in folder.glob("*.md"):  # the pages that are written by hand
        written.setdefault(path.stem, _filled(path.read_text(encoding="utf-8"), stamps()))
    for name, text in written.items():
        (folder / f"{name}.md").write_text(text, encoding="utf-8")
    figures = folder / "extra" / FOLDER
    figures.mkdir(parents=True)
    for name, page in pages.items():
        shown = prepare(page, figures, phone_figures(page, draw))
        nbformat.write(shown, folder / f"{name}.ipynb")
    write(folder / "static" / "live")
    reference(folder)


def build(target: Path, draw: bool = False) -> int:
    """Build the site into ``target/html``; warnings are errors. Return the exit status."""
    assemble(target / "source", draw)
    options = ["-W", "--keep-going", "-q", "-E", "-d", str(target / "doctrees")]
    return sphinx(["-b", "html", *options, str(target / "source"), str(target / "html")])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "site")
    parser.add_argument("--draw", action="store_true", help="draw wide figures anew for phones")
    asked = parser.parse_args()
    status = build(asked.folder, asked.draw)
    print(f"{asked.folder}/html/index.html" if status == 0 else "The site has warnings.")
    sys.exit(status)
