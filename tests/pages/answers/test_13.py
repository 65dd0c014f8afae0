"""What the folded answers of page 13 say."""

from tests.pages.answers import cells, run


def test_page_13_up_to_section_0(page):
    parts = ("ARMS = {", "def recall_trials(", "def recall_accuracy(")
    run(
        [each for each in cells("13_online_learning", 5) if any(part in each for part in parts)],
        page,
    )
    page["task"] = task = page["DelayedRecall"]()
    read = page["recall_accuracy"]

    def percent(names, **options):
        weights, arms, _ = page["learn_recall"](task, names, (0.03,), (0, 1, 2), **options)
        return [
            (100 * read(task, weights, arms, 2, swap)).round().tolist()
            for swap in (None, "activity", "thresholds")
        ]

    assert percent(["frozen"], gain=0.0) == [[64, 64, 76], [67, 67, 67], [22, 31, 33]]
    assert percent(["frozen"], gain=1.0)[0] == [70, 64, 75]
    lif = "LIF, BPTT", "LIF, e-prop"
    longer, larger = percent(lif, updates=300)[0], percent(lif, gain=5.0)[0]
    assert (min(longer), max(longer)) == (41, 56)
    assert (min(larger), max(larger)) == (41, 59)
