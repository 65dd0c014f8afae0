"""Train the network of page 07 by local learning rules, with several seeds (page 14).

``python -m experiments.local_learning`` writes the record that page 14 shows. All rules start from
the same weights and see the same spikes, see `snn_core.teaching.studies.local_learning`.
"""

import time

from experiments import parser_for
from snn_core.datasets import mnist_mini
from snn_core.teaching.records import record
from snn_core.teaching.studies.local_learning import (
    BATCH_SIZE,
    EPOCHS,
    FEEDBACK_SCALE,
    HIDDEN,
    STEPS,
    TUNED,
    WIDE,
    lesson,
)

SETTINGS = {
    "tuned": {rule: list(values) for rule, values in TUNED.items()},
    "hidden": HIDDEN,
    "surrogate_scale_out": WIDE,
    "feedback_scale": FEEDBACK_SCALE,
    "steps": STEPS,
    "samples": 5000,
    "batch_size": BATCH_SIZE,
    "epochs": EPOCHS,
    "seeds": [0, 1, 2, 3, 4, 5],
}


def main(arguments: list[str] | None = None) -> None:
    """Train all rules with each seed and record their accuracy after the last epoch."""
    parser = parser_for(__doc__, SETTINGS, "samples", "epochs", "seeds")
    settings = SETTINGS | vars(parser.parse_args(arguments))
    digits, samples = mnist_mini(), settings["samples"]
    train = digits.train_images[:samples], digits.train_labels[:samples]
    digits = digits._replace(train_images=train[0], train_labels=train[1])
    runs = []
    for seed in settings["seeds"]:
        started = time.process_time()
        learnt = lesson(seed, digits, epochs=settings["epochs"])
        seconds = round(time.process_time() - started)
        accuracy = {rule: round(right, 4) for rule, right in learnt.items()}
        runs.append({"seed": seed, "processor_seconds": seconds, "accuracy": accuracy})
        print(runs[-1], flush=True)
    record("local_learning", settings, {"runs": runs})


if __name__ == "__main__":
    main()
