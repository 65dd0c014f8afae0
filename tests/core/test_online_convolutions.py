"""Online learning through convolutions and pooling: one trace per input, whatever carries it."""

import copy
import io

import pytest
import torch
from torch import nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn import functional as F

from snn_core import LIF, AdaptiveLIF, Surrogate, encoding
from snn_core.datasets import mnist_mini
from snn_core.layers import OverTime
from snn_core.losses import count_cross_entropy
from snn_core.memory import kept_bytes
from snn_core.online import (
    RULES,
    ChunkedBPTT,
    OnlineAdaptiveLIF,
    OnlineLIF,
    OnlineNetwork,
    OnlineSmoothedLIF,
    count_error,
)
from snn_core.training import evaluate, fit, seed_torch

T, B, C, SIZE, CLASSES = 7, 3, 2, 9, 4
BETA = torch.tensor(0.8, dtype=torch.float64)


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def draw(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=generator(seed))


INPUTS = (draw(T, B, C, SIZE, SIZE) > 0.3).double()
LABELS = torch.tensor([0, 3, 1])


def lif():
    return LIF(beta=BETA, threshold=0.7, surrogate=Surrogate(scale=2.0))


def lively(*layers):
    """Return layers in float64 with weights large enough for spikes at all depths."""
    for seed, layer in enumerate(layer for layer in layers if hasattr(layer, "weight")):
        layer.double()
        for each in layer.parameters():
            scale = 1.0 / each[0].numel() ** 0.5 if each.dim() > 1 else 0.2
            each.data = scale * (draw(*each.shape, seed=seed + 5) + 0.1)
    return nn.Sequential(*layers)


SYNAPSES = {
    "kernel": lambda: [nn.Conv2d(C, 3, 3)],
    "no bias": lambda: [nn.Conv2d(C, 3, (3, 2), bias=False)],
    "stride and padding": lambda: [nn.Conv2d(C, 3, 3, stride=2, padding=(1, 2))],
    "dilation": lambda: [nn.Conv2d(C, 3, 3, dilation=2)],
    "groups": lambda: [nn.Conv2d(C, 4, 3, groups=2, padding=1)],
    "around the edge": lambda: [nn.Conv2d(C, 3, 3, padding="same", padding_mode="circular")],
    "mean in front": lambda: [nn.AvgPool2d(2), nn.Conv2d(C, 3, 2)],
    "most in front": lambda: [nn.MaxPool2d(3, stride=2), nn.Conv2d(C, 3, 2)],
    "mean behind": lambda: [nn.Conv2d(C, 3, 2), nn.AvgPool2d(2, padding=1)],
    "flat behind": lambda: [nn.Conv2d(C, 3, 2), nn.AvgPool2d(2), nn.Flatten()],
    "flat in front": lambda: [nn.MaxPool2d(3), nn.Flatten(), nn.Linear(18, 5)],
}


@pytest.mark.parametrize("way", ["run", "sweep"])
@pytest.mark.parametrize("name", SYNAPSES)
def test_a_layer_has_the_gradient_of_bptt(name, way):
    """A layer by itself has nothing that one trace leaves out."""
    layers = lively(*SYNAPSES[name]())
    online = OnlineLIF(layers, lif())
    expected = lif()(OverTime(*layers)(INPUTS))
    signal = draw(*expected.shape, seed=1)
    parameters = list(layers.parameters())
    gradients = torch.autograd.grad((signal * expected).sum(), parameters)
    if way == "run":
        spikes = online.run(INPUTS, signal)
    else:
        spikes = online.sweep(INPUTS)
        online.learn(signal)
    assert torch.equal(spikes, expected)
    assert 0.05 < spikes.mean() < 0.95
    for parameter, gradient in zip(parameters, gradients, strict=True):
        assert gradient.abs().max() > 0.1
        torch.testing.assert_close(parameter.grad, gradient, rtol=0, atol=1e-12)


