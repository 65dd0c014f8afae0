"""What the folded answers of page 14 say."""

import numpy as np
import pytest


def test_page_14_up_to_section_3(page):
    runs = {
        rule: [page["align"](rule, seed, fixed=(2,)) for seed in (0, 1)]
        for rule in ("feedback_alignment", "direct_feedback_alignment")
    }
    for low, high, found in zip((75, 77), (84, 84), runs.values(), strict=True):
        assert all(low < 100 * accuracy < high for _, accuracy in found)
    for low, high, found in zip((73, 63), (77, 67), runs.values(), strict=True):
        assert all(low < angles[-1, 1] < high for angles, _ in found)
    for low, high, found in zip((65, 60), (79, 70), runs.values(), strict=True):
        assert all(low < angles[-1, 0] < high for angles, _ in found)
    before, plain = page["against_bptt"](20, 0.9)[:, 0], page["tiny_network"]
    rate, slope = activity(page)

    def tripled(*arguments):
        network, spikes, labels = plain(*arguments)
        network[2].weight.data.mul_(3)
        return network, spikes, labels

    page["tiny_network"] = tripled
    after = page["against_bptt"](20, 0.9)[:, 0]
    assert (before.mean(), after.mean()) == (
        pytest.approx(0.88, abs=0.005),
        pytest.approx(0.73, abs=0.005),
    )
    assert not (after > before).any()
    assert activity(page)[0] / rate == pytest.approx(1.9, abs=0.1)
    assert activity(page)[1] / slope == pytest.approx(1 / 3, abs=0.03)


def activity(page):
    """Return spikes per step and mean surrogate of the outputs of 20 tiny networks."""
    found = []
    for seed in range(20):
        network, spikes, _ = page["tiny_network"](20, 0.9, seed)
        output = network[3](network[:3](spikes), record=True)
        found.append([output.spikes.mean().item(), page["slope"](network[3], output).mean().item()])
    return np.mean(found, 0)
