# %% [markdown]
# # 18 · Membranes as signals
#
# **Can errors flow through membranes, without any surrogate of the spike?**
#
# Needs: page 02 (the LIF neuron), page 05 (surrogate gradients), page 07 (a trained network). · 50 minutes to read, without *Deeper*; one minute to run. · Introduces `run_events`, `transfer_jacobian`, `membrane_network` and `MembraneLearner`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/18_membranes_as_signals.ipynb)

# %% tags=["setup"]
import math
import sys
from functools import partial

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import numpy as np
import torch
from torch import nn

from snn_core import encoding
from snn_core.losses import accuracy
from snn_core.membrane_signals import (
    MembraneLayer,
    MembraneLearner,
    activity,
    balance_thresholds,
    count_scores,
    exponential_penalty,
    inhibited,
    membrane_network,
    parameter_groups,
    peak_error,
    run_events,
    shrink_rows,
    transfer,
    transfer_jacobian,
    transfer_slopes,
)
from snn_core.memory import SavedBytes
from snn_core.teaching.diagrams import (
    gradients_measured,
    membrane_sums,
    neighbours,
    without_each,
)
from snn_core.teaching.diagrams.signals_measured import (
    accuracies,
    controls_measured,
    last_epochs,
    lowest_layer,
)
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import MembraneSum
from snn_core.teaching.inputs import flat_digits
from snn_core.teaching.palette import BLUE, GREY, VERMILION
from snn_core.teaching.plotting import decorate, panels, use_style
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.membranes import (
    deep_membranes,
    digits_as_spikes,
    silent_patient,
    vital_signs,
)
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below

# %% [markdown]
# One neuron for 100 milliseconds, and two sums beside it. Each input spike lifts the green one by the weight, 0.5. Each spike that the neuron sends lifts the orange one by the threshold, 1. Both leak as the membrane does, with $\tau$ = 20 ms.
#
# > **Look first:** how can you get the blue curve, the membrane, from the other two?


# %%
def layer_with(weight, kappa=0.0, **options):
    weight = torch.as_tensor(weight)
    neurons, inputs = weight.shape
    options |= {"kappa": kappa, "refractory": 0.0, "clip": False}
    layer = MembraneLayer(inputs, neurons, **options)
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.threshold.fill_(1.0)
    return layer


# %% alt="Two lanes over 100 ms. Top: input spikes, and below them the output spikes. Bottom: the sum of what came in and the sum of what went out, two jagged curves that rise together to about 6 and fall together; and the membrane, which stays between 0 and the threshold of 1."
one = layer_with([[0.5]])
events = MembraneSum().events(rate=0.4)
axes = membrane_sums(one, *events)
decorate(axes[0], title="Came in, went out, and the membrane")

# %% [markdown]
# Their difference, and *small*: what comes in goes out again, in portions of one threshold.
#
# Page 05 needed a surrogate because a spike is a jump. Lee, Delbruck and Pfeiffer (2016) look at the big curves, and treat the jumps as noise on them. Move the sliders (leave the last one for section 3):

# %%
MembraneSum().sliders()

# %% [markdown]
# **Try this**
#
# 1. Take the weight down to 0.02 and slowly up. When does the orange curve leave 0?
# 2. Raise the threshold to 4. Is the membrane still the small one?
# 3. Take the threshold to its lowest value, weight and input to their highest. What breaks?

# %% [markdown] tags=["solution"]
# <details><summary>Answers</summary>
#
# 1. At $w = 0.1$, where the green curve first passes the threshold. Up to then all that came in is still in the membrane.
# 2. No: it holds up to one threshold, and that is now about as much as all that comes in. Only two portions go out.
# 3. In a step of 1 ms at most one spike goes out, 0.5, while each input spike brings 0.9. Where these crowd, the membrane climbs to six thresholds. It is still the difference of the sums, but no longer small.
#
# </details>

# %% tags=["check"]
for moment in run_events(nn.Sequential(one), *events):
    assert abs(moment.membrane - (0.5 * moment.x - moment.a)) < 1e-12
    assert 0 <= moment.membrane <= 1
assert moment.a > 2.5
assert MembraneSum.controls["weight"].start == 0.5
assert MembraneSum.controls["rate"].start == 0.4

# %% [markdown]
# ## You will
#
# - take a membrane apart by hand into what came in and what went out;
# - read derivatives off a straight line, and measure how true they are;
# - follow an inhibiting spike to its neighbour and back;
# - train a network to read digits, and take its ingredients away.

# %% [markdown]
# ## 1 · The membrane is a sum
#
# Let the leak halve everything within 10 ms. A spike comes every 10 ms, through a weight of 0.8. The **activity** $x$ of the input grows by 1 with each of its spikes, the activity $a$ of the neuron by 1 with each of its own.
#
# | time | $x$ | came in: $0.8\,x$ | went out: $a$ | left: $V$ |
# |---|---|---|---|---|
# | 0 ms | 1 | 0.8 | 0 | 0.8 |
# | 10 ms | 1.5 | 1.2 | 1 (**spike**) | 0.2 |
# | 20 ms | 1.75 | 1.4 | 0.5 | 0.9 |
# | 30 ms | 1.875 | 1.5 | ? | ? |
#
# > **Before you run:** fill in the last row twice. As on page 02: halve $V$, add the weight, compare, subtract. And from the sums. Do both ways agree?

# %%
layer = layer_with(
    [[0.8]],
    tau_mem=10 / math.log(2),  # halves in 10 ms
)
when = torch.tensor([0.0, 10, 20, 30])
which = torch.zeros(4, dtype=torch.int64)  # always input 0
for moment in run_events(nn.Sequential(layer), when, which):
    print(
        f"{moment.time:2.0f} ms:",
        f"in {0.8 * moment.x.item():.2f},",
        f"out {moment.a.item():.2f},",
        f"left {moment.membrane.item():.2f}",
    )

# %% [markdown]
# They do: $0.45 + 0.8 - 1 = 0.25$, and $1.5 - 1.25 = 0.25$. To leak, to add and to subtract are *linear*: all that went into the membrane may as well leak by itself.

# %% [markdown]
# With many inputs, each with its activity $x_k$ and weight $w_k$, and any threshold:
#
# $$\begin{aligned} x_k(t) &= \sum_{\text{spikes } t_p} e^{-(t - t_p)/\tau}, \\ s &= \sum_k w_k\, x_k, \\ V &= s - V_\mathrm{th}\, a . \end{aligned}$$
#
# $s$ is the **drive**. $V$ is the membrane after a spike and its reset. This is exact for a whole layer, as long as its neurons are neither refractory nor clipped from below (*Deeper*: the paper's are both).

# %% tags=["check"]
source = seed_torch(0)
crowd = layer_with(torch.randn(8, 5, generator=source))
when = 50 * torch.rand(300, generator=source)
which = torch.randint(5, (300,), generator=source)
for moment in run_events(nn.Sequential(crowd), when, which):
    by_sums = crowd.weight.double() @ moment.x - moment.a
    assert (moment.membrane - by_sums).abs().max() < 1e-12
