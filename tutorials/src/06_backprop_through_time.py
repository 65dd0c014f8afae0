# %% [markdown]
# # 06 · Backprop through time
#
# **What exactly does backpropagation through time compute?**
#
# Needs: page 02 (the LIF neuron), page 05 (surrogate derivatives), the chain rule. · 55 minutes to read, without *Deeper* and exercises; 10 seconds to run. · Introduces `detach_reset`, `credit`, `SavedBytes` and the backward pass of `LIF`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/06_backprop_through_time.ipynb)

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import numpy as np
import torch

from snn_core import LIF, SpikingNeuron, Surrogate
from snn_core.memory import SavedBytes, graph_nodes
from snn_core.teaching.diagrams import unrolled_graph
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import BackwardGraph, CreditAssignment, credit
from snn_core.teaching.inputs import constant, pulse
from snn_core.teaching.palette import GREY
from snn_core.teaching.plotting import decorate, dots_per_seed, panels, traces, use_style
from snn_core.teaching.records import recorded
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below
generator = seed_torch(6)

# %% [markdown]
# Neuron a gets 0.96 at every step and gives b 0.8 per spike. Both keep half their state. We want b to spike twice; it spikes only at step 3. Here is every number:

# %% alt="Graph of neurons a and b over three steps. Each step has a current I, a membrane u, a spike z and a state v, with their values; a spikes at steps 2 and 3, b at step 3 only. Below every membrane there is a question mark. Arrows run upwards and to the right, and beside the solid ones a coloured arrow runs back. Nothing follows the last states."
values = {
    "I_a": [0.96, 0.96, 0.96],
    "u_a": [0.96, 1.44, 1.18],
    "z_a": [0, 1, 1],
    "v_a": [0.96, 0.44, 0.18],
    "I_b": [0, 0.8, 0.8],
    "u_b": [0, 0.8, 1.2],
    "z_b": [0, 0, 1],
    "v_b": [0, 0.8, 0.2],
}
axis = unrolled_graph(
    values=values,
    gradients={"u_a": [None] * 3, "u_b": [None] * 3},
)
decorate(axis, title="Who is to blame that b spiked only once?")

# %% [markdown]
# Each question mark asks how much that membrane is to blame. That is all that **backpropagation through time** (BPTT) computes.
#
# At step 1 neuron a was silent, and b got nothing. Has this step any part in the missing spike?

# %% tags=["check"]
neuron = LIF(beta=0.5)
first = neuron(constant(0.96, 3), record=True)
second = neuron(0.8 * first.spikes, record=True)
for name, run in (("a", first), ("b", second)):
    assert np.allclose(run.membrane.flatten(), values[f"u_{name}"])
    assert run.spikes.flatten().tolist() == values[f"z_{name}"]
    assert np.allclose((run.membrane - run.spikes).flatten(), values[f"v_{name}"])
assert np.allclose(0.8 * first.spikes.flatten(), values["I_b"])

# %% [markdown]
# ## You will
#
# - fill in every gradient of two neurons over three steps by hand, and repair the loss with one update;
# - write the backward pass of a layer, and compare it with PyTorch;
# - measure how long an input counts, and what a spike does to that;
# - ask a neuron whether the reset belongs into the gradient, and measure what BPTT costs.

# %% [markdown]
# ## 1 · Fill in the blanks
#
# In the graph the steps stand side by side: an ordinary deep network with the same weights at every step (Werbos 1990).
#
# Forwards: $u[t] = \beta\,v[t-1] + I[t]$, then the spike, then $v[t] = u[t] - \theta z[t]$, with $\beta = 0.5$ and $\theta = 1$.
#
# Gradients run backwards, by the chain rule. Of these $g_u$ is the derivative of the loss with respect to $u$, and so on:
#
# 1. Along an arrow a gradient is multiplied by the derivative on it: $\beta$, the weight, or 1.
# 2. Where several arrows leave a node, what comes back along them is *added*.
# 3. From $u$ to $z$ this is a surrogate **slope** $s$ (page 05), here a triangle: 1 at the threshold, 0 at a distance of 1.
#
# The dashed arrow, the reset, has no way back; section 4 asks why.


# %%
def slope_at(u):
    return (1 - (u - 1).abs()).clamp(min=0)


u_a = torch.tensor(values["u_a"])
u_b = torch.tensor(values["u_b"])
print("s of a:", slope_at(u_a))
print("s of b:", slope_at(u_b))

# %% [markdown]
# The loss is $L = \frac12 (n - 2)^2$ for the $n$ spikes of b, so each spike, sent or not, has the gradient $g_{z_b} = n - 2 = -1$. From $u_b[3]$ one way leads to the loss, with the slope 0.8: $g_{u_b}[3] = -1 \cdot 0.8 = -0.8$.
#
# > **Fill in the next:** from $u_b[2]$ two ways lead to the loss: over its own spike, with the slope 0.8, and over the state to $u_b[3]$, with $\beta = 0.5$. What is $g_{u_b}[2]$?

# %% tags=["check"]
assert abs(-slope_at(u_b)[1] - 0.5 * slope_at(u_b)[2] + 1.2) < 1e-6

