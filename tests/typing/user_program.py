"""A user's program: what a strict type checker sees of the library, and what it must refuse.

`make lint` reads it with mypy, and `test_user_program.py` runs it. Every line with an ignore is a
mistake that has to be found: mypy complains of an ignore that nothing needs.
"""

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple, assert_type

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader, TensorDataset

import snn_core
from snn_core import (
    ALL_NEURONS,
    LIF,
    AdaptiveLIF,
    Alpha,
    CuBaLIF,
    LeakyIntegrator,
    Recording,
    RecurrentAdaptiveLIF,
    RecurrentLIF,
    SpikingNeuron,
    StochasticLIF,
    Surrogate,
    lif_step,
)
from snn_core.diagnostics import diagnose
from snn_core.encoding import latency, rate
from snn_core.events import EventCamera, EventRecordings
from snn_core.layers import DropoutOverTime, OverTime, Repeat
from snn_core.losses import (
    ALL_LOSSES,
    accuracy,
    count_cross_entropy,
    count_mse,
    l1_activity,
    max_membrane_cross_entropy,
    population_cross_entropy,
    predict,
    spike_count,
)
from snn_core.membrane_signals import (
    MembraneLearner,
    count_scores,
    membrane_network,
    signal_loss,
)
from snn_core.neurons import (
    AdaptiveState,
    AlphaState,
    Neuron,
    RecurrentState,
    SynapticState,
    detach,
    watch_spikes,
)
from snn_core.online import ChunkedBPTT, EProp, OnlineLIF, OnlineNetwork, OnlineRTRL
from snn_core.plasticity import (
    CompetitiveLayer,
    Pairing,
    PairSTDP,
    RewardState,
    RewardSTDP,
    STDPRule,
    STDPState,
    TripletState,
    TripletSTDP,
    learn_unlabelled,
    responses,
)
from snn_core.stream import Stream, record_layers
from snn_core.surrogate import Shape
from snn_core.training import Decoder, History, evaluate, fit

STEPS = 6
LABELS = torch.tensor([0, 1, 1, 0])
VALUES = torch.linspace(0, 1, 12).view(4, 3)


class OwnState(NamedTuple):
    """The state of a neuron of one's own: a membrane, and how long the neuron is still at rest."""

    membrane: Tensor
    waits: Tensor


class Refractory(SpikingNeuron[OwnState]):
    """A neuron of one's own with a state of two variables."""

    def __init__(self, steps: float) -> None:
        super().__init__()
        self.steps = steps

    def initial_state(self, current: Tensor) -> OwnState:
        """Return a membrane at rest that waits for nothing."""
        zeros = torch.zeros_like(current[0])
        return OwnState(zeros, zeros)

    def step(self, current: Tensor, state: OwnState) -> tuple[Tensor, Tensor, OwnState]:
        """Advance a neuron that is deaf for a while after each spike."""
        heard = current * (state.waits == 0)
        spikes, membrane, after = lif_step(heard, state.membrane, beta=0.9)
        waits = (state.waits - 1).clamp(min=0) + self.steps * spikes
        return spikes, membrane, OwnState(after, waits)


