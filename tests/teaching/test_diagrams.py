"""The unrolled graph: every node is there, with its numbers, and gradient runs only where it should."""

import matplotlib.pyplot as plt
import pytest
from matplotlib.colors import to_hex
from matplotlib.patches import FancyArrowPatch

from snn_core.teaching.diagrams.unrolled import unrolled_graph
from snn_core.teaching.palette import BLUE, GREEN, VERMILION


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def arrows(axes, color):
    patches = [patch for patch in axes.patches if isinstance(patch, FancyArrowPatch)]
    return [patch for patch in patches if to_hex(patch.get_edgecolor()).upper() == color.upper()]


@pytest.mark.parametrize("steps", [1, 3, 4])
def test_every_node_of_every_step_is_drawn(steps):
    texts = [text.get_text() for text in unrolled_graph(steps=steps).texts]
    for neuron in "ab":
        for kind in "Iuzv":
            assert all(f"${kind}_{neuron}[{step}]$" in texts for step in range(1, steps + 1))


@pytest.mark.parametrize("attached", [False, True])
def test_gradient_runs_against_every_arrow_but_a_detached_reset(attached):
    axes = unrolled_graph(steps=3, attached=attached)
    forward = 2 * (3 * 5 + 2) + 3  # per neuron I-u, u-z, u-v, z-v, z-out at each step and v-u between steps; the inputs
    assert len(arrows(axes, "#000000")) == forward
    assert len(arrows(axes, GREEN)) == 6
    assert len(arrows(axes, BLUE)) == (6 if attached else 0)
    assert len(arrows(axes, VERMILION)) == forward - 12


def test_values_and_gradients_are_written_into_their_nodes():
    axes = unrolled_graph(steps=2, values={"u_a": [0.8, 1.2]}, gradients={"u_a": [-0.5, 0.25]})
    texts = [text.get_text() for text in axes.texts]
    assert "$u_a[1]$ = 0.80\n" in texts
    assert "$u_a[2]$ = 1.20\n" in texts
    assert [text for text in texts if text in ("-0.500", "0.250")] == ["-0.500", "0.250"]
