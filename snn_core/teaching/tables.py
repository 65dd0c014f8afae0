"""Tables of results: HTML where it can be shown, text elsewhere. On the site a click on a heading sorts."""

import html
from dataclasses import dataclass

from .. import _checks


@dataclass(frozen=True)
class ResultTable:
    """A table that a page shows as the last value of a cell.

    Args:
        columns: names of the columns; the first one is that of the rows' names.
        rows: one list for each row, as long as the columns: texts, numbers, or None for an empty cell.

    Raises:
        ValueError: for a row that does not fit the columns.

    >>> print(ResultTable(["rule", "accuracy (%)"], [["BPTT", 95.1], ["none", None]]))
    rule  accuracy (%)
    BPTT          95.1
    none
    """

    columns: list[str]
    rows: list[list[str | float | None]]

    def __post_init__(self) -> None:
        for row in self.rows:
            fits = len(row) == len(self.columns)
            _checks.require(fits, "rows", f"{len(row)} cells in {row}", f"{len(self.columns)} as columns")

    def _repr_html_(self) -> str:
        head = "".join(f'<th scope="col">{html.escape(name)}</th>' for name in self.columns)
        body = "\n".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in self.rows)
        return f'<table class="sortable">\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>'

    def __repr__(self) -> str:
        written = [self.columns, *([_text(value) for value in row] for row in self.rows)]
        widths = [max(map(len, column)) for column in zip(*written, strict=True)]
        lines = []
        for first, *rest in written:
            cells = [f"{cell:>{width}}" for cell, width in zip(rest, widths[1:], strict=True)]
            lines.append("  ".join([f"{first:<{widths[0]}}", *cells]).rstrip())
        return "\n".join(lines)


def _text(value: str | float | None) -> str:
    return "" if value is None else str(value)


def _cell(value: str | float | None) -> str:
    kind = ' style="text-align: right"' if isinstance(value, int | float) else ""
    return f"<td{kind}>{html.escape(_text(value))}</td>"
