"""Layers of a network whose values are spike times: times in, times out, both ``[K, B, N]``."""

import math

import torch
from torch import Tensor, nn

from .. import _checks
from .arrivals import arrive, require_times
from .event_prop import all_spikes
from .first import first_spikes
from .neuron import Dynamics


class TimedLayer(nn.Module):
    """Weights and neurons in one, as the time of a spike depends on both.

    Args:
        inputs, outputs: N and M, at least 1.
        drive: mean of the sum of a neuron's initial weights, in thresholds.
        spread: standard deviation of that sum, at least 0. Weights are drawn from PyTorch's own
            stream, normal with mean ``drive / N`` and standard deviation ``spread / sqrt(N)``.
        tau_mem, tau_syn, threshold: those of `Dynamics`.

    Attributes:
        weight: ``[M, N]``.
        neuron: the `Dynamics`.

    Raises:
        ValueError: for values outside these ranges.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        drive: float = 3.0,
        spread: float = 1.5,
        tau_mem: float = 10.0,
        tau_syn: float = 5.0,
        threshold: float = 1.0,
    ):
        super().__init__()
        _checks.whole("inputs", inputs)
        _checks.whole("outputs", outputs)
        _checks.number("drive", drive, -math.inf)
        _checks.number("spread", spread, 0, open_low=False)
        self.neuron = Dynamics(tau_mem, tau_syn, threshold)
        draws = torch.randn(outputs, inputs)
        self.weight = nn.Parameter(drive / inputs + spread / math.sqrt(inputs) * draws)

    def extra_repr(self) -> str:
        """Return what `print` shows: sizes and constants."""
        outputs, inputs = self.weight.shape
        neuron = self.neuron
        return f"{inputs}, {outputs}, tau_mem={neuron.tau_mem:g}, tau_syn={neuron.tau_syn:g}"

    def _checked(self, times: Tensor) -> Tensor:
        """Return input times that fit this layer, in float32 or better."""
        return require_times("times", times, self.neuron.tau_syn, self.weight.shape[1])


class FirstSpikeLayer(TimedLayer):
    """Neurons that spike once at most: each output is the time of a first spike, in closed form.

    Args:
        inputs, outputs, drive, spread, tau_syn, threshold: those of `TimedLayer`.
        tau_mem: twice `tau_syn`, or infinite for neurons without a leak: for these, the time of a
            spike is the solution of an algebraic equation.

    Raises:
        ValueError: for values outside their ranges; from a call, for times that are not ``[B, N]``
            or ``[K, B, N]`` (K spikes of each neuron), have NaN, or lie 80 `tau_syn` apart.

    Reference: Mostafa 2017 (no leak); Göltz et al. 2021 (``tau_mem = 2 tau_syn``).

    >>> layer = FirstSpikeLayer(2, 1, tau_mem=math.inf, drive=2.0, spread=0.0)
    >>> times = layer(torch.tensor([[0.0, 0.0], [0.0, 5.0], [0.0, math.inf]]))
    >>> times.detach().round(decimals=2).flatten()  # 5 ln 2, and 5 ln((1 + e) / (2 - 1))
    tensor([3.4700, 6.5700,    inf])
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        drive: float = 3.0,
        spread: float = 1.5,
        tau_mem: float = 10.0,
        tau_syn: float = 5.0,
        threshold: float = 1.0,
    ):
        options = {"drive": drive, "spread": spread, "tau_mem": tau_mem, "tau_syn": tau_syn}
        super().__init__(inputs, outputs, threshold=threshold, **options)
        solved = self.neuron.ratio in (0, 0.5)
        expected = "2 tau_syn or infinity; `EventPropLayer` takes any"
        _checks.require(solved, "tau_mem", self.neuron.tau_mem, expected)

    def forward(self, times: Tensor) -> Tensor:
        """Return the time of each neuron's first spike in ms, ``[1, B, M]``; infinite for none.

        Args:
            times: of the input spikes in ms, ``[B, N]`` or ``[K, B, N]``; infinite for none.
        """
        arrivals = arrive(self._checked(times), self.weight)
        return first_spikes(arrivals, self.neuron).unsqueeze(0)


class EventPropLayer(TimedLayer):
    """Neurons that spike any number of times, with gradients of all their spikes by EventProp.

    Args:
        inputs, outputs, drive, spread, tau_mem, tau_syn, threshold: those of `TimedLayer`.

    Raises:
        ValueError: for values outside these ranges; from a call, for times that are not ``[B, N]``
            or ``[K, B, N]`` (K spikes of each neuron), have NaN, or lie 80 `tau_syn` apart.

    Reference: Wunderlich, Pehle 2021.

    >>> layer = EventPropLayer(1, 1, drive=6.0, spread=0.0)
    >>> layer(torch.zeros(1, 1)).detach().round(decimals=1).flatten()  # one spike in, four out
    tensor([1.0000, 2.2000, 3.8000, 6.5000])
    """

    def forward(self, times: Tensor) -> Tensor:
        """Return the times of all spikes in ms, ``[K, B, M]``: first ones, second ones and so on.

        K is the largest number of spikes of a neuron, at least 1; the others' are infinite.

        Args:
            times: of the input spikes in ms, ``[B, N]`` or ``[K, B, N]``; infinite for none.
        """
        return all_spikes(self._checked(times), self.weight, self.neuron)
