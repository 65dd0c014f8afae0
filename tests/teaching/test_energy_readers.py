"""Readers of digits on page 21: their bills, their opponents, and the drawings of both."""

from types import SimpleNamespace

import matplotlib.pyplot as plt
import pytest
import torch

from snn_core.energy import HOROWITZ, JOUPPI, Counts, Energy, Operations, energy
from snn_core.energy.tables import HIGHEST, LOWEST
from snn_core.teaching.diagrams import energy_bills, energy_dots, mark_ratios, mark_readers
from snn_core.teaching.diagrams.bills import KINDS
from snn_core.teaching.inputs import scattered
from snn_core.teaching.plotting import panels
from snn_core.teaching.studies.energy import (
    WAYS,
    Reader,
    bills_of,
    fair_pairs,
    opponent,
    ordinary_readers,
    ratios,
    readers_of_pages,
    scores_of,
    spiking_readers,
)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def run(held_out, test=0.9, **done):
    kept = {"parameters": 50, "states": 5}
    done = {"reads": 100, "received": 10, "dense": 500, "inputs": 90, **kept} | done
    return {"held_out": held_out, "test": test, "steps": 2.0, "images": 10, "operations": done}


def reader(*runs, bits=8):
    return Reader(7, bits, list(runs))


def test_the_bill_is_the_mean_of_the_bills_of_the_seeds():
    runs = [run(0.9, additions=100), run(0.8, additions=300, updates=40), run(0.7, macs=30)]
    for bits, table, dense in ((8, HOROWITZ, False), (32, JOUPPI, False), (4, HOROWITZ, True)):
        counts = [Counts(10, {"": Operations(**each["operations"])}) for each in runs]
        alone = [energy(each, table, bits=bits, dense=dense) for each in counts]
        found = reader(*runs, bits=bits).bill(table, dense=dense)
        assert list(found) == pytest.approx([sum(part) / 3 for part in zip(*alone, strict=True)])


def test_what_is_kept_is_kept_once():
    both = reader(run(0.9, additions=100), run(0.7, additions=300))
    assert both.per_image("parameters") == 50
    assert both.per_image("additions") == pytest.approx(20)
    assert both.per_synapse("additions") == pytest.approx(0.4)
    assert both.mean("held_out") == pytest.approx(0.8)


SIZES = {16: 0.90, 32: 0.95, 64: 0.94, 128: 0.97}


def little_record():
    """Return a record with two seeds, whose spiking readers read 93 % but for one."""
    arms = {arm for arm, _ in WAYS.values()}
    known = {arm: 0.96 if arm == "direct" else 0.93 for arm in arms}
    ways = {
        arm: {"whole": run(known[arm], additions=9), "stopped": run(0.9, additions=3)}
        for arm in arms
    }
    ordinary = {str(size): {"8": {"whole": run(right, macs=size)}} for size, right in SIZES.items()}
    results = {arm: [{"seed": seed, "8": ways[arm]} for seed in (0, 1)] for arm in arms}
    settings = {
        "hidden": 256,
        "ladder": {arm: {"hidden": 128} if arm == "fewer neurons" else {} for arm in arms},
        "ordinary": {"sizes": list(SIZES)},
    }
    results["ordinary"] = [{"seed": seed} | ordinary for seed in (0, 1)]
    return SimpleNamespace(settings=settings, results=results)


def test_readers_are_found_in_the_record():
    spiking = spiking_readers(little_record(), 8)
    assert list(spiking) == list(WAYS)
    assert [each.neurons for each in spiking.values()] == [256] * 6 + [128]
    assert spiking["fewer spikes"].per_image("additions") == pytest.approx(0.9)
    assert spiking["stop when sure"].per_image("additions") == pytest.approx(0.3)
    assert list(ordinary_readers(little_record(), 8)) == list(SIZES)
    assert set(scores_of(spiking).values()) == {"nJ, 90.0% right"}
    assert bills_of(spiking)["events"] == spiking["events"].bill()


def test_the_opponent_is_the_smallest_that_reads_as_well():
    found = {name: rival.neurons for name, (_, rival) in fair_pairs(little_record(), 8).items()}
    assert found["direct, 25 steps"] == 128
    assert found["rate code"] == found["fewer spikes"] == 32
    assert found["stop when sure"] == found["128 neurons"] == 16


def test_the_last_rival_is_the_opponent_of_one_that_none_reads_as_well_as():
    rivals = [reader(run(0.7)), reader(run(0.8))]
    assert opponent(reader(run(0.75)), rivals) is rivals[1]
    assert opponent(reader(run(0.9)), rivals) is rivals[1]


def test_ratios_are_those_of_the_bills():
    """The seeds of the little record are all alike, so that only tables differ."""
    record = little_record()
    for dense, batch in ((False, 1), (True, 1), (True, 4)):
        generator = torch.Generator().manual_seed(0)
        found = ratios(record, generator, dense=dense, batch=batch, draws=20)
        assert list(found) == list(WAYS)
        for name, (own, other) in fair_pairs(record, 8).items():
            ends = []
            for table in (LOWEST, HIGHEST):
                against = other.bill(table, dense=dense, batch=batch).total
                ends.append(own.bill(table).total / against)
            assert found[name].shape == (20,)
            assert 0.3 * min(ends) < found[name].min() <= found[name].max() < 3 * max(ends)
    same = reader(run(0.9, additions=100)), reader(run(0.9, additions=100))
    assert same[0].bill(dense=True, batch=4).parameters == same[1].bill(dense=True).parameters / 4


