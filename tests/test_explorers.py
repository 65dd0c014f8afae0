"""Explorers: every slider can go to both ends, the picture follows, and the model behind it is the core's."""

import io

import numpy as np
import pytest
import torch
from PIL import Image

from snn_core import LIF, Surrogate, explorers
from snn_core.explorers import ALL_EXPLORERS, Choice, Explorer, Range
from snn_core.losses import van_rossum


def ends(control):
    return control.options if isinstance(control, Choice) else (control.low, control.high)


EVERY_END = [
    (name, slider, value)
    for name, kind in ALL_EXPLORERS.items()
    for slider, c in kind.controls.items()
    for value in ends(c)
]


def pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"), dtype=int)


def test_every_explorer_is_listed():
    kinds = {name for name, kind in vars(explorers).items() if isinstance(kind, type) and issubclass(kind, Explorer)}
    assert kinds - {"Explorer"} == set(ALL_EXPLORERS)


@pytest.mark.parametrize(("name", "slider", "value"), EVERY_END)
def test_every_slider_can_go_to_both_ends(name, slider, value):
    box = ALL_EXPLORERS[name]().sliders()
    widget = box.children[list(ALL_EXPLORERS[name].controls).index(slider)]
    widget.value = value
    assert widget.value == value
    assert bytes(box.children[-1].value).startswith(b"\x89PNG")


@pytest.mark.parametrize("name", ALL_EXPLORERS)
def test_the_picture_follows_a_slider(name):
    box = ALL_EXPLORERS[name]().sliders()
    before, first = bytes(box.children[-1].value), box.children[0]
    first.value = next(end for end in ends(next(iter(ALL_EXPLORERS[name].controls.values()))) if end != first.value)
    assert bytes(box.children[-1].value) != before


@pytest.mark.parametrize("name", ALL_EXPLORERS)
def test_the_quick_picture_equals_the_full_drawing(name):
    explorer = ALL_EXPLORERS[name]()
    quick = pixels(explorer.png())
    buffer = io.BytesIO()
    explorer().savefig(buffer, format="png", dpi=90)
    difference = np.abs(quick - pixels(buffer.getvalue())).max(axis=2)
    assert (difference > 60).mean() < 0.01


@pytest.mark.parametrize("name", ALL_EXPLORERS)
def test_starts_lie_inside_their_ranges(name):
    for control in ALL_EXPLORERS[name].controls.values():
        inside = (
            control.low <= control.start <= control.high
            if isinstance(control, Range)
            else control.start in control.options
        )
        assert inside


def test_the_neuron_lies_on_its_f_i_curve():
    explorer = explorers.LIFNeuron()
    explorer(drive=2.0, tau_mem=20.0, reset="hard")
    (drive,), (rate,) = explorer.point.get_data()
    assert drive == 2.0
    assert rate == pytest.approx(explorers.firing_rate(np.array([2.0]), 20.0)[0], abs=10)


def test_below_the_threshold_the_neuron_is_silent():
    explorer = explorers.LIFNeuron()
    explorer(drive=0.9)
    assert explorer.point.get_data()[1][0] == 0


def test_five_layers_fall_silent_below_a_gain_and_saturate_above():
    explorer = explorers.LayerRates()
    height = {}
    for gain in (0.5, 1.8, 8.0):
        explorer(gain=gain, input_rate=0.1, tau_mem=10.0)
        height[gain] = [bar.get_height() for bar in explorer.bars]
    assert height[0.5][0] == height[8.0][0] == pytest.approx(0.1, abs=0.01)
    assert height[0.5][-1] == 0
    assert 0.03 < height[1.8][-1] < 0.2 < height[8.0][-1]


def test_a_longer_memory_wakes_the_layers():
    explorer = explorers.LayerRates()
    explorer(gain=1.4, tau_mem=5.0)
    short = explorer.bars[-1].get_height()
    explorer(gain=1.4, tau_mem=50.0)
    assert short == 0 < explorer.bars[-1].get_height()


def test_credit_of_a_silent_neuron_is_beta_to_the_k():
    silent = torch.zeros(50, 2, dtype=torch.float64)
    lif = LIF(torch.tensor([5.0, 20.0], dtype=torch.float64), reset="hard")
    steps_back = torch.arange(49, -1, -1, dtype=torch.float64)[:, None]
    assert torch.allclose(explorers.credit(lif, silent), lif.beta**steps_back, rtol=1e-12)


def test_credit_through_spikes_follows_the_reset():
    explorer = explorers.CreditAssignment()
    explorer(tau_mem=20.0)
    assert np.allclose(explorer.positive.get_ydata(), explorer.silent.get_ydata())
    assert "6 spikes" in explorer.title.get_text()
    explorer(tau_mem=20.0, reset="hard")
    last_spike = explorer.spikes.get_xdata()[-1]
    assert explorer.positive.get_xdata().min() == last_spike + 1
    assert len(explorer.negative.get_xdata()) == 0
    explorer(tau_mem=20.0, reset="hard", gradient="attached", scale=2.0)
    assert len(explorer.negative.get_xdata()) > 0


