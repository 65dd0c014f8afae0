"""Measure what a network does on one batch, layer by layer, on a copy of it."""

import copy

import torch
from torch import Tensor, nn

from .. import _checks
from ..losses import Objective, count_cross_entropy
from ..neurons import LeakyIntegrator, Neuron, watch_outputs
from .report import ALWAYS, LayerReport, Report

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

    All of it happens on a copy: the network, its gradients and the optimizer stay as they are.

    Args:
        network: maps `inputs` ``[T, B, …]`` to an output ``[T, B, C]``; its neurons are those of
            `neurons`.
        inputs: an encoded batch of at least two samples.
        labels: integers ``[B]``.
        loss: the objective that the network is trained with.
        optimizer: if given, one update is tried, to measure how far it moves the weights.

    Returns:
        A `Report`; print it.

    Raises:
        ValueError: for inputs that are not ``[T, B, …]``, a batch of one sample, labels that do not
            fit, or a network without neurons.
    """
    _checks.sequence("inputs", inputs)
    several = inputs.shape[1] > 1
    _checks.require(several, "inputs", f"shape {list(inputs.shape)}", "at least two samples")
    # In one call, so that the copied optimizer holds the copied weights.
    network, optimizer = copy.deepcopy((network, optimizer))
    network.eval()
    inputs = inputs.detach().clone()
    parts = network.named_modules()
    neurons = {name: part for name, part in parts if isinstance(part, Neuron)}
    expected = "a network with neurons of snn_core in it"
    _checks.require(bool(neurons), "network", type(network).__name__, expected)
    memory = _memory(network, neurons, inputs)
    mixing = _mixing(network, inputs)
    layers, value = _watched_pass(network, neurons, inputs, labels, loss)
    update = None if optimizer is None else _update(network, optimizer)
    return Report(layers, value, mixing, memory, update)


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
def _memory(network: nn.Module, neurons: dict[str, Neuron], inputs: Tensor) -> float:
    """Return how much the outputs of the most affected layer change on a second run, as a share.

    Both runs meet the same chance: that of PyTorch's own generator and of those that the neurons
    have.
    """
    sources = [getattr(neuron, "generator", None) for neuron in neurons.values()]
    sources = [source for source in sources if source is not None]
    states = [source.get_state() for source in sources]
    common = torch.get_rng_state()
    runs = []
    for _ in range(2):
        with watch_outputs(neurons.values()) as outputs:
            network(inputs)
        runs.append(outputs)
        torch.set_rng_state(common)
        for source, state in zip(sources, states, strict=True):
            source.set_state(state)
    changes = [_change(first, second) for first, second in zip(*runs, strict=True)]
    return max(changes)


def _change(first: Tensor, second: Tensor) -> float:
    """Return the sum of all differences, relative to the sum of both."""
    difference = (second - first).abs().sum()
    both = (second.abs() + first.abs()).sum()
    return (difference / both.clamp(min=TINY)).item()


def _watched_pass(network, neurons, inputs, labels, loss) -> tuple[list[LayerReport], float]:
    """Run forward and backward once; return what each layer of neurons did, and the loss."""
    currents: dict[str, Tensor] = {}

    def watch(name: str):
        def hook(_, arguments):
            current = arguments[0]
            currents[name] = current
            if current.is_leaf:
                current.requires_grad_()
            else:
                current.retain_grad()

        return hook

    handles = [neuron.register_forward_pre_hook(watch(name)) for name, neuron in neurons.items()]
    network.zero_grad()
    value = loss(network(inputs), labels)
    if value.requires_grad:
        value.backward()
    for handle in handles:
        handle.remove()
    layers = [_layer(name, neurons[name], current) for name, current in currents.items()]
    return layers, value.item()


@torch.no_grad()
def _layer(name: str, neuron: Neuron, current: Tensor) -> LayerReport:
    """Run one layer of neurons again on its current; return what it did."""
    gradient = 0.0 if current.grad is None else current.grad.norm().item()
    if isinstance(neuron, LeakyIntegrator):
        membrane = neuron(current)
        rate = silent = saturated = 0.0
        drop = None
    else:
        spikes, membrane, _ = neuron(current, record=True)
        rates = spikes.mean((0, 1)).flatten()
        rate = rates.mean().item()
        silent = (rates == 0).float().mean().item()
        saturated = (rates > ALWAYS).float().mean().item()
        drop = _drop(spikes, membrane, current, neuron)
    spiking = not isinstance(neuron, LeakyIntegrator)
    u = membrane.flatten()
    return LayerReport(name, rate, silent, saturated, u, drop, gradient, spiking)


def _drop(spikes: Tensor, membrane: Tensor, current: Tensor, neuron: Neuron) -> float | None:
    """Return the mean fall of the membrane at a spike, ``u[t] - v[t]``.

    ``v[t]`` is read from the next step: ``(u[t+1] - I[t+1]) / beta``.

    It is None for a neuron without a spike, without memory, or with more than a membrane between
    input and spike.
    """
    fired = spikes[:-1] > 0
    beta = getattr(neuron, "beta", torch.zeros(()))
    forgets = not (beta > 0).all()
    if forgets or not fired.any() or isinstance(neuron.initial_state(current), tuple):
        return None
    state = (membrane[1:] - current[1:]) / beta
    fall = membrane[:-1] - state
    return fall[fired].mean().item()


def _update(network: nn.Module, optimizer: torch.optim.Optimizer) -> float:
    """Take one optimiser step with the gradients at hand; return its norm over the weights'."""
    before = nn.utils.parameters_to_vector(network.parameters()).detach().clone()
    optimizer.step()
    after = nn.utils.parameters_to_vector(network.parameters()).detach()
    moved = (after - before).norm()
    return (moved / before.norm()).item()
