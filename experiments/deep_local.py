"""Train deep networks end to end, and layer by layer, and read every layer (page 14).

``python -m experiments.deep_local`` writes the record that page 14 shows. The task is digits that
are shifted at random, by up to four pixels, in training and in test. Compared are BPTT through
networks of one to four layers; one network of four layers in which each learns from the loss of its
own fixed random readout (DECOLLE); the same losses without the cuts between the layers; the same
with readouts that learn as well, for all three; and layers that stay as drawn under readouts that
learn. Rate and surrogate of each arm are chosen on held-out training images, with a seed of its
own; those without the cuts are taken as chosen with them.
"""

from functools import partial
from itertools import product

from torch import Generator, Tensor

from experiments import fit_one_cycle, mini_digits, parser_for
from snn_core import encoding
from snn_core.losses import stepwise_membrane_cross_entropy
from snn_core.teaching.records import record
from snn_core.teaching.studies.layer_stack import (
    LayerStack,
    OwnLosses,
    read_layers,
    shifted,
)
from snn_core.training import seed_torch

SETTINGS = {
    "samples": 5000,
    "held_out": 1000,
    "shift": 4,
    "steps": 10,
    "hidden": 100,
    "depth": 4,
    "reading": 3.0,
    "epochs": 8,
    "batch_size": 64,
    "rates": [0.001, 0.003, 0.01],
    "rates_of_frozen": [0.01, 0.03, 0.1],
    "scales": [10.0, 4.0],
    "gain_of_frozen": 3.0,
    "tuning": 100,
    "seeds": [0, 1, 2],
}


def spikes_of(images: Tensor, settings: dict, generator: Generator) -> Tensor:
    """Return the spikes ``[T, B, 784]`` of images ``[B, 784]``, each shifted at random."""
    moved = shifted(images, settings["shift"], generator)
    return encoding.rate(moved, settings["steps"], generator=generator)


def stack_for(
    arm: str, depth: int, scale: float, settings: dict, generator: Generator
) -> LayerStack:
    """Return a network in which only what learns in this arm asks for a gradient."""
    gain = settings["gain_of_frozen"] if arm == "frozen" else 1.0
    sizes = (784, settings["hidden"], depth)
    options = {"scale": scale, "gain": gain, "readout_scale": settings["reading"]}
    network = LayerStack(*sizes, **options, generator=generator)
    network.layers.requires_grad_(arm != "frozen")
    for readout in network.readouts:
        readout.requires_grad_("readouts" in arm or arm == "frozen")
    return network


def trained(
    arm: str, depth: int, choice: dict, data: tuple, settings: dict, seed: int
) -> list[float]:
    """Return the accuracy of every readout after a training, in [0, 1].

    Args:
        arm: "BPTT", "local", "together" or "frozen", maybe with " + readouts".
        depth: number of layers.
        choice: "lr" and "scale".
        data: values and labels to train, then those to test.
        settings: those of the experiment.
        seed: of weights, shifts, spikes and order.
    """
    generator = seed_torch(seed)
    network = stack_for(arm, depth, choice["scale"], settings, generator)
    encode = partial(spikes_of, settings=settings, generator=generator)
    fit_one_cycle(
        network,
        data[:2],
        settings,
        generator,
        lr=choice["lr"],
        encode=encode,
        loss=stepwise_membrane_cross_entropy,
        learner=None if arm.startswith("BPTT") else OwnLosses(network, apart="together" not in arm),
        progress=False,
    )
    found = read_layers(network, encode(data[2]), data[3])
    return [round(share, 4) for share in found]


def chosen(arm: str, depth: int, data: tuple, settings: dict) -> tuple[dict, list[dict]]:
    """Return the best rate and surrogate for an arm, and all that were tried.

    Of a network that is read at every layer the mean over its layers counts.
    """
    keep = settings["samples"] - settings["held_out"]
    split = (data[0][:keep], data[1][:keep], data[0][keep:], data[1][keep:])
    rates, scales = settings["rates"], settings["scales"]
    if arm == "frozen":  # no gradient passes a spike
        rates, scales = settings["rates_of_frozen"], scales[:1]
    tried = []
    for lr, scale in product(rates, scales):
        choice = {"lr": lr, "scale": scale}
        found = trained(arm, depth, choice, split, settings, settings["tuning"])
        score = found[-1] if arm.startswith("BPTT") else sum(found) / len(found)
        tried.append(choice | {"score": round(score, 4)})
        print(arm, depth, tried[-1], found, flush=True)
    best = max(tried, key=lambda each: each["score"])
    return best, tried


def arms_of(settings: dict) -> list[tuple[str, int]]:
    """Return arms with depths: BPTT needs a network for each depth, the others one for all."""
    deepest = settings["depth"]
    ways = [("local", deepest), ("together", deepest), ("frozen", deepest)]
    return ways + [("BPTT", depth) for depth in range(1, deepest + 1)]


def main(arguments: list[str] | None = None) -> None:
    """Choose for each arm, train with every seed, and write the record."""
    names = (
        "samples",
        "held_out",
        "epochs",
        "depth",
        "rates",
        "rates_of_frozen",
        "scales",
        "seeds",
    )
    settings = SETTINGS | vars(parser_for(__doc__, SETTINGS, *names).parse_args(arguments))
    train, test = mini_digits(settings["samples"])
    data = (*train, *test)
    results = {"tuning": {}, "accuracy": {}}
    for arm, depth in arms_of(settings):
        if arm != "together":  # which takes what was chosen for "local", before it
            best, tried = chosen(arm, depth, data, settings)
            results["tuning"][f"{arm} {depth}"] = tried
        kinds = [arm] if arm == "frozen" else [arm, f"{arm} + readouts"]
        for kind in kinds:
            runs = [trained(kind, depth, best, data, settings, s) for s in settings["seeds"]]
            results["accuracy"][f"{kind} {depth}"] = runs
            print(kind, depth, best, runs, flush=True)
    record("deep_local", settings, results)


if __name__ == "__main__":
    main()
