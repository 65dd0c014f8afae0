"""From a graph to a network."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from .. import _checks
from ..layers import OverTime
from ..neurons import LIF, CuBaLIF, LeakyIntegrator, RecurrentLIF
from .convention import CONVOLUTION, WRITERS, Convention, chosen, gains

Stage = tuple[str, Any, Any]  # of the way through a graph: name, node, and a linear node back to it
ROUNDING = 1e-6  # of the numbers in a graph, which most libraries write in float32


def from_nir(graph: Any, *, writer: str | Convention = "snn_core") -> nn.Sequential:
    """Return the network that a graph of NIR describes, for inputs ``[T, B, …]``.

    What a step multiplies an input with goes into the threshold of spiking neurons, and into the
    weights in front of leaky integrators; a `v_leak` that is the `v_reset` as well, into the
    threshold. So the membranes may be in another unit, and shifted. The spikes are the same.

    Args:
        graph: an ``nir.NIRGraph``, such as ``nir.read(path)`` returns: a row of Linear, Affine,
            Conv2d, AvgPool2d, Flatten, LIF, CubaLIF, LI and of such graphs; a linear node may lead
            from an LIF node back to it.
        writer: a name from `WRITERS`, or a `Convention`; what a node says in its metadata, as
            `to_nir` has it, goes first.

    Returns:
        A network with the weights in the dtype that they have in the graph.

    Raises:
        ValueError: for a graph that branches, or what no neuron here can be, by node.

    Reference: Pedersen et al. 2024.
    """
    rule = chosen("writer", writer, WRITERS)
    _checks.require(_kind(graph) == "NIRGraph", "graph", _kind(graph), "an nir.NIRGraph")
    layers: list[nn.Module] = []
    for name, node, back in _row(graph):
        try:
            layers.append(_layer(node, back, rule, layers))
        except (RuntimeError, ValueError) as problem:
            _checks.fail(
                "graph", f"{_kind(node)} at node {name}", f"what is known here ({problem})"
            )
    return nn.Sequential(*layers)


def _kind(node: object) -> str:
    return type(node).__name__


def _row(graph: Any, place: str = "") -> Iterator[Stage]:
    """Yield the nodes on the one way from input to output, those of inner graphs as well."""
    after: dict[str, list[str]] = {name: [] for name in graph.nodes}
    for source, target in dict.fromkeys(map(tuple, graph.edges)):
        after[source].append(target)
    left = dict(graph.nodes)
    ahead = [name for name, node in left.items() if _kind(node) == "Input"]
    while ahead:
        name = ahead[0]
        alone = len(ahead) == 1 and name in left
        _checks.require(alone, "graph", f"{ahead} next in {place!r}", "one node that is new")
        node = left.pop(name)
        back = [other for other in after[name] if after[other] == [name] and other in left]
        loops = [left.pop(other) for other in back]
        _checks.require(len(loops) < 2, "graph", f"{back} back to {place}{name}", "one at most")
        if _kind(node) == "NIRGraph":
            yield from _row(node, f"{place}{name}.")
        elif _kind(node) not in ("Input", "Output"):
            yield f"{place}{name}", node, loops[0] if loops else None
        ahead = [other for other in after[name] if other not in back]
    _checks.require(not left, "graph", f"{sorted(left)} aside", "all on one way from an input")


def _layer(node: Any, back: Any, rule: Convention, before: list[nn.Module]) -> nn.Module:
    """Return the layer of a node, behind those `before` it."""
    kind = _kind(node)
    if kind == "LIF":
        return _lif(node, back, rule, before)
    _checks.require(back is None, "a way back", f"one to {kind}", "to LIF only")
    if kind == "CubaLIF":
        return _cuba(node, rule)
    if kind == "LI":
        return _integrator(node, rule, before)
    _checks.choice("node", kind, (*WITHOUT_MEMORY, "LIF", "CubaLIF", "LI"))
    return WITHOUT_MEMORY[kind](node)


def _weights(value: Any) -> nn.Parameter:
    return nn.Parameter(torch.tensor(np.asarray(value)))


def _plain(value: Any) -> Any:
    """Return text as it is, and one number or several as such of Python."""
    return value if isinstance(value, str) else np.asarray(value).tolist()


def _linear(node: Any) -> nn.Linear:
    weight = _weights(node.weight)
    _checks.require(weight.dim() == 2, "weight", f"shape {list(weight.shape)}", "[out, in]")
    layer = nn.Linear(weight.shape[1], weight.shape[0], bias=_kind(node) == "Affine")
    layer.weight = weight
    if layer.bias is not None:
        layer.bias = _weights(node.bias)
    return layer


def _convolution(node: Any) -> OverTime:
    weight = _weights(node.weight)
    options = {name: _plain(getattr(node, name)) for name in CONVOLUTION}
    channels = weight.shape[1] * options["groups"]
    layer = nn.Conv2d(channels, len(weight), _plain(weight.shape[2:]), **options)
    layer.weight = weight
    layer.bias = _weights(node.bias)
    return OverTime(layer)


def _pooling(node: Any) -> OverTime:
    sizes = (node.kernel_size, node.stride, node.padding)
    return OverTime(nn.AvgPool2d(*map(_plain, sizes)))


def _flatten(node: Any) -> OverTime:
    ends = (int(node.start_dim), int(node.end_dim))
    return OverTime(nn.Flatten(*(axis + 1 if axis >= 0 else axis for axis in ends)))


WITHOUT_MEMORY = {
    "Linear": _linear,
    "Affine": _linear,
    "Conv2d": _convolution,
    "AvgPool2d": _pooling,
    "Flatten": _flatten,
}


def _numbers(value: Any) -> Tensor:
    """Return what each neuron has, in float64; one number if all have the same."""
    numbers = torch.as_tensor(np.asarray(value), dtype=torch.float64)
    first = numbers.flatten()[0]
    return first if bool((numbers == first).all()) else numbers


def _gain(r: Any, drive: str, decay: Tensor) -> Tensor:
    """Return what a step multiplies an input with, 1 where it is that but for rounding."""
    gain = _numbers(r) * gains(drive, decay)
    return torch.where((gain - 1).abs() < ROUNDING, 1, gain)


def _spiking(node: Any, rule: Convention, beta: Tensor, first: Tensor | float) -> dict[str, Any]:
    """Return the options of spiking neurons, whose input is multiplied with `first` before."""
    said = {"reset": rule.reset or "hard", "dt": 1.0} | node.metadata
    leak = _numbers(node.v_leak)
    low = _numbers(node.v_reset)
    fits = torch.equal(leak, low) if said["reset"] == "hard" else not (leak.any() or low.any())
    came = f"{low.tolist()} beside a v_leak of {leak.tolist()}"
    _checks.require(fits, "v_reset", came, "the same, and 0 with a soft reset")
    gain = first * _gain(node.r, rule.membrane, beta)
    threshold = (_numbers(node.v_threshold) - leak) / gain
    given = {"beta": beta, "threshold": threshold}
    return {**given, "reset": said["reset"], "dt": float(said["dt"])}


def _lif(node: Any, back: Any, rule: Convention, before: list[nn.Module]) -> nn.Module:
    """Return LIF neurons, which hear each other where a linear node leads back."""
    options = _spiking(node, rule, rule.decays(_numbers(node.tau)), 1.0)
    if back is None:
        return LIF(**options)
    _checks.choice("a way back", _kind(back), ("Linear", "Affine"))
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
    return CuBaLIF(alpha=alpha, **_spiking(node, rule, beta, first))


def _integrator(node: Any, rule: Convention, before: list[nn.Module]) -> LeakyIntegrator:
    """Return leaky integrators; what their input is multiplied with, the weights in front take."""
    beta = rule.decays(_numbers(node.tau))
    leak = _numbers(node.v_leak)
    _checks.require(not leak.any(), "v_leak", leak.tolist(), "0 for LI")
    gain = _gain(node.r, rule.integrator, beta)
    if bool((gain != 1).any()):
        for own in _in_front(before, f"an input times {gain.tolist()}").parameters():
            scaled = own.detach().double().T * gain
            own.data = scaled.T.to(own)
    return LeakyIntegrator(beta=beta, dt=float(node.metadata.get("dt", 1.0)))


def _in_front(before: list[nn.Module], came: str) -> nn.Linear:
    """Return the linear layer in front, which is to take what the neurons cannot."""
    front = before[-1] if before else None
    if not isinstance(front, nn.Linear):
        _checks.fail("input", came, "a linear node in front, which takes it")
    return front
