"""Drawings of energies: bills split by kind, and readers by what they cost and how well they read."""

import torch
from matplotlib.axes import Axes
from torch import Tensor

from ...energy import Energy
from ..palette import BLUE, GREEN, GREY, VERMILION
from ..plotting import decorate, panels
from ..studies.energy import Reader

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
