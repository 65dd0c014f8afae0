"""Plasticity in pieces: whole, in halves and step by step alike, and as loops over spikes say."""

import math
from itertools import pairwise

import pytest
import torch

from snn_core.plasticity import (
    BOUNDS,
    PAIRINGS,
    PairSTDP,
    RewardSTDP,
    TripletSTDP,
    spike_trace,
)

STEPS, B, N, M = 90, 2, 3, 2
TRIPLETS = {"a3_plus": 0.2, "a3_minus": 0.25, "tau_x": 40.0, "tau_y": 50.0}
ALL_BOUNDS = [*BOUNDS, (0.2, 0.5)]
RANGES = [(0.0, 1.0), (-1.0, 0.0), (-0.5, 3.0), (-2.0, -0.3)]


def drawn(samples, neurons, seed, probability=0.2):
    generator = torch.Generator().manual_seed(seed)
    chance = torch.full((STEPS, samples, neurons), probability, dtype=torch.float64)
    return torch.bernoulli(chance, generator=generator)


PRE, POST = drawn(B, N, 0), drawn(B, M, 1)
SHARE = torch.rand(B, M, N, dtype=torch.float64, generator=torch.Generator().manual_seed(2))


def strong(kind, low, high, scale=1.0, **options):
    """Return a rule that, at a scale of 1, reaches its bounds again and again."""
    size = scale * (high - low)
    amplitudes = {"a_plus": 0.3 * size, "a_minus": 0.35 * size}
    if kind is TripletSTDP:
        amplitudes |= {name: TRIPLETS[name] * size for name in ("a3_plus", "a3_minus")}
        amplitudes |= {name: TRIPLETS[name] for name in ("tau_x", "tau_y")}
    return kind(20.0, 30.0, **amplitudes, w_min=low, w_max=high, **options)


def in_pieces(rule, pre, post, weight, ends):
    """Return weights and state after calls of `run` on pieces of the trains."""
    state = None
    for first, last in pairwise(ends):
        weight, state = rule.run(pre[first:last], post[first:last], weight, state)
    return weight, state


def by_steps(rule, pre, post, weight):
    """Return weights and state after one call of `step` for each step."""
    state = rule.initial_state(pre[0], post[0])
    for now_pre, now_post in zip(pre, post, strict=True):
        weight, state = rule.step(now_pre, now_post, weight, state)
    return weight, state


def heard(at, spikes, tau, pairing):
    """Return the sum over spikes of how much is left of each, or of the last one."""
    counted = spikes[-1:] if pairing == "nearest" else spikes
    return sum(math.exp(-(at - spike) / tau) for spike in counted)


def one_synapse(rule, pre, post, weight):
    """Return a weight after a double loop over spikes: no trace, cut after each spike."""
    a3_plus, a3_minus = getattr(rule, "a3_plus", 0.0), getattr(rule, "a3_minus", 0.0)
    size, (mu_plus, mu_minus) = rule.w_max - rule.w_min, rule.exponents
    before = lambda spikes, t: [s for s in spikes if s < t]  # noqa: E731
    for t in sorted({*pre, *post}):
        if t in pre:
            slow = heard(t, before(pre, t), TRIPLETS["tau_x"], rule.pairing)
            ask = (rule.a_minus + a3_minus * slow) * heard(t, before(post, t), 30.0, rule.pairing)
            weight -= ask * ((weight - rule.w_min) / size) ** mu_minus
            weight = max(weight, rule.w_min)
        if t in post:
            slow = heard(t, before(post, t), TRIPLETS["tau_y"], rule.pairing)
            ask = (rule.a_plus + a3_plus * slow) * heard(t, before(pre, t + 1), 20.0, rule.pairing)
            weight += ask * ((rule.w_max - weight) / size) ** mu_plus
            weight = min(weight, rule.w_max)
    return weight


def times(train):
    return train.nonzero().flatten().tolist()


