"""`fit` and `evaluate` on the batches of a loader: the same training, bit for bit, anywhere."""

import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

import snn_core.training.samples as training_samples
import snn_core.training.update as update
from snn_core import LIF, LeakyIntegrator, encoding, losses, unchecked
from snn_core.losses import count_cross_entropy
from snn_core.training import evaluate, fit, seed_torch
from snn_core.training.samples import Parts, Samples

VALUES = torch.rand(50, 4, generator=torch.Generator().manual_seed(0))
LABELS = torch.arange(50) % 3
PAIRS = list(zip(VALUES.split(16), LABELS.split(16), strict=True))


def network():
    seed_torch(3)
    net = nn.Sequential(nn.Linear(4, 9), LIF(), nn.Linear(9, 3), LIF())
    for linear in net[::2]:
        linear.weight.data *= 3
    return net


def encode(values):
    return encoding.direct(values, 6)


def options(net, **others):
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    return {"encode": encode, "optimizer": optimizer, "progress": False, "epochs": 2, **others}


def weights(net):
    return [weight.tolist() for weight in net.parameters()]


def loader(**others):
    return DataLoader(TensorDataset(VALUES, LABELS), batch_size=16, **others)


class Shuffled:
    """Batches in the orders that `fit` draws for samples, anew for every epoch."""

    def __init__(self, seed):
        self.generator = torch.Generator().manual_seed(seed)

    def __iter__(self):
        for chosen in torch.randperm(50, generator=self.generator).split(16):
            yield VALUES[chosen], LABELS[chosen]


def test_batches_in_the_same_order_train_as_samples_do_bit_for_bit():
    """Four batches, the last of 2 samples: they count by their size in every mean."""
    net, twin = network(), network()
    test = {"test": (VALUES, LABELS)}
    generator = torch.Generator().manual_seed(5)
    drawn = {"batch_size": 16, "generator": generator}
    by_samples = fit(net, VALUES, LABELS, **options(net, **drawn, **test))
    by_batches = fit(twin, Shuffled(5), **options(twin, test=PAIRS))
    assert by_samples == by_batches
    assert by_batches.batches_per_epoch == 4
    assert weights(net) == weights(twin)


def test_a_data_loader_trains_as_the_loop_written_out_bit_for_bit():
    def shuffled():
        return loader(shuffle=True, generator=torch.Generator().manual_seed(7))

    net = network()
    history = fit(net, shuffled(), **options(net))
    twin = network()
    optimizer = torch.optim.SGD(twin.parameters(), lr=0.1)
    by_hand, shares = [], []
    batches = shuffled()
    for _ in range(2):
        right = 0
        for values, labels in batches:
            output = twin(encode(values))
            loss = count_cross_entropy(output, labels)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            by_hand.append(loss.item())
            right += int((output.sum(0).argmax(1) == labels).sum())
        shares.append(right / 50)
    assert history.loss == by_hand
    assert history.train_accuracy == shares
    assert weights(net) == weights(twin)


def test_evaluation_of_batches_is_that_of_their_samples():
    net = network()
    expected = evaluate(net, VALUES, LABELS, encode=encode)
    assert 0 < expected < 1
    for batches in (PAIRS, loader(), map(list, PAIRS), iter(PAIRS)):
        assert evaluate(net, batches, encode=encode) == expected


class Stream(IterableDataset):
    def __iter__(self):
        return iter(zip(VALUES, LABELS, strict=True))


def test_a_stream_of_unknown_length_is_gone_through_in_every_epoch():
    net, twin = network(), network()
    history = fit(net, DataLoader(Stream(), batch_size=16), **options(net))
    assert history == fit(twin, PAIRS, **options(twin))
    assert len(history.loss) == 8


def test_batches_may_come_with_time_first():
    """As Tonic's ``PadTensors(batch_first=False)`` collates them, ``[T, B, …]``."""
    net, twin = network(), network()
    told = options(net) | {"encode": lambda values: values}
    history = fit(net, [(encode(values), labels) for values, labels in PAIRS], **told)
    assert history == fit(twin, PAIRS, **options(twin))


