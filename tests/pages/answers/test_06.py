"""What the folded answers of page 06 say."""

import pytest

from snn_core.teaching.explorers import BackwardGraph, CreditAssignment
from tests.teaching.test_live import having_values, needs_node, run


def test_page_06_up_to_section_4(page):
    for measured, factors in page["reset_by_hand"].values():
        assert measured.numpy() == pytest.approx(factors.numpy(), abs=1e-12)
    assert page["reset_by_hand"][False].equal(page["reset_by_hand"][False].clamp(min=0))
    assert (page["reset_by_hand"][True] < 0).any()
    expected = {
        0: (0.018, 0.018),
        1: (0.033, 0.089),
        2: (0.22, 0.48),
        6: (0.061, 4.3),
        16: (0.032, 0.29),
    }
    assert page["left_by_factor"].keys() == expected.keys()
    for factor, shares in expected.items():
        assert page["left_by_factor"][factor] == pytest.approx(shares, rel=0.03)


def found(name, kind, **values):
    """Return what an explorer computes with these values, the others at their start."""
    starts = {key: control.start for key, control in having_values(name).items()}
    return run(name, [("compute", starts | values, kind().data())])[0]


@needs_node
def test_the_answers_at_the_graph():
    graph = found("BackwardGraph", BackwardGraph)
    (visit,) = [each for each in graph["visits"] if (each["name"], each.get("t")) == ("u_a", 0)]
    own, later = [pytest.approx(one * other) for one, other in visit["terms"]]
    assert [own, later] == [-0.48 * 0.96, 0.5 * -0.8]
    assert visit["value"] == pytest.approx(-0.861, abs=5e-4)
    start = {"w_a": 0.96, "w_b": 0.8, "filled": 11}
    (downhill,) = run("BackwardGraph", [("descend", start, BackwardGraph().data())])
    assert downhill["w_a"] > 0.96
    assert downhill["w_b"] > 0.8
    assert found("BackwardGraph", BackwardGraph, **downhill)["loss"] == 0
    silent = found("BackwardGraph", BackwardGraph, w_b=0)
    assert all(value == 0 for value in silent["gradients"].values())
    assert silent["loss"] == 2


@needs_node
def test_the_answers_at_the_credit():
    def credit(**values):
        return found("CreditAssignment", CreditAssignment, **values)

    assert credit()["reach"] == 93
    assert credit(gradient="attached", scale=1)["reach"] == 8
    assert min(credit(reset="hard", gradient="attached")["credit"]) < -0.001
