"""The experiment of page 03: what is learnt, and what the record says of it."""

import numpy as np
import torch

from experiments import learnt_time_constants
from snn_core.teaching.records import recorded


def test_students_move_towards_the_teacher_from_both_sides(monkeypatch):
    monkeypatch.setitem(learnt_time_constants.SETTINGS, "updates", 8)
    found = np.array(learnt_time_constants.learn(20.0, seed=0))
    starts = np.array(learnt_time_constants.SETTINGS["starts"])
    assert (found[starts < 20] > 8).all()
    assert (found[starts > 20] < 40).all()


def test_a_student_that_knows_the_time_constant_keeps_it(monkeypatch):
    monkeypatch.setitem(learnt_time_constants.SETTINGS, "updates", 3)
    monkeypatch.setitem(learnt_time_constants.SETTINGS, "starts", [20.0, 20.0])
    found = learnt_time_constants.learn(20.0, seed=1)
    assert np.allclose(found, 20, atol=1e-3)


def test_the_record_holds_every_arm_every_teacher_and_every_seed():
    settings, results = learnt_time_constants.SETTINGS, recorded("learnt_time_constants").results
    assert list(results) == list(settings["arms"])
    for arm, teachers in results.items():
        assert [float(teacher) for teacher in teachers] == settings["arms"][arm]["teachers"]
        ends = torch.tensor(list(teachers.values()))
        assert ends.shape[1:] == (len(settings["seeds"]), len(settings["starts"]))
        assert (ends > 0).all()


def test_weight_and_reset_change_what_is_learnt(monkeypatch):
    monkeypatch.setitem(learnt_time_constants.SETTINGS, "updates", 8)
    arms = [(0.5, True), (0.9, True), (0.9, False)]
    steps = [learnt_time_constants.learn(20.0, 0, *arm) for arm in arms]
    assert len(set(map(tuple, steps))) == 3
