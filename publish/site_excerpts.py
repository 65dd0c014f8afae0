"""What a search shows of a page: the plain text of its sections, in a script beside the pages.

And what the glossary says of each word.
"""

import json
import re
import unicodedata
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx

from .page import HEADER
from .site_words import told

COMMAND = re.compile(r"\\(?:mathrm|mathbf|text)\{(\w+)\}|\\([a-zA-Z]+)")
KNOWN = {"le": "≤", "ge": "≥", "cdot": "·", "times": "×", "approx": "≈", "infty": "∞", "dots": "…"}
SPACE = re.compile(r"\\[,;! ]")
SCRIPTS = str.maketrans("", "", "{}_")
NEEDS = re.compile(rf"{HEADER.pattern}|Needs: page", flags=HEADER.flags)
WORD = re.compile(r"[^\W\d_]{3,}")
UNSOUGHT = "no-search"  # a class of Sphinx for what its search leaves out
UNTOLD = "\ufffc"  # stands for a formula without a plain form


def plain(latex: str) -> str | None:
    """Return a short formula as text, None if it has more than letters, signs and indices.

    >>> plain(r"\\tau_\\mathrm{mem}"), plain(r"\\frac{a}{b}")
    ('τmem', None)
    """
    known = "^" not in latex  # a power without its sign says something else

    def text(found: re.Match) -> str:
        nonlocal known
        name = found[2] or ""
        greek = f"GREEK {'SMALL' if name.islower() else 'CAPITAL'} LETTER {name.upper()}"
        try:
            return found[1] or KNOWN.get(name) or unicodedata.lookup(greek)
        except KeyError:
            known = False
            return ""

    told = COMMAND.sub(text, SPACE.sub(" ", latex)).translate(SCRIPTS)
    return told if known else None


def prose(paragraph: nodes.Element) -> str:
    """Return a paragraph as text, without the sentences whose formulas have no plain form."""
    copy = paragraph.deepcopy()
    for formula in list(copy.findall(nodes.math)):
        formula.replace_self(nodes.Text(plain(formula.astext()) or UNTOLD))
    for markup in list(copy.findall(nodes.raw)):
        markup.parent.remove(markup)
    sentences = re.split(r"(?<=[.?!]) ", " ".join(copy.astext().split()))
    return " ".join(sentence for sentence in sentences if UNTOLD not in sentence)


def sections(tree: nodes.Element) -> dict[str, str]:
    """Return the text of a page, a paragraph in a line, by the anchors of sections and objects.

    What the glossary says of a word begins with the word. The line on needs and minutes is no text.
    """
    terms = (term for term in tree.findall(nodes.term) if term["ids"])
    found = {term["ids"][0]: f"{term.astext()} –" for term in terms}
    for paragraph in tree.findall(nodes.paragraph):
        anchor = _anchor(paragraph)
        if anchor and not NEEDS.match(paragraph.astext()):
            before = found.get(anchor, "")
            glue = " " if before.endswith(" –") else "\n"
            found[anchor] = f"{before}{glue}{prose(paragraph)}".strip()
    return {anchor: text for anchor, text in found.items() if text}


def code(tree: nodes.Element) -> dict[str, str]:
    """Return of each word that only code of a page has the first line that has it, by anchors.

    Checks are no place to read about a word.
    """
    said = set(WORD.findall(" ".join(sections(tree).values()).lower()))
    found = {}
    for block in tree.findall(nodes.literal_block):
        around = block.parent
        while around and "tag_check" not in around.get("classes", ()):
            around = around.parent
        if not around and (anchor := _anchor(block)):
            kept = found.setdefault(anchor, [])
            for line in map(str.strip, block.astext().splitlines()):
                if new := set(WORD.findall(line.lower())) - said:
                    kept.append(line)
                    said |= new
    return {anchor: "\n".join(lines) for anchor, lines in found.items() if lines}


def _anchor(node: nodes.Element) -> str | None:
    """Return the anchor of the object or section around a node; of an object, its summary only."""
    inside = node
    while (around := inside.parent) is not None:
        if UNSOUGHT in {*inside["classes"], *around["classes"]}:
            return None
        if isinstance(around, addnodes.desc_content):
            names = around.parent[0].get("ids") if around[0] is node else None
            return names[0] if names else None
        if isinstance(around, nodes.definition):
            return around.parent[0]["ids"][0] if around.parent[0]["ids"] else None
        if isinstance(around, nodes.section):
            return around["ids"][0]
        inside = around
    return None


def collect(app: Sphinx, doctree: nodes.document) -> None:
    """Keep the text of a page when it is read, which is faster than to load it again."""
    app.excerpts[app.env.docname] = sections(doctree), code(doctree)


def write(app: Sphinx, error: Exception | None) -> None:
    """Write the texts of all pages of a built site into a script that the search page loads."""
    if error:
        return
    before = sorted(app.env.found_docs - app.excerpts.keys())  # read by an earlier build
    for name in before:
        tree = app.env.get_doctree(name)
        app.excerpts[name] = sections(tree), code(tree)
    texts, lines_of = (
        {name: kept[i] for name, kept in sorted(app.excerpts.items())} for i in (0, 1)
    )
    lines = [
        f"const {name} = {json.dumps(value, ensure_ascii=False, separators=(',', ':'))};\n"
        for name, value in {"EXCERPTS": texts, "CODE": lines_of, "TERMS": told()}.items()
    ]
    path = Path(app.outdir) / "_static" / "excerpts.js"
    path.write_text("".join(lines), encoding="utf-8")
