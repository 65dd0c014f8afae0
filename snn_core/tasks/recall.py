"""A task for networks with a memory: say, after a pause, which cue was shown."""

import torch
from torch import Generator, Tensor

from .. import _checks
from ..randomness import bernoulli
from ._cue import require_cue


class DelayedRecall:
    """One of a few cues is shown, then nothing, then a recall signal asks which cue it was.

    There is one group of inputs for each cue and one for the recall signal. A group fires fast
    while it has something to say, and slowly, as noise, at all other times.

    Args:
        cues: number of cues, at least 2.
        inputs_per_group: number of inputs in each of the ``cues + 1`` groups, at least 1.
        duration, delay, recall: how long cue, pause and recall signal last, in ms, rounded to whole
            steps; at least one step of cue and recall signal.
        fast, slow: firing rates in spikes per second, at most one spike per step.
        dt: step in ms; 5 unless given, where neurons alone have 1. Networks that see the task take
            the same.

    Attributes:
        steps: length of a trial.
        answer: the steps of the recall signal, in which the answer is due.
        group: the group of each input, ``[N]``; the last group is the recall signal's.

    Raises:
        ValueError: for values outside these ranges.

    Reference: a simplified form of the store-recall task of Salaj et al. 2021, with one item per
    trial.

    >>> task = DelayedRecall(delay=100.0)
    >>> list(task.inputs(torch.tensor([0, 1])).shape), task.answer
    ([40, 2, 15], slice(30, 40, None))
    """

    def __init__(
        self,
        cues: int = 2,
        inputs_per_group: int = 5,
        *,
        duration: float = 50.0,
        delay: float = 200.0,
        recall: float = 50.0,
        fast: float = 100.0,
        slow: float = 10.0,
        dt: float = 5.0,
    ):
        _checks.whole("cues", cues, 2)
        _checks.whole("inputs_per_group", inputs_per_group)
        _checks.number("dt", dt, 0)
        for name, value in {"fast": fast, "slow": slow}.items():
            _checks.number(name, value, 0, 1000 / dt, open_low=False)
        _checks.number("delay", delay, 0, open_low=False)
        for name, value in {"duration": duration, "recall": recall}.items():
            _checks.number(name, value, dt / 2)
        self.cues = cues
        self.fast = fast * dt / 1000
        self.slow = slow * dt / 1000
        self.cue_steps = round(duration / dt)
        delay_steps = round(delay / dt)
        recall_steps = round(recall / dt)
        self.steps = self.cue_steps + delay_steps + recall_steps
        self.answer = slice(self.steps - recall_steps, self.steps)
        self.group = torch.arange(cues + 1).repeat_interleave(inputs_per_group)

    def inputs(self, cue: Tensor, *, generator: Generator | None = None) -> Tensor:
        """Return input spikes ``[steps, B, N]`` of trials with the cues ``[B]``.

        They are where the cues are; the generator may be elsewhere.
        """
        require_cue(cue, self.cues)
        _checks.generator(generator)
        group = self.group.to(cue.device)
        chance = torch.full((self.steps, len(cue), len(group)), self.slow, device=cue.device)
        more = self.fast - self.slow
        chance[: self.cue_steps] += more * (group == cue[:, None])
        chance[self.answer] += more * (group == self.cues)
        return bernoulli(chance, generator)
