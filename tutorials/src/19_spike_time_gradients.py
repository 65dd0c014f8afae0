# %% [markdown]
# # 19 · Gradients of spike times
#
# **Can a network be trained by exact gradients of spike times?**
#
# Needs: page 03 (a synapse), page 05 (surrogate gradients), page 07 (`fit`), page 08 (losses of times); the chain rule. · 50 minutes to read, without *Deeper* and exercises; one minute to run. · Introduces `spike_time`, `spike_time_gradient`, `FirstSpikeLayer`, `EventPropLayer` and `WakeUp`.
#
# [![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({{colab}}/19_spike_time_gradients.ipynb)

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

from snn_core import CuBaLIF
from snn_core.memory import SavedBytes
from snn_core.spike_times import (
    Dynamics,
    EventPropLayer,
    FirstSpikeLayer,
    WakeUp,
    current_at,
    earliest,
    first_time_cross_entropy,
    latency_times,
    spike_time,
    spike_time_gradient,
)
from snn_core.tasks import yin_yang
from snn_core.teaching.derivatives import finite_differences
from snn_core.teaching.diagrams import (
    crossing,
    crossing_triangle,
    digit_by_time,
    forward_and_adjoint,
    patterns_by_time,
    yin_yang_sign,
)
from snn_core.teaching.exercises import check
from snn_core.teaching.explorers import SpikeCrossing
from snn_core.teaching.inputs import flat_digits
from snn_core.teaching.palette import BLUE, GREY, VERMILION
from snn_core.teaching.plotting import decorate, dots_per_seed, lines_per_seed, panels, use_style
from snn_core.teaching.records import last_accuracies, recorded
from snn_core.teaching.studies.small_steps import in_small_steps
from snn_core.training import fit, one_cycle, seed_torch

use_style()
torch.set_default_dtype(torch.float32)  # the precision of the numbers below
double = partial(torch.tensor, dtype=torch.float64)  # of those compared to 1e-6
np.set_printoptions(precision=6, suppress=True)

# %% [markdown]
# A spike is there or not, so page 05 put a bump in its place. But a spike also has a *time*. Three spikes come in (green), one goes out. What happens to it when the first of the three gets a little more weight?

# %% alt="The membrane of one neuron over 40 ms, for two weights of its first input. Green marks below: input spikes at 0, 4 and 18 ms. Both membranes rise in two humps. With the larger weight the membrane lies a little higher and crosses the dashed threshold a little earlier, at 5.0 instead of 5.7 ms."
neuron = Dynamics(tau_mem=10.0, tau_syn=5.0)
arrivals = double([0.0, 4.0, 18.0])
weights = double([1.6, 0.8, 1.4])
heavier = double([1.8, 0.8, 1.4])
axis = crossing(arrivals, weights, neuron, label="w = 1.6")
crossing(arrivals, heavier, neuron, axis, color=VERMILION, label="w = 1.8")
decorate(axis, title="A little more weight, a little earlier")

# %% [markdown]
# It comes 0.7 ms earlier: it *moves*, and a movement has a slope. (The neuron of page 03 with a synapse. Only its first spike counts, so no reset is drawn.)
#
# In the close up the blue curve's slope draws a triangle. Does the tip of the triangle predict the new spike?

# %%
SpikeCrossing().sliders()

# %% [markdown]
# **Try this**
#
# 1. Set the change to 0.02, then to 0.5. When is the triangle right?
# 2. Set the change to −0.01 and move $w$ slowly down to 1.29. What happens to the triangle, and why?

# %% [markdown] tags=["solution"]
# <details><summary>Answers</summary>
#
# 1. For small changes. Its long side is straight, the membrane is not.
# 2. It becomes longer and longer, as the membrane crosses the threshold less and less steeply. At 1.29 it only just crosses. A little less, and the spike vanishes: the next hump makes one 12 ms later, which no triangle foresees (section 2).
#
# </details>

# %% tags=["check"]
moved = spike_time(arrivals, heavier, neuron) - spike_time(arrivals, weights, neuron)
assert round(moved.item(), 1) == -0.7
assert arrivals.tolist() == list(SpikeCrossing.arrivals)
assert weights[1:].tolist() == list(SpikeCrossing.others)

# %% [markdown]
# ## You will
#
# - work out by hand how far a spike moves, and check it against finite differences;
# - watch this gradient explode, fall silent and miss a jump;
# - solve XOR, read digits with one spike per neuron, and wake the silent;
# - follow a gradient backward in time from spike to spike;
# - compare four ways to train a spiking network.

# %% [markdown]
# ## 1 · Move a weight, the spike moves
#
# How far does a spike move when its weight grows?
#
# One input spike of weight $w$, at time 0, lifts the membrane by $w$ times the *response*
#
# $$\begin{aligned} \varepsilon(t) &= 2\,(e^{-t/10} - e^{-t/5}) \\ &= 2\,(x - x^2) \quad\text{with}\quad x = e^{-t/10}. \end{aligned}$$
#
# It peaks at ½, where $x = ½$. Since $\mathrm{d}x/\mathrm{d}t = -x/10$, all follows by hand. Take $w = 3.125$ and the threshold 1:
#
# | | | value |
# |---|---|---|
# | it crosses where $u = 1$ | $3.125 \cdot 2\,(x - x^2) = 1$ | $x = 0.8$ (later again at 0.2), $t = 2.23$ ms |
# | more weight lifts it by $\partial u/\partial w$ | $2\,(x - x^2)$ | $0.32$ per weight |
# | meanwhile it climbs by $\partial u/\partial t$ | $3.125 \cdot 2\,(2x^2 - x)/10$ | $0.30$ per ms |

# %% [markdown]
# So with the weight $w + \Delta w$ the membrane is $0.32\,\Delta w$ too high when it used to spike. It was at the threshold $0.32\,\Delta w / 0.30$ ms before. Rise over slope is the run of the triangle:
#
# $$\begin{aligned} \frac{\partial t}{\partial w} &= -\,\frac{\partial u/\partial w}{\partial u/\partial t} = -\frac{0.32}{0.30} \\ &= -1.07 \text{ ms per weight.} \end{aligned}$$
#
# (SpikeProp: Bohte et al. 2002.)
#
# > **Before you run:** the weight grows from 3.125 to 3.225. Where does the spike at 2.231 ms go?

# %%
start = double([0.0])
single = double([3.125])
by_weight, _ = spike_time_gradient(start, single, neuron)
print(f"spike at {spike_time(start, single, neuron):.3f} ms")
print(f"gradient {by_weight.item():.3f} ms per weight")
print(f"then at  {spike_time(start, single + 0.1, neuron):.3f} ms")

# %% [markdown]
# The triangle says 0.107 ms earlier, and it is 0.101. Drawn:

# %% alt="Left: the membrane for the weights 3.125 and 3.225, two curves close together that cross the threshold near 2.2 ms. Right, close up: from the old crossing a vertical side of 0.03 leads up to the new curve, and a slanted side with the slope of the old curve leads back down to the threshold, 0.11 ms earlier, almost to the new crossing."
axes = crossing_triangle(start, single, neuron, single + 0.1)
decorate(axes[0], title="Two weights")
decorate(axes[1], title="Rise over slope is run")

# %% [markdown]
# The run ends almost at the new spike.
#
# With several inputs each weight has its own rise, and all share one slope. Beside finite differences:

# %%
by_weight, _ = spike_time_gradient(arrivals, weights, neuron)
print("formula:", by_weight.numpy())


def when(weights):
    return spike_time(arrivals, weights, neuron)


print("differences:", finite_differences(when, weights).numpy())

# %% [markdown]
# The third is 0: that input comes after the spike. Those before it are its **causal set**.
#
# Input *times* have a gradient too. A later input lowers the membrane where its response still rises, so here the minus is gone: $\partial t/\partial t_i = w_i\,\varepsilon'(t - t_i)\,/\,(\partial u/\partial t)$. With it layers can be stacked: the spikes of one are the $t_i$ of the next.

# %% tags=["check"]
assert round(spike_time(start, single, neuron).item(), 2) == 2.23
assert math.isclose(neuron.potential(10 * double(1.25).log()), 0.32)
assert math.isclose(3.125 * neuron.rise(10 * double(1.25).log()), 0.3)
by_hand = -0.32 / 0.3
assert math.isclose(spike_time_gradient(start, single, neuron)[0], by_hand)
run = spike_time(start, single + 0.1, neuron) - spike_time(start, single, neuron)
assert round(run.item(), 3) == -0.101
assert torch.allclose(by_weight, finite_differences(when, weights), atol=1e-6)
assert by_weight[2] == 0
_, by_arrival = spike_time_gradient(arrivals, weights, neuron)
assert math.isclose(by_arrival.sum(), 1)  # all come later, so does the spike

# %% [markdown]
# ## 2 · Where does it break?
#
# The run is rise over *slope*. With weight 2 the peak is 2 · ½ = 1: the membrane only touches the threshold, with slope 0.
#
# > **Before you run:** what happens to the gradient as the weight comes down to 2?

# %%
for more in (1, 0.1, 0.01, 0.001, 0.0001):
    w = double([2 + more])
    spike = spike_time(start, w, neuron)
    by_weight, _ = spike_time_gradient(start, w, neuron)
    print(f"2 + {more}: {spike:.2f} ms, gradient {by_weight.item():.1f}")

# %% [markdown]
# **It explodes.** A hundred times nearer to the edge, it is about ten times larger: near a peak, a parabola, the slope goes as the root of the height. Below the edge there is no spike, no slope, no gradient: **a silent neuron is deaf**, as on page 05, and this gradient has no bump.
#
# Both at once: the neuron shall spike at 6.5 ms, with a weight of 2.004.
#
# > **Before you run:** from 4 the weight goes down the gradient, until the spike comes at 6.5 ms. What will a step be like near the edge, a weight of 2?

# %%
w = double([4.0]).requires_grad_()
optimizer = torch.optim.SGD([w], lr=0.05)
passed = []
spikes = []
for _ in range(30):
    spike = spike_time(start, w, neuron)
    passed.append(w.item())
    spikes.append(spike.item())
    if spike < math.inf:
        loss = (spike - 6.5) ** 2 / 2
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

# %% alt="Two panels over 30 rounds. The weight falls from 4, faster and faster, to a little above 2, then drops far below the dashed edge at 2 and stays there. The spike time rises to 5.2 ms, towards the wanted 6.5 ms, then there is none."
axes = panels(2, stacked=True)
axes[0].plot(passed, ".-", color=BLUE)
axes[0].axhline(2, color=GREY, linestyle="--")
axes[1].plot(spikes, ".-", color=VERMILION)
axes[1].axhline(6.5, color=GREY, linestyle="--")
decorate(axes[0], y="weight w", title="Weight and spike, round by round")
decorate(axes[1], x="round", y="spike (ms)")

# %% [markdown]
# Huge: one step throws it over the edge for good. (A rate of 0.0005 arrives, in 837 rounds.)

# %% [markdown]
# ### A jump
#
# The neuron with three inputs (green), the first with $w = 1.28$ or $1.29$:

# %% alt="Left: two nearly equal membranes with two humps. With a weight of 1.29 the spike comes on the first hump, at 8.4 ms, with 1.28 on the second, at 20.3 ms. Right, close up of the first hump: one curve just passes the threshold, the other stays just below."
heavier = double([1.29, 0.8, 1.4])
lighter = double([1.28, 0.8, 1.4])
axes = panels(2, width=9.0)
for axis in axes:
    crossing(arrivals, heavier, neuron, axis, color=VERMILION, label="w = 1.29")
    crossing(arrivals, lighter, neuron, axis, label="w = 1.28")
decorate(axes[0], ylim=(-0.3, 1.6), title="A hundredth of the weight, 12 ms")
decorate(axes[1], xlim=(5, 12), ylim=(0.96, 1.01), title="Close up")

# %% [markdown]
# Seen from below, at 1.28, the gradient is −2.6 ms per weight: it promises 0.026 ms, and the spike moves by 11.9. *Exact* means: up to the next such event.

# %% tags=["check"]
steepness = [spike_time_gradient(start, double([2 + a]), neuron)[0].item() for a in (1e-2, 1e-4)]
assert abs(steepness[1] / steepness[0] - 10) < 1
assert spike_time_gradient(start, double([1.99]), neuron)[0] == 0
assert abs(spike_time(start, double([2.0044]), neuron) - 6.5) < 0.05
assert max(s for s in spikes if s < math.inf) > 4.5
assert spikes[-1] == math.inf
assert passed[-1] == passed[-20] < 2
jump = when(lighter) - when(heavier)
assert round(jump.item(), 1) == 11.9
promised = spike_time_gradient(arrivals, lighter, neuron)[0][0]
assert round(promised.item(), 1) == -2.6
slow = 4.0
for slow_round in range(1000):  # noqa: B007
    late = spike_time(start, double([slow]), neuron) - 6.5
    if abs(late) < 0.01:
        break
    slow -= 0.0005 * (late * spike_time_gradient(start, double([slow]), neuron)[0]).item()
assert slow_round == 837

