"""Tasks: what the networks see and, for agents that learn by reward, what their neurons do."""

import copy

import torch
from torch import Generator, Tensor

from . import _checks
from .neurons import StochasticLIF


class CueAssociation:
    """One of a few cues is shown, one of as many noisy outputs answers; each has one right answer.

    A cue makes its own inputs fire fast for a while, all other inputs fire slowly, and so do all of
    them afterwards. The outputs are `StochasticLIF` neurons that inhibit each other through their
    last spikes.

    Args:
        cues: number of cues and of outputs, at least 2.
        inputs_per_cue: number of inputs that belong to each cue, at least 1.
        duration: how long a cue lasts, in ms, rounded to whole steps, at least one.
        fast, slow: firing rates in spikes per second, at most one spike per step.
        inhibition: what one spike takes away from the membrane of each other output, at least 0.
        dt: step in ms.
        options: tau_mem, width and the other options of `StochasticLIF`.

    Raises:
        ValueError: for values outside these ranges.

    Reference: the setting of Frémaux, Sprekeler, Gerstner 2010, much simplified.

    >>> task = CueAssociation()
    >>> pre, post = task.trial(torch.zeros(4, 3, 15), torch.tensor([0, 1, 2, 0]), steps=20)
    >>> list(pre.shape), list(post.shape)
    ([20, 4, 15], [20, 4, 3])
    """

    def __init__(
        self,
        cues: int = 3,
        inputs_per_cue: int = 5,
        *,
        duration: float = 50.0,
        fast: float = 100.0,
        slow: float = 5.0,
        inhibition: float = 2.0,
        dt: float = 5.0,
        **options,
    ):
        _checks.whole("cues", cues, 2)
        _checks.whole("inputs_per_cue", inputs_per_cue)
        _checks.number("dt", dt, 0)
        for name, value in {"fast": fast, "slow": slow}.items():
            _checks.number(name, value, 0, 1000 / dt, open_low=False)
        _checks.number("duration", duration, dt / 2)
        _checks.number("inhibition", inhibition, 0, open_low=False)
        self.cues = cues
        self.inputs_per_cue = inputs_per_cue
        self.dt = dt
        self.inhibition = inhibition
        self.cue_steps = round(duration / dt)
        self.fast = fast * dt / 1000
        self.slow = slow * dt / 1000
        self.neuron = StochasticLIF(dt=dt, **options)

    def inputs(self, cue: Tensor, steps: int, *, generator: Generator | None = None) -> Tensor:
        """Return input spikes ``[steps, B, cues · inputs_per_cue]`` of trials with these cues."""
        _checks.labels("cue", cue, len(cue), self.cues)
        _checks.whole("steps", steps, self.cue_steps)
        number = torch.arange(self.cues * self.inputs_per_cue, device=cue.device)
        belongs = number // self.inputs_per_cue
        chance = torch.full((steps, len(cue), len(belongs)), self.slow, device=cue.device)
        told = belongs == cue[:, None]
        chance[: self.cue_steps] += (self.fast - self.slow) * told
        return torch.bernoulli(chance, generator=generator)

    @torch.no_grad()
    def trial(
        self,
        weight: Tensor,
        cue: Tensor,
        steps: int,
        *,
        silent: Tensor | None = None,
        generator: Generator | None = None,
    ) -> tuple[Tensor, Tensor]:
        """Return spikes of inputs ``[steps, B, N]`` and outputs ``[steps, B, cues]`` in one trial.

        Args:
            weight: ``[B, cues, N]``, one matrix for each agent.
            cue: integers ``[B]`` in [0, cues).
            steps: length of the trial, at least that of a cue.
            silent: ``[B]`` bool; where True, nothing spikes after the cue.
            generator: source of all randomness; PyTorch's own if None.
        """
        pre = self.inputs(cue, steps, generator=generator)
        _checks.floats("weight", weight)
        _checks.shape("weight", weight, [len(cue), self.cues, pre.shape[2]])
        active = torch.ones(steps, len(cue), 1)
        if silent is not None:
            if silent.dtype != torch.bool or silent.shape != cue.shape:
                came = f"{silent.dtype} {list(silent.shape)}"
                _checks.fail("silent", came, f"bool of shape {list(cue.shape)}")
            active[self.cue_steps :, silent] = 0
        pre = pre * active
        drive = torch.einsum("tbn,bmn->tbm", pre, weight.to(pre.dtype))
        return pre, self._outputs(drive, active, generator)

    def _outputs(self, drive: Tensor, active: Tensor, generator: Generator | None) -> Tensor:
        """Return the spikes of outputs that inhibit each other, where they are `active`."""
        neuron = copy.copy(self.neuron)
        neuron.generator = generator
        state = torch.zeros_like(drive[0])
        spikes = state
        post = []
        for current, may_fire in zip(drive, active, strict=True):
            others = spikes.sum(1, keepdim=True) - spikes
            inhibited = current - self.inhibition * others
            fired, _, state = neuron.step(inhibited, state)
            spikes = fired * may_fire
            post.append(spikes)
        return torch.stack(post)


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
        dt: step in ms.

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
        """Return input spikes ``[steps, B, N]`` of trials with the cues ``[B]``."""
        _checks.labels("cue", cue, len(cue), self.cues)
        group = self.group.to(cue.device)
        chance = torch.full((self.steps, len(cue), len(group)), self.slow, device=cue.device)
        more = self.fast - self.slow
        chance[: self.cue_steps] += more * (group == cue[:, None])
        chance[self.answer] += more * (group == self.cues)
        return torch.bernoulli(chance, generator=generator)
