"""Studies: the parts that pages and experiments share do what they say."""

import math

import pytest
import torch
from torch import nn

from snn_core import LIF, LeakyIntegrator, StochasticLIF, losses
from snn_core.datasets import mnist_mini
from snn_core.online import OnlineLIF, OnlineNetwork, count_error
from snn_core.teaching.studies import (
    alignment,
    codes_and_losses,
    convolutional,
    gradient_rules,
    layer_stack,
    learning_rules,
    local_learning,
    precise_spikes,
    unlabelled,
    wanted_trains,
)
from snn_core.training import one_cycle, seed_torch

IMAGES = mnist_mini().train_images[:8]


@pytest.mark.parametrize("loss", codes_and_losses.LOSSES)
@pytest.mark.parametrize("code", [*codes_and_losses.CODES, "population with black"])
def test_every_code_goes_with_every_loss(code, loss):
    generator = torch.Generator().manual_seed(0)
    inputs = codes_and_losses.coder(code, generator)(IMAGES.flatten(1))
    output = codes_and_losses.classifier(code, loss)(inputs)
    objective = codes_and_losses.LOSSES[loss]
    assert len(output) == codes_and_losses.STEPS
    assert objective.decode(output).shape == (8, 10)
    assert objective(output, torch.arange(8)).isfinite()


def test_a_trial_multiplies_the_output_that_its_loss_reads():
    data = IMAGES.flatten(1), torch.arange(8)

    def spikes(lr, scale):
        loss = "summed_membrane_cross_entropy"
        return codes_and_losses.trial("direct", loss, lr, data, data, epochs=9, scale=scale).spikes

    assert spikes(1e-3, 0.0) == spikes(1e-2, 0.0)  # nothing is learned from an output of 0
    assert len({spikes(1e-3, scale) for scale in (0.0, 0.1, 1.0)}) == 3


def test_random_ties_pool_as_pytorch_does_and_spread_the_gradient():
    torch.manual_seed(0)
    spikes = (torch.rand(400, 3, 4, 4) < 0.7).float().requires_grad_()
    pooled = convolutional.RandomTies(2)(spikes)
    assert torch.equal(pooled, nn.MaxPool2d(2)(spikes))
    pooled.sum().backward()
    assert spikes.grad.sum() == pooled.numel()
    firing = pooled.repeat_interleave(2, 2).repeat_interleave(2, 3) == 1
    assert not (
        spikes.grad * firing * (1 - spikes)
    ).any()  # only a spike gets it, where there is one
    corners = [spikes.grad[..., i::2, j::2].mean().item() for i in (0, 1) for j in (0, 1)]
    assert corners == pytest.approx([0.25] * 4, abs=0.03)


@pytest.mark.parametrize("name", convolutional.POOLING)
def test_every_order_of_pooling_reads_half_size_images(name):
    network = convolutional.pooled_network(*convolutional.POOLING[name])
    assert network(torch.rand(5, 1, 14, 14)).shape == (convolutional.STEPS, 5, 10)


@pytest.mark.parametrize("name", convolutional.KINDS)
@pytest.mark.parametrize("depth", [2, 6])
def test_every_kind_of_deep_network_has_its_depth(name, depth):
    network = convolutional.deep_network(depth=depth, **convolutional.KINDS[name])
    assert network(torch.rand(3, 1, 14, 14)).shape == (convolutional.STEPS, 3, 10)
    parts = list(network.modules())
    assert sum(isinstance(part, LIF) for part in parts) == depth
    assert sum(isinstance(part, nn.Conv2d) for part in parts) == depth


