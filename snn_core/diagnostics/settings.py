"""What can be said of a network without running it: its time constants, its steps, its order."""

from typing import Any

import torch
from torch import Tensor, nn

from ..layers import order_faults
from ..neurons import Neuron

DECAYS = {"beta": "tau_mem", "alpha": "tau_syn", "rho": "tau_adapt"}
FORGOTTEN = 0.01  # share left after a step below which nothing is remembered: tau < dt / 4.6


def of_settings(network: nn.Module, neurons: dict[Neuron[Any], str]) -> list[str]:
    """Return one sentence for each setting that looks wrong; an empty list if none does."""
    found = [f"{got}: expected {expected}" for got, expected in order_faults(network)]
    known = set(network.modules())
    for neuron, name in neurons.items():
        if neuron not in known:
            hidden = "PyTorch cannot train, move or save it; keep it in an nn.ModuleList"
            found.append(f"{name}: hidden in the network: {hidden}")
        found += [f"{name}: {finding}" for finding in _forgetful(neuron)]
    return found + _several_steps(neurons)


def _forgetful(neuron: Neuron[Any]) -> list[str]:
    """Return which of a neuron's decays leave nothing to the next step."""
    found = []
    for decay, tau in DECAYS.items():
        left = getattr(neuron, decay, None)
        if isinstance(left, Tensor) and (left < FORGOTTEN).any():
            least = left.detach().double().min()
            steps = (-1 / torch.log(least)).item()
            shown = f"{decay} is {least:.1g} ({tau} is {steps:.2g} steps)"
            found.append(f"{shown}: everything is forgotten in one step; time constants are in ms")
    return found


def _several_steps(neurons: dict[Neuron[Any], str]) -> list[str]:
    """Return a sentence if neurons differ in the length of their step."""
    by_step: dict[float, list[str]] = {}
    for neuron, name in neurons.items():
        step = getattr(neuron, "dt", None)
        if step is not None:
            by_step.setdefault(float(step), []).append(name)
    if len(by_step) < 2:
        return []
    shown = [f"{step:g} ms ({', '.join(names)})" for step, names in by_step.items()]
    return ["layers differ in dt: " + ", ".join(shown)]
