"""The explorer of page 08: what every code gave with every loss."""

from ..live import Choice, LiveExplorer
from ..records import recorded
from ..studies.codes_and_losses import CODES, NAMES


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
        """Return the recorded runs, as [loss][code][seed], and the names of both."""
        results = recorded("codes_and_losses").results
        found = {name: results[name] for name in ("accuracy", "spikes", "steps")}
        return {"losses": list(NAMES.values()), "codes": list(CODES), "found": found}
