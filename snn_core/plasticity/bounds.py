"""What keeps a weight within [0, w_max]: changes that shrink on the way to a bound."""

from torch import Tensor

from .. import _checks

# Exponents (mu_plus, mu_minus): potentiation ∝ (1 - w / w_max)**mu_plus,
# depression ∝ (w / w_max)**mu_minus.
BOUNDS = {"additive": (0.0, 0.0), "multiplicative": (0.0, 1.0), "soft": (1.0, 1.0)}


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
