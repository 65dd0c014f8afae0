"""Layers that would take time or samples for another axis are refused where that is certain."""

import pytest
import torch
from torch import nn

from snn_core import ALL_NEURONS, LIF, LeakyIntegrator, encoding
from snn_core.layers import DropoutOverTime, OverTime, Repeat, order_faults, require_order
from snn_core.training import evaluate, fit

CHANNELS_SECOND = {
    "BatchNorm1d": nn.BatchNorm1d(4),
    "BatchNorm2d": nn.BatchNorm2d(4),
    "BatchNorm3d": nn.BatchNorm3d(4),
    "LazyBatchNorm1d": nn.LazyBatchNorm1d(),
    "LazyBatchNorm2d": nn.LazyBatchNorm2d(),
    "LazyBatchNorm3d": nn.LazyBatchNorm3d(),
    "LazyConv2d": nn.LazyConv2d(4, 1),
    "SyncBatchNorm": nn.SyncBatchNorm(4),
    "GroupNorm": nn.GroupNorm(2, 4),
    "Conv1d": nn.Conv1d(4, 4, 1),
    "Conv2d": nn.Conv2d(4, 4, 1),
    "Conv3d": nn.Conv3d(4, 4, 1),
    "ConvTranspose1d": nn.ConvTranspose1d(4, 4, 1),
    "ConvTranspose2d": nn.ConvTranspose2d(4, 4, 1),
    "ConvTranspose3d": nn.ConvTranspose3d(4, 4, 1),
    "Dropout1d": nn.Dropout1d(),
    "Dropout2d": nn.Dropout2d(),
    "Dropout3d": nn.Dropout3d(),
}
OVER_TIME = [LIF(), LeakyIntegrator(), OverTime(nn.ReLU()), DropoutOverTime()]


@pytest.mark.parametrize("name", CHANNELS_SECOND)
@pytest.mark.parametrize("neuron", OVER_TIME)
def test_channels_on_the_second_axis_next_to_neurons_are_refused(name, neuron):
    layer = CHANNELS_SECOND[name]
    kind = type(neuron).__name__
    for network, what in (
        (nn.Sequential(layer, neuron), f"{name} before {kind}"),
        (nn.Sequential(neuron, layer), f"{name} after {kind}"),
    ):
        with pytest.raises(ValueError, match=f"^network: got {what}, expected OverTime"):
            require_order(network)
    require_order(nn.Sequential(neuron, OverTime(layer), neuron))


@pytest.mark.parametrize("layer", [nn.Conv1d(5, 5, 1), nn.BatchNorm1d(5).eval(), nn.Flatten()])
def test_what_is_refused_would_run_without_a_word_where_the_numbers_fit(layer):
    """Five samples of five values: only the check tells samples and channels apart."""
    assert LIF()(layer(torch.rand(7, 5, 5))).shape[0] == 7
    assert len(order_faults(nn.Sequential(layer, LIF()))) == 1


@pytest.mark.parametrize(
    "layer", [nn.Linear(4, 4), nn.LayerNorm(4), nn.Dropout(), nn.ReLU(), nn.MaxPool1d(2)]
)
def test_layers_that_leave_time_and_samples_alone_may_be_neighbours(layer):
    require_order(nn.Sequential(LIF(), layer, LIF()))


FLATTENINGS = {(1, -1): True, (0, -1): True, (1, 2): True, (0, 2): True}
FLATTENINGS |= {(2, -1): False, (0, 1): False, (-2, -1): False, (3, 4): False, (1, 1): False}
FLATTENINGS |= {(0, 0): False}


@pytest.mark.parametrize(("axes", "merges"), FLATTENINGS.items())
def test_a_flatten_that_merges_samples_is_refused(axes, merges):
    flatten = nn.Flatten(*axes)
    flat = flatten(torch.zeros(7, 5, 2, 3, 4))
    assert (5 not in flat.shape) == (merges or axes == (0, 1))  # what PyTorch makes of it
    assert bool(order_faults(nn.Sequential(LIF(), flatten))) == merges
    assert bool(order_faults(nn.Sequential(flatten, LIF()))) == merges


