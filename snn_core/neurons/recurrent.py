"""LIF neurons that hear their own spikes of the step before."""

from collections.abc import Callable
from typing import NamedTuple

from torch import Generator, Tensor, nn

from ..surrogate import Surrogate
from ._feedback_gradients import Given
from ._feedback_sequence import feedback_sequence
from .feedback import Recurrent, feedback
from .leaky import ALL_RESETS
from .lif import SPIKE, lif_step


class RecurrentState(NamedTuple):
    """Membrane after the reset v, and the spikes z of the last step, each ``[B, N]``."""

    membrane: Tensor
    spikes: Tensor


def recurrent_lif_step(
    current: Tensor,
    state: RecurrentState,
    weight: Tensor | nn.Module,
    *,
    beta: Tensor | float,
    threshold: Tensor | float = 1.0,
    reset: str = "soft",
    detach_reset: bool = True,
    spike: Callable[[Tensor], Tensor] = SPIKE,
) -> tuple[Tensor, Tensor, RecurrentState]:
    """Advance LIF neurons that also receive their spikes of the step before: ``I[t] + V z[t-1]``.

    Args:
        current: input I[t], ``[B, N]``.
        state: v[t-1] and z[t-1], ``[B, N]`` each.
        weight: V, ``[N, N]`` from neuron (column) to neuron (row), or ``[N]`` from each neuron to
            itself; or a module that makes a current of spikes, for maps ``[B, C, H, W]`` too.
        beta, threshold, reset, detach_reset, spike: those of `lif_step`.

    Returns:
        (spikes z[t] in {0, 1}, membrane u[t], state), each ``[B, N]``.

    Reference: Neftci et al. 2019, section II (their V, one step of delay).

    >>> import torch
    >>> after_a_spike = RecurrentState(torch.zeros(1, 1), torch.ones(1, 1))
    >>> recurrent_lif_step(torch.zeros(1, 1), after_a_spike, torch.tensor([0.3]), beta=0.5)[1]
    tensor([[0.3000]])
    """
    heard = current + feedback(state.spikes, weight)
    spikes, membrane, v = lif_step(
        heard,
        state.membrane,
        beta=beta,
        threshold=threshold,
        reset=reset,
        detach_reset=detach_reset,
        spike=spike,
    )
    return spikes.to(current), membrane, RecurrentState(v, spikes)


class RecurrentLIF(Recurrent[RecurrentState]):
    """LIF neurons with learnable connections among themselves, which take one step.

    Input ``[T, B, N]``, time-major; times in ms, with `dt` 1 and `tau_mem` 10 unless given;
    `threshold` 1.

    Args:
        neurons: their number N, at least 1; for maps ``[C, H, W]`` that of the channels.
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``, for maps
            ``[C, 1, 1]``; 10 if neither it nor `beta` is given.
        beta: decay per step in [0, 1], in place of `tau_mem`; a number or a tensor ``[N]``.
        threshold: above 0; a number or a tensor ``[N]``; 1 unless given.
        recurrence: "all_to_all", as unless given, for a weight ``[N, N]``, drawn uniformly from
            ±1/√N; "one_to_one" for a weight ``[N]`` from each neuron to itself, at first 0; or a
            module that makes a current of spikes ``[B, …]``, of the same shape.
        dt: step in ms, above 0; 1 unless given.
        reset: "soft", as unless given, subtracts the threshold at a spike; "hard" sets the membrane
            to 0; "delayed" subtracts one step later (`lif_step`).
        detach_reset: if True, as unless given, no gradient flows through the spike that resets.
        surrogate: a name from `ALL_SURROGATES` or a `Surrogate`; "fast_sigmoid" unless given.
        learn_beta, learn_threshold: make that parameter learnable; False unless given.
        generator: draws the initial weights; PyTorch's own if None.

    Raises:
        ValueError: for values outside these ranges, an input of another shape, or a module
            whose current has another shape than the spikes.

    Reference: Neftci et al. 2019, section II.

    >>> import torch
    >>> RecurrentLIF(3)(torch.ones(4, 2, 3)).shape
    torch.Size([4, 2, 3])
    """

    resets = ALL_RESETS

    def __init__(
        self,
        neurons: int,
        tau_mem: Tensor | float | None = None,
        *,
        beta: Tensor | float | None = None,
        threshold: Tensor | float = 1.0,
        recurrence: str | nn.Module = "all_to_all",
        dt: float = 1.0,
        reset: str = "soft",
        detach_reset: bool = True,
        surrogate: str | Surrogate = "fast_sigmoid",
        learn_beta: bool = False,
        learn_threshold: bool = False,
        generator: Generator | None = None,
    ):
        super().__init__(
            tau_mem,
            beta=beta,
            threshold=threshold,
            dt=dt,
            reset=reset,
            detach_reset=detach_reset,
            surrogate=surrogate,
            learn_beta=learn_beta,
            learn_threshold=learn_threshold,
        )
        self._own_recurrence(neurons, recurrence, generator)

    def initial_state(self, current: Tensor) -> RecurrentState:
        """Return a membrane at rest and no spikes for `current` ``[T, B, N]``."""
        return self._at_rest(RecurrentState, current)

    def step(self, current: Tensor, state: RecurrentState) -> tuple[Tensor, Tensor, RecurrentState]:
        """Advance by one step with `recurrent_lif_step`."""
        rules = self.rules(state.membrane)
        return recurrent_lif_step(current, state, self._way_back(), **rules)

    def _sequence(
        self, current: Tensor, state: RecurrentState
    ) -> tuple[Tensor, Tensor, tuple[Tensor]]:
        v, z = state
        given = Given(v, **self._constants(v), z=z, weight=self.weight)
        spikes, membrane = feedback_sequence(current, given, self._reset_rules())
        return spikes, membrane, (spikes,)