def test_the_corners_share_the_gradient_that_reaches_the_pooling():
    torch.manual_seed(0)
    images, labels = torch.rand(20, 1, 14, 14), torch.arange(20) % 10
    found = {}
    for name in ("LIF, then max", "LIF, then average", "max, then LIF"):
        network = convolutional.pooled_network(*convolutional.POOLING[name])
        shares, found[name] = convolutional.corner_shares(network, images, labels)
        assert shares.sum().item() == pytest.approx(100)
        assert (shares[0, 0] > 50) == (name == "LIF, then max")
    assert found["LIF, then max"] > 0.5 > 0.01 > found["max, then LIF"]
    corners = convolutional.by_corner(torch.arange(16.0).view(4, 4))
    assert corners[:, 0].tolist() == [0, 1, 4, 5]


def test_weight_gradients_come_from_the_input_to_the_output():
    torch.manual_seed(0)
    network = convolutional.deep_network(depth=3)
    found = convolutional.weight_gradients(network, torch.rand(4, 1, 14, 14), torch.arange(4))
    assert [len(each) for each in found] == [72, 576, 576]
    assert all(each.abs().max() > 0 for each in found)


def test_a_readout_finds_the_digit_in_spikes_and_no_class_where_there_is_none():
    torch.manual_seed(0)
    digits = mnist_mini()
    images, labels = nn.AvgPool2d(2)(digits.train_images[:600, None]), digits.train_labels[:600]
    network = convolutional.deep_network(depth=2)
    first = [parameter.clone() for parameter in network.parameters()]
    shares = convolutional.read_from_layers(network, images, labels, held_out=200)
    assert len(shares) == 2
    assert min(shares) > 0.5
    chance = torch.randint(10, (600,))
    assert max(convolutional.read_from_layers(network, images, chance, held_out=200)) < 0.25
    assert all(map(torch.equal, first, network.parameters()))


class Doubled(nn.Module):
    def forward(self, x):
        return 2 * x


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (convolutional.AddSpikes, [1, 9, 18]),
        (convolutional.AddCurrents, [0, 9, 18]),
        (convolutional.AddToStream, [1, 3, 18]),
    ],
)
def test_shortcuts_add_where_they_say(kind, expected):
    """Synapses that double, and neurons that let pass what is above 5."""
    layer = kind(Doubled(), nn.Threshold(5.0, 0.0))
    assert layer(torch.tensor([1.0, 3.0, 6.0])).tolist() == expected


def test_slow_digits_bring_as_many_spikes():
    images = IMAGES.flatten(1)
    few, many = (
        gradient_rules.encode_still(images, torch.Generator().manual_seed(0), steps).sum()
        for steps in (10, 30)
    )
    assert (many / few).item() == pytest.approx(1, abs=0.05)


def test_every_trial_is_a_gradient_rule_a_rule_of_its_own_or_a_control():
    own = set(learning_rules.LEARN) | {"last_layer", "untrained"}
    assert set(learning_rules.TRIALS) == set(gradient_rules.GRADIENT_RULES) | own
    assert len(set(learning_rules.TRIALS)) == len(learning_rules.TRIALS)


def test_membranes_are_read_from_neurons_that_do_not_reset():
    for loss, kind in (("membrane_cross_entropy", LeakyIntegrator), ("count_cross_entropy", LIF)):
        network = codes_and_losses.classifier("rate", loss)
        assert type(network[3]) is kind
        assert network[3].tau_mem.item() == pytest.approx(codes_and_losses.TAU_MEM)
        assert network[1].tau_mem.item() == pytest.approx(codes_and_losses.TAU_MEM)


def test_a_stream_has_its_neurons_last():
    """Identity shortcuts add currents; the neurons stand in front of each layer's synapses."""
    for name, kind in (("to stream, narrow", LIF), ("plain, narrow", nn.Sequential)):
        network = convolutional.deep_network(depth=3, **convolutional.KINDS[name])
        assert type(network[4]) is kind
        assert isinstance(network[2], LIF) == (name == "plain, narrow")


def two_layers():
    torch.manual_seed(0)
    return gradient_rules.two_layers(6)


