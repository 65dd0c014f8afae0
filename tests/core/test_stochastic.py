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
    with pytest.raises(TypeError, match="surrogate"):
        StochasticLIF(surrogate="arctan")


REFUSED = {
    "another shape": (lambda n: n.log_likelihood(POST, torch.zeros(STEPS, 1, 1)), "membrane"),
    "swapped": (lambda n: n.log_likelihood(torch.zeros(2, 1, 1), torch.zeros(2, 1, 5)), "membrane"),
    "no spikes": (lambda n: n.log_likelihood(0.5 * POST, POST), "spikes"),
    "whole numbers": (lambda n: n.log_likelihood(POST.long(), POST), "spikes"),
    "nan": (lambda n: n.log_likelihood(POST, POST / 0 * 0), "membrane"),
    "a list": (lambda n: n.probability([0.5]), "membrane"),
    "neurons": (lambda n: n.replay(POST, PRE), "current"),
    "too many axes": (lambda n: n.replay(POST, POST[:, None]), "current"),
    "too few steps": (lambda n: n.replay(POST, POST[:-1]), "current"),
    "other trains": (lambda n: n.replay(2 * POST, POST), "spikes"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_trains_and_membranes_that_do_not_fit_are_refused(case):
    call, argument = REFUSED[case]
    with pytest.raises(ValueError, match=f"^{argument}: got .*, expected "):
        call(StochasticLIF())


def test_a_replay_takes_a_current_that_broadcasts():
    neuron = StochasticLIF(beta=0.5)
    whole = neuron.replay(POST, PRE[:, :, :1].expand_as(POST))
    assert torch.equal(neuron.replay(POST, PRE[:, :, :1]), whole)
    one = neuron.replay(POST, PRE[:, :1, 0])
    assert torch.equal(one, neuron.replay(POST, PRE[:, :1, :1].expand_as(POST)))


@pytest.mark.parametrize("trains_in", [torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("current_in", [torch.bfloat16, torch.float32, torch.float64])
def test_a_replay_and_its_score_are_wide(trains_in, current_in):
    neuron = StochasticLIF(300.0, threshold=torch.tensor([0.8, 1.2]), width=0.5)
    current = PRE[..., :2].to(current_in)
    membrane = neuron.replay(POST.to(trains_in), current)
    wide = torch.promote_types(current_in, torch.float32)
    assert membrane.dtype == wide
    exact = neuron.replay(POST, current.double())
    torch.testing.assert_close(membrane.double(), exact, rtol=1e-5, atol=1e-5)
    score = neuron.log_likelihood(POST.to(trains_in), membrane)
    torch.testing.assert_close(
        score.double(), neuron.log_likelihood(POST, exact), rtol=1e-4, atol=1e-5
    )
    assert neuron.probability(membrane.bfloat16()).dtype == torch.float32
