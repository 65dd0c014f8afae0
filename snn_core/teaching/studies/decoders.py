"""Curves that a network follows, and ways to read them out of its spikes: a study of page 23.

Every curve is ``[T, B, 1]``, with T = 1000 steps of 1 ms, mostly between 0 and 1. A network hears
the `drive` of a curve, so that the membranes of its neurons hold the curve itself.
"""

import copy
import math
from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn

from ... import _checks
from ...losses import van_rossum
from ...neurons import LIF, LeakyIntegrator
from ...training import History, fit
from .following import SKIPPED, drive

STEPS = 1000
TAU = 20.0  # ms, of all neurons and of the read-out


def sines(count: int, generator: Generator) -> Tensor:
    """Return curves that are sums of three sines of 1 to 6 Hz, at random phases.

    >>> sines(2, torch.Generator().manual_seed(0)).shape
    torch.Size([1000, 2, 1])
    """
    _checks.whole("count", count)
    time = torch.arange(STEPS).view(-1, 1, 1) / STEPS  # s
    frequency = 1 + 5 * torch.rand(count, 3, generator=generator)
    start = torch.rand(count, 3, generator=generator)
    waves = torch.sin(2 * math.pi * (frequency * time + start))
    return 0.5 + 0.15 * waves.sum(-1, keepdim=True)


def walks(count: int, generator: Generator) -> Tensor:
    """Return random walks that are pulled back to 0.5 within 100 ms and smoothed over 20.

    >>> walks(2, torch.Generator().manual_seed(0)).shape
    torch.Size([1000, 2, 1])
    """
    _checks.whole("count", count)
    walk = torch.randn(STEPS, count, 1, generator=generator)
    for tau, size in ((100.0, math.sqrt(-math.expm1(-2 / 100))), (20.0, -math.expm1(-1 / 20))):
        walk = size * LeakyIntegrator(tau_mem=tau)(walk)
    return 0.5 + 0.25 * walk


def pulses(count: int, generator: Generator) -> Tensor:
    """Return pulse waves, as a sensor at a fingertip shows them: 60 to 100 beats a minute.

    Each beat is a bump and a smaller one behind it.

    >>> pulses(2, torch.Generator().manual_seed(0)).shape
    torch.Size([1000, 2, 1])
    """
    _checks.whole("count", count)
    time = torch.arange(STEPS).view(-1, 1) / STEPS  # s
    period = 0.6 + 0.4 * torch.rand(count, generator=generator)
    phase = (time / period + torch.rand(count, generator=generator)) % 1
    beat = torch.exp(-(((phase - 0.2) / 0.07) ** 2))
    echo = torch.exp(-(((phase - 0.5) / 0.1) ** 2))
    return (0.2 + 0.6 * beat + 0.24 * echo)[..., None]


CURVES: dict[str, Callable[[int, Generator], Tensor]] = {
    "sines": sines,
    "walks": walks,
    "pulses": pulses,
}


def tuned_network(neurons: int, generator: Generator, *, steepness: float = 1.0) -> nn.Sequential:
    """Return one input, LIF neurons with random tuning, and a leaky integrator that reads 0.

    A neuron's filtered spikes are, but for their jumps, ``relu(±g (x - x0))``: half of the neurons
    prefer large values, a half small ones.

    Args:
        neurons: their number, at least 1.
        generator: draws signs, slopes ``g`` from 1.5 to 4.5 and offsets ``x0`` from 0 to 1.
        steepness: all slopes are so many times as large; above 0.

    >>> network = tuned_network(8, torch.Generator().manual_seed(0))
    >>> network(drive(sines(2, torch.Generator().manual_seed(1)))).abs().max().item()
    0.0
    """
    _checks.whole("neurons", neurons)
    _checks.number("steepness", steepness, 0)
    hear, read = nn.Linear(1, neurons), nn.Linear(neurons, 1)
    sign = torch.where(torch.rand(neurons, generator=generator) < 0.5, -1.0, 1.0)
    slope = steepness * sign * (1.5 + 3 * torch.rand(neurons, generator=generator))
    offset = torch.rand(neurons, generator=generator)
    with torch.no_grad():
        hear.weight[:, 0] = slope
        hear.bias.copy_((0.5 - slope * offset) * -math.expm1(-1 / TAU))
        read.weight.zero_()
        read.bias.zero_()
    return nn.Sequential(hear, LIF(tau_mem=TAU), read, LeakyIntegrator(tau_mem=TAU))


@torch.no_grad()
def filtered_spikes(network: nn.Sequential, curves: Tensor) -> Tensor:
    """Return what a read-out can add up: filtered spikes, and a constant that is filtered too.

    Args:
        network: from `tuned_network`, with N neurons.
        curves: ``[T, B, 1]``.

    Returns:
        ``[T, B, N + 1]``.
    """
    spikes = network[:2](drive(curves, tau_mem=TAU))
    one = torch.ones_like(spikes[..., :1])
    return LeakyIntegrator(tau_mem=TAU)(torch.cat([spikes, one], -1))


