"""Answers: of several output neurons and of a single one; what is no score is refused."""

import math

import pytest
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from snn_core import LIF, LeakyIntegrator, encoding, losses
from snn_core.losses import ALL_LOSSES
from snn_core.training import evaluate, fit, seed_torch

NAN = float("nan")


def test_a_single_score_above_zero_is_class_one():
    scores = torch.tensor([[-1.0], [0.0], [1e-6], [3.0]])
    assert losses.predict(scores).tolist() == [0, 0, 1, 1]
    assert losses.predict(scores, generator=seed_torch(0)).tolist() == [0, 0, 1, 1]
    assert losses.predict(scores.view(2, 2, 1)).tolist() == [[0, 0], [1, 1]]
    assert losses.predict(scores).dtype == torch.int64
    assert losses.accuracy(scores, torch.tensor([0, 1, 1, 0])) == 0.5
    assert losses.accuracy(scores, torch.tensor([0, 0, 1, 1])) == 1.0


def test_labels_of_a_single_score_are_zero_or_one():
    with pytest.raises(ValueError, match=r"^labels: got labels from 0 to 2"):
        losses.accuracy(torch.zeros(3, 1), torch.tensor([0, 1, 2]))


def test_a_single_neuron_has_decided_once_its_score_keeps_its_sign():
    membrane = torch.tensor(
        [[1.0, -1.0, 0.0, -1.0], [-3.0, 2.0, 0.0, -1.0], [1.0, 1.0, 0.0, -1.0]]
    ).unsqueeze(2)
    assert losses.decision_step(membrane, losses.summed_membrane).tolist() == [2, 2, 1, 1]
    spikes = torch.zeros(6, 3, 1)
    spikes[2, 0] = spikes[4, 0] = spikes[5, 1] = 1
    assert losses.decision_step(spikes, losses.spike_count).tolist() == [3, 6, 1]


def one_neuron(output, labels):
    """Return the binary cross-entropy of the summed membrane of a single output neuron."""
    scores = losses.summed_membrane(output).squeeze(1)
    return binary_cross_entropy_with_logits(scores, labels.float())


def one_neuron_task():
    """Two kinds of inputs, of which the second kind is the rarer."""
    labels = (torch.arange(90) % 3 == 0).long()
    drawn = torch.rand(90, 4, generator=seed_torch(0))
    values = 0.3 * drawn
    values[:, :2] += 0.6 * labels[:, None]
    values[:, 2:] += 0.6 * (1 - labels[:, None])
    return values, labels


def test_a_single_output_neuron_learns_two_classes():
    values, labels = one_neuron_task()
    net = nn.Sequential(nn.Linear(4, 16), LIF(), nn.Linear(16, 1), LeakyIntegrator())
    net[0].weight.data *= 4
    encode, decode = lambda batch: encoding.direct(batch, 8), losses.summed_membrane
    before = evaluate(net, values, labels, encode=encode, decode=decode)
    history = fit(
        net,
        values,
        labels,
        encode=encode,
        loss=one_neuron,
        decode=decode,
        optimizer=torch.optim.Adam(net.parameters(), lr=0.01),
        epochs=15,
        batch_size=15,
        test=(values, labels),
        progress=False,
    )
    assert before < 0.7
    assert history.train_accuracy[-1] == history.test_accuracy[-1] == 1.0
    assert evaluate(net, values, labels, encode=encode, decode=decode) == 1.0
    scores = decode(net(encode(values)))
    assert losses.accuracy(scores, labels) == 1.0
    assert torch.equal(scores[:, 0] > 0, labels == 1)


@pytest.mark.parametrize("name", ALL_LOSSES)
def test_losses_over_classes_refuse_one_class_and_say_what_to_use(name):
    argument = "membrane" if "membrane" in name else "spikes"
    with pytest.raises(ValueError, match=rf"^{argument}: got 1 output neuron, expected ") as error:
        ALL_LOSSES[name](torch.rand(5, 3, 1), torch.zeros(3, dtype=torch.long))
    assert "at least two" in str(error.value)
    assert hasattr(nn.functional, str(error.value).rsplit(".")[-1])


def test_populations_refuse_one_class():
    with pytest.raises(ValueError, match=r"^classes: got 1, expected an integer of at least 2"):
        losses.population_cross_entropy(1)


def test_fit_refuses_one_class_before_it_trains():
    values, labels = one_neuron_task()
    net = nn.Sequential(nn.Linear(4, 1), LIF())
    before = net[0].weight.clone()
    with pytest.raises(ValueError, match=r"^spikes: got 1 output neuron, expected .*entropy"):
        fit(net, values, labels, encode=lambda v: encoding.direct(v, 3), progress=False)
    assert torch.equal(net[0].weight, before)


