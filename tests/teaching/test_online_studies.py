"""What page 13 draws and measures: gradients forward in time, and networks that remember."""

import numpy as np
import pytest
import torch

from snn_core import online
from snn_core.tasks import DelayedRecall
from snn_core.teaching import diagrams
from snn_core.teaching.diagrams.online import answers_after_swaps, spikes_and_thresholds
from snn_core.teaching.inputs import pulse
from snn_core.teaching.records import recorded
from snn_core.teaching.studies import online as study
from snn_core.teaching.studies import recall
from snn_core.training import seed_torch


def test_the_gradient_forward_lies_on_that_of_every_walk_back():
    axes = diagrams.gradient_so_far(pulse(12, at=[1, 2, 3, 8]), pulse(12, at=5), weight=0.6)
    line, dots = axes[2].lines[-2:]
    assert line.get_ydata() == pytest.approx(dots.get_ydata(), abs=1e-5)
    assert np.ptp(line.get_ydata()) > 0.1
    influence = axes[1].lines[0].get_ydata()
    assert influence[0] == 0
    assert influence[1] == pytest.approx(1)


def test_each_table_holds_the_numbers_that_are_not_zero():
    inputs = (torch.rand(20, 1, 2, generator=seed_torch(0)) < 0.5).float()
    tables = {str(size): study.influence_after(inputs, size) for size in (1.0, 0.0)}
    axes = diagrams.influence_tables(tables)
    written = [len([text for text in axis.texts if text.get_text() != "nan"]) for axis in axes]
    assert written == [(table != 0).sum() for table in tables.values()]
    assert written[1] == 4
    assert axes[1].get_xticklabels()[1].get_text() == "1→0"
    ends = [(axis.images[0].norm.vmin, axis.images[0].norm.vmax) for axis in axes]
    assert ends[0] == ends[1]
    assert ends[0][0] == -ends[0][1]


def test_without_recurrence_only_leak_and_reset_are_needed():
    attached = {"detach_reset": False}
    kept = study.cosine_of_terms(["leak", "reset"], 0.0, seed=0, **attached)
    assert kept == pytest.approx(1, abs=1e-6)
    assert study.cosine_of_terms(["leak"], 0.0, seed=0, **attached) < 0.99
    assert study.cosine_of_terms(["leak"], 0.0, seed=0) == pytest.approx(1, abs=1e-6)
    assert study.growth_of_terms(online.TERMS, 0.2, seed=0, **attached) == pytest.approx(1)


def test_the_mean_over_networks_is_that_of_their_cosines():
    one, two = (study.cosine_of_terms("leak", 0.2, seed, tau_mem=4.0) for seed in (0, 1))
    assert study.cosines_of_terms("leak", [0.2], networks=2, tau_mem=4.0) == [(one + two) / 2]
    assert one != two


def test_without_the_others_rtrl_is_snap_1():
    """SnAp-1 keeps of the influence what a weight reaches within one step: its own neuron."""
    generator = seed_torch(0)
    linear, neuron = study.recurrent_pair(5, 0.5, generator, detach_reset=False)
    inputs = (torch.rand(30, 1, 5, generator=generator) < 0.3).float()
    learner = online.OnlineRTRL(linear, neuron, set(online.TERMS) - {"others"})
    learner.start(inputs[0])
    own = torch.eye(5)[None, :, :, None]
    influence = torch.zeros_like(learner.influence)
    for now in inputs:
        slope, spikes = learner.slope, learner.state.spikes
        full = online.membrane_jacobian(
            slope, neuron.weight.detach(), neuron.beta, neuron.threshold
        )
        sources = torch.cat([now, spikes], 1)
        influence = own * online.influence_step(influence, full, sources)
        learner.step(now)
        assert torch.allclose(learner.influence, influence, atol=1e-5)
    assert influence.abs().max() > 0.1


def test_the_memory_of_rtrl_does_not_grow_with_the_steps():
    (few, saved_few), (many, saved_many) = study.memory_of(4, 5), study.memory_of(4, 50)
    assert few == many > 4 * 2 * 4**3
    assert saved_many > 5 * saved_few


def test_a_recall_network_hears_each_group_with_a_third_of_its_neurons():
    network = recall.recall_network(0, among=0.5)
    inwards = network[0].weight.detach().unflatten(0, (3, 12)).unflatten(2, (3, 5))
    heard = (inwards != 0).float().mean((1, 3))
    assert torch.equal(heard.round(), torch.eye(3))
    assert network[1].weight.abs().max() <= 0.5
    assert not network[0].weight.requires_grad
    online.EProp(network)


def test_the_error_of_a_step_is_the_gradient_of_the_cross_entropy():
    y = torch.randn(5, 2, generator=seed_torch(0), requires_grad=True)
    cue = recall.draw_cues(5, seed_torch(1))
    (expected,) = torch.autograd.grad(torch.nn.functional.cross_entropy(y, cue), y)
    assert torch.allclose(recall.step_error(y.detach(), cue), expected)


def test_a_trial_shows_the_spikes_and_thresholds_of_its_network():
    network = recall.recall_network(0)
    inputs = DelayedRecall().inputs(torch.tensor([0]), generator=seed_torch(0))
    spikes, thresholds = spikes_and_thresholds(network, inputs)
    upper, other, lower = diagrams.recall_trial(network, {"one": inputs, "two": 0 * inputs})
    assert len(upper.lines[0].get_xdata()) == spikes.sum() > 0
    assert len(other.lines[0].get_xdata()) == 0
    assert [axis.get_title(loc="left") + axis.get_title() for axis in (upper, other)] == [
        "one",
        "two",
    ]
    assert lower.lines[1].get_ydata() == pytest.approx(thresholds[:, 1].numpy())
    assert thresholds.min() == pytest.approx(1, abs=0.5)
    assert lower.get_legend().get_texts()[0].get_text() == "hear A"


def test_swaps_are_drawn_as_they_were_recorded():
    record = recorded("delayed_recall")
    axis = diagrams.swaps_measured(record, "e-prop", title="a title")
    thresholds = answers_after_swaps(record, "e-prop", "thresholds")
    assert thresholds.shape == (len(record.settings["swaps"]), len(record.settings["seeds"]))
    assert axis.lines[0].get_ydata().tolist() == thresholds[:, 0].tolist()
    assert axis.lines[0].get_xdata().tolist() == record.settings["swaps"]
    assert axis.get_title(loc="left") + axis.get_title() == "a title"


def test_the_eligibility_of_the_cue_is_negative_at_the_recall_with_adaptation_only():
    axes = diagrams.cue_and_recall(strength=0.2)
    _, adaptive, plain = axes[1].lines
    late = adaptive.get_xdata() >= 250
    assert adaptive.get_ydata()[late].sum() < -0.1
    assert abs(plain.get_ydata()[late]).sum() < 1e-3
    membrane, threshold = (line.get_ydata() for line in axes[0].lines)
    assert (membrane > threshold).sum() > 4
    assert threshold[0] == 1 < threshold[-1]
