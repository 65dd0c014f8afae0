"""The processor times of pages: what is measured and said; no test depends on the machine."""

import pytest

from publish import times
from tests.pages import READ

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


def test_every_page_is_measured():
    assert list(times.recorded()) == list(READ)


@pytest.mark.parametrize("name", times.recorded())
def test_a_page_states_the_time_that_was_measured(name):
    assert READ[name].time_to_run == times.in_words(times.recorded()[name]), (
        f"`python -m publish.times --write {name[:2]}`, and state it"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.1, "5 seconds"),
        (5, "5 seconds"),
        (5.1, "10 seconds"),
        (10.1, "15 seconds"),
        (15.1, "half a minute"),
        (30, "half a minute"),
        (30.1, "one minute"),
        (60, "one minute"),
        (60.1, "2 minutes"),
        (257, "5 minutes"),
    ],
)
def test_what_a_page_states_is_never_less_than_was_measured(seconds, words):
    assert times.in_words(seconds) == words


@pytest.fixture
def record(tmp_path, monkeypatch):
    """A record of its own, which is not there yet."""
    monkeypatch.setattr(times, "RECORD", tmp_path / "times.json")
    return times.recorded


def test_the_record_keeps_the_pages_that_are_not_measured_anew(record):
    times.write({"02_two": 2.04, "03_three": 3})
    times.write({"01_one": 1, "03_three": 3.26})
    assert list(record().items()) == [("01_one", 1), ("02_two", 2.0), ("03_three", 3.3)]


def test_the_command_writes_what_it_measured_only_if_asked_and_if_nothing_raised(
    record, tmp_path, monkeypatch, capsys
):
    (tmp_path / "42_two.py").write_text("# %%\n1 + 1\n\n# %%\n2\n", encoding="utf-8")
    (tmp_path / "43_bad.py").write_text("# %%\n1 / 0\n", encoding="utf-8")
    monkeypatch.setattr(times, "sources", lambda _: sorted(tmp_path.glob("*.py")))
    monkeypatch.setattr(times, "measure", measured)
    monkeypatch.setattr("sys.argv", ["times"])
    times.main()
    assert not times.RECORD.exists()
    monkeypatch.setattr("sys.argv", ["times", "--write"])
    times.main()
    assert record() == {"42_two": 0.5}
    assert "43_bad: ZeroDivisionError" in capsys.readouterr().out


def measured(cells):
    if "1 / 0" in cells:
        raise RuntimeError("ZeroDivisionError: division by zero")
    return [0.25] * len(cells)
