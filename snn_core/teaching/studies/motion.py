"""Digits that move to the left or to the right, as event pixels see them (page 17)."""

import numpy as np
import torch
from torch import Generator, Tensor, nn

from ...datasets import mnist_mini
from ...events import EVENT, SENSOR_SIZE
from ...layers import OverTime
from ...neurons import LIF, LeakyIntegrator
from ...surrogate import Surrogate
from ..records import Record

SIDE = 28  # pixels of the sensor
STEPS = 6
DT = 10.0  # ms, the width of a step
WAYS = {"left": (0, -2), "right": (0, 2), "up": (-2, 0), "down": (2, 0)}  # pixels in a step


def pixel_events(levels: Tensor, threshold: float = 0.3) -> Tensor:
    """Return what pixels that look at every step send: 1 for ON, -1 for OFF, 0 for nothing.

    Args:
        levels: log brightness ``[T + 1, …]``; the first is what the pixels remember at the start.
        threshold: a change of this size is sent, and the pixel remembers what it sees then.

    Returns:
        ``[T, …]``.

    >>> pixel_events(torch.tensor([0.0, 0.2, 0.4, 0.4, 0.0])).tolist()
    [0.0, 1.0, 0.0, -1.0]
    """
    memory = levels[0]
    sent = []
    for now in levels[1:]:
        change = now - memory
        event = change.sign() * (change.abs() >= threshold)
        memory = torch.where(event != 0, now, memory)
        sent.append(event)
    return torch.stack(sent)


def turning_film(
    image: Tensor, way: str, *, bright: bool = True, start: tuple[int, int] = (0, 0)
) -> Tensor:
    """Return the log brightness of a digit in black and white that moves: ``[STEPS + 1, 28, 28]``.

    What leaves at one side comes in at the other, as on a drum that turns.

    Args:
        image: ``[28, 28]``; what is above 0.5 is the digit.
        way: a name in `WAYS`.
        bright: the digit is bright before a dark ground, or dark before a bright one.
        start: how far down and right it stands at first.
    """
    digit = (image > 0.5) == bright
    down, right = WAYS[way]
    places = [(start[0] + down * k, start[1] + right * k) for k in range(STEPS + 1)]
    scene = (digit + 0.3).log()
    return torch.stack([scene.roll(place, dims=(0, 1)) for place in places])


def counts_between(recording: np.ndarray, start: float, end: float) -> np.ndarray:
    """Return how many events each pixel of N-MNIST sent from ``start`` to before ``end``, in ms.

    Returns:
        ``[2, 34, 34]``: OFF, ON.
    """
    part = recording[(recording["t"] >= 1000 * start) & (recording["t"] < 1000 * end)]
    counts = np.zeros(SENSOR_SIZE[::-1], int)
    np.add.at(counts, (part["p"], part["y"], part["x"]), 1)
    return counts


def as_recording(events: Tensor) -> np.ndarray:
    """Return events ``[T, 28, 28]`` of 1, -1 and 0 as a recording; each comes amid its step."""
    step, y, x = events.nonzero().numpy().T
    recording = np.empty(len(step), EVENT)
    recording["x"] = x
    recording["y"] = y
    recording["t"] = 1000 * DT * (step + 0.5)
    recording["p"] = events[step, y, x].numpy() > 0
    return recording


def turning_digits(
    train: bool,
    samples: int,
    *,
    ways: tuple[str, ...] = ("left", "right"),
    generator: Generator | None = None,
) -> tuple[list[np.ndarray], Tensor]:
    """Return recordings of digits that move, and the number of the way of each.

    Way, place, and whether the digit is the bright or the dark part are drawn at random.

    Args:
        train: training digits, or those to test on.
        samples: the first so many digits.
        ways: names in `WAYS`, the labels.
        generator: of the draws; PyTorch's own if None.
    """
    digits = mnist_mini()
    images = (digits.train_images if train else digits.test_images)[:samples]
    labels = torch.randint(len(ways), (samples,), generator=generator)
    shades = torch.randint(2, (samples,), generator=generator).bool().tolist()
    starts = torch.randint(SIDE, (samples, 2), generator=generator).tolist()
    recordings = []
    for image, label, bright, start in zip(images, labels.tolist(), shades, starts, strict=True):
        film = turning_film(image, ways[label], bright=bright, start=tuple(start))
        recordings.append(as_recording(pixel_events(film)))
    return recordings, labels


def direction_reader(ways: int = 2, memory: bool = True, channels: int = 2) -> nn.Sequential:
    """Return a spiking network that reads a way from frames ``[T, B, channels, 28, 28]``.

    Args:
        ways: number of classes.
        memory: hidden membranes with 20 ms; or without any, so that each step stands alone.
        channels: of a frame: OFF and ON; or those of several frames that are `stacked`.
    """
    decay = {"tau_mem": 20.0, "dt": DT} if memory else {"beta": 0.0}

    def hidden(inputs: int, outputs: int) -> list[nn.Module]:
        convolution = nn.Conv2d(inputs, outputs, 5, stride=2)
        neuron = LIF(**decay, surrogate=Surrogate(scale=2.0))
        return [OverTime(convolution, nn.BatchNorm2d(outputs)), neuron]

    readout = [OverTime(nn.Flatten()), nn.Linear(16 * 4 * 4, ways), LeakyIntegrator(100.0, dt=DT)]
    return nn.Sequential(*hidden(channels, 8), *hidden(8, 16), *readout)


def in_order(frames: Tensor) -> Tensor:
    """Leave frames ``[B, T, …]`` as they are."""
    return frames


def summed(frames: Tensor) -> Tensor:
    """Add all frames up: ``[B, 1, …]``."""
    return frames.sum(1, keepdim=True)


def stacked(frames: Tensor) -> Tensor:
    """Show all frames at a single step, each as channels of its own: ``[B, 1, T * 2, …]``."""
    return frames.flatten(1, 2)[:, None]


def snapshot(frames: Tensor) -> Tensor:
    """Keep the frame in the middle: ``[B, 1, …]``."""
    middle = frames.shape[1] // 2
    return frames[:, middle : middle + 1]


def in_random_order(frames: Tensor, generator: Generator | None = None) -> Tensor:
    """Put the frames of each sample into a random order of its own."""
    order = torch.rand(frames.shape[:2], generator=generator).argsort(1)
    return frames[torch.arange(len(frames))[:, None], order]


VIEWS = {
    "in order": in_order,
    "shuffled": in_random_order,
    "summed": summed,
    "snapshot": snapshot,
    "stacked": stacked,
}


def motion_shares(record: Record) -> dict[str, list[list[float]]]:
    """Return the test accuracy of each seed in percent, by arm, from the record of two ways."""
    arms = [arm for arm in record.results if not arm.startswith("four")]
    return {arm: [[100 * run["test"] for run in record.results[arm]]] for arm in arms}


def nmnist_shares(record: Record) -> dict[str, list[list[float]]]:
    """Return the test accuracy of each seed in percent, by view of genuine recordings.

    Each is the mean of the last epochs of a network that was trained and tested on that view.
    """
    runs = {
        "in order": record.results["genuine"],
        "shuffled": record.results["genuine, shuffled each"],
        "summed": record.results["genuine, summed once"],
    }
    return {
        view: [[100 * float(np.mean(run["test"]["genuine"])) for run in found]]
        for view, found in runs.items()
    }