# %% [markdown]
# $g_{u_b}[2] = -1 \cdot 0.8 + 0.5 \cdot (-0.8) = -1.2$: both ways, added.
#
# The live graph asks for all numbers. Work out those of b, each *before* you press; then press on, and watch a. ($I$ and $v$ pass gradients unchanged.) Last come the weights. A weight is used at every step, so its gradient is a sum over steps, with the input $x = 1$:
#
# $$g_{w_b} = \sum_t z_a[t]\, g_{u_b}[t], \qquad g_{w_a} = \sum_t x[t]\, g_{u_a}[t].$$

# %%
BackwardGraph().sliders()

# %% [markdown]
# **Try this**
#
# 1. Which two arrows bring gradient to $u_a[1]$, where a was silent?
# 2. Set $w_b = 0$ and fill in. Why does nothing learn any more?

# %% [markdown] tags=["solution"]
# <details><summary>All numbers, and answers</summary>
#
# | step | $g_{u_b}$ | $g_{z_a} = w_b\, g_{u_b}$ | $g_{u_a}$ |
# |---|---|---|---|
# | 3 | $-1 \cdot 0.8 = -0.8$ | $0.8 \cdot (-0.8) = -0.64$ | $-0.64 \cdot 0.82 = -0.525$ |
# | 2 | $-1 \cdot 0.8 + 0.5 \cdot (-0.8) = -1.2$ | $0.8 \cdot (-1.2) = -0.96$ | $-0.96 \cdot 0.56 + 0.5 \cdot (-0.525) = -0.8$ |
# | 1 | $-1 \cdot 0 + 0.5 \cdot (-1.2) = -0.6$ | $0.8 \cdot (-0.6) = -0.48$ | $-0.48 \cdot 0.96 + 0.5 \cdot (-0.8) = -0.861$ |
#
# The weights: $g_{w_b} = -1.2 - 0.8 = -2$, since a spikes at steps 2 and 3, and $g_{w_a} = -0.861 - 0.8 - 0.525 = -2.186$.
#
# 1. One from its own spike that did not come, $-0.48 \cdot 0.96$; one from its state, which lived on into step 2, $0.5 \cdot (-0.8)$. Together $-0.861$.
# 2. The membrane of b stays at 0, where the triangle has ended, so its slopes are 0. And whatever a gets from b is multiplied by $w_b$.
#
# </details>

# %% [markdown]
# ### One line does it all
#
# $$g_u[t] = \underbrace{g_z[t]\, s[t]}_{\text{over its spike}} + \underbrace{\beta\, g_u[t+1]}_{\text{over its state}}$$
#
# It runs from the last step to the first:


# %%
def neuron_backward(g_z, s, beta):
    g_u = torch.zeros_like(s)
    later = 0.0
    for t in reversed(range(len(s))):
        g_u[t] = g_z[t] * s[t] + beta * later
        later = g_u[t]
    return g_u


# %% [markdown]
# First b, then a, whose spikes count $w_b$ times what they do to b:

# %%
g_z = torch.tensor([-1.0, -1.0, -1.0])
g_b = neuron_backward(g_z, slope_at(u_b), 0.5)
g_z = 0.8 * g_b
g_a = neuron_backward(g_z, slope_at(u_a), 0.5)

# %% alt="The graph of the two neurons again, now with the gradient below every membrane. Neuron b: minus 0.600, minus 1.200, minus 0.800; neuron a: minus 0.861, minus 0.800, minus 0.525."
axis = unrolled_graph(
    values=values,
    gradients={"u_a": g_a.tolist(), "u_b": g_b.tolist()},
)
decorate(axis, title="Filled in: a is most to blame at its silent step 1")

# %% [markdown]
# The silence of a at step 1 *has* a part in it, the largest of the three. The $-0.861$ says: raise the membrane there. Now the weights:

# %%
g_w_a = g_a.sum()
g_w_b = (torch.tensor(values["z_a"]) * g_b).sum()
print("gradient of w_a:", g_w_a)
print("gradient of w_b:", g_w_b)

# %% [markdown]
# Both are negative: raise both weights.
#
# > **Before you run:** go one step downhill, with a learning rate of 0.05. Does b spike twice now?

# %%
w_a = 0.96 - 0.05 * g_w_a
w_b = 0.8 - 0.05 * g_w_b
neuron = LIF(beta=0.5)
spikes_a = neuron(w_a * constant(1, 3))
spikes_b = neuron(w_b * spikes_a)
print("spikes of a:", spikes_a.flatten())
print("spikes of b:", spikes_b.flatten())

# %% [markdown]
# Yes, the loss is 0. Neuron a now spikes at step 1 too, and b at step 2: where each was most to blame.

# %% tags=["check"]
w = torch.tensor([0.96, 0.8], requires_grad=True)
core = LIF(beta=0.5, surrogate=Surrogate("triangular", scale=1.0))
((core(core(w[0] * torch.ones(3, 1)) * w[1]).sum() - 2) ** 2 / 2).backward()
assert torch.allclose(w.grad, torch.stack([g_w_a, g_w_b]))
assert torch.allclose(g_b, torch.tensor([-0.6, -1.2, -0.8]))
assert torch.allclose(g_a, torch.tensor([-0.861, -0.8, -0.525]), atol=5e-4)
assert torch.allclose(0.8 * g_b[0], torch.tensor(-0.48))
assert spikes_a.flatten().tolist() == [1, 1, 1]
assert spikes_b.flatten().tolist() == [0, 1, 1]
assert g_a.argmin() == 0
assert g_b.argmin() == 1