def output_times(**parameters):
    explorer = explorers.NeuronModels()
    explorer(**parameters)
    return explorer.spikes.get_data()[0], explorer.last


def test_each_neuron_model_shows_what_it_adds():
    plain, last = output_times(model="LIF")
    assert output_times(model="CuBa")[0][0] > plain[0]
    assert output_times(model="Alpha")[0][0] > output_times(model="CuBa")[0][0]
    assert len(output_times(model="adaptive")[0]) < len(plain)
    assert (plain < last).all()
    assert output_times(model="recurrent", self_weight=1.1)[0][-1] == 199
    assert output_times(model="recurrent", self_weight=0.9)[0][-1] < last + 10


def test_a_neuron_model_without_its_addition_is_the_lif_neuron():
    plain = list(output_times(model="LIF")[0])
    assert list(output_times(model="adaptive", strength=0.0)[0]) == plain
    assert list(output_times(model="recurrent", self_weight=0.0)[0]) == plain


def test_the_gradient_of_each_layer_is_that_of_autograd_through_the_literal_steps():
    generator = torch.Generator().manual_seed(1)
    spikes = (torch.rand(12, 2, 5, generator=generator) < 0.3).float()
    weights = torch.randn(3, 5, 5, generator=generator)
    surrogate = Surrogate("arctan", 2.0)
    norms, membrane = explorers.gradient_by_layer(spikes, weights, surrogate)
    currents, neuron, layer = [], LIF(surrogate=surrogate), spikes
    for weight in weights:
        currents.append((layer @ weight).requires_grad_())
        state, steps = torch.zeros(2, 5), []
        for current in currents[-1]:
            spike, u, state = neuron.step(current, state)
            steps.append((spike, u))
        layer = torch.stack([spike for spike, _ in steps])
        if len(currents) == 1:
            torch.testing.assert_close(membrane, torch.stack([u for _, u in steps]).detach())
    expected = torch.stack([gradient.norm() for gradient in torch.autograd.grad(layer.sum(), currents)])
    torch.testing.assert_close(norms, expected)


def test_a_wide_surrogate_makes_the_gradient_explode_and_a_narrow_box_kills_it():
    explorer = explorers.SurrogateGradient()
    reach = {}
    for name, scale in (("straight_through", 1.0), ("fast_sigmoid", 1000.0), ("boxcar", 300.0)):
        reach[name], _ = explorers.gradient_by_layer(explorer.input, explorer.weights, Surrogate(name, scale))
    assert reach["straight_through"][0] > 1000 * reach["straight_through"][-1]
    assert 0 < reach["fast_sigmoid"][0] < 1e-3 * reach["fast_sigmoid"][-1]
    assert reach["boxcar"][0] == 0 < reach["boxcar"][-1]
    explorer(surrogate="boxcar", log_scale=2.5)
    assert [bar.get_height() == 0 for bar in explorer.bars][::4] == [True, False]


def test_the_distance_from_spike_pairs_is_the_van_rossum_distance_of_the_core():
    one, other = torch.zeros(2, 300, 1, 1, dtype=torch.float64)
    one[[50, 68, 110]] = other[[57, 75, 117]] = 1
    for tau in (1.0, 10.0, 50.0):
        expected = van_rossum(one, other, tau=tau).item()
        assert explorers.spike_train_distance(np.array([50, 68, 110]), np.array([57, 75, 117]), tau) == pytest.approx(
            expected, rel=1e-6
        )


def test_a_small_shift_is_nearer_than_silence_and_a_large_one_is_not():
    explorer = explorers.SpikeDistance()
    for shift, nearer in ((0, True), (3, True), (40, False), (-40, False)):
        explorer(shift=shift, tau=10.0)
        assert (explorer.point.get_ydata()[0] < explorer.silence.get_ydata()[0]) == nearer
    explorer(shift=0, tau=10.0)
    assert explorer.point.get_ydata()[0] == pytest.approx(0, abs=1e-12)


def test_a_field_forgets_at_the_learning_rate_and_drifts_to_what_it_spikes_for():
    drift = explorers.PrototypeDrift()
    drift(lr=0.05, spikes=150, others=0.0, digit=3)
    own, everything = drift.own.get_ydata()[-1], drift.all.get_ydata()[-1]
    assert own > 0.95
    assert own > everything
    drift(lr=0.05, spikes=150, others=1.0, digit=3)
    assert drift.all.get_ydata()[-1] > drift.own.get_ydata()[-1]
    drift(lr=1.0, spikes=20, others=0.0, digit=3)
    assert drift.own.get_ydata()[-1] < own
