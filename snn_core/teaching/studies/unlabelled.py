"""Digits without labels: how they are shown, and what learns them beside STDP (page 10)."""

import math

import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize, one_hot

from ...encoding import rate
from ...neurons import leaky_step, lif_step
from ...plasticity import CompetitiveLayer, unit_intensity

REST = 20.0  # current of a full inhibition, per ms
TAU_INHIBITION = 2.0  # ms
FRAMES = 8


def as_spikes(
    images: Tensor, steps: int = FRAMES, *, dt: float = 1.0, generator: Generator
) -> Tensor:
    """Return random spikes ``[T, B, N]`` of images of one length; at most one per ms and pixel."""
    return rate(unit_intensity(images), steps, gain=dt, generator=generator)


def as_values(images: Tensor) -> Tensor:
    """Return what `as_spikes` takes for probabilities as a single step ``[1, B, N]``."""
    return unit_intensity(images).unsqueeze(0)


def steps_shuffled(spikes: Tensor, generator: Generator) -> Tensor:
    """Put the steps of every example ``[T, B, N]`` in an order of its own."""
    order = torch.rand(spikes.shape[:2], generator=generator).argsort(0)
    return spikes.gather(0, order.unsqueeze(2).expand_as(spikes))


def films(images: Tensor, *, generator: Generator) -> tuple[Tensor, Tensor]:
    """Move every image to the right by 14 pixels in 8 frames, and play half of the films backwards.

    Args:
        images: ``[samples, 784]``.
        generator: draws which ones.

    Returns:
        Films ``[samples, 8 * 784]``, each frame of one length, and what was done: 0 forwards, 1
        backwards, ``[samples]``.
    """
    still = images.view(-1, 28, 28)
    backwards = torch.randint(2, (len(images),), generator=generator)
    frames = [still.roll(2 * frame - FRAMES + 1, dims=2) for frame in range(FRAMES)]
    moving = torch.stack(frames).flatten(2)
    moving = torch.where(backwards[:, None] > 0, moving.flip(0), moving)
    scaled = unit_intensity(moving.flatten(0, 1)).view_as(moving)
    return scaled.transpose(0, 1).flatten(1), backwards


def film_as_spikes(batch: Tensor, *, generator: Generator) -> Tensor:
    """Return random spikes of films ``[B, 8 * 784]``, one step for each frame: ``[8, B, 784]``."""
    chance = batch.unflatten(1, (FRAMES, -1)).transpose(0, 1).contiguous()
    return torch.bernoulli(chance, generator=generator)


def spherical_kmeans(
    images: Tensor, number: int, rounds: int = 10, *, generator: Generator
) -> Tensor:
    """Return centroids ``[number, N]`` of length 1, each the mean of the images nearest to it.

    Reference: I. S. Dhillon, D. S. Modha, *Concept decompositions for large sparse text data using
    clustering*, Machine Learning 42, 2001.
    """
    shown = normalize(images, dim=1)
    centroids = shown[torch.randperm(len(shown), generator=generator)[:number]]
    for _ in range(rounds):
        nearest = (shown @ centroids.T).argmax(1)
        sums = torch.zeros_like(centroids).index_add_(0, nearest, shown)
        centroids = torch.where(sums.any(1, keepdim=True), normalize(sums, dim=1), centroids)
    return centroids


def nearest_counts(centroids: Tensor, images: Tensor) -> Tensor:
    """Return one "spike" of the nearest of M centroids for every image, ``[samples, M]``."""
    return one_hot((images @ centroids.T).argmax(1), len(centroids)).float()


class InhibitedLayer(CompetitiveLayer):
    """Competition by inhibitory LIF neurons, one per neuron of the layer, in place of a maximum.

    A spike makes its inhibitory neuron spike (weight 2, threshold 1), and that inhibits all others
    from the next step on: by a current of 20 per ms that decays with 2 ms.
    """

    def forward(self, spikes: Tensor) -> Tensor:
        """Run over spikes ``[T, B, N]`` → ``[T, B, M]``."""
        drives = (spikes.flatten(0, 1) @ self.weight.T).unflatten(0, spikes.shape[:2])
        membrane = torch.zeros_like(drives[0])
        inhibitory = torch.zeros_like(membrane)
        synapse = torch.zeros_like(membrane)
        beta = self.beta
        output = []
        for drive in drives:
            others = synapse.sum(1, keepdim=True) - synapse
            current = drive - REST * self.dt * others
            fired, _, membrane = lif_step(
                current, membrane, beta=beta, threshold=self.threshold, reset="hard"
            )
            answered, _, inhibitory = lif_step(2 * fired, inhibitory, beta=beta, reset="hard")
            synapse = leaky_step(answered, synapse, math.exp(-self.dt / TAU_INHIBITION))
            output.append(fired)
        return torch.stack(output)
