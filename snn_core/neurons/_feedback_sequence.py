"""LIF neurons whose spikes come back, over a whole sequence, with BPTT written by hand.

The spikes come back by adaptation, which raises the threshold, by recurrent connections, or by
both; input and connections may share a synapse. Forward, with the drop ``r = limit`` (soft reset)
or ``r = u`` (hard reset), and ``alpha = 0`` where there is no synapse:

    limit[t] = threshold + strength a[t-1]
    i[t] = alpha i[t-1] + (1 - alpha) (I[t] + W z[t-1])
    u[t] = beta v[t-1] + i[t]
    z[t] = H(u[t] - limit[t]),    v[t] = u[t] - r[t] z[t],    a[t] = rho a[t-1] + z[t]

`_feedback_gradients` is the way back.
"""

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from ._feedback_gradients import Given, Pass, through
from ._filter import dense_copy, per_entry
from ._lif_sequence import Rules, refuse_second_derivative


def feedback_sequence(current: Tensor, given: Given, rules: Rules) -> tuple[Tensor, ...]:
    """Run over ``[T, B, …]``; return spikes, membrane, and the synapse if any, all wide."""
    spread_out = {
        name: per_entry(value, given.v)
        for name in ("beta", "threshold", "rho", "strength", "alpha")
        if (value := getattr(given, name)) is not None
    }
    values = (rules, current.to(given.v), *given._replace(**spread_out))
    outputs: tuple[Tensor | None, ...]
    outputs = _FeedbackSequence.apply(*values)  # type: ignore[no-untyped-call]
    return tuple(output for output in outputs if output is not None)


class _Context(FunctionCtx):
    saved_tensors: tuple[Tensor, ...]
    needs_input_grad: tuple[bool, ...]
    rules: Rules


class _FeedbackSequence(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: _Context, rules: Rules, current: Tensor, *values: Tensor
    ) -> tuple[Tensor, Tensor, Tensor | None]:
        run = _run(current, Given(*values), rules)
        kept = (run.membrane, run.spikes, run.limits, run.synapse, *values)
        ctx.save_for_backward(*kept)  # type: ignore[arg-type]
        ctx.rules = rules
        ctx.set_materialize_grads(False)
        return run.spikes, run.membrane, run.synapse

    @staticmethod
    def backward(
        ctx: _Context,
        g_spikes: Tensor | None,
        g_membrane: Tensor | None,
        g_synapse: Tensor | None,
    ) -> tuple[Tensor | None, ...]:
        refuse_second_derivative()
        membrane, spikes, limits, synapse, *values = ctx.saved_tensors
        run = Pass(membrane, spikes, limits, synapse, Given(*values), ctx.rules)
        needs = zip(Given._fields, ctx.needs_input_grad[2:], strict=True)
        needed = {name for name, wanted in needs if wanted}
        of_limits = bool(needed & {"threshold", "a", "rho", "strength"})
        g_u, g_y, q = run.sweep(g_spikes, g_membrane, g_synapse, of_limits)
        found = {"v": run.given.beta * g_u[0]}
        if "beta" in needed:
            found["beta"] = run.by_beta(g_u)
        if of_limits:
            found |= run.by_limits(q)
        if needed & {"z", "weight"}:
            found |= run.by_recurrence(g_y)
        if needed & {"i", "alpha"}:
            found |= run.by_synapse(g_y)
        return None, g_y, *(found.get(name) for name in Given._fields)


def _run(current: Tensor, given: Given, rules: Rules) -> Pass:
    """Run over the current."""
    _, beta, threshold, _, rho, strength, z, weight, i, alpha = given
    membrane = dense_copy(current)
    spikes = torch.empty_like(membrane)
    v = given.v.clone()
    a = None if given.a is None else given.a.clone()
    limits = threshold if a is None else torch.empty_like(membrane)
    rested = threshold.expand_as(v).contiguous()
    heard = through(weight, v)
    synapse = None if i is None else torch.empty_like(membrane)
    over_time = [membrane.unbind(), spikes.unbind(), limits.expand_as(membrane).unbind()]
    over_time.append(over_time[0] if synapse is None else synapse.unbind())
    for u, fired, limit, filtered in zip(*over_time, strict=True):
        if z is not None and heard is not None:
            u.add_(heard(z))
            z = fired
        if i is not None and alpha is not None:
            i = torch.addcmul(u.mul_(1 - alpha), i, alpha, out=filtered)
            u.copy_(i)
        if a is not None and rho is not None and strength is not None:
            torch.addcmul(rested, a, strength, out=limit)
        u.addcmul_(v, beta)
        torch.gt(u, limit, out=fired)
        torch.addcmul(u, fired, limit if rules.soft else u, value=-1, out=v)
        if a is not None and rho is not None:
            torch.addcmul(fired, a, rho, out=a)
    return Pass(membrane, spikes, limits, synapse, given, rules)
