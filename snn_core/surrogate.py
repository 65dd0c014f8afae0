"""The Heaviside step of a spike, and the smooth derivatives that stand in for its own.

A spike is ``H(x)`` with ``x = membrane - threshold``. Its derivative is zero everywhere but at 0,
where it does not exist, so no gradient passes. A surrogate derivative replaces it in the backward
pass only (Neftci, Mostafa, Zenke 2019, section IV). With the steepness ``k = scale`` every
surrogate here is ``D(k x)`` for a fixed shape ``D`` with ``D(0) = 1``. So the peak is 1 for all of
them, and shape and steepness alone decide how far from the threshold a neuron still learns. A
`height` multiplies ``D`` for those who want another convention, such as an area of 1.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx

from . import _checks, _modes


class Shape(NamedTuple):
    """One surrogate in the unit ``y = k x``: primitive ``P(y)``, ``D = P'``, area under ``D``.

    The derivative may overwrite its argument: on a whole sequence, temporary copies would cost more
    than the arithmetic. A neuron with a shape of your own can be pickled if its two functions are
    those of a module, not lambdas.
    """

    name: str
    primitive: Callable[[Tensor], Tensor]
    derivative: Callable[[Tensor], Tensor]
    area: float


def _triangular_primitive(y: Tensor) -> Tensor:
    c = y.clamp(-1, 1)
    return c - c * c.abs() / 2


def _sigmoid_derivative_(y: Tensor) -> Tensor:
    tail = y.abs_().neg_().sigmoid_()
    return (1 - tail).mul_(tail).mul_(4)  # the result of sigmoid_ stays: its gradient needs it


_SHAPES = (
    # SuperSpike, Zenke & Ganguli 2018
    Shape(
        "fast_sigmoid",
        lambda y: y / (1 + y.abs()),
        lambda y: y.abs_().add_(1).pow_(-2),
        2.0,
    ),
    # Fang et al. 2021 (their alpha is our k; their derivative is ours times alpha / 2)
    Shape(
        "arctan",
        lambda y: torch.atan(y * (math.pi / 2)) * (2 / math.pi),
        lambda y: y.mul_(math.pi / 2).square_().add_(1).reciprocal_(),
        2.0,
    ),
    # Zenke & Vogels 2021, times 4 to have peak 1
    Shape("sigmoid", lambda y: 4 * torch.sigmoid(y), _sigmoid_derivative_, 4.0),
    # Esser et al. 2016; Bellec et al. 2018
    Shape(
        "triangular",
        _triangular_primitive,
        lambda y: y.abs_().neg_().add_(1).clamp_(min=0),
        1.0,
    ),
    Shape("boxcar", lambda y: y.clamp(-0.5, 0.5), lambda y: y.abs_().lt_(0.5), 1.0),
    Shape(
        "gaussian",
        lambda y: math.sqrt(math.pi / 2) * torch.erf(y / math.sqrt(2)),
        lambda y: y.square_().div_(-2).exp_(),
        math.sqrt(2 * math.pi),
    ),
    # Bengio et al. 2013: the step is treated as the identity
    Shape("straight_through", lambda y: y, lambda y: y.fill_(1), math.inf),
)
SHAPES: dict[str, Shape] = {shape.name: shape for shape in _SHAPES}

ALL_SURROGATES: tuple[str, ...] = tuple(SHAPES)


class Surrogate:
    """A spike: Heaviside step forward, a surrogate derivative backward.

    For one of your own give a `Shape`, or override `derivative` in a subclass: whatever learns
    takes it from there. (`primitive` and `area` are then still those of the shape.)

    Args:
        shape: one of `ALL_SURROGATES`, or a `Shape`.
        scale: steepness k, above 0, per unit of membrane. The larger, the narrower.
        height: above 0; multiplies the derivative, whose peak is 1 for all shapes here.

    Raises:
        ValueError: for an unknown shape, or a scale or height that is not a positive number.

    Reference: Neftci, Mostafa, Zenke 2019, section IV; scale is beta in Zenke & Ganguli 2018.

    >>> x = torch.tensor([-0.1, 0.0, 0.1], requires_grad=True)
    >>> Surrogate("fast_sigmoid", scale=10.0)(x).tolist()
    [0.0, 0.0, 1.0]
    """

    def __init__(
        self, shape: str | Shape = "fast_sigmoid", scale: float = 10.0, *, height: float = 1.0
    ):
        if not isinstance(shape, Shape):
            _checks.choice("shape", shape, ALL_SURROGATES)
        _checks.number("scale", scale, 0)
        _checks.number("height", height, 0)
        self._own = shape if isinstance(shape, Shape) else None
        self.name = shape.name if isinstance(shape, Shape) else shape
        self.scale = float(scale)
        self.height = float(height)

    @property
    def _shape(self) -> Shape:
        # Looked up, not kept: a function without a name cannot be saved with the neuron.
        return self._own or SHAPES[self.name]

    def __call__(self, x: Tensor) -> Tensor:
        """Return spikes 0/1 where the distance to threshold `x` (any shape) is above 0."""
        if not _modes.plain_only():
            spikes: Tensor = _Spike.apply(x, self)  # type: ignore[no-untyped-call]
            return spikes
        # The same spikes and derivatives, the second ones included, without a function of our own.
        fixed = x.detach()
        middle = torch.lerp(fixed, x, 0.5)
        return (fixed > 0).to(x.dtype) + self.derivative(middle) * (x - fixed)

    def primitive(self, x: Tensor) -> Tensor:
        """Return the smooth function whose derivative the backward pass uses, up to a constant."""
        _checks.floats("x", x, min_rank=0)
        rises = self._shape.primitive(x * self.scale)
        return rises * (self.height / self.scale)

    def derivative(self, x: Tensor) -> Tensor:
        """Return the surrogate derivative at `x`, of the same shape, in [0, height]."""
        return self._raised(self._shape.derivative(x * self.scale))

    def _derivative_at(self, membrane: Tensor, threshold: Tensor) -> Tensor:
        """Return `derivative` at ``membrane - threshold``, in a new tensor and few passes."""
        if self._own or type(self).derivative is not Surrogate.derivative:
            return torch.empty_like(membrane).copy_(self.derivative(membrane - threshold))
        if threshold.dim() < membrane.dim():
            y = torch.add(-self.scale * threshold, membrane, alpha=self.scale)
        else:
            y = (membrane - threshold).mul_(self.scale)
        return self._raised(self._shape.derivative(y))

    def _raised(self, derivative: Tensor) -> Tensor:
        return derivative if self.height == 1 else derivative * self.height

    @property
    def area(self) -> float:
        """The integral of the derivative over all x (infinite for straight-through)."""
        return self._shape.area * self.height / self.scale

    @property
    def peak(self) -> float:
        """The derivative at x = 0: the height, for all shapes here."""
        return self.derivative(torch.zeros(1)).item()

    def __repr__(self) -> str:
        options = f"scale={self.scale:g}"
        if self.height != 1:
            options += f", height={self.height:g}"
        return f"{type(self).__name__}({self.name!r}, {options})"


def as_surrogate(surrogate: str | Surrogate) -> Surrogate:
    """Return `surrogate` itself, or the one of that name with the default scale."""
    if isinstance(surrogate, Surrogate):
        return surrogate
    _checks.choice("surrogate", surrogate, ALL_SURROGATES)
    return Surrogate(surrogate)


class _Context(FunctionCtx):
    saved_tensors: tuple[Tensor]
    surrogate: Surrogate


class _Spike(torch.autograd.Function):
    @staticmethod
    def forward(ctx: _Context, x: Tensor, surrogate: Surrogate) -> Tensor:
        ctx.save_for_backward(x)
        ctx.surrogate = surrogate
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx: _Context, grad: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return grad * ctx.surrogate.derivative(x), None
