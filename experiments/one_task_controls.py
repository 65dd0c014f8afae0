"""Read digits from random hidden layers of several widths, and train standard e-prop.

``python -m experiments.one_task_controls`` writes the record that page 15 shows beside that of
`experiments.learning_rules`, with its task, number of epochs, and way to choose a rate: the best on
held-out training images, with one seed, after training on the others. The test images are looked at
once per network, at the end of its training.

"widths": the rule "last_layer", over hidden layers of so many random neurons; 0 stands for none.
"eprop": a leaky readout in place of the spiking output, and its error at every step. In a network
without recurrence e-prop is BPTT there (a test asserts it), so that autograd plays it.
"""

from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from experiments import parser_for
from experiments.learning_rules import training
from snn_core import LIF, LeakyIntegrator
from snn_core.datasets import mnist_mini
from snn_core.teaching.records import record
from snn_core.teaching.studies.gradient_rules import TAU_MEM, train_by
from snn_core.teaching.studies.learning_rules import Data, accuracy_of, rule_trial
from snn_core.training import seed_torch

SETTINGS = {
    "widths": [0, 64, 256, 1024],
    "rates": [2.5e-3, 5e-3, 1e-2, 2e-2, 4e-2],
    "start": [2, 1, 1],
    "hidden": 256,  # of e-prop
    "eprop": [{"lr": lr, "weight_decay": decay} for lr in (3e-3, 5e-3) for decay in (0.1, 0.5)],
    "samples": 5000,
    "epochs": 5,
    "held_out": 1000,
    "choice": 0,  # the seed with which a rate is chosen
    "seeds": [0, 1, 2],
}


class StepErrors:
    """Add the gradients of the readout's cross-entropy at every step.

    Args:
        network: its output is the membrane of a readout, ``[T, B, C]``.
    """

    def __init__(self, network: nn.Module):
        self.network = network

    def run(self, inputs: Tensor, labels: Tensor) -> Tensor:
        """Run a sequence ``[T, B, N]``, adding gradients to ``.grad``; return the membranes."""
        answers = self.network(inputs)
        wanted = labels.expand(len(answers), -1).flatten()
        loss = cross_entropy(answers.flatten(0, 1), wanted, reduction="sum") / len(labels)
        loss.backward()
        return answers.detach()


def random_layer(width: int, lr: float, settings: dict) -> dict:
    """Return the rule that reads so many random neurons, and its options."""
    options = {"lr": lr, "epochs": settings["epochs"], "hidden": width}
    if width == 0:
        return options | {"rule": "no_hidden", "hidden": 1}
    return options | {"rule": "last_layer", "start": settings["start"]}


def read_random(width: int, lr: float, train: Data, test: Data, seed: int, settings: dict) -> float:
    """Train a readout of so many random neurons; return its accuracy."""
    trial = random_layer(width, lr, settings)
    return round(rule_trial(trial.pop("rule"), train, test, seed=seed, **trial)["accuracy"], 4)


def learn_by_eprop(chosen: dict, train: Data, test: Data, seed: int, settings: dict) -> float:
    """Train a hidden layer under a leaky readout; return the accuracy."""
    generator = seed_torch(seed)
    hidden = settings["hidden"]
    network = nn.Sequential(
        nn.Linear(784, hidden), LIF(TAU_MEM), nn.Linear(hidden, 10), LeakyIntegrator(TAU_MEM)
    )
    learner = StepErrors(network)
    options = {"epochs": settings["epochs"], "generator": generator} | chosen
    train_by(learner, network, *train, **options)
    return round(accuracy_of(network, test, seed), 4)


def best_of(tried: list, trial, settings: dict) -> dict:
    """Choose one of the settings that are tried on held-out images, then test it with all seeds."""
    images, labels = training(settings)
    kept = len(images) - settings["held_out"]
    train, held_out = (images[:kept], labels[:kept]), (images[kept:], labels[kept:])
    scores = [trial(each, train, held_out, settings["choice"], settings) for each in tried]
    best = tried[scores.index(max(scores))]
    digits = mnist_mini()
    test = digits.test_images.flatten(1), digits.test_labels
    found = [trial(best, (images, labels), test, seed, settings) for seed in settings["seeds"]]
    return {"held_out": scores, "settings": best, "accuracy": found}


def main(arguments: list[str] | None = None) -> None:
    """Choose and test for every width, then for e-prop; write the record after each."""
    parser = parser_for(__doc__, SETTINGS, "widths", "samples", "epochs", "held_out", "seeds")
    settings = SETTINGS | vars(parser.parse_args(arguments))
    results = {"widths": {}}
    for width in settings["widths"]:

        def trial(lr, *arguments, width=width):
            return read_random(width, lr, *arguments)

        results["widths"][str(width)] = best_of(settings["rates"], trial, settings)
        print(width, results["widths"][str(width)], flush=True)
        record("one_task_controls", settings, results)
    results["eprop"] = best_of(settings["eprop"], learn_by_eprop, settings)
    print(results["eprop"], flush=True)
    record("one_task_controls", settings, results)


if __name__ == "__main__":
    main()
