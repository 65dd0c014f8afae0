"""Sequences of unequal length: a padded batch is read as its samples are, one by one."""

from functools import partial

import pytest
import torch
from torch import nn

from snn_core import LIF, LeakyIntegrator, losses
from snn_core.losses import ALL_LOSSES
from snn_core.training import evaluate, fit, seed_torch

LENGTHS = torch.tensor([12, 3, 1, 7])
LABELS = torch.tensor([0, 2, 1, 2])
DECODERS = {
    "spike_count": losses.spike_count,
    "first_spike": losses.first_spike,
    "population_count": partial(losses.population_count, classes=3),
    "max_membrane": losses.max_membrane,
    "summed_membrane": losses.summed_membrane,
}
OBJECTIVES = ALL_LOSSES | {
    "population_cross_entropy": losses.population_cross_entropy(classes=3),
    "count_mse of options": partial(losses.count_mse, right=0.6, wrong=0.3),
    "first_spike_mse of options": partial(losses.first_spike_mse, right=0.2, wrong=0.7),
}


def padded(name, seed=0):
    """Return an output with something in the padding: spikes, or for membranes any numbers."""
    generator = torch.Generator().manual_seed(seed)
    if "membrane" in name:
        return torch.randn(12, 4, 6, generator=generator, dtype=torch.float64)[..., :3]
    output = (torch.rand(12, 4, 6, generator=generator, dtype=torch.float64) < 0.4).double()
    return output if "population" in name else output[..., :3]


def alone(output):
    """Return the samples without their padding, each as a batch of one."""
    return [output[:length, [b]] for b, length in enumerate(LENGTHS.tolist())]


def in_padding(output):
    return torch.cat([output[length:, b].flatten() for b, length in enumerate(LENGTHS.tolist())])


def assert_same_gradient(padded_value, value_alone, output):
    """The same by every value that counts, and exactly 0 by those in the padding."""
    (gradient,) = torch.autograd.grad(padded_value, output, retain_graph=True)
    (expected,) = torch.autograd.grad(value_alone, output)
    torch.testing.assert_close(gradient, expected, rtol=1e-12, atol=1e-14)
    assert not in_padding(gradient).any()
    assert gradient.any()


@pytest.mark.parametrize("name", DECODERS)
def test_decoders_read_every_sample_as_if_it_stood_alone(name):
    output, decode = padded(name).requires_grad_(), DECODERS[name]
    scores = decode(output, lengths=LENGTHS)
    expected = torch.cat([decode(sample) for sample in alone(output)])
    torch.testing.assert_close(scores, expected, rtol=1e-12, atol=1e-12)
    assert not torch.equal(scores, decode(output))
    weights = torch.randn(scores.shape, generator=seed_torch(1), dtype=torch.float64)
    assert_same_gradient((weights * scores).sum(), (weights * expected).sum(), output)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_objectives_cost_what_the_samples_cost_alone(name):
    output, objective = padded(name).requires_grad_(), OBJECTIVES[name]
    value = objective(output, LABELS, lengths=LENGTHS)
    pairs = zip(alone(output), LABELS.split(1), strict=True)
    expected = torch.stack([objective(*pair) for pair in pairs]).mean()
    torch.testing.assert_close(value, expected, rtol=1e-12, atol=1e-12)
    assert value != objective(output, LABELS)
    assert_same_gradient(value, expected, output)


def test_the_distance_of_trains_is_that_of_the_samples_alone():
    spikes, target = padded("spikes").requires_grad_(), padded("spikes", seed=1)
    value = losses.van_rossum(spikes, target, tau=4.0, lengths=LENGTHS)
    pairs = zip(alone(spikes), alone(target), strict=True)
    expected = torch.stack([losses.van_rossum(*pair, tau=4.0) for pair in pairs]).mean()
    torch.testing.assert_close(value, expected, rtol=1e-12, atol=1e-12)
    assert_same_gradient(value, expected, spikes)


@pytest.mark.parametrize(
    "penalty",
    [losses.l1_activity, partial(losses.upper_activity, limit=0.5)],
)
def test_activity_is_charged_as_the_samples_alone_are(penalty):
    spikes = padded("spikes").requires_grad_()
    value = penalty(spikes, lengths=LENGTHS)
    expected = torch.stack([penalty(sample) for sample in alone(spikes)]).mean()
    torch.testing.assert_close(value, expected, rtol=1e-12, atol=1e-12)
    assert_same_gradient(value, expected, spikes)


def test_a_lack_of_activity_counts_no_spike_of_the_padding():
    spikes = padded("spikes").requires_grad_()
    value = losses.lower_activity(spikes, limit=3.0, lengths=LENGTHS)
    counts = torch.cat([sample.sum(0) for sample in alone(spikes)])
    expected = (3.0 - counts.mean(0)).clamp(min=0).square().mean()
    torch.testing.assert_close(value, expected, rtol=1e-12, atol=1e-12)
    assert_same_gradient(value, expected, spikes)


