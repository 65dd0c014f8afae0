"""Diagnosis of every run of every neuron, wherever it is, and of how a network is made."""

import copy

import pytest
import torch
from torch import nn
from torch.nn.modules import module as pytorch

from snn_core import (
    LIF,
    AdaptiveLIF,
    Alpha,
    CuBaLIF,
    LeakyIntegrator,
    StochasticLIF,
)
from snn_core.diagnostics import diagnose
from snn_core.layers import DropoutOverTime, OverTime, Repeat
from snn_core.losses import count_cross_entropy, max_membrane_cross_entropy
from snn_core.training import seed_torch

LABELS = torch.arange(8) % 3


@pytest.fixture(autouse=True)
def _seed():
    torch.manual_seed(0)


def spikes(*shape):
    return (torch.rand(*(shape or (12, 8, 20)), generator=seed_torch(0)) < 0.5).float()


def lively(inputs, outputs):
    """Return a linear layer that makes its neurons spike."""
    layer = nn.Linear(inputs, outputs)
    layer.weight.data.mul_(4)
    return layer


def names(report):
    return [layer.name for layer in report.layers]


def test_a_layer_that_is_used_twice_is_reported_twice():
    x, twice, out = spikes(), LIF(), LIF()
    net = nn.Sequential(lively(20, 30), twice, lively(30, 10), twice, lively(10, 3), out)
    report = diagnose(net, x, LABELS)
    assert names(report) == ["1, run 1", "1, run 2", "5"]
    first = net[0](x).detach().requires_grad_()
    second = net[2](LIF()(first))
    second.retain_grad()
    count_cross_entropy(out(net[4](LIF()(second))), LABELS).backward()
    for layer, current in zip(report.layers, (first, second), strict=False):
        train, membrane, _ = LIF()(current.detach(), record=True)
        assert layer.rate == pytest.approx(train.mean().item())
        assert 0 < layer.rate < 1
        assert layer.gradient == pytest.approx(current.grad.norm().item(), rel=1e-4)
        torch.testing.assert_close(layer.membrane, membrane.flatten())
    assert report.layers[0].rate != report.layers[1].rate


class Pieces(nn.Module):
    """A network that runs in pieces of time and hands its state on."""

    def __init__(self, steps):
        super().__init__()
        self.linear, self.lif, self.steps = lively(20, 3), LIF(), steps

    def forward(self, x):
        state, parts = None, []
        for part in self.linear(x).split(self.steps):
            train, _, state = self.lif(part, state=state, record=True)
            parts.append(train)
        return torch.cat(parts)


@pytest.mark.parametrize("steps", [1, 4, 5, 12])
def test_a_network_that_runs_in_pieces_is_reported_by_piece_with_its_state(steps):
    x, net = spikes(), Pieces(steps)
    report = diagnose(net, x, LABELS)
    whole, membrane, _ = net.lif(net.linear(x).detach(), record=True)
    parts = whole.split(steps)
    runs = len(parts)
    assert names(report) == ([f"lif, run {n + 1}" for n in range(runs)] if runs > 1 else ["lif"])
    assert [layer.rate for layer in report.layers] == pytest.approx(
        [part.mean().item() for part in parts]
    )
    torch.testing.assert_close(
        torch.cat([layer.membrane for layer in report.layers]), membrane.flatten()
    )
    assert report.findings == []


class Options(nn.Module):
    """A network that calls its neurons by keyword and wants a recording of one."""

    def __init__(self):
        super().__init__()
        self.lif, self.linear, self.out = LIF(), lively(20, 3), LeakyIntegrator()

    def forward(self, x):
        recording = self.lif(current=2 * x, record=True)
        assert recording.membrane.shape == x.shape
        train = self.lif(current=2 * x, record=False)
        assert torch.is_tensor(train)
        return self.out(current=self.linear(train + recording.spikes))


def test_a_call_by_keyword_gives_what_it_asks_for():
    report = diagnose(Options(), spikes(), LABELS, loss=max_membrane_cross_entropy)
    assert names(report) == ["lif, run 1", "lif, run 2", "out"]
    assert [layer.spiking for layer in report.layers] == [True, True, False]
    assert not any(layer.membrane.requires_grad for layer in report.layers)
    assert report.findings == []


