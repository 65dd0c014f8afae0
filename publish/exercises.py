"""The exercises of a page: what each asks, the stub with its check, and the folded answer."""

import re
from dataclasses import dataclass

from .cells import Section, prose, split, tagged

# Of an exercise with a stub, the folded answer is a solution; of any other, an answer.
FOLDED = re.compile(
    r"<details><summary>(Solution|Answer)\b ?(\d*).*?</summary>(.*?)</details>", flags=re.S
)

CHECK = re.compile(r'check\("([\d.]+)", (\w+)\)')  # an exercise by its key, and an answer


@dataclass(frozen=True)
class Exercise:
    """One exercise: its heading, its stub with the check, its folded answer, and the code in it."""

    number: int
    title: str
    stub: str | None
    answer: str | None

    @property
    def asked(self) -> tuple[str, str]:
        """Return the key of an exercise with a stub, like ``02.1``, and the name of its answer."""
        return CHECK.search(self.stub).groups()

    @property
    def solution(self) -> str | None:
        """Return the code of the answer."""
        found = re.search(r"```python\n(.*?)```", self.answer or "", flags=re.S)
        return found.group(1) if found else None


def exercises_in(section: Section) -> list[Exercise]:
    """Return the exercises under the heading "Exercises" of a page, in order."""
    stubs = [cell.source for cell in tagged(section, "exercise")]
    parts = [part for part in split(section.cells, "###") if part.number]
    folded = {
        number: (kind, text) for kind, number, text in FOLDED.findall(prose(section)) if number
    }
    return [_exercise(part, folded, stubs) for part in parts]


def _exercise(part: Section, folded: dict[str, tuple[str, str]], stubs: list[str]) -> Exercise:
    """Return one exercise, and take its stub, if it has one, from those that are left."""
    beside = [(kind, text) for kind, number, text in FOLDED.findall(prose(part)) if not number]
    kind, answer = folded.get(str(part.number), beside[0] if beside else ("", None))
    stub = stubs.pop(0) if kind == "Solution" and stubs else None
    return Exercise(part.number, part.title.split(" · ", 1)[1], stub, answer)
