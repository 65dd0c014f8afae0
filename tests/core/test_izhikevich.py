"""The Izhikevich neuron against a fine Runge-Kutta solution, with the constants of the paper."""

import math
from functools import cache

import numpy as np
import pytest
import torch

from snn_core import Izhikevich
from snn_core.neurons import IzhikevichState, izhikevich_step
from snn_core.neurons.izhikevich import _membrane_after, _time_to_peak

# Izhikevich 2003, figure 2
PAPER = {
    "regular_spiking": (0.02, 0.2, -65.0, 8.0),
    "intrinsically_bursting": (0.02, 0.2, -55.0, 4.0),
    "chattering": (0.02, 0.2, -50.0, 2.0),
    "fast_spiking": (0.1, 0.2, -65.0, 2.0),
    "low_threshold_spiking": (0.02, 0.25, -65.0, 2.0),
}
TABLE = np.array(list(PAPER.values())).T[:, :, None]  # a, b, c, d: [4, patterns, 1]
CURRENTS = np.array([-100.0, -20, -5, 0, 4, 6, 10, 15, 20, 40])  # mV/ms
TIME = 400  # ms
RULES = dict(zip("abcd", PAPER["regular_spiking"], strict=True))


def derivatives(v, w, current):
    a, b, _, _ = TABLE
    return 0.04 * v**2 + 5 * v + 140 - w + current, a * (b * v - w)


def runge_kutta(v, w, current, step):
    """Return v and w after one classical step of fourth order, of its own length for each."""
    total_v, total_w = 0.0, 0.0
    dv, dw = derivatives(v, w, current)
    for weight, share in ((1, 0.5), (2, 0.5), (2, 1.0), (1, 0.0)):
        total_v, total_w = total_v + weight * dv, total_w + weight * dw
        dv, dw = derivatives(v + share * step * dv, w + share * step * dw, current)
    return v + step / 6 * total_v, w + step / 6 * total_w


def rest(b):
    """Return the state in which both derivatives are 0, the stable one."""
    v = (b - 5 - np.sqrt((5 - b) ** 2 - 4 * 0.04 * 140)) / 0.08
    return v, b * v


@pytest.fixture(scope="module")
def true_times():
    """Return the spike times in ms of each pattern and current, ``[patterns][currents]``."""
    _, b, c, d = TABLE
    step = 0.02
    shape = (len(PAPER), len(CURRENTS))
    v, w = (np.broadcast_to(each, shape).copy() for each in rest(b))
    times = [[[] for _ in CURRENTS] for _ in PAPER]
    for k in range(round(TIME / step)):
        new_v, new_w = runge_kutta(v, w, CURRENTS, step)
        crossed = new_v >= 30
        if crossed.any():  # a straight line to the peak, then on from the reset
            share = np.divide(30 - v, new_v - v, where=crossed, out=np.ones(shape))
            at_peak = w + share * (new_w - w)
            start = np.where(crossed, c, new_v), np.where(crossed, at_peak + d, new_w)
            new_v, new_w = runge_kutta(*start, CURRENTS, (1 - share) * step)
            for i, j in np.argwhere(crossed):
                times[i][j].append((k + share[i, j]) * step)
        v, w = new_v, new_w
    return times


@cache
def simulate(dt, dtype):
    """Return the spikes of all patterns and currents, ``[T, patterns, currents]``."""
    a, b, c, d = torch.tensor(TABLE, dtype=dtype)
    current = torch.tensor(CURRENTS, dtype=dtype).expand(len(PAPER), -1)
    v, w = (torch.tensor(each, dtype=dtype).expand_as(current) for each in rest(TABLE[1]))
    state, train = IzhikevichState(v, w), []
    for _ in range(round(TIME / dt)):
        spikes, _, state = izhikevich_step(current, state, a=a, b=b, c=c, d=d, dt=dt)
        train.append(spikes)
    return torch.stack(train)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("dt", [0.1, 0.25, 0.5, 1.0])
def test_spikes_come_when_they_come_in_the_exact_solution(dt, dtype, true_times):
    """The first five within one step of the true one, and all of them in number, to 2 %."""
    trains = simulate(dt, dtype)
    for i, pattern in enumerate(PAPER):
        for j, current in enumerate(CURRENTS):
            true = np.array(true_times[i][j])
            found = dt * trains[:, i, j].nonzero().flatten().numpy()
            case = f"{pattern} at {current}: {found[:6]}, not {true[:6]}"
            assert abs(len(found) - len(true)) <= max(1, 0.02 * len(true)), case
            first = min(5, len(true), len(found))
            early = (
                found[:first] - true[:first]
            )  # the step that holds the true time begins before it
            assert (early > -2 * dt).all(), case
            assert (early < dt).all(), case