def network(pool=nn.AvgPool2d, **options):
    """Return two convolutions with pooling, and a linear layer."""
    first, second = nn.Conv2d(C, 4, 3, padding=1), nn.Conv2d(4, 6, 2, **options)
    maps = second(pool(2)(torch.zeros(1, 4, SIZE, SIZE)))
    last = nn.Linear(nn.AvgPool2d(2, 1)(maps).numel(), CLASSES)
    lively(first, second, last)
    return nn.Sequential(
        OverTime(first), lif(), OverTime(pool(2), second), lif(), OverTime(nn.AvgPool2d(2, 1)),
        OverTime(nn.Flatten(), last), lif(),
    )  # fmt: skip


NETWORKS = {
    "mean": lambda: network(stride=1, padding=0),
    "most": lambda: network(nn.MaxPool2d),
    "groups": lambda: network(groups=2),
    "dilation": lambda: network(dilation=2, padding=1, bias=False),
    "two pools": lambda: network(nn.MaxPool2d, stride=2, padding=2),
}


def require_equal(net, expected, atol=1e-12):
    parameters = list(net.parameters())
    assert len(parameters) == len(expected)
    for parameter, gradient in zip(parameters, expected, strict=True):
        assert gradient.abs().max() > 1e-3
        torch.testing.assert_close(parameter.grad, gradient, rtol=0, atol=atol)


@pytest.mark.parametrize("name", NETWORKS)
def test_one_step_has_the_gradient_of_bptt(name):
    net, other = NETWORKS[name](), NETWORKS[name]()
    once = 4 * INPUTS[:1]  # strong enough for spikes at all depths
    output = OnlineNetwork(net).run(once, LABELS)
    expected = other(once)
    assert torch.equal(output, expected)
    count_cross_entropy(expected, LABELS).backward()
    require_equal(net, [each.grad for each in other.parameters()])


def parts(net):
    """Return (layers in front of the weights, weights) of every layer of a `network`."""
    found, between = [], []
    for layer in net:
        if isinstance(layer, LIF):
            found.append((nn.Sequential(*between[:-1]), between[-1]))
            between = []
        else:
            inner = layer.layer
            between += list(inner) if isinstance(inner, nn.Sequential) else [inner]
    return found


def step_by_step(net):
    """Return autograd's gradients of every step by itself, added up.

    States are detached at each step, and the past is put in by hand: a layer hears its weights of
    the trace of its inputs. The way back leads through frozen weights, at this step only.
    """
    layers, frozen = parts(net), parts(copy.deepcopy(net).requires_grad_(False))
    states, traces, counts, ones = [0.0] * 3, [0.0] * 3, 0.0, 0.0
    for now in INPUTS:
        spikes, ones = now, 1 + BETA * ones
        for at, ((in_front, weights), (_, fixed)) in enumerate(zip(layers, frozen, strict=True)):
            sources = in_front(spikes)
            traces[at] = BETA * traces[at] + sources.detach()
            heard = weights(traces[at])
            if weights.bias is not None:
                heard = heard + (ones - 1) * weights(torch.zeros_like(traces[at]))
            through = fixed(sources)
            value = BETA * states[at] + through.detach()
            membrane = value + heard - heard.detach() + through - through.detach()
            spikes = lif().surrogate(membrane - lif().threshold)
            states[at] = (membrane - lif().threshold * spikes).detach()
        live = counts + spikes
        F.cross_entropy(live, LABELS).backward()
        counts = live.detach()
    return [each.grad for each in net.parameters()]


@pytest.mark.parametrize("name", NETWORKS)
def test_many_steps_are_autograd_within_each_step(name):
    net = NETWORKS[name]()
    output = OnlineNetwork(net).run(INPUTS, LABELS)
    assert 0.05 < output.mean() < 0.95
    require_equal(net, step_by_step(NETWORKS[name]()))


def patches(images, kernel):
    """Return what each place of a kernel takes, ``[B, places, positions]``."""
    return F.unfold(images, kernel)


