"""Networks that have to remember a cue (page 13)."""

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import one_hot

from ...neurons import LeakyIntegrator, RecurrentAdaptiveLIF
from ...tasks import DelayedRecall
from ...training import seed_torch

NEURONS = 36
TAU_MEM = 20.0
DT = 5.0  # both in ms


def recall_weights(seed: int, group: Tensor, among: float) -> tuple[Tensor, ...]:
    """Return weights from the inputs, among the neurons, to the readout, and random ones back.

    A third of the neurons hears each group of inputs, and no other inputs.

    Args:
        seed: draws the weights.
        group: the group of each input, ``[N]``, of three.
        among: the largest size of a weight among the neurons.
    """
    generator = seed_torch(seed)
    hears = (torch.arange(NEURONS) // (NEURONS // 3))[:, None] == group
    between = among * (2 * torch.rand(NEURONS, NEURONS, generator=generator) - 1)
    inwards = hears * torch.rand(NEURONS, len(group), generator=generator)
    outwards, back = torch.randn(2, 2, NEURONS, generator=generator) / NEURONS**0.5
    return inwards, between, outwards, back


def recall_network(seed: int, among: float = 1 / 30, strength: float = 0.2) -> nn.Sequential:
    """Return a network for `DelayedRecall`, for `EProp`; what comes from the inputs is fixed.

    Args:
        seed: draws the weights.
        among: the largest size of a weight among the 36 neurons.
        strength: by how much a spike raises its neuron's threshold, which falls with 400 ms.

    >>> [list(weight.shape) for weight in recall_network(0).parameters() if weight.requires_grad]
    [[36, 36], [2, 36]]
    """
    task = DelayedRecall()
    inputs = len(task.group)
    neuron = RecurrentAdaptiveLIF(NEURONS, TAU_MEM, 400.0, strength=strength, dt=DT)
    network = nn.Sequential(
        nn.Linear(inputs, NEURONS, bias=False),
        neuron,
        nn.Linear(NEURONS, 2, bias=False),
        LeakyIntegrator(TAU_MEM, dt=DT),
    )
    inwards, between, outwards, _ = recall_weights(seed, task.group, among)
    with torch.no_grad():
        network[0].weight.copy_(inwards)
        neuron.weight.copy_(between)
        network[2].weight.copy_(outwards)
    network[0].requires_grad_(False)
    return network


def step_error(y: Tensor, cue: Tensor) -> Tensor:
    """Return dL/dy of one step's cross-entropy, in the mean over the samples, ``[B, C]``.

    Args:
        y: membranes of the readout, ``[B, C]``.
        cue: the right answers ``[B]``.

    >>> step_error(torch.zeros(1, 2), torch.tensor([1])).tolist()
    [[0.5, -0.5]]
    """
    wanted = one_hot(cue, y.shape[1])
    return (torch.softmax(y, 1) - wanted) / len(cue)


def draw_cues(count: int, generator: Generator) -> Tensor:
    """Return so many cues, 0 or 1, ``[B]``."""
    return torch.randint(0, 2, (count,), generator=generator)
