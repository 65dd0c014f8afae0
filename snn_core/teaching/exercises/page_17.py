"""Exercises of page 17, event cameras."""

import numpy as np

from snn_core.teaching.exercises import Case, Function


def _factor(dt: float, tau: float, parts: int = 10_000) -> float:
    """Return one over the mean of exp(-s / tau) for s from 0 to dt, measured at the middle of many small parts."""
    places = (np.arange(parts) + 0.5) * dt / parts
    return 1 / np.exp(-places / tau).mean()


EXERCISES = {
    "17.1": Function(
        cases=(
            Case((14, 9, 5, 0), [14, 9, 0, 0, 5], "x, y, then time, highest byte first."),
            Case(
                (14, 9, 300_000, 0),
                [14, 9, 4, 147, 224],
                "300,000 = 4 · 65,536 + 147 · 256 + 224: 8 bits of each.",
            ),
            Case(
                (14, 9, 300_000, 1),
                [14, 9, 132, 147, 224],
                "Polarity, the highest bit of the third byte, adds 128.",
            ),
        ),
        stronger="The last three bytes are t >> 16, (t >> 8) & 255 and t & 255; the first of them also holds p << 7.",
    ),
    "17.2": Function(
        cases=(
            Case(
                (10.0, 10.0),
                _factor(10.0, 10.0),
                "Divide the means: what is left of one event, averaged over its place in the bin, is the inverse.",
            ),
            Case(
                (1.0, 10.0),
                _factor(1.0, 10.0),
                "The mean of exp(-s/tau) over s from 0 to dt is its integral divided by dt.",
            ),
        ),
        stronger="The integral of exp(-s/tau) from 0 to dt is tau (1 - exp(-dt/tau)). "
        "Divide it by dt, and take one over the result.",
    ),
}
