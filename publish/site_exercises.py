"""Exercises on the site: a field where the answer is a number, folded hints where it is code.

The page does not hold the answer. It holds what the answers within the tolerance hash to, each
rounded to a step that is a power of two: the script rounds and hashes what the reader writes.
That hides the answer from the eye, not from somebody who tries all numbers; the folded solution
stands below it anyway.
"""

import copy
import html
import json
import math
import re
from itertools import cycle, islice

import numpy as np
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from snn_core.teaching.exercises import Value, find
from snn_core.teaching.exercises.comparison import slack

from .exercises import CHECK
from .page import Page, tags
from .stamps import stamps

MARKS = re.compile(r"`([^`]+)`|(?<!\w)\*(\w+)\*(?!\w)")  # code and emphasis in a hint
HALF = 8  # at most so many steps on each side of the answer are right
CODE = '<div class="exercise-code">'  # how and where to write an exercise that is code


def hashed(text: str) -> int:
    """Return the FNV-1a hash of a text, of 32 bits (Fowler, Noll and Vo 1991).

    >>> hashed("a") == 0xE40C292C
    True
    """
    value = 0x811C9DC5
    for byte in text.encode():
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def with_fields(page: Page, cells: list[NotebookNode]) -> list[NotebookNode]:
    """Return the cells of a page with what helps to do each exercise at its stub.

    A field stands before it, which then is folded; hints stand behind it.
    """
    found = []
    for cell in cells:
        found.append(cell)
        if "exercise" in tags(cell) and (called := CHECK.search(cell.source)):
            found[-1] = stub = copy.deepcopy(cell)
            stub.outputs = []
            helped = new_markdown_cell(beside(page, called[1]))
            if "<form" in helped.source:  # there is nothing to write in the stub
                stub.metadata["tags"] = [*tags(stub), "hide-input"]
                found.insert(-1, helped)
            else:
                found.append(helped)
    return found


def beside(page: Page, number: str) -> str:
    """Return the HTML at the stub of an exercise: its field, or its hints."""
    asked = find(number)
    if isinstance(asked, Value) and (parts := accepted(number, asked.expected, asked.tolerance)):
        return field(number, asked, parts)
    hints = [asked.hint or next((case.hint for case in asked.cases if case.hint), "")]
    hints.append(asked.stronger)
    folded = "".join(
        f"<details><summary>{name}</summary><p>{_marked(hint)}</p></details>"
        for name, hint in zip(("A hint", "A stronger hint"), hints, strict=True)
        if hint
    )
    colab = f"{stamps()['{{colab}}']}/{page.name}.ipynb"
    where = (
        '<p>Write it <a href="run.html">in JupyterLab (install)</a>, '
        f'or <a href="{colab}" target="_blank" rel="noopener">in Colab</a> '
        "(<em>Run all</em>, then go to <em>Exercises</em>), where it is checked.</p>"
    )
    return f"{CODE}{where}{folded}</div>"


def _marked(hint: str) -> str:
    """Return a hint as HTML."""
    code = r'<code class="literal">\1</code>'
    return MARKS.sub(
        lambda found: found.expand(code if found[1] else r"<em>\2</em>"), html.escape(hint)
    )


def _plain(hint: str) -> str:
    """Return a hint as text without marks."""
    return MARKS.sub(lambda found: found[1] or found[2], hint)


def accepted(salt: str, expected: object, tolerance: float) -> list[dict] | None:
    """Return for each number or word of an answer its step and the hashes of what is right.

    None if the answer is neither numbers nor one word.
    """
    if isinstance(expected, str):
        return [{"hashes": [hashed(f"{salt}:0:{expected.casefold()}")]}]
    numbers = flat(expected)
    if numbers is None:
        return None
    return [_around(f"{salt}:{place}", number, tolerance) for place, number in enumerate(numbers)]


def flat(value: object) -> list[float] | None:
    """Return the numbers of an answer, lists and tuples opened; None if it holds anything else.

    >>> flat([(1, 0.5), 2])
    [1.0, 0.5, 2.0]
    """
    if isinstance(value, list | tuple):
        parts = [flat(part) for part in value]
        return None if None in parts else [number for part in parts for number in part]
    try:
        number = float(value)
    except (TypeError, ValueError, RuntimeError):  # the last one comes from a tensor of many
        return None
    return [number] if math.isfinite(number) else None


def wide(value: object) -> int:
    """Return how many numbers each row of a table holds; 1 for what is no table.

    >>> wide([(1, 0.5), (2, 1.5), (3, 0.0)]), wide([1, 2])
    (2, 1)
    """
    rows = value if isinstance(value, list | tuple) else []
    widths = {len(row) if isinstance(row, list | tuple) else 1 for row in rows}
    return widths.pop() if len(widths) == 1 and len(rows) > 1 else 1


def _around(salt: str, number: float, tolerance: float) -> dict:
    width = float(slack(np.array(number), tolerance, rounded=True))  # as the check has it
    step = 2.0 ** math.ceil(math.log2(width / HALF))
    low, high = math.ceil((number - width) / step), math.floor((number + width) / step)
    return {"step": step, "hashes": [hashed(f"{salt}:{n}") for n in range(low, high + 1)]}


def _room(count: int, width: int) -> str:
    """Return what a field for several numbers has: room for them, and how to write them."""
    if count == 1:
        return ""
    numbers = cycle(("0.25", "1", "0.5", "0"))
    rows = [" ".join(islice(numbers, width)) for _ in range(2)]
    return f' size="{6 * count + 2}" placeholder="such as {", ".join(rows)}, …"'


def field(number: str, asked: Value, parts: list[dict]) -> str:
    """Return a field for the answer to an exercise, with what checks it."""
    known = [
        {"parts": wrong, "hint": _plain(mistake.hint)}
        for mistake in asked.mistakes
        if not callable(mistake.wrong)
        and (wrong := accepted(number, mistake.wrong, asked.tolerance))
    ]
    hints = {"hint": _plain(asked.hint), "stronger": _plain(asked.stronger)}
    width = wide(asked.expected)
    asks = {"salt": number, "parts": parts, "width": width, "each": asked.each}
    told = asks | {"mistakes": known} | hints
    data = html.escape(json.dumps(told, separators=(",", ":")))
    kind = "word" if isinstance(asked.expected, str) else "number"
    count = len(parts)
    many = f"{count} numbers" if width == 1 else f"{count // width} times {width} numbers"
    name = f"Your answer: {many if count > 1 else f'a {kind}'}"
    mode = ' inputmode="decimal"' if kind == "number" and count == 1 else _room(count, width)
    return (
        f'<form class="exercise" data-exercise="{data}"><label>{name} '
        f'<input type="text" autocomplete="off"{mode}></label> '
        '<button type="submit">Check</button><p role="status"></p></form>'
    )
