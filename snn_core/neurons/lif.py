"""The leaky integrate-and-fire neuron, and the leaky integrator that never spikes."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, overload

import torch
from torch import Tensor

from .. import _checks
from ..surrogate import Surrogate
from ._filter import leaky_sequence
from .base import Recording
from .fused import Fused
from .leaky import ALL_RESETS, Leaky, reset_membrane
from .lengths import at_end, fill_after, without_padding

SPIKE = Surrogate()  # the one of a step function that is not told another


def leaky_step(current: Tensor, state: Tensor, beta: Tensor | float) -> Tensor:
    """Decay the membrane by one step and add the input: ``u[t] = beta * v[t-1] + I[t]``.

    Args:
        current: input I[t], ``[B, …]``, in units of the threshold.
        state: membrane after the last reset, v[t-1], same shape.
        beta: decay per step in [0, 1], a number or a tensor that broadcasts.

    Returns:
        The membrane u[t], same shape.

    Reference: Eshraghian et al. 2023, eq. 4.

    >>> import torch
    >>> leaky_step(torch.tensor([1.0]), torch.tensor([2.0]), 0.5)
    tensor([2.])
    """
    return beta * state + current


def lif_step(
    current: Tensor,
    state: Tensor,
    *,
    beta: Tensor | float,
    threshold: Tensor | float = 1.0,
    reset: str = "soft",
    detach_reset: bool = True,
    spike: Callable[[Tensor], Tensor] = SPIKE,
) -> tuple[Tensor, Tensor, Tensor]:
    """Advance a leaky integrate-and-fire neuron by one step: integrate, compare, emit, reset.

    A delayed reset subtracts one step later, ``u[t] = beta u[t-1] + I[t] - threshold z[t-1]``. So
    what is taken away has not decayed: it is the soft reset by ``threshold / beta``.

    Args:
        current: input I[t], ``[B, …]``.
        state: membrane after the last reset, v[t-1], same shape; u[t-1] if the reset is delayed.
        beta: decay per step in [0, 1], a number or a tensor that broadcasts.
        threshold: above 0, a number or a tensor that broadcasts.
        reset: "soft" subtracts the threshold, "hard" sets the membrane to 0, "delayed" subtracts
            the threshold in the next step.
        detach_reset: if True, no gradient flows through the spike that resets.
        spike: turns the distance to the threshold into spikes: a `Surrogate`, which also says what
            derivative stands in for theirs, or whatever else decides who fires.

    Returns:
        (spikes z[t] in {0, 1}, membrane u[t], state v[t]), each ``[B, …]``.

    Raises:
        ValueError: for an unknown reset.

    Reference: Eshraghian et al. 2023, eq. 4 and 5 (their U is u, S is z). Their own code, snnTorch,
    subtracts one step later, and undecayed, unless told otherwise: the delayed reset.

    >>> import torch
    >>> z, u, v = lif_step(torch.tensor([1.0]), torch.tensor([0.5]), beta=0.5)
    >>> z.item(), u.item(), v.item()
    (1.0, 1.25, 0.25)
    """
    membrane = leaky_step(current, state, beta)
    if reset == "delayed":
        due = spike(state - threshold)
        membrane = reset_membrane(membrane, due, threshold, "soft", detach_reset)
    spikes = spike(membrane - threshold)
    after = reset_membrane(membrane, spikes, threshold, reset, detach_reset)
    return spikes.to(current), membrane, after


class LIF(Fused[Tensor]):
    """Leaky integrate-and-fire neurons, run over a whole sequence at once.

    Input ``[T, B, …]``, time-major; times in ms, with `dt` 1 and `tau_mem` 10 unless given;
    `threshold` 1.

    Args:
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``, for maps
            ``[C, 1, 1]``; 10 if neither it nor `beta` is given.
        beta: decay per step in [0, 1], in place of `tau_mem`; a number or a tensor ``[N]``.
        threshold: above 0; a number or a tensor ``[N]``; 1 unless given.
        dt: step in ms, above 0; 1 unless given.
        reset: "soft", as unless given, subtracts the threshold at a spike; "hard" sets the membrane
            to 0; "delayed" subtracts one step later (`lif_step`).
        detach_reset: if True, as unless given, no gradient flows through the spike that resets.
        surrogate: a name from `ALL_SURROGATES` or a `Surrogate`; "fast_sigmoid" unless given.
        learn_beta, learn_threshold: make that parameter learnable; False unless given.

    Raises:
        ValueError: for values outside these ranges, `tau_mem` beside `beta`, or an input that is
            not ``[T, B, …]``.

    Warns:
        UserWarning: for a time constant shorter than the step.

    Reference: Eshraghian et al. 2023, section II; Neftci et al. 2019, section II (their alpha is 0
    here).

    >>> import torch
    >>> spikes = LIF(beta=0.5)(torch.full((4, 1, 1), 0.75))
    >>> spikes.flatten().tolist()
    [0.0, 1.0, 0.0, 1.0]
    """

    resets = ALL_RESETS

    def step(self, current: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Advance by one step with `lif_step`."""
        return lif_step(current, state, **self.rules(state))

    def _sequence(self, current: Tensor, state: Tensor) -> tuple[Tensor, Tensor, tuple[()]]:
        return *self._fire(current, state), ()


