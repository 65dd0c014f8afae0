"""What the folded answers of page 13 say."""

import numpy as np
import pytest

from snn_core.teaching.explorers import ThresholdMemory, cue_eligibility


def at_recall(**moved):
    """Return the eligibility of the cue's synapse at the recall, with controls moved."""
    values = {name: control.start for name, control in ThresholdMemory.controls.items()} | moved
    explorer = ThresholdMemory
    time = np.arange(0, explorer.end, explorer.dt)
    starts = explorer.part + values["delay"]
    cue = (time < explorer.part).astype(float)
    recall = ((time >= starts) & (time < starts + explorer.part)).astype(float)
    decays = np.exp([-explorer.dt / values["tau_mem"], -explorer.dt / values["tau_adapt"]])
    return (cue_eligibility(cue, recall, *decays, values["strength"])[2] * recall).sum()


def test_a_long_membrane_keeps_a_positive_eligibility():
    assert abs(at_recall(strength=0.0)) < 1e-3
    assert abs(at_recall(strength=0.0, tau_mem=40.0)) < 0.05
    assert at_recall(strength=0.0, tau_mem=100.0) > 0.1


def test_the_memory_lasts_as_long_as_the_raised_threshold():
    whole = at_recall()
    assert whole < -0.1
    assert at_recall(tau_adapt=100.0) / whole == pytest.approx(0.25, abs=0.05)
    assert abs(at_recall(tau_adapt=50.0)) < 0.05 * abs(whole)


def test_page_13_up_to_section_0(page):
    assert page["numbers"] == (1_500_000, 15_000)
    assert page["influence_with_reset"]([1, 0], [0.5, 0.0], 0.5, 1.0) == [1, 0.25]
    assert page["eprop_step"](2.0, 0.0, 1.0, 0.5, 1.0, 0.5, 0.8) == (
        2.0,
        1.0,
        1.0,
    )  # a new trace of 2
