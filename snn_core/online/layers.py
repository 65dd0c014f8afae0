"""Layers that learn while they run: synapses keep traces, a signal may come at any step."""

from itertools import pairwise
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import _checks
from ..neurons import LIF, AdaptiveLIF, AdaptiveState, IntegrateAndFire, leaky_step


def require_fixed(neuron: IntegrateAndFire) -> None:
    """Require that only weights learn: decays and thresholds have no rule forward in time."""
    learnt = [
        name
        for name, parameter in neuron.named_parameters()
        if parameter.requires_grad and name != "weight"
    ]
    _checks.require(
        not learnt, "neuron", f"{', '.join(learnt)} to learn", "fixed decays and thresholds"
    )


def add_gradient(parameter: nn.Parameter, gradient: Tensor) -> None:
    """Add to ``parameter.grad``, as ``backward()`` would, unless it asks for no gradient."""
    if not parameter.requires_grad:
        return
    if parameter.grad is None:
        parameter.grad = gradient.clone()
    else:
        parameter.grad.add_(gradient)


def add_product(parameter: nn.Parameter, left: Tensor, right: Tensor) -> None:
    """Add ``left @ right`` to ``parameter.grad``, without a copy where there is a gradient."""
    if parameter.requires_grad and parameter.grad is not None:
        parameter.grad.addmm_(left, right)
    else:
        add_gradient(parameter, left @ right)


def leaky_sum(values: Tensor, beta: Tensor) -> Tensor:
    """Return the trace of `values` ``[T, …]`` after every step: their sum with the decay `beta`.

    >>> leaky_sum(torch.ones(3), torch.tensor(0.5))
    tensor([1.0000, 1.5000, 1.7500])
    """
    traces = values.clone()
    for before, now in pairwise(traces):
        now.addcmul_(before, beta)
    return traces


class AdaptiveTraces(NamedTuple):
    """What the synapses did to their neuron's state v and adaptation a; each ``[B, M, K]``."""

    of_state: Tensor
    of_adaptation: Tensor