assert moment.a.sum() > 5
hand = layer_with([[0.8]], tau_mem=10 / math.log(2))
regular = (torch.tensor([0.0, 10, 20, 30]), torch.zeros(4, dtype=torch.int64))
rows = [(m.x, m.a, m.membrane) for m in run_events(nn.Sequential(hand), *regular)]
table = [(1, 0, 0.8), (1.5, 1, 0.2), (1.75, 0.5, 0.9), (1.875, 1.25, 0.25)]
assert np.allclose(np.array(rows).reshape(4, 3), table)

# %% [markdown]
# ## 2 · Forget the small rest
#
# Read the other way round, the sum says $a = (s - V)/V_\mathrm{th}$. If $V$ is small, then
#
# $$a \approx \frac{s}{V_\mathrm{th}} .$$
#
# This is the **transfer function** of a spiking neuron: a straight line. We try it with one neuron, 20 inputs, most of them excitatory, and 500 samples of 50 ms, with little or much input. From here on time goes in steps of 1 ms.

# %%
generator = seed_torch(0)
weight = 0.6 * torch.rand(1, 20, generator=generator) - 0.15
chance = torch.rand(500, 20, generator=generator)
chance *= torch.rand(500, 1, generator=generator)
spikes = encoding.rate(
    chance,
    steps=50,
    gain=0.3,
    generator=generator,
)

layer = layer_with(weight)
a = layer(spikes).activity.detach().flatten()
x = activity(spikes, layer.decay)
s = (x @ weight.T).flatten()

# %% [markdown]
# > **Before you run:** a dot is the drive $s$ and the activity $a$ of a sample. Where will 500 dots lie: on the line, above it, or below it?

# %% alt="Activity against drive for 500 samples. The dots lie in a band below the straight line, about one threshold wide. At the left end, for drives below 1, dots lie at an activity of 0."
axis = panels()
axis.plot(s, a, ".", color=BLUE)
axis.axline((0, 0), slope=1, color=GREY)
decorate(
    axis,
    x="drive s",
    y="activity a",
    title="500 samples and the line",
)

# %% [markdown]
# Nearly all below: what is missing still waits in the membrane, up to about one threshold, whatever the drive. (Above it, negative weights have left the membrane below 0.)

# %% [markdown]
# ### And the jumps?
#
# Now all 20 weights grow by a factor from 0.8 to 1.2. By the line the activity grows in proportion.
#
# > **Before you run:** what does the curve of a *single* sample look like? And the mean of all 500?

# %%
factors = torch.linspace(0.8, 1.2, 81)
courses = []
for factor in factors:
    layer = layer_with(factor * weight)
    found = layer(spikes).activity
    courses.append(found.detach().flatten())
courses = torch.stack(courses)  # [81 factors, 500 samples]

# %% alt="Left: the activity of one sample against the factor on the weights. It jumps up to a rising grey line, falls away from it in small steps, and jumps up again. Right: the mean of 500 samples, a nearly smooth rising curve parallel to the grey line, half a threshold below it."
axes = panels(2)
sample = s.argsort()[400]
axes[0].plot(factors, courses[:, sample], ".")
axes[0].plot(factors, factors * s[sample], color=GREY)
axes[1].plot(factors, courses.mean(1))
axes[1].plot(factors, factors * s.mean(), color=GREY)
decorate(
    axes[0],
    x="factor on all weights",
    y="activity",
    title="One sample",
)
decorate(
    axes[1],
    x="factor on all weights",
    title="The mean of 500 samples",
)

# %% [markdown]
# One sample jumps, as on page 05. Between two jumps up it even *falls*: the same spikes come earlier and decay longer. But the jumps lead *along a line*, and cancel in the mean. The rest is about half a threshold at every factor: it shifts the curve and leaves its slope, within 5 % for these weights.
#
# So we take the slope of the line.

# %% [markdown]
# From $a = s/V_\mathrm{th}$, for a neuron that fires:
#
# $$\frac{\partial a}{\partial s} = \frac{1}{V_\mathrm{th}}, \quad \frac{\partial a}{\partial w_k} = \frac{x_k}{V_\mathrm{th}}, \quad \frac{\partial a}{\partial V_\mathrm{th}} = -\frac{a}{V_\mathrm{th}} .$$
#
# For a silent neuron all are 0, as in a ReLU. With $x = (2, 1)$, a threshold of 0.5 and $a = 3$ the slopes are $2/0.5$ and $1/0.5$ by the weights, $-3/0.5$ by the threshold:

# %%
slopes = transfer_slopes(
    x=torch.tensor([2.0, 1.0]),
    a=torch.tensor([3.0]),
    threshold=torch.tensor([0.5]),
)
print(slopes.weight, slopes.threshold)

# %% tags=["check"]
assert (s - a).min() > -0.5
assert (s - a)[s > 1].max() < 1.3
assert ((a == 0) & (s < 1)).sum() > 20
assert (a == 0)[s > 1.3].sum() == 0
up = courses[1:, sample] > courses[:-1, sample]
down = courses[1:, sample] < courses[:-1, sample]
assert down.sum() > up.sum() > 5
steepness = (courses[-1] - courses[0]).mean() / 0.4
assert abs(steepness / s.mean() - 1) < 0.05
assert (weight > 0).float().mean() == 0.75
waiting = s.mean() * factors - courses.mean(1)
assert ((0.35 < waiting) & (waiting < 0.65)).all()
assert slopes.weight.tolist() == [[4, 2]]
assert slopes.threshold.tolist() == [-6]

# %% [markdown]
# ## 3 · What do neighbours change?
#
# In the paper neurons of a layer inhibit each other, a soft *winner-take-all*: a spike takes a share of the threshold from all others. Two neurons hear the same input, through weights of 0.6 and 0.5. On the right each spike takes 0.5 from the other neuron.
#
# > **Look first:** who loses more?

# %% alt="Four panels, membranes of two neurons over 100 ms with their spikes above. Left, alone: neuron 1 spikes 13 times, neuron 2 11 times. Right, inhibited: each spike pushes the other membrane down by 0.5; neuron 1 spikes 11 times, neuron 2 only 6 times."
alone = layer_with([[0.6], [0.5]])
rivals = layer_with([[0.6], [0.5]], kappa=-1.0, efficacy=0.5)
events = MembraneSum().events(rate=0.25)
axes = neighbours({"Alone": alone, "Inhibited": rivals}, *events)

# %% [markdown]
# The weaker one: it has to make up for each spike of neuron 1. A small lead becomes a large one.

# %% [markdown]
# ### Two neurons, by hand
#
# Forget the rest again, with thresholds of 1. Each spike of one takes $\frac12$ from the other:
#
# $$a_1 = s_1 - \tfrac12 a_2, \qquad a_2 = s_2 - \tfrac12 a_1 .$$
#
# Put the second into the first: $a_1 = s_1 - \frac12 s_2 + \frac14 a_1$, so $a_1 = \frac43 s_1 - \frac23 s_2$.
#
# > **Before you run:** one more of $s_1$ makes $\frac43$ more of $a_1$, *more* than without inhibition. How can that be?

