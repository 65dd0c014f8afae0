"""Online learners as modules: checkpoints, parameters, one protocol, serving, precision, doors."""

import copy
import io

import pytest
import torch
from torch import nn

from snn_core import (
    LIF,
    AdaptiveLIF,
    LeakyIntegrator,
    RecurrentAdaptiveLIF,
    RecurrentLIF,
    SpikingNeuron,
    Surrogate,
)
from snn_core.online import (
    FEEDBACKS,
    RULES,
    ChunkedBPTT,
    EProp,
    OnlineAdaptiveLIF,
    OnlineLIF,
    OnlineNetwork,
    OnlineRTRL,
    OnlineSmoothedLIF,
    count_error,
    membrane_jacobian,
)
from snn_core.online.labelled import LabelLearner
from snn_core.online.learner import SignalLearner

T, B, N, M = 12, 3, 5, 4


def generator(seed):
    return torch.Generator().manual_seed(seed)


INPUTS = (torch.rand(T, B, N, generator=generator(0)) < 0.6).float()
SIGNALS = torch.randn(T, B, M, generator=generator(1))
LABELS = torch.tensor([0, 3, 1])


def linear(inputs, outputs, seed, bias=False):
    layer = nn.Linear(inputs, outputs, bias=bias)
    with torch.no_grad():
        for each in layer.parameters():
            each.copy_(0.6 * torch.rand(each.shape, generator=generator(seed)))
    return layer


def stack(seed, hidden=6):
    first = linear(N, hidden, seed, bias=True)
    return nn.Sequential(first, LIF(beta=0.8), linear(hidden, M, seed + 1, bias=True), LIF())


def recurrent(seed):
    return linear(N, M, seed), RecurrentLIF(M, beta=0.8, generator=generator(seed))


def readable(seed):
    neuron = RecurrentAdaptiveLIF(6, beta=0.8, strength=0.2, generator=generator(seed))
    layers = linear(N, 6, seed), neuron, linear(6, M, seed + 1), LeakyIntegrator(beta=0.9)
    return nn.Sequential(*layers)


def layer(kind, neuron, *more):
    return lambda seed: kind(linear(N, M, seed, bias=True), neuron(beta=0.8), *more)


def network_of(rule):
    return lambda seed: OnlineNetwork(stack(seed), rule, generator=generator(seed), horizon=T)


def eprop_of(feedback):
    return lambda seed: EProp(readable(seed), feedback, generator=generator(seed))


TOLD_SIGNALS = {
    "OnlineLIF": layer(OnlineLIF, LIF),
    "OnlineSmoothedLIF": layer(OnlineSmoothedLIF, LIF, 0.9),
    "OnlineAdaptiveLIF": layer(OnlineAdaptiveLIF, AdaptiveLIF),
    "OnlineRTRL": lambda seed: OnlineRTRL(*recurrent(seed)),
    **{f"EProp {feedback}": eprop_of(feedback) for feedback in FEEDBACKS},
}
TOLD_LABELS = {
    **{rule: network_of(rule) for rule in RULES},
    "ChunkedBPTT": lambda seed: ChunkedBPTT(stack(seed), 5, horizon=T),
}
LEARNERS = TOLD_SIGNALS | TOLD_LABELS


def told(name):
    return SIGNALS if name in TOLD_SIGNALS else LABELS


def gradients(learner, name, inputs=INPUTS):
    """Return the gradients of a run, by name, and forget them."""
    learner.run(inputs, told(name))
    found = {key: each.grad for key, each in learner.named_parameters() if each.grad is not None}
    learner.zero_grad()
    return found


def equal(one, other):
    """Say whether two sets of gradients are the same, bit for bit."""
    assert one.keys() == other.keys()
    return all(torch.equal(one[key], other[key]) for key in one)


# --- modules


@pytest.mark.parametrize("name", LEARNERS)
def test_a_checkpoint_restores_a_learner_down_to_its_next_update(name):
    original, restored = LEARNERS[name](1), LEARNERS[name](20)
    file = io.BytesIO()
    torch.save(original.state_dict(), file)
    file.seek(0)
    before = gradients(restored, name)
    wanted = gradients(original, name)
    assert not equal(before, wanted)
    restored.load_state_dict(torch.load(file))
    assert wanted
    assert all(each.abs().max() > 0 for each in wanted.values())
    assert equal(gradients(restored, name), wanted)


@pytest.mark.parametrize("name", ["decolle", "feedback_alignment", "direct_feedback_alignment"])
def test_the_network_alone_does_not_restore_the_random_matrices(name):
    original, other = LEARNERS[name](1), LEARNERS[name](20)
    other.network.load_state_dict(original.network.state_dict())
    assert not equal(gradients(other, name), gradients(original, name))
    held = [key for key in original.state_dict() if not key.startswith("network.")]
    assert held == ["matrix_0"]


