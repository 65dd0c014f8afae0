"""Drawings of surrogates: a weight on its staircase, step and bump, what each step passes back, a table of shapes."""

import torch
from matplotlib.axes import Axes
from torch import Tensor

from ... import _checks
from ...neurons import LIF
from ...surrogate import ALL_SURROGATES, Surrogate
from ..palette import BLACK, BLUE, GREY, VERMILION
from ..patterns import surrogate_of_width
from ..plotting import decorate, panels, traces

FORMULAS = {  # D(y), with y = k x
    "fast_sigmoid": r"$1\,/\,(1 + |y|)^2$",
    "arctan": r"$1\,/\,(1 + (\pi y / 2)^2)$",
    "sigmoid": r"$4\,\sigma(y)\,(1 - \sigma(y))$",
    "triangular": r"$\max(0,\; 1 - |y|)$",
    "boxcar": r"$1$ if $|y| < 1/2$, else $0$",
    "gaussian": r"$\exp(-y^2 / 2)$",
    "straight_through": r"$1$",
}


def push_weight(
    train: Tensor,
    *,
    target: int,
    at: tuple[float, ...],
    highest: float = 0.9,
    surrogate: Surrogate | None = None,
    lr: float = 0.008,
) -> list[Axes]:
    """Draw what happens to one LIF neuron as its one weight grows: its spikes, and what they cost.

    The loss is ``(spikes - target)² / 2``. An arrow is one step of descent down the surrogate gradient.

    Args:
        train: input spikes ``[T, 1, 1]``.
        target: how many spikes are wanted.
        at: weights with an arrow.
        highest: the weights go from 0 to here.
        surrogate: of the neuron; the default one if None.
        lr: learning rate of the steps.

    Returns:
        The axes of the two panels, from the top.

    Raises:
        ValueError: if the train is not ``[T, 1, 1]``.
    """
    _one_neuron(train)
    grid = torch.linspace(0, highest, 1001)
    count, loss, slope = _sweep(train, torch.cat([grid, torch.tensor(at)]), target, surrogate)
    lines = slice(0, len(grid))
    axes = panels(2, stacked=True, height=4)
    axes[0].plot(grid, count[lines], ".", color=BLUE, markersize=3)
    axes[1].plot(grid, loss[lines], ".", color=BLUE, markersize=3)
    for weight, height, tilt in zip(at, loss[len(grid) :], slope[len(grid) :], strict=True):
        _arrow(axes[1], weight, height.item(), -lr * tilt.item())
    told = "arrow: one step down\na surrogate gradient"
    axes[1].text(0.01, 0.06, told, transform=axes[1].transAxes, color=VERMILION, va="bottom", fontsize="small")
    decorate(axes[0], y="spikes", title="It sends whole spikes: none, one, …")
    decorate(axes[1], x="weight w", y="loss", title="What they cost: 0 for the wanted number")
    return axes


def _one_neuron(train: Tensor) -> None:
    """Refuse a train for more than one neuron."""
    _checks.require(train.dim() == 3 and train[0].numel() == 1, "train", f"shape {list(train.shape)}", "[T, 1, 1]")


def _sweep(train: Tensor, weights: Tensor, target: int, surrogate: Surrogate | None) -> list[Tensor]:
    """Return count, loss and surrogate gradient for each weight."""
    weights = weights.clone().requires_grad_()
    neuron = LIF(surrogate=surrogate or Surrogate())
    count = neuron(weights[:, None] * train).sum(0).flatten()
    loss = (count - target) ** 2 / 2
    (slope,) = torch.autograd.grad(loss.sum(), weights)
    return [count.detach(), loss.detach(), slope]


def _arrow(axes: Axes, x: float, y: float, length: float) -> None:
    """Draw an open dot and an arrow from it, so far to the right, or to the left."""
    axes.plot(x, y, "o", color=BLUE, markerfacecolor="white", markersize=8, clip_on=False, zorder=3)
    style = {"arrowstyle": "-|>", "color": VERMILION, "linewidth": 2.5, "shrinkA": 4, "shrinkB": 0}
    axes.annotate("", (x + length, y), (x, y), arrowprops=style)


