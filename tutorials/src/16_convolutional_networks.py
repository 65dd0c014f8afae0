# %% [markdown]
# # 16 · Convolutional networks
#
# **How do I go deep?**
#
# Needs: page 05 (surrogate derivatives), page 07 (training); convolution, pooling and batch normalisation in PyTorch. · 55 minutes to read, without *Deeper*; one minute to run. · Introduces `OverTime` and `Repeat`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/16_convolutional_networks.ipynb)

# %% tags=["setup"]
import sys
import tempfile
from functools import partial
from pathlib import Path

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from snn_core import LIF, LeakyIntegrator, Surrogate, encoding
from snn_core.datasets import mnist_mini
from snn_core.layers import OverTime, Repeat
from snn_core.losses import accuracy, max_membrane_cross_entropy
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import FeatureMap, edge_filter
from snn_core.teaching.palette import BLACK, BLUE, GREY, PURPLE, VERMILION
from snn_core.teaching.plotting import (
    decorate,
    film,
    heat_table,
    images,
    lines_per_seed,
    panels,
    use_style,
)
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.convolutional import (
    POOLING,
    AddCurrents,
    AddSpikes,
    AddToStream,
    corner_shares,
    covered,
    deep_network,
    pooled_network,
    read_from_layers,
    synapses,
    weight_gradients,
)
from snn_core.training import evaluate, one_cycle, seed_torch, watch_spikes

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below
generator = seed_torch(16)

# %% [markdown]
# A digit stands still in front of 784 neurons, one for each pixel. All look through the same small filter: is it dark to the left of me, and bright to the right? Grey is 0, white positive, black negative.
#
# > **Look first:** the image does not change. Why do the spikes change from step to step?

# %% alt="Six pictures: a five; a small filter, black on its left and white on its right; the current of the map, white along left borders of the strokes, black along right ones; and the spikes at steps 1, 2 and 4: at first short pieces of left borders, then more of them, then others."
digits = mnist_mini()
five = digits.train_images[:1, None]  # [1, 1, 28, 28]
edges = nn.Conv2d(1, 1, 9, padding=4, bias=False)
kernel = edge_filter(0)  # dark to the left, bright to the right
edges.weight.data[0, 0] = 1.5 * kernel
current = edges(five).detach()
spikes = LIF(tau_mem=10.0)(Repeat(6)(current))

names = ["image", "filter", "current", "step 1", "step 2", "step 4"]
axes = images(
    [five[0, 0], 4 * kernel, current[0, 0], *spikes[[0, 1, 3], 0, 0]],
    names,
    low=-1,
    high=1,
)

# %% [markdown]
# The membranes change: a current that stays the same adds up in them. Where it is strong, at left borders, the threshold is crossed at once; then comes the reset, hence the gaps at step 4. Where it is weaker, it has to add up first. Right borders stay silent: their current is negative.
#
# The filter makes a current for each neuron, and `Repeat` presents it at every step. So the filter has no memory; the *time* is in the neurons alone.
#
# Which borders make neurons spike, and when?

# %%
FeatureMap().sliders()

# %% [markdown]
# **Try this**
#
# 1. Turn the filter by 90°, and by 180°. Which borders spike?
# 2. Set the gain to 0.5 and $\tau$ to 1 ms: silence. Now raise $\tau$. What comes back, and when?

# %% [markdown] tags=["solution"]
# <details><summary>Answers</summary>
#
# 1. At 90° the upper borders of strokes, at 180° the right ones: the filter is the question.
# 2. From 3 ms on the strongest borders are back, but from step 4 on only: now the currents add up before they leak away.
#
# </details>

# %% tags=["check"]
counts = spikes.sum((1, 2, 3, 4))
assert 0 < counts[0] < counts[1] < counts[3]
assert (spikes[:3].amax(0) > spikes[0]).any()
assert (current[spikes[0] > 0] > 1).all()
assert (spikes.amax(0)[current <= 0] == 0).all()
assert FeatureMap.controls["gain"].start == 1.5

# %% [markdown]
# ## You will
#
# - apply a convolution to all time steps at once, and check it against a loop;
# - put the neurons before or behind a pooling;
# - watch six layers fall silent, and ask twelve for the digit; repair what is lost;
# - train a network with a program that you can take away.

# %% [markdown]
# ## 1 · One filter takes all steps at once
#
# On page 07 every hidden neuron had its own weight for every pixel. In a convolution all neurons of a **map** share one filter. By hand, in one dimension: slide the filter (−1, 0, 1) along five spikes, and at each place add up the products:
#
# | place | spikes | sum |
# |---|---|---|
# | 1 | **0 0 1** 1 0 | $-1 \cdot 0 + 0 \cdot 0 + 1 \cdot 1 = 1$ |
# | 2 | 0 **0 1 1** 0 | $-1 \cdot 0 + 0 \cdot 1 + 1 \cdot 1 = 1$ |
# | 3 | 0 0 **1 1 0** | ? |
#
# > **Before you run:** fill in the last row.

# %%
row = [0, 0, 1, 1, 0]
for x in range(3):
    print(-row[x] + row[x + 2])

# %% [markdown]
# It is −1.
#
# In two dimensions, with maps $c$ that come in, filters $W$ and a bias $b$, the current of map $o$ at row $y$ and column $x$ is
#
# $$I[t, o, y, x] = b_o + \sum_{c, i, j} W[o, c, i, j]\; z[t, c, y + i, x + j].$$
#
# The step $t$ stands on both sides, so no loop over time is needed. `OverTime` merges time and batch, `[T, B, C, H, W]` → `[T·B, C, H, W]`, applies any layer of PyTorch once, and parts them again.

