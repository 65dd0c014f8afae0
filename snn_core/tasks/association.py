"""A task for agents that learn by reward: what they see, and what their neurons do."""

import copy

import torch
from torch import Generator, Tensor

from .. import _checks
from ..neurons import StochasticLIF
from ..randomness import bernoulli
from ._cue import require_cue


def _require_per_output(options: dict[str, Tensor | float | None], actions: int) -> None:
    """Require of each tensor one number, or one for each output."""
    for name, option in options.items():
        if isinstance(option, Tensor):
            _checks.shape(name, option, [], [actions])


class CueAssociation:
    """One of a few cues is shown, one of some noisy outputs answers: as many, unless said.

    A cue makes its own inputs fire fast for a while, all other inputs fire slowly, and so do all of
    them afterwards. The outputs are `StochasticLIF` neurons that inhibit each other through their
    last spikes.

    Args:
        cues: number of cues, at least 2.
        inputs_per_cue: number of inputs that belong to each cue, at least 1.
        actions: number of outputs, at least 2; as many as cues if None.
        duration: how long a cue lasts, in ms, rounded to whole steps, at least one.
        fast, slow: firing rates in spikes per second, at most one spike per step.
        inhibition: what one spike takes away from the membrane of each other output, at least 0.
        dt: step in ms; 5 unless given, as coarse as the spikes of a trial allow, where neurons
            alone have 1. Networks that see the task take the same.
        tau_mem, beta, threshold, width, reset, detach_reset, learn_beta, learn_threshold: those of
            `StochasticLIF`, tensors with an entry for each output.
        generator: source of the outputs' chance; PyTorch's own if None.

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
        actions: int | None = None,
        duration: float = 50.0,
        fast: float = 100.0,
        slow: float = 5.0,
        inhibition: float = 2.0,
        dt: float = 5.0,
        tau_mem: Tensor | float | None = None,
        beta: Tensor | float | None = None,
        threshold: Tensor | float = 1.0,
        width: float = 0.2,
        reset: str = "soft",
        detach_reset: bool = True,
        learn_beta: bool = False,
        learn_threshold: bool = False,
        generator: Generator | None = None,
    ):
        _checks.whole("cues", cues, 2)
        _checks.whole("inputs_per_cue", inputs_per_cue)
        actions = cues if actions is None else actions
        _checks.whole("actions", actions, 2)
        _checks.number("dt", dt, 0)
        for name, value in {"fast": fast, "slow": slow}.items():
            _checks.number(name, value, 0, 1000 / dt, open_low=False)
        _checks.number("duration", duration, dt / 2)
        _checks.number("inhibition", inhibition, 0, open_low=False)
        self.cues = cues
        self.inputs_per_cue = inputs_per_cue
        self.actions = actions
        self.dt = dt
        self.inhibition = inhibition
        self.cue_steps = round(duration / dt)
        self.fast = fast * dt / 1000
        self.slow = slow * dt / 1000
        _require_per_output({"tau_mem": tau_mem, "beta": beta, "threshold": threshold}, actions)
        self.neuron = StochasticLIF(
            tau_mem,
            beta=beta,
            threshold=threshold,
            width=width,
            dt=dt,
            reset=reset,
            detach_reset=detach_reset,
            learn_beta=learn_beta,
            learn_threshold=learn_threshold,
            generator=generator,
        )

    def inputs(self, cue: Tensor, steps: int, *, generator: Generator | None = None) -> Tensor:
        """Return input spikes ``[steps, B, cues · inputs_per_cue]`` of trials with these cues.

        They are where the cues are; the generator may be elsewhere.
        """
        require_cue(cue, self.cues)
        _checks.generator(generator)
        _checks.whole("steps", steps, self.cue_steps)
        number = torch.arange(self.cues * self.inputs_per_cue, device=cue.device)
        belongs = number // self.inputs_per_cue
        chance = torch.full((steps, len(cue), len(belongs)), self.slow, device=cue.device)
        told = belongs == cue[:, None]
        chance[: self.cue_steps] += (self.fast - self.slow) * told
        return bernoulli(chance, generator)

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
        """Return spikes of inputs ``[steps, B, N]``, outputs ``[steps, B, actions]`` in one trial.

        Args:
            weight: ``[B, actions, N]``, one finite matrix for each agent, where the cues are.
            cue: integers ``[B]`` in [0, cues).
            steps: length of the trial, at least that of a cue.
            silent: ``[B]`` bool; where True, nothing spikes after the cue.
            generator: source of all randomness, on any device; PyTorch's own if None.
        """
        pre = self.inputs(cue, steps, generator=generator)
        _require_weight(weight, [len(cue), self.actions, pre.shape[2]], pre.device)
        active = torch.ones(steps, len(cue), 1, device=pre.device)
        if silent is not None:
            _require_silent(silent, cue.shape)
            active[self.cue_steps :, silent] = 0
        pre = pre * active
        drive = torch.einsum("tbn,bmn->tbm", pre, weight.to(pre.dtype))
        return pre, self._outputs(drive, active, generator)

    def _outputs(self, drive: Tensor, active: Tensor, generator: Generator | None) -> Tensor:
        """Return the spikes of outputs that inhibit each other, where they are `active`."""
        neuron = copy.deepcopy(self.neuron).to(drive.device)
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


def _require_weight(weight: Tensor, shape: list[int], device: torch.device) -> None:
    """Require finite numbers of this shape on this device."""
    _checks.floats("weight", weight)
    _checks.shape("weight", weight, shape)
    _checks.require(weight.device == device, "weight", weight.device, f"{device}, as of the cue")
    finite = bool(torch.isfinite(weight).all())
    _checks.require(finite, "weight", "infinite numbers", "finite ones")


def _require_silent(silent: Tensor, shape: torch.Size) -> None:
    """Require truth values of this shape."""
    is_tensor = isinstance(silent, Tensor)
    if not is_tensor or silent.dtype != torch.bool or silent.shape != shape:
        came = f"{silent.dtype} {list(silent.shape)}" if is_tensor else type(silent).__name__
        _checks.fail("silent", came, f"bool of shape {list(shape)}")