def test_neighbours_are_found_through_sequences_of_layers_and_told_once():
    inner = nn.Sequential(nn.Linear(3, 4), nn.Sequential(nn.BatchNorm1d(4)))
    network = nn.Sequential(nn.Sequential(inner, nn.Sequential(LIF(), nn.Linear(4, 2))))
    assert [got for got, _ in order_faults(network)] == ["BatchNorm1d before LIF"]


def test_all_faults_are_found_in_the_order_of_the_network():
    network = nn.Sequential(nn.BatchNorm1d(4), LIF(), nn.Flatten(), LIF(), Repeat(3))
    assert [got for got, _ in order_faults(network)] == [
        "BatchNorm1d before LIF",
        "Flatten after LIF",
        "Flatten before LIF",
        "Repeat after LIF",
    ]


def test_a_class_with_a_forward_of_its_own_may_do_anything_between():
    class Swapped(nn.Sequential):
        def forward(self, x):
            norm, neuron = self
            return neuron(norm(x.flatten(0, 1)).unflatten(0, x.shape[:2]))

    network = nn.Sequential(nn.Linear(3, 4), Swapped(nn.BatchNorm1d(4), LIF()))
    require_order(network)
    assert network(torch.rand(6, 5, 3)).shape == (6, 5, 4)


def test_layers_for_images_in_front_of_repeat_are_allowed():
    maps = [nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.Dropout2d(), nn.Flatten()]
    require_order(nn.Sequential(*maps, nn.BatchNorm1d(144), Repeat(4), LIF()))


def parallel(network, dim):
    """Return what ``nn.DataParallel(network, dim=dim)`` is on a machine with several devices."""
    split = nn.DataParallel(network)
    split.dim = dim
    return split


@pytest.mark.parametrize("name", ALL_NEURONS)
def test_a_division_of_time_among_devices_is_refused(name):
    kind = ALL_NEURONS[name]
    network = nn.Sequential(nn.Linear(3, 4), kind(4) if "Recurrent" in name else kind())
    with pytest.raises(ValueError, match=f"got DataParallel with dim=0 around {name}, .*dim=1"):
        require_order(nn.Sequential(parallel(network, 0)))
    require_order(parallel(network, 1))


def test_a_division_of_images_or_of_single_steps_is_allowed():
    images = parallel(nn.Conv2d(1, 4, 3), 0)
    require_order(nn.Sequential(images, Repeat(3), OverTime(parallel(nn.Conv2d(4, 4, 3), 0))))


def test_without_devices_nothing_is_divided():
    require_order(nn.DataParallel(nn.Sequential(nn.Linear(3, 4), LIF())))


def test_the_split_that_is_refused_would_change_the_answer():
    """Two devices, each with half of the steps, both from rest."""
    x = 2 * torch.rand(8, 4, 3, generator=torch.Generator().manual_seed(0))
    network = nn.Sequential(LIF())
    halves = torch.cat([network(half) for half in x.chunk(2, dim=0)], dim=0)
    assert not torch.equal(halves, network(x))
    samples = torch.cat([network(half) for half in x.chunk(2, dim=1)], dim=1)
    assert torch.equal(samples, network(x))


@pytest.mark.parametrize("network", [None, "net", torch.relu, nn.Linear, 3])
def test_what_is_no_network_is_named(network):
    with pytest.raises(ValueError, match="^network: got .*, expected a module of PyTorch"):
        require_order(network)


def test_training_and_evaluation_look_at_the_order():
    network = nn.Sequential(nn.Linear(5, 4), nn.BatchNorm1d(4), LIF())
    values, labels = torch.rand(4, 5), torch.arange(4)

    def encode(batch):
        return encoding.direct(batch, 3)

    with pytest.raises(ValueError, match="network: got BatchNorm1d before LIF"):
        fit(network, values, labels, encode=encode, progress=False)
    with pytest.raises(ValueError, match="network: got BatchNorm1d before LIF"):
        evaluate(network, values, labels, encode=encode)
