# %% [markdown]
# # 20 · From an ordinary network to a spiking one
#
# **Can an ordinary network be turned into a spiking one without training it again?**
#
# Needs: page 02 (the membrane, soft reset), page 05 (surrogates), page 07 (`fit`); networks with ReLU and batch normalisation in PyTorch. · 45 minutes to read, without *Deeper* and exercises; one minute to run. · Introduces `convert`, `IF`, `staircase`, `ClipFloorShift` and `error_parts`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/20_from_ordinary_to_spiking.ipynb)

# %% tags=["setup"]
import sys
from functools import partial

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from snn_core import LIF
from snn_core.conversion import IF, ClipFloorShift, convert, error_parts, fold_batch_norm, staircase
from snn_core.datasets import mnist_mini
from snn_core.losses import accuracy
from snn_core.teaching.diagrams import error_by_steps, slow_motion
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import RateStaircase
from snn_core.teaching.inputs import constant
from snn_core.teaching.palette import BLUE, GREY, VERMILION
from snn_core.teaching.plotting import decorate, panels, use_style
from snn_core.teaching.records import recorded
from snn_core.training import fit, one_cycle, seed_torch, watch_spikes

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below
_ = seed_torch(0)

# %% [markdown]
# A neuron of an ordinary network gets a current $I$ and hands on a number, $\mathrm{ReLU}(I) = \max(I, 0)$. A spiking neuron hands on spikes. Take one without a leak, give it the same current at every step, and count how often it spikes:

# %% alt="Spikes per step against the current, from minus 0.5 to 1.5. A grey line, the ReLU, is 0 up to 0 and then rises with slope 1. Three staircases lie just below it, with 4, 8 and 32 steps; the more steps, the closer to the line. Above a current of 1 all staircases stay at 1."
currents = torch.linspace(-0.5, 1.5, 801)
axis = panels(height=3.4)
axis.plot(currents, currents.relu(), color=GREY, label="ReLU")
for steps in (4, 8, 32):
    spikes = LIF(beta=1.0)(currents.expand(steps, 1, -1))
    rate = spikes.mean(0).flatten()
    axis.plot(currents, rate, label=f"T = {steps}")
decorate(
    axis,
    x="current I",
    y="spikes per step",
    title="A staircase on the way to a ReLU",
)

# %% [markdown]
# The more steps, the finer the stairs. So *a ReLU is a firing rate*, nearly. Put such a neuron in the place of each ReLU of a trained network, and the network spikes, with the weights that it has. This page does that, and looks for what "nearly" costs.

# %%
RateStaircase().sliders()

# %% [markdown]
# **Try this**
#
# 1. $T = 4$. Move the current slowly from 0 to 1.5. Where does the error grow, and where does it fall back? What is different above 1?
# 2. Which start makes the stairs lie as often above the line as below?
# 3. Halve the threshold. What becomes better, and what worse?

# %% [markdown] tags=["solution"]
# <details><summary>Answers</summary>
#
# 1. On every tread it grows until the next spike, up to ¼. Above 1 the neuron spikes at every step and cannot say more: the error grows without end.
# 2. 0.5: the stairs then round to the nearest tread, not down.
# 3. A spike is worth less, so the treads are finer. But the neuron reaches its highest rate at half the current.
#
# </details>

# %% tags=["check"]
low = LIF(beta=1.0)(torch.tensor([0.2499, 0.2501, 1.4]).expand(4, 1, -1)).mean(0).flatten()
assert low.tolist() == [0, 0.25, 1]

# %% [markdown]
# ## You will
#
# - work out what an integrate-and-fire neuron says, and what it leaves unsaid;
# - convert a trained network by hand, watch it fail, and repair it in two steps;
# - train an ordinary convolutional network so that it converts well, and run it in eight steps;
# - see what each of the three errors that are left costs, and train one network on with spikes.

# %% [markdown]
# ## 1 · A ReLU is a firing rate
#
# A neuron without a leak ($\beta = 1$) is called **integrate-and-fire**. The current is 0.35 at each of eight steps:

# %% alt="Eight steps of a membrane. It climbs by 0.35 per step. At steps 3 and 6 it passes the threshold 1 and falls by 1. After step 8 it is at 0.8."
axis = slow_motion(
    constant(0.35, 8),
    beta=1.0,
    title="2.8 comes in: two spikes, and 0.8 is left",
)

# %% [markdown]
# Nothing is lost: $8 \cdot 0.35 = 2.8$ came in, each spike took the threshold $\theta = 1$ away (the soft reset), and the rest is still in the membrane. For $n$ spikes in $T$ steps:
#
# $$\theta\,n = \sum_t I[t] + v[0] - v[T]$$
#
# A spike is *worth* $\theta$. So what the neuron **says** per step is the mean current, but for what is left:
#
# $$\frac{\theta\,n}{T} = \bar I - \frac{v[T] - v[0]}{T}.$$

