"""Networks that run step by step give what the whole sequence gives; what layers do is recorded."""

import io

import pytest
import torch
from torch import nn

from snn_core import ALL_NEURONS, LIF, CuBaLIF, LeakyIntegrator, RecurrentLIF, StochasticLIF
from snn_core.conversion import convert
from snn_core.layers import DropoutOverTime, OverTime, Repeat
from snn_core.memory import graph_nodes, live_bytes
from snn_core.online import ChunkedBPTT
from snn_core.stream import Stream, record_layers
from snn_core.training import seed_torch, watch_spikes

T, B = 12, 3


class Tired(LIF):
    """Somebody's own neuron."""

    def step(self, current, state):
        spikes, membrane, state = super().step(current, state)
        return spikes, membrane, state - 0.2 * spikes


class Residual(nn.Module):
    """Somebody's own network, which asks one of its neurons for everything it did."""

    def __init__(self):
        super().__init__()
        self.inner = nn.Linear(5, 5)
        self.first = LIF()
        self.second = LIF()

    def forward(self, x):
        hidden = self.first(self.inner(x), record=True)
        return self.second(hidden.membrane + x) + hidden.spikes


class WithState(nn.Module):
    """A layer that gives its neuron a state of its own."""

    def __init__(self, positional):
        super().__init__()
        self.neuron = LIF()
        self.positional = positional

    def forward(self, x):
        given = torch.ones_like(x[0])
        return self.neuron(x, given) if self.positional else self.neuron(x, state=given)


def stack(*hidden):
    return nn.Sequential(nn.Linear(5, 7), *hidden, nn.Linear(7, 4), LeakyIntegrator(5.0))


def convolutional():
    down = OverTime(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3)), LIF(), OverTime(nn.AvgPool2d(2))
    head = nn.Sequential(nn.Flatten(2), nn.Linear(12, 4), CuBaLIF(learn_beta=True))
    return nn.Sequential(nn.Sequential(*down), DropoutOverTime(), nn.Dropout(), head)


def neurons_of_all_kinds():
    kinds = {name: kind for name, kind in ALL_NEURONS.items() if "Recurrent" not in name}
    built = {name: (lambda kind=kind: stack(kind())) for name, kind in kinds.items()}
    recurrent = {name: kind for name, kind in ALL_NEURONS.items() if "Recurrent" in name}
    built |= {name: (lambda kind=kind: stack(kind(7))) for name, kind in recurrent.items()}
    return built | {
        "one to one": lambda: stack(RecurrentLIF(7, recurrence="one_to_one")),
        "hard reset": lambda: stack(LIF(reset="hard", threshold=torch.linspace(0.5, 1.0, 7))),
        "own neuron": lambda: stack(Tired()),
        "chance": lambda: stack(StochasticLIF(generator=seed_torch(3))),
        "two layers": lambda: stack(LIF(), nn.Linear(7, 7), Tired()),
        "residual": lambda: Residual(),
        "one neuron": lambda: LIF(),
    }


NETWORKS = neurons_of_all_kinds()


def of(name, dtype=torch.float32):
    """Return a network that spikes, and an input ``[T, B, 5]`` for it."""
    generator = seed_torch(7)
    network = NETWORKS[name]().to(dtype).eval()
    level = 30 if name == "Izhikevich" else 3
    return network, (level * torch.rand(T, B, 5, generator=generator)).to(dtype)


def renewed(network):
    """Let chance begin anew."""
    for part in network.modules():
        if isinstance(part, StochasticLIF):
            part.generator.manual_seed(3)


def run(stream, inputs):
    return torch.stack([stream.step(now) for now in inputs])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("name", NETWORKS)