def adaptive_traces_step(
    traces: AdaptiveTraces, sources: Tensor, slope: Tensor, spikes: Tensor, neuron: AdaptiveLIF
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
    beta, rho, strength = (
        _per_neuron(value) for value in (neuron.beta, neuron.rho, neuron.strength)
    )
    of_membrane = beta * traces.of_state + sources[:, None]
    of_threshold = strength * traces.of_adaptation
    of_spike = slope[..., None] * (of_membrane - of_threshold)
    of_state = of_membrane - spikes[..., None] * of_threshold
    return of_spike, AdaptiveTraces(of_state, rho * traces.of_adaptation + of_spike)


def _per_neuron(value: Tensor) -> Tensor:
    """Return a number as it is, one entry per neuron as ``[M, 1]``, to broadcast over synapses."""
    return value[:, None] if value.dim() else value


class OnlineLayer:
    """What the online layers share: a linear layer, its neurons, gradients that add up by steps.

    Call `start` before a sequence, then for every step `step` and, with a learning signal, `learn`.
    The gradients are added to ``.grad`` of the weights, as ``backward()`` would, so that any
    optimiser can follow, after every step or at the end.

    Args:
        linear: weights ``[M, N]`` from N inputs to M neurons, with or without a bias.
        neuron: M neurons with a soft, detached reset.

    Raises:
        ValueError: for a neuron of another kind or reset, or with a decay or threshold that is to
            be learnt.
    """

    kind: type[IntegrateAndFire] = IntegrateAndFire

    def __init__(self, linear: nn.Linear, neuron: IntegrateAndFire):
        _checks.require(
            type(neuron) is self.kind, "neuron", type(neuron).__name__, self.kind.__name__
        )
        simple = neuron.reset == "soft" and neuron.detach_reset
        _checks.require(
            simple,
            "neuron",
            repr(neuron),
            "a soft and detached reset: the trace is that of its membrane",
        )
        require_fixed(neuron)
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
        """Add this step's part of the gradient, for a signal dL/dz ``[B, M]``; return dL/du."""
        raise NotImplementedError

    def _add(self, weight: Tensor, bias: Tensor) -> None:
        for parameter, gradient in zip(self.parameters(), (weight, bias), strict=False):
            add_gradient(parameter, gradient)


class OnlineLIF(OnlineLayer):
    """LIF neurons: a synapse's eligibility is its neuron's surrogate times a trace of its input.

    Exact: for a learning signal that does not itself depend on time, the sum is the gradient of
    BPTT.

    Args: those of `OnlineLayer`; the neuron is an `LIF` with one decay for all, since all share the
    trace of an input.

    Reference: Zenke and Ganguli 2018; Bellec et al. 2020 (eligibility of LIF); Xiao et al. 2022
    (presynaptic trace).
    """

    kind = LIF

    def __init__(self, linear: nn.Linear, neuron: LIF):
        super().__init__(linear, neuron)
        _checks.require(
            neuron.beta.dim() == 0, "neuron", repr(neuron), "the same decay for all neurons"
        )

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
        self.bias_trace = leaky_step(
            torch.ones_like(self.bias_trace), self.bias_trace, self.neuron.beta
        )
        return spikes

    @torch.no_grad()
    def sweep(self, inputs: Tensor) -> Tensor:
        """Run a sequence from rest, ``[T, B, N]`` → spikes ``[T, B, M]``, for one `learn`."""
        self.start(inputs[0])
        current = F.linear(inputs, self.linear.weight, self.linear.bias)
        spikes, self.membrane, self.state = self.neuron(current, record=True)
        self.trace = leaky_sum(inputs, self.neuron.beta)
        self.bias_trace = leaky_sum(inputs.new_ones(len(inputs), 1, 1), self.neuron.beta)
        return spikes

    @torch.no_grad()
    def learn(self, signal: Tensor) -> Tensor:
        """Add this step's part of the gradient, for a signal dL/dz ``[B, M]``; return dL/du."""
        local = signal * self.neuron.surrogate.derivative(self.membrane - self.neuron.threshold)
        add_product(self.linear.weight, local.flatten(0, -2).T, self.trace.flatten(0, -2))
        if self.linear.bias is not None:
            add_gradient(self.linear.bias, (local * self.bias_trace).flatten(0, -2).sum(0))
        return local


class OnlineSmoothedLIF(OnlineLIF):
    """LIF neurons below a leaky layer: synapses remember past eligibilities as long as it does.

    The trace of `OnlineLIF` is what a synapse did to its neuron's spike of this step. The membranes
    of the layer above still hold spikes of earlier steps. With this second trace, one per synapse,
    the sum is the gradient of BPTT for two layers.

    Args:
        linear, neuron: those of `OnlineLIF`.
        beta_above: decay per step of the layer above, one number in [0, 1].

    Reference: Bellec et al. 2020 (their low-pass by the decay of the readout).
    """

    def __init__(self, linear: nn.Linear, neuron: LIF, beta_above: Tensor):
        super().__init__(linear, neuron)
        _checks.require(
            beta_above.dim() == 0,
            "beta_above",
            list(beta_above.shape),
            "the same decay for all neurons",
        )
        self.beta_above = beta_above

    def start(self, inputs: Tensor) -> None:
        """Rest the neurons and forget all traces, for inputs like these, ``[B, N]``."""
        super().start(inputs)
        self.smoothed = inputs.new_zeros(len(inputs), *self.linear.weight.shape)
        self.smoothed_bias = torch.zeros_like(self.state)

    @torch.no_grad()
    def step(self, inputs: Tensor) -> Tensor:
        """Advance by one step: inputs ``[B, N]`` → spikes ``[B, M]``; all traces follow."""
        spikes = super().step(inputs)
        psi = self.neuron.surrogate.derivative(self.membrane - self.neuron.threshold)
        self.smoothed.mul_(self.beta_above).addcmul_(psi[..., None], self.trace[:, None])
        self.smoothed_bias = leaky_step(psi * self.bias_trace, self.smoothed_bias, self.beta_above)
        return spikes

    @torch.no_grad()
    def learn(self, signal: Tensor) -> Tensor:
        """Add this step's part of the gradient, for a signal dL/dI from above; return it."""
        self._add(
            torch.einsum("bm,bmn->mn", signal, self.smoothed), (signal * self.smoothed_bias).sum(0)
        )
        return signal


class OnlineAdaptiveLIF(OnlineLayer):
    """LIF neurons with an adaptive threshold: synapses keep a second trace, of the adaptation.

    Exact for a layer without recurrence: the sum over time is the gradient of BPTT.

    Args: those of `OnlineLayer`; the neuron is an `AdaptiveLIF`.

    Reference: Bellec et al. 2020 (eligibility of ALIF). Unlike theirs, the soft reset subtracts the
    raised threshold.
    """

    kind = AdaptiveLIF

    def start(self, inputs: Tensor) -> None:
        """Rest the neurons and forget all traces, for inputs like these, ``[B, N]``."""
        rest = inputs.new_zeros(len(inputs), self.linear.out_features)
        self.state = AdaptiveState(rest, rest)
        synapses = inputs.shape[1] + (self.linear.bias is not None)
        self.traces = AdaptiveTraces(*inputs.new_zeros(2, *rest.shape, synapses))
        self.eligibility = inputs.new_zeros(*rest.shape, synapses)

    @torch.no_grad()
    def step(self, inputs: Tensor) -> Tensor:
        """Advance by one step: inputs ``[B, N]`` → spikes ``[B, M]``; all traces follow."""
        neuron, adaptation = self.neuron, self.state.adaptation
        current = F.linear(inputs, self.linear.weight, self.linear.bias)
        spikes, membrane, self.state = neuron.step(current, self.state)
        slope = neuron.surrogate.derivative(
            membrane - neuron.threshold - neuron.strength * adaptation
        )
        sources = self._sources(inputs)
        self.eligibility, self.traces = adaptive_traces_step(
            self.traces, sources, slope, spikes, neuron
        )
        return spikes

    def _sources(self, inputs: Tensor) -> Tensor:
        """Return what the synapses carry; a bias is one more input, always 1."""
        bias = inputs.new_ones(len(inputs), 1) if self.linear.bias is not None else inputs[:, :0]
        return torch.cat([inputs, bias], 1)

    @torch.no_grad()
    def learn(self, signal: Tensor) -> Tensor:
        """Add this step's part of the gradient for a signal dL/dz ``[B, M]``; return the signal."""
        gradient = torch.einsum("bm,bmn->mn", signal, self.eligibility)
        inputs = self.linear.in_features
        self._add(gradient[:, :inputs], gradient[:, inputs:].flatten())
        return signal
