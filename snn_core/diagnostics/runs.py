"""Find the neurons of a network, wherever they are, and watch every run of them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from torch import Generator, Tensor, nn
from torch.nn.modules.module import register_module_forward_hook
from torch.utils.hooks import RemovableHandle

from ..neurons import Neuron, Recording, SpikingNeuron, given_out
from .report import ALWAYS, LayerReport

Output = Tensor | Recording[Any]
Given = tuple[tuple[Any, ...], dict[str, Any]]


class Run(NamedTuple):
    """One run of a layer of neurons: what came in ``[T, B, …]``, and what they did.

    The spikes of a neuron that does not spike are None.
    """

    name: str
    neuron: Neuron[Any]
    current: Tensor
    spikes: Tensor | None
    membrane: Tensor


class Found(NamedTuple):
    """The neurons of a network with their names, what each run gave out, and the network's output.

    The names of neurons that are hidden from PyTorch, in a list of Python for example, say so.
    """

    names: dict[Neuron[Any], str]
    outputs: list[Tensor]
    output: object


def find_neurons(network: nn.Module, inputs: Tensor) -> Found:
    """Run a network; find its neurons, those that PyTorch knows and those that run."""
    parts = network.named_modules()
    names = {part: name or _kind(part) for name, part in parts if isinstance(part, Neuron)}
    known = len(names)
    outputs: list[Tensor] = []

    def note(part: nn.Module, _: tuple[object, ...], output: Output) -> None:
        if isinstance(part, Neuron):
            outputs.append(given_out(part, output))
            names.setdefault(part, f"{_kind(part)}, hidden {len(names) - known + 1}")

    handle = register_module_forward_hook(note)
    try:
        return Found(names, outputs, network(inputs))
    finally:
        handle.remove()


def _kind(part: nn.Module) -> str:
    return type(part).__name__


@contextmanager
def watch_runs(names: dict[Neuron[Any], str]) -> Iterator[list[Run]]:
    """Collect each run of these neurons inside the block, in the order in which they end.

    The currents keep their gradient. The runs of a neuron that has several are numbered.
    """
    runs: list[Run] = []
    handles = []
    for neuron, name in names.items():
        handles += _watch(neuron, name, runs)
    try:
        yield runs
    finally:
        for handle in handles:
            handle.remove()
        _number(runs)


def _watch(neuron: Neuron[Any], name: str, runs: list[Run]) -> list[RemovableHandle]:
    """Add each run of a neuron to `runs`; return the handles of the hooks that do it."""
    asked: list[tuple[Tensor, bool]] = []

    def before(_: nn.Module, arguments: tuple[Any, ...], options: dict[str, Any]) -> Given:
        current = arguments[0] if arguments else options["current"]
        if current.is_leaf:
            current.requires_grad_()
        else:
            current.retain_grad()
        asked.append((current, options.get("record", False)))
        if not isinstance(neuron, SpikingNeuron):
            return arguments, options
        return arguments, options | {"record": True}

    def after(_: nn.Module, __: tuple[object, ...], output: Output) -> Output:
        current, record = asked.pop()
        handed_on = given_out(neuron, output)
        if isinstance(output, Tensor) or not isinstance(neuron, SpikingNeuron):
            runs.append(Run(name, neuron, current, None, handed_on.detach()))
            return output
        spikes = output.spikes.detach()
        runs.append(Run(name, neuron, current, spikes, output.membrane.detach()))
        return output if record else handed_on

    first = neuron.register_forward_pre_hook(before, with_kwargs=True)
    return [first, neuron.register_forward_hook(after)]


def _number(runs: list[Run]) -> None:
    """Number the runs of each neuron that has several: "1, run 1", "1, run 2"."""
    totals = Counter(run.name for run in runs)
    met: Counter[str] = Counter()
    for place, run in enumerate(runs):
        met[run.name] += 1
        if totals[run.name] > 1:
            runs[place] = run._replace(name=f"{run.name}, run {met[run.name]}")


def summary(run: Run) -> LayerReport:
    """Return what one run of a layer of neurons looks like in numbers."""
    gradient = 0.0 if run.current.grad is None else run.current.grad.norm().item()
    u = run.membrane.flatten()
    if run.spikes is None:
        return LayerReport(run.name, 0.0, 0.0, 0.0, u, None, gradient, spiking=False)
    rates = run.spikes.mean((0, 1)).flatten()
    rate = rates.mean().item()
    drop = _drop(run, run.spikes[:-1] > 0)
    silent = (rates == 0).float().mean().item()
    saturated = (rates > ALWAYS).float().mean().item()
    return LayerReport(run.name, rate, silent, saturated, u, drop, gradient, spiking=True)


def _drop(run: Run, fired: Tensor) -> float | None:
    """Return the mean fall of the membrane where a neuron `fired`, ``u[t] - v[t]``.

    ``v[t]`` is read from the next step: ``(u[t+1] - I[t+1]) / beta``.

    It is None for a neuron without a spike, without memory, or with more than a membrane between
    input and spike.
    """
    beta = getattr(run.neuron, "beta", torch.zeros(()))
    forgets = not (beta > 0).all()
    several = isinstance(run.neuron.initial_state(run.current), tuple)
    if forgets or several or not fired.any():
        return None
    state = (run.membrane[1:] - run.current[1:]) / beta
    fall = run.membrane[:-1] - state
    return fall[fired].mean().item()


@contextmanager
def kept_chance(parts: Iterable[nn.Module]) -> Iterator[None]:
    """Put back, after the block, PyTorch's own chance and the generators that these parts hold."""
    parts = set(parts)
    held = [value for part in parts for value in vars(part).values()]
    sources = [value for value in held if isinstance(value, Generator)]
    states = [source.get_state() for source in sources]
    tensors = [tensor for part in parts for tensor in part.parameters()]
    devices = {tensor.device.index for tensor in tensors if tensor.is_cuda}
    try:
        with torch.random.fork_rng(devices):
            yield
    finally:
        for source, state in zip(sources, states, strict=True):
            source.set_state(state)
