"""Layers over time equal the same layer in a loop over time."""

import pytest
import torch
from torch import nn

from snn_core import LIF
from snn_core.layers import OverTime, Repeat, require_order
from snn_core.neurons import ALL_NEURONS, LeakyIntegrator, StochasticLIF

SEQUENCE = torch.rand(6, 2, 3, 8, 8, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize(
    "layer", [nn.Conv2d(3, 4, 3), nn.MaxPool2d(2), nn.Flatten(), nn.BatchNorm2d(3).eval()]
)
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
        OverTime(nn.Conv2d(3, 4, 3)),
        LIF(),
        OverTime(nn.MaxPool2d(2), nn.Flatten()),
        nn.Linear(36, 5),
    )
    network(SEQUENCE).sum().backward()
    assert all(
        parameter.grad is not None for parameter in network.parameters() if parameter.requires_grad
    )


def test_a_layer_before_repeat_gives_what_it_gives_over_time():
    convolution = nn.Conv2d(3, 4, 3)
    once, every_step = (
        Repeat(5)(convolution(SEQUENCE[0])),
        OverTime(convolution)(Repeat(5)(SEQUENCE[0])),
    )
    torch.testing.assert_close(once, every_step)
    once.sum().backward()
    gradient, convolution.weight.grad = convolution.weight.grad, None
    every_step.sum().backward()
    torch.testing.assert_close(gradient, convolution.weight.grad)


NEURONS = {name: kind for name, kind in ALL_NEURONS.items() if "Recurrent" not in name} | {
    "LeakyIntegrator": LeakyIntegrator,
    "StochasticLIF": StochasticLIF,
}


@pytest.mark.parametrize("name", NEURONS)
@pytest.mark.parametrize("depth", range(3))
def test_a_neuron_inside_is_refused_however_deep_it_lies(name, depth):
    inside = NEURONS[name]()
    for _ in range(depth):
        inside = nn.Sequential(nn.Identity(), inside)
    with pytest.raises(ValueError, match=f"layers: got {name}, "):
        OverTime(nn.Conv2d(3, 4, 3), inside)


def test_merged_samples_would_leak_into_each_other():
    current = 2 * SEQUENCE
    merged = LIF()(current.flatten(0, 1)[:, None])[:, 0].unflatten(0, current.shape[:2])
    assert (
        merged != LIF()(current)
    ).float().mean() > 0.05  # what refusing a neuron inside prevents


@pytest.mark.parametrize(
    "before", [LIF(), OverTime(nn.ReLU()), Repeat(2), nn.Sequential(nn.ReLU(), LIF())]
)
def test_repeat_right_behind_a_time_axis_is_refused(before):
    with pytest.raises(ValueError, match="network: got Repeat after"):
        require_order(nn.Sequential(nn.Sequential(nn.Linear(3, 4), before, Repeat(4), LIF())))


def test_repeat_behind_layers_of_images_or_what_may_use_up_time_is_allowed():
    require_order(
        nn.Sequential(nn.Conv2d(3, 4, 3), Repeat(4), LIF(), nn.Linear(2, 2), Repeat(4), LIF())
    )
    require_order(nn.Linear(3, 2))
