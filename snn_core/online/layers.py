"""Layers that learn while they run: synapses keep traces, a signal may come at any step."""

from typing import Any

import torch
from torch import Tensor, nn

from .. import _checks
from ..neurons import LIF, IntegrateAndFire, leaky_step
from ..precision import wide
from .doors import full_precision, layer_fits, require_fixed
from .gradients import add_product, leaky_sum
from .learner import SignalLearner
from .synapses import Synapses


class OnlineLayer(SignalLearner):
    """What the online layers share: synapses, their neurons, gradients that add up by steps.

    Call `start` before a sequence, then for every step `step` and, with a learning signal, `learn`;
    or `run` for a sequence that is there as a whole. The gradients are added to ``.grad`` of the
    weights, as ``backward()`` would, so that any optimiser can follow, after every step or at the
    end.

    Args:
        linear: weights ``[M, N]`` from N inputs to M neurons, with or without a bias.
        neuron: M neurons with a soft, detached reset.

    Raises:
        ValueError: for another layer, a neuron of another kind (a subclass may do otherwise in its
            `step`), number or reset, or with a decay or threshold that is to be learnt.
    """

    kind: type[IntegrateAndFire[Any]] = IntegrateAndFire
    per_synapse = True  # a trace for every neuron and input: not for weights that neurons share
    neuron: IntegrateAndFire[Any]

    def __init__(self, linear: nn.Module | Synapses, neuron: IntegrateAndFire[Any]):
        super().__init__()
        if type(neuron) is not self.kind:
            _checks.fail("neuron", type(neuron).__name__, self.kind.__name__)
        if neuron.reset != "soft" or not neuron.detach_reset:
            expected = "a soft and detached reset: the trace is that of its membrane"
            _checks.fail("neuron", repr(neuron), expected)
        if not isinstance(linear, Synapses):
            layers = list(linear) if type(linear) is nn.Sequential else [linear]
            linear = Synapses("linear", layers)
        single = linear.plain or not self.per_synapse
        _checks.require(single, "linear", linear.takes, "a plain nn.Linear")
        if isinstance(linear.weights, nn.Linear) and not len(linear.behind):
            layer_fits(linear.weights, neuron)
        require_fixed(neuron)
        self.synapses = linear
        self.linear = linear.weights
        self.neuron = neuron

    def _axes(self) -> tuple[int | str, ...]:
        return self.synapses.sample

    def _current(self, sources: Tensor) -> Tensor:
        """Return what the neurons receive, ``[B, …]``, in the precision of their states."""
        return self.synapses.hear(sources).to(wide(sources))

    def _sources(self, inputs: Tensor) -> Tensor:
        """Return what the weights take, ``[B, …]``, in their precision."""
        sources: Tensor = self.synapses.in_front(inputs.to(self.linear.weight.dtype))
        return sources

    def _add_bias(self, gradient: Tensor) -> None:
        """Add to the gradient of the bias, if there is one."""
        bias = self.linear.bias
        if bias is not None:
            self._add(bias, gradient)