# %%
pixels = encoding.rate(five, 12, generator=generator)
convolution = nn.Conv2d(1, 8, 5)
current = OverTime(convolution)(pixels)
print("spikes in:  ", list(pixels.shape))
print("current out:", list(current.shape))

# %% [markdown]
# A loop over the steps gives the same. `OverTime` refuses neurons: they would take the samples of a batch for steps.
#
# > **Before you run:** eight maps with filters of 5 × 5. How many weights are there, and how many membranes?

# %%
looped = torch.stack([convolution(step) for step in pixels])
print(torch.allclose(current, looped, atol=1e-6))
print("weights:", convolution.weight.numel())
print("membranes:", current[0, 0].numel())

# %% [markdown]
# 200 weights, and 4,608 membranes: one for each map and each of 24 × 24 places where the filter fits. If each of them had its own weight for each pixel, there would be 3.6 million. Sharing saves weights, not neurons.

# %% tags=["check"]
assert [row[x + 2] - row[x] for x in range(3)] == [1, 1, -1]
assert torch.allclose(current, looped, atol=1e-6)
assert round(784 * current[0, 0].numel() / 1e6, 1) == 3.6
assert convolution.weight.numel() == 200
assert current[0, 0].numel() == 4608 == 8 * 24 * 24
moved = LIF()(OverTime(edges)(pixels.roll(1, dims=-1)))
still = LIF()(OverTime(edges)(pixels))
assert still.sum() > 100
assert torch.equal(moved[..., 6:], still[..., 5:-1])

# %% [markdown]
# ## 2 · Before or behind the pooling?
#
# Pooling makes one number of each window of 2 × 2, so the next filter sees more of the image. Behind the neurons it sees spikes. In front of them it sees currents, and only a quarter of the neurons is needed. What one window makes of spikes, and of currents:
#
# | | the four | their maximum | their average |
# |---|---|---|---|
# | spikes | 0, 1, 1, 1 | 1: did *any* spike? | ¾, no spike any longer |
# | currents | 0.3, 1.2, 0.9, 0.4 | 1.2 | 0.7 |
#
# From a record: a network of two convolutions, digits of half the size, nine seeds, accuracy after two and after ten epochs.
#
# > **Before you run:** which order reads better, "LIF, then max" or "max, then LIF"?

# %%
orders = recorded("pooling_orders")
print(orders)
for name in ("LIF, then max", "max, then LIF"):
    means = np.mean(orders.results[name], axis=0)
    print(name, means[[1, 9]].round(3))

# %% [markdown]
# Max, then LIF: pooled currents learn sooner; after ten epochs little more than a point is left. And they need a quarter of the neurons. So from here on: convolution, pooling, normalisation (section 3), neurons. (*Deeper*: six orders, and where the gradient goes.)

# %% tags=["check"]
other_means = np.mean(orders.results["LIF, then max"], axis=0)
assert len(orders.settings["seeds"]) == 9
assert len(means) == 10
assert means[1] - other_means[1] > 0.04
assert 0.01 < means[9] - other_means[9] < 0.015
many = OverTime(nn.MaxPool2d(2))(still)
assert torch.equal(many[0, 0, 0, 0, 0], still[0, 0, 0, :2, :2].amax())

# %% [markdown]
# ## 3 · Six layers fall silent
#
# Now stack six layers. `deep_network` makes them, for digits of half the size: 8 maps of 5 × 5 neurons in each, filters of 3 × 3, the first with stride 3. The image is presented for four steps. A **gain** multiplies the initial weights of all layers. With `watch_spikes` you get the spikes of every layer.


# %%
half = nn.AvgPool2d(2)(digits.train_images[:, None])


@torch.no_grad()
def layer_rates(**options):
    seed_torch(0)
    network = deep_network(**options)
    with watch_spikes(network) as layers:
        network(half[:200])
    rates = [layer.mean() for layer in layers]
    return torch.stack(rates)


# %% [markdown]
# > **Before you run:** the spikes of one layer are the input of the next. If a layer sends a third of the spikes that it gets, how many are left after six?

# %% alt="Spikes per neuron and step by layer, for four gains. Gain 1 is silent from layer 2 on. Gain 3 dies out up to layer 5. Gain 5 stays between 0.1 and 0.2. Gain 10 rises from 0.1 to 0.4 in layer 5, and falls a little in layer 6."
plain = {}
axis = panels()
for gain in (1, 3, 5, 10):
    values = layer_rates(norm=nn.Identity, gain=gain)
    axis.plot(range(1, 7), values, "o-", label=f"gain {gain}")
    plain[gain] = values
title = "What each layer sends"
decorate(axis, title=title, x="layer", y="spikes per neuron and step")

# %% [markdown]
# One in 729. At gain 1 the second layer is already silent, at 3 the fifth. At 10 the rates rise threefold up to layer 5. At 5 they stay between 0.1 and 0.2, but that gain had to be found by trying.
#
# **Batch normalisation** keeps the level. From the currents of each map it subtracts their mean $\mu$ and divides by their standard deviation $\sigma$, both over batch, pixels *and time*:
#
# $$\hat I = \frac{I - \mu}{\sigma}.$$
#
# > **Before you run:** a gain of 5 multiplies $I$, $\mu$ and $\sigma$. What does it do to $\hat I$?

# %%
normed = layer_rates(norm=nn.BatchNorm2d)
print("gain 1:", normed)
print("gain 5:", layer_rates(norm=nn.BatchNorm2d, gain=5))

