# %% [markdown]
# # 04 · Layers and readouts
#
# **How is an answer read out of spikes?**
#
# Needs: pages 01 to 03; a linear classifier. · 35 minutes to read, one minute to run. · Introduces `first_spike`, `max_membrane`, `summed_membrane` and `population_count`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/04_layers_and_readouts.ipynb)

# %% [markdown]
# ## You will
#
# - time a linear layer in a loop over steps against one product for all steps, and draw and prove the network that results as a recurrent one;
# - watch five layers fall silent or saturate, and set their weights so that all five keep firing;
# - read digits out of a *random* spiking layer: the baseline that training must beat;
# - read the same output in five ways, and measure how many steps each needs.

# %% tags=["setup"]
import sys
from timeit import timeit

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

from snn_core import LIF, LeakyIntegrator, encoding, lif_step
from snn_core.datasets import mnist_mini
from snn_core.losses import accuracy, first_spike, max_membrane, population_count, predict, spike_count, summed_membrane
from snn_core.teaching.diagrams import fold_and_unroll
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import LayerRates
from snn_core.teaching.palette import BLUE, ORANGE, VERMILION
from snn_core.teaching.plotting import raster, use_style
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below

# %% [markdown]
# ## 1 · One product for all steps
#
# A layer is a linear map $W$ followed by neurons. Only the neurons have a memory. The map treats every step alike, $I[t] = W x[t]$, so it need not wait for the step before. Tensors here are **time-major**, `[T, B, N]`: `nn.Linear` takes all $T \cdot B$ rows as one matrix and multiplies once, and the neurons loop over the first axis, where each step `x[t]` is one block of memory.
#
# The results agree. The times do not: a product with one vector fetches each weight from memory and uses it once. A product with many vectors uses it many times while it is at hand. And $T$ small calls cost $T$ times the overhead of a call.
#
# > **Before you run:** which gains more from the single product, one sample at a time or 64 at once?

# %% alt="Time per sample for a linear layer over 100 steps against the batch size, for a loop over steps and for one product. The loop is several times slower at batch size 1; the two come close at batch size 64."
generator = seed_torch(4)
layer = nn.Linear(784, 256).requires_grad_(False)
ways = {"loop over 100 steps": lambda x: torch.stack([layer(step) for step in x]), "one product": layer}
batches, times, difference, threads = [1, 4, 16, 64], [], [], torch.get_num_threads()
torch.set_num_threads(1)  # compare the ways, not how they share out the work
for batch in batches:
    x = encoding.rate(torch.full((batch, 784), 0.1), 100, generator=generator)
    in_turns = [[1000 * timeit(lambda w=way, x=x: w(x), number=1) for way in ways.values()] for _ in range(9)]
    times.append(np.median(in_turns, axis=0) / batch)
    difference.append((ways["loop over 100 steps"](x) - layer(x)).abs().max().item())
torch.set_num_threads(threads)
figure, axis = plt.subplots(figsize=(6, 2.8))
axis.semilogx(batches, times, "o-", label=list(ways))
axis.set(xlabel="batch size", ylabel="ms per sample", ylim=(0, None), xticks=batches, xticklabels=batches)
axis.set_title(f"One sample: a single product is {times[0][0] / times[0][1]:.1f} times faster")
axis.minorticks_off()
axis.legend()
plt.show()

# %% [markdown]
# With one sample the loop multiplies vectors, and the single product is clearly faster. With 64 samples each step of the loop is a matrix product already, and less is left to gain. Times differ from machine to machine and from run to run, so the check asks for no more than "faster" at batch size 1. The results agree up to rounding.

# %% tags=["check"]
assert max(difference) < 1e-5
assert times[0][0] > times[0][1]
assert torch.zeros(100, 8, 784)[3].is_contiguous()  # one step of a time-major tensor
assert not torch.zeros(8, 100, 784)[:, 3].is_contiguous()  # and of one with the batch first

