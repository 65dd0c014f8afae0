"""What `fit` and `evaluate` refuse, by name; and what of it they find before a weight moves."""

from functools import partial

import pytest
import torch
from torch import nn
from torch.nn.functional import mse_loss

from snn_core import LIF, LeakyIntegrator, encoding, losses
from snn_core.layers import Repeat
from snn_core.training import History, evaluate, fit, one_cycle, seed_torch

VALUES = torch.rand(6, 4, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(6) % 3
NAN = float("nan")


def network():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 3), LeakyIntegrator())
    net[0].weight.data *= 4
    return net


def encode(values):
    return encoding.direct(values, 5)


def own_loss(output, labels):
    """Ask for scores near one-hot labels, in a way that takes any labels."""
    return mse_loss(losses.summed_membrane(output), labels.float().unsqueeze(1).expand(-1, 3))


OWN = {"loss": own_loss, "decode": losses.summed_membrane}


def call_fit(net=None, **given):
    net = network() if net is None else net
    data = {"values": VALUES, "labels": LABELS, "encode": encode, "progress": False}
    return fit(net, **(data | given))


def call_evaluate(net=None, **given):
    net = network() if net is None else net
    data = {"values": VALUES, "labels": LABELS, "encode": encode, "decode": losses.spike_count}
    return evaluate(net, **(data | given))


BAD_LABELS = {
    "99": (LABELS + 97, "99"),
    "-1": (LABELS - 1, "-1"),
    "floats": (LABELS.float(), "float32"),
    "booleans": (LABELS > 0, "bool"),
    "number": (LABELS[:4], "[4]"),
    "axis": (LABELS[:, None], "[6, 1]"),
    "list": (LABELS.tolist(), "list"),
    "none": (None, "NoneType"),
}
CALLS = {
    "fit": call_fit,
    "fit of an own loss": partial(call_fit, **OWN),
    "evaluate": call_evaluate,
}


@pytest.mark.parametrize("case", BAD_LABELS)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_labels_that_are_no_classes_are_refused_by_name(call, case):
    labels, came = BAD_LABELS[case]
    net = network()
    before = net[0].weight.clone()
    with pytest.raises(ValueError, match=r"^labels: got .*expected") as error:
        call(net=net, labels=labels)
    assert came in str(error.value).split("expected")[0]
    assert torch.equal(net[0].weight, before)


def test_one_wrong_label_in_the_last_batch_is_found():
    labels = LABELS.clone()
    labels[5] = 3
    with pytest.raises(ValueError, match=r"^labels: got labels from 1 to 3"):
        call_evaluate(labels=labels, batch_size=2)


def test_an_own_objective_gets_the_integers_and_may_make_of_them_what_it_wants():
    seen = []

    def loss(output, labels):
        seen.append(labels)
        return own_loss(output, labels)

    history = call_fit(loss=loss, decode=losses.summed_membrane, epochs=1, batch_size=6)
    assert [label.dtype for label in seen] == [torch.int64]
    assert seen[0].sort().values.tolist() == [0, 0, 1, 1, 2, 2]
    scores = losses.summed_membrane(network()(encode(VALUES)))
    assert history.train_accuracy == [losses.accuracy(scores, LABELS)]


BAD_SAMPLES = {
    "no tensor": (VALUES.tolist(), "list"),
    "a number": (torch.tensor(0.5), "[]"),
    "no sample": (VALUES[:0], "[0, 4]"),
    "sparse": (VALUES.to_sparse(), "a sparse tensor"),
}


@pytest.mark.parametrize("case", BAD_SAMPLES)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_values_that_are_no_samples_are_refused_by_name(call, case):
    values, came = BAD_SAMPLES[case]
    expected = r"^values: got .*expected (at least|a torch|a dense)"
    with pytest.raises(ValueError, match=expected) as error:
        call(values=values)
    assert came in str(error.value)


def test_data_with_the_batch_in_front_are_told_that_time_comes_first():
    """What a data loader collates, ``[B, T, N]``, is no input ``[T, B, N]``."""
    values = torch.rand(6, 9, 4)
    for call in (call_fit, call_evaluate):
        with pytest.raises(
            ValueError, match=r"^network: .*\[6, 9, 3\].* 6 samples: time comes fir"
        ):
            call(values=values, encode=lambda batch: batch)


class Returns(nn.Module):
    """A network with parameters that returns whatever it is told to."""

    def __init__(self, make):
        super().__init__()
        self.linear = nn.Linear(4, 3)
        self.make = make

    def forward(self, inputs):
        return self.make(self.linear(inputs))


BAD_OUTPUTS = {
    "None": (lambda output: None, "NoneType"),
    "tuple": (lambda output: (output, output), "tuple"),
    "scores": (lambda output: output.sum(0), "[6, 3]"),
    "sum": (lambda output: output.sum(), "[]"),
    "batch first": (lambda output: output.transpose(0, 1), "[6, 5, 3]"),
    "batch last": (lambda output: output.transpose(1, 2), "[5, 3, 6]"),
}