# %% [markdown]
# It cancels (up to a small ε, exercise 3), and the rates are level near 0.19. In a network of your own it is one line: `OverTime(nn.Conv2d(8, 8, 3), nn.BatchNorm2d(8))`.

# %% tags=["check"]
assert max(plain[1][1:]) < 0.001
assert plain[3][4] < 0.01 < plain[3][2]
assert 0.08 < min(plain[5]) < max(plain[5]) < 0.25
assert 3 < plain[10][4] / plain[10][0] < 3.5
assert (normed[1:] - 0.19).abs().max() < 0.02
assert torch.allclose(normed, layer_rates(gain=5), atol=0.002)

# %% [markdown]
# ## 4 · Does the digit get through twelve layers?
#
# The spikes get through. Take twelve normalised layers, untrained. At each layer, fit a linear readout (ridge regression) to what its neurons send, $\mathrm{LIF}(\cdot)$, at all four steps, for 2,000 digits, and let it read 500 others. `read_from_layers` returns the shares that are right.

# %%
picked = [*range(2000), *range(4500, 5000)]
few = half[picked]
classes = digits.train_labels[picked]
_ = seed_torch(0)
network = deep_network(depth=12)
shares = read_from_layers(network, few, classes)

# %% [markdown]
# > **Before you run:** all layers fire at the same rate, and guessing gives 0.1. Can the digit be read equally well from all of them?

# %% alt="Share of digits read from each of twelve layers: 0.81 from the first, 0.7 from the third, then falling ever lower, to near 0.1, a dashed line, from the last ones."
axis = panels()
axis.plot(range(1, 13), shares, "o-")
axis.axhline(0.1, color=GREY, linestyle="--")
decorate(
    axis,
    title="Read from each layer (dashed: guessing)",
    x="layer",
    y="share of digits read",
    ylim=(0, 1),
)

# %% [markdown]
# No. From layer 1 four in five are read, from layer 12 hardly more than by guessing. Each layer is a random filter and a threshold: the spikes go on, but a linear readout no longer finds the digit. In this sense it is lost.

# %% [markdown]
# ### Around the neurons, or into them?
#
# A **shortcut** adds the input of a layer to its output (He et al. 2016). With spikes there are three places to add:
#
# | name here | what the layer returns | from |
# |---|---|---|
# | `AddCurrents` | $\mathrm{LIF}(x + \mathrm{BN}(W x))$ | where a ReLU network adds |
# | `AddSpikes` | $x + \mathrm{LIF}(\mathrm{BN}(W x))$ | Fang et al. 2021 |
# | `AddToStream` | $x + \mathrm{BN}(W\,\mathrm{LIF}(x))$ | Hu et al. 2024 |
#
# In the first the shortcut leads *into* the neurons, in the others *around* them. In the stream, $x$ is a current that flows past the neurons.

# %% [markdown]
# One layer alone. `synapses` makes $W$; its weights are multiplied by 0 and its bias is set to 0.
#
# > **Before you run:** with $W = 0$ only the shortcut is left. Random spikes come in, for four steps. Which of the three layers passes all of them on, and which passes a gradient of 1 back?

# %%
even = torch.full((1, 8, 5, 5), 0.2)
x = encoding.rate(even, 4, generator=generator)
x.requires_grad_()
for kind in (AddCurrents, AddSpikes, AddToStream):
    silent = synapses(8, 0.0, nn.Identity)
    silent.layer[0].bias.data.zero_()
    layer = kind(silent, LIF(tau_mem=5.0))
    returned = layer(x)
    (slope,) = torch.autograd.grad(returned.sum(), x)
    passed = returned.sum() / x.sum()
    print(f"{kind.__name__:12} spikes {passed:.2f}", end=", ")
    print(f"gradient {slope.mean():.2f}")

# %% [markdown]
# Around the neurons everything passes unchanged, in both directions (here the weights are 0). Into them, a first spike of 1 does not exceed the threshold of 1, and the gradient is multiplied by a surrogate derivative.
#
# A layer of the stream:


# %%
class StreamLayer(nn.Module):
    def __init__(self, neurons, maps=8):
        super().__init__()
        self.neurons = neurons
        filters = nn.Conv2d(maps, maps, 3, padding=1)
        self.synapses = OverTime(filters, nn.BatchNorm2d(maps))

    def forward(self, x):
        return x + self.synapses(self.neurons(x))


# %% [markdown]
# And a network of twelve. The first convolution makes the stream, the last neurons read it. (A linear layer needs no `OverTime`: it takes any number of leading dimensions.)


# %%
def stream_network(neurons, layers=12):
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, stride=3, padding=1),
        nn.BatchNorm2d(8),
        Repeat(4),
        *[StreamLayer(neurons()) for _ in range(layers - 1)],
        neurons(),
        OverTime(nn.Flatten()),
        nn.Linear(200, 10),
        LeakyIntegrator(beta=0.8),
    )


_ = seed_torch(0)
network = stream_network(partial(LIF, tau_mem=5.0))
shares = read_from_layers(network, few, classes)
print("layer 1: ", shares[0])
print("layer 12:", shares[-1])

# %% [markdown]
# From the last layer of the stream two in three are read: fewer than from the first, since each layer adds random currents of its own. A record of all kinds of layers, three seeds each (for one seed, their first layers are the same):

