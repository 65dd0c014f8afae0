"""Pieces of code to read in an exam: what do they print? The answer is what running them prints.

Texts stand in `code.yaml`, whose numbers are drawn by a seed.
"""

import contextlib
import io
import random
from collections.abc import Sequence
from dataclasses import dataclass

from .course_files import written
from .variants import filled

ASKED = "What does this code print? Show the way."


@dataclass(frozen=True)
class Code:
    """A piece of code: the page it belongs to, what is asked, its text, and the lines it prints.

    Beside it stand no exercise of the same skill, and no question to choose that it tells.
    """

    page: str
    ask: str
    text: str
    prints: tuple[str, ...]
    skill: str
    tells: tuple[str, ...] = ()


def pieces() -> dict[str, dict]:
    """Return the pieces of code as they are written, by their page."""
    return written("code")


def printed_by(text: str) -> tuple[str, ...]:
    """Return the lines that a piece of code prints.

    >>> printed_by("print(1)\\nprint(2 * 3)")
    ('1', '6')
    """
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(text, {})
    return tuple(out.getvalue().splitlines())


def to_read(names: Sequence[str], turn: int, seed: int) -> Code | None:
    """Return a piece of code on some pages; None if there is none.

    The exams of a seed, whose turns count from 0, have unlike ones, or other numbers in them.
    """
    order = random.Random(f"code {seed}").sample(list(pieces()), len(pieces()))
    order = [page for page in order if page in {name[:2] for name in names}]
    if not order:
        return None
    page = order[turn % len(order)]
    piece, chance = pieces()[page], random.Random(f"{seed} {turn} {page}")
    numbers = {name: chance.choice(among) for name, among in piece["numbers"].items()}
    text = filled(piece["code"], numbers).strip()
    told = tuple(piece.get("apart", ()))
    return Code(page, ASKED, text, printed_by(text), piece["skill"], told)
