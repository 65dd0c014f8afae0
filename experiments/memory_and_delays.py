"""Read digits sample by sample with one kind of memory after the other, and look for the memory.

``python -m experiments.memory_and_delays`` writes the record that page 22 shows. All networks learn
from 4,000 signals and are tested on 1,000 others after every epoch; what counts is the mean of the
last five. Each is also trained with the samples of all signals in another order, the same for all.
Settings were chosen on the last 800 training signals (``--validate`` records nothing). Beside
the spiking networks stand ordinary ones, which see all 40 samples at once, but for the GRU.

The memory of two kinds is looked for after training. A linear probe reads earlier samples from what
a network keeps after 30 of them; and from some step on each signal gets the states, the delay lines
or the readout of another one: those count whose digits differ.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from experiments import add_run, parser_for
from snn_core.layers import OverTime
from snn_core.losses import max_membrane, max_membrane_cross_entropy
from snn_core.teaching.studies.sample_by_sample import (
    HIDDEN,
    LONGEST,
    NEURONS,
    STRENGTH,
    TAPS,
    WHOLE_FROM,
    WITH_DELAYS,
    WITHOUT,
    digits_over_time,
    groups_with_delays,
    in_turn,
    memory_reader,
    narrow_delays,
    reordered,
)
from snn_core.teaching.studies.where_memory_sits import (
    PARTS,
    kept_at_end,
    run_swapped,
    share_explained,
)
from snn_core.training import fit, seed_torch

NAME = "memory_and_delays"
SETTINGS = {
    "hidden": HIDDEN,
    "longest": LONGEST,
    "taps": TAPS,
    "strength": STRENGTH,
    "with_delays": WITH_DELAYS,
    "without": WITHOUT,
    "whole_from": WHOLE_FROM,
    "kinds": list(NEURONS),
    "epochs": 30,
    "batch_size": 100,
    "lr": 1e-2,
    "delay_lr": 5e-2,
    "largest_gradient": 1.0,
    "ordinary": {"linear": 1e-2, "MLP": 3e-3, "GRU": 1e-2, "CNN": 5e-3},  # learning rates
    "ordinary_epochs": {"linear": 30, "MLP": 60, "GRU": 30, "CNN": 60},
    "held_out": 800,
    "controls": {  # a kind with the others' readout and dropout, or with fewer delays
        "recurrent + adaptive, faster readout": ["recurrent + adaptive", WITH_DELAYS],
        "learnt delays, slower readout": ["learnt delays", WITHOUT],
        "fixed delays, of the signal only": ["fixed delays", WITH_DELAYS | {"delayed": 1}],
    },
    "looked_into": ["recurrent + adaptive", "learnt delays"],
    "probed_after": 30,
    "lags": 30,
    "swaps": [5, 10, 15, 20, 25, 30, 35],
    "seeds": [0, 1, 2],
}


class LastOfGRU(nn.Module):
    """Read a sequence ``[T, B, 1]`` by gated recurrent units; answer after the last step."""

    def __init__(self, hidden: int = HIDDEN):
        super().__init__()
        self.gru = nn.GRU(1, hidden)
        self.answer = nn.Linear(hidden, 10)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return scores ``[1, B, 10]``."""
        return self.answer(self.gru(inputs)[0][-1:])


def convolutional() -> nn.Module:
    """Return a network of three convolutions of 25 channels, as Greydanus 2020 uses."""
    sizes = [(1, 25, 5), (25, 25, 3), (25, 25, 3)]
    layers = [[nn.Conv1d(*size, stride=2, padding=1), nn.ReLU()] for size in sizes]
    return OverTime(nn.Unflatten(1, (1, 40)), *sum(layers, []), nn.Flatten(), nn.Linear(125, 10))


def ordinary(kind: str) -> nn.Module:
    """Return an ordinary network, for `at_once` or, a GRU, for `in_turn`."""
    if kind == "GRU":
        return LastOfGRU()
    if kind == "CNN":
        return convolutional()
    sizes = [40, 10] if kind == "linear" else [40, 100, 100, 10]
    layers: list[nn.Module] = []
    for inputs, outputs in zip(sizes[:-1], sizes[1:], strict=True):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return nn.Sequential(*layers[:-1])


def at_once(signals: Tensor) -> Tensor:
    """Return signals ``[B, T]`` as one step of T inputs, ``[1, B, T]``."""
    return signals[None]


def data(order: Callable[[Tensor], Tensor], validate: bool) -> tuple[Tensor, ...]:
    """Return signals and labels to train on and to test on, the samples of each in this order."""
    signals, labels, *test = digits_over_time()
    if validate:
        held_out = SETTINGS["held_out"]
        test = [signals[-held_out:], labels[-held_out:]]
        signals, labels = signals[:-held_out], labels[:-held_out]
    return order(signals), labels, order(test[0]), test[1]


