"""Drawings of a synapse that waits for a reward."""

import numpy as np
import torch
from matplotlib.axes import Axes

from ... import _checks
from ...plasticity import PairSTDP, RewardSTDP
from ..palette import BLUE, GREEN, VERMILION
from ..plotting import decorate, panels


def waiting_synapse(
    pre: int,
    post: int,
    reward: int,
    *,
    tau: float,
    lr: float = 0.5,
    weight: float = 0.5,
    duration: int = 400,
    title: str | None = None,
) -> list[Axes]:
    """Draw a pair of spikes, the eligibility that it leaves, and the weight, which changes at the reward.

    Args:
        pre, post, reward: when they come, in ms, each in [0, duration).
        tau: time constant of the eligibility in ms.
        lr: learning rate.
        weight: at the beginning.
        duration: in ms.
        title: what the figure shows.

    Returns:
        The axes of spikes, eligibility and weight.

    Raises:
        ValueError: for a time outside [0, duration).
    """
    for name, time in {"pre": pre, "post": post, "reward": reward}.items():
        _checks.whole(name, time, 0)
        _checks.require(time < duration, name, time, f"a time below {duration} ms")
    eligibility = _course(pre, post, tau, duration)
    weights = np.where(np.arange(duration) < reward, weight, weight + lr * eligibility[reward])
    lanes = panels(3, stacked=True, height=3.8, ratios=(0.7, 1, 1))
    for time, name, color in ((pre, "pre", GREEN), (post, "post", VERMILION)):
        lanes[0].vlines(time, 0, 1, color=color)
        side = "right" if time == min(pre, post) else "left"
        lanes[0].text(time, 0.5, f" {name} ", color=color, ha=side, va="center")
    lanes[0].set_yticks([])
    lanes[1].plot(eligibility, color=BLUE)
    lanes[2].plot(weights, color=BLUE)
    for lane in lanes:
        lane.axvline(reward, color="0.4", linestyle="--", linewidth=1)
    lanes[1].text(reward + 4, 0.9 * eligibility.max(), "dopamine", va="top")
    lanes[1].text(max(pre, post) + 4, 0, "eligibility e", va="bottom")
    lanes[2].text(0, weights.max(), "weight w", va="top")
    decorate(lanes[0], title=title, y="spikes")
    decorate(lanes[1], y="e")
    decorate(lanes[2], x="time (ms)", y="w")
    return lanes


def _course(pre: int, post: int, tau: float, duration: int) -> np.ndarray:
    """Return the eligibility of one synapse at every millisecond."""
    spikes = torch.zeros(2, duration, 1, 1)
    spikes[0, pre] = 1
    spikes[1, post] = 1
    learner = RewardSTDP(PairSTDP(a_plus=1.0, a_minus=0.5), tau)
    state = learner.initial_state(spikes[0, 0], spikes[1, 0])
    course = []
    for now_pre, now_post in spikes.transpose(0, 1):
        state = learner.step(now_pre, now_post, torch.full((1, 1), 0.5), state)
        course.append(state.eligibility.item())
    return np.array(course)
