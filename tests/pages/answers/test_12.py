"""What the folded answers of page 12 say."""

import torch

from snn_core.teaching.explorers import GradientWindow, gradient_window


def test_page_12_up_to_section_4(page):
    neuron = page["neuron"]
    spiking = {"level": 1.2, "error": -1.0}  # no spike is wanted
    turned = gradient_window(neuron, page["lags"], **spiking)
    assert torch.allclose(turned, -page["window"])
    assert (turned[page["lags"] < 0] == 0).all()
    assert GradientWindow.controls["level"].high >= 1.2
    late = gradient_window(neuron, torch.tensor([0, 20, -5]), level=0.8)
    assert [round(change, 3) for change in late.tolist()] == [0.111, 0.015, 0.0]

    ratio = page["ratio"]
    charge = (1 - ratio) / ratio
    assert round(charge, 2) == 0.16
    own = page["came"] - charge * (page["y"] - page["came"])
    changes = page["change_by_time"](own)
    assert abs(changes[100]) < 1e-6
    assert changes[101] < -1e-3

    wanted = torch.zeros(300)
    wanted[90:100], wanted[100:111] = -0.01, 0.01  # another window: what comes behind strengthens
    s = neuron.surrogate.derivative(torch.tensor(0.5))
    after = torch.cat([wanted[1:], torch.zeros(1)])
    error = (wanted - neuron.beta.float() * after) / s
    assert torch.allclose(page["change_by_time"](error.view(300, 1, 1)), wanted, atol=1e-5)
