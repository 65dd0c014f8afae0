"""STDP event by event: a loop over sorted spikes, cut at the bounds after each, in plain Python."""

import math

import pytest
import torch

from snn_core.plasticity import BOUNDS, PAIRINGS, PairSTDP, RewardSTDP, TripletSTDP

STEPS, N, M = 120, 3, 2
STRONG = {"a_plus": 0.3, "a_minus": 0.35}  # the bounds are reached again and again


def drawn(samples, neurons, seed, probability=0.2):
    generator = torch.Generator().manual_seed(seed)
    chance = torch.full((STEPS, samples, neurons), probability, dtype=torch.float64)
    return torch.bernoulli(chance, generator=generator)


PRE, POST = drawn(1, N, 0), drawn(1, M, 1)
WEIGHT = torch.rand(M, N, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


class Synapse:
    """One synapse as an event-based simulator has it: traces decay from spike to spike."""

    def __init__(self, weight, exponents, low, high, pairing, a_plus, a_minus):
        self.weight, self.exponents, self.low, self.high = weight, exponents, low, high
        self.nearest = pairing == "nearest"
        self.a_plus, self.a_minus = a_plus, a_minus
        self.x = self.y = 0.0  # right after their last spike
        self.last_pre = self.last_post = -math.inf

    def move(self, change):
        share = (self.weight - self.low) / (self.high - self.low)
        mu_plus, mu_minus = self.exponents
        change *= (1 - share) ** mu_plus if change > 0 else share**mu_minus
        self.weight = min(max(self.weight + change, self.low), self.high)

    def pre(self, t):
        y = self.y * math.exp(-(t - self.last_post) / 30.0)
        self.move(-self.a_minus * y)
        left = self.x * math.exp(-(t - self.last_pre) / 20.0)
        self.x, self.last_pre = 1.0 if self.nearest else left + 1, t

    def post(self, t):
        x = self.x * math.exp(-(t - self.last_pre) / 20.0)
        self.move(self.a_plus * x)
        left = self.y * math.exp(-(t - self.last_post) / 30.0)
        self.y, self.last_post = 1.0 if self.nearest else left + 1, t


def by_events(pre, post, weight, bound, low=0.0, high=1.0, pairing="all_to_all", **amplitudes):
    """Return the weights after all spikes in their order; the presynaptic one first in a step."""
    learnt = weight.clone()
    for m in range(M):
        for n in range(N):
            events = [(t, 0) for t in pre[:, 0, n].nonzero().flatten().tolist()]
            events += [(t, 1) for t in post[:, 0, m].nonzero().flatten().tolist()]
            exponents = BOUNDS.get(bound, bound)
            synapse = Synapse(weight[m, n].item(), exponents, low, high, pairing, **amplitudes)
            for t, side in sorted(events):
                (synapse.post if side else synapse.pre)(t)
            learnt[m, n] = synapse.weight
    return learnt


@pytest.mark.parametrize("pairing", PAIRINGS)
@pytest.mark.parametrize("bound", [*BOUNDS, (0.2, 0.5)], ids=str)
@pytest.mark.parametrize(("low", "high"), [(0.0, 1.0), (-2.0, 0.0), (-0.5, 3.0)])
def test_the_pair_rule_is_a_loop_over_events_with_a_cut_after_each(low, high, bound, pairing):
    start = low + (high - low) * WEIGHT
    rule = PairSTDP(20.0, 30.0, bound=bound, w_min=low, w_max=high, pairing=pairing, **STRONG)
    learnt = rule(PRE, POST, start)
    expected = by_events(PRE, POST, start, bound, low, high, pairing, **STRONG)
    torch.testing.assert_close(learnt, expected, rtol=0, atol=1e-12)
    assert (learnt - start).abs().min() > 1e-3


@pytest.mark.parametrize("steps", range(2, STEPS, 7))
def test_the_bounds_are_met_on_the_way(steps):
    """The comparison above is one of paths that touch both bounds, not of their ends only."""
    learnt = PairSTDP(20.0, 30.0, **STRONG)(PRE[:steps], POST[:steps], WEIGHT)
    expected = by_events(PRE[:steps], POST[:steps], WEIGHT, "additive", **STRONG)
    torch.testing.assert_close(learnt, expected, rtol=0, atol=1e-12)


def test_both_bounds_are_reached_on_the_way():
    weight, state, touched = WEIGHT, None, set()
    for pre, post in zip(PRE, POST, strict=True):
        weight, state = PairSTDP(20.0, 30.0, **STRONG).run(pre[None], post[None], weight, state)
        touched |= set(weight.flatten().tolist()) & {0.0, 1.0}
    assert touched == {0.0, 1.0}


def test_a_silent_weight_that_meets_both_spikes_in_one_step_is_potentiated_in_full():
    rule, spike = PairSTDP(), torch.ones(1, 1, 1, dtype=torch.float64)
    _, state = rule.run(0 * spike, spike, spike[0])  # a postsynaptic spike, one step before
    moved, _ = rule.step(spike[0], spike[0], 0 * spike[0], state)
    assert moved.item() == pytest.approx(0.01, abs=1e-15)


def test_the_triplet_rule_is_cut_after_each_event_too():
    rule, spike = TripletSTDP(a_plus=0.2, a_minus=0.3), torch.ones(1, 1, dtype=torch.float64)
    weight, state = 0.1 * spike, rule.initial_state(spike, spike)
    expected, x, y, slow = 0.1, 0.0, 0.0, 0.0
    for t in range(40):
        pre, post = float(t % 3 == 0), float(t % 2 == 0)
        weight, state = rule.step(pre * spike, post * spike, weight, state)
        y, slow = y * math.exp(-1 / 33.7), slow * math.exp(-1 / 114.0)
        x = x * math.exp(-1 / 16.8) + pre
        expected = max(expected - pre * 0.3 * y, 0.0)
        expected = min(expected + post * x * (0.2 + 6.5e-3 * slow), 1.0)
        assert weight.item() == pytest.approx(expected, abs=1e-12)
        y, slow = y + post, slow + post


@pytest.mark.parametrize("bound", ["additive", "soft"])
def test_the_samples_of_a_step_are_one_event_on_each_side(bound):
    """Their depressions are added, scaled and cut together, then their potentiations."""
    pre, post = drawn(4, 1, 5), drawn(4, 1, 6)
    rule = PairSTDP(20.0, 30.0, bound=bound, **STRONG)
    expected, x, y = 0.5, [0.0] * 4, [0.0] * 4
    up, down = math.exp(-1 / 20.0), math.exp(-1 / 30.0)
    for before, after in zip(pre[..., 0].tolist(), post[..., 0].tolist(), strict=True):
        x = [up * old + new for old, new in zip(x, before, strict=True)]
        y = [down * old for old in y]
        loss = 0.35 * sum(old * new for old, new in zip(y, before, strict=True))
        expected = max(expected - loss * (expected if bound == "soft" else 1), 0.0)
        gain = 0.3 * sum(old * new for old, new in zip(x, after, strict=True))
        expected = min(expected + gain * (1 - expected if bound == "soft" else 1), 1.0)
        y = [old + new for old, new in zip(y, after, strict=True)]
    half = torch.full((1, 1), 0.5, dtype=torch.float64)
    assert rule(pre, post, half).item() == pytest.approx(expected, abs=1e-12)


def test_an_inhibitory_weight_grows_stronger_by_depression():
    rule, spike = PairSTDP(w_min=-1.0, w_max=0.0, bound="soft"), torch.ones(1, 1)
    weight, state = -0.25 * spike, rule.initial_state(spike, spike)
    _, state = rule.step(0 * spike, spike, weight, state)
    stronger, _ = rule.step(spike, 0 * spike, weight, state)
    assert stronger.item() == pytest.approx(-0.25 - 0.75 * 0.0105 * math.exp(-1 / 20))
    weaker, _ = rule.step(spike, spike, weight, rule.initial_state(spike, spike))
    assert weaker.item() == pytest.approx(-0.25 + 0.25 * 0.01)


RULES = {
    "pair": PairSTDP(20.0, 30.0, **STRONG),
    "nearest": PairSTDP(20.0, 30.0, pairing="nearest", bound="soft", **STRONG),
    "triplet": TripletSTDP(a_plus=0.2, a3_minus=0.1),
}


@pytest.mark.parametrize("own", [False, True], ids=["shared weights", "own weights"])
@pytest.mark.parametrize("name", RULES)
def test_in_pieces_or_in_one_the_rule_gives_the_same(name, own):
    rule, pre, post = RULES[name], drawn(2, N, 3), drawn(2, M, 4)
    start = torch.stack([WEIGHT, 1 - WEIGHT]) if own else WEIGHT
    whole = rule(pre, post, start)
    weight, state = start, None
    for first, last in ((0, 1), (1, 50), (50, STEPS)):
        weight, state = rule.run(pre[first:last], post[first:last], weight, state)
    assert torch.equal(weight, whole)
    stepped, at = start, rule.initial_state(pre[0], post[0])
    for now_pre, now_post in zip(pre, post, strict=True):
        stepped, at = rule.step(now_pre, now_post, stepped, at)
    assert torch.equal(stepped, whole)
    for came, expected in zip(at, state, strict=True):
        assert torch.equal(came, expected)
    last = STEPS - 5
    restarted = rule(pre[last:], post[last:], rule(pre[:last], post[:last], start))
    assert not torch.allclose(restarted, whole)


def test_a_pair_whose_spikes_lie_in_two_pieces_counts():
    pre, post = torch.zeros(2, 10, 1, 1, dtype=torch.float64)
    pre[2], post[7] = 1.0, 1.0
    half = torch.full((1, 1), 0.5, dtype=torch.float64)
    middle, state = PairSTDP().run(pre[:5], post[:5], half)
    assert torch.equal(middle, half)
    end, _ = PairSTDP().run(pre[5:], post[5:], middle, state)
    assert end.item() == pytest.approx(0.5 + 0.01 * math.exp(-5 / 20), abs=1e-15)


def test_an_eligibility_in_pieces_is_that_of_the_whole():
    learner, pre, post = RewardSTDP(PairSTDP(20.0, 30.0)), drawn(2, N, 3), drawn(2, M, 4)
    whole = learner.run(pre, post, WEIGHT)
    piece = learner.run(pre[70:], post[70:], WEIGHT, learner.run(pre[:70], post[:70], WEIGHT))
    torch.testing.assert_close(piece.eligibility, whole.eligibility, rtol=0, atol=1e-13)
    again = learner.run(pre[70:], post[70:], WEIGHT)
    assert (again.eligibility - whole.eligibility).abs().max() > 1e-2


def test_an_eligibility_is_asked_for_at_the_weight_as_it_stands_and_cut_with_the_reward():
    """No cut on the way: an additive rule asks a weight at 0 for depression, and pays it later."""
    rule, spike = PairSTDP(), torch.ones(1, 1, dtype=torch.float64)
    learner, nothing = RewardSTDP(rule, 1e9), torch.zeros(1, 1, dtype=torch.float64)
    state = learner.step(nothing, spike, nothing, learner.initial_state(spike, spike))
    state = learner.step(spike, spike, nothing, state)
    asked = 0.01 - 0.0105 * math.exp(-1 / 20)
    assert state.eligibility.item() == pytest.approx(asked, abs=1e-9)
    paid = learner.reward(nothing, state, torch.tensor([-100.0], dtype=torch.float64))
    assert paid.item() == pytest.approx(max(-100 * asked, 0), abs=1e-7)
    assert learner.reward(nothing, state, torch.tensor([1e5])).item() == 1.0
