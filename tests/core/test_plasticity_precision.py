"""Plasticity in every precision: what adds up over time is as exact as for float32 spikes."""

import math

import pytest
import torch

from snn_core.plasticity import (
    CompetitiveLayer,
    PairSTDP,
    RewardSTDP,
    TripletSTDP,
    adapt_thresholds,
    class_responses,
    named_scores,
    responses,
    running_mean_step,
    spike_trace,
    trace_stdp,
    unit_intensity,
    vote_scores,
)

NARROW = [torch.float16, torch.bfloat16]
T, B, N, M = 200, 2, 5, 3


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def spikes(neurons, seed, steps=T):
    return (torch.rand(steps, B, neurons, generator=generator(seed)) < 0.2).double()


PRE, POST = spikes(N, 0), spikes(M, 1)
WEIGHT = torch.rand(M, N, dtype=torch.float64, generator=generator(2))
RULES = {
    "pair": PairSTDP(tau_plus=500.0, a_plus=1e-4, a_minus=1e-4),
    "soft": PairSTDP(bound=(0.3, 0.7), pairing="nearest", a_plus=1e-3),
    "triplet": TripletSTDP(a_plus=1e-4),
}


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize("pairing", ["all_to_all", "nearest"])
def test_a_trace_of_narrow_spikes_decays_as_it_should(pairing, dtype):
    train = torch.zeros(400, 1, dtype=dtype)
    train[0] = 1.0
    trace = spike_trace(train, tau=600.0, pairing=pairing)
    assert trace.dtype == torch.float32
    assert trace[-1].item() == pytest.approx(math.exp(-399 / 600), rel=1e-4)
    exact = spike_trace(train.double(), tau=600.0, pairing=pairing)
    assert exact[-1].item() == pytest.approx(math.exp(-399 / 600), rel=1e-12)


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize("name", RULES)
def test_narrow_spikes_teach_what_wide_ones_do(name, dtype):
    rule, weight = RULES[name], WEIGHT.float()
    expected, state = rule.run(PRE.float(), POST.float(), weight)
    learnt, at = rule.run(PRE.to(dtype), POST.to(dtype), weight)
    assert learnt.dtype == at.pre.dtype == torch.float32
    assert torch.equal(learnt, expected)
    mixed, _ = rule.run(PRE.to(dtype), POST.float(), weight)
    assert torch.equal(mixed, expected)
    exact, _ = rule.run(PRE, POST, WEIGHT)
    torch.testing.assert_close(learnt.double(), exact, rtol=0, atol=1e-5)
    stepped, _ = rule.step(PRE[0].to(dtype), POST[0].to(dtype), weight, state)
    assert torch.equal(stepped, rule.step(PRE[0].float(), POST[0].float(), weight, state)[0])


@pytest.mark.parametrize("dtype", NARROW)
def test_narrow_weights_gather_changes_below_their_own_resolution(dtype):
    rule, spike = PairSTDP(a_plus=1e-5, a_minus=0.0), torch.ones(1000, 1, 1, dtype=dtype)
    learnt = rule(spike, spike, torch.full((1, 1), 0.5, dtype=dtype))
    alpha = math.exp(-1 / 20)
    traces = sum((1 - alpha ** (t + 1)) / (1 - alpha) for t in range(1000))
    assert learnt.item() == pytest.approx(0.5 + 1e-5 * traces, abs=1e-5)


