"""Networks that read a digit sample by sample, each with another kind of memory (page 22)."""

from copy import deepcopy
from functools import cache

import torch
from torch import Tensor, nn

from ...layers import DelayedLinear, DropoutOverTime, OverTime, set_width
from ...layers.delayed import Delayed
from ...neurons import (
    LIF,
    AdaptiveLIF,
    LeakyIntegrator,
    Neuron,
    RecurrentAdaptiveLIF,
    RecurrentLIF,
)
from ...neurons.states import variables
from ...tasks import one_dimensional_digits

TRAINING = 4000
HIDDEN = 64  # in each of two layers
LONGEST = 10.0  # delay in ms; a sample takes 1 ms
TAPS = 5  # synapses with delays of their own, from the input to a neuron
STRENGTH = 0.2  # by how much a spike raises a threshold that adapts
ONE_LEAK = 10.0
BRIEF = 2.0  # all in ms
WHOLE_FROM = 0.6  # share of the training after which delays are whole steps
WITH_DELAYS = {"readout": 5.0, "dropout": 0.1}  # chosen on held-out signals: time constant of the
WITHOUT = {"readout": 10.0, "dropout": 0.0}  # readout in ms, and share of neurons left out
ADAPTIVE = {"strength": STRENGTH, "learn_beta": True, "learn_rho": True}
NEURONS = {
    "one leak": lambda count: LIF(ONE_LEAK),
    "many leaks": lambda count: LIF(time_constants(count), learn_beta=True),
    "recurrence": lambda count: RecurrentLIF(count, time_constants(count), learn_beta=True),
    "adaptation": lambda count: AdaptiveLIF(time_constants(count), slow(count), **ADAPTIVE),
    "recurrent + adaptive": lambda count: RecurrentAdaptiveLIF(
        count, time_constants(count), slow(count), **ADAPTIVE
    ),
    "fixed delays": lambda count: LIF(torch.full((count,), BRIEF), learn_beta=True),
    "learnt delays": lambda count: LIF(torch.full((count,), BRIEF), learn_beta=True),
}


@cache
def digits_over_time() -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Return 4,000 signals ``[B, 40]`` with labels to train on, and 1,000 to test on."""
    signals, labels = one_dimensional_digits(5000, generator=torch.Generator().manual_seed(0))
    return signals[:TRAINING], labels[:TRAINING], signals[TRAINING:], labels[TRAINING:]


def reordered(signals: Tensor, seed: int = 1) -> Tensor:
    """Return signals ``[B, T]`` with the samples of each in another order, the same for all."""
    order = torch.randperm(signals.shape[1], generator=torch.Generator().manual_seed(seed))
    return signals[:, order]


def in_turn(signals: Tensor) -> Tensor:
    """Return signals ``[B, T]`` as the input of one channel over time, ``[T, B, 1]``."""
    return signals.T[..., None]


def time_constants(count: int, low: float = 2.0, high: float = 40.0) -> Tensor:
    """Return so many time constants in ms, evenly spread over the factors from `low` to `high`."""
    return torch.logspace(*torch.tensor([low, high]).log10().tolist(), count)


def slow(count: int) -> Tensor:
    """Return time constants of an adaptation, 5 to 60 ms, in a random order."""
    return time_constants(count, 5.0, 60.0)[torch.randperm(count)]


def memory_reader(
    kind: str, options: dict[str, float] | None = None, *, hidden: int = HIDDEN
) -> nn.Sequential:
    """Return an untrained network for `in_turn`; its first weights are PyTorch's own draws.

    Two layers hear each other through weights, those with delays through weights and delays; a
    leaky readout of ten classes hears the second one.

    Args:
        kind: of `NEURONS`.
        options: "readout", its time constant in ms, and "dropout", those chosen for the kind if
            None; "delayed", the layers that hear late in a kind with delays, both if not given.
        hidden: neurons in each layer.

    >>> memory_reader("learnt delays", hidden=8)(torch.zeros(40, 2, 1)).shape
    torch.Size([40, 2, 10])
    """
    if options is None:
        options = WITH_DELAYS if "delays" in kind else WITHOUT
    layers: list[nn.Module] = []
    late = options.get("delayed", 2)
    for number, (inputs, taps) in enumerate(((1, TAPS), (hidden, 1))):
        how = kind if number < late else "at once"
        layers += [_connection(how, inputs, hidden, taps), OverTime(nn.BatchNorm1d(hidden))]
        layers += [NEURONS[kind](hidden), DropoutOverTime(options["dropout"])]
    return nn.Sequential(*layers, nn.Linear(hidden, 10), LeakyIntegrator(options["readout"]))


def _connection(kind: str, inputs: int, outputs: int, taps: int) -> nn.Module:
    if "delays" not in kind:
        return nn.Linear(inputs, outputs)
    return DelayedLinear(inputs, outputs, LONGEST, taps=taps, learn=kind == "learnt delays")


def groups_with_delays(network: nn.Module, lr: float, delay_lr: float) -> list[dict]:
    """Return the parameters for an optimiser: delays, in ms, with a learning rate of their own."""
    groups: dict[bool, list[nn.Parameter]] = {False: [], True: []}
    for name, parameter in network.named_parameters():
        groups[name.endswith("delay")].append(parameter)
    found = [{"params": groups[False], "lr": lr}]
    return found + [{"params": groups[True], "lr": delay_lr}] * bool(groups[True])


def narrow_delays(
    network: nn.Module, done: float, widest: float = 2.5, narrowest: float = 0.4
) -> None:
    """Set the width of all delays, in ms, once a share `done` of the training is over.

    It falls by the same factor in each epoch. In the last 40 % it is 0: all delays are whole steps,
    as in evaluation, and only the weights learn on.
    """
    if any(isinstance(part, Delayed) for part in network.modules()):
        width = widest * (narrowest / widest) ** (done / WHOLE_FROM)
        set_width(network, width if done < WHOLE_FROM else 0.0)


def bytes_of(network: nn.Module) -> dict[str, int]:
    """Return what a network keeps while it reads one digit, and its weights, in bytes.

    Numbers take 4 bytes; a spike takes one bit, in a delay line and in a state.

    Returns:
        "state" of the neurons, "buffers" of the delays, and "weights": all that is learnt, and
        delays that are not.
    """
    state = buffers = 0
    weights = sum(parameter.numel() for parameter in network.parameters())
    spiking = False
    flow = torch.zeros(1, 1, 1)
    for layer in deepcopy(network).eval():
        if isinstance(layer, Delayed):
            buffers += -(-layer.inputs * layer.steps * (1 if spiking else 32) // 8)
            weights += 0 if isinstance(layer.delay, nn.Parameter) else layer.delay.numel()
        if isinstance(layer, Neuron):
            at_rest = layer.initial_state(flow)
            state += 32 * sum(each.numel() for each in variables(at_rest))
            if hasattr(at_rest, "spikes"):
                state -= 31 * at_rest.spikes.numel()
            spiking = True
        flow = layer(flow)
    return {"state": -(-state // 8), "buffers": buffers, "weights": 4 * weights}
