# %% [markdown]
# # 06 · Backprop through time
#
# **What exactly does backpropagation through time compute?**
#
# Needs: page 02 (the LIF neuron), page 05 (surrogate derivatives), the chain rule. · 45 minutes to read, without *Deeper* and exercises; 15 seconds to run. · Introduces `detach_reset`, `credit`, `SavedBytes` and the backward pass of `LIF`.
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
from snn_core.teaching.plotting import decorate, dots_per_seed, heat_table, panels, traces, use_style
from snn_core.teaching.records import recorded
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below
generator = seed_torch(6)

# %% [markdown]
# Neuron a gets 0.8 at every step. Each of its spikes gives 1.2 to neuron b. We want b to spike twice within three steps, but it spikes once. Here is every number of the three steps, and a blank below each membrane:

# %% alt="Graph of neurons a and b over three steps. Each step has a current I, a membrane u, a spike z and a state v, with their values; a spikes at step 2, and b too. Below every membrane there is a question mark. Arrows run upwards and to the right, and beside each solid one a coloured arrow runs back."
values = {
    "I_a": [0.8, 0.8, 0.8],
    "u_a": [0.8, 1.2, 0.9],
    "z_a": [0, 1, 0],
    "v_a": [0.8, 0.2, 0.9],
    "I_b": [0, 1.2, 0],
    "u_b": [0, 1.2, 0.1],
    "z_b": [0, 1, 0],
    "v_b": [0, 0.2, 0.1],
}
axis = unrolled_graph(
    values=values,
    gradients={"u_a": [None] * 3, "u_b": [None] * 3},
)
decorate(axis, title="Who is to blame that b spiked only once?")

# %% [markdown]
# At step 1 neuron a was silent, and b got nothing. Has this step any part in the missing spike? You fill in the blanks: how much each membrane, at each step, is to blame. That is all that **backpropagation through time** (BPTT) computes.

# %% tags=["check"]
neuron = LIF(beta=0.5)
first = neuron(constant(0.8, 3), record=True)
second = neuron(1.2 * first.spikes, record=True)
for name, run in (("a", first), ("b", second)):
    assert np.allclose(run.membrane.flatten(), values[f"u_{name}"])
    assert run.spikes.flatten().tolist() == values[f"z_{name}"]
    assert np.allclose((run.membrane - run.spikes).flatten(), values[f"v_{name}"])
assert np.allclose(1.2 * first.spikes.flatten(), values["I_b"])

# %% [markdown]
# ## You will
#
# - fill in every gradient of two neurons over three steps by hand, and repair the loss with one update;
# - write the backward pass of a layer, and find the gradients of PyTorch, up to rounding;
# - measure how far back in time credit reaches, and what a spike does to it;
# - decide whether the reset belongs into the gradient, and measure what BPTT costs.

# %% [markdown]
# ## 1 · Fill in the blanks
#
# A neuron hands its state $v$ on to itself: a loop. In the graph the steps stand side by side, and what is left is an ordinary deep network with the same weights at every step (Werbos 1990).
#
# Its arrows: $u[t] = \beta\,v[t-1] + I[t]$, then the spike, then $v[t] = u[t] - \theta z[t]$, with $\beta = 0.5$ and $\theta = 1$.
#
# Gradients run backwards, by the chain rule. We write $g_x$ for the derivative of the loss by $x$:
#
# 1. Along an arrow a gradient is multiplied by the derivative on it: $\beta$, or the weight, or 1.
# 2. Where several arrows leave a node, what comes back along them is *added*.

# %% [markdown]
# Two arrows are special. The dashed one, the reset, has no way back; section 4 asks why. And from $u$ to $z$ a surrogate takes the place of the derivative, which is 0 (page 05). We write $s$ for this **slope**. By hand a triangle is easiest: 1 at the threshold, 0 at a distance of 1.


# %%
def slope_at(u):
    return (1 - (u - 1).abs()).clamp(min=0)


u_a = torch.tensor(values["u_a"])
u_b = torch.tensor(values["u_b"])
print("s of a:", slope_at(u_a))
print("s of b:", slope_at(u_b))

