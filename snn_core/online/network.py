"""A stack of layers that learn at every step of a sequence."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn

from .. import _checks
from ..precision import wide
from .doors import full_precision
from .errors import count_error
from .layers import OnlineLIF
from .signals import RANDOM, RULES, SPATIAL, TWO_LAYERS, LearningSignals
from .smoothed import OnlineSmoothedLIF


class OnlineNetwork(LearningSignals):
    """A feed-forward network that learns while it runs, in a memory that does not grow with time.

    Every layer keeps the traces of `OnlineLIF`, the first two rules more. What the hidden layers
    are told differs:

    - "rtrl": the exact gradient of BPTT, for two layers: a second trace per synapse
      (`OnlineSmoothedLIF`);
    - "eprop": the same without the slope of the output neurons: the learning signal of e-prop,
      whose readout leaks but does not spike, given to a spiking output; e-prop itself is `EProp`;
    - "ottt": the error of this step, sent back through the weights of the layers above, at this
      step only;
    - "feedback_alignment": the same through fixed random matrices in place of the weights;
    - "direct_feedback_alignment": the output's error through one fixed random matrix per layer;
    - "decolle": the error of the layer's own readout, a leaky sum of its spikes through a fixed
      random matrix;
    - "last_layer": nothing.

    Args:
        network: as `LabelLearner` takes it; the `LIF` have soft, detached resets and one decay.
        rule: one of `RULES`; convolutions, pooling and flattening are for "ottt" and "last_layer".
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

    >>> from snn_core import LIF, layers
    >>> parts = layers.OverTime(nn.Conv2d(1, 2, 3), nn.Flatten()), LIF(), nn.Linear(72, 2), LIF()
    >>> OnlineNetwork(nn.Sequential(*parts)).run(torch.ones(5, 1, 1, 8, 8)).shape
    torch.Size([5, 1, 2])
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
        super().__init__(network, error, horizon)
        _checks.choice("rule", rule, RULES)
        _checks.number("feedback_scale", feedback_scale, 0)
        self.rule = rule
        self.feedback_scale = feedback_scale
        self._require_plain()
        self.layers = [OnlineLIF(*pair) for pair in self.pairs]
        if rule in TWO_LAYERS:
            count = len(self.layers)
            _checks.require(count == 2, "network", f"{count} layers", f"two layers for {rule!r}")
            self.layers[0] = OnlineSmoothedLIF(*self.pairs[0], self._decay_above())
        if rule in RANDOM:
            self._draw_matrices(generator)

    def extra_repr(self) -> str:
        shown = f"rule={self.rule!r}, {super().extra_repr()}"
        return shown + f", feedback_scale={self.feedback_scale:g}" * (self.rule in RANDOM)

    def _require_plain(self) -> None:
        """Require ``nn.Linear`` alone for rules with a trace or a matrix entry per neuron."""
        for synapses, _ in self.pairs:
            if self.rule not in SPATIAL and not synapses.plain:
                _checks.fail("network", synapses.takes, f"nn.Linear alone for {self.rule!r}")

    def _decay_above(self) -> float:
        return self.layers[1].neuron.beta.item()

    def _start(self, inputs: Tensor) -> None:
        super()._start(inputs)
        first = self.layers[0]
        if isinstance(first, OnlineSmoothedLIF):
            first.beta_above = self._decay_above()  # that of a checkpoint, maybe
        self.readouts = [torch.zeros_like(self.counts) for _ in self._readers()]
        for layer in self.layers:
            layer._begin(inputs)
            inputs = layer.state

    def _readers(self) -> tuple[Tensor, ...]:
        """Return the matrices through which hidden layers are read out."""
        return self.matrices if self.rule == "decolle" else ()

    @torch.no_grad()
    def _advance(self, inputs: Tensor, labels: Tensor | None) -> Tensor:
        spikes = [inputs]
        for layer in self.layers:
            spikes.append(layer._step(spikes[-1]))
        self.counts = self.counts + spikes[-1]
        self.steps += 1
        self._follow(spikes[1:])
        if labels is not None:
            self._learn(self._error(self._so_far(self.counts), labels), spikes, labels)
        return spikes[-1]

    def _learn(self, error: Tensor, spikes: list[Tensor], labels: Tensor) -> None:
        """Let all layers learn, from last to first, given input and spikes of every layer."""
        local = self.layers[-1]._learn(error)
        if self.rule == "last_layer":
            return
        for depth in reversed(range(len(self.layers) - 1)):
            signal = self._signal(depth, local, error, spikes[depth + 1], labels)
            local = self.layers[depth]._learn(signal)

    @torch.no_grad()
    def sweep(self, inputs: Tensor, labels: Tensor | None = None) -> Tensor:
        """Do what `run` does in fewer, larger operations: faster, in a memory that grows with T.

        Nothing is left to go on from: call `start` before the next `step`.

        Args: those of `run`.

        Raises:
            ValueError: where `run` does, or for a rule with traces per synapse.
        """
        self._require_inputs(inputs, 2)
        forgets = self.rule not in TWO_LAYERS
        _checks.require(forgets, "rule", repr(self.rule), "one with a trace per input")
        self._require_horizon(len(inputs))
        labels = self._fitting(labels, inputs.shape[1])
        self.began = None
        with full_precision(inputs.device):
            return self._sweep(inputs, labels)

    def _sweep(self, inputs: Tensor, labels: Tensor | None) -> Tensor:
        """Do what `sweep` does, for inputs and labels that are known to fit."""
        spikes = [inputs]
        for layer in self.layers:
            spikes.append(layer._sweep(spikes[-1]))
        if labels is not None:
            counts = spikes[-1].cumsum(0, dtype=wide(spikes[-1]))
            seen = self._extrapolated(counts)
            self._learn(self._errors(seen, labels), spikes, labels)
        return spikes[-1]

    def _extrapolated(self, counts: Tensor) -> Tensor:
        """Return counts after every step, ``[T, B, C]``, as if spikes went on to the horizon."""
        if self.horizon is None:
            return counts
        steps = torch.arange(1, len(counts) + 1, dtype=counts.dtype, device=counts.device)
        return counts * (self.horizon / steps)[:, None, None]
