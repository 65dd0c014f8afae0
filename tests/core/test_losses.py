"""Decoders and objectives against the same quantity by hand, and the gradient each sends back."""

import math

import pytest
import torch

from snn_core import losses
from snn_core.losses import ALL_LOSSES

OBJECTIVES = ALL_LOSSES | {"population_cross_entropy": losses.population_cross_entropy(classes=3)}


def some_output(steps=6, batch=4, neurons=3):
    generator = torch.Generator().manual_seed(0)
    return torch.rand(
        steps, batch, neurons, generator=generator, dtype=torch.float64
    ), torch.tensor([0, 1, 2, 0])


def cross_entropy_by_hand(scores, labels):
    rows = [
        -math.log(math.exp(row[y]) / sum(map(math.exp, row)))
        for row, y in zip(scores, labels, strict=True)
    ]
    return sum(rows) / len(rows)


BY_HAND = {
    "count_cross_entropy": lambda output: [[sum(c) for c in zip(*o, strict=True)] for o in output],
    "max_membrane_cross_entropy": lambda output: [
        [max(c) for c in zip(*o, strict=True)] for o in output
    ],
    "summed_membrane_cross_entropy": lambda output: [
        [sum(c) for c in zip(*o, strict=True)] for o in output
    ],
}


@pytest.mark.parametrize("name", BY_HAND)
def test_cross_entropies_by_hand(name):
    output, labels = some_output()
    scores = BY_HAND[name](output.transpose(0, 1).tolist())
    assert ALL_LOSSES[name](output, labels).item() == pytest.approx(
        cross_entropy_by_hand(scores, labels.tolist())
    )


def test_count_mse_by_hand():
    output, labels = some_output()
    rates = output.mean(0).tolist()
    squares = [
        (rate - (0.8 if c == y else 0.1)) ** 2
        for row, y in zip(rates, labels.tolist(), strict=True)
        for c, rate in enumerate(row)
    ]
    assert losses.count_mse(output, labels).item() == pytest.approx(sum(squares) / len(squares))


def test_first_spike_scores_the_earliest_highest_and_the_silent_lowest():
    spikes = torch.tensor([[0, 0, 0], [1, 0, 0], [1, 1, 0]], dtype=torch.float32).unsqueeze(1)
    assert losses.first_spike(spikes).tolist() == [[-1, -2, -3]]
    assert losses.predict(losses.first_spike(spikes)).tolist() == [0]


@pytest.mark.parametrize("name", OBJECTIVES)
def test_every_objective_knows_the_decoder_that_it_trains(name):
    """Descending the loss raises the decoder's score of the right class over the others."""
    output, labels = some_output()
    output.requires_grad_()
    loss = OBJECTIVES[name]
    for _ in range(400):
        (gradient,) = torch.autograd.grad(loss(output, labels), output)
        output = (output - 2.0 * gradient).detach().requires_grad_()
    assert torch.equal(losses.predict(loss.decode(output)), labels)


CONSTANT_TARGETS = {"relative_first_spike_mse"}  # whose gradient is not that of its value


@pytest.mark.parametrize("name", [name for name in OBJECTIVES if name not in CONSTANT_TARGETS])
def test_gradients_are_right(name):
    output, labels = some_output()
    assert torch.autograd.gradcheck(lambda o: OBJECTIVES[name](o, labels), output.requires_grad_())


def test_predict_takes_the_first_on_a_tie():
    assert losses.predict(torch.tensor([[1.0, 1.0], [0.0, 1.0]])).tolist() == [0, 1]


