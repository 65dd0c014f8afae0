"""Backpropagation through time behind the interface of the online learners, whole or cut into chunks."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from .. import _checks
from .network import count_error


class ChunkedBPTT:
    """Train two layers by BPTT through chunks of a sequence: spikes and states go on to the next, gradients do not.

    At the end of each chunk the error of the counts so far, scaled to the whole sequence, goes back to its beginning;
    then the chunk is forgotten. One chunk for the whole sequence is BPTT of the cross-entropy of the counts.

    Args:
        network: ``nn.Linear``, `LIF`, ``nn.Linear``, `LIF`.
        steps: of a chunk, at least 1.
        error: turns spike counts ``[B, C]`` and labels ``[B]`` into the error dL/dz, ``[B, C]``.

    Raises:
        ValueError: for a number of steps below 1.

    Reference: Williams and Peng 1990 (truncated backpropagation through time).
    """

    def __init__(self, network: nn.Sequential, steps: int, error: Callable[[Tensor, Tensor], Tensor] = count_error):
        _checks.whole("steps", steps)
        self.network, self.steps, self.error = network, steps, error

    def run(self, inputs: Tensor, labels: Tensor) -> Tensor:
        """Run a sequence ``[T, B, N]``, adding gradients to ``.grad``; return the output's spikes ``[T, B, C]``.

        Raises:
            ValueError: for an input that is not ``[T, B, N]``.
        """
        _checks.sequence("inputs", inputs)
        first, hidden, second, output = self.network
        states, counts, spikes = (None, None), 0.0, []
        for chunk in inputs.split(self.steps):
            below = hidden(first(chunk), states[0], record=True)
            above = output(second(below.spikes), states[1], record=True)
            spikes.append(above.spikes.detach())
            counts = counts + spikes[-1].sum(0)
            share = sum(map(len, spikes)) / len(inputs)
            (self.error(counts / share, labels) * above.spikes.sum(0)).sum().backward()
            states = below.state.detach(), above.state.detach()
        return torch.cat(spikes)
