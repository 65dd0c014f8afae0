"""Train spiking networks with the reset inside the gradient and outside of it.

``python -m experiments.reset_gradients`` writes the record that page 06 shows. The task: 8 classes,
20 inputs that spike once each, so only times matter; they depend on the class, and jitter. Both
resets, three surrogates (narrow, tall, wide) and several learning rates, from the same starts.
"""

import torch
from torch import Tensor

from experiments import parser_for
from snn_core import LIF, Surrogate
from snn_core.losses import count_cross_entropy
from snn_core.teaching.records import record

SETTINGS = {
    "networks": 20,
    "classes": 8,
    "inputs": 20,
    "hidden": 40,
    "steps": 40,
    "jitter": 8.0,
    "batch": 32,
    "updates": 50,
    "tested": 10,
    "lr": [0.02, 0.04, 0.08, 0.16, 0.32],
    "surrogates": {"narrow": [10.0, 1.0], "wide": [1.0, 1.0], "tall": [10.0, 20.0]},
}


class Task:
    """Spike times of each class for some networks at once, and their first weights.

    Args:
        settings: as in `SETTINGS`.
    """

    def __init__(self, settings: dict):
        self.settings = settings
        self.generator = torch.Generator().manual_seed(0)
        networks, inputs, hidden = (settings[name] for name in ("networks", "inputs", "hidden"))
        classes = settings["classes"]
        self.times = settings["steps"] * self._uniform(networks, classes, inputs)
        self.weights = [
            0.4 * self._normal(networks, inputs, hidden),
            0.3 * self._normal(networks, hidden, classes),
        ]

    def batch(self) -> tuple[Tensor, Tensor]:
        """Return new spikes ``[T, network, B, input]`` and their labels ``[network, B]``."""
        networks, size, steps = (self.settings[name] for name in ("networks", "batch", "steps"))
        highest = self.settings["classes"]
        labels = torch.randint(0, highest, (networks, size), generator=self.generator)
        times = self.times[torch.arange(networks)[:, None], labels]
        at = times + self.settings["jitter"] * self._normal(*times.shape)
        spikes = torch.zeros(steps, *times.shape)
        return spikes.scatter_(0, at.round().clamp(0, steps - 1).long()[None], 1.0), labels

    def _normal(self, *shape: int) -> Tensor:
        return torch.randn(shape, generator=self.generator)

    def _uniform(self, *shape: int) -> Tensor:
        return torch.rand(shape, generator=self.generator)


def train(settings: dict, lr: float, **options) -> tuple[Tensor, Tensor]:
    """Train all networks side by side.

    Args:
        settings: as in `SETTINGS`.
        lr: learning rate of Adam.
        options: of `LIF`.

    Returns:
        The first gradient by the first weights ``[network, weight]``; the accuracy ``[network]`` on
        the last batches, each drawn anew and tested before it is learnt from.
    """
    task = Task(settings)
    weights = [each.clone().requires_grad_() for each in task.weights]
    neuron, optimizer = LIF(**options), torch.optim.Adam(weights, lr=lr)
    right, first = [], None
    for _ in range(settings["updates"]):
        spikes, labels = task.batch()
        output = neuron(neuron(spikes @ weights[0]) @ weights[1])
        optimizer.zero_grad()
        count_cross_entropy(output.flatten(1, 2), labels.flatten()).backward()
        first = weights[0].grad.flatten(1).clone() if first is None else first
        optimizer.step()
        right.append((output.detach().sum(0).argmax(2) == labels).float().mean(1))
    return first, torch.stack(right[-settings["tested"] :]).mean(0)


def compare(settings: dict, reset: str, scale: float, height: float) -> dict:
    """Return the accuracies of each network, detached and attached, at every learning rate."""
    found: dict = {"detached": [], "attached": []}
    gradients = {}
    for kind, courses in found.items():
        for lr in settings["lr"]:
            surrogate = Surrogate(scale=scale, height=height)
            options = {"reset": reset, "detach_reset": kind == "detached", "surrogate": surrogate}
            gradients[kind], accuracy = train(settings, lr, **options)
            courses.append([round(each, 4) for each in accuracy.tolist()])
    cosine = torch.cosine_similarity(gradients["attached"], gradients["detached"], dim=1)
    return found | {"cosine": [round(each, 3) for each in cosine.tolist()]}


def best(runs: list[list[float]]) -> list[float]:
    """Return the accuracies at the learning rate with the highest mean."""
    return max(runs, key=sum)


def main(arguments: list[str] | None = None) -> None:
    """Train every arm and write the record."""
    told = parser_for(__doc__, SETTINGS, "networks", "updates").parse_args(arguments)
    settings = SETTINGS | vars(told)
    results: dict = {"arms": {}, "best": {}}
    for name, (scale, height) in settings["surrogates"].items():
        for reset in ("soft", "hard"):
            arm = compare(settings, reset, scale, height)
            pair = [best(arm[kind]) for kind in ("detached", "attached")]
            results["arms"][f"{name}, {reset}"] = arm
            results["best"][f"{name}, {reset}"] = pair
            print(name, reset, [round(sum(each) / len(each), 3) for each in pair], flush=True)
    print(record("reset_gradients", settings, results))


if __name__ == "__main__":
    main()
