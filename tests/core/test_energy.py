"""The meter, against loops over every image, step and synapse, in whole numbers."""

from functools import partial
from itertools import product

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from snn_core import (
    ALL_NEURONS,
    LIF,
    AdaptiveLIF,
    Alpha,
    CuBaLIF,
    LeakyIntegrator,
    RecurrentAdaptiveLIF,
    RecurrentCuBaLIF,
    RecurrentLIF,
    SpikingNeuron,
    encoding,
)
from snn_core.energy import Operations, count_operations, quantise
from snn_core.layers import DropoutOverTime, OverTime, Repeat
from snn_core.training import seed_torch

STEPS, IMAGES = 5, 3


@pytest.fixture(autouse=True)
def _seeded():
    seed_torch(0)


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


def pixels(*shape):
    """Return intensities of which some are 0."""
    values = torch.rand(IMAGES, *shape, generator=seeded(1))
    return torch.where(values < 0.3, 0.0, values)


def delta(intensity, steps):
    fade_in = torch.linspace(0, 1, steps).view(-1, *[1] * intensity.dim())
    return encoding.delta(fade_in * intensity, threshold=0.2).flatten(2, 3)


CODES = {  # from images [B, C, …] to [T, B, C', …]
    "direct": encoding.direct,
    "rate": lambda x, steps: encoding.rate(x, steps, generator=seeded(2)),
    "latency": partial(encoding.latency, tau=3.0),
    "delta": delta,
    "population": lambda x, steps: (
        encoding.population(x, steps, neurons=2, generator=seeded(3)).movedim(-1, 3).flatten(2, 3)
    ),
}


def split(values, met):
    """Return additions and multiply-accumulates: which of both depends on the values."""
    spikes = all(value in (0.0, 1.0) for value in values.flatten().tolist())
    return (met, 0) if spikes else (0, met)


def loop_over_linear(values, layer):
    """Count in a loop over images and steps, inputs and outputs."""
    met = dense = 0
    outputs, inputs = layer.weight.shape
    for sample in values.reshape(-1, inputs).tolist():
        for value, _ in product(sample, range(outputs)):
            dense += 1
            met += value != 0
    return met, dense


def loop_over_conv(values, layer):
    """Count in a loop over images and steps, outputs, and the synapses of each."""
    met = dense = 0
    outputs, per_group, *kernel = layer.weight.shape
    rows, columns = values.shape[2:]
    for sample in values.tolist():
        sizes = [
            (size + 2 * padding - dilation * (k - 1) - 1) // stride + 1
            for size, k, padding, dilation, stride in zip(
                (rows, columns), kernel, layer.padding, layer.dilation, layer.stride, strict=True
            )
        ]
        for out, y, x in product(range(outputs), *map(range, sizes)):
            first = out // (outputs // layer.groups) * per_group
            for channel, i, j in product(range(per_group), *map(range, kernel)):
                row = y * layer.stride[0] - layer.padding[0] + i * layer.dilation[0]
                column = x * layer.stride[1] - layer.padding[1] + j * layer.dilation[1]
                if 0 <= row < rows and 0 <= column < columns:
                    dense += 1
                    met += sample[first + channel][row][column] != 0
    return met, dense


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("bias", [True, False])
def test_a_linear_layer_counts_as_the_loop_does_with_every_code(code, bias):
    inputs = CODES[code](pixels(2, 3), STEPS).flatten(2)
    layer = nn.Linear(inputs.shape[2], 4, bias=bias)
    counts = count_operations(nn.Sequential(layer, LIF()), inputs)
    met, dense = loop_over_linear(inputs, layer)
    additions, macs = split(inputs, met)
    sums = STEPS * IMAGES * 4 * bias
    assert counts.images == IMAGES
    assert counts.layers["0"] == Operations(
        additions=additions,
        macs=macs,
        dense=dense,
        sums=sums,
        reads=met + sums,
        received=sum(value != 0 for value in inputs.flatten().tolist()),
        inputs=inputs.numel(),
        parameters=layer.weight.numel() + 4 * bias,
    )
    assert 0 < met < dense
    assert (macs > 0) == (code == "direct")


