"""Exercises that check themselves.

A page says ``check("02.1", answer)``. What is expected, the cases and the hints stand in ``page_02.py``, out of the
reader's sight: a dict ``EXERCISES`` from "02.1" to a `Value` or a `Function`. A page's module is imported when its
first exercise is checked; it imports snn_core, torch and numpy only, and computes in well under a second.
"""

from snn_core.teaching.exercises.kinds import Case, Function, Mistake, Value, forward_and_gradient
from snn_core.teaching.exercises.verdicts import check, find, pages

__all__ = ["Case", "Function", "Mistake", "Value", "check", "find", "forward_and_gradient", "pages"]
