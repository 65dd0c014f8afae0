# %% [markdown]
# # 15 · One task, every rule
#
# **One task, every learning rule: how do alignment, memory and accuracy compare?**
#
# Needs: pages 06, 07, 10, 11, 13 and 14. · 35 minutes to read, two minutes to run. · Introduces `ChunkedBPTT`; every other rule is from an earlier page.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/15_one_task_every_rule.ipynb)
#
# ## You will
#
# - put eleven learning rules and three controls through the digits of page 01 and the network of page 07;
# - measure how well each rule's update points along the gradient of BPTT, and what it has to remember while time goes on;
# - find out by intervention, not by opinion, what a synapse must be told under each rule;
# - read accuracy against locality in one figure, and say what it leaves open.

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
from torch import Tensor, nn
from torch.nn.functional import cosine_similarity, normalize

from snn_core import LIF, LeakyIntegrator, StochasticLIF, Surrogate, encoding, plasticity
from snn_core.datasets import mnist_mini
from snn_core.diagnostics import SavedBytes
from snn_core.exercises import Case, check_function
from snn_core.losses import count_cross_entropy, predict
from snn_core.online import RULES, ChunkedBPTT, OnlineNetwork, count_error
from snn_core.plotting import BLUE, VERMILION, use_style
from snn_core.training import fit, seeded

use_style()

# %% [markdown]
# ## 1 · Nine gradients
#
# The task is the first one of this course: 5,000 digits to learn from, 1,000 to be tested on, $T = 10$ steps of rate code. The network is that of page 07, 784 → 256 → 10 LIF neurons, with the wider surrogate at the output that page 14 found to keep output neurons alive. Nine rules give a gradient for it:
#
# | rule | page | error | what reaches a hidden synapse |
# |---|---|---|---|
# | BPTT | 06 | at the end | everything, backwards |
# | truncated BPTT, $k$ = 5 and 1 | 06 | every $k$ steps | what happened in the same $k$ steps |
# | RTRL traces | 13 | every step | everything, forwards: a second trace per synapse |
# | e-prop | 13 | every step | the same, without the slope of the output neurons |
# | OTTT | 14 | every step | the error of this step, through the weights above |
# | feedback alignment | 14 | every step | the same, through a fixed random matrix |
# | direct feedback alignment | 14 | every step | the output's error through a random matrix, without slope |
# | DECOLLE | 14 | every step | the error of a random readout of the own layer |
#
# All but BPTT need an error before the end. Its counts are not known yet, so they use the counts so far, scaled to ten steps: $\mathrm{softmax}(n[t]\, T/t)$ less the right answer. The core's `ChunkedBPTT` runs backwards through chunks of $k$ steps; with $k = T$ it must be BPTT. `EarlyErrors` computes RTRL and e-prop a second time, backwards by autograd.
#
# Training is that of page 07: AdamW, a learning rate that rises and falls, images moved by up to one pixel. The gradients of the ten steps add up, and the weights move once per batch, under every rule. For this page's live runs the hidden layer has 64 neurons, and there are 2,000 images. We compare gradients of the hidden weights on one fixed batch of 200 images, in an untrained network and in one that BPTT has trained.
#
# > **Before you run:** which rules should agree with BPTT exactly? What remains between RTRL and BPTT, if the traces are exact?

# %%
digits = mnist_mini()
train = digits.train_images.flatten(1), digits.train_labels
test = digits.test_images.flatten(1), digits.test_labels

# %% tags=["definitions"]
STEPS, CHUNKS = 10, {"bptt": 10, "truncated_5": 5, "truncated_1": 1}


def two_layers(hidden):
    """Return the network of page 07 with so many hidden neurons, and the wider surrogate of page 14 at the output."""
    output = LIF(tau_mem=10.0, surrogate=Surrogate(scale=4.0))
    return nn.Sequential(nn.Linear(784, hidden), LIF(tau_mem=10.0), nn.Linear(hidden, 10), output)


def learner_for(rule, network, seed=0, error=count_error):
    """Return what adds the gradients of a rule to `.grad` when its `run(inputs, labels)` is called."""
    if rule in CHUNKS:
        return ChunkedBPTT(network, CHUNKS[rule], error)
    if rule.endswith(" backwards"):
        return EarlyErrors(network, rule.removesuffix(" backwards"))
    chance = torch.Generator().manual_seed(1000 + seed)
    return OnlineNetwork(network, rule, error=error, horizon=STEPS, generator=chance)


# %% tags=["definitions"]
class EarlyErrors:
    """What "rtrl" and "eprop" compute with traces, computed backwards: BPTT, but for the errors of the counts so far."""

    def __init__(self, network, rule):
        self.network, self.rule = network, rule

    def run(self, inputs, labels):
        first, hidden, second, output = self.network
        spikes = hidden(first(inputs))
        answers = output(second(spikes.detach() if self.rule == "eprop" else spikes))
        errors = [
            count_error(counts * (len(inputs) / (before + 1)), labels)
            for before, counts in enumerate(answers.detach().cumsum(0))
        ]
        told = answers
        if self.rule == "eprop":  # the hidden layer is taught as if the output were a leaky readout
            told = told + LeakyIntegrator(tau_mem=10.0)(spikes @ second.weight.detach().T)
        (torch.stack(errors) * told).sum().backward()


