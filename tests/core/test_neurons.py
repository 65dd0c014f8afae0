"""Neurons: the fast path of the LIF equals autograd through the loop; closed forms hold."""

import itertools

import numpy as np
import pytest
import torch

from snn_core import (
    ALL_SURROGATES,
    LIF,
    LeakyIntegrator,
    SpikingNeuron,
    Surrogate,
    leaky_step,
    lif_step,
)

T, B, N = 20, 3, 5
CASES = list(itertools.product(("soft", "hard"), (True, False), (False, True), (False, True)))
USES = ("spikes", "membrane", "state", "spikes and membrane", "all")


def draw(*shape, dtype=torch.float64, seed=0):
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def make_lif(reset, detach, per_neuron, dtype=torch.float64, **options):
    beta = (
        torch.linspace(0.3, 0.95, N, dtype=dtype) if per_neuron else torch.tensor(0.8, dtype=dtype)
    )
    threshold = (
        torch.linspace(0.5, 1.5, N, dtype=dtype) if per_neuron else torch.tensor(0.9, dtype=dtype)
    )
    learn = {"learn_beta": True, "learn_threshold": True} | options
    lif = LIF(beta=beta, threshold=threshold, reset=reset, detach_reset=detach, **learn)
    return lif.to(dtype)  # the learnt constants: others are exact


def run(forward, lif, current, state, use):
    """Return outputs, and gradients of a random weighted sum of those that `use` names."""
    recording = forward(lif, current, state, record=True)
    terms = [
        (output * draw(*output.shape, dtype=output.dtype, seed=7)).sum() for output in recording
    ]
    names = ("spikes", "membrane", "state")
    loss = sum(term for name, term in zip(names, terms, strict=True) if use == "all" or name in use)
    inputs = [current, lif.beta_logit, lif.threshold] + ([] if state is None else [state])
    return [*recording, *torch.autograd.grad(loss, inputs, allow_unused=True)]


