"""Train and evaluate a network on values that an encoder turns into spikes, batch by batch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import torch
from torch import Generator, Tensor, nn
from torch.optim import Optimizer
from tqdm.auto import tqdm

from .. import _checks
from ..encoding import Encoder
from ..losses import Decoder, Objective, count_cross_entropy
from . import doors
from .samples import Samples, test_samples
from .update import Penalty, Update, count_right, judge_of, run


@dataclass
class History:
    """What happened during `fit`: one loss per batch, one accuracy per epoch (in [0, 1])."""

    loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    batches_per_epoch: int = 1

    def last(self) -> str:
        """Say the last loss and accuracy in one line."""
        return f"loss={self.loss[-1]:.3f}, train={self.train_accuracy[-1]:.1%}"


def identity(values: Tensor) -> Tensor:
    """Return the values as they are: for data ``[B, …]`` that a network encodes itself."""
    return values


def fit(
    network: nn.Module,
    values: Tensor,
    labels: Tensor,
    *,
    lengths: Tensor | None = None,
    encode: Encoder = identity,
    loss: Objective = count_cross_entropy,
    decode: Decoder | None = None,
    penalty: Penalty | None = None,
    optimizer: Optimizer | None = None,
    epochs: int = 5,
    batch_size: int = 128,
    test: tuple[Tensor, ...] | None = None,
    after_batch: Callable[[], None] | None = None,
    generator: Generator | None = None,
    progress: bool = True,
) -> History:
    """Train `network` with backpropagation through time.

    Args:
        network: maps an encoded batch ``[T, B, …]`` to an output ``[T, B, C]``.
        values: ``[samples, …]``, what `encode` takes.
        labels: integers ``[samples]`` in [0, C), for a single output neuron 0 or 1.
        lengths: integers ``[samples]``, the steps of each sample, if they are padded at the end to
            a common number; handed on to `loss` and `decode`, batch by batch, as `lengths`.
        encode: turns a batch of values ``[B, …]`` into input ``[T, B, …]``; called anew for every
            batch.
        loss: an objective from `losses`, with `functools.partial` for its options, or a function of
            your own: (output, labels) to a scalar. Those of `losses` compare classes; for a single
            output neuron, write one such as the binary cross-entropy of its score.
        decode: turns an output into scores ``[B, C]``, which the accuracy is read from as `predict`
            does; that of the objective if None.
        penalty: added to the loss: a scalar from a list of every spiking layer's spikes
            ``[T, B, …]``, input to output; after the end of a sample they are 0.
        optimizer: of the network's parameters; Adam with its defaults if None.
        epochs, batch_size: at least 1.
        test: (values, labels), or (values, labels, lengths), to evaluate on after each epoch;
            nothing is chosen by it.
        after_batch: called after each optimiser step, for example to step a learning-rate schedule.
        generator: shuffles the samples anew for every epoch; PyTorch's own if None.
        progress: show a progress bar.

    Returns:
        A `History`.

    Raises:
        ValueError: if values, labels and lengths do not fit each other, a number is out of range,
            an objective of your own comes without `decode`, a function or the network returns what
            it should not, the optimizer belongs to another network, or this one repeats over time
            what has a time axis already.

    Reference: Neftci et al. 2019, section IV.
    """
    samples = Samples(values, labels, lengths)
    held_out = test_samples(test)
    doors.require_network(network)
    doors.require_functions(encode=encode, loss=loss)
    decode = doors.decoder_of(loss, decode)
    optional = {"penalty": penalty, "after_batch": after_batch}
    doors.require_functions(**{name: one for name, one in optional.items() if one is not None})
    if lengths is not None:
        doors.require_lengths_taken(loss=loss, decode=decode)
    if held_out is not None and held_out.lengths is not None:
        doors.require_lengths_taken(decode=decode)
    doors.require_generator(generator)
    _checks.whole("epochs", epochs)
    _checks.whole("batch_size", batch_size)
    optimizer = doors.optimizer_of(network, optimizer)
    judge = judge_of(loss, decode)
    update = Update(network, encode, judge, penalty, optimizer, after_batch)
    history = History()
    with tqdm(total=epochs, unit="epoch", leave=False, disable=not progress) as bar:
        for _ in range(epochs):
            order = torch.randperm(len(samples), generator=generator)
            _train_once(update, samples, torch.split(order, batch_size), history)
            if held_out is not None:
                history.test_accuracy.append(_share_right(network, held_out, encode, decode))
            bar.set_postfix_str(history.last())
            bar.update()
    return history


def _train_once(
    update: Update, samples: Samples, parts: Sequence[Tensor], history: History
) -> None:
    """Train on every part of the samples once, and write down what happened."""
    update.network.train()
    losses, right = zip(*map(update, map(samples.batch, parts)), strict=True)
    history.loss += losses
    history.train_accuracy.append(sum(right) / len(samples))
    history.batches_per_epoch = len(losses)


def evaluate(
    network: nn.Module,
    values: Tensor,
    labels: Tensor,
    *,
    lengths: Tensor | None = None,
    encode: Encoder = identity,
    decode: Decoder = count_cross_entropy.decode,
    batch_size: int = 500,
) -> float:
    """Return the accuracy of `network` on all samples, in [0, 1]; no parameter changes.

    Args:
        network: maps an encoded batch ``[T, B, …]`` to an output ``[T, B, C]``; run in evaluation
            mode.
        values: ``[samples, …]``, what `encode` takes.
        labels: integers ``[samples]`` in [0, C), for a single output neuron 0 or 1.
        lengths: integers ``[samples]``, the steps of each sample, if they are padded at the end to
            a common number; handed on to `decode`, batch by batch, as `lengths`.
        encode: turns a batch of values into input ``[T, B, …]``.
        decode: turns an output into scores ``[B, C]``, a decoder from `losses`.
        batch_size: at least 1.

    Raises:
        ValueError: if values, labels and lengths do not fit each other, `batch_size` is below 1, a
            function or the network returns what it should not, or the network repeats over time
            what has a time axis already.
    """
    samples = Samples(values, labels, lengths)
    doors.require_network(network)
    doors.require_functions(encode=encode, decode=decode)
    if lengths is not None:
        doors.require_lengths_taken(decode=decode)
    _checks.whole("batch_size", batch_size)
    return _share_right(network, samples, encode, decode, batch_size)


@torch.no_grad()
def _share_right(
    network: nn.Module, samples: Samples, encode: Encoder, decode: Decoder, batch_size: int = 500
) -> float:
    """Do what `evaluate` does, for arguments that are checked."""
    modes = {module: module.training for module in network.modules()}
    network.eval()
    right = 0
    try:
        for part in torch.split(torch.arange(len(samples)), batch_size):
            values, labels, given = samples.batch(part)
            output = run(network, encode, values)
            right += count_right(decode, output, labels, given)
    finally:
        for module, mode in modes.items():  # one by one: some may have been in that mode before
            module.training = mode
    return right / len(samples)
