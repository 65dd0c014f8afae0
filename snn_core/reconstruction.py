"""Read values back out of spikes: the inverse of each encoder, as far as it has one."""

import torch
from torch import Tensor

from . import _checks
from .precision import wide


def from_rate(spikes: Tensor, *, gain: float = 1.0) -> Tensor:
    """Estimate intensities from a rate code: ``count / (T * gain)``.

    Args:
        spikes: ``[T, B, …]`` of `encoding.rate`.
        gain: the encoder's spike probability per step at intensity 1, in (0, 1].

    Returns:
        ``[B, …]`` in [0, 1 / gain], in float32 or better, without bias, with variance
        ``x (1 - gain x) / (T gain)``.

    Raises:
        ValueError: for spikes that are not 0 and 1 or not ``[T, B, …]``, or a gain outside (0, 1].

    >>> from_rate(torch.tensor([[1.0], [0.0]]))
    tensor([0.5000])
    """
    _checks.spikes("spikes", spikes)
    _checks.number("gain", gain, 0, 1)
    return spikes.mean(0, dtype=wide(spikes)) / gain


def from_latency(
    spikes: Tensor, *, mode: str = "log", tau: float = 10.0, threshold: float = 0.2, dt: float = 1.0
) -> Tensor:
    """Invert a latency code from the step of each spike; a value without a spike is read as 0.

    Args:
        spikes: ``[T, B, …]`` of `encoding.latency`, at most one per value.
        mode, tau, threshold, dt: as given to the encoder.

    Returns:
        ``[B, …]`` in [0, 1]: "log" ``threshold / (1 - exp(-t / tau))``, clamped to 1 (a time is
        rounded, and an earlier step may say more); "linear" ``1 - t / ((T - 1) dt)``.

    Raises:
        ValueError: for spikes that are not 0 and 1 or not ``[T, B, …]``, more than one per value,
            an unknown mode or a parameter outside its range.

    >>> from_latency(torch.tensor([[0.0], [1.0], [0.0]]), mode="linear")
    tensor([0.5000])
    """
    _checks.spikes("spikes", spikes)
    _checks.choice("mode", mode, ("log", "linear"))
    _checks.number("tau", tau, 0)
    _checks.between("threshold", threshold, 0, 1)
    _checks.number("dt", dt, 0)
    most = int(spikes.sum(0).max()) if spikes.numel() else 0
    _checks.require(most <= 1, "spikes", f"{most} per value", "at most one per value")
    step = spikes.argmax(0).to(wide(spikes))
    if mode == "linear":
        value = 1 - step / max(len(spikes) - 1, 1)
    else:
        charged = -torch.expm1(-step * (dt / tau))
        value = torch.where(step > 0, threshold / charged, 1).clamp(max=1)
    spiked = spikes.amax(0) > 0
    return torch.where(spiked, value, 0)


def from_delta(spikes: Tensor, *, threshold: float = 0.1) -> Tensor:
    """Follow a signal from its ON and OFF spikes: the running sum of ``threshold * (ON - OFF)``.

    Args:
        spikes: ``[T, B, 2, …]`` of `encoding.delta`, or ``[T, B, 1, …]`` without OFF spikes.
        threshold: as given to the encoder, above 0.

    Returns:
        The signal ``[T, B, …]`` as a receiver knows it at each step, in float32 or better.

    Raises:
        ValueError: for spikes that are not 0 and 1, another number of channels or a threshold that
            is not positive.

    >>> spikes = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]]).unsqueeze(1)
    >>> from_delta(spikes, threshold=0.5).flatten()
    tensor([0.5000, 1.0000, 0.5000])
    """
    _checks.spikes("spikes", spikes)
    channels = spikes.shape[2] if spikes.dim() > 2 else 0
    if channels not in (1, 2):
        _checks.fail("spikes", f"shape {list(spikes.shape)}", "[T, B, 2, …] or [T, B, 1, …]")
    _checks.number("threshold", threshold, 0)
    moves = spikes[:, :, 0]
    if channels == 2:
        moves = moves - spikes[:, :, 1]
    return threshold * moves.cumsum(0, dtype=wide(spikes))


def from_population(spikes: Tensor) -> Tensor:
    """Estimate each value as the mean centre of the neurons that spiked, weighted by their counts.

    Args:
        spikes: ``[T, B, …, N]`` of `encoding.population`.

    Returns:
        ``[B, …]`` in [0, 1]; 0.5 where no neuron spiked. Near 0 and 1 the fields are cut off, and
        the estimate leans towards the middle.

    Raises:
        ValueError: for spikes that are not 0 and 1 or not ``[T, B, …, N]``.

    >>> from_population(torch.tensor([[[0.0, 1.0, 1.0]]]))
    tensor([0.7500])
    """
    _checks.spikes("spikes", spikes)
    counts = spikes.sum(0, dtype=wide(spikes))
    centres = torch.linspace(0, 1, counts.shape[-1], dtype=counts.dtype, device=counts.device)
    total = counts.sum(-1)
    mean = (counts * centres).sum(-1) / total.clamp(min=1)
    return torch.where(total > 0, mean, 0.5)
