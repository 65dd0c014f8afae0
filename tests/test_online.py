"""Online learning: every gradient that claims to be exact equals the one of autograd through the whole sequence."""

import pytest
import torch
from torch import nn

from snn_core import LIF, AdaptiveLIF, RecurrentLIF
from snn_core.online import TERMS, OnlineAdaptiveLIF, OnlineLIF, OnlineRTRL, membrane_jacobian

T, B, N, M = 30, 3, 5, 4


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=generator(seed))


INPUTS = (draw(T, B, N) > 0.5).double()
SIGNAL = draw(T, B, M, seed=1)  # dL/dz[t] of the loss sum(SIGNAL * spikes)
BETA = torch.tensor(0.8, dtype=torch.float64)
OPTIONS = {"beta": BETA, "threshold": torch.tensor(0.7, dtype=torch.float64)}


def linear(bias=False):
    layer = nn.Linear(N, M, bias=bias).double()
    with torch.no_grad():
        layer.weight.copy_(0.6 * draw(M, N, seed=2) + 0.2)
    return layer


def backwards(layer, neuron):
    """Return the spikes, and the gradients of ``sum(SIGNAL * spikes)`` by BPTT."""
    parameters = [*layer.parameters(), *(p for n, p in neuron.named_parameters() if n == "weight")]
    spikes = neuron(layer(INPUTS))
    return spikes.detach(), torch.autograd.grad((SIGNAL * spikes).sum(), parameters)


def forwards(online):
    """Return the spikes, and the gradients that add up while the sequence runs."""
    online.start(INPUTS[0])
    spikes = []
    for inputs, signal in zip(INPUTS, SIGNAL, strict=True):
        spikes.append(online.step(inputs))
        online.learn(signal)
    return torch.stack(spikes), [parameter.grad for parameter in online.parameters()]


def require_equal(found, expected, atol=1e-10):
    assert torch.equal(found[0], expected[0])
    assert 0.05 < expected[0].mean() < 0.95
    for one, other in zip(found[1], expected[1], strict=True):
        assert other.abs().max() > 0.01
        torch.testing.assert_close(one, other, rtol=0, atol=atol)


@pytest.mark.parametrize("bias", [False, True])
def test_one_trace_per_input_gives_the_gradient_of_bptt(bias):
    layer, neuron = linear(bias), LIF(**OPTIONS)
    require_equal(forwards(OnlineLIF(layer, neuron)), backwards(layer, neuron))


@pytest.mark.parametrize("bias", [False, True])
def test_two_traces_per_synapse_give_the_gradient_of_bptt_through_adaptation(bias):
    strength = torch.tensor(0.3, dtype=torch.float64)
    layer, neuron = linear(bias), AdaptiveLIF(rho=0.95 + 0 * BETA, strength=strength, **OPTIONS)
    require_equal(forwards(OnlineAdaptiveLIF(layer, neuron)), backwards(layer, neuron))


@pytest.mark.parametrize("detach_reset", [True, False])
def test_the_influence_gives_the_gradient_of_bptt_through_recurrence(detach_reset):
    layer, neuron = linear(), RecurrentLIF(M, detach_reset=detach_reset, generator=generator(), **OPTIONS).double()
    require_equal(forwards(OnlineRTRL(layer, neuron)), backwards(layer, neuron))


@pytest.mark.parametrize("dropped", TERMS)
def test_every_term_matters(dropped):
    neuron = RecurrentLIF(M, detach_reset=False, generator=generator(), **OPTIONS).double()
    layer = linear()
    _, exact = backwards(layer, neuron)
    _, partial = forwards(OnlineRTRL(layer, neuron, [term for term in TERMS if term != dropped]))
    assert (partial[0] - exact[0]).abs().max() > 1e-3


def test_with_the_leak_alone_the_influence_is_the_trace():
    neuron = RecurrentLIF(M, generator=generator(), **OPTIONS).double()
    torch.nn.init.zeros_(neuron.weight)
    layer = linear()
    leak = forwards(OnlineRTRL(layer, neuron, ["leak"]))[1][0].clone()
    layer.weight.grad = None
    torch.testing.assert_close(leak, forwards(OnlineLIF(layer, LIF(**OPTIONS)))[1][0])


def test_the_jacobian_is_the_derivative_of_the_step():
    """A smooth neuron in place of the spiking one: autograd differentiates what the Jacobian writes out."""
    weight, state = draw(M, M, seed=3), draw(B, M, seed=4)

    def smooth_step(membrane):
        spikes = torch.sigmoid(membrane - 1)
        return BETA * (membrane - 0.7 * spikes) + spikes @ weight.T

    slope = torch.sigmoid(state - 1) * (1 - torch.sigmoid(state - 1))
    found = membrane_jacobian(slope, weight, BETA, 0.7)
    for b in range(B):
        expected = torch.autograd.functional.jacobian(smooth_step, state[b])
        torch.testing.assert_close(found[b], expected)


def test_gradients_add_up_like_backward_does():
    layer, neuron = linear(), LIF(**OPTIONS)
    online = OnlineLIF(layer, neuron)
    once = forwards(online)[1][0].clone()
    torch.testing.assert_close(forwards(online)[1][0], 2 * once)
