"""Neurons over a whole sequence, with a backward by hand: equal to autograd through their steps."""

import itertools

import pytest
import torch

from snn_core import (
    ALL_NEURONS,
    LeakyIntegrator,
    RecurrentLIF,
    SpikingNeuron,
    Surrogate,
    leaky_step,
)

T, B, N = 14, 4, 3
LENGTHS = torch.tensor([3, 14, 1, 8])
STEPPED = {"RefractoryLIF", "ResonateAndFire", "Izhikevich"}  # have no other way than step by step
KINDS = {name: kind for name, kind in ALL_NEURONS.items() if name not in STEPPED}
KINDS["one to one"] = RecurrentLIF
ADAPTIVE = ("AdaptiveLIF", "RecurrentAdaptiveLIF")
SYNAPTIC = ("CuBaLIF", "Alpha", "RecurrentCuBaLIF")
RULES = list(itertools.product(("soft", "hard"), (True, False)))


def draw(*shape, dtype=torch.float64, seed=0):
    return torch.randn(*shape, dtype=dtype, generator=torch.Generator().manual_seed(seed))


def value(middle, per_neuron):
    return middle * torch.tensor([0.8, 1.0, 1.1]) if per_neuron else middle


def build(name, reset="soft", detach=True, learn=False, per_neuron=False, **options):
    """Return a neuron of N, with all gradients that there are if it learns."""
    options |= {"reset": reset, "detach_reset": detach}
    options |= {"learn_beta": learn, "learn_threshold": learn}
    options |= {"beta": value(0.8, per_neuron), "threshold": value(0.9, per_neuron)}
    if name in SYNAPTIC:
        options |= {"alpha": value(0.5, per_neuron), "learn_alpha": learn}
    if name in ADAPTIVE:
        options |= {"rho": value(0.7, per_neuron), "learn_rho": learn}
        options |= {"strength": value(0.3, per_neuron), "learn_strength": learn}
    if name == "one to one":
        options["recurrence"] = "one_to_one"
    first = (N,) if issubclass(KINDS[name], RecurrentLIF) or name.startswith("Rec") else ()
    neuron = KINDS[name](*first, **options).double()
    if first:
        neuron.weight.data = 0.4 * draw(*neuron.weight.shape, seed=4)
    return neuron


def drive(dtype=torch.float64):
    return (0.3 + draw(T, B, N)).to(dtype).requires_grad_()


def start(neuron, current):
    """Return a state in which nothing is 0, except for spikes."""
    rest = neuron.initial_state(current)
    if not isinstance(rest, tuple):
        return (0.4 + 0.2 * draw(B, N, seed=9)).to(rest).requires_grad_()
    filled = [0.4 + 0.2 * draw(B, N, seed=9 + n) for n in range(len(rest))]
    if "spikes" in rest._fields:
        filled[-1] = (filled[-1] > 0.4).double()
    return type(rest)(*(one.to(rest[0]).requires_grad_() for one in filled))


def flat(state):
    return state if isinstance(state, tuple) else (state,)


def run(forward, neuron, current, lengths=None):
    """Return all outputs, and the gradients by all inputs of a weighted sum of all of them."""
    state = start(neuron, current)
    recording = forward(neuron, current, state, lengths=lengths, record=True)
    outputs = [recording.spikes, recording.membrane, *flat(recording.state)]
    loss = sum((x * draw(*x.shape, seed=7 + n).to(x)).sum() for n, x in enumerate(outputs))
    return outputs, torch.autograd.grad(loss, [current, *flat(state), *neuron.parameters()])


