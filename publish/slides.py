"""Derive the slides of a page from its structure: one HTML file that needs no network.

What becomes a slide: the title with its question, "You will", the idea of each section, its
equations, lists and tables, the core lines of one piece of its code, every question with its figure
and its answer as steps, every other figure with what is drawn and what it shows, live figures, what
to try with them, the recap and the text of each exercise. A slide shows at most 60 words at a time;
the text around it on the page goes into its notes (key S). What stands under "Deeper" is left out.

Four tags of cells change that: `slide` shows a cell whole and `no-slide` not at all; `slide-code`
makes it the code of its section; `no-title` gives its figure another heading than its title.
"""

import functools
import re
from pathlib import Path

import nbformat
from jinja2 import pass_context
from nbconvert.exporters import SlidesExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from .course_files import FOLDER
from .deck import of_page, slides_of
from .mathml import mathml
from .page import Page
from .slide_shows import apart, letters
from .slide_steps import count

WITH_STOP = re.compile(r'(<math [^>]*display="inline"(?:(?!</math>).)*</math>)([.,;:?!)])', re.S)


class WithMathML(IPythonRenderer):
    """Write formulas as MathML, which browsers show without a script."""

    def block_math(self, body: str) -> str:
        """Return a formula as MathML; the parts of a long one stand below each other."""
        made = "".join(mathml(part, "block") for part in apart(body))
        return made.replace("<math ", f'<math style="--letters: {letters(body)}" ')

    def inline_math(self, body: str) -> str:
        return mathml(body, "inline")

    def block_code(self, code: str, info: str | None = None) -> str:
        """Return a block of code that says how long its lines are, by which its type is chosen."""
        letters = max(map(len, code.splitlines()), default=1)
        return f'<div style="--letters: {letters}">{super().block_code(code, info)}</div>\n'

    def heading(self, text: str, level: int, **attrs) -> str:
        """Return a heading without an anchor, which would lose its formulas."""
        return f"<h{level}>{text}</h{level}>\n"


class PageSlides(SlidesExporter):
    """The slides of nbconvert with a template of our own and with formulas as MathML."""

    def __init__(self, **options):
        super().__init__(template_name="slides", extra_template_basedirs=[str(FOLDER)], **options)

    @pass_context
    def markdown2html(self, context, source: str) -> str:
        """Return Markdown as HTML, in which no full stop behind a formula begins a line."""
        made = MarkdownWithMath(renderer=WithMathML(escape=False)).render(source)
        return WITH_STOP.sub(r'<span class="whole">\1\2</span>', made)


def slides(page: Page, drawn: dict[str, list[str]] | None = None) -> NotebookNode:
    """Return the slides of a page as a notebook of prose, whose cells say what slide they are.

    Args:
        page: the page.
        drawn: enlarged figures by the id of their cell, in place of those of the page.
    """
    cells = []
    for each in slides_of(page, drawn) if drawn else of_page(page):
        for kind, text in ((each.kind, each.text), ("notes", each.notes)):
            if text:
                cells.append(new_markdown_cell(text, metadata={"slideshow": {"slide_type": kind}}))
    return nbformat.v4.new_notebook(cells=cells, metadata={"title": page.title})


@functools.lru_cache(64)  # plans, notes and the guide ask again
def steps(page: Page) -> tuple[int, ...]:
    """Return how many steps the slides take for each part of the plan of a lecture on a page."""
    parts = ["", *(section.title for section in page.sections), "Recap", "To discuss"]
    found, part = dict.fromkeys(parts, 0), ""
    for slide in of_page(page):
        opened = [
            each for each in re.findall(r"^## (.*)$", slide.text, flags=re.M) if each in found
        ]
        part = opened[0] if opened else part
        found[part] += count([slide])
    return tuple(found.values())


@functools.cache
def _exporter() -> PageSlides:
    """Return what writes slides as HTML, whose templates are read once for all pages."""
    return PageSlides()


def html(page: Page, drawn: dict[str, list[str]] | None = None) -> str:
    """Return the slides of a page as HTML."""
    return _exporter().from_notebook_node(slides(page, drawn))[0]


def write(page: Page, path: Path, drawn: dict[str, list[str]] | None = None) -> None:
    """Write the slides of a page as one HTML file."""
    path.write_text(html(page, drawn), encoding="utf-8")
