"""What the folded answers of page 16 say."""

from functools import partial

import pytest
import torch

from snn_core import LIF, Surrogate
from snn_core.datasets import mnist_mini
from snn_core.teaching.explorers import FeatureMap, edge_filter, map_spikes

BESIDE = {"shares", "file", "deep"}
WIDE = partial(LIF, tau_mem=5.0, surrogate=Surrogate(scale=2.0))  # named beside `file`


def spikes_at(gain, tau, degrees=0):
    """Return the spikes of the explorer's map under the constant digit."""
    frames = mnist_mini().train_images[0].expand(FeatureMap.steps, 28, 28)
    return map_spikes(frames, gain * edge_filter(degrees), tau, "none")


def test_page_16_up_to_section_5(page, tmp_path, monkeypatch, capsys):
    """A training that is interrupted after its first epoch goes on with the second."""
    file, save = tmp_path / "reader.pt", torch.save

    def save_and_stop(states, place):
        save(states, place)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(torch, "save", save_and_stop)
        with pytest.raises(KeyboardInterrupt):
            page["train_reader"](page["digit_reader"](WIDE), 2, file)
    capsys.readouterr()
    page["train_reader"](page["digit_reader"](WIDE), 2, file)
    assert capsys.readouterr().out.startswith("epoch 2: ")
    saved = torch.load(file)
    assert saved["epoch"] == 2
    assert saved["schedule"]["last_epoch"] == 2 * len(page["loader"])
    network = page["digit_reader"](WIDE)
    network.load_state_dict(saved["network"])
    images, labels = page["test_images"], page["test_labels"]
    decode = page["max_membrane_cross_entropy"].decode
    assert page["evaluate"](network, images, labels, decode=decode) > 0.95


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
