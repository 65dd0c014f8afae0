# %% [markdown]
# # 05 · Surrogate gradients
#
# **Why do gradients die at a spike, and what revives them?**
#
# Needs: page 02 (the LIF neuron), page 04 (readouts); how PyTorch computes gradients. · 40 minutes to read, one minute to run. · Introduces `Surrogate`, `ALL_SURROGATES` and the training of a spiking network.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/05_surrogate_gradients.ipynb)

# %% [markdown]
# ## You will
#
# - give a spiking network its *true* gradient, zero, confirm it by small shifts of the weights, and see why: the loss is a staircase;
# - write a surrogate gradient yourself, prove it equal to the core's, and learn with it what the true gradient could not;
# - compare seven surrogates in shape, width and height, and test what the literature says about them;
# - derive a surrogate from noise, where it is exact, and find where its direction is wrong.

# %% tags=["setup"]
import itertools
import sys

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import matplotlib.pyplot as plt
import numpy as np
import torch
from torch import nn

from snn_core import ALL_SURROGATES, LIF, LeakyIntegrator, Surrogate, encoding
from snn_core.losses import count_cross_entropy, max_membrane_cross_entropy, predict, spike_count
from snn_core.teaching.exercises import Case, check_function, check_value
from snn_core.teaching.explorers import SurrogateGradient
from snn_core.teaching.palette import BLUE, VERMILION
from snn_core.teaching.plotting import heat_table, raster, traces, use_style
from snn_core.training import seeded

use_style()

# %% [markdown]
# ## 1 · A task, and a forward model
#
# The task is the smallest that needs learning: 256 patterns of random spikes, 100 inputs for 200 ms at 10 spikes per second, each with a label, 0 or 1, drawn at random. There is no rule behind the labels, so a network can only learn the patterns by heart. Guessing is right in 50 %; over 256 patterns, the accuracy of guesses scatters by $\sqrt{0.25/256} = 3.1$ percentage points.
#
# The network is 100 inputs → 50 LIF neurons → 2 LIF neurons. The output neuron with more spikes is the answer. The weights are drawn so that the hidden membranes fluctuate and cross the threshold now and then. We unroll the neuron of page 02 over time, with the spike as a function to be exchanged. First it is the step $H(x)$ of the distance to the threshold, $x = u - \theta$: 1 above 0, and 0 otherwise.
#
# > **Before you run:** two output neurons, no spike from either: what does an untrained network answer?


# %%
def random_patterns(seed, count=256):
    """Return spikes [time, pattern, input], and a random label for each pattern."""
    generator = seeded(seed)
    spikes = encoding.rate(torch.full((count, 100), 0.01), 200, generator=generator)
    return spikes, torch.randperm(count, generator=generator) % 2


def pattern_network(seed, neuron=LIF, readout=None, hidden=50):
    seeded(seed)
    first, last = nn.Linear(100, hidden, bias=False), nn.Linear(hidden, 2, bias=False)
    nn.init.normal_(first.weight, std=0.22), nn.init.normal_(last.weight, std=hidden**-0.5)
    return nn.Sequential(first, neuron(), last, (readout or neuron)())


def unrolled(network, spikes, spike):
    beta = LIF().beta.item()
    for layer in (network[0], network[2]):
        state, emitted = 0.0, []
        for current in layer(spikes):
            membrane = beta * state + current
            emitted.append(spike(membrane - 1))
            state = membrane - emitted[-1].detach()
        spikes = torch.stack(emitted)
    return spikes


def true_step(x):
    return torch.sign(x).clamp(min=0)  # PyTorch knows the derivative of sign: 0


spikes, labels = random_patterns(0)
network = pattern_network(0)
hidden = network[:2](spikes).detach()


# %% alt="Left: raster of one input pattern, about 200 spikes of 100 inputs in 200 ms. Middle: raster of the 50 hidden neurons, about 90 spikes. Right: the membrane of output neuron 0, which stays below the threshold."
output = network[3](network[2](hidden), record=True)
figure, axes = plt.subplots(1, 3, figsize=(11, 2.6))
raster(spikes[:, 0], axes[0]).set_title(f"One pattern: {spikes[:, 0].sum():.0f} input spikes")
raster(hidden[:, 0], axes[1], size=6).set_title(f"Hidden layer: {hidden[:, 0].sum():.0f} spikes")
traces(output.membrane[:, 0, 0], axes[2], threshold=1.0).set_title("Output neuron 0: silent so far")
plt.show()

# %% tags=["check"]
with torch.no_grad():
    exact = network.double()(spikes.double())  # double precision, so that no rounding decides a spike
    assert torch.equal(unrolled(network, spikes.double(), true_step), exact)
assert labels.double().mean() == 0.5 and 1 < 1000 * hidden.mean() < 20 and 1000 * output.spikes.mean() < 1