# %% alt="Share of digits read by layer, four kinds of twelve layers, three lines each. All start at 0.8. Plain and to currents fall to between 0.1 and 0.2. To spikes and to stream fall slowly, to about 0.6."
record = recorded("twelve_layers")
print(record)
runs = record.results["untrained"]
axis = lines_per_seed(runs, x="layer", y="share of digits read")
axis.set_xticks(range(1, 13))
decorate(axis, title="Around the neurons the digit gets through", ylim=(0, 1))

# %% [markdown]
# A shortcut into the neurons loses the digit as the plain network does.

# %% [markdown]
# ### The way back
#
# Now train. The layers could *learn* to pass the digit on, if the error gets back to them. On its way it is multiplied by a surrogate derivative in every layer (page 05), except around the neurons.
#
# The derivative $1/(1 + k\,|u - 1|)^2$ is *narrow* with $k = 10$ (the default), or *wide* with $k = 2$; the spikes before training are the same. Three epochs on 4,000 images, 300 updates.
#
# > **Before you run:** twelve layers, plain or with a shortcut to currents, to spikes or to the stream, narrow or wide. Which will learn?

# %% alt="Held-out accuracy of eleven kinds of networks, three dots each. One layer: 88 to 92 percent, narrow or wide. Twelve layers: plain 9 to 18 narrow, 67 to 73 wide; to currents 14 to 18 and 45 to 73; to spikes 75 to 90 and 81 to 86; to stream 82 to 85 and 88 to 90. Plain, narrow with larger steps: 10 to 15."
axis = panels(width=7, height=3.6)
for name, runs in record.results["trained"].items():
    last = [100 * run["accuracy"][-1] for run in runs]
    color = BLACK if name.endswith("wide") else PURPLE
    axis.plot(last, [name] * 3, "o", color=color)
axis.invert_yaxis()
decorate(
    axis,
    title="Twelve layers and one, after 300 updates",
    x="held-out accuracy (%)",
)

# %% [markdown]
# Those with a way around the neurons, and the others if the surrogate is wide: these come to 45 to 73 %, with the narrow one they hardly learn. In the stream, wide, twelve layers keep up with one. None reads clearly more: on these small digits depth does not pay.
#
# *Why* wide helps is open (exercise 4). The size of the gradients alone does not explain it: Adam divides that out in every row, and the doubled steps of the last row gain nothing.
#
# Depth pays on harder images: Fang et al. (2021) read more of ImageNet by adding layers, to more than 100.

# %% tags=["check"]
first = {name: 100 * np.array(shares) for name, shares in record.results["untrained"].items()}
assert all((78 < shares[:, 0]).all() for shares in first.values())
assert max(first[name][:, -1].max() for name in ("plain", "to currents")) < 20
assert all(56 < first[name][:, -1].min() for name in ("to spikes", "to stream"))
assert all(first[name][:, -1].max() < 68 for name in ("to spikes", "to stream"))
ends = {name: [round(100 * run["accuracy"][-1]) for run in runs] for name, runs in record.results["trained"].items()}
spans = {name: (min(values), max(values)) for name, values in ends.items()}
assert spans == {
    "one layer, narrow": (88, 92),
    "one layer, wide": (88, 89),
    "plain, narrow": (9, 18),
    "plain, wide": (67, 73),
    "to currents, narrow": (14, 18),
    "to currents, wide": (45, 73),
    "to spikes, narrow": (75, 90),
    "to spikes, wide": (81, 86),
    "to stream, narrow": (82, 85),
    "to stream, wide": (88, 90),
    "plain, narrow, larger steps": (10, 15),
}
one, twelve = (
    np.mean([run["accuracy"][-1] for run in record.results["trained"][name]])
    for name in ("one layer, narrow", "to stream, wide")
)
assert abs(one - twelve) < 0.01
assert record.settings["samples"] * record.settings["epochs"] / record.settings["batch_size"] == 300
assert record.settings["larger_steps"]["lr"] == 2 * record.settings["adam"]["lr"]
assert np.isclose(Surrogate().derivative(torch.tensor(0.5)), 1 / (1 + 10 * 0.5) ** 2)
assert np.isclose(Surrogate(scale=2).derivative(torch.tensor(0.5)), 1 / (1 + 2 * 0.5) ** 2)
assert slope.mean() == 1
entering = AddCurrents(silent, LIF(tau_mem=5.0))(x)
assert (entering <= x).all() and entering.sum() < 0.4 * x.sum()
assert torch.equal(returned, x)
assert shares == record.results["untrained"]["to stream"][0]
assert 0.6 < shares[-1] < 0.7
starts = np.array([runs for runs in record.results["untrained"].values()])[:, :, 0]
assert (starts == starts[0]).all()
seed_torch(0)
theirs = deep_network(kind=AddToStream, depth=12, stream=True)
seed_torch(0)
ours = stream_network(partial(LIF, tau_mem=5.0))
with torch.no_grad():
    assert torch.allclose(ours(few[:20]), theirs(few[:20]), atol=1e-3)

# %% [markdown]
# ## 5 · A program to take away
#
# Now full-size digits, and two convolutions: 12 maps, pooled, 32 maps, pooled, and a readout. What comes before the first neurons has no memory, so it is computed once, and `Repeat` presents the result for four steps.


# %%
def digit_reader(neurons):
    return nn.Sequential(
        nn.Conv2d(1, 12, 5),
        nn.MaxPool2d(2),
        nn.BatchNorm2d(12),
        Repeat(4),
        neurons(),
        OverTime(nn.Conv2d(12, 32, 5), nn.MaxPool2d(2), nn.BatchNorm2d(32)),
        neurons(),
        OverTime(nn.Flatten()),
        nn.Linear(512, 10),
        LeakyIntegrator(beta=0.8),
    )


