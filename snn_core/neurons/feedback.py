"""What neurons hear of their own spikes, one step later: through weights, or through a module."""

import torch
from torch import Generator, Tensor, nn

from .. import _checks
from .fused import Fused
from .states import S, Variables, at_rest

RECURRENCES = ("all_to_all", "one_to_one")


def feedback(spikes: Tensor, weight: Tensor | nn.Module) -> Tensor:
    """Return what spikes of a state make neurons hear: weighted in the weight's dtype, then wide.

    Args:
        spikes: z[t-1], ``[B, N]``, or for a module ``[B, …]``.
        weight: ``[N, N]`` from neuron (column) to neuron (row), or ``[N]`` from each to itself; or
            a module.

    Returns:
        The current ``[B, N]`` or ``[B, …]``, in the dtype of `spikes`.

    Raises:
        ValueError: for a module whose current has another shape than the spikes.

    >>> import torch
    >>> feedback(torch.ones(1, 2), torch.tensor([0.5, -0.5]))
    tensor([[ 0.5000, -0.5000]])
    """
    if isinstance(weight, nn.Module):
        like = next(weight.parameters(), spikes)
        heard: Tensor = weight(spikes.to(like.dtype))
        _checks.shape("recurrence", heard, spikes.shape)  # known only here
        return heard.to(spikes)
    z = spikes.to(weight.dtype)
    heard = z @ weight.T if weight.dim() == 2 else z * weight
    return heard.to(spikes)


class Recurrent(Fused[S]):
    """What neurons share that hear their own spikes of the step before: what they hear them by.

    With weights they run over the whole sequence at once, with a module step by step.
    """

    weight: nn.Parameter
    neurons: int
    recurrence: nn.Module | None

    def _own_recurrence(
        self, neurons: int, recurrence: str | nn.Module, generator: Generator | None
    ) -> None:
        """Own a module, or a weight: ``[N, N]`` drawn uniformly from ±1/√N, or ``[N]`` of 0."""
        _checks.whole("neurons", neurons)
        self.neurons = neurons
        self.recurrence = recurrence if isinstance(recurrence, nn.Module) else None
        if self.recurrence is not None:
            return
        known = isinstance(recurrence, str) and recurrence in RECURRENCES
        expected = f"one of {', '.join(RECURRENCES)}, or a module"
        _checks.require(known, "recurrence", repr(recurrence), expected)
        self.weight = nn.Parameter(torch.zeros(neurons))
        if recurrence == "all_to_all":
            drawn = torch.rand(neurons, neurons, generator=generator)
            self.weight = nn.Parameter((2 * drawn - 1) / neurons**0.5)

    def _way_back(self) -> Tensor | nn.Module:
        """Return what spikes come back through."""
        return self.weight if self.recurrence is None else self.recurrence

    @property
    def all_to_all(self) -> bool:
        """Whether every neuron hears every one, by a weight ``[N, N]``."""
        return self.recurrence is None and self.weight.dim() == 2

    def _at_rest(self, kind: type[Variables], current: Tensor) -> Variables:
        """Return a state of this kind at rest, for a current ``[T, B, N]``, or of maps."""
        sample = list(current.shape[2:])
        maps = self.recurrence is not None
        fits = sample[:1] == [self.neurons] and (maps or len(sample) == 1)
        expected = f"[T, B, {self.neurons}{', …' if maps else ''}]"
        _checks.require(fits, "current", f"shape {list(current.shape)}", expected)
        return at_rest(kind, current[0])

    def _is_untouched(self) -> bool:
        return super()._is_untouched() and self.recurrence is None
