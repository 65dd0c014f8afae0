"""Transforms, traces and exports give the values and the gradients of the plain call."""

import copy
import threading
import warnings
import weakref

import pytest
import torch
from torch import nn
from torch._subclasses import FakeTensorMode
from torch.func import functional_call, grad, hessian, jacfwd, jacrev, jvp, vmap

from snn_core import (
    ALL_NEURONS,
    ALL_SURROGATES,
    LIF,
    CuBaLIF,
    LeakyIntegrator,
    RecurrentLIF,
    SpikingNeuron,
    StochasticLIF,
    Surrogate,
    encoding,
    losses,
    unchecked,
)
from snn_core.layers import OverTime, Repeat

T, B, N = 3, 2, 4  # few steps: each is a part of every graph
KINDS = (*ALL_NEURONS, "StochasticLIF", "LeakyIntegrator")
BACKENDS = ("eager", "aot_eager")

# PyTorch's own: forward mode scripts some of its formulas, a trace is said to be out of date.
pytestmark = [
    pytest.mark.filterwarnings("ignore:.*torch.jit.*:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::torch.jit.TracerWarning"),
]


class SpikesAndMembrane(nn.Module):
    """Return spikes and membrane of a neuron in one tensor, ``[2, T, B, N]``."""

    def __init__(self, neuron):
        super().__init__()
        self.neuron = neuron

    def forward(self, current):
        return torch.stack(self.neuron(current, record=True)[:2])


def build(name):
    """Return a neuron in float64 that learns what it can; the stochastic one leaves no chance."""
    neuron = bare(name)
    return neuron if name == "LeakyIntegrator" else SpikesAndMembrane(neuron)


def bare(name):
    if name == "Izhikevich":
        return ALL_NEURONS[name]("fast_spiking", dt=0.125)  # two parts, short graphs
    if name == "LeakyIntegrator":
        return LeakyIntegrator(5.0, learn_beta=True).double()
    learnt = {"learn_beta": True, "learn_threshold": True, "detach_reset": False}
    if name == "StochasticLIF":
        return StochasticLIF(width=1e-12, **learnt).double()
    count = (N,) if name.startswith("Recurrent") else ()
    torch.manual_seed(0)
    return ALL_NEURONS[name](*count, **learnt).double()


def drive(name, *batch, seed=0):
    """Return a current that makes some neurons spike, ``[*batch, T, B, N]`` in float64."""
    generator = torch.Generator().manual_seed(seed)
    current = torch.randn(*batch, T, B, N, generator=generator, dtype=torch.float64) + 0.8
    return {"Izhikevich": 500, "Alpha": 6}.get(name, 2) * current


def score(output):
    """Return one number that depends on every entry of an output in its own way."""
    weight = torch.linspace(-1, 1, output.numel(), dtype=output.dtype).view(output.shape)
    return (weight * output).sum() + (weight * output).sum() ** 2


def own_gradients(neuron, run, current):
    """Return a score of ``run(current)`` and its gradients by the input and the parameters."""
    current = current.clone().requires_grad_()
    value = score(run(current))
    inputs = [current, *neuron.parameters()]
    return [value, *torch.autograd.grad(value, inputs, allow_unused=True)]


def assert_equal(got, expected):
    for one, other in zip(got, expected, strict=True):
        if other is not None:
            torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", KINDS)
def test_the_inputs_of_these_tests_reach_every_part(name):
    """Some neurons spike and some do not, and gradients arrive."""
    neuron, current = build(name), drive(name)
    _, *gradients = own_gradients(neuron, neuron, current)
    assert all(gradient.abs().max() > 0 for gradient in gradients)
    if name != "LeakyIntegrator":
        assert 0.1 < neuron(current)[0].mean() < 0.9


@pytest.mark.parametrize("name", KINDS)
def test_grad_by_input_and_parameters(name):
    neuron, current = build(name), drive(name)
    parameters = dict(neuron.named_parameters())

    def loss(parameters, current):
        return score(functional_call(neuron, parameters, (current,)))

    by_parameters, by_input = grad(loss, argnums=(0, 1))(parameters, current)
    value, *expected = own_gradients(neuron, neuron, current)
    assert_equal([value, by_input, *by_parameters.values()], [value, *expected])


