"""Settings for all tests."""

import atexit
import functools
import gc
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import matplotlib as mpl
from nbval.kernel import NbvalKernelspecManager

ROOT = Path(__file__).parents[1]
COPIES = str(Path(__file__).with_name("kernels.py"))
mpl.use("Agg")

# Processor seconds of pages, as `python -m publish.times` has measured them.
TIMES = json.loads((ROOT / "publish" / "times.json").read_text(encoding="utf-8"))
# Files of tests that take longest, which none of the workers should begin late.
LONG = (
    "answers/test_10.py",
    "teaching/test_live.py",
    "core/test_transforms.py",
    "publish/test_recipes.py",
    "experiments/test_runs.py",
    "answers/test_04.py",
    "publish/test_slides.py",
    "publish/test_graded.py",
    "tests/test_text_files.py",
    "core/test_izhikevich.py",
    "answers/test_07.py",
    "experiments/test_processes.py",
)

# Seconds that nbval waits for the output of a cell that has run; its own 5 are too few when busy.
OUTPUT_TIMEOUT = 600


@functools.cache
def turn(path):
    """Return when a file has its turn: pages first, the longest before, then `LONG`, then others.

    Short files come last, so that all workers end together.
    """
    if path.suffix == ".ipynb":
        return 0, -TIMES.get(path.stem, 0.0)
    place = [n for n, file in enumerate(LONG) if path.as_posix().endswith(file)]
    return (1, place[0]) if place else (2, 0)


def pytest_collection_modifyitems(items):
    """Bring tests into the order in which they run; those of a file stay together."""
    items.sort(key=lambda item: turn(item.path))
    for item in items:
        if item.path.suffix == ".ipynb":
            item.output_timeout = OUTPUT_TIMEOUT


def pytest_collection_finish():
    """Let the collector of garbage pass over modules and tests, which stay: each pass is shorter.

    So are the counts of `live_bytes`, which looks at all that the collector sees.
    """
    gc.collect()
    gc.freeze()


def pytest_configure(config):
    """Let nbval start kernels as copies of one process, where processes are copied safely."""
    if sys.platform == "linux":
        NbvalKernelspecManager.get_kernel_spec = copied(NbvalKernelspecManager.get_kernel_spec)


def copied(plain):
    """Return what gives a kernel that is a copy, from what gives one of its own."""

    def get_kernel_spec(self, name):
        found = plain(self, name)
        place = found.argv.index("ipykernel_launcher")
        found.argv = [sys.executable, "-S", COPIES, copying(), *found.argv[place + 1 :]]
        return found

    return get_kernel_spec


@functools.cache
def copying():
    """Start the process that is copied for every page; return its address."""
    folder = tempfile.mkdtemp()
    address = str(Path(folder) / "kernels")
    started = subprocess.Popen(
        [sys.executable, "-P", COPIES, address],  # finds what a kernel of its own finds
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    atexit.register(shutil.rmtree, folder)
    atexit.register(started.communicate)
    while not Path(address).exists():
        assert started.poll() is None
        time.sleep(0.1)
    return address
