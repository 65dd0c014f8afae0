"""Neurons, STDP and the traces of e-prop beside Brian2, which simulates given equations."""

import numpy as np
import pytest
import torch
from torch import nn

from snn_core import LIF, AdaptiveLIF, CuBaLIF, LeakyIntegrator, RecurrentAdaptiveLIF, RecurrentLIF
from snn_core.online import EProp
from snn_core.plasticity import PairSTDP, TripletSTDP
from tests.oracles import STEPS, currents, peer, spikes, weights

b2 = peer("brian2")

pytestmark = pytest.mark.filterwarnings("ignore")
NEURONS = 6
TAU_MEM = 10.0
TAU_SYN = 5.0
TAU_ADAPT = 30.0
LEAK = "dv/dt = -v / tau : 1"


@pytest.fixture(autouse=True)
def _numpy_with_steps_of_one_ms():
    b2.prefs.codegen.target = "numpy"
    b2.start_scope()
    b2.defaultclock.dt = b2.ms


def namespace(**more):
    stimulus = b2.TimedArray(currents()[:, 0].double().numpy(), dt=b2.ms)
    return {"tau": TAU_MEM * b2.ms, "stimulus": stimulus, **more}


def simulate(group, *others):
    """Run a group whose input comes after the leak; return its spikes ``[T, N]``."""
    monitor = b2.SpikeMonitor(group)
    b2.Network(group, monitor, *others).run(STEPS * b2.ms)
    fired = torch.zeros(STEPS, NEURONS, dtype=torch.float64)
    fired[np.round(monitor.t / b2.ms).astype(int), np.asarray(monitor.i)] = 1
    return fired


def group(equations, receive, namespace, *, threshold="v > 1", reset="v -= 1"):
    made = b2.NeuronGroup(
        NEURONS,
        equations,
        threshold=threshold,
        reset=reset,
        method="exact",
        namespace=namespace,
    )
    made.run_regularly(receive, when="groups", order=1)
    return made


def ours(neuron):
    spikes = neuron(currents()[:, :1].double())[:, 0].detach()
    assert 0 < spikes.mean() < 0.9
    return spikes


@pytest.mark.parametrize(("reset", "code"), [("soft", "v -= 1"), ("hard", "v = 0")])
def test_lif(reset, code):
    theirs = group(LEAK, "v += stimulus(t, i)", namespace(), reset=code)
    assert torch.equal(ours(LIF(TAU_MEM, reset=reset)), simulate(theirs))


def test_current_based_synapse_with_gain_one():
    gain = 1 - np.exp(-1 / TAU_SYN)
    names = namespace(tau_syn=TAU_SYN * b2.ms, gain=gain)
    equations = LEAK + "\ndsynapse/dt = -synapse / tau_syn : 1"
    theirs = group(equations, "synapse += gain * stimulus(t, i); v += synapse", names)
    assert torch.equal(ours(CuBaLIF(TAU_MEM, TAU_SYN)), simulate(theirs))


def test_adaptive_threshold():
    names = namespace(tau_adapt=TAU_ADAPT * b2.ms, strength=0.3)
    equations = LEAK + "\nda/dt = -a / tau_adapt : 1\nraised : 1"
    # The threshold of a step holds the adaptation after the last one, before it decays again.
    theirs = group(
        equations,
        "v += stimulus(t, i)",
        names,
        threshold="v > raised",
        reset="v -= raised; a += 1",
    )
    theirs.raised = 1
    theirs.run_regularly("raised = 1 + strength * a", when="end")
    neuron = AdaptiveLIF(TAU_MEM, TAU_ADAPT, strength=0.3)
    assert torch.equal(ours(neuron), simulate(theirs))


def test_recurrence_from_all_to_all_takes_one_step():
    among = weights(NEURONS, NEURONS).double()
    names = namespace()
    theirs = group(LEAK + "\nheard : 1", "v += stimulus(t, i) + heard; heard = 0", names)
    synapses = b2.Synapses(theirs, theirs, "w : 1", on_pre="heard_post += w")
    synapses.connect()
    synapses.w = among.T.numpy()[np.asarray(synapses.i), np.asarray(synapses.j)]
    neuron = RecurrentLIF(NEURONS, TAU_MEM)
    neuron.weight.data = among
    assert torch.equal(ours(neuron), simulate(theirs, synapses))


TRACES = "dx/dt = -x / tau_plus : 1 (event-driven)\ndy/dt = -y / tau_minus : 1 (event-driven)\n"
SLOW = "dx2/dt = -x2 / tau_x : 1 (event-driven)\ndy2/dt = -y2 / tau_y : 1 (event-driven)\n"
MARKS = {"all_to_all": "{0} += 1", "nearest": "{0} = 1"}


def trains():
    return spikes(0.2, STEPS, 1, 3, seed=4), spikes(0.2, STEPS, 1, 2, seed=5)


def learnt_by_brian(equations, on_pre, on_post, names, start):
    """Return weights ``[2, 3]`` after the trains, by events: presynaptic ones of a step first."""
    sides = []
    for train in trains():
        times, _, senders = np.nonzero(train.numpy())
        made = b2.SpikeGeneratorGroup(train.shape[2], senders, times * b2.ms)
        sides.append(made)
    synapses = b2.Synapses(
        *sides, equations + "w : 1", on_pre=on_pre, on_post=on_post, namespace=names
    )
    synapses.connect()
    synapses.pre.order = 0
    synapses.post.order = 1
    synapses.w = start.T.numpy()[np.asarray(synapses.i), np.asarray(synapses.j)]
    b2.Network(*sides, synapses).run(STEPS * b2.ms)
    weight = torch.zeros_like(start)
    weight[np.asarray(synapses.j), np.asarray(synapses.i)] = torch.tensor(np.asarray(synapses.w))
    return weight