def test_the_task_has_ten_neurons_with_one_time_constant():
    network = two_layers()
    assert [network[0].out_features, network[2].out_features] == [6, 10]
    for neuron in (network[1], network[3]):
        assert neuron.tau_mem.item() == pytest.approx(gradient_rules.TAU_MEM)
    assert network[3].surrogate.scale == gradient_rules.WIDE


def test_random_matrices_come_from_the_seed_of_a_learner():
    torch.manual_seed(0)
    one, two, other = (
        gradient_rules.learner_for("feedback_alignment", two_layers(), seed) for seed in (1, 1, 2)
    )
    assert torch.equal(one.matrices[0], two.matrices[0])
    assert not torch.equal(one.matrices[0], other.matrices[0])


def test_the_gradient_of_bptt_is_aligned_with_itself_and_takes_all_samples():
    """More than 50 samples, shown in parts: each part's error is a mean over its own samples."""
    network = two_layers()
    inputs = (torch.rand(5, 70, 784) < 0.2).float()
    labels = torch.arange(70) % 10
    learner = gradient_rules.learner_for("bptt", network, steps=5)
    assert gradient_rules.alignment(learner, network, inputs, labels) == pytest.approx(1, rel=1e-4)
    found = gradient_rules.hidden_gradient(learner, network, inputs, labels)
    assert network[0].weight.grad is None
    parts = ((inputs[:, :50], labels[:50]), (inputs[:, 50:], labels[50:]))
    loss = sum(losses.count_cross_entropy(network(some), answers) for some, answers in parts)
    (expected,) = torch.autograd.grad(loss, network[0].weight)
    assert expected.abs().max() > 0
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-7)
    silent = gradient_rules.learner_for("last_layer", network, steps=5)
    assert math.isnan(gradient_rules.alignment(silent, network, inputs, labels))


