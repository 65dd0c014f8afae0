"""What the folded answers of page 15 say."""

import numpy as np
import pytest

from snn_core.teaching.records import recorded


def test_page_15_what_two_seeds_and_single_runs_lose():
    slow = recorded("learning_rules").results["slow"]
    lost = {rule: 100 * np.subtract(runs["10"], runs["30"]) for rule, runs in slow.items()}
    assert lost["truncated_1"][:2] == pytest.approx([0.6, 2.9])
    assert lost["ottt"][:2] == pytest.approx([0.3, 1.4])
    ends = [find(map(find, lost.values())) for find in (min, max)]
    assert ends == pytest.approx([-0.7, 5.1])
