# %% [markdown]
# # 13 · Online learning
#
# **Can the gradient be computed forward in time?**
#
# Needs: page 03 (adaptation and recurrence), page 06 (BPTT), page 12 (error × surrogate × trace). · 60 minutes to read, without *Deeper*; one minute to run. · Introduces `OnlineRTRL`, `OnlineLIF`, `OnlineAdaptiveLIF`, `EProp` and `DelayedRecall`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/13_online_learning.ipynb)

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import numpy as np
import torch
from torch import nn
from torch.nn.functional import one_hot
from torch.utils.flop_counter import FlopCounterMode

from snn_core import LIF, AdaptiveLIF, LeakyIntegrator, RecurrentAdaptiveLIF, online
from snn_core.surrogate import Surrogate
from snn_core.tasks import DelayedRecall
from snn_core.teaching.diagrams import (
    cue_and_recall,
    gradient_so_far,
    influence_tables,
    recall_trial,
    swaps_measured,
)
from snn_core.teaching.diagrams.online import answers_after_swaps, spikes_and_thresholds
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import ThresholdMemory, cue_eligibility
from snn_core.teaching.inputs import pulse
from snn_core.teaching.palette import BLUE, VERMILION
from snn_core.teaching.plotting import decorate, panels, use_style
from snn_core.teaching.records import recorded
from snn_core.teaching.studies.online import (
    cosines_of_terms,
    growth_of_terms,
    influence_after,
    memory_of,
    recurrent_pair,
)
from snn_core.teaching.studies.recall import draw_cues, recall_network, step_error
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below

# %% [markdown]
# One neuron hears spikes through one weight, and is told when to spike. Each step at which it does the other thing costs ½. How does this loss change with the weight?
#
# Backpropagation through time (BPTT) walks back from now to the start, once for each orange dot. The blue line below made no such walk.
#
# > **Look first:** how many steps did all the dots cost, and how many the line?

# %% alt="Three lanes over 30 steps. Top: input spikes, the spikes the neuron sends, and wanted spikes. Middle: the influence of the weight on the membrane, which jumps by 1 at each input spike and leaks in between. Bottom: the gradient of the loss so far, a blue line that changes in steps; on it lie 30 orange dots, one for each run of backpropagation."
arrivals = [1, 3, 4, 8, 12, 13, 14, 19, 22, 23, 27]
train = pulse(30, at=arrivals)
wanted = pulse(30, at=[5, 16, 24])
axes = gradient_so_far(train, wanted, weight=0.6)
decorate(axes[0], title="One way forward, thirty ways back")

# %% [markdown]
# The dots cost 1 + 2 + … + 30 = 465 steps, and a memory of all that happened. The line cost 30, and keeps two numbers besides the membrane: itself, and the curve in the middle, what the weight has done to the membrane so far. It is a gradient computed **forward in time**, or **online**: known while data come in, also if they never end.

# %% tags=["check"]
line, dots = axes[2].lines[-2:]
assert np.allclose(line.get_ydata(), dots.get_ydata(), rtol=0, atol=1e-5)
assert len(dots.get_ydata()) == 30
assert np.ptp(line.get_ydata()) > 0.3

# %% [markdown]
# ## You will
#
# - carry what a weight has done forward in time, by hand;
# - do it for neurons that hear each other, and see the cost;
# - drop the expensive part, and measure what is missing;
# - train a network to remember, find its memory, and build your own.

# %% [markdown]
# ## 1 · One weight, forward in time
#
# BPTT asks of each error what caused it. Ask the weight instead: what have you done to the membrane *so far*? This is its **influence**, $P[t] = \partial u[t]/\partial w$. With $\beta = 0.5$ and $w = 0.8$:
#
# | step | input $x$ | membrane $u$ | spike $z$ | influence $P$ |
# |---|---|---|---|---|
# | 1 | 1 | 0.8 | 0 | 1 |
# | 2 | 1 | 1.2 | **1** | 1.5 |
# | 3 | 0 | 0.1 | 0 | 0.75 |
# | 4 | 1 | 0.85 | 0 | ? |
#
# > **Before you read on:** what happens to $P$ from step to step? Which number stands in the last row?

# %% [markdown]
# The last row has 0.375 + 1 = 1.375: an input spike adds $w$ to the membrane, so 1 to its derivative. The leak takes the same share of both:
#
# $$P[t] = \beta\, P[t-1] + x[t].$$
#
# The spike leaves no mark on $P$, as the reset is held constant (*detached*, page 06). This is the *trace* of page 12.
#
# Each step adds $\frac12 (z - z^*)^2$ to the loss, with $z^*$ the wanted spike. This error passes the spike by the surrogate $D$ and meets the influence:
#
# $$\frac{\mathrm{d}L}{\mathrm{d}w} = \sum_t (z - z^*)\; D(u - 1)\; P .$$
#
# %% [markdown]
# The first cell adds this up, with $\beta = 0.90$; the second goes back in time, by PyTorch:

# %%
neuron = LIF()
D = neuron.surrogate.derivative
v, P, gradient = torch.zeros(3)
for x, goal in zip(train, wanted, strict=True):
    u = neuron.beta * v + 0.6 * x
    z = (u > 1).float()
    v = u - z
    P = neuron.beta * P + x
    gradient = gradient + (z - goal) * D(u - 1) * P

# %%
w = torch.tensor(0.6, requires_grad=True)
loss = (neuron(w * train) - wanted) ** 2 / 2
loss.sum().backward()
print(f"forward:  {gradient.item():.4f}")
print(f"backward: {w.grad.item():.4f}")

# %% [markdown]
# The same gradient, summed in another order.

