"""Figures of a page drawn anew, or a line that says why those of the page stay."""

import subprocess

from .enlarged import enlarged, finer, for_phones
from .page import Page
from .site_figures import FINE, PHONE


def larger_figures(page: Page) -> dict[str, list[str]]:
    """Return the enlarged figures of a page; none, and a line that says so, if it cannot be run."""
    try:
        return enlarged(page)
    except subprocess.CalledProcessError as problem:
        print(f"{page.name}: figures as on the page, since drawing them anew failed: {problem}")
        return {}


def for_site(page: Page, draw: bool) -> dict[str, dict[str, list[str | None]]]:
    """Return the kept figures for phones and for fine screens, after they are drawn if `draw`.

    Each as `site_figures.noted` takes them.
    """
    if draw:
        larger_figures(page)
    return {PHONE: for_phones(page), FINE: finer(page)}
