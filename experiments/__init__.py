"""Trainings and sweeps too long for a page, one module each; each writes one record that a page shows."""

from pathlib import Path

import snn_core.teaching

RECORDS = Path(snn_core.teaching.__file__).parent / "records"