def test_seeds_are_drawn_with_replacement():
    three = reader(run(0.1), run(0.2), run(0.3))
    generator = torch.Generator().manual_seed(0)
    means = [three.drawn(generator).mean("held_out") for _ in range(300)]
    assert len({round(mean, 3) for mean in means}) == 7  # from 0.1 to 0.3 in thirds
    assert sum(means) / 300 == pytest.approx(0.2, abs=0.015)
    assert three.drawn(generator).neurons == three.neurons


def test_a_bill_is_drawn_from_part_to_part():
    bills = {"a": Energy(1000.0, 2000.0, 0.0, 500.0), "b": Energy(100.0, 0.0, 300.0, 0.0)}
    axis = energy_bills(bills, notes={"b": "nJ"})
    parts = [bar.get_width() for each in axis.containers for bar in each]
    assert parts == pytest.approx([1.0, 0.1, 2.0, 0.0, 0.0, 0.3, 0.5, 0.0])
    starts = [bar.get_x() for each in axis.containers for bar in each]
    assert starts == pytest.approx([0.0, 0.0, 1.0, 0.1, 3.0, 0.1, 3.0, 0.4])
    assert [text.get_text().strip() for text in axis.texts] == ["3.5", "0.4 nJ"]
    assert len(axis.figure.legends[0].get_texts()) == len(KINDS) == len(Energy._fields)


def test_a_bill_leaves_out_what_nobody_spends_and_rounds_large_sums():
    axis = energy_bills({"a": Energy(1000.0, 11_500.0, 0.0, 0.0)}, x="energy of a neuron (nJ)")
    assert [text.get_text() for text in axis.figure.legends[0].get_texts()] == [
        "arithmetic",
        "reading weights",
    ]
    assert [text.get_text().strip() for text in axis.texts] == ["12"]
    assert axis.get_xlabel() == "energy of a neuron (nJ)"


def test_the_dots_of_a_bill_stand_at_its_parts_and_its_sum():
    bills = {"a": Energy(1e3, 2e6, 0.0, 500.0), "b": Energy(100.0, 0.0, 300.0, 0.0)}
    axis = energy_dots(bills, notes={"b": "nJ"})
    marks = {line.get_label(): line.get_xdata() for line in axis.lines}
    assert marks["sum"] == pytest.approx([2001.5, 0.4])
    assert [*marks["arithmetic"], *marks["reading weights"]] == pytest.approx([1.0, 0.1, 2000.0])
    assert [*marks["keeping states"], *marks["sending"]] == pytest.approx([0.3, 0.5])
    assert [text.get_text() for text in axis.texts] == ["2,002", "0.4 nJ"]
    assert axis.get_xscale() == "log"
    axis.figure.draw_without_rendering()
    assert "1,000" in [label.get_text() for label in axis.get_xticklabels()]


def test_readers_are_marked_with_their_seeds():
    axis = panels()
    one = reader(run(0.9, additions=100), run(0.8, additions=100))
    mark_readers(axis, {"one": one}, color="red", label="one")
    stroke, dot = axis.lines
    assert sorted(stroke.get_ydata()) == pytest.approx([80, 90])
    assert dot.get_ydata()[0] == pytest.approx(85)
    assert dot.get_xdata()[0] == pytest.approx(one.bill().total / 1000)
    assert axis.get_xscale() == "log"


def test_ratios_are_marked_with_their_range():
    axis = panels()
    mark_ratios(axis, {"one": torch.linspace(1, 2, 1001).double()}, color="red", label="one")
    stroke, dot, _ = axis.lines
    assert stroke.get_xdata().tolist() == pytest.approx([1.025, 1.975])
    assert dot.get_xdata()[0] == pytest.approx(1.5)


@pytest.mark.parametrize("steps", [1, 4])
def test_spikes_are_scattered_over_all_places(steps):
    for count in (0, 1, 5, 7 * steps):
        spikes = scattered(count, inputs=7, steps=steps)
        assert spikes.shape == (steps, 1, 7)
        assert spikes.sum() == count
    gaps = scattered(5, inputs=20).flatten().nonzero().flatten().diff()
    assert gaps.tolist() == [4, 4, 4, 4]
    with pytest.raises(ValueError, match="count: got 8, expected at most 7"):
        scattered(8, inputs=7)


def test_the_readers_of_pages_are_priced_at_32_bits():
    results = {"07": [run(0.9, test=0.8), run(0.9, test=0.6)], "16": [run(0.5)]}
    found = readers_of_pages(SimpleNamespace(results=results))
    assert list(found) == ["07", "16"]
    assert found["07"] == Reader(None, 32, results["07"])
    assert found["07"].mean("test") == pytest.approx(0.7)
