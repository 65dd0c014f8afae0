"""What the folded answers of page 02 say."""

import numpy as np
import pytest


def test_page_02_up_to_section_5(page):
    assert {drive: before for drive, (before, _) in page["fired"].items()} == pytest.approx(
        {1.5: 90, 3: 245, 5: 446}, abs=1
    )
    assert {drive: after for drive, (_, after) in page["fired"].items()} == pytest.approx(
        {1.5: 50, 3: 106, 5: 158}, abs=1
    )
    assert page["variations"] == [pytest.approx(0.85, abs=0.01), pytest.approx(0.7, abs=0.03)]
    assert page["relative_refractory"]([0.99 * (1 - np.exp(-0.01))] * 20_000, 0.1).sum() == 0
