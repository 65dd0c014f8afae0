# %% [markdown]
# # 15 · One task, every rule

# %% tags=["setup"]
import json
import sys

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import time

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn
from torch.nn.functional import cosine_similarity, cross_entropy, normalize

from snn_core import LIF, LeakyIntegrator, StochasticLIF, Surrogate, encoding
from snn_core.datasets import mnist_mini
from snn_core.diagnostics import SavedBytes
from snn_core.exercises import Case, check_function, check_value
from snn_core.losses import count_cross_entropy, predict
from snn_core.online import RULES, OnlineNetwork, count_error
from snn_core.plasticity import (
    CompetitiveLayer,
    PairSTDP,
    RewardSTDP,
    learn_unlabelled,
    running_mean_step,
    unit_intensity,
)
from snn_core.plotting import BLUE, VERMILION, use_style
from snn_core.training import evaluate, fit, seeded

use_style()


# %% tags=["definitions"]
STEPS = 10


def two_layers(hidden, output=None):
    """Return the network of page 07 with so many hidden neurons, and the wider surrogate of page 14 at the output."""
    output = output or LIF(tau_mem=10.0, surrogate=Surrogate(scale=4.0))
    return nn.Sequential(nn.Linear(784, hidden), LIF(tau_mem=10.0), nn.Linear(hidden, 10), output)


class ChunkedBPTT:
    """BPTT through chunks of a sequence: spikes and states go on from one to the next, gradients do not."""

    def __init__(self, network, steps):
        self.network, self.steps = network, steps

    def run(self, inputs, labels):
        first, hidden, second, output = self.network
        states, counts, now = (None, None), 0.0, 0
        for chunk in inputs.split(self.steps):
            below = hidden(first(chunk), states[0], record=True)
            above = output(second(below.spikes), states[1], record=True)
            counts, now = counts + above.spikes.sum(0), now + len(chunk)
            cross_entropy(counts * (len(inputs) / now), labels).backward()
            states, counts = (below.state.detach(), above.state.detach()), counts.detach()


# %% tags=["definitions"]
class EarlyErrors:
    """What "rtrl" and "eprop" compute with traces, computed backwards: BPTT, but for the errors of the counts so far."""

    def __init__(self, network, rule):
        self.network, self.rule = network, rule

    def run(self, inputs, labels):
        first, hidden, second, output = self.network
        spikes = hidden(first(inputs))
        answers = output(second(spikes.detach() if self.rule == "eprop" else spikes))
        scale = len(inputs) / torch.arange(1.0, len(inputs) + 1)
        errors = [count_error(s * counts, labels) for s, counts in zip(scale, answers.detach().cumsum(0), strict=True)]
        told = answers
        if self.rule == "eprop":  # the hidden layer is taught as if the output were a leaky readout
            told = told + LeakyIntegrator(tau_mem=10.0)(spikes @ second.weight.detach().T)
        (torch.stack(errors) * told).sum().backward()


# %% tags=["definitions"]
CHUNKS = {"bptt": STEPS, "truncated_5": 5, "truncated_1": 1}


def learner_for(rule, network, seed=0):
    """Return what adds the gradients of a rule to `.grad` when its `run(inputs, labels)` is called."""
    if rule in CHUNKS:
        return ChunkedBPTT(network, CHUNKS[rule])
    if rule.endswith(" backwards"):
        return EarlyErrors(network, rule.removesuffix(" backwards"))
    return OnlineNetwork(network, rule, horizon=STEPS, generator=torch.Generator().manual_seed(1000 + seed))


def encode_shifted(images, generator):
    """Return spikes [T, B, 784] of images moved by up to one pixel, as on page 07."""
    shift = torch.randint(-1, 2, (2,), generator=generator).tolist()
    return encoding.rate(torch.roll(images.view(-1, 28, 28), shift, (1, 2)).flatten(1), STEPS, generator=generator)