# %% [markdown]
# With a data set of your own, change this cell:

# %%
device = "cuda" if torch.cuda.is_available() else "cpu"
train_images = digits.train_images[:, None]
train_set = TensorDataset(train_images, digits.train_labels)
loader = DataLoader(train_set, batch_size=32, shuffle=True, generator=generator)
test_images = digits.test_images[:, None].to(device)
test_labels = digits.test_labels.to(device)
decode = max_membrane_cross_entropy.decode

# %% [markdown]
# The output is `[T, B, 10]`; `max_membrane_cross_entropy` takes each class's highest membrane as its score (page 04). Each epoch ends with a checkpoint; if there is one already, training goes on from it.


# %%
def train_reader(network, epochs, file):
    optimizer = torch.optim.AdamW(network.parameters(), weight_decay=0.01)
    schedule = one_cycle(optimizer, lr=1e-2, updates=epochs * len(loader))
    parts = {"network": network, "optimizer": optimizer, "schedule": schedule}
    saved = torch.load(file, map_location=device) if file.exists() else {"epoch": 0}
    for name in parts.keys() & saved.keys():
        parts[name].load_state_dict(saved[name])
    for epoch in range(saved["epoch"], epochs):
        network.train()
        for pixels, classes in loader:
            output = network(pixels.to(device))
            loss = max_membrane_cross_entropy(output, classes.to(device))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        states = {name: part.state_dict() for name, part in parts.items()}
        torch.save(states | {"epoch": epoch + 1}, file)
        score = evaluate(network, test_images, test_labels, decode=decode)
        print(f"epoch {epoch + 1}: test accuracy {score:.1%}")


# %% [markdown]
# Two epochs on 5,000 digits:

# %%
wide = partial(LIF, tau_mem=5.0, surrogate=Surrogate(scale=2.0))
_ = seed_torch(0)
network = digit_reader(wide).to(device)
file = Path(tempfile.mkdtemp(), "digit_reader.pt")
train_reader(network, epochs=2, file=file)

# %% [markdown]
# Read it back, and test again. (`evaluate` switches to `eval()`: batch normalisation then takes the statistics that it stored in training.)

# %%
saved = torch.load(file, map_location=device)
network = digit_reader(wide).to(device)
_ = network.load_state_dict(saved["network"])

score = evaluate(network, test_images, test_labels, decode=decode)
print(f"test accuracy: {score:.1%}")

# %% [markdown]
# A record has this network and one without convolutions, of 256 hidden neurons, which was trained by the same recipe for four times as long. Three seeds each.
#
# > **Before you run:** ours has 15,000 parameters, the one without convolutions 204,000. Which reads more of the test digits?

# %%
record = recorded("covered_digits")
print("with convolutions:", record.results["accuracy"])
print("without:          ", record.results["dense"])

# %% [markdown]
# The one with convolutions.
#
# And the twelve layers of section 4? The same program trains them, on digits of half the size:

# %%
_ = seed_torch(0)
deep = nn.Sequential(
    nn.AvgPool2d(2),
    stream_network(wide),
).to(device)
train_reader(deep, epochs=2, file=file.with_name("deep.pt"))

# %% [markdown]
# On all 60,000 digits, with one more layer, dropout, and images turned, scaled and shifted a little at random:

# %% alt="Test accuracy on the full MNIST by epoch, one line for each seed. All rise, and end above the grey line of Lee et al."
record = recorded("mnist_convolutional")
print(record)
runs = []
for each in record.results["runs"]:
    runs.append(100 * np.array(each["test"]))
last = [run[-5:].mean() for run in runs]
print("means of the last five epochs:")
print(f"{min(last):.2f} % to {max(last):.2f} %")

axis = lines_per_seed({"one for each seed": runs}, x="epoch", y="test accuracy (%)")
axis.set_xticks(range(0, 21, 5))
axis.axhline(99.31, color="0.5", label="Lee et al. 2016")
decorate(
    axis,
    title="60,000 digits: every seed ends above Lee et al.",
    ylim=(98, 99.8),
)

# %% [markdown]
# Grey is the result of Lee et al. (2016). That compares two results, not two methods.

# %% tags=["check"]
assert score > 0.96
assert saved["epoch"] == 2
again = digit_reader(wide).to(device)
train_reader(again, epochs=2, file=file)  # both epochs are done
assert all(map(torch.equal, again.state_dict().values(), saved["network"].values()))
assert min(last) > 99.31
both = recorded("covered_digits")
assert max(both.results["dense"]) < min(both.results["accuracy"])
assert both.settings["dense_epochs"] == 4 * both.settings["epochs"]
assert evaluate(deep, test_images, test_labels, decode=decode) > 0.8
assert sum(each.numel() for each in network.parameters()) < 16_000

# %% [markdown]
# ## Recap
#
# You
#
# - applied a convolution to all steps at once: it has no memory, the neurons have;
# - pooled currents, with a quarter of the neurons, in place of spikes;
# - saw six layers fall silent, and normalised their currents; saw twelve lose the digit, and gave it a way around the neurons;
# - trained two layers and twelve with a program to take away.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $I[t, o, y, x]$ | current of a map at a pixel | `OverTime(nn.Conv2d(…))` |
# | $T$ | steps of a constant current | `Repeat` |
# | $\hat I$ | current, normalised over time and batch | `OverTime(nn.BatchNorm2d(…))` |
# | $x$ | the stream: a current around the neurons | `x + synapses(neurons(x))` |
# | $k$ | steepness of the surrogate | `Surrogate(scale=k)` |

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1 · Count the membranes
#
# A layer 16C5 (16 maps, filters of 5 × 5, no padding) sees images of 28 × 28. How many membranes has one sample if the neurons stand behind the convolution, and max-pooling by 2 behind them? And with the pooling in front of them? Set `membranes` to a list of both.