# %% tags=["definitions"]
def hidden_gradient(learner, network, inputs, labels):
    """Return the gradient of the hidden weights that a learner finds for a large batch; None if it has none."""
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
def encode_shifted(images, generator):
    """Return spikes [T, B, 784] of images moved by up to one pixel, as on page 07."""
    shift = torch.randint(-1, 2, (2,), generator=generator).tolist()
    return encoding.rate(torch.roll(images.view(-1, 28, 28), shift, (1, 2)).flatten(1), STEPS, generator=generator)


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


# %%
generator, network = seeded(0), two_layers(64)
probe = encoding.rate(train[0][:200], STEPS, generator=torch.Generator().manual_seed(0)), train[1][:200]
live, few = {"epochs": 3, "batch_size": 32, "lr": 3e-3}, (train[0][:2000], train[1][:2000])
GRADIENT_RULES = [rule for rule in (*CHUNKS, *RULES) if rule != "last_layer"]

# %%
untrained = {rule: alignment(learner_for(rule, network), network, *probe) for rule in GRADIENT_RULES}
train_by(learner_for("bptt", network), network, *few, generator=generator, **live)
trained = {rule: alignment(learner_for(rule, network), network, *probe) for rule in GRADIENT_RULES}

# %%
exact, doubles = two_layers(16).double(), (probe[0][:, :50].double(), probe[1][:50])
nn.init.uniform_(exact[2].weight, 0.0, 0.5)  # so that the outputs spike
through = {rule: hidden_gradient(learner_for(rule, exact), exact, *doubles) for rule in ("bptt", "rtrl", "eprop")}
again = {rule: hidden_gradient(EarlyErrors(exact, rule), exact, *doubles) for rule in ("rtrl", "eprop")}
count_cross_entropy(exact(doubles[0]), doubles[1]).backward()
again["bptt"] = exact[0].weight.grad

# %% tags=["definitions"]
TRIALS = (*CHUNKS, *RULES, "reward_stdp", "stdp_readout", "random_readout", "untrained")
shown = (
    "BPTT; truncated, k = 5; truncated, k = 1; RTRL traces; e-prop; OTTT; feedback al.; direct feedback al.; DECOLLE"
)
shown += "; last layer only; reward STDP; STDP + readout; random + readout; untrained"
NAMES = dict(zip(TRIALS, shown.split("; "), strict=True))
RANDOM = ("feedback_alignment", "direct_feedback_alignment", "decolle")

# %% alt="Bars of the cosine to the BPTT gradient for nine rules, in an untrained network and in one trained by BPTT. BPTT is 1, RTRL close to 1, OTTT and truncated BPTT with five steps follow, e-prop is lower, and feedback alignment, direct feedback alignment and DECOLLE are near zero."
figure, axis = plt.subplots(figsize=(9, 3.2))
places = np.arange(len(GRADIENT_RULES))
axis.bar(places - 0.2, untrained.values(), 0.4, color=BLUE, label="untrained")
axis.bar(places + 0.2, trained.values(), 0.4, color=VERMILION, label="trained by BPTT")
axis.set_xticks(places, [NAMES[rule] for rule in GRADIENT_RULES], rotation=25, ha="right")
axis.axhline(0, color="0.4", linewidth=0.8)
axis.set(ylabel="cosine to BPTT", title="Exact traces keep the direction, random feedback does not start with it")
axis.legend()
plt.show()

# %% tags=["check"]
assert min(untrained["rtrl"], trained["rtrl"]) > 0.95 and untrained["eprop"] < 0.8 < trained["eprop"]
assert all(stage["ottt"] > 0.85 > 0.3 > max(abs(stage[rule]) for rule in RANDOM) for stage in (untrained, trained))
assert all(stage["truncated_5"] > stage["truncated_1"] + 0.03 for stage in (untrained, trained))
assert all(torch.allclose(through[rule], again[rule], rtol=0, atol=1e-10) for rule in again)
assert all(gradient.abs().max() > 1e-3 for gradient in through.values())
assert not torch.allclose(through["rtrl"], through["bptt"], atol=1e-4)