GEOMETRIES = {
    "plain": {},
    "padding": {"padding": 2},
    "stride": {"stride": (2, 3), "padding": (1, 0)},
    "dilation": {"dilation": (2, 1), "padding": 1},
    "groups": {"groups": 2, "padding": 1, "stride": 2},
    "depthwise": {"groups": 4, "bias": False},
}


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("geometry", GEOMETRIES)
def test_a_convolution_counts_as_the_loop_does_with_every_code(code, geometry):
    images = pixels(4, 6, 5) if code in ("direct", "rate", "latency") else pixels(2, 6, 5)
    inputs = CODES[code](images, STEPS)
    layer = nn.Conv2d(4, 8, (3, 2), **GEOMETRIES[geometry])
    counts = count_operations(nn.Sequential(OverTime(layer), LIF()), inputs)
    met, dense = loop_over_conv(inputs.flatten(0, 1), layer)
    found = counts.layers["0.layer"]
    assert (found.additions, found.macs) == split(inputs, met)
    assert found.dense == dense
    bias = geometry != "depthwise"
    neurons = counts.layers["1"].states
    assert found.sums == STEPS * IMAGES * neurons * bias
    assert found.reads == met + found.sums
    assert found.parameters == layer.weight.numel() + 8 * bias
    assert met > 0


def test_a_spike_at_the_border_meets_fewer_synapses():
    inputs = torch.zeros(1, 1, 1, 5, 5)
    network = nn.Sequential(OverTime(nn.Conv2d(1, 7, 3, padding=1)), LIF())
    found = []
    for row, column in ((0, 0), (0, 2), (2, 2)):
        inputs.zero_()[..., row, column] = 1
        found.append(count_operations(network, inputs).total.additions)
    assert found == [7 * 4, 7 * 6, 7 * 9]


def test_other_convolutions_and_paddings_count_synapses_that_exist():
    line = count_operations(nn.Conv1d(2, 3, 3, padding=1), torch.ones(1, 2, 4)).total
    assert line.additions == 2 * 3 * (2 + 3 + 3 + 2)
    cube = count_operations(nn.Conv3d(1, 1, 2), torch.ones(1, 1, 3, 3, 3)).total
    assert cube.additions == 2**3 * 2**3
    ring = nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular")
    assert count_operations(ring, torch.ones(1, 1, 4, 4)).total.additions == 16 * 9
    same = nn.Conv2d(1, 1, (3, 1), padding="same")
    assert count_operations(same, torch.ones(1, 1, 4, 4)).total.additions == 4 * (2 + 3 + 3 + 2)


def loop_over_recurrence(current, neuron):
    """Step neurons by hand; return additions, and messages heard, of what each hears of others."""
    additions = heard = 0
    state = neuron.initial_state(current)
    for now in current:
        for sample in state.spikes.tolist():
            for source, _ in enumerate(sample):
                if sample[source]:
                    heard += 1
                    additions += neuron.weight[:, source].numel() if neuron.weight.dim() == 2 else 1
        _, _, state = neuron.step(now, state)
    return additions, heard


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize(
    "kind",
    [
        RecurrentLIF,
        partial(RecurrentLIF, recurrence="one_to_one"),
        RecurrentAdaptiveLIF,
        RecurrentCuBaLIF,
    ],
    ids=["all", "own", "adaptive", "synaptic"],
)
@torch.no_grad()
def test_recurrent_neurons_count_as_the_loop_does_with_every_code(code, kind):
    inputs = CODES[code](pixels(2, 3), STEPS).flatten(2)
    neuron = kind(4, generator=seeded())
    layer = nn.Linear(inputs.shape[2], 4)
    nn.init.constant_(layer.weight, 0.6)
    nn.init.constant_(layer.bias, 0.3)
    counts = count_operations(nn.Sequential(layer, neuron), inputs)
    current = layer(inputs)
    additions, heard = loop_over_recurrence(current, neuron)
    found = counts.layers["1"]
    assert (found.additions, found.received, found.reads) == (additions, heard, additions)
    assert found.dense == STEPS * IMAGES * neuron.weight.numel()
    assert found.inputs == STEPS * IMAGES * 4
    assert found.parameters == neuron.weight.numel()
    assert found.spikes == neuron(current).sum()
    assert 0 < heard < found.spikes
    more = isinstance(neuron, (RecurrentAdaptiveLIF, RecurrentCuBaLIF))
    assert found.states == 4 * (1 + more)
    assert found.updates == found.decays == STEPS * IMAGES * 4 * (1 + more)


