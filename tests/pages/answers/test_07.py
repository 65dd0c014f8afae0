"""What the folded answers of page 07 say."""

import pytest


def test_page_07_up_to_section_4(page):
    waits = page["waits"].float()
    assert waits.mean().item() == pytest.approx(5, abs=0.5)
    assert waits.median() == 4
    assert (waits > 10).float().mean() < 0.1
    assert waits.max() == 30
    assert abs(page["early"] - page["anytime"][29]) < 0.003
    sick = page["diagnose"](page["unseen_patient"](), page["batch"], page["labels"])
    assert [layer.rate > 0 for layer in sick.layers] == [True, False, False]
    assert sick.layers[1].membrane.max() > 4
    assert 1000 * sick.layers[1].gradient < sick.layers[2].gradient
    assert page["repaired"][3].threshold == 1
    assert page["cured"].findings == []
