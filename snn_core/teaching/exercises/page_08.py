"""Exercises of page 08, codes and losses."""

import torch

from snn_core import losses
from snn_core.teaching.exercises import Case, Function, Mistake, Value

OUTPUT = torch.zeros(20, 1, 4)
OUTPUT[5, 0, 2] = 1
ERROR = losses.first_spike_mse(OUTPUT, torch.tensor([2])).item()

TRAINS = torch.zeros(900, 1, 2, dtype=torch.float64)  # long enough for the trace to vanish after both spikes
TRAINS[100, 0, 0] = TRAINS[107, 0, 1] = 1
EARLY, LATE = TRAINS.split(1, dim=-1)


def _distances(tau: float) -> tuple[float, float]:
    """Return the squared distance of the two spikes in two trains, and in one train from an empty one."""
    apart = losses.van_rossum(EARLY, LATE, tau=tau)
    together = losses.van_rossum(EARLY + LATE, 0 * LATE, tau=tau)
    return apart.item(), together.item()


EXERCISES = {
    "08.1": Value(
        ERROR,
        hint="Latencies count as a share of T, and the mean runs over all four classes.",
        stronger="The right class has the latency 5/20 and the target 0. "
        "A silent class has the latency 1, which is its target. Square, and take the mean.",
        mistakes=(
            Mistake((5 / 20) ** 2, "That is the squared error of one class: the mean runs over all four."),
            Mistake(5**2 / 4, "Steps are not what is squared: a latency counts as a share of T."),
        ),
        tolerance=1e-3,
    ),
    "08.2": Function(
        cases=(
            Case(
                (7, 10.0),
                _distances(10.0),
                "D² has no root. One spike alone costs dt/tau times the sum of beta^2k; overlap takes away, or adds.",
            ),
            Case((7, 20.0), _distances(20.0), "Use tau."),
        ),
        stronger="One spike alone costs 1 / tau / (1 - beta²), for beta = exp(-1 / tau). Two cost twice that, and "
        "the overlap is beta^lag of it: minus in different trains, plus in one.",
        tolerance=1e-4,
    ),
}