BAD_SCORES = {
    "NaN": (torch.tensor([1.0, NAN]), "NaN"),
    "NaN of one": (torch.tensor([[NAN]]), "NaN"),
    "no class": (torch.zeros(1, 0), "[1, 0]"),
    "no axis": (torch.tensor(0.5), "[]"),
    "integers": (torch.zeros(2, 3, dtype=torch.long), "int64"),
    "booleans": (torch.zeros(2, 3) > 0, "bool"),
    "complex": (torch.zeros(2, 3, dtype=torch.complex64), "complex64"),
    "list": ([[0.1, 0.2]], "list"),
}


@pytest.mark.parametrize("generator", [None, torch.Generator()])
@pytest.mark.parametrize("case", BAD_SCORES)
def test_predict_refuses_what_is_no_score(case, generator):
    scores, came = BAD_SCORES[case]
    with pytest.raises(ValueError, match=r"^scores: got .*expected") as error:
        losses.predict(scores, generator=generator)
    assert came in str(error.value)


BAD_LABELS = {
    "99": torch.tensor([0, 99]),
    "-1": torch.tensor([0, -1]),
    "floats": torch.tensor([0.0, 1.0]),
    "booleans": torch.tensor([False, True]),
    "number": torch.tensor([0, 1, 0]),
    "axis": torch.tensor([[0], [1]]),
    "none": torch.zeros(0, dtype=torch.long),
    "list": [0, 1],
}


@pytest.mark.parametrize("labels", BAD_LABELS.values(), ids=BAD_LABELS)
@pytest.mark.parametrize("classes", [1, 2])
def test_accuracy_refuses_labels_by_name(labels, classes):
    with pytest.raises(ValueError, match=r"^labels: got .*expected"):
        losses.accuracy(torch.rand(2, classes), labels)


BAD_DECODERS = {
    "None": (lambda output: None, "NoneType"),
    "number": (lambda output: 0.0, "float"),
    "time": (lambda output: output, "[1, 2, 3]"),
    "one sample": (lambda output: output[0, :1], "[1, 3]"),
    "no class": (lambda output: output[0, :, :0], "[2, 0]"),
    "NaN": (lambda output: output[0] * NAN, "NaN"),
    "integers": (lambda output: output[0].long(), "int64"),
    "no function": ("count", "str"),
}


@pytest.mark.parametrize("case", BAD_DECODERS)
def test_decision_step_refuses_decoders_that_return_no_scores(case):
    decode, came = BAD_DECODERS[case]
    with pytest.raises(ValueError, match=r"^decode: got .*expected") as error:
        losses.decision_step(torch.rand(4, 2, 3), decode)
    assert came in str(error.value)


@pytest.mark.parametrize(
    ("output", "came"),
    [
        (torch.zeros(0, 2, 3), "[0, 2, 3]"),
        (torch.zeros(2, 3), "[2, 3]"),
        (torch.zeros(4, 2, 3, 1), "[4, 2, 3, 1]"),
        (torch.tensor(0.5), "[]"),
        (torch.full((4, 2, 3), NAN), "NaN"),
        (torch.zeros(4, 2, 3).to_sparse(), "sparse"),
        (torch.zeros(4, 2, 3).long(), "int64"),
        ([0.0], "list"),
    ],
)
def test_decision_step_refuses_what_is_no_output(output, came):
    with pytest.raises(ValueError, match=r"^output: got .*expected") as error:
        losses.decision_step(output, losses.spike_count)
    assert came in str(error.value)


def test_decision_step_refuses_an_output_without_neurons():
    with pytest.raises(ValueError, match=r"^output: got shape \[4, 2, 0\]"):
        losses.decision_step(torch.zeros(4, 2, 0), losses.spike_count)


def test_decision_step_leaves_no_gradient_behind():
    output = torch.rand(4, 2, 3).requires_grad_()
    seen = []

    def decode(part):
        scores = losses.summed_membrane(part)
        seen.append(scores.requires_grad)
        return scores

    losses.decision_step(output, decode)
    assert seen == [False] * 4


