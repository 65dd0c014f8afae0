"""Trainings and sweeps too long for a page, one module each; each writes a record that pages show.

A module has `SETTINGS`, what decides its result, and `main`, which runs it with them and hands both
to `snn_core.teaching.records.record`. ``python -m experiments.NAME --help`` lists its options.
"""

import json
from argparse import ArgumentParser
from collections.abc import Callable

import torch
from torch import Generator, Tensor, nn

from experiments._processes import joint, shared
from snn_core.teaching.inputs import flat_digits
from snn_core.teaching.records import record, recorded
from snn_core.training import History, fit, one_cycle


def parser_for(description: str, settings: dict, *names: str) -> ArgumentParser:
    """Return a parser with an option for each of some settings.

    Args:
        description: of the experiment; its first line is shown.
        settings: numbers, or lists of numbers, by name.
        names: the settings that an option may replace; their values are the defaults.

    >>> parser_for("Train.", {"epochs": 5, "seeds": [0, 1]}, "epochs", "seeds").parse_args([])
    Namespace(epochs=5, seeds=[0, 1])
    """
    parser = ArgumentParser(description=description.splitlines()[0])
    for name in names:
        default = settings[name]
        option = f"--{name.replace('_', '-')}"
        if isinstance(default, list):
            parser.add_argument(option, type=type(default[0]), nargs="+", default=default)
        else:
            parser.add_argument(option, type=type(default), default=default)
    return parser


def told_settings(
    description: str, settings: dict, *names: str, arguments: list[str] | None
) -> tuple[dict, bool]:
    """Return the settings with what the command line replaces, and whether it asks to validate.

    Args:
        description, settings, names: as for `parser_for`.
        arguments: of the command line; None stands for those of the process.

    >>> told_settings("Train.", {"epochs": 5, "lr": 0.1}, "epochs", arguments=["--validate"])
    ({'epochs': 5, 'lr': 0.1}, True)
    """
    parser = parser_for(description, settings, *names)
    parser.add_argument(
        "--validate", action="store_true", help="test on held-out samples; record nothing"
    )
    told = vars(parser.parse_args(arguments))
    validate = told.pop("validate")
    return settings | told, validate


def on_threads(parser: ArgumentParser, arguments: list[str] | None) -> dict:
    """Return what a command line tells a parser; take the number of threads that it asks for.

    Args:
        parser: to which ``--threads`` is added.
        arguments: of the command line; None stands for those of the process.

    >>> on_threads(parser_for("Train.", {"epochs": 5}, "epochs"), ["--epochs", "2"])
    {'epochs': 2}
    """
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    told = vars(parser.parse_args(arguments))
    torch.set_num_threads(told.pop("threads"))
    return told


def mini_digits(samples: int) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    """Return the first bundled training digits ``[samples, 784]`` with labels, and all to test.

    >>> [list(images.shape) for images, _ in mini_digits(100)]
    [[100, 784], [1000, 784]]
    """
    images, labels, *test = flat_digits()
    return (images[:samples], labels[:samples]), (test[0], test[1])


def fit_one_cycle(
    network: nn.Module,
    data: tuple[Tensor, ...],
    settings: dict,
    generator: Generator,
    *,
    lr: float | None = None,
    weight_decay: float = 0.0,
    also: Callable[[], None] | None = None,
    **options,
) -> History:
    """Fit with AdamW over one cycle of the learning rate; test after every epoch, if told on what.

    Under ``torchrun`` every process takes its share of the batches, and all find the same.

    Args:
        network: what `fit` takes.
        data: values and labels to train, and values and labels to test, if there are any.
        settings: "epochs", "batch_size" and "lr".
        generator: shuffles the samples.
        lr: the largest learning rate, in place of that of the settings.
        weight_decay: of AdamW; with 0 it is Adam.
        also: called after each update, once the learning rate has been changed.
        options: further ones of `fit`.
    """
    lr = settings["lr"] if lr is None else lr
    updates = settings["epochs"] * -(-len(data[0]) // settings["batch_size"])
    optimizer = torch.optim.AdamW(network.parameters(), lr=lr, weight_decay=weight_decay)
    schedule = one_cycle(optimizer, lr, updates)

    def after_batch() -> None:
        schedule.step()
        if also is not None:
            also()

    network, samples = shared(network, data[:2], settings["batch_size"], generator)
    history = fit(
        network,
        **samples,
        optimizer=optimizer,
        epochs=settings["epochs"],
        test=data[2:] or None,
        after_batch=after_batch,
        **options,
    )
    history.loss = joint(history.loss)
    history.train_accuracy = joint(history.train_accuracy)
    return history


def results_with(name: str, settings: dict) -> dict:
    """Return what an experiment has recorded with these settings, to add to it; {} if nothing."""
    try:
        known = recorded(name)
    except ValueError:
        return {}
    return known.results if known.settings == json.loads(json.dumps(settings)) else {}


def add_run(name: str, settings: dict, arm: str, run: dict) -> None:
    """Write one run into a record, in place of an earlier one of the same arm and seed.

    Args:
        name: of the experiment.
        settings: of the record; one with others is not added to, but replaced.
        arm: under which the results hold a list of runs.
        run: with its "seed".
    """
    results = results_with(name, settings)
    others = [each for each in results.get(arm, []) if each["seed"] != run["seed"]]
    results[arm] = sorted([*others, run], key=lambda each: each["seed"])
    record(name, settings, results)
