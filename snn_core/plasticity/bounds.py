"""What keeps a weight within [w_min, w_max]: changes that shrink on the way to a bound, and a cut.

A presynaptic spike depresses, a postsynaptic one potentiates, and the weight is cut after each.
"""

import torch
from torch import Tensor

from .. import _checks
from . import _doors

# Exponents (mu_plus, mu_minus): potentiation ∝ (1 - s)**mu_plus, depression ∝ s**mu_minus, for the
# weight s on a scale from 0 at w_min to 1 at w_max.
BOUNDS = {"additive": (0.0, 0.0), "multiplicative": (0.0, 1.0), "soft": (1.0, 1.0)}
LARGEST = torch.finfo(torch.float32).max


def exponents_of(bound: str | tuple[float, float]) -> tuple[float, float]:
    """Return the exponents (mu_plus, mu_minus) of a bound given by name or by its exponents."""
    if isinstance(bound, tuple) and len(bound) == 2:
        for exponent in bound:
            _checks.number("bound", exponent, 0, open_low=False)
        return bound
    _checks.choice("bound", bound, BOUNDS)
    return BOUNDS[bound]


def power(base: Tensor, exponent: float) -> Tensor:
    """Return the power of a base in [0, 1], up to rounding; for exponent 0 a 1 that broadcasts."""
    if exponent == 0:
        return base.new_ones(())
    if exponent == 1:
        return base
    return base.clamp(min=0) ** exponent


def amplitude(name: str, value: float) -> None:
    """Require an amplitude `value` called `name`: at least 0, and finite in single precision."""
    _checks.number(name, value, 0, LARGEST, open_low=False)


class Bounded:
    """Weights in [w_min, w_max], of a rule that moves them by less and less on the way to a bound.

    Args:
        bound: a name in `BOUNDS`, or the exponents (mu_plus, mu_minus), each at least 0.
        w_min, w_max: bounds of the weights, finite in single precision, w_min below w_max.

    Raises:
        ValueError: for values outside these ranges.

    Reference: Gütig et al. 2003, who have w_min = 0.
    """

    def __init__(self, bound: str | tuple[float, float], w_min: float, w_max: float):
        _checks.number("w_min", w_min, -LARGEST, LARGEST)
        _checks.number("w_max", w_max, -LARGEST, LARGEST)
        width = torch.tensor(float(w_max - w_min), dtype=torch.float32).item()
        _checks.require(width > 0, "w_max", repr(w_max), f"more above w_min = {w_min:g}")
        self.exponents = exponents_of(bound)
        self.w_min = w_min
        self.w_max = w_max

    def share(self, weight: Tensor) -> Tensor:
        """Return where weights lie between their bounds: 0 at w_min, 1 at w_max."""
        above = weight - self.w_min if self.w_min else weight
        return above / (self.w_max - self.w_min)

    def factors(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Return what the bound makes of potentiation and of depression; same shape as `weight`.

        Raises:
            ValueError: for weights that are no finite floats.
        """
        _checks.floats("weight", weight, min_rank=0, not_nan=False)
        _doors.all_finite(weight=weight)
        return self.scales(weight)

    def scales(self, weight: Tensor) -> tuple[Tensor, Tensor]:
        """Return what `factors` does, for weights that are known to be numbers."""
        mu_plus, mu_minus = self.exponents
        share = self.share(weight)
        return power(1 - share, mu_plus), power(share, mu_minus)

    def bounded(self, up: Tensor, down: Tensor, weight: Tensor) -> Tensor:
        """Return ``up - down``, each scaled by what the bound says of `weight`."""
        for_up, for_down = self.scales(weight)
        return for_up * up - for_down * down

    def clip(self, weight: Tensor) -> Tensor:
        """Return the weights cut to [w_min, w_max].

        Raises:
            ValueError: for weights that are no floats, or NaN.
        """
        _checks.floats("weight", weight, min_rank=0)
        return self.cut(weight)

    def cut(self, weight: Tensor) -> Tensor:
        """Return what `clip` does, for weights that are known to be numbers."""
        return weight.clamp(self.w_min, self.w_max)

    def depressed(self, weight: Tensor, down: Tensor) -> Tensor:
        """Return the weights after a depression `down`, scaled by the bound and cut."""
        _, mu = self.exponents
        if mu == 0:
            return self.cut(weight - down)
        scale = power(self.share(weight), mu)
        return self.cut(torch.addcmul(weight, scale, down, value=-1))

    def potentiated(self, weight: Tensor, up: Tensor) -> Tensor:
        """Return the weights after a potentiation `up`, scaled by the bound and cut."""
        mu, _ = self.exponents
        if mu == 0:
            return self.cut(weight + up)
        scale = power(1 - self.share(weight), mu)
        return self.cut(torch.addcmul(weight, scale, up))