# %% [markdown]
# The loss is $L = \frac12 (n - 2)^2$ for the $n$ spikes of b. Each of them has the same gradient, $g_{z_b} = n - 2 = -1$: more spikes, less loss.
#
# Begin at the end. From $u_b[3]$ one arrow leads to the loss, over $z_b[3]$ with a slope of 0.1: $g_{u_b}[3] = -1 \cdot 0.1 = -0.1$.
#
# > **Fill in the next:** from $u_b[2]$ two arrows lead to the loss: over its own spike, with the slope 0.8, and over the state to $u_b[3]$, with $\beta = 0.5$. What is $g_{u_b}[2]$?

# %% [markdown]
# Fill in the rest: six membranes, three spikes of a, and at last the two weights. A weight is used at every step, so its gradient is a sum over steps, with the input $x = 1$:
#
# $$g_{w_b} = \sum_t z_a[t]\, g_{u_b}[t], \qquad g_{w_a} = \sum_t x[t]\, g_{u_a}[t].$$
#
# The graph asks for one number after the other. Work out those of steps 3 and 2, each *before* you press; then press on. ($I$ and $v$ pass gradients unchanged.)

# %%
BackwardGraph().sliders()

# %% [markdown]
# $g_{u_b}[2] = -1 \cdot 0.8 + 0.5 \cdot (-0.1) = -0.85$.
#
# **Try this**
#
# 1. Which two arrows bring credit to $u_a[1]$, where a was silent?
# 2. Set $w_b = 0$ and fill in. Why does nothing learn any more?

# %% [markdown] tags=["solution"]
# <details><summary>All numbers, and answers</summary>
#
# | step | $g_{u_b}$ | $g_{z_a} = w_b\, g_{u_b}$ | $g_{u_a}$ |
# |---|---|---|---|
# | 3 | $-1 \cdot 0.1 = -0.1$ | $1.2 \cdot (-0.1) = -0.12$ | $-0.12 \cdot 0.9 = -0.108$ |
# | 2 | $-1 \cdot 0.8 + 0.5 \cdot (-0.1) = -0.85$ | $1.2 \cdot (-0.85) = -1.02$ | $-1.02 \cdot 0.8 + 0.5 \cdot (-0.108) = -0.87$ |
# | 1 | $-1 \cdot 0 + 0.5 \cdot (-0.85) = -0.425$ | $1.2 \cdot (-0.425) = -0.51$ | $-0.51 \cdot 0.8 + 0.5 \cdot (-0.87) = -0.843$ |
#
# The weights: $g_{w_b} = -0.85$, since a spikes at step 2 only, and $g_{w_a} = -0.843 - 0.87 - 0.108 = -1.821$.
#
# 1. One from its own spike that did not come, $-0.51 \cdot 0.8$; one from its state, which lived on into step 2, $0.5 \cdot (-0.87)$. Together $-0.843$.
# 2. The membrane of b stays at 0, where the triangle has ended, so its slopes are 0. And whatever a gets from b is multiplied by $w_b$.
#
# </details>

# %% [markdown]
# One line did it all:
#
# $$g_u[t] = g_z[t]\, s[t] + \beta\, g_u[t+1].$$
#
# *Close to the threshold* times *what a spike would have done*, plus a share $\beta$ of what comes later. It runs from the last step to the first:


# %%
def neuron_backward(g_z, s, beta):
    g_u = torch.zeros_like(s)
    later = 0.0
    for t in reversed(range(len(s))):
        g_u[t] = g_z[t] * s[t] + beta * later
        later = g_u[t]
    return g_u


# %% [markdown]
# First b, whose spikes the loss counts; then a, whose spikes count $w_b$ times what they do to b:

# %%
g_z = torch.tensor([-1.0, -1.0, -1.0])
g_b = neuron_backward(g_z, slope_at(u_b), 0.5)
g_z = 1.2 * g_b
g_a = neuron_backward(g_z, slope_at(u_a), 0.5)

# %% alt="The graph of the two neurons again, now with the gradient below every membrane. Neuron b: minus 0.425, minus 0.850, minus 0.100; neuron a: minus 0.843, minus 0.870, minus 0.108."
axis = unrolled_graph(
    values=values,
    gradients={"u_a": g_a.tolist(), "u_b": g_b.tolist()},
)
decorate(axis, title="Filled in: a's silence at step 1 is to blame too")

