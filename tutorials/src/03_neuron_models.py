# %% [markdown]
# # 03 · Neuron models
#
# **What do synapses, adaptation and recurrence add?**
#
# Needs: page 02 (the LIF neuron, its reset, $\tau$ and $\beta$). · 55 minutes to read, without *Deeper* and exercises; half a minute to run. · Introduces `CuBaLIF`, `Alpha`, `AdaptiveLIF`, `RecurrentLIF`, `Izhikevich` and `LeakyIntegrator`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/03_neuron_models.ipynb)

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import numpy as np
import torch
from torch import nn

from snn_core import LIF, AdaptiveLIF, Alpha, CuBaLIF, Izhikevich, LeakyIntegrator, RecurrentLIF
from snn_core.neurons import FIRING_PATTERNS
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import NeuronModels
from snn_core.teaching.inputs import constant, pulse
from snn_core.teaching.palette import BLUE, GREEN, GREY, ORANGE, PURPLE, VERMILION
from snn_core.teaching.plotting import compare_lanes, decorate, panels, raster, use_style
from snn_core.teaching.records import recorded
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below
generator = seed_torch(3)

# %% [markdown]
# Six neurons hear the same spikes: one alone, a pair, and sixteen that come every 4 ms. The first is the LIF neuron of page 02.

# %%
# the numbers: sections 1 to 3
memory = RecurrentLIF(1, tau_mem=10.0, recurrence="one_to_one")
nn.init.constant_(memory.weight, 1.05)  # from itself to itself
models = {
    "LIF": LIF(tau_mem=10.0),
    "CuBaLIF": CuBaLIF(tau_mem=10.0, tau_syn=5.0),
    "Alpha": Alpha(tau_mem=10.0, tau_syn=5.0),
    "AdaptiveLIF": AdaptiveLIF(tau_mem=10.0, tau_adapt=100.0, strength=0.3),
    "RecurrentLIF": memory,
}

# %%
train = pulse(200, at=[10, 40, 44, *range(80, 141, 4)], height=0.6)
answers = {}
for name, neuron in models.items():
    answers[name] = neuron(train, record=True)
bursting = Izhikevich("chattering", dt=1.0)  # in mV: a larger input
answers["Izhikevich"] = bursting(25 * train, record=True)

# %% [markdown]
# > **Look first:** six neurons hear the same spikes; dashed is their threshold. Who begins later than the first, LIF? Who tires? Who fires to the end? Who fires in pairs?

# %% alt="Seven lanes over 200 ms. Input: a spike at 10 ms, a pair at 40 and 44 ms, then 16 spikes 4 ms apart up to 140 ms. LIF: a spike at the end of the pair and at every second one of the sixteen. CuBaLIF: a rounder membrane, no spike at the pair, the first one 13 ms after the sixteen begin. Alpha: rounder and later still. AdaptiveLIF: four spikes, from the second on with longer pauses, each above a dashed threshold, which it lifts. RecurrentLIF: a spike at every step from the pair on, to the end. Izhikevich: two spikes after the pair, and two near the end of the sixteen."
lifted = models["AdaptiveLIF"].thresholds(train)
axes = compare_lanes(
    train,
    answers,
    thresholds={"AdaptiveLIF": lifted, "Izhikevich": None},
    title="The same spikes, six answers",
)

# %% [markdown]
# - `CuBaLIF` and `Alpha` begin late: a **synapse** spreads each spike over time. So its peak is lower, and one close pair is not enough.
# - `AdaptiveLIF` **tires**: each spike lifts its threshold, the dashed line, and the next one needs more input.
# - `RecurrentLIF` **hears itself**: once started it goes on, also after the end of the input.
# - `Izhikevich` fires in **bursts**, here pairs.

# %% tags=["check"]
fired = {name: answer.spikes.flatten().nonzero().flatten() for name, answer in answers.items()}
assert fired["LIF"].tolist() == [44, *range(84, 141, 8)]
assert fired["LIF"][1] < fired["CuBaLIF"][0] == 93
assert fired["CuBaLIF"][0] < fired["Alpha"][0]
assert len(fired["AdaptiveLIF"]) == 4
above = answers["AdaptiveLIF"].membrane > lifted
assert above.flatten().nonzero().flatten().equal(fired["AdaptiveLIF"])
assert (fired["AdaptiveLIF"][1:].diff().diff() > 0).all()
assert fired["RecurrentLIF"].tolist() == list(range(44, 200))
assert fired["Izhikevich"].tolist() == [46, 49, 130, 133]

# %% [markdown]
# ## You will
#
# - give a neuron a synapse, and see it answer after its input is over;
# - watch a threshold rise, and see what becomes of the pace;
# - work out how strongly a neuron must hear itself to remember for ever, and see what five neurons remember together;
# - meet a neuron in millivolts that fires in bursts, though its input never changes;
# - let a neuron learn its time constant, and read it back in milliseconds.

# %% [markdown]
# ## 1 · A synapse outlives its spike
#
# On page 02 a spike lifted the membrane at once. In a cell it opens channels, which close again with a time constant $\tau_\mathrm{syn}$ of a few milliseconds. Meanwhile a **synaptic current** $i$ flows into the membrane.
#
# A spike of weight 1 arrives at step 1 and begins to act at once. Half of what is still to come flows at each step:
#
# | step | 1 | 2 | 3 | 4 | … |
# |---|---|---|---|---|---|
# | $i$ | 0.5 | 0.25 | 0.125 | 0.0625 | … |
# | so far | 0.5 | 0.75 | 0.875 | 0.9375 | … |

# %% [markdown]
# All of the weight arrives, but spread over time. From step to step the share $\alpha = e^{-\mathrm{d}t/\tau_\mathrm{syn}}$ is left, here a half, and of a new spike $1 - \alpha$ flows at once. So with two leaks, one for the current and one for the membrane:
#
# $$i[t] = \alpha\, i[t-1] + (1-\alpha)\, I[t] \qquad\qquad u[t] = \beta\, v[t-1] + i[t]$$
#
# Compare, emit and reset stay as they were.

# %% tags=["no-slide"]
alpha = np.exp(-1 / 5)  # tau_syn = 5 ms
beta = np.exp(-1 / 10)  # tau_mem = 10 ms

# %% [markdown]
# > **Before you run:** one spike of weight 2 arrives at 5 ms. The LIF neuron fires at once. Does one with a synapse, $\alpha = 0.82$?

# %%
single = pulse(40, at=5, height=2.0)
i = 0.0
v = 0.0
for t, arriving in enumerate(single.flatten()):
    i = alpha * i + (1 - alpha) * arriving
    u = beta * v + i
    v = u - float(u > 1)
    if u > 1:
        print(f"spike at {t} ms")

