"""Competition and learning without labels: loops, closed forms and k-means-like invariants."""

import math
from functools import partial

import pytest
import torch
from torch.nn.functional import normalize

from snn_core import LIF
from snn_core.encoding import rate
from snn_core.plasticity import (
    CompetitiveLayer,
    adapt_thresholds,
    class_responses,
    competition_step,
    learn_unlabelled,
    name_neurons,
    named_scores,
    responses,
    spike_trace,
    trace_stdp,
    unit_intensity,
    vote_scores,
)
from snn_core.training import seed_torch

STEPS, IMAGES, INPUTS, NEURONS = 7, 5, 6, 4


def random_spikes(size, seed=0, probability=0.4):
    return (torch.rand(STEPS, IMAGES, size, generator=seed_torch(seed)) < probability).float()


def layer_by_loops(layer, spikes, inhibition):
    """Run one image, one step and one neuron at a time, in double precision."""
    output, beta = torch.zeros(STEPS, IMAGES, NEURONS), layer.beta.item()
    for image in range(IMAGES):
        v = [0.0] * NEURONS
        for t in range(STEPS):
            drive = [
                sum(w * z for w, z in zip(row, spikes[t, image].tolist(), strict=True))
                for row in layer.weight.tolist()
            ]
            u = [beta * old + new for old, new in zip(v, drive, strict=True)]
            excess = [
                membrane - theta
                for membrane, theta in zip(u, layer.threshold.tolist(), strict=True)
            ]
            winner = excess.index(max(excess))
            if excess[winner] > 0:
                output[t, image, winner] = 1
                u = [
                    0.0 if n == winner else (1 - inhibition) * membrane
                    for n, membrane in enumerate(u)
                ]
            v = u
    return output


def rule_by_loops(weight, inputs, spikes, lr, scale, tau, unit):
    """Collect the traces at the spikes of each neuron, then move it towards their mean."""
    new = weight.clone()
    for neuron in range(NEURONS):
        seen = []
        for image in range(IMAGES):
            for t in range(STEPS):
                if spikes[t, image, neuron]:
                    decays = [math.exp(-(t - s) / tau) for s in range(t + 1)]
                    seen.append(sum(d * inputs[s, image] for s, d in enumerate(decays)))
        if seen:
            row = weight[neuron] + lr * (scale * sum(seen) / len(seen) - weight[neuron])
            new[neuron] = row / row.norm() if unit else row
    return new


@pytest.mark.parametrize("inhibition", [0.0, 0.5, 1.0])
def test_layer_equals_plain_loops(inhibition):
    layer = CompetitiveLayer(INPUTS, NEURONS, threshold=1.2, generator=seed_torch(1))
    layer.threshold += torch.tensor([0.1, -0.2, 0.3, 0.0])
    spikes = random_spikes(INPUTS)
    output = layer(spikes, inhibition)
    assert torch.equal(output, layer_by_loops(layer, spikes, inhibition))
    assert 0 < output.sum() < STEPS * IMAGES
    assert output.sum(2).max() == 1


def test_without_competition_the_layer_is_lif():
    layer = CompetitiveLayer(INPUTS, NEURONS, threshold=1.2, compete=False, generator=seed_torch(1))
    spikes = random_spikes(INPUTS)
    reference = LIF(tau_mem=20.0, threshold=1.2, reset="hard")(spikes @ layer.weight.T)
    assert torch.equal(layer(spikes), reference)
    assert reference.sum(2).max() > 1


def test_a_membrane_at_its_threshold_does_not_spike_yet():
    options = {"beta": 0.5, "threshold": torch.ones(2)}
    spikes, _, state = competition_step(torch.tensor([[0.5, 0.0]]), torch.ones(1, 2), **options)
    assert spikes.tolist() == [[0, 0]]
    assert state.tolist() == [[1.0, 0.5]]


def test_rows_of_weights_start_at_length_one_and_are_positive():
    weight = CompetitiveLayer(6, 40, generator=seed_torch(0)).weight
    assert torch.allclose(weight.norm(dim=1), torch.ones(40))
    assert weight.min() >= 0
    assert weight.std(0).min() > 0.1


def test_a_step_without_a_winner_resets_nobody():
    current = torch.tensor([[0.5, 0.2], [0.5, 2.0]])
    spikes, membrane, state = competition_step(
        current, torch.ones(2, 2), beta=0.5, threshold=torch.tensor([1.5, 1.5]), inhibition=0.25
    )
    assert spikes.tolist() == [[0, 0], [0, 1]]
    assert torch.equal(state[0], membrane[0])
    assert state[1].tolist() == [0.75, 0.0]


