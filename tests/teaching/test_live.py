"""Live explorers: their JavaScript model, run by Node, does what the core does on random parameters."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
import torch

from snn_core import ALL_SURROGATES, LIF, Surrogate, encoding, reconstruction
from snn_core.plasticity import BOUNDS, PairSTDP
from snn_core.teaching import explorers, live
from snn_core.teaching.explorers import ALL_EXPLORERS, Choice
from snn_core.teaching.explorers._base import LiveExplorer
from snn_core.teaching.explorers.stdp_window import chance_change

LIVE = {name: kind for name, kind in ALL_EXPLORERS.items() if issubclass(kind, LiveExplorer)}
FILES = {path.stem for path in Path(live.__file__).parent.glob("*.js")} - {"common"}
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="runs the JavaScript models with Node, which is not installed")
every_live = pytest.mark.parametrize("name", LIVE)


def run(explorer, calls):
    """Return what functions of an explorer's JavaScript return, for calls ``(function, *arguments)``."""
    task = json.dumps({"source": LIVE[explorer].live._esm, "calls": calls})
    runner = [NODE, str(Path(__file__).with_name("live_runner.mjs"))]
    return json.loads(subprocess.run(runner, input=task, capture_output=True, encoding="utf-8", check=True).stdout)


def draws(count, seed, *controls):
    """Return random values for `controls`: any number of a range, any option of a choice."""
    random = np.random.default_rng(seed)
    return [[c.options[random.integers(len(c.options))] if isinstance(c, Choice)
             else random.integers(c.low, c.high + 1).item() if isinstance(c.step, int)
             else random.uniform(c.low, c.high) for c in controls] for _ in range(count)]  # fmt: skip


def parameters(name, count=50):
    """Return random parameters of an explorer, and those of its start and with each control at either end."""
    controls = LIVE[name].controls
    starts = {key: control.start for key, control in controls.items()}
    random = [dict(zip(controls, values, strict=True)) for values in draws(count, 1, *controls.values())]
    ends = [(key, c.options if isinstance(c, Choice) else (c.low, c.high)) for key, c in controls.items()]
    return [starts, *(starts | {key: end} for key, both in ends for end in both), *random]


def double(value):
    return torch.tensor(value, dtype=torch.float64)


def numbers(text):
    return [float(number) for number in re.findall(r"\d[\d,]*\.?\d*(?:e[-+]?\d+)?", text.replace(",", ""))]


def test_four_explorers_are_live_and_each_has_a_model():
    assert set(LIVE) == {"LIFNeuron", "Encoding", "SurrogateGradient", "STDPWindow"}
    assert {kind.live._esm for kind in LIVE.values()} == {live.bundle(name) for name in FILES}


@every_live
def test_the_browser_gets_ranges_starts_and_captions_from_the_explorer(name):
    state = json.loads(json.dumps(LIVE[name]().sliders().state()))
    assert [control.pop("name") for control in state["controls"]] == list(LIVE[name].controls)
    assert state["controls"] == json.loads(json.dumps([c._asdict() for c in LIVE[name].controls.values()]))
    assert state["values"] == {key: control.start for key, control in LIVE[name].controls.items()}


@every_live
def test_a_caption_names_its_unit(name):
    for control in LIVE[name].controls.values():
        unit = re.search(r"\b(ms)\)$", control.caption)
        assert getattr(control, "unit", "") == (unit.group(1) if unit else "")


@every_live
def test_values_can_be_set_from_python_within_their_ranges(name):
    figure, control = LIVE[name]().sliders(), next(iter(LIVE[name].controls))
    before = figure.values
    figure.values = {control: LIVE[name].controls[control][1]}
    assert figure.values == before | {control: LIVE[name].controls[control][1]}
    with pytest.raises(ValueError, match=control):
        figure.values = {control: -1000.0}
    with pytest.raises(ValueError, match="parameter"):
        figure.values = {"volume": 11}


@every_live
def test_the_script_needs_no_network_and_no_other_file(name):
    source = LIVE[name].live._esm
    assert not re.search(r"^\s*import\b|\bimport\(|\bfetch\(|https?://|XMLHttpRequest|</script", source, flags=re.M)
    assert 'data-lm-suppress-shortcuts": "true"' in source


@needs_node
@every_live
def test_titles_say_what_those_of_the_static_figure_say(name):
    explorer, cases = LIVE[name](), parameters(name, 20)
    data = explorer.live_data()
    for case, found in zip(cases, run(name, [("compute", case, data) for case in cases]), strict=True):
        for title, axes in zip(found["titles"], explorer(**case).axes, strict=True):
            expected = axes.get_title(loc="left")
            assert numbers(title) == pytest.approx(numbers(expected), rel=0.02, abs=0.002), (case, title, expected)