# %% [markdown]
# So a's silence at step 1 *has* a part in it. The $-0.843$ says: a higher membrane there would have lowered the loss.
#
# BPTT does not list the ways along which credit comes. It visits each node *once*, adds up what arrives, and hands it on. Now the weights:

# %%
g_w_a = g_a.sum()
g_w_b = (torch.tensor(values["z_a"]) * g_b).sum()
print("gradient of w_a:", g_w_a)
print("gradient of w_b:", g_w_b)

# %% [markdown]
# Both are negative: raise both weights. Go downhill, with a learning rate of 0.07:

# %%
w_a = 0.8 - 0.07 * g_w_a
w_b = 1.2 - 0.07 * g_w_b
neuron = LIF(beta=0.5)
spikes = neuron(w_a * constant(1, 3))
spikes = neuron(w_b * spikes)
print("spikes of b:", spikes.flatten())

# %% [markdown]
# Two spikes, and the loss is 0. With a rate of 0.03 b still spikes once, and with 0.11 three times.

# %% tags=["check"]
w = torch.tensor([0.8, 1.2], requires_grad=True)
core = LIF(beta=0.5, surrogate=Surrogate("triangular", scale=1.0))
((core(core(w[0] * torch.ones(3, 1)) * w[1]).sum() - 2) ** 2 / 2).backward()
assert torch.allclose(w.grad, torch.stack([g_w_a, g_w_b]))
assert torch.allclose(g_b, torch.tensor([-0.425, -0.85, -0.1]))
assert torch.allclose(g_a, torch.tensor([-0.843, -0.87, -0.108]))
assert torch.allclose(1.2 * g_b[0], torch.tensor(-0.51))
assert spikes.sum() == 2
for rate, count in ((0.03, 1), (0.11, 3)):
    rates = (0.8 - rate * g_w_a, 1.2 - rate * g_w_b)
    assert neuron(rates[1] * neuron(rates[0] * constant(1, 3))).sum() == count
assert slope_at(torch.tensor(0.0)) == 0

# %% [markdown]
# ## 2 · The same for a layer
#
# For a layer nothing changes in `neuron_backward`: `g_u[t]` becomes a row with all neurons of step $t$. The weights become a matrix $W$, so that
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


# %%
def layer_backward(g_z, u, x, W):
    s = layer.surrogate.derivative(u - 1)
    g_u = neuron_backward(g_z, s, layer.beta)
    g_W = x.T @ g_u
    g_x = g_u @ W.T
    return g_W, g_x


# %% [markdown]
# We want five spikes from each output, so each gets $g_z = n - 5$. Then down, layer by layer:

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
# PyTorch is the referee.
#
# > **Before you run:** in how many digits will the two agree?

# %%
W1.requires_grad_()
W2.requires_grad_()
spikes = layer(inputs @ W1)
spikes = layer(spikes @ W2)
missing = spikes.sum(0) - 5
loss = (missing**2).sum() / 2
loss.backward()
print("ours:   ", g_W1[0, :4])
print("PyTorch:", W1.grad[0, :4])

# %% [markdown]
# In all, up to rounding. These few lines are what `loss.backward()` does in `LIF`.

# %% tags=["check"]
# a second referee: autograd through a plain loop of steps
plain = SpikingNeuron.forward(layer, SpikingNeuron.forward(layer, inputs @ W1) @ W2)
by_loop = torch.autograd.grad(((plain.sum(0) - 5) ** 2).sum() / 2, (W1, W2))
for ours, *others in ((g_W1, W1.grad, by_loop[0]), (g_W2, W2.grad, by_loop[1])):
    for other in others:
        assert (ours - other).abs().max() < 1e-12 * ours.abs().max()
assert hidden.spikes.sum() > 10
assert count.sum() > 5
assert round(layer.beta.item(), 3) == 0.905

# %% [markdown]
# ## 3 · How far back does credit reach?
#
# In a silent neuron an input that came $m$ steps ago has decayed to $\beta^m$, and so has the credit that it can get: after $\tau \ln 100 = 4.6\,\tau$ less than 1 % is left.
#
# Now it spikes: every sixth step brings a strong input, $\tau = 20$ ms. The core's `credit` gives, for every input, the derivative of the *last* membrane by it. Compare the two resets of page 02, without a way back through them.
#
# > **Before you run:** does a spike cut off what came before it?

