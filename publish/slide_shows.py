"""What a block of a page shows on a slide: figures, printed text, steps, and a live figure."""

import html
import re
from collections.abc import Sequence
from itertools import zip_longest

from nbformat import NotebookNode

from snn_core.teaching.live import LiveFigure

from .live_html import alive, figure
from .page import tags
from .slide_parts import Block, sentences, standing

WIDE = 50  # letters of a formula that fit on a line of a slide
PRINTED = 10, 80  # lines and letters of printed text that a slide can hold
SILENT = re.compile(r"(True|False|None)?$|\w+: recorded on ")  # printed lines that say nothing
LABEL = re.compile(r"(?!(?:True|False|None|tensor|array|dtype)\b)\b[A-Za-z]{2,}|\b[A-Za-z] *[:=]")
TRIES = "**Try this"
LOOK, SEEN = "> **Look", "shown seen"  # how a question about a figure begins, and what marks that
BOARD = '<div class="board">\n\n'  # with which a figure begins that fills its slide
ASKING = '<div class="asking">\n\n'  # and code that goes when the answer to its question comes


def picture(cell: NotebookNode, drawn: list[str] | None = None) -> str:
    """Return the figures of a cell as HTML, each with its description.

    Enlarged figures take the place of those of the page, if they are as many.
    """
    shown = ""
    pictures = [out for out in cell.get("outputs", []) if "image/png" in out.get("data", {})]
    enlarged = drawn if drawn and len(drawn) == len(pictures) else [None] * len(pictures)
    for output, larger in zip(pictures, enlarged, strict=True):
        text = html.escape(output.metadata["image/png"].get("alt", ""))
        data = (larger or output.data["image/png"]).replace("\n", "")
        shown += f'<img src="data:image/png;base64,{data}" alt="{text}">\n'
    return shown


def printed(*cells: NotebookNode) -> str:
    """Return what cells print, as one block of code, up to the first that a slide cannot hold."""
    kept: list[str] = []
    for cell in cells:
        text = "".join(out.text for out in cell.get("outputs", []) if out.output_type == "stream")
        lines = [each for each in text.strip("\n").splitlines() if not SILENT.match(each)]
        if len(kept) + len(lines) > PRINTED[0] or max(map(len, lines), default=0) > PRINTED[1]:
            break
        kept += lines
    return "```\n" + "\n".join(kept) + "\n```" if kept else ""


def labelled(text: str) -> bool:
    """Tell whether printed text says what it shows, so that it can stand without its code.

    >>> labelled("weights: 200"), labelled("T =  4: 15.5%"), labelled("[0, 1, -1]")
    (True, True, False)
    """
    return bool(LABEL.search(text.removeprefix("```")))


def step(text: str, order: int = 0) -> str:
    """Return Markdown that appears at a step of its slide."""
    return f'<div class="fragment" data-fragment-index="{order}">\n\n{text}\n\n</div>'


def board(top: str, shown: str, marks: str = 'shown"') -> str:
    """Return the Markdown of a figure that fills its slide, below what stands above it."""
    return f'{BOARD}{top}\n\n<div class="{marks}>\n\n{shown}\n\n</div>\n</div>'


def before(text: str) -> str:
    """Return Markdown that is seen until the answer to the question below it comes."""
    return f'<div class="before">\n\n{text}\n\n</div>'


def under(above: str, shown: str) -> str:
    """Return a figure that fills its slide, with what is seen above it until the figure comes."""
    return shown.replace(BOARD, f"{BOARD}{before(above)}\n\n", 1) if above else shown


def small(text: str) -> str:
    """Return Markdown whose code is in small type."""
    blocks = re.compile(r"^```.*?^```", flags=re.M | re.S)
    return blocks.sub(lambda found: f'<div class="small">\n\n{found[0]}\n\n</div>', text)


def looks(asked: str) -> bool:
    """Tell whether a question asks to look at a figure."""
    return asked.splitlines()[-1].startswith(LOOK)


def asked_about(asked: str, answer: str, shown: str) -> str:
    """Return the Markdown of a question, then its figure, then the answer in its place.

    A question that asks to look has its figure from the start; what is printed beside it comes
    with the answer.
    """
    seen = looks(asked) and "<img" in shown
    if seen and "```" in shown:
        figure, mark, said = shown.partition("```")
        shown = figure + step(mark + said)
    order = 0 if seen else 1
    top = f'<div class="asked">\n\n{asked}\n\n</div>'
    if answer:
        marks = f'class="fragment answer" data-fragment-index="{order}"'
        top += f"\n<div {marks}>\n\n### {answer}\n\n</div>"
    marks = f'{SEEN}"' if seen else 'fragment shown" data-fragment-index="0"'
    return board(f'<div class="top">\n{top}\n</div>', shown, marks)