# %% [markdown]
# RTRL and e-prop come out the same forwards, with traces, and backwards, by autograd: equal to $10^{-10}$. `ChunkedBPTT` over the whole sequence is BPTT. So what lies between RTRL and BPTT is not the traces. It is the error, which speaks before the counts are final, and that alone leaves a cosine above 0.95 in both networks.
#
# OTTT forgets what a hidden spike does to later output membranes, and stays above 0.85. Truncation to single steps costs more than to five. Without the slope of the output, e-prop points elsewhere while most outputs are silent, and nearer once they are trained. Random feedback is below 0.3 in size at both points: a fixed matrix knows nothing of weights that BPTT has trained. Section 4 asks the fairer question, the cosine in a network that the rule itself has trained.
#
# ## 2 · What it must remember
#
# BPTT stores every step until it walks back (page 06). A rule that goes forwards keeps traces, whatever $T$ is. We count the bytes that each rule keeps per image, beside the weights and their gradient: for BPTT what autograd has saved, for a chunk the same, and for a rule that runs online all tensors that its layers carry from one step to the next, fixed random matrices included. The two rules that are no gradients come here too: `RewardSTDP` on ten outputs keeps an eligibility per synapse (page 11), trace STDP one trace per input (page 10).
#
# > **Before you run:** exact traces need no past. From which $T$ on are they cheaper than the past?


# %%
def tensors_kept(learner):
    """Return all tensors that an online learner carries from one step to the next."""
    learning = learner.layers[1:] if learner.rule == "last_layer" else learner.layers
    kept = [value for layer in learning for value in vars(layer).values() if isinstance(value, Tensor)]
    return [*kept, *learner.matrices, *learner.readouts, learner.counts]


def bytes_kept(rule, steps, hidden=256):
    """Return the bytes that a rule keeps for one image of so many steps, beside weights and gradients."""
    network, labels = two_layers(hidden), torch.zeros(1, dtype=torch.long)
    if rule not in CHUNKS:
        learner = learner_for(rule, network)
        learner.horizon = steps
        learner.run(torch.zeros(steps, 1, 784), labels)
        return sum(tensor.nbytes for tensor in tensors_kept(learner))
    at_once = steps if rule == "bptt" else CHUNKS[rule]
    with SavedBytes() as saved:
        output = network(torch.zeros(min(at_once, steps), 1, 784))
    return saved.bytes - network[2].weight.nbytes * output.requires_grad


# %%
LENGTHS = (10, 100, 1000)
memory = {rule: [bytes_kept(rule, steps) for steps in LENGTHS] for rule in (*GRADIENT_RULES, "last_layer")}
rewarded = plasticity.RewardSTDP(plasticity.PairSTDP()).initial_state(torch.zeros(1, 784), torch.zeros(1, 10))
memory["reward_stdp"] = [sum(tensor.nbytes for tensor in (*rewarded.traces, rewarded.eligibility))] * 3
memory["stdp_readout"] = [plasticity.spike_trace(torch.zeros(1, 1, 784), 5.0).nbytes] * 3

# %%
exponent = {rule: np.log10(kept[2] / kept[1]) for rule, kept in memory.items()}
per_step = (memory["bptt"][2] - memory["bptt"][1]) / 900
break_even = memory["rtrl"][0] / per_step

# %% alt="Bytes kept per image against the number of steps, both axes logarithmic. BPTT rises in proportion to T; all other rules are flat. RTRL and e-prop lie highest among the flat lines and cross BPTT near T of 120; all others are below 40 kilobytes."
figure, axis = plt.subplots(figsize=(8, 3.4))
shades = {"bptt": VERMILION, "rtrl": BLUE, "eprop": "#56B4E9"}
for rule, kept in memory.items():
    axis.loglog(LENGTHS, kept, "o-", color=shades.get(rule, "0.6"), zorder=3 if rule in shades else 2)
labels = {"bptt": "BPTT", "rtrl": "RTRL traces, e-prop", "truncated_5": "reward STDP, truncated k = 5"}
labels |= {"decolle": "the three with random matrices", "truncated_1": "truncated k = 1, OTTT"}
labels |= {"stdp_readout": "trace STDP", "last_layer": "last layer only"}
for rule, text in labels.items():
    axis.text(1100, memory[rule][2], text, va="center", fontsize=8)
axis.axvline(break_even, color="0.5", linestyle=":")
axis.set(
    xlabel="steps T", ylabel="bytes per image", title=f"Only BPTT grows; exact traces pay beyond T = {break_even:.0f}"
)
plt.show()

# %% tags=["check"]
assert abs(exponent["bptt"] - 1) < 0.05 and all(exponent[rule] == 0 for rule in memory if rule != "bptt")
assert per_step == 4 * (784 + 2 * 266) and 150 < break_even < 160
assert memory["rtrl"][0] == memory["eprop"][0] > 10 * memory["bptt"][0] and memory["ottt"][0] < 7000
assert all(10_000 < memory[rule][0] - memory["ottt"][0] < 10_500 for rule in RANDOM)

