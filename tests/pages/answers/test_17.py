"""What the folded answers of page 17 say."""

import numpy as np
import torch

from snn_core.teaching.records import recorded
from snn_core.teaching.studies.motion import WAYS, pixel_events, turning_film


def test_a_snapshot_of_four_ways_shows_the_axis_and_not_the_way():
    image = torch.zeros(28, 28)
    image[8:20, 10:16] = 1
    for ways, across in ((("left", "right"), (0, 1)), (("up", "down"), (1, 0))):
        frames = {
            (way, bright): pixel_events(turning_film(image, way, bright=bright))[0]
            for way in ways
            for bright in (True, False)
        }
        for (way, bright), frame in frames.items():
            twin = frames[ways[ways[0] == way], not bright]
            at = [(frame == sign).nonzero().double().mean(0) for sign in (1, -1)]
            assert (at[0] - at[1])[across.index(0)].abs() < 1e-9
            move = np.subtract(WAYS[ways[ways[0] == way]], WAYS[way]).tolist()
            assert (
                min(
                    (twin.roll((k * move[0] // 4, k * move[1] // 4), (0, 1)) - frame).abs().sum()
                    for k in (-1, 0, 1, 2)
                )
                == 0
            )


def test_the_record_of_four_ways_is_what_the_solution_says():
    results = recorded("direction_of_motion").results
    glance, order = (
        [100 * run["test"] for run in results[f"four ways, {view}"]]
        for view in ("snapshot", "in order")
    )
    assert (round(min(glance)), round(max(glance))) == (46, 49)
    assert 78 <= min(order) <= max(order) < 85
