"""What the folded answers of page 15 say."""

import json

import numpy as np
import pytest

from tests.pages import ROOT


def test_page_15_what_two_seeds_and_single_runs_lose():
    record = json.loads(
        (ROOT / "snn_core" / "teaching" / "records" / "learning_rules.json").read_text(encoding="utf-8")
    )["slow"]
    lost = {rule: 100 * np.subtract(runs["10"], runs["30"]) for rule, runs in record.items()}
    assert lost["truncated_1"][:2] == pytest.approx([0.6, 2.9])
    assert lost["ottt"][:2] == pytest.approx([0.3, 1.4])
    ends = [find(map(find, lost.values())) for find in (min, max)]
    assert ends == pytest.approx([-0.7, 5.1])
