"""Count what spiking and ordinary readers of digits do, and how well they read.

``python -m experiments.energy`` writes the record that page 21 shows: operations,
not energies, so that every table of energies can be put to them. All networks are trained on the
first 4,500 bundled training digits, shifted by up to a pixel; the others are held out. On these the
sizes of ordinary networks are compared, and the margin is chosen at which a spiking network stops.
Learning rates and charges were chosen on held-out training digits as well.

- *ladder*: a spiking network of 256 hidden neurons, changed in one thing at a time: direct input
  for 25 steps; a rate code; fewer steps; a charge for hidden spikes; events in place of the rate
  code, so that a digit that stands still sends nothing after its first steps; fewer neurons.
- *ordinary*: ReLU networks of several sizes, charged for hidden activity.

Each is also rounded to 8 and 4 bits, and trained on with that. Spiking networks that stop early
have read for as many steps as each digit needs. ``--only`` runs some parts and adds them to the
record.
"""

from dataclasses import asdict
from functools import partial

import torch
from torch import Generator, Tensor, nn

from experiments import mini_digits, on_threads, parser_for, results_with
from snn_core import LIF, LeakyIntegrator, encoding
from snn_core.encoding import Encoder
from snn_core.energy import Operations, count_operations, quantise
from snn_core.layers import Repeat
from snn_core.losses import accuracy, l1_activity, max_membrane, max_membrane_cross_entropy
from snn_core.teaching.records import record
from snn_core.training import Penalty, fit, one_cycle, seed_torch

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
    },
    "ordinary": {"sizes": [16, 24, 32, 48, 64, 96, 128], "charge": 0.3, "lr": 5e-3},
    "bits": [8, 4],
    "stop": {"loss": 0.005, "margins": [0.5, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0]},
    "samples": 5000,
    "held_out": 500,
    "epochs": 15,
    "epochs_rounded": 4,
    "lr": 2e-3,
    "weight_decay": 0.1,
    "batch_size": 64,
    "seeds": [0, 1, 2],
}
PARTS = (*SETTINGS["ladder"], "ordinary")

Digits = tuple[Tensor, Tensor]


def coder(settings: dict, generator: Generator) -> Encoder:
    """Return the encoder of an arm of the ladder, from images ``[B, 784]`` to ``[T, B, 784]``."""
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


def ordinary_network(hidden: int) -> nn.Sequential:
    """Return a ReLU network whose output ``[1, B, 10]`` is read as that of the spiking ones."""
    return nn.Sequential(nn.Linear(784, hidden), nn.ReLU(), nn.Linear(hidden, 10), Repeat(1))


def charged(network: nn.Sequential, charge: float) -> Penalty:
    """Return what is charged for the activity of the hidden layer, spikes or not, per image."""
    seen = {}
    network[1].register_forward_hook(lambda _, __, output: seen.update(hidden=output))

    def penalty(_: list[Tensor]) -> Tensor:
        hidden = seen["hidden"]
        return charge * l1_activity(hidden if hidden.dim() == 3 else hidden[None])

    return penalty


