"""Settings for all tests."""

import sys
from pathlib import Path

import matplotlib as mpl

sys.path.insert(0, str(Path(__file__).parent))
mpl.use("Agg")
