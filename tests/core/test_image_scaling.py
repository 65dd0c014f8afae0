"""Images of one length."""

import torch

from snn_core.plasticity import unit_intensity
from snn_core.training import seed_torch


def test_unit_intensity_has_one_length_unless_cut():
    images = torch.rand(8, 20, generator=seed_torch(0))
    assert torch.allclose(unit_intensity(images, 0.5).norm(dim=1), torch.full((8,), 0.5))
    assert unit_intensity(images, 100.0).max() == 1
    assert unit_intensity(torch.zeros(1, 3)).tolist() == [[0, 0, 0]]
