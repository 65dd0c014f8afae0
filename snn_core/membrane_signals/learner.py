"""Learning with membrane potentials as signals: errors of counts, updates, regularisers."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from .. import _checks
from ..training.doors import require_optimizer
from .layer import Signals, layers_of, signals_of
from .regularisers import balance_thresholds, shrink_rows

ErrorOf = Callable[[Tensor, Tensor], Tensor]


def peak_error(counts: Tensor, labels: Tensor) -> Tensor:
    """Return ``e_i = n_i / max_j n_j - y_i``: counts relative to the largest, less the answer.

    Args:
        counts: spikes of the output neurons, ``[B, C]``. Where none has spiked, they count as 0.
        labels: integers ``[B]`` in [0, C).

    Returns:
        ``[B, C]``, in [-1, 1].

    Reference: Lee et al. 2016, section 2.3.

    >>> peak_error(torch.tensor([[1.0, 4.0]]), torch.tensor([0]))
    tensor([[-0.7500,  1.0000]])
    """
    _checks.floats("counts", counts, min_rank=2)
    labels = _checks.labels("labels", labels, *counts.shape)
    largest = counts.amax(1, keepdim=True).clamp(min=1)
    return counts / largest - torch.nn.functional.one_hot(labels, counts.shape[1])


def count_scores(outputs: Signals, threshold: Tensor) -> Tensor:
    """Return the counts of the output neurons; those that tie are ordered by their membranes.

    Args:
        outputs: of the last layer.
        threshold: V_th of its neurons, ``[C]``.

    Returns:
        ``[B, C]``: counts plus less than one half.
    """
    relative = (outputs.membrane / threshold).clamp(-1, 1)
    return torch.add(outputs.counts, relative, alpha=0.49)


def signal_loss(outputs: Signals, labels: Tensor, error_of: ErrorOf = peak_error) -> Tensor:
    """Return half the squared error of counts; its gradient by the output activities is the error.

    Args:
        outputs: of the last layer.
        labels: integers ``[B]``.
        error_of: (counts, labels) to the error ``[B, C]``.

    Returns:
        A scalar, the mean over samples.

    Reference: Lee et al. 2016, section 2.3; that the error is used as the gradient by a is our
    reading.
    """
    error = error_of(outputs.counts.detach(), labels)
    value = error.square().sum(1).mean() / 2
    pull = (error * outputs.activity).sum(1).mean()
    return value + (pull - pull.detach())


def parameter_groups(network: nn.Sequential, lr: float, ratio: float = 0.1) -> list[dict[str, Any]]:
    """Return weights and thresholds for an optimiser, with `lr` and `ratio` times as much.

    Args:
        network: layers of `MembraneLayer`.
        lr: learning rate, above 0.
        ratio: at least 0.

    Reference: Lee et al. 2016, section 3 (a ratio of 0.1).
    """
    _checks.number("lr", lr, 0)
    _checks.number("ratio", ratio, 0, open_low=False)
    layers = layers_of(network)
    weights = [layer.weight for layer in layers]
    thresholds = [layer.threshold for layer in layers]
    return [{"params": weights, "lr": lr}, {"params": thresholds, "lr": lr * ratio}]


class MembraneLearner:
    """Learns batch by batch: error, gradient, optimiser, penalty of weights, balance of thresholds.

    Args:
        network: of `MembraneLayer`, as `membrane_network` returns it.
        optimizer: of its parameters; plain SGD with `lr` if None.
        lr: learning rate of weights, that of thresholds is a tenth.
        loss: (signals of the last layer, labels) to a scalar.
        penalty: lambda, at least 0, of `exponential_penalty`, which `shrink_rows` steps down.
        beta: its steepness, above 0.
        balance: rho, at least 0, of `balance_thresholds`; none falls below a tenth of where it was.
            As a schedule lowers the learning rate below its highest so far, rho falls in
            proportion (our reading).

    Raises:
        ValueError: for a network of other layers, or a number that is out of range.

    >>> from snn_core.membrane_signals import membrane_network
    >>> learner = MembraneLearner(membrane_network([4, 3, 2]))
    >>> learner.learn(torch.ones(50, 1, 4), torch.tensor([1])).counts.shape
    torch.Size([1, 2])
    """

    def __init__(
        self,
        network: nn.Sequential,
        optimizer: Optimizer | None = None,
        *,
        lr: float = 0.003,
        loss: Callable[[Signals, Tensor], Tensor] = signal_loss,
        penalty: float = 0.002,
        beta: float = 10.0,
        balance: float = 1e-4,
    ):
        if optimizer is None:
            optimizer = torch.optim.SGD(parameter_groups(network, lr))
        require_optimizer(optimizer)
        _checks.number("penalty", penalty, 0, open_low=False)
        _checks.number("beta", beta, 0)
        _checks.number("balance", balance, 0, open_low=False)
        self.network = network
        self.layers = layers_of(network)
        self.optimizer = optimizer
        self.peak = 0.0  # the highest learning rate so far
        self.loss = loss
        self.penalty = penalty
        self.beta = beta
        self.balance = balance
        self.floors = [layer.threshold.detach() / 10 for layer in self.layers]

    def learn(self, inputs: Tensor, labels: Tensor) -> Signals:
        """Learn from one batch ``[T, B, M]``; return the outputs before the update."""
        found = signals_of(self.network, inputs)
        self.optimizer.zero_grad()
        torch.autograd.backward(self.loss(found[-1], labels))
        self.optimizer.step()
        lr = self.optimizer.param_groups[0]["lr"]
        strength = self.penalty * lr
        self.peak = max(self.peak, lr)
        balance = self.balance * lr / self.peak if self.peak else 0.0
        for layer, signals, floor in zip(self.layers, found, self.floors, strict=True):
            if strength:
                shrink_rows(layer.weight, strength, self.beta)
            balance_thresholds(layer.threshold, signals.counts, balance, floor)
        return found[-1]
