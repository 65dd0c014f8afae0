"""The processor times of pages: what is measured and said; no test depends on the machine."""

import pytest

from publish import times

BUSY = "import time\nwhile time.process_time() - {start} < 0.3:\n    pass"


def test_a_cell_is_charged_with_what_its_processor_did():
    taken = times.measure(
        ["import time\nstart = time.process_time()", BUSY.format(start="start"), "1 + 1"]
    )
    assert len(taken) == 3
    assert taken[0] + taken[1] >= 0.3


def test_a_cell_that_raises_is_named():
    with pytest.raises(RuntimeError, match="ZeroDivisionError: division by zero in:\n1 / 0"):
        times.measure(["x = 1", "1 / 0"])


def test_cells_run_in_an_empty_folder():
    times.measure(["import os\nassert os.listdir() == []"])


def test_report_names_what_is_over_its_budget():
    lines = times.report(
        "02_page", ["a = 1", "b = 2\nc = 3", "d = 4"], [9.5, 11.5, 9.5]
    ).splitlines()
    assert [line.split() for line in lines] == [
        ["02_page", "30.5", "s", "over", "30", "s"],
        ["cell", "2:", "b", "=", "2", "11.5", "s", "over", "10", "s"],
    ]


@pytest.mark.parametrize(
    "cell",
    [
        "torch.optim.AdamW(network.parameters())",
        "fit(network, images, labels)",
        "learn_unlabelled(layer)",
    ],
)
def test_a_page_that_trains_may_take_longer(cell):
    cells = ["a = 1", cell, "b = 2", "c = 3", "d = 4"]
    assert "over" not in times.report("05_page", cells, [9.0] * 5)
    assert "over 45 s" in times.report("05_page", cells, [9.1] * 5)


def test_every_cell_is_listed_on_demand():
    lines = times.report("02_page", ["a = 1", "b = 2"], [0.1, 0.2], every_cell=True).splitlines()
    assert len(lines) == 3
    assert "over" not in "".join(lines)
