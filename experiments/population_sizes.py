"""Read digits within 1 to 16 steps, with one output neuron per class or several.

``python -m experiments.population_sizes`` writes the record that page 08 shows. The network is that
of `snn_core.teaching.studies.codes_and_losses` but for its output: 1, 5 or 50 LIF neurons per
class, or, as a control, one per class that does not spike and is read by its summed membrane. The
input is the direct code. Beside the accuracy it records how many test images end in a tie of the
highest scores; a tie goes to the smaller digit.

The learning rate of each arm is chosen first, by its accuracy on held-out training images after a
short training on others.
"""

import torch
from torch import Tensor, nn

from experiments import mini_digits, parser_for
from snn_core import LIF, LeakyIntegrator, encoding
from snn_core.losses import accuracy, population_cross_entropy, summed_membrane_cross_entropy
from snn_core.teaching.inputs import flat_digits
from snn_core.teaching.records import record
from snn_core.teaching.studies.codes_and_losses import HIDDEN, TAU_MEM
from snn_core.training import fit, seed_torch

SETTINGS = {
    "steps": [1, 2, 4, 8, 16],
    "neurons": [1, 5, 50],  # per class
    "hidden": HIDDEN,
    "tau_mem": TAU_MEM,
    "choice": {  # of the learning rate
        "lr": [3e-4, 1e-3, 3e-3, 1e-2],
        "samples": 2000,
        "held_out": 1000,
        "seed": 0,
        "epochs": 1,
        "batch_size": 25,
    },
    "samples": 5000,
    "epochs": 3,
    "batch_size": 50,
    "seeds": [0, 1, 2],
}


def trial(arm: int | str, steps: int, lr: float, train, test, seed: int, **options) -> dict:
    """Train one network from scratch with Adam; return accuracy and share of ties, of the test.

    Args:
        arm: neurons per class, or "membrane".
        steps: T.
        lr: learning rate.
        train, test: images ``[samples, 784]`` and labels.
        seed: of weights and batches.
        options: epochs and batch size.
    """
    generator = seed_torch(seed)
    spiking = arm != "membrane"
    readout = LIF(tau_mem=TAU_MEM) if spiking else LeakyIntegrator(tau_mem=TAU_MEM)
    outputs = nn.Linear(HIDDEN, 10 * arm if spiking else 10)
    network = nn.Sequential(nn.Linear(784, HIDDEN), LIF(tau_mem=TAU_MEM), outputs, readout)
    objective = population_cross_entropy(10) if spiking else summed_membrane_cross_entropy

    def encode(images: Tensor) -> Tensor:
        return encoding.direct(images, steps)

    fit(
        network,
        *train,
        encode=encode,
        loss=objective,
        optimizer=torch.optim.Adam(network.parameters(), lr=lr),
        generator=generator,
        progress=False,
        **options,
    )
    images, labels = test
    with torch.no_grad():
        scores = objective.decode(network(encode(images)))
    best, second = scores.topk(2, dim=1).values.unbind(1)
    ties = (best == second).float().mean().item()
    return {"accuracy": round(accuracy(scores, labels), 4), "ties": round(ties, 4)}


def choose(arm: int | str, steps: int, images: Tensor, labels: Tensor, choice: dict) -> float:
    """Return the learning rate that is best on held-out training images."""
    train = images[: choice["samples"]], labels[: choice["samples"]]
    held_out = images[-choice["held_out"] :], labels[-choice["held_out"] :]
    options = {name: choice[name] for name in ("seed", "epochs", "batch_size")}
    scores = {
        lr: trial(arm, steps, lr, train, held_out, **options)["accuracy"] for lr in choice["lr"]
    }
    return max(scores, key=scores.get)


def main(arguments: list[str] | None = None) -> None:
    """Train every arm for every number of steps, and write the record."""
    parser = parser_for(__doc__, SETTINGS, "samples", "epochs", "seeds")
    settings = SETTINGS | vars(parser.parse_args(arguments))
    images, labels, *_ = flat_digits()
    train, test = mini_digits(settings["samples"])
    options = {name: settings[name] for name in ("epochs", "batch_size")}
    results = {}
    for arm in (*settings["neurons"], "membrane"):
        found = {"lr": [], "accuracy": [], "ties": []}
        for steps in settings["steps"]:
            lr = choose(arm, steps, images, labels, settings["choice"])
            runs = [
                trial(arm, steps, lr, train, test, seed, **options) for seed in settings["seeds"]
            ]
            print(arm, steps, lr, runs, flush=True)
            found["lr"].append(lr)
            for name in ("accuracy", "ties"):
                found[name].append([run[name] for run in runs])
        results[str(arm)] = found
    record("population_sizes", settings, results)


if __name__ == "__main__":
    main()
