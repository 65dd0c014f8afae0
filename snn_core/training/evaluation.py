"""Evaluate a network on values that an encoder turns into spikes, batch by batch."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ..encoding import Encoder
from ..losses import Decoder, count_cross_entropy
from . import doors
from .batches import Batches, Loader, on_device_of, to_evaluate_on
from .samples import Lengths
from .update import Judge, count_right, run

Measure = Callable[[Tensor, Tensor, Lengths], float]  # of an output, its labels and lengths


def identity(values: Tensor) -> Tensor:
    """Return the values as they are: for data ``[B, …]`` that a network encodes itself."""
    return values


def evaluate(
    network: nn.Module,
    values: Tensor | Loader,
    labels: Tensor | None = None,
    *,
    lengths: Tensor | None = None,
    encode: Encoder = identity,
    decode: Decoder = count_cross_entropy.decode,
    batch_size: int | None = None,
) -> float:
    """Return the accuracy of `network` on all samples, in [0, 1]; no parameter changes.

    Args:
        network: maps an encoded batch ``[T, B, …]`` to an output ``[T, B, C]``; run in evaluation
            mode.
        values, labels, lengths: those of `fit`: ``[samples, …]`` and integers ``[samples]``, or an
            iterable of batches. Each is moved to the device of the network's first parameter.
        encode: turns a batch of values into input ``[T, B, …]``.
        decode: turns an output into scores ``[B, C]``, a decoder from `losses`.
        batch_size: at least 1; 500 if None.

    Raises:
        ValueError: if values, labels and lengths do not fit each other, `batch_size` is below 1 or
            comes beside a loader, this one yields no batch, a function or the network returns what
            it should not, or the network repeats over time what has a time axis already.
    """
    batches = to_evaluate_on(values, labels, lengths, batch_size)
    doors.require_network(network)
    doors.require_functions(encode=encode, decode=decode)
    if batches.has_lengths:
        doors.require_lengths_taken(decode=decode)
    return accuracy_on(network, batches, encode, decode)


def accuracy_on(network: nn.Module, batches: Batches, encode: Encoder, decode: Decoder) -> float:
    """Do what `evaluate` does, for arguments that are checked."""

    def right(output: Tensor, labels: Tensor, given: Lengths) -> float:
        return count_right(decode, output, labels, given)

    return _mean_on(network, batches, encode, right)


def loss_on(network: nn.Module, batches: Batches, encode: Encoder, judge: Judge) -> float:
    """Return the mean loss on all samples, those of a batch each counted with the batch's loss."""

    def added(output: Tensor, labels: Tensor, given: Lengths) -> float:
        value, _ = judge(output, labels, given)
        mean = value.item()
        return mean * len(labels)

    return _mean_on(network, batches, encode, added)


@torch.no_grad()
def _mean_on(network: nn.Module, batches: Batches, encode: Encoder, measure: Measure) -> float:
    """Return the mean over samples of what is measured batch by batch, in evaluation mode."""
    modes = {module: module.training for module in network.modules()}
    network.eval()
    total = 0.0
    samples = 0
    try:
        for values, labels, given in on_device_of(network, batches):
            output = run(network, encode, values, len(labels))
            total += measure(output, labels, given)
            samples += len(labels)
    finally:
        for module, mode in modes.items():  # one by one: some may have been in that mode before
            module.training = mode
    return total / samples
