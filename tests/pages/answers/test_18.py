"""What the folded answers of page 18 say."""

import torch

from snn_core.membrane_signals import MembraneLayer
from snn_core.teaching.explorers import MembraneSum
from snn_core.teaching.studies.membranes import digits_as_spikes, silent_patient, vital_signs


def moved(**values):
    """Return the spikes and the largest membrane of the neuron in the explorer, and its drive."""
    explorer = MembraneSum()
    values = {name: control.start for name, control in explorer.controls.items()} | values
    train = torch.from_numpy(explorer.trains(values["rate"])[:, None, :1]).float()
    layer = MembraneLayer(1, 1, kappa=0.0, refractory=0.0, clip=False)
    with torch.no_grad():
        layer.weight.fill_(values["weight"])
        layer.threshold.fill_(values["threshold"])
        ends = [layer(train[: t + 1]) for t in range(len(train))]
    highest = max(end.membrane.item() for end in ends)
    drives = [end.membrane.item() + values["threshold"] * end.activity.item() for end in ends]
    return ends[-1].counts.item(), highest, max(drives)


def test_the_first_spike_is_sent_when_the_drive_passes_the_threshold():
    below = moved(weight=0.08)
    above = moved(weight=0.1)
    assert (below[0], above[0]) == (0, 1)
    assert below[2] < 1.001
    assert above[2] > 1.1


def test_a_membrane_with_a_threshold_of_4_is_not_small():
    count, highest, drive = moved(threshold=4.0)
    assert count == 2
    assert highest > 0.6 * drive


def test_a_neuron_that_may_spike_once_a_step_is_flooded():
    controls = MembraneSum.controls
    count, highest, _ = moved(
        threshold=controls["threshold"].low,
        weight=controls["weight"].high,
        rate=controls["rate"].high,
    )
    assert count > 50
    assert 5.5 < highest / controls["threshold"].low < 6.5
    assert (controls["threshold"].low, controls["weight"].high) == (0.5, 0.9)


def test_the_patient_has_the_thresholds_of_a_wrong_formula_and_right_weights():
    network = silent_patient()
    assert torch.allclose(network[1].threshold, torch.tensor(300.0).sqrt())
    assert torch.allclose(network[2].threshold, torch.tensor(0.03).sqrt())
    signs = vital_signs(network, *digits_as_spikes())
    assert all(abs(each - 1) < 0.05 for each in signs["weights"])
    assert signs["firing"][0] > 0.9 > 0.01 > max(signs["firing"][1:])