@pytest.mark.parametrize("name", ["spike_count", "first_spike", "max_membrane"])
def test_decisions_are_those_of_the_samples_alone(name):
    decided = []
    for seed in range(8):
        output = padded(name, seed)
        steps = losses.decision_step(output, DECODERS[name], lengths=LENGTHS)
        expected = [losses.decision_step(sample, DECODERS[name]) for sample in alone(output)]
        assert torch.equal(steps, torch.cat(expected))
        decided += (LENGTHS - steps).tolist()
    assert min(decided) == 0 < max(decided)


def test_a_short_sample_counts_its_own_spikes_only():
    output = torch.ones(12, 1, 3)
    output[:3, 0] = torch.tensor([[1.0, 1.0, 0.0], [1.0, 0.0, 1.0], [1.0, 1.0, 1.0]])
    assert losses.spike_count(output, lengths=torch.tensor([3])).tolist() == [[3.0, 2.0, 2.0]]
    assert losses.spike_count(output, lengths=torch.tensor([12])).tolist() == [[12.0, 11.0, 11.0]]


def test_infinite_padding_does_no_harm():
    output = padded("membrane")
    for b, length in enumerate(LENGTHS.tolist()):
        output[length:, b] = torch.inf
    output.requires_grad_()
    loss = losses.summed_membrane_cross_entropy(output, LABELS, lengths=LENGTHS)
    (gradient,) = torch.autograd.grad(loss, output)
    assert torch.isfinite(gradient).all()
    assert not in_padding(gradient).any()


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int32])
def test_lengths_may_be_any_integers(dtype):
    output = padded("spikes")
    scores = losses.spike_count(output, lengths=LENGTHS.to(dtype))
    assert torch.equal(scores, losses.spike_count(output, lengths=LENGTHS))
    value = losses.count_mse(output, LABELS, lengths=LENGTHS.to(dtype))
    assert value == losses.count_mse(output, LABELS, lengths=LENGTHS)
    steps = losses.decision_step(output, losses.spike_count, lengths=LENGTHS.to(dtype))
    assert (
        steps.tolist() == losses.decision_step(output, losses.spike_count, lengths=LENGTHS).tolist()
    )


BAD = {
    "number": (LENGTHS[:3], "[3]"),
    "axis": (LENGTHS[:, None], "[4, 1]"),
    "floats": (LENGTHS.double(), "float64"),
    "booleans": (LENGTHS > 3, "bool"),
    "list": (LENGTHS.tolist(), "list"),
    "none": (torch.tensor([12, 3, 0, 7]), "0"),
    "negative": (torch.tensor([12, 3, -1, 7]), "-1"),
    "too long": (torch.tensor([12, 13, 1, 7]), "13"),
}
TAKERS = {
    **DECODERS,
    **{name: partial(loss, labels=LABELS) for name, loss in ALL_LOSSES.items()},
    "l1_activity": losses.l1_activity,
    "van_rossum": partial(losses.van_rossum, target=padded("spikes")),
    "decision_step": partial(losses.decision_step, decode=losses.spike_count),
}


@pytest.mark.parametrize("case", BAD)
@pytest.mark.parametrize("name", TAKERS)
def test_lengths_that_do_not_fit_are_refused_by_name(name, case):
    lengths, came = BAD[case]
    with pytest.raises(ValueError, match=r"^lengths: got .*expected") as error:
        TAKERS[name](padded(name), lengths=lengths)
    assert came in str(error.value).split("expected")[0]


def time_first(values):
    return values.transpose(0, 1)


def recordings(samples=24, noise=None):
    """Return values ``[samples, 9, 4]``, labels and lengths; `noise` is the seed of the padding."""
    generator = torch.Generator().manual_seed(0)
    labels = torch.arange(samples) % 2
    lengths = torch.randint(1, 10, (samples,), generator=generator)
    values = 2.0 * torch.rand(samples, 9, 4, generator=generator)
    values[:, :, :2] += labels[:, None, None]
    padding = torch.arange(9) >= lengths[:, None]
    other = torch.zeros(values.shape)
    if noise is not None:
        other = 5.0 * torch.rand(values.shape, generator=torch.Generator().manual_seed(noise))
    values[padding] = other[padding]
    return values, labels, lengths


def network():
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(4, 8), LIF(), nn.Linear(8, 2), LeakyIntegrator())
    net[0].weight.data *= 2
    return net


def options(**others):
    return {
        "encode": time_first,
        "loss": losses.summed_membrane_cross_entropy,
        "epochs": 2,
        "batch_size": 7,
        "generator": torch.Generator().manual_seed(5),
        "progress": False,
        **others,
    }


