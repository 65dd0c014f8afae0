"""What Colab has preinstalled, and an environment that claims to have it."""

import json
import re
import subprocess
import sys
import venv
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LIST = Path(__file__).with_name("pip-freeze.txt")


def versions() -> dict[str, str]:
    """Return the version of every package that Colab has preinstalled, by its normal name."""
    lines = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)$", LIST.read_text(encoding="utf-8"), flags=re.M)
    return {canonicalize_name(name): version for name, version in lines}


def claim(folder: Path) -> Path:
    """Make an environment that only claims to have Colab's packages; return its Python."""
    venv.create(folder, with_pip=False)
    (site,) = folder.glob("lib/python*/site-packages")
    for name, version in versions().items():
        info = site / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", encoding="utf-8"
        )
    return folder / "bin" / "python"


def to_install(python: Path, requirements: list[str], *options: str) -> set[str]:
    """Return what pip would install or change to meet the requirements; raise if it cannot."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        python,
        "install",
        "--dry-run",
        "--quiet",
        "--report",
        "-",
    ]
    found = subprocess.run(
        [*command, *options, *requirements], capture_output=True, encoding="utf-8"
    )
    if found.returncode:
        raise RuntimeError(found.stderr)
    return {
        canonicalize_name(item["metadata"]["name"]) for item in json.loads(found.stdout)["install"]
    }


def clashes(requirements: list[str]) -> tuple[list[str], set[str]]:
    """Follow requirements through what is installed; return what Colab breaks, and what is new.

    A package that Colab has is not followed further: if its version fits, nothing about it changes.
    """
    colab, broken, new, waiting = versions(), [], set(), [(None, text) for text in requirements]
    while waiting:
        asker, text = waiting.pop()
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        if name in colab and not requirement.specifier.contains(colab[name], prereleases=True):
            broken.append(f"{asker or 'snn_core'} wants {text}, Colab has {colab[name]}")
        elif name not in colab and name not in new:
            new.add(name)
            waiting += [(name, further) for further in requires(name) or []]
    return broken, new
