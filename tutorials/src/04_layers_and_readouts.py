# %% [markdown]
# # 04 · Layers and readouts
#
# **How is an answer read out of spikes?**
#
# Needs: pages 01 and 02 (03 helps); a linear classifier. · 60 minutes to read, without *Deeper* and exercises; 15 seconds to run. · Introduces `spike_count`, `first_spike`, `max_membrane`, `summed_membrane` and `population_count`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/04_layers_and_readouts.ipynb)

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import numpy as np
import torch
from torch import nn

from snn_core import LIF, LeakyIntegrator, encoding, lif_step
from snn_core.datasets import mnist_mini
from snn_core.losses import accuracy, first_spike, max_membrane, population_count, predict, spike_count, summed_membrane
from snn_core.teaching.diagrams import class_lines, fold_and_unroll, follow_digit
from snn_core.teaching.digit_reader import fit_readout, measured_layer, random_reader
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import LayerRates
from snn_core.teaching.palette import VERMILION
from snn_core.teaching.plotting import decorate, heat_table, panels, raster, use_style
from snn_core.teaching.records import recorded
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below
generator = seed_torch(9)

# %% [markdown]
# Here is a handwritten digit and a network that reads it. Its pixels send spikes, the brighter the more often (page 01); one column of them is drawn. They reach 256 *hidden* neurons (page 02) through random weights. Each hidden spike adds to ten scores, one for each digit. The highest score is the answer.

# %%
reader = random_reader(seed=0)  # sections 4 and 5 make it again
digits = mnist_mini()
digit = digits.test_images[206]

pixels = encoding.rate(
    digit.view(1, 784),
    steps=30,
    generator=generator,
)
hidden = reader[:2](pixels)
scores = reader[2](hidden).cumsum(0)

# %% [markdown]
# > **Look first:** after how many steps would you give the answer?

# %% alt="Four panels from left to right: a handwritten nine with one column marked; the raster of the 28 pixels of that column over 30 ms, white ones spiking at nearly every step and grey ones now and then; the raster of the 256 hidden neurons; ten scores growing over time. The score of the nine grows away from all others; that of the four is second."
axes = follow_digit(
    digit,
    pixels[:, 0],
    hidden[:, 0],
    scores[:, 0],
    named=[9, 4],
    column=17,
)

# %% [markdown]
# At first the 4 and the 9 are too near to tell apart; after six or seven steps the 9 leads clearly, and rightly. Who waits answers more safely, and later. (We count steps from 1; the first is drawn at 0 ms.)

# %% [markdown]
# This page goes from left to right: how spikes pass through a layer, why they often do not, and how an answer is read out of them.

# %% tags=["check"]
lead = scores[:, 0, 9] - scores[:, 0, 4]
assert lead[:5].abs().max() < 1 < lead[5:].min()
assert (predict(scores)[5:] == 9).all()
assert digits.test_labels[206] == 9

# %% [markdown]
# ## You will
#
# - follow two inputs through a layer by hand, and write the same network twice: in one line, and with a loop of your own to take away;
# - send spikes through five layers, find from one formula how far they get, and keep all five alive;
# - read digits out of *random* neurons, and find the score that training has to beat;
# - read one output in five ways, and measure which is early and which is right.

# %% [markdown]
# ## 1 · A layer: first a product, then neurons
#
# A layer does two things. It *weighs*: each spike that comes in at step $t$ adds its weight to a current, $I[t] = W\,x[t]$. Then its neurons do what page 02 says: integrate, compare, emit, reset.
#
# Two inputs and one neuron, with weights 0.6 and 0.5 and $\beta = 0.5$:
#
# | step | inputs $x$ | current $W x$ | membrane $u$ | spike $z$ | state $v$ |
# |---|---|---|---|---|---|
# | 1 | 1, 0 | 0.6 | 0.6 | no | 0.6 |
# | 2 | 0, 1 | 0.5 | 0.5 · 0.6 + 0.5 = 0.8 | no | 0.8 |
# | 3 | 1, 1 | 1.1 | 0.5 · 0.8 + 1.1 = 1.5 | **yes** | 1.5 − 1 = 0.5 |
#
# > **Before you read on:** which column needs a number from the row above?

# %%
W = torch.tensor([[0.6, 0.5]])
x = torch.tensor(
    [
        [1.0, 0],
        [0, 1],
        [1, 1],
    ]
)
current = x @ W.T  # [3 steps, 1 neuron]

run = LIF(beta=0.5)(current[:, None], record=True)
print("current: ", current.flatten())
print("membrane:", run.membrane.flatten())
print("spikes:  ", run.spikes.flatten())

# %% [markdown]
# The membrane: it takes $\beta$ times the state before.

# %% [markdown]
# The current needs nothing from the step before: **only neurons** (with their synapses, page 03) **have a memory.** So all currents can be computed at once (*Deeper* times it). `nn.Linear` takes `[T, B, N]` (steps, examples, inputs) as $T \cdot B$ rows of one matrix, and the neurons then walk through time.
#
# Two layers are one line:

# %%
network = nn.Sequential(
    nn.Linear(784, 256),
    LIF(),
    nn.Linear(256, 10),
    LIF(),
)
print("in: ", list(pixels.shape))
print("out:", list(network(pixels).shape))

