"""What the folded answers of page 10 say."""

import pytest


def test_page_10_up_to_section_3(page):
    voting = {size: read[1] for size, read in page["sizes"].items()}
    assert voting == pytest.approx({100: 84, 400: 90, 1600: 90, "images": 93}, abs=1)
    assert abs(voting[1600] - voting[400]) < 1
