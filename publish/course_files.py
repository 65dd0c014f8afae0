"""What is written for the course beside the pages: the files of `course_source`, each read once."""

import functools
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).with_name("course_source")
GUIDE = FOLDER / "README.md"  # the words of the lecturer's guide


@functools.cache
def written(name: str) -> dict[str, Any]:
    """Return what a YAML file of the folder holds, by its name without ending."""
    return yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def notes() -> dict[str, dict]:
    """Return what is noted for each page: what it builds, misconceptions, questions, grading."""
    return written("pages")


def semester() -> dict[str, list[dict]]:
    """Return the weeks of the semester: the pages of each, and what is handed in."""
    return written("weeks")


def model_answers() -> dict[str, list[str]]:
    """Return the model answers to the questions to discuss, page by page, with their marks."""
    return written("answers")
