"""LIF neurons whose spikes come back, over a whole sequence, with BPTT written by hand.

The spikes come back by adaptation, which raises the threshold, by recurrent connections, or by
both. Forward, with the drop ``r = limit`` (soft reset) or ``r = u`` (hard reset):

    limit[t] = threshold + strength a[t-1]
    u[t] = beta v[t-1] + I[t] + W z[t-1]
    z[t] = H(u[t] - limit[t]),    v[t] = u[t] - r[t] z[t],    a[t] = rho a[t-1] + z[t]

Backward, with the surrogate derivative s[t], g_x the gradient of the loss by x, and
``g_v[t] = beta g_u[t+1]``. What moves a spike is x, the distance to the limit:

    g_x[t] = s[t] (g_z[t] + W' g_u[t+1] + g_a[t] - (r[t] g_v[t] if the reset is attached))
    g_u[t] = g_x[t] + g_membrane[t] + (1 or 1 - z[t]) g_v[t]
    g_limit[t] = -q[t],    q[t] = g_x[t] + (z[t] or 0) g_v[t]
    g_a[t-1] = rho g_a[t] - strength q[t]

where the first of two stands for the soft reset, the second for the hard one.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from ._filter import dense_copy, from_the_end, leaky_sequence, per_entry
from ._lif_sequence import Rules, refuse_second_derivative
from .feedback import feedback


class Given(NamedTuple):
    """State and constants: of the membrane, of the adaptation if any, of the recurrence if any.

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


def feedback_sequence(current: Tensor, given: Given, rules: Rules) -> tuple[Tensor, Tensor]:
    """Run over ``[T, B, …]``; return spikes and membrane, both wide."""
    spread_out = {
        name: per_entry(value, given.v)
        for name in ("beta", "threshold", "rho", "strength")
        if (value := getattr(given, name)) is not None
    }
    values = (rules, current.to(given.v), *given._replace(**spread_out))
    outputs: tuple[Tensor, Tensor]
    outputs = _FeedbackSequence.apply(*values)  # type: ignore[no-untyped-call]
    return outputs


class _Context(FunctionCtx):
    saved_tensors: tuple[Tensor, ...]
    needs_input_grad: tuple[bool, ...]
    rules: Rules


class _FeedbackSequence(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: _Context, rules: Rules, current: Tensor, *values: Tensor
    ) -> tuple[Tensor, Tensor]:
        run = _run(current, Given(*values), rules)
        ctx.save_for_backward(run.membrane, run.spikes, run.limits, *values)
        ctx.rules = rules
        ctx.set_materialize_grads(False)
        return run.spikes, run.membrane

    @staticmethod
    def backward(
        ctx: _Context, g_spikes: Tensor | None, g_membrane: Tensor | None
    ) -> tuple[Tensor | None, ...]:
        refuse_second_derivative()
        membrane, spikes, limits, *values = ctx.saved_tensors
        run = _Run(membrane, spikes, limits, Given(*values), ctx.rules)
        needs = zip(Given._fields, ctx.needs_input_grad[2:], strict=True)
        needed = {name for name, wanted in needs if wanted}
        of_limits = bool(needed & {"threshold", "a", "rho", "strength"})
        g_x, g_u = run.sweep(g_spikes, g_membrane, of_limits)
        found = {"v": run.given.beta * g_u[0]}
        if "beta" in needed:
            found["beta"] = run.by_beta(g_u)
        if of_limits:
            found |= run.by_limits(g_x, g_u)
        if needed & {"z", "weight"}:
            found |= run.by_recurrence(g_u)
        return None, g_u, *(found.get(name) for name in Given._fields)


def _run(current: Tensor, given: Given, rules: Rules) -> "_Run":
    """Run over the current."""
    _, beta, threshold, _, rho, strength, z, weight = given
    membrane = dense_copy(current)
    spikes = torch.empty_like(membrane)
    v = given.v.clone()
    a = None if given.a is None else given.a.clone()
    limits = threshold if a is None else torch.empty_like(membrane)
    over_time = (membrane.unbind(), spikes.unbind(), limits.expand_as(membrane).unbind())
    for u, fired, limit in zip(*over_time, strict=True):
        if z is not None and weight is not None:
            u.add_(feedback(z, weight))
            z = fired
        if a is not None and rho is not None and strength is not None:
            torch.addcmul(threshold, a, strength, out=limit)
        u.addcmul_(v, beta)
        torch.gt(u, limit, out=fired)
        torch.addcmul(u, fired, limit if rules.soft else u, value=-1, out=v)
        if a is not None and rho is not None:
            torch.addcmul(fired, a, rho, out=a)
    return _Run(membrane, spikes, limits, given, rules)


class _Run(NamedTuple):
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
        faded = torch.zeros_like(later)  # Σ rho^k q[t+1+k], which is g_a[t] / -strength
        weaker = None if self.given.strength is None else -self.given.strength
        over_time = (one.unbind()[::-1] for one in (self.spikes, drops, slope, g_x, g_u))
        for t, (z, drop, s, x, u) in enumerate(zip(*over_time, strict=True), 1):
            g_v = later * self.given.beta
            g_z = self._returning(later, faded, weaker)
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

    def _returning(self, later: Tensor, faded: Tensor, weaker: Tensor | None) -> Tensor:
        """Return what the spikes of a step get from the later ones: W' g_u[t+1] + g_a[t]."""
        weight = self.given.weight
        if weight is not None:
            heard = feedback(later, weight.t())
            return heard if weaker is None else heard.addcmul_(faded, weaker)
        return torch.zeros_like(faded) if weaker is None else faded * weaker

    def by_beta(self, g_u: Tensor) -> Tensor:
        """Return the gradient by the decay, which each state v[t] is multiplied with."""
        drop = self.limits if self.rules.soft else self.membrane
        v = torch.addcmul(self.membrane, self.spikes, drop, value=-1)
        return (g_u[1:] * v[:-1]).sum(0) + g_u[0] * self.given.v

    def by_limits(self, g_x: Tensor, g_u: Tensor) -> dict[str, Tensor]:
        """Return the gradients by what makes up the limits."""
        _, beta, _, a, rho, strength, _, _ = self.given
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
        """Return the gradients by the first spikes and by the weight."""
        z = self.given.z
        weight = self.given.weight
        if z is None or weight is None:
            return {}
        before = torch.cat([z[None], self.spikes[:-1]])
        if weight.dim() == 1:
            by_weight = (g_u * before).sum((0, 1))
        else:
            by_weight = g_u.flatten(0, 1).T @ before.flatten(0, 1)
        return {"z": feedback(g_u[0], weight.t()), "weight": by_weight.to(weight)}