@pytest.mark.parametrize(
    ("neuron", "states"),
    [(LIF(), 1), (AdaptiveLIF(), 2), (CuBaLIF(), 2), (Alpha(), 3), (LeakyIntegrator(), 1)],
    ids=lambda value: type(value).__name__,
)
def test_every_state_of_every_neuron_is_updated_at_every_step(neuron, states):
    counts = count_operations(neuron, 2 * pixels(2, 3).expand(STEPS, -1, -1, -1))
    spikes = neuron(2 * pixels(2, 3).expand(STEPS, -1, -1, -1)).sum().item()
    updates = sum(1 for _ in product(range(STEPS), range(IMAGES), range(6), range(states)))
    assert counts.total == Operations(
        updates=updates,
        decays=updates,
        spikes=0 if isinstance(neuron, LeakyIntegrator) else spikes,
        states=6 * states,
    )
    assert spikes > 0


def test_without_a_leak_nothing_is_multiplied():
    inputs = pixels(4).expand(STEPS, -1, -1)
    beta = torch.tensor([1.0, 0.9, 1.0, 0.5])
    assert count_operations(LIF(beta=1.0), inputs).total.decays == 0
    mixed = count_operations(LIF(beta=beta), inputs).total
    assert (mixed.updates, mixed.decays) == (STEPS * IMAGES * 4, STEPS * IMAGES * 2)
    assert (mixed.reads, mixed.parameters) == (STEPS * IMAGES * 4, 4)
    both = LIF(beta=beta, threshold=torch.ones(4), learn_threshold=True)
    found = count_operations(both, inputs).total
    assert (found.reads, found.parameters) == (2 * STEPS * IMAGES * 4, 8)


def test_an_ordinary_network_multiplies_only_what_is_not_0():
    network = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 2))
    images = pixels(6)
    counts = count_operations(network, images)
    hidden = network[:2](images)
    total = counts.total
    assert total.macs == (images != 0).sum() * 5 + (hidden > 0).sum() * 2
    assert total.dense == IMAGES * (6 * 5 + 5 * 2)
    assert (total.additions, total.updates, total.states, total.spikes) == (0, 0, 0, 0)
    assert total.received == (images != 0).sum() + (hidden > 0).sum()
    assert total.parameters == sum(each.numel() for each in network.parameters())
    assert 0 < total.macs < total.dense


def test_pooling_adds_what_is_not_0_once_for_each_window():
    inputs = CODES["rate"](pixels(2, 5, 5), STEPS)
    for pool in (nn.MaxPool2d(2), nn.AvgPool2d(3, stride=2, padding=1), nn.MaxPool2d(2, 1)):
        found = count_operations(OverTime(pool), inputs).total
        one = partial(F.unfold, kernel_size=pool.kernel_size, padding=pool.padding)
        windows = one(inputs.flatten(0, 1), stride=pool.stride)
        assert found == Operations(sums=int(windows.sum()))
        assert found.sums > 0


def test_average_pooling_makes_spikes_into_other_values():
    inputs = torch.eye(4).view(1, 1, 1, 4, 4)
    after = {}
    for pool in (nn.AvgPool2d(2), nn.MaxPool2d(2)):
        network = nn.Sequential(OverTime(pool, nn.Flatten()), nn.Linear(4, 3))
        total = count_operations(network, inputs).total
        after[type(pool)] = (total.additions, total.macs)
    assert after == {nn.AvgPool2d: (0, 2 * 3), nn.MaxPool2d: (2 * 3, 0)}


