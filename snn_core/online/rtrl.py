"""Real-time recurrent learning: the influence of every weight on every neuron, forward in time."""

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import _checks
from ..neurons import RecurrentLIF
from .layers import add_gradient, require_fixed

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
    terms = tuple(terms)
    for term in terms:
        _checks.choice("terms", term, TERMS)
    own = beta * torch.ones_like(slope) * ("leak" in terms) - beta * jump * slope * (
        "reset" in terms
    )
    own_weight = torch.diag(weight.diagonal())
    through = own_weight * ("self" in terms) + (weight - own_weight) * ("others" in terms)
    return torch.diag_embed(own) + through * slope[:, None, :]


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
        _checks.require(
            type(neuron) is RecurrentLIF, "neuron", type(neuron).__name__, "RecurrentLIF"
        )
        _checks.require(
            neuron.weight.dim() == 2, "neuron", repr(neuron), "a recurrence from all to all"
        )
        fits = len(neuron.weight) == linear.out_features
        _checks.require(
            fits,
            "neuron",
            f"{len(neuron.weight)} neurons",
            f"{linear.out_features}, as many as outputs",
        )
        _checks.require(neuron.reset == "soft", "neuron", repr(neuron), "a soft reset")
        self.terms = (terms,) if isinstance(terms, str) else tuple(terms)
        for term in self.terms:
            _checks.choice("terms", term, TERMS)
        require_fixed(neuron)
        self.linear, self.neuron = linear, neuron

    def parameters(self) -> list[nn.Parameter]:
        """Return the parameters that learn: weights from the inputs, weights among the neurons."""
        return [self.linear.weight, self.neuron.weight]

    def start(self, inputs: Tensor) -> None:
        """Rest the neurons and forget all influence, for inputs like these, ``[B, N]``."""
        neurons = len(self.neuron.weight)
        self.state = self.neuron.initial_state(inputs.new_zeros(1, len(inputs), neurons))
        self.slope = inputs.new_zeros(len(inputs), neurons)
        self.influence = inputs.new_zeros(len(inputs), neurons, neurons, inputs.shape[1] + neurons)

    @torch.no_grad()
    def step(self, inputs: Tensor) -> Tensor:
        """Advance by one step: inputs ``[B, N]`` → spikes ``[B, M]``; the influence follows."""
        neuron, sources = self.neuron, torch.cat([inputs, self.state.spikes], 1)
        jump = 0.0 if neuron.detach_reset else neuron.threshold
        jacobian = membrane_jacobian(self.slope, neuron.weight, neuron.beta, jump, self.terms)
        self.influence = influence_step(self.influence, jacobian, sources)
        spikes, membrane, self.state = neuron.step(F.linear(inputs, self.linear.weight), self.state)
        self.slope = neuron.surrogate.derivative(membrane - neuron.threshold)
        return spikes

    @torch.no_grad()
    def learn(self, signal: Tensor) -> None:
        """Add this step's part of the gradient, for a learning signal dL/dz ``[B, M]``."""
        gradient = torch.einsum("bi,bipk->pk", signal * self.slope, self.influence)
        parts = gradient.split([self.linear.in_features, len(self.neuron.weight)], 1)
        for parameter, part in zip(self.parameters(), parts, strict=True):
            add_gradient(parameter, part)
