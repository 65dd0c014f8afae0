"""What the folded answers of page 03 say."""

import pytest


def test_page_03_up_to_section_4(page):
    assert page["holds"] == {0.4: True, 0.22: True, 0.19: False}
    assert page["wins"][6] == 0
    assert page["wins"][8] < 0.3
    assert page["wins"][10] > 0.9
    assert page["standing"][page["own"]].mean() == pytest.approx(11, abs=0.6)
    assert page["standing"][~page["own"]].mean() == pytest.approx(-21, abs=1)
    assert [page["firing"][0, dt] for dt in (1, 0.5, 0.25)] == [1000, 2000, 4000]
    assert all(124 < page["firing"][5, dt] < 141 for dt in (1, 0.5, 0.25))
