"""Conversion: neurons against integers, the converted network against the ordinary one."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from snn_core import LIF
from snn_core.conversion import (
    IF,
    ClipFloorShift,
    RunningMean,
    Scale,
    convert,
    error_parts,
    fold_batch_norm,
    staircase,
)
from snn_core.datasets import mnist_mini
from snn_core.layers import Repeat, require_order
from snn_core.losses import summed_membrane_cross_entropy
from snn_core.training import fit, seed_torch

NAN = float("nan")


def draws(*shape, seed=0, dtype=torch.float64):
    """Return normal numbers that are the same at every call."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=dtype)


def neurons_of(network):
    return [layer for layer in network.modules() if isinstance(layer, IF)]


def ordinary(activation=nn.ReLU, seed=0):
    """Return a small convolutional network in float64 whose batch norms have seen something."""
    torch.manual_seed(seed)
    network = nn.Sequential(
        nn.Conv2d(1, 3, 3, padding=1, bias=False),
        nn.BatchNorm2d(3),
        activation(),
        nn.AvgPool2d(2),
        nn.Conv2d(3, 4, 3),
        nn.BatchNorm2d(4, affine=False),
        activation(),
        nn.Flatten(),
        nn.Dropout(0.5),
        nn.Linear(16, 6),
        nn.BatchNorm1d(6),
        activation(),
        nn.Linear(6, 2),
    ).double()
    for part in network:
        if isinstance(part, (nn.BatchNorm1d, nn.BatchNorm2d)) and part.affine:
            nn.init.uniform_(part.weight, 0.5, 2)
            nn.init.normal_(part.bias)
    for _ in range(5):
        network(draws(32, 1, 8, 8))
    return network.eval()


# One neuron


def spikes_by_integers(current, threshold, steps, start):
    """Return how many spikes integer inputs cause, by the rule in the words of the conventions."""
    state, count = start, 0
    for _ in range(steps):
        state += current
        if state > threshold:
            state -= threshold
            count += 1
    return count


@pytest.mark.parametrize("steps", [1, 2, 4, 16])
@pytest.mark.parametrize("start", [0.0, 0.25, 0.5])
def test_neurons_under_a_constant_current_climb_the_staircase(steps, start):
    """Exactly, also where the membrane meets the threshold: all numbers here are sixteenths."""
    currents = range(-20, 45)
    counts = [spikes_by_integers(each, 32, steps, int(32 * start)) for each in currents]
    assert len(set(counts)) == steps + 1
    current = torch.tensor(currents) / 16
    spikes = IF(threshold=2.0, start=start)(current.expand(steps, 1, -1))
    assert spikes.sum((0, 1)).tolist() == counts
    even = staircase(current, 2.0, steps, start)
    assert even.tolist() == [2.0 * count / steps for count in counts]


def test_off_the_integers_the_staircase_is_the_floor_of_the_paper():
    current = draws(1000)
    floor = (current * 8 / 1.5 + 0.5).floor().clamp(0, 8) * 1.5 / 8
    assert torch.equal(ClipFloorShift(8, 1.5).double()(current), floor)
    assert floor.unique().numel() == 9


@pytest.mark.parametrize("start", [0.0, 0.5])
@pytest.mark.parametrize("steps", [1, 7, 32])
def test_the_staircase_is_within_a_tread_of_the_activation(steps, start):
    """And no tread can be closer on both sides: the largest error is nearly the bound."""
    activation = torch.linspace(0, 3, 4001, dtype=torch.float64)
    error = (staircase(activation, 3.0, steps, start) - activation) * steps / 3
    assert error.min() >= start - 1 - 1e-9
    assert error.max() <= start + 1e-9
    assert error.max() - error.min() > 0.98


