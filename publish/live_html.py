"""Live explorers without a kernel, for the site and the slides."""

import html
import json
from pathlib import Path

from nbformat import NotebookNode

from snn_core.teaching.explorers import ALL_EXPLORERS
from snn_core.teaching.live import LiveFigure

from .page import explorer

MOUNT = Path(__file__).with_name("site_source") / "mount.js"


def figure(cell: NotebookNode) -> LiveFigure | None:
    """Return the live figure that a cell shows, if it shows one."""
    shown = explorer(cell)
    return ALL_EXPLORERS[shown]().sliders() if shown else None


def alive(live: LiveFigure) -> str:
    """Return the HTML that shows a live figure: state, style, script, and what mounts it."""
    state = html.escape(json.dumps(live.state(), separators=(",", ":")))
    script = live._esm + MOUNT.read_text(encoding="utf-8")
    place = f'<div data-live="{state}">This figure needs JavaScript.</div>'
    # The empty lines keep Markdown, of which slides are made, from looking into style and script.
    return f'{place}\n\n<style>{live._css}</style>\n\n<script type="module">\n{script}</script>\n'