@pytest.mark.parametrize("wide", ["pre", "post", "weight"])
def test_one_wide_thing_makes_the_rule_wide(wide):
    given = {"pre": PRE.float(), "post": POST.float(), "weight": WEIGHT.float()}
    given[wide] = given[wide].double()
    weight, state = PairSTDP().run(**given)
    assert weight.dtype == state.pre.dtype == torch.float64
    eligibility = RewardSTDP(PairSTDP()).run(**given).eligibility
    assert eligibility.dtype == torch.float64


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize("taus", [150.0, torch.tensor([150.0, 700.0])], ids=["one", "two"])
def test_eligibility_is_exact_in_every_precision(taus, dtype):
    learner = RewardSTDP(RULES["pair"], taus)
    exact = learner.run(PRE, POST, WEIGHT)
    narrow = learner.run(PRE.to(dtype), POST.to(dtype), WEIGHT.float())
    assert narrow.eligibility.dtype == torch.float32
    scale = exact.eligibility.abs().max().item()
    torch.testing.assert_close(
        narrow.eligibility.double(), exact.eligibility, rtol=0, atol=1e-5 * scale
    )
    stepped = learner.initial_state(PRE[0].to(dtype), POST[0].to(dtype))
    for pre, post in zip(PRE.to(dtype), POST.to(dtype), strict=True):
        stepped = learner.step(pre, post, WEIGHT.float(), stepped)
    assert stepped.eligibility.dtype == torch.float32
    torch.testing.assert_close(
        stepped.eligibility.double(), exact.eligibility, rtol=0, atol=1e-5 * scale
    )


def test_decays_of_an_eligibility_are_exact_whatever_the_dtype_of_the_time_constants():
    spike = torch.ones(1, 2, 1, dtype=torch.float64)
    for dtype in (torch.float16, torch.float32, torch.float64):
        learner = RewardSTDP(PairSTDP(a_plus=1.0), torch.tensor([512.0, 1024.0], dtype=dtype))
        weight = torch.zeros(1, 1, dtype=torch.float64)
        state = learner.run(spike, spike, weight)
        silence = torch.zeros(999, 2, 1, dtype=torch.float64)
        left = learner.run(silence, silence, weight, state).eligibility.flatten().tolist()
        wanted = [math.exp(-999 / tau) for tau in (512.0, 1024.0)]
        assert left == pytest.approx(wanted, rel=1e-12)


@pytest.mark.parametrize("dtype", NARROW)
def test_a_running_mean_creeps_to_its_goal(dtype):
    mean, value = torch.zeros(2, dtype=dtype), torch.full((2,), 0.5, dtype=dtype)
    for _ in range(2000):
        mean = running_mean_step(mean, value, 0.001)
    assert mean.dtype == torch.float32
    assert mean.tolist() == pytest.approx([0.5 * (1 - 0.999**2000)] * 2, rel=1e-4)


@pytest.mark.parametrize("dtype", NARROW)
def test_prototypes_and_thresholds_are_learnt_alike_from_narrow_spikes(dtype):
    trace = spike_trace(PRE.float(), 5.0)
    wide = trace_stdp(WEIGHT.float(), trace, POST.float(), lr=1e-3)
    assert torch.equal(trace_stdp(WEIGHT.float(), trace, POST.to(dtype), lr=1e-3), wide)
    many = torch.ones(3000, 2, 1, dtype=dtype)
    moved = adapt_thresholds(torch.ones(1, dtype=dtype), many, target=1.0, lr=1e-4)
    assert moved.dtype == torch.float32
    assert moved.item() == pytest.approx(1 + 1e-4 * (6000 - 2), rel=1e-6)


@pytest.mark.parametrize("dtype", NARROW)
def test_counts_and_scores_are_exact_for_narrow_spikes(dtype):
    all_spike = lambda inputs: torch.ones(3001, *inputs.shape[1:], dtype=dtype)  # noqa: E731
    counts = responses(all_spike, torch.ones(4, 2, dtype=dtype), lambda x: x[None])
    assert counts.dtype == torch.float32
    assert counts.unique().tolist() == [3001]
    counts = torch.tensor([[2.0, 7.0], [4.0, 9.0], [1.0, 1.0]], dtype=dtype).repeat(1000, 1)
    labels = torch.tensor([0, 0, 1]).repeat(1000)
    response = class_responses(counts, labels, 2)
    assert response.tolist() == [[3, 1], [8, 1]]
    assert named_scores(counts, torch.tensor([0, 1]), 2).dtype == torch.float32
    votes = vote_scores(counts[:1], response.double())
    assert votes.tolist()[0] == pytest.approx([2 * 3 / 4 + 7 * 8 / 9, 2 / 4 + 7 / 9], rel=1e-12)


