"""What the folded answers of page 11 say."""

import pytest

from tests.pages.answers import cells, run


def test_page_11_up_to_section_3(page):
    before, silence = page["curves"][:, 1].mean().item(), page["controls"].mean(0)[1:]
    page["task"] = page["CueAssociation"](dt=5.0, width=0.2, slow=20.0)
    (sweep,) = [source for source in cells("11_three_factor_learning", 3) if "swept = " in source]
    run([sweep], page)
    assert page["bridged"] == pytest.approx([4.8, 3.3, 2.8], abs=0.06)
    assert round((silence - page["controls"].mean(0)[1:]).mean().item()) == 13
    assert round(before - page["curves"][:, 1].mean().item()) == 20
