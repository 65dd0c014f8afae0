"""The network of page 23 that draws by itself: its task, its disturbances and its controls."""

import numpy as np
import pytest
import torch

from snn_core.teaching.studies.generated_pattern import (
    CUE_STEPS,
    Drawing,
    curves,
    draw_noise,
    draw_start,
    explained,
    shaken,
    teach_to_draw,
)
from snn_core.training import seed_torch


def test_curves_have_a_variance_of_one_and_begin_anew_every_second():
    long = curves(3000.0)
    assert torch.allclose(long[:200].var(0, correction=0), torch.ones(2), atol=1e-4)
    assert torch.allclose(long[:200], long[400:], atol=1e-4)
    assert not torch.allclose(long[:, 0], long[:, 1], atol=0.5)
    assert torch.equal(long, curves(3000.0))


def test_curves_hold_three_frequencies():
    spectrum = np.abs(np.fft.rfft(curves().numpy(), axis=0))
    assert (spectrum[1:4] > 10).all()
    assert spectrum[4:].max() < 0.01


def test_only_the_lines_of_the_cue_fire_and_only_for_its_time():
    start = draw_start(60, 5, torch.Generator().manual_seed(0))
    assert start.cue.tolist() == [0, 1] * 30
    lines = start.inputs.view(-1, 60, 2, 20)
    assert lines[CUE_STEPS:].sum() == 0
    for trial, cue in enumerate(start.cue):
        assert lines[:, trial, 1 - cue].sum() == 0
    fired = lines[:CUE_STEPS].sum() / (CUE_STEPS * 60 * 20)
    assert abs(fired - 0.8) < 0.02
    assert start.membrane.min() >= 0
    assert 0.9 < start.membrane.max() < 1
    assert not torch.equal(lines[:, 0], lines[:, 2])


def test_noise_has_its_size_and_is_drawn_for_each_neuron_trial_and_step():
    generator = torch.Generator().manual_seed(0)
    start = draw_start(6, 7, generator)
    noise = draw_noise(start, 0.3, generator)
    assert noise.shape == (210, 6, 7)
    assert abs(noise.std() - 0.3) < 0.01
    assert abs(noise.mean()) < 0.01


def test_explained_is_the_share_of_a_plain_loop():
    generator = torch.Generator().manual_seed(0)
    drawn, wanted = torch.randn(2, 30, 4, generator=generator)
    found = explained(drawn, wanted).numpy()
    for trial in range(4):
        error = sum((a - b) ** 2 for a, b in zip(drawn[:, trial], wanted[:, trial], strict=True))
        spread = sum((b - wanted[:, trial].mean()) ** 2 for b in wanted[:, trial])
        assert np.isclose(found[trial], 1 - error / spread, rtol=1e-4)
    assert (explained(wanted, wanted) == 1).all()
    assert torch.allclose(
        explained(wanted.mean(0).expand(30, 4), wanted), torch.zeros(4), atol=1e-6
    )


def test_a_shake_of_nobody_changes_nothing_and_one_of_all_what_comes_after():
    generator = seed_torch(0)
    network = Drawing(30, generator, bias=0.4)  # they fire also without a cue
    start = draw_start(4, 30, generator)
    plain = network(start)
    assert torch.allclose(shaken(network, start, 100, 0.0, generator), plain, atol=1e-6)
    moved = shaken(network, start, 100, 1.0, generator)
    assert torch.allclose(moved[:100], plain[:100], atol=1e-6)
    assert (moved[100:] - plain[100:]).abs().max() > 0.01


@pytest.mark.parametrize("recurrence", ["learnt", "frozen", "none"])
def test_recurrence_is_learnt_only_where_it_should(recurrence):
    generator = seed_torch(0)
    network = Drawing(20, generator, recurrence=recurrence)
    before = {name: each.clone() for name, each in network.named_parameters()}
    errors = teach_to_draw(network, curves(200.0), generator, updates=3, trials=4)
    moved = [name for name, each in network.named_parameters() if not each.equal(before[name])]
    others = ["hear.weight", "hear.bias", "draw.weight", "draw.bias"]
    assert sorted(moved) == sorted(["neurons.weight"] * (recurrence == "learnt") + others)
    assert (before["neurons.weight"].abs().max() == 0) == (recurrence == "none")
    assert len(errors) == 3


def test_a_gradient_is_shortened_before_it_is_followed(monkeypatch):
    generator = seed_torch(0)
    network = Drawing(20, generator)
    lengths = []
    real = torch.optim.Adam.step

    def step(optimizer, *given):
        parts = [each.grad.norm() for each in network.parameters()]
        lengths.append(torch.stack(parts).norm().item())
        return real(optimizer, *given)

    monkeypatch.setattr(torch.optim.Adam, "step", step)
    teach_to_draw(network, curves(200.0), generator, updates=4, trials=4)
    assert max(lengths) < 0.1001
    assert max(lengths) > 0.0999  # some were longer


def test_teaching_a_short_curve_lowers_its_error():
    generator = seed_torch(0)
    network = Drawing(40, generator)
    errors = teach_to_draw(network, curves(100.0), generator, updates=60, trials=8)
    assert np.mean(errors[-5:]) < 0.3 * np.mean(errors[:5])
