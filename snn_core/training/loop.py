"""Train a network on values that an encoder turns into spikes, batch by batch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from torch import Generator, Tensor, nn
from torch.optim import Optimizer
from tqdm.auto import tqdm

from .. import _checks
from ..encoding import Encoder
from ..losses import Decoder, Objective, count_cross_entropy
from . import doors
from .batches import Batches, Loader, on_device_of, to_test_on, to_train_on
from .evaluation import accuracy_on, identity, loss_on
from .history import History
from .learners import Learner, lesson_of
from .update import Backpropagation, Judge, Penalty, Rule, Update, judge_of


def fit(
    network: nn.Module,
    values: Tensor | Loader,
    labels: Tensor | None = None,
    *,
    lengths: Tensor | None = None,
    encode: Encoder = identity,
    loss: Objective = count_cross_entropy,
    decode: Decoder | None = None,
    penalty: Penalty | None = None,
    learner: Learner | None = None,
    optimizer: Optimizer | None = None,
    epochs: int = 5,
    batch_size: int | None = None,
    test: tuple[Tensor, ...] | Loader | None = None,
    accuracy: bool = True,
    before_step: Callable[[], object] | None = None,
    after_batch: Callable[[], None] | None = None,
    after_epoch: Callable[[History], object] | None = None,
    generator: Generator | None = None,
    progress: bool = True,
) -> History:
    """Train `network` with backpropagation through time, or with another learner.

    Each batch is moved to the device of the network's first parameter before it is encoded.

    Args:
        network: maps an encoded batch ``[T, B, …]`` to an output ``[T, B, C]``; or to named tensors
            such as `Signals`, which `loss` and `decode` read.
        values: ``[samples, …]``, what `encode` takes; or, without `labels`, an iterable of batches
            (values ``[B, …]``, labels ``[B]``), maybe with lengths as a third, that begins anew in
            every epoch, such as a ``DataLoader``. Time may come first in it, ``[T, B, …]``.
        labels: integers ``[samples]`` in [0, C), for a single output neuron 0 or 1; without
            `accuracy`, targets of any kind, ``[samples, …]``, such as values to be reached.
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
        learner: learns in place of backpropagation; `loss` is then measured only. One with
            ``run(inputs, labels)``, such as `OnlineNetwork`, adds gradients for the optimizer; one
            with ``learn(inputs, labels)``, such as `MembraneLearner`, moves the weights itself.
        optimizer: of the network's parameters; Adam with its defaults if None. Not for a learner
            that moves the weights itself.
        epochs: at least 1.
        batch_size: at least 1; 128 if None.
        test: (values, labels), or (values, labels, lengths), or an iterable of batches, to evaluate
            on after each epoch; nothing is chosen by it.
        accuracy: measure it; if False, labels are for the loss only, nothing is decoded, and the
            loss is what is measured on `test`, without the penalty.
        before_step: called before each optimiser step, for example to clip the gradients.
        after_batch: called after each optimiser step, for example to step a learning-rate schedule.
        after_epoch: called after each epoch with the `History` so far, for example to save the
            network; if it returns True, the training ends.
        generator: shuffles the samples anew for every epoch; PyTorch's own if None. The order of a
            loader is its own.
        progress: show a progress bar.

    Returns:
        A `History`.

    Raises:
        ValueError: if values, labels and lengths do not fit each other, a number is out of range,
            an objective of your own comes without `decode`, a function or the network returns what
            it should not, the loss is not finite, the optimizer or learner belongs to another
            network, this one repeats over time what has a time axis already, a loader yields no
            batches or is used up after one epoch, or comes beside what it has itself, or something
            comes that is not used. A note says how many updates were made before, if there were
            some.

    Reference: Neftci et al. 2019, section IV.

    >>> import torch, snn_core
    >>> network = nn.Sequential(nn.Linear(3, 2), snn_core.LIF())
    >>> batches = [(torch.ones(5, 2, 3), torch.tensor([0, 1]))]  # of two samples, time first
    >>> len(fit(network, batches, epochs=2, progress=False).loss)
    2
    """
    _checks.whole("epochs", epochs)
    _checks.flag("accuracy", accuracy)
    if not accuracy:
        doors.require_none("accuracy", decode=decode)
    train = to_train_on(values, labels, lengths, batch_size, generator, epochs, accuracy)
    held_out = to_test_on(test, epochs, accuracy)
    doors.require_network(network)
    doors.require_functions(encode=encode, loss=loss)
    doors.require_optional(penalty=penalty, before_step=before_step)
    doors.require_optional(after_batch=after_batch, after_epoch=after_epoch)
    decode = doors.decoder_of(loss, decode) if accuracy else None
    if train.has_lengths:
        doors.require_lengths_taken(loss=loss, decode=decode)
    if held_out is not None and held_out.has_lengths:
        doors.require_lengths_taken(decode=decode, loss=None if accuracy else loss)
    judge = judge_of(loss, decode)
    rule, optimizer = _rule_of(learner, network, optimizer, encode, judge, penalty)
    if optimizer is None:
        doors.require_none("an optimizer", before_step=before_step)
    update = Update(network, rule, optimizer, before_step, after_batch)
    history = History()
    with tqdm(total=epochs, unit="epoch", leave=False, disable=not progress) as bar, _told(history):
        for _ in range(epochs):
            _train_once(update, train, history, accuracy)
            _test(network, held_out, history, encode, judge, decode)
            bar.set_postfix_str(history.last())
            bar.update()
            if after_epoch is not None and after_epoch(history) is True:
                break
    return history


def _rule_of(
    learner: Learner | None,
    network: nn.Module,
    optimizer: Optimizer | None,
    encode: Encoder,
    judge: Judge,
    penalty: Penalty | None,
) -> tuple[Rule, Optimizer | None]:
    """Return what learns from a batch, and the optimizer that moves the weights, if one does."""
    if learner is not None:
        return lesson_of(learner, network, optimizer, encode, judge, penalty)
    return Backpropagation(network, encode, judge, penalty), doors.optimizer_of(network, optimizer)


def _train_once(update: Update, batches: Batches, history: History, accuracy: bool) -> None:
    """Train on all batches once, and write down what happened."""
    update.network.train()
    right = samples = 0
    before = len(history.loss)
    for batch in on_device_of(update.network, batches):
        value, correct = update(batch)
        history.loss.append(value)
        right += correct
        samples += len(batch[1])
    if accuracy:
        history.train_accuracy.append(right / samples)
    history.batches_per_epoch = len(history.loss) - before


def _test(
    network: nn.Module,
    batches: Batches | None,
    history: History,
    encode: Encoder,
    judge: Judge,
    decode: Decoder | None,
) -> None:
    """Write down the accuracy on all batches, or the loss where nothing is decoded."""
    if batches is None:
        return
    if decode is None:
        mean = loss_on(network, batches, encode, judge)
        history.test_loss.append(mean)
    else:
        share = accuracy_on(network, batches, encode, decode)
        history.test_accuracy.append(share)


@contextmanager
def _told(history: History) -> Iterator[None]:
    """Let an error inside the block tell how many updates were made before it."""
    try:
        yield
    except Exception as error:
        if history.loss:
            error.add_note(f"The network is trained in part: by {len(history.loss)} updates.")
        raise
