"""Count what spiking and ordinary readers of digits do, and how well they read.

``python -m experiments.energy`` writes the record that page 21 shows: operations, not energies, so
that every table of energies can be put to them. All networks are trained on the bundled training
digits, shifted by up to a pixel, and tested on the bundled test digits. The next training digits of
the full MNIST, in ``$SNN_CORE_DATA``, are held out. On these a spiking network is compared with
ordinary ones of several sizes, to find its opponent, and the margin is chosen at which it stops.
Learning rates and charges were chosen on held-out training digits as well.

- *ladder*: a spiking network of 256 hidden neurons, changed in one thing at a time: direct input
  for 25 steps; a rate code; fewer steps; a charge for hidden spikes; events in place of the rate
  code, so that a digit that stands still sends nothing after its first steps; fewer neurons. Two
  smaller networks and one trained for a single step are controls.
- *ordinary*: ReLU networks of several sizes, charged for hidden activity.

Each is also rounded to 8 and 4 bits, and trained on with that. A spiking network that stops early
has read for as many steps as each digit needs. ``--only`` names arms; what is in the record is
replaced when run again.
"""

from dataclasses import asdict, replace
from functools import partial

import torch
from torch import Generator, Tensor, nn

from experiments import fit_one_cycle, mini_digits, on_threads, parser_for, results_with
from experiments.mnist_full import flat_mnist
from snn_core import LIF, LeakyIntegrator, encoding
from snn_core.encoding import Encoder
from snn_core.energy import Operations, count_operations, quantise
from snn_core.layers import OverTime
from snn_core.losses import accuracy, l1_activity, max_membrane_cross_entropy
from snn_core.teaching.records import record
from snn_core.training import Penalty, seed_torch

NAME = "energy"
SETTINGS = {
    "hidden": 256,
    "tau_mem": 10.0,
    "threshold": 0.3,  # of brightness, for one event
    "ladder": {
        "direct": {"code": "direct", "steps": 25, "charge": 0.0},
        "rate": {"code": "rate", "steps": 25, "charge": 0.0},
        "fewer steps": {"code": "rate", "steps": 8, "charge": 0.0},
        "fewer spikes": {"code": "rate", "steps": 8, "charge": 0.1},
        "events": {"code": "events", "steps": 4, "charge": 0.1},
        "fewer neurons": {"code": "events", "steps": 4, "charge": 0.1, "hidden": 128},
        "64 neurons": {"code": "events", "steps": 4, "charge": 0.1, "hidden": 64},
        "32 neurons": {"code": "events", "steps": 4, "charge": 0.1, "hidden": 32},
        "one step": {"code": "events", "steps": 1, "charge": 0.1, "hidden": 128},
    },
    "ordinary": {
        "sizes": [16, 24, 32, 48, 64, 80, 96, 112, 128, 160, 192, 256],
        "code": "direct",
        "steps": 1,
        "charge": 0.3,
        "lr": 5e-3,
    },
    "bits": [8, 4],
    "stop": {"loss": 0.005, "margins": [0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0]},
    "samples": 5000,
    "held_out": 10_000,
    "epochs": 15,
    "epochs_rounded": 4,
    "lr": 2e-3,
    "weight_decay": 0.1,
    "batch_size": 64,
    "seeds": [0, 1, 2],
}
ARMS = (*SETTINGS["ladder"], "ordinary")
WHOLE = float("inf")  # the margin at which no digit stops early

Digits = tuple[Tensor, Tensor]


def coder(settings: dict, generator: Generator) -> Encoder:
    """Return the encoder of an arm, from images ``[B, 784]`` to ``[T, B, 784]``."""
    steps = settings["steps"]

    def events(images: Tensor) -> Tensor:
        still = encoding.direct(images, steps)
        return encoding.delta(still, threshold=settings["threshold"], off_spikes=False)[:, :, 0]

    codes = {
        "direct": partial(encoding.direct, steps=steps),
        "rate": partial(encoding.rate, steps=steps, generator=generator),
        "events": events,
    }
    return codes[settings["code"]]


def spiking_network(settings: dict) -> nn.Sequential:
    """Return a layer of LIF neurons, and a readout that adds up without a leak."""
    hidden = settings["hidden"]
    neurons = LIF(tau_mem=settings["tau_mem"])
    return nn.Sequential(
        nn.Linear(784, hidden), neurons, nn.Linear(hidden, 10), LeakyIntegrator(beta=1.0)
    )


def ordinary_network(hidden: int) -> OverTime:
    """Return a ReLU network that takes one step, and is read as the spiking ones are."""
    return OverTime(nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, 10))


def charged(network: nn.Module, charge: float) -> Penalty:
    """Return what is charged for the activity of the hidden layer, spikes or not, per image."""
    seen = {}
    (hidden,) = (part for part in network.modules() if isinstance(part, (LIF, nn.ReLU)))
    hidden.register_forward_hook(lambda _, __, output: seen.update(output=output))

    def penalty(_: list[Tensor]) -> Tensor:
        output = seen["output"]
        return charge * l1_activity(output if output.dim() == 3 else output[None])

    return penalty


def train(network: nn.Module, encode: Encoder, digits: Digits, settings: dict, **options) -> None:
    """Fit a network to shifted digits; `options` are the generator and the penalty."""
    generator = options["generator"]

    def shifted(images: Tensor) -> Tensor:
        shift = torch.randint(-1, 2, (2,), generator=generator).tolist()
        return encode(images.view(-1, 28, 28).roll(shift, (1, 2)).flatten(1))

    fit_one_cycle(
        network,
        digits,
        settings,
        weight_decay=settings["weight_decay"],
        encode=shifted,
        loss=max_membrane_cross_entropy,
        progress=False,
        **options,
    )
    network.eval()


