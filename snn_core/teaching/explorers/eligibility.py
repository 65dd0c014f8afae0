"""The explorer of page 11: one pair of spikes, its eligibility, and the reward that comes later."""

import numpy as np
import torch
from matplotlib.artist import Artist

from ...plasticity import PairSTDP, spike_trace
from ..palette import BLUE, GREEN, VERMILION
from ._base import Explorer, Range

RULE = PairSTDP(tau_plus=20.0, tau_minus=20.0, a_plus=1.0, a_minus=0.5)


class EligibilityTrace(Explorer):
    """A pair of spikes leaves an eligibility; a reward after it changes the weight by what is left."""

    controls = {
        "tau_eligibility": Range(10.0, 300.0, 5.0, 100.0, "τ_e (ms)"),
        "delay": Range(0.0, 300.0, 5.0, 150.0, "delay of the reward (ms)"),
        "lag": Range(-60.0, 60.0, 1.0, 10.0, "lag, post after pre (ms)"),
        "success": Range(-1.0, 1.0, 0.1, 1.0, "success R − b"),
    }
    size = (8.0, 4.6)
    pre_time = 80.0  # ms
    time = np.arange(0.0, 500.0)

    def build(self) -> list[Artist]:
        axes = self.figure.subplots(3, 1, sharex=True, height_ratios=(2, 3, 2))
        flat = np.zeros_like(self.time)
        (self.pre,) = axes[0].plot(self.time, flat, color=BLUE, label="pre")
        (self.post,) = axes[0].plot(self.time, flat, color=VERMILION, label="post")
        (self.eligibility,) = axes[1].plot(self.time, flat, color="0.3")
        (self.at,) = axes[1].plot([0, 0], [-1, 1], color=GREEN, linestyle="--")
        (self.left,) = axes[1].plot([0], [0], "o", color=GREEN, label="left at the reward")
        (self.weight,) = axes[2].plot(self.time, flat, color=GREEN)
        axes[0].set(ylabel="traces", ylim=(-0.05, 1.1))
        axes[1].set(ylabel="eligibility e", ylim=(-0.6, 1.1))
        axes[2].set(ylabel="weight change", xlabel="time (ms)", ylim=(-1.1, 1.1), xlim=(0, 499))
        axes[0].legend(loc="upper right"), axes[1].legend(loc="upper right")
        self.title = axes[0].set_title(" ")
        return [self.pre, self.post, self.eligibility, self.at, self.left, self.weight, self.title]

    def update(self, *, tau_eligibility: float, delay: float, lag: float, success: float) -> None:
        post_time = self.pre_time + lag
        reward_time = max(self.pre_time, post_time) + delay
        course = pair_eligibility(self.time - self.pre_time, lag, tau_eligibility)
        left = pair_eligibility(np.array([reward_time - self.pre_time]), lag, tau_eligibility)[0]
        for line, spike, tau in ((self.pre, self.pre_time, RULE.tau_plus), (self.post, post_time, RULE.tau_minus)):
            line.set_ydata(spike_trace(torch.tensor(self.time == spike).double()[:, None], tau))
        self.eligibility.set_ydata(course)
        self.at.set_xdata([reward_time, reward_time])
        self.left.set_data([reward_time], [left])
        self.weight.set_ydata(np.where(self.time >= reward_time, success * left, 0))
        self.title.set_text(f"Weight change {success * left:+.3f}: {np.exp(-delay / tau_eligibility):.0%} of e is left")


def pair_eligibility(time: np.ndarray, lag: float, tau_eligibility: float) -> np.ndarray:
    """Return the eligibility of one pair against the time in ms since the presynaptic spike.

    It begins with the later of the two spikes, at the height of the STDP window, and decays with `tau_eligibility`.

    >>> pair_eligibility(np.array([-1.0, 0.0, 100.0]), lag=0.0, tau_eligibility=100.0).round(3).tolist()
    [0.0, 1.0, 0.368]
    """
    height = RULE.window(torch.tensor(lag, dtype=torch.float64)).item()
    age = time - max(lag, 0.0)
    return np.where(age >= 0, height * np.exp(-np.maximum(age, 0) / tau_eligibility), 0.0)
