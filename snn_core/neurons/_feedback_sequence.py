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

where the first of two stands for the soft reset, the second for the hard one. Each step takes the
fewest passes over memory that say this: g_u[t] takes the place of s[t], and q[t] is one of g_x[t]
and g_u[t], picked by the spike.
"""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from ._filter import dense_copy, from_the_end, leaky_sequence, per_entry
from ._lif_sequence import Rules, refuse_second_derivative
from .feedback import feedback

Heard = Callable[[Tensor], Tensor]  # from spikes, or back to them


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
    constants = {
        name: per_entry(value, given.v)
        for name in ("beta", "threshold", "rho", "strength")
        if (value := getattr(given, name)) is not None
    }
    values = (rules, current.to(given.v), *given._replace(**constants))
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
        g_u, q = run.sweep(g_spikes, g_membrane, of_limits)
        found = {"v": run.given.beta * g_u[0]}
        if "beta" in needed:
            found["beta"] = run.by_beta(g_u)
        if of_limits:
            found |= run.by_limits(q)
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
    rested = threshold.expand_as(v).contiguous()
    heard = _through(weight, v)
    over_time = (membrane.unbind(), spikes.unbind(), limits.expand_as(membrane).unbind())
    for u, fired, limit in zip(*over_time, strict=True):
        if z is not None and heard is not None:
            u.add_(heard(z))
            z = fired
        if a is not None and rho is not None and strength is not None:
            torch.addcmul(rested, a, strength, out=limit)
        u.addcmul_(v, beta)
        torch.gt(u, limit, out=fired)
        torch.addcmul(u, fired, limit if rules.soft else u, value=-1, out=v)
        if a is not None and rho is not None:
            torch.addcmul(fired, a, rho, out=a)
    return _Run(membrane, spikes, limits, given, rules)


def _through(weight: Tensor | None, state: Tensor) -> Heard | None:
    """Return `feedback` of a `state` through a `weight` that is the same in all steps."""
    if weight is None:
        return None
    if weight.dim() == 1 or weight.dtype != state.dtype:
        return partial(feedback, weight=weight)
    across = weight.t()  # turned once, not in every step
    return lambda spikes: spikes @ across


class _Run(NamedTuple):
    """What happened in all steps, and the gradients that follow from it."""

    membrane: Tensor
    spikes: Tensor
    limits: Tensor
    given: Given
    rules: Rules

    def sweep(
        self, g_spikes: Tensor | None, g_membrane: Tensor | None, of_limits: bool
    ) -> tuple[Tensor, Tensor]:
        """Return g_u of all steps, and q; without `of_limits` q is that of one step only."""
        soft, _, surrogate = self.rules
        _, beta, _, _, rho, _, _, weight = self.given
        g_u = surrogate._derivative_at(self.membrane, self.limits)  # s[t], until g_u[t] is known
        q = torch.empty_like(g_u if of_limits else g_u[:1]).expand_as(g_u)
        drops = self.limits.expand_as(g_u) if soft else self.membrane
        later = torch.zeros_like(g_u[0])  # g_u[t+1]
        faded = torch.zeros_like(later)  # Σ rho^k q[t+1+k], which is g_a[t] / -strength
        x = torch.empty_like(later)
        heard = _through(None if weight is None else weight.t(), later)
        direct = torch.zeros_like(later).expand_as(g_u) if g_spikes is None else g_spikes
        over_time = (one.unbind()[::-1] for one in (self.spikes, drops, direct, g_u, q))
        for t, (z, drop, g_z, u, moves) in enumerate(zip(*over_time, strict=True), 1):
            torch.mul(u, self._by_spikes(g_z, drop, later, faded, heard), out=x)
            torch.addcmul(x, later, beta, out=u)
            if not soft:
                u.lerp_(x, z)
                moves.copy_(x)
            elif of_limits or rho is not None:
                torch.lerp(x, u, z, out=moves)
            if rho is not None:
                torch.addcmul(moves, faded, rho, out=faded)
            later = u if g_membrane is None else u.add_(g_membrane[-t])
        return g_u, q

    def _by_spikes(
        self, g_z: Tensor, drop: Tensor, later: Tensor, faded: Tensor, heard: Heard | None
    ) -> Tensor:
        """Return g_z and what reaches the spikes of a step from the later ones."""
        if not self.rules.detach:
            g_z = torch.addcmul(g_z, drop, later * self.given.beta, value=-1)
        if self.given.strength is not None:
            g_z = torch.addcmul(g_z, faded, self.given.strength, value=-1)
        return g_z if heard is None else torch.add(g_z, heard(later))

    def by_beta(self, g_u: Tensor) -> Tensor:
        """Return the gradient by the decay, which each state v[t] is multiplied with."""
        drop = self.limits if self.rules.soft else self.membrane
        v = torch.addcmul(self.membrane, self.spikes, drop, value=-1)
        by_step = (g_u[1:] * v[:-1]).sum(0) + g_u[0] * self.given.v
        return by_step.sum_to_size(self.given.beta.shape)

    def by_limits(self, q: Tensor) -> dict[str, Tensor]:
        """Return the gradients by what makes up the limits."""
        _, _, threshold, a, rho, strength, _, _ = self.given
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

    def by_recurrence(self, g_u: Tensor) -> dict[str, Tensor]:
        """Return the gradients by the first spikes and by the weight."""
        z = self.given.z
        weight = self.given.weight
        if z is None or weight is None:
            return {}
        before = self.spikes[:-1]
        if weight.dim() == 1:
            by_weight = (g_u[1:] * before).sum((0, 1)) + (g_u[0] * z).sum(0)
        else:
            by_weight = g_u[1:].flatten(0, 1).T @ before.flatten(0, 1) + g_u[0].T @ z
        return {"z": feedback(g_u[0], weight.t()), "weight": by_weight.to(weight)}
