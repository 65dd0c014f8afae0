"""The gradients of neurons whose spikes come back, for the forward pass of `_feedback_sequence`.

With the surrogate derivative s[t], ``g_v[t] = beta g_u[t+1]``, y[t] what a step hears, ``y[t] =
I[t] + W z[t-1]``, and x what moves a spike, the distance to the limit:

    g_x[t] = s[t] (g_z[t] + W' g_y[t+1] + g_a[t] - (r[t] g_v[t] if the reset is attached))
    g_u[t] = g_x[t] + g_membrane[t] + (1 or 1 - z[t]) g_v[t]
    g_y[t] = alpha g_y[t+1] + (1 - alpha) (g_u[t] + g_synapse[t])
    g_limit[t] = -q[t],    q[t] = g_x[t] + (z[t] or 0) g_v[t]
    g_a[t-1] = rho g_a[t] - strength q[t]

where the first of two stands for the soft reset, the second for the hard one. Each step takes the
fewest passes over memory that say this: g_u[t] takes the place of s[t], and q[t] is one of g_x[t]
and g_u[t], picked by the spike.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor

from ._filter import from_the_end, leaky_sequence
from ._lif_sequence import Rules
from .feedback import feedback

Heard = Callable[[Tensor], Tensor]  # from spikes, or back to them


class Given(NamedTuple):
    """State and constants: of the membrane, and of adaptation, recurrence and synapse, if any.

    The weight is ``[N, N]``, or ``[N]`` from each neuron to itself.
    """

    v: Tensor
    beta: Tensor
    threshold: Tensor
    a: Tensor | None = None
    rho: Tensor | None = None
    strength: Tensor | None = None
    z: Tensor | None = None
    weight: Tensor | None = None
    i: Tensor | None = None
    alpha: Tensor | None = None


def through(weight: Tensor | None, state: Tensor) -> Heard | None:
    """Return `feedback` of a `state` through a `weight` that is the same in all steps."""
    if weight is None:
        return None
    if weight.dim() == 1 or weight.dtype != state.dtype:
        return partial(feedback, weight=weight)
    across = weight.t()  # turned once, not in every step
    return lambda spikes: spikes @ across


class Pass(NamedTuple):
    """What happened in all steps, and the gradients that follow from it."""

    membrane: Tensor
    spikes: Tensor
    limits: Tensor
    synapse: Tensor | None
    given: Given
    rules: Rules

    def sweep(
        self,
        g_spikes: Tensor | None,
        g_membrane: Tensor | None,
        g_synapse: Tensor | None,
        of_limits: bool,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return g_u, g_y and q of all steps; without `of_limits` q is that of one step only."""
        soft, _, surrogate = self.rules
        g_u = surrogate._derivative_at(self.membrane, self.limits)  # s[t], until g_u[t] is known
        g_y = g_u if self.synapse is None else torch.empty_like(g_u)
        q = torch.empty_like(g_u if of_limits else g_u[:1]).expand_as(g_u)
        drops = self.limits.expand_as(g_u) if soft else self.membrane
        later = told = torch.zeros_like(g_u[0])  # g_u[t+1] and g_y[t+1]
        faded = torch.zeros_like(later)  # Σ rho^k q[t+1+k], which is g_a[t] / -strength
        x = torch.empty_like(later)
        back = self._back(later)
        direct = torch.zeros_like(later).expand_as(g_u) if g_spikes is None else g_spikes
        over_time = (one.unbind()[::-1] for one in (self.spikes, drops, direct, g_u, g_y, q))
        for t, (z, drop, g_z, u, y, moves) in enumerate(zip(*over_time, strict=True), 1):
            torch.mul(u, back(told, self._by_spikes(g_z, drop, later, faded)), out=x)
            torch.addcmul(x, later, self.given.beta, out=u)
            if not soft:
                u.lerp_(x, z)
                moves.copy_(x)
            elif of_limits or self.given.rho is not None:
                torch.lerp(x, u, z, out=moves)
            if self.given.rho is not None:
                torch.addcmul(moves, faded, self.given.rho, out=faded)
            later = u if g_membrane is None else u.add_(g_membrane[-t])
            told = self._told(later, told, None if g_synapse is None else g_synapse[-t], y)
        return g_u, g_y, q

    def _back(self, state: Tensor) -> Callable[[Tensor, Tensor], Tensor]:
        """Return what sends g_y back through the weight, and adds it to what it is given."""
        weight = self.given.weight
        if weight is None:
            return lambda told, others: others
        if weight.dim() == 1 or weight.dtype != state.dtype or state.dim() != 2:
            return lambda told, others: others + feedback(told, weight.t())
        return lambda told, others: torch.addmm(others, told, weight)  # in one pass over memory

    def _by_spikes(self, g_z: Tensor, drop: Tensor, later: Tensor, faded: Tensor) -> Tensor:
        """Return g_z and what reaches the spikes of a step by reset and adaptation."""
        if not self.rules.detach:
            g_z = torch.addcmul(g_z, drop, later * self.given.beta, value=-1)
        if self.given.strength is not None:
            g_z = torch.addcmul(g_z, faded, self.given.strength, value=-1)
        return g_z

    def _told(self, g_u: Tensor, told: Tensor, g_synapse: Tensor | None, y: Tensor) -> Tensor:
        """Return g_y[t] from g_y[t+1], written to `y` where a synapse keeps it apart from g_u."""
        if self.given.alpha is None:
            return g_u
        own = g_u if g_synapse is None else g_u + g_synapse
        return torch.lerp(own, told, self.given.alpha, out=y)

    def by_beta(self, g_u: Tensor) -> Tensor:
        """Return the gradient by the decay, which each state v[t] is multiplied with."""
        drop = self.limits if self.rules.soft else self.membrane
        v = torch.addcmul(self.membrane, self.spikes, drop, value=-1)
        by_step = (g_u[1:] * v[:-1]).sum(0) + g_u[0] * self.given.v
        return by_step.sum_to_size(self.given.beta.shape)

    def by_limits(self, q: Tensor) -> dict[str, Tensor]:
        """Return the gradients by what makes up the limits."""
        _, _, threshold, a, rho, strength, *_ = self.given
        found = {"threshold": -q.sum(0).sum_to_size(threshold.shape)}
        if a is None or rho is None or strength is None:
            return found
        before = torch.cat([a[None], leaky_sequence(self.spikes[:-1], a, rho)])
        fading = from_the_end(q, rho)
        by_rho = -(strength * fading[1:] * before[:-1]).sum(0)
        by_strength = -(q * before).sum(0)
        return found | {
            "a": -strength * fading[0],
            "rho": by_rho.sum_to_size(rho.shape),
            "strength": by_strength.sum_to_size(strength.shape),
        }

    def by_recurrence(self, g_y: Tensor) -> dict[str, Tensor]:
        """Return the gradients by the first spikes and by the weight."""
        z = self.given.z
        weight = self.given.weight
        if z is None or weight is None:
            return {}
        later = g_y[1:]
        before = self.spikes[:-1]
        if weight.dim() == 1:
            by_weight = (later * before).sum((0, 1))
            by_weight += (g_y[0] * z).sum(0)
        else:
            by_weight = later.flatten(0, 1).T @ before.flatten(0, 1)
            by_weight.addmm_(g_y[0].T, z)
        return {"z": feedback(g_y[0], weight.t()), "weight": by_weight.to(weight)}

    def by_synapse(self, g_y: Tensor) -> dict[str, Tensor]:
        """Return the gradients by the first synaptic current and by its decay.

        ``di[t]/dalpha = i[t-1] - y[t]``, which is ``(i[t-1] - i[t]) / (1 - alpha)``.
        """
        i = self.given.i
        alpha = self.given.alpha
        if i is None or alpha is None or self.synapse is None:
            return {}
        g_i = g_y / (1 - alpha)
        fallen = torch.cat([i[None], self.synapse[:-1]]) - self.synapse
        by_alpha = (g_i * fallen).sum(0) / (1 - alpha)
        return {"i": alpha * g_i[0], "alpha": by_alpha.sum_to_size(alpha.shape)}