# %%
strong = 0.05 + pulse(60, at=list(range(0, 60, 6)), height=0.45)
soft = LIF(tau_mem=20.0)
hard = LIF(tau_mem=20.0, reset="hard")
recording = hard(strong, record=True)

# %% [markdown]
# The membrane with the hard reset, and the credit with both:

# %% alt="Two panels over 60 ms. Top: the membrane of the neuron with the hard reset and its spikes. Bottom: the credit of each input for the last membrane. With the soft reset it rises as an exponential; with the hard one it is 0 up to the last spike, and the same after it."
upper, lower = panels(2, stacked=True, height=3.6)
axis = traces(
    recording.membrane.flatten(),
    upper,
    spikes=recording.spikes.flatten(),
    threshold=1.0,
)
lower.plot(credit(soft, strong).flatten(), "o", label="soft reset")
lower.plot(credit(hard, strong).flatten(), ".", label="hard reset")
decorate(
    upper,
    title="A hard reset throws the past away, a soft one keeps it",
    x="",
)
decorate(lower, x="time of the input (ms)", y="credit")

# %% [markdown]
# The hard reset does: it sets $v$ to 0 whatever came before. The soft one takes 1 away and keeps the rest, so the past counts as if no spike had been.

# %% tags=["check"]
back = torch.arange(120)
for tau_ms, reach in ((5, 24), (20, 93)):
    received = credit(LIF(tau_mem=tau_ms), constant(0, 120)).flatten().flip(0)
    assert torch.allclose(received, torch.exp(-back / tau_ms), rtol=1e-3)
    assert (received < 0.01).nonzero().min() == reach
    assert int(np.log(100) * tau_ms) + 1 == reach
closed = torch.exp(-torch.arange(59, -1, -1) / 20)
last = recording.spikes.flatten().nonzero().max().item()
assert torch.allclose(credit(soft, strong).flatten(), closed, rtol=1e-4)
assert not credit(hard, strong)[: last + 1].any()
assert torch.allclose(credit(hard, strong)[last + 1 :].flatten(), closed[last + 1 :], rtol=1e-4)
assert recording.spikes.sum() >= 3
assert last < 56

# %% [markdown]
# ## 4 · Does the reset belong into the gradient?
#
# Much code has a `.detach()` at the reset. Why? In $v = u - \theta z$ the state depends on $u$ twice: directly, and through the spike. With $c = \partial v/\partial u$, what the reset lets through, $g_u[t] = g_z[t]\,s[t] + c[t]\,\beta\,g_u[t+1]$.
#
# - **Detached**: the spike that resets counts as a constant. This is the default of the core.
# - **Attached** (`detach_reset=False`): its slope $s$ counts as well.
#
# | reset | detached $c$ | attached $c$ |
# |---|---|---|
# | soft, $v = u - \theta z$ | $1$ | $1 - \theta s$ |
# | hard, $v = u\,(1 - z)$ | $1 - z$ | $1 - z - u s$ |

# %% [markdown]
# Which is right? Ask the neuron: kick one input a little, see how far the last membrane moves, and divide. Here is one with its `detach`:


# %%
class Kicked(SpikingNeuron):
    def __init__(self, spike, attached):
        super().__init__()
        self.spike = spike
        self.attached = attached

    def step(self, current, state):
        u = np.exp(-1 / 20) * state + current
        z = self.spike(u - 1)
        resets = z if self.attached else z.detach()
        return z, u, u - resets


# %% [markdown]
# `moved` runs sixty copies side by side, each with a kick at another step, and uses no gradient:


# %%
def moved(neuron, current):
    kicks = 1e-6 * torch.eye(60)
    kicked = current + kicks[:, :, None]
    before = neuron(current, record=True).membrane[-1]
    after = neuron(kicked, record=True).membrane[-1]
    return (after - before) / 1e-6


# %% [markdown]
# We ask two neurons. One *spikes*. The other is *smooth*: the curve $\sigma(4(u - 1))$, from 0 to 1, replaces the step forwards too. Its derivative is the slope of both here; `primitive` goes from the slope back to the curve.
#
# > **Before you run:** a kick of a millionth moves no spike here. Which credit will the spiking neuron confirm, which the smooth one?

