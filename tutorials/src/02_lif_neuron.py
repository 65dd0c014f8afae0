# %% [markdown]
# # 02 · The LIF neuron
#
# **What does one neuron compute, and what do $T$, $\mathrm{d}t$, $\tau$ and $\beta$ mean?**
#
# Needs: page 00 or 01 (spikes), exponential functions. · 60 minutes to read, without *Deeper* and exercises; 15 seconds to run. · Introduces `LIF`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/02_lif_neuron.ipynb)

# %% tags=["setup"]
import sys

if "google.colab" in sys.modules:
    from IPython import get_ipython

    get_ipython().run_line_magic("pip", "install 'snn_core @ git+{{repository}}@{{tag}}'")

import numpy as np
import torch

from snn_core import LIF, RefractoryLIF, encoding, lif_step
from snn_core.teaching.diagrams import rc_circuit, slow_motion
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import ComeTogether, LIFNeuron, firing_rate
from snn_core.teaching.inputs import constant, pulse
from snn_core.teaching.palette import BLUE, GREEN, GREY, VERMILION
from snn_core.teaching.plotting import decorate, lanes, panels, raster, use_style
from snn_core.training import seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below

# %% [markdown]
# Here is the neuron of page 00 again, for 110 milliseconds. At the top are the spikes that come in. In the middle is its *membrane*, the one number that it keeps; dashed is its *threshold*. At the bottom is what it sends. Seven spikes come in: one alone, three spread out, three close together.
#
# > **Look first:** why does the neuron answer only the last three?

# %% alt="Three lanes over 110 ms. Top: seven input spikes, one alone, three that are 12 ms apart, three that are 4 ms apart. Middle: the membrane jumps by 0.5 at each and leaks in between; only the last three take it above the threshold at 1, from where it falls. Bottom: one output spike, at the last input."
arrivals = [5, 30, 42, 54, 80, 84, 88]
current = pulse(110, at=arrivals, height=0.5)  # 110 steps, 0 but at these
neuron = LIF(tau_mem=10.0)  # it leaks with 10 ms: section 2
spikes, membrane, _ = neuron(current, record=True)

axes = lanes(
    current,
    membrane,
    spikes,
    title="Seven spikes come in, one goes out",
)

# %% [markdown]
# Every spike lifts the membrane by 0.5, and then it leaks. After 12 ms too little is left; 4 ms apart they add up, and the third takes it across the threshold. The neuron sends one spike, and its membrane falls.
#
# That is all a **leaky integrate-and-fire** neuron does, LIF for short: it *leaks*, it *integrates* (adds up what comes in), and it *fires* (sends a spike).

# %% tags=["check"]
assert spikes.sum() == 1
assert spikes.flatten().argmax() == 88

# %% [markdown]
# Here is the same neuron, live. Drag a spike in the first lane, or click to set or remove one. Beside a spike that goes out stands its time, where there is room. How close together must spikes come in?

# %%
ComeTogether().sliders()

# %% [markdown]
# **Try this**
#
# 1. Drag the spike at 54 ms to the left, bit by bit. How near must it come to the one at 42 ms, until the neuron answers?
# 2. Put it back. From which weight on does every spike that comes in send one out?
#
# <details><summary>Answers</summary>
#
# 1. At most 2 ms away: then what is left of three spikes is above the threshold.
# 2. From 1.05 on: one is enough. At 1 it only reaches the threshold.
#
# </details>

# %% tags=["check"]
nearer = [5, 30, 42, 44, 80, 84, 88]
farther = [5, 30, 42, 45, 80, 84, 88]
assert neuron(pulse(110, at=nearer, height=0.5)).flatten().nonzero()[0] == 44
assert neuron(pulse(110, at=farther, height=0.5)).sum() == 1
assert neuron(pulse(110, at=arrivals, height=1.05)).sum() == 7
assert neuron(pulse(110, at=arrivals, height=1.0)).sum() < 7

# %% [markdown]
# ## You will
#
# - follow one spike in slow motion, and write a neuron in six lines;
# - change the step, and keep the neuron the same;
# - send spikes through weights, and find which ones make it fire;
# - drive it steadily, and measure how fast it fires;
# - compare two neurons with the same mean input.

# %% [markdown]
# ## 1 · One spike in slow motion
#
# At each step *half* of the membrane is left, then 0.8 comes in. It begins at rest, which is 0. Follow it with your finger, from dot to dot.

# %% alt="Four steps of a neuron. An open dot shows where the input lifts the membrane, a filled dot where it goes on from. At steps 0 and 2 both are at the same height. At step 1 the open dot is at 1.2, above the threshold; beside it stand integrate, compare, emit, reset. An arrow leads down to the filled dot at 0.2. Step 3 spikes too."
axis = slow_motion(
    constant(0.8, 4),  # 0.8 in each of four steps
    beta=0.5,
    first=0,
    explain=1,
    title="Up by the input, down by the reset",
)

# %% [markdown]
# The same in numbers:
#
# | step | before: $v$ | half is left | plus input: $u$ | above 1? | after: $v$ |
# |---|---|---|---|---|---|
# | 0 | 0 | 0 | 0.8 | no | 0.8 |
# | 1 | 0.8 | 0.4 | 1.2 | **spike** | 0.2 |
# | 2 | 0.2 | 0.1 | 0.9 | no | 0.9 |
# | 3 | 0.9 | 0.45 | 1.25 | **spike** | 0.25 |
#
# > **Before you read on:** write the next row. What are $u$ and $v$?

# %% [markdown]
# Half of 0.25, plus 0.8: both are 0.925. Only a spike subtracts 1.
#
# The neuron in Python:

# %% tags=["slide"]
v = 0.0
for step in range(4):
    u = 0.5 * v + 0.8
    z = int(u > 1)
    v = u - z
    print(f"step {step}: u {u:.2f}, spike {z}, v {v:.2f}")

# %% [markdown]
# The table again. On every page the order is **integrate, compare, emit, reset.**
#
# Now with names for the numbers: $\beta$ is the share that is left (0.5), $I[t]$ is what step $t$ brings (0.8), $\theta$ is the threshold (1), $z[t]$ is the spike, 1 or 0.
#
# $$u[t] = \beta\,v[t-1] + I[t] \qquad\qquad v[t] = u[t] - \theta\, z[t]$$
#
# In between the neuron *compares*: $z[t] = 1$ if $u[t] > \theta$, else 0. (Above, not at, unlike the bucket of page 01.) Keep two names apart. $u$ is the **membrane**, which is compared, recorded and plotted. $v$ is the **state**, which is carried on to the next step.

