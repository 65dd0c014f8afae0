"""The paragraphs of prose, and of which kind each is: heading, question, fold or text."""

import re

HEADING = r"#{1,6} "


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text; blocks of code, formulas and folds stay in one piece."""
    block = r"```.*?```|\$\$.*?\$\$|<details.*?</details>"
    return [
        part.strip()
        for part in re.findall(rf"(?:{block}|(?!\n[ \t]*\n).)+", text.strip(), flags=re.S)
        if part.strip()
    ]


def kind(paragraph: str) -> str:
    """Return what a paragraph is.

    >>> kind("> **Look:** what for?"), kind("> It says so."), kind("## Recap")
    ('question', 'text', 'heading')
    """
    if re.match(HEADING, paragraph):
        return "heading"
    if paragraph.startswith(">") and ("?" in paragraph or paragraph.startswith("> **Before")):
        return "question"
    return "folded" if "<details" in paragraph else "text"


def sentences(text: str) -> list[str]:
    """Return the sentences of a paragraph; a formula does not end one.

    >>> sentences("It is $x. Y$ so. Then `a. B` too: no.")
    ['It is $x. Y$ so.', 'Then `a. B` too: no.']
    """
    masked = re.sub(r"\$[^$]*\$|`[^`]*`", lambda found: "\0" * len(found.group(0)), text)
    ends = [
        found.end()
        for found in re.finditer(r"(?<!e\.g)(?<!i\.e)(?<!et al)[.?!][)*\"]*(?=\s+[^a-z\s])", masked)
    ]
    return [text[a:b].strip() for a, b in zip([0, *ends], [*ends, len(text)], strict=True)]
