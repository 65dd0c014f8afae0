"""Neuron models: what holds for all of them, and each against a closed form or a plain loop."""

from functools import partial

import numpy as np
import pytest
import torch

from snn_core import (
    ALL_NEURONS,
    LIF,
    AdaptiveLIF,
    Alpha,
    CuBaLIF,
    RecurrentAdaptiveLIF,
    RecurrentLIF,
    StochasticLIF,
)

T, B, N = 60, 2, 4
NEVER = 1e9  # a threshold that is never reached


def draw(*shape, dtype=torch.float64, seed=0):
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def build(name, **options):
    """Return a neuron of `ALL_NEURONS` for N neurons, in float64."""
    first = (N,) if name.startswith("Recurrent") else ()
    return ALL_NEURONS[name](*first, **options).double()


def drive(name, dtype=torch.float64):
    """Return an input that makes the neuron spike now and then."""
    current = draw(T, B, N, dtype=dtype)
    return 10 + 5 * current if name == "Izhikevich" else 0.3 + current


@pytest.mark.parametrize("name", ALL_NEURONS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_spikes_are_zero_or_one_in_shape_and_dtype_of_the_input(name, dtype):
    spikes, membrane, _ = build(name).to(dtype)(drive(name, dtype), record=True)
    assert spikes.shape == membrane.shape == (T, B, N)
    assert spikes.dtype == membrane.dtype == dtype
    assert set(spikes.unique().tolist()) == {0.0, 1.0}


@pytest.mark.parametrize("name", ALL_NEURONS)
def test_running_in_two_halves_equals_running_at_once(name):
    neuron, current = build(name), drive(name)
    whole, first = neuron(current, record=True), neuron(current[:25], record=True)
    second = neuron(current[25:], first.state, record=True)
    assert torch.equal(torch.cat([first.spikes, second.spikes]), whole.spikes)
    assert torch.equal(torch.cat([first.membrane, second.membrane]), whole.membrane)
    assert torch.equal(neuron(current), whole.spikes)  # nothing is kept between calls


@pytest.mark.parametrize("name", ALL_NEURONS)
def test_states_over_time_end_in_the_recorded_state(name):
    neuron, current = build(name), drive(name)
    states, final = neuron.states(current), neuron(current, record=True).state
    several = isinstance(final, tuple)
    assert type(states) is type(final)
    for over_time, last in zip(
        states if several else [states], final if several else [final], strict=True
    ):
        assert over_time.shape == (T, B, N)
        torch.testing.assert_close(over_time[-1], last)


@pytest.mark.parametrize("name", ALL_NEURONS)
def test_gradient_is_that_of_autograd_where_nothing_spikes(name):
    quiet = {} if name == "Izhikevich" else {"threshold": 50.0}
    neuron, current = build(name, surrogate="triangular", **quiet), draw(6, 1, N).requires_grad_()
    assert neuron(current).sum() == 0
    assert torch.autograd.gradcheck(lambda i: neuron(i, record=True).membrane, current)


@pytest.mark.parametrize("name", ALL_NEURONS)
def test_a_gradient_comes_back_through_spikes(name):
    neuron, current = build(name), drive(name).requires_grad_()
    (neuron(current) * draw(T, B, N, seed=3)).sum().backward()
    assert torch.isfinite(current.grad).all()
    assert (current.grad[:-5] != 0).any()


@pytest.mark.parametrize("name", ALL_NEURONS)
def test_nan_and_wrong_states_are_refused(name):
    current = drive(name)
    current[3, 0, 1] = float("nan")
    with pytest.raises(ValueError, match="^current: got NaN, expected numbers only"):
        build(name)(current)
    with pytest.raises(ValueError, match=r"^state: got shape \[3, 2\], expected .*shape \["):
        build(name)(drive(name), torch.zeros(3, 2))


LEAKY = {name: kind for name, kind in ALL_NEURONS.items() if name != "Izhikevich"}
LEAKY["StochasticLIF"] = partial(StochasticLIF, width=0.3)


def leaky(name, **options):
    """Return a neuron of `LEAKY` for N neurons, in float64."""
    first = (N,) if name.startswith("Recurrent") else ()
    return LEAKY[name](*first, **options).double()


def start(name, current):
    """Return a state in which nothing is 0, and nothing waits."""
    rest = leaky(name).initial_state(current)
    variables = rest if isinstance(rest, tuple) else (rest,)
    filled = [0.4 + 0.2 * draw(B, N, seed=9 + n) for n in range(len(variables))]
    if name == "RefractoryLIF":
        filled[-1].zero_()
    return type(rest)(*filled) if isinstance(rest, tuple) else filled[0]


def first_membrane(name, neuron, current, state):
    """Return u[0] from the equations in the docstrings, written out once more."""
    v = state[0] if isinstance(state, tuple) else state
    if name == "CuBaLIF":
        drive = neuron.alpha * state.synapse + (1 - neuron.alpha) * current
    elif name == "Alpha":
        rise = neuron.alpha * state.rise + (1 - neuron.alpha) * current
        drive = neuron.alpha * state.synapse + (1 - neuron.alpha) * rise
    elif name == "RecurrentCuBaLIF":
        heard = current + torch.einsum("ij,bj->bi", neuron.weight, state.spikes)
        drive = neuron.alpha * state.synapse + (1 - neuron.alpha) * heard
    elif name.startswith("Recurrent"):
        drive = current + torch.einsum("ij,bj->bi", neuron.weight, state.spikes)
    else:
        drive = current
    return neuron.beta * v + drive


@pytest.mark.parametrize("name", [name for name in LEAKY if name != "ResonateAndFire"])
def test_one_step_alone_has_the_values_and_gradients_of_its_equation(name):
    options = {"learn_beta": True, "learn_threshold": True}
    if name in ("CuBaLIF", "Alpha", "RecurrentCuBaLIF"):
        options["learn_alpha"] = True
    neuron, current = leaky(name, threshold=0.9, **options), drive(name)[:1].requires_grad_()
    state = start(name, current)
    if name == "StochasticLIF":
        neuron.generator = torch.Generator().manual_seed(0)
    recording = neuron(current, state, record=True)
    expected = first_membrane(name, neuron, current[0], state)
    assert recording.spikes.shape == recording.membrane.shape == (1, B, N)
    torch.testing.assert_close(recording.membrane[0], expected, rtol=1e-12, atol=1e-12)
    adapted = getattr(state, "adaptation", torch.zeros_like(expected))
    raised = neuron.threshold + getattr(neuron, "strength", 0) * adapted
    if name != "StochasticLIF":
        assert torch.equal(recording.spikes[0] > 0, expected > raised)
        assert 0 < recording.spikes.sum() < B * N
    after = recording.state[0] if isinstance(recording.state, tuple) else recording.state
    reset = expected - raised * recording.spikes[0].detach()
    torch.testing.assert_close(after, reset, rtol=1e-12, atol=1e-12)
    learnt = [current, *(p for p in neuron.parameters())]
    weighted = draw(B, N, seed=5)
    came, wanted = (
        torch.autograd.grad(((u + v) * weighted).sum(), learnt, allow_unused=True)
        for u, v in ((recording.membrane[0], after), (expected, reset))
    )
    for one, other in zip(came, wanted, strict=True):
        assert (other != 0).any()
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("name", LEAKY)
@pytest.mark.parametrize("per_neuron", [False, True])
@pytest.mark.parametrize("detach", [False, True])
def test_a_threshold_that_learns_alone_gets_the_gradient_of_all_that_learn(
    name, per_neuron, detach
):
    gradients = []
    for others in (False, True):
        size = torch.linspace(0.8, 1.2, N) if per_neuron else 1.0
        options = {"threshold": size, "learn_threshold": True, "detach_reset": detach}
        neuron = leaky(name, beta=0.5, learn_beta=others, **options)  # a logit of 0, exactly
        if name.startswith("Recurrent"):
            neuron.weight.data = 0.3 * draw(N, N, seed=4)
        if name == "StochasticLIF":
            neuron.generator = torch.Generator().manual_seed(0)
        recording = neuron(drive(name), record=True)
        loss = (recording.spikes * draw(T, B, N, seed=3)).sum()
        loss = loss + (recording.membrane * draw(T, B, N, seed=5)).sum()
        gradients.append(torch.autograd.grad(loss, neuron.threshold)[0])
    assert gradients[0].shape == neuron.threshold.shape
    assert (gradients[0].abs() > 1e-3).all()
    torch.testing.assert_close(*gradients, rtol=1e-10, atol=1e-10)


# The closed-form responses to one input spike, k steps later.


def cuba_kernel(k, alpha, beta):
    if alpha == beta:
        return (1 - alpha) * (k + 1) * alpha**k
    return (1 - alpha) * (alpha ** (k + 1) - beta ** (k + 1)) / (alpha - beta)


def alpha_kernel(k, alpha, beta):
    if alpha == beta:
        return (1 - alpha) ** 2 * (k + 1) * (k + 2) / 2 * alpha**k
    if beta == 0:
        return (1 - alpha) ** 2 * (k + 1) * alpha**k
    r = alpha / beta
    return (
        (1 - alpha) ** 2
        * beta**k
        * (1 - (k + 2) * r ** (k + 1) + (k + 1) * r ** (k + 2))
        / (1 - r) ** 2
    )


@pytest.mark.parametrize(("kind", "kernel"), [(CuBaLIF, cuba_kernel), (Alpha, alpha_kernel)])
@pytest.mark.parametrize(("alpha", "beta"), [(0.6, 0.9), (0.9, 0.6), (0.8, 0.8), (0.7, 0.0)])
def test_without_spikes_the_membrane_is_a_convolution_with_the_closed_form(
    kind, kernel, alpha, beta
):
    current = draw(T, B, N)
    lag = torch.arange(T)[:, None] - torch.arange(T)[None]
    response = torch.tensor([kernel(k, alpha, beta) for k in range(T)], dtype=torch.float64)
    matrix = torch.where(lag >= 0, response[lag.clamp(min=0)], torch.zeros((), dtype=torch.float64))
    expected = torch.einsum("ts,sbn->tbn", matrix, current)
    decays = {
        name: torch.tensor(value, dtype=torch.float64)
        for name, value in (("alpha", alpha), ("beta", beta))
    }
    membrane = kind(**decays, threshold=NEVER)(current, record=True).membrane
    torch.testing.assert_close(membrane, expected, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("kind", [CuBaLIF, Alpha])
@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_without_synaptic_decay_it_is_the_lif_neuron(kind, reset):
    current = drive("LIF").requires_grad_()
    plain, synaptic = LIF(beta=0.8, reset=reset), kind(beta=0.8, alpha=0.0, reset=reset)
    for one, other in zip(
        plain(current, record=True)[:2], synaptic(current, record=True)[:2], strict=True
    ):
        assert torch.equal(one, other)


@pytest.mark.parametrize("kind", [CuBaLIF, Alpha])
def test_a_spike_delivers_its_weight_whatever_the_time_constants_are(kind):
    spike = torch.zeros(2000, 1, 1, dtype=torch.float64)
    spike[0] = 0.7
    for tau_syn, dt in ((2.0, 1.0), (10.0, 1.0), (10.0, 0.25)):
        assert kind(tau_syn=tau_syn, dt=dt).double().states(
            spike
        ).synapse.sum().item() == pytest.approx(0.7, rel=1e-6)


@pytest.mark.parametrize(("tau_mem", "tau_syn"), [(10.0, 5.0), (5.0, 10.0), (20.0, 1.0)])
@pytest.mark.parametrize("dt", [1.0, 0.5, 0.1])
def test_the_membrane_under_a_synapse_is_the_exact_solution_one_step_later(tau_mem, tau_syn, dt):
    """But for a factor on the weight, which the docstring of `CuBaLIF` states."""
    times = torch.tensor([tau_mem, tau_syn], dtype=torch.float64)
    arrivals = torch.tensor([0, 3, 4, 20])
    current = torch.zeros(60, 1, 1, dtype=torch.float64)
    current[arrivals] = 1.0
    membrane = CuBaLIF(*times, dt=dt, threshold=NEVER)(current, record=True).membrane.flatten()
    since = dt * (torch.arange(60)[:, None] - arrivals + 1).clamp(min=0).double()
    decays = [torch.exp(-since / tau) for tau in times]
    exact = tau_mem / (tau_mem - tau_syn) * (decays[0] - decays[1]).sum(1)  # of ODEs, pulses of 1
    beta, alpha = torch.exp(-dt / times)
    factor = (1 - alpha) / (beta - alpha) * (tau_mem - tau_syn) / tau_mem
    torch.testing.assert_close(membrane / factor, exact, rtol=0, atol=1e-13)
    assert factor.item() == pytest.approx(1 + dt / (2 * tau_mem), abs=(dt / min(times)).item() ** 2)


@pytest.mark.parametrize("kind", [LIF, CuBaLIF, Alpha, AdaptiveLIF])
def test_halving_dt_moves_the_membrane_by_less_than_dt_over_tau(kind):
    """An input spike train given on a grid of 1 ms, simulated with finer and finer steps."""
    arrivals = (torch.rand(100, 1, 1, generator=torch.Generator().manual_seed(1)) < 0.2).double()
    options = {} if kind is not AdaptiveLIF else {"tau_adapt": 50.0}
    ends = []
    for parts in (1, 2, 4, 8):
        current = torch.zeros(100 * parts, 1, 1, dtype=torch.float64)
        current[parts - 1 :: parts] = 0.12 * arrivals
        membrane = kind(10.0, dt=1 / parts, threshold=NEVER, **options)(
            current, record=True
        ).membrane
        ends.append(membrane[parts - 1 :: parts].flatten())
    errors = [(end - ends[-1]).abs().max().item() / ends[-1].max().item() for end in ends[:-1]]
    assert errors[0] < 0.2
    assert all(
        finer < 0.7 * coarser or coarser < 1e-5
        for coarser, finer in zip(errors, errors[1:], strict=False)
    )


def test_adaptive_lif_against_a_plain_loop():
    current = drive("AdaptiveLIF")
    v, a, expected = np.zeros((B, N)), np.zeros((B, N)), []
    for value in current.numpy():
        u, raised = 0.8 * v + value, 1 + 0.4 * a
        z = u > raised
        v, a = u - raised * z, 0.95 * a + z
        expected.append(z)
    beta, rho, strength = (torch.tensor(value, dtype=torch.float64) for value in (0.8, 0.95, 0.4))
    neuron = AdaptiveLIF(beta=beta, rho=rho, strength=strength)
    assert np.array_equal(neuron(current).numpy(), np.array(expected))


@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_adaptive_lif_without_adaptation_is_the_lif_neuron(reset):
    current = drive("LIF")
    assert torch.equal(AdaptiveLIF(strength=0.0, reset=reset)(current), LIF(reset=reset)(current))


def test_an_adaptive_neuron_spikes_where_its_membrane_is_above_its_threshold():
    current = drive("AdaptiveLIF")
    neuron = AdaptiveLIF(threshold=0.7, strength=0.3)
    spikes, membrane, _ = neuron(current, record=True)
    thresholds = neuron.thresholds(current)
    assert spikes[0].any()  # counts from the next step on
    assert torch.equal(thresholds[0], torch.full_like(current[0], 0.7))
    assert torch.equal(membrane > thresholds, spikes > 0)


def test_adaptation_decays_with_its_time_constant():
    current = torch.zeros(101, 1, 1, dtype=torch.float64)
    current[0] = 1.5
    adaptation = AdaptiveLIF(tau_adapt=50.0).double().states(current).adaptation.flatten()
    assert adaptation[0] == 1
    assert adaptation[100].item() == pytest.approx(np.exp(-2), rel=1e-6)


def test_recurrent_lif_against_a_plain_loop():
    neuron, current = (
        build("RecurrentLIF", generator=torch.Generator().manual_seed(2)),
        drive("LIF"),
    )
    weight, beta = neuron.weight.detach().numpy(), neuron.beta.item()
    v, z, expected = np.zeros((B, N)), np.zeros((B, N)), []
    for value in current.numpy():
        heard = np.array(
            [[sum(weight[i, j] * z[b, j] for j in range(N)) for i in range(N)] for b in range(B)]
        )
        u = beta * v + value + heard
        z = (u > 1).astype(float)
        v = u - z
        expected.append(z)
    assert np.array_equal(neuron(current).detach().numpy(), np.array(expected))


def test_one_to_one_is_all_to_all_with_a_diagonal_weight_and_starts_without_recurrence():
    one, full, current = (
        RecurrentLIF(N, recurrence="one_to_one"),
        RecurrentLIF(N),
        drive("LIF", torch.float32),
    )
    assert torch.equal(one(current), LIF()(current))
    one.weight.data = torch.tensor([0.5, -0.5, 0.9, 0.1])
    full.weight.data = torch.diag(one.weight.data)
    assert torch.equal(one(current), full(current))
    assert not torch.equal(one(current), LIF()(current))


def test_recurrent_weights_come_from_the_generator_and_learn():
    weights = [
        RecurrentLIF(50, generator=torch.Generator().manual_seed(3)).weight for _ in range(2)
    ]
    assert torch.equal(*weights)
    assert 0.9 / 50**0.5 < weights[0].abs().max() <= 1 / 50**0.5
    neuron = build("RecurrentLIF")
    neuron(drive("LIF")).sum().backward()
    assert (neuron.weight.grad != 0).any()


@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_recurrent_adaptive_neurons_are_adaptive_without_weights_and_recurrent_without_strength(
    reset,
):
    current, options = drive("LIF"), {"strength": 0.4, "tau_adapt": 20.0, "reset": reset}
    both = build("RecurrentAdaptiveLIF", **options)
    weight = both.weight.data.clone()
    both.weight.data.zero_()
    assert torch.equal(both(current), AdaptiveLIF(**options).double()(current))
    both, recurrent = (
        build("RecurrentAdaptiveLIF", strength=0.0, reset=reset),
        build("RecurrentLIF", reset=reset),
    )
    both.weight.data = recurrent.weight.data = weight
    assert torch.equal(both(current), recurrent(current))


def test_recurrent_adaptive_lif_against_a_plain_loop():
    neuron, current = RecurrentAdaptiveLIF(N, strength=0.3, tau_adapt=20.0).double(), drive("LIF")
    weight, beta, rho = neuron.weight.detach().numpy(), neuron.beta.item(), neuron.rho.item()
    v, a, z, expected = np.zeros((B, N)), np.zeros((B, N)), np.zeros((B, N)), []
    for value in current.numpy():
        u = (
            beta * v
            + value
            + np.array([[sum(weight[i] * z[b]) for i in range(N)] for b in range(B)])
        )
        raised = 1 + neuron.strength.item() * a
        z = (u > raised).astype(float)
        v, a = u - raised * z, rho * a + z
        expected.append(z)
    assert np.array_equal(neuron(current).detach().numpy(), np.array(expected))


@pytest.mark.parametrize("name", ["alpha", "rho"])
def test_learnt_decays_stay_inside_their_range_and_get_a_gradient(name):
    neuron = (
        CuBaLIF(alpha=0.9, learn_alpha=True)
        if name == "alpha"
        else AdaptiveLIF(rho=0.9, learn_rho=True)
    )
    neuron(drive("LIF", torch.float32), record=True).membrane.sum().backward()
    logit = getattr(neuron, f"{name}_logit")
    assert logit.grad != 0
    logit.data += 1e6
    assert 0 <= getattr(neuron, name).item() <= 1
