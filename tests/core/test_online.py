"""Online learning: every gradient called exact equals that of autograd through the sequence."""

import pytest
import torch
from torch import nn

from snn_core import LIF, AdaptiveLIF, LeakyIntegrator, RecurrentAdaptiveLIF, RecurrentLIF
from snn_core.losses import count_cross_entropy
from snn_core.neurons import RecurrentAdaptiveState
from snn_core.online import (
    FEEDBACKS,
    RULES,
    TERMS,
    ChunkedBPTT,
    EProp,
    OnlineAdaptiveLIF,
    OnlineLIF,
    OnlineNetwork,
    OnlineRTRL,
    count_error,
    membrane_jacobian,
)

T, B, N, M = 30, 3, 5, 4


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=generator(seed))


INPUTS = (draw(T, B, N) > 0.5).double()
SIGNAL = draw(T, B, M, seed=1)  # dL/dz[t] of the loss sum(SIGNAL * spikes)
BETA = torch.tensor(0.8, dtype=torch.float64)
OPTIONS = {"beta": BETA, "threshold": torch.tensor(0.7, dtype=torch.float64)}


def linear(bias=False):
    layer = nn.Linear(N, M, bias=bias).double()
    with torch.no_grad():
        layer.weight.copy_(0.6 * draw(M, N, seed=2) + 0.2)
    return layer


def backwards(layer, neuron):
    """Return the spikes, and the gradients of ``sum(SIGNAL * spikes)`` by BPTT."""
    parameters = [*layer.parameters(), *(p for n, p in neuron.named_parameters() if n == "weight")]
    spikes = neuron(layer(INPUTS))
    return spikes.detach(), torch.autograd.grad((SIGNAL * spikes).sum(), parameters)


def forwards(online):
    """Return the spikes, and the gradients that add up while the sequence runs."""
    online.start(INPUTS[0])
    spikes = []
    for inputs, signal in zip(INPUTS, SIGNAL, strict=True):
        spikes.append(online.step(inputs))
        online.learn(signal)
    return torch.stack(spikes), [parameter.grad for parameter in online.parameters()]


def require_equal(found, expected, atol=1e-10):
    assert torch.equal(found[0], expected[0])
    assert 0.05 < expected[0].mean() < 0.95
    for one, other in zip(found[1], expected[1], strict=True):
        assert other.abs().max() > 0.01
        torch.testing.assert_close(one, other, rtol=0, atol=atol)


@pytest.mark.parametrize("bias", [False, True])
def test_one_trace_per_input_gives_the_gradient_of_bptt(bias):
    layer, neuron = linear(bias), LIF(**OPTIONS)
    require_equal(forwards(OnlineLIF(layer, neuron)), backwards(layer, neuron))


@pytest.mark.parametrize("bias", [False, True])
def test_two_traces_per_synapse_give_the_gradient_of_bptt_through_adaptation(bias):
    strength = torch.tensor(0.3, dtype=torch.float64)
    layer, neuron = linear(bias), AdaptiveLIF(rho=0.95 + 0 * BETA, strength=strength, **OPTIONS)
    require_equal(forwards(OnlineAdaptiveLIF(layer, neuron)), backwards(layer, neuron))


@pytest.mark.parametrize("detach_reset", [True, False])
def test_the_influence_gives_the_gradient_of_bptt_through_recurrence(detach_reset):
    layer, neuron = (
        linear(),
        RecurrentLIF(M, detach_reset=detach_reset, generator=generator(), **OPTIONS).double(),
    )
    require_equal(forwards(OnlineRTRL(layer, neuron)), backwards(layer, neuron))


@pytest.mark.parametrize("dropped", TERMS)
def test_every_term_matters(dropped):
    neuron = RecurrentLIF(M, detach_reset=False, generator=generator(), **OPTIONS).double()
    layer = linear()
    _, exact = backwards(layer, neuron)
    _, partial = forwards(OnlineRTRL(layer, neuron, [term for term in TERMS if term != dropped]))
    assert (partial[0] - exact[0]).abs().max() > 1e-3


def test_with_the_leak_alone_the_influence_is_the_trace():
    neuron = RecurrentLIF(M, generator=generator(), **OPTIONS).double()
    torch.nn.init.zeros_(neuron.weight)
    layer = linear()
    leak = forwards(OnlineRTRL(layer, neuron, ["leak"]))[1][0].clone()
    layer.weight.grad = None
    torch.testing.assert_close(leak, forwards(OnlineLIF(layer, LIF(**OPTIONS)))[1][0])