def test_a_checkpoint_restores_the_decay_of_the_layer_above():
    slow, fast = (stack(1), stack(1))
    fast[3] = LIF(beta=0.1)
    wanted = gradients(OnlineNetwork(slow, "rtrl"), "rtrl")
    restored = OnlineNetwork(fast, "rtrl")
    assert not equal(gradients(restored, "rtrl"), wanted)
    restored.load_state_dict(OnlineNetwork(slow, "rtrl").state_dict())
    assert equal(gradients(restored, "rtrl"), wanted)


def test_a_checkpoint_of_one_feedback_does_not_pass_for_another():
    with pytest.raises(RuntimeError, match="own_matrix"):
        EProp(readable(1)).load_state_dict(EProp(readable(1), "random").state_dict())


@pytest.mark.parametrize("name", LEARNERS)
def test_a_learner_shares_the_layers_that_it_was_given_and_a_copy_has_its_own(name):
    learner = LEARNERS[name](1)
    twin = copy.deepcopy(learner)
    wanted = gradients(learner, name)
    with torch.no_grad():
        for each in learner.parameters():
            each.mul_(0.5)
    assert equal(gradients(twin, name), wanted)
    assert not equal(gradients(learner, name), wanted)


def test_the_network_of_the_user_learns_and_moves_with_its_learner():
    for net, kind in ((stack(1), OnlineNetwork), (readable(1), EProp)):
        learner = kind(net)
        assert {id(each) for each in net.parameters()} <= set(map(id, learner.parameters()))
        learner.double()
        assert net[0].weight.dtype == torch.float64


NAMES = {
    "OnlineLIF": ["linear.weight", "linear.bias"],
    "OnlineAdaptiveLIF": ["linear.weight", "linear.bias"],
    "OnlineRTRL": ["linear.weight", "neuron.weight"],
    "EProp symmetric": ["linear.weight", "neuron.weight", "readout.weight"],
    "EProp random": ["linear.weight", "neuron.weight", "readout.weight"],
    "EProp adaptive": ["own_matrix", "linear.weight", "neuron.weight", "readout.weight"],
    "decolle": ["network.0.weight", "network.0.bias", "network.2.weight", "network.2.bias"],
    "ChunkedBPTT": ["network.0.weight", "network.0.bias", "network.2.weight", "network.2.bias"],
}


@pytest.mark.parametrize("name", NAMES)
def test_the_parameters_are_exactly_what_learns_each_once(name):
    learner = LEARNERS[name](1)
    by_name = dict(learner.named_parameters())
    expected = [id(by_name[key]) for key in NAMES[name]]
    assert [id(each) for each in learner.parameters()] == expected
    assert [id(each) for each in learner.parameters(recurse=True)] == expected
    own = [id(each) for each in learner.parameters(recurse=False)]
    assert own == [id(by_name[key]) for key in NAMES[name] if "." not in key]
    assert list(gradients(learner, name)) == NAMES[name]


def test_what_is_frozen_does_not_learn_until_it_is_let():
    learner = LEARNERS["EProp adaptive"](1)
    learner.readout.requires_grad_(False)
    learner.own_matrix.requires_grad_(False)
    learns = [learner.linear.weight, learner.neuron.weight]
    assert [id(each) for each in learner.parameters()] == list(map(id, learns))
    assert list(gradients(learner, "EProp adaptive")) == ["linear.weight", "neuron.weight"]
    assert list(learner.requires_grad_(False).parameters()) == []
    assert gradients(learner, "EProp adaptive") == {}
    assert len(list(learner.requires_grad_().parameters())) == 4


@pytest.mark.parametrize("name", LEARNERS)
def test_an_optimiser_of_the_parameters_lowers_a_loss(name):
    """One small step against the gradient that the learner found changes every parameter."""
    learner = LEARNERS[name](1)
    optimiser = torch.optim.SGD(learner.parameters(), lr=1e-3)
    before = {key: each.detach().clone() for key, each in learner.named_parameters()}
    learner.run(INPUTS, told(name))
    found = {
        key: each.grad.clone() for key, each in learner.named_parameters() if each.grad is not None
    }
    optimiser.step()
    for key, each in learner.named_parameters():
        step = -1e-3 * found[key] if key in found else 0
        torch.testing.assert_close(each.detach(), before[key] + step)


@pytest.mark.parametrize("name", LEARNERS)
def test_a_sequence_begins_anew_after_a_change_of_dtype(name):
    learner = LEARNERS[name](1)
    learner.start(INPUTS[0])
    learner.step(INPUTS[0])
    learner.double()
    with pytest.raises(ValueError, match=r"^step: got no start, expected start\(inputs\)"):
        learner.step(INPUTS[1].double())
    wide = gradients(learner, name, INPUTS.double())
    assert all(each.dtype == torch.float64 for each in wide.values())


REPRS = {
    "OnlineSmoothedLIF": "beta_above=0.9",
    "OnlineRTRL": "terms=('leak', 'reset', 'self', 'others')",
    "EProp adaptive": "feedback='adaptive'",
    "ottt": "rule='ottt', horizon=12\n",
    "decolle": "rule='decolle', horizon=12, feedback_scale=1\n",
    "ChunkedBPTT": "window=5, horizon=12\n",
}


