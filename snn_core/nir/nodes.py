"""What nodes become here: layers without a memory, and neurons."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .. import _checks
from ..layers import OverTime
from ..neurons import LIF, CuBaLIF, LeakyIntegrator, RecurrentLIF
from .convention import CONVOLUTION, Convention, gains

NEURONS = ("LIF", "IF", "CubaLIF", "LI", "CubaLI")
ROUNDING = 1e-6  # of the numbers in a graph, which most libraries write in float32


def layer_of(node: Any, back: Any, rule: Convention, before: list[nn.Module]) -> nn.Module:
    """Return the layer of a node, behind those `before` it.

    Args:
        node: of a graph of NIR.
        back: the linear node that leads from an LIF node back to it, or None.
        rule: of who wrote the graph.
        before: the layers in front; the last one takes what neurons cannot.

    Raises:
        ValueError: for a node that is not known, or what no neuron here can be.
    """
    kind = kind_of(node)
    _checks.require(kind not in rule.untried, "node", kind, "one compared with its writer")
    if kind in ("LIF", "IF"):
        return _lif(node, back, rule, before)
    _checks.require(back is None, "a way back", f"one to {kind}", "to LIF or IF only")
    if kind == "CubaLIF":
        return _cuba(node, rule)
    if kind in ("LI", "CubaLI"):
        return _integrator(node, rule, before)
    _checks.choice("node", kind, (*WITHOUT_MEMORY, *NEURONS))
    return WITHOUT_MEMORY[kind](node)


def kind_of(node: object) -> str:
    """Return the name of a node's class, by which it is known: no import of `nir` is needed."""
    return type(node).__name__


def _weights(value: Any) -> nn.Parameter:
    return nn.Parameter(torch.tensor(np.asarray(value)))


def _plain(value: Any) -> Any:
    """Return text as it is, and one number or several as such of Python."""
    return value if isinstance(value, str) else np.asarray(value).tolist()


def _linear(node: Any) -> nn.Linear:
    weight = _weights(node.weight)
    shape = list(weight.shape)
    _checks.require(len(shape) == 2, "weight", f"shape {shape}", "[out, in]")
    layer = nn.Linear(shape[1], shape[0], bias=hasattr(node, "bias"))
    layer.weight = weight
    if layer.bias is not None:
        layer.bias = _weights(node.bias)
    return layer


def _convolution(node: Any) -> OverTime:
    weight = _weights(node.weight)
    options = {name: _plain(getattr(node, name)) for name in CONVOLUTION}
    channels = weight.shape[1] * options["groups"]
    kernel = _plain(weight.shape[2:])
    layer = nn.Conv2d(channels, len(weight), kernel, **options)
    layer.weight = weight
    layer.bias = _weights(node.bias)
    return OverTime(layer)


def _pooling(node: Any) -> OverTime:
    """Return a pooling layer: a sum is an average whose divisor is 1."""
    kernel = _plain(node.kernel_size)
    stride = _plain(node.stride)
    divisor = 1 if kind_of(node) == "SumPool2d" else None
    return OverTime(nn.AvgPool2d(kernel, stride, _plain(node.padding), divisor_override=divisor))


def _flatten(node: Any) -> OverTime:
    ends = (int(node.start_dim), int(node.end_dim))
    start, end = (axis + 1 if axis >= 0 else axis for axis in ends)
    return OverTime(nn.Flatten(start, end))


WITHOUT_MEMORY = {
    "Linear": _linear,
    "Affine": _linear,
    "Conv2d": _convolution,
    "AvgPool2d": _pooling,
    "SumPool2d": _pooling,
    "Flatten": _flatten,
}


def _numbers(value: Any) -> Tensor:
    """Return what each neuron has, in float64; one number if all have the same."""
    numbers = torch.as_tensor(np.asarray(value), dtype=torch.float64)
    first = numbers.flatten()[0]
    return first if bool((numbers == first).all()) else numbers


def _gain(r: Any, drive: str, decay: Tensor) -> Tensor:
    """Return what a step multiplies an input with."""
    return _rounded(_numbers(r) * gains(drive, decay))


def _rounded(gain: Tensor) -> Tensor:
    """Return a factor, 1 where it is that but for rounding."""
    rounded = (gain - 1).abs() < ROUNDING
    return torch.where(rounded, 1, gain)


