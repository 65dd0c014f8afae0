"""The explorer of page 12: the weight gradient as a window over the lag of a pair of spikes, beside that of STDP."""

import math

import numpy as np
import torch
from matplotlib.artist import Artist
from torch import Tensor

from ... import _checks
from ...neurons import LIF
from ...plasticity import PairSTDP
from ...surrogate import Surrogate
from ..palette import BLUE, VERMILION
from ._base import Choice, Explorer, Range


class GradientWindow(Explorer):
    """Left, the surrogate derivative and the membrane's place under it; right, the window that BPTT gives, and STDP."""

    controls = {
        "tau_mem": Range(2.0, 40.0, 1.0, 10.0, "τ_mem (ms)"),
        "distance": Range(-1.0, 1.0, 0.05, 0.2, "threshold - membrane"),
        "scale": Range(0.5, 30.0, 0.5, 10.0, "surrogate scale"),
        "target": Choice(("spike", "no spike"), "spike", "target"),
    }
    size = (8.5, 3.4)
    lags = torch.arange(-40, 41)

    def build(self) -> list[Artist]:
        left, right = self.figure.subplots(1, 2, width_ratios=(2, 3))
        self.distances = torch.linspace(-1.2, 1.2, 241)
        (self.shape,) = left.plot(self.distances, torch.zeros(241), color="0.5")
        (self.place,) = left.plot([0], [0], "o", color=VERMILION)
        left.set(xlabel="membrane u - threshold", ylabel="surrogate derivative s", ylim=(0, 1.08), xlim=(-1.2, 1.2))
        stdp = PairSTDP(10.0, 10.0, a_plus=1.0, a_minus=0.5).window(self.lags.double())
        right.plot(self.lags, stdp, ".", color="0.6", markersize=4, label="STDP, τ = 10 ms")
        right.axhline(0, color="0.8", linewidth=1)
        (self.window,) = right.plot(self.lags, np.zeros(81), color=BLUE, label="BPTT")
        right.set(xlabel="t_post - t_pre (ms)", ylabel="weight change", ylim=(-1.08, 1.08), xlim=(-40, 40))
        right.legend(loc="lower left")
        self.height, self.title = left.set_title(" "), right.set_title(" ")
        return [self.shape, self.place, self.window, self.height, self.title]

    def update(self, *, tau_mem: float, distance: float, scale: float, target: str) -> None:
        surrogate = Surrogate("fast_sigmoid", scale)
        neuron = LIF(torch.tensor(tau_mem, dtype=torch.float64), surrogate=surrogate)
        fired = neuron(torch.full((1, 1), 1 - distance, dtype=torch.float64)).item()
        error = (target == "spike") - fired
        self.shape.set_ydata(surrogate.derivative(self.distances))
        slope = surrogate.derivative(torch.tensor(-distance)).item()
        self.place.set_data([-distance], [slope])
        self.window.set_ydata(gradient_window(neuron, self.lags, 1 - distance, error).numpy())
        self.height.set_text(f"{'spikes' if fired else 'silent'}: error {error:+.0f}, s = {slope:.3f}")
        decays = "No error: no change at any lag" if error == 0 else f"Peak {error * slope:+.3f}, τ = {tau_mem:.0f} ms"
        self.title.set_text(decays)


def gradient_window(neuron: LIF, lags: Tensor, level: float, error: float = 1.0) -> Tensor:
    """Return minus the weight gradient of a synapse of weight 0 for a presynaptic spike at each lag.

    With an attached reset the steps before the target count, too: here the membrane rests at 0 until the target, so
    that each of them multiplies the gradient by 1 minus threshold times the surrogate derivative at rest (soft reset).

    Args:
        neuron: the `LIF`, with one decay and one threshold; one copy of it, and one synapse, for each lag.
        lags: whole steps ``[L]``, L > 0, from the presynaptic spike to the step of the target, of either sign.
        level: the membrane at the step of the target, in units of the threshold. It rises to it in that one step.
        error: minus the derivative of the loss by the spike of that step.

    Returns:
        The weight change per unit of learning rate, ``[L]``, in the dtype of the neuron's decay.

    Raises:
        ValueError: for another kind of neuron, decays or thresholds per neuron, lags that are not whole, or a level or
            error that is not a finite number.

    >>> gradient_window(LIF(beta=0.5), torch.tensor([-1, 0, 1]), level=1.0).tolist()
    [0.0, 1.0, 0.5]
    """
    steps = _whole_lags(lags)
    _require_one_lif(neuron)
    for name, value in {"level": level, "error": error}.items():
        _checks.number(name, value, -math.inf, open_low=False)
    target = max(int(steps.max()), 0)
    arrivals = torch.eye(target + 1 - min(int(steps.min()), 0), dtype=neuron.beta.dtype)[target - steps].T
    weights = torch.zeros(len(steps), dtype=arrivals.dtype, requires_grad=True)
    background = torch.zeros_like(arrivals)
    background[target] = level * float(neuron.threshold)
    spikes = neuron(background + arrivals * weights)
    (gradient,) = torch.autograd.grad(-error * spikes[target].sum(), weights)
    return 0.0 - gradient  # not -gradient, which would make -0.0 of every 0.0


def _whole_lags(lags: Tensor) -> Tensor:
    """Return `lags` ``[L]`` as integers, or raise a ``ValueError``."""
    _checks.require(isinstance(lags, Tensor), "lags", type(lags).__name__, "a torch tensor")
    _checks.require(lags.dim() == 1 and len(lags) > 0, "lags", f"shape {list(lags.shape)}", "shape [L] with L > 0")
    whole = bool((lags == lags.round()).all()) and bool(torch.isfinite(lags).all())
    _checks.require(whole, "lags", lags.tolist(), "whole steps")
    return lags.long()


def _require_one_lif(neuron: LIF) -> None:
    """Raise a ``ValueError`` unless `neuron` is a `LIF` with one decay and one threshold."""
    _checks.require(isinstance(neuron, LIF), "neuron", type(neuron).__name__, "an LIF")
    same = neuron.beta.numel() == 1 and torch.as_tensor(neuron.threshold).numel() == 1
    _checks.require(same, "neuron", "decays or thresholds per neuron", "one decay and one threshold")
