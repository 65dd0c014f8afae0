"""What the folded answers of page 05 say."""

import numpy as np

from snn_core.teaching.records import recorded


def test_page_05_up_to_section_2(page):
    first, last = page["norms"]
    assert first == 0
    assert last > 0
    results = recorded("surrogate_shapes").results
    leaky, plain = (
        np.array(rows[3]) for rows in (results["leaky_triangle"], results["accuracy"]["triangular"])
    )
    assert [round(100 * end) for end in (leaky.min(), leaky.max())] == [94, 100]
    assert [round(100 * end) for end in (plain.min(), plain.max())] == [48, 86]
    assert sorted(plain < 0.55) == [False] + 7 * [True]
    network = page["pattern_network"](page["LeakyTriangle"](), hidden=20)
    few, labels = page["spikes"][:100, :64], page["labels"][:64]
    page["learn"](network, few, labels, epochs=20, lr=0.02)
    assert page["share_known"](network, few, labels) > 0.85
