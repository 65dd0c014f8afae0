"""Synapses that learn from spike times, alone and in listening neurons: studies of page 09."""

from typing import NamedTuple

import torch
from torch import Generator, Tensor

from ... import _checks
from ...encoding import rate
from ...neurons import decay, lif_step
from ...plasticity import PairSTDP, STDPState
from ...plasticity.pairing import outer

RATE = 0.02  # spikes per step of 1 ms, of every input
SLOT = 50  # ms, the length of a pattern


class Ears(NamedTuple):
    """What listening neurons carry on: weights ``[B, 1, N]``, membranes ``[B, 1]``, traces."""

    weight: Tensor
    membrane: Tensor
    traces: STDPState


class Heard(NamedTuple):
    """Spikes of the neurons ``[T, B]``, their weights now and then ``[K, B, N]``, what goes on."""

    spikes: Tensor
    course: Tensor
    ears: Ears


def fires(distance: Tensor) -> Tensor:
    """Return the spikes of membranes at a distance from the threshold, without any surrogate."""
    return (distance > 0).float()


def listen(
    rule: PairSTDP,
    arrivals: Tensor,
    start: Tensor | Ears,
    *,
    drive: float = 1.0,
    tau_mem: float = 20.0,
    every: int = 50,
) -> Heard:
    """Let LIF neurons with a hard reset learn from what arrives, step by step.

    Args:
        rule: by which the weights change, at steps of 1 ms.
        arrivals: spikes ``[T, B, N]``, for each of B neurons its own.
        start: first weights ``[B, 1, N]``, of neurons at rest; or where another call ended.
        drive: the mean membrane, in thresholds, that inputs of 20 spikes per second and weights of
            1/2 would lead to.
        tau_mem: of the membrane, in ms.
        every: steps from one set of weights in the course to the next; the first is the start.

    Raises:
        ValueError: for a number out of range, or what the rule refuses.

    >>> quiet = torch.zeros(3, 1, 4)
    >>> listen(PairSTDP(), quiet, torch.full((1, 1, 4), 0.5)).spikes.flatten()
    tensor([0., 0., 0.])
    """
    _checks.number("drive", drive, 0)
    _checks.whole("every", every)
    if not isinstance(start, Ears):
        membrane = torch.zeros(arrivals.shape[1], 1)
        start = Ears(start, membrane, rule.initial_state(arrivals[0], membrane))
    weight, membrane, traces = start
    _checks.finite("arrivals", arrivals)
    rule.step(arrivals[0], membrane, weight, traces)  # checks once what every step goes on with
    beta = decay(torch.tensor(float(tau_mem)), 1.0, "tau_mem")
    gain = drive * (1 - beta) / (arrivals.shape[2] * RATE * 0.5)
    sent = []
    course = []
    for step, now in enumerate(arrivals):
        if step % every == 0:
            course.append(weight[:, 0])
        current = gain * (weight @ now.unsqueeze(2)).squeeze(2)
        spikes, _, membrane = lif_step(current, membrane, beta=beta, reset="hard", spike=fires)
        weight, traces = _learn(rule, now, spikes, weight, traces)
        sent.append(spikes[:, 0])
    return Heard(torch.stack(sent), torch.stack(course), Ears(weight, membrane, traces))


def _learn(
    rule: PairSTDP, pre: Tensor, post: Tensor, weight: Tensor, traces: STDPState
) -> tuple[Tensor, STDPState]:
    """Return what ``rule.step`` does for weights ``[B, 1, N]``, without checks at every step."""
    pairing, traces = rule.pair(pre, post, traces)
    weight = rule.depressed(weight, outer(*pairing.depressed, per_sample=True))
    return rule.potentiated(weight, outer(*pairing.potentiated, per_sample=True)), traces


def correlated_inputs(
    steps: int, samples: int, generator: Generator, *, copied: float = 0.3
) -> Tensor:
    """Return random spikes of 40 inputs, of which the first 20 now and then copy a common source.

    Args:
        steps, samples: numbers T and B, at least 1.
        generator: draws everything.
        copied: the chance that one of the 20, at a step, takes the common spike, or silence, in
            place of its own, in [0, 1].

    Returns:
        ``[T, B, 40]``, all with 20 spikes per second on average.

    Raises:
        ValueError: for a number out of range.

    >>> correlated_inputs(5, 2, torch.Generator()).shape
    torch.Size([5, 2, 40])
    """
    _checks.whole("steps", steps)
    _checks.whole("samples", samples)
    _checks.number("copied", copied, 0, 1, open_low=False)
    own = rate(torch.full((samples, 40), RATE), steps, generator=generator)
    common = rate(torch.full((samples, 1), RATE), steps, generator=generator)
    copies = torch.rand(steps, samples, 20, generator=generator) < copied
    together = torch.where(copies, common, own[..., :20])
    return torch.cat([together, own[..., 20:]], dim=2)