def test_what_comes_in_is_in_the_spikes_and_in_the_membrane():
    """Equation 9 of Bu et al. 2022, for any current whatsoever."""
    current = draws(50, 4, 5)
    found = IF(threshold=0.7, start=0.3)(current, record=True)
    rate = 0.7 * found.spikes.mean(0)
    left = (found.state - 0.3 * 0.7) / 50
    assert 0.1 < found.spikes.mean() < 0.9
    torch.testing.assert_close(rate, current.mean(0) - left, rtol=0, atol=1e-12)


def test_a_neuron_that_starts_at_rest_is_a_lif_neuron_without_a_leak():
    current = draws(30, 2, 3)
    expected = LIF(beta=1.0, threshold=1.3)(current, record=True)
    found = IF(1.3, start=0.0)(current, record=True)
    assert expected.spikes.sum() > 5
    assert all(map(torch.equal, found, expected))


def test_the_worth_of_a_spike_has_the_slope_of_the_activation_at_the_threshold():
    """A surrogate derivative in units of the threshold: 1 there, 1/4 a tenth of it above."""
    current = torch.tensor([2.5, 2.75]).view(1, 1, 2).requires_grad_()
    Scale(2.5)(IF(2.5, start=0.0)(current)).sum().backward()
    torch.testing.assert_close(current.grad.flatten(), torch.tensor([1.0, 0.25]))


def test_the_readout_is_the_mean_so_far():
    current = draws(6, 2, 3)
    expected = torch.stack([current[: t + 1].mean(0) for t in range(6)])
    torch.testing.assert_close(RunningMean()(current), expected)
    assert RunningMean()(current.bfloat16()).dtype == torch.float32


# The activation that is trained for it


def slopes(z, clip, levels):
    """Return the gradients of one activation by its input and by its clip level."""
    layer = ClipFloorShift(levels, clip).double()
    z = torch.tensor(z, dtype=torch.float64, requires_grad=True)
    layer(z).backward()
    return z.grad.item(), layer.clip.grad.item()


@pytest.mark.parametrize("z", [-0.3, -0.2, 0.1, 0.4, 0.9, 1.7, 1.8, 5.0])
def test_gradients_are_those_of_the_formula_with_a_straight_floor(z):
    """With h = clip/L floor(z L/clip + 1/2): 1 and (h - z)/clip inside; 0, and 1 above, outside."""
    clip, levels = 2.0, 4
    half = clip / (2 * levels)
    inside = -half < z < clip - half
    h = min(max(np.floor(z * levels / clip + 0.5), 0), levels) * clip / levels
    by_clip = (h - z) / clip if inside else float(z > clip - half)
    assert slopes(z, clip, levels) == pytest.approx((float(inside), by_clip))


@pytest.mark.parametrize("z", [-1.0, 0.3, 1.1, 5.0])
def test_gradients_are_finite_differences_of_what_is_left_without_the_rounding(z):
    clip, levels, step = 2.0, 4, 1e-6

    def unrounded(x):
        return min(max(x, 0), levels)

    x = z * levels / clip + 0.5
    tread = ClipFloorShift(levels, clip)(torch.tensor(z)).item()
    rounding = tread * levels / clip - unrounded(x)

    def smooth(z, clip):
        return (unrounded(z * levels / clip + 0.5) + rounding) * clip / levels

    by_input = (smooth(z + step, clip) - smooth(z - step, clip)) / (2 * step)
    by_clip = (smooth(z, clip + step) - smooth(z, clip - step)) / (2 * step)
    assert slopes(z, clip, levels) == pytest.approx((by_input, by_clip), abs=1e-8)


def test_the_clip_level_is_learnt():
    layer = ClipFloorShift(levels=4, clip=1.0)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    inputs = torch.linspace(0, 3, 100)
    for _ in range(200):
        optimizer.zero_grad()
        (layer(inputs) - inputs).square().mean().backward()
        optimizer.step()
    assert layer.clip.item() > 2.5