@pytest.mark.parametrize("name", REPRS)
def test_a_learner_says_what_it_is(name):
    shown = repr(LEARNERS[name](1))
    assert shown.startswith(type(LEARNERS[name](1)).__name__)
    assert REPRS[name] in shown
    assert "Linear(in_features=5" in shown


def test_an_error_of_ones_own_is_named():
    def half(counts, labels):
        return counts / 2

    assert "error=half" in repr(OnlineNetwork(stack(1), error=half))
    assert "error" not in repr(OnlineNetwork(stack(1)))


# --- one protocol


@pytest.mark.parametrize("name", LEARNERS)
def test_a_run_is_a_start_and_all_steps(name):
    run, stepped = LEARNERS[name](1), LEARNERS[name](1)
    whole = run.run(INPUTS, told(name))
    outputs = []
    stepped.start(INPUTS[0])
    for now, signal in zip(INPUTS, SIGNALS, strict=True):
        if name in TOLD_SIGNALS:
            outputs.append(stepped.step(now))
            stepped.learn(signal)
        else:
            outputs.append(stepped.step(now, LABELS))
    assert torch.equal(torch.stack(outputs), whole)
    assert not whole.requires_grad
    for one, other in zip(run.parameters(), stepped.parameters(), strict=True):
        assert (one.grad is None) == (other.grad is None)
        if one.grad is not None:
            torch.testing.assert_close(one.grad, other.grad, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", TOLD_SIGNALS)
def test_learning_before_the_first_step_adds_nothing(name):
    learner = TOLD_SIGNALS[name](1)
    learner.start(INPUTS[0])
    learner.learn(SIGNALS[0])
    assert all(each.grad.abs().max() == 0 for each in learner.parameters())


def test_what_learn_returns_goes_on_to_a_layer_below():
    """Two layers by hand are the rule that sends the error of this step through the weights."""
    net = stack(1)
    wanted = gradients(OnlineNetwork(net, "ottt"), "ottt")
    below, above = OnlineLIF(net[0], net[1]), OnlineLIF(net[2], net[3])
    below.start(INPUTS[0])
    above.start(torch.zeros(B, 6))
    counts = 0
    for now in INPUTS:
        counts = counts + above.step(below.step(now))
        local = above.learn(count_error(counts, LABELS))
        below.learn(local @ net[2].weight)
    found = {f"network.{key}": each.grad for key, each in net.named_parameters()}
    assert equal(found, wanted)


@pytest.mark.parametrize("name", TOLD_SIGNALS)
def test_learning_leaves_no_graph_behind(name):
    learner = started(name)
    learner.step(INPUTS[0])
    assert not learner.learn(SIGNALS[0]).requires_grad
    assert not any(each.grad.requires_grad for each in learner.parameters())


def test_learn_returns_how_the_loss_changes_with_what_the_neuron_received():
    linear, neuron = recurrent(1)
    rtrl = OnlineRTRL(linear, neuron)
    rtrl.start(INPUTS[0])
    rtrl.step(INPUTS[0])
    current = linear(INPUTS[:1]).detach().requires_grad_()
    (neuron(current)[0] * SIGNALS[0]).sum().backward()
    torch.testing.assert_close(rtrl.learn(SIGNALS[0]), current.grad[0])
    eprop = LEARNERS["EProp random"](1)
    eprop.start(INPUTS[0])
    eprop.step(INPUTS[0])
    torch.testing.assert_close(eprop.learn(SIGNALS[0]), SIGNALS[0] @ eprop.own_matrix)


@pytest.mark.parametrize("name", ["OnlineAdaptiveLIF", "OnlineSmoothedLIF"])
def test_layers_that_are_told_of_all_later_steps_return_the_signal(name):
    learner = started(name)
    learner.step(INPUTS[0])
    assert torch.equal(learner.learn(SIGNALS[0]), SIGNALS[0])


def test_a_sweep_of_a_layer_waits_for_one_signal_of_all_steps_and_then_for_a_start():
    swept, run = LEARNERS["OnlineLIF"](1), LEARNERS["OnlineLIF"](1)
    assert torch.equal(swept.sweep(INPUTS), run.run(INPUTS, SIGNALS))
    with pytest.raises(ValueError, match="^signal: got shape"):
        swept.learn(SIGNALS[0])
    swept.learn(SIGNALS)
    for one, other in zip(swept.parameters(), run.parameters(), strict=True):
        torch.testing.assert_close(one.grad, other.grad)
    with pytest.raises(ValueError, match="^step: got no start"):
        swept.step(INPUTS[0])


@pytest.mark.parametrize("window", [1, 5, 7, T])
def test_windows_by_steps_are_windows_at_once(window):
    """The last window ends at the horizon, where it is shorter than the others."""
    found = []
    for way in ("steps", "advance"):
        learner = ChunkedBPTT(stack(1), window, horizon=T)
        learner.start(INPUTS[0])
        if way == "steps":
            spikes = [learner.step(now, LABELS) for now in INPUTS]
            spikes = torch.stack(spikes)
        else:
            spikes = torch.cat([learner.advance(some, LABELS) for some in INPUTS.split(window)])
        assert torch.equal(spikes, learner.network(INPUTS))
        found.append([each.grad for each in learner.parameters()])
    for one, other in zip(*found, strict=True):
        assert one.abs().max() > 1e-3
        torch.testing.assert_close(one, other)


def test_without_a_horizon_the_counts_of_a_window_are_taken_as_they_are():
    seen = []
    learner = ChunkedBPTT(stack(1), 5, error=lambda counts, labels: seen.append(counts) or counts)
    spikes = learner.run(INPUTS, LABELS)
    expected = [spikes[:end].sum(0) for end in (5, 10, 12)]
    assert len(seen) == 3
    assert all(map(torch.equal, seen, expected))


def test_a_frozen_network_runs_through_windows_and_learns_nothing():
    learner = ChunkedBPTT(stack(1).requires_grad_(False), 5)
    assert learner.run(INPUTS, LABELS).sum() > 0
    assert learner.network[0].weight.grad is None


def test_windows_learn_where_gradients_are_off():
    wanted = gradients(LEARNERS["ChunkedBPTT"](1), "ChunkedBPTT")
    with torch.no_grad():
        assert equal(gradients(LEARNERS["ChunkedBPTT"](1), "ChunkedBPTT"), wanted)


# --- serving


@pytest.mark.parametrize("name", LEARNERS)
def test_without_signal_or_labels_a_learner_is_its_network_and_learns_nothing(name):
    learner = LEARNERS[name](1)
    whole = learner.run(INPUTS)
    learner.start(INPUTS[0])
    served = torch.stack([learner.step(now) for now in INPUTS])
    assert torch.equal(served, whole)
    assert all(each.grad is None for each in learner.parameters())
    if name in TOLD_LABELS:
        assert torch.equal(whole, learner.network(INPUTS))
        assert torch.equal(learner.counts, whole.sum(0))


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in ("rtrl", "eprop")])
def test_a_sweep_without_labels_learns_nothing(rule):
    learner = LEARNERS[rule](1)
    assert torch.equal(learner.sweep(INPUTS), learner.network(INPUTS))
    assert all(each.grad is None for each in learner.parameters())


