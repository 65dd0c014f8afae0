"""Compare a linear layer and LIF neurons in snn_core and in other libraries: time and memory.

``python bench/layers.py --rounds 15 --output bench/results.md``

All contestants run in one process. In every round each one takes its turn, in an order drawn anew:
a forward and a backward pass that only warm up caches and threads, as the steps before do in
training, and one of each that count. The floor is the linear layer alone, in PyTorch. Ratios
compare turns of the same round, and the tables show medians over the rounds, by the clock and by
the processor's time of all threads, which other programs disturb less. Before the first round
all contestants must fire at comparable rates and must send a gradient to the weights, else the run
fails. A library that is not installed is listed as missing.

PyTorch's forward pass records what its backward pass needs. JAX times two functions: the forward
pass alone, and both passes. Its backward time is their difference.
"""

import argparse
import gc
import random
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import torch
from contestants import CONTESTANTS, FLOOR, OURS, Contestant
from memory import peak_memory
from report import write_report
from workloads import WORKLOADS, Data, Workload, make_data

PAUSE = 0.02  # Seconds for the thread pool of the contestant before to go to sleep.


@dataclass
class Entry:
    """What was measured of one contestant on one workload: seconds of each round, MiB."""

    contestant: Contestant
    rate: float
    gradient: float
    peak: float = 0.0
    forward: list[float] = field(default_factory=list)
    total: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    @property
    def backward(self) -> list[float]:
        """Return the seconds of the backward pass of each round."""
        return [total - forward for total, forward in zip(self.total, self.forward, strict=True)]

    def ratios(self, other: "Entry") -> list[float]:
        """Return this total in units of the other's, round by round."""
        return [mine / theirs for mine, theirs in zip(self.total, other.total, strict=True)]

    def processor_ratio(self, other: "Entry") -> float:
        """Return the median of this processor time in units of the other's."""
        pairs = zip(self.processor, other.processor, strict=True)
        return statistics.median(mine / theirs for mine, theirs in pairs)


def compare(workload: Workload, rounds: int, missing: dict[str, str]) -> dict[str, Entry]:
    """Check and time all contestants on a workload, and return their entries by name."""
    torch.compiler.reset()
    runners = _build(make_data(workload), missing)
    entries = {c.name: Entry(c, *runners[c.name].probe()) for c in CONTESTANTS if c.name in runners}
    _check(entries)
    for index in range(rounds):
        _round(runners, entries, index)
    return entries


def _build(data: Data, missing: dict[str, str]) -> dict:
    """Return the runners by name, and note in `missing` why a peer has none."""
    runners = {}
    for contestant in CONTESTANTS:
        try:
            runners[contestant.name] = contestant.build(data)
        except ImportError as error:
            if contestant.name == OURS:
                raise
            missing[contestant.name] = str(error)
    return runners


def _check(entries: dict[str, Entry]) -> None:
    """Raise unless all contestants fire at comparable rates and have finite gradients."""
    neurons = [entry for name, entry in entries.items() if name != FLOOR]
    median = statistics.median(entry.rate for entry in neurons)
    for entry in neurons:
        if not median / 2 <= entry.rate <= median * 2 or entry.rate == 0:
            raise RuntimeError(
                f"{entry.contestant.name} fires at {entry.rate:.2%}, the median is {median:.2%}"
            )
        if not 0 < entry.gradient < float("inf"):
            raise RuntimeError(
                f"{entry.contestant.name}: the weights' gradient has norm {entry.gradient}"
            )


def _round(runners: dict, entries: dict[str, Entry], index: int) -> None:
    """Time each contestant once, right after an untimed turn, in an order of this round."""
    for name in random.Random(index).sample(list(runners), len(runners)):
        gc.collect()
        time.sleep(PAUSE)
        runners[name].turn()
        start = time.process_time()
        forward, total = runners[name].turn()
        entries[name].processor.append(time.process_time() - start)
        entries[name].forward.append(forward)
        entries[name].total.append(total)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Compare a linear layer and LIF neurons across libraries."
    )
    parser.add_argument(
        "--rounds", type=int, default=15, help="rounds of each workload, 15 unless told"
    )
    parser.add_argument(
        "--output",
        type=Path,
        default=Path(__file__).with_name("results.md"),
        help="the report, Markdown",
    )
    arguments = parser.parse_args()
    if arguments.rounds < 2:
        parser.error("--rounds must be at least 2")
    return arguments


def main() -> None:
    """Run all workloads and write the report."""
    arguments, missing, results = _arguments(), {}, []
    for index, workload in enumerate(WORKLOADS):
        print(f"{workload}: time", file=sys.stderr)
        entries = compare(workload, arguments.rounds, missing)
        print(f"{workload}: memory", file=sys.stderr)
        for name, entry in entries.items():
            entry.peak = peak_memory(name, index)
        results.append((workload, entries))
    command = f"python bench/layers.py --rounds {arguments.rounds}"
    arguments.output.write_text(write_report(command, results, missing), encoding="utf-8")
    print(arguments.output.read_text(encoding="utf-8"))


if __name__ == "__main__":
    main()
