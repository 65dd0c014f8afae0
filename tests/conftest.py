"""Settings for all tests."""

import matplotlib as mpl

mpl.use("Agg")


def pytest_collection_modifyitems(items):
    """Run what takes long first, so that all workers end together: the pages, then their answers, then the rest."""
    items.sort(key=lambda item: (item.path.suffix != ".ipynb", item.path.parent.name != "answers"))