# %% tags=["check"]
assert torch.allclose(current.flatten(), torch.tensor([0.6, 0.5, 1.1]))
assert torch.allclose(run.membrane.flatten(), torch.tensor([0.6, 0.8, 1.5]))
assert run.spikes.flatten().tolist() == [0, 0, 1]
assert torch.allclose(network[0](pixels)[7], network[0](pixels[7]), atol=1e-6)

# %% [markdown]
# ## 2 · The same network, step by step
#
# Data may arrive step by step, or you want to stop early, or to look inside. `lif_step` is one step of page 02: current and state go in; spikes, membrane and new state come out.


# %%
class Looped(nn.Module):
    """Two layers of LIF neurons, one step after the other."""

    def __init__(self, inputs=784, hidden=256, classes=10, beta=0.905):
        super().__init__()
        self.hidden = nn.Linear(inputs, hidden)
        self.output = nn.Linear(hidden, classes)
        self.beta = beta

    def forward(self, spikes):
        batch = spikes.shape[1]
        v1 = spikes.new_zeros(batch, self.hidden.out_features)
        v2 = spikes.new_zeros(batch, self.output.out_features)
        out = []
        for x in spikes:
            z1, u1, v1 = lif_step(self.hidden(x), v1, beta=self.beta)
            z2, u2, v2 = lif_step(self.output(z1), v2, beta=self.beta)
            out.append(z2)
        return torch.stack(out)


# %% [markdown]
# Take it away and change it. To see that it is the same network, give both the same weights:

# %%
beta = LIF().beta.item()
looped = Looped(beta=beta)
looped.hidden = network[0]
looped.output = network[2]

loud = 4 * pixels  # fresh weights are too weak: section 3
print("spikes:", network(loud).sum().item())
print("equal: ", torch.equal(looped(loud), network(loud)))

# %% [markdown]
# Equal to the last spike. Only the order differs: the `Sequential` takes one layer through all steps, the loop takes all layers through one step. Both are allowed, since no layer hears a later one.
#
# Here is a layer, as a loop and unrolled. $H$ asks whether $u$ is above the threshold $\theta$; $v$ is what the spike leaves.
#
# > **Look first:** through which arrows can the input of step 1 influence the spike of step 3?

# %% alt="Left: the folded graph: input x, through W to the current I, the membrane u, through the threshold to the spike z; u and z join in the state v, which loops back to u. Right: the same graph unrolled over three steps, the state v of each step reaching the membrane of the next through beta."
axes = fold_and_unroll(steps=3)

# %% [markdown]
# Only through the two marked $\beta$: from $v[1]$ to $u[2]$, and from $v[2]$ to $u[3]$. (From $u$ to $v$ there are two ways, one of them through a spike.)

# %% [markdown]
# So a layer of LIF neurons *is* a recurrent network, in which each neuron hears only itself. (*Deeper*: its matrix.) With weights between the neurons of a layer, as on page 03, only the loop will do.

# %% tags=["check"]
assert round(LIF().beta.item(), 3) == 0.905
assert network(loud).sum() > 10
assert torch.equal(looped(loud), network(loud))

# %% [markdown]
# ## 3 · How many layers do spikes survive?
#
# Stack five layers of 200 neurons, with weights as PyTorch draws them (no biases in this section). The input is random: each spikes with probability $p = 0.1$ per step.


# %%
@torch.no_grad()
def five_layers(make_layer, seed=4):
    generator = seed_torch(seed)
    chance = torch.full((16, 200), 0.1)  # 16 examples, 200 neurons
    spikes = [encoding.rate(chance, steps=200, generator=generator)]
    for _ in range(5):
        layer = make_layer(spikes[-1])
        spikes.append(LIF()(layer(spikes[-1])))
    return spikes


def default(spikes):
    return nn.Linear(200, 200, bias=False)


# %% [markdown]
# > **Before you run:** how many of the five layers will spike?

# %%
dying = five_layers(default)
for number, spikes in enumerate(dying):  # 0 is the input
    print(f"layer {number}: {100 * spikes.mean():.1f} %")

# %% [markdown]
# One. The first layer loses nine of ten spikes, and the second the rest.

# %% [markdown]
# Why? At each step about 20 of the 200 inputs spike. Some weights are positive, some negative, so that on average nothing happens. What takes a membrane to the threshold is how far it *spreads* around 0. It *flickers* over time, since spikes come at random. And each neuron has drawn its own weights, so that its membrane has a mean of its own, the *offset*. With $n$ inputs (the **fan-in**), weights of standard deviation $\sigma_w$ and no threshold
#
# $$\mathrm{Var}(u) = n\,\sigma_w^2 \Bigg[\underbrace{\frac{p(1-p)}{1-\beta^2}}_{\text{flicker}} + \underbrace{\frac{p^2}{(1-\beta)^2}}_{\text{offset}}\Bigg].$$
#
# (*Deeper* derives it in three steps.) PyTorch draws $\sigma_w = 1/\sqrt{3n}$.
#
# > **Before you run:** do membranes that spread by $\sqrt{\mathrm{Var}(u)}$ reach the threshold of 1 often, with PyTorch's weights?