def last_spikes(spikes: Tensor, span: int = 100) -> Tensor:
    """Return what a filter can weigh: at each time the spikes of the last steps, the newest first.

    Args:
        spikes: of one neuron, ``[T, B, 1]``.
        span: steps that the filter reaches back, this one included; at least 1.

    Returns:
        ``[T, B, span]``; before the first step there was no spike.

    Raises:
        ValueError: for spikes of another shape, or a span below 1.

    >>> last_spikes(torch.tensor([1.0, 0.0, 1.0]).view(3, 1, 1), 2)[:, 0].tolist()
    [[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]]
    """
    _checks.whole("span", span)
    fits = spikes.dim() == 3 and spikes.shape[2] == 1
    _checks.require(fits, "spikes", f"shape {list(spikes.shape)}", "[T, B, 1]")
    before = torch.cat([spikes.new_zeros(span - 1, *spikes.shape[1:]), spikes])
    return before[:, :, 0].unfold(0, span, 1).flip(-1)


@torch.no_grad()
def fitted_filter(spikes: Tensor, curves: Tensor, span: int = 100) -> Tensor:
    """Return the weights of the last spikes that have the least squared error on some curves.

    Args:
        spikes: of one neuron, ``[T, B, 1]``.
        curves: what they are to tell, ``[T, B, 1]``; the first 100 steps do not count.
        span: as in `last_spikes`.

    Returns:
        ``[span, 1]``.

    Raises:
        ValueError: for curves of another shape than the spikes, and as `last_spikes` does.
    """
    _checks.shape("curves", curves, spikes.shape)
    past = last_spikes(spikes, span)[SKIPPED:].flatten(0, 1)
    return torch.linalg.lstsq(past, curves[SKIPPED:].flatten(0, 1)).solution


@torch.no_grad()
def read_by_least_squares(
    network: nn.Sequential, curves: Tensor, wanted: Tensor, *, penalty: float = 1e-4
) -> None:
    """Give a network the read-out that has the least squared error on some curves.

    Args:
        network: from `tuned_network`.
        curves: that it hears, ``[T, B, 1]``.
        wanted: of its read-out, ``[T, B, 1]``.
        penalty: on the squares of the weights, in units of the mean squared error.

    Reference: Eliasmith & Anderson 2003, chapter 2.
    """
    traces = filtered_spikes(network, curves)[SKIPPED:].flatten(0, 1).double()
    goal = wanted[SKIPPED:].flatten(0, 1).double()
    size = traces.shape[1]
    normal = traces.T @ traces / len(traces) + penalty * torch.eye(size, dtype=traces.dtype)
    weights = torch.linalg.solve(normal, traces.T @ goal / len(traces))
    network[2].weight.copy_(weights[:-1].T)
    network[2].bias.copy_(weights[-1])


@torch.no_grad()
def spiking_output(network: nn.Sequential, jump: float) -> nn.Sequential:
    """Return a copy of a network whose read-out spikes: its last membrane becomes a LIF neuron's.

    The membrane is that of `drive`: half a jump more than what was read, in units of the jump.

    Args:
        network: from `tuned_network`, with a read-out.
        jump: what a spike is worth, above 0.
    """
    _checks.number("jump", jump, 0)
    changed = copy.deepcopy(network[:3])
    changed[2].weight.div_(jump)
    changed[2].bias.div_(jump).sub_(math.expm1(-1 / TAU) / 2)
    return changed.append(LIF(tau_mem=TAU))


def membrane_loss(output: Tensor, wanted: Tensor) -> Tensor:
    """Return the mean squared error of a membrane ``[T, B, 1]`` against targets ``[B, T, 1]``."""
    return (output - wanted.transpose(0, 1))[SKIPPED:].square().mean()


def spike_loss(jump: float) -> Callable[[Tensor, Tensor], Tensor]:
    """Return the van Rossum distance of spikes ``[T, B, 1]`` from targets ``[B, T, 1]``.

    Args:
        jump: what a spike is worth. The target train is the `drive` of the curve in spikes, whose
            trace is the curve.
    """

    def loss(output: Tensor, wanted: Tensor) -> Tensor:
        train = drive(wanted.transpose(0, 1), tau_mem=TAU) / jump
        return van_rossum(output, train, tau=TAU)

    return loss


def train_to_follow(
    network: nn.Module,
    curves: Tensor,
    wanted: Tensor,
    generator: Generator,
    *,
    loss: Callable[[Tensor, Tensor], Tensor] = membrane_loss,
    epochs: int = 20,
    lr: float = 1e-3,
    **options,
) -> History:
    """Train a network by BPTT to turn the drive of curves into wanted ones, eight at a time.

    Args:
        network: from `tuned_network`, or like it.
        curves, wanted: ``[T, B, 1]``.
        generator: shuffles the curves.
        loss: of the output ``[T, B, 1]`` and the wanted curves ``[B, T, 1]``.
        epochs: at least 1.
        lr: of Adam.
        options: further ones of `training.fit`.
    """
    learnt = [weights for weights in network.parameters() if weights.requires_grad]
    return fit(
        network,
        curves.transpose(0, 1),
        wanted.transpose(0, 1),
        encode=lambda values: drive(values.transpose(0, 1), tau_mem=TAU),
        loss=loss,
        optimizer=torch.optim.Adam(learnt, lr=lr),
        epochs=epochs,
        batch_size=8,
        accuracy=False,
        generator=generator,
        progress=False,
        **options,
    )