# %% alt="Two panels with the credit of each input over 60 ms. Left, the spiking neuron: the measured dots lie on the detached line, an exponential, far above the attached line. Right, the smooth neuron: the dots lie on the attached line, far below the detached one."
strong = strong.double()
step = Surrogate("sigmoid", scale=4)
left, right = panels(2, share=True)
for axis, spike in ((left, step), (right, step.primitive)):
    for attached in (False, True):
        neuron = Kicked(spike, attached)
        axis.plot(
            credit(neuron, strong).flatten(),
            label="attached" if attached else "detached",
        )
    axis.plot(moved(neuron, strong), "k.", label="measured by kicks")
    decorate(axis, x="time of the input (ms)")
decorate(left, title="Spiking: it moves as detached says", y="credit")
decorate(right, title="Smooth: it moves as attached says")

# %% [markdown]
# - The **spiking** neuron moves by the *detached* credit, as long as the kick moves no spike. Kicks up to 0.01 agree; of those of 0.1, 23 in 60 do not.
# - The **smooth** one moves by the *attached* credit: a kick changes every "spike" a little, and so the resets.
#
# We run spiking neurons, so detached is the default of the core. But a *loss* that counts spikes does not move under a tiny kick: in $g_z\,s$ the slope is a surrogate either way. *Deeper* asks a whole network.

# %% tags=["check"]
for spike, right_one, wrong_one in ((step, False, True), (step.primitive, True, False)):
    by_kicks = moved(Kicked(spike, right_one), strong)
    expected, other = (credit(Kicked(spike, kind), strong)[:, 0] for kind in (right_one, wrong_one))
    assert torch.allclose(by_kicks, expected, atol=1e-5)
    assert (by_kicks - other).abs().max() > 0.3
resting = Kicked(step, False)
wide_kicks = torch.eye(60)[:, :, None]
for size, far_off in ((1e-3, 0), (1e-2, 0), (0.1, 23)):
    after = resting(strong + size * wide_kicks, record=True).membrane[-1]
    by_kicks = (after - resting(strong, record=True).membrane[-1]) / size
    assert ((by_kicks - credit(resting, strong)[:, 0]).abs() > 1e-3).sum() == far_off
assert torch.allclose(step.primitive(torch.tensor([-20.0, 20.0])), torch.tensor([0.0, 1.0]))
probe = torch.linspace(-2, 2, 41, dtype=torch.float64).requires_grad_()
(tilt,) = torch.autograd.grad(step.primitive(probe).sum(), probe)
assert torch.allclose(tilt, step.derivative(probe.detach()))

# %% [markdown]
# All four resets are at hand here, with the core's bump $1/(1 + k\,|u - 1|)^2$: the steepness $k$ makes it narrow. Click into the first lane to set or remove an input spike.

# %%
CreditAssignment().sliders()

# %% [markdown]
# **Try this**
#
# 1. Soft and attached: make the bump wide, $k = 1$. How far does credit reach now, and why?
# 2. Hard and attached, $k = 10$: some credit is negative. What does that say about such an input?

# %% [markdown] tags=["solution"]
# <details><summary>Answers</summary>
#
# 1. Over 8 ms; detached it was 93. The wide bump sees every membrane close to the threshold, so at every step the part $\theta s$ is lost.
# 2. More of it would make a reset more likely, which costs the membrane more than the input brings.
#
# </details>

# %% [markdown]
# ### Does it matter for learning?
#
# One task, from a record. Eight classes, which differ only in *when* each of 20 inputs spikes, once, in 40 steps of 1 ms, with a jitter of 8 ms. 40 hidden and 8 output neurons, $\tau = 10$ ms; cross-entropy of the output spike counts; Adam, 50 updates of 32 samples.
#
# Three bumps: *narrow* ($k = 10$), *wide* ($k = 1$), and *tall*, the narrow one times 20. At the threshold a tall bump has $s = 20$, so $c = 1 - \theta s = -19$. Each pair is shown at the best of five learning rates for it.

# %%
record = recorded("reset_gradients")
print(record)

# %% [markdown]
# > **Before you look:** for which bump does attaching the reset do most harm?

# %% alt="Accuracy of 20 networks each, as dots, for narrow, wide and tall bumps with soft and hard reset, detached beside attached. Narrow: no difference. Wide: nearly none with the soft reset, about 15 points lower with the hard one. Tall: attached falls from 97 to 66 and from 93 to 40 percent."
axis = dots_per_seed(
    record.results["best"],
    ["detached", "attached"],
    level=1 / 8,
    y="accuracy",
    title="With a tall bump, attaching the reset ruins training",
)