# %%
p = 0.1
flicker = p * (1 - p) / (1 - beta**2)
offset = p**2 / (1 - beta) ** 2
print(f"flicker {flicker:.2f}, offset {offset:.2f}")

sigmas = {
    "divided by n": 1 / 200,
    "PyTorch's default": (1 / 600) ** 0.5,
    "not scaled": 1.0,
}
for name, sigma in sigmas.items():
    variance = 200 * sigma**2 * (flicker + offset)
    print(f"{name}: {variance**0.5:.2f}")

# %% [markdown]
# Seldom: they spread by 0.73, so that the threshold is 1.4 spreads away. Three in ten neurons never spike, the others every 65 steps on average. Of 100 *places* (one step of one neuron) 1 holds a spike. The next layer hears fewer spikes: its $p$ is smaller, its spread smaller still. That is how layers die.
#
# **The remedy: measure, then divide.** Draw weights, send the spikes through, look how far the membranes spread in neurons without a threshold (`LeakyIntegrator`), and scale to what you want. We want 2: then about 7 of 100 places hold a spike, not far from the input's 10.


# %%
def spread_of(layer, spikes):
    membrane = LeakyIntegrator()(layer(spikes))
    return membrane.std()


layer = default(dying[0]).requires_grad_(False)
before = spread_of(layer, dying[0])
layer.weight *= 2 / before
print("before:", before)
print("after: ", spread_of(layer, dying[0]))
print("sigma: ", layer.weight.std())

# %% [markdown]
# About 0.73, as the formula says, and for a spread of 2 it asks for $\sigma_w = 0.11$. `measured_layer` does this with normal weights: it measures their spread without a threshold, divides by it, and multiplies by 2. Now five layers in four ways:
#
# > **Before you run:** which keeps layer 5 alive, weights divided by $n$ or weights not scaled? Would you want it?


# %%
def normal_layer(sigma):
    layer = nn.Linear(200, 200, bias=False)
    nn.init.normal_(layer.weight, std=sigma)
    return layer


cases = {
    "divided by n": lambda spikes: normal_layer(1 / 200),
    "PyTorch's default": default,
    "not scaled": lambda spikes: normal_layer(1.0),
    "measured": lambda spikes: measured_layer(spikes, 200),
}
table = []
for make_layer in cases.values():
    spikes = five_layers(make_layer)
    table.append([100 * each.mean() for each in spikes])

# %% alt="Table of spikes per step in percent, for the input and five layers. Divided by n: 0 from layer 1 on. PyTorch's default: 1 in layer 1, then 0. Not scaled: 36 to 52. Measured: about 7 in all five layers."
axis = heat_table(table, list(cases), ["input", 1, 2, 3, 4, 5])
decorate(axis, x="layer", title="Spikes in 100 places: two die, one shouts, one stays")

# %% [markdown]
# Weights that are not scaled. But almost a third of the neurons there spike at nearly every step, and such a neuron says as little as a silent one. The measured weights hold all five layers between 5 and 10 %. Some of their neurons are busy and some quiet: that is the offset, which no scaling removes.

# %% tags=["check"]
assert [round(100 * spikes.mean().item()) for spikes in dying[:3]] == [10, 1, 0]
assert dying[2].mean() < 1e-4
assert 0.1 < dying[1].mean() / dying[0].mean() < 0.12
busy = five_layers(cases["not scaled"])[5].mean((0, 1)) > 0.9
assert 0.28 < busy.float().mean() < 0.34
each = dying[1].mean((0, 1))
assert 0.25 < (each == 0).float().mean() < 0.34
assert abs(1 / each[each > 0].mean() - 65) < 3
assert round((200 / 600 * (flicker + offset)) ** -0.5, 1) == 1.4
assert round(flicker, 2) == 0.50
assert round(offset, 2) == 1.10
assert round((200 / 600 * (flicker + offset)) ** 0.5, 2) == 0.73
assert abs(before / 0.73 - 1) < 0.15
assert np.isclose(2 / (200 * (flicker + offset)) ** 0.5, 0.11, atol=0.005)
assert abs(layer.weight.std() - 0.11) < 0.01
assert abs(torch.stack(five_layers(cases["measured"])[1:]).mean() / 0.07 - 1) < 0.1
for seed in range(4, 9):  # whatever the seed
    at_n, plain, unscaled, scaled = (five_layers(make, seed) for make in cases.values())
    assert at_n[1].sum() == 0
    assert plain[2].mean() < 1e-4
    busy = unscaled[5].mean((0, 1)) > 0.9
    assert 0.25 < busy.float().mean() < 0.4
    assert all(0.3 < layer.mean() < 0.55 for layer in unscaled[1:])
    assert all(0.05 < layer.mean() < 0.1 for layer in scaled[1:])
    free = LeakyIntegrator()(default(plain[0])(plain[0]))
    assert (free > 1).float().mean() > 5 * plain[1].mean()
    with_biases = five_layers(lambda spikes: nn.Linear(200, 200), seed)
    assert with_biases[3].mean() < 1e-3

