"""The explorer of page 06: the backward pass of two neurons, filled in number by number."""

from ..live import Button, LiveExplorer, Range


class BackwardGraph(LiveExplorer):
    """Neuron a drives neuron b for three steps, and b ought to spike twice.

    The values stand in the graph. The reader fills in the gradients, from the last step to the
    first: each is asked for, with its arithmetic, before it is shown. The input is 1 at every step,
    the reset is soft and detached, the surrogate the triangle ``max(0, 1 - |u - threshold|)``, the
    loss ``(spikes of b - 2)² / 2``.
    """

    model = "backward_graph"
    about = "Two neurons over three steps: all values, and the gradients that the reader fills in one by one."
    controls = {
        "next": Button("Show it, ask for the next"),
        "descend": Button("One step downhill"),
        "filled": Range(0, 11, 1, 0, "numbers filled in"),
        "w_a": Range(0.0, 2.0, 0.02, 0.96, "weight w_a"),
        "w_b": Range(0.0, 2.0, 0.02, 0.8, "weight w_b"),
    }
    beta, threshold, target, steps, lr = 0.5, 1.0, 2, 3, 0.05

    def data(self) -> dict:
        """Return the constants of the neurons, the wanted count, the steps and the step size."""
        w = self.controls["w_a"]
        names = ("beta", "threshold", "target", "steps", "lr")
        return {name: getattr(self, name) for name in names} | {"low": w.low, "high": w.high}
