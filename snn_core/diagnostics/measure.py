"""Measure what a network does on one batch, layer by layer, on a copy of it."""

import copy
from typing import Any

import torch
from torch import Tensor, nn

from .. import _checks
from ..layers import require_order
from ..losses import Objective, count_cross_entropy
from ..neurons import Neuron, watch_outputs
from .report import Report
from .runs import Found, Run, find_neurons, kept_chance, summary, watch_runs
from .settings import of_settings

TINY = 1e-30  # in place of a sum of 0 that something is divided by


def diagnose(
    network: nn.Module,
    inputs: Tensor,
    labels: Tensor,
    *,
    loss: Objective = count_cross_entropy,
    optimizer: torch.optim.Optimizer | None = None,
) -> Report:
    """Measure spikes, membranes, gradients and the independence of samples on one batch.

    All of it happens on a copy: the network, its gradients, the optimizer, the inputs and all
    sources of chance stay as they are.

    Args:
        network: maps `inputs` ``[T, B, …]`` to an output ``[T, B, C]``; its neurons are those of
            `neurons`, wherever they are in it.
        inputs: an encoded batch of at least two samples.
        labels: integers ``[B]``.
        loss: the objective that the network is trained with.
        optimizer: if given, one update is tried, to measure how far it moves the weights.

    Returns:
        A `Report`; print it.

    Raises:
        ValueError: for inputs that are not ``[T, B, …]`` or that the network does not take, a batch
            of one sample, labels that do not fit, a loss that is no number, or a network without
            neurons.
    """
    _require_batch(network, inputs, labels)
    _checks.require(callable(loss), "loss", repr(loss), "an objective")
    fits = optimizer is None or isinstance(optimizer, torch.optim.Optimizer)
    _checks.require(fits, "optimizer", repr(optimizer), "an optimizer of PyTorch or None")
    # In one call, so that the copied optimizer holds the copied weights.
    network, optimizer = copy.deepcopy((network, optimizer))
    network.eval()
    inputs = inputs.detach().clone()
    with torch.enable_grad(), kept_chance(network.modules()):
        return _measured(network, inputs, labels, loss, optimizer)


def _require_batch(network: nn.Module, inputs: Tensor, labels: Tensor) -> None:
    """Require a module, a batch ``[T, B, …]`` of at least two samples, and labels ``[B]``."""
    _checks.module("network", network)
    _checks.sequence("inputs", inputs)
    shape = list(inputs.shape)
    _checks.require(shape[1] > 1, "inputs", f"shape {shape}", "at least two samples")
    is_tensor = isinstance(labels, Tensor)
    _checks.require(is_tensor, "labels", type(labels).__name__, "a torch tensor")
    came = list(labels.shape)
    if came == shape[:1] != shape[1:2]:
        got = f"shape {shape} with {came[0]} labels"
        _checks.fail("inputs", got, "time first, [T, B, …]; see torch.transpose")
    _checks.require(came[:1] == shape[1:2], "labels", f"shape {came}", f"{shape[1]} labels")


def _measured(
    network: nn.Module,
    inputs: Tensor,
    labels: Tensor,
    loss: Objective,
    optimizer: torch.optim.Optimizer | None,
) -> Report:
    """Measure one thing after the other, each of them with the same chance."""
    unused = copy.deepcopy(network)
    with kept_chance(network.modules()):
        found = _first_run(network, inputs)
    neurons = found.names
    parts = {*network.modules(), *neurons}
    with kept_chance(parts):
        memory = _memory(network, found, inputs)
    with kept_chance(parts):
        mixing = _mixing(network, inputs)
    with kept_chance(parts):
        runs, value = _watched_pass(network, neurons, inputs, labels, loss)
    layers = [summary(run) for run in runs]
    update = None if optimizer is None else _update(network, optimizer)
    ran = {run.neuron for run in runs}
    notes = of_settings(network, neurons) + _of_size(unused, inputs)
    notes += [f"{name}: never runs" for neuron, name in neurons.items() if neuron not in ran]
    return Report(layers, value, mixing, memory, update, notes)


