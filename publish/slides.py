"""Derive the slides of a page from its structure: one HTML file that needs no network.

What becomes a slide: the title with its question, "You will", the idea of each section with its
equations, every question that stands before a cell, every figure, the recap and the list of
exercises. The full text of a section goes into the notes of its slide (key S). A cell tagged
`slide` is shown whole, one tagged `no-slide` not at all. What stands under "Deeper" is left out.
"""

import html
import re
from pathlib import Path

import nbformat
from jinja2 import pass_context
from latex2mathml.converter import convert as to_mathml
from nbconvert.exporters import SlidesExporter
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from .graded import without_badge, without_solutions
from .live_html import alive, figure
from .page import Page, tags

SOURCE = Path(__file__).with_name("course_source")
# What latex2mathml does not know, and upright words, which only as text stay upright and in one
# piece.
REPLACED = {
    r"\mathrm": r"\text",
    r"\arg": r"\text{arg}\,",
    r"\big\langle": r"\langle",
    r"\big\rangle": r"\rangle",
}
LEFT_OUT = ("## Explorer", "## References")
LISTS, LONG = (
    ("- ", "|"),
    700,
)  # an enumeration or a table belongs to the words before it, if it fits (characters)


def mathml(formula: str, display: str) -> str:
    """Return a formula of LaTeX as MathML."""
    for command, known in REPLACED.items():
        formula = formula.replace(command, known)
    return to_mathml(formula.strip(), display=display)


class WithMathML(IPythonRenderer):
    """Write formulas as MathML, which browsers show without a script."""

    def block_math(self, body: str) -> str:
        return mathml(body, "block")

    def inline_math(self, body: str) -> str:
        return mathml(body, "inline")


class PageSlides(SlidesExporter):
    """The slides of nbconvert with a template of our own and with formulas as MathML."""

    def __init__(self, **options):
        super().__init__(template_name="slides", extra_template_basedirs=[str(SOURCE)], **options)

    @pass_context
    def markdown2html(self, context, source: str) -> str:
        return MarkdownWithMath(renderer=WithMathML(escape=False)).render(source)


def picture(cell: NotebookNode) -> str:
    """Return the figures of a cell as HTML, each with its description; a live one alive."""
    live = figure(cell)
    shown = alive(live) if live else ""
    for output in cell.get("outputs", []):
        if "image/png" in output.get("data", {}):
            text = html.escape(output.metadata["image/png"].get("alt", ""))
            data = output.data["image/png"].replace("\n", "")
            shown += f'<img src="data:image/png;base64,{data}" alt="{text}">\n'
    return shown


def condensed(part: str) -> str:
    """Return what of a part of the prose stands on its slide; nothing if it gets none."""
    paragraphs = re.split(r"\n\s*\n", part.strip())
    heading = paragraphs[0]
    if heading.startswith(LEFT_OUT):
        return ""
    if heading.startswith("# "):
        return "\n\n".join(paragraphs[:2])
    if heading in ("## You will", "## Recap"):
        return "\n\n".join([heading] + [text for text in paragraphs if re.match(r"- |You$", text)])
    shown = {0} if heading.startswith("#") else set()
    if (
        shown
    ):  # and the idea; what stands in brackets before it answers the question of the section before
        shown.add(
            next(
                (
                    number
                    for number, text in enumerate(paragraphs)
                    if number and not text.startswith("(")
                ),
                0,
            )
        )
    for number, text in enumerate(paragraphs):
        if text.startswith("$$") or (text.startswith(">") and not shown):
            shown.add(
                number - 1
            )  # what leads up to the equation, or to a question that would stand alone
        follows = text.startswith(LISTS) and number - 1 in shown and len(text) < LONG
        if text.startswith(("$$", ">")) or follows or text.endswith(":**"):
            shown.add(number)
    return "\n\n".join(text for number, text in enumerate(paragraphs) if number in shown)


def prose_slides(source: str) -> list[tuple[str, str]]:
    """Return the slides of a cell of prose as (type, text): one for each heading, and its notes."""
    found, exercises = [], []
    source = without_badge(
        without_solutions(source)
    )  # and a badge would be fetched from the network
    source = re.sub(
        r"\[([^\]]+)\]\([^)]+\.ipynb\)", r"\1", source
    )  # other pages do not lie beside the slides
    for part in re.split(r"^(?=#{1,3} |\*\*.+:\*\*$)", source, flags=re.M):
        if re.match(r"### \d · ", part):
            exercises.append("- " + part.splitlines()[0].removeprefix("### "))
        elif part.strip() and (text := condensed(part)):
            found += [
                ("slide" if part.startswith(("# ", "## ")) else "subslide", text),
                ("notes", part.strip()),
            ]
    return found + [("exercises", line) for line in exercises]


def slides(page: Page) -> NotebookNode:
    """Return the slides of a page as a notebook of prose, whose cells say what slide they are."""
    found, exercises = [], []
    for cell in page.main:
        if "slide" in tags(cell):
            code = f"```python\n{cell.source}\n```\n" if cell.cell_type == "code" else cell.source
            found.append(("slide", code + "\n" + picture(cell)))
        elif cell.cell_type == "markdown" and "no-slide" not in tags(cell):
            found += (of_cell := prose_slides(cell.source))
            exercises += [text for kind, text in of_cell if kind == "exercises"]
        elif "no-slide" not in tags(cell) and (shown := picture(cell)):
            found.append(("subslide", shown))
    found = [
        (kind, text)
        for kind, text in found
        if kind != "exercises" and not text.startswith("## Exercises")
    ]
    if exercises:
        found.append(("slide", "\n".join(["## Exercises\n", *exercises])))
    cells = [
        new_markdown_cell(text, metadata={"slideshow": {"slide_type": kind}})
        for kind, text in found
    ]
    return nbformat.v4.new_notebook(cells=cells, metadata={"title": page.title})


def write(page: Page, path: Path) -> None:
    """Write the slides of a page as one HTML file."""
    path.write_text(PageSlides().from_notebook_node(slides(page))[0], encoding="utf-8")
