"""Widgets whose small model and drawing are JavaScript: they run in the browser, with or without a kernel.

The model of each explorer stands in a file of its own beside `common.js`. Python sends the description of the controls
and the data of the model, so that ranges, starts and captions stand in one place, the class of the explorer.
"""

import json
from importlib.resources import files

import anywidget
import traitlets

from ... import _checks
from .. import palette

STYLE = files(__name__).joinpath("live.css").read_text(encoding="utf-8")


def bundle(name: str) -> str:
    """Return one ECMAScript module with the shared code and the model `name`; its default export is the widget."""
    shared, model = (files(__name__).joinpath(f"{part}.js").read_text(encoding="utf-8") for part in ("common", name))
    colours = f"const COLOURS = {json.dumps(palette.LIVE)};"
    widget = "const widget = { render: renderer({ compute, draw }) };\nexport default widget;\n"
    return f"{colours}\n{shared}\n{model}\n{widget}"


class LiveFigure(anywidget.AnyWidget):
    """A figure with sliders that the browser computes and draws.

    Args:
        controls: the sliders and choices of an explorer, by name.
        data: what the model needs besides their values: numbers, texts, and lists and dicts of them.

    `values` holds the value of each control. It can be set, also in part: the picture follows.
    """

    _css = STYLE
    controls = traitlets.List(read_only=True).tag(sync=True)
    data = traitlets.Dict(read_only=True).tag(sync=True)
    values = traitlets.Dict().tag(sync=True)

    def __init__(self, controls: dict, data: dict):
        self.starts = {name: control.start for name, control in controls.items()}
        super().__init__()
        self.set_trait("controls", [{"name": name} | control._asdict() for name, control in controls.items()])
        self.set_trait("data", data)
        self.values = {}

    @traitlets.validate("values")
    def _complete(self, proposal) -> dict:
        """Add the values that are not given, and refuse those that no control has or allows."""
        for control in self.controls:
            name, value = control["name"], proposal["value"].get(control["name"], self.starts[control["name"]])
            if "options" in control:
                _checks.choice(name, value, control["options"])
            else:
                _checks.number(name, value, control["low"], control["high"], open_low=False)
        for name in proposal["value"]:
            _checks.choice("parameter", name, self.starts)
        return self.starts | self.values | proposal["value"]

    def state(self) -> dict:
        """Return what the browser needs to show the figure without a kernel; it can be written as JSON."""
        return {name: getattr(self, name) for name in ("controls", "data", "values")}


class LiveLIFNeuron(LiveFigure):
    """One LIF neuron under a constant drive."""

    _esm = bundle("lif_neuron")


class LiveEncoding(LiveFigure):
    """An image in every code."""

    _esm = bundle("encoding")


class LiveSurrogateGradient(LiveFigure):
    """The gradient that reaches each layer of a deep spiking network."""

    _esm = bundle("surrogate_gradient")


class LiveSTDPWindow(LiveFigure):
    """The window of the pair rule, and where it sends the weights."""

    _esm = bundle("stdp_window")
