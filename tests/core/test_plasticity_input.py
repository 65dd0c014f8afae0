"""Bad input to plasticity: refused at the door, by the name that the caller gave it."""

import math

import pytest
import torch

from snn_core import plasticity
from snn_core.encoding import direct
from snn_core.plasticity import (
    BOUNDS,
    CompetitiveLayer,
    PairSTDP,
    RewardSTDP,
    TripletSTDP,
    adapt_thresholds,
    class_responses,
    learn_unlabelled,
    name_neurons,
    named_scores,
    responses,
    running_mean_step,
    spike_trace,
    trace_stdp,
    unit_intensity,
    vote_scores,
)

T, B, N, M = 5, 2, 3, 4
PRE, POST = torch.ones(T, B, N), torch.ones(T, B, M)
WEIGHT, COUNTS = torch.full((M, N), 0.5), torch.ones(6, M)
LABELS, IMAGES = torch.arange(6) % 2, torch.full((6, N), 0.5)
RULE, LEARNER = PairSTDP(), RewardSTDP(PairSTDP())
TRACES = RULE.initial_state(PRE[0], POST[0])
MEMORY = LEARNER.initial_state(PRE[0], POST[0])


def spoilt(tensor, value=math.nan):
    """Return a copy with `value` in the middle."""
    copy = tensor.clone()
    copy.view(-1)[copy.numel() // 2] = value
    return copy


def show(images):
    return direct(images, 3)


STEP = {"pre": PRE[0], "post": POST[0], "weight": WEIGHT}
RUN = {"pre": PRE, "post": POST, "weight": WEIGHT}
CALLS = {
    "step": (RULE.step, STEP | {"state": TRACES}),
    "run": (RULE.run, RUN | {"state": TRACES}),
    "call": (RULE, RUN),
    "triplet": (TripletSTDP().step, STEP | {"state": TripletSTDP().initial_state(PRE[0], POST[0])}),
    "reward step": (LEARNER.step, STEP | {"state": MEMORY}),
    "reward run": (LEARNER.run, RUN | {"state": MEMORY}),
    "reward": (LEARNER.reward, {"weight": WEIGHT, "state": MEMORY, "success": torch.ones(B)}),
    "initial state": (RULE.initial_state, {"pre": PRE[0], "post": POST[0]}),
    "initial memory": (LEARNER.initial_state, {"pre": PRE[0], "post": POST[0]}),
    "window": (RULE.window, {"lag": torch.ones(3)}),
    "factors": (RULE.factors, {"weight": WEIGHT}),
    "clip": (RULE.clip, {"weight": WEIGHT}),
    "mean": (running_mean_step, {"mean": torch.ones(3), "value": torch.ones(3), "rate": 0.1}),
    "trace": (spike_trace, {"spikes": PRE, "tau": 5.0}),
    "prototypes": (trace_stdp, {"weight": WEIGHT, "trace": PRE, "spikes": POST, "lr": 0.1}),
    "thresholds": (adapt_thresholds, {"threshold": torch.ones(M), "spikes": POST}),
    "intensity": (unit_intensity, {"images": IMAGES}),
    "layer": (CompetitiveLayer(N, M), {"spikes": PRE}),
    "learn": (CompetitiveLayer(N, M).learn, {"spikes": PRE, "lr": 0.1}),
    "unlabelled": (
        learn_unlabelled,
        {"layer": CompetitiveLayer(N, M), "images": IMAGES, "encode": show},
    ),
    "responses": (responses, {"layer": CompetitiveLayer(N, M), "images": IMAGES, "encode": show}),
    "class responses": (class_responses, {"counts": COUNTS, "labels": LABELS, "classes": 2}),
    "name": (name_neurons, {"response": COUNTS}),
    "named": (named_scores, {"counts": COUNTS, "names": torch.arange(M), "classes": M}),
    "votes": (vote_scores, {"counts": COUNTS, "response": torch.ones(M, 2)}),
}
TENSORS = [
    (call, argument)
    for call, (_, given) in CALLS.items()
    for argument, value in given.items()
    if isinstance(value, torch.Tensor) and value.is_floating_point()
]


def refused(call, argument, value, says=""):
    """Require that the call refuses this value of one argument, and takes the usual one."""
    run, given = CALLS[call]
    run(**given)
    with pytest.raises(ValueError, match=rf"^{argument}: got .*{says}.*, expected "):
        run(**given | {argument: value})


@pytest.mark.parametrize(("call", "argument"), TENSORS)
def test_nan_is_refused_by_name(call, argument):
    refused(call, argument, spoilt(CALLS[call][1][argument]), "(NaN|nan)")


FINITE = [(call, argument) for call, argument in TENSORS if call not in ("window", "clip")]


@pytest.mark.parametrize(("call", "argument"), FINITE)
def test_infinity_is_refused_by_name(call, argument):
    refused(call, argument, spoilt(CALLS[call][1][argument], math.inf), "inf")


@pytest.mark.parametrize(("call", "argument"), TENSORS)
@pytest.mark.parametrize("wrong", [None, 0.5, [[0.5]], "dtype"], ids=str)
def test_what_is_no_tensor_of_floats_is_refused_by_name(call, argument, wrong):
    given = CALLS[call][1][argument]
    refused(call, argument, given.long() if wrong == "dtype" else wrong)


RANKS = [
    (call, argument)
    for call, argument in TENSORS
    if call not in ("window", "factors", "clip", "trace", "unlabelled", "responses", "mean")
]


@pytest.mark.parametrize(("call", "argument"), RANKS)
def test_an_axis_too_few_or_too_many_is_refused_by_name(call, argument):
    given = CALLS[call][1][argument]
    refused(call, argument, given[0], "shape")
    if argument != "weight" or call == "prototypes":
        refused(call, argument, torch.stack([given, given], -1), "shape")


@pytest.mark.parametrize("call", ["run", "call", "reward run", "trace", "thresholds", "layer"])
def test_a_train_without_a_step_is_refused(call):
    argument = "pre" if "pre" in CALLS[call][1] else "spikes"
    run, given = CALLS[call]
    none = {name: value[:0] for name, value in given.items() if name in ("pre", "post", "spikes")}
    with pytest.raises(ValueError, match=rf"^{argument}: got shape \[0, .*, expected "):
        run(**given | none)


@pytest.mark.parametrize("call", ["step", "run", "triplet", "reward step", "reward run"])
def test_a_state_is_of_its_kind_and_shape(call):
    state = CALLS[call][1]["state"]
    one = state.traces.pre if "reward" in call else state.pre
    refused(call, "state", one, "Tensor")
    refused(call, "state", tuple(state), "tuple")
    other = TRACES if "reward" in call else MEMORY
    refused(call, "state", other, type(other).__name__)
    *kept, last = state
    name = type(state)._fields[-1]
    refused(call, "state", type(state)(*kept, last[:1]), f"{name} of shape")
    refused(call, "state", type(state)(*kept, None), f"{name} of shape None")
    refused(call, "state", type(state)(*kept, spoilt(last)), "NaN")
    refused(call, "state", type(state)(*kept, spoilt(last, math.inf)), "infinite")
    refused(call, "state", type(state)(*kept, last.long()), "int64")


def test_nothing_is_broadcast():
    """One presynaptic row for two samples, weights of two neurons for one."""
    ones, state = torch.ones(1, N), RULE.initial_state(torch.ones(1, N), torch.ones(1, 1))
    with pytest.raises(ValueError, match=r"^weight: got shape \[2, 3\], expected shape \[1, 3\]"):
        RULE.step(ones, torch.ones(1, 1), torch.zeros(2, N), state)
    refused("step", "post", POST[0, :1], r"\[1, 4\]")
    refused("reward step", "post", POST[0, :1], r"\[1, 4\]")
    refused("run", "post", POST[:, :1], r"\[5, 1, 4\]")
    refused("reward run", "post", POST[:1], r"\[1, 2, 4\]")
    refused("mean", "value", torch.ones(2, 1), r"\[2, 1\]")
    refused("mean", "value", torch.tensor(1.0), r"\[\]")
    refused("reward", "success", torch.ones(1), r"\[1\]")
    refused("reward", "weight", WEIGHT[:1], r"\[1, 3\]")
    refused("thresholds", "spikes", POST[..., :1], r"\[5, 2, 1\]")
    refused("prototypes", "spikes", POST[..., :1], r"\[5, 2, 1\]")
    refused("votes", "response", torch.ones(1, 2), r"\[1, 2\]")
    refused("named", "names", torch.zeros(1).long(), r"\[1\]")


@pytest.mark.parametrize("call", ["step", "run", "call", "triplet", "reward", "reward step"])
@pytest.mark.parametrize("value", [-1e-3, 1.001])
def test_weights_outside_their_bounds_are_refused(call, value):
    refused(call, "weight", spoilt(WEIGHT, value), f"{value:g}")


def test_bounds_of_weights_are_checked_at_both_ends():
    rule = PairSTDP(w_min=-1.0, w_max=-0.5)
    state = rule.initial_state(PRE[0], POST[0])
    kept, _ = rule.step(0 * PRE[0], POST[0], -WEIGHT, state)
    assert torch.equal(kept, -WEIGHT)
    for value in (-1.5, -0.25):
        with pytest.raises(ValueError, match=r"^weight: got .*, expected values in \[-1, -0.5\]"):
            rule.step(PRE[0], POST[0], torch.full((M, N), value), state)


WRONG = {
    "w_max below w_min": (lambda: PairSTDP(w_min=1.0), "w_max", "1.0"),
    "trace tau": (lambda: spike_trace(PRE, True), "tau", "True"),
    "prototypes lr": (lambda: trace_stdp(WEIGHT, PRE, POST, lr=-0.5), "lr", "-0.5"),
    "thresholds own lr": (lambda: adapt_thresholds(torch.ones(M), POST, lr=-0.5), "lr", "-0.5"),
    "thresholds lr too large": (
        lambda: adapt_thresholds(torch.ones(M), POST, lr=1e300),
        "lr",
        "1e[+]300",
    ),
    "exponent below 0": (lambda: PairSTDP(bound=(-0.5, 0.5)), "bound", "-0.5"),
    "inputs": (lambda: CompetitiveLayer(0, 2), "inputs", "0"),
    "neurons": (lambda: CompetitiveLayer(3, 1.5), "neurons", "1.5"),
    "no classes": (lambda: class_responses(COUNTS, LABELS, 2.0), "classes", "2.0"),
    "w_min": (lambda: PairSTDP(w_min=math.nan), "w_min", "nan"),
    "w_max too large": (lambda: PairSTDP(w_max=1e300), "w_max", "1e[+]300"),
    "w_max too near": (lambda: PairSTDP(w_max=1e-300), "w_max", "1e-300"),
    "amplitude": (lambda: PairSTDP(a_minus=1e300), "a_minus", "1e[+]300"),
    "triplet amplitude": (lambda: TripletSTDP(a3_minus=1e300), "a3_minus", "1e[+]300"),
    "taus": (lambda: RewardSTDP(RULE, torch.ones(2).long()), "tau_eligibility", "int64"),
    "reward lr": (lambda: RewardSTDP(RULE, lr=1e300), "lr", "1e[+]300"),
    "success without a state": (lambda: LEARNER.reward(WEIGHT, None, PRE[0, 0]), "state", "None"),
    "spikes below 0": (
        lambda: trace_stdp(WEIGHT, PRE, spoilt(POST, -1.0), lr=0.1),
        "spikes",
        "values from -1",
    ),
    "scale": (lambda: trace_stdp(WEIGHT, PRE, POST, lr=0.1, scale=1e300), "scale", "1e[+]300"),
    "normalise": (lambda: trace_stdp(WEIGHT, PRE, POST, lr=0.1, normalise=1), "normalise", "1"),
    "target": (lambda: adapt_thresholds(torch.ones(M), POST, target=1e300), "target", "1e[+]300"),
    "no neuron": (lambda: adapt_thresholds(torch.ones(0), POST[..., :0]), "threshold", "0"),
    "compete": (lambda: CompetitiveLayer(N, M, compete=1), "compete", "1"),
    "layer tau": (lambda: CompetitiveLayer(N, M, tau_mem=0.0), "tau_mem", "0.0"),
    "layer dt": (lambda: CompetitiveLayer(N, M, dt=0.0), "dt", "0.0"),
    "layer threshold": (lambda: CompetitiveLayer(N, M, threshold=1e300), "threshold", "1e[+]300"),
    "thresholds lr": (
        lambda: CompetitiveLayer(N, M).learn(PRE, lr=0.1, threshold_lr=-1.0),
        "threshold_lr",
        "-1.0",
    ),
    "no image": (
        lambda: learn_unlabelled(CompetitiveLayer(N, M), IMAGES[:0], show),
        "images",
        "no",
    ),
    "unlabelled layer": (
        lambda: learn_unlabelled(torch.nn.Linear(N, M), IMAGES, show),
        "layer",
        "Linear",
    ),
    "encode": (lambda: learn_unlabelled(CompetitiveLayer(N, M), IMAGES, None), "encode", "None"),
    "encoded": (
        lambda: learn_unlabelled(CompetitiveLayer(N, M), IMAGES, lambda x: None),
        "encode",
        "NoneType",
    ),
    "encoded rank": (
        lambda: responses(CompetitiveLayer(N, M), IMAGES, lambda x: x),
        "encode",
        r"shape \[6, 3\]",
    ),
    "encoded NaN": (
        lambda: responses(CompetitiveLayer(N, M), IMAGES, lambda x: show(x) * torch.nan),
        "encode",
        "NaN",
    ),
    "encoded infinity": (
        lambda: learn_unlabelled(CompetitiveLayer(N, M), IMAGES, lambda x: show(x) / 0),
        "encode",
        "infinite",
    ),
    "batch size": (
        lambda: learn_unlabelled(CompetitiveLayer(N, M), IMAGES, show, batch_size=0),
        "batch_size",
        "0",
    ),
    "batch size of responses": (
        lambda: responses(CompetitiveLayer(N, M), IMAGES, show, batch_size=0),
        "batch_size",
        "0",
    ),
    "answer": (lambda: responses(lambda x: x[0], IMAGES, show), "layer", r"shape \[6, 3\]"),
    "no layer": (lambda: responses(None, IMAGES, show), "layer", "None"),
    "names": (lambda: named_scores(COUNTS, torch.ones(M), 2), "names", "float32"),
    "names too low": (lambda: named_scores(COUNTS, torch.full((M,), -2), 2), "names", "-2"),
    "names too high": (lambda: named_scores(COUNTS, torch.full((M,), 2), 2), "names", "to 2"),
    "classes": (lambda: named_scores(COUNTS, torch.arange(M), 2.0), "classes", "2.0"),
    "negative counts": (lambda: class_responses(-COUNTS, LABELS, 2), "counts", "-1"),
    "negative response": (lambda: name_neurons(-COUNTS), "response", "-1"),
    "no class": (lambda: name_neurons(COUNTS[:, :0]), "response", r"shape \[6, 0\]"),
    "images of two axes": (lambda: unit_intensity(torch.ones(2, 28, 28)), "images", "28, 28"),
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_names_the_argument_and_what_came(name):
    call, argument, came = WRONG[name]
    with pytest.raises(ValueError, match=rf"^{argument}: got .*{came}.*, expected "):
        call()


@pytest.mark.parametrize("lr", [0.5, (0.5,), (0.5, 0.1, 0.1), (0.0, 0.1), (0.5, 2.0), None])
def test_learning_rates_are_two_numbers_in_their_range(lr):
    with pytest.raises(ValueError, match="^lr: got "):
        learn_unlabelled(CompetitiveLayer(N, M), IMAGES, show, lr=lr)


def test_nothing_to_learn_from_is_no_error_where_nothing_is_asked():
    """No sample and no neuron: empty results, not a failure from below."""
    layer = CompetitiveLayer(N, M)
    assert responses(layer, IMAGES[:0], show).shape == (0, M)
    assert unit_intensity(IMAGES[:0]).shape == (0, N)
    assert named_scores(COUNTS[:, :0], torch.arange(0), 2).tolist() == [[0, 0]] * 6
    kept, _ = RULE.run(PRE[:, :0], POST[:, :0], WEIGHT)
    assert torch.equal(kept, WEIGHT)
    assert RULE(PRE[..., :0], POST, WEIGHT[:, :0]).shape == (M, 0)
    assert plasticity.trace_stdp(WEIGHT, PRE, 0 * POST, lr=0.5).equal(WEIGHT)


def test_what_is_allowed_at_the_edge_is_taken():
    assert RULE.clip(torch.tensor(1.5)).item() == 1.0
    assert [float(factor) for factor in RULE.factors(torch.tensor(0.5))] == [1.0, 1.0]
    assert RULE.window(torch.tensor(0.0)).item() == pytest.approx(0.01)
    assert torch.equal(adapt_thresholds(torch.ones(M), POST, lr=0.0), torch.ones(M))
    assert name_neurons(torch.tensor([[0.0], [1.0]])).tolist() == [-1, 0]
    assert vote_scores(torch.ones(1, 2), torch.ones(2, 1)).tolist() == [[2.0]]
    assert PairSTDP(bound=(0.0, 1.0)).exponents == BOUNDS["multiplicative"]
    assert PairSTDP(w_min=-1.0, w_max=1.0).share(torch.tensor(0.5)).item() == 0.75
    assert PairSTDP(a_plus=0.0, a_minus=0.0)(PRE, POST, WEIGHT).equal(WEIGHT)


def test_large_finite_numbers_are_no_infinity():
    """Their sum overflows, which is asked first; each of them is finite."""
    huge = torch.full((2,), 3e38)
    assert running_mean_step(huge, huge, 0.5).tolist() == huge.tolist()
