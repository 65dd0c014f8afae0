"""What every online learner asks of its inputs, signals and layers, once, before it uses them."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

from .. import _checks
from ..neurons import LIF, IntegrateAndFire
from ..neurons.states import S

AXES = {2: "[B, {}]", 3: "[T, B, {}]"}


def inputs_fit(inputs: Tensor, weight: Tensor, axes: int) -> None:
    """Require finite inputs, ``[B, N]`` or ``[T, B, N]``, that weights ``[M, N]`` can take.

    Their precision is at most that of the weights, so that nothing of them is rounded away.
    """
    _checks.floats("inputs", inputs, not_nan=False)
    expected = AXES[axes].format(weight.shape[1])
    fits = inputs.dim() == axes and inputs.shape[-1] == weight.shape[1]
    _checks.require(fits, "inputs", f"shape {list(inputs.shape)}", f"shape {expected}")
    if axes == 3:
        _checks.require(len(inputs) > 0, "inputs", "no step", "at least one time step")
    exact = torch.promote_types(inputs.dtype, weight.dtype) == weight.dtype
    _checks.require(exact, "inputs", inputs.dtype, f"{weight.dtype}, as the weights")
    _same_device("inputs", inputs, weight.device)
    _checks.finite("inputs", inputs)


def signal_fits(argument: str, signal: Tensor, device: torch.device, *shape: int) -> None:
    """Require a finite signal of one shape, on a device."""
    _checks.floats(argument, signal, not_nan=False)
    _checks.shape(argument, signal, shape)
    _same_device(argument, signal, device)
    _checks.finite(argument, signal)


def _same_device(argument: str, got: Tensor, device: torch.device) -> None:
    """Require a tensor where the weights are."""
    same = got.device == device
    _checks.require(same, argument, f"a tensor on {got.device}", f"one on {device}, as the weights")


def layer_fits(linear: nn.Linear, neuron: IntegrateAndFire[S]) -> None:
    """Require a plain linear layer, and neurons that fit it in number.

    Raises:
        ValueError: for another layer, a constant of the neurons that has another number of entries
            than the layer has outputs, or a decay or threshold to learn.
    """
    plain = type(linear) is nn.Linear and isinstance(linear.weight, nn.Parameter)
    _checks.require(plain, "linear", type(linear).__name__, "a plain nn.Linear")
    require_fixed(neuron)
    with torch.no_grad():
        neuron(linear.weight.new_zeros(1, 1, linear.out_features))


def require_fixed(neuron: nn.Module, argument: str = "neuron") -> None:
    """Require that only weights learn: decays and thresholds have no rule forward in time."""
    learning = [name for name, value in neuron.named_parameters() if value.requires_grad]
    learnt = [name for name in learning if name != "weight"]
    expected = "fixed decays and thresholds"
    _checks.require(not learnt, argument, f"{', '.join(learnt)} to learn", expected)


def require_layers(network: nn.Module, kinds: Sequence[type[nn.Module]], expected: str) -> None:
    """Require an ``nn.Sequential`` of exactly these kinds of layers, not of subclasses of them."""
    if not isinstance(network, nn.Sequential):
        _checks.fail("network", type(network).__name__, f"nn.Sequential: {expected}")
    came = [type(layer) for layer in network]
    if came != list(kinds):
        names = ", ".join(kind.__name__ for kind in came) or "no layers"
        _checks.fail("network", names, expected)


def require_chain(first: nn.Linear, second: nn.Linear) -> None:
    """Require that a linear layer takes as many inputs as the one below has outputs."""
    chained = first.out_features == second.in_features
    came = f"{first.out_features} outputs before {second.in_features} inputs"
    _checks.require(chained, "network", came, "as many inputs as outputs of the layer below")


def linear_lif_pairs(network: nn.Sequential) -> list[tuple[nn.Linear, LIF]]:
    """Return the layers of a network as pairs of weights and neurons.

    Raises:
        ValueError: for a network that is not alternating ``nn.Linear`` and `LIF`, at least one of
            each, or whose layers do not fit each other.
    """
    layers = len(network) if isinstance(network, nn.Sequential) else 0
    kinds: list[type[nn.Module]] = [nn.Linear, LIF]
    require_layers(network, kinds * max(1, layers // 2), "alternating nn.Linear and LIF")
    linears = [layer for layer in network if isinstance(layer, nn.Linear)]
    neurons = [layer for layer in network if isinstance(layer, LIF)]
    pairs = list(zip(linears, neurons, strict=True))
    for (below, _), (above, _) in zip(pairs, pairs[1:], strict=False):
        require_chain(below, above)
    return pairs


def full_precision(device: torch.device) -> AbstractContextManager[object]:
    """Return a block without autocast: it would round what adds up over time."""
    if torch.is_autocast_enabled(device.type):
        return torch.autocast(device.type, enabled=False)
    return nullcontext()
