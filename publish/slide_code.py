"""Which piece of its code a section shows on a slide, and under which heading."""

import ast
import re
from dataclasses import dataclass

from nbformat import NotebookNode

from .code_names import defined, missing, names
from .drawing import HARMLESS, core_lines, imported
from .page import Page, Section, code, tagged, tags
from .slide_cut import cut
from .slide_parts import NOT_SHOWN
from .slide_shows import printed

CODE_LINES, WHOLE = 16, 12  # lines on a slide; lines of a piece with what it needs
ASKED, SEEN, SAYS, DEFINES, FEEDS, NAMED = 6, 5, 2, 4, 2, 3  # what counts for a cell, see `worth`
STRANGE, SPREAD, LONG, SHORT, LEAST = 3, 3, 2, 2, 3  # what counts against it; what it needs
RECORDS = {"record", "records", "recorded"}


@dataclass(frozen=True)
class Facts:
    """What a page says about its code.

    Imported names of the core, those that draw, all imported ones, functions of the page; the cells
    that slides show, each with what it counts; and the names in each cell that is no check.
    """

    core: set[str]
    draws: set[str]
    known: set[str]
    functions: set[str]
    shown: dict[str, int]
    used: dict[str, set[str]]


def facts(page: Page, asked: set[str], seen: set[str]) -> Facts:
    """Return what a choice among the cells of a page needs.

    Args:
        page: the page.
        asked: ids of cells whose output answers a question on a slide.
        seen: ids of cells whose figure is on a slide by itself.
    """
    core, draws = imported(page)
    cells = [cell for cell in page.main if cell.cell_type == "code"]
    trees = {cell.id: ast.parse(cell.source) for cell in cells}
    setup = [node for cell in tagged(page.notebook, "setup") for node in ast.walk(trees[cell.id])]
    known = {
        each.asname or each.name.split(".")[0]
        for node in setup
        if isinstance(node, ast.Import | ast.ImportFrom)
        for each in node.names
    }
    functions = {name for tree in trees.values() for name in _defined(tree)}
    checked = {"check", "exercise", "solution"}
    used = {cell.id: names(trees[cell.id]) for cell in cells if not checked & set(tags(cell))}
    shown = dict.fromkeys(seen, SEEN) | dict.fromkeys(asked, ASKED)
    return Facts(core, draws, known, functions, shown, used)


def chosen_code(page: Page, about: Facts) -> dict[str, str]:
    """Return the code to show by the id of its cell: of a section what says most, or is tagged.

    A cell tagged `slide` is shown whole, and then no other one of its section; one tagged
    `slide-code` goes before all others. Functions that slides have shown before may be called.
    """
    found: dict[str, str] = {}
    met: set[str] = set()
    for section in page.sections:
        cells = code(section)
        told = [cell for cell in cells if "slide" in tags(cell)]
        worths = {cell.id: worth(cell, section, about, met) for cell in cells}
        tagged_one = [cell for cell in cells if "slide-code" in tags(cell)]
        worthy = [cell for cell in cells if worths[cell.id] >= LEAST]
        best = tagged_one or sorted(worthy, key=lambda cell: -worths[cell.id])
        texts = ((cell.id, whole(cell, section, about)) for cell in best)
        found |= {cell.id: cell.source for cell in told}
        if not told:
            found |= dict([each for each in texts if each[1]][:1])
        here = [cell.source for cell in cells if cell.id in found]
        met |= {name for source in here for name in _defined(ast.parse(source))}
    return found


