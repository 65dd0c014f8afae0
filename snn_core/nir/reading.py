"""From a graph to a network."""

from collections.abc import Iterator
from typing import Any

from torch import nn

from .. import _checks
from .convention import WRITERS, Convention, chosen
from .nodes import kind_of, layer_of

Stage = tuple[str, Any, Any]  # of the way through a graph: name, node, and a linear node back to it


def from_nir(graph: Any, *, writer: str | Convention = "snn_core") -> nn.Sequential:
    """Return the network that a graph of NIR describes, for inputs ``[T, B, …]``.

    What a step multiplies an input with goes into the threshold of spiking neurons, and into the
    weights in front of leaky integrators; a `v_leak` that is the `v_reset` as well, into the
    threshold. So the membranes may be in another unit, and shifted. The spikes are the same.

    Args:
        graph: an ``nir.NIRGraph``, such as ``nir.read(path)`` returns: a row of Linear, Affine,
            Conv2d, AvgPool2d, SumPool2d, Flatten, LIF, IF, CubaLIF, LI, CubaLI and of such graphs;
            a linear node may lead from an LIF or IF node back to it. A CubaLI node becomes two
            leaky integrators, its synapse and its membrane.
        writer: a name from `WRITERS`, or a `Convention`; what a node says in its metadata, as
            `to_nir` has it, goes first.

    Returns:
        A network with the weights in the dtype that they have in the graph.

    Raises:
        ValueError: for a graph that branches, for what no neuron here can be, or what has not been
            compared with its writer, by node.

    Reference: Pedersen et al. 2024.
    """
    rule = chosen("writer", writer, WRITERS)
    kind = kind_of(graph)
    _checks.require(kind == "NIRGraph", "graph", kind, "an nir.NIRGraph")
    layers: list[nn.Module] = []
    for name, node, back in _row(graph):
        try:
            layer = layer_of(node, back, rule, layers)
        except (RuntimeError, ValueError) as problem:
            came = f"{kind_of(node)} at node {name}"
            _checks.fail("graph", came, f"what is known here ({problem})")
        layers.append(layer)
    return nn.Sequential(*layers)


def _row(graph: Any, place: str = "") -> Iterator[Stage]:
    """Yield the nodes on the one way from input to output, those of inner graphs as well."""
    after: dict[str, list[str]] = {name: [] for name in graph.nodes}
    edges = map(tuple, graph.edges)
    for source, target in dict.fromkeys(edges):  # each once: some are written twice
        after[source].append(target)
    left = dict(graph.nodes)
    ahead = [name for name, node in left.items() if kind_of(node) == "Input"]
    while ahead:
        name = ahead[0]
        came = " and ".join(place + one for one in ahead)
        came = f"{came} side by side"
        alone = len(ahead) == 1
        _checks.require(alone, "graph", came, "no branch: one node behind the other")
        came = f"a loop back to {place}{name}"
        _checks.require(name in left, "graph", came, "one over a linear node, to LIF or IF only")
        node = left.pop(name)
        new = [other for other in after[name] if other in left]
        back = [other for other in new if after[other] == [name]]
        came = f"{back} back to {place}{name}"
        _checks.require(len(back) < 2, "graph", came, "one at most")
        loop = left.pop(back[0]) if back else None
        if kind_of(node) == "NIRGraph":
            yield from _row(node, f"{place}{name}.")
        elif kind_of(node) not in ("Input", "Output"):
            yield place + name, node, loop
        ahead = [other for other in after[name] if other not in back]
    _checks.require(not left, "graph", f"{sorted(left)} aside", "all on one way from an input")
