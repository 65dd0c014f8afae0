"""What the folded answers of page 11 say."""

import pytest
import torch

from snn_core.plasticity import PairSTDP, RewardSTDP
from snn_core.teaching.explorers import EligibilityTrace

BESIDE = {"arms", "angles"}


def left(**moved):
    """Return eligibility at the dopamine, and the change of weight, with some controls moved."""
    values = {name: control.start for name, control in EligibilityTrace.controls.items()} | moved
    rule = PairSTDP(a_plus=1.0, a_minus=0.5, w_min=-9, w_max=9)
    learner = RewardSTDP(rule, values["tau"])
    pre, post = torch.zeros(2, int(values["reward"]) + 1, 1, 1)
    pre[int(EligibilityTrace.pre)], post[int(values["post"])] = 1, 1
    weight = torch.zeros(1, 1)
    state = learner.run(pre, post, weight)
    change = learner.reward(weight, state, torch.tensor([values["success"]]))
    return state.eligibility.item(), change.item()


def test_after_one_time_constant_37_percent_are_left():
    first, _ = left(reward=110)
    assert round(100 * left(reward=310)[0] / first) == 37


def test_dopamine_weakens_a_synapse_whose_neuron_fired_before_it():
    eligibility, change = left(post=90.0)
    assert eligibility < 0
    assert change < 0
    usual = EligibilityTrace.controls["success"].start
    assert left(post=90.0, success=-usual)[1] == pytest.approx(-change)


def test_page_11_up_to_section_6(page):
    praise_and_blame(page)
    goals(page)


def praise_and_blame(page):
    assert round(page["praise"].item()) == 47
    assert round(page["blame"].item()) == 57
    assert page["learn_cues"](lambda R, b: R - b)[-50:].mean() > 95


def goals(page):
    moved = page["moved"].view(12, 50, 40).mean((1, 2))
    before = moved[4:6].mean()
    assert moved[6] < before / 2
    assert moved[9:].min() > 0.9 * before
    found = (page["moved"][450:].sum(0) > 0).double().mean()
    assert found > 0.95
    nothing = (page["hopeless"][-100:].sum(0) == 0).double().mean()
    assert 0.3 < nothing < 0.5
    assert page["hopeless"].sum(0).min() > 0
