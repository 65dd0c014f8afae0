"""Train a spiking network on the direction of digits that move, with controls of time.

``python -m experiments.direction_of_motion`` writes the record that page 17 shows: accuracies on
digits that were not trained on, for each seed. Every arm is trained and tested on its own view of
the frames: in order, shuffled in time, summed, one snapshot. Two arms have no memory in the hidden
layers: they see the frames in order, or all of them stacked as channels of one step. The last two
know four directions. All draws of a seed are its own.
"""

import torch
from tonic.transforms import ToFrame
from torch import Generator, Tensor, nn

from experiments import fit_one_cycle, told_settings
from snn_core.losses import summed_membrane_cross_entropy
from snn_core.teaching.records import record
from snn_core.teaching.studies.motion import (
    DT,
    SIDE,
    STEPS,
    VIEWS,
    WAYS,
    direction_reader,
    turning_digits,
)
from snn_core.training import evaluate, seed_torch

SETTINGS = {
    "samples": 1000,
    "test": 1000,
    "epochs": 6,
    "batch_size": 32,
    "lr": 0.02,
    "seeds": [0, 1, 2],
}
ARMS = {  # view, ways, memory
    "in order": ("in order", 2, True),
    "shuffled": ("shuffled", 2, True),
    "summed": ("summed", 2, True),
    "snapshot": ("snapshot", 2, True),
    "no memory": ("in order", 2, False),
    "stacked, no memory": ("stacked", 2, False),
    "four ways, in order": ("in order", 4, True),
    "four ways, snapshot": ("snapshot", 4, True),
}


def frames_of(train: bool, samples: int, ways: int, generator: Generator) -> tuple[Tensor, Tensor]:
    """Return frames ``[samples, STEPS, 2, SIDE, SIDE]`` and labels."""
    names = tuple(WAYS)[:ways]
    recordings, labels = turning_digits(train, samples, ways=names, generator=generator)
    window = {"time_window": 1000 * DT, "start_time": 0, "end_time": 1000 * DT * STEPS}
    cut = ToFrame((SIDE, SIDE, 2), **window)
    return torch.stack([torch.from_numpy(cut(each)) for each in recordings]), labels


def learn(arm: str, seed: int, settings: dict) -> dict:
    """Train and test one network; return its accuracy on both."""
    view, ways, memory = ARMS[arm]
    generator = seed_torch(seed)
    train = frames_of(True, settings["samples"], ways, generator)
    test = frames_of(False, settings["test"], ways, generator)
    channels = 2 * STEPS if view == "stacked" else 2
    network: nn.Sequential = direction_reader(ways, memory, channels)
    options = {"generator": generator} if view == "shuffled" else {}

    def seen(frames: Tensor) -> Tensor:
        if network.training:
            move = torch.randint(SIDE, (2,), generator=generator).tolist()
            frames = frames.roll(move, dims=(3, 4))
        return VIEWS[view](frames.float(), **options).transpose(0, 1)

    rules = {"encode": seen, "loss": summed_membrane_cross_entropy, "progress": False}
    history = fit_one_cycle(network, train, settings, generator, **rules)
    tested = evaluate(network, *test, encode=seen, decode=summed_membrane_cross_entropy.decode)
    return {"seed": seed, "train": round(history.train_accuracy[-1], 4), "test": round(tested, 4)}


def main(arguments: list[str] | None = None) -> None:
    """Train every arm with each seed; write the record unless validating."""
    names = ("samples", "test", "epochs", "seeds")
    settings, validate = told_settings(__doc__, SETTINGS, *names, arguments=arguments)
    results = {}
    for arm in ARMS:
        results[arm] = [learn(arm, seed, settings) for seed in settings["seeds"]]
        print(arm, results[arm], flush=True)
    if not validate:
        record("direction_of_motion", settings, results)


if __name__ == "__main__":
    main()