@pytest.mark.parametrize("name", KINDS)
def test_vmap_runs_every_sample_as_it_would_run_alone(name):
    neuron, currents = build(name), drive(name, 4)
    expected = torch.stack([neuron(current) for current in currents])
    together = vmap(neuron, randomness="different")(currents)
    torch.testing.assert_close(together, expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", KINDS)
def test_gradients_of_every_sample_and_through_all_samples(name):
    neuron, currents = build(name), drive(name, 3)

    def loss(current):
        return score(neuron(current))

    expected = torch.stack([own_gradients(neuron, neuron, current)[1] for current in currents])
    each = vmap(grad(loss), randomness="different")(currents)
    through = grad(lambda all_: vmap(loss, randomness="different")(all_).sum())(currents)
    assert_equal([each, through], [expected, expected])


@pytest.mark.parametrize("name", KINDS)
def test_jacobians_backwards_and_forwards(name):
    neuron, current = build(name), drive(name)
    expected = torch.autograd.functional.jacobian(neuron, current)
    assert_equal([jacrev(neuron)(current)], [expected])
    assert_equal([jacfwd(neuron, randomness="same")(current)], [expected])


@pytest.mark.parametrize("name", KINDS)
def test_compiled_in_one_graph(name):
    neuron, current = build(name), drive(name)
    torch._dynamo.reset()
    compiled = torch.compile(neuron, backend="aot_eager", fullgraph=True)
    got = own_gradients(neuron, compiled, current)
    assert_equal(got, own_gradients(neuron, neuron, current))


@pytest.mark.parametrize("name", KINDS)
def test_exported_with_any_number_of_samples(name):
    neuron = build(name)
    batch = torch.export.Dim("batch", min=2, max=64)
    shapes = {"current": {1: batch}}
    program = torch.export.export(neuron, (drive(name),), dynamic_shapes=shapes)
    many = torch.cat([drive(name), drive(name, seed=1)], 1)
    torch.testing.assert_close(program.module()(many), neuron(many), rtol=1e-12, atol=1e-12)


HIDDEN = {
    "linear": [nn.Linear(6, 5), LIF()],
    "recurrent": [nn.Linear(6, 5), RecurrentLIF(5)],
    "repeated": [nn.Linear(6, 5), Repeat(T), LIF()],
    "convolutional": [
        OverTime(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4)),
        LIF(),
        OverTime(nn.AvgPool2d(2)),
        nn.Flatten(2),
        nn.Linear(36, 5),
        LIF(),
    ],
}
INPUTS = {"repeated": (B, 6), "convolutional": (T, B, 1, 8, 8)}


class SpikesAndReadout(nn.Module):
    """Return the spikes of hidden layers, and the membranes of a readout."""

    def __init__(self, layers):
        super().__init__()
        self.hidden = nn.Sequential(*layers)
        self.readout = nn.Sequential(nn.Linear(5, N), LeakyIntegrator())

    def forward(self, inputs):
        spikes = self.hidden(inputs)
        return spikes, self.readout(spikes)


@pytest.mark.parametrize("name", HIDDEN)
def test_a_network_is_exported_with_any_number_of_samples(name, tmp_path):
    torch.manual_seed(0)
    network = SpikesAndReadout(copy.deepcopy(HIDDEN[name])).eval()
    for weights in network.parameters():
        nn.init.normal_(weights, 0.0, 0.5)
    axes = INPUTS.get(name, (T, B, 6))
    of_samples = axes.index(B)
    shapes = ({of_samples: torch.export.Dim("batch", min=1, max=64)},)
    program = torch.export.export(network, (torch.rand(axes),), dynamic_shapes=shapes)
    torch.export.save(program, tmp_path / "network.pt2")
    loaded = torch.export.load(tmp_path / "network.pt2").module()
    many = 4 * torch.cat([torch.rand(axes) for _ in range(3)], of_samples)
    for inputs in (many, many.narrow(of_samples, 0, 1)):
        spikes, membrane = loaded(inputs)
        expected_spikes, expected_membrane = network(inputs)
        assert 0 < expected_spikes.mean() < 1
        assert spikes.equal(expected_spikes)
        torch.testing.assert_close(membrane, expected_membrane)


@pytest.mark.parametrize("name", KINDS)
def test_traced_saved_and_loaded_with_gradients(name, tmp_path):
    neuron, current = build(name), drive(name)
    traced = torch.jit.trace(neuron, (drive(name, seed=1),), check_trace=False)
    torch.jit.save(traced, tmp_path / "neuron.pt")
    loaded = torch.jit.load(tmp_path / "neuron.pt")
    expected = own_gradients(neuron, neuron, current)
    assert_equal(own_gradients(traced, traced, current), expected)
    parameters = dict(loaded.named_parameters())
    in_order = [parameters[key] for key, _ in neuron.named_parameters()]
    loaded.parameters = lambda: in_order
    assert_equal(own_gradients(loaded, loaded, current), expected)


