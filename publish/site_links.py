"""Links in the prose of the site: each "page 07" leads to that page, each *Deeper* to its fold."""

import re
from collections.abc import Callable, Mapping

PROTECTED = re.compile(
    r"```.*?```|\$\$.*?\$\$|`[^`]*`|\$[^$\n]+\$|\[[^\]]*\]\([^)]*\)|^[ ]*[#<][^\n]*$|<[^<>\n]+>",
    flags=re.S | re.M,
)
SINGLE = re.compile(r"\b([Pp]age )(\d\d)\b")
SEVERAL = re.compile(
    r"\b[Pp]ages? \d\d(?: \([^()]*\))?(?:(?:, and |, | and | or | to )\d\d\b(?: \([^()]*\))?)+"
)
NUMBER = re.compile(r"\b\d\d\b")
ROUTES = re.compile(r"^\| you want to \|.*(?:\n\|.*)+", flags=re.M)  # page 00 ends with them
DEEPER = '<a href="#deeper"><em>Deeper</em></a>'


def linked(text: str, names: Mapping[str, str], deeper: bool) -> str:
    """Return the source of a text with its pages linked; `names` are files by their two digits.

    In the table of routes each number is one. Code, formulas, headings, HTML and what is a link
    already stay as they are. `deeper` if the page has a section of that title.

    >>> linked("As on page 07, not in `page 07`.", {"07": "07_a"}, False)
    'As on [page 07](07_a.ipynb), not in `page 07`.'
    """

    def number(found: re.Match) -> str:
        return _number(found, names)

    def route(table: re.Match) -> str:
        return outside(PROTECTED, table[0], lambda prose: NUMBER.sub(number, prose))

    text = ROUTES.sub(route, text)
    return outside(PROTECTED, text, lambda prose: _prose(prose, names, deeper))


def outside(kept: re.Pattern, text: str, change: Callable[[str], str]) -> str:
    """Return a text changed piece by piece, except for what a pattern finds.

    >>> outside(re.compile("`[^`]*`"), "a `b` c", str.upper)
    'A `b` C'
    """
    found, end = [], 0
    for match in kept.finditer(text):
        found += [change(text[end : match.start()]), match[0]]
        end = match.end()
    return "".join([*found, change(text[end:])])


def _number(found: re.Match, names: Mapping[str, str]) -> str:
    name = names.get(found[0])
    return f"[{found[0]}]({name}.ipynb)" if name else found[0]


def _prose(text: str, names: Mapping[str, str], deeper: bool) -> str:
    def single(found: re.Match) -> str:
        name = names.get(found[2])
        return f"[{found[0]}]({name}.ipynb)" if name else found[0]

    def several(found: re.Match) -> str:
        return NUMBER.sub(lambda one: _number(one, names), found[0])

    text = SINGLE.sub(single, SEVERAL.sub(several, text))
    return text.replace("*Deeper*", DEEPER) if deeper else text