# %% [markdown]
# `LIF` of the core, `snn_core`, the library under these pages, does this for many neurons at once. It takes a tensor `[T, B, N]`: $T$ steps of time, $B$ examples in a batch, $N$ neurons. Ours is `[4, 1, 1]`.

# %%
neuron = LIF(beta=0.5)
recording = neuron(constant(0.8, 4), record=True)
print("u:", recording.membrane.flatten())
print("z:", recording.spikes.flatten())

# %% [markdown]
# The same numbers. Without `record=True` the neuron returns only its spikes.

# %% tags=["check"]
stepped = torch.zeros(1)
table = []
for _ in range(4):
    emitted, landed, stepped = lif_step(torch.tensor([0.8]), stepped, beta=0.5)
    table.append((round(landed.item(), 6), int(emitted), round(stepped.item(), 6)))
assert table == [(0.8, 0, 0.8), (1.2, 1, 0.2), (0.9, 0, 0.9), (1.25, 1, 0.25)]
assert [0.5 * after for _, _, after in table[:3]] == [0.4, 0.1, 0.45]
assert abs(v - recording.state.item()) < 1e-6
assert abs(0.5 * v + 0.8 - 0.925) < 1e-9
assert LIF()(constant(1.0, 1)).sum() == 0
assert np.allclose(recording.membrane.flatten(), [0.8, 1.2, 0.9, 1.25])
assert recording.spikes.flatten().tolist() == [0, 1, 0, 1]

# %% [markdown]
# ### Two ways to reset
#
# Subtracting the threshold is the **soft** reset, the default: what was above it, 0.2 at step 1, is kept. The **hard** reset, `LIF(reset="hard")`, throws that away and goes to 0: $v[t] = u[t]\,(1 - z[t])$.
#
# > **Before you run:** $I$ is now 0.9 at every step. Which reset gives more spikes?

# %% alt="Twelve steps under the same strong input with both resets. Left, soft: after a spike the membrane goes on from what was above the threshold, and it fires at two of three steps. Right, hard: it goes on from 0 and fires at every second step."
strong = constant(0.9, 12)
left, right = panels(2, width=7, share=True)
axis = slow_motion(
    strong,
    beta=0.5,
    first=0,
    axes=left,
    title="soft: keeps the rest",
)
axis = slow_motion(
    strong,
    beta=0.5,
    first=0,
    reset="hard",
    axes=right,
    title="hard: back to 0",
)

# %% [markdown]
# The soft one, 8 against 6: after a spike it goes on (full dots) from what was above the threshold.

# %% tags=["check"]
assert LIF(beta=0.5)(strong).sum() == 8
assert LIF(beta=0.5, reset="hard")(strong).sum() == 6

# %% [markdown]
# ## 2 · How fast does it forget?
#
# How long is a step, and how much should be left after it? Take the neuron of the first figure, lift its membrane once, to 0.8, and leave it alone.
#
# > **Before you run:** after 10 ms 37 % is left. How much is left after 20 ms?

# %% alt="The share of the membrane that is left over 40 ms: it falls from 1, fast at first. At 10 ms 37 percent is left, at 20 ms 14 percent."
neuron = LIF(tau_mem=10.0)
once = pulse(41, at=0, height=0.8)
_, membrane, _ = neuron(once, record=True)
share = membrane.flatten() / 0.8

axis = panels()
axis.plot(share, ".", color=BLUE)
for time in (10, 20):
    axis.plot(time, share[time], "o", color=VERMILION)
    axis.text(time + 0.7, share[time] + 0.04, f"{share[time]:.0%}")
decorate(
    axis,
    title="10 ms leave 37 %, wherever you begin",
    x="time (ms)",
    y="share left",
)

# %% [markdown]
# 14 %: that is 37 % of 37 %.

# %% [markdown]
# After a time $t$ the share $e^{-t/\tau}$ is left. Here $\tau$ is 10 ms: `tau_mem=10.0`.
#
# The **time constant** $\tau$ is the time after which 37 %, $1/e$, is left. So after one of $T$ steps, each of $\mathrm{d}t$ milliseconds (1 unless said), this is left:
#
# $$\beta = e^{-\mathrm{d}t/\tau}$$

# %%
beta = np.exp(-1 / 10)
print(f"by hand: {beta:.3f}")
print(f"in LIF:  {neuron.beta:.3f}")

# %% [markdown]
# A millisecond leaves 90.5 %, and 9.5 % leaks away. That answers half of the page's question:
#
# | | belongs to | says |
# |---|---|---|
# | $\tau$ | the neuron | after how many milliseconds 37 % is left |
# | $\mathrm{d}t$ | the simulation | how many milliseconds a step stands for |
# | $T$ | the simulation | how many steps there are: 60 of 1 ms and 12 of 5 ms are the same 60 ms |
# | $\beta$ | both | what share is left after a step |
#
# You give `tau_mem` and `dt`; the core works out $\beta$. Many papers state only a $\beta$: a trap.

# %% tags=["check"]
assert round(beta, 3) == round(neuron.beta.item(), 3) == 0.905
assert round(1 - beta, 3) == 0.095
assert round(share[10].item(), 2) == round(np.exp(-1), 2) == 0.37
assert round(share[20].item(), 2) == 0.14
assert np.allclose(share, beta ** np.arange(41))

# %% [markdown]
# ### Keep β, or keep τ?
#
# > **Before you run:** a neuron with $\tau$ = 10 ms has $\beta = 0.905$ at 1 ms. Somebody keeps this $\beta$ at steps of 5 ms. Does it now forget faster, or more slowly?