def test_at_the_default_step_spikes_come_within_a_tenth_of_a_millisecond(true_times):
    trains = simulate(0.5, torch.float64)
    worst = 0.0
    for i in range(len(PAPER)):
        for j in range(len(CURRENTS)):
            true = np.array(true_times[i][j][:5])
            begin = 0.5 * trains[:, i, j].nonzero().flatten().numpy()[: len(true)]
            worst = max([worst, *(begin - true), *(true - begin - 0.5)])
    assert worst < 0.1
    assert sum(map(len, sum(true_times, []))) > 1000


def test_inhibition_never_excites(true_times):
    for dt in (0.1, 0.5, 1.0):
        assert simulate(dt, torch.float64)[:, :, CURRENTS < 0].sum() == 0
    assert not any(times for row in true_times for times in row[:3])
    for current in (-1e2, -1e3, -1e4, -1e6):
        neuron = Izhikevich("fast_spiking", dt=1.0)
        spikes, membrane, _ = neuron(torch.full((200, 1, 1), current), record=True)
        assert spikes.sum() == 0
        assert membrane.max() < -100


@pytest.mark.parametrize("pattern", PAPER)
def test_a_named_pattern_has_the_constants_of_the_paper(pattern):
    rules = dict(zip("abcd", PAPER[pattern], strict=True))
    current = torch.full((300, 1, 1), 10.0, dtype=torch.float64)
    v, w = rest(rules["b"])
    state = IzhikevichState(*(torch.full((1, 1), each, dtype=torch.float64) for each in (v, w)))
    expected = []
    for now in current:
        spikes, membrane, state = izhikevich_step(now, state, **rules, dt=0.5)
        expected.append((spikes, membrane))
    spikes, membrane = map(torch.stack, zip(*expected, strict=True))
    found = Izhikevich(pattern)(current, record=True)
    assert spikes.sum() > 3
    assert torch.equal(found.spikes, spikes)
    torch.testing.assert_close(found.membrane, membrane, rtol=0, atol=1e-9)
    torch.testing.assert_close(found.state, state, rtol=0, atol=1e-9)
    assert Izhikevich(pattern).constants == rules


def test_a_constant_can_be_given_in_place_of_the_pattern_s():
    neuron = Izhikevich("chattering", a=0.03, b=0.1, c=-60.0, d=5.0, dt=0.25)
    assert neuron.constants == {"a": 0.03, "b": 0.1, "c": -60.0, "d": 5.0}
    assert neuron.extra_repr() == "a=0.03, b=0.1, c=-60, d=5, dt=0.25"
    assert Izhikevich("chattering", d=5.0).constants == {"a": 0.02, "b": 0.2, "c": -50.0, "d": 5.0}


@pytest.mark.parametrize("pattern", PAPER)
@pytest.mark.parametrize(("dtype", "bound"), [(torch.float32, 1e-3), (torch.float64, 1e-9)])
def test_it_rests_without_input(pattern, dtype, bound):
    spikes, membrane, state = Izhikevich(pattern)(torch.zeros(200, 1, 1, dtype=dtype), record=True)
    v, w = rest(PAPER[pattern][1])
    assert spikes.sum() == 0
    assert (membrane - v).abs().max() < bound
    assert (state.recovery - w).abs().max() < bound


def one(value):
    return torch.tensor([value], dtype=torch.float64)


def test_without_recovery_a_part_is_of_second_order_in_the_closed_form():
    """Below the peak ``v + 62.5`` follows a tangent: ``s tan(0.04 s t + atan((v + 62.5) / s))``."""
    current, errors = 60.0, []
    s = math.sqrt((140 + current) / 0.04 - 62.5**2)
    start = IzhikevichState(one(-70.0), one(0.0))
    for dt in (1 / 16, 1 / 32, 1 / 64):
        exact = s * math.tan(0.04 * s * dt + math.atan(-7.5 / s)) - 62.5
        rules = {"a": 0.0, "b": 0.0, "c": -65.0, "d": 0.0, "dt": dt}
        _, membrane, _ = izhikevich_step(one(current), start, **rules)
        errors.append(membrane.item() - exact)
    assert abs(errors[0]) < 0.01
    assert errors[0] / errors[1] == pytest.approx(8, rel=0.05)
    assert errors[1] / errors[2] == pytest.approx(8, rel=0.05)


def test_the_time_to_the_peak_is_when_the_rule_reaches_it():
    v = torch.linspace(-20, 29.5, 12, dtype=torch.float64)
    drive = torch.linspace(120, 400, 12, dtype=torch.float64)
    time = _time_to_peak(v, drive)
    assert (time > 0).all()
    torch.testing.assert_close(_membrane_after(time, v, drive), torch.full_like(v, 30.0))


def test_a_step_is_the_same_as_its_parts():
    """A spike and what follows it within the step: the rest of the step is not lost."""
    current, spiked = one(60.0), 0
    whole = split = IzhikevichState(one(-50.0), one(-10.0))
    for _ in range(20):
        spikes, _, whole = izhikevich_step(current, whole, **RULES, dt=0.5)
        parts = 0
        for _ in range(8):
            part, _, split = izhikevich_step(current, split, **RULES, dt=0.0625)
            parts += part
        torch.testing.assert_close(parts, spikes)
        torch.testing.assert_close(split, whole, rtol=0, atol=1e-10)
        spiked += spikes.item()
    assert spiked > 2


