"""What the folded answers of page 06 say."""

import pytest


def test_page_06_up_to_section_4(page):
    for measured, factors in page["reset_by_hand"].values():
        assert measured.numpy() == pytest.approx(factors.numpy(), abs=1e-12)
    assert page["reset_by_hand"][True].equal(page["reset_by_hand"][True].clamp(min=0))
    assert (page["reset_by_hand"][False] < 0).any()
