"""What the folded answers of page 12 say."""

from functools import partial

from tests.pages.answers import cells, run


def test_page_12_up_to_section_4(page):
    ratio = page["ratio"]
    assert round((1 - ratio) / ratio, 2) == 0.16
    (cell,) = [source for source in cells("12_bptt_meets_stdp", 3) if "earlier[85] = 1.0" in source]
    once = dict(page["crossed"])
    run([cell.replace("earlier[85]", "earlier[[85, 95]]")], page)
    twice = page["crossed"]
    assert all(twice["soft", detached].equal(once["soft", detached]) for detached in (True, False))
    assert not twice["hard", True][45:].any()
    assert (twice["hard", False][45:55] < 0).all()
    assert (twice["hard", False][55:] > 0).all()
    without, _ = page["descend"](
        page["lif"], page["firing"], partial(page["self_confirming"], a=(1 - ratio) / ratio)
    )
    assert abs(without[40]) < 1e-9 < -without[39]