@pytest.mark.parametrize("name", KINDS)
def test_onnx_export(name, tmp_path):
    pytest.importorskip("onnxscript")
    runtime = pytest.importorskip("onnxruntime")
    neuron, current = bare(name).eval(), drive(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(neuron, (current,), tmp_path / "neuron.onnx", dynamo=True)
    session = runtime.InferenceSession(tmp_path / "neuron.onnx")
    (name_of_input,) = (one.name for one in session.get_inputs())
    (spikes,) = session.run(None, {name_of_input: current.numpy()})
    torch.testing.assert_close(torch.from_numpy(spikes), neuron(current))


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_network_with_its_loss_is_compiled_in_one_graph(backend):
    torch._dynamo.reset()
    network = nn.Sequential(nn.Linear(3, 8), LIF(), nn.Linear(8, 2), CuBaLIF())
    images, labels = torch.rand(4, 3), torch.tensor([0, 1, 1, 0])

    def loss(steps):
        spikes = images.expand(steps, 4, 3)
        return losses.count_cross_entropy(network(6 * spikes), labels)

    compiled = torch.compile(loss, backend=backend, fullgraph=True)
    expected = torch.autograd.grad(loss(7), tuple(network.parameters()))
    got = torch.autograd.grad(compiled(7), tuple(network.parameters()))
    assert expected[0].abs().max() > 0
    for one, other in zip(got, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


def slope_of(surrogate, x, h=1e-6):
    """Return the derivative of the surrogate derivative, by differences."""
    return (surrogate.derivative(x + h) - surrogate.derivative(x - h)) / (2 * h)


POINTS = torch.tensor([-0.31, -0.04, 0.03, 0.22], dtype=torch.float64)


@pytest.mark.parametrize("name", ALL_SURROGATES)
def test_second_derivative_of_a_spike_is_the_slope_of_the_surrogate(name):
    surrogate, x = Surrogate(name, 2.0), POINTS.clone().requires_grad_()
    expected = slope_of(surrogate, POINTS)
    (first,) = torch.autograd.grad(surrogate(x).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x, allow_unused=True)
    got = torch.zeros(4, dtype=torch.float64) if second is None else second
    torch.testing.assert_close(got, expected, rtol=1e-6, atol=1e-8)
    there = hessian(lambda x: surrogate(x).sum())(POINTS).diagonal()
    torch.testing.assert_close(there, expected, rtol=1e-6, atol=1e-8)


def test_a_traced_stochastic_neuron_spikes_as_often_as_it_says():
    neuron, current = StochasticLIF(beta=0.0), torch.full((1, 4000, 1), 0.9)
    exported = torch.export.export(neuron, (current,))
    called = [str(node.target) for node in exported.graph.nodes]
    assert not any("bernoulli" in name for name in called)  # ONNX has none that is right
    program = exported.module()
    chance = neuron.probability(torch.tensor([0.9])).item()
    torch.manual_seed(0)
    assert abs(program(current).mean().item() - chance) < 4 * (chance * (1 - chance) / 4000) ** 0.5


@pytest.mark.parametrize("name", ["fast_sigmoid", "arctan", "sigmoid", "gaussian"])
def test_second_derivative_of_a_traced_spike(name):
    surrogate, x = Surrogate(name, 2.0), POINTS.clone().requires_grad_()
    traced = torch.jit.trace(lambda x: surrogate(x), (torch.zeros(4, dtype=torch.float64),))
    (first,) = torch.autograd.grad(traced(x).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    torch.testing.assert_close(first.detach(), surrogate.derivative(POINTS))
    torch.testing.assert_close(second, slope_of(surrogate, POINTS), rtol=1e-6, atol=1e-8)


def test_second_derivatives_of_a_neuron_agree_where_there_are_any():
    """The loop has them; the fast path of the LIF says that it has none."""
    lif, current = bare("LIF"), drive("LIF")

    def loss(current):
        return score(SpikingNeuron.forward(lif, current, record=True).membrane)

    there = hessian(lambda current: score(lif(current, record=True).membrane))(current)
    here = torch.autograd.functional.hessian(loss, current)
    assert here.abs().max() > 0
    torch.testing.assert_close(there, here, rtol=1e-9, atol=1e-9)
    value = score(lif(current.requires_grad_()))
    with pytest.raises(RuntimeError, match="no second derivative"):
        torch.autograd.grad(value, current, create_graph=True)


def test_forward_mode_of_the_fast_path_is_right_or_refused():
    lif, current = bare("LIF"), drive("LIF")
    tangent = drive("LIF", seed=3)
    _, forwards = jvp(lif, (current,), (tangent,))
    (backwards,) = torch.autograd.grad(
        (SpikingNeuron.forward(lif, current.requires_grad_()) * forwards).sum(), current
    )
    torch.testing.assert_close((backwards * tangent).sum(), (forwards**2).sum())
    with torch.autograd.forward_ad.dual_level():
        dual = torch.autograd.forward_ad.make_dual(current.detach(), tangent)
        with pytest.raises(NotImplementedError, match="jvp"):
            lif(dual)


def test_a_spike_keeps_its_input_for_the_backward_pass_alone():
    """What saves tensors elsewhere, as checkpoints do, finds no second copy held."""
    x = 2 * torch.ones(3, requires_grad=True)
    kept = weakref.ref(x)
    with torch.autograd.graph.saved_tensors_hooks(lambda x: x.tolist(), torch.tensor):
        spikes = Surrogate()(x)
    del x
    assert kept() is None
    spikes.sum().backward()


NAN = torch.full((3, 1, 2), torch.nan)


@pytest.mark.parametrize("name", KINDS)
def test_unchecked_leaves_out_the_checks_of_values_and_no_other(name):
    neuron = bare(name)
    sequence = torch.full((T, B, N), torch.nan, dtype=torch.float64)
    with unchecked():
        assert neuron(sequence).shape == (T, B, N)
        with pytest.raises(ValueError, match="^current: got torch.int64"):
            neuron(torch.ones(T, B, N, dtype=torch.int64))
        with pytest.raises(ValueError, match="^state: got shape"):
            neuron(drive(name), torch.zeros(B, N + 1))
    with pytest.raises(ValueError, match="^current: got NaN"):
        neuron(sequence)


def test_unchecked_covers_values_of_every_kind_and_ends_with_an_error():
    labels = torch.tensor([7])

    def passed():
        encoding.latency(torch.full((1, 2), 3.0), 4)
        encoding.latency(torch.full((1, 2), torch.nan), 4)
        losses.spike_count(NAN)
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="^on purpose"), unchecked():
        passed()
    with pytest.raises(ValueError, match="^labels"):
        losses.count_cross_entropy(torch.ones(3, 1, 2), labels)
    with pytest.raises(ValueError, match="^intensity"):
        encoding.latency(torch.full((1, 2), 3.0), 4)


def test_unchecked_inside_what_is_compiled():
    torch._dynamo.reset()
    lif, current = LIF(), torch.ones(3, 1, 2)

    @torch.compile(backend="eager", fullgraph=True)
    def run(current):
        with unchecked():
            return lif(current)

    assert torch.equal(run(current), lif(current))


def test_unchecked_nests():
    with unchecked():
        with unchecked():
            LIF()(NAN)
        LIF()(NAN)
    with pytest.raises(ValueError, match="^current"):
        LIF()(NAN)


def test_unchecked_holds_for_its_own_thread():
    errors = []

    def elsewhere():
        try:
            LIF()(NAN)
        except ValueError as error:
            errors.append(str(error))

    with unchecked():
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert errors == ["current: got NaN, expected numbers only"]


def test_unchecked_asks_for_no_value(monkeypatch):
    """Whatever reads a value makes a device wait."""
    network = nn.Sequential(nn.Linear(3, 4), LIF(), nn.Linear(4, 2), CuBaLIF(), LeakyIntegrator())
    current, reads = torch.ones(5, 2, 3), []
    for name in ("__bool__", "item", "tolist"):
        read = getattr(torch.Tensor, name)
        spy = lambda x, read=read: reads.append(x) or read(x)  # noqa: E731
        monkeypatch.setattr(torch.Tensor, name, spy)
    network(current)
    assert len(reads) == 3  # the last membranes of the three layers
    with unchecked():
        network(current)
    assert len(reads) == 3


def test_no_value_is_read_of_tensors_that_have_none():
    network = nn.Sequential(nn.Linear(3, 4), LIF(), nn.Linear(4, 2), CuBaLIF())
    assert network.to("meta")(torch.ones(5, 2, 3, device="meta")).shape == (5, 2, 2)
    with FakeTensorMode():
        assert LIF()(torch.ones(5, 2, 3)).shape == (5, 2, 3)


def test_a_graph_holds_no_operation_of_a_check():
    program = torch.export.export(LIF(), (torch.ones(2, 1, 2),))
    names = " ".join(str(node.target) for node in program.graph.nodes)
    assert "gt" in names
    assert not any(check in names for check in ("isfinite", "isnan", "_local_scalar_dense", "all"))