def test_many_steps_are_a_double_loop_of_traces_and_spatial_gradients():
    """Every step meets every earlier one; the way back is written out, without autograd."""
    net = NETWORKS["mean"]()
    OnlineNetwork(net).run(INPUTS, LABELS)
    (_, first), (_, second), (_, last) = parts(net)
    with torch.no_grad():
        one = net[1](net[0](INPUTS), record=True)
        two = net[3](net[2](one.spikes), record=True)
        flat = net[4](two.spikes).flatten(2)
        three = net[6](last(flat), record=True)
        slopes = [lif().surrogate.derivative(each.membrane - 0.7) for each in (one, two, three)]
    pooled = OverTime(nn.AvgPool2d(2))(one.spikes)
    counts, found = three.spikes.cumsum(0), [torch.zeros_like(w) for w in net.parameters()]
    for t in range(T):
        local = slopes[2][t] * count_error(counts[t], LABELS)
        spread = (local @ last.weight).view(B, 6, 2, 2)  # means of 2x2, one place apart
        below = torch.zeros(B, 6, 3, 3, dtype=torch.float64)
        for row in range(2):
            for column in range(2):
                below[..., row : row + 2, column : column + 2] += spread / 4
        middle = slopes[1][t] * below
        kernels = torch.einsum("bmp,mk->bkp", middle.flatten(2), second.weight.flatten(1))
        sent = F.fold(kernels, (4, 4), 2).repeat_interleave(2, 2).repeat_interleave(2, 3) / 4
        lowest = slopes[0][t] * F.pad(sent, (0, 1, 0, 1))  # pooling leaves the ninth row out
        for s in range(t + 1):
            decay = BETA ** (t - s)
            wide = patches(F.pad(INPUTS[s], (1, 1, 1, 1)), 3)
            for at, gradient in enumerate(
                (
                    torch.einsum("bmp,bkp->mk", lowest.flatten(2), wide),
                    lowest.sum((0, 2, 3)),
                    torch.einsum("bmp,bkp->mk", middle.flatten(2), patches(pooled[s], 2)),
                    middle.sum((0, 2, 3)),
                    local.T @ flat[s],
                    local.sum(0),
                )
            ):
                found[at] += decay * gradient.view_as(found[at])
    require_equal(net, [each.detach() for each in found])


def test_a_convolution_of_one_pixel_is_a_linear_layer():
    linear = lively(nn.Linear(5, 6), lif(), nn.Linear(6, CLASSES), lif())
    conv = nn.Conv2d(5, 6, 1).double()
    conv.weight.data, conv.bias.data = linear[0].weight.data[..., None, None], linear[0].bias.data
    last = OverTime(nn.Flatten(), copy.deepcopy(linear[2]))
    mapped = nn.Sequential(OverTime(conv), lif(), last, lif())
    inputs = INPUTS.flatten(2)[..., :5]
    outputs = OnlineNetwork(linear).run(inputs, LABELS)
    assert torch.equal(outputs, OnlineNetwork(mapped).run(inputs[..., None, None], LABELS))
    expected = [each.grad for each in linear.parameters()]
    require_equal(mapped, [expected[0][..., None, None], *expected[1:]])


@pytest.mark.parametrize("name", NETWORKS)
def test_a_sweep_is_the_run_in_one_go(name):
    net, other = NETWORKS[name](), NETWORKS[name]()
    outputs = OnlineNetwork(net, horizon=T).run(INPUTS, LABELS)
    assert torch.equal(outputs, OnlineNetwork(other, horizon=T).sweep(INPUTS, LABELS))
    require_equal(net, [each.grad for each in other.parameters()])


def test_the_last_layer_learns_the_same_without_the_others():
    net, other = network(), network()
    OnlineNetwork(net, "last_layer").run(INPUTS, LABELS)
    OnlineNetwork(other, "ottt").run(INPUTS, LABELS)
    assert net[0].layer.weight.grad is None
    one, two = (parts(each)[-1][1].weight.grad for each in (net, other))
    assert torch.equal(one, two)