# %% [markdown]
# No: only $2 \cdot 0.18 = 0.36$ flows at once. But the current goes on, so the membrane climbs to the threshold in silence, 4 ms later. The core calls this neuron `CuBaLIF`, an LIF neuron with a *current-based* synapse. `states` returns what it carries on from step to step; `.synapse` is $i$.

# %% alt="Three lanes over 40 ms. Top: an input spike of 2 at 5 ms, cut off at 0.5, and two currents: i jumps up with it and decays over some 20 ms; that of Alpha, dotted, rises for 4 ms and then falls. Below: the LIF membrane jumps to 2 and fires at once; that of CuBaLIF rises slowly and crosses the threshold at 9 ms."
flow = models["CuBaLIF"].states(single).synapse

both = {}
for name in ("LIF", "CuBaLIF"):
    both[name] = models[name](single, record=True)
axes = compare_lanes(
    single,
    both,
    title="The current outlives the spike",
)
axes[0].plot(flow.flatten(), color=PURPLE, linewidth=2)
axes[0].set_ylim(0, 0.5)
axes[0].text(5.6, 0.38, "the spike, up to 2", color=GREEN)
axes[0].text(7.5, 0.25, "current i", color=PURPLE)
smooth = models["Alpha"].states(single).synapse
line = axes[0].plot(smooth.flatten(), ":", color=GREY)
label = axes[0].text(13.5, 0.15, "that of Alpha", color=GREY)

# %% tags=["check"]
assert LIF(10.0)(single).argmax() == 5
assert models["CuBaLIF"](single).flatten().nonzero().flatten().tolist() == [9]
assert abs(flow.sum().item() - 2) < 0.01
assert abs(flow[5].item() - 0.36) < 0.005
assert round(alpha, 2) == 0.82
assert smooth.argmax() in (8, 9)  # 4 ms: two equal values
half = CuBaLIF(alpha=0.5).states(pulse(4, at=0)).synapse.flatten()
assert half.cumsum(0).tolist() == [0.5, 0.75, 0.875, 0.9375]
assert half.tolist() == [0.5, 0.25, 0.125, 0.0625]
assert CuBaLIF(10.0, alpha=0.0)(train).equal(LIF(10.0)(train))

# %% [markdown]
# ### A current that rises first
#
# The current $i$ jumps. Filter it once more, and a current $j$ rises before it falls (dotted in the figure):
#
# $$j[t] = \alpha\, j[t-1] + (1-\alpha)\, i[t]$$
#
# If $j$ flows into the membrane, the core calls the neuron `Alpha`, after the *alpha function* $t\,e^{-t/\tau_\mathrm{syn}}$, the shape of $j$.
#
# After one spike the membrane of `LIF` peaks at once. With our time constants and small steps that of `CuBaLIF` peaks after 7 ms, that of `Alpha` after 12.6: a delay that you set in milliseconds. Exercise 2 finds the formula.

# %% tags=["check"]
for kind, peak in ((LIF, 0), (CuBaLIF, 6.93), (Alpha, 12.56)):
    fine = kind(10.0, dt=0.02)(pulse(1000, at=0), record=True).membrane
    assert abs(0.02 * fine.argmax() - peak) < 0.05
rises = filtered = 0.0
for t, kept in enumerate(Alpha(alpha=0.5).states(pulse(9, at=0)).synapse.flatten()):
    rises = 0.5 * rises + 0.5 * (t == 0)
    filtered = 0.5 * filtered + 0.5 * rises
    assert abs(filtered - kept) < 1e-6

# %% [markdown]
# ## 2 · Adaptation: a threshold that tires
#
# Many cells fire fast at first and then more slowly: **spike-frequency adaptation**. Let an **adaptation** $a$ count recent spikes: each adds 1, and all leak with $\tau_\mathrm{adapt}$, here 100 ms. It raises the threshold, at rest $\theta_0$, by $\eta\,a$; $\eta$ is its **strength**.
#
# $$a[t] = \rho\, a[t-1] + z[t] \qquad\quad \theta[t] = \theta_0 + \eta\, a[t-1] \qquad\quad \rho = e^{-\mathrm{d}t/\tau_\mathrm{adapt}}$$
#
# The soft reset subtracts $\theta[t]$.

# %%
steady = constant(0.3, 120)
tired = AdaptiveLIF(tau_mem=10.0, tau_adapt=100.0, strength=0.1)

# %% [markdown]
# > **Before you run:** the input stays the same. Will the pauses get longer for ever?

# %% alt="Three lanes over 120 ms under a constant input. LIF fires at equal intervals. AdaptiveLIF fires more and more slowly, up to a steady pace; its threshold, dashed, jumps up at each spike, leaks in between, and comes close to 2."
both = {
    "LIF": LIF(10.0)(steady, record=True),
    "AdaptiveLIF": tired(steady, record=True),
}
axes = compare_lanes(
    steady,
    both,
    thresholds={"AdaptiveLIF": tired.thresholds(steady)},
    title="The threshold rises until the pace is slow enough",
)

# %% [markdown]
# No. The fewer spikes come, the less is added, and the higher the threshold, the more leaks away. The pace stays where $a$ gains per interval what it loses.

# %%
# the intervals of a longer run, in milliseconds
longer = constant(0.3, 300)
gaps = tired(longer).flatten().nonzero().flatten().diff()
print("first:", gaps[:5].tolist())
print("last: ", gaps[-5:].tolist())

# %% tags=["check"]
assert gaps[:5].tolist() == sorted(gaps[:5].tolist())
assert gaps[-5:].max() - gaps[-5:].min() <= 1
assert LIF(10.0)(steady).flatten().nonzero().flatten().diff().unique().numel() <= 2
raised = tired.thresholds(steady)
stepped = 0.0
for spike, kept in zip(tired(steady).flatten(), tired.states(steady).adaptation.flatten(), strict=True):
    stepped = np.exp(-1 / 100) * stepped + spike
    assert abs(stepped - kept) < 1e-4
answer = both["AdaptiveLIF"]
assert (answer.membrane > raised).equal(answer.spikes > 0)
assert 1.8 < raised[-20:].max() < 2
settled = tired.thresholds(longer)[200:]
assert 1.9 < settled.min() < settled.max() < 2.1
assert gaps[0] == 5
assert gaps[-1] == 10

# %% [markdown]
# ## 3 · Recurrence: a neuron that hears itself
#
# Leaks forget. To remember for ever, spikes must cause spikes. `RecurrentLIF` feeds the spikes of the last step back, through weights $V$:
#
# $$u[t] = \beta\, v[t-1] + I[t] + V z[t-1]$$
#
# Take one neuron that hears only itself. While it fires at every step, $v = u - \theta$, and without input this excess over the threshold follows the rule:
#
# $$u - \theta \;\;\leftarrow\;\; \beta\,(u - \theta) + (V - \theta)$$
#
# > **Before you run:** from which $V$ on does it fire for ever? Does it depend on $\tau$?

