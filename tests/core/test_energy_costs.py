"""Prices of operations: by hand, by substituting back, and over ranges of the tables."""

from dataclasses import fields, replace

import pytest
import torch
from torch import nn

from snn_core import LIF
from snn_core.energy import (
    HIGHEST,
    HOROWITZ,
    JOUPPI,
    LOWEST,
    Counts,
    Energy,
    EnergyTable,
    Operations,
    count_operations,
    energy,
    meeting_rate,
    over_tables,
    quantise,
)
from snn_core.training import seed_torch

ENTRIES = [field.name for field in fields(EnergyTable) if field.name != "source"]
PRIMES = EnergyTable("primes", *map(float, (26, 5, 7, 1927, 13, 17, 19, 23, 29, 31)))


@pytest.fixture(autouse=True)
def _seeded():
    seed_torch(0)


def counts(images=1, **operations):
    return Counts(images, {"one": Operations(**operations)})


def test_tables_hold_what_their_sources_say():
    """Typed again from the sources named in the tables, in another order."""
    floats = {"add_float32": (0.9, 0.38), "multiply_float32": (3.7, 1.31)}
    whole = {"add_int32": (0.1, 0.03)}
    products = {"multiply_int8": (0.2, 0.07), "multiply_int32": (3.1, 1.48)}
    memory = {"sram_8kb": (10, 7.5), "sram_32kb": (20, 8.5), "sram_1mb": (100, 14)}
    for name, (old, new) in (floats | whole | products | memory).items():
        assert (getattr(HOROWITZ, name), getattr(JOUPPI, name)) == (old, new)
    assert "2014" in HOROWITZ.source
    assert "45 nm" in HOROWITZ.source
    assert "2021" in JOUPPI.source
    assert "7 nm" in JOUPPI.source
    for name in ENTRIES:
        both = [getattr(table, name) for table in (HOROWITZ, JOUPPI)]
        assert getattr(LOWEST, name) <= min(both) <= max(both) <= getattr(HIGHEST, name)


@pytest.mark.parametrize("table", [HOROWITZ, JOUPPI], ids=["45 nm", "7 nm"])
def test_products_of_other_sizes_follow_the_entries(table):
    """They grow with both sizes: quadratically from 8 to 32 bits, to within a third."""
    assert table.multiply(8, 8) == table.multiply_int8
    assert table.multiply(32, 32) == pytest.approx(table.multiply_int32)
    assert table.multiply(4, 4) == table.multiply_int8 / 4
    assert table.multiply(4, 16) == table.multiply_int8
    between = 0.8 * table.multiply_int8 + 0.2 * table.multiply_int32
    assert table.multiply(8, 32) == pytest.approx(between)  # 256 lies a fifth between 64 and 1024
    assert table.multiply_int8 * 16 == pytest.approx(table.multiply_int32, rel=1 / 3)


def test_memory_costs_what_its_size_does():
    sizes = [0, 8 * 1024, 32 * 1024, 2**20, 2**20 + 1]
    expected = [10, 10, 20, 100, 1300]
    assert [HOROWITZ.access(size) for size in sizes] == pytest.approx(expected)
    assert HOROWITZ.access(16 * 1024) == pytest.approx((10 * 20) ** 0.5)
    assert HOROWITZ.access(2**15 * 32**0.25) == pytest.approx(20 * 5**0.25)
    for size in (2**14, 2**16, 2**18):
        assert HOROWITZ.access(4 * size) == pytest.approx(2 * HOROWITZ.access(size), rel=0.1)


def test_floats_are_priced_as_by_hand():
    done = counts(
        images=2,
        additions=10,
        macs=4,
        sums=6,
        updates=8,
        decays=2,
        reads=14,
        received=12,
        parameters=4 * 1024,
        states=8 * 1024,
    )
    found = energy(done, PRIMES)
    additions = 10 + 4 + 6 + 8
    at_16_kib = (17 * 19) ** 0.5
    assert found.arithmetic == pytest.approx((additions * 5 + (4 + 2) * 13) / 2)
    assert found.parameters == pytest.approx(14 * at_16_kib * 32 / 64 / 2)
    assert found.states == pytest.approx(8 * 2 * 19 * 32 / 64 / 2)
    assert found.messages == pytest.approx(12 * 31 / 2)
    assert found.total == pytest.approx(sum(found))


