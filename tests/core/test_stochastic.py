"""The stochastic neuron: probabilities, scores and replays against closed forms and autograd."""

import pytest
import torch

from snn_core import LIF, StochasticLIF
from snn_core.plasticity import spike_trace

STEPS, SAMPLES, INPUTS, NEURONS = 80, 2, 3, 2


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def trains(neurons, seed):
    chance = torch.full((STEPS, SAMPLES, neurons), 0.15, dtype=torch.float64)
    return torch.bernoulli(chance, generator=generator(seed))


PRE = trains(INPUTS, seed=0)
POST = trains(NEURONS, seed=1)
WEIGHT = torch.rand(NEURONS, INPUTS, dtype=torch.float64, generator=generator(2))


def test_a_stochastic_neuron_spikes_as_often_as_its_membrane_says():
    neuron = StochasticLIF(beta=0.0, width=0.3, generator=generator())
    current = torch.tensor([0.5, 1.0, 1.4]).expand(1, 20_000, 3)
    expected = 1 / (1 + torch.exp(-(current[0, 0] - 1) / 0.3))
    error = (expected * (1 - expected) / 20_000).sqrt()
    assert ((neuron(current).mean((0, 1)) - expected).abs() < 4 * error).all()


@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_a_stochastic_neuron_without_noise_is_an_lif_neuron(reset):
    current = torch.rand(STEPS, SAMPLES, INPUTS, generator=generator())
    quiet = StochasticLIF(width=1e-9, reset=reset, generator=generator())(current, record=True)
    exact = LIF(reset=reset)(current, record=True)
    assert torch.equal(quiet.spikes, exact.spikes)
    torch.testing.assert_close(quiet.membrane, exact.membrane)
    assert 0.02 < exact.spikes.mean() < 0.98


def test_chance_comes_from_the_generator_only():
    current = torch.ones(STEPS, SAMPLES, INPUTS)
    first, again, other = (StochasticLIF(generator=generator(seed))(current) for seed in (0, 0, 1))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_the_score_is_a_third_factor_times_a_presynaptic_trace():
    """d log p / dw = sum over t of (z - p) / width times the membrane's trace of the input."""
    weight = WEIGHT.clone().requires_grad_()
    neuron = StochasticLIF(
        torch.tensor(8.0, dtype=torch.float64), width=0.25, generator=generator()
    )
    recording = neuron(PRE @ weight.T, record=True)
    neuron.log_likelihood(recording.spikes, recording.membrane).sum().backward()
    surprise = (recording.spikes - neuron.probability(recording.membrane)).detach() / 0.25
    expected = torch.einsum("tbm,tbn->mn", surprise, spike_trace(PRE, tau=8.0))
    torch.testing.assert_close(weight.grad, expected, rtol=0, atol=1e-10)


def test_the_log_likelihood_is_that_of_independent_coins():
    neuron = StochasticLIF(width=0.5, generator=generator())
    recording = neuron(torch.rand(STEPS, SAMPLES, INPUTS, generator=generator(3)), record=True)
    p = neuron.probability(recording.membrane)
    expected = torch.where(recording.spikes > 0, p, 1 - p).log()
    torch.testing.assert_close(
        neuron.log_likelihood(recording.spikes, recording.membrane), expected
    )


@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_a_replay_of_what_a_neuron_did_gives_its_membranes(reset):
    neuron = StochasticLIF(reset=reset, width=0.5, generator=generator())
    current = torch.rand(STEPS, SAMPLES, INPUTS, generator=generator(3))
    recording = neuron(current, record=True)
    torch.testing.assert_close(neuron.replay(recording.spikes, current), recording.membrane)
    assert not torch.allclose(neuron.replay(1 - recording.spikes, current), recording.membrane)


@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_the_gradient_through_a_replay_is_that_of_finite_differences(reset):
    neuron = StochasticLIF(torch.tensor(8.0, dtype=torch.float64), width=0.4, reset=reset)

    def log_likelihood(weight):
        return neuron.log_likelihood(POST[:20], neuron.replay(POST[:20], PRE[:20] @ weight.T)).sum()

    assert torch.autograd.gradcheck(log_likelihood, WEIGHT.clone().requires_grad_())


def test_chance_takes_the_place_of_a_surrogate():
    with pytest.raises(ValueError, match=r"^surrogate: "):
        StochasticLIF(surrogate="arctan")
