"""Live explorers: their JavaScript, run by Node, does what the core does on random parameters."""

import atexit
import functools
import json
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import torch

from snn_core import (
    LIF,
    AdaptiveLIF,
    Alpha,
    CuBaLIF,
    LeakyIntegrator,
    RecurrentLIF,
    Surrogate,
    encoding,
    reconstruction,
)
from snn_core.conversion import IF, staircase
from snn_core.datasets import mnist_mini
from snn_core.energy import HOROWITZ, JOUPPI, Counts, Operations, energy, meeting_rate
from snn_core.events import camera
from snn_core.layers import DelayedLinear
from snn_core.losses import accuracy, predict, spike_count, van_rossum
from snn_core.membrane_signals import MembraneLayer, run_events, spike_events
from snn_core.plasticity import (
    BOUNDS,
    PairSTDP,
    RewardSTDP,
    spike_trace,
    trace_stdp,
    unit_intensity,
)
from snn_core.spike_times import Dynamics, membrane_at, spike_time, spike_time_gradient
from snn_core.teaching import explorers, live
from snn_core.teaching.explorers import (
    ALL_EXPLORERS,
    Button,
    Choice,
    Marks,
    Pad,
    cue_eligibility,
)
from snn_core.teaching.explorers.stdp_window import chance_change
from snn_core.teaching.records import recorded
from snn_core.teaching.studies import following
from snn_core.teaching.studies.codes_and_losses import NAMES
from snn_core.teaching.studies.drawn_digits import input_spikes, recorded_reader

LIVE = ALL_EXPLORERS
FILES = {path.stem for path in Path(live.__file__).parent.glob("*.js")} - set(live.SHARED)
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(
    NODE is None, reason="runs the JavaScript models with Node, which is not installed"
)
every_live = pytest.mark.parametrize("name", LIVE)


def run(explorer, calls, data=None):
    """Return what an explorer's JavaScript returns, for calls ``(function, *arguments)``.

    The data of the explorer, if given, is the last argument of every call.
    """
    return returned(live.bundle(LIVE[explorer].model), calls, data)


@functools.cache
def runner():
    """Start the one process that runs all JavaScript of these tests."""
    command = [NODE, str(Path(__file__).with_name("live_runner.mjs"))]
    started = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, encoding="utf-8", bufsize=1
    )
    atexit.register(started.communicate)
    return started


def returned(source, calls, data=None):
    """Return what the functions of a module, given by its source, return to calls."""
    process = runner()
    process.stdin.write(json.dumps({"source": source, "calls": calls, "data": data}) + "\n")
    process.stdin.flush()
    told = json.loads(process.stdout.readline())
    if "problem" in told:
        raise RuntimeError(told["problem"])
    return told["results"]


def having_values(name):
    """Return the controls of an explorer that have a value: all but its buttons."""
    return {key: c for key, c in LIVE[name].controls.items() if not isinstance(c, Button)}


def draws(count, seed, *controls):
    """Return random values for `controls`: numbers in a range, options of a choice, some marks."""
    random = np.random.default_rng(seed)
    return [[drawn(random, control) for control in controls] for _ in range(count)]


def drawn(random, control):
    if isinstance(control, Choice):
        return control.options[random.integers(len(control.options))]
    if isinstance(control, Pad):
        return scrawl(random, control.side)
    if isinstance(control.step, int):
        return random.integers(control.low, control.high + 1).item()
    if isinstance(control, Marks):
        return marks(random, control)
    return random.uniform(control.low, control.high)


def scrawl(random, side):
    """Return a drawing of a few strokes of different greys; sometimes nothing at all."""
    ink = np.zeros((side, side), int)
    for _ in range(random.integers(6)):
        (x, y), (dx, dy) = random.uniform(2, side - 3, 2), random.normal(0, 0.5, 2)
        for step in range(random.integers(1, 40)):
            column, row = (int(at) % side for at in (x + step * dx, y + step * dy))
            ink[row, column : column + 2] = random.integers(3, 16)
    return "".join(f"{grey:x}" for grey in ink.flatten())


def marks(random, control):
    """Return up to twenty multiples of the step of a control."""
    steps = random.integers(
        round((control.high - control.low) / control.step) + 1, size=random.integers(20)
    )
    return (control.low + control.step * np.unique(steps)).tolist()


def ends(control):
    """Return the outermost values of a control."""
    if isinstance(control, Choice):
        return control.options
    if isinstance(control, Pad):
        return "0" * control.side**2, "f" * control.side**2
    if isinstance(control, Marks):
        return [], np.arange(control.low, control.high + control.step / 2, control.step).clip(
            max=control.high
        ).tolist()
    return control.low, control.high


def parameters(name, count=50):
    """Return parameters of an explorer: random ones, the start, and each control at either end."""
    controls = having_values(name)
    starts = {key: control.start for key, control in controls.items()}
    random = [
        dict(zip(controls, values, strict=True)) for values in draws(count, 1, *controls.values())
    ]
    lowest, highest = ({key: ends(c)[i] for key, c in controls.items()} for i in (0, -1))
    single = [starts | {key: end} for key, c in controls.items() for end in ends(c)]
    return [starts, lowest, highest, *single, *random]


def double(value):
    return torch.tensor(value, dtype=torch.float64)


def numbers(text):
    return [
        float(number)
        for number in re.findall(r"\d[\d,]*\.?\d*(?:e[-+]?\d+)?", text.replace(",", ""))
    ]


def test_each_live_explorer_has_a_model_and_each_model_an_explorer():
    assert {kind.model for kind in LIVE.values()} == set(FILES)
    assert {"Excite", "LIFNeuron", "PushWeight"} <= set(LIVE)


@every_live
def test_the_browser_gets_ranges_starts_and_captions_from_the_explorer(name):
    state = json.loads(json.dumps(LIVE[name]().sliders().state()))
    for found, (key, control) in zip(state["controls"], LIVE[name].controls.items(), strict=True):
        assert (found.pop("name"), found.pop("kind")) == (key, type(control).__name__.lower())
        assert found == json.loads(json.dumps(control._asdict()))
    assert state["values"] == json.loads(
        json.dumps({key: c.start for key, c in having_values(name).items()})
    )
    assert state["about"] == LIVE[name].about
    assert len(state["about"]) > 40


@every_live
def test_a_caption_names_its_unit(name):
    for control in having_values(name).values():
        unit = re.search(r"\b(ms)\)$", control.caption)
        assert isinstance(control, Marks) or getattr(control, "unit", "") == (
            unit.group(1) if unit else ""
        )


@every_live
def test_starts_lie_within_the_ranges(name):
    LIVE[name]().sliders().values = {
        key: control.start for key, control in having_values(name).items()
    }


@every_live
def test_values_can_be_set_from_python_within_their_ranges(name):
    figure = LIVE[name]().sliders()
    before = figure.values
    for key, control in having_values(name).items():
        for end in ends(control):
            figure.values = {key: end}
            assert figure.values == before | {key: end}
        wrong = [-1000.0] if isinstance(control, Marks) else -1000.0
        with pytest.raises(ValueError, match=key):
            figure.values = {key: wrong}
        figure.values = before
    with pytest.raises(ValueError, match="parameter"):
        figure.values = {"volume": 11}


@every_live
def test_the_script_needs_no_network_and_no_other_file(name):
    source = live.bundle(LIVE[name].model)
    assert not re.search(
        r"^\s*import\b|\bimport\(|\bfetch\(|https?://|XMLHttpRequest|</script", source, flags=re.M
    )
    assert 'data-lm-suppress-shortcuts": "true"' in source


@every_live
def test_a_model_is_short(name):
    lines = (
        Path(live.__file__)
        .with_name(f"{LIVE[name].model}.js")
        .read_text(encoding="utf-8")
        .splitlines()
    )
    assert max(map(len, lines)) <= 120
    assert len(lines) <= 85


@needs_node
@every_live
def test_whatever_the_values_everything_is_drawn_somewhere(name):
    """At either width: the start and the ends of the controls, and every second random case."""
    known, every = parameters(name, 0), parameters(name)
    random = every[len(known) :]
    cases = [("drawn", 320, case) for case in known + random[::2]]
    cases += [("drawn", 736, case) for case in known + random[1::2]]
    for case, found in zip(cases, run(name, cases, LIVE[name]().data()), strict=True):
        assert found["nowhere"] == 0, case
        assert found["panels"] >= 2
        assert found["calls"] > 20


def marked_at(control, starts):
    """Return marks that end where another control starts: a trail is drawn to where that one is."""
    if not isinstance(control, Marks):
        return []
    return [[control.low, start] for start in starts.values() if isinstance(start, float)]


@needs_node
@every_live
def test_every_control_changes_what_is_drawn(name):
    """Under some setting of the choices, which switch some of the others off, at a late time."""
    controls = having_values(name)
    starts = {key: c.high if key == "time" else c.start for key, c in controls.items()}
    choices = {key: c.options for key, c in controls.items() if isinstance(c, Choice)}
    settings = [dict(zip(choices, each, strict=True)) for each in product(*choices.values())]
    pairs = [
        (key, starts | setting, starts | setting | {key: end})
        for key, control in controls.items()
        for setting in settings
        for end in [*ends(control), *marked_at(control, starts)]
    ]
    cases = {json.dumps(case): ("picture", 480, case) for _, *both in pairs for case in both}
    found = run(name, list(cases.values()), LIVE[name]().data())
    pictures = dict(zip(cases, found, strict=True))
    drawn = [(key, *(pictures[json.dumps(case)] for case in both)) for key, *both in pairs]
    assert {key for key, before, after in drawn if before != after} == set(controls)


def from_core(current, **neuron):
    """Return the spikes and the membrane of one neuron of the core, in double precision."""
    neuron = {key: value if key == "reset" else double(value) for key, value in neuron.items()}
    spikes, membrane, _ = LIF(**neuron)(double(current)[:, None, None], record=True)
    return spikes.flatten().tolist(), membrane.flatten().tolist()


@needs_node
def test_the_neuron_of_all_explorers_spikes_as_the_core_does():
    random, calls, expected = np.random.default_rng(2), [], []
    for _ in range(100):
        current = random.normal(0.15, 0.5, 200).tolist()
        reset = ("soft", "hard")[random.integers(2)]
        numbers = {"beta": random.uniform(0, 1), "threshold": random.uniform(0.2, 2)}
        calls.append(("lifSequence", current, numbers | {"reset": reset}))
        expected.append(from_core(current, **numbers, reset=reset))
    count = 0
    for found, (spikes, membrane) in zip(run("LIFNeuron", calls), expected, strict=True):
        assert [step["spike"] for step in found] == spikes
        assert [step["membrane"] for step in found] == pytest.approx(membrane, abs=1e-9)
        count += sum(spikes)
    assert count > 1000


