"""Online learning: every gradient that claims to be exact equals the one of autograd through the whole sequence."""

import pytest
import torch
from torch import nn

from snn_core import LIF, AdaptiveLIF, RecurrentLIF
from snn_core.online import (
    RULES,
    TERMS,
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
    layer, neuron = linear(), RecurrentLIF(M, detach_reset=detach_reset, generator=generator(), **OPTIONS).double()
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
    """A smooth neuron in place of the spiking one: autograd differentiates what the Jacobian writes out."""
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
    """Return ``.grad`` by autograd through one step at a time: ``u = constant + W @ trace``, nothing earlier.

    `top` turns (net, spikes of every layer of this step, counts, step) into the scalar that is differentiated.
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
    """Return (found, expected) gradients of the first layer, where `signal` computes what it is told, from outside."""
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
        "direct_feedback_alignment", lambda net, matrix, hidden, output: errors(output.cumsum(0)) @ matrix
    )
    torch.testing.assert_close(found, expected.detach(), rtol=0, atol=1e-10)
    assert found.abs().max() > 1e-3


def test_feedback_alignment_sends_the_local_error_through_a_matrix():
    def signal(net, matrix, hidden, output):
        membrane = net[3](net[2](hidden), record=True).membrane
        return errors(output.cumsum(0)) * net[3].surrogate.derivative(membrane - 0.7) @ matrix

    found, expected = hidden_gradient("feedback_alignment", signal)
    torch.testing.assert_close(found, expected.detach(), rtol=0, atol=1e-10)
    assert found.abs().max() > 1e-3


def test_decolle_reads_each_layer_out_by_itself():
    def signal(net, matrix, hidden, output):
        readout = torch.stack([sum(BETA ** (t - s) * hidden[s] for s in range(t + 1)) for t in range(T)]) @ matrix.T
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
