"""Tasks: rates of inputs and outputs, inhibition, silence."""

import math

import numpy as np
import pytest
import torch

from snn_core import StochasticLIF
from snn_core.tasks import (
    CueAssociation,
    DelayedRecall,
    digit_templates,
    one_dimensional,
    one_dimensional_digits,
    yin_yang,
    yin_yang_class,
)


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


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int64])
def test_cues_are_integers_of_any_kind(dtype):
    cue = torch.tensor([0, 2, 1], dtype=dtype)
    spikes = CueAssociation(fast=200.0, slow=0.0).inputs(cue, 10)
    assert torch.equal(spikes.view(10, 3, 3, 5).mean((0, 3)).argmax(1), cue.long())


@pytest.mark.parametrize("make", [CueAssociation, lambda: DelayedRecall(3)])
@pytest.mark.parametrize(
    ("cue", "came"),
    [
        (torch.tensor(0), r"shape \[\]"),
        (torch.tensor([[0], [1]]), r"shape \[2, 1\]"),
        ([0, 1], "list"),
        (None, "NoneType"),
        (torch.tensor([0.0, 1.0]), "torch.float32"),
        (torch.tensor([0, 3]), "labels from 0 to 3"),
        (torch.tensor([], dtype=torch.long), "no label"),
    ],
)
def test_other_cues_are_named(make, cue, came):
    task = make()
    arguments = (cue, 20) if isinstance(task, CueAssociation) else (cue,)
    with pytest.raises(ValueError, match=f"^cue: got {came}"):
        task.inputs(*arguments)


@pytest.mark.parametrize("source", [3, "seed", torch])
def test_other_sources_of_chance_are_named(source):
    with pytest.raises(ValueError, match="^generator: got .*, expected a torch.Generator or None"):
        CueAssociation().inputs(torch.tensor([0]), 20, generator=source)
    with pytest.raises(ValueError, match="^generator: got .*, expected a torch.Generator or None"):
        DelayedRecall().inputs(torch.tensor([0]), generator=source)


WEIGHT = torch.zeros(2, 3, 15)


@pytest.mark.parametrize(
    ("changed", "argument", "came"),
    [
        ({"weight": WEIGHT + torch.inf}, "weight", "infinite numbers"),
        ({"weight": WEIGHT - torch.nan}, "weight", "NaN"),
        ({"weight": WEIGHT.to_sparse()}, "weight", "a sparse tensor"),
        ({"weight": WEIGHT.to("meta")}, "weight", "meta"),
        ({"weight": WEIGHT[0]}, "weight", "shape"),
        ({"silent": [True, False]}, "silent", "list"),
        ({"silent": torch.tensor([True])}, "silent", "torch.bool"),
        ({"silent": torch.tensor([1, 0])}, "silent", "torch.int64"),
        ({"steps": 9}, "steps", "9"),
    ],
)
def test_a_trial_names_what_does_not_fit(changed, argument, came):
    arguments = {"weight": WEIGHT, "cue": torch.tensor([0, 1]), "steps": 10}
    CueAssociation().trial(**arguments)
    with pytest.raises(ValueError, match=f"^{argument}: got {came}"):
        CueAssociation().trial(**arguments | changed)


def test_constants_of_the_outputs_have_one_entry_for_each():
    task = CueAssociation(tau_mem=torch.tensor([5.0, 10.0, 20.0]), threshold=torch.tensor(1.5))
    assert task.trial(WEIGHT, torch.tensor([0, 1]), 10)[1].shape == (10, 2, 3)
    for name in ("tau_mem", "threshold"):
        with pytest.raises(ValueError, match=rf"^{name}: got shape \[4\], expected shape"):
            CueAssociation(**{name: torch.ones(4)})


def test_a_step_is_of_5_ms_unless_told_otherwise():
    assert CueAssociation().dt == 5.0
    assert CueAssociation().cue_steps == 10
    assert CueAssociation(dt=1.0).cue_steps == 50
    assert DelayedRecall().steps == 60


def test_the_limits_of_the_ranges_are_allowed():
    """The largest rate is a spike at every step, the shortest signal half a step, rounded up."""
    task = CueAssociation(2, 1, duration=2.6, fast=200.0, slow=200.0, inhibition=0.0)
    assert task.cue_steps == 1
    assert task.inputs(torch.tensor([0]), 1).eq(1).all()
    recall = DelayedRecall(2, 1, duration=2.6, recall=2.6, delay=0.0, fast=200.0, slow=200.0)
    assert (recall.steps, recall.answer) == (2, slice(1, 2))
    assert recall.inputs(torch.tensor([0])).eq(1).all()


