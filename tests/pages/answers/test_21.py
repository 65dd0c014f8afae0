"""What the folded answers of page 21 say."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from snn_core import LIF
from snn_core.energy import HOROWITZ, count_operations, energy, meeting_rate
from snn_core.teaching.inputs import scattered

MEMORY = ("sram_8kb", "sram_32kb", "sram_1mb", "dram")


def test_page_21_up_to_section_1(page):
    """Solutions 1 and 2 as the meter has it, solution 3 as the core for a batch of 1."""
    layer = nn.Sequential(nn.Linear(100, 50, bias=False), LIF())
    spikes = scattered(30, inputs=100, steps=10)
    counts = count_operations(layer, spikes)
    table = replace(HOROWITZ, sram_32kb=10.0)  # one price of memory, as in section 1
    assert energy(counts, table).total == pytest.approx(page["picojoules"], rel=1e-3)
    assert page["additions_per_image"](spikes, 50) == counts.total.additions
    both = torch.cat([spikes, 0 * spikes], 1)
    assert page["additions_per_image"](both, 50) == counts.total.additions / 2

    solved = page["meeting_rate_of_batch"]
    add, multiply, read = 0.9, 3.7, 5.0
    free = replace(HOROWITZ, message=0.0, sram_32kb=10.0)
    states = meeting_rate(100, 50, 1, free) - meeting_rate(100, 50, 2, free)
    alone = meeting_rate(100, 50, 1, free) + states
    assert solved(add, multiply, read, 1) == pytest.approx(alone)
    assert solved(add, multiply, read, 1) > 1
    assert solved(add, multiply, read, 10**9) == pytest.approx((add + multiply) / (add + read))


def test_cheap_memory_favours_spikes():
    """The third answer at the explorer."""
    cheap = replace(HOROWITZ, **{name: getattr(HOROWITZ, name) / 100 for name in MEMORY})
    rates = [meeting_rate(256, 256, 5, table, bits=8, density=0.2) for table in (HOROWITZ, cheap)]
    assert rates[1] > 2 * rates[0]


def test_more_active_inputs_move_the_ordinary_layer_alone():
    """The first answer: what a spike costs does not depend on the other layer."""
    dense, sparse = (meeting_rate(256, 256, 5, bits=8, density=density) for density in (1.0, 0.2))
    steps = meeting_rate(256, 256, 6, bits=8, density=1.0)
    fewer = meeting_rate(256, 256, 6, bits=8, density=0.2)
    assert dense - steps == pytest.approx(sparse - fewer)
    assert round(dense, 2) == 1.0
