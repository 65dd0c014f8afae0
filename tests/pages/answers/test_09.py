"""What the folded answers of page 09 say."""

import numpy as np

from snn_core.plasticity import PairSTDP
from snn_core.teaching.explorers import weight_density
from snn_core.teaching.records import recorded


def test_page_09_the_answers_at_the_explorer_of_bounds():
    steps = [round(0.005 + 0.001 * i, 3) for i in range(46)]
    shares = {a: weight_density(PairSTDP(a_plus=0.02, a_minus=a)) for a in steps}
    two = [a for a, share in shares.items() if share[[0, -1]].min() > 0.02]
    assert two == [0.026, 0.027, 0.028]
    assert all(shares[a][10:].sum() > 0.5 for a in steps if a < 0.026)
    assert all(shares[a][:10].sum() > 0.5 for a in steps if a > 0.028)
    peaks = [weight_density(PairSTDP(a_plus=0.02, a_minus=a, bound="soft")).argmax() for a in steps]
    assert sorted(peaks, reverse=True) == peaks
    assert peaks[0] > peaks[-1]


def found(ratio, when, group="pattern"):
    """Return how many neurons had found their pattern, of how many."""
    hits, alarms = np.array(recorded("hidden_pattern").results["others"][ratio][when][group])
    return ((hits > 0.75) & (alarms < 0.4)).sum(), len(hits)


def test_page_09_the_answer_on_the_strength_of_depression():
    others = recorded("hidden_pattern").results["others"]
    for when in ("ends", "late ends"):
        assert np.min(others["1.05"][when]["pattern"]) == 1
    counts = {
        ratio: [found(ratio, when) for when in ("ends", "late ends")]
        for ratio in ("1.1", "1.2", "1.3")
    }
    assert counts["1.1"] == [(0, 20), (13, 20)]
    assert counts["1.2"] == [(20, 20), (16, 20)]
    assert counts["1.3"] == [(13, 20), (4, 20)]
    assert found("1.1", "late ends", "other order") == (9, 10)
    assert found("1.2", "ends", "other order") == (0, 10)
    hits = [np.mean(others["1.3"][when]["pattern"][0]) for when in ("ends", "late ends")]
    assert hits[1] < hits[0] / 2
