"""Time a linear layer over many steps: one product for all of them, against a loop over the steps.

``python -m experiments.one_product`` writes the record that page 04 shows: milliseconds of the
processor per sample, the median over some repetitions in which both ways take turns. It is the time
of one thread that is counted, so that other work on the machine hardly changes it.
"calls" is what the calls of a loop cost by themselves.
"""

import time

import torch
from torch import Tensor, nn

from snn_core.encoding import rate
from snn_core.teaching.records import record
from snn_core.training import seed_torch

SETTINGS = {
    "batches": [1, 4, 16, 64, 256],
    "steps": 100,
    "inputs": 784,
    "outputs": 256,
    "chance": 0.1,
    "repetitions": 15,
}


def step_by_step(layer: nn.Linear, spikes: Tensor) -> Tensor:
    """Apply a layer to the spikes of each step in turn."""
    return torch.stack([layer(step) for step in spikes])


WAYS = {"loop": step_by_step, "one product": lambda layer, spikes: layer(spikes)}


def milliseconds(way, layer: nn.Linear, spikes: Tensor) -> float:
    """Return what one call takes of this thread's time."""
    start = time.thread_time()
    way(layer, spikes)
    return 1000 * (time.thread_time() - start)


def calls(repetitions: int, generator: torch.Generator) -> float:
    """Return what as many calls of a layer with one input and one output take: no arithmetic."""
    layer = nn.Linear(1, 1).requires_grad_(False)
    spikes = rate(torch.ones(1, 1), SETTINGS["steps"], generator=generator)
    times = [milliseconds(step_by_step, layer, spikes) for _ in range(repetitions)]
    return round(torch.tensor(times).median().item(), 4)


def per_sample(batch: int, repetitions: int, generator: torch.Generator) -> dict[str, float]:
    """Return the median time per sample of both ways for one size of batch."""
    layer = nn.Linear(SETTINGS["inputs"], SETTINGS["outputs"]).requires_grad_(False)
    chances = torch.full((batch, SETTINGS["inputs"]), SETTINGS["chance"])
    spikes = rate(chances, SETTINGS["steps"], generator=generator)
    times = [
        [milliseconds(way, layer, spikes) for way in WAYS.values()] for _ in range(repetitions)
    ]
    medians = torch.tensor(times).median(0).values / batch
    return {name: round(value, 4) for name, value in zip(WAYS, medians.tolist(), strict=True)}


def main() -> None:
    """Time both ways for every size of batch and record it."""
    torch.set_num_threads(1)  # compare the ways, not how they share out the work
    generator = seed_torch(0)
    found = [per_sample(batch, SETTINGS["repetitions"], generator) for batch in SETTINGS["batches"]]
    results = {"per_sample": {name: [each[name] for each in found] for name in WAYS}}
    results["calls"] = calls(SETTINGS["repetitions"], generator)
    print(record("one_product", SETTINGS, results))


if __name__ == "__main__":
    main()