def whole(cell: NotebookNode, section: Section, about: Facts) -> str:
    """Return the core lines of a cell, behind those of its section that they need, if they fit."""
    text = core_lines(cell.source, about.draws)
    cells = code(section)
    places = [place for place, each in enumerate(cells) if each.id == cell.id]
    wanted = missing(ast.parse(text))
    for before in reversed(cells[: places[0]]):
        left = "" if NOT_SHOWN & set(tags(before)) else core_lines(before.source, about.draws)
        tree = ast.parse(left)
        if names(tree) & RECORDS:
            continue
        left = _silent(left, tree)
        gap = "\n\n\n" if text.startswith(("def ", "class ", "@")) else "\n\n"
        joined = left + gap + text
        if left and wanted & defined(tree) and len(joined.splitlines()) <= WHOLE:
            text, wanted = joined, missing(ast.parse(joined))
    return cut(text, CODE_LINES)


def worth(cell: NotebookNode, section: Section, about: Facts, met: set[str]) -> float:
    """Return how much a cell says about its section; 0 if it only draws, sets, or reads a record.

    It counts that slides show its output, that it prints, defines a function for other cells,
    computes what slides show, uses the core, and has names of the heading. Functions that no slide
    has shown count against it, and so do lines with one argument each, and many or few lines.
    """
    left = core_lines(cell.source, about.draws)
    lines = len(left.splitlines())
    if NOT_SHOWN & set(tags(cell)) or lines < 2:
        return 0
    tree = ast.parse(left)
    own_names = names(tree)
    if own_names & RECORDS or not _computes(tree, about):
        return 0
    others = {key: each for key, each in about.used.items() if key != cell.id}
    calls = sum(bool(_defined(tree) & each) for each in others.values())
    here = [others[each.id] for each in code(section) if each.id in others]
    shown = [others[each.id] for each in code(section) if each.id in about.shown.keys() & others]
    says = about.shown.get(cell.id, SAYS * bool(printed(cell)))
    helps = DEFINES + min(calls, 3) if calls else 0
    feeds = FEEDS * any(defined(tree) & each for each in (shown or ([] if says else here)))
    if not (says or helps or feeds):
        return 0
    loops = any(isinstance(node, ast.For | ast.While) for node in ast.walk(tree))
    score = max(says, helps) + feeds + loops + min(len(own_names & about.core), 3)
    score += NAMED * _takes_up(tree, section.title)
    strange = own_names & about.functions - about.known - met - _defined(tree)
    against = STRANGE * len(strange) + SPREAD * _spread(left) + LONG * (lines > CODE_LINES)
    return score - against - SHORT * (lines < 3) + lines / 100


def _defined(tree: ast.AST) -> set[str]:
    return {
        node.name
        for node in getattr(tree, "body", [])
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    }


def _silent(text: str, tree: ast.Module) -> str:
    """Return code without the statements that only print."""
    lines = text.splitlines()
    for node in reversed(tree.body):
        call = node.value if isinstance(node, ast.Expr) else None
        if isinstance(call, ast.Call) and ast.unparse(call.func) == "print":
            del lines[node.lineno - 1 : node.end_lineno]
    return "\n".join(lines)


def _computes(tree: ast.AST, about: Facts) -> bool:
    """Tell whether code calls or defines more than print, and methods of what it has."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        root = node.func
        while isinstance(root, ast.Attribute | ast.Call):
            root = root.value if isinstance(root, ast.Attribute) else root.func
        if not isinstance(root, ast.Name) or root.id in HARMLESS | {"print"}:
            continue
        if isinstance(node.func, ast.Name | ast.Call) or root.id in about.known:
            return True
    return bool(_defined(tree))


def _takes_up(tree: ast.AST, title: str) -> bool:
    """Tell whether a name in code is a word of a heading, like `latency` of "Latency: when"."""
    found = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)}
    found |= {each.attr for each in ast.walk(tree) if isinstance(each, ast.Attribute)}
    words = {word for name in found | _defined(tree) for word in name.lower().split("_")}
    return bool(words & set(re.findall(r"[a-z]{4,}", title.lower())))


def _spread(text: str) -> bool:
    """Tell whether most lines hold one argument of a call."""
    lines = text.splitlines()
    return 2 * sum(bool(re.fullmatch(r"\s+[\w.]+(=.*)?,", line)) for line in lines) > len(lines)