# %% [markdown]
# ## 3 · A spike time from algebra alone
#
# Where is the crossing? Without a leak it can be written down (Mostafa 2017). A spike of weight 1 then lifts the membrane to 1, for good: $\varepsilon(t) = 1 - e^{-t/\tau}$, with $\tau = 5$ ms of the synapse. Write each time as $z = e^{t/\tau}$. The membrane is at the threshold where
#
# $$\sum_i w_i - \frac{1}{z} \sum_i w_i z_i = 1, \quad\text{so } z = \frac{\sum_i w_i z_i}{\sum_i w_i - 1}.$$

# %% [markdown]
# The sums go over the causal set, which has to be found: try one input, two, and so on, until $z$ comes before the next. Three inputs at $z_i = 1, 2, 4$ have weights 0.75, 0.75 and 1:
#
# | have come | $\sum w_i$ | $\sum w_i z_i$ | $z$ | |
# |---|---|---|---|---|
# | 1 | 0.75 | 0.75 | – | too weak: below 1 |
# | 1, 2 | 1.5 | 2.25 | 4.5 | too late: input 3 comes at 4 |
# | 1, 2, 3 | 2.5 | 6.25 | **4.17** | no further input |
#
# It spikes at $t = 5 \ln 4.17 = 7.14$ ms. `FirstSpikeLayer` does all this.
#
# > **Before you run:** let the third input come at $z_3 = 5$. When does the neuron spike, and what is the gradient by the third weight?

# %%
layer = FirstSpikeLayer(3, 1, tau_mem=math.inf)
layer.weight.data = torch.tensor([[0.75, 0.75, 1.0]])
for third in (4, 4.49, 4.51, 5):
    z = torch.tensor([[1.0, 2.0, third]])
    spike = layer(5 * z.log())
    layer.zero_grad()
    spike.backward()
    gradient = layer.weight.grad.numpy().round(2)
    print(f"{third}: {spike.item():.2f} ms,", gradient)

# %% [markdown]
# At $z = 4.5$, or 7.52 ms. The third input comes too late: its gradient is 0. As it leaves the causal set, at 4.5, the gradient jumps, and the spike does not: with it the membrane climbs by 0.3 per ms, without it by 0.1. The same rise, a third of the slope.

# %% tags=["check"]
answers = []
for third, expected in ((4.0, 6.25 / 1.5), (5.0, 4.5)):
    answer = layer(5 * torch.tensor([[1.0, 2.0, third]]).log()).item()
    assert math.isclose(answer, 5 * math.log(expected), rel_tol=1e-6)
    answers.append(round(answer, 2))
assert answers == [7.14, 7.52]
assert layer.weight.grad[0, 2] == 0
by_third = []
for third in (4.4999, 4.5001):
    layer.zero_grad()
    spike = layer(5 * torch.tensor([[1.0, 2.0, third]]).log())
    spike.backward()
    by_third.append((spike.item(), layer.weight.grad[0, 0].item()))
assert abs(by_third[0][0] - by_third[1][0]) < 1e-3
assert round(by_third[1][1] / by_third[0][1], 2) == 3

# %% [markdown]
# ### XOR in spike times
#
# Two inputs spike early (0 ms) or late (10 ms), a third, a bias, always at 0. Are the two the *same* or *different*? One output neuron stands for each, and the first to spike is the answer. In between: four hidden neurons.

# %%
inputs = torch.tensor(
    [
        [0.0, 0, 0],
        [0, 0, 10],
        [0, 10, 0],
        [0, 10, 10],
    ]
)
different = torch.tensor([0, 1, 1, 0])
_ = seed_torch(0)
network = nn.Sequential(
    FirstSpikeLayer(3, 4, tau_mem=math.inf),
    FirstSpikeLayer(4, 2, tau_mem=math.inf),
)

# %% [markdown]
# What it answers before any training, with the spikes in between:


# %%
def hidden_and_output(network, times):
    with torch.no_grad():
        hidden = network[0](times)  # [1 spike, batch, neurons]
        return hidden[0], network[1](hidden)[0]


before = hidden_and_output(network, inputs)

# %% [markdown]
# The loss wants the right output first: a cross-entropy of minus the times (page 08). A missing spike counts as one at 30 ms. Adam takes steps of about its learning rate, however large a gradient is.

# %%
optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
for _ in range(200):
    loss = first_time_cross_entropy(network(inputs), different)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
after = hidden_and_output(network, inputs)
print(f"loss {loss:.3f}")
print("answers:", earliest(after[1]).argmax(1))

# %% alt="Two panels, four rows each, one for each pattern of early and late inputs; grey marks are hidden spikes, dots the two outputs. Before: the blue one comes first in all rows. After: the blue one, same, comes first for early early and late late, the orange one, different, for the other two, several milliseconds ahead."
axes = patterns_by_time(
    before,
    after,
    ["early early", "early late", "late early", "late late"],
    ["same", "different"],
)

# %% [markdown]
# All four are right. *Late late* is answered at 6 ms, before the late inputs come: that nothing came early tells enough. (Eight of ten seeds get there. In the other two both outputs fall silent, and stay so.)

# %% tags=["check"]
assert earliest(after[1]).argmax(1).equal(different)
assert round(after[1][3].min().item()) == 6
ended = []
for seed in range(10):
    _ = seed_torch(seed)
    other = nn.Sequential(
        FirstSpikeLayer(3, 4, tau_mem=math.inf),
        FirstSpikeLayer(4, 2, tau_mem=math.inf),
    )
    optimizer = torch.optim.Adam(other.parameters(), lr=0.05)
    for _ in range(200):
        optimizer.zero_grad()
        first_time_cross_entropy(other(inputs), different).backward()
        optimizer.step()
    ended.append(hidden_and_output(other, inputs)[1])
right = [earliest(times).argmax(1).equal(different) for times in ended]
assert sum(right) == 8
assert all(times.isinf().all() for times, good in zip(ended, right, strict=True) if not good)
assert not earliest(before[1]).argmax(1).equal(different)
assert loss < 0.1

# %% [markdown]
# ## 4 · Digits by one spike each
#
# A pixel spikes once, the brighter the earlier, a dark one never: `latency_times`. 100 hidden neurons and ten outputs, without a leak, spike once at most. The first output is the answer.


# %%
def reader(drive, seed=0):
    seed_torch(seed)
    options = {"tau_mem": math.inf, "spread": 0.3}  # spread of the weights
    return nn.Sequential(
        FirstSpikeLayer(784, 100, drive=drive, **options),
        FirstSpikeLayer(100, 10, **options),
    )


# %% [markdown]
# `drive` is the mean sum of a neuron's weights, by default 3: all inputs together lift it to three thresholds.
#
# > **Before you run:** five of six pixels are dark. Will the hidden neurons spike?

# %%
images, labels, *test = flat_digits()
as_times = partial(latency_times, duration=10.0)
times = as_times(images)
network = reader(drive=3.0)
dark = times.isinf().float().mean()
silent = network[0](times).isinf().float().mean()
print(f"dark pixels: {dark:.0%}")
print(f"silent hidden neurons: {silent:.1%}")