@pytest.mark.parametrize("window", [T, 3])
def test_windows_take_the_same_networks(window):
    net, other = network(nn.MaxPool2d), network(nn.MaxPool2d)
    ChunkedBPTT(net, window, horizon=T).run(INPUTS, LABELS)
    output, counts = [], 0
    states = [None] * 3
    for inputs in INPUTS.split(window):
        spikes = inputs
        for layer in other:
            if isinstance(layer, LIF):
                recording = layer(spikes, states[0], record=True)
                spikes, states = recording.spikes, [*states[1:], recording.state.detach()]
            else:
                spikes = layer(spikes)
        output.append(spikes)
        counts = counts + spikes.sum(0).detach()
        error = count_error(counts * T / sum(map(len, output)), LABELS)
        (error * spikes.sum(0)).sum().backward()
    require_equal(net, [each.grad for each in other.parameters()])


# --- memory


class Kept:
    """Something that autograd keeps; the class counts how many there are, and were at most."""

    alive = most = 0

    def __init__(self, tensor):
        self.tensor = tensor
        Kept.alive += 1
        Kept.most = max(Kept.most, Kept.alive)

    def __del__(self):
        Kept.alive -= 1


def test_what_is_kept_does_not_grow_with_the_steps():
    most = []
    for steps in (1, 4, 16):
        online = OnlineNetwork(network())
        online.start(INPUTS[0])
        Kept.most = 0
        with saved_tensors_hooks(Kept, lambda kept: kept.tensor):
            for step in range(steps):
                online.step(INPUTS[step % T], LABELS)
                assert Kept.alive == 0  # nothing waits for a later step
        most.append(Kept.most)
    assert most[0] > 0
    assert len(set(most)) == 1
    sizes = [kept_bytes(OnlineNetwork(network()), INPUTS.shape[2:], steps) for steps in (1, 9)]
    traces, ones = C * 81 + 4 * 16 + 24, 3
    neurons = 4 * 81 + 6 * 9 + CLASSES  # state and membrane
    assert sizes == [8 * (traces + ones + 2 * neurons + CLASSES)] * 2


def test_windows_keep_their_own_steps():
    window = [kept_bytes(ChunkedBPTT(network(), 2), (C, SIZE, SIZE), steps) for steps in (2, 8)]
    whole = [kept_bytes(ChunkedBPTT(network(), steps), (C, SIZE, SIZE), steps) for steps in (4, 8)]
    assert window[0] <= window[1] < whole[0] < whole[1]


# --- modules, precision


def test_a_checkpoint_restores_a_layer_with_a_convolution():
    original, restored = (OnlineLIF(nn.Conv2d(C, 3, 3), LIF()) for _ in range(2))
    file = io.BytesIO()
    torch.save(original.state_dict(), file)
    file.seek(0)
    restored.load_state_dict(torch.load(file))
    assert torch.equal(original.run(INPUTS.float()), restored.run(INPUTS.float()))
    assert [name for name, _ in restored.named_parameters()] == ["linear.weight", "linear.bias"]


def test_a_frozen_convolution_lets_the_error_through():
    net, other = network(), network()
    second = parts(net)[1][1].requires_grad_(False)
    OnlineNetwork(net).run(INPUTS, LABELS)
    OnlineNetwork(other).run(INPUTS, LABELS)
    assert second.weight.grad is None
    assert torch.equal(net[0].layer.weight.grad, other[0].layer.weight.grad)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_weights_in_half_precision_get_a_gradient_rounded_once(dtype):
    """Inputs, weights and currents are exact in all dtypes."""
    found = []
    inputs = (draw(300, 1, 1, 4, 4) > 0.5).double()
    signals = draw(300, 1, 2, 1, 1, seed=3).abs() + 0.1
    for one in (torch.float64, dtype):
        layers = nn.Sequential(nn.Conv2d(1, 2, 3), nn.AvgPool2d(2)).to(one)
        layers[0].weight.data = (torch.arange(18).view(2, 1, 3, 3) % 5 / 16 - 0.0625).to(one)
        layers[0].bias.data.fill_(0.125)
        OnlineLIF(layers, LIF(beta=0.75).to(one)).run(inputs.to(one), signals)
        found.append((layers[0].weight.grad, layers[0].bias.grad))
    for exact, rounded in zip(*found, strict=True):
        assert rounded.dtype == dtype
        once = 1.01 * torch.finfo(dtype).eps / 2
        torch.testing.assert_close(rounded.double(), exact, rtol=once, atol=0)


