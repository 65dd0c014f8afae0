"""The explorer of page 11: one pair of spikes, its eligibility, and the reward that comes later."""

from ...plasticity import PairSTDP
from ..live import LiveExplorer, Range


class EligibilityTrace(LiveExplorer):
    """A pair of spikes leaves an eligibility; a later reward makes what is left of it a change of weight.

    The presynaptic spike stays where it is. The reader drags the postsynaptic spike and the reward.
    """

    model = "eligibility"
    about = (
        "One synapse over time in three lanes: a spike on each side, the eligibility that the pair leaves, and the "
        "weight, which changes when the reward comes."
    )
    controls = {
        "post": Range(20.0, 180.0, 1.0, 110.0, "postsynaptic spike (ms)", "ms"),
        "reward": Range(0.0, 600.0, 5.0, 300.0, "dopamine (ms)", "ms"),
        "tau": Range(20.0, 400.0, 10.0, 200.0, "τ_e (ms)", "ms"),
        "success": Range(-1.0, 1.0, 0.1, 0.8, "success R − b"),
    }
    rule = PairSTDP(a_plus=1.0, a_minus=0.5)
    pre = 100.0  # ms
    duration = 600.0  # ms

    def data(self) -> dict:
        """Return the time of the presynaptic spike, the duration, in ms, and what the STDP rule has."""
        names = ("a_plus", "a_minus", "tau_plus", "tau_minus")
        return {"pre": self.pre, "duration": self.duration} | {name: getattr(self.rule, name) for name in names}