def train(
    network: nn.Module,
    samples: tuple[Tensor, ...],
    encode: Callable[[Tensor], Tensor],
    epochs: int,
    groups: list[dict],
    generator: torch.Generator,
) -> list[float]:
    """Train a network, its learning rates falling to 0; return its test accuracy by epoch."""
    optimizer = torch.optim.Adam(groups)
    updates = epochs * -(-len(samples[0]) // SETTINGS["batch_size"])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, updates)

    def clip() -> None:
        nn.utils.clip_grad_norm_(network.parameters(), SETTINGS["largest_gradient"])

    narrow_delays(network, 0.0)
    history = fit(
        network,
        *samples[:2],
        encode=encode,
        loss=max_membrane_cross_entropy,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=SETTINGS["batch_size"],
        test=samples[2:],
        before_step=clip,
        after_batch=schedule.step,
        after_epoch=lambda history: narrow_delays(network, len(history.train_accuracy) / epochs),
        generator=generator,
        progress=False,
    )
    return [round(value, 4) for value in history.test_accuracy]


def trained(kind: str, seed: int, order: Callable[[Tensor], Tensor], validate: bool) -> dict:
    """Train one network; return what it reaches, what it keeps and, of some, where."""
    generator = seed_torch(seed)
    samples = data(order, validate)
    rates = SETTINGS["ordinary"]
    if kind in rates:
        network = ordinary(kind)
        encode = in_turn if kind == "GRU" else at_once
        groups = [{"params": list(network.parameters()), "lr": rates[kind]}]
        epochs = SETTINGS["ordinary_epochs"][kind]
        return {"seed": seed, "test": train(network, samples, encode, epochs, groups, generator)}
    network = memory_reader(*SETTINGS["controls"].get(kind, [kind]))
    groups = groups_with_delays(network, SETTINGS["lr"], SETTINGS["delay_lr"])
    test = train(network, samples, in_turn, SETTINGS["epochs"], groups, generator)
    run = {"seed": seed, "test": test}
    if kind in SETTINGS["looked_into"] and order is not reordered:
        run |= looked_into(network.eval(), samples)
    return run


def looked_into(network: nn.Sequential, samples: tuple[Tensor, ...]) -> dict:
    """Return what a probe reads of earlier samples, and the answers after swaps, in percent."""
    after = SETTINGS["probed_after"]
    fit_on, test_on = (in_turn(signals)[:after] for signals in samples[::2])
    wanted = [each.flip(0)[: SETTINGS["lags"], :, 0].T for each in (fit_on, test_on)]
    probed = {"signal": share_explained((fit_on[-1], test_on[-1]), tuple(wanted))}
    for name, buffers in (("neurons", False), ("neurons and delays", True)):
        kept = [kept_at_end(network, each, buffers=buffers) for each in (fit_on, test_on)]
        probed[name] = share_explained(tuple(kept), tuple(wanted))
    return {
        "probed": {name: [round(each, 3) for each in values] for name, values in probed.items()},
        "swapped": {part: swapped(network, samples, part) for part in PARTS},
    }


def swapped(network: nn.Sequential, samples: tuple[Tensor, ...], part: str) -> list[list[float]]:
    """Return the answers by the own digit and by the other one after each swap, in percent."""
    inputs, labels = in_turn(samples[2]), samples[3]
    other = labels.flip(0)
    found = []
    for step in SETTINGS["swaps"]:
        answers = max_membrane(run_swapped(network, inputs, step, part)).argmax(1)
        shares = [
            (answers == each)[labels != other].float().mean().item() for each in (labels, other)
        ]
        found.append([round(100 * share, 1) for share in shares])
    return found


def main(arguments: list[str] | None = None) -> None:
    """Train all networks, or some, and write what they reach into the record, run by run."""
    every = [*SETTINGS["ordinary"], *SETTINGS["kinds"], *SETTINGS["controls"]]
    parser = parser_for(__doc__, SETTINGS | {"only": every}, "only", "seeds")
    parser.add_argument("--validate", action="store_true", help="test on held-out samples")
    told = parser.parse_args(arguments)
    torch.set_num_threads(1)
    for seed in told.seeds:
        for kind in told.only:
            for order, name in orders(kind):
                run = trained(kind, seed, order, told.validate)
                print(name, seed, run["test"][-5:], flush=True)
                if not told.validate:
                    add_run(NAME, SETTINGS, name, run)


def orders(kind: str) -> list[tuple[Callable[[Tensor], Tensor], str]]:
    """Return in which orders a network is trained, each with the name of its arm."""
    shuffled = [(reordered, f"{kind}, shuffled")]
    return [(in_order, kind)] + shuffled * (kind not in SETTINGS["controls"])


def in_order(signals: Tensor) -> Tensor:
    """Return signals as they are."""
    return signals


if __name__ == "__main__":
    main()
