"""What the layers of a network are told, and on which way the error of the output reaches them."""

from collections.abc import Callable

import torch
from torch import Generator, Tensor

from .. import _checks
from ..neurons import leaky_step
from .errors import count_error, softmax_error
from .gradients import leaky_sum
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
RANDOM = ("feedback_alignment", "direct_feedback_alignment", "decolle")


class LearningSignals:
    """The part of `OnlineNetwork` that turns the error of the output into its layers' signals."""

    layers: list[OnlineLIF]
    classes: int
    rule: str
    error: Callable[[Tensor, Tensor], Tensor]
    horizon: int | None
    feedback_scale: float
    matrices: list[Tensor]
    readouts: list[Tensor]

    def _matrix(self, below: OnlineLIF, above: OnlineLIF, generator: Generator | None) -> Tensor:
        """Draw a fixed matrix that leads to a layer from the one above, or from the classes."""
        like = above.linear.weight
        rows = like.shape[0] if self.rule == "feedback_alignment" else self.classes
        drawn = torch.randn(rows, like.shape[1], generator=generator, dtype=like.dtype)
        scale = self.feedback_scale / below.linear.out_features**0.5
        return drawn.to(like.device) * scale

    def _fitting(self, labels: Tensor, batch: int) -> Tensor:
        """Return labels that fit the classes; what an error of one's own takes is not known."""
        if self.error is not count_error:
            return labels
        return _checks.labels("labels", labels, batch, self.classes)

    def _error(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Return the error of scores ``[B, C]``, for labels that are known to fit."""
        error = softmax_error if self.error is count_error else self.error
        return error(scores, labels)

    def _signal(
        self, depth: int, above: Tensor, error: Tensor, spikes: Tensor, labels: Tensor
    ) -> Tensor:
        """Return the learning signal of a hidden layer, ``[B, M]``."""
        if self.rule == "eprop":
            return error @ self.layers[depth + 1].linear.weight
        if self.rule not in RANDOM:
            return above @ self.layers[depth + 1].linear.weight
        if self.rule == "feedback_alignment":
            return above @ self.matrices[depth]
        if self.rule == "direct_feedback_alignment":
            return error @ self.matrices[depth]
        return self._local_error(depth, spikes, labels) @ self.matrices[depth]

    def _local_error(self, depth: int, spikes: Tensor, labels: Tensor) -> Tensor:
        """Return the error of a layer's own readout, ``[B, C]``, or of all steps, ``[T, B, C]``."""
        layer = self.layers[depth]
        beta = layer.neuron.beta
        reach = 1 if self.horizon is None else self._reach(beta) / layer.bias_trace
        told = spikes @ self.matrices[depth].T
        if spikes.dim() == 3:
            return self._errors(leaky_sum(told, beta) * reach, labels)
        self.readouts[depth] = leaky_step(told, self.readouts[depth], beta)
        return self._error(self.readouts[depth] * reach, labels)

    def _errors(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Return the error after every step, ``[T, B, C]``."""
        return torch.stack([self._error(now, labels) for now in scores])

    def _reach(self, beta: Tensor) -> Tensor:
        """Return how far a leaky sum of ones has come at the horizon."""
        steps = torch.arange(self.horizon, device=beta.device)
        return (beta**steps).sum()
