"""Peak memory of one contestant on one workload, in a process of its own.

``python bench/memory.py NAME INDEX`` prints the growth of the resident memory over one forward and
backward pass, in MiB. It counts what the operating system hands out, so PyTorch and JAX are
measured alike. Two passes come first: they import, compile and fill caches. Then free memory goes
back to the system, the kernel's peak counter is reset, and one more pass runs. The arrays that live
through all passes are not counted: inputs, weights, and the spikes' gradient.
MALLOC_MMAP_THRESHOLD_ is fixed in the child: else the C library raises it and keeps large freed
blocks for itself.

The counter is VmHWM of Linux and not `ru_maxrss`, for two reasons. A child starts with the
`ru_maxrss` of its parent, which holds all libraries here. And `ru_maxrss` cannot be reset, so that
compiling would hide the pass itself.
"""

import ctypes
import gc
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from contestants import CONTESTANTS
from workloads import WORKLOADS, make_data


def peak_memory(name: str, index: int) -> float:
    """Return the peak memory in MiB of a contestant on workload `index`, in a fresh process."""
    return in_fresh_process(__file__, name, str(index))


def in_fresh_process(script: str, *arguments: str) -> float:
    """Return the last number that a script prints, run with memory settings of its own."""
    command = [sys.executable, script, *arguments]
    environment = os.environ | {"MALLOC_MMAP_THRESHOLD_": str(2**18)}
    result = subprocess.run(
        command, env=environment, check=True, stdout=subprocess.PIPE, encoding="utf-8"
    )
    return float(result.stdout.split()[-1])


def _measure(name: str, index: int) -> float:
    build = {contestant.name: contestant.build for contestant in CONTESTANTS}[name]
    runner = build(make_data(WORKLOADS[index]))
    return growth(runner.turn)


def growth(turn: Callable[[], object]) -> float:
    """Return by how many MiB the third turn makes the resident memory grow at its peak."""
    for _ in range(2):
        turn()
    _release()
    start = _high_water()
    turn()
    return (_high_water() - start) / 1024


def _release() -> None:
    """Give free memory back to the system, and reset the peak counter."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5", encoding="utf-8")


def _high_water() -> int:
    """Return the peak resident memory in KiB."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    print(_measure(sys.argv[1], int(sys.argv[2])))
