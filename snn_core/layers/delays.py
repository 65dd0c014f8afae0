"""Delays in ms: what came a while ago arrives now, from each input or at each synapse."""

import torch
from torch import Generator, Tensor, nn

from .. import _checks
from .delayed import Delayed


class Delays(Delayed):
    """Delay every input by a time of its own, as axons of unlike length do: per axon.

    Args:
        inputs: their number N, at least 1.
        longest: the longest delay in ms, rounded to whole steps, at least one step.
        delay: the delays to begin with, in ms in [0, longest]: a number or a tensor ``[N]``; drawn
            uniformly if None.
        dt: step in ms.
        width: standard deviation in ms, at least 0, of the Gaussian that stands for a delay in
            training; a fourth of `longest` if None.
        learn: if False, the delays stay as they are.
        generator: draws the delays; PyTorch's own if None.

    Raises:
        ValueError: for values outside their ranges, or an input that is not ``[T, B, N]``.

    Reference: Hammouamri, Khalfaoui-Hassani, Masquelier 2023, section 3 (a Gaussian around each
    position, narrowed during training; there per synapse).

    >>> spikes = torch.eye(4)[:2].T[:, None]  # one in step 0 and one in step 1
    >>> Delays(2, 3.0, delay=torch.tensor([2.0, 0.0])).eval()(spikes)[:, 0].T
    tensor([[0., 0., 1., 0.],
            [0., 1., 0., 0.]])
    """

    def __init__(
        self,
        inputs: int,
        longest: float,
        *,
        delay: Tensor | float | None = None,
        dt: float = 1.0,
        width: float | None = None,
        learn: bool = True,
        generator: Generator | None = None,
    ):
        _checks.whole("inputs", inputs)
        super().__init__((inputs,), longest, delay, dt, width, learn, generator)

    def forward(self, inputs: Tensor) -> Tensor:
        """Map ``[T, B, N]`` to the same shape: ``y[t, n] = x[t - d[n], n]``."""
        kernel = self.shares().unsqueeze(1)
        return self._sum(inputs, kernel, self.inputs)

    def extra_repr(self) -> str:
        return f"{self.inputs}, longest={self.longest:g}, dt={self.dt:g}"


class DelayedLinear(Delayed):
    """Weigh and delay every input on its way to every output: per synapse.

    Args:
        inputs, outputs: their numbers N and M, at least 1.
        longest: the longest delay in ms, rounded to whole steps, at least one step.
        taps: number K of synapses from each input to each output, at least 1, each with a weight
            and a delay of its own.
        bias: if False, the outputs have none.
        delay: the delays to begin with, in ms in [0, longest]: a number or a tensor ``[M, N, K]``;
            drawn uniformly if None.
        dt: step in ms.
        width: standard deviation in ms, at least 0, of the Gaussian that stands for a delay in
            training; a fourth of `longest` if None.
        learn: if False, the delays stay as they are.
        generator: draws delays, weights and biases, the latter two uniform in ±1/√(N K); PyTorch's
            own if None.

    Raises:
        ValueError: for values outside their ranges, or an input that is not ``[T, B, N]``.

    Reference: Hammouamri, Khalfaoui-Hassani, Masquelier 2023, section 3.

    >>> layer = DelayedLinear(3, 5, longest=20.0, taps=2)
    >>> layer(torch.zeros(7, 4, 3)).shape, layer.delay.shape
    (torch.Size([7, 4, 5]), torch.Size([5, 3, 2]))
    """

    bias: Tensor | None

    def __init__(
        self,
        inputs: int,
        outputs: int,
        longest: float,
        *,
        taps: int = 1,
        bias: bool = True,
        delay: Tensor | float | None = None,
        dt: float = 1.0,
        width: float | None = None,
        learn: bool = True,
        generator: Generator | None = None,
    ):
        _checks.whole("inputs", inputs)
        _checks.whole("outputs", outputs)
        _checks.whole("taps", taps)
        _checks.flag("bias", bias)
        shape = (outputs, inputs, taps)
        super().__init__(shape, longest, delay, dt, width, learn, generator)
        bound = (inputs * taps) ** -0.5
        start = _symmetric(shape, bound, generator)
        self.weight = nn.Parameter(start)
        self.register_parameter("bias", None)
        if bias:
            offset = _symmetric((outputs,), bound, generator)
            self.bias = nn.Parameter(offset)

    def forward(self, inputs: Tensor) -> Tensor:
        """Map ``[T, B, N]`` to ``[T, B, M]``: ``y[t, m] = b[m] + Σ w[m, n] x[t - d[m, n], n]``."""
        kernel = torch.einsum("mnk,mnkl->mnl", self.weight, self.shares())
        total = self._sum(inputs, kernel, 1)
        return total if self.bias is None else total + self.bias.to(total)

    def extra_repr(self) -> str:
        outputs, inputs, taps = self.weight.shape
        return f"{inputs}, {outputs}, longest={self.longest:g}, taps={taps}, dt={self.dt:g}"


def set_width(network: nn.Module, width: float) -> None:
    """Set the width, in ms, of all delays of a network: at first wide, in the end half a step.

    Raises:
        ValueError: for a width below 0, or a network without delays.

    >>> network = nn.Sequential(Delays(3, 20.0), nn.Linear(3, 2))
    >>> set_width(network, 0.5)
    >>> network[0].width
    0.5
    """
    _checks.module("network", network)
    found = [part for part in network.modules() if isinstance(part, Delayed)]
    _checks.require(len(found) > 0, "network", "no delays", "Delays or DelayedLinear in it")
    for part in found:
        part.width = width


def _symmetric(shape: tuple[int, ...], bound: float, generator: Generator | None) -> Tensor:
    """Draw uniformly from [-bound, bound]."""
    drawn = torch.rand(shape, generator=generator)
    return bound * (2 * drawn - 1)
