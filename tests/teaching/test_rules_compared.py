"""Rules side by side: what a synapse must be told, what is kept, tables and drawings."""

from functools import partial

import matplotlib.pyplot as plt
import pytest
import torch
from torch.nn.functional import cross_entropy

from snn_core.online import EProp
from snn_core.teaching.diagrams import what_a_synapse_wants
from snn_core.teaching.diagrams.rules_compared import bytes_by_steps, dots_in_rows, table_of_needs
from snn_core.teaching.studies import bytes_kept, gradient_rules, needs, one_task
from snn_core.teaching.studies.recall import step_error
from snn_core.teaching.tables import ResultTable
from snn_core.training import seed_torch

LABELS = torch.arange(8) % 10


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


@pytest.fixture
def spikes():
    return (torch.rand(10, 8, 784, generator=seed_torch(0)) < 0.1).float()


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("bptt", "4/2"),
        ("truncated_1", "4/0"),
        ("rtrl", "4/1"),
        ("eprop", "3/1"),
        ("feedback_alignment", "3/0"),
        ("direct_feedback_alignment", "2/0"),
        ("decolle", "1/0"),
        ("reward_stdp", "1/2"),
        ("stdp_readout", "1/0"),
    ],
)
def test_what_a_rule_needs_is_found_by_intervention(spikes, rule, expected):
    assert one_task.yeses(needs.needs_of(rule, spikes, LABELS)) == expected


def test_an_intervention_changes_nothing_else(spikes):
    twice = [needs.gradient_after("ottt", spikes, LABELS) for _ in range(2)]
    assert torch.equal(*twice)
    assert twice[0].abs().max() > 0


def test_stdp_hears_of_other_synapses_only_by_the_length_of_its_row(monkeypatch):
    assert needs.taught("stdp_readout") == needs.taught("stdp_readout")
    assert needs.taught("stdp_readout") != needs.taught("stdp_readout", others=2)
    free = partial(needs.plasticity.trace_stdp, normalise=False)
    monkeypatch.setattr(needs.plasticity, "trace_stdp", free)
    assert needs.taught("stdp_readout") == needs.taught("stdp_readout", others=2)


def test_an_intervention_tells_what_reaches_a_rule(spikes):
    moved = {
        rule: needs.moved_by(rule, "layer above", spikes, LABELS) for rule in ("ottt", "decolle")
    }
    assert moved["ottt"] > 1e-3
    assert moved["decolle"] == 0
    assert needs.moved_by("direct_feedback_alignment", "layer above", spikes, LABELS) > 1e-3
    assert needs.moved_by("direct_feedback_alignment", "weights above", spikes, LABELS) == 0


def test_the_rule_of_bptt_asks_for_one_error_and_others_for_one_a_step(spikes):
    assert needs.errors_asked("bptt", spikes, LABELS) == 1
    assert needs.errors_asked("truncated_5", spikes, LABELS) == 2
    assert needs.errors_asked("ottt", spikes, LABELS) == 10


@pytest.mark.parametrize("rule", ["reward_stdp", "stdp_readout", "ottt"])
def test_only_bptt_keeps_more_for_more_steps(rule):
    assert bytes_kept.bytes_kept(rule, 3) == bytes_kept.bytes_kept(rule, 6)
    assert bytes_kept.bytes_kept("bptt", 3) < bytes_kept.bytes_kept("bptt", 6)


def test_eprop_is_bptt_in_a_feed_forward_network_with_a_leaky_readout(spikes):
    network = gradient_rules.leaky_network(12).double()
    network[0].weight.data.mul_(4)  # so that it spikes
    learner = EProp(network)
    x = spikes.double()
    learner.start(x[0])
    for now in x:
        learner.learn(step_error(learner.step(now), LABELS))
    assert network[1](network[0](x)).sum() > 20
    loss = sum(cross_entropy(y, LABELS) for y in network(x))
    for place in (0, 2):
        (exact,) = torch.autograd.grad(loss, network[place].weight, retain_graph=True)
        assert (network[place].weight.grad - exact).abs().max() < 1e-12
        assert exact.abs().max() > 1e-3


def test_cosines_draw_random_matrices_only(spikes):
    found = gradient_rules.cosines(gradient_rules.two_layers(6), spikes, LABELS)
    counts = {rule: len(values) for rule, values in found.items()}
    assert set(counts) == set(gradient_rules.GRADIENT_RULES)
    assert {rule for rule, count in counts.items() if count == 10} == set(gradient_rules.RANDOM)
    assert found["bptt"] == [pytest.approx(1, abs=1e-5)]


def test_a_table_shows_texts_numbers_and_gaps():
    table = ResultTable(["rule", "right (%)"], [["<BPTT>", 95.1], ["none", None]])
    assert repr(table).splitlines() == ["rule    right (%)", "<BPTT>       95.1", "none"]
    text = table._repr_html_()
    assert '<table class="sortable">' in text
    assert "<td>&lt;BPTT&gt;</td>" in text
    assert '<td style="text-align: right">95.1</td>' in text
    assert text.count("<tr>") == 3


def test_a_table_refuses_a_row_that_does_not_fit():
    with pytest.raises(ValueError, match="rows"):
        ResultTable(["rule", "right (%)"], [["BPTT"]])


def test_the_table_of_rules_begins_with_the_best():
    found = {
        "bptt": {"accuracy": [0.9, 1.0], "after": [1.0, 1.0]},
        "ottt": {"accuracy": [0.9, 0.9], "after": [0.5, None]},
    }
    yes = [True] * 4 + [False] * 3
    more = {"more": {"accuracy": [1.0]}}
    table = one_task.compared(found, {"ottt": yes}, {"ottt": [6400, 0]}, more)
    assert table.rows == [
        ["more", 100.0, 5.0, None, None, None],
        ["BPTT", 95.0, 0.0, 1.0, None, None],
        ["OTTT", 90.0, -5.0, 0.5, "4/0", 6.4],
    ]


def test_rows_are_in_the_order_of_the_first_quantity():
    columns = {"one": {"ottt": [1.0, 2.0], "bptt": [3.0]}, "two": {"bptt": [4.0], "ottt": [5.0]}}
    axes = dots_in_rows(columns)
    assert [label.get_text() for label in axes[0].get_yticklabels()] == ["OTTT", "BPTT"]
    assert [list(line.get_xdata()) for line in axes[1].lines] == [[5.0], [4.0]]
    assert axes[0].yaxis_inverted()


def test_the_table_of_needs_writes_each_yes():
    axis = table_of_needs({"decolle": [True] + [False] * 6, "bptt": [True] * 7})
    assert [text.get_text() for text in axis.texts].count("yes") == 8
    assert [label.get_text() for label in axis.get_yticklabels()] == ["BPTT: 4/3", "DECOLLE: 1/0"]


def test_lines_of_bytes_end_with_their_names():
    memory = {"bptt": [1, 2], "ottt": [3, 3], "decolle": [4, 4]}
    axis = bytes_by_steps(memory, [10, 100], {"bptt": "grows", "ottt": "flat"})
    assert [text.get_text() for text in axis.texts] == ["grows", "flat"]
    assert len(axis.lines) == 3


def test_only_bptt_looks_at_what_comes_later():
    rules = ["STDP", "OTTT", "BPTT"]
    for rule, axis in zip(rules, what_a_synapse_wants(rules), strict=True):
        later = [line for line in axis.lines if list(line.get_xdata()) == [2]]
        filled = [line for line in later if line.get_markerfacecolor() != "none"]
        assert len(filled) == (4 if rule == "BPTT" else 0)
