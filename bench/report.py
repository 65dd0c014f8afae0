"""The report of a run in Markdown: machine, versions, verdict and one table per workload."""

import os
import platform
import statistics
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch
from contestants import CONTESTANTS, FLOOR, JAX, OURS, TORCH
from workloads import BETA, THRESHOLD

PACKAGES = tuple(
    dict.fromkeys(["numpy", *(c.package for c in CONTESTANTS), "jax", "jaxlib", "flax"])
)
COLUMNS = (
    "contestant",
    "rate",
    "forward, ms",
    "backward, ms",
    "total, ms",
    "total / floor (quartiles)",
    "processor / floor",
    "peak memory, MiB",
)
# Measured once, outside of this script, with the contest's data and rounds.
NATIVE = (
    "What a kernel of its own would be worth: both passes of LIF in 25 lines of C, which run all "
    "steps of 1,024 neurons in one loop, by OpenMP, took 1.21, 1.10 and 1.47 times the floor on "
    "the three workloads, where snn_core took 1.24, 1.08 and 1.66 in the same rounds (2026-11-29, "
    "2 cores, load 16). Most of what is left is the traffic of inputs, membranes, spikes and "
    "gradients, which a kernel has as well. The package has no build step."
)
HEADER = f"| {' | '.join(COLUMNS)} |\n| ---{' | ---:' * (len(COLUMNS) - 1)} |"


def write_report(command: str, results: list, missing: dict[str, str]) -> str:
    """Return the report of the `results`: pairs of a workload and its entries by name."""
    sections = [
        "# A linear layer and LIF neurons, on a CPU",
        f"{date.today()}, written by `{command}`.",
        _machine(),
        "## Verdict\n\n" + _verdict(results, missing),
        NATIVE,
        *(f"## {workload}\n\n{_table(entries)}" for workload, entries in results),
        "## How to read the tables\n\n" + _notes(),
        "## How each contestant is run\n\n" + _choices(missing),
        "## Versions\n\n" + _versions(),
    ]
    return "\n\n".join(sections) + "\n"


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next(
        (line.split(": ")[1] for line in lines if line.startswith("model name")), platform.machine()
    )
    return (
        f"{model}, {os.cpu_count()} cores, {platform.system()}, "
        f"Python {platform.python_version()}. "
        f"PyTorch runs {torch.get_num_threads()} threads, JAX one per core. All in float32. "
        f"Load of the machine at the end: {os.getloadavg()[0]:.1f}."
    )


def _verdict(results: list, missing: dict[str, str]) -> str:
    lines = [
        f"- {w}: {_bar(w, entries)} {_peers(entries)} {_memory(entries)}" for w, entries in results
    ]
    wins = all(_nearest(entries, TORCH)[0] > 1 for _, entries in results)
    thrifty = all(_thriftiest(entries) for _, entries in results)
    lines.append(f"- Faster than every PyTorch peer on all workloads: {'yes' if wins else 'no'}.")
    lines.append(f"- No PyTorch peer needs less memory: {'yes' if thrifty else 'no'}.")
    if missing:
        lines.append(f"- Missing, so not compared: {', '.join(missing)}.")
    return "\n".join(lines)


def _bar(workload, entries: dict) -> str:
    """Say how snn_core does against the floor."""
    ratio = statistics.median(entries[OURS].ratios(entries[FLOOR]))
    processor = entries[OURS].processor_ratio(entries[FLOOR])
    text = f"{OURS} takes {ratio:.2f} times the floor ({processor:.2f} by the processor)"
    if workload.bar is None:
        return text + "."
    held = "holds" if ratio <= workload.bar else "does not hold"
    return f"{text}; the bar of {workload.bar} {held}."


def _peers(entries: dict) -> str:
    """Say how snn_core does against the fastest peer of each framework."""
    sentences = []
    for framework in (TORCH, JAX):
        ratio, name = _nearest(entries, framework)
        if name:
            place = "ahead of" if ratio > 1 else "behind"
            sentences.append(
                f"It is {place} the fastest {framework} peer, {name}, "
                f"which takes {ratio:.2f} times as long."
            )
    return " ".join(sentences)


def _memory(entries: dict) -> str:
    """Say how much memory snn_core needs, and the thriftiest peer of each framework."""
    needs = [f"{entries[OURS].peak:.0f} MiB"]
    for framework in (TORCH, JAX):
        peers = [(entry.peak, entry.contestant.name) for entry in _rivals(entries, framework)]
        if peers:
            peak, name = min(peers)
            needs.append(f"the thriftiest {framework} peer {peak:.0f} MiB ({name})")
    return f"It needs {', '.join(needs)}."


def _thriftiest(entries: dict) -> bool:
    """Say whether no PyTorch peer needs less memory, in whole MiB."""
    own = round(entries[OURS].peak)
    return all(own <= round(entry.peak) for entry in _rivals(entries, TORCH))


def _nearest(entries: dict, framework: str) -> tuple[float, str]:
    """Return the smallest median ratio of a peer's total to snn_core's, and its name; else 0."""
    ratios = [
        (statistics.median(entry.ratios(entries[OURS])), entry.contestant.name)
        for entry in _rivals(entries, framework)
    ]
    return min(ratios, default=(0.0, ""))


def _rivals(entries: dict, framework: str) -> list:
    """Return the entries of the peers of a framework."""
    return [
        entry
        for name, entry in entries.items()
        if entry.contestant.framework == framework and name not in (FLOOR, OURS)
    ]


def _table(entries: dict) -> str:
    return "\n".join([HEADER, *(_row(entry, entries[FLOOR]) for entry in entries.values())])


def _row(entry, floor) -> str:
    low, middle, high = statistics.quantiles(entry.ratios(floor), n=4)
    times = [
        f"{1e3 * statistics.median(seconds):.1f}"
        for seconds in (entry.forward, entry.backward, entry.total)
    ]
    rate = "-" if entry.contestant.name == FLOOR else f"{entry.rate:.1%}"
    alike = entry.contestant.framework == TORCH
    processor = f"{entry.processor_ratio(floor):.2f}" if alike else "-"
    cells = [
        entry.contestant.name,
        rate,
        *times,
        f"{middle:.2f} ({low:.2f} - {high:.2f})",
        processor,
        f"{entry.peak:.0f}",
    ]
    return f"| {' | '.join(cells)} |"


def _notes() -> str:
    return (
        f"All have the decay {BETA}, the threshold {THRESHOLD}, a surrogate gradient, and the same "
        "weights and inputs. The inputs ask for no gradient. The floor is the linear layer alone. "
        "Times are medians over the rounds. Ratios are medians of the ratios to the floor of the "
        "same round; by the processor they count the time of all threads, which other programs on "
        "the machine disturb less (JAX times its passes apart, so it has no such figure). The rate "
        "is the share of neurons that fire in a step. Peak memory is what one forward and backward "
        "pass adds, the output of the linear layer included, in a process of its own. "
        "`contestants.py` and `memory.py` say more."
    )


def _choices(missing: dict[str, str]) -> str:
    reasons = {name: f" Missing: {reason}." for name, reason in missing.items()}
    return "\n".join(f"- {c.name}: {c.choice}.{reasons.get(c.name, '')}" for c in CONTESTANTS)


def _versions() -> str:
    return "\n".join(f"- {package} {_version(package)}" for package in PACKAGES)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
