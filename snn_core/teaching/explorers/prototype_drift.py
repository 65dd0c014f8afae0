"""The explorer of page 10: how the weights of one neuron follow the images that it spikes for."""

import torch
from torch import Tensor

from ...plasticity import spike_trace, unit_intensity
from ..inputs import flat_digits
from ..live import LiveExplorer, Range
from ..studies.unlabelled import as_spikes

SCALE = 0.18
GOLDEN = 0.618034  # its multiples, without whole parts, are spread evenly, however few
LEVELS = 15  # a trace, and whatever is drawn, is sent as a whole number up to this one


class PrototypeDrift(LiveExplorer):
    """One neuron spikes for threes, and now and then for any digit: its field, how near to either mean."""

    model = "prototype_drift"
    about = (
        "The digit that a neuron spiked for last, the picture of its weights, and how near that is "
        "to the mean three and to the mean of all digits."
    )
    controls = {
        "lr": Range(0.01, 1.0, 0.01, 0.1, "learning rate η"),
        "spikes": Range(1, 40, 1, 3, "spikes of the neuron"),
        "others": Range(0.0, 1.0, 0.05, 0.0, "share of any digit"),
    }
    longest = 40

    def data(self) -> dict:
        """Return traces and means in levels, one hexadecimal digit a pixel, and which digit comes when."""
        generator = torch.Generator().manual_seed(0)
        images, labels, _, _ = flat_digits()
        shown = [images[labels == 3][: self.longest], images[: self.longest]]
        traces = [spike_trace(as_spikes(each, generator=generator), tau=5.0)[-1] for each in shown]
        unit = max(each.max().item() for each in traces) / LEVELS
        means = [unit_intensity(each).mean(0) for each in (images[labels == 3], images)]
        return {
            "threes": _packed(traces[0] / unit),
            "mixed": _packed(traces[1] / unit),
            "start": _packed(LEVELS * torch.rand(1, 784, generator=generator))[0],
            "means": _packed(torch.stack([LEVELS * mean / mean.max() for mean in means])),
            "draws": [round((0.025 + GOLDEN * spike) % 1, 3) for spike in range(self.longest)],
            "unit": unit,
            "scale": SCALE,
        }


def _packed(levels: Tensor) -> list[str]:
    """Write each row ``[rows, 784]`` as one text of hexadecimal digits."""
    return ["".join(f"{level:x}" for level in row) for row in levels.round().int().tolist()]
