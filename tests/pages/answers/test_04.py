"""What the folded answers of page 04 say."""


def test_page_04_up_to_section_6(page):
    def shares(gain):
        run = page["LIF"]()(gain * page["held_out_current"], record=True)
        plain = page["predict"](page["first_spike"](run.spikes))
        ours = page["first_spike_winner"](run.spikes, run.membrane)
        return [
            round(100 * (each == page["labels"][4000:]).float().mean().item())
            for each in (plain, ours)
        ]

    assert shares(2) == [65, 78]
    plain, ours = shares(0.5)
    assert 0 <= ours - plain <= 1
