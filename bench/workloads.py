"""The workloads: their sizes, and the arrays that all contestants share."""

from dataclasses import dataclass

import numpy as np

BETA = 0.9
THRESHOLD = 1.0
INPUT_SCALE = 1.5  # Gives firing rates of about 10 %.


@dataclass(frozen=True)
class Workload:
    """A layer of `size` neurons over `steps` steps, and the most time it may take, in floors."""

    steps: int
    batch: int
    size: int
    bar: float | None = None

    def __str__(self):
        return f"[T={self.steps}, B={self.batch}, N={self.size}]"


WORKLOADS = (
    Workload(500, 16, 512, bar=1.2),
    Workload(25, 128, 1000, bar=1.05),
    Workload(100, 128, 128, bar=1.5),
)


@dataclass(frozen=True)
class Data:
    """Inputs and gradient of the spikes ``[T, B, N]``, weight ``[N, N]``, bias ``[N]``; float32."""

    inputs: np.ndarray
    cotangent: np.ndarray
    weight: np.ndarray
    bias: np.ndarray


def make_data(workload: Workload) -> Data:
    """Draw the arrays of a workload: normal inputs, and weights as `torch.nn.Linear` draws them."""
    generator = np.random.default_rng(0)
    shape, bound = (workload.steps, workload.batch, workload.size), workload.size**-0.5
    return Data(
        inputs=INPUT_SCALE * generator.standard_normal(shape, dtype=np.float32),
        cotangent=generator.standard_normal(shape, dtype=np.float32),
        weight=generator.uniform(-bound, bound, (workload.size, workload.size)).astype(np.float32),
        bias=generator.uniform(-bound, bound, workload.size).astype(np.float32),
    )