# %% [markdown]
# Hardly one: a sixth of 3 arrives. In training a lead of `tau` ms makes a class $e$ times as likely:


# %%
def objective(times, labels):
    return first_time_cross_entropy(times, labels, tau=0.5)


# %% [markdown]
# The rest is `fit` of page 07. After each update comes a step of the learning rate, and of a `guard`, if any:


# %%
def after_update(optimizer, epochs, guard):
    schedule = one_cycle(optimizer, lr=5e-3, updates=79 * epochs)  # 5,000 / 64

    def step():
        schedule.step()
        if guard:
            guard()

    return step


# %% [markdown]
# `earliest` turns the times into scores: minus the times, so that the first is the largest.

# %%
fit_times = partial(
    fit,
    encode=as_times,
    decode=earliest,
    batch_size=64,
    test=tuple(test),
)

# %% [markdown]
# One training:


# %%
def fit_reader(network, epochs, guard=None, loss=objective):
    optimizer = torch.optim.Adam(network.parameters())
    return fit_times(
        network,
        images,
        labels,
        loss=loss,
        optimizer=optimizer,
        after_batch=after_update(optimizer, epochs, guard),
        epochs=epochs,
    )


# %% [markdown]
# > **Before you run:** the neurons are silent, the gradients are exact. What can they do here?

# %%
history = fit_reader(network, epochs=2)
print(f"loss {history.loss[-1]:.2f}")
print(f"right: {history.test_accuracy[-1]:.1%}")

# %% [markdown]
# Nothing: the loss stays at $\ln 10 = 2.30$, that of silence (page 07), which is read as a 0. No output spikes, so none has a time, or a gradient to send back.
#
# So silence is treated without one (Göltz et al. 2021, simplified). After each update `WakeUp` adds `by` to the summed weights of each neuron that was silent in more than a share of the batch: here 0.9 for hidden neurons, 0.5 for outputs.

# %%
network = reader(drive=3.0)
guard = WakeUp(network, by=0.2, shares=[0.9, 0.5])
history = fit_reader(network, epochs=2, guard=guard)
print(f"right: {history.test_accuracy[-1]:.1%}")

# %% [markdown]
# It learns. Eight epochs, begun awake with a `drive` of 16, and a gentler guard:

# %%
network = reader(drive=16.0)
guard = WakeUp(network, by=0.02, shares=[0.9, 0.5])
history = fit_reader(network, epochs=8, guard=guard)
print(f"right: {history.test_accuracy[-1]:.1%}")

# %% [markdown]
# It reads the first test digit, a seven (hidden neurons sorted by time):

# %% alt="Three lanes over time for one digit. Top: green dots, the pixels' spikes in columns at seven times up to 9 ms. Middle: grey dots, the hidden neurons sorted by their spikes, most of them before 8 ms. Bottom: the outputs; number 7 is the first, at 8 ms, the next comes 5 ms later. A line through all lanes marks the first."
times = as_times(test[0])
hidden, output = hidden_and_output(network, times)
axes = digit_by_time(times[0], hidden[0], output[0])
decorate(axes[0], title="The first output to spike is the answer: 7")

# %% tags=["check"]
assert abs(dark - 5 / 6) < 0.01
assert 3 * (1 - dark) < 1
assert silent > 0.95
guessing = fit_reader(reader(drive=3.0), epochs=1).loss
assert abs(guessing[-1] - math.log(10)) < 1e-3
assert history.test_accuracy[-1] > 0.9
assert output[0].argmin() == test[1][0] == 7

# %% [markdown]
# ## 5 · More than one spike: EventProp
#
# With a reset a neuron spikes again and again, and moving one spike moves all that follow. EventProp (Wunderlich & Pehle 2021) collects this in one walk *backward* through time. The walk carries two numbers, the *adjoints*:
#
# - $v$: how the loss changes if the membrane is a little higher now;
# - $q$: how it changes if a little more weight arrives now. **At an input spike $q$ is the gradient by its weight.**

# %% [markdown]
# The loss is the time of the *second* spike (the third weight is 2.0 now; with 1.4 there is none). Read the two lower lanes from right to left.
#
# > **Look first:** the loss speaks of the second spike only. Why does $v$ jump at the first one too?

# %% alt="Three lanes over 26 ms. Top: the membrane, input spikes at 0, 4 and 18 ms, own spikes at 5.7 and 20.1 ms, each followed by a reset to 0. Middle: v, 0 after the second spike; before it minus 5.7, and going back in time it decays towards 0 until the first spike, where it jumps down again. Bottom: q, which before each spike grows from 0 to negative values; dots at the three input spikes."
weights = double([1.6, 0.8, 2.0])
cost = double([0.0, 1.0])
axes = forward_and_adjoint(arrivals, weights, neuron, cost, until=26.0)
decorate(axes[0], title="Forward: integrate, cross, reset →")
decorate(axes[1], title="← Backward: jump at a spike, then decay")
decorate(axes[2], title="← What a spike would do that arrives now")

# %% [markdown]
# The first spike resets the membrane. If it comes earlier, so does the reset, and the second spike moves as well.

# %% [markdown]
# From right to left:
#
# - At the second spike the membrane climbs by 0.176 per ms, so a rise of 1 moves the spike by $v = -1/0.176 = -5.7$ ms.
# - More weight of the last input, 2.1 ms earlier, would have lifted it by $\varepsilon(2.1) = 0.30$: $q = -5.7 \cdot 0.30 = -1.7$, the right dot.
# - At the first spike, 14.4 ms earlier, $v$ has decayed as a membrane does, to $-5.7\,e^{-1.44} = -1.35$; the earlier reset makes it $-2.5$ (*Deeper*).

# %% [markdown]
# `EventPropLayer` returns all spikes, and goes back in this way. It gives the dots:

# %% tags=["slide-code"]
layer = EventPropLayer(3, 1).double()
layer.weight.data = weights[None]
_, second = layer(arrivals[None]).flatten()
(exact,) = torch.autograd.grad(second, layer.weight)
print(exact.numpy()[0])

# %% [markdown]
# Finite differences agree to a millionth. For the way back the layer kept ten numbers: input times, weights, two spikes, and the current at each. BPTT would keep every step.

# %% tags=["check"]


def second_spike(weights):
    layer.weight.data = weights[None]
    return layer(arrivals[None])[1, 0, 0]


