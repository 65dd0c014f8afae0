"""Where a sound comes from: the network that learns it, and what its detectors prefer (page 22)."""

import torch
from torch import Generator, Tensor, nn

from ... import _checks
from ...layers import DelayedLinear
from ...neurons import LIF, LeakyIntegrator
from ...tasks import TwoEars

DIRECTIONS = torch.linspace(-82.5, 82.5, 12)  # degrees: the middles of twelve equal sectors
DETECTORS = 24
LONGEST = 1.0  # ms, of the delays
TAU_MEM = 0.2  # ms: what is apart by much more does not add up


def matched_weight(task: TwoEars) -> float:
    """Return the weight with which both ears together lift a membrane to the threshold of 1.

    They do so on average, where they coincide. One ear alone gives half of that. The more jitter,
    the less of a volley is there at once, and the larger the weight has to be.

    >>> round(matched_weight(TwoEars(jitter=0.1)), 3), round(matched_weight(TwoEars(jitter=0.3)), 3)
    (0.117, 0.239)
    """
    steps = round(task.period / task.dt)
    away = (torch.arange(steps) - steps // 2) * task.dt / task.jitter
    volley = 2 * task.fibres * task.chance * torch.softmax(-(away**2) / 2, 0)
    membrane = LeakyIntegrator(TAU_MEM, dt=task.dt)(volley[:, None, None])
    return 1 / membrane.max().item()


def waits_of_ears(kind: str, task: TwoEars, generator: Generator | None = None) -> Tensor:
    """Return delays ``[24, 2F, 1]`` in ms with which all fibres of an ear wait alike.

    Args:
        kind: "row" for detectors that make up for evenly spread differences of the ears, as laid by
            hand; "random" for two delays of each detector that are drawn.
        task: which says how many fibres there are, and the largest difference.
        generator: draws the delays.

    >>> waits_of_ears("row", TwoEars())[[0, -1]][:, [0, 10], 0]
    tensor([[0.7653, 0.0000],
            [0.0000, 0.7653]])
    """
    _checks.choice("kind", kind, ["row", "random"])
    if kind == "random":
        waits = LONGEST * torch.rand(DETECTORS, 2, generator=generator)
    else:
        right_waits = torch.linspace(-task.farthest, task.farthest, DETECTORS)
        waits = torch.stack([-right_waits, right_waits], 1).clamp(min=0)
    return waits.repeat_interleave(task.fibres, 1).unsqueeze(2)


def two_ears_network(
    task: TwoEars,
    *,
    alike: str | None = None,
    louder: float = 1.0,
    generator: Generator | None = None,
    **delays,
) -> nn.Sequential:
    """Return delays to coincidence detectors, and the sum of their spikes for each direction.

    Args:
        task: which says how many fibres there are, and the step.
        alike: whether all fibres of an ear wait alike at first: a kind of `waits_of_ears`, or None.
        louder: factor on the weight of `matched_weight`, above 0.
        generator: draws the delays, and the weights of the readout.
        delays: further options of `DelayedLinear`, such as ``learn=False``.

    Returns:
        ``[T, B, 2F]`` → ``[T, B, 12]``, to be summed over time.
    """
    _checks.number("louder", louder, 0)
    if alike is not None:
        delays["delay"] = waits_of_ears(alike, task, generator)
    options = {"bias": False, "dt": task.dt, "generator": generator} | delays
    delayed = DelayedLinear(2 * task.fibres, DETECTORS, LONGEST, **options)
    readout = nn.Linear(DETECTORS, len(DIRECTIONS), bias=False)
    weight = louder * matched_weight(task)
    nn.init.constant_(delayed.weight, weight).requires_grad_(False)
    nn.init.normal_(readout.weight, std=0.05, generator=generator)
    return nn.Sequential(delayed, LIF(tau_mem=TAU_MEM, dt=task.dt), readout)


def shared_out(direction: Tensor) -> Tensor:
    """Share out directions ``[B]`` in degrees between their neighbours of the twelve: ``[B, 12]``.

    >>> shared_out(torch.tensor([-82.5, 3.75]))[:, [0, 5, 6]]
    tensor([[1.0000, 0.0000, 0.0000],
            [0.0000, 0.2500, 0.7500]])
    """
    apart = DIRECTIONS[1] - DIRECTIONS[0]
    return (1 - (direction[:, None] - DIRECTIONS).abs() / apart).clamp(min=0)


@torch.no_grad()
def made_up_for(network: nn.Sequential) -> Tensor:
    """Return which difference of the ears, in ms, the delays of each detector make up for.

    It is the mean delay of its right fibres less that of its left ones: a tone that the left ear
    hears late is met by right fibres that wait.
    """
    layer = network[0]
    delay = (layer.whole * layer.dt)[..., 0].unflatten(1, (2, -1))
    left, right = delay.mean(2).unbind(1)
    return right - left
