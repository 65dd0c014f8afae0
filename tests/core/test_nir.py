"""Graphs of NIR: there and back spike for spike, the equations of the format, what is refused."""

import numpy as np
import pytest
import torch
from torch import nn

from snn_core import ALL_NEURONS, LIF, Alpha, CuBaLIF, LeakyIntegrator, RecurrentLIF, StochasticLIF
from snn_core.layers import DropoutOverTime, OverTime
from snn_core.nir import READERS, Convention, from_nir, to_nir

nir = pytest.importorskip("nir", reason="the extra `nir` is not installed")

SPREAD = torch.linspace(5, 20, 5)
EULER = Convention(step=1e-3, decay="euler", reset=None)


def inputs(*shape, dtype=torch.float32):
    draws = torch.Generator().manual_seed(0)
    return (torch.rand(200, 4, *shape, generator=draws) < 0.4).to(dtype)


def rising():
    strengths = torch.linspace(0.2, 1, 200, dtype=torch.float64)
    return inputs(3, dtype=torch.float64) * strengths.view(-1, 1, 1)


def seeded(*layers):
    """Return a network with weights that make its neurons fire."""
    network = nn.Sequential(*layers)
    draws = torch.Generator().manual_seed(1)
    for name, own in network.named_parameters():
        if name.endswith("weight"):
            own.data = torch.randn(own.shape, generator=draws) / own[0].numel() ** 0.5 + 0.1
        elif name.endswith("bias"):
            own.data = torch.randn(own.shape, generator=draws) / 10
    return network


def maps():
    return seeded(
        OverTime(nn.Conv2d(2, 4, 3, stride=2, padding=1, groups=2, bias=False)),
        LIF(torch.tensor([3.0, 5, 10, 20]).view(4, 1, 1), threshold=0.4),
        OverTime(nn.AvgPool2d(2), nn.Dropout(0.2)),
        OverTime(nn.AvgPool2d((1, 2), stride=1, padding=(0, 1), divisor_override=1)),
        nn.Sequential(nn.Flatten(2), DropoutOverTime(0.2), nn.Linear(24, 3)),
        LIF(threshold=0.2),
    )


NETWORKS = {
    "soft": lambda: seeded(nn.Linear(6, 5), LIF(), nn.Linear(5, 3, bias=False), LIF(0.5 * 9)),
    "hard": lambda: seeded(nn.Linear(6, 5), LIF(SPREAD, threshold=SPREAD / 10, reset="hard")),
    "another step": lambda: seeded(nn.Linear(6, 5), LIF(8.0, dt=0.5, reset="hard")),
    "learnt": lambda: seeded(nn.Linear(6, 5), LIF(learn_beta=True, learn_threshold=True)),
    "no memory": lambda: seeded(nn.Linear(6, 5), LIF(beta=0.0, threshold=0.3)),
    "synapse": lambda: seeded(nn.Linear(6, 5), CuBaLIF(SPREAD, SPREAD / 2, threshold=0.7)),
    "no leak": lambda: seeded(nn.Linear(6, 5), LIF(beta=1.0, threshold=SPREAD)),
    "no leak, hard": lambda: seeded(nn.Linear(6, 5), LIF(beta=torch.ones(5), reset="hard", dt=0.5)),
    "no leak, among each other": lambda: seeded(nn.Linear(6, 5), RecurrentLIF(5, beta=1.0)),
    "two integrators": lambda: seeded(nn.Linear(6, 5), *map(LeakyIntegrator, (5.0, SPREAD))),
    "all to all": lambda: seeded(nn.Linear(6, 5), RecurrentLIF(5)),
    "one to one": lambda: seeded(nn.Linear(6, 5), RecurrentLIF(5, recurrence="one_to_one")),
    "readout": lambda: seeded(nn.Linear(6, 5), LIF(), nn.Linear(5, 2), LeakyIntegrator(20.0)),
    "maps": maps,
    "double": lambda: seeded(nn.Linear(6, 5), LIF()).double(),
}


def there_and_back(network, shape=None, convention=READERS["snn_core"], path=None):
    graph = to_nir(network, shape, reader=convention)
    if path:
        nir.write(path, graph)
        graph = nir.read(path, type_check=False)
    return from_nir(graph, writer=convention)


@pytest.mark.parametrize("convention", [READERS["snn_core"], EULER], ids=["exact", "euler"])
@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_comes_back_spike_for_spike(name, convention, tmp_path):
    network = NETWORKS[name]().eval()
    shape = (2, 8, 8) if name == "maps" else (6,)
    given = inputs(*shape, dtype=next(network.parameters()).dtype)
    shape = shape if name == "maps" else None
    expected = network(given)
    assert expected.abs().mean() > 0.02
    assert torch.equal(there_and_back(network, shape, convention)(given), expected)
    back = there_and_back(network, shape, convention, tmp_path / "graph.nir")
    assert torch.equal(back(given), expected)


