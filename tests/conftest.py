"""Settings for all tests."""

import functools
import gc
import json
from pathlib import Path

import matplotlib as mpl

ROOT = Path(__file__).parents[1]
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