@needs_node
def test_the_lif_neuron_spikes_as_the_core_does():
    cases = draws(100, 0, *LIVE["LIFNeuron"].controls.values())
    currents = np.random.default_rng(2).normal(0.1, 0.5, (100, 200))
    calls, expected = [], []
    for (drive, tau, threshold, reset), noise in zip(cases, currents, strict=True):
        lif = LIF(double(tau), threshold=double(threshold), reset=reset, dt=1.0)
        current = (noise + 0.1 * drive).tolist()
        calls.append(("lifSequence", current, {"beta": np.exp(-1 / tau), "threshold": threshold, "reset": reset}))
        expected.append(lif(double(current)[:, None, None], record=True))
    count = 0
    for found, (spikes, membrane, _) in zip(run("LIFNeuron", calls), expected, strict=True):
        assert found["spikes"] == spikes.flatten().tolist()
        assert found["membrane"] == pytest.approx(membrane.flatten().numpy(), abs=1e-9)
        count += sum(found["spikes"])
    assert count > 1000


@needs_node
def test_the_constant_drive_of_the_lif_neuron_is_that_of_the_core():
    cases, data = parameters("LIFNeuron"), explorers.LIFNeuron().live_data()
    found = run("LIFNeuron", [("compute", case, data) for case in cases])
    curve = [(c["drive"], c["tau_mem"], c["threshold"]) for c in cases]
    rates = run("LIFNeuron", [("firingRate", *point) for point in curve])
    for case, run_, rate, point in zip(cases, found, rates, curve, strict=True):
        lif = LIF(double(case["tau_mem"]), threshold=double(case["threshold"]), reset=case["reset"], dt=data["dt"])
        current = (case["drive"] * (1 - lif.beta)).expand(round(data["duration"] / data["dt"]), 1, 1)
        spikes, membrane, _ = lif(current, record=True)
        assert run_["spikes"] == spikes.flatten().tolist()
        assert run_["membrane"] == pytest.approx(membrane.detach().flatten().numpy(), abs=1e-9)
        assert rate == pytest.approx(explorers.firing_rate(*map(np.array, point)).item(), rel=1e-9)


@needs_node
@pytest.mark.parametrize("seed", [0, 7, 2**31 + 5])
def test_the_draws_are_those_of_torch(seed):
    (found,) = run("Encoding", [("uniform", 5000, seed)])
    assert found == torch.rand(5000, generator=torch.Generator().manual_seed(seed)).tolist()


@needs_node
@pytest.mark.parametrize("code", ["rate", "latency", "delta"])
def test_the_encoder_spikes_as_the_core_does(code):
    random, calls, expected = np.random.default_rng(3), [], []
    for _, _, steps, gain, tau in draws(60, 4, *LIVE["Encoding"].controls.values()):
        image = random.integers(0, 256, 40) / 255
        threshold, seed = random.uniform(0.05, 0.4), random.integers(2**31).item()
        call, spikes = _encoded(code, image, steps, gain, tau, threshold, seed)
        calls.append(call)
        expected.append(spikes)
    for found, spikes in zip(run("Encoding", calls), expected, strict=True):
        parts = [found["on"], found["off"]] if code == "delta" else [found]
        assert parts == [channel.flatten().tolist() for channel in spikes]
    assert sum(spikes[0].sum().item() for spikes in expected) > 1000


@needs_node
def test_a_change_of_exactly_one_threshold_is_worth_a_spike():
    signal = double([0.25, 0.5, 0.5, 0.25, 0.25]).view(5, 1, 1)
    (found,) = run("Encoding", [("delta", signal.flatten().tolist(), 1, 0.25)])
    spikes = encoding.delta(signal, threshold=0.25)
    assert found["on"] == spikes[:, :, 0].flatten().tolist() == [1, 1, 0, 0, 0]
    assert found["off"] == spikes[:, :, 1].flatten().tolist() == [0, 0, 0, 1, 0]