def test_integers_have_narrow_products_and_wide_sums():
    done = counts(
        additions=10, macs=4, sums=6, updates=8, decays=2, reads=14, parameters=2**21, states=1
    )
    found = energy(done, PRIMES, bits=4)
    decay = 7 + (1927 - 7) * (4 * 32 - 64) / (1024 - 64)
    assert found.arithmetic == pytest.approx((10 + 4 + 6 + 8) * 26 + 4 * 7 / 4 + 2 * decay)
    assert found.parameters == pytest.approx(14 * 23 * 4 / 64)  # 1 MiB
    assert found.states == pytest.approx(8 * 2 * 17 * 32 / 64)


def test_a_machine_that_skips_nothing_multiplies_everything_and_reads_parameters_once():
    done = counts(
        images=2,
        additions=10,
        macs=4,
        dense=100,
        sums=6,
        updates=8,
        reads=14,
        received=12,
        inputs=40,
        parameters=50,
    )
    found = energy(done, PRIMES, dense=True)
    assert found.arithmetic == pytest.approx((100 * (5 + 13) + (6 + 8) * 5) / 2)
    assert found.parameters == pytest.approx(50 * 17 * 32 / 64)
    assert found.messages == pytest.approx(40 / 2 * 2 * 17 * 32 / 64)
    assert found.states == energy(done, PRIMES).states
    shared = energy(done, PRIMES, dense=True, batch=4)
    assert shared == found._replace(parameters=found.parameters / 4)


def test_the_textbook_ratio_is_that_of_additions_alone():
    """0.9 pJ for a spike and synapse, 4.6 pJ for a value and synapse: memory left out."""
    free = dict.fromkeys(("sram_8kb", "sram_32kb", "sram_1mb", "dram", "message"), 0.0)
    table = replace(HOROWITZ, **free)
    spike = energy(counts(additions=1, reads=1, parameters=1), table).total
    value = energy(counts(macs=1, reads=1, parameters=1), table).total
    assert (spike, value) == (pytest.approx(0.9), pytest.approx(4.6))


@pytest.mark.parametrize("table", [HOROWITZ, JOUPPI, PRIMES], ids=["45 nm", "7 nm", "primes"])
@pytest.mark.parametrize("bits", [32, 8, 4])
@pytest.mark.parametrize(("steps", "density"), [(1, 1.0), (5, 0.4), (25, 1.0)])
def test_at_the_meeting_rate_both_layers_cost_the_same(table, bits, steps, density):
    inputs, outputs = 300, 70
    rate = meeting_rate(inputs, outputs, steps, table, bits=bits, density=density)
    synapses = inputs * outputs
    spiking = counts(
        additions=rate * synapses,
        reads=rate * synapses,
        received=rate * inputs,
        updates=steps * outputs,
        decays=steps * outputs,
        states=outputs,
        parameters=synapses,
    )
    met = density * synapses
    ordinary = counts(macs=met, reads=met, received=density * inputs, parameters=synapses)
    found = [energy(each, table, bits=bits).total for each in (spiking, ordinary)]
    assert found[0] == pytest.approx(found[1], rel=1e-12)


def test_two_networks_that_are_counted_meet_there():
    """Spikes for the meeting rate, put to real layers; a spike less, and the spiking one wins."""
    inputs, outputs, steps = 40, 30, 4
    layers = [nn.Linear(inputs, outputs, bias=False) for _ in range(2)]
    ordinary = count_operations(nn.Sequential(layers[0], nn.ReLU()), torch.full((1, inputs), 0.5))
    rate = meeting_rate(inputs, outputs, steps, bits=8)
    wanted = int(rate * inputs)
    assert 0 < wanted < steps * inputs
    found = []
    for spikes in (wanted, wanted + 1):
        train = torch.zeros(steps * inputs)
        train[:spikes] = 1
        spiking = count_operations(nn.Sequential(layers[1], LIF()), train.view(steps, 1, inputs))
        found.append(energy(spiking, bits=8).total)
    assert found[0] <= energy(ordinary, bits=8).total < found[1]


def test_states_alone_can_cost_more_than_an_ordinary_layer():
    assert meeting_rate(2, 100, 50) < 0


def test_one_draw_of_the_table_is_for_both_networks():
    spiking = counts(additions=100, reads=100, updates=10, received=10, parameters=9, states=5)
    ordinary = counts(macs=40, reads=40, received=5, parameters=9)

    def ratio(table):
        return energy(spiking, table).total / energy(ordinary, table).total

    drawn = over_tables(ratio, draws=200, generator=torch.Generator().manual_seed(0))
    again = over_tables(ratio, draws=200, generator=torch.Generator().manual_seed(0))
    assert torch.equal(drawn, again)
    assert drawn.shape == (200,)
    assert drawn.dtype == torch.float64
    low, high = torch.quantile(drawn, torch.tensor([0.025, 0.975]).double())
    assert low < ratio(HOROWITZ) < high
    twice = counts(additions=200, reads=200, updates=20, received=20, parameters=9, states=5)
    exact = over_tables(lambda t: energy(twice, t).total / energy(spiking, t).total, draws=20)
    assert torch.allclose(exact, torch.full_like(exact, 2.0), rtol=1e-12)


