"""Diagnostics: a healthy network passes, each disease is found, the network is left alone."""

import copy

import pytest
import torch
from torch import nn

from snn_core import (
    ALL_NEURONS,
    LIF,
    IntegrateAndFire,
    LeakyIntegrator,
    Recording,
    StochasticLIF,
    Surrogate,
)
from snn_core.diagnostics import LayerReport, Report, diagnose
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
    assert report.layers[1].rate == report.layers[1].silent == report.layers[1].saturated == 0
    assert report.findings == []
    row = str(report).splitlines()[2]
    assert row[:38] == "3".ljust(38)  # no spikes to speak of
    assert len(row) == len(str(report).splitlines()[1])


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


def test_without_a_gradient_nothing_is_said_to_mix(batch):
    dead = network(LIF(surrogate="boxcar"), LIF(surrogate="boxcar"), gain=0.01)
    assert diagnose(dead, *batch).mixing == 0
    chance = nn.Sequential(nn.Linear(20, 3), StochasticLIF())
    assert diagnose(chance, *batch).mixing == 0


class Last(nn.Module):
    """Let the last sample hear a share of the first."""

    def forward(self, x):
        return torch.cat([x[:, :-1], 0.75 * x[:, -1:] + 0.25 * x[:, :1]], 1)


def test_mixing_is_the_share_of_the_gradient_on_other_samples(batch):
    net = nn.Sequential(Last(), nn.Linear(20, 3), LeakyIntegrator())
    report = diagnose(net, *batch, loss=max_membrane_cross_entropy)
    assert report.mixing == pytest.approx(0.25)
    assert "samples influence each other: 25% of one sample's gradient is on others" in str(report)


class Going(LeakyIntegrator):
    """A readout that goes on from where it was."""

    kept = None

    def forward(self, current, state=None):
        membrane = super().forward(current, self.kept)
        self.kept = membrane[-1].detach()
        return membrane


def test_memory_is_the_change_on_a_second_run_relative_to_both(batch):
    """Without a leak every value of the second run is that of the first plus its end."""
    net = nn.Sequential(nn.Linear(20, 3), Going(beta=1.0))
    first = LeakyIntegrator(beta=1.0)(net[0](batch[0])).detach()
    second = first + first[-1]
    expected = (second - first).abs().sum() / (second.abs().sum() + first.abs().sum())
    assert first.min() < 0 < first.max()
    report = diagnose(net, *batch, loss=max_membrane_cross_entropy)
    assert report.memory == pytest.approx(expected.item(), rel=1e-5)
    assert f"output changes by {expected.item():.0%}" in str(report)


def layer(**changed):
    """Return the report of a layer that nothing is wrong with, but for what is changed."""
    healthy = {
        "name": "1",
        "rate": 0.1,
        "silent": 0.2,
        "saturated": 0.0,
        "membrane": torch.tensor([-1.0, 0.25, 3.0]),
        "drop": 1.0,
        "gradient": 0.5,
        "spiking": True,
    }
    return LayerReport(**healthy | changed)


LAYER_FINDINGS = [
    ({}, []),
    ({"silent": 0.9}, []),
    ({"silent": 0.91}, ["91% of the neurons never spike"]),
    ({"silent": 1.0, "spiking": False}, []),
    ({"saturated": 0.5}, []),
    ({"saturated": 0.51}, ["51% of the neurons spike at almost every step"]),
    ({"drop": None}, []),
    ({"drop": 1e-3}, []),
    ({"drop": 0.0}, ["a spike raises the membrane by -0.00 instead of lowering it"]),
    ({"drop": -0.5}, ["a spike raises the membrane by 0.50 instead of lowering it"]),
    ({"gradient": 0.0}, ["no gradient arrives"]),
    ({"gradient": torch.nan}, []),
]


@pytest.mark.parametrize(("changed", "found"), LAYER_FINDINGS)
def test_what_is_found_in_a_layer_begins_beyond_its_threshold(changed, found):
    assert layer(**changed).findings == [f"1: {finding}" for finding in found]


def test_a_layer_is_one_row():
    assert str(layer()) == "1             0.100     20%         0%    0.75    3.00   5.0e-01"
    assert layer().row(4) == "1          0.100     20%         0%    0.75    3.00   5.0e-01"
    assert str(layer(spiking=False)) == "1" + " " * 41 + "0.75    3.00   5.0e-01"


REPORT_FINDINGS = [
    ({}, []),
    ({"mixing": 0.01, "memory": 0.01, "update": 0.5}, []),
    ({"mixing": 0.02}, ["samples influence each other: 2% of one sample's gradient is on others"]),
    (
        {"memory": 0.02},
        ["state leaks between batches: on a second run a layer's output changes by 2%"],
    ),
    ({"update": 0.51}, ["one update changes the weights by 51% of their norm"]),
    ({"loss": torch.inf}, ["the loss is inf"]),
    ({"notes": ["first"], "loss": torch.nan}, ["first", "the loss is nan"]),
]


@pytest.mark.parametrize(("changed", "found"), REPORT_FINDINGS)
def test_what_is_found_in_a_report_begins_beyond_its_threshold(changed, found):
    healthy = {"layers": [layer()], "loss": 1.0, "mixing": 0.0, "memory": 0.0, "update": None}
    report = Report(**healthy | changed)
    assert report.findings == found
    last = str(report).splitlines()[3:]
    assert last == [f"-> {finding}" for finding in found or ["nothing looks wrong"]]


def test_the_line_of_the_loss_tells_of_an_update_that_was_tried():
    rows = [
        str(Report([layer()], 1.25, 0.0, 0.0, update)).splitlines()[2] for update in (None, 0.1)
    ]
    assert rows == ["loss 1.250", "loss 1.250, one update changes the weights by 10%"]


class Constant(LIF):
    """A neuron that spikes in the first so many of ten steps."""

    def __init__(self, often):
        super().__init__(beta=1.0)
        self.often = often

    def forward(self, current, state=None, *, record=False):
        train = torch.zeros_like(current) + 0 * current
        train[: self.often] = 1
        return Recording(train, train, train[0]) if record else train


def test_saturated_are_neurons_that_spike_in_more_than_nine_of_ten_steps():
    x, labels = torch.rand(10, 2, 3), torch.arange(2)
    shares = [diagnose(Constant(often), x, labels).layers[0].saturated for often in (9, 10)]
    assert shares == [0, 1]


def test_an_update_of_weights_that_are_zero_is_measured_all_the_same(batch):
    net = network()
    for parameter in net.parameters():
        nn.init.zeros_(parameter)
    report = diagnose(net, *batch, optimizer=torch.optim.Adam(net.parameters(), lr=0.1))
    assert report.update > 1
    assert any("one update changes the weights" in finding for finding in report.findings)