# %%
identity = torch.eye(2)  # each neuron has an input of its own
print(transfer_jacobian(identity, torch.ones(2), -0.5))
print(torch.linalg.inv(identity + 0.5 * (1 - identity)))

# %% [markdown]
# Neuron 1 spikes more, so neuron 2 spikes less, so neuron 1 is inhibited less. An error that goes back through the layer has to count these echoes; the inverse of a matrix does, over the neurons that fire.
#
# Let $c$ be the inhibition, here $-\frac12$ (in the code `kappa` times its `efficacy`). With thresholds the sum of section 1 gets one more term:
#
# $$\begin{aligned} V_i = {} & s_i - V_{\mathrm{th},i}\, a_i \\ & + c\, V_{\mathrm{th},i} \sum_{j \ne i} a_j . \end{aligned}$$

# %% tags=["check"]
thirds = torch.tensor([[4.0, -2.0], [-2.0, 4.0]]) / 3
assert torch.allclose(transfer_jacobian(identity, torch.ones(2), -0.5), thirds)
assert torch.allclose(torch.linalg.inv(identity + 0.5 * (1 - identity)), thirds)
assert axes[0].get_title("left").endswith("13 and 11 spikes")
assert axes[1].get_title("left").endswith("11 and 6 spikes")
for inhibiting in (alone, rivals):
    for moment in run_events(nn.Sequential(inhibiting), *events):
        others = inhibiting.inhibition * moment.a.flip(0)
        linear = inhibiting.weight.double() @ moment.x - moment.a + others
        assert (moment.membrane - linear).abs().max() < 1e-6
assert rivals.inhibition == -0.5

# %% [markdown]
# ## 4 · Errors come back
#
# Now a network: 784 pixels, 300 hidden neurons, 10 outputs. An image is shown for 25 ms. Here $c = -0.2$, and `alpha` sets the first thresholds (section 6). As in the paper, $-V_\mathrm{th}$ is a *floor*: no membrane falls below it. The sum of section 1 then holds only roughly (*Deeper*).

# %%
images, labels, test_images, test_labels = flat_digits()
generator = seed_torch(0)
encode = partial(encoding.rate, steps=25, gain=0.4, generator=generator)
network = membrane_network([784, 300, 10], alpha=4.0, generator=generator)

digit = encode(images[:1])  # a 5
before = network(digit).counts.detach()
print("spikes:", before)
print("errors:", peak_error(before, labels[:1]))

# %% [markdown]
# The error $e_i$ of an output neuron compares its spike count $n_i$ with the largest one, less 1 for the right answer ($y_i = 1$):
#
# $$e_i = \frac{n_i}{\max_j n_j} - y_i .$$
#
# Neurons 1, 3 and 8 say the most and should say nothing: $+1$. Neuron 5 is silent and should say the most: $-1$.

# %% [markdown]
# More spikes, more activity: we put $e_i$ in the place of the gradient by $a_i$. From here it is the chain rule along straight lines. Without inhibition:
#
# $$\begin{aligned} \delta_i &= \frac{e_i}{V_{\mathrm{th},i}} \ \text{if } i \text{ fires, else } 0, \\ \frac{\partial}{\partial w_{ik}} &= \delta_i\, x_k, \\ e_k &= \sum_i w_{ik}\, \delta_i . \end{aligned}$$
#
# $e_k$ is the error of a neuron in the layer below. With inhibition $e$ is first shared among those that fire, by the inverse of section 3. Our exception: an output that should speak passes its error on although it is silent.
#
# > **Before you run:** what must be remembered of the 25 ms until the error comes back?

# %%
for gradient in ("membranes", "surrogate"):
    either = membrane_network([784, 300, 10], gradient=gradient)
    with SavedBytes() as saved:
        either(encode(images[:50]))
    print(f"{gradient}: {saved.bytes / 1e6:.1f} MB")

# %% [markdown]
# The weights (1 MB), and the activities $x$ and $a$ at the end, however many steps there are. BPTT keeps every step.

# %% [markdown]
# ### And it learns
#
# (`penalty`, `balance`: section 6.)

# %% tags=["check"]
assert labels[0] == 5
assert before.tolist() == [[2, 5, 0, 5, 0, 0, 0, 0, 5, 0]]
assert peak_error(before, labels[:1])[0, [1, 3, 8]].tolist() == [1, 1, 1]
assert peak_error(before, labels[:1])[0, 5] == -1
lean = membrane_network([784, 300, 10])
with SavedBytes() as little:
    lean(encode(images[:50]))
assert round(little.bytes / 1e6, 1) == 1.2
with SavedBytes() as longer:
    lean(encoding.rate(images[:50], steps=50, gain=0.4))
assert longer.bytes == little.bytes
assert saved.bytes > 5 * little.bytes
assert round(4 * sum(layer.weight.numel() for layer in lean) / 1e6) == 1
assert all(layer.inhibition == -0.2 for layer in network)

# %%
network = membrane_network([784, 300, 10], alpha=4.0, generator=generator)
optimizer = torch.optim.Adam(parameter_groups(network, lr=0.005))
learner = MembraneLearner(
    network,
    optimizer,
    penalty=0.02,
    balance=1e-5,
)
falling = torch.optim.lr_scheduler.LinearLR(
    optimizer,
    start_factor=1.0,
    end_factor=0.0,
    total_iters=1000,
)

# %% [markdown]
# Each batch is moved by up to one pixel:


# %%
def train_epoch():
    order = torch.randperm(5000, generator=generator)
    for chosen in order.split(50):
        square = images[chosen].view(-1, 28, 28)
        by = torch.randint(-1, 2, (2,), generator=generator)
        moved = square.roll(by.tolist(), dims=(1, 2))
        spikes = encode(moved.flatten(1))
        learner.learn(spikes, labels[chosen])
        falling.step()


# %% [markdown]
# The answer is the output with the most spikes; of equals, the one with the higher membrane.


# %%
def share_read():
    with torch.no_grad():
        outputs = network(encode(test_images))
    scores = count_scores(outputs, network[-1].threshold)
    return accuracy(scores, test_labels)


# %% [markdown]
# Ten epochs (settings chosen on held-out training digits), the first five:

# %%
shares = []
for epoch in (1, 2, 3, 4, 5):
    train_epoch()
    shares.append(share_read())
    print(f"epoch {epoch}: {shares[-1]:.1%}")

# %% [markdown]
# > **Before you run:** accuracy goes up and down. What becomes of that while the learning rate falls to 0?

# %%
for epoch in (6, 7, 8, 9, 10):
    train_epoch()
    shares.append(share_read())
    print(f"epoch {epoch}: {shares[-1]:.1%}")

# %% [markdown]
# In this run it fades, as steps become small. Other seeds end at 93 to 94 %; with the hidden layer left as it started, at 78 to 80 %; by BPTT with surrogates, at 95 %.