def test_a_second_spike_of_a_step_waits_for_the_next_step():
    rules = RULES | {"c": 29.0, "d": 0.0, "dt": 0.5}
    state = IzhikevichState(one(29.0), one(-10.0))
    for _ in range(3):
        spikes, membrane, state = izhikevich_step(one(50.0), state, **rules)
        assert spikes == 1
        assert membrane > 30
        assert state.membrane == 30
    spikes, _, released = izhikevich_step(one(-2000.0), state, **rules)
    assert spikes == 0
    assert released.membrane < 0


def test_half_precision_computes_in_single():
    current = torch.full((200, 1, 1), 10.0)
    expected = Izhikevich("chattering")(current, record=True)
    for dtype in (torch.float16, torch.bfloat16):
        found = Izhikevich("chattering").to(dtype)(current.to(dtype), record=True)
        assert found.spikes.dtype == dtype
        assert found.membrane.dtype == found.state.recovery.dtype == torch.float32
        assert torch.equal(found.spikes.float(), expected.spikes)
        assert torch.equal(found.membrane, expected.membrane)


def hard(distance):
    """A spike without any gradient."""
    return (distance > 0).to(distance.dtype)


def after_a_spike(current, v, w, detach_reset, rules=RULES):
    state = IzhikevichState(v, w)
    for _ in range(3):
        _, _, state = izhikevich_step(
            current, state, **rules, dt=0.5, detach_reset=detach_reset, spike=hard
        )
    return state


def test_with_an_attached_reset_the_gradient_goes_through_the_time_of_the_spike():
    start = [one(value).requires_grad_() for value in (20.0, 10.0, -12.0)]
    assert after_a_spike(*start, False).recovery > -12 + 7
    assert torch.autograd.gradcheck(lambda *x: tuple(after_a_spike(*x, False)), start)


def test_with_a_detached_reset_nothing_comes_back_from_before_the_spike():
    forgetful = RULES | {"a": 0.0}
    gradients = {}
    for detach_reset in (True, False):
        current, v, w = (one(value).requires_grad_() for value in (20.0, 10.0, -12.0))
        membrane = after_a_spike(current, v, w, detach_reset, forgetful).membrane
        gradients[detach_reset] = torch.autograd.grad(membrane, (v, current))
    assert gradients[True][0] == 0
    assert gradients[True][1] > 0
    assert gradients[False][0] != 0


def test_the_surrogate_is_taken_at_the_distance_to_the_peak_in_units_of_100_millivolts():
    seen = []

    def watched(distance):
        seen.append(distance)
        return hard(distance)

    state = IzhikevichState(one(-60.0), one(-12.0))
    _, membrane, _ = izhikevich_step(one(10.0), state, **RULES, spike=watched)
    assert len(seen) == 1
    torch.testing.assert_close(seen[0], (membrane - 30) / 100)


@pytest.mark.parametrize("detach_reset", [True, False])
def test_the_surrogate_gradient_reaches_the_reset_only_when_it_is_attached(detach_reset):
    """Close below the peak, with a spike of derivative 1: ``dv/du = 1 + (c - u) / 100``."""
    state = IzhikevichState(one(-60.0), one(-12.0).requires_grad_())
    options = {"dt": 0.0625, "detach_reset": detach_reset}
    through = lambda x: hard(x) + x - x.detach()  # noqa: E731
    rules = RULES | {"a": 0.0}
    _, membrane, after = izhikevich_step(one(10.0), state, **rules, **options, spike=through)
    (of_u,) = torch.autograd.grad(membrane, state.recovery, retain_graph=True)
    (of_v,) = torch.autograd.grad(after.membrane, state.recovery, retain_graph=True)
    (of_w,) = torch.autograd.grad(after.recovery, state.recovery)
    share = 1 if detach_reset else 1 + (RULES["c"] - membrane.item()) / 100
    torch.testing.assert_close(of_v, share * of_u)
    torch.testing.assert_close(of_w, 1 + RULES["d"] * of_u / 100)


def test_the_step_can_be_mapped_and_differentiated_by_torch_func():
    current = torch.linspace(0, 80, 7, dtype=torch.float64)
    v, w = torch.linspace(-70, 29, 7, dtype=torch.float64), torch.full((7,), -12.0).double()

    def step(current, v, w):
        start = IzhikevichState(v, w)
        spikes, membrane, state = izhikevich_step(current, start, **RULES, spike=hard)
        return spikes, membrane, *state

    together = step(current, v, w)
    assert 0 < together[0].sum() < 7
    for mapped, plain in zip(torch.func.vmap(step)(current, v, w), together, strict=True):
        torch.testing.assert_close(mapped, plain)
    jacobian = torch.func.jacrev(lambda i: step(i, v, w)[2])(current)
    expected = torch.autograd.functional.jacobian(lambda i: step(i, v, w)[2], current)
    torch.testing.assert_close(jacobian, expected)
