"""Networks that read sample by sample: their parts, what they keep, a probe, and swaps."""

import numpy as np
import pytest
import torch
from torch import nn

from snn_core import LIF, LeakyIntegrator, RecurrentAdaptiveLIF
from snn_core.layers import DelayedLinear, Delays
from snn_core.teaching.diagrams import signals_apart
from snn_core.teaching.studies.sample_by_sample import (
    NEURONS,
    bytes_of,
    digits_over_time,
    groups_with_delays,
    in_turn,
    memory_reader,
    narrow_delays,
    reordered,
    time_constants,
)
from snn_core.teaching.studies.where_memory_sits import kept_at_end, run_swapped, share_explained


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def loud(kind):
    """Return a small reader whose neurons spike, and an input."""
    torch.manual_seed(0)
    network = memory_reader(kind, hidden=12).eval()
    for layer in network:
        if isinstance(layer, (nn.Linear, DelayedLinear)):
            layer.weight.data *= 3
    inputs = 2 * torch.randn(20, 6, 1, generator=generator())
    assert network[:-2](inputs).sum() > 20
    return network, inputs


@pytest.mark.parametrize("kind", NEURONS)
def test_a_reader_learns_all_that_its_name_says(kind):
    network, inputs = loud(kind)
    network.train()(inputs).square().sum().backward()
    learns = {name.split(".")[-1] for name, each in network.named_parameters() if each.grad.any()}
    assert ("_learnt_beta" in " ".join(learns) or "beta" in " ".join(learns)) == (
        kind != "one leak"
    )
    assert ("delay" in learns) == (kind == "learnt delays")
    groups = groups_with_delays(network, 0.1, 0.5)
    assert [group["lr"] for group in groups] == ([0.1, 0.5] if kind == "learnt delays" else [0.1])
    assert sum(len(group["params"]) for group in groups) == len(list(network.parameters()))


def test_time_constants_are_spread_evenly_over_factors():
    taus = time_constants(3, 2.0, 50.0)
    torch.testing.assert_close(taus, torch.tensor([2.0, 10.0, 50.0]))


def test_bytes_are_those_counted_by_hand():
    network = nn.Sequential(
        DelayedLinear(1, 5, 10.0, taps=2, learn=False),
        RecurrentAdaptiveLIF(5),
        Delays(5, 10.0),
        nn.Linear(5, 3),
        LeakyIntegrator(),
    )
    assert bytes_of(network) == {
        "state": 4 * (2 * 5 + 3) + 1,  # membrane and adaptation; the readout; 5 spikes
        "buffers": 10 * 4 + 7,  # ten numbers; 50 spikes
        "weights": 4 * (10 + 10 + 5 + 25 + 5 + 15 + 3),
    }
    assert network.training


def test_the_width_shrinks_until_delays_are_whole_steps():
    network = memory_reader("fixed delays", hidden=4)
    widths = []
    for done in (0.0, 0.3, 0.599, 0.6, 1.0):
        narrow_delays(network, done, 4.0, 1.0)
        widths.append(network[0].width)
    assert widths == pytest.approx([4.0, 2.0, 1.0, 0.0, 0.0], abs=0.01)
    narrow_delays(memory_reader("one leak", hidden=4), 0.0)  # has no delays, and does not mind


def test_signals_come_one_number_at_a_time_and_shuffled_ones_alike_for_all():
    signals, labels, *test = digits_over_time()
    assert torch.equal(in_turn(signals)[7, 3, 0], signals[3, 7])
    once = reordered(torch.arange(80.0).view(2, 40))
    assert torch.equal(once[0] + 40, once[1])
    assert not torch.equal(once[0], torch.arange(40.0))
    assert (len(labels), len(test[1])) == (4000, 1000)


@pytest.mark.parametrize("kind", ["recurrent + adaptive", "learnt delays"])
def test_a_swap_of_nothing_or_among_equals_changes_nothing(kind):
    network, inputs = loud(kind)
    torch.testing.assert_close(run_swapped(network, inputs, 9, None), network(inputs))
    alike = inputs[:, :1].expand(-1, 6, -1)
    for part in ("neurons", "delays", "readout"):
        torch.testing.assert_close(run_swapped(network, alike, 9, part), network(alike))


@pytest.mark.parametrize("kind", ["recurrent + adaptive", "learnt delays"])
def test_what_is_swapped_is_from_then_on_the_others(kind):
    """With the past of the other, and one and the same future, all parts together are the other."""
    network, inputs = loud(kind)
    inputs[9:] = inputs[9:, :1]
    plain = network(inputs)
    changed = {part: run_swapped(network, inputs, 9, part) for part in ("neurons", "delays")}
    torch.testing.assert_close(changed["neurons"][:9], plain[:9])
    assert not torch.allclose(changed["neurons"][9:], plain[9:])
    assert torch.equal(changed["delays"], plain) == (kind == "recurrent + adaptive")
    readout = run_swapped(network, inputs, 9, "readout")
    torch.testing.assert_close(readout[:9], plain[:9].flip(1))


def test_delay_lines_alone_are_swapped_as_by_hand():
    network = nn.Sequential(Delays(1, 4.0, delay=4.0), LIF(beta=0.0), LeakyIntegrator(beta=0.0))
    inputs = torch.zeros(10, 2, 1)
    inputs[3, 0] = 2  # arrives at step 7
    moved = run_swapped(network.eval(), inputs, 5, "delays")
    assert moved[:, :, 0].nonzero().tolist() == [[7, 1]]
    assert run_swapped(network, inputs, 8, "delays")[:, :, 0].nonzero().tolist() == [[7, 0]]


def test_what_is_kept_are_states_and_delay_lines():
    network = nn.Sequential(
        DelayedLinear(1, 4, 3.0), RecurrentAdaptiveLIF(4), nn.Linear(4, 2), LeakyIntegrator()
    )
    inputs = torch.randn(8, 5, 1, generator=generator())
    alone = kept_at_end(network.eval(), inputs, buffers=False)
    both = kept_at_end(network, inputs, buffers=True)
    assert alone.shape == (5, 12)
    assert torch.equal(both[:, :3], inputs[-3:, :, 0].T)
    assert torch.equal(both[:, 3:], alone)


def test_a_probe_explains_what_is_linear_and_nothing_of_noise():
    features = torch.randn(600, 5, generator=generator())
    noise = torch.randn(600, 1, generator=generator(1))
    half = features[:, :1] + noise
    wanted = torch.cat([features @ torch.ones(5, 1) + 3, half, noise], 1)
    shares = share_explained(tuple(features.split(300)), tuple(wanted.split(300)))
    assert shares[0] == pytest.approx(1, abs=1e-3)
    assert shares[1] == pytest.approx(0.5, abs=0.1)
    assert shares[2] == pytest.approx(0, abs=0.05)


def test_signals_stand_one_above_the_other_and_the_clean_one_on_top():
    signals = torch.randn(3, 8, generator=generator())
    left, right = signals_apart([signals, signals.flip(1)], torch.ones(4))
    drawn = np.array([line.get_ydata() for line in left.lines[:3]])
    assert drawn == pytest.approx(signals.numpy() + [[0], [5], [10]])
    assert left.lines[3].get_ydata().tolist() == [21] * 4
    assert len(right.lines) == 3
