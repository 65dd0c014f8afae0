"""What the folded answers of page 10 say."""

import pytest
from torch.nn.functional import normalize

from snn_core.teaching.explorers import PrototypeDrift
from tests.teaching.test_live import field_from_core


def test_page_10_up_to_section_3(page):
    voting = page["sizes"]
    assert voting == pytest.approx({100: 84, 400: 90, 1600: 90, "images": 93}, abs=1.5)
    assert abs(voting[1600] - voting[400]) < 1.5
    digits = (page["own"] @ normalize(page["train"], dim=1).T).amax(1)
    assert (digits > 0.7).sum() > 25


def test_what_is_said_about_the_explorer():
    data = PrototypeDrift().data()

    def cosines(**values):
        return field_from_core({"spikes": 40, "others": 0.0, "lr": 0.1} | values, data)[0][-1]

    for spikes, best in ((5, 0.06), (40, 0.02)):
        rates = [step / 100 for step in range(1, 101, 1)]
        threes = {lr: cosines(spikes=spikes, lr=lr)[0] for lr in rates}
        assert max(threes, key=threes.get) == pytest.approx(best, abs=0.011)
    three, everything = cosines(others=1.0)
    assert everything > three + 0.1