@pytest.mark.parametrize("name", ENTRIES)
def test_entries_are_drawn_evenly_in_their_logarithm(name):
    generator = torch.Generator().manual_seed(1)
    drawn = over_tables(lambda table: getattr(table, name), draws=2000, generator=generator)
    low, high = (getattr(table, name) for table in (LOWEST, HIGHEST))
    assert low <= drawn.min() < drawn.max() <= high * (1 + 1e-9)
    limits = [low ** (1 - part) * high**part for part in (0.25, 0.5, 0.75)]
    shares = [(drawn < limit).double().mean().item() for limit in limits]
    assert shares == pytest.approx([0.25, 0.5, 0.75], abs=0.04)


def test_entries_are_drawn_each_for_itself():
    generator = torch.Generator().manual_seed(2)
    seen = []

    def note(table):
        seen.append([getattr(table, name) for name in ENTRIES])
        return 0.0

    over_tables(note, draws=2000, generator=generator)
    related = torch.tensor(seen).double().log().T.corrcoef() - torch.eye(len(ENTRIES))
    assert related.abs().max() < 0.1


ONE = counts(macs=1)
REFUSED = {
    "negative": (lambda: replace(HOROWITZ, add_int32=-0.1), "add_int32: got -0.1"),
    "NaN": (lambda: replace(HOROWITZ, dram=float("nan")), "dram: got nan"),
    "text": (lambda: replace(HOROWITZ, message="few"), "message: got 'few'"),
    "no bits": (lambda: energy(ONE, bits=0), "bits: got 0"),
    "odd floats": (lambda: energy(ONE, bits=24), "bits: got 24"),
    "half floats": (lambda: energy(ONE, bits=16), "bits: got 16"),
    "dense": (lambda: energy(ONE, dense=1), "dense: got int"),
    "no batch": (lambda: energy(ONE, dense=True, batch=0), "batch: got 0"),
    "sparse batch": (lambda: energy(ONE, batch=2), "batch: got 2, expected 1 for a machine"),
    "inputs": (lambda: meeting_rate(0, 5, 3), "inputs: got 0"),
    "outputs": (lambda: meeting_rate(5, 0, 3), "outputs: got 0"),
    "steps": (lambda: meeting_rate(5, 5, 0), "steps: got 0"),
    "density": (lambda: meeting_rate(5, 5, 3, density=1.5), "density: got 1.5"),
    "draws": (lambda: over_tables(lambda table: 1.0, draws=0), "draws: got 0"),
    "quantity": (lambda: over_tables(lambda table: float("inf"), draws=2), "quantity: got inf"),
    "generator": (lambda: over_tables(lambda table: 1.0, generator=3), "generator: got 3"),
    "round bits": (lambda: quantise(nn.Linear(2, 2), torch.ones(1, 2), 9), "bits: got 9"),
    "round one bit": (lambda: quantise(nn.Linear(2, 2), torch.ones(1, 2), 1), "bits: got 1"),
    "round nothing": (lambda: quantise(nn.ReLU(), torch.ones(1, 2), 4), "network: got ReLU"),
    "round NaN": (lambda: quantise(nn.Linear(1, 1), torch.tensor([[torch.nan]]), 4), "got NaN"),
    "round function": (lambda: quantise(torch.relu, torch.ones(1, 2), 4), "network: got"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_input_is_named(name):
    call, said = REFUSED[name]
    with pytest.raises(ValueError, match=": got ") as raised:
        call()
    assert said in str(raised.value)


def levels(tensor):
    return sorted(set(tensor.flatten().tolist()))


def what_comes_to(layer, network, values):
    """Return what a layer gets once its input is rounded."""
    seen = []
    handle = layer.register_forward_hook(lambda _, given, __: seen.append(given[0]))
    network(values)
    handle.remove()
    return seen[0]


def by_hand(values, scale, low, high):
    """Round to whole multiples of the scale, one value after the other."""
    return [scale * min(max(round(value / scale), low), high) for value in values]


@pytest.mark.parametrize("bits", [8, 4, 2])
@torch.no_grad()
def test_weights_are_rounded_for_each_output(bits):
    generator = torch.Generator().manual_seed(0)
    layer = nn.Conv2d(3, 4, 3)
    layer.weight.copy_(torch.randn(layer.weight.shape, generator=generator))
    layer.weight[0] *= 100
    rounded = quantise(nn.Sequential(layer), torch.rand(2, 3, 5, 5), bits)[0]
    top = 2 ** (bits - 1) - 1
    for own, found in zip(layer.weight, rounded.weight, strict=True):
        scale = own.abs().max().item() / top
        assert found.flatten().tolist() == pytest.approx(
            by_hand(own.flatten().tolist(), scale, -top, top), rel=1e-5, abs=1e-6
        )
        assert len(levels(found)) <= 2 * top + 1
    assert torch.equal(rounded.bias, layer.bias)


@torch.no_grad()
def test_values_are_rounded_between_the_ends_that_were_seen():
    network = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    seen = torch.tensor([[0.0, 3.0], [-1.0, 0.5]])
    rounded = quantise(network, seen, 2)
    low = torch.tensor([[-9.0, -1.4], [0.0, 0.6], [2.1, 9.0]])
    scale = 4 / 3
    expected = [[-scale, -scale], [0, 0], [2 * scale, 2 * scale]]
    assert torch.allclose(what_comes_to(rounded[0], rounded, low), torch.tensor(expected))
    top = network[:2](seen).max()
    hidden = what_comes_to(rounded[2], rounded, 100 * seen)
    steps = 3 * hidden / top
    assert torch.allclose(steps, steps.round(), atol=1e-5)
    assert (steps.min().item(), steps.max().item()) == (0, pytest.approx(3))


@torch.no_grad()
def test_eight_bits_change_little_and_the_network_itself_nothing():
    generator = torch.Generator().manual_seed(3)
    network = nn.Sequential(nn.Linear(20, 30), nn.ReLU(), nn.Sequential(nn.Linear(30, 5)))
    before = [each.clone() for each in network.parameters()]
    inputs = torch.rand(100, 20, generator=generator)
    exact = network(inputs)
    errors = [(quantise(network, inputs, bits)(inputs) - exact).std() for bits in (8, 4, 2)]
    assert errors[0] < 0.02 * exact.std()
    assert errors[0] < errors[1] < errors[2]
    assert all(torch.equal(a, b) for a, b in zip(before, network.parameters(), strict=True))
    assert quantise(network.double(), inputs.double(), 4)(inputs.double()).dtype == torch.float64


def test_spikes_stay_as_they_are_and_a_single_layer_has_a_place():
    spikes = (torch.rand(4, 2, 6, generator=torch.Generator().manual_seed(0)) < 0.5).float()
    rounded = quantise(nn.Sequential(nn.Linear(6, 3), LIF()), spikes, 4)
    assert torch.equal(what_comes_to(rounded[0], rounded, spikes), spikes)
    counted = count_operations(rounded, spikes).total
    assert (counted.additions, counted.macs) == (spikes.sum() * 3, 0)
    alone = quantise(nn.Linear(6, 3), torch.rand(2, 6), 4)
    assert alone(torch.rand(2, 6)).shape == (2, 3)


def test_gradients_pass_the_rounding_as_if_there_were_none():
    """Those of the linear layer, at the rounded values; none where a value was cut."""
    layer = nn.Linear(3, 2)
    rounded = quantise(nn.Sequential(layer), torch.tensor([[0.0, 0.5, 1.0]]), 3)
    values = torch.tensor([[0.2, 0.9, 4.0]], requires_grad=True)
    rounded(values).sum().backward()
    inside = torch.tensor([1.0, 1.0, 0.0])
    weight = rounded[0].weight.detach()
    assert torch.allclose(values.grad[0], weight.sum(0) * inside)
    seen = what_comes_to(rounded[0], rounded, values.detach())
    original = rounded[0].parametrizations.weight.original
    assert torch.allclose(original.grad, seen.expand(2, 3))


def test_a_rounded_network_learns():
    generator = torch.Generator().manual_seed(0)
    inputs = torch.rand(256, 4, generator=generator)
    labels = (inputs[:, 0] > inputs[:, 1]).long()
    rounded = quantise(nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 2)), inputs, 4)
    optimizer = torch.optim.Adam(rounded.parameters(), lr=0.02)
    for _ in range(150):
        optimizer.zero_grad()
        nn.functional.cross_entropy(rounded(inputs), labels).backward()
        optimizer.step()
    right = (rounded(inputs).argmax(1) == labels).double().mean()
    assert right > 0.95
    assert len(levels(rounded[0].weight[0])) <= 15


def test_energies_have_a_total():
    assert Energy(1.0, 2.0, 3.0, 4.0).total == 10.0