def test_batch_norm_costs_a_product_and_a_sum_for_each_value():
    norm = nn.BatchNorm2d(2, affine=False)
    found = count_operations(OverTime(norm), CODES["direct"](pixels(2, 3, 3), STEPS)).total
    values = STEPS * IMAGES * 18
    not_0 = STEPS * int((pixels(2, 3, 3) != 0).sum())
    assert found == Operations(
        macs=not_0, dense=values, sums=values, reads=not_0 + values, parameters=4
    )


def test_layers_over_time_see_images_not_steps():
    inputs = CODES["rate"](pixels(6), STEPS)
    counts = count_operations(OverTime(nn.Linear(6, 4)), inputs)
    assert counts.images == IMAGES
    assert counts.total.additions == inputs.sum() * 4


def test_repeated_input_is_weighted_once():
    images = pixels(6)
    network = nn.Sequential(nn.Linear(6, 4), Repeat(STEPS), LIF(), nn.Linear(4, 2), LIF())
    counts = count_operations(network, images)
    assert counts.images == IMAGES
    assert counts.layers["0"].macs == (images != 0).sum() * 4
    assert counts.layers["2"].updates == STEPS * IMAGES * 4


def test_a_network_with_a_loop_of_its_own_counts_like_one_without():
    class Loop(nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = nn.Linear(6, 4)
            self.neurons = [RecurrentLIF(4, generator=seeded())]  # hidden from PyTorch

        def forward(self, inputs):
            state, spikes = None, []
            for now in inputs:
                run = self.neurons[0](current=self.linear(now)[None], state=state, record=True)
                state = run.state
                spikes.append(run.spikes)
            return torch.cat(spikes)

    torch.manual_seed(4)
    loop = Loop()
    nn.init.constant_(loop.linear.weight, 0.6)
    inputs = CODES["rate"](pixels(6), STEPS)
    by_hand = count_operations(loop, inputs)
    at_once = count_operations(nn.Sequential(loop.linear, loop.neurons[0]), inputs)
    assert by_hand.total == at_once.total
    assert by_hand.layers.keys() == {"linear", "RecurrentLIF, hidden 2"}
    assert at_once.total.received > (inputs != 0).sum()


def test_per_image_is_the_mean_and_images_add_up():
    inputs = CODES["rate"](pixels(6), STEPS)
    network = nn.Sequential(nn.Linear(6, 4), LIF(), nn.Linear(4, 2), LeakyIntegrator())
    together = count_operations(network, inputs)
    alone = [count_operations(network, inputs[:, i : i + 1]).total for i in range(IMAGES)]
    for name in ("additions", "sums", "updates", "reads", "spikes", "received", "inputs", "dense"):
        assert getattr(together.total, name) == sum(getattr(each, name) for each in alone)
        assert together.per_image[name] * IMAGES == pytest.approx(getattr(together.total, name))
    assert {each.states for each in alone} == {together.total.states} == {6}
    assert together.per_image["parameters"] == together.total.parameters == 6 * 4 + 4 + 4 * 2 + 2


def test_the_network_and_what_is_trained_of_it_stay_as_they_are():
    dropout = DropoutOverTime(0.5, generator=seeded())
    network = nn.Sequential(OverTime(nn.BatchNorm1d(6)), dropout, nn.Linear(6, 2), LIF()).train()
    before = {name: value.clone() for name, value in network.state_dict().items()}
    draws = dropout.generator.get_state()
    counts = count_operations(network, CODES["rate"](pixels(6), STEPS))
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(part.training for part in network.modules())
    assert torch.equal(dropout.generator.get_state(), draws)
    assert not nn.modules.module._global_forward_hooks
    assert counts.layers["2"].inputs == STEPS * IMAGES * 6


def test_rounded_networks_count_what_rounding_leaves():
    network = nn.Sequential(nn.Linear(6, 5), nn.ReLU(), nn.Linear(5, 2))
    images = pixels(6)
    images[0, :2] = 0.01
    rounded = quantise(network, images, 4)
    kept = images >= images.max() / 15 / 2  # of 16 levels, what is not nearest to 0
    found = count_operations(rounded, images).layers["0"]
    assert found.macs == kept.sum() * 5 < (images != 0).sum() * 5


class Products(nn.Module):
    """What multiplies outside of modules."""

    def forward(self, values):
        return values @ torch.ones(values.shape[-1], 2)


class Foreign(nn.Module):
    def __init__(self):
        super().__init__()
        self.gain = nn.Parameter(torch.ones(1))

    def forward(self, values):
        return self.gain * values


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.inside = nn.MultiheadAttention(4, 1)

    def forward(self, values):
        return self.inside(values, values, values)[0]


class Lengths(nn.Module):
    def __init__(self):
        super().__init__()
        self.neurons = LIF()

    def forward(self, values):
        return self.neurons(values, lengths=torch.ones(values.shape[1], dtype=torch.long))


SEQUENCE = torch.rand(STEPS, IMAGES, 4)
UNKNOWN = {
    "LSTM": (nn.LSTM(4, 2), "got LSTM"),
    "GRU": (nn.Sequential(nn.Linear(4, 4), nn.GRU(4, 2)), "got GRU"),
    "attention": (Attention(), "got MultiheadAttention"),
    "softmax": (nn.Softmax(-1), "got Softmax"),
    "norm": (nn.LayerNorm(4), "got LayerNorm"),
    "foreign": (Foreign(), "got Foreign"),
    "products": (Products(), "products outside of its layers"),
    "Izhikevich": (ALL_NEURONS["Izhikevich"](), "got Izhikevich"),
    "RefractoryLIF": (ALL_NEURONS["RefractoryLIF"](), "got RefractoryLIF"),
    "ResonateAndFire": (ALL_NEURONS["ResonateAndFire"](), "got ResonateAndFire"),
    "lengths": (Lengths(), "got lengths"),
    "function": (torch.relu, "a module of PyTorch"),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_cannot_be_counted_is_named(name):
    network, said = UNKNOWN[name]
    with pytest.raises(ValueError, match="network: ") as raised:
        count_operations(network, SEQUENCE)
    assert said in str(raised.value)
    assert not nn.modules.module._global_forward_hooks


def test_pooling_with_gaps_is_refused():
    with pytest.raises(ValueError, match="without dilation"):
        count_operations(nn.MaxPool2d(2, dilation=2), torch.rand(1, 1, 6, 6))


NETWORK = nn.Sequential(nn.Linear(4, 4), LIF())
INPUTS = {
    "NaN": (NETWORK, torch.full((2, 2, 4), torch.nan), "got NaN"),
    "integers": (NETWORK, torch.ones(2, 2, 4, dtype=torch.long), "torch.int64"),
    "no time": (NETWORK, torch.rand(IMAGES, 4), "needs a time axis"),
    "images": (
        nn.Sequential(nn.Conv2d(1, 3, 3), LIF()),
        torch.rand(IMAGES, 1, 5, 5),
        "needs a time axis",
    ),
}


@pytest.mark.parametrize("name", INPUTS)
def test_inputs_that_are_no_sequence_of_numbers_are_refused(name):
    network, inputs, said = INPUTS[name]
    with pytest.raises(ValueError, match="inputs: ") as raised:
        count_operations(network, inputs)
    assert said in str(raised.value)


def test_a_network_that_makes_nan_is_refused():
    network = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    nn.init.constant_(network[0].bias, torch.nan)
    with pytest.raises(ValueError, match="network: got NaN"):
        count_operations(network, torch.rand(2, 2))


def test_neurons_of_a_user_count_as_their_states_do():
    class Two(SpikingNeuron[tuple[torch.Tensor, torch.Tensor]]):
        def initial_state(self, current):
            return torch.zeros_like(current[0]), torch.zeros_like(current[0])

        def step(self, current, state):
            return (current > 0.5).to(current), current, (state[0] + current, state[1])

    found = count_operations(Two(), SEQUENCE).total
    size = SEQUENCE.numel()
    assert found == Operations(
        updates=2 * size, decays=2 * size, spikes=int((SEQUENCE > 0.5).sum()), states=8
    )


def test_no_hook_is_left_behind():
    module = torch.nn.modules.module
    network = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    count_operations(network, torch.ones(1, 2))
    assert not any(
        hooks for name, hooks in vars(module).items() if name.startswith("_global_forward")
    )
    assert not any(part._forward_hooks for part in network.modules())