assert slope_at(torch.tensor(0.0)) == 0

# %% [markdown]
# ## 2 · The same for a layer
#
# In `neuron_backward` nothing changes: of a layer, $g_u[t]$ is a row with all its neurons at step $t$, and $x[t]$ a row with its inputs. The weights are a matrix $W$:
#
# $$g_W = \sum_t x[t]^{\top} g_u[t], \qquad g_x[t] = g_u[t]\, W^{\top}.$$
#
# To test it: 8 inputs, 6 hidden neurons, 4 outputs, 20 steps of 1 ms, in double precision (16 digits). From here on neurons are those of the core: $\tau = 10$ ms, so $\beta = e^{-1/10} = 0.905$, and the slope is the bump $1/(1 + 10\,|u - 1|)^2$.

# %%
chance = torch.full((20, 8), 0.4).double()
inputs = torch.bernoulli(chance, generator=generator)
W1 = torch.empty(8, 6).double()
W1.normal_(0.1, 0.4, generator=generator)
W2 = torch.empty(6, 4).double()
W2.normal_(0.1, 0.4, generator=generator)
tau = torch.tensor(10.0).double()
layer = LIF(tau)

hidden = layer(inputs @ W1, record=True)
output = layer(hidden.spikes @ W2, record=True)

# %% [markdown]
# One layer backwards: it gets $g_z$ of its spikes, and returns $g_W$ and $g_x$. The $g_x$ of one layer is the $g_z$ of the layer below.


# %% tags=["slide-code"]
def layer_backward(g_z, u, x, W):
    s = layer.surrogate.derivative(u - 1)
    g_u = neuron_backward(g_z, s, layer.beta)
    g_W = x.T @ g_u
    g_x = g_u @ W.T
    return g_W, g_x


# %% [markdown]
# We want five spikes from each output: $g_z = n - 5$. Then down, layer by layer:

# %%
count = output.spikes.sum(0)
g_z = (count - 5).expand(20, 4)
g_W2, g_z = layer_backward(
    g_z,
    output.membrane,
    hidden.spikes,
    W2,
)
g_W1, g_x = layer_backward(
    g_z,
    hidden.membrane,
    inputs,
    W1,
)

# %% [markdown]
# PyTorch is the referee: its autograd walks back through a plain loop of steps.
#
# > **Before you run:** will the gradients by hand and those of PyTorch agree roughly, or in every digit?


# %%
def plain_loop(currents):
    spikes = []
    v = torch.zeros_like(currents[0])
    for current in currents:
        z, u, v = layer.step(current, v)
        spikes.append(z)
    return torch.stack(spikes)


# %%
W1.requires_grad_()
W2.requires_grad_()
spikes = plain_loop(inputs @ W1)
spikes = plain_loop(spikes @ W2)
missing = spikes.sum(0) - 5
loss = (missing**2).sum() / 2
loss.backward()
difference = (g_W1 - W1.grad).abs().max()
relative = difference / W1.grad.abs().max()
print(f"largest relative difference: {relative:.1e}")

# %% [markdown]
# In every digit, up to rounding. The backward pass of `LIF` itself is these few lines.

# %% tags=["check"]
fast = layer(layer(inputs @ W1) @ W2)
by_layer = torch.autograd.grad(((fast.sum(0) - 5) ** 2).sum() / 2, (W1, W2))
for ours, *others in ((g_W1, W1.grad, by_layer[0]), (g_W2, W2.grad, by_layer[1])):
    for other in others:
        assert (ours - other).abs().max() < 1e-12 * ours.abs().max()
assert hidden.spikes.sum() > 10
assert count.sum() > 5
assert round(layer.beta.item(), 3) == 0.905

# %% [markdown]
# ## 3 · How far back does credit reach?
#
# The **credit** of an input is $\partial u[T] / \partial I[t]$, the derivative of the *last* membrane with respect to it: $g_u[t]$, if the loss is $u[T]$ itself. In a silent neuron it is $\beta^m$ for the input $m$ steps back: after $\tau \ln 100 = 4.6\,\tau$ less than 1 % is left.
#
# The core's `credit` gives the credit of every input. Now a strong input at every sixth step makes the neuron spike ($\tau = 20$ ms), with each of the two resets of page 02, still without a way back through them.
#
# > **Before you run:** does a spike cut off what came before it?

# %%
strong = 0.05 + pulse(60, at=list(range(0, 60, 6)), height=0.45)
soft = LIF(tau_mem=20.0)
hard = LIF(tau_mem=20.0, reset="hard")
times = hard(strong).flatten().nonzero()
print("hard reset, spikes at", times.flatten().tolist(), "ms")
print("credit of the inputs from 53 ms on")
print("hard:", credit(hard, strong)[53:].flatten())
print("soft:", credit(soft, strong)[53:].flatten())

# %% [markdown]
# The hard reset does: its last spike, at 54 ms, sets $v$ to 0. The soft one takes 1 away and keeps the rest, as if no spike had been.

# %% tags=["check"]
back = torch.arange(120)
for tau_ms, reach in ((5, 24), (20, 93)):
    received = credit(LIF(tau_mem=tau_ms), constant(0, 120)).flatten().flip(0)
    assert torch.allclose(received, torch.exp(-back / tau_ms), rtol=1e-3)
    assert (received < 0.01).nonzero().min() == reach
    assert int(np.log(100) * tau_ms) + 1 == reach