@pytest.mark.parametrize("kind", [PairSTDP, TripletSTDP])
@pytest.mark.parametrize("pairing", PAIRINGS)
@pytest.mark.parametrize("bound", ALL_BOUNDS, ids=str)
@pytest.mark.parametrize(("low", "high"), RANGES)
def test_pieces_are_a_double_loop_over_the_spikes_of_the_whole(low, high, bound, pairing, kind):
    """Every sample has synapses of its own, inhibitory ones too."""
    rule = strong(kind, low, high, bound=bound, pairing=pairing)
    start = low + (high - low) * SHARE
    expected = start.clone()
    for b, m, n in torch.cartesian_prod(*map(torch.arange, (B, M, N))).tolist():
        pre, post = times(PRE[:, b, n]), times(POST[:, b, m])
        expected[b, m, n] = one_synapse(rule, pre, post, start[b, m, n].item())
    halves, _ = in_pieces(rule, PRE, POST, start, (0, STEPS // 2, STEPS))
    torch.testing.assert_close(halves, expected, rtol=0, atol=1e-11)
    stepped, _ = by_steps(rule, PRE, POST, start)
    torch.testing.assert_close(stepped, expected, rtol=0, atol=1e-11)
    torch.testing.assert_close(rule(PRE, POST, start), expected, rtol=0, atol=1e-11)
    assert (expected - start).abs().max() > 0.1 * (high - low)
    assert expected.min() >= low
    assert expected.max() <= high


@pytest.mark.parametrize("own", [False, True], ids=["shared weights", "own weights"])
@pytest.mark.parametrize("kind", [PairSTDP, TripletSTDP])
@pytest.mark.parametrize("bound", ALL_BOUNDS, ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(("low", "high"), [(0.0, 0.3), (-1.0, 0.0), (-0.7, 0.1)])
def test_whole_halves_and_steps_end_alike(low, high, dtype, bound, kind, own):
    """Bounds that float32 cannot hold are met as well, and handed back to the rule."""
    pre, post, share = PRE.to(dtype), POST.to(dtype), SHARE.to(dtype)
    rule = strong(kind, low, high, scale=0.2, bound=bound)
    start = rule.clip(low + (high - low) * (share if own else share[0]))
    whole, end = rule.run(pre, post, start)
    assert torch.equal(rule(pre, post, start), whole)
    for weight, state in (
        in_pieces(rule, pre, post, start, (0, STEPS // 2, STEPS)),
        in_pieces(rule, pre, post, start, (0, 1, 2, 60, STEPS)),
        by_steps(rule, pre, post, start),
    ):
        assert torch.equal(weight, whole)
        assert all(map(torch.equal, state, end))
    restarted = rule(pre[45:], post[45:], rule(pre[:45], post[:45], start))
    assert not torch.allclose(restarted, whole)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize(("low", "high"), [(0.0, 0.3), (-0.3, 0.0), (-1.0, -0.1), (0.1, 0.7)])
def test_a_bound_is_met_as_the_dtype_of_the_weights_holds_it(low, high, dtype):
    rule, spikes = PairSTDP(w_min=low, w_max=high), torch.ones(2, 1, 1, dtype=dtype)
    for bound, beyond in ((low, -math.inf), (high, math.inf)):
        held = torch.full((1, 1), bound, dtype=dtype)
        assert low - 1e-7 <= rule(spikes, spikes, held).item() <= high + 1e-7
        step = max(abs(bound), 0.1) * torch.finfo(dtype).eps
        with pytest.raises(ValueError, match=r"^weight: got .*, expected values in "):
            rule(spikes, spikes, held + math.copysign(step, beyond))
        with pytest.raises(ValueError, match=r"^weight: got .*inf, expected values in "):
            rule(spikes, spikes, torch.full((1, 1), beyond, dtype=dtype))


def test_a_bound_too_large_for_half_precision_lets_no_infinity_in():
    rule, spikes = PairSTDP(w_max=1e6), torch.ones(2, 1, 1, dtype=torch.float16)
    assert rule(spikes, spikes, 6e4 * spikes[0]).item() > 5e4
    with pytest.raises(ValueError, match="^weight: got values from inf to inf, expected values in"):
        rule(spikes, spikes, math.inf * spikes[0])


@pytest.mark.parametrize("rule", [PairSTDP(), TripletSTDP()], ids=["pair", "triplet"])
def test_a_call_on_one_step_is_refused(rule):
    half = torch.full((M, N), 0.5, dtype=torch.float64)
    with pytest.raises(ValueError, match=r"^pre: got one step, expected several: .*`step`"):
        rule(PRE[:1], POST[:1], half)
    taken, _ = rule.run(PRE[:1], POST[:1], half)
    assert taken.shape == half.shape


@pytest.mark.parametrize("kind", [PairSTDP, TripletSTDP])
def test_potentiation_weakens_an_inhibitory_weight(kind):
    """Pre before post moves it up to 0, post before pre down to -1, whatever the bound."""
    first, second = torch.zeros(2, 10, 1, 1, dtype=torch.float64)
    first[2], second[7] = 1.0, 1.0
    start = torch.full((1, 1), -0.5, dtype=torch.float64)
    for bound in ALL_BOUNDS:
        rule = strong(kind, -1.0, 0.0, bound=bound)
        weaker, _ = in_pieces(rule, first, second, start, (0, 5, 10))
        stronger, _ = in_pieces(rule, second, first, start, (0, 5, 10))
        up, down = (0.5**mu for mu in rule.exponents)
        assert weaker.item() == pytest.approx(-0.5 + 0.3 * up * math.exp(-5 / 20), abs=1e-12)
        assert stronger.item() == pytest.approx(-0.5 - 0.35 * down * math.exp(-5 / 30), abs=1e-12)


@pytest.mark.parametrize("kind", [PairSTDP, TripletSTDP])
def test_an_inhibitory_weight_is_an_excitatory_one_moved_by_its_range(kind):
    for bound in ALL_BOUNDS:
        inhibitory = strong(kind, -1.0, 0.0, bound=bound)(PRE, POST, SHARE - 1)
        excitatory = strong(kind, 0.0, 1.0, bound=bound)(PRE, POST, SHARE)
        torch.testing.assert_close(inhibitory + 1, excitatory, rtol=0, atol=1e-11)


def eligibility_loop(rule, pre, post, weight, tau):
    """Return what is left of every change of one synapse whose weight stays as it is."""
    a3_plus, a3_minus = getattr(rule, "a3_plus", 0.0), getattr(rule, "a3_minus", 0.0)
    share, (mu_plus, mu_minus) = (weight - rule.w_min) / (rule.w_max - rule.w_min), rule.exponents
    total = 0.0
    for s in pre:
        for t in post:
            lag, age = t - s, math.exp(-(STEPS - 1 - max(s, t)) / tau)
            mine = [r for r in (post if lag >= 0 else pre) if r < max(s, t)]
            slow = heard(max(s, t), mine, TRIPLETS["tau_y" if lag >= 0 else "tau_x"], "all_to_all")
            if lag >= 0:
                ask = (rule.a_plus + a3_plus * slow) * math.exp(-lag / 20.0)
                total += age * (1 - share) ** mu_plus * ask
            else:
                ask = (rule.a_minus + a3_minus * slow) * math.exp(lag / 30.0)
                total -= age * share**mu_minus * ask
    return total


@pytest.mark.parametrize("kind", [PairSTDP, TripletSTDP])
@pytest.mark.parametrize("bound", ALL_BOUNDS, ids=str)
@pytest.mark.parametrize(("low", "high"), RANGES)
@pytest.mark.parametrize("own", [False, True], ids=["shared weights", "own weights"])
def test_a_reward_pays_for_pieces_what_it_pays_for_the_whole(own, low, high, bound, kind):
    taus = torch.tensor([15.0, 60.0], dtype=torch.float64)
    rule = strong(kind, low, high, bound=bound)
    learner, start = RewardSTDP(rule, taus, lr=0.05), low + (high - low) * SHARE
    weight = start if own else start[0]
    half = learner.run(PRE[:40], POST[:40], weight)
    halves = learner.run(PRE[40:], POST[40:], weight, half)
    stepped = learner.initial_state(PRE[0], POST[0])
    for pre, post in zip(PRE, POST, strict=True):
        stepped = learner.step(pre, post, weight, stepped)
    expected = torch.zeros(B, M, N, dtype=torch.float64)
    for b, m, n in torch.cartesian_prod(*map(torch.arange, (B, M, N))).tolist():
        pre, post, stands = times(PRE[:, b, n]), times(POST[:, b, m]), weight.expand(B, M, N)
        at = stands[b, m, n].item()
        expected[b, m, n] = eligibility_loop(rule, pre, post, at, taus[b].item())
    success = torch.tensor([1.0, -0.5], dtype=torch.float64)
    change = 0.05 * success.view(B, 1, 1) * expected
    paid = (weight + (change if own else change.sum(0))).clamp(low, high)
    for state in (learner.run(PRE, POST, weight), halves, stepped):
        torch.testing.assert_close(state.eligibility, expected, rtol=0, atol=1e-11)
        moved = learner.reward(weight, state, success)
        torch.testing.assert_close(moved, paid, rtol=0, atol=1e-11)
    assert (paid - weight).abs().max() > 1e-2 * (high - low)


@pytest.mark.parametrize("pairing", PAIRINGS)
@pytest.mark.parametrize("dtype", [torch.float16, torch.float32, torch.float64])
def test_a_trace_goes_on_from_the_last_one_of_an_earlier_call(dtype, pairing):
    spikes = PRE.to(dtype)
    whole = spike_trace(spikes, 12.0, dt=0.5, pairing=pairing)
    first = spike_trace(spikes[:40], 12.0, dt=0.5, pairing=pairing)
    second = spike_trace(spikes[40:], 12.0, dt=0.5, pairing=pairing, trace=first[-1])
    assert torch.equal(torch.cat([first, second]), whole)
    past = times(PRE[:, 1, 2])
    assert second[-1, 1, 2].item() == pytest.approx(
        heard(STEPS - 1, past, 24.0, pairing), rel=1e-12 if dtype == torch.float64 else 1e-5
    )


@pytest.mark.parametrize(
    ("trace", "came"),
    [
        (torch.zeros(N), r"shape \[3\]"),
        (torch.zeros(1, N), r"shape \[1, 3\]"),
        (torch.zeros(STEPS, B, N), r"shape \[90, 2, 3\]"),
        (torch.zeros(B, N).long(), ".*int64"),
        (torch.full((B, N), math.nan), "NaN"),
        (torch.full((B, N), math.inf), "infinite"),
        (0.5, "float"),
    ],
)
def test_a_trace_to_go_on_from_fits_the_spikes(trace, came):
    with pytest.raises(ValueError, match=rf"^trace: got .*{came}.*, expected "):
        spike_trace(PRE, 5.0, trace=trace)