class Readout(nn.Module):
    """A readout without spikes, which may ask it for a recording."""

    def __init__(self, record):
        super().__init__()
        self.out = LeakyIntegrator()
        self.record = record

    def forward(self, x):
        return self.out(x, record=True).membrane if self.record else self.out(x)


def test_a_recorded_readout_is_still_one_that_does_not_spike():
    reports = []
    for record in (False, True):
        network = nn.Sequential(LIF(), lively(20, 3), Readout(record))
        reports.append(diagnose(network, spikes(), LABELS, loss=max_membrane_cross_entropy))
    plain, recorded = reports
    assert not recorded.layers[1].spiking
    assert torch.equal(recorded.layers[1].membrane, plain.layers[1].membrane)
    assert str(recorded) == str(plain)


class Hidden(nn.Module):
    """A network that keeps neurons where PyTorch does not look, and one that it never runs."""

    def __init__(self):
        super().__init__()
        self.linear = lively(20, 3)
        self.hidden = {"first": [LIF()], "second": (LIF(tau_mem=5.0), LeakyIntegrator())}
        self.spare = nn.ModuleDict({"one": nn.ModuleList([LIF()])})

    def forward(self, x):
        x = self.linear(x)
        for layers in self.hidden.values():
            for layer in layers:
                x = layer(x) * 2
        return x


def test_neurons_that_pytorch_does_not_know_of_are_found_when_they_run():
    report = diagnose(Hidden(), spikes(), LABELS, loss=max_membrane_cross_entropy)
    assert names(report) == ["LIF, hidden 1", "LIF, hidden 2", "LeakyIntegrator, hidden 3"]
    assert all(layer.gradient > 0 for layer in report.layers)
    hidden = [finding for finding in report.findings if "hidden in the network" in finding]
    assert [finding.split(":")[0] for finding in hidden] == names(report)
    assert "spare.one.0: never runs" in report.findings


@pytest.mark.parametrize(
    "wrap",
    [
        lambda net: nn.Sequential(nn.Sequential(nn.Sequential(net))),
        lambda net: nn.ModuleDict({"a": nn.ModuleList([net])})["a"][0],
        nn.DataParallel,
    ],
)
def test_neurons_are_found_however_deep_they_lie(wrap):
    net = nn.Sequential(lively(20, 10), nn.Sequential(LIF(), lively(10, 3)), LIF())
    report = diagnose(wrap(net), spikes(), LABELS)
    assert len(report.layers) == 2
    assert [name.split(".")[-2:][-1] for name in names(report)] == ["0", "2"]
    assert report.findings == []


def test_layers_that_never_run_are_told_even_if_all_of_them_do_not():
    class Spare(nn.Linear):
        def __init__(self):
            super().__init__(20, 3)
            self.neuron = LIF()

    report = diagnose(Spare(), spikes(), LABELS)
    assert report.layers == []
    assert report.findings == ["neuron: never runs"]
    assert "neuron: never runs" in str(report)


def test_a_network_of_one_neuron_has_the_name_of_its_kind():
    assert names(diagnose(LIF(), 2 * spikes(12, 8, 3), LABELS)) == ["LIF"]


def test_the_table_is_as_wide_as_its_names():
    rows = str(diagnose(Pieces(6), spikes(), LABELS)).splitlines()[:3]
    assert [row.split("  ")[0] for row in rows] == ["layer", "lif, run 1", "lif, run 2"]
    assert len({len(row) for row in rows}) == 1
    short = str(diagnose(nn.Sequential(lively(20, 3), LIF()), spikes(), LABELS))
    assert short.startswith("layer   spikes/step")


class Noise(nn.Module):
    def __init__(self, generator=None):
        super().__init__()
        self.generator = generator

    def forward(self, x):
        return x + 0.1 * torch.randn(x.shape, generator=self.generator)


def noisy():
    noise = Noise(seed_torch(3))
    parts = [Noise(), noise, StochasticLIF(), lively(6, 6), StochasticLIF(generator=seed_torch(4))]
    return nn.Sequential(lively(20, 6), *parts, lively(6, 3), LIF())


