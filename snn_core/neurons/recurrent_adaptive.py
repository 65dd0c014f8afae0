"""Adaptive LIF neurons that hear their own spikes of the step before."""

from typing import NamedTuple

from torch import Generator, Tensor, nn

from ..surrogate import Surrogate
from ._feedback_gradients import Given
from ._feedback_sequence import feedback_sequence
from .adaptation import Adaptive, AdaptiveState, adaptive_lif_step
from .feedback import Recurrent, feedback
from .options import LIFOptions


class RecurrentAdaptiveState(NamedTuple):
    """Membrane after the reset v, adaptation a, and spikes z of the last step, ``[B, N]`` each."""

    membrane: Tensor
    adaptation: Tensor
    spikes: Tensor


class RecurrentAdaptiveLIF(
    Recurrent[RecurrentAdaptiveState],
    Adaptive[RecurrentAdaptiveState],
):
    """Adaptive LIF neurons with learnable connections among themselves, which take one step.

    Input ``[T, B, N]``, time-major; times in ms, with `dt` 1 and `tau_mem` 10 unless given;
    `threshold` 1.

    With a strength of 0 for some neurons and above 0 for the others it is a mixed population
    (LSNN).

    Args:
        neurons: their number N, at least 1; for maps ``[C, H, W]`` that of the channels.
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``, for maps
            ``[C, 1, 1]``; 10 if neither it nor `beta` is given.
        tau_adapt: adaptation time constant in ms, above 0; a number or a tensor ``[N]``; 100 if
            neither it nor `rho` is given.
        beta: decay per step in [0, 1], in place of `tau_mem`; a number or a tensor ``[N]``.
        rho: adaptation decay per step in [0, 1], in place of `tau_adapt`.
        strength: by how much one spike raises the threshold, at least 0; a number or a tensor
            ``[N]``; 0.1 unless given.
        threshold: above 0; a number or a tensor ``[N]``; 1 unless given.
        recurrence: "all_to_all", as unless given, for a weight ``[N, N]``, drawn uniformly from
            ±1/√N; "one_to_one" for a weight ``[N]`` from each neuron to itself, at first 0; or a
            module that makes a current of spikes ``[B, …]``, of the same shape.
        dt: step in ms, above 0; 1 unless given.
        reset: "soft", as unless given, subtracts the threshold at a spike; "hard" sets the membrane
            to 0.
        detach_reset: if True, as unless given, no gradient flows through the spike that resets.
        surrogate: a name from `ALL_SURROGATES` or a `Surrogate`; "fast_sigmoid" unless given.
        learn_beta, learn_rho, learn_strength, learn_threshold: make that parameter learnable; False
            unless given.
        generator: draws the initial weights; PyTorch's own if None.

    Raises:
        ValueError: for values outside these ranges, an input of another shape, or a module
            whose current has another shape than the spikes.

    Reference: Bellec et al. 2018, LSNN.

    >>> import torch
    >>> RecurrentAdaptiveLIF(3)(torch.ones(4, 2, 3)).shape
    torch.Size([4, 2, 3])
    """

    def __init__(
        self,
        neurons: int,
        tau_mem: Tensor | float | None = None,
        tau_adapt: Tensor | float | None = None,
        *,
        beta: Tensor | float | None = None,
        rho: Tensor | float | None = None,
        strength: Tensor | float = 0.1,
        threshold: Tensor | float = 1.0,
        recurrence: str | nn.Module = "all_to_all",
        dt: float = 1.0,
        reset: str = "soft",
        detach_reset: bool = True,
        surrogate: str | Surrogate = "fast_sigmoid",
        learn_beta: bool = False,
        learn_rho: bool = False,
        learn_strength: bool = False,
        learn_threshold: bool = False,
        generator: Generator | None = None,
    ):
        options: LIFOptions = {
            "beta": beta,
            "threshold": threshold,
            "dt": dt,
            "reset": reset,
            "detach_reset": detach_reset,
            "surrogate": surrogate,
            "learn_beta": learn_beta,
            "learn_threshold": learn_threshold,
        }
        super().__init__(
            tau_mem,
            tau_adapt,
            rho=rho,
            strength=strength,
            learn_rho=learn_rho,
            learn_strength=learn_strength,
            **options,
        )
        self._own_recurrence(neurons, recurrence, generator)

    def initial_state(self, current: Tensor) -> RecurrentAdaptiveState:
        """Return rested membranes, no adaptation and no spikes for `current` ``[T, B, N]``."""
        return self._at_rest(RecurrentAdaptiveState, current)

    def step(
        self, current: Tensor, state: RecurrentAdaptiveState
    ) -> tuple[Tensor, Tensor, RecurrentAdaptiveState]:
        """Advance by one step: `adaptive_lif_step`, with what the neurons hear of each other."""
        heard = current + feedback(state.spikes, self._way_back())
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