# %% [markdown]
# ## 2 · A spiking network is a recurrent network
#
# Put the state $v[t] = u[t] - \theta z[t]$ into the update of page 02:
#
# $$u[t] = \beta\,u[t-1] - \beta\theta\,z[t-1] + W x[t], \qquad z[t] = H(u[t] - \theta) .$$
#
# That is a recurrent network with the hidden state $(u, z)$. Its recurrent matrix is $\big(\beta \mathbb{1} \;\big|\; {-\beta\theta} \mathbb{1}\big)$: two diagonals, fixed unless $\beta$ or $\theta$ is learnt. ($H$ is the step function, 1 above 0 and else 0; $\mathbb{1}$ is the identity matrix.) Every neuron remembers itself and no neuron hears another one of its layer. So all of a layer's current, $W x$, is known before its first step; and since no layer hears a later one, a layer can run over all steps before the next starts.
#
# Drawn once per step, the loop becomes a deep feed-forward network, with the same $W$, $\beta$ and $\theta$ at every step.
#
# > **Before you run:** through which arrows can the input of step 1 influence the spike of step 3?

# %% alt="Left: the folded graph: input x, through W to the current I, the membrane u, through the threshold to the spike z; u and z join in the state v, which loops back to u. Right: the same graph unrolled over three steps, the state v of each step reaching the membrane of the next through beta."
fold_and_unroll(steps=3)
plt.show()

# %% [markdown]
# Follow the arrows to the right: step 1 reaches step 3 only through the state $v$, which shrinks by $\beta$ at each step and loses $\theta$ at each spike. This is the *implicit* recurrence of every LIF layer. An *explicit* one, weights $V$ between the neurons of a layer as on page 03, would add arrows from $z[t-1]$ to the membranes of other neurons at $t$, and then only the part $W x[t]$ can be computed for all steps at once, not $V z[t-1]$.
#
# We write the recurrent network with its matrices and compare it with `LIF`. Then we run two layers both ways, layer by layer and step by step.


# %%
def recurrent_network(inputs, weight, beta, threshold=1.0):
    """Run a recurrent network with hidden state (u, z) and a fixed recurrent matrix; return spikes, membranes."""
    identity = torch.eye(len(weight), dtype=weight.dtype)
    recurrent = torch.cat([beta * identity, -beta * threshold * identity], dim=1)
    hidden = torch.zeros(inputs.shape[1], 2 * len(weight), dtype=weight.dtype)
    course = []
    for x in inputs:
        u = x @ weight.T + hidden @ recurrent.T
        hidden = torch.cat([u, (u > threshold).to(u)], dim=1)
        course.append(hidden)
    u, z = torch.stack(course).chunk(2, dim=2)
    return z, u


def step_by_step(inputs, weights, beta):
    """Run two layers together, one step after the other; return the spikes of the second."""
    v1, v2, spikes = torch.zeros(4, 50).double(), torch.zeros(4, 50).double(), []
    for x in inputs:
        z1, _, v1 = lif_step(x @ weights[0].T, v1, beta=beta)
        z2, _, v2 = lif_step(z1 @ weights[1].T, v2, beta=beta)
        spikes.append(z2)
    return torch.stack(spikes)


# %% tags=["NBVAL_CHECK_OUTPUT"]
lif, weights = LIF(tau_mem=10.0), 0.3 * torch.randn(2, 50, 50, generator=generator).double()
inputs = encoding.rate(torch.full((4, 50), 0.2).double(), 60, generator=generator)
first = lif(inputs @ weights[0].T, record=True)
second = lif(first.spikes @ weights[1].T)
z, u = recurrent_network(inputs, weights[0], lif.beta.double())
print(f"layer 1: LIF {int(first.spikes.sum())} spikes, recurrent network {int(z.sum())}; layer 2: {int(second.sum())}")

# %% tags=["check"]
assert torch.equal(z, first.spikes) and torch.allclose(u, first.membrane, rtol=0, atol=1e-12)
assert torch.equal(second, step_by_step(inputs, weights, lif.beta)) and second.sum() > 100

# %% [markdown]
# ## 3 · Five layers that die, and five that do not
#
# A neuron adds up $n$ inputs, its **fan-in**. Let the weights have mean 0 and standard deviation $\sigma_w$, let every input spike with probability $p$ per step, and let weights and spikes all be independent. A spike train has mean $p$ and variance $p(1-p)$. A membrane without a threshold sums the mean with $\beta^k$, the variance with $\beta^{2k}$; and $\sum_k \beta^k = 1/(1-\beta)$. So it fluctuates *over time*, because spikes come at random, and its mean differs *from neuron to neuron*, because each has drawn its own weights:
#
# $$\mathrm{Var}(u) = n\,\sigma_w^2 \left[\frac{p(1-p)}{1-\beta^2} + \frac{p^2}{(1-\beta)^2}\right].$$
#
# Both terms grow with $n$, so $\sigma_w \propto 1/\sqrt n$ keeps the membrane in place whatever the fan-in. The factor matters as well: a membrane that hardly reaches $\theta$ gives fewer spikes, which give the next layer a smaller membrane still.
#
# > **Before you run:** at $p = 0.1$ and $\tau = 10$ ms, which of the two terms is larger?