@pytest.mark.parametrize("rule", RULES)
def test_a_step_without_labels_is_a_step_with_an_error_of_zero(rule):
    """Traces, counts and readouts follow, so that later labels find the whole past."""
    quiet, zero = LEARNERS[rule](1), LEARNERS[rule](1)
    zero.error = lambda counts, labels: count_error(counts, LABELS) * labels
    for learner in (quiet, zero):
        learner.start(INPUTS[0])
    for step, now in enumerate(INPUTS):
        late = step >= 7
        quiet.step(now, LABELS if late else None)
        zero.step(now, torch.tensor(float(late)))
    for one, other in zip(quiet.parameters(), zero.parameters(), strict=True):
        assert (one.grad is None) == (other.grad is None)
        if one.grad is not None:
            assert one.grad.abs().max() > 1e-4
            torch.testing.assert_close(one.grad, other.grad)


def test_a_window_begins_after_a_step_without_a_label():
    """Autograd through the two steps after it, from the states that it left."""
    found, other = stack(1).double(), stack(1).double()
    inputs = INPUTS.double()
    learner = ChunkedBPTT(found, 2)
    learner.start(inputs[0])
    for now, labels in zip(inputs[:4], (LABELS, None, LABELS, LABELS), strict=True):
        learner.step(now, labels)
    with torch.no_grad():
        hidden = other[1](other[0](inputs[:2]), record=True)
        output = other[3](other[2](hidden.spikes), record=True)
    spikes = other[1](other[0](inputs[2:4]), hidden.state)
    spikes = other[3](other[2](spikes), output.state)
    counts = output.spikes.sum(0) + spikes.detach().sum(0)
    (count_error(counts, LABELS) * spikes.sum(0)).sum().backward()
    for one, two in zip(found.parameters(), other.parameters(), strict=True):
        assert two.grad.abs().max() > 1e-4
        torch.testing.assert_close(one.grad, two.grad, rtol=0, atol=1e-12)