def test_with_as_many_steps_as_levels_one_layer_is_converted_exactly():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(6, 50), ClipFloorShift(8, 0.8), nn.Linear(50, 3)).double()
    inputs = draws(40, 6)
    spiking = convert(network, inputs, steps=8)
    (parts,) = error_parts(spiking, inputs)
    assert (parts.clipping < -0.1).any()
    assert (parts.quantisation.abs() > 0.01).any()
    torch.testing.assert_close(spiking(inputs)[-1], network(inputs), rtol=0, atol=1e-12)


# The converted network


def test_the_first_layer_says_its_activation_within_half_a_tread():
    """Its input is the same at every step; the others' is not."""
    network, inputs = ordinary(), draws(20, 1, 8, 8, seed=1)
    activation = network[:3](inputs)
    for steps in (1, 4, 32):
        spiking = convert(network, inputs, steps, percentile=100)
        first = neurons_of(spiking)[0]
        threshold = first.threshold.item()
        rate = threshold * spiking[:3](inputs).mean(0)
        error = (rate - activation).abs().max() * steps / threshold
        assert 0.45 < error <= 0.5 + 1e-9
        assert threshold == pytest.approx(activation.max().item())


def layer_errors(network, inputs, steps):
    """Return the errors of each layer's rates, in thresholds."""
    spiking = convert(network, inputs, steps, percentile=100)
    layers = neurons_of(spiking)
    rates, activations = [], []
    hooks = [
        layer.register_forward_hook(lambda of, _, out: rates.append(of.threshold * out.mean(0)))
        for layer in layers
    ]
    spiking(inputs)
    for hook in hooks:
        hook.remove()
    values = inputs
    for part in network:
        values = part(values)
        if isinstance(part, nn.ReLU):
            activations.append(values)
    pairs = zip(layers, rates, activations, strict=True)
    return [(rate - wanted).abs() / layer.threshold for layer, rate, wanted in pairs]


def test_every_layer_comes_closer_as_one_over_the_number_of_steps():
    """In the mean within 1/T thresholds; the largest error is a few of them, for any T."""
    network, inputs = ordinary(), draws(20, 1, 8, 8, seed=1)
    for steps in (64, 1024):
        errors = layer_errors(network, inputs, steps)
        assert all(0.05 < error.mean() * steps < 1 for error in errors)
        assert all(error.max() * steps < 3 for error in errors)


@pytest.fixture(scope="module")
def digits():
    """Return mini MNIST as images ``[B, 1, 28, 28]``: to train, and to test."""
    found = mnist_mini()
    images = found.train_images.unsqueeze(1), found.test_images.unsqueeze(1)
    return images[0], found.train_labels, images[1], found.test_labels


