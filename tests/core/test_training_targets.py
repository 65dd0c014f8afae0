"""`fit` towards targets that are no classes, and what it calls on its way."""

import pytest
import torch
from torch import nn
from torch.nn.functional import mse_loss
from torch.nn.utils import clip_grad_norm_
from torch.optim import SGD
from torch.utils.data import DataLoader, TensorDataset

from snn_core import LIF, LeakyIntegrator
from snn_core.membrane_signals import MembraneLearner, count_scores, membrane_network, signal_loss
from snn_core.training import fit, seed_torch

T = 9
SEQUENCES = torch.rand(20, T, 4, generator=torch.Generator().manual_seed(1))
WAVES = torch.sin(torch.linspace(0, 6, T)).expand(20, T) * SEQUENCES.mean((1, 2))[:, None]
LABELS = torch.arange(20) % 2


def network():
    seed_torch(3)
    net = nn.Sequential(nn.Linear(4, 9), LIF(), nn.Linear(9, 1), LeakyIntegrator(3.0))
    net[0].weight.data *= 3
    return net


def time_first(values):
    return values.transpose(0, 1)


def distance(output, waves):
    """Compare a membrane ``[T, B, 1]`` with targets ``[B, T]``."""
    return mse_loss(output.squeeze(2), waves.t())


def trained(net, values=SEQUENCES, labels=WAVES, **given):
    options = {"encode": time_first, "loss": distance, "accuracy": False, "progress": False}
    if labels is not None:
        options |= {"generator": torch.Generator().manual_seed(5), "batch_size": 8}
    return fit(net, values, labels, **(options | given))


def written_out(net, epochs, clip=None):
    """Train by hand towards the waves; return all losses."""
    optimizer = SGD(net.parameters(), lr=0.1)
    generator = torch.Generator().manual_seed(5)
    found = []
    for _ in range(epochs):
        for chosen in torch.randperm(20, generator=generator).split(8):
            optimizer.zero_grad()
            loss = distance(net(time_first(SEQUENCES[chosen])), WAVES[chosen])
            loss.backward()
            if clip is not None:
                clip_grad_norm_(net.parameters(), clip)
            optimizer.step()
            found.append(loss.item())
    return found


def assert_same_weights(one, other):
    for own, twin in zip(one.parameters(), other.parameters(), strict=True):
        assert torch.equal(own, twin)


def test_targets_over_time_are_learnt_as_by_the_loop_written_out():
    net, twin = network(), network()
    history = trained(net, epochs=40, optimizer=SGD(net.parameters(), lr=0.1))
    assert history.loss == written_out(twin, 40)
    assert_same_weights(net, twin)
    assert sum(history.loss[-3:]) < sum(history.loss[:3]) / 2
    assert history.train_accuracy == history.test_accuracy == []
    assert history.batches_per_epoch == 3
    assert history.last() == f"loss={history.loss[-1]:.3f}"


def noisy():
    """Return a network with dropout, which a test is to leave out."""
    net = network()
    return nn.Sequential(*net[:2], nn.Dropout(0.5), *net[2:])


def test_without_accuracy_the_loss_on_the_test_set_is_measured_after_each_epoch():
    net = noisy()
    test = (SEQUENCES[:11], WAVES[:11])
    expected = []

    def by_hand(_):
        net.eval()
        with torch.no_grad():
            expected.append(distance(net(time_first(test[0])), test[1]).item())
        net.train()

    options = {"optimizer": SGD(net.parameters(), lr=0.1), "after_epoch": by_hand}
    history = trained(net, epochs=3, test=test, **options)
    assert history.test_loss == expected
    assert len(set(expected)) == 3
    assert history.test_accuracy == []
    assert history.last() == f"loss={history.loss[-1]:.3f}, test={expected[-1]:.3f}"


def test_a_test_leaves_the_training_as_it_is():
    found = []
    for test in (None, (SEQUENCES, WAVES)):
        net = noisy()
        history = trained(net, epochs=2, test=test)
        assert len(history.test_loss) == 2 * (test is not None)
        found.append((history.loss, net))
    assert found[0][0] == found[1][0]
    assert_same_weights(found[0][1], found[1][1])


def test_each_sample_of_a_test_counts_the_same_in_batches_of_unlike_size():
    net = network()
    batches = [(SEQUENCES[:3], WAVES[:3]), (SEQUENCES[3:], WAVES[3:])]
    history = trained(net, epochs=1, test=batches)
    losses = [distance(net(time_first(one)), other).item() for one, other in batches]
    assert history.test_loss == pytest.approx([(3 * losses[0] + 17 * losses[1]) / 20])
    assert history.test_loss != pytest.approx([sum(losses) / 2])


def test_lengths_of_a_test_reach_the_loss():
    lengths = torch.arange(20) % T + 1
    seen = []

    def loss(output, waves, lengths=None):
        seen.append(lengths)
        return distance(output, waves)

    trained(network(), loss=loss, epochs=1, test=(SEQUENCES, WAVES, lengths))
    assert seen[:-1] == [None] * 3
    assert torch.equal(seen[-1], lengths)


def test_with_accuracy_the_loss_of_a_test_is_not_measured():
    net = nn.Sequential(nn.Linear(4, 2), LIF())
    options = {"encode": time_first, "epochs": 1, "progress": False}
    history = fit(net, SEQUENCES, LABELS, test=(SEQUENCES, LABELS), **options)
    assert len(history.test_accuracy) == 1
    assert history.test_loss == []