@pytest.mark.parametrize("time_first", [True, False])
def test_batches_that_tonic_pads_train_as_those_padded_by_hand(time_first):
    collation = pytest.importorskip("tonic.collation")
    frames = [VALUES[at : at + 1 + at % 6].numpy() for at in range(40)]
    padded = nn.utils.rnn.pad_sequence([torch.tensor(each) for each in frames])
    collate = collation.PadTensors(batch_first=not time_first)
    padding = DataLoader(list(zip(frames, LABELS[:40], strict=True)), 40, collate_fn=collate)
    net, twin = network(), network()
    told = {"encode": lambda values: values if time_first else values.transpose(0, 1)}
    history = fit(net, padding, **(options(net) | told))
    told = {"encode": lambda values: values}
    assert history == fit(twin, [(padded, LABELS[:40])], **(options(twin) | told))
    assert weights(net) == weights(twin)


def test_lengths_come_as_the_third_of_a_batch():
    lengths = 1 + torch.arange(50) % 6
    batches = [(*pair, some) for pair, some in zip(PAIRS, lengths.split(16), strict=True)]
    given = {"loss": losses.summed_membrane_cross_entropy, "epochs": 1}
    by_batch = []
    for values, labels, some in batches:
        net = nn.Sequential(nn.Linear(4, 3), LeakyIntegrator())
        output = net(encode(values))
        expected = losses.summed_membrane_cross_entropy(output, labels, lengths=some)
        history = fit(net, [(values, labels, some)], **options(net, **given))
        assert history.loss == [expected.item()]
        by_batch.append(history.loss[0])
    assert len(set(by_batch)) == 4
    net = nn.Sequential(nn.Linear(4, 3), LeakyIntegrator())
    reading = {"encode": encode, "decode": losses.summed_membrane}
    expected = evaluate(net, VALUES, LABELS, lengths=lengths, **reading)
    assert evaluate(net, batches, **reading) == expected


@pytest.mark.parametrize("argument", ["loss", "decode"])
def test_lengths_in_a_batch_need_functions_that_take_them(argument):
    def own(output, labels=None):
        return losses.spike_count(output) if labels is None else output.sum()

    def taking(output, labels=None, **_):
        return own(output, labels)

    batches = [(*PAIRS[0], torch.ones(16).long())]
    net = network()
    given = {"loss": taking, "decode": taking} | {argument: own}
    with pytest.raises(ValueError, match=rf"^{argument}: got a function of \(output, labels\)"):
        fit(net, batches, **options(net, **given))
    assert weights(net) == weights(network())


# Devices: "meta" has no numbers, so that a spy looks and leaves.


class SeenError(Exception):
    """The spy has seen what it wanted."""


def spy(values):
    raise SeenError(values.device.type)


ON_META = nn.Sequential(nn.Linear(4, 3, device="meta"), LIF())
DATA = {"samples": (VALUES, LABELS), "batches": (PAIRS,), "loader": (loader(),)}


@pytest.mark.parametrize("data", DATA.values(), ids=DATA)
def test_batches_are_encoded_on_the_device_of_the_network(data):
    with pytest.raises(SeenError, match="meta"):
        fit(ON_META, *data, encode=spy, progress=False)
    with pytest.raises(SeenError, match="meta"):
        evaluate(ON_META, *data, encode=spy)


class CountingLayer(nn.Module):
    """Has a buffer, no parameter."""

    def __init__(self):
        super().__init__()
        self.register_buffer("scale", torch.ones(1, device="meta"))

    def forward(self, inputs):
        return inputs * self.scale


def test_a_network_without_parameters_is_where_its_buffers_are():
    with pytest.raises(SeenError, match="meta"):
        evaluate(CountingLayer(), VALUES, LABELS, encode=spy)
    with pytest.raises(SeenError, match="cpu"):
        evaluate(nn.Identity(), VALUES, LABELS, encode=spy)


SIX = torch.full((50,), 6)
WITH_LENGTHS = {
    "samples": {"values": VALUES, "labels": LABELS, "lengths": SIX},
    "batches": {"values": [(VALUES, LABELS, SIX)]},
}


def own_loss(output, labels, lengths=None):
    return output.sum()


