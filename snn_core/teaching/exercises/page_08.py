"""Exercises of page 08, codes and losses."""

import torch

from snn_core import losses
from snn_core.teaching.exercises import Case, Function, Mistake, Value

OUTPUT = torch.zeros(20, 1, 4)
OUTPUT[5, 0, 2] = 1
ERROR = losses.first_spike_mse(OUTPUT, torch.tensor([2])).item()

TRAINS = torch.zeros(900, 1, 2, dtype=torch.float64)  # long enough for the trace to vanish after both spikes
TRAINS[100, 0, 0] = TRAINS[107, 0, 1] = 1
EARLY, LATE = TRAINS.split(1, dim=-1)


def _distances(tau: float) -> tuple[float, float]:
    """Return the squared distance of the two spikes in two trains, and in one train from an empty one."""
    apart = losses.van_rossum(EARLY, LATE, tau=tau)
    together = losses.van_rossum(EARLY + LATE, 0 * LATE, tau=tau)
    return apart.item(), together.item()


MEMBRANE = torch.tensor([[4.0, 0.5, 1.5], [0.0, 1.5, 0.2], [6.0, 1.0, -1.0], [-0.5, 0.4, 0.1]])
MEMBRANES = torch.stack([MEMBRANE, 0.8 * MEMBRANE.roll(1, 1) + 0.3], 1)  # [4 steps, 2 samples, 3 classes]
LABELS = torch.tensor([0, 1])


def _leads(membrane: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """Return by how much the right class leads over the best other one, ``[T, B]``."""
    right = torch.nn.functional.one_hot(labels, membrane.shape[2]).bool().expand_as(membrane)
    own = membrane[right].view(membrane.shape[:2])
    return own - membrane.masked_fill(right, -torch.inf).amax(2)


def _lack(membrane: torch.Tensor, labels: torch.Tensor) -> float:
    """Return the mean of what is missing to a lead of 1 at every step."""
    return (1 - _leads(membrane, labels)).clamp(min=0).mean().item()


def _with_gradient(answer, membrane: torch.Tensor, labels: torch.Tensor) -> object:
    """Return the loss, or what is wrong with its gradient."""
    loss = answer(1 * membrane.requires_grad_(), labels)  # no leaf: it may be changed
    if isinstance(loss, torch.Tensor | float) and not getattr(loss, "requires_grad", False):
        return NO_GRADIENT
    if isinstance(loss, torch.Tensor) and loss.dim() == 0 and abs(loss - _lack(membrane.detach(), labels)) < 1e-4:
        (gradient,) = torch.autograd.grad(loss, membrane, retain_graph=True)
        if gradient.sum(2).abs().max() > 1e-6:  # what raises the right one lowers the highest of the others
            return HALF_A_GRADIENT
    return loss


LEADS = _leads(MEMBRANES, LABELS)
OWN = MEMBRANES[:, range(len(LABELS)), LABELS].unsqueeze(2)
NO_GRADIENT = "a loss without a gradient"
HALF_A_GRADIENT = "a loss whose gradient leaves out some membranes"
BELOW = torch.tensor([[[0.5, -2.0, -3.0]]])  # all others below 0

EXERCISES = {
    "08.1": Value(
        ERROR,
        hint="Latencies count as a share of T, and the mean runs over all four classes.",
        stronger="The right class has the latency 5/20 and the target 0. "
        "A silent class has the latency 1, which is its target. Square, and take the mean.",
        mistakes=(
            Mistake((5 / 20) ** 2, "That is the squared error of one class: the mean runs over all four."),
            Mistake(5**2 / 4, "Steps are not what is squared: a latency counts as a share of T."),
        ),
        tolerance=1e-3,
    ),
    "08.2": Function(
        cases=(
            Case(
                (MEMBRANES, LABELS),
                _lack(MEMBRANES, LABELS),
                "First the lead of the right membrane over the highest of the others, `[T, B]`; then what is "
                "missing to 1; then the mean.",
                mistakes=(
                    Mistake(NO_GRADIENT, "No network learns by it: stay with tensors, without `detach` or `item`."),
                    Mistake(HALF_A_GRADIENT, "The highest of the others has to fall, too: no `detach`."),
                    Mistake(
                        (1 - LEADS).clamp(min=0).square().mean().item(),
                        "What is missing is the cost itself, not its square.",
                    ),
                    Mistake(
                        (1 - LEADS).clamp(min=0).mean().item() / MEMBRANES.shape[2],
                        "The mean runs over steps and samples, not over classes.",
                    ),
                    Mistake(
                        (1 - OWN + MEMBRANES).clamp(min=0).mean().item(),
                        "Only the *highest* of the others is compared, not each class.",
                    ),
                    Mistake((1 - LEADS).mean().item(), "A lead above 1 costs nothing; it earns nothing either."),
                    Mistake(
                        (1 - LEADS).clamp(min=0).sum().item(),
                        "The mean over steps and samples, so that long inputs do not count more.",
                    ),
                    Mistake(
                        (1 - LEADS.clamp(max=0)).clamp(min=0).mean().item(),
                        "The highest of the *others*: leave the right class out of the maximum.",
                    ),
                    Mistake(
                        (1 + LEADS).clamp(min=0).mean().item(),
                        "The sign: the right membrane should be above, and then it costs less.",
                    ),
                    Mistake(
                        (1 - LEADS.mean(0)).clamp(min=0).mean().item(),
                        "At *every* step: what is missing is cut off at 0 before the mean, not after.",
                    ),
                ),
            ),
            Case((MEMBRANES[:2, :1], LABELS[1:]), _lack(MEMBRANES[:2, :1], LABELS[1:]), "Use the labels."),
            Case(
                (BELOW, LABELS[:1]),
                _lack(BELOW, LABELS[:1]),
                "Membranes can be negative: a right class that is set to 0 is then the highest of the others.",
            ),
        ),
        stronger="The right membranes are `membrane[:, range(B), labels]`. Set these to -inf in a copy and take "
        "`amax(2)`: the best of the others.",
        use=_with_gradient,
        tolerance=1e-4,
    ),
    "08.3": Function(
        cases=(
            Case(
                (7, 10.0),
                _distances(10.0),
                "D² has no root. First one spike against none: sum the squares of its trace, step by step, for ever. "
                "Then two: their overlap takes away, or adds.",
            ),
            Case((7, 20.0), _distances(20.0), "Use tau."),
        ),
        stronger="k steps after its spike a trace is beta^k, for beta = exp(-1 / tau): its squares are a geometric "
        "series. For two spikes expand the square of x - x*, and of x + x*: what does the mixed term sum to?",
        tolerance=1e-4,
    ),
}