class OnlineLIF(OnlineLayer):
    """LIF neurons: a synapse's eligibility is its neuron's surrogate times a trace of its input.

    Exact: for a learning signal that does not itself depend on time, the sum is the gradient of
    BPTT.

    Weights that neurons share, as those of a convolution, get the sum of what each neuron would
    give them.

    Args:
        linear: ``nn.Linear``, inputs ``[B, N]``; or ``nn.Conv2d``, inputs ``[B, C, H, W]``; or an
            ``nn.Sequential`` of one of them with ``nn.AvgPool2d`` and ``nn.Flatten`` in front of it
            or behind it, and ``nn.MaxPool2d`` in front: which input is the largest differs from
            step to step, so that behind the weights no trace would do.
        neuron: `LIF` with a soft, detached reset and one decay for all, since all share the trace
            of an input.

    Raises:
        ValueError: where `OnlineLayer` does.

    Reference: Zenke and Ganguli 2018; Bellec et al. 2020 (eligibility of LIF); Xiao et al. 2022,
    section 4.1 (presynaptic trace; of convolutions as well).

    >>> layer = OnlineLIF(nn.Conv2d(1, 2, 3), LIF())
    >>> layer.run(torch.ones(5, 1, 1, 8, 8), torch.ones(5, 1, 2, 6, 6)).shape
    torch.Size([5, 1, 2, 6, 6])
    >>> layer.linear.weight.grad.shape
    torch.Size([2, 1, 3, 3])
    """

    kind = LIF
    per_synapse = False
    neuron: LIF

    def __init__(self, linear: nn.Module | Synapses, neuron: LIF):
        super().__init__(linear, neuron)
        one = neuron.beta.dim() == 0
        _checks.require(one, "neuron", repr(neuron), "the same decay for all neurons")

    def _start(self, inputs: Tensor) -> None:
        self.trace, self.state = self.synapses.at_rest(inputs)
        self.neuron._require_fit(list(self.state.shape[1:]))
        self.membrane = self.state
        self.bias_trace = inputs.new_zeros(())

    def _step(self, inputs: Tensor) -> Tensor:
        neuron = self.neuron
        sources = self._sources(inputs)
        current = self._current(sources)
        spikes, self.membrane, self.state = neuron.step(current, self.state)
        beta = neuron.beta.to(current)
        one = torch.ones_like(self.bias_trace)
        self.trace = leaky_step(sources, self.trace, beta)
        self.bias_trace = leaky_step(one, self.bias_trace, beta)
        return spikes.to(inputs.dtype)

    @torch.no_grad()
    def sweep(self, inputs: Tensor) -> Tensor:
        """Run a sequence from rest, ``[T, B, …]`` → spikes ``[T, B, …]``, for one `learn`.

        The signal of that has the shape of the spikes. Nothing is left to go on from: call `start`
        before the next `step`.

        Raises:
            ValueError: for an input that is not a finite ``[T, B, …]`` that the synapses take.
        """
        self._require_inputs(inputs, 2)
        with full_precision(inputs.device):
            return self._sweep(inputs)

    def _sweep(self, inputs: Tensor) -> Tensor:
        """Do what `sweep` does, for inputs that are known to fit."""
        self._begin(inputs[0])
        self.batch = None
        steps = inputs.shape[:2]
        sources = self._sources(inputs.flatten(0, 1))
        current = torch.unflatten(self._current(sources), 0, steps)
        spikes, self.membrane, self.state = self.neuron(current, record=True)
        sources = torch.unflatten(sources.to(current.dtype), 0, steps)
        self.trace = leaky_sum(sources, self.neuron.beta)
        ones = current.new_ones(len(inputs), *[1] * self.state.dim())
        self.bias_trace = leaky_sum(ones, self.neuron.beta)
        return spikes.to(inputs.dtype)

    def _told(self) -> tuple[int, ...]:
        return tuple(self.membrane.shape)

    def _learn(self, signal: Tensor) -> Tensor:
        """Add this step's part of the gradient, or that of all steps of a sweep; return dL/du."""
        local = signal.to(self.trace.dtype) * self._slope()
        of_bias = self._merged(local * self.bias_trace)
        samples = self._merged(local)
        trace = self._merged(self.trace)
        if self.synapses.plain:
            add_product(self.linear.weight, samples.T, trace, self.rests)
            self._add_bias(of_bias.sum(0))
        else:
            self.synapses.learn(samples, trace, of_bias, self._add)
        return local

    def _send_back(self, local: Tensor, inputs: Tensor) -> Tensor:
        """Return dL/d(inputs) at the same step, for `local` dL/du of the last step, or of all."""
        sent = self.synapses.send_back(self._merged(local), self._merged(inputs))
        return sent.reshape(inputs.shape)

    def _merged(self, values: Tensor) -> Tensor:
        """Return values of the last step ``[B, …]``, or of all steps of a sweep as one batch."""
        steps = self.membrane.dim() - self.state.dim()
        return values.flatten(0, steps)

    def _slope(self) -> Tensor:
        """Return the surrogate derivative at the membranes of the last step, or of all steps."""
        neuron = self.neuron
        distance = self.membrane - neuron.threshold.to(self.membrane)
        return neuron.surrogate.derivative(distance).to(distance)
