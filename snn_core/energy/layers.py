"""What one run of one layer costs, in operations: weights, pooling windows, neurons."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.parametrize import ParametrizationList

from .. import _checks
from ..layers import DropoutOverTime, OverTime, Repeat
from ..neurons import (
    Izhikevich,
    Neuron,
    Recording,
    RecurrentAdaptiveLIF,
    RecurrentLIF,
    SpikingNeuron,
)
from ..neurons.states import variables

CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
WEIGHTED = (nn.Linear, *CONVOLUTIONS)
NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
POOLS = (nn.AvgPool2d, nn.MaxPool2d)
RECURRENT = (RecurrentLIF, RecurrentAdaptiveLIF)
DROPOUTS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, DropoutOverTime)
FREE = (
    *DROPOUTS,
    nn.Identity,
    nn.ReLU,
    nn.Flatten,
    nn.Unflatten,
    OverTime,
    Repeat,
    ParametrizationList,
)


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


class Run(NamedTuple):
    """One run of a layer: what it got first, the state if it is a neuron, what it gave out."""

    values: Tensor
    state: Any
    output: Any


def _weights(layer: nn.Module, run: Run) -> Operations:
    """Count a linear layer, a convolution or a batch norm."""
    active = run.values != 0
    met = _synapses(layer, active)
    done = Operations(additions=met) if driven_by_spikes(run.values) else Operations(macs=met)
    norm = isinstance(layer, NORMS)
    sums = run.output.numel() if norm or layer.bias is not None else 0
    done += Operations(sums=sums, reads=met + sums, parameters=_parameters(layer))
    if not norm:  # which works where the values are: nothing is sent
        done += Operations(received=int(active.sum()), inputs=active.numel())
    return done + Operations(dense=_synapses(layer, torch.ones_like(active)))


def driven_by_spikes(values: Tensor) -> bool:
    """Say whether all values are 0 or 1."""
    return bool(((values == 0) | (values == 1)).all())


def _synapses(layer: Any, active: Tensor) -> int:
    """Return how many synapses lead on from all active values; from 0 in the padding, none."""
    if isinstance(layer, nn.Linear):
        return int(active.sum() * layer.out_features)
    if isinstance(layer, NORMS):
        return int(active.sum())
    one = _summed(active, layer.weight.dim() - 1)
    kernel = torch.ones(layer.groups, *layer.weight.shape[1:], dtype=one.dtype)
    per_channel = layer._conv_forward(one, kernel, None)
    return int(per_channel.sum() * (layer.out_channels // layer.groups))


def _summed(active: Tensor, axes: int) -> Tensor:
    """Return how often each place is active, ``[1, C, …]``; in float64, which is exact to 2^53."""
    return active.reshape(-1, *active.shape[-axes:]).sum(0, keepdim=True).cpu().double()


def _parameters(layer: Any) -> int:
    """Return how many parameters are kept; of a batch norm, a factor and a sum for each channel."""
    if isinstance(layer, NORMS):
        return int(2 * layer.num_features)
    own = [layer.weight] if layer.bias is None else [layer.weight, layer.bias]
    return sum(each.numel() for each in own)


def _windows(layer: Any, run: Run) -> Operations:
    """Count pooling: an addition, or comparison, for each value that is not 0 and its windows."""
    _checks.require(
        getattr(layer, "dilation", 1) == 1, "network", layer, "pooling without dilation"
    )
    active = _summed(run.values != 0, 3)
    shape = (layer.kernel_size, layer.stride, layer.padding, layer.ceil_mode)
    in_windows = F.avg_pool2d(active, *shape, divisor_override=1)
    return Operations(sums=int(in_windows.sum()))


def _states(neuron: Neuron[Any], run: Run) -> Operations:
    """Count the states of neurons, their spikes, and what they hear of each other."""
    expected = "neurons whose states each cost a product and a sum"
    _checks.require(not isinstance(neuron, Izhikevich), "network", type(neuron).__name__, expected)
    size = run.values.numel()
    steps, images = run.values.shape[:2]
    rest = neuron.initial_state(run.values)
    kept = len(variables(rest)) - ("spikes" in getattr(rest, "_fields", ()))
    decays = kept * size - steps * images * _integrators(neuron, run.values)
    states = kept * run.values[0, 0].numel()
    done = Operations(updates=kept * size, decays=decays, states=states) + _constants(neuron, size)
    if isinstance(neuron, SpikingNeuron):
        done += Operations(spikes=int(spikes_of(run.output).count_nonzero()))
    return done + _heard(neuron, run) if isinstance(neuron, RECURRENT) else done


def _constants(neuron: Neuron[Any], size: int) -> Operations:
    """Count the constants that differ from neuron to neuron; the others stay in registers."""
    own = [getattr(neuron, name, None) for name in neuron.per_neuron]
    differing = [each for each in own if isinstance(each, Tensor) and each.dim() > 0]
    parameters = sum(each.numel() for each in differing)
    return Operations(reads=len(differing) * size, parameters=parameters)


def _integrators(neuron: Neuron[Any], current: Tensor) -> int:
    """Return how many neurons have a membrane that does not leak."""
    beta = getattr(neuron, "beta", torch.zeros(()))
    return int(torch.broadcast_to(beta == 1, current.shape[2:]).sum())


def spikes_of(output: Tensor | Recording[Any]) -> Tensor:
    """Return the spikes that neurons gave out, recorded or not."""
    return output.spikes if isinstance(output, Recording) else output


def _heard(neuron: RecurrentLIF | RecurrentAdaptiveLIF, run: Run) -> Operations:
    """Count what neurons hear of their spikes of the step before; nobody hears the last ones."""
    heard = int(spikes_of(run.output)[:-1].count_nonzero())
    if run.state is not None:
        heard += int(run.state.spikes.count_nonzero())
    weight = neuron.weight
    targets = len(weight) if weight.dim() == 2 else 1
    size = run.values.numel()
    additions = heard * targets
    return Operations(
        additions=additions,
        dense=size * targets,
        reads=additions,
        received=heard,
        inputs=size,
        parameters=weight.numel(),
    )


Measure = Callable[[Any, Run], Operations]
MEASURES: list[tuple[Any, Measure]] = [
    ((*WEIGHTED, *NORMS), _weights),
    (POOLS, _windows),
    (Neuron, _states),
]
