"""The explorer of page 14: what a hidden layer is told by a local rule, beside what BPTT tells it."""

from functools import cache
from typing import NamedTuple

import torch
from matplotlib.artist import Artist
from torch import Tensor

from ... import _checks
from ...neurons import LIF
from ...online import count_error
from ...online.layers import leaky_sum
from ..palette import BLUE, VERMILION
from ._base import Explorer, Range

HIDDEN, CLASSES, SAMPLES, LONGEST = 30, 5, 8, 50


class LocalCredit(Explorer):
    """Left, the learning signal of one hidden neuron over time; right, all weight gradients of its layer."""

    controls = {
        "steps": Range(1, LONGEST, 1, 20, "steps T"),
        "beta_out": Range(0.0, 0.98, 0.02, 0.9, "β of the output layer"),
        "symmetry": Range(0.0, 1.0, 0.05, 1.0, "share of W in the feedback"),
    }
    size = (9.0, 3.4)

    def build(self) -> list[Artist]:
        left, right = self.figure.subplots(1, 2, width_ratios=(3, 2))
        left.axhline(0, color="0.8", linewidth=1)
        (self.exact,) = left.plot([], [], color=BLUE, label="BPTT")
        (self.local,) = left.plot([], [], ".-", color=VERMILION, linewidth=1, label="local")
        left.set(xlabel="step t", ylabel="signal / largest of BPTT", xlim=(-1, LONGEST), ylim=(-1.6, 1.6))
        left.legend(loc="lower right")
        right.axline((0, 0), slope=1, color="0.8", linewidth=1)
        (self.weights,) = right.plot([], [], ".", color=VERMILION, markersize=3)
        right.set(xlabel="gradient of BPTT / its largest", xlim=(-1.1, 1.1), ylim=(-1.1, 1.1))
        right.set_ylabel("local gradient / the same")
        self.title, self.angle = left.set_title(" "), right.set_title(" ")
        return [self.exact, self.local, self.weights, self.title, self.angle]

    def update(self, *, steps: int, beta_out: float, symmetry: float) -> None:
        credit = local_credit(steps, beta_out, symmetry)
        neuron = credit.exact_signal.abs().sum(0).argmax()
        signals = torch.stack([credit.exact_signal[:, neuron], credit.local_signal[:, neuron]])
        exact, local = (signals / signals[0].abs().max()).numpy()
        self.exact.set_data(range(steps), exact)
        self.local.set_data(range(steps), local.clip(-1.55, 1.55))
        largest = credit.exact.abs().max()
        self.weights.set_data(*((each / largest).clamp(-1.05, 1.05).flatten() for each in (credit.exact, credit.local)))
        cosine = torch.cosine_similarity(credit.exact.flatten(), credit.local.flatten(), dim=0).item()
        self.title.set_text("What one hidden neuron is told")
        self.angle.set_text(f"Angle {degrees(cosine):.0f}°, cosine {cosine:.2f}")


def degrees(cosine: float) -> float:
    """Return the angle whose cosine this is, in degrees in [0, 180].

    >>> degrees(0.0)
    90.0
    """
    return torch.tensor(cosine, dtype=torch.float64).clamp(-1, 1).arccos().rad2deg().item()


class Credit(NamedTuple):
    """The signals dL/dz of one sample's hidden neurons ``[T, M]``, and the gradients of their weights ``[M, N]``."""

    exact_signal: Tensor
    local_signal: Tensor
    exact: Tensor
    local: Tensor


@cache
def _fixed() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return inputs ``[T, B, N]``, both layers' weights, and a random matrix like the second."""
    generator = torch.Generator().manual_seed(0)
    second, other = torch.randn(2, CLASSES, HIDDEN, generator=generator, dtype=torch.float64) / 4
    inputs = (torch.rand(LONGEST, SAMPLES, 20, generator=generator) < 0.3).double()
    return inputs, 0.3 * torch.randn(HIDDEN, 20, generator=generator, dtype=torch.float64) + 0.05, second, other


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
