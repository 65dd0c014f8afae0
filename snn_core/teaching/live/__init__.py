"""Explorers that the browser computes and draws: they are alive with or without a kernel.

The small model of each and its drawing are one JavaScript file in this folder. What all share is
`common.js` (panels on a canvas), `controls.js` (sliders, choices, buttons, marks, a pad to draw on, time),
`neuron.js` (the LIF neuron) and `chance.js` (random numbers). Python holds parameters, ranges,
captions and data, and draws nothing.
"""

import json
import re
from importlib.resources import files
from typing import NamedTuple

import anywidget
import traitlets

from ... import _checks
from .. import palette

STYLE = files(__name__).joinpath("live.css").read_text(encoding="utf-8")
SHARED = ("common", "controls", "neuron", "chance")


class Range(NamedTuple):
    """A slider from `low` to `high` in steps of `step`, first at `start`; its caption and unit."""

    low: float
    high: float
    step: float
    start: float
    caption: str
    unit: str = ""


class Choice(NamedTuple):
    """Radio buttons for a few named options, at first the option `start`; their caption."""

    options: tuple[str, ...]
    start: str
    caption: str


class Pad(NamedTuple):
    """A square of `side` times `side` pixels to draw on; its first drawing and its caption.

    A drawing is a text: one hexadecimal digit for each pixel, from 0 for nothing to f.
    """

    side: int
    start: str
    caption: str


class Button(NamedTuple):
    """A button that acts on the figure; its caption."""

    caption: str


class Marks(NamedTuple):
    """Numbers from `low` to `high` that are set and removed in the figure; what each one is."""

    low: float
    high: float
    step: float
    start: tuple[float, ...]
    caption: str
    unit: str = ""


Control = Range | Choice | Button | Marks | Pad


def parts(*models: str) -> list[str]:
    """Return the sources of the shared code, the colours first, and of models, in order."""
    folder = files(__name__)
    colours = f"const COLOURS = {json.dumps(palette.LIVE)}, PEN = {json.dumps(palette.PEN)};"
    sources = [folder.joinpath(f"{part}.js") for part in (*SHARED, *models)]
    return [colours, *(source.read_text(encoding="utf-8") for source in sources)]


def bundle(model: str) -> str:
    """Return one ECMAScript module with the shared code and a model; it exports the widget."""
    widget = "const widget = { render: renderer(explorer) };\nexport default widget;\n"
    return "\n".join([*parts(model), widget])


class LiveFigure(anywidget.AnyWidget):
    """A figure with controls that the browser computes and draws.

    Args:
        model: name of the JavaScript file.
        about: what the figure shows, in a sentence, for those who do not see it.
        controls: sliders, choices, buttons, marks and pads by name.
        data: what the model needs besides their values: numbers, texts, lists and dicts of them.

    `values` holds the value of each control. It can be set, also in part: the picture follows.
    """

    _css = STYLE
    about = traitlets.Unicode(read_only=True).tag(sync=True)
    controls = traitlets.List(read_only=True).tag(sync=True)
    data = traitlets.Dict(read_only=True).tag(sync=True)
    values = traitlets.Dict().tag(sync=True)

    def __init__(self, model: str, about: str, controls: dict[str, Control], data: dict):
        self.model = model
        self._esm = bundle(model)
        self.having = {key: c for key, c in controls.items() if not isinstance(c, Button)}
        super().__init__()
        self.set_trait("about", about)
        self.set_trait("controls", [_described(name, c) for name, c in controls.items()])
        self.set_trait("data", data)
        self.values = {}

    @traitlets.validate("values")
    def _complete(self, proposal) -> dict:
        """Add the values that are not given, and refuse those that no control has or allows."""
        for name, value in proposal["value"].items():
            _checks.choice("parameter", name, self.having)
            _check(name, value, self.having[name])
        starts = {name: control.start for name, control in self.having.items()}
        return starts | self.values | proposal["value"]

    def state(self) -> dict:
        """Return what the browser needs without a kernel; it can be written as JSON."""
        return {name: getattr(self, name) for name in ("about", "controls", "data", "values")}


class LiveExplorer:
    """An explorer: what it has to say to the browser, which computes and draws it.

    A subclass states `model`, the name of its JavaScript file, `about`, what the figure shows, and
    its `controls`; it returns from `data` what the model needs besides them.
    """

    model: str
    about: str
    controls: dict[str, Control]

    def data(self) -> dict:
        """Return what the model needs besides the values of the controls."""
        return {}

    def sliders(self) -> LiveFigure:
        """Return the figure with its controls, for the last line of a cell."""
        return LiveFigure(self.model, self.about, self.controls, self.data())


def _described(name: str, control: Control) -> dict:
    return {"name": name, "kind": type(control).__name__.lower()} | control._asdict()


def _check(name: str, value: object, control: Control) -> None:
    if isinstance(control, Choice):
        _checks.choice(name, value, control.options)
    elif isinstance(control, Pad):
        drawn = isinstance(value, str) and re.fullmatch("[0-9a-f]+", value)
        pixels = control.side**2
        _checks.require(drawn and len(value) == pixels, name, value, f"{pixels} hexadecimal digits")
    else:
        for number in value if isinstance(control, Marks) else [value]:
            _checks.number(name, number, control.low, control.high, open_low=False)
