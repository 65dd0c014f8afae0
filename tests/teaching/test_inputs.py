"""The inputs of a single neuron."""

import pytest

from snn_core.teaching.inputs import constant, pulse


def test_a_pulse_is_one_step_and_a_constant_all():
    assert pulse(5, at=3, height=2.0).flatten().tolist() == [0, 0, 0, 2, 0]
    assert constant(0.3, 4).shape == (4, 1, 1)
    assert pulse(5, at=[0, 4]).sum() == 2


@pytest.mark.parametrize("at", [5, -1, [1, 5], 1.5])
def test_a_pulse_lies_inside(at):
    with pytest.raises(ValueError, match="at: got"):
        pulse(5, at=at)