def highest(network: nn.Module, inputs: Tensor) -> Tensor:
    """Return the highest outputs up to each step ``[T, B, 10]``, by which digits are read."""
    return network(inputs).cummax(0).values


def steps_needed(scores: Tensor, margin: float) -> Tensor:
    """Return how many steps ``[B]`` pass until the best score leads by a margin, at most T."""
    best = scores.topk(2, dim=2).values
    sure = best[..., 0] - best[..., 1] >= margin
    sure[-1] = True
    return sure.int().argmax(0) + 1


def right_at(scores: Tensor, labels: Tensor, margin: float) -> float:
    """Return the accuracy when each digit is read until the best score leads by a margin."""
    last = steps_needed(scores, margin) - 1
    return accuracy(scores[last, torch.arange(len(labels))], labels)


def margin_of(scores: Tensor, labels: Tensor, stop: dict) -> float:
    """Return the smallest margin with which no more accuracy is lost than the settings allow."""
    wanted = right_at(scores, labels, WHOLE) - stop["loss"]
    for margin in stop["margins"]:
        if right_at(scores, labels, margin) >= wanted:
            return margin
    return WHOLE


def operations_of(network: nn.Module, inputs: Tensor, steps: Tensor) -> Operations:
    """Return the operations for all digits, each of them read for its own number of steps."""
    together = Operations()
    for last in steps.unique().tolist():
        done = count_operations(network, inputs[:last, steps == last]).total
        together += done
    return replace(together, parameters=done.parameters, states=done.states)


@torch.no_grad()
def measures(network: nn.Module, encode: Encoder, others: tuple, settings: dict) -> dict[str, dict]:
    """Return how well a network reads held-out and test digits, and what it does for the latter.

    All steps are the "whole"; a network of the ladder is also "stopped" where it is sure enough.
    """
    (images, labels), (test_images, test_labels) = others
    known = torch.cat([highest(network, encode(part)) for part in images.split(1000)], 1)
    inputs = encode(test_images)
    scores = highest(network, inputs)
    margins = {"whole": WHOLE}
    if settings["steps"] > 1:
        margins["stopped"] = margin_of(known, labels, settings["stop"])
    found = {}
    for way, margin in margins.items():
        steps = steps_needed(scores, margin)
        found[way] = {
            "held_out": right_at(known, labels, margin),
            "test": right_at(scores, test_labels, margin),
            "steps": steps.float().mean().item(),
            "images": len(steps),
            "operations": asdict(operations_of(network, inputs, steps)),
        }
    return found


def runs(network: nn.Module, data: tuple, settings: dict, generator: Generator) -> dict[str, dict]:
    """Train a network and copies of it that are rounded; return what is measured of each."""
    digits, *others = data
    encode = coder(settings, generator)
    options = {"generator": generator, "penalty": charged(network, settings["charge"])}
    train(network, encode, digits, settings, **options)
    found = {"32": measures(network, encode, others, settings)}
    again = settings | {"epochs": settings["epochs_rounded"]}
    for bits in settings["bits"]:
        rounded = quantise(network, encode(digits[0][:1000]), bits)
        train(rounded, encode, digits, again, **options)
        found[str(bits)] = measures(rounded, encode, others, settings)
    return found


def arm_runs(name: str, seed: int, data: tuple, settings: dict) -> dict:
    """Return the runs of an arm of the ladder, or those of ordinary networks by their size."""
    generator = seed_torch(seed)
    if name != "ordinary":
        own = settings | settings["ladder"][name]
        return runs(spiking_network(own), data, own, generator)
    own = settings | settings["ordinary"]
    return {str(size): runs(ordinary_network(size), data, own, generator) for size in own["sizes"]}


def split(settings: dict) -> tuple[Digits, Digits, Digits]:
    """Return digits to train on, digits held out, and digits to test on."""
    samples = settings["samples"]
    digits, test = mini_digits(samples)
    images, labels, *_ = flat_mnist(samples + settings["held_out"], validate=False)
    return digits, (images[samples:], labels[samples:]), test


def add_to_record(name: str, found: dict, settings: dict) -> None:
    """Write one run into the record, in place of an earlier one of the same arm and seed."""
    results = results_with(NAME, settings)
    others = [each for each in results.get(name, []) if each["seed"] != found["seed"]]
    results[name] = sorted([*others, found], key=lambda each: each["seed"])
    record(NAME, settings, results)


def main(arguments: list[str] | None = None) -> None:
    """Run the arms that are asked for with each seed, and add each run to the record."""
    parser = parser_for(__doc__, SETTINGS, "samples", "held_out", "epochs", "seeds")
    parser.add_argument("--only", nargs="+", choices=ARMS, default=ARMS)
    told = on_threads(parser, arguments)
    arms = told.pop("only")
    settings = SETTINGS | told
    data = split(settings)
    for name in arms:
        for seed in settings["seeds"]:
            found = arm_runs(name, seed, data, settings)
            add_to_record(name, {"seed": seed} | found, settings)
            print(name, seed, said(found), flush=True)


def said(found: dict) -> dict:
    """Return the held-out accuracies in nested results, by the same names."""
    if "held_out" in found:
        return found["held_out"]
    return {name: said(inner) for name, inner in found.items()}


if __name__ == "__main__":
    main()