@needs_node
def test_the_three_lanes_are_those_of_the_core():
    cases, data = parameters("LIFNeuron", 100), explorers.LIFNeuron().data()
    for case, found in zip(
        cases, run("LIFNeuron", [("compute", case, data) for case in cases]), strict=True
    ):
        beta, steps = np.exp(-case["dt"] / case["tau_mem"]), round(data["duration"] / case["dt"])
        current = np.full(steps, case["drive"] * (1 - beta))
        for time in case["arrivals"]:
            current[int(time // case["dt"])] += case["weight"]
        spikes, membrane = from_core(
            current, beta=beta, threshold=case["threshold"], reset=case["reset"]
        )
        assert found["currents"] == pytest.approx(current, abs=1e-12)
        assert [step["spike"] for step in found["steps"]] == spikes, case
        assert [step["membrane"] for step in found["steps"]] == pytest.approx(membrane, abs=1e-9)
        assert numbers(found["titles"][0])[0] == sum(spikes)


@needs_node
@pytest.mark.parametrize("drive", [0.5, 0.95, 1.0])
def test_a_drive_that_does_not_exceed_the_threshold_never_fires(drive):
    case = parameters("LIFNeuron", 0)[0] | {"drive": drive, "arrivals": []}
    (found,) = run("LIFNeuron", [("compute", case, explorers.LIFNeuron().data())])
    assert found["titles"][0].startswith("0 spikes")


def model_from_core(case):
    """Return the neuron of the core that the explorer of neuron models shows."""
    tau_mem, tau_syn = double(case["tau_mem"]), double(case["tau_syn"])
    if case["model"] == "AdaptiveLIF":
        return AdaptiveLIF(tau_mem, strength=double(case["strength"]))
    if case["model"] == "RecurrentLIF":
        neuron = RecurrentLIF(1, tau_mem, recurrence="one_to_one").double()
        torch.nn.init.constant_(neuron.weight, case["self_weight"])
        return neuron
    kinds = {"CuBaLIF": CuBaLIF, "Alpha": Alpha}
    return kinds[case["model"]](tau_mem, tau_syn) if case["model"] in kinds else LIF(tau_mem)


@needs_node
def test_every_neuron_model_spikes_as_the_core_does():
    cases, data = parameters("NeuronModels", 150), explorers.NeuronModels().data()
    counts = dict.fromkeys(explorers.NeuronModels.controls["model"].options, 0)
    for case, found in zip(
        cases, run("NeuronModels", [("compute", case, data) for case in cases]), strict=True
    ):
        current = torch.zeros(200, 1, 1, dtype=torch.float64)
        current[[int(time) for time in case["arrivals"]]] = case["weight"]
        spikes, membrane, _ = model_from_core(case)(current, record=True)
        assert [step["spike"] for step in found["steps"]] == spikes.flatten().tolist(), case
        assert [step["membrane"] for step in found["steps"]] == pytest.approx(
            membrane.flatten().tolist(), abs=1e-9
        )
        assert numbers(found["titles"][0])[0] == spikes.sum()
        counts[case["model"]] += spikes.sum().item()
    assert min(counts.values()) > 50


@needs_node
def test_the_neuron_that_runs_in_time_does_what_the_core_does():
    random, data = np.random.default_rng(10), explorers.Excite().data()
    course, currents = [], []
    for weight, drive in draws(600, 11, *list(having_values("Excite").values())):
        presses = int(random.poisson(0.15))
        course.append((["send"] * presses, {"weight": weight, "drive": drive}))
        currents.append(drive * (1 - data["beta"]) + presses * weight)
    (found,) = run("Excite", [("moments", data, course)])
    spikes, membrane = from_core(currents, beta=data["beta"], threshold=data["threshold"])
    assert [step["spike"] for step in found] == spikes
    assert [step["membrane"] for step in found] == pytest.approx(membrane, abs=1e-9)
    assert sum(spikes) > 30


@needs_node
@pytest.mark.parametrize(("presses", "spikes"), [(1, 0), (2, 0), (3, 1)])
def test_one_spike_is_not_enough_and_three_soon_after_each_other_are(presses, spikes):
    explorer, values = (
        explorers.Excite(),
        {key: c.start for key, c in having_values("Excite").items()},
    )
    course = [(["send"] * (t % 8 == 0 and t < 8 * presses), values) for t in range(60)]
    (found,) = run("Excite", [("moments", explorer.data(), course)])
    assert sum(step["spike"] for step in found) == spikes


def pushed(w, surrogate, scale, data):
    """Return spikes, loss and surrogate gradient of one weight, by the autograd of the core."""
    weight = double(w).requires_grad_()
    neuron = LIF(
        beta=double(data["beta"]),
        threshold=double(data["threshold"]),
        surrogate=Surrogate(surrogate, scale),
    )
    spikes = neuron((weight * double(data["spikes"]))[:, None, None])
    loss = (spikes.sum() - data["target"]) ** 2 / 2
    loss.backward()
    return spikes.flatten().tolist(), loss.item(), weight.grad.item()


@needs_node
def test_loss_and_surrogate_gradient_of_a_weight_are_those_of_autograd():
    data, found_gradients = explorers.PushWeight().data(), []
    cases = parameters("PushWeight", 150)
    for case, found in zip(
        cases, run("PushWeight", [("compute", case, data) for case in cases]), strict=True
    ):
        spikes, loss, gradient = pushed(case["w"], case["surrogate"], case["scale"], data)
        assert [step["spike"] for step in found["steps"]] == spikes
        assert found["loss"] == loss
        assert found["gradient"] == pytest.approx(gradient, abs=1e-6)
        found_gradients.append(gradient)
        at = np.argmin(np.abs(np.array(found["weights"]) - case["w"]))
        nearest = pushed(found["weights"][at], case["surrogate"], case["scale"], data)
        assert [found["losses"][at], found["gradients"][at]] == pytest.approx(nearest[1:], abs=1e-6)
    assert min(found_gradients) < -10 < 10 < max(found_gradients)


@needs_node
def test_steps_of_descent_cross_flat_stretches_and_end_where_the_loss_is_0():
    explorer = explorers.PushWeight()
    data, values = explorer.data(), {key: c.start for key, c in having_values("PushWeight").items()}
    for _ in range(12):
        before = values
        (changes,) = run("PushWeight", [("descend", values, data)])
        values = values | changes
        wanted = (
            before["w"]
            - data["lr"] * pushed(before["w"], before["surrogate"], before["scale"], data)[2]
        )
        assert values["w"] == pytest.approx(np.clip(wanted, data["low"], data["high"]), abs=1e-9)
        assert values["trail"][-2:] == [before["w"], values["w"]]
    assert (
        pushed(0.0, "fast_sigmoid", 10.0, data)[1]
        == pushed(0.25, "fast_sigmoid", 10.0, data)[1]
        == 8
    )
    assert pushed(values["w"], "fast_sigmoid", 10.0, data)[1] == 0
    explorer.sliders().values = values


def layers_of_the_core(case, data):
    """Return the spikes ``[T, N]`` of the input and of each layer, with the explorer's draws."""
    (chance,) = run("LayerRates", [("chances", data)])
    size = data["neurons"]
    spikes = [(double(chance["draws"]).view(-1, 1, size) < case["input_rate"]).double()]
    neuron = LIF(beta=double(np.exp(-1 / case["tau_mem"])))
    for weights in chance["weights"]:
        layer = case["gain"] / size**0.5 * double(weights).view(size, size)
        spikes.append(neuron(spikes[-1] @ layer))
    return [layer[:, 0] for layer in spikes]


@needs_node
def test_five_layers_spike_as_those_of_the_core():
    data = explorers.LayerRates().data()
    cases = parameters("LayerRates", 6)
    for case, found in zip(
        cases, run("LayerRates", [("compute", case, data) for case in cases]), strict=True
    ):
        expected = layers_of_the_core(case, data)
        for layer, spikes in enumerate(expected):
            same = (double(found["spikes"][layer]) == spikes).double().mean()
            assert same > 0.999, (case, layer)  # sums in another order round otherwise
        assert found["rates"] == pytest.approx([each.mean().item() for each in expected], abs=1e-3)
        for title, layer in zip(found["titles"][1:], (1, data["layers"]), strict=True):
            silent = 100 * (expected[layer].sum(0) == 0).double().mean().item()
            assert numbers(title) == [layer, pytest.approx(silent, abs=1.01)]


@needs_node
def test_the_draws_of_the_layers_are_uniform_and_normal():
    uniform, normal = run("LayerRates", [("uniform", 20_000, 3), ("normal", 20_000, 3)])
    assert np.histogram(uniform, 10, (0, 1))[0] == pytest.approx(np.full(10, 2000), rel=0.1)
    assert abs(np.corrcoef(uniform[:-1], uniform[1:])[0, 1]) < 0.03
    assert np.mean(normal) == pytest.approx(0, abs=0.03)
    assert np.std(normal) == pytest.approx(1, abs=0.03)
    assert np.mean(np.abs(normal) < 1.96) == pytest.approx(0.95, abs=0.01)


@needs_node
def test_the_spread_is_that_of_membranes_without_a_threshold():
    data = explorers.LayerRates().data()
    generator = torch.Generator().manual_seed(0)
    for gain, p, tau in ((1.8, 0.1, 10.0), (0.7, 0.3, 25.0)):
        beta = np.exp(-1 / tau)
        (found,) = run("LayerRates", [("spread", gain, p, beta)])
        spikes = encoding.rate(torch.full((4, 100), p), 600, generator=generator)
        weights = gain / 10 * torch.randn(100, 4000, generator=generator)
        membrane = LeakyIntegrator(tau_mem=tau)(spikes @ weights)[200:]
        assert found == pytest.approx(membrane.std().item(), rel=0.05)
    assert data["neurons"] == 100


def layer_rates(seed=0, **values):
    """Return the rates of all layers, and the share of silent neurons in layers 1 and 5."""
    starts = {key: control.start for key, control in having_values("LayerRates").items()}
    data = explorers.LayerRates().data() | {"seed": seed}
    (found,) = run("LayerRates", [("compute", starts | values, data)])
    return found["rates"], [numbers(title)[1] for title in found["titles"][1:]]


@needs_node
def test_layers_wake_up_one_after_the_other():
    """The first answer of page 04."""
    active = [sum(rate > 0.001 for rate in layer_rates(gain=g)[0][1:]) for g in (0.6, 0.9, 1.1)]
    assert active == sorted(active)
    assert layer_rates(gain=1.0)[0][5] == 0
    assert layer_rates(gain=1.0)[0][1] > 0.03
    assert layer_rates(gain=1.2)[0][5] > 0
    for gain, below in ((1.6, True), (1.7, False)):
        rates, _ = layer_rates(gain=gain)
        assert (rates[5] < rates[0]) == below
    for seed in range(1, 5):  # other draws
        low, high = (layer_rates(seed, gain=gain)[0] for gain in (1.6, 2.0))
        assert low[5] < low[0]
        assert high[5] > high[0]


@needs_node
def test_a_longer_memory_wakes_the_layers():
    """The second answer of page 04."""
    assert layer_rates(gain=1.4, tau_mem=5.0)[0][5] < 0.002
    rates, _ = layer_rates(gain=1.4, tau_mem=50.0)
    assert 0.07 < min(rates[1:]) < max(rates[1:]) < 0.081


@needs_node
def test_layer_5_does_not_keep_up_with_its_input():
    """The third answer of page 04."""
    found = [layer_rates(gain=1.6, input_rate=rate) for rate in (0.05, 0.2, 0.5)]
    low, middle, high = (rates[5] for rates, _ in found)
    assert middle / low > 0.2 / 0.05
    assert 1 < high / middle < 0.5 / 0.2
    assert all(40 <= silent[1] <= 60 for _, silent in found)
    values = {"gain": 1.6, "input_rate": 0.5, "tau_mem": 10.0}
    (drawn,) = run("LayerRates", [("compute", values, explorers.LayerRates().data())])
    assert double(drawn["spikes"][5]).mean(0).max() > 0.9


@needs_node
@pytest.mark.parametrize("seed", [0, 7, 2**31 + 5])
def test_the_draws_are_uniform_and_independent(seed):
    (found,) = run("Encoding", [("uniform", 20_000, seed)])
    counts, _ = np.histogram(found, bins=20, range=(0, 1))
    assert counts.sum() == 20_000
    assert np.abs(counts - 1000).max() < 5 * np.sqrt(1000)
    assert abs(np.corrcoef(found[1:], found[:-1])[0, 1]) < 5 / np.sqrt(20_000)
    assert len(set(found)) > 19_900


def coded(code, image, steps, draws):
    """Return the spikes ``[T, N]`` of the core for an image of greys."""
    values = double(image)[None]
    if code == "rate":
        return (double(draws) < values).double()
    if code == "regular":
        neuron = LIF(beta=1.0, threshold=1 - 1e-9)  # which does not leak
        return neuron(encoding.direct(values, steps))[:, 0]
    if code == "latency":
        return encoding.latency(values, steps, mode="linear")[:, 0]
    return encoding.delta(encoding.direct(values, steps), threshold=1 / steps)[:, 0, 0]


@needs_node
@pytest.mark.parametrize("code", ["rate", "regular", "latency", "delta"])
def test_the_encoder_spikes_as_the_core_does(code):
    random, calls, expected = np.random.default_rng(3), [], []
    for steps in [4, 5, 51, 85, 100, *random.integers(4, 101, 60).tolist()]:
        image = [0.0, 1.0, *(random.integers(0, 256, 40) / 255).tolist()]
        draws = random.random((steps, 42))
        calls.append((code, image, steps, draws.flatten().tolist()))
        expected.append(coded(code, image, steps, draws).flatten().tolist())
    for found, spikes in zip(run("Encoding", calls), expected, strict=True):
        assert found == spikes
    assert sum(map(sum, expected)) > 1000


def read_back(code, spikes, steps, gain):
    """Return what the core reads from the first spikes of a presentation of `steps`."""
    if code == "latency":
        rest = torch.zeros(steps - len(spikes), *spikes.shape[1:])
        return reconstruction.from_latency(torch.cat([spikes, rest]), mode="linear")
    if code == "delta":
        return reconstruction.from_delta(spikes[:, :, None], threshold=1 / steps)[-1]
    return reconstruction.from_rate(spikes, gain=gain)


@needs_node
def test_what_is_read_back_after_each_step_is_what_the_core_reads_back():
    explorer, cases = explorers.Encoding(), parameters("Encoding", 12)
    data = explorer.data()
    for case in cases:
        image = (double(data["images"][case["digit"]]) / 255).tolist()
        (found,) = run("Encoding", [("course", image, case, 5)])
        spikes = double(found["spikes"]).view(case["steps"], 1, 784)
        assert found["counts"] == [0, *spikes.sum((1, 2)).tolist()]
        for t in (1, 2, case["steps"] // 2, case["steps"]):
            back = read_back(case["code"], spikes[:t], case["steps"], case["gain"])[0]
            assert found["backs"][t] == pytest.approx(back.tolist(), abs=1e-9)
            error = (back - double(image)).square().mean().sqrt().item()
            assert found["errors"][t] == pytest.approx(error, abs=1e-9)


@needs_node
def test_the_stream_runs_to_its_end_rests_and_begins_again_with_other_coins():
    data = explorers.Encoding().data()
    values = {key: c.start for key, c in having_values("Encoding").items()}
    values |= {"steps": 6, "time": 0}
    (found,) = run("Encoding", [("run", values, data, 6 + data["hold"] + 2)])
    assert [state["time"] for state in found] == [*range(1, 7), *[6] * (data["hold"] - 1), 0, 1, 2]
    assert [state["shown"] for state in found[-4:]] == [0, 1, 1, 1]


@needs_node
def test_a_single_spike_is_no_spikes():
    assert run("Encoding", [("plural", count, "spike") for count in (0, 1, 2, 1234)]) == [
        "0 spikes",
        "1 spike",
        "2 spikes",
        "1,234 spikes",
    ]


def test_the_digits_of_the_explorer_are_those_of_its_slider():
    images = torch.tensor(explorers.Encoding().data()["images"]).view(10, 28, 28)
    digits = mnist_mini()
    for digit, image in enumerate(images):
        same = ((255 * digits.train_images).round() == image).all((1, 2))
        assert digits.train_labels[same].tolist() == [digit]
    assert torch.equal(images[5], (255 * digits.train_images[0]).round())  # the five of page 01


@needs_node
@pytest.mark.parametrize("surrogate", explorers.PushWeight.controls["surrogate"].options)
def test_the_surrogate_derivatives_are_those_of_the_core(surrogate):
    random = np.random.default_rng(5)
    points, scales = random.normal(0, 0.5, 200), 10 ** random.uniform(-1, 3, 200)
    options = [{"surrogate": surrogate, "scale": scale} for scale in scales]
    calls = [("derivative", x, option) for x, option in zip(points, options, strict=True)]
    expected = [
        Surrogate(surrogate, k).derivative(double(x)).item()
        for x, k in zip(points, scales, strict=True)
    ]
    assert run("PushWeight", calls) == pytest.approx(expected, abs=1e-12)


@needs_node
def test_marks_are_set_and_removed_at_multiples_of_their_step():
    control = explorers.LIFNeuron.controls["arrivals"]._asdict()
    calls = [("toggled", [3, 9], 5), ("toggled", [3, 9], 9), ("toggled", [], 0)]
    assert run("LIFNeuron", calls) == [[3, 5, 9], [3], [0]]
    calls = [("snapped", 7.4, control), ("snapped", -2, control), ("snapped", 1e9, control)]
    assert run("LIFNeuron", calls) == [7, control["low"], control["high"]]


@needs_node
def test_a_mark_is_moved_also_past_others():
    calls = [("shifted", [3, 9], 3, 5), ("shifted", [3, 9], 3, 12), ("shifted", [3, 9], 3, 9)]
    assert run("LIFNeuron", calls) == [[5, 9], [9, 12], [9]]


def train(times, steps):
    """Return spikes ``[T, 1, 1]`` in double precision."""
    spikes = torch.zeros(steps, 1, 1, dtype=torch.float64)
    spikes[[int(time) for time in times]] = 1
    return spikes


@needs_node
def test_traces_and_weight_of_two_neurons_are_those_of_the_core():
    data, ends = explorers.TwoTraces().data(), []
    cases = parameters("TwoTraces", 100)
    for case, found in zip(
        cases, run("TwoTraces", [("compute", case, data) for case in cases]), strict=True
    ):
        tau = case["tau"]
        rule = PairSTDP(tau, tau, a_plus=case["a_plus"], a_minus=case["a_minus"])
        pre, post = (train(case[side], data["duration"]) for side in ("pre", "post"))
        weight, state = double([[data["weight"]]]), rule.initial_state(pre[0], post[0])
        for now_pre, now_post, step in zip(pre, post, found["steps"], strict=True):
            weight, state = rule.step(now_pre, now_post, weight, state)
            wanted = [weight.item(), state.pre.item(), state.post.item()]
            assert [step["weight"], step["x"], step["y"]] == pytest.approx(wanted, abs=1e-9)
        assert numbers(found["titles"][0])[0] == pytest.approx(weight.item(), abs=6e-4)
        ends.append(weight.item())
    assert min(ends) < 0.05
    assert max(ends) > 0.95


def two_traces(**values):
    """Return the weight at the end, for values that differ from the start."""
    explorer = explorers.TwoTraces()
    starts = {key: control.start for key, control in having_values("TwoTraces").items()}
    (found,) = run("TwoTraces", [("compute", starts | values, explorer.data())])
    return found["steps"][-1]["weight"]


@needs_node
def test_what_the_reader_drags_does_what_page_09_answers():
    assert two_traces() == pytest.approx(0.5, abs=1e-9)
    ends = {
        "pre 20": two_traces(pre=[70.0]),
        "pre 70": two_traces(pre=[20.0]),
        "post 30": two_traces(post=[60.0]),
        "post 60": two_traces(post=[30.0]),
    }
    assert max(ends, key=ends.get) == "pre 70"
    assert round(ends["pre 70"], 3) == 0.648
    assert two_traces(post=[30.0, 75.0]) > 0.7
    assert two_traces(pre=[50.0], post=[50.0]) == pytest.approx(0.7)


@needs_node
def test_the_stdp_window_and_its_weights_are_those_of_the_core():
    calls, expected = [], []
    lags = [0.0, 0.5, -0.5, 3.0, -3.0, *np.random.default_rng(9).uniform(-80, 80, 59)]
    walk = {"bins": 20, "chance": 0.02, "influence": 0.3}
    for case, lag in zip(parameters("STDPWindow"), lags, strict=True):
        bound, rule = case["bound"], PairSTDP(**case)
        calls += [
            ("stdpWindow", lag, case),
            ("factors", 0.3, BOUNDS[bound]),
            ("chanceChange", case),
            ("weightDensity", case, BOUNDS[bound], walk),
        ]
        expected += [
            rule.window(double(lag)).item(),
            [float(factor) for factor in rule.factors(double(0.3))],
        ]
        expected += [list(chance_change(rule)), explorers.weight_density(rule).tolist()]
    for found, wanted in zip(run("STDPWindow", calls), expected, strict=True):
        assert found == pytest.approx(wanted, rel=1e-5, abs=1e-9)


def chained(w_a, w_b, data):
    """Return the loss and all gradients of the two neurons, by the autograd of the core."""
    weights = [double(w).requires_grad_() for w in (w_a, w_b)]
    neuron = LIF(beta=double(data["beta"]), surrogate=Surrogate("triangular", 1))
    currents, spikes = [], torch.ones(data["steps"], 1, 1, dtype=torch.float64)
    for weight in weights:
        currents.append(weight * spikes + 0 * spikes)
        spikes = neuron(currents[-1])
        spikes.retain_grad()
        currents[-1].retain_grad()
        currents.append(spikes)
    loss = (spikes.sum() - data["target"]) ** 2 / 2
    loss.backward()
    by_current, by_spike = currents[::2], currents[1::2]
    found = {"w_a": weights[0].grad.item(), "w_b": weights[1].grad.item()}
    for t in range(data["steps"]):
        found |= {f"u_a{t}": by_current[0].grad[t].item(), f"u_b{t}": by_current[1].grad[t].item()}
        found |= {f"z_a{t}": by_spike[0].grad[t].item()}
    return loss.item(), found


@needs_node
def test_the_gradients_that_are_filled_in_are_those_of_autograd():
    explorer, cases = explorers.BackwardGraph(), parameters("BackwardGraph", 100)
    data = explorer.data()
    calls = [("compute", case, data) for case in cases]
    for case, found in zip(cases, run("BackwardGraph", calls), strict=True):
        loss, gradients = chained(case["w_a"], case["w_b"], data)
        assert found["loss"] == loss
        assert found["gradients"] == pytest.approx(gradients, abs=1e-9)
        assert len(found["visits"]) == explorer.controls["filled"].high == 11
        assert [each["value"] for each in found["visits"]] == [
            found["gradients"][each["name"] + str(each.get("t", ""))] for each in found["visits"]
        ]
    assert sum(found["loss"] > 0 for found in run("BackwardGraph", calls)) > 30


@needs_node
def test_the_first_blanks_are_asked_for_before_they_are_shown():
    data, values = (
        explorers.BackwardGraph().data(),
        {key: c.start for key, c in having_values("BackwardGraph").items()},
    )
    said = []
    for _ in range(12):
        (found,) = run("BackwardGraph", [("compute", values, data)])
        said.append(found["titles"])
        (changes,) = run("BackwardGraph", [("next", values, data)])
        values = values | changes
    assert said[0] == [
        "b spikes 1 of 2 times: loss 0.5",
        "g of every z_b = −1",
        "g of u_b[3] = −1 · 0.8 + 0.5 · 0 = ?",
    ]
    assert said[3][2] == "g of u_b[2] = −1 · 0.8 + 0.5 · (−0.8) = ?"
    assert said[4][1] == "g of u_b[2] = −1 · 0.8 + 0.5 · (−0.8) = −1.2"
    assert said[11][1].endswith("= −2.186")
    assert said[11][2] == "Every number is filled in."
    (changes,) = run("BackwardGraph", [("descend", values, data)])
    _, gradients = chained(0.96, 0.8, data)
    stepped = [0.96 - 0.05 * gradients["w_a"], 0.8 - 0.05 * gradients["w_b"]]
    assert [changes["w_a"], changes["w_b"]] == pytest.approx(stepped)
    assert changes["filled"] == 0
    assert chained(*stepped, data)[0] == 0


def pulled(case, data, pre):
    """Return g of every step and the weight change of a spike at `pre`, by the core's autograd."""
    neuron = LIF(double(case["tau_mem"]), surrogate=Surrogate(scale=data["scale"]))
    kicks = torch.zeros(data["steps"], 1, 1, dtype=torch.float64, requires_grad=True)
    weight = double(case["weight"]).requires_grad_()
    lift, arrives = torch.zeros(2, data["steps"], 1, 1, dtype=torch.float64)
    lift[data["target"]], arrives[pre] = case["level"], 1.0
    spikes, membrane, _ = neuron(lift + arrives * weight + kicks, record=True)
    missing = spikes[data["target"]] - float(case["wanted"] == "a spike")
    (missing**2 / 2).sum().backward()
    return membrane.detach().flatten().tolist(), -kicks.grad.flatten(), -weight.grad.item()


@needs_node
def test_the_gradient_that_walks_back_is_that_of_autograd():
    data, met = explorers.GradientWindow().data(), []
    cases = parameters("GradientWindow", 150)
    calls = [("compute", case, data) for case in cases]
    for case, found in zip(cases, run("GradientWindow", calls), strict=True):
        membrane, gradient, change = pulled(case, data, case["pre"])
        assert [step["membrane"] for step in found["run"]] == pytest.approx(membrane, abs=1e-9)
        walked = gradient[data["target"] - case["back"] : data["target"] + 1].flip(0)
        assert found["walked"] == pytest.approx(walked.tolist(), abs=1e-9)
        assert found["here"] == pytest.approx(change, abs=1e-9)
        lag = data["target"] - case["pre"]
        assert found["window"][lag + 20] == pytest.approx(change, abs=1e-9)
        assert found["there"] == (lag <= case["back"])
        met.append(change)
    assert min(met) < -0.02 < 0.02 < max(met)


@needs_node
def test_the_window_of_a_weight_of_0_is_that_of_the_core():
    data, controls = explorers.GradientWindow().data(), having_values("GradientWindow")
    starts = {key: control.start for key, control in controls.items()}
    (found,) = run("GradientWindow", [("compute", starts, data)])
    window = explorers.gradient_window(LIF(), torch.arange(-20, 41), starts["level"])
    assert found["window"] == pytest.approx(window.tolist(), abs=1e-6)
    stdp = PairSTDP(10.0, 10.0, a_plus=window.max().item(), a_minus=window.max().item() / 2)
    assert found["pairs"] == pytest.approx(stdp.window(torch.arange(-20.0, 41)).tolist(), abs=1e-6)


@needs_node
def test_each_press_takes_the_gradient_one_step_back_and_says_how():
    data, controls = explorers.GradientWindow().data(), having_values("GradientWindow")
    values = {key: control.start for key, control in controls.items()} | {"back": 0}
    said = []
    for _ in range(9):
        (found,) = run("GradientWindow", [("compute", values, data)])
        said.append(found["titles"])
        (changes,) = run("GradientWindow", [("walk", values, data)])
        values = values | changes
    assert said[0] == [
        "Wanted 1 spike, came 0: error 1, s = 0.111",
        "g[40] = error · s = 0.111",
        "Not at the input yet: 8 more steps back",
    ]
    assert said[1][1] == "g[39] = β · g[40] = 0.905 · 0.111 = 0.101"
    assert said[8][2] == "It has met the input: weight change 0.0499"
    (late,) = run("GradientWindow", [("compute", values | {"pre": 50}, data)])
    assert late["titles"][2] == "It never meets the input: weight change 0"
    (last,) = run("GradientWindow", [("walk", values | {"back": data["most"]}, data)])
    assert last == {"back": data["most"]}


@needs_node
def test_the_credit_is_that_of_the_core():
    explorer, cases = explorers.CreditAssignment(), parameters("CreditAssignment", 100)
    data, negative = explorer.data(), 0
    calls = [("compute", case, data) for case in cases]
    for case, found in zip(cases, run("CreditAssignment", calls), strict=True):
        current = torch.full((100, 1, 1), data["drive"], dtype=torch.float64)
        current[[int(time) for time in case["arrivals"]]] += data["weight"]
        neuron = LIF(
            double(case["tau_mem"]),
            reset=case["reset"],
            detach_reset=case["gradient"] == "detached",
            surrogate=Surrogate(scale=case["scale"]),
        )
        expected = explorers.credit(neuron, current).flatten().numpy()
        assert found["credit"] == pytest.approx(expected, rel=1e-9, abs=1e-12)
        assert sum(step["spike"] for step in found["steps"]) == neuron(current).sum()
        reach = 100 - np.flatnonzero(np.abs(expected) >= 0.01).min()
        assert found["reach"] == reach
        assert f"over {reach} ms" in found["titles"][1]
        negative += (expected < -1e-3).any()
    assert negative > 5


def trains(times, shift, steps=700):
    """Return spikes ``[T, 1, 1]`` at times that are shifted, with room for traces to die out."""
    spikes = torch.zeros(steps, 1, 1, dtype=torch.float64)
    spikes[[time + shift for time in times]] = 1
    return spikes


@needs_node
def test_distances_and_traces_of_spike_trains_are_those_of_the_core():
    data, cases = explorers.SpikeDistance().data(), parameters("SpikeDistance")
    calls = [("compute", case, data) for case in cases]
    nearer = set()
    for case, found in zip(cases, run("SpikeDistance", calls), strict=True):
        wanted, moved = (trains(data["wanted"], shift) for shift in (0, case["shift"]))
        tau = case["tau"]
        here, silence = (van_rossum(wanted, other, tau=tau).item() for other in (moved, 0 * wanted))
        assert [found["here"], found["silence"]] == pytest.approx([here, silence], abs=1e-9)
        assert found["curve"][data["reach"] + case["shift"]] == pytest.approx(here, abs=1e-9)
        for trace, train in zip(found["traces"], (wanted, moved), strict=True):
            expected = spike_trace(train[: data["steps"]], tau).flatten()
            assert trace == pytest.approx(expected.tolist(), abs=1e-6)
        assert found["titles"][1].endswith("nearer than no spike")
        assert ("no nearer" in found["titles"][1]) == (here >= silence)
        nearer.add(here < silence)
    assert nearer == {True, False}


@needs_node
def test_the_map_shows_what_is_recorded_of_each_pair():
    record, data = recorded("codes_and_losses"), explorers.CodeLossMap().data()
    losses, codes = record.settings["losses"], record.settings["codes"]
    pairs = list(product(range(len(losses)), range(len(codes))))
    cases = [{"loss": NAMES[losses[i]], "code": codes[j]} for i, j in pairs]
    found = run("CodeLossMap", [("compute", case, data) for case in cases])
    trained = 0
    for (i, j), each in zip(pairs, found, strict=True):
        runs = 100 * np.array(record.results["accuracy"][i][j])
        if len(runs) == 0:
            assert each["titles"][0].endswith("not trained")
            continue
        trained += 1
        spikes, steps = (np.mean(record.results[name][i][j]) for name in ("spikes", "steps"))
        expected = [runs.mean(), spikes]
        shown = each["here"]["accuracy"]
        ends = [runs.min(), runs.max()]
        assert [shown["low"], shown["high"]] == pytest.approx(ends, abs=1e-6)
        text = each["titles"][0].split(": ")[1]
        assert numbers(text) == pytest.approx(expected, abs=0.5)
        assert numbers(text)[0] == pytest.approx(runs.mean(), abs=0.051)
        assert numbers(each["titles"][1])[0] == pytest.approx(steps, abs=0.051)
        same = sum(pair["loss"] == each["here"]["loss"] for pair in each["pairs"])
        alike = sum(pair["code"] == each["here"]["code"] for pair in each["pairs"])
        assert len(each["others"]) == same + alike - 2
    assert {len(each["pairs"]) for each in found} == {trained}


@needs_node
def test_the_spot_that_is_nearest_in_pixels_is_picked():
    spots = [{"x": 0, "y": 90, "values": "a"}, {"x": 100, "y": 94, "values": "b"}]
    source = live.bundle("code_loss_map") + (
        "export const pick = (x, y, spots) => "
        "nearest({ px: (v) => v, py: (v) => 10 * (100 - v) }, spots, x, y).values;"
    )
    calls = [("pick", 20, 90.5, spots), ("pick", 20, 100, spots), ("pick", 90, 93.5, spots)]
    assert returned(source, calls) == ["a", "b", "b"]


def recorded_outputs(data):
    """Return the recorded output spikes ``[T, B, 10]`` that the explorer of page 07 holds."""
    masks = torch.tensor(data["masks"]).T
    return torch.stack([masks >> c & 1 for c in range(10)], 2).float()


@needs_node
def test_a_network_that_is_stopped_answers_as_the_core_does():
    data = explorers.StopReading().data()
    outputs, labels = recorded_outputs(data), torch.tensor(data["labels"])
    cases = [{"digit": digit, "step": step} for digit in range(50) for step in (1, 2, 5, 10, 30)]
    found = run("StopReading", [("compute", case, data) for case in cases])
    verdicts = set()
    for case, each in zip(cases, found, strict=True):
        digit, step = case["digit"], case["step"]
        counts = spike_count(outputs[:step])
        assert each["counts"] == counts[digit].tolist()
        assert each["answer"] == predict(counts)[digit]
        first, second = counts[digit].topk(2).values
        label, answer, right = each["titles"]
        assert numbers(label) == [data["labels"][digit]]
        lead = (first - second).item()
        assert numbers(answer) == [step, each["answer"], *([lead] if lead else [])]
        assert ("tie" in answer) == (first == second)
        verdicts.add("right" in answer)
        assert ("right" in answer) == (each["answer"] == labels[digit])
        share = accuracy(counts, labels)
        assert numbers(right) == pytest.approx([50 * share, 50])
    assert verdicts == {True, False}


@needs_node
def test_the_share_that_is_right_is_found_after_every_step():
    data = explorers.StopReading().data()
    cases = [{"digit": digit, "step": step} for step in (1, 2, 5, 30) for digit in range(50)]
    answers = run("StopReading", [("compute", case, data) for case in cases])
    for place, step in enumerate((1, 2, 5, 30)):
        found = [each["answer"] for each in answers[50 * place : 50 * (place + 1)]]
        assert data["right"][step - 1] == sum(map(int.__eq__, found, data["labels"]))
    assert len(data["right"]) == explorers.StopReading.controls["step"].high
    assert data["right"][0] < 25 < 45 < data["right"][-1]


def test_the_digits_that_are_stopped_are_those_of_the_record():
    data = explorers.StopReading().data()
    digits, places = mnist_mini(), recorded("first_network").results["stopped"]["places"]
    assert len(places) == len(data["images"]) == explorers.StopReading.controls["digit"].high + 1
    assert len(data["masks"][0]) == explorers.StopReading.controls["step"].high
    assert data["labels"] == digits.test_labels[places].tolist()
    for image, place in zip(data["images"], places, strict=True):
        greys = torch.tensor([int(grey, 16) for grey in image]).view(28, 28) / 15
        assert (greys - digits.test_images[place]).abs().max() < 1 / 29


def ink_of(drawing):
    """Return a drawing as an image ``[28, 28]`` in [0, 1]."""
    return double([int(grey, 16) / 15 for grey in drawing]).view(28, 28)


def moved_as_in_mnist(ink):
    """Return an image with its longer side 20 pixels and its centre of mass in the middle."""
    if not ink.any():
        return ink
    rows, columns = (axis.double() for axis in ink.nonzero(as_tuple=True))
    size = 1 + max((at.max() - at.min()).item() for at in (rows, columns))
    zoom = max(1 / 3, size / 20)
    at = torch.arange(28, dtype=torch.float64)
    middle = [(ink.sum(1 - axis) * at).sum() / ink.sum() for axis in (0, 1)]
    down, right = (each + zoom * (at - 13.5) for each in middle)
    grid = torch.stack(torch.meshgrid(right, down, indexing="xy"), 2) / 13.5 - 1
    sample = torch.nn.functional.grid_sample
    return sample(ink[None, None], grid[None], align_corners=True)[0, 0]


@needs_node
def test_a_drawing_is_read_as_the_core_reads_it():
    cases, data = parameters("DrawDigit", 60), explorers.DrawDigit().data()
    cases += [{"drawing": drawing, "time": 25} for drawing in data["examples"]]
    settings, network = recorded("drawn_digits").settings, recorded_reader().double()
    answered = 0
    for case, found in zip(
        cases, run("DrawDigit", [("compute", case, data) for case in cases]), strict=True
    ):
        image = moved_as_in_mnist(ink_of(case["drawing"])).float().double()
        pixels = torch.nn.functional.avg_pool2d(image[None], 2).flatten()
        assert found["pixels"] == pytest.approx(pixels.tolist(), abs=1e-5)
        means = double(found["pixels"]).view(1, 14, 14).repeat_interleave(2, 1)
        spikes = input_spikes(means.repeat_interleave(2, 2), settings)
        hidden = network[:2](spikes)
        expected = [spikes, hidden, network[2:](hidden)]
        for mine, layer in zip(found["spikes"], expected, strict=True):
            assert mine == layer[:, 0].int().tolist()
        until = [layer[: case["time"]].sum((0, 1)) for layer in expected]
        assert found["counts"] == until[2].tolist()
        said, sent, inside, outside = found["titles"]
        every = [sent, inside, outside]
        assert [numbers(title)[0] for title in every] == [each.sum() for each in until]
        most = (until[2] == until[2].max()).nonzero().flatten().tolist()
        assert numbers(said)[2:] == (most if len(most) < 3 else [])
        answered += len(most) == 1  # the others are empty, or undecided
    assert answered > 20


@needs_node
def test_an_empty_pad_says_so_and_nothing_spikes():
    data = explorers.DrawDigit().data()
    (found,) = run("DrawDigit", [("compute", {"drawing": "0" * 784, "time": 25}, data)])
    assert "nothing is drawn" in found["titles"][0]
    assert sum(map(sum, found["spikes"][0])) == sum(found["counts"]) == 0
    assert set(found["pixels"]) == {0}


@needs_node
def test_a_drawing_may_stand_anywhere_and_be_of_any_size():
    data, three = explorers.DrawDigit().data(), ink_of(explorers.DrawDigit().data()["examples"][3])
    shifted = [three.roll(by, (0, 1)) for by in ((0, 0), (2, -3), (-4, 3))]
    half = torch.nn.functional.avg_pool2d(three[None], 2)[0]
    small = torch.zeros_like(three)
    small[3:17, 10:24] = half
    found = run("DrawDigit", [("centred", image.flatten().tolist()) for image in [*shifted, small]])
    first = np.array(found[0])
    for other in found[1:3]:
        assert other == pytest.approx(first, abs=1e-9)
    for image in (first.reshape(28, 28), np.reshape(found[3], (28, 28))):
        sides = [np.ptp(at) + 1 for at in np.nonzero(image > 0.1)]
        assert 19 <= max(sides) <= 22
        for axis in (0, 1):
            middle = image.sum(1 - axis) @ np.arange(28) / image.sum()
            assert middle == pytest.approx(13.5, abs=0.1)
    assert data["steps"] == explorers.DrawDigit.controls["time"].high


@needs_node
def test_test_digits_on_the_pad_are_read_nearly_as_well_as_the_test_set():
    data, digits = explorers.DrawDigit().data(), mnist_mini()
    greys = (15 * digits.test_images[:300].flatten(1)).round().int().tolist()
    cases = [{"drawing": "".join(f"{each:x}" for each in image), "time": 25} for image in greys]
    found = run("DrawDigit", [("compute", case, data) for case in cases])
    counts = double([each["counts"] for each in found])
    recorded_share = recorded("drawn_digits").results["accuracy"][-1]
    assert accuracy(counts, digits.test_labels[:300]) > recorded_share - 0.03


@needs_node
def test_a_stroke_is_soft_and_covers_what_it_passes():
    empty = "0" * 784
    (dot, line) = run(
        "DrawDigit",
        [("stroked", empty, [5.5, 8.5], [5.5, 8.5]), ("stroked", empty, [5.5, 8.5], [20.5, 8.5])],
    )
    dot, line = ink_of(dot), ink_of(line)
    assert dot[8, 5] == line[8, 5:21].min() == 1
    assert 0 < dot[9, 6] < dot[9, 5] < 1
    assert dot.count_nonzero() == 9
    assert (line >= dot).all()
    assert line[:, :4].count_nonzero() == line[11:].count_nonzero() == 0


@needs_node
def test_the_buttons_clear_the_pad_and_show_one_test_digit_after_the_other():
    explorer = explorers.DrawDigit()
    data, drawing, seen = explorer.data(), explorer.controls["drawing"].start, []
    for _ in range(10):
        (changed,) = run("DrawDigit", [("example", {"drawing": drawing}, data)])
        drawing = changed["drawing"]
        seen.append(drawing)
    assert sorted(seen) == sorted(data["examples"])
    assert run("DrawDigit", [("clear", {"drawing": drawing}, data)]) == [{"drawing": "0" * 784}]


@needs_node
def test_the_digit_that_is_shown_first_is_read_from_eight_ms_on():
    """The first answer to the drawing of page 00."""
    values = {key: c.start for key, c in having_values("DrawDigit").items()}
    data = explorers.DrawDigit().data()
    cases = [("compute", values | {"time": time}, data) for time in range(26)]
    titles = [found["titles"] for found in run("DrawDigit", cases)]
    read = [said.endswith(": a 2") for said, *_ in titles]
    assert not read[7]
    assert all(read[8:])
    assert [numbers(titles[time][1])[0] for time in (8, 25)] == [18, 53]


@needs_node
def test_a_new_drawing_is_read_from_the_first_moment_and_stands_at_the_last():
    data = explorers.DrawDigit().data()
    values = {key: c.start for key, c in having_values("DrawDigit").items()}
    (found,) = run("DrawDigit", [("run", values, data, 30)])
    assert [state["time"] for state in found] == [*range(26), 25, 25, 25, 25]


@pytest.mark.parametrize("wrong", ["0" * 783, "g" * 784, [0] * 784, ""])
def test_what_is_no_drawing_is_refused(wrong):
    with pytest.raises(ValueError, match="drawing.*784 hexadecimal digits"):
        explorers.DrawDigit().sliders().values = {"drawing": wrong}


def membrane_of_the_core(case, explorer):
    """Return the moments of one neuron that hears the input and, inhibited, its neighbour."""
    layer = MembraneLayer(2, 1, kappa=0.0, refractory=0.0, clip=False).double()
    with torch.no_grad():
        layer.threshold.fill_(case["threshold"])
        layer.weight.copy_(double([[case["weight"], -case["taken"] * case["threshold"]]]))
    times, sources = spike_events(torch.from_numpy(explorer.trains(case["rate"]))[:, None])
    return run_events(torch.nn.Sequential(layer), times, sources)


@needs_node
def test_the_sums_and_the_membrane_of_page_18_are_those_of_the_core():
    explorer = explorers.MembraneSum()
    cases, data, sent = parameters("MembraneSum", 100), explorer.data(), 0
    found = run("MembraneSum", [("compute", case, data) for case in cases])
    for case, each in zip(cases, found, strict=True):
        course, spikes = each["course"], 0
        for moment in membrane_of_the_core(case, explorer):
            now = course[round(moment.time) - 1]
            assert now["spike"] == moment.spikes.item()
            x, others = moment.x.tolist()
            assert now["membrane"] == pytest.approx(moment.membrane.item(), abs=1e-9)
            assert now["came"] == pytest.approx(case["weight"] * x, abs=1e-9)
            assert now["went"] == pytest.approx(case["threshold"] * moment.a.item(), abs=1e-9)
            taken = case["taken"] * case["threshold"] * others
            assert now["lost"] == pytest.approx(taken, abs=1e-9)
            spikes += moment.spikes.item()
        if case["threshold"] >= case["weight"]:  # what is still above it spikes in a silent step
            assert sum(now["spike"] for now in course) == spikes
        assert numbers(each["titles"][0])[1] == sum(now["spike"] for now in course)
        for now in course:
            rest = now["came"] - now["went"] - now["lost"]
            assert now["membrane"] == pytest.approx(rest, abs=1e-9)
        sent += spikes
    assert sent > 300
    times, sources = explorer.events(0.3)
    assert times.tolist() == [t + 1 for t, number in enumerate(data["numbers"]) if number < 0.3]
    assert not sources.any()


@needs_node
def test_a_crossing_its_gradient_and_its_membrane_are_those_of_the_core():
    data = explorers.SpikeCrossing().data()
    neuron, times = Dynamics(), double(data["arrivals"])
    cases = parameters("SpikeCrossing", 150)
    silent = 0
    for case, found in zip(
        cases, run("SpikeCrossing", [("compute", case, data) for case in cases]), strict=True
    ):
        for moved, name, course in zip(
            (0, case["nudge"]), ("before", "after"), found["courses"], strict=True
        ):
            weights = double([case["w"] + moved, *data["others"]])
            spike = spike_time(times, weights, neuron).item()
            assert (np.inf if found[name] is None else found[name]) == pytest.approx(spike)
            expected = membrane_at(double(data["times"]), times, weights, neuron)
            assert course == pytest.approx(expected.tolist(), abs=1e-12)
        if found["before"] is None:
            silent += 1
            assert found["by"] is None
        else:
            weights = double([case["w"], *data["others"]])
            by_weight, _ = spike_time_gradient(times, weights, neuron)
            assert found["by"] == pytest.approx(by_weight[0].item())
            assert found["run"] == pytest.approx(case["nudge"] * by_weight[0].item())
    assert 10 < silent < len(cases) / 2


@needs_node
def test_the_titles_of_a_crossing_say_what_happens_to_the_spike():
    data = explorers.SpikeCrossing().data()
    told = [(1.6, 0.2), (1.35, -0.1), (0.75, -0.2), (0.5, 0.5)]
    cases = [{"w": w, "nudge": nudge} for w, nudge in told]
    found = run("SpikeCrossing", [("compute", case, data) for case in cases])
    moves, jumps, vanishes, wakes = (each["titles"] for each in found)
    assert moves[0] == "spike at 5.72 ms, with Δw spike at 5.02 ms"
    assert moves[2] == "tangent −0.85 ms, it moves by −0.70 ms"
    assert numbers(jumps[2])[1] > 10 > 5 * numbers(jumps[2])[0]
    assert vanishes[2].endswith("but it vanishes")
    assert wakes[0].startswith("no spike, with Δw spike at")
    assert wakes[1:] == ["no crossing, so no slope", "no gradient"]


def two_layers(case, size):
    """Return what a spiking and an ordinary layer do for an image, in operations."""
    kept = {"parameters": size**2, "states": size}
    met, updates = case["spikes"] * size**2, case["steps"] * size
    spiking = {"additions": met, "reads": met, "received": case["spikes"] * size}
    values = case["active"] / 100 * size
    ordinary = {"macs": values * size, "reads": values * size, "received": values}
    spiking |= {"updates": updates, "decays": updates}
    return [Counts(1, {"": Operations(**kept, **each)}) for each in (spiking, ordinary)]


def row_of_the_core(case, data):
    """Return spikes ``[T, detectors]`` and membranes of a row of detectors, and where they meet."""
    task = explorers.CoincidenceLine.task
    late = task.difference(double(case["direction"])).item()
    ears = torch.zeros(data["steps"], 1, 2, dtype=torch.float64)
    for ear, _, cycle, away in data["spikes"]:
        time = (cycle + 0.4) * task.period + (0.5 - ear) * late + case["jitter"] * away
        step = int(np.floor(time / task.dt))
        if 0 <= step < data["steps"]:
            ears[step, 0, ear] += 1
    longest = explorers.CoincidenceLine.longest
    way = torch.linspace(0, longest, data["line"] + 1)
    lines = DelayedLinear(
        2,
        len(way),
        longest,
        bias=False,
        dt=task.dt,
        delay=torch.stack([way, longest - way], 1)[..., None],
    )
    torch.nn.init.ones_(lines.weight)
    current = case["weight"] * lines.double().eval()(ears)
    spikes, membrane = LIF(tau_mem=0.2, dt=task.dt)(current.detach(), record=True)[:2]
    return spikes[:, 0], membrane[:, 0], (longest - late) / 2 / task.dt


@needs_node
def test_the_detectors_between_two_ears_fire_as_those_of_the_core():
    data = explorers.CoincidenceLine().data()
    cases = parameters("CoincidenceLine", 60)
    counted = 0
    for case, found in zip(
        cases, run("CoincidenceLine", [("compute", case, data) for case in cases]), strict=True
    ):
        spikes, membrane, meet = row_of_the_core(case, data)
        assert found["fired"] == [train.nonzero()[:, 0].tolist() for train in spikes.T], case
        assert found["counts"] == spikes.sum(0).tolist()
        assert found["meet"] == pytest.approx(meet)
        shown = membrane[:, min(data["line"], max(0, int(meet + 0.5)))].tolist()
        assert [step["membrane"] for step in found["steps"]] == pytest.approx(shown, abs=1e-9)
        counted += spikes.sum()
    assert counted > 1000


def heard_on_the_line(**values):
    """Return what the line of detectors shows with some values, and the others at their starts."""
    starts = {key: c.start for key, c in explorers.CoincidenceLine.controls.items()}
    data = explorers.CoincidenceLine().data()
    return run("CoincidenceLine", [("compute", starts | values, data)])[0]


@needs_node
def test_the_place_where_most_fire_tells_the_direction():
    for angle in (-60, -30, 0, 30, 60):
        found = heard_on_the_line(direction=angle)
        told, read = re.findall(r"−?\d+(?=°)", found["titles"][2])
        assert float(told.replace("−", "-")) == angle
        assert float(read.replace("−", "-")) == pytest.approx(angle, abs=8)
        assert max(found["counts"]) > 10
        assert min(found["counts"]) == 0  # none of the far ones fires


@needs_node
def test_the_answers_at_the_two_lines():
    """A source at the right; too much jitter; weights that are too large, or too small."""
    right = heard_on_the_line(direction=60)
    assert max(np.flatnonzero(right["counts"])) < 10 < 20 == len(right["counts"]) - 1
    assert heard_on_the_line(jitter=0.3)["titles"][2] == "no detector fires"
    assert sum(heard_on_the_line(jitter=0.3, weight=0.2)["counts"]) > 0
    deaf_to_time = heard_on_the_line(weight=0.3)["counts"]
    assert min(deaf_to_time) > 0.6 * max(deaf_to_time)
    assert heard_on_the_line(weight=0.02)["titles"][2] == "no detector fires"


def changed_table(case):
    """Return the table of a case, with its prices of memory and of messages."""
    table = {"45 nm": HOROWITZ, "7 nm": JOUPPI}[case["table"]]
    memory = {
        name: getattr(table, name) * 10 ** case["memory"]
        for name in ("sram_8kb", "sram_32kb", "sram_1mb", "dram")
    }
    return replace(table, message=case["message"], **memory)


@needs_node
def test_two_layers_cost_and_meet_as_in_the_core():
    explorer = explorers.MeetingPoint()
    data = explorer.data()
    cases = parameters("MeetingPoint", 200)
    winners = set()
    for case, found in zip(
        cases, run("MeetingPoint", [("compute", case, data) for case in cases]), strict=True
    ):
        table, bits = changed_table(case), int(case["bits"])
        bills = [energy(each, table, bits=bits) for each in two_layers(case, explorer.size)]
        for bill, parts in zip(bills, found["bills"], strict=True):
            assert parts == pytest.approx(list(bill))
        spiking, ordinary = (bill.total / 1000 for bill in bills)
        assert [found["spiking"], found["ordinary"]] == pytest.approx([spiking, ordinary])
        meet = meeting_rate(
            explorer.size,
            explorer.size,
            case["steps"],
            table,
            bits=bits,
            density=case["active"] / 100,
        )
        assert found["meet"] == pytest.approx(meet)
        assert numbers(found["titles"][0])[:2] == pytest.approx([spiking, ordinary], rel=0.01)
        assert ("spiking wins" in found["titles"][0]) == (spiking < ordinary)
        assert ("never" in found["titles"][1]) == (meet <= 0)
        winners.add((spiking < ordinary, meet <= 0))
    assert winners == {(True, False), (False, False), (False, True)}


@needs_node
def test_a_neuron_says_what_that_of_the_core_says_and_what_the_staircase_says():
    data, counted = explorers.RateStaircase().data(), 0
    cases = parameters("RateStaircase", 200)
    found = run("RateStaircase", [("compute", case, data) for case in cases])
    for case, each in zip(cases, found, strict=True):
        threshold, steps, start = case["threshold"], case["steps"], case["start"]
        neuron = IF(threshold, start)
        spikes, membrane, state = neuron(double([[[case["current"]]]] * steps), record=True)
        assert [step["membrane"] for step in each["steps"]] == pytest.approx(
            membrane.flatten().tolist(), abs=1e-9
        )
        if ((membrane - threshold).abs() < 1e-9).any():  # a matter of the last digit
            continue
        assert [step["spike"] for step in each["steps"]] == spikes.flatten().tolist()
        assert each["left"] == pytest.approx(state.item(), abs=1e-9)
        said = staircase(double(case["current"]), threshold, steps, start).item()
        assert each["rate"] == pytest.approx(said)
        assert each["relu"] == max(case["current"], 0)
        assert numbers(each["titles"][0])[:2] == [spikes.sum(), steps]
        assert numbers(each["titles"][1])[0] == pytest.approx(said, abs=0.0051)
        counted += 1
    assert counted > 180


@needs_node
def test_the_stairs_that_are_drawn_are_the_staircase():
    data = explorers.RateStaircase().data()
    for case in parameters("RateStaircase", 20):
        (found,) = run("RateStaircase", [("compute", case, data)])
        currents = double(found["currents"])
        assert (currents[0], currents[-1]) == (data["low"], data["high"])
        spike = case["threshold"] / case["steps"]
        rates = staircase(currents, case["threshold"], case["steps"], case["start"])
        near = (currents / spike + case["start"]).frac().abs()
        sure = (near - 0.5).abs() < 0.5 - 1e-9
        assert sure.sum() > 600
        torch.testing.assert_close(double(found["rates"])[sure], rates[sure])


def rewarded_pair(case, data):
    """Return the eligibility at every millisecond, and the change of the weight, by the core."""
    pre, post = torch.zeros(2, int(data["duration"]) + 1, 1, 1, dtype=torch.float64)
    pre[int(data["pre"])], post[case["post"]] = 1, 1
    learner = RewardSTDP(PairSTDP(a_plus=1.0, a_minus=0.5, w_min=-9, w_max=9), case["tau"])
    weight, state = torch.zeros(1, 1, dtype=torch.float64), learner.rest(pre[0], post[0])
    course = []
    for time, (now_pre, now_post) in enumerate(zip(pre, post, strict=True)):
        state = learner.step(now_pre, now_post, weight, state)
        course.append(state.eligibility.item())
        if time == case["reward"]:
            change = learner.reward(weight, state, double([case["success"]])).item()
    return course, change


@needs_node
def test_the_eligibility_and_the_change_of_weight_are_those_of_the_core():
    data = explorers.EligibilityTrace().data()
    cases = [
        case | {"post": round(case["post"]), "reward": round(case["reward"])}
        for case in parameters("EligibilityTrace", 20)
    ]
    found = run("EligibilityTrace", [("compute", case, data) for case in cases])
    for case, shown in zip(cases, found, strict=True):
        course, change = rewarded_pair(case, data)
        assert shown["course"] == pytest.approx(course, abs=1e-9)
        assert shown["change"] == pytest.approx(change, abs=1e-9)
        assert shown["weight"][-1] == shown["change"]


@functools.cache
def unpacked(*texts):
    """Return hexadecimal digits as numbers, a row for each text, made once for all who read."""
    return double([[int(digit, 16) for digit in text] for text in texts])


def field_from_core(case, data):
    """Return the cosines of a field with both means after each spike, and the field."""
    kinds = [data["unit"] * unpacked(*data[kind]) for kind in ("mixed", "threes")]
    means = torch.nn.functional.normalize(unpacked(*data["means"]), dim=1)
    weight = torch.nn.functional.normalize(unpacked(data["start"]), dim=1)
    one, path = torch.ones(1, 1, 1, dtype=torch.float64), []
    for spike in range(case["spikes"]):
        trace = kinds[int(data["draws"][spike] >= case["others"])][spike]
        weight = trace_stdp(weight, trace.view(1, 1, -1), one, lr=case["lr"], scale=data["scale"])
        path.append((means @ weight[0]).tolist())
    return path, weight[0].tolist()


@needs_node
def test_a_field_drifts_as_the_rule_of_the_core_moves_it():
    cases, data = parameters("PrototypeDrift", 30), explorers.PrototypeDrift().data()
    calls = [("compute", case, data) for case in cases]
    for case, found in zip(cases, run("PrototypeDrift", calls), strict=True):
        path, field = field_from_core(case, data)
        assert np.array(found["path"]) == pytest.approx(np.array(path), abs=1e-9)
        assert found["field"] == pytest.approx(field, abs=1e-9)
        assert sum(found["counted"]) == case["spikes"]


def test_levels_are_close_to_the_traces_and_the_means_of_the_digits():
    data = explorers.PrototypeDrift().data()
    digits = mnist_mini()
    threes = unit_intensity(digits.train_images[digits.train_labels == 3].flatten(1)).mean(0)
    mean = unpacked(*data["means"])[0]
    assert mean / mean.max() == pytest.approx(double((threes / threes.max()).tolist()), abs=1 / 30)
    assert max(level for text in data["threes"] + data["mixed"] for level in text) == "f"
    longest_trace = sum(np.exp(-step / 5) for step in range(8))
    assert 15 * data["unit"] == pytest.approx(longest_trace, abs=1e-6)


def seen_by_the_core(case):
    """Return what the map of page 16 sees at each step, and its filter, in double precision."""
    explorer = explorers.FeatureMap()
    image = double(explorer.data()["image"]) / 255
    still = encoding.direct(image[None], explorer.steps)[:, 0]
    frames = explorer.frames().double() if case["input"] == "random spikes" else still
    return frames.view(-1, 28, 28), case["gain"] * explorers.edge_filter(
        case["orientation"]
    ).double()


@needs_node
def test_a_feature_map_sees_and_spikes_as_the_core_does():
    data, cases, spiked = explorers.FeatureMap().data(), parameters("FeatureMap", 25), 0
    found = run("FeatureMap", [("compute", case, data) for case in cases])
    for case, each in zip(cases, found, strict=True):
        frames, kernel = seen_by_the_core(case)
        arguments = frames, kernel, case["tau_mem"]
        expected = explorers.map_spikes(*arguments, case["pooling"])
        shown = double(each["spikes"]).view(expected.shape)
        assert (shown != expected).double().mean() < 2e-3  # where a membrane meets the threshold
        assert each["counts"] == shown.sum((1, 2)).tolist()
        assert each["pictures"][0] == pytest.approx(frames[case["step"] - 1].flatten().tolist())
        either, alone = (
            explorers.map_spikes(*arguments, pooling)
            for pooling in ("LIF, then max", "max, then LIF")
        )
        assert each["extra"] == pytest.approx((alone > either).sum().item(), abs=2)
        assert each["extra"] == 0 or case["input"] == "random spikes"
        spiked += each["extra"]
    assert spiked > 100


def test_a_map_turns_with_its_filter():
    digit, across = mnist_mini().train_images[3], explorers.edge_filter(0)
    torch.testing.assert_close(across.T, explorers.edge_filter(90))
    upright = explorers.map_spikes(digit.expand(8, 28, 28), across, 10.0, "none")
    lying = explorers.map_spikes(digit.T.expand(8, 28, 28), across.T, 10.0, "none")
    assert (upright != lying.transpose(1, 2)).float().mean() < 1e-3
    assert upright.sum() > 100


def test_what_the_map_of_page_16_hears_at_random_is_the_digit():
    data = explorers.FeatureMap().data()
    places = torch.tensor([place for step in data["random"] for place in step])
    often = places.bincount(minlength=784) / len(data["random"])
    image = torch.tensor(data["image"]) / 255
    assert len(data["random"]) == explorers.FeatureMap.controls["step"].high
    assert often[image == 0].sum() == 0
    assert (often - image).mean().abs() < 0.02


@needs_node
def test_the_eligibility_of_a_cue_is_that_of_the_core():
    explorer = explorers.ThresholdMemory()
    data, cases = explorer.data(), parameters("ThresholdMemory", 100)
    found = run("ThresholdMemory", [("compute", case, data) for case in cases])
    signs = set()
    for case, each in zip(cases, found, strict=True):
        decays = np.exp([-data["dt"] / case["tau_mem"], -data["dt"] / case["tau_adapt"]])
        parts = np.array(each["cue"], float), np.array(each["recall"], float)
        assert [part.sum() for part in parts] == [10, 10]
        courses = {}
        for name, strength in (("steps", case["strength"]), ("plain", 0.0)):
            u, threshold, e = cue_eligibility(*parts, *decays, strength, data["weight"])
            if (abs(u - threshold) < 1e-9).any():  # a matter of the last digit
                break
            steps = each[name]
            assert [step["membrane"] for step in steps] == pytest.approx(u.tolist(), abs=1e-9)
            assert [step["threshold"] for step in steps] == pytest.approx(threshold.tolist())
            assert [step["eligibility"] for step in steps] == pytest.approx(e.tolist(), abs=1e-9)
            courses[name] = (e * parts[1]).sum()
        if len(courses) == 2:
            assert [each["left"], each["without"]] == pytest.approx(
                list(courses.values()), abs=1e-9
            )
            shown = numbers(each["titles"][1].replace("e−", "e-").replace("η = 0", ""))
            assert shown == pytest.approx(np.abs(list(courses.values())), rel=0.06, abs=1e-12)
            signs.add(each["left"] < 0)
    assert signs == {True, False}


@needs_node
def test_cue_and_recall_lie_where_the_delay_says():
    data = explorers.ThresholdMemory().data()
    starts = {key: c.start for key, c in explorers.ThresholdMemory.controls.items()}
    for delay in (0.0, 5.0, 200.0, 600.0):
        (found,) = run("ThresholdMemory", [("compute", starts | {"delay": delay}, data)])
        times = np.array(found["times"])
        asked = times[np.array(found["recall"]) > 0]
        assert times[np.array(found["cue"]) > 0].tolist() == list(range(0, 50, 5))
        assert asked.tolist() == [50 + delay + after for after in range(0, 50, 5)]


def recorded_events(data, threshold, refractory, monkeypatch):
    """Return what the core's camera records of the explorer's digit with the explorer's draws."""
    draws = torch.tensor(data["draws"]) + 0.5
    monkeypatch.setattr(camera, "uniform", lambda *_: draws)
    quiet = {"mismatch": 0.0, "contrast": 0.0, "background": 0.0}
    image = torch.tensor(data["image"]).view(1, 28, 28) / 255
    core = camera.EventCamera(threshold=threshold, refractory=refractory, **quiet)
    return core.record(image)[0]


@needs_node
def test_the_pixels_of_the_explorer_send_what_those_of_the_core_send(monkeypatch):
    data, sent, timed = explorers.EventWindow().data(), 0, 0
    cases = parameters("EventWindow", 15)
    calls = [("eventsOf", case, data) for case in cases]
    for case, found in zip(cases, run("EventWindow", calls), strict=True):
        core = recorded_events(data, case["threshold"], case["refractory"], monkeypatch)
        keys = Counter(zip((34 * core["y"] + core["x"]).tolist(), core["p"].tolist(), strict=True))
        own = Counter((event["pixel"], int(event["on"])) for event in found)
        assert (keys - own).total() + (own - keys).total() <= 0.005 * len(core), case
        if len(found) == len(core):  # the core cuts off what is less than a microsecond
            times = [1000 * e["time"] for e in sorted(found, key=lambda e: (e["pixel"], e["time"]))]
            order = np.lexsort([core["t"], core["x"], core["y"]])
            away = np.abs(times - core["t"][order])
            assert np.quantile(away, 0.95) < 2
            timed += 1
        sent += len(core)
    assert sent > 50_000
    assert timed > 10


@needs_node
def test_window_and_rates_hold_the_events_of_their_times():
    data, cases = explorers.EventWindow().data(), parameters("EventWindow", 15)
    calls = [(name, case, data) for case in cases for name in ("eventsOf", "compute")]
    found = run("EventWindow", calls)
    for case, events, shown in zip(cases, found[::2], found[1::2], strict=True):
        inside = [e for e in events if 0 <= e["time"] - case["start"] < case["width"]]
        assert shown["inside"] == inside
        on = sum(event["on"] for event in inside)
        assert numbers(shown["titles"][0]) == [on, len(inside) - on]
        assert numbers(shown["titles"][1]) == [len(events)]
        assert 5 * np.sum(shown["rates"]) == pytest.approx(len(events))


@needs_node
def test_the_answers_of_page_17_at_its_explorer():
    data = explorers.EventWindow().data()
    starts = {key: c.start for key, c in explorers.EventWindow.controls.items()}

    def seen(**values):
        return run("EventWindow", [("compute", starts | values, data)])[0]

    def lies(inside):
        """Return how far right and down the ON events lie of the OFF events, in pixels."""
        at = {
            on: np.array([divmod(e["pixel"], 34) for e in inside if e["on"] == on]) for on in (0, 1)
        }
        down, right = at[1].mean(0) - at[0].mean(0)
        return right, down

    first, second, third = (lies(seen(start=start)["inside"]) for start in (40, 140, 245))
    assert first[1] > 1
    assert second[0] > 1 > -1 > second[1]
    assert third[0] < -1
    busy, pause = seen(start=40)["inside"], seen(start=90)["inside"]
    assert len(pause) < len(busy) / 10
    assert seen(threshold=1.5)["titles"][1] != "0 events in all"
    slow, quick = seen(refractory=20.0)["rates"], seen(refractory=0.0)["rates"]
    assert np.max(slow) < 0.6 * np.max(quick)


@needs_node
def test_local_credit_is_that_of_the_core():
    data, cases = explorers.LocalCredit().data(), parameters("LocalCredit", 25)
    calls = [call for case in cases for call in (("credit", case, data), ("compute", case, data))]
    found = run("LocalCredit", calls)
    for case, told, shown in zip(cases, found[::2], found[1::2], strict=True):
        credit = explorers.local_credit(**case)
        near = {"rtol": 0, "atol": 1e-9}
        torch.testing.assert_close(double(told["exact"]), credit.exact_signal, **near)
        torch.testing.assert_close(double(told["local"]), credit.local_signal, **near)
        for name, gradient in (("exact", credit.exact), ("local", credit.local)):
            ours = double(told["gradients"][name]).view_as(gradient)
            torch.testing.assert_close(ours, gradient, **near)
        both = credit.exact.flatten(), credit.local.flatten()
        cosine = torch.cosine_similarity(*both, dim=0)
        assert shown["cosine"] == pytest.approx(cosine.item(), abs=1e-9)
        degrees = cosine.clamp(-1, 1).arccos().rad2deg().item()
        assert numbers(shown["titles"][1])[0] == pytest.approx(degrees, abs=0.51)
        largest = credit.exact_signal[:, credit.exact_signal.abs().sum(0).argmax()]
        expected = (largest / largest.abs().max()).tolist()
        assert shown["courses"][0] == pytest.approx(expected, abs=1e-9)


def spikes_of_a_population(case, data, curve):
    """Return who spikes, ``[T, 1, N]``, by the core; with the explorer's draws for coins."""
    size = case["neurons"]
    if case["kind"] == "balanced":
        weights = torch.full((1, size), data["step"] / size).double()
        source = torch.Generator().manual_seed(0)
        return following.balanced_with(
            curve, weights, tau_mem=case["tau"], noise=0.0, generator=source
        )
    (drawn,) = run("FollowCurve", [("uniform", data["steps"] * data["most"], data["seed"])])
    draws = double(drawn).view(data["steps"], 1, -1)[..., :size]
    return (draws < following.drive(curve, tau_mem=case["tau"]) / data["step"]).double()


@needs_node
def test_a_population_follows_a_curve_as_that_of_the_core():
    data, cases = explorers.FollowCurve().data(), parameters("FollowCurve", 10)
    found = run("FollowCurve", [("compute", case, data) for case in cases])
    seen = Counter()
    for case, each in zip(cases, found, strict=True):
        curve = double([now["wanted"] for now in each["course"]]).view(-1, 1, 1)
        expected = following.two_sines(data["steps"], speed=case["speed"]).double()
        torch.testing.assert_close(curve, expected, rtol=0, atol=1e-5)
        spikes = spikes_of_a_population(case, data, curve)
        counts = double([float(len(now["who"])) for now in each["course"]])
        differ = (counts != spikes.sum((1, 2))).double().mean()
        assert differ < 0.01, case  # a matter of the last digit
        assert all(len(set(now["who"])) == len(now["who"]) for now in each["course"])
        trace = LeakyIntegrator(tau_mem=case["tau"])(spikes)
        estimate = data["step"] * trace.mean(-1, keepdim=True)
        assert each["error"] == pytest.approx(
            following.curve_error(estimate, curve), rel=0.05, abs=1e-4
        )
        assert each["each"] == pytest.approx(spikes.sum().item() / case["neurons"], rel=0.01)
        faster = following.drive(curve, tau_mem=case["tau"])[data["skipped"] :] < 0
        assert each["falls"] == pytest.approx(faster.double().mean().item(), abs=1e-9)
        assert numbers(each["titles"][0]) == [
            case["neurons"],
            pytest.approx(each["error"], abs=1e-4),
        ]
        seen[case["kind"], each["falls"] > 0] += 1
    assert min(seen[kind, falls] for kind in ("balanced", "independent") for falls in (0, 1)) > 1


def followed_with(**values):
    """Return what the explorer of page 23 says, from its start but for some values."""
    starts = {key: control.start for key, control in having_values("FollowCurve").items()}
    data = explorers.FollowCurve().data()
    return run("FollowCurve", [("compute", starts | values, data)])[0]


@needs_node
def test_the_answers_at_the_population_of_page_23():
    start = followed_with()
    assert 0.4 < followed_with(neurons=64)["error"] / start["error"] < 0.6
    together = followed_with(kind="balanced")
    assert followed_with(kind="balanced", neurons=32)["error"] == pytest.approx(
        together["error"] / 2, rel=0.1
    )
    long = followed_with(kind="balanced", tau=100)
    assert round(together["each"]) == 75
    assert round(long["each"]) == 17
    assert together["falls"] == 0 < long["falls"]
    quick = [followed_with(kind="balanced", speed=4.0, neurons=size) for size in (16, 128)]
    assert [round(each["error"], 4) for each in quick] == [0.0093, 0.0072]
    assert round(1 - quick[1]["error"] / quick[0]["error"], 2) == 0.22
    assert [round(each["error"], 3) for each in (together, long)] == [0.007, 0.021]
    many = followed_with(kind="balanced", neurons=128)["error"]
    assert many == pytest.approx(together["error"] / 8, rel=0.1)
    assert "falls faster than the leak" in quick[1]["titles"][1]
    assert followed_with(neurons=1)["titles"][0].startswith("1 neuron: error")
