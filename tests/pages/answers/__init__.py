"""What the folded answers of the exercises say is what comes out if their code, or the change they speak of, runs.

One file per page, so that the pages can run side by side.
"""

import matplotlib.pyplot as plt

from tests.pages import PAGES


def cells(name, last):
    """Return the code of a page up to the end of a section, and of what its cells with definitions define later on."""
    end = next((i for i, cell in enumerate(PAGES[name].cells) if f"## {last + 1} · " in cell.source), None)
    later = [cell for cell in PAGES[name].cells[end:] if "definitions" in cell.metadata.get("tags", [])] if end else []
    return [cell.source for cell in PAGES[name].cells[:end] + later if cell.cell_type == "code"]


def run(sources, namespace):
    """Run pieces of code one after the other in a namespace, and close what figures they leave."""
    for source in sources:
        exec(source, namespace)
        plt.close("all")
