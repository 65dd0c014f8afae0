"""Measure what a network does on one batch, layer by layer, and say what looks wrong."""

import copy
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor, nn

from . import _checks
from .losses import Objective, count_cross_entropy
from .neurons import LeakyIntegrator, Neuron, Recording

SILENT, SATURATED = 0.9, 0.5  # share of a layer's neurons from which on it is reported
ALWAYS = 0.9  # spikes per step from which on a neuron counts as saturated
CHANGED = 0.01  # dependence on other samples or on the last batch, which should be 0
UPDATE = 0.5  # relative change of the weights from which on an update counts as too large


@dataclass
class LayerReport:
    """What one layer did on the batch.

    Attributes:
        name: the layer's name in the network.
        rate: spikes per neuron and step, in [0, 1]; 0 for a readout that does not spike.
        silent: share of the neurons that never spiked.
        saturated: share of the neurons that spiked in more than `ALWAYS` of all steps.
        membrane: all membrane values ``[T * B * N]``.
        drop: mean fall of the membrane at a spike, above 0 if the reset works; None if nothing
            spiked.
        gradient: norm of the gradient of the loss by the current into the layer.
        spiking: False for a readout that does not spike.
    """

    name: str
    rate: float
    silent: float
    saturated: float
    membrane: Tensor
    drop: float | None
    gradient: float
    spiking: bool

    def findings(self) -> list[str]:
        """Say in one sentence each what looks wrong with this layer."""
        found = []
        if self.spiking and self.silent > SILENT:
            found.append(f"{self.name}: {self.silent:.0%} of the neurons never spike")
        if self.saturated > SATURATED:
            found.append(
                f"{self.name}: {self.saturated:.0%} of the neurons spike at almost every step"
            )
        if self.drop is not None and self.drop <= 0:
            found.append(
                f"{self.name}: a spike raises the membrane by {-self.drop:.2f} "
                "instead of lowering it"
            )
        if self.gradient == 0:
            found.append(f"{self.name}: no gradient arrives")
        return found


@dataclass
class Report:
    """The measurements of `diagnose`.

    Attributes:
        layers: one `LayerReport` per layer of neurons, from input to output.
        loss: the loss on the batch.
        mixing: share of the gradient of one sample's output that falls on other samples, 0 if all
            is well.
        memory: relative change of a layer's output when the same batch is presented a second time,
            0 if all is well.
        update: norm of one update of the weights relative to their own; None without an optimizer.
    """

    layers: list[LayerReport]
    loss: float
    mixing: float
    memory: float
    update: float | None

    @property
    def findings(self) -> list[str]:
        """One sentence for each thing that looks wrong; empty if nothing does."""
        found = [finding for layer in self.layers for finding in layer.findings()]
        if self.mixing > CHANGED:
            found.append(
                f"samples influence each other: {self.mixing:.0%} of one sample's gradient "
                "is on others"
            )
        if self.memory > CHANGED:
            found.append(
                "state leaks between batches: "
                f"on a second run a layer's output changes by {self.memory:.0%}"
            )
        if self.update is not None and self.update > UPDATE:
            found.append(f"one update changes the weights by {self.update:.0%} of their norm")
        return found

    def __str__(self) -> str:
        rows = [
            f"{'layer':<7}{'spikes/step':>12}{'silent':>8}{'saturated':>11}"
            f"{'u mean':>8}{'u max':>8}{'gradient':>10}"
        ]
        for layer in self.layers:
            spikes = (
                f"{layer.rate:>12.3f}{layer.silent:>8.0%}{layer.saturated:>11.0%}"
                if layer.spiking
                else " " * 31
            )
            u = layer.membrane
            rows.append(
                f"{layer.name:<7}{spikes}{u.mean():>8.2f}{u.max():>8.2f}{layer.gradient:>10.1e}"
            )
        update = (
            "" if self.update is None else f", one update changes the weights by {self.update:.0%}"
        )
        rows.append(f"loss {self.loss:.3f}{update}")
        return "\n".join(
            rows + [f"-> {finding}" for finding in self.findings or ["nothing looks wrong"]]
        )


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
    _checks.require(
        inputs.shape[1] > 1, "inputs", f"shape {list(inputs.shape)}", "at least two samples"
    )
    network, optimizer = copy.deepcopy(
        (network, optimizer)
    )  # one call: the copied optimizer holds the copied weights
    network.eval()
    inputs = inputs.detach().clone()
    neurons = {
        name: module for name, module in network.named_modules() if isinstance(module, Neuron)
    }
    _checks.require(
        bool(neurons), "network", type(network).__name__, "a network with neurons of snn_core in it"
    )
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
    return (
        (1 - by_sample[-1] / by_sample.sum().clamp(min=1e-30)).item()
        if by_sample.sum() > 0
        else 0.0
    )


