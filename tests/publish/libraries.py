"""The tables of the site's page on other libraries, and what their last column means."""

import math
import re
from pathlib import Path

from torch.nn import Conv2d

import snn_core
from snn_core import losses, surrogate

TEXT = (Path(__file__).parents[2] / "publish" / "site_source" / "libraries.md").read_text(
    encoding="utf-8"
)
(PROGRAM,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)


def rows(section: str) -> list[tuple[str, ...]]:
    """Return the cells of a table's rows without their marks of code."""
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [tuple(cell.strip(" `") for cell in line.strip("|").split(" | ")) for line in lines[1:]]


TABLES = {
    heading: rows(section)
    for heading, section in re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", TEXT, re.DOTALL | re.M)
}


def here(expression: str, **values: object) -> object:
    """Return what an expression of the last column is."""
    names = {"Conv2d": Conv2d} | vars(math) | vars(surrogate) | vars(losses) | vars(snn_core)
    exec(PROGRAM, names)
    return eval(expression, names | values)