# %% tags=["NBVAL_CHECK_OUTPUT"]
n, p, sigma, beta = 200, 0.1, 0.05, np.exp(-1 / 10)
weight = sigma * torch.randn(6000, n, generator=generator)
noise = encoding.rate(torch.full((8, n), p), 400, generator=generator)
membrane = LeakyIntegrator(tau_mem=10.0)(noise @ weight.T)[100:]
over_time, across_neurons = n * sigma**2 * p * (1 - p) / (1 - beta**2), n * sigma**2 * p**2 / (1 - beta) ** 2
found = [membrane.var((0, 1)).mean().item(), membrane.mean((0, 1)).var().item()]
print(f"over time: formula {over_time:.2f}, measured {found[0]:.2f}")
print(f"across neurons: formula {across_neurons:.2f}, measured {found[1]:.2f}")

# %% [markdown]
# The offset from neuron to neuron is the larger term: a membrane with $\tau = 10$ ms averages the noise away, but not the mean of its own weights. Leave it out, and the weights come out almost twice as large as wanted.
#
# Now five layers of 200 neurons get random spikes with $p = 0.1$, and four kinds of weights: divided by $n$ instead of $\sqrt n$; PyTorch's default, weights and biases uniform in $\pm 1/\sqrt n$, so $\sigma_w = 1/\sqrt{3n}$; not scaled at all, $\sigma_w = 1$; and the remedy. The remedy is *measured*: draw each layer's weights, send the spikes of the layer below through them into neurons without a threshold (`LeakyIntegrator`, page 03), and divide by the standard deviation found over steps, samples and neurons. We ask for one of $2\theta$ (in the spirit of Mishkin and Matas 2016, who did this for ordinary networks).
#
# > **Before you run:** PyTorch's default keeps ordinary networks alive. How many spiking layers will it reach?


# %%
def normal_layer(spread, generator):
    layer = nn.Linear(n, n, bias=False).requires_grad_(False)
    nn.init.normal_(layer.weight, 0, spread, generator=generator)
    return layer


def measured_layer(spikes, generator, wanted=2.0):
    layer = normal_layer(1.0, generator)
    layer.weight *= wanted / LeakyIntegrator()(layer(spikes)).std()
    return layer


@torch.no_grad()
def five_layers(make_layer, seed=4):
    """Send random spikes through five layers; return the spikes of the input and of each layer."""
    generator = seed_torch(seed)
    spikes = [encoding.rate(torch.full((16, n), p), 200, generator=generator)]
    for _ in range(5):
        spikes.append(LIF()(make_layer(spikes[-1], generator)(spikes[-1])))
    return spikes


# %% alt="Left: spikes per neuron and step against the layer. Divided by n, the first layer is silent; with PyTorch's default the rate falls to zero by layer 3; unscaled weights push it to almost one half; measured weights keep it near 0.06 in all five layers. Right: the rates of the neurons of layer 5, sorted: unscaled weights make many neurons fire at every step, measured weights give graded rates."
cases = {
    "divided by n": lambda spikes, generator: normal_layer(1 / n, generator),
    "PyTorch's default": lambda spikes, generator: nn.Linear(n, n),
    "not scaled": lambda spikes, generator: normal_layer(1.0, generator),
    "measured": measured_layer,
}
runs = {name: five_layers(make) for name, make in cases.items()}
rates = {name: [layer.mean().item() for layer in run] for name, run in runs.items()}
sorted_rates = {name: run[5].mean((0, 1)).sort().values for name, run in runs.items()}
saturated, kept = (sorted_rates["not scaled"] > 0.9).float().mean().item(), rates["measured"][1:]
passed_on = [rates["PyTorch's default"][k + 1] / rates["PyTorch's default"][k] for k in (0, 1)]
figure, axes = plt.subplots(1, 2, figsize=(10, 3.1))
for name, color in zip(cases, ("0.5", ORANGE, VERMILION, BLUE), strict=True):
    axes[0].plot(rates[name], "o-", color=color, label=name)
    axes[1].plot(sorted_rates[name], color=color)
