"""Wrong answers to the exercises of page 05."""

import torch


class Spike(torch.autograd.Function):
    """Right forward; the backward of each mistake below differs."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient / (1 + 10 * x.abs()) ** 2


class ForgetsWhatArrives(Spike):
    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return 1 / (1 + 10 * x.abs()) ** 2


class ForgetsTheSign(Spike):
    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient.abs() / (1 + 10 * x.abs()) ** 2


class SmoothForward(Spike):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x / (1 + 10 * x.abs())


class WithoutSteepness(Spike):
    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient / (1 + x.abs()) ** 2


class WithoutAbsoluteValue(Spike):
    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient / (1 + 10 * x) ** 2


class TrueGradient(Spike):
    @staticmethod
    def backward(ctx, gradient):
        return torch.zeros_like(gradient)


class WithoutSquare(Spike):
    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient / (1 + 10 * x.abs())


class GatedByTheSpike(Spike):
    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient * (x > 0) / (1 + 10 * x.abs()) ** 2


class SpikesAtTheThreshold(Spike):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x >= 0).to(x.dtype)


def one_sided(x, k, floor):
    return (1 - k * x).clamp(min=floor)


def without_floor(x, k, floor):
    return (1 - k * x.abs()).clamp(min=0)


def floor_added(x, k, floor):
    return (1 - k * x.abs()).clamp(min=0) + floor


def steepness_fixed(x, k, floor):
    return (1 - 10 * x.abs()).clamp(min=floor)


def floor_fixed(x, k, floor):
    return (1 - k * x.abs()).clamp(min=0.1)


WRONG = {
    "05.1": [
        (0.25, "sign"),
        (0.0, "true gradient"),
        (-1.0, "bump is missing"),
        (-0.5, "squared"),
        (-1 / 81, "Three factors"),
    ],
    "05.2": [
        ("first", "crosses the hidden spikes"),
        ("both", "true step"),
        ("none", "sends no spikes"),
        (["last"], "without the list"),
        ("the last one", "Which of them"),
    ],
    "05.3": [
        (ForgetsWhatArrives, "multiplies by it"),
        (ForgetsTheSign, "keeps its sign"),
        (SmoothForward, "stays a step"),
        (WithoutSteepness, "k = 10"),
        (WithoutAbsoluteValue, "absolute value"),
        (TrueGradient, "Put the bump"),
        (WithoutSquare, "squared"),
        (GatedByTheSpike, "two sides"),
        (SpikesAtTheThreshold, "At x = 0"),
    ],
    "05.4": [
        (one_sided, "both sides"),
        (without_floor, "hold it up"),
        (floor_added, "not added"),
        (steepness_fixed, "argument k"),
        (floor_fixed, "argument floor"),
    ],
}