def _spiking(node: Any, rule: Convention, beta: Tensor, gain: Tensor) -> dict[str, Any]:
    """Return the options of spiking neurons, a step of which multiplies an input with `gain`."""
    reset = node.metadata.get("reset", rule.reset or "hard")
    leak = _numbers(getattr(node, "v_leak", 0.0))
    low = _numbers(node.v_reset)
    rest = leak if reset == "hard" else torch.zeros_like(leak)
    fits = torch.equal(leak, rest) and torch.equal(low, rest)
    came = f"{low.tolist()} with v_leak {leak.tolist()} and a {reset} reset"
    _checks.require(fits, "v_reset", came, "v_leak, or with a soft reset 0 for both")
    above = _numbers(node.v_threshold) - leak
    return {"beta": beta, "threshold": above / gain, "reset": reset, "dt": _step(node)}


def _step(node: Any) -> float:
    """Return the step in ms that `to_nir` has kept, 1 if another library has written."""
    return float(node.metadata.get("dt", 1.0))


def _membrane(node: Any, rule: Convention) -> tuple[Tensor, Tensor]:
    """Return decay and gain per step of an LIF node, or of an IF node, which does not leak."""
    if kind_of(node) == "IF":
        gain = _rounded(_numbers(node.r) * rule.integral(rule.membrane))
        return torch.ones((), dtype=gain.dtype), gain
    beta = rule.decays(_numbers(node.tau))
    return beta, _gain(node.r, rule.membrane, beta)


def _lif(node: Any, back: Any, rule: Convention, before: list[nn.Module]) -> nn.Module:
    """Return LIF neurons, which hear each other where a linear node leads back."""
    options = _spiking(node, rule, *_membrane(node, rule))
    if back is None:
        return LIF(**options)
    _checks.choice("a way back", kind_of(back), ("Linear", "Affine"))
    among = _linear(back)
    neurons = len(among.weight)
    _checks.shape("weight", among.weight, [neurons, neurons])
    layer = RecurrentLIF(neurons, **options)
    layer.weight = nn.Parameter(among.weight.detach())
    if among.bias is not None and among.bias.any():
        front = _in_front(before, "a bias on the way back")
        own = 0 if front.bias is None else front.bias.detach()
        front.bias = nn.Parameter(among.bias.detach() + own)
    return layer


def _cuba(node: Any, rule: Convention) -> CuBaLIF:
    """Return LIF neurons with a synapse, which here multiplies its input with 1 - alpha."""
    alpha = rule.decays(_numbers(node.tau_syn))
    beta = rule.decays(_numbers(node.tau_mem))
    first = _gain(node.w_in, rule.synapse, alpha) / (1 - alpha)
    options = _spiking(node, rule, beta, first * _gain(node.r, rule.membrane, beta))
    return CuBaLIF(alpha=alpha, **options)


def _integrator(node: Any, rule: Convention, before: list[nn.Module]) -> nn.Module:
    """Return leaky integrators, behind others that are their synapses where a node has some.

    What their input is multiplied with, the weights in front take.
    """
    leak = _numbers(node.v_leak)
    _checks.require(not leak.any(), "v_leak", leak.tolist(), f"0 for {kind_of(node)}")
    filters = [(getattr(node, "tau", None), node.r, rule.integrator)]
    if kind_of(node) == "CubaLI":
        synapse = (node.tau_syn, node.w_in, rule.synapse)
        filters = [synapse, (node.tau_mem, node.r, rule.integrator)]
    gain = torch.ones((), dtype=torch.float64)
    layers = []
    for tau, r, drive in filters:
        beta = rule.decays(_numbers(tau))
        gain = gain * _gain(r, drive, beta)
        layers.append(LeakyIntegrator(beta=beta, dt=_step(node)))
    _scale(before, gain)
    return nn.Sequential(*layers) if len(layers) > 1 else layers[0]


def _scale(before: list[nn.Module], gain: Tensor) -> None:
    """Multiply weights and bias of the layer in front with the gain of each neuron behind it."""
    if bool((gain != 1).any()):
        front = _in_front(before, f"an input times {gain.tolist()}")
        for own in front.parameters():
            scaled = own.detach().double().T * gain
            own.data = scaled.T.to(own)


def _in_front(before: list[nn.Module], came: str) -> nn.Linear:
    """Return the linear layer in front, which is to take what the neurons cannot."""
    front = before[-1] if before else None
    if not isinstance(front, nn.Linear):
        _checks.fail("input", came, "a linear node in front, which takes it")
    return front