# %%
start = pulse(100, at=list(range(20)), height=0.6)
selves = RecurrentLIF(6, 10.0, recurrence="one_to_one")
weights = torch.tensor([0.0, 0.5, 0.9, 0.99, 1.0, 1.01])
selves.weight.data = weights
spikes = selves(start.expand(-1, 1, 6))
for V, heard in zip(weights, spikes[:, 0].T, strict=True):
    print(f"V = {V:.2f}: last spike at {heard.nonzero().max()} ms")

# %% [markdown]
# From $V = \theta = 1$ on, whatever $\tau$ is: $u - \theta$ shrinks at most by the factor $\beta$, and stays above 0 (rounding aside). With a smaller $V$ it falls below 0, a spike is missed, and all is silent. (The run ends at 99 ms.)

# %% tags=["check"]
over = selves(start.double().expand(-1, 1, 6), record=True).membrane[21:, 0] - 1
assert torch.allclose(over[1:, 4] / over[:-1, 4], selves.beta)  # V = 1: no work of rounding
assert (over[-1] > 0).equal(weights >= 1)
off = weights != 1  # there, with a short τ, rounding decides
for decay in np.exp([-10, -2, -1 / 2, -1 / 10, -1 / 50]):  # τ from 0.1 to 50 ms
    selves = RecurrentLIF(6, beta=decay, recurrence="one_to_one")
    selves.weight.data = weights
    longer = pulse(500, at=list(range(20)), height=1.2).expand(-1, 1, 6)
    forever = selves(longer)[-1, 0] > 0
    assert forever[off].equal(weights[off] > 1)

# %% [markdown]
# ### What do five neurons remember together?
#
# A memory should hold *what* was seen. Take 20 neurons in four groups of five. Each neuron excites its own group, itself included, by 0.4, and inhibits all others by 0.4.


# %%
group = torch.arange(20) // 5


def grouped(inside=0.4, across=-0.4):
    network = RecurrentLIF(20, 10.0, recurrence="all_to_all")
    same = group[:, None] == group
    network.weight.data = torch.where(same, inside, across)
    return network.requires_grad_(False)


# %% [markdown]
# In weak noise, three neurons of the second group get an input for 10 ms.

# %%
scene = 0.05 * torch.randn(150, 1, 20, generator=generator)
scene[20:30, :, 5:8] += 0.6

# %% [markdown]
# > **Before you run:** an input excites three of the five for 10 ms. Who fires long after it: nobody, the three, or all five?

# %% alt="Two rasters of 20 neurons over 150 ms. A band marks the input from 20 to 30 ms to neurons 5, 6 and 7. Left, LIF: these three fire during the band and then nobody. Right, RecurrentLIF: neurons 5 to 9 fire on to the end."
left, right = panels(2, share=True)
raster(LIF(10.0)(scene)[:, 0], left, size=5)
raster(grouped()(scene)[:, 0], right, size=5)
for axis in (left, right):
    axis.axvspan(20, 30, color=ORANGE, alpha=0.3)
left.set_yticks(range(0, 20, 5))
decorate(left, title="LIF forgets (band: input)")
decorate(right, title="RecurrentLIF completes")

# %% [markdown]
# All five. Even one, by its first three spikes, would wake the others: $0.4\,(1 + 0.90 + 0.82) = 1.09 > 1$. Five hold each other, since $5 \cdot 0.4 = 2$ is above $\theta$. Inhibition would keep a second group out (exercise 4). What is stored is *which of four*, and the gap in the input is filled. The price is a spike at every step. In the brain such activity is thought to be held at lower rates (Wang 2001); exercise 5 tries it.

# %% tags=["check"]
every = 0.05 * torch.randn(150, 20, 20, generator=generator)
every[20:30] += 0.6 * torch.eye(20)  # one neuron each
own = group[:, None] == group
assert (grouped()(every)[100:].sum(0) > 0).equal(own)
assert (grouped()(scene)[100:, 0].sum(0) > 0).equal(group == 1)
assert not LIF(10.0)(every)[100:].any()
assert round(0.4 * (1 + beta + beta**2), 2) == 1.09
alone = grouped()(pulse(30, at=list(range(20)), height=0.6) * torch.eye(20)[:1])[:, 0]
assert alone[1:5, 0].all()  # it fires from step 1 on; the others hear it at 2, 3 and 4
assert alone.argmax(0)[:5].tolist() == [1, 4, 4, 4, 4]
quiet = 0.05 * torch.randn(2000, 20, 20, generator=generator)
assert not grouped()(quiet).any()

# %% [markdown]
# ### Play with it
#
# It starts with 25 spikes of weight 0.8, 4 ms apart, $\tau_\mathrm{mem} = 10$ and $\tau_\mathrm{syn} = 5$ ms. Click into the first lane to set or remove a spike. Change only what is asked:
#
# 1. `RecurrentLIF`: find the smallest self weight that keeps firing to the end.
# 2. `Alpha`: raise $\tau_\mathrm{syn}$ to 30 ms. What happens to the first spike, and what after the last input?

# %%
NeuronModels().sliders()

# %% [markdown]
# <details><summary>Answer</summary>
#
# 1. It is 1, the threshold.
# 2. The first comes at 75 instead of 34 ms, and 4 of the 8 spikes come after the last input: the current has been spread over more time.
#
# </details>

# %% [markdown]
# ## 4 · Bursts, though the input never changes
#
# Some cells fire in **bursts**: a few spikes close together, then a long pause. Izhikevich (2003) has a membrane $u$ in mV that shoots up by itself, and a slow **recovery** $r$ that pulls it down:
#
# $$\dot u = 0.04\, u^2 + 5\, u + 140 - r + I \qquad\qquad \dot r = a\,(b\, u - r)$$
#
# From about −50 mV on the square wins, and $u$ runs away. That *is* the spike; no threshold is needed. (It is drawn to the end of its step, so its peaks pass 30 mV.) $a$ is how fast $r$ follows $u$ (a rate, not the adaptation), $b$ how strongly; `FIRING_PATTERNS` holds sets of constants. The input is in mV/ms.
#
# > **Look:** at 30 mV $u$ restarts at $c$ and $r$ jumps by $d$. Five sets of $a$, $b$, $c$ and $d$ get the same constant input. In which lane do the pauses never become equal?

# %% alt="Membranes of five patterns under the same constant input over 300 ms. Regular spiking: two quick spikes, then one every 45 ms. Intrinsically bursting: a burst, then equal pauses. Chattering: bursts of several spikes again and again, with pauses of 50 ms. Fast spiking: equal pauses of 7 ms. Low threshold spiking: slows down to one spike in 13 ms."
steady = constant(10.0, 600)  # mV/ms
patterns = {}
for name in FIRING_PATTERNS:
    neuron = Izhikevich(name)  # steps of 0.5 ms
    label = name.replace("_", "\n")
    patterns[label] = neuron(steady, record=True)

