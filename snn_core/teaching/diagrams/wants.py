"""Drawings of learning rules: what each wants to know at one synapse, and what it reaches for that."""

from collections.abc import Iterable

from matplotlib.axes import Axes

from ..palette import BLUE, GREEN, GREY, PALE, VERMILION
from ..plotting import decorate, panels

ROWS = ("input", "hidden", "output", "label")  # from the bottom
TIMES = ("past", "now", "later")
COLOURS = (GREEN, VERMILION, VERMILION, BLUE)
EVERYTHING = [(row, time) for row in ROWS for time in TIMES]
KNOWN = {  # of each rule, what a synapse from input to hidden layer is told; a trace stands for the past
    "STDP": [("input", "past"), ("input", "now"), ("hidden", "now")],
    "DECOLLE": [("input", "past"), ("input", "now"), ("hidden", "past"), ("hidden", "now"), ("label", "now")],
    "OTTT": [("input", "past"), ("output", "past"), *[(row, "now") for row in ROWS]],
    "BPTT": EVERYTHING,
}
WEIGHTS_ABOVE = ("OTTT", "BPTT")


def what_a_synapse_wants(rules: Iterable[str] = tuple(KNOWN)) -> list[Axes]:
    """Draw for each rule which spikes, outputs and labels the synapse from input to hidden neuron is told of.

    Time runs to the right, layers upwards. A filled dot is known as it is, a ring in the past only as a trace; a thick
    line stands for the weights above.

    Args:
        rules: of "STDP", "DECOLLE", "OTTT", "BPTT".

    Returns:
        One axis for each rule.

    >>> len(what_a_synapse_wants(["STDP", "BPTT"]))
    2
    """
    rules = list(rules)
    axes = panels(len(rules), width=0.6 + 1.6 * len(rules), height=2.7, share=True)
    for axis, rule in zip(axes, rules, strict=True):
        _draw(axis, rule)
    axes[0].set_yticks(range(4), ROWS)
    return axes


def _draw(axis: Axes, rule: str) -> None:
    known = KNOWN[rule]
    axis.plot([1, 1], [0, 1], color=GREY, linewidth=2.5)
    axis.plot(1, 0.5, "D", color=BLUE, markersize=9)
    weights = {"color": BLUE, "linewidth": 4} if rule in WEIGHTS_ABOVE else {"color": PALE, "linewidth": 1}
    axis.plot([1, 1], [1, 2], **weights)
    for height, (row, color) in enumerate(zip(ROWS, COLOURS, strict=True)):
        for place, time in enumerate(TIMES):
            told = (row, time) in known
            ring = time == "past" and rule != "BPTT"
            fill = "none" if ring or not told else color
            shape = "s" if row == "label" else "o"
            axis.plot(place, height, shape, color=color if told else PALE, mfc=fill, markersize=11)
    axis.set(xticks=range(3), xticklabels=TIMES, ylim=(-0.5, 3.5))
    axis.grid(visible=False)
    decorate(axis, title=f"{rule}", xlim=(-0.5, 2.5))
