"""The constants of the nodes that neurons become."""

from typing import Any

import torch
from torch import Tensor

from .. import _checks
from ..neurons import CuBaLIF, IntegrateAndFire
from .convention import Convention, gains


def leak(decay: Tensor, rule: Convention, drive: str) -> tuple[dict[str, Tensor], Tensor]:
    """Return the constants of a leaky membrane, and what its input is multiplied with then."""
    _checks.require(bool((decay < 1).all()), "beta", decay.tolist(), "a decay below 1")
    gain = gains(drive, decay)
    r = torch.ones_like(gain)
    if drive == "current":  # r makes up for what a step does to an input
        r = 1 / gain
        gain = torch.ones_like(gain)
    return {"tau": rule.times(decay), "r": r, "v_leak": torch.zeros_like(r)}, gain


def full(constants: dict[str, Tensor], shape: torch.Size) -> dict[str, Any]:
    """Return one number for each neuron of a sample."""
    values = {}
    for name, value in constants.items():
        exact = value.detach().cpu().double()
        values[name] = exact.expand(shape).clone().numpy()
    return values


def leaky(layer: IntegrateAndFire[Any], rule: Convention) -> dict[str, Tensor]:
    """Return the constants of a node of LIF neurons."""
    own, gain = leak(layer.beta, rule, rule.membrane)
    own["v_reset"] = own["v_leak"]
    threshold = layer.constant("threshold")
    own["v_threshold"] = gain * threshold
    return own


def without_leak(layer: IntegrateAndFire[Any], rule: Convention) -> dict[str, Tensor]:
    """Return the constants of a node of IF neurons, whose `r` makes up for the step."""
    rest = torch.zeros_like(layer.beta)
    step = rule.integral(rule.membrane)
    threshold = layer.constant("threshold")
    return {"r": rest + 1 / step, "v_reset": rest, "v_threshold": threshold}


def synaptic(layer: CuBaLIF, rule: Convention) -> dict[str, Tensor]:
    """Return the constants of a node of neurons with a synapse."""
    own = leaky(layer, rule)
    synapse, first = leak(layer.alpha, rule, rule.synapse)
    own["tau_mem"] = own.pop("tau")
    own["tau_syn"] = synapse["tau"]
    own["w_in"] = synapse["r"]
    threshold = own["v_threshold"]
    threshold = threshold * first
    closed = 1 - layer.alpha
    own["v_threshold"] = threshold / closed
    return own