axes = compare_lanes(
    steady,
    patterns,
    dt=0.5,
    thresholds=dict.fromkeys(patterns),
    title="One model, five patterns",
)

# %% [markdown]
# In the third, `chattering`. Within a burst its pauses are shorter than 6 ms, between bursts longer than 40. `intrinsically_bursting` has one burst, at the onset.

# %% tags=["check"]
spikes = patterns["chattering"].spikes[200:].flatten()
pauses = 0.5 * spikes.nonzero().flatten().diff()
short = pauses[pauses < 6]
long = pauses[pauses > 40]
assert len(short) > 4 * len(long) > 4
assert len(short) + len(long) == len(pauses)
for label, answer in patterns.items():
    later = 0.5 * answer.spikes[200:].flatten().nonzero().flatten().diff()
    assert (np.ptp(later) <= 1) == (label != "chattering")
    assert 50 < answer.membrane.max() < 60
onset = patterns["intrinsically\nbursting"].spikes.flatten().nonzero().flatten()
assert [bool(pause < 6) for pause in 0.5 * onset.diff()] == [True, True] + [False] * (len(onset) - 3)

# %% [markdown]
# ## 5 · Which time constant? Let it be learnt
#
# Somebody's neuron has $\tau = 20$ ms, unknown to us. We know its input, spikes, weight and threshold. Eight *students*, one neuron each, begin at 5 or at 60 ms. Can training find the 20?
#
# Each student hears eight trains of its own (`[T, B, N]` is 300, 8, 8), through the weight 0.5. Other constants learn by `learn_alpha`, `learn_rho` and `learn_threshold`.

# %%
arriving = torch.rand(300, 8, 8, generator=generator)
heard = 0.5 * (arriving < 0.15)
wanted = LIF(20.0)(heard)

start = torch.tensor([5.0] * 4 + [60.0] * 4)
students = LIF(start, learn_beta=True)

# %% [markdown]
# How wrong are a student's spikes? Blur both trains with a `LeakyIntegrator`, the LIF neuron without threshold, and take the squared difference. PyTorch differentiates the rest; how a gradient gets through a *spike* is page 05.
#
# > **Before you run:** `learn_beta` makes $\beta$, and so $\tau$, a parameter. A student of 5 ms forgets too fast. Does it fire too often or too seldom? Which way must its $\tau$ go?

# %%
blur = LeakyIntegrator(10.0)
optimizer = torch.optim.Adam(students.parameters(), lr=0.1)
course = [start.tolist()]
for _ in range(120):
    loss = (blur(students(heard)) - blur(wanted)).square().mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    course.append(students.tau_mem.tolist())

# %% alt="Time constants of two students over 120 updates. One starts at 5 ms, one at 60; after some 80 updates both lie on the dashed line at 20 ms."
axis = panels()
axis.plot(np.array(course)[:, [0, -1]], color=BLUE)
axis.axhline(20, color=GREY, linestyle="--")
decorate(
    axis,
    title="From both sides to one time constant",
    x="updates",
    y="τ (ms)",
)

# %% [markdown]
# Too seldom, so $\tau$ must rise; those of 60 ms must fall. All eight end within a millisecond of the 20. `tau_mem` reads it back in milliseconds; what is learnt is a number whose sigmoid is $\beta$, so $\beta$ stays between 0 and 1.
#
# A longer experiment has teachers of 10, 20 and 40 ms, and also the weight 0.8: 159 of 160 students end within 5 % of the teacher. With 0.9, just below the threshold, most fail (*Deeper*).

# %% tags=["check"]
found = torch.tensor(course[-1])
assert (found - 20).abs().max() < 1
assert torch.allclose(students.tau_mem.float(), found)
assert torch.allclose(-1 / torch.log(students.beta), students.tau_mem)
(learnt,) = students.parameters()
assert torch.allclose(torch.sigmoid(learnt).float(), students.beta.float())
assert (abs(np.array(course)[80:, [0, -1]] - 20) < 1).all()
more = LIF(start)(heard).sum((0, 1)) > wanted.sum((0, 1))
assert more.equal(start > 20)
assert (torch.tensor(course[10]) > start).equal(start < 20)

# %% [markdown]
# ## 6 · Which model, when?
#
# The last column is advice, not a result of this page. Begin with `LIF`, and keep what you add only where it lowers the error on new data. Page 13 does so with adaptive neurons.
#
# | model | adds to LIF | variables | try it when |
# |---|---|---|---|
# | `LIF` | | 1 | you begin |
# | `CuBaLIF` | a current that lasts | 2 | input should act for some ms |
# | `Alpha` | a current that rises | 3 | the delay matters |
# | `AdaptiveLIF` | a tiring threshold | 2 | memory for some 100 ms |
# | `RecurrentLIF` | feedback | 2 | neurons should hear each other |
# | `LeakyIntegrator` | no threshold | 1 | you read out (page 04) |
# | `Izhikevich` | bursts, in mV | 2 | you model cells |

# %% tags=["check"]
counted = [len(neuron.states(train)) for neuron in list(models.values())[1:]]
assert counted == [2, 3, 2, 2]
assert len(bursting.states(train)) == 2

# %% [markdown]
# ## Recap
#
# You
#
# - gave a neuron a synapse: it fired 4 ms after its input;
# - saw an adaptive neuron slow down to a steady pace, where its spikes add what leaks away;
# - worked out that a neuron remembers for ever from $V = \theta$ on, and let five neurons complete what three had seen;
# - told bursts from equal pauses in five patterns of one model;
# - let eight neurons learn $\tau$ from spikes.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $\tau_\mathrm{syn}$, $\alpha$ | time constant of the synapse in ms, what is left per step | `tau_syn`, `alpha` |
# | $i[t]$ | synaptic current | `states(…).synapse` |
# | $\tau_\mathrm{adapt}$, $\rho$ | time constant of the adaptation in ms, what is left per step | `tau_adapt`, `rho` |
# | $\theta_0$, $\theta[t]$ | threshold at rest, threshold at step $t$ | `threshold`, `thresholds(…)` |
# | $a[t]$, $\eta$ | adaptation, and what one spike adds to the threshold | `states(…).adaptation`, `strength` |
# | $V$ | recurrent weights | `RecurrentLIF.weight` |
# | $r$ | recovery, mV/ms | `states(…).recovery` |

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1 · Four steps with a pencil
#
# A `CuBaLIF` neuron at rest has $\alpha = 0.5$, $\beta = 0.8$, the threshold 1 and a soft reset. One spike of weight 1.6 arrives at the first step. Write down current $i$, membrane $u$ and spike $z$ of the first four steps.

