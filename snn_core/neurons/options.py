"""The types of what is handed on by name: the rules of a step, and the options of a neuron."""

from collections.abc import Callable
from typing import Required, TypedDict

from torch import Tensor

from ..surrogate import Surrogate


class ResetRules(TypedDict, total=False):
    """The keyword arguments of `lif_step` without the threshold."""

    beta: Required[Tensor | float]
    reset: str
    detach_reset: bool
    spike: Callable[[Tensor], Tensor]


class LIFRules(ResetRules, total=False):
    """The keyword arguments of `lif_step`."""

    threshold: Tensor | float


class LIFOptions(TypedDict, total=False):
    """The options of `LIF` without its time constant and its step."""

    beta: Tensor | float | None
    threshold: Tensor | float
    reset: str
    detach_reset: bool
    surrogate: str | Surrogate
    learn_beta: bool
    learn_threshold: bool


class SteppedOptions(LIFOptions, total=False):
    """The options of `LIF` without its time constant."""

    dt: float


class AdaptiveOptions(SteppedOptions, total=False):
    """The options of `AdaptiveLIF` without its time constants."""

    rho: Tensor | float | None
    strength: Tensor | float
    learn_rho: bool