def test_shifted_digits_move_by_up_to_one_pixel_along_both_axes():
    dot = torch.zeros(1, 28, 28)
    dot[0, 14, 14] = 1
    generator = torch.Generator().manual_seed(0)
    seen = set()
    for _ in range(100):
        spikes = gradient_rules.encode_shifted(dot.flatten(1), generator)
        (where,) = spikes.sum(0)[0].nonzero().flatten().tolist()
        seen.add((where // 28 - 14, where % 28 - 14))
    assert seen == {(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)}


def test_training_by_bptt_is_that_of_autograd_with_the_same_optimizer():
    """Two updates in full batches, so that the order of the samples does not matter."""
    images, labels = IMAGES.flatten(1), torch.arange(8)
    network, twin = two_layers(), two_layers()
    learner = gradient_rules.learner_for("bptt", network, steps=4)
    settings = {"epochs": 2, "lr": 0.01, "generator": torch.Generator().manual_seed(0)}

    def repeat(x, _):
        return (x > 0.5).float().expand(4, *x.shape)

    gradient_rules.train_by(learner, network, images, labels, encode=repeat, **settings)
    optimizer = torch.optim.AdamW(twin.parameters(), lr=0.01, weight_decay=0.1)
    schedule = one_cycle(optimizer, 0.01, 2)
    for _ in range(2):
        optimizer.zero_grad()
        losses.count_cross_entropy(twin(repeat(images, None)), labels).backward()
        optimizer.step()
        schedule.step()
    for one, other in zip(network.parameters(), twin.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-6)


FEW = mnist_mini()
DATA = FEW.train_images[:96].flatten(1), FEW.train_labels[:96]
TEST = FEW.test_images[:50].flatten(1), FEW.test_labels[:50]
SETTINGS = {"epochs": 1, "lr": 3e-3}


@pytest.mark.parametrize("rule", ["reward_stdp", "stdp_readout", "random_readout", "no_hidden"])
def test_a_trial_depends_on_its_seed_alone(rule):
    settings = SETTINGS | ({"stdp": (0.5, 0.01)} if rule == "stdp_readout" else {})
    accuracies = []
    for chance in (1, 2):
        torch.manual_seed(chance)
        found = learning_rules.rule_trial(rule, DATA, TEST, hidden=20, seed=3, **settings)
        assert found["seconds"] >= 0
        accuracies.append(found["accuracy"])
    assert accuracies[0] == accuracies[1]
    assert 0 <= accuracies[0] <= 1
    assert (50 * accuracies[0]) % 1 == pytest.approx(0, abs=1e-6)


def test_weights_of_a_trial_start_at_the_sizes_that_are_asked_for():
    def started(**options):
        kept = []

        def make(rule, network, seed, *, steps, feedback):
            kept.extend([network[0].weight.clone(), network[2].weight.clone(), feedback])
            return gradient_rules.learner_for(rule, network, seed, steps=steps)

        options = {"hidden": 4, "seed": 0, "make_learner": make} | options
        learning_rules.rule_trial("ottt", DATA, TEST, **options, **SETTINGS)
        return kept

    usual, other = started(), started(start=(2.0, 3.0, 5.0))
    seed_torch(0)
    fresh = gradient_rules.two_layers(4)
    assert torch.equal(usual[0], fresh[0].weight)
    assert torch.equal(usual[1], fresh[2].weight)
    assert torch.equal(other[0], 2 * usual[0])
    assert torch.equal(other[1], 3 * usual[1])
    assert [usual[2], other[2]] == [1, 5]


def test_a_trial_learns_what_its_images_show_and_tells_the_gradients_before_and_after():
    """Two classes of stripes, which no untrained network tells apart."""
    images = torch.zeros(128, 28, 28)
    images[::2, 8:12] = 1
    images[1::2, 18:22] = 1
    data = images.flatten(1), torch.arange(128) % 2
    generator = torch.Generator().manual_seed(0)
    probe = gradient_rules.encode_still(data[0][:60], generator), data[1][:60]
    trial = {"train": data, "test": data, "hidden": 20, "seed": 0}
    settings = {"epochs": 8, "lr": 0.01, "batch_size": 16}
    found = learning_rules.rule_trial("bptt", **trial, probe=probe, **settings)
    assert found["accuracy"] > 0.95
    assert found["before"] == pytest.approx(1, rel=1e-4)
    assert found["after"] == pytest.approx(1, rel=1e-4)
    assert learning_rules.rule_trial("untrained", **trial)["accuracy"] < 0.7
    alone = learning_rules.rule_trial("no_hidden_scaled", **trial, **settings)
    assert alone["accuracy"] > 0.95


def test_neurons_of_a_noisy_readout_take_3_from_each_other():
    """With next to no noise: the first one fires, and the second one hears of it a step later."""
    neuron = StochasticLIF(beta=0.0, width=1e-6)
    spikes = torch.ones(3, 1, 1)
    answer = learning_rules.noisy_readout(torch.tensor([[4.5], [0.5]]), spikes, neuron)
    assert answer[:, 0].tolist() == [[1, 0]] * 3
    answer = learning_rules.noisy_readout(torch.tensor([[3.9], [3.9]]), spikes, neuron)
    assert answer[:, 0].tolist() == [[1, 1], [0, 0], [1, 1]]


def test_a_pupil_starts_from_the_sizes_of_its_rule():
    first = two_layers()
    for rule, (lr, decay, hidden, output) in local_learning.TUNED.items():
        pupil = local_learning.pupil(first, rule, 100, torch.Generator().manual_seed(0))
        assert torch.equal(pupil.network[0].weight, hidden * first[0].weight)
        assert torch.equal(pupil.network[2].weight, output * first[2].weight)
        (group,) = pupil.optimizer.param_groups
        assert group["weight_decay"] == decay
        assert group["lr"] == pytest.approx(lr / 25)
        assert (pupil.learner is None) == (rule == "bptt")
    assert pupil.learner.network is pupil.network


def test_a_sweep_adds_what_a_run_adds():
    spikes, labels = (torch.rand(10, 20, 784) < 0.2).float(), torch.arange(20) % 10
    found = []
    for way in (lambda online: online, local_learning.Sweep):
        network = two_layers()
        said = way(OnlineNetwork(network, "ottt", horizon=10)).run(spikes, labels)
        found.append((said, network[0].weight.grad))
    assert torch.equal(found[0][0], found[1][0])
    torch.testing.assert_close(found[0][1], found[1][1], rtol=1e-4, atol=1e-7)
    assert found[0][1].abs().max() > 0


def test_a_lesson_teaches_all_rules_on_the_same_spikes(monkeypatch):
    digits = FEW._replace(
        train_images=FEW.train_images[:70],
        train_labels=FEW.train_labels[:70],
        test_images=FEW.test_images[:20],
        test_labels=FEW.test_labels[:20],
    )
    seen = []
    plain = local_learning.shifted_spikes
    monkeypatch.setattr(
        local_learning, "shifted_spikes", lambda *a, **b: seen.append(plain(*a, **b)) or seen[-1]
    )
    found = local_learning.lesson(0, digits, epochs=2)
    assert set(found) == set(local_learning.TUNED)
    rules = len(local_learning.TUNED)
    assert len(seen) == 4 * rules  # batches of 64 and of 6
    for batch in range(4):
        assert all(torch.equal(seen[batch], seen[batch + 4 * rule]) for rule in range(rules))
    assert found == local_learning.lesson(0, digits, epochs=2)


def small_stack(depth=3):
    torch.manual_seed(0)
    return layer_stack.LayerStack(20, 12, depth, classes=4, gain=4.0, readout_scale=2.0)


def test_layers_that_learn_alone_hear_nothing_from_above():
    spikes, labels = (torch.rand(6, 8, 20) < 0.4).float(), torch.arange(8) % 4
    one, other = small_stack(), small_stack()
    other.layers[2][0].weight.data.mul_(-1)
    for network in (one, other):
        layer_stack.OwnLosses(network).run(spikes, labels)
    for depth in (0, 1):
        gradient = one.layers[depth][0].weight.grad
        assert gradient.abs().max() > 0
        assert torch.equal(gradient, other.layers[depth][0].weight.grad)
    assert not torch.equal(one.layers[2][0].weight.grad, other.layers[2][0].weight.grad)
    assert all(readout.grad is None for readout in one.readouts)
    alone = one.layers[0][0].weight.grad.clone()
    layer_stack.OwnLosses(other, apart=False).run(spikes, labels)
    assert not torch.allclose(other.layers[0][0].weight.grad, 2 * alone)


def test_a_layer_alone_has_the_gradient_of_its_own_loss_forward_in_time():
    spikes, labels = (torch.rand(6, 8, 20) < 0.4).float(), torch.arange(8) % 4
    network = small_stack(1)
    said = layer_stack.OwnLosses(network).run(spikes, labels)
    exact = network.layers[0][0].weight.grad.clone()
    network.layers[0][0].weight.grad = None
    online = OnlineLIF(*network.layers[0])
    signals = torch.stack([count_error(now, labels) for now in said]) @ network.readouts[0] / 6
    online.run(spikes, signals)
    torch.testing.assert_close(network.layers[0][0].weight.grad, exact, rtol=1e-4, atol=1e-7)
    assert torch.equal(said, network(spikes))


def test_apart_or_not_decides_whether_gradients_go_down():
    spikes, network = (torch.rand(6, 8, 20) < 0.4).float(), small_stack(2)
    network.scores(spikes)[-1].square().sum().backward()
    assert network.layers[0][0].weight.grad is None
    network.scores(spikes, apart=False)[-1].square().sum().backward()
    assert network.layers[0][0].weight.grad.abs().max() > 0


def test_every_layer_is_read():
    spikes, labels = (torch.rand(6, 8, 20) < 0.4).float(), torch.arange(8) % 4
    network = small_stack()
    found = layer_stack.read_layers(network, spikes, labels)
    answers = network(spikes).sum(0).argmax(1)
    assert len(found) == 3
    assert found[-1] == (answers == labels).float().mean().item()


def test_shifted_digits_keep_their_pixels_and_move_as_far_as_told():
    image = torch.zeros(28, 28)
    image[14, 14] = 1.0
    moved = layer_stack.shifted(
        image.flatten().expand(500, -1), 4, torch.Generator().manual_seed(0)
    )
    places = moved.view(-1, 28, 28).nonzero()
    assert len(places) == 500
    assert places[:, 1:].min().item() == 10
    assert places[:, 1:].max().item() == 18
    assert len(places[:, 1:].unique(dim=0)) == 81


def test_the_cosine_to_bptt_is_that_of_the_first_layers_gradients():
    network, spikes, labels = alignment.random_network(beta_out=0.0)
    error = alignment.final_error(network, spikes, labels)
    online = OnlineNetwork(network, "ottt", error=lambda *_: error)
    assert alignment.cosine_to_bptt(online, spikes, labels) == pytest.approx(1, abs=1e-5)
    assert network[0].weight.grad is None
    random = OnlineNetwork(network, "feedback_alignment", error=lambda *_: error)
    before = random.matrices[0].clone()
    assert abs(alignment.cosine_to_bptt(random, spikes, labels)) < 0.7
    alignment.draw_anew(random, torch.Generator().manual_seed(1))
    assert random.matrices[0].shape == before.shape
    assert not torch.equal(random.matrices[0], before)


def test_a_trial_of_codes_and_losses_says_what_it_found():
    found = codes_and_losses.trial("rate", "count_cross_entropy", 1e-3, DATA, TEST)
    assert 0 <= found.accuracy <= 1
    assert (50 * found.accuracy) % 1 == pytest.approx(0, abs=1e-6)
    assert 1 <= found.steps <= codes_and_losses.STEPS
    assert found.spikes > 0
    classes = codes_and_losses.classifier("rate", "population_cross_entropy")[2].out_features
    assert classes == 50  # five for each


def test_wanted_trains_have_five_spikes_each_and_none_early():
    trains = wanted_trains.wanted_trains(20, seed_torch(0))
    assert trains.shape == (100, 1, 20)
    assert (trains.sum(0) == 5).all()
    assert not trains[:10].any()
    assert trains.sum((1, 2))[10:].count_nonzero() > 45
    assert wanted_trains.arriving(seed_torch(0)).sum(0).mean().item() == pytest.approx(5, abs=0.5)


def test_neurons_are_taught_to_fire_as_often_as_wanted_from_their_seed_alone():
    arrivals = wanted_trains.arriving(seed_torch(0))
    goal = wanted_trains.wanted_trains(4, seed_torch(1))
    cost = wanted_trains.costs_of_trains((30.0,))["τ = 30 ms"]
    options = {"neurons": 4, "lr": 0.01, "updates": 60}
    course = wanted_trains.teach(cost, goal, arrivals, **options)
    assert len(course) == 60
    assert cost(course[-1], goal) < cost(course[0], goal) / 2
    assert not course[-1].requires_grad
    again = wanted_trains.teach(cost, goal, arrivals, **options)
    assert torch.equal(course[-1], again[-1])
    with pytest.raises(ValueError, match="updates"):
        wanted_trains.teach(cost, goal, arrivals, updates=0)


def test_a_timing_task_repeats_with_its_seed_and_keeps_wanted_spikes_apart():
    for seed in range(20):
        inputs, wanted = precise_spikes.timing_task(seed)
        assert inputs.shape == (200, 1, 150)
        assert 0.007 < inputs.mean() < 0.013
        at = wanted.flatten().nonzero().flatten()
        assert len(at) == 4
        assert at.min() >= 20
        assert at.diff().min() > 20
    again, _ = precise_spikes.timing_task(19)
    assert again.equal(inputs)
    with pytest.raises(ValueError, match="seed"):
        precise_spikes.timing_task(-1)


def test_a_spread_error_is_minus_the_gradient_of_the_van_rossum_distance():
    generator = torch.Generator().manual_seed(0)
    train, wanted = (torch.rand(2, 60, 1, 1, generator=generator) < 0.1).double()
    train.requires_grad_()
    for tau in (3.0, 10.0):
        distance = losses.van_rossum(train, wanted, tau=tau)
        (gradient,) = torch.autograd.grad(distance, train)
        error = precise_spikes.spread(wanted - train.detach(), tau=tau)
        torch.testing.assert_close(error, -gradient)
    with pytest.raises(ValueError, match="tau"):
        precise_spikes.spread(wanted, tau=0.0)


FLAT = IMAGES.flatten(1)


def test_shuffling_puts_the_steps_of_each_image_in_an_order_of_its_own():
    generator = torch.Generator().manual_seed(0)
    spikes = unlabelled.as_spikes(FLAT, generator=generator)
    mixed = unlabelled.steps_shuffled(spikes, generator)
    assert torch.equal(mixed.sum(0), spikes.sum(0))
    for one, other in zip(spikes.unbind(1), mixed.unbind(1), strict=True):
        same = (one[:, None] == other[None]).all(2)
        assert same.any(1).all()
        assert same.any(0).all()
    assert not torch.equal(mixed, spikes)


def test_values_are_the_means_of_the_spikes():
    generator = torch.Generator().manual_seed(0)
    spikes = unlabelled.as_spikes(FLAT, steps=4000, generator=generator)
    values = unlabelled.as_values(FLAT)
    assert values.shape == (1, 8, 784)
    assert spikes.mean(0) == pytest.approx(values[0], abs=0.05)


def test_a_film_backwards_has_the_frames_of_the_film_forwards():
    generator = torch.Generator().manual_seed(0)
    images = FLAT[:1].expand(40, -1)
    moving, backwards = unlabelled.films(images, generator=generator)
    frames = moving.view(40, 8, 28, 28)
    one, other = frames[backwards.argmin()], frames[backwards.argmax()]
    assert 0 < backwards.sum() < 40
    assert torch.equal(one, other.flip(0))
    assert torch.equal(one[1], one[0].roll(2, dims=1))
    spikes = unlabelled.film_as_spikes(moving, generator=generator)
    assert spikes.shape == (8, 40, 784)
    chances = moving.view(40, 8, 784).transpose(0, 1)
    assert (spikes[chances == 1] == 1).all()
    assert (spikes[chances == 0] == 0).all()
    assert spikes.mean().item() == pytest.approx(chances.mean().item(), rel=0.05)


def test_centroids_are_the_means_of_the_images_nearest_to_them():
    generator = torch.Generator().manual_seed(0)
    images = mnist_mini().train_images[:200].flatten(1)
    centroids = unlabelled.spherical_kmeans(images, 5, rounds=50, generator=generator)
    shown = torch.nn.functional.normalize(images, dim=1)
    wins = unlabelled.nearest_counts(centroids, images)
    assert wins.sum(1).unique().tolist() == [1]
    means = torch.nn.functional.normalize(wins.T @ shown, dim=1)
    assert torch.allclose(centroids, means, atol=1e-5)


def test_an_inhibited_layer_silences_the_others_one_step_later():
    layer = unlabelled.InhibitedLayer(3, 3, dt=1.0, threshold=1.0)
    layer.weight = torch.eye(3)
    drive = torch.tensor([[1.5, 0.6, 1.2], [1.5, 0.9, 1.5], [0.0, 0.0, 0.0]])
    spikes = layer(drive[:, None])[:, 0]
    assert spikes.tolist() == [[1, 0, 1], [0, 0, 0], [0, 0, 0]]
    layer.weight = torch.eye(3)
    alone = torch.tensor([[1.5, 0.6, 0.0], [1.5, 2.0, 0.0]])
    assert layer(alone[:, None])[:, 0].tolist() == [[1, 0, 0], [1, 0, 0]]