# %% tags=["exercise"]
membranes = None

check("16.1", membranes)

# %% [markdown]
# ### 2 · The other way around
#
# Write a layer that adds spikes, the second of the table in section 4. `x` comes from the layer below, `[T, B, C, H, W]`. `neurons` and `convolution` are called as functions; `convolution` takes all steps (it is inside `OverTime` already, with its normalisation).


# %% tags=["exercise"]
def spikes_layer(x, neurons, convolution):
    return None  # your code here


check("16.2", spikes_layer)

# %% [markdown]
# ### 3 · Normalisation for free
#
# After training, batch normalisation uses fixed numbers: $\gamma\,(I - \mu)/\sqrt{\sigma^2 + \epsilon} + \delta$. So it can be folded into the convolution before it. Return weight and bias of that convolution, in this order, for one map with weight `w` and bias `b`; `scale` is $\gamma$, `shift` is $\delta$. All are numbers: every weight of the filter changes alike.


# %% tags=["exercise"]
def fold_norm(w, b, mean, variance, scale, shift, epsilon):
    return None  # your code here


check("16.3", fold_norm)

# %% [markdown]
# ### 4 · Open
#
# Why does the plain network learn with the wide surrogate and hardly with the narrow one (section 4)? Find a measurement that tells them apart *before* training. Does a small step along each gradient lower the loss? Use several seeds, and expect some ideas to fail.

# %% [markdown] tags=["solution"]
# ### Solutions

# %% [markdown] tags=["solution"]
# <details><summary>Solution 1</summary>
#
# Pooling first leaves a quarter.
#
# ```python
# membranes = [16 * 24 * 24, 16 * 12 * 12]
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 2</summary>
#
# ```python
# def spikes_layer(x, neurons, convolution):
#     return x + neurons(convolution(x))
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 3</summary>
#
# ```python
# def fold_norm(w, b, mean, variance, scale, shift, epsilon):
#     factor = scale / (variance + epsilon) ** 0.5
#     return [w * factor, (b - mean) * factor + shift]
# ```
#
# </details>

# %% [markdown]
# ## References
#
# - J. H. Lee, T. Delbruck, M. Pfeiffer, *Training deep spiking neural networks using backpropagation*, Frontiers in Neuroscience 10:508, 2016.
# - K. He, X. Zhang, S. Ren, J. Sun, *Deep residual learning for image recognition*, CVPR 2016.
# - H. Zheng, Y. Wu, L. Deng, Y. Hu, G. Li, *Going deeper with directly-trained larger spiking neural networks*, AAAI 2021.
# - W. Fang, Z. Yu, Y. Chen, T. Huang, T. Masquelier, Y. Tian, *Deep residual learning in spiking neural networks*, NeurIPS 2021.
# - Y. Hu, L. Deng, Y. Wu, M. Yao, G. Li, *Advancing spiking neural networks toward deep residual learning*, IEEE Transactions on Neural Networks and Learning Systems, 2024.
#
# **Next:** [17 · Event cameras](17_event_cameras.ipynb) and back to [15 · One task, every rule](15_one_task_every_rule.ipynb).

# %% [markdown]
# ## Deeper
#
# What the main way does not need: controls, other thresholds, and a look inside.

# %% [markdown]
# ### Which corner gets the gradient?
#
# On the way back, the gradient of a maximum goes to the largest of the four. If all four neurons of a window spike, PyTorch has to choose:

# %%
window = torch.ones(1, 2, 2, requires_grad=True)
nn.MaxPool2d(2)(window).backward()
print(window.grad)

# %% [markdown]
# It takes the first. Spikes tie nearly always, since 0 0 0 0 is a tie, too; currents seldom. `corner_shares` returns how much of the gradient reaches each corner of the first pooling's windows in a network of two convolutions, and how many windows are tied. `pooled_network` puts its parts in the order that `POOLING` names.
#
# > **Before you run:** fair would be 25 % for each corner. What does the top left get?

# %%
shares = {}
for name in ("LIF, then max", "max, then LIF"):
    _ = seed_torch(0)
    pooled = pooled_network(*POOLING[name])
    shares[name], tied = corner_shares(pooled, few[:200], classes[:200])
    print(f"{name}: {tied:.0%} of the windows are tied")

# %% [markdown]
# The four corners:

# %% alt="Two tables of two by two numbers, the share of the gradient at each corner. Behind the neurons the top left corner gets most of it. In front of them the four shares are closer to a quarter each."
axes = panels(2, width=7, height=2.2)
for axis, (name, values) in zip(axes, shares.items(), strict=True):
    sides = ["left", "right"]
    heat_table(values, ["top", "bottom"], sides, axis, form="{:.0f} %")
    decorate(axis, title=name)

# %% [markdown]
# Behind the neurons four fifths of the gradient go to the top left. In front of them it is less one-sided: most ties that are left lie in the blank margin, where all currents are the same. That this matters little, the next record shows.

# %% tags=["check"]
assert window.grad.tolist() == [[[1, 0], [0, 0]]]
assert 75 < shares["LIF, then max"][0, 0] < 85
assert shares["max, then LIF"][0, 0] < 50
assert tied < 0.4
blank = nn.functional.max_pool2d(few[:200], 4, stride=2) == 0  # all that a window sees
assert 0.6 < blank.float().mean() / tied < 1