@pytest.fixture
def counted(monkeypatch):
    """Return a list that fills with every step that a neuron takes by itself."""
    steps = []
    plain = SpikingNeuron._steps

    def counting(self, current, state):
        for after in plain(self, current, state):
            steps.append(type(self))
            yield after

    monkeypatch.setattr(SpikingNeuron, "_steps", counting)
    return steps


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(("reset", "detach"), RULES)
@pytest.mark.parametrize("learn", [False, True])
@pytest.mark.parametrize("per_neuron", [False, True])
@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "lengths"])
def test_outputs_and_all_gradients_are_those_of_the_steps(
    name, reset, detach, learn, per_neuron, lengths, counted
):
    neuron = build(name, reset, detach, learn, per_neuron)
    current = drive()
    outputs, gradients = run(type(neuron).forward, neuron, current, lengths)
    assert counted == []
    wanted, wanted_gradients = run(SpikingNeuron.forward, neuron, current, lengths)
    assert len(counted) == T
    assert 5 < wanted[0].sum() < T * B * N / 2
    assert torch.equal(outputs[0], wanted[0])
    for one, other in zip(outputs[1:], wanted[1:], strict=True):
        torch.testing.assert_close(one, other, rtol=1e-12, atol=1e-12)
    for one, other in zip(gradients, wanted_gradients, strict=True):
        assert (other != 0).any()
        assert one.shape == other.shape
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize(("reset", "detach"), RULES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_narrower_inputs_give_what_the_steps_give(name, reset, detach, dtype):
    neuron = build(name, reset, detach, True, True).float()
    outputs, gradients = run(type(neuron).forward, neuron, drive(dtype))
    wanted, wanted_gradients = run(SpikingNeuron.forward, neuron, drive(dtype))
    assert outputs[0].dtype == dtype
    assert torch.equal(outputs[0], wanted[0])
    for one, other in zip(outputs[1:], wanted[1:], strict=True):
        assert one.dtype == other.dtype == torch.float32
        torch.testing.assert_close(one, other, rtol=1e-6, atol=1e-6)
    rounding = {torch.bfloat16: 1e-2, torch.float16: 1e-3}.get(dtype, 1e-4)
    for one, other in zip(gradients, wanted_gradients, strict=True):
        assert one.dtype == other.dtype
        torch.testing.assert_close(one, other, rtol=rounding, atol=1e-4)


@pytest.mark.parametrize("name", KINDS)
def test_so_many_neurons_that_processors_take_several_at_once_fire_as_step_by_step(name):
    own = {"recurrence": "one_to_one"} if name == "one to one" else {}
    if "Recurrent" in name or own:
        own |= {"neurons": 67, "generator": torch.Generator().manual_seed(1)}
    neuron = KINDS[name](**own)
    current = 0.2 + 0.6 * draw(60, 9, 67, dtype=torch.float32)
    wanted = SpikingNeuron.forward(neuron, current, record=True)
    got = neuron(current, record=True)
    assert 0.01 < wanted.spikes.mean() < 0.5
    assert torch.equal(got.spikes, wanted.spikes)
    torch.testing.assert_close(got.membrane, wanted.membrane, rtol=1e-5, atol=1e-5)


USES = {
    "spikes": lambda r: r.spikes.square(),
    "membrane": lambda r: r.membrane.square(),
    "state": lambda r: flat(r.state)[-1],
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("use", USES)
def test_a_loss_of_one_output_alone(name, use):
    neuron = build(name, "soft", False, True)
    gradients = []
    for forward in (type(neuron).forward, SpikingNeuron.forward):
        current = drive()
        loss = USES[use](forward(neuron, current, record=True)).sum()
        gradients.append(torch.autograd.grad(loss, current)[0])
    assert gradients[1].any()
    torch.testing.assert_close(*gradients, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", KINDS)
def test_one_step_no_sample_and_an_input_of_any_layout(name):
    neuron = build(name)
    one = drive()[:1]
    torch.testing.assert_close(neuron(one), SpikingNeuron.forward(neuron, one))
    assert neuron(drive()[:, :0], record=True).membrane.shape == (T, 0, N)
    turned = drive().detach().permute(2, 1, 0).contiguous().permute(2, 1, 0)
    assert torch.equal(neuron(turned), neuron(turned.contiguous()))
    same = torch.ones(1, B, N, dtype=torch.float64).expand(T, B, N).clone().requires_grad_()
    view = torch.ones(1, B, N, dtype=torch.float64).requires_grad_()
    neuron(same).sum().backward()
    neuron(view.expand(T, B, N)).sum().backward()
    torch.testing.assert_close(view.grad[0], same.grad.sum(0))


@pytest.mark.parametrize("name", KINDS)
def test_an_input_is_not_overwritten_and_a_graph_can_be_walked_twice(name):
    neuron, current = build(name, learn=True), drive()
    kept = current.detach().clone()
    loss = neuron(current, record=True).membrane.square().sum()
    first = torch.autograd.grad(loss, current, retain_graph=True)
    second = torch.autograd.grad(loss, current)
    assert torch.equal(*first, *second)
    assert torch.equal(current, kept)


@pytest.mark.parametrize("name", KINDS)
def test_a_second_derivative_is_refused(name):
    current = drive()
    value = build(name)(current).square().sum()
    with pytest.raises(RuntimeError, match="no second derivative"):
        torch.autograd.grad(value, current, create_graph=True)


@pytest.mark.parametrize("name", KINDS)
def test_pieces_join_with_the_gradient_through_the_state(name):
    neuron = build(name, learn=True)
    gradients = []
    for cut in (T, 5):
        current = drive()
        first = neuron(current[:cut], record=True)
        membranes = first.membrane.square().sum()
        if cut < T:
            membranes = (
                membranes + neuron(current[cut:], first.state, record=True)[1].square().sum()
            )
        gradients.append(torch.autograd.grad(membranes, [current, *neuron.parameters()]))
    for one, other in zip(*gradients, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", KINDS)
def test_gradients_are_those_of_finite_differences_where_nothing_spikes(name):
    neuron = build(name, learn=True, surrogate="triangular")
    neuron.threshold.data.fill_(50.0)
    learnt = {key: p for key, p in neuron.named_parameters() if key != "threshold"}

    def membrane(current, *values):
        changed = dict(zip(learnt, values, strict=True))
        options = {"record": True}
        return torch.func.functional_call(neuron, changed, (current,), options).membrane

    inputs = [drive()[:5, :2].detach().requires_grad_(), *learnt.values()]
    assert torch.autograd.gradcheck(membrane, inputs)


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("change", ["step", "rules", "spike"])
def test_what_a_user_changes_runs_step_by_step(name, change, counted):
    kind = KINDS[name]

    class Own(kind):
        if change == "step":

            def step(self, current, state):
                return super().step(current, state)

        if change == "rules":

            def rules(self, state):
                return super().rules(state)

    class Loud(Surrogate):
        def __call__(self, x):
            return super().__call__(x)

    neuron = build(name, **({"surrogate": Loud()} if change == "spike" else {}))
    if change != "spike":
        neuron.__class__ = Own
    neuron(drive())
    assert len(counted) == T


@pytest.mark.parametrize("name", KINDS)
def test_weights_and_constants_in_half_precision_change_no_state(name):
    neuron = build(name, learn=True, per_neuron=True).half()
    current = drive(torch.float16)
    outputs, gradients = run(type(neuron).forward, neuron, current)
    wanted, wanted_gradients = run(SpikingNeuron.forward, neuron, drive(torch.float16))
    assert torch.equal(outputs[0], wanted[0])
    for one, other in zip(
        (*outputs[1:], *gradients), (*wanted[1:], *wanted_gradients), strict=True
    ):
        assert one.dtype == other.dtype
        torch.testing.assert_close(one, other, rtol=1e-2, atol=1e-2)


# --- the leaky integrator


def integrate(integrator, current, state, lengths):
    membranes = []
    for now in current:
        state = leaky_step(now, state, integrator.constant("beta", state))
        membranes.append(state)
    membranes = torch.stack(membranes)
    if lengths is None:
        return membranes
    past = torch.arange(T)[:, None, None] >= lengths[:, None]
    return membranes.masked_fill(past, 0.0)


@pytest.mark.parametrize("learn", [False, True])
@pytest.mark.parametrize("per_neuron", [False, True])
@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "lengths"])
@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_an_integrator_is_its_steps(learn, per_neuron, lengths, dtype):
    integrator = LeakyIntegrator(beta=value(0.8, per_neuron), learn_beta=learn)
    results = []
    for forward in (LeakyIntegrator.forward, integrate):
        current = drive(dtype)
        state = draw(B, N, seed=3).to(torch.promote_types(dtype, torch.float32)).requires_grad_()
        if forward is integrate:
            membrane = integrate(integrator, current, state, lengths)
        else:
            membrane = integrator(current, state, lengths=lengths)
        loss = (membrane * draw(T, B, N, seed=7)).sum()
        gradients = torch.autograd.grad(loss, [current, state, *integrator.parameters()])
        results.append([membrane, *gradients])
    exact = dtype == torch.float64
    for one, other in zip(*results, strict=True):
        assert one.dtype == other.dtype
        near = 1e-6 if one.dtype == torch.float32 else 1e-2
        near = 1e-12 if exact and one.dtype == torch.float64 else near
        torch.testing.assert_close(one, other, rtol=near, atol=near)


@pytest.mark.parametrize("lengths", [None, LENGTHS], ids=["whole", "lengths"])
def test_an_integrator_is_recorded_and_stepped_as_neurons_that_spike(lengths):
    integrator = LeakyIntegrator(beta=value(0.8, True), learn_beta=True)
    current = drive(torch.bfloat16)
    done = integrator(current, lengths=lengths, record=True)
    assert torch.equal(done.membrane, integrator(current, lengths=lengths))
    assert done.spikes.dtype == torch.bfloat16
    assert done.spikes.shape == current.shape
    assert not done.spikes.any()
    ends = [T] * B if lengths is None else lengths.tolist()
    for sample, end in enumerate(ends):
        state = torch.zeros(1, N)
        for now in current[:end, sample : sample + 1]:
            spikes, membrane, state = integrator.step(now, state)
            assert not spikes.any()
        assert torch.equal(membrane, state)
        torch.testing.assert_close(state[0], done.state[sample])
        torch.testing.assert_close(membrane[0], done.membrane[end - 1, sample])
    done.state.sum().backward()
    assert integrator.beta_logit.grad.abs().sum() > 0


def test_an_integrator_has_derivatives_of_any_order():
    integrator = LeakyIntegrator(beta=0.8, learn_beta=True).double()

    def membrane(current, logit):
        return torch.func.functional_call(integrator, {"beta_logit": logit}, (current,))

    inputs = (drive()[:4, :2].detach().requires_grad_(), integrator.beta_logit)
    assert torch.autograd.gradcheck(membrane, inputs)
    assert torch.autograd.gradgradcheck(membrane, inputs)