# %% [markdown]
# While the rest stays between 0 and $\theta$, the error is less than $\theta / T$: twice the steps, half the error.
#
# > **Before you run:** what does the neuron say when the current is −0.35, and when it is 1.5? What is left in its membrane?

# %%
neuron = LIF(beta=1.0)
for current in (0.35, -0.35, 1.5):
    spikes, _, state = neuron(constant(current, 8), record=True)
    print(f"{current:5}: says {spikes.mean():.2f}, left {state.item():.2f}")

# %% [markdown]
# Below 0 it is silent, as the ReLU is, and the membrane sinks. Above the threshold it spikes at every step, says 1, and the rest piles up: it is **clipped**. In between are the treads. The core knows this function as `staircase(current, threshold, steps, start)`.

# %% tags=["check"]
for steps in (4, 8, 32):
    counted = LIF(beta=1.0)(currents.double().expand(steps, 1, -1)).mean(0).flatten()
    assert torch.equal(counted, staircase(currents.double(), 1.0, steps, start=0.0))
assert round(constant(0.35, 8).sum().item(), 2) == 2.8
for current, says, left in ((0.35, 0.25, 0.8), (-0.35, 0, -2.8), (1.5, 1, 4)):
    spikes, _, state = neuron(constant(current, 8), record=True)
    assert np.isclose(spikes.mean(), says)
    assert np.isclose(state.item(), left, atol=1e-5)
    assert np.isclose(spikes.sum() + state.item(), 8 * current, atol=1e-5)

# %% [markdown]
# ## 2 · Convert a network by hand
#
# Here are 5,000 digits to train with and 1,000 to test (one is 0.1 point), and a loop that trains an ordinary network on them. Nothing in it spikes.

# %%
digits = mnist_mini()
images = digits.train_images[:, None]
labels = digits.train_labels
test_images = digits.test_images[:, None]
test_labels = digits.test_labels


