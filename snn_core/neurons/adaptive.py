"""Neurons that tire: every spike raises their threshold for a while."""

import torch
from torch import Tensor

from ._feedback_gradients import Given
from ._feedback_sequence import feedback_sequence
from .adaptation import Adaptive, AdaptiveState, adaptive_lif_step
from .states import at_rest


class AdaptiveLIF(Adaptive[AdaptiveState]):
    """LIF neurons with an adaptive threshold: a spike raises it, it falls back with `tau_adapt`.

    Input ``[T, B, …]``, time-major; times in ms, with `dt` 1 and `tau_mem` 10 unless given;
    `threshold` 1.

    Args:
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``, for maps
            ``[C, 1, 1]``; 10 if neither it nor `beta` is given.
        tau_adapt: adaptation time constant in ms, above 0; a number or a tensor ``[N]``; 100 if
            neither it nor `rho` is given.
        beta: decay per step in [0, 1], in place of `tau_mem`; a number or a tensor ``[N]``.
        rho: adaptation decay per step in [0, 1], in place of `tau_adapt`.
        strength: by how much one spike raises the threshold, at least 0; a number or a tensor
            ``[N]``; 0.1 unless given.
        threshold: above 0; a number or a tensor ``[N]``; 1 unless given.
        dt: step in ms, above 0; 1 unless given.
        reset: "soft", as unless given, subtracts the threshold at a spike; "hard" sets the membrane
            to 0.
        detach_reset: if True, as unless given, no gradient flows through the spike that resets.
        surrogate: a name from `ALL_SURROGATES` or a `Surrogate`; "fast_sigmoid" unless given.
        learn_beta, learn_rho, learn_strength, learn_threshold: make that parameter learnable; False
            unless given.

    Raises:
        ValueError: for values outside these ranges, or an input that is not ``[T, B, …]``.

    Reference: Bellec et al. 2018, LSNN.

    >>> import torch
    >>> spikes = AdaptiveLIF(beta=0.5, rho=0.9, strength=1.0)(torch.full((8, 1, 1), 1.1))
    >>> spikes.flatten().tolist()
    [1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0]
    """

    def initial_state(self, current: Tensor) -> AdaptiveState:
        """Return a rested membrane and no adaptation for `current` ``[T, B, …]``."""
        return at_rest(AdaptiveState, current[0])

    def step(self, current: Tensor, state: AdaptiveState) -> tuple[Tensor, Tensor, AdaptiveState]:
        """Advance by one step with `adaptive_lif_step`."""
        rho = self.constant("rho", state.adaptation)
        strength = self.constant("strength", state.adaptation)
        rules = self.rules(state.membrane)
        return adaptive_lif_step(current, state, rho=rho, strength=strength, **rules)

    def _sequence(self, current: Tensor, state: AdaptiveState) -> tuple[Tensor, Tensor, tuple[()]]:
        v, a = state
        given = Given(v, **self._constants(v), a=a)
        spikes, membrane = feedback_sequence(current, given, self._reset_rules())
        return spikes, membrane, ()

    def thresholds(self, current: Tensor) -> Tensor:
        """Run over `current` ``[T, B, …]`` from rest; return each step's threshold, same shape.

        Past spikes have raised it; a spike of the same step has not yet.
        """
        after = self.states(current).adaptation
        before = torch.cat([torch.zeros_like(after[:1]), after[:-1]])
        strength = self.constant("strength", before)
        return self.constant("threshold", before) + strength * before