# %% [markdown]
# ### Play with it
#
# Five layers of 100 neurons, with weights of standard deviation $g/\sqrt n$. It starts near PyTorch's default, with $p = 0.1$.
#
# 1. Turn $g$ up slowly. In which order do the layers wake up? Where does layer 5 fire as often as the input?
# 2. Set $g = 1.4$ and $\tau = 5$ ms. Layer 5 is all but silent. Raise $\tau$: why does it come back?

# %%
LayerRates().sliders()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. Layer 1 first, and layer 5 last, above $g = 1$. Between 1.6 and 1.7 it fires as often as the input (with other draws, up to 2).
# 2. A longer $\tau$ sums over more steps, so that the membranes spread further: the title says how far. At 50 ms all five layers fire at about the same rate.
#
# </details>

# %% [markdown]
# ## 4 · How much do random neurons tell?
#
# How much can spikes tell *before* any hidden weight is trained? Take 256 random neurons, their weights measured on 500 training digits:

# %%
train = digits.train_images.flatten(1)
chance = seed_torch(0)

heard = encoding.rate(train[:500], 10, generator=chance)
layer = measured_layer(heard, 256, generator=chance)

# %% [markdown]
# Show them 5,000 training digits for ten steps each. Fit a linear classifier to the spike counts: a softmax, with a penalty on large weights. No gradient has to pass a spike:

# %%
heard = encoding.rate(train, 10, generator=chance)
answers = LIF()(layer(heard))  # [10 steps, 5000 digits, 256 neurons]
readout = fit_readout(spike_count(answers), digits.train_labels)

# %% [markdown]
# > **Before you run:** the classifier reads spike counts of 256 random neurons. How many of 100 *unseen* digits will it get right?

# %%
labels = digits.test_labels
unseen = digits.test_images.flatten(1)
unseen = encoding.rate(unseen, 30, generator=chance)
answers = LIF()(layer(unseen[:10]))  # ten of 30 steps
scores = readout(spike_count(answers))
print("from spikes:", accuracy(scores, labels))

# %% [markdown]
# It is 87. On the pixels themselves, with no hidden layer, the same classifier reads 89: **the bar for training is 89 %**.
#
# Was that luck, and does the size matter? Here are five seeds of three sizes, and the same classifier with no hidden layer: on the input spikes, and on the pixels themselves:

# %%
record = recorded("random_reader")
print(record)
for size, found in record.results["accuracy"].items():
    print(size, "neurons:", min(found), "to", max(found))
found = [run["accuracy"] for run in record.results["pixel_spikes"]]
print("input spikes:", min(found), "to", max(found))
print("pixels:", record.results["pixels"]["accuracy"])

# %% [markdown]
# No luck; and size helps. The noise of the input spikes costs less than half a point, 256 random neurons two more. With 1,024 neurons the readout passes the pixels.
#
# Page 07 trains *both* layers of a network with 256 hidden neurons. (Spread and penalties were chosen on 1,000 training digits that the fits did not see.)

# %% tags=["check"]
assert torch.equal(layer.weight, reader[0].weight)
assert torch.allclose(readout.weight, reader[2].weight, atol=1e-3)
assert torch.allclose(readout.bias / 10, reader[2].bias, atol=1e-3)
assert torch.equal(answers, reader[:2](unseen[:10]))
assert abs(accuracy(readout(spike_count(answers)), labels) - 0.87) < 0.01
pixel_line = record.results["pixels"]["accuracy"]
on_pixels = fit_readout(10 * train, digits.train_labels, penalty=0.03)  # as ten steps would count them
assert record.results["pixels"]["penalty"] == 0.03
assert (record.results["spread"], record.results["penalty"]) == (2.0, 0.01)
assert record.settings["held_out"] == 1000
assert len(record.settings["seeds"]) == 5
assert abs(pixel_line - accuracy(on_pixels(10 * digits.test_images.flatten(1)), labels)) < 0.005
assert round(100 * pixel_line) == 89
accuracies = {size: np.array(found) for size, found in record.results["accuracy"].items()}
assert [round(100 * end) for end in (accuracies["256"].min(), accuracies["256"].max())] == [85, 88]
assert accuracies["256"].max() < pixel_line
assert accuracies["1024"].min() > pixel_line
assert accuracies["64"].max() < accuracies["256"].min()
from_spikes_of_pixels = [run["accuracy"] for run in record.results["pixel_spikes"]]
assert np.mean(from_spikes_of_pixels) > accuracies["256"].mean()
assert (accuracies["1024"] > from_spikes_of_pixels).all()
assert 0 < pixel_line - np.mean(from_spikes_of_pixels) < 0.005
assert round(100 * (np.mean(from_spikes_of_pixels) - accuracies["256"].mean())) == 2

# %% [markdown]
# ## 5 · Five readouts: which is right most often?
#
# So far the scores were arithmetic outside of the network. Now the readout becomes its last layer. It was fitted to ten steps, so each step gets a tenth of the bias. Together they are the reader of the first picture:

# %%
last = nn.Linear(256, 10).requires_grad_(False)
last.load_state_dict(
    {
        "weight": readout.weight,
        "bias": readout.bias / 10,
    }
)
reader = nn.Sequential(layer, LIF(), last)

