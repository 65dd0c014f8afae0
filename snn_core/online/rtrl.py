"""Real-time recurrent learning: the influence of every weight on every neuron, forward in time."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import _checks
from ..neurons import RecurrentLIF
from .gradients import add_gradient, require_fixed

TERMS = ("leak", "reset", "self", "others")


def influence_step(influence: Tensor, jacobian: Tensor, sources: Tensor) -> Tensor:
    """Advance the influence ``P[t] = du[t]/dW`` by one step: through the neurons, and anew.

    Args:
        influence: P[t-1], ``[B, M, M, K]``: of neuron i, for the weight from source q to neuron p.
        jacobian: J = du[t]/du[t-1], ``[B, M, M]``.
        sources: s[t], what the weights carry in this step, ``[B, K]``.

    Returns:
        ``P[t] = J P[t-1] + D``, where D is s[t] at i = p and 0 elsewhere, ``[B, M, M, K]``.

    Reference: Williams and Zipser 1989.

    >>> influence_step(torch.ones(1, 1, 1, 1), torch.full((1, 1, 1), 0.5), torch.ones(1, 1)).item()
    1.5
    """
    carried = torch.einsum("bij,bjpk->bipk", jacobian, influence)
    carried.diagonal(dim1=1, dim2=2).add_(sources[:, :, None])
    return carried


def membrane_jacobian(
    slope: Tensor,
    weight: Tensor,
    beta: Tensor,
    jump: Tensor | float = 0.0,
    terms: Iterable[str] = TERMS,
) -> Tensor:
    """Return how the membranes of one step depend on those of the step before, du[t]/du[t-1].

    Args:
        slope: surrogate derivative at the membranes of the step before, ``[B, M]``.
        weight: recurrent weights, ``[M, M]``.
        beta: decay per step in [0, 1].
        jump: how far a reset pulls the membrane down where its gradient is attached; 0 where it is
            detached.
        terms: which of `TERMS` to keep: "leak" (beta), "reset" (through its own reset), "self"
            (through its own recurrent weight), "others" (through the other neurons).

    Returns:
        The Jacobian, ``[B, M, M]``.
    """
    return jacobian(slope, weight, beta, jump, known_terms(terms))


def known_terms(terms: Iterable[str]) -> tuple[str, ...]:
    """Return the terms as a tuple; each has to be one of `TERMS`."""
    terms = (terms,) if isinstance(terms, str) else tuple(terms)
    for term in terms:
        _checks.choice("terms", term, TERMS)
    return terms


def jacobian(
    slope: Tensor, weight: Tensor, beta: Tensor, jump: Tensor | float, terms: tuple[str, ...]
) -> Tensor:
    """Do what `membrane_jacobian` does, for terms that are known to be right."""
    leak = beta * torch.ones_like(slope) * ("leak" in terms)
    reset = beta * jump * slope * ("reset" in terms)
    own_weight = torch.diag(weight.diagonal())
    to_itself = own_weight * ("self" in terms)
    to_others = (weight - own_weight) * ("others" in terms)
    through = (to_itself + to_others) * slope[:, None, :]
    return torch.diag_embed(leak - reset) + through


class OnlineRTRL:
    """A recurrent LIF layer with the exact gradient forward in time, or without some terms.

    With all terms the sum over time of signal times influence is the gradient of BPTT. It costs
    memory for M²(N + M) numbers per sample and M³(N + M) multiplications per step, whatever the
    length of the sequence. With ``("leak",)`` only, every influence is one trace per source:
    e-prop.

    Args:
        linear: weights ``[M, N]`` from the inputs, without a bias.
        neuron: M neurons, all to all, with a soft reset.
        terms: which of `TERMS` to keep.

    Raises:
        ValueError: for a bias, another neuron, number, recurrence or reset, a decay or threshold
            that is to be learnt (only weights are learnt forward in time), or an unknown term.

    Reference: Williams and Zipser 1989; Bellec et al. 2020 (what e-prop drops).
    """

    def __init__(self, linear: nn.Linear, neuron: RecurrentLIF, terms: Iterable[str] = TERMS):
        _checks.require(linear.bias is None, "linear", "a bias", "a linear layer without a bias")
        if type(neuron) is not RecurrentLIF:
            _checks.fail("neuron", type(neuron).__name__, "RecurrentLIF")
        if neuron.weight.dim() != 2:
            _checks.fail("neuron", repr(neuron), "a recurrence from all to all")
        neurons = len(neuron.weight)
        if neurons != linear.out_features:
            expected = f"{linear.out_features}, as many as outputs"
            _checks.fail("neuron", f"{neurons} neurons", expected)
        _checks.require(neuron.reset == "soft", "neuron", repr(neuron), "a soft reset")
        require_fixed(neuron)
        self.terms = known_terms(terms)
        self.linear = linear
        self.neuron = neuron

    def parameters(self) -> list[nn.Parameter]:
        """Return the parameters that learn: weights from the inputs, weights among the neurons."""
        return [self.linear.weight, self.neuron.weight]

    def start(self, inputs: Tensor) -> None:
        """Rest the neurons and forget all influence, for inputs like these, ``[B, N]``."""
        samples, sources = inputs.shape
        neurons = len(self.neuron.weight)
        self.state = self.neuron.initial_state(inputs.new_zeros(1, samples, neurons))
        self.slope = inputs.new_zeros(samples, neurons)
        self.influence = inputs.new_zeros(samples, neurons, neurons, sources + neurons)

    @torch.no_grad()
    def step(self, inputs: Tensor) -> Tensor:
        """Advance by one step: inputs ``[B, N]`` → spikes ``[B, M]``; the influence follows."""
        neuron = self.neuron
        sources = torch.cat([inputs, self.state.spikes], 1)
        jump = 0.0 if neuron.detach_reset else neuron.threshold
        through = jacobian(self.slope, neuron.weight, neuron.beta, jump, self.terms)
        self.influence = influence_step(self.influence, through, sources)
        current = F.linear(inputs, self.linear.weight)
        spikes, membrane, self.state = neuron.step(current, self.state)
        self.slope = neuron.surrogate.derivative(membrane - neuron.threshold)
        return spikes

    @torch.no_grad()
    def learn(self, signal: Tensor) -> None:
        """Add this step's part of the gradient, for a learning signal dL/dz ``[B, M]``."""
        local = signal * self.slope
        gradient = torch.einsum("bi,bipk->pk", local, self.influence)
        inputs = self.linear.in_features
        add_gradient(self.linear.weight, gradient[:, :inputs])
        add_gradient(self.neuron.weight, gradient[:, inputs:])
