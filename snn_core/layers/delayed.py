"""What all delays share: where they stand, how wide they are while they are learnt, their sum."""

from typing import Any

import torch
from torch import Generator, Tensor, nn
from torch.nn import functional

from .. import _checks


class Delayed(nn.Module):
    """What delays share: where they stand, how wide they are while they are learnt, and the sum.

    A delay between two steps is shared out among the steps around it by a Gaussian, whose values
    add up to 1. So the output changes smoothly with the delay, which has a gradient. Start wide, so
    that a delay notices what is far away, and narrow it during training (`set_width`). In
    evaluation mode, and with a width of 0, each delay is rounded to a whole number of steps.

    Args: those of `Delays`, with the `shape` of the tensor of delays for the number of inputs.
    """

    delay: Tensor

    def __init__(
        self,
        shape: tuple[int, ...],
        longest: float,
        delay: Tensor | float | None,
        dt: float,
        width: float | None,
        learn: bool,
        generator: Generator | None,
    ):
        super().__init__()
        _checks.number("dt", dt, 0)
        _checks.number("longest", longest, dt / 2)
        _checks.flag("learn", learn)
        _checks.generator(generator)
        self.inputs = shape[0] if len(shape) == 1 else shape[1]
        self.dt = float(dt)
        self.steps = round(longest / dt)
        self.width = self.longest / 4 if width is None else width
        start = self._given(delay, shape, generator)
        if learn:
            self.delay = nn.Parameter(start)
        else:
            self.register_buffer("delay", start)

    @property
    def longest(self) -> float:
        """The longest delay in ms."""
        return self.steps * self.dt

    @property
    def width(self) -> float:
        """Standard deviation in ms of the Gaussian that stands for a delay in training."""
        return self._width

    @width.setter
    def width(self, width: float) -> None:
        _checks.number("width", width, 0, open_low=False)
        self._width = float(width)

    @property
    def whole(self) -> Tensor:
        """The delays in whole steps, as evaluation takes them: integers of the delays' shape."""
        return self._position().detach().round().long()

    def shares(self) -> Tensor:
        """Return how much of each delay falls on each step, ``[…, longest / dt + 1]``, sum 1."""
        if self.width == 0 or not self.training:
            whole = functional.one_hot(self.whole, self.steps + 1)
            return whole.to(self.delay)
        steps = torch.arange(self.steps + 1).to(self.delay)
        position = self._position().unsqueeze(-1)
        away = (steps - position) * (self.dt / self.width)
        return torch.softmax(-(away**2) / 2, -1)

    def _position(self) -> Tensor:
        """Return the delays in steps, each in [0, longest / dt]."""
        position = self.delay / self.dt
        inside: Tensor = _Within.apply(position, self.steps)  # type: ignore[no-untyped-call]
        return inside

    def _given(
        self, delay: Tensor | float | None, shape: tuple[int, ...], generator: Generator | None
    ) -> Tensor:
        """Return the delays to begin with, in ms."""
        if delay is None:
            drawn = torch.rand(shape, generator=generator)
            return self.longest * drawn
        if not isinstance(delay, Tensor):
            _checks.number("delay", delay, 0, self.longest, open_low=False)
            return torch.full(shape, float(delay))
        _checks.floats("delay", delay)
        _checks.shape("delay", delay, shape)
        _checks.within("delay", delay, 0, self.longest)
        return delay.detach().clone()

    def _sum(self, inputs: Tensor, kernel: Tensor, groups: int) -> Tensor:
        """Add up what came: inputs ``[T, B, N]``, kernel ``[M, N / groups, steps + 1]``."""
        _checks.sequence("inputs", inputs)
        steps, batch = inputs.shape[:2]
        _checks.shape("inputs", inputs, (steps, batch, self.inputs))
        reach = min(steps, kernel.shape[-1])  # nothing came before the first step
        heard = kernel[..., :reach].flip(-1)
        backwards = heard.unsqueeze(-1).to(inputs)
        padded = functional.pad(inputs, (0, 0, 0, 0, reach - 1, 0))
        maps = padded.permute(2, 0, 1)  # time and batch as two axes of a picture: this is faster
        total = functional.conv2d(maps, backwards, groups=groups)
        return total.permute(1, 2, 0)


class _Within(torch.autograd.Function):
    """Keep values in [0, most]; at a bound, let through only the gradient that leads back inside.

    ``clamp`` has no gradient outside its bounds, so that a delay that crosses one would stay there.
    """

    @staticmethod
    def forward(ctx: Any, values: Tensor, most: int) -> Tensor:
        ctx.save_for_backward(values)
        ctx.most = most
        return values.clamp(0, most)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        (values,) = ctx.saved_tensors
        below = (values <= 0) & (gradient > 0)
        above = (values >= ctx.most) & (gradient < 0)
        return gradient.masked_fill(below | above, 0), None