@pytest.fixture(scope="module")
def trained(digits):
    """Return a convolutional network that reads mini MNIST."""
    generator = seed_torch(0)
    network = nn.Sequential(
        nn.AvgPool2d(2),
        nn.Conv2d(1, 4, 5),
        nn.BatchNorm2d(4),
        nn.ReLU(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(100, 40),
        nn.BatchNorm1d(40),
        nn.ReLU(),
        nn.Linear(40, 10),
    )
    fit(
        nn.Sequential(network, Repeat(1)),
        digits[0],
        digits[1],
        loss=summed_membrane_cross_entropy,
        optimizer=torch.optim.Adam(network.parameters(), lr=1e-2),
        epochs=5,
        batch_size=50,
        generator=generator,
        progress=False,
    )
    return network.eval()


@torch.no_grad()
def test_after_many_steps_it_answers_as_the_ordinary_network(digits, trained):
    train, _, images, labels = digits
    answers = trained(images).argmax(1)
    assert (answers == labels).float().mean() > 0.95
    spiking = convert(trained, train[:1000], 1024, percentile=100)
    scores = torch.cat([spiking(part)[-1] for part in images.split(50)])
    assert (scores.argmax(1) == answers).float().mean() >= 0.999
    assert (scores - trained(images)).abs().mean() < 0.02


@torch.no_grad()
def test_the_maximum_fails_where_a_percentile_and_a_start_do_not(digits, trained):
    train, _, images, labels = digits

    def accuracy(**options):
        scores = convert(trained, train[:1000], 4, **options)(images)[-1]
        return (scores.argmax(1) == labels).float().mean().item()

    worst = accuracy(percentile=100, start=0.0)
    assert worst < accuracy(start=0.0) < accuracy()
    assert worst < 0.8
    assert accuracy() > 0.9


def test_scores_are_the_last_layer_of_the_mean_rates():
    network, inputs = ordinary(), draws(10, 1, 8, 8, seed=1)
    spiking = convert(network, inputs, 16)
    spikes = spiking[:-2](inputs)
    rate = neurons_of(spiking)[-1].threshold * spikes.mean(0)
    torch.testing.assert_close(spiking(inputs)[-1], network[-1](rate))
    shorter = convert(network, inputs, 5)(inputs)
    torch.testing.assert_close(spiking(inputs)[:5], shorter)


@pytest.mark.parametrize("percentile", [0.01, 50, 99.9, 100])
def test_thresholds_are_percentiles_of_the_activations_above_zero(percentile):
    network, inputs = ordinary(), draws(30, 1, 8, 8, seed=1)
    layers = neurons_of(convert(network, inputs, 4, percentile=percentile))
    for layer, end in zip(layers, (3, 7, 12), strict=True):
        values = network[:end](inputs).detach().flatten().numpy()
        expected = np.percentile(values[values > 0], percentile, method="inverted_cdf")
        assert layer.threshold.item() == pytest.approx(expected, rel=1e-12)


def test_a_trained_clip_level_is_the_threshold():
    network = ordinary(lambda: ClipFloorShift(4, 1.25))
    spiking = convert(network, draws(10, 1, 8, 8), 4)
    assert [layer.threshold.item() for layer in neurons_of(spiking)] == [1.25] * 3
    assert "IF(threshold=1.25, start=0.5)" in str(spiking)
    assert "Scale(1.25)" in str(spiking)
    assert "ClipFloorShift(levels=4, clip=1.25)" in str(network)


# Where the error comes from


def test_the_parts_add_up_to_the_error_of_a_layer():
    network, inputs = ordinary(), draws(30, 1, 8, 8, seed=1)
    spiking = convert(network, inputs, 8, percentile=90)
    first, second, third = error_parts(spiking, inputs)
    threshold = neurons_of(spiking)[0].threshold
    errors = threshold * spiking[:3](inputs).mean(0) - network[:3](inputs)
    torch.testing.assert_close(sum(first), errors, rtol=0, atol=1e-12)
    torch.testing.assert_close(
        first.clipping, -(network[:3](inputs) - threshold).relu(), rtol=0, atol=1e-12
    )
    assert first.quantisation.abs().max() <= threshold / 16 + 1e-12
    assert first.arrival.abs().max() < 1e-12
    assert second.arrival.abs().max() > 0.01
    assert third.clipping.shape == (30, 6)


def test_an_uneven_current_causes_spikes_that_its_mean_does_not():
    """Membranes of 1.5, 2, -0.5, -0.2: two spikes in four steps; at 0.45 per step it is one."""
    network = nn.Sequential(Late(), IF(1.0, start=0.0))
    (parts,) = error_parts(network, torch.zeros(1, 1))
    assert [each.item() for each in parts] == pytest.approx([0.0, 0.25 - 0.45, 0.5 - 0.25])


class Late(nn.Module):
    def forward(self, _):
        return torch.tensor([1.5, 1.5, -1.5, 0.3]).view(4, 1, 1)


# Batch norm


def test_folding_a_batch_norm_changes_no_output():
    network, inputs = ordinary(), draws(10, 1, 8, 8, seed=1)
    whole = network(inputs)
    for given in (network, copy.deepcopy(network).train()):
        folded = fold_batch_norm(given)
        assert folded.training == given.training
        assert not [part for part in folded if isinstance(part, nn.modules.batchnorm._BatchNorm)]
        torch.testing.assert_close(folded.eval()(inputs), whole, rtol=0, atol=1e-12)


def test_two_batch_norms_are_folded_into_one_layer():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.BatchNorm1d(4)).double()
    network(3 + 2 * draws(50, 3))
    folded = fold_batch_norm(network.eval())
    assert len(folded) == 1
    torch.testing.assert_close(folded(draws(5, 3)), network(draws(5, 3)), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("layers", "said"),
    [
        ([nn.BatchNorm1d(3)], "BatchNorm1d at layer 0"),
        ([nn.Linear(2, 3), nn.ReLU(), nn.BatchNorm1d(3)], "BatchNorm1d at layer 2"),
        ([nn.Linear(2, 3), nn.BatchNorm1d(4)], "BatchNorm1d at layer 1"),
        ([nn.Conv2d(2, 3, 3), nn.BatchNorm1d(3)], "BatchNorm1d at layer 1"),
        ([nn.Linear(2, 3), nn.BatchNorm1d(3, track_running_stats=False)], "a running mean"),
    ],
)
def test_a_batch_norm_that_cannot_be_folded_is_named(layers, said):
    with pytest.raises(ValueError, match=f"^network: got .*{said}"):
        fold_batch_norm(nn.Sequential(*layers))