def test_the_jacobian_is_the_derivative_of_the_step():
    """A smooth neuron in place of the spiking one: autograd finds what the Jacobian says."""
    weight, state = draw(M, M, seed=3), draw(B, M, seed=4)

    def smooth_step(membrane):
        spikes = torch.sigmoid(membrane - 1)
        return BETA * (membrane - 0.7 * spikes) + spikes @ weight.T

    slope = torch.sigmoid(state - 1) * (1 - torch.sigmoid(state - 1))
    found = membrane_jacobian(slope, weight, BETA, 0.7)
    for b in range(B):
        expected = torch.autograd.functional.jacobian(smooth_step, state[b])
        torch.testing.assert_close(found[b], expected)


def test_gradients_add_up_like_backward_does():
    layer, neuron = linear(), LIF(**OPTIONS)
    online = OnlineLIF(layer, neuron)
    once = forwards(online)[1][0].clone()
    torch.testing.assert_close(forwards(online)[1][0], 2 * once)


LABELS = torch.arange(B) % M


def network(depth=2):
    torch.manual_seed(3)
    layers = [
        part
        for i in range(depth)
        for part in (nn.Linear(N if i == 0 else 6, M if i == depth - 1 else 6), LIF(**OPTIONS))
    ]
    with torch.no_grad():
        for layer in layers[::2]:
            layer.weight.mul_(3)
    return nn.Sequential(*layers).double()


def step_by_step(net, top):
    """Return ``.grad`` by autograd through one step at a time: ``u = constant + W @ trace``.

    `top` turns (net, spikes of every layer of this step, counts, step) into the scalar that is
    differentiated.
    """
    layers = list(zip(net[::2], net[1::2], strict=True))
    states = [torch.zeros(B, linear.out_features, dtype=torch.float64) for linear, _ in layers]
    traces = [torch.zeros(B, linear.in_features, dtype=torch.float64) for linear, _ in layers]
    counts, ones = torch.zeros(B, M, dtype=torch.float64), 0.0
    for t in range(T):
        spikes, ones = [INPUTS[t]], 1 + BETA * ones
        for i, (linear, neuron) in enumerate(layers):
            traces[i] = BETA * traces[i] + spikes[-1].detach()
            current, memory = linear(spikes[-1]), traces[i] @ linear.weight.T + ones * linear.bias
            past = BETA * states[i] + (current - memory).detach()
            if i > 0:  # the way back to the layer below, at this step only
                through = spikes[-1] @ linear.weight.detach().T
                memory = memory + through - through.detach()
            spikes.append(neuron.surrogate(past + memory - 0.7))
            states[i] = (past + memory - 0.7 * spikes[-1]).detach()
        counts = counts + spikes[-1].detach()
        top(spikes, counts, t).backward()
    return [parameter.grad for layer in net[::2] for parameter in layer.parameters()]


@pytest.mark.parametrize("depth", [2, 3])
def test_ottt_is_autograd_within_each_step(depth):
    net, other = network(depth), network(depth)
    OnlineNetwork(net, "ottt").run(INPUTS, LABELS)

    def loss(spikes, counts, t):
        live = counts - spikes[-1].detach() + spikes[-1]
        return nn.functional.cross_entropy(live, LABELS)

    expected = step_by_step(other, loss)
    found = [parameter.grad for layer in net[::2] for parameter in layer.parameters()]
    for one, two in zip(found, expected, strict=True):
        assert two.abs().max() > 1e-3
        torch.testing.assert_close(one, two, rtol=0, atol=1e-10)


def hidden_gradient(rule, signal):
    """Return (found, expected) gradients of the first layer; `signal` computes what it is told."""
    net = network()
    online = OnlineNetwork(net, rule, generator=generator())
    output = online.run(INPUTS, LABELS)
    hidden = net[1](net[0](INPUTS), record=True)
    psi = net[1].surrogate.derivative(hidden.membrane - 0.7)
    signals = signal(net, online.matrices[0], hidden.spikes, output)
    trace = OnlineLIF(net[0], net[1])
    expected = torch.zeros_like(net[0].weight)
    trace.start(INPUTS[0])
    for t in range(T):
        trace.step(INPUTS[t])
        expected += (signals[t] * psi[t]).T @ trace.trace
    return net[0].weight.grad, expected


