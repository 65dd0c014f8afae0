"""From an ordinary network to a spiking one: a ReLU becomes the rate of integrate-and-fire neurons.

The weights stay. A spike of a layer with the threshold theta is worth theta, so the activation that
a neuron stands for is its mean number of spikes per step, times theta. What is left of an error has
three causes:

- clipping: a neuron spikes once per step at most, so it says no more than its threshold;
- quantisation: in T steps it can say T + 1 values, the treads of a `staircase`;
- uneven arrival: its input is not the same at every step, so spikes come that the mean input would
  not cause, or stay away.

`convert` takes a trained network; `ClipFloorShift` is an activation to train one with, so that it
expects the first two; `error_parts` measures all three.
"""

from .errors import ErrorParts, error_parts
from .ordinary import fold_batch_norm
from .spiking import IF, RunningMean, Scale, convert
from .staircase import ClipFloorShift, staircase

__all__ = [
    "IF",
    "ClipFloorShift",
    "ErrorParts",
    "RunningMean",
    "Scale",
    "convert",
    "error_parts",
    "fold_batch_norm",
    "staircase",
]
