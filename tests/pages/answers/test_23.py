"""What the folded answers of page 23 say."""

import math

import pytest
import torch

from snn_core import LIF, LeakyIntegrator
from snn_core.teaching.studies.decoders import (
    filtered_spikes,
    read_by_least_squares,
    sines,
    tuned_network,
)
from snn_core.teaching.studies.following import balanced_with, drive, rms_error, two_sines


def test_page_23_up_to_section_1(page):
    """Solution 1 as a neuron measures it; solution 2 as the population; 3 as the read-out."""
    curve = 0.5 + 0.1 * (two_sines(4000) - two_sines(4000).mean())
    current = drive(curve + 0.05, tau_mem=50.0) / 0.1
    spikes = LIF(tau_mem=50.0)(current)
    assert spikes.sum() == pytest.approx(400, rel=0.05)
    measured = rms_error(0.1 * LeakyIntegrator(tau_mem=50.0)(spikes), curve)
    assert measured == pytest.approx(page["expected_error"], rel=0.05)

    rising = torch.linspace(0, 1, 1000).view(-1, 1, 1).double()  # never more than 64 at once
    curve = rising * two_sines().double()
    weights = torch.full((1, 64), 0.4 / 64).double()
    source = torch.Generator().manual_seed(0)
    spikes = balanced_with(curve, weights, noise=0.0, generator=source)
    counts = page["spikes_needed"](curve.flatten().tolist(), math.exp(-1 / 20), 0.4 / 64)
    differ = torch.tensor(counts) != spikes.sum((1, 2))
    assert differ.double().mean() < 0.01

    network, curves = tuned_network(8, source), sines(4, source)
    read_by_least_squares(network, curves, curves, penalty=1e-4)
    traces = filtered_spikes(network, curves)[100:].flatten(0, 1)
    found = page["decoder"](traces, curves[100:].flatten(), 1e-4)
    expected = [*network[2].weight.flatten().tolist(), network[2].bias.item()]
    assert found.tolist() == pytest.approx(expected, rel=0.02, abs=1e-3)
