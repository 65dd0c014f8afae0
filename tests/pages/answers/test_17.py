"""What the folded answers of page 17 say."""

import pytest
import torch

from snn_core.teaching.records import recorded
from snn_core.teaching.studies.motion import WAYS, pixel_events, turning_film


@pytest.mark.parametrize("bright", [True, False])
@pytest.mark.parametrize(("way", "back", "axis"), [("right", "left", 1), ("down", "up", 0)])
def test_a_snapshot_of_four_ways_shows_the_axis_and_not_the_way(way, back, axis, bright):
    image = torch.zeros(28, 28)
    image[8:20, 10:16] = 1
    frame, twin = (
        pixel_events(turning_film(image, name, bright=shade))[0]
        for name, shade in ((way, bright), (back, not bright))
    )
    assert torch.equal(twin.roll(WAYS[way], (0, 1)), frame)
    on, off = ((frame == sign).nonzero().double().mean(0) for sign in (1, -1))
    assert (on - off)[axis].abs() > 1
    assert (on - off)[1 - axis] == 0


def test_the_record_of_four_ways_is_what_the_solution_says():
    results = recorded("direction_of_motion").results
    glance, order = (
        [100 * run["test"] for run in results[f"four ways, {view}"]]
        for view in ("snapshot", "in order")
    )
    assert (round(min(glance)), round(max(glance))) == (46, 49)
    assert 78 <= min(order) <= max(order) < 85
