"""What the site adds to Sphinx: formulas as MathML, headings with a level, a link to the figure.

And the texts that its search shows.
"""

import posixpath
import re

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from . import site_excerpts, site_exercises
from .mathml import mathml
from .site_lead import NEW
from .site_pages import CHECK
from .site_type import with_type
from .site_words import ALSO

SPACES = {"negativethinmathspace": "-0.167em"}
TOP = "<mo>&#x022A4;</mo>"  # of a transpose
TIGHT = '<mo style="margin-left: -0.18em">&#x022A4;</mo>'
BOLD = re.compile(r'<(m[in])([^>]*) mathvariant="bold"([^>]*)>')
UNSEEN = '<summary aria-label="Toggle hidden content">'
TEST = re.compile(rf'(?<=admonition-title")(?=>(?:{"|".join(CHECK)})<)')
MEANS = ' title="Asserts that check what the text says"'
CUT = re.compile(r"((?:\\q?quad\b\s*)+|\\[A-Za-z]+|\\.|[{}])")  # what may part or nest a formula
OPENING, CLOSING = ("{", "\\begin", "\\left"), ("}", "\\end", "\\right")
LINK = re.compile(r"(\\[A-Za-z]+|\\.|[_^]\s*[=+]|[][{}()=+])")  # what may go on, or nest
BRACKETS = ("(", "["), (")", "]")
LONG = 40  # characters; what is shorter fits the smallest screen in one line
HELD = re.compile(r"(<math(?:(?!</math>).)*</math>)([.,;:)?!]+)", re.S)  # on one line
INFIX = re.compile(r"(<math[^>]*>\s*(?:<mrow>\s*)*)<mo>")  # what a link of a chain begins with
ONE = re.compile(r"<mtext>([A-Za-z0-9])</mtext>")


def formula(latex: str, display: str) -> str:
    """Return a formula as MathML Core, which every browser shows without a script."""
    text = mathml(latex, display)
    for name, width in SPACES.items():
        text = text.replace(name, width)
    text = BOLD.sub(r'<\1\2 style="font-weight: bold"\3>', text)
    text = text.replace(TOP, TIGHT)
    return ONE.sub(r'<mi mathvariant="normal">\1</mi>', text)


def parts(latex: str) -> list[str]:
    r"""Cut a formula at the wide spaces between its parts; a small screen sets them one by one.

    >>> parts(r"a = b \qquad \text{if } c, \quad f(\text{d \quad e})")
    ['a = b', '\\text{if } c,', 'f(\\text{d \\quad e})']
    """
    depth, found = 0, [""]
    for piece in CUT.split(latex):
        depth += (piece in OPENING) - (piece in CLOSING)
        if depth or not piece.startswith(("\\quad", "\\qquad")):
            found[-1] += piece
        else:
            found.append("")
    return [part.strip() for part in found if part.strip()]


def chain(latex: str) -> list[str]:
    r"""Cut a long formula before each = and + that nothing encloses; a small screen breaks there.

    >>> chain(r"u_+[t] = \beta\,(u[t - 1] + I) + \textstyle\sum_k w_k z_k[t] = 0")[1:]
    ['= \\beta\\,(u[t - 1] + I) ', '+ \\textstyle\\sum_k w_k z_k[t] ', '= 0']
    """
    depth, found = 0, [""]
    for piece in LINK.split(latex if len(latex) > LONG else ""):
        depth += piece in (*OPENING, *BRACKETS[0])
        depth -= piece in (*CLOSING, *BRACKETS[1])
        if piece in ("=", "+") and not depth and found[-1].strip(" ="):
            found.append("")
        found[-1] += piece
    return found if len(found) > 1 else [latex]


def linked(latex: str) -> str:
    """Return a formula in MathML, a long one as a chain of its terms."""
    first, *others = (formula(link, "block") for link in chain(latex))
    made = [first, *(INFIX.sub(r'\1<mo form="infix">', other, count=1) for other in others)]
    return f'<span class="chain">{"".join(made)}</span>' if others else first


def inline(translator, node: nodes.math) -> None:
    """Write a formula in a line."""
    translator.body.append(formula(node.astext(), "inline"))
    raise nodes.SkipNode


def block(translator, node: nodes.math_block) -> None:
    """Write a formula that stands alone."""
    made = map(linked, parts(node.astext()))
    translator.body.append(f'<div class="formula">{"".join(made)}</div>')
    raise nodes.SkipNode


