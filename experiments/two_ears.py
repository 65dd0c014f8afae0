"""Let delays and coincidence detectors learn where a sound comes from; compare with the limit.

``python -m experiments.two_ears`` writes the record that page 22 shows. Every detector hears every
fibre of both ears, each through a delay of its own, random at first; twelve outputs weigh the
spikes of the detectors. Only these delays and the outputs learn. Every batch and every test is of
new trials. An accuracy is the mean of the last five epochs, for sources in the middles of twelve
sectors. After the last epoch three more are measured: that of the most likely direction, that of
the network for sources anywhere in the sectors, and for a right ear that hears another trial.

Arms with a jitter learn; the others keep their delays: 0, random ones, the same with weights twice
as large, random ones that all fibres of an ear share, or those of a row laid by hand.
``--arms`` runs some arms and adds them to the record.

The networks learn from directions of any size: one between two of the twelve is shared out between
them, the more to the nearer. So the mean of the twelve, weighed by the softmax of their scores, is
an estimate in degrees. Its error, up to 60 degrees to either side, stands beside that of the most
likely direction, and beside the smallest that can be (Cramér, Rao).
"""

from functools import partial
from itertools import product

import torch
from torch import Generator, Tensor, nn
from torch.nn.functional import cross_entropy

from experiments import add_run, fit_one_cycle, on_threads, parser_for
from snn_core.layers import set_width
from snn_core.losses import spike_count, summed_membrane
from snn_core.tasks import TwoEars
from snn_core.teaching.studies.two_ears import (
    DIRECTIONS,
    made_up_for,
    shared_out,
    two_ears_network,
)
from snn_core.training import History, evaluate, seed_torch

SETTINGS = {
    "seeds": [0, 1, 2],
    "arms": {  # jitter in ms, and options of the delays
        "jitter 0.05": [0.05, {}],
        "jitter 0.1": [0.1, {}],
        "jitter 0.2": [0.2, {}],
        "jitter 0.3": [0.3, {}],
        "no delays": [0.1, {"delay": 0.0, "learn": False}],
        "random delays": [0.1, {"learn": False}],
        "random delays, louder": [0.1, {"learn": False, "louder": 2.0}],
        "random ears": [0.1, {"alike": "random", "learn": False}],
        "row by hand": [0.1, {"alike": "row", "learn": False}],
    },
    "epochs": 15,
    "samples": 640,  # of an epoch
    "batch_size": 32,
    "lr": 0.02,
    "widths": [0.15, 0.02],  # of the delays in ms, at first and in the last third
    "tests": 360,  # after each epoch
    "kept": 5,  # last epochs
    "measured": 720,  # trials for the error in degrees
    "within": 60.0,  # degrees
    "looked_at": 37,  # directions for the tuning of detectors
    "looks": 16,
    "awake": 3.0,  # spikes in a trial from the direction that a detector likes best
}


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


def shuffled(network: nn.Sequential, task: TwoEars, seed: int, settings: dict) -> float:
    """Return the accuracy with the right ear of another trial."""
    source = seed_torch(2000 + seed)

    def mixed(direction: Tensor) -> Tensor:
        return with_another_right_ear(task.inputs(direction, generator=source), task, source)

    to_test = trials(settings["kept"] * settings["tests"])
    return evaluate(network, *to_test, encode=mixed, decode=summed_membrane)


def in_sectors(network: nn.Sequential, task: TwoEars, seed: int, settings: dict) -> float:
    """Return the accuracy for sources anywhere: the answer is right if its sector is."""
    source = seed_torch(4000 + seed)
    direction = 180 * torch.rand(settings["kept"] * settings["tests"], generator=source) - 90
    encode = partial(task.inputs, generator=source)
    return evaluate(network, direction, sector(direction), encode=encode, decode=summed_membrane)


def of_likeliest(task: TwoEars, seed: int, settings: dict) -> float:
    """Return the accuracy of the most likely direction."""
    source = seed_torch(5000 + seed)
    direction, labels = trials(settings["tests"])
    found = sector(task.likeliest(task.inputs(direction, generator=source)))
    return (found == labels).float().mean().item()


def sector(direction: Tensor) -> Tensor:
    """Return in which of the twelve sectors directions ``[B]`` lie."""
    return (direction[:, None] - DIRECTIONS).abs().argmin(1)


def with_another_right_ear(spikes: Tensor, task: TwoEars, source: Generator) -> Tensor:
    """Return spikes in which each left ear has the right ear of any trial of the batch."""
    left, right = spikes.split(task.fibres, 2)
    return torch.cat([left, right[:, torch.randperm(spikes.shape[1], generator=source)]], 2)


@torch.no_grad()
def tuning(network: nn.Sequential, task: TwoEars, seed: int, settings: dict) -> dict:
    """Return for each detector where it fires most, and what its delays make up for, in ms."""
    source = seed_torch(3000 + seed)
    direction = torch.linspace(-90, 90, settings["looked_at"])
    repeated = direction.repeat(settings["looks"])
    heard = counts(network, task, repeated, source).unflatten(0, (settings["looks"], -1)).mean(0)
    awake = heard.amax(0) >= settings["awake"]
    best = task.difference(direction[heard.argmax(0)])
    apart = made_up_for(network)
    return {
        "awake": awake.tolist(),
        "preferred": best.tolist(),
        "made up for": apart.tolist(),
        "correlation": correlation(best[awake], apart[awake]),
    }


def correlation(first: Tensor, second: Tensor) -> float | None:
    """Return the correlation of two lists of numbers; None if there is none."""
    if len(first) < 2 or first.std() == 0 or second.std() == 0:
        return None
    return torch.corrcoef(torch.stack([first, second]))[0, 1].item()


def main(arguments: list[str] | None = None) -> None:
    """Train and measure all networks; write each into the record."""
    names = ("seeds", "epochs", "samples", "tests", "measured")
    parser = parser_for(__doc__, SETTINGS, *names)
    parser.add_argument("--arms", nargs="+", choices=SETTINGS["arms"], default=SETTINGS["arms"])
    told = on_threads(parser, arguments)
    arms = list(told.pop("arms"))
    settings = SETTINGS | told
    for arm, seed in product(arms, settings["seeds"]):
        run = rounded(one_run(arm, seed, settings))
        add_run("two_ears", settings, arm, run)
        print(arm, seed, run["accuracy"], run["errors"], run["correlation"], flush=True)


def one_run(arm: str, seed: int, settings: dict) -> dict:
    """Train a network and measure all there is to measure."""
    jitter, delays = settings["arms"][arm]
    task = TwoEars(jitter=jitter)
    network, run = learn(task, seed, settings, **delays)
    run["errors"] = errors(network, task, seed, settings)
    run["likeliest"] = of_likeliest(task, seed, settings)
    run["anywhere"] = in_sectors(network, task, seed, settings)
    run["one ear shuffled"] = shuffled(network, task, seed, settings)
    return run | tuning(network, task, seed, settings)


def rounded(results: object) -> object:
    """Return results with four decimals."""
    if isinstance(results, dict):
        return {key: rounded(each) for key, each in results.items()}
    if isinstance(results, list):
        return [rounded(each) for each in results]
    return round(results, 4) if isinstance(results, float) else results


if __name__ == "__main__":
    main()
