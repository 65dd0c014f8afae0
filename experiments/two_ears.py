"""Let delays and coincidence detectors learn where a sound comes from; compare with the limit.

``python -m experiments.two_ears`` writes the record that page 22 shows. Every detector hears every
fibre of both ears, each through a delay of its own, random at first; twelve outputs weigh the
spikes of the detectors. Every batch and every test is of new trials. An accuracy is the mean of the
last five epochs. "one ear shuffled" tests the trained networks with the right ear of another trial.

The networks learn from directions of any size: one that lies between two of the twelve is shared out
between them, the more to the nearer. So the mean of the twelve, weighed by the softmax of their
scores, is an estimate in degrees. Its error, up to 60 degrees to either side, stands beside that of
the most likely direction, and beside the smallest that can be (Cramér, Rao).
"""

from functools import partial

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from experiments import fit_one_cycle, on_threads, parser_for
from snn_core.layers import set_width
from snn_core.losses import spike_count, summed_membrane
from snn_core.tasks import TwoEars
from snn_core.teaching.records import record
from snn_core.teaching.studies.two_ears import (
    DIRECTIONS,
    made_up_for,
    shared_out,
    two_ears_network,
)
from snn_core.training import History, evaluate, seed_torch

SETTINGS = {
    "seeds": [0, 1, 2],
    "jitters": [0.05, 0.1, 0.2, 0.4],  # ms
    "jitter": 0.1,  # of the controls
    "epochs": 15,
    "samples": 640,  # of an epoch
    "batch_size": 32,
    "lr": 0.01,
    "widths": [0.15, 0.02],  # of the delays in ms, at first and in the last third
    "tests": 360,  # after each epoch
    "kept": 5,  # last epochs
    "measured": 960,  # trials for the error in degrees
    "within": 60.0,  # degrees
    "looked_at": 37,  # directions for the tuning of detectors
    "looks": 16,
}
CONTROLS = {"no delays": {"delay": 0.0, "learn": False}, "random delays": {"learn": False}}


def trials(count: int) -> tuple[Tensor, Tensor]:
    """Return directions in degrees and labels ``[count]``, all twelve equally often."""
    labels = torch.arange(count) % len(DIRECTIONS)
    return DIRECTIONS[labels], labels


def learn(task: TwoEars, seed: int, settings: dict, **delays) -> tuple[nn.Sequential, dict]:
    """Train a network; return it, and its accuracies after each epoch with their mean."""
    generator = seed_torch(seed)
    network = two_ears_network(task, generator=generator, **delays)
    encode = partial(task.inputs, generator=generator)
    to_test = trials(settings["tests"])
    course = []

    def test(_: History) -> None:
        course.append(evaluate(network, *to_test, encode=encode, decode=summed_membrane))

    heard = (2 * torch.rand(settings["samples"], generator=generator) - 1) * DIRECTIONS[-1]
    fit_one_cycle(
        network,
        (heard, shared_out(heard)),
        settings,
        generator,
        also=Narrowing(network, settings),
        encode=encode,
        loss=scores_loss,
        accuracy=False,
        after_epoch=test,
        progress=False,
    )
    last = course[-settings["kept"] :]
    return network, {"seed": seed, "accuracy": sum(last) / len(last), "course": course}


def scores_loss(output: Tensor, wanted: Tensor) -> Tensor:
    """Return the cross-entropy of the summed output to the shares ``[B, 12]`` of the directions."""
    return cross_entropy(summed_membrane(output), wanted)