# %% [markdown]
# BPTT adds 5,264 bytes per step: 784 inputs and two numbers for each of 266 neurons, of 4 bytes. Every other rule keeps the same for any $T$. But constant is not small: RTRL and e-prop hold a number per hidden *synapse*, 0.8 MB, more than ten times what BPTT needs for our $T = 10$. They pay beyond about 150 steps. OTTT drops just this second trace, and 6 kB are left, since its trace belongs to the input and is shared by all synapses of that input. The random matrices cost 10 kB, once and for all.
#
# All of this is per image. A batch multiplies it, except for the matrices.
#
# ## 3 · What a synapse must be told
#
# "Local" is often a matter of opinion. Here it is eight questions, asked for a synapse from a pixel to a hidden neuron. To compute its change, does it need …
#
# | in space | in time |
# |---|---|
# | 1. anything beyond its own two neurons? | 6. a trace of its own, not just one per neuron? |
# | 2. more than one number that all synapses share? | 7. stored past steps? |
# | 3. anything from another layer? | 8. to wait for the end of the sequence? |
# | 4. weights onto other neurons? | |
# | 5. membranes of other neurons? | |
#
# The answers are measured, by **intervention**: change one thing, hold the rest, and see whether the gradient of the hidden weights moves. For 1, other labels. For 3, another output layer. For 4, other output weights, while the error is held and every output neuron has the same slope. For 5, other output membranes, moved by a bias, while error and weights are held. Questions 6 and 7 follow from section 2, and 8 from how often the rule asks for an error within one sequence. Question 2 is answered by definition: every error here is a vector.
#
# The two rules of part III are answered by their definition. Reward-modulated STDP hears one number, keeps an eligibility per synapse, and waits for the reward. Trace STDP as on page 10 needs its own two neurons only: the competition decides *whether* a neuron spikes, not what a synapse does then. (Both divide the weights of a neuron by their length. That is not local to the synapse, but it is to the neuron.)
#
# > **Before you run:** DECOLLE and direct feedback alignment both use a random matrix. Which of the two will notice another output layer?


# %%
def push(rule, change=None, labels=probe[1], error=count_error, slope=None):
    """Return a rule's gradient of the hidden weights after `change` has been done to the output layer."""
    seeded(1)
    small = two_layers(32)
    nn.init.uniform_(small[2].weight, 0.0, 0.5)  # so that the outputs spike
    if slope:
        small[3].surrogate = Surrogate(slope)
    if change:
        change(small[2])
    return hidden_gradient(learner_for(rule, small, error=error), small, probe[0][:, :50], labels[:50])


# %%
def other_weights(linear):
    nn.init.uniform_(linear.weight, -0.5, 0.5, generator=torch.Generator().manual_seed(5))


def other_membranes(linear):
    nn.init.constant_(linear.bias, 0.5)


def told_always(counts, labels):
    return torch.linspace(-1, 1, counts.numel()).view(counts.shape).sin()


# %%
def errors_asked(rule):
    """Return how often a rule asks for an error in one sequence."""
    asked = []
    push(rule, error=lambda counts, labels: (asked.append(1), told_always(counts, labels))[1])
    return len(asked)


def needs_of(rule):
    """Return the answers to the eight questions."""
    held, flat = {"error": told_always}, {"error": told_always, "slope": "straight_through"}
    moved = [(push(rule), push(rule, labels=probe[1].roll(1))), (push(rule), push(rule, other_weights))]
    moved += [(push(rule, **flat), push(rule, other_weights, **flat))]
    moved += [(push(rule, **held), push(rule, other_membranes, **held))]
    one, three, four, five = (not torch.equal(before, after) for before, after in moved)
    own_trace = rule not in CHUNKS and bytes_kept(rule, 1) >= 4 * 256 * 784
    stored = bytes_kept(rule, STEPS) > 1.5 * bytes_kept(rule, 1)
    return [one, one, three, four, five, own_trace, stored, errors_asked(rule) == 1]


# %%
needs = {rule: needs_of(rule) for rule in GRADIENT_RULES}
needs |= {"reward_stdp": [True, False, False, False, False, True, False, True], "stdp_readout": [False] * 8}
number = {rule: sum(answers) for rule, answers in needs.items()}

# %% alt="Table of eleven rules by eight questions, filled where the answer is yes. BPTT needs seven of eight, truncated BPTT and RTRL six, e-prop and OTTT five, feedback alignment four, direct feedback alignment and reward STDP three, DECOLLE two, trace STDP none."
QUESTIONS = ("beyond own\nneurons", "more than\na number", "another\nlayer", "weights\nabove", "membranes\nabove")
QUESTIONS += ("own\ntrace", "stored\npast", "wait for\nthe end")
order = sorted(needs, key=number.get, reverse=True)
figure, axis = plt.subplots(figsize=(8, 4))
axis.imshow([needs[rule] for rule in order], cmap="Blues", vmax=1.6, aspect="auto")
for row, rule in enumerate(order):
    for column, answer in enumerate(needs[rule]):
        axis.text(column, row, "yes" if answer else "·", ha="center", va="center", fontsize=8)
