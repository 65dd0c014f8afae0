"""Leaky, adaptive, synaptic and recurrent neurons beside Sinabs, whose batch comes first."""

import pytest
import torch
from torch import nn

from snn_core import LIF, AdaptiveLIF, CuBaLIF, LeakyIntegrator, RecurrentLIF, Surrogate
from tests.oracles import assert_same, currents, peer, spikes_and_gradient, weights

activation = peer("sinabs.activation")
layers = peer("sinabs.layers")

pytestmark = pytest.mark.filterwarnings("ignore")
TAU_MEM = 10.0
TAU_SYN = 5.0
TAU_ADAPT = 30.0


class Triangle:
    """The triangular derivative, in the form in which Sinabs asks for it."""

    def __call__(self, v_mem, spike_threshold):
        return (1 - (v_mem - spike_threshold).abs()).clamp(min=0)


# Its reset carries a gradient; its synaptic filter is ours times alpha, without the gain of 1.
OURS = {"surrogate": Surrogate("triangular", scale=1.0), "detach_reset": False}
THEIRS = {
    "tau_mem": TAU_MEM,
    "spike_fn": activation.SingleSpike,
    "surrogate_grad_fn": Triangle(),
    "norm_input": False,
}


def time_major(neuron):
    def run(current):
        return neuron(current.transpose(0, 1)).transpose(0, 1)

    return run


def test_lif():
    ours = LIF(TAU_MEM, **OURS)
    assert_same(ours, time_major(layers.LIF(**THEIRS)))


def test_current_based_synapse_with_gain_one():
    alpha = torch.exp(torch.tensor(-1 / TAU_SYN))
    theirs = time_major(layers.LIF(tau_syn=TAU_SYN, **THEIRS))
    ours = CuBaLIF(TAU_MEM, TAU_SYN, **OURS)
    assert_same(ours, lambda current: theirs((1 - alpha) / alpha * current))


def test_leaky_integrator():
    theirs = time_major(layers.ExpLeak(TAU_MEM, norm_input=False))
    torch.testing.assert_close(LeakyIntegrator(TAU_MEM)(currents()), theirs(currents()))


def test_recurrence_from_all_to_all():
    among = weights(6, 6)
    connect = nn.Linear(6, 6, bias=False)
    connect.weight.data = among.clone()
    ours = RecurrentLIF(6, TAU_MEM, **OURS)
    ours.weight.data = among.clone()
    assert_same(ours, time_major(layers.LIFRecurrent(rec_connect=connect, **THEIRS)))


def test_adaptive_threshold():
    rho = torch.exp(torch.tensor(-1 / TAU_ADAPT))
    strength = 0.3
    theirs = layers.ALIF(tau_adapt=TAU_ADAPT, adapt_scale=strength / (1 - rho), **THEIRS)
    ours = AdaptiveLIF(TAU_MEM, TAU_ADAPT, strength=strength, **OURS)
    mine, _ = spikes_and_gradient(ours)
    other, _ = spikes_and_gradient(time_major(theirs))  # its threshold carries no gradient
    assert torch.equal(mine, other)
    assert mine.mean() < spikes_and_gradient(LIF(TAU_MEM))[0].mean()
