"""What `diagnose` reports: measurements, layer by layer, and what looks wrong with them."""

import math
from dataclasses import dataclass, field

from torch import Tensor

# Shares of a layer's neurons from which on they are reported.
SILENT = 0.9
SATURATED = 0.5
ALWAYS = 0.9  # spikes per step from which on a neuron counts as saturated
CHANGED = 0.01  # dependence on other samples or on the last batch, which should be 0
UPDATE = 0.5  # relative change of the weights from which on an update counts as too large

WIDTH = 7  # of the column of names, at least
COLUMNS = (
    f"{'spikes/step':>12}{'silent':>8}{'saturated':>11}{'u mean':>8}{'u max':>8}{'gradient':>10}"
)


@dataclass
class LayerReport:
    """What one layer did on the batch.

    Attributes:
        name: the layer's name in the network, and which run of it, if it ran more than once.
        rate: spikes per neuron and step, in [0, 1]; 0 for a readout that does not spike.
        silent: share of the neurons that never spiked.
        saturated: share of the neurons that spiked in more than `ALWAYS` of all steps.
        membrane: all membrane values ``[T * B * N]``.
        drop: mean fall of the membrane at a spike, above 0 if the reset works; None if nothing
            spiked.
        gradient: norm of the gradient of the loss by the current into the layer.
        spiking: False for a readout that does not spike.
    """

    name: str
    rate: float
    silent: float
    saturated: float
    membrane: Tensor
    drop: float | None
    gradient: float
    spiking: bool

    @property
    def findings(self) -> list[str]:
        """One sentence for each thing that looks wrong with this layer; empty if nothing does."""
        found = []
        if self.spiking and self.silent > SILENT:
            found.append(f"{self.silent:.0%} of the neurons never spike")
        if self.saturated > SATURATED:
            found.append(f"{self.saturated:.0%} of the neurons spike at almost every step")
        if self.drop is not None and self.drop <= 0:
            rise = f"{-self.drop:.2f}"
            found.append(f"a spike raises the membrane by {rise} instead of lowering it")
        if self.gradient == 0:
            found.append("no gradient arrives")
        return [f"{self.name}: {finding}" for finding in found]

    def row(self, width: int = WIDTH) -> str:
        """Return one line of the table, with so many characters for the name."""
        spikes = f"{self.rate:>12.3f}{self.silent:>8.0%}{self.saturated:>11.0%}"
        if not self.spiking:
            spikes = " " * len(spikes)
        mean = self.membrane.mean()
        highest = self.membrane.max()
        gradient = f"{self.gradient:>10.1e}"
        return f"{self.name:<{width}}{spikes}{mean:>8.2f}{highest:>8.2f}{gradient}"

    def __str__(self) -> str:
        return self.row()


@dataclass
class Report:
    """The measurements of `diagnose`.

    Attributes:
        layers: one `LayerReport` for each run of a layer of neurons, from input to output.
        loss: the loss on the batch.
        mixing: share of the gradient of one sample's output that falls on other samples, 0 if all
            is well.
        memory: relative change of a layer's output when the same batch is presented a second time,
            0 if all is well.
        update: norm of one update of the weights relative to their own; None without an optimizer.
        notes: one sentence for each thing that looks wrong with how the network is made.
    """

    layers: list[LayerReport]
    loss: float
    mixing: float
    memory: float
    update: float | None
    notes: list[str] = field(default_factory=list)

    @property
    def findings(self) -> list[str]:
        """One sentence for each thing that looks wrong; empty if nothing does."""
        found = [*self.notes]
        found += [finding for layer in self.layers for finding in layer.findings]
        if not math.isfinite(self.loss):
            found.append(f"the loss is {self.loss}")
        if self.mixing > CHANGED:
            share = f"{self.mixing:.0%} of one sample's gradient"
            found.append(f"samples influence each other: {share} is on others")
        if self.memory > CHANGED:
            change = f"a layer's output changes by {self.memory:.0%}"
            found.append(f"state leaks between batches: on a second run {change}")
        if self.update is not None and self.update > UPDATE:
            found.append(f"one update changes the weights by {self.update:.0%} of their norm")
        return found

    def __str__(self) -> str:
        update = ""
        if self.update is not None:
            update = f", one update changes the weights by {self.update:.0%}"
        width = max([WIDTH, *(len(layer.name) + 1 for layer in self.layers)])
        rows = [f"{'layer':<{width}}{COLUMNS}"]
        rows += [layer.row(width) for layer in self.layers]
        rows.append(f"loss {self.loss:.3f}{update}")
        rows += [f"-> {finding}" for finding in self.findings or ["nothing looks wrong"]]
        return "\n".join(rows)
