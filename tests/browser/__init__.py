"""What the tests in a real browser share: how long they wait; times, measured and never judged."""

import json
import time
from pathlib import Path

PICTURES = Path(__file__).with_name("pictures")
PATIENCE = 300_000  # ms; ends only what hangs
PAGE_PATIENCE = 1_800_000  # ms for all cells of a page
BUILD_PATIENCE = 1_800  # s for the site


def note(test: str, what: str, limit: float, milliseconds: dict[str, float]) -> None:
    """Keep measured times, in ms, for the summary, where those above the limit are named."""
    PICTURES.mkdir(exist_ok=True)
    measured = {"test": test, "what": what, "limit": limit, "milliseconds": milliseconds}
    (PICTURES / f"{test}.json").write_text(json.dumps(measured, indent=1), encoding="utf-8")


def listen(page, complaints):
    """Add to a list what goes wrong in a page, and what it warns of."""

    def said_on_console(said):
        if said.type in ("error", "warning"):
            complaints.append(said.text)

    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", said_on_console)


def awaited(path: Path) -> Path:
    """Return the path of a file that another worker writes, as soon as it is there."""
    for _ in range(BUILD_PATIENCE):
        if path.exists():
            return path
        time.sleep(1)
    raise TimeoutError(f"{path} has not been written")