# %% [markdown]
# At each step it sends a current into ten **output neurons**, one for each class. LIF neurons answer with spikes. `LeakyIntegrator` neurons have no threshold, and answer with a membrane.

# %%
current = reader(pixels)
spikes = LIF()(current)
membrane = LeakyIntegrator()(current)

# %% [markdown]
# > **Look first:** which neuron spikes first? Which most often?

# %% alt="The output for the nine over 30 ms. Left: spikes of ten output neurons; 4 and 9 spike first, at the same step; 9 then spikes most. Right: ten membranes, that of the 9 highest, that of the 4 second."
axes = panels(2, height=3)
raster(spikes[:, 0], axes[0], size=9, color=VERMILION)
class_lines(membrane[:, 0], [9, 4], axes[1])
axes[1].set_ylim(top=13)  # room for the legend
axes[0].set_yticks(range(10))
decorate(axes[0], y="class", title="Ten LIF neurons")
decorate(axes[1], y="membrane u", title="Ten without a threshold")

# %% [markdown]
# The 4 and the 9 spike *together*, at the third step: a tie. The 9 spikes most often, and has the highest membrane.
#
# A third kind of output is a **population**, here of eight LIF neurons for each class. That helps only if they differ. Ours hear the same current, and start from different membranes between 0 and 1:

# %%
eight = current.repeat_interleave(8, dim=2)
start = torch.rand(eight.shape[1:], generator=generator)
population = LIF()(eight, state=start)

# %% [markdown]
# A **decoder** makes ten scores of an output. Here are five, in a line each:

# %%
decoded = {
    "count": spikes.sum(0),
    "first spike": -(spikes.cumsum(0) == 0).sum(0),  # 0, 0, 1: -2
    "maximum": membrane.amax(0),
    "mean": membrane.mean(0),
    "population": population.sum(0).view(1, 10, 8).sum(2),
}
for name, scores in decoded.items():
    print(f"{name}: 4 has {scores[0, 4]:.2f}, 9 has {scores[0, 9]:.2f}")

# %% [markdown]
# - **count**: the most spikes win. In the core `spike_count`.
# - **first spike**: the earliest wins; its score is minus the number of steps *before* its spike, and $-T$ for silence. `first_spike`.
# - **maximum** and **mean** of the membrane. `max_membrane`, and `summed_membrane`, which ranks as the mean does.
# - **population**: eight neurons are counted together. `population_count`.
#
# `predict` takes the class with the highest score, and the lower class on a tie: by its first spike this 9 would be read as a 4. The other four say 9.
#
# > **Before you run:** which decoder will be right least often, over all 1,000 test digits?

# %%
current = reader(unseen)
spikes = LIF()(current)
membrane = LeakyIntegrator()(current)
for decoder in (spike_count, first_spike):
    print(decoder.__name__, accuracy(decoder(spikes), labels))
for decoder in (max_membrane, summed_membrane):
    print(decoder.__name__, accuracy(decoder(membrane), labels))

# %% [markdown]
# The first spike: it is little evidence, and may be a tie, as for our 9. The others agree within two points, in five seeds of the record too, population included.

# %% tags=["check"]
assert torch.equal(decoded["first spike"][0] == -2, torch.isin(torch.arange(10), torch.tensor([4, 9])))
assert decoded["first spike"].max() == -2
assert [predict(each.float()).item() for each in decoded.values()] == [9, 4, 9, 9, 9]
one = LIF()(reader(pixels))
same = LeakyIntegrator()(reader(pixels))
assert torch.equal(decoded["count"], spike_count(one))
assert torch.equal(decoded["first spike"].float(), first_spike(one))
assert torch.equal(decoded["maximum"], max_membrane(same))
assert torch.allclose(30 * decoded["mean"], summed_membrane(same), atol=1e-4)
assert torch.equal(decoded["population"], population_count(population, 10))
final = {name: np.array(runs)[:, -1] for name, runs in record.results["curves"].items()}
single = final.pop("first spike")
assert max(np.ptp([found[seed] for found in final.values()]) for seed in range(5)) < 0.02
assert all((single < found - 0.05).all() for found in final.values())

# %% [markdown]
# ## 6 · What does an early answer cost?
#
# In the record of section 4, five networks read 1,000 digits after every step; the table is their mean accuracy in percent.
#
# > **Before you look:** who has an answer after a single step?

# %% alt="Table of the accuracy in percent of five decoders after 1, 2, 3, 4, 6, 10 and 30 steps. Maximum and mean of the membrane begin at 40, the population at 26, first spike and count at 9. After four steps the membranes and the population are at 83 to 84, the count at 78, the first spike at 77. At 30 steps all are at 88 but the first spike at 80."
curves = record.results["curves"]
after = np.array([1, 2, 3, 4, 6, 10, 30])
table = []
for found in curves.values():
    table.append(100 * np.mean(found, axis=0)[after - 1])

axis = heat_table(table, list(curves), after, form="{:.0f}")
decorate(
    axis,
    x="steps looked at",
    title="Asked at the same step, membranes lead",
)

