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


def ends(ratio, stage):
    """Return hits and alarms of the neurons with a pattern."""
    runs = recorded("hidden_pattern").results["others"][ratio]
    return (
        np.ravel([run["stages"][stage - 1][kind][:10] for run in runs])
        for kind in ("hits", "alarms")
    )


def found(ratio, stage):
    hits, alarms = ends(ratio, stage)
    return ((hits > 0.75) & (alarms < 0.4)).sum()


def test_page_09_the_answer_on_the_strength_of_depression():
    for ratio in ("1.05", "1.1"):
        for stage in (5, 10):
            _, alarms = ends(ratio, stage)
            assert alarms.min() > 0.4
    assert [found(ratio, stage) for ratio in ("1.2", "1.3") for stage in (5, 10)] == [26, 19, 8, 9]
    for stage in (5, 10):
        assert [
            (next(ends("1.2", stage)) == 0).sum(),
            (next(ends("1.3", stage)) == 0).sum() > 20,
        ] == [
            4,
            True,
        ]
    passed = []
    for run in recorded("hidden_pattern").results["others"]["1.1"]:
        hits, alarms = (np.array(run["stages"][-1][kind]) for kind in ("hits", "alarms"))
        good = (hits > 0.75) & (alarms < 0.4)
        assert not good[15:].any()
        shares = np.stack([hits, alarms], 1)[10:15][good[10:15]]
        passed += (100 * shares).round().tolist()
    assert passed == [[100, 25], [84, 17]]