def train_ordinary(network, images, lr, epochs=6):
    optimizer = torch.optim.AdamW(network.parameters(), lr=lr)
    schedule = one_cycle(optimizer, lr=lr, updates=epochs * 79)
    network.train()
    for _ in range(epochs):
        for chosen in torch.randperm(5000).split(64):
            loss = cross_entropy(network(images[chosen]), labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return network.eval()


# %% [markdown]
# Three hidden layers of 128 ReLUs:

# %%
pixels = images.flatten(1)
test_pixels = test_images.flatten(1)
network = nn.Sequential(
    nn.Linear(784, 128),
    nn.ReLU(),
    nn.Linear(128, 128),
    nn.ReLU(),
    nn.Linear(128, 128),
    nn.ReLU(),
    nn.Linear(128, 10),
)
_ = train_ordinary(network, pixels, lr=0.003).requires_grad_(False)
own = accuracy(network(test_pixels), test_labels)
print(f"ordinary network: {own:.1%}")

# %% [markdown]
# To convert it, keep the weights, put a neuron in the place of each ReLU, and multiply its spikes by what they are worth. The image comes as the same current at every step. The outputs do not spike: their mean current is the score.


# %% tags=["slide-code"]
def converted_by_hand(network, pixels, thresholds, steps):
    values = pixels.expand(steps, -1, -1)
    waiting = iter(thresholds)
    for layer in network:
        if isinstance(layer, nn.ReLU):
            threshold = next(waiting)
            spikes = LIF(beta=1.0, threshold=threshold)(values)
            values = threshold * spikes
        else:
            values = layer(values)
    return values.mean(0)


# %% [markdown]
# The thresholds are still open. A neuron cannot say more than $\theta$. The first idea (after Diehl et al. 2015) is to be on the safe side: take the *largest* activation of each layer, over some training images.

# %%
some = pixels[:1000]
activations = [network[:end](some) for end in (2, 4, 6)]
largest = [each.max().item() for each in activations]
print("thresholds:", np.round(largest, 1))

# %% [markdown]
# > **Before you run:** how well will it answer with four steps, and how many does it take to be as good as the ordinary network?

# %%
for steps in (4, 8, 12, 16, 32):
    scores = converted_by_hand(network, test_pixels, largest, steps)
    print(f"T = {steps:2}: {accuracy(scores, test_labels):.1%}")

# %% [markdown]
# With four it guesses. With 32 it is as good as the ordinary network, without a single update. Why does it need so many?

# %% tags=["check"]
by_steps = {steps: accuracy(converted_by_hand(network, test_pixels, largest, steps), test_labels) for steps in (4, 32)}
assert own > 0.9
assert by_steps[4] < 0.3
assert abs(by_steps[32] - own) < 0.015

# %% [markdown]
# ## 3 · Where the signal goes, and two repairs
#
# `convert` does what we did by hand, and returns a spiking network. Its output holds the mean after each step, so `output[-1]` is the score. We tell it the percentile for the thresholds (100 is the maximum), and where membranes start, in thresholds.
#
# Ask each layer what it says: which share of the mean activation of the ordinary network arrives?


# %%
to_spiking = partial(convert, network, some)
wanted = [network[:end](test_pixels).mean() for end in (2, 4, 6)]


def share_said(spiking):
    with watch_spikes(spiking) as layers:
        spiking(test_pixels)
    neurons = [each for each in spiking if isinstance(each, IF)]
    shares = []
    for neuron, spikes, mean in zip(neurons, layers, wanted, strict=True):
        said = neuron.threshold * spikes.mean()
        shares.append((said / mean).item())
    return np.round(shares, 2)


spiking = to_spiking(steps=4, percentile=100, start=0.0)
print(spiking)

# %%
print("shares:", share_said(spiking))

# %% [markdown]
# A third, a fifteenth, nothing. The signal dies on its way: a neuron rounds *down*, the next layer gets less, and rounds down again. To send one spike in four steps takes a quarter of the threshold, and here are the activations of the first layer:

# %% alt="Histogram of the activations above 0 of the first hidden layer, most of them below 2 and a long thin tail up to the maximum. Dashed lines: the maximum at the right end, a quarter of it, and the 99.9th percentile, a good deal below the maximum. Three quarters of the activations lie below a quarter of the maximum."
above = activations[0][activations[0] > 0]
share = above.quantile(0.999).item()
quiet = (above < largest[0] / 4).float().mean()
axis = panels()
axis.hist(above.numpy(), bins=80, color=BLUE)
axis.axvline(largest[0], color=VERMILION, label="maximum")
axis.axvline(largest[0] / 4, color=VERMILION, linestyle=":", label="a quarter of it")
axis.axvline(share, color=GREY, linestyle="--", label="99.9 %")
decorate(
    axis,
    x="activation",
    y="how often",
    title=f"{quiet:.0%} stay below the first spike",
)

# %% [markdown]
# One repair is in the picture. The maximum is a rare event. **Take a percentile** (Rueckauer et al. 2017): 99.9 % of the activations above 0 are below it, and only the rest is clipped.
#
# The other was in the explorer. **Start at half the threshold** (Bu et al. 2022): then a neuron rounds to the nearest tread, as often up as down.
#
# > **Before you run:** threshold at a percentile, or start at half: which will let more of the signal arrive at $T = 4$?

# %%
repairs = {
    "maximum": {"percentile": 100, "start": 0.0},
    "percentile": {"percentile": 99.9, "start": 0.0},
    "start at half": {"percentile": 100, "start": 0.5},
    "both": {"percentile": 99.9, "start": 0.5},
}
shares = {}
for name, told in repairs.items():
    shares[name] = share_said(to_spiking(steps=4, **told))
    print(f"{name:18}", shares[name])

# %% [markdown]
# The start: nearly all arrives. The percentile helps.

# %% [markdown]
# A run of 32 steps has the answers after each step in it:


# %%
@torch.no_grad()
def after_each_step(spiking, images):
    answers = [spiking(part).argmax(2) for part in images.split(50)]
    right = torch.cat(answers, dim=1) == test_labels
    return right.float().mean(1)


# %% alt="Left: share of the activation that arrives in three layers at four steps. With the maximum it falls from a third to nothing, with the percentile from a half to almost nothing, with the start at half it stays near 1, with or without the percentile. Right: accuracy against the number of steps on a logarithmic axis. With the maximum it rises between 4 and 16 steps, with the percentile between 2 and 8, with the start at half it is near the dashed level of the ordinary network from 3 to 6 steps on."
axes = panels(2, width=9.5)
for name, told in repairs.items():
    right = after_each_step(to_spiking(steps=32, **told), test_pixels)
    axes[0].plot((1, 2, 3), shares[name], "o-", label=name)
    axes[1].semilogx(range(1, 33), 100 * right)
axes[1].axhline(100 * own, color=GREY, linestyle="--")
axes[0].set_xticks([1, 2, 3])
axes[1].set_xticks([1, 2, 4, 8, 16, 32], [1, 2, 4, 8, 16, 32])
decorate(
    axes[0],
    x="layer",
    y="share said",
    title="At T = 4: who rounds down is not heard",
)
decorate(
    axes[1],
    x="steps T",
    y="accuracy (%)",
    title="Repaired: four steps are enough",
)

# %% [markdown]
# With both repairs, four steps do what took 12 (dashed: the ordinary network), and still nothing was trained.

# %% tags=["check"]
at_maximum = to_spiking(steps=4, **repairs["maximum"])
assert torch.allclose(at_maximum(test_pixels)[-1], converted_by_hand(network, test_pixels, largest, 4), atol=1e-3)
assert 0.15 < shares["maximum"][0] < 0.45
assert shares["maximum"][1] < 0.12
assert shares["maximum"][2] < 0.02
assert (np.diff(shares["percentile"]) < 0).all()
assert shares["percentile"][2] < 0.1
assert all(abs(each - 1) < 0.06 for each in shares["both"])
assert all(abs(each - 1) < 0.2 for each in shares["start at half"])
at_12 = after_each_step(to_spiking(steps=12, **repairs["maximum"]), test_pixels)
assert abs(at_12[11] - right[3]) < 0.02
assert quiet > 0.7
assert (right[3:] - own).abs().max() < 0.02
assert after_each_step(to_spiking(steps=4, **repairs["percentile"]), test_pixels)[3] < 0.6

# %% [markdown]
# ## 4 · Train for it
#
# Why 99.9 %? Somebody had to choose it. Turn the question round: we know what a neuron can say in $T$ steps, a staircase. So train the *ordinary* network with a staircase in the place of the ReLU, and it learns weights and thresholds that can live with it (Bu et al. 2022):

# %% alt="The activation against the current: a staircase from 0 to 1 with four treads, which crosses the grey ReLU line in the middle of every riser. A dashed line from 0 to 1, slope 1, then level, shows what the gradient sees."
activation = ClipFloorShift(levels=4, clip=1.0)
stairs = activation(currents).detach()
axis = panels()
axis.plot(currents, currents.relu(), color=GREY, label="ReLU")
axis.plot(currents, stairs, color=BLUE, label="forward")
axis.plot(currents, currents.clamp(0, 1), "--", color=VERMILION, label="backward")
decorate(
    axis,
    x="current I",
    y="activation",
    title="Forward the stairs, backward the ramp",
)

# %% [markdown]
# The staircase is **clipped** at a level $\lambda$ that is learnt, **quantised** to $L$ treads, and **shifted** by half a tread: $\frac{\lambda}{L} \lfloor L\,I/\lambda + \frac{1}{2} \rfloor$ between 0 and $\lambda$. It is that of a neuron that starts at half its threshold, with $T = L$ and $\theta = \lambda$. Its slope is 0 nearly everywhere, so the backward pass takes the ramp, as a surrogate does for a spike (page 05).
#
# A convolutional network, with either activation:


# %%
def ordinary(activation):
    return nn.Sequential(
        nn.Conv2d(1, 8, 5),
        nn.BatchNorm2d(8),
        activation(),
        nn.AvgPool2d(2),
        nn.Conv2d(8, 16, 5),
        nn.BatchNorm2d(16),
        activation(),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Linear(256, 10),
    )


# %% [markdown]
# Two of its layers need a word. **Batch normalisation** is, after training, a factor and a shift for each channel: `convert` multiplies them into the convolution in front of it. **Average pooling** may stay: the average of four spike trains has the average of their rates. Max-pooling may not (*Deeper*).

# %%
_ = seed_torch(0)
with_relu = train_ordinary(ordinary(nn.ReLU), images, lr=0.01)

# %% [markdown]
# The same from the same seed, with eight treads:

# %% tags=["slide-code"]
_ = seed_torch(0)
for_spikes = train_ordinary(ordinary(partial(ClipFloorShift, 8, 3.0)), images, lr=0.01)
for trained in (with_relu, for_spikes):
    trained.requires_grad_(False)
    print(f"{accuracy(trained(test_images), test_labels):.1%}")

# %% [markdown]
# The stairs cost next to nothing. Now convert both: the ReLUs with a start at half and 99.9 %, or 97 % (section 5: why 97), the other with its learnt clip levels as thresholds.
#
# > **Before you run:** 99.9 %, 97 %, or trained for eight steps: which network needs the fewest?

# %%
some = images[:500]
networks = {
    "ReLU, 99.9 %": convert(with_relu, some, 16),
    "ReLU, 97 %": convert(with_relu, some, 16, percentile=97),
    "trained for 8": convert(for_spikes, some, 16),
}
rights = {}
for name, spiking in networks.items():
    rights[name] = after_each_step(spiking, test_images)
print("      ", *networks, sep="   ")
for steps in (1, 2, 4, 8, 16):
    line = [f"{right[steps - 1]:.1%}" for right in rights.values()]
    print(f"T = {steps:2}", *line, sep=10 * " ")

# %% [markdown]
# The one with 97 %, which was not trained for it. From four steps on the trained one does as well, and 99.9 % from eight. So choose the percentile first. (When training pays: section 6.)

# %% tags=["check"]
trained_neuron = IF(threshold=1.0, start=0.5)
heard = currents.double()
assert torch.equal(trained_neuron(heard.expand(4, 1, -1)).mean(0).flatten(), activation(heard).detach())
own_relu, own_stairs = (accuracy(each(test_images), test_labels) for each in (with_relu, for_spikes))
assert abs(own_relu - own_stairs) < 0.01
high, low, stairs_learnt = rights.values()
assert low[1] > stairs_learnt[1] + 0.1 > high[1] + 0.3
assert (low[3:] > own_relu - 0.0051).all()
assert (stairs_learnt[3:] > own_stairs - 0.0051).all()
assert high[3] < own_relu - 0.03
assert (high[7:] > own_relu - 0.0051).all()
folded = fold_batch_norm(with_relu)
assert len(folded) == len(with_relu) - 2
assert torch.allclose(folded(some), with_relu(some), atol=1e-3)

# %% [markdown]
# ## 5 · What error is left?
#
# What is not said is left in the membrane (section 1). Two ways to get there we know: **clipping**, where the current is above $\theta$, and **quantisation** to the treads of the staircase. The third is **uneven arrival**: from the second layer on, the current is made of spikes, and these come when they come.
#
# Take the currents 0.8, 0.8, −0.8, −0.8. Their mean is 0, and so is the ReLU.
#
# > **Before you run:** what does a neuron say that starts at 0? And if the two halves come in the other order?

# %% alt="Four steps of a membrane. It climbs by 0.8 twice, passes the threshold 1 at step 2, falls to 0.6, and then sinks by 0.8 twice, to minus 1."
uneven = torch.tensor([0.8, 0.8, -0.8, -0.8]).view(4, 1, 1)
axis = slow_motion(
    uneven,
    beta=1.0,
    title="0.8, 0.8, −0.8, −0.8",
)
_ = axis.set_ylim(-1.1, 1.8)

# %% [markdown]
# One spike, so it says 0.25. Then the membrane sinks to −1, a debt that no spike can pay: there are no negative ones. In the other order the membrane stays below the threshold, and it says 0.
#
# What does each of the three cost? Add them to the ordinary network one after the other: clip its ReLUs at the thresholds, then quantise them to as many treads as there are steps, then let it spike. On 1,000 training digits that set no threshold: what is chosen on test digits, these can no longer test.


# %%
def right_with(make, spiking):
    neurons = [each for each in spiking if isinstance(each, IF)]
    layers = list(with_relu)
    for place, neuron in zip((2, 6), neurons, strict=True):  # of its ReLUs
        layers[place] = make(neuron.threshold.item())
    scores = nn.Sequential(*layers)(images[4000:])
    return accuracy(scores.detach(), labels[4000:])


# %% [markdown]
# Two steps only, so that errors are large, and thresholds from high to low:

# %%
percentiles = (99.9, 99, 97, 90)
costs = {"clipped": [], "and quantised": [], "and with spikes": []}
for share in percentiles:
    spiking = convert(with_relu, some, steps=2, percentile=share)
    costs["clipped"].append(right_with(partial(nn.Hardtanh, 0.0), spiking))
    costs["and quantised"].append(right_with(partial(ClipFloorShift, 2), spiking))
    scores = spiking(images[4000:])[-1]
    costs["and with spikes"].append(accuracy(scores, labels[4000:]))

# %% [markdown]
# > **Look first:** which error is largest with a high threshold, and which grows with a low one?

# %% alt="Accuracy at two steps against the percentile that gives the thresholds, 99.9, 99, 97 and 90. Clipped only it is at 99.4 percent and falls by a point at 90. Quantised it is 61 at 99.9, 86 at 99, and 97 to 98 at 97 and 90. With spikes it lies below that, by 8 points on the left, and beside it at 97."
axis = panels(height=3.2)
for name, line in costs.items():
    right = 100 * np.array(line)
    axis.plot([str(share) for share in percentiles], right, "o-", label=name)
decorate(
    axis,
    x="percentile (%)",
    y="accuracy (%)",
    title="Three errors, added one after the other",
)

# %% [markdown]
# Quantisation: with a high threshold a tread is tall, and costs two fifths of the answers. Clipping grows with a low one: about a point at 90 %. In between both are small. Uneven arrival adds up to eight points, nothing at 97 %. **So choose the percentile at the steps that you have, on training digits:** here 97 % for two. More steps cure quantisation and uneven arrival; clipping stays (*Deeper*).

# %% tags=["check"]
spikes, _, state = neuron(uneven, record=True)
assert spikes.flatten().tolist() == [0, 1, 0, 0]
assert np.isclose(state.item(), -1, atol=1e-6)
assert neuron(uneven.flip(0)).sum() == 0
clipped_only, quantised, with_spikes = (100 * np.array(line) for line in costs.values())
assert abs(clipped_only[0] - quantised[0] - 40) < 5
assert (np.diff(quantised[:3]) > 5).all()
assert abs(quantised[0] - with_spikes[0] - 8) < 1
assert abs(quantised[2] - with_spikes[2]) < 0.3
assert with_spikes.argmax() == 2
assert clipped_only[0] - clipped_only[3] > 0.3
assert abs(clipped_only[0] - clipped_only[2]) < 0.3

# %% [markdown]
# ## 6 · When does training pay?
#
# The networks of section 4 from five seeds, and two more: one that was trained with two treads, and a spiking one that was trained directly, with LIF neurons and surrogate gradients (as on page 16):

# %%
record = recorded("converted_digits")
print(record)

# %% alt="Error in per cent against the number of steps, both axes logarithmic, with a dashed line at the 1.9 of the ordinary network. With 99.9 % it falls from 70 to that line at about eight steps, with 97 % from 29 to near it at four. Trained for eight steps it reaches it at eight. Trained for two steps it starts at 5.5, is at 2.5 from two steps on, and stays above the line. The directly trained network is near 2 from one step on."
axis = error_by_steps(record)
decorate(axis, title="Converted, and trained for few steps")

# %% [markdown]
# With 97 % four steps are enough, as good as any training. **At one or two steps training pays, if it is for as many:** with two treads, or directly. The network with eight treads needs its eight steps; that with two stays nearly a point above the others.
#
# The directly trained network needs one step, and gains nothing from more. So why convert? If a trained network is at hand, nothing has to be trained. (Steps cost operations: at four it meets more weights than the ordinary network that skips zeros. Page 21 says what they cost.)

# %% tags=["check"]
runs = record.results["runs"]
assert len(runs) == 5
at = {steps: place for place, steps in enumerate(record.settings["steps"])}
mean = {}
for arms in record.settings["arms"].values():
    for name in arms:
        mean[name] = np.mean([run[name]["accuracy"] for run in runs], axis=0)
directly = np.mean([[each["accuracy"][0] for each in run["direct"]] for run in runs], axis=0)
ordinary_one = np.mean([run["ReLU"]["accuracy"] for run in runs])
two_treads = np.mean([run["2 treads"]["accuracy"] for run in runs])
for name, steps in {"97 %, half": 4, "trained for 8": 8, "99.9 %, half": 8}.items():
    assert abs(mean[name][at[steps]] - ordinary_one) < 0.005
    assert mean[name][at[steps // 2]] < ordinary_one - 0.01
assert mean["90 %, half"].max() < ordinary_one - 0.005  # the best percentile lies inside
assert mean["trained for 2"][at[2]] > two_treads
assert mean["trained for 2"][at[2]] > mean["97 %, half"][at[2]] + 0.01
assert mean["97 %, half"][at[4]] > max(directly[2], mean["trained for 8"][at[4]]) - 0.003
assert 0.005 < ordinary_one - two_treads < 0.015
not_zero = np.mean([run["ReLU"]["operations"]["skipping zeros"] for run in runs])
assert not_zero < np.mean([run["97 %, half"]["operations"][at[4]] for run in runs])
assert (abs(directly - directly[0]) < 0.003).all()
assert directly[0] > max(mean[name][at[1]] for name in mean) + 0.02

# %% [markdown]
# ### Train it on
#
# A converted network is a spiking network like others: its neurons have surrogate gradients, so `fit` can train it on. Here the network with ReLUs, and thresholds from 97 %, gets a single step.


# %%
def last_cross_entropy(output, labels):
    return cross_entropy(output[-1], labels)


hybrid = convert(with_relu, some, steps=1, percentile=97)
hybrid.requires_grad_(True)
before = after_each_step(hybrid, test_images)[-1]

# %% [markdown]
# > **Before you run:** one step is far too few for it. What can one epoch do, 79 updates?

# %%
_ = fit(
    hybrid,
    images,
    labels,
    loss=last_cross_entropy,
    decode=lambda output: output[-1],
    optimizer=torch.optim.Adam(hybrid.parameters(), lr=0.001),
    epochs=1,
    batch_size=64,
    generator=seed_torch(1),
)
after = after_each_step(hybrid, test_images)[-1]
print(f"one step, converted: {before:.1%}")
print(f"after 79 updates:    {after:.1%}")

# %% [markdown]
# It brings it above 90 %. To convert first, and then make a few updates with spikes, is called *hybrid* training (Rathi et al. 2020).
#
# Is it worth it? Over the five seeds, beside networks that were trained directly, for as many epochs in all, at one, two and four steps:

# %%
for name in ("trained on", "direct", "direct, IF"):
    runs = [run[name] for run in record.results["runs"]]
    right = [[each["accuracy"][0] for each in run] for run in runs]
    print(f"{name:10}", np.round(100 * np.mean(right, axis=0), 1))

# %% [markdown]
# At one step direct training is better by far, with either kind of neuron. At two and four the converted network has caught up, with a single epoch of training through time.

# %% tags=["check"]
assert after > before + 0.1
assert after > 0.9
trained_on = np.mean([[each["accuracy"][0] for each in run["trained on"]] for run in record.results["runs"]], axis=0)
assert directly[0] > trained_on[0] + 0.02
assert (trained_on[1:] > directly[1:] - 0.002).all()
same_neurons = [[each["accuracy"][0] for each in run["direct, IF"]] for run in record.results["runs"]]
assert np.mean(same_neurons, axis=0)[0] > trained_on[0] + 0.02

# %% [markdown]
# ## Recap
#
# You
#
# - worked out what an integrate-and-fire neuron says, and what it leaves in its membrane;
# - converted a network by hand, saw the signal die, and repaired it with a percentile and a start at half;
# - trained an ordinary network with the stairs in it, and ran it with eight steps;
# - saw what clipping, quantisation and uneven arrival cost, and trained a converted network on in 79 updates;
# - saw over five seeds: with good thresholds four steps are enough; at one or two training pays.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $\theta$ | threshold, and what a spike is worth | `IF(threshold)`, `Scale` |
# | $v[0]/\theta$ | start of the membrane | `IF(start)` |
# | $\theta\,n/T$ | what a neuron says | `staircase` for an even current |
# | $\lambda$, $L$ | clip level and treads of the trained activation | `ClipFloorShift(levels, clip)` |
# | | the conversion | `convert(network, calibration, steps)` |
# | | what error is left | `error_parts` |

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1 · By hand
#
# A neuron has the threshold 2 and starts at half of it. The current is 1.3 at each of four steps. What does it say, $\theta\,n/T$?

# %% tags=["exercise"]
it_says = None

check("20.1", it_says)

# %% [markdown]
# ### 2 · Fold a batch norm
#
# Behind a layer $y = Wx + b$ stands a batch norm, $\gamma\,(y - \mu)/\sqrt{\sigma^2 + \epsilon} + \delta$. Write one layer that does both: return its weight `[outputs, inputs]` and bias `[outputs]`. All others are `[outputs]`, and $\epsilon$ is a number.


# %% tags=["exercise"]
def fold(weight, bias, mean, variance, gamma, delta, epsilon):
    return None  # your code here


check("20.2", fold)

# %% [markdown]
# ### 3 · Max-pooling of rates
#
# The maximum of spikes is not that of rates. A pooling that is right for rates passes on, at each step, the spike (or silence) of the neuron that has spiked *most so far*, this step included; of equals the first. Get spikes `[T, N]`, return the train `[T]`.


# %% tags=["exercise"]
def pass_the_busiest(spikes):
    return None  # your code here


check("20.3", pass_the_busiest)

# %% [markdown]
# ### 4 · Open
#
# Uneven arrival is the error that no threshold removes. Can it be made smaller without training? Two ideas: let the neurons of a layer wait some steps before they spike, or let a neuron in debt send a negative spike (Wang et al. 2022). Change `IF`, measure with `error_parts` for several seeds, and say what it costs.

# %% [markdown] tags=["solution"]
# <details><summary>Solution 1</summary>
#
# The membrane starts at 1: 2.3, a spike and 0.3, then 1.6, then 2.9, a spike and 0.9, then 2.2 and a spike. Three spikes, each worth 2, in four steps:
#
# ```python
# it_says = 3 * 2 / 4
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# ```python
# def fold(weight, bias, mean, variance, gamma, delta, epsilon):
#     factor = gamma / (variance + epsilon).sqrt()
#     return weight * factor[:, None], (bias - mean) * factor + delta
# ```
#
# </details>
#
# <details><summary>Solution 3</summary>
#
# ```python
# def pass_the_busiest(spikes):
#     busiest = spikes.cumsum(0).argmax(1)
#     return spikes[torch.arange(len(spikes)), busiest]
# ```
#
# </details>

# %% [markdown]
# ## References
#
# - P. U. Diehl et al., *Fast-classifying, high-accuracy spiking deep networks through weight and threshold balancing*, IJCNN 2015: thresholds from the maximum.
# - B. Rueckauer et al., *Conversion of continuous-valued deep networks to efficient event-driven networks for image classification*, Frontiers in Neuroscience 11:682, 2017: percentile, batch norm, max-pooling of rates.
# - T. Bu et al., *Optimal ANN-SNN conversion for high-accuracy and ultra-low-latency spiking neural networks*, ICLR 2022: start, activation, errors.
# - Y. Wang et al., *Signed neuron with memory: towards simple, accurate and high-efficient ANN-SNN conversion*, IJCAI 2022: negative spikes.
# - N. Rathi et al., *Enabling deep spiking neural networks with hybrid conversion and spike timing dependent backpropagation*, ICLR 2020.
# - J. K. Eshraghian et al., Proceedings of the IEEE 111(9), 2023, calls it *shadow training*.
#
# **Next:** [21 · Energy](21_energy.ipynb). Back to [19 · Gradients of spike times](19_spike_time_gradients.ipynb).

# %% [markdown]
# ## Deeper
#
# Optional: a larger task, the limit of many steps, the errors of each neuron, and what max-pooling does.

# %% [markdown]
# ### A larger task
#
# A wider network with eight treads, on the full MNIST:

# %%
shadow = recorded("shadow_mnist")
print(shadow)
for run in shadow.results["runs"]:
    own = run["ClipFloorShift"]["test"][-1]
    right = dict(zip(shadow.settings["steps"], run["trained"]["accuracy"], strict=True))
    print(f"ordinary {own:.2%}, T = 8: {right[8]:.2%}, T = 32: {right[32]:.2%}")

# %% [markdown]
# In eight steps each network is within a tenth of a point of its own ordinary one. In 32 steps none is below it.

# %% tags=["check"]
ends = shadow.results["runs"]
assert len(ends) == 3
places = [shadow.settings["steps"].index(steps) for steps in (8, 32)]
own = np.array([run["ClipFloorShift"]["test"][-1] for run in ends])
converted = np.array([[run["trained"]["accuracy"][place] for place in places] for run in ends])
assert np.mean([run["ClipFloorShift"]["test"][-5:] for run in ends]) >= 0.994
lost = np.round(10_000 * (own[:, None] - converted))  # of 10,000 images
assert lost[:, 0].max() <= 10
assert lost[:, 1].max() <= 0

# %% [markdown]
# ### After very many steps
#
# With the maximum nothing is clipped, at least in the calibration. What is left is in the membranes, over $T$:

# %%
steps = 1024
sure = convert(network, pixels[:1000], steps, percentile=100)
agrees = []
for part in test_pixels.split(50):
    same = sure(part)[-1].argmax(1) == network(part).argmax(1)
    agrees.append(same.float().mean())
print(f"same answer after {steps} steps: {torch.stack(agrees).mean():.1%}")

# %% tags=["check"]
assert torch.stack(agrees).mean() >= 0.999

# %% [markdown]
# And in each layer? The mean error of the rates, in treads $\theta / T$:


# %%
def treads_off(steps):
    spiking = to_spiking(steps=steps, percentile=100)
    with watch_spikes(spiking) as layers:
        spiking(test_pixels[:50])
    found = []
    for place, spikes in enumerate(layers):
        wanted = network[: 2 * place + 2](test_pixels[:50])
        error = spikes.mean(0) - wanted / spiking[2 + 2 * place].threshold
        found.append(steps * error.abs().mean().item())
    return np.round(found, 2)


for steps in (64, 1024):
    print(f"T = {steps:4}:", treads_off(steps))

# %% [markdown]
# In every layer less than one tread in the mean (with a start at half), at 64 steps as at 1,024. So each comes closer as $1/T$, not only the first.

# %% tags=["check"]
assert all((treads_off(steps) < 1).all() for steps in (64, 1024))

# %% [markdown]
# ### Three errors of each neuron
#
# `error_parts` takes the mean $\bar I$ of the current that a neuron really gets, and asks what is lost from ReLU($\bar I$) to its clipped version, from there to the staircase, and from there to what the neuron says. (What a layer takes over from the one before is not counted again.) The second layer, with 99 %:

# %%
parts = {"clipping": [], "quantisation": [], "arrival": []}
for steps in (2, 4, 8, 16, 32):
    spiking = convert(with_relu, some, steps, percentile=99)
    layers = error_parts(spiking, test_images[:100])
    for name, part in layers[1]._asdict().items():
        parts[name].append(part.abs().mean().item())

# %% alt="Mean size of the error of the second layer against the number of steps, both on logarithmic axes, for three causes. Clipping is far below the others and nearly level. Quantisation falls by half with each doubling. Arrival is below quantisation at two steps, near it from four on, and falls with it."
axis = panels(height=3.2)
for name, errors in parts.items():
    axis.loglog((2, 4, 8, 16, 32), errors, "o-", label=name)
axis.set_xticks([2, 4, 8, 16, 32], [2, 4, 8, 16, 32])
axis.minorticks_off()
decorate(
    axis,
    x="steps T",
    y="mean size of the error",
    title="More steps cure two of three",
)

# %% [markdown]
# Quantisation falls as $1/T$, and uneven arrival with it. (At two steps hardly any spikes come that could be uneven.) Clipping does not.

# %% tags=["check"]
whole = {name: np.array(errors) for name, errors in parts.items()}
assert (whole["clipping"] < 0.2 * whole["quantisation"]).all()
assert (whole["quantisation"][:-1] / whole["quantisation"][1:] > 1.6).all()
assert (np.diff(whole["arrival"][1:]) < 0).all()
assert (whole["arrival"][1:] > 0.5 * whole["quantisation"][1:]).all()
assert whole["clipping"][1:].max() < 1.7 * whole["clipping"][1:].min()
matched = error_parts(convert(for_spikes, some, 8), test_images[:100])
assert matched[0].arrival.abs().max() < 1e-5

# %% [markdown]
# ### The maximum of spikes is not that of rates
#
# Two neurons spike at the same rate, ½, in turn:

# %%
in_turn = torch.tensor([[1.0, 0], [0, 1], [1, 0], [0, 1]])
print("rates:              ", in_turn.mean(0).tolist())
print("rate of the maximum:", in_turn.amax(1).mean().item())

# %% [markdown]
# The maximum of the spikes is an OR: it spikes if either does, and says 1 instead of ½. So `convert` names the layer and stops. Exercise 3 writes a pooling that is right for rates.

# %%
with_max = nn.Sequential(nn.Conv2d(1, 8, 5), nn.ReLU(), nn.MaxPool2d(2))
try:
    convert(with_max, some, steps=4)
except ValueError as error:
    print(error)

# %% tags=["check"]
assert in_turn.mean(0).tolist() == [0.5, 0.5]
assert in_turn.amax(1).mean() == 1