closed = torch.exp(-torch.arange(59, -1, -1) / 20)
spiked = hard(strong).flatten()
last = spiked.nonzero().max().item()
assert torch.allclose(credit(soft, strong).flatten(), closed, rtol=1e-4)
assert not credit(hard, strong)[: last + 1].any()
assert torch.allclose(credit(hard, strong)[last + 1 :].flatten(), closed[last + 1 :], rtol=1e-4)
assert last == 54

# %% [markdown]
# ## 4 · Does the reset belong into the gradient?
#
# Much code has a `.detach()` at the reset. Why? In $v = u - \theta z$ the state depends on $u$ twice: directly, and through the spike. With $c = \partial v/\partial u$, what the reset lets through, $g_u[t] = g_z[t]\,s[t] + c[t]\,\beta\,g_u[t+1]$.
#
# - **Detached**: the spike that resets counts as a constant.
# - **Attached** (`detach_reset=False`): its slope $s$ counts as well.
#
# | reset | detached $c$ | attached $c$ |
# |---|---|---|
# | soft, $v = u - \theta z$ | $1$ | $1 - \theta s$ |
# | hard, $v = u\,(1 - z)$ | $1 - z$ | $1 - z - u s$ |
#
# The last entry is the product rule on $u\,(1 - z)$, with $s$ for $\partial z/\partial u$.

# %% [markdown]
# What does the neuron itself say? Sixty copies run side by side, with the soft reset: kick one input of each by 0.01, see how far the last membrane moves, and divide.
#
# > **Before you run:** which credit will the kicks confirm, detached or attached?

# %%
kicks = 0.01 * torch.eye(60)[:, :, None]
before = soft(strong, record=True)
after = soft(strong + kicks, record=True)
moved = (after.membrane[-1] - before.membrane[-1]) / 0.01

# %% alt="Two panels over 60 ms. Top: the membrane of the neuron with the soft reset, five spikes, and at the end six steps just below the threshold. Bottom: the credit of each input. The measured dots lie on the detached line, an exponential; the attached line falls away from it within those six steps."
attached = LIF(tau_mem=20.0, detach_reset=False)
upper, lower = panels(2, stacked=True, height=3.6)
axis = traces(
    before.membrane.flatten(),
    upper,
    spikes=before.spikes.flatten(),
    threshold=1.0,
)
lower.plot(credit(soft, strong).flatten(), label="detached")
lower.plot(credit(attached, strong).flatten(), label="attached")
lower.plot(range(0, 60, 4), moved[::4], "k.", label="measured by kicks")
decorate(upper, title="While no spike moves, the detached credit is exact", x="")
decorate(lower, x="time of the input (ms)", y="credit")

# %% [markdown]
# The *detached*: kicks this small move no spike, so no reset. Attached, credit is lost close to the threshold: from 54 ms on $c \approx 0.7$, and five such factors leave 17 % of the detached credit.
#
# But a kick of 0.05 does move spikes, and such a jump neither credit contains. Averaged over noise (standard deviation 0.05 at every step) *attached* is nearer, for this input and six random ones: its $s$ stands in for the jumps. With noise of 0.01 *detached* is, for most of them.
#
# For *smooth* neurons attached is exact (*Deeper*). The core detaches by default, and the reason is learning.

# %% tags=["check"]
assert torch.equal(before.spikes.expand(60, 60, 1), after.spikes)
by_detached = credit(soft, strong)[:, 0]
by_attached = credit(attached, strong)[:, 0]
assert torch.allclose(moved, by_detached, atol=1e-3)
assert (by_attached < by_detached)[:-1].all()
near = before.membrane.flatten() > 0.9
assert near[-6:].all()
c = 1 - attached.surrogate.derivative(before.membrane[54:59] - 1.0)
assert 0.66 < c.min() < c.max() < 0.74
assert round(c.prod().item(), 2) == 0.17
assert not torch.equal(before.spikes.expand(60, 60, 1), soft(strong + 5 * kicks))
# a derivative of a mean over Gaussian noise: covariance with the noise, divided by its variance
standard = torch.randn(60, 20_000, 1, generator=torch.Generator().manual_seed(0))
draws = [torch.Generator().manual_seed(seed) for seed in range(1, 7)]
noisy_trains = [0.05 + 0.45 * torch.bernoulli(torch.full((60, 1, 1), 0.17), generator=draw) for draw in draws]


def error_ratio(drawn, deviation):
    noise = deviation * standard
    last = soft(drawn + noise, record=True).membrane[-1]
    on_average = ((last - last.mean()) * noise).mean(1) / noise.var()
    far, near = ((credit(each, drawn)[:, 0] - on_average).norm() for each in (soft, attached))
    return near / far


much = [error_ratio(drawn, 0.05) for drawn in (strong, *noisy_trains)]
little = [error_ratio(drawn, 0.01) for drawn in (strong, *noisy_trains)]
assert max(much) < 0.8
assert sum(ratio > 1 for ratio in little) >= 4

# %% [markdown]
# Try all four resets, with another input; the steepness $k$ makes the core's bump $1/(1 + k\,|u - 1|)^2$ narrow. Click into the first lane to set or remove an input spike.

# %%
CreditAssignment().sliders()

