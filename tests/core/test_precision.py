"""Precision: constants are exact whatever becomes of the network, states are wide, spikes are not.

The oracle is a closed form, or the same neuron in float64.
"""

import copy
import math

import pytest
import torch
from torch import nn

from snn_core import (
    LIF,
    AdaptiveLIF,
    Alpha,
    CuBaLIF,
    LeakyIntegrator,
    RecurrentAdaptiveLIF,
    RecurrentLIF,
    SpikingNeuron,
    StochasticLIF,
)
from snn_core.neurons import constants
from snn_core.precision import wide

T, B, N = 40, 3, 5
NEVER = 1e9  # a threshold that is never reached
DTYPES = [torch.bfloat16, torch.float16, torch.float32, torch.float64]
MOVES = {
    "as made": lambda neuron: neuron,
    "half": nn.Module.half,
    "bfloat16": nn.Module.bfloat16,
    "float": nn.Module.float,
    "double": nn.Module.double,
    "to": lambda neuron: neuron.to("cpu", torch.float16),
}
TAUS = {
    LIF: {"tau_mem": 600.0},
    CuBaLIF: {"tau_mem": 600.0, "tau_syn": 3.0},
    Alpha: {"tau_mem": 600.0, "tau_syn": 3.0},
    AdaptiveLIF: {"tau_mem": 600.0, "tau_adapt": 900.0, "strength": 0.3},
    RecurrentLIF: {"tau_mem": 600.0},
    RecurrentAdaptiveLIF: {"tau_mem": 600.0, "tau_adapt": 900.0, "strength": 0.3},
    StochasticLIF: {"tau_mem": 600.0, "width": 1e-6},
}


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def draw(*shape, dtype=torch.float64, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=generator(seed)).to(dtype)


def build(kind, per_neuron=False, **options):
    """Return a neuron with long time constants, scalar or each different for N neurons."""
    own = TAUS[kind] | options
    if per_neuron:
        own = {
            name: value if name == "width" else value * torch.linspace(1, 1.3, N)
            for name, value in own.items()
        }
    if kind in (RecurrentLIF, RecurrentAdaptiveLIF):
        neuron = kind(N, generator=generator(1), **own)
        neuron.weight.data = (64 * neuron.weight.data).round() / 64  # so no sum of them is rounded
        return neuron
    return kind(**own)


def flat(state):
    return state if isinstance(state, tuple) else (state,)


def test_wide_is_float32_or_what_is_wider():
    assert [wide(dtype) for dtype in DTYPES] == [torch.float32] * 3 + [torch.float64]
    assert wide(torch.ones(1, dtype=torch.float16)) == torch.float32


@pytest.mark.parametrize("tau", [100.0, 500.0, 600.0])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", [LIF, LeakyIntegrator])
def test_a_long_time_constant_is_kept_in_every_precision(kind, dtype, tau):
    current = torch.zeros(400, 1, 1, dtype=dtype)
    current[0] = 0.9
    neuron = kind(tau).to(dtype)
    left = neuron(current) if kind is LeakyIntegrator else neuron(current, record=True).membrane
    expected = current[0].item() * math.exp(-399 / tau)
    assert left[399].item() == pytest.approx(expected, rel=3e-5)
    assert left.dtype == wide(dtype)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_a_sum_without_a_leak_counts_on_in_half_precision(dtype):
    assert LeakyIntegrator(beta=1.0)(torch.ones(3000, 1, 1, dtype=dtype))[-1].item() == 3000


@pytest.mark.parametrize("dt", [0.1, 1.0])
def test_float64_gets_a_decay_in_float64(dt):
    pulse = torch.zeros(4000, 1, 2, dtype=torch.float64)
    pulse[0] = 1.0
    time = dt * torch.arange(4000, dtype=torch.float64)
    tau = torch.tensor([1000.0, 300.0])
    expected = torch.exp(-time[:, None] / tau.double())
    left = LeakyIntegrator(tau, dt=dt)(pulse)[:, 0]
    torch.testing.assert_close(left, expected, rtol=1e-12, atol=0)
    alone = LeakyIntegrator(1000.0, dt=dt)(pulse)[:, 0, 0]
    torch.testing.assert_close(alone, expected[:, 0], rtol=1e-12, atol=0)
    learnt = LeakyIntegrator(1000.0, dt=dt, learn_beta=True)(pulse)[:, 0, 0]
    torch.testing.assert_close(learnt, expected[:, 0], rtol=1e-4, atol=0)