# %% tags=["exercise"]
by_pencil = None  # a list of four triples (i, u, z)

check("03.1", by_pencil)

# %% [markdown]
# ### 2 · The time of the peak
#
# For small $\mathrm{d}t$ the membrane of a `CuBaLIF` neuron follows $e^{-t/\tau_\mathrm{mem}} - e^{-t/\tau_\mathrm{syn}}$ after a spike, up to a factor. Set its derivative to zero, and write a function that returns the time of the peak in ms. It should also work for two equal time constants: there the membrane follows $t\,e^{-t/\tau}$.


# %% tags=["exercise"]
def peak_delay(tau_mem, tau_syn):
    return None  # your code here


check("03.2", peak_delay)

# %% [markdown]
# ### 3 · One step of an adaptive neuron
#
# Write one step of `AdaptiveLIF` with threshold 1 and soft reset: integrate, compare, emit, reset, adapt. Take input, state $v$ and adaptation $a$, and return membrane, spike, new $v$ and new $a$.


# %% tags=["exercise"]
def adaptive_by_hand(current, v, a, beta=0.5, rho=0.9, strength=0.5):
    return None  # your code here


check("03.3", adaptive_by_hand)

# %% [markdown]
# ### 4 · Change one number
#
# In the memory of section 3 ($\tau = 10$ ms), how small may the weight inside a group become until the five no longer fire in the last 50 ms? Predict it, then try `grouped(weight)(scene)`. Then show a second input, from 60 to 70 ms to three neurons of the fourth group. At 0.6, as strong as the first, it is shut out. How strong must it be to take over? (To what have the membranes of both groups come by then, and what must it do to the first group?)

# %% [markdown]
# ### 5 · Open: a memory at a lower rate
#
# The memory fires at every step. Give it a synapse: let the feedback of one neuron run through `synapse_step(current, synapse, alpha)`, with $\tau_\mathrm{syn} = 50$ ms and a self weight of 4; `z, u, v = lif_step(current, v, beta=beta)` does the rest. All three are in `snn_core.neurons`:
#
# ```python
# class SlowMemory(SpikingNeuron):
#     def initial_state(self, current):  # the whole input, [T, B, N]
#         ...  # a tuple of zeros like current[0]: membrane, feedback, spikes
#
#     def step(self, current, state):
#         ...
#         return spikes, membrane, state  # the membrane before the reset, the new state
# ```
#
# Let $\tau_\mathrm{mem}$ be 10 ms, and start with a drive of 3 for 50 ms: an input of $3\,(1-\beta)$ at every step. Is the rate lower now, and does it depend on $\mathrm{d}t$? Then keep the membrane at 0 for 5 ms after each spike, and ask again.

# %% [markdown] tags=["solution"]
# ### Solutions

# %% [markdown] tags=["solution"]
# <details><summary>Solution 1</summary>
#
# The current alone brings 0.8, not enough. In the second step 0.64 are left and 0.4 come in.
#
# ```python
# by_pencil = [(0.8, 0.8, 0), (0.4, 1.04, 1), (0.2, 0.232, 0), (0.1, 0.2856, 0)]
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 2</summary>
#
# The derivative is zero where $e^{-t/\tau_\mathrm{mem}}/\tau_\mathrm{mem} = e^{-t/\tau_\mathrm{syn}}/\tau_\mathrm{syn}$. Take the logarithm. $t\, e^{-t/\tau}$ peaks at $\tau$.
#
# ```python
# def peak_delay(tau_mem, tau_syn):
#     if tau_mem == tau_syn:
#         return tau_mem
#     return tau_mem * tau_syn / (tau_mem - tau_syn) * np.log(tau_mem / tau_syn)
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 3</summary>
#
# ```python
# def adaptive_by_hand(current, v, a, beta=0.5, rho=0.9, strength=0.5):
#     membrane = beta * v + current
#     threshold = 1 + strength * a
#     spike = int(membrane > threshold)
#     return membrane, spike, membrane - threshold * spike, rho * a + spike
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Answer 4</summary>
#
# The weight: a little above 0.2. Five must hold each other, which needs $5 V > \theta$, and some reserve against the noise.
#
# The second input: 8 is too weak and 10 enough, some fifteen times the first. By then the membranes of the first group are near 11, for each step brings $5 \cdot 0.4 = 2$ and the spike costs 1; the leak lets the rest grow towards $1/(1 - \beta)$. The others get −2 at every step, stand near $-2/(1-\beta) = -21$, and must climb out first. For that 3.4 is enough. But three spikes bring the first group only −1.2 a step, and to silence it from 11 takes 19 steps of them. At 4 the three fire 5 times, at 8 they fire 18 times, one too few, and at 10 to the end. Somewhere between, both groups fall silent: the second ends the first, and does not last itself.
#
# ```python
# def remembered(spikes):
#     return spikes[100:, 0].sum(0) > 0
#
#
# holds = {weight: remembered(grouped(weight)(scene)).equal(group == 1) for weight in (0.4, 0.21, 0.19)}
# wins = {}
# fires = {}
# for strength in (0.6, 3.2, 3.4, 4, 6, 8, 10, 12):
#     two = scene.clone()
#     two[60:70, :, 15:18] += strength
#     spikes = grouped()(two)
#     wins[strength] = remembered(spikes).equal(group == 3)
#     fires[strength] = int(spikes[60:, 0, 15].sum())
# standing = grouped()(scene, record=True).membrane[59, 0]
# silent = []
# for strength in np.arange(8, 10, 0.05).tolist():
#     two[60:70, :, 15:18] = scene[60:70, :, 15:18] + strength
#     if not remembered(grouped()(two)).any():
#         silent.append(strength)
# print(holds, wins, fires, silent, standing[group == 1].mean(), standing[group != 1].mean())
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Answer 5</summary>
#
# This synapse, which never saturates, changes nothing alone: one spike buys more than one spike, so the rate grows until there is a spike at every step, 1000 spikes/s at 1 ms and 2000 at 0.5 ms. With the pause it is 125 to 138 spikes/s at steps from 1 to 0.25 ms: between two spikes lie the pause, one step, and 2 ms in which the membrane climbs to the threshold.
#
# ```python
# from typing import NamedTuple
#
# from snn_core.neurons import SpikingNeuron, lif_step, synapse_step
#
#
# class Slow(NamedTuple):
#     membrane: torch.Tensor
#     feedback: torch.Tensor
#     spikes: torch.Tensor
#     waiting: torch.Tensor
#
#
# class SlowMemory(SpikingNeuron):
#     def __init__(self, dt, pause):
#         super().__init__()
#         self.alpha, self.beta, self.pause = np.exp(-dt / 50), np.exp(-dt / 10), pause / dt
#
#     def initial_state(self, current):
#         return Slow(*torch.zeros(4, *current.shape[1:]))
#
#     def step(self, current, state):
#         feedback = synapse_step(4 * state.spikes, state.feedback, self.alpha)
#         awake = (state.waiting <= 0).float()
#         total = awake * (current + feedback)
#         z, u, v = lif_step(total, awake * state.membrane, beta=self.beta)
#         return z, u, Slow(v, feedback, z, torch.where(z > 0, self.pause, state.waiting - 1))
#
#
# firing = {}
# for pause in (0, 5):
#     for dt in (1, 0.5, 0.25):
#         drive = 3 * (1 - np.exp(-dt / 10)) * (torch.arange(round(1500 / dt)) < 50 / dt).view(-1, 1, 1)
#         out = SlowMemory(dt, pause)(drive)
#         firing[pause, dt] = out[len(out) // 2 :].mean().item() * 1000 / dt
# print(firing)
# ```
#
# </details>

