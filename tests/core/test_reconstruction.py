"""What is read back from spikes, by hand: each inverse against its formula."""

import math

import pytest
import torch

from snn_core import reconstruction


def train(*steps, length=8, dtype=torch.float32):
    """Return spikes ``[length, 1]`` in these steps."""
    spikes = torch.zeros(length, 1, dtype=dtype)
    spikes[list(steps)] = 1
    return spikes


def test_a_rate_is_the_count_per_step_and_gain():
    spikes = torch.cat([train(), train(0, 2, 5), train(*range(8))], dim=1)
    assert reconstruction.from_rate(spikes).tolist() == [0.0, 0.375, 1.0]
    assert reconstruction.from_rate(spikes, gain=0.5).tolist() == [0.0, 0.75, 2.0]


def test_a_rate_of_half_precision_is_counted_exactly():
    spikes = torch.ones(2051, 1, dtype=torch.float16)
    spikes[:2] = 0
    back = reconstruction.from_rate(spikes)
    assert back.dtype == torch.float32
    assert back.item() == pytest.approx(2049 / 2051, rel=1e-6)


@pytest.mark.parametrize("step", [0, 3, 10])
def test_a_linear_latency_is_a_straight_line_from_one_to_zero(step):
    back = reconstruction.from_latency(train(step, length=11), mode="linear", dt=0.3, tau=5.0)
    assert back.item() == pytest.approx(1 - step / 10)


def test_a_linear_latency_of_a_single_step_is_one():
    assert reconstruction.from_latency(train(0, length=1), mode="linear").item() == 1


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("step", [2, 5, 40])
def test_a_log_latency_is_the_intensity_whose_membrane_crosses_then(step, dtype):
    spikes = train(step, length=50, dtype=dtype)
    back = reconstruction.from_latency(spikes, tau=7.0, threshold=0.15, dt=0.8)
    assert back.dtype == dtype
    assert back.item() == pytest.approx(0.15 / (1 - math.exp(-0.8 * step / 7)), rel=1e-6)


def test_a_log_latency_is_at_most_one_and_silence_is_zero():
    early = torch.cat([train(0), train(1), train()], dim=1)
    assert reconstruction.from_latency(early, tau=10.0, threshold=0.2).tolist() == [1.0, 1.0, 0.0]
    assert reconstruction.from_latency(train(), mode="linear").item() == 0


def test_a_late_spike_of_half_precision_keeps_its_step():
    spikes = train(4001, length=4096, dtype=torch.float16)
    back = reconstruction.from_latency(spikes, mode="linear")
    assert back.item() == pytest.approx(1 - 4001 / 4095, rel=1e-4)


def test_a_delta_code_is_a_running_sum_of_thresholds():
    on, off = train(0, 1, 5), train(3, 6)
    back = reconstruction.from_delta(torch.stack([on, off], dim=2), threshold=0.25)
    assert back.flatten().tolist() == [0.25, 0.5, 0.5, 0.25, 0.25, 0.5, 0.25, 0.25]
    only_on = reconstruction.from_delta(on.unsqueeze(2), threshold=0.25)
    assert only_on.flatten().tolist() == [0.25, 0.5, 0.5, 0.5, 0.5, 0.75, 0.75, 0.75]


def test_a_delta_code_of_half_precision_adds_up_in_single():
    spikes = torch.ones(3000, 1, 1, dtype=torch.bfloat16)
    back = reconstruction.from_delta(spikes, threshold=0.1)
    assert back.dtype == torch.float32
    torch.testing.assert_close(back.flatten(), 0.1 * torch.arange(1, 3001))


def test_a_population_is_the_mean_of_the_centres_by_their_counts():
    counts = torch.tensor([[1, 0, 3, 0, 2], [0, 0, 0, 0, 4], [0, 0, 0, 0, 0]])
    spikes = (torch.arange(4).view(-1, 1, 1) < counts).float()
    expected = [(1 * 0 + 3 * 0.5 + 2 * 1) / 6, 1.0, 0.5]
    assert reconstruction.from_population(spikes).tolist() == pytest.approx(expected)


def test_a_population_of_half_precision_is_counted_exactly():
    spikes = torch.ones(2049, 1, 2, dtype=torch.float16)
    spikes[0, 0, 0] = 0
    back = reconstruction.from_population(spikes)
    assert back.dtype == torch.float32
    assert back.item() == pytest.approx(2049 / 4097, rel=1e-6)


def test_a_value_of_silent_neurons_has_a_gradient_of_zero():
    spikes = torch.zeros(3, 1, 4, requires_grad=True)
    reconstruction.from_population(spikes).sum().backward()
    assert spikes.grad.tolist() == torch.zeros(3, 1, 4).tolist()


def test_a_log_latency_takes_any_time_constant_above_zero():
    spikes = torch.tensor([[0.0], [1.0]])
    value = reconstruction.from_latency(spikes, tau=0.5, threshold=0.2).item()
    assert value == pytest.approx(0.2 / (1 - math.exp(-2)))


def test_every_value_of_several_is_read_by_its_own_neurons():
    spikes = torch.tensor([[[[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]]])  # [T, B, 2, N]
    assert reconstruction.from_population(spikes).tolist() == [[0.0, 0.75]]


def test_a_delta_code_without_channels_is_refused():
    with pytest.raises(ValueError, match=r"^spikes: got shape \[3, 2\], expected \[T, B, 2"):
        reconstruction.from_delta(torch.zeros(3, 2), threshold=0.5)