# --- training


def test_a_small_convolutional_network_learns_digits_online():
    generator = seed_torch(0)
    net = nn.Sequential(
        OverTime(nn.AvgPool2d(2), nn.Conv2d(1, 6, 5, stride=2)), LIF(),
        OverTime(nn.Flatten(), nn.Linear(150, 10)), LIF(),
    )  # fmt: skip
    digits = mnist_mini()

    def encode(images):
        return encoding.rate(images[:, None], 6, generator=generator)

    history = fit(
        net,
        digits.train_images[:600],
        digits.train_labels[:600],
        encode=encode,
        learner=OnlineNetwork(net, horizon=6),
        optimizer=torch.optim.Adam(net.parameters(), lr=1e-2),
        epochs=3,
        batch_size=30,
        generator=generator,
        progress=False,
    )
    assert history.loss[-1] < history.loss[0]
    right = evaluate(net, digits.test_images[:300], digits.test_labels[:300], encode=encode)
    assert right > 0.5  # one in ten by chance


# --- doors


def over(*layers, last=True):
    end = [OverTime(nn.Flatten(), nn.Linear(3, CLASSES)), LIF()] if last else []
    return nn.Sequential(OverTime(*layers), LIF(), *end)


CONV = {"in_channels": 1, "out_channels": 3, "kernel_size": 3}
BAD_NETWORKS = {
    "batch norm": (
        lambda: over(nn.Conv2d(**CONV), nn.BatchNorm2d(3)),
        "BatchNorm2d in Conv2d, BatchNorm2d, LIF",
    ),
    "dropout": (lambda: over(nn.Dropout(), nn.Conv2d(**CONV)), "Dropout in Dropout, Conv2d, LIF"),
    "largest behind": (
        lambda: over(nn.Conv2d(**CONV), nn.MaxPool2d(2)),
        "MaxPool2d behind Conv2d",
    ),
    "indices": (
        lambda: over(nn.MaxPool2d(2, return_indices=True), nn.Conv2d(**CONV)),
        "MaxPool2d in MaxPool2d, Conv2d",
    ),
    "upwards": (lambda: over(nn.ConvTranspose2d(1, 3, 3)), "ConvTranspose2d in ConvTranspose2d"),
    "two weights": (lambda: over(nn.Conv2d(**CONV), nn.Conv2d(3, 3, 1)), "Conv2d, Conv2d"),
    "no weights": (lambda: over(nn.AvgPool2d(2), nn.Flatten()), "AvgPool2d, Flatten"),
    "none between": (lambda: nn.Sequential(nn.Linear(3, 3), LIF(), LIF()), "no layers"),
    "parametrized": (
        lambda: over(nn.utils.parametrizations.weight_norm(nn.Conv2d(**CONV))),
        "ParametrizedConv2d in",
    ),
    "lazy": (lambda: over(nn.LazyConv2d(3, 3)), "LazyConv2d in"),
    "bare": (
        lambda: nn.Sequential(nn.Conv2d(**CONV), LIF()),
        r"Conv2d outside of OverTime, expected OverTime\(Conv2d",
    ),
    "bare pool": (
        lambda: nn.Sequential(nn.MaxPool2d(2), nn.Linear(3, 3), LIF()),
        "MaxPool2d outside of OverTime",
    ),
    "convolution last": (lambda: over(nn.Conv2d(**CONV), last=False), "Conv2d at last"),
    "pooled last": (
        lambda: over(nn.Flatten(), nn.Linear(3, 3), nn.Flatten(), last=False),
        "Flatten, Linear, Flatten at last",
    ),
}


@pytest.mark.parametrize("learner", [OnlineNetwork, lambda net: ChunkedBPTT(net, 2)])
@pytest.mark.parametrize("name", BAD_NETWORKS)
def test_layers_that_cannot_learn_online_are_named(name, learner):
    make, came = BAD_NETWORKS[name]
    with pytest.raises(ValueError, match=f"^network: got {came}.*, expected |^network: got {came}"):
        learner(make())


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule not in ("ottt", "last_layer")])
def test_rules_with_a_number_per_neuron_take_linear_layers_only(rule):
    with pytest.raises(ValueError, match="^network: got Conv2d, expected nn.Linear alone for"):
        OnlineNetwork(over(nn.Conv2d(**CONV)), rule)


