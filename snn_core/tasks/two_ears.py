"""A task for coincidences: which direction a tone comes from, told by the spikes of two ears."""

import math

import torch
from torch import Generator, Tensor

from .. import _checks
from ..randomness import normal, uniform

SOUND = 343.0  # m/s: how fast sound goes, in air of 20 °C
CANDIDATES = 2000  # phases among which the decoder looks for the likeliest
TURNS = 3  # periods to either side whose share in a wrapped normal distribution is counted


class TwoEars:
    """A tone comes from a direction; fibres of both ears spike in phase with it, with jitter.

    The ear that is nearer to the source is early: by ``3 r / c · sin(direction)`` of both ears
    together, as for low tones around a ball of radius r. A fibre spikes at most once in a period,
    around the same phase. The tone itself begins at any phase, so one ear alone tells nothing.

    Args:
        fibres: F, number of fibres of each ear, at least 1.
        tone: frequency in Hz, above 0. Half its period is longer than the largest difference of the
            ears, else two directions would sound alike.
        jitter: standard deviation of a spike's time in ms, above 0, at most a third of the period.
        chance: that a fibre spikes in a period, in (0, 1].
        duration: in ms, rounded to whole steps, at least one period.
        radius: of the head, in mm, above 0.
        dt: step in ms, at most an eighth of the period; 0.05 unless given, where neurons alone have
            1. Networks that see the task take the same.

    Attributes:
        steps: T, length of a trial.
        period: of the tone, in ms.
        farthest: the largest difference of the ears in ms, that of ±90 degrees.
        spikes_per_ear: how many spikes an ear sends in a trial, on average.
        vector_strength: length of the mean of the spikes' phases on the unit circle, in (0, 1).

    Raises:
        ValueError: for values outside these ranges.

    Reference: Kuhn 1977, eq. 5 and 6 (the factor is 3 for low tones, 2 for high ones); Goldberg,
    Brown 1969 (vector strength).

    >>> ears = TwoEars()
    >>> round(ears.farthest, 3), list(ears.inputs(torch.tensor([-30.0, 90.0])).shape)
    (0.765, [1000, 2, 20])
    """

    def __init__(
        self,
        fibres: int = 10,
        *,
        tone: float = 400.0,
        jitter: float = 0.1,
        chance: float = 0.8,
        duration: float = 50.0,
        radius: float = 87.5,
        dt: float = 0.05,
    ):
        _checks.whole("fibres", fibres)
        _checks.number("radius", radius, 0)
        self.farthest = 3 * radius / SOUND  # mm / (m/s) is ms
        _checks.number("tone", tone, 0, 500 / self.farthest)
        self.period = 1000 / tone
        _checks.number("jitter", jitter, 0, self.period / 3)
        _checks.number("chance", chance, 0, 1)
        _checks.number("dt", dt, 0, self.period / 8)
        _checks.number("duration", duration, self.period, open_low=False)
        self.fibres = fibres
        self.jitter = jitter
        self.chance = chance
        self.dt = dt
        self.steps = round(duration / dt)
        periods = self.steps * dt / self.period
        self.spikes_per_ear = fibres * chance * periods
        spread = 2 * math.pi * jitter / self.period  # of the phase, in radians
        self.vector_strength = math.exp(-(spread**2) / 2)

    def difference(self, direction: Tensor) -> Tensor:
        """Return how much later the left ear hears, in ms, from directions in degrees, any shape.

        Directions go from -90 (left) over 0 (ahead) to 90 (right).

        >>> TwoEars().difference(torch.tensor([-90.0, 0.0, 30.0]))
        tensor([-0.7653,  0.0000,  0.3827])
        """
        _require_directions(direction)
        angle = torch.deg2rad(direction)
        return self.farthest * torch.sin(angle)

    def direction(self, difference: Tensor) -> Tensor:
        """Return the direction in degrees of differences in ms; beyond the largest one it is ±90.

        >>> TwoEars().direction(torch.tensor([-0.3827, 0.0, 1.0])).round()
        tensor([-30.,   0.,  90.])
        """
        _checks.floats("difference", difference, 0)
        sine = (difference / self.farthest).clamp(-1, 1)
        return torch.rad2deg(torch.asin(sine))

    def inputs(self, direction: Tensor, *, generator: Generator | None = None) -> Tensor:
        """Return spikes ``[T, B, 2F]``, the left ear's first, of trials from directions ``[B]``.

        Args:
            direction: in degrees, in [-90, 90].
            generator: source of all randomness, on any device; PyTorch's own if None.
        """
        _checks.generator(generator)
        late = self.difference(direction) / 2
        _checks.shape("direction", direction, [direction.numel()])
        ears = torch.stack([late, -late], 1)
        times = self._times(ears, generator)
        step = torch.floor(times / self.dt).long()
        within = (step >= 0) & (step < self.steps)
        drawn = uniform(tuple(times.shape), direction, generator)
        heard = within & (drawn < self.chance)
        trial, fibre, cycle = heard.nonzero(as_tuple=True)
        spikes = direction.new_zeros(self.steps, len(direction), 2 * self.fibres)
        spikes[step[trial, fibre, cycle], trial, fibre] = 1
        return spikes

    def _times(self, late: Tensor, generator: Generator | None) -> Tensor:
        """Return when fibres could spike, in ms, ``[B, 2F, periods]``, from ``[B, 2]`` delays."""
        periods = math.ceil(self.steps * self.dt / self.period)
        cycles = torch.arange(-1, periods + 2, device=late.device)
        peaks = self.period * cycles
        start = self.period * uniform((len(late), 1, 1), late, generator)
        fibres = late.repeat_interleave(self.fibres, 1)
        course = start + fibres.unsqueeze(2) + peaks
        away = normal(tuple(course.shape), late, generator)
        return course + self.jitter * away

    def likeliest(self, spikes: Tensor) -> Tensor:
        """Return the direction in degrees ``[B]`` under which spikes ``[T, B, 2F]`` are likeliest.

        The phase of the tone is found for each ear by itself; their difference gives the direction.
        """
        _checks.spikes("spikes", spikes)
        _checks.shape("spikes", spikes, [self.steps, spikes.shape[1], 2 * self.fibres])
        ears = torch.unflatten(spikes, 2, (2, self.fibres)).sum(3)
        chances = self._log_chances(spikes)
        likelihood = torch.einsum("tbe,tp->bep", ears, chances)
        late = self.period / CANDIDATES * likelihood.argmax(2)
        apart = late[:, 0] - late[:, 1]
        return self.direction(self._nearest(apart))

    def _log_chances(self, like: Tensor) -> Tensor:
        """Return the log density ``[T, candidates]`` of a spike in a step, for phases of a tone."""
        time = self.dt * (torch.arange(self.steps).to(like) + 0.5)
        peak = self.period / CANDIDATES * torch.arange(CANDIDATES).to(like)
        turn = self.period * torch.arange(-TURNS, TURNS + 1).to(like)
        away = self._nearest(time.unsqueeze(1) - peak)
        turned = (away.unsqueeze(2) + turn) / self.jitter
        return torch.logsumexp(-(turned**2) / 2, -1)

    def _nearest(self, apart: Tensor) -> Tensor:
        """Return differences in time less the whole periods in them."""
        periods = torch.round(apart / self.period)
        return apart - self.period * periods

    def limit(self, direction: Tensor) -> Tensor:
        """Return the smallest standard deviation, in degrees, of any unbiased estimate.

        Of N spikes each tells the phase at its ear with a variance of jitter², so their mean with
        jitter² / N; the difference of two ears with twice that. No unbiased estimate does better
        (Cramér, Rao): the Fisher information of N normal times about their mean is N / jitter². In
        degrees that is divided by the slope of `difference`. At ±90 that is 0, and nothing is told.

        Args:
            direction: in degrees, in [-90, 90], any shape.

        Reference: Kay 1993, chapter 3.

        >>> TwoEars().limit(torch.tensor([0.0, 60.0]))
        tensor([0.8370, 1.6741])
        """
        _require_directions(direction)
        apart = self.jitter * math.sqrt(2 / self.spikes_per_ear)
        angle = torch.deg2rad(direction)
        slope = self.farthest * torch.cos(angle)
        return torch.rad2deg(apart / slope)


def _require_directions(direction: Tensor) -> None:
    """Require degrees in [-90, 90]."""
    _checks.floats("direction", direction, 0)
    if direction.numel():
        _checks.within("direction", direction, -90, 90)
