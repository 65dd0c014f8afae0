"""Plasticity: every rule against sums over spikes, pairs and triplets written as plain loops."""

import math

import pytest
import torch

from snn_core.plasticity import (
    BOUNDS,
    PAIRINGS,
    PairSTDP,
    RewardSTDP,
    TripletSTDP,
    running_mean_step,
    spike_trace,
    trace_step,
)

T, B, N, M = 80, 2, 3, 2


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def trains(neurons, probability=0.15, seed=0):
    return torch.bernoulli(
        torch.full((T, B, neurons), probability, dtype=torch.float64), generator=generator(seed)
    )


PRE, POST = trains(N), trains(M, seed=1)
WEIGHT = torch.rand(M, N, dtype=torch.float64, generator=generator(2))


def times(train):
    return train.nonzero().flatten().tolist()


def partners(pairing, wanted):
    """Return which of the earlier spikes count: all, or the last one."""
    return wanted[-1:] if pairing == "nearest" else wanted


def each_synapse(rule):
    """Return the sum of ``rule(pre times, post times)`` over samples, per synapse ``[M, N]``."""
    return torch.tensor(
        [
            [
                sum(rule(times(PRE[:, b, n]), times(POST[:, b, m])) for b in range(B))
                for n in range(N)
            ]
            for m in range(M)
        ],
        dtype=torch.float64,
    )


def exponential(lag, tau):
    return math.exp(-lag / tau)


def pair_loop(
    pre, post, pairing="all_to_all", tau_plus=20.0, tau_minus=30.0, a_plus=1e-3, a_minus=2e-3
):
    total = 0.0
    for t in post:
        total += sum(
            a_plus * exponential(t - s, tau_plus)
            for s in partners(pairing, [s for s in pre if s <= t])
        )
    for s in pre:
        total -= sum(
            a_minus * exponential(s - t, tau_minus)
            for t in partners(pairing, [t for t in post if t < s])
        )
    return total


def triplet_loop(pre, post, pairing):
    """Return the change of one weight by every pair and triplet, with the numbers of the test."""
    total = 0.0
    for t in post:
        x = sum(exponential(t - s, 20.0) for s in partners(pairing, [s for s in pre if s <= t]))
        slow = sum(exponential(t - r, 50.0) for r in partners(pairing, [r for r in post if r < t]))
        total += x * (1e-3 + 3e-3 * slow)
    for s in pre:
        y = sum(exponential(s - t, 30.0) for t in partners(pairing, [t for t in post if t < s]))
        slow = sum(exponential(s - r, 40.0) for r in partners(pairing, [r for r in pre if r < s]))
        total -= y * (2e-3 + 4e-3 * slow)
    return total


def triplet(pairing):
    return TripletSTDP(
        20.0,
        30.0,
        tau_x=40.0,
        tau_y=50.0,
        a_plus=1e-3,
        a_minus=2e-3,
        a3_plus=3e-3,
        a3_minus=4e-3,
        pairing=pairing,
    )


@pytest.mark.parametrize("pairing", PAIRINGS)
def test_a_trace_is_a_sum_over_past_spikes(pairing):
    trace = spike_trace(PRE, tau=12.0, dt=0.5, pairing=pairing)
    for t in range(T):
        past = partners(pairing, [s for s in times(PRE[:, 1, 2]) if s <= t])
        assert trace[t, 1, 2].item() == pytest.approx(
            sum(exponential((t - s) * 0.5, 12.0) for s in past), abs=1e-12
        )


@pytest.mark.parametrize("pairing", PAIRINGS)
def test_the_pair_rule_is_a_double_loop_over_spikes(pairing):
    rule = PairSTDP(20.0, 30.0, a_plus=1e-3, a_minus=2e-3, pairing=pairing, w_max=100.0)
    changed = rule(PRE, POST, WEIGHT + 50) - (WEIGHT + 50)
    torch.testing.assert_close(
        changed, each_synapse(lambda a, b: pair_loop(a, b, pairing)), rtol=0, atol=1e-12
    )
    assert changed.abs().min() > 1e-5


