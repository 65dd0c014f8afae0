"""Settings for all tests."""

import matplotlib as mpl

mpl.use("Agg")

OUTPUT_TIMEOUT = 600  # seconds that nbval waits for the output of a cell that has run; its own 5 are too few when busy


def pytest_collection_modifyitems(items):
    """Run what takes long first, so that all workers end together: the pages, then their answers, then the rest."""
    items.sort(key=lambda item: (item.path.suffix != ".ipynb", item.path.parent.name != "answers"))
    for item in items:
        if item.path.suffix == ".ipynb":
            item.output_timeout = OUTPUT_TIMEOUT