# %% [markdown]
# ## References
#
# - W. Gerstner et al., *Neuronal Dynamics*, 2014, sections 2.2, 3.1 and 6.4.
# - E. O. Neftci, H. Mostafa, F. Zenke, *Surrogate gradient learning in spiking neural networks*, IEEE Signal Processing Magazine 36(6), 2019. Their weights contain the factor $1-\alpha$.
# - G. Bellec et al., *Long short-term memory and learning-to-learn in networks of spiking neurons*, NeurIPS 2018: the adaptive threshold.
# - J. Benda, A. V. M. Herz, *A universal model for spike-frequency adaptation*, Neural Computation 15, 2003.
# - X.-J. Wang, *Synaptic reverberation underlying mnemonic persistent activity*, Trends in Neurosciences 24, 2001.
# - E. M. Izhikevich, *Simple model of spiking neurons*, IEEE Transactions on Neural Networks 14, 2003.
#
# **Next:** [04 · Layers and readouts](04_layers_and_readouts.ipynb) puts neurons in layers and reads an answer out of their spikes; [22 · Memory and delays](22_memory_and_delays.ipynb) compares recurrence and adaptation with delays. Back: [02 · The LIF neuron](02_lif_neuron.ipynb).

# %% [markdown]
# ## Deeper
#
# Optional: what the sections above only claim, and what a step of $\mathrm{d}t$ costs each model.

# %% [markdown]
# ### A synapse is a kernel, and a neuron needs no state
#
# Below threshold everything is linear, so the response to one spike tells all. After $k$ steps the current is $(1-\alpha)\,\alpha^k$, and each part of it has decayed with $\beta$ since it came. A geometric sum gives the **kernel**, and the membrane is the input convolved with it:
#
# $$\kappa[k] = \sum_{j=0}^{k} \beta^{k-j} (1-\alpha)\, \alpha^j = (1-\alpha)\, \frac{\alpha^{k+1} - \beta^{k+1}}{\alpha - \beta} .$$
#
# At a spike the soft reset subtracts $\theta$ once, and that gap decays by $\beta$ per step, like everything else. So
#
# $$u[t] = \sum_{k \ge 0} \kappa[k]\, I[t-k] \; - \!\! \sum_{\text{spikes } s < t} \!\! \theta\, \beta^{\,t-s} .$$
#
# This is the **spike response model**, SRM: no state, only past inputs and the neuron's own past spikes. Another synapse means another $\kappa$; for the LIF neuron it is $\beta^k$.


# %%
def spike_response(inputs, kernel):
    membrane = np.convolve(inputs, kernel)[: len(inputs)]
    spikes = np.zeros(len(inputs))
    for t in range(len(inputs)):
        if membrane[t] > 1:
            spikes[t] = 1
            membrane[t + 1 :] -= beta ** np.arange(1, len(inputs) - t)
    return spikes, membrane


tau_mem = torch.tensor(10.0, dtype=torch.float64)
tau_syn = torch.tensor(5.0, dtype=torch.float64)
k = np.arange(300)
kernels = {
    "LIF": beta**k,
    "CuBaLIF": (1 - alpha) * (alpha ** (k + 1) - beta ** (k + 1)) / (alpha - beta),
}
noise = torch.rand(300, 1, 1, generator=generator, dtype=torch.float64) - 0.3
for name, kernel in kernels.items():
    by_sum, _ = spike_response(noise.flatten().numpy(), kernel)
    print(f"{name}: {by_sum.sum():.0f} spikes by the sums, {models[name](noise).sum():.0f} by the steps")

# %% tags=["check"]
exact_models = {"LIF": LIF(tau_mem), "CuBaLIF": CuBaLIF(tau_mem, tau_syn)}
for name, neuron in exact_models.items():
    spikes, membrane, _ = neuron(noise, record=True)
    sums = spike_response(noise.flatten().numpy(), kernels[name])
    assert np.array_equal(spikes.flatten(), sums[0])
    assert np.abs(membrane.flatten().numpy() - sums[1]).max() < 1e-10
    assert sums[0].sum() > 10

# %% [markdown]
# ### How exact is the synapse?
#
# Write $\tau_m$ and $\tau_s$ for the two time constants. In continuous time a pulse of 1 charges a synapse that obeys $\tau_s\, \dot i = -i$, and $\dot u = -u/\tau_m + i$. The solution is $u(t) = \frac{\tau_m}{\tau_m - \tau_s}\,(e^{-t/\tau_m} - e^{-t/\tau_s})$. Compare it with $\kappa$ above: at $t = (k+1)\,\mathrm{d}t$ it is the same, but for a constant factor
#
# $$g = \frac{1 - \alpha}{\beta - \alpha} \cdot \frac{\tau_m - \tau_s}{\tau_m} \;\approx\; 1 + \frac{\mathrm{d}t}{2\,\tau_m} .$$

# %%
for dt in (1.0, 0.5, 0.25):
    neuron = CuBaLIF(tau_mem, tau_syn, dt=dt)
    after = neuron(pulse(60, at=0).double(), record=True).membrane.flatten()
    t = dt * torch.arange(1, 61, dtype=torch.float64)
    solution = 2 * (torch.exp(-t / 10) - torch.exp(-t / 5))
    g = (after / solution).mean()
    error = (after / g - solution).abs().max()
    print(f"dt {dt} ms: g = {g:.4f}, error of u / g: {error:.0e}")

# %% [markdown]
# So the membrane of `CuBaLIF` is exact to rounding at *any* step: the synapse acts from the step in which its spike comes, and the weight counts $g$ times, 5 % more at 1 ms. Why does the core not divide by $g$? It would cost two things that hold now: a constant drive $D$ would settle at $D/g$ rather than at $D$, and $\alpha = 0$ would not be the LIF neuron, spike for spike. A learnt weight absorbs the factor anyway. And dividing does not make *spikes* exact, since these fall on whole steps: 400 neurons under random spikes (weight 0.5, in 30 % of the milliseconds) fire 6 % more often at 1 ms than at 1/16 ms, and 3 % less often with the weight divided by $g$.

