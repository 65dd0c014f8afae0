"""E-prop: a recurrent network learns while it runs, from eligibilities and a broadcast error."""

import torch
from torch import Generator, Tensor, nn

from .. import _checks
from ..neurons import LeakyIntegrator, RecurrentAdaptiveLIF, leaky_step
from .layers import AdaptiveTraces, adaptive_traces_step, add_gradient, require_fixed

FEEDBACKS = ("symmetric", "random", "adaptive")


class EProp:
    """Train a recurrent network with a leaky readout at every step, in a memory that does not grow.

    A synapse knows what it did to its own neuron; what its neuron's spikes did to other neurons is
    left out. That eligibility, low-passed as the readout is, is multiplied with the readout's
    error, sent back to each neuron.
    Exact where no neuron hears another one: then the sum over time is the gradient of BPTT.

    Args:
        network: ``nn.Sequential`` of an ``nn.Linear`` from the inputs, a `RecurrentAdaptiveLIF`
            with a soft, detached reset, an ``nn.Linear`` to the readout, and a `LeakyIntegrator`
            with one decay; no biases. Weights that ask for no gradient stay as they are. A strength
            of 0 makes the neurons LIF.
        feedback: what sends the error back: "symmetric" the readout's weights, "random" a fixed
            random matrix, "adaptive" a random matrix that gets the readout's gradients; weight
            decay then makes the two alike.
        generator: draws the random matrix; PyTorch's own if None.

    Raises:
        ValueError: for an unknown feedback, or a network of another form.

    Reference: Bellec et al. 2020 (adaptive feedback: their adaptive e-prop, after Kolen and Pollack
    1994).
    """

    def __init__(
        self,
        network: nn.Sequential,
        feedback: str = "symmetric",
        *,
        generator: Generator | None = None,
    ):
        _checks.choice("feedback", feedback, FEEDBACKS)
        kinds = [nn.Linear, RecurrentAdaptiveLIF, nn.Linear, LeakyIntegrator]
        fits = [type(layer) for layer in network] == kinds
        expected = "nn.Linear, RecurrentAdaptiveLIF, nn.Linear, LeakyIntegrator"
        _checks.require(
            fits, "network", ", ".join(type(layer).__name__ for layer in network), expected
        )
        self.linear, self.neuron, self.readout, self.integrator = network
        self._check_layers()
        self.matrix = self.readout.weight
        if feedback != "symmetric":
            drawn = torch.randn(self.matrix.shape, generator=generator).to(self.matrix)
            self.matrix = nn.Parameter(
                drawn / self.matrix.shape[1] ** 0.5, requires_grad=feedback == "adaptive"
            )

    def _check_layers(self) -> None:
        no_bias = self.linear.bias is None and self.readout.bias is None
        _checks.require(no_bias, "network", "a bias", "linear layers without a bias")
        simple = self.neuron.reset == "soft" and self.neuron.detach_reset
        _checks.require(simple, "network", repr(self.neuron), "a soft and detached reset")
        require_fixed(self.neuron)
        decays = self.integrator.beta.dim()
        _checks.require(
            decays == 0, "network", repr(self.integrator.beta), "the same decay for all readouts"
        )

    def parameters(self) -> list[nn.Parameter]:
        """Return the parameters that learn: weights to, among and from neurons, and feedback."""
        mine = [self.linear.weight, self.neuron.weight, self.readout.weight]
        mine += [self.matrix] * (self.matrix is not self.readout.weight)
        return [parameter for parameter in mine if parameter.requires_grad]

    def start(self, inputs: Tensor) -> None:
        """Rest the neurons and forget all traces, for inputs like these, ``[B, N]``."""
        self.state = self.neuron.initial_state(
            inputs.new_zeros(1, len(inputs), len(self.neuron.weight))
        )
        sources = self._sources(inputs).shape[1]
        self.eligibility = inputs.new_zeros(*self.state.spikes.shape, sources)
        self.traces = AdaptiveTraces(self.eligibility, self.eligibility)
        self.presynaptic = self.state.spikes
        self.output = inputs.new_zeros(len(inputs), len(self.matrix))

    def _sources(self, inputs: Tensor) -> Tensor:
        """Return what the synapses that learn carry: inputs (if they do), and the last spikes."""
        return (
            torch.cat([inputs, self.state.spikes], 1)
            if self.linear.weight.requires_grad
            else self.state.spikes
        )

    @torch.no_grad()
    def step(self, inputs: Tensor) -> Tensor:
        """Advance by one step: inputs ``[B, N]`` → membranes of the readout ``[B, C]``."""
        neuron, sources, adaptation = self.neuron, self._sources(inputs), self.state.adaptation
        spikes, membrane, self.state = neuron.step(self.linear(inputs), self.state)
        slope = neuron.surrogate.derivative(
            membrane - neuron.threshold - neuron.strength * adaptation
        )
        now, self.traces = adaptive_traces_step(self.traces, sources, slope, spikes, neuron)
        self.eligibility = leaky_step(now, self.eligibility, self.integrator.beta)
        self.presynaptic = leaky_step(spikes, self.presynaptic, self.integrator.beta)
        self.output = leaky_step(self.readout(spikes), self.output, self.integrator.beta)
        return self.output

    @torch.no_grad()
    def learn(self, error: Tensor) -> None:
        """Add this step's part of the gradients, for the error dL/dy ``[B, C]`` of the readout."""
        recurrent = torch.einsum("bm,bmk->mk", error @ self.matrix, self.eligibility)
        inputs = recurrent.shape[1] - len(self.neuron.weight)
        add_gradient(self.neuron.weight, recurrent[:, inputs:])
        if inputs:
            add_gradient(self.linear.weight, recurrent[:, :inputs])
        outwards = error.T @ self.presynaptic
        add_gradient(self.readout.weight, outwards)
        if self.matrix is not self.readout.weight:
            add_gradient(self.matrix, outwards)