# What is kept


def test_it_is_the_same_whatever_mode_it_was_given_in_and_the_given_one_stays():
    network, inputs = ordinary(), draws(20, 1, 8, 8, seed=1)
    before = copy.deepcopy(network.state_dict())
    calibration = inputs.clone()
    expected = convert(network, calibration, 8)(inputs)
    found = convert(network.train(), calibration, 8)
    assert torch.equal(found(inputs), expected)
    assert torch.equal(found.eval()(inputs), expected)
    assert all(map(torch.equal, network.state_dict().values(), before.values()))
    assert all(part.training for part in network)
    assert torch.equal(calibration, inputs)
    theirs = {parameter.data_ptr() for parameter in network.parameters()}
    assert not theirs & {parameter.data_ptr() for parameter in found.parameters()}


def test_an_activation_in_place_leaves_the_calibration_as_it_is():
    network = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(3, 2))
    calibration = draws(20, 3, dtype=torch.float32)
    spiking = convert(network, calibration, 4)
    assert (calibration < 0).any()
    rate = neurons_of(spiking)[0].threshold * spiking[:2](calibration).mean(0)
    assert (rate - calibration.relu()).abs().mean() < 0.2


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_device_and_dtype_are_kept(dtype):
    network = ordinary().to(dtype)
    inputs = draws(20, 1, 8, 8, dtype=torch.float32).to(dtype)
    spiking = convert(network, inputs, 4)
    assert {parameter.dtype for parameter in spiking.parameters()} == {dtype}
    assert spiking[:3](inputs).dtype == dtype
    assert spiking(inputs).dtype == torch.promote_types(dtype, torch.float32)
    assert all(layer.threshold.dtype == torch.float64 for layer in neurons_of(spiking))


def test_weights_are_kept_and_can_be_trained_on():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(3, 20), nn.ReLU(), nn.Linear(20, 10), nn.ReLU())
    network.append(nn.Linear(10, 2))
    inputs = draws(30, 3, dtype=torch.float32)
    spiking = convert(network, inputs, 8)
    assert all(map(torch.equal, spiking.parameters(), network.parameters()))
    require_order(spiking)
    spiking(inputs)[-1].square().sum().backward()
    assert all(parameter.grad.norm() > 0 for parameter in spiking.parameters())


def test_a_checkpoint_belongs_to_one_start():
    network, inputs = ordinary(), draws(20, 1, 8, 8)
    spiking = convert(network, inputs, 4)
    again = convert(network, inputs, 4)
    again.load_state_dict(spiking.state_dict())
    with pytest.raises(ValueError, match="start: got"):
        convert(network, inputs, 4, start=0.0).load_state_dict(spiking.state_dict())


