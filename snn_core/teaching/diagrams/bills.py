"""Drawings of energies: bills split by kind, and readers by what they cost and how well they read."""

import math

import torch
from matplotlib.axes import Axes
from torch import Tensor

from ...energy import Energy
from ..palette import BLUE, GREEN, GREY, VERMILION
from ..plotting import decorate, panels
from ..studies.energy import Reader

THOUSANDS = "{x:,g}"  # of the ticks of a logarithmic axis
KINDS = {  # of an `Energy`, as page and explorer name and colour them
    "arithmetic": ("arithmetic", BLUE),
    "parameters": ("reading weights", GREY),
    "states": ("keeping states", GREEN),
    "messages": ("sending", VERMILION),
}


def energy_bills(
    bills: dict[str, Energy],
    *,
    x: str = "energy per image (nJ)",
    title: str | None = None,
    notes: dict[str, str] | None = None,
) -> Axes:
    """Draw bills as level bars, the first one at the top, each split by the kinds that any of them has.

    Args:
        bills: energies in pJ, by name; they are shown in nJ.
        x: name of the energy, with its unit.
        title: what the figure shows.
        notes: what is written behind a bar, after its sum, by name.

    Returns:
        The axes.
    """
    axis = panels(height=0.9 + 0.36 * len(bills))
    ends = [0.0] * len(bills)
    for field, (kind, colour) in KINDS.items():
        parts = [getattr(bill, field) / 1000 for bill in bills.values()]
        if not any(parts):
            continue
        bars = axis.barh(list(bills), parts, left=ends, color=colour, label=kind)
        ends = [end + part for end, part in zip(ends, parts, strict=True)]
    said = {name: "" for name in bills} | (notes or {})
    sums = [f"{end:,.{int(end < 10)}f} {said[name]}" for name, end in zip(bills, ends, strict=True)]
    axis.bar_label(bars, sums, padding=3)
    axis.invert_yaxis()
    decorate(axis, x=x, title=title, xlim=(0, 1.3 * max(ends)))
    axis.get_legend().remove()  # the bars need the room
    axis.figure.legend(*axis.get_legend_handles_labels(), loc="outside lower center", ncols=len(KINDS))
    return axis


def energy_dots(bills: dict[str, Energy], *, title: str | None = None, notes: dict[str, str] | None = None) -> Axes:
    """Draw bills as dots on a logarithmic axis, the first one at the top: a stroke for the sum, a dot for each kind.

    So a bill can be read that is a hundredth of another. A kind of which a bill has none has no dot there.

    Args:
        bills: energies in pJ, by name; they are shown in nJ.
        title: what the figure shows.
        notes: what is written behind the sum, by name.

    Returns:
        The axes.
    """
    axis = panels(height=1.0 + 0.36 * len(bills))
    sums = {name: bill.total / 1000 for name, bill in bills.items()}
    axis.plot(list(sums.values()), list(sums), "|", color="black", markersize=13, markeredgewidth=2, label="sum")
    lowest = min(sums.values())
    for field, (kind, colour) in KINDS.items():
        parts = {name: part / 1000 for name, bill in bills.items() if (part := getattr(bill, field))}
        axis.plot(list(parts.values()), list(parts), "o", color=colour, label=kind)
        lowest = min([lowest, *parts.values()])
    for name, cost in sums.items():
        words = f"{cost:,.{int(cost < 10)}f} {(notes or {}).get(name, '')}".strip()
        axis.annotate(words, (cost, name), xytext=(7, 0), textcoords="offset points", va="center")
    axis.grid(axis="y", color="0.9")
    axis.set_axisbelow(True)
    highest = max(sums.values())
    axis.set(xscale="log", xlim=(lowest / 2, highest * (highest / lowest) ** 0.4), ylim=(len(bills) - 0.5, -0.5))
    axis.set_xticks([10.0**k for k in range(math.ceil(math.log10(lowest / 2)), math.ceil(math.log10(highest)))])
    axis.xaxis.set_major_formatter(THOUSANDS)
    axis.minorticks_off()
    decorate(axis, x="energy per image (nJ)", title=title)
    axis.get_legend().remove()  # the dots need the room
    axis.figure.legend(*axis.get_legend_handles_labels(), loc="outside lower center", ncols=1 + len(KINDS))
    return axis


def mark_readers(axis: Axes, readers: dict[object, Reader], *, color: str, label: str) -> None:
    """Mark each reader by what it costs at 45 nm and how well it reads; a stroke joins its seeds.

    Args:
        axis: where to draw; its energies become logarithmic.
        readers: by any names.
        color, label: of all of them.
    """
    for reader in readers.values():
        cost = reader.bill().total / 1000
        seeds = [100 * run["held_out"] for run in reader.runs]
        axis.plot([cost, cost], [min(seeds), max(seeds)], color=color, linewidth=1.6)
        axis.plot(cost, 100 * reader.mean("held_out"), "o", color=color, label=label)
        label = None
    axis.set(xscale="log", xlabel="energy per image (nJ)", ylabel="held-out digits right (%)")
    axis.xaxis.set_major_formatter(THOUSANDS)


def mark_ratios(axis: Axes, drawn: dict[str, Tensor], *, color: str, label: str) -> None:
    """Mark for each name the range that holds 95 % of some ratios, and their median.

    Args:
        axis: where to draw; its ratios become logarithmic, and a dashed line marks 1.
        drawn: ratios by name, the first at the top.
        color, label: of all of them.
    """
    for name, values in drawn.items():
        low, middle, high = values.quantile(torch.tensor([0.025, 0.5, 0.975]).to(values))
        axis.plot([low, high], [name, name], color=color, linewidth=2)
        axis.plot(middle, name, "o", color=color, label=label)
        label = None
    axis.axvline(1, color=GREY, linestyle="--", linewidth=1.2)
    axis.set(xscale="log", xlabel="spiking / ordinary")
    axis.xaxis.set_major_formatter(THOUSANDS)
