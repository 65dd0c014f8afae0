"""What slides are made of: a page as a row of blocks, and prose that is cut to fit."""

import functools
import re
from dataclasses import dataclass

from nbformat import NotebookNode

from .page import Page, tags
from .paragraphs import sentences
from .wording import without_badge, without_solutions

WORDS = 60  # on one slide, without code, formulas, numbers and what stands in a live figure
IDEA = 45  # of these for the idea of a section
CLAUSE = 6  # words at least of a sentence that ends at a colon or a semicolon
POINTS = re.compile(  # to what stands elsewhere on the page
    r"\b(in words|as follows|beside it|the (first|second|third|last|next) (line|row|column))\b"
    r"|\b(gives?|table|figures?|voting|numbers|accuracies|formulas?|code|loop|list|explorer|picture|see|"
    r"shown|printed|section|explained) (below|above)\b"
    r"|\b(dotted|dashed|grey|blue|orange|green) lines? (above|below)(?=[.,;:)]|$)",
    flags=re.I,
)
NOT_SHOWN = {"check", "setup", "exercise", "solution", "no-slide"}


@dataclass(frozen=True)
class Block:
    """A paragraph of the prose, of one kind, or a cell of code."""

    kind: str
    text: str
    cell: NotebookNode


def blocks(page: Page) -> list[Block]:
    """Return the main way of a page as blocks, without badges, solutions and links to pages."""
    found = []
    for cell in page.main:
        if "no-slide" in tags(cell):
            continue
        if cell.cell_type == "code":
            found.append(Block("code", cell.source, cell))
            continue
        source = without_badge(without_solutions(cell.source))
        source = without_links(source)
        pieces = paragraphs(source)
        if "slide" in tags(cell):
            found.append(Block("whole", source, cell))
        else:
            found += [Block(kind(each), each.strip(), cell) for each in pieces if each.strip()]
    return found


def paragraphs(source: str) -> list[str]:
    """Return the paragraphs of Markdown; a block of code stays whole.

    >>> paragraphs("One.\\n\\n```\\na\\n\\nb\\n```")
    ['One.', '```\\na\\n\\nb\\n```']
    """
    found: list[str] = []
    for piece in re.split(r"\n\s*\n|\n(?=#{1,3} )", source.strip()):
        if found and found[-1].count("```") % 2:
            found[-1] += f"\n\n{piece}"
        else:
            found.append(piece)
    return found


def stacked(*texts: str) -> str:
    """Return texts as paragraphs of one, without those that are empty."""
    return "\n\n".join(filter(None, texts))


def without_links(text: str) -> str:
    """Return a text whose links to pages are their words alone."""
    return re.sub(r"\[([^\]]+)\]\([^)]+\.ipynb\)", r"\1", text)


def kind(paragraph: str) -> str:
    """Return what a paragraph of Markdown is.

    >>> kind("> **Before you run:** how many?"), kind("- one\\n- two"), kind("$$a = b$$")
    ('question', 'list', 'formula')
    """
    starts = {"#": "heading", ">": "question", "|": "table", "$$": "formula", "```": "fence"}
    for mark, name in starts.items():
        if paragraph.strip().startswith(mark):
            return name
    return "list" if re.match(r"- |\d+\. ", paragraph.strip()) else "text"


@functools.lru_cache(1024)  # texts are counted again whenever slides are joined
def words(text: str) -> int:
    """Return the number of words of a Markdown text, without formulas, code blocks and tags.

    >>> words("A *neuron* of $x = 3$ and 4 [spikes](a.ipynb)"), words("```python\\na = 1\\n```")
    (5, 0)
    """
    text = re.sub(r"```.*?```|\$\$.*?\$\$|\$[^$]*\$|<[^>]+>", " ", text, flags=re.S)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return sum(bool(re.search(r"[^\W\d_]", word)) for word in text.split())


def standing(said: list[str]) -> list[str]:
    """Return the sentences that stand alone: those that point to nothing a slide does not hold.

    >>> standing(["The table above says so.", "It stays below 1."])
    ['It stays below 1.']
    """
    return [each for each in said if not POINTS.search(each)]


def shortened(text: str, limit: int, most: int = 0) -> str:
    """Return the first sentences of a paragraph that have at most so many words.

    One sentence that alone is too long stays whole if it has at most `most` words; else it ends at
    a colon or a semicolon. If it has neither, words with dots tell that it does not fit.

    >>> shortened("One two three. Four five.", 4), shortened("A b c d e f: g h.", 6)
    ('One two three.', 'A b c d e f.')
    """
    kept = whole = ""
    first = sentences(text)[0]
    for sentence in sentences(text):
        if words(kept + " " + sentence) > limit:
            break
        kept += " " + sentence
        whole = kept if kept.count("(") == kept.count(")") else whole
    kept = whole.strip() or (first if words(first) <= most else _clause(first, limit))
    kept = re.sub(r"[:;,]$", ".", kept)
    return kept + "**" * (kept.count("**") % 2)  # what was bold, and was cut, ends here


def _clause(sentence: str, limit: int) -> str:
    """Return a sentence up to its colon, or else up to a semicolon, if that says enough and fits.

    What stands between a colon and a semicolon is a part of a list, which is not cut.
    """
    masked = re.sub(
        r"\$[^$]*\$|`[^`]*`|\([^)]*\)", lambda found: "\0" * len(found.group(0)), sentence
    )
    ends = [found.start() for found in re.finditer(r"[:;](?=\s)", masked)]
    colon = masked.find(": ")
    fitting = [
        sentence[:end]
        for end in ends
        if (colon < 0 or end <= colon) and CLAUSE <= words(sentence[:end]) <= limit
    ]
    return fitting[-1] + "." if fitting else " ".join(sentence.split()[:limit]) + " …"


def listed(heading: str, items: list[str]) -> list[str]:
    """Return a list as one slide, its long items cut at their sentences; else as several.

    >>> len(listed("", ["- It is so. " + "It is. " * 50, "- It is not."]))
    1
    """
    free = WORDS - words(heading) - 1
    counts = [words(item) for item in items]
    fitting = [n for n in range(1, free + 1) if sum(min(each, n) for each in counts) <= free]
    limit = max(fitting, default=0)
    short = []
    for item in items:
        mark = found[0] if (found := re.match(r"- |\d+\. ", item)) else ""
        if said := " ".join(standing(sentences(item.removeprefix(mark)))):
            short.append(mark + (said if words(said) <= limit else shortened(said, limit)))
    if not limit or any(item.endswith("…") for item in short):
        return portions(heading, items)
    return ["\n\n".join([heading, "\n".join(short)]).strip()]


def portions(heading: str, items: list[str], between: str = "\n", limit: int = WORDS) -> list[str]:
    """Return items under a heading, or a sentence, as few slides that keep the limit of words.

    Further slides say that they go on, but not under a sentence; an item that alone is too long is
    shortened.
    """
    found: list[list[str]] = []
    here: list[str] = []
    free = limit - words(heading) - 1
    for item in items:
        short = item if words(item) <= free else shortened(item, free)
        if here and words(between.join([*here, short])) > free:
            found, here = [*found, here], []
        here.append(short)
    found.append(here)
    title = re.sub(r"^#+ ", "", heading).rstrip(".") if heading.startswith("#") else ""
    heads = [heading] + [f"### {title}, continued" if title else ""] * (len(found) - 1)
    return [
        "\n\n".join([head, between.join(part)]).strip()
        for head, part in zip(heads, found, strict=True)
    ]
