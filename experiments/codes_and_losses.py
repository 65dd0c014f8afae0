"""Train every code with every loss; record accuracy, spikes, steps until the decision and seconds.

``python -m experiments.codes_and_losses`` writes the record that page 08 shows. The networks are
those of `snn_core.teaching.studies.codes_and_losses`, which the page uses too.

The learning rate of each combination is chosen first, by its accuracy on held-out training images
after a short training on others. The test images are looked at once per network, at the end of its
training.
"""

import torch
from torch import Tensor

from experiments import parser_for
from snn_core.datasets import mnist_mini
from snn_core.teaching.records import record
from snn_core.teaching.studies.codes_and_losses import (
    CODES,
    HIDDEN,
    LOSSES,
    STEPS,
    TAU_MEM,
    Trial,
    trial,
)

SETTINGS = {
    "losses": list(LOSSES),
    "codes": list(CODES),
    "hidden": HIDDEN,
    "tau_mem": TAU_MEM,
    "steps": STEPS,
    "choice": {  # of the learning rate
        "lr": [3e-4, 1e-3, 3e-3],
        "samples": 2000,
        "held_out": 1000,
        "seed": 0,
        "epochs": 1,
        "batch_size": 25,
    },
    "samples": 5000,
    "epochs": 5,
    "batch_size": 50,
    "seeds": [0, 1, 2],
}


def choose(images: Tensor, labels: Tensor, settings: dict) -> dict[tuple[str, str], float]:
    """Return the learning rate of each loss and code that is best on held-out training images."""
    choice = settings["choice"]
    train = images[: choice["samples"]], labels[: choice["samples"]]
    held_out = images[-choice["held_out"] :], labels[-choice["held_out"] :]
    options = {name: choice[name] for name in ("seed", "epochs", "batch_size")}
    chosen = {}
    for loss in settings["losses"]:
        for code in settings["codes"]:
            scores = {
                lr: trial(code, loss, lr, train, held_out, **options).accuracy
                for lr in choice["lr"]
            }
            chosen[loss, code] = max(scores, key=scores.get)
            print(f"{loss:30} {code:10}", scores, flush=True)
    return chosen


def measure(chosen: dict, train: tuple, test: tuple, settings: dict) -> dict:
    """Return what `trial` measures, each as nested lists [loss][code][seed]."""
    options = {name: settings[name] for name in ("epochs", "batch_size")}
    found = {name: [] for name in Trial._fields}
    for loss in settings["losses"]:
        rows = {name: [] for name in found}
        for code in settings["codes"]:
            runs = [
                trial(code, loss, chosen[loss, code], train, test, seed=seed, **options)
                for seed in settings["seeds"]
            ]
            print(f"{loss:30} {code:10}", runs, flush=True)
            for name, row in rows.items():
                row.append([round(getattr(run, name), 4) for run in runs])
        for name, row in rows.items():
            found[name].append(row)
    return found


def main(arguments: list[str] | None = None) -> None:
    """Choose the learning rates, train with each seed, write the record."""
    parser = parser_for(__doc__, SETTINGS, "samples", "epochs", "seeds")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    told = vars(parser.parse_args(arguments))
    torch.set_num_threads(told.pop("threads"))
    settings = SETTINGS | told
    digits = mnist_mini()
    images, labels = digits.train_images.flatten(1), digits.train_labels
    train = images[: settings["samples"]], labels[: settings["samples"]]
    test = digits.test_images.flatten(1), digits.test_labels
    chosen = choose(images, labels, settings)
    rates = [[chosen[loss, code] for code in settings["codes"]] for loss in settings["losses"]]
    record("codes_and_losses", settings, {"lr": rates} | measure(chosen, train, test, settings))


if __name__ == "__main__":
    main()
