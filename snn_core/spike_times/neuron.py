"""The neuron whose spike times have gradients: its constants and the potential one spike causes."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from .. import _checks


@dataclass(frozen=True)
class Dynamics:
    """A leaky neuron with an exponential synaptic current, in continuous time.

    ``dV/dt = -V / tau_mem + I`` and ``dI/dt = -I / tau_syn``; a spike of weight w adds
    ``w / tau_syn`` to I, so it delivers the charge w in all. At V = threshold the neuron spikes
    and V goes to 0; the current stays. This is `CuBaLIF` for ``dt → 0``, weight for weight.

    Args:
        tau_mem: membrane time constant in ms, above `tau_syn`; ``math.inf`` is a neuron that does
            not leak.
        tau_syn: synaptic time constant in ms, above 0.
        threshold: above 0.

    Raises:
        ValueError: for values outside these ranges.

    Reference: Wunderlich, Pehle 2021, table 1; Mostafa 2017, equations 1 to 3, without a leak.

    >>> neuron = Dynamics(tau_mem=10.0, tau_syn=5.0)
    >>> neuron.potential(torch.tensor([-1.0, 0.0, 6.93])).round(decimals=2)  # its peak
    tensor([0.0000, 0.0000, 0.5000])
    """

    tau_mem: float = 10.0
    tau_syn: float = 5.0
    threshold: float = 1.0

    def __post_init__(self) -> None:
        _checks.number("tau_syn", self.tau_syn, 0)
        _checks.number("threshold", self.threshold, 0)
        if self.tau_mem != math.inf:
            _checks.number("tau_mem", self.tau_mem, 0)
            above = self.tau_mem > self.tau_syn
            _checks.require(above, "tau_mem", self.tau_mem, f"above tau_syn, {self.tau_syn:g} ms")

    @property
    def ratio(self) -> float:
        """``tau_syn / tau_mem``, in [0, 1); 0 without a leak."""
        return self.tau_syn / self.tau_mem

    @property
    def gain(self) -> float:
        """What both exponentials of the potential are multiplied with, at least 1."""
        return 1 / (1 - self.ratio)

    def potential(self, age: Tensor) -> Tensor:
        """Return V that a spike of weight 1 causes, `age` ms after it; 0 before.

        Args:
            age: time since the spike in ms, of any shape.
        """
        age = age.clamp(min=0)
        return self.gain * (torch.exp(-age / self.tau_mem) - torch.exp(-age / self.tau_syn))

    def rise(self, age: Tensor) -> Tensor:
        """Return the derivative of `potential` by time, per ms; 0 before the spike.

        Args:
            age: time since the spike in ms, of any shape.
        """
        since = age.clamp(min=0)
        falling = torch.exp(-since / self.tau_mem) / self.tau_mem
        rising = torch.exp(-since / self.tau_syn) / self.tau_syn
        return self.gain * (rising - falling) * (age > 0)
