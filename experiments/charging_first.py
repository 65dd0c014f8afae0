"""Charge a network for its hidden spikes from the first update on, or after a training without.

``python -m experiments.charging_first`` writes the record that page 08 shows. The network is that
of `snn_core.teaching.studies.codes_and_losses` with the cross-entropy of counts, trained for the
same number of epochs in all arms of a code; one of those that are charged from the first update on
has a bound on each neuron's activity from below. The test images are looked at once per network.
"""

import torch

from experiments import mini_digits, on_threads, parser_for
from experiments.sparing_spikes import measure
from snn_core.losses import l1_activity, lower_activity
from snn_core.teaching.records import record
from snn_core.teaching.studies.codes_and_losses import HIDDEN, STEPS, TAU_MEM, classifier, coder
from snn_core.training import fit, seed_torch

SETTINGS = {
    "codes": ["rate", "direct"],
    "loss": "count_cross_entropy",
    "hidden": HIDDEN,
    "tau_mem": TAU_MEM,
    "steps": STEPS,
    "charge": 1.0,  # of `l1_activity` of the hidden layer
    "epochs_before": {"first": 0, "bounded": 0, "after": 2},  # without the charge
    "bound": {"limit": 0.1, "strength": 10.0},  # of `lower_activity`, in the arm "bounded"
    "epochs": 6,  # in all
    "samples": 5000,
    "batch_size": 50,
    "lr": 1e-3,
    "seeds": [0, 1, 2, 3, 4],
}


def run(code: str, arm: str, seed: int, train: tuple, test: tuple, settings: dict) -> dict:
    """Train one network, the first epochs without the charge; return what `measure` does."""
    before, bound = settings["epochs_before"][arm], settings["bound"]
    generator = seed_torch(seed)
    network = classifier(code, settings["loss"])
    encode = coder(code, generator)
    options = {"encode": encode, "batch_size": settings["batch_size"], "generator": generator}

    def charge(spikes: list[torch.Tensor]) -> torch.Tensor:
        paid = settings["charge"] * l1_activity(spikes[0])
        if arm == "bounded":
            paid = paid + bound["strength"] * lower_activity(spikes[0], bound["limit"])
        return paid

    for epochs, penalty in ((before, None), (settings["epochs"] - before, charge)):
        if epochs:
            optimizer = torch.optim.Adam(network.parameters(), lr=settings["lr"])
            how = {"optimizer": optimizer, "penalty": penalty, "epochs": epochs}
            fit(network, *train, **how, **options, progress=False)
    return measure(network, encode, *test)


def main(arguments: list[str] | None = None) -> None:
    """Train with each code, arm and seed, and write the record."""
    parser = parser_for(__doc__, SETTINGS, "samples", "epochs", "seeds")
    settings = SETTINGS | on_threads(parser, arguments)
    train, test = mini_digits(settings["samples"])
    results = {}
    for code in settings["codes"]:
        for arm in settings["epochs_before"]:
            runs = [run(code, arm, seed, train, test, settings) for seed in settings["seeds"]]
            print(code, arm, runs, flush=True)
            results[f"{code}, {arm}"] = {name: [each[name] for each in runs] for name in runs[0]}
    record("charging_first", settings, results)


if __name__ == "__main__":
    main()