# %%
def plot_leak(axis, neuron, dt):
    once = pulse(60 // dt + 1, at=0, height=0.8)
    _, membrane, _ = neuron(once, record=True)
    times = range(0, 61, dt)
    axis.plot(
        times,
        membrane.flatten(),
        "o-",
        markersize=4,
        label=f"steps of {dt} ms",
    )


# %% alt="The membrane leaks from 0.8 at steps of 1 ms and 5 ms. Left, beta is kept at 0.905 and the two differ: at 5 ms the neuron forgets five times more slowly. Right, tau is kept, and the dots of both lie on one curve."
left, right = panels(2, width=7, share=True)
for dt in (1, 5):
    plot_leak(left, LIF(beta=beta), dt)
    plot_leak(right, LIF(tau_mem=10.0, dt=dt), dt)
decorate(left, title="β kept: another neuron", x="time (ms)", y="membrane u")
decorate(right, title="τ kept: the same neuron", x="time (ms)")

# %% [markdown]
# More slowly, five times: 90.5 % is left after 5 ms instead of 1 ms. Its $\tau$ has become 50 ms.
#
# **Keep $\tau$ and let $\beta$ follow:** then the leak is the same, however long a step is.

# %% tags=["check"]
assert abs(-5 / np.log(beta) - 50) < 1e-9
assert abs(LIF(10.0, dt=1.0).beta.item() ** 5 - LIF(10.0, dt=5.0).beta.item()) < 1e-6
assert abs(LIF(10.0, dt=5.0).beta.item() - np.exp(-5 / 10)) < 1e-6
fine, coarse = (line.get_ydata() for line in right.lines[:2])
assert np.allclose(fine[::5], coarse)
fine, coarse = (line.get_ydata() for line in left.lines[:2])
assert np.allclose(fine[: len(coarse)], coarse)
assert not np.allclose(fine[::5], coarse)

# %% [markdown]
# ## 3 · Spikes in: which send one out?
#
# In a network the input is spikes of other neurons. Each comes through a **weight** and lifts the membrane by it, once. Here a spike comes in with a probability of 10 % per millisecond, through a weight of 0.5.
#
# > **Before you run:** which of the spikes that come in will make the neuron fire?

# %% alt="Three lanes over 200 ms. Top: 29 input spikes at random times. Middle: the membrane, which jumps by 0.5 and leaks; a dotted line at 0.5. Bottom: 7 output spikes, each at the end of a cluster of input spikes."
generator = seed_torch(0)
chance = torch.full((1, 1), 0.1)
arriving = encoding.rate(chance, 200, generator=generator)
neuron = LIF(tau_mem=10.0)
spikes, membrane, _ = neuron(0.5 * arriving, record=True)

axes = lanes(
    0.5 * arriving,
    membrane,
    spikes,
    title="What comes together makes it fire",
)
line = axes[1].axhline(0.5, color=GREY, linestyle=":")

# %% [markdown]
# Those that find the membrane still above 0.5, dotted: 7 of 29.
#
# So the neuron picks out *coincidences*: **spikes that come together**. How close they must be depends on $\tau$, how many it takes on the weight: two of 0.5 reach at most 1, and *at* the threshold there is no spike.
#
# Five neurons hear the same spikes through five weights:

# %%
weights = torch.tensor([0.1, 0.3, 0.5, 0.8, 1.1])
counts = neuron(weights * arriving).sum(0).flatten()
print("in: ", arriving.sum())
print("out:", counts)

# %% [markdown]
# At 0.1 the neuron is deaf, at 1.1 an echo. What it *computes* lies in between, and the weights are what training will change.

# %% tags=["check"]
assert arriving.sum() == 29
assert spikes.sum() == 7
before = (membrane - 0.5 * arriving).flatten()
came = arriving.flatten() > 0
assert torch.equal(came & (before > 0.5), spikes.flatten() > 0)
assert counts[0] == 0
assert counts[4] == arriving.sum()
assert (counts.diff() >= 0).all()
_, fine, _ = LIF(10.0, dt=1.0)(pulse(11, at=0, height=0.5), record=True)
_, coarse, _ = LIF(10.0, dt=5.0)(pulse(3, at=0, height=0.5), record=True)
assert torch.allclose(fine[::5], coarse)

# %% [markdown]
# In PyTorch such neurons are a layer, behind the weights. The 784 pixels of 32 random images reach 100 neurons through random weights, for 50 steps:

# %%
layer = torch.nn.Sequential(
    torch.nn.Linear(784, 100),
    LIF(tau_mem=10.0),
)
images = torch.rand(32, 784, generator=generator)
out = layer(encoding.rate(images, 50, generator=generator))
print(out.shape)

# %% tags=["check"]
assert out.shape == (50, 32, 100)

# %% [markdown]
# ## 4 · A steady drive: where does it settle?
#
# Some inputs never pause: a bright pixel, an electrode. Then every step brings the same $I$, here 0.07, for 50 steps; $\tau$ is 10 ms.
#
# > **Before you run:** 50 steps bring 50 · 0.07 = 3.5. Does the membrane get there? Does the neuron fire?

# %% alt="Top: an input of 0.07 at every step from 10 to 60 ms. Bottom: the membrane rises within about 30 ms to 0.74, below the dashed threshold at 1, stays there, and decays as it rose when the input stops."
added = torch.zeros(100, 1, 1)
added[10:60] = 0.07
spikes, membrane, _ = neuron(added, record=True)

top, bottom = panels(2, stacked=True, ratios=(1, 2))
top.plot(added.flatten(), color=GREEN)
bottom.plot(membrane.flatten(), color=BLUE)
bottom.axhline(1, color=GREY, linestyle="--")
decorate(top, title="It levels off", y="input")
decorate(bottom, x="time (ms)", y="membrane u")

# %% [markdown]
# No: it levels off at 0.74, and never fires. The higher it is, the more leaks away. At 0.74 a step takes 9.5 % of it, which is 0.07, as much as comes in. After 10 ms, one $\tau$, 63 % of the way is done; after 30 ms 95 %. A neuron fires if this level is above its threshold, and never if it is not.

# %% [markdown]
# The **drive** $D$ is the level at which the membrane settles without a threshold (the slider of page 00). There a step takes $(1 - \beta)\,D$, and $u$ stays if the input brings as much:
#
# $$I = (1 - \beta)\,D$$
#
# **So a steady $I$ follows from $D$. A spike brings its weight once,** two in a step twice.
#
# In steps of 1 ms a drive of 1.5 is an $I$ of 0.143. It gives 90 spikes per second.
#
# > **Before you run:** keep this $I$ at steps of 5 ms. How many spikes now: 90, fewer, none?

# %%
kept = (1 - beta) * 1.5
print("ms  kept  spikes")
for dt in (1, 5):
    neuron = LIF(tau_mem=10.0, dt=dt)
    derived = (1 - neuron.beta) * 1.5
    steps = 1000 // dt
    print(f"{dt}   I     {neuron(constant(kept, steps)).sum():.0f}")
    print(f"{dt}   D     {neuron(constant(derived, steps)).sum():.0f}")

# %% [markdown]
# None. In 5 ms 39 % leaks, so the membrane levels off at 0.36. With $D$ kept there are 80; section 5 says why not 90.

# %% tags=["check"]
assert round(0.07 / (1 - beta), 2) == 0.74
assert spikes.sum() == 0
assert abs(membrane[59].item() / (0.07 / (1 - beta)) - 0.99) < 0.01
assert round(1 - beta**10, 2) == 0.63
assert round(1 - beta**30, 2) == 0.95
assert round(kept, 3) == 0.143
assert round(1 - LIF(10.0, dt=5.0).beta.item(), 2) == 0.39
assert round(kept / (1 - np.exp(-5 / 10)), 2) == 0.36
assert LIF(10.0, dt=1.0)(constant(kept, 1000)).sum() == 90
assert LIF(10.0, dt=5.0)(constant(kept, 200)).sum() == 0
assert LIF(10.0, dt=5.0)(constant(derived, 200)).sum() == 80

# %% [markdown]
# ### Play with it
#
# 1. Set the weight to 0, so that only the steady drive is left. Find the smallest drive that makes the neuron fire.
# 2. Double $\tau$, and find it again.

# %%
LIFNeuron().sliders()

# %% [markdown]
# <details><summary>Answers</summary>
#
# 1. It is 1.05, the first step of the slider above the threshold: the membrane settles at the drive.
# 2. The same again: $\tau$ only says how soon it settles.
#
# </details>

# %% [markdown]
# ## 5 · How fast does it fire?
#
# Under a drive above the threshold the neuron is a clock. Here with the hard reset: every interval starts at 0.

# %% alt="Three lanes over 100 ms under a constant drive of 1.5 with a hard reset: the membrane charges from 0 to the threshold again and again, and spikes leave at equal intervals of 11 ms."
neuron = LIF(tau_mem=10.0, reset="hard")
steady = constant((1 - neuron.beta) * 1.5, 100)
spikes, membrane, _ = neuron(steady, record=True)

axes = lanes(
    steady,
    membrane,
    spikes,
    reset="hard",
    title="A constant drive of 1.5: a clock",
)

# %% [markdown]
# Count for 46 drives, a second each, in steps of 0.1 ms.


# %%
def rates(drives, dt, reset):
    neuron = LIF(tau_mem=10.0, dt=dt, reset=reset)
    added = (1 - neuron.beta) * drives
    steps = round(1000 / dt)
    spikes = neuron(added.expand(steps, 1, -1))
    return spikes.sum(0).flatten()


drives = torch.linspace(0.5, 5, 46)
counted = rates(drives, dt=0.1, reset="hard")

# %% [markdown]
# `firing_rate` computes the rate without any steps (*Deeper*).
#
# > **Before you run:** a drive of 1.5 gives 90 spikes per second. A drive of 3: twice as many, more, or fewer?

# %% alt="Firing rate against drive, the f-I curve. Counted dots lie on the rate without steps: zero up to a drive of 1, then a steep rise that bends into a line."
every = torch.linspace(0.5, 5, 4501)

axis = panels()
axis.plot(
    every,
    firing_rate(every, tau_mem=10.0),
    color=GREY,
    label="without steps",
)
axis.plot(drives, counted, ".", color=VERMILION, label="counted")
decorate(
    axis,
    title="Silent up to a drive of 1, then steep",
    x="drive D",
    y="rate (spikes/s)",
)

# %% [markdown]
# More: 2.7 times as many. From 0 to the threshold the membrane takes 11 ms at a drive of 1.5, and 4 at 3. This is the **f–I curve**, firing rate against input. (Real neurons also pause after each spike, for a **refractory period**: *Deeper*.)

# %% tags=["check"]
below = drives <= 1
assert (counted[below] == 0).all()
assert (firing_rate(drives[below], 10.0) == 0).all()
assert np.allclose(counted[~below], firing_rate(drives[~below], 10.0), rtol=0.04)
weaker, stronger = rates(torch.tensor([1.5, 3.0]), 0.1, "hard").tolist()
assert [weaker, stronger] == [90, 243]
assert round(stronger / weaker, 1) == 2.7
waits = 1000 / firing_rate(np.array([1.5, 3.0]), 10.0)
assert waits.round().tolist() == [11, 4]
assert set(spikes.flatten().nonzero().flatten().diff().tolist()) == {11}

# %% [markdown]
# ### What a coarse step costs
#
# The *membrane* is exact at any $\mathrm{d}t$. The *spikes* are not: they wait for the end of a step, which holds at most one. Count again, in steps of 1 ms.
#
# > **Before you run:** at a drive of 3 the neuron should spike every 4.05 ms. How often does it, with the hard reset?

# %% alt="Firing rate against drives up to 15 at steps of 1 ms. Without steps the rate rises in nearly a line to 1450. The soft reset stays a little below it, the hard reset climbs in stairs at 333, 500 and 1000; both stop at 1000 spikes per second, one per step."
wide = torch.linspace(1.05, 50, 980)

axis = panels()
axis.plot(
    wide,
    firing_rate(wide, tau_mem=10.0),
    color=GREY,
    label="without steps",
)
for reset in ("soft", "hard"):
    axis.plot(wide, rates(wide, 1.0, reset), label=reset)
decorate(
    axis,
    title="Steps of 1 ms: hard climbs in stairs",
    x="drive D",
    y="rate (spikes/s)",
    xlim=(0, 15),
    ylim=(0, 1500),
)

# %% [markdown]
# Every 5 ms, at the end of a step. What came in since the crossing is lost; the soft reset keeps it. (*Deeper*: what is still missing.)
#
# | steps | hard, spikes/s | soft, spikes/s |
# |---|---|---|
# | 1 ms | 200 | 238 |
# | 0.1 ms | 243 | 245 |
# | none | 247 | 247 |

# %% tags=["check"]
three = torch.tensor([3.0])
assert rates(three, 1.0, "soft") == 238
assert rates(three, 1.0, "hard") == 200
assert round(float(firing_rate(3.0, 10.0))) == 247
assert round(1000 / float(firing_rate(3.0, 10.0)), 2) == 4.05
assert rates(wide, 1.0, "soft").max() == rates(wide, 1.0, "hard").max() == 1000
assert firing_rate(1e9, 10.0) > 1e10


def soft_count(D, dt, gain):
    """Count in a second; `gain` turns the rest, u - 1, into what is carried over."""
    beta = np.exp(-dt / 10)
    v = 0.0
    count = 0
    for _ in range(round(1000 / dt)):
        u = beta * v + (1 - beta) * D
        v = gain * (u - 1) if u > 1 else u
        count += u > 1
    return count


# s after the crossing, in continuous time: reset at once, or at the end of the step. The
# threshold itself has leaked meanwhile, and that factor is the whole loss:
left = np.exp(-np.linspace(0.1, 5, 50) / 10)
for D in (1.5, 3.0):
    at_once = D + (0 - D) * left
    at_the_end = D + (1 - D) * left - 1
    assert np.allclose(at_once - at_the_end, 1 - left)
    assert np.allclose(at_once / at_the_end, D / (D - 1))
for D, dt, soft in ((1.5, 5.0, 80), (1.5, 1.0, 90), (3.0, 1.0, 238)):
    assert soft_count(D, dt, gain=1) == soft
    assert soft_count(D, dt, gain=D / (D - 1)) == int(firing_rate(D, 10.0))
assert [soft_count(3.0, dt, gain=1) for dt in (1.0, 0.1, 0.01)] == [238, 245, 246]
assert rates(three, 0.1, "soft") == 245
assert int(firing_rate(3.0, 10.0)) == 246

# %% [markdown]
# ## 6 · Regular or irregular?
#
# Two neurons hear random spikes: 50 weak ones per millisecond, or 0.2 strong ones. Rate times weight, the mean $I$, is the same: a **mean drive** of 1.5, that of the clock in section 5.

# %%
often = torch.tensor([50.0, 0.2])  # spikes per millisecond
neuron = LIF(tau_mem=10.0)
weights = (1 - neuron.beta) * 1.5 / often
print("weights:", weights)

# %% [markdown]
# Let both run for 50 seconds.

# %%
steps = often.expand(50_000, 1, 2)
heard = weights * torch.poisson(steps, generator=generator)
fired = neuron(heard)[:, 0]
names = ["many weak", "few strong"]
for name, train in zip(names, fired.T, strict=True):
    print(f"{name}: {train.sum() / 50:.0f} spikes per second")

# %% [markdown]
# They fire 88 and 105 times per second; under the steady drive it was 90.
#
# > **Before you run:** both hear random spikes. Does either of them fire like a clock?

# %% alt="Left: raster of two neurons over 300 ms. The upper, many weak inputs, fires at nearly equal intervals; the lower, few strong ones, in clusters and with gaps. Right: histograms of their intervals: a narrow peak around 11 ms for many weak inputs; a wide distribution for few strong ones, most frequent at the shortest intervals, with a tail beyond 40 ms."
left, right = panels(2, width=7, ratios=(5, 4))
raster(fired[:300], left, size=14, color=VERMILION)
left.set_yticks([0, 1], names)
left.invert_yaxis()
for name, train in zip(names, fired.T, strict=True):
    gaps = train.nonzero().flatten().diff()
    right.hist(gaps, bins=range(0, 81, 2), alpha=0.7, label=name)
decorate(left, title="300 ms of each", y="")
decorate(
    right,
    title="A peak, and a tail",
    x="interval (ms)",
    y="intervals in 50 s",
)

# %% [markdown]
# The first does: it averages its input. The second does not: it depends on when the next few come.
#
# How regular is a neuron? Divide the standard deviation of its intervals by their mean. This **coefficient of variation**, CV, is 0 for a clock and 1 for spikes at random times.


# %%
def variation(train):
    gaps = train.nonzero().flatten().diff().double()
    ratio = gaps.std() / gaps.mean()
    return ratio.item()


for name, train in zip(names, fired.T, strict=True):
    print(f"{name}: CV {variation(train):.2f}")

# %% [markdown]
# > **Before you run:** halve all weights. The mean drive is now 0.75, below the threshold. Who still fires?

# %%
halved = neuron(heard / 2)[:, 0]
for name, train in zip(names, halved.T, strict=True):
    print(f"{name}: {train.sum():.0f} spikes in 50 s")

# %% [markdown]
# Only the second, which is *fluctuation-driven*: chance clusters still take it across. The first is *mean-driven*.
#
# **Irregular spikes need no noise inside the neuron: large random inputs are enough.**

# %% tags=["check"]
mean_drive = often * weights / (1 - neuron.beta)
assert torch.allclose(mean_drive[0], mean_drive[1])
assert abs(mean_drive[0].item() - 1.5) < 1e-5
assert [round(count.item() / 50) for count in fired.sum(0)] == [88, 105]
assert variation(fired[:, 0]) < 0.1
assert 40 < gaps.max() < 80
assert 0.8 < variation(fired[:, 1]) < 1
assert halved[:, 0].sum() == 0
assert halved[:, 1].sum() > 1000
assert 0.7 < variation(halved[:, 1]) < 1

# %% [markdown]
# ## Recap
#
# You
#
# - followed integrate, compare, emit, reset: by hand, in six lines, in `LIF`;
# - kept $\tau$ and got the same neuron at another $\mathrm{d}t$: $\beta$ follows from both;
# - sent spikes through weights: what comes together makes it fire;
# - drove it: silent up to a drive of 1, at most one spike per step;
# - saw **what one neuron computes**: it counts a steady drive, averages many weak inputs, detects when few strong ones coincide.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $T$ | number of steps | first axis of `current` |
# | $\tau$ | membrane time constant, ms | `tau_mem` |
# | $\mathrm{d}t$ | length of a step, ms | `dt` |
# | $\beta$ | share of the membrane left after a step | `beta`, derived |
# | $I[t]$ | what a step adds to the membrane | `current` |
# | $D$ | drive, $I / (1 - \beta)$ if $I$ is constant | – |
# | $u[t]$ | membrane: compared, recorded, plotted | `membrane` |
# | $v[t]$ | state: membrane after the reset | `state` |
# | $\theta$ | threshold | `threshold` |
# | $z[t]$ | spike, 0 or 1 | `spikes` |

# %% [markdown]
# ## Exercises

# %% [markdown]
# ### 1 · The β of a paper
#
# A paper states $\tau = 20$ ms and bins its data at $\mathrm{d}t = 5$ ms. Which $\beta$ does its neuron have?

# %% tags=["exercise"]
beta_of_paper = None

check("02.1", beta_of_paper)

# %% [markdown]
# ### 2 · Five steps with a pencil
#
# A neuron at rest has $\beta = 0.5$, the threshold 1 and a soft reset. In five steps it gets 0.6, 0.9, 0.3, 1.9 and 0.5. Write down its membrane $u$, as it is recorded, and its spike $z$ at each step.

# %% tags=["exercise"]
by_pencil = None  # a list of five pairs (u, z)

check("02.2", by_pencil)

# %% [markdown]
# ### 3 · A third reset
#
# Some neurons reset to a value *below* rest. Write one step of an LIF neuron with threshold 1, in the order of section 1, that resets to $-0.5$. `current`, `state` and `beta` are numbers, or tensors that hold one number. Return spike, membrane and new state, in the core's order.


# %% tags=["exercise"]
def step_with_undershoot(current, state, beta):
    return None  # your code here


check("02.3", step_with_undershoot)

# %% [markdown]
# ### 4 · The first spike in closed form
#
# A neuron at rest gets a constant drive $D$, so $u$ after $n$ steps is $D(1 - \beta^n)$. Write a function that returns the *number of steps* until $u > \theta$. For a drive that never gets there, return infinity.


# %% tags=["exercise"]
def steps_to_first_spike(drive, beta, threshold=1.0):
    return None  # your code here


check("02.4", steps_to_first_spike)

# %% [markdown]
# ### 5 · Open: a threshold that gets tired
#
# A *relative* refractory period does not forbid a second spike but makes it harder. Let the threshold jump up by 0.5 at each spike and decay back with 20 ms; the soft reset subtracts the raised threshold. Give this neuron a constant drive for 2000 ms at $\mathrm{d}t = 0.1$ ms: what happens to the f–I curve at $D = 1.5$, 3 and 5? (Without the jump it should fire 90.5, 245 and 446 times per second.) Then give it `heard[:, 0, 1].tolist()`, the few strong spikes of section 6, at 1 ms: what happens to the CV?

# %% [markdown] tags=["solution"]
# ### Solutions

# %% [markdown] tags=["solution"]
# <details><summary>Solution 1</summary>
#
# $\beta = e^{-5/20} = 0.779$.
#
# ```python
# beta_of_paper = np.exp(-5 / 20)
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 2</summary>
#
# What goes on after the steps is 0.6, 0.2, 0.4, 1.1 and 0.05. At step 3 the membrane is still above 1 after the soft reset. It does not spike twice in one step: it goes on from there.
#
# ```python
# by_pencil = [(0.6, 0), (1.2, 1), (0.4, 0), (2.1, 1), (1.05, 1)]
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 3</summary>
#
# ```python
# def step_with_undershoot(current, state, beta):
#     membrane = beta * state + current
#     spike = float(membrane > 1)
#     return spike, membrane, -0.5 if spike else membrane
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Solution 4</summary>
#
# $D(1 - \beta^n) > \theta$ means $n > \ln(1 - \theta/D) / \ln\beta$; the first whole number above it is the answer.
#
# ```python
# def steps_to_first_spike(drive, beta, threshold=1.0):
#     if drive <= threshold:
#         return np.inf
#     return int(np.floor(np.log(1 - threshold / drive) / np.log(beta))) + 1
# ```
#
# </details>

# %% [markdown] tags=["solution"]
# <details><summary>Answer 5</summary>
#
# The rates fall from 90.5, 245 and 446 spikes/s to 50.5, 106 and 158: the curve is flatter, but it still starts at $D = 1$. The CV falls from 0.91 to 0.64: short intervals become rare.
#
# ```python
# def relative_refractory(current, dt, jump=0.5):
#     keep = np.exp(-dt / 10)
#     recover = np.exp(-dt / 20)
#     state = 0.0
#     raised = 0.0
#     spikes = []
#     for value in current:
#         membrane = keep * state + value
#         threshold = 1 + raised
#         spike = float(membrane > threshold)
#         state = membrane - threshold * spike
#         raised = recover * raised + jump * spike
#         spikes.append(spike)
#     return torch.tensor(spikes)
#
#
# tired = {}
# for strength in (1.5, 3.0, 5.0):
#     steady = [strength * (1 - np.exp(-0.1 / 10))] * 20_000
#     tired[strength] = [relative_refractory(steady, 0.1, jump).sum().item() / 2 for jump in (0, 0.5)]
# noisy = heard[:, 0, 1].tolist()
# variations = [variation(relative_refractory(noisy, 1, jump)) for jump in (0, 0.5)]
# print(tired, variations)
# ```
#
# </details>

# %% [markdown]
# ## References
#
# - L. Lapicque, *Recherches quantitatives sur l'excitation électrique des nerfs traitée comme une polarisation*, Journal de Physiologie et de Pathologie Générale 9, 1907.
# - W. Gerstner, W. M. Kistler, R. Naud, L. Paninski, *Neuronal Dynamics*, Cambridge University Press, 2014, chapters 1 and 8.
# - E. O. Neftci, H. Mostafa, F. Zenke, *Surrogate gradient learning in spiking neural networks*, IEEE Signal Processing Magazine 36(6), 2019, section II.
# - J. K. Eshraghian et al., *Training spiking neural networks using lessons from deep learning*, Proceedings of the IEEE 111(9), 2023, section II.
#
# **Next:** [03 · Neuron models](03_neuron_models.ipynb) adds synapses, adaptation and recurrence; [07 · A first trained network](07_first_trained_network.ipynb) trains 266 of these neurons to read digits.

# %% [markdown]
# ## Deeper
#
# What the main way does not need: the neuron in volts and amperes, what a simpler method costs, and what else can be said exactly.

# %% [markdown]
# ### In volts and amperes
#
# The membrane of a cell holds charge apart, as a capacitor $C$ does. It is not tight: charge leaks out through channels, as through a resistor $R$.

# %% alt="Left: a cell with plus signs inside its membrane and minus signs outside; a current J comes in from an electrode, a leak goes out through a channel. Right: the same as a circuit: the current J divides between a resistor R, the leak, and a capacitor C, the membrane; the voltage U, above rest, is between inside and outside."
axes = rc_circuit()

# %% [markdown]
# The bigger the capacitor and the tighter the membrane, the slower it discharges: $\tau = R\,C$. A cell of the cortex has around 100 megaohms and 100 picofarads. An electrode sends in a current $J$. If all of it flows through the resistor, the voltage $U$ is $R\,J$ (Ohm's law). The voltage moves towards that, and the distance to it shrinks to its $\beta$-fold at every step:
#
# $$U \leftarrow \beta\, U + (1 - \beta)\, R\, J .$$

# %%
R = 100e6  # ohm
C = 100e-12  # farad
tau = 1000 * R * C
print(f"tau = {tau:.0f} ms")


def charge(injected):
    U = 0.0
    course = []
    for J in injected:
        U = beta * U + (1 - beta) * R * J
        course.append(U)
    return np.array(course)


# %% [markdown]
# Left, 150 pA flow for 50 ms. Right, one picocoulomb comes in three times, as 20 pA for 50 ms, as 100 pA for 10 ms, and as 1000 pA for 1 ms.
#
# > **Before you run:** to which voltage does the membrane rise on the left? And does the same charge lift it equally high on the right?

# %% alt="Left: under 150 pA from 10 to 60 ms the membrane rises towards 15 mV within about 30 ms and then decays as it rose. Right: for the same charge sent in within 50, 10 and 1 ms the peaks are 2.0, 6.3 and 9.5 mV; the shortest is almost a jump."
long_step = np.zeros(100)
long_step[10:60] = 150e-12  # ampere
rise = charge(long_step)

left, right = panels(2, width=7)
left.plot(1000 * rise)
peaks = []
for length in (50, 10, 1):
    short = np.zeros(100)
    short[10 : 10 + length] = 1e-9 / length  # ampere
    voltage = 1000 * charge(short)
    right.plot(voltage, label=f"{length} ms")
    peaks.append(voltage.max())
decorate(left, title="150 pA for 50 ms", x="time (ms)", y="voltage (mV)")
decorate(right, title="The same charge, three times", x="time (ms)")

# %% [markdown]
# To $R\,J = 15$ mV, where as much leaks out as comes in. And no: 2.0, 6.3 and 9.5 mV. Of a long pulse most leaks while it comes in. A pulse much shorter than $\tau$ leaves no time for that: the membrane jumps, at most by charge over capacitance, 10 mV.
#
# A cell fires at about 20 mV above rest. Call that 1, and drop the units: $U$ becomes $u$, and the threshold is 1. A current of 150 pA is a drive of 0.75, and a short pulse of one picocoulomb is a spike of weight 0.5.

# %% tags=["check"]
assert abs(tau - 10) < 1e-9
assert round(1000 * rise[59], 1) == 14.9
assert [round(peak, 1) for peak in peaks] == [2.0, 6.3, 9.5]
assert [round(1e12 * short.sum() / length) for length in (50, 10, 1)] == [20, 100, 1000]
assert abs(1e-12 / C - 0.010) < 1e-12
assert abs(R * 150e-12 / 0.020 - 0.75) < 1e-12
assert abs(1e-12 / C / 0.020 - 0.5) < 1e-12

# %% [markdown]
# ### From the circuit to the update
#
# The current $J$ divides: some leaks through the resistor, $U/R$, and some charges the capacitor, $C\,\mathrm{d}U/\mathrm{d}t$. Multiply $J = U/R + C\,\mathrm{d}U/\mathrm{d}t$ by $R$, and set $\tau = R\,C$:
#
# $$\tau \frac{\mathrm{d}U}{\mathrm{d}t} = -U + R\,J .$$
#
# While $J$ is constant, the distance $x = U - R\,J$ obeys $\tau\,\mathrm{d}x/\mathrm{d}t = -x$, so it shrinks to its $e^{-\mathrm{d}t/\tau} = \beta$-fold in a step of $\mathrm{d}t$, exactly: $U - RJ \leftarrow \beta\,(U - RJ)$. Sorted, that is the update above.
#
# **Euler's method** does not solve the equation but walks along its slope: $U \leftarrow U + \frac{\mathrm{d}t}{\tau}(RJ - U)$, that is, with $1 - \mathrm{d}t/\tau$ in place of $\beta$. How wrong is that?


# %%
def error(dt, factor):
    """Return the largest error over 20 ms of charging towards 1 with tau = 10 ms, if `factor` stays per step."""
    steps = np.arange(1, round(20 / dt) + 1)
    u = 0.0
    course = []
    for _ in steps:
        u = factor * u + (1 - factor)
        course.append(u)
    return np.abs(course - (1 - np.exp(-steps * dt / 10))).max()


sizes = [5.0, 2.5, 1.0, 0.5, 0.25, 0.1]
euler = [error(dt, 1 - dt / 10) for dt in sizes]
exact = [error(dt, np.exp(-dt / 10)) for dt in sizes]
order = np.polyfit(np.log(sizes), np.log(euler), 1)[0]

# %% alt="Largest error against step size on two logarithmic axes: that of Euler's method falls in proportion to dt, that of the exact decay stays at rounding level."
axis = panels()
axis.loglog(sizes, euler, "o-", label=f"Euler: order {order:.2f}")
axis.loglog(sizes, np.maximum(exact, 1e-17), "s-", label="exact decay: rounding")
decorate(axis, title="Only Euler pays for a coarse step", x="dt (ms)", y="largest error")

# %% [markdown]
# Euler's error is proportional to $\mathrm{d}t$. The exact decay has none that depends on $\mathrm{d}t$, and costs the same multiplication. That holds for the membrane between spikes; for spike times see section 5.

# %% tags=["check"]
assert abs(order - 1) < 0.1
assert max(exact) < 1e-14

# %% [markdown]
# ### The books of the soft reset
#
# Without a leak ($\beta = 1$) the soft reset loses nothing, so the books balance exactly: what came in is spikes · θ plus what is left.

# %%
income = 0.4 * torch.rand(200, 1, 1, generator=generator, dtype=torch.float64)
books = LIF(beta=1.0)(income, record=True)
print(f"in {income.sum():.3f} = {books.spikes.sum():.0f} + {books.state.item():.3f}")

# %% tags=["check"]
assert torch.allclose(income.sum(0), books.spikes.sum(0) + books.state)

# %% [markdown]
# ### Compare first, and be late
#
# Some code compares *before* it integrates: the membrane of the step before decides. That is another neuron. One strong input at step 3 makes it spike at step 4, and every layer of a network adds a step.


# %%
def compare_first(current, beta):
    u = 0.0
    spikes = []
    for value in current.flatten().tolist():
        z = int(u > 1)
        u = beta * (u - z) + value
        spikes.append(z)
    return spikes


blow = pulse(8, at=3, height=1.5)
print("integrate first:", LIF()(blow).flatten().int().tolist())
print("compare first:  ", compare_first(blow, beta))

# %% tags=["check"]
assert LIF()(blow).argmax() == 3
assert np.argmax(compare_first(blow, beta)) == 4

# %% [markdown]
# ### The f–I curve, to the last spike
#
# The membrane rises from 0 towards $D$. At the start the distance to $D$ is $D$, at the threshold it is $D - \theta$. It shrinks by $e^{-t/\tau}$, so that takes $\tau \ln\frac{D}{D - \theta}$ milliseconds, and a second has 1000:
#
# $$\text{rate} = \frac{1000}{\tau \ln\frac{D}{D - \theta}} \quad \text{if } D > \theta, \text{ else } 0$$
#
# Counted rates lie a little below it, because each interval is rounded up to whole steps of 0.1 ms. (With the soft reset it is another reason: from the crossing to the end of its step the membrane stands higher by $\theta$ than if it had been reset at once, and that leaks.) A refractory period, after which the state starts at 0, makes each interval longer by that much:

# %%
pauses = (0.0, 5.0)  # ms
counts_by_pause = []
for pause in pauses:
    neuron = RefractoryLIF(10.0, refractory=pause, dt=0.1, reset="hard").double()
    added = (1 - neuron.beta) * drives.double()
    spikes = neuron(added.expand(10_000, 1, -1))
    counts_by_pause.append(spikes.sum(0).flatten())

# %% alt="Firing rate against drives up to 5, for no pause and a pause of 5 ms. Dots are counted, lines are the formula. Without a pause the rate rises in nearly a line to 450; with the pause it bends and stays below 150."
free = 1000 / firing_rate(every[every > 1], tau_mem=10.0)  # ms from 0 to the threshold

axis = panels()
for pause, count in zip(pauses, counts_by_pause, strict=True):
    (dots,) = axis.plot(drives, count, ".", label=f"a pause of {pause:.0f} ms")
    axis.plot(every[every > 1], 1000 / (free + pause), color=dots.get_color())
decorate(axis, title="A pause bends the curve", x="drive D", y="rate (spikes/s)")

# %% tags=["check"]
firing = drives > 1
level = drives[firing].double().numpy()
whole_steps = np.floor(10 * np.log(level / (level - 1)) / 0.1) + 1
for pause, count in zip(pauses, counts_by_pause, strict=True):
    expected = (10_000 + 10 * pause) // (whole_steps + 10 * pause)  # no pause before the first spike
    assert (count[~firing] == 0).all()
    assert np.array_equal(count[firing].numpy(), expected)

# %% [markdown]
# ### A CV in closed form
#
# Take away the leak and give each input the weight $\theta / k$: the neuron fires at every $k$-th input. If one comes with probability $p$ per step, the intervals are sums of $k$ independent geometric waiting times, so CV $= \sqrt{(1-p)/k}$. Averaging makes a neuron regular.

# %%
p = 0.1
ks = torch.tensor([1, 2, 4, 8, 16])
ticks = (torch.rand(160_000, 1, 1, generator=generator) < p).double()
every_kth = LIF(beta=1.0, threshold=1 - 1e-6)(ticks / ks)[:, 0]
measured = [variation(train) for train in every_kth.T]
formula = np.sqrt((1 - p) / ks.numpy())

# %% alt="CV against the number k of inputs per output spike: measured dots on the closed form, falling from 0.95 to 0.24."
axis = panels()
axis.plot(ks, formula, color=GREY, label=r"$\sqrt{(1-p)/k}$")
axis.plot(ks, measured, "o", label="measured")
decorate(axis, title="Averaging makes a neuron regular", x="inputs per spike k", y="CV", ylim=(0, 1.05))

# %% tags=["check"]
assert np.allclose(measured, formula, rtol=0.1)

# %% [markdown]
# ### A reset one step later
#
# The code that goes with Eshraghian et al. (2023), the library snnTorch, subtracts the threshold one step later: $u[t] = \beta\,u[t-1] + I[t] - \theta\,z[t-1]$. Ours is subtracted before the leak, so only $\beta\,\theta$ of it is missed in the next step; theirs is missed whole. The four steps of section 1 again, with an input of 0.79:

# %%
later = LIF(beta=0.5, reset="delayed")
late = later(constant(0.79, 4), record=True)
ours = LIF(beta=0.5)(constant(0.79, 4), record=True)
print("ours, u:", ours.membrane.flatten())
print("late, u:", late.membrane.flatten())
print("late, z:", late.spikes.flatten())

# %% [markdown]
# At step 2 it is 0.38 in place of 0.88: lower by $(1 - \beta)\,\theta$. Step 3 no longer spikes. Weights that were trained with such neurons need them here as well.

# %% tags=["check"]
assert np.allclose(late.membrane.flatten(), [0.79, 1.185, 0.3825, 0.98125])
assert np.allclose(ours.membrane.flatten(), [0.79, 1.185, 0.8825, 1.23125])
assert ours.spikes.flatten().tolist() == [0, 1, 0, 1]
assert late.spikes.flatten().tolist() == [0, 1, 0, 0]
