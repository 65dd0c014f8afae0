"""What pages print, as HTML for the site: columns as tables, the origin of a record as a note."""

import html
import re

LEAST = 3  # lines
CUT = re.compile(r": +|, +|  +")
RECORD = re.compile(r"^(\w+): recorded on (\S+) by `([^`]+)`, (.+)\n?", re.M)  # a `Record`, printed
NUMBER = re.compile(r"[-−+]?\d[\d.,]*(?:e[-+]?\d+)?")


def table(text: str) -> str | None:
    """Return printed lines as a table if all have the same columns, and more than one of them.

    A first line without numbers is the head. Words that are the same in all cells of a column,
    before or behind its numbers, become its head.
    """
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    rows = [CUT.split(line) for line in lines]
    regular = len({len(row) for row in rows}) == 1 and len(rows[0]) > 1
    if len(rows) < LEAST or not regular or any("[" in line or "(" in line for line in lines):
        return None
    named = not any(NUMBER.search(cell) for cell in rows[0])
    head, body = (rows[0], rows[1:]) if named else _headed(rows)
    return f'<table class="printed">\n{_head(head)}<tbody>\n{_body(body)}\n</tbody>\n</table>'


def pieces(text: str) -> list[tuple[str, bool]]:
    """Cut what was printed at the records in it; return each piece, and whether it is HTML.

    >>> pieces("right: 1\\n")
    [('right: 1\\n', False)]
    """
    found: list[tuple[str, bool]] = []
    end = 0
    for record in RECORD.finditer(text):
        found += [*_printed(text[end : record.start()]), (_note(record), True)]
        end = record.end()
    return found + _printed(text[end:])


def _printed(text: str) -> list[tuple[str, bool]]:
    made = table(text)
    return [(made or text, made is not None)] if text.strip() else []


def _note(record: re.Match) -> str:
    name, date, command, rest = map(html.escape, record.groups())
    told = f'recorded on {date} by <code class="literal">{command}</code>, {rest}'
    return f'<p class="record"><b>{name}</b>: {told}</p>'


def _headed(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Take the words that all cells of a column share out of them, as its head."""
    heads: list[str] = []
    kept: list[list[str]] = []
    waiting = ""
    for place, column in enumerate(zip(*rows, strict=True)):
        head, cells = _shared(column)
        if head and not any(cells) and place + 1 < len(rows[0]):
            waiting = head  # the same words in all lines are the head of the next column
            continue
        heads.append(f"{waiting} {head}".strip())
        kept.append(cells)
        waiting = ""
    return heads, [list(row) for row in zip(*kept, strict=True)]


def _shared(column: tuple[str, ...]) -> tuple[str, list[str]]:
    """Return the words that all cells share, and what is left of each."""
    words = {NUMBER.sub("\0", cell, count=1) for cell in column}
    if len(words) != 1:
        return "", list(column)
    head = words.pop().replace("\0", "…").strip("… =")
    found = [NUMBER.search(cell) for cell in column]
    return head, [match[0] if match else "" for match in found]


def _head(names: list[str]) -> str:
    if not any(names):
        return ""
    cells = (f'<th scope="col">{html.escape(name)}</th>' if name else "<td></td>" for name in names)
    return f"<thead><tr>{''.join(cells)}</tr></thead>\n"


def _body(rows: list[list[str]]) -> str:
    return "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)


def _cell(text: str) -> str:
    kind = ' class="number"' if NUMBER.fullmatch(text) else ""
    return f"<td{kind}>{html.escape(text)}</td>"
