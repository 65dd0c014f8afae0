"""Train the digit reader of page 07 from several seeds; record what its outputs do, step by step.

``python -m experiments.first_network`` writes the record: the accuracy after every epoch, and the
output spikes of one of the networks for some test digits, which the explorer of the page plays.
"""

import torch

from snn_core import encoding
from snn_core.teaching.inputs import flat_digits
from snn_core.teaching.records import record
from snn_core.teaching.studies.first_network import as_masks, train_digits
from snn_core.training import seed_torch

SETTINGS = {
    "seeds": [0, 1, 2, 3, 4],
    "epochs": 8,
    "lr": 5e-3,
    "weight_decay": 0.5,
    "shown": {"seed": 0, "steps": 30, "every": 20},
}


def output_spikes(network: torch.nn.Module, steps: int, places: list[int]) -> torch.Tensor:
    """Return the output spikes ``[T, B, 10]`` for the test digits at these places."""
    images = flat_digits()[2][places]
    with torch.no_grad():
        return network(encoding.rate(images, steps, generator=seed_torch(5)))


def main() -> None:
    """Train with each seed and write the record."""
    torch.set_num_threads(1)
    options = {name: SETTINGS[name] for name in ("epochs", "lr", "weight_decay")}
    shown = SETTINGS["shown"]
    runs, stopped = [], {}
    for seed in SETTINGS["seeds"]:
        network, _, history = train_digits(seed, **options)
        accuracy = {"train": history.train_accuracy, "test": history.test_accuracy}
        runs.append({"seed": seed} | accuracy)
        if seed == shown["seed"]:
            places = list(range(0, len(flat_digits()[2]), shown["every"]))
            spikes = output_spikes(network, shown["steps"], places)
            stopped = {"places": places, "masks": as_masks(spikes)}
        print(f"seed {seed}: {history.test_accuracy[-1]:.1%}", flush=True)
    print(record("first_network", SETTINGS, {"runs": runs, "stopped": stopped}))


if __name__ == "__main__":
    main()
