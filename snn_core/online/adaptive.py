"""Layers with an adaptive threshold that learn while they run: two traces for every synapse."""

from typing import NamedTuple

import torch
from torch import Tensor

from ..neurons import AdaptiveLIF, AdaptiveState
from ..neurons.adaptation import Adaptive
from ..neurons.states import S
from .layers import OnlineLayer


class AdaptiveTraces(NamedTuple):
    """What the synapses did to their neuron's state v and adaptation a; each ``[B, M, K]``."""

    of_state: Tensor
    of_adaptation: Tensor


def adaptive_traces_step(
    traces: AdaptiveTraces, sources: Tensor, slope: Tensor, spikes: Tensor, neuron: Adaptive[S]
) -> tuple[Tensor, AdaptiveTraces]:
    """Advance the traces of synapses onto adaptive neurons; return what they did to the spike.

    Args:
        traces: of the step before, ``[B, M, K]`` each.
        sources: what the synapses carry in this step, ``[B, K]``.
        slope: surrogate derivative at this step's membranes, ``[B, M]``.
        spikes: this step's spikes of the neurons, ``[B, M]``.
        neuron: gives beta, rho and strength; its reset is soft and detached.

    Returns:
        (eligibility dz/dw of this step through the neuron itself, ``[B, M, K]``; traces after this
        step).

    Reference: Bellec et al. 2020 (eligibility of ALIF). Unlike theirs, the soft reset subtracts the
    raised threshold.
    """
    beta = _per_neuron(neuron.beta, slope)
    rho = _per_neuron(neuron.rho, slope)
    strength = _per_neuron(neuron.strength, slope)
    of_membrane = beta * traces.of_state + sources[:, None]
    of_threshold = strength * traces.of_adaptation
    of_spike = slope[..., None] * (of_membrane - of_threshold)
    of_state = of_membrane - spikes[..., None] * of_threshold
    of_adaptation = rho * traces.of_adaptation + of_spike
    return of_spike, AdaptiveTraces(of_state, of_adaptation)


def adaptive_slope(neuron: Adaptive[S], membrane: Tensor, adaptation: Tensor) -> Tensor:
    """Return the surrogate derivative at membranes ``[B, M]`` below raised thresholds."""
    raised = neuron.threshold.to(membrane) + neuron.strength.to(membrane) * adaptation
    return neuron.surrogate.derivative(membrane - raised).to(membrane)


def _per_neuron(value: Tensor, like: Tensor) -> Tensor:
    """Return a number as it is, one entry per neuron as ``[M, 1]``, to broadcast over synapses."""
    value = value.to(like)
    return value[:, None] if value.dim() else value


class OnlineAdaptiveLIF(OnlineLayer):
    """LIF neurons with an adaptive threshold: synapses keep a second trace, of the adaptation.

    Exact for a layer without recurrence: the sum over time is the gradient of BPTT. The signal is
    dL/dz, and `learn` returns it as it is.

    Args:
        linear: weights ``[M, N]`` from N inputs to M neurons, with or without a bias.
        neuron: M neurons `AdaptiveLIF` with a soft, detached reset.

    Reference: Bellec et al. 2020 (eligibility of ALIF). Unlike theirs, the soft reset subtracts the
    raised threshold.
    """

    kind = AdaptiveLIF
    neuron: AdaptiveLIF

    def _start(self, inputs: Tensor) -> None:
        _, rest = self.synapses.at_rest(inputs)
        self.state = AdaptiveState(rest, rest)
        synapses = inputs.shape[1] + (self.linear.bias is not None)
        self.eligibility = inputs.new_zeros(*rest.shape, synapses)
        self.traces = AdaptiveTraces(self.eligibility, self.eligibility)

    def _step(self, inputs: Tensor) -> Tensor:
        adaptation = self.state.adaptation
        spikes, membrane, self.state = self.neuron.step(
            self._current(self._sources(inputs)), self.state
        )
        slope = adaptive_slope(self.neuron, membrane, adaptation)
        self.eligibility, self.traces = adaptive_traces_step(
            self.traces, self._carried(inputs), slope, spikes, self.neuron
        )
        return spikes.to(inputs.dtype)

    def _carried(self, inputs: Tensor) -> Tensor:
        """Return what the synapses carry; a bias is one more input, always 1."""
        if self.linear.bias is None:
            return inputs
        return torch.cat([inputs, inputs.new_ones(len(inputs), 1)], 1)

    def _learn(self, signal: Tensor) -> Tensor:
        """Add this step's part of the gradient, for a signal dL/dz ``[B, M]``; return it."""
        signal = signal.to(self.eligibility.dtype)
        gradient = torch.einsum("bm,bmn->mn", signal, self.eligibility)
        inputs = self.linear.weight.shape[1]
        self._add(self.linear.weight, gradient[:, :inputs])
        self._add_bias(gradient[:, inputs:].flatten())
        return signal