@pytest.mark.parametrize(
    "make",
    [
        lambda conv: OnlineSmoothedLIF(conv, LIF(), 0.9),
        lambda conv: OnlineAdaptiveLIF(conv, AdaptiveLIF()),
    ],
)
def test_layers_with_a_trace_per_synapse_refuse_a_convolution(make):
    with pytest.raises(ValueError, match=r"^linear: got Conv2d, expected a plain nn\.Linear"):
        make(nn.Conv2d(**CONV))


IMAGES = torch.zeros(2, 3, 1, 5, 5)  # [T, B, C, H, W]
BAD_INPUTS = {
    "flat": (IMAGES.flatten(3), r"shape \[2, 3, 1, 25\], expected shape \[T, B, 1, H, W\]"),
    "channels": (IMAGES.expand(-1, -1, 2, -1, -1), r"shape \[2, 3, 2, 5, 5\], expected shape"),
    "one image": (IMAGES[0], r"shape \[3, 1, 5, 5\], expected shape \[T, B, 1, H, W\]"),
    "small": (IMAGES[..., :2], r"samples \[1, 5, 2\], expected what Conv2d takes"),
    "wide": (IMAGES.expand(-1, -1, -1, -1, 5).repeat(1, 1, 1, 2, 1), r"samples \[3, 8, 3\], exp"),
    "no step": (IMAGES[:0], "no step, expected at least one time step"),
}


@pytest.mark.parametrize("learner", [OnlineNetwork, lambda net: ChunkedBPTT(net, 2)])
@pytest.mark.parametrize("name", BAD_INPUTS)
def test_images_that_do_not_fit_are_refused_before_the_first_step(name, learner):
    net = nn.Sequential(
        OverTime(nn.Conv2d(**CONV)), LIF(), OverTime(nn.Flatten(), nn.Linear(27, 2)), LIF()
    )
    inputs, message = BAD_INPUTS[name]
    with pytest.raises(ValueError, match=f"^inputs: got {message}"):
        learner(net).run(inputs, torch.zeros(3).long())
    if learner is OnlineNetwork:
        with pytest.raises(ValueError, match=f"^inputs: got {message}"):
            learner(net).sweep(inputs, torch.zeros(3).long())


def test_maps_do_not_pass_for_rows_and_a_step_has_the_size_of_the_start():
    net = nn.Sequential(OverTime(nn.Conv2d(**CONV)), LIF(), nn.Linear(3, 2), LIF())
    with pytest.raises(
        ValueError, match=r"^inputs: got samples \[3, 3, 3\], expected what Linear takes"
    ):
        OnlineNetwork(net).start(IMAGES[0])
    layer = OnlineLIF(nn.Conv2d(**CONV), LIF(threshold=torch.ones(3, 1, 1)))
    layer.start(IMAGES[0])
    assert layer.step(IMAGES[0]).shape == (3, 3, 3, 3)
    message = r"^inputs: got samples \[1, 4, 5\], expected samples \[1, 5, 5\], as at the start"
    with pytest.raises(ValueError, match=message):
        layer.step(IMAGES[0, :, :, 1:])
    with pytest.raises(
        ValueError, match=r"^signal: got shape \[3, 3\], expected shape \[3, 3, 3, 3"
    ):
        layer.learn(torch.ones(3, 3))
    with pytest.raises(ValueError, match=r"^threshold: got shape \[3\], expected one number"):
        OnlineLIF(nn.Conv2d(**CONV), LIF(threshold=torch.ones(3))).start(IMAGES[0])
    with pytest.raises(ValueError, match=r"^inputs: got 3, expected shape|^inputs: got shape"):
        kept_bytes(OnlineNetwork(over(nn.Conv2d(**CONV))), 3, 1)