# %% tags=["check"]
assert shares[-1] >= 0.92
ups = np.diff(shares)
assert ups[:4].min() < ups[4:].min() < 0 < ups[7:].min() + 0.005
controls = recorded("signals_controls").results
assert {round(each, 2) for each in controls["all"]} == {0.93, 0.94}
assert len(test_labels) == 1000
assert {round(each, 2) for each in controls["frozen"]} == {0.78, 0.8}
assert {round(each, 2) for each in controls["surrogate"]} == {0.95}

# %% [markdown]
# ## 5 · Is it the better gradient?
#
# We measure it, in one layer of 12 neurons that inhibit each other as in section 4:
#
# - *right*: move a weight up and down, and see how a sum of activities, with random weights, changes, in the mean of 2,000 random inputs of 50 ms;
# - *membranes*: the gradient of the lines;
# - *surrogate 3*: that of BPTT, with a surrogate of steepness 3.
#
# Thresholds are set for 1, 3 or 10 spikes of a neuron. A dot is a random network, a line the median of six.
#
# > **Before you look:** a cosine of 1 is the right direction. Where will the straight line be a bad guide?

# %%
gradients = recorded("signals_gradients")
print(gradients)
cosines = partial(lowest_layer, gradients, quantity="cosine", depth=1, kappa=-0.4)

# %% alt="Cosine with the right gradient against the spikes of a neuron within 50 ms: 1, 3 and 10. The surrogate stays near 1; membranes are near 1 at one and three spikes and fall to 0.83 at ten, with networks from 0.7 to 0.94. Dots are single networks, lines their medians."
axis = panels()
for way, color in {"surrogate 3": VERMILION, "membranes": BLUE}.items():
    found = cosines(way)
    axis.plot([1, 3, 10], found, ".", color=color)
    axis.plot([1, 3, 10], np.median(found, 1), color=color, label=way)
decorate(
    axis,
    x="spikes of a neuron in 50 ms",
    y="cosine",
    title="Direction of two gradients",
    ylim=(0.5, 1.03),
)

# %% [markdown]
# Where neurons spike often: at ten spikes the cosine is 0.83, an angle of 34 degrees, and the gradient is 2.5 times too long. (At one spike the rest is large, but its mean does not change with the weights.)
#
# Why not at ten? Section 2 was a kind case: three quarters of its weights are positive.
#
# > **Before you run:** as section 2, with half of the weights negative, and the floor at $-V_\mathrm{th}$. Where will the dots lie?

# %% alt="Activity against drive for 500 dots, with drives from minus 11 to 9. To the right of 0 they lie on both sides of the straight line. To the left of 0, where the line is negative, most lie at an activity of 0, and two of five above it, up to 2.5."
weight = 1.4 * torch.rand(10, 20, generator=generator) - 0.7
layer = layer_with(weight)
layer.clip = True
a = layer(spikes[:, :50]).activity.detach()
s = x[:50] @ weight.T
axis = panels()
axis.plot(s.flatten(), a.flatten(), ".", color=BLUE)
axis.axline((0, 0), slope=1, color=GREY)
decorate(
    axis,
    x="drive s",
    y="activity a",
    title="500 samples, half of the weights negative",
)

# %% [markdown]
# On both sides, and two of five with a negative drive have fired. Negative weights push membranes below 0, and what the floor throws away is still in the sums. The lower the thresholds, the more spikes, and the more this weighs. (The floor explains half of what the cosine lacks: *Deeper*.)

# %% [markdown]
# So it is the better gradient through one layer and at one spike only. Through four layers its median cosine is 0.87 at one spike and 0.73 at ten; surrogate 3 has 0.90 and 0.91 (lengths: *Deeper*). In section 4 neurons spike about as often as at ten, and learn all the same.

# %% tags=["check"]
negative = s < 0
assert abs((a > 0)[negative].float().mean() - 0.4) < 0.05
assert 0.4 < (weight > 0).float().mean() < 0.6
assert ((a > s) & (a > 0)).sum() > 100
assert ((a < s) & (a > 0)).sum() > 50
spread = []
for threshold in (1.0, 0.25):  # the lower, the farther from the line
    layer.threshold.data.fill_(threshold)
    fired = layer(spikes[:, :50]).activity
    off = (s - threshold * fired)[fired > 0]
    spread.append(off.std() / s[fired > 0].std())
assert spread[1] > 1.3 * spread[0]
assert gradients.settings["width"] == 12
assert gradients.settings["samples"] == 2000
assert gradients.settings["weights"] == 60
assert gradients.settings["scales"] == [1, 3, 10]
assert gradients.settings["spikes"] == [1, 3, 10]
assert gradients.settings["change"] == 0.1
assert len(gradients.settings["seeds"]) == 6
assert gradients.settings["control"] == {"depth": 1, "spikes": 10.0}
surrogates = [f"surrogate {scale}" for scale in (1, 3, 10)]
measured = {
    (way, quantity): lowest_layer(gradients, way, quantity, 1, kappa=-0.4)
    for way in ("differences", "membranes", *surrogates)
    for quantity in ("cosine", "size")
}
middle = {key: np.median(values, 1) for key, values in measured.items()}
assert middle["differences", "cosine"].min() > 0.99
assert middle["membranes", "cosine"][0] > 0.99
assert abs(middle["membranes", "size"][0] - 1) < 0.1
assert all(middle[way, "cosine"][2] > 0.96 for way in surrogates)
assert abs(middle["membranes", "cosine"][2] - 0.83) < 0.01
assert abs(middle["membranes", "size"][2] - 2.5) < 0.05
assert middle["membranes", "cosine"][0] > middle["surrogate 3", "cosine"][0]
assert middle["membranes", "cosine"][1] < middle["surrogate 3", "cosine"][1]
for way, cosines in (("membranes", [0.87, 0.73]), ("surrogate 3", [0.90, 0.91])):
    deep_ones = np.median(lowest_layer(gradients, way, "cosine", 4, kappa=-0.4), 1)
    assert deep_ones[[0, 2]].round(2).tolist() == cosines
assert round(math.degrees(math.acos(middle["membranes", "cosine"][2]))) == 34
assert abs(controls_measured(gradients, 0.0)["no clip"][0] - 0.95) < 0.01
assert abs(controls_measured(gradients, -0.4)["no clip"][0] - 0.91) < 0.01
hidden = network[0](encode(test_images)).counts
often = [
    run["active"][0]
    for run in gradients.results["runs"]
    if (run["wanted"], run["depth"], run["kappa"]) == (10, 1, -0.4)
]
in_25_ms = 10 / np.mean(often) / 2  # of a neuron that fires
assert abs(in_25_ms / hidden[hidden > 0].mean() - 1) < 0.15

# %% [markdown]
# ## 6 · What is each ingredient for?
#
# On its way back an error is divided by the threshold, once a layer, and only neurons that fire pass it on. The thresholds start at $V_\mathrm{th} = \alpha\sqrt{3/M}$ for $M$ inputs, here below 1: the larger $\alpha$, the fewer neurons fire.
#
# > **Before you run:** what becomes of an error below six hidden layers?

