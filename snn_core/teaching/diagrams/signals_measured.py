"""Drawings of what experiments found about membranes as signals: gradients, and networks without an ingredient."""

import numpy as np
from matplotlib.axes import Axes

from ... import _checks
from ..palette import BLACK, BLUE, GREEN, GREY, VERMILION
from ..plotting import decorate, dots_per_seed, panels
from ..records import Record

WAYS = {"membranes": BLUE, "surrogate 1": VERMILION, "surrogate 3": GREEN, "surrogate 10": GREY}
LEFT_OUT = {
    "nothing": "all",
    "normal-\nisation": "no error normalisation",
    "scaling": "no scaling of updates",
    "both": "neither of the two",
    "inhibition": "no inhibition",
    "penalty": "no penalty of weights",
    "balance": "no balance of thresholds",
}


def lowest_layer(record: Record, way: str, quantity: str, depth: int, kappa: float = 0.0) -> np.ndarray:
    """Return what was found for the gradients of the lowest weights, one row for each rate, one column for each run.

    Args:
        record: of `signals_gradients`.
        way: which gradient, "membranes" or a surrogate; "differences" for half of the samples against the others.
        quantity: "cosine" or "size".
        depth: layers of the networks.
        kappa: their inhibition.

    Raises:
        ValueError: for a depth or an inhibition that was not recorded.
    """
    settings = record.settings
    _checks.require(depth in settings["depths"], "depth", depth, f"one of {settings['depths']}")
    _checks.require(kappa in settings["kappas"], "kappa", kappa, f"one of {settings['kappas']}")
    runs = [run for run in record.results["runs"] if (run["depth"], run["kappa"]) == (depth, kappa)]
    return np.array([[run[way][quantity] for run in runs if run["wanted"] == rate] for rate in settings["spikes"]])


def controls_measured(record: Record, kappa: float = 0.0) -> dict[str, tuple[float, float]]:
    """Return the median cosine and relative length of "membranes", as in the figure and in each control.

    Args:
        record: of `signals_gradients`.
        kappa: inhibition of the networks.
    """
    case = record.settings["control"]
    usual = [run for run in record.results["runs"] if (run["depth"], run["wanted"]) == (case["depth"], case["spikes"])]
    cases = {"as in the figure": usual} | record.results["controls"]
    found = {name: [run["membranes"] for run in runs if run["kappa"] == kappa] for name, runs in cases.items()}
    return {
        name: tuple(float(np.median([each[quantity] for each in runs])) for quantity in ("cosine", "size"))
        for name, runs in found.items()
    }


def gradients_measured(record: Record, depth: int, kappa: float = 0.0) -> list[Axes]:
    """Draw how the gradients of the lowest weights compare with the measured one, against the rate of the neurons.

    A dotted line shows how well the measurement from half of the samples agrees with that from the others.

    Args:
        record: of `signals_gradients`.
        depth: layers of the networks.
        kappa: their inhibition.

    Returns:
        The axes of the cosine and of the relative length.

    Raises:
        ValueError: for a depth or an inhibition that was not recorded.
    """
    rates = record.settings["spikes"]
    axes = panels(2)
    for (way, color), aside in zip(WAYS.items(), (0.94, 0.98, 1.02, 1.06), strict=True):
        for axis, quantity in zip(axes, ("cosine", "size"), strict=True):
            values = lowest_layer(record, way, quantity, depth, kappa)
            axis.plot(np.multiply(rates, aside), values, ".", color=color)
            axis.plot(rates, np.median(values, 1), color=color, label=way)
            axis.set_xscale("log")
            axis.set_xticks(rates, labels=[f"{rate:g}" for rate in rates])
    halves = np.median(lowest_layer(record, "differences", "cosine", depth, kappa), 1)
    axes[0].plot(rates, halves, ":", color=BLACK, label="two measurements")
    axes[1].axhline(1, color=GREY, linestyle="--", linewidth=1.2)
    axes[1].set_yscale("log")
    x = f"spikes of a neuron in {record.settings['steps']} ms"
    layers = "one layer" if depth == 1 else f"{depth} layers"
    low = np.floor(10 * axes[0].dataLim.y0) / 10
    decorate(axes[0], x=x, y="cosine", title=f"Direction through {layers}", ylim=(min(low, 0.5), 1.03))
    decorate(axes[1], x=x, y="length, relative", title=f"Length through {layers}: 1 is right")
    axes[0].get_legend().remove()
    axes[1].legend(*axes[0].get_legend_handles_labels(), loc="upper left", bbox_to_anchor=(1, 1))
    return axes


def accuracies(record: Record, hidden: int) -> dict[str, list[float]]:
    """Return the accuracies of all seeds by what was left out, for so many hidden layers.

    Args:
        record: of `signals_ingredients`.
        hidden: hidden layers.
    """
    found = {name: record.results[f"{hidden} hidden layers, {arm}"]["runs"] for name, arm in LEFT_OUT.items()}
    return {name: [run["accuracy"] for run in runs] for name, runs in found.items()}


def last_epochs(record: Record, epochs: int = 5) -> dict[str, list[float]]:
    """Return for each arm the accuracy of every seed in tests, in the mean over the last epochs.

    Args:
        record: of `membranes_as_signals`.
        epochs: how many, at least 1.
    """
    _checks.whole("epochs", epochs)
    return {arm: [float(np.mean(run["test"][-epochs:])) for run in runs] for arm, runs in record.results.items()}


def without_each(record: Record) -> Axes:
    """Draw the accuracy of every run, without each ingredient of learning with membranes.

    Args:
        record: of `signals_ingredients`.
    """
    depths = record.settings["hidden"]
    found = [accuracies(record, hidden) for hidden in depths]
    results = {name: [each[name] for each in found] for name in LEFT_OUT}
    axis = dots_per_seed(results, [f"{hidden} hidden" for hidden in depths], level=0.1, y="accuracy")
    for place in range(1, len(results)):
        axis.axvline(place - 0.5, color=GREY, linewidth=0.6)
    decorate(axis, x="left out")
    return axis
