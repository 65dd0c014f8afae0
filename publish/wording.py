"""What the texts of a page say elsewhere: without what only the page shows, and with its number."""

import re
from collections.abc import Sequence

SECTION = re.compile(r"(?<!\d, )\b([Ss])(ections? \d)")
OF_PAGE = re.compile(r"\b[Tt]he (?:table|figure|graph|explorer)\b(?! (?:in|of) )(?: above| below)?")


def without_badge(text: str) -> str:
    """Return a text without the Colab badge, which leads to the page with its solutions."""
    return re.sub(r"\n+\[!\[Open in Colab\].*", "", text)


def without_solutions(text: str) -> str:
    """Return a text without its folded solutions; what comes behind them stays: references."""
    text = re.sub(r"\n*^### Solutions$.*?(?=\n## |\Z)", "", text, flags=re.M | re.S)
    return re.sub(r"\n*^<details>.*?</details>", "", text, flags=re.M | re.S)


def with_page(text: str, number: str) -> str:
    """Return the text of an exercise that says on which page its sections and tables stand.

    >>> with_page("Take the bump of section 3. Section 4 trains.", "05")
    'Take the bump of page 05, section 3. Page 05, section 4 trains.'
    >>> with_page("One number of the table excludes it.", "07")
    'One number of the table of page 07 excludes it.'
    """

    def section(found: re.Match) -> str:
        return f"{'P' if found[1] == 'S' else 'p'}age {number}, s{found[2]}"

    def thing(found: re.Match) -> str:
        return re.sub(" (above|below)$", "", found[0]) + f" of page {number}"

    if not re.search(r"^\|", text, flags=re.M):
        text = OF_PAGE.sub(thing, text)
    return SECTION.sub(section, text)


def listed(words: Sequence[str]) -> str:
    """Return words as a list in a sentence.

    >>> listed(["02.2", "02.3", "02.4"]), listed(["02.1"])
    ('02.2, 02.3 and 02.4', '02.1')
    """
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last