axis.set(
    xticks=range(8),
    xticklabels=QUESTIONS,
    yticks=range(len(order)),
    title="BPTT needs seven of eight things, trace STDP none of them",
)
axis.set_yticklabels([f"{NAMES[rule]}: {number[rule]}" for rule in order])
axis.tick_params(axis="x", labelsize=8), axis.grid(visible=False)
plt.show()

# %% tags=["check"]
wanted = {"bptt": 7, "truncated_5": 6, "truncated_1": 5, "rtrl": 6, "eprop": 5, "ottt": 5, "feedback_alignment": 4}
wanted |= {"direct_feedback_alignment": 3, "decolle": 2, "reward_stdp": 3, "stdp_readout": 0}
assert number == wanted and needs["direct_feedback_alignment"][2] and not needs["decolle"][2]
assert {rule for rule in needs if needs[rule][3]} == {rule for rule in needs if number[rule] > 4}

# %% [markdown]
# The interventions say what the derivations of pages 13 and 14 say. RTRL trades the stored past for a trace per synapse and no longer waits. e-prop drops the membranes above, OTTT the trace of its own. Feedback alignment drops the weights, direct feedback alignment the membranes as well. DECOLLE does not notice another output layer: its error is its own layer's. And truncation to one step is as local in time as can be, and not local in space at all.
#
# The number of "yes" is our score. It is a rank and no more: it treats all questions alike, and another list would give another order. Hardware may forbid stored pasts and allow broadcasts; in a brain, weights read from elsewhere are the hardest to imagine.
#
# ## 4 · All of them, small
#
# Now every rule learns. Two of them are no gradients of this network:
#
# - **reward-modulated STDP** (page 11): ten noisy neurons directly on the pixels, whose spikes inhibit each other; `RewardSTDP` with the success $R - b$, where $R$ only says right or wrong. No hidden layer: page 11 left open how one reward could teach it, and so do we.
# - **STDP and a readout** (page 10): the hidden layer is a `CompetitiveLayer`, which sees no label. Then an output layer learns from its spikes, with labels.
#
# Three controls: **last layer only**, over random hidden weights that stay as they are; **random + readout**, which is the competitive layer before any STDP, with the same readout; and the **untrained** network.
#
# 64 hidden neurons, the 2,000 images three times, one seed. "After" is the cosine in the network that the rule itself has trained.
#
# > **Before you run:** feedback alignment began with a cosine near 0. Where will it end, and how much accuracy will that cost?


# %% tags=["definitions"]
def noisy_readout(weight, spikes, neuron):
    """Return the spikes of noisy neurons; a spike takes 3 from the currents of all others, one step later."""
    state = fired = torch.zeros(spikes.shape[1], len(weight))
    answers = []
    for current in spikes @ weight.T:
        fired, _, state = neuron.step(current - 3.0 * (fired.sum(1, keepdim=True) - fired), state)
        answers.append(fired)
    return torch.stack(answers)


def learn_without_labels(images, labels, *, hidden, epochs, lr, seed):
    """Sort images by STDP without labels (page 10, scaled as there), then train a readout; return what answers images."""
    generator = seeded(seed)
    layer, readout = plasticity.CompetitiveLayer(784, hidden, generator=generator), two_layers(hidden)[2:]
    encode = lambda x: encoding.rate(x, STEPS, generator=generator)  # noqa: E731
    if lr:  # without one, the weights stay random
        plasticity.learn_unlabelled(layer, images, encode, epochs=epochs, batch_size=64, lr=lr, generator=generator)
    options = {"epochs": epochs, "batch_size": 64, "generator": generator, "progress": False}
    options["optimizer"] = torch.optim.Adam(readout.parameters(), lr=1e-2)
    fit(readout, images, labels, encode=lambda x: layer(encode(x), inhibition=0.5), **options)
    return lambda spikes: readout(layer(spikes, inhibition=0.5))


# %% tags=["definitions"]
def learn_by_reward(images, labels, *, epochs, lr, seed, batch_size=16):
    """Teach ten noisy neurons on the pixels by RewardSTDP, told only right or wrong; return what answers images."""
    generator, length, expected = seeded(seed), 0.28, 0.1
    neuron = StochasticLIF(tau_mem=10.0, width=0.1, generator=generator)
    weight = (1 + 0.2 * torch.randn(10, 784, generator=generator)).clamp(min=0)
    rule = plasticity.PairSTDP(a_plus=1.0, a_minus=0.3)
    learner = plasticity.RewardSTDP(rule, tau_eligibility=1000.0, rate=lr / batch_size)
    for _ in range(epochs):
        for chosen in torch.randperm(len(images), generator=generator).split(batch_size):
            weight = length * normalize(weight, dim=1)
            spikes = encoding.rate(images[chosen], STEPS, generator=generator)
            answer = noisy_readout(weight, spikes, neuron)
            right = (predict(answer.sum(0), generator) == labels[chosen]).float()
            state = learner.run(spikes, answer, weight, learner.initial_state(spikes[0], answer[0]))
            weight = learner.reward(weight, state, right - expected)
            expected = plasticity.running_mean_step(expected, right.mean(), 0.05)
    weight = length * normalize(weight, dim=1)
    return lambda spikes: noisy_readout(weight, spikes, neuron)


