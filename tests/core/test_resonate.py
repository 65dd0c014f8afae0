"""The resonate-and-fire neuron: a damped swing in closed form, and an ear for its own period."""

import cmath
import math

import pytest
import torch

from snn_core import ResonateAndFire

T, B, N = 80, 2, 3
NEVER = 1e9  # a threshold that is never reached


def pulses(*when, steps=T, size=1.0):
    current = torch.zeros(steps, 1, 1, dtype=torch.float64)
    current[list(when)] = size
    return current


@pytest.mark.parametrize("dt", [1.0, 0.25])
@pytest.mark.parametrize(("tau", "frequency"), [(10.0, 50.0), (30.0, 12.5), (5.0, 400.0)])
def test_a_pulse_starts_the_swing_of_the_closed_form_whatever_the_step(dt, tau, frequency):
    neuron = ResonateAndFire(tau, frequency=frequency, dt=dt, threshold=NEVER).double()
    states = neuron.states(pulses(0))
    since = dt * torch.arange(T, dtype=torch.float64)
    envelope = torch.exp(-since / tau)
    phase = 2 * math.pi * frequency * since / 1000
    for found, expected in (
        (states.membrane, envelope * phase.sin()),
        (states.current, envelope * phase.cos()),
    ):
        torch.testing.assert_close(found.flatten(), expected, rtol=1e-10, atol=1e-10)


PERIOD = 20  # steps, at 50 Hz
TAU = 60.0


def response(gap, threshold=NEVER):
    """Return whether two pulses with a gap of so many steps make it fire, and how far it swings."""
    neuron = ResonateAndFire(TAU, frequency=50.0, threshold=threshold).double()
    spikes, membrane, _ = neuron(pulses(0, gap, size=0.8), record=True)
    return bool(spikes.any()), membrane[gap:].max().item()


def test_two_pulses_one_period_apart_make_it_fire_and_others_do_not():
    fires = {gap for gap in range(4, 55) if response(gap, threshold=1.2)[0]}
    assert PERIOD in fires
    assert all(abs(gap - PERIOD) <= 3 for gap in fires)
    alone = ResonateAndFire(TAU, frequency=50.0, threshold=1.2).double()(pulses(0, size=0.8))
    assert not alone.any()


def test_half_a_period_apart_two_pulses_cancel_but_for_the_damping():
    """The first swing has decayed by ``exp(-t / tau)`` when the second one meets it."""
    alone = ResonateAndFire(TAU, frequency=50.0, threshold=NEVER).double()
    peak = alone(pulses(0, size=0.8), record=True).membrane.max().item()
    for gap, sign in ((10, -1), (20, 1), (30, -1), (40, 1)):
        expected = peak * (1 + sign * math.exp(-gap / TAU))
        assert response(gap)[1] == pytest.approx(expected, rel=1e-9)


def swing(currents, beta, turn, threshold, reset):
    """Return spikes and membranes of one neuron, in complex numbers."""
    z = 0j
    fired = []
    membranes = []
    for now in currents:
        z = beta * cmath.exp(1j * turn) * z + now
        membranes.append(z.imag)
        fired.append(float(z.imag > threshold))
        if fired[-1]:
            after = {"soft": z - 1j * threshold, "hard": 0j, "phase": 1j * threshold}
            z = after[reset]
    return fired, membranes


@pytest.mark.parametrize("reset", ["soft", "hard", "phase"])
def test_it_is_the_loop_over_complex_numbers(reset):
    generator = torch.Generator().manual_seed(0)
    current = torch.randn(T, B, N, dtype=torch.float64, generator=generator)
    frequencies = torch.tensor([20.0, 50.0, 120.0])
    options = {"beta": torch.tensor(0.95), "frequency": frequencies, "threshold": 0.7}
    done = ResonateAndFire(**options, dt=2.0, reset=reset)(current, record=True)
    assert 0.05 < done.spikes.mean() < 0.5
    beta = torch.tensor(0.95).double().item()
    for b in range(B):
        for n, frequency in enumerate(frequencies.tolist()):
            turn = 2 * math.pi * frequency * 2.0 / 1000
            fired, membranes = swing(current[:, b, n].tolist(), beta, turn, 0.7, reset)
            assert done.spikes[:, b, n].tolist() == fired
            found = done.membrane[:, b, n]
            torch.testing.assert_close(
                found, torch.tensor(membranes).double(), rtol=1e-5, atol=1e-5
            )


def test_gradients_by_decay_and_frequency_are_those_of_finite_differences():
    options = {"learn_beta": True, "learn_frequency": True, "threshold": NEVER}
    neuron = ResonateAndFire(beta=0.9, **options).double()
    generator = torch.Generator().manual_seed(0)
    current = torch.randn(6, 2, 2, dtype=torch.float64, generator=generator).requires_grad_()

    def membrane(current, logit, frequency):
        learnt = {"beta_logit": logit, "frequency": frequency}
        return torch.func.functional_call(neuron, learnt, (current,), {"record": True}).membrane

    assert torch.autograd.gradcheck(membrane, (current, neuron.beta_logit, neuron.frequency))


@pytest.mark.parametrize("reset", ["soft", "hard", "phase"])
def test_a_smooth_spike_has_the_gradient_of_finite_differences_through_the_reset(reset):
    neuron = ResonateAndFire(beta=0.9, reset=reset, detach_reset=False, threshold=0.5).double()
    neuron.surrogate = lambda x: torch.sigmoid(4 * x)
    generator = torch.Generator().manual_seed(0)
    current = torch.randn(6, 1, 2, dtype=torch.float64, generator=generator).requires_grad_()
    assert torch.autograd.gradcheck(lambda x: neuron(x, record=True)[:2], current)
