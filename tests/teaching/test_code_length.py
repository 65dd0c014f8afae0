"""What a code of digits costs in bits, and the linear code beside it: plain loops, closed forms."""

import math
from itertools import product

import numpy as np
import pytest
import torch

from snn_core.teaching.studies.code_length import (
    LinearCode,
    pattern_bits,
    step_for,
    symbol_bits,
)


def loop_of_bits(training, test, levels):
    """Return the bits of each test sample, number by number."""
    found = []
    for sample in test.tolist():
        bits = 0.0
        for column, number in enumerate(sample):
            came = sum(1 for other in training[:, column].tolist() if other == number)
            bits -= math.log2((came + 1 / levels) / (len(training) + 1))
        found.append(bits)
    return found


def test_bits_are_those_of_a_plain_loop():
    generator = torch.Generator().manual_seed(0)
    training = torch.randint(0, 5, (40, 3), generator=generator)
    test = torch.randint(0, 5, (7, 3), generator=generator)
    assert np.allclose(symbol_bits(training, test, 5), loop_of_bits(training, test, 5))


def test_the_chances_of_all_numbers_add_up_to_one():
    training = torch.tensor([[0], [0], [2]])
    every = torch.arange(4)[:, None]
    assert math.isclose((2 ** -symbol_bits(training, every, 4)).sum(), 1)


@pytest.mark.parametrize("most", [0, 1, 3, 6])
def test_patterns_are_counted_one_by_one(most):
    counted = sum(sum(pattern) <= most for pattern in product((0, 1), repeat=6))
    assert math.isclose(pattern_bits(most, 6), math.log2(counted))


def correlated(count, seed):
    """Return points whose five numbers hang together."""
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.randn(5, 5, generator=torch.Generator().manual_seed(9)) / 10
    return 0.5 + torch.randn(count, 5, generator=generator) @ mixing


def test_components_are_the_directions_of_largest_variance():
    points = correlated(200, 0)
    linear = LinearCode(points)
    wanted = np.linalg.eigvalsh(np.cov(points.numpy().T, bias=True))[::-1]
    assert np.allclose(linear.components(points).var(0, correction=0), wanted, rtol=1e-3)


def test_a_fine_step_reads_back_what_was_learnt_and_a_coarse_one_the_mean():
    points = correlated(50, 0).clamp(0, 1)
    linear = LinearCode(points)
    assert (linear.drawn(points, 1e-3) - points).abs().max() < 2e-3
    bits, error = linear.measure(points, 100.0)
    assert bits == 0
    assert math.isclose(error, points.var(0, correction=0).mean(), rel_tol=1e-4)


def test_a_number_is_read_back_as_the_mean_of_what_was_rounded_to_it():
    points = correlated(50, 0)
    linear = LinearCode(points)
    known = linear.components(points)
    numbers = (known / 0.2).round()
    read = linear.reader(0.2)(known)
    for column in range(5):
        for number in numbers[:, column].unique():
            same = numbers[:, column] == number
            assert torch.allclose(read[same, column], known[same, column].mean(), atol=1e-6)
    assert len(numbers[:, 0].unique()) > 3


def test_what_lies_outside_of_the_training_is_read_back_from_its_edge():
    linear = LinearCode(correlated(50, 0))
    far = 10 * linear.highest[None]
    assert torch.equal(linear.rounded(far, 0.1), linear.rounded(linear.highest[None], 0.1))


def test_what_is_drawn_is_an_image():
    points = correlated(50, 0).clamp(0, 1)
    rough = LinearCode(points).drawn(points, 0.3)
    assert rough.min() == 0
    assert rough.max() == 1


def test_a_code_of_few_components_costs_less_and_errs_more():
    points = correlated(400, 0)
    every, first = LinearCode(points), LinearCode(points, kept=1)
    assert first.known.shape == (400, 1)
    assert torch.allclose(first.known, every.known[:, :1], atol=1e-5)
    (bits, error), (fewer, more) = every.measure(points, 0.1), first.measure(points, 0.1)
    assert fewer < bits
    assert more > error


def test_the_step_is_the_largest_that_takes_as_many_bits():
    points = correlated(400, 0)
    linear = LinearCode(points)
    step = step_for(6.0, lambda each: linear.measure(points, each)[0], halvings=30)
    assert linear.measure(points, step)[0] >= 6 > linear.measure(points, 1.001 * step)[0]


def test_a_gaussian_costs_what_theory_says_of_a_fine_uniform_quantiser():
    """With a step Δ the bits are log2(σ √(2πe) / Δ), the error Δ²/12 (Cover, Thomas 2006, 8.3)."""
    generator = torch.Generator().manual_seed(0)
    training = torch.randn(100_000, 1, generator=generator)
    linear = LinearCode(training)
    bits, _ = linear.measure(training, 0.5)
    error = (linear.reader(0.5)(linear.known) - linear.known).square().mean()
    assert abs(bits - math.log2(math.sqrt(2 * math.pi * math.e) / 0.5)) < 0.02
    assert abs(error / (0.25 / 12) - 1) < 0.05
