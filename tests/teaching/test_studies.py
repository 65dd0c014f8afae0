"""Studies: the parts that pages and experiments share do what they say."""

import pytest
import torch
from torch import nn

from snn_core import LIF
from snn_core.datasets import mnist_mini
from snn_core.teaching.studies import (
    codes_and_losses,
    convolutional,
    gradient_rules,
    learning_rules,
)

IMAGES = mnist_mini().train_images[:8]


@pytest.mark.parametrize("loss", codes_and_losses.LOSSES)
@pytest.mark.parametrize("code", [*codes_and_losses.CODES, "population with black"])
def test_every_code_goes_with_every_loss(code, loss):
    generator = torch.Generator().manual_seed(0)
    inputs = codes_and_losses.coder(code, generator)(IMAGES.flatten(1))
    output = codes_and_losses.classifier(code, loss)(inputs)
    objective = codes_and_losses.LOSSES[loss]
    assert len(output) == codes_and_losses.STEPS
    assert objective.decode(output).shape == (8, 10)
    assert objective(output, torch.arange(8)).isfinite()


def test_random_ties_pool_as_pytorch_does_and_spread_the_gradient():
    torch.manual_seed(0)
    spikes = (torch.rand(400, 3, 4, 4) < 0.7).float().requires_grad_()
    pooled = convolutional.RandomTies(2)(spikes)
    assert torch.equal(pooled, nn.MaxPool2d(2)(spikes))
    pooled.sum().backward()
    assert spikes.grad.sum() == pooled.numel()
    firing = pooled.repeat_interleave(2, 2).repeat_interleave(2, 3) == 1
    assert not (
        spikes.grad * firing * (1 - spikes)
    ).any()  # only a spike gets it, where there is one
    corners = [spikes.grad[..., i::2, j::2].mean().item() for i in (0, 1) for j in (0, 1)]
    assert corners == pytest.approx([0.25] * 4, abs=0.03)


@pytest.mark.parametrize("name", convolutional.POOLING)
def test_every_order_of_pooling_reads_half_size_images(name):
    network = convolutional.pooled_network(*convolutional.POOLING[name])
    assert network(torch.rand(5, 1, 14, 14)).shape == (convolutional.STEPS, 5, 10)


@pytest.mark.parametrize("name", convolutional.KINDS)
@pytest.mark.parametrize("depth", [2, 6])
def test_every_kind_of_deep_network_has_its_depth(name, depth):
    network = convolutional.deep_network(depth=depth, **convolutional.KINDS[name])
    assert network(torch.rand(3, 1, 14, 14)).shape == (convolutional.STEPS, 3, 10)
    parts = list(network.modules())
    assert sum(isinstance(part, LIF) for part in parts) == depth
    assert sum(isinstance(part, nn.Conv2d) for part in parts) == depth


class Doubled(nn.Module):
    def forward(self, x):
        return 2 * x


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (convolutional.AddSpikes, [1, 9, 18]),
        (convolutional.AddCurrents, [0, 9, 18]),
        (convolutional.AddToStream, [1, 3, 18]),
    ],
)
def test_shortcuts_add_where_they_say(kind, expected):
    """Synapses that double, and neurons that let pass what is above 5."""
    layer = kind(Doubled(), nn.Threshold(5.0, 0.0))
    assert layer(torch.tensor([1.0, 3.0, 6.0])).tolist() == expected


def test_slow_digits_bring_as_many_spikes():
    images = IMAGES.flatten(1)
    few, many = (
        gradient_rules.encode_still(images, torch.Generator().manual_seed(0), steps).sum()
        for steps in (10, 30)
    )
    assert (many / few).item() == pytest.approx(1, abs=0.05)


def test_every_trial_is_a_gradient_rule_a_rule_of_its_own_or_a_control():
    own = set(learning_rules.LEARN) | {"last_layer", "untrained"}
    assert set(learning_rules.TRIALS) == set(gradient_rules.GRADIENT_RULES) | own
    assert len(set(learning_rules.TRIALS)) == len(learning_rules.TRIALS)
