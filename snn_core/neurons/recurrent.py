"""Neurons that hear their own spikes of the step before."""

from typing import NamedTuple, Unpack

import torch
from torch import Generator, Tensor, nn

from .. import _checks
from ._feedback_gradients import Given
from ._feedback_sequence import feedback_sequence
from .adaptive import Adaptive, AdaptiveState, adaptive_lif_step
from .feedback import feedback
from .fused import Fused
from .leaky import ALL_RESETS
from .lif import lif_step
from .options import AdaptiveOptions, LIFRules, SteppedOptions
from .states import Variables, at_rest

RECURRENCES = ("all_to_all", "one_to_one")


class RecurrentState(NamedTuple):
    """Membrane after the reset v, and the spikes z of the last step, each ``[B, N]``."""

    membrane: Tensor
    spikes: Tensor


def recurrent_lif_step(
    current: Tensor, state: RecurrentState, weight: Tensor, **rules: Unpack[LIFRules]
) -> tuple[Tensor, Tensor, RecurrentState]:
    """Advance LIF neurons that also receive their spikes of the step before: ``I[t] + V z[t-1]``.

    Args:
        current: input I[t], ``[B, N]``.
        state: v[t-1] and z[t-1], ``[B, N]`` each.
        weight: V, ``[N, N]`` from neuron (column) to neuron (row), or ``[N]`` from each neuron to
            itself.
        rules: beta and the other keyword arguments of `lif_step`.

    Returns:
        (spikes z[t] in {0, 1}, membrane u[t], state), each ``[B, N]``.

    Reference: Neftci et al. 2019, section II (their V, one step of delay).

    >>> after_a_spike = RecurrentState(torch.zeros(1, 1), torch.ones(1, 1))
    >>> recurrent_lif_step(torch.zeros(1, 1), after_a_spike, torch.tensor([0.3]), beta=0.5)[1]
    tensor([[0.3000]])
    """
    heard = current + feedback(state.spikes, weight)
    spikes, membrane, v = lif_step(heard, state.membrane, **rules)
    return spikes.to(current), membrane, RecurrentState(v, spikes)


def all_to_all(neurons: int, generator: Generator | None) -> nn.Parameter:
    """Return weights ``[N, N]`` among N neurons, drawn uniformly from ±1/√N."""
    drawn = torch.rand(neurons, neurons, generator=generator)
    return nn.Parameter((2 * drawn - 1) / neurons**0.5)


def _at_rest(kind: type[Variables], current: Tensor, neurons: int) -> Variables:
    """Return a state of this kind at rest, for a current ``[T, B, N]`` of N `neurons`."""
    shape = list(current.shape)
    fits = len(shape) == 3 and shape[2] == neurons
    _checks.require(fits, "current", f"shape {shape}", f"[T, B, {neurons}]")
    return at_rest(kind, current[0])


class RecurrentLIF(Fused[RecurrentState]):
    """LIF neurons with learnable connections among themselves, which take one step.

    Args:
        neurons: their number N, at least 1.
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``; 10 if neither
            it nor `beta` is given.
        recurrence: "all_to_all" for a weight ``[N, N]``, drawn uniformly from ±1/√N; "one_to_one"
            for a weight ``[N]`` from each neuron to itself, at first 0.
        generator: draws the initial weights; PyTorch's own if None.
        options: threshold, reset and the other options of `LIF`.

    Raises:
        ValueError: for values outside these ranges, or an input that is not ``[T, B, N]``.

    Reference: Neftci et al. 2019, section II.

    >>> RecurrentLIF(3)(torch.ones(4, 2, 3)).shape
    torch.Size([4, 2, 3])
    """

    resets = ALL_RESETS

    def __init__(
        self,
        neurons: int,
        tau_mem: Tensor | float | None = None,
        *,
        recurrence: str = "all_to_all",
        generator: Generator | None = None,
        **options: Unpack[SteppedOptions],
    ):
        super().__init__(tau_mem, **options)
        _checks.whole("neurons", neurons)
        _checks.choice("recurrence", recurrence, RECURRENCES)
        self.weight = nn.Parameter(torch.zeros(neurons))
        if recurrence == "all_to_all":
            self.weight = all_to_all(neurons, generator)

    def initial_state(self, current: Tensor) -> RecurrentState:
        """Return a membrane at rest and no spikes for `current` ``[T, B, N]``."""
        return _at_rest(RecurrentState, current, len(self.weight))

    def step(self, current: Tensor, state: RecurrentState) -> tuple[Tensor, Tensor, RecurrentState]:
        """Advance by one step with `recurrent_lif_step`."""
        return recurrent_lif_step(current, state, self.weight, **self.rules(state.membrane))

    def _sequence(
        self, current: Tensor, state: RecurrentState
    ) -> tuple[Tensor, Tensor, tuple[Tensor]]:
        v, z = state
        given = Given(v, **self._constants(v), z=z, weight=self.weight)
        spikes, membrane = feedback_sequence(current, given, self._reset_rules())
        return spikes, membrane, (spikes,)


