"""Arguments can be read: every signature names them, and every docstring says what they are."""

import inspect
import re
from importlib import import_module

import pytest
import torch

import snn_core
from snn_core import ALL_NEURONS, LeakyIntegrator, StochasticLIF

NEURONS = {**ALL_NEURONS, "StochasticLIF": StochasticLIF, "LeakyIntegrator": LeakyIntegrator}
ROOMS = ("neurons", "encoding", "losses", "plasticity", "surrogate", *snn_core.SUBMODULES)
HIDING = {"membrane_signals.membrane_network"}  # hands all on to the layers of one class


def public():
    """Return the classes and functions that the core offers by name."""
    found = {}
    for room in ROOMS:
        module = import_module(f"snn_core.{room}")
        offered = getattr(module, "__all__", vars(module))
        for name in offered:
            value = getattr(module, name)
            own = getattr(value, "__module__", "").startswith(f"snn_core.{room}")
            if own and not name.startswith("_") and hasattr(value, "__qualname__"):
                found[f"{room}.{name}"] = value
    return found


PUBLIC = public()
CLASSES = {name: value for name, value in PUBLIC.items() if inspect.isclass(value)}


def hides(function):
    """Say whether a signature takes what it does not name."""
    kinds = [argument.kind for argument in inspect.signature(function).parameters.values()]
    return inspect.Parameter.VAR_KEYWORD in kinds


def documented(value):
    """Return the arguments of which a docstring says what they are."""
    doc = inspect.getdoc(value) or ""
    sections = re.findall(r"^(?:Args|Attributes):\n((?: +.*\n|\n(?= ))+)", doc + "\n", re.M)
    named = re.findall(r"^ {4}(\w[\w, ]*):", "".join(sections), re.M)
    return {name for names in named for name in names.split(", ")}


def bare(kind):
    """Say whether a class has nothing that it takes of its own: a protocol, an error, a module."""
    inherited = kind.__init__ is torch.nn.Module.__init__ or issubclass(kind, Exception)
    return inherited or getattr(kind, "_is_protocol", False)


BUILT = {name: kind for name, kind in CLASSES.items() if not bare(kind)}
OWN = {
    f"{name}.{method}": value
    for name, kind in CLASSES.items()
    for method, value in vars(kind).items()
    if inspect.isfunction(value) and not method.startswith("_")
}
FUNCTIONS = {name: value for name, value in PUBLIC.items() if inspect.isfunction(value)} | OWN


def test_what_is_looked_at_is_most_of_the_core():
    assert len(BUILT) > 70
    assert len(FUNCTIONS) > 200
    assert {f"neurons.{name}" for name in NEURONS} < BUILT.keys()


@pytest.mark.parametrize("name", [*BUILT, *FUNCTIONS])
def test_every_argument_has_a_name(name):
    assert hides((BUILT | FUNCTIONS)[name]) == (name in HIDING)


@pytest.mark.parametrize("name", [n for n, kind in BUILT.items() if not issubclass(kind, tuple)])
def test_every_argument_of_a_class_stands_in_its_docstring(name):
    kind = BUILT[name]
    assert documented(kind) >= set(inspect.signature(kind).parameters)


def said_of(kind, argument):
    """Return what a class says of one argument, in one line."""
    entries = re.split(r"\n {4}(?=\w[\w, ]*:)|\n\n", inspect.getdoc(kind))
    (own,) = [e for e in entries if argument in re.split(", |:", e.strip().split(": ")[0])]
    return " ".join(own.split())


@pytest.mark.parametrize("name", NEURONS)
def test_a_neuron_says_its_defaults(name):
    kind = NEURONS[name]
    arguments = inspect.signature(kind).parameters.values()
    given = {one.name: one.default for one in arguments if isinstance(one.default, (float, str))}
    assert "dt" in given
    for argument, value in given.items():
        shown = f"{value:g}" if isinstance(value, float) else f'"{value}"'
        assert re.search(f"{re.escape(shown)}(, as)? unless given", said_of(kind, argument))


@pytest.mark.parametrize("name", NEURONS)
def test_a_neuron_says_its_conventions(name):
    """In one paragraph of at most two lines: the axes, the unit of time, and what is taken."""
    kind = NEURONS[name]
    paragraphs = inspect.getdoc(kind).split("\n\n")
    (said,) = [one for one in paragraphs if one.startswith("Input ``[T, B, ")]
    assert said.count("\n") < 2
    assert "time-major; times in ms" in said
    neuron = kind(3) if name.startswith("Recurrent") else kind()
    said = " ".join(said.split())
    numbers = dict(re.findall(r"`(\w+)` ([\d.]+\d|\d)", said))
    absent = set(re.findall(r"no `?(\w+)`?", said))
    assert {"dt", "tau_mem", "threshold"} == numbers.keys() | absent
    for quantity, number in numbers.items():
        assert float(getattr(neuron, quantity)) == pytest.approx(float(number))
    for quantity in absent:
        assert not hasattr(neuron, quantity)
