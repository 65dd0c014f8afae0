"""Words of the glossary on the site: the first use of each on a page leads to what it means."""

import html
import re
from functools import cache
from pathlib import Path

from .site_links import PROTECTED, outside

GLOSSARY = Path(__file__).with_name("site_source") / "glossary.md"
ENTRY = re.compile(r"^(\S[^\n]*)\n((?:    [^\n]+\n)+)", flags=re.M)
SOURCE = re.compile(r" ?\(\[[^\]]*\]\([^)]*\)\)")  # the page behind what is said
PAGE = re.compile(r"\]\((\d\d_\w+)")
KEPT = re.compile(PROTECTED.pattern + r"|^[ ]*\|[^\n]*$", flags=PROTECTED.flags)  # tables too
ALSO = {  # other names
    "integrate-and-fire": "leaky integrate-and-fire",
    "LIF": "leaky integrate-and-fire",
    "BPTT": "backpropagation through time",
    "step of time": "time step",
}


@cache
def words() -> dict[str, str]:
    """Return the words of the glossary, each with the first sentence of what it says.

    >>> words()["sparse"]
    'With few entries that are not zero: few spikes among many neurons and steps.'
    """
    listed = GLOSSARY.read_text(encoding="utf-8").split("```{glossary}")[1].split("```")[0]
    told = {word: SOURCE.sub("", " ".join(text.split())) for word, text in ENTRY.findall(listed)}
    return {word: re.split(r"(?<=\.) ", text)[0] for word, text in told.items()}


@cache
def pages() -> dict[str, str]:
    """Return the page behind each word of the glossary that names one.

    >>> pages()["refractory period"]
    '02_lif_neuron'
    """
    found = ENTRY.findall(GLOSSARY.read_text(encoding="utf-8").split("```{glossary}")[1])
    return {word: page[1] for word, text in found if (page := PAGE.search(text))}


@cache
def names() -> dict[str, str]:
    """Return all names of the words of the glossary, each with its word.

    >>> names()["LIF"], names()["leak"]
    ('leaky integrate-and-fire', 'leak')
    """
    return {word: word for word in words()} | ALSO


def asked(name: str) -> str:
    """Return a name as a search compares it, in small letters and without its dashes.

    >>> asked("f–I curve")
    'f i curve'
    """
    return re.sub(r"[-–\s]+", " ", name.lower())


def told() -> dict[str, tuple[str, str, str, str]]:
    """Return for each name that a search may ask for its title, place, meaning and page.

    >>> told()["bptt"][:2]
    ('BPTT, backpropagation through time', 'term-backpropagation-through-time')
    """
    return {
        asked(name): (
            name if name == word else f"{name}, {word}",
            anchor(word),
            words()[word],
            pages().get(word, ""),
        )
        for name, word in names().items()
    }


@cache
def _pattern() -> re.Pattern:
    longest = sorted(names(), key=len, reverse=True)
    return re.compile(rf"(?<![\w-])({'|'.join(longest)})s?(?![\w-])", flags=re.I)


def explained(text: str, left: dict[str, str]) -> str:
    """Return a text in which the first use of each word that is left leads to the glossary.

    Headings, tables, code, formulas and links stay as they are.

    Args:
        text: Markdown.
        left: words that the page has not used before, as in `words`; those of the text are removed.

    >>> explained("A leak, and leaks.", {"leak": "It loses."})
    'A <a class="term" href="glossary.html#term-leak" title="It loses.">leak</a>, and leaks.'
    """
    by_lower = {name.lower(): word for name, word in names().items()}

    def link(found: re.Match) -> str:
        word = by_lower[found[1].lower()]
        meaning = left.pop(word, None)
        if meaning is None:
            return found[0]
        target = f"glossary.html#{anchor(word)}"
        return f'<a class="term" href="{target}" title="{html.escape(meaning)}">{found[0]}</a>'

    return outside(KEPT, text, lambda prose: _pattern().sub(link, prose))


def anchor(word: str) -> str:
    """Return the place of a word in the glossary.

    >>> anchor("leaky integrate-and-fire"), anchor("f–I curve")
    ('term-leaky-integrate-and-fire', 'term-fI-curve')
    """
    plain = word.encode("ascii", "ignore").decode()
    return "term-" + re.sub(r"[^A-Za-z0-9]+", "-", plain)
