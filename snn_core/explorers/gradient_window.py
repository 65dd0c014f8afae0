"""The explorer of page 12: the weight gradient as a window over the lag of a pair of spikes, beside that of STDP."""

import numpy as np
import torch
from matplotlib.artist import Artist
from torch import Tensor

from ..neurons import LIF
from ..plasticity import PairSTDP
from ..plotting import BLUE, VERMILION
from ..surrogate import Surrogate
from ._base import Choice, Explorer, Range


class GradientWindow(Explorer):
    """Left, the surrogate derivative and the membrane's place under it; right, the window that BPTT gives, and STDP."""

    controls = {
        "tau_mem": Range(2.0, 40.0, 1.0, 10.0, "τ_mem (ms)"),
        "distance": Range(-1.0, 1.0, 0.05, 0.2, "threshold - membrane"),
        "scale": Range(0.5, 30.0, 0.5, 5.0, "surrogate scale"),
        "error": Choice(("+1: spike here", "0: all is well", "-1: do not"), "+1: spike here", "error", 130),
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

    def update(self, *, tau_mem: float, distance: float, scale: float, error: str) -> None:
        surrogate, sign = Surrogate("fast_sigmoid", scale), float(error.split(":")[0])
        neuron = LIF(torch.tensor(tau_mem, dtype=torch.float64), surrogate=surrogate)
        window = gradient_window(neuron, self.lags, 1 - distance, sign)
        self.shape.set_ydata(surrogate.derivative(self.distances))
        slope = surrogate.derivative(torch.tensor(-distance)).item()
        self.place.set_data([-distance], [slope])
        self.window.set_ydata(window.numpy())
        self.height.set_text(f"s = {slope:.3f} at the target")
        decays = "no change at any lag" if sign == 0 else f"peak {sign * slope:+.3f}, decays with {tau_mem:.0f} ms"
        self.title.set_text(decays)


def gradient_window(neuron: LIF, lags: Tensor, level: float, error: float = 1.0) -> Tensor:
    """Return minus the weight gradient of a synapse of weight 0 for a presynaptic spike at each lag.

    Args:
        neuron: the `LIF`, with a scalar decay; one copy of it, and one synapse, for each lag.
        lags: whole steps ``[L]`` from the presynaptic spike to the step of the target, of either sign.
        level: the membrane at the step of the target, in units of the threshold. It rises to it in that one step.
        error: minus the derivative of the loss by the spike of that step.

    Returns:
        The weight change per unit of learning rate, ``[L]``, in the dtype of the neuron's decay.

    >>> gradient_window(LIF(beta=0.5), torch.tensor([-1, 0, 1]), level=1.0).tolist()
    [-0.0, 1.0, 0.5]
    """
    target = max(int(lags.max()), 0)
    steps = target + 1 - min(int(lags.min()), 0)
    arrivals = torch.eye(steps, dtype=neuron.beta.dtype)[target - lags.long()].T
    weights = torch.zeros(len(lags), dtype=arrivals.dtype, requires_grad=True)
    background = torch.zeros_like(arrivals)
    background[target] = level
    spikes = neuron(background + arrivals * weights)
    (gradient,) = torch.autograd.grad(-error * spikes[target].sum(), weights)
    return -gradient