def errors(scores):
    """Return softmax minus one-hot over the batch for scores ``[T, B, C]``, by autograd."""
    scores = scores.detach().requires_grad_()
    total = sum(nn.functional.cross_entropy(now, LABELS) for now in scores)
    return torch.autograd.grad(total, scores)[0]


def test_direct_feedback_sends_the_error_through_one_matrix():
    found, expected = hidden_gradient(
        "direct_feedback_alignment",
        lambda net, matrix, hidden, output: errors(output.cumsum(0)) @ matrix,
    )
    torch.testing.assert_close(found, expected.detach(), rtol=0, atol=1e-10)
    assert found.abs().max() > 1e-3


def test_the_horizon_extrapolates_the_counts_so_far():
    online = OnlineNetwork(
        network(), "ottt", horizon=T, error=lambda counts, labels: seen.append(counts) or counts
    )
    seen = []
    output = online.run(INPUTS, LABELS)
    share = T / torch.arange(1, T + 1)[:, None, None]
    torch.testing.assert_close(torch.stack(seen), output.cumsum(0) * share)
    assert torch.equal(seen[-1], output.sum(0))  # at the last step nothing is left to guess


def test_the_horizon_extrapolates_a_readout_to_what_steady_input_would_reach():
    def steady(scores, labels):
        seen.append(scores)
        return torch.zeros_like(scores)

    net, seen = network(), []
    online = OnlineNetwork(net, "decolle", horizon=T, error=steady, generator=generator())
    net[0].bias.data.fill_(10.0)  # all hidden neurons spike at every step
    online.run(INPUTS, LABELS)
    ones = torch.ones(6, dtype=torch.float64) @ online.matrices[0].T
    reached = ones * sum(BETA**k for k in range(T))
    for scores in seen[1::2]:  # the output's error is taken first, then the layer's
        torch.testing.assert_close(scores, reached.expand(B, M))


@pytest.mark.parametrize("horizon", [None, T])
@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in ("rtrl", "eprop")])
def test_a_sweep_is_the_run_in_one_go(rule, horizon):
    nets = network(3), network(3)
    run, sweep = (OnlineNetwork(net, rule, horizon=horizon, generator=generator()) for net in nets)
    assert torch.equal(run.run(INPUTS, LABELS), sweep.sweep(INPUTS, LABELS))
    for one, two in zip(*(net.parameters() for net in nets), strict=True):
        assert (one.grad is None) == (two.grad is None)
        if one.grad is not None:
            assert one.grad.abs().max() > 1e-4
            torch.testing.assert_close(one.grad, two.grad, rtol=0, atol=1e-10)


def test_fixed_matrices_and_readouts_are_held_only_by_the_rules_that_use_them():
    held = {}
    for rule in RULES:
        online = OnlineNetwork(network(), rule, generator=generator())
        online.start(INPUTS[0])
        held[rule] = len(online.matrices), len(online.readouts)
    assert {rule for rule, (matrices, _) in held.items() if matrices} == {*RULES[3:6]}
    assert {rule for rule, (_, readouts) in held.items() if readouts} == {"decolle"}


def test_nothing_is_left_of_a_sweep_to_go_on_from():
    online = OnlineNetwork(network())
    online.sweep(INPUTS, LABELS)
    with pytest.raises(ValueError, match="no start"):
        online.step(INPUTS[0], LABELS)


def test_the_feedback_scale_multiplies_the_fixed_matrices():
    one, three = (
        OnlineNetwork(network(3), "decolle", feedback_scale=s, generator=generator())
        for s in (1.0, 3.0)
    )
    for small, large in zip(one.matrices, three.matrices, strict=True):
        torch.testing.assert_close(large, 3 * small)


def test_feedback_alignment_sends_the_local_error_through_a_matrix():
    def signal(net, matrix, hidden, output):
        membrane = net[3](net[2](hidden), record=True).membrane
        return errors(output.cumsum(0)) * net[3].surrogate.derivative(membrane - 0.7) @ matrix

    found, expected = hidden_gradient("feedback_alignment", signal)
    torch.testing.assert_close(found, expected.detach(), rtol=0, atol=1e-10)
    assert found.abs().max() > 1e-3


def test_decolle_reads_each_layer_out_by_itself():
    def signal(net, matrix, hidden, output):
        readout = (
            torch.stack([sum(BETA ** (t - s) * hidden[s] for s in range(t + 1)) for t in range(T)])
            @ matrix.T
        )
        return errors(readout) @ matrix

    found, expected = hidden_gradient("decolle", signal)
    torch.testing.assert_close(found, expected.detach(), rtol=0, atol=1e-10)
    assert found.abs().max() > 1e-3