# %% [markdown]
# **Membranes** answer at once: nothing has to reach a threshold. The **population** is close behind: its membranes have a head start, each its own. It costs eight times the neurons and spikes. A **count** has to wait until somebody spikes, then for more. (At the first step all are silent: `predict` says 0, and is right in 9 %.) The **first spike** comes at step 3 on average, in some digits later: 68 % are right after step 3, and 80 % in the end. There it stays: it never looks again, and in 18 % of the digits two classes or more spike first together.
#
# > **Before you look:** multiply the current of the outputs by a *gain* of 0.5. Does the first spike come later? Is it right more often?

# %%
columns = ["mean step", "silent", "ties", "first spike"]
for gain, found in record.results["gains"].items():
    means = [f"{name} {np.mean(found[name]):.2f}" for name in columns]
    print("gain", gain, *means, sep="  ")

# %% [markdown]
# Both: two steps later, and six points better. **The gain trades speed for accuracy**, until, at a gain of 0.25, for 7 % of the digits nobody spikes: they count as a 0. But a membrane read at the mean step is as good at every gain, within half a point, or better.

# %% [markdown]
# Which one to take? For this readout, a membrane if the answer leaves the network here, a count if it has to be sent on as spikes, and the first spike if every spike costs. It was fitted to counts: after training for another decoder the order may change (page 08).

# %% tags=["check"]
curves = {name: 100 * np.array(found) for name, found in curves.items()}
mean = {name: found.mean(0) for name, found in curves.items()}
assert list(mean) == ["maximum", "mean", "population", "count", "first spike"]
assert [round(found[0]) for found in mean.values()] == [40, 40, 26, 9, 9]
assert abs(mean["first spike"][-1] - 80) < 1
needed = {name: [int((run >= 0.95 * run[-1]).argmax()) + 1 for run in found] for name, found in curves.items()}
assert needed["count"] == [6] * 5
assert all(set(needed[name]) <= {4, 5} for name in ("maximum", "mean", "population"))
spent = record.results["output_spikes"]
assert all(8 < many / single < 9 for many, single in zip(spent["eight"], spent["one"], strict=True))
gains = {
    float(gain): {name: np.mean(runs) for name, runs in found.items()}
    for gain, found in record.results["gains"].items()
}
assert round(100 * gains[1]["ties"]) == 18
assert round(100 * gains[0.5]["ties"]) == 6
assert round(100 * (gains[0.5]["first spike"] - gains[1]["first spike"])) == 6
assert round(gains[0.5]["mean step"] - gains[1]["mean step"]) == 2
assert round(gains[1]["mean step"]) == 3
assert round(mean["first spike"][2]) == 68
ordered = [gains[each] for each in sorted(gains)]
assert (np.diff([each["ties"] for each in ordered]) > 0).all()
assert (np.diff([each["mean step"] for each in ordered]) < 0).all()
for each in ordered:
    at = round(each["mean step"]) - 1
    assert mean["maximum"][at] > 100 * each["first spike"] - 0.5
assert round(100 * gains[0.25]["silent"]) == 7
assert gains[0.25]["mean step"] > gains[0.5]["mean step"] + 4
assert gains[0.25]["first spike"] < gains[0.5]["first spike"]
ahead = LIF()(current, torch.full((1000, 10), 0.9))
assert abs(accuracy(ahead[0], labels) - 0.25) < 0.05
apart = torch.rand((1000, 80), generator=generator) - 0.5  # starts that differ, ahead on average by nothing
apart = population_count(LIF()(current[:3].repeat_interleave(8, dim=2), apart), 10)
assert accuracy(apart, labels) > accuracy(spikes[:3].sum(0), labels) + 0.05
assert spikes[0].mean() < 1e-3
assert round(100 * (labels == 0).float().mean().item(), 1) == 8.5  # `predict` says 0 on a tie of all

# %% [markdown]
# ## Recap
#
# You
#
# - followed two inputs through a layer, and wrote a network as a `Sequential` and with a loop of its own, equal spike for spike;
# - watched PyTorch's default die in two layers, read why from the variance of the membrane, and kept five layers alive with measured weights;
# - read 85 to 88 % of the digits from 256 random neurons; the bar for page 07 is 89;
# - wrote five decoders in a line each, and saw that membranes are early, counts late, and first spikes less often right.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $I[t] = W x[t]$ | current of a layer, all steps at once | `nn.Linear` on `[T, B, N]` |
# | $n$, $\sigma_w$ | fan-in, standard deviation of the weights | |
# | | membrane without a threshold | `LeakyIntegrator` |
# | $\sum_t z_c[t]$ | number of spikes | `spike_count`, `population_count` |
# | $1 - t_c$ | minus the steps before the first spike | `first_spike` |
# | $\max_t u_c[t]$, $\sum_t u_c[t]$ | maximum and sum of the membrane | `max_membrane`, `summed_membrane` |

# %% [markdown]
# ## Exercises
#
# Each check says how far you are, and helps more each time.

# %% [markdown]
# ### 1 · A larger fan-in
#
# In section 3, 200 inputs needed weights of $\sigma_w = 0.11$ for a spread of 2. Now there are 800 inputs, with the same $p$ and $\tau$. Which $\sigma_w$ gives a spread of 2?

# %% tags=["exercise"]
sigma_for_800 = None

check("04.1", sigma_for_800)

