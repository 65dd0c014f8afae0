"""Train and evaluate a network on values that an encoder turns into spikes, batch by batch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch
from torch import Generator, Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import OneCycleLR
from tqdm.auto import tqdm

from . import _checks
from .encoding import Encoder
from .layers import require_order
from .losses import Objective, count_cross_entropy, predict
from .neurons import SpikingNeuron

Decoder = Callable[[Tensor], Tensor]
Penalty = Callable[[list[Tensor]], Tensor]


@dataclass
class History:
    """What happened during `fit`: one loss per batch, one accuracy per epoch (in [0, 1])."""

    loss: list[float] = field(default_factory=list)
    train_accuracy: list[float] = field(default_factory=list)
    test_accuracy: list[float] = field(default_factory=list)
    batches_per_epoch: int = 1


def seeded(seed: int) -> Generator:
    """Return a CPU generator with this seed, and give the same seed to PyTorch's initialisation.

    Both then draw the same numbers. Where that could matter, as for a first layer of weights and
    the spikes that come right after them, draw something in between, or give the spikes a generator
    with another seed.

    >>> torch.rand(1, generator=seeded(1)).item() == torch.rand(1, generator=seeded(1)).item()
    True
    """
    torch.manual_seed(seed)
    return torch.Generator().manual_seed(seed)


def one_cycle(optimizer: Optimizer, lr: float, updates: int) -> OneCycleLR:
    """Return a schedule of one cycle: the learning rate rises to `lr` and falls to nearly 0.

    It starts at ``lr / 25``, is at its highest after three tenths of the updates, and ends at
    ``lr / 250000``, along half-waves of a cosine. The momentum, or the first beta of Adam, goes the
    other way, from 0.95 to 0.85 and back.

    Args:
        optimizer: with a momentum or betas; call the schedule's `step` after each of its updates.
        lr: the highest learning rate, above 0; it takes the place of the one that the optimizer was
            made with.
        updates: how many there will be, at least 1; a further `step` is an error.

    Raises:
        ValueError: for values outside these ranges, or an optimizer without a momentum.

    Reference: Smith, Topin 2019 (super-convergence).

    >>> adam = torch.optim.Adam([nn.Parameter(torch.zeros(1))])
    >>> schedule = one_cycle(adam, lr=0.05, updates=100)
    >>> round(adam.param_groups[0]["lr"], 6)  # at first
    0.002
    """
    _checks.require(
        isinstance(optimizer, Optimizer),
        "optimizer",
        type(optimizer).__name__,
        "an optimizer of PyTorch",
    )
    _checks.number("lr", lr, 0)
    _checks.whole("updates", updates)
    has_momentum = "momentum" in optimizer.defaults or "betas" in optimizer.defaults
    _checks.require(
        has_momentum, "optimizer", type(optimizer).__name__, "one with a momentum or betas"
    )
    return OneCycleLR(optimizer, lr, total_steps=updates)


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
    decode = decode or getattr(getattr(loss, "func", loss), "decode", None)
    _checks.require(
        decode is not None, "decode", None, "a decoder from `losses`, since this loss names none"
    )
    optimizer = torch.optim.Adam(network.parameters()) if optimizer is None else optimizer
    history = History()
    with tqdm(total=epochs, unit="epoch", leave=False, disable=not progress) as bar:
        for _ in range(epochs):
            network.train()
            order = torch.randperm(len(values), generator=generator)
            batches = _batches(values, labels, order, batch_size)
            _epoch(network, batches, encode, loss, decode, penalty, optimizer, after_batch, history)
            if test is not None:
                history.test_accuracy.append(evaluate(network, *test, encode=encode, decode=decode))
            bar.set_postfix(
                loss=f"{history.loss[-1]:.3f}", train=f"{history.train_accuracy[-1]:.1%}"
            )
            bar.update()
    return history


def _epoch(
    network, batches, encode, loss, decode, penalty, optimizer, after_batch, history
) -> None:
    right = total = steps = 0
    for batch, batch_labels in batches:
        with watch_spikes(network) as spikes:
            output = network(encode(batch))
        value = loss(output, batch_labels)
        if penalty is not None:
            value = value + penalty(spikes)
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        if after_batch is not None:
            after_batch()
        history.loss.append(value.item())
        right += (predict(decode(output.detach())) == batch_labels).sum().item()
        total, steps = total + len(batch), steps + 1
    history.train_accuracy.append(right / total)
    history.batches_per_epoch = steps


@contextmanager
def watch_spikes(network: nn.Module) -> Iterator[list[Tensor]]:
    """Collect the spikes of every spiking layer that runs inside the block, in that order.

    >>> from snn_core import LIF
    >>> with watch_spikes(layer := LIF()) as spikes:
    ...     _ = layer(torch.ones(4, 2, 3))
    >>> [list(layer.shape) for layer in spikes]
    [[4, 2, 3]]
    """
    spikes: list[Tensor] = []

    def keep(_, __, output):
        spikes.append(output if isinstance(output, Tensor) else output.spikes)

    layers = [layer for layer in network.modules() if isinstance(layer, SpikingNeuron)]
    handles = [layer.register_forward_hook(keep) for layer in layers]
    try:
        yield spikes
    finally:
        for handle in handles:
            handle.remove()


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
    right = sum(
        (predict(decode(network(encode(batch)))) == batch_labels).sum().item()
        for batch, batch_labels in _batches(values, labels, torch.arange(len(values)), batch_size)
    )
    for (
        module,
        training,
    ) in modes.items():  # one by one: some layers may have been in evaluation mode before
        module.training = training
    return right / len(labels)


def _check_samples(values: Tensor, labels: Tensor, batch_size: int) -> None:
    _checks.whole("batch_size", batch_size)
    _checks.require(isinstance(values, Tensor), "values", type(values).__name__, "a torch tensor")
    _checks.require(isinstance(labels, Tensor), "labels", type(labels).__name__, "a torch tensor")
    _checks.require(len(values) > 0, "values", f"shape {list(values.shape)}", "at least one sample")
    _checks.require(
        labels.shape == values.shape[:1],
        "labels",
        f"shape {list(labels.shape)}",
        f"[{len(values)}]",
    )


def _batches(
    values: Tensor, labels: Tensor, order: Tensor, batch_size: int
) -> Iterator[tuple[Tensor, Tensor]]:
    for chosen in order.to(values.device).split(batch_size):
        yield values[chosen], labels[chosen]