# %% alt="Error against the layer, from the output down to the first hidden layer, on logarithmic axes, for alpha of 1, 2 and 3. Left, as it is: from below 1 it grows to ten thousand, grows to 30, or falls to a hundredth. Right, normalised: all three stay between a fourth and 3."
some = digits_as_spikes()  # 100 digits and their labels
spread = panels(2)
for axis, normalise in zip(spread, (False, True), strict=True):
    for alpha in (1.0, 2.0, 3.0):
        deep = deep_membranes(6, alpha=alpha, normalise=normalise)
        error = vital_signs(deep, *some)["error"]
        axis.semilogy(range(1, 8), error, "o-", label=f"α = {alpha:g}")
    axis.set(xlim=(7.3, 0.7), ylim=(0.003, 30_000))
    axis.set_xlabel("layer (7 is the output)")
decorate(spread[0], y="error", title="As it is")
decorate(spread[1], title="Normalised")

# %% [markdown]
# It depends on $\alpha$: more than 10,000 times as large, or 27 times smaller. **Error normalisation** takes out both causes: the gain $1/V_\mathrm{th}$, and how many neurons send an error down.

# %% [markdown]
# The other ingredients (formulas in *Deeper*):
#
# | ingredient | works against |
# |---|---|
# | scaling of updates | steps that depend on the size of a layer |
# | penalty on squared weights | a few neurons with huge weights |
# | balance of thresholds | neurons that never fire, or always |
# | inhibition (section 3) | many neurons that fire at once |
#
# > **Before you look:** without normalisation, do four hidden layers lose more than two?

# %% alt="Accuracy of three runs for each of seven networks: with everything, and without normalisation, scaling, both, inhibition, penalty and balance; with two and with four hidden layers."
ingredients = recorded("signals_ingredients")
print(ingredients)
axis = without_each(ingredients)
decorate(axis, title="Three runs without each")

# %% [markdown]
# Yes: 20 points against 4; so do they without scaling or inhibition. Every run with everything is above every run without one of the three, at two layers by little. But even with everything four read at most 77 %, and two 86 or 87. No gain of penalty and balance is seen. (*Both*: normalisation and scaling.)

# %% tags=["check"]
growth = [[line.get_ydata()[0] / line.get_ydata()[-1] for line in axis.lines] for axis in spread]
assert growth[0][0] > 10_000
assert abs(growth[0][1] / 60 - 1) < 0.1
assert round(1 / growth[0][2]) == 27
assert 2 < min(growth[1]) < max(growth[1]) < 7
assert deep[1].threshold.max() < 1  # alpha = 3
assert ingredients.settings["hidden"] == [2, 4]
assert ingredients.settings["layer"]["alpha"] == 3
for hidden_layers, least in ((2, 0), (4, 0.1)):
    left_out = accuracies(ingredients, hidden_layers)
    for name in ("normal-\nisation", "scaling", "both", "inhibition"):
        assert min(left_out["nothing"]) > max(left_out[name]) + least
left_out = accuracies(ingredients, 2)
deeper = accuracies(ingredients, 4)
for name in ("normal-\nisation", "scaling", "inhibition"):
    lost = [np.mean(found["nothing"]) - np.mean(found[name]) for found in (left_out, deeper)]
    assert lost[1] > 3 * lost[0]
    if name.startswith("normal"):
        assert [round(100 * each) for each in lost] == [4, 20]
assert round(100 * max(deeper["nothing"])) == 77
assert {round(100 * each) for each in left_out["nothing"]} == {86, 87}
for name in ("penalty", "balance"):
    assert np.mean(left_out[name]) >= np.mean(left_out["nothing"])
    assert max(deeper[name]) > max(deeper["nothing"]) - 0.01
assert ingredients.settings["epochs"] == 4

# %% [markdown]
# ## Recap
#
# You
#
# - took a membrane apart by hand into what came in and what went out;
# - read $1/V_\mathrm{th}$ off a straight line, and measured where it misleads;
# - followed an inhibiting spike to its neighbour and back, by the inverse of a matrix;
# - trained a network to read more than 92 % of unseen digits, and took its ingredients away.
#
# So errors do flow through membranes: well through one layer, where neurons spike seldom.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $x_k$, $a_i$ | activity of an input, of a neuron | `activity`, `Moment.x`, `Moment.a` |
# | $s$, $V$ | drive; membrane after its spike | `Moment.membrane` |
# | $V_\mathrm{th}$, $\alpha$ | threshold, and where it starts | `MembraneLayer(alpha)` |
# | $c = \sigma\kappa$ | inhibition, and its efficacy $\sigma$ | `MembraneLayer(kappa, efficacy)` |
# | $s/V_\mathrm{th}$ | transfer function and its derivatives | `transfer`, `transfer_jacobian`, `transfer_slopes` |

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1 · By hand
#
# A neuron has a threshold of 0.5 and weights of 0.5 and 1. After an event $x = (4, 1)$, and its membrane is 0.2. How large is its activity $a$, exactly?

# %% tags=["exercise"]
by_hand = None

check("18.1", by_hand)

# %% [markdown]
# ### 2 · The way back
#
# Write the backward pass of a layer without inhibition. `error`, the gradient by the activities, and `a` are `[B, N]`, `x` is `[B, M]`, `weight` `[N, M]`, `threshold` `[N]`. Silent neurons ($a = 0$) pass nothing on. Return the gradients by `x`, `weight` and `threshold`, the last two summed over the batch.


# %% tags=["exercise"]
def way_back(error, x, a, weight, threshold):
    return None  # your code here


check("18.2", way_back)

# %% [markdown]
# ### 3 · A patient
#
# A network with three hidden layers of 100 neurons learns nothing. Its vital signs, first layer first: size of the *error* that arrives, share of neurons *firing* for a digit and *silent* for all, sum of a neuron's squared *weights*. Beside it, a healthy one:

# %%
for name, which in ("healthy", deep_membranes(3)), ("patient", silent_patient()):
    print(name)
    for sign, found in vital_signs(which, *some).items():
        print(f"{sign:8}", np.round(found, 2))

# %% [markdown]
# One layer was set up by a wrong formula. Set it up as section 6 does, with $\alpha = 1$. (`network[0].weight` and `network[0].threshold` are those of the first.)


# %% tags=["exercise"]
def repair(network):
    return None  # your code here; return the network


check("18.3", repair)

# %% [markdown]
# ### 4 · Open
#
# Write another error of the counts, hand it to the learner (`loss=loss`), and train as in section 4, with a new network, learner and schedule. Is it better, over several seeds?
#
# ```python
# from snn_core.membrane_signals import signal_loss
#
# def error_of(counts, labels):  # [B, 10] and [B]
#     return ...  # [B, 10]
#
# loss = partial(signal_loss, error_of=error_of)
# ```

