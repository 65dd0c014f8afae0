"""Teach a small reader of digits through random matrices, and measure its angle to BPTT (page 14).

``python -m experiments.alignment`` writes the record that page 14 shows. A network of three layers
learns digits of 14 × 14 pixels for one epoch, by OTTT, feedback alignment or direct feedback
alignment; for the latter two also with matrices that are drawn anew after every update. Every few
updates the angle between the rule's gradient of the first layer and that of BPTT is measured, on
the same 200 digits.
"""

import math
from functools import partial

import torch

from experiments import mini_digits, parser_for
from snn_core import encoding
from snn_core.online import OnlineNetwork
from snn_core.teaching.records import record
from snn_core.teaching.studies.alignment import cosine_to_bptt, draw_anew, shrink, small_reader
from snn_core.training import evaluate, fit, seed_torch

SETTINGS = {
    "samples": 5000,
    "probed": 200,
    "every": 13,
    "steps": 10,
    "lr": 0.005,
    "batch_size": 64,
    "arms": {
        "OTTT": ["ottt", False],
        "FA": ["feedback_alignment", False],
        "DFA": ["direct_feedback_alignment", False],
        "FA, drawn anew": ["feedback_alignment", True],
        "DFA, drawn anew": ["direct_feedback_alignment", True],
    },
    "seeds": [0, 1, 2, 3, 4, 5],
}


def train(rule: str, anew: bool, seed: int, settings: dict) -> dict:
    """Train once; return the angles in degrees, and the accuracy on the test images."""
    generator = seed_torch(seed)
    network = small_reader()
    encode = partial(encoding.rate, steps=settings["steps"], generator=generator)
    online = OnlineNetwork(network, rule, horizon=settings["steps"], generator=generator)
    (images, labels), test = mini_digits(settings["samples"])
    shown = encode(shrink(images[: settings["probed"]])), labels[: settings["probed"]]
    angles = [math.degrees(math.acos(cosine_to_bptt(online, *shown)))]
    updates = 0

    def after_batch() -> None:
        nonlocal updates
        updates += 1
        if anew:
            draw_anew(online, generator)
        if updates % settings["every"] == 0:
            angles.append(math.degrees(math.acos(cosine_to_bptt(online, *shown))))

    optimizer = torch.optim.AdamW(network.parameters(), lr=settings["lr"], weight_decay=0.1)
    options = {"epochs": 1, "batch_size": settings["batch_size"], "progress": False}
    learning = {"learner": online, "optimizer": optimizer, "after_batch": after_batch}
    options |= {"encode": encode, "generator": generator}
    fit(network, shrink(images), labels, **learning, **options)
    accuracy = evaluate(network, shrink(test[0]), test[1], encode=encode)
    angles = [round(angle, 1) for angle in angles]
    return {"seed": seed, "angles": angles, "accuracy": round(accuracy, 4)}


def main(arguments: list[str] | None = None) -> None:
    """Train every arm with every seed and write the record."""
    options = ("samples", "probed", "seeds")
    settings = SETTINGS | vars(parser_for(__doc__, SETTINGS, *options).parse_args(arguments))
    results = {}
    for name, (rule, anew) in settings["arms"].items():
        results[name] = [train(rule, anew, seed, settings) for seed in settings["seeds"]]
        print(name, [(run["angles"][-1], run["accuracy"]) for run in results[name]], flush=True)
    record("alignment", settings, results)


if __name__ == "__main__":
    main()
