"""Follow curves with spikes: errors of populations by size, and of read-outs by how they are found.

``python -m experiments.following_a_signal`` writes the record that page 23 shows. Each seed draws
the noise of the populations; and the tuning of a network, 32 curves to learn from (sums of sines)
and 32 of each kind to test on. Least squares also reads networks whose slopes are all steeper.
``--validate`` learns from 24 of the curves and prints the errors on the other eight for some
learning rates; by that those of the settings were chosen, with seed 0.
"""

from functools import partial

import torch
from torch import Tensor, nn

from experiments import told_settings
from snn_core import LIF, LeakyIntegrator
from snn_core.teaching.records import record
from snn_core.teaching.studies.decoders import (
    CURVES,
    TAU,
    read_by_least_squares,
    sines,
    spike_loss,
    spiking_output,
    train_to_follow,
    tuned_network,
)
from snn_core.teaching.studies.following import (
    balanced,
    curve_error,
    drive,
    independent,
    late,
    two_sines,
)
from snn_core.training import History

SETTINGS = {
    "sizes": [1, 4, 16, 64, 256],  # of the populations
    "step": 0.4,  # what a spike is worth to a neuron alone; a population shares it
    "neurons": [16, 64],  # of the networks
    "targets": ["curve", "square"],
    "curves": 32,
    "epochs": 60,
    "lr": {  # by arm, for each number of neurons
        "read-out by gradient": [3e-2, 3e-2],
        "BPTT": [1e-2, 3e-3],
        "least squares, then BPTT": [1e-3, 3e-4],
        "steeper, then BPTT": [1e-3, 3e-4],
        "spikes": [3e-2],
    },
    "steeper": 1.5,  # so many times, all slopes of one arm before BPTT
    "steepness": [1, 1.5, 2, 3, 5],  # of slopes that are not trained, read by least squares
    "late": {"late": 0.1, "late, more noise": 1.0},  # inhibition, by noise
    "steps": [0.1, 0.2, 0.4],  # of a spiking output
    "seeds": [0, 1, 2],
}
TARGETS = {"curve": lambda curve: curve, "square": lambda curve: 4 * (curve - 0.5).square()}


POPULATIONS = {"independent": independent, "balanced": balanced} | {
    name: partial(late, noise=noise) for name, noise in SETTINGS["late"].items()
}


def population_errors(kind: str, seed: int, settings: dict) -> dict:
    """Return the error of a kind of population, and its spikes per neuron, for each size."""
    curve, step = two_sines(), settings["step"]
    found = {"seed": seed, "errors": [], "spikes": []}
    for neurons in settings["sizes"]:
        generator = torch.Generator().manual_seed(seed)
        spikes = POPULATIONS[kind](curve, neurons, step, generator=generator)
        estimate = step * LeakyIntegrator(tau_mem=TAU)(spikes).mean(-1, keepdim=True)
        found["errors"].append(round(curve_error(estimate, curve), 6))
        found["spikes"].append(round(spikes.sum().item() / neurons, 2))
    return found


@torch.no_grad()
def errors(network: nn.Module, curves: dict[str, Tensor], target: str, scale: float = 1.0) -> dict:
    """Return the error of a network's output on each kind of curve."""
    heard = {kind: drive(curve, tau_mem=TAU) for kind, curve in curves.items()}
    return {
        kind: curve_error(scale * network(heard[kind]), TARGETS[target](curve))
        for kind, curve in curves.items()
    }


def mean_of(courses: list[dict]) -> dict:
    """Return the mean of some measurements, by name."""
    return {
        name: round(sum(each[name] for each in courses) / len(courses), 5) for name in courses[0]
    }


def trained(network, curves, target, test, generator, *, lr, epochs, output=None, **options):
    """Train a network, and return its errors on the test curves, the mean of the last five epochs.

    `output` is what is measured, the network itself if None; further options are those of `follow`.
    """
    courses = []

    def measure(history: History) -> None:
        if len(history.loss) > (epochs - 5) * history.batches_per_epoch:
            courses.append(errors(output or network, test, target))

    goal = TARGETS[target](curves)
    options |= {"lr": lr, "epochs": epochs, "after_epoch": measure}
    train_to_follow(network, curves, goal, generator, **options)
    return mean_of(courses)


class Traced(nn.Module):
    """The filtered spikes of a network, times what a spike is worth."""

    def __init__(self, network: nn.Module, step: float):
        super().__init__()
        self.network, self.step = network, step
        self.filter = LeakyIntegrator(tau_mem=TAU)

    def forward(self, current: Tensor) -> Tensor:
        """Return the trace ``[T, B, 1]``."""
        return self.step * self.filter(self.network(current))


def data_of(seed: int, curves: int, validate: bool) -> tuple[Tensor, dict[str, Tensor]]:
    """Return curves to learn from, and curves of each kind to test on; or some of the former."""
    generator = torch.Generator().manual_seed(seed)
    train = sines(curves, generator)
    if validate:
        held_out = curves // 4
        return train[:, held_out:], {"sines": train[:, :held_out]}
    return train, {kind: draw(curves, generator) for kind, draw in CURVES.items()}


