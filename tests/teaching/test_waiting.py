"""The drawing of page 11: a synapse that waits for a reward."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from snn_core.teaching.diagrams import waiting_synapse


@pytest.mark.parametrize(("post", "height"), [(60, np.exp(-0.5)), (40, -0.5 * np.exp(-0.5))])
def test_a_pair_leaves_an_eligibility_and_the_reward_makes_it_a_change(post, height):
    axes = waiting_synapse(50, post, 150, tau=100.0, lr=0.2, weight=0.4, title="One pair")
    eligibility, weight = (axis.lines[0].get_ydata() for axis in axes[1:])
    second = max(50, post)
    assert np.all(eligibility[:second] == 0)
    decay = np.exp(-(np.arange(second, 400) - second) / 100)
    assert eligibility[second:] == pytest.approx(height * decay, abs=1e-6)
    assert np.all(weight[:150] == 0.4)
    assert weight[150:] == pytest.approx(0.4 + 0.2 * eligibility[150])
    titles = [axes[0].get_title(loc=side) for side in ("left", "center")]  # the style decides
    assert "One pair" in titles
    plt.close("all")


def test_times_lie_within_the_duration():
    for name in ("pre", "post", "reward"):
        times = {"pre": 10, "post": 20, "reward": 30} | {name: 400}
        with pytest.raises(ValueError, match=name):
            waiting_synapse(**times, tau=100.0)
