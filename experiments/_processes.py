"""One training in several processes: ``torchrun`` starts them, each takes its share of every batch.

PyTorch's ``DistributedDataParallel`` averages the gradients of all processes. Shares are of equal
size and all processes shuffle alike, so this is the gradient of the joint batch.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch
import torch.distributed as dist
from torch import Generator, Tensor, nn
from torch.nn.parallel import DistributedDataParallel

OTHER_STREAM = 1000  # further seeds of one run, beyond those that experiments have


@contextmanager
def processes() -> Iterator[bool]:
    """Join the processes that ``torchrun`` has started, if it has; tell one of them to record.

    Inside another such block nothing is joined anew.

    >>> with processes() as records:
    ...     records
    True
    """
    if not (dist.is_available() and dist.is_torchelastic_launched()):
        yield True
        return
    if dist.is_initialized():
        yield dist.get_rank() == 0
        return
    dist.init_process_group("gloo")
    try:
        yield dist.get_rank() == 0
    finally:
        dist.destroy_process_group()


def _several() -> bool:
    return dist.is_available() and dist.is_initialized()


@dataclass
class Share:
    """What this process takes of each joint batch, of `size`, in an order that all of them have.

    The order is that in which `fit` takes samples by itself.
    """

    values: Tensor
    labels: Tensor
    size: int
    generator: Generator

    def __post_init__(self) -> None:
        count = dist.get_world_size()
        for size in (self.size, len(self.values)):
            if size % count:
                raise ValueError(f"shares: got {size} samples, expected a multiple of {count}")

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        order = torch.randperm(len(self.values), generator=self.generator)
        for batch in order.split(self.size):
            own = batch[dist.get_rank() :: dist.get_world_size()]
            yield self.values[own], self.labels[own]


def shared(
    network: nn.Module, samples: tuple[Tensor, ...], size: int, generator: Generator
) -> tuple[nn.Module, dict]:
    """Return a network and what `fit` is to train it on: all samples, or this process's share.

    Args:
        network: what `fit` takes, alike in all processes. Its dropout is drawn by each anew.
        samples: values and labels.
        size: of a joint batch; it and the number of samples are multiples of that of processes.
        generator: shuffles the samples, seeded alike in all processes.
    """
    values, labels = samples
    if not _several():
        whole = {"values": values, "labels": labels, "batch_size": size, "generator": generator}
        return network, whole
    torch.manual_seed(torch.initial_seed() + OTHER_STREAM * (1 + dist.get_rank()))
    parallel = DistributedDataParallel(network, broadcast_buffers=False)  # constants
    return parallel, {"values": Share(values, labels, size, generator)}


def joint(own: list[float]) -> list[float]:
    """Return the mean over all processes of numbers that each has found on its share.

    >>> joint([0.25, 0.5])
    [0.25, 0.5]
    """
    if not _several():
        return own
    total = torch.tensor(own, dtype=torch.float64)
    dist.all_reduce(total)
    return (total / dist.get_world_size()).tolist()