def test_chance_is_left_as_it_was():
    net, x = noisy(), spikes()
    states = [torch.get_rng_state(), net[2].generator.get_state(), net[5].generator.get_state()]
    first, second = diagnose(net, x, LABELS), diagnose(net, x, LABELS)
    now = [torch.get_rng_state(), net[2].generator.get_state(), net[5].generator.get_state()]
    assert all(torch.equal(a, b) for a, b in zip(states, now, strict=True))
    assert str(first) == str(second)
    assert first.memory == 0


def test_every_measure_meets_the_same_chance():
    """What is reported is what the network does from the present state of all generators."""
    net, x = noisy(), spikes()
    again = copy.deepcopy(net)
    report = diagnose(net, x, LABELS)
    assert report.loss == count_cross_entropy(again(x), LABELS).item()


def test_an_error_leaves_chance_and_pytorch_as_they_were():
    class Broken(nn.Module):
        def forward(self, x):
            torch.rand(5)
            raise KeyError("broken")

    state = torch.get_rng_state()
    net = nn.Sequential(lively(20, 3), LIF(), Broken())
    with pytest.raises(KeyError, match="broken"):
        diagnose(net, spikes(), LABELS)
    assert torch.equal(torch.get_rng_state(), state)
    assert not pytorch._global_forward_hooks
    assert not net[1]._forward_hooks
    assert not net[1]._forward_pre_hooks


def test_a_diagnosis_leaves_no_hook_behind_and_needs_no_gradient_mode():
    net, x = nn.Sequential(lively(20, 3), LIF()), spikes()
    expected = str(diagnose(net, x, LABELS))
    with torch.no_grad():
        assert str(diagnose(net, x, LABELS)) == expected
        assert not torch.is_grad_enabled()
    assert not pytorch._global_forward_hooks
    assert not net[1]._forward_hooks


# What cannot be right about the settings.


def readout(neuron):
    return nn.Sequential(lively(20, 6), neuron, lively(6, 3), LIF())


FORGETFUL = {
    "tau_mem": (lambda: LIF(0.02), "1: beta is 2e-22 (tau_mem is 0.02 steps)"),
    "one neuron": (lambda: LIF(torch.tensor([5.0, 0.2, 9, 9, 9, 9])), "(tau_mem is 0.2 steps)"),
    "all at once": (lambda: LIF(beta=0.0), "1: beta is 0 (tau_mem is 0 steps)"),
    "readout": (lambda: LeakyIntegrator(0.02), "1: beta is 2e-22"),
    "tau_syn": (lambda: CuBaLIF(10.0, 0.1), "1: alpha is 5e-05 (tau_syn is 0.1 steps)"),
    "alpha": (lambda: Alpha(10.0, 0.1), "1: alpha is 5e-05"),
    "tau_adapt": (lambda: AdaptiveLIF(tau_adapt=0.1), "1: rho is 5e-05 (tau_adapt is 0.1 steps)"),
    "learnt": (lambda: LIF(0.2, learn_beta=True), "1: beta is 0.007 (tau_mem is 0.2 steps)"),
}


@pytest.mark.filterwarnings("ignore:tau_")
@pytest.mark.parametrize("name", FORGETFUL)
def test_a_time_constant_far_below_a_step_is_found(name):
    make, complaint = FORGETFUL[name]
    found = diagnose(readout(make()), spikes(), LABELS).findings
    (finding,) = [one for one in found if "forgotten" in one]
    assert complaint in finding
    assert finding.endswith("everything is forgotten in one step; time constants are in ms")


@pytest.mark.parametrize("make", [LIF, lambda: LIF(1.0), lambda: LIF(beta=0.02), CuBaLIF, Alpha])
def test_a_time_constant_of_a_step_is_not_complained_of(make):
    assert "forgotten" not in str(diagnose(readout(make()), spikes(), LABELS))


def stepping(**steps):
    """Return a network whose neurons have these steps in ms."""
    net = nn.Sequential(lively(20, 6), LIF(), lively(6, 6), LIF(), lively(6, 3), LIF())
    for place, neuron in zip(steps, net[1::2], strict=True):
        neuron.dt = steps[place]
    return net