axes[0].set(xlabel="layer (0: input)", ylabel="spikes per neuron and step", ylim=(-0.02, 0.62))
axes[0].set_title("Two ways die out, one saturates, one stays")
axes[0].legend(ncols=2, loc="upper left", fontsize=8)
axes[1].set(xlabel="neurons of layer 5, sorted", ylabel="spikes per step")
axes[1].set_title(f"Not scaled: {saturated:.0%} of layer 5 fire nearly always")
plt.show()

# %% [markdown]
# Divided by $n$, not even layer 1 fires. PyTorch's default was not made for units with a threshold: it passes on less than a fifth of its spikes to layers 1 and 2, and layer 3 is all but silent. Unscaled weights throw membranes far beyond the threshold: more than a fifth of the neurons of layer 5 fire nearly always, and such a neuron says as little as one that never does. The measured weights hold all five layers between 0.04 and 0.1, and in layer 1 they agree with the formula within 15 %. Half of the neurons of layer 5 have less than two thirds of its mean rate, and a few have much more: that is the offset term, which scaling cannot remove (exercise 4).
#
# A silent layer can still be trained if a gradient arrives (pages 05 and 07). No readout can use it before.

# %% tags=["check"]
by_formula = 2 * sigma / (over_time + across_neurons) ** 0.5
assert np.allclose(found, [over_time, across_neurons], rtol=0.05) and 1.7 < (1 + across_neurons / over_time) ** 0.5 < 2
assert abs(measured_layer(runs["measured"][0], seed_torch(4)).weight.std() / by_formula - 1) < 0.15
assert rates["divided by n"][1] == 0 and rates["PyTorch's default"][3] < 1e-4 and max(passed_on) < 0.2 < saturated
assert 0.04 < min(kept) < max(kept) < 0.1 and sorted_rates["measured"].median() < 0.67 * kept[-1]

# %% [markdown]
# ## 4 · A random layer, a trained readout
#
# What can spikes tell *before* any hidden weight is trained? A random LIF layer sees rate-coded digits for $T = 10$ steps (page 01, gain 1). We count the spikes of each neuron and train a linear softmax classifier on the counts. It has the sizes of page 07's network, 784-256-10, but a random hidden layer and, for now, an output that does not spike. The control is the same classifier on the pixels, times ten: the counts that the encoder would give without noise.
#
# Two settings are open: the membrane's standard deviation that the weights are scaled to, and the penalty on the readout's weights. They are chosen on 1,000 *training* images that the fit does not see; nothing is chosen on the test images.
#
# > **Before you run:** how many digits in a hundred will 256 random neurons read? Will they beat the pixels?


# %%
def random_features(seed, neurons, wanted):
    """Return a function that shows images for some steps to a random LIF layer and returns its spikes."""
    generator = seed_torch(seed)
    layer = nn.Linear(784, neurons, bias=False).requires_grad_(False)
    nn.init.normal_(layer.weight, generator=generator)
    example = encoding.rate(images[:500], 10, generator=generator)
    layer.weight *= wanted / LeakyIntegrator()(layer(example)).std()
    return lambda pictures, steps: LIF()(layer(encoding.rate(pictures, steps, generator=generator)))


def counts_of(hidden, pictures):
    return torch.cat([spike_count(hidden(part, 10)) for part in pictures.split(500)])


digits = mnist_mini()
images, test_images = digits.train_images.flatten(1), digits.test_images.flatten(1)
labels, test_labels = digits.train_labels, digits.test_labels


# %%
def linear_readout(features, targets, penalty):
    """Fit a softmax classifier; no gradient has to pass a spike."""
    readout = nn.Linear(features.shape[1], 10)
    nn.init.zeros_(readout.weight), nn.init.zeros_(readout.bias)
    optimizer = torch.optim.LBFGS(readout.parameters(), max_iter=30, line_search_fn="strong_wolfe")

    def loss_and_gradient():
        optimizer.zero_grad()
        loss = nn.functional.cross_entropy(readout(features), targets) + penalty * readout.weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(loss_and_gradient)
    return readout.requires_grad_(False)


def held_out(features, penalty):
    """Fit to 4,000 training images and return the accuracy on the other 1,000."""
    return accuracy(linear_readout(features[:4000], labels[:4000], penalty)(features[4000:]), labels[4000:])


