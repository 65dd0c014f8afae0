"""Layers that learn while they run: synapses keep traces, a signal may come at any step."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import _checks
from ..neurons import LIF, IntegrateAndFire, leaky_step
from .gradients import add_gradient, add_product, leaky_sum, require_fixed


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
        if type(neuron) is not self.kind:
            _checks.fail("neuron", type(neuron).__name__, self.kind.__name__)
        if neuron.reset != "soft" or not neuron.detach_reset:
            expected = "a soft and detached reset: the trace is that of its membrane"
            _checks.fail("neuron", repr(neuron), expected)
        require_fixed(neuron)
        self.linear = linear
        self.neuron = neuron

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
        one = neuron.beta.dim() == 0
        _checks.require(one, "neuron", repr(neuron), "the same decay for all neurons")

    def start(self, inputs: Tensor) -> None:
        """Rest the neurons and forget all traces, for inputs like these, ``[B, N]``."""
        self.state = inputs.new_zeros(len(inputs), self.linear.out_features)
        self.trace = torch.zeros_like(inputs)
        self.bias_trace = inputs.new_zeros(())

    @torch.no_grad()
    def step(self, inputs: Tensor) -> Tensor:
        """Advance by one step: inputs ``[B, N]`` → spikes ``[B, M]``; the traces follow."""
        current = F.linear(inputs, self.linear.weight, self.linear.bias)
        spikes, self.membrane, self.state = self.neuron.step(current, self.state)
        beta = self.neuron.beta
        one = torch.ones_like(self.bias_trace)
        self.trace = leaky_step(inputs, self.trace, beta)
        self.bias_trace = leaky_step(one, self.bias_trace, beta)
        return spikes

    @torch.no_grad()
    def sweep(self, inputs: Tensor) -> Tensor:
        """Run a sequence from rest, ``[T, B, N]`` → spikes ``[T, B, M]``, for one `learn`."""
        self.start(inputs[0])
        current = F.linear(inputs, self.linear.weight, self.linear.bias)
        spikes, self.membrane, self.state = self.neuron(current, record=True)
        self.trace = leaky_sum(inputs, self.neuron.beta)
        ones = inputs.new_ones(len(inputs), 1, 1)
        self.bias_trace = leaky_sum(ones, self.neuron.beta)
        return spikes

    @torch.no_grad()
    def learn(self, signal: Tensor) -> Tensor:
        """Add this step's part of the gradient, for a signal dL/dz ``[B, M]``; return dL/du."""
        local = signal * self._slope()
        samples = local.flatten(0, -2)
        add_product(self.linear.weight, samples.T, self.trace.flatten(0, -2))
        if self.linear.bias is not None:
            of_bias = (local * self.bias_trace).flatten(0, -2)
            add_gradient(self.linear.bias, of_bias.sum(0))
        return local

    def _slope(self) -> Tensor:
        """Return the surrogate derivative at the membranes of the last step, or of all steps."""
        return self.neuron.surrogate.derivative(self.membrane - self.neuron.threshold)


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
        if beta_above.dim() != 0:
            _checks.fail("beta_above", list(beta_above.shape), "the same decay for all neurons")
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
        slope = self._slope()
        of_bias = slope * self.bias_trace
        self.smoothed.mul_(self.beta_above).addcmul_(slope[..., None], self.trace[:, None])
        self.smoothed_bias = leaky_step(of_bias, self.smoothed_bias, self.beta_above)
        return spikes

    @torch.no_grad()
    def learn(self, signal: Tensor) -> Tensor:
        """Add this step's part of the gradient, for a signal dL/dI from above; return it."""
        of_weight = torch.einsum("bm,bmn->mn", signal, self.smoothed)
        of_bias = signal * self.smoothed_bias
        self._add(of_weight, of_bias.sum(0))
        return signal


def linear_lif_pairs(network: nn.Sequential) -> list[tuple[nn.Linear, LIF]]:
    """Return the layers of a network as pairs of weights and neurons.

    Raises:
        ValueError: for a network that is not alternating ``nn.Linear`` and `LIF`, at least one of
            each.
    """
    kinds = [type(layer) for layer in network]
    if not kinds or kinds != [nn.Linear, LIF] * (len(kinds) // 2):
        came = ", ".join(kind.__name__ for kind in kinds) or "no layers"
        _checks.fail("network", came, "alternating nn.Linear and LIF")
    return list(zip(network[::2], network[1::2], strict=True))