def contributions(train: Tensor, w: float, neuron: LIF) -> list[Axes]:
    """Draw a silent neuron's membrane, and what each step adds to the surrogate gradient of the spike count.

    A step adds ``D(u[t] - threshold) * du[t]/dw``. Before the first spike the membrane is proportional to the weight,
    so ``du[t]/dw = u[t] / w``. The title states the sum.

    Args:
        train: input spikes ``[T, 1, 1]``, at steps of 1 ms.
        w: the one weight, above 0.
        neuron: hears the train through the weight, and stays silent.

    Returns:
        The axes of the two panels, from the top.

    Raises:
        ValueError: if the train is not ``[T, 1, 1]``, the weight is not above 0, or the neuron spikes.
    """
    _one_neuron(train)
    _checks.require(w > 0, "w", w, "a number above 0")
    with torch.no_grad():
        spikes, membrane, _ = neuron(w * train, record=True)
    _checks.require(not spikes.any(), "w", w, "a weight at which the neuron is silent")
    threshold = neuron.threshold.item()
    membrane = membrane.flatten()
    parts = neuron.surrogate.derivative(membrane - threshold) * membrane / w
    upper, lower = panels(2, stacked=True, height=3.6)
    traces(membrane, upper, threshold=threshold)
    lower.vlines(range(len(parts)), 0, parts, color=VERMILION)
    decorate(upper, title=f"Every step adds a little: the sum is {parts.sum():.2f}", ylim=(0, None))
    upper.set_xlabel("")
    decorate(lower, x="time (ms)", y="bump · ∂u/∂w", ylim=(0, None))
    return [upper, lower]


def step_and_bump(surrogate: Surrogate, *, at: tuple[float, ...] = ()) -> list[Axes]:
    """Draw a spike against the distance to the threshold: the step forward, the bump backward.

    Args:
        surrogate: its derivative is the bump.
        at: distances that are marked on both.

    Returns:
        The axes of the two panels.
    """
    distance = torch.linspace(-1, 1, 2001)
    marks = torch.tensor(at)
    axes = panels(2, width=8.0, height=2.6)
    for panel, curve, color in (
        (axes[0], lambda x: (x > 0).float(), BLUE),
        (axes[1], surrogate.derivative, VERMILION),
    ):
        panel.plot(distance, curve(distance), color=color)
        panel.plot(marks, curve(marks), "o", color=BLACK)
        panel.axvline(0, color=GREY, linestyle="--", linewidth=1)
        panel.set_xticks([-1, -0.5, 0, 0.5, 1])
    label = "distance to the threshold x = u − θ"
    decorate(axes[0], x=label, y="spike z", title="Forward: the step")
    decorate(axes[1], x=label, y="derivative", title="Backward: the bump", ylim=(-0.05, 1.05))
    return axes


def table_of_surrogates(width: float = 1.0, reach: float = 2.0) -> list[Axes]:
    """Draw each surrogate as one row of a table: name, formula of the derivative, curve.

    Args:
        width: of all curves at half their height, in units of the membrane.
        reach: the curves are shown from minus to plus this distance from the threshold.

    Returns:
        The axes of the rows, from the top.
    """
    distance = torch.linspace(-reach, reach, 2001)
    axes = panels(len(ALL_SURROGATES), stacked=True, width=8.0, height=5.6)
    for panel, name in zip(axes, ALL_SURROGATES, strict=True):
        endless = name == "straight_through"
        surrogate = Surrogate(name) if endless else surrogate_of_width(name, width)
        panel.fill_between(distance, surrogate.derivative(distance), color=VERMILION, alpha=0.25)
        panel.plot(distance, surrogate.derivative(distance), color=VERMILION)
        panel.axvline(0, color=GREY, linestyle="--", linewidth=1)
        panel.set_ylabel(f"{name}\n{FORMULAS[name]}", rotation=0, ha="left", va="center", x=0, labelpad=140)
        panel.set(yticks=[0, 1], ylim=(0, 1.15))
    decorate(axes[-1], x="distance to the threshold x = u − θ")
    decorate(axes[0], title=f"D(y) with y = kx, each {width:g} wide at half its height")
    return axes
