"""`fit` with a learner: what it learns is what its loop written out does, bit for bit."""

import pytest
import torch
from torch import nn

from snn_core import LIF, encoding
from snn_core.losses import count_cross_entropy, summed_membrane
from snn_core.membrane_signals import (
    MembraneLearner,
    count_scores,
    membrane_network,
    signal_loss,
)
from snn_core.online import ChunkedBPTT, OnlineLIF, OnlineNetwork
from snn_core.training import evaluate, fit, seed_torch

VALUES = torch.rand(50, 4, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(50) % 3
PAIRS = list(zip(VALUES.split(16), LABELS.split(16), strict=True))
RULES = {
    "bptt": lambda net: ChunkedBPTT(net, 8),
    "ottt": lambda net: OnlineNetwork(net, "ottt", horizon=8),
    "rtrl": lambda net: OnlineNetwork(net, "rtrl"),
}


def network():
    seed_torch(3)
    net = nn.Sequential(nn.Linear(4, 9), LIF(), nn.Linear(9, 3), LIF())
    for linear in net[::2]:
        linear.weight.data *= 3
    return net


def encode(values):
    return encoding.direct(values, 8)


def weights(net):
    return [weight.tolist() for weight in net.parameters()]


@pytest.mark.parametrize("rule", RULES)
def test_an_online_rule_trains_as_its_loop_written_out_bit_for_bit(rule):
    net, twin = network(), network()
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01)
    generator, options = torch.Generator().manual_seed(5), {"epochs": 2, "batch_size": 16}
    history = fit(
        net,
        VALUES,
        LABELS,
        encode=encode,
        learner=RULES[rule](net),
        optimizer=optimizer,
        generator=generator,
        progress=False,
        **options,
    )
    learner, optimizer = RULES[rule](twin), torch.optim.AdamW(twin.parameters(), lr=0.01)
    generator, losses, shares = torch.Generator().manual_seed(5), [], []
    for _ in range(2):
        right = 0
        for chosen in torch.randperm(50, generator=generator).split(16):
            optimizer.zero_grad()
            spikes = learner.run(encode(VALUES[chosen]), LABELS[chosen])
            optimizer.step()
            losses.append(count_cross_entropy(spikes, LABELS[chosen]).item())
            right += int((spikes.sum(0).argmax(1) == LABELS[chosen]).sum())
        shares.append(right / 50)
    assert weights(net) == weights(twin)
    assert weights(net) != weights(network())
    assert history.loss == losses
    assert history.train_accuracy == shares