def test_steps_give_what_the_whole_sequence_gives(name, dtype):
    network, inputs = of(name, dtype)
    renewed(network)
    done = record_layers(network, inputs)
    renewed(network)
    whole = network(inputs)
    renewed(network)
    stream = Stream(network)
    with watch_spikes(network) as spikes:
        output = run(stream, inputs)
    assert output.dtype == whole.dtype
    torch.testing.assert_close(output, whole, rtol=1e-6, atol=1e-6)
    trains = [one.spikes for key, one in done.items() if not _reads(network, key)]
    assert len(spikes) == T * len(trains)
    for place, train in enumerate(trains):
        assert 0.02 < train.mean() < 0.98
        assert torch.equal(torch.cat(spikes[place :: len(trains)]), train)
    assert list(stream.state) == list(done)
    for key, state in stream.state.items():
        assert type(state) is type(done[key].state)
        torch.testing.assert_close(state, done[key].state, rtol=1e-6, atol=1e-6)


def _reads(network, name):
    return isinstance(dict(network.named_modules()).get(name), LeakyIntegrator)


def test_convolutions_and_nested_parts_run_step_by_step():
    seed_torch(1)
    network = convolutional()
    inputs = 3 * torch.rand(T, B, 2, 6, 6)
    network(inputs)  # gives the batch norm its statistics
    network.eval()
    whole = network(inputs)
    assert 0 < whole.mean() < 1
    stream = Stream(network)
    assert torch.equal(run(stream, inputs), whole)
    assert list(stream.state) == ["0.1", "3.2"]
    stream.reset()
    assert torch.equal(run(stream, inputs), whole)


def test_what_is_repeated_is_given_at_every_step():
    seed_torch(1)
    network = nn.Sequential(
        nn.Conv2d(1, 2, 3), Repeat(T), LIF(), OverTime(nn.Flatten(), nn.Linear(8, 3)), LIF()
    )
    image = 5 * torch.rand(B, 1, 4, 4)
    whole = network(image)
    assert 0 < whole.mean() < 1
    stream = Stream(network)
    assert torch.equal(torch.stack([stream.step(image) for _ in range(T)]), whole)


def test_dropout_of_single_entries_draws_anew_at_every_step():
    network = nn.Sequential(nn.Dropout(0.5), LIF(beta=0.0)).train()
    seed_torch(0)
    output = run(Stream(network), torch.ones(200, 1, 5))
    assert output.mean().item() == pytest.approx(0.5, abs=0.1)


def test_gradients_through_all_steps_are_those_of_the_whole_sequence():
    network, inputs = of("two layers", torch.float64)
    results = []
    for forward in (network, lambda x: run(Stream(network), x)):
        loss = forward(inputs).pow(2).sum()
        results.append(torch.autograd.grad(loss, list(network.parameters())))
    for one, other in zip(*results, strict=True):
        assert one.abs().sum() > 0
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-9)


def test_detached_windows_are_truncated_backpropagation():
    """Beside a learner that cuts its windows itself."""
    seed_torch(2)
    layers = nn.Linear(5, 7), LIF(), nn.Linear(7, 4), LIF()
    network = nn.Sequential(*layers).double()
    inputs = 3 * torch.rand(T, B, 5, dtype=torch.float64)
    labels = torch.tensor([0, 1, 3])
    ChunkedBPTT(network, window=4).run(inputs, labels)
    expected = [one.grad.clone() for one in network.parameters()]
    network.zero_grad()
    stream = Stream(network)
    learner = ChunkedBPTT(network, window=4)
    counts = 0
    for window in inputs.split(4):
        spikes = run(stream, window)
        seen = counts + spikes.sum(0)
        spikes.backward(learner.error(seen.detach(), labels).expand_as(spikes))
        counts = seen.detach()
        stream.detach()
    for one, other in zip(network.parameters(), expected, strict=True):
        torch.testing.assert_close(one.grad, other)


def test_memory_is_constant():
    network, inputs = of("CuBaLIF")
    stream = Stream(network)
    with torch.no_grad():
        run(stream, inputs[:2])
        before = live_bytes()
        run(stream, inputs)
        assert live_bytes() == before
    nodes = []
    for now in inputs:
        nodes.append(graph_nodes(stream.step(now)))
        stream.detach()
    assert len(set(nodes)) == 1
    assert graph_nodes(run(Stream(network), inputs)) > 5 * nodes[0]