# %% [markdown]
# **Try this**
#
# 1. Soft and attached: make the bump wide, $k = 1$. How far does credit reach now (above 1 %), and why?
# 2. Hard and attached, $k = 10$: some credit is negative. What does that say about such an input?

# %% [markdown] tags=["solution"]
# <details><summary>Answers</summary>
#
# 1. With the input that is there at first: over 8 ms, detached over 93. The wide bump sees every membrane close to the threshold, so at every step the part $\theta s$ is lost.
# 2. More of it would make a reset more likely, which costs the membrane more than the input brings.
#
# </details>

# %% [markdown]
# ### Does it matter for learning?
#
# One task: eight classes, which differ only in *when* each of 20 inputs spikes. 40 hidden and 8 output neurons; cross-entropy of the output spike counts; Adam, 50 updates.
#
# (A record: `python -m experiments.reset_gradients`.) At the threshold a tall bump has $s = 20$, so $c = 1 - \theta s = -19$. Three bumps: *narrow* ($k = 10$), *wide* ($k = 1$), and *tall*, the narrow one times 20. Each column has the best of five learning rates for it; dashed is guessing.
#
# > **Before you look:** for which bump does attaching the reset do most harm?

# %% alt="Accuracy of 20 networks each, as dots, for narrow, wide and tall bumps with soft and hard reset, detached beside attached. Narrow: no difference. Wide: nearly none with the soft reset, about 15 points lower with the hard one. Tall: attached falls from 97 to 66 and from 93 to 40 percent."
record = recorded("reset_gradients")
axis = dots_per_seed(
    record.results["best"],
    ["detached", "attached"],
    level=1 / 8,
    y="accuracy",
    title="With a tall bump, attaching the reset ruins training",
)

# %% [markdown]
# For the tall one: attached, 66 % instead of 97 % are right with the soft reset, and 40 % instead of 93 % with the hard one. The wide bump loses little with the soft reset, and 15 points with the hard one; for the narrow one, the core's own, it does not matter in this task. To detach is the safer default.
#
# The factor $c = -19$ turns the gradient away: the first gradients, attached and detached, have a mean cosine below 0.1 for the tall bump, above 0.9 for the narrow one. Zenke and Vogels (2021) report the same harm.

# %% tags=["check"]
means = {name: [100 * np.mean(each) for each in p] for name, p in record.results["best"].items()}
assert [round(each) for each in means["tall, soft"]] == [97, 66]
assert [round(each) for each in means["tall, hard"]] == [93, 40]
assert all(abs(np.subtract(*means[f"narrow, {reset}"])) < 2 for reset in ("soft", "hard"))
assert 0 < np.subtract(*means["wide, soft"]) < 3
assert round(np.subtract(*means["wide, hard"])) == 15
assert all(pair[0] > pair[1] - 2 for pair in means.values())
settings = record.settings
assert settings["networks"] == 20
told = {"classes": 8, "inputs": 20, "hidden": 40, "updates": 50}
assert told.items() <= settings.items()
assert settings["surrogates"] == {"narrow": [10, 1], "wide": [1, 1], "tall": [10, 20]}
assert len(settings["lr"]) == 5
for arm in record.results["arms"].values():
    for kind in ("detached", "attached"):
        assert 0 < np.argmax(np.mean(arm[kind], axis=1)) < len(settings["lr"]) - 1
for reset in ("soft", "hard"):
    arms = [record.results["arms"][f"{name}, {reset}"]["detached"] for name in ("narrow", "tall")]
    assert np.abs(np.subtract(*np.mean(arms, axis=2)))[:4].max() < 0.02
for reset in ("soft", "hard"):
    arms = [record.results["arms"][f"{name}, {reset}"] for name in ("narrow", "tall")]
    narrow, tall = (np.mean(arm["cosine"]) for arm in arms)
    assert tall < 0.1 < 0.9 < narrow
assert Surrogate(height=20.0).peak == 20

# %% [markdown]
# ## 5 · What does BPTT cost, whole or cut?
#
# The way back needs what the way forward computed. The core keeps one number of four bytes, $u$, for each neuron and step; $z$ follows from it. `SavedBytes` counts what autograd keeps for 8 samples of 32 neurons:

# %%
for steps in (100, 1000, 10_000):
    current = torch.zeros(steps, 8, 32, requires_grad=True)
    with SavedBytes() as saved:
        LIF(tau_mem=20.0)(current)
    print(steps, "steps:", round(saved.bytes / 1e6, 1), "MB")

# %% [markdown]
# - **Truncated BPTT** (Williams and Peng 1990) runs a window of some steps, goes back through it, keeps the *value* of the state but detaches it, and runs the next window.
# - Memory grows only with the window.
# - What is lost is credit across a border: the window has to cover the distance from an input to what depends on it.
#
# With a loss at every step one $\tau$ can be enough (*Deeper* measures when). Part IV does without the way back.

# %% tags=["check"]
assert saved.bytes == (10_000 + 1) * 8 * 32 * 4 + 2 * 4  # u, v[0], β and θ in float32
recorded_steps = [graph_nodes(SpikingNeuron.forward(LIF(), current[:n])) for n in (10, 20, 30)]
assert len(set(np.diff(recorded_steps))) == 1