def test_one_output_spike_inhibits_the_others_once_and_by_so_much():
    """A loop over one agent, with neurons that are all but deterministic."""
    task = CueAssociation(2, 1, fast=200.0, slow=0.0, inhibition=0.3, width=1e-6, beta=0.5)
    weight = torch.tensor([[[1.2, 0.0], [0.9, 0.0]]])
    _, post = task.trial(weight, torch.tensor([0]), 10)
    v, z, expected = [0.0, 0.0], [0, 0], []
    for _ in range(10):
        u = [0.5 * v[i] + (1.2, 0.9)[i] - 0.3 * z[1 - i] for i in range(2)]
        z = [int(value > 1) for value in u]
        v = [value - spike for value, spike in zip(u, z, strict=True)]
        expected.append(z)
    assert post[:, 0].int().tolist() == expected
    assert 0 < post[:, 0, 1].sum() < 10


@pytest.mark.parametrize(
    ("changed", "argument"),
    [
        ({"cues": 1}, "cues"),
        ({"cues": 2.0}, "cues"),
        ({"fast": -0.1}, "fast"),
        ({"slow": -0.1}, "slow"),
        ({"fast": 200.1}, "fast"),
        ({"slow": 200.1}, "slow"),
        ({"dt": 0.0}, "dt"),
        ({"dt": -5.0}, "dt"),
        ({"duration": 2.5}, "duration"),
        ({"duration": 0.0}, "duration"),
    ],
)
@pytest.mark.parametrize("kind", [CueAssociation, DelayedRecall])
def test_settings_out_of_range_are_named(kind, changed, argument):
    with pytest.raises(ValueError, match=f"^{argument}: got "):
        kind(**changed)


@pytest.mark.parametrize(
    ("make", "argument"),
    [
        (lambda: CueAssociation(inhibition=-0.1), "inhibition"),
        (lambda: CueAssociation(inputs_per_cue=0), "inputs_per_cue"),
        (lambda: DelayedRecall(inputs_per_group=0), "inputs_per_group"),
        (lambda: DelayedRecall(delay=-0.1), "delay"),
        (lambda: DelayedRecall(recall=2.5), "recall"),
        (lambda: DelayedRecall(recall=-50.0), "recall"),
    ],
)
def test_settings_of_one_task_out_of_range_are_named(make, argument):
    with pytest.raises(ValueError, match=f"^{argument}: got "):
        make()


def test_the_classes_of_the_yin_yang_are_those_of_its_description():
    """Two dots of radius 0.1 at a quarter and three quarters of the horizontal diameter, two half
    discs of radius 0.25 around them, one of either class, and the halves above and below."""
    values, labels = yin_yang(3000, generator=generator())
    for (x, y, *mirrored), label in zip(values.tolist(), labels.tolist(), strict=True):
        assert mirrored == pytest.approx([1 - x, 1 - y], abs=1e-6)
        left, right = math.dist((x, y), (0.25, 0.5)), math.dist((x, y), (0.75, 0.5))
        assert math.dist((x, y), (0.5, 0.5)) <= 0.5
        if min(left, right) <= 0.1:
            expected = 2
        elif left <= 0.25:
            expected = 0
        elif right <= 0.25:
            expected = 1
        else:
            expected = 0 if y > 0.5 else 1
        assert label == expected
    assert torch.bincount(labels).tolist() == pytest.approx([1000] * 3, rel=0.08)


def test_yin_turned_around_is_yang_and_both_have_the_same_area():
    points = torch.rand(100_000, 2, generator=generator(1))
    labels = yin_yang_class(points)
    turned = yin_yang_class(1 - points)
    assert torch.equal(turned[labels == 0], torch.ones_like(turned[labels == 0]))
    assert torch.equal(turned[labels == 2], labels[labels == 2])
    share = torch.bincount(labels + 1).double() / len(labels)
    dots = 2 * math.pi * 0.1**2
    half = (math.pi * 0.5**2 - dots) / 2
    assert share.tolist() == pytest.approx([1 - math.pi / 4, half, half, dots], abs=0.005)


def test_points_of_the_yin_yang_fill_their_class_evenly_and_follow_the_generator():
    values, labels = yin_yang(20_000, generator=generator(2))
    dots = values[labels == 2]
    assert dots[:, :2].mean(0).tolist() == pytest.approx([0.5, 0.5], abs=0.02)
    left = dots[dots[:, 0] < 0.5, :2] - torch.tensor([0.25, 0.5])
    assert (left.norm(dim=1) < 0.1 / math.sqrt(2)).float().mean().item() == pytest.approx(
        0.5, abs=0.03
    )
    again, same = yin_yang(20_000, generator=generator(2))
    assert torch.equal(values, again)
    assert torch.equal(labels, same)