@pytest.mark.parametrize(("reset", "detach", "per_neuron", "with_state"), CASES)
@pytest.mark.parametrize("use", USES)
def test_fast_path_equals_autograd_through_the_loop_of_steps(
    reset, detach, per_neuron, with_state, use
):
    lif, current = make_lif(reset, detach, per_neuron), draw(T, B, N).requires_grad_()
    state = draw(B, N, seed=1).requires_grad_() if with_state else None
    for fast, literal in zip(
        run(LIF.forward, lif, current, state, use),
        run(SpikingNeuron.forward, lif, current, state, use),
        strict=True,
    ):
        assert (fast is None) == (literal is None) or not (
            fast if literal is None else literal
        ).any()
        if fast is not None and literal is not None:
            torch.testing.assert_close(fast, literal, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("surrogate", ALL_SURROGATES)
@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_fast_path_equals_the_loop_for_every_surrogate(surrogate, reset):
    lif, current = make_lif(reset, False, True, surrogate=surrogate), draw(T, B, N).requires_grad_()
    fast, literal = (
        run(f, lif, current, None, "all") for f in (LIF.forward, SpikingNeuron.forward)
    )
    for one, other in zip(fast, literal, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize(("reset", "detach", "per_neuron", "with_state"), CASES)
def test_fast_path_in_float32(reset, detach, per_neuron, with_state):
    lif = make_lif(reset, detach, per_neuron, torch.float32)
    current = draw(T, B, N, dtype=torch.float32).requires_grad_()
    state = draw(B, N, dtype=torch.float32, seed=1).requires_grad_() if with_state else None
    fast, literal = (
        run(f, lif, current, state, "all") for f in (LIF.forward, SpikingNeuron.forward)
    )
    for one, other in zip(fast, literal, strict=True):
        assert one.dtype == torch.float32
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_gradcheck_where_the_neuron_is_differentiable(reset):
    """Far below the threshold nothing spikes: the membrane is smooth in input, state and decay."""
    lif = LIF(beta=0.8, threshold=100.0, reset=reset, learn_beta=True).double()

    def membrane(current, state, logit):
        lif.beta_logit.data = logit.data
        return torch.func.functional_call(
            lif, {"beta_logit": logit}, (current, state), {"record": True}
        ).membrane

    inputs = [
        draw(4, 2, 3).requires_grad_(),
        draw(2, 3, seed=1).requires_grad_(),
        lif.beta_logit.detach().requires_grad_(),
    ]
    assert torch.autograd.gradcheck(membrane, inputs)


def test_gradcheck_of_a_spiking_neuron_by_input_and_state():
    """Between spikes the membrane of a spiking neuron is smooth, if the reset is detached."""
    current, state = draw(6, 2, 3).requires_grad_(), draw(2, 3, seed=1).requires_grad_()
    lif = LIF(beta=0.7, surrogate=Surrogate("boxcar", 1e6))
    assert lif(current).sum() > 0
    assert torch.autograd.gradcheck(lambda i, v: lif(i, v, record=True).membrane, (current, state))


def test_non_contiguous_input_and_higher_rank():
    lif, image = LIF(beta=0.9), torch.rand(2, 3, 4)
    expanded = image.expand(7, 2, 3, 4).clone().requires_grad_()
    view = image.clone().requires_grad_()
    lif(expanded).sum().backward()
    lif(view.expand(7, 2, 3, 4)).sum().backward()
    torch.testing.assert_close(view.grad, expanded.grad.sum(0))


def test_input_is_not_overwritten():
    current = draw(T, B, N)
    kept = current.clone()
    LIF()(current)
    assert torch.equal(current, kept)


def test_running_in_two_halves_equals_running_at_once():
    lif, current = make_lif("soft", True, True), draw(T, B, N)
    whole = lif(current, record=True)
    first = lif(current[:8], record=True)
    second = lif(current[8:], first.state, record=True)
    torch.testing.assert_close(torch.cat([first.membrane, second.membrane]), whole.membrane)
    torch.testing.assert_close(second.state, whole.state)


def test_soft_reset_balances_input_spikes_and_rest_without_leak():
    current = draw(200, B, N).abs()
    spikes, _, state = LIF(beta=1.0, threshold=0.7)(current, record=True)
    torch.testing.assert_close(current.sum(0), 0.7 * spikes.sum(0) + state, rtol=1e-6, atol=1e-6)


def test_membrane_below_threshold_is_the_closed_form_of_a_charging_membrane():
    lif, steps = LIF(tau_mem=torch.tensor(12.0, dtype=torch.float64), dt=0.5), 100
    drive = 0.9 * (1 - lif.beta)
    membrane = lif(drive.expand(steps, 1, 1), record=True).membrane.flatten()
    time = 0.5 * torch.arange(1, steps + 1)
    torch.testing.assert_close(
        membrane, 0.9 * (1 - torch.exp(-time.double() / 12)), rtol=1e-12, atol=1e-12
    )


def test_a_spike_happens_only_above_the_threshold_and_only_then_there_is_a_reset():
    spikes, membrane, _ = LIF(beta=1.0)(torch.full((3, 1, 1), 0.5), record=True)
    assert membrane.flatten().tolist() == [
        0.5,
        1.0,
        1.5,
    ]  # exactly at the threshold: no spike, no reset
    assert spikes.flatten().tolist() == [0, 0, 1]


@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_against_a_numpy_loop(reset):
    current = draw(T, B, N).numpy()
    state, expected = np.zeros((B, N)), []
    for value in current:
        u = 0.8 * state + value
        z = u > 1
        state = u - z if reset == "soft" else np.where(z, 0, u)
        expected.append(z)
    spikes = LIF(beta=torch.tensor(0.8, dtype=torch.float64), reset=reset)(
        torch.from_numpy(current)
    )
    assert np.array_equal(spikes.numpy(), np.array(expected))


def test_lif_step_is_one_step_of_the_layer():
    current, state = draw(1, B, N), draw(B, N, seed=1)
    spikes, membrane, after = lif_step(current[0], state, beta=0.8)
    recording = LIF(beta=torch.tensor(0.8, dtype=torch.float64))(current, state, record=True)
    for one, other in zip((spikes, membrane, after), recording, strict=True):
        torch.testing.assert_close(one, other.view_as(one))


def test_learnt_beta_stays_inside_its_range():
    lif = LIF(beta=0.99, learn_beta=True)
    optimizer = torch.optim.SGD(lif.parameters(), lr=1e6)
    (-lif(torch.ones(10, 1, 1), record=True).membrane.sum()).backward()
    optimizer.step()
    assert 0 <= lif.beta.item() <= 1


def test_parameters_are_learnable_only_when_asked():
    assert [name for name, p in LIF().named_parameters() if p.requires_grad] == []
    learns = LIF(learn_beta=True, learn_threshold=True)
    assert {name for name, p in learns.named_parameters() if p.requires_grad} == {
        "threshold",
        "beta_logit",
    }


def test_no_state_is_kept_between_calls():
    lif, current = LIF(), draw(T, B, N)
    assert torch.equal(lif(current), lif(current))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_leaky_integrator_is_a_convolution_with_an_exponential(dtype):
    current, beta = draw(T, B, N, dtype=dtype), 0.8
    lag = torch.arange(T)[:, None] - torch.arange(T)[None]
    kernel = torch.where(lag >= 0, beta ** lag.clamp(min=0).to(dtype), torch.zeros((), dtype=dtype))
    expected = torch.einsum("ts,sbn->tbn", kernel, current)
    torch.testing.assert_close(LeakyIntegrator(beta=beta)(current), expected, rtol=1e-5, atol=1e-5)


def test_leaky_integrator_continues_from_a_state_and_learns_its_decay():
    integrator = LeakyIntegrator(tau_mem=torch.tensor(5.0, dtype=torch.float64), learn_beta=True)
    current = draw(T, B, N)
    whole = integrator(current)
    torch.testing.assert_close(integrator(current[8:], whole[7]), whole[8:])
    whole.sum().backward()
    assert integrator.beta_logit.grad.abs() > 0


def test_leaky_step_follows_its_formula():
    assert leaky_step(torch.tensor([1.0]), torch.tensor([4.0]), 0.25).item() == 2.0


@pytest.mark.parametrize("per_neuron", [False, True])
def test_beta_follows_tau_and_dt(per_neuron):
    tau = [5.0, 20.0] if per_neuron else 20.0
    given = torch.tensor(tau) if per_neuron else tau
    expected = np.exp(-2.0 / np.array(tau))
    np.testing.assert_allclose(LIF(given, dt=2.0).beta.numpy(), expected, rtol=1e-15)


@pytest.mark.parametrize("reset", ["soft", "hard"])
@pytest.mark.parametrize("detach", [True, False])
def test_memory_saved_for_the_backward_pass_is_the_membrane_only(reset, detach):
    saved = []
    with torch.autograd.graph.saved_tensors_hooks(lambda x: saved.append(x) or x, lambda x: x):
        LIF(reset=reset, detach_reset=detach)(draw(50, 4, 6).requires_grad_())
    assert sorted(x.numel() for x in saved)[-2:] == [4 * 6, 50 * 4 * 6]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_cuda_agrees_with_the_cpu(reset):
    lif, current = make_lif(reset, False, True), draw(T, B, N)
    there = make_lif(reset, False, True).cuda()
    torch.testing.assert_close(there(current.cuda()).cpu(), lif(current))