# Other networks


def test_inner_sequences_are_taken_in_their_order():
    network, inputs = ordinary(), draws(20, 1, 8, 8, seed=1)
    nested = nn.Sequential(network[:3], nn.Sequential(network[3:7], nn.Sequential(*network[7:])))
    expected = convert(network, inputs, 8)(inputs)
    assert torch.equal(convert(nested, inputs, 8)(inputs), expected)
    torch.testing.assert_close(fold_batch_norm(nested).eval()(inputs), network(inputs))


def test_a_module_that_stands_twice_is_two_layers_with_thresholds_of_their_own():
    torch.manual_seed(0)
    shared, relu = nn.Linear(4, 4), nn.ReLU()
    shared.weight.data *= 3
    network = nn.Sequential(shared, relu, shared, relu, nn.Linear(4, 2)).double()
    twins = nn.Sequential(
        *(copy.deepcopy(part) for part in (shared, relu, shared, relu, network[-1]))
    )
    inputs = draws(50, 4)
    spiking = convert(network, inputs, 16)
    first, second = (layer.threshold.item() for layer in neurons_of(spiking))
    assert first != second
    assert torch.equal(spiking(inputs), convert(twins, inputs, 16)(inputs))


def test_layers_without_an_activation_between_them_stay_so():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(4, 9), nn.ReLU(), nn.Linear(9, 5), nn.Linear(5, 3)).double()
    inputs = draws(50, 4)
    spiking = convert(network, inputs, 512, percentile=100)
    assert len(neurons_of(spiking)) == 1
    torch.testing.assert_close(spiking(inputs)[-1], network(inputs), rtol=0, atol=0.01)


def test_a_network_may_end_with_an_activation():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(4, 9), nn.ReLU()).double()
    inputs = draws(50, 4)
    found = convert(network, inputs, 512, percentile=100)(inputs)[-1]
    torch.testing.assert_close(found, network(inputs), rtol=0, atol=0.01)


# Faults

PLAIN = nn.Sequential(nn.Linear(2, 3), nn.ReLU(), nn.Linear(3, 1))
nn.init.ones_(PLAIN[0].weight)
nn.init.zeros_(PLAIN[0].bias)
SOME = draws(5, 2, dtype=torch.float32).abs()


class Odd(nn.Sequential):
    def forward(self, inputs):
        return self[0](inputs)


class Doubled(nn.Linear):
    def forward(self, inputs):
        return 2 * super().forward(inputs)


def with_layer(layer):
    return nn.Sequential(nn.Linear(2, 3), nn.Sequential(nn.ReLU(), layer))


def dead():
    network = copy.deepcopy(PLAIN)
    nn.init.constant_(network[0].bias, -100.0)
    return network


def clipped_at(level):
    layer = ClipFloorShift()
    nn.init.constant_(layer.clip, level)
    return nn.Sequential(nn.Linear(2, 3), layer)


def broken():
    network = copy.deepcopy(PLAIN)
    nn.init.constant_(network[0].weight, NAN)
    return network