# %% [markdown]
# ## Recap
#
# You
#
# - filled in every gradient of two neurons over three steps, and repaired the loss with one update;
# - wrote the backward pass of a layer, equal to PyTorch's up to rounding;
# - measured that a hard reset, detached, cuts credit off and a soft one does not;
# - saw that a membrane moves by the detached credit as long as no spike moves, and that the core's BPTT keeps one number per neuron and step.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $g_u$, $g_z$, $g_W$ | gradients of the loss | `.grad` |
# | $s[t]$ | slope: surrogate derivative at $u[t] - \theta$ | `Surrogate.derivative` |
# | $c[t]$ | $\partial v[t]/\partial u[t]$, what the reset lets through | `reset`, `detach_reset` |
# | $\partial u[T] / \partial I[t]$ | credit of an input for the last membrane | `credit` |
# | | window of truncated BPTT | `state.detach()` |
# | | bytes kept for the way back | `SavedBytes` |

# %% [markdown]
# ## Exercises
#
# Each check says how far you are, and helps more each time.

# %% [markdown]
# ### 1 · Three steps by hand
#
# A neuron has $\beta = 0.5$ and a soft, detached reset. At steps 1, 2 and 3 its slope $s$ is 0.4, 0.6 and 0.2, and $g_z = -1$ at each. Write down $g_u[1]$, $g_u[2]$ and $g_u[3]$, as a list.

# %% tags=["exercise"]
by_hand = None

check("06.1", by_hand)

# %% [markdown]
# ### 2 · One step back through a spiking neuron
#
# Write one backward step of a neuron with a **hard**, detached reset, the threshold 1 and the bump of section 2. It gets $g_z[t]$ (`g_z`), $g_u[t+1]$ (`later`), the membrane $u[t]$ (`u`) and $\beta$, all plain numbers: write the bump out. It returns $g_u[t]$.


# %% tags=["exercise"]
def backward_step(g_z, later, u, beta):
    return None  # your code here


check("06.2", backward_step)

# %% [markdown]
# ### 3 · How long must a window be?
#
# Write a function that returns the smallest number of steps $m$ after which a silent neuron's credit is below `share`. Mind `dt`.


# %% tags=["exercise"]
def steps_of_credit(tau, dt, share):
    return None  # your code here


check("06.3", steps_of_credit)

# %% [markdown]
# ### 4 · A third reset
#
# Exercise 3 of page 02 resets to $-0.5$: $v = u(1 - z) - 0.5 z$. Derive $c$ with a pencil, detached and attached. Then write the neuron as a `SpikingNeuron`: its `step(current, state)` returns spikes, membrane $u$ and the new state $v$; `Surrogate(scale=10.0)(u - 1)` spikes, and `.detach()` on that spike in the reset detaches. Compare `credit` on `strong` of section 3 ($\tau$ = 20 ms) with the product of all $\beta c$.

# %% [markdown]
# ### 5 · Open
#
# In a recurrent layer spikes also travel to the currents of the next step. Draw the new arrows into the graph of section 1. How can credit now reach further than $\beta^m$, and why can it explode? Then measure it with `RecurrentLIF(20, tau_mem=10.0)`, for small and for large recurrent weights (multiply `layer.weight.data`). `credit` takes a current `[T, B, N]`, and gives the derivative of the *sum* of the last membranes.

# %% [markdown] tags=["solution"]
# ### Solutions

