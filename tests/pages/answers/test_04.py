"""What the folded answers of page 04 say."""

import pytest


def test_page_04_up_to_section_6(page):
    def shares(gain):
        run = page["LIF"]()(gain * page["reader"](page["unseen"]), record=True)
        plain = page["predict"](page["first_spike"](run.spikes))
        ours = page["first_spike_winner"](run.spikes, run.membrane)
        return [100 * (each == page["labels"]).float().mean().item() for each in (plain, ours)]

    assert shares(2) == pytest.approx([64.5, 76.2], abs=0.05)
    assert shares(1) == pytest.approx([80.2, 82.8], abs=0.05)
    assert shares(0.5) == pytest.approx([85.1, 85.9], abs=0.05)