def by_hand(name, output):
    """Return the scores of an output ``[T, B, C]`` by plain loops over its lists."""
    trains = output.permute(1, 2, 0).tolist()
    reads = {
        "count": sum,
        "population": sum,
        "summed": sum,
        "max": max,
        "first": lambda train: -train.index(1.0) if 1.0 in train else -len(train),
    }
    scores = [[reads[name.split("_")[0]](train) for train in sample] for sample in trains]
    if "population" in name:
        return [[math.fsum(row[c : c + 2]) for c in (0, 2, 4)] for row in scores]
    return scores


OBJECTIVES = ALL_LOSSES | {"population_cross_entropy": losses.population_cross_entropy(3)}
OTHERWISE = {  # judged step by step, or towards targets of their own: by hand in test_losses
    "stepwise_membrane_cross_entropy",
    "membrane_mse",
    "relative_first_spike_mse",
}


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if name not in OTHERWISE])
def test_every_objective_names_the_decoder_that_its_loss_is_made_of(name):
    """The scores of the decoder by plain loops, and the loss from these scores by its formula."""
    generator = torch.Generator().manual_seed(4)
    drawn = torch.rand(9, 4, 6, generator=generator, dtype=torch.float64)
    output = drawn if "membrane" in name else (drawn < 0.3).double()
    if "mse" in name:
        output = output[..., :3]
    objective, labels = OBJECTIVES[name], torch.tensor([2, 0, 1, 1])
    expected = torch.tensor(by_hand(name, output), dtype=torch.float64)
    torch.testing.assert_close(objective.decode(output), expected)
    if "mse" in name:
        values = expected.abs() / 9
        targets = {"count_mse": (0.8, 0.1), "first_spike_mse": (0.0, 1.0)}[name]
        goals = torch.full_like(values, targets[1])
        goals[range(4), labels] = targets[0]
        loss = (values - goals).square().mean()
    else:
        own = expected[range(4), labels]
        loss = (expected.exp().sum(1).log() - own).mean()
    torch.testing.assert_close(objective(output, labels), loss)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_the_signature_that_is_shown_is_the_one_that_binds(name):
    from inspect import signature

    objective, labels = OBJECTIVES[name], torch.tensor([1, 0])
    argument, *others = signature(objective).parameters
    assert argument == ("membrane" if "membrane" in name else "spikes")
    assert others[:2] == ["labels", "lengths"]
    output = torch.rand(4, 2, 3, generator=seed_torch(1))
    positional = objective(output, labels)
    assert objective(**{argument: output, "labels": labels}) == positional
    assert objective(labels=labels, lengths=None, **{argument: output}) == positional
    wrong = {"output": output, "labels": labels}
    with pytest.raises(TypeError, match=f"'{argument}'"):
        objective(**wrong)
    with pytest.raises(TypeError, match="too many positional"):
        objective(output, labels, None)
    with pytest.raises(TypeError, match="sharpness"):
        objective(output, labels, sharpness=2.0)


@pytest.mark.parametrize("name", ["count_mse", "first_spike_mse"])
def test_options_of_an_objective_are_shown_and_bind(name):
    from inspect import signature

    objective, labels = ALL_LOSSES[name], torch.tensor([1, 0])
    output = torch.rand(4, 2, 3, generator=seed_torch(1))
    shown = signature(objective).parameters
    defaults = {option: shown[option].default for option in ("right", "wrong")}
    assert objective(output, labels, **defaults) == objective(output, labels)
    for option in defaults:
        assert objective(output, labels, **{option: 0.47}) != objective(output, labels)


@pytest.mark.parametrize("name", OBJECTIVES)
def test_an_output_with_the_batch_in_front_is_told_that_time_comes_first(name):
    argument = "membrane" if "membrane" in name else "spikes"
    batch_first = torch.rand(5, 8, 3)
    with pytest.raises(ValueError, match=rf"^{argument}: got shape \[5, 8, 3\] .*time comes first"):
        OBJECTIVES[name](batch_first, torch.zeros(5, dtype=torch.long))


def test_an_infinite_membrane_is_refused_by_name():
    membrane = torch.zeros(4, 2, 3)
    membrane[1, 0, 2] = torch.inf
    for objective in (losses.max_membrane_cross_entropy, losses.summed_membrane_cross_entropy):
        with pytest.raises(ValueError, match=r"^membrane: got .*, expected "):
            objective(membrane, torch.tensor([0, 1]))


def test_a_class_may_be_ruled_out_by_minus_infinity():
    membrane = torch.zeros(4, 2, 3)
    membrane[:, :, 2] = -torch.inf
    loss = losses.max_membrane_cross_entropy(membrane, torch.tensor([0, 1]))
    assert loss.item() == pytest.approx(math.log(2))


