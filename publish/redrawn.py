"""Figures of a page drawn anew, or a line that says why those of the page stay."""

import subprocess

from .enlarged import enlarged, for_phones
from .page import Page


def larger_figures(page: Page) -> dict[str, list[str]]:
    """Return the enlarged figures of a page; none, and a line that says so, if it cannot be run."""
    try:
        return enlarged(page)
    except subprocess.CalledProcessError as problem:
        print(f"{page.name}: figures as on the page, since drawing them anew failed: {problem}")
        return {}


def phone_figures(page: Page, draw: bool) -> dict[str, list[str | None]]:
    """Return the figures for phones that are kept, after they are drawn if `draw`."""
    if draw:
        larger_figures(page)
    return for_phones(page)
