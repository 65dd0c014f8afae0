"""Receptive fields: the weights of many neurons as pictures, with their names."""

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from torch import Tensor
from torch.nn.functional import pad

from ... import _checks
from ..palette import YELLOW
from ..plotting import PHONE, on_phones

SIDE = 28
MOST = 10  # pictures in a row on a phone


def fields(
    weight: Tensor, axes: Axes | None = None, *, columns: int = 10, names: list | None = None, title: str | None = None
) -> Axes:
    """Draw the weights of each neuron as a picture, row by row, each on a grey scale of its own.

    Args:
        weight: ``[M, 784]``, at least 0.
        axes: where to draw; new axes if None.
        columns: pictures in a row.
        names: a word for the corner of each.
        title: what the figure shows.

    Raises:
        ValueError: for weights that are not ``[M, 784]`` with some M above 0, or another number of names.
    """
    _checks.floats("weight", weight)
    neurons = len(weight)
    _checks.require(neurons > 0, "weight", "no neuron", "at least one")
    _checks.shape("weight", weight, [neurons, SIDE * SIDE])
    _checks.whole("columns", columns)
    if names is not None:
        _checks.require(len(names) == neurons, "names", f"{len(names)}", f"{neurons}, one for each neuron")
    rows = -(-neurons // columns)
    scaled = weight / weight.amax(1, keepdim=True).clamp(min=1e-12)
    tiles = pad(pad(scaled, (0, 0, 0, rows * columns - neurons)).view(-1, SIDE, SIDE), (1, 1, 1, 1), value=0.4)
    size = SIDE + 2
    picture = tiles.view(rows, columns, size, size).permute(0, 2, 1, 3).reshape(rows * size, columns * size)
    if axes is None:
        _, axes = plt.subplots(figsize=(0.55 * columns, 0.55 * rows + 0.3))
    axes.imshow(picture.numpy(), cmap="gray", vmin=0, vmax=1)
    for place, name in enumerate(names or []):
        row, column = divmod(place, columns)
        corner = (column * size + 2, row * size + 2)
        axes.text(*corner, name, color=YELLOW, fontsize=9, fontweight="bold", ha="left", va="top")
    axes.axis("off")
    if title:
        axes.set_title(title)
    on_phones([axes], _fields_on_phones, weight, names)
    return axes


def _fields_on_phones(weight: Tensor, names: list | None) -> None:
    """Draw the same pictures in shorter rows of one length, where that goes."""
    rows = -(-len(weight) // MOST)
    columns = -(-len(weight) // rows)
    _, axes = plt.subplots(figsize=(PHONE, PHONE * rows / columns + 0.3))
    fields(weight, axes, columns=columns, names=names)