# %% [markdown]
# ### 2 · Flicker against offset
#
# In section 3 the offset was the larger term. At which spike probability $p$ are flicker and offset equal, for $\tau = 10$ ms and $\mathrm{d}t = 1$ ms?

# %% tags=["exercise"]
equal_at = None

check("04.2", equal_at)

# %% [markdown]
# ### 3 · A tie at the finish
#
# Write a decoder that decides a tie of first spikes by the higher membrane *at that step*. It gets `spikes` and `membrane`, both `[T, B, C]`, and returns the class of each sample, `[B]`. At least one class spikes in each sample. (The solution tries it on the test digits.)


# %% tags=["exercise"]
def first_spike_winner(spikes, membrane):
    return None  # your code here


check("04.3", first_spike_winner)

# %% [markdown]
# ### 4 · Open
#
# If all inputs of a neuron spike equally often, its offset vanishes for weights that add up to zero. Draw normal weights, subtract from each row its mean, and *then* scale the layer to a spread. Use that in `five_layers`. Which layers keep an offset, and why? Find a spread that holds all five between 5 and 7 %. Why is it below 2? Then ask whether you would want this in section 4: there the inputs differ *because the images differ*.

# %% [markdown] tags=["solution"]
# ### Solutions

# %% [markdown] tags=["solution"]
# <details><summary>Solution 1</summary>
#
# The variance is proportional to $n\,\sigma_w^2$. Four times the inputs need a quarter of $\sigma_w^2$, which is half of $\sigma_w$.
#
# ```python
# sigma_for_800 = 0.11 / 2
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 2</summary>
#
# $\frac{p(1-p)}{(1-\beta)(1+\beta)} = \frac{p^2}{(1-\beta)^2}$ gives $(1-p)(1-\beta) = p(1+\beta)$, so $p = (1-\beta)/2 = 0.048$: 48 spikes per second. At higher rates the offset is the larger term, at lower ones the flicker.
#
# ```python
# equal_at = (1 - np.exp(-1 / 10)) / 2
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 3</summary>
#
# Whoever has not spiked by that step is below the threshold, so that the highest membrane of all belongs to one of those that spike.
#
# ```python
# def first_spike_winner(spikes, membrane):
#     before = -first_spike(spikes).amax(1)  # steps before anybody spikes
#     step = before.long().clamp(max=len(membrane) - 1)  # the last one, if nobody does
#     return predict(membrane[step, torch.arange(len(step))])
# ```
#
# The more ties, the more it helps: it takes this reader from 64.5 to 76.2 % at a gain of 2, from 80.2 to 82.8 % at 1, and from 85.1 to 85.9 % at 0.5. Without ties, a gain of 0.5 is still 3.1 points better than one of 1, instead of 4.9: that part is more evidence.
#
# ```python
# for gain in (0.5, 1.0, 2.0):
#     output = LIF()(gain * reader(unseen), record=True)
#     plain = predict(first_spike(output.spikes))
#     better = first_spike_winner(output.spikes, output.membrane)
#     for answer in (plain, better):
#         print(gain, (answer == labels).float().mean())
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Answer 4</summary>
#
# Layer 1 has none: its inputs spike equally often. Each later layer keeps a small one, one or two percent of the variance, since the neurons before it do not spike equally often, and a zero sum cancels only what all share.
#
# A spread of 1.5 gives 7 % in layer 1 and 5 % in layer 5. It can be smaller, because all of it is flicker now: every neuron comes to the threshold at times, and none is kept away from it for good.
#
# ```python
# def zero_sum_layer(spikes, spread=1.5):
#     layer = normal_layer(1.0).requires_grad_(False)
#     layer.weight -= layer.weight.mean(1, keepdim=True)
#     layer.weight *= spread / spread_of(layer, spikes)
#     return layer
# ```
#
# In section 4 it changes little. A zero sum takes away how bright a digit is in all, not which pixels are bright. Five such networks read 87.1 % on average instead of 86.5 %, less than their seeds differ.
#
# </details>

# %% [markdown]
# ## References
#
# - E. O. Neftci, H. Mostafa, F. Zenke, *Surrogate gradient learning in spiking neural networks*, IEEE Signal Processing Magazine 36(6), 2019, section II: a layer as a recurrent network.
# - J. K. Eshraghian et al., *Training spiking neural networks using lessons from deep learning*, Proceedings of the IEEE 111(9), 2023, sections II and IV: readouts.
# - D. Mishkin, J. Matas, *All you need is a good init*, ICLR 2016, arXiv 1511.06422: measured weights, for ordinary networks.
# - J. Rossbroich, J. Gygax, F. Zenke, *Fluctuation-driven initialization for spiking neural network training*, Neuromorphic Computing and Engineering 2, 2022: the flicker of a membrane, without the offset.
#
# **Next:** [05 · Surrogate gradients](05_surrogate_gradients.ipynb) finds a gradient for the hidden weights that were random here. Back to [03 · Neuron models](03_neuron_models.ipynb).

# %% [markdown]
# ## Deeper
#
# Optional: what the sections above only claim.

# %% [markdown]
# ### What one product saves
#
# A layer of 784 inputs and 256 neurons was timed over 100 steps, once with a loop over the steps, once with one product.