# %% [markdown] tags=["solution"]
# <details><summary>Solution 1</summary>
#
# From the end: $-1 \cdot 0.2 = -0.2$; then $-1 \cdot 0.6 + 0.5 \cdot (-0.2) = -0.7$; then $-1 \cdot 0.4 + 0.5 \cdot (-0.7) = -0.75$.
#
# ```python
# by_hand = [-0.75, -0.7, -0.2]
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 2</summary>
#
# The slope is there with and without a spike. What comes from later passes the reset only if there was none: $c = 1 - z$.
#
# ```python
# def backward_step(g_z, later, u, beta):
#     s = 1 / (1 + 10 * abs(u - 1)) ** 2
#     c = 0 if u > 1 else 1
#     return g_z * s + c * beta * later
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 3</summary>
#
# $e^{-m\,\mathrm{d}t/\tau} < \text{share}$ means $m > \frac{\tau}{\mathrm{d}t} \ln \frac{1}{\text{share}}$.
#
# ```python
# def steps_of_credit(tau, dt, share):
#     return int(np.floor(tau / dt * np.log(1 / share))) + 1
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Answer 4</summary>
#
# Detached $c = 1 - z$, as for the hard reset: the $-0.5$ is a constant. Attached $c = 1 - z - (u + 0.5)\,s$: a spike takes the membrane from $u$ to $-0.5$, and that jump depends on $u$ through $s$.
#
# ```python
# class Undershoot(SpikingNeuron):
#     def __init__(self, attached):
#         super().__init__()
#         self.spike = Surrogate(scale=10.0)
#         self.attached = attached
#
#     def step(self, current, state):
#         u = np.exp(-1 / 20) * state + current
#         z = self.spike(u - 1)
#         resets = z if self.attached else z.detach()
#         return z, u, u * (1 - resets) - 0.5 * resets
#
#
# reset_by_hand = {}
# for attached in (True, False):
#     undershoot = Undershoot(attached)
#     run = undershoot(strong.double(), record=True)
#     s = undershoot.spike.derivative(run.membrane - 1.0) if attached else 0
#     c = (1 - run.spikes - (run.membrane + 0.5) * s).flatten()
#     factors = np.exp(-1 / 20) * c[:-1].flip(0)
#     product = torch.cat([torch.ones(1), factors.cumprod(0)]).flip(0)
#     measured = credit(undershoot, strong.double()).flatten()
#     reset_by_hand[attached] = torch.stack([measured, product])
# print([(both[0] - both[1]).abs().max().item() for both in reset_by_hand.values()])
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Answer 5</summary>
#
# The spike of step $t$ has an arrow to the current of every neuron at $t + 1$. With the weights $V$ of these arrows $g_z[t]$ gains the term $g_u[t+1]\,V^{\top}$, so one step back credit takes two ways: through the own membrane, by $\beta c$, and over the spikes, by $s$ and the weights. The second has no $\beta$. With weights large enough it does not shrink, and credit reaches further. If both ways together stretch some direction at each step, credit grows with the number of steps.
#
# Twenty networks of 20 neurons, $\tau = 10$ ms, weights uniform in $\pm 0.22$ times a factor; the credit 40 steps back, as a share of that of the last step:
#
# ```python
# from snn_core import RecurrentLIF
#
#
# def share_left(factor, networks=20, back=40):
#     found = []
#     for seed in range(networks):
#         generator = torch.Generator().manual_seed(seed)
#         drive = torch.bernoulli(torch.full((60, 1, 20), 0.1), generator=generator)
#         layer = RecurrentLIF(20, tau_mem=10.0, generator=generator)
#         layer.weight.data *= factor
#         size = credit(layer, drive).norm(dim=2).flatten()
#         found.append(size[-1 - back] / size[-1])
#     found = torch.stack(found)
#     return found.median().item(), found.max().item()
#
#
# left_by_factor = {factor: share_left(factor) for factor in (0, 1, 2, 6, 16)}
# print(left_by_factor)
# ```
#
# | factor | weights up to | median | largest |
# |---|---|---|---|
# | 0 | 0 | 0.018 | 0.018 |
# | 1 | 0.22 | 0.033 | 0.089 |
# | 2 | 0.45 | 0.22 | 0.48 |
# | 6 | 1.3 | 0.061 | 4.3 |
# | 16 | 3.6 | 0.032 | 0.29 |
#
# Without recurrence it is $\beta^{40}$. Moderate weights carry credit further, and in one network it grows. It does not go on rising with the weights: strong ones push membranes far from the threshold, where the slope is nearly 0.
#
# </details>

# %% [markdown]
# ## References
#
# - P. J. Werbos, *Backpropagation through time: what it does and how to do it*, Proceedings of the IEEE 78(10), 1990.
# - R. J. Williams, J. Peng, *An efficient gradient-based algorithm for on-line training of recurrent network trajectories*, Neural Computation 2(4), 1990.
# - F. Zenke, T. P. Vogels, *The remarkable robustness of surrogate gradient learning for instilling complex function in spiking neural networks*, Neural Computation 33(4), 2021.
# - J. Gygax, F. Zenke, *Elucidating the theoretical underpinnings of surrogate gradient learning in spiking neural networks*, Neural Computation 37(5), 2025.
#
# **Next:** [07 · A first trained network](07_first_trained_network.ipynb) puts this gradient to work. Back to [05 · Surrogate gradients](05_surrogate_gradients.ipynb).

# %% [markdown]
# ## Deeper
#
# Optional: sections 4 and 5 for all weights of a network.

# %% [markdown]
# ### Is it the gradient of anything?
#
# Agreement with autograd shows that the bookkeeping is right, not that the result is a gradient: both use the same surrogate. Finite differences, $(L(w + h) - L(w - h))/2h$, know no calculus, but they need a loss that does not jump. So we make the network of section 2 *smooth*, with a soft reset:
#
# | neuron | $z$ forwards | $s$ backwards |
# |---|---|---|
# | spiking | 1 if $u > 1$, else 0 | slope of $\sigma(4(u - 1))$ |
# | smooth | $\sigma(4(u - 1))$ | the same |


# %%
def loss_of(flat, spike, reset):
    x = inputs
    for W in (flat[:48].view(8, 6), flat[48:].view(6, 4)):
        v = 0.0
        spikes = []
        for current in x @ W:
            u = layer.beta * v + current
            z = spike(u - 1)
            v = u - reset(z)
            spikes.append(z)
        x = torch.stack(spikes)
    return ((x.sum(0) - 5) ** 2).sum() / 2


def bptt(flat, spike, reset):
    flat = flat.clone().requires_grad_()
    return torch.autograd.grad(loss_of(flat, spike, reset), flat)[0]


# %% [markdown]
# The reset gets the spike, and passes it on as it is, or as a constant:


# %%
def attached(z):
    return z


def detached(z):
    return z.detach()


# %% [markdown]
# Now the slope of the loss along each of the 72 weights, measured and by BPTT:


# %%
def differences(of, at, h=1e-5):
    kicks = h * torch.eye(72).double()
    return torch.stack([of(at + kick) - of(at - kick) for kick in kicks]) / (2 * h)


step = Surrogate("sigmoid", scale=4)
smooth = step.primitive  # the curve whose slope it is
all_weights = torch.cat([W1.flatten(), W2.flatten()]).detach()
true = differences(lambda flat: loss_of(flat, smooth, attached), all_weights)
by_attached = bptt(all_weights, smooth, attached)
by_detached = bptt(all_weights, smooth, detached)