def drawn(
    title: str, said: str, finding: str, shown: str, *, apart: bool = False, headed: bool = False
) -> str:
    """Return the Markdown of a figure under its title, what is drawn, and what is found.

    Apart, what is found comes as a step, in place of what is drawn. What stands alone is a heading,
    unless the slide is headed.
    """
    top = [f"### {title}"] if title else []
    if apart:
        step_of = '<div class="fragment answer" data-fragment-index="0">'
        found = f"{step_of}\n\n### {finding}\n\n</div>"
        asked = f'<div class="asked">\n\n{said}\n\n</div>'
        return board("\n\n".join([*top, f'<div class="top">\n{asked}\n{found}\n</div>']), shown)
    alone = not title and not finding and not headed
    top += [f"### {said}" if alone else said] if said else []
    if finding:
        top.append(f'<div class="finding">\n\n### {finding}\n\n</div>')
    return board("\n\n".join(top), shown)


def letters(formula: str) -> int:
    """Return about how many letters of a formula stand beside each other.

    >>> letters(r"u = \\beta v")
    4
    """
    return len(re.sub(r"\\text|[{}^_&\\\s]|(?<=\\.)[a-zA-Z]+", "", formula))


def apart(formula: str) -> list[str]:
    """Return the parts of a formula that is too long for a line, cut at its wide gaps."""
    if letters(formula) <= WIDE or "begin" in formula:
        return [formula]
    parts = re.split(r"\\qquad(?:\\q?quad)*", formula)
    return [part for part in parts if part.strip()]


def told(block: Block) -> str:
    """Return what prose says, without a last sentence that leads up to something, and brackets."""
    if block.kind != "text" or block.text.startswith(TRIES):
        return ""
    said = sentences(block.text)
    said = said if re.search(r"[.?!][)*\"]*$", said[-1]) else said[:-1]
    return re.sub(r"^\((.*)\)$", r"\1", " ".join(standing(said)))


def draws(block: Block) -> bool:
    """Tell whether a block is code with a figure."""
    if block.kind != "code" or {"check", "exercise", "slide"} & set(tags(block.cell)):
        return False
    return any("image/png" in output.get("data", {}) for output in block.cell.get("outputs", []))


def prints(block: Block) -> bool:
    """Tell whether a block is code with printed text that a slide can hold."""
    if block.kind != "code" or {"check", "exercise", "slide"} & set(tags(block.cell)):
        return False
    return bool(printed(block.cell))


def shows(block: Block) -> bool:
    """Tell whether a block is code whose figure or printed text a slide can hold."""
    return draws(block) or prints(block)


def live_in(block: Block) -> LiveFigure | None:
    """Return the live figure that a block shows, if it shows one."""
    return figure(block.cell) if block.kind == "code" else None


def playground(
    top: str, tasks: str, live: LiveFigure, answers: Sequence[str] = (), brief: bool = False
) -> str:
    """Return the Markdown of a live figure that fills its slide.

    Args:
        top: a heading, and what stands under it.
        tasks: a numbered list, or one task as text; each appears in place of what stood before.
        live: the figure.
        answers: to the tasks, each of which comes in place of its task; an empty one is left out.
        brief: show an answer together with the next task.
    """
    said = [re.sub(r"^\d+\. ", "", each) for each in re.split(r"\n(?=\d+\. )", tasks) if each]
    numbers = [f"**{n}** · " if len(said) > 1 else "" for n in range(1, len(said) + 1)]
    views: list[list[str]] = []
    for number, task, answer in zip_longest(numbers, said, answers, fillvalue=""):
        asked, told_of = number + task, f'<div class="found">\n\n{number}{answer}\n\n</div>'
        if brief and views and answers:
            views[-1].append(asked)
        else:
            views.append([asked])
        if answer:
            views.append([told_of])
    shown = "".join(_view(n, len(views), "\n\n".join(each)) for n, each in enumerate(views))
    asked = f'<div class="tasks">\n{shown}</div>\n\n' if said else ""
    return f'<div class="playground">\n\n{top}\n\n{asked}{alive(live)}\n</div>'


def _view(place: int, count: int, words: str) -> str:
    """Return one of several texts, each of which appears in place of the one before."""
    kind = "fade-out" if place == 0 else "current-visible" if place < count - 1 else ""
    marks = f' class="fragment {kind}" data-fragment-index="{max(place - 1, 0)}"'
    return f"<div{marks if count > 1 else ''}>\n\n{words}\n\n</div>\n"