# --- precision


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("name", LEARNERS)
def test_spikes_in_half_precision_give_the_same_gradients(name, dtype):
    wanted = gradients(LEARNERS[name](1), name)
    learner = LEARNERS[name](1)
    outputs = learner.run(INPUTS.to(dtype), told(name))
    membranes = name.startswith("EProp")  # these add up over time
    assert outputs.dtype == (torch.float32 if membranes else dtype)
    learner.zero_grad()
    found = gradients(learner, name, INPUTS.to(dtype))
    assert found.keys() == wanted.keys()
    for key, each in found.items():
        assert each.dtype == torch.float32
        torch.testing.assert_close(each, wanted[key], rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", LEARNERS)
def test_autocast_rounds_nothing(name):
    wanted = gradients(LEARNERS[name](1), name)
    with torch.autocast("cpu", torch.bfloat16):
        run = gradients(LEARNERS[name](1), name)
        stepped = LEARNERS[name](1)
        stepped.start(INPUTS[0])
        for now, signal in zip(INPUTS, SIGNALS, strict=True):
            if name in TOLD_SIGNALS:
                stepped.step(now)
                stepped.learn(signal)
            else:
                stepped.step(now, LABELS)
    assert equal(run, wanted)
    for key, each in stepped.named_parameters():
        if each.grad is not None:
            torch.testing.assert_close(each.grad, wanted[key])


@pytest.mark.parametrize("name", [rule for rule in RULES if rule not in ("rtrl", "eprop")])
def test_autocast_rounds_nothing_in_a_sweep(name):
    found = []
    for on in (False, True):
        learner = LEARNERS[name](1)
        with torch.autocast("cpu", torch.bfloat16, enabled=on):
            learner.sweep(INPUTS, LABELS)
        found.append(
            {key: each.grad for key, each in learner.named_parameters() if each.grad is not None}
        )
    assert equal(*found)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
@pytest.mark.parametrize("kind", [OnlineLIF, OnlineAdaptiveLIF])
def test_weights_in_half_precision_get_the_gradient_of_float64_rounded_once(kind, dtype):
    """Sums of a thousand steps: weights and inputs are exact in all dtypes, so are the currents."""
    options = {"beta": torch.tensor(0.75), "threshold": torch.tensor(1.0)}
    neuron = LIF(**options)
    if kind is OnlineAdaptiveLIF:
        neuron = AdaptiveLIF(rho=torch.tensor(0.9375), strength=torch.tensor(0.125), **options)
    inputs = (torch.rand(1000, 1, 8, generator=generator(2)) < 0.3).double()
    signals = torch.rand(1000, 1, 2, generator=generator(3)).double() + 0.1
    found = []
    for one in (torch.float64, dtype):
        layer = nn.Linear(8, 2).to(one)
        with torch.no_grad():
            layer.weight.copy_(torch.arange(16).view(2, 8) % 5 / 16 - 0.0625)
            layer.bias.fill_(0.125)
        learner = kind(layer, copy.deepcopy(neuron).to(one))
        learner.run(inputs.to(one), signals)
        found.append((layer.weight.grad, layer.bias.grad))
    for exact, rounded in zip(*found, strict=True):
        assert rounded.dtype == dtype
        assert exact.abs().min() > 10
        once = torch.finfo(dtype).eps / 2
        torch.testing.assert_close(rounded.double(), exact, rtol=1.01 * once, atol=0)


@pytest.mark.parametrize("name", ["OnlineRTRL", "EProp random"])
def test_recurrent_learners_round_the_gradient_of_half_precision_once(name):
    inputs = (torch.rand(400, 1, N, generator=generator(2)) < 0.4).double()
    signals = torch.rand(400, 1, M, generator=generator(3)).double()
    exact = LEARNERS[name](1)
    with torch.no_grad():
        exact.linear.weight.mul_(16).round_().div_(16)
    learner = copy.deepcopy(exact)
    learner.linear.bfloat16()
    exact.double().run(inputs, signals)
    learner.run(inputs.bfloat16(), signals.float())
    found, wanted = (each.linear.weight.grad.double() for each in (learner, exact))
    assert wanted.abs().max() > 10
    once = torch.finfo(torch.bfloat16).eps / 2
    torch.testing.assert_close(found, wanted, rtol=once, atol=1e-4 * wanted.abs().max().item())


def test_counts_of_a_long_run_do_not_stop_at_256():
    net = nn.Sequential(nn.Linear(2, 2), LIF(beta=0.5)).bfloat16()
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor([[2.0, 0.0], [0.0, 2.0]]))
        net[0].bias.zero_()
    inputs = torch.ones(300, 1, 2).bfloat16()
    for learner in (OnlineNetwork(net), ChunkedBPTT(net, 50)):
        learner.run(inputs, torch.tensor([0]))
        assert learner.counts.tolist() == [[300.0, 300.0]]
    seen = []
    OnlineNetwork(net, error=lambda counts, _: seen.append(counts) or counts).sweep(inputs, None)
    assert seen == []
    online = OnlineNetwork(net, error=lambda counts, _: seen.append(counts) or counts)
    online.sweep(inputs, torch.tensor([0]))
    assert seen[-1].tolist() == [[300.0, 300.0]]