# %% [markdown]
# For the tall one: attached, 66 % instead of 97 % are right with the soft reset, and 40 % instead of 93 % with the hard one. In this task the wide bump loses little with the soft reset, and 15 points with the hard one; for the narrow one it does not matter.
#
# Detached, the height only scales the gradients, and Adam divides that out. Attached, it changes their direction. Zenke and Vogels (2021) report the same of tall surrogates.

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
told = {"classes": 8, "inputs": 20, "hidden": 40, "steps": 40, "jitter": 8.0, "batch": 32, "updates": 50}
assert told.items() <= settings.items()
assert settings["surrogates"] == {"narrow": [10, 1], "wide": [1, 1], "tall": [10, 20]}
assert len(settings["lr"]) == 5
for arm in record.results["arms"].values():
    for kind in ("detached", "attached"):
        assert 0 < np.argmax(np.mean(arm[kind], axis=1)) < len(settings["lr"]) - 1
for reset in ("soft", "hard"):
    arms = [record.results["arms"][f"{name}, {reset}"]["detached"] for name in ("narrow", "tall")]
    assert np.abs(np.subtract(*np.mean(arms, axis=2)))[:4].max() < 0.02
assert Surrogate(height=20.0).peak == 20

# %% [markdown]
# ## 5 · What it costs, and how to cut it short
#
# The way back needs what the way forward computed. `SavedBytes` counts what autograd keeps for 8 samples of 32 neurons:

# %%
for steps in (100, 1000, 10_000):
    current = torch.zeros(steps, 8, 32, requires_grad=True)
    with SavedBytes() as saved:
        LIF(tau_mem=20.0)(current)
    print(steps, "steps:", round(saved.bytes / 1e6, 1), "MB")

# %% [markdown]
# Two numbers of four bytes, $u$ and $z$, for each neuron and step.
#
# **Truncated BPTT** (Williams and Peng 1990) runs a window of $W$ steps, goes back through it, keeps the *value* of the state but detaches it, and runs the next window. Memory grows only as $W$. What is lost is credit across a border.
#
# So $W$ has to cover the distance from an input to what depends on it. With a loss at every step recent inputs count most, and a window of one $\tau$ already points nearly the right way (measured in *Deeper*). Part IV does without the way back.

# %% tags=["check"]
assert saved.bytes == (2 * 10_000 + 3) * 8 * 32 * 4  # float32
recorded_steps = [graph_nodes(SpikingNeuron.forward(LIF(), current[:n])) for n in (10, 20, 30)]
assert len(set(np.diff(recorded_steps))) == 1

# %% [markdown]
# ## Recap
#
# You
#
# - filled in every gradient of two neurons over three steps, and one update brought the loss from $\frac12$ to 0;
# - wrote the backward pass of a layer, equal to PyTorch's up to rounding;
# - measured that a hard reset cuts credit off and a soft one does not;
# - saw that a spiking membrane moves by the detached credit, that detaching was the safe choice in our task, and that BPTT keeps two numbers per neuron and step.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $g_x$ | gradient of the loss by $x$ | `.grad` |
# | $s[t]$ | slope: surrogate derivative at $u[t] - \theta$ | `Surrogate.derivative` |
# | $c[t]$ | $\partial v[t]/\partial u[t]$, what the reset lets through | `reset`, `detach_reset` |
# | $\partial u[T] / \partial I[t]$ | credit of an input for the last membrane | `credit` |
# | $W$ | window of truncated BPTT | `state.detach()` |
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
# Write one backward step of a neuron with a **hard**, detached reset, the threshold 1 and the bump of section 2. It gets $g_z[t]$ (`g_z`), $g_u[t+1]$ (`later`), the membrane $u[t]$ (`u`) and $\beta$, all numbers. It returns $g_u[t]$.


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
# Exercise 3 of page 02 resets to $-0.5$: $v = u(1 - z) - 0.5 z$. Derive $c$ with a pencil, detached and attached. Then write the neuron as a `SpikingNeuron`: its `step(current, state)` returns spikes, membrane $u$ and the new state $v$; `Surrogate(scale=10.0)(u - 1)` spikes, and `.detach()` on that spike in the reset detaches. Compare `credit` on `strong` of section 3 with the product of all $\beta c$.

