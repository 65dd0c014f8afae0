"""Settings for all tests."""

import gc

import matplotlib as mpl

mpl.use("Agg")

# Seconds that nbval waits for the output of a cell that has run; its own 5 are too few when busy.
OUTPUT_TIMEOUT = 600


def pytest_collection_modifyitems(items):
    """Run pages first, then answers, then the rest, so that all workers end together."""
    items.sort(key=lambda item: (item.path.suffix != ".ipynb", item.path.parent.name != "answers"))
    for item in items:
        if item.path.suffix == ".ipynb":
            item.output_timeout = OUTPUT_TIMEOUT


def pytest_collection_finish():
    """Let the collector of garbage pass over modules and tests, which stay: each pass is shorter.

    So are the counts of `live_bytes`, which looks at all that the collector sees.
    """
    gc.collect()
    gc.freeze()
