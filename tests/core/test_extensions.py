"""Neurons and surrogates of one's own: what a subclass overrides is called, or refused by name."""

import copy
import pickle
from typing import NamedTuple

import pytest
import torch
from torch import nn

from snn_core import (
    ALL_NEURONS,
    ALL_SURROGATES,
    LIF,
    AdaptiveLIF,
    CuBaLIF,
    LeakyIntegrator,
    RecurrentAdaptiveLIF,
    RecurrentLIF,
    SpikingNeuron,
    StochasticLIF,
    Surrogate,
    lif_step,
)
from snn_core.neurons import detach, watch_outputs, watch_spikes
from snn_core.online import ChunkedBPTT, EProp, OnlineNetwork, OnlineRTRL
from snn_core.surrogate import Shape, as_surrogate

CONSTANT = torch.full((20, 1, 1), 1.5)


def draw(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


# --- neurons


class Pushed(LIF):
    """A neuron that gets a push of 0.9 in every step."""

    def step(self, current, state):
        return super().step(current + 0.9, state)


class Refractory(LIF):
    """A neuron that is silent for two steps after a spike."""

    def initial_state(self, current):
        return torch.zeros_like(current[0]), torch.zeros_like(current[0])

    def step(self, current, state):
        v, waits = state
        spikes, membrane, v = super().step(current * (waits == 0), v)
        return spikes, membrane, (v, torch.where(spikes > 0, 2.0, (waits - 1).clamp(min=0)))


def test_a_subclass_of_lif_that_overrides_step_is_called():
    current = torch.zeros(20, 1, 1)
    assert LIF()(current).sum() == 0
    neuron, v, count = Pushed(), torch.zeros(1, 1), 0
    for now in current:
        z, _, v = lif_step(now + 0.9, v, beta=neuron.beta, threshold=1.0)
        count += int(z)
    assert neuron(current).sum() == count > 10


def test_a_refractory_neuron_waits_and_goes_on_from_its_tuple():
    neuron = Refractory(beta=0.0)
    spikes, _, state = neuron(CONSTANT, record=True)
    assert spikes.flatten().tolist() == [1, 0, 0] * 6 + [1, 0]
    assert type(state) is tuple
    first = neuron(CONSTANT[:5], record=True)
    second = neuron(CONSTANT[5:], first.state, record=True)
    assert torch.equal(torch.cat([first.spikes, second.spikes]), spikes)
    assert all(map(torch.equal, second.state, state))


def test_states_of_a_plain_tuple_are_a_tuple_over_time():
    neuron = Refractory(beta=0.0)
    v, waits = neuron.states(CONSTANT)
    assert waits.flatten().tolist() == ([2, 1, 0] * 7)[:20]
    assert torch.equal(v[-1], neuron(CONSTANT, record=True).state[0])


def test_a_step_that_a_user_puts_in_the_place_of_another_is_called():
    neuron = LIF()
    neuron.step = lambda current, state: (torch.ones_like(state), state, state)
    assert neuron(torch.zeros(4, 1, 1)).sum() == 4


class Doubled(LIF):
    def rules(self, state):
        rules = super().rules(state)
        return rules | {"threshold": 2 * rules["threshold"]}


class Never(Surrogate):
    """A spike that never happens."""

    def __call__(self, x):
        return super().__call__(x.clamp(max=0))


def test_rules_and_the_spike_itself_can_be_overridden():
    current = torch.full((3, 1, 1), 1.5)
    assert Doubled(beta=0.0)(current).sum() == 0
    assert LIF(beta=0.0, surrogate=Never())(current).sum() == 0
    assert LIF(beta=0.0)(current).sum() == 3


def test_a_plain_lif_takes_the_fast_path_and_no_other_does(monkeypatch):
    """Overridden steps are called once a step; LIF itself never calls its own."""
    called = []
    step = LIF.step

    def count(self, current, state):
        called.append(type(self))
        return step(self, current, state)

    monkeypatch.setattr(LIF, "step", count)
    LIF()(CONSTANT)
    assert called == []
    Pushed()(CONSTANT)
    assert called == [Pushed] * 20


class OwnState(NamedTuple):
    membrane: torch.Tensor
    age: torch.Tensor


class Returns(SpikingNeuron):
    """A neuron whose step returns what it is told to return."""

    def __init__(self, answer):
        super().__init__()
        self.answer = answer

    def initial_state(self, current):
        return OwnState(torch.zeros_like(current[0]), torch.zeros_like(current[0]))

    def step(self, current, state):
        return self.answer(current, state)


WRONG = {
    "two values": (lambda i, s: (i, s), "step", "2 values", "three values"),
    "four values": (lambda i, s: (i, i, i, s), "step", "4 values", "three values"),
    "a tensor of three": (lambda i, s: i, "step", "Tensor", "three values"),
    "nothing": (lambda i, s: None, "step", "NoneType", "three values"),
    "spikes of one": (
        lambda i, s: (i[:, :1], i, s),
        "step: spikes",
        r"shape \[2, 1\]",
        r"\[2, 3\]",
    ),
    "spikes are bool": (lambda i, s: (i > 0, i, s), "step: spikes", "torch.bool", "floating"),
    "spikes a number": (lambda i, s: (1.0, i, s), "step: spikes", "float", "a torch tensor"),
    "membrane summed": (lambda i, s: (i, i.sum(), s), "step: membrane", r"shape \[\]", r"\[2, 3\]"),
    "state a tensor": (
        lambda i, s: (i, i, i),
        "step: state",
        r"shape \[2, 3\]",
        "OwnState of shape",
    ),
    "state too short": (lambda i, s: (i, i, s[:1]), "step: state", "shape", "OwnState of shape"),
    "state forgotten": (lambda i, s: (i, i, None), "step: state", "shape NoneType", "OwnState"),
    "state grows": (
        lambda i, s: (i, i, OwnState(s[0][..., None], s[1])),
        "step: state",
        r"shape \[\[2, 3, 1\], \[2, 3\]\]",
        r"OwnState of shape \[\[2, 3\], \[2, 3\]\]",
    ),
    "state widens": (
        lambda i, s: (i, i, OwnState(s[0].double(), s[1])),
        "step: state",
        r"dtype \[torch.float64, torch.float32\]",
        "OwnState of dtype",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_step_that_returns_the_wrong_thing_is_named(case):
    answer, argument, came, expected = WRONG[case]
    with pytest.raises(
        ValueError, match=rf"^Returns\.{argument}: got {came}.*, expected .*{expected}"
    ):
        Returns(answer)(torch.ones(4, 2, 3))


def test_a_step_may_return_its_variables_in_a_plain_tuple():
    run = Returns(lambda i, s: (i, i, (s[0] + i, s[1] + 1)))(torch.ones(4, 2, 3), record=True)
    assert [variable.unique().item() for variable in run.state] == [4, 4]


def test_variables_in_a_plain_tuple_reach_the_step_by_their_names():
    class Named(Returns):
        def step(self, current, state):
            return current, state.age, state

    rest = Named(None).initial_state(CONSTANT)
    run = Named(None)(CONSTANT, tuple(variable + 2 for variable in rest), record=True)
    assert run.membrane.unique().item() == 2


def test_a_neuron_without_a_step_says_so():
    class Empty(SpikingNeuron):
        pass

    with pytest.raises(NotImplementedError, match="^Empty has no `step`"):
        Empty()(CONSTANT)


class Biased(LIF):
    per_neuron = (*LIF.per_neuron, "bias")

    def __init__(self, bias):
        super().__init__(beta=0.5)
        self.register_buffer("bias", bias)

    def step(self, current, state):
        return super().step(current + self.bias, state)


def test_what_differs_from_neuron_to_neuron_in_ones_own_class_is_checked():
    """A bias [4] for 4 samples of 4 channels and 1 pixel would go to the samples, unseen."""
    assert Biased(torch.zeros(4, 1))(torch.ones(2, 4, 4, 1)).shape == (2, 4, 4, 1)
    with pytest.raises(ValueError, match=r"^bias: got shape \[4\], expected .*\[1\]"):
        Biased(torch.zeros(4))(torch.ones(2, 4, 1))
    with pytest.raises(ValueError, match=r"^bias: got shape \[3\], expected .*\[4, 1\]"):
        Biased(torch.zeros(3))(torch.ones(2, 4, 4, 1))


@pytest.mark.parametrize("attribute", ["beta", "alpha", "rho", "strength", "threshold"])
def test_constants_of_the_neurons_here_are_checked_by_name(attribute):
    kind = {"alpha": CuBaLIF, "rho": AdaptiveLIF, "strength": AdaptiveLIF}.get(attribute, LIF)
    neuron = kind(**{attribute: torch.full((2,), 0.5)})
    assert neuron(torch.ones(2, 3, 2)).shape == (2, 3, 2)
    with pytest.raises(ValueError, match=rf"^{attribute}: got shape \[2\], expected .*\[3\]"):
        neuron(torch.ones(2, 2, 3))


def test_a_neuron_shows_its_decay_and_its_spike():
    assert repr(Pushed(beta=0.5)).startswith("Pushed(beta=0.5, reset='soft', surrogate=Surrogate(")
    assert "beta=[2]" in repr(LIF(beta=torch.tensor([0.5, 0.6])))


# --- states


def build(name):
    kind = {"StochasticLIF": StochasticLIF, "LeakyIntegrator": LeakyIntegrator} | ALL_NEURONS
    return kind[name](*((3,) if name.startswith("Recurrent") else ()))


@pytest.mark.parametrize("name", [*ALL_NEURONS, "StochasticLIF", "LeakyIntegrator"])
def test_a_state_of_any_kind_is_detached(name):
    current = (15 * torch.rand(5, 2, 3)).requires_grad_()
    state = build(name)(current, record=True).state
    cut = detach(state)
    assert type(cut) is type(state)
    pairs = [(state, cut)] if isinstance(state, torch.Tensor) else zip(state, cut, strict=True)
    for before, after in pairs:
        counts = before is getattr(state, "wait", None)  # steps, which have no gradient
        assert before.requires_grad or counts or name == "StochasticLIF"
        assert not after.requires_grad
        assert torch.equal(before, after)
    build(name)(current, cut)


def test_a_plain_tuple_is_detached_as_one():
    one, other = detach((torch.ones(1, requires_grad=True) * 2, torch.ones(2)))
    assert (one.requires_grad, one.item(), len(other)) == (False, 2, 2)


def states_of(name):
    """Return a neuron, an input and the state after it."""
    neuron, current = build(name), torch.rand(4, 2, 3)
    return neuron, current, neuron(current, record=True).state


def changed(state, change):
    """Return a state with its last variable changed."""
    if isinstance(state, torch.Tensor):
        return change(state)
    return type(state)(*state[:-1], change(state[-1]))


def poisoned(value):
    def change(x):
        x = x.clone()
        x.view(-1)[-1] = value
        return x

    return change


BAD = {
    "NaN": (poisoned(torch.nan), "NaN, expected numbers only"),
    "infinite": (poisoned(torch.inf), "infinite values, expected finite numbers"),
    "another shape": (lambda x: x[:, :2], "shape"),
    "one neuron": (lambda x: x[:, :1], "shape"),
    "integers": (lambda x: x.long(), "dtype"),
    "complex": (lambda x: x + 0j, "dtype"),
    "float64": (lambda x: x.double(), "dtype"),
    "elsewhere": (lambda x: x.to("meta"), "device"),
    "sparse": (lambda x: x.to_sparse(), "layout"),
    "no tensor": (lambda x: x.tolist(), "shape"),
    "NumPy": (lambda x: x.detach().numpy(), "shape"),
}


@pytest.mark.parametrize("name", [*ALL_NEURONS, "StochasticLIF", "LeakyIntegrator"])
@pytest.mark.parametrize("case", BAD)
def test_a_wrong_state_is_named_as_the_caller_knows_it(name, case):
    neuron, current, state = states_of(name)
    change, came = BAD[case]
    neuron(current, state)
    with pytest.raises(ValueError, match=f"^state: got {came}"):
        neuron(current, changed(state, change))


@pytest.mark.parametrize("name", ["CuBaLIF", "Alpha", "AdaptiveLIF", "Izhikevich"])
def test_a_tensor_in_the_place_of_several_variables_is_named(name):
    kind = type(states_of(name)[2]).__name__
    expected = rf"^state: got shape \[2, 3\], expected {kind} of shape \[\[2, 3\]"
    with pytest.raises(ValueError, match=expected):
        build(name)(torch.rand(4, 2, 3), torch.zeros(2, 3))


def test_several_variables_in_the_place_of_a_tensor_are_named():
    expected = r"^state: got shape \[\[1, 1\], \[1, 1\]\], expected shape \[1, 1\]"
    with pytest.raises(ValueError, match=expected):
        LIF()(CONSTANT, (torch.zeros(1, 1), torch.zeros(1, 1)))


# --- inputs


INPUTS = {
    "infinite": (torch.full((2, 1, 1), torch.inf), "infinite values, expected finite numbers"),
    "minus infinity": (torch.full((2, 1, 1), -torch.inf), "infinite values|NaN"),
    "complex": (torch.ones(2, 1, 1, dtype=torch.complex64), "torch.complex64, expected a floating"),
    "integers": (torch.ones(2, 1, 1, dtype=torch.int64), "torch.int64, expected a floating"),
    "bool": (torch.ones(2, 1, 1, dtype=torch.bool), "torch.bool, expected a floating"),
    "sparse": (torch.eye(2)[..., None].to_sparse(), "a sparse tensor, expected a dense one"),
    "no tensor": ([[[1.0]]], "list, expected a torch tensor"),
    "no step": (torch.ones(0, 1, 1), r"shape \[0, 1, .\], expected at least one time step"),
    "one axis": (torch.ones(4), r"shape \[4\], expected at least 2 dimensions"),
}
NEURONS = [*ALL_NEURONS, "StochasticLIF", "LeakyIntegrator"]


@pytest.mark.parametrize("name", NEURONS)
@pytest.mark.parametrize("case", INPUTS)
def test_a_wrong_input_is_named(name, case):
    current, came = INPUTS[case]
    if name.startswith("Recurrent") and isinstance(current, torch.Tensor) and not current.is_sparse:
        current = current.expand(*current.shape[:-1], 3) if current.dim() == 3 else current
    if name == "Izhikevich" and "infinite" in case:
        came = "NaN|infinite"
    with pytest.raises(ValueError, match=f"^current: got (?:{came})"):
        build(name)(current)


def test_large_numbers_are_finite_also_where_their_sum_is_not():
    large = torch.full((1, 2, 1), 3e38)
    assert torch.equal(LeakyIntegrator()(large), large)
    large[0, 0] = -torch.inf
    large[0, 1] = torch.inf  # the sum of both is NaN
    with pytest.raises(ValueError, match="^current: got infinite values"):
        LeakyIntegrator()(large)


@pytest.mark.parametrize("layout", [torch.strided, torch.jagged])
@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors:UserWarning")
def test_a_nested_tensor_is_refused_with_a_way_out(layout):
    nested = torch.nested.nested_tensor([torch.ones(3, 2), torch.ones(5, 2)], layout=layout)
    for name in ("LIF", "CuBaLIF", "LeakyIntegrator"):
        with pytest.raises(ValueError, match="^current: got a nested tensor, .*`lengths`"):
            build(name)(nested)


@pytest.mark.parametrize("name", ALL_NEURONS)
def test_record_is_a_truth(name):
    with pytest.raises(ValueError, match="^record: got int, expected True or False"):
        build(name)(torch.ones(2, 1, 3), record=1)
    with pytest.raises(ValueError, match=r"^record: got torch\.bool, expected True or False"):
        build(name)(torch.ones(2, 1, 3), record=torch.tensor([True, False]))


def test_a_stochastic_neuron_names_a_nan_too():
    with pytest.raises(ValueError, match="^current: got NaN"):
        StochasticLIF().states(torch.full((2, 1, 1), torch.nan))


@pytest.mark.parametrize("name", ["Alpha", "AdaptiveLIF", "StochasticLIF"])
def test_a_nan_that_comes_last_is_named_too(name):
    current = torch.ones(3, 1, 3)
    current[-1, 0, 1] = torch.nan
    for run in (build(name).states, build(name)):
        with pytest.raises(ValueError, match="^current: got NaN"):
            run(current)


# --- surrogates


def cosine_primitive(y):
    return torch.sin(y.clamp(-torch.pi / 2, torch.pi / 2))


def cosine(y):
    return torch.cos(y.clamp(-torch.pi / 2, torch.pi / 2))


COSINE = Shape("cosine", cosine_primitive, cosine, 2.0)


class Cosine(Surrogate):
    def derivative(self, x):
        return cosine(self.scale * x)


class Floored(Surrogate):
    """Pass at least a tenth everywhere."""

    def derivative(self, x):
        return super().derivative(x).clamp(min=0.1)


class Window(Surrogate):
    """Return truths, as a comparison does."""

    def derivative(self, x):
        return x.abs() < 0.5


class Constant(Surrogate):
    """Return one and the same tensor, which nobody may overwrite."""

    one = torch.tensor(0.3, dtype=torch.float64)

    def derivative(self, x):
        return self.one


OWN = {
    "shape": Surrogate(COSINE, 2.0),
    "tall shape": Surrogate(COSINE, 2.0, height=3.0),
    "subclass": Cosine(scale=2.0),
    "floored": Floored("triangular", 4.0),
    "window": Window(),
    "constant": Constant(),
}


def run(forward, neuron, current):
    spikes, membrane, state = forward(neuron, current, record=True)
    loss = (spikes * draw(*spikes.shape, seed=5)).sum() + membrane.square().sum() + state.sum()
    return [spikes, *torch.autograd.grad(loss, [current, *neuron.parameters()])]


@pytest.mark.parametrize("name", OWN)
@pytest.mark.parametrize("reset", ["soft", "hard"])
def test_ones_own_derivative_is_used_by_the_fast_path_and_by_the_loop(name, reset):
    options = {"learn_beta": True, "learn_threshold": True, "detach_reset": False}
    neuron = LIF(surrogate=OWN[name], reset=reset, **options).double()
    current = (1 + draw(12, 2, 3)).requires_grad_()
    fast = run(LIF.forward, neuron, current)
    literal = run(SpikingNeuron.forward, neuron, current)
    for one, other in zip(fast, literal, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)
    assert Constant.one == 0.3


def by_hand(surrogate, weight, inputs, signal):
    """Return the gradient of sum(signal * spikes) of one step by the weight: D(w x - 1) x."""
    slope = surrogate.derivative(inputs @ weight.T - 1)
    return (signal * slope).T @ inputs


@pytest.mark.parametrize("name", OWN)
def test_ones_own_derivative_is_used_by_every_way_to_learn(name):
    surrogate, inputs = OWN[name], draw(2, 4).abs()
    linear = nn.Linear(4, 3, bias=False).double()
    signal = draw(2, 3, seed=1)
    expected = by_hand(surrogate, linear.weight.detach(), inputs, signal)

    def gradient(learn):
        linear.zero_grad()
        learn()
        return linear.weight.grad

    def bptt(kind, *count):
        neuron = kind(*count, surrogate=surrogate).double()
        return lambda: (neuron(linear(inputs)[None])[0] * signal).sum().backward()

    def rtrl(neuron):
        learner = OnlineRTRL(linear, neuron.double())

        def learn():
            learner.start(inputs)
            learner.step(inputs)
            learner.learn(signal)

        return learn

    learners = [bptt(LIF), bptt(AdaptiveLIF), bptt(RecurrentLIF, 3)]
    learners += [rtrl(RecurrentLIF(3, surrogate=surrogate))]
    for learn in learners:
        torch.testing.assert_close(gradient(learn), expected)


def test_online_networks_and_windows_use_ones_own_derivative():
    """With the straight line of slope 0 no weight below a spike gets a gradient."""

    class Flat(Surrogate):
        def derivative(self, x):
            return torch.zeros_like(x)

    torch.manual_seed(0)
    inputs, labels = 4 * torch.rand(5, 2, 4), torch.tensor([0, 1])
    for surrogate, learns in ((Flat(), False), (Surrogate(), True)):
        neurons = (LIF(surrogate=surrogate), LIF(surrogate=surrogate))
        network = nn.Sequential(nn.Linear(4, 6), neurons[0], nn.Linear(6, 2), neurons[1])
        for learner in (OnlineNetwork(network, "ottt"), ChunkedBPTT(network, 3)):
            network.zero_grad()
            learner.run(inputs, labels)
            assert bool(network[2].weight.grad.any() or network[0].weight.grad.any()) == learns
    adaptive = RecurrentAdaptiveLIF(6, surrogate=Flat())
    below, above = nn.Linear(4, 6, bias=False), nn.Linear(6, 2, bias=False)
    network = nn.Sequential(below, adaptive, above, LeakyIntegrator())
    learner = EProp(network)
    learner.start(inputs[0])
    learner.step(inputs[0])
    learner.learn(torch.ones(2, 2))
    assert not network[0].weight.grad.any()


def test_a_shape_of_ones_own_has_primitive_area_and_peak():
    surrogate = Surrogate(COSINE, 2.0, height=3.0)
    x, h = draw(50).requires_grad_(), 1e-6
    (backward,) = torch.autograd.grad(surrogate(x).sum(), x)
    rise = (surrogate.primitive(x + h) - surrogate.primitive(x - h)) / (2 * h)
    torch.testing.assert_close(backward, rise.detach(), rtol=1e-6, atol=1e-6)
    assert surrogate.area == 3.0
    assert surrogate.peak == 3.0
    grid = torch.linspace(-1, 1, 20001, dtype=torch.float64)
    assert torch.trapezoid(surrogate.derivative(grid), grid).item() == pytest.approx(3, rel=1e-6)
    assert repr(surrogate) == "Surrogate('cosine', scale=2, height=3)"


@pytest.mark.parametrize("surrogate", [Surrogate(COSINE, 2.0), Cosine("arctan", 2.0)])
def test_ones_own_surrogate_is_copied_and_pickled_with_its_neuron(surrogate):
    neuron = LIF(surrogate=surrogate)
    x = draw(5)
    for other in (copy.deepcopy(neuron), pickle.loads(pickle.dumps(neuron))):
        assert repr(other) == repr(neuron)
        assert torch.equal(other.surrogate.derivative(x), surrogate.derivative(x))
    assert repr(Cosine("arctan", 2.0)) == "Cosine('arctan', scale=2)"


def test_the_primitive_refuses_what_has_no_height():
    assert Surrogate().primitive(torch.tensor(0.5)) > 0
    for x, came in ((torch.tensor(torch.nan), "NaN"), (torch.ones(1, dtype=int), "torch.int64")):
        with pytest.raises(ValueError, match=f"^x: got {came}"):
            Surrogate().primitive(x)


def test_shapes_of_ones_own_are_known_to_nobody_else():
    assert "cosine" not in ALL_SURROGATES
    with pytest.raises(ValueError, match="^surrogate: got 'cosine', expected one of fast_sigmoid"):
        LIF(surrogate="cosine")
    with pytest.raises(ValueError, match="^shape: got 'cosine', expected one of fast_sigmoid"):
        Surrogate("cosine")
    assert as_surrogate(OWN["shape"]) is OWN["shape"]


# --- watching


def test_watching_sees_neurons_of_ones_own_and_ends_with_the_block():
    network = nn.Sequential(nn.Linear(2, 3), Refractory(), LeakyIntegrator(), Pushed())
    inputs = torch.ones(4, 1, 2)
    with watch_spikes(network) as spikes:
        output = network(inputs)
    assert len(spikes) == 2
    assert torch.equal(spikes[1], output)
    seen = []

    def stopped():
        with watch_outputs([network[2]]) as outputs:
            network(inputs)
            seen.append(outputs)
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        stopped()
    network(inputs)
    assert [list(one.shape) for one in seen[0]] == [[4, 1, 3]]
    with watch_spikes(network[3]) as spikes:
        run = network[3](inputs, record=True)
    assert torch.equal(spikes[0], run.spikes)
    with watch_outputs([network[2]]) as outputs:
        run = network[2](inputs, record=True)
    assert torch.equal(outputs[0], run.membrane)


def test_only_a_module_is_watched():
    with pytest.raises(ValueError, match="^network: got None, expected a module"):
        watch_spikes(None)
