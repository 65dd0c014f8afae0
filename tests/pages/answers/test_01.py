"""What the folded answers of page 01 say."""

import pytest
import torch

from snn_core import encoding, reconstruction
from snn_core.teaching.explorers import Encoding


def shown(digit):
    """Return the image of a digit in the explorer, ``[1, 784]``."""
    return torch.tensor(Encoding().data()["images"][digit])[None] / 255


def error(estimate, image):
    return (estimate - image).square().mean().sqrt().item()


def test_four_times_the_time_is_half_the_error():
    image = shown(Encoding.controls["digit"].start)
    gain = Encoding.controls["gain"].start
    generator = torch.Generator().manual_seed(0)
    for _ in range(10):
        spikes = encoding.rate(image, 100, gain=gain, generator=generator)
        early, late = (
            error(reconstruction.from_rate(spikes[:steps], gain=gain), image) for steps in (25, 100)
        )
        assert 0.4 < late / early < 0.6


@pytest.mark.parametrize("steps", [20, 50, 100])
def test_latency_sends_the_brightest_first_and_one_spike_for_each_pixel(steps):
    image = shown(Encoding.controls["digit"].start)
    spikes = encoding.latency(image, steps, mode="linear")
    assert spikes.sum() == 166


def test_page_01_up_to_section_5(page):
    (whole, broken), (rate, thinned) = page["lost"]["phase"], page["lost"]["rate"]
    assert 0.001 < whole < 0.0015
    assert broken == pytest.approx(0.07, abs=0.025)  # one draw; the mean of forty is 0.075
    assert (rate, thinned) == (pytest.approx(0.05, abs=0.01), pytest.approx(0.07, abs=0.015))
    on_and_off = page["events"][:, 0].diff(dim=1)[:, 0]
    sent = page["send_changes"](page["movie"][:, 10, 13].tolist(), 0.25)
    assert sent == (-on_and_off[:, 10, 13]).tolist()