# %% [markdown]
# ### 5 · Open
#
# In a recurrent layer spikes also travel to the currents of the next step. Draw the new arrows into the graph of section 1. How can credit now reach further than $\beta^m$, and why can it explode? Then measure it with a `RecurrentLIF`, for small and for large recurrent weights (multiply `layer.weight.data`). `credit` gives the derivative of the *sum* of the layer's last membranes.

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
# class Undershoot(Kicked):
#     def step(self, current, state):
#         u = np.exp(-1 / 20) * state + current
#         z = self.spike(u - 1)
#         resets = z if self.attached else z.detach()
#         return z, u, u * (1 - resets) - 0.5 * resets
#
#
# reset_by_hand = {}
# for attached in (True, False):
#     undershoot = Undershoot(Surrogate(scale=10.0), attached)
#     run = undershoot(strong, record=True)
#     s = undershoot.spike.derivative(run.membrane - 1.0) if attached else 0
#     c = (1 - run.spikes - (run.membrane + 0.5) * s).flatten()
#     factors = np.exp(-1 / 20) * c[:-1].flip(0)
#     product = torch.cat([torch.ones(1), factors.cumprod(0)]).flip(0)
#     measured = credit(undershoot, strong).flatten()
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
# - J. H. Lee, T. Delbruck, M. Pfeiffer, *Training deep spiking neural networks using backpropagation*, Frontiers in Neuroscience 10:508, 2016.
# - E. O. Neftci, H. Mostafa, F. Zenke, *Surrogate gradient learning in spiking neural networks*, IEEE Signal Processing Magazine 36(6), 2019.
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
# Agreement with autograd shows that the bookkeeping is right, not that the result is a gradient: both use the same surrogate. So take the network of section 2, with $z = \sigma(4(u - 1))$ of section 4 for the spikes, and measure the slope of its loss $L$ along each of its 72 weights by finite differences, $(L(w + h) - L(w - h))/2h$, which know no calculus at all.
#
# Three resets: attached, detached, and *recorded*, in which the spikes of one run do the resetting in every other run.


# %%
def run_layer(x, W, spike, reset, kept=None):
    v = 0.0
    course = []
    for t, now in enumerate(x @ W):
        u = beta * v + now
        z = spike(u - 1)
        resetting = z if kept is None else z.detach() if kept == "detached" else kept[t]
        v = u - resetting * (1 if reset == "soft" else u)
        course.append(z)
    return torch.stack(course)


def loss_of(flat, spike, reset, kept=(None, None)):
    hidden = run_layer(inputs, flat[:48].view(8, 6), spike, reset, kept[0])
    output = run_layer(hidden, flat[48:].view(6, 4), spike, reset, kept[1])
    return ((output.sum(0) - 5) ** 2).sum() / 2, (hidden.detach(), output.detach())


def gradient_of(flat, *options):
    flat = flat.clone().requires_grad_()
    return torch.autograd.grad(loss_of(flat, *options)[0], flat)[0]


def differences(of, h=1e-5):
    kicks = h * torch.eye(72).double()
    rises = [of(all_weights + kick) - of(all_weights - kick) for kick in kicks]
    return torch.stack(rises) / (2 * h)


beta = layer.beta
all_weights = torch.cat([W1.flatten(), W2.flatten()]).detach()
smooth = step.primitive
kept_apart = ("detached", "detached")

# %% alt="Three scatter plots of the gradient of BPTT against finite differences, for both resets. Attached: all points on the diagonal. Detached: a cloud steeper than it. Detached against a network whose resets are recorded: on the diagonal again."
error = {}
direction = {}
length = {}
axes = panels(3, width=10, height=3.2)
titles = ("Attached: the gradient", "Detached: not the gradient", "Resets recorded: it is one")
for reset in ("soft", "hard"):
    _, spikes_kept = loss_of(all_weights, smooth, reset)
    true = differences(lambda flat: loss_of(flat, smooth, reset)[0])  # noqa: B023
    held = differences(lambda flat: loss_of(flat, smooth, reset, spikes_kept)[0])  # noqa: B023
    by_attached = gradient_of(all_weights, smooth, reset)
    by_detached = gradient_of(all_weights, smooth, reset, kept_apart)
    pairs = [(true, by_attached), (true, by_detached), (held, by_detached)]
    for axis, title, (x, y) in zip(axes, titles, pairs, strict=True):
        error[title, reset] = ((y - x).norm() / x.norm()).item()
        length[title, reset] = (y.norm() / x.norm()).item()
        direction[title, reset] = torch.cosine_similarity(x, y, dim=0).item()
        label = f"{reset}: cosine {direction[title, reset]:.2f}"
        axis.plot(x, y, "o", markersize=4, alpha=0.7, label=label)
        axis.axline((0, 0), slope=1, color=GREY, linewidth=1, zorder=0)
        decorate(axis, title=title, x="finite difference", y="BPTT")