# %% tags=["definitions"]
@torch.no_grad()
def accuracy_of(answer, images, labels, seed=0):
    """Return the share of right answers to rate-coded images; `answer` turns input spikes into output spikes."""
    generator = torch.Generator().manual_seed(2000 + seed)
    right = [
        predict(answer(encoding.rate(some, STEPS, generator=generator)).sum(0)) == truth
        for some, truth in zip(images.split(500), labels.split(500), strict=True)
    ]
    return torch.cat(right).float().mean().item()


def judged(learn, train, test, *, seed, **options):
    """Run a rule without gradients; return its accuracy and processor seconds."""
    started = time.process_time()
    answer = learn(*train, seed=seed, **options)
    return {"seconds": time.process_time() - started, "accuracy": accuracy_of(answer, *test, seed)}


# %% tags=["definitions"]
def rule_trial(rule, train, test, *, hidden, epochs, seed, probe=None, **settings):
    """Train by a rule from scratch; return accuracy, processor seconds, and for gradients the alignment."""
    if rule == "reward_stdp":
        return judged(learn_by_reward, train, test, epochs=epochs, seed=seed, **settings)
    if rule in ("stdp_readout", "random_readout"):
        scaled = [(plasticity.unit_intensity(images), labels) for images, labels in (train, test)]
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


# %%
options = {rule: live for rule in TRIALS}
options |= {"reward_stdp": {"epochs": 3, "lr": 4e-3}, "stdp_readout": {"epochs": 3, "lr": (0.5, 0.01)}}
options["random_readout"] = {"epochs": 3, "lr": None}
options["untrained"] = {"epochs": 0}

# %%
small = {rule: rule_trial(rule, few, test, hidden=64, seed=0, probe=probe, **options[rule]) for rule in TRIALS}
print(f"{'':20}  test  cosine before, after  seconds")
for rule, found in small.items():
    cosines = "".join(f"{found[at]:9.2f}" for at in ("before", "after") if found.get(at, np.nan) == found.get(at))
    print(f"{NAMES[rule]:20} {found['accuracy']:5.1%} {cosines:>21} {found['seconds']:8.1f}")

# %% tags=["check"]
right = {rule: 100 * found["accuracy"] for rule, found in small.items()}
least, lag = min(right[rule] for rule in RANDOM), right["bptt"] - np.mean([right[rule] for rule in RANDOM])
assert all(abs(right[rule] - right["bptt"]) < 3 for rule in ("truncated_5", "truncated_1", "rtrl", "eprop", "ottt"))
assert right["last_layer"] + 15 < least and 1 < lag < 12 and 25 < right["reward_stdp"] < right["stdp_readout"] - 10
assert all(small[rule]["after"] > small[rule]["before"] + 0.2 for rule in RANDOM) and right["untrained"] < 20
assert right["stdp_readout"] > 15 + max(right["random_readout"], right["last_layer"])

# %% [markdown]
# The rules that use the weights above, from BPTT to OTTT, end within three points of each other, so that one seed says nothing about their order. The three with random matrices lag, and lead the last layer alone by at least 15 points. Their cosine has risen by more than 0.2: the network has turned towards its fixed feedback (page 14), far from 1 and yet far enough to learn.
#
# A layer that sorted the images by STDP, without a label, is a better base for a readout than the same layer before STDP, and than the random weights of the first network, each by more than 15 points. One number of reward gets the ten noisy neurons well above chance, and not near the others. It has no hidden layer and hears less than any other rule.
#
# These orders held for five more seeds, by which this page was tested.
#
# ## 5 · The full table
#
# Recorded on {{rules_date}} on two CPU cores by `python bench/learning_rules.py`, one thread: 256 hidden neurons, all 5,000 images five times, three seeds. Each rule had the same number of settings, four, tried with one seed on 1,000 held-out training images. The test images chose nothing. "Seconds" are processor seconds per seed.
#
# > **Before you run:** which rules will lie within one point of BPTT?

# %%
full = json.loads("""{{learning_rules}}""")
mean = {rule: np.mean(found["accuracy"]) for rule, found in full.items()}

# %%
print(f"{'':20}{'test, three seeds':>20}   mean  cosine before, after   bytes at T = 10, 1000  needs  seconds")
for rule, found in full.items():
    cosines = f"{found['before']:.2f} {found['after']:.2f}" if "before" in found else ""
    kept = f"{memory[rule][0]:,} {memory[rule][2]:,}" if rule in memory else ""
    seconds = f"{number.get(rule, ''):>7} {found['seconds']:8.0f}"
    print(f"{NAMES[rule]:20}{found['accuracy']!s:>20} {mean[rule]:6.1f} {cosines:>22} {kept:>23}{seconds}")