# %% [markdown]
# ### Six orders
#
# The record of section 2 has six orders, nine seeds each. "LIF, then …" pools spikes by their maximum or their average, "…, then LIF" pools currents. With "random ties" the gradient goes to *one of* the tied spikes, by chance. The currents are normalised right in front of the neurons (section 3), but with "norm, max, then LIF" already in front of the pooling.

# %% alt="Held-out accuracy of six orders, nine dots each, a bar at the mean. LIF, then average has a mean of 92.1 percent; max, then LIF 92.0; norm, max, then LIF 91.3; LIF, then max 90.7, with random ties too; average, then LIF 90.3. The dots of one order spread over two to four points."
pooling = {name: 100 * np.array(runs)[:, -1] for name, runs in orders.results.items()}
axis = panels(width=8)
for name, runs in pooling.items():
    axis.plot(runs, [name] * len(runs), "o", color=BLUE, alpha=0.6)
    axis.plot(runs.mean(), name, "|", color=VERMILION, markersize=18, markeredgewidth=3)
decorate(
    axis,
    title="After ten epochs six orders lie within two points",
    x="held-out accuracy (%)",
)

# %% [markdown]
# Each was trained for ten epochs on 1,500 images and tested on 500 others. The means lie within two points, and the seeds of one order differ by as much. The ties do not matter: broken by chance, they give 90.7 %, as they do unbroken. All this is one small task.

# %% tags=["check"]
assert {name: round(runs.mean(), 1) for name, runs in pooling.items()} == {
    "LIF, then max": 90.7,
    "LIF, then max, random ties": 90.7,
    "LIF, then average": 92.1,
    "max, then LIF": 92.0,
    "norm, max, then LIF": 91.3,
    "average, then LIF": 90.3,
}
assert all(1.9 < np.ptp(runs) < 4.4 for runs in pooling.values())
assert orders.settings["samples"] == 1500
assert orders.settings["epochs"] == 10
assert orders.settings["held_out"] == 500

# %% [markdown]
# ### If the threshold is not 1
#
# At a threshold of 2, a current normalised to a standard deviation of 1 rarely reaches it. **Threshold-dependent batch normalisation** (tdBN, Zheng et al. 2021) scales the normalised currents with the threshold: $\alpha\,\theta\,\hat I$.


# %%
class ThresholdNorm(nn.BatchNorm2d):
    """Batch normalisation to a first standard deviation of alpha times the threshold."""

    def __init__(self, maps, threshold=1.0, alpha=1.0):
        super().__init__(maps)
        nn.init.constant_(self.weight, alpha * threshold)


by_threshold = {}
for theta in (0.5, 2.0):
    neuron = partial(LIF, 5.0, threshold=theta)
    scaled = partial(ThresholdNorm, threshold=theta)
    by_threshold[theta] = layer_rates(neuron=neuron), layer_rates(norm=scaled, neuron=neuron)
    print("threshold", theta)
    print("  batch norm", by_threshold[theta][0])
    print("  tdBN      ", by_threshold[theta][1])

# %% [markdown]
# With plain batch normalisation the threshold sets the rates, and at 2 they fall from layer to layer. With tdBN they are those of section 3, to the last spike. The reason is exact: multiply currents and threshold by the same number, and every membrane is multiplied by it, so nothing crosses earlier or later. At $\theta = \alpha = 1$, where this collection stays, tdBN *is* batch normalisation over time and batch. The number $\alpha$ is for places where branches add up: with $1/\sqrt 2$ on each of two, the sum of independent currents has the variance $\theta^2$ again.
#
# The *gradient* does depend on $\theta$, as the surrogate has a width in units of the membrane. It is the same again with a surrogate stretched by $\theta$: scale $k/\theta$, height $1/\theta$.

# %% tags=["check"]
for plain_norm, threshold_norm in by_threshold.values():
    assert torch.equal(threshold_norm, normed)
    assert (plain_norm - normed).abs().max() > 0.02
assert (by_threshold[2.0][0][1:].diff() < 0).all()
stretched = partial(LIF, 5.0, threshold=2.0, surrogate=Surrogate(scale=5.0, height=0.5))
seed_torch(0)
doubled = deep_network(norm=partial(ThresholdNorm, threshold=2.0), neuron=stretched)
seed_torch(0)
single = deep_network()
for ours, theirs in zip(
    weight_gradients(doubled, few[:200], classes[:200]),
    weight_gradients(single, few[:200], classes[:200]),
    strict=True,
):
    assert torch.allclose(ours, theirs, rtol=1e-3, atol=1e-7)

# %% [markdown]
# ### Into the neurons, and yet the identity
#
# In section 4 the shortcut into the neurons lost the first spike of each neuron, since 1 does not exceed 1. At a threshold a thousandth lower every spike passes: forward, such a layer returns its input exactly. Its gradient is still that of the surrogate.

# %%
arriving = encoding.rate(torch.full((4, 8, 5, 5), 0.2), 4, generator=generator).requires_grad_()
idle = AddCurrents(synapses(8, 0.0, nn.Identity), LIF(5.0, threshold=0.999))
idle[0].layer[0].bias.data.zero_()
passed = idle(arriving)
passed.sum().backward()
print("the same:", torch.equal(passed, arriving))
print(f"gradient: {arriving.grad.mean():.2f}")

# %% tags=["check"]
assert torch.equal(passed, arriving)
assert passed.sum() > 100
assert arriving.grad.mean() < 0.5