assert torch.allclose(exact[0], finite_differences(second_spike, weights), atol=1e-6)
layer.weight.data = weights[None]
(of_first,) = torch.autograd.grad(layer(arrivals[None])[0].sum(), layer.weight)
triangle, _ = spike_time_gradient(arrivals, weights, neuron)
assert torch.allclose(of_first[0], triangle, atol=1e-6)
first, second = layer(arrivals[None]).flatten().detach()
climbing = current_at(second[None], arrivals, weights, neuron) - 1 / 10
assert round(climbing.item(), 3) == 0.176
assert round(-1 / climbing.item(), 1) == -5.7
assert round((second - first).item(), 1) == 14.4
left_of_it = -torch.exp((first - second) / 10) / climbing
assert round(left_of_it.item(), 2) == -1.35
meanwhile = current_at(first[None], arrivals, weights, neuron)
assert round(meanwhile.item(), 3) == 0.215
late = second - arrivals[2]
assert round(late.item(), 1) == 2.1
assert round(neuron.potential(late).item(), 2) == 0.3
assert round((-neuron.potential(late) / climbing).item(), 1) == round(exact[0, 2].item(), 1) == -1.7
assert round((left_of_it * meanwhile / (meanwhile - 1 / 10)).item(), 1) == -2.5
with SavedBytes() as saved:
    layer(arrivals[None])
assert saved.bytes == 10 * 8
layer.weight.data = double([[1.6, 0.8, 1.4]])
assert layer(arrivals[None]).isfinite().sum() == 1
layer.weight.data = weights[None]

# %% [markdown]
# ## 6 · Exact or surrogate?
#
# Yin-Yang (Kriener et al. 2022): in which part of the sign does a point lie? Five spikes tell: one at 0, and four later for larger $x$, $y$, $1 - x$ and $1 - y$.

# %% alt="2,000 points of a yin-yang sign in three colours: yin, yang and the two dots."
axis = yin_yang_sign(2000)
decorate(axis, title="Three classes")

# %% [markdown]
# A network with 120 hidden leaky neurons, whose first output is the answer, learns for 30 epochs in three ways:
#
# - *exact*: by the gradients of first spikes;
# - *exact, WakeUp*: the same, but silent neurons get more weight (section 4);
# - *surrogate*: through steps of 0.5 ms, with page 08's loss of first spikes.
#
# A start is *lively*, or *silent*: with weights too weak for any spike.
#
# > **Before you look:** who needs `WakeUp`? And who wakes from a silent start without it?

# %% alt="Test accuracy of three seeds for two starts and three ways. Lively: exact alone two seeds at 36 percent and one at 96, exact with WakeUp all near 96, surrogate 85 to 93. Silent: exact alone all at 36, with WakeUp 85 to 93, surrogate 88 to 90."
record = recorded("exact_or_surrogate")
print(record)
ends = {}
for begin in ("lively", "silent"):
    ends[begin] = [
        last_accuracies(record.results[f"first spikes, {begin}"]),
        last_accuracies(record.results[f"first spikes, {begin}, helped"]),
        last_accuracies(record.results[f"surrogate, {begin}"]),
    ]
axis = dots_per_seed(
    ends,
    ["exact", "exact, WakeUp", "surrogate"],
    panels(width=6, height=3.2),
    y="test accuracy (%)",
    title="Yin-Yang, from two starts",
)

# %% [markdown]
# The exact gradient needs it; only the surrogate wakes alone: its bump reaches below the threshold (page 05). 36 % is silence: no output spikes, so all points get the first class, which 36 % of them have. The exact gradient never leaves it, and falls into it from two of three lively starts, at this learning rate. `WakeUp` wakes them all; from silence they end at 85 to 93 %.
#
# From the lively start, with `WakeUp`, the exact gradient ends ahead here. (The surrogate's step, loss and readout differ too. All cases: *Deeper*.)

# %% tags=["check"]
found = {name: last_accuracies(runs) for name, runs in record.results.items()}


def span(*names):
    every = [end for name in names for end in found[name]]
    return [round(min(every), 1), round(max(every), 1)]


assert set(found["first spikes, silent"]) == {35.7}
assert sum(end == 35.7 for end in found["first spikes, lively"]) == 2
_, classes = yin_yang(1000, generator=torch.Generator().manual_seed(101))
assert round((classes == 0).double().mean().item(), 3) == 0.357
helped = "first spikes, lively, helped", "first spikes, silent, helped"
assert span(*helped)[0] > 85
assert span("first spikes, silent, helped")[1] < 93.5
assert span("surrogate, silent")[0] > 87
assert span("first spikes, lively, helped")[0] > span("surrogate, lively")[1]
assert record.settings["dt"] == 0.5
assert record.settings["hidden"] == 120
assert record.settings["epochs"] == 30
assert record.settings["tau_mem"] == 10

# %% [markdown]
# ### Four ways to train a spiking network
#
# How to train a network whose spikes have no slope? Four answers, on the 5,000 bundled digits:
#
# | way | it needs | it is said to fail |
# |---|---|---|
# | **shadow** (Eshraghian et al. 2023): an ordinary network's weights | no new way of training | with few steps |
# | **spike times** (section 4) | a guard against silence | where spikes appear and vanish |
# | **surrogate** (page 05): a bump for the slope | memory for all steps | its slope is made up, and has to be chosen |
# | **membranes** (page 18): linear in their inputs | rules that keep neurons alive | where neurons spike often, or layers are many |

# %%
record = recorded("four_ways")
print(record)
for name, runs in record.results.items():
    right = last_accuracies(runs, epochs=1)
    spikes = np.mean([run["spikes"] for run in runs])
    print(f"{name:12} {min(right):.1f} to {max(right):.1f} % right,", end=" ")
    print(f"{spikes:.0f} hidden spikes a digit")

# %% [markdown]
# All lie within three points, three seeds each, so accuracy does not decide. What a way needs does. (200 hidden neurons, 20 epochs. A digit is a current for 32 steps, a spike per pixel, a current for 5 steps, random spikes for 50.)

# %% tags=["check"]
right = {name: last_accuracies(runs, epochs=1) for name, runs in record.results.items()}
every = [end for each in right.values() for end in each]
assert max(every) - min(every) < 3
assert record.settings["epochs"] == 20
assert len(record.settings["seeds"]) == 3
assert abs(np.mean(right["spike times"]) - 100 * history.test_accuracy[-1]) < 3
assert list(right) == ["shadow", "spike times", "surrogate", "membranes"]
assert record.settings["hidden"] == 200
assert record.settings["samples"] == len(images) == 5000
assert record.settings["shadow"]["steps"] == 32
assert record.settings["surrogate"]["steps"] == 5