# %% [markdown] tags=["solution"]
# <details><summary>Solution 1</summary>
#
# The drive is $0.5 \cdot 4 + 1 \cdot 1 = 3$, and $0.2 = 3 - 0.5\,a$. (The line says 6.)
#
# ```python
# by_hand = (0.5 * 4 + 1 * 1 - 0.2) / 0.5
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# ```python
# def way_back(error, x, a, weight, threshold):
#     passed = error * (a > 0) / threshold  # by the drive s
#     by_threshold = -(passed * a).sum(0)
#     return passed @ weight, passed.T @ x, by_threshold
# ```
#
# The error meets the slope $1/V_\mathrm{th}$ once. From there it is a linear layer.
#
# </details>
#
# <details><summary>Solution 3</summary>
#
# Layer 2 is silent although layer 1 fires, and its weights are as they should be, with squares that sum up to 1. So it is the thresholds: $\alpha\sqrt{3 \cdot 100}$ in place of $\alpha\sqrt{3/100}$. No layer above gets a spike, and no error comes through the silent layers.
#
# ```python
# def repair(network):
#     with torch.no_grad():
#         network[1].threshold.fill_((3 / 100) ** 0.5)
#     return network
# ```
#
# The balance of thresholds would not have repaired it: it keeps the sum of a layer's thresholds.
#
# </details>

# %% [markdown]
# ## References
#
# - J. H. Lee, T. Delbruck, M. Pfeiffer, *Training deep spiking neural networks using backpropagation*, Frontiers in Neuroscience 10:508, 2016.
# - J. Sherman, W. J. Morrison, *Adjustment of an inverse matrix corresponding to a change in one element of a given matrix*, Annals of Mathematical Statistics 21(1), 1950.
#
# **Next:** [19 · Gradients of spike times](19_spike_time_gradients.ipynb) moves the spikes themselves. Back to [17 · Event cameras](17_event_cameras.ipynb).

# %% [markdown]
# ## Deeper
#
# Optional: what the sections above only claim.

# %% [markdown]
# ### Events against steps of 1 ms
#
# `run_events` knows when each spike comes; a network in steps gathers the spikes of a step. How much does that change? Sixteen small networks hear the same events both ways. What is compared are the spike counts of four outputs.


# %%
def few_neurons(seed, dt=1.0):
    source = torch.Generator().manual_seed(seed)
    options = {"alpha": 1.0, "refractory": 0.0, "dt": dt, "generator": source}
    return membrane_network([6, 8, 4], **options)


def both_ways(seed, dt):
    source = torch.Generator().manual_seed(100 + seed)
    when = 64 * torch.rand(150, generator=source)
    which = torch.randint(6, (150,), generator=source)
    moments = run_events(few_neurons(seed), when, which)
    exact = sum(moment.spikes for moment in moments if moment.layer == 1)
    binned = torch.zeros(round(64 / dt), 1, 6)
    place = ((when / dt).long(), torch.zeros(150, dtype=torch.int64), which)
    binned.index_put_(place, torch.ones(150), accumulate=True)
    return exact, few_neurons(seed, dt)(binned).counts[0]


for dt in (4, 1, 0.25, 0.0625):
    pairs = [both_ways(seed, dt) for seed in range(16)]
    wrong = sum((exact - stepped).abs().sum() for exact, stepped in pairs)
    total = sum(exact.sum() for exact, _ in pairs)
    print(f"{dt:6} ms: counts differ by {wrong.item():3.0f} of {total.item():.0f} spikes")

# %% tags=["check"]
errors = []
for dt in (4, 1, 0.25, 0.0625):
    pairs = [both_ways(seed, dt) for seed in range(16)]
    errors.append(sum((exact - stepped).abs().sum() for exact, stepped in pairs).item())
assert errors == sorted(errors, reverse=True)
assert abs(errors[1] / total.item() - 1 / 6) < 0.03

# %% [markdown]
# In steps of 1 ms the counts differ by about a sixth: more than two events of a millisecond are gathered here, whatever their order, and a neuron sends one spike a step at most. The difference shrinks with the step. The networks of this page learn and are tested in steps of 1 ms.

# %% [markdown]
# ### Refractory and clipped neurons
#
# For $T_\mathrm{ref}$ = 1 ms after a spike of its own, a neuron of the paper counts its inputs only with $(\Delta t/T_\mathrm{ref})^2$. And its membrane never falls below $-V_\mathrm{th}$. Both throw something away, so the sum is no longer exact. By how much?

# %%
options = {
    "as in section 1": {"refractory": 0.0, "clip": False},
    "refractory": {"refractory": 1.0, "clip": False},
    "clipped": {"refractory": 0.0, "clip": True},
}
weights = 0.3 * torch.randn(8, 5, generator=seed_torch(0))
when = 50 * torch.rand(300, generator=seed_torch(1))
which = torch.randint(5, (300,), generator=seed_torch(2))
medians = {}
for name, option in options.items():
    layer = MembraneLayer(5, 8, kappa=0.0, **option)
    with torch.no_grad():
        layer.weight.copy_(weights)
        layer.threshold.fill_(1.0)
    gaps = []
    for moment in run_events(nn.Sequential(layer), when, which):
        by_sums = layer.weight.double() @ moment.x - moment.a
        gap = (moment.membrane - by_sums).abs()
        gaps.append(gap[moment.a > 1])
    medians[name] = torch.cat(gaps).median().item()
    print(f"{name:16} {medians[name]:.2f} thresholds")

# %% tags=["check"]
assert medians["as in section 1"] < 1e-12
assert medians["clipped"] > medians["refractory"] > 0.05

# %% [markdown]
# By about as much as the rest itself, in the median of neurons that fire. What was thrown away is missing in $V$, but not in the sums. The slopes of section 2 are used all the same.

# %% [markdown]
# ### The inverse in closed form
#
# Let $K$ be the matrix with $\kappa$ everywhere but on the diagonal, where it is 0. The activities solve $a = s/V_\mathrm{th} + \sigma K a$, so $\partial a/\partial x = (I - \sigma K)^{-1}\, \mathrm{diag}(1/V_\mathrm{th})\, W$. With $c = \sigma\kappa$ and $\mathbf 1$ for a column of $N$ ones, $I - \sigma K = (1 + c)\, I - c\, \mathbf 1 \mathbf 1^\top$, a multiple of the identity plus a matrix of rank one. Sherman and Morrison (1950) invert that:
#
# $$\begin{aligned} & (I - \sigma K)^{-1} \\ & \; = \frac{1}{1 + c}\left(I + \frac{c}{1 + c - cN}\, \mathbf 1 \mathbf 1^\top\right) . \end{aligned}$$
#
# So every neuron gets a share of the sum of all: $N$ additions instead of an inverse. The slope by a single $\kappa_{ij}$, with the others held, is $\sigma a_j$: what the neighbour has sent. Here both are compared with finite differences:

# %%
size, c, bump = 5, -0.2, 1e-6
K = -0.4 * (1 - torch.eye(size, dtype=torch.float64))
force = torch.rand(size, dtype=torch.float64) + 1
solve = partial(torch.linalg.solve, B=force)
unit = torch.eye(size, dtype=torch.float64)
a = solve(unit - 0.5 * K)
moved = K.clone()
moved[0, 1] += bump
measured = (solve(unit - 0.5 * moved) - a) / bump
direct = torch.zeros(size, dtype=torch.float64)
direct[0] = 0.5 * a[1]
print(measured)
print(inhibited(direct, c))

# %% tags=["check"]
assert torch.allclose(measured, inhibited(direct, c), atol=1e-5)
assert torch.allclose(a, transfer(force, torch.ones(size, dtype=torch.float64), c))
ones = torch.ones(size, size, dtype=torch.float64)
formula = (unit + c / (1 + c - c * size) * ones) / (1 + c)
assert torch.allclose(formula, torch.linalg.inv(unit - 0.5 * K))

# %% [markdown]
# ### Where weights and thresholds start
#
# Weights are uniform in $\pm\sqrt{3/M}$. Their variance is a third of the square of that, $1/M$, so a neuron's squared weights sum up to 1, where the penalty begins to be felt. A drive from $M$ inputs then has a standard deviation of about the root mean square of their activities, whatever $M$ is. And a single spike weighs at most $\sqrt{3/M}$, so that $V_\mathrm{th} = \alpha\sqrt{3/M}$ asks for $\alpha$ of the strongest inputs at once. Both are in proportion, so $\alpha$ can stay when $M$ changes.

# %%
for inputs in (100, 400, 1600):
    layer = MembraneLayer(inputs, 200, alpha=4.0, generator=seed_torch(0))
    squares = layer.weight.square().sum(1).mean()
    drive = (layer.weight @ torch.rand(inputs)).std()
    threshold = layer.threshold[0]
    print(f"{inputs:4} inputs: squares {squares:.2f}, drive {drive:.2f}, V_th {threshold:.2f}")

# %% [markdown]
# ### Normalisation, scaling, penalty and balance
#
# A layer has $N$ neurons and $M$ inputs, of which $m_\mathrm{in}$ are active; $m_\mathrm{out}$ neurons fire.
#
# Error normalisation (`MembraneLayer(normalise)`) replaces the gain $g_i = 1/V_{\mathrm{th},i}$ by $g_i/\bar g$, with the root mean square $\bar g$ of those that fire. And it multiplies the error on its way down by $\sqrt{M/m_\mathrm{out}}$: a neuron below gets $m_\mathrm{out}$ errors, one from each that fires, through weights with a mean square of $1/M$.
#
# | ingredient | formula | in the core |
# |---|---|---|
# | scaling | updates of weights $\times \sqrt{N/m_\mathrm{in}}$, of thresholds $\times \sqrt{N/(m_\mathrm{in}M)}$ | `MembraneLayer(scale)` |
# | penalty | $\frac{\lambda}{2} \sum_i e^{\beta(\sum_j w_{ij}^2 - 1)}$, $\beta = 10$ | $\lambda$ is `penalty` |
# | balance | $V_\mathrm{th}$ of those that fire up by $\rho N$; all down by $\rho\, m_\mathrm{out}$ | $\rho$ is `balance` |
#
# The penalty is nearly nothing below a length of 1 and steep above: a plain gradient step down it would overshoot. `shrink_rows` takes its slope at the *end* of the step instead, so a row can never be thrown to the other side. The balance moves thresholds up and down so that their sum stays.

# %% alt="Left: the exponential penalty against the length of a neuron's weights, near 0 up to 0.8 and steep above 1; a second curve shows the length after a step of shrinking, which follows the diagonal up to 1 and bends to the right above. Right: thresholds of five neurons over 200 updates: the one that always fires rises, those that never fire fall, the one that fires half the time stays in between."
lengths = torch.linspace(0, 1.6, 81)
shrunk = lengths[:, None].clone()
shrink_rows(shrunk, 1e-4)  # learning rate times penalty, as in section 4
left, right = panels(2)
left.plot(lengths, [exponential_penalty(r.view(1, 1)) for r in lengths], label="penalty")
left.plot(lengths, shrunk, color=VERMILION, label="length after a step")
decorate(left, x="length of the weights", title="Steep above 1", ylim=(0, 3))

chance = torch.tensor([0.0, 0.1, 0.3, 0.5, 1.0])
threshold = torch.ones(5)
history = []
for _ in range(200):
    fires = (torch.rand(10, 5, generator=generator) < chance).float()
    balance_thresholds(threshold, fires, 4e-4, floor=0.1)
    history.append(threshold.clone())
right.plot(torch.stack(history), label=[f"{each:.0%}" for each in chance.tolist()])
decorate(right, x="updates", y="threshold", title="Who fires often must try harder")

# %% tags=["check"]
assert abs(threshold.sum() - 5) < 1e-3
assert threshold[4] > threshold[3] > threshold[0]
assert torch.equal(shrunk.flatten().argsort(), torch.arange(81))
assert (shrunk.flatten()[lengths < 0.5] - lengths[lengths < 0.5]).abs().max() < 1e-3

# %% [markdown]
# ### What makes the gradient worse
#
# Section 5 in full: with three surrogates, of steepness 1, 3 and 10, and with the lengths. The quantity is a fixed random mix of mean activities; each of 60 weights was moved by a tenth of its initial range. *Membranes* is without what section 6 adds. Dotted: the right gradient from one half of the inputs, against the other.

# %% alt="Two panels against the spikes of a neuron within 50 ms: 1, 3 and 10. Left, the cosine with the measured gradient: a dotted line for two measurements stays near 1; membranes are with the surrogates near 1 at one and three spikes and fall to 0.83 at ten, where the surrogates stay at 0.97. Right, the length relative to the measured one: membranes rise from 1 to 2.5; the surrogates start at eight, four and 1.4 and fall to a third of that. Dots are single networks, lines their medians."
axes = gradients_measured(gradients, depth=1, kappa=-0.4)

# %% [markdown]
# How much does the floor at $-V_\mathrm{th}$ explain? Or is one spike in a step of 1 ms too few?

# %%
for kappa in (0.0, -0.4):
    print(f"cosine and length, kappa = {kappa}:")
    for case, found in controls_measured(gradients, kappa).items():
        print(f"{case:16}", np.round(found, 2))

# %% [markdown]
# With inhibition the cosine is 0.83. Without the floor (*no clip*) it is 0.91, so the floor explains half of what is missing to 1. Without inhibition, too, it is 0.95. (The rest was not traced.) A finer step makes the gradient shorter if nothing is clipped; with inhibition it costs some direction. Through four layers, with inhibition:

# %% alt="Direction and length of the gradients of the lowest of four layers. Left: dots lie between 0.4 and 1, the medians of membranes fall from 0.87 to 0.73, those of the surrogates stay near 0.9. Right, on a logarithmic axis: membranes rise from 3 to 80 times the right length; the surrogates lie between 3,000 times too long and nine times too short."
axes = gradients_measured(gradients, depth=4, kappa=-0.4)

