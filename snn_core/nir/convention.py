"""How continuous dynamics become steps, here and in the libraries that read or write graphs."""

from typing import NamedTuple

import torch
from torch import Tensor

from .. import _checks

CONVOLUTION = ("stride", "padding", "dilation", "groups")  # what a layer and a node call the same
DRIVES = ("current", "unscaled", "jump")
LATE = ("CubaLI", "IF", "SumPool2d")  # known here, but not yet compared with other libraries


class Convention(NamedTuple):
    """How a library turns the dynamics of a graph into steps.

    Attributes:
        step: one time step, in the unit of the graph's time constants.
        decay: per step, "exact" for ``exp(-step / tau)``, "euler" for ``1 - step / tau``.
        membrane: what LIF neurons multiply an input with: "current" with ``r * (1 - decay)``,
            "jump" with ``r``, "unscaled" with ``1 - decay`` whatever ``r`` is.
        synapse: the same for a synapse, where it is ``w_in`` in the place of ``r``.
        integrator: the same for LI neurons.
        reset: "soft", "hard" or "delayed" where a node does not say; None if none is assumed.
        batch: axes in front of a sample that a library takes Flatten nodes to count, 0 or 1.
        left_out: nodes that the library does without, and does not say so.
        untried: nodes that have not been compared with what the library makes of them.

    >>> Convention(decay="euler").decays(torch.tensor(0.01))
    tensor(0.9000)
    """

    step: float = 1e-3
    decay: str = "exact"
    membrane: str = "current"
    synapse: str = "current"
    integrator: str = "current"
    reset: str | None = "hard"
    batch: int = 0
    left_out: tuple[str, ...] = ()
    untried: tuple[str, ...] = ()

    def decays(self, tau: Tensor) -> Tensor:
        """Return the decay per step of time constants in the graph's unit, of any shape."""
        rate = self.step / tau
        return torch.exp(-rate) if self.decay == "exact" else 1 - rate

    def integral(self, drive: str) -> float:
        """Return what a step multiplies an input with, beside `r`, where nothing leaks."""
        return 1.0 if drive == "jump" else self.step

    def times(self, decay: Tensor) -> Tensor:
        """Return the time constants, in the graph's unit, of decays per step below 1."""
        rate = -torch.log(decay) if self.decay == "exact" else 1 - decay
        return self.step / rate


EULER = Convention(step=1e-4, decay="euler", untried=LATE)
NORSE = Convention(decay="euler", untried=LATE)
SINABS = Convention(step=1.0, integrator="jump", reset="soft", untried=LATE)
READERS = {
    "snn_core": Convention(reset=None),
    "norse": NORSE._replace(membrane="unscaled", batch=1, left_out=("LI", "AvgPool2d")),
    "sinabs": SINABS._replace(
        membrane="jump", left_out=("Linear", "CubaLIF", "AvgPool2d", "NIRGraph")
    ),
    "snntorch": EULER._replace(batch=1),
    "spikingjelly": EULER,
}
WRITERS = {
    "snn_core": Convention(),
    "norse": NORSE._replace(step=1e-6, synapse="jump"),  # it multiplies tau with dt once more
    "sinabs": SINABS,
    "snntorch": EULER._replace(reset="delayed"),
    "spikingjelly": EULER,
}


def chosen(argument: str, given: str | Convention, known: dict[str, Convention]) -> Convention:
    """Return the convention of a library by its name, or the one that is given."""
    if not isinstance(given, Convention):
        _checks.choice(argument, given, known)
        return known[given]
    _checks.number("step", given.step, 0)
    _checks.choice("decay", given.decay, ("exact", "euler"))
    for name in ("membrane", "synapse", "integrator"):
        _checks.choice(name, getattr(given, name), DRIVES)
    return given


def gains(drive: str, decay: Tensor) -> Tensor:
    """Return what one step multiplies an input with, beside `r` or `w_in`, by the drive's name."""
    return torch.ones_like(decay) if drive == "jump" else 1 - decay