def test_what_a_graph_keeps_beside_spikes():
    layers = [nn.Linear(3, 3), LIF(8.0, dt=0.5, reset="hard"), nn.Linear(3, 1)]
    back = there_and_back(nn.Sequential(*layers, LeakyIntegrator(20.0, dt=0.5)))
    assert back[1].reset == "hard"
    for neurons, tau in zip(back[1::2], (8.0, 20.0), strict=True):
        assert neurons.dt == 0.5
        torch.testing.assert_close(neurons.tau_mem.item(), tau)


def test_time_constants_are_in_seconds_and_a_constant_input_is_held():
    graph = to_nir(nn.Sequential(nn.Linear(2, 3), LIF(10.0, threshold=2.0)))
    np.testing.assert_allclose(graph.nodes["lif"].tau, [0.01] * 3)
    np.testing.assert_allclose(graph.nodes["lif"].r, [1 / (1 - np.exp(-0.1))] * 3)
    np.testing.assert_allclose(graph.nodes["lif"].v_threshold, [2.0] * 3)


@pytest.mark.parametrize("name", NETWORKS)
def test_types_of_a_graph_pass_the_check_of_the_format(name):
    """All but those of groups, whose input it takes for that of one group."""
    network = NETWORKS[name]()
    if name == "maps":
        network[0] = OverTime(nn.Conv2d(2, 4, 3, stride=2, padding=1))
    graph = to_nir(network, (2, 8, 8) if name == "maps" else None)
    assert graph.check_types()
    graph.infer_types()


def neuron(kind, **values):
    """Return a graph of one linear node of weight 1 and three neurons with these values."""
    full = {name: np.full(3, float(value)) for name, value in values.items()}
    return nir.NIRGraph.from_list(nir.Linear(np.eye(3)), getattr(nir, kind)(**full))


LIF_VALUES = {"tau": 0.01, "r": 6.0, "v_leak": -0.2, "v_reset": -0.2, "v_threshold": 0.8}
CUBA_VALUES = {
    "tau_mem": 0.01,
    "tau_syn": 0.004,
    "r": 3.0,
    "w_in": 2.0,
    "v_leak": 0,
    "v_threshold": 0.4,
}


def solved(given, convention, *, tau, r, v_leak=0.0, v_reset=0.0, v_threshold=np.inf):
    """Return membranes and spikes of the equation of LIF and LI, one step after the other."""
    v = np.full(given.shape[1:], v_leak)
    membranes, spikes = [], []
    for now in given:
        target = v_leak + r * now
        if convention.decay == "exact":
            v = target + (v - target) * np.exp(-convention.step / tau)
        else:
            v = v + convention.step / tau * (target - v)
        membranes.append(v)
        spikes.append(v > v_threshold)
        v = np.where(spikes[-1], v_reset, v)
    return np.stack(membranes), np.stack(spikes)


@pytest.mark.parametrize("convention", [Convention(), EULER], ids=["exact", "euler"])
def test_spikes_are_those_of_the_equation_with_a_leak_to_where_a_reset_leads(convention):
    given = rising()
    _, expected = solved(given.numpy(), convention, **LIF_VALUES)
    assert 0.02 < expected.mean() < 0.5
    found = from_nir(neuron("LIF", **LIF_VALUES), writer=convention)(given)
    assert np.array_equal(found.detach().numpy() > 0, expected)


@pytest.mark.parametrize("convention", [Convention(), EULER], ids=["exact", "euler"])
def test_synapse_and_membrane_are_two_such_equations_in_a_row(convention):
    given = rising()
    current, _ = solved(given.numpy(), convention, tau=0.004, r=2.0)
    _, expected = solved(current, convention, tau=0.01, r=3.0, v_threshold=0.4)
    assert 0.02 < expected.mean() < 0.9
    found = from_nir(neuron("CubaLIF", **CUBA_VALUES), writer=convention)(given)
    assert np.array_equal(found.detach().numpy() > 0, expected)


def test_the_exact_membrane_is_that_of_very_small_steps():
    given = inputs(3, dtype=torch.float64)
    graph = neuron("LI", tau=0.01, r=3.0, v_leak=0)
    fine = Convention(step=1e-6, decay="euler")
    expected, _ = solved(given.repeat_interleave(1000, 0).numpy(), fine, tau=0.01, r=3.0)
    torch.testing.assert_close(
        from_nir(graph)(given).detach().numpy(), expected[999::1000], rtol=0, atol=1e-4
    )


