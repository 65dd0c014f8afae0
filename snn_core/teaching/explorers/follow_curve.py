"""The explorer of page 23: N neurons that follow a curve, each by itself or together."""

from ..live import Choice, LiveExplorer, Range
from ..studies.following import SKIPPED


class FollowCurve(LiveExplorer):
    """A curve of two sines, the estimate that a population's spikes make of it, and the error.

    Independent neurons toss a coin each. Balanced ones share the error, and spike only to make it smaller.
    """

    model = "follow_curve"
    about = "A curve and what the spikes of a population make of it, the error, and the spikes."
    controls = {
        "neurons": Range(1, 128, 1, 16, "neurons N"),
        "tau": Range(5, 100, 1, 20, "time constant τ (ms)", "ms"),
        "speed": Range(0.2, 4.0, 0.1, 1.0, "speed of the curve"),
        "kind": Choice(("balanced", "independent"), "independent", "the neurons are"),
    }
    steps, step, seed = 1000, 0.4, 0

    def data(self) -> dict:
        """Return steps of 1 ms and those that no error counts, what a spike is worth, a seed, the most neurons."""
        own = {"steps": self.steps, "step": self.step, "seed": self.seed}
        return own | {"skipped": SKIPPED, "most": self.controls["neurons"].high}