# %%
times = recorded("one_product")
print(times)
print("examples at once:", times.settings["batches"])
for name, found in times.results["per_sample"].items():
    print(f"{name}, ms per example:", np.round(found, 2))

# %% [markdown]
# A single example gains most, more than a factor of four. Of its 100 steps the one product makes a matrix with 100 rows, so that each weight is fetched once and used a hundred times. The loop fetches them all again at each step, for a single row. (Its hundred calls by themselves take about a fifth of its time.) With 256 examples each step of the loop is a large matrix too: nothing is left to gain.

# %% tags=["check"]
per_sample = times.results["per_sample"]
loop, product = (np.array(per_sample[way]) for way in ("loop", "one product"))
assert times.settings["steps"] == 100
assert (times.settings["inputs"], times.settings["outputs"]) == (784, 256)
assert 4 < loop[0] / product[0] < 5
assert abs(times.results["calls"] / loop[0] - 0.2) < 0.03
assert product.max() / product.min() < 1.1
assert abs(loop[-1] / product[-1] - 1) < 0.1

# %% [markdown]
# ### Where the variance comes from
#
# 1. A membrane without a threshold is $u = \sum_i w_i\,s_i$. Here $s_i[t] = \sum_k \beta^k x_i[t-k]$ is input $i$, decayed and summed: what the weight $w_i$ is multiplied with.
# 2. The weights are independent of the spikes and of each other, with mean 0. So $\mathrm{E}[u] = 0$, mixed terms vanish, and $\mathrm{Var}(u) = n\,\sigma_w^2\,\mathrm{E}[s^2]$.
# 3. A second moment is variance plus square of the mean: $\mathrm{E}[s^2] = \mathrm{Var}(s) + \mathrm{E}[s]^2$. A step has mean $p$ and variance $p(1-p)$, and steps are independent. Means add up with $\beta^k$, variances with $\beta^{2k}$, and $\sum_k \beta^k = 1/(1-\beta)$:
#
# $$\mathrm{E}[s] = \frac{p}{1-\beta}, \qquad \mathrm{Var}(s) = \frac{p(1-p)}{1-\beta^2} .$$
#
# For given weights, the first varies from neuron to neuron only, the second over time only. Measured with 6,000 neurons:

# %%
weights = 0.05 * torch.randn(6000, 200, generator=generator)
noise = encoding.rate(torch.full((8, 200), p), 400, generator=generator)
free = LeakyIntegrator()(noise @ weights.T)[100:]  # from rest to its level in 100 ms
over_time = free.var((0, 1)).mean()
across_neurons = free.mean((0, 1)).var()
print(f"over time:      formula {200 * 0.05**2 * flicker:.3f}, measured {over_time:.3f}")
print(f"across neurons: formula {200 * 0.05**2 * offset:.3f}, measured {across_neurons:.3f}")

# %% tags=["check"]
assert np.isclose(over_time, 0.5 * flicker, rtol=0.05)
assert np.isclose(across_neurons, 0.5 * offset, rtol=0.05)

# %% [markdown]
# ### The matrix of the recurrent network
#
# Put the state $v[t] = u[t] - \theta z[t]$ into the update of page 02:
#
# $$u[t] = \beta\,u[t-1] - \beta\theta\,z[t-1] + W x[t], \qquad z[t] = H(u[t] - \theta) .$$
#
# ($H$ is the step, 1 above 0 and else 0.) This is a recurrent network with the hidden state $(u, z)$ and the recurrent matrix $\big(\beta \mathbb{1} \;\big|\; {-\beta\theta} \mathbb{1}\big)$: two diagonals, fixed unless $\beta$ or $\theta$ is learnt.


# %%
def recurrent_network(current, beta, threshold=1.0):
    """Run a recurrent network with hidden state (u, z) and a fixed matrix; return its spikes."""
    identity = torch.eye(current.shape[2]).double()
    recurrent = torch.cat([beta * identity, -beta * threshold * identity], dim=1)
    hidden = torch.zeros(current.shape[1], 2 * current.shape[2]).double()
    spikes = []
    for now in current:
        u = now + hidden @ recurrent.T
        z = (u > threshold).double()
        hidden = torch.cat([u, z], dim=1)
        spikes.append(z)
    return torch.stack(spikes)


lif = LIF()
current = measured_layer(dying[0], 50)(dying[0]).double()
print("LIF:              ", lif(current).sum())
print("recurrent network:", recurrent_network(current, lif.beta).sum())

# %% tags=["check"]
assert torch.equal(recurrent_network(current, lif.beta), lif(current))
assert lif(current).sum() > 1000

# %% [markdown]
# ### Two limiting cases
#
# An integrator *without* a leak computes the linear readout of section 4. And eight neurons in lockstep, all starting from rest, give eight times the count, hence the same answers: a population needs differences.

# %% tags=["check"]
summed = LeakyIntegrator(beta=1.0)(reader(unseen[:10]))[-1]
assert torch.allclose(summed, readout(spike_count(answers[:10])), atol=1e-3)
lockstep = LIF()(reader(unseen).repeat_interleave(8, dim=2))
assert torch.equal(population_count(lockstep, 10), 8 * spike_count(LIF()(reader(unseen))))
