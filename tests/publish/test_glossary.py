"""The glossary of the site: every name in it exists in the core."""

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import snn_core
import snn_core.teaching.explorers

TEXT = (Path(__file__).parents[2] / "publish" / "site_source" / "glossary.md").read_text(
    encoding="utf-8"
)
ROWS = [
    [cell.strip() for cell in line.strip("|").split(" | ")]
    for line in TEXT.splitlines()
    if line.startswith("| ")
]
ROWS = [row for row in ROWS if row[0] != "symbol"]
NAMES = sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row[-1])})
MODULES = [m.name for m in pkgutil.iter_modules(snn_core.__path__) if not m.name.startswith("_")]


def owner(name):
    """Return the object of the core with this name, whichever module has it."""
    modules = [snn_core, *(importlib.import_module(f"snn_core.{module}") for module in MODULES)]
    return next(getattr(module, name) for module in modules if hasattr(module, name))


def exists(name):
    """Tell whether ``object.attribute(argument)`` exists; the class itself may set an attribute."""
    path, argument = re.fullmatch(r"([\w.]+)(?:\((\w+)\))?", name).groups()
    first, *rest = path.split(".")
    found = importlib.import_module(f"snn_core.{first}") if first in MODULES else owner(first)
    for attribute in rest:
        if not hasattr(found, attribute):
            return any(
                f"self.{attribute} =" in inspect.getsource(base) for base in found.__mro__[:-1]
            )
        found = getattr(found, attribute)
    return argument is None or argument in _arguments(found)


def _arguments(found):
    """Return the arguments of a function, or of a class and its bases, which pass options on."""
    makers = [base.__init__ for base in found.__mro__] if isinstance(found, type) else [found]
    return {argument for maker in makers for argument in inspect.signature(maker).parameters}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_the_glossary_exists(name):
    assert exists(name)


def test_a_name_that_does_not_exist_is_found_out():
    assert not any(map(exists, ["LIF(tau)", "Surrogate.slope", "online.EProp(tau_mem_)"]))


def test_every_row_has_a_symbol_a_meaning_a_unit_and_a_name():
    assert len(ROWS) > 50
    for symbol, meaning, unit, name in ROWS:
        assert re.fullmatch(r"(\$.+\$(, \$.+\$)*)?", symbol)
        assert meaning
        assert unit
        assert "`" in name