# %% [markdown]
# ### Which spikes the OR holds
#
# **Try this** in the explorer at the top: choose "max, then LIF". *Extra* are its spikes that "LIF, then max" does not have. Why is there none with the constant input, and some with random spikes?

# %% [markdown] tags=["solution"]
# <details><summary>Answer</summary>
#
# If the input is constant, the largest current of a window is always that of the same pixel. So the pooled neuron does what the neuron of this pixel does, and the OR holds its spikes. With random spikes the largest current comes from one pixel now and from another the next time: the pooled neuron adds up more than any of the four.
#
# </details>

# %% [markdown]
# For 200 digits: with a constant image, how many spikes of "max, then LIF" are missing in "LIF, then max"? And with random spikes as input?


# %%
def missing(frames):
    seen = OverTime(edges)(frames)
    pool = OverTime(nn.MaxPool2d(2))
    alone = LIF(tau_mem=10.0)(pool(seen))
    either = pool(LIF(tau_mem=10.0)(seen))
    return (alone > either).sum().item(), alone.sum().item()


with torch.no_grad():
    steady = missing(encoding.direct(digits.train_images[:200, None], 12))
    chancy = missing(encoding.rate(digits.train_images[:200, None], 12, generator=generator))
print("constant:", steady)
print("random:  ", chancy)

# %% [markdown]
# With a constant image none: the argument is exact. With random spikes about one in 23 is missing.

# %% tags=["check"]
assert steady[0] == 0
assert steady[1] > 10_000
assert 20 < chancy[1] / chancy[0] < 27

# %% [markdown]
# ### The digit inside
#
# Two of the twelve maps of the first layer, and one of the 32 of the second, for the first test digit (a step is 1 ms):

# %% alt="Three maps at four steps, for a seven. The first of layer 1 shows the upper bar; another the whole stroke; both have fewer spikes at step 1. The map of layer 2, of four by four neurons, has a few spikes, the first of them at step 1 or 2."
with torch.no_grad(), watch_spikes(network) as layers:
    output = network(test_images)

maps = {
    "layer 1, map 1": layers[0][:, 0, 0],
    "layer 1, map 3": layers[0][:, 0, 2],
    "layer 2, map 2": layers[1][:, 0, 1],
}
axes = film(maps, at=[1, 2, 3, 4])

# %% [markdown]
# > **Before you run:** at step 1 only strong currents have crossed a threshold. Is the answer of step 1 already as good as that of step 4?

# %%
for membrane in output:
    print("right by this step:", accuracy(membrane, test_labels))

# %% [markdown]
# Not quite: about nine in ten after one step, and nearly all that it will get after two. The spikes of weaker currents bring the rest. The last membrane alone reads as well as the highest of all steps.

# %% tags=["check"]
by_step = [accuracy(membrane, test_labels) for membrane in output]
assert 0.8 < by_step[0] < 0.95
assert min(by_step[1:]) > 0.945
assert by_step[-1] > score - 0.01

# %% [markdown]
# ### What does it look at?
#
# Set a square of 7 × 7 pixels to 0 and ask again (**occlusion**). `covered` returns an image 64 times, with the square at 8 × 8 places.
#
# > **Before you run:** the digit is a nine. Where should a cover hurt most?

# %%
network.eval()
image = test_images[9]
with torch.no_grad():
    answers = network(covered(image))
chance = decode(answers).softmax(1)

# %% [markdown]
# The digit, and at the middle of each cover the probability that the network then gives to *other* digits (black 0, white 1):

# %% alt="Left the digit nine. Right the middles of 8 by 8 covers, black where the network still reads a nine: white along most of the loop, black over the foot."
others = (1 - chance[:, 9]).view(1, 8, 8)
blocks = others.repeat_interleave(3, 1).repeat_interleave(3, 2)
axes = images(
    [image[0].cpu(), nn.functional.pad(blocks, (2, 2, 2, 2))[0].cpu()],
    ["a nine", "1 − p(nine), by the cover's middle"],
    panels(2, width=6, height=3),
)

# %% [markdown]
# Along most of the loop, and not over the foot. That is one nine and one network; others may differ.

# %% tags=["check"]
assert (others[0] > 0.7).sum() > 5
assert chance[:, 9].view(8, 8)[6:].min() > 0.7

# %% [markdown]
# ### Is the gradient a good guess?
#
# One backward pass is cheaper: it says how the answer depends on each pixel (**saliency**). But covering is an experiment, and the gradient a guess at its result. A good one? From a record of three networks, 100 digits that all read: one square is covered, where some score is highest. How many answers, in %, does that break?
#
# > **Before you run:** which will break more, a cover on the largest gradient, or simply on the most ink?

# %%
record = recorded("covered_digits")
print(record)
for name, runs in record.results["broken"].items():
    print(name, np.round(100 * np.array(runs)))

# %% [markdown]
# The most ink, in each network. More than both breaks the square with the largest sum of gradient *times* pixel: the surrogate's guess of what it costs to set these pixels to 0. (Controls: ink at random, and squares with as much ink as that of the largest gradient.) The last row says that *some* square breaks half of the right answers or more: one cover is no proof of one cause.

# %% tags=["check"]
broken = {name: np.array(runs) for name, runs in record.results["broken"].items()}
assert (broken["most ink"] > broken["highest |gradient|"]).all()
assert (broken["highest gradient x pixel"] > broken["most ink"]).all()
assert (broken["highest |gradient|"] > broken["as much ink"]).all()
assert (broken["as much ink"] > broken["on ink at random"]).all()
assert broken["any"].min() > 0.5
assert max(record.results["dense"]) < min(record.results["accuracy"]) - 0.02
