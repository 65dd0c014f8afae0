"""Constants of neurons: how they are given, read back, saved and loaded."""

import copy
import io
import math
import re

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
    StochasticLIF,
    Surrogate,
    lif_step,
)
from snn_core.neurons import AdaptiveState, adaptive_lif_step, decay

T, B, N = 30, 2, 3
PAIRS = [("tau_mem", "beta"), ("tau_syn", "alpha"), ("tau_adapt", "rho")]
USUAL = {"tau_mem": 10.0, "tau_syn": 5.0, "tau_adapt": 100.0}
OWNERS = {
    "tau_mem": (LIF, LeakyIntegrator, CuBaLIF, AdaptiveLIF, StochasticLIF),
    "tau_syn": (CuBaLIF, Alpha),
    "tau_adapt": (AdaptiveLIF,),
}
GIVEN = [(kind, tau, name) for tau, name in PAIRS for kind in OWNERS[tau]]
GIVEN += [(RecurrentLIF, "tau_mem", "beta"), (RecurrentAdaptiveLIF, "tau_adapt", "rho")]


def build(kind, **options):
    return kind(N, **options) if kind in (RecurrentLIF, RecurrentAdaptiveLIF) else kind(**options)


def drive(seed=0):
    generator = torch.Generator().manual_seed(seed)
    return 0.3 + torch.randn(T, B, N, generator=generator)


def run(neuron):
    if isinstance(neuron, LeakyIntegrator):
        return neuron(drive())
    return neuron(drive(), record=True).membrane


def saved_and_read(module):
    """Return the checkpoint of a module after a way through a file."""
    file = io.BytesIO()
    torch.save(module.state_dict(), file)
    file.seek(0)
    return torch.load(file, weights_only=True)


# Time constants and decays


@pytest.mark.parametrize(("kind", "tau", "name"), GIVEN)
def test_a_time_constant_beside_its_decay_is_refused(kind, tau, name):
    with pytest.raises(ValueError, match=f"^{name}: got 0.5 together with {tau}=20"):
        build(kind, **{tau: 20.0, name: 0.5})


@pytest.mark.parametrize(("kind", "tau", "name"), GIVEN)
@pytest.mark.parametrize("learn", [False, True])
@pytest.mark.parametrize("dt", [1.0, 0.25])
def test_time_constants_are_read_back_in_ms(kind, tau, name, learn, dt):
    options = {f"learn_{name}": learn, "dt": dt}
    for given in (7.0, torch.tensor([7.0, 20.0, 300.0])):
        neuron = build(kind, **{tau: given}, **options)
        assert neuron.dt == dt
        own = getattr(neuron, tau)
        assert own.dtype == torch.float64
        expected = torch.as_tensor(given, dtype=torch.float64)
        torch.testing.assert_close(own.detach(), expected, rtol=1e-5 if learn else 1e-12, atol=0)
    by_decay = build(kind, **{name: 0.5}, **options)
    assert getattr(by_decay, tau).item() == pytest.approx(dt / math.log(2), rel=1e-6)
    with pytest.raises(AttributeError):
        setattr(neuron, tau, 3.0)


@pytest.mark.parametrize(("kind", "tau", "name"), GIVEN)
def test_what_is_not_given_is_as_documented(kind, tau, name):
    neuron = build(kind)
    assert getattr(neuron, tau).item() == pytest.approx(USUAL[tau], rel=1e-12)
    assert neuron.dt == 1.0
    assert f"{USUAL[tau]:g} if" in re.sub(r"\s+", " ", documentation(kind))


def documentation(kind):
    """Return the docstring of a class and of those that it refers to."""
    return " ".join(one.__doc__ or "" for one in kind.__mro__ if one.__module__.startswith("snn"))


def test_a_time_constant_that_changes_is_read_back():
    neuron = LIF(20.0, dt=0.5, learn_beta=True)
    neuron.beta_logit.data += 0.7
    beta = torch.sigmoid(neuron.beta_logit.detach().double()).item()
    assert neuron.tau_mem.item() == pytest.approx(-0.5 / math.log(beta), rel=1e-12)
    assert neuron.tau_mem.item() > 30


def test_a_decay_without_a_leak_has_an_infinite_time_constant_and_none_has_zero():
    assert LeakyIntegrator(beta=1.0).tau_mem.item() == math.inf
    assert LeakyIntegrator(beta=0.0).tau_mem.item() == 0


