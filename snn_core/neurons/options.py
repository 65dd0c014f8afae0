"""The types of what is handed on by name: the rules of a step, and the options of a neuron."""

from collections.abc import Callable
from typing import Required, TypedDict

from torch import Tensor

from ..surrogate import Surrogate


class LIFRules(TypedDict, total=False):
    """The keyword arguments of `lif_step`."""

    beta: Required[Tensor | float]
    threshold: Tensor | float
    reset: str
    detach_reset: bool
    spike: Callable[[Tensor], Tensor]


class LIFOptions(TypedDict):
    """The keyword arguments of `LIF`, which a neuron that takes more hands on to it."""

    beta: Tensor | float | None
    threshold: Tensor | float
    dt: float
    reset: str
    detach_reset: bool
    surrogate: str | Surrogate
    learn_beta: bool
    learn_threshold: bool
