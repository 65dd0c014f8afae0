"""Neurons that hear their own spikes through a synapse, or through a module."""

import numpy as np
import pytest
import torch
from torch import nn

from snn_core import (
    CuBaLIF,
    RecurrentAdaptiveLIF,
    RecurrentCuBaLIF,
    RecurrentLIF,
    SpikingNeuron,
)
from snn_core.energy import count_operations
from snn_core.layers import OverTime
from snn_core.neurons import RecurrentState, recurrent_lif_step
from snn_core.stream import Stream

T, B, N = 40, 2, 4
C, H, W = 2, 3, 4
RECURRENT = {kind.__name__: kind for kind in (RecurrentLIF, RecurrentCuBaLIF, RecurrentAdaptiveLIF)}
OPTIONS = {"beta": 0.8, "threshold": 0.6}


def draw(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


def through_a_synapse(currents, weight, alpha, reset):
    """Return spikes and membranes of the equations, number by number."""
    beta = OPTIONS["beta"]
    threshold = OPTIONS["threshold"]
    fired = np.zeros((T + 1, B, N))
    membranes = np.zeros((T + 1, B, N))
    synapse = np.zeros((B, N))
    for t in range(T):
        for b in range(B):
            for n in range(N):
                heard = sum(weight[n][m] * fired[t, b, m] for m in range(N))
                total = currents[t, b, n] + heard
                synapse[b, n] = alpha * synapse[b, n] + (1 - alpha) * total
                u = membranes[t, b, n]
                kept = {
                    "soft": beta * (u - threshold * fired[t, b, n]),
                    "hard": beta * u * (1 - fired[t, b, n]),
                    "delayed": beta * u - threshold * fired[t, b, n],
                }
                membranes[t + 1, b, n] = kept[reset] + synapse[b, n]
                fired[t + 1, b, n] = membranes[t + 1, b, n] > threshold
    return fired[1:], membranes[1:]


@pytest.mark.parametrize("reset", ["soft", "hard", "delayed"])
@pytest.mark.parametrize("recurrence", ["all_to_all", "one_to_one"])
@pytest.mark.parametrize("run", [RecurrentCuBaLIF.forward, SpikingNeuron.forward])
def test_spikes_come_back_through_the_synapse(reset, recurrence, run):
    neuron = RecurrentCuBaLIF(N, alpha=0.7, reset=reset, recurrence=recurrence, **OPTIONS).double()
    neuron.weight.data = draw(*neuron.weight.shape, seed=3)
    full = neuron.weight if recurrence == "all_to_all" else torch.diag(neuron.weight)
    current = 0.3 + 2 * draw(T, B, N)
    done = run(neuron, current, record=True)
    fired, membranes = through_a_synapse(current.numpy(), full.tolist(), 0.7, reset)
    assert 0.1 < fired.mean() < 0.5
    assert np.array_equal(done.spikes.detach().numpy(), fired)
    np.testing.assert_allclose(done.membrane.detach().numpy(), membranes, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("reset", ["soft", "hard", "delayed"])
def test_it_is_the_neuron_without_a_synapse_or_without_weights(reset):
    current = 0.3 + 2 * draw(T, B, N)
    options = {"reset": reset, **OPTIONS}
    plain = RecurrentLIF(N, **options).double()
    both = RecurrentCuBaLIF(N, alpha=0.0, **options).double()
    both.weight = plain.weight
    assert torch.equal(both(current), plain(current))
    both = RecurrentCuBaLIF(N, alpha=0.7, **options).double()
    assert not torch.equal(both(current), CuBaLIF(alpha=0.7, **options)(current))
    both.weight.data.zero_()
    assert torch.equal(both(current), CuBaLIF(alpha=0.7, **options)(current))


# --- feedback through a module


def by_convolution(name, **options):
    """Return neurons on maps that hear their neighbours, and such from all to all that are them."""
    way = nn.Conv2d(C, C, 3, padding=1, bias=False).double()
    way.weight.data = 0.2 * draw(*way.weight.shape, seed=5)
    way.weight.data -= way.weight.data.mean() + 0.02  # more take off than add: none fires always
    neuron = RECURRENT[name](C, recurrence=way, **OPTIONS, **options).double()
    among = RECURRENT[name](C * H * W, **OPTIONS, **options).double()
    units = torch.eye(C * H * W, dtype=torch.float64).view(-1, C, H, W)
    among.weight.data = way(units).detach().flatten(1).T  # what each unit makes the others hear
    return neuron, among


@pytest.mark.parametrize("name", RECURRENT)
@pytest.mark.parametrize("reset", ["soft", "hard"])
@pytest.mark.parametrize("lengths", [None, torch.tensor([T, 7])], ids=["whole", "lengths"])
def test_a_convolution_is_the_matrix_that_it_stands_for(name, reset, lengths):
    neuron, among = by_convolution(name, reset=reset, learn_beta=True)
    results = []
    for layer, shape in ((neuron, (C, H, W)), (among, (C * H * W,))):
        current = (0.3 + draw(T, B, C * H * W)).requires_grad_()
        done = layer(current.unflatten(2, shape), lengths=lengths, record=True)
        outputs = [done.spikes.flatten(2), done.membrane.flatten(2)]
        outputs += [variable.flatten(1) for variable in done.state]
        loss = sum((x * draw(*x.shape, seed=7 + n)).sum() for n, x in enumerate(outputs))
        gradients = torch.autograd.grad(loss, [current, layer.beta_logit])
        results.append([*outputs, *gradients])
    assert 0.05 < results[0][0].mean() < 0.6
    for one, other in zip(*results, strict=True):
        assert other.any()
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


@pytest.mark.parametrize("name", RECURRENT)
def test_a_module_learns_and_is_saved(name):
    neuron, _ = by_convolution(name)
    (draw(T, B, C, H, W, seed=1) * neuron(0.3 + draw(T, B, C, H, W))).sum().backward()
    assert neuron.recurrence.weight.grad.abs().max() > 0
    assert "recurrence.weight" in neuron.state_dict()
    other, _ = by_convolution(name)
    other.recurrence.weight.data.zero_()
    other.load_state_dict(neuron.state_dict())
    assert torch.equal(other.recurrence.weight, neuron.recurrence.weight)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_module_in_another_precision_keeps_the_state_wide(dtype):
    neuron = RecurrentCuBaLIF(C, recurrence=nn.Conv2d(C, C, 3, padding=1).to(dtype), **OPTIONS)
    done = neuron(0.5 + draw(T, B, C, H, W).to(dtype), record=True)
    assert 0 < done.spikes.mean() < 1
    assert done.spikes.dtype == dtype
    assert {one.dtype for one in (done.membrane, *done.state)} == {torch.float32}


def test_a_module_without_weights_and_a_step_with_a_module():
    same = RecurrentLIF(N, recurrence=nn.Identity(), **OPTIONS)
    weighted = RecurrentLIF(N, recurrence="one_to_one", **OPTIONS)
    weighted.weight.data.fill_(1.0)
    current = draw(T, B, N)
    assert torch.equal(same(current), weighted(current))
    state = RecurrentState(torch.zeros(1, 2), torch.ones(1, 2))
    membrane = recurrent_lif_step(torch.zeros(1, 2), state, nn.Flatten(), beta=0.5)[1]
    assert membrane.tolist() == [[1.0, 1.0]]


BAD = {
    "no module": ({"recurrence": nn.Conv2d}, "recurrence: got .*Conv2d.*, or a module"),
    "channels": ({"neurons": 3, "recurrence": nn.Conv2d(3, 3, 1)}, r"current: .*\[T, B, 3, …\]"),
    "smaller": ({"recurrence": nn.Conv2d(C, C, 3)}, r"recurrence: got shape \[2, 2, 1, 2\]"),
    "broadcasts": ({"recurrence": nn.Conv2d(C, 1, 1)}, r"recurrence: got shape \[2, 1, 3, 4\]"),
}


@pytest.mark.parametrize("name", RECURRENT)
@pytest.mark.parametrize("case", BAD)
def test_a_module_that_does_not_fit_is_named(name, case):
    options, message = BAD[case]
    with pytest.raises(ValueError, match=f"^{message}"):
        RECURRENT[name](**{"neurons": C} | options)(torch.ones(T, B, C, H, W))


@pytest.mark.parametrize("name", RECURRENT)
def test_a_stream_of_maps_is_the_whole_sequence(name):
    neuron, _ = by_convolution(name)
    network = nn.Sequential(OverTime(nn.Conv2d(1, C, 1)), neuron).double()
    inputs = 2 * draw(T, B, 1, H, W)
    stream = Stream(network)
    steps = torch.stack([stream.step(now) for now in inputs])
    assert steps.any()
    assert torch.equal(steps, network(inputs))


@pytest.mark.parametrize("name", RECURRENT)
def test_operations_of_a_module_are_counted_where_it_runs(name):
    neuron, among = by_convolution(name)
    current = 0.3 + draw(T, B, C, H, W)
    layers = count_operations(neuron, current).layers
    spikes = neuron(current)
    assert layers.keys() == {name, "recurrence"}
    assert layers["recurrence"].received == spikes[:-1].sum()
    reached = (among.weight != 0).sum(0).double()
    met = (spikes[:-1].flatten(2).double() @ reached).sum()
    assert layers["recurrence"].additions == met
    assert layers[name].additions == 0
    assert layers[name].spikes == spikes.sum()