# %% alt="Two panels of test accuracy against locality, from 1, BPTT, to 8, trace STDP. Left, all rules: STDP with a readout near 90 percent at locality 8, reward STDP near 55 at 5, dashed lines for the last layer only near 82 and the untrained network below 10. Right, the nine gradients: BPTT, truncated BPTT, RTRL, e-prop, OTTT and, at locality 6, DECOLLE between 94 and 95.5 percent; the two kinds of feedback alignment near 92."
figure, axes = plt.subplots(1, 2, figsize=(11, 4), width_ratios=(2, 3))
for axis in axes:
    for rule in needs:
        spread = np.std(full[rule]["accuracy"], ddof=1)
        color = BLUE if rule in GRADIENT_RULES else VERMILION
        axis.errorbar(8 - number[rule], mean[rule], spread, fmt="o", color=color, capsize=2)
    axis.set(xlabel="locality: questions answered by no, of 8", ylabel="test accuracy (%)", xlim=(0.5, 9))
for rule in ("last_layer", "untrained"):
    axes[0].axhline(mean[rule], color="0.5", linestyle="--", linewidth=1)
    axes[0].text(0.6, mean[rule] + 1, NAMES[rule], fontsize=8, color="0.4")
for rule in ("reward_stdp", "stdp_readout"):
    axes[0].text(7.9 - number[rule], mean[rule] - 5, NAMES[rule], ha="center", fontsize=8)
for score in range(8):
    peers = sorted((rule for rule in GRADIENT_RULES if number[rule] == score), key=mean.get)
    for rank, rule in enumerate(peers):
        place = {"xytext": (7, 11 * (rank - (len(peers) - 1) / 2) - 3), "textcoords": "offset points"}
        axes[1].annotate(NAMES[rule], (8 - score, mean[rule]), fontsize=8, **place)
axes[0].set(ylim=(0, 100), title="A reward alone stays behind")
axes[1].set(ylim=(91, 96.5), xlim=(0.5, 8), title="DECOLLE, told two of eight things, is near BPTT")
plt.show()

# %% tags=["check"]
below = {rule: mean["bptt"] - mean[rule] for rule in full}
assert [rule for rule in GRADIENT_RULES if below[rule] > 1] == ["feedback_alignment", "direct_feedback_alignment"]
assert all(2 < below[rule] < 3.5 for rule in RANDOM[:2]) and 4 < below["stdp_readout"] < 5.5
assert below["last_layer"] > below["stdp_readout"] + 8 and below["random_readout"] > below["stdp_readout"] + 20
assert [round(end(full["reward_stdp"]["accuracy"])) for end in (min, max)] == [49, 60]
assert full["rtrl"]["seconds"] > 5 * full["ottt"]["seconds"] and all(full[rule]["after"] < 0.7 for rule in RANDOM)

# %% [markdown]
# Six of the eight gradients other than BPTT end within one point of it, about the spread of their seeds, so their order is not resolved. Among them is DECOLLE, which needs two of eight things. Feedback alignment and direct feedback alignment cost two to three and a half points. Their cosines at the end are below 0.7, and so is that of DECOLLE: alignment alone does not tell the accuracy.
#
# A hidden layer that hears no error at all, sorted by STDP, is about five points below BPTT. It is more than 20 points above the same layer before STDP, and more than 8 above the last layer only. The reward reaches 49 to 60 %, depending on the seed. It has to find out which of ten answers is right by trying, for a network without a hidden layer, and the best of its four rates was the largest, so that its accuracy may not be the last word.
#
# Exact traces cost time as well: more than five times as long as OTTT, for the same accuracy here. All seconds were taken on a busy machine; small differences mean nothing.
#
# What is not equal: the two STDP rules see images that are not shifted; STDP with readout sees them scaled, as on page 10; and before its four rates were tried, the inhibition, noise and window of the reward rule had been searched by hand on the same held-out images.
#
# ## What is known, and what is open
#
# **What we know**, from this task and two layers:
#
# - The gradient through time can be had without walking back, exactly. The price is a trace per synapse.
# - Here, little of it is needed. An image says the same in all ten steps, and forgetting everything before the current step costs less than a point. Page 13 has tasks of the other kind.
# - A layer can be taught without the weights above it, and by an error of its own.
# - STDP without labels builds features worth reading; a reward can teach, slowly.
#
# **What is open:**
#
# - *Depth.* On larger images and deeper networks, rules without weight transport were found to fall far behind (Bartunov et al. 2018). Exact traces for more layers or for recurrence cost far more than here (page 13).
# - *Reward.* How one number can teach a hidden layer of noisy neurons in a reasonable number of trials.
# - *Time.* Which natural tasks need the second trace that OTTT drops.
# - *Brains.* Which of the eight questions a synapse answers by yes is for experiments to say, not for accuracies.
#
# ## Recap
#
# You
#
# - put eleven rules and three controls through one task, and saw one seed of it happen;
# - held every gradient against that of BPTT: exact traces lose only what the early error costs, random feedback has to grow its alignment;
# - counted what each rule remembers: BPTT grows with $T$, no other rule does, and exact traces cost more than the past of short sequences;
# - answered eight questions about locality by intervention, and placed the rules between accuracy and locality.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $k$ | steps of a chunk, truncated BPTT | `steps` of `ChunkedBPTT` |
# | $n[t]\, T/t$ | counts so far, scaled to the end | `horizon` of `OnlineNetwork` |
# | | the rules that run online | `OnlineNetwork`, `RULES` |
# | | bytes that autograd keeps | `SavedBytes` |
# | $R - b$ | success | `RewardSTDP` |
#
# ## Exercises
#
# ### 1 · When do exact traces pay?
#
# Per step and image, BPTT keeps one number per input, and a membrane and a spike per neuron. RTRL keeps, at any time, one number per hidden synapse. Return the smallest whole number of steps $T$ at which BPTT keeps more; leave small things such as biases out.