def train(
    network: nn.Module, encode: Encoder, digits: Digits, settings: dict, epochs: int, **options
) -> None:
    """Fit a network to shifted digits with AdamW over one cycle."""
    lr = settings["lr"]
    generator = options["generator"]

    def shifted(images: Tensor) -> Tensor:
        shift = torch.randint(-1, 2, (2,), generator=generator).tolist()
        return encode(images.view(-1, 28, 28).roll(shift, (1, 2)).flatten(1))

    optimizer = torch.optim.AdamW(network.parameters(), lr, weight_decay=settings["weight_decay"])
    updates = epochs * -(-len(digits[0]) // settings["batch_size"])
    fit(
        network,
        *digits,
        encode=shifted,
        loss=max_membrane_cross_entropy,
        optimizer=optimizer,
        epochs=epochs,
        batch_size=settings["batch_size"],
        after_batch=one_cycle(optimizer, lr, updates).step,
        progress=False,
        **options,
    )
    network.eval()


@torch.no_grad()
def measure(network: nn.Module, encode: Encoder, held_out: Digits, test: Digits) -> dict:
    """Return both accuracies, and the operations for all test images."""
    scores = [max_membrane(network(encode(images))) for images, _ in (held_out, test)]
    counts = count_operations(network, encode(test[0]))
    return {
        "held_out": accuracy(scores[0], held_out[1]),
        "test": accuracy(scores[1], test[1]),
        "images": counts.images,
        "operations": asdict(counts.total),
    }


@torch.no_grad()
def steps_needed(network: nn.Module, inputs: Tensor, margin: float) -> Tensor:
    """Return how many steps ``[B]`` pass until the best score leads by a margin, at most T."""
    best = network(inputs).cummax(0).values.topk(2, dim=2).values
    sure = best[..., 0] - best[..., 1] >= margin
    sure[-1] = True
    return sure.int().argmax(0) + 1


@torch.no_grad()
def right_at(network: nn.Module, inputs: Tensor, labels: Tensor, steps: Tensor) -> float:
    """Return the accuracy when each image is read up to its own number of steps."""
    scores = network(inputs).cummax(0).values
    return accuracy(scores[steps - 1, torch.arange(len(labels))], labels)


def stopped(
    network: nn.Module, encode: Encoder, held_out: Digits, test: Digits, settings: dict
) -> dict:
    """Return what `measure` does when images are read only until the answer is sure enough.

    The margin is the smallest with which the held-out digits lose no more than the settings allow.
    """
    inputs = encode(held_out[0])
    whole = torch.full((inputs.shape[1],), len(inputs))
    wanted = right_at(network, inputs, held_out[1], whole) - settings["stop"]["loss"]
    for margin in settings["stop"]["margins"]:
        found = right_at(network, inputs, held_out[1], steps_needed(network, inputs, margin))
        if found >= wanted:
            break
    inputs = encode(test[0])
    steps = steps_needed(network, inputs, margin)
    together = Operations()
    for last in steps.unique().tolist():
        done = count_operations(network, inputs[:last, steps == last]).total
        together += done
    kept = {name: getattr(done, name) for name in ("parameters", "states")}
    return {
        "margin": margin,
        "steps": steps.float().mean().item(),
        "held_out": found,
        "test": right_at(network, inputs, test[1], steps),
        "images": len(steps),
        "operations": asdict(together) | kept,
    }


def measures(network: nn.Module, encode: Encoder, held_out: Digits, test: Digits, settings: dict):
    """Yield a name for a way to run a network, and what is measured of it."""
    yield "whole", measure(network, encode, held_out, test)
    if any(isinstance(layer, LIF) for layer in network.modules()):
        yield "stopped", stopped(network, encode, held_out, test, settings)


def runs(
    network: nn.Sequential, encode: Encoder, data: tuple, settings: dict, generator: Generator
) -> dict[str, dict]:
    """Train a network and copies of it that are rounded; return what is measured of each."""
    digits, *others = data
    options = {"generator": generator, "penalty": charged(network, settings["charge"])}
    train(network, encode, digits, settings, settings["epochs"], **options)
    found = {"32": dict(measures(network, encode, *others, settings))}
    for bits in settings["bits"]:
        rounded = quantise(network, encode(digits[0][:1000]), bits)
        train(rounded, encode, digits, settings, settings["epochs_rounded"], **options)
        found[str(bits)] = dict(measures(rounded, encode, *others, settings))
    return found


def arm_runs(name: str, seed: int, data: tuple, settings: dict) -> dict:
    """Return the runs of an arm of the ladder, or those of ordinary networks by their size."""
    generator = seed_torch(seed)
    if name != "ordinary":
        own = settings | settings["ladder"][name]
        encode = coder(own, generator)
        return runs(spiking_network(own), encode, data, own, generator)
    own = settings | settings["ordinary"]
    return {
        str(size): runs(ordinary_network(size), nn.Identity(), data, own, generator)
        for size in own["sizes"]
    }


def split(settings: dict) -> tuple[Digits, Digits, Digits]:
    """Return digits to train on, digits held out, and digits to test on."""
    (images, labels), test = mini_digits(settings["samples"])
    last = len(images) - settings["held_out"]
    return (images[:last], labels[:last]), (images[last:], labels[last:]), test


def main(arguments: list[str] | None = None) -> None:
    """Run the parts that are asked for and write the record."""
    parser = parser_for(__doc__, SETTINGS, "samples", "held_out", "epochs", "seeds")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    told = on_threads(parser, arguments)
    parts = told.pop("only")
    settings = SETTINGS | told
    results = results_with(NAME, settings)
    data = split(settings)
    for name in parts:
        results[name] = []
        for seed in settings["seeds"]:
            found = arm_runs(name, seed, data, settings)
            results[name].append({"seed": seed} | found)
            print(name, seed, said(found), flush=True)
        record(NAME, settings, results)


def said(found: dict) -> dict:
    """Return the test accuracies in nested results, by the same names."""
    if "test" in found:
        return found["test"]
    return {name: said(inner) for name, inner in found.items()}


if __name__ == "__main__":
    main()