def test_one_window_of_bptt_learns_what_the_loss_walked_back_does():
    found = []
    for learner in (None, lambda net: ChunkedBPTT(net, 8)):
        net = network()
        optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
        given = {"learner": learner(net)} if learner else {}
        history = fit(net, PAIRS, encode=encode, optimizer=optimizer, progress=False, **given)
        found.append((history, net))
    (one, net), (two, twin) = found
    assert one.loss == pytest.approx(two.loss, rel=1e-5)
    for weight, other in zip(net.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(weight, other)


def test_an_online_rule_learns_with_adam_unless_told():
    net, twin = network(), network()
    options = {"encode": encode, "epochs": 3, "test": (VALUES, LABELS), "progress": False}
    history = fit(net, PAIRS, learner=OnlineNetwork(net), **options)
    adam = torch.optim.Adam(twin.parameters())
    assert history == fit(twin, PAIRS, learner=OnlineNetwork(twin), optimizer=adam, **options)
    assert weights(net) == weights(twin)
    assert history.test_accuracy[-1] == evaluate(net, VALUES, LABELS, encode=encode)


def spikes_of(values):
    return encoding.rate(values, 20, generator=torch.Generator().manual_seed(1))


def test_a_learner_with_its_own_optimizer_trains_as_its_loop_written_out_bit_for_bit():
    """Its network answers with `Signals`, which loss and decoder read, in tests too."""
    found = []
    for by_fit in (True, False):
        seed_torch(2)
        net = membrane_network([4, 8, 3], generator=torch.Generator().manual_seed(2))
        learner, losses, right = MembraneLearner(net, lr=0.02), [], []

        def decode(outputs, net=net):
            return count_scores(outputs, net[-1].threshold)

        told = {"encode": spikes_of, "decode": decode}
        if by_fit:
            training = {"learner": learner, "loss": signal_loss, "test": PAIRS, "progress": False}
            history = fit(net, PAIRS, epochs=3, **training, **told)
            losses = history.loss
            right = history.train_accuracy
            assert history.test_accuracy[-1] == evaluate(net, VALUES, LABELS, batch_size=16, **told)
        else:
            for _ in range(3):
                outputs = []
                for values, labels in PAIRS:
                    outputs.append(learner.learn(spikes_of(values), labels))
                    losses.append(signal_loss(outputs[-1], labels).item())
                    right.append(int((decode(outputs[-1]).argmax(1) == labels).sum()))
            right = [sum(right[at : at + 4]) / 50 for at in (0, 4, 8)]
        found.append((weights(net), losses, right))
    assert found[0] == found[1]
    assert len(set(found[0][1])) > 1


def test_what_follows_an_update_by_a_learner_is_called():
    net, calls = network(), []
    fit(
        net,
        PAIRS,
        encode=encode,
        learner=OnlineNetwork(net),
        after_batch=lambda: calls.append(weights(net)),
        epochs=1,
        progress=False,
    )
    assert len(calls) == 4
    assert calls[0] != calls[1]


class Answers:
    """A learner that returns what it is told to, and adds a gradient if it has a network."""

    def __init__(self, answer, net=None):
        self.answer = answer
        self.net = net

    def run(self, inputs, labels):
        if self.net is not None:
            for weight in self.net.parameters():
                weight.grad = torch.ones_like(weight)
        return self.answer(inputs)


def own(inputs):
    return inputs[..., :3]


class NoLabels:
    def run(self, inputs, targets):
        return inputs

    def learn(self, signal):
        return signal


def sgd(net):
    return torch.optim.SGD(net.parameters(), lr=0.1)


REFUSED = {
    "text": (lambda net: {"learner": "ottt"}, "learner: got str"),
    "class": (lambda net: {"learner": int}, "learner: got type"),
    "no labels": (lambda net: {"learner": NoLabels()}, "learner: got NoLabels"),
    "of signals": (lambda net: {"learner": OnlineLIF(net[0], net[1])}, "learner: got OnlineLIF"),
    "another network": (
        lambda net: {"learner": OnlineNetwork(network())},
        "learner: got one of another network",
    ),
    "no gradient": (lambda net: {"learner": Answers(own)}, "learner: got no gradient"),
    "nothing": (
        lambda net: {"learner": Answers(lambda _: None, net)},
        "learner: got a result of type NoneType",
    ),
    "batch first": (
        lambda net: {"learner": Answers(lambda x: own(x).transpose(0, 1), net)},
        "learner: got a result of shape [50, 8, 3]",
    ),
    "penalty": (
        lambda net: {"learner": OnlineNetwork(net), "penalty": lambda spikes: spikes[0].sum()},
        "penalty: got a function",
    ),
    "optimizer of others": (
        lambda net: {"learner": OnlineNetwork(net), "optimizer": sgd(network())},
        "optimizer: got one of other parameters",
    ),
    "encode": (
        lambda net: {"learner": OnlineNetwork(net), "encode": lambda values: None},
        "encode: got a result of type NoneType",
    ),
    "lengths": (
        lambda net: {
            "learner": OnlineNetwork(net),
            "lengths": torch.ones(50).long(),
        },
        "lengths: got some beside a learner",
    ),
    "NaN": (
        lambda net: {"learner": Answers(lambda x: own(x) * float("nan"), net)},
        "spikes: got NaN",
    ),
    "infinite loss": (
        lambda net: {
            "learner": Answers(own, net),
            "loss": lambda output, _: output.sum() * float("inf"),
            "decode": summed_membrane,
        },
        "loss: got a result of inf",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_learners_that_do_not_fit_are_named_before_a_weight_moves(case):
    make, message = REFUSED[case]
    net = network()
    with pytest.raises(ValueError, match=": got .*, expected ") as error:
        fit(net, VALUES, LABELS, **({"encode": encode, "progress": False} | make(net)))
    assert str(error.value).startswith(message)
    assert weights(net) == weights(network())


def test_an_optimizer_beside_a_learner_that_has_one_is_refused():
    net = membrane_network([4, 3])
    learner = MembraneLearner(net)
    with pytest.raises(ValueError, match=r"^optimizer: got SGD, expected None beside a learner"):
        fit(net, VALUES, LABELS, learner=learner, optimizer=sgd(net), loss=signal_loss, decode=len)


def test_a_network_of_named_results_is_read_by_loss_and_decoder():
    """Walked back from its loss: the gradients of a `MembraneLearner` that regularises nothing."""
    found = []
    for by_learner in (True, False):
        net = membrane_network([4, 8, 3], generator=torch.Generator().manual_seed(2))
        optimizer = torch.optim.SGD(net.parameters(), lr=0.05)
        given = {"optimizer": optimizer}
        if by_learner:
            given = {"learner": MembraneLearner(net, optimizer, penalty=0.0, balance=0.0)}
        told = {"encode": spikes_of, "loss": signal_loss, "decode": lambda outputs: outputs.counts}
        fit(net, PAIRS, epochs=2, progress=False, **told, **given)
        found.append(weights(net))
    assert found[0] == found[1]


def test_an_error_after_a_learner_moved_the_weights_says_so():
    net = membrane_network([4, 3])
    with pytest.raises(ValueError, match="^spikes: got Signals, expected ") as error:
        fit(net, PAIRS, encode=spikes_of, learner=MembraneLearner(net), progress=False)
    assert error.value.__notes__ == ["The learner has moved the weights for this batch."]
