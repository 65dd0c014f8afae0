"""Meters of memory: what autograd saves, what Python holds, what an online learner carries on."""

import gc
from collections.abc import Sequence
from contextlib import AbstractContextManager

import torch
from torch import Tensor, nn
from torch.autograd.graph import Node, saved_tensors_hooks
from torch.nn.parameter import is_lazy

from . import _checks
from .online import ChunkedBPTT, OnlineNetwork


class SavedBytes(AbstractContextManager["SavedBytes"]):
    """Count the bytes that autograd keeps for the backward pass of what runs inside the block.

    Memory that several kept tensors share counts once, and a view counts with all the memory that
    it keeps alive. What counts is exact and the same on every machine; the nodes of the graph
    themselves are not in it.

    >>> x = torch.ones(1000, requires_grad=True)
    >>> with SavedBytes() as saved:
    ...     loss = (x * x).sum()
    >>> saved.bytes
    4000
    """

    def __init__(self) -> None:
        self._kept: dict[int, torch.UntypedStorage] = {}
        self._hooks = saved_tensors_hooks(self.note, lambda tensor: tensor)

    def __enter__(self) -> "SavedBytes":
        self._hooks.__enter__()
        return self

    def __exit__(self, *raised: object) -> None:
        self._hooks.__exit__(*raised)

    @property
    def bytes(self) -> int:
        """The bytes kept so far."""
        return sum(storage.nbytes() for storage in self._kept.values())

    def note(self, tensor: Tensor) -> Tensor:
        """Count the memory of a tensor as kept, once; return the tensor."""
        storage = tensor.untyped_storage()
        self._kept[storage.data_ptr()] = storage
        return tensor


def live_bytes() -> int:
    """Return the bytes of all tensors that Python holds at this moment, wherever they are.

    What autograd keeps for a backward pass is not in it; `SavedBytes` counts that.

    >>> before = live_bytes()
    >>> x = torch.ones(1000)
    >>> live_bytes() - before
    4000
    """
    for _ in range(2):  # what the first collection's finalizers let go is found by the second
        gc.collect()
    held: dict[tuple[torch.device, int], int] = {}
    for thing in gc.get_objects():
        if issubclass(type(thing), Tensor) and not is_lazy(thing):
            held |= _memory(thing)
    return sum(held.values())


def _memory(tensor: Tensor) -> dict[tuple[torch.device, int], int]:
    """Return where a tensor lies, and how many bytes it has there; nothing if it has none.

    Sparse ones have none of their own; those on "meta" or of a compiler have a shape only.
    """
    try:
        storage = tensor.untyped_storage()
        place = None if storage.device.type == "meta" else storage.data_ptr()
    except RuntimeError:
        place = None
    return {} if place is None else {(storage.device, place): storage.nbytes()}


def graph_nodes(output: Tensor) -> int:
    """Return how many operations autograd has recorded behind `output`, to walk through backwards.

    Raises:
        ValueError: for anything but a tensor.

    >>> x = torch.ones(3, requires_grad=True)
    >>> graph_nodes((2 * x).sum())  # the sum, the product, the leaf
    3
    """
    is_tensor = isinstance(output, Tensor)
    _checks.require(is_tensor, "output", type(output).__name__, "a torch tensor")
    seen: set[Node] = set()
    waiting: list[Node | None] = [output.grad_fn]
    while waiting:
        node = waiting.pop()
        if node is not None and node not in seen:
            seen.add(node)
            waiting += [before for before, _ in node.next_functions]
    return len(seen)


def kept_bytes(
    learner: OnlineNetwork | ChunkedBPTT, inputs: int | Sequence[int], steps: int
) -> int:
    """Run a learner over a silent sequence; return the most bytes it keeps after a step or window.

    Counted are neuron states, counts, traces, fixed matrices and what autograd has saved before a
    window goes backwards; not counted are weights and their gradients, which are alike for all.

    Args:
        learner: its gradients change.
        inputs: number N of inputs of its network, or the axes of a sample, such as (C, H, W).
        steps: T, at least 1; no more than the learner's horizon.

    Raises:
        ValueError: for another learner, or numbers of inputs or steps that do not fit it.

    >>> from torch import nn
    >>> from snn_core import LIF
    >>> network = nn.Sequential(nn.Linear(3, 2), LIF())
    >>> [kept_bytes(OnlineNetwork(network), 3, steps) for steps in (1, 5)]
    [40, 40]
    """
    sample = [*inputs] if isinstance(inputs, Sequence) else [inputs]
    _require_fit(learner, sample, steps)
    labels = torch.zeros(1, dtype=torch.long)
    silence = torch.zeros(1, *sample)
    if isinstance(learner, ChunkedBPTT):
        return _most_in_windows(learner, silence, steps, labels)
    learner.start(silence)
    most = 0
    for _ in range(steps):
        learner.step(silence, labels)
        most = max(most, _bytes(_carried(learner)))
    return most


def _require_fit(learner: OnlineNetwork | ChunkedBPTT, sample: list[int], steps: int) -> None:
    """Require a learner that a sequence of such samples and so many steps fits."""
    fits = isinstance(learner, (OnlineNetwork, ChunkedBPTT))
    expected = "an OnlineNetwork or ChunkedBPTT"
    _checks.require(fits, "learner", type(learner).__name__, expected)
    for size in sample:
        _checks.whole("inputs", size)
    _checks.whole("steps", steps)
    axes = learner._axes()
    fits = len(axes) != 1 or "…" in axes or sample == list(axes)  # images are checked at the start
    came = ", ".join(map(str, sample))
    _checks.require(fits, "inputs", came, f"{axes[0]}, those of the learner's network")
    horizon = getattr(learner, "horizon", None)
    if horizon is not None and steps > horizon:
        _checks.fail("steps", steps, f"at most {horizon}, the learner's horizon")


def _most_in_windows(learner: ChunkedBPTT, silence: Tensor, steps: int, labels: Tensor) -> int:
    """Return the most bytes at the end of a window; every window comes in memory of its own."""
    held = [synapses.weights for synapses, _ in learner.pairs]
    later = [
        weights.weight for at, weights in enumerate(held) if at or isinstance(weights, nn.Conv2d)
    ]
    weights = _bytes(later)  # autograd keeps them as well
    most = 0
    learner.start(silence)
    for before in range(0, steps, learner.window):
        window = torch.zeros(min(learner.window, steps - before), *silence.shape)
        with SavedBytes() as saved:
            for tensor in (learner.counts, *learner.states):
                if tensor is not None:
                    saved.note(tensor)
            learner.advance(window, labels)
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
