"""Live explorers without a kernel, for the site and the slides."""

import functools
import html
import json
import re
from pathlib import Path

from nbformat import NotebookNode

from snn_core.teaching.explorers import ALL_EXPLORERS
from snn_core.teaching.live import STYLE, LiveFigure, bundle, parts

from .page import explorer

MOUNT = Path(__file__).with_name("site_source") / "mount.js"


def figure(cell: NotebookNode) -> LiveFigure | None:
    """Return the live figure that a cell shows, if it shows one."""
    shown = explorer(cell)
    return _live(shown) if shown else None


@functools.cache
def _live(name: str) -> LiveFigure:
    return ALL_EXPLORERS[name]().sliders()


def alive(live: LiveFigure) -> str:
    """Return the HTML that shows a live figure: state, style, script, and what mounts it."""
    state = html.escape(json.dumps(live.state(), separators=(",", ":")))
    script = bundle(live.model) + MOUNT.read_text(encoding="utf-8")
    place = f'<div data-live="{state}">This figure needs JavaScript.</div>'
    # The empty lines keep Markdown, of which slides are made, from looking into style and script.
    return f'{place}\n\n<style>{STYLE}</style>\n\n<script type="module">\n{script}</script>\n'


def place(live: LiveFigure, first: bool) -> str:
    """Return the HTML that shows a live figure on the site, whose scripts are files of their own.

    The first one on a page also asks for what all share. Scripts are deferred, so that they run in
    the order in which they stand.
    """
    state = html.escape(json.dumps(live.state(), separators=(",", ":")))
    scripts = [live.model] if not first else ["shared", live.model]
    asked = "".join(f'<script defer src="_static/live/{name}.js"></script>' for name in scripts)
    words = "This figure needs JavaScript."
    anchor = ' id="live" tabindex="-1"' if first else ""
    return f'<div{anchor} data-live="{state}" data-model="{live.model}">{words}</div>{asked}'


def write(folder: Path) -> None:
    """Write scripts and style of all live figures into a folder.

    They are plain scripts, since a browser loads no module from a disk: `shared.js`, and one for
    each model, whose names stay its own.
    """
    folder.mkdir(parents=True)
    mount = MOUNT.with_name("mount_model.js").read_text(encoding="utf-8")
    (folder / "shared.js").write_text(plain(parts()) + mount, encoding="utf-8")
    for model in {shown.model for shown in ALL_EXPLORERS.values()}:
        own = plain([parts(model)[-1]])
        text = f"mountModel({json.dumps(model)}, (() => {{\n{own}\nreturn explorer;\n}})());\n"
        (folder / f"{model}.js").write_text(text, encoding="utf-8")
    (folder / "live.css").write_text(STYLE, encoding="utf-8")


def plain(sources: list[str]) -> str:
    """Return modules as one plain script."""
    return re.sub(r"^export ", "", "\n".join(sources), flags=re.M)
