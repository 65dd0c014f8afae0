"""The autoencoder of page 23: what its spikes are, and how they are counted."""

import math

import numpy as np
import pytest
import torch

from snn_core.teaching.studies.spiking_autoencoder import (
    CODE,
    Shifted,
    copy_of,
    image_error,
    spiking_autoencoder,
    teach_to_copy,
)
from snn_core.training import seed_torch

BLOBS = torch.zeros(12, 28, 28)
for _place in range(12):
    BLOBS[_place, 5 + _place : 9 + _place, 10:14] = 1.0
BLOBS = BLOBS.flatten(1)


@pytest.mark.parametrize("steps", [1, 4, 8])
def test_a_count_is_the_current_times_the_steps_rounded_down(steps):
    generator = seed_torch(0)
    network = spiking_autoencoder(50, steps=steps)
    with torch.no_grad():
        network[2].weight.mul_(8)  # so that currents lie on both sides of 0 and of 1
    images = torch.rand(20, 784, generator=generator)
    current = network[:3](images).double().detach()
    counts = network[: CODE + 1](images)[0].detach()
    wanted = (current.clamp(0, 1) * steps).floor()
    near = ((current * steps) % 1 - 0.5).abs() > 0.499  # a hair from the next whole number
    assert torch.equal(counts[~near], wanted.float()[~near])
    assert near.float().mean() < 0.05
    assert counts.unique().tolist() == list(range(steps + 1))


def test_nothing_but_counts_reaches_the_decoder():
    seed_torch(0)
    network = spiking_autoencoder(6)
    spikes = network[:CODE](BLOBS)
    turned = spikes.flip(0)
    assert not torch.equal(spikes, turned)
    assert torch.equal(network[CODE:](spikes), network[CODE:](turned))


def test_batches_hold_every_digit_once_to_draw_and_drawn():
    batches = list(Shifted(BLOBS, 5, seed_torch(0)))
    assert [len(drawn) for drawn, _ in batches] == [5, 5, 2]
    assert all(torch.equal(drawn, wanted) for drawn, wanted in batches)
    assert sum(drawn.sum() for drawn, _ in batches) == BLOBS.sum()


def test_shifts_move_digits_by_at_most_one_pixel_in_each_direction():
    shifted = Shifted(BLOBS[:1], 1, seed_torch(0))
    moved = torch.cat([drawn for _ in range(200) for drawn, _ in shifted]).view(-1, 28, 28)
    tops = moved.any(2).int().argmax(1)
    lefts = moved.any(1).int().argmax(1)
    assert tops.unique().tolist() == [4, 5, 6]
    assert lefts.unique().tolist() == [9, 10, 11]
    assert len(torch.stack([tops, lefts]).unique(dim=1).T) == 9


def test_the_error_is_a_sum_over_pixels_and_a_mean_over_images():
    generator = torch.Generator().manual_seed(0)
    drawn = torch.rand(1, 3, 784, generator=generator)
    wanted = torch.rand(3, 784, generator=generator)
    each = [((a - b) ** 2).sum() for a, b in zip(drawn[0].numpy(), wanted.numpy(), strict=True)]
    assert math.isclose(image_error(drawn, wanted).item(), np.mean(each), rel_tol=1e-5)


def test_measures_are_those_of_a_plain_count():
    seed_torch(0)
    network = spiking_autoencoder(4)
    found = copy_of(network, BLOBS[:8], BLOBS[8:])
    spikes = network[:CODE](BLOBS[8:])
    sent = [int(spikes[:, image].sum()) for image in range(4)]
    assert (found.spikes, found.most) == (np.mean(sent), max(sent))
    assert found.spikes > 0
    error = (network(BLOBS[8:])[0] - BLOBS[8:]).square().mean().item()
    assert math.isclose(found.error, error, rel_tol=1e-5)
    most = math.ceil(found.spikes)
    assert math.isclose(
        found.pattern_bits, math.log2(sum(math.comb(32, k) for k in range(most + 1)))
    )


def test_training_lowers_the_error_and_a_charge_the_spikes():
    spikes = {}
    for charge in (0.0, 3.0):
        generator = seed_torch(0)
        network = spiking_autoencoder(6)
        losses = teach_to_copy(network, BLOBS, generator, charge=charge, epochs=40, batch_size=4)
        spikes[charge] = network[:CODE](BLOBS).sum().item()
        assert len(losses) == 120
        if charge == 0:
            assert losses[-1] < 0.2 * losses[0]
    assert spikes[3.0] < 0.5 * spikes[0.0]


def test_a_decoder_learns_from_a_code_that_does_not():
    generator = seed_torch(0)
    decoder = torch.nn.Sequential(torch.nn.Linear(784, 784), torch.nn.Sigmoid())
    losses = teach_to_copy(
        decoder, BLOBS, generator, encode=lambda images: images[None], epochs=60, batch_size=4
    )
    assert losses[-1] < 0.5 * losses[0]