def test_another_batch_needs_a_reset():
    network, inputs = of("CuBaLIF")
    stream = Stream(network)
    stream.step(inputs[0])
    before = stream.state
    expected = r"^inputs: got a batch of 2, expected 3, as in the steps before, or `reset\(\)`$"
    with pytest.raises(ValueError, match=expected):
        stream.step(inputs[1, :2])
    assert stream.state["1"].membrane is before["1"].membrane
    stream.reset()
    assert stream.state == {}
    assert torch.equal(stream.step(inputs[0, :2]), network(inputs[:1, :2])[0])


@pytest.mark.parametrize("name", ["LIF", "CuBaLIF", "RecurrentAdaptiveLIF"])
def test_a_stream_goes_on_from_a_saved_state(name):
    network, inputs = of(name)
    stream = Stream(network)
    assert stream.state == {}
    run(stream, inputs[:5])
    stream.state.clear()  # a copy
    assert len(stream.state) == 2
    plain = {key: one if name == "LIF" else _plain(one) for key, one in stream.state.items()}
    torch.save(plain, stored := io.BytesIO())
    stored.seek(0)
    other = Stream(network)
    other.state = torch.load(stored, weights_only=True)
    assert torch.equal(run(other, inputs[5:]), run(stream, inputs[5:]))
    assert type(other.state["1"]) is type(stream.state["1"])


def _plain(state):
    return state if isinstance(state, torch.Tensor) else tuple(state)


def test_a_state_of_other_layers_is_refused():
    network, inputs = of("LIF")
    stream = Stream(network)
    stream.step(inputs[0])
    with pytest.raises(ValueError, match=r"^state: got those of \['1'\], expected those of"):
        stream.state = {"1": stream.state["1"]}
    with pytest.raises(ValueError, match="^state: got list, expected those of"):
        stream.state = [torch.ones(3)]
    stream.state = stream.state | {"1": torch.ones(B, 6)}
    with pytest.raises(ValueError, match=r"^state: got shape \[3, 6\], expected shape \[3, 7\]"):
        stream.step(inputs[0])


def convolution_of_statistics(**options):
    return nn.Sequential(OverTime(nn.Linear(5, 5), nn.BatchNorm1d(5, **options)), LIF())


def converted():
    ordinary = nn.Sequential(nn.Linear(5, 5), nn.ReLU(), nn.Linear(5, 2))
    return convert(ordinary, torch.rand(20, 5), steps=4)


TWICE = LIF()
REFUSED = {
    "no module": (lambda: None, "None"),
    "no neuron": (lambda: nn.Linear(5, 5), "no neuron"),
    "recurrent layer": (lambda: nn.Sequential(nn.GRU(5, 5), LIF()), "GRU at 0"),
    "mean over time": (converted, "RunningMean at 4"),
    "batch norm": (convolution_of_statistics, "BatchNorm1d at 0.layer.1, in training mode"),
    "no statistics": (
        lambda: convolution_of_statistics(track_running_stats=False).eval(),
        "BatchNorm1d at 0.layer.1, in training mode or without statistics",
    ),
    "one mask": (lambda: nn.Sequential(DropoutOverTime(), LIF()), "DropoutOverTime at 0"),
    "twice": (lambda: nn.Sequential(TWICE, nn.Linear(5, 5), TWICE), "0 twice"),
    "own state": (lambda: WithState(positional=True), "a state of its own at neuron"),
    "own named state": (lambda: WithState(positional=False), "a state of its own at neuron"),
    "unused": (lambda: nn.Sequential(nn.Linear(5, 5), Unused()), "no run of 1.idle"),
    "no time": (lambda: nn.Sequential(LIF(), Scores()), r"a result of shape \[5\] for one step"),
    "several": (lambda: nn.Sequential(LIF(), Doubled()), r"a result of shape \[2, 3, 5\]"),
    "a pair": (lambda: nn.Sequential(LIF(), Pair()), "a result of type tuple"),
    "merged": (lambda: nn.Sequential(LIF(), nn.Flatten()), "Flatten"),
}