candidates = {wanted: counts_of(random_features(0, 256, wanted), images) for wanted in (1.0, 2.0, 4.0)}
grid = {(w, penalty): held_out(candidates[w], penalty) for w in candidates for penalty in (0.001, 0.01, 0.1)}
wanted, penalty = max(grid, key=grid.get)
of_pixels = max((0.01, 0.1), key=lambda penalty: held_out(10 * images, penalty))
print(f"chosen: membrane's standard deviation {wanted:.0f} θ, penalty {penalty}, for pixels {of_pixels}")
print(f"held-out: {grid[wanted, penalty]:.1%}")

# %% alt="Test accuracy of a linear readout on the spike counts of a random layer against its size. It rises from about 74 percent at 64 neurons over about 87 at 256, three seeds, to above 90 at 1024, and crosses that of the same readout on the pixels, near 89 percent, between 256 and 1024."
pixels = accuracy(linear_readout(10 * images, labels, of_pixels)(10 * test_images), test_labels)
test_accuracy = {64: [], 256: [], 1024: []}
for seed, neurons in ((2, 1024), (1, 256), (0, 256)):
    hidden = random_features(seed, neurons, wanted)
    counts, test_counts = counts_of(hidden, images), counts_of(hidden, test_images)
    for size in [size for size in test_accuracy if size <= neurons]:  # the first neurons of a random layer are one, too
        readout = linear_readout(counts[:, :size], labels, penalty)
        test_accuracy[size].append(accuracy(readout(test_counts[:, :size]), test_labels))
baseline = np.array(test_accuracy[256])
figure, axis = plt.subplots(figsize=(6, 3))
for size, values in test_accuracy.items():
    axis.plot([size] * len(values), [100 * value for value in values], "o", color=BLUE, markersize=4)
means = [100 * np.mean(values) for values in test_accuracy.values()]
axis.plot(list(test_accuracy), means, color=BLUE, label="counts of a random spiking layer")
axis.axhline(100 * pixels, color=VERMILION, linestyle="--", label=f"pixels: {pixels:.1%}")
axis.set(xlabel="hidden neurons", ylabel="test accuracy (%)", xscale="log")
axis.set_xticks(list(test_accuracy), list(test_accuracy), minor=False)
axis.set_title(
    f"256 random neurons: {baseline.mean():.1%} ± {baseline.std(ddof=1):.1%}\n(mean ± standard deviation of 3 seeds)"
)
axis.minorticks_off()
axis.legend(loc="lower right")
plt.show()

# %% [markdown]
# With 256 neurons the random layer reads between 84 and 90 % of the test digits. That is less than the control: 256 random mixtures of pixels tell a linear readout less than the 784 pixels themselves. With 1,024 neurons (one seed) the random layer passes them. So spikes carry the image, and a random layer buys accuracy with size.
#
# **This is the bar for training.** Page 07 trains both layers of a network with as many hidden neurons, 256, and asserts at least 94 %. A network that does not beat the random one has gained nothing by training its hidden layer.

# %% tags=["check"]
assert 0.84 < baseline.min() and baseline.max() < 0.90 and baseline.std(ddof=1) < 0.02
assert baseline.mean() < pixels < test_accuracy[1024][0]
assert min(test_accuracy[256]) > max(test_accuracy[64]) + 0.05
assert max(test_accuracy[1024]) < 0.94

# %% [markdown]
# ## 5 · Five ways to read an output
#
# So far the readout was arithmetic outside the network. Now it becomes neurons. The trained readout, $\text{score} = W \sum_t z[t] + b$, adds a column of its $W$ at each hidden spike, and $b$ once in its ten steps. So we send $W z[t] + b/10$, times a gain chosen in section 6, as a current into ten **output neurons**. LIF neurons answer with spikes, `LeakyIntegrator` neurons, which have no threshold, with a membrane. Their answer is read by a *decoder*, from `[T, B, C]` to one score per class; `predict` takes the class with the highest score, the lower one on a tie:
#
# - **count**: most spikes (`spike_count`);
# - **first spike**: earliest spike at step $t_c$, score $-t_c$, or $-T$ if silent;
# - **maximum** of the membrane over time; **mean** of the membrane (or sum, which ranks the same);
# - **population**: $P$ neurons per class, counted together.
#
# A population helps only if its neurons differ. Ours read the same current from different starting membranes.
#
# > **Before you run:** what does a population of eight *identical* neurons change?

