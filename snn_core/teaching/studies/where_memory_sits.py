"""Where a network keeps the past: read it out by a linear probe, and swap it (page 22)."""

import torch
from torch import Tensor, nn

from ...layers.delayed import Delayed
from ...neurons import LeakyIntegrator, Neuron
from ...neurons.states import variables

PARTS = ("neurons", "delays", "readout")


@torch.no_grad()
def run_swapped(network: nn.Sequential, inputs: Tensor, step: int, part: str | None) -> Tensor:
    """Run a network, and from one step on give each sample a part of the memory of another one.

    The other one of a sample is that with the same place from the end of the batch.

    Args:
        network: of layers without a memory, delays, neurons, and a leaky readout; in evaluation.
        inputs: ``[T, B, N]``.
        step: from which on the memory is that of another sample, 1 to T - 1.
        part: "neurons" for the states of what spikes, "delays" for what waits in the delay lines,
            "readout" for the membranes that answer, now and so far; None for nothing.

    Returns:
        The membranes of the readout, ``[T, B, C]``.
    """
    before = inputs[:step]
    after = inputs[step:]
    for layer in network:
        swaps = part is not None and part == _part_of(layer)
        past = before.flip(1) if swaps else before
        if isinstance(layer, Neuron):
            done = layer(past, record=True)
            after = layer(after, done.state)
        elif isinstance(layer, Delayed):
            after = layer(torch.cat([past, after]))[step:]
        else:
            after = layer(after)
        before = layer(past if part == "readout" else before)
    return torch.cat([before, after])


def _part_of(layer: nn.Module) -> str | None:
    """Return the part of the memory that a layer holds, if it holds any."""
    if isinstance(layer, LeakyIntegrator):
        return "readout"
    if isinstance(layer, Neuron):
        return "neurons"
    return "delays" if isinstance(layer, Delayed) else None


@torch.no_grad()
def kept_at_end(network: nn.Sequential, inputs: Tensor, *, buffers: bool) -> Tensor:
    """Return what the layers in front of the readout keep after the last step, ``[B, F]``.

    Args:
        network: as in `run_swapped`.
        inputs: ``[T, B, N]``.
        buffers: whether what waits in the delay lines counts as well.
    """
    kept = []
    for layer in network[:-1]:
        if isinstance(layer, Delayed) and buffers:
            kept.append(inputs[-layer.steps :].transpose(0, 1).flatten(1))
        if isinstance(layer, Neuron):
            done = layer(inputs, record=True)
            kept += variables(done.state)
        inputs = layer(inputs)
    return torch.cat(kept, 1)


def share_explained(
    features: tuple[Tensor, Tensor], wanted: tuple[Tensor, Tensor], ridge: float = 1.0
) -> list[float]:
    """Return how much of each wanted value a linear probe explains on samples it has not seen.

    Args:
        features: ``[B, F]``, to fit and to test.
        wanted: ``[B, K]``, to fit and to test.
        ridge: weight of the squared weights; features are taken in units of their spread.

    Returns:
        For each of the K, 1 - (squared error) / (variance): 1 if all of it, 0 if nothing.
    """
    centre = features[0].mean(0)
    scale = features[0].std(0).clamp(min=1e-6)
    fit, test = ((each - centre) / scale for each in features)
    level = wanted[0].mean(0)
    gram = fit.T @ fit + ridge * torch.eye(fit.shape[1])
    weights = torch.linalg.solve(gram, fit.T @ (wanted[0] - level))
    left = (wanted[1] - level - test @ weights).square().mean(0)
    return (1 - left / wanted[1].var(0, correction=0)).tolist()