class Unused(nn.Module):
    """A layer with a neuron that it does not use."""

    def __init__(self):
        super().__init__()
        self.idle = LIF()

    def forward(self, x):
        return x


class Scores(nn.Module):
    """A readout that uses up time and batch."""

    def forward(self, x):
        return x.sum((0, 1))


class Doubled(nn.Module):
    """A layer that makes two steps of one."""

    def forward(self, x):
        return torch.cat([x, x])


class Pair(nn.Module):
    """A layer with two outputs."""

    def forward(self, x):
        return x, x


@pytest.mark.parametrize("name", REFUSED)
def test_a_network_that_cannot_be_streamed_is_refused(name):
    build, came = REFUSED[name]
    with pytest.raises(ValueError, match=f"^network: got {came}.*, expected "):
        Stream(build()).step(torch.ones(B, 5))


def test_an_error_leaves_state_and_network_as_they_were():
    network, inputs = of("two layers")
    stream = Stream(network)
    stream.step(inputs[0])
    before = stream.state
    for bad, argument in ((torch.full((B, 5), torch.nan), "current"), (1.0, "inputs")):
        with pytest.raises(ValueError, match=f"^{argument}: got"):
            stream.step(bad)
    assert all(stream.state[name] is state for name, state in before.items())
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in network.modules())
    assert torch.equal(stream.step(inputs[1]), network(inputs[:2])[1])


# --- what layers do


def by_hand(network, inputs):
    """Return what the neurons of a sequence of layers do, one layer after the other."""
    done = {}
    for name, part in network.named_children():
        if name in ("1", "3"):
            done[name] = part(inputs, record=True)
            inputs = done[name].spikes
        else:
            inputs = part(inputs)
    return done


@pytest.mark.parametrize("name", ["LIF", "Alpha", "RecurrentAdaptiveLIF", "own neuron"])
def test_layers_are_recorded_with_gradients(name):
    network, inputs = of(name)
    results = []
    for record in (record_layers, by_hand):
        done = record(network, inputs)
        assert list(done) == ["1", "3"]
        loss = done["3"].membrane[-1].sum() + done["1"].membrane.pow(2).mean()
        gradients = torch.autograd.grad(loss + done["1"].spikes.mean(), network[0].weight)
        results.append((done["1"], done["3"], gradients))
    torch.testing.assert_close(*results, rtol=0, atol=0)
    assert results[0][2][0].abs().sum() > 0


def test_a_record_is_of_any_network_and_leaves_it_as_it_was():
    network, inputs = of("residual")
    done = record_layers(network, inputs)
    assert list(done) == ["first", "second"]
    hidden = network.first(network.inner(inputs), record=True)
    torch.testing.assert_close(done["first"], hidden, rtol=0, atol=0)
    assert torch.equal(done["second"].spikes + hidden.spikes, network(inputs))
    assert record_layers(nn.Linear(5, 2), inputs) == {}
    assert list(record_layers(LIF(), inputs)) == list(Stream(LIF()).neurons) == ["LIF"]
    own = record_layers(WithState(positional=True), inputs)["neuron"]
    torch.testing.assert_close(own, LIF()(inputs, torch.ones(B, 5), record=True), rtol=0, atol=0)
    assert not any(part._forward_hooks or part._forward_pre_hooks for part in network.modules())
    with pytest.raises(ValueError, match="^network: got 0 twice, expected one run each"):
        record_layers(nn.Sequential(TWICE, TWICE), inputs)
    with pytest.raises(ValueError, match="^network: got None, expected a module"):
        record_layers(None, inputs)
