"""The reference of the core on the site: a page for each public module, and their list."""

import pkgutil
from importlib import import_module
from pathlib import Path


def modules(room: str) -> list[str]:
    """Return the public modules of the core, or of one of its rooms, such as ``teaching.``."""
    path = import_module(f"snn_core.{room}".rstrip(".")).__path__
    return [
        room + module.name
        for module in pkgutil.iter_modules(path)
        if not module.name.startswith("_")
    ]


def reference(folder: Path) -> None:
    """Write one page of reference for each public module of the core, and their list."""
    names = [
        name
        for room in ("", "teaching.", "teaching.studies.")
        for name in modules(room)
        if name != "teaching"
    ]
    (folder / "api").mkdir()
    listed = "\n".join(f"api/{name}" for name in names)
    intro = "```{eval-rst}\n.. automodule:: snn_core\n   :no-members:\n```"
    text = f"# API reference\n\n{intro}\n\n```{{toctree}}\n:maxdepth: 1\n\n{listed}\n```\n"
    (folder / "api.md").write_text(text, encoding="utf-8")
    for name in names:
        exported = (
            "\n   :imported-members:"
            if hasattr(import_module(f"snn_core.{name}"), "__path__")
            else ""
        )
        directive = f".. automodule:: snn_core.{name}{exported}"
        text = f"# `{name}`\n\n```{{eval-rst}}\n{directive}\n```\n"
        (folder / "api" / f"{name}.md").write_text(text, encoding="utf-8")