@pytest.mark.parametrize("case", BAD_OUTPUTS)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_network_that_returns_no_sequence_is_refused(call, case):
    make, came = BAD_OUTPUTS[case]
    with pytest.raises(
        ValueError, match=r"^network: got a result of .*expected \[T, B, …\]"
    ) as error:
        call(net=Returns(make))
    assert came in str(error.value)


BAD_ENCODERS = {
    "None": (lambda values: None, "NoneType"),
    "number": (lambda values: 0.0, "float"),
    "no batch": (lambda values: values.sum(0), "[4]"),
    "other batch": (lambda values: encode(values)[:, :2], "[5, 2, 4]"),
    "batch last": (lambda values: encode(values).movedim(1, 2), "[5, 4, 6]"),
    "no function": ("rate", "str"),
}


@pytest.mark.parametrize("case", BAD_ENCODERS)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_an_encoder_that_returns_no_input_is_refused(call, case):
    wrong, came = BAD_ENCODERS[case]
    with pytest.raises(ValueError, match=r"^encode: got .*expected") as error:
        call(encode=wrong)
    assert came in str(error.value).split("expected")[0]


def test_a_network_may_encode_by_itself():
    net = nn.Sequential(Repeat(5), nn.Linear(4, 3), LeakyIntegrator())
    history = fit(net, VALUES, LABELS, epochs=2, progress=False, test=(VALUES, LABELS))
    share = evaluate(net, VALUES, LABELS)
    assert share == losses.accuracy(losses.spike_count(net(VALUES)), LABELS)
    assert history.test_accuracy[-1] == share


BAD_DECODERS = {
    "None": (lambda output: None, "NoneType"),
    "number": (lambda output: 0.0, "float"),
    "time": (lambda output: output, "[5, 6, 3]"),
    "one axis": (lambda output: output.sum((0, 2)), "[6]"),
    "other batch": (lambda output: output.sum(1), "[5, 3]"),
    "no class": (lambda output: output.sum(0)[:, :0], "[6, 0]"),
    "NaN": (lambda output: output.sum(0) * NAN, "NaN"),
    "labels": (lambda output: output.sum(0).argmax(1), "int64"),
    "no function": ("count", "str"),
}


@pytest.mark.parametrize("case", BAD_DECODERS)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_decoder_that_returns_no_scores_is_refused(call, case):
    decode, came = BAD_DECODERS[case]
    with pytest.raises(ValueError, match=r"^decode: got .*expected") as error:
        call(decode=decode)
    assert came in str(error.value)


BAD_PARTS = {
    "network": ({"net": torch.relu}, "network", "builtin_function_or_method"),
    "network class": ({"net": nn.Linear}, "network", "type"),
    "network nothing to learn": ({"net": nn.Sequential(LIF())}, "network", "no parameters"),
    "loss None": ({"loss": None}, "loss", "NoneType"),
    "loss name": ({"loss": "count"}, "loss", "str"),
    "loss returns None": (OWN | {"loss": lambda *_: None}, "loss", "NoneType"),
    "loss returns number": (OWN | {"loss": lambda *_: 0.5}, "loss", "float"),
    "loss per sample": (OWN | {"loss": lambda o, _: o.sum((0, 2))}, "loss", "[6]"),
    "loss of integers": (OWN | {"loss": lambda o, _: o.sum().long()}, "loss", "int64"),
    "loss cut off": (OWN | {"loss": lambda o, _: o.detach().sum()}, "loss", "without a gradient"),
    "penalty name": ({"penalty": "l1"}, "penalty", "str"),
    "penalty returns None": ({"penalty": lambda _: None}, "penalty", "NoneType"),
    "penalty returns number": ({"penalty": lambda _: 0.0}, "penalty", "float"),
    "penalty per neuron": ({"penalty": lambda _: torch.zeros(3)}, "penalty", "[3]"),
    "optimizer name": ({"optimizer": "adam"}, "optimizer", "str"),
    "optimizer class": ({"optimizer": torch.optim.Adam}, "optimizer", "type"),
    "optimizer of others": (
        {"optimizer": torch.optim.SGD(nn.Linear(4, 3).parameters(), lr=0.1)},
        "optimizer",
        "other parameters",
    ),
    "after_batch": ({"after_batch": "step"}, "after_batch", "str"),
    "epochs": ({"epochs": 0}, "epochs", "0"),
    "epochs true": ({"epochs": True}, "epochs", "True"),
    "batch_size": ({"batch_size": 0}, "batch_size", "0"),
    "generator": ({"generator": 3}, "generator", "int"),
    "test one": ({"test": (VALUES,)}, "test", "tuple"),
    "test four": ({"test": (VALUES, LABELS, LABELS + 1, LABELS)}, "test", "tuple"),
    "test tensor": ({"test": VALUES}, "test", "Tensor"),
    "test labels": ({"test": (VALUES, LABELS[:2])}, "test", "labels torch.int64 [2]"),
    "test values": ({"test": (VALUES[:0], LABELS[:0])}, "test", "values shape [0, 4]"),
}


