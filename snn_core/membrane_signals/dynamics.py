"""What a neuron does with its input: one arithmetic for steps of time and single events."""

import math

import torch
from torch import Tensor


def activity(spikes: Tensor, decay: float) -> Tensor:
    """Return the activity after the last step: spikes that decay as the membrane does.

    Args:
        spikes: ``[T, B, N]``.
        decay: of one step, in (0, 1].

    Returns:
        ``sum_t decay^(T - 1 - t) spikes[t]``, ``[B, N]``.

    Reference: Lee et al. 2016, section 2.2 (x_k and a_i).

    >>> activity(torch.tensor([1.0, 1.0, 0.0]).reshape(3, 1, 1), 0.5)
    tensor([[0.7500]])
    """
    ages = torch.arange(len(spikes) - 1, -1, -1, dtype=torch.float64)
    kernel = decay**ages
    return torch.einsum("t,tbn->bn", kernel.to(spikes), spikes)


def refractory_gain(since: Tensor, refractory: float) -> Tensor:
    """Return by how much weights count, for neurons that have spiked not long ago.

    Args:
        since: ms since the neuron's own last spike, at least 0; infinite if there was none.
        refractory: T_ref in ms; with 0 they always count in full.

    Returns:
        ``(since / T_ref)^2``, at most 1: w_dyn.

    Reference: Lee et al. 2016, section 2.1.

    >>> refractory_gain(torch.tensor([0.0, 0.5, 1.0, 9.0]), 1.0)
    tensor([0.0000, 0.2500, 1.0000, 1.0000])
    """
    if refractory == 0:
        return torch.ones_like(since)
    return torch.clamp((since / refractory).square(), max=1)


def fire_(
    membrane: Tensor, threshold: Tensor, inhibition: float, clip: bool, spikes: Tensor
) -> None:
    """Spike, subtract the threshold, inhibit the others, clip; in place, arithmetic only.

    Args:
        membrane: V ``[..., N]`` with all input in it; overwritten.
        threshold: V_th ``[N]``.
        inhibition: sigma kappa, from -1 to 0; each spike takes this much of its own threshold from
            every other neuron of the layer.
        clip: keep V at -V_th or above.
        spikes: ``[..., N]``; overwritten.
    """
    torch.gt(membrane, threshold, out=spikes)
    membrane.addcmul_(spikes, threshold, value=-1 - inhibition)
    if inhibition:
        together = spikes.sum(-1, keepdim=True)
        membrane.addcmul_(together, threshold, value=inhibition)
    if clip:
        torch.maximum(membrane, -threshold, out=membrane)


def run_steps(
    drive: Tensor,
    threshold: Tensor,
    decay: float,
    inhibition: float,
    *,
    clip: bool = True,
    silence: float = 0.0,
    before: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """Run neurons from rest through steps of time; arithmetic only.

    Args:
        drive: what weights make of the input of each step, ``[T, B, N]``.
        threshold, inhibition, clip: those of `fire_`.
        decay: of the membrane in one step.
        silence: T_ref in steps; up to 1 step it changes nothing.
        before: ``[T, B, N]``, to keep V at the moment of the comparison; overwritten.

    Returns:
        (spikes ``[T, B, N]``, V after the last step ``[B, N]``).
    """
    membrane = torch.zeros_like(drive[0])
    spikes = torch.empty_like(drive)
    since = torch.full_like(membrane, math.inf) if silence > 1 else None
    for t, (now, fired) in enumerate(zip(drive.unbind(), spikes.unbind(), strict=True)):
        if since is not None:
            now = now * refractory_gain(since, silence)
        torch.add(now, membrane, alpha=decay, out=membrane)
        if before is not None:
            before[t] = membrane
        fire_(membrane, threshold, inhibition, clip, fired)
        if since is not None:
            since.masked_fill_(fired.bool(), 0).add_(1)
    return spikes, membrane
