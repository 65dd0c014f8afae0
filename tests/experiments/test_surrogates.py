"""The experiments of page 05: exact expectations, and records that are what the code gives."""

import numpy as np
import pytest
import torch

from experiments import surrogate_errors, surrogate_shapes
from snn_core.teaching.patterns import WIDTHS, surrogate_of_width
from snn_core.teaching.records import recorded


def seed_torch(seed):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("width", [4, 1 / 4])
@pytest.mark.parametrize("name", WIDTHS)
def test_the_slope_of_the_spike_probability_is_the_density(name, width):
    noise = surrogate_of_width(name, width)
    x = torch.linspace(-0.9, 0.9, 20, dtype=torch.float64).requires_grad_()
    probability = surrogate_errors.spike_probability(x, noise)
    numerical = surrogate_errors.spike_probability(x.detach() + 1e-6, noise) - probability
    torch.testing.assert_close(
        numerical.detach() / 1e-6, noise.derivative(x.detach()) / noise.area, rtol=1e-4, atol=1e-5
    )


def test_the_true_gradient_is_that_of_finite_differences():
    weights, noise, values = surrogate_errors.random_network(3, 1, seed_torch(2))
    (true,) = torch.autograd.grad(
        surrogate_errors.smoothed_loss(weights, noise, values), weights[:1]
    )

    def moved(step):
        return surrogate_errors.smoothed_loss(
            [weights[0] + step, *weights[1:]], noise, values
        ).item()

    steps = 1e-5 * torch.eye(16, dtype=torch.float64).view(16, 4, 4)
    numerical = [(moved(step) - moved(-step)) / 2e-5 for step in steps]
    assert numerical == pytest.approx(true.flatten().tolist(), abs=1e-7)


def test_all_weights_of_the_first_layer_have_a_gradient_of_their_own():
    for gradient in surrogate_errors.gradients(3, 1, seed_torch(0)):
        assert len(gradient[0].unique()) == 16


def test_the_surrogate_of_a_random_network_is_a_density_of_the_given_width():
    _, density, _ = surrogate_errors.random_network(1, 1 / 4, seed_torch(0))
    assert density.area == pytest.approx(1)
    edge = density.derivative(torch.tensor([-1 / 8, 1 / 8]))
    assert edge.tolist() == pytest.approx([density.peak / 2] * 2)


def test_with_one_layer_a_step_along_the_surrogate_goes_downhill():
    found = surrogate_errors.compare(1, 1)
    assert found["uphill"] == found["uphill_all"] == [0, 0]


def test_the_expected_loss_is_the_mean_over_noisy_networks():
    weights, noise, values = surrogate_errors.random_network(2, 1, seed_torch(1))
    spikes = surrogate_errors.all_patterns().expand(20_000, 16, 4)
    generator = seed_torch(3)
    for matrix in weights:
        chance = surrogate_errors.spike_probability(spikes @ matrix.detach() - 1, noise)
        spikes = torch.bernoulli(chance, generator=generator)
    losses = (spikes * values).sum((1, 2))
    error = losses.std() / len(losses) ** 0.5
    expected = surrogate_errors.smoothed_loss(weights, noise, values).item()
    assert abs(losses.mean() - expected) < 4 * error


@pytest.mark.parametrize(("depth", "width"), [(1, 4), (3, 1 / 4)])
def test_the_record_of_errors_is_what_the_code_gives(depth, width):
    found = surrogate_errors.compare(depth, width)
    for name, values in recorded("surrogate_errors").results.items():
        assert values[str(width)][depth - 1] == pytest.approx(found[name], abs=0.003)


def test_with_one_layer_the_direction_is_exact():
    found = surrogate_errors.compare(1, 1 / 4)
    assert found["cosine"] == pytest.approx([1, 0], abs=1e-4)
    assert found["wrong"] == [0, 0]


def test_the_record_of_shapes_has_every_arm_and_seed():
    settings, results = surrogate_shapes.SETTINGS, recorded("surrogate_shapes").results
    shape = (len(settings["widths"]), settings["seeds"])
    for arms in (results["accuracy"], results["loud"]):
        assert list(arms) == list(WIDTHS)
        assert all(np.shape(runs) == shape for runs in arms.values())
    assert np.shape(results["leaky_triangle"]) == np.shape(results["within_reach"]) == shape
    assert all(len(runs) == settings["seeds"] for runs in results["mean_loss"].values())


def test_the_record_knows_how_many_patterns_are_within_reach():
    reach = recorded("surrogate_shapes").results["within_reach"]
    assert surrogate_shapes.within_reach(1 / 4) == pytest.approx(reach[2], abs=1)


def test_a_floor_saves_a_narrow_triangle():
    floor = surrogate_shapes.LeakyTriangle(1 / 16, surrogate_shapes.SETTINGS["floor"])
    plain = surrogate_of_width("triangular", 1 / 16)
    leaky, stuck = (
        surrogate_shapes.train(each, seed=1).train_accuracy[-1] for each in (floor, plain)
    )
    assert leaky > 0.85
    assert stuck < 0.6
