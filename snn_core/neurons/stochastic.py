"""A neuron that spikes by chance: the nearer its membrane is to the threshold, the more likely."""

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from .. import _checks
from ..randomness import bernoulli
from .base import IntegrateAndFire
from .lif import lif_step


class StochasticLIF(IntegrateAndFire):
    """LIF neurons with escape noise: a spike has ``sigmoid((u - threshold) / width)`` for chance.

    The spikes carry no gradient; `log_likelihood` does, so that the score of a spike train
    (REINFORCE) comes from autograd.

    Args:
        width: how far from the threshold chance still matters, above 0, in units of the membrane.
        generator: source of the chance; PyTorch's own if None.
        options: tau_mem, threshold, reset and the other options of `LIF`, except the surrogate.

    Raises:
        ValueError: for values outside these ranges, or an input that is not ``[T, B, …]``.

    Reference: Gerstner et al. 2014, section 9.1 (escape noise); Williams 1992 (the Bernoulli
    logistic unit).

    >>> neuron = StochasticLIF(width=1e-3, generator=torch.Generator().manual_seed(0))
    >>> neuron(torch.tensor([0.5, 0.9]).view(2, 1, 1)).flatten().tolist()
    [0.0, 1.0]
    """

    def __init__(
        self,
        tau_mem: Tensor | float = 10.0,
        *,
        width: float = 0.2,
        generator: Generator | None = None,
        **options,
    ):
        if "surrogate" in options:
            _checks.fail("surrogate", options["surrogate"], "none: chance decides")
        super().__init__(tau_mem, **options)
        _checks.number("width", width, 0)
        self.width = width
        self.generator = generator

    def probability(self, membrane: Tensor) -> Tensor:
        """Return the probability of a spike, in (0, 1), for membranes u of any shape."""
        return torch.sigmoid((membrane - self.threshold) / self.width)

    def _draw(self, distance: Tensor) -> Tensor:
        chance = torch.sigmoid(distance.detach() / self.width)
        return bernoulli(chance, self.generator)

    def step(self, current: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Advance by one step with `lif_step`, where chance takes the place of the comparison."""
        rules = self.rules | {"spike": self._draw}
        return lif_step(current, state, **rules)

    def log_likelihood(self, spikes: Tensor, membrane: Tensor) -> Tensor:
        """Return the log-probability of every spike and silence, same shape as both.

        Args:
            spikes: what the neuron did, in {0, 1}, ``[T, B, …]``.
            membrane: the membranes at which it did so, same shape.
        """
        distance = (membrane - self.threshold) / self.width
        of_spike = F.logsigmoid(distance)
        of_silence = F.logsigmoid(-distance)
        return spikes * of_spike + (1 - spikes) * of_silence

    def replay(self, spikes: Tensor, current: Tensor) -> Tensor:
        """Return the membranes u ``[T, B, …]`` of neurons that are made to fire `spikes`.

        Differentiable in `current`. With a soft reset ``∂u/∂w`` is the trace of the input, because
        the reset takes away a constant; a hard reset also cuts that trace at every spike.

        Args:
            spikes: the trains, in {0, 1}, ``[T, B, …]``; what the membrane says is ignored.
            current: the input, ``[T, …]``, a shape that broadcasts with the trains.

        Raises:
            ValueError: for trains or a current that are not ``[T, B, …]``, or of different length,
                or other values.
        """
        _checks.sequence("spikes", spikes)
        _checks.sequence("current", current)
        binary = bool(((spikes == 0) | (spikes == 1)).all())
        _checks.require(binary, "spikes", "other values", "spikes in {0, 1}")
        if len(current) != len(spikes):
            _checks.fail("current", f"{len(current)} steps", f"{len(spikes)} steps")
        rules = self.rules
        state = torch.zeros_like(spikes[0])
        membranes = []
        for fired, now in zip(spikes, current, strict=True):
            # lif_step asks who fires; this answer repeats the train, without a gradient.
            rules["spike"] = lambda _, fired=fired: fired
            _, membrane, state = lif_step(now, state, **rules)
            membranes.append(membrane)
        return torch.stack(membranes)
