"""What the folded answers of page 14 say, also those at its explorer."""

import torch

from snn_core.teaching.explorers import local_credit


def degrees(beta_out, symmetry, steps=20):
    credit = local_credit(steps, beta_out, symmetry)
    cosine = torch.cosine_similarity(credit.exact.flatten(), credit.local.flatten(), dim=0)
    return cosine.clamp(-1, 1).arccos().rad2deg().item()


def test_without_memory_above_ottt_is_exact():
    assert degrees(0.0, 1.0) < 1e-3
    assert degrees(0.9, 1.0) > 10


def test_taking_the_memory_away_does_not_repair_a_random_matrix():
    assert all(75 < degrees(beta_out, 0.0) < 105 for beta_out in (0.9, 0.0))