# %% [markdown]
# In single networks the gradient of membranes is 19 to 250 times too long at ten spikes (without inhibition 3 to 26 times). Two measurements agree less well here, at one spike to 0.78 in the worst network.

# %% tags=["check"]
for kappa in (0.0, -0.4):
    found = controls_measured(gradients, kappa)
    missing = {case: 1 - cosine for case, (cosine, _) in found.items()}
    assert 0.4 < missing["no clip"] / missing["as in the figure"] < 0.6
    assert found["both"][1] < found["no clip"][1]
    if kappa:
        assert found["0.25 ms"][0] < found["as in the figure"][0] - 0.02
        assert found["both"][0] < found["no clip"][0] - 0.02
    assert abs(found["0.25 ms"][1] / found["as in the figure"][1] - 1) < 0.1
free, bound = (controls_measured(gradients, kappa)["as in the figure"] for kappa in (0.0, -0.4))
assert free[0] > bound[0] + 0.05
assert free[1] < bound[1] - 0.5
for kappa, extremes in ((0.0, (3, 26)), (-0.4, (19, 250))):
    lengths = lowest_layer(gradients, "membranes", "size", 4, kappa=kappa)[2]
    assert (round(lengths.min()), round(lengths.max())) == extremes
medians = np.median(lowest_layer(gradients, "membranes", "size", 4, kappa=-0.4), 1)
assert 2.5 < medians.min() < 3.5
assert 75 < medians.max() < 85
halves = lowest_layer(gradients, "differences", "cosine", 4, kappa=-0.4)
assert abs(halves[0].min() - 0.78) < 0.01

# %% [markdown]
# ### Who is silent without an ingredient
#
# The record of section 6 also holds the learning rate that each arm was given, the share of hidden neurons that are silent for all test digits (*dead*), and the share that fire for one digit, in the mean over layers and seeds. All else is as chosen for *all*; so without scaling thresholds learn $\sqrt{M}$ times faster beside weights, and without inhibition more neurons fire.

# %%
for arm, each in ingredients.results.items():
    alive = [run for run in each["runs"] if run["dead"] is not None]
    if alive:
        dead = np.mean([run["dead"] for run in alive])
        firing = np.mean([run["active"] for run in alive])
        print(f"{arm:42} lr {each['lr']:<7g} dead {dead:4.0%}  fire {firing:4.0%}")

# %% [markdown]
# ### Beside the paper
#
# The full MNIST. Three seeds, mean of the last five epochs:

# %%
paper = recorded("membranes_as_signals")
print(paper)
for arm, found in last_epochs(paper).items():
    if arm != "N-MNIST":
        print(f"{arm:18}", *(f"{each:.2%}" for each in found))

# %% [markdown]
# The paper reads 0.4 of a point more with one hidden layer, 0.7 with two:
#
# | hidden | paper | what differs here |
# |---|---|---|
# | one, 800 | 98.64 % | Adam, 30 epochs (paper: 200), steps of 1 ms |
# | two, 300 each | 98.77 % | the same, from higher thresholds |
# | surrogate, 800 | none | BPTT of the counts' cross-entropy, digits moved by one pixel, 20 epochs |

# %% tags=["check"]
usual = paper.settings["usual"]
reached = {arm: 100 * np.mean(found) for arm, found in last_epochs(paper).items()}
assert round(98.64 - reached["one hidden layer"], 1) == 0.4
assert round(98.77 - reached["two hidden layers"], 1) == 0.7
assert min(reached["one hidden layer"], reached["two hidden layers"]) > 98
assert usual["layer"]["dt"] == 1
arms = paper.settings["arms"]
assert arms["one hidden layer"] == {}
assert arms["two hidden layers"]["layer"]["alpha"] > usual["layer"]["alpha"]
assert arms["surrogate"]["epochs"] == 20
assert arms["surrogate"]["shift"] == 1
assert usual["epochs"] == 30

# %% [markdown]
# ### Operations
#
# An operation is one weight, added for one spike. An ordinary network multiplies each of its 635,200 weights once for an image; if it skips what is 0, a fifth of them.

# %% alt="Accuracy against operations for an image, as a share of the 635,200 weights: three curves that rise steeply, to 0.9 at an eighth, and flatten. Grey dots at about a fifth, and a dashed line at 1, mark an ordinary network that skips zeros, and one that does not."
axis = panels()
for run in paper.results["one hidden layer"]:
    share = np.divide(run["operations"], 635_200)
    axis.plot(share, run["accuracy"], color=BLUE)
for run in recorded("signals_controls").results["ordinary"]:
    axis.plot(run["operations"] / 635_200, run["test"][-1], "o", color=GREY)
axis.axvline(1, color=GREY, linestyle="--")
axis.text(0.23, 0.9, "ordinary, skips zeros", va="top")
axis.text(1.02, 0.7, "ordinary")
decorate(
    axis,
    x="operations, relative to the weights",
    y="accuracy",
    title="Answers get better while events come in",
)

# %% tags=["check"]
for run in recorded("signals_controls").results["ordinary"]:
    assert abs(run["operations"] / 635_200 - 0.2) < 0.02
sizes = usual["sizes"]
assert sum(np.multiply(sizes[1:], sizes[:-1])) == 635_200
events_in = [run["events"][-1] for run in paper.results["one hidden layer"]]
assert 900 < min(events_in) < max(events_in) < 1200
assert paper.settings["steps"] == 50
for run in paper.results["one hidden layer"]:
    share = np.divide(run["operations"], 635_200)
    assert share[-1] > 1
    assert 0.945 < run["accuracy"][(share > 0.2).argmax()] < 0.965
for run in recorded("signals_controls").results["ordinary"]:
    assert round(run["test"][-1], 3) == 0.984

# %% [markdown]
# At the end the spiking network has needed more than either: about 1,000 input events in 50 ms add 800 weights each. Stopped after as many as the grey dots, it reads 95 to 96 %, and they 98.4 %. (Stopped early, few outputs have spiked; then the highest membrane is the answer.)

# %% [markdown]
# ### What "our reading" covers
#
# The paper's idea, neuron, transfer function and regularisers are built as we know them. We could not check every detail against its text. Where several readings are possible, this is ours:
#
# | detail | our reading |
# |---|---|
# | $m_\mathrm{out}$ | the neurons that fire in the layer, by which an error comes back |
# | error | of the counts $n$, put in the place of the gradient by the activities $a$ at the end |
# | inhibition | a spike takes $\sigma\kappa V_\mathrm{th}$ from the others; in the paper it takes $\kappa V_\mathrm{th}$, and $\sigma$ stands for what the floor at $-V_\mathrm{th}$ takes away of that |
# | penalty | its slope is taken after the step, so that no step overshoots |
# | balance | winners are those that fire at all in a sample, not after each event; no threshold falls below a tenth of its start |
# | events of one instant | arrive together; a neuron spikes once at most |
# | steps of 1 ms | ours, for speed; a refractory time of 1 ms has no effect in them |
# | schedule | a learning rate that falls to 0, in a straight line or (ingredients, paper) along half a cosine; Adam where we say so |
