"""Drawings of learning rules side by side: one row for each, with its name at the left."""

from matplotlib.axes import Axes
from torch import Tensor

from ..arrays import array
from ..palette import BLUE, GREEN, GREY, VERMILION
from ..plotting import decorate, panels
from ..studies.learning_rules import NAMES
from ..studies.needs import IN_SPACE, QUESTIONS
from ..studies.one_task import yeses


def dots_in_rows(
    columns: dict[str, dict[str, list[float] | Tensor]],
    *,
    title: str | None = None,
) -> list[Axes]:
    """Draw the values of several runs as dots, one row for each rule, and one panel for each quantity.

    Args:
        columns: for each quantity, with its unit, the values of each rule, by its key of `NAMES`; the first rule of the
            first quantity is at the top.
        title: what the figure shows.

    Returns:
        One axis for each quantity.
    """
    rules = list(next(iter(columns.values())))
    axes = panels(len(columns), width=7, height=0.9 + 0.27 * len(rules), share=True)
    axes = axes if isinstance(axes, list) else [axes]
    for axis, (quantity, found) in zip(axes, columns.items(), strict=True):
        for place, rule in enumerate(rules):
            values = array(rule, found[rule], rank=1)
            axis.plot(values, [place] * len(values), "o", color=BLUE, markersize=5, alpha=0.7)
        decorate(axis, x=quantity)
    axes[0].set_yticks(range(len(rules)), [NAMES[rule] for rule in rules])
    axes[0].invert_yaxis()
    decorate(axes[0], title=title)
    return axes


def table_of_needs(needs: dict[str, list[bool]], *, title: str | None = None) -> Axes:
    """Draw which rule answers which of the `QUESTIONS` by yes, the rule with the most at the top.

    Args:
        needs: answers by rule, from `needs_of`.
        title: what the figure shows.
    """
    order = sorted(needs, key=lambda rule: sum(needs[rule]), reverse=True)
    axis = panels(width=7, height=1.1 + 0.34 * len(order))
    axis.imshow([needs[rule] for rule in order], cmap="Blues", vmax=3.3, aspect="auto")
    for row, rule in enumerate(order):
        for column, answer in enumerate(needs[rule]):
            axis.text(column, row, "yes" if answer else "·", ha="center", va="center", fontsize=9)
    axis.axvline(IN_SPACE - 0.5, color=GREY)
    axis.set_xticks(range(len(QUESTIONS)), [question.replace(" ", "\n") for question in QUESTIONS])
    axis.set_yticks(range(len(order)), [f"{NAMES[rule]}: {yeses(needs[rule])}" for rule in order])
    axis.grid(visible=False)
    decorate(axis, title=title)
    return axis


def bytes_by_steps(memory: dict[str, list[int]], lengths: list[int], named: dict[str, str]) -> Axes:
    """Draw the bytes that rules keep against the number of steps, on logarithmic axes.

    Args:
        memory: bytes for each length, by rule.
        lengths: numbers of steps.
        named: what is written at the end of the line of a rule; the first two in colour.
    """
    axis = panels(width=7, height=3.4)
    shades = dict(zip(named, (VERMILION, BLUE, GREEN), strict=False))
    for rule, kept in memory.items():
        axis.loglog(lengths, kept, "o-", color=shades.get(rule, GREY), zorder=3 if rule in shades else 2)
    for rule, text in named.items():
        end = lengths[-1], memory[rule][-1]
        axis.annotate(text, end, xytext=(7, 0), textcoords="offset points", va="center")
    axis.set(xticks=lengths, xticklabels=lengths)
    axis.minorticks_off()
    decorate(axis, x="steps T", y="bytes per image", xlim=(0.8 * lengths[0], 5.5 * lengths[-1]))
    return axis
