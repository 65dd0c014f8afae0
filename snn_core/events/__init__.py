"""Event cameras: what changes in brightness, pixel by pixel; from N-MNIST files, or simulated.

A recording is a NumPy structured array in Tonic's format, one entry per event, sorted by time:
pixel ``x``, ``y``, time ``t`` in microseconds, polarity ``p`` (1 ON, brighter; 0 OFF, darker). All
settings of time are in ms.
"""

from .camera import DURATION, GAZE, ORIGIN, SACCADES, EventCamera, gaze
from .recordings import EVENT, SENSOR_SIZE, EventRecordings, local_nmnist, nmnist_files, read_events

__all__ = [
    "DURATION",
    "EVENT",
    "GAZE",
    "ORIGIN",
    "SACCADES",
    "SENSOR_SIZE",
    "EventCamera",
    "EventRecordings",
    "gaze",
    "local_nmnist",
    "nmnist_files",
    "read_events",
]
