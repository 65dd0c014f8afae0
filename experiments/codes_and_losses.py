"""Train every code with every loss; record accuracy, spikes, steps until the decision and seconds.

``python -m experiments.codes_and_losses`` writes the record that page 08 shows. The networks are
those of `snn_core.teaching.studies.codes_and_losses`, which the page uses too. With ``--only`` it
trains some of the losses anew and keeps the rest of the record; "trained" says when each was.

The learning rate of each combination is chosen first, by its accuracy on held-out training images
after a short training on others. The test images are looked at once per network, at the end of its
training.
"""

import json
from datetime import date

from torch import Tensor

from experiments import on_threads, parser_for
from snn_core.teaching.inputs import flat_digits
from snn_core.teaching.records import record, recorded
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
    "direct_only": [  # trained with the direct code alone; lists of other codes stay empty
        "stepwise_membrane_cross_entropy",
        "membrane_mse",
        "relative_first_spike_mse",
    ],
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


def choose(loss: str, code: str, images: Tensor, labels: Tensor, settings: dict) -> float:
    """Return the learning rate that is best on held-out training images."""
    choice = settings["choice"]
    train = images[: choice["samples"]], labels[: choice["samples"]]
    held_out = images[-choice["held_out"] :], labels[-choice["held_out"] :]
    options = {name: choice[name] for name in ("seed", "epochs", "batch_size")}
    scores = {lr: trial(code, loss, lr, train, held_out, **options).accuracy for lr in choice["lr"]}
    print(f"{loss:30} {code:10}", scores, flush=True)
    return max(scores, key=scores.get)


def measure(loss: str, images: Tensor, labels: Tensor, test: tuple, settings: dict) -> dict:
    """Return what `trial` measures with one loss, each as nested lists [code][seed]."""
    train = images[: settings["samples"]], labels[: settings["samples"]]
    options = {name: settings[name] for name in ("epochs", "batch_size")}
    rows = {name: [] for name in ("lr", *Trial._fields)}
    for code in settings["codes"]:
        if loss in settings["direct_only"] and code != "direct":
            for row in rows.values():
                row.append([])
            continue
        lr = choose(loss, code, images, labels, settings)
        runs = [
            trial(code, loss, lr, train, test, seed=seed, **options) for seed in settings["seeds"]
        ]
        print(f"{loss:30} {code:10}", runs, flush=True)
        rows["lr"].append(lr)
        for name in Trial._fields:
            rows[name].append([round(getattr(run, name), 4) for run in runs])
    return rows | {"trained": date.today().isoformat()}


def known_rows(settings: dict) -> dict[str, dict]:
    """Return what is recorded for each loss, if all other settings were the same."""
    known = recorded("codes_and_losses")
    now = json.loads(json.dumps(settings))
    grown = ("losses", "direct_only")
    if any(known.settings[name] != now[name] for name in now if name not in grown):
        raise SystemExit("--only: the record was made with other settings; train all losses")
    return {
        loss: {name: rows[place] for name, rows in known.results.items()}
        for place, loss in enumerate(known.settings["losses"])
    }


def main(arguments: list[str] | None = None) -> None:
    """Choose the learning rates, train with each seed, write the record."""
    parser = parser_for(__doc__, SETTINGS, "samples", "epochs", "seeds")
    parser.add_argument("--only", nargs="+", choices=SETTINGS["losses"], default=[])
    told = on_threads(parser, arguments)
    only = told.pop("only")
    settings = SETTINGS | told
    images, labels, *test = flat_digits()
    found = known_rows(settings) if only else {}
    for loss in only or settings["losses"]:
        found[loss] = measure(loss, images, labels, tuple(test), settings)
    rows = [found[loss] for loss in settings["losses"]]
    names = ("lr", *Trial._fields, "trained")
    record("codes_and_losses", settings, {name: [row[name] for row in rows] for name in names})


if __name__ == "__main__":
    main()
