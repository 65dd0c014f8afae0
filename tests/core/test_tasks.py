"""Tasks: rates of inputs and outputs, inhibition, silence."""

import pytest
import torch

from snn_core import StochasticLIF
from snn_core.tasks import CueAssociation, DelayedRecall


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


def test_a_cue_makes_its_own_inputs_fire_fast_and_only_while_it_lasts():
    cue = torch.arange(3).repeat(2000)
    pre = CueAssociation().inputs(cue, 30, generator=generator())
    assert set(pre.unique().tolist()) == {0.0, 1.0}
    rate = (
        torch.stack([pre[:, cue == which].mean(1) for which in range(3)]) / 0.005
    )  # spikes per second
    rate = rate.view(3, 30, 3, 5).mean(-1)
    for which in range(3):
        for inputs in range(3):
            expected = 100.0 if inputs == which else 5.0
            assert rate[which, :10, inputs].mean() == pytest.approx(expected, abs=1.0)
        assert rate[which, 10:].mean() == pytest.approx(5.0, abs=0.5)


def test_without_inhibition_the_outputs_are_stochastic_neurons():
    weight, cue = torch.rand(4, 3, 15, generator=generator(1)), torch.tensor([0, 1, 2, 0])
    pre, post = CueAssociation(inhibition=0.0, width=1e-6).trial(
        weight, cue, 40, generator=generator()
    )
    alone = StochasticLIF(width=1e-6, dt=5.0)(torch.einsum("tbn,bmn->tbm", pre, weight))
    assert torch.equal(post, alone)
    assert post.sum() > 20


def test_a_spike_inhibits_the_other_outputs():
    task, weight = (
        CueAssociation(cues=2, inputs_per_cue=1, fast=200.0, slow=0.0),
        torch.zeros(1, 2, 2),
    )
    weight[:, :, 0] = torch.tensor([10.0, 0.9])
    for inhibition, fires in ((0.0, True), (50.0, False)):
        task.inhibition = inhibition
        _, post = task.trial(weight, torch.tensor([0]), 10, generator=generator())
        assert post[1:, 0, 0].all()
        assert post[2:, 0, 1].any() == fires


def test_silent_agents_are_silent_after_the_cue_only():
    silent = torch.tensor([True, False]).repeat(50)
    cue, weight = torch.zeros(100, dtype=torch.long), torch.full((100, 3, 15), 0.5)
    for spikes in CueAssociation().trial(weight, cue, 60, silent=silent, generator=generator()):
        assert spikes[10:, silent].sum() == 0
        assert spikes[10:, ~silent].sum() > 100
        assert spikes[:10, silent].sum() > 50


def test_a_trial_leaves_the_neuron_as_it_was():
    task, weight = CueAssociation(), torch.zeros(1, 3, 15, dtype=torch.float64)
    task.trial(weight, torch.tensor([0]), 10, generator=generator())
    assert task.neuron.generator is None


def test_a_cue_is_followed_by_noise_and_then_by_the_recall_signal():
    task, cue = (
        DelayedRecall(cues=3, inputs_per_group=2, duration=20.0, delay=100.0, recall=30.0),
        torch.arange(3),
    )
    assert (task.steps, task.answer, task.group.tolist()) == (
        30,
        slice(24, 30),
        [0, 0, 1, 1, 2, 2, 3, 3],
    )
    spikes = task.inputs(cue.repeat(3000), generator=generator())
    assert set(spikes.unique().tolist()) == {0.0, 1.0}
    rate = (
        spikes.view(30, 3000, 3, 4, 2).mean((1, 4)) / 0.005
    )  # spikes per second, [step, cue, group]
    expected = torch.full((30, 3, 4), 10.0)
    expected[:4, cue, cue] = 100.0
    expected[24:, :, 3] = 100.0
    torch.testing.assert_close(rate, expected, rtol=0, atol=5.0)


def test_without_noise_and_delay_every_spike_tells_something():
    task, cue = DelayedRecall(delay=0.0, slow=0.0, fast=200.0), torch.tensor([0, 1])
    spikes = task.inputs(cue)
    assert task.steps == 20
    for which in cue:
        speaks = (task.group == which).float()
        assert torch.equal(spikes[:10, which], speaks.expand(10, -1))
        assert torch.equal(spikes[10:, which], (task.group == 2).float().expand(10, -1))


def test_the_length_of_a_recall_trial_is_in_ms():
    assert DelayedRecall(dt=1.0).steps == 5 * DelayedRecall().steps == 300