# %% tags=["exercise"]
def steps_that_pay(inputs, hidden, outputs):
    return None  # your code here


hint = "BPTT keeps T (inputs + 2 hidden + 2 outputs) numbers, RTRL inputs times hidden. The past must be larger, not equal."
check_function(steps_that_pay, Case((784, 256, 10), 153, hint), Case((8, 2, 2), 2, hint))

# %% [markdown]
# ### 2 · Feedback with the right signs
#
# Between the weights and a random matrix lies a third way: send the error back through the *signs* of the weights (Liao, Leibo, Poggio 2016). From an error `[B, C]` and weights `[C, M]` compute the signal `[B, M]`, scaled so that the matrix has the same Euclidean (Frobenius) norm as the weights.


# %% tags=["exercise"]
def signal_by_signs(error, weight):
    return None  # your code here


error, weight = torch.tensor([[1.0, -1.0]]), torch.tensor([[3.0, -1.0], [0.0, 1.0]])
hint, scale = "Take the sign of each weight, not of the signal; then scale the matrix.", (11 / 3) ** 0.5
check_function(signal_by_signs, Case((error, weight), [[scale, -2 * scale]], hint))

# %% [markdown] tags=["solution"]
# ### 3 · Explain
#
# `truncated_1` forgets all that came before the step, in both layers, and yet it learns. Which part of its gradient is missing, compared with OTTT? Train both with $T = 30$ and images shown at a third of the rate (`gain=1/3`). Which of the two should suffer more, and does it?
#
# ### 4 · Open
#
# Add a row of your own: e-prop with random feedback, signs in place of weights, or one reward for the hidden layer of noisy neurons as well. Answer the eight questions for it before you measure them.
#
# ### Solutions
#
# <details><summary>Solution 1</summary>
#
# ```python
# def steps_that_pay(inputs, hidden, outputs):
#     return inputs * hidden // (inputs + 2 * hidden + 2 * outputs) + 1
# ```
#
# Section 2 measured one step more, since RTRL also carries traces of inputs and biases.
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# ```python
# def signal_by_signs(error, weight):
#     signs = weight.sign()
#     return error @ signs * (weight.norm() / signs.norm())
# ```
#
# </details>
#
# ## References
#
# - R. J. Williams, D. Zipser, *A learning algorithm for continually running fully recurrent neural networks*, Neural Computation 1(2), 1989.
# - G. Bellec et al., *A solution to the learning dilemma for recurrent networks of spiking neurons*, Nature Communications 11:3625, 2020.
# - M. Xiao et al., *Online training through time for spiking neural networks*, NeurIPS 2022.
# - J. Kaiser, H. Mostafa, E. Neftci, *Synaptic plasticity dynamics for deep continuous local learning (DECOLLE)*, Frontiers in Neuroscience 14:424, 2020.
# - T. P. Lillicrap et al., *Random synaptic feedback weights support error backpropagation for deep learning*, Nature Communications 7:13276, 2016.
# - A. Nøkland, *Direct feedback alignment provides learning in deep neural networks*, NeurIPS 2016.
# - Q. Liao, J. Z. Leibo, T. Poggio, *How important is weight symmetry in backpropagation?*, AAAI 2016.
# - E. M. Izhikevich, *Solving the distal reward problem through linkage of STDP and dopamine signaling*, Cerebral Cortex 17(10), 2007.
# - S. Bartunov et al., *Assessing the scalability of biologically-motivated deep learning algorithms and architectures*, NeurIPS 2018.
# - R. J. Williams, J. Peng, *An efficient gradient-based algorithm for on-line training of recurrent network trajectories*, Neural Computation 2(4), 1990.
# - P. U. Diehl, M. Cook, *Unsupervised learning of digit recognition using spike-timing-dependent plasticity*, Frontiers in Computational Neuroscience 9:99, 2015.
#
# This page ends the core course. Part V, convolutional networks (16) and event cameras (17), builds on it. Back to [14 · Local learning](14_local_learning.ipynb).