FAULTS = {
    "no network": (lambda: convert(nn.ReLU(), SOME, 4), "network: got ReLU"),
    "its own forward": (lambda: convert(Odd(*PLAIN), SOME, 4), "network: got Odd"),
    "an inner one of its own": (
        lambda: convert(nn.Sequential(Odd(*PLAIN)), SOME, 4),
        "network: got Odd at layer 0",
    ),
    "max pooling": (
        lambda: convert(with_layer(nn.MaxPool2d(2)), SOME, 4),
        "network: got MaxPool2d at layer 1.1, expected AvgPool2d",
    ),
    "sigmoid": (
        lambda: convert(with_layer(nn.Sigmoid()), SOME, 4),
        "network: got Sigmoid at layer 1.1, expected one of Linear, Conv2d",
    ),
    "a linear layer of its own": (
        lambda: convert(with_layer(Doubled(3, 3)), SOME, 4),
        "network: got Doubled at layer 1.1",
    ),
    "a spiking layer": (lambda: convert(with_layer(LIF()), SOME, 4), "network: got LIF at layer"),
    "no activation": (
        lambda: convert(nn.Sequential(nn.Linear(2, 3)), SOME, 4),
        "network: got no activation",
    ),
    "norm behind an activation": (
        lambda: convert(with_layer(nn.BatchNorm1d(3)), SOME, 4),
        "network: got BatchNorm1d at layer 1.1",
    ),
    "dead layer": (
        lambda: convert(dead(), SOME, 4),
        "calibration: got no activation above 0 behind ReLU at layer 1",
    ),
    "clip level": (lambda: convert(clipped_at(-1.0), SOME, 4), "network: got a clip of -1 at"),
    "weights": (lambda: convert(broken(), SOME, 4), "network: got NaN or infinite values behind L"),
    "empty": (lambda: convert(PLAIN, SOME[:0], 4), "calibration: got shape"),
    "NaN": (lambda: convert(PLAIN, SOME * NAN, 4), "calibration: got NaN"),
    "infinite": (lambda: convert(PLAIN, SOME / 0, 4), "calibration: got infinite"),
    "integers": (lambda: convert(PLAIN, torch.ones(5, 2).long(), 4), "calibration: got torch.int"),
    "width": (
        lambda: convert(PLAIN, torch.rand(5, 3), 4),
        "calibration: got .* at layer 0, expected what Linear takes",
    ),
    "dtype": (lambda: convert(PLAIN, SOME.double(), 4), "calibration: got torch.float64"),
    "percentile 0": (lambda: convert(PLAIN, SOME, 4, percentile=0), "percentile: got 0"),
    "percentile 101": (lambda: convert(PLAIN, SOME, 4, percentile=101), "percentile: got 101"),
    "no steps": (lambda: convert(PLAIN, SOME, 0), "steps: got 0"),
    "half a step": (lambda: convert(PLAIN, SOME, 2.5), "steps: got 2.5"),
    "start": (lambda: convert(PLAIN, SOME, 4, start=1.0), "start: got 1.0"),
    "start below": (lambda: IF(start=-0.1), "start: got -0.1"),
    "threshold": (lambda: IF(threshold=0.0), "threshold: got 0.0"),
    "factor": (lambda: Scale(0.0), "factor: got 0.0"),
    "levels": (lambda: ClipFloorShift(levels=0), "levels: got 0"),
    "clip": (lambda: ClipFloorShift(clip=0.0), "clip: got 0.0"),
    "staircase of nothing": (lambda: staircase(SOME, 0.0, 4), "threshold: got 0.0"),
    "staircase without steps": (lambda: staircase(SOME, 1.0, 0), "steps: got 0"),
    "staircase of NaN": (lambda: staircase(SOME * NAN, 1.0, 4), "current: got NaN"),
    "staircase from above": (lambda: staircase(SOME, 1.0, 4, start=1.5), "start: got 1.5"),
    "readout": (lambda: RunningMean()(torch.rand(3)), "current: got shape"),
    "parts of nothing": (lambda: error_parts(PLAIN, SOME), "network: got no IF neurons"),
    "parts of a function": (lambda: error_parts(torch.relu, SOME), "network: got"),
    "folding no network": (lambda: fold_batch_norm(nn.ReLU()), "network: got ReLU"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_named(name):
    call, said = FAULTS[name]
    with pytest.raises(ValueError, match=f"^{said}"):
        call()


def test_a_converted_network_takes_no_nan():
    with pytest.raises(ValueError, match="current: got NaN"):
        convert(PLAIN, SOME, 4)(SOME * NAN)