@pytest.mark.parametrize("pairing", PAIRINGS)
def test_the_triplet_rule_is_a_loop_over_pairs_and_triplets(pairing):
    rule = triplet(pairing)
    rule.w_max = 100.0
    changed = rule(PRE, POST, WEIGHT + 50) - (WEIGHT + 50)
    torch.testing.assert_close(
        changed, each_synapse(lambda a, b: triplet_loop(a, b, pairing)), rtol=0, atol=1e-12
    )


def test_the_usual_triplets_are_the_fit_to_visual_cortex():
    """Pfister and Gerstner 2006, all-to-all, minimal but for the unused tau_x; times in ms."""
    rule = TripletSTDP()
    times_of = (rule.tau_plus, rule.tau_minus, rule.tau_x, rule.tau_y)
    assert times_of == (16.8, 33.7, 101.0, 114.0)
    decays = (rule.alpha_plus, rule.alpha_minus, rule.alpha_x, rule.alpha_y)
    assert decays == pytest.approx([math.exp(-1 / tau) for tau in times_of], rel=1e-15)
    amplitudes = (rule.a_plus, rule.a_minus, rule.a3_plus, rule.a3_minus)
    assert amplitudes == (0.0, 7.1e-3, 6.5e-3, 0.0)
    assert rule.pairing == "all_to_all"


def test_triplets_without_triplet_terms_are_pairs():
    numbers = {"a_plus": 1e-3, "a_minus": 2e-3}
    pair = PairSTDP(20.0, 30.0, **numbers)(PRE, POST, WEIGHT)
    assert torch.equal(
        TripletSTDP(20.0, 30.0, **numbers, a3_plus=0.0, a3_minus=0.0)(PRE, POST, WEIGHT), pair
    )


@pytest.mark.parametrize("dt", [1.0, 0.5])
def test_the_window_is_what_one_pair_does(dt):
    rule = PairSTDP(15.0, 25.0, a_plus=0.02, a_minus=0.03, dt=dt)
    steps = torch.arange(-30, 31)
    pre, post = torch.zeros(2, 61, len(steps), 1, dtype=torch.float64)  # one lag per sample
    pre[30], post[30 + steps, torch.arange(len(steps))] = 1.0, 1.0
    weight = torch.full((1, 1), 0.5, dtype=torch.float64)
    state, changed = (
        rule.initial_state(pre[0], post[0]),
        torch.zeros(len(steps), dtype=torch.float64),
    )
    for now_pre, now_post in zip(pre, post, strict=True):
        pairing, state = rule.pair(now_pre, now_post, state)
        changed += rule.change(pairing, weight, per_sample=True).flatten()
    torch.testing.assert_close(changed, rule.window(steps.double() * dt), rtol=0, atol=1e-12)


@pytest.mark.parametrize(
    ("bound", "up", "down"), [("additive", 1, 1), ("multiplicative", 1, 0.3), ("soft", 0.7, 0.3)]
)
def test_bounds_scale_potentiation_and_depression(bound, up, down):
    rule, spike = (
        PairSTDP(bound=bound, a_plus=0.1, a_minus=0.2, w_max=2.0),
        torch.ones(1, 1, dtype=torch.float64),
    )
    weight = 0.6 * spike  # 0.3 of the upper bound
    pairing, state = rule.pair(spike, spike, rule.initial_state(spike, spike))
    assert rule.change(pairing, weight).item() == pytest.approx(0.1 * up)
    pairing, _ = rule.pair(spike, 0 * spike, state)
    assert rule.change(pairing, weight).item() == pytest.approx(-0.2 * down * math.exp(-1 / 20))


@pytest.mark.parametrize("bound", [*BOUNDS, (0.2, 0.5)], ids=str)
def test_weights_stay_within_their_bounds(bound):
    weight = PairSTDP(bound=bound, a_plus=0.5, a_minus=0.5)(PRE, POST, WEIGHT)
    assert weight.min() >= 0
    assert weight.max() <= 1
    assert not torch.equal(weight, WEIGHT)