def rate_of(network: nn.Sequential, curves: Tensor) -> float:
    """Return the spikes per neuron and second of a network that hears some curves."""
    spikes = network[:2](drive(curves, tau_mem=TAU))
    return round(1000 * spikes.mean().item(), 2)


def decoder_errors(seed: int, neurons: int, target: str, settings: dict, validate: bool) -> dict:
    """Return by arm the errors of one network's read-out, and the spikes per neuron and second."""
    train, test = data_of(seed, settings["curves"], validate)
    found = {}
    for arm in ("least squares", *list(settings["lr"])[:-1]):
        generator = torch.Generator().manual_seed(100 + seed)
        steepness = settings["steeper"] if arm.startswith("steeper") else 1.0
        network = tuned_network(neurons, generator, steepness=steepness)
        if arm.startswith(("least", "steeper")):
            read_by_least_squares(network, train, TARGETS[target](train))
        if arm == "least squares":
            found[arm] = mean_of([errors(network, test, target)])
        else:
            network[0].requires_grad_(arm != "read-out by gradient")
            lr = settings["lr"][arm][settings["neurons"].index(neurons)]
            options = {"lr": lr, "epochs": settings["epochs"]}
            found[arm] = trained(network, train, target, test, generator, **options)
        found[arm] |= {"seed": seed, "rate": rate_of(network, test["sines"])}
        print(neurons, target, arm, found[arm], flush=True)
    return found


def steep_errors(seed: int, neurons: int, target: str, settings: dict) -> dict:
    """Return by steepness the errors of a read-out by least squares, and the spikes likewise."""
    train, test = data_of(seed, settings["curves"], validate=False)
    found = {}
    for steepness in settings["steepness"]:
        generator = torch.Generator().manual_seed(100 + seed)
        network = tuned_network(neurons, generator, steepness=steepness)
        read_by_least_squares(network, train, TARGETS[target](train))
        run = mean_of([errors(network, test, target)])
        found[f"{steepness:g}"] = run | {"seed": seed, "rate": rate_of(network, test["sines"])}
    return found


def spiking_errors(seed: int, step: float, settings: dict, validate: bool) -> dict:
    """Return the errors of a network with one spiking output, trained by filtered spikes.

    And those of one that is not trained: a neuron spikes what least squares reads.
    """
    train, test = data_of(seed, settings["curves"], validate)
    generator = torch.Generator().manual_seed(100 + seed)
    network = tuned_network(settings["neurons"][0], generator)
    read_by_least_squares(network, train, train)
    solved = errors(Traced(spiking_output(network, step), step), test, "curve")
    generator = torch.Generator().manual_seed(100 + seed)
    network = tuned_network(settings["neurons"][0], generator)[:3].append(LIF(tau_mem=TAU))
    options = {"lr": settings["lr"]["spikes"][0], "epochs": settings["epochs"]}
    options |= {"loss": spike_loss(step), "output": Traced(network, step)}
    found = {"seed": seed} | trained(network, train, "curve", test, generator, **options)
    found["solved"] = mean_of([solved])
    print("spiking output", step, found, flush=True)
    return found


def by_arm(runs: list[dict]) -> dict:
    """Return lists of runs by arm, from what each seed found by arm."""
    return {arm: [run[arm] for run in runs] for arm in runs[0]}


def by_network(of_one, settings: dict, *more) -> dict:
    """Return what a function finds, by target, number of neurons and arm: lists of runs."""
    return {
        target: {
            str(neurons): by_arm(
                [of_one(seed, neurons, target, settings, *more) for seed in settings["seeds"]]
            )
            for neurons in settings["neurons"]
        }
        for target in settings["targets"]
    }


def everything(settings: dict, validate: bool = False) -> dict:
    """Run all arms with all seeds; return lists of runs."""
    decoders = by_network(decoder_errors, settings, validate)
    spiking = {
        str(step): [spiking_errors(seed, step, settings, validate) for seed in settings["seeds"]]
        for step in settings["steps"]
    }
    return {"decoders": decoders, "spiking output": spiking}


def main(arguments: list[str] | None = None) -> None:
    """Run everything and write the record, or compare learning rates."""
    settings, validate = told_settings(__doc__, SETTINGS, "epochs", "seeds", arguments=arguments)
    torch.set_num_threads(1)
    if validate:
        few = {"targets": ["curve"], "steps": [0.1]}
        for lr in (3e-4, 1e-3, 3e-3, 1e-2, 3e-2):
            print("learning rate", lr)
            rates = {"lr": dict.fromkeys(settings["lr"], [lr, lr])}
            everything(settings | few | rates, validate=True)
        return
    populations = {
        kind: [population_errors(kind, seed, settings) for seed in settings["seeds"]]
        for kind in POPULATIONS
    }
    found = {"populations": populations, "steepness": by_network(steep_errors, settings)}
    record("following_a_signal", settings, found | everything(settings))


if __name__ == "__main__":
    main()