# %% [markdown]
# ## Recap
#
# You
#
# - worked out by hand that a spike moves by rise over slope, and checked it to a millionth;
# - watched this gradient explode, fall silent and miss a jump;
# - solved XOR, read nine of ten digits with one spike per neuron, and woke the silent;
# - followed a gradient back from spike to spike;
# - compared four ways to train, by what they need.
#
# So yes: as long as no spike appears or vanishes, and none changes its causal set, the gradient is exact. Against silence a network needs a guard; a jump is not foreseen.
#
# | symbol | meaning | in the core |
# |---|---|---|
# | $\varepsilon(t)$ | membrane after one spike of weight 1 | `Dynamics.potential` |
# | $\partial t/\partial w$ | how a spike moves, in ms per weight | `spike_time_gradient` |
# | $z = e^{t/\tau}$ | a time that makes its equation algebraic | `FirstSpikeLayer(tau_mem=math.inf)` |
# | | waking without a gradient | `WakeUp` |
# | $v$, $q$ | adjoints: gradients by membrane and by charge | `EventPropLayer` |

# %% [markdown]
# ## Exercises
#
# Each check says how far you are, and helps more each time.

# %% [markdown]
# ### 1 · By hand
#
# A neuron without a leak, $\tau = 5$ ms. Two spikes come at $z = 1$ and $z = 3$, with weights 0.5 and 1.5. When does it spike, in ms?

# %% tags=["exercise"]
spike_at = None

check("19.1", spike_at)

# %% [markdown]
# ### 2 · Write the backward of a spike time
#
# Write `backward`: the gradient by the weights. `neuron.potential(age)` is $\varepsilon$, `neuron.rise(age)` its slope; both are 0 for an input still to come (`age < 0`), or that never comes. Mind the silent neuron.


# %% tags=["exercise"]
class SpikeTime(torch.autograd.Function):
    @staticmethod
    def forward(ctx, weights, arrivals, neuron):
        spike = spike_time(arrivals, weights, neuron)
        ctx.save_for_backward(weights, spike, spike - arrivals)
        ctx.neuron = neuron
        return spike

    @staticmethod
    def backward(ctx, gradient):
        weights, spike, age = ctx.saved_tensors
        by_weights = None  # your code here
        return by_weights, None, None


check("19.2", SpikeTime)

# %% [markdown]
# ### 3 · Wake the silent
#
# For weights `[M, N]` and spike times `[B, M]`, infinite for none, return new weights: for a neuron that is silent in more than `share` of the batch, the *sum* grows by `by`, alike for each weight.


# %% tags=["exercise"]
def woken_weights(weight, times, by, share):
    return None  # your code here


check("19.3", woken_weights)

# %% [markdown]
# ### 4 · Open
#
# With a price for each ms until the answer, how many digits does a hurry cost? Try several seeds, and show them all.


# %%
def hurried(times, labels, price):
    answers = -earliest(times).amax(1).clamp(min=-30)  # ms
    return objective(times, labels) + price * answers.mean()


# your code here: reader(16.0, seed), fit_reader(…, loss=partial(hurried, price=…))

# %% [markdown] tags=["solution"]
# <details><summary>Solution 1</summary>
#
# The first input alone is too weak. With both, $z = (0.5 + 4.5)/(2 - 1) = 5$, which is after 3, and $t = 5 \ln 5$.
#
# ```python
# spike_at = 5 * np.log(5)
# ```
#
# </details>
#
# <details><summary>Solution 2</summary>
#
# ```python
# class SpikeTime(torch.autograd.Function):
#     @staticmethod
#     def forward(ctx, weights, arrivals, neuron):
#         spike = spike_time(arrivals, weights, neuron)
#         ctx.save_for_backward(weights, spike, spike - arrivals)
#         ctx.neuron = neuron
#         return spike
#
#     @staticmethod
#     def backward(ctx, gradient):
#         weights, spike, age = ctx.saved_tensors
#         if spike.isinf():  # silent: there is nothing to move
#             return torch.zeros_like(weights), None, None
#         slope = (weights * ctx.neuron.rise(age)).sum()
#         return -gradient * ctx.neuron.potential(age) / slope, None, None
# ```
#
# </details>
#
# <details><summary>Solution 3</summary>
#
# ```python
# def woken_weights(weight, times, by, share):
#     silent = times.isinf().float().mean(0) > share
#     return weight + by / weight.shape[1] * silent[:, None]
# ```
#
# </details>
#
# <details><summary>Answer 4</summary>
#
# There is no single right answer. A good one shows several seeds, counts spikes as well as errors, and says how the price was chosen.
#
# </details>

# %% [markdown]
# ## References
#
# - S. M. Bohte, J. N. Kok, H. La Poutré, *Error-backpropagation in temporally encoded networks of spiking neurons*, Neurocomputing 48, 2002: SpikeProp.
# - H. Mostafa, *Supervised learning based on temporal coding in spiking neural networks*, IEEE TNNLS 29(7), 2018 (online 2017).
# - J. Göltz et al., *Fast and energy-efficient neuromorphic deep learning with first-spike times*, Nature Machine Intelligence 3, 2021: Fast & Deep.
# - T. C. Wunderlich, C. Pehle, *Event-based backpropagation can compute exact gradients for spiking neural networks*, Scientific Reports 11, 2021: EventProp.
# - J. C. Knight, T. Nowotny, *Easy and efficient spike-based machine learning with mlGeNN*, NICE 2023.
# - L. Kriener, J. Göltz, M. A. Petrovici, *The Yin-Yang dataset*, NICE 2022.
# - J. K. Eshraghian et al., Proceedings of the IEEE 111(9), 2023.
#
# **Next:** [20 · From an ordinary network to a spiking one](20_from_ordinary_to_spiking.ipynb). Back to [18 · Membranes as signals](18_membranes_as_signals.ipynb).

# %% [markdown]
# ## Deeper
#
# Optional: the walk back step by step, small steps, the closed form with a leak, all cases of section 6, stopping early, and what others have measured.

# %% [markdown]
# ### The walk back, step by step
#
# Forward, a current $I$ drives the membrane: $\dot u = I - u/10$. A spike of weight $w$ adds $w/5$ to $I$, which decays with 5 ms. The reset leaves $I$ as it is.
#
# Going back by $s$ ms without an own spike:
#
# - A bit of membrane that is there $s$ earlier is $e^{-s/10}$ of itself by now, so $v \leftarrow v\,e^{-s/10}$.
# - A weight that arrives $s$ earlier has by now become $\varepsilon(s)$ on the membrane, and $e^{-s/5}$ of it is still to come, as current. So $q \leftarrow q\,e^{-s/5} + v\,\varepsilon(s)$, with $v$ as it was before this step.
#
# At an own spike $v$ jumps. Raise the membrane by a tiny $\delta$ just before a spike. It climbs with the slope $\dot u = I - 1/10$, so the crossing comes $\delta/\dot u$ earlier. Two things follow:
#
# - The spike itself moves by $-\delta/\dot u$. If the loss changes by $g$ per ms of this spike, it changes by $-g\,\delta/\dot u$.
# - The reset moves with it. At the moment of the old spike the membrane has been climbing from 0 for $\delta/\dot u$, with the slope $I$, since at 0 nothing leaks. So it is at $I\,\delta/\dot u$ in place of 0, and by the meaning of $v$ after the spike the loss changes by $v\,I\,\delta/\dot u$.
#
# Their sum, divided by $\delta$, is $v$ before the spike: $v \leftarrow (I\,v - g)/\dot u$. At the first spike of section 5 $I = 0.215$ and $g = 0$, so $v = -1.35 \cdot 0.215/0.115 = -2.5$. The current does not jump at an own spike, so $q$ goes on as it is. At an input spike nothing jumps, and $q$ is the gradient by its weight. This is the whole algorithm:


# %%
def walk_back(spikes, currents, cost):
    v = 0.0
    q = 0.0
    now = spikes[-1]
    by_weight = []
    for time in sorted([*spikes, *arrivals], reverse=True):
        back = now - time
        q = q * torch.exp(-back / 5) + v * neuron.potential(back)  # the old v
        v = v * torch.exp(-back / 10)
        now = time
        if time in spikes:
            at = spikes.tolist().index(time)
            slope = currents[at] - 1 / 10
            v = (currents[at] * v - cost[at]) / slope
        else:
            by_weight.insert(0, q.item())
    return by_weight


spikes = layer(arrivals[None]).flatten().detach()
currents = current_at(spikes, arrivals, weights, neuron)
by_hand = walk_back(spikes, currents, cost)
print("own spikes:", spikes.numpy())
print("by hand:   ", np.array(by_hand))
print("by layer:  ", exact.numpy()[0])

# %% tags=["check"]
assert torch.allclose(double(by_hand), exact[0], atol=1e-6)

# %% [markdown]
# Input *times* take their gradient at an input spike: one of weight $w$ that comes 1 ms later brings its current 1 ms later, which changes the loss by $w\,(q - v)/5$.
#
# The factor $I/\dot u$ is above 1, and the decay between two spikes below it. At a constant current the two cancel exactly, however slowly the neuron crosses. Where the current at a spike is weaker than on the way to it, $v$ grows: the explosion of section 2, from spike to spike. (Neurons whose spikes can only appear and vanish at the end of a trial are spared the jump: Klos and Memmesheimer, *Smooth exact gradient descent learning in spiking neural networks*, arXiv 2309.14523.)

# %%
layer.zero_grad()
given = arrivals[None].clone().requires_grad_()
layer(given)[1].sum().backward()
print("by input times:", given.grad[0].numpy())
moved = finite_differences(lambda times: layer(times[None])[1, 0, 0], arrivals)
print("differences:   ", moved.numpy())

# %% tags=["check"]
assert torch.allclose(given.grad[0], moved, atol=1e-6)
assert math.isclose(given.grad.sum(), 1)
current = double([0.11, 0.2, 1.0])  # constant
way = -10 * torch.log(1 - 1 / (10 * current))  # ms from 0 to the threshold
assert torch.allclose(torch.exp(-way / 10) * current / (current - 1 / 10), torch.ones(3).double())

# %% [markdown]
# ### The same gradient in small steps
#
# Backpropagation through time takes steps. `in_small_steps` finds each crossing between two of them by a straight line, and lets autograd go back through all. Its gradient differs a little from EventProp's. Whose error is it?

# %%
sizes = [0.1, 0.05, 0.02, 0.01]
errors = []
kept = []
for dt in sizes:
    w = weights.clone().requires_grad_()
    with SavedBytes() as saved:
        in_small_steps(arrivals, w, neuron, dt=dt, until=22)[1].backward()
    errors.append((w.grad - exact).abs().max().item())
    kept.append(saved.bytes)
with SavedBytes() as saved:
    layer(arrivals[None])

# %% alt="Left: the largest error of the gradient in small steps against the step, on logarithmic axes: a straight line that falls in proportion to the step. Right: the bytes kept for the backward pass against the step: they rise as the step falls, up to thousands; a level line at 80 is EventProp."
axes = panels(2)
axes[0].loglog(sizes, errors, "o-", color=BLUE)
axes[1].loglog(sizes, kept, "o-", color=BLUE, label="BPTT")
axes[1].axhline(saved.bytes, color=VERMILION, label="EventProp")
decorate(axes[0], x="step dt (ms)", y="error", title="Steps converge to EventProp")
decorate(axes[1], x="step dt (ms)", y="bytes kept", title="Spikes need no steps")

# %% [markdown]
# It is the steps': half the step, half the error. And BPTT keeps every step for the way back, EventProp only spikes and weights.

# %% tags=["check"]
assert 8 < errors[0] / errors[-1] < 12
assert kept[-1] > 9 * kept[0]

# %% [markdown]
# ### What a layer keeps
#
# From the way there to the way back; while it works, EventProp too needs more. 64 samples, 784 pixels, 100 neurons, 60 ms. The input to BPTT is a dense train of floats, which alone is 12.0 MB at steps of 1 ms, most of what is kept:

# %%
pixels = 10 * torch.rand(64, 784)
with SavedBytes() as events:
    EventPropLayer(784, 100)(pixels)
for dt in (1.0, 0.1):
    steps = (pixels / dt).round().long()
    trains = nn.functional.one_hot(steps, round(60 / dt)).permute(2, 0, 1)
    stepping = nn.Sequential(nn.Linear(784, 100, bias=False), CuBaLIF(dt=dt))
    with SavedBytes() as through_time:
        stepping(trains.float())
    print(f"dt = {dt}: BPTT {through_time.bytes / 1e6:.1f} MB", end=", ")
    print(f"EventProp {events.bytes / 1e6:.1f} MB")

# %% tags=["check"]
assert through_time.bytes > 100 * events.bytes
assert round(60 * pixels.numel() * 4 / 1e6, 1) == 12.0

# %% [markdown]
# ### With a leak: a quadratic
#
# For $\tau_\mathrm{mem} = 2\,\tau_\mathrm{syn}$, and with $x = e^{-t/\tau_\mathrm{mem}}$, the membrane of the causal set is
#
# $$\begin{aligned} u &= 2\,(a\,x - b\,x^2), \\ a &= \sum_i w_i\, e^{t_i/\tau_\mathrm{mem}}, \\ b &= \sum_i w_i\, e^{t_i/\tau_\mathrm{syn}}, \end{aligned}$$
#
# so $u = 1$ is a quadratic equation. Time runs from large $x$ to small, so the rise comes at the larger root, $x = (a + \sqrt{a^2 - 2b})\,/\,2b$. A negative number under the root means that the membrane stays below (Göltz et al. 2021). For $\tau_\mathrm{mem} = \tau_\mathrm{syn}$ the solution is a Lambert function, and for other ratios there is none in closed form: `EventPropLayer` finds the crossing by Newton's method.

