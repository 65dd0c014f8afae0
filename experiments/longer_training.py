"""Train losses on first spikes longer than the map of codes and losses does.

``python -m experiments.longer_training`` writes the record that page 08 shows. It repeats `trial`
of `snn_core.teaching.studies.codes_and_losses` with the direct code, twice the epochs, half the
batch and two learning rates: is what the map says of a loss a matter of its training? The
cross-entropy of counts is the control.
"""

from experiments import mini_digits, on_threads, parser_for
from snn_core.teaching.records import record
from snn_core.teaching.studies.codes_and_losses import Trial, trial

SETTINGS = {
    "code": "direct",
    "losses": [
        "first_spike_cross_entropy",
        "relative_first_spike_mse",
        "count_cross_entropy",
    ],
    "lr": [3e-4, 1e-3],
    "samples": 5000,
    "epochs": 10,
    "batch_size": 25,
    "seeds": [0, 1, 2],
}


def main(arguments: list[str] | None = None) -> None:
    """Train with each loss and seed, and write the record."""
    parser = parser_for(__doc__, SETTINGS, "samples", "epochs", "seeds")
    settings = SETTINGS | on_threads(parser, arguments)
    train, test = mini_digits(settings["samples"])
    options = {name: settings[name] for name in ("epochs", "batch_size")}
    results = {}
    for loss in settings["losses"]:
        found = {name: [] for name in Trial._fields}
        for lr in settings["lr"]:
            runs = [
                trial(settings["code"], loss, lr, train, test, seed=seed, **options)
                for seed in settings["seeds"]
            ]
            print(loss, lr, runs, flush=True)
            for name, values in found.items():
                values.append([round(getattr(run, name), 4) for run in runs])
        results[loss] = found
    record("longer_training", settings, results)


if __name__ == "__main__":
    main()