@pytest.mark.parametrize(("kind", "tau", "name"), GIVEN)
def test_a_time_constant_shorter_than_a_step_is_told(kind, tau, name):
    """A decay, or seconds, in the place of milliseconds."""
    for given, dt in ((0.9, 1.0), (0.02, 1.0), (torch.tensor([5.0, 0.3, 7.0]), 0.5)):
        shortest = torch.as_tensor(given).min().item()
        message = f"^{tau}: got {shortest:g} ms at a step of {dt:g} ms, {name} "
        with pytest.warns(UserWarning, match=message) as told:
            neuron = build(kind, **{tau: given}, dt=dt)
        expected = math.exp(-dt / shortest)
        assert getattr(neuron, name).min().item() == pytest.approx(expected, rel=1e-6)
        assert f"{name} {expected:.2g}, " in str(told[0].message)
        assert f"`{name}=…`" in str(told[0].message)
        assert told[0].filename == __file__  # where the neuron is built
    build(kind, **{tau: 1.0}, dt=1.0)  # as long as the step: not a word


BAD = {
    "complex": (torch.tensor(0.5 + 0j), "torch.complex64"),
    "complex number": (0.5 + 0j, "complex"),
    "bool": (True, "bool"),
    "bools": (torch.tensor([True, False, True]), "torch.bool"),
    "text": ("0.5", "str"),
    "list": ([0.5], "list"),
    "nan": (math.nan, "nan"),
    "infinite": (math.inf, "inf"),
    "learnt": (torch.tensor(0.5, requires_grad=True), "a tensor that requires a gradient"),
    "none": (torch.tensor([]), "0 values"),
    "too large": (1e39, "1e+39"),
    "negative": (-0.5, "-0.5"),
}


@pytest.mark.parametrize("case", BAD)
def test_constants_that_are_none_are_refused_by_the_name_that_the_caller_knows(case):
    value, came = BAD[case]
    for kind, tau, name in GIVEN:
        for argument in (tau, name):
            with pytest.raises(ValueError, match=f"^{argument}: got {re.escape(came)}"):
                build(kind, **{argument: value})
    for kind, argument in ((LIF, "threshold"), (AdaptiveLIF, "strength")):
        with pytest.raises(ValueError, match=f"^{argument}: got {re.escape(came)}"):
            kind(**{argument: value})
    with pytest.raises(ValueError, match=f"^tau: got {re.escape(came)}"):
        decay(value, 1.0)


def test_the_edges_of_the_ranges():
    for edge in (0.0, 1.0):
        assert LIF(beta=edge).beta.item() == edge
        assert AdaptiveLIF(rho=edge).rho.item() == edge
        with pytest.raises(ValueError, match=r"^beta: got .*inside \(0, 1\) when it is learnt"):
            LIF(beta=edge, learn_beta=True)
    assert CuBaLIF(alpha=0.0).alpha.item() == 0
    assert AdaptiveLIF(strength=0.0).strength.item() == 0
    for argument, value in (("beta", 1.01), ("beta", -0.01), ("threshold", 0.0)):
        with pytest.raises(ValueError, match=f"^{argument}: got "):
            LIF(**{argument: value})
    with pytest.raises(ValueError, match="^alpha: got a decay of 1.0, expected one below 1"):
        CuBaLIF(alpha=1.0)
    with pytest.raises(ValueError, match="^tau_syn: got a decay of 1.0, expected one below 1"):
        CuBaLIF(tau_syn=1e30)
    for zero in (
        {"tau_mem": 0.0},
        {"dt": 0.0},
        {"dt": 0.0, "beta": 0.5},
        {"dt": math.nan, "beta": 0.5},
    ):
        with pytest.raises(ValueError, match=f"^{next(iter(zero))}: got "):
            LIF(**zero)


def test_constants_per_neuron_that_do_not_fit_go_by_the_name_that_was_given():
    for kind, tau, name in GIVEN:
        if kind in (RecurrentLIF, RecurrentAdaptiveLIF):
            continue
        for argument in (tau, name):
            neuron = kind(**{argument: torch.full((N + 1,), 0.5)}, dt=0.1)
            with pytest.raises(ValueError, match=rf"^{argument}: got shape \[{N + 1}\], expected "):
                neuron(drive())


@pytest.mark.parametrize("value", [1, None, "no", torch.tensor(True)])
def test_what_is_to_be_learnt_is_said_by_true_or_false(value):
    for kind, _, name in GIVEN:
        with pytest.raises(ValueError, match=f"^learn_{name}: got .*, expected True or False"):
            build(kind, **{f"learn_{name}": value})
    for argument in ("learn_threshold", "detach_reset"):
        with pytest.raises(ValueError, match=f"^{argument}: got .*, expected True or False"):
            LIF(**{argument: value})