def sought(app: Sphinx, doctree: nodes.document) -> None:
    """Keep setup, links to Colab and references out of the search; give words their short names.

    A word of the glossary is found by its other names too, such as LIF.
    """
    titles, boxes = doctree.findall(nodes.title), doctree.findall(nodes.container)
    unsought = [title.parent for title in titles if title.astext() == "References"]
    setups = [box for box in boxes if "tag_setup" in box["classes"]]
    unsought += [*setups, *filter(None, map(names_behind, setups))]
    unsought += [each for each in doctree.findall(nodes.paragraph) if each.astext().startswith(NEW)]
    raw = doctree.findall(nodes.raw)
    unsought += [each for each in raw if site_exercises.CODE in each.astext()]
    links = (link for link in doctree.findall(nodes.reference) if link.astext() == "Open in Colab")
    if app.env.docname != "run":  # how to install stands there
        code = doctree.findall(nodes.literal_block)
        unsought += [block for block in code if block.astext().startswith("pip install")]
    unsought += [link.parent for link in links if isinstance(link.parent.parent, nodes.section)]
    for node in unsought:
        node["classes"].append(site_excerpts.UNSOUGHT)
    for term in doctree.findall(nodes.term):
        for name in [short for short, word in ALSO.items() if word == term.astext()]:
            entry = ("single", name, term["ids"][0], "main", None)
            term.append(addnodes.index(entries=[entry]))


def names_behind(setup: nodes.container) -> nodes.paragraph | None:
    """Return the paragraph behind a setup that begins with one of its names, if there is one."""
    behind = setup.next_node(descend=False, siblings=True)
    new = isinstance(behind, nodes.paragraph) and behind.astext().startswith(NEW)
    behind = behind.next_node(descend=False, siblings=True) if new else behind
    about = isinstance(behind, nodes.paragraph) and isinstance(behind[0], nodes.literal)
    return behind if about else None


def fold_names(app: Sphinx, doctree: nodes.document, name: str) -> None:
    """Move what is said of the names of a setup, and of new ones, into its fold."""
    for fold in list(doctree.findall(HideCodeCellNode)):
        if "tag_setup" not in fold.parent["classes"]:
            continue
        names, new = names_behind(fold.parent), fold.parent.next_node(descend=False, siblings=True)
        said = isinstance(new, nodes.paragraph) and new.astext().startswith(NEW)
        for behind in [*([new] if said else []), *([names] if names else [])]:
            behind.parent.remove(behind)
            fold.append(behind)


def finish(app: Sphinx, name: str, template: str, context: dict, doctree: nodes.document) -> None:
    """Give the captions of the sidebar their level, and a page with a live figure a way to it."""
    for key, value in context.items():
        if isinstance(value, str) and 'role="heading"' in value:
            context[key] = value.replace('role="heading"', 'role="heading" aria-level="2"')
    if "body" in context:  # a fold is named by the words that are seen on it
        body = TEST.sub(MEANS, context["body"].replace(UNSEEN, "<summary>"))
        context["body"] = with_type(HELD.sub(r'<span class="held">\1\2</span>', body))
    context["has_live"] = "data-live=" in context.get("body", "")


def beside_the_way(app: Sphinx, env: BuildEnvironment) -> list[str]:
    """Let the sidebar name how to run the pages early, but not stand it between two of them."""
    order = env.toctree_includes["index"]
    order.remove("run")
    order.insert(order.index("teach"), "run")
    return []


def share_contents(app: Sphinx, name: str, template: str, context: dict, doctree: None) -> None:
    """Make the contents for the sidebar once for all listings of code in a folder.

    A listing stands in no contents, so that those of its folder are the same to the letter.
    """
    if name.startswith("_modules/"):
        folder, made = posixpath.dirname(name), context["toctree"]

        def kept(**options) -> str:
            key = (folder, *sorted(options.items()))
            if key not in app.contents_of_listings:
                app.contents_of_listings[key] = made(**options)
            return app.contents_of_listings[key]

        context["toctree"] = kept


def setup(app: Sphinx) -> dict:
    """Register all of it."""
    app.add_html_math_renderer("mathml", (inline, None), (block, None))
    app.excerpts = {}
    app.connect("doctree-read", sought)
    app.connect("doctree-read", site_excerpts.collect, priority=900)  # last
    app.connect("doctree-resolved", fold_names)
    app.connect("env-updated", beside_the_way)
    app.contents_of_listings = {}
    app.connect("html-page-context", share_contents, priority=100)  # before the theme
    app.connect("html-page-context", finish, priority=900)  # after the theme
    app.connect("build-finished", site_excerpts.write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