# %% [markdown]
# Our loop and the core agree, spike for spike. The hidden neurons fire a few times per second, at chance clusters of inputs, and the output neurons hardly ever. Two counts of zero are a tie, which counts as the answer 0.
#
# ## 2 · The true gradient
#
# The loss is the cross-entropy of the softmax over the two spike counts. Its gradient is a sum over all paths through the network, of one product each, and each spike on a path contributes the factor
#
# $$\frac{\partial z}{\partial u} = H'(u - \theta) = 0 ,$$
#
# except exactly at the threshold, where there is no derivative. One zero in each product is enough. `TrueStep` is this derivative for the core's `LIF`.
#
# > **Before you run:** what can 50 steps of a good optimiser do with it? And if the output neurons do not spike, but are read out by their highest membrane (page 04): which of the two weight matrices can learn?


# %%
class TrueStep(Surrogate):
    def derivative_at(self, membrane, threshold):
        return torch.zeros_like(membrane)


def true_neuron():
    return LIF(surrogate=TrueStep())


def learn(network, spikes, labels, *, loss=count_cross_entropy, lr=0.01, epochs=50):
    """Train on all patterns at once; return loss, accuracy and the norms of both gradients, for each epoch."""
    optimizer = torch.optim.Adam(network.parameters(), lr=lr)
    course = []
    for _ in range(epochs):
        output = network(spikes)
        value = loss(output, labels)
        optimizer.zero_grad()
        value.backward()
        accuracy = (predict(loss.decode(output)) == labels).double().mean()
        course.append([value.item(), accuracy, network[0].weight.grad.norm(), network[2].weight.grad.norm()])
        optimizer.step()
    return np.array(course).T


# %%
stuck = pattern_network(0, true_neuron)
half = pattern_network(0, true_neuron, LeakyIntegrator)
true_spikes = learn(stuck, spikes, labels)
true_membrane = learn(half, spikes, labels, loss=max_membrane_cross_entropy)
for name, (_, accuracy, *norms) in (("spikes", true_spikes), ("membrane", true_membrane)):
    print(f"{name:8}: accuracy {accuracy[0]:.1%} -> {accuracy[-1]:.1%}, gradient norms", np.mean(norms, 1).round(3))

# %% [markdown]
# With spikes at the output nothing moves at all. With a membrane readout the *last* matrix learns, and a linear readout of 50 random features can learn some patterns by heart; but the hidden weights get nothing, and neither would any layer below.
#
# The reason is the loss itself. Take a hidden neuron that is *silent* and multiply all its weights by a factor. Then go in a straight line from this network to another random one, and beyond, and look at the loss of four patterns on the way.


# %%
def loss_on_line(start, end, positions):
    """Return the loss of four patterns at positions on the line between two networks, 0 and 1 its ends."""
    positions = positions.double()[:, None, None]
    first, last = (torch.lerp(start[i].weight.data.double(), end[i].weight.data.double(), positions) for i in (0, 2))
    hidden = LIF()(torch.einsum("tpi,ahi->taph", spikes[:, :4].double(), first))
    counts = LIF()(torch.einsum("taph,aoh->tapo", hidden, last)).sum(0)
    return -counts.log_softmax(-1)[:, range(4), labels[:4]].mean(1)


coarse, fine, other = torch.linspace(-2, 2, 201), torch.linspace(1.30, 1.34, 201), pattern_network(1)
weights = stuck[0].weight, stuck[2].weight
by_hand = torch.autograd.grad(count_cross_entropy(unrolled(stuck, spikes, true_step), labels), weights)
walk, zoom = loss_on_line(stuck, other, coarse), loss_on_line(stuck, other, fine)
shifts = (1e-2, 1e-4, 1e-6)
flat = [(loss_on_line(stuck, other, coarse + shift) == walk).double().mean().item() for shift in shifts]
silent = hidden[:, 0].sum(0).argmin()
current = stuck[0](spikes[:, 0]).detach()[:, silent, None]
factors = torch.linspace(0, 4, 401)
highest = LIF()(current[:, None], record=True).membrane.max()
counts = LIF()(current[:, None] * factors[:, None]).sum(0).flatten()
print("share of places where a shift leaves the loss as it is:")
print(*(f"{shift:g}: {share:.1%}" for shift, share in zip(shifts, flat, strict=True)), sep="   ")

# %% alt="Left: spikes of a silent neuron against a factor on its weights, zero up to 1.5 and then a staircase. Middle: loss of four patterns along a line through two random networks, a plateau between them and jagged slopes beyond. Right: close-up, a few flat steps with jumps between them."
figure, axes = plt.subplots(1, 3, figsize=(11, 2.8))
axes[0].plot(factors, counts, ".", ms=2), axes[1].plot(coarse, walk), axes[2].plot(fine, zoom, ".", ms=2)
axes[0].set(xlabel="factor on its weights", ylabel="spikes", title="A silent neuron: flat, then a staircase")
axes[1].set(xlabel="position on the line", ylabel="loss", title="From afar: a plateau, and slopes")
axes[2].set(xlabel="position on the line", ylabel="loss", title="Close-up: flat steps")
plt.show()

