"""Decoders: scores ``[B, C]`` from an output over time; the highest one is the answer.

Scores are float32, or float64 where the output is. All take `lengths`: integers ``[B]`` in [1, T],
for sequences that are padded at the end; each sample is then read as if the padding had not come. A
`ValueError` says what does not fit.
"""

import torch
from torch import Tensor

from .. import _checks
from ..precision import wide
from .padding import fill_padding, require_output


def spike_count(spikes: Tensor, *, lengths: Tensor | None = None) -> Tensor:
    """Score each class by the number of its spikes: ``[T, B, C]`` → ``[B, C]`` in [0, T].

    >>> spike_count(torch.ones(3, 1, 2))
    tensor([[3., 3.]])
    >>> spike_count(torch.ones(3, 2, 1), lengths=torch.tensor([3, 2])).flatten()
    tensor([3., 2.])
    """
    require_output("spikes", spikes)
    return _summed(spikes, lengths)


def first_spike(spikes: Tensor, *, lengths: Tensor | None = None) -> Tensor:
    """Score each class by how early it spikes: ``[T, B, C]`` → ``[B, C]`` in [-T, 0].

    The score is minus the first step; for silence it is -T, or minus the length of the sample. The
    step of the first spike is ``sum over t of (1 - z[0]) ... (1 - z[t])``, linear in every single
    spike. So the gradient by ``z[t]`` is what adding or removing that spike does to the score. It
    compares classes: the score of a single output neuron is never above 0.

    >>> first_spike(torch.tensor([[0.0, 1.0, 0.0], [1.0, 1.0, 0.0]]).unsqueeze(1))
    tensor([[-1., -0., -2.]])
    """
    require_output("spikes", spikes)
    spikes = spikes.to(wide(spikes))
    if lengths is not None:
        spikes = fill_padding(spikes, lengths, 1.0)  # at its end all silence ends
    silent_so_far = (1 - spikes).cumprod(0)
    return -silent_so_far.sum(0)


def population_count(spikes: Tensor, classes: int, *, lengths: Tensor | None = None) -> Tensor:
    """Score each class by the spikes of its whole population.

    ``[T, B, classes * P]`` → ``[B, classes]`` in [0, T * P]. The P neurons of a class stand next to
    each other: neuron p of class c has index ``c * P + p``.

    >>> population_count(torch.ones(3, 1, 4), classes=2)
    tensor([[6., 6.]])
    """
    require_output("spikes", spikes)
    _checks.whole("classes", classes)
    neurons = spikes.shape[2]
    if neurons % classes:
        _checks.fail("spikes", f"{neurons} neurons", f"a multiple of {classes} classes")
    counts = _summed(spikes, lengths)
    return torch.unflatten(counts, 1, (classes, -1)).sum(2)


def max_membrane(membrane: Tensor, *, lengths: Tensor | None = None) -> Tensor:
    """Score each class by its highest membrane: ``[T, B, C]`` → ``[B, C]``.

    >>> max_membrane(torch.tensor([[0.5, -1.0], [0.2, 0.1]]).unsqueeze(1))
    tensor([[0.5000, 0.1000]])
    """
    require_output("membrane", membrane)
    if lengths is not None:
        membrane = fill_padding(membrane, lengths, -torch.inf)
    return membrane.amax(0).to(wide(membrane))


def summed_membrane(membrane: Tensor, *, lengths: Tensor | None = None) -> Tensor:
    """Score each class by its membrane summed over time: ``[T, B, C]`` → ``[B, C]``.

    >>> summed_membrane(torch.tensor([[0.5, -1.0], [0.5, 0.5]]).unsqueeze(1))
    tensor([[ 1.0000, -0.5000]])
    """
    require_output("membrane", membrane)
    return _summed(membrane, lengths)


def _summed(output: Tensor, lengths: Tensor | None) -> Tensor:
    """Return the sum over the steps of each sample, in float32 or better."""
    if lengths is not None:
        output = fill_padding(output, lengths, 0.0)
    return output.sum(0, dtype=wide(output))
