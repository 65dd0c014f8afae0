"""What a page has to keep to, the limits of `page_style` included.

``python -m publish.page_rules 02`` shows what page 02 breaks. Each rule takes a page, read from its
source, and returns what is wrong, in words; nothing if all is well.
"""

import argparse
import ast
import re

from nbformat import NotebookNode

from .page import Page, explorer, read, sources, split, tagged, tags
from .page_checks import checks_can_fail
from .page_style import beyond
from .paragraphs import HEADING, kind

FIRST_SCREEN = 6  # cells after the setup
UPRIGHT = re.compile(r"\\(mathrm|text|operatorname|begin|end)\s*\{[^}]*\}")
FENCED = re.compile(r"^```.*?^```", flags=re.M | re.S)


def headings_start_their_cells(page: Page) -> list[str]:
    """Every heading is the first line of its cell."""
    prose = [
        FENCED.sub("", cell.source) for cell in page.notebook.cells if cell.cell_type == "markdown"
    ]
    inside = [line for text in prose for line in text.splitlines()[1:] if re.match(HEADING, line)]
    return [f"a heading inside a cell: {line}" for line in inside]


def picture_comes_first(page: Page) -> list[str]:
    """A picture or a live explorer comes within the first screen, and before the first formula."""
    cells = page.notebook.cells
    setup = next(place for place, cell in enumerate(cells) if "setup" in tags(cell))
    picture = next(
        (place for place, cell in enumerate(cells) if "alt" in cell.metadata or explorer(cell)),
        len(cells),
    )
    formula = next((place for place, cell in enumerate(cells) if _has_formula(cell)), len(cells))
    late = (
        [f"the first picture comes {picture - setup} cells after the setup"]
        if picture > setup + FIRST_SCREEN
        else []
    )
    return late + (["a formula comes before the first picture"] if formula < picture else [])


def _has_formula(cell: NotebookNode) -> bool:
    return cell.cell_type == "markdown" and "$$" in cell.source


def questions_are_answered(page: Page) -> list[str]:
    """After each question comes its answer, before the next question or heading.

    A question is a quotation (``> …``) with a question mark. Its answer is a paragraph in a later
    cell, behind the code that the question speaks of, or is folded (``<details>``).
    """
    steps = [*_steps(page), (-1, "heading", "")]
    ends = [n for n, (_, kind, _) in enumerate(steps) if kind in ("question", "heading")]
    asked = [
        (steps[start], steps[start + 1 : end]) for start, end in zip(ends, ends[1:], strict=False)
    ]
    open_questions = [
        step for step, then in asked if step[1] == "question" and not _has_answer(step[0], then)
    ]
    return [f"no answer to: {text}" for _, _, text in open_questions]


def _has_answer(place: int, then: list[tuple[int, str, str]]) -> bool:
    """Tell whether what follows a question answers it."""
    code = next((where for where, kind, _ in then if kind == "code"), place)
    return any(kind == "folded" or (kind == "text" and where > code) for where, kind, _ in then)


def _steps(page: Page) -> list[tuple[int, str, str]]:
    """Return what a reader meets before the recap: headings, questions, texts, code."""
    found = []
    for place, cell in enumerate(page.notebook.cells):
        if cell.source.startswith(("## Recap", "## Exercises")):
            break
        if cell.cell_type == "markdown":
            found += [
                (place, kind(text), text) for text in re.split(r"\n\s*\n", cell.source.strip())
            ]
        elif not {"check", "setup"} & set(tags(cell)):
            found.append((place, "code", ""))
    return found


def exercises_hold_no_answer(page: Page) -> list[str]:
    """An exercise's cell holds a stub, and one call of `check` with number and answer."""
    wrong = []
    for part in split(page.notebook.cells, "###"):
        for cell in tagged(part, "exercise"):
            wrong += _more_than_a_stub(ast.parse(cell.source).body, f"{page.number}.{part.number}")
    return wrong


def _more_than_a_stub(statements: list[ast.stmt], number: str) -> list[str]:
    *stub, last = statements
    call = last.value if isinstance(last, ast.Expr) else None
    if not (isinstance(call, ast.Call) and ast.unparse(call.func) == "check"):
        return [f"exercise {number} does not end with a call of check"]
    if call.keywords or len(call.args) != 2 or not isinstance(call.args[1], ast.Name):
        wrong = [
            f"exercise {number} gives check more or less than its number and the name of the answer"
        ]
    else:
        name = ast.unparse(call.args[0])
        wrong = [] if name == repr(number) else [f"exercise {number} is checked as {name}"]
    return wrong + [
        f"exercise {number}: {ast.unparse(node)} is no stub" for node in stub if not _is_stub(node)
    ]


def _is_stub(node: ast.stmt) -> bool:
    if isinstance(node, ast.Assign):
        return all(ast.unparse(leaf) in ("None", "...") for leaf in _leaves(node.value))
    return isinstance(node, (ast.FunctionDef, ast.ClassDef))


def _leaves(value: ast.expr) -> list[ast.expr]:
    """Return the values in a tuple, a list or a dictionary, or the value itself."""
    inside = value.values if isinstance(value, ast.Dict) else getattr(value, "elts", None)
    return [value] if inside is None else [leaf for part in inside for leaf in _leaves(part)]


def deeper_comes_last(page: Page) -> list[str]:
    """What stands under "Deeper" is the last, or only the references come after it."""
    titles = [section.title for section in page.headed if section.title != "References"]
    return ["after Deeper comes more than the references"] if "Deeper" in titles[:-1] else []


def words_in_formulas_are_upright(page: Page) -> list[str]:
    r"""A word of three letters or more in a formula stands in ``\mathrm`` or ``\text``."""
    prose = [
        re.sub(r"`[^`\n]*`", "", FENCED.sub("", cell.source))
        for cell in page.notebook.cells
        if cell.cell_type == "markdown"
    ]
    formulas = [
        text for each in prose for text in re.findall(r"\$\$.+?\$\$|\$[^$\n]+\$", each, re.S)
    ]
    italic = [
        (word, text)
        for text in formulas
        for word in re.findall(r"(?<![\\a-zA-Z])[a-zA-Z]{3,}", UPRIGHT.sub(" ", text))
    ]
    return [f"{word} in italics: {text}" for word, text in italic]


RULES = {
    rule.__name__: rule
    for rule in (
        beyond,
        headings_start_their_cells,
        picture_comes_first,
        questions_are_answered,
        exercises_hold_no_answer,
        deeper_comes_last,
        checks_can_fail,
        words_in_formulas_are_upright,
    )
}


def broken(page: Page) -> list[str]:
    """Return everything in which a page breaks a rule."""
    return [wrong for rule in RULES.values() for wrong in rule(page)]


def main() -> None:
    """Print what the pages named on the command line break, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", help="beginnings of names, such as 02")
    for path in sources(parser.parse_args().pages):
        print(path.stem, *broken(read(path)), sep="\n  ")


if __name__ == "__main__":
    main()