# %% [markdown]
# Attached BPTT is the exact gradient of the smooth network. Detached is not, but most of its error is length: it is 13 times too long with the soft reset and 3 times with the hard one, and its direction is close: with these weights the cosines are 0.90 and 0.94. And it answers another question exactly: what would change if every neuron kept the resets that it had?
#
# On the spiking network the same recursion meets other $u$ and $z$, and there it is the gradient of no loss at all, attached or not (Gygax and Zenke 2025). The derivatives of a gradient form a symmetric matrix, since the order in $\partial^2 L / \partial w_i \partial w_j$ does not matter. The check finds a symmetric one for attached BPTT on the smooth network, and none on the spiking network.

# %% tags=["check"]
assert all(error[title, reset] < 1e-6 for title in titles[::2] for reset in ("soft", "hard"))
assert min(error[titles[1], reset] for reset in ("soft", "hard")) > 1
assert [round(direction[titles[1], reset], 2) for reset in ("soft", "hard")] == [0.90, 0.94]
assert [round(length[titles[1], reset]) for reset in ("soft", "hard")] == [13, 3]


def asymmetry(*options):
    second = differences(lambda flat: gradient_of(flat, *options))
    return (second - second.T).norm() / second.norm()


assert asymmetry(smooth, "soft") < 1e-6
assert asymmetry(step, "soft") > 0.1
assert asymmetry(step, "soft", kept_apart) > 0.1

# %% [markdown]
# ### The record at every learning rate
#
# Mean accuracy of 20 networks, in percent. Section 4 takes the best of each row. At a small learning rate attached looks worse with the wide bump than it is: its gradient is shorter and noisier, and it learns more slowly.

# %% alt="Table of accuracies: bumps, resets, detached and attached in rows, five learning rates in columns. Rows of the tall bump with the reset attached are the palest; every row is best at a rate in the middle."
rows = {}
for name, arm in record.results["arms"].items():
    for kind in ("detached", "attached"):
        rows[f"{name}, {kind}"] = [100 * np.mean(each) for each in arm[kind]]
axis = heat_table(list(rows.values()), list(rows), record.settings["lr"], form="{:.0f}")
decorate(axis, title="No row is best at either end", x="learning rate")

# %% [markdown]
# The first gradients of the first weights, attached and detached, have these mean cosines:

# %%
for name, arm in record.results["arms"].items():
    print(f"{name}: {np.mean(arm['cosine']):.2f}")

# %% [markdown]
# For the narrow bump they point the same way; for the tall one hardly.

# %% tags=["check"]
arms = record.results["arms"]
for reset in ("soft", "hard"):
    assert np.mean(arms[f"narrow, {reset}"]["cosine"]) > 0.9
    assert np.mean(arms[f"tall, {reset}"]["cosine"]) < 0.3
    wide = [np.mean(arms[f"wide, {reset}"][kind][0]) for kind in ("detached", "attached")]
    assert np.subtract(*wide) > 0.1

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
# > **Before you run:** how long must $W$ be for nearly the right direction?

# %%
full = in_windows(500)
cosines = {}
for window in (1, 5, 20, 100):
    cut = in_windows(window)
    cosine = torch.cosine_similarity(cut, full, dim=0)
    cosines[window] = cosine.mean()
    print(f"{window:3d} ms: {cosines[window]:.2f}")

# %% [markdown]
# One $\tau$ is nearly enough *at this input rate*, with a loss at every step: recent inputs get most of the credit, and only steps just behind a border miss much. When the loss comes only at the end, or the answer depends on a distant input, $W$ has to cover that distance.

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