def test_a_bias_on_the_way_back_goes_into_the_weights_in_front():
    graph = to_nir(seeded(nn.Linear(6, 5), RecurrentLIF(5)))
    inner = graph.nodes["nirgraph"]
    bias = np.linspace(-0.1, 0.2, 5, dtype=np.float32)
    inner.nodes["w_rec"] = nir.Affine(inner.nodes["w_rec"].weight, bias)
    expected = from_nir(graph)
    plain = seeded(nn.Linear(6, 5), RecurrentLIF(5))
    plain[0].bias.data += torch.tensor(bias)
    assert torch.equal(expected(inputs(6)), plain(inputs(6)))


def test_a_flat_loop_is_read_as_one_in_a_graph_of_its_own():
    network = seeded(nn.Linear(6, 5), RecurrentLIF(5))
    graph = to_nir(network)
    inner = graph.nodes.pop("nirgraph").nodes
    graph.nodes |= {"lif": inner["lif"], "back": inner["w_rec"]}
    way = ["input", "linear" if "linear" in graph.nodes else "affine", "lif", "output"]
    graph.edges = [("back", "lif"), ("lif", "back"), *zip(way, way[1:], strict=False)]
    assert torch.equal(from_nir(graph)(inputs(6)), network(inputs(6)))


IF_VALUES = {"r": 90.0, "v_threshold": 0.8, "v_reset": 0.0}


def test_neurons_without_a_leak_integrate_in_seconds():
    given = rising()
    slow = {"tau": 1e9, "r": 90e9, "v_threshold": 0.8}  # nothing leaks in 200 ms
    _, expected = solved(given.numpy(), Convention(), **slow)
    assert 0.005 < expected.mean() < 0.5
    found = from_nir(neuron("IF", **IF_VALUES))(given)
    assert np.array_equal(found.detach().numpy() > 0, expected)
    jump = Convention(membrane="jump")
    by_jump = from_nir(neuron("IF", **(IF_VALUES | {"r": 0.09})), writer=jump)(given)
    assert torch.equal(by_jump, found)


@pytest.mark.parametrize("convention", [Convention(), EULER], ids=["exact", "euler"])
def test_integrators_with_a_synapse_are_two_equations_in_a_row(convention):
    given = rising()
    values = {name: value for name, value in CUBA_VALUES.items() if name != "v_threshold"}
    current, _ = solved(given.numpy(), convention, tau=0.004, r=2.0)
    expected, _ = solved(current, convention, tau=0.01, r=3.0)
    network = from_nir(neuron("CubaLI", **values), writer=convention)
    found = network(given).detach().numpy()
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
    back = there_and_back(network, convention=convention)
    assert torch.equal(back(given), network(given))


def test_sums_of_maps_are_those_of_a_convolution_with_ones():
    sizes = (np.array(one) for one in ((2, 3), (2, 1), (0, 1)))
    network = from_nir(nir.NIRGraph.from_list(nir.SumPool2d(*sizes), type_check=False))
    given = inputs(2, 6, 7)
    ones = torch.ones(2, 1, 2, 3)
    expected = nn.functional.conv2d(
        given.flatten(0, 1), ones, stride=(2, 1), padding=(0, 1), groups=2
    )
    assert torch.equal(network(given).flatten(0, 1), expected)


@pytest.mark.parametrize("library", [name for name in READERS if name != "snn_core"])
def test_what_was_not_compared_with_a_library_is_refused_by_name(library):
    plain = nn.Sequential(nn.Linear(3, 3), LIF(beta=1.0, reset=READERS[library].reset))
    with pytest.raises(ValueError, match=r"LIF at layer 1.*node: got IF.*compared with its reader"):
        to_nir(plain, reader=library)
    with pytest.raises(ValueError, match=r"IF at node if.*node: got IF.*compared with its writer"):
        from_nir(neuron("IF", **IF_VALUES), writer=library)


def replaced(values, **others):
    return neuron("LIF", **(values | others))


def without_end(graph):
    """Lead from the last neurons over a further node to the first one again."""
    graph.nodes["second"] = nir.Linear(np.eye(3))
    graph.edges[-1] = ("lif", "second")
    graph.edges.append(("second", "linear"))


BRANCHED = {
    "a skip": (
        lambda graph: graph.edges.append(("input", "lif")),
        "linear and lif side by side, expected no branch",
    ),
    "a loop": (
        lambda graph: graph.edges.append(("lif", "linear")),
        "output and linear side by side, expected no branch",
    ),
    "no end": (without_end, "a loop back to linear, expected one over a linear node"),
    "an island": (
        lambda graph: graph.nodes.update(alone=nir.Linear(np.eye(2))),
        r"\['alone'\] aside",
    ),
}


@pytest.mark.parametrize("name", BRANCHED)
def test_a_graph_that_is_no_row_is_refused(name):
    graph = neuron("LIF", **LIF_VALUES)
    change, came = BRANCHED[name]
    change(graph)
    with pytest.raises(ValueError, match=f"^graph: got {came}"):
        from_nir(graph)