# %% tags=["check"]
assert error < 1e-14
unit = CuBaLIF(tau_mem, tau_syn)(pulse(9, at=0).double(), record=True).membrane[8].item()
assert round(unit / 2 / (np.exp(-0.9) - np.exp(-1.8)), 2) == 1.05
hits = (torch.rand(200, 400, 1, generator=seed_torch(3)) < 0.3).double()


def count_at(dt, weight):
    parts = round(1 / dt)
    current = torch.zeros(200 * parts, 400, 1, dtype=torch.float64)
    current[parts - 1 :: parts] = weight * hits
    return CuBaLIF(tau_mem, tau_syn, dt=dt)(current).sum().item()


twice = Alpha(tau_mem, tau_syn)(pulse(60, at=0).double(), record=True).membrane.flatten()
t = torch.arange(1, 61, dtype=torch.float64) + 0.5
smooth = 4 * (torch.exp(-t / 10) - torch.exp(-t / 5) * (1 + t / 10))
scale = (twice * smooth).sum() / smooth.square().sum()
assert round(100 * ((twice - scale * smooth).abs().max() / smooth.max()).item()) == 1
finest = count_at(1 / 16, 0.5)
assert round(100 * (count_at(1.0, 0.5) / finest - 1)) == 6
assert round(100 * (count_at(1.0, 0.5 / 1.05259) / finest - 1)) == -3
level = CuBaLIF(tau_mem, tau_syn, threshold=9.0)(constant(1 - beta, 300).double(), record=True)
assert abs(level.membrane[-1].item() - 1) < 1e-6

# %% [markdown]
# ### The rate settles faster than the adaptation decays
#
# In silence $a$ falls with $\tau_\mathrm{adapt} = 100$ ms. Under a drive the *rate* settles faster: while $a$ is above its final value, fewer spikes come, so $a$ falls sooner. On average $\dot a = -a/\tau_\mathrm{adapt} + f(\theta_0 + \eta a)$, where $f$ is page 02's rate as a function of the threshold, $1/f = \tau_m \ln\frac{D}{D-\theta}$. Minus the derivative of the right side by $a$, at the final interval $\Delta$, is one over an effective time constant:
#
# $$\frac{1}{\tau_\mathrm{eff}} = \frac{1}{\tau_\mathrm{adapt}} + \eta\, \frac{\tau_m\, e^{\Delta/\tau_m}}{D\, \Delta^2}, \qquad \text{with} \quad D\,(1 - e^{-\Delta/\tau_m}) = \theta_0 + \eta\, \frac{\tau_\mathrm{adapt}}{\Delta} .$$


# %%
def settling_time(times, high=0.3, low=0.05):
    """Fit an exponential to the rate's way to its end, between two shares of its first distance."""
    rate = 1 / np.diff(times)
    left = (rate - rate[-10:].mean()) / (rate[0] - rate[-10:].mean())
    end = slice(np.argmax(left < high), np.argmax(left < low))
    return -1 / np.polyfit(times[1:][end], np.log(left[end]), 1)[0]


eta = torch.tensor([0.01, 0.02, 0.05, 0.1, 0.2], dtype=torch.float64)
adaptive = AdaptiveLIF(tau_mem, 100.0, strength=eta, dt=0.05)
driven = constant(3 * (1 - adaptive.beta.item()), 12_000).double().expand(-1, 1, 5)
spike_times = [0.05 * np.flatnonzero(train) for train in adaptive(driven)[:, 0].T]
tau_eff = np.array([settling_time(times) for times in spike_times])

# %% alt="Measured time constants against strength fall from near 80 to near 40 ms and lie on the closed-form curve, below the dashed line at 100 ms."
interval = np.linspace(10 * np.log(1.5), 16, 500)  # each belongs to a strength
curve = interval * (3 * (1 - np.exp(-interval / 10)) - 1) / 100
closed_form = 1 / (1 / 100 + curve * 10 * np.exp(interval / 10) / (3 * interval**2))
axis = panels()
axis.axhline(100, color=GREY, linestyle="--", label="τ_adapt")
axis.plot(curve, closed_form, color=GREY, label="closed form")
axis.plot(eta, tau_eff, "o", color=VERMILION, label="measured")
decorate(axis, title="The rate settles faster", x="strength η", y="time constant (ms)", ylim=(0, 110))

# %% [markdown]
# The closed form takes $a$ as constant within an interval, and is right within 10 %. It holds near the end of the fall; the beginning is faster still. Benda and Herz (2003) treat adaptation by currents.

# %% tags=["check"]
assert np.abs(tau_eff / np.interp(eta, curve, closed_form) - 1).max() < 0.1
assert tau_eff[-1] < 50
assert (np.array([settling_time(times, high=2, low=0.3) for times in spike_times]) < tau_eff).all()

# %% [markdown]
# ### Most students fail at the weight 0.9
#
# `python -m experiments.learnt_time_constants` is the longer experiment of section 5. By default a gradient leaves the reset out: in $v = u - \theta z$ it takes $z$ for a constant. With `detach_reset=False` it counts the reset as well (page 06).

# %%
ends = {}
for arm, teachers in recorded("learnt_time_constants").results.items():
    for teacher, seeds in teachers.items():
        end = np.concatenate(seeds)
        near = np.isclose(end, float(teacher), rtol=0.05)
        print(f"{arm}, {teacher} ms: {near.sum()} of {len(end)} within 5 %")
        ends[arm, teacher] = end

# %% [markdown]
# Here is the gradient of the error for many $\tau$ at once, under 64 trains. Where it is below 0, $\tau$ rises; where it is above, $\tau$ falls.

# %% alt="The gradient against the time constant of the student, from 15 to 60 ms. All three lines come from below and reach 0 at 20 ms. At the weight 0.8 with the reset left out, and at 0.9 with the reset counted, the line stays above 0 from there on. At 0.9 with the reset left out it is below 0 again from 23 to 34 ms, and above 0 beyond."
grid = torch.arange(15.0, 60.5, 0.5)
chosen = torch.rand(300, 64, 1, generator=seed_torch(3)) < 0.15
arms = {
    "0.8, reset left out": (0.8, True, GREEN),
    "0.9, reset left out": (0.9, True, BLUE),
    "0.9, reset counted": (0.9, False, VERMILION),
}
axis = panels()
axis.axhline(0, color=GREY, linestyle="--")
for name, (weight, detached, color) in arms.items():
    loud = weight * chosen.expand(-1, -1, len(grid))
    student = LIF(grid, learn_beta=True, detach_reset=detached)
    wrong = (blur(student(loud)) - blur(LIF(20.0)(loud))).square().mean((0, 1))
    (slope,) = torch.autograd.grad(wrong.sum(), student.parameters())
    axis.plot(grid, slope, color=color, label=name)
