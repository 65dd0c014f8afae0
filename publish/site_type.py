"""The type of a page of the site: lines of code that break on phones, minus signs, per cent."""

import re

CODE = re.compile(
    r'(<div class="highlight-(?!myst-ansi)[\w+-]+ notranslate"><div class="highlight"><pre>)'
    r"(?:<span></span>)?(.*?)(</pre>)",
    re.S,
)  # of Pygments, which closes its marks at the end of each line
TAG = re.compile(r"<[^>]+>")
NO_TEXT = re.compile(r"(<(pre|script|style|code|math)\b.*?</\2>|<[^>]+>)", re.S)
PER_CENT = re.compile(r"(?<=\d) %")
MINUS = re.compile(r"(<td[^>]*>)-(?=\d)")


def with_type(body: str) -> str:
    """Return the HTML of a page with its type."""
    return with_held(MINUS.sub("\\1\N{MINUS SIGN}", CODE.sub(_lines, body)))


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


def _lines(code: re.Match) -> str:
    opening, text, closing = code.groups()
    return opening + "".join(map(_line, text.splitlines(keepends=True))) + closing


def _line(text: str) -> str:
    """Return a line of code in a mark of its own, which knows how far it is indented."""
    seen = TAG.sub("", text)
    indent = len(seen) - len(seen.lstrip(" "))
    style = f' style="--indent: {indent}ch"' if indent and seen.strip() else ""
    return f'<span class="line"{style}>{text}</span>'