@pytest.mark.parametrize("per_neuron", [False, True])
def test_every_decay_is_the_exponential_of_minus_dt_over_tau(per_neuron):
    """Not Euler's 1 - dt / tau, nor rounded to float32."""
    made = [
        (LIF, "beta", "tau_mem"),
        (LeakyIntegrator, "beta", "tau_mem"),
        (CuBaLIF, "alpha", "tau_syn"),
        (AdaptiveLIF, "rho", "tau_adapt"),
    ]
    for kind, decay, name in made:
        neuron = kind(**{name: torch.tensor([3.0, 7.0]) if per_neuron else 3.0}, dt=0.7)
        expected = [math.exp(-0.7 / tau) for tau in ([3.0, 7.0] if per_neuron else [3.0])]
        assert getattr(neuron, decay).flatten().tolist() == pytest.approx(expected, rel=1e-15)
        assert getattr(neuron, decay).dtype == torch.float64


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("per_neuron", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("kind", TAUS)
def test_spikes_are_narrow_and_states_wide_and_both_are_those_of_float64(
    kind, dtype, per_neuron, move
):
    neuron = MOVES[move](build(kind, per_neuron))
    reference = copy.deepcopy(neuron).double()
    current = (0.2 + 0.6 * draw(T, B, N)).to(dtype)
    exact = reference(current.double(), record=True)
    came = neuron(current, record=True)
    assert came.spikes.dtype == dtype
    assert came.membrane.dtype == wide(dtype)
    assert {variable.dtype for variable in flat(came.state)} == {wide(dtype)}
    assert 0.02 < exact.spikes.mean() < 0.98
    assert torch.equal(came.spikes.double(), exact.spikes)
    close = {"rtol": 1e-5, "atol": 1e-5}
    torch.testing.assert_close(came.membrane.double(), exact.membrane, **close)
    for own, other in zip(flat(came.state), flat(exact.state), strict=True):
        torch.testing.assert_close(own.double(), other, **close)


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("per_neuron", [False, True])
def test_no_cast_of_a_network_rounds_a_fixed_constant(per_neuron, move):
    for kind in TAUS:
        neuron = build(kind, per_neuron)
        before = {name: neuron.constant(name).clone() for name in neuron._keys}
        after = MOVES[move](nn.Sequential(neuron))[0]
        for name, value in before.items():
            assert torch.equal(after.constant(name), value)
            assert after.constant(name).dtype == torch.float64


@pytest.mark.parametrize("given", DTYPES)
@pytest.mark.parametrize("target", DTYPES)
def test_learnt_constants_and_their_gradients_stay_wide(given, target):
    neuron = LIF(learn_beta=True, learn_threshold=True).to(given)
    neuron(torch.ones(3, 1, 1), record=True).membrane.sum().backward()
    before = {name: (p.detach().clone(), p.grad.clone()) for name, p in neuron.named_parameters()}
    neuron.to(target)
    for name, parameter in neuron.named_parameters():
        value, gradient = before[name]
        assert parameter.dtype == parameter.grad.dtype == wide(target)
        torch.testing.assert_close(parameter.detach(), value.to(wide(target)), rtol=0, atol=0)
        torch.testing.assert_close(parameter.grad, gradient.to(wide(target)), rtol=0, atol=0)


def test_weights_among_neurons_follow_the_network():
    assert RecurrentLIF(N).half().weight.dtype == torch.float16


@pytest.mark.parametrize("kind", [RecurrentLIF, RecurrentAdaptiveLIF])
@pytest.mark.parametrize("weights", DTYPES)
@pytest.mark.parametrize("dtype", DTYPES)
def test_recurrent_neurons_take_any_input_whatever_their_weights_are(kind, weights, dtype):
    neuron = build(kind).to(weights)
    current = (0.2 + 0.6 * draw(T, B, N)).to(dtype).requires_grad_()
    recording = neuron(current, record=True)
    assert recording.membrane.dtype == wide(dtype)
    recording.membrane.sum().backward()
    assert current.grad.dtype == dtype
    assert neuron.weight.grad.dtype == weights
    assert neuron.weight.grad.abs().sum() > 0


def test_feedback_is_added_to_a_wide_membrane():
    """0.001 beside an input of 1 is lost in bfloat16."""
    neuron = RecurrentLIF(1, beta=0.0).bfloat16()
    neuron.weight.data.fill_(2**-10)
    current = torch.tensor([2.0, 1.0], dtype=torch.bfloat16).view(2, 1, 1)
    assert neuron(current, record=True).membrane[1].item() == 1 + 2**-10


@pytest.mark.parametrize("kind", [CuBaLIF, Alpha])
def test_a_synapse_rounds_no_product_in_half_precision(kind):
    neuron = kind(beta=0.0, alpha=1 - 2**-12, threshold=NEVER)
    pulse = torch.ones(1, 1, 1, dtype=torch.bfloat16) * (1 + 2**-7)
    share = 2**-12 if kind is CuBaLIF else 2**-24
    assert neuron(pulse, record=True).membrane.item() == (1 + 2**-7) * share


def test_autocast_rounds_currents_only():
    torch.manual_seed(0)
    linear, neuron = nn.Linear(4, N), LIF(600.0, threshold=20.0)
    inputs = draw(T, B, 4, dtype=torch.float32)
    with torch.autocast("cpu", torch.bfloat16):
        current = linear(inputs)
        recording = neuron(current, record=True)
        looped = SpikingNeuron.forward(neuron, current, record=True)
    assert current.dtype == recording.spikes.dtype == torch.bfloat16
    exact = neuron(current.double(), record=True).membrane
    for membrane in (recording.membrane, looped.membrane):
        torch.testing.assert_close(membrane.double(), exact, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("reset", ["soft", "hard"])
@pytest.mark.parametrize("detach", [True, False])
@pytest.mark.parametrize("per_neuron", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_fast_path_equals_the_loop_in_every_precision(dtype, per_neuron, detach, reset):
    learn = {"learn_beta": True, "learn_threshold": True}
    tau = 5 * torch.linspace(1, 2, N) if per_neuron else 5.0
    neuron = LIF(tau, reset=reset, detach_reset=detach, **learn)
    results = []
    for forward in (LIF.forward, SpikingNeuron.forward):
        current = (0.2 + 0.6 * draw(T, B, N)).to(dtype).requires_grad_()
        state = draw(B, N, seed=1, dtype=wide(dtype)).requires_grad_()
        recording = forward(neuron, current, state, record=True)
        weighted = [(x * draw(*x.shape, seed=7).to(x.dtype)).sum() for x in recording]
        learnt = list(neuron.parameters())
        gradients = torch.autograd.grad(sum(weighted), [current, state, *learnt])
        assert [g.dtype for g in gradients] == [dtype, wide(dtype), torch.float32, torch.float32]
        results.append([*recording, *gradients])
    size = {torch.bfloat16: 1e-2, torch.float16: 1e-3}.get(dtype, 1e-4)  # one rounding at the end
    for fast, literal in zip(*results, strict=True):
        assert fast.dtype == literal.dtype
        narrow = fast.dtype == dtype
        torch.testing.assert_close(fast, literal, rtol=size if narrow else 1e-4, atol=1e-4)


@pytest.mark.parametrize("kind", TAUS)
def test_gradients_come_back_in_the_dtype_of_the_input_and_are_those_of_float64(kind):
    if kind is StochasticLIF:
        pytest.skip("its spikes carry no gradient")
    neuron = build(kind, True)
    gradients = []
    for dtype in (torch.bfloat16, torch.float64):
        current = (0.2 + 0.6 * draw(T, B, N, dtype=torch.bfloat16)).to(dtype).requires_grad_()
        recording = neuron(current, record=True)
        (recording.membrane * draw(T, B, N, seed=3)).sum().backward()
        gradients.append(current.grad)
    assert gradients[0].dtype == torch.bfloat16
    torch.testing.assert_close(gradients[0].double(), gradients[1], rtol=8e-3, atol=1e-3)


@pytest.mark.parametrize("kind", TAUS)
def test_constants_follow_the_state_to_another_device(kind):
    """No second device is at hand: `meta` stands for it, and refuses what lies elsewhere."""
    neuron = build(kind, True)
    if hasattr(neuron, "weight"):
        neuron.weight = nn.Parameter(neuron.weight.detach().to("meta"))
    current = torch.zeros(1, B, N, device="meta")
    spikes, membrane, state = neuron.step(current[0], neuron.initial_state(current))
    assert spikes.is_meta
    assert membrane.is_meta
    assert all(variable.is_meta for variable in flat(state))


def test_only_the_device_of_a_fixed_constant_follows():
    neuron = nn.Sequential(LIF(600.0, learn_threshold=True)).to("meta", torch.float16)[0]
    assert (neuron.beta.device.type, neuron.beta.dtype) == ("meta", torch.float64)
    assert (neuron.threshold.device.type, neuron.threshold.dtype) == ("meta", torch.float32)
    neuron.half()
    assert (neuron.beta.device.type, neuron.beta.dtype) == ("meta", torch.float64)
    back = neuron.to_empty(device="cpu")
    assert (back.beta.device.type, back.beta.dtype) == ("cpu", torch.float64)


def test_a_device_without_float64_keeps_float32(monkeypatch):
    monkeypatch.setattr(constants, "WITHOUT_FLOAT64", ("meta",))
    assert LIF(600.0).to("meta").beta.dtype == torch.float32
    monkeypatch.setattr(constants, "WITHOUT_FLOAT64", ("cpu",))
    neuron = LIF(600.0)
    assert neuron.beta.dtype == torch.float32
    assert neuron.bfloat16().beta.item() == pytest.approx(math.exp(-1 / 600), rel=1e-7)


def test_layers_inside_a_neuron_of_ones_own_follow_it():
    class Gated(LIF):
        def __init__(self):
            super().__init__()
            self.gate = nn.Linear(N, N)

    neuron = Gated().double()
    assert neuron.gate.weight.dtype == torch.float64
    assert neuron.half().gate.weight.dtype == torch.float16
    assert neuron.to("meta").gate.weight.is_meta