def test_the_last_layer_learns_the_same_under_every_rule():
    gradients = []
    for rule in RULES:
        net = network()
        output = OnlineNetwork(net, rule, generator=generator()).run(INPUTS, LABELS)
        assert torch.equal(output, net(INPUTS))
        assert (net[0].weight.grad is None) == (rule == "last_layer")
        gradients.append(net[2].weight.grad)
    assert all(torch.equal(gradient, gradients[0]) for gradient in gradients)


def test_the_count_error_is_the_gradient_of_the_cross_entropy():
    counts = draw(B, M).requires_grad_()
    nn.functional.cross_entropy(counts, LABELS).backward()
    torch.testing.assert_close(count_error(counts.detach(), LABELS), counts.grad)


def test_two_traces_per_synapse_give_the_gradient_of_bptt_for_two_layers():
    """With an error at the last step only, it is the gradient by the final counts."""
    net, other = network(), network()
    online = OnlineNetwork(net, "rtrl")
    counts = other(INPUTS).sum(0).detach()
    final = count_error(counts, LABELS)  # dL/dz[t] is the same at every step
    online.error = lambda so_far, labels: final
    output = online.run(INPUTS, LABELS)
    assert 0.05 < output.mean() < 0.95
    count_cross_entropy(other(INPUTS), LABELS).backward()
    for one, two in zip(net.parameters(), other.parameters(), strict=True):
        if two.requires_grad:
            assert two.grad.abs().max() > 1e-3
            torch.testing.assert_close(one.grad, two.grad, rtol=0, atol=1e-10)


def test_eprop_of_two_layers_is_the_gradient_for_a_leaky_readout():
    net, other = network(), network()
    OnlineNetwork(net, "eprop").run(INPUTS, LABELS)
    weight = other[2].weight.detach()
    readout = LeakyIntegrator(beta=BETA)(other[1](other[0](INPUTS)) @ weight.T)
    (readout * errors(other(INPUTS).cumsum(0))).sum().backward()
    assert other[0].weight.grad.abs().max() > 1e-3
    torch.testing.assert_close(net[0].weight.grad, other[0].weight.grad, rtol=0, atol=1e-10)
    torch.testing.assert_close(net[0].bias.grad, other[0].bias.grad, rtol=0, atol=1e-10)


def test_rtrl_with_early_errors_is_the_gradient_for_those_errors():
    """Backwards: the errors of the counts so far, held, times the spikes."""
    net, other = network(), network()
    OnlineNetwork(net, "rtrl").run(INPUTS, LABELS)
    output = other(INPUTS)
    (output * errors(output.cumsum(0)).detach()).sum().backward()
    for one, two in zip(net.parameters(), other.parameters(), strict=True):
        if two.requires_grad:
            assert two.grad.abs().max() > 1e-3
            torch.testing.assert_close(one.grad, two.grad, rtol=0, atol=1e-10)


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_one_window_is_bptt(layers):
    net, other = network(layers), network(layers)
    output = ChunkedBPTT(net, T).run(INPUTS, LABELS)
    count_cross_entropy(other(INPUTS), LABELS).backward()
    assert torch.equal(output, other(INPUTS))
    for one, two in zip(net.parameters(), other.parameters(), strict=True):
        if two.requires_grad:
            assert two.grad.abs().max() > 1e-3
            torch.testing.assert_close(one.grad, two.grad, rtol=0, atol=1e-12)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("window", [1, 7, 29])
def test_windows_are_autograd_with_the_states_cut_in_between(window, layers):
    """One neuron step at a time, with every state detached at the first step of a window."""
    net, other = network(layers), network(layers)
    learner = ChunkedBPTT(net, window, horizon=T)
    learner.run(INPUTS, LABELS)
    states, counts, spoken = [None] * layers, 0, []
    for t in range(T):
        spikes = INPUTS[t]
        for layer, (linear, neuron) in enumerate(zip(other[::2], other[1::2], strict=True)):
            state = states[layer] if t else torch.zeros_like(linear(spikes))
            spikes, _, states[layer] = neuron.step(
                linear(spikes), state.detach() if t % window == 0 else state
            )
        spoken.append(spikes)
        if (t + 1) % window == 0 or t == T - 1:
            counts = counts + sum(spoken).detach()
            (count_error(counts * T / (t + 1), LABELS) * sum(spoken)).sum().backward()
            spoken = []
    assert not any(state.requires_grad for state in learner.states)
    assert torch.equal(learner.counts, counts)
    for one, two in zip(net.parameters(), other.parameters(), strict=True):
        if two.requires_grad:
            torch.testing.assert_close(one.grad, two.grad, rtol=0, atol=1e-10)


