"""Layers that learn while they run: synapses keep traces, a signal may come at any step."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import _checks
from ..neurons import LIF, IntegrateAndFire, leaky_step
from ..neurons.decays import parameter
from ..precision import wide
from .doors import full_precision, inputs_fit, layer_fits
from .gradients import add_product, leaky_sum
from .learner import SignalLearner


class OnlineLayer(SignalLearner):
    """What the online layers share: a linear layer, its neurons, gradients that add up by steps.

    Call `start` before a sequence, then for every step `step` and, with a learning signal, `learn`;
    or `run` for a sequence that is there as a whole. The gradients are added to ``.grad`` of the
    weights, as ``backward()`` would, so that any optimiser can follow, after every step or at the
    end.

    Args:
        linear: weights ``[M, N]`` from N inputs to M neurons, with or without a bias.
        neuron: M neurons with a soft, detached reset.

    Raises:
        ValueError: for a neuron of another kind (a subclass may do otherwise in its `step`), number
            or reset, or with a decay or threshold that is to be learnt.
    """

    kind: type[IntegrateAndFire[Any]] = IntegrateAndFire
    neuron: IntegrateAndFire[Any]

    def __init__(self, linear: nn.Linear, neuron: IntegrateAndFire[Any]):
        super().__init__()
        if type(neuron) is not self.kind:
            _checks.fail("neuron", type(neuron).__name__, self.kind.__name__)
        if neuron.reset != "soft" or not neuron.detach_reset:
            expected = "a soft and detached reset: the trace is that of its membrane"
            _checks.fail("neuron", repr(neuron), expected)
        layer_fits(linear, neuron)
        self.linear = linear
        self.neuron = neuron

    def _current(self, inputs: Tensor) -> Tensor:
        """Return what the neurons receive, ``[…, M]``, in the precision of their states."""
        linear = self.linear
        weight = linear.weight
        current = F.linear(inputs.to(weight.dtype), weight, linear.bias)
        return current.to(wide(weight))

    def _add_bias(self, gradient: Tensor) -> None:
        """Add to the gradient of the bias, if there is one."""
        bias = self.linear.bias
        if bias is not None:
            self._add(bias, gradient)


class OnlineLIF(OnlineLayer):
    """LIF neurons: a synapse's eligibility is its neuron's surrogate times a trace of its input.

    Exact: for a learning signal that does not itself depend on time, the sum is the gradient of
    BPTT.

    Args: those of `OnlineLayer`; the neuron is an `LIF` with one decay for all, since all share the
    trace of an input.

    Reference: Zenke and Ganguli 2018; Bellec et al. 2020 (eligibility of LIF); Xiao et al. 2022
    (presynaptic trace).

    >>> layer = OnlineLIF(nn.Linear(3, 2), LIF())
    >>> layer.run(torch.ones(5, 1, 3), torch.ones(5, 1, 2)).shape
    torch.Size([5, 1, 2])
    >>> layer.linear.weight.grad.shape
    torch.Size([2, 3])
    """

    kind = LIF
    neuron: LIF

    def __init__(self, linear: nn.Linear, neuron: LIF):
        super().__init__(linear, neuron)
        one = neuron.beta.dim() == 0
        _checks.require(one, "neuron", repr(neuron), "the same decay for all neurons")

    def _start(self, inputs: Tensor) -> None:
        self.state = inputs.new_zeros(len(inputs), self.linear.out_features)
        self.membrane = self.state
        self.trace = torch.zeros_like(inputs)
        self.bias_trace = inputs.new_zeros(())

    def _step(self, inputs: Tensor) -> Tensor:
        neuron = self.neuron
        current = self._current(inputs)
        spikes, self.membrane, self.state = neuron.step(current, self.state)
        beta = neuron.beta.to(current)
        one = torch.ones_like(self.bias_trace)
        self.trace = leaky_step(inputs, self.trace, beta)
        self.bias_trace = leaky_step(one, self.bias_trace, beta)
        return spikes.to(inputs.dtype)

    @torch.no_grad()
    def sweep(self, inputs: Tensor) -> Tensor:
        """Run a sequence from rest, ``[T, B, N]`` → spikes ``[T, B, M]``, for one `learn`.

        The signal of that is ``[T, B, M]``. Nothing is left to go on from: call `start` before the
        next `step`.

        Raises:
            ValueError: for an input that is not ``[T, B, N]`` and finite.
        """
        inputs_fit(inputs, self.linear.weight, 3)
        with full_precision(inputs.device):
            return self._sweep(inputs)

    def _sweep(self, inputs: Tensor) -> Tensor:
        """Do what `sweep` does, for inputs that are known to fit."""
        self._begin(inputs[0])
        self.batch = None
        current = self._current(inputs)
        spikes, self.membrane, self.state = self.neuron(current, record=True)
        self.trace = leaky_sum(inputs.to(current.dtype), self.neuron.beta)
        ones = current.new_ones(len(inputs), 1, 1)
        self.bias_trace = leaky_sum(ones, self.neuron.beta)
        return spikes.to(inputs.dtype)

    def _told(self) -> tuple[int, ...]:
        return tuple(self.membrane.shape)

    def _learn(self, signal: Tensor) -> Tensor:
        """Add this step's part of the gradient, or that of all steps of a sweep; return dL/du."""
        trace = self.trace
        local = signal.to(trace.dtype) * self._slope()
        samples = local.flatten(0, -2)
        add_product(self.linear.weight, samples.T, trace.flatten(0, -2), self.rests)
        of_bias = (local * self.bias_trace).flatten(0, -2)
        self._add_bias(of_bias.sum(0))
        return local

    def _slope(self) -> Tensor:
        """Return the surrogate derivative at the membranes of the last step, or of all steps."""
        neuron = self.neuron
        distance = self.membrane - neuron.threshold.to(self.membrane)
        return neuron.surrogate.derivative(distance).to(distance)


