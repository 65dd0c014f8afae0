"""How many bytes each rule of page 15 keeps from one step to the next."""

import torch

from ... import LIF, plasticity
from ...memory import kept_bytes
from .gradient_rules import learner_for, output_layer, two_layers

HIDDEN = 256


def bytes_kept(rule: str, steps: int) -> int:
    """Return the most bytes that a rule keeps for one image of so many steps.

    Neuron states, counts, traces and fixed random matrices count, also what autograd saves before
    it walks back; weights and their gradients do not, as every rule has them.

    Args:
        rule: one of `GRADIENT_RULES`, "last_layer", "reward_stdp" or "stdp_readout".
        steps: at least 1.

    >>> bytes_kept("bptt", 20) > bytes_kept("bptt", 10)
    True
    """
    if rule == "reward_stdp":
        return _by_reward(steps)
    if rule == "stdp_readout":
        return _by_stdp(steps)
    return kept_bytes(learner_for(rule, two_layers(HIDDEN), steps=steps), 784, steps)


def _by_reward(steps: int) -> int:
    """Run `RewardSTDP` on ten neurons on the pixels."""
    learner = plasticity.RewardSTDP(plasticity.PairSTDP())
    neuron = LIF()
    weight = torch.zeros(10, 784)
    fired = membrane = torch.zeros(1, 10)
    state = learner.initial_state(torch.zeros(1, 784), fired)
    most = 0
    for spikes in torch.zeros(steps, 1, 784):
        fired, _, membrane = neuron.step(spikes @ weight.T, membrane)
        state = learner.step(spikes, fired, weight, state)
        held = (fired, membrane, *state.traces, state.eligibility)
        most = max(most, sum(tensor.nbytes for tensor in held))
    return most


def _by_stdp(steps: int) -> int:
    """Run trace STDP in the hidden neurons, and a readout that learns online from their spikes."""
    layer = plasticity.CompetitiveLayer(784, HIDDEN)
    rules = {"beta": layer.beta, "threshold": layer.threshold}
    trace = torch.zeros(1, 784)
    membrane = torch.zeros(1, HIDDEN)
    for spikes in torch.zeros(steps, 1, 784):
        trace = plasticity.trace_step(spikes, trace, 0.8)
        _, _, membrane = plasticity.competition_step(spikes @ layer.weight.T, membrane, **rules)
    readout = learner_for("ottt", output_layer(HIDDEN), steps=steps)
    return trace.nbytes + membrane.nbytes + kept_bytes(readout, HIDDEN, steps)