class Lazy(LIF):
    """One of the library's neurons with another step."""

    def step(self, current: Tensor, state: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Advance by one step of half the input."""
        return super().step(current / 2, state)


class Cosine(Surrogate):
    """A surrogate of one's own by its derivative."""

    def derivative(self, x: Tensor) -> Tensor:
        """Return a cosine on one hump."""
        return torch.cos((self.scale * x).clamp(-torch.pi / 2, torch.pi / 2))


class Network(nn.Module):
    """A network of one's own, that records a layer."""

    def __init__(self) -> None:
        super().__init__()
        self.linear = nn.Linear(3, 8)
        self.hidden = LIF(20.0, surrogate=Cosine(scale=5.0))
        self.readout = nn.Linear(8, 2)
        self.output = LIF(beta=0.9, learn_beta=True)

    def forward(self, inputs: Tensor) -> Tensor:
        """Map ``[T, B, 3]`` to spikes ``[T, B, 2]``."""
        recording = self.hidden(self.linear(inputs), record=True)
        assert_type(recording, Recording[Tensor])
        return self.output(self.readout(recording.spikes))


def recordings() -> None:
    """Run neurons, with and without a record, and go on from their states."""
    current = torch.ones(STEPS, 2, 3)
    lif = LIF()
    assert_type(lif(current), Tensor)
    assert_type(lif.forward(current), Tensor)
    assert_type(lif(current, record=True).state, Tensor)
    spikes, membrane, state = lif(current, lengths=torch.tensor([2, 6]), record=True)
    assert_type((spikes, membrane, state), tuple[Tensor, Tensor, Tensor])
    assert_type(lif(current, detach(state)), Tensor)
    assert_type(CuBaLIF(tau_syn=3.0)(current, record=True).state, SynapticState)
    assert_type(Alpha()(current, record=True).state.rise, Tensor)
    assert_type(Alpha().initial_state(current), AlphaState)
    assert_type(detach(AdaptiveLIF(rho=0.9)(current, record=True).state), AdaptiveState)
    assert_type(RecurrentLIF(3).states(current), RecurrentState)
    assert_type(Refractory(2.0)(current, record=True), Recording[OwnState])
    assert_type(Lazy()(current, record=True), Recording[Tensor])
    assert_type(LeakyIntegrator(beta=1.0)(current), Tensor)
    assert_type(LeakyIntegrator(beta=1.0)(current, record=True), Recording[Tensor])
    assert_type(StochasticLIF(width=0.1).replay(spikes, current), Tensor)
    with watch_spikes(nn.Sequential(lif, nn.Linear(3, 2), Lazy())) as seen:
        assert_type(seen, list[Tensor])
    assert_type(lif.beta, Tensor)


def anyhow(neuron: SpikingNeuron[Any], current: Tensor, record: bool) -> Tensor:
    """Take any neuron, and a record or none."""
    output = neuron(current, record=record)
    return output if isinstance(output, Tensor) else output.spikes


def surrogates() -> None:
    """Make surrogates of one's own."""
    own = Shape("own", torch.tanh, lambda y: 1 - torch.tanh(y).square(), 2.0)
    surrogate = Surrogate(own, scale=3.0, height=0.5)
    assert_type(surrogate(torch.zeros(2)), Tensor)
    assert_type(surrogate.area, float)
    LIF(surrogate=surrogate)


def own_loss(output: Tensor, labels: Tensor) -> Tensor:
    """Train the mean output of a class."""
    return nn.functional.cross_entropy(output.mean(0), labels)


def nearness(output: Tensor, targets: Tensor) -> Tensor:
    """Bring the mean output near values."""
    return nn.functional.mse_loss(output.mean((0, 2)), targets.mean(1))


def training() -> None:
    """Fit, evaluate and diagnose."""
    network = Network()
    encode = partial(rate, steps=STEPS, generator=torch.Generator().manual_seed(0))
    history = fit(network, VALUES, LABELS, encode=encode, epochs=1, progress=False)
    assert_type(history, History)
    assert_type(history.loss, list[float])
    objective = partial(count_mse, right=0.9)
    fit(network, VALUES, LABELS, encode=encode, loss=objective, epochs=1, progress=False)
    batches = [(VALUES, LABELS)]
    fit(network, batches, encode=encode, test=batches, epochs=1, progress=False)
    assert_type(evaluate(network, DataLoader(TensorDataset(VALUES, LABELS)), encode=encode), float)
    fit(
        network,
        VALUES,
        LABELS,
        encode=encode,
        loss=own_loss,
        decode=spike_count,
        penalty=lambda spikes: l1_activity(spikes[0]),
        optimizer=torch.optim.SGD(network.parameters(), lr=0.1),
        test=(VALUES, LABELS),
        epochs=1,
        batch_size=2,
        progress=False,
    )
    fit(
        network,
        VALUES,
        VALUES,
        encode=encode,
        loss=nearness,
        accuracy=False,
        before_step=lambda: nn.utils.clip_grad_norm_(network.parameters(), 1.0),
        after_epoch=lambda history: history.loss[-1] < 0.1,
        epochs=1,
        progress=False,
    )
    assert_type(evaluate(network, VALUES, LABELS, encode=encode), float)
    assert_type(snn_core.training.History().loss, list[float])
    spikes = network(encode(VALUES))
    assert_type(count_cross_entropy(spikes, LABELS), Tensor)
    assert_type(population_cross_entropy(2).decode(spikes), Tensor)
    assert_type(ALL_LOSSES["count_mse"].__name__, str)
    assert_type(max_membrane_cross_entropy(spikes, LABELS), Tensor)
    assert_type(predict(spike_count(spikes)), Tensor)
    assert_type(accuracy(spike_count(spikes), LABELS), float)
    report = diagnose(network, latency(VALUES, steps=STEPS), LABELS)
    assert_type(report.findings, list[str])


def layers() -> None:
    """Put layers over time around neurons."""
    network = nn.Sequential(Repeat(STEPS), OverTime(nn.Linear(3, 2)), LIF(), DropoutOverTime(0.1))
    spikes: Tensor = network(VALUES)
    assert spikes.shape == (STEPS, 4, 2)
    neurons: list[Neuron[Any]] = [LIF(), LeakyIntegrator(), Refractory(1.0)]
    assert len(neurons) == 3
    kinds = [kind for name, kind in ALL_NEURONS.items() if "Recurrent" not in name]
    assert_type(kinds, list[type[SpikingNeuron[Any]]])
    for kind in kinds:
        assert_type(anyhow(kind(), torch.ones(STEPS, 1, 2), record=True), Tensor)


def streamed() -> None:
    """Run a network step by step, and see what its layers do."""
    network = nn.Sequential(nn.Linear(3, 2), LIF(), LeakyIntegrator())
    stream = Stream(network)
    assert_type(stream.step(VALUES), Tensor)
    stream.detach()
    kept = stream.state
    stream.reset()
    stream.state = kept
    assert_type(record_layers(network, latency(VALUES, steps=STEPS))["1"].membrane, Tensor)


def told(counts: Tensor, labels: Tensor) -> Tensor:
    """Return an error of one's own for an online learner."""
    return counts - nn.functional.one_hot(labels, counts.shape[1])


def online() -> None:
    """Learn while running, with several learners."""
    inputs = torch.ones(STEPS, 4, 3)
    stack = nn.Sequential(nn.Linear(3, 5), LIF(), nn.Linear(5, 2), LIF())
    learner = OnlineNetwork(stack, "ottt", error=told, horizon=STEPS)
    assert_type(learner.run(inputs, LABELS), Tensor)
    assert_type(learner.matrices, tuple[Tensor, ...])
    assert_type(ChunkedBPTT(stack, window=2).run(inputs, LABELS), Tensor)
    encode = partial(rate, steps=STEPS)
    fit(stack, VALUES, LABELS, encode=encode, learner=learner, epochs=1, progress=False)
    membranes = membrane_network([3, 2])
    own = MembraneLearner(membranes)
    read: Decoder = partial(count_scores, threshold=torch.ones(2))
    fit(membranes, [(VALUES, LABELS)], encode=encode, learner=own, loss=signal_loss, decode=read)
    layer = OnlineLIF(nn.Linear(3, 2), LIF())
    assert_type(layer.neuron, LIF)
    layer.start(inputs[0])
    signal = layer.step(inputs[0]) - 1
    assert_type(layer.learn(signal), Tensor)
    recurrent = OnlineRTRL(nn.Linear(3, 2, bias=False), RecurrentLIF(2), terms=["leak"])
    assert_type(recurrent.run(inputs), Tensor)
    first, second = nn.Linear(3, 4, bias=False), nn.Linear(4, 2, bias=False)
    readout = LeakyIntegrator(beta=0.9)
    eprop = EProp(nn.Sequential(first, RecurrentAdaptiveLIF(4), second, readout))
    assert_type(eprop.matrix, Tensor)
    assert_type(eprop.run(inputs), Tensor)


class Heard(NamedTuple):
    """The state of a rule of one's own: what came before, on the presynaptic side."""

    pre: Tensor


class PreOnly(STDPRule[Heard]):
    """A rule of one's own, of a state of its own."""

    def rest(self, pre: Tensor, post: Tensor) -> Heard:
        """Return that nothing has come yet."""
        return Heard(torch.zeros_like(pre))

    def pair(self, pre: Tensor, post: Tensor, state: Heard) -> tuple[Pairing, Heard]:
        """Potentiate what comes after presynaptic spikes."""
        trace = self.alpha_plus * state.pre + pre
        return Pairing((post, trace), (post, 0 * pre)), Heard(trace)


class Halved(PairSTDP):
    """A rule of the library with another potentiation."""

    def pair(self, pre: Tensor, post: Tensor, state: STDPState) -> tuple[Pairing, STDPState]:
        """Halve what is potentiated."""
        pairing, state = super().pair(pre, post, state)
        strong, trace = pairing.potentiated
        return pairing._replace(potentiated=(strong / 2, trace)), state


def plasticity() -> None:
    """Let synapses learn from pairs, triplets, rewards and competition."""
    pre = (torch.arange(STEPS * 6).view(STEPS, 2, 3) % 2).float()
    post = pre[..., :2]
    weight = torch.full((2, 3), 0.5)
    assert_type(PairSTDP().run(pre, post, weight), tuple[Tensor, STDPState])
    assert_type(TripletSTDP(w_max=2.0).run(pre, post, weight)[1], TripletState)
    assert_type(Halved()(pre, post, weight), Tensor)
    assert_type(PreOnly().initial_state(pre[0], post[0]), Heard)
    learner = RewardSTDP(TripletSTDP(), 100.0)
    state = learner.run(pre, post, weight)
    assert_type(state, RewardState[TripletState])
    assert_type(state.traces.pre_slow, Tensor)
    assert_type(learner.reward(weight, state, torch.ones(2)), Tensor)
    layer = CompetitiveLayer(3, 2)
    encode = partial(rate, steps=STEPS)
    learn_unlabelled(layer, VALUES, encode, epochs=1, target=1.0, scale=0.2)
    assert_type(responses(layer, VALUES, encode), Tensor)
    assert_type(layer.weight, Tensor)


def events() -> None:
    """Record an image and read it as a data set."""
    camera = EventCamera(threshold=0.5)
    seen = camera.record(torch.zeros(1, 28, 28), generator=torch.Generator().manual_seed(0))
    dataset = EventRecordings(seen, torch.tensor([3]), transform=len)
    assert_type(dataset[0], tuple[object, int])


def main() -> None:
    """Run everything."""
    for part in (recordings, surrogates, training, layers, streamed, online, plasticity, events):
        part()


if TYPE_CHECKING:  # mistakes that have to be found
    CURRENT = torch.ones(2, 1, 1)
    LIF(beta="0.9")  # type: ignore[arg-type]
    LIF(taumem=3.0)  # type: ignore[call-arg]
    AdaptiveLIF(thresold=2.0)  # type: ignore[call-arg]
    RecurrentLIF(3, learn_rho=True)  # type: ignore[call-arg]
    LIF()(CURRENT, records=True)  # type: ignore[call-overload]
    _ = LIF()(CURRENT).spikes  # type: ignore[attr-defined]
    LIF()(CURRENT, SynapticState(CURRENT, CURRENT))  # type: ignore[call-overload]
    _ = CuBaLIF()(CURRENT, record=True).state.rise  # type: ignore[attr-defined]
    LIF(surrogate=torch.relu)  # type: ignore[arg-type]
    fit(Network(), VALUES, LABELS, encode=VALUES)  # type: ignore[arg-type]
    fit(Network(), VALUES, LABELS, learner="ottt")  # type: ignore[arg-type]
    OnlineLIF(nn.Linear(3, 2), RecurrentLIF(2))  # type: ignore[arg-type]
    TripletSTDP(tau_z=3.0)  # type: ignore[call-arg]
    PairSTDP().pair(CURRENT, CURRENT, Heard(CURRENT))  # type: ignore[arg-type]


if __name__ == "__main__":
    main()