@pytest.mark.parametrize(
    ("argument", "call"),
    [
        ("samples", lambda: yin_yang(0)),
        ("generator", lambda: yin_yang(1, generator=0)),
        ("points", lambda: yin_yang_class(torch.zeros(2, 3))),
        ("points", lambda: yin_yang_class(torch.zeros(2, 2).long())),
    ],
)
def test_bad_input_of_the_yin_yang_is_named(argument, call):
    with pytest.raises(ValueError, match=rf"^{argument}: got .+, expected "):
        call()


def test_there_may_be_fewer_actions_than_cues():
    task, cue = CueAssociation(5, 2, actions=2, width=1e-6, inhibition=0.0), torch.arange(5)
    weight = torch.zeros(5, 2, 10)
    weight[:, 1] = 10.0  # the second output fires at every input spike
    pre, post = task.trial(weight, cue, 20, generator=generator())
    assert pre.shape == (20, 5, 10)
    assert post.shape == (20, 5, 2)
    assert post[..., 0].sum() == 0
    assert post[..., 1].sum() > 20
    with pytest.raises(ValueError, match="actions"):
        CueAssociation(5, actions=1)
    with pytest.raises(ValueError, match="weight"):
        task.trial(torch.zeros(5, 5, 10), cue, 20)


def curves_of(template):
    """Return every stretched and shifted curve of a template, ``[25, 48, 40]``, by NumPy."""
    found = np.empty((25, 48, 40))
    for padding in range(36, 61):
        places = np.linspace(0, 11 + padding, 72)
        curve = np.interp(places, np.arange(12), template, right=0.0)
        for shift in range(48):
            moved = np.roll(curve, shift)
            found[padding - 36, shift] = np.interp(np.linspace(0, 71, 40), np.arange(72), moved)
    return found


def standard(curves):
    centred = curves - curves.mean(-1, keepdims=True)
    return centred / centred.std(-1, keepdims=True)


def test_digits_of_one_dimension_are_the_templates_stretched_and_shifted(monkeypatch):
    """Without noise and tilt, each signal is a template between its points, of any width."""
    for name in ("NOISE", "BACKGROUND", "SHEAR", "SCALE"):
        monkeypatch.setattr(one_dimensional, name, 0.0)
    signals, labels = one_dimensional_digits(200, generator=generator())
    possible = [standard(curves_of(template)) for template in digit_templates().double().numpy()]
    widths = set()
    for signal, label in zip(standard(signals.double().numpy()), labels.tolist(), strict=True):
        errors = abs(possible[label] - signal).max(-1)
        assert errors.min() < 1e-4
        widths.add(int(errors.argmin()) // 48)
    assert {0, 24} <= widths


def test_templates_begin_and_nearly_end_at_zero_and_are_equally_strong():
    templates = digit_templates()
    assert templates.shape == (10, 12)
    assert templates[:, [0, -1]].abs().max() == 0
    torch.testing.assert_close(templates.std(1, correction=0), torch.full((10,), 1 / 6))
    assert torch.pdist(templates).min() > 0.1


def test_the_noise_behind_a_digit_is_as_strong_and_as_alike_as_a_gaussian_makes_it():
    noise = one_dimensional._background(4000, generator()).double()
    blur = one_dimensional.BLUR
    strength = one_dimensional.BACKGROUND / math.sqrt(2 * blur * math.sqrt(math.pi))
    assert noise.std().item() == pytest.approx(strength, rel=0.02)
    for lag in (1, 3):
        alike = (noise[:, lag:] * noise[:, :-lag]).mean() / noise.square().mean()
        assert alike.item() == pytest.approx(math.exp(-(lag**2) / (4 * blur**2)), abs=0.02)


def test_digits_of_one_dimension_are_seeded_balanced_and_of_unit_variance():
    signals, labels = one_dimensional_digits(1000, generator=generator(3))
    again, _ = one_dimensional_digits(1000, generator=generator(3))
    other, _ = one_dimensional_digits(1000, generator=generator(4))
    assert torch.equal(signals, again)
    assert not torch.equal(signals, other)
    assert labels.bincount().tolist() == [100] * 10
    assert signals.mean().item() == pytest.approx(0, abs=1e-5)
    assert signals.std().item() == pytest.approx(1, abs=1e-5)
