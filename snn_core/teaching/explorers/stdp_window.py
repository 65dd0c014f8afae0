"""The explorer of page 09: a window of plasticity, and where it sends the weights."""

import numpy as np
import torch

from ... import _checks
from ...plasticity import BOUNDS, PairSTDP
from ..live import Choice, LiveExplorer, Range


class STDPWindow(LiveExplorer):
    """The window of the pair rule, and the distribution of many weights after a long time (`weight_density`)."""

    controls = {
        "a_plus": Range(0.005, 0.05, 0.001, 0.02, "A₊"),
        "a_minus": Range(0.005, 0.05, 0.001, 0.027, "A₋"),
        "tau_plus": Range(5.0, 50.0, 1.0, 20.0, "τ₊ (ms)", "ms"),
        "tau_minus": Range(5.0, 50.0, 1.0, 20.0, "τ₋ (ms)", "ms"),
        "bound": Choice(tuple(BOUNDS), "additive", "bound"),
    }
    model = "stdp_window"
    about = "The window of a plasticity rule, and the distribution of weights that it leads to."
    bins, rate, influence = 20, 20.0, 0.3

    def data(self) -> dict:
        """Return the exponents of the bounds, and how often the neurons spike, and why."""
        return {"bounds": BOUNDS, "bins": self.bins, "chance": self.rate / 1000, "influence": self.influence}


def weight_density(rule: PairSTDP, *, rate: float = 20.0, influence: float = 0.3, bins: int = 20) -> np.ndarray:
    """Return the distribution of a weight that has learnt for long, as the share in equal bins from 0 to w_max.

    Both neurons fire at random with `rate`; a presynaptic spike causes a postsynaptic one in the same step with the
    probability ``influence * w / w_max``. For small changes the weight is a random walk with a drift and a diffusion
    that depend on it; this is the stationary solution of their Fokker-Planck equation. It is approximate: with the
    additive bound and two peaks, the upper one comes out too low, by a quarter in the test's simulation.

    Args:
        rule: an all-to-all pair rule with both amplitudes above 0, for weights from 0.
        rate: in spikes per second, above 0, less than one spike per step.
        influence: at the upper bound, in [0, 1].
        bins: number of bins, at least 2.

    Returns:
        ``[bins]``, sums to 1.

    Raises:
        ValueError: for values outside these ranges.

    Reference: van Rossum, Bi, Turrigiano 2000 and Rubin, Lee, Sompolinsky 2001, who also let the weights walk.

    >>> weight_density(PairSTDP(bound="soft"), bins=4).argmax()
    np.int64(2)
    """
    ok = type(rule) is PairSTDP and rule.pairing == "all_to_all"
    _checks.require(ok, "rule", f"{type(rule).__name__}, {getattr(rule, 'pairing', None)}", "an all-to-all PairSTDP")
    _checks.require(rule.w_min == 0, "rule", f"w_min = {rule.w_min:g}", "weights from 0")
    positive = rule.a_plus > 0 and rule.a_minus > 0
    _checks.require(positive, "rule", f"amplitudes {rule.a_plus:g} and {rule.a_minus:g}", "amplitudes above 0")
    _checks.number("rate", rate, 0)
    chance = rate * rule.dt / 1000
    _checks.require(chance < 1, "rate", f"{rate:g}, {chance:g} spikes per step", "less than one spike per step")
    _checks.number("influence", influence, 0, 1, open_low=False)
    _checks.whole("bins", bins, low=2)
    fine = torch.linspace(0, 1, 50 * bins + 1, dtype=torch.float64)
    middle = (fine[1:] + fine[:-1]) / 2
    drift, diffusion = _random_walk(rule, middle, chance, influence)
    force = 2 * drift / diffusion
    potential = torch.cumsum(force, 0) - force / 2
    log = potential / (50 * bins) - diffusion.log()
    density = torch.exp(log - log.max()).view(bins, 50).sum(1)
    return (density / density.sum()).numpy()


def chance_change(rule: PairSTDP) -> tuple[float, float]:
    """Return by how much one spike and a spike in *every* step of the other side potentiate and depress, before bounds.

    Trains that fire independently, with p and q spikes per step, drift by p · q times the difference (all-to-all).

    >>> [round(change, 2) for change in chance_change(PairSTDP())]
    [0.21, 0.2]
    """
    potentiation = rule.a_plus / (1 - rule.alpha_plus)
    return potentiation, rule.a_minus * rule.alpha_minus / (1 - rule.alpha_minus)


def _random_walk(rule: PairSTDP, weight, chance: float, influence: float):
    """Return drift and diffusion per step at relative weights, for a probability `chance` of a spike per step."""
    up, down = rule.factors(weight * rule.w_max)
    caused = chance * (1 - chance) * influence * weight
    post = chance + chance * influence * weight
    plus, minus = rule.a_plus * up / rule.w_max, rule.a_minus * down / rule.w_max
    gain, loss = chance_change(rule)
    area = (up * gain - down * loss) / rule.w_max
    square = plus**2 / (1 - rule.alpha_plus**2) + (minus * rule.alpha_minus) ** 2 / (1 - rule.alpha_minus**2)
    drift = chance * post * area + caused * plus
    diffusion = chance * post * square + chance * post * (chance + post) * area**2 + caused * plus**2
    return drift, diffusion
