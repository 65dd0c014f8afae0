"""A layer that learns while it runs: its synapses keep eligibility traces; a learning signal may come at any step."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import _checks
from ..neurons import LIF, AdaptiveLIF, IntegrateAndFire, leaky_step
from ..neurons.adaptive import AdaptiveState


class OnlineLayer:
    """What the online layers share: a linear layer, its neurons, and gradients that add up step by step.

    Call `start` before a sequence, then for every step `step` and, with a learning signal, `learn`. The gradients are
    added to ``.grad`` of the weights, as ``backward()`` would, so that any optimiser can follow, after every step or
    at the end.

    Args:
        linear: weights ``[M, N]`` from N inputs to M neurons, with or without a bias.
        neuron: M neurons with a soft, detached reset.

    Raises:
        ValueError: for a neuron of another kind or reset.
    """

    kind: type[IntegrateAndFire] = IntegrateAndFire

    def __init__(self, linear: nn.Linear, neuron: IntegrateAndFire):
        _checks.require(type(neuron) is self.kind, "neuron", type(neuron).__name__, self.kind.__name__)
        simple = neuron.reset == "soft" and neuron.detach_reset
        _checks.require(simple, "neuron", repr(neuron), "a soft and detached reset: the trace is that of its membrane")
        self.linear, self.neuron = linear, neuron

    def parameters(self) -> list[nn.Parameter]:
        """Return the parameters that learn."""
        return [parameter for parameter in self.linear.parameters() if parameter is not None]

    def start(self, inputs: Tensor) -> None:
        """Rest the neurons and forget all traces, for inputs like these, ``[B, N]``."""
        raise NotImplementedError

    def step(self, inputs: Tensor) -> Tensor:
        """Advance by one step: inputs ``[B, N]`` → spikes ``[B, M]``; the traces follow."""
        raise NotImplementedError

    def learn(self, signal: Tensor) -> Tensor:
        """Add this step's part of the gradient, for a learning signal dL/dz ``[B, M]``; return dL/du ``[B, M]``."""
        raise NotImplementedError

    def _add(self, weight: Tensor, bias: Tensor) -> None:
        for parameter, gradient in zip(self.parameters(), (weight, bias), strict=False):
            parameter.grad = gradient.clone() if parameter.grad is None else parameter.grad + gradient


class OnlineLIF(OnlineLayer):
    """LIF neurons: the eligibility of a synapse is the surrogate at its neuron times one trace of its input.

    Exact: for a learning signal that does not itself depend on time, the sum is the gradient of BPTT.

    Args: those of `OnlineLayer`; the neuron is an `LIF`.

    Reference: Zenke and Ganguli 2018; Bellec et al. 2020 (eligibility of LIF); Xiao et al. 2022 (presynaptic trace).
    """

    kind = LIF

    def start(self, inputs: Tensor) -> None:
        """Rest the neurons and forget all traces, for inputs like these, ``[B, N]``."""
        self.state = inputs.new_zeros(len(inputs), self.linear.out_features)
        self.trace, self.bias_trace = torch.zeros_like(inputs), inputs.new_zeros(())

    @torch.no_grad()
    def step(self, inputs: Tensor) -> Tensor:
        """Advance by one step: inputs ``[B, N]`` → spikes ``[B, M]``; the traces follow."""
        current = F.linear(inputs, self.linear.weight, self.linear.bias)
        spikes, self.membrane, self.state = self.neuron.step(current, self.state)
        self.trace = leaky_step(inputs, self.trace, self.neuron.beta)
        self.bias_trace = leaky_step(torch.ones_like(self.bias_trace), self.bias_trace, self.neuron.beta)
        return spikes

    @torch.no_grad()
    def learn(self, signal: Tensor) -> Tensor:
        """Add this step's part of the gradient, for a learning signal dL/dz ``[B, M]``; return dL/du ``[B, M]``."""
        local = signal * self.neuron.surrogate.derivative(self.membrane - self.neuron.threshold)
        self._add(local.T @ self.trace, local.sum(0) * self.bias_trace)
        return local


class OnlineAdaptiveLIF(OnlineLayer):
    """LIF neurons with an adaptive threshold: every synapse needs a second trace, of what it did to the adaptation.

    Exact for a layer without recurrence: the sum over time is the gradient of BPTT.

    Args: those of `OnlineLayer`; the neuron is an `AdaptiveLIF`.

    Reference: Bellec et al. 2020 (eligibility of ALIF). Unlike theirs, the soft reset subtracts the raised threshold.
    """

    kind = AdaptiveLIF

    def start(self, inputs: Tensor) -> None:
        """Rest the neurons and forget all traces, for inputs like these, ``[B, N]``."""
        rest = inputs.new_zeros(len(inputs), self.linear.out_features)
        self.state = AdaptiveState(rest, rest)
        synapses = inputs.shape[1] + (self.linear.bias is not None)
        self.of_state, self.of_adaptation = inputs.new_zeros(2, *rest.shape, synapses)
        self.of_spike = torch.zeros_like(self.of_state)

    @torch.no_grad()
    def step(self, inputs: Tensor) -> Tensor:
        """Advance by one step: inputs ``[B, N]`` → spikes ``[B, M]``; the traces ``[B, M, N]`` follow."""
        neuron, before = self.neuron, self.state
        current = F.linear(inputs, self.linear.weight, self.linear.bias)
        spikes, membrane, self.state = neuron.step(current, before)
        raised = neuron.threshold + neuron.strength * before.adaptation
        of_membrane = neuron.beta * self.of_state + self._direct(inputs)
        of_threshold = neuron.strength * self.of_adaptation
        psi = neuron.surrogate.derivative(membrane - raised)
        self.of_spike = psi[..., None] * (of_membrane - of_threshold)
        self.of_state = of_membrane - spikes[..., None] * of_threshold
        self.of_adaptation = neuron.rho * self.of_adaptation + self.of_spike
        return spikes

    def _direct(self, inputs: Tensor) -> Tensor:
        """Return du[t]/dw of this step's input alone, ``[B, 1, N]``; a bias is one more input, always 1."""
        bias = inputs.new_ones(len(inputs), 1) if self.linear.bias is not None else inputs[:, :0]
        return torch.cat([inputs, bias], 1)[:, None]

    @torch.no_grad()
    def learn(self, signal: Tensor) -> Tensor:
        """Add this step's part of the gradient for a learning signal dL/dz ``[B, M]``; return the signal."""
        gradient = torch.einsum("bm,bmn->mn", signal, self.of_spike)
        inputs = self.linear.in_features
        self._add(gradient[:, :inputs], gradient[:, inputs:].flatten())
        return signal