@pytest.mark.parametrize("unit", [True, False])
def test_trace_stdp_equals_plain_loops(unit):
    weight = torch.rand(NEURONS, INPUTS, generator=seed_torch(2))
    inputs, spikes = random_spikes(INPUTS), random_spikes(NEURONS, 1, 0.1)
    spikes[..., 3] = 0  # one neuron is silent and keeps its weights
    new = trace_stdp(weight, spike_trace(inputs, 3.0), spikes, lr=0.3, scale=0.5, normalise=unit)
    assert torch.allclose(
        new, rule_by_loops(weight, inputs, spikes, 0.3, 0.5, 3.0, unit), atol=1e-6
    )
    assert torch.equal(new[3], weight[3])
    assert not torch.allclose(new[:3], weight[:3], atol=0.01)


def test_learn_is_the_layer_then_the_rule_then_the_thresholds():
    layer = CompetitiveLayer(INPUTS, NEURONS, tau_trace=3.0, threshold=1.0, generator=seed_torch(3))
    weight, spikes = layer.weight.clone(), random_spikes(INPUTS)
    output = layer(spikes)
    assert torch.equal(layer.learn(spikes, lr=0.2, scale=0.4, target=2.0, threshold_lr=0.1), output)
    assert torch.allclose(
        layer.weight, rule_by_loops(weight, spikes, output, 0.2, 0.4, 3.0, True), atol=1e-6
    )
    share = 2.0 * IMAGES / NEURONS
    assert torch.allclose(layer.threshold, 1.0 + 0.1 * (output.sum((0, 1)) - share))


def test_the_usual_target_is_three_spikes_per_image():
    layer = CompetitiveLayer(INPUTS, NEURONS, threshold=1.0, generator=seed_torch(3))
    output = layer.learn(random_spikes(INPUTS), lr=0.2)
    moved = 0.02 * (output.sum((0, 1)) - 3.0 * IMAGES / NEURONS)
    assert torch.allclose(layer.threshold, 1.0 + moved)
    assert torch.allclose(adapt_thresholds(torch.ones(NEURONS), output), 1.0 + moved)
    assert moved.abs().max() > 0.01


def test_thresholds_rest_when_every_neuron_has_its_share():
    spikes = torch.eye(NEURONS).unsqueeze(0)  # image n makes neuron n spike once
    threshold = torch.rand(NEURONS, generator=seed_torch(0))
    assert torch.allclose(adapt_thresholds(threshold, spikes, target=1.0, lr=0.5), threshold)


def test_weights_go_to_the_mean_trace():
    traces = torch.rand(1, 400, INPUTS, generator=seed_torch(4))
    weight, one = torch.rand(1, INPUTS, generator=seed_torch(5)), torch.ones(1, 1, 1)
    for trace in traces[0]:
        weight = trace_stdp(weight, trace.view(1, 1, -1), one, lr=0.02, scale=2.0, normalise=False)
    ages = torch.arange(399, -1, -1)
    expected = (0.02 * 0.98**ages).unsqueeze(1) * 2.0 * traces[0]
    assert torch.allclose(
        weight[0], expected.sum(0), atol=1e-3
    )  # an exponential mean; 0.98**400 of the start is left


def test_learning_finds_two_patterns_without_labels():
    patterns = torch.tensor([[1.0, 1, 1, 0, 0, 0], [0, 0, 0, 1, 1, 1]])
    images = patterns.repeat(100, 1)
    generator = seed_torch(0)
    encode = lambda x: rate(unit_intensity(x, 1.0), 10, generator=generator)  # noqa: E731
    layer, calls = CompetitiveLayer(6, 2, generator=generator), []
    learn_unlabelled(
        layer, images, encode, epochs=2, batch_size=8, generator=generator, after_batch=calls.append
    )
    cosine = normalize(patterns, dim=1) @ layer.weight.T
    assert cosine.amax(1).min() > 0.99
    assert sorted(cosine.argmax(1).tolist()) == [0, 1]
    assert len(calls) == 2 * 25
    assert calls[0].shape == (10, 8, 2)


def test_learning_is_reproducible():
    def weights():
        generator = seed_torch(7)
        layer = CompetitiveLayer(INPUTS, NEURONS, generator=generator)
        images = torch.rand(20, INPUTS, generator=generator)
        learn_unlabelled(
            layer, images, lambda x: rate(x, 5, generator=generator), epochs=2, generator=generator
        )
        return layer.weight

    assert torch.equal(weights(), weights())


