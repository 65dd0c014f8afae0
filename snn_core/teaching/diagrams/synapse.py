"""A synapse over time, with the spikes on both sides and the weight; and the weights of many."""

import torch
from matplotlib.axes import Axes
from torch import Tensor

from ... import _checks
from ...plasticity import PairSTDP, TripletSTDP
from ..palette import BLACK, BLUE, GREEN, GREY, VERMILION
from ..plotting import decorate, panels


def synapse_lanes(
    pre: Tensor,
    post: Tensor,
    rule: PairSTDP | TripletSTDP,
    *,
    weight: float = 0.5,
    traces: bool = False,
    title: str | None = None,
) -> list[Axes]:
    """Draw what happens at one synapse: spikes before it, spikes after it, and the weight that follows from them.

    Args:
        pre, post: spikes ``[T, 1, 1]``, in steps of 1 ms.
        rule: by which the weight changes.
        weight: at first.
        traces: draw the two traces as well, in a lane between the spikes; of triplets the slow one of post, too.
        title: what the figure shows.

    Returns:
        The axes, from above.

    Raises:
        ValueError: for what the rule refuses.
    """
    found = _course(pre, post, rule, weight)
    ratios = (0.6, 1.6, 0.6, 2) if traces else (0.6, 0.6, 2)
    axes = panels(len(ratios), stacked=True, height=4.4 if traces else 3.4, ratios=ratios)
    before, after, course = axes[0], axes[-2], axes[-1]
    for lane, spikes, name, color in ((before, pre, "pre", GREEN), (after, post, "post", VERMILION)):
        lane.vlines(spikes.flatten().nonzero().flatten(), 0, 1, color=color, linewidth=2.5)
        lane.set_yticks([])
        decorate(lane, y=name, ylim=(0, 1.1))
    if traces:
        _jumping(axes[1], found[:, 1], pre, color=GREEN, label="x, of pre")
        _jumping(axes[1], found[:, 2], post, color=VERMILION, label="y, of post")
        if isinstance(rule, TripletSTDP):
            _jumping(axes[1], found[:, 3], post, color=BLACK, label="yₛ, slow, of post")
        decorate(axes[1], y="trace")
    course.axhline(weight, color=GREY, linestyle=":", linewidth=1)
    course.step(range(len(found)), found[:, 0], where="post", color=BLUE)
    course.margins(y=0.2)
    decorate(before, title=title)
    decorate(course, x="time (ms)", y="weight w")
    return axes


def _jumping(axes: Axes, trace: Tensor, spikes: Tensor, **look) -> None:
    """Draw a trace that jumps upright by 1 at each spike."""
    steps = torch.stack([trace - spikes.flatten(), trace], 1)
    axes.plot(torch.arange(len(trace)).repeat_interleave(2), steps.flatten(), **look)


def competing_weights(course: Tensor, *, every: float = 1.0, title: str | None = None) -> Axes:
    """Draw the weights of 40 inputs over time, of which the first 20 are correlated.

    Args:
        course: ``[K, 40]``.
        every: ms from one row to the next.
        title: what the figure shows.

    Returns:
        The axes.

    Raises:
        ValueError: for a course of another shape.
    """
    _checks.shape("course", course, [len(course), 40])
    axes = panels(height=2.6)
    seconds = torch.arange(len(course)) * every / 1000
    for part, color, name in ((course[:, 20:], BLUE, "independent"), (course[:, :20], VERMILION, "correlated")):
        axes.plot(seconds, part, color=color, linewidth=1.2)
        axes.plot([], color=color, label=name)
    decorate(axes, title=title, x="time (s)", y="weight", ylim=(-0.03, 1.03))
    axes.legend(loc="upper left", bbox_to_anchor=(1, 1))
    return axes


def _course(pre: Tensor, post: Tensor, rule: PairSTDP | TripletSTDP, weight: float) -> Tensor:
    """Return weight and traces after each step, ``[T, 4]``; the last is the slow one of post, of triplets."""
    now = torch.full((1, 1), float(weight))
    state = rule.initial_state(pre[0], post[0])
    found = []
    for now_pre, now_post in zip(pre, post, strict=True):
        now, state = rule.step(now_pre, now_post, now, state)
        found.append([now.item(), state.pre.item(), state.post.item(), state[-1].item()])
    return torch.tensor(found)