# %%
first_two = arrivals[:2]
a = (weights[:2] * torch.exp(first_two / 10)).sum()
b = (weights[:2] * torch.exp(first_two / 5)).sum()
x = (a + torch.sqrt(a**2 - 2 * b)) / (2 * b)
print(f"{-10 * x.log():.6f} and {spike_time(arrivals, weights, neuron):.6f} ms")

# %% tags=["check"]
assert torch.isclose(-10 * x.log(), spike_time(arrivals, weights, neuron))

# %% [markdown]
# ### Yin-Yang, longer
#
# With 120 hidden neurons without a leak, 98.6 % of new points are right (mean of three seeds, 100 epochs). An ordinary network (ReLU) of this size has 99.0 %.

# %% tags=["check"]
record = recorded("yin_yang")
means = {name: round(np.mean(last_accuracies(runs)), 1) for name, runs in record.results.items()}
assert means["no leak"] == 98.6
assert means["ReLU"] == 99.0
assert record.settings["hidden"] == 120
assert record.settings["epochs"] == 100
assert len(record.settings["seeds"]) == 3

# %% [markdown]
# ### Exact or surrogate: all cases
#
# Section 6 with EventProp, whose hidden neurons spike repeatedly, and with help for the surrogate: `lower_activity` (page 08). Training took 30 epochs. Each method's learning rate was chosen on held-out points, from a lively start without help, and all came out as 0.01. The record holds one step, one width and one readout of the surrogate.

# %% alt="Test accuracy of three seeds for six cases, alone and helped. First spikes, lively: alone two seeds at 36 percent and one at 96, helped all near 96. First spikes, silent: alone all at 36, helped 85 to 93. EventProp, lively: alone two near 97 and one at 36, helped 94 to 97. EventProp, silent: alone all at 36, helped 90 to 95. Surrogate, lively: 85 to 93 alone and helped. Surrogate, silent: alone 88 to 90, helped 62 to 87."
record = recorded("exact_or_surrogate")
ends = {}
for name, runs in record.results.items():
    group = name.removesuffix(", helped").replace(", ", "\n")
    ends.setdefault(group, []).append(last_accuracies(runs))
axis = dots_per_seed(
    ends,
    ["alone", "helped"],
    y="test accuracy (%)",
    title="All cases, alone and helped",
)

# %% [markdown]
# EventProp falls silent from one of three lively starts, and stays silent from all silent ones. Lively and helped, both exact methods end at 94.5 to 97.4 %, the surrogate at 87.0 to 92.8. From silence, helped, they end at 85.2 to 94.7 %, the surrogate alone at 87.6 to 90.3. There its help does harm; why was not tested.

# %% tags=["check"]
assert set(record.settings["lr"].values()) == {0.01}
assert span("first spikes, lively, helped", "EventProp, lively, helped") == [94.5, 97.4]
assert span("surrogate, lively, helped") == [87.0, 92.8]
assert span("first spikes, silent, helped", "EventProp, silent, helped") == [85.2, 94.7]
assert span("surrogate, silent") == [87.6, 90.3]
assert set(found["EventProp, silent"]) == {35.7}
assert sum(end == 35.7 for end in found["EventProp, lively"]) == 1
assert np.mean(found["surrogate, silent, helped"]) < np.mean(found["surrogate, silent"]) - 10
assert record.settings["epochs"] == 30

# %% [markdown]
# ### When does it answer?
#
# On the full MNIST, 350 hidden neurons that spike once at most read 97.8 % of the test digits. Beside them stands the rate code of page 18: 800 hidden neurons, pixels that spike at random for 50 ms, output spikes that are counted. Both can be stopped at any time.
#
# The last pixels spike at 8.6 ms. On average the first-spike network has answered at 3.8 ms. Many settings differ in section 4:

# %%
answered = output.min(1, keepdim=True).values
early = (hidden <= answered).sum(1).float().mean()
in_all = hidden.isfinite().sum(1).float().mean()
print(f"mean answer at {answered.mean():.1f} ms")
print(f"hidden spikes until then: {early:.0f} of {in_all:.0f}")

# %% [markdown]
# What comes later is not needed. Now stop both networks at each time:

# %% alt="Share of test digits read rightly against the time at which the network is stopped, three seeds each. First spikes: nothing until 2 ms, then steeply up, 88 percent at 5 ms, 98 percent at 8 ms. Rate code: 41 percent after the first millisecond, 91 percent at 5 ms, then slowly up to 98 percent at 50 ms."
record = recorded("spike_times_mnist")
runs = recorded("membranes_as_signals").results["one hidden layer"]
curves = {
    "first spikes": [run["right"] for run in record.results["runs"]],
    "rate code": [run["accuracy"] for run in runs],
}
axis = lines_per_seed(
    curves,
    at={
        "first spikes": record.results["times"],
        "rate code": range(1, 51),
    },
    x="stopped at (ms)",
    y="share right",
)
decorate(axis, title="Most first spikes decide before the input ends")

# %% [markdown]
# A first spike decides once, a count can still change its mind. (Each has a time scale of its own, 5 ms of synapse here, 50 ms of membrane there: compare shapes. Before the first output spike a first-spike network has no answer; of equal counts, the higher membrane is taken.)

# %% tags=["check"]
assert early < in_all < 50
assert abs(answered.mean().item() - 8) < 0.5
of_times = record.results["runs"]
full_ends = last_accuracies(of_times)
assert round(np.mean(full_ends), 1) == 97.8
assert min(full_ends) > 97
assert record.settings["hidden"] == 350
assert round(np.mean([run["decision"] for run in of_times]), 1) == 3.8
last = latency_times(torch.linspace(0, 1, 1001)[None], 10.0)
assert round(last[last.isfinite()].max().item(), 1) == 8.6
assert recorded("membranes_as_signals").settings["steps"] == 50  # also in section 6

# %% [markdown]
# ### What others have measured
#
# MNIST as latencies, each image seen whole by a network that knows nothing of neighbours:
#
# | | network | test accuracy | what differs |
# |---|---|---|---|
# | Fast & Deep, released run | 784-350-10, one spike each | 97.01 % | with a leak |
# | EventProp, paper | 784-350-10 | 97.6 % | hidden neurons may spike more than once, outputs are membranes |
# | mlGeNN, tutorial 3 | 784-128-10 | 96 % | EventProp in steps of 1 ms, outputs are membranes |
# | here | 784-350-10, one spike each | 97.8 % | no leak; a fifth of the pixels' spikes lost in training |

# %%
full = recorded("spike_times_mnist")
for name, value in full.settings.items():
    print(f"{name:12} {value}")

# %% tags=["check"]
assert full.settings["lost"] == 0.2
