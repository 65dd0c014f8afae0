"""What stands for placeholders in texts, such as the address of the repository."""

import tomllib

from .page import ROOT


def stamps() -> dict[str, str]:
    """Return what texts may refer to by a placeholder: address and tag from pyproject.toml."""
    urls = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
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