# %% tags=["definitions"]
def train_by(learner, network, images, labels, *, epochs, lr, generator, batch_size=64, weight_decay=0.1):
    """Train a network with the gradients of a learner, as on page 07."""
    optimizer = torch.optim.AdamW(network.parameters(), lr=lr, weight_decay=weight_decay)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, lr, total_steps=epochs * -(-len(images) // batch_size))
    for _ in range(epochs):
        for chosen in torch.randperm(len(images), generator=generator).split(batch_size):
            optimizer.zero_grad()
            learner.run(encode_shifted(images[chosen], generator), labels[chosen])
            optimizer.step()
            schedule.step()


@torch.no_grad()
def accuracy_of(answer, images, labels, seed=0):
    """Return the share of right answers to rate-coded images; `answer` turns input spikes into output spikes."""
    generator = torch.Generator().manual_seed(2000 + seed)
    right = [
        predict(answer(encoding.rate(some, STEPS, generator=generator)).sum(0)) == truth
        for some, truth in zip(images.split(500), labels.split(500), strict=True)
    ]
    return torch.cat(right).float().mean().item()


# %% tags=["definitions"]
def hidden_gradient(learner, network, inputs, labels):
    """Return the gradient of the hidden weights that a learner finds for a large batch."""
    network.zero_grad()
    for some, answers in zip(inputs.split(50, 1), labels.split(50), strict=True):
        learner.run(some, answers)
    gradient = network[0].weight.grad
    network.zero_grad()
    return gradient


def alignment(learner, network, inputs, labels):
    """Return the cosine of a learner's gradient of the hidden weights to that of BPTT; NaN if it has none."""
    found = hidden_gradient(learner, network, inputs, labels)
    truth = hidden_gradient(ChunkedBPTT(network, len(inputs)), network, inputs, labels)
    return float("nan") if found is None else cosine_similarity(found.flatten(), truth.flatten(), dim=0).item()


# %% tags=["definitions"]
def noisy_readout(weight, spikes, neuron):
    """Return the spikes of noisy neurons; a spike takes 3 from the currents of all others, one step later."""
    state = fired = torch.zeros(spikes.shape[1], len(weight))
    answers = []
    for current in spikes @ weight.T:
        fired, _, state = neuron.step(current - 3.0 * (fired.sum(1, keepdim=True) - fired), state)
        answers.append(fired)
    return torch.stack(answers)


def learn_by_reward(images, labels, *, epochs, lr, seed, batch_size=16):
    """Teach ten noisy neurons on the pixels by RewardSTDP, told only right or wrong; return what answers images."""
    generator, length, expected = seeded(seed), 0.28, 0.1
    neuron = StochasticLIF(tau_mem=10.0, width=0.1, generator=generator)
    weight = (1 + 0.2 * torch.randn(10, 784, generator=generator)).clamp(min=0)
    learner = RewardSTDP(PairSTDP(a_plus=1.0, a_minus=0.3), tau_eligibility=1000.0, rate=lr / batch_size)
    for _ in range(epochs):
        for chosen in torch.randperm(len(images), generator=generator).split(batch_size):
            weight = length * normalize(weight, dim=1)
            spikes = encoding.rate(images[chosen], STEPS, generator=generator)
            answer = noisy_readout(weight, spikes, neuron)
            right = (predict(answer.sum(0), generator) == labels[chosen]).float()
            state = learner.run(spikes, answer, weight, learner.initial_state(spikes[0], answer[0]))
            weight = learner.reward(weight, state, right - expected)
            expected = running_mean_step(expected, right.mean(), 0.05)
    weight = length * normalize(weight, dim=1)
    return lambda spikes: noisy_readout(weight, spikes, neuron)


# %% tags=["definitions"]
def learn_without_labels(images, labels, *, hidden, epochs, lr, seed):
    """Sort images by STDP without labels (page 10, scaled as there), then train a readout; return what answers images."""
    generator = seeded(seed)
    layer, readout = CompetitiveLayer(784, hidden, generator=generator), two_layers(hidden)[2:]
    encode = lambda x: encoding.rate(x, STEPS, generator=generator)  # noqa: E731
    learn_unlabelled(layer, images, encode, epochs=epochs, batch_size=64, lr=lr, generator=generator)
    options = {"encode": lambda x: layer(encode(x), inhibition=0.5), "optimizer": torch.optim.Adam(readout.parameters())}
    fit(readout, images, labels, epochs=epochs, batch_size=64, generator=generator, progress=False, **options)
    return lambda spikes: readout(layer(spikes, inhibition=0.5))


# %% tags=["definitions"]
GRADIENT_RULES = (*CHUNKS, *RULES)
TRIALS = (*GRADIENT_RULES, "reward_stdp", "stdp_readout", "untrained")


def trial(rule, train, test, *, hidden, epochs, seed, probe=None, **settings):
    """Train by a rule from scratch; return accuracy, processor seconds, and for gradients the alignment."""
    if rule == "reward_stdp":
        return judged(learn_by_reward, train, test, epochs=epochs, seed=seed, **settings)
    if rule == "stdp_readout":
        scaled = [(unit_intensity(images), labels) for images, labels in (train, test)]
        return judged(learn_without_labels, *scaled, hidden=hidden, epochs=epochs, seed=seed, **settings)
    generator, network, found = seeded(seed), two_layers(hidden), {}
    learner = learner_for("bptt" if rule == "untrained" else rule, network, seed)
    if probe and rule != "untrained":
        found["before"] = alignment(learner, network, *probe)
    started = time.process_time()
    if rule != "untrained":
        train_by(learner, network, *train, epochs=epochs, generator=generator, **settings)
    found["seconds"] = time.process_time() - started
    if probe and rule != "untrained":
        found["after"] = alignment(learner, network, *probe)
    return found | {"accuracy": accuracy_of(network, *test, seed)}


def judged(learn, train, test, *, seed, **options):
    """Run a rule without gradients; return its accuracy and processor seconds."""
    started = time.process_time()
    answer = learn(*train, seed=seed, **options)
    return {"seconds": time.process_time() - started, "accuracy": accuracy_of(answer, *test, seed)}
