"""The transfer function of a spiking layer, its derivatives, and the error that they carry back.

Without the residual membrane, the activities of the neurons that fire solve

    ``a = s / V_th + sigma K a``,  with  ``s = W x``  and  ``K_ij = kappa`` for i != j, else 0,

so that ``da/dx = (I - sigma K)^-1 diag(1 / V_th) W``. For a common kappa the inverse is that of a
multiple of the identity plus a matrix of rank one (Sherman & Morrison 1950).
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx


class Slopes(NamedTuple):
    """Derivatives of each neuron's activity, where those of the other neurons are held.

    Attributes:
        drive: by the drive s_i, ``[N]``.
        weight: by the weights w_ik, ``[N, M]``.
        threshold: by the threshold V_th,i, ``[N]``.
        kappa: by the inhibition kappa_ij from the others, ``[N, N]``, 0 for i = j.
    """

    drive: Tensor
    weight: Tensor
    threshold: Tensor
    kappa: Tensor


def inhibited(signal: Tensor, inhibition: float, active: Tensor | None = None) -> Tensor:
    """Return ``(I - sigma K)^-1 signal``, among the neurons that are active.

    Args:
        signal: ``[..., N]``.
        inhibition: sigma kappa, from -1 to 0, -1 left out.
        active: 1 or True where a neuron fires, ``[..., N]``; the others get 0. All do if None.

    Returns:
        ``[..., N]``.

    Reference: Lee et al. 2016, section 2.2 (common kappa).

    >>> inhibited(torch.tensor([1.0, 2.0]), -0.5)
    tensor([0., 2.])
    """
    if active is None:
        active = torch.ones_like(signal)
    signal = signal * active
    if not inhibition:
        return signal
    number = active.sum(-1, keepdim=True)
    total = signal.sum(-1, keepdim=True)
    shared = total * inhibition / (1 + inhibition - inhibition * number)
    return (signal + shared) * active / (1 + inhibition)


def transfer(drive: Tensor, threshold: Tensor, inhibition: float = 0.0) -> Tensor:
    """Return the activities that a drive leads to, if the membranes end where they began.

    Args:
        drive: s = W x, ``[..., N]``.
        threshold: V_th ``[N]``, above 0.
        inhibition: sigma kappa, as for `inhibited`.

    Returns:
        ``[..., N]``: s / V_th without inhibition. All neurons count as active.

    Reference: Lee et al. 2016, section 2.2.

    >>> transfer(torch.tensor([1.0, 3.0]), torch.tensor([0.5, 1.0]))
    tensor([2., 3.])
    """
    return inhibited(drive / threshold, inhibition)


def transfer_jacobian(weight: Tensor, threshold: Tensor, inhibition: float = 0.0) -> Tensor:
    """Return ``da/dx`` of `transfer`, ``[N, M]``, for weights ``[N, M]`` and thresholds ``[N]``.

    >>> transfer_jacobian(torch.tensor([[1.0], [3.0]]), torch.tensor([0.5, 1.0]))
    tensor([[2.],
            [3.]])
    """
    scaled = weight / threshold[:, None]
    return inhibited(scaled.t(), inhibition).t()


def transfer_slopes(x: Tensor, a: Tensor, threshold: Tensor, inhibition: float = 0.0) -> Slopes:
    """Return the derivatives of the activity for one sample, by all that it depends on.

    Args:
        x: activities of the inputs, ``[M]``.
        a: activities of the neurons, ``[N]``.
        threshold: V_th ``[N]``.
        inhibition: sigma kappa. The derivative by kappa is per unit of sigma.

    Returns:
        `Slopes`. With the activities of the others free to follow, each is a column that
        `inhibited` is applied to.

    Reference: Lee et al. 2016, section 2.2.

    >>> transfer_slopes(torch.ones(1), torch.ones(1), torch.tensor([2.0])).threshold
    tensor([-0.5000])
    """
    drive = 1 / threshold
    others = a.expand(len(a), -1).clone()
    others.fill_diagonal_(0)
    return Slopes(drive, torch.outer(drive, x), drive * reset(a, inhibition), others)


def reset(a: Tensor, inhibition: float) -> Tensor:
    """Return what the membrane has lost to spikes, per threshold: the neuron's own, the others'."""
    others = a.sum(-1, keepdim=True) - a
    return torch.sub(inhibition * others, a)


class Rule(NamedTuple):
    """How an error goes back through a layer."""

    inhibition: float
    normalise: bool
    scale: bool
    output: bool


def signal(x: Tensor, weight: Tensor, threshold: Tensor, a: Tensor, rule: Rule) -> Tensor:
    """Return the measured activities `a`, with the derivatives of the transfer function.

    Args:
        x: activities of the inputs ``[B, M]``.
        weight: ``[N, M]``.
        threshold: ``[N]``.
        a: ``[B, N]``.
        rule: what else happens to the error on its way.
    """
    carried: Tensor = _Signal.apply(x, weight, threshold, a, rule)  # type: ignore[no-untyped-call]
    return carried


class _Context(FunctionCtx):
    saved_tensors: tuple[Tensor, Tensor, Tensor, Tensor]
    needs_input_grad: tuple[bool, ...]
    rule: Rule


class _Signal(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: _Context, x: Tensor, weight: Tensor, threshold: Tensor, a: Tensor, rule: Rule
    ) -> Tensor:
        ctx.save_for_backward(x, weight, threshold, a)
        ctx.rule = rule
        return a.clone()

    @staticmethod
    def backward(ctx: _Context, grad: Tensor) -> tuple[Tensor | None, Tensor, Tensor, None, None]:
        x, weight, threshold, a = ctx.saved_tensors
        fired = a > 0
        active = (fired | (grad != 0) if ctx.rule.output else fired).to(a)
        free = inhibited(grad, ctx.rule.inhibition, active)
        error = free * _gain(threshold, active, ctx.rule.normalise)
        by_weight = error
        by_threshold = error
        if ctx.rule.scale:
            by_weight = error * _update_scale(x, weight)
            by_threshold = by_weight / weight.shape[1] ** 0.5
        g_threshold = (by_threshold * reset(a, ctx.rule.inhibition)).sum(0)
        g_x = None
        if ctx.needs_input_grad[0]:
            g_x = error @ weight
            if ctx.rule.normalise:
                g_x = g_x * _spread(active, weight)
        return g_x, by_weight.t() @ x, g_threshold, None, None


def _count(active: Tensor) -> Tensor:
    """Return how many are active in each sample, at least 1, ``[B, 1]``."""
    return active.sum(-1, keepdim=True).clamp(min=1)


def _gain(threshold: Tensor, active: Tensor, normalise: bool) -> Tensor:
    """Return the derivative by the drive, g = 1 / V_th, or g over its root mean square."""
    gain = active / threshold
    if not normalise:
        return gain
    size = (gain.square().sum(-1, keepdim=True) / _count(active)).sqrt()
    return gain / size.clamp(min=torch.finfo(size.dtype).tiny)


def _spread(active: Tensor, weight: Tensor) -> Tensor:
    """Return sqrt(M / m): M synapses of a neuron, m of them per input to neurons that fire.

    Weights have a variance of 1/M at first, so that m errors add up to m/M of their variance. Our
    reading: m counts the synapses by which an error comes back.
    """
    return (weight.shape[1] / _count(active)).sqrt()


def _update_scale(x: Tensor, weight: Tensor) -> Tensor:
    """Return sqrt(N / m) for each sample: N neurons, m active synapses of each, ``[B, 1]``."""
    return (len(weight) / _count((x > 0).to(x))).sqrt()
