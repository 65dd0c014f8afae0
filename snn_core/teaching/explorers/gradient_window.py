"""The explorer of page 12: a gradient walks back in time, and the window that it draws over the lag of a pair."""

import math

import torch
from torch import Tensor

from ... import _checks
from ...neurons import LIF
from ..live import Button, Choice, LiveExplorer, Range


class GradientWindow(LiveExplorer):
    """One neuron, one input spike that the reader drags, and one step at which a spike is wanted, or not.

    Other inputs lift the membrane at that step alone. Minus the gradient by the membrane, g, begins there and shrinks
    by β with each step back; the weight of the input changes by g where its spike is. Below stands
    this change for a spike at any lag, `gradient_window` for a weight of 0, beside the window of STDP.
    """

    model = "gradient_window"
    about = "A gradient that walks back in time to an input spike, and the change of its weight for every lag."
    controls = {
        "walk": Button("One step back"),
        "back": Range(0, 40, 1, 5, "steps walked back"),
        "pre": Range(0, 60, 1, 32, "input spike (ms)", "ms"),
        "level": Range(0.0, 1.5, 0.05, 0.8, "membrane at the target"),
        "wanted": Choice(("a spike", "no spike"), "a spike", "wanted"),
        "weight": Range(-0.4, 0.4, 0.05, 0.0, "weight of the input"),
        "tau_mem": Range(2.0, 40.0, 1.0, 10.0, "τ_mem (ms)", "ms"),
    }
    steps, target = 61, 40
    stdp = {"tau": 10.0, "ratio": 0.5}  # ms; A₋ / A₊

    def data(self) -> dict:
        """Return the steps, that of the target, the neuron's constants, and the window of STDP in shape."""
        neuron = LIF()
        constants = {"threshold": neuron.threshold.item(), "scale": neuron.surrogate.scale, "stdp": self.stdp}
        return {"steps": self.steps, "target": self.target, "most": self.controls["back"].high} | constants


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