@torch.no_grad()
def _memory(network: nn.Module, neurons: dict[str, Neuron], inputs: Tensor) -> float:
    """Return how much the outputs of the most affected layer change on a second run, as a share.

    Both runs meet the same chance: that of PyTorch's own generator and of those that the neurons
    have.
    """
    runs = []
    own = [
        neuron.generator
        for neuron in neurons.values()
        if getattr(neuron, "generator", None) is not None
    ]
    chance = torch.get_rng_state(), [generator.get_state() for generator in own]
    for _ in range(2):
        outputs: list[Tensor] = []
        handles = [
            neuron.register_forward_hook(partial(_keep, outputs)) for neuron in neurons.values()
        ]
        network(inputs)
        for handle in handles:
            handle.remove()
        runs.append(outputs)
        torch.set_rng_state(chance[0])
        for generator, state in zip(own, chance[1], strict=True):
            generator.set_state(state)
    changes = [
        (second - first).abs().sum() / (second.abs() + first.abs()).sum().clamp(min=1e-30)
        for first, second in zip(*runs, strict=True)
    ]
    return max(changes).item()


def _keep(kept: list[Tensor], _, __, output: Tensor | Recording) -> None:
    kept.append(output if isinstance(output, Tensor) else output.spikes)


def _watched_pass(network, neurons, inputs, labels, loss) -> tuple[list[LayerReport], float]:
    """Run forward and backward once; return what each layer of neurons did, and the loss."""
    currents: dict[str, Tensor] = {}

    def watch(name: str):
        def hook(_, arguments):
            currents[name] = arguments[0]
            arguments[0].requires_grad_() if arguments[0].is_leaf else arguments[0].retain_grad()

        return hook

    handles = [module.register_forward_pre_hook(watch(name)) for name, module in neurons.items()]
    network.zero_grad()
    value = loss(network(inputs), labels)
    if value.requires_grad:
        value.backward()
    for handle in handles:
        handle.remove()
    return [
        _layer(name, neurons[name], current) for name, current in currents.items()
    ], value.item()


@torch.no_grad()
def _layer(name: str, neuron: Neuron, current: Tensor) -> LayerReport:
    gradient = 0.0 if current.grad is None else current.grad.norm().item()
    if isinstance(neuron, LeakyIntegrator):
        return LayerReport(
            name, 0.0, 0.0, 0.0, neuron(current).flatten(), None, gradient, spiking=False
        )
    spikes, membrane, _ = neuron(current, record=True)
    rates = spikes.mean((0, 1)).flatten()
    silent, saturated = (rates == 0).float().mean().item(), (rates > ALWAYS).float().mean().item()
    drop = _drop(spikes, membrane, current, neuron)
    return LayerReport(
        name,
        rates.mean().item(),
        silent,
        saturated,
        membrane.flatten(),
        drop,
        gradient,
        spiking=True,
    )


def _drop(spikes: Tensor, membrane: Tensor, current: Tensor, neuron: Neuron) -> float | None:
    """Return the mean fall of the membrane at a spike, ``u[t] - v[t]``.

    ``v[t]`` is read from the next step: ``(u[t+1] - I[t+1]) / beta``.

    It is None for a neuron without a spike, without memory, or with more than a membrane between
    input and spike.
    """
    fired = spikes[:-1] > 0
    beta = getattr(neuron, "beta", torch.zeros(()))
    if not fired.any() or isinstance(neuron.initial_state(current), tuple) or not (beta > 0).all():
        return None
    state = (membrane[1:] - current[1:]) / beta
    return (membrane[:-1] - state)[fired].mean().item()


def _update(network: nn.Module, optimizer: torch.optim.Optimizer) -> float:
    """Take one optimiser step with the gradients at hand; return its norm over the weights'."""
    before = nn.utils.parameters_to_vector(network.parameters()).detach().clone()
    optimizer.step()
    after = nn.utils.parameters_to_vector(network.parameters()).detach()
    return ((after - before).norm() / before.norm()).item()