# %%
gain, copies, generator = 0.5, 8, seed_torch(0)
hidden_spikes = hidden(test_images, 30)  # the last network of section 4
current = gain * (hidden_spikes @ readout.weight.T + readout.bias / 10)
eight = current.repeat_interleave(copies, dim=2)  # neuron 8 c + k is copy k of class c
spikes, membrane = LIF()(current), LeakyIntegrator()(current)
staggered = LIF()(eight, torch.rand(eight.shape[1:], generator=generator))

# %%
count, earliest = spikes.sum(0), -(spikes.cumsum(0) == 0).sum(0)
highest, mean = membrane.max(0).values, membrane.mean(0)
population = staggered.view(30, 1000, 10, copies).sum((0, 3))
by_hand = {"count": count, "first spike": earliest, "maximum": highest, "mean": mean, "population": population}
right = {name: accuracy(score.float(), test_labels) for name, score in by_hand.items()}
print(", ".join(f"{name} {share:.1%}" for name, share in right.items()))

# %% alt="The output for one digit, read in three ways. Left: the spikes of ten output neurons, the first spike circled. Middle: ten membranes, that of the right class highest. Right: the spikes of 80 neurons, eight per class, most of them in the group of the right class."
# the first digit with more than 8 spikes that the first spike reads correctly
sample = ((predict(first_spike(spikes)) == test_labels) & (spikes.sum((0, 2)) > 8)).nonzero()[0].item()
digit = test_labels[sample].item()
figure, axes = plt.subplots(1, 3, figsize=(11, 3.2))
raster(spikes[:, sample], axes[0], size=9).set(yticks=range(10), ylabel="class")
axes[0].plot(-first_spike(spikes)[sample].max(), digit, "o", markersize=15, fillstyle="none", color=VERMILION)
axes[0].set_title(f"A {digit}: count and first spike say {predict(spike_count(spikes))[sample]}")
axes[1].plot(membrane[:, sample], color="0.7")
axes[1].plot(membrane[:, sample, digit], color=BLUE, label=f"class {digit}")
axes[1].set(xlabel="time (ms)", ylabel="membrane u", title=f"No threshold: the highest is {predict(highest)[sample]}")
axes[1].legend()
raster(staggered[:, sample], axes[2], size=3).set(yticks=range(0, 80, 8), yticklabels=range(10), ylabel="class")
axes[2].set_title(f"Eight staggered neurons each: {predict(population)[sample]}")
plt.show()

# %% [markdown]
# All five read the same currents, and after 30 steps their accuracies lie within five percentage points. The check compares each line of ours with its decoder in `snn_core.losses`. It also shows two limiting cases: an integrator *without* a leak computes the linear readout itself, and eight neurons in lockstep give eight times the count, hence the same answers.

# %% tags=["check"]
decoded = [spike_count(spikes), first_spike(spikes), max_membrane(membrane), summed_membrane(membrane) / 30]
decoded.append(population_count(staggered, 10))
assert all(torch.allclose(mine.float(), core) for mine, core in zip(by_hand.values(), decoded, strict=True))
assert torch.allclose(LeakyIntegrator(beta=1.0)(current[:10])[-1], gain * readout(hidden_spikes[:10].sum(0)), atol=1e-3)
assert torch.equal(population_count(LIF()(eight), 10), copies * count)
assert max(right.values()) - 0.05 < min(right.values()) > 0.82 and all(predict(s)[sample] == digit for s in decoded)

# %% [markdown]
# ## 6 · How long each needs
#
# A membrane has an answer after the first step. A count has none until somebody spikes, and needs several spikes to tell two classes apart. The first spike *is* a decision: the network may stop there. We read each decoder after every step, and note the step from which it reaches 95 % of its final accuracy. Where nothing has spiked yet, all scores are equal and `predict` says 0.
#
# The gain of the output current trades speed for accuracy: weak currents are summed over many steps before the first spike, strong ones decide at once. We measure this for the first spike, on the held-out training images.
#
# > **Before you run:** order the five readouts from fast to slow.

# %%
held_out_readout = linear_readout(counts[:4000], labels[:4000], penalty)
held_out_current = hidden(images[4000:], 30) @ held_out_readout.weight.T + held_out_readout.bias / 10
gains = [0.25, 0.5, 1, 2, 4]
firsts = [first_spike(LIF()(factor * held_out_current)) for factor in gains]
speed = [1 - score.max(1).values.median().item() for score in firsts]
by_gain = [accuracy(score, labels[4000:]) for score in firsts]

