"""A stack of layers that learn at every step of a sequence."""

from collections.abc import Callable
from itertools import pairwise

import torch
from torch import Generator, Tensor, nn

from .. import _checks
from .errors import count_error
from .layers import OnlineLIF, OnlineSmoothedLIF, linear_lif_pairs
from .signals import RANDOM, RULES, TWO_LAYERS, LearningSignals


class OnlineNetwork(LearningSignals):
    """A feed-forward network that learns while it runs, in a memory that does not grow with time.

    Every layer keeps the traces of `OnlineLIF`, the first two rules more. What the hidden layers
    are told differs:

    - "rtrl": the exact gradient of BPTT, for two layers: a second trace per synapse
      (`OnlineSmoothedLIF`);
    - "eprop": the same without the slope of the output neurons, as if the output were a leaky
      readout;
    - "ottt": the error of this step, sent back through the weights of the layers above, at this
      step only;
    - "feedback_alignment": the same through fixed random matrices in place of the weights;
    - "direct_feedback_alignment": the output's error through one fixed random matrix per layer;
    - "decolle": the error of the layer's own readout, a leaky sum of its spikes through a fixed
      random matrix;
    - "last_layer": nothing.

    Args:
        network: alternating ``nn.Linear`` and `LIF` with soft, detached resets.
        rule: one of `RULES`.
        error: turns spike counts so far ``[B, C]`` and labels ``[B]`` into the error dL/dz,
            ``[B, C]``.
        horizon: the number of steps of a sequence, to which counts and local readouts so far are
            extrapolated before their error is taken, as if spikes went on at the same rate; None:
            as they are.
        feedback_scale: size of the fixed matrices' entries, times one over the root of the layer's
            size; above 0.
        generator: draws the fixed matrices; PyTorch's own if None.

    Raises:
        ValueError: for an unknown rule, or a network of another form.

    Reference: Bellec et al. 2020 (e-prop); Xiao et al. 2022 (OTTT); Lillicrap et al. 2016 and
    Nøkland 2016 (random feedback); Kaiser, Mostafa, Neftci 2020 (DECOLLE).
    """

    def __init__(
        self,
        network: nn.Sequential,
        rule: str = "ottt",
        *,
        error: Callable[[Tensor, Tensor], Tensor] = count_error,
        horizon: int | None = None,
        feedback_scale: float = 1.0,
        generator: Generator | None = None,
    ):
        _checks.choice("rule", rule, RULES)
        _checks.number("feedback_scale", feedback_scale, 0)
        if horizon is not None:
            _checks.whole("horizon", horizon)
        self.rule = rule
        self.error = error
        self.horizon = horizon
        self.feedback_scale = feedback_scale
        self.layers = [OnlineLIF(linear, neuron) for linear, neuron in linear_lif_pairs(network)]
        if rule in TWO_LAYERS:
            count = len(self.layers)
            _checks.require(count == 2, "network", f"{count} layers", f"two layers for {rule!r}")
            self.layers[0] = OnlineSmoothedLIF(*network[:2], self.layers[1].neuron.beta)
        self.classes = self.layers[-1].linear.out_features
        pairs = pairwise(self.layers) if rule in RANDOM else ()
        self.matrices = [self._matrix(below, above, generator) for below, above in pairs]
        self.counts: Tensor | None = None

    def start(self, inputs: Tensor) -> None:
        """Rest all neurons and forget all traces, for inputs like these, ``[B, N]``."""
        self.counts = inputs.new_zeros(len(inputs), self.classes)
        self.steps = 0
        local = self.matrices if self.rule == "decolle" else []
        self.readouts = [torch.zeros_like(self.counts) for _ in local]
        for layer in self.layers:
            layer.start(inputs.new_zeros(len(inputs), layer.linear.in_features))

    @torch.no_grad()
    def step(self, inputs: Tensor, labels: Tensor) -> Tensor:
        """Advance all layers by one step, adding to ``.grad``; return the output's spikes.

        Raises:
            ValueError: for a step before `start`, or beyond the horizon.
        """
        started = self.counts is not None
        _checks.require(started, "step", "no start", "start(inputs) before the first step")
        self._require_horizon(self.steps + 1)
        return self._advance(inputs, self._fitting(labels, len(inputs)))

    def _require_horizon(self, steps: int) -> None:
        """Require that so many steps do not go beyond the horizon."""
        if self.horizon is not None and steps > self.horizon:
            _checks.fail("inputs", "one more", f"at most {self.horizon} steps, the horizon")

    @torch.no_grad()
    def _advance(self, inputs: Tensor, labels: Tensor) -> Tensor:
        """Do what `step` does, for a step and labels that are known to fit."""
        spikes = [inputs]
        for layer in self.layers:
            spikes.append(layer.step(spikes[-1]))
        self.counts = self.counts + spikes[-1]
        self.steps += 1
        seen = self.counts if self.horizon is None else self.counts * (self.horizon / self.steps)
        self._learn(self._error(seen, labels), spikes, labels)
        return spikes[-1]

    def _learn(self, error: Tensor, spikes: list[Tensor], labels: Tensor) -> None:
        """Let all layers learn, from last to first, given input and spikes of every layer."""
        local = self.layers[-1].learn(error)
        if self.rule == "last_layer":
            return
        for depth in reversed(range(len(self.layers) - 1)):
            signal = self._signal(depth, local, error, spikes[depth + 1], labels)
            local = self.layers[depth].learn(signal)

    def run(self, inputs: Tensor, labels: Tensor) -> Tensor:
        """Run a sequence ``[T, B, N]``, adding up gradients; return the spikes ``[T, B, C]``.

        Raises:
            ValueError: for an input that is not ``[T, B, N]``.
        """
        _checks.sequence("inputs", inputs)
        self._require_horizon(len(inputs))
        labels = self._fitting(labels, inputs.shape[1])
        self.start(inputs[0])
        return torch.stack([self._advance(now, labels) for now in inputs])

    @torch.no_grad()
    def sweep(self, inputs: Tensor, labels: Tensor) -> Tensor:
        """Do what `run` does in fewer, larger operations: faster, in a memory that grows with T.

        Nothing is left to go on from: call `start` before the next `step`.

        Raises:
            ValueError: for an input that is not ``[T, B, N]`` or longer than the horizon, or a rule
                with traces per synapse.
        """
        _checks.sequence("inputs", inputs)
        forgets = self.rule not in TWO_LAYERS
        _checks.require(forgets, "rule", repr(self.rule), "one with a trace per input")
        steps = len(inputs)
        if self.horizon is not None and steps > self.horizon:
            _checks.fail("inputs", f"{steps} steps", f"at most {self.horizon}")
        labels = self._fitting(labels, inputs.shape[1])
        self.counts = None
        spikes = [inputs]
        for layer in self.layers:
            spikes.append(layer.sweep(spikes[-1]))
        seen = self._extrapolated(spikes[-1].cumsum(0))
        self._learn(self._errors(seen, labels), spikes, labels)
        return spikes[-1]

    def _extrapolated(self, counts: Tensor) -> Tensor:
        """Return counts after every step, ``[T, B, C]``, as if spikes went on to the horizon."""
        if self.horizon is None:
            return counts
        steps = torch.arange(1, len(counts) + 1, dtype=counts.dtype, device=counts.device)
        return counts * (self.horizon / steps)[:, None, None]
