"""Bad input: each call raises a ValueError that names the argument, what came and what was due."""

import pytest
import torch
from torch import nn

from snn_core import (
    LIF,
    AdaptiveLIF,
    Alpha,
    CuBaLIF,
    Izhikevich,
    LeakyIntegrator,
    RecurrentAdaptiveLIF,
    RecurrentCuBaLIF,
    RecurrentLIF,
    RefractoryLIF,
    ResonateAndFire,
    StochasticLIF,
    Surrogate,
    encoding,
    lif_step,
    losses,
    plasticity,
    reconstruction,
)
from snn_core.diagnostics import diagnose
from snn_core.events import EventCamera, EventRecordings, gaze
from snn_core.layers import DelayedLinear, Delays, OverTime, Repeat, set_width
from snn_core.nir import Convention, from_nir, to_nir
from snn_core.online import (
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
from snn_core.plasticity import (
    PairSTDP,
    RewardSTDP,
    TripletSTDP,
    running_mean_step,
    spike_trace,
    trace_step,
)
from snn_core.stream import Stream, record_layers
from snn_core.tasks import CueAssociation, DelayedRecall, TwoEars, one_dimensional_digits
from snn_core.teaching import explorers, plotting
from snn_core.teaching.diagrams import unrolled_graph
from snn_core.training import evaluate, fit, one_cycle, seed_torch

GREY, NAN = torch.rand(2, 3), torch.tensor([[float("nan")]])
SEQUENCE, EMPTY = torch.rand(4, 2, 3), torch.rand(0, 2, 3)
LABELS = torch.tensor([0, 1])
SPIKES = torch.ones(4, 2, 3)
SPIKES[:, 0] = 0
ONE = torch.ones(1, 1)
NET = nn.Sequential(nn.Linear(3, 3), LIF())


def streamed(network):
    stream = Stream(network)
    stream.step(GREY)
    return stream


def one_nan_in_a_sequence():
    sequence = torch.zeros(4, 2, 3)
    sequence[1, 0, 2] = float("nan")
    return sequence


def one_change(weight, **options):
    rule = PairSTDP(bound="soft")
    pairing, _ = rule.pair(GREY, GREY, rule.initial_state(GREY, GREY))
    rule.change(pairing, weight, **options)


def one_step(weight):
    rule = PairSTDP()
    rule.step(GREY, GREY, weight, rule.initial_state(GREY, GREY))


def one_success_for_two_samples():
    learner = RewardSTDP(PairSTDP())
    learner.reward(torch.zeros(3, 3), learner.initial_state(GREY, GREY), torch.ones(1))


def reward_run(weight, tau=200.0):
    learner = RewardSTDP(PairSTDP(), tau)
    learner.run(SEQUENCE, SEQUENCE, weight, learner.initial_state(GREY, GREY))


def reward_step(weight):
    learner = RewardSTDP(PairSTDP())
    learner.step(GREY, GREY, weight, learner.initial_state(GREY, GREY))


def eprop_network(bias=False, tau_out=10.0, **options):
    neuron = RecurrentAdaptiveLIF(2, **options)
    return nn.Sequential(
        nn.Linear(3, 2, bias), neuron, nn.Linear(2, 2, bias=False), LeakyIntegrator(tau_out)
    )


CASES = {
    "surrogate name": (lambda: Surrogate("relu"), "shape", "'relu'"),
    "surrogate type": (lambda: Surrogate(3), "shape", "3"),
    "surrogate scale": (lambda: Surrogate(scale=0.0), "scale", "0.0"),
    "surrogate height": (lambda: Surrogate(height=-1.0), "height", "-1.0"),
    "surrogate scale NaN": (lambda: Surrogate(scale=float("nan")), "scale", "nan"),
    "lif surrogate": (lambda: LIF(surrogate="heaviside"), "surrogate", "'heaviside'"),
    "lif negative tau": (lambda: LIF(tau_mem=-1.0), "tau_mem", "-1.0"),
    "lif one negative tau": (lambda: LIF(tau_mem=torch.tensor([1.0, -2.0])), "tau_mem", "-2.0"),
    "lif tau of a wrong type": (lambda: LIF(tau_mem="slow"), "tau_mem", "str"),
    "lif infinite tau": (lambda: LIF(tau_mem=float("inf")), "tau_mem", "inf"),
    "lif dt": (lambda: LIF(dt=0.0), "dt", "0.0"),
    "lif beta": (lambda: LIF(beta=1.1), "beta", "1.1"),
    "lif learnt beta at the edge": (lambda: LIF(beta=1.0, learn_beta=True), "beta", "1.0"),
    "lif threshold": (lambda: LIF(threshold=0.0), "threshold", "0.0"),
    "lif reset": (lambda: LIF(reset="zero"), "reset", "'zero'"),
    "lif step reset": (lambda: lif_step(GREY, GREY, beta=0.5, reset="none"), "reset", "'none'"),
    "lif input rank": (lambda: LIF()(torch.rand(4)), "current", "[4]"),
    "lif empty time": (lambda: LIF()(EMPTY), "current", "[0, 2, 3]"),
    "lif NaN": (lambda: LIF()(one_nan_in_a_sequence()), "current", "NaN"),
    "lif NaN, hard reset": (lambda: LIF(reset="hard")(one_nan_in_a_sequence()), "current", "NaN"),
    "lif integers": (
        lambda: LIF()(torch.ones(4, 2, 3, dtype=torch.long)),
        "current",
        "torch.int64",
    ),
    "lif no tensor": (lambda: LIF()([[[1.0]]]), "current", "list"),
    "lif state shape": (lambda: LIF()(SEQUENCE, torch.zeros(3, 2)), "state", "[3, 2]"),
    "lif state type": (lambda: LIF()(SEQUENCE, 0.0), "state", "float"),
    "cuba tau_syn": (lambda: CuBaLIF(tau_syn=0.0), "tau_syn", "0.0"),
    "cuba alpha": (lambda: CuBaLIF(alpha=1.0), "alpha", "1.0"),
    "alpha neuron state": (
        lambda: Alpha()(SEQUENCE, (GREY, GREY)),
        "state",
        "[[2, 3], [2, 3]]",
    ),
    "adaptive tau": (lambda: AdaptiveLIF(tau_adapt=-5.0), "tau_adapt", "-5.0"),
    "adaptive rho": (lambda: AdaptiveLIF(rho=1.5), "rho", "1.5"),
    "adaptive strength": (lambda: AdaptiveLIF(strength=-0.1), "strength", "-0.1"),
    "recurrent neurons": (lambda: RecurrentLIF(0), "neurons", "0"),
    "recurrent recurrence": (lambda: RecurrentLIF(3, recurrence="some"), "recurrence", "'some'"),
    "recurrent adaptive neurons": (lambda: RecurrentAdaptiveLIF(0), "neurons", "0"),
    "recurrent adaptive input": (lambda: RecurrentAdaptiveLIF(4)(SEQUENCE), "current", "[4, 2, 3]"),
    "recurrent input": (lambda: RecurrentLIF(4)(SEQUENCE), "current", "[4, 2, 3]"),
    "refractory": (lambda: RefractoryLIF(refractory=-1.0), "refractory", "-1.0"),
    "refractory part of a step": (lambda: RefractoryLIF(refractory=1.5), "refractory", "1.5"),
    "refractory reset": (lambda: RefractoryLIF(reset="delayed"), "reset", "'delayed'"),
    "resonate frequency": (lambda: ResonateAndFire(frequency=0.0), "frequency", "0.0"),
    "resonate aliased": (lambda: ResonateAndFire(frequency=500.0), "frequency", "500.0"),
    "resonate reset": (lambda: ResonateAndFire(reset="delayed"), "reset", "'delayed'"),
    "recurrent cuba neurons": (lambda: RecurrentCuBaLIF(0), "neurons", "0"),
    "recurrent cuba alpha": (lambda: RecurrentCuBaLIF(3, alpha=1.0), "alpha", "1.0"),
    "recurrent cuba input": (lambda: RecurrentCuBaLIF(4)(SEQUENCE), "current", "[4, 2, 3]"),
    "recurrent module": (
        lambda: RecurrentLIF(3, recurrence=nn.Linear(3, 1))(SEQUENCE),
        "recurrence",
        "[2, 1]",
    ),
    "learnt strength": (
        lambda: AdaptiveLIF(learn_strength=1),
        "learn_strength",
        "1",
    ),
    "izhikevich pattern": (lambda: Izhikevich("drumming"), "pattern", "'drumming'"),
    "izhikevich without rest": (lambda: Izhikevich(b=0.3), "b", "0.3"),
    "izhikevich a": (lambda: Izhikevich(a=11.0), "a", "11.0"),
    "izhikevich c": (lambda: Izhikevich(c=30.5), "c", "30.5"),
    "izhikevich d": (lambda: Izhikevich(d=1e300), "d", "1e+300"),
    "izhikevich detach": (lambda: Izhikevich(detach_reset=1), "detach_reset", "int"),
    "izhikevich dt": (lambda: Izhikevich(dt=2.0), "dt", "2.0"),
    "stochastic width": (lambda: StochasticLIF(width=0.0), "width", "0.0"),
    "trace tau": (lambda: spike_trace(SEQUENCE, tau=0.0), "tau", "0.0"),
    "trace input": (lambda: spike_trace(EMPTY, tau=5.0), "spikes", "[0, 2, 3]"),
    "trace pairing": (lambda: trace_step(GREY, GREY, 0.5, "first"), "pairing", "'first'"),
    "stdp tau": (lambda: PairSTDP(tau_minus=-1.0), "tau_minus", "-1.0"),
    "stdp amplitude": (lambda: PairSTDP(a_plus=-0.1), "a_plus", "-0.1"),
    "stdp pairing": (lambda: PairSTDP(pairing="some"), "pairing", "'some'"),
    "stdp bound": (lambda: PairSTDP(bound="hard"), "bound", "'hard'"),
    "stdp exponent": (lambda: PairSTDP(bound=(0.5, -1.0)), "bound", "-1.0"),
    "stdp upper bound": (lambda: PairSTDP(w_max=0.0), "w_max", "0.0"),
    "stdp trains": (
        lambda: PairSTDP()(SEQUENCE, SEQUENCE[:2], torch.zeros(3, 3)),
        "post",
        "[2, 2, 3]",
    ),
    "stdp weight shape": (
        lambda: PairSTDP()(SEQUENCE, SEQUENCE[..., :1], torch.zeros(3, 1)),
        "weight",
        "[3, 1]",
    ),
    "stdp weight range": (
        lambda: PairSTDP()(SEQUENCE, SEQUENCE, torch.full((3, 3), 2.0)),
        "weight",
        "2",
    ),
    "stdp own weights": (lambda: one_change(torch.zeros(2, 3, 3)), "weight", "[2, 3, 3]"),
    "stdp own weights per step": (lambda: one_step(torch.zeros(4, 3, 3)), "weight", "[4, 3, 3]"),
    "stdp own weights shape": (
        lambda: one_change(torch.zeros(4, 3, 3), per_sample=True),
        "weight",
        "[4, 3, 3]",
    ),
    "stdp other weights": (lambda: one_change(torch.zeros(4, 7)), "weight", "[4, 7]"),
    "stdp lag": (lambda: PairSTDP().window(torch.arange(3)), "lag", "torch.int64"),
    "triplet amplitude": (lambda: TripletSTDP(a3_plus=-1.0), "a3_plus", "-1.0"),
    "triplet tau": (lambda: TripletSTDP(tau_y=0.0), "tau_y", "0.0"),
    "reward rule": (lambda: RewardSTDP("pair"), "rule", "str"),
    "reward tau": (lambda: RewardSTDP(PairSTDP(), -5.0), "tau_eligibility", "-5.0"),
    "reward lr": (lambda: RewardSTDP(PairSTDP(), lr=0.0), "lr", "0.0"),
    "reward taus": (
        lambda: RewardSTDP(PairSTDP(), torch.tensor([5.0, -5.0])),
        "tau_eligibility",
        "-5.0",
    ),
    "reward run": (
        lambda: RewardSTDP(PairSTDP()).run(SEQUENCE, SEQUENCE[:3], None, None),
        "post",
        "[3, 2, 3]",
    ),
    "reward run weight": (lambda: reward_run(torch.zeros(1, 1)), "weight", "[1, 1]"),
    "reward run agents": (lambda: reward_run(torch.zeros(1, 3, 3)), "weight", "[1, 3, 3]"),
    "reward run range": (lambda: reward_run(torch.full((3, 3), 1.5)), "weight", "1.5"),
    "reward run taus": (
        lambda: reward_run(torch.zeros(3, 3), torch.ones(3)),
        "tau_eligibility",
        "3 values",
    ),
    "reward empty taus": (
        lambda: reward_run(torch.zeros(3, 3), torch.ones(0)),
        "tau_eligibility",
        "0 values",
    ),
    "reward step weight": (lambda: reward_step(torch.zeros(1, 3, 3)), "weight", "[1, 3, 3]"),
    "replay spikes": (lambda: StochasticLIF().replay(GREY[0], SEQUENCE), "spikes", "[3]"),
    "replay values": (lambda: StochasticLIF().replay(SEQUENCE, SEQUENCE), "spikes", "other values"),
    "replay current": (
        lambda: StochasticLIF().replay(SPIKES, NAN.expand(SPIKES.shape)),
        "current",
        "NaN",
    ),
    "replay length": (
        lambda: StochasticLIF().replay(SPIKES, SEQUENCE[:3]),
        "current",
        "3 steps",
    ),
    "cue task cues": (lambda: CueAssociation(1), "cues", "1"),
    "cue task rate": (lambda: CueAssociation(fast=300.0), "fast", "300.0"),
    "cue task cue": (lambda: CueAssociation().inputs(LABELS + 2, 20), "cue", "2 to 3"),
    "cue task steps": (lambda: CueAssociation().inputs(LABELS, 5), "steps", "5"),
    "cue task weight": (
        lambda: CueAssociation().trial(torch.zeros(2, 3, 9), LABELS, 20),
        "weight",
        "[2, 3, 9]",
    ),
    "cue task list": (lambda: CueAssociation().trial([[1.0]], LABELS, 20), "weight", "list"),
    "cue task silent": (
        lambda: CueAssociation().trial(torch.zeros(2, 3, 15), LABELS, 20, silent=LABELS),
        "silent",
        "int64",
    ),
    "cue task duration": (lambda: CueAssociation(duration=1.0, dt=5.0), "duration", "1.0"),
    "recall task cues": (lambda: DelayedRecall(1), "cues", "1"),
    "recall task inputs": (lambda: DelayedRecall(inputs_per_group=0), "inputs_per_group", "0"),
    "recall task dt": (lambda: DelayedRecall(dt=0.0), "dt", "0.0"),
    "recall task rate": (lambda: DelayedRecall(slow=300.0), "slow", "300.0"),
    "recall task length": (lambda: DelayedRecall(recall=1.0, dt=5.0), "recall", "1.0"),
    "recall task delay": (lambda: DelayedRecall(delay=-1.0), "delay", "-1.0"),
    "recall task cue": (lambda: DelayedRecall().inputs(LABELS + 2), "cue", "2 to 3"),
    "two ears fibres": (lambda: TwoEars(0), "fibres", "0"),
    "two ears tone": (lambda: TwoEars(tone=700.0), "tone", "700.0"),
    "two ears radius": (lambda: TwoEars(radius=0.0), "radius", "0.0"),
    "two ears jitter": (lambda: TwoEars(jitter=1.0), "jitter", "1.0"),
    "two ears chance": (lambda: TwoEars(chance=0.0), "chance", "0.0"),
    "two ears dt": (lambda: TwoEars(dt=0.4), "dt", "0.4"),
    "two ears duration": (lambda: TwoEars(duration=2.0), "duration", "2.0"),
    "two ears direction": (lambda: TwoEars().inputs(torch.tensor([91.0])), "direction", "91"),
    "two ears shape": (lambda: TwoEars().inputs(torch.zeros(2, 3)), "direction", "[2, 3]"),
    "two ears generator": (lambda: TwoEars().inputs(torch.zeros(2), generator=1), "generator", "1"),
    "two ears limit": (lambda: TwoEars().limit(LABELS), "direction", "int64"),
    "two ears difference": (lambda: TwoEars().direction(LABELS), "difference", "int64"),
    "two ears spikes": (
        lambda: TwoEars().likeliest(torch.zeros(5, 2, 40)),
        "spikes",
        "[5, 2, 40]",
    ),
    "two ears counts": (lambda: TwoEars().likeliest(2 * torch.ones(5, 2, 4)), "spikes", "2"),
    "reward success": (one_success_for_two_samples, "success", "[1]"),
    "running mean rate": (lambda: running_mean_step(GREY, GREY, 1.5), "rate", "1.5"),
    "running mean rest": (lambda: running_mean_step(GREY, GREY, 0.0), "rate", "0.0"),
    "integrator beta": (lambda: LeakyIntegrator(beta=-0.1), "beta", "-0.1"),
    "integrator record": (lambda: LeakyIntegrator()(SEQUENCE, record=1), "record", "int"),
    "integrator NaN": (lambda: LeakyIntegrator()(one_nan_in_a_sequence()), "current", "NaN"),
    "direct NaN": (lambda: encoding.direct(NAN, 3), "intensity", "NaN"),
    "direct steps": (lambda: encoding.direct(GREY, 0), "steps", "0"),
    "rate above one": (lambda: encoding.rate(GREY + 1, 3), "intensity", "values from"),
    "rate below zero": (lambda: encoding.rate(-GREY, 3), "intensity", "values from"),
    "rate bytes": (lambda: encoding.rate((GREY * 255).byte(), 3), "intensity", "torch.uint8"),
    "rate NaN": (lambda: encoding.rate(NAN, 3), "intensity", "NaN"),
    "rate gain": (lambda: encoding.rate(GREY, 3, gain=1.5), "gain", "1.5"),
    "rate steps": (lambda: encoding.rate(GREY, 2.5), "steps", "2.5"),
    "latency mode": (lambda: encoding.latency(GREY, 3, mode="exp"), "mode", "'exp'"),
    "latency tau": (lambda: encoding.latency(GREY, 3, tau=-1.0), "tau", "-1.0"),
    "latency threshold": (lambda: encoding.latency(GREY, 3, threshold=0.0), "threshold", "0.0"),
    "latency threshold of 1": (
        lambda: encoding.latency(GREY, 3, threshold=1.0),
        "threshold",
        "1.0",
    ),
    "linear latency dt": (
        lambda: encoding.latency(GREY, 3, mode="linear", dt=-1.0),
        "dt",
        "-1.0",
    ),
    "linear latency tau": (
        lambda: encoding.latency(GREY, 3, mode="linear", tau=0.0),
        "tau",
        "0.0",
    ),
    "linear latency threshold": (
        lambda: encoding.latency(GREY, 3, mode="linear", threshold=float("nan")),
        "threshold",
        "nan",
    ),
    "charging time above one": (
        lambda: encoding.charging_time(GREY + 1, 10.0, 0.2),
        "intensity",
        "values from",
    ),
    "charging time tau": (lambda: encoding.charging_time(GREY, 0.0, 0.2), "tau", "0.0"),
    "charging time threshold": (
        lambda: encoding.charging_time(GREY, 10.0, 1.0),
        "threshold",
        "1.0",
    ),
    "direct infinite": (
        lambda: encoding.direct(GREY / 0, 3),
        "intensity",
        "infinite",
    ),
    "delta infinite": (lambda: encoding.delta(SEQUENCE / 0), "signal", "infinite"),
    "delta off spikes": (lambda: encoding.delta(SEQUENCE, off_spikes=1), "off_spikes", "int"),
    "delta NaN": (lambda: encoding.delta(NAN), "signal", "NaN"),
    "latency dt": (lambda: encoding.latency(GREY, 3, dt=-0.5), "dt", "-0.5"),
    "delta threshold": (lambda: encoding.delta(SEQUENCE, threshold=0.0), "threshold", "0.0"),
    "delta empty time": (lambda: encoding.delta(EMPTY), "signal", "[0, 2, 3]"),
    "delta rank": (lambda: encoding.delta(torch.rand(5)), "signal", "[5]"),
    "population code neurons": (lambda: encoding.population(GREY, 3, neurons=1), "neurons", "1"),
    "population width": (lambda: encoding.population(GREY, 3, width=0.0), "width", "0.0"),
    "from_rate gain": (lambda: reconstruction.from_rate(SPIKES, gain=0.0), "gain", "0.0"),
    "from_latency mode": (lambda: reconstruction.from_latency(SPIKES, mode="x"), "mode", "'x'"),
    "from_rate no spikes": (lambda: reconstruction.from_rate(SEQUENCE), "spikes", "between 0 and"),
    "from_rate above one": (lambda: reconstruction.from_rate(2 * SPIKES), "spikes", "0 to 2"),
    "from_rate NaN": (lambda: reconstruction.from_rate(NAN), "spikes", "NaN"),
    "from_latency twice": (lambda: reconstruction.from_latency(SPIKES), "spikes", "4 per value"),
    "from_latency tau": (lambda: reconstruction.from_latency(ONE, tau=0.0), "tau", "0.0"),
    "from_latency dt": (lambda: reconstruction.from_latency(ONE, dt=0.0), "dt", "0.0"),
    "from_latency threshold": (
        lambda: reconstruction.from_latency(ONE, threshold=1.0),
        "threshold",
        "1.0",
    ),
    "from_delta threshold": (
        lambda: reconstruction.from_delta(torch.ones(4, 1, 2), threshold=0.0),
        "threshold",
        "0.0",
    ),
    "from_delta rank": (lambda: reconstruction.from_delta(ONE), "spikes", "[1, 1]"),
    "from_delta above one": (
        lambda: reconstruction.from_delta(2 * torch.ones(4, 1, 2)),
        "spikes",
        "2 to 2",
    ),
    "from_population below zero": (
        lambda: reconstruction.from_population(-SPIKES),
        "spikes",
        "-1 to -0",
    ),
    "from_delta channels": (
        lambda: reconstruction.from_delta(torch.zeros(4, 2, 3)),
        "spikes",
        "[4, 2, 3]",
    ),
    "loss rank": (lambda: losses.count_cross_entropy(GREY, LABELS), "spikes", "[2, 3]"),
    "loss label too large": (
        lambda: losses.count_cross_entropy(SEQUENCE, LABELS + 2),
        "labels",
        "2 to 3",
    ),
    "loss label negative": (lambda: losses.count_mse(SEQUENCE, LABELS - 1), "labels", "-1 to 0"),
    "loss label number": (
        lambda: losses.max_membrane_cross_entropy(SEQUENCE, LABELS[:1]),
        "labels",
        "[1]",
    ),
    "loss label dtype": (
        lambda: losses.summed_membrane_cross_entropy(SEQUENCE, LABELS.float()),
        "labels",
        "float32",
    ),
    "loss target": (lambda: losses.count_mse(SEQUENCE, LABELS, right=1.5), "right", "1.5"),
    "population neurons": (lambda: losses.population_count(SEQUENCE, 2), "spikes", "3 neurons"),
    "population classes": (lambda: losses.population_cross_entropy(0), "classes", "0"),
    "first spike target": (
        lambda: losses.first_spike_mse(SEQUENCE, LABELS, wrong=-0.5),
        "wrong",
        "-0.5",
    ),
    "first spike labels": (
        lambda: losses.first_spike_cross_entropy(SEQUENCE, LABELS + 2),
        "labels",
        "2 to 3",
    ),
    "activity rank": (lambda: losses.l1_activity(torch.rand(5)), "spikes", "[5]"),
    "activity upper limit": (lambda: losses.upper_activity(SEQUENCE, -1.0), "limit", "-1.0"),
    "activity lower limit": (lambda: losses.lower_activity(SEQUENCE, None), "limit", "None"),
    "van rossum shapes": (lambda: losses.van_rossum(SEQUENCE, SEQUENCE[:3]), "target", "[3, 2, 3]"),
    "van rossum tau": (lambda: losses.van_rossum(SEQUENCE, SEQUENCE, tau=0.0), "tau", "0.0"),
    "fit labels": (lambda: fit(NET, GREY, LABELS[:1], progress=False), "labels", "[1]"),
    "fit epochs": (lambda: fit(NET, GREY, LABELS, epochs=0, progress=False), "epochs", "0"),
    "fit batch size": (
        lambda: fit(NET, GREY, LABELS, batch_size=0, progress=False),
        "batch_size",
        "0",
    ),
    "fit no samples": (lambda: fit(NET, GREY[:0], LABELS[:0], progress=False), "values", "[0, 3]"),
    "evaluate labels": (lambda: evaluate(NET, GREY, LABELS.repeat(2)), "labels", "[4]"),
    "accuracy rank": (lambda: losses.accuracy(SEQUENCE, LABELS), "scores", "[4, 2, 3]"),
    "accuracy NaN": (lambda: losses.accuracy(GREY * float("nan"), LABELS), "scores", "NaN"),
    "accuracy labels": (lambda: losses.accuracy(GREY, LABELS + 2), "labels", "2 to 3"),
    "to_nir input_shape": (lambda: to_nir(LIF()), "input_shape", "None"),
    "to_nir sizes": (lambda: to_nir(LIF(), [2.5]), "input_shape", "2.5"),
    "to_nir reader": (lambda: to_nir(NET, reader="lava"), "reader", "'lava'"),
    "from_nir graph": (lambda: from_nir(NET), "graph", "Sequential"),
    "from_nir writer": (lambda: from_nir(NET, writer="lava"), "writer", "'lava'"),
    "from_nir step": (lambda: from_nir(NET, writer=Convention(step=0)), "step", "0"),
    "from_nir drive": (lambda: from_nir(NET, writer=Convention(synapse="v")), "synapse", "'v'"),
    "one cycle optimizer": (lambda: one_cycle(NET, 0.1, 5), "optimizer", "Sequential"),
    "one cycle momentum": (
        lambda: one_cycle(torch.optim.Adagrad(NET.parameters()), 0.1, 5),
        "optimizer",
        "Adagrad",
    ),
    "one cycle lr": (lambda: one_cycle(torch.optim.Adam(NET.parameters()), 0.0, 5), "lr", "0.0"),
    "one cycle updates": (
        lambda: one_cycle(torch.optim.Adam(NET.parameters()), 0.1, 0),
        "updates",
        "0",
    ),
    "seed below": (lambda: seed_torch(-1), "seed", "-1"),
    "seed above": (lambda: seed_torch(2**31), "seed", "2147483648"),
    "seed share": (lambda: seed_torch(0.5), "seed", "0.5"),
    "digits of one dimension": (lambda: one_dimensional_digits(0), "samples", "0"),
    "digits of chance": (
        lambda: one_dimensional_digits(5, generator=1),
        "generator",
        "1",
    ),
    "delays inputs": (lambda: Delays(0, 5.0), "inputs", "0"),
    "delays longest": (lambda: Delays(3, 0.4), "longest", "0.4"),
    "delays dt": (lambda: Delays(3, 5.0, dt=0.0), "dt", "0.0"),
    "delays width": (lambda: Delays(3, 5.0, width=-1.0), "width", "-1.0"),
    "delays learn": (lambda: Delays(3, 5.0, learn=1), "learn", "int"),
    "delays generator": (lambda: Delays(3, 5.0, generator=1), "generator", "1"),
    "delays too long": (lambda: Delays(3, 5.0, delay=6.0), "delay", "6.0"),
    "delays negative": (lambda: Delays(2, 5.0, delay=-torch.ones(2)), "delay", "-1"),
    "delays shape": (lambda: Delays(3, 5.0, delay=torch.ones(2)), "delay", "[2]"),
    "delays rank": (lambda: Delays(3, 5.0)(torch.ones(4, 3)), "inputs", "[4, 3]"),
    "delays channels": (lambda: Delays(2, 5.0)(SEQUENCE), "inputs", "[4, 2, 3]"),
    "delays empty": (lambda: Delays(3, 5.0)(EMPTY), "inputs", "[0, 2, 3]"),
    "delays nan": (lambda: Delays(3, 5.0)(one_nan_in_a_sequence()), "inputs", "NaN"),
    "delayed linear outputs": (lambda: DelayedLinear(3, 0, 5.0), "outputs", "0"),
    "delayed linear taps": (lambda: DelayedLinear(3, 2, 5.0, taps=0), "taps", "0"),
    "delayed linear bias": (lambda: DelayedLinear(3, 2, 5.0, bias=None), "bias", "NoneType"),
    "delayed linear delay": (
        lambda: DelayedLinear(3, 2, 5.0, delay=torch.ones(2, 3)),
        "delay",
        "[2, 3]",
    ),
    "delayed linear inputs": (lambda: DelayedLinear(2, 3, 5.0)(SEQUENCE), "inputs", "[4, 2, 3]"),
    "width of nothing": (lambda: set_width(NET, 1.0), "network", "no delays"),
    "layers over time none": (lambda: OverTime(), "layers", "none"),
    "layers over time function": (lambda: OverTime(torch.relu), "layers", "relu"),
    "layers over time neuron": (lambda: OverTime(nn.Linear(3, 3), LIF()), "layers", "LIF"),
    "layers over time nested neuron": (
        lambda: OverTime(nn.Sequential(nn.Linear(3, 3), LIF())),
        "layers",
        "LIF",
    ),
    "layers over time memory": (lambda: OverTime(nn.GRU(3, 3)), "layers", "GRU"),
    "layers over time twice": (lambda: OverTime(OverTime(nn.Linear(3, 3))), "layers", "OverTime"),
    "layers over time repeat": (lambda: OverTime(nn.Linear(3, 3), Repeat(4)), "layers", "Repeat"),
    "layers over time tuple": (
        lambda: OverTime(nn.MaxPool1d(2, return_indices=True))(SEQUENCE),
        "layers",
        "type tuple",
    ),
    "layers over time batch": (lambda: OverTime(nn.Flatten(0))(SEQUENCE), "layers", "shape [24]"),
    "fit repeat after neuron": (
        lambda: fit(nn.Sequential(NET, LIF(), Repeat(4)), GREY, LABELS, progress=False),
        "network",
        "Repeat after LIF",
    ),
    "evaluate repeat after time": (
        lambda: evaluate(nn.Sequential(OverTime(nn.Linear(3, 3)), Repeat(4)), GREY, LABELS),
        "network",
        "Repeat after OverTime",
    ),
    "repeat layer steps": (lambda: Repeat(0), "steps", "0"),
    "repeat layer NaN": (lambda: Repeat(2)(NAN), "current", "NaN"),
    "layers over time rank": (lambda: OverTime(nn.Flatten())(torch.rand(4)), "inputs", "[4]"),
    "layers over time empty": (lambda: OverTime(nn.Linear(3, 3))(EMPTY), "inputs", "[0, 2, 3]"),
    "layers over time integers": (
        lambda: OverTime(nn.Flatten())(LABELS[None]),
        "inputs",
        "torch.int64",
    ),
    "event camera threshold": (lambda: EventCamera(threshold=0.0), "threshold", "0.0"),
    "event camera dark": (lambda: EventCamera(dark=-0.1), "dark", "-0.1"),
    "event camera step": (lambda: EventCamera(step=float("inf")), "step", "inf"),
    "event camera mismatch": (lambda: EventCamera(mismatch=-0.1), "mismatch", "-0.1"),
    "event camera contrast": (lambda: EventCamera(contrast=float("nan")), "contrast", "nan"),
    "event camera refractory": (lambda: EventCamera(refractory=-1.0), "refractory", "-1.0"),
    "event camera background": (lambda: EventCamera(background="some"), "background", "'some'"),
    "event camera one image": (
        lambda: EventCamera().record(torch.rand(28, 28)),
        "images",
        "[28, 28]",
    ),
    "event camera nothing": (
        lambda: EventCamera().record(torch.zeros(0, 28, 28)),
        "images",
        "[0, 28, 28]",
    ),
    "event camera size": (
        lambda: EventCamera().record(torch.rand(2, 34, 34)),
        "images",
        "[2, 34, 34]",
    ),
    "event camera range": (
        lambda: EventCamera().record(torch.rand(2, 28, 28) + 1),
        "images",
        "values from",
    ),
    "event camera bytes": (
        lambda: EventCamera().record(torch.zeros(2, 28, 28).byte()),
        "images",
        "torch.uint8",
    ),
    "event camera chunk": (
        lambda: EventCamera().record(torch.zeros(2, 28, 28), chunk=0),
        "chunk",
        "0",
    ),
    "event camera half a chunk": (
        lambda: EventCamera().record(torch.zeros(2, 28, 28), chunk=2.0),
        "chunk",
        "2.0",
    ),
    "gaze of a number": (lambda: gaze(torch.tensor(5.0)), "times", "shape []"),
    "gaze NaN": (lambda: gaze(NAN[0]), "times", "NaN"),
    "gaze integers": (lambda: gaze(LABELS), "times", "int64"),
    "event camera NaN": (lambda: EventCamera().record(NAN.expand(1, 28, 28)), "images", "NaN"),
    "recordings labels": (lambda: EventRecordings([], LABELS), "labels", "2 labels"),
    "diagnose one sample": (
        lambda: diagnose(NET, SEQUENCE[:, :1], LABELS[:1]),
        "inputs",
        "[4, 1, 3]",
    ),
    "diagnose no neurons": (
        lambda: diagnose(nn.Linear(3, 3), SEQUENCE, LABELS),
        "network",
        "Linear",
    ),
    "raster rank": (lambda: plotting.raster(SEQUENCE), "spikes", "[4, 2, 3]"),
    "traces rank": (lambda: plotting.traces(GREY), "membrane", "[2, 3]"),
    "heat table shape": (lambda: plotting.heat_table(GREY, "ab", "xy"), "values", "[2, 3]"),
    "heat table best": (
        lambda: plotting.heat_table(GREY, "ab", "xyz", best="most"),
        "best",
        "'most'",
    ),
    "unrolled steps": (lambda: unrolled_graph(steps=0), "steps", "0"),
    "density pairing": (
        lambda: explorers.weight_density(PairSTDP(pairing="nearest")),
        "rule",
        "nearest",
    ),
    "density amplitude": (
        lambda: explorers.weight_density(PairSTDP(a_plus=0.0)),
        "rule",
        "amplitudes 0",
    ),
    "density too fast": (lambda: explorers.weight_density(PairSTDP(), rate=2000.0), "rate", "2000"),
    "density rate": (lambda: explorers.weight_density(PairSTDP(), rate=0.0), "rate", "0.0"),
    "density influence": (
        lambda: explorers.weight_density(PairSTDP(), influence=1.5),
        "influence",
        "1.5",
    ),
    "density bins": (lambda: explorers.weight_density(PairSTDP(), bins=1), "bins", "1"),
    "unit intensity negative": (lambda: plasticity.unit_intensity(-GREY), "images", "values from"),
    "unit intensity gain": (lambda: plasticity.unit_intensity(GREY, 0.0), "gain", "0.0"),
    "competition neurons": (lambda: plasticity.CompetitiveLayer(3, 0), "neurons", "0"),
    "competition threshold": (
        lambda: plasticity.CompetitiveLayer(3, 2, threshold=-1.0),
        "threshold",
        "-1.0",
    ),
    "competition tau_trace": (
        lambda: plasticity.CompetitiveLayer(3, 2, tau_trace=0.0),
        "tau_trace",
        "0.0",
    ),
    "competition inputs": (
        lambda: plasticity.CompetitiveLayer(4, 2)(SEQUENCE),
        "spikes",
        "[4, 2, 3]",
    ),
    "competition inhibition": (
        lambda: plasticity.CompetitiveLayer(3, 2)(SEQUENCE, 1.5),
        "inhibition",
        "1.5",
    ),
    "trace stdp lr": (
        lambda: plasticity.CompetitiveLayer(3, 2).learn(SEQUENCE, lr=2.0),
        "lr",
        "2.0",
    ),
    "trace stdp trace": (
        lambda: plasticity.trace_stdp(GREY, SEQUENCE[:3], SEQUENCE[..., :2], lr=0.1),
        "trace",
        "[3, 2",
    ),
    "thresholds target": (
        lambda: plasticity.adapt_thresholds(GREY[0], SEQUENCE, target=0.0),
        "target",
        "0.0",
    ),
    "thresholds neurons": (
        lambda: plasticity.adapt_thresholds(GREY[0, :2], SEQUENCE),
        "spikes",
        "[4, 2, 3]",
    ),
    "class responses label": (
        lambda: plasticity.class_responses(GREY, LABELS + 9),
        "labels",
        "9 to 10",
    ),
    "class responses class": (
        lambda: plasticity.class_responses(GREY, LABELS, 3),
        "labels",
        "no sample of [2]",
    ),
    "names too large": (
        lambda: plasticity.named_scores(GREY, torch.tensor([0, 1, 5]), 3),
        "names",
        "0 to 5",
    ),
    "votes neurons": (lambda: plasticity.vote_scores(GREY, GREY), "response", "[2, 3]"),
    "learn unlabelled epochs": (
        lambda: plasticity.learn_unlabelled(
            plasticity.CompetitiveLayer(3, 2), GREY, encoding.rate, epochs=0
        ),
        "epochs",
        "0",
    ),
    "explorer parameter": (
        lambda: setattr(explorers.FeatureMap().sliders(), "values", {"speed": 3}),
        "parameter",
        "'speed'",
    ),
    "gradient window neuron": (
        lambda: explorers.gradient_window(CuBaLIF(), torch.arange(3), 0.8),
        "neuron",
        "CuBaLIF",
    ),
    "gradient window decays": (
        lambda: explorers.gradient_window(LIF(torch.tensor([10.0, 20.0])), torch.arange(2), 0.8),
        "neuron",
        "per neuron",
    ),
    "gradient window half a lag": (
        lambda: explorers.gradient_window(LIF(), torch.tensor([0.5]), 0.8),
        "lags",
        "0.5",
    ),
    "gradient window NaN lag": (
        lambda: explorers.gradient_window(LIF(), torch.tensor([float("nan")]), 0.8),
        "lags",
        "nan",
    ),
    "gradient window no lag": (
        lambda: explorers.gradient_window(LIF(), torch.zeros(0), 0.8),
        "lags",
        "[0]",
    ),
    "gradient window list": (lambda: explorers.gradient_window(LIF(), [0, 1], 0.8), "lags", "list"),
    "gradient window level": (
        lambda: explorers.gradient_window(LIF(), torch.arange(3), float("inf")),
        "level",
        "inf",
    ),
    "gradient window error": (
        lambda: explorers.gradient_window(LIF(), torch.arange(3), 0.8, float("nan")),
        "error",
        "nan",
    ),
    "local credit steps": (lambda: explorers.local_credit(51, 0.9, 1.0), "steps", "51"),
    "local credit decay": (lambda: explorers.local_credit(10, 1.1, 1.0), "beta_out", "1.1"),
    "local credit symmetry": (lambda: explorers.local_credit(10, 0.9, -0.1), "symmetry", "-0.1"),
    "online neuron": (lambda: OnlineLIF(nn.Linear(3, 2), AdaptiveLIF()), "neuron", "AdaptiveLIF"),
    "online reset": (
        lambda: OnlineAdaptiveLIF(nn.Linear(3, 2), AdaptiveLIF(reset="hard")),
        "neuron",
        "'hard'",
    ),
    "online attached reset": (
        lambda: OnlineLIF(nn.Linear(3, 2), LIF(detach_reset=False)),
        "neuron",
        "LIF",
    ),
    "online decays": (
        lambda: OnlineLIF(nn.Linear(3, 2), LIF(beta=torch.full((2,), 0.9))),
        "neuron",
        "LIF",
    ),
    "online no start": (
        lambda: OnlineNetwork(nn.Sequential(nn.Linear(3, 2), LIF())).step(
            torch.zeros(1, 3), torch.zeros(1).long()
        ),
        "step",
        "no start",
    ),
    "online late": (
        lambda: OnlineNetwork(nn.Sequential(nn.Linear(3, 2), LIF()), horizon=2).run(
            torch.zeros(3, 1, 3), torch.zeros(1).long()
        ),
        "inputs",
        "3 steps",
    ),
    "online late sweep": (
        lambda: OnlineNetwork(nn.Sequential(nn.Linear(3, 2), LIF()), horizon=2).sweep(
            torch.zeros(3, 1, 3), torch.zeros(1).long()
        ),
        "inputs",
        "3 steps",
    ),
    "smoothed decay": (
        lambda: OnlineSmoothedLIF(nn.Linear(3, 2), LIF(), torch.ones(4)),
        "beta_above",
        "[4]",
    ),
    "window": (lambda: ChunkedBPTT(nn.Sequential(nn.Linear(3, 2), LIF()), 0), "window", "0"),
    "window network": (
        lambda: ChunkedBPTT(nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 2), LIF()), 1),
        "network",
        "Linear, ReLU, Linear, LIF",
    ),
    "window half": (lambda: ChunkedBPTT(nn.Sequential(nn.Linear(3, 2)), 1), "network", "Linear"),
    "window empty": (lambda: ChunkedBPTT(nn.Sequential(), 1), "network", "no layers"),
    "window inputs": (
        lambda: ChunkedBPTT(nn.Sequential(nn.Linear(3, 2), LIF()), 1).run(
            torch.zeros(3), torch.zeros(1).long()
        ),
        "inputs",
        "[3]",
    ),
    "window late": (
        lambda: ChunkedBPTT(nn.Sequential(nn.Linear(3, 2), LIF()), 2, horizon=2).run(
            torch.zeros(3, 1, 3), torch.zeros(1).long()
        ),
        "inputs",
        "3 steps",
    ),
    "online empty": (lambda: OnlineNetwork(nn.Sequential()), "network", "no layers"),
    "online relu": (
        lambda: OnlineNetwork(nn.Sequential(nn.Linear(3, 2), nn.ReLU())),
        "network",
        "Linear, ReLU",
    ),
    "online rule": (
        lambda: OnlineNetwork(nn.Sequential(nn.Linear(3, 2), LIF()), "hebb"),
        "rule",
        "'hebb'",
    ),
    "online network": (
        lambda: OnlineNetwork(nn.Sequential(LIF(), nn.Linear(3, 2))),
        "network",
        "LIF, Linear",
    ),
    "online layers": (
        lambda: OnlineNetwork(nn.Sequential(nn.Linear(3, 2), LIF()), "rtrl"),
        "network",
        "1 layers",
    ),
    "online horizon": (
        lambda: OnlineNetwork(nn.Sequential(nn.Linear(3, 2), LIF()), horizon=0),
        "horizon",
        "0",
    ),
    "online feedback scale": (
        lambda: OnlineNetwork(nn.Sequential(nn.Linear(3, 2), LIF()), feedback_scale=0.0),
        "feedback_scale",
        "0.0",
    ),
    "online sweep": (
        lambda: OnlineNetwork(
            nn.Sequential(nn.Linear(3, 2), LIF(), nn.Linear(2, 2), LIF()), "rtrl"
        ).sweep(torch.zeros(2, 1, 3), torch.zeros(1).long()),
        "rule",
        "'rtrl'",
    ),
    "online inputs": (
        lambda: OnlineNetwork(nn.Sequential(nn.Linear(3, 2), LIF())).run(
            torch.zeros(3), torch.zeros(1).long()
        ),
        "inputs",
        "[3]",
    ),
    "count error labels": (
        lambda: count_error(torch.zeros(1, 2), torch.tensor([2])),
        "labels",
        "2",
    ),
    "jacobian terms": (
        lambda: membrane_jacobian(
            torch.ones(1, 2), torch.ones(2, 2), torch.tensor(0.9), terms=["leek"]
        ),
        "terms",
        "'leek'",
    ),
    "rtrl bias": (lambda: OnlineRTRL(nn.Linear(3, 2), RecurrentLIF(2)), "linear", "a bias"),
    "rtrl recurrence": (
        lambda: OnlineRTRL(nn.Linear(3, 2, bias=False), RecurrentLIF(2, recurrence="one_to_one")),
        "neuron",
        "RecurrentLIF",
    ),
    "rtrl reset": (
        lambda: OnlineRTRL(nn.Linear(3, 2, bias=False), RecurrentLIF(2, reset="hard")),
        "neuron",
        "'hard'",
    ),
    "rtrl module": (
        lambda: OnlineRTRL(nn.Linear(3, 2, bias=False), RecurrentLIF(2, recurrence=nn.Identity())),
        "neuron",
        "RecurrentLIF",
    ),
    "stream network": (lambda: Stream(nn.Linear(3, 3)), "network", "no neuron"),
    "stream inputs": (lambda: Stream(NET).step([1.0]), "inputs", "list"),
    "stream batch": (lambda: streamed(NET).step(GREY[:1]), "inputs", "a batch of 1"),
    "stream NaN": (lambda: Stream(NET).step(GREY + torch.nan), "current", "NaN"),
    "stream state": (lambda: setattr(Stream(NET), "state", {"0": GREY}), "state", "['0']"),
    "record layers": (lambda: record_layers(None, GREY), "network", "None"),
    "eprop feedback": (lambda: EProp(eprop_network(), "none"), "feedback", "'none'"),
    "eprop layers": (
        lambda: EProp(eprop_network()[:3]),
        "network",
        "Linear, RecurrentAdaptiveLIF, Linear",
    ),
    "eprop bias": (lambda: EProp(eprop_network(bias=True)), "network", "a bias"),
    "eprop recurrence": (
        lambda: EProp(eprop_network(recurrence="one_to_one")),
        "network",
        "RecurrentAdaptiveLIF",
    ),
    "eprop module": (
        lambda: EProp(eprop_network(recurrence=nn.Identity())),
        "network",
        "RecurrentAdaptiveLIF",
    ),
    "eprop strength": (
        lambda: EProp(eprop_network(learn_strength=True)),
        "neuron",
        "strength to learn",
    ),
    "eprop reset": (lambda: EProp(eprop_network(reset="hard")), "network", "'hard'"),
    "eprop decays": (lambda: EProp(eprop_network(tau_out=torch.ones(2))), "network", "tensor"),
}


@pytest.mark.parametrize("name", CASES)
def test_bad_input_names_the_argument_and_what_came(name):
    call, argument, came = CASES[name]
    with pytest.raises(ValueError, match=rf"^{argument}: got .*, expected .*") as error:
        call()
    got = str(error.value).removeprefix(f"{argument}: got ").rsplit(", expected ", 1)[0]
    assert came in got


def test_a_number_is_told_whether_the_bottom_of_its_range_belongs_to_it():
    with pytest.raises(ValueError, match="^b: got -1.0, .* of at least 0 and at most 0.26$"):
        Izhikevich(b=-1.0)
    with pytest.raises(ValueError, match="^dt: got 0, expected .* above 0 and at most 1$"):
        Izhikevich(dt=0)
