"""Teach a small reader of digits through random matrices, and measure its angle to BPTT (page 14).

``python -m experiments.alignment`` writes the record that page 14 shows. A network of three layers
learns digits of 14 × 14 pixels for one epoch, by OTTT, feedback alignment or direct feedback
alignment; for the latter two also with matrices that are drawn anew after every update. Every few
updates the angle between the rule's gradient of the first layer and that of BPTT is measured, on
the same 200 digits. For feedback alignment the cosine between each random matrix and the weights
whose place it takes is noted too, before and after. In a last arm only the last layer learns.
"""

import math
from functools import partial

import torch

from experiments import mini_digits, parser_for
from snn_core import encoding
from snn_core.online import OnlineNetwork
from snn_core.teaching.records import record
from snn_core.teaching.studies.alignment import (
    cosine_between,
    cosine_to_bptt,
    draw_anew,
    shrink,
    small_reader,
)
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
        "last only": ["last_layer", False],
    },
    "seeds": [0, 1, 2, 3, 4, 5],
}


def fits(online: OnlineNetwork) -> list[float]:
    """Return the cosine between each random matrix of feedback alignment and the weights above."""
    if online.rule != "feedback_alignment":
        return []
    pairs = zip(online.matrices, online.network[2::2], strict=True)
    return [round(cosine_between(matrix, linear.weight), 3) for matrix, linear in pairs]


def train(rule: str, anew: bool, seed: int, settings: dict) -> dict:
    """Train once; return the angles in degrees, what `fits`, and the accuracy in the test."""
    generator = seed_torch(seed)
    network = small_reader()
    encode = partial(encoding.rate, steps=settings["steps"], generator=generator)
    online = OnlineNetwork(network, rule, horizon=settings["steps"], generator=generator)
    (images, labels), test = mini_digits(settings["samples"])
    shown = encode(shrink(images[: settings["probed"]])), labels[: settings["probed"]]
    angles, fitting, updates = [], [fits(online)], 0

    def measure() -> None:
        if rule != "last_layer":  # which has no gradient of the first layer
            angles.append(math.degrees(math.acos(cosine_to_bptt(online, *shown))))

    def after_batch() -> None:
        nonlocal updates
        updates += 1
        if anew:
            draw_anew(online, generator)
        if updates % settings["every"] == 0:
            measure()

    measure()
    optimizer = torch.optim.AdamW(network.parameters(), lr=settings["lr"], weight_decay=0.1)
    options = {"epochs": 1, "batch_size": settings["batch_size"], "progress": False}
    learning = {"learner": online, "optimizer": optimizer, "after_batch": after_batch}
    options |= {"encode": encode, "generator": generator}
    fit(network, shrink(images), labels, **learning, **options)
    accuracy = evaluate(network, shrink(test[0]), test[1], encode=encode)
    angles = [round(angle, 1) for angle in angles]
    found = {"angles": angles, "fits": [*fitting, fits(online)], "accuracy": round(accuracy, 4)}
    return {"seed": seed} | found


def main(arguments: list[str] | None = None) -> None:
    """Train every arm with every seed and write the record."""
    options = ("samples", "probed", "seeds")
    settings = SETTINGS | vars(parser_for(__doc__, SETTINGS, *options).parse_args(arguments))
    results = {}
    for name, (rule, anew) in settings["arms"].items():
        results[name] = [train(rule, anew, seed, settings) for seed in settings["seeds"]]
        print(name, [(run["angles"][-1:], run["accuracy"]) for run in results[name]], flush=True)
    record("alignment", settings, results)


if __name__ == "__main__":
    main()
