"""What the folded answers of page 01 say."""

import pytest


def test_page_01_up_to_section_6(page):
    (whole, broken), (rate, thinned) = page["lost"]["phase"], page["lost"]["rate"]
    assert 0.001 < whole < 0.002
    assert broken == pytest.approx(0.1, abs=0.03)  # one draw; the mean of twenty is 0.098
    assert (rate, thinned) == (pytest.approx(0.05, abs=0.01), pytest.approx(0.07, abs=0.015))
