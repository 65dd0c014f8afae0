"""What the folded answers of page 04 say."""


def test_page_04_up_to_section_6(page):
    def shares(gain):
        run = page["LIF"]()(gain * page["reader"](page["unseen"]), record=True)
        plain = page["predict"](page["first_spike"](run.spikes))
        ours = page["first_spike_winner"](run.spikes, run.membrane)
        return [
            round(100 * (each == page["labels"]).float().mean().item()) for each in (plain, ours)
        ]

    assert shares(2) == [65, 76]
    assert shares(1) == [80, 83]
    plain, ours = shares(0.5)
    assert 0 <= ours - plain <= 1
