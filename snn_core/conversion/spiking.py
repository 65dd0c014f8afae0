"""The spiking network: neurons that stand for activations, and how a trained network becomes it."""

import math

import torch
from torch import Tensor, nn

from .. import _checks
from ..layers import OverTime, Repeat
from ..neurons import LIF
from ..neurons.constants import Constants
from ..precision import wide
from ..surrogate import Surrogate
from .ordinary import ACTIVATIONS, Named, convertible
from .staircase import ClipFloorShift, require_start


class IF(LIF):
    """Integrate-and-fire neurons: without a leak, with a soft reset, and a start of their own.

    For whoever trains the converted network on, the surrogate derivative is that of `Surrogate()`
    in units of the threshold: ``threshold * spikes`` has a slope of 1 at the threshold.

    Args:
        threshold: above 0, one number.
        start: membrane before the first step, in thresholds, in [0, 1).

    Raises:
        ValueError: for values outside these ranges, or an input that is not ``[T, B, …]``.

    Reference: Bu et al. 2022, equations 3 to 5; a start at a half is their theorem 2.

    >>> IF(threshold=1.0, start=0.5)(torch.full((4, 1, 1), 0.3)).flatten().tolist()
    [0.0, 1.0, 0.0, 0.0]
    """

    def __init__(self, threshold: float = 1.0, start: float = 0.5):
        _checks.number("threshold", threshold, 0)
        require_start(start)
        usual = Surrogate()
        own = Surrogate(scale=usual.scale / threshold, height=usual.height / threshold)
        super().__init__(beta=1.0, threshold=threshold, surrogate=own)
        self.start = float(start)

    def initial_state(self, current: Tensor) -> Tensor:
        """Return the membrane before the first step: `start` thresholds, ``[B, …]``."""
        rest = super().initial_state(current)
        return rest + self.start * self.constant("threshold", rest)

    def settings(self) -> dict[str, object]:
        """Return what a checkpoint must agree in: that of `LIF`, and the start."""
        return super().settings() | {"start": self.start}

    def extra_repr(self) -> str:
        return f"threshold={self.threshold.item():.4g}, start={self.start:g}"


class Scale(Constants):
    """Multiply with one number: what a spike is worth to the layer that it goes to.

    Args:
        factor: above 0.

    Raises:
        ValueError: for a factor that is not above 0.

    Reference: Bu et al. 2022, equation 6.
    """

    factor: Tensor

    def __init__(self, factor: float):
        super().__init__()
        _checks.number("factor", factor, 0)
        self.own_constant("factor", torch.tensor(factor, dtype=torch.float64))

    def forward(self, spikes: Tensor) -> Tensor:
        """Map any shape to the same shape."""
        return spikes * self.constant("factor", spikes)

    def extra_repr(self) -> str:
        return f"{self.factor.item():.4g}"


class RunningMean(nn.Module):
    """Read out the mean of all input so far: after the last step that of all steps.

    It is a membrane without a leak and without spikes, divided by the number of steps.

    Raises:
        ValueError: for an input that is not ``[T, B, …]``, or has NaN.

    >>> RunningMean()(torch.tensor([4.0, 0.0, 2.0]).view(3, 1, 1)).flatten().tolist()
    [4.0, 2.0, 2.0]
    """

    def forward(self, current: Tensor) -> Tensor:
        """Map ``[T, B, …]`` to the same shape, in float32 or better."""
        _checks.sequence("current", current)
        sums = current.cumsum(0, dtype=wide(current))
        steps = torch.arange(1, len(sums) + 1, device=sums.device)
        return sums / steps.view(-1, *[1] * (sums.dim() - 1))


