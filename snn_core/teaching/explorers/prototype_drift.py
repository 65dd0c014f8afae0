"""The explorer of page 10: how the weights of one neuron follow the images that it spikes for."""

import numpy as np
import torch
from matplotlib.artist import Artist
from torch import Tensor
from torch.nn.functional import normalize

from ...datasets import mnist_mini
from ...encoding import rate
from ...neurons import leaky_step
from ...plasticity import spike_trace, unit_intensity
from ._base import Explorer, Range

SCALE = 0.18


class PrototypeDrift(Explorer):
    """One neuron spikes for one digit and now and then for another: its field, and how near it is to either mean."""

    controls = {
        "lr": Range(0.01, 1.0, 0.01, 0.1, "learning rate η"),
        "spikes": Range(1, 150, 1, 60, "spikes of the neuron"),
        "others": Range(0.0, 1.0, 0.05, 0.0, "share of other digits"),
        "digit": Range(0, 9, 1, 3, "digit"),
    }
    size = (8.0, 3.0)
    longest = 150

    def build(self) -> list[Artist]:
        left, right = self.figure.subplots(1, 2, width_ratios=(1, 2))
        self.picture = left.imshow(np.zeros((28, 28)), vmin=0, vmax=1)
        left.set(xticks=[], yticks=[])
        self.own, self.all = (right.plot([], [], label=label)[0] for label in ("mean of the digit", "mean of all"))
        right.set(xlabel="spikes of the neuron", ylabel="cosine with the field", xlim=(0, self.longest), ylim=(0, 1.02))
        right.legend(loc="lower right")
        self.title = right.set_title(" ")
        self.generator = torch.Generator().manual_seed(0)
        digits = mnist_mini()
        self.images, self.labels = digits.train_images.flatten(1), digits.train_labels
        self.mean = unit_intensity(self.images).mean(0)
        self.means = [unit_intensity(self.images[self.labels == digit]).mean(0) for digit in range(10)]
        self.start = normalize(torch.rand(1, 784, generator=self.generator), dim=1)
        self.traces = {digit: self._traces(self.images[self.labels == digit]) for digit in range(10)}
        self.mixed = self._traces(self.images)
        self.draw = torch.rand(self.longest, generator=self.generator)
        return [self.picture, self.own, self.all, self.title]

    def _traces(self, images: Tensor) -> Tensor:
        """Return the input traces ``[longest, 784]`` at the last of 8 steps, one per image."""
        spikes = rate(unit_intensity(images[: self.longest]), 8, generator=self.generator)
        return spike_trace(spikes, tau=5.0)[-1]

    def update(self, *, lr: float, spikes: int, others: float, digit: int) -> None:
        traces = torch.where((self.draw < others).unsqueeze(1), self.mixed, self.traces[digit])[:spikes]
        fields = field_path(self.start, traces, lr)
        self.picture.set_data((fields[-1].view(28, 28) / fields[-1].max()).numpy())
        for line, mean in ((self.own, self.means[digit]), (self.all, self.mean)):
            line.set_data(np.arange(1, spikes + 1), (fields @ normalize(mean, dim=0)).numpy())
        self.title.set_text(f"cosine with the mean of the digit: {self.own.get_ydata()[-1]:.3f}")


def field_path(weight: Tensor, traces: Tensor, lr: float) -> Tensor:
    """Return the weights of one neuron after each of its spikes, as `trace_stdp` would change them one by one.

    Args:
        weight: at the start, ``[1, N]``.
        traces: presynaptic traces at its spikes, ``[spikes, N]``.
        lr: learning rate in (0, 1].

    Returns:
        ``[spikes, N]``, rows of length 1.

    >>> field_path(torch.tensor([[1.0, 0.0]]), torch.tensor([[0.0, 1.0]]), lr=1.0)
    tensor([[0., 1.]])
    """
    path = []
    for row in lr * SCALE * traces:
        weight = normalize(leaky_step(row, weight, 1 - lr), dim=1)
        path.append(weight[0])
    return torch.stack(path)