@torch.no_grad()
def _first_run(network: nn.Module, inputs: Tensor) -> Found:
    """Run a network and find its neurons. Require that it has some, and an output of samples."""
    came = list(inputs.shape)
    try:
        found = find_neurons(network, inputs)
    except Exception as problem:
        require_order(network)  # what is known to be wrong says more
        if type(problem) is not RuntimeError:
            raise
        _checks.fail("inputs", f"{inputs.dtype} {came}", f"what the network takes ({problem})")
    expected = "a network with neurons of snn_core in it"
    _checks.require(bool(found.names), "network", type(network).__name__, expected)
    shape = list(getattr(found.output, "shape", []))
    if shape[1:2] != came[1:2]:
        require_order(network)
        kind = type(found.output).__name__
        _checks.fail("network", f"an output {kind} {shape}", f"a tensor [T, {came[1]}, C]")
    return found


@torch.no_grad()
def _of_size(network: nn.Module, inputs: Tensor) -> list[str]:
    """Return a sentence if the network works for this number of samples, but not for one less."""
    samples = inputs.shape[1]
    wrong = f"the network takes {samples} samples, but not {samples - 1}"
    try:
        output = network(inputs[:, :-1])
    except (RuntimeError, ValueError, IndexError) as problem:
        return [f"{wrong}: {problem}"]
    came = list(output.shape)
    return [] if came[1] == samples - 1 else [f"{wrong}: an output {came}"]


def _mixing(network: nn.Module, inputs: Tensor) -> float:
    """Return the share of the last sample's gradient that falls on the other samples' inputs."""
    inputs = inputs.detach().clone().requires_grad_()
    answer = network(inputs)[:, -1].sum()
    if answer.requires_grad:
        answer.backward()
    if inputs.grad is None:
        return 0.0
    by_sample = inputs.grad.abs().transpose(0, 1).flatten(1).sum(1)
    total = by_sample.sum()
    if total == 0:
        return 0.0
    own = by_sample[-1] / total.clamp(min=TINY)
    return (1 - own).item()


@torch.no_grad()
def _memory(network: nn.Module, found: Found, inputs: Tensor) -> float:
    """Return how much the outputs of the most affected layer change on a second run, as a share.

    Both runs meet the same chance: that of PyTorch's own generator and of those that the parts of
    the network have.
    """
    with watch_outputs(found.names) as outputs:
        network(inputs)
    pairs = zip(found.outputs, outputs, strict=True)
    return max((_change(first, second) for first, second in pairs), default=0.0)


def _change(first: Tensor, second: Tensor) -> float:
    """Return the sum of all differences, relative to the sum of both."""
    difference = (second - first).abs().sum()
    both = (second.abs() + first.abs()).sum()
    return (difference / both.clamp(min=TINY)).item()


def _watched_pass(
    network: nn.Module,
    neurons: dict[Neuron[Any], str],
    inputs: Tensor,
    labels: Tensor,
    loss: Objective,
) -> tuple[list[Run], float]:
    """Run forward and backward once; return what each layer of neurons did, and the loss."""
    network.zero_grad()
    with watch_runs(neurons) as runs:
        output = network(inputs)
    value = loss(output, labels)
    fits = isinstance(value, Tensor) and value.numel() == 1
    got = f"a result {list(value.shape)}" if isinstance(value, Tensor) else type(value).__name__
    _checks.require(fits, "loss", got, "an objective that returns a scalar tensor")
    if value.requires_grad:
        torch.autograd.backward(value)
    return runs, value.item()


def _update(network: nn.Module, optimizer: torch.optim.Optimizer) -> float:
    """Take one optimiser step with the gradients at hand; return its norm over the weights'."""
    before = nn.utils.parameters_to_vector(network.parameters()).detach().clone()
    optimizer.step()
    after = nn.utils.parameters_to_vector(network.parameters()).detach()
    moved = (after - before).norm()
    return float(moved / before.norm().clamp(min=TINY))
