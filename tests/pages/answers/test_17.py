"""What the folded answers of page 17 say."""

import re

import numpy as np
import pytest

from tests.pages import PAGES
from tests.pages.answers import cells, run


def test_page_17_up_to_section_2(page):
    """Frames of 25 ms, against what the page prints for 50 ms."""
    name = "17_event_cameras"
    parts = ("STEPS, BIN, tf = ", "def frames_of(", "def event_reader(", "def all_frames(")
    sources = [source for source in cells(name, 6) if any(part in source for part in parts)]
    run([source.replace("= 6, 50,", "= 12, 25,") for source in sources], page)
    page["folder"].cleanup()
    assert page["BIN"] == 25
    assert [layer.beta.item() for layer in page["event_reader"]()[1:4:2]] == pytest.approx(
        [np.exp(-0.5)] * 2
    )
    printed = [
        output.text
        for cell in PAGES[name].cells
        for output in cell.get("outputs", [])
        if "text" in output
    ]
    (line,) = re.findall(r"which digit\?.*", "\n".join(printed))
    coarse = {
        view: float(share) for view, share in re.findall(r"(true order|snapshot) ([\d.]+)%", line)
    }
    options = {
        "true order": {"epochs": 3},
        "snapshot": {"neuron": page["nn"].ReLU, "lr": 1e-2, "epochs": 3},
    }
    fine = {
        view: 100
        * page["learn_events"](page["views"][view], page["train"], page["test"], **rules)[1]
        for view, rules in options.items()
    }
    assert abs(fine["true order"] - coarse["true order"]) < 1
    assert 0.5 < coarse["snapshot"] - fine["snapshot"] < 2.5
