"""The gradients of neurons whose spikes come back, for the forward pass of `_feedback_sequence`.

With the surrogate derivative s[t], g_x the gradient of the loss by x, ``g_v[t] = beta g_u[t+1]``,
and y[t] what the spikes of a step are weighted to, ``y[t] = W z[t-1]``. What moves a spike is x,
the distance to the limit:

    g_x[t] = s[t] (g_z[t] + W' g_y[t+1] + g_a[t] - (r[t] g_v[t] if the reset is attached))
    g_u[t] = g_x[t] + g_membrane[t] + (1 or 1 - z[t]) g_v[t]
    g_y[t] = alpha g_y[t+1] + (1 - alpha) g_u[t]
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
    """State and constants: of the membrane, of the adaptation if any, of the recurrence if any.

    The weight is ``[N, N]``, or ``[N]`` from each neuron to itself; alpha is the decay of its
    synapse, if any.
    """

    v: Tensor
    beta: Tensor
    threshold: Tensor
    a: Tensor | None = None
    rho: Tensor | None = None
    strength: Tensor | None = None
    z: Tensor | None = None
    weight: Tensor | None = None
    alpha: Tensor | None = None


class Run(NamedTuple):
    """What happened in all steps, and the gradients that follow from it."""

    membrane: Tensor
    spikes: Tensor
    limits: Tensor
    given: Given
    rules: Rules

    def sweep(
        self, g_spikes: Tensor | None, g_membrane: Tensor | None, apart: bool
    ) -> tuple[Tensor, Tensor]:
        """Return g_x and g_u of all steps; g_u takes the place of g_x unless it is kept `apart`."""
        soft, detach, surrogate = self.rules
        slope = surrogate._derivative_at(self.membrane, self.limits)
        g_x = torch.zeros_like(slope) if g_spikes is None else slope * g_spikes
        g_u = torch.empty_like(g_x) if apart else g_x
        drops = self.limits.expand_as(slope) if soft else self.membrane
        later = torch.zeros_like(g_x[0])  # g_u[t+1]
        told = torch.zeros_like(later)  # g_y[t+1]
        faded = torch.zeros_like(later)  # Σ rho^k q[t+1+k], which is g_a[t] / -strength
        weaker = None if self.given.strength is None else -self.given.strength
        over_time = (one.unbind()[::-1] for one in (self.spikes, drops, slope, g_x, g_u))
        for t, (z, drop, s, x, u) in enumerate(zip(*over_time, strict=True), 1):
            g_v = later * self.given.beta
            if self.given.alpha is None:
                told = later
            else:
                torch.lerp(later, told, self.given.alpha, out=told)
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
        return g_x, g_u

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

    def by_recurrence(self, g_u: Tensor) -> dict[str, Tensor]:
        """Return the gradients by the first spikes, the weight, and the decay of its synapse."""
        *_, z, weight, alpha = self.given
        if z is None or weight is None:
            return {}
        before = torch.cat([z[None], self.spikes[:-1]])
        found = {}
        g_y = g_u
        if alpha is not None:
            g_h = from_the_end(g_u, alpha)
            found["alpha"] = _by_synapse(g_h, feedback(before, weight), alpha)
            g_y = g_h * (1 - alpha)
        if weight.dim() == 1:
            by_weight = (g_y * before).sum((0, 1))
        else:
            by_weight = g_y.flatten(0, 1).T @ before.flatten(0, 1)
        return found | {"z": feedback(g_y[0], weight.t()), "weight": by_weight.to(weight)}


def _by_synapse(g_h: Tensor, y: Tensor, alpha: Tensor) -> Tensor:
    """Return the gradient by the decay of ``h[t] = alpha h[t-1] + (1 - alpha) y[t]``, from 0."""
    rest = torch.zeros_like(alpha)
    h = leaky_sequence(y, rest, alpha, 1 - alpha)
    before = torch.cat([rest[None], h[:-1]])
    return (g_h * (before - y)).sum(0)
