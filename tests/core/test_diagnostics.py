"""Diagnostics: a healthy network passes, each disease is found, the network is left alone."""

import copy

import pytest
import torch
from torch import nn

from snn_core import ALL_NEURONS, LIF, IntegrateAndFire, LeakyIntegrator, Surrogate
from snn_core.diagnostics import diagnose
from snn_core.losses import max_membrane_cross_entropy
from snn_core.training import seed_torch


class Transpose(nn.Module):
    def forward(self, x):
        return x.transpose(0, 1)


class Keeper(LIF):
    kept = None

    def forward(self, current, state=None, *, record=False):
        recording = super().forward(current, self.kept, record=True)
        self.kept = recording.state.detach()
        return recording if record else recording.spikes


class WrongSign(IntegrateAndFire):
    def step(self, current, state):
        membrane = self.beta * state + current
        spikes = Surrogate()(membrane - 1)
        return spikes, membrane, membrane + spikes.detach()


@pytest.fixture
def batch():
    generator = seed_torch(0)
    return (torch.rand(12, 8, 20, generator=generator) < 0.5).float(), torch.arange(8) % 3


def network(first=None, last=None, gain=4.0, shift=0.0):
    torch.manual_seed(0)
    net = nn.Sequential(nn.Linear(20, 30), first or LIF(), nn.Linear(30, 3), last or LIF())
    with torch.no_grad():
        net[0].weight.mul_(gain).add_(shift)
        net[0].bias.mul_(gain)
        net[2].weight.mul_(4)
    return net


def test_a_healthy_network_has_no_findings(batch):
    report = diagnose(network(), *batch)
    assert report.findings == []
    assert report.mixing == report.memory == 0
    assert "nothing looks wrong" in str(report)


def test_rates_and_gradients_are_what_the_network_does(batch):
    inputs, labels = batch
    net = network()
    report = diagnose(net, inputs, labels)
    spikes = net[:2](inputs)
    assert report.layers[0].rate == pytest.approx(spikes.mean().item())
    assert report.layers[0].silent == pytest.approx((spikes.sum((0, 1)) == 0).float().mean().item())
    current = net[0](inputs).detach().requires_grad_()
    loss = nn.functional.cross_entropy(net[1:](current).sum(0), labels)
    loss.backward()
    assert report.layers[0].gradient == pytest.approx(current.grad.norm().item(), rel=1e-5)
    assert report.loss == pytest.approx(loss.item())


@pytest.mark.parametrize(("reset", "drop"), [("soft", 1.0), ("hard", None)])
def test_the_drop_at_a_spike_is_measured(batch, reset, drop):
    net = network(first=LIF(reset=reset))
    layer = diagnose(net, *batch).layers[0]
    spikes, membrane, _ = net[1](net[0](batch[0]), record=True)
    expected = membrane[:-1][spikes[:-1] > 0].mean().item() if drop is None else drop
    assert layer.drop == pytest.approx(expected, rel=1e-4)


DISEASES = {
    "silent": (lambda: network(gain=0.01), "never spike"),
    "dead gradient": (
        lambda: network(LIF(surrogate="boxcar"), LIF(surrogate="boxcar"), gain=0.01),
        "no gradient",
    ),
    "saturated": (lambda: network(shift=1.0), "at almost every step"),
    "wrong axis": (
        lambda: nn.Sequential(Transpose(), *network(), Transpose()),
        "samples influence each other",
    ),
    "leaking state": (lambda: network(Keeper(), Keeper()), "state leaks"),
    "wrong sign": (lambda: network(WrongSign()), "raises the membrane by 1.00"),
}


@pytest.mark.parametrize("name", DISEASES)
def test_each_disease_is_found(batch, name):
    make, complaint = DISEASES[name]
    assert any(complaint in finding for finding in diagnose(make(), *batch).findings)


def test_a_learning_rate_far_too_high_is_found(batch):
    net = network()
    slow, fast = (
        diagnose(net, *batch, optimizer=torch.optim.Adam(net.parameters(), lr=lr))
        for lr in (1e-3, 1.0)
    )
    assert slow.update < 0.05
    assert slow.findings == []
    assert any("one update changes the weights" in finding for finding in fast.findings)


def test_the_update_is_measured_in_units_of_the_weights(batch):
    net = network()
    report = diagnose(net, *batch, optimizer=torch.optim.SGD(net.parameters(), lr=0.1))
    weights = nn.utils.parameters_to_vector(net.parameters()).norm()
    nn.functional.cross_entropy(net(batch[0]).sum(0), batch[1]).backward()
    gradient = nn.utils.parameters_to_vector(
        [p.grad for p in net.parameters() if p.grad is not None]
    ).norm()
    assert report.update == pytest.approx((0.1 * gradient / weights).item(), rel=1e-4)


def test_network_and_optimizer_are_left_alone(batch):
    net = network(Keeper())
    optimizer = torch.optim.Adam(net.parameters(), lr=0.1)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.1, total_steps=10)
    before = copy.deepcopy(net.state_dict())
    diagnose(net, *batch, optimizer=optimizer)
    assert all(torch.equal(before[name], value) for name, value in net.state_dict().items())
    assert all(parameter.grad is None for parameter in net.parameters())
    assert net[1].kept is None
    assert not optimizer.state
    assert schedule.last_epoch == 0
    assert net.training


def test_a_readout_that_does_not_spike_is_reported_as_such(batch):
    report = diagnose(network(last=LeakyIntegrator()), *batch, loss=max_membrane_cross_entropy)
    assert not report.layers[1].spiking
    assert report.findings == []


@pytest.mark.parametrize("name", ALL_NEURONS)
def test_diagnosis_of_every_neuron_model(name):
    """It reports a rate and an arriving gradient for each, and no mixing or leak without one."""
    neuron = ALL_NEURONS[name](6) if name.startswith("Recurrent") else ALL_NEURONS[name]()
    generator = torch.Generator().manual_seed(0)
    inputs = (torch.rand(40, 4, 5, generator=generator) < 0.5).float() * (
        20 if name == "Izhikevich" else 1
    )
    network = nn.Sequential(nn.Linear(5, 6), neuron, nn.Linear(6, 3), LIF())
    nn.init.uniform_(network[0].weight, 0, 0.5, generator=generator)
    report = diagnose(network, inputs, torch.arange(4) % 3)
    assert report.mixing == report.memory == 0
    assert 0 < report.layers[0].rate < 1
    assert report.layers[0].gradient > 0
