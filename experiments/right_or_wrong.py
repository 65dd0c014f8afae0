"""Teach two noisy neurons to tell threes from fives, told the answer or only right or wrong.

``python -m experiments.right_or_wrong`` writes the record that page 11 shows. Told the answer, the
neurons climb the log-likelihood of the wanted spikes; told right or wrong, they learn by REINFORCE.
For both, the learning rate is the best of some on held-out training images. The test images are
looked at once, with the last weights. Seeds differ in first weights and chance; images are shared.
"""

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from experiments import parser_for
from snn_core import StochasticLIF, encoding
from snn_core.losses import predict
from snn_core.plasticity import running_mean_step, spike_trace
from snn_core.teaching.inputs import flat_digits
from snn_core.teaching.records import record
from snn_core.training import seed_torch

SETTINGS = {
    "seeds": 5,
    "rates": [3e-5, 1e-4, 3e-4, 1e-3, 3e-3],
    "steps": 20,
    "batch": 10,
    "held_out": 200,
    "batches": 720,
    "look_every": 2,
    "gain": 0.3,
    "tau_mem": 10.0,
    "width": 0.2,
}
ANSWERS = 2


def threes_and_fives(images: Tensor, digits: Tensor) -> tuple[Tensor, Tensor]:
    """Return the images of threes and fives, and 0 or 1 for each."""
    chosen = (digits == 3) | (digits == 5)
    return images[chosen], (digits[chosen] == 5).long()


class Readers:
    """Networks of two noisy neurons, each with weights and an expectation of its own.

    Args:
        settings: as in `SETTINGS`.
        rates: learning rates ``[A]``, one for each reader.
        seed: of the chance.
    """

    def __init__(self, settings: dict, rates: Tensor, seed: int = 0):
        self.settings = settings
        self.rates = rates
        self.chance = seed_torch(seed)
        options = {"width": settings["width"], "generator": self.chance}
        self.neurons = StochasticLIF(tau_mem=settings["tau_mem"], **options)
        start = torch.randn(len(rates), ANSWERS, 784, generator=self.chance)
        self.weight = 0.01 + 0.002 * start
        self.expected = torch.full((len(rates),), 0.5)

    def see(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Return the spikes of the pixels ``[T, B, 784]`` and what they drive."""
        gain = self.settings["gain"]
        spikes = encoding.rate(images, self.settings["steps"], gain=gain, generator=self.chance)
        return spikes, spikes @ self.weight.flatten(0, 1).T

    def right(self, fired: Tensor, labels: Tensor) -> Tensor:
        """Return 1 where the neuron with most spikes is that of the label ``[B, A]``."""
        counts = fired.sum(0).unflatten(1, (-1, ANSWERS))
        return (predict(counts, generator=self.chance) == labels[:, None]).float()

    def accuracy(self, images: Tensor, labels: Tensor) -> Tensor:
        """Return the accuracy of each reader ``[A]``."""
        _, drive = self.see(images)
        return self.right(self.neurons(drive), labels).mean(0)

    def learn(self, images: Tensor, labels: Tensor, told: bool) -> None:
        """Learn from a batch: told the answers, or only which of its own were right."""
        spikes, drive = self.see(images)
        fired, membrane, _ = self.neurons(drive, record=True)
        reward = self.right(fired, labels)
        success = torch.ones_like(reward) if told else reward - self.expected
        if told:
            wanted = one_hot(labels, ANSWERS).float()
            fired = wanted.repeat(len(spikes), 1, len(self.rates))
            membrane = self.neurons.replay(fired, drive)
        surprise = (fired - self.neurons.probability(membrane)) / self.neurons.width
        surprise = surprise.unflatten(2, (-1, ANSWERS)) * success[..., None]
        trace = spike_trace(spikes, self.settings["tau_mem"])
        step = torch.einsum("tbam,tbn->amn", surprise, trace) / len(labels)
        self.weight = self.weight + self.rates[:, None, None] * step
        self.expected = running_mean_step(self.expected, reward.mean(0), 0.05)


def train(settings: dict, told: bool) -> tuple[Readers, Tensor]:
    """Train readers with every rate and seed; return them and their held-out accuracies."""
    images, labels = threes_and_fives(*flat_digits()[:2])
    kept = settings["held_out"]
    rates = torch.tensor(settings["rates"]).repeat_interleave(settings["seeds"])
    readers = Readers(settings, rates)
    looks = []
    for number in range(1, settings["batches"] + 1):
        size = (settings["batch"],)
        chosen = torch.randint(len(images) - kept, size, generator=readers.chance)
        readers.learn(images[chosen], labels[chosen], told)
        if number % settings["look_every"] == 0:
            looks.append(readers.accuracy(images[-kept:], labels[-kept:]))
    return readers, torch.stack(looks).view(-1, len(settings["rates"]), settings["seeds"])


def arm(settings: dict, told: bool) -> dict:
    """Return the rate taken, the held-out course and the test accuracies in %, one per seed."""
    readers, looks = train(settings, told)
    best = looks[-5:].mean((0, 2)).argmax().item()
    test, labels = threes_and_fives(*flat_digits()[2:])
    tested = readers.accuracy(test, labels).view(-1, settings["seeds"])[best]
    return {
        "rate": settings["rates"][best],
        "held_out": [[round(100 * x, 1) for x in look] for look in looks[:, best].tolist()],
        "test": [round(100 * x, 1) for x in tested.tolist()],
    }


def main(arguments: list[str] | None = None) -> None:
    """Train both kinds of readers and write the record."""
    told = parser_for(__doc__, SETTINGS, "seeds", "batches").parse_args(arguments)
    settings = SETTINGS | vars(told)
    results = {}
    for name, answer in (("told the answer", True), ("told right or wrong", False)):
        results[name] = arm(settings, answer)
        found = results[name]
        print(name, found["rate"], found["test"], flush=True)
    print(record("right_or_wrong", settings, results))


if __name__ == "__main__":
    main()