print(f"smallest error at {grid[wrong.argmin()]:.0f} ms")
decorate(axis, title="At 0.9, without the reset, τ rises past 20 ms", x="τ of the student (ms)", y="gradient")

# %% [markdown]
# At 0.9 with the reset left out, $\tau$ rises from 23 to 34 ms, though the error is smallest at 20; half of the students above end beyond 34. With the reset counted the sign is right. What does the reset tell? Where $\tau$ is too long, each lost spike comes after one too many, which the reset has subtracted; with the reset left out, the gradient of the lost spike asks for a still longer $\tau$. That is not the whole cause: at 0.8 the same losses occur, but the sign stays right. In these trains it is wrong only where one input nearly reaches $\theta$: of nine weights from 0.5 to 0.98, at 0.88 and above.

# %% tags=["check"]
assert grid[wrong.argmin()] == 20
assert wrong.min() == 0
soft, left_out, counted = (line.get_ydata() for line in axis.lines[1:])
below = grid.numpy() < 20
above = grid.numpy() > 20
between = (grid.numpy() >= 23) & (grid.numpy() < 34)
beyond = grid.numpy() > 37
for slopes in (soft, left_out, counted):
    assert (slopes[below] < 0).all()
assert (soft[above] > 0).all()
assert (counted[above] > 0).all()
assert (left_out[between] < 0).all()
assert (left_out[beyond] > 0).all()
assert np.median(ends["weight 0.9", "20.0"]) > 34
far = [np.abs(end / float(teacher) - 1) > 0.05 for (_, teacher), end in ends.items()]
assert [missed.sum() for missed in far] == [0, 0, 1, 0, 37, 4]
assert sum(missed.size for missed in far[:4]) == 160
longer = grid[above][:80:2]  # ms; every one above 20
misled = []
for weight in (0.5, 0.7, 0.8, 0.85, 0.88, 0.9, 0.92, 0.95, 0.98):
    loud = weight * chosen.expand(-1, -1, len(longer))
    student = LIF(longer, learn_beta=True)
    ours, theirs = student(loud), LIF(20.0)(loud)
    too_many = (ours - theirs).cumsum(0) - (ours - theirs)  # before each step
    assert (theirs > ours).any()
    assert (too_many[theirs > ours] > 0).all()
    wrong = (blur(ours) - blur(theirs)).square().mean((0, 1))
    (slope,) = torch.autograd.grad(wrong.sum(), student.parameters())
    if (slope < 0).any():
        misled.append(weight)
assert misled == [0.88, 0.9, 0.92, 0.95, 0.98]

# %% [markdown]
# ### A kick downwards
#
# Izhikevich's model has no closed solution, so it has to be integrated. The simplest way is Euler's: follow the slope for one step. Give a regular-spiking neuron at rest one inhibitory kick, −100 mV/ms for half a millisecond.


# %%
def euler(current, dt):
    u = -70.0
    r = -14.0  # at rest
    course = []
    for drive in current.flatten().tolist():
        slope = 0.04 * u**2 + 5 * u + 140 - r + drive
        r += dt * 0.02 * (0.2 * u - r)
        u += dt * slope
        course.append(min(u, 30))
        if u > 30:
            u = -65.0
            r += 8
    return course


# %% [markdown]
# > **Before you run:** can a kick downwards make it fire?

# %% alt="Membrane over 80 ms, with an inhibitory kick at 20 ms. By Euler's method it falls to -120 mV, bounces up to -55 mV in the next step, climbs and fires 17 ms later. The neuron of the core falls to about -104 mV and comes back to rest without a spike."
kick = pulse(160, at=40, height=-100.0)
core = Izhikevich()(kick, record=True)

axis = panels()
time = 0.5 * np.arange(160)
axis.plot(time, euler(kick, 0.5), color=VERMILION, label="Euler")
axis.plot(time, core.membrane.flatten(), label="core")
decorate(
    axis,
    title="Euler's steps of 0.5 ms turn a violent kick into a spike",
    x="time (ms)",
    y="membrane (mV)",
)

# %% [markdown]
# Not in the model, but with Euler's method at 0.5 ms. At −120 mV the slope is +130 mV/ms, steep but only for a moment; Euler follows it for the whole step and lands far too high. The core divides a step into parts of 1/16 ms at most and solves for the end of each; a spike's trace runs on to that end, so the peaks of section 4 are uneven. In steps of 0.005 ms Euler agrees: no spike.

# %% tags=["check"]
assert euler(kick, 0.5)[75] == 30
assert core.spikes.sum() == 0
assert -110 < core.membrane.min() < -100
assert core.membrane.max() < -69
lowest = torch.tensor(-120.0)
assert round((0.04 * lowest**2 + 5 * lowest + 140 + 14).item()) == 130
fine = torch.zeros(16_000)
fine[4000:4100] = -100.0
assert max(euler(fine, 0.005)) < -69
assert abs(min(euler(kick, 0.5)) + 120) < 0.1

# %% [markdown]
# ### Half the step
#
# Time constants are in milliseconds, so the same neuron can be simulated at any step. Two things still change. The feedback of `RecurrentLIF` comes back after *one step*: a memory that fires at every step fires twice as often at half the step. And Euler's method lacks spikes: for fast-spiking neurons under 8 to 14 mV/ms, 12 % of them at 0.5 ms, against its own count at 1/8 ms. The core's count at 0.5 ms is that at 1/8 ms.

# %% tags=["check"]
for dt in (1.0, 0.5):
    selves = RecurrentLIF(1, 10.0, recurrence="one_to_one", dt=dt)
    nn.init.constant_(selves.weight, 1.05)
    assert selves(pulse(99, at=0, height=1.2)).all()
inputs = torch.linspace(8, 14, 50)


def euler_count(dt, slow=0.1, sensitivity=0.2):
    u = torch.full((50,), -70.0)
    r = sensitivity * u
    count = 0
    for _ in range(round(200 / dt)):
        before = u
        u = u + dt * (0.04 * u**2 + 5 * u + 140 - r + inputs)
        r = r + dt * slow * (sensitivity * before - r)
        fires = u > 30
        u = torch.where(fires, -65.0, u)
        r = r + 2 * fires
        count += fires.sum().item()
    return count


def core_count(dt):
    return Izhikevich("fast_spiking", dt=dt)(inputs.expand(round(200 / dt), 1, 50)).sum().item()


assert round(100 * (1 - euler_count(0.5) / euler_count(0.125))) == 12
assert abs(core_count(0.5) / core_count(0.125) - 1) < 0.002