def test_a_change_per_sample_sums_to_the_change():
    rule, state = triplet("all_to_all"), None
    for pre, post in zip(PRE, POST, strict=True):
        pairing, state = rule.pair(pre, post, state or rule.initial_state(pre, post))
        each = rule.change(pairing, WEIGHT, per_sample=True)
        assert each.shape == (B, M, N)
        torch.testing.assert_close(each.sum(0), rule.change(pairing, WEIGHT))


@pytest.mark.parametrize("bound", [*BOUNDS, (0.2, 0.5)], ids=str)
def test_each_sample_can_have_weights_of_its_own(bound):
    rule = PairSTDP(bound=bound)
    each = torch.rand(B, M, N, dtype=torch.float64, generator=generator(3))
    alone = torch.stack([rule(PRE[:, b : b + 1], POST[:, b : b + 1], each[b]) for b in range(B)])
    together, state = rule.run(PRE[:30], POST[:30], each)
    for pre, post in zip(PRE[30:], POST[30:], strict=True):
        together, state = rule.step(pre, post, together, state)
    torch.testing.assert_close(together, alone)
    assert (alone - each).abs().amin((1, 2)).min() > 1e-4


@pytest.mark.parametrize(
    ("bound", "up", "down"), [("additive", 1, 1), ((0.5, 2.0), 0.7**0.5, 0.3**2)]
)
def test_factors_are_powers_of_the_distance_to_the_bounds(bound, up, down):
    factors = PairSTDP(bound=bound, w_max=2.0).factors(torch.tensor(0.6, dtype=torch.float64))
    assert [float(factor) for factor in factors] == pytest.approx([up, down])


def test_factors_bear_a_rounding_error_beyond_the_bound():
    factors = PairSTDP(bound=(0.3, 0.3)).factors(torch.tensor([-1e-9, 1 + 1e-6]))
    assert all(torch.isfinite(factor).all() for factor in factors)


def test_a_bounded_change_is_potentiation_minus_depression_each_with_its_factor():
    up, down = torch.rand(2, B, M, N, dtype=torch.float64, generator=generator(4))
    expected = (1 - WEIGHT / 2) ** 0.5 * up - (WEIGHT / 2) ** 2.0 * down
    torch.testing.assert_close(
        PairSTDP(bound=(0.5, 2.0), w_max=2.0).bounded(up, down, WEIGHT), expected
    )
    assert torch.equal(PairSTDP().bounded(up, down, WEIGHT), up - down)


def test_a_spike_sets_a_nearest_trace_whatever_it_was():
    assert trace_step(torch.ones(1), torch.full((1,), 2.5), 0.5, "nearest").item() == 1.0
    assert trace_step(torch.zeros(1), torch.full((1,), 2.5), 0.5, "nearest").item() == 1.25


def test_the_drift_of_triplets_is_zero_at_the_rate_of_exercise_3_on_page_09():
    """Mean trains in place of spikes: for independent trains the drift is a product of means."""
    rule, drift = TripletSTDP(w_max=1e9), []
    for rate in (18.45, 18.47):
        pre, post = (
            torch.ones(1, 1, dtype=torch.float64),
            torch.full((1, 1), rate / 1000, dtype=torch.float64),
        )
        state = rule.initial_state(pre, post)
        for _ in range(4000):
            pairing, state = rule.pair(pre, post, state)
        drift.append(rule.change(pairing, torch.ones_like(pre)).item())
    assert drift[0] < 0 < drift[1]


