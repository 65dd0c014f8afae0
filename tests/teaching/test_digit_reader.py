"""The digit reader of page 04: its layer spreads as wanted, its readout fits, and it repeats."""

import pytest
import torch

from snn_core import LIF, LeakyIntegrator, encoding
from snn_core.datasets import mnist_mini
from snn_core.losses import accuracy, spike_count
from snn_core.teaching.digit_reader import fit_readout, measured_layer, random_reader


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("spread", [0.5, 2.0])
def test_a_measured_layer_spreads_as_wanted(spread):
    spikes = encoding.rate(torch.full((8, 30), 0.2), 100, generator=seeded())
    layer = measured_layer(spikes, 40, spread=spread, generator=seeded(1))
    assert LeakyIntegrator()(layer(spikes)).std().item() == pytest.approx(spread, rel=1e-5)
    assert layer.bias is None
    assert not layer.weight.requires_grad


@pytest.mark.parametrize(
    ("spikes", "neurons", "options", "named"),
    [
        (torch.zeros(5, 2, 3), 4, {}, "spikes"),
        (torch.ones(5, 3), 0, {}, "spikes|neurons"),
        (torch.ones(5, 2, 3), 0, {}, "neurons"),
        (torch.ones(5, 2, 3), 4, {"spread": 0}, "spread"),
    ],
)
def test_a_layer_that_cannot_be_measured_is_refused(spikes, neurons, options, named):
    with pytest.raises(ValueError, match=named):
        measured_layer(spikes, neurons, **options)


def test_a_penalty_keeps_the_weights_small():
    features, labels = torch.eye(10).repeat(5, 1), torch.arange(10).repeat(5)
    loose, tight = (fit_readout(features, labels, penalty=each) for each in (0.001, 1.0))
    assert tight.weight.norm() < loose.weight.norm() / 5
    assert accuracy(loose(features), labels) == 1


def test_labels_and_penalties_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="labels"):
        fit_readout(torch.zeros(3, 4), torch.arange(2))
    with pytest.raises(ValueError, match="penalty"):
        fit_readout(torch.zeros(3, 4), torch.arange(3), penalty=-1)


def test_a_reader_is_repeatable_and_reads_far_more_than_chance():
    reader, again = random_reader(64, seed=3), random_reader(64, seed=3)
    for mine, other in zip(reader.parameters(), again.parameters(), strict=True):
        assert torch.equal(mine, other)
    digits = mnist_mini()
    spikes = encoding.rate(digits.test_images.flatten(1)[:300], 10, generator=seeded())
    assert accuracy(reader(spikes).sum(0), digits.test_labels[:300]) > 0.6
    by_counts = spike_count(LIF()(reader[0](spikes))) @ reader[2].weight.T + 10 * reader[2].bias
    assert torch.allclose(reader(spikes).sum(0), by_counts, atol=1e-3)