def test_the_error_of_counts_in_half_precision_is_exact():
    counts = torch.tensor([[200.0, 201.0]], dtype=torch.float64)
    exact = count_error(counts, torch.tensor([0]))
    half = count_error(counts.bfloat16(), torch.tensor([0]))
    assert half.dtype == torch.float32
    torch.testing.assert_close(half.double(), exact, rtol=1e-6, atol=0)


# --- what a user brings along


class Wider(Surrogate):
    """A surrogate with a derivative of its own."""

    def derivative(self, x):
        return 1 / (1 + x.abs()) ** 3


@pytest.mark.parametrize("name", ["OnlineLIF", "OnlineAdaptiveLIF", "OnlineRTRL"])
def test_an_overridden_derivative_is_used(name):
    """The oracle: autograd through the literal loop of steps."""
    plain = LEARNERS[name](1)
    usual = gradients(plain, name)
    learner = LEARNERS[name](1)
    learner.neuron.surrogate = Wider()
    found = gradients(learner, name)
    assert not equal(found, usual)
    spikes = SpikingNeuron.forward(learner.neuron, learner.linear(INPUTS))
    (spikes * SIGNALS).sum().backward()
    for key, each in learner.named_parameters():
        torch.testing.assert_close(found[key], each.grad, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", ["ottt", "EProp symmetric"])
def test_an_overridden_derivative_is_used_by_whole_networks(name):
    learner = LEARNERS[name](1)
    usual = gradients(learner, name)
    neuron = learner.neuron if name.startswith("EProp") else learner.network[1]
    neuron.surrogate = Wider()
    assert not equal(gradients(learner, name), usual)


class Noisy(LIF):
    """A neuron with a step of its own."""

    def step(self, current, state):
        return super().step(current + 1, state)


@pytest.mark.parametrize("build", [OnlineNetwork, lambda net: ChunkedBPTT(net, 2)])
def test_a_neuron_with_a_step_of_its_own_is_refused_by_name(build):
    with pytest.raises(ValueError, match="Noisy"):
        build(nn.Sequential(nn.Linear(3, 2), Noisy()))
    with pytest.raises(ValueError, match="neuron: got Noisy, expected LIF"):
        OnlineLIF(nn.Linear(3, 2), Noisy())


def test_random_feedback_is_drawn_by_the_generator_at_the_scale_of_its_layer():
    """Standard normal, over the root of the number of neurons that it leads to."""
    net = nn.Sequential(*stack(1)[:2], nn.Linear(6, 8), LIF(), nn.Linear(8, M), LIF())
    for rule, rows in (("feedback_alignment", (8, M)), ("decolle", (M, M))):
        learner = OnlineNetwork(net, rule, feedback_scale=3.0, generator=generator(5))
        draw = generator(5)
        for matrix, row, column in zip(learner.matrices, rows, (6, 8), strict=True):
            drawn = 3 * torch.randn(row, column, generator=draw) / column**0.5
            torch.testing.assert_close(matrix, drawn)
    drawn = torch.randn(M, 6, generator=generator(1)) / 6**0.5
    torch.testing.assert_close(LEARNERS["EProp random"](1).matrix, drawn)
    torch.testing.assert_close(LEARNERS["EProp adaptive"](1).matrix.detach(), drawn)


def test_the_matrices_can_be_replaced_all_at_once():
    learner = LEARNERS["decolle"](1)
    new = torch.ones(M, 6)
    learner.matrices = [new]
    assert torch.equal(learner.state_dict()["matrix_0"], new)
    assert LEARNERS["ottt"](1).matrices == ()
    with pytest.raises(TypeError):
        learner.matrices[0] = new
    with pytest.raises(ValueError, match="^matrices: got 2 matrices, expected 1"):
        learner.matrices = [new, new]
    with pytest.raises(ValueError, match=r"^matrices: got shape \[6, 4\]"):
        learner.matrices = [new.T]


# --- doors


def started(name):
    learner = LEARNERS[name](1)
    learner.start(INPUTS[0])
    return learner


NAN = torch.full((B, N), float("nan"))
BAD_INPUTS = {
    "shape [3, 6]": torch.zeros(B, N + 1),
    "shape [5]": torch.zeros(N),
    "shape [1, 3, 5]": torch.zeros(1, B, N),
    "NaN": NAN,
    "infinite values": torch.full((B, N), float("inf")),
    "torch.int64": torch.zeros(B, N).long(),
    "torch.float64": torch.zeros(B, N).double(),
    "list": [[0.0] * N] * B,
    "meta": torch.zeros(B, N, device="meta"),
    "a sparse tensor": torch.zeros(B, N).to_sparse(),
}


@pytest.mark.parametrize("name", ["OnlineLIF", "OnlineRTRL", "EProp random", "ottt", "ChunkedBPTT"])
@pytest.mark.parametrize("came", BAD_INPUTS)
def test_start_and_step_refuse_inputs_that_do_not_fit(name, came):
    bad = BAD_INPUTS[came]
    learner = started(name)
    for door in (learner.start, learner.step):
        with pytest.raises(ValueError, match="^inputs: got .*, expected ") as error:
            door(bad)
        assert came in str(error.value)


@pytest.mark.parametrize("name", LEARNERS)
def test_a_step_needs_a_start_and_its_number_of_samples(name):
    with pytest.raises(ValueError, match="^step: got no start"):
        LEARNERS[name](1).step(INPUTS[0])
    with pytest.raises(ValueError, match="^inputs: got 2 samples, expected 3, as at the start"):
        started(name).step(INPUTS[0, :2])
    for inputs in (INPUTS[0], INPUTS[:0], INPUTS[..., :2]):
        with pytest.raises(ValueError, match="^inputs: got "):
            LEARNERS[name](1).run(inputs)
    assert "at least one time step" in refusal(lambda: LEARNERS[name](1).run(INPUTS[:0]))


def refusal(call):
    with pytest.raises(ValueError, match="^[a-z_]+: got .*, expected ") as error:
        call()
    return str(error.value)


@pytest.mark.parametrize("name", TOLD_SIGNALS)
def test_signals_are_neither_broadcast_nor_nan(name):
    with pytest.raises(ValueError, match="^learn: got no start"):
        TOLD_SIGNALS[name](1).learn(SIGNALS[0])
    learner = started(name)
    learner.step(INPUTS[0])
    bad = SIGNALS[0].clone()
    bad[1, 2] = float("nan")
    for signal in (torch.tensor(1.0), SIGNALS[0, :1], SIGNALS[0, 0], SIGNALS[0, :, :1], bad):
        assert refusal(lambda signal=signal: learner.learn(signal)).startswith("signal: ")
    for signals in (SIGNALS[0], SIGNALS[1:], SIGNALS[:, :1], SIGNALS * float("nan")):
        told = lambda signals=signals: learner.run(INPUTS, signals)  # noqa: E731
        assert refusal(told).startswith("signals: ")
    assert all(each.grad is None for each in learner.parameters())


BAD_LABELS = [LABELS[:1], LABELS[:, None], LABELS + 1, LABELS - 1, LABELS.float(), [0, 1, 2]]


@pytest.mark.parametrize("name", TOLD_LABELS)
@pytest.mark.parametrize("labels", BAD_LABELS)
def test_labels_are_one_for_each_sample_and_in_range(name, labels):
    for learn in (started(name).step, started(name).run):
        inputs = INPUTS if learn.__name__ == "run" else INPUTS[0]
        assert refusal(lambda learn=learn, x=inputs: learn(x, labels)).startswith("labels: ")
    if name == "ottt":
        assert refusal(lambda: started(name).sweep(INPUTS, labels)).startswith("labels: ")
    if name == "ChunkedBPTT":
        assert refusal(lambda: started(name).advance(INPUTS, labels)).startswith("labels: ")


@pytest.mark.parametrize("name", TOLD_LABELS)
def test_no_step_goes_beyond_the_horizon(name):
    learner = LEARNERS[name](1)
    learner.run(INPUTS)
    assert refusal(lambda: learner.step(INPUTS[0])).startswith("inputs: got 13 steps")
    longer = torch.cat([INPUTS, INPUTS])
    assert refusal(lambda: learner.run(longer)).startswith("inputs: got 24 steps")
    if name == "ottt":
        assert refusal(lambda: learner.sweep(longer)).startswith("inputs: got 24 steps")
    if name == "ChunkedBPTT":
        assert refusal(lambda: learner.advance(INPUTS)).startswith("inputs: got 24 steps")


NONSENSE = {
    "NoneType": lambda counts, labels: None,
    "float": lambda counts, labels: 0.0,
    "torch.float32 [4]": lambda counts, labels: counts[0],
    "Tensor": lambda counts, labels: counts.long(),
    "NaN": lambda counts, labels: counts * float("nan"),
}


@pytest.mark.parametrize("name", ["ottt", "ChunkedBPTT"])
@pytest.mark.parametrize("came", NONSENSE)
def test_an_error_that_returns_nonsense_is_refused(name, came):
    learner = LEARNERS[name](1)
    learner.error = NONSENSE[came]
    message = refusal(lambda: learner.run(INPUTS, LABELS))
    assert message.startswith("error: got ")
    assert came in message


def test_networks_that_cannot_learn_are_refused():
    uneven = nn.Sequential(nn.Linear(3, 4), LIF(), nn.Linear(5, 2), LIF())
    single = nn.Sequential(nn.Linear(3, 1), LIF())
    per_neuron = LIF(threshold=torch.ones(3))
    parametrized = nn.utils.parametrizations.weight_norm(nn.Linear(3, 2))
    for call, start in [
        (lambda: OnlineNetwork(uneven), "network: got 4 outputs before 5 inputs"),
        (lambda: ChunkedBPTT(uneven, 1), "network: got 4 outputs before 5 inputs"),
        (lambda: OnlineNetwork(single), "network: got one output, expected at least two"),
        (lambda: ChunkedBPTT(single, 1), "network: got one output, expected at least two"),
        (lambda: OnlineNetwork(None), "network: got NoneType, expected "),
        (lambda: ChunkedBPTT(LIF(), 1), "network: got LIF, expected "),
        (lambda: OnlineNetwork(stack(1), error=3), "error: got 3, expected a function"),
        (lambda: ChunkedBPTT(stack(1), 1, horizon=0), "horizon: got 0"),
        (lambda: OnlineLIF(nn.Linear(3, 2), per_neuron), "threshold: got shape [3]"),
        (lambda: OnlineLIF(parametrized, LIF()), "linear: got ParametrizedLinear"),
        (lambda: OnlineLIF(None, LIF()), "linear: got NoneType"),
        (lambda: OnlineRTRL(None, RecurrentLIF(2)), "linear: got NoneType"),
        (lambda: EProp(None), "network: got NoneType, expected "),
        (lambda: EProp(readable(1)[:0]), "network: got no layers, expected Linear, "),
        (lambda: OnlineSmoothedLIF(nn.Linear(3, 2), LIF(), 1.5), "beta_above: got "),
        (lambda: OnlineSmoothedLIF(nn.Linear(3, 2), LIF(), None), "beta_above: got NoneType"),
        (lambda: LEARNERS["OnlineSmoothedLIF"](1).sweep(INPUTS), "sweep: got OnlineSmoothedLIF"),
    ]:
        assert refusal(call).startswith(start)
    alone = OnlineNetwork(single, error=lambda counts, labels: counts)
    assert alone.run(torch.ones(2, 1, 3), LABELS).shape == (2, 1, 1)


def test_recurrent_networks_that_do_not_fit_are_refused():
    neuron, integrator = RecurrentAdaptiveLIF(4), LeakyIntegrator()
    first, last = nn.Linear(3, 4, bias=False), nn.Linear(4, 2, bias=False)
    for layers, came in [
        ((first, RecurrentAdaptiveLIF(5), last, integrator), "5 neurons for 4 outputs"),
        ((first, neuron, nn.Linear(5, 2, bias=False), integrator), "4 outputs before 5 inputs"),
        ((first, neuron, last, LeakyIntegrator(learn_beta=True)), "_logit to learn"),
        ((first, neuron, nn.Linear(4, 2), integrator), "a bias"),
    ]:
        message = refusal(lambda layers=layers: EProp(nn.Sequential(*layers)))
        assert message.startswith("network: got ")
        assert came in message


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("slope", torch.ones(3)),
        ("slope", torch.ones(2, 3).long()),
        ("weight", torch.ones(2, 3)),
        ("weight", torch.full((3, 3), float("nan"))),
        ("beta", 1.5),
        ("beta", torch.full((2,), 0.5)),
        ("jump", -1.0),
        ("jump", torch.ones(3, 1)),
        ("terms", None),
        ("terms", ("leek",)),
    ],
)
def test_the_jacobian_refuses_what_does_not_fit(argument, value):
    good = {"slope": torch.ones(2, 3), "weight": torch.ones(3, 3), "beta": 0.5, "jump": 1.0}
    assert membrane_jacobian(**good).shape == (2, 3, 3)
    assert refusal(lambda: membrane_jacobian(**good | {argument: value})).startswith(argument)


