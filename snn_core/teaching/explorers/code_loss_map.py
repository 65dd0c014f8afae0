"""The explorer of page 08: what every code gave with every loss."""

from itertools import product
from statistics import fmean

from ..live import Choice, LiveExplorer
from ..records import recorded
from ..studies.codes_and_losses import CODES, NAMES

UNITS = {"accuracy": 100, "spikes": 1, "steps": 1}  # in which each quantity is shown


class CodeLossMap(LiveExplorer):
    """Accuracy against spikes, and against the steps to decide, of every code with every loss.

    A pair is picked by its names or by the pointer; what shares its loss or its code lights up.
    """

    model = "code_loss_map"
    about = (
        "One dot for each pair of a code and a loss: accuracy against spikes, and against the "
        "steps until the answer is settled. Bars reach over the seeds."
    )
    controls = {
        "loss": Choice(tuple(NAMES.values()), NAMES["count_cross_entropy"], "loss"),
        "code": Choice(CODES, "rate", "code"),
    }

    def data(self) -> dict:
        """Return each pair of a loss and a code that were trained together: names, and what was found."""
        results = recorded("codes_and_losses").results
        pairs = []
        for (i, loss), (j, code) in product(enumerate(NAMES.values()), enumerate(CODES)):
            runs = {name: results[name][i][j] for name in UNITS}
            if runs["accuracy"]:
                found = {name: _summary(runs[name], unit) for name, unit in UNITS.items()}
                pairs.append({"loss": loss, "code": code} | found)
        return {"pairs": pairs}


def _summary(runs: list[float], unit: float) -> dict[str, float]:
    ends = {"mean": fmean(runs), "low": min(runs), "high": max(runs)}
    return {name: unit * value for name, value in ends.items()}
