"""Surrogates: the backward pass is the derivative of the primitive; areas and peaks are as said."""

import math

import pytest
import torch

from snn_core import LIF
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
        tall._derivative_at(x.detach(), threshold), 3 * plain.derivative(x.detach())
    )


@pytest.mark.parametrize("name", ALL_SURROGATES)
def test_derivative_leaves_its_argument_alone_and_agrees_with_the_fused_form(name):
    surrogate, membrane, threshold = (
        Surrogate(name, 7.0),
        torch.randn(5, 3, dtype=torch.float64),
        torch.full((3,), 0.8),
    )
    kept = membrane.clone()
    fused = surrogate._derivative_at(membrane, threshold.double())
    torch.testing.assert_close(fused, surrogate.derivative(membrane - threshold.double()))
    assert torch.equal(membrane, kept)


@pytest.mark.parametrize("name", ALL_SURROGATES)
def test_dtype_and_device_follow_the_input(name):
    for dtype in (torch.float32, torch.float64):
        assert Surrogate(name)(torch.zeros(2, dtype=dtype)).dtype == dtype


NOISES = {  # how to draw a noise whose density is D(x) over its area, from two uniform numbers
    "fast_sigmoid": lambda a, b: (2 * a - 1) / (1 - (2 * a - 1).abs()),
    "arctan": lambda a, b: torch.tan(math.pi * (a - 0.5)) * 2 / math.pi,  # Cauchy
    "sigmoid": lambda a, b: torch.logit(a),  # logistic
    "triangular": lambda a, b: a + b - 1,
    "boxcar": lambda a, b: a - 0.5,
    "gaussian": lambda a, b: torch.special.ndtri(a),
}


@pytest.mark.parametrize("name", NOISES)
def test_each_surrogate_of_finite_area_is_the_density_of_a_noise(name):
    generator, trials, shift = torch.Generator().manual_seed(5), 400_000, 0.005
    uniform = torch.rand(2, trials, 1, generator=generator, dtype=torch.float64)
    surrogate, x = Surrogate(name, 1.0), torch.linspace(-0.48, 0.48, 9, dtype=torch.float64)
    noise = NOISES[name](*uniform) / surrogate.scale
    up, down = ((noise < x + moved).double() for moved in (shift, -shift))
    slope, error = (up - down).mean(0) / (2 * shift), (up - down).std(0) / (2 * shift) / trials**0.5
    expected = surrogate.derivative(x) / surrogate.area
    score = (slope - expected) / error.clamp(min=1e-9)
    assert score.abs().max() < 4
    assert (error > 0).sum() >= 7


def gradients(height):
    """Return both gradients of a small network with a steep surrogate, detached reset."""
    generator = torch.Generator().manual_seed(0)
    spikes = (torch.rand(50, 8, 20, generator=generator, dtype=torch.float64) < 0.1).double()
    weights = [
        torch.randn(*shape, generator=generator, dtype=torch.float64)
        for shape in ((20, 10), (10, 2))
    ]
    first, last = (weight.mul_(0.5).requires_grad_() for weight in weights)
    neuron = LIF(surrogate=Surrogate("fast_sigmoid", 100.0, height=height))
    output = neuron(neuron(spikes @ first) @ last)
    return torch.autograd.grad(output.square().sum() + output[..., 0].sum(), (first, last))


def test_with_a_detached_reset_height_multiplies_the_gradient_once_for_each_layer():
    for plain, tall, crossed in zip(gradients(1.0), gradients(100.0), (2, 1), strict=True):
        assert plain.abs().max() > 0
        torch.testing.assert_close(tall, plain * 100.0**crossed, rtol=1e-9, atol=0)