# %% alt="Two scatter plots of the gradient of BPTT against finite differences. Attached: all points on the diagonal. Detached: a cloud steeper than it."
pairs = {
    "Attached: the gradient": by_attached,
    "Detached: not the gradient": by_detached,
}
for axis, (title, found) in zip(panels(2, height=3.4), pairs.items(), strict=True):
    axis.plot(true, found, "o", markersize=4)
    axis.axline((0, 0), slope=1, color=GREY, linewidth=1.2, zorder=0)
    decorate(axis, title=title, x="finite difference", y="BPTT")

# %% [markdown]
# Attached BPTT is the exact gradient of the smooth network. Detached is not: in seven draws of the weights it is 3 to 17 times too long, and its cosine with the gradient lies between 0.64 and 0.96. It is the exact gradient of another network, in which the resets of this run are kept whatever the weights (the check compares).
#
# On the *spiking* network the same recursion meets other $u$ and $z$, and there it is the gradient of no loss at all, attached or not (Gygax and Zenke 2025). The derivatives of a gradient form a symmetric matrix, since the order in $\partial^2 L / \partial w_i \partial w_j$ does not matter. The check finds a symmetric one for attached BPTT on the smooth network, and none on the spiking network.

# %% tags=["check"]
assert (by_attached - true).norm() < 1e-6 * true.norm()
kept = []
loss_of(all_weights, smooth, lambda z: kept.append(z.detach()) or z)


def loss_with_kept_resets(flat):
    resets = iter(kept)
    return loss_of(flat, smooth, lambda z: next(resets))


held = differences(loss_with_kept_resets, all_weights)
assert (by_detached - held).norm() < 1e-6 * held.norm()
draws = [all_weights]
draws += [
    torch.empty(72).double().normal_(0.1, 0.4, generator=torch.Generator().manual_seed(seed)) for seed in range(6)
]
lengths = []
directions = []
for draw in draws:
    one, other = (bptt(draw, smooth, kind) for kind in (attached, detached))
    lengths.append((other.norm() / one.norm()).item())
    directions.append(torch.cosine_similarity(one, other, dim=0).item())
assert 3 < min(lengths) < 3.5
assert 16.5 < max(lengths) < 17.5
assert 0.64 < min(directions) < 0.66
assert 0.95 < max(directions) < 0.96


def asymmetry(spike, reset):
    second = differences(lambda flat: bptt(flat, spike, reset), all_weights)
    return (second - second.T).norm() / second.norm()


assert asymmetry(smooth, attached) < 1e-6
assert asymmetry(step, attached) > 0.1
assert asymmetry(step, detached) > 0.1

# %% [markdown]
# ### How long must a window be?
#
# Compare the gradient of truncated BPTT with the full one: 20 neurons with $\tau = 20$ ms, 100 random inputs, 500 steps of 1 ms. Other weights give the spikes that are wanted, with a loss at every step.

# %%
chance = torch.full((500, 4, 100), 0.02)
pattern = torch.bernoulli(chance, generator=generator)
weights = torch.empty(2, 100, 20)
weights.normal_(0.03, 0.15, generator=generator)
neuron = LIF(tau_mem=20.0)
wanted = neuron(pattern @ weights[0])


def in_windows(window):
    w = weights[1].clone().requires_grad_()
    state = None
    for start in range(0, 500, window):
        part = slice(start, start + window)
        current = pattern[part] @ w
        spikes, _, state = neuron(current, state, record=True)
        loss = ((spikes - wanted[part]) ** 2).sum()
        loss.backward()  # adds to w.grad
        state = state.detach()
    return w.grad


# %% [markdown]
# The cosine of two gradients is 1 if they have the same direction. We print its mean over the 20 neurons.
#
# > **Before you run:** credit reaches back $4.6\,\tau = 92$ ms. Must a window be as long for nearly the right direction?

# %%
full = in_windows(500)
cosines = {}
for window in (1, 5, 20, 100):
    cut = in_windows(window)
    cosine = torch.cosine_similarity(cut, full, dim=0)
    cosines[window] = cosine.mean()
    print(f"{window:3d} ms: {cosines[window]:.2f}")

# %% [markdown]
# No: here one $\tau$ is nearly enough. With a loss at every step recent inputs get most of the credit, and only steps just behind a border miss much. That is for inputs that spike in 2 % of the steps; at 0.5 % the cosine of one $\tau$ is below 0.9. When the loss comes only at the end, or the answer depends on a distant input, the window has to cover that distance.

# %% tags=["check"]
state = None
windowed = []
for x in (pattern @ weights[1]).split(50):
    part, _, state = neuron(x, state, record=True)
    windowed.append(part)
assert torch.equal(torch.cat(windowed), neuron(pattern @ weights[1]))
assert list(cosines.values()) == sorted(cosines.values())
assert cosines[20] > 0.9
assert cosines[100] > 0.99
assert wanted.mean() > 0.02
pattern = torch.bernoulli(torch.full((500, 4, 100), 0.005), generator=generator)
wanted = neuron(pattern @ weights[0])
sparse = torch.cosine_similarity(in_windows(20), in_windows(500), dim=0).mean()
assert 0.8 < sparse < 0.9