def test_neurons_that_differ_in_their_step_are_found():
    finding = "layers differ in dt: 1 ms (1, 5), 0.5 ms (3)"
    assert finding in diagnose(stepping(a=1.0, b=0.5, c=1.0), spikes(), LABELS).findings
    assert "differ" not in str(diagnose(stepping(a=5.0, b=5, c=5.0), spikes(), LABELS))
    assert "differ" not in str(diagnose(stepping(a=None, b=None, c=2.0), spikes(), LABELS))


class Swap(nn.Module):
    def forward(self, x):
        return x.transpose(0, 1)


def normal(**options):
    norm = nn.BatchNorm1d(8, **options)
    return nn.Sequential(lively(20, 8), norm, nn.Identity(), LIF(), lively(8, 3), LIF())


class Merge(nn.Module):
    """Time and batch in one for the neurons, which `OverTime` refuses."""

    def __init__(self):
        super().__init__()
        self.lif, self.linear = LIF(), lively(20, 3)

    def forward(self, x):
        merged = self.linear(x).flatten(0, 1)
        return self.lif(merged[:, None]).reshape(*x.shape[:2], 3)


IMAGES = spikes(12, 8, 1, 4, 5)
TRAPS = {
    "batch norm of samples": (normal, spikes(), "takes 8 samples, but not 7: running_mean"),
    "flatten": (
        lambda: nn.Sequential(
            *(LIF(), nn.Identity(), nn.Flatten(), nn.Linear(160, 24), nn.Unflatten(1, (8, 3)))
        ),
        2 * IMAGES,
        "takes 8 samples, but not 7: mat1 and mat2",
    ),
    "convolution over samples": (
        lambda: nn.Sequential(
            *(lively(20, 6), LIF(), nn.Identity(), nn.Conv1d(8, 8, 1), lively(6, 3), LIF())
        ),
        spikes(),
        "samples influence each other",
    ),
    "swapped axes": (
        lambda: nn.Sequential(Swap(), lively(20, 3), LIF(), Swap()),
        spikes(),
        "samples influence each other",
    ),
    "merged axes": (Merge, spikes(), "samples influence each other"),
}


@pytest.mark.parametrize("name", TRAPS)
def test_what_cannot_be_read_off_a_network_is_measured(name):
    make, x, complaint = TRAPS[name]
    assert complaint in str(diagnose(make(), x, LABELS))


def test_right_uses_of_the_same_layers_are_not_complained_of():
    net = nn.Sequential(
        OverTime(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4)),
        LIF(),
        OverTime(nn.Flatten()),
        DropoutOverTime(),
        lively(80, 3),
        LIF(),
    )
    net[0].layer[0].weight.data.mul_(6)
    report = diagnose(net, IMAGES, LABELS)
    assert report.findings == []
    assert report.mixing == 0


def test_an_output_for_another_number_of_samples_is_told():
    class Fixed(nn.Module):
        def forward(self, x):
            return x[:, :1].expand(-1, 8, -1)

    net = nn.Sequential(lively(20, 3), LIF(), Fixed())
    found = diagnose(net, spikes(), LABELS).findings
    assert any("takes 8 samples, but not 7: an output [12, 8, 3]" in one for one in found)


def test_known_faults_of_order_are_reported_as_findings():
    net = nn.Sequential(lively(20, 8), nn.BatchNorm1d(8), LIF(), lively(8, 3), LIF())
    assert diagnose(net, spikes(), LABELS).findings[0] == (
        "BatchNorm1d before LIF: expected OverTime(BatchNorm1d(…)); without it, the samples of "
        "[T, B, …] count as channels"
    )


# What does not fit raises.


@pytest.mark.parametrize("shape", [(8, 12, 20), (8, 5, 20)])
def test_inputs_with_the_samples_first_are_refused(shape):
    net = nn.Sequential(lively(20, 3), LIF())
    with pytest.raises(ValueError, match=r"inputs: got shape .* with 8 labels, .*time first"):
        diagnose(net, spikes(*shape), LABELS)
    assert diagnose(net, spikes(8, 8, 20), LABELS).loss > 0  # nobody can tell


