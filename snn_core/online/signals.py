"""What the layers of a network are told, and on which way the error of the output reaches them."""

from collections.abc import Sequence

import torch
from torch import Generator, Tensor

from .. import _checks
from ..neurons import leaky_step
from .gradients import leaky_sum
from .labelled import LabelLearner
from .layers import OnlineLIF

RULES = (
    "rtrl",
    "eprop",
    "ottt",
    "feedback_alignment",
    "direct_feedback_alignment",
    "decolle",
    "last_layer",
)
TWO_LAYERS = ("rtrl", "eprop")
SPATIAL = ("ottt", "last_layer")  # do without a number per neuron, where weights are shared
RANDOM = ("feedback_alignment", "direct_feedback_alignment", "decolle")


class LearningSignals(LabelLearner):
    """The part of `OnlineNetwork` that turns the error of the output into its layers' signals."""

    layers: list[OnlineLIF]
    rule: str
    feedback_scale: float
    readouts: list[Tensor]

    @property
    def matrices(self) -> tuple[Tensor, ...]:
        """The fixed random matrices, one for each hidden layer, if the rule has any.

        They are buffers: a checkpoint holds them. Give all of them anew to replace them.
        """
        count = len(self.layers) - 1 if self.rule in RANDOM else 0
        return tuple(self._matrix(depth) for depth in range(count))

    @matrices.setter
    def matrices(self, matrices: Sequence[Tensor]) -> None:
        mine = self.matrices
        came = f"{len(matrices)} matrices"
        _checks.require(len(matrices) == len(mine), "matrices", came, str(len(mine)))
        for depth, (old, new) in enumerate(zip(mine, matrices, strict=True)):
            _checks.floats("matrices", new)
            _checks.shape("matrices", new, old.shape)
            setattr(self, f"matrix_{depth}", new.detach().to(old))

    def _matrix(self, depth: int) -> Tensor:
        return self.get_buffer(f"matrix_{depth}")

    def _draw_matrices(self, generator: Generator | None) -> None:
        """Draw for each hidden layer what leads to it from the layer above, or from the classes."""
        for depth, above in enumerate(self.layers[1:]):
            like = above.linear.weight
            rows = like.shape[0] if self.rule == "feedback_alignment" else self.classes
            drawn = torch.randn(rows, like.shape[1], generator=generator, dtype=like.dtype)
            scale = self.feedback_scale / like.shape[1] ** 0.5
            self.register_buffer(f"matrix_{depth}", drawn.to(like.device) * scale)

    def _signal(
        self, depth: int, above: Tensor, error: Tensor, spikes: Tensor, labels: Tensor
    ) -> Tensor:
        """Return the learning signal of a hidden layer, ``[B, M]`` or maps ``[B, C, H, W]``."""
        if self.rule == "ottt":
            return self.layers[depth + 1]._send_back(above, spikes)
        if self.rule in RANDOM:
            through = self._matrix(depth).to(error.dtype)
        else:
            through = self.layers[depth + 1].linear.weight.to(error.dtype)
        if self.rule == "decolle":
            return self._local_error(depth, spikes.to(error.dtype), labels) @ through
        if self.rule in ("eprop", "direct_feedback_alignment"):
            return error @ through
        return above @ through

    def _local_error(self, depth: int, spikes: Tensor, labels: Tensor) -> Tensor:
        """Return the error of a layer's own readout, ``[B, C]``, or of all steps, ``[T, B, C]``."""
        layer = self.layers[depth]
        beta = layer.neuron.beta.to(spikes)
        reach = 1 if self.horizon is None else _reach(beta, self.horizon) / layer.bias_trace
        if spikes.dim() == 3:
            return self._errors(leaky_sum(self._read(depth, spikes), beta) * reach, labels)
        return self._error(self.readouts[depth] * reach, labels)

    def _read(self, depth: int, spikes: Tensor) -> Tensor:
        """Return what a layer's spikes add to its own readout, ``[…, C]``."""
        return spikes @ self._matrix(depth).to(spikes.dtype).T

    def _follow(self, spikes: list[Tensor]) -> None:
        """Let the readouts of the hidden layers follow the spikes of this step."""
        for depth, readout in enumerate(self.readouts):
            beta = self.layers[depth].neuron.beta.to(readout)
            told = self._read(depth, spikes[depth].to(readout.dtype))
            self.readouts[depth] = leaky_step(told, readout, beta)

    def _errors(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Return the error after every step, ``[T, B, C]``."""
        return torch.stack([self._error(now, labels) for now in scores])


def _reach(beta: Tensor, horizon: int) -> Tensor:
    """Return how far a leaky sum of ones has come at the horizon."""
    steps = torch.arange(horizon, device=beta.device)
    return (beta**steps).sum()