@pytest.mark.parametrize("dtype", [torch.float32, torch.int64, torch.bool])
def test_targets_are_of_any_kind_in_tensors_and_loaders(dtype):
    targets = (WAVES > 0.1).to(dtype)
    seen = []

    def loss(output, targets):
        seen.append((output.shape[1], targets.shape, targets.dtype))
        return distance(output, targets.float())

    trained(network(), labels=targets, loss=loss, epochs=1)
    whole = list(seen)
    loader = DataLoader(TensorDataset(SEQUENCES, targets), batch_size=8)
    trained(network(), loader, None, loss=loss, epochs=1)
    sizes = [8, 8, 4]
    assert whole == seen[3:] == [(size, (size, T), dtype) for size in sizes]
    batches = [(time_first(one), other) for one, other in loader]
    trained(network(), batches, None, loss=loss, epochs=1, encode=lambda values: values)
    assert seen[6:] == whole


def test_classes_without_accuracy_give_the_same_weights():
    results = []
    for accuracy in (True, False):
        net = nn.Sequential(network()[0], nn.Linear(9, 2), LIF())
        seed_torch(2)
        net[1].reset_parameters()
        options = {"encode": time_first, "generator": seed_torch(1), "epochs": 2}
        history = fit(net, SEQUENCES, LABELS, accuracy=accuracy, progress=False, **options)
        results.append((history.loss, net))
        assert len(history.train_accuracy) == 2 * accuracy
    assert results[0][0] == results[1][0]
    assert_same_weights(results[0][1], results[1][1])


def test_gradients_can_be_clipped_before_each_step():
    net, twin, free = network(), network(), network()
    optimizer = SGD(net.parameters(), lr=0.1)
    norms = []

    def clip():
        norms.append(clip_grad_norm_(net.parameters(), 0.05).item())

    history = trained(net, epochs=3, optimizer=optimizer, before_step=clip)
    assert history.loss == written_out(twin, 3, clip=0.05)
    assert_same_weights(net, twin)
    assert min(norms) > 0.05
    assert len(norms) == 9
    assert history.loss[1:] != written_out(free, 3)[1:]


def test_a_training_is_followed_and_ended_after_an_epoch():
    net, kept = network(), []

    def save(history):
        kept.append((len(history.loss), net[0].weight.detach().clone()))
        return len(kept) == 3

    assert len(trained(net, epochs=10, after_epoch=save).loss) == 9
    assert [count for count, _ in kept] == [3, 6, 9]
    assert torch.equal(kept[2][1], net[0].weight)
    assert not torch.equal(kept[1][1], kept[2][1])
    assert len(trained(network(), epochs=2, after_epoch=lambda history: 1).loss) == 6


def test_the_accuracy_of_an_epoch_is_known_after_it():
    seen = []

    def after(history):
        seen.append((history.train_accuracy[-1], history.test_accuracy[-1]))

    net = nn.Sequential(nn.Linear(4, 2), LIF())
    data = {"encode": time_first, "test": (SEQUENCES, LABELS), "progress": False}
    history = fit(net, SEQUENCES, LABELS, epochs=2, after_epoch=after, **data)
    assert seen == list(zip(history.train_accuracy, history.test_accuracy, strict=True))


BAD = {
    "flag": ({"accuracy": 0}, "accuracy", "int"),
    "decode": ({"decode": len}, "decode", "expected None without accuracy"),
    "test": ({"test": (SEQUENCES, WAVES[:4])}, "test", "[4, 9], expected [20, …]"),
    "test with lengths": (
        {"test": (SEQUENCES, WAVES, torch.full((20,), T))},
        "loss",
        "got a function of (output, waves), expected one that takes `lengths`",
    ),
    "test loader": ({"test": [(SEQUENCES, WAVES[:4])]}, "test", "[4, 9] in batch 1, expected [20"),
    "number": ({"labels": WAVES[:4]}, "labels", "[4, 9], expected [20, …]"),
    "scalar": ({"labels": torch.tensor(1.0)}, "labels", "shape []"),
    "list": ({"labels": WAVES.tolist()}, "labels", "list"),
    "with accuracy": ({"accuracy": True}, "labels", "float32"),
    "own loss": (
        {"accuracy": True, "labels": LABELS},
        "decode",
        "a decoder, since this loss names none, or accuracy=False",
    ),
    "before_step": ({"before_step": 0.1}, "before_step", "float"),
    "after_epoch": ({"after_epoch": "save"}, "after_epoch", "str"),
    "loader": (
        {"values": [(SEQUENCES, WAVES[:4])], "labels": None},
        "values",
        "labels shape [4, 9] in batch 1, expected [20, …]",
    ),
}


@pytest.mark.parametrize("case", BAD)
def test_what_does_not_fit_is_named(case):
    given, argument, came = BAD[case]
    with pytest.raises(ValueError, match=rf"^{argument}: got .*, expected ") as error:
        trained(network(), **given)
    assert came in str(error.value)


def test_nothing_is_called_before_the_step_of_a_learner_that_moves_the_weights():
    net = membrane_network([4, 2])
    options = {"learner": MembraneLearner(net), "loss": signal_loss, "encode": time_first}
    read = {"decode": lambda outputs: count_scores(outputs, torch.ones(2)), "progress": False}
    with pytest.raises(ValueError, match=r"^before_step: got function, expected None without an "):
        fit(net, SEQUENCES, LABELS, before_step=lambda: None, **options, **read)
