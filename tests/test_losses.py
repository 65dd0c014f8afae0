"""Decoders and objectives, each against the same quantity written out by hand, and the gradient each sends back."""

import math

import pytest
import torch

from snn_core import losses
from snn_core.losses import ALL_LOSSES


def some_output(steps=6, batch=4, classes=3):
    generator = torch.Generator().manual_seed(0)
    return torch.rand(steps, batch, classes, generator=generator, dtype=torch.float64), torch.tensor([0, 1, 2, 0])


def cross_entropy_by_hand(scores, labels):
    rows = [-math.log(math.exp(row[y]) / sum(map(math.exp, row))) for row, y in zip(scores, labels, strict=True)]
    return sum(rows) / len(rows)


BY_HAND = {
    "count_cross_entropy": lambda output: [[sum(c) for c in zip(*o, strict=True)] for o in output],
    "max_membrane_cross_entropy": lambda output: [[max(c) for c in zip(*o, strict=True)] for o in output],
    "summed_membrane_cross_entropy": lambda output: [[sum(c) for c in zip(*o, strict=True)] for o in output],
}


@pytest.mark.parametrize("name", BY_HAND)
def test_cross_entropies_by_hand(name):
    output, labels = some_output()
    scores = BY_HAND[name](output.transpose(0, 1).tolist())
    assert ALL_LOSSES[name](output, labels).item() == pytest.approx(cross_entropy_by_hand(scores, labels.tolist()))


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


@pytest.mark.parametrize("name", ALL_LOSSES)
def test_every_objective_knows_the_decoder_that_it_trains(name):
    """Descending the loss raises the decoder's score of the right class over the others."""
    output, labels = some_output()
    output.requires_grad_()
    loss = ALL_LOSSES[name]
    for _ in range(400):
        (gradient,) = torch.autograd.grad(loss(output, labels), output)
        output = (output - 2.0 * gradient).detach().requires_grad_()
    assert torch.equal(losses.predict(loss.decode(output)), labels)


@pytest.mark.parametrize("name", ALL_LOSSES)
def test_gradients_are_right(name):
    output, labels = some_output()
    assert torch.autograd.gradcheck(lambda o: ALL_LOSSES[name](o, labels), output.requires_grad_())


def test_predict_takes_the_first_on_a_tie():
    assert losses.predict(torch.tensor([[1.0, 1.0], [0.0, 1.0]])).tolist() == [0, 1]
