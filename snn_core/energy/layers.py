"""What one run of one layer costs, in operations: weights, pooling windows, neurons."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrize import ParametrizationList

from .. import _checks
from ..neurons import (
    Izhikevich,
    Neuron,
    Recording,
    RefractoryLIF,
    ResonateAndFire,
    SpikingNeuron,
)
from ..neurons.feedback import Recurrent
from ..neurons.states import variables

WEIGHTED = (nn.Linear, nn.Conv1d, nn.Conv2d, nn.Conv3d)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
OTHERWISE = (Izhikevich, RefractoryLIF, ResonateAndFire)  # do more, or less, than that per state
DROPOUTS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d)
FREE = (*DROPOUTS, nn.Identity, nn.ReLU, nn.Flatten, nn.Unflatten, ParametrizationList)


@dataclass(frozen=True)
class Operations:
    """What a layer or a network does, for all images of a batch; what it keeps, once.

    Attributes:
        additions: one for each spike and synapse that it meets.
        macs: multiply-accumulates, one for each value that is not 0 and synapse that it meets.
        dense: synapses at work if nothing is skipped, neither silence nor 0.
        sums: further additions: of biases, at every step, and in pooling windows, one (or one
            comparison) for each value that is not 0 and window that it lies in.
        updates: of states, one for each variable, neuron and step.
        decays: updates that multiply by a decay; without a leak there is nothing to multiply.
        reads: of parameters: one for each addition of a synapse, multiply-accumulate and bias, and
            of each constant that differs from neuron to neuron at every step.
        spikes: sent by neurons.
        received: values that are not 0, spikes or others, that come to a layer with weights.
        inputs: all values that come to it, with those that are 0.
        parameters: weights, biases, and constants that differ from neuron to neuron.
        states: variables that neurons keep for one image. (The spikes of the step before, which a
            recurrent neuron hears, are messages.)
    """

    additions: int = 0
    macs: int = 0
    dense: int = 0
    sums: int = 0
    updates: int = 0
    decays: int = 0
    reads: int = 0
    spikes: int = 0
    received: int = 0
    inputs: int = 0
    parameters: int = 0
    states: int = 0

    def __add__(self, other: "Operations") -> "Operations":
        names = [field.name for field in fields(self)]
        return Operations(*(getattr(self, name) + getattr(other, name) for name in names))


def driven_by_spikes(values: Tensor) -> bool:
    """Say whether all values are 0 or 1."""
    return bool(((values == 0) | (values == 1)).all())


def _weights(layer: Any, values: Tensor, _state: Any, output: Tensor) -> Operations:
    """Count a linear layer or a convolution."""
    active = values != 0
    met = _synapses(layer, active)
    done = Operations(additions=met) if driven_by_spikes(values) else Operations(macs=met)
    done += Operations(dense=_synapses(layer, torch.ones_like(active)), reads=met)
    done += Operations(received=int(active.sum()), inputs=active.numel())
    if layer.bias is not None:
        sums = output.numel()
        done += Operations(sums=sums, reads=sums, parameters=layer.bias.numel())
    return done + Operations(parameters=layer.weight.numel())


def _synapses(layer: Any, active: Tensor) -> int:
    """Return how many synapses lead on from all active values; from 0 in the padding, none."""
    if isinstance(layer, nn.Linear):
        return int(active.sum() * layer.out_features)
    one = _summed(active, layer.weight.dim() - 1)
    kernel = torch.ones(layer.groups, *layer.weight.shape[1:], dtype=one.dtype)
    per_channel = layer._conv_forward(one, kernel, None)
    return int(per_channel.sum() * (layer.out_channels // layer.groups))


def _summed(active: Tensor, axes: int) -> Tensor:
    """Return how often each place is active, ``[1, C, …]``; in float64, which is exact to 2^53."""
    return active.reshape(-1, *active.shape[-axes:]).sum(0, keepdim=True).cpu().double()


def _norm(layer: Any, values: Tensor, *_: Any) -> Operations:
    """Count a batch norm: for each value a factor and a sum, where it is; nothing is sent."""
    size = values.numel()
    met = int(values.count_nonzero())
    kept = 2 * layer.num_features
    return Operations(macs=met, dense=size, sums=size, reads=met + size, parameters=kept)


def _windows(layer: Any, values: Tensor, *_: Any) -> Operations:
    """Count pooling: an addition, or comparison, for each value that is not 0 and its windows."""
    gaps = getattr(layer, "dilation", 1)
    _checks.require(gaps == 1, "network", layer, "pooling without dilation")
    active = _summed(values != 0, 3)
    shape = (layer.kernel_size, layer.stride, layer.padding, layer.ceil_mode)
    return Operations(sums=int(F.avg_pool2d(active, *shape, divisor_override=1).sum()))


def _states(neuron: Neuron[Any], values: Tensor, _state: Any, output: Any) -> Operations:
    """Count the states of neurons, their own constants, and their spikes."""
    expected = "neurons whose states each cost a product and a sum"
    _checks.require(not isinstance(neuron, OTHERWISE), "network", type(neuron).__name__, expected)
    steps, images, *sample = values.shape
    size = values.numel()
    rest = neuron.initial_state(values)
    kept = len(variables(rest)) - ("spikes" in getattr(rest, "_fields", ()))
    beta = getattr(neuron, "beta", torch.zeros(()))
    without_leak = int(torch.broadcast_to(beta == 1, sample).sum())
    decays = kept * size - steps * images * without_leak
    done = Operations(updates=kept * size, decays=decays, states=kept * values[0, 0].numel())
    for constant in (getattr(neuron, name, None) for name in neuron.per_neuron):
        if isinstance(constant, Tensor) and constant.dim() > 0:  # others stay in registers
            done += Operations(reads=size, parameters=constant.numel())
    if isinstance(neuron, SpikingNeuron):
        done += Operations(spikes=int(spikes_of(output).count_nonzero()))
    return done


def spikes_of(output: Tensor | Recording[Any]) -> Tensor:
    """Return the spikes that neurons gave out, recorded or not."""
    return output.spikes if isinstance(output, Recording) else output


def _recurrence(neuron: Any, values: Tensor, state: Any, output: Any) -> Operations:
    """Count neurons that hear their spikes of the step before; nobody hears the last ones.

    A module that they hear them by is counted by itself, where it runs.
    """
    if neuron.recurrence is not None:
        return _states(neuron, values, state, output)
    heard = int(spikes_of(output)[:-1].count_nonzero())
    if state is not None:
        heard += int(state.spikes.count_nonzero())
    targets = len(neuron.weight) if neuron.all_to_all else 1
    done = Operations(additions=heard * targets, reads=heard * targets, received=heard)
    size = values.numel()
    done += Operations(dense=size * targets, inputs=size, parameters=neuron.weight.numel())
    return done + _states(neuron, values, state, output)


Measure = Callable[[Any, Tensor, Any, Any], Operations]  # of a layer, its input, state, output
MEASURES: list[tuple[Any, Measure]] = [
    (WEIGHTED, _weights),
    (NORMS, _norm),
    ((nn.AvgPool2d, nn.MaxPool2d), _windows),
    (Recurrent, _recurrence),
    (Neuron, _states),
]
