"""The type of a page of the site: lines of code that break on phones, signs, cells of tables."""

import re

CODE = re.compile(
    r'(<div class="highlight-(?!myst-ansi)[\w+-]+ notranslate"><div class="highlight"><pre>)'
    r"(?:<span></span>)?(.*?)(</pre>)",
    re.S,
)  # of Pygments, which closes its marks at the end of each line
TAG = re.compile(r"<[^>]+>")
NO_TEXT = re.compile(r"(<(pre|script|style|code|math)\b.*?</\2>|<[^>]+>)", re.S)
PER_CENT = re.compile(r"(?<=\d) %")
CELL = re.compile(r"<(t[dh])((?: [^>]*)?)>(.*?)</\1>", re.S)
FORMULA = re.compile(r"<math\b.*?</math>", re.S)
LIST = re.compile(r"[-−]?\d[\d.]*(?:, [-−]?\d[\d.]*)+")  # of numbers
LITERAL = re.compile(r'<code class="([^"]*)">(.*?)</code>', re.S)
EQUATION = re.compile(r"(<p>)?([^<=]+) (= [^<=]+)(</p>)?")  # of numbers, on its own in a cell
NAME = re.compile(r"(?<=[a-z])(_(?=[a-z])|(?=\())(?![^<]*>)")  # where a name in code may break
SYMBOLS = re.compile(r"<th[^>]*><p>symbol</p></th>.*?</table>", re.S)
NONE = re.compile(r"(<tr[^>]*><td[^>]*><p>)(</p></td>)")  # no symbol
SHORT, FEW = 30, 8  # characters and letters beside the formulas of a cell that stays on one line
COMMENT = re.compile(r'(?<=<span class="c1">)#\s?[^\s<&]{1,20}(?=[\s<])')  # its sign and first word
MINUS = re.compile(r"(<td[^>]*>)-(?=\d)")


def with_type(body: str) -> str:
    """Return the HTML of a page with its type."""
    body = SYMBOLS.sub(lambda table: NONE.sub(r"\1–\2", table[0]), body)
    return with_held(CELL.sub(_cell, MINUS.sub("\\1\N{MINUS SIGN}", CODE.sub(_lines, body))))


def with_held(body: str) -> str:
    """Return HTML with a space in front of each sign of per cent that is not broken.

    >>> with_held('<p title="5 %">Of 5 % <math>x</math> % <code>7 % 2</code></p>').count("\\xa0")
    2
    """
    found = NO_TEXT.split(body)  # text, then what holds none with its name, in turns
    for place in range(0, len(found), 3):
        before = found[place - 2] if place else ""
        text = PER_CENT.sub("\N{NO-BREAK SPACE}%", found[place])
        if text.startswith(" %") and before.endswith(("</math>", "</strong>", "</code>", "</em>")):
            text = f"\N{NO-BREAK SPACE}{text[1:]}"
        found[place] = text
    return "".join(part for place, part in enumerate(found) if place % 3 != 2)


def _cell(cell: re.Match) -> str:
    """Return a cell of a table in which no formula, list of numbers or code of numbers breaks.

    An equation of numbers breaks in front of its sign, and a name in code behind an underscore
    or before a bracket.

    >>> CELL.sub(_cell, "<td><p>0.6, 0.8</p></td><td>of 1, 2 and some more</td>")
    '<td class="whole"><p>0.6, 0.8</p></td><td>of <span class="held">1, 2</span> and some more</td>'
    """
    name, options, inside = cell.groups()
    inside = LITERAL.sub(_parted, inside)
    seen = TAG.sub("", FORMULA.sub("", inside)).strip()
    counts = "<math" in inside or len(re.findall(r"\d[\d.]*", seen)) > 1
    if not counts:
        return f"<{name}{options}>{inside}</{name}>"
    if equation := EQUATION.fullmatch(inside):
        opening, left, right, closing = (part or "" for part in equation.groups())
        held = f'<span class="held">{left}</span> <span class="held">{right}</span>'
        return f"<{name}{options}>{opening}{held}{closing}</{name}>"
    if len(seen) <= SHORT and len(re.findall("[A-Za-z]", seen)) <= FEW:
        kinds = re.search('class="([^"]*)"', options)
        options = (
            options.replace(kinds[0], f'class="whole {kinds[1]}"')
            if kinds
            else f'{options} class="whole"'
        )
        return f"<{name}{options}>{inside}</{name}>"
    found = NO_TEXT.split(LITERAL.sub(_literal, inside))
    found[::3] = [LIST.sub(r'<span class="held">\g<0></span>', text) for text in found[::3]]
    inside = "".join(part for place, part in enumerate(found) if place % 3 != 2)
    return f"<{name}{options}>{inside}</{name}>"


def _parted(code: re.Match) -> str:
    """Return a piece of code in a cell that may break behind an underscore and before a bracket."""
    text = NAME.sub(r"\1<wbr>", code[2])
    return f'<code class="{code[1]}">{text}</code>'


def _literal(code: re.Match) -> str:
    """Return a piece of code in a cell, on one line if it is of numbers."""
    kind, text = code.groups()
    numbers = re.search(r"\d", text) and not re.search("[A-Za-z]", TAG.sub("", text))
    return f'<code class="{kind}{" held" if numbers else ""}">{text}</code>'


def _lines(code: re.Match) -> str:
    opening, text, closing = code.groups()
    return opening + "".join(map(_line, text.splitlines(keepends=True))) + closing


def _line(text: str) -> str:
    """Return a line of code in a mark of its own, which knows how far it is indented.

    >>> _line('x <span class="c1"># 110 steps</span>')[19:-7]
    'x <span class="c1"><span class="held"># 110</span> steps</span>'
    """
    seen = TAG.sub("", text)
    indent = len(seen) - len(seen.lstrip(" "))
    style = f' style="--indent: {indent}ch"' if indent and seen.strip() else ""
    text = COMMENT.sub(r'<span class="held">\g<0></span>', text)
    return f'<span class="line"{style}>{text}</span>'
