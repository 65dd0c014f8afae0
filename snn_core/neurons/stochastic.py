"""A neuron that spikes by chance: the nearer its membrane is to the threshold, the more likely."""

from functools import partial

import torch
from torch import Generator, Tensor
from torch.nn import functional as F

from .. import _checks, _modes
from ..precision import wide
from ..randomness import bernoulli
from .leaky import IntegrateAndFire
from .lif import lif_step

NARROWEST = 1e-30  # that float32 divides by


class StochasticLIF(IntegrateAndFire[Tensor]):
    """LIF neurons with escape noise: a spike has ``sigmoid((u - threshold) / width)`` for chance.

    The spikes carry no gradient; `log_likelihood` does, so that the score of a spike train
    (REINFORCE) comes from autograd.

    Input ``[T, B, …]``, time-major; times in ms, with `dt` 1 and `tau_mem` 10 unless given;
    `threshold` 1.

    Args:
        tau_mem: membrane time constant in ms, above 0; a number or a tensor ``[N]``, for maps
            ``[C, 1, 1]``; 10 if neither it nor `beta` is given.
        beta: decay per step in [0, 1], in place of `tau_mem`; a number or a tensor ``[N]``.
        threshold: above 0; a number or a tensor ``[N]``; 1 unless given.
        width: how far from the threshold chance still matters, above 1e-30, in units of the
            membrane; 0.2 unless given.
        dt: step in ms, above 0; 1 unless given.
        reset: "soft", as unless given, subtracts the threshold at a spike; "hard" sets the membrane
            to 0.
        detach_reset: if True, as unless given, no gradient flows through the spike that resets.
        learn_beta, learn_threshold: make that parameter learnable; False unless given.
        generator: source of the chance; PyTorch's own if None.

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
        tau_mem: Tensor | float | None = None,
        *,
        beta: Tensor | float | None = None,
        threshold: Tensor | float = 1.0,
        width: float = 0.2,
        dt: float = 1.0,
        reset: str = "soft",
        detach_reset: bool = True,
        learn_beta: bool = False,
        learn_threshold: bool = False,
        generator: Generator | None = None,
    ):
        super().__init__(
            tau_mem,
            beta=beta,
            threshold=threshold,
            dt=dt,
            reset=reset,
            detach_reset=detach_reset,
            learn_beta=learn_beta,
            learn_threshold=learn_threshold,
        )
        _checks.number("width", width, NARROWEST)
        self.width = width
        self.generator = generator

    def settings(self) -> dict[str, object]:
        """Return what a checkpoint must agree in: also the width."""
        return super().settings() | {"width": float(self.width)}

    def probability(self, membrane: Tensor) -> Tensor:
        """Return the probability of a spike, in [0, 1], for membranes u ``[…, N]``."""
        _checks.floats("membrane", membrane)
        return torch.sigmoid(self._distance(membrane))

    def _distance(self, membrane: Tensor) -> Tensor:
        """Return how far membranes are above the threshold, in units of the width."""
        membrane = membrane.to(wide(membrane))
        return (membrane - self.constant("threshold", membrane)) / self.width

    def _draw(self, distance: Tensor) -> Tensor:
        chance = torch.sigmoid(distance.detach() / self.width)
        if _modes.tracing() and self.generator is None:  # ONNX has no Bernoulli that is right
            return (torch.rand_like(chance) < chance).to(chance.dtype)
        return bernoulli(chance.nan_to_num(), self.generator)

    def step(self, current: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Advance by one step with `lif_step`, where chance takes the place of the comparison."""
        rules = self.rules(state)
        rules["spike"] = self._draw
        return lif_step(current, state, **rules)

    def log_likelihood(self, spikes: Tensor, membrane: Tensor) -> Tensor:
        """Return the log-probability of every spike and silence, same shape as both.

        Args:
            spikes: what the neuron did, in {0, 1}, ``[T, B, …]``.
            membrane: the membranes at which it did so, same shape.

        Raises:
            ValueError: for trains or membranes that are not ``[T, B, …]``, of different shapes, or
                spikes of other values.
        """
        _train(spikes)
        _checks.sequence("membrane", membrane)
        _checks.shape("membrane", membrane, spikes.shape)
        distance = self._distance(membrane)
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
            ValueError: for trains or a current that are not ``[T, B, …]``, of shapes that do not
                fit, or spikes of other values.
        """
        _train(spikes)
        _checks.sequence("current", current)
        if len(current) != len(spikes):
            _checks.fail("current", f"{len(current)} steps", f"{len(spikes)} steps")
        if not _broadcasts(current[0], spikes[0]):
            expected = f"a shape that broadcasts to {list(spikes.shape)}"
            _checks.fail("current", f"shape {list(current.shape)}", expected)
        state = self.initial_state(spikes.to(wide(current)))
        rules = self.rules(state)
        membranes = []
        for fired, now in zip(spikes.to(state), current, strict=True):
            # lif_step asks who fires; this answer repeats the train, without a gradient.
            rules["spike"] = partial(_repeated, fired)
            _, membrane, state = lif_step(now, state, **rules)
            membranes.append(membrane)
        return torch.stack(membranes)


def _repeated(spikes: Tensor, _distance: Tensor) -> Tensor:
    return spikes


def _train(spikes: Tensor) -> None:
    """Require spikes ``[T, B, …]`` in {0, 1}."""
    _checks.sequence("spikes", spikes)
    binary = bool(((spikes == 0) | (spikes == 1)).all())
    _checks.require(binary, "spikes", "other values", "spikes in {0, 1}")


def _broadcasts(one: Tensor, other: Tensor) -> bool:
    """Say whether one step `one` takes the shape of the `other`."""
    own = (1,) * (other.dim() - one.dim()) + tuple(one.shape)
    pairs = zip(own, other.shape, strict=False)
    return one.dim() <= other.dim() and all(size in (1, wanted) for size, wanted in pairs)
