"""What stands for placeholders in texts, such as the address of the repository."""

import re
import tomllib
from typing import Any

from .page import ROOT

LICENCE_OF_TEXTS = re.compile(r"^Code: .*Text and figures: (.*?\d)\. ", flags=re.M)


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def imprint() -> str:
    """Return authors, version and licences: from pyproject.toml, that of texts from the README."""
    project = _project()
    authors = ", ".join(author["name"] for author in project["authors"])
    texts = LICENCE_OF_TEXTS.search((ROOT / "README.md").read_text(encoding="utf-8"))[1]
    return f"{authors}, v{project['version']} · code {project['license']}, text and figures {texts}"


def stamps() -> dict[str, str]:
    """Return what texts may refer to by a placeholder: address and tag from pyproject.toml."""
    urls = _project()["urls"]
    repository, tag = urls["Repository"], urls["Tag"].rsplit("/", 1)[1]
    colab = repository.replace("https://github.com/", "https://colab.research.google.com/github/")
    return {
        "{{repository}}": repository,
        "{{tag}}": tag,
        "{{colab}}": f"{colab}/blob/{tag}/tutorials",
    }


def stamped(text: str, told: dict[str, str] | None = None) -> str:
    """Return a text with what stands for its placeholders: those of `stamps`, and more if told."""
    for placeholder, value in (stamps() | (told or {})).items():
        text = text.replace(placeholder, value)
    return text