class RecurrentAdaptiveState(NamedTuple):
    """Membrane after the reset v, adaptation a, and spikes z of the last step, ``[B, N]`` each."""

    membrane: Tensor
    adaptation: Tensor
    spikes: Tensor


class RecurrentAdaptiveLIF(Adaptive[RecurrentAdaptiveState]):
    """Adaptive LIF neurons with learnable connections from all to all, which take one step.

    With a strength of 0 for some neurons and above 0 for the others it is a mixed population
    (LSNN).

    Args:
        neurons: their number N, at least 1; weights ``[N, N]``, drawn uniformly from ±1/√N.
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``; 10 if neither
            it nor `beta` is given.
        tau_adapt: adaptation time constant in ms, above 0; a number or a tensor ``[N]``; 100 if
            neither it nor `rho` is given.
        generator: draws the initial weights; PyTorch's own if None.
        options: strength and the other options of `AdaptiveLIF`.

    Raises:
        ValueError: for values outside these ranges, or an input that is not ``[T, B, N]``.

    Reference: Bellec et al. 2018, LSNN.

    >>> RecurrentAdaptiveLIF(3)(torch.ones(4, 2, 3)).shape
    torch.Size([4, 2, 3])
    """

    def __init__(
        self,
        neurons: int,
        tau_mem: Tensor | float | None = None,
        tau_adapt: Tensor | float | None = None,
        *,
        generator: Generator | None = None,
        **options: Unpack[AdaptiveOptions],
    ):
        super().__init__(tau_mem, tau_adapt, **options)
        _checks.whole("neurons", neurons)
        self.weight = all_to_all(neurons, generator)

    def initial_state(self, current: Tensor) -> RecurrentAdaptiveState:
        """Return rested membranes, no adaptation and no spikes for `current` ``[T, B, N]``."""
        return _at_rest(RecurrentAdaptiveState, current, len(self.weight))

    def step(
        self, current: Tensor, state: RecurrentAdaptiveState
    ) -> tuple[Tensor, Tensor, RecurrentAdaptiveState]:
        """Advance by one step: `adaptive_lif_step`, with what the neurons hear of each other."""
        heard = current + feedback(state.spikes, self.weight)
        rho = self.constant("rho", state.adaptation)
        strength = self.constant("strength", state.adaptation)
        rules = self.rules(state.membrane)
        own = AdaptiveState(state.membrane, state.adaptation)
        spikes, membrane, own = adaptive_lif_step(heard, own, rho=rho, strength=strength, **rules)
        return spikes.to(current), membrane, RecurrentAdaptiveState(*own, spikes)

    def _sequence(
        self, current: Tensor, state: RecurrentAdaptiveState
    ) -> tuple[Tensor, Tensor, tuple[Tensor]]:
        v, a, z = state
        given = Given(v, **self._constants(v), a=a, z=z, weight=self.weight)
        spikes, membrane = feedback_sequence(current, given, self._reset_rules())
        return spikes, membrane, (spikes,)
