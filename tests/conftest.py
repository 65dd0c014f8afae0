"""Settings for all tests."""

import matplotlib as mpl

mpl.use("Agg")