def test_eligibility_is_every_past_change_discounted_by_its_age():
    rule = PairSTDP(20.0, 30.0, a_plus=1e-3, a_minus=2e-3, w_max=100.0)
    learner, weight = RewardSTDP(rule, tau_eligibility=25.0, lr=2.0), WEIGHT + 50
    state, success = (
        learner.initial_state(PRE[0], POST[0]),
        torch.tensor([0.5, -1.5], dtype=torch.float64),
    )
    for pre, post in zip(PRE, POST, strict=True):
        state = learner.step(pre, post, weight, state)
    for n in range(N):
        expected = 0.0
        for b in range(B):
            pre, post = times(PRE[:, b, n]), times(POST[:, b, 0])
            for s in pre:
                for t in post:
                    age = exponential(T - 1 - max(s, t), 25.0)
                    change = (
                        1e-3 * exponential(t - s, 20.0)
                        if t >= s
                        else -2e-3 * exponential(s - t, 30.0)
                    )
                    expected += 2.0 * success[b].item() * age * change
        moved = learner.reward(weight, state, success)[0, n] - weight[0, n]
        assert moved.item() == pytest.approx(expected, abs=1e-12)


def test_rewarded_weights_stay_within_their_bounds():
    learner, spike = RewardSTDP(PairSTDP(a_plus=0.5), lr=100.0), torch.ones(1, 1)
    state = learner.step(spike, spike, 0.5 * spike, learner.initial_state(spike, spike))
    assert learner.reward(0.5 * spike, state, torch.tensor([1.0])).item() == 1.0
    assert learner.reward(0.5 * spike, state, torch.tensor([-1.0])).item() == 0.0


def test_the_running_mean_is_a_geometric_sum():
    values, mean = torch.rand(20, generator=generator()), torch.tensor(0.0)
    for value in values:
        mean = running_mean_step(mean, value, 0.3)
    expected = sum(0.3 * 0.7 ** (19 - i) * value.item() for i, value in enumerate(values))
    assert mean.item() == pytest.approx(expected, abs=1e-6)


def test_time_constants_take_the_type_of_the_spikes():
    learner = RewardSTDP(PairSTDP(), torch.tensor([10.0, 60.0], dtype=torch.float64))
    state = learner.initial_state(PRE[0].float(), POST[0].float())
    state = learner.run(PRE.float(), POST.float(), WEIGHT.float(), state)
    assert state.eligibility.dtype == torch.float32
    assert RewardSTDP(PairSTDP(), torch.tensor(50.0)).decay == RewardSTDP(PairSTDP(), 50.0).decay


@pytest.mark.parametrize(
    "rule",
    [PairSTDP(), PairSTDP(bound="soft"), triplet("nearest")],
    ids=["pair", "soft", "triplet"],
)
@pytest.mark.parametrize(
    "tau", [25.0, torch.tensor([10.0, 60.0], dtype=torch.float64)], ids=["one tau", "two taus"]
)
def test_a_run_is_all_its_steps(rule, tau):
    learner, own = RewardSTDP(rule, tau), torch.stack([WEIGHT, 1 - WEIGHT])
    state = start = learner.initial_state(PRE[0], POST[0])
    for pre, post in zip(PRE, POST, strict=True):
        state = learner.step(pre, post, own, state)
    parts = learner.run(PRE[33:], POST[33:], own, learner.run(PRE[:33], POST[:33], own, start))
    for came, expected in zip(
        [*parts.traces, parts.eligibility], [*state.traces, state.eligibility], strict=True
    ):
        torch.testing.assert_close(came, expected, rtol=0, atol=1e-12)
    assert state.eligibility.abs().max() > 1e-3


def test_agents_with_weights_of_their_own_learn_as_if_alone():
    own, taus = torch.stack([WEIGHT, 1 - WEIGHT]), torch.tensor([10.0, 60.0], dtype=torch.float64)
    success, rule = torch.tensor([2.0, -3.0], dtype=torch.float64), PairSTDP(bound="soft")
    together = RewardSTDP(rule, taus)
    state = together.run(PRE, POST, own, together.initial_state(PRE[0], POST[0]))
    moved = together.reward(own, state, success)
    for b in range(B):
        alone, (pre, post) = (
            RewardSTDP(rule, taus[b].item()),
            (PRE[:, b : b + 1], POST[:, b : b + 1]),
        )
        state = alone.run(pre, post, own[b], alone.initial_state(pre[0], post[0]))
        torch.testing.assert_close(
            moved[b], alone.reward(own[b], state, success[b : b + 1]), rtol=0, atol=1e-12
        )