@torch.no_grad()
def convert(
    network: nn.Sequential,
    calibration: Tensor,
    steps: int,
    *,
    percentile: float = 99.9,
    start: float = 0.5,
) -> nn.Sequential:
    """Return a spiking network with the weights of a trained ordinary one, which stays as it is.

    Each activation becomes a layer of `IF` neurons, and each of their spikes is worth the
    threshold. Dropout is left out, batch norm folded; layers without an activation between them
    stay so. What comes before the first neurons is computed once and repeated.

    Args:
        network: Linear, Conv2d, BatchNorm1d, BatchNorm2d, ReLU, ClipFloorShift, AvgPool2d, Flatten
            and Dropout in a row, in training or evaluation mode.
        calibration: inputs ``[samples, …]`` as the network takes them, not of the test set. The
            threshold of a ReLU is read from what they make of it; that of a `ClipFloorShift` is its
            clip level.
        steps: T, at least 1.
        percentile: share of a ReLU's activations above 0 that are at most the threshold, in
            (0, 100]; 100 is the largest of them.
        start: membrane before the first step, in thresholds, in [0, 1).

    Returns:
        A network that maps ``[B, …]`` to ``[T, B, …]``: after each step, the mean of what has come
        to the outputs so far. Take the last one for the scores. Device and dtype are kept.

    Raises:
        ValueError: for a layer that cannot be converted, by position and class; a calibration that
            is empty, has NaN, does not fit, or leaves all of a layer's activations at 0.

    Reference: Rueckauer et al. 2017 (percentile); Sengupta et al. 2019 (thresholds in the place of
    weights); Bu et al. 2022 (start, trained activation).

    >>> ordinary = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
    >>> convert(ordinary, torch.rand(100, 2), steps=8)(torch.rand(5, 2)).shape
    torch.Size([8, 5, 1])
    """
    layers = convertible(network)
    _checks.floats("calibration", calibration, min_rank=2, not_nan=False)
    came = f"shape {list(calibration.shape)}"
    _checks.require(calibration.numel() > 0, "calibration", came, "at least one sample")
    _checks.finite("calibration", calibration)
    _checks.number("percentile", percentile, 0, 100)
    stages, thresholds = _stages(layers, calibration, percentile)
    parts = [*stages[0], Repeat(steps)]
    for threshold, stage in zip(thresholds, stages[1:], strict=True):
        parts.append(IF(threshold, start))
        parts.append(OverTime(Scale(threshold), *stage))
    return nn.Sequential(*parts, RunningMean()).to(calibration.device)


def _stages(
    layers: list[Named], values: Tensor, percentile: float
) -> tuple[list[list[nn.Module]], list[float]]:
    """Return the layers before, between and behind the activations, and the thresholds of these."""
    stages: list[list[nn.Module]] = [[]]
    thresholds = []
    for name, layer in layers:
        values = _behind(name, layer, values)
        if isinstance(layer, ACTIVATIONS):
            thresholds.append(_threshold(name, layer, values, percentile))
            stages.append([])
        else:
            stages[-1].append(layer)
    return stages, thresholds


def _behind(name: str, layer: nn.Module, values: Tensor) -> Tensor:
    """Return what a layer makes of its input, which stays as it is."""
    try:
        after: Tensor = values.relu() if isinstance(layer, nn.ReLU) else layer(values)
    except RuntimeError as problem:
        if type(problem) is not RuntimeError:  # a lack of memory, a broken device
            raise
        came = f"{values.dtype} of shape {list(values.shape)} at layer {name}"
        _checks.fail("calibration", came, f"what {type(layer).__name__} takes ({problem})")
    finite = bool(torch.isfinite(after).all())
    came = f"NaN or infinite values behind {type(layer).__name__} at layer {name}"
    _checks.require(finite, "network", came, "finite weights")
    return after


def _threshold(name: str, layer: nn.Module, values: Tensor, percentile: float) -> float:
    """Return the clip level of an activation, or this percentile of its `values` above 0."""
    if isinstance(layer, ClipFloorShift):
        clip = layer.clip.item()
        _checks.require(clip > 0, "network", f"a clip of {clip:g} at layer {name}", "one above 0")
        return clip
    active = values[values > 0]
    came = f"no activation above 0 behind ReLU at layer {name}"
    _checks.require(len(active) > 0, "calibration", came, "inputs that make every layer active")
    rank = math.ceil(percentile * len(active) / 100)
    return active.to(wide(active)).kthvalue(rank).values.item()