# %% alt="Left: test accuracy against the number of steps looked at for five readouts. Both membrane readouts rise first, the population follows, then first spike and spike count. Right: accuracy of the first spike on held-out images against its median time for five gains of the output current, each with its share of ties: the earlier, the more ties and errors."
answers = {
    "maximum": membrane.cummax(0).values,
    "mean": membrane.cumsum(0),
    "population": staggered.view(30, 1000, 10, copies).sum(3).cumsum(0),
    "first spike": torch.stack([first_spike(spikes[:steps]) for steps in range(1, 31)]),
    "count": spikes.cumsum(0),
}
curves = {name: (score.argmax(2) == test_labels).float().mean(1) for name, score in answers.items()}
ties = [((score == score.max(1, keepdim=True).values).sum(1) > 1).float().mean().item() for score in firsts]
needed = {name: int((curve >= 0.95 * curve[-1]).float().argmax()) + 1 for name, curve in curves.items()}
figure, axes = plt.subplots(1, 2, figsize=(11, 3.4), width_ratios=(3, 2))
for (name, curve), style in zip(curves.items(), ("-", "--", "-", "-", "-"), strict=True):
    axes[0].plot(range(1, 31), 100 * curve, style, label=f"{name}: {needed[name]} steps, then {curve[-1]:.1%}")
axes[0].set(xlabel="steps looked at", ylabel="test accuracy (%)", ylim=(0, 100))
axes[0].set_title("Membranes answer first, the count of single neurons last")
axes[0].legend(title="steps to 95 % of the final accuracy")
axes[1].plot(speed, 100 * np.array(by_gain), "o-")
for factor, x, y, tie in zip(gains, speed, by_gain, ties, strict=True):
    axes[1].annotate(
        f"gain {factor}: {tie:.0%} ties", (x, 100 * y), xytext=(6, -11), textcoords="offset points", fontsize=9
    )
axes[1].set(xlabel="median step of the first spike", ylabel="accuracy (%)", xlim=(1, 11.5), ylim=(40, 100))
axes[1].set_title("First spike: the earlier, the more ties and errors")
plt.show()

# %% [markdown]
# The membranes have their answer after about four steps, since nothing has to reach a threshold. The staggered population comes next: at the start some of its neurons stand just below the threshold, so together they resolve small currents. The price is eight times the neurons and about eight times the spikes. One neuron per class has to wait until a whole threshold is collected, and for its count until several are.
#
# The gain of 0.5 in section 5 comes from the right panel: it is the fastest of these gains that loses less than 3 percentage points to the best, and half of the images are decided after about four steps. At larger gains classes spike first *together*: fewer than one image in ten at gain 0.5, more than four in ten at gain 2. Then `predict` takes the lower class (exercise 2).

# %% tags=["check"]
assert max(needed["maximum"], needed["mean"]) <= min(5, needed["population"])
assert needed["population"] < needed["first spike"] - 1 < needed["count"] - 1
assert 7 < staggered.sum() / spikes.sum() < 10 and speed == sorted(speed, reverse=True)
assert by_gain[1:] == sorted(by_gain[1:], reverse=True) and ties[1:] == sorted(ties[1:])
assert by_gain[1] > max(by_gain) - 0.03 > by_gain[2] and ties[1] < 0.1 < 0.4 < ties[3] and 3 <= speed[1] <= 5

# %% [markdown]
# ## Explorer
#
# Five layers of 100 neurons. Find the smallest gain $g$ (weights of standard deviation $g/\sqrt n$) that keeps layer 5 alive. Halve the input rate so that it dies, then raise $\tau$: why does it come back?

# %% alt="Explorer at its start: the rates of the input and of five layers as bars, all of the same order, and the rasters of layer 1 and layer 5."
show = LayerRates()
show(gain=1.8, input_rate=0.1, tau_mem=10.0)

# %%
LayerRates().sliders()

