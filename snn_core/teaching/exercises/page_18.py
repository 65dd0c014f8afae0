"""Exercises of page 18, membranes as signals."""

import torch

from snn_core.membrane_signals import membrane_network, signal_loss, signals_of, transfer
from snn_core.teaching.exercises import Case, Function, Mistake, Value


def _layer(silent: list[tuple[int, int]]) -> tuple:
    """Return error, x, a, weights and thresholds of a layer; those (sample, neuron) are silent that are named."""
    generator = torch.Generator().manual_seed(0)
    x = 1 + torch.rand(2, 3, generator=generator)
    weight = torch.rand(4, 3, generator=generator)
    threshold = torch.tensor([0.5, 1.0, 2.0, 4.0])
    a = transfer(x @ weight.T, threshold)
    for place in silent:
        a[place] = 0
    error = torch.randn(2, 4, generator=generator)
    return error, x, a, weight, threshold


def _gradients(error, x, a, weight, threshold) -> list:
    """Return the gradients of the transfer function, by autograd, in the neurons that fire."""
    leaves = [each.clone().requires_grad_() for each in (x, weight, threshold)]
    line = transfer(leaves[0] @ leaves[1].T, leaves[2])
    return list(torch.autograd.grad((error * (a > 0) * line).sum(), leaves))


ALL_FIRE = _layer([])
SOME_SILENT = _layer([(0, 1), (1, 1), (1, 3)])


def _try_way_back(answer, *arguments) -> list | None:
    found = answer(*arguments)
    return None if found is None else list(found)


def _passed(answer: list, gain: torch.Tensor, given: tuple) -> bool:
    """Tell whether the gradient by x is that of errors times a gain, whatever the other two are."""
    error, _, _, weight, _ = given
    return torch.allclose(answer[0], (error * gain) @ weight, atol=1e-5)


def _patient():
    """Return a network like the page's patient: the thresholds of its second layer are far too high."""
    generator = torch.Generator().manual_seed(0)
    network = membrane_network([784, 100, 100, 100, 10], alpha=1.0, generator=generator)
    with torch.no_grad():
        network[1].threshold.fill_(300**0.5)
    return network


def _errors(outputs, activities) -> list[float]:
    """Return the size of the error at each layer's activities, if the first class is the right one."""
    labels = torch.zeros(len(outputs.counts), dtype=torch.int64)
    errors = torch.autograd.grad(signal_loss(outputs, labels), activities)
    return [len(labels) * error.square().mean().sqrt().item() for error in errors]


def _repaired(answer, network) -> list | None:
    """Return for each layer whether it fires, whether errors reach it, and whether the well ones are as before."""
    before = [[each.detach().clone() for each in (layer.weight, layer.threshold)] for layer in network]
    network = answer(network)
    if network is None:
        return None
    generator = torch.Generator().manual_seed(0)
    found = signals_of(network, (torch.rand(25, 20, 784, generator=generator) < 0.05).float())
    fires = [((signals.counts > 0).float().mean() > 0.2).item() for signals in found]
    reached = [0.01 < size < 100 for size in _errors(found[-1], [signals.activity for signals in found])]
    now = [[layer.weight, layer.threshold] for layer in network]
    kept = [all(map(torch.equal, *both)) for both in zip(before, now, strict=True)]
    return [fires, reached, [kept[0], *kept[2:]]]


EXERCISES = {
    "18.1": Value(
        expected=5.6,
        hint="First the drive, from weights and activities. The membrane is the drive less the threshold times a.",
        stronger="The drive is 3. Solve 0.2 = 3 - 0.5 a for a.",
        mistakes=(
            Mistake(6.0, "This is what the line says. The exact activity lacks what is still in the membrane."),
            Mistake(6.4, "The membrane is what has not gone out yet: does it make a larger or smaller?"),
            Mistake(2.8, "Each spike takes one threshold, 0.5: divide by it."),
            Mistake(1.4, "Divide by the threshold. A spike takes only half a unit, so more of them go out."),
        ),
        tolerance=1e-4,
    ),
    "18.2": Function(
        cases=(
            Case(
                ALL_FIRE,
                _gradients(*ALL_FIRE),
                "All neurons fire here. Which factor lies between a and the drive s, and which between s and x?",
                mistakes=(
                    Mistake(
                        lambda got: _passed(got, torch.ones(4), ALL_FIRE),
                        "The slope of the line is missing: a = s / V_th.",
                    ),
                    Mistake(
                        lambda got: _passed(got, ALL_FIRE[4], ALL_FIRE),
                        "Divide by the thresholds: the higher one is, the less activity comes from a drive.",
                    ),
                    Mistake(
                        lambda got: (
                            _passed(got, 1 / ALL_FIRE[4], ALL_FIRE)
                            and torch.allclose(got[2], -_gradients(*ALL_FIRE)[2], atol=1e-5)
                        ),
                        "A higher threshold makes less activity: mind the sign of the last gradient.",
                    ),
                    Mistake(
                        lambda got: _passed(got, 1 / ALL_FIRE[4], ALL_FIRE) and got[1].shape == (3, 4),
                        "The gradient by the weights has their shape, [N, M].",
                    ),
                    Mistake(
                        lambda got: _passed(got, 1 / ALL_FIRE[4], ALL_FIRE) and got[2].shape != (4,),
                        "Thresholds are shared by all samples of the batch: sum over them.",
                    ),
                ),
            ),
            Case(
                SOME_SILENT,
                _gradients(*SOME_SILENT),
                "Some neurons are silent in some samples: there a = 0, and nothing passes.",
            ),
        ),
        stronger="By the drive: error * (a > 0) / threshold. That times the weights, times x, and times -a.",
        use=_try_way_back,
        tolerance=1e-4,
    ),
    "18.3": Function(
        cases=(
            Case(
                (_patient(),),
                [[True] * 4, [True] * 4, [True] * 3],
                "Which is the first layer that is silent although spikes reach it? Compare its thresholds with those "
                "of the others.",
                mistakes=(
                    Mistake(
                        lambda got: not got[0][1],
                        "Layer 2 is still as good as silent: `network[1]` is the one, and its neurons must fire.",
                    ),
                    Mistake(
                        lambda got: all(got[0]) and all(got[1]) and not all(got[2]),
                        "All fire. But you changed layers that were well: repair only the one that is not.",
                    ),
                    Mistake(
                        lambda got: all(got[0]) and not all(got[1]),
                        "All layers fire, but the errors explode or fade: are the thresholds in proportion?",
                    ),
                ),
            ),
        ),
        stronger="Layer 2 starts with V_th = alpha sqrt(3 / M), with alpha = 1 and M = 100, as the others: "
        "`with torch.no_grad(): network[1].threshold.fill_(...)`.",
        use=_repaired,
    ),
}
