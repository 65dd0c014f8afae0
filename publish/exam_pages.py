"""Which pages an exam is about: those that have a lecture, or those that a lecturer names."""

import re

from .lessons import weeks

FORM = "numbers of pages and ranges of them, such as 00-12 or 00-08,16"


def lectured(names: list[str]) -> list[str]:
    """Return the pages that have a lecture in the semester of the guide.

    >>> lectured(["22_memory_and_delays", "23_following_a_signal"])
    ['22_memory_and_delays']
    """
    numbers = {number for week in weeks() for number in week}
    return [name for name in names if name[:2] in numbers]


def taught(text: str, names: list[str]) -> list[str]:
    """Return the pages that a text like ``00-12,16`` names, in their order.

    Args:
        text: numbers of pages, and ranges of them, with commas between.
        names: of all pages.

    Raises:
        ValueError: if the text has another form, or names a page that there is not.

    >>> taught("00-01,16", ["00_a", "01_b", "02_c", "16_d"])
    ['00_a', '01_b', '16_d']
    """
    known = {name[:2]: name for name in names}
    wanted: set[str] = set()
    for part in text.replace(" ", "").split(","):
        if not (found := re.fullmatch(r"(\d\d)(?:-(\d\d))?", part)):
            raise ValueError(f"--exam-pages: wanted are {FORM}, not {text!r}")
        first, last = found[1], found[2] or found[1]
        for end in (first, last):
            if end not in known:
                raise ValueError(
                    f"--exam-pages: no page {end!r}: pages are {min(known)} to {max(known)}"
                )
        if first > last:
            raise ValueError(f"--exam-pages: the range {part!r} ends before it begins")
        wanted |= {number for number in known if first <= number <= last}
    return [name for number, name in known.items() if number in wanted]