@pytest.mark.parametrize("penalty", [None, lambda spikes: 0.1 * losses.l1_activity(spikes[0])])
@pytest.mark.parametrize("own", [False, True])
def test_fit_and_evaluate_do_not_see_the_padding(penalty, own):
    """What stands in the padding changes neither a loss, nor an accuracy, nor a weight."""
    others = {"penalty": penalty}
    if own:
        objective = losses.summed_membrane_cross_entropy
        others["loss"] = lambda output, labels, **given: objective(output, labels, **given)
        others["decode"] = losses.summed_membrane
    found = []
    for noise in (None, 1, 2):
        values, labels, lengths = recordings(noise=noise)
        net = network()
        data = {"lengths": lengths, "test": (values, labels, lengths)}
        history = fit(net, values, labels, **data, **options(**others))
        found.append((history, [weight.tolist() for weight in net.parameters()]))
    assert found[0] == found[1] == found[2]
    values, labels, _ = recordings(noise=1)
    unaware = fit(network(), values, labels, **options(**others))
    assert unaware.loss != found[1][0].loss


def test_fit_tells_the_loss_the_lengths_of_its_batch():
    values, labels, lengths = recordings(noise=1)
    net = network()
    history = fit(net, values, labels, lengths=lengths, **options(epochs=1, batch_size=24))
    net, loss = network(), losses.summed_membrane_cross_entropy
    expected = loss(net(time_first(values)), labels, lengths=lengths)
    assert history.loss == pytest.approx([expected.item()], rel=1e-6)


def test_evaluate_counts_right_answers_sample_by_sample():
    values, labels, lengths = recordings(samples=60, noise=3)
    net, decode = network(), losses.summed_membrane
    fit(net, values, labels, lengths=lengths, **options(epochs=10))
    right = 0
    for sample, label, length in zip(values, labels, lengths, strict=True):
        right += (decode(net(sample[:length, None])).argmax() == label).item()
    reading = {"encode": time_first, "decode": decode, "batch_size": 7}
    assert evaluate(net, values, labels, lengths=lengths, **reading) == right / 60
    assert evaluate(net, values, labels, **reading) != right / 60
    assert right / 60 > 0.6


def test_the_test_samples_of_fit_may_have_lengths_of_their_own():
    values, labels, lengths = recordings(samples=60)
    padding = torch.arange(9) >= lengths[:, None]
    values[padding] = values.flip(0)[:, :1].expand_as(values)[padding]  # says the other class
    net = network()
    test = (values, labels, lengths)
    history = fit(net, values, labels, test=test, lengths=lengths, **options(epochs=5))
    reading = {"encode": time_first, "decode": losses.summed_membrane}
    assert history.test_accuracy[-1] == evaluate(net, *test[:2], lengths=lengths, **reading)
    assert history.test_accuracy[-1] > evaluate(net, *test[:2], **reading) + 0.1


def without_lengths(output, labels=None):
    return losses.summed_membrane(output)


VALUES, OWN_LABELS, OWN_LENGTHS = recordings()
REFUSED = {
    "number": ({"lengths": OWN_LENGTHS[:3]}, "lengths: got torch.int64 [3]"),
    "zero": ({"lengths": 0 * OWN_LENGTHS}, "lengths: got a value of 0"),
    "floats": ({"lengths": OWN_LENGTHS.float()}, "lengths: got torch.float32"),
    "too long": ({"lengths": OWN_LENGTHS + 9}, "lengths: got lengths from"),
    "decode": ({"lengths": OWN_LENGTHS, "decode": without_lengths}, "decode: got a function of"),
}
FIT_ONLY = {
    "loss": (
        {"lengths": OWN_LENGTHS, "decode": losses.spike_count, "loss": without_lengths},
        "loss: got a function of (output, labels), expected one that takes `lengths`",
    ),
    "test": ({"test": (VALUES, OWN_LABELS, OWN_LENGTHS[:2])}, "test: got lengths torch.int64 [2]"),
    "test decode": (
        {"test": (VALUES, OWN_LABELS, OWN_LENGTHS), "decode": without_lengths},
        "decode: got a function of (output, labels), expected one that takes `lengths`",
    ),
}


@pytest.mark.parametrize("case", REFUSED | FIT_ONLY)
def test_fit_refuses_lengths_that_do_not_fit(case):
    given, message = (REFUSED | FIT_ONLY)[case]
    with pytest.raises(ValueError, match=r"expected") as error:
        fit(network(), VALUES, OWN_LABELS, **options(**given))
    assert str(error.value).startswith(message)


@pytest.mark.parametrize("case", REFUSED)
def test_evaluate_refuses_lengths_that_do_not_fit(case):
    given, message = REFUSED[case]
    with pytest.raises(ValueError, match=r"expected") as error:
        evaluate(network(), VALUES, OWN_LABELS, encode=time_first, **given)
    assert str(error.value).startswith(message)