def test_the_jacobian_has_the_precision_of_the_slope_whatever_the_constants_have():
    slope = torch.rand(2, 3, generator=generator(4))
    weight = torch.rand(3, 3, generator=generator(5))
    beta = torch.tensor([0.5, 0.6, 0.7], dtype=torch.float64)
    found = membrane_jacobian(slope, weight.double(), beta, beta, ("leak", "reset"))
    assert found.dtype == torch.float32
    expected = torch.diag_embed(beta - beta**2 * slope.double())
    torch.testing.assert_close(found.double(), expected, rtol=1e-6, atol=0)


@pytest.mark.parametrize("counts", [torch.ones(2), torch.ones(2, 1), torch.ones(2, 2).long(), NAN])
def test_the_count_error_takes_counts_of_several_classes(counts):
    assert refusal(lambda: count_error(counts, torch.tensor([0, 0, 0]))).startswith("counts: ")


# --- learners of one's own


class Unwritten(SignalLearner):
    """A learner of which nothing but its layer is written."""

    def __init__(self):
        super().__init__()
        self.linear = linear(N, M, 0)


class Begun(Unwritten):
    def _start(self, inputs):
        pass


class Labelled(LabelLearner):
    def __init__(self):
        super().__init__(stack(0), count_error, None)


def test_a_learner_says_what_it_lacks():
    with pytest.raises(NotImplementedError):
        Unwritten().start(INPUTS[0])
    begun = Begun()
    begun.start(INPUTS[0])
    with pytest.raises(NotImplementedError):
        begun.step(INPUTS[0])
    with pytest.raises(NotImplementedError):
        begun.learn(SIGNALS[0])
    with pytest.raises(NotImplementedError):
        Labelled().run(INPUTS)
