"""Spike-timing-dependent plasticity: the rule of pairs of spikes.

Within one step the presynaptic spike comes first, because it can cause the postsynaptic one
(`lif_step` integrates before it compares). Two spikes of the same step are therefore a causal pair
with a lag of 0. Each spike is an event: what the presynaptic one depresses is cut at the bounds
before the postsynaptic one potentiates. Over a batch, the events of a step add up to one.
"""

from typing import NamedTuple

from torch import Tensor

from .pairing import Pairing
from .rule import STDPRule, silence
from .traces import trace_step


class STDPState(NamedTuple):
    """What a synapse remembers: presynaptic traces ``[B, N]``, postsynaptic ones ``[B, M]``."""

    pre: Tensor
    post: Tensor


class PairSTDP(STDPRule[STDPState]):
    """The pair rule: a pair of a pre- and a postsynaptic spike changes the weight by their lag.

    A postsynaptic spike adds `a_plus` times the presynaptic trace, a presynaptic spike takes away
    `a_minus` times the postsynaptic trace. A rule of your own is a subclass that overrides `pair`.

    Args:
        tau_plus, tau_minus: time constants in ms of the two sides of the window, above 0.
        a_plus, a_minus: change of the weight at lag 0, at least 0, in units of the weight.
        pairing: "all_to_all" lets every pair of spikes count, "nearest" only the last spike of the
            other side.
        bound: "additive", "multiplicative", "soft" or two exponents, as in `STDPRule`.
        w_min, w_max: bounds of the weights, w_min below w_max; -1 and 0 for inhibitory ones.
        dt: step in ms.

    Raises:
        ValueError: for values outside these ranges.

    Reference: Song, Miller, Abbott 2000; Morrison, Diesmann, Gerstner 2008, section 4; exponents:
    Gütig et al. 2003.

    >>> import torch
    >>> pre, post = torch.eye(2).view(2, 2, 1, 1)  # one spike, then the other
    >>> PairSTDP(a_plus=0.1)(pre, post, torch.tensor([[0.5]])).item() > 0.5
    True
    """

    def rest(self, pre: Tensor, post: Tensor) -> STDPState:
        """Return what `initial_state` does, for spikes that are known to fit."""
        return STDPState(*silence(pre, post))

    def pair(self, pre: Tensor, post: Tensor, state: STDPState) -> tuple[Pairing, STDPState]:
        """Pair the spikes of one step, `pre` ``[B, N]``, `post` ``[B, M]``, with earlier ones.

        This is the rule itself, in every step of a loop: it checks nothing.
        """
        x = trace_step(pre, state.pre, self.alpha_plus, self.pairing)
        y = trace_step(post, state.post, self.alpha_minus, self.pairing)
        potentiated = (self.a_plus * post, x)
        depressed = (self.alpha_minus * state.post, self.a_minus * pre)
        return Pairing(potentiated, depressed), STDPState(x, y)