# %% [markdown]
# Between the two networks, most of the way, the outputs are silent and the loss is $\ln 2$; beyond, it seems to have slopes. But spike counts are whole numbers, so the loss stays constant until some neuron gains, loses or moves a spike. The silent neuron must grow its weights until its highest membrane touches the threshold before anything happens, and nothing at its place tells it so. The smaller the shift, the larger the share of places where the loss does not change at all. The true gradient is not wrong: it is right, and useless.

# %% tags=["check"]
assert max(gradient.norm() for gradient in by_hand) == 0 == np.ptp(true_spikes[0]) == true_spikes[2:].max()
assert abs(true_spikes[1, -1] - 0.5) < 0.05 < true_membrane[1, -1] - 0.5 < 0.35
assert (true_membrane[2] == 0).all() and (true_membrane[3] > 0).all()
assert highest < 1 and abs(factors[counts > 0].min() - 1 / highest) < 0.011
assert flat[0] < 0.7 and flat[1] > 0.9 and flat[2] > 0.98 and 3 < (zoom.diff() != 0).sum() < 40
assert 0.8 < ((walk - np.log(2)).abs() < 1e-9)[(coarse > 0) & (coarse < 1)].double().mean() < 1

# %% [markdown]
# ## 3 · A surrogate in the backward pass
#
# The remedy: keep the step in the forward pass, and *replace its derivative* in the backward pass by a bump $D$ around the threshold. It tells how close a neuron was to the other answer. SuperSpike (Zenke & Ganguli 2018) uses the derivative of a *fast sigmoid*,
#
# $$D(kx) = \frac{1}{(1 + |kx|)^2}, \qquad x = u - \theta,$$
#
# with the steepness $k$, here 10. Its tails are long: even a silent neuron receives something. In PyTorch this is a `Function` with a `backward` of its own. Nothing else in the network changes.
#
# > **Before you run:** same weights, same optimiser, same loss. Where will the accuracy be after 50 steps? And on patterns that were not in the training set?


