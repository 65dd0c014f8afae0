"""What the folded answers of page 08 say."""

import pytest


def test_page_08_up_to_section_1(page):
    apart, together = page["distances"](7, 10.0)
    assert 0 < apart < together
    assert page["expected"] == pytest.approx(0.0156, abs=5e-5)