@pytest.mark.parametrize("data", WITH_LENGTHS.values(), ids=WITH_LENGTHS)
def test_labels_and_lengths_are_judged_on_the_device_of_the_network(data, monkeypatch):
    def see(decode, output, labels, given):
        found = [one.device.type for one in (output, labels, *given.values())]
        raise SeenError(" ".join(found))

    monkeypatch.setattr(update, "count_right", see)
    net = nn.Sequential(nn.Linear(4, 3, device="meta"))
    given = {"encode": encode, "progress": False, "loss": own_loss, "decode": losses.spike_count}
    with pytest.raises(SeenError, match="^meta meta meta$"):
        fit(net, **data, **given)


def test_samples_are_shuffled_where_the_generator_lives(monkeypatch):
    monkeypatch.setattr(training_samples, "drawing_device", lambda generator, otherwise: "meta")
    parts = Parts(Samples(VALUES, LABELS), 16, shuffled=True)
    assert parts._order().device.type == "meta"


def test_samples_may_lie_on_several_devices():
    """What is taken from each is taken where it lies."""
    batches = list(Parts(Samples(torch.zeros(6, 2, device="meta"), torch.arange(6)), 4))
    assert [(len(values), labels.tolist()) for values, labels, _ in batches] == [
        (4, [0, 1, 2, 3]),
        (2, [4, 5]),
    ]


def test_a_batch_may_be_larger_than_there_are_samples():
    history = fit(network(), VALUES, LABELS, encode=encode, batch_size=10**30, progress=False)
    assert history.batches_per_epoch == 1


# What is refused, and before what.


def none_changed(call):
    net = network()
    with pytest.raises(ValueError, match=": got .*, expected ") as error:
        call(net)
    assert weights(net) == weights(network())
    return error.value


NESTED = torch.nested.nested_tensor([LABELS[:2], LABELS[:3]], layout=torch.jagged)
BAD_LOADERS = {
    "nothing": (None, "NoneType"),
    "number": (3, "int"),
    "text": ("digits", "str"),
    "dict": ({"values": VALUES}, "dict"),
    "dataset": (TensorDataset(VALUES, LABELS), "TensorDataset"),
    "class": (DataLoader, "type"),
    "empty": ([], "no batch"),
    "array": (VALUES.numpy(), "a ndarray in batch 1"),
    "tensors": ([VALUES], "a Tensor in batch 1"),
    "dicts": ([{"values": VALUES, "labels": LABELS}], "a dict in batch 1"),
    "single": ([(VALUES,)], "a tuple of 1 in batch 1"),
    "quadruple": ([(VALUES, LABELS, LABELS, LABELS)], "a tuple of 4 in batch 1"),
    "arrays": ([(VALUES.numpy(), LABELS)], "values ndarray in batch 1"),
    "lists": ([(VALUES, LABELS.tolist())], "labels list in batch 1"),
    "short": ([(VALUES, LABELS[:5])], "labels torch.int64 [5] in batch 1"),
    "floats": ([(VALUES, LABELS.float())], "labels torch.float32 [50] in batch 1"),
    "column": ([(VALUES, LABELS[:, None])], "labels torch.int64 [50, 1] in batch 1"),
    "one sample": ([(VALUES[0, 0], LABELS[0])], "labels torch.int64 [] in batch 1"),
    "no sample": ([(VALUES[:0], LABELS[:0])], "values shape [0, 4] in batch 1"),
    "sparse": ([(VALUES.to_sparse(), LABELS)], "values a sparse tensor in batch 1"),
    "below 0": ([(VALUES, LABELS - 1)], "labels a value of -1 in batch 1"),
    "lengths": ([(VALUES, LABELS, LABELS)], "lengths a value of 0 in batch 1"),
    "nested": ([(VALUES, NESTED)], "labels a nested tensor in batch 1"),
    "pairs of numbers": ([(1, 2)], "values int in batch 1"),
}


