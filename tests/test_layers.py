"""Layers over time equal the same layer in a loop over time."""

import pytest
import torch
from torch import nn

from snn_core import LIF
from snn_core.layers import OverTime, Repeat

SEQUENCE = torch.rand(6, 2, 3, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("layer", [nn.Conv2d(3, 4, 3), nn.MaxPool2d(2), nn.Flatten(), nn.BatchNorm2d(3).eval()])
def test_all_steps_at_once_equal_one_step_after_the_other(layer):
    expected = torch.stack([layer(step) for step in SEQUENCE])
    torch.testing.assert_close(OverTime(layer)(SEQUENCE), expected)


def test_several_layers_follow_each_other():
    convolution, pool = nn.Conv2d(3, 4, 3), nn.AvgPool2d(2)
    both = OverTime(convolution, pool)(SEQUENCE)
    assert torch.equal(both, OverTime(pool)(OverTime(convolution)(SEQUENCE)))


def test_batch_statistics_are_those_of_time_and_batch_together():
    normal = OverTime(nn.BatchNorm2d(3))(SEQUENCE)
    variance, mean = torch.var_mean(SEQUENCE, dim=(0, 1, 3, 4), correction=0)
    expected = (SEQUENCE - mean[:, None, None]) / (variance[:, None, None] + 1e-5).sqrt()
    torch.testing.assert_close(normal, expected)


def test_a_spiking_convolutional_network_is_a_sequential():
    network = nn.Sequential(
        OverTime(nn.Conv2d(3, 4, 3)), LIF(), OverTime(nn.MaxPool2d(2), nn.Flatten()), nn.Linear(36, 5)
    )
    network(SEQUENCE).sum().backward()
    assert all(parameter.grad is not None for parameter in network.parameters() if parameter.requires_grad)


def test_a_layer_before_repeat_gives_what_it_gives_over_time():
    convolution = nn.Conv2d(3, 4, 3)
    once, every_step = Repeat(5)(convolution(SEQUENCE[0])), OverTime(convolution)(Repeat(5)(SEQUENCE[0]))
    torch.testing.assert_close(once, every_step)
    once.sum().backward()
    gradient, convolution.weight.grad = convolution.weight.grad, None
    every_step.sum().backward()
    torch.testing.assert_close(gradient, convolution.weight.grad)
