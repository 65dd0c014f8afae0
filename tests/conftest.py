"""Settings for all tests."""

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
