"""The gradients of neurons whose spikes come back, for the forward pass of `_feedback_sequence`.

With the surrogate derivative s[t], g_x the gradient of the loss by x, ``g_v[t] = beta g_u[t+1]``,
y[t] what a step hears, ``y[t] = I[t] + W z[t-1]``, and x what moves a spike, the distance to the
limit:

    g_x[t] = s[t] (g_z[t] + W' g_y[t+1] + g_a[t] - (r[t] g_v[t] if the reset is attached))
    g_u[t] = g_x[t] + g_membrane[t] + (1 or 1 - z[t]) g_v[t]
    g_y[t] = alpha g_y[t+1] + (1 - alpha) (g_u[t] + g_synapse[t])
    g_limit[t] = -q[t],    q[t] = g_x[t] + (z[t] or 0) g_v[t]
    g_a[t-1] = rho g_a[t] - strength q[t]

where the first of two stands for the soft reset, the second for the hard one.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from ._filter import from_the_end, leaky_sequence
from ._lif_sequence import Rules
from .feedback import feedback


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


class Run(NamedTuple):
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
        apart: bool,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Return g_x, g_u and g_y of all steps; g_u takes the place of g_x unless kept `apart`."""
        soft, detach, surrogate = self.rules
        slope = surrogate._derivative_at(self.membrane, self.limits)
        g_x = torch.zeros_like(slope) if g_spikes is None else slope * g_spikes
        g_u = torch.empty_like(g_x) if apart else g_x
        g_y = g_u if self.synapse is None else torch.empty_like(g_x)
        drops = self.limits.expand_as(slope) if soft else self.membrane
        later = told = torch.zeros_like(g_x[0])  # g_u[t+1] and g_y[t+1]
        faded = torch.zeros_like(later)  # Σ rho^k q[t+1+k], which is g_a[t] / -strength
        weaker = None if self.given.strength is None else -self.given.strength
        over_time = (one.unbind()[::-1] for one in (self.spikes, drops, slope, g_x, g_u, g_y))
        for t, (z, drop, s, x, u, y) in enumerate(zip(*over_time, strict=True), 1):
            g_v = later * self.given.beta
            g_z = self._returning(told, faded, weaker)
            if not detach:
                g_z.addcmul_(drop, g_v, value=-1)
            x.addcmul_(g_z, s)
            if self.given.rho is not None:
                torch.addcmul(x, faded, self.given.rho, out=faded)
                if soft:
                    faded.addcmul_(z, g_v)
            later = torch.add(x, g_v, out=u)
            if not soft:
                later.addcmul_(z, g_v, value=-1)
            if g_membrane is not None:
                later.add_(g_membrane[-t])
            told = self._told(later, told, None if g_synapse is None else g_synapse[-t], y)
        return g_x, g_u, g_y

    def _told(self, g_u: Tensor, told: Tensor, g_synapse: Tensor | None, y: Tensor) -> Tensor:
        """Return g_y[t] from g_y[t+1], written to `y` where a synapse keeps it apart from g_u."""
        if self.given.alpha is None:
            return g_u
        own = g_u if g_synapse is None else g_u + g_synapse
        return torch.lerp(own, told, self.given.alpha, out=y)

    def _returning(self, told: Tensor, faded: Tensor, weaker: Tensor | None) -> Tensor:
        """Return what the spikes of a step get from the later ones: W' g_y[t+1] + g_a[t]."""
        weight = self.given.weight
        if weight is not None:
            heard = feedback(told, weight.t())
            return heard if weaker is None else heard.addcmul_(faded, weaker)
        return torch.zeros_like(faded) if weaker is None else faded * weaker

    def by_beta(self, g_u: Tensor) -> Tensor:
        """Return the gradient by the decay, which each state v[t] is multiplied with."""
        drop = self.limits if self.rules.soft else self.membrane
        v = torch.addcmul(self.membrane, self.spikes, drop, value=-1)
        return (g_u[1:] * v[:-1]).sum(0) + g_u[0] * self.given.v

    def by_limits(self, g_x: Tensor, g_u: Tensor) -> dict[str, Tensor]:
        """Return the gradients by what makes up the limits."""
        _, beta, _, a, rho, strength, *_ = self.given
        q = g_x
        if self.rules.soft:
            q = g_x.clone()
            q[:-1].addcmul_(self.spikes[:-1] * beta, g_u[1:])
        found = {"threshold": -q.sum(0)}
        if a is None or rho is None or strength is None:
            return found
        before = torch.cat([a[None], leaky_sequence(self.spikes[:-1], a, rho)])
        fading = from_the_end(q, rho)
        by_rho = -strength * (fading[1:] * before[:-1]).sum(0)
        by_strength = -(q * before).sum(0)
        return found | {"a": -strength * fading[0], "rho": by_rho, "strength": by_strength}

    def by_recurrence(self, g_y: Tensor) -> dict[str, Tensor]:
        """Return the gradients by the first spikes and by the weight."""
        z = self.given.z
        weight = self.given.weight
        if z is None or weight is None:
            return {}
        before = torch.cat([z[None], self.spikes[:-1]])
        if weight.dim() == 1:
            by_weight = (g_y * before).sum((0, 1))
        else:
            by_weight = g_y.flatten(0, 1).T @ before.flatten(0, 1)
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
        return {"i": alpha * g_i[0], "alpha": (g_i * fallen).sum(0) / (1 - alpha)}