# %% tags=["check"]
assert torch.isclose(gradient.float(), w.grad, atol=1e-6)
assert round(neuron.beta.item(), 2) == 0.90
stepped = LIF(beta=0.5)(0.8 * torch.tensor([1.0, 1, 0, 1])[:, None, None], record=True)
assert np.allclose(stepped.membrane.flatten(), [0.8, 1.2, 0.1, 0.85])
hand = online.OnlineLIF(nn.Linear(1, 1, bias=False), LIF(beta=0.5))
hand.start(torch.zeros(1, 1))
for arrived, influence in ((1, 1), (1, 1.5), (0, 0.75), (1, 1.375)):
    hand.step(torch.tensor([[float(arrived)]]))
    assert hand.trace.item() == influence

# %% [markdown]
# ## 2 · What if neurons hear each other?
#
# In a recurrent network (page 03) spikes come back to the neurons a step later. Three neurons, all random:

# %%
generator = seed_torch(79)
linear, neuron = recurrent_pair(3, 1.0, generator, inward=1.2)
x = torch.rand(30, 1, 3, generator=generator)
x = (x < 0.4).float()
goals = torch.rand(30, 1, 3, generator=generator)
goals = (goals < 0.3).float()

# %% [markdown]
# `OnlineRTRL` carries the influence of each weight on every neuron. All learners work alike: `start`, then for each step `step`, which returns the output, and `learn`, which takes the derivative of the loss by it.
#
# > **Before you run:** on which neurons has the weight from input 0 to neuron 0 an influence when input 0 first spikes? And later?

# %%
rtrl = online.OnlineRTRL(linear, neuron)
rtrl.start(x[0])
influences = []
for now, goal in zip(x, goals, strict=True):
    spikes = rtrl.step(now)
    rtrl.learn(spikes - goal)
    influences.append(rtrl.influence[0, :, 0, 0])  # [B, i, p, q]

# %% alt="Influence of one weight to neuron 0 on three neurons over 30 steps. On neuron 0 it jumps at input spikes and leaks. On neurons 1 and 2 it is 0 at first, then follows, with either sign."
axis = panels()
names = ["on neuron 0", "on neuron 1", "on neuron 2"]
axis.plot(range(1, 31), torch.stack(influences), label=names)
decorate(
    axis,
    title="One weight from input 0 to neuron 0",
    x="step t",
    y="influence",
)

# %% [markdown]
# At first on neuron 0 only. A push on a membrane pushes its spike, by $D$, which reaches neuron $i$ through the weight $V_{ik}$ from neuron $k$. So for the weight from source $q$ (an input, or a neuron's last spike) to neuron $p$:
#
# $$P^i_{pq}[t] = \underbrace{\beta\, P^i_{pq}[t-1]}_{\text{leak}} + \underbrace{\sum_k V_{ik}\, D_k[t-1]\, P^k_{pq}[t-1]}_{\text{through neurons that it hears}} + \underbrace{x_q[t]\ \text{if}\ i = p}_{\text{new}} .$$
#
# This is **real-time recurrent learning**, RTRL (Williams and Zipser 1989). Is it still exact?

# %%
loss = (neuron(linear(x)) - goals) ** 2 / 2
exact = torch.autograd.grad(loss.sum(), [linear.weight, neuron.weight])
print("RTRL:\n", linear.weight.grad)
print("BPTT:\n", exact[0])

# %% [markdown]
# It is, for these input weights and for $V$.

# %% tags=["check"]
for weight, expected in zip((linear.weight, neuron.weight), exact, strict=True):
    assert torch.allclose(weight.grad, expected, atol=1e-4)
    assert expected.abs().max() > 0.1
assert rtrl.influence.numel() == 54
courses = torch.stack(influences)
first = x[:, 0, 0].argmax()
assert courses[first].tolist() == [1, 0, 0]
assert (courses[first + 1 :, 1:].abs().amax(0) > 0.1).all()

# %% [markdown]
# ### What it costs
#
# Here $P$ has 54 numbers: 18 weights, three neurons. For $n$ neurons and $n$ inputs it has $2n^3$, and a step takes $2n^4$ multiplications (*Deeper*). BPTT keeps *three numbers per neuron and step*.
#
# > **Before you read on:** with 16 neurons, up to about which number of steps does BPTT need less memory?

# %% [markdown]
# Up to $2 \cdot 16^3 / (3 \cdot 16)$, about 170. RTRL's need does not grow with the steps. But for 256 neurons $P$ takes 128 MiB per sample.

