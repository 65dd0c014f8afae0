"""The explorer of page 14: what a hidden layer is told by a local rule, beside what BPTT tells it."""

from functools import cache
from typing import NamedTuple

import torch
from torch import Tensor

from ... import _checks
from ...neurons import LIF
from ...online import count_error
from ...online.layers import leaky_sum
from ..live import LiveExplorer, Range

INPUTS, HIDDEN, CLASSES, SAMPLES, LONGEST = 20, 30, 5, 8, 50


class LocalCredit(LiveExplorer):
    """The learning signal of one hidden neuron over time, and all weight gradients of its layer."""

    model = "local_credit"
    about = (
        "A network of 20, 30 and 5 neurons: what one hidden neuron is told at each step, and the gradients of all "
        "weights of its layer, by BPTT and by a rule without a past."
    )
    controls = {
        "steps": Range(1, LONGEST, 1, 20, "steps T"),
        "beta_out": Range(0.0, 0.98, 0.02, 0.9, "β of the output layer"),
        "symmetry": Range(0.0, 1.0, 0.05, 1.0, "share of W in the feedback"),
    }

    def data(self) -> dict:
        """Return the inputs that spike, by step and sample, all weights, and the constants of the neurons."""
        inputs, first, second, other = _fixed()
        neuron = LIF(tau_mem=10.0)
        spikes = [[sample.nonzero().flatten().tolist() for sample in step] for step in inputs]
        weights = {"first": first.tolist(), "second": second.tolist(), "other": other.tolist()}
        constants = {"beta": neuron.beta.item(), "threshold": 1.0, "scale": float(neuron.surrogate.scale)}
        return {"spikes": spikes} | weights | constants


class Credit(NamedTuple):
    """The signals dL/dz of one sample's hidden neurons ``[T, M]``, and the gradients of their weights ``[M, N]``."""

    exact_signal: Tensor
    local_signal: Tensor
    exact: Tensor
    local: Tensor


@cache
def _fixed() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return inputs ``[T, B, N]``, both layers' weights, and a random matrix like the second, to four decimals."""
    generator = torch.Generator().manual_seed(0)
    second, other = torch.randn(2, CLASSES, HIDDEN, generator=generator, dtype=torch.float64) / 4
    inputs = (torch.rand(LONGEST, SAMPLES, INPUTS, generator=generator) < 0.3).double()
    first = 0.3 * torch.randn(HIDDEN, INPUTS, generator=generator, dtype=torch.float64) + 0.05
    return inputs, *(weights.round(decimals=4) for weights in (first, second, other))


def local_credit(steps: int, beta_out: float, symmetry: float) -> Credit:
    """Compute what the hidden layer of a small fixed network learns from BPTT, and from a rule without a past.

    The loss is the cross-entropy of the output's spike counts. The local rule sends the error of each step back at
    once, through ``symmetry * W + (1 - symmetry) * R`` with a random R as large as W: OTTT at 1, feedback alignment
    at 0.

    Args:
        steps: T, from 1 to 50.
        beta_out: decay per step of the output neurons, in [0, 1].
        symmetry: share of the forward weights in the feedback, in [0, 1].

    Returns:
        Both signals and both gradients.

    Raises:
        ValueError: for a parameter outside its range.

    >>> credit = local_credit(1, 0.9, 1.0)
    >>> torch.equal(credit.exact, credit.local)
    True
    """
    _checks.whole("steps", steps)
    _checks.number("steps", steps, 0, LONGEST)
    _checks.number("beta_out", beta_out, 0, 1, open_low=False)
    _checks.number("symmetry", symmetry, 0, 1, open_low=False)
    inputs, first, second, other = _fixed()
    hidden, output = LIF(tau_mem=10.0).double(), LIF(beta=beta_out).double()
    z, u, _ = hidden(inputs[:steps] @ first.T, record=True)
    counted, above, _ = output(z @ second.T, record=True)
    labels = torch.arange(SAMPLES) % CLASSES
    error = count_error(counted.sum(0), labels) * output.surrogate.derivative(above - 1)
    later = leaky_sum(error.flip(0), output.beta).flip(0)  # over k >= t of beta^(k-t) error[k]
    signals = later @ second, error @ (symmetry * second + (1 - symmetry) * other)
    slope, trace = hidden.surrogate.derivative(u - 1), leaky_sum(inputs[:steps], hidden.beta)
    gradients = (torch.einsum("tbm,tbn->mn", signal * slope, trace) for signal in signals)
    return Credit(*(signal[:, 0] for signal in signals), *gradients)