def _encoded(code, image, steps, gain, tau, threshold, seed):
    """Return a call of the JavaScript encoder, and the spikes of the core's, by channel."""
    values, seeded = double(image)[None], torch.Generator().manual_seed(seed)
    if code == "rate":
        uniform = torch.rand((steps, 1, 40), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
        options = {"gain": gain, "draws": uniform.flatten().tolist()}
        return ("rate", image.tolist(), steps, options), [encoding.rate(values, steps, gain=gain, generator=seeded)]
    if code == "latency":
        spikes = encoding.latency(values, steps, tau=tau, threshold=threshold)
        return ("latency", image.tolist(), steps, {"tau": tau, "threshold": threshold}), [spikes]
    noise = torch.rand((steps, 1, 40), generator=seeded, dtype=torch.float64)
    signal = torch.linspace(0, 1, steps, dtype=torch.float64).view(-1, 1, 1) * values + 0.3 * noise
    spikes = encoding.delta(signal, threshold=threshold)
    return ("delta", signal.flatten().tolist(), 40, threshold), [spikes[:, :, 0], spikes[:, :, 1]]


@needs_node
def test_what_is_read_back_is_what_the_core_reads_back():
    explorer, cases = explorers.Encoding(), parameters("Encoding")
    calls = [("compute", case, explorer.live_data()) for case in cases]
    for case, found in zip(cases, run("Encoding", calls), strict=True):
        back = _read_back(double(found["spikes"]).view(case["steps"], 1, 784), case, explorer)
        assert found["back"] == pytest.approx(back[0].numpy(), abs=1e-9)
        assert found["image"] == pytest.approx(explorer.images[case["digit"]].flatten().numpy(), abs=1e-6)


def _read_back(spikes, case, explorer):
    if case["code"] == "rate":
        return reconstruction.from_rate(spikes, gain=case["gain"])
    if case["code"] == "latency":
        return reconstruction.from_latency(spikes, tau=case["tau"], threshold=explorer.threshold)
    return spikes[0] if case["code"] == "direct" else reconstruction.from_delta(spikes[:, :, None], threshold=0.1)[-1]


@needs_node
@pytest.mark.parametrize("surrogate", ALL_SURROGATES)
def test_the_surrogate_derivatives_are_those_of_the_core(surrogate):
    random = np.random.default_rng(5)
    points, scales = random.normal(0, 0.5, 200), 10 ** random.uniform(-1, 3, 200)
    options = [{"surrogate": surrogate, "scale": scale} for scale in scales]
    calls = [("derivative", x, option) for x, option in zip(points, options, strict=True)]
    expected = [Surrogate(surrogate, k).derivative(double(x)).item() for x, k in zip(points, scales, strict=True)]
    assert run("SurrogateGradient", calls) == pytest.approx(expected, abs=1e-12)


@needs_node
def test_the_gradient_of_each_layer_is_that_of_autograd():
    random, calls, expected, spikes = torch.Generator().manual_seed(6), [], [], 0
    for surrogate, log_scale, gain in draws(60, 7, *LIVE["SurrogateGradient"].controls.values()):
        weights = gain * (0.1 + 0.6 * torch.randn(3, 8, 8, generator=random, dtype=torch.float64))
        start = encoding.rate(torch.full((4, 8), 0.3, dtype=torch.float64), 30, generator=random)
        beta = LIF().beta.double()
        norms, membrane = explorers.gradient_by_layer(start, weights, Surrogate(surrogate, 10**log_scale))
        data = {"input": start.flatten().tolist(), "width": 32, "neurons": 8, "beta": beta.item(), "threshold": 1.0}
        spike = {"surrogate": surrogate, "scale": 10**log_scale}
        calls.append(("gradientByLayer", weights.flatten(1).tolist(), spike, data))
        expected.append((norms, membrane))
    for found, (norms, membrane) in zip(run("SurrogateGradient", calls), expected, strict=True):
        assert found["norms"] == pytest.approx(norms.numpy(), rel=1e-5)
        assert found["layers"][0]["membrane"] == pytest.approx(membrane.flatten().numpy(), abs=1e-5)
        assert found["layers"][0]["spikes"] == (membrane > 1).double().flatten().tolist()
        spikes += sum(found["layers"][2]["spikes"])
    assert spikes > 1000


@needs_node
def test_the_histogram_is_that_of_numpy():
    values = np.concatenate([np.random.default_rng(8).normal(0, 1.5, 1000), [-2.0, 2.0, 0.0]])
    counts, _ = np.histogram(values, np.linspace(-2, 2, 41))
    (found,) = run("SurrogateGradient", [("histogram", values.tolist(), -2, 2, 40)])
    assert found == pytest.approx(counts / counts.max())


@needs_node
def test_the_stdp_window_and_its_weights_are_those_of_the_core():
    calls, expected = [], []
    lags = [0.0, 0.5, -0.5, 3.0, -3.0, *np.random.default_rng(9).uniform(-80, 80, 57)]
    walk = {"bins": 20, "chance": 0.02, "influence": 0.3}
    for case, lag in zip(parameters("STDPWindow"), lags, strict=True):
        bound, rule = case["bound"], PairSTDP(**case)
        calls += [
            ("stdpWindow", lag, case),
            ("factors", 0.3, BOUNDS[bound]),
            ("chanceChange", case),
            ("weightDensity", case, BOUNDS[bound], walk),
        ]
        expected += [rule.window(double(lag)).item(), [float(factor) for factor in rule.factors(double(0.3))]]
        expected += [list(chance_change(rule)), explorers.weight_density(rule).tolist()]
    for found, wanted in zip(run("STDPWindow", calls), expected, strict=True):
        assert found == pytest.approx(wanted, rel=1e-5, abs=1e-9)
