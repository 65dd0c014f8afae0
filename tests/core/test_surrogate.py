"""Surrogates: the backward pass is the derivative of the primitive; areas and peaks are as said."""

import math

import pytest
import torch

from snn_core.surrogate import ALL_SURROGATES, Surrogate

SCALES = (1.0, 10.0, 25.0)


def grid(low: float, high: float, points: int) -> torch.Tensor:
    """Return a float64 grid that avoids the kinks of the piecewise shapes."""
    return torch.linspace(low, high, points, dtype=torch.float64) + 1.2345e-4


@pytest.mark.parametrize("name", ALL_SURROGATES)
@pytest.mark.parametrize("scale", SCALES)
def test_forward_is_the_heaviside_step(name, scale):
    x = torch.tensor([-2.0, -1e-6, 0.0, 1e-6, 2.0])
    assert Surrogate(name, scale)(x).tolist() == [0, 0, 0, 1, 1]


@pytest.mark.parametrize("name", ALL_SURROGATES)
@pytest.mark.parametrize("scale", SCALES)
def test_backward_is_the_derivative_of_the_primitive(name, scale):
    surrogate, x, h = Surrogate(name, scale), grid(-1, 1, 401).requires_grad_(), 1e-6
    (backward,) = torch.autograd.grad(surrogate(x).sum(), x)
    numerical = (surrogate.primitive(x + h) - surrogate.primitive(x - h)) / (2 * h)
    torch.testing.assert_close(backward, numerical.detach(), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", ALL_SURROGATES)
def test_backward_multiplies_the_incoming_gradient(name):
    surrogate, x = Surrogate(name), grid(-1, 1, 11).requires_grad_()
    weights = torch.arange(11, dtype=torch.float64)
    (backward,) = torch.autograd.grad((surrogate(x) * weights).sum(), x)
    torch.testing.assert_close(backward, weights * surrogate.derivative(x.detach()))


@pytest.mark.parametrize("name", [name for name in ALL_SURROGATES if name != "straight_through"])
@pytest.mark.parametrize("scale", SCALES)
def test_area_is_as_stated(name, scale):
    surrogate = Surrogate(name, scale)
    edge = 4000 / scale  # the tails of fast_sigmoid and arctan fall as 1 / x
    nodes = torch.sinh(
        torch.linspace(-math.asinh(edge), math.asinh(edge), 400_001, dtype=torch.float64)
    )
    area = torch.trapezoid(surrogate.derivative(nodes), nodes).item()
    assert area == pytest.approx(surrogate.area, rel=2e-3)


def test_straight_through_has_infinite_area():
    assert Surrogate("straight_through").area == math.inf


@pytest.mark.parametrize("name", ALL_SURROGATES)
@pytest.mark.parametrize("scale", SCALES)
def test_peak_is_one_at_the_threshold(name, scale):
    surrogate = Surrogate(name, scale)
    assert surrogate.peak == 1
    derivative = surrogate.derivative(grid(-3, 3, 1001))
    assert derivative.min() >= 0
    assert derivative.max() <= 1


@pytest.mark.parametrize("name", ALL_SURROGATES)
def test_height_multiplies_derivative_area_and_primitive(name):
    plain, tall, x = (
        Surrogate(name, 7.0),
        Surrogate(name, 7.0, height=3.0),
        grid(-1, 1, 101).requires_grad_(),
    )
    assert tall.peak == 3
    assert tall.area == pytest.approx(3 * plain.area)
    torch.testing.assert_close(tall.primitive(x), 3 * plain.primitive(x))
    (backward,) = torch.autograd.grad(tall(x).sum(), x)
    torch.testing.assert_close(backward, 3 * plain.derivative(x.detach()))
    threshold = torch.zeros(101, dtype=torch.float64)
    torch.testing.assert_close(
        tall.derivative_at(x.detach(), threshold), 3 * plain.derivative(x.detach())
    )


@pytest.mark.parametrize("name", ALL_SURROGATES)
def test_derivative_leaves_its_argument_alone_and_agrees_with_the_fused_form(name):
    surrogate, membrane, threshold = (
        Surrogate(name, 7.0),
        torch.randn(5, 3, dtype=torch.float64),
        torch.full((3,), 0.8),
    )
    kept = membrane.clone()
    fused = surrogate.derivative_at(membrane, threshold.double())
    torch.testing.assert_close(fused, surrogate.derivative(membrane - threshold.double()))
    assert torch.equal(membrane, kept)


@pytest.mark.parametrize("name", ALL_SURROGATES)
def test_dtype_and_device_follow_the_input(name):
    for dtype in (torch.float32, torch.float64):
        assert Surrogate(name)(torch.zeros(2, dtype=dtype)).dtype == dtype
