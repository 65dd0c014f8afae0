"""What page 15 shows of all rules together: one table of what they reach and what they need."""

import numpy as np

from ..tables import ResultTable
from .learning_rules import NAMES
from .needs import IN_SPACE

COLUMNS = ["rule", "test (%)", "to BPTT", "cosine", "told", "kB, T = 10"]


def yeses(answers: list[bool]) -> str:
    """Return how many things a synapse must be told, in space / in time.

    >>> yeses([True, True, False, False, True, False, False])
    '2/1'
    """
    return f"{sum(answers[:IN_SPACE])}/{sum(answers[IN_SPACE:])}"


def compared(
    found: dict[str, dict],
    needs: dict[str, list[bool]],
    memory: dict[str, list[int]],
    more: dict[str, dict] | None = None,
) -> ResultTable:
    """Return the table of the rules: accuracy, distance to BPTT, cosine, needs and memory.

    Args:
        found: by rule, lists over seeds: "accuracy", and for gradients "after", the cosine.
        needs: answers to the questions of `needs`, by rule.
        memory: bytes kept, by rule, the first for ten steps.
        more: rows that are not among the rules, by the name that is shown.
    """
    best = float(np.mean(found["bptt"]["accuracy"]))
    rows = []
    for rule, runs in (found | (more or {})).items():
        right = float(np.mean(runs["accuracy"]))
        cosines = [each for each in runs.get("after", []) if each is not None]
        rows.append(
            [
                NAMES.get(rule, rule),
                round(100 * right, 1),
                round(100 * (right - best), 1),
                round(float(np.mean(cosines)), 2) if cosines else None,
                yeses(needs[rule]) if rule in needs else None,
                round(memory[rule][0] / 1000, 1) if rule in memory else None,
            ]
        )
    return ResultTable(COLUMNS, sorted(rows, key=lambda row: -row[1]))