def slots_with_pattern(slots: int, generator: Generator) -> Tensor:
    """Return which slots hold the pattern, about every third and never two in a row: ``[slots]``.

    >>> shown = slots_with_pattern(100, torch.Generator())
    >>> (shown[1:] & shown[:-1]).any()
    tensor(False)
    """
    _checks.whole("slots", slots)
    shown = torch.rand(slots, generator=generator) < 0.5
    for slot in range(1, slots):
        shown[slot] &= ~shown[slot - 1]
    return shown


def rates_around(spikes: Tensor, arrivals: Tensor, lags: Tensor) -> Tensor:
    """Return how often each input spikes around the spikes of its neuron, in spikes per second.

    Args:
        spikes: of B neurons ``[T, B]``, at steps of 1 ms.
        arrivals: what they heard ``[T, B, N]``.
        lags: by how many steps the neuron's spike is later, integers ``[K]`` below T / 2.

    Returns:
        ``[K, N]``, the mean over all spikes of all neurons.

    Raises:
        ValueError: for lags of half the steps or more.

    >>> around = rates_around(torch.eye(9)[:, 4:5], torch.eye(9)[:, None, 2:3], torch.arange(-3, 4))
    >>> around.flatten().tolist()
    [0.0, 0.0, 0.0, 0.0, 0.0, 1000.0, 0.0]
    """
    reach = int(lags.abs().max())
    steps = len(spikes)
    _checks.require(2 * reach < steps, "lags", reach, f"less than half of {steps} steps")
    sent = spikes[reach : steps - reach]
    when, who = sent.nonzero(as_tuple=True)
    each = sent[when, who]
    counts = [each @ arrivals[when + reach - lag, who] for lag in lags.tolist()]
    return 1000 * torch.stack(counts) / sent.sum()


def chance_changes(rule: PairSTDP, pre: Tensor, post: Tensor, *, skip: int = 0) -> Tensor:
    """Return by how much each synapse would change in all, at a weight that stays at 1/2.

    Args:
        rule: of which the changes are added up.
        pre, post: spikes ``[T, B, 1]``, for each of B synapses its own.
        skip: number of first steps that do not count, in which the traces settle.

    >>> once = torch.eye(40)[:, 9:10, None]
    >>> round(chance_changes(PairSTDP(), once, once.roll(10, 0)).item(), 4)
    0.0061
    """
    _checks.whole("skip", skip, 0)
    state = rule.initial_state(pre[0], post[0])
    half = torch.full((1, 1), 0.5)
    total = torch.zeros(pre.shape[1])
    for step, (now_pre, now_post) in enumerate(zip(pre, post, strict=True)):
        pairing, state = rule.pair(now_pre, now_post, state)
        if step >= skip:
            total += rule.change(pairing, half, per_sample=True).flatten()
    return total


def fit_exponential(lags: Tensor, changes: Tensor) -> tuple[Tensor, Tensor]:
    """Fit one side of a window, ``a * exp(-lag / tau)``, by least squares.

    Args:
        lags: in ms, at least 0, ``[K]``.
        changes: of one or more experiments ``[R, K]``.

    Returns:
        (tau in ms, tried from 2 to 150 in steps of 0.1; the amplitude a), each ``[R]``.

    >>> lags = torch.arange(4.0, 60, 4)
    >>> tau, a = fit_exponential(lags, 0.5 * torch.exp(-lags / 20)[None])
    >>> round(tau.item(), 1), round(a.item(), 3)
    (20.0, 0.5)
    """
    taus = torch.arange(2.0, 150, 0.1)
    shapes = torch.exp(-lags / taus[:, None])
    amplitudes = changes @ shapes.T / shapes.square().sum(1)
    left = changes[:, None] - amplitudes[..., None] * shapes
    best = left.square().sum(2).argmin(1)
    return taus[best], amplitudes[torch.arange(len(best)), best]


def pairings(rates: list[int], lag: int, count: int = 60) -> tuple[Tensor, Tensor]:
    """Return trains in which a pre and a post spike come again and again, one train for each rate.

    Args:
        rates: pairings per second, which divide 1000, [B].
        lag: in ms, by how much post is later; negative if pre is.
        count: of the pairings.

    Returns:
        (pre, post), each ``[T, B, 1]`` in steps of 1 ms; the first pre spike comes at 100 ms.

    >>> pre, post = pairings([20, 50], lag=-10, count=2)
    >>> pre[:, 0, 0].nonzero().flatten().tolist(), post[:, 1, 0].nonzero().flatten().tolist()
    ([100, 150], [90, 110])
    """
    steps = 200 + count * 1000 // min(rates)
    pre = torch.zeros(steps, len(rates), 1)
    post = torch.zeros(steps, len(rates), 1)
    for column, each in enumerate(rates):
        times = 100 + 1000 // each * torch.arange(count)
        pre[times, column] = 1
        post[times + lag, column] = 1
    return pre, post