# %% tags=["check"]
lengths = [30, 100, 300, 1000]
memory = [memory_of(16, steps) for steps in lengths]
carried, saved_bytes = np.array(memory).T
per_step = np.diff(saved_bytes) / np.diff(lengths)
assert np.allclose(per_step, 3 * 16 * 4)  # input, membrane and spikes
assert len(set(carried)) == 1
assert 4 * 2 * 16**3 < carried[0] < 1.2 * 4 * 2 * 16**3
assert 175 < carried[0] / per_step[0] < 190
big = online.OnlineRTRL(*recurrent_pair(64, 0.2, seed_torch(0)))
big.start(torch.zeros(1, 64))
assert big.influence.nbytes * (256 // 64) ** 3 == 128 * 2**20

# %% [markdown]
# ## 3 · Where is a trace enough?
#
# Look at $P$ for four neurons and their 16 weights from four inputs, after 40 steps: with random $V$, and with $V = 0$.
#
# > **Before you run:** without $V$, how many of the 64 numbers are not 0? How many different ones are there?

# %% alt="Two tables of the influence of 16 weights on four neurons. With recurrence all 64 cells are filled. Without it only four cells in each row are, those of the neuron's own weights, and they hold the same four numbers in each row."
x = torch.rand(40, 1, 4, generator=seed_torch(5))
x = (x < 0.3).float()
tables = {
    "They hear each other": influence_after(x, size=1.0),
    "V = 0": influence_after(x, size=0.0),
}
axes = influence_tables(tables)

# %% [markdown]
# 16, and four. Without $V$ a weight acts on its own neuron only, and in the same way for all: *one trace $\bar x_q$ per input*, as in section 1. This is `OnlineLIF`, exact with a detached reset. What a synapse did to its neuron's *spike*, $e_{pq} = D_p\,\bar x_q$, is its **eligibility**.

# %% tags=["check"]
full, alone = tables.values()
assert (full != 0).all()
assert (alone != 0).sum() == 16
assert len(alone[alone != 0].unique()) == 4
layer = nn.Linear(4, 3, bias=False)
signal = torch.randn(40, 1, 3, generator=seed_torch(3))
for core, kind in (
    (online.OnlineLIF, LIF()),
    (online.OnlineAdaptiveLIF, AdaptiveLIF(20.0, 400.0)),
):
    layer.weight.grad = None
    core(layer, kind).run(2 * x, signal)
    (back,) = torch.autograd.grad((kind(layer(2 * x)) * signal).sum(), layer.weight)
    assert torch.allclose(layer.weight.grad, back, atol=1e-4)
    assert back.abs().max() > 0.1

# %% [markdown]
# ### A second trace
#
# An adaptive neuron (page 03) has a second state: each spike raises its threshold by $\eta$, which falls back with $\tau_\mathrm{adapt}$. So a synapse needs a second trace: what it did to the *threshold*. This is `OnlineAdaptiveLIF`, exact too; its four lines are in *Deeper*.
#
# A cue drives a neuron for 50 ms; 200 ms later, ten times $\tau_\mathrm{mem}$, a recall signal drives it through another synapse.
#
# > **Before you run:** more spikes are wanted *at the recall*. Should the synapse of the cue grow, shrink, or neither?

# %% alt="Two panels over 350 ms, with grey areas for cue and recall. Top: the membrane spikes in both; its threshold rises with each spike and falls slowly. Bottom: the eligibility of the cue's synapse with adaptation, positive in the cue, negative in the recall; without adaptation it is 0 there."
axes = cue_and_recall(strength=0.2)
decorate(axes[0], title="One adaptive neuron, cue and recall shaded")

# %% [markdown]
# *Shrink*: its eligibility, blue, is negative. The cue's spikes have raised the threshold, which is still high and works against the spike. Without adaptation (orange) nothing is left. With sliders:

# %%
ThresholdMemory().sliders()

# %% [markdown]
# **Try this**
#
# 1. Set $\eta$ to 0. Which $\tau_\mathrm{mem}$ leaves some eligibility at the recall? With which sign?
# 2. Back at $\tau_\mathrm{mem} = 20$ ms and $\eta = 0.2$, shorten $\tau_\mathrm{adapt}$. When is the memory gone?

# %% [markdown] tags=["solution"]
# <details><summary>Answers</summary>
#
# 1. One that is comparable with the delay, such as 100 ms. It is positive: what is left lies in the membrane, and adds to the recall.
# 2. At 100 ms a quarter is left, at 50 ms nearly nothing: the memory lasts as long as the raised threshold.
#
# </details>

# %% tags=["check"]
time = np.arange(0, 750, 5.0)
told = (time < 50).astype(float)
asked = ((time >= 250) & (time < 300)).astype(float)


def at_recall(tau_mem, eta, tau_adapt=400):
    decays = np.exp([-5 / tau_mem, -5 / tau_adapt])
    e = cue_eligibility(told, asked, *decays, eta)[2]
    return (e * asked).sum()


assert at_recall(20, 0.2) < -0.1
assert abs(at_recall(20, 0.0)) < 1e-3
assert at_recall(100, 0.0) > 0.1
assert 0.2 < at_recall(20, 0.2, 100) / at_recall(20, 0.2) < 0.3
assert abs(at_recall(20, 0.2, 50)) < 0.05 * abs(at_recall(20, 0.2))

# %% [markdown]
# ## 4 · E-prop: leave out the way through others
#
# A membrane acts on the next step by its leak, by its neuron's synapse onto itself, and through others that hear it. Only the others are expensive: without them $P^i_{pq} = 0$ for $i \ne p$, and $2n^2$ numbers are enough.
#
# **E-prop** (Bellec et al. 2020) drops them, and the synapse onto itself too, which leaves the trace of section 3. `cosines_of_terms` compares its gradient with the exact one, in 12 random networks of 12 neurons over 60 steps. A cosine of 1: the direction is kept.
#
# > **Before you run:** the weights among the neurons grow. What happens to the cosine?

# %% alt="Cosine to the full gradient against the spread of the recurrent weights, mean of 12 networks. Both lines start at 1. With a time constant of 20 steps, e-prop falls to about 0.5 at 0.2. With 4 steps it stays above 0.9."
sizes = [0.0, 0.05, 0.1, 0.2, 0.3]
ways = {
    "e-prop, 4 steps": ("leak", 4.0),
    "e-prop, 20 steps": ("leak", 20.0),
}
table = {}
axis = panels()
for name, (kept, tau) in ways.items():
    table[name] = cosines_of_terms(kept, sizes, tau_mem=tau)
    axis.plot(sizes, table[name], ".-", label=name)
decorate(
    axis,
    title="The gradient of e-prop beside the exact one",
    x="standard deviation of the weights among the neurons",
    y="cosine, mean of 12 networks",
    ylim=(0, 1.05),
)

# %% [markdown]
# From 1, where nothing is dropped, it falls. With $\tau_\mathrm{mem}$ = 20 steps more is missing than with 4, perhaps as influence stays longer. With the reset attached, dropping just the others leaves 0.93 at 0.2 (*Deeper*).

# %% tags=["check"]
short, long = map(np.array, table.values())
assert np.allclose([short[0], long[0]], 1)
assert (np.diff(table["e-prop, 20 steps"][:4]) < 0).all()
assert long[3] < 0.6
assert short.min() > 0.9

# %% [markdown]
# ### From a readout back to a synapse
#
# A leaky readout, $y[t] = \kappa\, y[t-1] + W z[t]$, still hears $\kappa^2$ of a spike two steps later. So the synapse remembers that share of its eligibility: $\bar e[t] = \kappa\, \bar e[t-1] + e[t]$. An error tells neuron $p$ its **learning signal**, $\ell_p = \sum_k W_{kp}\, \partial L/\partial y_k$. With $\kappa = 0.5$:
#
# | step | $e$ | $\bar e$ | $\ell$ | adds to the gradient |
# |---|---|---|---|---|
# | 1 | 1 | 1 | 0 | 0 |
# | 2 | 0 | 0.5 | 0 | 0 |
# | 3 | 0 | 0.25 | 2 | $\ell\, \bar e$ = 0.5 |

# %% tags=["check"]
remembered = 0.0
for e, kept, told_now, added in ((1, 1, 0, 0), (0, 0.5, 0, 0), (0, 0.25, 2, 0.5)):
    remembered = 0.5 * remembered + e
    assert (remembered, told_now * remembered) == (kept, added)

# %% [markdown]
# ## 5 · Who remembers over 200 ms?
#
# A cue, A or B, makes its inputs fire for 50 ms. After 200 ms of noise, a recall signal of 50 ms marks when to answer: which cue was it? `DelayedRecall` draws such trials.
#
# `recall_network` has 36 adaptive neurons, $\tau_\mathrm{adapt} = 400$ ms. Twelve hear cue A, twelve cue B, twelve the recall signal, by fixed weights. The weights $V$ *among* them start evenly between −1 and 1, and learn, as does the readout. E-prop's first gradients have a cosine of 0.92 to BPTT's ($\tau_\mathrm{mem}$ is 4 steps). `step_error` is softmax minus the right answer, in the mean over trials.

# %%
task = DelayedRecall()


def share_recalled(eprop, x, cue, learn=False, at_150_ms=None):
    eprop.start(x[0])
    answer = 0
    for t, now in enumerate(x):
        if t == 30 and at_150_ms:
            at_150_ms(eprop)
        y = eprop.step(now)
        if t >= task.answer.start:
            answer = answer + y
            if learn:
                eprop.learn(step_error(y, cue))
    return (answer.argmax(1) == cue).float().mean().item()


# %%
network = recall_network(seed=4, among=1.0)
eprop = online.EProp(network)
optimizer = torch.optim.Adam(eprop.parameters(), lr=0.03)
generator = seed_torch(1)
course = []
for _ in range(60):
    cue = draw_cues(16, generator)
    x = task.inputs(cue, generator=generator)
    course.append(share_recalled(eprop, x, cue, learn=True))
    optimizer.step()
    optimizer.zero_grad()

# %% [markdown]
# > **Look first:** in a trial with cue A, who fires most at the end, and why?

# %% alt="Two panels over 300 ms, with grey areas for cue and recall. Top: raster of 36 neurons in three groups; those of cue A fire from the cue on to 160 ms; then nothing fires until 220 ms, when the network begins again, and those of cue B fire most. Bottom: mean thresholds of the three groups: that of cue A rises to nearly 4 and stays high; that of cue B stays below 2 until the network begins again."
print("first 10 updates:", np.mean(course[:10]))
print("last 10 updates: ", np.mean(course[-10:]))
shown = task.inputs(torch.tensor([0]), generator=seed_torch(8))
axes = recall_trial(network, {"One trial with cue A": shown})

# %% [markdown]
# Those that hear B. Those that hear A fired most, until about 165 ms, so their thresholds are high, also in the silence that follows. Noise then wakes the network; it hardly needs the recall signal. (With only the readout learning: 78 %, mean of twelve networks.) Is the memory in the thresholds? We interfere: at 150 ms, each trial gets the thresholds of one that had the *other* cue.


# %%
def swap_thresholds(eprop):
    other = eprop.state.adaptation.flip(0)
    eprop.state = eprop.state._replace(adaptation=other)


# %% [markdown]
# > **Before you run:** at 150 ms, after its cue, a trial gets the thresholds of one with the other cue. Which cue will it answer with, its own or that of the thresholds?

# %%
cue = torch.arange(100) // 50  # flipped, each meets the other cue
x = task.inputs(cue, generator=seed_torch(6))
print("as it is:         ", share_recalled(eprop, x, cue))
swapped = share_recalled(eprop, x, cue, at_150_ms=swap_thresholds)
print("swapped at 150 ms:", swapped)

# %% [markdown]
# That of the thresholds. Is it there all the time? An experiment swapped them at twelve moments in twelve networks. Below 50 % the thresholds decide, above it the rest: membranes, spikes, readout.
#
# > **Before you look:** swapped later, at the recall (250 ms): do the thresholds still decide?

# %% alt="Answers by the own cue after thresholds were swapped, against the moment of the swap, from 50 to 250 ms, one thin line for each of twelve networks and a thick one for their median: from 36 to 100 percent at 50 ms, below 40 and mostly near 0 at 150 ms, 58 to 99 percent at 250 ms."
memory = recorded("delayed_recall")
print(memory)
axis = swaps_measured(
    memory,
    "e-prop",
    title="Thresholds swapped at twelve moments",
)

# %% [markdown]
# Less: at 250 ms the rest has more say, as noise has woken the network, and the readout has heard who fires. At 150 ms the thresholds decide in most (median 6 %). At 50 ms networks differ, from 36 to 100 %: where the memory starts is open.
#
# *Without* adaptation some learn it too, by firing that goes on (*Deeper*).

# %% tags=["check"]
assert np.mean(course[:10]) < 0.75
assert np.mean(course[-10:]) > 0.9
silent = shown.clone()
silent[task.answer, :, 10:] = 0  # no recall signal
for inputs in (shown, silent):
    sent, raised = spikes_and_thresholds(network, inputs)
    late = sent[task.answer].unflatten(1, (3, 12)).sum((0, 2))
    assert late.argmax() == 1
    assert late[1] > 2 * late[0]
    assert sent[36:42].sum() == 0
    assert raised[30, 0] > 1.2 * raised[30, 1]
    assert 30 < sent[:36].sum(1).nonzero().max() < 35
silent[33:] = 0  # nor any noise, from 165 ms on
assert spikes_and_thresholds(network, silent)[0][36:].sum() == 0
assert share_recalled(eprop, x, cue) > 0.9
assert round(np.mean(memory.results["arms"]["1.0"]["test"]["frozen"])) == 78
assert swapped < 0.1
thresholds = answers_after_swaps(memory, "e-prop", "thresholds")
rest = answers_after_swaps(memory, "e-prop", "rest")
assert thresholds.shape == (12, 12)
assert abs(thresholds + rest - 100).mean() < 12  # one exchange, seen from either trial
all_of_it = answers_after_swaps(memory, "e-prop", "all")
assert all_of_it.max() < 30
assert all_of_it.mean() < 12
middle = memory.settings["swaps"].index(150.0)
assert 45 < np.median(thresholds[0]) < 65
assert (round(thresholds[0].min()), round(thresholds[0].max())) == (36, 100)
assert round(np.median(thresholds[middle])) == 6
assert thresholds[-1].min() > 55
assert np.median(thresholds[-1]) > 70
found = memory.results["memory"]["1.0"]
asked_or_not = [found[each]["200"]["e-prop"] for each in ("plain", "unasked")]
assert np.ptp(np.mean(asked_or_not, 1)) < 2

# %% [markdown]
# ## 6 · On a network of your own
#
# Now a network from scratch, and *one* stream: no batch, no reset. `EProp` takes these four layers, without biases. Times are in ms, `dt` is one step:

# %% tags=["slide-code"]
seed_torch(0)
network = nn.Sequential(
    nn.Linear(15, 40, bias=False),
    RecurrentAdaptiveLIF(40, 20.0, 400.0, strength=0.2, dt=5.0),
    nn.Linear(40, 2, bias=False),
    LeakyIntegrator(20.0, dt=5.0),
)
nn.init.uniform_(network[0].weight, -0.5, 1)
eprop = online.EProp(network)
optimizer = torch.optim.Adam(eprop.parameters(), lr=0.003)

# %% [markdown]
# `start` comes once, and again where all shall be forgotten. `learn` takes $\partial L/\partial y$, `[B, C]`, and adds to `.grad` a *sum* over steps and samples; for a mean, divide. `strength` is $\eta$. Each trial is scored once, before it changes the weights:

# %%
eprop.start(torch.zeros(1, 15))
right = []
for _ in range(300):
    cue = torch.randint(2, (1,))
    answer = 0
    for t, now in enumerate(task.inputs(cue)):
        y = eprop.step(now)
        if t >= task.answer.start:
            answer = answer + y
            eprop.learn(y.softmax(1) - one_hot(cue, 2))
    right.append(int(answer.argmax(1) == cue))
    optimizer.step()
    optimizer.zero_grad()

# %% [markdown]
# For your task, replace `task.inputs` (`[B, N]` per step), sizes and error.
#
# Three things to look at if a network of your own does not learn:
#
# - *Do neurons fire?* Here the mean of `eprop.state.spikes` is about 8 %.
# - *First weights:* with a tenth of the inputs' weights none fires at first.
# - *Rate:* small, as traces outlive a change of the weights: 0.003, 0.01 and 0.03 gave 93, 82 and 75 % on three other seeds.
#
# Six runs, their mean and range, also frozen up to the readout, each with its best of three rates:
#
# > **Before you look:** will the frozen ones, in which only the readout learns, stay at 50 %?

# %% alt="Right answers in blocks of 20 trials, up to trial 300, with e-prop and with a readout only that learns: the mean of six networks in a band from the lowest to the highest. Both means start near 55 percent. With e-prop it is near 68 at trial 100 and near 90 from trial 220 on; frozen it stays between 50 and 72. The bands overlap."
print("right in trials 201 to 300:", np.mean(right[200:]))
streams = recorded("recall_stream")
axis = panels()
trials = range(20, 301, 20)
for name, color in (("e-prop", BLUE), ("frozen", VERMILION)):
    blocks = np.reshape(streams.results[name], (6, 15, 20))
    shares = 100 * blocks.mean(2)
    lowest, highest = shares.min(0), shares.max(0)
    axis.fill_between(trials, lowest, highest, color=color, alpha=0.25)
    axis.plot(trials, shares.mean(0), "o-", color=color, markersize=4, label=name)
decorate(
    axis,
    title="One stream, no batch, no reset",
    x="trial",
    y="right (%), last 20 trials",
    ylim=(30, 102),
)

# %% [markdown]
# No: in the last 100 trials they have 56 to 76 % right, perhaps still rising; with e-prop 86 to 95, slowly: about two of three at trials 100 to 140, nine of ten after 200.
#
# E-prop's memory does not grow: three numbers per synapse (two traces, $\bar e$), besides the gradient and what Adam keeps. Here that is 6,600 numbers, what BPTT keeps of 55 steps; a trial has 60. It pays in longer streams.

# %% [markdown]
# Which learner for which network?
#
# | network | learner | exact? (reset detached) |
# |---|---|---|
# | `Linear`, `LIF` | `OnlineLIF` | yes |
# | `Linear`, `AdaptiveLIF` | `OnlineAdaptiveLIF` | yes |
# | `Linear`, `RecurrentLIF` | `OnlineRTRL` | yes, for $n^3$ |
# | the four layers above | `EProp` | but for the way through others |
# | several `Linear` or `Conv2d`, each with `LIF` | `OnlineNetwork` (page 14) | depends on its rule |
#
# None takes more than one recurrent layer.

# %% tags=["check"]
assert len(right) == 300
assert np.mean(right[200:]) > 0.75
assert right[:20] == streams.results["e-prop"][0][:20]
assert streams.settings["neurons"] == 40
assert streams.results["rate"]["e-prop"] == 0.003
tuned = streams.results["tuning"]
assert [round(100 * each) for each in tuned["e-prop"].values()] == [93, 82, 75]
assert max(tuned["frozen"], key=tuned["frozen"].get) == str(streams.results["rate"]["frozen"])
fired = []
for now in task.inputs(torch.arange(40) % 2).unbind(1):
    for step_inputs in now:
        eprop.step(step_inputs[None])
        fired.append(eprop.state.spikes.mean().item())
assert 0.07 < np.mean(fired) < 0.095
shrunk = nn.Linear(15, 40, bias=False)
seed_torch(0)
nn.init.uniform_(shrunk.weight, -0.05, 0.1)
assert network[1](shrunk(task.inputs(torch.tensor([0, 1])))).sum() == 0
for name, low, high in (("e-prop", 86, 95), ("frozen", 56, 76)):
    last = np.array(streams.results[name])[:, 200:].sum(1)
    assert (last.min(), last.max()) == (low, high)
means = np.reshape(streams.results["e-prop"], (6, 15, 20)).mean((0, 2))
assert abs(means[4:7] - 2 / 3).max() < 0.06
assert abs(means[10:] - 0.9).max() < 0.07
held = [eprop.traces.of_state, eprop.traces.of_adaptation, eprop.eligibility]
assert all(each.shape == (1, 40, 55) for each in held)
assert sum(each.numel() for each in held) == 6600 == 3 * 40 * 55
assert len(task.inputs(cue)) == 60

# %% [markdown]
# ## Recap
#
# You
#
# - carried a weight's influence forward, and found BPTT's gradient;
# - did it for neurons that hear each other, for $2n^3$ numbers;
# - dropped the expensive part, and saw what is missing;
# - trained a network to remember, found its memory, and built your own.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $P^i_{pq}$ | influence on $u_i$ | `OnlineRTRL.influence` |
# | $e_{pq}$ | eligibility: done to the spike | `adaptive_traces_step` |
# | $\bar e_{pq}$ | remembered eligibility | `EProp.eligibility` |

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1 · How many numbers?
#
# A recurrent layer has 100 neurons and 50 inputs; all weights learn. How many numbers has $P$? And if each synapse keeps only its $P^p_{pq}$?

# %% tags=["exercise"]
numbers = None  # two: of all of P, and of what is kept

check("13.1", numbers)

# %% [markdown]
# ### 2 · A trace with a reset in it
#
# One neuron without recurrence, its reset *attached*: $v = u - \theta z$, and $\partial z/\partial u$ is the surrogate. From lists over time of input `x` and surrogate `s`, return the list of influences $P[t]$.


# %% tags=["exercise"]
def influence_with_reset(x, s, beta, theta):
    return None  # your code here


check("13.2", influence_with_reset)

# %% [markdown]
# ### 3 · One step of e-prop
#
# One synapse onto an LIF neuron, and a leaky readout. A step brings input `x`, surrogate `s` and learning signal `told`. Return trace, remembered eligibility, and what this step adds to the gradient.


# %% tags=["exercise"]
def eprop_step(trace, remembered, x, s, told, beta, kappa):
    return None  # your code here: three numbers


check("13.3", eprop_step)

# %% [markdown]
# ### 4 · Open
#
# Invent a task in which only the way through others leads to the answer, and test e-prop against BPTT. Let only those synapses learn that lead to neurons *without* a way to the readout of their own: of 12, say, six with `network[2].weight[:, 6:]` = 0. Fix the readout; before each `optimizer.step()` set the other synapses' gradients to 0. Measure right answers in new trials, also of an untaught network.

# %% [markdown] tags=["solution"]
# ### Solutions

# %% [markdown] tags=["solution"]
# <details><summary>Solution 1</summary>
#
# There are $100 \cdot 150 = 15{,}000$ weights, each with an influence on 100 neurons: 1,500,000. On its own neuron only: 15,000.
#
# ```python
# numbers = (1_500_000, 15_000)
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 2</summary>
#
# The reset pulls the state down by $\theta$ times what was done to the spike, $s\,P$. So $\partial v/\partial w = (1 - \theta s)\,P$, and this leaks into the next step.
#
# ```python
# def influence_with_reset(x, s, beta, theta):
#     course, influence, before = [], 0.0, 0.0
#     for x_t, s_t in zip(x, s, strict=True):
#         influence = beta * (1 - theta * before) * influence + x_t
#         before = s_t
#         course.append(influence)
#     return course
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 3</summary>
#
# ```python
# def eprop_step(trace, remembered, x, s, told, beta, kappa):
#     trace = beta * trace + x
#     remembered = kappa * remembered + s * trace
#     return trace, remembered, told * remembered
# ```
#
# </details>

# %% [markdown]
# ## References
#
# - R. J. Williams, D. Zipser, *A learning algorithm for continually running fully recurrent neural networks*, Neural Computation 1(2), 1989.
# - G. Bellec et al., *A solution to the learning dilemma for recurrent networks of spiking neurons*, Nature Communications 11:3625, 2020.
#
# **Next:** [14 · Local learning](14_local_learning.ipynb) asks whether every layer can learn alone; [22 · Memory and delays](22_memory_and_delays.ipynb) recalls the cue by delays. Back to [12 · BPTT meets STDP](12_bptt_meets_stdp.ipynb).

# %% [markdown]
# ## Deeper
#
# Optional: what the sections above only claim.

# %% [markdown]
# ### Between RTRL and e-prop
#
# | method | what it keeps of $P$ | numbers |
# |---|---|---|
# | RTRL | everything | $n^3$ |
# | SnAp-$k$ (J. Menick et al., *Practical real time recurrent learning with a sparse approximation*, ICLR 2021) | what a weight reaches within $k$ steps; where all hear all, SnAp-2 is RTRL; SnAp-1 gains little on e-prop in section 4's networks | $n^2$ to $n^3$ |
# | OSTL (T. Bohnstingl et al., *Online spatio-temporal learning in deep neural networks*, IEEE Transactions on Neural Networks and Learning Systems 34(11), 2023) | what runs in time within a layer; not what crosses layers and steps at once | $n^3$; $n^2$ without $V$ |
# | UORO (C. Tallec, Y. Ollivier, *Unbiased online recurrent optimization*, ICLR 2018) | a random product of two vectors: right in the mean, but noisy | $n^2$ |
# | e-prop (Bellec et al. 2020) | what stays in the neuron | $n^2$ |

# %% [markdown]
# ### The traces of an adaptive neuron
#
# The adaptation $a$ grows by 1 with each spike and keeps $\rho = e^{-\mathrm{d}t/\tau_\mathrm{adapt}}$ of itself per step; the threshold is $1 + \eta\,a$. A synapse carries $\epsilon^a$, what it did to $a$, which works against its spike. The soft reset subtracts the *raised* threshold, $v = u - z\,(1 + \eta\,a)$: so what was done to $a$ reaches the state too, $\epsilon^v$, by each spike, also if the spike itself is held constant:
#
# $$\epsilon^u = \beta\, \epsilon^v + x_q, \qquad e = D\,(\epsilon^u - \eta\, \epsilon^a), \qquad \epsilon^v \leftarrow \epsilon^u - z\, \eta\, \epsilon^a, \qquad \epsilon^a \leftarrow \rho\, \epsilon^a + e .$$
#
# Bellec et al. subtract the constant threshold; their third term is missing, and $\epsilon^u$ is the trace $\bar x_q$. The core and the explorer have all four.


# %%
def adaptive_eligibility(x, D, z, beta, rho, eta):
    of_state = 0.0
    of_adaptation = 0.0
    course = []
    for x_t, D_t, z_t in zip(x, D, z, strict=True):
        of_membrane = beta * of_state + x_t
        e = D_t * (of_membrane - eta * of_adaptation)
        of_state = of_membrane - z_t * eta * of_adaptation
        of_adaptation = rho * of_adaptation + e
        course.append(e)
    return np.array(course)


# %% tags=["check"]
decays = np.exp([-5 / 20, -5 / 400])
u, threshold, by_core = cue_eligibility(told, asked, *decays, 0.2)
bump = (1 + 10 * abs(u - threshold)) ** -2
by_hand = adaptive_eligibility(told, bump, u > threshold, *decays, 0.2)
assert abs(by_hand - by_core).max() < 1e-12
assert abs(by_core).max() > 0.1

# %% [markdown]
# ### The fourth power
#
# A step sums over $n$ neurons for each of $2n^3$ numbers. The multiplications, counted by PyTorch:

# %%
counts = []
for size in (16, 32, 64):
    rtrl = online.OnlineRTRL(*recurrent_pair(size, 0.2, seed_torch(0)))
    now = torch.zeros(1, size)
    rtrl.start(now)
    with FlopCounterMode(display=False) as counter:
        rtrl.step(now)
    counts.append(counter.get_total_flops() / 2)
    print(f"{size} neurons: {counts[-1] / size**4:.2f} n⁴")

# %% tags=["check"]
assert all(2 <= count / size**4 < 2.02 for count, size in zip(counts, (16, 32, 64), strict=True))

# %% [markdown]
# ### The reset attached, and a wide surrogate
#
# With its gradient attached, the reset is a fourth term: a membrane acts on itself through its own reset. Section 4's networks with it, at size 0.2, each term left out; in the second column with a surrogate of scale 2, for which every neuron is near its threshold:

# %%
without = {f"no {each}": set(online.TERMS) - {each} for each in online.TERMS}
without["leak only"] = {"leak"}
without["none"] = set()
attached = {"tau_mem": 20.0, "detach_reset": False}
steep, wide = {}, {}
for column, scale in ((steep, 10.0), (wide, 2.0)):
    attached["surrogate"] = Surrogate(scale=scale)
    for name, terms in without.items():
        (column[name],) = cosines_of_terms(terms, [0.2], **attached)
for name in without:
    print(f"{name:10} {steep[name]:.2f} {wide[name]:.2f}")
growth = [growth_of_terms(without["no reset"], 0.2, seed, **attached) for seed in range(6)]
print(f"influence without the reset, scale 2: {np.median(growth):.0f} times as large")

# %% [markdown]
# In these networks: without the leak a synapse forgets within a step what it did: no better than "none", where a step credits its own inputs only. The attached reset works against what a spike passes on. Without it, but with the recurrence, influence grows; with the wide surrogate to thousands of times its size, and what is old drowns the rest. So "leak only", which drops both, is ahead of "no reset" in both columns; and e-prop comes closer to this gradient than to the one of section 4, which has no reset in it.

# %% tags=["check"]
assert all(each["leak only"] > each["no reset"] + 0.1 for each in (steep, wide))
assert abs(steep["no leak"] - steep["none"]) < 0.06
assert np.median(growth) > 1000
assert round(steep["no others"], 2) == 0.93
assert steep["leak only"] > table["e-prop, 20 steps"][3] + 0.1
(snap,) = cosines_of_terms(["leak", "self"], [0.2], tau_mem=20.0)
assert abs(snap - table["e-prop, 20 steps"][3]) < 0.1

# %% [markdown]
# ### E-prop by PyTorch's own backward pass
#
# E-prop takes what neurons hear from each other for given. So does BPTT after one `detach()`, on the spikes from neuron to neuron: it then has the gradient of e-prop.
#
# `EProp(network, "random")` sends errors back through a random matrix $B$ in place of $W$, so the way back needs no copy of $W$. By PyTorch, the readout must hear $W z$, and the gradient must come back through $B$. This sum does both:
#
# ```python
# y = z.detach() @ W.T + (z - z.detach()) @ B.T
# ```
#
# The second part is 0, as $z$ minus a copy of itself is 0, so the readout hears $Wz$. But PyTorch takes the copy for a constant: the derivative of the second part by $z$ is $B$, and that of the first, a constant in $z$, is 0. `experiments/delayed_recall.py` does this. Both give the same gradient (asserted below).


# %% tags=["check"]
def deaf_gradient(network, x, error):
    state = network[1].initial_state(network[0](x))
    sent = []
    for current in network[0](x):
        z, _, state = network[1].step(current, state)
        state = state._replace(spikes=z.detach())
        sent.append(z)
    y = network[3](network[2](torch.stack(sent)))
    return torch.autograd.grad((error * y).sum(), [network[0].weight, network[1].weight])


generator = seed_torch(4)
small = nn.Sequential(
    nn.Linear(4, 6, bias=False),
    RecurrentAdaptiveLIF(6, 20.0, 100.0, strength=0.3, generator=generator),
    nn.Linear(6, 2, bias=False),
    LeakyIntegrator(30.0),
).double()
with torch.no_grad():
    small[0].weight.copy_(torch.rand(6, 4, generator=generator) / 2)
    small[2].weight.copy_(torch.randn(2, 6, generator=generator) / 2)
heard = 2 * (torch.rand(40, 1, 4, generator=generator) < 0.3).double()
error = torch.randn(40, 1, 2, generator=generator).double()
online.EProp(small).run(heard, error)
deaf = deaf_gradient(small, heard, error)
for weight, expected in zip((small[0].weight, small[1].weight), deaf, strict=True):
    assert (weight.grad - expected).abs().max() < 1e-10
    assert expected.abs().max() > 0.1

# %% tags=["check"]
random = online.EProp(small, "random", generator=seed_torch(7))
random.zero_grad()
random.run(heard, error)
B = random.matrix
state = small[1].initial_state(small[0](heard))
sent = []
for current in small[0](heard):
    z, _, state = small[1].step(current, state)
    state = state._replace(spikes=z.detach())
    sent.append(z)
z = torch.stack(sent)
W = small[2].weight
y = small[3](z.detach() @ W.T + (z - z.detach()) @ B.T)
(played,) = torch.autograd.grad((error * y).sum(), small[1].weight)
assert (played - small[1].weight.grad).abs().max() < 1e-10
assert torch.allclose(y, small[3](small[2](z)))
assert played.abs().max() > 0.1

# %% [markdown]
# ### All arms
#
# Right answers in percent, from small and large first weights. After 20 updates, then after 60; mean of twelve networks each. "Brief" adaptation has $\tau_\mathrm{adapt}$ = 20 ms, the last arm 100 ms; $\eta$ is such that they adapt as much at a steady rate. Adaptive feedback starts with a random $B$, gives it the same changes as $W$, and lets both decay, so that they become alike (Kolen and Pollack 1994; Akrout et al. 2019). "W decays" is its control: the decay with a fixed $B$.

# %%
for size, each in memory.results["arms"].items():
    print(f"weights among the neurons up to {size}")
    for name, last in each["test"].items():
        means = np.mean([each["early"]["test"][name], last], 1)
        print(f"   {name:17}", means.round(1))

# %% [markdown]
# From large weights, in the mean, BPTT is ahead after 20 updates, e-prop next; single networks differ, and each arm has its own best rate of four (chosen on 200 trials, apart for 20 and 60 updates; the answers are from 200 others), so the order is no law. After 60 the task hardly tells the rules apart. Adaptation of 20 ms learns nothing, by either rule: it is too short for 200 ms. With 100 ms the means are 82, 77 and 85 %. Frozen networks are above chance: neurons that were shown the cue have raised thresholds, and answer less to their own noise, which the readout can see. From weights of at most 0.033 the first cosines of e-prop to BPTT are 1.00, as little is dropped; after training they are 0.76 in the mean.

# %% tags=["check"]
arms = memory.results["arms"]["1.0"]
first_cosines = arms["cosines"]["first"]["e-prop"]
assert round(np.mean(first_cosines), 2) == 0.92
early, ends = (
    {name: np.mean(each) for name, each in tested.items()} for tested in (arms["early"]["test"], arms["test"])
)
rules = ("BPTT", "e-prop", "adaptive", "random")
assert early["BPTT"] > early["e-prop"] + 4
assert early["e-prop"] > early["adaptive"] > early["random"] > early["frozen"]
assert early["e-prop"] > early["random"] + 8
assert min(ends[name] for name in rules) > 95
assert np.ptp([ends[name] for name in rules]) < 4
assert 75 < ends["frozen"] < 80
assert round(np.mean(memory.results["arms"]["0.3"]["test"]["frozen"])) == 85

# %% [markdown]
# ### LIF networks keep it in their firing
#
# From large weights nine of twelve LIF networks learn 200 ms by e-prop, three by BPTT; from small ones none. (Above 80 %; which ones do depends on the draws.) Networks taught at 100 ms from large weights, and asked later:

# %%
later = memory.results["memory"]["1.0"]["later"]
for name in ("e-prop", "LIF, e-prop"):
    for delay, shares_of_arm in later.items():
        print(f"{name:12} after {delay:>4} ms:", np.array(shares_of_arm[name]).round())

# %% [markdown]
# Firing that sustains itself can last: nine of twelve LIF networks still know the cue after 1,000 ms. The adaptive ones have lost it at 400; why so early, with a threshold that keeps 37 % of its rise, is open.

# %% tags=["check"]
assert np.mean(later["400"]["e-prop"]) < 55
assert (np.array(later["1000"]["LIF, e-prop"]) > 80).sum() == 9
tested = {size: each["test"] for size, each in memory.results["arms"].items()}
for each in tested.values():
    assert max(np.mean(each["brief, BPTT"]), np.mean(each["brief, e-prop"])) < 60
    assert np.mean(each["frozen"]) > 70
longer = [np.mean(each["100 ms, e-prop"]) for each in tested.values()]
assert [round(each) for each in longer] == [82, 77, 85]
learn_it = [
    (np.array(tested[size][f"LIF, {rule}"]) > 80).sum() for rule in ("e-prop", "BPTT") for size in ("1.0", "0.033")
]
assert learn_it == [9, 0, 3, 0]
tried = memory.results["arms"]["0.033"]["cosines"]
assert min(tried["first"]["e-prop"]) > 0.995
assert round(np.mean(tried["trained"]["e-prop"]), 2) == 0.76