@pytest.mark.parametrize("case", BAD_PARTS)
def test_parts_of_a_training_that_do_not_fit_are_named(case):
    given, argument, came = BAD_PARTS[case]
    net = given.get("net", network())
    weights = list(net.parameters()) if isinstance(net, nn.Module) else []
    before = [weight.clone() for weight in weights]
    with pytest.raises(ValueError, match=rf"^{argument}: got .*, expected ") as error:
        call_fit(**({"net": net} | given))
    assert came in str(error.value)
    assert all(map(torch.equal, before, weights))


def test_parts_of_an_evaluation_that_do_not_fit_are_named():
    for given, argument in (
        ({"net": torch.relu}, "network"),
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": 2.0}, "batch_size"),
        ({"decode": None}, "decode"),
    ):
        with pytest.raises(ValueError, match=rf"^{argument}: got .*, expected "):
            call_evaluate(**given)


def test_an_optimizer_may_move_a_part_of_the_network_and_other_things():
    net, other = network(), nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([other, net[0].bias], lr=1.0)
    weight, bias = net[0].weight.clone(), net[0].bias.clone()
    call_fit(net=net, optimizer=optimizer, epochs=1)
    assert torch.equal(net[0].weight, weight)
    assert not torch.equal(net[0].bias, bias)


def test_an_evaluation_that_fails_leaves_the_network_in_the_mode_it_was_in():
    net = nn.Sequential(nn.Linear(4, 3), nn.Dropout(), LeakyIntegrator()).train()
    net[1].eval()
    with pytest.raises(ValueError, match=r"^labels"):
        call_evaluate(net=net, labels=LABELS + 97)
    assert [layer.training for layer in net] == [True, False, True]


def test_a_network_is_trained_in_training_mode_and_evaluated_in_evaluation_mode():
    modes = []

    class Watch(nn.Module):
        def forward(self, inputs):
            modes.append(self.training)
            return inputs

    net = nn.Sequential(nn.Linear(4, 3), Watch(), LeakyIntegrator()).eval()
    call_fit(net=net, epochs=2, batch_size=3, test=(VALUES, LABELS))
    assert modes == [True, True, False] * 2
    assert net.training


def test_a_network_that_never_spikes_is_still_read():
    net = nn.Sequential(nn.Linear(4, 3), LIF(threshold=1e6))
    history = call_fit(net=net, epochs=1, batch_size=6)
    assert history.train_accuracy == [1 / 3]  # a tie, which the first class wins


def test_sizes_of_batches_and_epochs_unless_told():
    values, labels = torch.rand(501, 4), torch.arange(501) % 3
    seen = []

    def watching(batch):
        seen.append(len(batch))
        return encoding.direct(batch, 2)

    evaluate(network(), values, labels, encode=watching)
    assert seen == [500, 1]
    seen.clear()
    history = fit(network(), values, labels, encode=watching, progress=False)
    assert seen == [128, 128, 128, 117] * 5
    assert history.batches_per_epoch == 4
    assert len(history.train_accuracy) == 5


def test_one_sample_is_enough():
    history = call_fit(values=VALUES[:1], labels=LABELS[:1], epochs=2)
    assert len(history.loss) == 2
    winner = network()[0](VALUES[:1]).argmax(1)  # of a constant current and of its leaky sum
    read = {"values": VALUES[:1], "decode": losses.summed_membrane}
    assert call_evaluate(labels=winner, **read) == 1
    assert call_evaluate(labels=(winner + 1) % 3, **read) == 0


def test_a_history_begins_empty():
    first, second = History(), History()
    first.loss.append(1.0)
    assert second == History([], [], [], 1)


def test_one_cycle_refuses_what_is_no_optimizer_with_a_momentum():
    optimizer = torch.optim.Adam(network().parameters())
    for given, argument in (
        (("adam", 0.1, 5), "optimizer"),
        ((torch.optim.Adagrad(network().parameters()), 0.1, 5), "optimizer"),
        ((optimizer, 0.0, 5), "lr"),
        ((optimizer, "0.1", 5), "lr"),
        ((optimizer, 0.1, 0), "updates"),
        ((optimizer, 0.1, 2.5), "updates"),
    ):
        with pytest.raises(ValueError, match=rf"^{argument}: got .*, expected "):
            one_cycle(*given)


def test_seeds_are_those_of_two_streams():
    for seed in (0, 3, 2**31 - 1):
        generator = seed_torch(seed)
        assert torch.initial_seed() == seed
        assert generator.initial_seed() == seed + 2**31
        first = torch.rand(3), torch.rand(3, generator=generator)
        expected = torch.rand(3, generator=torch.Generator().manual_seed(seed))
        assert torch.equal(first[0], expected)
        expected = torch.rand(3, generator=torch.Generator().manual_seed(seed + 2**31))
        assert torch.equal(first[1], expected)


@pytest.mark.parametrize("seed", [-1, 2**31, 2**70, 1.5, "3", True, None, torch.tensor(3)])
def test_seeds_out_of_range_are_refused(seed):
    state = torch.get_rng_state()
    with pytest.raises(ValueError, match=r"^seed: got .*, expected "):
        seed_torch(seed)
    assert torch.equal(torch.get_rng_state(), state)
