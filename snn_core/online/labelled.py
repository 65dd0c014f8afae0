"""What the learners share that are told labels: a network, its counts so far, and their error."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .. import _checks
from .doors import full_precision, synapse_lif_pairs
from .errors import count_error, softmax_error
from .learner import OnlineLearner


class LabelLearner(OnlineLearner):
    """An online learner that is told the right class, and takes the error of its output's counts.

    Args:
        network: alternating synapses and `LIF`. Synapses are ``nn.Linear``, or, in one `OverTime`
            or several, ``nn.Linear`` or ``nn.Conv2d`` with the pooling and flattening that
            `OnlineLIF` takes. The last ones end with ``nn.Linear``.
        error: turns spike counts so far ``[B, C]`` and labels ``[B]`` into the error dL/dz,
            ``[B, C]``.
        horizon: the number of steps of a sequence, to which counts so far are extrapolated before
            their error is taken, as if spikes went on at the same rate; None: as they are.

    Raises:
        ValueError: for a network of another form, a single output with `count_error`, an error
            that is no function, or a horizon below 1.
    """

    def __init__(
        self,
        network: nn.Sequential,
        error: Callable[[Tensor, Tensor], Tensor],
        horizon: int | None,
    ):
        super().__init__()
        self.pairs = synapse_lif_pairs(network)
        last = self.pairs[-1][0]
        counts = isinstance(last.weights, nn.Linear) and not len(last.behind)
        expected = "nn.Linear right before the last LIF, one neuron for each class"
        _checks.require(counts, "network", f"{last.takes} at last", expected)
        _checks.require(callable(error), "error", repr(error), "a function of counts and labels")
        if horizon is not None:
            _checks.whole("horizon", horizon)
        self.classes = len(last.weights.weight)
        several = self.classes > 1 or error is not count_error
        _checks.require(several, "network", "one output", "at least two classes, or another error")
        self.network = network
        self.error = error
        self.horizon = horizon

    def _entry(self) -> nn.Linear | nn.Conv2d:
        return self.pairs[0][0].weights

    def _axes(self) -> tuple[int | str, ...]:
        return self.pairs[0][0].sample

    def _start(self, inputs: Tensor) -> None:
        self.counts = inputs.new_zeros(len(inputs), self.classes)
        self.steps = 0

    def step(self, inputs: Tensor, labels: Tensor | None = None) -> Tensor:
        """Advance by one step, inputs ``[B, …]``; return the output's spikes ``[B, C]``.

        Args:
            inputs: ``[B, N]``, or images ``[B, C, H, W]`` for a convolution.
            labels: integers ``[B]`` in [0, C), to learn from; None: nothing is learnt.

        Raises:
            ValueError: for a step before `start` or beyond the horizon, inputs unlike those of the
                start, labels that do not fit, or an error that is not finite and ``[B, C]``.
        """
        self._require_step(inputs)
        self._require_horizon(self.steps + 1)
        labels = self._fitting(labels, len(inputs))
        with full_precision(inputs.device):
            return self._advance(inputs, labels)

    def run(self, inputs: Tensor, labels: Tensor | None = None) -> Tensor:
        """Run a sequence from rest, learning on the way; return the spikes ``[T, B, C]``.

        Args:
            inputs: ``[T, B, N]``, or images ``[T, B, C, H, W]`` for a convolution.
            labels: integers ``[B]`` in [0, C), to learn from; None: nothing is learnt.

        Raises:
            ValueError: for inputs that do not fit the network or go beyond the horizon, labels that
                do not fit, or an error that is not finite and ``[B, C]``.
        """
        self._require_inputs(inputs, 2)
        self._require_horizon(len(inputs))
        labels = self._fitting(labels, inputs.shape[1])
        self._begin(inputs[0])
        with full_precision(inputs.device):
            return self._run(inputs, labels)

    def _advance(self, inputs: Tensor, labels: Tensor | None) -> Tensor:
        """Do what `step` does, for inputs and labels that are known to fit."""
        raise NotImplementedError

    def _run(self, inputs: Tensor, labels: Tensor | None) -> Tensor:
        """Do what `run` does, for inputs and labels that are known to fit."""
        return torch.stack([self._advance(now, labels) for now in inputs])

    def _require_horizon(self, steps: int) -> None:
        """Require that so many steps do not go beyond the horizon."""
        if self.horizon is not None and steps > self.horizon:
            _checks.fail("inputs", f"{steps} steps", f"at most {self.horizon}, the horizon")

    def _fitting(self, labels: Tensor | None, batch: int) -> Tensor | None:
        """Return labels that fit the classes; what an error of one's own takes is not known."""
        if labels is None or self.error is not count_error:
            return labels
        return _checks.labels("labels", labels, batch, self.classes).to(self._kind()[1])

    def _so_far(self, counts: Tensor) -> Tensor:
        """Return counts ``[B, C]`` of the steps so far as if spikes went on to the horizon."""
        return counts if self.horizon is None else counts * (self.horizon / self.steps)

    def _error(self, scores: Tensor, labels: Tensor) -> Tensor:
        """Return the error of scores ``[B, C]``, for labels that are known to fit."""
        if self.error is count_error:
            return softmax_error(scores, labels)
        error = self.error(scores, labels)
        floats = isinstance(error, Tensor) and error.is_floating_point()
        if not floats or error.shape != scores.shape:
            came = f"{error.dtype} {list(error.shape)}" if floats else type(error).__name__
            _checks.fail("error", came, f"a function that returns floats {list(scores.shape)}")
        _checks.finite("error", error)
        return error.detach().to(scores.dtype)

    def extra_repr(self) -> str:
        shown = f"horizon={self.horizon}"
        if self.error is not count_error:
            shown += f", error={getattr(self.error, '__name__', self.error)}"
        return shown
