"""What labels tell of neurons that learnt without them: their names, and votes for a class."""

import torch
from torch import Tensor, nn

from .. import _checks
from ..precision import wide
from . import _doors


def class_responses(counts: Tensor, labels: Tensor, classes: int = 10) -> Tensor:
    """Return the mean number of spikes of every neuron to every class.

    Args:
        counts: spikes per sample and neuron, ``[samples, M]``.
        labels: integers ``[samples]`` in [0, classes); every class at least once.
        classes: number of classes C.

    Returns:
        ``[M, C]``, at least 0.

    Raises:
        ValueError: for counts that are negative, infinite or NaN, labels that do not fit, or a
            class without a sample.

    >>> class_responses(torch.tensor([[4.0], [2.0], [1.0]]), torch.tensor([0, 0, 1]), classes=2)
    tensor([[3., 1.]])
    """
    counts = _counts(counts)
    _checks.whole("classes", classes)
    labels = _checks.labels("labels", labels, len(counts), classes)
    is_class = nn.functional.one_hot(labels, classes).to(counts.dtype)
    number = is_class.sum(0)
    missing = (number == 0).nonzero().flatten().tolist()
    expected = "at least one sample of every class"
    _checks.require(not missing, "labels", f"no sample of {missing}", expected)
    with _doors.exactly(counts):
        return counts.T @ is_class / number


def name_neurons(response: Tensor) -> Tensor:
    """Name each neuron after its strongest class: ``[M, C]`` → ``[M]``, -1 if it never spiked.

    Raises:
        ValueError: for responses that are no `class_responses`.

    >>> name_neurons(torch.tensor([[1.0, 3.0], [0.0, 0.0]]))
    tensor([ 1, -1])
    """
    _require_response(response)
    strongest, name = response.max(dim=1)
    return torch.where(strongest > 0, name, -1)


def named_scores(counts: Tensor, names: Tensor, classes: int = 10) -> Tensor:
    """Score each class by the mean spike count of the neurons named after it, 0 without one.

    Args:
        counts: spikes per sample and neuron, ``[samples, M]``.
        names: integers ``[M]`` from -1 (no name) to C - 1.
        classes: number of classes C.

    Returns:
        ``[samples, C]``.

    Raises:
        ValueError: if the shapes do not fit, or a name is out of range.

    Reference: Diehl, Cook 2015.

    >>> named_scores(torch.tensor([[4.0, 2.0, 1.0]]), torch.tensor([0, 0, 1]), classes=2)
    tensor([[3., 1.]])
    """
    counts = _counts(counts)
    _checks.whole("classes", classes)
    _checks.shape("names", names, counts.shape[1:])
    is_integer = names.dtype in _checks.INTEGERS
    _checks.require(is_integer, "names", str(names.dtype), "integers")
    names = names.long()  # an unsigned integer is never compared with -1
    if len(names):
        _checks.within("names", names, -1, classes - 1)
    members = nn.functional.one_hot(names + 1, classes + 1)[:, 1:].to(counts.dtype)
    number = members.sum(0).clamp(min=1)
    with _doors.exactly(counts):
        return counts @ members / number


def vote_scores(counts: Tensor, response: Tensor) -> Tensor:
    """Let every spike vote with the responses of its neuron to the classes, which sum to 1.

    Args:
        counts: spikes per sample and neuron, ``[samples, M]``.
        response: `class_responses`, ``[M, C]``.

    Returns:
        ``[samples, C]``; the scores of a sample sum to its spikes of neurons that have a response.

    Raises:
        ValueError: for counts or responses that are negative, infinite or NaN, or do not fit.

    >>> vote_scores(torch.tensor([[2.0, 1.0]]), torch.tensor([[3.0, 1.0], [0.0, 2.0]]))
    tensor([[1.5000, 1.5000]])
    """
    counts = _counts(counts)
    _require_response(response)
    neurons = counts.shape[1]
    came = list(response.shape)
    _checks.require(came[0] == neurons, "response", f"shape {came}", f"shape [{neurons}, C]")
    dtype = _doors.widest(counts, response)
    share = nn.functional.normalize(response.to(dtype), p=1, dim=1)
    with _doors.exactly(counts):
        return counts.to(dtype) @ share


def _counts(counts: Tensor) -> Tensor:
    """Require spikes per sample and neuron, ``[samples, M]``; return them in float32 or wider."""
    _doors.at_least_0("counts", counts, "[samples, M]")
    return counts.to(wide(counts))


def _require_response(response: Tensor) -> None:
    """Require mean spikes of every neuron to every class, ``[M, C]`` with C > 0."""
    _doors.at_least_0("response", response, "[M, C]")
    some = response.shape[1] > 0
    _checks.require(some, "response", f"shape {list(response.shape)}", "at least one class")
