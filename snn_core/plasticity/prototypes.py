"""What winners of a competition learn: weights like their inputs, thresholds like their wins."""

from torch import Tensor, nn

from .. import _checks
from ..neurons import leaky_step
from . import _doors
from .bounds import LARGEST


def trace_stdp(
    weight: Tensor,
    trace: Tensor,
    spikes: Tensor,
    *,
    lr: float,
    scale: float = 0.18,
    normalise: bool = True,
) -> Tensor:
    """Move the weights of every neuron that spiked towards the presynaptic traces at its spikes.

    For one postsynaptic spike, ``dw = lr * (scale * trace - w)``; for several in the batch, with
    their mean trace. Then each moved row is divided by its Euclidean length, if `normalise`.

    Args:
        weight: ``[M, N]``.
        trace: presynaptic traces, ``[T, B, N]``.
        spikes: postsynaptic spikes, ``[T, B, M]``.
        lr: learning rate in (0, 1].
        scale: what a trace of 1 asks the weight to be, above 0.
        normalise: keep the rows at length 1.

    Returns:
        The new weights, ``[M, N]``, in float32, or float64 where anything is that came in.

    Raises:
        ValueError: if the shapes do not fit, a number is out of range, spikes are below 0, or NaN.

    Reference: Querlioz et al. 2013 and Diehl, Cook 2015, for rules that act at postsynaptic spikes
    only.

    >>> import torch
    >>> weight, trace = torch.tensor([[1.0, 0.0]]), torch.tensor([[[0.0, 1.0]]])
    >>> trace_stdp(weight, trace, torch.ones(1, 1, 1), lr=0.5, scale=1.0)
    tensor([[0.7071, 0.7071]])
    """
    _checks.number("lr", lr, 0, 1)
    _checks.number("scale", scale, 0, LARGEST)
    _checks.require(isinstance(normalise, bool), "normalise", repr(normalise), "True or False")
    _doors.finite_floats("weight", weight, "[M, N]")
    _doors.finite_floats("trace", trace, "[T, B, N]")
    _doors.at_least_0("spikes", spikes, "[T, B, M]")
    _checks.shape("trace", trace, [*spikes.shape[:2], weight.shape[1]])
    _checks.shape("spikes", spikes, [*trace.shape[:2], weight.shape[0]])
    dtype = _doors.widest(weight, trace, spikes)
    with _doors.exactly(weight):
        return toward(weight.to(dtype), trace.to(dtype), spikes.to(dtype), lr, scale, normalise)


def toward(
    weight: Tensor, trace: Tensor, spikes: Tensor, lr: float, scale: float, normalise: bool
) -> Tensor:
    """Return what `trace_stdp` does, for tensors of one dtype that are known to fit."""
    after = spikes.flatten(0, 1)
    before = trace.flatten(0, 1)
    number = after.sum(0)
    moved = number.nonzero().flatten()
    summed = after.to_sparse().t() @ before  # spikes are few
    mean = summed[moved] / number[moved].unsqueeze(1)
    rows = leaky_step(lr * scale * mean, weight[moved], 1 - lr)
    if normalise:
        rows = nn.functional.normalize(rows, dim=1)
    return weight.index_copy(0, moved, rows)


def adapt_thresholds(
    threshold: Tensor, spikes: Tensor, *, target: float = 3.0, lr: float = 0.02
) -> Tensor:
    """Raise the threshold of a neuron that spiked more than its share; lower the others'.

    Args:
        threshold: ``[M]``.
        spikes: ``[T, B, M]``.
        target: spikes of the whole layer per image; the share of a neuron in the batch is
            ``target * B / M``.
        lr: change of the threshold per spike above the share, at least 0.

    Returns:
        The new thresholds, ``[M]``, in float32, or float64 where anything is that came in.

    Raises:
        ValueError: if the shapes do not fit, a number is out of range, or NaN.

    >>> import torch
    >>> spikes = torch.tensor([[[1.0, 0.0]], [[1.0, 0.0]]])
    >>> adapt_thresholds(torch.ones(2), spikes, target=2.0, lr=0.1)
    tensor([1.1000, 0.9000])
    """
    _checks.number("target", target, 0, LARGEST)
    _checks.number("lr", lr, 0, LARGEST, open_low=False)
    _doors.finite_floats("threshold", threshold, "[M]")
    _doors.finite_floats("spikes", spikes, "[T, B, M]")
    _checks.shape("spikes", spikes, [*spikes.shape[:2], len(threshold)])
    _checks.require(len(threshold) > 0, "threshold", "shape [0]", "at least one neuron")
    share = target * spikes.shape[1] / len(threshold)
    dtype = _doors.widest(threshold, spikes)
    return threshold.to(dtype) + lr * (spikes.sum((0, 1), dtype=dtype) - share)