@pytest.mark.parametrize("shape", [(4, 0, 3), (4, 2, 0), (0, 2, 3)])
@pytest.mark.parametrize(
    "loss",
    [
        losses.l1_activity,
        lambda spikes: losses.upper_activity(spikes, 1.0),
        lambda spikes: losses.lower_activity(spikes, 1.0),
        lambda spikes: losses.van_rossum(spikes, spikes),
    ],
)
def test_the_mean_of_no_spike_train_is_refused(loss, shape):
    with pytest.raises(ValueError, match=r"^spikes: got shape .*expected") as error:
        loss(torch.zeros(shape))
    assert str(list(shape)) in str(error.value)


@pytest.mark.parametrize(
    ("call", "argument"),
    [
        (lambda s: losses.l1_activity(s * torch.inf), "spikes"),
        (lambda s: losses.upper_activity(s * torch.inf, 1.0), "spikes"),
        (lambda s: losses.lower_activity(s * -torch.inf, 1.0), "spikes"),
        (lambda s: losses.lower_activity(s.to_sparse(), 1.0), "spikes"),
        (lambda s: losses.van_rossum(s, s, dt=0.0), "dt"),
        (lambda s: losses.van_rossum(s, s, dt=NAN), "dt"),
        (lambda s: losses.van_rossum(s, s, tau=-1.0), "tau"),
        (lambda s: losses.van_rossum(s, s[:, :1]), "target"),
        (lambda s: losses.van_rossum(s, s.long()), "target"),
        (lambda s: losses.van_rossum(s, s * NAN), "target"),
        (lambda s: losses.van_rossum(s, s * torch.inf), "target"),
        (lambda s: losses.van_rossum(s * torch.inf, s), "spikes"),
        (lambda s: losses.van_rossum(s, 0 * s, tau=1e-300), "dt"),
        (lambda s: losses.van_rossum(s, 0 * s, dt=1000.1), "dt"),
        (lambda s: losses.population_count(s[..., :0], 3), "spikes"),
        (lambda s: losses.population_count(s, 0), "classes"),
        (lambda s: losses.spike_count(s.to_sparse()), "spikes"),
        (lambda s: losses.max_membrane(s[0]), "membrane"),
        (lambda s: losses.summed_membrane(s.long()), "membrane"),
        (lambda s: losses.first_spike(s[:0]), "spikes"),
    ],
)
def test_bad_input_of_losses_is_named(call, argument):
    with pytest.raises(ValueError, match=rf"^{argument}: got .*, expected "):
        call(torch.ones(4, 2, 3))


def test_no_sample_needs_no_decision():
    assert losses.decision_step(torch.zeros(4, 0, 3), losses.spike_count).tolist() == []


def test_the_step_of_a_distance_may_be_as_long_as_a_hundred_time_constants():
    one = torch.zeros(5, 1, 1)
    one[2] = 1
    assert losses.van_rossum(one, 0 * one, tau=0.01, dt=1.0).item() == pytest.approx(100.0)


def test_scores_may_have_any_axes_before_the_classes():
    scores = torch.rand(5, 2, 3, generator=seed_torch(0))
    flat = losses.predict(scores.flatten(0, 1))
    assert losses.predict(scores).tolist() == flat.view(5, 2).tolist()
    assert (
        losses.predict(scores[:, :1], generator=seed_torch(0)).tolist() == flat[::2, None].tolist()
    )
    tied = torch.zeros(200, 1, 2)
    assert losses.predict(tied, generator=seed_torch(0)).unique().tolist() == [0, 1]


@pytest.mark.parametrize("objective", [losses.count_mse, losses.first_spike_mse])
def test_targets_are_shares(objective):
    spikes, labels = torch.zeros(4, 2, 3), torch.tensor([0, 1])
    for option in ("right", "wrong"):
        for share in (-0.5, -1.0, 1.5, "1", None):
            with pytest.raises(ValueError, match=rf"^{option}: got .*, expected "):
                objective(spikes, labels, **{option: share})
        for share in (0, 1):
            assert torch.isfinite(objective(spikes, labels, **{option: share}))


def test_a_limit_of_activity_is_at_least_nothing():
    spikes = torch.ones(4, 2, 3)
    assert losses.upper_activity(spikes, 0) == 16
    assert losses.lower_activity(spikes, 0) == 0
    for loss in (losses.upper_activity, losses.lower_activity):
        for limit in (-0.5, -1, NAN, None, "1"):
            with pytest.raises(ValueError, match=r"^limit: got .*, expected "):
                loss(spikes, limit)