def some_spikes(steps=12, batch=3, neurons=4, share=0.25, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return (
        torch.rand(steps, batch, neurons, generator=generator, dtype=torch.float64) < share
    ).double()


def first_steps(spikes):
    """Return the step of the first spike by a plain loop, T where there is none."""
    trains = spikes.flatten(1).T.tolist()
    steps = [train.index(1.0) if 1.0 in train else len(train) for train in trains]
    return torch.tensor(steps, dtype=torch.float64).view(spikes.shape[1:])


def test_first_spike_equals_a_plain_loop_and_its_gradient_is_the_effect_of_flipping_a_spike():
    spikes = some_spikes().requires_grad_()
    scores = losses.first_spike(spikes)
    assert torch.equal(-scores, first_steps(spikes))
    (gradient,) = torch.autograd.grad(scores.sum(), spikes)
    for index in spikes.nonzero().tolist() + (1 - spikes).nonzero().tolist():
        present, absent = spikes.detach().clone(), spikes.detach().clone()
        present[tuple(index)], absent[tuple(index)] = 1.0, 0.0
        effect = first_steps(absent).sum() - first_steps(present).sum()
        assert gradient[tuple(index)] == effect


def test_first_spike_objectives_by_hand():
    spikes, labels = some_spikes(batch=4, neurons=3), torch.tensor([0, 1, 2, 0])
    steps = first_steps(spikes)
    expected = cross_entropy_by_hand((-steps).tolist(), labels.tolist())
    assert losses.first_spike_cross_entropy(spikes, labels).item() == pytest.approx(expected)
    squares = [
        (steps[b, c] / 12 - (0.1 if c == labels[b] else 0.9)) ** 2
        for b in range(4)
        for c in range(3)
    ]
    loss = losses.first_spike_mse(spikes, labels, right=0.1, wrong=0.9)
    assert loss.item() == pytest.approx((sum(squares) / 12).item())


def membranes_by_class(lengths):
    """Return membranes ``[12, 4, 3]``, labels, and (sample, label, its steps) for plain loops."""
    generator = torch.Generator().manual_seed(3)
    membrane = torch.randn(12, 4, 3, generator=generator, dtype=torch.float64)
    labels = torch.tensor([0, 1, 2, 0])
    return membrane, labels, list(zip(range(4), labels.tolist(), lengths, strict=True))


@pytest.mark.parametrize("lengths", [[12, 12, 12, 12], [12, 5, 1, 7]])
def test_cross_entropy_at_every_step_by_a_double_loop(lengths):
    membrane, labels, samples = membranes_by_class(lengths)
    expected = 0.0
    for b, label, length in samples:
        for t in range(length):
            row = membrane[t, b].tolist()
            cost = math.log(sum(map(math.exp, row))) - row[label]
            expected += cost / length / len(samples)
    found = losses.stepwise_membrane_cross_entropy(membrane, labels, lengths=torch.tensor(lengths))
    assert found.item() == pytest.approx(expected)


@pytest.mark.parametrize("lengths", [[12, 12, 12, 12], [12, 5, 1, 7]])
def test_membrane_mse_by_a_double_loop(lengths):
    membrane, labels, samples = membranes_by_class(lengths)
    expected = 0.0
    for b, label, length in samples:
        for t in range(length):
            for c, u in enumerate(membrane[t, b].tolist()):
                target = 1.5 if c == label else -0.5
                expected += (u - target) ** 2 / length / 3 / len(samples)
    found = losses.membrane_mse(
        membrane, labels, right=1.5, wrong=-0.5, lengths=torch.tensor(lengths)
    )
    assert found.item() == pytest.approx(expected)


def relative_targets(steps, label, length, margin):
    """Return the step at which each class should spike first, by a plain loop over the classes."""
    first = min(steps)
    targets = []
    for c, step in enumerate(steps):
        if c == label:
            targets.append(0 if first == length else first)
        else:
            targets.append(min(max(step, first + margin * length), length))
    return targets


@pytest.mark.parametrize("share", [0.05, 0.25])
@pytest.mark.parametrize("margin", [0.0, 0.25, 1.0])
def test_relative_first_spikes_by_a_double_loop(margin, share):
    spikes, labels = some_spikes(batch=30, neurons=3, share=share), torch.arange(30) % 3
    lengths = torch.arange(30) % 12 + 1
    spikes.requires_grad_()
    cost, wanted = 0.0, torch.zeros(30, 3, dtype=torch.float64)
    for b, length in enumerate(lengths.tolist()):
        steps = first_steps(spikes[:length, [b]])[0].tolist()
        targets = relative_targets(steps, labels[b].item(), length, margin)
        for c, (step, target) in enumerate(zip(steps, targets, strict=True)):
            cost += ((step - target) / length) ** 2 / 90
            wanted[b, c] = target / length
    found = losses.relative_first_spike_mse(spikes, labels, margin=margin, lengths=lengths)
    assert found.item() == pytest.approx(cost)
    latency = -losses.first_spike(spikes, lengths=lengths) / lengths[:, None]
    (expected,) = torch.autograd.grad((latency - wanted).square().mean(), spikes)
    (gradient,) = torch.autograd.grad(found, spikes)
    torch.testing.assert_close(gradient, expected, rtol=1e-12, atol=1e-15)


def test_only_the_order_counts_for_relative_first_spikes():
    """The same order earlier or later costs the same; silence asks the right class for a spike."""
    labels = torch.tensor([1])
    early, late = torch.zeros(2, 10, 1, 3)
    early[1, 0, 0] = early[2, 0, 1] = 1
    late[6, 0, 0] = late[7, 0, 1] = 1
    cost = losses.relative_first_spike_mse(early, labels).item()
    assert losses.relative_first_spike_mse(late, labels).item() == pytest.approx(cost)
    assert cost > 0
    early[0, 0, 1] = 1
    assert losses.relative_first_spike_mse(early, labels).item() == pytest.approx(0.1**2 / 3)
    silent = torch.zeros(10, 1, 3)
    assert losses.relative_first_spike_mse(silent, labels).item() == pytest.approx(1 / 3)


@pytest.mark.parametrize("option", ["right", "wrong"])
def test_a_target_membrane_is_a_finite_number(option):
    with pytest.raises(ValueError, match=rf"^{option}: got inf, expected a finite number"):
        losses.membrane_mse(torch.zeros(5, 1, 2), torch.tensor([0]), **{option: math.inf})


def test_population_counts_add_up_neighbours():
    spikes = some_spikes(neurons=6)
    by_loop = [
        [sum(spikes[:, b, 2 * c + p].sum().item() for p in range(2)) for c in range(3)]
        for b in range(3)
    ]
    assert losses.population_count(spikes, 3).tolist() == by_loop
    objective, labels = losses.population_cross_entropy(classes=3), torch.tensor([2, 0, 1])
    assert objective(spikes, labels).item() == pytest.approx(
        cross_entropy_by_hand(by_loop, labels.tolist())
    )
    assert objective.decode(spikes).tolist() == by_loop


def test_populations_of_one_are_the_plain_count():
    spikes, labels = some_spikes(batch=4, neurons=3), torch.tensor([0, 1, 2, 0])
    assert losses.population_cross_entropy(3)(spikes, labels) == losses.count_cross_entropy(
        spikes, labels
    )


def test_activity_regularisers_by_hand():
    spikes = some_spikes()
    counts = spikes.sum(0).tolist()
    flat = [count for row in counts for count in row]
    assert losses.l1_activity(spikes).item() == pytest.approx(sum(flat) / len(flat))
    over = [max(sum(row) / len(row) - 2.5, 0) ** 2 for row in counts]
    assert losses.upper_activity(spikes, 2.5).item() == pytest.approx(sum(over) / len(over))
    per_neuron = [sum(column) / len(column) for column in zip(*counts, strict=True)]
    under = [max(3.5 - mean, 0) ** 2 for mean in per_neuron]
    assert losses.lower_activity(spikes, 3.5).item() == pytest.approx(sum(under) / len(under))
    assert max(over) > 0 < max(under)


def test_activity_regularisers_push_the_right_way():
    spikes = some_spikes().requires_grad_()
    for loss, sign in (
        (losses.l1_activity(spikes), 1),
        (losses.upper_activity(spikes, 1.0), 1),
        (losses.lower_activity(spikes, 5.0), -1),
    ):
        (gradient,) = torch.autograd.grad(loss, spikes)
        assert (gradient * sign >= 0).all()
        assert (gradient * sign > 0).any()


def test_van_rossum_equals_the_double_sum_over_spike_pairs():
    one, other, tau, dt = some_spikes(), some_spikes(seed=1), 7.0, 0.5
    beta = math.exp(-dt / tau)
    total = 0.0
    for a, b in zip(one.flatten(1).T, other.flatten(1).T, strict=True):
        events = [(t, 1) for t in a.nonzero().flatten().tolist()] + [
            (t, -1) for t in b.nonzero().flatten().tolist()
        ]
        total += sum(p * q * beta ** abs(s - t) for s, p in events for t, q in events) / (
            1 - beta**2
        )
    expected = total * dt / tau / (one.shape[1] * one.shape[2])
    assert losses.van_rossum(one, other, tau=tau, dt=dt).item() == pytest.approx(expected, rel=1e-6)


def test_van_rossum_is_zero_for_equal_trains_and_its_gradient_is_right():
    spikes, target = some_spikes(steps=6).requires_grad_(), some_spikes(steps=6, seed=1)
    assert losses.van_rossum(spikes, spikes) == 0
    assert torch.autograd.gradcheck(lambda z: losses.van_rossum(z, target), spikes)


def test_decision_step_against_a_plain_loop():
    """Read the output after every step; decided is the step from which on nothing changes."""
    output, decode = some_spikes(steps=15, batch=20, neurons=3), losses.spike_count
    for sample, step in enumerate(losses.decision_step(output, decode).tolist()):
        answers = []
        for length in range(1, 16):
            scores = output[:length, sample].sum(0).tolist()
            answers.append(scores.index(max(scores)) if scores.count(max(scores)) == 1 else None)
        unsettled = [t for t in range(15) if answers[t] is None or answers[t] != answers[-1]]
        assert step == min(1 + len(answers[: max(unsettled, default=-1) + 1]), 15)


def test_the_first_spike_is_the_decision_of_the_latency_code():
    output = torch.zeros(10, 2, 3)
    output[4, 0, 1] = output[7, 0, 0] = output[2, 1, 2] = 1
    assert losses.decision_step(output, losses.first_spike).tolist() == [5, 3]


def test_chance_decides_ties_between_the_highest_scores_and_nothing_else():
    scores = torch.tensor([2.0, 5.25, 5.25, 5.0]).expand(10_000, -1)
    share = (
        torch.bincount(
            losses.predict(scores, generator=torch.Generator().manual_seed(0)), minlength=4
        )
        / 10_000
    )
    torch.testing.assert_close(share, torch.tensor([0.0, 0.5, 0.5, 0.0]), rtol=0, atol=0.02)
    assert losses.predict(scores).unique().tolist() == [1]


def test_accuracy_equals_counting_by_hand():
    generator = torch.Generator().manual_seed(0)
    scores = torch.rand(31, 4, generator=generator)
    labels = torch.randint(0, 4, (31,), generator=generator)
    right = [
        row.index(max(row)) == label
        for row, label in zip(scores.tolist(), labels.tolist(), strict=True)
    ]
    assert losses.accuracy(scores, labels) == sum(right) / 31
    assert losses.accuracy(scores, losses.predict(scores).int()) == 1.0
