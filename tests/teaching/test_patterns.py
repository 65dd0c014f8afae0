"""The patterns, their network, and surrogates of one width."""

import pytest
import torch
from torch import nn

from snn_core import LIF
from snn_core.surrogate import ALL_SURROGATES, Surrogate
from snn_core.teaching.diagrams.bumps import FORMULAS
from snn_core.teaching.patterns import (
    WIDTHS,
    pattern_network,
    random_patterns,
    share_met,
    surrogate_of_width,
)

WRITTEN = {  # the formulas of the drawn table, typed again
    "fast_sigmoid": lambda y: 1 / (1 + y.abs()) ** 2,
    "arctan": lambda y: 1 / (1 + (torch.pi * y / 2) ** 2),
    "sigmoid": lambda y: 4 * y.sigmoid() * (1 - y.sigmoid()),
    "triangular": lambda y: torch.maximum(torch.zeros_like(y), 1 - y.abs()),
    "boxcar": lambda y: (y.abs() < 0.5).to(y.dtype),
    "gaussian": lambda y: torch.exp(-(y**2) / 2),
    "straight_through": torch.ones_like,
}


def seed_torch(seed):
    return torch.Generator().manual_seed(seed)


def test_half_of_the_patterns_have_each_label_and_spikes_are_as_rare_as_stated():
    spikes, labels = random_patterns(256, generator=seed_torch(0))
    assert spikes.shape == (200, 256, 100)
    assert labels.bincount().tolist() == [128, 128]
    assert spikes.mean().item() == pytest.approx(0.01, rel=0.02)


def test_the_network_depends_on_its_seed_alone_and_leaves_the_generator_of_pytorch():
    torch.manual_seed(7)
    expected = torch.rand(1)
    torch.manual_seed(7)
    network = pattern_network("boxcar", hidden=20, seed=3, detach_reset=False)
    assert torch.equal(torch.rand(1), expected)
    assert [type(layer) for layer in network] == [nn.Linear, LIF, nn.Linear, LIF]
    assert network[2].weight.shape == (2, 20)
    assert network[0].bias is network[2].bias is None
    assert network[1] is not network[3]
    wide = pattern_network(hidden=2000)
    assert wide[0].weight.std().item() == pytest.approx(0.22, rel=0.02)
    assert wide[2].weight.std().item() == pytest.approx(2000**-0.5, rel=0.05)
    again = pattern_network(hidden=20, seed=3)
    assert torch.equal(network[0].weight, again[0].weight)
    assert not torch.equal(network[0].weight, pattern_network(hidden=20, seed=4)[0].weight)
    assert [network[i].surrogate.name for i in (1, 3)] == ["boxcar", "boxcar"]
    assert not network[1].detach_reset


@pytest.mark.parametrize("width", [4, 1, 1 / 16])
@pytest.mark.parametrize("name", WIDTHS)
def test_a_surrogate_of_a_width_is_that_wide_at_half_its_height(name, width):
    surrogate = surrogate_of_width(name, width, height=2.0)
    edge = torch.tensor([-width / 2, width / 2], dtype=torch.float64)
    inside, outside = surrogate.derivative(edge * 0.999), surrogate.derivative(edge * 1.001)
    assert (inside > 1).all()
    assert (outside < 1).all()


def test_straight_through_has_no_width():
    with pytest.raises(ValueError, match="straight_through"):
        surrogate_of_width("straight_through", 1.0)
    with pytest.raises(ValueError, match="width"):
        surrogate_of_width("boxcar", 0.0)
    with pytest.raises(ValueError, match="count"):
        random_patterns(1)
    with pytest.raises(ValueError, match="hidden"):
        pattern_network(hidden=0)


def test_the_formulas_of_the_table_are_those_of_the_core():
    assert tuple(FORMULAS) == tuple(WRITTEN) == ALL_SURROGATES
    y = torch.linspace(-3, 3, 602, dtype=torch.float64)
    for name, written in WRITTEN.items():
        torch.testing.assert_close(Surrogate(name, 1.0).derivative(y), written(y))


@pytest.mark.parametrize("within", [0, 2, 5])
def test_the_share_that_is_met_is_that_of_the_largest_matching(within):
    generator = torch.Generator().manual_seed(0)
    spikes, target = (torch.rand(2, 40, 3, 4, generator=generator) < 0.15).float()
    met = 0
    for sample in range(3):
        for neuron in range(4):
            fired = spikes[:, sample, neuron].nonzero().ravel().tolist()
            wanted = target[:, sample, neuron].nonzero().ravel().tolist()
            met += largest_matching(fired, wanted, within)
    assert share_met(spikes, target, within=within) == pytest.approx(met / target.sum().item())
    assert 0 < met < target.sum()


def largest_matching(fired, wanted, within):
    """Return the size of the largest matching of steps that lie close to each other."""
    taken = {}

    def place(step, seen):
        for spike in fired:
            if abs(spike - step) <= within and spike not in seen:
                seen.add(spike)
                if spike not in taken or place(taken[spike], seen):
                    taken[spike] = step
                    return True
        return False

    return sum(place(step, set()) for step in wanted)


def test_one_spike_meets_one_target():
    one, two = torch.zeros(2, 9, 1, 1)
    one[4] = 1
    two[3] = two[5] = 1
    assert share_met(one, two, within=2) == 0.5


def test_a_share_of_nothing_is_refused():
    with pytest.raises(ValueError, match="target: got no spike"):
        share_met(torch.ones(5, 1, 2), torch.zeros(5, 1, 2), within=1)
