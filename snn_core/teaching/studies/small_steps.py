"""One neuron in small steps of time, with a gradient through all of them: beside EventProp."""

import torch
from torch import Tensor

from ...spike_times import Dynamics


def in_small_steps(
    times: Tensor, weights: Tensor, neuron: Dynamics, *, dt: float, until: float
) -> Tensor:
    """Simulate a neuron by Euler's method; return its spikes in ms, ``[K]``, with a gradient.

    A spike lies between two steps, where a straight line from the membrane before to that after
    meets the threshold. Autograd keeps every step: this is backpropagation through time.

    Args:
        times: of the input spikes in ms, ``[N]``, rounded to whole steps.
        weights: ``[N]``.
        neuron: its constants.
        dt: step in ms.
        until: the end of the simulation in ms.

    Raises:
        RuntimeError: if there is no spike.
    """
    v = i = weights.new_zeros(())
    spikes = []
    arrives = torch.round(times / dt).long()
    for step in range(round(until / dt)):
        i = i + weights[arrives == step].sum() / neuron.tau_syn
        after = v + dt * (i - v / neuron.tau_mem)
        if after.item() >= neuron.threshold:
            share = (neuron.threshold - v) / (after - v)
            spikes.append(dt * (step + share))
            after = dt * (1 - share) * i
        v = after
        i = i * (1 - dt / neuron.tau_syn)
    return torch.stack(spikes)