def test_integers_are_numbers():
    assert (
        LIF(torch.tensor([10, 20])).beta.tolist() == LIF(torch.tensor([10.0, 20.0])).beta.tolist()
    )
    assert LIF(10).beta == LIF(10.0).beta


def test_a_constant_does_not_change_with_the_tensor_it_came_from():
    given = torch.tensor([0.5, 0.9], dtype=torch.float64)
    neuron = LIF(beta=given, threshold=given)
    given.zero_()
    assert neuron.beta.tolist() == neuron.threshold.tolist() == [0.5, 0.9]


# Checkpoints


FIRST = {
    LIF: {"beta": 0.5, "threshold": 0.7},
    CuBaLIF: {"beta": 0.5, "threshold": 0.7, "alpha": 0.3},
    Alpha: {"beta": 0.5, "threshold": 0.7, "alpha": 0.3},
    AdaptiveLIF: {"beta": 0.5, "threshold": 0.7, "rho": 0.4, "strength": 0.8},
    RecurrentLIF: {"beta": 0.5, "threshold": 0.7},
    RecurrentAdaptiveLIF: {"beta": 0.5, "threshold": 0.7, "rho": 0.4, "strength": 0.8},
    LeakyIntegrator: {"beta": 0.5},
}
SECOND = {"beta": 0.95, "threshold": 1.5, "alpha": 0.6, "rho": 0.99, "strength": 0.1}
LEARNABLE = ("beta", "threshold", "alpha", "rho")


def pair(kind, first_learns, second_learns, per_neuron):
    """Return two neurons of a kind all of whose constants differ."""
    size = torch.linspace(0.9, 1, N) if per_neuron else 1.0
    neurons = []
    for values, learns in ((FIRST[kind], first_learns), (SECOND, second_learns)):
        given = {name: values[name] * size for name in FIRST[kind]}
        options = {f"learn_{name}": learns for name in given if name in LEARNABLE}
        neurons.append(build(kind, **given, **options))
    return neurons


@pytest.mark.parametrize("kind", FIRST)
@pytest.mark.parametrize("per_neuron", [False, True])
@pytest.mark.parametrize("first_learns", [False, True])
@pytest.mark.parametrize("second_learns", [False, True])
@pytest.mark.parametrize("assign", [False, True])
def test_every_constant_is_saved_and_loaded(kind, per_neuron, first_learns, second_learns, assign):
    first, second = pair(kind, first_learns, second_learns, per_neuron)
    for name in FIRST[kind]:
        assert (first.constant(name) != second.constant(name)).all()
    before = {name: buffer.dtype for name, buffer in second.state_dict().items()}
    assert not torch.allclose(run(first), run(second))
    second.load_state_dict(saved_and_read(first), assign=assign)
    close = {"rtol": 1e-6, "atol": 0} if first_learns or second_learns else {"rtol": 0, "atol": 0}
    for name in FIRST[kind]:
        torch.testing.assert_close(second.constant(name), first.constant(name), **close)
    torch.testing.assert_close(run(second), run(first), rtol=1e-5, atol=1e-5)
    assert {name: buffer.dtype for name, buffer in second.state_dict().items()} == before


def test_weights_among_neurons_are_saved_and_loaded():
    first, second = (
        build(RecurrentLIF, generator=torch.Generator().manual_seed(n)) for n in (1, 2)
    )
    assert not torch.equal(first.weight, second.weight)
    second.load_state_dict(saved_and_read(first))
    assert torch.equal(first.weight, second.weight)


def test_a_network_is_saved_and_loaded_by_the_names_of_its_layers():
    networks = [
        nn.Sequential(nn.Linear(N, N), LIF(tau, learn_beta=learn))
        for tau, learn in ((30.0, True), (5.0, False))
    ]
    networks[1].load_state_dict(saved_and_read(networks[0]))
    assert networks[1][1].tau_mem.item() == pytest.approx(30.0, rel=1e-6)
    assert torch.equal(networks[0](drive()), networks[1](drive()))


def test_a_checkpoint_of_another_size_is_refused():
    for learns in (False, True):
        one = LIF(beta=torch.full((N,), 0.5)).state_dict()
        with pytest.raises(RuntimeError, match="size mismatch for (_beta|beta_logit)"):
            LIF(learn_beta=learns).load_state_dict(one)