def test_names_and_votes_equal_plain_loops():
    generator = seed_torch(0)
    counts = torch.randint(0, 5, (30, NEURONS), generator=generator).float()
    counts[:, 2] = 0
    labels = torch.arange(30) % 3
    response = class_responses(counts, labels, 3)
    by_loops = [[counts[labels == c, j].mean().item() for c in range(3)] for j in range(NEURONS)]
    assert torch.allclose(response, torch.tensor(by_loops))
    names = name_neurons(response)
    assert names.tolist() == [
        max(range(3), key=r.__getitem__) if max(r) > 0 else -1 for r in by_loops
    ]
    named, voted = named_scores(counts, names, 3), vote_scores(counts, response)
    for sample in range(30):
        n = counts[sample].tolist()
        for c in range(3):
            members = [n[j] for j in range(NEURONS) if names[j] == c]
            assert named[sample, c].item() == pytest.approx(sum(members) / max(len(members), 1))
            votes = [
                n[j] * by_loops[j][c] / sum(by_loops[j])
                for j in range(NEURONS)
                if sum(by_loops[j]) > 0
            ]
            assert voted[sample, c].item() == pytest.approx(sum(votes), rel=1e-5)


def test_responses_do_not_depend_on_the_batch():
    layer = CompetitiveLayer(INPUTS, NEURONS, threshold=0.5, generator=seed_torch(0))
    images, read = (
        torch.rand(10, INPUTS, generator=seed_torch(1)).round(),
        partial(layer, inhibition=0.5),
    )
    direct = lambda x: x.expand(STEPS, *x.shape)  # noqa: E731
    whole = responses(read, images, direct, batch_size=10)
    assert torch.equal(whole, responses(read, images, direct, batch_size=3))
    assert whole.sum() > 0


SETTINGS = {"tau_mem": 10.0, "tau_trace": 3.0, "dt": 0.5, "compete": False}


def test_a_checkpoint_restores_what_a_layer_has_learnt_and_learning_goes_on_equally(tmp_path):
    taught = CompetitiveLayer(INPUTS, NEURONS, tau_mem=10.0, threshold=1.0, generator=seed_torch(1))
    taught.learn(random_spikes(INPUTS), lr=0.3, threshold_lr=0.1)
    fresh = CompetitiveLayer(INPUTS, NEURONS, tau_mem=10.0, threshold=0.4, generator=seed_torch(2))
    assert (fresh.weight - taught.weight).abs().max() > 0.1
    assert (fresh.threshold - taught.threshold).abs().min() > 0.1
    torch.save(taught.state_dict(), tmp_path / "layer.pt")
    fresh.load_state_dict(torch.load(tmp_path / "layer.pt", weights_only=True))
    for seed in (5, 6):
        shown = random_spikes(INPUTS, seed)
        learnt = [layer.learn(shown, lr=0.2, threshold_lr=0.05) for layer in (taught, fresh)]
        assert torch.equal(*learnt)
        assert learnt[0].sum() > 0
    assert torch.equal(fresh.weight, taught.weight)
    assert torch.equal(fresh.threshold, taught.threshold)


@pytest.mark.parametrize("name", SETTINGS)
def test_the_checkpoint_of_a_layer_with_other_settings_is_refused(name):
    checkpoint = CompetitiveLayer(INPUTS, NEURONS, **{name: SETTINGS[name]}).state_dict()
    came = f"^{name}: got {SETTINGS[name]} from a checkpoint, expected "
    with pytest.raises(ValueError, match=came):
        CompetitiveLayer(INPUTS, NEURONS).load_state_dict(checkpoint)


def test_a_layer_says_what_it_is():
    shown = repr(CompetitiveLayer(3, 2, tau_mem=20, compete=False))
    settings = "tau_mem=20.0, tau_trace=5.0, dt=1.0, compete=False"
    assert shown == f"CompetitiveLayer(3, 2, {settings})"


def test_a_refused_batch_changes_nothing():
    layer = CompetitiveLayer(INPUTS, NEURONS, threshold=0.5, generator=seed_torch(1))
    weight, threshold = layer.weight.clone(), layer.threshold.clone()
    for wrong in ({"target": -1.0}, {"threshold_lr": -1.0}, {"scale": 0.0}):
        with pytest.raises(ValueError, match=f"^{next(iter(wrong))}: got "):
            layer.learn(random_spikes(INPUTS), lr=0.5, **wrong)
    assert torch.equal(layer.weight, weight)
    assert torch.equal(layer.threshold, threshold)
