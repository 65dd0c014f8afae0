"""Train and evaluate a network on values that an encoder turns into spikes, batch by batch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import torch
from torch import Generator, Tensor, nn
from torch.optim import Adam, Optimizer
from tqdm.auto import tqdm

from .. import _checks
from ..encoding import Encoder
from ..layers import require_order
from ..losses import Objective, count_cross_entropy, predict
from .update import Decoder, Penalty, Update, kind_of


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
    encode: Encoder = identity,
    loss: Objective = count_cross_entropy,
    decode: Decoder | None = None,
    penalty: Penalty | None = None,
    optimizer: Optimizer | None = None,
    epochs: int = 5,
    batch_size: int = 128,
    test: tuple[Tensor, Tensor] | None = None,
    after_batch: Callable[[], None] | None = None,
    generator: Generator | None = None,
    progress: bool = True,
) -> History:
    """Train `network` with backpropagation through time.

    Args:
        network: maps an encoded batch ``[T, B, …]`` to an output ``[T, B, C]``.
        values: ``[samples, …]``, what `encode` takes.
        labels: integers ``[samples]`` in [0, C).
        encode: turns a batch of values ``[B, …]`` into input ``[T, B, …]``; called anew for every
            batch.
        loss: an objective from `losses`, with `functools.partial` for its options, or one of your
            own.
        decode: turns an output into scores ``[B, C]``, which the accuracy is read from; that of the
            objective if None.
        penalty: added to the loss: a scalar from a list of every spiking layer's spikes
            ``[T, B, …]``, input to output.
        optimizer: Adam with its defaults if None.
        epochs, batch_size: at least 1.
        test: (values, labels) to evaluate on after each epoch; nothing is chosen by it.
        after_batch: called after each optimiser step, for example to step a learning-rate schedule.
        generator: shuffles the samples anew for every epoch; PyTorch's own if None.
        progress: show a progress bar.

    Returns:
        A `History`.

    Raises:
        ValueError: if values and labels differ in number, a number is out of range, an objective of
            your own comes without `decode`, or the network repeats over time what has a time axis
            already.

    Reference: Neftci et al. 2019, section IV.
    """
    _check_samples(values, labels, batch_size)
    require_order(network)
    _checks.whole("epochs", epochs)
    if decode is None:
        decode = getattr(kind_of(loss), "decode", None)
    _checks.require(decode is not None, "decode", None, "a decoder, since this loss names none")
    if optimizer is None:
        optimizer = Adam(network.parameters())
    update = Update(network, encode, loss, decode, penalty, optimizer, after_batch)
    history = History()
    with tqdm(total=epochs, unit="epoch", leave=False, disable=not progress) as bar:
        for _ in range(epochs):
            network.train()
            order = torch.randperm(len(values), generator=generator)
            batches = _batches(values, labels, order, batch_size)
            losses, right = zip(*(update(*batch) for batch in batches), strict=True)
            history.loss += losses
            history.train_accuracy.append(sum(right) / len(values))
            history.batches_per_epoch = len(losses)
            if test is not None:
                history.test_accuracy.append(evaluate(network, *test, encode=encode, decode=decode))
            bar.set_postfix_str(history.last())
            bar.update()
    return history


@torch.no_grad()
def evaluate(
    network: nn.Module,
    values: Tensor,
    labels: Tensor,
    *,
    encode: Encoder = identity,
    decode: Decoder = count_cross_entropy.decode,
    batch_size: int = 500,
) -> float:
    """Return the accuracy of `network` on all samples, in [0, 1]; no parameter changes.

    Args:
        network: maps an encoded batch ``[T, B, …]`` to an output ``[T, B, C]``; run in evaluation
            mode.
        values: ``[samples, …]``, what `encode` takes.
        labels: integers ``[samples]``.
        encode: turns a batch of values into input ``[T, B, …]``.
        decode: turns an output into scores ``[B, C]``, a decoder from `losses`.
        batch_size: at least 1.

    Raises:
        ValueError: if values and labels differ in number, `batch_size` is below 1, or the network
            repeats over time what has a time axis already.
    """
    _check_samples(values, labels, batch_size)
    require_order(network)
    modes = {module: module.training for module in network.modules()}
    network.eval()
    right = 0
    for batch, batch_labels in _batches(values, labels, torch.arange(len(values)), batch_size):
        scores = decode(network(encode(batch)))
        right += (predict(scores) == batch_labels).sum().item()
    for module, mode in modes.items():  # one by one: some may have been in evaluation mode before
        module.training = mode
    return right / len(labels)


def _check_samples(values: Tensor, labels: Tensor, batch_size: int) -> None:
    """Require values and labels of the same number of samples, at least one."""
    _checks.whole("batch_size", batch_size)
    for name, got in {"values": values, "labels": labels}.items():
        _checks.require(isinstance(got, Tensor), name, type(got).__name__, "a torch tensor")
    samples = len(values)
    _checks.require(samples > 0, "values", f"shape {list(values.shape)}", "at least one sample")
    _checks.shape("labels", labels, [samples])


def _batches(
    values: Tensor, labels: Tensor, order: Tensor, batch_size: int
) -> Iterator[tuple[Tensor, Tensor]]:
    """Yield values and labels of one batch after the other, in this order."""
    for chosen in order.to(values.device).split(batch_size):
        yield values[chosen], labels[chosen]
