"""Train every code with every loss and record accuracy, spikes, steps until the decision and processor time.

``python -m experiments.codes_and_losses`` writes the record that page 08 shows. It runs the page's own
cells (those tagged "definitions"), so that the record and the page speak of the same networks.

The learning rate of each combination is chosen first, by its accuracy on 1,000 held-out training images after a short
training on 2,000 others. The test images are looked at once per network, at the end of its training.
"""

import argparse
import json
from datetime import date

import torch

from experiments import RECORDS
from experiments.page_cells import definitions
from snn_core.datasets import mnist_mini

RATES = (3e-4, 1e-3, 3e-3)
METRICS = ("accuracy", "spikes", "steps", "seconds")


def choose(page: dict, images, labels) -> dict:
    """Return the best learning rate of each combination on held-out training images, and its accuracy there."""
    train, held_out = (images[:2000], labels[:2000]), (images[4000:], labels[4000:])
    chosen = {}
    for loss in page["LOSSES"]:
        for code in page["CODES"]:
            scores = {lr: page["trial"](code, loss, lr, train, held_out)[0] for lr in RATES}
            chosen[loss, code] = max(scores, key=scores.get)
            print(f"{loss:30} {code:10}", {lr: round(score, 3) for lr, score in scores.items()}, flush=True)
    return chosen


def main() -> None:
    """Choose the learning rates, train with each seed, write the record."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    page, digits = definitions("08_codes_and_losses"), mnist_mini()
    images, test_images = digits.train_images.flatten(1), digits.test_images.flatten(1)
    train, test = (images, digits.train_labels), (test_images, digits.test_labels)
    chosen = choose(page, images, digits.train_labels)
    rows = {name: [] for name in ("rates", *METRICS)}
    for loss in page["LOSSES"]:
        of_loss = {name: [] for name in rows}
        for code in page["CODES"]:
            lr = chosen[loss, code]
            options = {"epochs": arguments.epochs, "batch_size": 50}
            runs = [page["trial"](code, loss, lr, train, test, seed=seed, **options) for seed in arguments.seeds]
            print(f"{loss:30} {code:10} lr {lr:g}", [tuple(round(x, 3) for x in run) for run in runs], flush=True)
            of_loss["rates"].append(lr)
            for name, values in zip(METRICS, zip(*runs, strict=True), strict=True):
                of_loss[name].append([round(value, 4) for value in values])
        for name, values in of_loss.items():
            rows[name].append(values)
    record = {
        "date": date.today().isoformat(),
        "threads": arguments.threads,
        "epochs": arguments.epochs,
        "seeds": arguments.seeds,
        "losses": list(page["LOSSES"]),
        "codes": list(page["CODES"]),
        **rows,
    }
    (RECORDS / "codes_and_losses.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
