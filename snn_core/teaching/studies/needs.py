"""What a synapse must be told under each rule of page 15.

In space, by intervention. For a rule that gives a gradient: change the labels or one thing in the
layer above, hold the rest, and see whether the gradient of the hidden weights moves. For the two
kinds of STDP: let all other inputs and neurons spike differently, or change the reward, and see
whether a weight moves. In time, from what a rule keeps and when it asks for an error.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from ... import Surrogate, plasticity
from ...online import count_error
from ...training import seed_torch
from .bytes_kept import HIDDEN, bytes_kept
from .gradient_rules import (
    GRADIENT_RULES,
    STEPS,
    WINDOWS,
    hidden_gradient,
    learner_for,
    two_layers,
)

QUESTIONS = (
    "others",  # anything beyond itself and its own two neurons
    "layer above",
    "weights above",
    "membranes above",
    "own trace",  # one for each synapse, not just one for each neuron
    "stored past",
    "the end",  # of the sequence, before the first error
)
IN_SPACE = 4  # of the questions; the others are about time
RULES_ASKED = (*GRADIENT_RULES, "reward_stdp", "stdp_readout")

Change = Callable[[nn.Linear], object]


def other_weights(linear: nn.Linear) -> None:
    """Draw other output weights."""
    nn.init.uniform_(linear.weight, -0.5, 0.5, generator=torch.Generator().manual_seed(0))


def other_membranes(linear: nn.Linear) -> None:
    """Move all output membranes by a bias."""
    nn.init.constant_(linear.bias, 0.5)


def always_told(counts: Tensor, labels: Tensor) -> Tensor:
    """Return an error that depends on nothing."""
    return torch.linspace(-1, 1, counts.numel()).view(counts.shape).sin()


def gradient_after(
    rule: str,
    spikes: Tensor,
    labels: Tensor,
    *,
    change: Change | None = None,
    error: Callable[[Tensor, Tensor], Tensor] = count_error,
    slope: str | None = None,
) -> Tensor:
    """Return a rule's gradient of the hidden weights after something was done to the output layer.

    Args:
        rule: one of `GRADIENT_RULES`.
        spikes: ``[T, B, 784]`` with labels ``[B]``.
        change: what is done; nothing if None.
        error: what the rule is told.
        slope: the surrogate of the output neurons, that of the task if None.
    """
    seed_torch(1)
    network = two_layers(32)
    nn.init.uniform_(network[2].weight, 0.0, 0.5)  # so that the outputs spike
    if slope is not None:
        network[3].surrogate = Surrogate(slope)
    if change is not None:
        change(network[2])
    return hidden_gradient(learner_for(rule, network, error=error), network, spikes, labels)


def errors_asked(rule: str, spikes: Tensor, labels: Tensor) -> int:
    """Return how often a rule asks for an error in one sequence of a single batch."""
    asked = []

    def count(counts: Tensor, labels: Tensor) -> Tensor:
        asked.append(1)
        return always_told(counts, labels)

    gradient_after(rule, spikes[:, :50], labels[:50], error=count)
    return len(asked)


def needs_of(rule: str, spikes: Tensor, labels: Tensor) -> list[bool]:
    """Return a rule's answers to the `QUESTIONS`.

    Args:
        rule: one of `RULES_ASKED`.
        spikes: ``[T, B, 784]`` with labels ``[B]``, for the rules that give a gradient.
    """
    space = _space_of_stdp(rule) if rule not in GRADIENT_RULES else _space(rule, spikes, labels)
    synapses = 784 * (10 if rule == "reward_stdp" else HIDDEN)
    own_trace = rule not in WINDOWS and bytes_kept(rule, 1) >= 4 * synapses
    stored = bytes_kept(rule, STEPS) > 1.5 * bytes_kept(rule, 1)
    if rule in GRADIENT_RULES:
        waits = errors_asked(rule, spikes, labels) == 1
    else:
        waits = rule == "reward_stdp"  # by definition
    return [*space, own_trace, stored, waits]


def moved_by(rule: str, what: str, spikes: Tensor, labels: Tensor) -> float:
    """Return how far a rule's gradient of the hidden weights moves, at most, by an intervention.

    For "layer above", the output weights are changed. For "weights above" as well, with the error
    held and all output slopes equal; for "membranes above" a bias, with the error held.

    Args:
        rule: one of `GRADIENT_RULES`.
        what: "others" (the labels), "layer above", "weights above" or "membranes above".
        spikes: ``[T, B, 784]`` with labels ``[B]``.
    """
    held = {} if what in ("others", "layer above") else {"error": always_told}
    if what == "weights above":
        held["slope"] = "straight_through"
    changes = {"others": None, "membranes above": other_membranes}
    told = labels.roll(1) if what == "others" else labels
    before = gradient_after(rule, spikes, labels, **held)
    after = gradient_after(rule, spikes, told, change=changes.get(what, other_weights), **held)
    return (after - before).abs().max().item()


def _space(rule: str, spikes: Tensor, labels: Tensor) -> list[bool]:
    return [moved_by(rule, what, spikes, labels) > 0 for what in QUESTIONS[:IN_SPACE]]


def _space_of_stdp(rule: str) -> list[bool]:
    others = taught(rule) != taught(rule, others=2)
    told = rule == "reward_stdp" and taught(rule) != taught(rule, success=-1.0)
    return [others or told, False, False, False]  # these neurons have no layer above


def taught(rule: str, others: int = 1, success: float = 1.0) -> float:
    """Return one weight after STDP among 784 inputs and ten neurons, with rows of equal length.

    Args:
        rule: "reward_stdp" or "stdp_readout".
        others: seed of the spikes of all other inputs and neurons.
        success: the reward less what was expected.
    """
    own, rest = (
        torch.rand(STEPS, 1, 794, generator=torch.Generator().manual_seed(3000 + seed)) < 0.3
        for seed in (0, others)
    )
    pre = torch.cat([own[..., :1], rest[..., 1:784]], 2).float()
    post = torch.cat([own[..., 784:785], rest[..., 785:]], 2).float()
    weight = torch.full((10, 784), 0.5)
    if rule == "stdp_readout":
        trace = plasticity.spike_trace(pre, 5.0)
        return plasticity.trace_stdp(weight, trace, post, lr=0.1)[0, 0].item()
    learner = plasticity.RewardSTDP(plasticity.PairSTDP())
    state = learner.run(pre, post, weight, learner.initial_state(pre[0], post[0]))
    return normalize(learner.reward(weight, state, torch.tensor([success])), dim=1)[0, 0].item()
