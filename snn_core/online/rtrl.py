"""Real-time recurrent learning: the influence of every weight on every neuron, forward in time."""

import math
from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from .. import _checks
from ..neurons import RecurrentLIF
from ..neurons.decays import parameter
from .doors import layer_fits, signal_fits
from .learner import SignalLearner

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
    beta: Tensor | float,
    jump: Tensor | float = 0.0,
    terms: Iterable[str] = TERMS,
) -> Tensor:
    """Return how the membranes of one step depend on those of the step before, du[t]/du[t-1].

    Args:
        slope: surrogate derivative at the membranes of the step before, ``[B, M]``.
        weight: recurrent weights, ``[M, M]``.
        beta: decay per step in [0, 1], a number or a tensor ``[M]``.
        jump: how far a reset pulls the membrane down where its gradient is attached, a number or a
            tensor ``[M]``; 0 where it is detached.
        terms: which of `TERMS` to keep: "leak" (beta), "reset" (through its own reset), "self"
            (through its own recurrent weight), "others" (through the other neurons).

    Returns:
        The Jacobian, ``[B, M, M]``.

    Raises:
        ValueError: for shapes, a decay or a jump outside these ranges, or an unknown term.
    """
    _checks.floats("slope", slope, not_nan=False)
    _checks.require(slope.dim() == 2, "slope", f"shape {list(slope.shape)}", "shape [B, M]")
    _checks.finite("slope", slope)
    neurons = slope.shape[1]
    signal_fits("weight", weight, slope.device, neurons, neurons)
    beta = _for_neurons("beta", beta, neurons)
    _checks.within("beta", beta, 0, 1)
    jump = _for_neurons("jump", jump, neurons).to(slope)
    _checks.within("jump", jump, 0, math.inf)
    return jacobian(slope, weight, beta, jump, known_terms(terms))


def _for_neurons(name: str, value: Tensor | float, neurons: int) -> Tensor:
    """Return a finite number, or one for each neuron, as a tensor ``[]`` or ``[M]``."""
    value = parameter(name, value)
    _checks.shape(name, value, (), (neurons,))
    return value


def known_terms(terms: Iterable[str]) -> tuple[str, ...]:
    """Return the terms as a tuple; each has to be one of `TERMS`."""
    listed = isinstance(terms, Iterable)
    _checks.require(listed, "terms", type(terms).__name__, "some of " + ", ".join(TERMS))
    terms = (terms,) if isinstance(terms, str) else tuple(terms)
    for term in terms:
        _checks.choice("terms", term, TERMS)
    return terms


def jacobian(
    slope: Tensor, weight: Tensor, beta: Tensor, jump: Tensor | float, terms: tuple[str, ...]
) -> Tensor:
    """Do what `membrane_jacobian` does, for terms that are known to be right."""
    weight = weight.to(slope.dtype)
    beta = beta.to(slope)
    leak = beta * torch.ones_like(slope) * ("leak" in terms)
    reset = beta * jump * slope * ("reset" in terms)
    own_weight = torch.diag(weight.diagonal())
    to_itself = own_weight * ("self" in terms)
    to_others = (weight - own_weight) * ("others" in terms)
    through = (to_itself + to_others) * slope[:, None, :]
    return torch.diag_embed(leak - reset) + through


class OnlineRTRL(SignalLearner):
    """A recurrent LIF layer with the exact gradient forward in time, or without some terms.

    With all terms the sum over time of signal times influence is the gradient of BPTT. It costs
    memory for M²(N + M) numbers per sample and M³(N + M) multiplications per step, whatever the
    length of the sequence. With ``("leak",)`` only, every influence is one trace per source:
    e-prop. The signal is dL/dz, and `learn` returns dL/du of this step.

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
        super().__init__()
        if type(neuron) is not RecurrentLIF:
            _checks.fail("neuron", type(neuron).__name__, "RecurrentLIF")
        if not neuron.all_to_all:
            _checks.fail("neuron", repr(neuron), "a recurrence from all to all")
        _checks.require(neuron.reset == "soft", "neuron", repr(neuron), "a soft reset")
        outputs = getattr(linear, "out_features", len(neuron.weight))
        if len(neuron.weight) != outputs:
            expected = f"{outputs}, as many as outputs"
            _checks.fail("neuron", f"{len(neuron.weight)} neurons", expected)
        layer_fits(linear, neuron)
        _checks.require(linear.bias is None, "linear", "a bias", "a linear layer without a bias")
        self.terms = known_terms(terms)
        self.linear = linear
        self.neuron = neuron

    def extra_repr(self) -> str:
        return f"terms={self.terms}"

    def _start(self, inputs: Tensor) -> None:
        samples, sources = inputs.shape
        neurons = len(self.neuron.weight)
        self.state = self.neuron.initial_state(inputs.new_zeros(1, samples, neurons))
        self.slope = inputs.new_zeros(samples, neurons)
        self.influence = inputs.new_zeros(samples, neurons, neurons, sources + neurons)

    def _step(self, inputs: Tensor) -> Tensor:
        neuron = self.neuron
        sources = torch.cat([inputs.to(self.slope.dtype), self.state.spikes], 1)
        threshold = neuron.threshold.to(self.slope)
        beta = neuron.beta.to(self.slope)
        jump = 0.0 if neuron.detach_reset else threshold
        through = jacobian(self.slope, neuron.weight, beta, jump, self.terms)
        self.influence = influence_step(self.influence, through, sources)
        weight = self.linear.weight
        current = F.linear(inputs.to(weight.dtype), weight).to(self.slope.dtype)
        spikes, membrane, self.state = neuron.step(current, self.state)
        self.slope = neuron.surrogate.derivative(membrane - threshold).to(membrane)
        return spikes.to(inputs.dtype)

    def _learn(self, signal: Tensor) -> Tensor:
        local = signal.to(self.slope.dtype) * self.slope
        gradient = torch.einsum("bi,bipk->pk", local, self.influence)
        inputs = self.linear.in_features
        self._add(self.linear.weight, gradient[:, :inputs])
        self._add(self.neuron.weight, gradient[:, inputs:])
        return local
