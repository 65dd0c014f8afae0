"""A figure of a page once more, with more pixels, for screens that show them."""

import base64
import io

import numpy as np
from PIL import Image

PIXELS = 2  # for one of the page, in each direction
FAR, SAME = 32, 0.001  # of 255, for two pixels; the share of such pixels in the same picture


def finer(figures: list, outputs: list) -> list[str | None]:
    """Return figures, drawn anew, with more pixels than in the outputs of a page, as PNG in base64.

    None stands in place of one that did not become the same picture again; [] is returned if there
    are more or fewer of them.

    Args:
        figures: each remembers in `wanted` the size that it was asked for.
        outputs: of the cell that draws them, with pictures.
    """
    if len(figures) != len(outputs):
        return []
    found = []
    for figure, output in zip(figures, outputs, strict=True):
        size = figure.get_size_inches()
        figure.set_size_inches(*figure.wanted)
        same = alike(png(figure, figure.dpi), output.data["image/png"])
        found.append(png(figure, PIXELS * figure.dpi) if same else None)
        figure.set_size_inches(*size)
    return found


def alike(first: str, second: str) -> bool:
    """Tell whether two PNGs in base64 show the same, but for a few pixels."""
    one, other = (np.asarray(decoded(each).convert("L"), float) for each in (first, second))
    return one.shape == other.shape and bool((abs(one - other) > FAR).mean() < SAME)


def decoded(picture: str) -> Image.Image:
    """Return a PNG in base64 as a picture."""
    return Image.open(io.BytesIO(base64.b64decode(picture)))


def png(figure, dpi: float) -> str:
    """Return a figure as PNG in base64, without the white around it."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi, bbox_inches="tight")
    return base64.b64encode(buffer.getvalue()).decode("ascii")