@pytest.mark.parametrize("dtype", NARROW)
def test_images_are_scaled_exactly_and_keep_their_dtype(dtype):
    images = torch.rand(3, 784, generator=generator(5)).to(dtype)
    scaled = unit_intensity(images, 12.0)
    exact = images.double() * 12 / images.double().norm(dim=1, keepdim=True)
    assert scaled.dtype == dtype
    assert torch.equal(scaled, exact.clamp(max=1).to(dtype))


def test_autocast_rounds_nothing():
    layer = CompetitiveLayer(N, M, threshold=0.5, generator=generator(3))
    trace, learner = spike_trace(PRE.float(), 5.0), RewardSTDP(PairSTDP())
    counts = 300 + torch.arange(6.0).view(2, 3)
    rule, weight = PairSTDP(a_plus=1e-3), WEIGHT.float()
    start = rule.initial_state(PRE[0].float(), POST[0].float())
    pairing, _ = rule.pair(PRE[0].float(), spike_trace(POST.float(), 9.0)[9], start)
    run = {
        "pair": lambda: rule(PRE.float(), POST.float(), weight),
        "step": lambda: rule.step(PRE[9].float(), trace[9, :, :M], weight, start)[0],
        "change": lambda: rule.change(pairing, weight),
        "reward": lambda: learner.run(PRE.float(), POST.float(), weight).eligibility,
        "trace rule": lambda: trace_stdp(weight, trace, POST.float(), lr=0.1),
        "layer": lambda: layer(PRE.float()),
        "responses": lambda: class_responses(counts, torch.tensor([0, 1]), 2),
        "names": lambda: named_scores(counts, torch.tensor([0, 1, 1]), 2),
        "votes": lambda: vote_scores(counts, counts.T.contiguous()),
    }
    for name, call in run.items():
        plain = call()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            cast = call()
        assert cast.dtype == plain.dtype, name
        assert torch.equal(cast, plain), name


@pytest.mark.parametrize("dtype", [*NARROW, torch.float64])
def test_a_competitive_layer_spikes_alike_for_every_dtype_of_its_input(dtype):
    layer = CompetitiveLayer(N, M, tau_mem=600.0, threshold=2.0, generator=generator(3))
    expected = layer(PRE.float())
    output = layer(PRE.to(dtype))
    assert output.dtype == dtype
    assert torch.equal(output.float(), expected)
    assert 5 < expected.sum() < 0.9 * T * B


@pytest.mark.parametrize("dtype", NARROW)
def test_casting_a_layer_leaves_its_constants_and_what_it_learns_as_they_are(dtype):
    layer = CompetitiveLayer(N, M, generator=generator(3))
    assert layer.beta.item() == math.exp(-1 / 20)
    before = {name: value.clone() for name, value in layer.state_dict().items() if "_" not in name}
    layer.to(dtype)
    assert set(before) == {"weight", "threshold", "beta"}
    for name, value in before.items():
        assert torch.equal(getattr(layer, name), value)
        assert getattr(layer, name).dtype == value.dtype
    layer.double()
    assert layer.weight.dtype == layer.threshold.dtype == torch.float64
    layer.learn(PRE.float(), lr=0.1)
    assert layer.weight.dtype == layer.threshold.dtype == torch.float64
    layer.float()
    assert [layer.weight.dtype, layer.beta.dtype] == [torch.float32, torch.float64]
    assert layer.beta.item() == math.exp(-1 / 20)
    layer.learn(PRE, lr=0.1)
    assert layer.weight.dtype == layer.threshold.dtype == torch.float32


def test_all_of_a_layer_follows_to_another_device():
    layer = CompetitiveLayer(N, M).to("meta", torch.float16)
    assert {buffer.device.type for buffer in layer.buffers()} == {"meta"}
    assert layer.weight.dtype == torch.float32