class Narrowing:
    """Narrow the delays of a network after each update, by a factor; the last third is narrow."""

    def __init__(self, network: nn.Module, settings: dict):
        self.network = network
        self.width, self.end = settings["widths"]
        updates = settings["epochs"] * -(-settings["samples"] // settings["batch_size"])
        self.factor = (self.end / self.width) ** (1 / (2 * updates / 3))
        set_width(network, self.width)

    def __call__(self) -> None:
        """Make the delays a little narrower."""
        self.width = max(self.end, self.width * self.factor)
        set_width(self.network, self.width)


@torch.no_grad()
def counts(network: nn.Sequential, task: TwoEars, direction: Tensor, source: Generator) -> Tensor:
    """Return how often each detector spikes, ``[B, detectors]``, in new trials."""
    batches = direction.split(120)
    network.eval()
    return torch.cat([spike_count(network[:2](task.inputs(d, generator=source))) for d in batches])


@torch.no_grad()
def errors(network: nn.Sequential, task: TwoEars, seed: int, settings: dict) -> dict:
    """Return errors in degrees, root mean square: of the network, the decoder, and the limit."""
    source = seed_torch(1000 + seed)
    within = settings["within"]
    direction = within * (2 * torch.rand(settings["measured"], generator=source) - 1)
    network.eval()
    read = []
    likely = []
    for some in direction.split(120):
        spikes = task.inputs(some, generator=source)
        read.append(summed_membrane(network(spikes)).softmax(1) @ DIRECTIONS)
        likely.append(task.likeliest(spikes))
    return {
        "network": root_mean_square(torch.cat(read) - direction),
        "likeliest": root_mean_square(torch.cat(likely) - direction),
        "limit": root_mean_square(task.limit(direction)),
    }


def root_mean_square(values: Tensor) -> float:
    """Return the root of the mean square."""
    return values.square().mean().sqrt().item()


@torch.no_grad()
def shuffled(network: nn.Sequential, task: TwoEars, seed: int, settings: dict) -> float:
    """Return the accuracy with the right ear of another trial."""
    source = seed_torch(2000 + seed)

    def mixed(direction: Tensor) -> Tensor:
        spikes = task.inputs(direction, generator=source)
        other = torch.randperm(len(direction), generator=source)
        spikes[..., task.fibres :] = spikes[:, other, task.fibres :]
        return spikes

    direction, labels = trials(settings["kept"] * settings["tests"])
    return evaluate(network, direction, labels, encode=mixed, decode=summed_membrane)


def tuning(network: nn.Sequential, task: TwoEars, seed: int, settings: dict) -> dict:
    """Return how often each detector spikes by direction, where most often, and its delays."""
    source = seed_torch(3000 + seed)
    direction = torch.linspace(-90, 90, settings["looked_at"])
    repeated = direction.repeat(settings["looks"])
    heard = counts(network, task, repeated, source).unflatten(0, (settings["looks"], -1)).mean(0)
    best = task.difference(direction[heard.argmax(0)])
    apart = made_up_for(network)
    return {
        "counts": heard.T.tolist(),
        "preferred": best.tolist(),
        "made up for": apart.tolist(),
        "correlation": torch.corrcoef(torch.stack([best, apart]))[0, 1].item(),
    }


def main(arguments: list[str] | None = None) -> None:
    """Train all networks, measure them, and write the record."""
    names = ("seeds", "jitters", "epochs", "samples", "tests", "measured")
    settings = SETTINGS | on_threads(parser_for(__doc__, SETTINGS, *names), arguments)
    results = {"jitters": {}, "controls": {name: [] for name in CONTROLS}}
    for jitter in settings["jitters"]:
        task = TwoEars(jitter=jitter)
        results["jitters"][f"{jitter:g}"] = [one_run(task, s, settings) for s in settings["seeds"]]
    task = TwoEars(jitter=settings["jitter"])
    for name, delays in CONTROLS.items():
        runs = [learn(task, seed, settings, **delays)[1] for seed in settings["seeds"]]
        results["controls"][name] = runs
        print(name, [run["accuracy"] for run in runs], flush=True)
    record("two_ears", settings, rounded(results))


def one_run(task: TwoEars, seed: int, settings: dict) -> dict:
    """Train a network and measure all there is to measure."""
    network, run = learn(task, seed, settings)
    run["errors"] = errors(network, task, seed, settings)
    run["one ear shuffled"] = shuffled(network, task, seed, settings)
    run |= tuning(network, task, seed, settings)
    print(task.jitter, seed, run["accuracy"], run["errors"], run["correlation"], flush=True)
    return run


def rounded(results: object) -> object:
    """Return results with four decimals."""
    if isinstance(results, dict):
        return {key: rounded(each) for key, each in results.items()}
    if isinstance(results, list):
        return [rounded(each) for each in results]
    return round(results, 4) if isinstance(results, float) else results


if __name__ == "__main__":
    main()
