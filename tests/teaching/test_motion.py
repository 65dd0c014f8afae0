"""The moving digits of page 17, and the drawing of a pixel that sees one pass."""

import numpy as np
import pytest
import torch

from snn_core.datasets import mnist_mini
from snn_core.events import EVENT
from snn_core.teaching import diagrams, palette
from snn_core.teaching.studies import motion
from snn_core.training import seed_torch

BACK = {"left": "right", "right": "left", "up": "down", "down": "up"}


@pytest.mark.parametrize("way", motion.WAYS)
@pytest.mark.parametrize("digit", range(5))
def test_a_dark_digit_that_comes_back_sends_the_same_frames_in_reverse_order(way, digit):
    image = mnist_mini().train_images[digit]
    end = tuple(motion.STEPS * pixels for pixels in motion.WAYS[way])
    there = motion.pixel_events(motion.turning_film(image, way))
    back = motion.pixel_events(motion.turning_film(image, BACK[way], bright=False, start=end))
    assert there.shape == (motion.STEPS, 28, 28)
    assert there.abs().sum((1, 2)).min() > 20
    assert torch.equal(there, back.flip(0))


def test_a_pixel_remembers_what_it_saw_at_its_last_event_and_not_before():
    rise = torch.arange(0, 10, dtype=torch.float64)[:, None] * torch.tensor([0.05, 0.2, -0.2])
    sent = motion.pixel_events(rise, threshold=0.3)
    assert sent[:, 0].tolist() == [0, 0, 0, 0, 0, 1, 0, 0, 0]
    assert sent[:, 1].tolist() == [0, 1] * 4 + [0]
    assert torch.equal(sent[:, 2], -sent[:, 1])


def test_a_recording_holds_every_event_amid_its_step():
    film = motion.turning_film(mnist_mini().train_images[0], "up")
    events = motion.pixel_events(film)
    recording = motion.as_recording(events)
    assert recording.dtype == EVENT
    assert (np.diff(recording["t"]) >= 0).all()
    again = torch.zeros_like(events)
    step = (recording["t"] / (1000 * motion.DT)).astype(int)
    sign = torch.from_numpy(2 * recording["p"] - 1).to(events.dtype)
    again[step, recording["y"], recording["x"]] = sign
    assert torch.equal(again, events)


@pytest.mark.parametrize("ways", [("left", "right"), tuple(motion.WAYS)])
def test_ways_are_drawn_evenly_and_the_same_draws_give_the_same_recordings(ways):
    first, again = (
        motion.turning_digits(True, 400, ways=ways, generator=seed_torch(3)) for _ in range(2)
    )
    counts = first[1].bincount(minlength=len(ways))
    assert (counts - 400 / len(ways)).abs().max() < 45
    assert torch.equal(first[1], again[1])
    assert all(np.array_equal(*pair) for pair in zip(first[0], again[0], strict=True))
    tests, labels = motion.turning_digits(False, 30, generator=seed_torch(3))
    assert len(tests) == len(labels) == 30
    assert not np.array_equal(tests[0], first[0][0])


def test_counts_between_two_moments_are_by_polarity_and_pixel():
    recording = np.array(
        [(3, 5, 999, 1), (3, 5, 1000, 1), (3, 5, 1500, 1), (4, 5, 1999, 0), (4, 5, 2000, 0)], EVENT
    )
    counts = motion.counts_between(recording, 1, 2)
    assert counts.shape == (2, 34, 34)
    assert (counts.sum(), counts[1, 5, 3], counts[0, 5, 4]) == (3, 2, 1)


def test_views_take_order_and_nothing_else():
    frames = torch.rand(3, 6, 2, 4, 4)
    mixed = motion.in_random_order(frames, seed_torch(0))
    assert not torch.equal(mixed, frames)
    assert torch.equal(mixed.flatten(2).sort(1)[0], frames.flatten(2).sort(1)[0])
    assert len({tuple(sample.flatten(1).sum(1).argsort().tolist()) for sample in mixed}) > 1
    torch.testing.assert_close(motion.summed(frames)[:, 0], frames.sum(1))
    assert torch.equal(motion.snapshot(frames)[:, 0], frames[:, 3])
    assert torch.equal(motion.stacked(frames)[:, 0].unflatten(1, (6, 2)), frames)
    assert motion.in_order(frames) is frames


def test_a_reader_without_memory_answers_each_step_alone_up_to_its_readout():
    seed_torch(0)
    frames = 20 * torch.rand(6, 4, 2, 28, 28).round()
    order = torch.tensor([3, 1, 5, 0, 2, 4])
    for memory in (True, False):
        hidden = motion.direction_reader(memory=memory)[:-1].eval()
        for layer in (hidden[0], hidden[2]):
            layer.layer[0].weight.data.mul_(10)  # so that neurons spike untrained
        alone = torch.equal(hidden(frames)[order], hidden(frames[order]))
        assert hidden[:4](frames).mean() > 0.01
        assert alone != memory


def test_the_drawing_of_a_pixel_has_its_memory_in_stairs_and_its_events_in_their_colours():
    levels = torch.tensor([0.0, 0.2, 0.5, 0.7, 0.1])
    upper, lower = diagrams.event_pixel(levels, motion.pixel_events(levels), title="stairs")
    stairs = upper.lines[1].get_ydata()
    assert stairs == pytest.approx([0, 0, 0.5, 0.5, 0.1])
    assert {line.get_label(): line.get_color() for line in upper.lines[2:]} == {
        "ON": palette.ON,
        "OFF": palette.OFF,
    }
    ends = [part[1].tolist() for lines in lower.collections for part in lines.get_segments()]
    assert ends == [[2, 1], [4, -1]]
    with pytest.raises(ValueError, match=r"^events: got 3"):
        diagrams.event_pixel(levels, torch.zeros(3))
