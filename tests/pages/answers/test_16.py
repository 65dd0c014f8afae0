"""What the folded answers of page 16 say."""

from snn_core.datasets import mnist_mini
from snn_core.teaching.explorers import FeatureMap, edge_filter, map_spikes


def spikes_at(gain, tau, degrees=0):
    """Return the spikes of the explorer's map under the constant digit."""
    frames = mnist_mini().train_images[0].expand(FeatureMap.steps, 28, 28)
    return map_spikes(frames, gain * edge_filter(degrees), tau, "none")


def test_page_16_up_to_section_4(page):
    narrow, wide = page["agree"]
    assert narrow[2:11].abs().max() < 0.06
    assert wide[2:11].abs().max() < 0.06


def test_a_weak_map_of_page_16_needs_time_and_a_membrane_that_keeps():
    assert not spikes_at(0.5, 1.0).any()
    assert not spikes_at(0.5, 2.0).any()
    back = spikes_at(0.5, 3.0)
    assert back.sum((1, 2)).nonzero()[0] + 1 == 4


def test_the_filter_of_page_16_asks_for_its_border():
    image = mnist_mini().train_images[0]
    for degrees, axis, side in ((0, 1, 1), (90, 0, 1), (180, 1, -1)):
        slope = image.roll(-side, axis) - image.roll(side, axis)
        spikes = spikes_at(1.5, 10.0, degrees).sum(0)
        assert (slope * spikes).sum() > 0.3 * spikes.sum()