@pytest.mark.parametrize(
    ("labels", "came"),
    [
        (LABELS[:5], r"shape \[5\]"),
        (torch.tensor(1), r"shape \[\]"),
        ([0] * 8, "list"),
        (None, "NoneType"),
        (LABELS.float(), "torch.float32"),
        (LABELS + 1, "labels from 1 to 3"),
    ],
)
def test_labels_that_do_not_fit_are_named(labels, came):
    with pytest.raises(ValueError, match=f"^labels: got {came}"):
        diagnose(nn.Sequential(lively(20, 3), LIF()), spikes(), labels)


def test_targets_of_an_objective_of_ones_own_may_have_more_axes():
    def distance(output, targets):
        return (output.mean(0) - targets).square().mean()

    net = nn.Sequential(lively(20, 3), LIF())
    report = diagnose(net, spikes(), torch.eye(3)[LABELS], loss=distance)
    assert report.loss == distance(net(spikes()), torch.eye(3)[LABELS]).item()


@pytest.mark.parametrize(
    ("loss", "came"),
    [
        (lambda output, labels: None, "NoneType"),
        (lambda output, labels: 0.5, "float"),
        (lambda output, labels: output.sum(0), r"a result \[8, 3\]"),
        (None, "None"),
        ("cross entropy", "'cross entropy'"),
    ],
)
def test_a_loss_that_is_no_number_is_named(loss, came):
    with pytest.raises(ValueError, match=f"^loss: got {came}, expected an objective"):
        diagnose(nn.Sequential(lively(20, 3), LIF()), spikes(), LABELS, loss=loss)


def test_a_loss_that_is_nan_is_a_finding():
    def lost(output, labels):
        return output.sum() * torch.nan

    report = diagnose(nn.Sequential(lively(20, 3), LIF()), spikes(), LABELS, loss=lost)
    assert "the loss is nan" in report.findings


@pytest.mark.parametrize("optimizer", [torch.optim.Adam, "adam", 3])
def test_another_optimizer_is_named(optimizer):
    net = nn.Sequential(lively(20, 3), LIF())
    with pytest.raises(ValueError, match="^optimizer: got .*, expected an optimizer"):
        diagnose(net, spikes(), LABELS, optimizer=optimizer)


def test_an_input_that_the_network_does_not_take_is_named():
    net = nn.Sequential(lively(20, 3), LIF())
    for x, came in ((spikes(12, 8, 19), r"torch.float32 \[12, 8, 19\]"), (spikes().double(), "")):
        with pytest.raises(ValueError, match=f"^inputs: got {came}.*, expected what the network"):
            diagnose(net, x, LABELS)
    with pytest.raises(ValueError, match="^inputs: got a sparse tensor"):
        diagnose(net, spikes().to_sparse(), LABELS)


@pytest.mark.parametrize("network", [None, "net", torch.relu, nn.Linear])
def test_what_is_no_network_is_named(network):
    with pytest.raises(ValueError, match="^network: got .*, expected a module"):
        diagnose(network, spikes(), LABELS)


@pytest.mark.parametrize(
    "last", [nn.Flatten(0, 1), nn.LSTM(3, 3)], ids=["merged samples", "several results"]
)
def test_an_output_that_is_no_sequence_of_samples_is_named(last):
    net = nn.Sequential(lively(20, 3), LIF(), last)
    with pytest.raises(ValueError, match=r"^network: got an output .*, expected .*\[T, 8, C\]"):
        diagnose(net, spikes(), LABELS)


@pytest.mark.parametrize(
    "last", [nn.Linear(160, 3), nn.Linear(99, 3)], ids=["another output", "no output"]
)
def test_where_a_network_fails_a_fault_of_order_is_what_is_told(last):
    net = nn.Sequential(nn.Identity(), LIF(), nn.Flatten(), last)
    with pytest.raises(ValueError, match="^network: got Flatten after LIF"):
        diagnose(net, IMAGES, LABELS)


def test_repeat_in_the_wrong_place_is_told_before_its_symptoms():
    net = nn.Sequential(lively(20, 3), LIF(), Repeat(3), LIF())
    with pytest.raises(ValueError, match="^network: got Repeat after LIF"):
        diagnose(net, spikes(), LABELS)