@pytest.mark.parametrize("case", BAD_LOADERS)
def test_loaders_that_do_not_fit_are_named_before_a_weight_moves(case):
    bad, came = BAD_LOADERS[case]
    message = str(none_changed(lambda net: fit(net, bad, **options(net))))
    assert message.startswith("values: got ")
    assert came in message.split(", expected ")[0]
    with pytest.raises(ValueError, match=r"^values: got "):
        evaluate(network(), bad, encode=encode)


@pytest.mark.parametrize("case", [case for case in BAD_LOADERS if case != "nothing"])
def test_batches_to_test_on_that_do_not_fit_are_named(case):
    bad, came = BAD_LOADERS[case]
    net = network()
    with pytest.raises(ValueError, match=r"^test: got ") as error:
        fit(net, VALUES, LABELS, **options(net, test=bad, batch_size=50))
    assert came in str(error.value)


BESIDE = {
    "batch_size": {"batch_size": 16},
    "generator": {"generator": torch.Generator()},
    "lengths": {"lengths": torch.ones(50).long()},
}


@pytest.mark.parametrize("argument", BESIDE)
def test_what_a_loader_has_itself_is_not_told_beside_it(argument):
    error = none_changed(lambda net: fit(net, PAIRS, **options(net, **BESIDE[argument])))
    assert str(error).startswith(f"{argument}: got ")
    if argument != "generator":
        with pytest.raises(ValueError, match=rf"^{argument}: got .*a loader"):
            evaluate(network(), PAIRS, encode=encode, **BESIDE[argument])


def test_what_is_used_up_after_an_epoch_is_refused_for_more():
    for once in ((pair for pair in PAIRS), iter(PAIRS), map(tuple, PAIRS)):
        kind = type(once).__name__
        for given in ({"values": once}, {"values": PAIRS, "test": once}):
            error = none_changed(lambda net, given=given: fit(net, **given, **options(net)))
            name = "test" if "test" in given else "values"
            assert str(error).startswith(f"{name}: got a {kind}, which is used up after one of 2")
    net, twin = network(), network()
    history = fit(net, (pair for pair in PAIRS), **options(net, epochs=1))
    assert history == fit(twin, PAIRS, **options(twin, epochs=1))


class UsedUp:
    """An iterable that has nothing left for a second epoch, and does not show it."""

    def __init__(self):
        self.left = list(PAIRS)

    def __iter__(self):
        while self.left:
            yield self.left.pop()


def test_an_error_in_the_midst_of_a_training_tells_the_updates_before_it():
    net = network()
    with pytest.raises(ValueError, match=r"^values: got no batch, .* in every epoch") as error:
        fit(net, UsedUp(), **options(net))
    assert error.value.__notes__ == ["The network is trained in part: by 4 updates."]
    net = network()
    with pytest.raises(ValueError, match=r"^values: got a Tensor in batch 3") as error:
        fit(net, [*PAIRS[:2], VALUES], **options(net))
    assert error.value.__notes__ == ["The network is trained in part: by 2 updates."]


def odd(value):
    return {"loss": lambda output, _: output.sum() * value, "decode": losses.spike_count}


def odd_penalty(value):
    return {"penalty": lambda spikes: spikes[0].sum() * value}


ODD = {
    "loss": {value: odd(float(value)) for value in ("nan", "inf", "-inf")},
    "penalty": {value: odd_penalty(float(value)) for value in ("nan", "inf", "-inf")},
}


@pytest.mark.parametrize(("argument", "value"), [(a, v) for a, cases in ODD.items() for v in cases])
def test_a_loss_that_is_not_finite_moves_nothing(argument, value):
    error = none_changed(lambda net: fit(net, PAIRS, **options(net, **ODD[argument][value])))
    assert str(error).startswith(f"{argument}: got ")


def test_unchecked_trains_on_as_it_may():
    net = network()
    with unchecked():
        history = fit(net, PAIRS, **options(net, **ODD["loss"]["nan"]))
    assert len(history.loss) == 8


def test_what_the_network_says_of_an_input_is_told_with_what_it_was_given():
    with pytest.raises(RuntimeError) as error:
        evaluate(network(), torch.rand(6, 7), LABELS[:6], encode=encode)
    assert error.value.__notes__ == ["encode: gave the network [6, 6, 7], torch.float32."]