class OnlineSmoothedLIF(OnlineLIF):
    """LIF neurons below a leaky layer: synapses remember past eligibilities as long as it does.

    The trace of `OnlineLIF` is what a synapse did to its neuron's spike of this step. The membranes
    of the layer above still hold spikes of earlier steps. With this second trace, one per synapse,
    the sum is the gradient of BPTT for two layers. The signal is dL/dI of the layer above, and
    `learn` returns it as it is.

    Args:
        linear, neuron: those of `OnlineLIF`.
        beta_above: decay per step of the layer above, one number in [0, 1].

    Raises:
        ValueError: for another decay, and where `OnlineLayer` does.

    Reference: Bellec et al. 2020 (their low-pass by the decay of the readout).
    """

    def __init__(self, linear: nn.Linear, neuron: LIF, beta_above: Tensor | float):
        super().__init__(linear, neuron)
        decay = parameter("beta_above", beta_above)
        one = decay.dim() == 0
        _checks.require(one, "beta_above", list(decay.shape), "the same decay for all neurons")
        _checks.within("beta_above", decay, 0, 1)
        self.beta_above = decay.item()

    def extra_repr(self) -> str:
        return f"beta_above={self.beta_above:.4g}"

    def _start(self, inputs: Tensor) -> None:
        super()._start(inputs)
        self.smoothed = inputs.new_zeros(len(inputs), *self.linear.weight.shape)
        self.smoothed_bias = torch.zeros_like(self.state)

    def _step(self, inputs: Tensor) -> Tensor:
        spikes = super()._step(inputs)
        slope = self._slope()
        of_bias = slope * self.bias_trace
        self.smoothed.mul_(self.beta_above).addcmul_(slope[..., None], self.trace[:, None])
        self.smoothed_bias = leaky_step(of_bias, self.smoothed_bias, self.beta_above)
        return spikes

    def sweep(self, inputs: Tensor) -> Tensor:
        """Refuse: the traces of all synapses at all steps would not fit into a memory."""
        _checks.fail("sweep", type(self).__name__, "a layer with one trace for each input")

    def _learn(self, signal: Tensor) -> Tensor:
        """Add this step's part of the gradient, for a signal dL/dI from above; return it."""
        signal = signal.to(self.smoothed.dtype)
        of_bias = signal * self.smoothed_bias
        self._add(self.linear.weight, torch.einsum("bm,bmn->mn", signal, self.smoothed))
        self._add_bias(of_bias.sum(0))
        return signal