@pytest.mark.parametrize(
    ("graph", "convention", "message"),
    [
        (lambda: replaced(LIF_VALUES, v_reset=0.0), "snn_core", "LIF at node lif.*v_reset: got 0"),
        (lambda: neuron("LIF", **LIF_VALUES), "snntorch", "LIF at node lif.*v_reset.*soft"),
        (lambda: replaced(LIF_VALUES, tau=1e-4), EULER, "LIF at node lif.*beta: got -9"),
        (lambda: replaced(LIF_VALUES, v_threshold=-0.5), "snn_core", "at node lif.*threshold"),
        (lambda: replaced(LIF_VALUES, r=0.0), "snn_core", "at node lif.*threshold"),
        (lambda: neuron("LI", tau=0.01, r=1, v_leak=0.1), "snn_core", "LI at node li.*v_leak"),
        (lambda: neuron("I", r=1), "snn_core", "I at node i.*node: got 'I'"),
        (lambda: nir.NIRGraph.from_list(nir.LI(*np.ones((2, 3)), np.zeros(3))), "snn_core", "LI"),
        (lambda: neuron("LIF", **LIF_VALUES), "brian", "writer: got 'brian'"),
        (lambda: neuron("LIF", **LIF_VALUES), Convention(decay="exp"), "decay: got 'exp'"),
        (lambda: nir.Linear(np.eye(2)), "snn_core", "graph: got Linear"),
    ],
)
def test_what_cannot_be_read_is_refused_by_node(graph, convention, message):
    with pytest.raises(ValueError, match=message):
        from_nir(graph(), writer=convention)


@pytest.mark.parametrize(
    ("network", "options", "message"),
    [
        (lambda: nn.Sequential(nn.Linear(2, 2), Alpha()), {}, "Alpha at layer 1.*one of Linear"),
        (lambda: nn.Sequential(nn.Linear(2, 2), nn.ReLU()), {}, "ReLU at layer 1"),
        (
            lambda: nn.Sequential(nn.Linear(2, 2), CuBaLIF(beta=1.0)),
            {},
            "CuBaLIF at layer 1.*beta: got 1",
        ),
        (lambda: nn.Sequential(LIF()), {}, "input_shape: got None"),
        (lambda: nn.Sequential(nn.Linear(2, 2)), {"input_shape": [3]}, "Linear at layer 0"),
        (lambda: nn.Sequential(), {}, "no layer"),
        (lambda: LIF(), {"input_shape": [2.5]}, "input_shape: got 2.5"),
        (lambda: nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)), {}, "BatchNorm1d at layer 1"),
        (
            lambda: OverTime(nn.Conv2d(1, 1, 3, padding_mode="reflect")),
            {"input_shape": (1, 5, 5)},
            "Conv2d at layer layer.*padding_mode",
        ),
        (
            lambda: OverTime(nn.AvgPool2d(2, ceil_mode=True)),
            {"input_shape": (1, 5, 5)},
            "AvgPool2d at layer layer",
        ),
        (lambda: nn.Linear(2, 2), {"reader": "lava"}, "reader: got 'lava'"),
        (
            lambda: nn.Sequential(nn.Linear(2, 2), LeakyIntegrator()),
            {"reader": "norse"},
            "LeakyIntegrator at layer 1.*LI",
        ),
    ],
)
def test_what_cannot_be_written_is_refused_by_layer(network, options, message):
    with pytest.raises(ValueError, match=message):
        to_nir(network(), **options)


HELD = ("LIF", "CuBaLIF", "RecurrentLIF")  # of all neurons, those that a graph can hold


@pytest.mark.parametrize("name", [*(name for name in ALL_NEURONS if name not in HELD), "chance"])
def test_every_other_neuron_is_refused_by_name(name):
    kind = ALL_NEURONS.get(name, StochasticLIF)
    network = nn.Sequential(nn.Linear(2, 2), kind(2) if name.startswith("Recurrent") else kind())
    expected = f"^network: got {kind.__name__} at layer 1, .*got {kind.__name__}, expected one of"
    with pytest.raises(ValueError, match=expected):
        to_nir(network)


def test_a_recurrence_by_a_module_is_refused():
    network = nn.Sequential(nn.Linear(2, 2), RecurrentLIF(2, recurrence=nn.Linear(2, 2)))
    with pytest.raises(ValueError, match=r"RecurrentLIF at layer 1.*recurrence: got Linear"):
        to_nir(network)


def test_a_reset_that_the_reader_takes_for_another_is_warned_of():
    network = nn.Sequential(nn.Linear(2, 2), LIF())
    for reader in ("norse", "snntorch", "spikingjelly"):
        with pytest.warns(UserWarning, match="reset: got 'soft', expected 'hard'"):
            to_nir(network, reader=reader)
    to_nir(network, reader="sinabs")
