"""E-prop: a recurrent network learns while it runs, from eligibilities and a broadcast error."""

import torch
from torch import Generator, Tensor, nn

from .. import _checks
from ..neurons import LeakyIntegrator, RecurrentAdaptiveLIF, leaky_step
from .adaptive import AdaptiveTraces, adaptive_slope, adaptive_traces_step
from .gradients import add_gradient, require_fixed

LAYERS = [nn.Linear, RecurrentAdaptiveLIF, nn.Linear, LeakyIntegrator]  # of its network
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
        kinds = [type(layer) for layer in network]
        if kinds != LAYERS:
            came = ", ".join(kind.__name__ for kind in kinds)
            _checks.fail("network", came, ", ".join(kind.__name__ for kind in LAYERS))
        self.linear, self.neuron, self.readout, self.integrator = network
        self._check_layers()
        self.matrix = self.readout.weight
        if feedback != "symmetric":
            drawn = torch.randn(self.matrix.shape, generator=generator).to(self.matrix)
            scaled = drawn / self.matrix.shape[1] ** 0.5
            self.matrix = nn.Parameter(scaled, requires_grad=feedback == "adaptive")

    def _check_layers(self) -> None:
        no_bias = self.linear.bias is None and self.readout.bias is None
        _checks.require(no_bias, "network", "a bias", "linear layers without a bias")
        simple = self.neuron.reset == "soft" and self.neuron.detach_reset
        _checks.require(simple, "network", repr(self.neuron), "a soft and detached reset")
        require_fixed(self.neuron)
        decay = self.integrator.beta
        _checks.require(decay.dim() == 0, "network", repr(decay), "one decay for all readouts")

    def parameters(self) -> list[nn.Parameter]:
        """Return the parameters that learn: weights to, among and from neurons, and feedback."""
        mine = [self.linear.weight, self.neuron.weight, self.readout.weight]
        if self.matrix is not self.readout.weight:
            mine.append(self.matrix)
        return [parameter for parameter in mine if parameter.requires_grad]

    def start(self, inputs: Tensor) -> None:
        """Rest the neurons and forget all traces, for inputs like these, ``[B, N]``."""
        current = inputs.new_zeros(1, len(inputs), len(self.neuron.weight))
        self.state = self.neuron.initial_state(current)
        sources = self._sources(inputs).shape[1]
        self.eligibility = inputs.new_zeros(*self.state.spikes.shape, sources)
        self.traces = AdaptiveTraces(self.eligibility, self.eligibility)
        self.presynaptic = self.state.spikes
        self.output = inputs.new_zeros(len(inputs), len(self.matrix))

    def _sources(self, inputs: Tensor) -> Tensor:
        """Return what the synapses that learn carry: inputs (if they do), and the last spikes."""
        if not self.linear.weight.requires_grad:
            return self.state.spikes
        return torch.cat([inputs, self.state.spikes], 1)

    @torch.no_grad()
    def step(self, inputs: Tensor) -> Tensor:
        """Advance by one step: inputs ``[B, N]`` → membranes of the readout ``[B, C]``."""
        sources = self._sources(inputs)
        adaptation = self.state.adaptation
        spikes, membrane, self.state = self.neuron.step(self.linear(inputs), self.state)
        slope = adaptive_slope(self.neuron, membrane, adaptation)
        now, self.traces = adaptive_traces_step(self.traces, sources, slope, spikes, self.neuron)
        beta = self.integrator.beta
        self.eligibility = leaky_step(now, self.eligibility, beta)
        self.presynaptic = leaky_step(spikes, self.presynaptic, beta)
        self.output = leaky_step(self.readout(spikes), self.output, beta)
        return self.output

    @torch.no_grad()
    def learn(self, error: Tensor) -> None:
        """Add this step's part of the gradients, for the error dL/dy ``[B, C]`` of the readout."""
        signal = error @ self.matrix
        recurrent = torch.einsum("bm,bmk->mk", signal, self.eligibility)
        inputs = recurrent.shape[1] - len(self.neuron.weight)
        add_gradient(self.neuron.weight, recurrent[:, inputs:])
        if inputs:
            add_gradient(self.linear.weight, recurrent[:, :inputs])
        outwards = error.T @ self.presynaptic
        add_gradient(self.readout.weight, outwards)
        if self.matrix is not self.readout.weight:
            add_gradient(self.matrix, outwards)
