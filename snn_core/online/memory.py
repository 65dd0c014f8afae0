"""What a learner remembers: the bytes that it keeps from one step of a sequence to the next."""

import torch
from torch import Tensor

from ..diagnostics import SavedBytes
from .backwards import ChunkedBPTT
from .network import OnlineNetwork


def kept_bytes(learner: OnlineNetwork | ChunkedBPTT, inputs: int, steps: int) -> int:
    """Run a learner over a silent sequence; return the most bytes it keeps after a step or window.

    Counted are neuron states, counts, traces, fixed matrices and what autograd has saved before a
    window goes backwards; not counted are weights and their gradients, which are alike for all.

    Args:
        learner: its gradients change.
        inputs: number N of inputs of its network.
        steps: T, at least 1; no more than the learner's horizon.

    >>> from torch import nn
    >>> from snn_core import LIF
    >>> network = nn.Sequential(nn.Linear(3, 2), LIF())
    >>> [kept_bytes(OnlineNetwork(network), 3, steps) for steps in (1, 5)]
    [40, 40]
    """
    labels = torch.zeros(1, dtype=torch.long)
    if isinstance(learner, ChunkedBPTT):
        return _most_in_windows(learner, inputs, steps, labels)
    learner.start(torch.zeros(1, inputs))
    most = 0
    for now in torch.zeros(steps, 1, inputs):
        learner.step(now, labels)
        most = max(most, _bytes(_carried(learner)))
    return most


def _most_in_windows(learner: ChunkedBPTT, inputs: int, steps: int, labels: Tensor) -> int:
    """Return the most bytes at the end of a window; every window comes in memory of its own."""
    most, weights = (
        0,
        _bytes([linear.weight for linear, _ in learner.layers[1:]]),
    )  # autograd keeps them as well
    learner.start()
    for before in range(0, steps, learner.window):
        window = torch.zeros(min(learner.window, steps - before), 1, inputs)
        with SavedBytes() as saved:
            for tensor in (learner.counts, *learner.states):
                if tensor is not None:
                    saved.note(tensor)
            learner.advance(window, labels, steps)
        most = max(most, saved.bytes - weights)
    return most


def _carried(learner: OnlineNetwork) -> list[Tensor]:
    """Return all tensors that an online network carries on; of an idle layer, its state only."""
    idle = learner.layers[:-1] if learner.rule == "last_layer" else []
    kept = [layer.state for layer in idle]
    for layer in learner.layers[len(idle) :]:
        kept += [value for value in vars(layer).values() if isinstance(value, Tensor)]
    return [*kept, *learner.matrices, *learner.readouts, learner.counts]


def _bytes(tensors: list[Tensor]) -> int:
    return sum(tensor.nbytes for tensor in tensors)