# %%
class HandSpike(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient / (1 + 10 * x.abs()) ** 2


twin, few, gradients = pattern_network(0).double(), spikes[:, :32].double(), []
for forward in (lambda: twin(few), lambda: unrolled(twin, few, HandSpike.apply)):
    weights = twin[0].weight, twin[2].weight
    gradients.append(torch.autograd.grad(count_cross_entropy(forward(), labels[:32]), weights))

# %%
tasks = [random_patterns(seed) for seed in (0, 1, 2)]
trained = [pattern_network(seed) for seed in (0, 1, 2)]
surrogate = [learn(network, *task) for network, task in zip(trained, tasks, strict=True)]
new_spikes, new_labels = random_patterns(100)
unseen = (predict(spike_count(trained[0](new_spikes))) == new_labels).double().mean()
print("accuracy:", *(f"{course[1, -1]:.1%}" for course in surrogate), f"(three seeds), {unseen:.1%} on new patterns")

# %% alt="Left: loss against epoch. True gradient with spiking output: a flat line at 0.7. True gradient with membrane readout: falls a little. Surrogate gradient, three seeds: falls to nearly 0. Right: loss on the straight line from the untrained to the trained network, a staircase downwards."
along = torch.linspace(0, 1, 401)
descent = loss_on_line(pattern_network(0), trained[0], along)
figure, axes = plt.subplots(1, 2, figsize=(10, 3.2))
axes[0].plot(true_spikes[0], color=VERMILION, label="true gradient, spiking output")
axes[0].plot(true_membrane[0], color=VERMILION, linestyle=":", label="true gradient, membrane readout")
axes[0].plot(np.array(surrogate)[:, 0].T, color=BLUE, label=["surrogate gradient, three seeds", None, None])
axes[0].set(xlabel="epoch", ylabel="loss", ylim=(0, 1.15), title="Only the surrogate learns the patterns")
axes[0].legend()
axes[1].plot(along, descent, ".", markersize=2)
axes[1].set(
    xlabel="untrained (0) → trained network (1)", ylabel="loss of four patterns", title="The way down is a staircase"
)
plt.show()

# %% tags=["check"]
assert all(torch.allclose(ours, core, rtol=0, atol=1e-12) for ours, core in zip(*gradients, strict=True))
assert min(course[1, -1] for course in surrogate) >= 0.95 and abs(unseen - 0.5) < 0.1
assert max(course[0, -1] for course in surrogate) < 0.2 < true_membrane[0, -1] < true_spikes[0, -1]
assert descent[-1] < 0.1 < 0.6 < descent[0]
assert (loss_on_line(pattern_network(0), trained[0], along + 1e-6) == descent).double().mean() > 0.98

# %% [markdown]
# The surrogate network knows its patterns. On new ones it guesses, as it must with random labels. The membrane readout stays behind: in 50 epochs a better last layer does not make up for random hidden neurons. The right figure goes straight from the untrained to the trained network: a shift of a millionth leaves the loss as it is nearly everywhere on this line, and yet the surrogate found its lower end.
#
# ## 4 · Which surrogate?
#
# The core has seven, all $D(kx)$ with a peak of 1. We compare shapes at the same **width** at half their height: $k$ is the width at $k = 1$ divided by the width we want. *Triangular* and *boxcar* end at a finite distance, *Gaussian* and *sigmoid* fall off exponentially or faster, *fast sigmoid* and *arctan* only as $1/x^2$. The **straight-through** estimator treats the step as the identity, $D = 1$. It is what each of the others becomes when its width goes to infinity.
#
# Then we train every shape at every width, on a quarter of the task: 64 patterns of 100 ms, 20 hidden neurons, 20 epochs, two seeds, one learning rate for all. Adam divides by the size of the gradient, so a narrow bump is not simply a smaller step.
#
# > **Before you run:** at a width of 1/16, which shapes still reach an output neuron half a threshold away? Zenke and Vogels (2021) report that the shape matters little, as long as it is no constant. Does that hold in every column, and for straight-through?


# %%
def short_training(spike, *, attached=False, seeds=(0, 1)):
    """Return what `learn` does, for each seed, on 64 patterns of 100 ms."""
    neuron = lambda: LIF(surrogate=spike, detach_reset=not attached)  # noqa: E731
    small = [(pattern_network(seed, neuron, hidden=20), *tasks[seed]) for seed in seeds]
    return np.array([learn(net, x[:100, :64], y[:64], lr=0.02, epochs=20) for net, x, y in small])


nodes = torch.sinh(torch.linspace(-12, 12, 200_001, dtype=torch.float64))  # dense at 0, and out to 80,000
shapes = [name for name in ALL_SURROGATES if name != "straight_through"]
area = {name: torch.trapezoid(Surrogate(name, 1).derivative(nodes), nodes).item() for name in shapes}
unit = {name: np.ptp(nodes[Surrogate(name, 1).derivative(nodes) >= 0.5].numpy()) for name in shapes}
small = pattern_network(0, hidden=20)
with torch.no_grad():
    best = small[3](small[2](small[:2](spikes[:100, :64])), record=True).membrane.max(0).values.median()
heard = {name: Surrogate(name, 16 * unit[name]).derivative(best - 1).item() for name in shapes}
for name in shapes:
    print(f"{name:13} peak {Surrogate(name).peak:.0f}   area {area[name]:.2f}/k   width {unit[name]:.2f}/k", end="")
    print(f"   at a typical output neuron, width 1/16: {heard[name]:.1e}")


# %%
scales = {name: [unit[name] / width for width in (4, 1, 1 / 4, 1 / 16)] for name in shapes}
sweep = np.array([[short_training(Surrogate(name, k))[:, 1, -1].mean() for k in scales[name]] for name in shapes])
straight = short_training(Surrogate("straight_through"))[:, 1, -1].mean()

# %% alt="Left: the six derivatives at the same width; they differ in their tails. Right: heat map of the accuracy, six shapes by four widths and straight-through: high in the two wide columns for all; in the narrow columns only fast sigmoid and arctan stay high."
figure, axes = plt.subplots(1, 2, figsize=(10.5, 3.4), width_ratios=(1, 1.1))
x = torch.linspace(-1.5, 1.5, 601)
for name in shapes:
    axes[0].plot(x, Surrogate(name, unit[name]).derivative(x), label=name, linewidth=1.2)
axes[0].set(xlabel="u − θ", ylabel="D(kx)", title="Six shapes at width 1: the tails differ", ylim=(0, 1.5))
axes[0].legend(ncols=2, loc="upper center")
table = np.vstack([sweep, [straight, np.nan, np.nan, np.nan]])
widths = ["4", "1", "1/4", "1/16"]
heat_table(100 * table, ALL_SURROGATES, widths, axes[1], form="{:.0f}")
axes[1].set(
    xlabel="width (units of the threshold); straight-through: ∞", title="Accuracy (%): silent outputs need tails"
)
plt.show()

# %% [markdown]
# In the two wide columns the claim holds: the shape hardly matters. In the narrowest it does, through the tails: fast sigmoid and arctan learn as before, and the four shapes without long tails stay near chance. The list says why. The outputs start silent: a typical one stays half a threshold away even at its best, where their derivative is far below even Adam's $\varepsilon$ of $10^{-8}$. If the outputs spike from the start, the gap shrinks (exercise 3). The straight-through estimator, a constant, learns too, unlike what the paper warns of, on this easy task.
#
# The paper also reports that the *scale* can matter a lot. It varies the steepness too, at height 1; by scale it means the **height**. The true derivative of a step is infinitely high, so a surrogate that approaches it must grow: the **tall** $k\,D(kx)$, in the core `height=k`. Our loop subtracts `emitted[-1].detach()`: the reset counts as a constant, and no gradient passes it (**detached**). Then every path crosses one spike per layer. So the gradient of the hidden weights grows by exactly $k^2$, that of the output weights by $k$, and Adam divides both factors out, up to its $\varepsilon$ and rounding, which a spiking network amplifies: compare means, not single runs. With the reset **attached** (`detach_reset=False`) each time step contributes a factor $\beta\,(1 - \theta D(kx))$, between 0 and $\beta$ at peak 1; with the tall surrogate it is $\beta\,(1 - \theta k D(kx))$, which is $-99\,\beta$ at the threshold for $k = 100$.
#
# > **Before you run:** four trainings with $k = 100$, normal or tall, detached or attached. Which one suffers?

# %%
mean_loss, first = {}, {}
for attached, height in itertools.product((False, True), (1, 100)):
    course = short_training(Surrogate("fast_sigmoid", 100, height=height), attached=attached)
    mean_loss[height, attached], first[height, attached] = course[:, 0].mean(), course[:, 2:, 0]
    print(f"attached {attached!s:5} height {height:3}   mean loss {mean_loss[height, attached]:.2f}", end="")
    print(f", at the end {course[:, 0, -1].mean():.2f}")
tall_attached = mean_loss.pop((100, True))

# %% tags=["check"]
assert all(np.isclose(area[name], Surrogate(name, 1).area, rtol=3e-4) and Surrogate(name).peak == 1 for name in shapes)
assert all(torch.allclose(Surrogate(name, 1e-9).derivative(x), torch.ones_like(x)) for name in ALL_SURROGATES)
assert np.ptp(sweep[:, :2], axis=0).max() < 0.15 and sweep[:, :2].min() > 0.8 and straight > 0.8 and 0.3 < best < 0.6
assert sweep[:2, 3].min() > 0.9 > 0.7 > sweep[2:, 3].max() and all(heard[name] < 1e-8 for name in shapes[2:])
assert np.allclose(first[100, False] / first[1, False], [100**2, 100], rtol=1e-3)
assert tall_attached > max(mean_loss.values()) + 0.05 and np.ptp(list(mean_loss.values())) < 0.06

# %% [markdown]
# So this finding of the paper repeats here: height does harm once gradients flow through the reset, and only then. (In the paper also where they flow through recurrent connections.) This is why the core's surrogates have a peak of 1 by default, and why its resets are detached unless told otherwise.
#
# ## 5 · Where a surrogate comes from: noise
#
# A surrogate looks like a trick. But let the threshold be **noisy**: it jumps by a random $\xi$ at every step. The neuron then spikes with a probability, $p(u) = \mathrm{P}(\xi < u - \theta)$, and that is smooth: its slope is the density of the noise. This is called *escape noise*. For a loss $L$ that depends on one such spike,
#
# $$\frac{\mathrm{d}\,\mathrm{E}[L]}{\mathrm{d}w} = (L_1 - L_0)\; p'(u)\; \frac{\partial u}{\partial w}, \qquad p'(u) = \frac{D(k(u - \theta))}{A}, \qquad A = \int D(kx)\,\mathrm{d}x .$$
#
# $L_1$ and $L_0$ are the losses with and without the spike. If $L$ is linear in the spike, backprop delivers just this factor $L_1 - L_0$, and the expected gradient *is* a surrogate gradient: the density of the noise takes the place of $D(kx)$. (For a curved loss it delivers the slope at the $z$ that happened, which is something else.) Each bump of finite area is the density of some noise, times its area. Logistic noise gives the sigmoid, for which the core's derivative with peak 1 must be divided by its area, $4/k$. Below we draw each noise by a recipe of its own: Cauchy noise for the arctan, uniform noise for the boxcar, the sum of two uniform numbers for the triangle.
#
# > **Before you run:** wiggle the membrane by ±0.005 under the same 400,000 random thresholds and count spikes. With what error will the difference quotient meet the surrogate?


# %% alt="Six panels, one per surrogate: the surrogate derivative divided by its area as a curve, and nine Monte Carlo estimates of the slope of the spike probability with error bars, which lie on the curve."
noises = {name: Surrogate(name, unit[name] / 0.5) for name in shapes}
distance = torch.linspace(-0.6, 0.6, 9, dtype=torch.float64)
uniform, second = torch.rand(2, 400_000, 1, generator=seeded(5), dtype=torch.float64)
xi = {
    "fast_sigmoid": (2 * uniform - 1) / (1 - (2 * uniform - 1).abs()),
    "arctan": torch.tan(np.pi * (uniform - 0.5)) * 2 / np.pi,  # Cauchy
    "sigmoid": torch.logit(uniform),  # logistic
    "triangular": uniform + second - 1,
    "boxcar": uniform - 0.5,
    "gaussian": torch.special.ndtri(uniform),
}
slope, error = {}, {}
for name, noise in noises.items():
    up, down = ((xi[name] / noise.scale < distance + shift).double() for shift in (0.005, -0.005))
    slope[name], error[name] = ((up - down) / 0.01).mean(0), ((up - down) / 0.01).std(0) / len(up) ** 0.5
figure, axes = plt.subplots(1, 6, figsize=(12, 2.5), sharey=True)
x = torch.linspace(-0.75, 0.75, 301)
for axis, (name, noise) in zip(axes, noises.items(), strict=True):
    axis.plot(x, noise.derivative(x) / noise.area, color="0.6")
    axis.errorbar(distance, slope[name], 2 * error[name], fmt="o", color=VERMILION, markersize=3)
    axis.set(xlabel="u − θ", title=name)
axes[0].set(ylabel="slope of P(spike)")
plt.show()

# %% tags=["check"]
expected = {name: noise.derivative(distance) / noise.area for name, noise in noises.items()}
scores = torch.cat([(slope[name] - expected[name]) / error[name].clamp(min=1e-9) for name in shapes])
seen = torch.cat([error[name] > 0 for name in shapes])
assert scores.abs().max() < 4 and 0.6 < scores[seen].square().mean() < 1.6 and seen.sum() > 40
peak, tail = [(error[name] / slope[name])[4] for name in shapes], (error["gaussian"] / slope["gaussian"]).max()
assert 0.01 < min(peak) < max(peak) < 0.02 and 0.08 < tail < 0.09 and np.isclose(Surrogate("sigmoid", 7).area, 4 / 7)

# %% [markdown]
# Six noises, six surrogates: the estimates scatter around the curves as their error bars say (two standard errors). For one noisy neuron, one step and a loss linear in its spike, the surrogate gradient is exact. Only thresholds inside the window of 0.01 count, $n$ of the 400,000, so the relative error is $1/\sqrt n$: 1 to 2 % at the peaks, up to 9 % in the Gaussian's tails.
#
# ## 6 · Where it is wrong
#
# One neuron is not a network. The loss is then $\mathrm{E}[L]$ over all patterns of spikes, and the chain rule does not carry over. A spike of weight $w$ is a jump in the next membrane: the truth contains the difference $p(u+w)-p(u)$, averaged over all patterns, the surrogate the slope $w\,p'(u)$ at one. The two differ most where $p$ bends within one jump, that is for narrow noise. To measure the error we need the truth. Take networks small enough to sum over everything: layers of 4 neurons, one time step, so 16 patterns per layer. The probabilities of these patterns, pushed from layer to layer, give the smoothed loss exactly. Its gradient comes from PyTorch and is checked by finite differences. The surrogate gradient is that of the same network without noise, with the surrogate whose density the noise has; only directions are compared, so the missing area does not matter. The loss is a random value per output neuron times its spikes, so it is linear.
#
# > **Before you run:** for one layer the direction of the surrogate gradient is exact. What will five layers do to it?

# %%
depths, noise_widths, measured = (1, 2, 3, 4, 5), (4, 1, 1 / 4), {}
states = torch.tensor(list(itertools.product((0.0, 1.0), repeat=4)), dtype=torch.float64)


def spike_probability(x, noise):
    """Return the probability of a spike at distance x to the threshold, for a noise with this surrogate as density."""
    return 0.5 + (noise.primitive(x) - noise.primitive(torch.zeros_like(x))) / noise.area


def smoothed_loss(weights, spike, value):
    """Return the expected loss of a network of noisy neurons, summed over all patterns of all layers."""
    chance = torch.eye(16, dtype=torch.float64)[-1]  # every input spikes
    for matrix in weights:
        p = spike_probability(states @ matrix - 1, spike)[:, None]
        chance = chance @ torch.where(states > 0, p, 1 - p).prod(2)
    return chance @ states @ value


def spiking_loss(weights, spike, value):
    spikes = torch.ones(4, dtype=torch.float64)
    for matrix in weights:
        spikes = spike(spikes @ matrix - 1)
    return spikes @ value


def two_gradients(depth, width, generator):
    """Return the true and the surrogate gradient of the first layer of a random network, and the network."""
    value, *draw = torch.randn(depth + 1, 4, 4, generator=generator, dtype=torch.float64)
    weights = [(1.5 * matrix).requires_grad_() for matrix in draw]
    network = weights, Surrogate("fast_sigmoid", unit["fast_sigmoid"] / width), value[0]
    return *(torch.autograd.grad(loss(*network), weights)[0] for loss in (smoothed_loss, spiking_loss)), network


# %%
for width, depth in itertools.product(noise_widths, depths):
    generator = seeded(depth)
    pairs = [two_gradients(depth, width, generator)[:2] for _ in range(50)]
    true, proxy = (torch.stack(side).flatten(1) for side in zip(*pairs, strict=True))
    wrong, downhill = (true * proxy < 0).double().mean(), ((true * proxy).sum(1) > 0).double().mean()
    measured[width, depth] = torch.cosine_similarity(true, proxy).mean(), wrong, downhill

# %% alt="Against depth, for three widths of noise. Left: cosine between the surrogate and the true gradient of the first layer, 1 at one layer, then falling, the faster the narrower the noise. Right: share of weights whose sign is wrong, 0 at one layer, then rising to about 30 percent."
figure, axes = plt.subplots(1, 2, figsize=(10, 3))
for width, (quantity, axis) in itertools.product(noise_widths, enumerate(axes)):
    axis.plot(depths, [measured[width, depth][quantity] for depth in depths], "o-", label=f"noise of width {width:g}")
axes[0].set(xlabel="layers", ylabel="cosine", ylim=(0, 1.05), xticks=depths, title="The direction degrades with depth")
axes[1].set(xlabel="layers", ylabel="share of weights", xticks=depths, title="Many weights get the wrong sign")
axes[0].legend()
plt.show()

# %% [markdown]
# One layer: cosine 1. Then the direction degrades, and faster if the noise is narrow. In five layers with a noise of width 1/4, between two and four weights in ten have the wrong sign: following the surrogate moves them uphill. At that corner a small step along the surrogate still goes down in most networks, but not in all: in about three of ten it goes up.
#
# There is a second way to see that it is not the gradient of anything. Walk around a **closed loop** in weight space: a true gradient sums to zero, since the loss at the end is the loss at the start. Take a chain of two neurons, $z_1 = H(w_1 - 1)$ and $z_2 = H(w_2 z_1 - 1)$, and the rectangle $1.1 \le w_1 \le 1.5$, $0.6 \le w_2 \le 1.4$, where $z_1 = 1$. With straight-through, $\partial z_2/\partial w_1 = w_2$ and $\partial z_2 / \partial w_2 = 1$. The sides along $w_2$ cancel, and those along $w_1$ leave $0.4 \cdot (0.6 - 1.4) = -0.32$. As a control, we replace the step by the smooth spike probability of section 5: that chain has a true gradient.


# %% tags=["NBVAL_CHECK_OUTPUT"]
def circulation(spike, corners=((1.1, 0.6), (1.5, 0.6), (1.5, 1.4), (1.1, 1.4), (1.1, 0.6)), pieces=1000):
    """Return the sum of gradient times step around a rectangle in the plane of both weights of the chain."""
    corners, total = torch.tensor(corners, dtype=torch.float64), 0.0
    for a, b in itertools.pairwise(corners):
        middle = a + (torch.arange(pieces).double()[:, None] + 0.5) / pieces * (b - a)
        middle.requires_grad_()
        (gradient,) = torch.autograd.grad(spike(middle[:, 1] * spike(middle[:, 0] - 1) - 1).sum(), middle)
        total += (gradient @ (b - a)).mean().item()
    return total


fast = Surrogate("fast_sigmoid", 1)
loops = [circulation(spike) for spike in (Surrogate("straight_through"), fast, lambda x: spike_probability(x, fast))]
print("straight-through {:.4f}, fast sigmoid {:.4f}, smooth neurons {:.4f}".format(*loops[:2], abs(loops[2])))

# %% tags=["check"]
true, _, (weights, noise, value) = two_gradients(3, 1, seeded(2))
tiny = 1e-5 * torch.eye(16, dtype=torch.float64).view(16, 4, 4)
ends = [[smoothed_loss([weights[0] + s * t, *weights[1:]], noise, value).item() for t in tiny] for s in (1, -1)]
assert np.allclose(np.subtract(*ends) / 2e-5, true.flatten(), rtol=0, atol=1e-8)  # finite differences
assert all(abs(measured[width, 1][0] - 1) < 1e-9 and measured[width, 1][1] == 0 for width in noise_widths)
assert all(measured[4, d][0] > measured[1, d][0] > measured[1 / 4, d][0] > 0 for d in depths[1:])
assert measured[1 / 4, 5][0] < 0.6 and 0.2 < measured[1 / 4, 5][1] < 0.4
assert 0.5 < measured[1 / 4, 5][2] < 0.9 and measured[4, 5][2] == 1
assert abs(loops[0] + 0.32) < 1e-9 and abs(loops[2]) < 1e-6
climb = fast.primitive(torch.tensor([0.1, 0.5])).diff().item()
assert abs(loops[1] + climb * 0.8 * fast.derivative(torch.tensor(0.4)).item()) < 1e-6

# %% [markdown]
# ## Explorer
#
# Five layers of spiking neurons on fixed random spikes. On the right, the norm of the gradient of all output spikes by the current into each layer, on a scale of eighteen powers of ten; a layer without a bar gets less than $10^{-8}$. (The slider sets $k$; straight-through has none.) Make the surrogate wide: the gradient explodes towards layer 1. Make it narrow: it vanishes. For which shapes does it become exactly zero at $k = 1000$? (The title then says that nothing reaches layer 1.) Then set $k$ back to 10 and lower the weights to 0.4, which silences the deeper layers: with which shapes could they still learn?

# %% alt="Explorer at its start: the derivative of the fast sigmoid over a histogram of membranes, and the gradient norms of five layers, all about equal."
show = SurrogateGradient()
show(surrogate="fast_sigmoid", log_scale=1.0)

# %%
SurrogateGradient().sliders()

# %% [markdown]
# ## Recap
#
# You
#
# - put the true derivative, zero, into the backward pass, and measured from outside, by shifting the weights, that it is right: the loss is a staircase;
# - wrote a surrogate gradient, equal to the core's, and learnt at least 95 % of 256 random patterns by heart, from three seeds;
# - found that wide surrogates differ little, that narrow ones need tails when the outputs start silent, and that a tall one hurts only through an attached reset;
# - saw the surrogate as the density of a noise, exact for one neuron and a loss linear in its spike, with a direction that degrades with depth, and the gradient of no loss at all.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $H(x)$ | the spike: 1 above the threshold | `Surrogate(...)(x)`, forward |
# | $D(kx)$ | surrogate derivative, peak 1 | `Surrogate.derivative`, backward |
# | $k$ | steepness | `scale` |
# | $A$ | area of $D(kx)$, which turns it into a density | `Surrogate.area` |
# | | all seven names | `ALL_SURROGATES` |
#
# ## Exercises
#
# ### 1 · The factor
#
# A neuron with logistic noise spikes with probability $\sigma(10\,(u - \theta))$. By which factor must the core's `Surrogate("sigmoid", scale=10)`, whose peak is 1, be multiplied to become the slope of this probability?

# %% tags=["exercise"]
slope_factor = None

check_value(slope_factor, 1 / Surrogate("sigmoid", 10).area, "Divide by the area of the surrogate, 4/k.")

# %% [markdown]
# ### 2 · A surrogate of your own
#
# The triangle is cheap but leaves a silent neuron without any gradient. Write the *leaky triangle*: $1 - k|x|$, but never below a floor. Then write a class `LeakyTriangle` like `TrueStep`, whose `derivative_at` returns it with $x$ = `membrane - threshold`, $k$ = `self.scale` and a floor of 0.01. Run `short_training(LeakyTriangle(scale=16))[:, 1, -1]` and compare with the triangle in the table: what does the floor change at width 1/16?


# %% tags=["exercise"]
def leaky_triangle(x, k, floor):
    return None  # your code here


x = torch.tensor([0.0, 0.05, -0.05, 0.095, -3.0])
check_function(leaky_triangle, Case((x, 10.0, 0.1), [1, 0.5, 0.5, 0.1, 0.1], "Mind both sides, and the floor."))

# %% [markdown] tags=["solution"]
# ### 3 · Explain
#
# Multiply `std` of `last` in `pattern_network` by 2, so that more output neurons spike from the start. Run that cell, and then only the two cells of the sweep and its table. (The checks hold for the old value: set it back afterwards.) Which cells of the table change most, and why?
#
# ### 4 · Open
#
# Train with a membrane readout *and* a surrogate. Then make the surrogate narrower from epoch to epoch. Does it end better than a constant width? (`network[1].surrogate.scale = k` changes the steepness; write it into the loop of `learn`.)
#
# ### Solutions
#
# <details><summary>Solution 1</summary>
#
# The area of $4\sigma'(kx)$ is $4/k$, so the factor is $k/4$: the slope of $\sigma(kx)$ at 0.
#
# ```python
# slope_factor = 10 / 4
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# ```python
# def leaky_triangle(x, k, floor):
#     return (1 - k * x.abs()).clamp(min=floor)
# ```
#
# In `LeakyTriangle`, `derivative_at` returns `leaky_triangle(membrane - threshold, self.scale, 0.01)`. With this floor nearly all patterns are learnt, where the plain triangle stays at chance.
#
# </details>
#
# <details><summary>Answer 3</summary>
#
# The narrow columns of the shapes without long tails. Boxcar at 1/4 rises most, from chance to nearly the level of the others; at 1/16 all four rise, the sigmoid highest. Outputs that spike pass close to the threshold, where even a narrow bump is high.
#
# </details>
#
# ## References
#
# - E. O. Neftci, H. Mostafa, F. Zenke, *Surrogate gradient learning in spiking neural networks*, IEEE Signal Processing Magazine 36(6), 2019.
# - F. Zenke, S. Ganguli, *SuperSpike: Supervised learning in multilayer spiking neural networks*, Neural Computation 30(6), 2018.
# - F. Zenke, T. P. Vogels, *The remarkable robustness of surrogate gradient learning for instilling complex function in spiking neural networks*, Neural Computation 33(4), 2021.
# - J. Gygax, F. Zenke, *Elucidating the theoretical underpinnings of surrogate gradient learning in spiking neural networks*, Neural Computation 37(5), 2025: noise, wrong signs and closed loops.
# - Y. Bengio, N. Léonard, A. Courville, *Estimating or propagating gradients through stochastic neurons for conditional computation*, arXiv 1308.3432, 2013: the straight-through estimator.
# - F. Zenke, *SpyTorch*, tutorial 1, 2019: a similar experiment to that of sections 2 and 3, with four hidden neurons, a membrane readout and fewer input spikes.
#
# **Next:** [06 · Backprop through time](06_backprop_through_time.ipynb) proves what happens between the spikes. Back to [04 · Layers and readouts](04_layers_and_readouts.ipynb).
