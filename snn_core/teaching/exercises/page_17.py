"""Exercises of page 17, event cameras."""

import numpy as np

from snn_core.teaching.exercises import Case, Function, Mistake, Value


def _factor(dt: float, tau: float, parts: int = 10_000) -> float:
    """Return one over the mean of exp(-s / tau) for s from 0 to dt, measured at the middle of many small parts."""
    places = (np.arange(parts) + 0.5) * dt / parts
    return 1 / np.exp(-places / tau).mean()


EXERCISES = {
    "17.1": Value(
        [0, 1, -1, 0, 1],
        hint="Write down what it remembers after each look: that changes at an event, and only then.",
        stronger="It remembers 0, then from its first event on 0.5. Compare each further value with what it remembers "
        "by then, not with the value before.",
        mistakes=(
            Mistake(
                [0, 0, -1, 0, 1],
                "That compares each value with the one before. What does the pixel remember at 0.5?",
            ),
            Mistake(
                [0, 1, 0, 0, 1],
                "That compares with the very first value. At an event the memory moves.",
            ),
            Mistake(
                [0, 1, 0, 0, 0],
                "A change by 0.3 or more in either direction is an event; darker is -1.",
            ),
        ),
    ),
    "17.2": Function(
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
    "17.3": Value(
        0.5,
        hint="What does a single frame show of the motion, whether the digit is bright or dark? Look at the figure "
        "with two rows, and turn it by a quarter.",
        stronger="ON and OFF lie left and right of the strokes, or above and below them. How many of the four ways are "
        "left then, and how often is a guess among these right?",
        mistakes=(
            Mistake(
                0.25,
                "One frame is not worth nothing here: compare a digit that moves left with one that moves up.",
            ),
            Mistake(
                1.0,
                "ON lies on the right of a bright digit that moves right, and also of a dark one that moves left.",
            ),
        ),
    ),
    "17.4": Function(
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
