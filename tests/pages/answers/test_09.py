"""What the folded answers of page 09 say."""

import numpy as np
import pytest

from tests.pages.answers import cells, run


def test_page_09_up_to_section_4(page):
    def learn(excess, slots):
        sources = [
            source
            for source in cells("09_stdp", 5)
            if "patterns = " in source or "sent = torch" in source
        ]
        assert len(sources) == 2
        sources[1] = (
            sources[1]
            .split("ends, one")[0]
            .replace("a_minus=0.01725", f"a_minus={0.015 * (1 + excess)}")
        )
        run([source.replace("300", str(slots)) for source in sources], page)
        return (
            page["hits"][:, :10],
            page["alarms"][:, :10],
            page["latency"][:, :10],
            page["found"][:10],
        )

    hits, alarms, _, found = learn(0.1, 300)
    assert (found.sum(), hits[-1].min() > 0.5, alarms[-1].min() > 0.75) == (0, True, True)
    hits, alarms, _, found = learn(0.3, 300)
    assert hits[-1].max() == 0
    assert alarms[-1].max() < 0.1
    hits, alarms, latency, found = learn(0.15, 600)
    assert 100 * np.median(hits[[2, -1]], -1) == pytest.approx([97, 72], abs=1)
    assert 100 * np.median(alarms[[2, -1]], -1) == pytest.approx([8, 37], abs=1)
    assert np.nanmedian(latency[-1]) == 1  # of those that answer
    assert (found.sum(), (hits[-1] == 0).sum()) == (2, 1)
