"""E-prop: a recurrent network learns while it runs, from eligibilities and a broadcast error."""

from typing import cast

import torch
from torch import Generator, Tensor, nn

from .. import _checks
from ..neurons import LeakyIntegrator, RecurrentAdaptiveLIF, leaky_step
from .adaptive import AdaptiveTraces, adaptive_slope, adaptive_traces_step
from .doors import layer_fits, require_chain, require_fixed, require_layers
from .learner import SignalLearner

LAYERS = (nn.Linear, RecurrentAdaptiveLIF, nn.Linear, LeakyIntegrator)  # of its network
_Layers = tuple[nn.Linear, RecurrentAdaptiveLIF, nn.Linear, LeakyIntegrator]
FEEDBACKS = ("symmetric", "random", "adaptive")


class EProp(SignalLearner):
    """Train a recurrent network with a leaky readout at every step, in a memory that does not grow.

    A synapse knows what it did to its own neuron; what its neuron's spikes did to other neurons is
    left out. That eligibility, low-passed as the readout is, is multiplied with the readout's
    error, sent back to each neuron.
    Exact where no neuron hears another one: then the sum over time is the gradient of BPTT.

    Args:
        network: ``nn.Sequential`` of an ``nn.Linear`` from the inputs, a `RecurrentAdaptiveLIF`
            with a soft, detached reset, an ``nn.Linear`` to the readout, and a `LeakyIntegrator`
            with one decay; no biases. Weights that ask for no gradient stay as they are. A strength
            of 0 makes the neurons LIF. The output is the readout's membrane y, ``[B, C]``, so that
            `learn` takes its error dL/dy and returns what each neuron is told, ``[B, M]``.
        feedback: what sends the error back: "symmetric" the readout's weights, "random" a fixed
            random matrix, "adaptive" a random matrix that gets the readout's gradients; weight
            decay then makes the two alike.
        generator: draws the random matrix; PyTorch's own if None.

    Raises:
        ValueError: for an unknown feedback, or a network of another form.

    Reference: Bellec et al. 2020 (adaptive feedback: their adaptive e-prop, after Kolen and Pollack
    1994). Their reset takes off the threshold without its raise, one step later and undecayed.
    """

    linear: nn.Linear
    neuron: RecurrentAdaptiveLIF
    readout: nn.Linear
    integrator: LeakyIntegrator
    own_matrix: Tensor

    def __init__(
        self,
        network: nn.Sequential,
        feedback: str = "symmetric",
        *,
        generator: Generator | None = None,
    ):
        super().__init__()
        _checks.choice("feedback", feedback, FEEDBACKS)
        require_layers(network, LAYERS, ", ".join(kind.__name__ for kind in LAYERS))
        layers = cast(_Layers, tuple(network))
        self.linear, self.neuron, self.readout, self.integrator = layers
        self._check_layers()
        self.feedback = feedback
        if feedback != "symmetric":
            drawn = torch.randn(self.readout.weight.shape, generator=generator)
            scaled = drawn.to(self.readout.weight) / self.readout.in_features**0.5
            self._own_matrix(scaled)

    def _check_layers(self) -> None:
        no_bias = self.linear.bias is None and self.readout.bias is None
        _checks.require(no_bias, "network", "a bias", "linear layers without a bias")
        simple = self.neuron.reset == "soft" and self.neuron.detach_reset
        _checks.require(simple, "network", repr(self.neuron), "a soft and detached reset")
        everyone = self.neuron.all_to_all
        _checks.require(everyone, "network", repr(self.neuron), "a recurrence from all to all")
        require_chain(self.linear, self.readout)
        neurons = len(self.neuron.weight)
        came = f"{neurons} neurons for {self.linear.out_features} outputs"
        fits = neurons == self.linear.out_features
        _checks.require(fits, "network", came, "as many neurons as outputs of the layer below")
        layer_fits(self.linear, self.neuron)
        require_fixed(self.integrator, "network")
        decay = self.integrator.beta
        _checks.require(decay.dim() == 0, "network", repr(decay), "one decay for all readouts")

    def _own_matrix(self, matrix: Tensor) -> None:
        """Own a feedback matrix: as a parameter if it learns, else as a buffer."""
        if self.feedback == "adaptive":
            self.own_matrix = nn.Parameter(matrix)
        else:
            self.register_buffer("own_matrix", matrix)

    @property
    def matrix(self) -> Tensor:
        """What sends the error back, ``[C, M]``: the readout's weights, or a matrix of its own."""
        return self.readout.weight if self.feedback == "symmetric" else self.own_matrix

    def extra_repr(self) -> str:
        return f"feedback={self.feedback!r}"

    def _start(self, inputs: Tensor) -> None:
        current = inputs.new_zeros(1, len(inputs), self.linear.out_features)
        self.state = self.neuron.initial_state(current)
        sources = self._sources(inputs).shape[1]
        self.eligibility = inputs.new_zeros(*self.state.spikes.shape, sources)
        self.traces = AdaptiveTraces(self.eligibility, self.eligibility)
        self.presynaptic = self.state.spikes
        self.output = inputs.new_zeros(len(inputs), self.readout.out_features)

    def _sources(self, inputs: Tensor) -> Tensor:
        """Return what the synapses that learn carry: inputs (if they do), and the last spikes."""
        if not self.linear.weight.requires_grad:
            return self.state.spikes
        return torch.cat([inputs, self.state.spikes], 1)

    def _told(self) -> tuple[int, ...]:
        return tuple(self.output.shape)

    def _step(self, inputs: Tensor) -> Tensor:
        """Advance by one step: inputs ``[B, N]`` → membranes of the readout ``[B, C]``."""
        exact = self.output.dtype
        sources = self._sources(inputs)
        adaptation = self.state.adaptation
        current = self.linear(inputs.to(self.linear.weight.dtype)).to(exact)
        spikes, membrane, self.state = self.neuron.step(current, self.state)
        slope = adaptive_slope(self.neuron, membrane, adaptation)
        now, self.traces = adaptive_traces_step(self.traces, sources, slope, spikes, self.neuron)
        beta = self.integrator.beta.to(membrane)
        self.eligibility = leaky_step(now, self.eligibility, beta)
        self.presynaptic = leaky_step(spikes, self.presynaptic, beta)
        heard = self.readout(spikes.to(self.readout.weight.dtype))
        self.output = leaky_step(heard, self.output, beta)
        return self.output

    def _learn(self, signal: Tensor) -> Tensor:
        """Add this step's part, for the error dL/dy ``[B, C]``; return what each neuron is told."""
        error = signal.to(self.output.dtype)
        told = error @ self.matrix.to(error.dtype)
        recurrent = torch.einsum("bm,bmk->mk", told, self.eligibility)
        inputs = recurrent.shape[1] - len(self.neuron.weight)
        self._add(self.neuron.weight, recurrent[:, inputs:])
        if inputs:
            self._add(self.linear.weight, recurrent[:, :inputs])
        outwards = error.T @ self.presynaptic
        self._add(self.readout.weight, outwards)
        if self.feedback == "adaptive":
            self._add(self.own_matrix, outwards)
        return told
