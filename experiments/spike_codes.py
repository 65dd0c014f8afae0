"""Read images back from four codes, as they are, shuffled in time, with spikes lost, and late.

``python -m experiments.spike_codes`` writes the record that page 01 shows. Every image is shown for
T steps. "random" and "regular" are rate codes, by coin tosses and by integrate-and-fire; "half
full" is the regular one that starts at half its threshold, so that its count is rounded and not cut
off. "latency" is the linear rule; "delta" sees the image switched on, with the threshold 1/T.
"regular by time" reads the regular code by its spike times. The receiver knows how many spikes are
lost and how late they come on average, and hears those after the last step, too. Late spikes of a
pixel that meet in one step are all counted under "late", and count as one under "late, one a step".
Noise of less than half a grey level makes the greys of the 8-bit images continuous; without it
latency has no error at T = 256.
"""

import torch
from torch import Generator, Tensor

from snn_core import encoding, reconstruction
from snn_core.datasets import mnist_mini
from snn_core.teaching.records import record

SETTINGS = {
    "images": 100,
    "steps": [4, 8, 16, 32, 64, 128, 256],
    "disturbed_at": 32,
    "lost": 0.1,
    "late": 2,
    "seed": 0,
}
CODES = ("random", "regular", "half full", "latency", "delta", "regular by time")


def greys(generator: Generator) -> Tensor:
    """Return images ``[B, 784]`` in double precision, with continuous greys."""
    images = mnist_mini().test_images[: SETTINGS["images"]].flatten(1).double()
    noise = torch.rand(images.shape, generator=generator, dtype=images.dtype) - 0.5
    between = (images > 0) & (images < 1)
    return torch.where(between, images + noise / 255, images)


def regular(values: Tensor, steps: int, start: float = 0.0) -> Tensor:
    """Spike whenever the sum of what came in passes a whole number, ``[T, B, …]``."""
    time = torch.arange(steps + 1, dtype=values.dtype).view(-1, *[1] * values.dim())
    return (start + time * values + 1e-9).floor().diff(dim=0)


def encode(code: str, values: Tensor, steps: int, generator: Generator) -> Tensor:
    """Return the spikes ``[T, B, …]`` of one of `CODES`."""
    if code == "random":
        return encoding.rate(values, steps, generator=generator)
    if code == "latency":
        return encoding.latency(values, steps, mode="linear")
    if code == "delta":
        return encoding.delta(encoding.direct(values, steps), threshold=1 / steps)[:, :, 0]
    return regular(values, steps, start=0.5 if code == "half full" else 0.0)


def read(code: str, arrivals: Tensor) -> Tensor:
    """Return values ``[B, …]``: by time for a latency code and by request, else by count."""
    if code == "latency":
        return reconstruction.from_latency(arrivals, mode="linear")
    if code == "regular by time":
        return from_times(arrivals)
    return arrivals.sum(0) / len(arrivals)


def from_times(spikes: Tensor) -> Tensor:
    """Return the middle of the values that make a regular code spike just so; without spikes 0."""
    time = torch.arange(1, len(spikes) + 1, dtype=spikes.dtype).view(-1, *[1] * (spikes.dim() - 1))
    count = spikes.cumsum(0)
    low = (count / time).amax(0)
    high = ((count + 1) / time).amin(0).clamp(max=1)
    return torch.where(count[-1] > 0, (low + high) / 2, 0.0)


def shuffled(spikes: Tensor, generator: Generator) -> Tensor:
    """Give the spikes of each pixel other times, drawn at random."""
    order = torch.rand(spikes.shape, generator=generator).argsort(0)
    return spikes.gather(0, order)


def lossy(spikes: Tensor, generator: Generator) -> Tensor:
    """Lose each spike with the probability of the settings."""
    return spikes * (torch.rand(spikes.shape, generator=generator) >= SETTINGS["lost"])


def read_lossy(code: str, arrivals: Tensor) -> Tensor:
    """Return values ``[B, …]``: counts are divided by the share of spikes that is left."""
    value = read(code, arrivals)
    return value if code == "latency" else value / (1 - SETTINGS["lost"])


def late(spikes: Tensor, generator: Generator) -> Tensor:
    """Delay each spike by 0 to `late` steps; return how many come in each, ``[T + late, B, …]``."""
    delays = torch.randint(SETTINGS["late"] + 1, spikes.shape, generator=generator)
    arrivals = spikes.new_zeros(len(spikes) + SETTINGS["late"], *spikes.shape[1:])
    for delay in range(SETTINGS["late"] + 1):
        arrivals[delay : delay + len(spikes)] += spikes * (delays == delay)
    return arrivals


def read_late(code: str, arrivals: Tensor) -> Tensor:
    """Return values ``[B, …]``: the mean delay is taken off a latency."""
    steps = len(arrivals) - SETTINGS["late"]
    if code != "latency":
        return arrivals.sum(0) / steps
    step = arrivals.argmax(0).to(arrivals.dtype) - SETTINGS["late"] / 2
    value = (1 - step / (steps - 1)).clamp(0, 1)
    return torch.where(arrivals.sum(0) > 0, value, 0.0)


def error(estimate: Tensor, values: Tensor) -> float:
    """Return the root of the mean squared difference over all pixels of all images."""
    return round((estimate - values).square().mean().sqrt().item(), 6)


def disturbed(code: str, values: Tensor, generator: Generator) -> dict[str, float]:
    """Return the error of the same spikes as they were sent, with some lost, and late."""
    spikes = encode(code, values, SETTINGS["disturbed_at"], generator)
    left = lossy(spikes, generator)
    delayed = late(spikes, generator)
    return {
        "sent": error(read(code, spikes), values),
        "lost": error(read_lossy(code, left), values),
        "late": error(read_late(code, delayed), values),
        "late, one a step": error(read_late(code, delayed.clamp(max=1)), values),
    }


def main() -> None:
    """Encode, disturb, read back, and write the record."""
    generator = torch.Generator().manual_seed(SETTINGS["seed"])
    values = greys(generator)
    results: dict = {"error": {}, "spikes": {}, "shuffled": {}, "disturbed": {}}
    for code in CODES:
        found: dict = {"error": [], "spikes": [], "shuffled": []}
        for steps in SETTINGS["steps"]:
            spikes = encode(code, values, steps, generator)
            mixed = shuffled(spikes, generator)
            found["error"].append(error(read(code, spikes), values))
            found["shuffled"].append(error(read(code, mixed), values))
            found["spikes"].append(round(spikes.sum().item() / len(values), 1))
        for name, row in found.items():
            results[name][code] = row
        if code != "regular by time":
            results["disturbed"][code] = disturbed(code, values, generator)
        print(code, found, flush=True)
    print(record("spike_codes", SETTINGS, results))


if __name__ == "__main__":
    main()