def test_a_decay_that_cannot_be_learnt_does_not_load_into_one_that_is():
    with pytest.raises(ValueError, match=r"^beta: got 1.0, expected a decay inside \(0, 1\)"):
        LIF(learn_beta=True).load_state_dict(LIF(beta=1.0).state_dict())


def test_a_checkpoint_without_a_decay_is_refused():
    saved = LIF().state_dict()
    del saved["_beta"]
    with pytest.raises(RuntimeError, match="Missing key"):
        LIF().load_state_dict(saved)


def test_loading_leaves_the_checkpoint_as_it_was():
    saved = LIF(beta=0.5).state_dict()
    before = copy.deepcopy(saved)
    LIF(learn_beta=True).load_state_dict(saved)
    assert saved.keys() == before.keys()
    assert all(torch.equal(saved[name], before[name]) for name in before)


OTHERWISE = {
    "reset": {"reset": "hard"},
    "detach_reset": {"detach_reset": False},
    "surrogate": {"surrogate": "boxcar"},
    "dt": {"dt": 0.5},
    "detach_reset, reset, surrogate": {
        "reset": "hard",
        "detach_reset": False,
        "surrogate": Surrogate("fast_sigmoid", 25.0),
    },
}


@pytest.mark.parametrize("kind", [kind for kind in FIRST if kind is not LeakyIntegrator])
@pytest.mark.parametrize("differs", OTHERWISE)
def test_a_neuron_with_other_settings_does_not_load(kind, differs):
    saved = saved_and_read(nn.Sequential(build(kind, **OTHERWISE[differs])))
    with pytest.raises(ValueError, match=f"^{differs}: got .* in the checkpoint, expected .* here"):
        nn.Sequential(build(kind)).load_state_dict(saved)


def test_the_settings_that_differ_are_shown():
    saved = LIF(reset="hard").state_dict()
    with pytest.raises(ValueError, match="'hard'.* in the checkpoint, expected .*'soft'"):
        LIF().load_state_dict(saved)


def test_settings_of_one_kind_alone_are_compared_too():
    with pytest.raises(ValueError, match="^width: got "):
        StochasticLIF(width=0.3).load_state_dict(StochasticLIF(width=0.2).state_dict())
    with pytest.raises(ValueError, match="^dt: got "):
        LeakyIntegrator(beta=0.5, dt=0.5).load_state_dict(LeakyIntegrator(beta=0.5).state_dict())


def test_a_checkpoint_is_tensors_only():
    saved = AdaptiveLIF().state_dict()
    assert all(isinstance(value, torch.Tensor) for value in saved.values())
    assert saved["_extra_state"].dtype == torch.uint8


def test_nothing_but_weights_is_learnt_unless_asked():
    for kind in FIRST:
        names = [name for name, _ in build(kind).named_parameters()]
        assert names == (["weight"] if kind in (RecurrentLIF, RecurrentAdaptiveLIF) else [])


# What is not said


def test_the_largest_constant_is_the_largest_number_of_float32():
    largest = torch.finfo(torch.float32).max
    assert LIF(threshold=largest).threshold.item() == largest
    with pytest.raises(ValueError, match="^threshold: got .*, expected finite numbers"):
        LIF(threshold=largest * 1.001)


def test_steps_have_the_threshold_1_and_a_detached_reset_unless_they_are_told():
    current = torch.tensor([0.9, 1.1], requires_grad=True)
    rest = torch.zeros(2)
    spikes, _, state = lif_step(current, rest, beta=0.5)
    assert spikes.tolist() == [0, 1]
    assert torch.autograd.grad(state.sum(), current)[0].tolist() == [1, 1]
    tired = AdaptiveState(rest, rest)
    spikes, _, state = adaptive_lif_step(current, tired, beta=0.5, rho=0.9, strength=0.3)
    assert spikes.tolist() == [0, 1]
    assert torch.autograd.grad(state.membrane.sum(), current)[0].tolist() == [1, 1]


def test_a_stochastic_neuron_is_0_2_wide_unless_it_is_told():
    chance = StochasticLIF().probability(torch.tensor([1.2, 1.0]))
    assert chance.tolist() == pytest.approx([1 / (1 + math.exp(-1)), 0.5], rel=1e-6)


def test_a_neuron_shows_its_decay_or_how_many_it_has():
    assert repr(LIF(beta=0.5)).startswith("LIF(beta=0.5, reset='soft', surrogate=Surrogate(")
    assert repr(LIF(beta=torch.full((N,), 0.5), reset="hard")).startswith(
        f"LIF(beta=[{N}], reset='hard', "
    )