class LeakyIntegrator(Leaky[Tensor]):
    """A leaky integrator that never spikes: the membrane readout of a network.

    Input ``[T, B, …]``, time-major; times in ms, with `dt` 1 and `tau_mem` 10 unless given; no
    threshold.

    Args:
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``, for maps
            ``[C, 1, 1]``; 10 if neither it nor `beta` is given.
        beta: decay per step in [0, 1], in place of `tau_mem`; 1 sums without a leak.
        dt: step in ms, above 0; 1 unless given.
        learn_beta: make the decay learnable; False unless given.

    Raises:
        ValueError: for values outside these ranges, or an input that is not ``[T, B, …]``.

    Reference: Neftci et al. 2019, section V (the readout of their example).

    >>> import torch
    >>> LeakyIntegrator(beta=0.5)(torch.ones(3, 1, 1)).flatten().tolist()
    [1.0, 1.5, 1.75]
    """

    def step(self, current: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Advance by one step with `leaky_step`: (no spikes, membrane, state)."""
        membrane = leaky_step(current, state, self.constant("beta", state))
        return torch.zeros_like(current), membrane, membrane

    @overload
    def forward(
        self,
        current: Tensor,
        state: Tensor | None = None,
        *,
        lengths: Tensor | None = None,
        record: Literal[False] = False,
    ) -> Tensor: ...

    @overload
    def forward(
        self,
        current: Tensor,
        state: Tensor | None = None,
        *,
        lengths: Tensor | None = None,
        record: Literal[True],
    ) -> Recording[Tensor]: ...

    def forward(
        self,
        current: Tensor,
        state: Tensor | None = None,
        *,
        lengths: Tensor | None = None,
        record: bool = False,
    ) -> Tensor | Recording[Tensor]:
        """Integrate `current` ``[T, B, …]``; return the membrane ``[T, B, …]``.

        With `lengths`, integers ``[B]`` in [1, T], the membrane is 0 after each sample's end. With
        `record`, return a `Recording`, whose spikes are all 0.
        """
        _checks.flag("record", record)
        current, lengths = without_padding(current, lengths)
        current, state = self._prepare(current, state)
        membranes = leaky_sequence(current, state, self.constant("beta", state))
        self._finish(membranes[-1])
        visible = fill_after(membranes, lengths)
        if not record:
            return visible
        return Recording(torch.zeros_like(current), visible, at_end(membranes, lengths))

    if TYPE_CHECKING:
        __call__ = forward