# %% [markdown]
# ## Recap
#
# You
#
# - timed one product for all steps against a loop, and proved an LIF layer equal to a recurrent network with diagonal matrices;
# - predicted the membrane's variance, let five layers die and saturate, and kept them alive with measured weights;
# - read more than 84 % of the digits from 256 random neurons: the bar for page 07;
# - wrote five decoders in a line each, and measured their speed: membranes first, the count of single neurons last.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $I[t] = W x[t]$ | current of a layer, all steps at once | `nn.Linear` on `[T, B, N]` |
# | $n$, $\sigma_w$ | fan-in, standard deviation of the weights | |
# | | membrane without a threshold | `LeakyIntegrator` |
# | $\sum_t z_c[t]$ | spike count | `spike_count`, `population_count` |
# | $-t_c$ | minus the step of the first spike | `first_spike` |
# | $\max_t u_c[t]$, $\sum_t u_c[t]$ | maximum and sum of the membrane | `max_membrane`, `summed_membrane` |
#
# ## Exercises
#
# ### 1 · Where both terms are equal
#
# In section 3 the offset from neuron to neuron was larger than the fluctuation over time. At which spike probability $p$ are the two equal, for $\tau = 10$ ms and $\mathrm{d}t = 1$ ms? Set `equal_at`.

# %% tags=["exercise"]
equal_at = None

check("04.1", equal_at)

# %% [markdown]
# ### 2 · A tie at the finish
#
# Two classes often spike first at the same step, and then `predict(first_spike(...))` takes the lower one. Write a decoder that decides such a tie by the higher membrane at that step. It gets `spikes` and `membrane` `[T, B, C]` and returns the class of each sample, `[B]`; some class always spikes. Would it have helped the large gains in section 6? (For gains from 0.5, run `LIF()` again on `factor * held_out_current` with `record=True`.)


# %% tags=["exercise"]
def first_spike_winner(spikes, membrane):
    return None  # your code here


check("04.2", first_spike_winner)

# %% [markdown] tags=["solution"]
# ### 3 · Explain
#
# In the explorer, at gain 1.8, raise the input rate from 0.05 to 0.2 and then to 0.5. Where does layer 5 grow *faster* than the input, where more slowly? Which neurons cannot fire more, and does the share of layer 5 that never fires change?
#
# ### 4 · Open
#
# If all inputs of a neuron have the same rate, the offset from neuron to neuron vanishes for weights whose rows add up to zero. Subtract from each row its mean and use that in `five_layers`. Which layers keep an offset, and why? How large must `wanted` be now to hold all layers between 0.04 and 0.1? Then ask whether you would want this in section 4: there the inputs' rates differ *because the images differ*.
#
# ### Solutions
#
# <details><summary>Solution 1</summary>
#
# $\frac{p(1-p)}{(1-\beta)(1+\beta)} = \frac{p^2}{(1-\beta)^2}$ gives $(1-p)(1-\beta) = p(1+\beta)$, so $p = (1-\beta)/2 = 0.048$. That is 48 spikes per second: at higher rates the offset is the larger term, at lower ones the fluctuation.
#
# ```python
# equal_at = (1 - np.exp(-1 / 10)) / 2
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# Nobody has spiked before the first step, so a spike there belongs to a first class. Mark these, give all others the membrane minus infinity, and take the highest.
#
# ```python
# def first_spike_winner(spikes, membrane):
#     score = first_spike(spikes)
#     winners = score == score.max(1, keepdim=True).values
#     step = (-score.max(1).values).long().clamp(max=len(membrane) - 1)  # the last, if none spiked
#     at_step = membrane[step, torch.arange(len(step))]
#     return predict(torch.where(winners, at_step, -torch.inf))
# ```
#
# It helps: at gain 2 it lifts the accuracy of section 6 from 65 to 78 %; at gain 0.5, with few ties, hardly at all.
#
# </details>
#
# <details><summary>Solution 3, in words</summary>
#
# Faster at first, more slowly from 0.2 to 0.5, where the busiest neurons fire at nearly every step and cannot fire more. About 40 % are silent at all three rates, and mostly the same ones: their offset is negative.
#
# </details>
#
# ## References
#
# - E. O. Neftci, H. Mostafa, F. Zenke, *Surrogate gradient learning in spiking neural networks*, IEEE Signal Processing Magazine 36(6), 2019, section II.
# - J. K. Eshraghian et al., *Training spiking neural networks using lessons from deep learning*, Proceedings of the IEEE 111(9), 2023, sections II and IV.
# - D. Mishkin, J. Matas, *All you need is a good init*, ICLR 2016, arXiv 1511.06422.
# - J. Rossbroich, J. Gygax, F. Zenke, *Fluctuation-driven initialization for spiking neural network training*, Neuromorphic Computing and Engineering 2, 2022.
#
# **Next:** [05 · Surrogate gradients](05_surrogate_gradients.ipynb) finds a gradient for the hidden weights that were random here. Back to [03 · Neuron models](03_neuron_models.ipynb).