@pytest.mark.parametrize("start", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("pairing", MARKS)
def test_pair_stdp(pairing, start):
    rule = PairSTDP(15.0, 25.0, a_plus=0.05, a_minus=0.06, pairing=pairing)
    pre, post = trains()
    weight = torch.full((2, 3), start, dtype=torch.float64)
    names = {
        "tau_plus": 15 * b2.ms,
        "tau_minus": 25 * b2.ms,
    }
    mark = MARKS[pairing]
    on_pre = mark.format("x") + "; w = clip(w - 0.06 * y, 0, 1)"
    on_post = mark.format("y") + "; w = clip(w + 0.05 * x, 0, 1)"
    theirs = learnt_by_brian(TRACES, on_pre, on_post, names, weight)
    mine = rule(pre.double(), post.double(), weight)
    assert (mine - start).abs().max() > 0.01
    torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-12)


def test_triplet_stdp():
    amplitudes = {"a_plus": 0.01, "a_minus": 0.02, "a3_plus": 0.03, "a3_minus": 0.01}
    rule = TripletSTDP(**amplitudes)
    pre, post = trains()
    weight = torch.full((2, 3), 0.5, dtype=torch.float64)
    names = {"tau_plus": 16.8, "tau_minus": 33.7, "tau_x": 101.0, "tau_y": 114.0}
    names = {name: tau * b2.ms for name, tau in names.items()} | amplitudes
    on_pre = "w = clip(w - y * (a_minus + a3_minus * x2), 0, 1); x += 1; x2 += 1"
    on_post = "w = clip(w + x * (a_plus + a3_plus * y2), 0, 1); y += 1; y2 += 1"
    theirs = learnt_by_brian(TRACES + SLOW, on_pre, on_post, names, weight)
    mine = rule(pre.double(), post.double(), weight)
    assert (mine - 0.5).abs().max() > 0.01
    torch.testing.assert_close(mine, theirs, rtol=0, atol=1e-12)


def test_eprop():
    """The eligibilities of LIF neurons, low-passed as the readout is, in Brian2's synapses."""
    inputs = spikes(0.3, STEPS, 1, 3, seed=6).double()
    error = spikes(0.5, STEPS, 1, 2, seed=7).double() - 0.5
    network = nn.Sequential(
        nn.Linear(3, NEURONS, bias=False),
        RecurrentAdaptiveLIF(NEURONS, TAU_MEM, strength=0.0, surrogate="triangular"),
        nn.Linear(NEURONS, 2, bias=False),
        LeakyIntegrator(20.0),
    ).double()
    into = 4 * weights(NEURONS, 3, seed=8).double()
    network[0].weight.data = into.clone()
    network[1].weight.data = torch.zeros(NEURONS, NEURONS, dtype=torch.float64)
    network[2].weight.data = weights(2, NEURONS, seed=9).double()
    learner = EProp(network)
    learner.start(inputs[0])
    fired = []
    for now, wrong in zip(inputs, error, strict=True):
        learner.step(now)
        fired.append(learner.state.spikes[0])
        learner.learn(wrong)
    # The same, from the equations of Bellec et al. 2020: the membrane filters the presynaptic
    # spikes, the slope and the readout's filter make the eligibility, the signal is broadcast.
    signal = (error[:, 0] @ network[2].weight).detach().numpy()
    drive = (inputs[:, 0] @ into.T).numpy()
    names = {
        "tau": TAU_MEM * b2.ms,
        "tau_out": 20 * b2.ms,
        "drive": b2.TimedArray(drive, dt=b2.ms),
        "told": b2.TimedArray(signal, dt=b2.ms),
        "carried": b2.TimedArray(inputs[:, 0].numpy(), dt=b2.ms),
    }
    theirs = b2.NeuronGroup(
        NEURONS, LEAK, threshold="v > 1", reset="v -= 1", method="exact", namespace=names
    )
    theirs.run_regularly("v += drive(t, i)", when="groups", order=1)
    source = b2.NeuronGroup(3, "unused : 1")
    synapses = b2.Synapses(
        source,
        theirs,
        """dseen/dt = -seen / tau : 1 (clock-driven)
        dslow/dt = -slow / tau_out : 1 (clock-driven)
        gradient : 1""",
        method="exact",
        namespace=names,
    )
    synapses.connect()
    synapses.run_regularly(
        """seen += carried(t, i)
        slow += clip(1 - 10 * abs(v_post - 1), 0, 1) * seen
        gradient += told(t, j) * slow""",
        when="before_thresholds",
    )
    spiked = simulate(theirs, source, synapses)
    gradient = torch.zeros(NEURONS, 3, dtype=torch.float64)
    gradient[np.asarray(synapses.j), np.asarray(synapses.i)] = torch.tensor(
        np.asarray(synapses.gradient)
    )
    assert torch.equal(torch.stack(fired), spiked)
    assert gradient.abs().max() > 1e-2
    torch.testing.assert_close(network[0].weight.grad, gradient, rtol=1e-5, atol=1e-6)
