"""What page 19 shows of spike times: drawings, small steps, differences, records of runs."""

import math

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from snn_core.spike_times import (
    Dynamics,
    EventPropLayer,
    current_at,
    membrane_slope,
    spike_time,
    spike_time_gradient,
)
from snn_core.teaching.derivatives import finite_differences
from snn_core.teaching.diagrams import (
    crossing,
    crossing_triangle,
    digit_by_time,
    forward_and_adjoint,
    patterns_by_time,
    yin_yang_sign,
)
from snn_core.teaching.diagrams.adjoint import adjoint_at
from snn_core.teaching.plotting import lines_per_seed
from snn_core.teaching.records import last_accuracies
from snn_core.teaching.studies.small_steps import in_small_steps

NEURON = Dynamics()
TIMES = torch.tensor([0.0, 4.0, 18.0], dtype=torch.float64)
WEIGHTS = torch.tensor([1.6, 0.8, 2.0], dtype=torch.float64)


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def layer_of_one(weights):
    """Return an EventProp layer of one neuron with these weights."""
    layer = EventPropLayer(len(weights), 1).double()
    layer.weight.data = weights[None].clone()
    return layer


def test_a_membrane_is_drawn_to_where_its_dot_is_on_the_threshold():
    axes = crossing(TIMES, WEIGHTS, NEURON)
    course, dot, _ = axes.lines
    at, height = dot.get_xydata()[0]
    assert at == pytest.approx(spike_time(TIMES, WEIGHTS, NEURON).item())
    assert height == NEURON.threshold
    assert np.interp(at, *course.get_xydata().T) == pytest.approx(1, abs=1e-3)
    crossing(TIMES, WEIGHTS / 4, NEURON, axes)
    assert len(axes.lines) == 4  # no dot for a silent one, and one threshold for both


def test_the_triangle_ends_where_the_tangent_says():
    moved = WEIGHTS + torch.tensor([0.2, 0.0, 0.0])
    _, close = crossing_triangle(TIMES, WEIGHTS, NEURON, moved)
    corners = close.lines[-1].get_xydata()
    at = spike_time(TIMES, WEIGHTS, NEURON)
    by_weight, _ = spike_time_gradient(TIMES, WEIGHTS, NEURON)
    run = 0.2 * by_weight[0].item()
    rise = -run * membrane_slope(at, TIMES, WEIGHTS, NEURON).item()
    assert corners[2] - corners[0] == pytest.approx([run, 0])
    assert corners[1] - corners[0] == pytest.approx([0, rise])
    with pytest.raises(ValueError, match="no spike"):
        crossing_triangle(TIMES, WEIGHTS / 4, NEURON, moved)


def test_the_adjoint_at_an_input_spike_is_the_gradient_by_its_weight():
    cost = torch.tensor([0.5, -2.0], dtype=torch.float64)
    layer = layer_of_one(WEIGHTS)
    spikes = layer(TIMES[None]).flatten()
    (expected,) = torch.autograd.grad((cost * spikes).sum(), layer.weight)
    spikes = spikes.detach()
    currents = current_at(spikes, TIMES, WEIGHTS, NEURON)
    _, q = adjoint_at(TIMES, spikes, currents, cost, NEURON)
    assert torch.allclose(q, expected[0], atol=1e-12)
    axes = forward_and_adjoint(TIMES, WEIGHTS, NEURON, cost, until=26.0)
    assert axes[2].lines[-1].get_ydata() == pytest.approx(expected[0].tolist())
    membrane = axes[0].lines[0].get_ydata()
    assert membrane.max() <= 1 + 1e-9
    assert membrane[-1] > 0
    with pytest.raises(ValueError, match="cost"):
        forward_and_adjoint(TIMES, WEIGHTS, NEURON, cost[:1], until=26.0)


def test_small_steps_converge_to_the_spikes_and_their_gradient():
    layer = layer_of_one(WEIGHTS)
    exact = layer(TIMES[None]).flatten()
    (expected,) = torch.autograd.grad(exact[1], layer.weight)
    errors = []
    for dt in (0.1, 0.02):
        weights = WEIGHTS.clone().requires_grad_()
        stepped = in_small_steps(TIMES, weights, NEURON, dt=dt, until=22.0)
        assert len(stepped) == 2
        (grad,) = torch.autograd.grad(stepped[1], weights)
        errors.append(
            [(stepped - exact).abs().max().item(), (grad - expected[0]).abs().max().item()]
        )
    for coarse, fine in zip(*errors, strict=True):
        assert coarse / fine == pytest.approx(5, rel=0.3)
    with pytest.raises(RuntimeError):
        in_small_steps(TIMES, WEIGHTS / 4, NEURON, dt=0.1, until=22.0)


def test_differences_are_the_gradient():
    at = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64)
    found = finite_differences(lambda x: (x**3).sum() + x[0] * x[2], at)
    assert torch.allclose(found, 3 * at**2 + torch.tensor([2.0, 0, 0.5]), atol=1e-8)
    with pytest.raises(ValueError, match="at: got torch.float32"):
        finite_differences(torch.sum, at.float())
    with pytest.raises(ValueError, match="step"):
        finite_differences(torch.sum, at, step=0.0)


def test_each_seed_is_a_line_in_the_colour_of_its_group():
    results = {"a": [[1.0, 2.0], [3.0, 4.0]], "b": [[5.0, 6.0, 7.0]]}
    axes = lines_per_seed(results, at={"a": [0, 5], "b": [1, 2, 3]}, title="finding")
    one, two, other = axes.lines
    assert one.get_color() == two.get_color() != other.get_color()
    assert two.get_xydata().tolist() == [[0, 3], [5, 4]]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["a", "b"]
    assert lines_per_seed(results).lines[2].get_xdata().tolist() == [1, 2, 3]
    with pytest.raises(ValueError, match="a: got 2 values"):
        lines_per_seed(results, at={"a": [0], "b": [1, 2, 3]})


def test_last_accuracies_are_means_in_percent():
    runs = [{"test": [0.0, 0.5, 0.7]}, {"test": [0.9]}]
    assert last_accuracies(runs, epochs=2) == pytest.approx([60, 90])
    assert last_accuracies([{"test": [0.0] * 5 + [1.0] * 5}]) == [100]
    with pytest.raises(ValueError, match="epochs"):
        last_accuracies(runs, epochs=0)


def test_layers_are_drawn_at_their_times():
    never = math.inf
    layers = torch.tensor([[1.0, never], [2.0, 3.0]]), torch.tensor([[5.0, 6.0], [7.0, never]])
    before, after = patterns_by_time(layers, layers, ["first", "second"], ["same", "different"])
    assert [label.get_text() for label in before.get_yticklabels()] == ["first", "second"]
    hidden, _, same, different = after.lines
    assert hidden.get_xdata().tolist() == [1, never]
    assert same.get_xydata().tolist() == [[5, 2], [7, 1]]
    assert different.get_xdata().tolist() == [6, never]
    pixels, hidden, output = torch.tensor([0.0, never]), torch.tensor([3.0, 1.0]), layers[1][0]
    axes = digit_by_time(pixels, hidden, output)
    assert axes[1].lines[0].get_xdata().tolist() == [1, 3]
    assert all(each.lines[1].get_xdata() == [5, 5] for each in axes)


def test_the_sign_has_three_parts():
    axes = yin_yang_sign(300)
    assert sum(len(line.get_xdata()) for line in axes.lines) == 300
    assert [text.get_text() for text in axes.texts] == ["yin", "yang", "dot"]
    assert [text.get_color() for text in axes.texts] == [line.get_color() for line in axes.lines]
