"""Wrong answers to the exercises of page 19."""

import math

import torch

from snn_core.spike_times import spike_time


class SpikeTime(torch.autograd.Function):
    """Right forward; what `of` returns is sent back."""

    @staticmethod
    def forward(ctx, weights, arrivals, neuron):
        spike = spike_time(arrivals, weights, neuron)
        ctx.save_for_backward(weights, spike, spike - arrivals)
        ctx.neuron = neuron
        return spike

    @classmethod
    def backward(cls, ctx, gradient):
        weights, spike, age = ctx.saved_tensors
        silent = bool(spike.isinf())
        found = cls.of(gradient, weights, age.masked_fill(age == math.inf, 1), ctx.neuron)
        return found * (not silent), None, None


class ForgetsWhatArrives(SpikeTime):
    @staticmethod
    def of(_, weights, age, neuron):
        return -neuron.potential(age) / (weights * neuron.rise(age)).sum()


class WrongSign(SpikeTime):
    @staticmethod
    def of(gradient, weights, age, neuron):
        return gradient * neuron.potential(age) / (weights * neuron.rise(age)).sum()


class WithoutSlope(SpikeTime):
    @staticmethod
    def of(gradient, weights, age, neuron):
        return -gradient * neuron.potential(age)


class WithoutWeights(SpikeTime):
    @staticmethod
    def of(gradient, weights, age, neuron):
        return -gradient * neuron.potential(age) / neuron.rise(age).sum()


class SlopeOfEach(SpikeTime):
    @staticmethod
    def of(gradient, weights, age, neuron):
        return -gradient * neuron.potential(age) / (weights * neuron.rise(age) + 1e-9)


class OneNeuronOnly(SpikeTime):
    @staticmethod
    def of(gradient, weights, age, neuron):
        rise = (torch.exp(-age / 5) / 5 - torch.exp(-age / 10) / 10) * 2 * (age > 0)
        return -gradient * neuron.potential(age) / (weights * rise).sum()


class SilentIsNaN(SpikeTime):
    @classmethod
    def backward(cls, ctx, gradient):
        weights, _, age = ctx.saved_tensors
        slope = (weights * ctx.neuron.rise(age)).sum()
        return -gradient * ctx.neuron.potential(age) / slope, None, None


class AsksTheAges(SpikeTime):
    @classmethod
    def backward(cls, ctx, gradient):
        weights, _, age = ctx.saved_tensors
        if age.isinf().any():
            return torch.zeros_like(weights), None, None
        slope = (weights * ctx.neuron.rise(age)).sum()
        return -gradient * ctx.neuron.potential(age) / slope, None, None


def silent_in(times):
    return times.isinf().float().mean(0)


def by_to_each(weight, times, by, share):
    return weight + by * (silent_in(times) > share)[:, None]


def wakes_all(weight, times, by, share):
    return weight + by / weight.shape[1]


def wakes_who_spikes(weight, times, by, share):
    return weight + by / weight.shape[1] * (silent_in(times) <= share)[:, None]


def wakes_nobody(weight, times, by, share):
    return weight


def at_the_share_too(weight, times, by, share):
    return weight + by / weight.shape[1] * (silent_in(times) >= share)[:, None]


def share_fixed(weight, times, by, share):
    return weight + by / weight.shape[1] * (silent_in(times) > 0.7)[:, None] * (share < 0.7)


WRONG = {
    "19.1": [
        (5.0, "That is z"),
        (math.log(5), "5 ms are missing"),
        (5 * math.log(2.5), "threshold is missing"),
        (5 * math.log(9), "both sums"),
        (3.0, "first input alone"),
    ],
    "19.2": [
        (ForgetsWhatArrives, "multiplies by it"),
        (WrongSign, "earlier spike"),
        (WithoutSlope, "slope is missing"),
        (WithoutWeights, "each with its weight"),
        (SlopeOfEach, "one slope"),
        (OneNeuronOnly, "Another neuron"),
        (AsksTheAges, "not the ages"),
        (SilentIsNaN, "NaN"),
    ],
    "19.3": [
        (by_to_each, "share it out"),
        (wakes_all, "too often"),
        (wakes_who_spikes, "infinite time"),
        (wakes_nobody, "Nobody"),
        (at_the_share_too, "more"),
        (share_fixed, "Another"),
    ],
}
