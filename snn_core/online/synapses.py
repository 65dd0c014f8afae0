"""What lies between the neurons of two layers: weights, and pooling that does not learn."""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call

from .. import _checks

WEIGHTS = (nn.Linear, nn.Conv2d)
BEHIND = (nn.AvgPool2d, nn.Flatten)  # linear: the trace of what they return is what they
IN_FRONT = (*BEHIND, nn.MaxPool2d)  # return for a trace; in front of the weights none is there yet
EXPECTED = (
    "one nn.Linear or nn.Conv2d, in front of it only nn.AvgPool2d, nn.MaxPool2d and nn.Flatten, "
    "behind it only nn.AvgPool2d and nn.Flatten"
)


class Synapses:
    """Weights onto a layer's neurons, with pooling or flattening in front of them and behind.

    A trace is kept of what the weights take, so that what is in front may be anything that does not
    learn. What is behind is linear: there the sum over time of what the weights did is what they do
    to the trace, ``sum(beta ** (t - s) * behind(weights(x[s]))) == behind(weights(trace[t]))`` but
    for the bias.

    Args:
        argument: the name of what is refused.
        layers: one ``nn.Linear`` or ``nn.Conv2d`` among ``nn.AvgPool2d``, ``nn.Flatten`` and, in
            front of it, ``nn.MaxPool2d``; for batches ``[B, …]``.

    Raises:
        ValueError: for other layers, none with weights, or several.

    Reference: Xiao et al. 2022, section 4.1 (what they track of the presynaptic spikes is the
    trace).

    >>> synapses = Synapses("layers", [nn.MaxPool2d(2), nn.Conv2d(1, 3, 3), nn.AvgPool2d(2)])
    >>> trace, heard = synapses.at_rest(torch.zeros(5, 1, 12, 12))
    >>> trace.shape, heard.shape
    (torch.Size([5, 1, 6, 6]), torch.Size([5, 3, 2, 2]))
    """

    def __init__(self, argument: str, layers: Sequence[nn.Module]):
        names = [type(layer).__name__ for layer in layers]
        for layer in layers:
            _checks.require(is_plain(layer), argument, type(layer).__name__, EXPECTED)
        weights = [layer for layer in layers if isinstance(layer, WEIGHTS)]
        _checks.require(len(weights) == 1, argument, ", ".join(names) or "no layers", EXPECTED)
        self.weights = weights[0]
        place = [layer is self.weights for layer in layers].index(True)
        self.in_front = nn.Sequential(*layers[:place])
        self.behind = nn.Sequential(*layers[place + 1 :])
        for layer in self.behind:
            came = f"{type(layer).__name__} behind {names[place]}"
            _checks.require(type(layer) in BEHIND, argument, came, EXPECTED)
        self.plain = names == ["Linear"]
        self.takes = ", ".join(names)

    @property
    def sample(self) -> tuple[int | str, ...]:
        """The axes of a sample that they take, with a letter for any size; ``…`` for any axes."""
        if isinstance(self.weights, nn.Conv2d):
            return self.weights.in_channels, "H", "W"
        return ("…",) if len(self.in_front) else (self.weights.in_features,)

    def __call__(self, inputs: Tensor) -> Tensor:
        """Return what the neurons hear of a sequence, ``[T, B, …]`` → ``[T, B, …]``."""
        if self.plain:
            return self.hear(inputs)
        heard = self.hear(self.in_front(inputs.flatten(0, 1)))
        return torch.unflatten(heard, 0, inputs.shape[:2])

    def hear(self, sources: Tensor) -> Tensor:
        """Return what the neurons hear of what the weights take, ``[B, …]`` → ``[B, …]``."""
        heard: Tensor = self.behind(self.weights(sources))
        return heard

    def at_rest(self, inputs: Tensor) -> tuple[Tensor, Tensor]:
        """Return zeros like what the weights take and what the neurons hear, ``[B, …]`` both.

        Raises:
            ValueError: for inputs ``[B, …]`` of a sample that they do not take.
        """
        one = self.weights.weight.new_zeros(1, *inputs.shape[1:])
        came = f"samples {list(inputs.shape[1:])}"
        expected = f"what {self.takes} takes"
        try:
            sources = self.in_front(one)
            heard = self.hear(sources)
        except (RuntimeError, IndexError) as problem:
            _checks.fail("inputs", came, f"{expected} ({problem})")
        axes = 2 if isinstance(self.weights, nn.Linear) else 4
        fits = sources.dim() == axes and len(heard) == 1
        _checks.require(fits, "inputs", came, expected)
        batch = len(inputs)
        trace = inputs.new_zeros(batch, *sources.shape[1:])
        return trace, inputs.new_zeros(batch, *heard.shape[1:])

    @torch.enable_grad()
    def learn(
        self,
        local: Tensor,
        trace: Tensor,
        of_bias: Tensor,
        add: Callable[[nn.Parameter, Tensor], None],
    ) -> None:
        """Add the gradients: the vector-Jacobian products of what the neurons hear of a trace.

        Args:
            local: dL/du, ``[B, …]`` as the neurons are.
            trace: of what the weights take, ``[B, …]``.
            of_bias: the same as `local` times the trace of a constant 1.
            add: takes a parameter and its gradient, in the precision of the trace.
        """
        told = {"weight": local, "bias": of_bias}
        own = self._detached(trace.dtype)
        heard = self.behind(functional_call(self.weights, own, (trace.detach(),)))
        for name, parameter in self.weights.named_parameters():
            (found,) = torch.autograd.grad(heard, own[name], told[name], retain_graph=True)
            add(parameter, found)

    @torch.enable_grad()
    def send_back(self, local: Tensor, inputs: Tensor) -> Tensor:
        """Return dL/d(inputs) at this step only, from dL/du: both ``[B, …]`` as their neurons."""
        if self.plain:
            return local @ self.weights.weight.detach().to(local.dtype)
        inputs = inputs.detach().to(local.dtype).requires_grad_()
        own = self._detached(local.dtype)
        heard = self.behind(functional_call(self.weights, own, (self.in_front(inputs),)))
        return torch.autograd.grad(heard, inputs, local)[0]

    def _detached(self, dtype: torch.dtype) -> dict[str, Tensor]:
        """Return the parameters of the weights in the precision of traces, as leaves."""
        named = self.weights.named_parameters()
        return {name: value.detach().to(dtype).requires_grad_() for name, value in named}


def is_plain(layer: nn.Module) -> bool:
    """Say whether a layer may be part of synapses, and computes its output as its class does."""
    if type(layer) in WEIGHTS:
        return isinstance(layer.weight, nn.Parameter)
    return type(layer) in IN_FRONT and not getattr(layer, "return_indices", False)