def recurrent_network(strength=0.3, feedback_weights=True):
    strength = torch.tensor([strength] * (M - 1) + [0.0])  # a mixed population
    neuron = RecurrentAdaptiveLIF(
        M, rho=0.95, strength=strength, generator=generator(), beta=0.8, threshold=0.7
    )
    net = nn.Sequential(
        linear(), neuron, nn.Linear(M, 2, bias=False), LeakyIntegrator(beta=0.9)
    ).double()
    if not feedback_weights:
        nn.init.zeros_(neuron.weight)
    with torch.no_grad():
        net[2].weight.copy_(draw(2, M, seed=5))
    return net


ERROR = draw(T, B, 2, seed=6)  # dL/dy[t] of the loss sum(ERROR * y)


def run_eprop(net, feedback="symmetric"):
    online = EProp(net, feedback, generator=generator(7))
    online.start(INPUTS[0])
    outputs = []
    for inputs, error in zip(INPUTS, ERROR, strict=True):
        outputs.append(online.step(inputs))
        online.learn(error)
    return torch.stack(outputs), online


def without_the_way_through_others(net, matrix=None):
    """Return the outputs, and autograd's gradients of the loss with the recurrent spikes cut off.

    With a `matrix` the error reaches the neurons through it, in place of the readout's weights.
    """
    neuron, state, spikes = (
        net[1],
        net[1].initial_state(torch.zeros(1, B, M, dtype=torch.float64)),
        [],
    )
    for current in net[0](INPUTS):
        spike, _, state = neuron.step(
            current, RecurrentAdaptiveState(*state[:2], state.spikes.detach())
        )
        spikes.append(spike)
    spikes = torch.stack(spikes)
    outputs = net[3](net[2](spikes))
    loss = (ERROR * outputs).sum()
    readout = torch.autograd.grad(loss, net[2].weight, retain_graph=True)
    if matrix is not None:
        loss = (ERROR * net[3](spikes @ matrix.detach().T)).sum()
    return outputs.detach(), torch.autograd.grad(loss, [net[0].weight, net[1].weight]) + readout


@pytest.mark.parametrize("feedback", FEEDBACKS)
def test_eprop_is_bptt_without_the_way_through_other_neurons(feedback):
    net = recurrent_network()
    outputs, online = run_eprop(net, feedback)
    expected, gradients = without_the_way_through_others(net, online.matrix)
    torch.testing.assert_close(outputs, expected)
    for parameter, gradient in zip(
        [net[0].weight, net[1].weight, net[2].weight], gradients, strict=True
    ):
        assert gradient.abs().max() > 0.01
        torch.testing.assert_close(parameter.grad, gradient, rtol=0, atol=1e-10)


def test_eprop_is_bptt_where_no_neuron_hears_another():
    net = recurrent_network(feedback_weights=False)
    run_eprop(net)
    found = net[0].weight.grad.clone()
    net.zero_grad()
    (ERROR * net(INPUTS)).sum().backward()
    torch.testing.assert_close(found, net[0].weight.grad, rtol=0, atol=1e-10)


def test_eprop_leaves_alone_what_asks_for_no_gradient():
    net, frozen = recurrent_network(), recurrent_network()
    frozen[0].weight.requires_grad_(False)
    run_eprop(net)
    _, online = run_eprop(frozen)
    assert frozen[0].weight.grad is None
    assert len(list(online.parameters())) == 2
    torch.testing.assert_close(frozen[1].weight.grad, net[1].weight.grad)


def test_an_adaptive_feedback_comes_to_resemble_the_readout():
    net = recurrent_network()
    online = EProp(net, "adaptive", generator=generator(7))
    optimizer = torch.optim.SGD([net[2].weight, online.matrix], lr=0.01, weight_decay=1.0)
    before = (online.matrix - net[2].weight).norm()
    for _ in range(5):
        online.start(INPUTS[0])
        optimizer.zero_grad()
        for inputs, error in zip(INPUTS, ERROR, strict=True):
            online.step(inputs)
            online.learn(error)
        optimizer.step()
    torch.testing.assert_close((online.matrix - net[2].weight).norm(), 0.99**5 * before)
